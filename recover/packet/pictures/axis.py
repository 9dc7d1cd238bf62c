"""A time axis to scale: where a moment stands, which ticks are printed under it, how long one unit is.

Every scale is linear. What is too dense in one panel is drawn again, larger, in the next: nothing is cut out and no
distance is bent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from recover import times
from recover.frozen import frozen
from recover.playbook.drawing import text_width

TICK_SIZE = 10.5
EDGE = 6.0
"""Between the right end of an axis and the edge of the sheet."""
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEAST_SPAN = timedelta(minutes=30)
"""What an axis shows at least; below it nobody knows what a reader should see."""

_STEPS: tuple[tuple[str, int], ...] = (
    *(("minute", count) for count in (1, 5, 10, 15, 30)),
    *(("hour", count) for count in (1, 2, 3, 6, 12)),
    *(("day", count) for count in (1, 2, 7, 14)),
    *(("month", count) for count in (1, 2, 3, 6)),
    *(("year", count) for count in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
)
_UNITS = (
    ("minute", _MINUTE),
    ("hour", _HOUR),
    ("day", _DAY),
    ("week", 7 * _DAY),
    ("month", 30 * _DAY),
    ("year", 365 * _DAY),
)


@frozen
class Tick:
    """A mark on the axis and what stands under it."""

    moment: datetime
    text: str


@frozen
class Axis:
    """A linear scale from `first` at `left` to `last` at `right`, with days counted in `zone`."""

    first: datetime
    last: datetime
    left: float
    right: float
    zone: str
    language: str = "en"

    def x(self, moment: datetime) -> float:
        """Return where a moment stands; what lies outside stands at the edge."""
        share = (moment - self.first) / (self.last - self.first)
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))

    def holds(self, first: datetime, last: datetime) -> bool:
        """Say whether some of this time is shown."""
        return first <= self.last and last >= self.first

    def length(self, span: timedelta) -> float:
        """Return how long a span of time is, in pixels."""
        return (self.right - self.left) * (span / (self.last - self.first))

    def ticks(self) -> tuple[Tick, ...]:
        """Return ticks at round moments, as many as can be read, none touching another."""
        for unit, count in _STEPS:
            if self.length(count * _length(unit)) < 16:
                continue
            found = tuple(Tick(moment, self._label(moment, unit)) for moment in self._moments(unit, count))
            if self._is_readable(found):
                return found
        return ()

    def _is_readable(self, ticks: Sequence[Tick]) -> bool:
        edge = float("-inf")
        for tick in ticks:
            half, middle = text_width(tick.text, TICK_SIZE) / 2, self.label_x(tick)
            if middle - half < edge:
                return False
            edge = middle + half + 6
        return True

    def label_x(self, tick: Tick) -> float:
        """Return where the middle of a tick's text stands: under the tick, but not beyond the sheet."""
        return min(self.x(tick.moment), self.right + EDGE - text_width(tick.text, TICK_SIZE) / 2)

    def _moments(self, unit: str, count: int) -> Iterator[datetime]:
        rules = times.zone_info(self.zone or "UTC")
        local = self.first.astimezone(rules)
        day = local.date()
        if unit in ("minute", "hour"):
            minutes = count * (60 if unit == "hour" else 1)
            # Counted from the zone's midnight in real minutes: a day on which the clocks change has 23 or 25 hours.
            moment = datetime(day.year, day.month, day.day, tzinfo=rules).astimezone(UTC)
            while moment <= self.last:
                if moment >= self.first:
                    yield moment
                moment += minutes * _MINUTE
            return
        for start in _days(day, unit, count):
            moment = datetime(start.year, start.month, start.day, tzinfo=rules).astimezone(UTC)
            if moment > self.last:
                return
            if moment >= self.first:
                yield moment

    def _label(self, moment: datetime, unit: str) -> str:
        local = moment.astimezone(times.zone_info(self.zone or "UTC"))
        if unit == "year":
            return str(local.year)
        if unit == "month":
            return short_date(local.date(), self.language, with_day=False)
        if unit == "day" or (local.hour, local.minute) == (0, 0):
            return short_date(local.date(), self.language, with_day=True)
        return f"{local:%H:%M}"

    def unit(self) -> tuple[str, float]:
        """Return a unit of time that is a good measure here (`day`), and how long it is in pixels: at most a third."""
        lengths = [(name, self.length(span)) for name, span in _UNITS]
        fitting = [each for each in lengths if 12 <= each[1] <= (self.right - self.left) / 3]
        return fitting[0] if fitting else min(lengths, key=lambda each: abs(each[1] - 40))


def _length(unit: str) -> timedelta:
    return dict(_UNITS)[unit]


def _days(first: date, unit: str, count: int) -> Iterator[date]:
    """Yield round days from `first`'s period on: every `count`-th day, month or year, in the calendar's own count."""
    if unit == "day":
        start = first if count < 7 else first - timedelta(days=first.weekday())
        for step in range(4000):
            yield start + timedelta(days=step * count)
        return
    months = count * (12 if unit == "year" else 1)
    number = (first.year * 12 + first.month - 1) // months * months
    while number < (times.LAST_YEAR + 1) * 12:
        if number >= times.FIRST_YEAR * 12:
            yield date(number // 12, number % 12 + 1, 1)
        number += months


def short_date(day: date, language: str, *, with_day: bool = True, with_year: bool = False) -> str:
    """Write a day as `5 Oct` or `5 Oct 2026`, or its month as `Oct 2026`, with the month's name in a language."""
    if language.partition("-")[0] == "en":
        name = times.MONTHS[day.month - 1][:3]
        shown = f"{day.day} {name}" if with_day else name
        return f"{shown} {day.year}" if with_year or not with_day else shown
    from babel.core import Locale, UnknownLocaleError
    from babel.dates import format_skeleton, get_month_names

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return day.isoformat() if with_day else day.isoformat()[:7]
    if locale.language in _ONE_NAME:
        name = get_month_names("wide", locale=locale)[day.month]
        return f"{f'{day.day} ' if with_day else ''}{name}{f' {day.year}' if with_year or not with_day else ''}"
    return format_skeleton("yMMM" if not with_day else "yMMMd" if with_year else "MMMd", day, locale=locale)


_ONE_NAME = frozenset({"ar", "fa"})
"""Languages whose months have no short name. Asked for one, Babel 2.18 writes the long name that it found for `ar` into
the table that `ar_LB` shares, and Lebanon gets the months of Egypt."""


def padded(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Widen a span a little, so that nothing stands on its edge; at least `LEAST_SPAN` is shown."""
    if last - first < LEAST_SPAN:
        first, last = first - LEAST_SPAN / 2, last + LEAST_SPAN / 2
    margin = (last - first) / 40
    return first - margin, last + margin


# --- what to draw larger --------------------------------------------------------------------------------------------

CROWDED = 26.0
"""Pixels: moments that stand closer than this cannot be told apart, or their numbers not be printed."""
LARGER = 0.3
"""Share of a panel that may be drawn again; a larger one would look the same again."""


def crowded_part(
    spans: Sequence[tuple[datetime, datetime]], place: Callable[[datetime], float], width: float
) -> tuple[datetime, datetime] | None:
    """Return the part of an axis that should be drawn again larger, or None when everything can be told apart.

    `spans` are the times that are too short to be drawn as bars. The part is all crowds of them together if they lie
    within a small part of the axis, else the one that holds most.
    """
    crowds = [crowd for crowd in _crowds(sorted(set(spans)), place) if len(crowd) > 1]
    if not crowds:
        return None
    parts = [(crowd[0][0], max(last for _, last in crowd)) for crowd in crowds]
    first, last = parts[0][0], parts[-1][1]
    if place(last) - place(first) <= LARGER * width:
        return first, last
    small = [n for n, part in enumerate(parts) if place(part[1]) - place(part[0]) <= LARGER * width]
    return parts[max(small, key=lambda n: (len(crowds[n]), n))] if small else None


def _crowds(
    spans: Sequence[tuple[datetime, datetime]], place: Callable[[datetime], float]
) -> list[list[tuple[datetime, datetime]]]:
    found: list[list[tuple[datetime, datetime]]] = []
    for span in spans:
        if found and place(span[0]) - place(found[-1][-1][0]) < CROWDED:
            found[-1].append(span)
        else:
            found.append([span])
    return found
