"""Every text of a playbook or group, and of our own words, that people read, by key: what a catalogue translates.

A key is the path by which `recover playbook edit` names the text (`steps.reply.say`, `facts.account.choices.yes`), with
rows by their id; lines of the first-aid card have none and are counted from 1. Values of choices are no texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from recover.frozen import frozen
from recover.playbook.model import Translated

_OWN = ("title", "summary")
_STEP = ("title", "say", "tell", "hidden_because")
_FACT = ("ask", "why", "help")
_GATE = ("title", "why")
_DEADLINE = ("title", "note", "done_note")

HASH_DIGITS = 12
"""Hexadecimal digits of a text's SHA-256 that a catalogue keeps: enough to tell one wording from another."""

_FIXED = re.compile(
    r"\{\{.*?\}\}|\{[^{}\s]*\}|%\([a-z_]+\)s|%s"  # slots
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"  # mail addresses
    r"|(?:https?://)?(?:[A-Za-z0-9-]+\.)+[a-z]{2,}(?![a-z])(?:/[A-Za-z0-9_./?=&#%-]*[A-Za-z0-9_/])?"  # the web
    r"|@[A-Za-z0-9_.]{2,}[A-Za-z0-9_]"  # handles
    r"|\+[0-9][0-9 -]{6,}[0-9]"  # telephone numbers
)


@frozen
class Translatable:
    """One text as it stands in the playbook's language, English."""

    key: str
    text: str
    most: int
    """Characters that a translation may have; other languages need more room than English."""

    @property
    def sha256(self) -> str:
        """Return the short hash by which a catalogue knows this wording."""
        return short_sha256(self.text)


def short_sha256(text: str) -> str:
    """Return the beginning of the SHA-256 of a text, spaces and line breaks folded: folding a line changes nothing."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:HASH_DIGITS]


def review_sha256(source: str, text: str) -> str:
    """Return what a review is noted by: it ends as soon as the English or the translation is another one."""
    return short_sha256(f"{source} {text}")


def is_reviewed(row: Translated) -> bool:
    """Say whether somebody has reviewed exactly this wording of exactly this English."""
    return bool(row.text) and row.reviewed == review_sha256(row.source, row.text)


def fixed_words(text: str) -> tuple[str, ...]:
    """Return what must stand in a translation as it stands in the original: slots, addresses and numbers, sorted.

    An address that changes in a translation would lead a client elsewhere.
    """
    return tuple(sorted(set(_FIXED.findall(text))))


def texts_of(value: Mapping[str, Any]) -> tuple[Translatable, ...]:
    """Return every text of a playbook's or group's file (its plain values), in the order in which it is met."""
    return tuple(Translatable(key, " ".join(text.split()), _most(key)) for key, text in _texts(value) if text.strip())


def _most(key: str) -> int:
    last = key.rpartition(".")[2]
    if last in ("say", "tell", "help", "summary"):
        return 8_000
    return 240 if last == "title" else 600


def _texts(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    # The words that recover itself prints are a plain table.
    yield from ((key, text) for key, text in _table(value, "texts").items() if isinstance(text, str))
    yield from _named(value, _OWN, "")
    card = _table(value, "first_aid")
    yield from _named(card, ("title",), "first_aid.")
    for number, line in enumerate(_rows(card, "lines"), start=1):
        if isinstance(line, str):
            yield f"first_aid.lines.{number}", line
    yield from _named(_table(value, "triage"), ("says",), "triage.")
    for name, fact in _table(value, "facts").items():
        yield from _fact(fact, f"facts.{name}.")
    for name, gate in _table(value, "gates").items():
        yield from _named(gate, _GATE, f"gates.{name}.")
    for step in _mappings(value, "steps"):
        yield from _step(step)
    for row in _mappings(value, "deadlines"):
        yield from _named(row, _DEADLINE, f"deadlines.{row.get('id', '')}.")


def _fact(fact: Any, prefix: str) -> Iterator[tuple[str, str]]:
    yield from _named(fact, _FACT, prefix)
    for value, label in _table(fact, "choices").items():
        if isinstance(label, str):
            yield f"{prefix}choices.{value}", label
    for name, column in _table(fact, "fields").items():
        yield from _fact(column, f"{prefix}fields.{name}.")


def _step(step: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    prefix = f"steps.{step.get('id', '')}."
    yield from _named(step, _STEP, prefix)
    for item in _mappings(step, "do"):
        yield from _named(item, ("text",), f"{prefix}do.{item.get('id', '')}.")
    for need in _mappings(step, "evidence"):
        yield from _named(need, ("title",), f"{prefix}evidence.{need.get('id', '')}.")


def _named(value: Any, keys: tuple[str, ...], prefix: str) -> Iterator[tuple[str, str]]:
    for key in keys:
        text = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(text, str):
            yield f"{prefix}{key}", text


def _table(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _rows(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []


def _mappings(value: Any, key: str) -> list[Mapping[str, Any]]:
    return [row for row in _rows(value, key) if isinstance(row, Mapping)]
