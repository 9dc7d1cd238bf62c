"""Letters: the text to paste, its approval, and what went out and came back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.cases import letter_json as letter_state_json
from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import show_recorded
from recover.cli.words import case_and, reads_like_case
from recover.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from recover.desk import OpenCase
    from recover.packet.completeness import Completeness
    from recover.packet.interface import Letter

app = family()

APPROVAL = {
    "given": "approved",
    "missing": "not approved yet",
    "outdated": "changed since it was approved",
    "not-needed": "needs no approval",
}
"""How a letter's approval is said; `--json` keeps the ids."""

Words = list[str]
Step = Annotated[str, typer.Option(metavar="STEP", help="The step, when the letter belongs to several.")]


@app.add("letter")
def letter(
    context: typer.Context,
    words: Annotated[
        Words | None, typer.Argument(metavar="[CASE] [NAME]", help="Without NAME the letters are listed.")
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Record that the client approved exactly this text.")
    ] = False,
    how: Annotated[str, typer.Option(metavar="TEXT", help="How it was approved, such as 'read aloud by phone'.")] = "",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The version in this language: az, ru, ar-LB; English if left out.")
    ] = "",
    read_back: Annotated[
        str,
        typer.Option("--read-back", metavar="CODE", help="Show it as it is read to the client in this language."),
    ] = "",
    annex: Annotated[str, typer.Option(metavar="CODE", help="Add what it says in the client's language.")] = "",
    at: Annotated[str, typer.Option(metavar="TIME", help="When; now if left out.")] = "",
    step: Step = "",
    control: Annotated[
        bool, typer.Option("--control", help="Show what proves control of the account, and what is missing.")
    ] = False,
) -> None:
    """Show a letter as text to paste, with its character counts; read it back; record the client's approval."""
    from recover.cli.start import check_language

    invocation: Invocation = context.obj
    case, name = _case_and_letter(invocation, words)
    if control:
        _show_control(invocation, case)
        return
    if not name:
        list_letters(invocation, case)
        return
    for tag in (language, read_back, annex):
        check_language(tag)
    as_of = invocation.as_of(case.zone) if invocation.as_of_text else None
    built = case.letter(name, as_of=as_of, language=language, annex=annex)
    if read_back and not (approve and invocation.output.as_json):
        show_read_back(invocation.output, case, name, case.read_back(name, read_back, version=language, as_of=as_of))
    if read_back and not approve:
        wanted = f"--approve --read-back {read_back}" + (f" --language {language}" if language else "")
        invocation.output.next_steps((f"recover letter {case.name} {name} {wanted}", "once the client said yes to it"))
        return
    if not approve:
        show_letter(invocation.output, case, built, _score(case, built, as_of))
        invocation.output.next_steps(*_after(case.name, built))
        return
    invocation.refuse_typed(case, how, instead=f"letter {case.name} {name} --approve")
    if not invocation.output.as_json and not read_back:
        show_letter(invocation.output, case, built)
    how = invocation.short_text(
        how, "How did the client approve exactly this text?", why="for example: read aloud by phone"
    )
    heard = invocation.short_text(read_back, "In which language was it read back?", why="a code such as az, ru, en")
    check_language(heard)
    recorded = case.approve(name, how=how, language=heard, at=at, step=step, version=language)
    show_recorded(invocation.output, recorded, f"approval of {line(name)} kept")
    invocation.output.next_steps((f"recover sent {case.name} {name}", "once it went out"))


def _case_and_letter(invocation: Invocation, words: Words | None) -> tuple[OpenCase, str]:
    """Open the case; one word alone is a letter, unless it names a case."""
    given = list(words or ())
    if len(given) == 1:
        case = _case_named(invocation, given[0])
        return (case, "") if case is not None else (invocation.case(""), given[0])
    ref, rest = case_and(given, most=1, what="NAME")
    return invocation.case(ref), (rest[0] if rest else "")


def _case_named(invocation: Invocation, word: str) -> OpenCase | None:
    """Open the case if the word is one: `follow-up` reads like a case's name, so the cases decide."""
    if not reads_like_case(word):
        return None
    desk = invocation.desk()
    known = any(word == row.name or row.id.startswith(word) for row in desk.cases())
    return desk.open(word) if known else None


def list_letters(invocation: Invocation, case: OpenCase) -> None:
    """List the letters that are offered now, and why others are not."""
    survey = case.survey(invocation.as_of(case.zone) if invocation.as_of_text else None)
    rows = [letter_state_json(each) for each in survey.letters]
    if invocation.output.as_json:
        invocation.output.data({"case": case.name, "letters": rows})
        return
    if not rows:
        invocation.output.say(f"{case.name}: no letter is offered yet.")
        invocation.output.next_steps((f"recover next {case.name}", "what to do now"))
        return
    invocation.output.table(
        [(r["name"], r["state"], r["step"], r["why"]) for r in rows], heads=("letter", "state", "step", "why")
    )


def show_read_back(out: Output, case: OpenCase, name: str, text: str) -> None:
    """Print a letter as it is read to the client."""
    if out.as_json:
        out.data({"case": case.name, "name": name, "read_back": text})
        return
    out.verbatim(text)


def _show_control(invocation: Invocation, case: OpenCase) -> None:
    from recover.cli.strength import show_control
    from recover.packet.control import helper_standings

    as_of = invocation.as_of(case.zone) if invocation.as_of_text else None
    show_control(invocation.output, case.name, helper_standings(case.source(as_of)))


def _score(case: OpenCase, built: Letter, as_of: datetime | None) -> Completeness:
    from recover.packet.completeness import completeness

    return completeness(case.source(as_of), built.name, language=built.language)


def show_letter(out: Output, case: OpenCase, built: Letter, score: Completeness | None = None) -> None:
    """Print the text to paste on stdout; what to know about it on stderr."""
    from recover.cli.strength import completeness_json, show_completeness

    if out.as_json:
        scored = {"completeness": completeness_json(score)} if score is not None else {}
        out.data({**letter_json(case.name, built), **scored})
        return
    out.heading(f"{built.title}")
    out.say(f"to {line(built.to)}{_route(case, built.channel)}", indent="  ", hang="  ")
    for told in _behind(case, built.channel):
        out.say(line(told), indent="  ", hang="  ")
    out.say(
        f"{built.words} words, {built.characters} characters; {APPROVAL.get(built.approval, built.approval)}",
        indent="  ",
    )
    if built.attachments:
        out.say(f"attach: {', '.join(built.attachments)}", indent="  ")
    if built.note:
        out.say(f"for you, not for them: {line(built.note)}", indent="  ")
    for told in built.careful:
        out.say(f"careful: {line(told)}", indent="  ")
    if built.is_unreviewed:
        out.say("careful: nobody has reviewed this translation, and its page says so", indent="  ")
    for field in built.fields:
        limit = f" of {field.max_chars}" if field.max_chars else ""
        out.heading(f"--- {field.label} ({len(field.text)}{limit} characters)")
        out.verbatim(field.text)
    if not built.fields:
        out.say()
        out.verbatim(built.text)
    if built.annex is not None:
        out.heading(f"--- {built.annex.title} ({built.annex.language})")
        out.verbatim(built.annex.text)
    if score is not None:
        out.say()
        show_completeness(out, score)


def _route(case: OpenCase, channel_id: str) -> str:
    """Say which way the letter goes, with the address of a form."""
    found = next((each for each in case.registry.channels if each.id == channel_id), None)
    if found is None:
        return ""
    return f": {line(found.title)}{' (' + line(found.url) + ')' if found.url else ''}"


def _behind(case: OpenCase, channel_id: str) -> list[str]:
    """Say who stands at the other end, what they are of no use for, and how to reach them where that is configured."""
    channel = next((each for each in case.registry.channels if each.id == channel_id), None)
    found = [each for each in case.registry.organisations if channel is not None and each.id == channel.organisation]
    told = [f"who: {each.title}; not for: {each.not_for}" for each in found]
    return told + [f"contact: {each.contact}" for each in found if each.contact]


def letter_json(case: str, built: Letter) -> dict[str, object]:
    """Return a letter under its stable keys."""
    fields = [
        {"label": f.label, "text": f.text, "characters": len(f.text), "max_chars": f.max_chars} for f in built.fields
    ]
    return {
        "case": case,
        "name": built.name,
        "language": built.language,
        "title": built.title,
        "to": built.to,
        "channel": built.channel,
        "text": built.text,
        "text_sha256": built.text_sha256,
        "words": built.words,
        "characters": built.characters,
        "fields": fields,
        "attachments": list(built.attachments),
        "cited": list(built.cited),
        "approval": built.approval,
        "note": built.note,
        "careful": list(built.careful),
        "is_unreviewed": built.is_unreviewed,
        "annex": None if (annex := built.annex) is None else _annex_json(annex),
    }


def _annex_json(annex: Letter) -> dict[str, object]:
    keys = ("language", "title", "text", "is_unreviewed")
    return {key: getattr(annex, key) for key in keys}


def _after(name: str, built: Letter) -> list[tuple[str, str]]:
    if built.approval in ("missing", "outdated"):
        version = "" if built.language == "en" else f" --language {built.language}"
        read = f"recover letter {name} {built.name}{version} --read-back CODE"
        approve = f"recover letter {name} {built.name}{version} --approve"
        return [(read, "to read it to the client"), (approve, "once the client approved exactly this text")]
    return [(f"recover sent {name} {built.name}", "once it went out: a letter not recorded as sent starts no clock")]


@app.add("sent")
def sent(
    context: typer.Context,
    words: Annotated[Words, typer.Argument(metavar="[CASE] LETTER")],
    at: Annotated[str, typer.Option(metavar="TIME", help="When; you are asked when left out.")] = "",
    reference: Annotated[str, typer.Option(metavar="TICKET", help="The number the other side gave.")] = "",
    channel: Annotated[str, typer.Option(metavar="CHANNEL", help="The route it took, if not the usual one.")] = "",
    step: Step = "",
    by: Annotated[str, typer.Option(metavar="WHO", help="Who sent it.")] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="Anything to remember.")] = "",
    language: Annotated[
        str, typer.Option(metavar="CODE", help="The version that went out; the one the client approved if left out.")
    ] = "",
    asset: Annotated[Words | None, typer.Option(metavar="KEY", help="An account it was about.")] = None,
) -> None:
    """Record that a letter went out, with the ticket number it got."""
    invocation: Invocation = context.obj
    case, name = _case_and_letter(invocation, words)
    if not name:
        raise UsageError("which letter went out?", hint=f"recover letter {case.name}")
    invocation.refuse_typed(case, reference, by, note, instead=f"sent {case.name} {name}{_moment(at)}")
    when = at or _ask_when(invocation, case, "When did it go out?")
    reference = invocation.short_text(reference, "Which ticket or reference number did it get?", optional=True)
    recorded = case.sent(
        name, at=when, reference=reference, channel=channel, step=step, by=by, note=note, assets=asset or (),
        version=language,
    )  # fmt: skip
    show_recorded(invocation.output, recorded, f"{line(name)} went out")
    invocation.output.next_steps(
        (f"recover reply {case.name}", "when an answer came"), (f"recover due {case.name}", "when to look again")
    )


def _moment(at: str) -> str:
    """Return the option for a moment as it was typed; a time is no secret of the case."""
    return f" --at {shlex.quote(at)}" if at else ""


def _ask_when(invocation: Invocation, case: OpenCase, question: str) -> str:
    """Ask for a moment; Enter means now, in the case's zone. For a script it is now."""
    if not invocation.asks_extras:
        return ""
    return invocation.prompts.moment(question, case.zone)


@app.add("reply")
def reply(
    context: typer.Context,
    words: Annotated[
        Words | None, typer.Argument(metavar="[CASE] [OUTCOME]", help="Without OUTCOME you are asked.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="TIME", help="When it came; you are asked when left out.")] = "",
    text: Annotated[str, typer.Option(metavar="TEXT|-", help="What it said; - reads standard input.")] = "",
    step: Step = "",
    exhibit: Annotated[Words | None, typer.Option(metavar="E07", help="The exhibit that shows it.")] = None,
) -> None:
    """Record what the other side did, as one of a few outcomes."""
    from recover.cli.questions import pick_outcome

    invocation: Invocation = context.obj
    case, outcome = _case_and_letter(invocation, words)
    invocation.refuse_typed(case, text, instead=f"reply {case.name} {outcome}".rstrip() + _moment(at))
    if not outcome:
        step, outcome = pick_outcome(invocation, case, step)
    when = at or _ask_when(invocation, case, "When did it come?")
    if text == "-" or (not text and invocation.asks_extras and invocation.prompts.confirm("Write down what it says?")):
        text = invocation.text(text or None, "What does it say?")
    recorded = case.reply(outcome, at=when, text=text, step=step, exhibits=exhibit or ())
    show_recorded(invocation.output, recorded, f"reply kept: {line(outcome)}")
    invocation.output.next_steps((f"recover next {case.name}", "where this leads"))
