"""What to answer so that a condition comes true, and which answers lead to a step: hints for the explorer.

A wish is no promise: conditions may contradict one another, and then the first wish stands. Everything is drawn from
the random source that is handed in, so that the same seed wishes the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from recover.case.plan import ITEM, Plan
from recover.playbook.expressions import ExpressionError, read
from recover.playbook.model import Branch, Expression, Playbook, Step
from recover.playbook.syntax import Call, Choices, Compare, Join, Literal, Name, Not, Tree

_DEEPEST = 6
"""How far a question's own visibility is followed."""
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(slots=True)
class Wishes:
    """What a walk would like to answer. A fact is named by its id, a column as `list.column`."""

    value: dict[str, object] = field(default_factory=dict)
    """Fact → the value it should have (of a number or date: one on the right side)."""
    avoid: dict[str, set[object]] = field(default_factory=dict)
    include: dict[str, set[str]] = field(default_factory=dict)
    """Question with many choices → those that should be among the answer."""
    rows: dict[str, int] = field(default_factory=dict)
    """List → how many rows it should have."""
    unknown: set[str] = field(default_factory=set)
    """Facts that should be answered with don't know."""
    kinds: set[str] = field(default_factory=set)
    """Kinds of exhibits that should be there."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Step → what the other side should do."""
    letters: set[str] = field(default_factory=set)


class Steering:
    """Collects wishes for one walk."""

    def __init__(self, plan: Plan, playbook: Playbook, random: Random) -> None:
        self._plan = plan
        self._playbook = playbook
        self._random = random
        self.wishes = Wishes()
        self._followed: set[str] = set()

    # --- a way to a step

    def lead_to(self, target: str) -> None:
        """Wish for what opens a step: every arm, outcome and condition on one way there."""
        steps = {step.id: step for step in self._playbook.steps}
        for step_id, arm in self._way(target):
            self._enter(steps[step_id])
            self._take(steps[step_id], arm)
        if target in steps:
            self._enter(steps[target])

    def _way(self, target: str) -> list[tuple[str, str]]:
        """Find a shortest way from a start to a step: (step, arm by which it is left) in order."""
        arms: dict[str, list[tuple[str, str]]] = {}
        for step in self._playbook.steps:
            for arm, go in _arms(step):
                arms.setdefault(go, []).append((step.id, arm))
        roots = {self._playbook.start, *(watch.open for watch in self._playbook.watch)}
        ways: dict[str, list[tuple[str, str]]] = {target: []}
        ahead = [target]
        while ahead:
            here = ahead.pop(0)
            if here in roots:
                self._open_watch(here)
                return ways[here]
            befores = arms.get(here, [])
            for step_id, arm in self._random.sample(befores, len(befores)):
                if step_id not in ways:
                    ways[step_id] = [(step_id, arm), *ways[here]]
                    ahead.append(step_id)
        return []

    def _open_watch(self, step: str) -> None:
        watches = [each for each in self._playbook.watch if each.open == step]
        if step != self._playbook.start and watches:
            self.make(self._random.choice(watches).when)

    def _enter(self, step: Step) -> None:
        self.make(step.visible_if, step.for_each)
        if step.for_each:
            self.wishes.rows.setdefault(step.for_each, self._random.choice((1, 1, 2)))
            self._show(step.for_each)
        for gate in step.gates:
            if gate in self._plan.gates:
                self.make(self._plan.gates[gate].needs)

    def _take(self, step: Step, arm: str) -> None:
        way, _, number = arm.partition(" ")
        if way == "outcome":
            self.wishes.outcomes.setdefault(step.id, number)
            return
        branches: Sequence[Branch] = step.also if way == "also" else step.next
        place = int(number)
        self.make(branches[place].when, step.for_each)
        if way == "next":
            for earlier in branches[:place]:
                self.make(earlier.when, step.for_each, is_true=False)

    # --- a condition

    def make(self, condition: Expression | None, list_fact: str = "", *, is_true: bool = True) -> None:
        """Wish that a condition is true (or not true)."""
        if condition is None:
            return
        try:
            tree = read(condition.text)
        except ExpressionError:
            return
        self._wish(tree, list_fact, is_true)

    def _wish(self, tree: Tree, list_fact: str, want: bool) -> None:
        if isinstance(tree, Join):
            every = (tree.word == "and") is want
            for part in tree.parts if every else (self._random.choice(tree.parts),):
                self._wish(part, list_fact, want)
        elif isinstance(tree, Not):
            self._wish(tree.of, list_fact, not want)
        elif isinstance(tree, Name):
            self._set(_named(tree, list_fact), want)
        elif isinstance(tree, Compare):
            self._compare(tree, list_fact, want)
        elif isinstance(tree, Call):
            self._call(tree, list_fact, want)

    def _set(self, fact: str, value: object) -> None:
        self.wishes.value.setdefault(fact, value)
        self._show(fact)

    def _show(self, name: str) -> None:
        """Wish that a question is asked: that what makes it visible is true."""
        if name in self._followed or len(self._followed) > _DEEPEST * 50:
            return
        self._followed.add(name)
        fact = self._plan.facts.get(name)
        if fact is not None:
            self.make(fact.visible_if)
            return
        list_fact, _, column = name.rpartition(".")
        cell = self._plan.column(list_fact, column)
        if cell is not None:
            self._show(list_fact)
            self.make(cell.visible_if, list_fact)

    def _compare(self, tree: Compare, list_fact: str, want: bool) -> None:
        left, right, operator = tree.left, tree.right, tree.operator
        if operator in ("in", "not in"):
            self._contain(tree, list_fact, want is (operator == "in"))
            return
        if isinstance(left, Literal) and not isinstance(right, Choices | Literal):
            left, right, operator = right, left, _MIRRORED[operator]
        if not isinstance(right, Literal):
            return
        if isinstance(left, Call):
            self._count(left, operator, right.value, list_fact, want)
        elif isinstance(left, Name):
            self._side(_named(left, list_fact), operator, right.value, want)

    def _side(self, fact: str, operator: str, value: object, want: bool) -> None:
        """Wish a fact on the right side of a value."""
        if operator in ("==", "!="):
            if want is (operator == "=="):
                self._set(fact, value)
            elif isinstance(value, bool):
                self._set(fact, not value)
            else:
                self.wishes.avoid.setdefault(fact, set()).add(value)
                self._show(fact)
            return
        is_more = (operator in (">", ">=")) is want
        if isinstance(value, Decimal):
            self._set(fact, value + 1 if is_more else value - 1)
        elif isinstance(value, str) and value[:4].isdigit():
            self._set(fact, f"{int(value[:4]) + (1 if is_more else -1)}-06-15")

    def _contain(self, tree: Compare, list_fact: str, want: bool) -> None:
        if isinstance(tree.right, Choices) and isinstance(tree.left, Name):
            fact = _named(tree.left, list_fact)
            values = [literal.value for literal in tree.right.values]
            if want:
                self._set(fact, self._random.choice(values))
            else:
                self.wishes.avoid.setdefault(fact, set()).update(values)
        elif isinstance(tree.right, Name) and isinstance(tree.left, Literal):
            fact, value = _named(tree.right, list_fact), str(tree.left.value)
            if want:
                self.wishes.include.setdefault(fact, set()).add(value)
            else:
                self.wishes.avoid.setdefault(fact, set()).add(value)
            self._show(fact)

    def _count(self, call: Call, operator: str, value: object, list_fact: str, want: bool) -> None:
        words = _words(call, list_fact)
        number = int(value) if isinstance(value, Decimal) else 0
        is_more = (operator in (">", ">=")) is want if operator not in ("==", "!=") else want is (operator == "==")
        if call.function == "any_exhibit":
            self.wishes.kinds.update(words if is_more else ())
        elif call.function == "count" and is_more:
            self.wishes.rows.setdefault(words[0], number + (operator == ">"))
            if len(words) == 3:
                self._set(f"{words[0]}.{words[1]}", words[2])
            self._show(words[0])
        elif call.function == "count" and len(words) == 1:
            self.wishes.rows.setdefault(words[0], max(number - 1, 0))
        elif call.function == "count":
            self.wishes.avoid.setdefault(f"{words[0]}.{words[1]}", set()).add(words[2])

    def _call(self, call: Call, list_fact: str, want: bool) -> None:
        words = _words(call, list_fact)
        if call.function in ("answered", "known"):
            if not want and call.function == "known":
                self.wishes.unknown.add(words[0])
            self._show(words[0])
        elif call.function == "has_exhibit" and want:
            self.wishes.kinds.add(self._random.choice(words))
        elif call.function == "replied" and want:
            self.wishes.outcomes.setdefault(words[0], words[1])
        elif call.function == "sent" and want:
            self.wishes.letters.add(words[0])


def _arms(step: Step) -> Iterable[tuple[str, str]]:
    """List the ways out of a step: (`next 0`, `also 1`, `outcome refused`; target)."""
    yield from ((f"next {place}", branch.go) for place, branch in enumerate(step.next))
    yield from ((f"also {place}", branch.go) for place, branch in enumerate(step.also))
    yield from ((f"outcome {outcome.id}", outcome.go) for outcome in step.outcomes)


def _named(name: Name, list_fact: str) -> str:
    return f"{list_fact}.{name.text.removeprefix(ITEM)}" if name.text.startswith(ITEM) else name.text


def _words(call: Call, list_fact: str) -> list[str]:
    return [_named(each, list_fact) if isinstance(each, Name) else str(each.value) for each in call.arguments]
