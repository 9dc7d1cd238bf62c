"""Entry bodies as JSON and back, driven by the fields of `entries`.

Writing leaves out members that have their default. Reading is strict and total: a kind, member or shape this version
does not know gives `Unknown` with the text as it was, never an exception, so that a log written by a newer version can
still be folded and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from recover.case.entries import ENTRY_KINDS, Unknown

MAX_DEPTH = 12
"""How deep an answer's value may nest."""

KIND_OF: dict[type, str] = {body: kind for kind, body in ENTRY_KINDS.items()}
"""Class of a body → its kind in the log."""

_Reader = Callable[[Any], Any]


class _Shape(Exception):
    """The JSON does not have the shape of the body."""


def body_to_json(body: object) -> tuple[str, dict[str, Any]]:
    """Give the kind of a body and its members as JSON values; an `Unknown` comes back as it was read.

    Raises `TypeError` for an object that is no body.
    """
    if isinstance(body, Unknown):
        return body.kind, dict(body.raw)
    kind = KIND_OF.get(type(body))
    if kind is None:
        raise TypeError(f"{type(body).__name__} is no entry body")
    return kind, _members(body)


def body_from_json(kind: str, raw: Mapping[str, Any]) -> object:
    """Give the body a kind and its members describe, or `Unknown` when this version does not understand them."""
    shape = ENTRY_KINDS.get(kind)
    if shape is None:
        return Unknown(kind, raw)
    try:
        return _read_dataclass(shape, raw)
    except _Shape:
        return Unknown(kind, raw)


def _members(value: Any) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for field in fields(value):
        member = getattr(value, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if type(member) is not type(default) or member != default:
            members[field.name] = _plain(member)
    return members


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _read_dataclass(shape: type, raw: Any) -> Any:
    if not isinstance(raw, Mapping):
        raise _Shape
    readers, required = _readers(shape)
    if not required <= raw.keys():
        raise _Shape
    given: dict[str, Any] = {}
    for name, value in raw.items():
        reader = readers.get(name)
        if reader is None:
            raise _Shape
        given[name] = reader(value)
    return shape(**given)


@cache
def _readers(shape: type) -> tuple[dict[str, _Reader], frozenset[str]]:
    hints = get_type_hints(shape)
    readers = {field.name: _reader(hints[field.name]) for field in fields(shape)}
    required = frozenset(
        field.name for field in fields(shape) if field.default is MISSING and field.default_factory is MISSING
    )
    return readers, required


def _reader(hint: Any) -> _Reader:
    if hint is str:
        return _read_text
    if hint is int:
        return _read_int
    if hint is bool:
        return _read_bool
    if hint is Any:
        return _read_value
    if get_origin(hint) is tuple:
        return _tuple_reader(get_args(hint))
    if get_origin(hint) is Mapping:
        return _read_mapping
    return lambda raw: _read_dataclass(hint, raw)


def _tuple_reader(members: tuple[Any, ...]) -> _Reader:
    if members[-1] is Ellipsis:
        each = _reader(members[0])
        return lambda raw: tuple(each(one) for one in _read_list(raw))
    inner = [_reader(member) for member in members]

    def read(raw: Any) -> tuple[Any, ...]:
        values = _read_list(raw)
        if len(values) != len(inner):
            raise _Shape
        return tuple(reader(value) for reader, value in zip(inner, values, strict=True))

    return read


def _read_text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise _Shape
    return raw


def _read_int(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise _Shape
    return raw


def _read_bool(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise _Shape
    return raw


def _read_list(raw: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise _Shape
    return raw


def _read_mapping(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise _Shape
    return dict(_read_value(raw))


def _read_value(raw: Any, depth: int = 0) -> Any:
    if raw is None or isinstance(raw, str | bool | int):
        return raw
    if depth >= MAX_DEPTH:
        raise _Shape
    if isinstance(raw, list | tuple):
        return [_read_value(each, depth + 1) for each in raw]
    if isinstance(raw, Mapping):
        if not all(isinstance(key, str) for key in raw):
            raise _Shape
        return {key: _read_value(each, depth + 1) for key, each in raw.items()}
    raise _Shape
