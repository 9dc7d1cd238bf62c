"""What is recorded, and what happens when two write at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.case.entries import Noted
from recover.desk import Desk, OpenCase
from recover.errors import NotFoundError, RefusedError, UsageError

PAGE = {
    "kind": "facebook-page",
    "name": "Notes",
    "platform_id": "100064000000555",
    "url": "https://www.facebook.com/100064000000555",
}


def test_every_entry_has_a_receipt_and_the_cases_name(case: OpenCase) -> None:
    """The echo of a write names the case and says where the entry stands."""
    recorded = case.note("spoken by phone")
    assert recorded.case == case.name
    assert [entry.body for entry in recorded.entries] == [Noted("spoken by phone")]
    log, index, root = recorded.receipts[0].split(", ")
    assert (log, int(index), len(root)) == (case.entries[-1].log, case.entries[-1].index, 64)


def test_the_same_answer_again_adds_no_entry(case: OpenCase) -> None:
    """Answering twice alike is not news."""
    assert len(case.answer("intake.safe_to_talk", "yes").entries) == 1
    assert case.answer("intake.safe_to_talk", "yes").entries == ()


def test_an_answer_that_does_not_fit_writes_nothing(case: OpenCase) -> None:
    """The value is checked against the question before anything is appended."""
    before = len(case.entries)
    with pytest.raises(UsageError):
        case.answer("intake.zone", "Moon/Crater")
    with pytest.raises(UsageError):
        case.answer("intake.no_such_question", "yes")
    case.refresh()
    assert len(case.entries) == before


def test_a_decision_is_taken_again_when_another_wrote_in_between(desk: Desk, case: OpenCase) -> None:
    """What is appended was decided on the state it is appended to."""
    seen: list[int] = []
    first, second = desk.open(case.name), desk.open(case.name)
    assert len(first.entries) == 2
    second.note("meanwhile")

    def decide(state: object) -> list[object]:
        notes = len(getattr(state, "notes"))  # noqa: B009
        seen.append(notes)
        return [Noted(f"there were {notes} before")]

    first.record(decide)
    assert seen == [0, 1]
    assert [one.body.text for one in first.state.notes] == ["meanwhile", "there were 1 before"]


def test_two_who_add_at_once_give_different_numbers(desk: Desk, case: OpenCase, files: Path) -> None:
    """An exhibit's number is given under the lock, not when the file was read."""
    first, second = desk.open(case.name), desk.open(case.name)
    assert len(first.entries) == len(second.entries) == 2
    first.add_exhibits([files / "a.txt"])
    second.add_exhibits([files / "b.png"])
    assert [row.number for row in desk.open(case.name).exhibits()] == ["E01", "E02"]


def test_undo_takes_back_the_last_thing_that_can_be(case: OpenCase) -> None:
    """Without an entry, the newest; what opens a case stays."""
    case.note("wrong case")
    case.undo(reason="typed into the wrong case")
    assert case.state.notes == ()
    with pytest.raises(UsageError):
        case.undo()


def test_a_correction_replaces_and_keeps(case: OpenCase) -> None:
    """The new text counts, the old one is still in the log."""
    entry = case.note("the firts text").entries[0]
    case.correct(entry.id, {"text": "the first text"}, "typing")
    assert [one.body.text for one in case.state.notes] == ["the first text"]
    assert entry.body == Noted("the firts text")


def test_a_changed_answer_says_what_it_made_doubtful(case: OpenCase) -> None:
    """Later answers are counted, none is deleted."""
    case.answer("intake.safe_to_talk", "yes")
    case.answer("intake.danger_now", "no")
    recorded = case.answer("intake.safe_to_talk", "not_now")
    assert recorded.stale == "; ".join(each.words for each in case.survey().stale if each.words)
    assert len(case.state.raw_answers) == 2


def test_the_same_account_in_two_cases_stops_both(desk: Desk, case: OpenCase) -> None:
    """Two people who claim one Page: both cases know, the helper is warned, no client is named."""
    other = desk.start("hijacked-page")
    case.answer("hijacked_page.page", PAGE)
    recorded = other.answer("hijacked_page.page", PAGE)
    assert any(case.name in warning for warning in recorded.warnings)
    first, second = desk.open(case.name), desk.open(other.name)
    assert {one.body.other_case for one in first.state.rivals} == {other.id}
    assert {one.body.other_case for one in second.state.rivals} == {case.id}
    for one in (first, second):
        gate = one.survey().gate("rival_claimant")
        assert gate is not None
        assert not gate.is_open


def test_practice_never_meets_real_work(desk: Desk, case: OpenCase) -> None:
    """An account of a practice case is no rival of a real one."""
    practice = desk.start("hijacked-page", practice=True)
    case.answer("hijacked_page.page", PAGE)
    assert practice.answer("hijacked_page.page", PAGE).warnings == ()
    assert desk.open(case.name).state.rivals == ()


def test_a_reply_without_a_step_needs_something_that_waits(case: OpenCase) -> None:
    """Nothing was sent, so nothing can answer."""
    with pytest.raises(UsageError, match="nothing waits"):
        case.reply("restored")


def test_a_letter_before_its_step_is_refused(case: OpenCase) -> None:
    """A letter cannot be recorded as sent from a case that has not come so far."""
    with pytest.raises((RefusedError, UsageError, NotFoundError)):
        case.sent("page-hijack-statement", reference="X")
    assert case.state.sent == ()
