"""The steps of one file as values: questions, evidence, letters, waits and ways on, with every name resolved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recover.playbook import conditions, grammar
from recover.playbook.model import (
    Branch,
    ChecklistItem,
    Deadline,
    EvidenceNeed,
    Expression,
    Fact,
    Gate,
    LetterUse,
    Outcome,
    Schedule,
    Step,
    Wait,
    Watch,
)
from recover.playbook.names import NOWHERE, Names, Part
from recover.playbook.problems import nearest
from recover.playbook.reader import Text
from recover.playbook.registry import read_registry
from recover.playbook.shapes import Entries


class StepReader:
    """Makes gates, steps, watches and deadlines out of a part's entries."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._problems = names.problems
        registry, _ = read_registry(names.library)
        self._channels = frozenset(channel.id for channel in registry.channels)
        self._rules = {rule.id: rule for rule in registry.rules}

    def steps(self, part: Part) -> list[Step]:
        """Return the steps of a part, in order."""
        return [self._step(part, entries) for entries in part.rows("steps") if entries.text("id")]

    def _step(self, part: Part, entries: Entries) -> Step:
        element = self._names.element(part, entries)
        self._check_gates(entries)
        return Step(
            id=part.step_id(entries.text("id")),
            title=entries.text("title"),
            say=entries.text("say"),
            tell=entries.text("tell"),
            for_each=element.id if element is not None else "",
            visible_if=self._names.condition(part, entries, "visible_if", element),
            hidden_because=entries.text("hidden_because"),
            gates=entries.texts("gate"),
            race=entries.flag("race"),
            ask=tuple(self._names.name(part, name, element) for name in entries.rows("ask") if isinstance(name, Text)),
            do=tuple(self._item(part, row, element) for row in entries.rows("do")),
            evidence=tuple(self._evidence(part, row, element, entries.text("id")) for row in entries.rows("evidence")),
            letters=tuple(self._letter(part, row, element) for row in entries.rows("letter")),
            wait=self._wait(part, entries, element),
            outcomes=self._outcomes(part, entries),
            schedule=tuple(self._schedule(part, row, element) for row in entries.rows("schedule")),
            also=self._also(part, entries, element),
            next=self._next(part, entries, element),
            end=entries.text("end"),
        )

    def _check_gates(self, entries: Entries) -> None:
        for gate in entries.rows("gate"):
            if isinstance(gate, Text) and str(gate) not in self._names.gates and str(gate) not in grammar.ENGINE_GATES:
                known = [*self._names.gates, *grammar.ENGINE_GATES]
                near = nearest(str(gate), known)
                hint = f"did you mean {near}?" if near else "declare it under gates"
                self._problems.add("E044", gate.place, f"there is no gate '{gate}'", hint)

    def _item(self, part: Part, row: Entries, element: Fact | None) -> ChecklistItem:
        visible = self._names.condition(part, row, "visible_if", element)
        return ChecklistItem(row.text("id"), row.text("text"), row.flag("critical"), visible)

    def _evidence(self, part: Part, row: Entries, element: Fact | None, step: str) -> EvidenceNeed:
        before = row.get("before")
        if isinstance(before, Text) and str(before) == step:
            self._problems.add("E087", before.place, "the evidence is wanted before its own step", "name a later step")
        return EvidenceNeed(
            id=row.text("id"),
            kind=row.text("kind"),
            title=row.text("title"),
            count=row.number("count") or 1,
            volatile=row.flag("volatile"),
            before=self._names.target(part, before) if isinstance(before, Text) else "",
            if_missing=row.text("if_missing", "explain"),
            sensitivity_class=row.text("class", "ordinary"),
            visible_if=self._names.condition(part, row, "visible_if", element),
        )

    def _letter(self, part: Part, row: Entries, element: Fact | None) -> LetterUse:
        template = row.get("template")
        if isinstance(template, Text) and str(template) not in self._names.letters:
            near = nearest(str(template), sorted(self._names.letters))
            hint = f"did you mean {near}?" if near else f"write templates/letters/{template}.en.md"
            self._problems.add("E047", template.place, f"there is no letter '{template}'", hint)
        channel = row.get("channel")
        if isinstance(channel, Text) and str(channel) not in self._channels:
            near = nearest(str(channel), sorted(self._channels))
            hint = f"did you mean {near}?" if near else "add it to playbooks/facts/channels"
            self._problems.add("E046", channel.place, f"there is no channel '{channel}'", hint)
        visible = self._names.condition(part, row, "visible_if", element)
        return LetterUse(row.text("template"), row.text("channel"), row.flag("optional"), row.text("once_per"), visible)

    def _rule(self, row: Entries, *, needs_lengths: bool) -> str:
        rule = row.get("rule")
        if not isinstance(rule, Text):
            return ""
        if str(rule) not in self._rules:
            near = nearest(str(rule), sorted(self._rules))
            hint = f"did you mean {near}?" if near else "add it to playbooks/facts/rules.yaml"
            self._problems.add("E045", rule.place, f"there is no rule '{rule}'", hint)
        elif needs_lengths and not self._rules[str(rule)].lengths:
            self._problems.add("E088", rule.place, f"the rule '{rule}' has no lengths", "a schedule needs lengths")
        return str(rule)

    def _wait(self, part: Part, entries: Entries, element: Fact | None) -> Wait | None:
        wait = entries.get("wait")
        if not isinstance(wait, Entries):
            return None
        target = wait.get("for")
        return Wait(
            self._names.target(part, target) if isinstance(target, Text) else "",
            wait.texts("remind"),
            self._names.anchor(part, wait, "since", element),
        )

    def _outcomes(self, part: Part, entries: Entries) -> tuple[Outcome, ...]:
        outcomes = entries.table("outcomes")
        made = []
        for name, value in outcomes.items():
            place = outcomes.key_places[name]
            if name not in grammar.OUTCOMES:
                near = nearest(name, grammar.OUTCOMES)
                hint = f"did you mean {near}?" if near else "there are " + ", ".join(grammar.OUTCOMES)
                self._problems.add("E084", place, f"'{name}' is not in the catalogue of outcomes", hint)
            is_table = isinstance(value, Entries)
            if is_table is not (name == "silence"):
                self._problems.add(
                    "E085", place, "only silence has a length, and always has one", "silence: {after: 14d, go: step}"
                )
            go = value.get("go") if is_table else value
            after = value.text("after") if is_table else ""
            made.append(Outcome(name, self._names.target(part, go) if isinstance(go, Text) else NOWHERE, after))
        return tuple(made)

    def _schedule(self, part: Part, row: Entries, element: Fact | None) -> Schedule:
        return Schedule(self._rule(row, needs_lengths=True), self._names.anchor(part, row, "anchor", element))

    def _also(self, part: Part, entries: Entries, element: Fact | None) -> tuple[Branch, ...]:
        value = entries.get("also")
        rows = value if isinstance(value, list) else [] if value is None else [value]
        return tuple(self._branch(part, row, element) for row in rows)

    def _next(self, part: Part, entries: Entries, element: Fact | None) -> tuple[Branch, ...]:
        value = entries.get("next")
        if isinstance(value, Text):
            return (Branch(None, self._names.target(part, value)),)
        rows: list[Any] = value if isinstance(value, list) else []
        branches = tuple(self._branch(part, row, element) for row in rows)
        for place, row in enumerate(rows):
            self._check_arm(row, branches, is_last=place == len(rows) - 1)
        return branches

    def _check_arm(self, row: Entries, branches: tuple[Branch, ...], *, is_last: bool) -> None:
        keys = set(row.key_places)
        if "otherwise" in keys:
            if keys != {"otherwise"} or not is_last:
                self._problems.add("E081", row.place, "`otherwise` stands alone and last", "- {otherwise: step}")
        elif keys != {"when", "go"}:
            missing = "when" if "when" not in keys else "go"
            self._problems.add("E021", row.place, f"a branch needs the key '{missing}'", "- {when: …, go: step}")
        elif is_last:
            left = self._uncovered(branches)
            what = f"not covered: {', '.join(left)}" if left else "an unknown answer would lead nowhere"
            message = f"the branches do not end in `otherwise`; {what}"
            self._problems.add("E081", row.place, message, "add - {otherwise: step}")

    def _uncovered(self, branches: tuple[Branch, ...]) -> list[str]:
        """Return the choices that no branch names, where all branches look at one choice."""
        chosen = [conditions.chosen_values(branch.when) for branch in branches if branch.when is not None]
        facts = {name for name, _ in chosen}
        fact = self._names.facts.get(facts.pop()) if len(facts) == 1 else None
        named = {value for _, values in chosen for value in values}
        return [choice.value for choice in fact.choices if choice.value not in named] if fact is not None else []

    def _branch(self, part: Part, row: Text | Entries, element: Fact | None) -> Branch:
        if isinstance(row, Text):
            return Branch(None, self._names.target(part, row))
        go = row.get("go", row.get("otherwise"))
        return Branch(
            self._names.condition(part, row, "when", element),
            self._names.target(part, go) if isinstance(go, Text) else NOWHERE,
        )

    def watches(self, part: Part) -> Iterable[Watch]:
        """Return the watches of a part that can be used."""
        for row in part.rows("watch"):
            when = self._names.condition(part, row, "when")
            target = row.get("open")
            go = self._names.target(part, target) if isinstance(target, Text) else NOWHERE
            if when is not None and go:
                yield Watch(when, go)

    def deadlines(self, part: Part) -> Iterable[Deadline]:
        """Return the deadlines of a part."""
        seen: set[str] = set()
        for row in part.rows("deadlines"):
            element = self._names.element(part, row)
            name = row.text("id")
            if name in seen:
                self._problems.add("E040", row.place_of("id"), f"the deadline '{name}' is declared twice")
            seen.add(name)
            self._names.places["deadline", part.step_id(name)] = row.place
            yield Deadline(
                id=part.step_id(name),
                rule=self._rule(row, needs_lengths=False),
                title=row.text("title"),
                anchor=self._names.anchor(part, row, "anchor", element),
                for_each=element.id if element is not None else "",
                when=self._names.condition(part, row, "when", element),
                screen_date=self._names.anchor(part, row, "screen_date", element),
                done_if=self._names.condition(part, row, "done_if", element),
                done_note=row.text("done_note"),
                note=row.text("note"),
            )

    def gates(self, part: Part) -> list[Gate]:
        """Return the gates of a part."""
        gates = part.entries.table("gates")
        made = []
        for name, entries in gates.items():
            needs = self._names.condition(part, entries, "needs")
            made.append(
                Gate(
                    id=name,
                    title=entries.text("title"),
                    needs=needs or Expression("false"),
                    why=entries.text("why"),
                    holds=entries.texts("holds") if "holds" in entries.key_places else ("letters", "packets"),
                    override=entries.text("override", "helper"),
                )
            )
        return made
