"""Commands that add to the log outside the interview, and those that put mistakes right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.cli.views import show_recorded
from recover.cli.words import case_and, case_and_fact, case_and_text, is_entry, is_exhibit
from recover.errors import InterruptedByUser, UsageError

if TYPE_CHECKING:
    from recover.desk import OpenCase

app = family()

Words = list[str]
CaseAndText = Annotated[
    Words | None, typer.Argument(metavar="[CASE] [TEXT|-]", help="Without TEXT you are asked; - reads standard input.")
]


@app.add("answer")
def answer(
    context: typer.Context,
    words: Annotated[
        Words | None,
        typer.Argument(
            metavar="[CASE] [FACT [VALUE|-]]",
            help="Without FACT the questions are listed; without VALUE you are asked.",
        ),
    ] = None,
    element: Annotated[str, typer.Option(metavar="KEY", help="The row of a list, by its key.")] = "",
    field: Annotated[str, typer.Option(metavar="NAME", help="The column of that row.")] = "",
    dont_know: Annotated[bool, typer.Option("--dont-know", help="Record that it is not known.")] = False,
    declined: Annotated[bool, typer.Option("--declined", help="Record that the client prefers not to say.")] = False,
) -> None:
    """Answer a question, or change an answer; nothing is erased."""
    from recover.cli.questions import ask_fact, find_fact, list_questions

    invocation: Invocation = context.obj
    ref, fact_id, value = case_and_fact(words)
    case = invocation.case(ref)
    if not fact_id:
        list_questions(invocation.output, case)
        return
    fact = find_fact(case, fact_id, field)
    if dont_know or declined:
        status = "dont-know" if dont_know else "declined"
        recorded = case.answer(fact_id, status=status, element=element, field=field)
    elif value is not None:
        invocation.refuse_typed(case, value, instead=f"answer {case.name} {fact_id}")
        recorded = case.answer(fact_id, invocation.text(value, ""), element=element, field=field)
    else:
        recorded = ask_fact(invocation, case, fact, fact_id=fact_id, element=element, field=field)
    show_recorded(invocation.output, recorded, "answer kept")
    invocation.output.next_steps((f"recover next {case.name}", "what to do now"))


@app.add("note")
def note(context: typer.Context, words: CaseAndText = None) -> None:
    """Write down something for helpers; it never leaves."""
    invocation: Invocation = context.obj
    ref, text = case_and_text(words)
    case = invocation.case(ref)
    invocation.refuse_typed(case, text, instead=f"note {case.name}")
    show_recorded(invocation.output, case.note(invocation.text(text, "What should be noted?")), "note kept")


@app.add("event")
def event(
    context: typer.Context,
    words: CaseAndText = None,
    when: Annotated[
        str, typer.Option(metavar="TIME", help="2017, 2025-10~, 2026-10-05 21:40, 2017-03/2025-10, unknown")
    ] = "",
    source: Annotated[str, typer.Option(metavar="WHO", help="Where it is known from.")] = "",
    stance: Annotated[
        str, typer.Option(metavar="STANCE", help="documented, holder, helpline, claimed-by or denied-by (with --by).")
    ] = "",
    by: Annotated[str, typer.Option(metavar="WHO", help="Who claims or denies it.")] = "",
    mark: Annotated[
        Words | None,
        typer.Option(metavar="MARK", help="loss, restored, attack, contact, filing, reply, check, gap, plan, context"),
    ] = None,
    exhibit: Annotated[Words | None, typer.Option(metavar="E07", help="An exhibit that shows it.")] = None,
    asset: Annotated[Words | None, typer.Option(metavar="KEY", help="An account it is about.")] = None,
    about: Annotated[str, typer.Option(metavar="ENTRY", help="The event this is a rival version of.")] = "",
    file: Annotated[
        str, typer.Option("--import", metavar="FILE", help="Read events from a timeline of JSON Lines (Timesketch).")
    ] = "",
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="With --import: leave out exhibits and accounts not in this case.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --import: do not ask (for scripts).")] = False,
) -> None:
    """Record something that happened in the world, as exactly as it is known."""
    from recover.cli.events import ask_exhibits, ask_marks, ask_stance, import_events

    invocation: Invocation = context.obj
    ref, text = case_and_text(words)
    case = invocation.case(ref)
    if file:
        if text or when or source or stance or by or mark or exhibit or asset or about:
            raise UsageError("--import takes events from a file only", hint=f"recover event {case.name} --import FILE")
        import_events(invocation, case, Path(file), drop_missing=drop_missing, yes=yes)
        return
    if drop_missing or yes:
        raise UsageError("--drop-missing and --yes go with --import", hint=f"recover event {case.name} --import FILE")
    invocation.refuse_typed(case, text, source, by, instead=f"event {case.name}")
    moment = invocation.short_text(when, "When was it?", why="as well as it is known: 2017, 2025-10~, 2026-10-05 21:40")
    what = invocation.text(text, "What happened?", why="facts only, in one or two sentences")
    asks = invocation.asks_extras
    stance = stance or (ask_stance(invocation) if asks else "holder")
    if mark is None and asks:
        mark = ask_marks(invocation)
    if exhibit is None and asks and stance == "documented":
        exhibit = ask_exhibits(invocation, case)
    if stance in ("claimed-by", "denied-by"):
        by = invocation.short_text(by, "Who says so?")
    recorded = case.event(
        moment, what, source=source or stance, stance=stance, by=by, exhibits=exhibit or (), assets=asset or (),
        marks=mark or (), about=about,
    )  # fmt: skip
    show_recorded(invocation.output, recorded, "event kept")
    invocation.output.next_steps((f"recover timeline {case.name}", "see it in its place"))


@app.add("call")
def call(
    context: typer.Context,
    words: CaseAndText = None,
    with_whom: Annotated[str, typer.Option("--with", metavar="WHO", help="Whom you talked to.")] = "",
    at: Annotated[str, typer.Option(metavar="TIME", help="When; now if left out.")] = "",
    promise: Annotated[
        Words | None, typer.Option(metavar="TEXT=DAY", help="What was promised, by when: 'send the form=2026-10-20'.")
    ] = None,
) -> None:
    """Record a conversation, and what was promised by when."""
    invocation: Invocation = context.obj
    ref, text = case_and_text(words)
    case = invocation.case(ref)
    invocation.refuse_typed(case, text, with_whom, *(promise or ()), instead=f"call {case.name}")
    who = invocation.short_text(
        with_whom, "Whom did you talk to?", why="a role is enough, such as 'support' or 'the holder'"
    )
    what = invocation.text(text, "What was said?")
    promises = [_promise(each) for each in promise or ()]
    if not promise and invocation.asks_extras:
        promises = _ask_promises(invocation)
    show_recorded(invocation.output, case.call(who, what, at=at, promises=promises), "conversation kept")
    if promises:
        invocation.output.next_steps((f"recover due {case.name}", "the promises stand in the list of due dates"))


def _promise(typed: str) -> tuple[str, str]:
    text, _, day = typed.rpartition("=")
    return (text.strip(), day.strip()) if text else (day.strip(), "")


def _ask_promises(invocation: Invocation) -> list[tuple[str, str]]:
    promises = []
    while text := invocation.prompts.text("Was anything promised?", why="Enter for nothing (more)", optional=True):
        day = invocation.prompts.text("By which day?", shape="2026-10-20; Enter if none was named", optional=True)
        promises.append((text, day))
    return promises


@app.add("timeline")
def timeline(
    context: typer.Context,
    case_ref: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    form: Annotated[
        str,
        typer.Option("--format", metavar="text|csv|html|pdf|jsonl", help="How it is written; jsonl is for Timesketch."),
    ] = "text",
    profile: Annotated[
        str, typer.Option("--for", metavar="PROFILE", help="As this reader may see it; without it, everything.")
    ] = "",
    platform: Annotated[
        str, typer.Option(metavar="NAME", help="With --for platform and --out: which platform gets it.")
    ] = "",
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Write into FILE (must not exist) instead of the screen.")
    ] = "",
) -> None:
    """Show what happened, in order, without inventing a day."""
    from recover.cli.timeline import show_timeline

    invocation: Invocation = context.obj
    case = invocation.case(case_ref)
    target = Path(out) if out else None
    show_timeline(invocation, case, form=form, profile=profile, platform=platform, target=target)


@app.add("undo")
def undo(
    context: typer.Context,
    words: Annotated[Words | None, typer.Argument(metavar="[CASE] [ENTRY]", help="Without ENTRY the last one.")] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
) -> None:
    """Make an entry count no longer; it stays readable in the log."""
    invocation: Invocation = context.obj
    given = list(words or ())
    entry = given.pop() if given and is_entry(given[-1]) else ""
    ref, _ = case_and(given, most=0, what="[ENTRY]")
    case = invocation.case(ref)
    invocation.refuse_typed(case, reason, instead=f"undo {case.name} {entry}".rstrip())
    recorded = case.undo(entry or None, reason)
    show_recorded(invocation.output, recorded, f"undone: entry {undone_entry(recorded.entries)}")
    invocation.output.next_steps((f"recover next {case.name}", "what to do now"))


def undone_entry(entries: object) -> str:
    """Name the entry that an undo was about."""
    bodies = [getattr(entry, "body", None) for entry in entries] if isinstance(entries, tuple) else []
    return ", ".join(str(getattr(body, "entry", "")) for body in bodies) or "none"


@app.add("correct")
def correct(
    context: typer.Context,
    words: Annotated[Words, typer.Argument(metavar="[CASE] ENTRY")],
    change: Annotated[
        Words | None, typer.Option("--set", metavar="NAME=VALUE", help="A new value; you are asked when left out.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
) -> None:
    """Replace parts of an entry; the old one stays readable in the log."""
    invocation: Invocation = context.obj
    ref, (entry,) = _one(words, "ENTRY")
    case = invocation.case(ref)
    invocation.refuse_typed(case, reason, *(change or ()), instead=f"correct {case.name} {entry}")
    changes = dict(_change(each) for each in change or ()) or _ask_changes(invocation, case, entry)
    show_recorded(invocation.output, case.correct(entry, changes, reason), f"entry {entry} corrected")


def _one(words: Words, what: str) -> tuple[str, list[str]]:
    ref, rest = case_and(words, most=1, what=what)
    if not rest:
        if len(words) != 1:
            raise UsageError(f"expected [CASE] {what}")
        return "", list(words)
    return ref, rest


def _change(typed: str) -> tuple[str, str]:
    name, equals, value = typed.partition("=")
    if not equals:
        raise UsageError(f"'{typed}' is no NAME=VALUE", hint="--set when=2026-10-05")
    return name.strip(), value


def _ask_changes(invocation: Invocation, case: OpenCase, entry_id: str) -> dict[str, str]:
    """Ask for each plain text member of an entry; Enter keeps what stands."""
    from dataclasses import fields, is_dataclass

    entry = next((entry for entry in case.entries if entry.id == entry_id), None)
    if entry is None or not is_dataclass(entry.body):
        raise UsageError(f"{case.name} has no entry {entry_id}", hint=f"recover case show {case.name}")
    changes = {}
    for member in fields(entry.body):
        old = getattr(entry.body, member.name)
        if isinstance(old, str):
            new = invocation.prompts.text(f"{member.name}?", default=old or "", optional=not old)
            if new != old:
                changes[member.name] = new
    if not changes:
        raise InterruptedByUser("nothing was changed")
    return changes


@app.add("erase")
def erase(
    context: typer.Context,
    words: Annotated[Words, typer.Argument(metavar="[CASE] ENTRY|E07")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask (for scripts).")] = False,
) -> None:
    """Destroy the content of an exhibit or entry here, for good; that it was there stays provable."""
    invocation: Invocation = context.obj
    ref, (target,) = _one(words, "ENTRY|E07")
    if not (is_exhibit(target) or is_entry(target)):
        raise UsageError(f"'{target}' is neither an entry nor an exhibit", hint="recover erase CASE E07")
    case = invocation.case(ref)
    invocation.refuse_typed(case, reason, instead=f"erase {case.name} {target}")
    why = invocation.short_text(reason, "Why is it destroyed?", why="the reason stays in the log")
    if not yes:
        invocation.output.say(
            f"This destroys {target} of {case.name} here. It cannot be undone; other copies stay readable."
        )
        if not invocation.prompts.confirm("Destroy it?"):
            raise InterruptedByUser("nothing was destroyed")
    recorded = case.erase(target, why)
    show_recorded(invocation.output, recorded, f"{line(target)} destroyed here")
