"""What is due: one function for screen, calendar and packet, and the sum explained in words.

A date comes from a rule (anchor + length), from the client's screen, or from a promise. Rules of counting:

- The date on the screen counts; the rule's own date is shown beside it.
- Days are those of the case's zone. Months and years keep the day's number, clipped to the month's end. A length in
  hours keeps the time of day. EU law counts from the day after the event and ends with the last day, which is the same
  sum; it is said in the explanation.
- From an anchor known only in part, the earliest moment it may mean counts: a date too early does no harm.
- `file_by` is the last working day up to the date; of a length in hours it is the day itself. Public holidays are not
  known here.
- Two deadlines counted from the same answer are about the same thing: each shows the other, and which is earlier.
- What is past and not done is `missed` for a check recorded so, `overdue` for what we ourselves should do, `passed` for
  what the other side should have done, and `lost` for a right that has run out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from recover.case.instances import Check, Visit, Walk
from recover.case.lookup import CaseLookup, row_title
from recover.case.plan import ITEM
from recover.case.state import FactRecord
from recover.case.survey import DueItem, DueKind, DueStatus, Rival
from recover.frozen import frozen
from recover.playbook.expressions import UNKNOWN
from recover.playbook.model import Certainty, Deadline, Playbook, Provenance, Rule
from recover.times import (
    Length,
    When,
    add,
    day_of,
    format_day,
    format_instant,
    format_when,
    last_working_day,
    local_day,
    parse_length,
    read_when,
    weekday,
)

OURS = re.compile(r"(the )?(helper|helpline|us|we)\b", re.IGNORECASE)
"""How a rule's `who` begins when it is we who should act."""
THEIRS = re.compile(r"(the )?(platform|body|authority|partner|court|meta|other side|controller)\b", re.IGNORECASE)
"""How it begins when the other side should."""
_ANSWERED = re.compile(r"(?:answered|known)\(([a-z0-9_.]+)\)")
REMINDER = "Look into inbox and spam and record what you found; do not write a second time."
"""A duplicate appeal is itself a breach of most platforms' terms."""
_CERTAINTY = {
    Certainty.C: "The length comes from second hand.",
    Certainty.D: "The length is unconfirmed practice: check it.",
}


def find_due(walked: Walk) -> tuple[DueItem, ...]:
    """List everything with a date, soonest first, then what should be filed now, then what has no date yet."""
    items = [
        *_deadlines(walked),
        *(item for visit in walked.visits.values() for item in _visit_items(walked, visit)),
        *_promises(walked),
    ]
    return tuple(sorted(_with_rivals(walked, items), key=_order))


def _order(item: DueItem) -> tuple[int, date, str, str]:
    if item.on is not None:
        return 0, item.on, item.at.isoformat() if item.at else "", item.title
    return (1 if item.state == "file-now" else 2), date.max, "", item.title


def _uid(walked: Walk, *parts: str) -> str:
    text = "\n".join(("recover-due", walked.state.root, *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_past_review(walked: Walk, provenance: Provenance) -> bool:
    return provenance.review_by < walked.today.isoformat()


# --- deadlines -----------------------------------------------------------------------------------------------------


@frozen
class _Case:
    """One deadline for one element, with what it needs to be worked out."""

    playbook: Playbook
    deadline: Deadline
    rule: Rule
    looking: CaseLookup
    element: str


def _deadlines(walked: Walk) -> Iterator[DueItem]:
    seen: set[tuple[str, str]] = set()
    for playbook in walked.plan.playbooks:
        for deadline in playbook.deadlines:
            for element in walked.state.rows(deadline.for_each) if deadline.for_each else ("",):
                looking = walked.lookup.at(playbook.id, deadline.for_each, element)
                rule = walked.plan.rules.get(deadline.rule)
                if (deadline.id, element) in seen or not looking.holds(deadline.when):
                    continue
                seen.add((deadline.id, element))
                if rule is None:
                    yield _without_rule(walked, deadline, element)
                    continue
                yield from _deadline(walked, _Case(playbook, deadline, rule, looking, element))


def _without_rule(walked: Walk, deadline: Deadline, element: str) -> DueItem:
    return DueItem(
        uid=_uid(walked, "deadline", deadline.id, element, "1"),
        kind="deadline",
        title=deadline.title,
        state="no-anchor",
        why=f"No date: the rule {deadline.rule} is not among the facts of this case.",
        rule=deadline.rule,
        source=deadline.id,
        element=element,
        element_title=row_title(walked.state, deadline.for_each, element) if element else "",
    )


def _deadline(walked: Walk, case: _Case) -> Iterator[DueItem]:
    anchor = _time(walked, case.looking, case.deadline.anchor)
    screen = _time(walked, case.looking, case.deadline.screen_date) if case.deadline.screen_date else None
    screen_on = day_of(screen, walked.zone) if screen is not None else None
    lengths = [parse_length(text) for text in case.rule.lengths]
    for number, length in enumerate(lengths or [None], 1):
        # A screen shows one date: it takes the place of the first.
        shown = screen_on if number == 1 else None
        item = _counted(walked, case, anchor, length, shown)
        yield replace(item, uid=_uid(walked, "deadline", case.deadline.id, case.element, str(number)))


def _counted(walked: Walk, case: _Case, anchor: When | None, length: Length | None, screen: date | None) -> DueItem:
    deadline, rule = case.deadline, case.rule
    item = DueItem(
        uid="",
        kind="deadline",
        title=deadline.title,
        state="open",
        note=_note(case),
        rule=rule.id,
        source=deadline.id,
        element=case.element,
        element_title=row_title(walked.state, deadline.for_each, case.element) if case.element else "",
        screen_on=screen,
        anchor=anchor.text if anchor else "",
        provenance=rule.provenance,
        is_stale=_is_past_review(walked, rule.provenance),
    )
    if anchor is not None and length is not None:
        item = _add_length(walked, item, rule, anchor, length)
    if screen is not None:
        at = item.at if item.at is not None and local_day(item.at, walked.zone) == screen else None
        item = replace(item, on=screen, at=at, at_latest=item.at_latest if at else None)
    # An hour does not move to a working day: counted in hours, a Sunday's race would be "file by" the Friday before it.
    is_hour = item.at is not None
    item = replace(item, file_by=item.on if is_hour or item.on is None else last_working_day(item.on))
    item = replace(item, state=_state(walked, case, item, length))
    return replace(item, why=" ".join(_why(walked, case, item, anchor, length)))


def _add_length(walked: Walk, item: DueItem, rule: Rule, anchor: When, length: Length) -> DueItem:
    earliest, latest = anchor.earliest, anchor.latest
    if earliest is None or latest is None:
        return item
    if length.in_hours:
        at = add(earliest, length)
        at_latest = add(latest, length) if anchor.precision == "range" else None
        on = local_day(at, walked.zone)
        return replace(item, on=on, at=at, at_latest=at_latest, rule_on=on)
    start = _first_day(walked, anchor)
    on = add(start, length)
    extended = add(start, parse_length(rule.extendable_to)) if rule.extendable_to else None
    return replace(item, on=on, rule_on=on, latest_on=extended)


def _first_day(walked: Walk, when: When) -> date:
    named = None if when.approximate else day_of(when, walked.zone)
    if named is not None or when.earliest is None:
        return named or walked.today
    return local_day(when.earliest, walked.zone)


def _time(walked: Walk, looking: CaseLookup, name: str) -> When | None:
    value = looking.item(name.removeprefix(ITEM)) if name.startswith(ITEM) else looking.fact(name)
    if value is UNKNOWN or not isinstance(value, str):
        return None
    when = read_when(value, walked.zone)
    return when if when.earliest is not None else None


def _state(walked: Walk, case: _Case, item: DueItem, length: Length | None) -> DueStatus:
    if case.deadline.done_if is not None and case.looking.holds(case.deadline.done_if):
        return "done"
    if item.on is None:
        return "file-now" if length is None and not THEIRS.match(case.rule.who) else "no-anchor"
    is_past = (item.at_latest or item.at or walked.as_of) < walked.as_of if item.at else item.on < walked.today
    if not is_past:
        return "open"
    if OURS.match(case.rule.who):
        return "overdue"
    return "passed" if THEIRS.match(case.rule.who) else "lost"


def _note(case: _Case) -> str:
    notes = [case.deadline.note] if case.deadline.note else []
    if case.deadline.done_if is not None and case.looking.holds(case.deadline.done_if):
        when = done_when(case.deadline, case.looking)
        day = (day_of(when, case.looking.zone) or format_when(when)) if when else ""
        notes.insert(0, f"{case.deadline.done_note or 'done'} {day}".rstrip())
    return "; ".join(note.rstrip(".") for note in notes)


def done_when(deadline: Deadline, looking: CaseLookup) -> When | None:
    """Find when a deadline was met: the time its `done_if` asks for, if that is an answer with a time."""
    for name in _ANSWERED.findall(deadline.done_if.text if deadline.done_if else ""):
        value = looking.item(name.removeprefix(ITEM)) if name.startswith(ITEM) else looking.fact(name)
        when = read_when(value, looking.zone) if isinstance(value, str) else None
        if when is not None and when.earliest is not None:
            return when
    return None


# --- why -----------------------------------------------------------------------------------------------------------


def _why(walked: Walk, case: _Case, item: DueItem, anchor: When | None, length: Length | None) -> Iterator[str]:
    yield from _why_sum(walked, case, item, anchor, length)
    yield from _why_screen(case, item)
    if item.on is not None and item.file_by is not None and item.file_by != item.on:
        working_day = f"{weekday(item.file_by)}, {format_day(item.file_by)}"
        yield f"{item.on.isoformat()} is a {weekday(item.on)}: file by {working_day}."
    if item.latest_on is not None:
        yield f"It may be extended to {format_day(item.latest_on)} at most."
    certainty = _CERTAINTY.get(case.rule.provenance.certainty)
    if certainty and length is not None and item.screen_on is None:
        yield certainty
    if item.is_stale:
        yield f"This rule should have been checked again by {case.rule.provenance.review_by}: check it first."


def _why_sum(walked: Walk, case: _Case, item: DueItem, anchor: When | None, length: Length | None) -> Iterator[str]:
    if length is None:
        if item.on is None and THEIRS.match(case.rule.who):
            yield "No day is known by which the other side must answer: look again, and ask."
        elif item.on is None:
            yield "No date is shown or known: file now."
        return
    if anchor is None:
        yield _why_no_anchor(walked, case)
        return
    if item.rule_on is None:
        return
    if length.in_hours and item.at is not None:
        end = f", at the latest {format_instant(item.at_latest, walked.zone)}" if item.at_latest else ""
        yield (
            f"{format_instant(item.at, walked.zone)} is {length.words} after {format_when(anchor)} "
            f"({case.rule.starts}){end}."
        )
    else:
        start = _first_day(walked, anchor)
        yield f"{format_day(item.rule_on)} is {length.words} after {format_day(start)} ({case.rule.starts})."
        if not (anchor.is_day or anchor.is_instant):
            yield f"Only “{format_when(anchor)}” is known, so the earliest day it may mean was taken."
    if case.rule.calendar == "eu":
        yield "EU law counts from the day after; the last day ends at midnight."


def _why_no_anchor(walked: Walk, case: _Case) -> str:
    name = case.deadline.anchor
    fact = (
        walked.plan.column(case.deadline.for_each, name.removeprefix(ITEM))
        if name.startswith(ITEM)
        else walked.plan.facts.get(name)
    )
    record = _record(walked, case, name)
    how = {"dont-know": "nobody knows", "declined": "the client prefers not to say", "conflict": "answers conflict"}
    status = how.get(record.status, "its time is not known") if record else "not answered yet"
    return f"No date: it counts from “{fact.ask if fact else name}” ({status})."


def _record(walked: Walk, case: _Case, name: str) -> FactRecord | None:
    if name.startswith(ITEM):
        return walked.state.cell(case.deadline.for_each, case.element, name.removeprefix(ITEM))
    return walked.state.fact(name)


def _why_screen(case: _Case, item: DueItem) -> Iterator[str]:
    if item.screen_on is None:
        if case.deadline.screen_date:
            yield "No screen date."
        return
    shown = format_day(item.screen_on)
    if not case.rule.lengths:
        yield f"The date that was shown or typed in is {shown}; nothing was counted."
    elif item.rule_on is None:
        yield f"The screen shows {shown}."
    elif item.rule_on == item.screen_on:
        yield "The screen shows the same day."
    else:
        days = (item.screen_on - item.rule_on).days
        yield f"The screen shows {shown}, {abs(days)} days {'later' if days > 0 else 'earlier'}; the screen counts."


# --- rivals --------------------------------------------------------------------------------------------------------


def _with_rivals(walked: Walk, items: Sequence[DueItem]) -> Iterator[DueItem]:
    anchors = {deadline.id: deadline.anchor for playbook in walked.plan.playbooks for deadline in playbook.deadlines}
    groups: dict[tuple[str, str], list[DueItem]] = {}
    for item in items:
        if item.kind == "deadline" and item.on is not None:
            groups.setdefault((anchors[item.source], item.element), []).append(item)
    for item in items:
        group = groups.get((anchors.get(item.source, ""), item.element), []) if item.kind == "deadline" else []
        rivals = tuple(
            Rival(other.title, other.rule, other.on, _relation(other.on, item.on))
            for other in group
            if item.on is not None and other.on is not None and other.source != item.source
        )
        if item.on is None or not rivals:
            yield item
        else:
            yield replace(item, rivals=rivals, why=f"{item.why} {_why_rivals(item.on, rivals)}".strip())


def _relation(other: date, own: date) -> str:
    return "earlier" if other < own else "later" if other > own else "same"


def _why_rivals(own: date, rivals: Sequence[Rival]) -> str:
    first = min((rival.on for rival in rivals), default=own)
    listed = "; ".join(f"“{rival.title}” {format_day(rival.on)}" for rival in rivals)
    verdict = "this one is earlier" if own < first else "this one is later" if own > first else "both fall together"
    return f"Counted from the same moment: {listed}; {verdict}."


# --- checks, waits, promises ---------------------------------------------------------------------------------------


def _visit_items(walked: Walk, visit: Visit) -> Iterator[DueItem]:
    if visit.status == "passed":
        return
    for check in walked.checks(visit):
        yield _check_item(walked, visit, check)
    if visit.status == "waiting" and visit.since is not None:
        yield from _wait_items(walked, visit)


def _check_item(walked: Walk, visit: Visit, check: Check) -> DueItem:
    rule = walked.plan.rules[check.schedule.rule]
    result = check.record.body.result if check.record else ""
    state: DueStatus = "overdue" if check.on < walked.today else "open"
    note = "not recorded" if state == "overdue" else ""
    if check.record is not None:
        state = "missed" if result == "missed" else "done"
        note = "; ".join(part for part in ("anomaly" if result == "anomaly" else "", check.record.body.note) if part)
    start = walked.anchor_day(check.schedule.anchor, walked.looking_at(visit))
    counted = f" after {format_day(start)} ({rule.starts})" if start else ""
    return DueItem(
        uid=_uid(walked, "check", visit.id.text, check.schedule.rule, str(check.number)),
        kind="check",
        title=f"{visit.placed.step.title}: check {check.number}",
        state=state,
        on=check.on,
        file_by=check.on,
        why=f"{format_day(check.on)} is {check.length.words}{counted}.",
        note=note,
        rule=rule.id,
        source=visit.id.text,
        element=visit.id.element,
        rule_on=check.on,
        anchor=start.isoformat() if start else "",
        provenance=rule.provenance,
        is_stale=_is_past_review(walked, rule.provenance),
    )


def _wait_items(walked: Walk, visit: Visit) -> Iterator[DueItem]:
    step = visit.placed.step
    since = visit.since or walked.as_of
    if step.wait is not None and step.wait.remind:
        chased = [at for at in walked.records.chases.get(visit.id.text, ()) if at > since]
        base = max([since, *chased])
        verb = "the last look" if chased else _since_words(walked, visit)
        reminders = [(add(local_day(base, walked.zone), parse_length(text)), text) for text in step.wait.remind]
        past = [one for one in reminders if one[0] < walked.today]
        ahead = [one for one in reminders if one[0] >= walked.today]
        for on, text in [*past[-1:], *ahead[:1]]:
            counted = f"{verb} on {format_day(local_day(base, walked.zone))}"
            why = f"{format_day(on)} is {parse_length(text).words} after {counted}. {REMINDER}"
            title = f"Check inbox and spam: {step.title}"
            state: DueStatus = "overdue" if on < walked.today else "open"
            uid = _uid(walked, "reminder", visit.id.text, text)
            yield _wait_item(walked, visit, "reminder", title, state, on, why, uid)
    for outcome in step.outcomes:
        moment = walked.silence_moment(visit, outcome) if outcome.id == "silence" else None
        if moment is not None and moment > walked.as_of:
            target = walked.plan.step(visit.placed.playbook.id, outcome.go)
            on = local_day(moment, walked.zone)
            counted = f"{parse_length(outcome.after).words} after {format_day(local_day(since, walked.zone))}"
            why = f"{format_day(on)} is {counted}. No answer by then counts as silence."
            title = f"No answer: {target.step.title if target else outcome.go}"
            yield _wait_item(walked, visit, "silence", title, "open", on, why, _uid(walked, "silence", visit.id.text))


def _since_words(walked: Walk, visit: Visit) -> str:
    """Say from what a wait counts."""
    found = walked.dispatch(visit)
    return "it was sent" if found is None or found.sent is not None else "the wait began"


def _wait_item(
    walked: Walk, visit: Visit, kind: DueKind, title: str, state: DueStatus, on: date, why: str, uid: str
) -> DueItem:
    return DueItem(
        uid=uid,
        kind=kind,
        title=title,
        state=state,
        on=on,
        file_by=last_working_day(on),
        why=why,
        source=visit.id.text,
        element=visit.id.element,
        rule_on=on,
    )


def _promises(walked: Walk) -> Iterator[DueItem]:
    settled = {(one.body.call, one.body.number): one.body for one in walked.state.promises}
    for call in walked.state.calls:
        for number, (text, day) in enumerate(call.body.promises, 1):
            when = read_when(day, walked.zone)
            on = day_of(when, walked.zone)
            done = settled.get((call.id, number))
            said = f"Promised by {call.body.with_whom} in the call recorded as entry {call.id}."
            yield DueItem(
                uid=_uid(walked, "promise", call.id, str(number)),
                kind="promise",
                title=text,
                state=_promise_state(walked, on, done.result if done else ""),
                on=on,
                file_by=last_working_day(on) if on else None,
                why=said if on else f"{said} No day was named.",
                note=done.note if done else "",
                source=call.id,
                rule_on=on,
            )


def _promise_state(walked: Walk, on: date | None, result: str) -> DueStatus:
    if result:
        return "done" if result == "kept" else "missed" if result == "broken" else "passed"
    if on is None:
        return "no-anchor"
    return "overdue" if on < walked.today else "open"
