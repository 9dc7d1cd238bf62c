"""Losses and restorations as they follow each other: one case may hold several incidents on the same account.

Built from events marked `loss`, `restored` and `gap`. A loss while a loss is open belongs to the same incident (two
accounts, or a second report of one); a loss after a restoration is a second incident, and what was missed in between is
its list of causes. Rival versions of an event (`about`) stand beside it and begin nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recover.case.entries import CheckDone, EventRecorded
from recover.case.state import CaseState, Recorded
from recover.frozen import frozen
from recover.times import read_when

NOT_NEWS = frozenset({"filing", "check", "gap", "plan", "contact", "context"})
"""An event that has only these marks is no new fact: it says what we did."""


@frozen
class Incident:
    """One loss, until access came back (`restored`) or not.

    `gaps` are events marked gap, and `missed` the scheduled checks recorded as missed or with an anomaly, between the
    restoration before this loss and the loss itself: what made it possible. `number` counts from 1.
    """

    number: int
    loss: Recorded[EventRecorded]
    restored: Recorded[EventRecorded] | None = None
    further: tuple[Recorded[EventRecorded], ...] = ()
    """Other events marked loss while this one was open."""
    gaps: tuple[Recorded[EventRecorded], ...] = ()
    missed: tuple[Recorded[CheckDone], ...] = ()


def incidents(state: CaseState, asset: str = "") -> tuple[Incident, ...]:
    """List the incidents of a case, or of one asset of it, oldest first.

    Events that name no asset concern every asset. Events whose time is unknown stand last, in the order recorded.
    """
    found: list[Incident] = []
    gaps: list[Recorded[EventRecorded]] = []
    for event in in_order(state):
        marks = event.body.marks
        if event.body.about or (asset and event.body.assets and asset not in event.body.assets):
            continue
        is_open = bool(found) and found[-1].restored is None
        if "gap" in marks:
            gaps.append(event)
        if "loss" in marks and is_open:
            found[-1] = replace(found[-1], further=(*found[-1].further, event))
        elif "loss" in marks:
            before = found[-1].restored if found else None
            missed = tuple(_missed(state, before, event)) if before else ()
            causes = tuple(gap for gap in gaps if "loss" not in gap.body.marks) if before else ()
            found.append(Incident(len(found) + 1, event, gaps=causes, missed=missed))
        if "restored" in marks and is_open:
            found[-1] = replace(found[-1], restored=event)
            # Only what was left open after access came back can have led to the next loss.
            gaps = [event] if "gap" in marks else []
    return tuple(found)


def _missed(
    state: CaseState, restored: Recorded[EventRecorded], loss: Recorded[EventRecorded]
) -> Iterator[Recorded[CheckDone]]:
    first, last = read_when(restored.body.when).sort_key[0][:10], read_when(loss.body.when).sort_key[0][:10]
    for check in state.checks:
        if check.body.result in ("missed", "anomaly") and first <= check.body.due_on <= last:
            yield check


def in_order(state: CaseState) -> list[Recorded[EventRecorded]]:
    """Sort the events of a case by when they happened, then by when they were recorded."""
    return sorted(state.events, key=lambda one: (read_when(one.body.when).sort_key, one.position))


def has_news(state: CaseState) -> bool:
    """Say whether something was recorded since the last letter that a follow-up may stand on.

    An event counts, unless it only says what we did ourselves.
    """
    last = max((one.position for one in state.sent), default=-1)
    return any(
        one.position > last and not (one.body.marks and NOT_NEWS.issuperset(one.body.marks)) for one in state.events
    )
