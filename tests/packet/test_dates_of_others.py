"""Which dates a reader sees: a platform does not learn whom else the holder asked."""

from __future__ import annotations

import pytest

from recover import practice
from recover.desk import leaving
from recover.playbook.stories import load_story


def calendar_of(story: str, profile: str) -> str:
    """Return the calendar file of a shipped story's packet, its folded lines joined."""
    loaded = load_story(practice.find_stories([story])[0])
    with practice.practising(loaded) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, loaded) == ()
        files = {file.path: file.content for file in leaving.build(case, case.plan_packet(profile, with_dates=True))}
    return files["deadlines.ics"].decode("utf-8").replace("\r\n ", "")


@pytest.mark.parametrize(
    ("story", "date"),
    [("neighbour-voices", "Ask the partner for news"), ("letna-9", "Decision of the out-of-court body")],
)
def test_platform_learns_of_no_partner_and_no_body_from_a_calendar(story: str, date: str) -> None:
    """The day on which a partner or a body is asked or answers is in the partner's calendar, not in the platform's."""
    assert date in calendar_of(story, "partner")
    assert date not in calendar_of(story, "platform")


def test_an_hour_stands_in_the_calendar_as_an_hour() -> None:
    """A race that ends at 19:40 is no all-day entry, and the day's sentence says the hour with its zone."""
    text = calendar_of("before-the-hour", "platform")
    assert "DTSTART:20261004T164000Z" in text
    assert "4 October 2026 (2026-10-04)\\, 19:40 Europe/Vilnius" in text
