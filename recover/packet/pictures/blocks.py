"""The timeline as a document: drawn, then as tables; the accounts and what happened to them; who was admin when.

Each picture stands beside a table that says the same. What a reader may not see is not in the view and so in neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from recover import times
from recover.packet import tree as t
from recover.packet.document import RIGHT_TO_LEFT
from recover.packet.letters.values import Moment, printed
from recover.packet.pictures.accounts import UNRECORDED, History, accounts, histories
from recover.packet.pictures.accounts_map import accounts_drawings, state_now
from recover.packet.pictures.roles import Admin, admins, roles_drawing
from recover.packet.pictures.timeline import timeline_drawings
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow
from recover.packet.timeline.table import timeline_tree
from recover.packet.words.phrases import joined, phrase


def timeline_blocks(view: View, rows: Sequence[TimelineRow], language: str = "en") -> t.Tree:
    """Return everything below the title of a timeline: pictures and tables, those first that need no reading.

    `rows` are those of `timeline_of(view, language)`; a row's number is its place among them, from 1.
    """
    found = histories(rows, accounts(view, language))
    if not rows and not found:
        return timeline_tree(rows, language)
    return (
        *_drawn(view, rows, found, language),
        *timeline_tree(rows, language, [_names(row, found) for row in rows]),
        *_control(rows, found, language),
        *_map(found, language),
        *_roles(view, found, language),
    )


def _names(row: TimelineRow, found: Sequence[History]) -> list[str]:
    """Return the accounts that a row names itself, as this reader may see them."""
    names = {each.account.key: each.account.name for each in found}
    return [names[key] for key in row.assets if key in names]


def _is_turned(language: str) -> bool:
    return language.partition("-")[0] in RIGHT_TO_LEFT


def _heading(key: str, language: str) -> t.Heading:
    return t.Heading(2, (t.Text(phrase(key, language)),))


def _table(keys: Sequence[str], rows: Sequence[Sequence[t.Line]], language: str) -> t.Table:
    return t.Table(tuple((t.Text(phrase(key, language)),) for key in keys), tuple(tuple(row) for row in rows))


def _text(words: str) -> t.Line:
    return (t.Text(words),)


# --- the timeline ---------------------------------------------------------------------------------------------------


def _drawn(view: View, rows: Sequence[TimelineRow], found: Sequence[History], language: str) -> t.Tree:
    drawings = timeline_drawings(
        rows,
        found,
        as_of=view.source.as_of,
        zone=view.zone,
        language=language,
        is_right_to_left=_is_turned(language),
    )
    if not drawings:
        return ()
    title = phrase("picture-title", language)
    if view.zone:
        title = phrase("with-remark", language, text=title, remark=phrase("picture-zone", language, zone=view.zone))
    told = _told(rows, found, language)
    return tuple(
        t.Figure(
            drawing, _part(title, number, len(drawings)), told if number == 1 else phrase("picture-again", language)
        )
        for number, drawing in enumerate(drawings, 1)
    )


def _part(title: str, number: int, count: int) -> str:
    return f"{title}, {number}/{count}" if count > 1 else title


def _told(rows: Sequence[TimelineRow], found: Sequence[History], language: str) -> str:
    """Say in words what the picture shows: how much, since when, and each account's states."""
    dated = [row for row in rows if row.when.earliest is not None]
    first, last = (printed(Moment(dated[n].when), "day", language) for n in (0, -1))
    said = [phrase("picture-told", language, count=len(dated), start=first, end=last)]
    undated = [str(number) for number, row in enumerate(rows, 1) if row.when.earliest is None]
    if undated:
        said.append(phrase("picture-told-undated", language, numbers=", ".join(undated)))
    for each in found:
        if each.changes:
            changes = joined([_change_words(each, n, language) for n in range(len(each.changes))], language)
            said.append(phrase("picture-told-lane", language, name=each.account.name, changes=changes))
    return " ".join(said)


def _change_words(history: History, number: int, language: str) -> str:
    change = history.changes[number]
    state = phrase(f"state-of-{change.state}", language)
    when = printed(Moment(change.when), "day", language)
    if change.row:
        return phrase("picture-change-row", language, state=state, when=when, number=change.row)
    return phrase("picture-change", language, state=state, when=when)


def _control(rows: Sequence[TimelineRow], found: Sequence[History], language: str) -> t.Tree:
    """Return the states of each account over time: what the bands of the picture show."""
    if not found:
        return ()
    body: list[tuple[t.Line, ...]] = []
    for each in found:
        name = _text(each.account.name)
        if not each.changes:
            state = _text(phrase(f"state-of-{UNRECORDED}", language))
            body.append((name, state, _text(phrase("control-unchanged", language)), ()))
        for change in each.changes:
            row = (t.Fixed(f"{change.row}."),) if change.row else ()
            when = printed(Moment(change.when), "when", language)
            body.append((name, _text(phrase(f"state-of-{change.state}", language)), _text(when), row))
    keys = ("control-asset", "control-state", "control-since", "control-row")
    return (_heading("control-title", language), _table(keys, body, language))


# --- the accounts ---------------------------------------------------------------------------------------------------


def _map(found: Sequence[History], language: str) -> t.Tree:
    if not found:
        return ()
    first = found[0].account
    told = (
        phrase("map-told", language, count=len(found), name=first.name)
        if first.is_contested
        else phrase("map-told-plain", language, count=len(found))
    )
    title = phrase("map-picture", language)
    drawings = accounts_drawings(found, language, is_right_to_left=_is_turned(language))
    figures = [t.Figure(each, _part(title, n, len(drawings)), told) for n, each in enumerate(drawings, 1)]
    keys = ("map-name", "map-number", "map-whose", "map-happened", "map-now")
    body = [_map_row(each, found, language) for each in found]
    return (_heading("map-title", language), *figures, _without_empty(_table(keys, body, language)))


def _map_row(history: History, found: Sequence[History], language: str) -> tuple[t.Line, ...]:
    account = history.account
    notes = [account.kind] if account.kind else []
    notes += [phrase("map-contested", language)] if account.is_contested else []
    managed = [each.account for each in found if account.key in each.account.managers]
    notes += [f"{phrase('map-manages', language)}: {each.name}" for each in managed]
    name: t.Line = (t.Strong(account.name),) if account.is_contested else (t.Text(account.name),)
    for note in notes:
        name = (*name, t.Break(), t.Text(note))
    what: t.Line = _text(account.happened_text) if account.happened_text else ()
    if account.happened_when is not None and account.happened != "none":
        what = (*what, t.Break(), t.Text(printed(Moment(account.happened_when), "when", language)))
    return (
        name,
        (t.Fixed(account.number),) if account.number else (),
        _text(account.whose) if account.whose else (),
        what,
        _text(phrase(f"state-of-{state_now(history)}", language)),
    )


def _without_empty(table: t.Table) -> t.Table:
    """Leave out columns in which nothing stands."""
    kept = [n for n in range(len(table.header)) if any(row[n] for row in table.rows)]
    return t.Table(tuple(table.header[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in table.rows))


# --- people ---------------------------------------------------------------------------------------------------------


def _roles(view: View, found: Sequence[History], language: str) -> t.Tree:
    people = admins(view, language)
    if not people:
        return ()
    drawing = roles_drawing(
        people,
        found,
        as_of=view.source.as_of,
        zone=view.zone,
        language=language,
        is_right_to_left=_is_turned(language),
    )
    told = phrase("roles-told", language, count=len(people))
    figures = (t.Figure(drawing, phrase("roles-picture", language), told),) if drawing is not None else ()
    keys = ("roles-person", "map-number", "roles-role", "roles-until", "roles-wanted")
    body = [_person_row(each, language) for each in people]
    return (_heading("roles-title", language), *figures, _without_empty(_table(keys, body, language)))


def _person_row(person: Admin, language: str) -> tuple[t.Line, ...]:
    until = person.until or times.UNKNOWN_WHEN
    return (
        _text(person.name),
        (t.Fixed(person.number),) if person.number else (),
        _text(person.role),
        _text(printed(Moment(until), "when", language)),
        _text(person.wanted) if person.wanted else (),
    )
