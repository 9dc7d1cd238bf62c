"""Which file each part of a playbook comes from: its includes by name, as the pinned or shipped text tells them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from recover.playbook import grammar, reader, shapes
from recover.playbook.problems import Problems


@lru_cache(maxsize=64)
def groups_in(text: str, place: str = "playbook.yaml") -> Mapping[str, str]:
    """Return include's name → group's file (`shared/intake`) of a playbook's text; empty when it cannot be read."""
    problems = Problems()
    node = reader.read_bytes(text.encode(), place, problems)
    entries = shapes.read(grammar.PLAYBOOK, node, problems) if node is not None else None
    if entries is None:
        return {}
    return {name: include.text("use") for name, include in entries.table("include").items() if include.text("use")}
