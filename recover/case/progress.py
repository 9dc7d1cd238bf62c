"""Walked visits as instances, with their place among the visible steps of their line as far as it can be foreseen."""

from __future__ import annotations

from collections.abc import Mapping

from recover.case.instances import Visit, Walk
from recover.case.lookup import CaseLookup
from recover.case.plan import PlacedStep, parse_instance
from recover.case.survey import Instance, Progress


def _line(walked: Walk, visit: Visit) -> dict[str, int]:
    """Give the steps of an instance's line by name, with their place in it, counted from 1."""
    first = walked.visits.get(parse_instance(visit.line))
    steps = _foresee(walked, first.placed) if first is not None else ()
    return {name: number for number, name in enumerate(steps, 1)}


def _place(visit: Visit, line: Mapping[str, int]) -> Progress | None:
    return Progress(line[visit.id.name], len(line)) if visit.id.name in line else None


def _foresee(walked: Walk, placed: PlacedStep) -> list[str]:
    line: list[str] = []
    passed: set[str] = set()
    current: PlacedStep | None = placed
    while current is not None and current.name not in passed:
        passed.add(current.name)
        looking = walked.lookup.at(current.playbook.id)
        if current.step.for_each or looking.holds(current.step.visible_if):
            line.append(current.name)
        target = _foreseen_target(walked, current, looking)
        current = walked.plan.step(current.playbook.id, target) if target else None
    return line


def _foreseen_target(walked: Walk, placed: PlacedStep, looking: CaseLookup) -> str:
    for outcome in placed.step.outcomes:
        replies = walked.records.replies.get(placed.name, ())
        if any(reply.body.outcome == outcome.id for reply in replies):
            return outcome.go
    return next((branch.go for branch in placed.step.next if looking.holds(branch.when)), "")


def plain(visit: Visit, progress: Progress | None = None) -> Instance:
    """Turn a walked visit into an instance."""
    return Instance(
        id=visit.id.text,
        playbook=visit.placed.playbook.id,
        step=visit.placed.step,
        element=visit.id.element,
        visit=visit.id.visit,
        status=visit.status,
        missing=visit.missing,
        held_by=visit.held_by,
        is_advice_held=visit.is_advice_held,
        opened_by=visit.opened_by,
        line=visit.line,
        outcome=visit.outcome,
        because=visit.because,
        since=visit.since,
        progress=progress,
    )


def finish(walked: Walk) -> tuple[Instance, ...]:
    """Turn the walked visits into instances, in the order they were reached, and add the steps never reached."""
    lines: dict[str, dict[str, int]] = {}
    found = []
    for visit in walked.visits.values():
        if visit.line not in lines:
            lines[visit.line] = _line(walked, visit)
        found.append(plain(visit, _place(visit, lines[visit.line])))
    reached = {visit.id.name for visit in walked.visits.values()}
    found.extend(
        Instance(name, placed.playbook.id, placed.step, "", 1, "unreached")
        for name, placed in walked.plan.named.items()
        if name not in reached
    )
    return tuple(found)
