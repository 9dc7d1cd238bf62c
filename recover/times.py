"""Time: the only reader of the clock, and everything that knows what a date, a zone or a length is.

Times of evidence are *partial*: a year, a month, a season, a day, a moment with its zone, a range of two of these, or
unknown. `parse_when` reads them strictly (nothing is guessed, nothing is filled in) and gives a `When`, whose `text` is
canonical and is what the log stores. A moment needs a zone or an offset; a local time that a clock change skipped or
repeated is refused until the offset is given. Zones come from the `tzdata` package, never from the system, so that the
same case gives the same dates on every machine; `TZDATA_VERSION` says which.

Deadlines are counted in calendar steps: months and years keep the day's number, clipped to the month's end.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Literal, overload
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # data only, ships no types

from recover.errors import UsageError
from recover.frozen import frozen

TZDATA_VERSION: str = tzdata.IANA_VERSION
"""Version of the zone rules in use, such as `2026a`; part of a packet's manifest."""

Precision = Literal["instant", "day", "month", "season", "year", "range", "unknown"]
Clock = Callable[[], datetime]
"""What callers take instead of reading the clock; gives aware UTC."""

FIRST_YEAR, LAST_YEAR = 1000, 2999
"""Years that are accepted; far from the ends of what `datetime` can hold, so that no sum overflows."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_MAX_TEXT = 160
"""Room for a range of two moments with seconds, offsets and the longest zone names."""
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+){0,2}")
_DAY_PART = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_SEASON = re.compile(r"([0-9]{4})-(spring|summer|autumn|winter)")
_DAY = re.compile(_DAY_PART)
_INSTANT = re.compile(
    _DAY_PART + r"[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?P<about>~?)"
    r"\s?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?:\[(?P<bracket>[^\[\]]{1,64})\]|\s+(?P<zone>[A-Za-z][A-Za-z0-9_+\-/]{0,63}))?"
)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:~?$|~?[ \[+\-Z].*)", re.DOTALL)
_LENGTH = re.compile(r"([1-9][0-9]{0,3})([hdwmy])")
_UNIT_WORDS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def now() -> datetime:
    """Return this moment as aware UTC. The only place in the program that reads the clock."""
    return datetime.now(UTC)


# --- zones ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def zone_info(zone: str) -> tzinfo:
    """Return the rules of an IANA zone such as `Asia/Baku`, from the tzdata package.

    Raises `UsageError` with close names as the hint when there is no such zone.
    """
    if zone == "UTC":
        return UTC
    path = Path(tzdata.__path__[0], "zoneinfo", *zone.split("/"))
    if not _ZONE.fullmatch(zone) or zone in _NOT_ZONES or not path.is_file() or path.suffix:
        raise UsageError(f"no time zone is called {_shown(zone)}", hint=_zone_hint(zone))
    with path.open("rb") as stream:
        if stream.read(4) != b"TZif":
            raise UsageError(f"no time zone is called {_shown(zone)}", hint=_zone_hint(zone))
        stream.seek(0)
        return ZoneInfo.from_file(stream, key=zone)


def zones() -> tuple[str, ...]:
    """List the names of all zones, in the package's order."""
    names = Path(tzdata.__path__[0], "zones").read_text(encoding="ascii").split()
    return tuple(name for name in names if name not in _NOT_ZONES)


def _zone_hint(zone: str) -> str:
    import difflib

    by_city = {name.rpartition("/")[2].lower(): name for name in reversed(zones())}
    wanted = zone.rpartition("/")[2].strip().lower().replace(" ", "_")
    near = [by_city[city] for city in difflib.get_close_matches(wanted, by_city, n=3, cutoff=0.7)]
    return f"did you mean {', '.join(near)}?" if near else "write it as area and city, such as Asia/Baku"


def local_day(moment: datetime, zone: str) -> date:
    """Return the calendar day of an aware moment in a zone; UTC when the zone is empty."""
    return moment.astimezone(zone_info(zone or "UTC")).date()


# --- partial times -------------------------------------------------------------------------------------------------


@frozen
class When:
    """A time known as well as it is known.

    `text` is canonical and stored. `earliest` and `latest` are aware UTC and bound what it may mean (None when
    unknown); a time marked approximate reaches one unit of its precision (an hour for a moment) further both ways.
    `zone` is the IANA zone of a moment, empty for all else. `sort_key` orders a timeline: by the first moment it names,
    shorter spans first, unknown last.
    """

    text: str
    precision: Precision
    approximate: bool
    zone: str
    earliest: datetime | None
    latest: datetime | None
    sort_key: tuple[str, str]

    @property
    def is_day(self) -> bool:
        """Say whether it is one whole, certain day."""
        return self.precision == "day" and not self.approximate

    @property
    def is_instant(self) -> bool:
        """Say whether it is one certain moment."""
        return self.precision == "instant" and not self.approximate


UNKNOWN_WHEN = When("unknown", "unknown", False, "", None, None, ("9999", "9999"))


def parse_when(text: str, zone: str = "", *, place: str = "") -> When:
    """Read a partial time strictly.

    Accepts `2017`, `2025-10~`, `2021-autumn`, `2026-10-05`, `2026-10-05 21:40 Asia/Baku`, RFC 9557 text such as
    `2026-10-05T21:40+04:00[Asia/Baku]`, `unknown`, and a range of two of these (`2017-03/2025-10`,
    `2026-10-08 02:10/04:55 Asia/Baku`). A zone or an offset behind a range is meant for both ends when the first names
    none. `zone` is used for moments that name none, and to count days. A winter begins
    in December of its year. Raises `UsageError` for anything else, for days that do not exist, for an offset that the
    zone does not have then, and for local times that a clock change skipped or repeated.
    """
    clean = text.strip()
    if len(clean) > _MAX_TEXT:
        raise UsageError("a time is too long", hint="write it as 2026-10-05 21:40 Asia/Baku", place=place)
    if clean.lower() == "unknown":
        return UNKNOWN_WHEN
    # A zone's name holds slashes too; none of its parts begins with a digit.
    parts = re.split(r"\s*/\s*(?=[0-9])", clean)
    if len(parts) == 1:
        return _parse_single(clean, zone, place)
    if len(parts) == 2:
        return _parse_range(parts[0], parts[1], zone, place)
    raise _bad(text, place)


@lru_cache(maxsize=4096)
def read_when(text: str, zone: str = "") -> When:
    """Read back a time that was stored; never raises.

    Its offset is trusted even where newer zone rules say otherwise. Text that is no time bounds nothing.
    """
    try:
        return parse_when(text, zone)
    except UsageError:
        pass
    try:
        return parse_when(re.sub(r"\[[^\[\]]*\]", "", text), zone)
    except UsageError:
        return When(text, "unknown", False, "", None, None, UNKNOWN_WHEN.sort_key)


def _parse_range(first: str, last: str, zone: str, place: str) -> When:
    behind = _INSTANT.fullmatch(last if not _TIME.fullmatch(last) else f"2000-01-01 {last}")
    named = (behind["bracket"] or behind["zone"] or "") if behind else ""
    if behind and behind["offset"] and not named and _INSTANT.fullmatch(first) and not _names_zone(first):
        first += behind["offset"]
    start = _parse_single(first, zone if _names_zone(first) else named or zone, place)
    if _TIME.fullmatch(last):
        if start.precision != "instant":
            raise _bad(f"{first}/{last}", place)
        last = f"{start.text[:10]} {last}"
    end = _parse_single(last, start.zone or zone, place)
    if start.sort_key > end.sort_key and (start.earliest or _MIN) > (end.earliest or _MIN):
        raise UsageError(f"the range {_shown(first)} to {_shown(last)} ends before it starts", place=place)
    return When(
        f"{start.text}/{end.text}",
        "range",
        start.approximate or end.approximate,
        start.zone if start.zone == end.zone else "",
        start.earliest,
        end.latest,
        (start.sort_key[0], end.sort_key[1]),
    )


_MIN = datetime(1, 1, 1, tzinfo=UTC)


def _names_zone(text: str) -> bool:
    found = _INSTANT.fullmatch(text)
    return bool(found and (found["bracket"] or found["zone"] or found["offset"]))


def _parse_single(text: str, zone: str, place: str) -> When:
    about = text.endswith("~")
    bare = text[:-1].rstrip() if about else text
    if _YEAR.fullmatch(bare):
        year = _year(bare, text, place)
        return _span(bare, "year", about, date(year, 1, 1), date(year + 1, 1, 1), zone)
    if found := _MONTH.fullmatch(bare):
        first = _day(found[1], found[2], "01", text, place)
        return _span(bare, "month", about, first, _plus_months(first, 1), zone)
    if found := _SEASON.fullmatch(bare.lower()):
        first = date(_year(found[1], text, place), _SEASONS[found[2]], 1)
        return _span(bare.lower(), "season", about, first, _plus_months(first, 3), zone)
    if found := _DAY.fullmatch(bare):
        first = _day(found["year"], found["month"], found["day"], text, place)
        return _span(bare, "day", about, first, first + timedelta(days=1), zone)
    if found := _INSTANT.fullmatch(bare):
        return _moment(found, about or bool(found["about"]), zone, text, place)
    raise _bad(text, place)


def _span(text: str, precision: Precision, about: bool, first: date, after: date, zone: str) -> When:
    """Make the When of the days from `first` up to, not including, `after`."""
    rules = zone_info(zone or "UTC")
    margin = after - first if about else timedelta()
    start, end = _midnight(first, rules), _midnight(after, rules)
    return When(
        text + ("~" if about else ""),
        precision,
        about,
        "",
        _midnight(first - margin, rules),
        _midnight(after + margin, rules) - timedelta(microseconds=1),
        (_stamp(start), _stamp(end)),
    )


def _midnight(day: date, rules: tzinfo) -> datetime:
    # A zone may skip its midnight; the first moment of that day is then what the offset before the change gives.
    return datetime(day.year, day.month, day.day, tzinfo=rules).astimezone(UTC)


def _moment(found: re.Match[str], about: bool, zone: str, text: str, place: str) -> When:
    _day(found["year"], found["month"], found["day"], text, place)
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise UsageError(f"{_shown(text)} has no such time of day", hint="hours go from 00 to 23", place=place)
    wall = datetime(int(found["year"]), int(found["month"]), int(found["day"]), hour, minute, second)  # noqa: DTZ001 - the zone is found below
    named = found["bracket"] or found["zone"] or ("UTC" if found["offset"] == "Z" else "")
    named = named or ("" if found["offset"] else zone)
    offset = _offset(found["offset"], text, place)
    if not named and offset is None:
        raise UsageError(
            f"{_shown(text)} names no time zone",
            hint=f"add it, such as {found[0].strip()} Asia/Baku",
            place=place,
        )
    chosen = _resolve(wall, named, offset, text, place) if named else offset
    assert chosen is not None  # noqa: S101 - one of both is known here
    at = (wall - chosen).replace(tzinfo=UTC)
    margin = timedelta(hours=1) if about else timedelta()
    return When(
        _instant_text(wall, chosen, named, bool(found["second"])) + ("~" if about else ""),
        "instant",
        about,
        named,
        at - margin,
        at + margin,
        (_stamp(at), _stamp(at)),
    )


def _resolve(wall: datetime, zone: str, offset: timedelta | None, text: str, place: str) -> timedelta:
    """Find the offset a zone has at a local time; refuse a skipped, a doubled or a contradicted one."""
    rules = zone_info(zone)
    offsets = sorted({_offset_at(wall, rules, 0), _offset_at(wall, rules, 1)})
    real = [
        each for each in offsets if (wall - each).replace(tzinfo=UTC).astimezone(rules).replace(tzinfo=None) == wall
    ]
    if offset is not None:
        if offset in real:
            return offset
        has = " or ".join(_offset_text(each) for each in real) or "no such local time"
        raise UsageError(f"{_shown(text)}: {zone} has {has} then", hint="leave the offset out", place=place)
    if len(real) == 1:
        return real[0]
    choices = " or ".join(f"{wall:%Y-%m-%d %H:%M}{_offset_text(each)}[{zone}]" for each in offsets)
    what = "happened twice" if real else "did not exist"
    raise UsageError(
        f"{wall:%Y-%m-%d %H:%M} {what} in {zone} (the clocks changed)",
        hint=f"write {choices}"
        if real
        else f"the clocks jumped between {' and '.join(_offset_text(each) for each in offsets)}; check the time",
        place=place,
    )


def _offset_at(wall: datetime, rules: tzinfo, fold: int) -> timedelta:
    return wall.replace(tzinfo=rules, fold=fold).utcoffset() or timedelta()


def _offset(text: str | None, whole: str, place: str) -> timedelta | None:
    if text is None:
        return None
    if text == "Z":
        return timedelta()
    hours, minutes, seconds = int(text[1:3]), int(text[4:6]), int(text[7:9] or 0)
    if hours > 15 or minutes > 59 or seconds > 59:
        raise UsageError(f"{_shown(whole)} has an impossible offset", place=place)
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if text[0] == "-" else length


def _offset_text(offset: timedelta) -> str:
    seconds = round(offset.total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")


def _instant_text(wall: datetime, offset: timedelta, zone: str, with_seconds: bool) -> str:
    spec = "seconds" if with_seconds else "minutes"
    return wall.isoformat("T", spec) + _offset_text(offset) + (f"[{zone}]" if zone else "")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _year(digits: str, text: str, place: str) -> int:
    year = int(digits)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"{_shown(text)}: the year must be from {FIRST_YEAR} to {LAST_YEAR}", place=place)
    return year


def _day(year: str, month: str, day: str, text: str, place: str) -> date:
    number = _year(year, text, place)
    try:
        return date(number, int(month), int(day))
    except ValueError as error:
        raise UsageError(f"there is no such day: {_shown(text)}", place=place) from error


def _bad(text: str, place: str) -> UsageError:
    return UsageError(
        f"cannot read {_shown(text)} as a time",
        hint="write 2017, 2025-10, 2025-10~ (about), 2026-10-05, 2026-10-05 21:40 Asia/Baku, 2017-03/2025-10, unknown",
        place=place,
    )


def _shown(text: str) -> str:
    """Quote what was typed, bounded and without control characters."""
    clean = "".join(each if each.isprintable() else "?" for each in text[:60])
    return f"“{clean}”"


def compare(first: When, second: When) -> int | None:
    """Compare two times by all they may mean: -1, 0, 1, or None when their ranges overlap.

    Two certain days or two certain moments that are the same are equal; a month never equals itself.
    """
    if first.earliest is None or first.latest is None or second.earliest is None or second.latest is None:
        return None
    if first.latest < second.earliest:
        return -1
    if first.earliest > second.latest:
        return 1
    same = (first.earliest, first.latest) == (second.earliest, second.latest)
    is_point = (first.is_day and second.is_day) or (first.is_instant and second.is_instant)
    return 0 if same and is_point else None


def parse_instant(text: str, zone: str = "", *, place: str = "") -> datetime:
    """Read one certain moment (as `--as-of` takes it) and return it as aware UTC; raise `UsageError` otherwise."""
    when = parse_when(text, zone, place=place)
    if not when.is_instant or when.earliest is None:
        raise UsageError(
            f"{_shown(text)} is not a moment", hint="write day, time and zone: 2026-10-05 21:40 Asia/Baku", place=place
        )
    return when.earliest


def instant_text(moment: datetime, zone: str = "UTC") -> str:
    """Write an aware moment canonically in a zone: `2026-10-05T21:40+04:00[Asia/Baku]`; no seconds if they are 0."""
    local = moment.astimezone(zone_info(zone)).replace(microsecond=0)
    offset = local.utcoffset() or timedelta()
    return _instant_text(local.replace(tzinfo=None), offset, zone, bool(local.second))


def day_of(when: When, zone: str) -> date | None:
    """Return the one calendar day a time names, a moment's in `zone` (else its own); None if it names none."""
    if when.precision == "day":
        return date.fromisoformat(when.text[:10])
    if when.precision == "instant":
        return date.fromisoformat(when.text[:10]) if when.zone in ("", zone) or not zone else _in_zone(when, zone)
    return None


def _in_zone(when: When, zone: str) -> date:
    return date.fromisoformat(when.text[:10]) if when.earliest is None else local_day(_nominal(when), zone)


def _nominal(when: When) -> datetime:
    return datetime.strptime(when.sort_key[0], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)


# --- lengths -------------------------------------------------------------------------------------------------------


@frozen
class Length:
    """A count of hours `h`, days `d`, weeks `w`, calendar months `m` or calendar years `y`."""

    count: int
    unit: str

    @property
    def text(self) -> str:
        """Give the canonical short form, such as `180d`."""
        return f"{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """Give it in words, such as `180 days`."""
        return f"{self.count} {_UNIT_WORDS[self.unit]}{'' if self.count == 1 else 's'}"

    @property
    def in_hours(self) -> bool:
        """Say whether it is counted in hours, so that the time of day matters."""
        return self.unit == "h"


def parse_length(text: str, *, place: str = "") -> Length:
    """Read `24h`, `180d`, `2w`, `6m` or `1y` (at most four digits, at most a hundred years); raise `UsageError`."""
    found = _LENGTH.fullmatch(text.strip())
    if not found or (found[2] in "my" and int(found[1]) > (1200 if found[2] == "m" else 100)):
        raise UsageError(f"cannot read {_shown(text)} as a length", hint="write 24h, 180d, 2w, 6m or 1y", place=place)
    return Length(int(found[1]), found[2])


@overload
def add(start: datetime, length: Length) -> datetime: ...
@overload
def add(start: date, length: Length) -> date: ...
def add(start: date | datetime, length: Length) -> date | datetime:
    """Add a length: hours to a moment exactly, anything else in calendar steps of the day (or of the local clock).

    Months and years keep the day's number, clipped to the end of the month (31 August + 6 months = 28 February).
    Raises `ValueError` for hours added to a day, which has no time of day.
    """
    if length.in_hours:
        if not isinstance(start, datetime):
            raise ValueError("hours can only be added to a moment")
        return (start.astimezone(UTC) + timedelta(hours=length.count)).astimezone(start.tzinfo)
    if length.unit in "dw":
        return start + timedelta(days=length.count * (7 if length.unit == "w" else 1))
    return _plus_months(start, length.count * (12 if length.unit == "y" else 1))


@overload
def _plus_months(start: datetime, months: int) -> datetime: ...
@overload
def _plus_months(start: date, months: int) -> date: ...
def _plus_months(start: date | datetime, months: int) -> date | datetime:
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def last_working_day(day: date) -> date:
    """Return the day itself, or the Friday before when it falls on a weekend. Public holidays are not known here."""
    return day - timedelta(days=max(0, day.weekday() - 4))


# --- in words ------------------------------------------------------------------------------------------------------

Say = Callable[..., str]
"""Gives the words around a date by key, slots filled: `say("about", date="May 2026")`."""

_ENGLISH = {
    "about": "about {date}",
    "from-to": "{start} to {end}",
    "with-time": "{day}, {time}",
    "date-unknown": "date unknown",
    **{season: season + " {year}" for season in _SEASONS},
}
_SIGNS = {
    "about": "~ {date}",
    "from-to": "{start} – {end}",
    "with-time": "{day}, {time}",
    "date-unknown": "—",
    **{season: "{year}-" + season for season in _SEASONS},
}
"""For languages whose words nobody gave."""
_OF_REGION = frozenset({"ar", "fa"})
"""Languages whose month names differ from country to country."""


def _english(key: str, **slots: str | int) -> str:
    return _ENGLISH[key].format(**slots)


def _signs(key: str, **slots: str | int) -> str:
    return _SIGNS[key].format(**slots)


def _is_english(language: str) -> bool:
    return language.partition("-")[0] in ("", "en")


def format_when(when: When, language: str = "en", say: Say | None = None) -> str:
    """Write a time for a reader, never more exactly than it is known.

    `5 October 2026 (2026-10-05), 21:40 Asia/Baku (UTC+04:00)`; `October 2026`; `about October 2025`;
    `March 2017 to October 2025`. Other languages use CLDR's names of months and `say` for the words around them;
    without it `~` for about and a dash for ranges. Digits are Latin in every language, so that dates can be compared.
    """
    says = say or (_english if _is_english(language) else _signs)
    if when.precision == "unknown":
        return says("date-unknown")
    if when.precision != "range":
        return _format_single(when.text, language, says)
    first, last = re.split(r"/(?=[0-9])", when.text)
    if _are_on_one_clock(first, last):
        return _format_single(first, language, says, _clock(last))
    return says("from-to", start=_format_single(first, language, says), end=_format_single(last, language, says))


def _are_on_one_clock(first: str, last: str) -> bool:
    """Say whether two canonical texts are moments of one day, by one zone and offset, and known equally well."""
    start, end = _INSTANT.fullmatch(first.removesuffix("~")), _INSTANT.fullmatch(last.removesuffix("~"))
    if not start or not end or first.endswith("~") != last.endswith("~"):
        return False
    return all(start[each] == end[each] for each in ("year", "month", "day", "offset", "bracket"))


def _clock(instant: str) -> str:
    """Give the time of day of a canonical moment, with seconds if it has any."""
    return instant[11:19] if instant[16] == ":" else instant[11:16]


def _format_single(text: str, language: str, say: Say, until: str = "") -> str:
    shown = _format_bare(text.removesuffix("~"), language, say, until)
    return say("about", date=shown) if text.endswith("~") else shown


def _format_bare(bare: str, language: str, say: Say, until: str) -> str:
    if _YEAR.fullmatch(bare):
        return bare
    if found := _MONTH.fullmatch(bare):
        return _month_words(date(int(found[1]), int(found[2]), 1), language)
    if found := _SEASON.fullmatch(bare):
        return say(found[2], year=found[1])
    day = format_day(date.fromisoformat(bare[:10]), language)
    found = _INSTANT.fullmatch(bare)
    if not found:
        return day
    clock = say("from-to", start=_clock(bare), end=until) if until else _clock(bare)
    zone = f" {found['bracket']}" if found["bracket"] else ""
    return say("with-time", day=day, time=f"{clock}{zone} (UTC{found['offset']})")


def _month_words(first: date, language: str) -> str:
    if _is_english(language):
        return f"{MONTHS[first.month - 1]} {first.year}"
    return _cldr(first, "yMMMM", language)


def format_day(day: date, language: str = "en") -> str:
    """Write a day with its ISO form: `5 October 2026 (2026-10-05)`; in Persian with the Solar Hijri day as well."""
    if _is_english(language):
        return f"{day.day} {MONTHS[day.month - 1]} {day.year} ({day.isoformat()})"
    solar = _solar_hijri(day) if language in ("fa", "fa-IR") else ""
    words = _cldr(day, "", language)
    return words if words == day.isoformat() else f"{words} {solar}({day.isoformat()})"


def _solar_hijri(day: date) -> str:
    """Write a day in the calendar of Iran, in brackets: `(20 خرداد 1405) `."""
    from persiantools.jdatetime import MONTH_NAMES_FA, JalaliDate

    solar = JalaliDate(day)  # type: ignore[no-untyped-call]  # the library types what it returns only
    return f"({solar.day} {MONTH_NAMES_FA[solar.month]} {solar.year}) "


def with_region(language: str, zone: str) -> str:
    """Return a language with the country of a zone, where the country decides how months are called.

    `ar` in `Asia/Beirut` becomes `ar-LB`; a language that names its region keeps it, and so does one whose months are
    called the same everywhere.
    """
    if language not in _OF_REGION or not zone:
        return language
    from babel.core import get_global
    from babel.localedata import exists

    territory = get_global("zone_territories").get(zone, "")
    return f"{language}-{territory}" if territory and exists(f"{language}_{territory}") else language


def _cldr(day: date, skeleton: str, language: str) -> str:
    """Write a day (or, with a skeleton, its month) in another language; as ISO text where CLDR does not know it."""
    from babel.dates import format_date, format_skeleton

    locale = _locale(language)
    if not locale:
        return day.isoformat()[:7] if skeleton else day.isoformat()
    return format_skeleton(skeleton, day, locale=locale) if skeleton else format_date(day, "long", locale=locale)


@lru_cache(maxsize=64)
def _locale(language: str) -> str:
    """Return the name of the nearest locale that CLDR has: `ar_LB` for `ar-LB`, `ar` for `ar-XX`; else nothing."""
    from babel.core import Locale, UnknownLocaleError

    parts = language.split("-")
    for count in range(len(parts), 0, -1):
        try:
            return str(Locale.parse("-".join(parts[:count]), sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return ""


def format_instant_utc(moment: datetime) -> str:
    """Write an aware moment as `2026-10-05 17:40 UTC`; seconds only if there are any."""
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S UTC" if utc.second else "%Y-%m-%d %H:%M UTC")


def format_instant(moment: datetime, zone: str, language: str = "en") -> str:
    """Write an aware moment in a zone as `format_when` does."""
    return format_when(parse_when(instant_text(moment, zone or "UTC")), language)


def weekday(day: date) -> str:
    """Name the day of the week in English."""
    return WEEKDAYS[day.weekday()]
