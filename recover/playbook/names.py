"""What names mean in one file of a playbook: steps, exits, facts, columns, conditions.

A file sees its own things, those of the groups it includes or uses, and nothing else. A name that means nothing is a
problem at its place, unless something else that is faulty could explain it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from recover.playbook import conditions
from recover.playbook.conditions import Scope, StepNames
from recover.playbook.library import Library, Source
from recover.playbook.model import Expression, Fact, FactType
from recover.playbook.problems import Place, Problems, nearest
from recover.playbook.reader import Text
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

    def rows(self, key: str) -> list[Entries]:
        """Return the mappings of a list, such as the steps."""
        return [row for row in self.entries.rows(key) if isinstance(row, Entries)]

    def step_id(self, name: str) -> str:
        """Return the qualified id of an own step."""
        return f"{self.prefix}.{name}" if self.prefix else name


class Names:
    """The names of a playbook that is being put together, and what they mean in each of its parts.

    `facts`, `steps` and `gates` fill while the files are declared; `places` remembers where each thing stands, by
    (`step` | `fact` | `gate` | `deadline` | `include`, id).
    """

    def __init__(self, library: Library, source: Source, *, is_group: bool) -> None:
        self.library = library
        self.problems: Problems = library.problems
        self.source = source
        self.is_group = is_group
        self.main = Part(source, source.namespace if is_group else "")
        self.parts: dict[str, Part] = {}
        self.places: dict[tuple[str, str], Place] = {}
        self.facts: dict[str, Fact] = {}
        self.excused: set[str] = set()
        """Facts that are declared but faulty."""
        self.steps: dict[str, StepNames] = {}
        self.gates: dict[str, str] = {}
        """Gate → the file that declares it."""
        self.letters = library.letters()

    def every_part(self) -> list[Part]:
        """Return the included files, then the file itself."""
        return [*self.parts.values(), self.main]

    def files(self) -> list[Part]:
        """Return one part per file: a group included twice declares its facts and gates once."""
        return list({part.source.name: part for part in self.every_part()}.values())

    def _step_named(self, part: Part, name: str) -> str | None:
        """Return the qualified id of the step a name means in a file; None when there is none."""
        own = part.step_id(name)
        if own in self.steps:
            return own
        if part.is_group:
            return None
        if name in self.parts:
            group = self.parts[name]
            return group.step_id(group.entries.text("entry"))
        return name if name in self.steps else None

    def target(self, part: Part, name: Text) -> str:
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
        near = nearest(word, known)
        hint = f"did you mean {near}?" if near else "a step's id, or an include's name"
        self.problems.add("E042", name.place, f"there is no step '{word}'", hint)
        return NOWHERE

    def _exit(self, part: Part, name: Text, exit_id: str) -> str:
        if not part.is_group:
            self.problems.add("E052", name.place, "only a group has exits", "go to a step, or use `end`")
            return NOWHERE
        exits = part.entries.texts("exits") or ("done",)
        if exit_id not in exits:
            self.problems.add(
                "E051", name.place, f"this group has no exit '{exit_id}'", "its exits are " + ", ".join(exits)
            )
            return NOWHERE
        if part.has_then and exit_id not in part.exits and part.place is not None:
            self.problems.add(
                "E053",
                part.place,
                f"the exit '{exit_id}' of '{part.prefix}' leads nowhere",
                f"then: {{{exit_id}: step}}",
            )
        return part.exits.get(exit_id, NOWHERE)

    def _known_steps(self, part: Part) -> list[str]:
        if part.is_group:
            names = [full.partition(".")[2] for full in self.steps if full.startswith(part.prefix + ".")]
            return [*names, "exit"]
        return [*self.steps, *self.parts]

    def _is_excused_step(self, part: Part, name: str) -> bool:
        """Say whether a step may be missing only because something else is wrong."""
        includes = self.source.entries.table("include")
        if not part.is_group and name.partition(".")[0] in includes.key_places:
            return name.partition(".")[0] not in self.parts
        steps = part.entries.rows("steps")
        return any("id" not in step for step in steps if isinstance(step, Entries))

    def visible(self, part: Part) -> dict[str, Fact]:
        """Return the facts a file may name: its own, and those of the groups it includes or uses."""
        if part.is_group:
            spaces = {part.source.namespace, *part.entries.texts("uses")}
        else:
            spaces = {self.main.source.namespace, *(each.source.namespace for each in self.parts.values())}
        return {full: fact for full, fact in self.facts.items() if full.partition(".")[0] in spaces}

    def _scope(self, part: Part, element: Fact | None) -> Scope:
        broken = not part.entries.is_whole and "facts" not in part.entries and "facts" in part.entries.key_places
        unknown_groups = any(self.library.group_called(used) is None for used in part.entries.texts("uses"))
        missing_include = len(self.parts) < len(self.source.entries.table("include").key_places)
        return Scope(
            namespace=part.source.namespace,
            facts=self.visible(part),
            element=element,
            excused=frozenset(self.excused),
            excuse_all=broken or unknown_groups or missing_include,
            step=lambda name: self.steps.get(self._step_named(part, name) or ""),
            letters=self.letters,
        )

    def condition(self, part: Part, entries: Entries, key: str, element: Fact | None = None) -> Expression | None:
        """Return a condition with full names; a faulty `when` is never true, any other faulty one is left out."""
        text = entries.get(key)
        if not isinstance(text, Text):
            return None
        expression, findings = conditions.check(str(text), self._scope(part, element))
        for finding in findings:
            self.problems.add(finding.code, text.place_of(finding.offset), finding.message, finding.hint)
        if expression is None and "when" in key:
            return Expression("false")
        return expression

    def name(self, part: Part, name: Text, element: Fact | None) -> str:
        """Return a fact's qualified id as `ask` and anchors write it, with a problem if there is none."""
        _, findings = conditions.check(f"answered({name})", self._scope(part, element))
        for finding in findings:
            self.problems.add(finding.code, name.place, finding.message, finding.hint)
        if str(name).startswith("item."):
            return str(name)
        return self._scope(part, element).qualified(str(name))

    def fact_of(self, part: Part, name: str, element: Fact | None) -> Fact | None:
        """Return the fact or column that a qualified name means."""
        if name.startswith("item."):
            columns = element.fields if element is not None else ()
            return next((column for column in columns if column.id == name[5:]), None)
        return self.visible(part).get(name)

    def element(self, part: Part, entries: Entries) -> Fact | None:
        """Return the list of a `for_each`; a name that is no list is a problem."""
        name = entries.get("for_each")
        if not isinstance(name, Text):
            return None
        full = self.name(part, name, None)
        fact = self.visible(part).get(full)
        if fact is not None and fact.type is not FactType.LIST and full not in self.excused:
            self.problems.add("E065", name.place, f"'{name}' is a {fact.type} question, no list", "for_each: a list")
            return None
        return fact

    def anchor(self, part: Part, row: Entries, key: str, element: Fact | None) -> str:
        """Return the fact that gives a date; another type is a problem."""
        name = row.get(key)
        if not isinstance(name, Text):
            return ""
        full = self.name(part, name, element)
        fact = self.fact_of(part, full, element)
        dates = (FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT)
        if fact is not None and full not in self.excused and fact.type not in dates:
            self.problems.add(
                "E089",
                name.place,
                f"'{name}' is a {fact.type} question and gives no date",
                "an anchor is a date, a partial-date or an instant",
            )
        return full
