"""A timeline as Timesketch takes it and gives it back: JSON Lines, one event per line, ASCII only.

Timesketch needs `message`, `datetime` (ISO 8601 with offset) and `timestamp_desc`; `timestamp` (microseconds since
1970, UTC) is what it would otherwise make of `datetime`. Its documents ("Create timeline from JSONL or CSV file", read
on 2026-11-24) allow any further members; ours hold texts, numbers and lists of texts, nothing deeper.

A date that is known in part stands at its earliest moment, and `timestamp_desc` says so; `when` is the date as it is
known, and is what is read back. A line of ours has `data_type` `recover:event`; any other line is somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from recover import times
from recover.case.entries import EventRecorded
from recover.errors import InputError
from recover.frozen import frozen
from recover.packet.neutral import neutralise
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow

DATA_TYPE = "recover:event"
VERSION = 1
ENDING = ".jsonl"
MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 5_000
MAX_LINE_BYTES = 1024 * 1024
MAX_DEPTH = 6
MAX_CHAIN = 20
"""Versions of versions of one event."""
MAX_TEXT, MAX_SHORT, MAX_LIST = 50_000, 2_000, 200
"""Characters of what happened, of any other text, and members of a list."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DESC = {
    "instant": "Event",
    "day": "Event, earliest moment of the day",
    "month": "Event, earliest moment of the month",
    "season": "Event, earliest moment of the season",
    "year": "Event, earliest moment of the year",
    "range": "Event, earliest moment of the range",
    "unknown": "Event, time unknown",
}
_THEIRS = ("message", "datetime", "timestamp", "timestamp_desc")
_TEXTS = ("text", "when", "source", "stance", "by", "entry", "about")
_LISTS = ("exhibits", "exhibit_sha256", "marks", "assets")
_OTHERS = ("data_type", "recover_version", "number", "precision", "practice")


# --- out ------------------------------------------------------------------------------------------------------------


def timeline_jsonl(view: View, rows: Sequence[TimelineRow]) -> bytes:
    """Write rows for Timesketch, in their order. The helper's own view holds every text as it was recorded.

    What a profile sees is written as it sees it; a row that is a version of one it does not see stands alone.
    """
    return b"".join(map(_line, _all_members(view, rows)))


def timeline_lines(view: View, rows: Sequence[TimelineRow]) -> tuple[TimelineLine, ...]:
    """Return what a file of these rows says, as it would be read back; nothing is too long here."""
    return tuple(
        TimelineLine(
            number=members["number"],
            when=members["when"],
            text=members["text"],
            source=members["source"],
            stance=members["stance"],
            by=members["by"],
            exhibits=tuple(zip(members["exhibits"], members["exhibit_sha256"], strict=True)),
            assets=tuple(members["assets"]),
            marks=tuple(members["marks"]),
            entry=members["entry"],
            about=members["about"],
            is_foreign=False,
        )
        for members in _all_members(view, rows)
    )


def _all_members(view: View, rows: Sequence[TimelineRow]) -> list[dict[str, Any]]:
    recorded = {one.id: one.body for one in view.source.state.events} if view.profile is None else {}
    digests = {exhibit.number: exhibit.body.file_sha256 for exhibit in view.exhibits.values()}
    shown = {row.entry for row in rows}
    return [_members(number, row, recorded.get(row.entry), digests, shown, view) for number, row in enumerate(rows, 1)]


def _line(members: Mapping[str, Any]) -> bytes:
    # ASCII: no control or bidirectional character acts in whatever shows the file, and no other line end is in it.
    return json.dumps(members, ensure_ascii=True, separators=(", ", ": ")).encode("ascii") + b"\n"


def _members(
    number: int,
    row: TimelineRow,
    recorded: EventRecorded | None,
    digests: Mapping[str, str],
    shown: Iterable[str],
    view: View,
) -> dict[str, Any]:
    moment = row.when.earliest or _EPOCH
    about = "about, " if row.when.approximate else ""
    members: dict[str, Any] = {
        "message": row.text,
        "datetime": _iso(moment, row.when.zone or view.zone),
        "timestamp": (moment - _EPOCH) // timedelta(microseconds=1),
        "timestamp_desc": _DESC[row.when.precision].replace("Event, ", f"Event, {about}"),
        "data_type": DATA_TYPE,
        "recover_version": VERSION,
        "number": number,
        "text": recorded.text if recorded else row.text,
        "when": row.when.text,
        "precision": row.when.precision,
        "source": recorded.source if recorded else row.source,
        "stance": row.stance,
        "by": recorded.by if recorded else row.by,
        "exhibits": list(row.exhibits),
        "exhibit_sha256": [digests[each] for each in row.exhibits],
        "marks": list(row.marks),
        "assets": list(row.assets) if view.profile is None or view.profile.names else [],
        "entry": row.entry,
        "about": row.rival_of if row.rival_of in shown else "",
    }
    if view.source.practice:
        members["practice"] = True
    return members


def _iso(moment: datetime, zone: str) -> str:
    """Write a moment with the offset of a zone; in UTC where the offset is no whole minute, as old ones are."""
    local = moment.astimezone(times.zone_info(zone or "UTC"))
    offset = local.utcoffset() or timedelta()
    return (local if offset % timedelta(minutes=1) == timedelta() else moment).isoformat()


# --- in -------------------------------------------------------------------------------------------------------------


@frozen
class TimelineLine:
    """One line of a file, valid by itself. `entry` and `about` are ids of the case it was written from."""

    number: int
    """Of the line in the file, from 1."""
    when: str
    text: str
    source: str
    stance: str
    by: str
    exhibits: tuple[tuple[str, str], ...]
    """(number there, SHA-256)."""
    assets: tuple[str, ...]
    marks: tuple[str, ...]
    entry: str
    about: str
    is_foreign: bool


@frozen
class TimelineFile:
    """A file that is valid as a whole, line by line; what it rests on in the case is not looked at here."""

    lines: tuple[TimelineLine, ...]
    unknown: tuple[str, ...]
    """Members that are not read, by name."""
    is_practice: bool


def read_timeline(content: bytes, name: str) -> TimelineFile:
    """Read a file of JSON Lines. Raises `InputError` (32) with `name:line` for the first line that is not valid.

    A line of another program becomes a moment with a certain time, its message, the file's name as source, and the
    stance that the file claims it: it changes no state, and leaves to nobody unless a helper marks it.
    """
    if len(content) > MAX_BYTES:
        raise InputError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB", place=name, hint="split the file")
    raw = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    numbered = [(number, line.rstrip(b"\r")) for number, line in enumerate(raw, 1) if line.strip()]
    if len(numbered) > MAX_LINES:
        raise InputError(f"the file has more than {MAX_LINES} lines", place=name, hint="split the file")
    if not numbered:
        raise InputError("the file holds no event", place=name, hint="recover timeline CASE --format jsonl --out FILE")
    found: list[TimelineLine] = []
    unknown: set[str] = set()
    is_practice = False
    for number, line in numbered:
        place = f"{name}:{number}"
        members = _object(line, place)
        one = _read(members, number, name, place)
        known = _THEIRS if one.is_foreign else (*_THEIRS, *_TEXTS, *_LISTS, *_OTHERS)
        unknown.update(neutralise(member)[:60] for member in members if member not in known)
        is_practice = is_practice or members.get("practice") is True
        found.append(one)
    _check_links(found, name)
    return TimelineFile(tuple(found), tuple(sorted(unknown)), is_practice)


def _object(line: bytes, place: str) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise InputError(f"the line is longer than {MAX_LINE_BYTES // 1024} KiB", place=place)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("the line is not UTF-8", place=place) from error
    _check_depth(text, place)
    try:
        found = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except ValueError as error:
        raise InputError(f"the line is not valid JSON: {str(error)[:120]}", place=place) from error
    if not isinstance(found, dict):
        raise InputError("the line is no JSON object", place=place)
    return found


def _check_depth(text: str, place: str) -> None:
    """Refuse what nests deeper than any event does, before a parser is asked to follow it."""
    depth, is_inside, is_escaped = 0, False, False
    for sign in text:
        if is_inside:
            is_inside = is_escaped or sign != '"'
            is_escaped = sign == "\\" and not is_escaped
        elif sign == '"':
            is_inside = True
        elif sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"the line nests deeper than {MAX_DEPTH} levels", place=place)
        elif sign in "]}":
            depth -= 1


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands there twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _read(members: Mapping[str, Any], number: int, name: str, place: str) -> TimelineLine:
    message = _text(members, "message", MAX_TEXT, place, is_needed=True)
    _text(members, "timestamp_desc", MAX_SHORT, place, is_needed=True)
    moment = _moment(members, place)
    if members.get("data_type") != DATA_TYPE:
        return _foreign(members, number, name, message, moment)
    version = members.get("recover_version")
    if version != VERSION:
        raise InputError(f"the line is of version {str(version)[:20]}, not {VERSION}", place=place)
    when = times.read_when(_text(members, "when", 200, place, is_needed=True))
    if when.precision == "unknown" and when.text != "unknown":
        raise InputError("`when` is no date", place=place, hint="2017, 2025-10~, 2026-10-05T21:40+04:00[Asia/Baku]")
    if when.is_instant and when.earliest is not None and abs(when.earliest - moment) >= timedelta(seconds=1):
        raise InputError("`when` and `datetime` are not the same moment", place=place)
    numbers, digests = _list(members, "exhibits", place), _list(members, "exhibit_sha256", place)
    if len(numbers) != len(digests):
        raise InputError("`exhibits` and `exhibit_sha256` do not have as many members", place=place)
    return TimelineLine(
        number=number,
        when=when.text,
        text=_text(members, "text", MAX_TEXT, place) or message,
        source=_text(members, "source", MAX_SHORT, place, is_needed=True),
        stance=_text(members, "stance", 40, place, is_needed=True),
        by=_text(members, "by", MAX_SHORT, place),
        exhibits=tuple(zip(numbers, digests, strict=True)),
        assets=_list(members, "assets", place),
        marks=_list(members, "marks", place),
        entry=_text(members, "entry", 80, place),
        about=_text(members, "about", 80, place),
        is_foreign=False,
    )


def _foreign(members: Mapping[str, Any], number: int, name: str, message: str, moment: datetime) -> TimelineLine:
    shown, file = neutralise(message), neutralise(name)[:120]
    desc = neutralise(str(members["timestamp_desc"]))
    return TimelineLine(
        number=number,
        when=times.instant_text(moment, "UTC"),
        text=f"{shown} ({desc})",
        source=file,
        stance="claimed-by",
        by=file,
        exhibits=(),
        assets=(),
        marks=(),
        entry="",
        about="",
        is_foreign=True,
    )


def _text(members: Mapping[str, Any], name: str, most: int, place: str, *, is_needed: bool = False) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise InputError(f"`{name}` is no text", place=place)
    if is_needed and not value.strip():
        raise InputError(f"`{name}` is missing", place=place, hint="message, datetime and timestamp_desc are needed")
    if len(value) > most:
        raise InputError(f"`{name}` is longer than {most} characters", place=place)
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in value) or "\x00" in value:
        raise InputError(f"`{name}` holds half a character", place=place)
    return value


def _list(members: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = members.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_LIST:
        raise InputError(f"`{name}` is no list of at most {MAX_LIST} texts", place=place)
    return tuple(_text({name: each}, name, 200, place, is_needed=True) for each in value)


def _moment(members: Mapping[str, Any], place: str) -> datetime:
    """Return the moment of a line; `datetime` and `timestamp` must not contradict each other."""
    written, stamp = members.get("datetime"), members.get("timestamp")
    if not isinstance(written, str) or not 10 <= len(written) <= 40:
        raise InputError("`datetime` is missing or no text", place=place, hint="2026-10-05T21:40:00+04:00")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise InputError("`datetime` is not ISO 8601", place=place, hint="2026-10-05T21:40:00+04:00") from error
    if moment.tzinfo is None:
        raise InputError("`datetime` names no offset", place=place, hint="write +00:00 behind it if it is UTC")
    # A year that is known about may begin one year earlier than any that can be typed.
    if not times.FIRST_YEAR - 1 <= moment.year <= times.LAST_YEAR:
        raise InputError(f"the year must be from {times.FIRST_YEAR} to {times.LAST_YEAR}", place=place)
    if stamp is None:
        return moment.astimezone(UTC)
    if isinstance(stamp, bool) or not isinstance(stamp, int) or abs(stamp) > 10**17:
        raise InputError("`timestamp` is no whole number of microseconds", place=place)
    if abs(_EPOCH + timedelta(microseconds=stamp) - moment) >= timedelta(seconds=1):
        raise InputError("`timestamp` and `datetime` are not the same moment", place=place)
    return moment.astimezone(UTC)


def _check_links(lines: Sequence[TimelineLine], name: str) -> None:
    """Refuse a version of an event that is not in the file, of itself, or of one that is a version of it."""
    about: dict[str, str] = {}
    for line in lines:
        if line.entry and line.entry in about:
            raise InputError(f"entry {line.entry} stands there twice", place=f"{name}:{line.number}")
        if line.entry:
            about[line.entry] = line.about
    for line in lines:
        if line.about and line.about not in about:
            raise InputError("`about` names an entry that is not in the file", place=f"{name}:{line.number}")
        seen: set[str] = set()
        entry = line.about
        while entry:
            if entry in seen or entry == line.entry:
                raise InputError("`about` goes in a circle", place=f"{name}:{line.number}")
            if len(seen) == MAX_CHAIN:
                raise InputError(
                    f"more than {MAX_CHAIN} versions stand one upon another", place=f"{name}:{line.number}"
                )
            seen.add(entry)
            entry = about[entry]
