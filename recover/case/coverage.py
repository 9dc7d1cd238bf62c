"""What a playbook consists of that a test should touch, and what a case has touched, as the engine judged it.

A *point* is a step that can be reached, a way that can be gone, a condition that can turn out either way, or something
the other side can do. Points are found in the playbook; `touched` asks one walk which of them it came through. Nothing
is read from a story's text: what a test claims to do and what the engine made of it are two things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

from recover.case.instances import Visit, Walk
from recover.case.plan import ITEM
from recover.frozen import frozen
from recover.playbook.model import Branch, Expression, Fact, Playbook, Step

PointKind = Literal["step", "complete", "branch", "outcome"]
KINDS: tuple[PointKind, ...] = ("step", "complete", "branch", "outcome")
COUNTED: tuple[PointKind, ...] = ("step", "branch", "outcome")
"""Kinds whose shares are judged; `complete` is shown beside them."""


@frozen
class Point:
    """One thing of a playbook that a story can touch.

    `step` is the step's id in its playbook. `slot` names the thing inside the step and means the same in every playbook
    that includes the step's group: `next 2`, `also 1`, `outcome refused`, `shown`, `passed over`, `item x shown`.
    """

    kind: PointKind
    playbook: str
    step: str
    slot: str
    words: str = field(default="", compare=False)
    """What it is, for people."""


def points_of(playbook: Playbook) -> tuple[Point, ...]:
    """List every point of a playbook, in the order of its steps."""
    facts = {fact.id: fact for fact in playbook.facts}
    found = [point for step in playbook.steps for point in _points(playbook, step, facts)]
    watches = (
        Point("branch", playbook.id, each.open, f"watch {each.when.text}", f"opened when {each.when.text}")
        for each in playbook.watch
    )
    return (*found, *watches)


def _points(playbook: Playbook, step: Step, facts: Mapping[str, Fact]) -> Iterator[Point]:
    yield Point("step", playbook.id, step.id, "reached", "the step")
    yield Point("complete", playbook.id, step.id, "complete", "the step complete")
    for slot, words in (*_arms("next", step.next), *_arms("also", step.also)):
        yield Point("branch", playbook.id, step.id, slot, words)
    for name, condition in (("", step.visible_if), *_parts(step, facts)):
        if condition is not None:
            yield Point("branch", playbook.id, step.id, _shown(name), f"{name or 'the step'}: {condition.text}")
            yield Point("branch", playbook.id, step.id, _hidden(name), f"{name or 'the step'}: not ({condition.text})")
    for outcome in step.outcomes:
        yield Point("outcome", playbook.id, step.id, f"outcome {outcome.id}", f"outcome {outcome.id}")


def _arms(way: str, branches: tuple[Branch, ...]) -> Iterator[tuple[str, str]]:
    """List the arms at which something is decided; where there is no choice, to be complete is to go on."""
    for number, branch in enumerate(branches, 1):
        if branch.when is not None or (way == "next" and len(branches) > 1):
            why = branch.when.text if branch.when else "otherwise"
            yield f"{way} {number}", f"{way} {branch.go or 'nothing'} when {why}"


def _parts(step: Step, facts: Mapping[str, Fact]) -> Iterator[tuple[str, Expression | None]]:
    """Name the parts of a step that have a condition of their own."""
    columns = {column.id: column for column in facts[step.for_each].fields} if step.for_each in facts else {}
    for asked in step.ask:
        fact = columns.get(asked.removeprefix(ITEM)) if asked.startswith(ITEM) else facts.get(asked)
        yield f"question {asked}", fact.visible_if if fact else None
    yield from ((f"item {item.id}", item.visible_if) for item in step.do)
    yield from ((f"evidence {need.id}", need.visible_if) for need in step.evidence)
    yield from ((f"letter {use.template}", use.visible_if) for use in step.letters)


def _shown(name: str) -> str:
    return f"{name} shown" if name else "shown"


def _hidden(name: str) -> str:
    return f"{name} not shown" if name else "passed over"


# --- what a walk touched -------------------------------------------------------------------------------------------


def touched(walked: Walk) -> frozenset[Point]:
    """Name the points a walk came through, of every playbook of the case."""
    found: set[Point] = set()
    for playbook, step, slot in walked.taken:
        found.add(Point("outcome" if slot.startswith("outcome ") else "branch", playbook, step, slot))
    for visit in walked.visits.values():
        found.update(_touched(walked, visit))
    return frozenset(found)


def _touched(walked: Walk, visit: Visit) -> Iterator[Point]:
    playbook, step = visit.placed.playbook.id, visit.placed.step
    looking = walked.looking_at(visit)
    if step.for_each and not visit.id.element:
        return
    is_visible = looking.holds(step.visible_if)
    if step.visible_if is not None:
        yield Point("branch", playbook, step.id, _shown("") if is_visible else _hidden(""))
    if not is_visible:
        return
    yield Point("step", playbook, step.id, "reached")
    if visit.status == "done":
        yield Point("complete", playbook, step.id, "complete")
    for name, condition in _parts(step, walked.plan.facts):
        if condition is None:
            continue
        # An answer still to come may show what is hidden now; only a complete step has decided it.
        if looking.holds(condition):
            yield Point("branch", playbook, step.id, _shown(name))
        elif visit.status == "done":
            yield Point("branch", playbook, step.id, _hidden(name))


# --- shares --------------------------------------------------------------------------------------------------------


@frozen
class Share:
    """How many of the points of one kind were touched."""

    kind: PointKind
    touched: int
    of: int

    @property
    def percent(self) -> float:
        """Give the share in per cent; 100 where there is nothing to touch."""
        return 100 * self.touched / self.of if self.of else 100.0


@frozen
class Coverage:
    """What stories touched of one playbook (or of one group's file, in all playbooks that include it).

    `shares` counts the playbook's own part, `whole` what it includes as well, `untouched` names the points of the own
    part that no story touched. Of a group both shares are the same.
    """

    name: str
    stories: tuple[str, ...]
    shares: tuple[Share, ...]
    whole: tuple[Share, ...]
    untouched: tuple[Point, ...]

    def lacks(self, least: float) -> tuple[Share, ...]:
        """List the shares that are judged and lie below `least` per cent."""
        return tuple(share for share in self.shares if share.kind in COUNTED and share.percent < least)


@frozen
class Told:
    """What one story touched: its id, the playbooks of its case, the points."""

    story: str
    playbooks: tuple[Playbook, ...]
    touched: frozenset[Point]


Groups = Mapping[str, Mapping[str, str]]
"""Playbook → include's name → the group's file, such as `shared/intake`."""


def measure(told: Iterable[Told], groups: Groups) -> tuple[tuple[Coverage, ...], tuple[Coverage, ...]]:
    """Measure what stories touched: playbook by playbook, and group by group over all playbooks.

    A point of a group counts for the group when a story of any playbook touched it.
    """
    rows = tuple(told)
    playbooks = {playbook.id: playbook for row in rows for playbook in row.playbooks}
    seen = frozenset[Point]().union(*(row.touched for row in rows))
    found = []
    for name, playbook in playbooks.items():
        points = points_of(playbook)
        own = [point for point in points if not _group_of(point, groups)]
        stories = tuple(row.story for row in rows if any(each.id == name for each in row.playbooks))
        found.append(_coverage(name, stories, own, points, seen))
    return tuple(found), _measure_groups(rows, playbooks.values(), seen, groups)


def _measure_groups(
    rows: Iterable[Told], playbooks: Iterable[Playbook], seen: frozenset[Point], groups: Groups
) -> tuple[Coverage, ...]:
    points: dict[str, dict[Point, bool]] = {}
    stories: dict[str, dict[str, None]] = {}
    for playbook in playbooks:
        for point in points_of(playbook):
            group = _group_of(point, groups)
            if group:
                here = points.setdefault(group, {})
                there = _in_group(point, group)
                here[there] = here.get(there, False) or point in seen
    for row in rows:
        for group in sorted({_group_of(point, groups) for point in row.touched} - {""}):
            stories.setdefault(group, {})[row.story] = None
    found = []
    for group, here in sorted(points.items()):
        names = tuple(stories.get(group, ()))
        found.append(_coverage(group, names, list(here), tuple(here), frozenset(each for each in here if here[each])))
    return tuple(found)


def _group_of(point: Point, groups: Groups) -> str:
    include, dot, _ = point.step.partition(".")
    return groups.get(point.playbook, {}).get(include, "") if dot else ""


def _in_group(point: Point, group: str) -> Point:
    """Give a point of an include as the same point of its group, whatever the include is called."""
    return replace(point, playbook=group, step=point.step.partition(".")[2])


def _coverage(
    name: str, stories: tuple[str, ...], own: Sequence[Point], points: Sequence[Point], seen: frozenset[Point]
) -> Coverage:
    untouched = tuple(point for point in own if point not in seen and point.kind in COUNTED)
    return Coverage(name, stories, _shares(own, seen), _shares(points, seen), untouched)


def _shares(points: Sequence[Point], seen: frozenset[Point]) -> tuple[Share, ...]:
    return tuple(
        Share(kind, sum(1 for each in points if each.kind == kind and each in seen),
              sum(1 for each in points if each.kind == kind))
        for kind in KINDS
    )  # fmt: skip
