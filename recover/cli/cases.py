"""`recover next`, `recover due` and `recover case …`: where things stand."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli import upgrading
from recover.cli.families import family, group
from recover.cli.invocation import Invocation
from recover.cli.now import end_with_faults, show_all_due, show_next
from recover.cli.output import Output, line
from recover.cli.owning import settle
from recover.cli.start import SameAccount, show_cards
from recover.cli.views import case_json, show_recorded
from recover.errors import NotFoundError

if TYPE_CHECKING:
    from recover.case.entries import Entry
    from recover.case.survey import Instance, LetterState, Survey
    from recover.desk import CaseSummary, OpenCase

app = family()
case = group("List cases, show one, close one.")
app.add_typer(case, name="case")
case.add_typer(upgrading.app)

Case = Annotated[str, typer.Argument(metavar="[CASE]")]
AllOrOne = Annotated[str, typer.Argument(metavar="[CASE]", help="All open cases if left out.")]


# --- next and due --------------------------------------------------------------------------------------------------


@app.add("next")
def next_(context: typer.Context, case_ref: AllOrOne = "") -> None:
    """Say what to do now, the most urgent first."""
    show_next(context.obj, case_ref)


@app.add("due")
def due(context: typer.Context, case_ref: AllOrOne = "") -> None:
    """List what is due and when, with the reason of each date."""
    show_all_due(context.obj, case_ref)


# --- case ----------------------------------------------------------------------------------------------------------


@case.add("list")
def list_cases(context: typer.Context) -> None:
    """List the cases, most recently touched first."""
    invocation: Invocation = context.obj
    out = invocation.output
    desk = invocation.desk()
    rows = desk.cases()
    if out.as_json:
        out.data([case_json(row) for row in rows])
    else:
        out.table([_case_row(row) for row in rows], heads=("case", "id", "touched", "evidence", "state", "playbook"))
        if not rows:
            out.next_steps(("recover start", "help someone"))
    end_with_faults(out, desk)


def _case_row(row: CaseSummary) -> tuple[str, ...]:
    day, state = row.last_at.date().isoformat(), _standing(row.closed, row.practice)
    return (row.name, row.id[:8], day, f"{row.exhibits} exhibits", state, ", ".join(row.playbooks))


def _standing(closed: str, practice: bool) -> str:
    state = f"closed: {closed}" if closed else "open"
    return f"{state}, practice" if practice else state


@case.add("show")
def show(
    context: typer.Context,
    case_ref: Case = "",
    log: Annotated[bool, typer.Option("--log", help="Every entry, with the ids that undo and correct take.")] = False,
) -> None:
    """Show where a case stands: steps, gates, letters, conflicts; or its log."""
    invocation: Invocation = context.obj
    opened = invocation.case(case_ref)
    if log:
        show_log(invocation.output, opened)
        return
    survey = opened.survey(invocation.as_of(opened.zone) if invocation.as_of_text else None)
    if invocation.output.as_json:
        invocation.output.data(standing_json(opened, survey))
        return
    show_standing(invocation.output, opened, survey)
    invocation.output.next_steps(
        (f"recover resume {opened.name}", "go on"), (f"recover case show {opened.name} --log", "every entry")
    )


def show_standing(out: Output, opened: OpenCase, survey: Survey) -> None:
    """Print steps, gates, letters and what needs a decision."""
    summary = opened.summary
    counts = f"{summary.entries} entries, {summary.exhibits} exhibits"
    out.result(f"{opened.name}  ({opened.id[:8]}, {', '.join(summary.playbooks)}, {counts})")
    out.result(f"{_standing(summary.closed, opened.practice)}; zone {line(opened.zone or 'not asked yet')}")
    for warning in survey.warnings:
        out.say(f"careful: {line(warning)}")
    out.result("\nsteps")
    reached = [each for each in survey.instances if each.status != "unreached"]
    out.table([("  " + each.status, each.id, each.step.title, _lacks(each)) for each in reached])
    out.result("\ngates")
    closed = [gate for gate in survey.gates if gate.status != "open"]
    out.table([("  " + gate.status, gate.title, gate.reason or gate.why) for gate in closed])
    out.result(f"  open: {', '.join(line(gate.title) for gate in survey.gates if gate.status == 'open') or 'none'}")
    show_incidents(out, opened)
    if survey.letters:
        out.result("\nletters")
        titles = {each.id: each.step.title for each in survey.instances}
        rows = [("  " + letter_word(each), each.name, titles.get(each.instance, "")) for each in survey.letters]
        out.table(rows)
    show_no_longer_asked(out, opened)
    for conflict in survey.conflicts:
        out.result(f"\ntwo answers: {line(conflict.ask)} (recover answer {opened.name} {conflict.key.fact})")
    for stale in survey.stale:
        out.result(f"\nchanged since: {line(stale.ask)}; look again at {line(stale.words)}")


def show_no_longer_asked(out: Output, opened: OpenCase) -> None:
    """Print answers to questions that the playbooks do not ask any more; they count for nothing and are not lost."""
    asked = {fact.id for playbook in opened.playbooks for fact in playbook.facts}
    left = [record for key, record in opened.state.facts.items() if key.fact not in asked and record.is_known]
    if left:
        out.result("\nanswers to questions that are no longer asked")
    for record in left:
        column = f".{record.key.field}" if record.key.field else ""
        out.result(f"  {line(record.key.fact)}{line(column)}: {line(str(record.value))}")


def show_incidents(out: Output, opened: OpenCase) -> None:
    """Print each loss, what came before it and when access came back."""
    from recover.times import format_when, read_when

    def told(when: str) -> str:
        return format_when(read_when(when, opened.zone))

    found = opened.incidents()
    if found:
        out.result("\nincidents")
    for each in found:
        out.result(f"  {each.number}. lost {told(each.loss.body.when)}: {line(each.loss.body.text)}")
        for gap in each.gaps:
            out.result(f"     before it: {told(gap.body.when)}: {line(gap.body.text)}")
        for check in each.missed:
            out.result(
                f"     before it: check of {check.body.due_on} {check.body.result} {line(check.body.note)}".rstrip()
            )
        if each.restored is not None:
            out.result(f"     restored {told(each.restored.body.when)}")


def letter_word(letter: LetterState) -> str:
    """Say how a letter stands, in one word."""
    if letter.sent:
        return "sent"
    if letter.lacking:
        return f"needs {letter.lacking} more"
    return "offered" if letter.is_offered else "held"


def _lacks(instance: Instance) -> str:
    needed = sum(not need.optional for need in instance.missing)
    return instance.because or (f"{needed} still needed" if needed else "")


def standing_json(opened: OpenCase, survey: Survey) -> dict[str, object]:
    """Return `case show` under its stable keys."""
    return {
        **case_json(opened.summary),
        "zone": opened.zone,
        "as_of": survey.as_of.isoformat(),
        "steps": [step_json(each) for each in survey.instances],
        "gates": [{"id": g.id, "title": g.title, "status": g.status, "reason": g.reason} for g in survey.gates],
        "letters": [letter_json(each) for each in survey.letters],
        "conflicts": [{"fact": c.key.fact, "element": c.key.element, "ask": c.ask} for c in survey.conflicts],
        "stale": [{"fact": each.fact.fact, "what": each.words} for each in survey.stale],
        "warnings": list(survey.warnings),
    }


def step_json(instance: Instance) -> dict[str, object]:
    """Return one step of `case show` under its stable keys."""
    return {
        "id": instance.id,
        "title": instance.step.title,
        "status": instance.status,
        "because": instance.because,
        "missing": [
            {"kind": need.kind, "id": need.id, "title": need.title, "optional": need.optional}
            for need in instance.missing
        ],
    }


def letter_json(letter: LetterState) -> dict[str, object]:
    """Return one letter of the survey under its stable keys."""
    return {
        "name": letter.name,
        "step": letter.instance,
        "state": letter_word(letter),
        "lacking": letter.lacking,
        "why": letter.why or "; ".join(block.reason for block in letter.blocks),
        "approved": letter.approval is not None,
        "sent": [{"at": each.body.at, "reference": each.body.reference} for each in letter.sent],
    }


def show_log(out: Output, opened: OpenCase) -> None:
    """List every entry, oldest first; what no longer counts says so."""
    state = opened.state
    rows = []
    for entry in opened.entries:
        standing = "undone" if entry.id in state.undone else "corrected" if entry.id in state.corrected else ""
        rows.append(
            (entry.id, entry.recorded_at.isoformat(timespec="seconds"), entry.kind, standing, entry_line(entry))
        )
    if out.as_json:
        keys = ("id", "recorded_at", "kind", "standing", "says")
        out.data({"case": opened.name, "entries": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    out.table(rows, heads=("entry", "recorded", "kind", "", "says"))


def entry_line(entry: Entry) -> str:
    """Return an entry's own words in one short line."""
    body = entry.body
    if not is_dataclass(body):
        return ""
    values = [getattr(body, member.name) for member in fields(body)]
    words = [
        str(value) for value in values if isinstance(value, str | bool | int) and value != "" and not _is_digest(value)
    ]
    text = " | ".join(words)
    return text if len(text) <= 100 else text[:99] + "…"


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(char in "0123456789abcdef" for char in value)


@case.add("follow")
def follow(
    context: typer.Context,
    case_ref: Annotated[str, typer.Argument(metavar="CASE")],
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="As in `recover playbook list`.")],
    same_account: SameAccount = False,
) -> None:
    """Let a case follow one more playbook, beside those it follows; answers are shared."""
    invocation: Invocation = context.obj
    opened = invocation.case(case_ref)
    desk = invocation.desk()
    show_cards(invocation.output, desk, (playbook,))
    settle(invocation, desk)
    told = opened.local_words
    recorded = desk.follow(opened, playbook, same_account=same_account)
    invocation.tell_local(words for words in desk.open(opened.id).local_words if words not in told)
    show_recorded(invocation.output, recorded, f"follows {line(playbook)} too")
    invocation.output.next_steps((f"recover resume {opened.name}", "go on"))


@case.add("close")
def close(
    context: typer.Context,
    case_ref: Case = "",
    outcome: Annotated[
        str, typer.Option(metavar="WORD", help="restored, refused, handed-over …; you are asked if left out.")
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why something important stays open.")] = "",
) -> None:
    """Close a case with its outcome; what is still open is named first."""
    invocation: Invocation = context.obj
    opened = invocation.case(case_ref)
    invocation.refuse_typed(opened, reason, instead=f"case close {opened.name}")
    if opened.summary.closed:
        raise NotFoundError(f"{opened.name} is closed already", hint=f"recover undo {opened.name}     (opens it again)")
    outcome = invocation.short_text(outcome, "With which outcome?", why="restored, refused, handed over …")
    show_recorded(invocation.output, opened.close(outcome, reason), f"closed: {line(outcome)}")
    invocation.output.next_steps(("recover next", "what the other cases need"))
