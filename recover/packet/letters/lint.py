"""Lint for letters: everything that can be known before a case exists, all faults at once, with file, line and code.

With a playbook: unknown facts, members and columns, values that no choice has, and values printed without being
promised (`needs`) or asked for (`if`), so that a letter cannot fail on a client's missing answer. With a registry:
unknown clauses. What a letter may print but does not need can belong to another playbook that offers it as well: in
this one it is simply not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recover.errors import TemplateError
from recover.frozen import frozen
from recover.packet.letters import language as lang
from recover.packet.letters import sameness
from recover.packet.letters.attribution import asked, unattributed
from recover.packet.letters.fill import Filled
from recover.packet.letters.front_matter import (
    ALWAYS_THERE,
    BUILT_IN,
    ROW_MEMBERS,
    InvalidLetterError,
    LetterTemplate,
    Slot,
    adopted,
    bind,
    load_letter,
)
from recover.packet.letters.markup import parse_markdown, placeholder
from recover.packet.tree import count_words
from recover.playbook import expressions
from recover.playbook.grammar import MEANINGS
from recover.playbook.model import Fact, FactType, Playbook, Registry, Sensitivity
from recover.playbook.problems import Place, Problem, Problems
from recover.playbook.values import members_of

CODES: Mapping[str, str] = {
    "E160": "the file's name and its front matter do not agree",
    "E161": "a field of a form is a slot or the body, not both",
    "E162": "a name that is always there cannot be a slot",
    "E163": "a slot has exactly one source",
    "E164": "an option does not fit the slot's source",
    "E165": "the text is outside the template language, or Markdown that letters do not have",
    "E166": "a name is not declared, or has no such member",
    "E167": "a fact, column, clause or choice does not exist",
    "E168": "a value may be missing here: name it under `needs` or print it inside an `if`",
    "E169": "a fact that is secret to us cannot be printed",
    "E170": "an event is printed without its `basis`, so what somebody else claims would read as a fact",
    **sameness.CODES,
    "W162": "a sentence prints an answer and neither cites an exhibit nor says whose statement it is",
    "W161": "the text alone is close to, or over, its limit of words",
    "C161": "a slot or claim is declared and never used",
}
_DATES = (FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT)
_TAKEN_FOR_VALUE = 4
"""Words that a printed value is taken to have when a letter's length is estimated."""


def lint_letter(
    text: str,
    path: str,
    playbook: Playbook | None = None,
    registry: Registry | None = None,
    others: Sequence[Playbook] = (),
    english: str = "",
) -> tuple[Problem, ...]:
    """Return every problem of a letter's file, in order of place; nothing is raised.

    `others` are the further playbooks that offer this letter, `english` the text of the letter that it translates.
    """
    try:
        template = load_letter(text, path)
    except InvalidLetterError as error:
        return error.problems
    except TemplateError as error:
        line = error.place.rpartition(":")[2]
        return (Problem("E165", "error", path, int(line) if line.isdigit() else 1, 1, error.message, error.hint),)
    beside = sameness.lint_translation(template, _original(english, path, template))
    return (*beside, *lint_template(template, playbook, registry, others))


def _original(english: str, path: str, template: LetterTemplate) -> LetterTemplate | None:
    """Read the English letter beside a translation; what is wrong with it is told where it is linted."""
    if not english:
        return None
    try:
        return load_letter(english, f"{path.rpartition('/')[0]}/{template.name}.en.md")
    except TemplateError:
        return None


def lint_template(
    template: LetterTemplate,
    playbook: Playbook | None = None,
    registry: Registry | None = None,
    others: Sequence[Playbook] = (),
) -> tuple[Problem, ...]:
    """Return every problem of a letter that could be read."""
    problems = Problems()
    if playbook is not None:
        means = {fact.means: fact.id for fact in playbook.facts if fact.means}
        template = bind(template, {**means, **adopted(template, playbook)})
    linter = _Linter(template, playbook, registry, problems)
    linter.elsewhere = {fact.id: fact for other in others for fact in other.facts}
    linter.front_matter()
    linter.body(template.body, _Scope())
    linter.markdown()
    linter.unused()
    linter.statements()
    return problems.sorted()


@frozen
class _Scope:
    """Loop variables with the slot whose rows they are, and paths an `if` around this place asks for."""

    loops: tuple[tuple[str, Slot | None], ...] = ()
    asked: frozenset[str] = frozenset()

    def with_loop(self, variable: str, slot: Slot | None) -> _Scope:
        return _Scope((*self.loops, (variable, slot)), self.asked)

    def with_asked(self, paths: frozenset[str]) -> _Scope:
        return _Scope(self.loops, self.asked | paths)


class _Linter:
    def __init__(
        self, template: LetterTemplate, playbook: Playbook | None, registry: Registry | None, problems: Problems
    ) -> None:
        self._template = template
        self._facts: dict[str, Fact] | None = {fact.id: fact for fact in playbook.facts} if playbook else None
        self._clauses = {clause.id for clause in registry.clauses} if registry else None
        self._gates = {gate.id for gate in playbook.gates} if playbook else None
        self.elsewhere: Mapping[str, Fact] = {}
        self._problems = problems
        self._used: set[str] = set()

    def add(self, code: str, line: int, message: str, hint: str = "") -> None:
        self._problems.add(code, Place(self._template.path, line, 1), message, hint)

    # --- front matter

    def front_matter(self) -> None:
        for slot in self._template.slots:
            self._slot(slot)
        if self._facts is None:
            return
        for needed in self._template.needs:
            self._need(needed)

    def _need(self, needed: str) -> None:
        facts = self._facts or {}
        fact_id, _, member = needed.rpartition(".")
        if needed in facts:
            return
        fact = facts.get(fact_id)
        if fact is None or member not in _members(fact):
            self.add("E167", 1, f"`needs` names {needed}, which no question asks")

    def _slot(self, slot: Slot) -> None:
        if slot.source == "clause" and self._clauses is not None and slot.of[0] not in self._clauses:
            self.add("E167", slot.line, f"there is no clause {slot.of[0]}")
        for name in slot.period:
            self._bound(name, slot.line)
        if slot.source not in ("fact", "list") or self._facts is None:
            return
        fact = self._facts.get(slot.of[0])
        if fact is None:
            if not self._may_be_elsewhere(slot):
                self.add("E167", slot.line, f"there is no question {slot.of[0]}")
            return
        if fact.sensitivity is Sensitivity.SECRET_TO_US:
            self.add("E169", slot.line, f"{fact.id} is secret to us")
        if (fact.type is FactType.LIST) != (slot.source == "list"):
            self.add("E167", slot.line, f"{fact.id} is {'a' if fact.type is FactType.LIST else 'no'} list")
            return
        columns = {column.id for column in fact.fields}
        for column in slot.needs:
            if column not in columns:
                self.add("E167", slot.line, f"{fact.id} has no column {column}")
        if slot.where is not None:
            self._where(slot, columns)

    def _bound(self, name: str, line: int) -> None:
        """Check a fact between whose date and another events are taken."""
        if not name or self._facts is None:
            return
        fact = self._facts.get(name)
        if fact is None:
            self.add("E167", line, f"there is no question {name}")
        elif fact.type not in _DATES:
            self.add("E167", line, f"{name} is no date")

    def _may_be_elsewhere(self, slot: Slot) -> bool:
        """Say whether a slot is one of another playbook's: known there (or a meaning), and not needed here."""
        return not slot.least and (slot.of[0] in self.elsewhere or slot.of[0] in MEANINGS)

    def _where(self, slot: Slot, columns: set[str]) -> None:
        facts = self._facts or {}
        for name in expressions.names(expressions.read(slot.where.text if slot.where else "true")):
            head, _, rest = name.text.partition(".")
            known = rest in columns if head == expressions.ITEM else name.text in facts
            if not known:
                self.add("E167", slot.line, f"the condition names {name.text}, which no question asks")

    # --- text

    def body(self, body: lang.Body, scope: _Scope) -> None:
        for part in body:
            if isinstance(part, lang.Print):
                self.printed(part.path, scope)
            elif isinstance(part, lang.Loop):
                self.loop(part, scope)
            elif isinstance(part, lang.Branch):
                self.branch(part, scope)

    def loop(self, part: lang.Loop, scope: _Scope) -> None:
        slot = self._template.slot(part.over.name)
        self._used.add(part.over.name)
        if part.variable in BUILT_IN or self._template.slot(part.variable):
            self.add("E166", part.over.line, f"`{part.variable}` is a name already; take another for the row")
        if (slot is None or slot.is_single) and part.over.name != "attachments":
            self.add("E166", part.over.line, f"`{part.over.name}` is no declared list of rows")
        self.body(part.body, scope.with_loop(part.variable, slot))

    def branch(self, part: lang.Branch, scope: _Scope) -> None:
        for condition, body in part.arms:
            given: frozenset[str] = frozenset()
            if condition is not None:
                self.condition(condition, scope)
                given = asked(condition)
            self.body(body, scope.with_asked(given))

    def condition(self, condition: lang.Condition, scope: _Scope) -> None:
        if isinstance(condition, lang.Not):
            self.condition(condition.of, scope)
        elif isinstance(condition, lang.Join):
            self.condition(condition.left, scope)
            self.condition(condition.right, scope)
        elif self.known(condition.path, scope) and isinstance(condition, lang.Compared):
            self._compared(condition, scope)

    def _compared(self, condition: lang.Compared, scope: _Scope) -> None:
        """Refuse a comparison with a value that no choice has: it would never be true, silently."""
        fact = self._fact_of(condition.path, scope)
        if fact is None or fact.type is not FactType.CHOICE or condition.path.filter:
            return
        values = {choice.value for choice in fact.choices}
        for constant in condition.constants:
            if constant not in values:
                self.add(
                    "E167", condition.path.line, f"{fact.id} has no choice {constant!r}", "one of " + ", ".join(values)
                )

    def _fact_of(self, path: lang.Path, scope: _Scope) -> Fact | None:
        slot = dict(scope.loops).get(path.name) or self._template.slot(path.name)
        if slot is None or self._facts is None or slot.source not in ("fact", "list"):
            return None
        fact = self._facts.get(slot.of[0])
        if fact is None or not path.member:
            return fact
        return next((column for column in fact.fields if column.id == path.member), None)

    def printed(self, path: lang.Path, scope: _Scope) -> None:
        if not self.known(path, scope) or self.is_promised(path, scope) or path.text in scope.asked:
            return
        self.add(
            "E168", path.line, f"{path.text} may have no value here", "add it to `needs`, or ask `{% if … %}` first"
        )

    def known(self, path: lang.Path, scope: _Scope) -> bool:
        """Say whether a path is declared; record it when it is not."""
        self._used.add(path.text if path.name == "claim" else path.name)
        loops = dict(scope.loops)
        if path.name == "loop":
            return self._member(path, lang.LOOP_MEMBERS if loops else frozenset())
        if path.name in loops:
            return self._member(path, self._row_members(loops[path.name], path.name))
        if path.name == "claim":
            return self._member(path, {claim.name for claim in self._template.claims})
        if path.name in BUILT_IN:
            return self._member(path, BUILT_IN[path.name])
        slot = self._template.slot(path.name)
        if slot is None and path.name != "attachments":
            self.add("E166", path.line, f"`{path.name}` is not declared under `slots`")
            return False
        return not path.member or slot is None or self._member(path, self._row_members(slot, path.name))

    def _member(self, path: lang.Path, members: Sequence[str] | set[str] | frozenset[str] | None) -> bool:
        if members is None or path.member in members or (not path.member and path.filter == "count"):
            return True
        what = f"`{path.name}` has no member `{path.member}`" if path.member else f"`{path.name}` needs a member"
        self.add("E166", path.line, what, ("one of " + ", ".join(sorted(members))) if members else "")
        return False

    def _row_members(self, slot: Slot | None, name: str) -> set[str] | None:
        """Return the members of a slot's value; None when nothing is known without a playbook."""
        if slot is None:
            return {"number", "title"} if name != "attachments" else set()
        if slot.source in ROW_MEMBERS:
            return set(ROW_MEMBERS[slot.source])
        fact = (self._facts.get(slot.of[0]) or self.elsewhere.get(slot.of[0])) if self._facts is not None else None
        return _members(fact) if fact is not None else None

    def is_promised(self, path: lang.Path, scope: _Scope) -> bool:
        """Say whether a value is there for sure once `needs` are answered."""
        if path.name in ("claim", "loop", "holder", "sender", "case") or path.filter == "count":
            return path.name != "case" or path.member == "name"
        slot = dict(scope.loops).get(path.name, self._template.slot(path.name))
        if path.name == "attachments" or (slot is None and path.name in dict(scope.loops)):
            return True
        if slot is None:
            return False
        if slot.source == "fact":
            return self._fact_promised(slot.of[0], path.member)
        if slot.source != "clause" and slot.is_single and path.name == slot.name and slot.least < 1:
            return False
        if slot.source in ALWAYS_THERE:
            return path.member in ALWAYS_THERE[slot.source] or (slot.only_references and path.member == "reference")
        return path.member in slot.needs or self._is_key(slot, path.member)

    def _fact_promised(self, fact_id: str, member: str) -> bool:
        needs = self._template.needs
        if not member:
            return fact_id in needs
        fact = self._facts.get(fact_id) if self._facts is not None else None
        own = fact.needs if fact is not None else ()
        is_given = any(need == fact_id or need.startswith(fact_id + ".") for need in needs)
        return f"{fact_id}.{member}" in needs or (is_given and member in own)

    def _is_key(self, slot: Slot, member: str) -> bool:
        fact = self._facts.get(slot.of[0]) if self._facts is not None else None
        return fact is not None and fact.key == member

    # --- Markdown, length, leftovers

    def markdown(self) -> None:
        """Read the Markdown with every branch taken once, so that markup inside each is seen."""
        filled = Filled()
        filled.text = _flattened(self._template.body, filled.values)
        try:
            tree = parse_markdown(filled.text, filled.values, self._template.path, self._template.body_line)
        except TemplateError as error:
            line = error.place.rpartition(":")[2]
            self.add("E165", int(line) if line.isdigit() else 1, error.message, error.hint)
            return
        words = count_words(tree) + (_TAKEN_FOR_VALUE - 1) * len(filled.values)
        if words > self._template.max_words:
            told = f"about {words} words with every branch taken; {self._template.max_words} are allowed"
            self.add("W161", self._template.body_line, told, "say it in fewer words, or ask for fewer rows")

    def statements(self) -> None:
        """Report what is stated without an exhibit and without saying whose statement it is."""
        for fault in unattributed(self._template, self._behind):
            if fault.is_event:
                self.add("E170", fault.line, f"{fault.what} is printed without its basis", "add {{ row.basis }}")
            else:
                told = f"{fault.what} is stated without a claim, and nobody is named whose statement it is"
                self.add("W162", fault.line, told, "add {{ claim.NAME }}, or end it with {{ holder.statement }}")

    def _behind(self, slot: Slot, member: str) -> Fact | None:
        fact = (self._facts or {}).get(slot.of[0]) or self.elsewhere.get(slot.of[0])
        if fact is None or slot.source == "fact":
            return fact
        return next((column for column in fact.fields if column.id == member), None)

    def unused(self) -> None:
        fields = {field.slot.partition(".")[0] for field in self._template.fields}
        for slot in self._template.slots:
            if slot.name not in self._used | fields and not slot.least:
                self.add("C161", slot.line, f"the slot {slot.name} is never used")
        for claim in self._template.claims:
            if f"claim.{claim.name}" not in self._used:
                self.add("C161", claim.line, f"the claim {claim.name} is never used")


def _members(fact: Fact) -> set[str]:
    if fact.type in (FactType.PERSON, FactType.ASSET):
        return {member.id for member in members_of(fact.type)}
    return {column.id for column in fact.fields}


def _flattened(body: lang.Body, values: list[str]) -> str:
    parts = []
    for part in body:
        if isinstance(part, lang.Literal):
            parts.append(part.text)
        elif isinstance(part, lang.Print):
            values.append("value")
            parts.append(placeholder(len(values) - 1))
        elif isinstance(part, lang.Loop):
            parts.append(_flattened(part.body, values))
        else:
            parts += [_flattened(arm, values) for _, arm in part.arms]
    return "".join(parts)
