"""Conditions as trees: text in, a small tree of our own out, and canonical text again.

Text is parsed by the standard library's `ast` in eval mode and turned into our tree through a whitelist; nothing is
ever evaluated as Python, and whatever is not listed here is refused by name. Length and depth are bounded before and
after parsing. `expressions` says what a tree means in a case, `conditions` whether its names and types fit a playbook.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from recover.errors import PlaybookError
from recover.frozen import frozen

MAX_CHARACTERS = 1_000
"""Longest condition; a longer one belongs into a gate or a step of its own."""
MAX_DEPTH = 30
"""Deepest nesting of a condition's tree."""

ITEM = "item"
"""The name of the present element inside `for_each`."""


class ExpressionError(PlaybookError):
    """A condition that cannot be read; `offset` is the character in the text where it goes wrong."""

    def __init__(self, message: str, *, offset: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset


# --- the tree -------------------------------------------------------------------------------------------------------


@frozen
class Name:
    """A fact, or `item.column`."""

    text: str
    offset: int = 0


@frozen
class Literal:
    """A text, a number or a truth value."""

    value: str | Decimal | bool
    offset: int = 0


@frozen
class Choices:
    """A written list, right of `in`."""

    values: tuple[Literal, ...]
    offset: int = 0


@frozen
class Call:
    """One of the listed functions."""

    function: str
    arguments: tuple[Name | Literal, ...]
    offset: int = 0


@frozen
class Compare:
    """Two operands and one of `== != < <= > >= in not in`."""

    left: Operand
    operator: str
    right: Operand | Choices
    offset: int = 0


@frozen
class Not:
    """Negation."""

    of: Tree
    offset: int = 0


@frozen
class Join:
    """`and` or `or` over two or more conditions."""

    word: str
    parts: tuple[Tree, ...]
    offset: int = 0


Operand = Name | Literal | Call
Tree = Name | Literal | Call | Compare | Not | Join

FUNCTIONS: Final[Mapping[str, str]] = {
    "answered": "answered(fact)",
    "known": "known(fact)",
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
    if call.function in ("answered", "known"):
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
