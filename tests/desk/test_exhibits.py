"""Files become exhibits, and exhibits become files again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from recover.case.entries import Erased, ExhibitExported
from recover.desk import Desk, OpenCase
from recover.errors import InputError, InterruptedByUser, NotFoundError, RefusedError, UsageError


def test_a_folder_becomes_numbered_exhibits(case: OpenCase, files: Path) -> None:
    """Files in order of name, kind from the content, SHA-256 and size as they lie there."""
    intake = case.add_exhibits([files])
    assert [(row.number, row.kind, row.suffix) for row in intake.added] == [
        ("E01", "text", "txt"),
        ("E02", "image", "png"),
        ("E03", "mail", "eml"),
    ]
    assert intake.added[0].file_sha256 == hashlib.sha256(b"first").hexdigest()
    assert intake.added[0].size_bytes == 5
    assert len(intake.recorded.receipts) == 3
    assert set(intake.plaintext) == set(files.iterdir())


def test_the_same_bytes_are_not_added_again(case: OpenCase, files: Path) -> None:
    """A second run names the exhibit that holds them; two equal files in one run are one exhibit."""
    case.add_exhibits([files])
    (files / "copy of a.txt").write_bytes(b"first")
    again = case.add_exhibits([files])
    assert again.added == ()
    assert {(row.name, row.number) for row in again.duplicates} >= {("files/copy of a.txt", "E01")}
    assert len(case.exhibits()) == 3


def test_what_is_said_about_a_file_is_kept_and_its_name_sealed_apart(case: OpenCase, files: Path) -> None:
    """The title is the person's; the file's own name shows only when the exhibit is looked at."""
    case.add_exhibits(
        [files / "a.txt"], title="Note of a call", captured_at="2026-06-02 23:15", method="phone", shows="who rang"
    )
    (listed,) = case.exhibits()
    assert listed.title == "Note of a call"
    assert listed.captured_at == "2026-06-02T23:15+02:00[Europe/Warsaw]"
    assert not listed.notes
    notes = case.exhibit("e01").notes
    assert notes["original_name"] == "a.txt"
    assert notes["shows"] == "who rang"
    assert notes["method"] == "phone"
    assert "a.txt" not in repr([entry.body for entry in case.entries])


def test_a_need_gives_kind_title_and_class(case: OpenCase, files: Path) -> None:
    """An exhibit that answers a need of the playbook takes what the playbook says of it."""
    need = next(
        (f"{step.id}.{need.id}", need)
        for step in case.playbooks[0].steps
        if not step.for_each
        for need in step.evidence
        if need.sensitivity_class == "ordinary" and not need.visible_if
    )
    case.add_exhibits([files / "c.eml"], fulfils=[need[0]])
    (row,) = case.exhibits()
    assert (row.kind, row.title) == (need[1].kind, need[1].title)
    assert row.fulfils == (need[0],)


def test_a_file_that_is_there_already_answers_a_second_need(case: OpenCase, files: Path) -> None:
    """Giving the same file again for another need links the exhibit it is."""
    step = next(step for step in case.playbooks[0].steps if len(step.evidence) > 1 and not step.for_each)
    first, second = (f"{step.id}.{need.id}" for need in step.evidence[:2])
    case.add_exhibits([files / "c.eml"], fulfils=[first])
    again = case.add_exhibits([files / "c.eml"], fulfils=[second])
    assert again.added == ()
    assert len(again.recorded.entries) == 1
    assert case.exhibits()[0].fulfils == (first, second)


def test_a_need_that_is_not_there_is_said_before_anything_is_read(case: OpenCase, files: Path) -> None:
    """A typing mistake costs no sealing and leaves no exhibit."""
    with pytest.raises((NotFoundError, UsageError)):
        case.add_exhibits([files], fulfils=["capture.no_such_need"])
    assert case.exhibits() == ()


def test_an_empty_folder_is_an_error(case: OpenCase, tmp_path: Path) -> None:
    """Nobody is left to believe that something was taken in."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        case.add_exhibits([tmp_path / "empty"])


def test_progress_is_told_up_to_the_last_byte(case: OpenCase, tmp_path: Path) -> None:
    """Each file's bytes add up to its size."""
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(3_000_000))
    told: list[tuple[str, int, int]] = []
    case.add_exhibits([big], progress=lambda *row: told.append(row))
    assert told[-1] == ("big.bin", 3_000_000, 3_000_000)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_an_interruption_loses_nothing_and_the_same_command_continues(case: OpenCase, files: Path) -> None:
    """What was sealed before Ctrl-C is recorded before the command ends."""

    def interrupt(name: str, done: int, size: int) -> None:
        if name == "files/b.png":
            raise KeyboardInterrupt

    with pytest.raises(InterruptedByUser) as error:
        case.add_exhibits([files], progress=interrupt)
    assert "1 of 3" in error.value.message
    assert [row.number for row in case.exhibits()] == ["E01"]
    rest = case.add_exhibits([files])
    assert [row.number for row in rest.added] == ["E02", "E03"]
    assert case.verify().faults == ()


def test_a_hundred_more_files_than_a_batch_are_all_there(case: OpenCase, tmp_path: Path) -> None:
    """Numbers run on over the borders of commits."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(str(number))
    intake = case.add_exhibits([folder])
    assert [row.number for row in intake.added] == [f"E{number:02d}" for number in range(1, 301)]


def test_an_exported_exhibit_is_the_file_that_was_added(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """Byte for byte, under the name that was asked for, and the log says so."""
    case.add_exhibits([files])
    exported = case.export_exhibit("E02", tmp_path / "out.png", reason="for the lawyer")
    assert (tmp_path / "out.png").read_bytes() == (files / "b.png").read_bytes()
    assert exported.warnings
    assert case.entries[-1].body == ExhibitExported("E02", "for the lawyer")
    assert [line.what for line in case.custody("E02")][1] == "taken out: for the lawyer"
    assert not (tmp_path / "out.png.part").exists()


def test_a_folder_as_target_gets_a_neutral_name(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """The file's own name does not come back by itself."""
    case.add_exhibits([files / "c.eml"])
    (tmp_path / "out").mkdir()
    assert case.export_exhibit("E01", tmp_path / "out").path.name == "E01.eml"


def test_an_existing_file_is_never_overwritten(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """Nor a link followed; nothing is recorded."""
    case.add_exhibits([files / "a.txt"])
    before = len(case.entries)
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("there", "link"):
        with pytest.raises(UsageError):
            case.export_exhibit("E01", tmp_path / name)
    with pytest.raises(NotFoundError):
        case.export_exhibit("E01", tmp_path / "no folder" / "x")
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert len(case.entries) == before


def test_an_altered_exhibit_leaves_no_file(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """A fault while reading leaves nothing, not even a beginning."""
    case.add_exhibits([files / "a.txt"])
    sealed = case.state.exhibits[0].body.object_sha256
    (path,) = (tmp_path / "vault").rglob(f"{sealed}.age")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Exception) as error:
        case.export_exhibit("E01", tmp_path / "out.txt")
    assert getattr(error.value, "exit_code", 1) in (20, 21, 22)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("out")) == []


def test_a_withdrawn_exhibit_never_leaves(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """Withdrawing keeps the bytes and closes the door."""
    case.add_exhibits([files / "a.txt"])
    case.withdraw("E01", "the client asked")
    with pytest.raises(RefusedError):
        case.export_exhibit("E01", tmp_path / "out.txt")
    assert case.exhibits()[0].withdrawn == "the client asked"
    assert not (tmp_path / "out.txt").exists()


def test_an_erased_exhibit_is_gone_and_its_hash_stays(desk: Desk, case: OpenCase, files: Path, tmp_path: Path) -> None:
    """The sealed bytes are unlinked behind a signed statement; verify takes it for what it is."""
    case.add_exhibits([files])
    gone = case.state.exhibits[0].body
    recorded = case.erase("E01", "the client asked")
    assert isinstance(recorded.entries[0].body, Erased)
    assert recorded.warnings
    assert not list((tmp_path / "vault").rglob(f"{gone.object_sha256}.age"))
    assert not list((tmp_path / "vault").rglob(f"{gone.source.sealed_sha256}.age"))
    again = desk.open(case.name)
    assert again.exhibits()[0].file_sha256 == gone.file_sha256
    assert again.exhibits()[0].erased == "the client asked"
    assert again.exhibit("E01").notes == {}
    with pytest.raises(NotFoundError):
        again.export_exhibit("E01", tmp_path / "out.txt")
    assert again.verify().faults == ()
    with pytest.raises(UsageError, match="already"):
        again.erase("E01", "once more")


def test_an_erased_number_is_never_given_again(case: OpenCase, files: Path) -> None:
    """A number once spoken means one exhibit for ever, undone ones included."""
    added = case.add_exhibits([files / "a.txt"]).recorded.entries[0]
    case.undo(added.id, "wrong file")
    case.add_exhibits([files / "b.png"])
    case.erase("E02", "wrong file")
    case.add_exhibits([files / "c.eml"])
    assert [row.number for row in case.exhibits()] == ["E02", "E03"]


def test_an_erased_note_is_gone(case: OpenCase) -> None:
    """An entry's text can be destroyed; the entry that says so remains."""
    entry = case.note("the name of a source").entries[0]
    case.erase(entry.id, "should never have been written")
    assert "the name of a source" not in repr(case.entries)
    assert isinstance(case.entries[-1].body, Erased)
    assert case.verify().faults == ()


def test_what_opens_a_case_cannot_be_erased(case: OpenCase) -> None:
    """Without its first entries nobody could read the rest."""
    for entry in case.entries[:2]:
        with pytest.raises(RefusedError):
            case.erase(entry.id, "a reason")


def test_custody_tells_the_whole_story(case: OpenCase, files: Path, tmp_path: Path) -> None:
    """Added, taken out, withdrawn, destroyed: with entry and time, oldest first."""
    case.add_exhibits([files / "a.txt"])
    case.export_exhibit("E01", tmp_path / "x.txt")
    case.withdraw("E01", "not needed")
    case.erase("E01", "not needed")
    lines = case.custody("E01")
    assert [line.what.split(",")[0].split(":")[0] for line in lines] == ["added", "taken out", "withdrawn", "destroyed"]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
