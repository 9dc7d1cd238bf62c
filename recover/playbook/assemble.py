"""Read files to one `Playbook`: includes resolved, names qualified, conditions parsed.

Everything that names something else is checked here, where the place is known; what concerns the whole (reachable,
covered, in force) is left to `checks`. Where something is faulty, what depends on it is excused, so that one mistake
gives one problem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from recover.playbook import grammar, values
from recover.playbook.conditions import StepNames
from recover.playbook.library import Library, Source
from recover.playbook.model import Choice, Fact, FactType, FirstAid, Playbook, Sensitivity
from recover.playbook.names import NOWHERE, Names, Part
from recover.playbook.problems import Place
from recover.playbook.reader import Text
from recover.playbook.shapes import Entries
from recover.playbook.steps import StepReader
from recover.playbook.triage import read_triage


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
    """Declares everything that has a name, then makes the values."""

    def __init__(self, library: Library, source: Source, *, is_group: bool) -> None:
        self._names = Names(library, source, is_group=is_group)
        self._problems = library.problems

    def build(self) -> Assembly:
        self._include()
        files = self._names.files()
        for part in files:
            self._declare_facts(part)
            self._declare_gates(part)
        for part in self._names.every_part():
            self._declare_steps(part)
        self._connect_exits()
        if self._names.is_group:
            self._load_used(self._names.main)
        for part in files:
            self._finish_facts(part)
        reader = StepReader(self._names)
        entries = self._names.source.entries
        steps = tuple(step for part in self._names.every_part() for step in reader.steps(part))
        playbook = Playbook(
            id=entries.text("playbook") or entries.text("group"),
            version=entries.text("version"),
            title=entries.text("title"),
            summary=entries.text("summary"),
            reviewed=entries.text("reviewed"),
            valid_until=entries.text("valid_until"),
            first_aid=FirstAid(entries.table("first_aid").text("title"), entries.table("first_aid").texts("lines")),
            triage=read_triage(entries.table("triage"), self._names.library, self._problems),
            start=self._start(),
            facts=tuple(self._names.facts.values()) if not self._names.is_group else self._own_facts(),
            gates=tuple(gate for part in files for gate in reader.gates(part)),
            steps=steps,
            deadlines=tuple(each for part in self._names.every_part() for each in reader.deadlines(part)),
            watch=tuple(each for part in self._names.every_part() for each in reader.watches(part)),
            authors=entries.texts("authors"),
            revoked=entries.text("revoked"),
            derived_from=entries.table("derived_from").text("playbook"),
            derived_version=entries.table("derived_from").text("version"),
            derived_sha256=entries.table("derived_from").text("sha256"),
            parts=tuple(
                (name, entries.table("include")[name].text("use"), part.source.namespace)
                for name, part in self._names.parts.items()
            ),
            sources=tuple(sorted((part.source.name, part.source.sha256) for part in files)),
            about_account=tuple(
                sorted(part.source.namespace for part in files if part.entries.text("about") == "account")
            ),
        )
        own = frozenset(
            self._names.main.step_id(step.text("id")) for step in self._names.main.rows("steps") if step.text("id")
        )
        return Assembly(playbook, self._names.places, own)

    def _own_facts(self) -> tuple[Fact, ...]:
        return tuple(
            fact for fact in self._names.facts.values() if fact.id.startswith(self._names.source.namespace + ".")
        )

    def _include(self) -> None:
        includes = self._names.source.entries.table("include")
        for name, include in includes.items():
            place = includes.key_places[name]
            self._names.places["include", name] = place
            if "use" not in include:
                continue
            source = self._names.library.group(include.text("use"), include.place_of("use"))
            if source is not None:
                self._names.parts[name] = Part(source, name, has_then="then" in include.key_places, place=place)
        self._check_namespaces()
        included = {part.source.namespace for part in self._names.parts.values()}
        for part in self._names.parts.values():
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
        owners = {self._names.source.namespace: self._names.source.name}
        for part in self._names.parts.values():
            owner = owners.setdefault(part.source.namespace, part.source.name)
            if owner != part.source.name and part.place is not None:
                message = f"'{part.source.namespace}' is the name of two files: {owner} and {part.source.name}"
                self._problems.add("E040", part.place, message, "rename the group")

    def _excuse_group(self, identifier: str) -> None:
        source = self._names.library.group_called(identifier)
        if source is not None:
            self._names.excused.update(f"{identifier}.{name}" for name in source.entries.table("facts"))
            for gate in source.entries.table("gates").key_places:
                self._names.gates.setdefault(gate, source.name)

    def _connect_exits(self) -> None:
        includes = self._names.source.entries.table("include")
        for name, part in self._names.parts.items():
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
                part.exits["done"] = self._names.target(self._names.main, then)
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
                    part.exits[exit_id] = self._names.target(self._names.main, target)

    def _start(self) -> str:
        key = "entry" if self._names.is_group else "start"
        start = self._names.source.entries.get(key)
        return self._names.target(self._names.main, start) if isinstance(start, Text) else NOWHERE

    def _declare_facts(self, part: Part) -> None:
        facts = part.entries.table("facts")
        for name, entries in facts.items():
            full = f"{part.source.namespace}.{name}"
            self._names.places["fact", full] = facts.key_places[name]
            self._place_keys(full, entries)
            self._names.facts[full] = self._fact(full, entries)
            if not entries.is_whole or not entries.table("choices").is_whole or not entries.table("fields").is_whole:
                self._names.excused.add(full)
        if not facts.is_whole:
            missing = set(facts.key_places) - set(facts)
            self._names.excused.update(f"{part.source.namespace}.{name}" for name in missing)

    def _place_keys(self, full: str, entries: Entries) -> None:
        for key in entries.key_places:
            self._names.places["fact", f"{full}:{key}"] = entries.place_of(key)
        columns = entries.table("fields")
        for column, inner in columns.items():
            self._names.places["fact", f"{full}/{column}"] = columns.key_places[column]
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
            people=entries.flag("people") if "people" in entries else None,
        )

    def _finish_facts(self, part: Part) -> None:
        """Attach the conditions, which may name facts declared later."""
        facts = part.entries.table("facts")
        for name, entries in facts.items():
            full = f"{part.source.namespace}.{name}"
            fact = self._names.facts[full]
            columns = entries.table("fields")
            if fact.type is FactType.LIST and columns:
                fields = tuple(
                    replace(
                        column, visible_if=self._names.condition(part, columns[column.id], "visible_if", element=fact)
                    )
                    for column in fact.fields
                    if column.id in columns
                )
                fact = replace(fact, fields=fields)
            self._names.facts[full] = replace(fact, visible_if=self._names.condition(part, entries, "visible_if"))

    def _declare_gates(self, part: Part) -> None:
        gates = part.entries.table("gates")
        for name, place in gates.key_places.items():
            if name in grammar.ENGINE_GATES:
                self._problems.add("E049", place, f"the gate '{name}' belongs to the engine", "choose another id")
            elif name in self._names.gates:
                self._problems.add(
                    "E040", place, f"the gate '{name}' is declared twice", f"also in {self._names.gates[name]}"
                )
            self._names.gates[name] = place.path
            self._names.places["gate", name] = place

    def _declare_steps(self, part: Part) -> None:
        for step in part.rows("steps"):
            name = step.text("id")
            if not name:
                continue
            full = part.step_id(name)
            place = step.place_of("id")
            if full in self._names.steps:
                first = self._names.places["step", full].line
                self._problems.add("E040", place, f"the step '{name}' is declared twice", f"also on line {first}")
            if not part.is_group and name in self._names.source.entries.table("include").key_places:
                self._problems.add("E040", place, f"'{name}' is an include and a step", "rename one of them")
            self._names.places.setdefault(("step", full), place)
            self._names.steps[full] = StepNames(
                full,
                frozenset(step.table("outcomes").key_places),
                frozenset(item.text("id") for item in step.rows("do") if isinstance(item, Entries)),
            )

    def _load_used(self, part: Part) -> None:
        """Declare facts of groups that a lone group uses, for a group that is checked by itself."""
        for used in part.entries.texts("uses"):
            if any(full.startswith(used + ".") for full in self._names.facts):
                continue
            source = self._names.library.group_called(used)
            if source is None:
                place = next((row.place for row in part.entries.rows("uses") if str(row) == used), part.source.place)
                self._problems.add("E043", place, f"there is no group '{used}'", "groups stand in playbooks/shared")
                continue
            for name, entries in source.entries.table("facts").items():
                self._names.facts[f"{used}.{name}"] = self._fact(f"{used}.{name}", entries)
            for name in source.entries.table("gates").key_places:
                self._names.gates.setdefault(name, source.name)
