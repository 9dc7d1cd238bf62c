"""What a helper does with a letter: make it, have it approved, send it, hear back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recover import content
from recover.desk import Desk, OpenCase
from recover.errors import NotFoundError, RecoverError, RefusedError, UsageError

LETTER = "page-hijack-statement"


@pytest.fixture
def ready(desk: Desk, tmp_path: Path) -> OpenCase:
    """A case with everything up to the form, from the shipped example."""
    folder = tmp_path / "example"
    shutil.copytree(content.playbooks_root() / "hijacked-page", folder)
    applied = desk.apply_answers("hijacked-page", folder / "answers-example.yaml")
    return desk.open(applied.case)


def test_a_letter_is_made_from_the_case(ready: OpenCase) -> None:
    """Its text names what the case knows, and says whether it was approved."""
    letter = ready.letter(LETTER)
    assert "Neighbourhood Notes" in letter.text
    assert letter.approval == "missing"


def test_nothing_is_sent_in_a_clients_name_without_approval(ready: OpenCase) -> None:
    """The refusal names the way on; nothing is recorded."""
    with pytest.raises(RefusedError):
        ready.sent(LETTER, reference="FB-1")
    assert ready.state.sent == ()


def test_an_approved_letter_is_sent_and_answered(ready: OpenCase) -> None:
    """Approval, dispatch, a look at the inbox, the reply: each an entry, the ticket kept."""
    ready.approve(LETTER, how="read aloud by phone", language="en")
    assert ready.letter(LETTER).approval == "given"
    sent = ready.sent(LETTER, reference="FB-440017").entries[0].body
    assert sent.reference == "FB-440017"
    assert sent.text_sha256 == ready.state.approvals[0].body.text_sha256
    ready.refresh()
    ready.chase("", "looked into inbox and spam")
    reply = ready.reply("restored", text="You have access again").entries[0].body
    assert reply.outcome == "restored"
    assert ready.survey().instance(reply.step).status == "done"


def test_a_second_dispatch_of_the_same_letter_is_refused(ready: OpenCase) -> None:
    """Duplicate reports are themselves a breach of the platforms' rules."""
    ready.approve(LETTER, how="read aloud by phone", language="en")
    ready.sent(LETTER, reference="FB-1")
    with pytest.raises(RecoverError) as error:
        ready.sent(LETTER, reference="FB-2")
    assert error.value.exit_code in (2, 4)
    assert len(ready.state.sent) == 1


def test_an_approval_does_not_reach_a_changed_text(ready: OpenCase) -> None:
    """When an answer in the letter changes, the client must hear it again."""
    ready.approve(LETTER, how="read aloud by phone", language="en")
    ready.answer("intake.client_name", "Mira Olsen-Berg")
    assert ready.letter(LETTER).approval == "outdated"
    with pytest.raises(RefusedError):
        ready.sent(LETTER, reference="FB-1")


def test_a_letter_nobody_wrote_is_not_found(ready: OpenCase) -> None:
    """The name is checked before anything else."""
    with pytest.raises((NotFoundError, UsageError)):
        ready.letter("no-such-letter")


def test_events_calls_and_promises_are_kept(ready: OpenCase) -> None:
    """The world outside: partial dates stay partial, a promise is due on its day."""
    event = ready.event("2017-03", "The Page was lost for the first time", marks=["loss"]).entries[0].body
    assert event.when == "2017-03"
    call = ready.call("the partner", "they will ask", promises=[("an answer", "2026-06-20")]).entries[0]
    assert any(item.on is not None and item.on.isoformat() == "2026-06-20" for item in ready.survey().due)
    ready.settle_promise(call.id, 1, "kept", "they rang")
    assert ready.state.promises[0].body.result == "kept"
    assert any(row.when.text == "2017-03" for row in ready.timeline())


def test_a_gate_is_opened_with_a_reason_and_a_case_closed_with_one(ready: OpenCase) -> None:
    """Overrides and closing leave their reasons in the log."""
    ready.answer("intake.safe_to_talk", "not_now")
    assert ready.survey().gate("safety").status == "held"
    with pytest.raises(RefusedError):
        ready.plan_packet("platform")
    ready.override("safety", "the client rang from a neighbour's phone")
    assert ready.survey().gate("safety").status == "overridden"
    with pytest.raises(RecoverError):
        ready.close("restored")
    ready.close("restored", "everything left was done by the client")
    ready.reopen("lost again")
    assert ready.state.closed is None


def test_lists_grow_and_shrink(ready: OpenCase) -> None:
    """A row is added, changed in one column, and taken out again with a reason."""
    before = ready.state.rows("assets.admins")
    ready.add_row(
        "assets.admins", {"platform_id": "100005000000888", "name": "New editor", "role": "editor", "wanted": "keep"}
    )
    ready.answer("assets.admins", "remove", element="100005000000888", field="wanted")
    cell = ready.state.cell("assets.admins", "100005000000888", "wanted")
    assert cell is not None
    assert cell.value == "remove"
    ready.remove_element("assets.admins", "100005000000888", "typed twice")
    assert ready.state.rows("assets.admins") == before


def test_a_question_may_stay_open_on_purpose(ready: OpenCase) -> None:
    """Don't know and prefer not to say are answers of their own."""
    recorded = ready.answer("intake.eu", status="dont-know")
    assert recorded.entries[0].body.status == "dont-know"
    assert ready.state.fact("intake.eu").status == "dont-know"
