"""Closed schemas: what a file may hold, checked key by key, all faults at once.

A shape says what a node must look like; `read` turns the node into values (`Text`, `Rows`, `Entries`) and records what
does not fit. What does not fit is left out, everything else goes on, so that one run shows all faults and none twice.
The same shapes make the JSON Schema that editors use.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import field
from typing import Any

from recover.frozen import frozen
from recover.playbook.problems import Place, Problems, nearest
from recover.playbook.reader import Mapping, Node, Sequence, Text


@frozen
class Fault:
    """Why a scalar does not fit: code, message, hint."""

    code: str
    message: str
    hint: str = ""


@frozen
class Scalar:
    """Text of one form. `what` completes "… is expected"; `check` returns a `Fault` or None."""

    what: str
    check: Callable[[str], Fault | None] = lambda text: None
    most: int = 200
    lines: bool = False
    may_be_empty: bool = False
    values: tuple[str, ...] = ()
    pattern: str = ""


@frozen
class Many:
    """A list; with `lone` a single one may stand without the list."""

    of: Shape
    what: str = "a list"
    lone: bool = False
    least: int = 0


@frozen
class Table:
    """A mapping whose keys are ids and whose values have one shape."""

    key: Scalar
    of: Shape
    what: str = "a mapping"


@frozen
class Record:
    """A mapping with a closed set of keys."""

    what: str
    required: Map[str, Shape] = field(default_factory=dict)
    optional: Map[str, Shape] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, Shape]:
        """Return every key with its shape."""
        return {**self.required, **self.optional}


@frozen
class Either:
    """A scalar or a mapping or a list, told apart by the node itself."""

    what: str
    scalar: Scalar | None = None
    mapping: Record | Table | None = None
    sequence: Many | None = None


@frozen
class Anything:
    """Any value; what it means is decided by the fact it answers."""

    what: str = "a value"


Shape = Scalar | Many | Table | Record | Either | Anything


class Rows(list[Any]):
    """The values of a list, with the list's place."""

    place: Place


class Entries(dict[str, Any]):
    """The values of a mapping by key, with its place; `key_places` holds where each key stands.

    `is_whole` is False when something did not fit and was left out; then names that are not there may be excused.
    """

    place: Place
    key_places: dict[str, Place]
    is_whole: bool

    def text(self, key: str, default: str = "") -> str:
        """Return a scalar as plain text."""
        value = self.get(key)
        return str(value) if isinstance(value, Text) else default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of scalars as plain text."""
        return tuple(str(value) for value in self.rows(key) if isinstance(value, Text))

    def flag(self, key: str) -> bool:
        """Return whether a true/false key is true."""
        return self.text(key) == "true"

    def number(self, key: str) -> int | None:
        """Return a whole number, or None."""
        text = self.text(key)
        return int(text) if text else None

    def rows(self, key: str) -> list[Any]:
        """Return a list, empty when the key is absent."""
        value = self.get(key)
        return value if isinstance(value, list) else []

    def table(self, key: str) -> Entries:
        """Return a mapping, empty (and placed here) when the key is absent."""
        value = self.get(key)
        return value if isinstance(value, Entries) else _entries(self.place)

    def place_of(self, key: str) -> Place:
        """Return where the value of a key stands, or where the mapping begins."""
        value = self.get(key)
        if isinstance(value, Text | Rows | Entries):
            return value.place
        return self.key_places.get(key, self.place)


def _entries(place: Place) -> Entries:
    made = Entries()
    made.place, made.key_places, made.is_whole = place, {}, True
    return made


def read(shape: Shape, node: Node, problems: Problems) -> Any:
    """Return the node's value by its shape, or None when its kind is wrong; record every fault."""
    if isinstance(shape, Anything):
        return _anything(node)
    if isinstance(shape, Either):
        return _read_either(shape, node, problems)
    if isinstance(shape, Scalar):
        return _read_scalar(shape, node, problems)
    if isinstance(shape, Many):
        return _read_many(shape, node, problems)
    if isinstance(shape, Table):
        return _read_table(shape, node, problems)
    return _read_record(shape, node, problems)


def _wrong_kind(shape: Shape, node: Node, problems: Problems) -> None:
    found = "text" if isinstance(node, Text) else "a list" if isinstance(node, Sequence) else "a mapping"
    if isinstance(node, Text) and node == "":
        problems.add("E023", node.place, f"nothing stands here; {shape.what} is expected")
        return
    problems.add("E022", node.place, f"{shape.what} is expected, not {found}")


def _read_either(shape: Either, node: Node, problems: Problems) -> Any:
    kinds = {Text: shape.scalar, Sequence: shape.sequence, Mapping: shape.mapping}
    chosen = kinds[type(node)]
    if chosen is None or (isinstance(node, Text) and node == "" and not isinstance(chosen, Scalar)):
        _wrong_kind(shape, node, problems)
        return None
    return read(chosen, node, problems)


def _read_scalar(shape: Scalar, node: Node, problems: Problems) -> Text | None:
    if not isinstance(node, Text):
        _wrong_kind(shape, node, problems)
        return None
    text = str(node).strip()
    fault: Fault | None = None
    if not text and not shape.may_be_empty:
        fault = Fault("E023", f"nothing stands here; {shape.what} is expected")
    elif len(text) > shape.most:
        fault = Fault("E030", f"longer than {shape.most} characters ({len(text)})", "say it in fewer words")
    elif "\n" in text and not shape.lines:
        fault = Fault("E030", "this is one line, without a line break")
    elif shape.values and text not in shape.values:
        fault = Fault("E028", f"'{text[:60]}' is not possible here", _meant(text, shape.values))
    elif text:
        fault = shape.check(text)
    if fault is not None:
        problems.add(fault.code, node.place, fault.message, fault.hint)
        return None
    return Text.at(text, node.place, node.inner if text == node else -1)


def _meant(text: str, values: tuple[str, ...]) -> str:
    near = nearest(text, values)
    return f"did you mean {near}?" if near else "one of " + ", ".join(values)


def _read_many(shape: Many, node: Node, problems: Problems) -> Rows | None:
    if not isinstance(node, Sequence):
        if not shape.lone:
            _wrong_kind(shape, node, problems)
            return None
        node = Sequence((node,), node.place)
    rows = Rows()
    rows.place = node.place
    for item in node.items:
        value = read(shape.of, item, problems)
        if value is not None:
            rows.append(value)
    if len(node.items) < shape.least:
        problems.add("E023", node.place, f"nothing stands here; {shape.what} is expected")
    return rows


def _read_table(shape: Table, node: Node, problems: Problems) -> Entries | None:
    if not isinstance(node, Mapping):
        _wrong_kind(shape, node, problems)
        return None
    made = _entries(node.place)
    for key, child in node.pairs:
        name = _read_scalar(shape.key, key, problems)
        value = read(shape.of, child, problems)
        if name is not None:
            made.key_places[str(name)] = key.place
            if value is not None:
                made[str(name)] = value
        made.is_whole = made.is_whole and name is not None and value is not None
    return made


def _read_record(shape: Record, node: Node, problems: Problems) -> Entries | None:
    if not isinstance(node, Mapping):
        _wrong_kind(shape, node, problems)
        return None
    made = _entries(node.place)
    known = shape.keys
    for key, child in node.pairs:
        if str(key) not in known:
            near = nearest(str(key), known)
            hint = f"did you mean {near}?" if near else "there are " + ", ".join(known)
            problems.add("E020", key.place, f"unknown key '{key[:60]}' in {shape.what}", hint)
            continue
        made.key_places[str(key)] = key.place
        value = read(known[str(key)], child, problems)
        if value is not None:
            made[str(key)] = value
        made.is_whole = made.is_whole and value is not None
    for name in shape.required:
        if name not in made.key_places:
            made.is_whole = False
            problems.add("E021", node.place, f"{shape.what} needs the key '{name}'", f"add `{name}: …` here")
    return made


def _anything(node: Node) -> Any:
    if isinstance(node, Text):
        return node
    if isinstance(node, Sequence):
        rows = Rows(_anything(item) for item in node.items)
        rows.place = node.place
        return rows
    made = _entries(node.place)
    for key, child in node.pairs:
        made.key_places[str(key)] = key.place
        made[str(key)] = _anything(child)
    return made


def plain(value: Any) -> Any:
    """Return a value read as `Anything` without its places: text, lists and dicts of text."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    return {key: plain(each) for key, each in value.items()}


def matching(pattern: str, code: str, message: str, hint: str) -> Callable[[str], Fault | None]:
    """Return a check that the whole text matches a pattern of ours."""
    compiled = re.compile(pattern)
    return lambda text: None if compiled.fullmatch(text) else Fault(code, f"'{text[:60]}' {message}", hint)
