"""Where boxes and lines go: a layered drawing, top to bottom, in which no label covers a box or another label.

After Sugiyama, Tagawa and Toda (1981): layers by longest path, order within a layer by medians, places by weighted
least squares. A line's label is laid out like a box of its own, so nothing has to be moved afterwards. Numbers are
pixels. Bounded: `MAX_BOXES` boxes and four times as many lines; the same input gives the same drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from recover.errors import InputError
from recover.frozen import frozen

MAX_BOXES = 1_500
SWEEPS = 24
GAP = 18.0
"""Between neighbours of one layer."""
RISE = 17.0
"""Between two layers."""
MOST_BESIDE = 5
"""Boxes side by side; where more would stand, those that lead nowhere are moved down, and only their lines pass."""
LANE = 12.0
"""Room that a passing line takes."""

Point = tuple[float, float]


@frozen
class Box:
    """Something to place."""

    id: str
    width: float
    height: float


@frozen
class Line:
    """A way from one box to another; with a label when `width` is not 0. Lines must form no circle."""

    id: str
    source: str
    target: str
    width: float = 0
    height: float = 0


@frozen
class Placed:
    """A box or a label with its left upper corner."""

    id: str
    x: float
    y: float
    width: float
    height: float


@frozen
class Route:
    """A line's points from top to bottom: pairs between which it runs straight or swings from lane to lane.

    `label` is where its words go; the line is interrupted there.
    """

    id: str
    runs: tuple[tuple[Point, ...], ...]
    label: Placed | None = None


@frozen
class Layout:
    """Everything placed; `width` and `height` hold it."""

    width: float
    height: float
    boxes: Mapping[str, Placed]
    routes: tuple[Route, ...]


@dataclass(slots=True)
class _Item:
    """A box, a label, or a lane of a passing line, in one layer."""

    width: float
    height: float
    rank: int
    is_lane: bool = False
    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)
    x: float = 0.0
    """Its middle."""


def lay_out(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    """Place boxes and lines. Raises `InputError` for more boxes than can be drawn, or a circle of lines."""
    if len(boxes) > MAX_BOXES or len(lines) > 4 * MAX_BOXES:
        raise InputError(f"more than {MAX_BOXES} boxes cannot be drawn")
    return _Layouter(boxes, lines).result()


def levels(names: Sequence[str], ways: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each name's level: one more than the highest that leads to it. Raises `InputError` for a circle."""
    targets: dict[str, list[str]] = defaultdict(list)
    waiting = dict.fromkeys(names, 0)
    for source, target in ways:
        targets[source].append(target)
        waiting[target] += 1
    level = dict.fromkeys(names, 0)
    ready = [name for name in names if not waiting[name]]
    for name in ready:
        for target in targets[name]:
            level[target] = max(level[target], level[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if len(ready) != len(level):
        raise InputError("lines that turn in a circle cannot be laid out")
    # What nothing leads to stands just above what it leads to, not at the top of the page.
    has_source = {target for _, target in ways}
    for name in reversed(ready):
        if name not in has_source and targets[name] and name != names[0]:
            level[name] = max(0, min(level[target] for target in targets[name]) - 1)
    return level


def _lowered(level: dict[str, int], ways: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Move boxes that lead nowhere down until no more than `MOST_BESIDE` stand side by side, where that is possible."""
    leads = {source for source, _ in ways}
    at = 0
    while at <= max(level.values(), default=0):
        beside = [name for name, where in level.items() if where == at]
        leaves = [name for name in beside if name not in leads]
        for name in leaves[: max(0, len(beside) - MOST_BESIDE)]:
            level[name] += 1
        at += 1
    return level


class _Layouter:
    def __init__(self, boxes: Sequence[Box], lines: Sequence[Line]) -> None:
        self.boxes = boxes
        self.lines = lines
        self.items: list[_Item] = []
        self.of_box: dict[str, int] = {}
        self.chains: list[list[int]] = []
        """Of each line: its source, what stands for it in the layers between, its target."""
        self.labels: list[int] = []
        ways = [(line.source, line.target) for line in lines]
        level = _lowered(levels([box.id for box in boxes], ways), ways)
        for box in boxes:
            self.of_box[box.id] = self._add(_Item(box.width, box.height, 2 * level[box.id]))
        for line in lines:
            self._chain(line)
        self.ranks: list[list[int]] = [[] for _ in range(1 + max((item.rank for item in self.items), default=0))]
        for number, item in enumerate(self.items):
            self.ranks[item.rank].append(number)

    def _add(self, item: _Item) -> int:
        self.items.append(item)
        return len(self.items) - 1

    def _chain(self, line: Line) -> None:
        first, last = self.of_box[line.source], self.of_box[line.target]
        chain, label = [first], -1
        for rank in range(self.items[first].rank + 1, self.items[last].rank):
            if label < 0 and line.width:
                label = self._add(_Item(line.width, line.height, rank))
                chain.append(label)
            else:
                chain.append(self._add(_Item(LANE, 0, rank, is_lane=True)))
        chain.append(last)
        for upper, lower in pairwise(chain):
            self.items[upper].down.append(lower)
            self.items[lower].up.append(upper)
        self.chains.append(chain)
        self.labels.append(label)

    # --- order ------------------------------------------------------------------------------------------------------

    def _order(self) -> None:
        self._start_order()
        best, fewest = [list(rank) for rank in self.ranks], self._crossings()
        for sweep in range(SWEEPS):
            self._sweep(downwards=sweep % 2 == 0)
            self._swap_neighbours()
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(rank) for rank in self.ranks], crossings
        self.ranks = best

    def _start_order(self) -> None:
        """Order each layer as a walk from the first box meets its items, the first-named way first."""
        met: dict[int, int] = {}
        stack = list(reversed(self.ranks[0]))
        while stack:
            number = stack.pop()
            if number not in met:
                met[number] = len(met)
                stack.extend(reversed(self.items[number].down))
        for rank in self.ranks:
            rank.sort(key=lambda number: met.get(number, len(met)))

    def _places(self) -> dict[int, int]:
        return {number: place for rank in self.ranks for place, number in enumerate(rank)}

    def _sweep(self, *, downwards: bool) -> None:
        place = self._places()
        for rank in self.ranks if downwards else reversed(self.ranks):
            weights: dict[int, float] = {}
            for at, number in enumerate(rank):
                beside = self.items[number].up if downwards else self.items[number].down
                found = sorted(place[each] for each in beside)
                middle = len(found) // 2
                weights[number] = (
                    float(at) if not found else (found[middle] if len(found) % 2 else sum(found) / len(found))
                )
            rank.sort(key=lambda number: weights[number])
            place.update({number: at for at, number in enumerate(rank)})

    def _swap_neighbours(self) -> None:
        place = self._places()
        for rank in self.ranks:
            for at in range(len(rank) - 1):
                left, right = rank[at], rank[at + 1]
                if self._crossed(right, left, place) < self._crossed(left, right, place):
                    rank[at], rank[at + 1] = right, left
                    place[left], place[right] = at + 1, at

    def _crossed(self, left: int, right: int, place: Mapping[int, int]) -> int:
        count = 0
        for ways in ("up", "down"):
            ours = [place[each] for each in getattr(self.items[left], ways)]
            theirs = [place[each] for each in getattr(self.items[right], ways)]
            count += sum(one > other for one in ours for other in theirs)
        return count

    def _crossings(self) -> int:
        place = self._places()
        total = 0
        for rank in self.ranks[:-1]:
            ends = [place[low] for number in rank for low in sorted(self.items[number].down, key=place.__getitem__)]
            total += sum(one > other for at, one in enumerate(ends) for other in ends[at + 1 :])
        return total

    # --- places -----------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        for rank in self.ranks:
            at = 0.0
            for number in rank:
                self.items[number].x = at + self.items[number].width / 2
                at += self.items[number].width + GAP
        for turn in range(2 * SWEEPS):
            both = turn >= SWEEPS
            order = self.ranks if turn % 2 == 0 else list(reversed(self.ranks))
            for rank in order:
                self._settle(rank, up=both or turn % 2 == 0, down=both or turn % 2 == 1)
        left = min((item.x - item.width / 2 for item in self.items), default=0.0)
        for item in self.items:
            item.x -= left

    def _settle(self, rank: list[int], *, up: bool, down: bool) -> None:
        """Move a layer's items to where their neighbours are, in order and apart: least squares by pooling."""
        wanted, weights = [], []
        for number in rank:
            item = self.items[number]
            pulls = [(self.items[each].x, _pull(item, self.items[each])) for each in item.up if up]
            pulls += [(self.items[each].x, _pull(item, self.items[each])) for each in item.down if down]
            weight = sum(pull for _, pull in pulls)
            wanted.append(sum(x * pull for x, pull in pulls) / weight if weight else item.x)
            weights.append(weight or 0.05)
        offsets, at = [], 0.0
        for place, number in enumerate(rank):
            width = self.items[number].width
            at += 0 if place == 0 else (self.items[rank[place - 1]].width + width) / 2 + GAP
            offsets.append(at)
        pooled = _rising([x - offset for x, offset in zip(wanted, offsets, strict=True)], weights)
        for number, x, offset in zip(rank, pooled, offsets, strict=True):
            self.items[number].x = x + offset

    # --- the drawing ------------------------------------------------------------------------------------------------

    def result(self) -> Layout:
        if not self.items:
            return Layout(0, 0, {}, ())
        self._order()
        self._place()
        heights = [max((self.items[number].height for number in rank), default=0.0) for rank in self.ranks]
        tops, at = [], 0.0
        for height in heights:
            tops.append(at)
            at += height + RISE
        placed = {box.id: self._placed(box.id, self.of_box[box.id], tops, heights) for box in self.boxes}
        ports = self._ports()
        routes = tuple(
            self._route(line, chain, label, tops, heights, ports[n])
            for n, (line, chain, label) in enumerate(zip(self.lines, self.chains, self.labels, strict=True))
        )
        width = max(item.x + item.width / 2 for item in self.items)
        return Layout(width, tops[-1] + heights[-1], placed, routes)

    def _placed(self, name: str, number: int, tops: Sequence[float], heights: Sequence[float]) -> Placed:
        item = self.items[number]
        y = tops[item.rank] + (0 if item.rank % 2 == 0 else (heights[item.rank] - item.height) / 2)
        return Placed(name, item.x - item.width / 2, y, item.width, item.height)

    def _ports(self) -> list[tuple[float, float]]:
        """Return, for each line, where it leaves its source and where it reaches its target, side by side."""
        leaving: dict[int, list[int]] = defaultdict(list)
        arriving: dict[int, list[int]] = defaultdict(list)
        for line, chain in enumerate(self.chains):
            leaving[chain[0]].append(line)
            arriving[chain[-1]].append(line)
        starts = [0.0] * len(self.chains)
        ends = [0.0] * len(self.chains)
        for found, side, places in ((leaving, 1, starts), (arriving, -2, ends)):
            for number, lines in found.items():
                item = self.items[number]
                lines.sort(key=lambda line: self.items[self.chains[line][side]].x)
                room = min(item.width * 0.8 / max(len(lines), 1), 34.0 if side == 1 else 16.0)
                for at, line in enumerate(lines):
                    places[line] = item.x + (at - (len(lines) - 1) / 2) * room
        return list(zip(starts, ends, strict=True))

    def _route(
        self,
        line: Line,
        chain: Sequence[int],
        label: int,
        tops: Sequence[float],
        heights: Sequence[float],
        ports: tuple[float, float],
    ) -> Route:
        first = self.items[chain[0]]
        runs: list[list[Point]] = [[(ports[0], tops[first.rank] + first.height)]]
        if first.height < heights[first.rank]:
            runs[-1].append((ports[0], tops[first.rank] + heights[first.rank]))
        placed = None
        for number in chain[1:-1]:
            item = self.items[number]
            top, bottom = tops[item.rank], tops[item.rank] + heights[item.rank]
            if number == label:
                placed = self._placed(line.id, number, tops, heights)
                runs[-1] += [(item.x, top)] + ([(item.x, placed.y)] if placed.y > top else [])
                runs.append([(item.x, placed.y + placed.height), (item.x, bottom)])
            else:
                runs[-1] += [(item.x, top), (item.x, bottom)]
        runs[-1].append((ports[1], tops[self.items[chain[-1]].rank]))
        return Route(line.id, tuple(tuple(run) for run in runs), placed)


def _pull(one: _Item, other: _Item) -> float:
    if one.is_lane and other.is_lane:
        return 8.0
    return 2.0 if one.is_lane or other.is_lane else 1.0


def _rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the never falling sequence nearest to `values` (weighted least squares, pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, wa, na), (b, wb, nb) = pools[-2], pools[-1]
            pools[-2:] = [((a * wa + b * wb) / (wa + wb), wa + wb, na + nb)]
    return [value for value, _, count in pools for _ in range(count)]
