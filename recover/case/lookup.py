"""What conditions may ask of a case: facts, rows, exhibits and records, unknown where there is nothing to rely on.

Hidden answers do not count, nor do answers in conflict. Inside `for_each`, letters sent and replies count for the
present element when they name it or name none. For gates, copies of an ID do not count as exhibits at all: by itself
such a copy never completes a vetting and never unlocks anything, and thieves file them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from recover.case.plan import Plan, parse_instance
from recover.case.state import CaseState, FactRecord
from recover.errors import UsageError
from recover.playbook.expressions import UNKNOWN, Unknown, evaluate
from recover.playbook.model import Expression, Fact
from recover.times import zone_info

Done = Mapping[str, bool]
"""A step's name in the log, or `name[element]` → whether it is complete (for every element, at its last visit)."""


def case_zone(plan: Plan, state: CaseState) -> str:
    """Give the zone in which the case counts days: as answered, else as opened, else empty."""
    named = meaning(plan, state, "zone")
    for zone in (named.value if named and named.is_known else "", state.opened.body.zone if state.opened else ""):
        if isinstance(zone, str) and zone and _is_zone(zone):
            return zone
    return ""


def case_language(plan: Plan, state: CaseState) -> str:
    """Give the language in which the client is spoken to: as answered, else as opened, else empty."""
    named = meaning(plan, state, "interview-language")
    if named is not None and named.is_known and isinstance(named.value, str) and named.value:
        return named.value
    return state.opened.body.language if state.opened else ""


def meaning(plan: Plan, state: CaseState, means: str) -> FactRecord | None:
    """Look up the answer to the question that has a meaning for the engine; None when there is none."""
    return state.fact(plan.means.get(means, ""))


def every_fact(plan: Plan, means: str) -> tuple[str, ...]:
    """Name every question that has a meaning, in any playbook of the case: each may be about another account."""
    found = (fact.id for playbook in plan.playbooks for fact in playbook.facts if fact.means == means)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=64)
def _is_zone(zone: str) -> bool:
    try:
        zone_info(zone)
    except UsageError:
        return False
    return True


def row_title(state: CaseState, list_fact: str, element: str) -> str:
    """Name a row for people: its name, else its handle, else its id."""
    for column in ("name", "title", "handle"):
        cell = state.cell(list_fact, element, column)
        if cell is not None and cell.is_known and isinstance(cell.value, str):
            return cell.value
    return element


class CaseLookup:
    """A `Lookup` for conditions of one playbook, for one element or none; cheap to derive for another element."""

    __slots__ = (
        "_counts_identity",
        "_done",
        "_seen",
        "_shown",
        "_zone",
        "element",
        "list_fact",
        "plan",
        "playbook",
        "state",
    )

    def __init__(
        self,
        plan: Plan,
        state: CaseState,
        *,
        playbook: str = "",
        list_fact: str = "",
        element: str = "",
        done: Done | None = None,
        for_gate: bool = False,
    ) -> None:
        self.plan = plan
        self.state = state
        self.playbook = playbook or (plan.playbooks[0].id if plan.playbooks else "")
        self.list_fact = list_fact
        self.element = element
        self._done: Done = done or {}
        self._zone: str | None = None
        self._counts_identity = not for_gate
        self._shown: dict[str, bool] = {}
        self._seen: set[str] = set()

    def at(self, playbook: str, list_fact: str = "", element: str = "") -> CaseLookup:
        """Derive the look-up for an element (or none) of a playbook's step."""
        if (playbook, list_fact, element) == (self.playbook, self.list_fact, self.element):
            return self
        other = CaseLookup(
            self.plan,
            self.state,
            playbook=playbook,
            list_fact=list_fact,
            element=element,
            done=self._done,
            for_gate=not self._counts_identity,
        )
        if playbook == self.playbook:
            other._shown = self._shown
        return other

    def holds(self, expression: Expression | None) -> bool:
        """Say whether a condition is true; no condition is."""
        return expression is None or evaluate(expression, self) is True

    @property
    def zone(self) -> str:
        """Give the zone in which the case counts days."""
        if self._zone is None:
            self._zone = case_zone(self.plan, self.state)
        return self._zone

    # --- facts

    def fact(self, name: str) -> object:
        """Return the value of a visible fact."""
        record = self.state.fact(name)
        return record.value if record is not None and record.is_known and self.shows(name) else UNKNOWN

    def answered(self, name: str) -> bool:
        """Return whether a visible fact was answered; a list is once it has a row or was answered as a whole."""
        record = self.state.fact(name)
        is_answered = (record is not None and record.status != "conflict") or bool(self.state.rows(name))
        return is_answered and self.shows(name)

    def item(self, field: str) -> object:
        """Return the value of a visible column of the present element."""
        record = self._cell(field)
        return record.value if record is not None and record.is_known else UNKNOWN

    def item_answered(self, field: str) -> bool:
        """Return whether a visible column of the present element was answered."""
        record = self._cell(field)
        return record is not None and record.status != "conflict"

    def count(self, name: str, field: str = "", value: str = "") -> int | Unknown:
        """Return the number of rows, or of those whose column has the value; unknown before the list was answered."""
        if not self.answered(name):
            return UNKNOWN
        record = self.state.fact(name)
        rows = self.state.rows(name)
        if not rows and record is not None and record.status != "given":
            return UNKNOWN
        if not field:
            return len(rows)
        return sum(1 for row in rows if self._has(name, row, field, value))

    def _has(self, name: str, row: str, field: str, value: str) -> bool:
        cell = self.state.cell(name, row, field)
        if cell is None or not cell.is_known:
            return False
        if isinstance(cell.value, bool):
            return value == ("true" if cell.value else "false")
        if isinstance(cell.value, list):
            return value in cell.value
        return str(cell.value) == value

    def _cell(self, field: str) -> FactRecord | None:
        if not self.element:
            return None
        record = self.state.cell(self.list_fact, self.element, field)
        column = self.plan.column(self.list_fact, field)
        return record if column is None or record is None or self._shows(f"{ITEM_MARK}{field}", column) else None

    def shows(self, name: str) -> bool:
        """Say whether a question is visible; one whose visibility depends on itself is not."""
        fact = self.plan.facts.get(name)
        return fact is None or fact.visible_if is None or self._shows(name, fact)

    def shows_column(self, field: str) -> bool:
        """Say whether a column of the present element is visible."""
        column = self.plan.column(self.list_fact, field)
        return column is None or column.visible_if is None or self._shows(f"{ITEM_MARK}{field}", column)

    def _shows(self, name: str, fact: Fact) -> bool:
        if fact.visible_if is None:
            return True
        is_shared = not name.startswith(ITEM_MARK)
        if is_shared and name in self._shown:
            return self._shown[name]
        if name in self._seen:
            return False
        self._seen.add(name)
        shown = evaluate(fact.visible_if, self) is True
        self._seen.discard(name)
        if is_shared and not self._seen:
            self._shown[name] = shown
        return shown

    # --- records

    def exhibits(self, kind: str) -> int:
        """Return how many exhibits of a kind stand; working copies count with their original."""
        return sum(
            1
            for exhibit in self.state.exhibits
            if exhibit.body.kind == kind
            and exhibit.stands
            and not exhibit.body.copy_of
            and (self._counts_identity or not exhibit.is_identity)
        )

    def sent(self, letter: str) -> bool:
        """Return whether that letter was recorded as sent (for the present element, inside `for_each`)."""
        return any(
            one.body.letter == letter and self._concerns(one.body.step, one.body.assets) for one in self.state.sent
        )

    def replied(self, step: str, outcome: str) -> bool:
        """Return whether that outcome was recorded for that step, at any visit."""
        name = self.plan.name_of(self.playbook, step)
        return any(
            one.body.outcome == outcome and parse_instance(one.body.step).name == name and self._concerns(one.body.step)
            for one in self.state.replies
        )

    def done(self, step: str, item: str = "") -> bool:
        """Return whether a step is complete, or one item of its checklist marked done, at any visit."""
        name = self.plan.name_of(self.playbook, step)
        if item:
            return any(
                one.body.item == item and one.body.mark == "done" and parse_instance(one.body.step).name == name
                for one in self.state.items
            )
        return self._done.get(f"{name}[{self.element}]", self._done.get(name, False))

    def _concerns(self, step: str, assets: tuple[str, ...] = ()) -> bool:
        element = parse_instance(step).element
        return not self.element or self.element in (element, *assets) or not (element or assets)


def answers(need: str, name: str) -> bool:
    """Say whether a need as recorded (`cascade.appeal[100…].screens`) is the one that a letter names."""
    step, _, rest = need.partition("[")
    bare = step + rest.partition("]")[2] if rest else need
    return bare == name or bare.endswith("." + name)


ITEM_MARK = "\x00item."
"""Marks a column's name among names of facts, which can never begin so."""
