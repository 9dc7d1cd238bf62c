"""How an event is asked for: when, what, how it is known, what it means to the case; and how many come from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.cli.output import Output, line
from recover.cli.prompts import Question, Word
from recover.cli.views import recorded_json, show_plaintext, show_recorded
from recover.errors import InterruptedByUser, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from recover.cli.invocation import Invocation
    from recover.desk import OpenCase, Recorded, TimelineRead

MOST_SHOWN = 12
"""Events of a file that are shown before they are added."""

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


def import_events(invocation: Invocation, case: OpenCase, path: Path, *, drop_missing: bool, yes: bool) -> None:
    """Show what a file of events would add, ask, and record it."""
    out = invocation.output
    found = case.read_timeline(path, drop_missing=drop_missing)
    if not out.as_json:
        _show_read(out, found, case.name)
    if found.new and not yes:
        if out.as_json:
            raise UsageError("with --json nobody can be asked", hint="add --yes once you have seen the file")
        if not invocation.prompts.confirm(f"Add these events to {case.name}: {len(found.new)}?"):
            raise InterruptedByUser("nothing was added")
    recorded = case.add_timeline(found)
    there = len(found.lines) - len(found.new)
    if out.as_json:
        row = {**recorded_json(recorded), "new": len(found.new), "there": there, "foreign": found.foreign}
        out.data({**row, "unknown": list(found.unknown)})
        return
    show_recorded(out, recorded, f"events added: {len(recorded.entries)}; there already: {there}")
    show_plaintext(out, [path])
    out.next_steps((f"recover timeline {case.name}", "see them in their place"))


def _show_read(out: Output, found: TimelineRead, name: str) -> None:
    """Say on stderr what a file holds and what of it is new."""
    there = len(found.lines) - len(found.new)
    out.heading(
        f"{name}: {line(found.name)}, events: {len(found.lines)}; new: {len(found.new)}; there already: {there}"
    )
    for each in found.new[:MOST_SHOWN]:
        out.say(f"{line(each.when)}  {line(each.text)}", indent="  ", hang="  ")
    if len(found.new) > MOST_SHOWN:
        out.say(f"… and {len(found.new) - MOST_SHOWN} more", indent="  ")
    if found.foreign:
        out.say(
            f"careful: lines of another program: {found.foreign}. They are taken as moments that {line(found.name)} "
            "claims, without any meaning to the case, until you mark them: recover correct"
        )
    if found.unknown:
        out.say(f"careful: members that are not read: {', '.join(line(each) for each in found.unknown[:12])}")
