"""Conditions: one tiny, total language for `when`, `visible_if`, `needs` and `done_if`.

Text becomes a small tree of our own through the standard library's `ast` in eval mode and a whitelist; nothing is ever
evaluated as Python, and whatever is not listed here is refused by name. Length and depth are bounded before and after
parsing. Evaluation follows Kleene's three values: missing, don't-know, declined and conflicting answers are *unknown*,
and only true opens anything. `evaluate` never raises; `conditions` checks names and types when a playbook is linted.
"""

from __future__ import annotations

import ast
import enum
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol

from recover import times
from recover.errors import PlaybookError
from recover.playbook.model import Expression

MAX_CHARACTERS = 1_000
"""Longest condition; a longer one belongs into a gate or a step of its own."""
MAX_DEPTH = 30
"""Deepest nesting of a condition's tree."""

ITEM = "item"
"""The name of the present element inside `for_each`."""


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


class ExpressionError(PlaybookError):
    """A condition that cannot be read; `offset` is the character in the text where it goes wrong."""

    def __init__(self, message: str, *, offset: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset


# --- the tree -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, or `item.column`."""

    text: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number or a truth value."""

    value: str | Decimal | bool
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """A written list, right of `in`."""

    values: tuple[Literal, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One of the listed functions."""

    function: str
    arguments: tuple[Name | Literal, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and one of `== != < <= > >= in not in`."""

    left: Operand
    operator: str
    right: Operand | Choices
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: Tree
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Join:
    """`and` or `or` over two or more conditions."""

    word: str
    parts: tuple[Tree, ...]
    offset: int = 0


Operand = Name | Literal | Call
Tree = Name | Literal | Call | Compare | Not | Join

FUNCTIONS: Final[Mapping[str, str]] = {
    "answered": "answered(fact)",
    "count": "count(list) or count(list, 'field', 'value')",
    "has_exhibit": "has_exhibit('kind', …)",
    "any_exhibit": "any_exhibit('kind', …)",
    "sent": "sent('letter-name')",
    "replied": "replied('step', 'outcome')",
    "done": "done('step') or done('step', 'item')",
}
"""Every function, and how it is written."""

_OPERATORS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


# --- text to tree ---------------------------------------------------------------------------------------------------


def read(text: str) -> Tree:
    """Parse a condition into its tree.

    Raises `ExpressionError` with the offset of the first thing that is not part of the language. Names are taken as
    they are written; whether they exist is not asked here.
    """
    return _read_cached(text)


@lru_cache(maxsize=4_096)
def _read_cached(text: str) -> Tree:
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"the condition is longer than {MAX_CHARACTERS} characters", hint="split it: a gate or a step of its own"
        )
    for offset, character in enumerate(text):
        if character == "\\" or (ord(character) < 32 and character not in "\n\t") or 0xD800 <= ord(character) < 0xE000:
            raise ExpressionError("a condition holds no backslash and no control character", offset=offset)
    source = text.replace("\n", " ").replace("\t", " ")
    lead = len(source) - len(source.lstrip())
    if not source.strip():
        raise ExpressionError("the condition is empty", hint="write one, or leave the key out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of `1 is 2`; our own refusal follows
            body = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as fault:
        offset = max((fault.offset or 1) - 1, 0) + lead
        raise ExpressionError(
            "the condition cannot be read", offset=min(offset, max(len(text) - 1, 0)), hint=_syntax_hint(text)
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("the condition cannot be read", hint=_syntax_hint(text)) from None
    return _Reader(source.strip(), lead).tree(body, 0)


def _syntax_hint(text: str) -> str:
    if "&&" in text or "||" in text:
        return "write `and`, `or`"
    if re.search(r"[^=!<>]=[^=]", text):
        return "two texts are compared with `==`"
    if "‘" in text or "’" in text or "“" in text:
        return "use straight quotes: 'value'"
    return "for example: intake.danger_now == 'no' and answered(lost_at)"


class _Reader:
    """Turns Python's syntax tree into ours, refusing every node that is not listed."""

    def __init__(self, source: str, lead: int) -> None:
        self._bytes = source.encode()
        self._lead = lead

    def _offset(self, node: ast.expr) -> int:
        return len(self._bytes[: node.col_offset].decode(errors="ignore")) + self._lead

    def _refuse(self, node: ast.expr, message: str, hint: str = "") -> ExpressionError:
        return ExpressionError(message, offset=self._offset(node), hint=hint)

    def tree(self, node: ast.expr, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise self._refuse(node, f"the condition is nested deeper than {MAX_DEPTH}")
        if isinstance(node, ast.BoolOp):
            word = "and" if isinstance(node.op, ast.And) else "or"
            return Join(word, tuple(self.tree(part, depth + 1) for part in node.values), self._offset(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.tree(node.operand, depth + 1), self._offset(node))
        if isinstance(node, ast.Compare):
            return self._compare(node)
        return self._operand(node)

    def _compare(self, node: ast.Compare) -> Compare:
        if len(node.ops) != 1:
            raise self._refuse(node, "one comparison at a time", "write `a < b and b < c`")
        operator = _OPERATORS.get(type(node.ops[0]))
        if operator is None:
            raise self._refuse(node, "`is` is not part of the language", "write `==` or `!=`")
        left, right = node.left, node.comparators[0]
        written: Operand | Choices
        if isinstance(right, ast.List | ast.Tuple):
            if operator not in ("in", "not in"):
                raise self._refuse(right, "a list stands only right of `in`")
            written = Choices(tuple(self._literal(element) for element in right.elts), self._offset(right))
        else:
            written = self._operand(right)
        return Compare(self._operand(left), operator, written, self._offset(node))

    def _operand(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Name | ast.Attribute):
            return self._name(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)):
            return self._literal(node)
        raise self._refuse(node, f"{_described(node)} is not part of the language", "see docs/playbooks.md, Conditions")

    def _name(self, node: ast.Name | ast.Attribute) -> Name | Literal:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
            if len(parts) > 2:
                raise self._refuse(node, "a name has at most two parts", "namespace.fact, or item.column")
        if not isinstance(inner, ast.Name):
            raise self._refuse(node, "a name has the form namespace.fact, or item.column")
        parts.append(inner.id)
        parts.reverse()
        if parts in (["true"], ["false"]):
            return Literal(parts == ["true"], self._offset(node))
        if len(parts) > 2:
            raise self._refuse(node, "a name has at most two parts", "namespace.fact, or item.column")
        for part in parts:
            if not _NAME.match(part):
                raise self._refuse(node, f"'{part}' cannot be a name", "names are lower-case words with underscores")
        return Name(".".join(parts), self._offset(node))

    def _literal(self, node: ast.expr) -> Literal:
        sign = 1
        inner = node
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub):
            sign, inner = -1, inner.operand
        if isinstance(inner, ast.Name) and inner.id in ("true", "false") and sign == 1:
            return Literal(inner.id == "true", self._offset(node))
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, bool) or value is None or isinstance(value, bytes | complex) or value is ...:
            raise self._refuse(
                node,
                f"{_described(node)} is not part of the language",
                "write true or false in lower case, text in quotes, or a number",
            )
        if isinstance(value, str):
            if sign == -1:
                raise self._refuse(node, "a text has no sign")
            return Literal(value, self._offset(node))
        if not abs(value) < 10**15:
            raise self._refuse(node, "the number is too large")
        return Literal(sign * Decimal(str(value)), self._offset(node))

    def _call(self, node: ast.Call) -> Call:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise self._refuse(
                node, f"there is no function '{name}'" if name else "this cannot be called", _functions()
            )
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self._refuse(node, "arguments have no names", FUNCTIONS[name])
        arguments: list[Name | Literal] = []
        for argument in node.args:
            operand = self._operand(argument)
            if isinstance(operand, Call):
                raise self._refuse(argument, "a function cannot stand inside another", FUNCTIONS[name])
            arguments.append(operand)
        call = Call(name, tuple(arguments), self._offset(node))
        if not _fits(call):
            raise self._refuse(node, f"{name}() does not take this", FUNCTIONS[name])
        return call


def _functions() -> str:
    return "there are " + ", ".join(FUNCTIONS)


def _described(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return f"`{node.value!r}`"[:40]
    return {
        "BinOp": "arithmetic",
        "UnaryOp": "this operator",
        "Lambda": "a function",
        "IfExp": "`if`",
        "Subscript": "an index",
        "JoinedStr": "a formatted text",
        "NamedExpr": "an assignment",
        "List": "a list here",
        "Tuple": "a list here",
        "Compare": "a comparison here",
        "BoolOp": "`and` or `or` here",
    }.get(type(node).__name__, "this")


def _fits(call: Call) -> bool:
    """Return whether a call has the right number and kind of arguments; what they name is checked by `conditions`."""
    names = [isinstance(argument, Name) for argument in call.arguments]
    texts = [isinstance(argument, Literal) and isinstance(argument.value, str) for argument in call.arguments]
    if call.function == "answered":
        return names == [True]
    if call.function == "count":
        return names[:1] == [True] and (len(names) == 1 or (len(names) == 3 and texts[1:] == [True, True]))
    if call.function in ("has_exhibit", "any_exhibit"):
        return bool(texts) and all(texts)
    if call.function == "sent":
        return texts == [True]
    if call.function == "replied":
        return texts == [True, True]
    return bool(texts) and all(texts) and len(texts) <= 2


# --- tree to text ---------------------------------------------------------------------------------------------------


def write(tree: Tree) -> str:
    """Return the canonical text of a tree; `read(write(tree))` means the same."""
    if isinstance(tree, Join):
        return f" {tree.word} ".join(_bracketed(part) for part in tree.parts)
    if isinstance(tree, Not):
        return f"not {_bracketed(tree.of)}"
    if isinstance(tree, Compare):
        return f"{_operand_text(tree.left)} {tree.operator} {_operand_text(tree.right)}"
    return _operand_text(tree)


def _bracketed(tree: Tree) -> str:
    text = write(tree)
    return f"({text})" if isinstance(tree, Join) else text


def _operand_text(operand: Operand | Choices) -> str:
    if isinstance(operand, Name):
        return operand.text
    if isinstance(operand, Choices):
        return "[" + ", ".join(_operand_text(value) for value in operand.values) + "]"
    if isinstance(operand, Call):
        return f"{operand.function}({', '.join(_operand_text(argument) for argument in operand.arguments)})"
    if isinstance(operand.value, bool):
        return "true" if operand.value else "false"
    if isinstance(operand.value, Decimal):
        return format(operand.value, "f")
    quote = '"' if "'" in operand.value else "'"
    if quote in operand.value:
        # Both quotes occur: two adjoining texts are one text to the parser.
        return " ".join(f'"{part}"' if "'" in part else f"'{part}'" for part in re.findall(r"'+|[^']+", operand.value))
    return f"{quote}{operand.value}{quote}"


def names(tree: Tree) -> tuple[Name, ...]:
    """Return every name of a condition, in the order written."""
    if isinstance(tree, Name):
        return (tree,)
    if isinstance(tree, Join):
        return tuple(name for part in tree.parts for name in names(part))
    if isinstance(tree, Not):
        return names(tree.of)
    if isinstance(tree, Compare):
        right = () if isinstance(tree.right, Choices) else names(tree.right)
        return names(tree.left) + right
    if isinstance(tree, Call):
        return tuple(argument for argument in tree.arguments if isinstance(argument, Name))
    return ()


def renamed(tree: Tree, name: Callable[[Name], str], text: Callable[[Call, int], str]) -> Tree:
    """Return the tree with every name, and every text argument of a call, replaced by what the functions return."""
    if isinstance(tree, Join):
        return Join(tree.word, tuple(renamed(part, name, text) for part in tree.parts), tree.offset)
    if isinstance(tree, Not):
        return Not(renamed(tree.of, name, text), tree.offset)
    if isinstance(tree, Compare):
        right = tree.right if isinstance(tree.right, Choices) else _renamed(tree.right, name, text)
        return Compare(_renamed(tree.left, name, text), tree.operator, right, tree.offset)
    return _renamed(tree, name, text)


def _renamed(operand: Operand, name: Callable[[Name], str], text: Callable[[Call, int], str]) -> Operand:
    if isinstance(operand, Name):
        return Name(name(operand), operand.offset)
    if isinstance(operand, Call):
        arguments: list[Name | Literal] = []
        for place, argument in enumerate(operand.arguments):
            if isinstance(argument, Name):
                arguments.append(Name(name(argument), argument.offset))
            else:
                arguments.append(Literal(text(operand, place), argument.offset))
        return Call(operand.function, tuple(arguments), operand.offset)
    return operand


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
