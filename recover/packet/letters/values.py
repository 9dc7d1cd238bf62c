"""What a slot can hold, and how each filter prints it. No filter ever prints more of a date than is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date
from functools import partial
from typing import Any

from recover import times
from recover.frozen import frozen
from recover.packet.words.phrases import joined, phrase
from recover.playbook.model import Fact, FactType

_WHEN_TYPES = frozenset({FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT})


@frozen
class Words:
    """Text, already neutral; `constant` is what conditions compare it with."""

    text: str
    constant: str | int | bool


@frozen
class Chosen:
    """One choice: its label for readers, its value for conditions and the filter `value`."""

    label: str
    value: str


@frozen
class Several:
    """Several choices."""

    chosen: tuple[Chosen, ...]


@frozen
class Moment:
    """A date, as exact as it is known."""

    when: times.When


Cell = Words | Chosen | Several | Moment


@frozen
class Row:
    """One record; a member that is not known is not in `cells`."""

    cells: Mapping[str, Cell]
    title: str = ""
    """How an error names this row."""
    element: str = ""
    """The row's key in its list, where it is one of a list's."""


@frozen
class Rows:
    """Any number of records, in order."""

    rows: tuple[Row, ...]


Value = Cell | Row | Rows


def cell_of(fact: Fact, value: Any, words: Callable[[str], str]) -> Cell:
    """Turn a canonical answer (not a record or list) into what can be printed."""
    if fact.type in _WHEN_TYPES:
        return Moment(times.read_when(str(value)))
    if fact.type is FactType.CHOICE:
        return _chosen(fact, str(value), words)
    if fact.type is FactType.MANY and isinstance(value, list):
        return Several(tuple(_chosen(fact, str(each), words) for each in value))
    if isinstance(value, bool):
        return Words("yes" if value else "no", value)
    if fact.type is FactType.MONEY and isinstance(value, Mapping):
        text = _money(str(value.get("amount", "")), str(value.get("currency", "")))
        return Words(words(text), text)
    if isinstance(value, int):
        return Words(str(value), value)
    return Words(words(str(value)), str(value))


def _money(amount: str, currency: str) -> str:
    """Write an amount as `AZN 1,500`, hundredths only where there are some; never converted into another currency."""
    whole, _, part = amount.partition(".")
    digits = f"{int(whole):,}" if whole.isascii() and whole.isdigit() else whole
    return f"{currency} {digits}{'.' + part if part.strip('0') else ''}".strip()


def row_of(columns: tuple[Fact, ...], record: Mapping[str, Any], words: Callable[[str], str], title: str = "") -> Row:
    """Turn a record into a row of what can be printed."""
    return Row(
        {column.id: cell_of(column, record[column.id], words) for column in columns if column.id in record},
        title,
    )


def _chosen(fact: Fact, value: str, words: Callable[[str], str]) -> Chosen:
    label = next((choice.label for choice in fact.choices if choice.value == value), value)
    return Chosen(words(label), value)


# --- printing -------------------------------------------------------------------------------------------------------

FITS: Mapping[str, tuple[type, ...]] = {
    "": (Words, Chosen, Several, Moment),
    "when": (Moment,),
    "day": (Moment,),
    "utc": (Moment,),
    "iso": (Moment,),
    "short": (Moment,),
    "joined": (Several,),
    "value": (Chosen,),
    "count": (Rows,),
}
"""Filter → what it can print."""


def printed(value: Value, filter_name: str, language: str = "en") -> str:
    """Print a value through a filter; the filter must fit (`FITS`)."""
    if isinstance(value, Moment):
        return _DATES[filter_name or "when"](value.when, language)
    if isinstance(value, Rows):
        return str(len(value.rows))
    if isinstance(value, Chosen):
        return value.value if filter_name == "value" else value.label
    if isinstance(value, Several):
        return joined([each.label for each in value.chosen], language)
    if isinstance(value, Words) and isinstance(value.constant, bool) and value.text:
        return phrase("yes" if value.constant else "no", language)
    return value.text if isinstance(value, Words) else ""


def constant(value: Value, filter_name: str) -> str | int | bool:
    """Return what a condition compares."""
    if isinstance(value, Words):
        return value.constant
    if isinstance(value, Chosen):
        return value.value
    if isinstance(value, Rows):
        return len(value.rows)
    return printed(value, filter_name)


def is_true(value: Value | None) -> bool:
    """Say whether a value counts as there in an `if`: known, not `no`, not empty."""
    if value is None:
        return False
    if isinstance(value, Rows):
        return bool(value.rows)
    if isinstance(value, Words):
        return bool(value.constant) or (value.constant == 0 and not isinstance(value.constant, bool))
    return bool(value.cells) if isinstance(value, Row) else bool(value.chosen) if isinstance(value, Several) else True


# --- dates ----------------------------------------------------------------------------------------------------------


def _parts(when: times.When) -> list[str]:
    return re.split(r"/(?=\d)", when.text)


def when_text(when: times.When, language: str = "en") -> str:
    """Write a time in a language with the words of this packet, never more exactly than it is known."""
    return times.format_when(when, language, partial(_say, language))


def _say(language: str, key: str, **slots: str | int) -> str:
    return phrase(key, language, **slots)


def _each(when: times.When, write: Callable[[str], str], language: str) -> str:
    """Write a time, or both ends of a range, once if they read the same."""
    if when.precision == "unknown":
        return when_text(when, language)
    found = list(dict.fromkeys(_about(part, write, language) for part in _parts(when)))
    return phrase("from-to", language, start=found[0], end=found[1]) if len(found) > 1 else found[0]


def _about(part: str, write: Callable[[str], str], language: str) -> str:
    return phrase("about", language, date=write(part.removesuffix("~"))) if part.endswith("~") else write(part)


def _head(part: str) -> str:
    """Cut the time of day off a moment; leave everything less exact as it is."""
    return part[:10] if re.match(r"\d{4}-\d\d-\d\d", part) else part


def _day(when: times.When, language: str) -> str:
    if when.precision == "range":
        return _each(when, lambda part: when_text(times.read_when(_head(part)), language), language)
    about = "~" if when.approximate else ""
    return when_text(times.read_when(_head(when.text.removesuffix("~")) + about), language)


def _iso(when: times.When, language: str) -> str:
    return _each(when, _head, language)


def _utc(when: times.When, language: str) -> str:
    if when.precision != "instant" or when.earliest is None or when.approximate:
        return _day(when, language)
    moment = when.earliest.astimezone(UTC)
    clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    return phrase("with-time", language, day=times.format_day(moment.date(), language), time=f"{clock} UTC")


def _short(when: times.When, language: str) -> str:
    return _each(when, lambda part: _short_single(times.read_when(part)), language)


def _short_single(when: times.When) -> str:
    if when.precision != "instant" or when.earliest is None:
        return _head(when.text)
    local, moment = when.text, when.earliest.astimezone(UTC)
    clock = local[11:19] if re.match(r":\d\d", local[16:19]) else local[11:16]
    offset = re.search(r"(Z|[+-]\d\d:\d\d)", local[11:])
    shown = f"{local[:10]} {clock}"
    if offset is None or offset[1] in ("Z", "+00:00"):
        return f"{shown} UTC"
    day = "" if moment.date() == date.fromisoformat(local[:10]) else f"{moment.date().isoformat()} "
    return f"{shown} UTC{offset[1]} ({day}{moment.strftime('%H:%M')} UTC)"


_DATES: Mapping[str, Callable[[times.When, str], str]] = {
    "when": when_text,
    "day": _day,
    "utc": _utc,
    "iso": _iso,
    "short": _short,
}
