"""What a changed answer leaves behind: later answers, letters and steps that were derived from the old one.

Nothing is deleted. An answer depends on another when its question, its step or a way to its step has a condition that
names the other, directly or through further answers; a letter depends on the facts its text is made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recover.case.instances import Walk
from recover.case.plan import ITEM, PlacedStep, Plan, mentioned, parse_instance, targets
from recover.case.state import CaseState, FactKey, FactRecord
from recover.case.survey import LetterAbout, Stale
from recover.playbook.model import Sensitivity


def find_stale(walked: Walk, letters: Mapping[str, LetterAbout]) -> tuple[Stale, ...]:
    """List the answers that changed after something was built on them, in the order they changed."""
    found = []
    for record in walked.state.facts.values():
        changed_at = _changed_at(record)
        if changed_at is not None:
            stale = _stale(walked, letters, record, changed_at)
            if stale.answers or stale.letters or stale.steps:
                found.append((changed_at, stale))
    return tuple(stale for _, stale in sorted(found, key=lambda each: each[0]))


def _changed_at(record: FactRecord) -> int | None:
    """Give the position of the last change to another value; None when the answer never changed."""
    changed = None
    for before, after in zip(record.history, record.history[1:], strict=False):
        if (before.body.status, before.body.value) != (after.body.status, after.body.value):
            changed = after.position
    return changed


def _stale(walked: Walk, letters: Mapping[str, LetterAbout], record: FactRecord, changed_at: int) -> Stale:
    plan, state, key = walked.plan, walked.state, record.key
    name = f"{key.fact}.{key.field}" if key.field else key.fact
    first_at = record.history[0].position
    downstream = _downstream(plan)
    facts, steps = downstream.facts.get(name, frozenset()), downstream.steps.get(name, frozenset())
    answers = tuple(
        other.key
        for other in state.facts.values()
        if _name(other) in facts
        and _is_same_row(key, other.key)
        and first_at < other.current.position < changed_at
        and other.key != key
    )
    return Stale(
        fact=key,
        ask=_ask(plan, key),
        changed_by=next((one.id for one in record.history if one.position == changed_at), ""),
        answers=answers,
        letters=tuple(dict.fromkeys(_letters(walked, letters, key, name, (first_at, changed_at), steps))),
        steps=tuple(dict.fromkeys(_steps(state, key, steps, changed_at))),
    )


def _name(record: FactRecord) -> str:
    return f"{record.key.fact}.{record.key.field}" if record.key.field else record.key.fact


def _is_same_row(one: FactKey, other: FactKey) -> bool:
    return not (one.element and other.element and one.fact == other.fact) or one.element == other.element


def _ask(plan: Plan, key: FactKey) -> str:
    fact = plan.column(key.fact, key.field) if key.field else plan.facts.get(key.fact)
    return fact.ask if fact else key.fact


def _letters(
    walked: Walk,
    letters: Mapping[str, LetterAbout],
    key: FactKey,
    name: str,
    span: tuple[int, int],
    steps: frozenset[str],
) -> Iterator[str]:
    approved = [(one.position, one.body.letter, one.body.step) for one in walked.state.approvals]
    sent = [(one.position, one.body.letter, one.body.step) for one in walked.state.sent]
    for position, letter, instance in sorted(approved + sent):
        step = parse_instance(instance)
        is_same_row = not (key.element and step.element) or key.element == step.element
        is_between = span[0] < position < span[1]
        if is_between and is_same_row and _uses(walked.plan, letters.get(letter), key, name, step.name, steps):
            yield letter


def _uses(plan: Plan, about: LetterAbout | None, key: FactKey, name: str, step: str, steps: frozenset[str]) -> bool:
    if about is not None:
        named = {plan.means.get(each, each) for each in about.facts}
        return key.fact in named or name in named
    fact = plan.facts.get(key.fact)
    is_printable = fact is not None and fact.sensitivity is not Sensitivity.SECRET_TO_US
    # Without the letter's own list of facts, what stands in the same step or led to it may be in its text.
    placed = plan.named.get(step)
    return is_printable and (step in steps or (placed is not None and key.fact in placed.step.ask))


def _steps(state: CaseState, key: FactKey, steps: frozenset[str], changed_at: int) -> Iterator[str]:
    for one in state.items:
        parsed = parse_instance(one.body.step)
        is_same_row = not (key.element and parsed.element) or key.element == parsed.element
        if parsed.name in steps and one.position < changed_at and is_same_row:
            yield one.body.step


# --- what depends on what ------------------------------------------------------------------------------------------


class _Downstream:
    """For every fact, the facts and the steps that depend on it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        direct_steps: dict[str, set[str]] = {}
        direct_facts: dict[str, set[str]] = {}
        for placed in plan.named.values():
            for name in self._conditions_of(placed):
                direct_steps.setdefault(name, set()).add(placed.name)
        for fact_id, fact in plan.facts.items():
            for upper in mentioned(fact.visible_if):
                direct_facts.setdefault(upper, set()).add(fact_id)
            for column in fact.fields:
                for upper in mentioned(column.visible_if, fact_id):
                    direct_facts.setdefault(upper, set()).add(f"{fact_id}.{column.id}")
        for upper, names in direct_steps.items():
            for name in names:
                step = plan.named[name].step
                asked = (f"{step.for_each}.{each[len(ITEM) :]}" if each.startswith(ITEM) else each for each in step.ask)
                direct_facts.setdefault(upper, set()).update(asked)
        self.facts = {fact: frozenset(self._closure(fact, direct_facts)) for fact in {*direct_facts, *direct_steps}}
        self.steps = {
            fact: frozenset(step for each in (fact, *reached) for step in direct_steps.get(each, ()))
            for fact, reached in self.facts.items()
        }

    def _conditions_of(self, placed: PlacedStep) -> Iterator[str]:
        step = placed.step
        yield from mentioned(step.visible_if, step.for_each)
        for gate in step.gates:
            if gate in self._plan.gates:
                yield from mentioned(self._plan.gates[gate].needs)
        for item in step.do:
            yield from mentioned(item.visible_if, step.for_each)
        for use in step.letters:
            yield from mentioned(use.visible_if, step.for_each)
        for other in placed.playbook.steps:
            for when, target in targets(other):
                if target == step.id and when is not None:
                    yield from mentioned(when, other.for_each)
        for watch in placed.playbook.watch:
            if watch.open == step.id:
                yield from mentioned(watch.when)

    def _closure(self, fact: str, direct: Mapping[str, set[str]]) -> set[str]:
        found: set[str] = set()
        ahead = [fact]
        while ahead:
            for each in direct.get(ahead.pop(), ()):
                if each not in found and each != fact:
                    found.add(each)
                    ahead.append(each)
        return found


_PLANS: dict[int, tuple[Plan, _Downstream]] = {}


def _downstream(plan: Plan) -> _Downstream:
    """Work out once for each plan what depends on what; the last few plans are kept."""
    kept = _PLANS.get(id(plan))
    if kept is None or kept[0] is not plan:
        if len(_PLANS) >= 8:
            _PLANS.clear()
        kept = _PLANS[id(plan)] = plan, _Downstream(plan)
    return kept[1]
