"""A vault that someone else has prepared: nothing in it makes a traceback, and a lying helper is named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recover.errors import RecoverError
from recover.vault import sealing
from recover.vault.case import CaseLog
from recover.vault.document import entry_bytes, make_leaf, parse_entry, sha256_hex
from recover.vault.layout import CaseFolder, read_trust
from recover.vault.log import extended, read_log
from recover.vault.vault import ENTRY_MISSING
from recover.vault.verify import verify
from tests.vault.ground import Device, copy_device, new_device, note

HOSTILE = {
    "empty": b"",
    "zeros": bytes(5000),
    "newlines": b"\n" * 5000,
    "random": os.urandom(3000),
    "deep": b"[" * 200_000,
    "huge": b"x" * 17_000_000,
    "huge number": b"recover/leaf v1\n\n" + b"9" * 100_000 + b"\n",
    "unicode": "\u202e\u0000\ud7ff".encode() * 1000,
    "age header": b"age-encryption.org/v1\n-> X25519 " + b"A" * 43 + b"\n" * 100,
    "many stanzas": b"age-encryption.org/v1\n" + b"-> X25519 abc\nabc\n" * 50_000,
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Device, str]:
    first = new_device(tmp_path_factory.mktemp("first"))
    case = first.session().create_case()
    case.append([note("one"), note("two")])
    second = copy_device(first, tmp_path_factory.mktemp("second"))
    second.session().open_case(case.id).append([note("three")])
    return second, case.id


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_content_of_any_file_makes_a_traceback(scene: tuple[Device, str], content: bytes) -> None:
    """Whatever stands in a file: verify reports, opening works or refuses with a reason."""
    device, case_id = scene
    session = device.session()
    codes: set[int] = set()
    for path in sorted(path for path in device.vault.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        try:
            path.write_bytes(content)
            verify(device.vault, session, state_dir=device.state)
            case = device.session().open_case(case_id)
            case.entries()
            case.notices()
        except RecoverError as refusal:
            codes.add(refusal.exit_code)
        finally:
            path.write_bytes(whole)
    assert codes <= {10, 12, 13, 20, 21}


def test_folders_links_and_pipes_in_place_of_files_make_no_traceback(scene: tuple[Device, str]) -> None:
    """None of them is followed or waited for."""
    device, case_id = scene
    session = device.session()
    codes: set[int] = set()
    for path in sorted(path for path in (device.vault / "cases").rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for make in (path.mkdir, lambda at=path: os.mkfifo(at), lambda at=path: at.symlink_to("/dev/zero")):
            path.unlink()
            make()
            try:
                report = verify(device.vault, session, state_dir=device.state)
                assert report.exit_code in (20, 21, 22), path
                device.session().open_case(case_id).entries()
            except RecoverError as refusal:
                codes.add(refusal.exit_code)
            finally:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
                path.write_bytes(whole)
    assert codes <= {10, 12, 20, 21}


def forge(device: Device, case_id: str, change: Callable[[dict[str, Any]], Any]) -> CaseLog:
    """Let a helper who holds all keys append an entry that is signed and sealed well, and says something wrong."""
    session = device.session()
    case = session.open_case(case_id)
    folder = CaseFolder(device.vault / "cases" / case_id)
    trust, _ = read_trust(folder)
    log = read_log(folder.path, trust, case.own_log)
    honest = parse_entry(case.entry_bytes(log.id, log.size - 1))
    members = json.loads(entry_bytes(honest)) | {"index": log.size}
    changed = change(members)
    plain = changed if isinstance(changed, bytes) else json.dumps(members).encode()
    sealed = sealing.seal_bytes(plain, trust.recipient)
    leaf = make_leaf(sha256_hex(sealed), sha256_hex(plain), [])
    after, commit = extended(log, [leaf], trust, session.keys.sign_seed)
    folder.object(leaf.ct).parent.mkdir(exist_ok=True)
    folder.object(leaf.ct).write_bytes(sealed)
    (folder.logs / log.id / "commit" / str(after.size)).write_bytes(commit)
    return device.session().open_case(case_id)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("no json", lambda members: b"not json"),
        ("another case", lambda members: members.update(case="0" * 32)),
        ("another log", lambda members: members.update(log="0" * 16)),
        ("another place", lambda members: members.update(index=0)),
        ("no time", lambda members: members.update(recorded_at="soon")),
        ("a body that is a list", lambda members: members.update(body=[])),
        ("too deep", lambda members: b'{"salt":' + b"[" * 100_000),
    ],
)
def test_a_lying_entry_is_named_and_the_others_stay(
    tmp_path: Path, scene: tuple[Device, str], what: str, change: Callable[[dict[str, Any]], Any]
) -> None:
    """Well signed and well sealed, and still 20 with its log and index."""
    device, case_id = copied(scene, tmp_path)
    case = forge(device, case_id, change)
    assert [record.kind for record in case.entries()].count("note") == 4
    [lying] = [record for record in case.entries() if record.kind == ENTRY_MISSING]
    report = verify(device.vault, device.session(), state_dir=device.state)
    assert [(fault.code, fault.log, fault.index) for fault in report.faults] == [(20, lying.log, lying.index)], what


def copied(scene: tuple[Device, str], folder: Path) -> tuple[Device, str]:
    """A copy of the scene for one test, with a log of its own."""
    device = copy_device(scene[0], folder)
    device.session().open_case(scene[1]).append([note("own")])
    return device, scene[1]


def test_an_entry_that_claims_to_have_seen_another_history_is_a_fork(tmp_path: Path, scene: tuple[Device, str]) -> None:
    """The two logs cannot both be what they were."""
    device, case_id = copied(scene, tmp_path)

    def change(members: dict[str, Any]) -> None:
        members["seen"] = [[log, size, "0" * 64] for log, size, _ in members["seen"]]

    forge(device, case_id, change)
    assert verify(device.vault, device.session(), state_dir=device.state).exit_code == 22


def test_entries_that_wait_for_each_other_or_for_the_future_are_held_back(
    tmp_path: Path, scene: tuple[Device, str]
) -> None:
    """Reading ends, everything else is shown, and the wait is reported with 21."""
    device, case_id = copied(scene, tmp_path)

    def change(members: dict[str, Any]) -> None:
        members["seen"] = [[log, 10**9, root] for log, _, root in members["seen"]]

    case = forge(device, case_id, change)
    assert len(case.entries()) == 4
    assert [fault.code for fault in case.notices()] == [21] * len(case.held_back())
    assert verify(device.vault, device.session(), state_dir=device.state).exit_code == 21


def test_a_planted_key_is_not_used(tmp_path: Path, scene: tuple[Device, str]) -> None:
    """Anyone can seal an identity to a helper; only the one that the genesis names opens the case."""
    device, case_id = scene
    shutil.copytree(device.vault, tmp_path / "vault")
    planted = Device(tmp_path / "vault", tmp_path / "state", device.clock)
    session = planted.session()
    place = planted.vault / "cases" / case_id / "keys" / "0"
    for number in range(20):
        text = f"# case: planted-{number}\n{sealing.new_identity()}\n".encode()
        sealed = sealing.seal_bytes(text, session.keys.read_recipient)
        (place / f"{sha256_hex(sealed)}.age").write_bytes(sealed)
    assert "planted" not in planted.session().open_case(case_id).name
