"""Conditions against what a playbook declares: names resolved and qualified, types and values checked.

A typo in a condition must never skip a branch silently: an unknown name, an impossible value or a comparison of two
kinds is an error when the playbook is linted, with the place inside the condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal

from recover import times
from recover.errors import UsageError
from recover.frozen import frozen
from recover.playbook.model import Expression, Fact, FactType
from recover.playbook.problems import nearest
from recover.playbook.syntax import (
    ITEM,
    Call,
    Choices,
    Compare,
    ExpressionError,
    Join,
    Literal,
    Name,
    Not,
    Operand,
    Tree,
    read,
    renamed,
    write,
)

_DATES = (FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT)
_WHOLE = (FactType.PERSON, FactType.ASSET, FactType.MONEY)


@frozen
class StepNames:
    """What a condition may know of a step: its qualified id, its outcomes and its checklist items."""

    id: str
    outcomes: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()


@frozen
class Scope:
    """What a condition can name at one place of a file.

    `facts` holds every visible fact by qualified id, `namespace` the one in which a bare name is looked up, `element`
    the list of the `for_each` around it. A fact in `excused` is declared but faulty: conditions on it are not judged.
    `letters` is None where letters are not known.
    """

    namespace: str
    facts: Mapping[str, Fact]
    element: Fact | None = None
    excused: frozenset[str] = frozenset()
    excuse_all: bool = False
    """Something could not be read, so a name that is missing here may stand there."""
    step: Callable[[str], StepNames | None] = field(default=lambda name: None)
    letters: frozenset[str] | None = None

    def qualified(self, name: str) -> str:
        """Return the full id of a fact as written; unchanged when it is nobody's."""
        own = f"{self.namespace}.{name}"
        return own if "." not in name and (own in self.facts or own in self.excused) else name

    def column(self, name: str) -> Fact | None:
        """Return the column of the present element that `item.name` means."""
        if self.element is None:
            return None
        return next((each for each in self.element.fields if each.id == name), None)


@frozen
class Finding:
    """One fault of a condition, with the offset of the character where it begins."""

    code: str
    message: str
    hint: str
    offset: int


class _Excused(Exception):
    """A name in the condition is faulty itself; the condition is not judged."""


def parse(text: str, scope: Scope) -> Expression:
    """Return a condition with qualified names; raise `ExpressionError` for its first fault."""
    expression, findings = check(text, scope)
    if findings:
        raise ExpressionError(findings[0].message, hint=findings[0].hint, offset=findings[0].offset)
    return expression or Expression("false")


def check(text: str, scope: Scope) -> tuple[Expression | None, tuple[Finding, ...]]:
    """Return a condition with qualified names and everything that is wrong with it; None if it cannot be used."""
    try:
        tree = read(text)
    except ExpressionError as fault:
        return None, (Finding("E060", fault.message, fault.hint, fault.offset),)
    checker = _Checker(scope)
    try:
        checker.condition(tree)
    except _Excused:
        return None, ()
    if checker.findings:
        return None, tuple(checker.findings)
    return Expression(write(renamed(tree, checker.name, checker.text))), ()


def chosen_values(expression: Expression) -> tuple[str, set[str]]:
    """Return the fact and the values of `fact == 'a'` or `fact in ['a', 'b']`; empty for any other condition."""
    try:
        tree = read(expression.text)
    except ExpressionError:
        return "", set()
    if isinstance(tree, Compare) and isinstance(tree.left, Name):
        if tree.operator == "==" and isinstance(tree.right, Literal):
            return tree.left.text, {str(tree.right.value)}
        if tree.operator == "in" and isinstance(tree.right, Choices):
            return tree.left.text, {str(literal.value) for literal in tree.right.values}
    return "", set()


class _Checker:
    """Walks a condition once and collects findings."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.findings: list[Finding] = []

    def name(self, name: Name) -> str:
        return name.text if _is_item(name) else self._scope.qualified(name.text)

    def text(self, call: Call, place: int) -> str:
        argument = call.arguments[place]
        word = str(argument.value) if isinstance(argument, Literal) else ""
        if call.function in ("replied", "done") and place == 0:
            names = self._scope.step(word)
            return names.id if names else word
        return word

    def _find(self, code: str, offset: int, message: str, hint: str = "") -> None:
        self.findings.append(Finding(code, message, hint, offset))

    def condition(self, tree: Tree) -> None:
        """Check a part that must be true or false."""
        if isinstance(tree, Join):
            for part in tree.parts:
                self.condition(part)
        elif isinstance(tree, Not):
            self.condition(tree.of)
        elif isinstance(tree, Compare):
            self._compare(tree)
        elif isinstance(tree, Literal):
            self._find("E066", tree.offset, "a constant is no condition", "compare a fact with it")
        elif isinstance(tree, Call):
            self._call(tree)
            if tree.function in ("count", "any_exhibit"):
                hint = "write > 0 behind it, or has_exhibit()"
                self._find("E066", tree.offset, f"{tree.function}() is a number, no condition", hint)
        else:
            fact = self._fact(tree)
            if fact is not None and fact.type is not FactType.YES_NO:
                self._find(
                    "E066",
                    tree.offset,
                    f"{tree.text} is a {fact.type} question and cannot stand alone",
                    f"answered({tree.text}), or compare it",
                )

    # --- names ----------------------------------------------------------------------------------------------------

    def _fact(self, name: Name) -> Fact | None:
        if _is_item(name):
            return self._column(name)
        full = self._scope.qualified(name.text)
        if full in self._scope.excused:
            raise _Excused
        fact = self._scope.facts.get(full)
        if fact is None:
            if self._scope.excuse_all:
                raise _Excused
            self._find("E061", name.offset, f"there is no fact '{name.text}'", self._near(name.text))
        return fact

    def _column(self, name: Name) -> Fact | None:
        column = name.text.partition(".")[2]
        if self._scope.element is None:
            self._find("E065", name.offset, f"'{name.text}' stands outside `for_each`", "add for_each, or name a fact")
            return None
        fact = self._scope.column(column)
        if fact is None:
            if self._scope.element.id in self._scope.excused:
                raise _Excused
            known = [each.id for each in self._scope.element.fields]
            near = nearest(column, known)
            hint = f"did you mean item.{near}?" if near else "columns: " + ", ".join(known)
            self._find("E061", name.offset, f"{self._scope.element.id} has no column '{column}'", hint)
        return fact

    def _near(self, name: str) -> str:
        prefix = self._scope.namespace + "."
        known = {full.removeprefix(prefix) if full.startswith(prefix) else full for full in self._scope.facts}
        near = nearest(name, sorted(known))
        if near:
            return f"did you mean {near}?"
        if "." in name:
            return f"is the group '{name.partition('.')[0]}' included, or listed under `uses`?"
        return "declare it under facts; text stands in quotes: 'value'"

    # --- comparisons ----------------------------------------------------------------------------------------------

    def _compare(self, tree: Compare) -> None:
        left = self._operand(tree.left)
        right = None if isinstance(tree.right, Choices) else self._operand(tree.right)
        if self.findings:
            return
        if tree.operator in ("in", "not in"):
            self._in(tree, left, right)
        elif isinstance(tree.left, Literal) and isinstance(tree.right, Literal):
            self._find("E063", tree.offset, "two constants are compared", "one side should be a fact")
        elif tree.operator in ("==", "!="):
            self._equal(tree, left, right)
        else:
            self._order(tree, left, right)

    def _operand(self, operand: Operand) -> Fact | None:
        """Return the fact an operand names; constants and calls have none."""
        if isinstance(operand, Name):
            return self._fact(operand)
        if isinstance(operand, Call):
            self._call(operand)
        return None

    def _in(self, tree: Compare, left: Fact | None, right: Fact | None) -> None:
        if isinstance(tree.right, Choices):
            if left is None or left.type in (FactType.MANY, FactType.LIST, FactType.YES_NO, *_WHOLE, *_DATES):
                what = "this" if left is None else f"a {left.type} question"
                hint = f"'value' in {_shown(tree.left)}" if left and left.type is FactType.MANY else ""
                self._find("E063", tree.offset, f"{what} cannot be looked for in a list", hint)
                return
            for literal in tree.right.values:
                self._same_kind(tree, left, literal)
            return
        if right is None or right.type is not FactType.MANY:
            self._find(
                "E063",
                tree.offset,
                f"{_shown(tree.right)} is no question with many choices",
                "right of `in` stands a written list ['a', 'b'] or a question of type many",
            )
        elif isinstance(tree.left, Literal):
            self._choice(right, tree.left)
        elif left is None or left.type is not FactType.CHOICE:
            self._find("E063", tree.offset, "only a choice value can be in a question with many choices")

    def _equal(self, tree: Compare, left: Fact | None, right: Fact | None) -> None:
        facts = [fact for fact in (left, right) if fact is not None]
        for fact, operand in ((left, tree.left), (right, tree.right)):
            if fact is not None and fact.type in _DATES:
                self._find(
                    "E068", tree.offset, "dates are compared with < and >, not ==", "a month is not equal to itself"
                )
                return
            if fact is not None and fact.type in (FactType.MANY, FactType.LIST, *_WHOLE):
                word = "'value' in " + _shown(operand) if fact.type is FactType.MANY else f"answered({_shown(operand)})"
                self._find("E063", tree.offset, f"a {fact.type} question has no single value to compare", word)
                return
        if len(facts) == 2:
            self._two_facts(tree, facts[0], facts[1])
            return
        literal = next((side for side in (tree.left, tree.right) if isinstance(side, Literal)), None)
        if facts and literal is not None:
            self._same_kind(tree, facts[0], literal)
            return
        self._calls(tree)

    def _calls(self, tree: Compare) -> None:
        """Check a comparison of a function's result, or of a fact with one."""
        kinds = set()
        for side in (tree.left, tree.right):
            if isinstance(side, Call):
                kinds.add("number" if side.function in ("count", "any_exhibit") else "truth")
            elif isinstance(side, Literal):
                kinds.add({bool: "truth", str: "text"}.get(type(side.value), "number"))
            elif isinstance(side, Name):
                fact = self._fact(side)
                kinds.add("number" if fact is not None and fact.type is FactType.NUMBER else "text")
        if len(kinds) > 1:
            self._find("E063", tree.offset, f"{' and '.join(sorted(kinds))} are compared")

    def _two_facts(self, tree: Compare, left: Fact, right: Fact) -> None:
        if left.type is FactType.CHOICE and right.type is FactType.CHOICE:
            if not {choice.value for choice in left.choices} & {choice.value for choice in right.choices}:
                self._find("E063", tree.offset, f"{left.id} and {right.id} have no choice in common")
        elif _kind(left) != _kind(right):
            self._find("E063", tree.offset, f"a {left.type} question is compared with a {right.type} question")

    def _same_kind(self, tree: Compare, fact: Fact, literal: Literal) -> None:
        if fact.type is FactType.CHOICE:
            self._choice(fact, literal)
            return
        wanted = _kind(fact)
        found = {bool: "truth", str: "text"}.get(type(literal.value), "number")
        if wanted == found:
            return
        hint = {"truth": "true or false, without quotes", "text": "text stands in quotes", "number": "a number"}[wanted]
        self._find("E063", literal.offset, f"{fact.id} is a {fact.type} question; this is {found}", hint)

    def _choice(self, fact: Fact, literal: Literal) -> None:
        values = [choice.value for choice in fact.choices]
        if isinstance(literal.value, str) and literal.value in values:
            return
        shown = _shown(literal)
        near = nearest(str(literal.value), values)
        hint = f"did you mean '{near}'?" if near else "one of " + ", ".join(values)
        self._find("E062", literal.offset, f"{shown} is no choice of {fact.id}", hint)

    def _order(self, tree: Compare, left: Fact | None, right: Fact | None) -> None:
        kinds: list[str] = []
        for fact, side in ((left, tree.left), (right, tree.right)):
            if fact is not None:
                kinds.append("date" if fact.type in _DATES else _kind(fact) if fact.type is FactType.NUMBER else "no")
            elif isinstance(side, Call):
                kinds.append("number" if side.function in ("count", "any_exhibit") else "no")
            elif isinstance(side, Literal):
                kinds.append("number" if isinstance(side.value, Decimal) else "text")
        if kinds in (["number", "number"], ["date", "date"]):
            return
        if sorted(kinds) == ["date", "text"]:
            literal = tree.left if isinstance(tree.left, Literal) else tree.right
            self._date(literal)
            return
        self._find("E068", tree.offset, "only numbers and dates have an order", "use == or in")

    def _date(self, literal: Operand | Choices) -> None:
        if not isinstance(literal, Literal):
            return
        try:
            times.parse_when(str(literal.value), "UTC")
        except UsageError as fault:
            self._find("E062", literal.offset, fault.message, fault.hint or "write it as '2026-10-05' or '2026-10'")

    # --- functions ------------------------------------------------------------------------------------------------

    def _call(self, call: Call) -> None:
        first = call.arguments[0]
        if call.function in ("answered", "known") and isinstance(first, Name):
            self._fact(first)
        elif call.function == "count" and isinstance(first, Name):
            self._count(call, first)
        elif call.function == "sent":
            word = self.text(call, 0)
            if self._scope.letters is not None and word not in self._scope.letters:
                near = nearest(word, sorted(self._scope.letters))
                hint = f"did you mean '{near}'?" if near else "the name of a letter, such as page-hijack-statement"
                self._find("E064", first.offset, f"there is no letter '{word}'", hint)
        elif call.function in ("replied", "done"):
            self._step(call)

    def _count(self, call: Call, name: Name) -> None:
        fact = self._fact(name)
        if fact is None:
            return
        if fact.type is not FactType.LIST:
            self._find("E064", name.offset, f"{name.text} is a {fact.type} question, no list")
        elif len(call.arguments) == 3:
            word, value = call.arguments[1], call.arguments[2]
            column = next((each for each in fact.fields if each.id == self.text(call, 1)), None)
            if column is None:
                known = ", ".join(each.id for each in fact.fields)
                self._find("E064", word.offset, f"{fact.id} has no column '{self.text(call, 1)}'", f"columns: {known}")
            elif column.type is FactType.CHOICE and isinstance(value, Literal):
                self._choice(column, value)

    def _step(self, call: Call) -> None:
        word, first = self.text(call, 0), call.arguments[0]
        written = str(first.value) if isinstance(first, Literal) else word
        names = self._scope.step(written)
        if names is None:
            if self._scope.excuse_all:
                raise _Excused
            self._find("E064", first.offset, f"there is no step '{written}'")
            return
        if len(call.arguments) < 2:
            return
        second = call.arguments[1]
        inner = str(second.value) if isinstance(second, Literal) else ""
        known = names.outcomes if call.function == "replied" else names.items
        if inner not in known:
            what = "outcome" if call.function == "replied" else "item"
            hint = "there are " + ", ".join(sorted(known)) if known else ""
            self._find("E064", second.offset, f"step '{written}' has no {what} '{inner}'", hint)


def _is_item(name: Name) -> bool:
    return name.text.partition(".")[0] == ITEM


def _kind(fact: Fact) -> str:
    return {FactType.YES_NO: "truth", FactType.NUMBER: "number"}.get(fact.type, "text")


def _shown(operand: Operand | Choices) -> str:
    return write(operand) if not isinstance(operand, Choices) else "the list"
