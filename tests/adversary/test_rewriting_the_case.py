"""A helper in a hurry, or one who means harm, corrects, undoes and erases: nothing that holds back lets go thereby."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.case.entries import Answered, ExhibitAdded, LetterApproved, RivalNoted
from recover.content import content_root
from recover.desk import Desk, OpenCase
from recover.errors import RefusedError, UsageError

ANSWERS = content_root() / "playbooks" / "hijacked-page" / "answers-example.yaml"
LETTER = "page-hijack-statement"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    made.create_throwaway_vault()
    return made


@pytest.fixture
def case(desk: Desk) -> OpenCase:
    return desk.open(desk.apply_answers("hijacked-page", ANSWERS).case)


def entry_of(case: OpenCase, kind: type) -> str:
    return next(entry.id for entry in reversed(case.entries) if isinstance(entry.body, kind))


def contact_entry(case: OpenCase) -> str:
    return next(
        entry.id
        for entry in case.entries
        if isinstance(entry.body, Answered) and entry.body.fact == "intake.safe_contact"
    )


@pytest.mark.parametrize(
    "members",
    [
        {"number": "../x"},
        {"number": "E99"},
        {"file_sha256": "0" * 64},
        {"object_sha256": "0" * 64},
        {"size_bytes": -5},
        {"suffix": "exe"},
        {"file": {"sealed_sha256": "a", "plain_sha256": "b"}},
        {"sensitivity_class": "harmless"},
        {"captured_at": "garbage"},
        {"title": " "},
    ],
)
def test_an_exhibit_stays_the_exhibit_that_was_added(case: OpenCase, members: dict[str, object]) -> None:
    """A correction changes an exhibit's words, never its number, bytes, hash or file ending."""
    with pytest.raises(UsageError):
        case.correct(entry_of(case, ExhibitAdded), members, "x")


def test_an_id_copy_stays_of_class_identity(case: OpenCase, tmp_path: Path) -> None:
    """A copy of an ID cannot be corrected into an ordinary picture that leaves by itself."""
    scan = tmp_path / "scan.jpg"
    scan.write_bytes(b"\xff\xd8\xff\xe0 scan")
    case.add_exhibits([scan], kind="id-copy", title="ID")
    case.correct(entry_of(case, ExhibitAdded), {"sensitivity_class": "ordinary"}, "x")
    assert case.exhibits()[-1].sensitivity_class == "identity"


@pytest.mark.parametrize("members", [{"fact": "intake.client_name"}, {"status": "zzz"}, {"element": "x"}])
def test_an_answer_stays_the_answer_to_its_question(case: OpenCase, members: dict[str, object]) -> None:
    """A correction changes what was answered, never which question."""
    with pytest.raises(UsageError):
        case.correct(contact_entry(case), members, "x")


def test_an_approval_cannot_be_moved_to_another_text(case: OpenCase) -> None:
    """What the client approved is the text that was read out; a changed one is read out again before it goes."""
    case.approve(LETTER, how="read aloud", language="en")
    case.answer("hijacked_page.taker_changes", "something wholly different happened there")
    changed = case.letter(LETTER).text_sha256
    with pytest.raises(UsageError):
        case.correct(entry_of(case, LetterApproved), {"text_sha256": changed}, "x")
    with pytest.raises(RefusedError):
        case.sent(LETTER, reference="1")


def test_a_withdrawn_exhibit_never_comes_back(case: OpenCase) -> None:
    """Neither undo, correct nor erase lets a withdrawn exhibit leave again."""
    case.withdraw("E01", "the client asked for it")
    entry = case.entries[-1].id
    with pytest.raises(RefusedError):
        case.undo(entry, "x")
    with pytest.raises(RefusedError):
        case.correct(entry, {"number": "E02"}, "x")
    with pytest.raises(RefusedError):
        case.erase(entry, "x")
    assert "E01" not in [each.number for each in case.plan_packet("platform").exhibits]


def test_erasing_the_first_contact_lets_no_changed_one_pass(case: OpenCase) -> None:
    """The first safe contact cannot be erased, so that a later one is always known for a change."""
    with pytest.raises(RefusedError):
        case.erase(contact_entry(case), "x")


def test_a_rival_is_overridden_with_a_reason_and_not_undone(desk: Desk, case: OpenCase) -> None:
    """That another case claims the account cannot be undone or erased; the gate's own override says who and why."""
    other = desk.start("hijacked-page", zone="Europe/Warsaw")
    other.apply_answers(ANSWERS)
    entry = entry_of(other, RivalNoted)
    with pytest.raises(RefusedError):
        other.undo(entry, "x")
    with pytest.raises(RefusedError):
        other.erase(entry, "x")


@pytest.mark.parametrize("name", ["", ".", "a\0b", "a" * 300])
def test_a_name_that_cannot_be_a_folder_is_wrong_usage(case: OpenCase, name: str) -> None:
    """A packet asked for in an impossible place is refused, not a crash."""
    with pytest.raises(UsageError):
        case.write_packet(case.plan_packet("platform"), Path(name))


def test_nothing_readable_is_written_into_a_vault(case: OpenCase, tmp_path: Path) -> None:
    """A vault is copied and synced as unreadable: no packet and no exhibit is written into it."""
    inside = tmp_path / "vault" / "cases" / case.id
    with pytest.raises(UsageError):
        case.write_packet(case.plan_packet("platform"), inside / "packet")
    with pytest.raises(UsageError):
        case.export_exhibit("E01", inside / "E01.eml")
    with pytest.raises(UsageError):
        case.export_exhibit("E01", inside)
