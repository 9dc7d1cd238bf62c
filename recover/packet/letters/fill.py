"""A template's text with a case's values: conditions, loops and prints, evaluated over our own small tree.

Total for what `language` let through: no recursion but the template's own nesting, output bounded, every value a plain
placeholder until the Markdown has been read. A print of something that is not there is an error, never an empty place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from recover.errors import TemplateError
from recover.packet.letters import language as lang
from recover.packet.letters.markup import placeholder
from recover.packet.letters.values import FITS, Moment, Row, Rows, Value, Words, constant, is_true, printed
from recover.packet.words.direction import value_text

MAX_PRINTED = 20_000
"""Values one letter may print, loops included."""
MAX_CHARACTERS = 1_000_000

_COMPARE: Mapping[str, Callable[[object, object], bool]] = {"==": operator.eq, "!=": operator.ne}
_ORDER: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class NotGiven(TemplateError):
    """The text prints something that the case does not have; `path` is what the template calls it."""

    def __init__(self, path: lang.Path, place: str) -> None:
        super().__init__(f"{path.text} has no value here", place=place, hint="print it inside an `if` that asks for it")
        self.path = path


@dataclass(slots=True)
class Filled:
    """Markdown with placeholders, and the texts that belong there."""

    text: str = ""
    values: list[str] = field(default_factory=list)
    reached: frozenset[str] = frozenset()
    """What the text came to print, as the template calls it: `lost_at`, `claim.removed`."""


def fill(body: lang.Body, names: Mapping[str, Value | None], *, path: str, language: str) -> Filled:
    """Evaluate a template's text. `names` holds every declared name; None is one without a value.

    Raises `NotGiven` when something without a value is printed, `TemplateError` for a name that is not declared or a
    filter that does not fit.
    """
    filler = _Filler(path, language)
    filler.body(body, dict(names))
    return Filled("".join(filler.parts), filler.values, frozenset(filler.reached))


def claim_of(claim: str, element: str) -> str:
    """Return the name under which a claim's exhibits about one row of a list stand."""
    return f"{claim}[{element}]"


class _Filler:
    def __init__(self, path: str, language: str) -> None:
        self._path = path
        self._language = language
        self.parts: list[str] = []
        self.values: list[str] = []
        self.reached: set[str] = set()
        self._elements: list[str] = []
        self._characters = 0

    def refuse(self, message: str, path: lang.Path) -> NoReturn:
        raise TemplateError(message, place=f"{self._path}:{path.line}")

    def body(self, body: lang.Body, names: dict[str, Value | None]) -> None:
        for part in body:
            if isinstance(part, lang.Literal):
                self.add(part.text)
            elif isinstance(part, lang.Print):
                self.print(part.path, names)
            elif isinstance(part, lang.Loop):
                self.loop(part, names)
            else:
                self.branch(part, names)

    def add(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS or len(self.values) > MAX_PRINTED:
            raise TemplateError("the letter grows too long", place=self._path)
        self.parts.append(text)

    def print(self, path: lang.Path, names: Mapping[str, Value | None]) -> None:
        self.reached.add(path.text)
        value = self.find(path, names)
        if value is None:
            if path.name == "claim":
                return
            raise NotGiven(path, f"{self._path}:{path.line}")
        if not isinstance(value, FITS[path.filter]):
            what = "a record: name one of its members" if isinstance(value, Row) else "rows: use `for`"
            self.refuse(f"`{path.filter}` does not fit {path.text}" if path.filter else f"{path.text} is {what}", path)
        self.values.append(value_text(printed(value, path.filter, self._language), self._language))
        self.add(placeholder(len(self.values) - 1))

    def find(self, path: lang.Path, names: Mapping[str, Value | None]) -> Value | None:
        if path.name not in names:
            self.refuse(f"`{path.name}` is not declared", path)
        value = names[path.name]
        if not path.member or value is None:
            return value
        if not isinstance(value, Row):
            self.refuse(f"{path.name} has no members", path)
        own = claim_of(path.member, self._elements[-1]) if path.name == "claim" and self._elements else ""
        return value.cells.get(own) or value.cells.get(path.member)

    def loop(self, part: lang.Loop, names: dict[str, Value | None]) -> None:
        rows = self.find(part.over, names)
        if rows is not None and not isinstance(rows, Rows):
            self.refuse(f"{part.over.text} is no list of rows", part.over)
        found = rows.rows if rows is not None else ()
        for number, row in enumerate(found, 1):
            marks = {
                "index": Words(str(number), number),
                "first": Words("", number == 1),
                "last": Words("", number == len(found)),
            }
            self._elements.append(row.element)
            self.body(part.body, {**names, part.variable: row, "loop": Row(marks)})
            self._elements.pop()

    def branch(self, part: lang.Branch, names: dict[str, Value | None]) -> None:
        for condition, body in part.arms:
            if condition is None or self.holds(condition, names):
                self.body(body, names)
                return

    def holds(self, condition: lang.Condition, names: Mapping[str, Value | None]) -> bool:
        if isinstance(condition, lang.Not):
            return not self.holds(condition.of, names)
        if isinstance(condition, lang.Join):
            left = self.holds(condition.left, names)
            if left == (condition.word == "or"):
                return left
            return self.holds(condition.right, names)
        if isinstance(condition, lang.Truth):
            return is_true(self.find(condition.path, names))
        return self.compares(condition, names)

    def compares(self, condition: lang.Compared, names: Mapping[str, Value | None]) -> bool:
        """Compare with constants; what is not there is equal to nothing and in no order."""
        value = self.find(condition.path, names)
        if value is None or (isinstance(value, Moment) and not condition.path.filter):
            return condition.operator in ("!=", "not in") and value is None
        found = constant(value, condition.path.filter)
        if condition.operator in ("in", "not in"):
            return (found in condition.constants) == (condition.operator == "in")
        other = condition.constants[0]
        if condition.operator in _COMPARE:
            return _COMPARE[condition.operator](found, other)
        if (
            isinstance(found, bool)
            or isinstance(other, bool)
            or not (isinstance(found, int) and isinstance(other, int))
        ):
            return False
        return _ORDER[condition.operator](found, other)
