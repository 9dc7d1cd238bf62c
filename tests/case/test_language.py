"""What the language can say beyond comparing: real answers, letters for some cases only, waits without a letter."""

from __future__ import annotations

import pytest

from recover.case import decide
from recover.case.engine import look_up
from recover.case.entries import Answered
from recover.playbook.codec import playbook_from_json, playbook_to_json
from recover.playbook.expressions import evaluate
from recover.playbook.model import Deadline, Fact
from tests.case.build import (
    Branch,
    Case,
    FactType,
    LetterUse,
    Outcome,
    Wait,
    fact,
    playbook,
    rule,
    step,
    when,
    yes_no,
)

ROWS = fact("m.rows", FactType.LIST, key="id", fields=(fact("id"), fact("at", FactType.INSTANT)))


def is_true(case: Case, condition: str) -> bool | None:
    """Evaluate a condition in a case."""
    lookup = look_up(case.playbooks, case.registry, case.state, case.clock)
    return evaluate(when(condition), lookup)


# --- known() -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, False),
        (Answered("m.a", value=True), True),
        (Answered("m.a", value=False), True),
        (Answered("m.a", "dont-know"), False),
        (Answered("m.a", "declined"), False),
    ],
)
def test_known_is_true_for_a_real_answer_only(answer: Answered | None, expected: bool) -> None:
    """No answer, don't know and declined are not known; false is an answer."""
    case = Case(playbook([step("s", ask=("m.a",), end="done")], [yes_no("m.a")]))
    case.add(*([answer] if answer else []))
    assert is_true(case, "known(m.a)") is expected
    assert is_true(case, "not known(m.a)") is not expected


def test_a_list_is_known_by_its_rows_or_by_none() -> None:
    """A row makes a list known, and so does the answer that there are none; don't know does not."""
    book = playbook([step("s", ask=("m.rows",), end="done")], [ROWS])
    assert is_true(Case(book), "known(m.rows)") is False
    assert is_true(Case(book).row("m.rows", "1", id="1"), "known(m.rows)") is True
    assert is_true(Case(book).add(Answered("m.rows", value=[])), "known(m.rows)") is True
    assert is_true(Case(book).add(Answered("m.rows", "dont-know")), "known(m.rows)") is False


def test_a_hidden_answer_is_not_known() -> None:
    """What is not asked any more does not count."""
    book = playbook([step("s", ask=("m.b", "m.a"), end="done")], [yes_no("m.b"), yes_no("m.a", visible_if="m.b")])
    case = Case(book).say(m__b=True, m__a=True)
    assert is_true(case, "known(m.a)") is True
    assert is_true(case.say(m__b=False), "known(m.a)") is False


def test_a_deadline_is_done_with_the_day_that_is_known() -> None:
    """`done_if: known(fact)` shows the day, as answered() does."""
    book = playbook(
        [step("s", ask=("m.at", "m.done_at"), end="done")],
        [fact("m.at", FactType.DATE), fact("m.done_at", FactType.DATE)],
        deadlines=(Deadline("d", "r", "File it", "m.at", done_if=when("known(m.done_at)"), done_note="filed"),),
    )
    case = Case(book, rules=[rule("r", "30d")]).say(m__at="2026-08-01").add(Answered("m.done_at", "dont-know"))
    assert case.due("File it").state == "open"
    case.say(m__done_at="2026-08-05")
    assert (case.due("File it").state, case.due("File it").note) == ("done", "filed 2026-08-05")


# --- a letter for some cases only ----------------------------------------------------------------------------------

LETTERS = playbook(
    [
        step("ask", ask=("m.a",), go="mail"),
        step("mail", letters=(LetterUse("one", visible_if=when("m.a")), LetterUse("other", optional=True)), go="over"),
        step("over", end="done"),
    ],
    [yes_no("m.a")],
)


def test_a_letter_that_is_not_for_this_case_is_not_there() -> None:
    """It is neither on offer nor missing, and the refusal names the condition."""
    case = Case(LETTERS).say(m__a=False)
    assert [each.name for each in case.survey().letters] == ["other"]
    assert case.status()["over"] == "done"
    with pytest.raises(decide.Refusal, match=r"does not use it here \(m.a is not so\)"):
        decide.sent(case.ground(), "one", at="2026-08-02 10:00")


def test_a_letter_for_this_case_is_needed() -> None:
    """Where its condition is true it is on offer, and the step waits for it."""
    case = Case(LETTERS).say(m__a=True)
    assert case.letter("one").is_offered
    assert case.status()["over"] == "unreached"
    case.send("one", "mail", "2026-08-02 10:00")
    assert case.status()["over"] == "done"


def test_a_letter_that_was_sent_stays_on_the_list() -> None:
    """An answer that changes later does not hide what went out."""
    case = Case(LETTERS).say(m__a=True).send("one", "mail", "2026-08-02 10:00").say(m__a=False)
    assert len(case.letter("one").sent) == 1


# --- a wait without a letter ---------------------------------------------------------------------------------------


def waiting(*facts: Fact, since: str = "m.sent_at", for_each: str = "") -> Case:
    """Make a case whose step `reply` waits for what step `press` did by hand."""
    ask = (since,)
    return Case(
        playbook(
            [
                step("press", ask=ask, for_each=for_each, go="reply"),
                step(
                    "reply",
                    wait=Wait("press", ("7d",), since),
                    outcomes=(Outcome("restored", "over"), Outcome("silence", "chase", "14d")),
                    for_each=for_each,
                ),
                step("over", end="done"),
                step("chase", end="done"),
            ],
            facts,
        )
    )


SENT_AT = fact("m.sent_at", FactType.INSTANT)


def test_a_wait_may_count_from_an_answer() -> None:
    """Reminder and silence count from the moment that was answered; the explanation speaks of no letter."""
    case = waiting(SENT_AT).say(m__sent_at="2026-08-01T10:00+04:00[Asia/Baku]")
    assert case.instance("reply", "2026-08-03 12:00").status == "waiting"
    reminder = case.due("Check inbox", "2026-08-03 12:00")
    assert str(reminder.on) == "2026-08-08"
    assert "after the wait began on 1 August 2026" in reminder.why
    assert case.status("2026-08-14 23:00")["chase"] == "unreached"
    assert case.status("2026-08-15 01:00")["chase"] == "done"


def test_a_reply_to_it_can_be_recorded() -> None:
    """No letter is asked for; before the moment is known the wait says which answer it lacks."""
    case = waiting(SENT_AT)
    with pytest.raises(Exception, match="nothing is recorded as sent"):
        decide.reply(case.ground(), "reply", "restored", at="2026-08-04 10:00")
    case.say(m__sent_at="2026-08-01T10:00+04:00[Asia/Baku]")
    case.add(*decide.reply(case.ground(), "reply", "restored", at="2026-08-04 10:00"))
    assert case.status()["over"] == "done"


def test_an_unknown_moment_is_no_dead_end() -> None:
    """When nobody knows when it was sent, the wait counts from the day that was said."""
    case = waiting(SENT_AT).add(Answered("m.sent_at", "dont-know"), at="2026-08-02 09:00")
    assert case.instance("reply", "2026-08-03 12:00").status == "waiting"
    assert case.status("2026-08-16 01:00")["chase"] == "done"


def test_each_row_waits_from_its_own_moment() -> None:
    """`since: item.field` counts row by row."""
    case = waiting(ROWS, since="item.at", for_each="m.rows")
    case.row("m.rows", "1", id="1", at="2026-08-01T10:00+04:00[Asia/Baku]")
    case.row("m.rows", "2", id="2", at="2026-08-05T10:00+04:00[Asia/Baku]")
    assert {each.source: str(each.on) for each in case.survey("2026-08-06 12:00").due if each.kind == "silence"} == {
        "reply[1]": "2026-08-15",
        "reply[2]": "2026-08-19",
    }


def test_a_playbook_pinned_before_these_words_still_loads() -> None:
    """The pinned form without the new members is read with their defaults."""
    book = playbook(
        [
            step("mail", letters=(LetterUse("letter"),), go=(Branch(None, "reply"),)),
            step("reply", wait=Wait("mail"), outcomes=(Outcome("restored", "over"),)),
            step("over", end="done"),
        ]
    )
    document = playbook_to_json(book)
    for one in document["playbook"]["steps"]:
        for use in one["letters"]:
            del use["visible_if"]
        if one["wait"]:
            del one["wait"]["since"]
    assert playbook_from_json(document) == book
