"""JSON Schema of the files a trainer writes, made from the same shapes the loader reads by.

For editors: completion, and a red line under an unknown key. It is a little wider than the loader (names, conditions
and lengths are checked there only). Draft 2020-12.
"""

from __future__ import annotations

from typing import Any

from recover.playbook import answers, grammar, stories, translation
from recover.playbook.shapes import Anything, Either, Many, Record, Scalar, Shape, Table

FILES: dict[str, Record] = {
    "playbook": grammar.PLAYBOOK,
    "group": grammar.GROUP,
    "facts": grammar.REGISTRY,
    "answers": answers.ANSWERS,
    "story": stories.STORY,
    "catalogue": translation.CATALOGUE,
}
"""Kind of file → its shape."""


def json_schema(kind: str = "") -> dict[str, Any]:
    """Return the JSON Schema of one kind of file (a key of `FILES`, such as `playbook`), or of any of them.

    Scalars accept every JSON scalar where the loader takes text, because editors read `true` and `7` as such.
    """
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"recover {kind or 'files'}"}
    if kind:
        return {**head, **_schema(FILES[kind])}
    return {**head, "oneOf": [{"$ref": f"#/$defs/{name}"} for name in FILES], "$defs": _definitions()}


def _definitions() -> dict[str, Any]:
    return {name: _schema(shape) for name, shape in FILES.items()}


def _schema(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Scalar):
        return _scalar(shape)
    if isinstance(shape, Many):
        many = {"type": "array", "items": _schema(shape.of), "minItems": shape.least}
        return {"anyOf": [_schema(shape.of), many]} if shape.lone else many
    if isinstance(shape, Table):
        names = {"pattern": shape.key.pattern} if shape.key.pattern else {}
        return {"type": "object", "propertyNames": names, "additionalProperties": _schema(shape.of)}
    if isinstance(shape, Record):
        return {
            "type": "object",
            "description": shape.what,
            "properties": {name: _schema(inner) for name, inner in shape.keys.items()},
            "required": list(shape.required),
            "additionalProperties": False,
        }
    if isinstance(shape, Anything):
        return {}
    assert isinstance(shape, Either)  # noqa: S101 - the last member of the union
    return {"anyOf": [_schema(inner) for inner in (shape.scalar, shape.mapping, shape.sequence) if inner is not None]}


def _scalar(shape: Scalar) -> dict[str, Any]:
    if shape.values == ("true", "false"):
        return {"enum": [True, False, "true", "false"]}
    if shape.values:
        return {"enum": list(shape.values)}
    made: dict[str, Any] = {"type": ["string", "number", "boolean"], "description": shape.what}
    if shape.pattern:
        made["pattern"] = shape.pattern
    return made
