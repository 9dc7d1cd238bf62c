"""A letter without a case: its whole text, with every slot shown as ‹what goes here› and every condition in words.

All arms of an `if` are printed, each marked; a `for` is printed once. Values are put in after the Markdown was read, as
in a real letter, so a question's wording can never become markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recover.packet import tree as t
from recover.packet.letters import language as lang
from recover.packet.letters.attribution import CLOSING
from recover.packet.letters.beside import signed, unsigned
from recover.packet.letters.front_matter import LetterTemplate, Slot, bind
from recover.packet.letters.markup import parse_markdown, placeholder
from recover.packet.neutral import neutralise
from recover.packet.words.phrases import phrase
from recover.playbook.model import Fact, FactType, Registry
from recover.playbook.values import members_of

_ROW_WORDS = {
    "when": "when it was",
    "text": "what happened",
    "source": "who says so",
    "basis": "its exhibits, or whose statement it is",
    "at": "the day it was sent",
    "letter": "the letter",
    "title": "the title",
    "channel": "the way it went",
    "reference": "the ticket or reference number",
    "number": "the number",
    "kind": "the kind",
    "captured_at": "when it was saved",
    "on": "the day",
    "file_by": "the day to file by",
    "why": "why that day",
    "lost_at": "when it was lost",
    "restored_at": "when it was restored",
}
_BUILT_IN = {
    ("holder", "name"): "name of the account holder",
    ("holder", "contact"): "safe contact",
    ("case", "name"): "name of the case",
    ("case", "zone"): "time zone",
    ("channel", "title"): "the way it is sent",
    ("channel", "url"): "address of the form",
}


@dataclass(slots=True)
class _Writer:
    template: LetterTemplate
    facts: Mapping[str, Fact]
    registry: Registry
    values: list[str] = field(default_factory=list)

    def value(self, words: str) -> str:
        self.values.append(neutralise(words))
        return placeholder(len(self.values) - 1)

    def body(self, body: lang.Body, loops: Mapping[str, Slot]) -> str:
        return "".join(self.part(part, loops) for part in body)

    def part(self, part: lang.Part, loops: Mapping[str, Slot]) -> str:
        if isinstance(part, lang.Literal):
            return part.text
        if isinstance(part, lang.Print):
            return self.value(self.printed(part.path, loops))
        if isinstance(part, lang.Loop):
            slot = self.template.slot(part.over.name)
            return self.body(part.body, {**loops, part.variable: slot} if slot is not None else loops)
        return self.branch(part, loops)

    def branch(self, part: lang.Branch, loops: Mapping[str, Slot]) -> str:
        found = []
        for condition, body in part.arms:
            if condition is not None and _is_about_loop(condition):
                continue
            text = self.body(body, loops)
            if text.strip(" ,;\n"):
                text = self.marked(text, self.when(condition, body, loops))
            found.append(text)
        return "".join(found)

    def when(self, condition: lang.Condition | None, body: lang.Body, loops: Mapping[str, Slot]) -> str:
        """Say when an arm is printed; short where it only asks for what it prints itself."""
        if condition is None:
            return "otherwise"
        if isinstance(condition, lang.Truth):
            own = [part.path.text for part in body if isinstance(part, lang.Print)]
            over = [part.over.text for part in body if isinstance(part, lang.Loop)]
            if condition.path.text in own:
                return "if known"
            if condition.path.text in over:
                return "if there are any"
        return f"if {self.condition(condition, loops)}"

    def marked(self, text: str, words: str) -> str:
        """Say beside a conditional text when it is printed: in its first line, so that lists and tables stay whole."""
        if "\n" not in text.strip("\n"):
            lead = text[: len(text) - len(text.lstrip("\n"))]
            rest = text[len(lead) :]
            if not lead and not text.endswith("\n"):
                return f"{self.value(f'⟨{words}: ')}{rest}{self.value('⟩')}"
        rows = text.split("\n")
        first = next((n for n, row in enumerate(rows) if row.strip()), None)
        if first is not None and not rows[first].lstrip().startswith("|"):
            rows[first] = f"{rows[first]} {self.value(f'⟨{words}⟩')}"
        return "\n".join(rows)

    def printed(self, path: lang.Path, loops: Mapping[str, Slot]) -> str:
        slot = self.template.slot(path.name)
        if slot is not None and slot.source == "clause":
            clause = next((each for each in self.registry.clauses if each.id == slot.of[0]), None)
            if clause is not None:
                return clause.where if path.member == "where" else clause.gist
        if path.text in CLOSING:
            return phrase(CLOSING[path.text], self.template.language)
        return f"‹{self.words(path, loops)}›"

    def words(self, path: lang.Path, loops: Mapping[str, Slot]) -> str:
        """Return what a name of the text stands for, in words."""
        if path.name == "claim":
            claim = next((each for each in self.template.claims if each.name == path.member), None)
            kinds = ", ".join(each.replace("_", " ") for each in claim.exhibits) if claim is not None else path.member
            return f"exhibits that show it: {kinds}"
        if (path.name, path.member) in _BUILT_IN:
            return _BUILT_IN[path.name, path.member]
        slot = loops.get(path.name) or self.template.slot(path.name)
        if slot is None:
            return path.text.replace("_", " ")
        return self.of_slot(slot, path.member)

    def of_slot(self, slot: Slot, member: str) -> str:
        fact = self.fact_of(slot)
        if fact is not None or slot.source in ("fact", "list"):
            asked = fact.ask if fact is not None else slot.of[0]
            if not member:
                return asked
            column = next((each.ask for each in _members(fact) if each.id == member), member.replace("_", " "))
            return column if slot.source == "list" else f"{asked} {column}"
        told = _ROW_WORDS.get(member, member.replace("_", " "))
        return f"{slot.name.replace('_', ' ')}: {told}" if member else slot.name.replace("_", " ")

    def fact_of(self, slot: Slot) -> Fact | None:
        """Return the question a slot prints."""
        return self.facts.get(slot.of[0]) if slot.source in ("fact", "list") else None

    def condition(self, condition: lang.Condition, loops: Mapping[str, Slot]) -> str:
        if isinstance(condition, lang.Truth):
            return f"“{self.words(condition.path, loops)}” is known"
        if isinstance(condition, lang.Not) and isinstance(condition.of, lang.Truth):
            return f"“{self.words(condition.of.path, loops)}” is not known"
        if isinstance(condition, lang.Not):
            return f"not ({self.condition(condition.of, loops)})"
        if isinstance(condition, lang.Join):
            return f"{self.condition(condition.left, loops)} {condition.word} {self.condition(condition.right, loops)}"
        constants = " or ".join(self.label(condition.path, each, loops) for each in condition.constants)
        sign = {"==": "is", "in": "is", "!=": "is not", "not in": "is not"}.get(condition.operator, condition.operator)
        return f"“{self.words(condition.path, loops)}” {sign} {constants}"

    def label(self, path: lang.Path, constant: lang.Constant, loops: Mapping[str, Slot]) -> str:
        slot = loops.get(path.name) or self.template.slot(path.name)
        fact = self.fact_of(slot) if slot is not None else None
        if fact is not None and path.member:
            fact = next((each for each in _members(fact) if each.id == path.member), None)
        for choice in fact.choices if fact is not None else ():
            if choice.value == constant:
                return f"“{choice.label}”"
        return {True: "yes", False: "no"}.get(constant, str(constant)) if isinstance(constant, bool) else str(constant)


def _is_about_loop(condition: lang.Condition) -> bool:
    """Say whether an arm only asks for the place in a list: separators, printed between rows."""
    inner = condition.of if isinstance(condition, lang.Not) else condition
    return isinstance(inner, lang.Truth) and inner.path.name == "loop"


def _members(fact: Fact | None) -> tuple[Fact, ...]:
    if fact is None:
        return ()
    return fact.fields if fact.type is FactType.LIST or fact.fields else members_of(fact.type)


def blank_letter(template: LetterTemplate, facts: Mapping[str, Fact], registry: Registry) -> t.Tree:
    """Return a letter's text with ‹what goes here› in each slot. Raises `TemplateError` when it cannot be read."""
    meanings = {fact.means: fact.id for fact in facts.values() if fact.means}
    template = bind(template, meanings)
    writer = _Writer(template, facts, registry)
    text = writer.body(template.body, {})
    return unsigned(parse_markdown(signed(text), writer.values, template.path, template.body_line))
