"""The playbooks of a case, indexed: which step, fact, gate or rule is meant by a name.

A case may follow several playbooks. Facts are shared. A step of a later playbook that an earlier one has too, with the
same content, is one step of the case (an intake is done once); any other goes by `playbook:step` in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from typing import NamedTuple

from recover.frozen import frozen
from recover.playbook.expressions import ExpressionError, names, read
from recover.playbook.model import Branch, Channel, Expression, Fact, Gate, Playbook, Registry, Rule, Step

ITEM = "item."
_INSTANCE = re.compile(r"(?P<name>[^\[#]+)(?:\[(?P<element>.*)\])?(?:#(?P<visit>[1-9][0-9]{0,5}))?", re.DOTALL)

_DONE = re.compile(r"""\bdone\(\s*['"]([^'"]*)['"]\s*\)""")

IDENTITY_CLASSES = frozenset({"identity", "biometric"})
IDENTITY_KINDS = frozenset(
    {"id-copy", "selfie", "live-video", "video-selfie", "notarised", "notarised-declaration", "endorsement", "endorser"}
)
"""Evidence that ties a person to an account: its steps wait until it is known whether that link is secret."""


class InstanceId(NamedTuple):
    """A step instance's id taken apart: the step's name in the log, the element, the visit."""

    name: str
    element: str = ""
    visit: int = 1

    @property
    def text(self) -> str:
        """Give the id as the log and people write it."""
        return self.name + (f"[{self.element}]" if self.element else "") + (f"#{self.visit}" if self.visit > 1 else "")


@lru_cache(maxsize=4096)
def parse_instance(text: str) -> InstanceId:
    """Take an instance id apart; total: text of another form is a name by itself."""
    found = _INSTANCE.fullmatch(text)
    if not found:
        return InstanceId(text)
    return InstanceId(found["name"], found["element"] or "", int(found["visit"] or 1))


@frozen
class PlacedStep:
    """A step with the playbook it stands in and its name in the log."""

    playbook: Playbook
    step: Step
    name: str

    @property
    def is_identity_step(self) -> bool:
        """Say whether it handles identity, selfie, notary or endorser evidence."""
        return any(
            need.sensitivity_class in IDENTITY_CLASSES or need.kind in IDENTITY_KINDS for need in self.step.evidence
        )


@frozen
class Plan:
    """Everything the playbooks and the registry of a case say, by name. Where two say the same, the first counts."""

    playbooks: tuple[Playbook, ...]
    registry: Registry
    facts: Mapping[str, Fact]
    means: Mapping[str, str]
    """Meaning → id of the fact that has it."""
    gates: Mapping[str, Gate]
    gate_playbooks: Mapping[str, str]
    placed: Mapping[tuple[str, str], PlacedStep]
    """(playbook id, step id) → step."""
    named: Mapping[str, PlacedStep]
    """Name in the log → step."""
    rules: Mapping[str, Rule]
    channels: Mapping[str, Channel]
    uses_done: frozenset[str]
    """Names of the steps that some condition asks to be done, so that the steps must be worked out more than once."""
    asked_in: Mapping[str, tuple[PlacedStep, ...]] = field(default_factory=dict)

    def step(self, playbook: str, step: str) -> PlacedStep | None:
        """Look up a step by its id inside a playbook."""
        return self.placed.get((playbook, step))

    def name_of(self, playbook: str, step: str) -> str:
        """Give a step's name in the log; the id itself when the playbook has no such step."""
        found = self.placed.get((playbook, step))
        return found.name if found else step

    def column(self, list_fact: str, column: str) -> Fact | None:
        """Look up a column of a list fact."""
        parent = self.facts.get(list_fact)
        return next((each for each in parent.fields if each.id == column), None) if parent else None


def make_plan(playbooks: Sequence[Playbook], registry: Registry) -> Plan:
    """Index the playbooks of a case, the first being the one it was opened with."""
    facts: dict[str, Fact] = {}
    means: dict[str, str] = {}
    gates: dict[str, Gate] = {}
    gate_playbooks: dict[str, str] = {}
    placed: dict[tuple[str, str], PlacedStep] = {}
    named: dict[str, PlacedStep] = {}
    for playbook in playbooks:
        for fact in playbook.facts:
            facts.setdefault(fact.id, fact)
            if fact.means:
                means.setdefault(fact.means, fact.id)
        for gate in playbook.gates:
            gates.setdefault(gate.id, gate)
            gate_playbooks.setdefault(gate.id, playbook.id)
        for step in playbook.steps:
            one = _place(playbook, step, named)
            placed[playbook.id, step.id] = one
            named.setdefault(one.name, one)
    asked: dict[str, list[PlacedStep]] = {}
    for one in named.values():
        for fact_id in one.step.ask:
            name = f"{one.step.for_each}.{fact_id}" if fact_id.startswith(ITEM) else fact_id
            asked.setdefault(name, []).append(one)
    return Plan(
        playbooks=tuple(playbooks),
        registry=registry,
        facts=facts,
        means=means,
        gates=gates,
        gate_playbooks=gate_playbooks,
        placed=placed,
        named=named,
        rules={rule.id: rule for rule in registry.rules},
        channels={channel.id: channel for channel in registry.channels},
        uses_done=frozenset(
            placed[playbook.id, step].name if (playbook.id, step) in placed else step
            for playbook in playbooks
            for condition in conditions(playbook)
            for step in _DONE.findall(condition.text)
        ),
        asked_in={name: tuple(steps) for name, steps in asked.items()},
    )


def _place(playbook: Playbook, step: Step, named: Mapping[str, PlacedStep]) -> PlacedStep:
    known = named.get(step.id)
    if known is None or _content(known.step) == _content(step):
        return PlacedStep(playbook, step, step.id)
    return PlacedStep(playbook, step, f"{playbook.id}:{step.id}")


def _content(step: Step) -> Step:
    """Give a step without where it leads, which differs between playbooks that include the same group."""
    return replace(step, next=(), also=(), outcomes=(), end="")


def conditions(playbook: Playbook) -> Iterator[Expression]:
    """Walk over every condition of a playbook."""
    for fact in playbook.facts:
        yield from _given(fact.visible_if, *(column.visible_if for column in fact.fields))
    yield from (gate.needs for gate in playbook.gates)
    yield from (watch.when for watch in playbook.watch)
    for deadline in playbook.deadlines:
        yield from _given(deadline.when, deadline.done_if)
    for step in playbook.steps:
        yield from _given(step.visible_if, *(branch.when for branch in (*step.also, *step.next)))
        yield from _given(*(item.visible_if for item in step.do), *(need.visible_if for need in step.evidence))
        yield from _given(*(use.visible_if for use in step.letters))


def _given(*expressions: Expression | None) -> Iterator[Expression]:
    yield from (each for each in expressions if each is not None)


@lru_cache(maxsize=4096)
def mentioned(expression: Expression | None, list_fact: str = "") -> frozenset[str]:
    """Name the facts a condition uses; a column of the present element as `list.column`."""
    if expression is None:
        return frozenset()
    try:
        tree = read(expression.text)
    except ExpressionError:
        return frozenset()
    found = (each.text for each in names(tree))
    return frozenset(f"{list_fact}.{name.removeprefix(ITEM)}" if name.startswith(ITEM) else name for name in found)


def targets(step: Step) -> Iterator[tuple[Expression | None, str]]:
    """Walk over every step a step can lead to, with the condition of that branch (outcomes have none)."""
    branches: tuple[Branch, ...] = (*step.next, *step.also)
    yield from ((branch.when, branch.go) for branch in branches)
    yield from ((None, outcome.go) for outcome in step.outcomes)


def reachable(plan: Plan, *begin: PlacedStep) -> frozenset[str]:
    """Name the steps that can be reached from some steps, these included, whatever the conditions say."""
    found: set[str] = set()
    ahead = list(begin)
    while ahead:
        placed = ahead.pop()
        if placed.name not in found:
            found.add(placed.name)
            nexts = (plan.step(placed.playbook.id, target) for _, target in targets(placed.step))
            ahead.extend(each for each in nexts if each is not None)
    return frozenset(found)
