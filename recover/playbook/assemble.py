"""Read files to one `Playbook`: includes resolved, names qualified, conditions parsed.

Everything that names something else is checked here, where the place is known; what concerns the whole (reachable,
covered, in force) is left to `checks`. Where something is faulty, what depends on it is excused, so that one mistake
gives one problem.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from recover.playbook import conditions, grammar, values
from recover.playbook.conditions import Scope, StepNames
from recover.playbook.library import Library, Source
from recover.playbook.model import (
    Branch,
    ChecklistItem,
    Choice,
    Deadline,
    EvidenceNeed,
    Expression,
    Fact,
    FactType,
    FirstAid,
    Gate,
    LetterUse,
    Outcome,
    Playbook,
    Schedule,
    Sensitivity,
    Step,
    Triage,
    Wait,
    Watch,
)
from recover.playbook.problems import Place, Problems
from recover.playbook.reader import Text
from recover.playbook.registry import read_registry
from recover.playbook.shapes import Entries

NOWHERE = ""
"""The target of an exit that nobody continues."""


@dataclass(slots=True)
class Part:
    """One file as it stands in a playbook: under the name of its include, or bare."""

    source: Source
    prefix: str = ""
    exits: dict[str, str] = field(default_factory=dict)
    """Exit id → qualified step; filled once every part is known."""
    has_then: bool = False
    place: Place | None = None
    """Where the include stands."""

    @property
    def is_group(self) -> bool:
        """Say whether the file is a group."""
        return "group" in self.source.entries.key_places

    @property
    def entries(self) -> Entries:
        """Return the file's values."""
        return self.source.entries

    def step_id(self, name: str) -> str:
        """Return the qualified id of an own step."""
        return f"{self.prefix}.{name}" if self.prefix else name


@dataclass(slots=True)
class Assembly:
    """A playbook with the places of its parts, for the checks that look at the whole."""

    playbook: Playbook
    places: dict[tuple[str, str], Place]
    """(`step` | `fact` | `gate` | `deadline` | `include`, id) → place; of a fact's key `id:key`, a column `id/name`."""
    own_steps: frozenset[str]
    """Steps of the file that is looked at, not of what it includes."""


def assemble_playbook(source: Source, library: Library) -> Assembly:
    """Return the playbook a file describes, as whole as its faults allow; problems go to the library's list."""
    return _Assembler(library, source, is_group=False).build()


def assemble_group(source: Source, library: Library) -> Assembly:
    """Return a group as if a playbook included it alone, so that it can be checked by itself."""
    return _Assembler(library, source, is_group=True).build()


class _Assembler:
    def __init__(self, library: Library, source: Source, *, is_group: bool) -> None:
        self._library = library
        self._problems: Problems = library.problems
        self._source = source
        self._main = Part(source, source.namespace if is_group else "")
        self._is_group = is_group
        self._parts: dict[str, Part] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._facts: dict[str, Fact] = {}
        self._excused: set[str] = set()
        self._steps: dict[str, StepNames] = {}
        self._gates: dict[str, str] = {}
        self._letters = library.letters()
        registry, _ = read_registry(library)
        self._channels = frozenset(channel.id for channel in registry.channels)
        self._rules = {rule.id: rule for rule in registry.rules}

    # --- the whole ------------------------------------------------------------------------------------------------

    def build(self) -> Assembly:
        self._include()
        files = self._files()
        for part in files:
            self._declare_facts(part)
            self._declare_gates(part)
        for part in self._every_part():
            self._declare_steps(part)
        self._connect_exits()
        for part in files:
            self._finish_facts(part)
        entries = self._source.entries
        steps = tuple(step for part in self._every_part() for step in self._part_steps(part))
        playbook = Playbook(
            id=entries.text("playbook") or entries.text("group"),
            version=entries.text("version"),
            title=entries.text("title"),
            summary=entries.text("summary"),
            reviewed=entries.text("reviewed"),
            valid_until=entries.text("valid_until"),
            first_aid=FirstAid(entries.table("first_aid").text("title"), entries.table("first_aid").texts("lines")),
            triage=_triage(entries.table("triage")),
            start=self._start(),
            facts=tuple(self._facts.values()) if not self._is_group else self._own_facts(),
            gates=tuple(gate for part in files for gate in self._part_gates(part)),
            steps=steps,
            deadlines=tuple(each for part in self._every_part() for each in self._deadlines(part)),
            watch=tuple(each for part in self._every_part() for each in self._watches(part)),
            authors=entries.texts("authors"),
            revoked=entries.text("revoked"),
            derived_from=entries.table("derived_from").text("playbook"),
            sources=tuple(sorted((part.source.name, part.source.sha256) for part in files)),
        )
        own = frozenset(
            self._main.step_id(step.text("id")) for step in self._rows(self._main, "steps") if step.text("id")
        )
        return Assembly(playbook, self._places, own)

    def _own_facts(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self._facts.values() if fact.id.startswith(self._source.namespace + "."))

    def _every_part(self) -> list[Part]:
        return [*self._parts.values(), self._main]

    def _files(self) -> list[Part]:
        """Return one part per file: a group included twice declares its facts and gates once."""
        return list({part.source.name: part for part in self._every_part()}.values())

    @staticmethod
    def _rows(part: Part, key: str) -> list[Entries]:
        return [row for row in part.entries.rows(key) if isinstance(row, Entries)]

    # --- includes -------------------------------------------------------------------------------------------------

    def _include(self) -> None:
        includes = self._source.entries.table("include")
        for name, include in includes.items():
            place = includes.key_places[name]
            self._places["include", name] = place
            if "use" not in include:
                continue
            source = self._library.group(include.text("use"), include.place_of("use"))
            if source is not None:
                self._parts[name] = Part(source, name, has_then="then" in include.key_places, place=place)
        self._check_namespaces()
        included = {part.source.namespace for part in self._parts.values()}
        for part in self._parts.values():
            for used in part.entries.texts("uses"):
                if used not in included:
                    self._problems.add(
                        "E048",
                        part.place or part.source.place,
                        f"the group '{part.source.namespace}' uses '{used}', which is not included",
                        f"include: {{{used}: {{use: shared/{used.replace('_', '-')}}}}}",
                    )
                    self._excuse_group(used)

    def _check_namespaces(self) -> None:
        """Two files must not share one namespace: their facts would be one another's."""
        owners = {self._source.namespace: self._source.name}
        for part in self._parts.values():
            owner = owners.setdefault(part.source.namespace, part.source.name)
            if owner != part.source.name and part.place is not None:
                message = f"'{part.source.namespace}' is the name of two files: {owner} and {part.source.name}"
                self._problems.add("E040", part.place, message, "rename the group")

    def _excuse_group(self, identifier: str) -> None:
        source = self._library.group_called(identifier)
        if source is not None:
            self._excused.update(f"{identifier}.{name}" for name in source.entries.table("facts"))
            for gate in source.entries.table("gates").key_places:
                self._gates.setdefault(gate, source.name)

    def _connect_exits(self) -> None:
        includes = self._source.entries.table("include")
        for name, part in self._parts.items():
            then = includes[name].get("then")
            exits = part.entries.texts("exits") or ("done",)
            if isinstance(then, Text):
                if "done" not in exits:
                    self._problems.add(
                        "E053",
                        then.place,
                        f"the group has no exit 'done'; its exits are {', '.join(exits)}",
                        "then: {exit_id: step}",
                    )
                part.exits["done"] = self._target(self._main, then)
            elif isinstance(then, Entries):
                for exit_id, target in then.items():
                    if exit_id not in exits:
                        place = then.key_places[exit_id]
                        self._problems.add(
                            "E051",
                            place,
                            f"the group '{part.source.namespace}' has no exit '{exit_id}'",
                            "its exits are " + ", ".join(exits),
                        )
                    part.exits[exit_id] = self._target(self._main, target)

    def _start(self) -> str:
        key = "entry" if self._is_group else "start"
        start = self._source.entries.get(key)
        return self._target(self._main, start) if isinstance(start, Text) else NOWHERE

    # --- facts ----------------------------------------------------------------------------------------------------

    def _declare_facts(self, part: Part) -> None:
        facts = part.entries.table("facts")
        for name, entries in facts.items():
            full = f"{part.source.namespace}.{name}"
            self._places["fact", full] = facts.key_places[name]
            self._place_keys(full, entries)
            self._facts[full] = self._fact(full, entries)
            if not entries.is_whole or not entries.table("choices").is_whole or not entries.table("fields").is_whole:
                self._excused.add(full)
        if not facts.is_whole:
            missing = set(facts.key_places) - set(facts)
            self._excused.update(f"{part.source.namespace}.{name}" for name in missing)

    def _place_keys(self, full: str, entries: Entries) -> None:
        for key in entries.key_places:
            self._places["fact", f"{full}:{key}"] = entries.place_of(key)
        columns = entries.table("fields")
        for column, inner in columns.items():
            self._places["fact", f"{full}/{column}"] = columns.key_places[column]
            self._place_keys(f"{full}/{column}", inner)

    def _fact(self, full: str, entries: Entries) -> Fact:
        type_ = FactType(entries.text("type", "text"))
        columns = entries.table("fields")
        fields: tuple[Fact, ...] = tuple(self._fact(name, column) for name, column in columns.items())
        needs = entries.texts("needs")
        return Fact(
            id=full,
            type=type_,
            ask=entries.text("ask"),
            why=entries.text("why"),
            help=entries.text("help"),
            choices=tuple(Choice(value, str(label)) for value, label in entries.table("choices").items()),
            default=entries.text("default") or None,
            sensitivity=Sensitivity(entries.text("sensitivity", "case")),
            optional=entries.flag("optional"),
            partial=entries.flag("partial"),
            pattern=entries.text("pattern"),
            least=entries.number("least"),
            most=entries.number("most"),
            fields=fields if type_ is FactType.LIST else values.members_of(type_, needs),
            key=entries.text("key"),
            needs=needs,
            means=entries.text("means"),
        )

    def _finish_facts(self, part: Part) -> None:
        """Attach the conditions, which may name facts declared later."""
        facts = part.entries.table("facts")
        for name, entries in facts.items():
            full = f"{part.source.namespace}.{name}"
            fact = self._facts[full]
            columns = entries.table("fields")
            if fact.type is FactType.LIST and columns:
                fields = tuple(
                    replace(column, visible_if=self._condition(part, columns[column.id], "visible_if", element=fact))
                    for column in fact.fields
                    if column.id in columns
                )
                fact = replace(fact, fields=fields)
            self._facts[full] = replace(fact, visible_if=self._condition(part, entries, "visible_if"))

    # --- names ----------------------------------------------------------------------------------------------------

    def _declare_gates(self, part: Part) -> None:
        gates = part.entries.table("gates")
        for name, place in gates.key_places.items():
            if name in grammar.ENGINE_GATES:
                self._problems.add("E049", place, f"the gate '{name}' belongs to the engine", "choose another id")
            elif name in self._gates:
                self._problems.add(
                    "E040", place, f"the gate '{name}' is declared twice", f"also in {self._gates[name]}"
                )
            self._gates[name] = place.path
            self._places["gate", name] = place

    def _declare_steps(self, part: Part) -> None:
        for step in self._rows(part, "steps"):
            name = step.text("id")
            if not name:
                continue
            full = part.step_id(name)
            place = step.place_of("id")
            if full in self._steps:
                first = self._places["step", full].line
                self._problems.add("E040", place, f"the step '{name}' is declared twice", f"also on line {first}")
            if not part.is_group and name in self._source.entries.table("include").key_places:
                self._problems.add("E040", place, f"'{name}' is an include and a step", "rename one of them")
            self._places.setdefault(("step", full), place)
            self._steps[full] = StepNames(
                full,
                frozenset(step.table("outcomes").key_places),
                frozenset(item.text("id") for item in step.rows("do") if isinstance(item, Entries)),
            )

    def _step_named(self, part: Part, name: str) -> str | None:
        """Return the qualified id of the step a name means in a file; None when there is none."""
        own = part.step_id(name)
        if own in self._steps:
            return own
        if part.is_group:
            return None
        if name in self._parts:
            group = self._parts[name]
            return group.step_id(group.entries.text("entry"))
        return name if name in self._steps else None

    def _target(self, part: Part, name: Text) -> str:
        """Return where a `go` leads; record a problem and return nowhere if it leads to nothing."""
        word = str(name)
        if word == "exit" or word.startswith("exit."):
            return self._exit(part, name, word.partition(".")[2] or "done")
        found = self._step_named(part, word)
        if found is not None:
            return found
        if self._is_excused_step(part, word):
            return NOWHERE
        known = self._known_steps(part)
        near = difflib.get_close_matches(word, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "a step's id, or an include's name"
        self._problems.add("E042", name.place, f"there is no step '{word}'", hint)
        return NOWHERE

    def _exit(self, part: Part, name: Text, exit_id: str) -> str:
        if not part.is_group:
            self._problems.add("E052", name.place, "only a group has exits", "go to a step, or use `end`")
            return NOWHERE
        exits = part.entries.texts("exits") or ("done",)
        if exit_id not in exits:
            self._problems.add(
                "E051", name.place, f"this group has no exit '{exit_id}'", "its exits are " + ", ".join(exits)
            )
            return NOWHERE
        if part.has_then and exit_id not in part.exits and part.place is not None:
            self._problems.add(
                "E053",
                part.place,
                f"the exit '{exit_id}' of '{part.prefix}' leads nowhere",
                f"then: {{{exit_id}: step}}",
            )
        return part.exits.get(exit_id, NOWHERE)

    def _known_steps(self, part: Part) -> list[str]:
        if part.is_group:
            names = [full.partition(".")[2] for full in self._steps if full.startswith(part.prefix + ".")]
            return [*names, "exit"]
        return [*self._steps, *self._parts]

    def _is_excused_step(self, part: Part, name: str) -> bool:
        """Say whether a step may be missing only because something else is wrong."""
        includes = self._source.entries.table("include")
        if not part.is_group and name.partition(".")[0] in includes.key_places:
            return name.partition(".")[0] not in self._parts
        steps = part.entries.rows("steps")
        return any("id" not in step for step in steps if isinstance(step, Entries))

    # --- conditions -----------------------------------------------------------------------------------------------

    def _visible(self, part: Part) -> dict[str, Fact]:
        """Return the facts a file may name: its own, and those of the groups it includes or uses."""
        if part.is_group:
            spaces = {part.source.namespace, *part.entries.texts("uses")}
            self._load_used(part)
        else:
            spaces = {self._main.source.namespace, *(each.source.namespace for each in self._parts.values())}
        return {full: fact for full, fact in self._facts.items() if full.partition(".")[0] in spaces}

    def _load_used(self, part: Part) -> None:
        """Declare facts of groups that a lone group uses, for a group that is checked by itself."""
        if not self._is_group:
            return
        for used in part.entries.texts("uses"):
            if any(full.startswith(used + ".") for full in self._facts):
                continue
            source = self._library.group_called(used)
            if source is None:
                place = next((row.place for row in part.entries.rows("uses") if str(row) == used), part.source.place)
                self._problems.add("E043", place, f"there is no group '{used}'", "groups stand in playbooks/shared")
                continue
            for name, entries in source.entries.table("facts").items():
                self._facts[f"{used}.{name}"] = self._fact(f"{used}.{name}", entries)
            for name in source.entries.table("gates").key_places:
                self._gates.setdefault(name, source.name)

    def _scope(self, part: Part, element: Fact | None) -> Scope:
        broken = not part.entries.is_whole and "facts" not in part.entries and "facts" in part.entries.key_places
        unknown_groups = any(self._library.group_called(used) is None for used in part.entries.texts("uses"))
        missing_include = len(self._parts) < len(self._source.entries.table("include").key_places)
        return Scope(
            namespace=part.source.namespace,
            facts=self._visible(part),
            element=element,
            excused=frozenset(self._excused),
            excuse_all=broken or unknown_groups or missing_include,
            step=lambda name: self._steps.get(self._step_named(part, name) or ""),
            letters=self._letters,
        )

    def _condition(self, part: Part, entries: Entries, key: str, element: Fact | None = None) -> Expression | None:
        text = entries.get(key)
        if not isinstance(text, Text):
            return None
        expression, findings = conditions.check(str(text), self._scope(part, element))
        for finding in findings:
            self._problems.add(finding.code, text.place_of(finding.offset), finding.message, finding.hint)
        if expression is None and "when" in key:
            return Expression("false")
        return expression

    def _name(self, part: Part, name: Text, element: Fact | None) -> str:
        """Return a fact's qualified id as `ask` and anchors write it, with a problem if there is none."""
        _, findings = conditions.check(f"answered({name})", self._scope(part, element))
        for finding in findings:
            self._problems.add(finding.code, name.place, finding.message, finding.hint)
        if str(name).startswith("item."):
            return str(name)
        return self._scope(part, element).qualified(str(name))

    def _fact_of(self, part: Part, name: str, element: Fact | None) -> Fact | None:
        if name.startswith("item."):
            columns = element.fields if element is not None else ()
            return next((column for column in columns if column.id == name[5:]), None)
        return self._visible(part).get(name)

    # --- gates and steps ------------------------------------------------------------------------------------------

    def _part_gates(self, part: Part) -> list[Gate]:
        gates = part.entries.table("gates")
        made = []
        for name, entries in gates.items():
            needs = self._condition(part, entries, "needs")
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

    def _part_steps(self, part: Part) -> list[Step]:
        return [self._step(part, entries) for entries in self._rows(part, "steps") if entries.text("id")]

    def _element(self, part: Part, entries: Entries) -> Fact | None:
        """Return the list of a `for_each`; a name that is no list is a problem."""
        name = entries.get("for_each")
        if not isinstance(name, Text):
            return None
        full = self._name(part, name, None)
        fact = self._visible(part).get(full)
        if fact is not None and fact.type is not FactType.LIST and full not in self._excused:
            self._problems.add("E065", name.place, f"'{name}' is a {fact.type} question, no list", "for_each: a list")
            return None
        return fact

    def _step(self, part: Part, entries: Entries) -> Step:
        element = self._element(part, entries)
        self._check_gates(entries)
        return Step(
            id=part.step_id(entries.text("id")),
            title=entries.text("title"),
            say=entries.text("say"),
            tell=entries.text("tell"),
            for_each=element.id if element is not None else "",
            visible_if=self._condition(part, entries, "visible_if", element),
            hidden_because=entries.text("hidden_because"),
            gates=entries.texts("gate"),
            race=entries.flag("race"),
            ask=tuple(self._name(part, name, element) for name in entries.rows("ask") if isinstance(name, Text)),
            do=tuple(self._item(part, row, element) for row in entries.rows("do")),
            evidence=tuple(self._evidence(part, row, element, entries.text("id")) for row in entries.rows("evidence")),
            letters=tuple(self._letter(row) for row in entries.rows("letter")),
            wait=self._wait(part, entries),
            outcomes=self._outcomes(part, entries),
            schedule=tuple(self._schedule(part, row, element) for row in entries.rows("schedule")),
            also=self._also(part, entries, element),
            next=self._next(part, entries, element),
            end=entries.text("end"),
        )

    def _check_gates(self, entries: Entries) -> None:
        for gate in entries.rows("gate"):
            if isinstance(gate, Text) and str(gate) not in self._gates and str(gate) not in grammar.ENGINE_GATES:
                known = [*self._gates, *grammar.ENGINE_GATES]
                near = difflib.get_close_matches(str(gate), known, n=1)
                hint = f"did you mean {near[0]}?" if near else "declare it under gates"
                self._problems.add("E044", gate.place, f"there is no gate '{gate}'", hint)

    def _item(self, part: Part, row: Entries, element: Fact | None) -> ChecklistItem:
        visible = self._condition(part, row, "visible_if", element)
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
            before=self._target(part, before) if isinstance(before, Text) else "",
            if_missing=row.text("if_missing", "explain"),
            sensitivity_class=row.text("class", "ordinary"),
            visible_if=self._condition(part, row, "visible_if", element),
        )

    def _letter(self, row: Entries) -> LetterUse:
        template = row.get("template")
        if isinstance(template, Text) and str(template) not in self._letters:
            near = difflib.get_close_matches(str(template), sorted(self._letters), n=1)
            hint = f"did you mean {near[0]}?" if near else f"write templates/letters/{template}.en.md"
            self._problems.add("E047", template.place, f"there is no letter '{template}'", hint)
        channel = row.get("channel")
        if isinstance(channel, Text) and str(channel) not in self._channels:
            near = difflib.get_close_matches(str(channel), sorted(self._channels), n=1)
            hint = f"did you mean {near[0]}?" if near else "add it to playbooks/facts/channels"
            self._problems.add("E046", channel.place, f"there is no channel '{channel}'", hint)
        return LetterUse(row.text("template"), row.text("channel"), row.flag("optional"), row.text("once_per"))

    def _rule(self, row: Entries, *, needs_lengths: bool) -> str:
        rule = row.get("rule")
        if not isinstance(rule, Text):
            return ""
        if str(rule) not in self._rules:
            near = difflib.get_close_matches(str(rule), sorted(self._rules), n=1)
            hint = f"did you mean {near[0]}?" if near else "add it to playbooks/facts/rules.yaml"
            self._problems.add("E045", rule.place, f"there is no rule '{rule}'", hint)
        elif needs_lengths and not self._rules[str(rule)].lengths:
            self._problems.add("E088", rule.place, f"the rule '{rule}' has no lengths", "a schedule needs lengths")
        return str(rule)

    def _wait(self, part: Part, entries: Entries) -> Wait | None:
        wait = entries.get("wait")
        if not isinstance(wait, Entries):
            return None
        target = wait.get("for")
        return Wait(self._target(part, target) if isinstance(target, Text) else "", wait.texts("remind"))

    def _outcomes(self, part: Part, entries: Entries) -> tuple[Outcome, ...]:
        outcomes = entries.table("outcomes")
        made = []
        for name, value in outcomes.items():
            place = outcomes.key_places[name]
            if name not in grammar.OUTCOMES:
                near = difflib.get_close_matches(name, grammar.OUTCOMES, n=1)
                hint = f"did you mean {near[0]}?" if near else "there are " + ", ".join(grammar.OUTCOMES)
                self._problems.add("E084", place, f"'{name}' is not in the catalogue of outcomes", hint)
            is_table = isinstance(value, Entries)
            if is_table is not (name == "silence"):
                self._problems.add(
                    "E085", place, "only silence has a length, and always has one", "silence: {after: 14d, go: step}"
                )
            go = value.get("go") if is_table else value
            after = value.text("after") if is_table else ""
            made.append(Outcome(name, self._target(part, go) if isinstance(go, Text) else NOWHERE, after))
        return tuple(made)

    def _schedule(self, part: Part, row: Entries, element: Fact | None) -> Schedule:
        return Schedule(self._rule(row, needs_lengths=True), self._anchor(part, row, "anchor", element))

    def _anchor(self, part: Part, row: Entries, key: str, element: Fact | None) -> str:
        """Return the fact that gives a date; another type is a problem."""
        name = row.get(key)
        if not isinstance(name, Text):
            return ""
        full = self._name(part, name, element)
        fact = self._fact_of(part, full, element)
        dates = (FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT)
        if fact is not None and full not in self._excused and fact.type not in dates:
            self._problems.add(
                "E089",
                name.place,
                f"'{name}' is a {fact.type} question and gives no date",
                "an anchor is a date, a partial-date or an instant",
            )
        return full

    def _also(self, part: Part, entries: Entries, element: Fact | None) -> tuple[Branch, ...]:
        value = entries.get("also")
        rows = value if isinstance(value, list) else [] if value is None else [value]
        return tuple(self._branch(part, row, element) for row in rows)

    def _next(self, part: Part, entries: Entries, element: Fact | None) -> tuple[Branch, ...]:
        value = entries.get("next")
        if isinstance(value, Text):
            return (Branch(None, self._target(part, value)),)
        rows: list[Any] = value if isinstance(value, list) else []
        for place, row in enumerate(rows):
            self._check_arm(row, is_last=place == len(rows) - 1)
        return tuple(self._branch(part, row, element) for row in rows)

    def _check_arm(self, row: Entries, *, is_last: bool) -> None:
        keys = set(row.key_places)
        if "otherwise" in keys:
            if keys != {"otherwise"} or not is_last:
                self._problems.add("E081", row.place, "`otherwise` stands alone and last", "- {otherwise: step}")
        elif keys != {"when", "go"}:
            missing = "when" if "when" not in keys else "go"
            self._problems.add("E021", row.place, f"a branch needs the key '{missing}'", "- {when: …, go: step}")
        elif is_last:
            self._problems.add(
                "E081",
                row.place,
                "the branches do not end in `otherwise`: an unknown answer would lead nowhere",
                "add - {otherwise: step}",
            )

    def _branch(self, part: Part, row: Text | Entries, element: Fact | None) -> Branch:
        if isinstance(row, Text):
            return Branch(None, self._target(part, row))
        go = row.get("go", row.get("otherwise"))
        return Branch(
            self._condition(part, row, "when", element), self._target(part, go) if isinstance(go, Text) else NOWHERE
        )

    # --- beside the steps -----------------------------------------------------------------------------------------

    def _watches(self, part: Part) -> Iterable[Watch]:
        for row in self._rows(part, "watch"):
            when = self._condition(part, row, "when")
            target = row.get("open")
            go = self._target(part, target) if isinstance(target, Text) else NOWHERE
            if when is not None and go:
                yield Watch(when, go)

    def _deadlines(self, part: Part) -> Iterable[Deadline]:
        seen: set[str] = set()
        for row in self._rows(part, "deadlines"):
            element = self._element(part, row)
            name = row.text("id")
            if name in seen:
                self._problems.add("E040", row.place_of("id"), f"the deadline '{name}' is declared twice")
            seen.add(name)
            self._places["deadline", part.step_id(name)] = row.place
            yield Deadline(
                id=part.step_id(name),
                rule=self._rule(row, needs_lengths=False),
                title=row.text("title"),
                anchor=self._anchor(part, row, "anchor", element),
                for_each=element.id if element is not None else "",
                when=self._condition(part, row, "when", element),
                screen_date=self._anchor(part, row, "screen_date", element),
                done_if=self._condition(part, row, "done_if", element),
                done_note=row.text("done_note"),
                note=row.text("note"),
            )


def _triage(entries: Entries) -> Triage:
    return Triage(entries.text("says"), entries.texts("platforms"), entries.texts("incidents"))
