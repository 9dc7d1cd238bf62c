"""What `recover next` and `recover due` print. Knows nothing of typer, so that both can start without it.

These two are asked most often, by people in a hurry and by status lines; building the whole command line costs more
than the answer. `main` calls them directly when only common options and at most one CASE were typed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import AlteredError, ForkError, IncompleteError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from recover.case.survey import Action, DueItem
    from recover.desk import Desk, OpenCase

# --- next ----------------------------------------------------------------------------------------------------------


def show_next(invocation: Invocation, case_ref: str) -> None:
    """Print what to do now, over all open cases or for one, the most urgent first."""
    out = invocation.output
    desk = invocation.desk()
    as_of = invocation.as_of() if invocation.as_of_text else None
    opened = desk.open(case_ref) if case_ref else None
    if opened is not None:
        rows = [(opened.id, opened.name, action) for action in opened.survey(as_of).next]
        local = [f"{opened.name}: {words}" for words in opened.local_words]
    else:
        found = desk.next(as_of)
        rows = [(row.case, row.name, row.action) for row in found]
        local = [f"{row.name}: {words}" for row in found for words in row.local]
    invocation.tell_local(dict.fromkeys(local))
    if out.as_json:
        out.data([{"case": name, "id": case_id, **action_json(action)} for case_id, name, action in rows])
    else:
        _show_actions(out, desk, rows)
    end_with_faults(out, desk, opened)


def _show_actions(out: Output, desk: Desk, rows: Sequence[tuple[str, str, Action]]) -> None:
    told = Counter((name, action.title, action.reason, action.on) for _, name, action in rows)
    for number, ((name, title, reason, on), times) in enumerate(told.items(), 1):
        show_action(out, number, f"{name}: {title}{f' ({times} times)' if times > 1 else ''}", reason, on)
    if not rows:
        out.result("nothing to do now")
    if not desk.has_recovery():
        out.say("careful: this vault has no recovery key yet; a forgotten passphrase would lose every case")
        out.hint("recover vault init")
    if rows:
        out.next_steps((f"recover resume {rows[0][1]}", "go on with the first"), ("recover due", "dates, with reasons"))
    else:
        out.next_steps(("recover start", "help someone"), ("recover due", "what is due later"))


def show_action(out: Output, number: int, title: str, reason: str, on: date | None) -> None:
    """Print one thing to do, with its reason below unless that only says the day again."""
    out.result(f"{number:2}. {line(title)}{f' (by {on.isoformat()})' if on else ''}")
    if reason and not says_only_the_day(reason, on):
        out.result(f"    {line(reason)}")


def says_only_the_day(reason: str, on: date | None) -> bool:
    """Say whether a reason tells nothing but the day that stands beside it already."""
    from recover.times import format_day

    return on is not None and reason == f"due on {format_day(on)}"


def action_json(action: Action) -> dict[str, object]:
    """Return one row of `next`."""
    return {
        "kind": action.kind,
        "urgency": action.urgency,
        "title": action.title,
        "reason": action.reason,
        "step": action.instance,
        "target": action.target,
        "on": action.on.isoformat() if action.on else "",
    }


def end_with_faults(out: Output, desk: Desk, opened: OpenCase | None = None) -> None:
    """Name the cases of a list just shown that cannot be read, or not whole; then fail as `verify` would.

    Without `opened` those of the whole vault. Raises `ForkError` (22), `AlteredError` (20) or `IncompleteError` (21),
    the worst there is: whoever asks what is due must not take a list that may lack a date for a whole one.
    """
    if opened is not None:
        codes = [fault.code for fault in opened.faults()]
        for notice in opened.notices():
            out.say(f"careful: {opened.name}: {line(notice)}: this list may lack something")
    else:
        codes = [fault.exit_code for fault in (*desk.unreadable(), *desk.damaged())]
        for left_out in desk.unreadable():
            out.say(f"careful: case {left_out.id[:8]} cannot be read: {line(left_out.message)}")
        for fault in desk.damaged():
            out.say(f"careful: {line(fault.message)}: this list may lack something")
    for kind in (ForkError, AlteredError, IncompleteError):
        if kind.exit_code in codes:
            ref = f" {opened.name}" if opened else ""
            raise kind(
                "what is listed may not be all: a part of the log is not as it should be",
                place=opened.name if opened else "",
                hint=f"recover verify{ref}      (names what is missing or changed)",
            )


# --- due -----------------------------------------------------------------------------------------------------------


def show_all_due(invocation: Invocation, case_ref: str) -> None:
    """Print what is due and when, with the reason of each date."""
    out = invocation.output
    desk = invocation.desk()
    as_of = invocation.as_of() if invocation.as_of_text else None
    opened = desk.open(case_ref) if case_ref else None
    if opened is not None:
        rows = [(opened.id, opened.name, each) for each in opened.survey(as_of).due]
    else:
        rows = [(row.case, row.name, row.due) for row in desk.due(as_of)]
    if out.as_json:
        out.data([{"case": name, "id": case_id, **due_json(each)} for case_id, name, each in rows])
    else:
        _show_dates(out, rows)
    end_with_faults(out, desk, opened)


def _show_dates(out: Output, rows: Sequence[tuple[str, str, DueItem]]) -> None:
    for _, name, each in rows:
        show_due(out, name, each)
    if not rows:
        out.result("no dates yet")
    out.next_steps(("recover next", "what to do now"))


def show_due(out: Output, name: str, each: DueItem) -> None:
    """Print one due date with its sum, its rivals and its notes."""
    about = f" [{line(each.element_title or each.element)}]" if each.element else ""
    day = each.on.isoformat() if each.on else "no date yet" if each.state == "no-anchor" else "no date"
    state = DUE_STATES.get(each.state, each.state)
    out.result(f"{day:11}  {state:12}  {name}: {line(each.title)}{about}")
    for text in _due_details(each):
        out.result(f"             {line(text)}")


DUE_STATES = {
    "open": "",
    "done": "already done",
    "missed": "missed",
    "overdue": "overdue",
    "passed": "passed",
    "lost": "lost",
    "no-anchor": "",
    "file-now": "file now",
}
"""How the states of due dates are said; `--json` keeps the ids."""


def _due_details(each: DueItem) -> list[str]:
    from recover.times import format_instant_utc

    details = [each.why, each.note]
    if each.at is not None:
        details.insert(0, f"at {format_instant_utc(each.at)}")
    if each.file_by and each.file_by != each.on:
        details.append(f"file by {each.file_by.isoformat()}, the last working day before")
    if each.latest_on:
        details.append(f"may be extended to {each.latest_on.isoformat()}")
    details += [f"{rival.relation} date: {rival.on.isoformat()} ({rival.title})" for rival in each.rivals]
    if each.is_stale:
        details.append("careful: this rule is past its review date; check it before you rely on it")
    return [detail for detail in details if detail]


def due_json(each: DueItem) -> dict[str, object]:
    """Return one row of `due`."""
    return {
        "uid": each.uid,
        "kind": each.kind,
        "title": each.title,
        "state": each.state,
        "on": each.on.isoformat() if each.on else "",
        "at": each.at.isoformat() if each.at else "",
        "file_by": each.file_by.isoformat() if each.file_by else "",
        "why": each.why,
        "note": each.note,
        "rule": each.rule,
        "source": each.source,
        "element": each.element,
        "rivals": [
            {"title": r.title, "rule": r.rule, "on": r.on.isoformat(), "relation": r.relation} for r in each.rivals
        ],
        "stale": each.is_stale,
    }


QUICK = {"next": show_next, "due": show_all_due}
"""Commands that `main` may call without building the command line."""
