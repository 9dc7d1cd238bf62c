"""Dates of the mass-report playbook on the days that break naive arithmetic: 29 February, changes of the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from recover import practice, times
from recover.case.survey import DueItem
from recover.desk.case import OpenCase
from recover.errors import UsageError
from recover.playbook.stories import load_story

ZONE = "Europe/Prague"
Moved = Callable[[str], None]


@pytest.fixture
def holder() -> Iterator[tuple[OpenCase, Moved]]:
    """A holder in the Union, nothing decided yet, and a clock that goes where it is told."""
    story = load_story(practice.find_stories(["letna-9"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()

        def move(at: str) -> None:
            clock.at = times.parse_instant(at, ZONE)

        case.answer("intake.zone", ZONE)
        case.answer("intake.eu", "yes")
        yield case, move


def suspend(case: OpenCase, informed_at: str) -> None:
    """Record that the profile was suspended, as its screen said at a moment."""
    case.add_row(
        "decisions.all",
        {
            "name": "Profile", "platform": "facebook", "platform_id": "100005000000901", "action": "suspended",
            "informed_at": informed_at, "reason": "account integrity",
        },
    )  # fmt: skip


def dates(case: OpenCase) -> dict[str, DueItem]:
    """Return the dated rows of the due list by rule."""
    return {row.rule: row for row in case.survey().due if row.on is not None}


@pytest.mark.parametrize(
    ("informed_at", "rule", "on", "file_by"),
    [
        # Six months after 31 August end on the last day of February, which a leap year has one more of.
        ("2026-08-31 22:40", "dsa.internal-complaint", "2027-02-28", "2027-02-26"),
        ("2027-08-31 22:40", "dsa.internal-complaint", "2028-02-29", "2028-02-29"),
        ("2027-08-31 22:40", "meta.suspension.appeal", "2028-02-27", "2028-02-25"),
        ("2028-02-29 10:00", "dsa.internal-complaint", "2028-08-29", "2028-08-29"),
        ("2028-02-29 10:00", "meta.suspension.appeal", "2028-08-27", "2028-08-25"),
        # Late in the evening and after midnight the day is the client's, whatever day it is in UTC.
        ("2026-10-24 23:30", "meta.suspension.appeal", "2027-04-22", "2027-04-22"),
        ("2026-10-25 00:30", "meta.suspension.appeal", "2027-04-23", "2027-04-23"),
        # Both sides of the night in which summer time ends, and of the one in which it begins.
        ("2026-10-25 01:59", "dsa.internal-complaint", "2027-04-25", "2027-04-23"),
        ("2026-10-25 03:01", "dsa.internal-complaint", "2027-04-25", "2027-04-23"),
        ("2027-03-28 01:59", "dsa.internal-complaint", "2027-09-28", "2027-09-28"),
        ("2027-03-28 03:01", "dsa.internal-complaint", "2027-09-28", "2027-09-28"),
    ],
)  # fmt: skip
def test_dates_to_the_day(holder: tuple[OpenCase, Moved], informed_at: str, rule: str, on: str, file_by: str) -> None:
    """Months are calendar months cut off at the month's end, days are days of the client's zone."""
    case, move = holder
    move(informed_at[:10] + " 23:59")
    suspend(case, f"{informed_at} {ZONE}")
    row = dates(case)[rule]
    assert (row.on, row.file_by) == (date.fromisoformat(on), date.fromisoformat(file_by))


def test_on_29_february_the_last_day_is_today(holder: tuple[OpenCase, Moved]) -> None:
    """On the leap day itself what ends on it is open, and what ended on the Sunday before is over."""
    case, move = holder
    move("2027-09-01 10:00")
    suspend(case, f"2027-08-31 22:40 {ZONE}")
    move("2028-02-29 12:00")
    rows = dates(case)
    assert (rows["dsa.internal-complaint"].on, rows["dsa.internal-complaint"].state) == (date(2028, 2, 29), "open")
    assert rows["meta.suspension.appeal"].state == "lost"
    move("2028-03-01 00:01")
    assert dates(case)["dsa.internal-complaint"].state == "lost"


def test_a_time_that_was_twice_is_asked_again(holder: tuple[OpenCase, Moved]) -> None:
    """02:30 of the night in which summer time ends is two moments; the refusal names both, and nothing is kept."""
    case, move = holder
    move("2026-10-26 10:00")
    with pytest.raises(UsageError) as refusal:
        suspend(case, f"2026-10-25 02:30 {ZONE}")
    assert "+02:00" in f"{refusal.value} {refusal.value.hint}"
    assert "+01:00" in f"{refusal.value} {refusal.value.hint}"
    assert not case.state.rows("decisions.all")
