"""A packet as one file: the same bytes as a folder, sealed for those named and nobody else, and never half there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from recover.case.entries import PacketExported
from recover.desk import OpenCase, archiving, leaving, outside
from recover.desk.archiving import Form, read_recipients
from recover.errors import AlteredError, CannotWriteError, UsageError
from recover.playbook.stories import load_story
from recover.practice import find_stories, play_acts, practising
from recover.vault.sealing import SealingWriter, new_identity, recipient_of

STORY = "first-try"
ZIP = Form(is_zip=True)
EVERY = ("txt,pdf,docx,html,eml,csv,ics",)


@pytest.fixture(scope="module")
def played() -> Iterator[OpenCase]:
    """A case that has come so far that packets leave."""
    story = load_story(find_stories([STORY])[0])
    with practising(story) as begin:
        case, clock = begin()
        assert play_acts(case, clock, story) == ()
        yield case


def opened(target: Path, key: Path) -> bytes:
    """Open a file with the stock age program."""
    return subprocess.run(["age", "-d", "-i", str(key), str(target)], check=True, capture_output=True).stdout


def names_under(folder: Path) -> list[str]:
    """Return every file below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- a zip ----------------------------------------------------------------------------------------------------------


def test_a_zip_holds_what_the_folder_would(played: OpenCase, tmp_path: Path) -> None:
    """Unpacked, it is the packet: every file the same, in one folder, and it verifies."""
    plan = played.plan_packet("platform")
    written = played.write_packet(plan, tmp_path / "out", ZIP)
    assert written.path == tmp_path / "out.zip"
    shutil.unpack_archive(written.path, tmp_path / "unpacked")
    assert [path.name for path in (tmp_path / "unpacked").iterdir()] == ["platform"]
    folder = tmp_path / "unpacked" / "platform"
    assert names_under(folder) == sorted(path for path, _ in written.files)
    assert leaving.verify(folder).faults == ()


@pytest.mark.needs("unzip")
def test_another_program_tests_the_zip(played: OpenCase, tmp_path: Path) -> None:
    """Headers, sums and the list at the end agree for a program that reads them all."""
    played.write_packet(played.plan_packet("platform", only=EVERY), tmp_path / "out.zip", ZIP)
    subprocess.run(["unzip", "-tq", str(tmp_path / "out.zip")], check=True, capture_output=True)


def test_a_zip_has_no_clock_and_safe_names(played: OpenCase, tmp_path: Path) -> None:
    """Every member is of the first day a zip can name, in order, in plain ASCII, unpacked by every program."""
    written = played.write_packet(played.plan_packet("platform"), tmp_path / "out", ZIP)
    with zipfile.ZipFile(written.path) as archive:
        members = archive.infolist()
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert [member.filename for member in members] == sorted(member.filename for member in members)
    assert all(member.filename.isascii() and member.compress_type == zipfile.ZIP_STORED for member in members)
    # Sizes and sums stand in front of each member, for programs that read from the beginning.
    assert not any(member.flag_bits & 0x08 for member in members)


def test_the_same_packet_is_the_same_zip(played: OpenCase, tmp_path: Path) -> None:
    """A zip has no time and no chance in it."""
    plan = played.plan_packet("platform", only=EVERY)
    files = leaving.build(played, plan)
    sizes = {exhibit.number: exhibit.size_bytes for exhibit in plan.exhibits}
    for name in ("one", "two"):
        with archiving.writing_to(tmp_path / name, ZIP, "platform") as put:
            for file in files:
                leaving.write_file(played, put, file, sizes)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


# --- sealed ---------------------------------------------------------------------------------------------------------


@pytest.mark.needs("age")
@pytest.mark.needs("ssh-keygen")
def test_each_of_those_named_opens_it_with_stock_age(played: OpenCase, tmp_path: Path) -> None:
    """An age key, an ed25519 and an RSA key: each opens the same packet, which verifies."""
    age_key = tmp_path / "key.txt"
    age_key.write_text(new_identity() + "\n")
    for kind in ("ed25519", "rsa"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "nermin@laptop", "-f", str(tmp_path / kind)], check=True
        )
    named = [
        recipient_of(age_key.read_text().strip()),
        str(tmp_path / "ed25519.pub"),
        (tmp_path / "rsa.pub").read_text(),
    ]
    form = Form(sealed_for=read_recipients(named))
    written = played.write_packet(played.plan_packet("platform", only=EVERY), tmp_path / "out", form)
    assert written.path == tmp_path / "out.zip.age"
    found = {opened(written.path, key) for key in (age_key, tmp_path / "ed25519", tmp_path / "rsa")}
    assert len(found) == 1
    (tmp_path / "open.zip").write_bytes(found.pop())
    shutil.unpack_archive(tmp_path / "open.zip", tmp_path / "unpacked")
    assert leaving.verify(tmp_path / "unpacked" / "platform").faults == ()


@pytest.mark.needs("age")
def test_nobody_else_opens_it(played: OpenCase, tmp_path: Path) -> None:
    """A key that was not named opens nothing."""
    form = Form(sealed_for=(recipient_of(new_identity()),))
    written = played.write_packet(played.plan_packet("victim"), tmp_path / "out", form)
    other = tmp_path / "other.txt"
    other.write_text(new_identity() + "\n")
    done = subprocess.run(["age", "-d", "-i", str(other), str(written.path)], capture_output=True, check=False)
    assert done.returncode != 0
    assert done.stdout == b""


def test_the_log_knows_for_whom_it_was_sealed(played: OpenCase, tmp_path: Path) -> None:
    """Recipients by their public key, without the name of a person and machine behind an ssh key."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBeSag5bsbJxZ4wm8Im9owQ1NRG72X8GAUbjzFg+YuZW"
    recipients = read_recipients([f"{key} nermin@laptop"])
    played.write_packet(played.plan_packet("victim"), tmp_path / "out", Form(sealed_for=recipients))
    body = played.entries[-1].body
    assert isinstance(body, PacketExported)
    assert body.sealed_for == (key,)


def test_nothing_readable_touches_the_disk(played: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a sealed packet is written, every file that is opened for writing holds an age file and nothing else."""
    seen: dict[str, bytes] = {}
    opening = os.open

    def watch(path: str | Path, flags: int, *more: int, **named: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            seen[str(path)] = b""
        return opening(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", watch)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "no-such-folder"))
    form = Form(sealed_for=(recipient_of(new_identity()),))
    played.write_packet(played.plan_packet("platform", only=EVERY), tmp_path / "out", form)
    outside_vault = [path for path in seen if path.startswith(str(tmp_path))]
    assert outside_vault == [str(tmp_path / "out.zip.age.part")]
    assert names_under(tmp_path) == ["out.zip.age"]
    assert (tmp_path / "out.zip.age").read_bytes().startswith(b"age-encryption.org/v1\n")


@pytest.mark.parametrize(
    "given", ["age1qqqqqqqq", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3M=", "no-such-file", "age1 x"]
)
def test_a_wrong_recipient_is_wrong_usage(given: str) -> None:
    """Nothing is made for a key that is none; the hint says what a key looks like."""
    with pytest.raises(UsageError) as caught:
        read_recipients([given])
    assert "age1" in caught.value.hint


@pytest.mark.parametrize(
    "secret", ["AGE-SECRET-KEY-1QQQQ", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"]
)
def test_a_secret_key_is_refused_and_not_repeated(secret: str, tmp_path: Path) -> None:
    """Whoever names the wrong half of a key is told so, and it does not land on the screen."""
    (tmp_path / "id").write_text(secret)
    given = [str(tmp_path / "id")] if "\n" in secret else [secret, str(tmp_path / "id")]
    for each in given:
        with pytest.raises(UsageError, match="secret key") as caught:
            read_recipients([each])
        assert "QQQQ" not in f"{caught.value.message} {caught.value.place} {caught.value.hint}"


def test_a_file_of_keys_may_hold_several(tmp_path: Path) -> None:
    """One per line, remarks and empty lines between, each counted once."""
    one, two = recipient_of(new_identity()), recipient_of(new_identity())
    (tmp_path / "keys").write_text(f"# the helpline\n{one}\n\n{two}\n{one}\n")
    assert read_recipients([str(tmp_path / "keys")]) == (one, two)
    (tmp_path / "large").write_bytes(b"#" * 100_000)
    for bad in ("large", "."):
        with pytest.raises(UsageError):
            read_recipients([str(tmp_path / bad)])


@pytest.mark.parametrize("size", [0, 1, 65536, 3_000_001])
def test_what_is_sealed_piece_by_piece_comes_out_whole(size: int) -> None:
    """Pieces of any size, empty ones among them, make one age file of all the bytes."""
    import io

    from recover.vault.sealing import unseal

    identity = new_identity()
    content = os.urandom(size)
    sealed, found = io.BytesIO(), io.BytesIO()
    with SealingWriter(sealed, [recipient_of(identity)]) as writer:
        writer.write(b"")
        for start in range(0, size, 70_001):
            writer.write(content[start : start + 70_001])
            writer.write(b"")
    sealed.seek(0)
    unseal(sealed, found, (identity,))
    assert found.getvalue() == content


# --- never half there -----------------------------------------------------------------------------------------------


class Full:
    """A disk that takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, data: bytes, /) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise CannotWriteError("cannot write: No space left on device")
        return len(data)


def test_a_full_disk_ends_the_sealing() -> None:
    """What the writer raises comes out as it is, at the latest at the end, and no thread stays behind."""
    before = threading.active_count()

    def fill() -> None:
        with SealingWriter(Full(200_000), [recipient_of(new_identity())]) as writer:
            for _ in range(500):
                writer.write(bytes(100_000))

    with pytest.raises(CannotWriteError):
        fill()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "form", [archiving.FOLDER, ZIP, Form(sealed_for=(recipient_of(new_identity()),))], ids=["folder", "zip", "sealed"]
)
@pytest.mark.parametrize("room", [0, 5_000, 120_000])
def test_a_full_disk_leaves_nothing(
    played: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form, room: int
) -> None:
    """Whatever the form and however far it came: no folder, no file, no part."""
    left = Full(room)
    writing = outside.Target.write

    def write(target: outside.Target, data: bytes, /) -> int:
        left.write(data)
        return writing(target, data)

    monkeypatch.setattr(outside.Target, "write", write)
    plan = played.plan_packet("platform", only=EVERY)
    with pytest.raises(CannotWriteError):
        played.write_packet(plan, tmp_path / "out", form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [ZIP, Form(sealed_for=(recipient_of(new_identity()),))], ids=["zip", "sealed"])
def test_an_exhibit_that_was_altered_leaves_nothing(played: OpenCase, tmp_path: Path, form: Form) -> None:
    """A damaged exhibit is exit 20, and there is no archive with a hole."""
    plan = played.plan_packet("platform")
    exhibit = played.state.exhibit(plan.exhibits[-1].number)
    assert exhibit is not None
    (sealed,) = played.log._folder.path.rglob(f"{exhibit.body.object_sha256}.age")
    kept = sealed.read_bytes()
    sealed.chmod(0o600)
    sealed.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        with pytest.raises(AlteredError):
            played.write_packet(plan, tmp_path / "out", form)
    finally:
        sealed.write_bytes(kept)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(played: OpenCase, tmp_path: Path) -> None:
    """The name with its ending is what must be free, and it is said before anything is made."""
    (tmp_path / "out.zip").write_text("mine")
    before = len(played.entries)
    with pytest.raises(UsageError, match="already"):
        played.write_packet(played.plan_packet("platform"), tmp_path / "out", ZIP)
    assert (tmp_path / "out.zip").read_text() == "mine"
    assert len(played.entries) == before


@pytest.mark.parametrize(
    ("out", "form", "name"),
    [
        ("out", ZIP, "out.zip"),
        ("out.zip", ZIP, "out.zip"),
        ("out", Form(sealed_for=("x",)), "out.zip.age"),
        ("out.zip", Form(sealed_for=("x",)), "out.zip.age"),
        ("out.zip.age", Form(sealed_for=("x",)), "out.zip.age"),
        ("out.age", Form(is_zip=True, sealed_for=("x",)), "out.zip.age"),
        ("out.v2", ZIP, "out.v2.zip"),
    ],
)
def test_the_ending_says_what_it_is(out: str, form: Form, name: str) -> None:
    """Whatever ending was typed, that of the form stands once."""
    assert form.target(Path(out)) == Path(name)


SLOW = """
import sys, time
from pathlib import Path
from recover.desk.archiving import Form, writing_to
sealed = (sys.argv[2],) if sys.argv[2] else ()
try:
    with writing_to(Path(sys.argv[1]), Form(is_zip=bool(sys.argv[3]), sealed_for=sealed), "top") as put:
        with put("a.txt", 6) as sink:
            sink.write(b"secret")
        print("written", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    print("ended", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
@pytest.mark.parametrize("form", ["", "zip", "sealed"])
def test_who_is_asked_to_end_leaves_nothing(tmp_path: Path, name: str, form: str) -> None:
    """A terminal that is closed and a machine that shuts down leave no half-written packet behind."""
    recipient = recipient_of(new_identity()) if form == "sealed" else ""
    arguments = [sys.executable, "-c", SLOW, str(tmp_path / "out"), recipient, form]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        assert list(tmp_path.iterdir()) != []
        process.send_signal(getattr(signal, name))
        started = time.monotonic()
        assert process.stdout.readline() == "ended\n"
        assert time.monotonic() - started < 20
    assert list(tmp_path.iterdir()) == []
