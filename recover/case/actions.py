"""What to do now, most urgent first, each with its reason; over one case or over all of a helper's cases.

Urgency: 0 an intruder is active, 1 overdue, 2 due within a week or about to vanish, 3 work that is open, 4 waiting for
the other side, 5 the rest. A reminder never says "send again": a repeated report is itself a breach of most platforms'
terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from recover.case.instances import Walk
from recover.case.lookup import row_title
from recover.case.survey import (
    Action,
    ActionKind,
    CaseAction,
    Conflict,
    DueItem,
    GateState,
    Instance,
    LetterState,
    Need,
    Stale,
    Survey,
)
from recover.times import format_day, local_day

SOON = timedelta(days=7)
_KINDS: dict[str, ActionKind] = {
    "question": "ask", "list": "ask", "evidence": "evidence", "item": "do", "letter": "letter", "reply": "reply",
    "check": "check", "gate": "gate", "before": "evidence",
}  # fmt: skip

_DUE_KINDS: dict[str, ActionKind] = {"check": "check", "reminder": "remind"}


def find_actions(
    walked: Walk,
    instances: Sequence[Instance],
    gates: Sequence[GateState],
    due: Sequence[DueItem],
    letters: Sequence[LetterState],
    conflicts: Sequence[Conflict],
    stale: Sequence[Stale],
) -> tuple[Action, ...]:
    """Rank everything that can be done in a case now."""
    if walked.state.closed is not None:
        return ()
    actions = [
        *(_conflict(conflict) for conflict in conflicts),
        *_contact(gates),
        *(action for item in due for action in _due(walked, item)),
        *(action for instance in instances for action in _instance(walked, instance, letters)),
        *(_stale(one) for one in stale),
    ]
    if instances and not any(each.status in ("open", "waiting", "held") for each in instances):
        actions.append(Action("close", 5, "Close the case", "every line of work has come to its end"))
    return tuple(sorted(actions, key=_order))


def _order(action: Action) -> tuple[int, date]:
    return action.urgency, action.on or date.max


def rank(cases: Iterable[tuple[str, Survey]]) -> tuple[CaseAction, ...]:
    """Rank the actions of several cases, given by name: most urgent first, then soonest, then in the order given."""
    every = [CaseAction(name, action) for name, survey in cases for action in survey.next]
    return tuple(sorted(every, key=lambda each: _order(each.action)))


def _conflict(conflict: Conflict) -> Action:
    reason = f"{len(conflict.answers)} different answers were recorded apart; until one is settled none counts"
    return Action("conflict", 1, f"Settle: {conflict.ask}", reason, target=conflict.key.fact)


def _contact(gates: Sequence[GateState]) -> Iterator[Action]:
    for gate in gates:
        if gate.status == "held" and gate.id in ("contact_changed", "contact_lost", "rival_claimant"):
            title = gate.hint[:1].upper() + gate.hint[1:]
            yield Action("contact", 2, title, f"{gate.reason}; letters and packets wait", target=gate.id)


# --- dates ---------------------------------------------------------------------------------------------------------


def _due(walked: Walk, item: DueItem) -> Iterator[Action]:
    title = f"{item.title} ({item.element_title})" if item.element_title else item.title
    kind = _DUE_KINDS.get(item.kind, "due")
    if item.state == "overdue":
        reason = f"due on {format_day(item.on)}" if item.on else "overdue"
        yield Action("overdue" if kind == "due" else kind, 1, title, reason, _instance_of(item), _target(item), item.on)
    elif item.state == "file-now":
        yield Action("due", 2, title, "no date is known: file now", _instance_of(item), _target(item))
    elif item.state == "lost":
        reason = f"the date was {format_day(item.on)}; ask all the same, or record it as lost" if item.on else "lost"
        yield Action("due", 5, title, reason, _instance_of(item), _target(item), item.on)
    elif item.state == "open" and item.on is not None and item.kind != "silence":
        by = item.file_by or item.on
        ahead = {"check": timedelta(days=1), "reminder": timedelta(0)}.get(item.kind, SOON)
        if by - walked.today <= ahead:
            yield Action(kind, 2, title, _when(walked.today, by), _instance_of(item), _target(item), item.on)


def _when(today: date, by: date) -> str:
    days = (by - today).days
    if days <= 0:
        return (
            f"due today, {format_day(by)}" if days == 0 else f"file at once; the last working day was {format_day(by)}"
        )
    return f"due in {days} day{'' if days == 1 else 's'}, {format_day(by)}"


def _instance_of(item: DueItem) -> str:
    return item.source if item.kind in ("check", "reminder", "silence") else ""


def _target(item: DueItem) -> str:
    return item.on.isoformat() if item.kind == "check" and item.on else item.source


# --- steps ---------------------------------------------------------------------------------------------------------


def _instance(walked: Walk, instance: Instance, letters: Sequence[LetterState]) -> Iterator[Action]:
    row = row_title(walked.state, instance.step.for_each, instance.element) if instance.element else ""
    title = f"{instance.step.title} ({row})" if row else instance.step.title
    if instance.status == "waiting":
        if instance.since is not None:
            since = format_day(local_day(instance.since, walked.zone))
            yield Action("wait", 4, title, f"waiting for the other side since {since}", instance.id, instance.id)
        return
    if instance.status == "held":
        yield Action("gate", 5, title, instance.because or "held", instance.id, next(iter(instance.held_by), ""))
        return
    if instance.status != "open":
        return
    needs = [need for need in instance.missing if not need.optional] or list(instance.missing)
    if not needs or all(need.kind == "check" for need in needs):
        return
    if instance.step.race:
        yield Action("race", 0, title, "an intruder may be active: photograph, then stop the harm", instance.id,
                     needs[0].command_id)  # fmt: skip
        return
    need = needs[0]
    vanishing = next((each for each in needs if each.kind == "evidence" and each.reason), None)
    if vanishing is not None:
        yield Action("evidence", 2, f"{title}: {vanishing.title}", vanishing.reason, instance.id, vanishing.command_id)
        return
    if need.kind == "letter":
        yield _letter(instance, need, title, letters)
        return
    yield Action(_KINDS[need.kind], 3, f"{title}: {need.title}", _where(instance), instance.id, need.command_id)


def _where(instance: Instance) -> str:
    if instance.progress is None:
        return "open"
    return f"step {instance.progress.number} of {instance.progress.total}"


def _letter(instance: Instance, need: Need, title: str, letters: Sequence[LetterState]) -> Action:
    found = next(
        (each for each in letters if each.name == need.id and each.instance == instance.id),
        next((each for each in letters if each.name == need.id), None),
    )
    if found is None:
        return Action("letter", 3, f"{title}: {need.title}", _where(instance), instance.id, need.command_id)
    name = found.about.title if found.about and found.about.title else need.title
    if found.blocks:
        return Action("gate", 3, f"{title}: {name}", found.blocks[0].reason, found.instance, found.blocks[0].id)
    if found.approval is not None:
        reason = "approved but not recorded as sent: no clock has started"
        return Action("send", 2, f"Send and record: {name}", reason, found.instance, need.command_id)
    if found.lacking:
        reason = f"needs {found.lacking} more before it can be made: recover letter {found.name} names them"
        return Action("letter", 3, f"{title}: {name}", reason, found.instance, need.command_id)
    if found.about is not None and found.about.approval:
        reason = "make it, read it back, record the approval, send it"
        return Action("approve", 3, f"{title}: {name}", reason, found.instance, need.command_id)
    return Action(
        "letter", 3, f"{title}: {name}", "make it, send it, record it as sent", found.instance, need.command_id
    )


def _stale(stale: Stale) -> Action:
    title = f"Look again at what followed from: {stale.ask}"
    return Action("stale", 3, title, f"{stale.words} came from the answer before", target=stale.fact.fact)
