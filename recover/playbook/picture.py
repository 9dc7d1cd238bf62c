"""A playbook as pictures to draw: an overview in which included groups are closed boxes, and one part for each group.

Every step gets a number in reading order. A way that goes back, or far ahead to where another way leads as well, is no
line across the page but a note in its box: “Send what they ask for: go to 32”. So a picture stays readable however
often its steps refer to one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from recover.frozen import frozen
from recover.playbook.layout import levels
from recover.playbook.model import Playbook, Step
from recover.playbook.wording import GATES, Wording, length_words, outcome_words

FAR = 3
"""Levels a line may pass; one that goes farther becomes a note, if something else leads to its target."""
MOST_LINES = 4
"""Lines that leave one box."""


@frozen
class Way:
    """How one leaves a box: `words` is the reason (empty: always), `kind` next, also, outcome or watch."""

    source: str
    target: str
    words: str
    kind: str


@frozen
class Node:
    """A box. `kind` is step, wait, end, group, watch or outside (a step of another part)."""

    id: str
    title: str
    kind: str
    number: str = ""
    notes: tuple[str, ...] = ()
    """What the step holds, one row each."""
    goes: tuple[tuple[str, str], ...] = ()
    """(reason, where to) of ways that are not drawn as lines."""
    is_race: bool = False


@frozen
class Part:
    """One picture: boxes in reading order, and the lines between them, which form no circle."""

    id: str
    """The include's name; empty for the overview."""
    title: str
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]


@frozen
class Picture:
    """A playbook's pictures, the overview first, and each step's number."""

    title: str
    parts: tuple[Part, ...]
    numbers: Mapping[str, int]


def section_of(step: str) -> str:
    """Return the include a step belongs to; empty for the playbook's own."""
    return step.partition(".")[0] if "." in step else ""


def ways_of(playbook: Playbook, step: Step) -> tuple[Way, ...]:
    """Return all ways out of a step, in the order of the file; those that end a line of work are left out."""
    wording = Wording(playbook)
    found = []
    for kind, branches in (("next", step.next), ("also", step.also)):
        for branch in branches:
            if branch.when is not None:
                words = wording.condition(branch.when, asked=step.ask, for_each=step.for_each)
            else:
                words = "otherwise" if kind == "next" and len(branches) > 1 else ""
            found.append(Way(step.id, branch.go, words, kind))
    found += [Way(step.id, each.go, _outcome(each.id, each.after), "outcome") for each in step.outcomes]
    return tuple(way for way in found if way.target)


def _outcome(outcome: str, after: str) -> str:
    return f"no answer after {length_words(after)}" if after else outcome.replace("_", " ")


def reading_order(playbook: Playbook) -> tuple[str, ...]:
    """Return every step in the order in which a reader should meet it: groups whole, ways back left out of account."""
    ways = _all_ways(playbook)
    closed: dict[str, list[str]] = {}
    for step in playbook.steps:
        closed.setdefault(section_of(step.id) or step.id, [])
    for way in ways:
        source, target = (section_of(each) or each for each in (way.source, way.target))
        if source != target and target in closed:
            closed[source].append(target)
    roots = [section_of(playbook.start) or playbook.start, *(section_of(w.open) or w.open for w in playbook.watch)]
    order: list[str] = []
    for unit in _walked(closed, roots):
        inside = [step.id for step in playbook.steps if section_of(step.id) == unit]
        order += _section_order(playbook, inside, ways) if inside else [unit]
    return tuple(order)


def _all_ways(playbook: Playbook) -> list[Way]:
    return [way for step in playbook.steps for way in ways_of(playbook, step)]


def _section_order(playbook: Playbook, inside: Sequence[str], ways: Sequence[Way]) -> list[str]:
    edges: dict[str, list[str]] = {step: [] for step in inside}
    for way in ways:
        if way.source in edges and way.target in edges:
            edges[way.source].append(way.target)
    entered = [way.target for way in ways if way.target in edges and way.source not in edges]
    entered += [each for each in (playbook.start, *(watch.open for watch in playbook.watch)) if each in edges]
    # Where a section is entered most often (or first, in the file) is where reading it begins.
    first = max(inside, key=lambda step: (entered.count(step), -inside.index(step)))
    return _walked(edges, [first, *inside])


def _walked(edges: Mapping[str, Sequence[str]], roots: Sequence[str]) -> list[str]:
    """Return names as they are best read: short side ways first, each behind the step that first leads to it.

    What the first root does not reach follows behind, so that nothing is read before the beginning.
    """
    order: list[str] = []
    seen: set[str] = set()
    for root in dict.fromkeys([*roots, *edges]):
        if root in edges and root not in seen:
            order += _read_from(root, edges, seen)
    return order


def _read_from(root: str, edges: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """Walk the tree of shortest ways from a root; of several ways on, the one with least behind it comes first."""
    children: dict[str, list[str]] = {}
    found = [root]
    seen.add(root)
    for name in found:
        children[name] = [each for each in dict.fromkeys(edges[name]) if each in edges and each not in seen]
        seen.update(children[name])
        found += children[name]
    size = dict.fromkeys(found, 1)
    for name in reversed(found):
        size[name] += sum(size[each] for each in children[name])
    order, stack = [], [root]
    while stack:
        name = stack.pop()
        order.append(name)
        stack += reversed(_siblings(sorted(children[name], key=size.__getitem__), edges))
    return order


def _siblings(names: list[str], edges: Mapping[str, Sequence[str]]) -> list[str]:
    """Put a step that leads to its neighbour before it."""
    for at in range(len(names) - 1, 0, -1):
        before, behind = names[at - 1], names[at]
        if before in edges[behind] and behind not in edges[before]:
            names[at - 1 : at + 1] = [behind, before]
    return names


def make_picture(playbook: Playbook, titles: Mapping[str, str] | None = None) -> Picture:
    """Return a playbook's pictures. `titles` are those of the included groups, by the include's name."""
    order = reading_order(playbook)
    maker = _Maker(playbook, {step: n for n, step in enumerate(order, 1)}, titles or {})
    sections = list(dict.fromkeys(section_of(step) for step in order if section_of(step)))
    return Picture(
        playbook.title,
        (maker.overview(order), *(maker.section(name, order) for name in sections)),
        maker.numbers,
    )


class _Maker:
    def __init__(self, playbook: Playbook, numbers: Mapping[str, int], titles: Mapping[str, str]) -> None:
        self.playbook = playbook
        self.numbers = numbers
        self.titles = titles
        self.steps = {step.id: step for step in playbook.steps}
        self.gates = GATES | {gate.id: gate.title for gate in playbook.gates}
        self.wording = Wording(playbook)

    def title(self, section: str) -> str:
        return self.titles.get(section) or section.replace("_", " ").capitalize()

    # --- the overview -----------------------------------------------------------------------------------------------

    def overview(self, order: Sequence[str]) -> Part:
        units = list(dict.fromkeys(section_of(step) or step for step in order))
        nodes = [self.group(unit, order) if unit not in self.steps else self.node(unit) for unit in units]
        entries = {section_of(step): step for step in reversed(order)}
        ways: list[Way] = []
        for step in order:
            for way in ways_of(self.playbook, self.steps[step]):
                source, target = (section_of(each) or each for each in (way.source, way.target))
                if source != target or not section_of(step):
                    words = f"after {self.numbers[step]}" if section_of(way.source) else way.words
                    if section_of(way.target) and way.target != entries[target] and source != target:
                        words = f"{words} (to {self.numbers[way.target]})".strip()
                    ways.append(Way(source, target, words, way.kind))
        watches, openings = self.watches()
        return _part("", self.playbook.title, [*nodes, *watches], [*ways, *openings], self.names(units))

    def group(self, section: str, order: Sequence[str]) -> Node:
        inside = [self.numbers[step] for step in order if section_of(step) == section]
        span = f"{inside[0]} to {inside[-1]}" if len(inside) > 1 else f"{inside[0]}"
        count = f"{len(inside)} step{'' if len(inside) == 1 else 's'}, drawn below"
        return Node(section, self.title(section), "group", span, (count,))

    def watches(self) -> tuple[list[Node], list[Way]]:
        nodes, ways = [], []
        for n, watch in enumerate(self.playbook.watch, 1):
            node = Node(f"watch {n}", f"As soon as {self.wording.condition(watch.when)}", "watch")
            nodes.append(node)
            ways.append(Way(node.id, section_of(watch.open) or watch.open, "", "watch"))
        return nodes, ways

    # --- a group ----------------------------------------------------------------------------------------------------

    def section(self, name: str, order: Sequence[str]) -> Part:
        inside = [step for step in order if section_of(step) == name]
        ways = [way for step in inside for way in ways_of(self.playbook, self.steps[step])]
        nodes = [self.node(step) for step in inside]
        return _part(name, self.title(name), nodes, ways, self.names([*inside, *(way.target for way in ways)]))

    def names(self, targets: Sequence[str]) -> dict[str, str]:
        """Return how each target is called in a note: its number and title."""
        named = {}
        for target in targets:
            if target in self.steps:
                named[target] = f"{self.numbers[target]} {self.steps[target].title}"
            else:
                first = min(n for step, n in self.numbers.items() if section_of(step) == target)
                named[target] = f"{first} {self.title(target)}"
        return named

    def node(self, name: str) -> Node:
        step = self.steps[name]
        kind = "wait" if step.wait is not None else "end" if step.end else "step"
        return Node(name, step.title, kind, str(self.numbers[name]), tuple(self.notes(step)), (), step.race)

    def notes(self, step: Step) -> Iterator[str]:
        if step.visible_if is not None:
            yield f"only if {self.wording.condition(step.visible_if, for_each=step.for_each)}"
        if step.for_each:
            listed = next((fact.ask for fact in self.playbook.facts if fact.id == step.for_each), step.for_each)
            yield f"once for each row of “{listed}”"
        for gate in step.gates:
            yield f"gate: {self.gates.get(gate, gate.replace('_', ' '))}"
        held = [n for n in self.playbook.steps for need in n.evidence if need.before == step.id]
        if held:
            yield (
                "held until the evidence of "
                + ", ".join(str(self.numbers[each]) for each in dict.fromkeys(s.id for s in held))
                + " is safe"
            )
        counts = ((len(step.ask), "question"), (len(step.evidence), "piece of evidence"), (len(step.do), "thing to do"))
        plural = {"piece of evidence": "pieces of evidence", "thing to do": "things to do"}
        told = [f"{n} {word if n == 1 else plural.get(word, word + 's')}" for n, word in counts if n]
        if told:
            yield ", ".join(told)
        for letter in step.letters:
            yield f"letter: {letter.template.replace('-', ' ')}{' (may be left out)' if letter.optional else ''}"
        if step.wait is not None:
            yield f"waits for the answer to {self.numbers.get(step.wait.for_step, step.wait.for_step)}"
            if step.wait.remind:
                yield "look again after " + ", ".join(length_words(each) for each in step.wait.remind)
        if step.schedule:
            yield "checks with dates"
        if step.end:
            yield f"ends: {outcome_words(step.end)}"


def _part(name: str, title: str, nodes: Sequence[Node], ways: Sequence[Way], names: Mapping[str, str]) -> Part:
    """Choose which ways become lines; the rest become notes in the box they leave."""
    inside = [node.id for node in nodes]
    merged = _merged(ways)
    forward = [way for way in merged if way.target in inside and _is_onward(inside, way)]
    level = levels(inside, [(way.source, way.target) for way in forward])
    lines: list[Way] = []
    entries: dict[str, int] = {}
    for way in forward:
        entries[way.target] = entries.get(way.target, 0) + 1
    left: dict[str, int] = {}
    for way in sorted(forward, key=lambda way: level[way.target] - level[way.source]):
        is_far = level[way.target] - level[way.source] > FAR or left.get(way.source, 0) >= MOST_LINES
        if is_far and entries[way.target] > 1:
            entries[way.target] -= 1
        else:
            left[way.source] = left.get(way.source, 0) + 1
            lines.append(way)
    drawn = {(way.source, way.target, way.kind) for way in lines}
    noted = [way for way in merged if (way.source, way.target, way.kind) not in drawn]
    boxes = tuple(_with_notes(node, [way for way in noted if way.source == node.id], names) for node in nodes)
    kept = tuple(way for way in merged if (way.source, way.target, way.kind) in drawn)
    return Part(name, title, boxes, kept)


def _is_onward(inside: Sequence[str], way: Way) -> bool:
    return way.kind == "watch" or inside.index(way.source) < inside.index(way.target)


def _merged(ways: Sequence[Way]) -> list[Way]:
    """Join ways of one kind between the same two boxes; their reasons stand side by side."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for way in ways:
        found.setdefault((way.source, way.target, way.kind), []).append(way.words)
    return [
        Way(source, target, "" if "" in words else _joined(words), kind)
        for (source, target, kind), words in found.items()
    ]


def _joined(words: Sequence[str]) -> str:
    told = ", ".join(dict.fromkeys(words))
    return "after " + told.replace("after ", "") if told.startswith("after ") else told


def _with_notes(node: Node, ways: Sequence[Way], names: Mapping[str, str]) -> Node:
    goes = []
    for way in ways:
        reason = ("also, " if way.kind == "also" and way.words else "also" if way.kind == "also" else "") + way.words
        goes.append((reason, "keep waiting" if way.target == node.id else names.get(way.target, way.target)))
    return Node(node.id, node.title, node.kind, node.number, node.notes, tuple(goes), node.is_race)
