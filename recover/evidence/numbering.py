"""Exhibit numbers: E01, E02 … in the founding log, with the device's suffix elsewhere (`E01-k3f`); never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"E(?P<count>[0-9]{2,7})(?:-(?P<device>[a-z0-9]{1,16}))?")
"""The device is a suffix of three letters, or a whole log id where two devices drew the same three."""


def next_numbers(taken: Iterable[str], count: int, device: str = "") -> tuple[str, ...]:
    """Return the next `count` free numbers of one device; `device` is empty for the founding log.

    `taken` are all numbers ever given in the case, withdrawn and erased ones too. Counting goes on after the highest:
    a gap is never filled, since a number once spoken means one exhibit for ever.
    """
    highest = 0
    for number in taken:
        match = _NUMBER.fullmatch(number)
        if match is not None and (match["device"] or "") == device:
            highest = max(highest, int(match["count"]))
    tail = f"-{device}" if device else ""
    return tuple(f"E{highest + step:02d}{tail}" for step in range(1, count + 1))


def is_number(text: str) -> bool:
    """Say whether `text` has the form of an exhibit number."""
    return _NUMBER.fullmatch(text) is not None


def sort_key(number: str) -> tuple[str, int, str]:
    """Order numbers as people count: by device, then by count (`E2` before `E10`), strange ones last."""
    match = _NUMBER.fullmatch(number)
    return (match["device"] or "", int(match["count"]), number) if match is not None else ("\U0010ffff", 0, number)
