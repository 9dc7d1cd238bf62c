"""Dates to keep: as a calendar file, as rows of a cover, as sentences. Stable ids, and never a clock.

A calendar is read on phones that others look at. What is made for the account holder says `Reminder` and nothing else,
rings no bell and names no program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from recover import times
from recover.case.survey import DueItem
from recover.packet.readers.view import View
from recover.packet.words.phrases import phrase
from recover.packet.words.titles import due_title

if TYPE_CHECKING:
    from icalendar import Alarm, Event

RING_AT = time(9, 0)
"""When a day begins for whoever has something to file, in the case's zone."""
_LISTED = ("open", "overdue")


def calendar(items: Sequence[DueItem], view: View, *, neutral: bool, language: str = "en") -> bytes:
    """Write dates as a calendar (RFC 5545), stamped with the as-of moment; what has no day, is done, missed or lost is
    left out.

    A day is an all-day entry; where the time of day counts the entry stands at that moment (UTC). A deadline rings one
    day before and at nine in the morning. `neutral`: titles say nothing of the case, there is no text and no bell.
    """
    from icalendar import Calendar

    found = Calendar()
    found.add("prodid", "-//notes//dates//EN" if neutral else "-//recover//deadlines//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    for item in items:
        if item.uid and (item.file_by or item.on) is not None and item.state in _LISTED:
            found.add_component(_event(item, view, neutral=neutral, language=language))
    return bytes(found.to_ical(sorted=True))


def _event(item: DueItem, view: View, *, neutral: bool, language: str) -> Event:
    from icalendar import Event

    day = item.file_by or item.on
    assert day is not None  # noqa: S101 - the caller lists nothing without a day
    mark = f"{phrase('practice', language)}: " if view.source.practice else ""
    title = mark + (phrase("due-reminder", language) if neutral else view.words(due_title(item, view)))
    event = Event()
    event.add("uid", item.uid)
    event.add("dtstamp", view.source.as_of)
    event.add("dtstart", item.at or day)
    event.add("dtend", item.at + timedelta(minutes=30) if item.at else day + timedelta(days=1))
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    if neutral:
        event.add("class", "PRIVATE")
        return event
    last = ""
    if item.on and item.on != day:
        last = phrase("due-last-day", language, day=times.format_day(item.on, language))
    event.add("description", view.words(f"{last} {item.why} {item.note}".strip()))
    if item.kind == "deadline":
        for alarm in _alarms(item, view, title):
            event.add_component(alarm)
    return event


def _alarms(item: DueItem, view: View, title: str) -> Iterator[Alarm]:
    """Yield the bells of a deadline: the day before, and the morning of the day."""
    from icalendar import Alarm

    for trigger in _rings(item, view):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", trigger)
        yield alarm


def _rings(item: DueItem, view: View) -> tuple[timedelta | datetime, ...]:
    if item.at is None:
        morning = timedelta(hours=RING_AT.hour, minutes=RING_AT.minute)
        return (morning - timedelta(days=1), morning)
    local = item.at.astimezone(times.zone_info(view.zone or "UTC"))
    morning_of = datetime.combine(local.date(), RING_AT, local.tzinfo).astimezone(UTC)
    # What ends before nine rings an hour before.
    return (-timedelta(days=1), morning_of if morning_of < item.at else -timedelta(hours=1))


# --- the same in words ----------------------------------------------------------------------------------------------


def due_text(item: DueItem, view: View, language: str = "en") -> str:
    """Write one due date as a sentence: what and when."""
    return view.words(phrase("due-line", language, what=due_title(item, view), when=_due_when(item, view, language)))


def due_row(item: DueItem, view: View, language: str = "en") -> tuple[str, str, str]:
    """Write one due date as a row: what, when, and how it stands."""
    state = phrase(f"state-{item.state}", language)
    note = f"{state}; {item.note}" if item.note else state
    return view.words(due_title(item, view)), _due_when(item, view, language), view.words(note)


def _due_when(item: DueItem, view: View, language: str) -> str:
    if item.on is None:
        return phrase("due-file-now" if item.state == "file-now" else "due-unknown", language)
    if item.at is not None:
        return times.format_instant(item.at, view.zone, language)
    day = times.format_day(item.on, language)
    if item.file_by is None or item.file_by == item.on:
        return day
    return phrase("due-file-by", language, day=day, file_by=times.format_day(item.file_by, language))
