"""What a YAML parser stumbled over, in the words of somebody who has never seen YAML.

The parser says where it could not go on, which is often a line below the mistake. Looking at the few lines around that
place is a guess; it changes the words and the line that is named, never whether a file is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recover.frozen import frozen

_LOOKED_AT = 40
"""Lines above the parser's place that are looked at for an opening sign."""

_NO_SPACE_AFTER_COLON = re.compile(r"^(\s*(?:- )?)([a-z][a-z0-9_]*):[^\s/]")
_NO_SPACE_AFTER_DASH = re.compile(r"^(\s*)-[^\s\-]")
_KEY = re.compile(r"^(\s*(?:- )*)[A-Za-z_][\w.-]*:(\s|$)")


@frozen
class Fault:
    """A mistake: line and column counted from 0, what is wrong, what to do."""

    line: int
    column: int
    message: str
    hint: str


def explain(lines: Sequence[str], line: int, column: int, opened: int, message: str) -> Fault:
    """Return the likely mistake behind a parser's message at a place; `opened` is where it says something began."""
    here = lines[line] if line < len(lines) else ""
    found = (
        _tab(here, line)
        or _unclosed(lines, line, opened, message)
        or _squeezed(lines, line)
        or _sign(here, line, column, message)
        or _colon(here, line, column, message)
        or _indentation(lines, line, column, message)
    )
    return found or Fault(line, column, f"this is not readable as YAML: {message}", "compare it with the lines around")


def _tab(here: str, line: int) -> Fault | None:
    indent = here[: len(here) - len(here.lstrip())]
    if "\t" not in indent:
        return None
    return Fault(line, indent.index("\t"), "a tab stands here", "indent with spaces, two for each level")


def _squeezed(lines: Sequence[str], line: int) -> Fault | None:
    """Find `name:value` and `-row` on the line or just above it: both need a space."""
    for number in range(line, max(line - 3, -1), -1):
        row = lines[number] if number < len(lines) else ""
        if found := _NO_SPACE_AFTER_COLON.match(row):
            return Fault(number, found.end(2), "no space behind the colon", f"write `{found[2]}: ` and then the value")
        if found := _NO_SPACE_AFTER_DASH.match(row):
            return Fault(number, found.end(1), "no space behind the dash", "write `- ` and then the value")
    return None


def _unclosed(lines: Sequence[str], line: int, opened: int, message: str) -> Fault | None:
    """Find the quote or bracket that was opened and not closed before the parser gave up."""
    is_flow = "expected ',' or" in message
    if not is_flow and "quoted scalar" not in message and "end of stream" not in message:
        return None
    for number in range(line, max(line - _LOOKED_AT, -1), -1):
        row = lines[number] if number < len(lines) else ""
        for quote in ("'", '"'):
            if row.replace("''", "").count(quote) % 2 and re.search(rf"[:\[{{,-]\s*{quote}", row):
                at = max(row.rfind(f"{before}{quote}") for before in (" ", "[", "{", ",")) + 1
                return Fault(number, at, "a quote is opened here and not closed", f"put {quote} behind the text too")
        for bracket, closing in (("[", "]"), ("{", "}")):
            if number < line and row.count(bracket) > row.count(closing):
                text = "a bracket is opened here and not closed"
                return Fault(number, row.index(bracket), text, f"put {closing} at the end of the list")
        if number < opened:
            break
    return None


def _sign(here: str, line: int, column: int, message: str) -> Fault | None:
    if "cannot start any token" not in message or column >= len(here):
        return None
    sign = here[column]
    return Fault(line, column, f"a text cannot begin with {sign}", f"put it in quotes: '{sign}…'")


def _colon(here: str, line: int, column: int, message: str) -> Fault | None:
    """Tell a colon inside a text, which begins another `name: value`, from a wrong indentation."""
    if "mapping values are not allowed" not in message:
        return None
    before = here[:column]
    if _KEY.match(before + ": ") and not _KEY.match(before.rstrip()):
        return _deeper(here, line)
    return Fault(line, column, "a colon and a space stand inside a text", "put quotes around the whole text: '…'")


def _deeper(here: str, line: int) -> Fault:
    indent = len(here) - len(here.lstrip())
    return Fault(line, indent, "this line is indented more than the one above", "begin it exactly below its neighbours")


def _indentation(lines: Sequence[str], line: int, column: int, message: str) -> Fault | None:
    if "block" not in message and "could not find expected ':'" not in message:
        return None
    if "could not find expected ':'" in message:
        return Fault(line, column, "the line above is neither `name: value` nor `- value`", "look for a missing colon")
    return Fault(
        line, column, "this line does not stand below its neighbours", "indent it exactly like the line it belongs with"
    )
