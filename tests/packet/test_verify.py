"""A packet is checked without any key: by us, and with `sha256sum` and `openssl` alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from recover.errors import InputError, NewerFormatError
from recover.packet.build import build_packet
from recover.packet.interface import PacketFault, PacketFile
from recover.packet.manifest import FileRecord
from recover.packet.plan import plan_packet
from recover.packet.verify import is_packet, verify_packet
from tests.packet import cases, proofs


def write(folder: Path, profile: str = "platform", **more: object) -> Path:
    """Write a packet into a folder."""
    source = cases.source()
    plan = plan_packet(source, profile, **more)  # type: ignore[arg-type]  # test shorthand
    heads, found = proofs.prove(source, plan)
    for file in build_packet(plan, heads, found):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content(file))
    return folder


def content(file: PacketFile) -> bytes:
    """Return a file's bytes, those of an exhibit included."""
    return cases.content_of(file.exhibit) if file.exhibit else file.content


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packet that nobody touched."""
    return write(tmp_path_factory.mktemp("packet") / "out")


@pytest.fixture
def packet(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def test_untouched_packet_has_no_fault(whole: Path) -> None:
    """Every file, head and proof of a fresh packet holds."""
    report = verify_packet(whole)
    assert report.faults == ()
    assert report.exhibits == report.proofs == 5
    assert is_packet(whole)


@pytest.mark.parametrize("profile", ["partner", "lawyer"])
def test_other_profiles_hold(profile: str, tmp_path: Path) -> None:
    """Packets of other profiles hold as well."""
    assert verify_packet(write(tmp_path / "out", profile)).faults == ()


def test_account_holders_packet_holds(tmp_path: Path) -> None:
    """A manifest one folder down is found, and the files beside it are checked."""
    folder = write(tmp_path / "out", "victim", ticked=("E01",))
    assert verify_packet(folder).faults == ()
    (folder / "message.txt").write_text("other", "utf-8")
    assert [fault.path for fault in verify_packet(folder).faults] == ["../message.txt"]


def test_every_file_counts(packet: Path) -> None:
    """One changed bit in any file is a fault that names the file; so is every missing file."""
    for place in sorted(path for path in packet.rglob("*") if path.is_file()):
        before = place.read_bytes()
        name = place.relative_to(packet).as_posix()
        if name == "manifest.json":
            continue
        place.write_bytes(bytes([before[0] ^ 1]) + before[1:])
        assert verify_packet(packet).faults, name
        place.unlink()
        assert verify_packet(packet).faults, name
        place.write_bytes(before)
    assert verify_packet(packet).faults == ()


def test_manifest_counts(packet: Path) -> None:
    """A manifest that says something else is a fault; one that cannot be read is an error of the input."""
    place = packet / "manifest.json"
    found = json.loads(place.read_bytes())
    place.write_text(json.dumps({**found, "profile": "lawyer"}), "utf-8")
    assert "manifest.json" in {fault.path for fault in verify_packet(packet).faults}
    place.write_text("{", "utf-8")
    with pytest.raises(InputError):
        verify_packet(packet)


@pytest.mark.parametrize("value", [None, 1, True, "", [], {}, [None], {"a": 1}, "\ud800", "../../x"])
@pytest.mark.parametrize(
    "place",
    [
        ("heads",),
        ("heads", 0),
        *(("heads", 0, name) for name in ("log", "verifier_key", "root")),
        ("exhibits",),
        ("exhibits", 0),
        *(("exhibits", 0, name) for name in ("number", "path", "sha256", "log")),
        ("files",),
        ("files", 0),
        ("files", 0, "path"),
    ],
    ids=lambda place: ".".join(map(str, place)),
)
def test_strange_manifest_is_a_fault_and_no_crash(packet: Path, place: tuple[Any, ...], value: object) -> None:
    """A value of another type or shape in the manifest, with fitting fingerprints, ends in faults."""
    path, sums = packet / "manifest.json", packet / "SHA256SUMS"
    before = sha256(path.read_bytes()).hexdigest()
    manifest = inside = json.loads(path.read_bytes())
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    path.write_text(json.dumps(manifest), "utf-8")
    sums.write_text(sums.read_text("utf-8").replace(before, sha256(path.read_bytes()).hexdigest()), "utf-8")
    assert verify_packet(packet).faults


def test_newer_packet_is_said_to_be_newer(packet: Path) -> None:
    """A packet of a later format is exit 13."""
    place = packet / "manifest.json"
    found = json.loads(place.read_bytes())
    place.write_text(json.dumps({**found, "format": "recover/packet v9"}), "utf-8")
    with pytest.raises(NewerFormatError):
        verify_packet(packet)


def test_added_file_does_not_belong(packet: Path) -> None:
    """A file that somebody put there is named."""
    (packet / "invoice.exe").write_bytes(b"x")
    assert [(fault.path, fault.message) for fault in verify_packet(packet).faults] == [
        ("invoice.exe", "does not belong to the packet")
    ]


def rewrite(packet: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change files and write fitting fingerprints, as a forger would."""
    files = {p.relative_to(packet).as_posix(): p.read_bytes() for p in packet.rglob("*") if p.is_file()}
    change(files)
    manifest = json.loads(files.pop("manifest.json"))
    files.pop("SHA256SUMS")
    records = [FileRecord.of(path, data) for path, data in sorted(files.items())]
    manifest["files"] = [{"path": r.path, "sha256": r.sha256, "size_bytes": r.size_bytes} for r in records]
    for row in manifest["exhibits"]:
        row["sha256"] = next(r.sha256 for r in records if r.path == row["path"])
    files["manifest.json"] = json.dumps(manifest).encode()
    records.append(FileRecord.of("manifest.json", files["manifest.json"]))
    files["SHA256SUMS"] = "".join(f"{r.sha256}  {r.path}\n" for r in records).encode()
    for path, data in files.items():
        (packet / path).write_bytes(data)


def put(path: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    """Return a change that puts other bytes in place of a file."""

    def change(files: dict[str, bytes]) -> None:
        files[path] = data

    return change


def swap(first: str, second: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that swaps two files."""

    def change(files: dict[str, bytes]) -> None:
        files[first], files[second] = files[second], files[first]

    return change


def flip(path: str, at: int = 40) -> Callable[[dict[str, bytes]], None]:
    """Return a change of one bit."""

    def change(files: dict[str, bytes]) -> None:
        data = files[path]
        files[path] = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return change


FORGERIES = {
    "exhibit": flip("exhibits/E01_admin-list-of-2016.png", 3),
    "exhibits_swapped": swap("exhibits/E03_receipt-1.pdf", "exhibits/E04_receipt-2.pdf"),
    "file_part": flip("proofs/E01/file.json"),
    "file_parts_swapped": swap("proofs/E03/file.json", "proofs/E04/file.json"),
    "entry": flip("proofs/E01/entry.json"),
    "entries_swapped": swap("proofs/E03/entry.json", "proofs/E04/entry.json"),
    "leaf": flip("proofs/E01/leaf"),
    "leaves_swapped": swap("proofs/E03/leaf", "proofs/E04/leaf"),
    "proof": flip("proofs/E01/E01.tlog-proof", 60),
    "checkpoint": flip("proofs/log-aaaaaaaa/checkpoint", 12),
    "signature": flip("proofs/log-aaaaaaaa/signature"),
    "signed_text": flip("proofs/log-aaaaaaaa/signed.txt", 12),
    "key": flip("proofs/log-aaaaaaaa/key.pem", 70),
    "key_of_one_letter": put(
        "proofs/log-aaaaaaaa/key.pem", b"-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----\n"
    ),
    "key_to_compare_by": flip("proofs/log-aaaaaaaa/key.vkey", 90),
    "key_with_a_second_key": lambda files: put("proofs/log-aaaaaaaa/key.pem", files["proofs/log-aaaaaaaa/key.pem"] * 2)(
        files
    ),
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES.keys())
def test_forgery_with_fitting_fingerprints_is_found(packet: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Whoever changes a part of the chain and rewrites every fingerprint still breaks the chain to the signed head."""
    rewrite(packet, change)
    faults = verify_packet(packet).faults
    assert faults
    assert all(fault.path.startswith("proofs/") for fault in faults)


def test_path_out_of_the_packet_is_refused(packet: Path) -> None:
    """A list of fingerprints cannot make us read elsewhere."""
    sums = packet / "SHA256SUMS"
    sums.write_text(sums.read_text("utf-8") + "0" * 64 + "  ../../../etc/passwd\n", "utf-8")
    assert any(fault.path == "SHA256SUMS" for fault in verify_packet(packet).faults)


def test_file_beside_the_packet_is_not_read(packet: Path) -> None:
    """A file next to the folder is not a part of it, even with its true fingerprint: it is said to be missing."""
    (packet.parent / "beside.txt").write_bytes(b"not yours")
    sums = packet / "SHA256SUMS"
    sums.write_text(f"{sums.read_text('utf-8')}{sha256(b'not yours').hexdigest()}  ../beside.txt\n", "utf-8")
    assert PacketFault("../beside.txt", "missing") in verify_packet(packet).faults


def test_link_is_not_followed(packet: Path) -> None:
    """A link in place of a file is a fault, whatever it points to."""
    place = packet / "cover.txt"
    other = packet.parent / "elsewhere"
    other.write_bytes(place.read_bytes())
    place.unlink()
    place.symlink_to(other)
    assert "cover.txt" in {fault.path for fault in verify_packet(packet).faults}


def test_linked_folder_is_not_followed(packet: Path) -> None:
    """A link in place of a folder is a fault, and what it leads to is not read as files of the packet."""
    (packet / "letters").rename(packet.parent / "elsewhere")
    (packet / "letters").symlink_to(packet.parent / "elsewhere")
    faults = verify_packet(packet).faults
    assert PacketFault("letters", "does not belong to the packet") in faults
    assert any(fault.path.startswith("letters/") and fault.message == "missing" for fault in faults)


def test_link_to_itself_is_a_fault(packet: Path) -> None:
    """A link that leads nowhere ends in a fault and in nothing worse."""
    (packet / "loop").symlink_to("loop")
    assert PacketFault("loop", "does not belong to the packet") in verify_packet(packet).faults


def test_packet_behind_a_link_is_checked(packet: Path) -> None:
    """The folder that the user names may itself be a link."""
    (packet.parent / "link").symlink_to(packet)
    assert verify_packet(packet.parent / "link").faults == ()


def test_folder_without_manifest_is_no_packet(tmp_path: Path) -> None:
    """Exit 32 with the place."""
    with pytest.raises(InputError) as caught:
        verify_packet(tmp_path)
    assert caught.value.exit_code == 32
    assert not is_packet(tmp_path)


@pytest.mark.needs("sha256sum")
def test_sha256sum_agrees(whole: Path) -> None:
    """The command of VERIFY.txt says OK for every file."""
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=whole, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"FAILED" not in done.stdout


@pytest.mark.needs("openssl")
def test_openssl_agrees(whole: Path) -> None:
    """The command of VERIFY.txt verifies the signed head, and refuses another text."""
    folder = "proofs/log-aaaaaaaa"
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", f"{folder}/key.pem", "-rawin"]
    good = [*command, "-in", f"{folder}/signed.txt", "-sigfile", f"{folder}/signature"]
    assert subprocess.run(good, cwd=whole, capture_output=True, check=False).returncode == 0
    bad = [*command, "-in", "cover.txt", "-sigfile", f"{folder}/signature"]
    assert subprocess.run(bad, cwd=whole, capture_output=True, check=False).returncode != 0


@pytest.mark.needs("openssl", "sh", "sed")
def test_shell_of_the_instructions_computes_the_root(whole: Path) -> None:
    """The lines of VERIFY.txt, pasted as they are, print the same root twice for every exhibit."""
    text = (whole / "VERIFY.txt").read_text("utf-8")
    found = re.search(r"    prove\(\) \(.*?\n    prove proofs/E01", text, re.DOTALL)
    assert found is not None
    function = found[0].rpartition("\n")[0]
    for number in ("E01", "E02", "E05"):
        script = f"{function}\nprove proofs/{number} proofs/log-aaaaaaaa"
        done = subprocess.run(["sh", "-c", script], cwd=whole, capture_output=True, check=True, text=True)
        first, second = done.stdout.split()
        assert first == second
