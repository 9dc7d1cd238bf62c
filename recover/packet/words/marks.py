"""Marks of direction in plain text, read: what stands between U+2066 or U+2068 and U+2069 keeps a direction of its own.

`direction` sets them in what is plain text (titles, heads, emphasis); formats that have better means than marks take
them out with this. A mark without its other half means nothing and is left to `neutral` to remove.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recover.packet.tree import FIXED, FREE, SHUT

_SET_APART = re.compile(f"([{FIXED}{FREE}])([^\u2066-\u2069]*){SHUT}")


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text in order as (mark, piece): `FIXED`, `FREE`, or nothing for what goes with the line."""
    end = 0
    for found in _SET_APART.finditer(text):
        if text[end : found.start()]:
            yield "", text[end : found.start()]
        yield found[1], found[2]
        end = found.end()
    if text[end:]:
        yield "", text[end:]
