"""A working copy is an exhibit of its own; the log says what it was made from, and who did what with both."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from recover.case.entries import ExhibitAdded, ExhibitCopied, Part
from recover.desk import OpenCase
from recover.errors import InputError, NotFoundError, RefusedError, UsageError
from tests.evidence.test_copies_image import photo


@pytest.fixture
def shot(case: OpenCase, tmp_path: Path) -> OpenCase:
    """A case with a telephone's photo as E01."""
    path = tmp_path / "IMG_2034 Nazli.jpg"
    path.write_bytes(photo())
    case.add_exhibits([path], title="Photo of the room", captured_at="2026-06-01", people="Nazli", shows="a room")
    path.unlink()
    return case


def bytes_of(case: OpenCase, number: str) -> bytes:
    body = case.state.exhibit(number).body
    opened = BytesIO()
    case.log.copy_object(Part(body.object_sha256, body.file_sha256), opened)
    return opened.getvalue()


def test_a_copy_is_a_new_exhibit_and_the_original_stays(shot: OpenCase, tmp_path: Path) -> None:
    """Number, class and capture as the original's; it answers nothing; the original is byte for byte itself."""
    before = shot.exhibit("E01")
    copied = shot.copy_exhibit("E01", reason="for the lawyer")
    row = shot.exhibit("E02")
    assert (row.copy_of, row.kind, row.suffix, row.sensitivity_class) == ("E01", "image", "jpg", "ordinary")
    assert (row.title, row.captured_at) == ("Photo of the room (without metadata)", before.captured_at)
    assert row.fulfils == ()
    assert bytes_of(shot, "E01") == photo()
    assert shot.exhibit("E01") == before
    assert not Image.open(BytesIO(bytes_of(shot, "E02"))).getexif()
    assert [type(entry.body) for entry in copied.recorded.entries] == [ExhibitAdded, ExhibitCopied]
    assert shot.verify().faults == ()


def test_nothing_of_the_original_name_and_people_comes_along(shot: OpenCase) -> None:
    """The copy's sealed parts say how it was made, and neither the file's name nor who can be seen."""
    shot.copy_exhibit("E01")
    assert set(shot.exhibit("E02").notes) == {"method"}
    assert shot.exhibit("E02").notes["method"].startswith("working copy of E01: encoded anew")


def test_no_readable_byte_touches_the_disk(shot: OpenCase, tmp_path: Path) -> None:
    """Neither the original nor the copy lies anywhere in clear, also not as a temporary file."""
    shot.copy_exhibit("E01", boxes=["0,0,20,20"])
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [each for each in files if b"\xff\xd8\xff" in each[:4] or b"JFIF" in each]


def test_the_same_copy_twice_is_said(shot: OpenCase) -> None:
    """A second run names the copy that is there; another box is another copy."""
    shot.copy_exhibit("E01", boxes=["0,0,20,20"])
    with pytest.raises(UsageError, match="E02"):
        shot.copy_exhibit("E01", boxes=["0,0,20,20"])
    assert shot.copy_exhibit("E01", boxes=["0,0,30,20"]).copy.number == "E03"
    shot.withdraw("E02", "covered too little")
    assert shot.copy_exhibit("E01", boxes=["0,0,20,20"]).copy.number == "E04"


def test_a_guarded_class_is_given_up_only_for_a_box_and_a_reason(case: OpenCase, tmp_path: Path) -> None:
    """Taking the metadata out of an ID card does not make it less of one."""
    (tmp_path / "id.jpg").write_bytes(photo())
    case.add_exhibits([tmp_path / "id.jpg"], kind="id-copy")
    assert case.exhibit("E01").sensitivity_class == "identity"
    with pytest.raises(RefusedError, match="without a box"):
        case.copy_exhibit("E01", sensitivity_class="ordinary", reason="for the press")
    with pytest.raises(RefusedError, match="reason"):
        case.copy_exhibit("E01", sensitivity_class="ordinary", boxes=["0,0,100%,100%"])
    assert case.copy_exhibit("E01").copy.sensitivity_class == "identity"
    assert case.copy_exhibit("E01", boxes=["0,0,9,9"]).copy.sensitivity_class == "identity"
    given_up = case.copy_exhibit(
        "E01", sensitivity_class="personal", boxes=["0,0,90%,90%"], reason="only the stamp is left"
    )
    assert (given_up.copy.kind, given_up.copy.sensitivity_class) == ("image", "personal")


def test_what_may_not_leave_gets_no_copy(shot: OpenCase) -> None:
    """A withdrawn or destroyed original cannot be got out by way of a copy."""
    with pytest.raises(NotFoundError):
        shot.copy_exhibit("E09")
    shot.withdraw("E01", "the client said no")
    with pytest.raises(RefusedError, match="withdrawn"):
        shot.copy_exhibit("E01")


def test_a_file_that_cannot_be_cleaned_adds_nothing(case: OpenCase, files: Path) -> None:
    """Refusals and broken files leave the log as it was."""
    case.add_exhibits([files])
    entries = len(case.entries)
    with pytest.raises(RefusedError):
        case.copy_exhibit("E01")
    with pytest.raises(InputError):
        case.copy_exhibit("E02")
    with pytest.raises(UsageError):
        case.copy_exhibit("E02", page=1)
    case.refresh()
    assert len(case.entries) == entries


def test_who_withdraws_or_destroys_an_original_hears_of_its_copies(shot: OpenCase) -> None:
    """A copy goes by its own number, and nobody is left to believe otherwise."""
    shot.copy_exhibit("E01")
    assert any("E02" in warning for warning in shot.withdraw("E01", "the client said no").warnings)
    assert shot.exhibit("E02").withdrawn == ""
    assert any("E02" in warning for warning in shot.erase("E01", "the client said no").warnings)
    assert not any("E01" in warning for warning in shot.withdraw("E02", "as well").warnings)


def test_custody_says_who_did_what_why_and_where(shot: OpenCase, tmp_path: Path) -> None:
    """Of the original and of its copy: deeds, reasons, entries and the device's log, oldest first."""
    shot.copy_exhibit("E01", boxes=["0,0,20,20"], reason="for the lawyer")
    shot.export_exhibit("E01", tmp_path / "out.jpg", reason="asked for by the client")
    shot.withdraw("E01", "the client said no")
    lines = shot.custody("E01")
    assert [(each.deed, each.why) for each in lines] == [
        ("added", ""),
        ("copied", "for the lawyer"),
        ("exported", "asked for by the client"),
        ("withdrawn", "the client said no"),
    ]
    assert "opened for the working copy E02" in lines[1].what
    assert {each.log for each in lines} == {shot.log.own_log}
    assert [each.at for each in lines] == sorted(each.at for each in lines)
    (_, made) = shot.custody("E02")
    assert made.what.startswith("made from E01: encoded anew from its pixels")
    assert "1 box painted over" in made.what


def test_an_older_program_knows_the_copy(shot: OpenCase) -> None:
    """What says how it was made is an entry of its own: the copy itself is told in words older programs know."""
    shot.copy_exhibit("E01")
    added = next(entry.body for entry in shot.entries if isinstance(entry.body, ExhibitAdded) and entry.body.copy_of)
    assert (added.number, added.copy_of) == ("E02", "E01")
