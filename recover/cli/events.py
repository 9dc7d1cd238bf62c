"""How an event is asked for: when, what, how it is known, what it means to the case, which exhibits show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.cli.prompts import Question, Word
from recover.errors import InterruptedByUser

if TYPE_CHECKING:
    from recover.cli.invocation import Invocation
    from recover.desk import OpenCase, Recorded

STANCES = (
    ("documented", "an exhibit shows it"),
    ("holder", "the account holder says so"),
    ("helpline", "we saw or did it ourselves"),
    ("claimed-by", "somebody else claims it"),
    ("denied-by", "somebody else denies it"),
)
MARKS = (
    ("loss", "access was lost"),
    ("restored", "access came back"),
    ("attack", "the other side did something"),
    ("contact", "somebody got in touch"),
    ("filing", "something was sent"),
    ("reply", "an answer came"),
    ("check", "something was checked"),
    ("gap", "something was left open that may have let them in"),
    ("plan", "something that is planned"),
    ("context", "background only; never leaves"),
)


def ask_event(invocation: Invocation, case: OpenCase) -> Recorded:
    """Ask for one event and record it."""
    prompts = invocation.prompts
    when = prompts.text("When was it?", shape="as well as it is known: 2017, 2025-10~, 2026-10-05 21:40")
    text = prompts.text("What happened?", why="facts only, in one or two sentences")
    stance = ask_stance(invocation)
    by = prompts.text("Who says so?") if stance in ("claimed-by", "denied-by") else ""
    marks = ask_marks(invocation)
    exhibits = ask_exhibits(invocation, case) if stance == "documented" else []
    return case.event(when, text, source=by or stance, stance=stance, by=by, marks=marks, exhibits=exhibits)


def ask_stance(invocation: Invocation) -> str:
    """Ask how an event is known."""
    return invocation.prompts.pick("How is it known?", STANCES, default="holder")


def ask_marks(invocation: Invocation) -> list[str]:
    """Ask what an event means to the case; none is fine."""
    words = frozenset({Word.SKIP})
    question = Question("What was it, to this case?", choices=MARKS, many=True, words=words, blank="none of these")
    said = invocation.prompts.ask(question)
    if said.word is Word.STOP:
        raise InterruptedByUser("stopped; this event was not recorded")
    return [mark for mark in said.text.split(", ") if mark]


def ask_exhibits(invocation: Invocation, case: OpenCase) -> list[str]:
    """Ask which exhibits show it, from those that are here."""
    choices = tuple((each.number, f"{each.number} {each.title}") for each in case.exhibits() if not each.withdrawn)
    if not choices:
        return []
    question = Question(
        "Which exhibits show it?", choices=choices, many=True, words=frozenset({Word.SKIP}), blank="none"
    )
    said = invocation.prompts.ask(question)
    if said.word is Word.STOP:
        raise InterruptedByUser("stopped; this event was not recorded")
    return [number for number in said.text.split(", ") if number]
