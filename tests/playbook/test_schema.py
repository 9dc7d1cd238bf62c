"""The JSON Schema for editors accepts what the loader accepts, and names unknown keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recover.packet.letters.lint import CODES as LETTER_CODES
from recover.playbook import grammar
from recover.playbook.codes import CODES
from recover.playbook.model import FactType
from recover.playbook.problems import Problems
from recover.playbook.reader import Mapping, Node, Sequence, Text, read_file
from recover.playbook.schema import FILES, json_schema
from recover.playbook.shapes import Either, Many, Record, Shape, Table
from recover.playbook.syntax import FUNCTIONS
from tests.playbook.ground import GOOD

KINDS = {
    "lost-page/playbook.yaml": "playbook",
    "shared/start.yaml": "group",
    "shared/later.yaml": "group",
    "facts/rules.yaml": "facts",
    "facts/channels/meta.yaml": "facts",
    "lost-page/answers-example.yaml": "answers",
    "lost-page/stories/first.yaml": "story",
}


def as_json(node: Node) -> Any:
    if isinstance(node, Text):
        return str(node)
    if isinstance(node, Sequence):
        return [as_json(item) for item in node.items]
    assert isinstance(node, Mapping)
    return {str(key): as_json(value) for key, value in node.pairs}


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Check the few words of JSON Schema that we use."""
    if "anyOf" in schema:
        return any(fits(each, value) for each in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema.get("type")
    if isinstance(kind, list):
        return isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
    if kind == "array":
        return isinstance(value, list) and all(fits(schema["items"], each) for each in value)
    if kind == "object":
        return isinstance(value, dict) and _object_fits(schema, value)
    return True


def _object_fits(schema: dict[str, Any], value: dict[str, Any]) -> bool:
    if not set(schema.get("required", [])) <= set(value):
        return False
    for key, inner in value.items():
        known = schema.get("properties", {}).get(key)
        if known is None:
            known = schema.get("additionalProperties", True)
        if known is False or not re.search(schema.get("propertyNames", {}).get("pattern", ""), key):
            return False
        if isinstance(known, dict) and not fits(known, inner):
            return False
    return True


@pytest.mark.parametrize(("file", "kind"), KINDS.items())
def test_good_files_fit(file: str, kind: str) -> None:
    """Every good file fits the schema of its kind, and no other file with an unknown key does."""
    node = read_file(GOOD / file, file, Problems())
    assert node is not None
    value = as_json(node)
    schema = json.loads(json.dumps(json_schema(kind)))
    assert fits(schema, value)
    assert not fits(schema, {**value, "unknown_key": "x"})


def test_one_schema_for_all_files() -> None:
    """Without a kind the schema holds all of them."""
    schema = json_schema()
    assert set(schema["$defs"]) == set(FILES)
    assert len(schema["oneOf"]) == len(FILES)


def test_every_code_in_the_program_is_explained() -> None:
    """Each code that the loader can print has its paragraph, and no paragraph is about a code that does not exist."""
    folder = Path(__file__).parents[2] / "recover" / "playbook"
    used = {
        code
        for path in folder.glob("*.py")
        if path.name != "codes.py"
        for code in re.findall(r'"([EWC]\d{3})"', path.read_text())
    }
    assert used - set(LETTER_CODES) == set(CODES)
    assert all(text.endswith(".") and len(text) > 20 for text in CODES.values())


def test_no_code_has_two_meanings() -> None:
    """The codes of playbooks and those of letters do not overlap: `recover playbook codes` lists both."""
    from recover.packet.letters import lint as letters

    assert not set(letters.CODES) & set(CODES)


def keys_of(shape: Shape) -> set[str]:
    """Return every key that a shape knows, at any depth."""
    if isinstance(shape, Record):
        return set(shape.keys).union(*(keys_of(inner) for inner in shape.keys.values()))
    if isinstance(shape, Many | Table):
        return keys_of(shape.of)
    if isinstance(shape, Either):
        inner = (shape.scalar, shape.mapping, shape.sequence)
        return set().union(*(keys_of(each) for each in inner if each is not None))
    return set()


def test_the_reference_names_every_word_of_the_language() -> None:
    """Each key, type, meaning, outcome, ending and function stands in docs/playbooks.md."""
    text = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text()
    words = set().union(*(keys_of(shape) for shape in FILES.values()))
    words |= {*FactType, *grammar.MEANINGS, *grammar.OUTCOMES, *grammar.ENDINGS, *grammar.ENGINE_GATES, *FUNCTIONS}
    assert [word for word in sorted(words) if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)] == []
