"""Names in a story against its playbook: a misspelt step, fact, item, outcome, letter or gate, before it is played.

Playing a story finds most of these, late and in other words; here each has its line and the nearest name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from recover.errors import UsageError
from recover.playbook import grammar, values
from recover.playbook.model import FactType, Playbook
from recover.playbook.problems import Place, Problems, nearest
from recover.playbook.reader import Text
from recover.playbook.shapes import Entries

_WORDS = ("dont-know", "prefer-not-to-say")
_CHECKED = (FactType.CHOICE, FactType.MANY, FactType.YES_NO)
_SECOND_APPEAL = "second_appeal"


def check_story_names(entries: Entries, playbook: Playbook, letters: Iterable[str], problems: Problems) -> None:
    """Report every name of a story that its playbook does not have, and answers that a choice does not have."""
    names = _Names(playbook, frozenset(letters), problems)
    for act in entries.rows("acts"):
        if isinstance(act, Entries):
            names.act(act)
    for name, place in entries.table("hints").key_places.items():
        names.step(name, place)
    expect = entries.table("expect")
    steps = expect.table("steps")
    for key in ("reached", "not_reached", "open", "done"):
        for row in steps.rows(key):
            names.step(row, row.place)
    for name, place in expect.table("gates").key_places.items():
        names.gate(name, place)
    for name, place in expect.table("letters").key_places.items():
        names.letter(name, place)
    for name, place in expect.table("not_offered").key_places.items():
        if name not in names.letters:
            names.step(name, place, or_letter=True)


class _Names:
    def __init__(self, playbook: Playbook, letters: frozenset[str], problems: Problems) -> None:
        self._facts = {fact.id: fact for fact in playbook.facts}
        self._steps = {step.id: step for step in playbook.steps}
        self._gates = {gate.id for gate in playbook.gates} | set(grammar.ENGINE_GATES) | {_SECOND_APPEAL}
        self.letters = letters
        self._problems = problems

    def act(self, act: Entries) -> None:
        answers = act.table("answers")
        for name, value in answers.items():
            self._answer(name, value, answers.key_places[name], answers.place_of(name))
        done = act.table("done")
        for name, items in done.items():
            self._items(name, items, done.key_places[name])
        for name, place in act.table("explained").key_places.items():
            self._need(name, place)
        for row in act.rows("exhibits"):
            for need in row.rows("fulfils") if isinstance(row, Entries) else ():
                self._need(need, need.place)
        for row in (*act.rows("sent"), *act.rows("approved")):
            if isinstance(row, Entries):
                self.letter(row.text("letter"), row.place_of("letter"))
                self.step(row.text("step"), row.place_of("step"))
        for row in act.rows("checks"):
            if isinstance(row, Entries):
                self.step(row.text("step"), row.place_of("step"))
        for row in act.rows("replies"):
            if isinstance(row, Entries):
                self._reply(row)
        for name, place in act.table("overrides").key_places.items():
            self.gate(name, place)

    def _answer(self, name: str, value: object, place: Place, value_place: Place) -> None:
        fact = self._facts.get(name)
        if fact is None:
            self._unknown("question", name, self._facts, place)
        elif fact.type in _CHECKED and not (isinstance(value, Text) and str(value) in _WORDS):
            raw = [str(each) for each in value] if isinstance(value, list) else str(value)
            try:
                values.check(fact, raw, zone="UTC")
            except UsageError as fault:
                self._problems.add("E123", value_place, f"{name}: {fault.message}", fault.hint)

    def _items(self, name: str, items: object, place: Place) -> None:
        step = self._steps.get(self._base(name))
        if step is None:
            self.step(name, place)
            return
        rows = items.key_places.items() if isinstance(items, Entries) else ()
        given = [(str(row), row.place) for row in items] if isinstance(items, list) else list(rows)
        known = [item.id for item in step.do]
        for item, at in given:
            if item not in known:
                self._unknown(f"item of {step.id}", item, known, at)

    def _need(self, name: str, place: Place) -> None:
        step, _, need = self._base(name).rpartition(".")
        found = self._steps.get(step)
        if found is None:
            self._unknown("step", step or name, self._steps, place)
        elif need not in [each.id for each in found.evidence]:
            self._unknown(f"piece of evidence of {step}", need, [each.id for each in found.evidence], place)

    def _reply(self, row: Entries) -> None:
        step = self._steps.get(self._base(row.text("step")))
        outcome = row.text("outcome")
        if step is None:
            self.step(row.text("step"), row.place_of("step"))
        elif outcome and outcome not in [each.id for each in step.outcomes]:
            self._unknown(
                f"outcome of {step.id}", outcome, [each.id for each in step.outcomes], row.place_of("outcome")
            )

    def step(self, name: str, place: Place, *, or_letter: bool = False) -> None:
        """Report a name that is no step of the playbook; instances and visits are of the step they are named for."""
        if name and self._base(name) not in self._steps:
            known = (*self._steps, *self.letters) if or_letter else self._steps
            self._unknown("step or letter" if or_letter else "step", self._base(name), known, place)

    def gate(self, name: str, place: Place) -> None:
        if self._base(name) not in self._gates:
            self._unknown("gate", name, sorted(self._gates), place)

    def letter(self, name: str, place: Place) -> None:
        if name and name not in self.letters:
            self._unknown("letter", name, sorted(self.letters), place)

    def _unknown(self, what: str, name: str, known: Iterable[str], place: Place) -> None:
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else "recover playbook show NAME lists them"
        self._problems.add("E123", place, f"there is no {what} '{name[:80]}'", hint)

    @staticmethod
    def _base(name: str) -> str:
        return re.sub(r"\[[^\[\]]*\]|#[0-9]+", "", name)
