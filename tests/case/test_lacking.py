"""A letter that nothing forbids and that cannot be made yet says how much it needs, without being made."""

from __future__ import annotations

from recover.case.entries import Answered
from recover.case.survey import LetterAbout, RowsNeeded
from tests.case.build import Case, FactType, LetterUse, fact, gate, playbook, step, yes_no

LIST = fact("a.rows", FactType.LIST, key="id", fields=(fact("id"), fact("what", optional=True)), optional=True)


def case(about: LetterAbout, **more: object) -> Case:
    """Return a case whose one step offers the letter `b`."""
    steps = [step("one", ask=("a.x", "a.rows"), letters=(LetterUse("b"),), end="x")]
    return Case(playbook(steps, [yes_no("a.x"), LIST], **more), letters={"b": about})  # type: ignore[arg-type]  # shorthand


def test_unanswered_questions_are_counted() -> None:
    """Each needed question without a value counts once; don't-know is no value."""
    made = case(LetterAbout("b", needs=("a.x",)))
    assert (made.letter("b").is_offered, made.letter("b").lacking) == (True, 1)
    assert made.say(a__x=True).letter("b").lacking == 0


def test_rows_and_their_columns_are_counted() -> None:
    """Too few rows count by what is missing, and a needed column counts for each row without it."""
    made = case(LetterAbout("b", rows=(RowsNeeded("a.rows", 2, columns=("what",)),)))
    assert made.letter("b").lacking == 2
    made.add(Answered("a.rows", "given", {"id": "1"}, element="1"))
    assert made.letter("b").lacking == 2
    made.add(Answered("a.rows", "given", {"id": "1", "what": "x"}, element="1"))
    made.add(Answered("a.rows", "given", {"id": "2", "what": "y"}, element="2"))
    assert made.letter("b").lacking == 0


def test_only_rows_for_which_the_condition_holds_are_counted() -> None:
    """A row that the letter would not print neither helps nor lacks anything."""
    made = case(LetterAbout("b", rows=(RowsNeeded("a.rows", 1, "item.what == 'x'", ("what",)),)))
    made.add(Answered("a.rows", "given", {"id": "1", "what": "y"}, element="1"))
    assert made.letter("b").lacking == 1


def test_exhibit_that_a_claim_must_have_is_counted() -> None:
    """A claim that stops the letter without an exhibit lacks one until it is there."""
    made = case(LetterAbout("b", shown=(("mail", "removal_mail"),)))
    assert made.letter("b").lacking == 1
    assert made.exhibit("E01", kind="mail").letter("b").lacking == 0


def test_letter_that_a_gate_holds_says_that_and_counts_nothing() -> None:
    """What forbids a letter comes first; nothing is counted behind it."""
    made = case(LetterAbout("b", needs=("a.x",)), gates=[gate("vetting", "a.x == true")])
    assert (made.letter("b").is_offered, made.letter("b").lacking) == (False, 0)


def test_next_says_how_much_is_needed() -> None:
    """The list of what to do now names the number and the command that tells what it is."""
    steps = [step("one", letters=(LetterUse("b"),), end="x")]
    made = Case(playbook(steps, [yes_no("a.x")]), letters={"b": LetterAbout("b", needs=("a.x",))})
    (action,) = [each for each in made.survey().next if each.kind == "letter"]
    assert action.reason == "needs 1 more before it can be made: recover letter b names them"
