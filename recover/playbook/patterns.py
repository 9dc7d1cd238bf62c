"""Patterns that check an answer: a small subset of regular expressions that runs in linear time.

A trainer's pattern meets a stranger's text, so no pattern may be slow. There are literal characters, `.`, `\\d` (a
digit 0-9), classes such as `[a-z0-9_.-]` and `[^/]`, a backslash before any other sign, `|` between whole
alternatives, and after each of these `?`, `*`, `+`, `{3}`, `{2,5}` or `{2,}`. No groups, so nothing can nest: matching
keeps a set of places instead of going back. Letters and digits are plain code points.
"""

from __future__ import annotations

from functools import lru_cache

from recover.errors import PlaybookError
from recover.frozen import frozen

MAX_PATTERN = 200
"""Longest pattern, in characters."""
MAX_REPEAT = 200
"""Largest number in braces, and most places of one alternative once its repetitions are written out."""


@frozen
class _Place:
    """One sign to match: members of a class (or all but them), to be skipped or repeated."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    may_skip: bool = False
    may_repeat: bool = False

    def takes(self, character: str) -> bool:
        found = any(low <= character <= high for low, high in self.ranges)
        return found is not self.negated


@frozen
class Pattern:
    """A pattern, ready to match."""

    text: str
    alternatives: tuple[tuple[_Place, ...], ...]

    def matches(self, text: str) -> bool:
        """Return whether the whole text matches, in time proportional to its length."""
        return any(_matches(places, text) for places in self.alternatives)


def _matches(places: tuple[_Place, ...], text: str) -> bool:
    at = _closed({0}, places)
    for character in text:
        reached: set[int] = set()
        for index in at:
            if index < len(places) and places[index].takes(character):
                reached.add(index + 1)
                if places[index].may_repeat:
                    reached.add(index)
        at = _closed(reached, places)
        if not at:
            return False
    return len(places) in at


def _closed(indexes: set[int], places: tuple[_Place, ...]) -> set[int]:
    """Return the places reachable without reading: past everything that may be skipped."""
    closed = set(indexes)
    for index in sorted(indexes):
        step = index
        while step < len(places) and places[step].may_skip and step + 1 not in closed:
            step += 1
            closed.add(step)
    return closed


@lru_cache(maxsize=256)
def read_pattern(text: str) -> Pattern:
    """Parse a pattern; raise `PlaybookError` that says which sign is not part of the subset."""
    if len(text) > MAX_PATTERN:
        raise PlaybookError(f"the pattern is longer than {MAX_PATTERN} characters")
    return Pattern(text, tuple(_PatternReader(part).places() for part in _alternatives(text)))


def _alternatives(text: str) -> list[str]:
    parts, start, index, in_class = [], 0, 0, False
    while index < len(text):
        sign = text[index]
        if sign == "\\":
            index += 1
        elif sign == "[":
            in_class = True
        elif sign == "]":
            in_class = False
        elif sign == "|" and not in_class:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    return [*parts, text[start:]]


class _PatternReader:
    """Reads one alternative from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = 0

    def places(self) -> tuple[_Place, ...]:
        places: list[_Place] = []
        while self._index < len(self._text):
            place = self._one()
            least, most = self._repeat()
            places.extend([place] * least)
            if most is None:
                places.append(_Place(place.ranges, place.negated, may_skip=True, may_repeat=True))
            else:
                places.extend([_Place(place.ranges, place.negated, may_skip=True)] * (most - least))
            if len(places) > MAX_REPEAT:
                raise PlaybookError(f"the pattern repeats more than {MAX_REPEAT} signs")
        return tuple(places)

    def _take(self) -> str:
        if self._index >= len(self._text):
            raise PlaybookError(
                "the pattern ends too early", hint="close the class, or write a sign after the backslash"
            )
        self._index += 1
        return self._text[self._index - 1]

    def _one(self) -> _Place:
        sign = self._take()
        if sign == "\\":
            return _Place((self._escaped(),))
        if sign == ".":
            return _Place((("\n", "\n"),), negated=True)
        if sign == "[":
            return self._class()
        if sign in "()^$*+?{}]":
            raise PlaybookError(
                f"'{sign}' cannot stand here in a pattern",
                hint="there are no groups or anchors; a pattern always matches the whole answer; \\( is a bracket",
            )
        return _Place(((sign, sign),))

    def _escaped(self) -> tuple[str, str]:
        sign = self._take()
        if sign == "d":
            return ("0", "9")
        if sign.isalnum():
            raise PlaybookError(f"'\\{sign}' is not part of the pattern language", hint="write a class: [A-Za-z0-9_]")
        return (sign, sign)

    def _class(self) -> _Place:
        negated = self._text[self._index : self._index + 1] == "^"
        if negated:
            self._take()
        ranges: list[tuple[str, str]] = []
        while (sign := self._take()) != "]":
            low, high = self._escaped() if sign == "\\" else (sign, sign)
            following = self._text[self._index : self._index + 2]
            if low == high and following[:1] == "-" and following[1:] not in ("", "]"):
                self._take()
                end = self._take()
                high = self._escaped()[1] if end == "\\" else end
                if high < low:
                    raise PlaybookError(f"the range {low}-{high} runs backwards")
            ranges.append((low, high))
        if not ranges:
            raise PlaybookError("a class is empty")
        return _Place(tuple(ranges), negated)

    def _repeat(self) -> tuple[int, int | None]:
        sign = self._text[self._index : self._index + 1]
        if sign in ("?", "*", "+"):
            self._take()
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        if sign != "{":
            return (1, 1)
        self._take()
        inner = ""
        while (sign := self._take()) != "}":
            inner += sign
        low, comma, high = inner.partition(",")
        if (
            not (low.isascii() and low.isdigit() and (high == "" or (high.isascii() and high.isdigit())))
            or len(inner) > 8
        ):
            raise PlaybookError(f"cannot read the repetition {{{inner[:20]}}}", hint="write {3}, {2,5} or {2,}")
        least = int(low)
        most: int | None = (int(high) if high else None) if comma else least
        if least > MAX_REPEAT or (most is not None and (most > MAX_REPEAT or most < least)):
            raise PlaybookError(f"cannot repeat {{{inner}}}", hint=f"at most {MAX_REPEAT}, the smaller number first")
        return (least, most)
