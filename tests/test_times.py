"""Times: strict reading, honest comparing, calendar sums, and never a day that nobody named."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import UsageError
from recover.times import (
    Length,
    add,
    compare,
    day_of,
    format_day,
    format_instant,
    format_instant_utc,
    format_when,
    instant_text,
    last_working_day,
    local_day,
    now,
    parse_instant,
    parse_length,
    parse_when,
    read_when,
    zone_info,
    zones,
)

CANONICAL = {
    "2017": "2017",
    "2025-10~": "2025-10~",
    "2025-10 ~": "2025-10~",
    "2021-autumn": "2021-autumn",
    "2021-AUTUMN": "2021-autumn",
    "2026-10-05": "2026-10-05",
    "unknown": "unknown",
    "2017-03/2025-10": "2017-03/2025-10",
    "2017-03~ / 2025": "2017-03~/2025",
    "2026-10-05 21:40 Asia/Baku": "2026-10-05T21:40+04:00[Asia/Baku]",
    "2026-10-05T21:40+04:00[Asia/Baku]": "2026-10-05T21:40+04:00[Asia/Baku]",
    "2026-10-05T21:40:07+04:00[Asia/Baku]": "2026-10-05T21:40:07+04:00[Asia/Baku]",
    "2026-10-05 21:40+04:00": "2026-10-05T21:40+04:00",
    "2026-10-05T17:40Z": "2026-10-05T17:40+00:00[UTC]",
    "2026-10-05 21:40~ Asia/Baku": "2026-10-05T21:40+04:00[Asia/Baku]~",
    "2026-10-08 02:10/04:55 Asia/Baku": "2026-10-08T02:10+04:00[Asia/Baku]/2026-10-08T04:55+04:00[Asia/Baku]",
    "2026-10-08 02:10 Asia/Baku/2026-10-09 04:55 Asia/Baku": (
        "2026-10-08T02:10+04:00[Asia/Baku]/2026-10-09T04:55+04:00[Asia/Baku]"
    ),
    "2026-10-08 02:10/2026-10-08 04:55 Asia/Baku": (
        "2026-10-08T02:10+04:00[Asia/Baku]/2026-10-08T04:55+04:00[Asia/Baku]"
    ),
    "2026-10-08 02:10 Europe/Prague / 2026-10-08 04:55~ Asia/Baku": (
        "2026-10-08T02:10+02:00[Europe/Prague]/2026-10-08T04:55+04:00[Asia/Baku]~"
    ),
    "2026-10-08 02:10/2026-10-08 04:55+04:00": "2026-10-08T02:10+04:00/2026-10-08T04:55+04:00",
    "2026-10-08 02:10/04:55Z": "2026-10-08T02:10+00:00[UTC]/2026-10-08T04:55+00:00[UTC]",
}


@pytest.mark.parametrize(("typed", "text"), CANONICAL.items())
def test_text_becomes_canonical_and_stays_so(typed: str, text: str) -> None:
    """Every accepted form has one canonical text, and reading that again gives the same time."""
    when = parse_when(typed)
    assert when.text == text
    assert parse_when(when.text) == when


@pytest.mark.parametrize(
    "typed",
    ["", "yesterday", "2026-13", "2026-02-30", "26-10-05", "2026-10-5", "05.10.2026", "2026-10-05 25:00 UTC", "0999",
     "2026-10-05 21:60 UTC", "2026/10/05", "2017/2018/2019", "2018/2017", "../etc", "2026-10-05 21:40 ../../etc/passwd",
     "2026-10-05 21:40 Nowhere/Land", "2026-10-05 21:40+99:00", "3000", "2026-10-05 21:40", "9" * 500, "２０２６",
     "2026-10-05 21:40 Factory", "2026-10-05 21:40 zone.tab", "2017/10:30"],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    """What is not a time, or a moment without a zone, is a usage error and never guessed."""
    with pytest.raises(UsageError):
        parse_when(typed)


def test_a_zone_of_the_case_is_used_for_moments_without_one() -> None:
    """A moment typed without a zone is in the zone given, and says so."""
    when = parse_when("2026-10-05 21:40", "Asia/Baku")
    assert when.text == "2026-10-05T21:40+04:00[Asia/Baku]"
    assert when.earliest == datetime(2026, 10, 5, 17, 40, tzinfo=UTC)


def test_a_range_without_a_zone_is_in_the_case_s_at_both_ends() -> None:
    """And without one there is no range: neither end's zone is guessed."""
    when = parse_when("2026-10-08 02:10/2026-10-08 04:55", "Asia/Baku")
    assert when.text == "2026-10-08T02:10+04:00[Asia/Baku]/2026-10-08T04:55+04:00[Asia/Baku]"
    with pytest.raises(UsageError, match="names no time zone"):
        parse_when("2026-10-08 02:10/2026-10-08 04:55")


def test_an_offset_behind_a_range_is_meant_for_both_ends() -> None:
    """The case's own zone must not give the beginning another offset than the end that was typed with it."""
    when = parse_when("2026-10-08 02:10/04:55+04:00", "Europe/Prague")
    assert when.text == "2026-10-08T02:10+04:00/2026-10-08T04:55+04:00"


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    """Over midnight both days are written; the next day is not guessed."""
    with pytest.raises(UsageError, match="ends before it starts"):
        parse_when("2026-10-08 23:10/01:55", "Asia/Baku")
    assert parse_when("2026-10-08 23:10/2026-10-09 01:55", "Asia/Baku").precision == "range"


def test_a_skipped_local_time_is_refused_with_both_offsets() -> None:
    """A time that the clocks jumped over does not exist, and the hint names both offsets."""
    with pytest.raises(UsageError) as caught:
        parse_when("2026-03-29 02:30 Europe/Prague")
    assert "did not exist" in caught.value.message
    assert "+01:00" in caught.value.hint
    assert "+02:00" in caught.value.hint


def test_a_doubled_local_time_is_refused_until_its_offset_is_given() -> None:
    """A time that came twice is refused; each of the two texts in the hint is accepted."""
    with pytest.raises(UsageError) as caught:
        parse_when("2026-10-25 02:30 Europe/Prague")
    assert "happened twice" in caught.value.message
    first = parse_when("2026-10-25 02:30+02:00[Europe/Prague]")
    second = parse_when("2026-10-25 02:30+01:00[Europe/Prague]")
    assert compare(first, second) == -1
    assert "2026-10-25 02:30+01:00[Europe/Prague]" in caught.value.hint


def test_an_offset_that_the_zone_does_not_have_is_refused() -> None:
    """Contradicting offset and zone are a mistake of the person, not ours to settle."""
    with pytest.raises(UsageError, match="has \\+04:00 then"):
        parse_when("2026-10-05 21:40+03:00 Asia/Baku")


def test_a_close_zone_is_suggested() -> None:
    """A misspelt zone is answered with the right one."""
    with pytest.raises(UsageError) as caught:
        parse_when("2026-10-05 21:40 Asia/Bakku")
    assert "Asia/Baku" in caught.value.hint


def test_stored_text_is_read_even_when_zone_rules_changed() -> None:
    """A stored moment whose offset newer rules deny keeps its offset; stored nonsense bounds nothing."""
    when = read_when("2026-10-05T21:40+03:00[Asia/Baku]")
    assert when.earliest == datetime(2026, 10, 5, 18, 40, tzinfo=UTC)
    assert read_when("no time").precision == "unknown"
    assert read_when("no time").earliest is None


@given(st.text(max_size=60))
def test_reading_what_was_stored_never_raises(text: str) -> None:
    """`read_when` is total."""
    assert read_when(text).precision


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.sampled_from(zones()))  # noqa: DTZ001
def test_every_moment_survives_its_text(moment: datetime, zone: str) -> None:
    """A moment written in any zone and read again is the same moment."""
    exact = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_when(instant_text(exact, zone)).earliest == exact


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.timedeltas(timedelta(), timedelta(days=400)),
    st.sampled_from(zones()),
    st.sampled_from(zones()),
    st.sampled_from(["", "~"]),
)
def test_every_range_survives_its_text(moment: datetime, length: timedelta, first: str, last: str, about: str) -> None:
    """Two moments in any two zones are read back as they were written, by both readers, and bound what they bound."""
    start = moment.replace(microsecond=0, tzinfo=UTC)
    end = (start + length).replace(microsecond=0)
    text = f"{instant_text(start, first)}/{instant_text(end, last)}{about}"
    when = parse_when(text)
    assert (when.text, when.precision, when.approximate) == (text, "range", bool(about))
    assert (when.earliest, when.latest) == (start, end + timedelta(hours=1 if about else 0))
    assert when == read_when(text) == parse_when(text, "Pacific/Apia")
    assert start.isoformat()[:19] == when.sort_key[0]
    shown = format_when(when)
    for part in (*re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", shown), *re.findall(r" ([0-9:]+)(?: |$)", shown)):
        assert part in text


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.integers(1, 86_399),
    st.sampled_from(zones()),
)
def test_ranges_that_do_not_touch_compare_and_sort_alike(moment: datetime, seconds: int, zone: str) -> None:
    """Two ranges in a row are ordered, whatever zone they are written in; a range has no order to a part of itself."""
    times = [moment.replace(microsecond=0, tzinfo=UTC) + timedelta(seconds=seconds * n) for n in range(4)]
    first = parse_when(f"{instant_text(times[0], zone)}/{instant_text(times[1], 'Asia/Baku')}")
    second = parse_when(f"{instant_text(times[2], 'UTC')}/{instant_text(times[3], zone)}")
    assert (compare(first, second), compare(second, first)) == (-1, 1)
    assert first.sort_key < second.sort_key
    assert compare(first, parse_when(instant_text(times[0], zone))) is None
    assert compare(first, first) is None


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("2017", "2018-03", -1),
        ("2017", "2017-06", None),
        ("2017", "2017", None),
        ("2026-10-05", "2026-10-05", 0),
        ("2026-10-05", "2026-10-06", -1),
        ("2026-10-05~", "2026-10-06", None),
        ("2026-10-05 21:40 Asia/Baku", "2026-10-05 17:40 UTC", 0),
        ("2026-10-05 21:40 Asia/Baku", "2026-10-05 17:41 UTC", -1),
        ("2026-10-06", "2026-10-05 12:00 UTC", 1),
        ("unknown", "2026", None),
        ("2017/2019", "2018", None),
        ("2017/2019", "2020", -1),
        ("2021-autumn", "2021-12", -1),
    ],
)
def test_times_compare_by_all_they_may_mean(first: str, second: str, order: int | None) -> None:
    """Overlapping ranges have no known order."""
    assert compare(parse_when(first), parse_when(second)) == order
    assert compare(parse_when(second), parse_when(first)) == (None if order is None else -order)


def test_a_timeline_sorts_by_first_moment_shorter_spans_first_unknown_last() -> None:
    """2017-03 stands before later events, the month before the years it begins."""
    texts = ["unknown", "2026-10-05 21:40 Asia/Baku", "2017-03/2025-10", "2017-03", "2025-10~", "2017"]
    ordered = sorted(texts, key=lambda text: parse_when(text).sort_key)
    assert ordered == ["2017", "2017-03", "2017-03/2025-10", "2025-10~", "2026-10-05 21:40 Asia/Baku", "unknown"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-10-05 21:40 Asia/Baku", "5 October 2026 (2026-10-05), 21:40 Asia/Baku (UTC+04:00)"),
        ("2026-10-05", "5 October 2026 (2026-10-05)"),
        ("2026-10", "October 2026"),
        ("2017", "2017"),
        ("2025-10~", "about October 2025"),
        ("2017-03/2025-10", "March 2017 to October 2025"),
        ("2021-autumn", "autumn 2021"),
        ("unknown", "date unknown"),
        ("2026-10-05 21:40+04:00", "5 October 2026 (2026-10-05), 21:40 (UTC+04:00)"),
        (
            "2026-10-08 02:10/2026-10-08 04:55 Asia/Baku",
            "8 October 2026 (2026-10-08), 02:10 to 04:55 Asia/Baku (UTC+04:00)",
        ),
        ("2026-10-08 02:10:05/04:55+04:00", "8 October 2026 (2026-10-08), 02:10:05 to 04:55 (UTC+04:00)"),
        (
            "2026-10-08 02:10~/2026-10-08 04:55~ Asia/Baku",
            "about 8 October 2026 (2026-10-08), 02:10 to 04:55 Asia/Baku (UTC+04:00)",
        ),
        (
            "2026-10-08 02:10/2026-10-08 04:55~ Asia/Baku",
            "8 October 2026 (2026-10-08), 02:10 Asia/Baku (UTC+04:00) to about 8 October 2026 (2026-10-08), "
            "04:55 Asia/Baku (UTC+04:00)",
        ),
        (
            "2026-10-08 22:10/2026-10-09 04:55 Asia/Baku",
            "8 October 2026 (2026-10-08), 22:10 Asia/Baku (UTC+04:00) to 9 October 2026 (2026-10-09), "
            "04:55 Asia/Baku (UTC+04:00)",
        ),
        (
            "2026-10-25 00:30/2026-10-25 05:30 Europe/Prague",
            "25 October 2026 (2026-10-25), 00:30 Europe/Prague (UTC+02:00) to 25 October 2026 (2026-10-25), "
            "05:30 Europe/Prague (UTC+01:00)",
        ),
        ("2026-10-08 02:10/02:10 Asia/Baku", "8 October 2026 (2026-10-08), 02:10 to 02:10 Asia/Baku (UTC+04:00)"),
        ("2026-10-08/2026-10-09", "8 October 2026 (2026-10-08) to 9 October 2026 (2026-10-09)"),
    ],
)
def test_a_time_is_written_as_exactly_as_it_is_known(text: str, shown: str) -> None:
    """No day is invented for a month, no month for a year."""
    assert format_when(parse_when(text)) == shown


def test_other_languages_use_their_own_month_names() -> None:
    """Azerbaijani, Russian and Persian months come from CLDR; an unknown language falls back to ISO."""
    assert format_day(date(2026, 10, 5), "az") == "5 oktyabr 2026 (2026-10-05)"
    assert "октября" in format_when(parse_when("2026-10-05"), "ru")
    assert format_when(parse_when("2026-10"), "xx") == "2026-10"
    hours = parse_when("2026-10-08 02:10/04:55 Asia/Baku")
    assert format_when(hours, "az") == "8 oktyabr 2026 (2026-10-08), 02:10 – 04:55 Asia/Baku (UTC+04:00)"


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        (date(2026, 8, 31), "6m", date(2027, 2, 28)),
        (date(2027, 8, 31), "6m", date(2028, 2, 29)),
        (date(2026, 8, 24), "6m", date(2027, 2, 24)),
        (date(2028, 2, 29), "1y", date(2029, 2, 28)),
        (date(2026, 10, 9), "180d", date(2027, 4, 7)),
        (date(2026, 12, 31), "2m", date(2027, 2, 28)),
        (date(2026, 9, 2), "4w", date(2026, 9, 30)),
        (date(2026, 1, 31), "13m", date(2027, 2, 28)),
    ],
)
def test_months_are_calendar_months_clipped_to_the_end(start: date, length: str, end: date) -> None:
    """Months and years keep the day's number or stop at the month's end; days and weeks are plain sums."""
    assert add(start, parse_length(length)) == end


def test_hours_are_exact_across_a_clock_change() -> None:
    """24 hours over the end of summer time end an hour earlier on the clock; a day has no hours to add."""
    start = datetime(2026, 10, 24, 12, tzinfo=zone_info("Europe/Prague"))
    end = add(start, parse_length("24h"))
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)
    assert end.hour == 11
    with pytest.raises(ValueError, match="hours"):
        add(date(2026, 10, 24), parse_length("24h"))


@pytest.mark.parametrize("text", ["", "d", "0d", "1.5d", "-1d", "10 days", "99999d", "1200y", "2000m"])
def test_other_lengths_are_refused(text: str) -> None:
    """A length is a small whole number and one unit."""
    with pytest.raises(UsageError):
        parse_length(text)


def test_lengths_have_words() -> None:
    """One is singular."""
    assert parse_length("1d").words == "1 day"
    assert Length(180, "d").words == "180 days"
    assert Length(180, "d").text == "180d"


@pytest.mark.parametrize(
    ("day", "working"),
    [(date(2027, 2, 28), date(2027, 2, 26)), (date(2027, 2, 27), date(2027, 2, 26)), (date(2027, 2, 26),) * 2],
)
def test_the_last_working_day_is_the_friday_before_a_weekend(day: date, working: date) -> None:
    """Saturday and Sunday give Friday; a weekday stays."""
    assert last_working_day(day) == working


def test_days_are_counted_in_the_zone_that_is_asked_for() -> None:
    """Late evening in UTC is the next day in Baku."""
    moment = datetime(2026, 10, 5, 21, 0, tzinfo=UTC)
    assert local_day(moment, "Asia/Baku") == date(2026, 10, 6)
    assert local_day(moment, "") == date(2026, 10, 5)
    assert day_of(parse_when("2026-10-05 21:00 UTC"), "Asia/Baku") == date(2026, 10, 6)
    assert day_of(parse_when("2026-10"), "Asia/Baku") is None


def test_an_instant_is_one_certain_moment() -> None:
    """`--as-of` takes a moment, not a day and not about a moment."""
    assert parse_instant("2026-10-05 21:40", "Asia/Baku") == datetime(2026, 10, 5, 17, 40, tzinfo=UTC)
    for text in ("2026-10-05", "2026-10-05 21:40~", "2026-10-05 21:40/22:00"):
        with pytest.raises(UsageError, match="not a moment"):
            parse_instant(text, "Asia/Baku")


def test_moments_are_written_with_utc_beside() -> None:
    """The log's UTC and the client's clock are both at hand."""
    moment = datetime(2026, 10, 5, 17, 40, tzinfo=UTC)
    assert format_instant_utc(moment) == "2026-10-05 17:40 UTC"
    assert format_instant(moment, "Asia/Baku") == "5 October 2026 (2026-10-05), 21:40 Asia/Baku (UTC+04:00)"


def test_the_clock_gives_aware_utc() -> None:
    """What the clock says can be compared with everything in the log."""
    assert now().tzinfo is UTC
