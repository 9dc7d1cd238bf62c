"""The log's records by the step instance they belong to, elements that proved to be the same merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recover.case.entries import CheckDone, EvidenceExplained, ItemMarked, Replied, Sent, StepStopped
from recover.case.plan import Plan, parse_instance
from recover.case.state import CaseState, Exhibit, Recorded
from recover.times import read_when


@dataclass(slots=True)
class Records:
    """The log's records by the step instance they belong to, elements that proved to be the same merged."""

    items: dict[str, dict[str, Recorded[ItemMarked]]] = field(default_factory=dict)
    stops: dict[str, list[Recorded[StepStopped]]] = field(default_factory=dict)
    sent: dict[str, list[Recorded[Sent]]] = field(default_factory=dict)
    replies: dict[str, list[Recorded[Replied]]] = field(default_factory=dict)
    chases: dict[str, list[datetime]] = field(default_factory=dict)
    checks: dict[str, list[Recorded[CheckDone]]] = field(default_factory=dict)
    fulfilled: dict[str, list[Exhibit]] = field(default_factory=dict)
    explained: dict[str, Recorded[EvidenceExplained]] = field(default_factory=dict)

    def instances(self) -> Iterator[str]:
        """Walk over the instances in which something was recorded; one may come several times."""
        for each in (self.items, self.stops, self.sent, self.replies, self.checks):
            yield from each

    def has_any(self, instance: str) -> bool:
        """Say whether anything was recorded in an instance itself (answers and exhibits belong to the case)."""
        return any(instance in each for each in (self.items, self.stops, self.sent, self.replies, self.checks))

    def began_before(self, instance: str, position: int) -> bool:
        """Say whether anything was recorded in an instance itself before a place in the log."""
        records: list[Recorded[Any]] = [*self.items.get(instance, {}).values()]
        for each in (self.stops, self.sent, self.replies, self.checks):
            records.extend(each.get(instance, ()))
        return any(one.position < position for one in records)


def gather_records(plan: Plan, state: CaseState) -> Records:
    """Sort the log's records by step instance."""
    found = Records()

    def name(instance: str) -> str:
        return _canonical(plan, state, instance)

    for item in state.items:
        found.items.setdefault(name(item.body.step), {})[item.body.item] = item
    for stop in state.stops:
        found.stops.setdefault(name(stop.body.step), []).append(stop)
    for one in state.sent:
        found.sent.setdefault(name(one.body.step), []).append(one)
    for reply in state.replies:
        found.replies.setdefault(name(reply.body.step), []).append(reply)
    for chase in state.chases:
        found.chases.setdefault(name(chase.body.step), []).append(chase.recorded_at)
    for check in state.checks:
        found.checks.setdefault(name(check.body.step), []).append(check)
    for exhibit in state.exhibits:
        for need in exhibit.fulfils:
            found.fulfilled.setdefault(_canonical_need(plan, state, need), []).append(exhibit)
    for reason in state.explained:
        found.explained[_canonical_need(plan, state, reason.body.need)] = reason
    return found


def _canonical(plan: Plan, state: CaseState, instance: str) -> str:
    parsed = parse_instance(instance)
    placed = plan.named.get(parsed.name)
    if not parsed.element or placed is None:
        return parsed.text
    record = state.lists.get(placed.step.for_each)
    target = record.same_as.get(parsed.element) if record else None
    return parsed._replace(element=target).text if target else parsed.text


def _canonical_need(plan: Plan, state: CaseState, need: str) -> str:
    instance, dot, name = need.rpartition(".")
    return f"{_canonical(plan, state, instance)}{dot}{name}" if dot else need


def sent_moment(one: Recorded[Sent]) -> datetime:
    """Give the first moment a dispatch may mean; when its time is unknown, the moment it was recorded."""
    return read_when(one.body.at).earliest or one.recorded_at


def reply_moment(one: Recorded[Replied]) -> datetime:
    """Give the first moment a reply may mean; when its time is unknown, the moment it was recorded."""
    return read_when(one.body.at).earliest or one.recorded_at
