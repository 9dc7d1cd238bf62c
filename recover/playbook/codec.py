"""Playbook and registry as versioned JSON: the form that is pinned in a case, and read back without any YAML.

`{"format": "recover-playbook", "version": 1, "playbook": {...}}`. Every member is written, also where it has its
default, so that a later default changes nothing in an open case. Reading is strict: an unknown member, a missing one
without a default, or a value of another type is a `PlaybookError` that names the place; a newer version is a
`NewerFormatError`.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from recover.errors import NewerFormatError, PlaybookError
from recover.playbook import syntax
from recover.playbook.model import MODEL_VERSION, Catalogue, Expression, Playbook, Registry

_PLAYBOOK = ("recover-playbook", "playbook")
_REGISTRY = ("recover-registry", "registry")
_CATALOGUES = ("recover-catalogues", "catalogues")
_MAX_DEPTH = 24


def playbook_to_json(playbook: Playbook) -> dict[str, Any]:
    """Return a playbook as JSON values (dict, list, str, int, bool, None), with its format and version."""
    return {"format": _PLAYBOOK[0], "version": MODEL_VERSION, _PLAYBOOK[1]: _written(playbook)}


def playbook_from_json(document: object) -> Playbook:
    """Return the playbook a document holds; conditions are parsed, so that a broken one is found here.

    Raises `NewerFormatError` for a later version, `PlaybookError` for anything that is not a playbook.
    """
    playbook = _read_document(document, _PLAYBOOK, Playbook)
    assert isinstance(playbook, Playbook)  # noqa: S101 - narrows the type, `_read_document` made it
    return playbook


def registry_to_json(registry: Registry) -> dict[str, Any]:
    """Return a registry as JSON values, with its format and version."""
    return {"format": _REGISTRY[0], "version": MODEL_VERSION, _REGISTRY[1]: _written(registry)}


def registry_from_json(document: object) -> Registry:
    """Return the registry a document holds; errors as for `playbook_from_json`."""
    registry = _read_document(document, _REGISTRY, Registry)
    assert isinstance(registry, Registry)  # noqa: S101 - narrows the type, `_read_document` made it
    return registry


def catalogues_to_json(catalogues: tuple[Catalogue, ...]) -> dict[str, Any]:
    """Return catalogues as JSON values, with their format and version."""
    return {"format": _CATALOGUES[0], "version": MODEL_VERSION, _CATALOGUES[1]: _written(catalogues)}


def catalogues_from_json(document: object) -> tuple[Catalogue, ...]:
    """Return the catalogues a document holds; errors as for `playbook_from_json`."""
    catalogues = _read_document(document, _CATALOGUES, tuple[Catalogue, ...])
    assert isinstance(catalogues, tuple)  # noqa: S101 - narrows the type, `_read_document` made it
    return catalogues


def _written(value: object) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {name: _written(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    return value


def _read_document(document: object, kind: tuple[str, str], cls: Any) -> object:
    format_, member = kind
    if not isinstance(document, Mapping) or document.get("format") != format_:
        raise PlaybookError(f"this is no pinned {member}", place=member)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PlaybookError(f"the pinned {member} has no version", place=member)
    if version > MODEL_VERSION:
        raise NewerFormatError(
            f"the pinned {member} was written by a newer recover (form {version}, this one knows {MODEL_VERSION})",
            hint="pip install --upgrade recover-kit",
        )
    if set(document) != {"format", "version", member}:
        raise PlaybookError(f"the pinned {member} holds something unknown", place=member)
    return _reader(cls)(document[member], member, 0)


_Read = Callable[[object, str, int], object]


@lru_cache(maxsize=256)
def _reader(type_: Any) -> _Read:
    """Return the function that reads one type; built once per type."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _many_reader(arguments[0])
    if origin is tuple:
        return _fixed_reader(arguments)
    if origin in (types.UnionType, typing.Union):
        inner = next(each for each in arguments if each is not type(None))
        return lambda value, place, depth: None if value is None else _reader(inner)(value, place, depth)
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return _enum_reader(type_)
    if dataclasses.is_dataclass(type_) and isinstance(type_, type):
        return _record_reader(type_)
    return _plain_reader(type_)


def _many_reader(inner: Any) -> _Read:
    def read(value: object, place: str, depth: int) -> object:
        if not isinstance(value, list):
            raise PlaybookError("a list is expected", place=place)
        reader = _reader(inner)
        return tuple(reader(each, f"{place}[{index}]", depth) for index, each in enumerate(value))

    return read


def _fixed_reader(inner: tuple[Any, ...]) -> _Read:
    def read(value: object, place: str, depth: int) -> object:
        if not isinstance(value, list) or len(value) != len(inner):
            raise PlaybookError(f"a list of {len(inner)} is expected", place=place)
        return tuple(_reader(type_)(each, place, depth) for type_, each in zip(inner, value, strict=True))

    return read


def _enum_reader(type_: type[enum.Enum]) -> _Read:
    members = {member.value: member for member in type_}

    def read(value: object, place: str, depth: int) -> object:
        if not isinstance(value, str) or value not in members:
            raise PlaybookError(f"one of {', '.join(members)} is expected", place=place)
        return members[value]

    return read


def _plain_reader(type_: type) -> _Read:
    def read(value: object, place: str, depth: int) -> object:
        if type(value) is not type_:
            raise PlaybookError(f"{type_.__name__} is expected", place=place)
        return value

    return read


def _record_reader(cls: type) -> _Read:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    required = {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    names = frozenset(hints)

    def read(value: object, place: str, depth: int) -> object:
        if depth > _MAX_DEPTH:
            raise PlaybookError("nested too deeply", place=place)
        if not isinstance(value, Mapping):
            raise PlaybookError("a mapping is expected", place=place)
        if not names.issuperset(value):
            unknown = sorted(str(key) for key in set(value) - names)
            raise PlaybookError(f"unknown member {unknown[0][:60]}", place=place)
        if not required.issubset(value):
            raise PlaybookError(f"member {min(required - set(value))} is missing", place=place)
        record = cls(
            **{name: _reader(hints[name])(member, f"{place}.{name}", depth + 1) for name, member in value.items()}
        )
        if isinstance(record, Expression):
            _must_parse(record, place)
        return record

    return read


def _must_parse(expression: Expression, place: str) -> None:
    try:
        syntax.read(expression.text)
    except syntax.ExpressionError as fault:
        raise PlaybookError(fault.message, hint=fault.hint, place=place) from None
