"""Several devices' logs as one sequence, the same on every device that holds the same logs.

An entry comes after the one before it in its own log and after everything its writer had seen. Among the entries that
are ready, the one with the smallest (recorded_at, log id, index) comes first; so a wrong clock can only order what
nobody knew to be ordered. An entry that saw something which is not here is held back, and its log with it. Total:
whatever the logs say, cycles included, the result is a sequence and a list of what waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from recover.frozen import frozen


class Placed(Protocol):
    """What the merge needs to know of an entry."""

    @property
    def log(self) -> str:
        """The log it stands in."""

    @property
    def index(self) -> int:
        """Its place there."""

    @property
    def recorded_at(self) -> datetime:
        """When its writer's clock said it was recorded."""

    @property
    def seen(self) -> Mapping[str, int]:
        """How many entries of each other log its writer had seen."""


Entry = TypeVar("Entry", bound=Placed)


@frozen
class HeldBack:
    """The entries of `log` from `index` on wait for entry `missing_index` of `missing_log`."""

    log: str
    index: int
    missing_log: str
    missing_index: int


def merge(logs: Mapping[str, Sequence[Entry]]) -> tuple[list[Entry], list[HeldBack]]:
    """Return the entries of all logs in their one order, and what is held back (one row per log that waits)."""
    done = dict.fromkeys(logs, 0)
    merged: list[Entry] = []
    while True:
        ready = [
            entries[done[log]]
            for log, entries in logs.items()
            if done[log] < len(entries) and _missing(entries[done[log]], done) is None
        ]
        if not ready:
            break
        first = min(ready, key=lambda entry: (entry.recorded_at, entry.log, entry.index))
        merged.append(first)
        done[first.log] += 1
    held = []
    for log, entries in sorted(logs.items()):
        if done[log] < len(entries):
            missing = _missing(entries[done[log]], done)
            if missing is not None:
                held.append(HeldBack(log, done[log], *missing))
    return merged, held


def _missing(entry: Placed, done: Mapping[str, int]) -> tuple[str, int] | None:
    for log, size in sorted(entry.seen.items()):
        if log != entry.log and done.get(log, 0) < size:
            return log, done.get(log, 0)
    return None
