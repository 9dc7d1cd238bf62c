"""Who could manage an account, and until when that was known: people as this reader may see them, and the picture.

The lists of admins say until when a person was known to be admin, and nothing about since when: a bar has no beginning.
A day that is known in part ends it in a stretch that says perhaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from recover import times
from recover.frozen import frozen
from recover.packet.pictures import drawing as d
from recover.packet.pictures.accounts import Change, History, admin_lists
from recover.packet.pictures.axis import TICK_SIZE, Axis, padded
from recover.packet.pictures.signs import LIGHT
from recover.packet.pictures.timeline import LEFT, NAMES, RIGHT, WIDTH
from recover.packet.readers.view import View
from recover.packet.words.phrases import has_phrase, phrase
from recover.playbook.drawing import text_width, wrapped
from recover.playbook.model import Fact

MOST_PEOPLE = 30
BAR, ROW = 12.0, 29.0
SIZE = 10.5


@frozen
class Admin:
    """A person who could manage the account, as printed to this reader."""

    name: str
    role: str
    wanted: str
    until: times.When | None
    number: str = ""
    """The profile's number, for readers who see names."""


def admins(view: View, language: str = "en") -> tuple[Admin, ...]:
    """Return the people of the lists of admins, in the order of their rows, as this reader may see them."""
    found = [
        _admin(view, fact, element, row, language) for fact in admin_lists(view) for element, row in view.rows(fact.id)
    ]
    return _numbered(found)


def _admin(view: View, fact: Fact, element: str, row: Mapping[str, Any], language: str) -> Admin:
    sees_names = view.profile is None or view.profile.names
    name = view.words(str(row.get("name", "")))
    role = str(row.get("role", ""))
    until = times.read_when(str(row["known_until"]), view.zone) if row.get("known_until") else None
    return Admin(
        name=name or _word("role", role, fact, language),
        role=_word("role", role, fact, language),
        wanted=_word("wanted", str(row.get("wanted", "")), fact, language),
        until=until if until is not None and until.latest is not None else None,
        number=view.words(str(row.get("platform_id", ""))) if sees_names else "",
    )


def _word(column: str, value: str, fact: Fact, language: str) -> str:
    if value and has_phrase(f"{column}-{value}"):
        return phrase(f"{column}-{value}", language)
    choices = next((each.choices for each in fact.fields if each.id == column), ())
    return next((choice.label for choice in choices if choice.value == value), value)


def _numbered(found: Sequence[Admin]) -> tuple[Admin, ...]:
    """Tell people of one name apart: two who are both printed as `a third person (Admin)` get numbers."""
    from dataclasses import replace

    names = [each.name for each in found]
    seen: dict[str, int] = {}
    numbered = []
    for each in found:
        seen[each.name] = seen.get(each.name, 0) + 1
        is_alone = names.count(each.name) == 1
        numbered.append(each if is_alone else replace(each, name=f"{each.name} {seen[each.name]}"))
    return tuple(numbered)


def roles_drawing(
    people: Sequence[Admin],
    found: Sequence[History],
    *,
    as_of: datetime,
    zone: str,
    language: str,
    is_right_to_left: bool = False,
) -> d.Drawing | None:
    """Draw a bar for each person on one linear scale, with the losses and restorations of what the case is about.

    None when no day is known at all, and for more than `MOST_PEOPLE`: then the table says it.
    """
    changes = [change for each in found if each.account.is_contested for change in each.changes]
    untils = [each.until for each in people if each.until is not None]
    ends = [end for when in untils for end in (when.earliest, when.latest) if end is not None]
    if not ends or len(people) > MOST_PEOPLE:
        return None
    ends += [end for change in changes for end in (change.first, change.last)]
    first, last = min(ends), max(*ends, as_of)
    # Everybody was admin for some time before it was last known: a tenth of the time shown, without a beginning.
    axis = Axis(*padded(first - (last - first) / 10, last), LEFT, RIGHT, zone, language)
    shapes: list[d.Shape] = []
    at = 24.0
    bottom = at + ROW * len(people)
    for tick in axis.ticks():
        shapes.append(d.Stroke(axis.x(tick.moment), at, axis.x(tick.moment), bottom, d.HAIR, 0.4))
    for person in people:
        shapes += _person(person, axis, at, language)
        at += ROW
    shapes += _changes(changes, axis, 24.0, bottom)
    shapes.append(d.Stroke(LEFT, bottom, RIGHT, bottom, line=1.2))
    for tick in axis.ticks():
        x = axis.x(tick.moment)
        shapes.append(d.Stroke(x, bottom, x, bottom + 4))
        shapes.append(d.Label(axis.label_x(tick), bottom + 15, tick.text, TICK_SIZE, "middle"))
    key, height = _key(people, bool(changes), bottom + 36, language)
    drawing = d.Drawing(WIDTH, height, (*shapes, *key))
    return d.mirrored(drawing) if is_right_to_left else drawing


def _person(person: Admin, axis: Axis, top: float, language: str) -> list[d.Shape]:
    names = wrapped(person.name, NAMES - 4, SIZE, 2)
    shapes: list[d.Shape] = [d.Label(0, top + 11 + n * 12, name, SIZE) for n, name in enumerate(names)]
    y = top + 6
    bars: list[d.Shape] = []
    if person.until is None or person.until.earliest is None or person.until.latest is None:
        bars.append(d.Box(LEFT, y, RIGHT - LEFT, BAR, d.PAPER, d.GREY, 0.7, (1.5, 2.5)))
    else:
        first, last = axis.x(person.until.earliest), axis.x(person.until.latest)
        bars += _known(LEFT, first, y)
        bars += [
            d.Box(first, y, max(last - first, 1.0), BAR, d.PAPER, d.INK, 0.8),
            *d.hatched(first, y, max(last - first, 1.0), BAR, 4.0),
        ]
    words = f"{person.name}: {person.role}"
    return [*shapes, d.Group(words, tuple(bars)), d.Stroke(0, top + ROW, WIDTH, top + ROW, d.HAIR, 0.5)]


def _known(first: float, last: float, y: float) -> list[d.Shape]:
    """Draw the time before somebody was last known to be admin; since when is not on record: its left end is open."""
    width = max(last - first, 0.0)
    top, bottom = y + BAR / 3, y + 2 * BAR / 3
    return [
        d.Box(first, top, width, bottom - top, LIGHT, ""),
        d.Stroke(first, top, last, top, d.GREY, 0.7),
        d.Stroke(first, bottom, last, bottom, d.GREY, 0.7),
    ]


def _changes(changes: Sequence[Change], axis: Axis, top: float, bottom: float) -> list[d.Shape]:
    shapes: list[d.Shape] = []
    edge = 0.0
    for change in changes:
        x = axis.x(change.first)
        shapes.append(d.Stroke(x, top - 6, x, bottom, d.INK, 0.9, (4, 3)))
        label = str(change.row) if change.row else ""
        half = text_width(label, SIZE) / 2
        if label and x - half > edge:
            shapes.append(d.Label(min(x, WIDTH - half), top - 9, label, SIZE, "middle"))
            edge = x + half + 3
    return shapes


def _key(people: Sequence[Admin], has_changes: bool, top: float, language: str) -> tuple[list[d.Shape], float]:
    samples: list[tuple[list[d.Shape], str]] = [(_known(0, 18, -6), "roles-known")]
    if any(each.until is not None for each in people):
        samples.append(([d.Box(0, -6, 18, BAR, d.PAPER, d.INK, 0.8), *d.hatched(0, -6, 18, BAR, 4.0)], "roles-perhaps"))
    if any(each.until is None for each in people):
        samples.append(([d.Box(0, -6, 18, BAR, d.PAPER, d.GREY, 0.7, (1.5, 2.5))], "roles-not-known"))
    if has_changes:
        samples.append(([d.Stroke(9, -7, 9, 7, d.INK, 0.9, (4, 3))], "roles-line"))
    shapes: list[d.Shape] = []
    x, y = 0.0, top
    for drawn, key in samples:
        words = wrapped(phrase(key, language), WIDTH - 26, SIZE, 2)
        width = 26 + max(text_width(row, SIZE) for row in words) + 14
        if x and x + width > WIDTH:
            x, y = 0.0, y + 18
        shapes += [d.moved(shape, x, y) for shape in drawn]
        shapes += [d.Label(x + 24, y + 3.6 + n * 13, row, SIZE) for n, row in enumerate(words)]
        y += 12 * (len(words) - 1)
        x += width
    return shapes, y + 14
