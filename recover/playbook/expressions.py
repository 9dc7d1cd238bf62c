"""Conditions in a case: true, false or unknown, and never an exception.

Evaluation follows Kleene's three values: missing, don't-know, declined and conflicting answers are *unknown*, and only
true opens anything. The language itself (what may be written) stands in `syntax`, names and types in `conditions`.
"""

from __future__ import annotations

import enum
import re
from decimal import Decimal
from typing import Final, Protocol

from recover import times
from recover.playbook.model import Expression
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
    names,
    read,
    write,
)

__all__ = ["ITEM", "UNKNOWN", "ExpressionError", "Lookup", "Unknown", "evaluate", "names", "read", "write"]


class Unknown(enum.Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""No usable answer: missing, don't know, declined, hidden or in conflict."""


class Lookup(Protocol):
    """What a condition may ask of a case; every answer is a value, none may raise.

    Fact names are qualified (`intake.danger_now`). Values are canonical (see `values`); a fact without a usable answer
    is `UNKNOWN`.
    """

    @property
    def zone(self) -> str:
        """Return the IANA zone in which the case counts days; empty when not known yet."""

    def fact(self, name: str) -> object:
        """Return the value of a fact."""

    def item(self, field: str) -> object:
        """Return the value of a column of the present element; `UNKNOWN` outside `for_each`."""

    def answered(self, name: str) -> bool:
        """Return whether a visible fact was answered, don't-know and declined included."""

    def item_answered(self, field: str) -> bool:
        """Return whether a column of the present element was answered."""

    def count(self, name: str, field: str = "", value: str = "") -> int | Unknown:
        """Return the number of rows of a list, or of those whose `field` has `value`."""

    def exhibits(self, kind: str) -> int:
        """Return how many exhibits of a kind are in the log and not withdrawn."""

    def sent(self, letter: str) -> bool:
        """Return whether that letter was recorded as sent."""

    def replied(self, step: str, outcome: str) -> bool:
        """Return whether that outcome was recorded for that step."""

    def done(self, step: str, item: str = "") -> bool:
        """Return whether a step is complete, or one item of its checklist marked done."""


# --- tree to truth --------------------------------------------------------------------------------------------------


def evaluate(expression: Expression, lookup: Lookup) -> bool | None:
    """Return whether a condition is true, false, or (None) unknown.

    Total: a condition that cannot be read, a value of an unexpected type, dates whose ranges overlap all give None.
    """
    try:
        tree = read(expression.text)
    except ExpressionError:
        return None
    return _truth(tree, lookup)


def _truth(tree: Tree, lookup: Lookup) -> bool | None:
    if isinstance(tree, Join):
        return _joined(tree, lookup)
    if isinstance(tree, Not):
        inner = _truth(tree.of, lookup)
        return None if inner is None else not inner
    if isinstance(tree, Compare):
        return _compared(tree, lookup)
    value = _value(tree, lookup)
    return value if isinstance(value, bool) else None


def _joined(tree: Join, lookup: Lookup) -> bool | None:
    decisive = tree.word == "or"
    seen_unknown = False
    for part in tree.parts:
        truth = _truth(part, lookup)
        if truth is decisive:
            return decisive
        seen_unknown = seen_unknown or truth is None
    return None if seen_unknown else not decisive


def _value(operand: Operand, lookup: Lookup) -> object:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Call):
        return _called(operand, lookup)
    namespace, _, column = operand.text.partition(".")
    return lookup.item(column) if namespace == ITEM and column else lookup.fact(operand.text)


def _called(call: Call, lookup: Lookup) -> object:
    words = [argument.text if isinstance(argument, Name) else str(argument.value) for argument in call.arguments]
    match call.function:
        case "answered":
            namespace, _, column = words[0].partition(".")
            return lookup.item_answered(column) if namespace == ITEM and column else lookup.answered(words[0])
        case "known":
            return _is_known(words[0], lookup)
        case "count":
            return lookup.count(*words)
        case "has_exhibit":
            return any(lookup.exhibits(kind) > 0 for kind in words)
        case "any_exhibit":
            return sum(lookup.exhibits(kind) for kind in dict.fromkeys(words))
        case "sent":
            return lookup.sent(words[0])
        case "replied":
            return lookup.replied(words[0], words[1])
        case _:
            return lookup.done(*words)


def _is_known(name: str, lookup: Lookup) -> bool:
    """Say whether there is a usable answer; a list has one once it has a row, or it was said that there are none."""
    namespace, _, column = name.partition(".")
    if namespace == ITEM and column:
        return lookup.item(column) is not UNKNOWN
    return lookup.fact(name) is not UNKNOWN or lookup.count(name) is not UNKNOWN


def _compared(tree: Compare, lookup: Lookup) -> bool | None:
    left = _value(tree.left, lookup)
    if isinstance(tree.right, Choices):
        right: object = [choice.value for choice in tree.right.values]
    else:
        right = _value(tree.right, lookup)
    if left is UNKNOWN or right is UNKNOWN or left is None or right is None:
        return None
    if tree.operator in ("in", "not in"):
        return _contained(left, right, negated=tree.operator == "not in")
    if tree.operator in ("==", "!="):
        same = _equal(left, right)
        return None if same is None else same is (tree.operator == "==")
    order = _order(left, right, lookup.zone)
    if order is None:
        return None
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[tree.operator]


def _contained(left: object, right: object, *, negated: bool) -> bool | None:
    if not isinstance(right, list | tuple):
        return None
    found = any(_equal(left, element) is True for element in right)
    return found is not negated


def _equal(left: object, right: object) -> bool | None:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right if isinstance(left, bool) and isinstance(right, bool) else None
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        return numbers[0] == numbers[1]
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return left == right
    return None


_DECIMAL = re.compile(r"-?[0-9]{1,40}\.[0-9]{1,40}\Z")


def _number(value: object) -> Decimal | None:
    """Return a number; a canonical number is an int, or text with a decimal point, which no canonical date has."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.match(value):
        return Decimal(value)
    return None


def _order(left: object, right: object, zone: str) -> int | None:
    one, other = _number(left), _number(right)
    if one is not None and other is not None:
        return (one > other) - (one < other)
    if not (isinstance(left, str) and isinstance(right, str)):
        return None
    return times.compare(times.read_when(left, zone), times.read_when(right, zone))
