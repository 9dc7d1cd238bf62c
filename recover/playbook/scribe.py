"""Values as YAML text in the style of the shipped files: plain where it can be, folded where it is long.

Whatever is written is read back by whoever writes it (`document` compares), so the choice here is about looks only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from recover.playbook.problems import Problems
from recover.playbook.reader import Mapping as ReadMapping
from recover.playbook.reader import Text, read_yaml

WIDTH = 120
"""Characters of a line, where words allow it."""

_IN_BRACES = frozenset({"letter", "wait", "schedule", "silence", "sha256", "derived_from"})
"""Keys whose mapping stands in braces on one line if it fits."""


def pair(key: str, value: Any, indent: int, *, in_flow: bool = False) -> str:
    """Write `key: value` for a mapping whose keys stand at column `indent`; lines after the first are indented."""
    name = scalar(key, indent=indent, column=indent, in_flow=in_flow, is_key=True)
    return f"{name}:{behind(value, indent, indent + len(name) + 1, in_flow=in_flow, key=key)}"


def behind(value: Any, indent: int, column: int, *, in_flow: bool = False, key: str = "") -> str:
    """Write what stands behind a colon: a space and a value, or lines of their own below `indent`."""
    if isinstance(value, str):
        return " " + scalar(value, indent=indent, column=column + 1, in_flow=in_flow)
    flow = _flow(value)
    is_short = column + 1 + len(flow) <= WIDTH
    if in_flow or not value:
        return " " + flow
    if isinstance(value, Mapping):
        if key in _IN_BRACES and is_short and _is_flat(value):
            return " " + flow
        return "".join("\n" + " " * (indent + 2) + pair(name, each, indent + 2) for name, each in value.items())
    if is_short and all(isinstance(each, str) for each in value):
        return " " + flow
    return "".join("\n" + " " * (indent + 2) + row(each, indent + 2) for each in value)


def row(value: Any, indent: int) -> str:
    """Write `- value` for a list whose dashes stand at column `indent`."""
    if isinstance(value, str):
        return "- " + scalar(value, indent=indent, column=indent + 2)
    flow = _flow(value)
    if not isinstance(value, Mapping) or (_is_flat(value) and indent + 2 + len(flow) <= WIDTH):
        return "- " + flow
    inner = indent + 2
    return "- " + ("\n" + " " * inner).join(pair(name, each, inner) for name, each in value.items())


def _is_flat(value: Mapping[str, Any]) -> bool:
    return all(
        isinstance(each, str) or (isinstance(each, Sequence) and all(isinstance(one, str) for one in each))
        for each in value.values()
    )


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value, indent=0, column=0, in_flow=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(pair(name, each, 0, in_flow=True) for name, each in value.items()) + "}"
    return "[" + ", ".join(_flow(each) for each in value) + "]"


def scalar(text: str, *, indent: int, column: int, in_flow: bool = False, is_key: bool = False, style: str = "") -> str:
    """Write a text that begins at `column` and belongs to a key or dash at `indent`.

    `style` is how it was written before (`spans.Scalar`), kept where it still holds the text.
    """
    fits = column + len(text) + 2 <= WIDTH
    may_fold = not in_flow and not is_key
    if (may_fold and style in (">", "|")) or (may_fold and not fits) or "\n" in text:
        folded = _block(text, indent) if may_fold else ""
        return folded or _quoted(text)
    if style != "'" and style != '"' and _is_plain(text, in_flow=in_flow, is_key=is_key):
        return text
    if style == '"' and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return _quoted(text)


def _quoted(text: str) -> str:
    if "\n" in text and not any(sign < " " and sign != "\n" for sign in text):
        # Other control characters are not written as escapes: the reader shall see and refuse them.
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str, *, in_flow: bool, is_key: bool) -> bool:
    if not text or text[0] in "!&*?|>%@`\"'#" or text != text.strip():
        return False
    probe = f"{{{text}: a}}" if in_flow and is_key else f"{text}: a" if is_key else f"k: {text}"
    if in_flow and not is_key:
        probe = f"{{k: {text}, l: a}}"
    node = read_yaml(probe, "", Problems())
    if not isinstance(node, ReadMapping):
        return False
    name, value = node.pairs[0]
    if is_key:
        return str(name) == text and len(node.pairs) == 1
    return isinstance(value, Text) and str(value) == text and len(node.pairs) == (2 if in_flow else 1)


def _block(text: str, indent: int) -> str:
    """Write a text folded or, with line breaks, as lines; empty if that would not read back as it was."""
    lead = "\n" + " " * (indent + 2)
    rows = text.split("\n") if "\n" in text else _folded(text, WIDTH - indent - 2)
    head = "|-" if "\n" in text else ">-"
    made = head + "".join(lead + each if each else "\n" for each in rows)
    node = read_yaml(f"{' ' * indent}k: {made}\n", "", Problems())
    is_same = isinstance(node, ReadMapping) and str(node.pairs[0][1]) == text
    return made if is_same else ""


def _folded(text: str, width: int) -> list[str]:
    rows: list[str] = []
    for word in text.split(" "):
        if rows and len(rows[-1]) + 1 + len(word) <= width:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return rows
