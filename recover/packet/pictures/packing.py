"""Marks on a line, side by side in as few rows as they need; those that find no room are drawn as one, with a count.

Pure geometry in pixels: what a mark means is not known here. Two marks of one row never touch, labels included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recover.frozen import frozen
from recover.playbook.drawing import text_width

LABEL_SIZE = 10.5
HALF = 5.5
"""Half the width of a sign."""
LEAST_BAR = 7.0
"""A time that is shorter than this on its scale is drawn as a point."""
GAP = 4.0
_NEAR = 2.0
"""Marks this near to one another are one from the start, where there are many."""
MANY = 60
MOST = 240
"""Marks that are looked at one by one; each of them may have to be compared with every other."""


@frozen
class Mark:
    """One or several rows of the table at a place on the axis: from `first` to `last`, which are equal for a point."""

    numbers: tuple[int, ...]
    first: float
    last: float
    look: str
    """loss, restored, attack or other: the weightiest of its rows."""
    is_about: bool = False
    is_open_left: bool = False
    is_open_right: bool = False
    is_rival: bool = False

    @property
    def is_point(self) -> bool:
        """Say whether it is too short to be drawn as a bar."""
        return self.last - self.first < LEAST_BAR

    @property
    def middle(self) -> float:
        """Return where its sign stands."""
        return (self.first + self.last) / 2

    @property
    def label(self) -> str:
        """Return its number, or the numbers of the rows it stands for."""
        if len(self.numbers) == 1:
            return str(self.numbers[0])
        if len(self.numbers) == 2:
            return f"{self.numbers[0]}, {self.numbers[1]}"
        return f"{self.numbers[0]}–{self.numbers[-1]} ({len(self.numbers)})"


@frozen
class Placed:
    """A mark with its row, and where its label stands: the left edge of the text."""

    mark: Mark
    row: int
    label_left: float
    label_width: float
    left: float
    right: float


_WEIGHT = {"loss": 3, "restored": 2, "attack": 1, "other": 0}


def joined(one: Mark, other: Mark) -> Mark:
    """Return one mark for two."""
    look = max(one.look, other.look, key=lambda each: _WEIGHT[each])
    return Mark(
        tuple(sorted({*one.numbers, *other.numbers})),
        min(one.first, other.first),
        max(one.last, other.last),
        look,
        one.is_about or other.is_about,
        one.is_open_left or other.is_open_left,
        one.is_open_right or other.is_open_right,
        one.is_rival or other.is_rival,
    )


def pack(marks: Sequence[Mark], left: float, right: float, most_rows: int) -> tuple[Placed, ...]:
    """Place marks between two edges; those that find no room within `most_rows` are joined with a neighbour."""
    found = sorted(marks, key=lambda mark: (mark.first, mark.last, mark.numbers))
    if len(found) > MANY:
        found = _thinned(found)
    while True:
        placed, stuck = _placed(found, left, right, most_rows)
        if stuck is None:
            return tuple(placed)
        mark = found.pop(stuck)
        near = min(range(len(found)), key=lambda n: (_reach(found[n], mark), abs(n - stuck)))
        found[near] = joined(found[near], mark)
        found.sort(key=lambda each: (each.first, each.last, each.numbers))


def _thinned(marks: Sequence[Mark]) -> list[Mark]:
    """Join marks that begin and end at nearly the same places, the less nearly the more there are."""
    near = _NEAR
    while True:
        found: dict[tuple[int, int], Mark] = {}
        for mark in marks:
            place = int(mark.first / near), int(mark.last / near)
            found[place] = joined(found[place], mark) if place in found else mark
        if len(found) <= MOST or near > marks[-1].last:
            return sorted(found.values(), key=lambda mark: (mark.first, mark.last, mark.numbers))
        near *= 2


def _reach(one: Mark, other: Mark) -> float:
    return max(one.last, other.last) - min(one.first, other.first)


def _placed(marks: Sequence[Mark], left: float, right: float, most_rows: int) -> tuple[list[Placed], int | None]:
    """Return the placed marks, or those before the first that found no room, and its number."""
    edges: list[float] = []
    found: list[Placed] = []
    for number, mark in enumerate(marks):
        one = _at(mark, left, right)
        row = next((n for n, edge in enumerate(edges) if one.left >= edge + GAP), len(edges))
        if row >= most_rows and number:
            return found, number
        if row == len(edges):
            edges.append(one.right)
        edges[row] = one.right
        found.append(replace(one, row=row))
    return found, None


def _at(mark: Mark, left: float, right: float) -> Placed:
    """Put the label behind its sign, before it, or upon it, whichever stays between the edges."""
    width = text_width(mark.label, LABEL_SIZE) + 2
    start = mark.middle - HALF if mark.is_point else mark.first
    end = mark.middle + HALF if mark.is_point else mark.last
    if end + 2 + width <= right:
        return Placed(mark, 0, end + 2, width, start, end + 2 + width)
    if start - 2 - width >= left:
        return Placed(mark, 0, start - 2 - width, width, start - 2 - width, end)
    upon = min(max(mark.middle - width / 2, left), right - width)
    return Placed(mark, 0, upon, width, min(start, upon), max(end, upon + width))
