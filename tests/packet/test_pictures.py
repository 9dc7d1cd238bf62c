"""Timeline, accounts and admins as pictures: to scale, complete, readable without colour, nothing invented."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover import times
from recover.packet import tree as t
from recover.packet.build import job_of
from recover.packet.document import Document
from recover.packet.formats.pdf import make_pdfs
from recover.packet.interface import Source
from recover.packet.pictures import drawing as d
from recover.packet.pictures.accounts import BLOCKED, CONTROL, LOST, UNKNOWN, UNRECORDED, History, accounts, histories
from recover.packet.pictures.accounts_map import accounts_drawings, state_now
from recover.packet.pictures.axis import Axis, padded, short_date
from recover.packet.pictures.blocks import timeline_blocks
from recover.packet.pictures.packing import GAP, Mark, pack
from recover.packet.pictures.roles import admins, roles_drawing
from recover.packet.pictures.timeline import LEFT, RIGHT, WIDTH, timeline_drawings
from recover.packet.readers.disclosure import FactRules
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow, timeline_of
from recover.packet.timeline.table import timeline_csv
from recover.packet.words.direction import directed
from recover.playbook.drawing import text_width
from tests.packet.pictured import ZONE, event, neighbour_voices, pictured, view_of
from tests.packet.test_accessibility import broken_rules, essence

AS_OF = datetime(2026, 10, 13, 8, 0, tzinfo=UTC)
PAGE = "100064000000101"
ASSETS = (
    {"platform_id": PAGE, "kind": "facebook-page", "name": "Qonşu Səsləri", "whose": "outlet", "action": "taken"},
    {
        "platform_id": "100005000000202",
        "kind": "facebook-profile",
        "name": "Rəşad Quliyev",
        "whose": "other_admin",
        "action": "suspended",
        "action_at": "2026-10-09",
    },
    {"platform_id": "17841400000000301", "kind": "instagram", "name": "qonsu.sesleri", "action": "none"},
)
ADMINS = (
    {"platform_id": "100005000000201", "name": "Nərmin Əhmədli", "role": "holder", "wanted": "keep"},
    {"platform_id": "100005000000202", "name": "Rəşad Quliyev", "role": "admin", "known_until": "2017-03"},
)


def row(when: str, text: str = "Something", *marks: str, **more: object) -> TimelineRow:
    """Return a row as a view would make it."""
    read = times.parse_when(when, ZONE)
    made = TimelineRow(read, times.format_when(read), "", text, "source", "(basis)", (), marks, "")
    return replace(made, **more)  # type: ignore[arg-type]  # test shorthand


def drawn(rows: Iterable[TimelineRow], found: tuple[History, ...] = (), **more: object) -> tuple[d.Drawing, ...]:
    """Draw rows in English, as of the day of scenario 1."""
    listed = tuple(rows)
    return timeline_drawings(listed, found, as_of=AS_OF, zone=ZONE, language="en", **more)  # type: ignore[arg-type]


def places(label: d.Label) -> tuple[float, float, float, float]:
    """Return left, upper, right and lower edge of a label."""
    width = text_width(label.text, label.size)
    left = label.x - {"left": 0.0, "middle": width / 2, "right": width}[label.anchor]
    return left, label.y - label.size * 0.75, left + width, label.y + label.size * 0.2


def edges(shape: d.Shape) -> tuple[float, float, float, float]:
    """Return the edges of a shape."""
    if isinstance(shape, d.Label):
        return places(shape)
    if isinstance(shape, d.Stroke):
        return min(shape.x1, shape.x2), min(shape.y1, shape.y2), max(shape.x1, shape.x2), max(shape.y1, shape.y2)
    if isinstance(shape, d.Box):
        return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
    if isinstance(shape, d.Circle):
        return shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius
    assert isinstance(shape, d.Polygon)
    xs, ys = zip(*shape.points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def assert_inside(drawing: d.Drawing) -> None:
    """Every shape stands on its sheet."""
    for shape in d.parts(drawing.shapes):
        left, top, right, bottom = edges(shape)
        assert left >= -1, shape
        assert top >= -1, shape
        assert right <= drawing.width + 1, shape
        assert bottom <= drawing.height + 1, shape


def assert_apart(drawing: d.Drawing) -> None:
    """No label stands upon another."""
    found = [shape for shape in d.parts(drawing.shapes) if isinstance(shape, d.Label)]
    for one, other in combinations(found, 2):
        a, b = places(one), places(other)
        meets = a[0] < b[2] - 0.5 and b[0] < a[2] - 0.5 and a[1] < b[3] - 0.5 and b[1] < a[3] - 0.5
        assert not meets, (one, other)


def numbers_in(drawing: d.Drawing) -> set[int]:
    """Return the rows whose numbers stand in a drawing, alone or as one of several."""
    found: set[int] = set()
    for text in d.labels(drawing):
        head = text.partition(" (")[0]
        if "–" in head and head.replace("–", "").isdigit():
            first, _, last = head.partition("–")
            found.update(range(int(first), int(last) + 1))
        elif head.replace(", ", "").isdigit():
            found.update(int(each) for each in head.split(", "))
    return found


# --- any timeline at all --------------------------------------------------------------------------------------------


def between(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Return moments on a clock on a wall, which has no zone."""
    return st.datetimes(datetime.fromisoformat(first), datetime.fromisoformat(last))


moments = between("2015-01-01", "2027-12-31")
whens = st.one_of(
    moments.map(lambda at: f"{at:%Y-%m-%dT%H:%M}+04:00"),
    moments.map(lambda at: f"{at:%Y-%m-%dT%H:%M}+04:00~"),
    between("2026-10-08", "2026-10-09").map(lambda at: f"{at:%Y-%m-%dT%H:%M}+04:00"),
    moments.map(lambda at: f"{at:%Y-%m-%d}"),
    moments.map(lambda at: f"{at:%Y-%m}"),
    moments.map(lambda at: f"{at:%Y-%m}~"),
    moments.map(lambda at: f"{at:%Y}"),
    moments.map(lambda at: f"{at.year}-{at.month:02d}/2028"),
    st.just("unknown"),
)
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)
marks = st.sampled_from([(), ("loss",), ("restored",), ("attack",), ("filing",), ("check", "gap")])
anything = st.lists(
    st.builds(
        lambda when, text, mark, asset, rival: row(when, text, *mark, assets=asset, rival_of=rival),
        whens,
        texts,
        marks,
        st.sampled_from([(), (PAGE,), ("17841400000000301",), (PAGE, "100005000000202")]),
        st.sampled_from(["", "", "", "e1"]),
    ),
    max_size=40,
)
VIEW = view_of(pictured((), ASSETS, ADMINS))


@settings(max_examples=60, deadline=None)
@given(rows=anything, is_turned=st.booleans())
def test_any_timeline_is_drawn_on_its_sheet(rows: list[TimelineRow], is_turned: bool) -> None:
    """Whatever the events are: all shapes stand on the sheet, no label on another, no dated row is left out."""
    ordered = sorted(
        (replace(each, entry=f"e{number}") for number, each in enumerate(rows)), key=lambda each: each.when.sort_key
    )
    drawings = drawn(ordered, histories(ordered, accounts(VIEW)), is_right_to_left=is_turned)
    for drawing in drawings:
        assert_inside(drawing)
        assert_apart(drawing)
    dated = {number for number, each in enumerate(ordered, 1) if each.when.earliest is not None}
    assert dated <= set().union(*map(numbers_in, drawings), set())


@settings(max_examples=60, deadline=None)
@given(
    spots=st.lists(st.tuples(st.floats(LEFT, RIGHT), st.floats(0, 200)), min_size=1, max_size=90),
    rows=st.integers(1, 4),
)
def test_marks_of_a_row_never_touch(spots: list[tuple[float, float]], rows: int) -> None:
    """Every mark is placed once, within the rows there are, apart from its neighbours."""
    found = [Mark((n,), x, min(x + more, RIGHT), "other") for n, (x, more) in enumerate(spots, 1)]
    placed = pack(found, LEFT, RIGHT, rows)
    assert sorted(number for each in placed for number in each.mark.numbers) == list(range(1, len(spots) + 1))
    for line in range(rows):
        there = sorted((each for each in placed if each.row == line), key=lambda each: each.left)
        assert all(one.right + GAP <= other.left + 0.001 for one, other in pairwise(there))
    assert all(0 <= each.row < rows for each in placed)


# --- scale ----------------------------------------------------------------------------------------------------------


def test_distances_are_to_scale() -> None:
    """Twice the time is twice the distance, in every panel."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    axis = Axis(start, start + timedelta(days=100), LEFT, RIGHT, "UTC")
    ten, thirty = (axis.x(start + timedelta(days=days)) - LEFT for days in (10, 30))
    assert thirty == pytest.approx(3 * ten)
    assert axis.length(timedelta(days=30)) == pytest.approx(thirty)


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2017-03-01", "2026-10-13", "2020"),
        ("2026-08-10", "2026-10-13", "7 Sep"),
        ("2026-10-05", "2026-10-09", "8 Oct"),
        ("2026-10-08", "2026-10-08", "06:00"),
        ("1995-01-01", "2026-10-13", "2010"),
        ("2026-03-01", "2026-10-30", "May 2026"),
    ],
)
def test_ticks_are_round_and_readable(first: str, last: str, label: str) -> None:
    """Years, months, days or hours stand under the axis, whichever fit; none touches another."""
    ends = (times.parse_when(first, ZONE).earliest, times.parse_when(last, ZONE).latest)
    assert ends[0] is not None
    assert ends[1] is not None
    ticks = Axis(*padded(*ends), LEFT, RIGHT, ZONE).ticks()
    assert label in [tick.text for tick in ticks]
    assert 3 <= len(ticks) <= 20


def test_a_dense_part_is_drawn_again_larger() -> None:
    """Minutes of one night in a case of nine years can be told apart, and the part is named."""
    rows = [row("2017-03", "first", "loss"), *(row(f"2026-10-08 0{h}:10", "notice") for h in (2, 3, 4))]
    (drawing,) = drawn(rows)
    assert any("drawn larger" in text for text in d.labels(drawing))
    assert {"2", "3", "4"} <= set(d.labels(drawing))
    assert any(":" in text and text.replace(":", "").isdigit() for text in d.labels(drawing))


def test_three_events_need_one_panel() -> None:
    """A small case has one panel and no more."""
    (drawing,) = drawn([row("2026-08-01"), row("2026-09-01"), row("2026-10-01")])
    assert not any("drawn larger" in text for text in d.labels(drawing))


def test_nothing_dated_nothing_drawn() -> None:
    """Without any date there is no picture, and the table says it all."""
    assert drawn([row("unknown")]) == ()
    assert drawn([]) == ()


def test_a_month_is_a_bar_as_long_as_the_month() -> None:
    """A date known in part is no point: a month is drawn over the month, about a month over three, broken."""
    rows = [row("2026-08-01"), row("2026-09"), row("2026-10-02"), row("2026-07~")]
    (drawing,) = drawn(rows)
    groups = {shape.title[:2]: shape for shape in drawing.shapes if isinstance(shape, d.Group)}
    month = max(edges(each)[2] - edges(each)[0] for each in groups["2."].shapes if not isinstance(each, d.Label))
    about = max(edges(each)[2] - edges(each)[0] for each in groups["4."].shapes if not isinstance(each, d.Label))
    assert about / month == pytest.approx((30 + 31 + 31) / 30, rel=0.02)
    assert any(isinstance(each, d.Stroke) and each.dash for each in groups["4."].shapes)
    assert not any(isinstance(each, d.Stroke) and each.dash for each in groups["2."].shapes)


def test_kinds_differ_by_shape() -> None:
    """Loss, restoration, attack and anything else are told apart by the kind of shape and its filling."""
    rows = [
        row(f"2026-0{n}-01 10:00", "x", *marks)
        for n, marks in enumerate((("loss",), ("restored",), ("attack",), ()), 5)
    ]
    (drawing,) = drawn(rows)
    signs = [group.shapes[0] for group in drawing.shapes if isinstance(group, d.Group)]
    assert [type(sign) for sign in signs] == [d.Box, d.Circle, d.Polygon, d.Circle]
    assert signs[1].fill != signs[3].fill  # type: ignore[union-attr]  # both are circles


def test_only_black_white_and_grey() -> None:
    """No drawing uses a colour."""
    view = view_of(neighbour_voices())
    figures = [block for block in timeline_blocks(view, timeline_of(view)) if isinstance(block, t.Figure)]
    inks = {
        value
        for figure in figures
        for shape in d.parts(figure.drawing.shapes)
        for value in (getattr(shape, "ink", ""), getattr(shape, "fill", ""))
        if value
    }
    assert inks
    assert all(ink[1:3] == ink[3:5] == ink[5:7] for ink in inks), inks


# --- control over time ----------------------------------------------------------------------------------------------


def test_control_of_the_contested_page_in_scenario_1() -> None:
    """Lost in March 2017, back on 2 September 2026, lost again on 5 October; the others closed on 9 October."""
    view = view_of(neighbour_voices())
    found = histories(timeline_of(view), accounts(view))
    told = {each.account.name: [(c.state, c.when.text[:10], c.row) for c in each.changes] for each in found}
    assert told["Qonşu Səsləri"] == [(LOST, "2017-03", 1), (CONTROL, "2026-09-02", 7), (LOST, "2026-10-05", 12)]
    assert told["qonsu.sesleri"] == [(BLOCKED, "2026-10-09", 0)]
    assert len(found) == 8
    assert found[0].account.is_contested


def test_the_month_of_a_loss_is_not_known() -> None:
    """Before a loss nothing is on record; between the first and last moment that it may mean, nothing is known."""
    view = view_of(pictured([event("2026-08", "lost", "loss")], ASSETS[:1]))
    (history,) = histories(timeline_of(view), accounts(view))
    first, last = datetime(2026, 7, 1, tzinfo=UTC), AS_OF
    spans = history.spans(first, last)
    assert [span.state for span in spans] == [UNRECORDED, UNKNOWN, LOST]
    assert spans[0].first == first
    assert spans[-1].last == last
    assert all(one.last == other.first for one, other in pairwise(spans))
    assert spans[1].last - spans[1].first == timedelta(days=31) - timedelta(microseconds=1)


@pytest.mark.parametrize("stance", ["claimed-by", "denied-by"])
def test_a_claim_changes_no_state(stance: str) -> None:
    """What somebody only claims or denies is drawn as an event, and control stays as it was."""
    view = view_of(pictured([event("2026-09-20", "lost", "loss", stance=stance, by="someone")], ASSETS[2:]))
    assert all(not each.changes for each in histories(timeline_of(view), accounts(view)))


def test_a_loss_of_a_named_account_is_not_the_page_s() -> None:
    """An event that names its account is about that one only."""
    view = view_of(pictured([event("2026-09-20", "lost", "loss", assets=("17841400000000301",))], ASSETS))
    found = {each.account.key: each for each in histories(timeline_of(view), accounts(view))}
    assert [change.state for change in found["17841400000000301"].changes] == [LOST]
    assert not found[PAGE].changes


def test_rival_versions_are_framed_joined_and_leave_the_time_between_open() -> None:
    """Two versions of a loss: both numbers in a frame, a broken line between, control unknown from one to the other."""
    first = event("2026-09-01", "lost", "loss")
    source = pictured([first], ASSETS[:1])
    entry = source.state.events[0].id
    source = pictured([first, event("2026-09-20", "lost, says the mail", "loss", about=entry)], ASSETS[:1])
    view = view_of(source)
    rows = timeline_of(view)
    found = histories(rows, accounts(view))
    (change,) = found[0].changes
    assert (change.first, change.last) == (rows[0].when.earliest, rows[1].when.latest)
    (drawing,) = drawn(rows, found)
    frames = [s for s in d.parts(drawing.shapes) if isinstance(s, d.Box) and s.dash == (2, 1.5)]
    assert len(frames) == 3  # two signs and the key
    assert any(isinstance(s, d.Stroke) and s.dash == (3, 2) and s.y1 == s.y2 for s in d.parts(drawing.shapes))
    assert "in a frame: two versions of one event" in d.labels(drawing)


def test_states_differ_by_filling() -> None:
    """With the owner: filled; lost: hatched; closed: hatched both ways; unknown: dotted, empty; no record: a line."""
    from recover.packet.pictures.signs import band

    hatches = {
        state: sum(isinstance(each, d.Stroke) for each in band(state, 0, 0, 40)) for state in (CONTROL, LOST, BLOCKED)
    }
    assert hatches[CONTROL] == 0 < hatches[LOST] < hatches[BLOCKED]
    (line,) = band(UNRECORDED, 0, 0, 40)
    assert isinstance(line, d.Stroke)
    (box,) = band(UNKNOWN, 0, 0, 40)
    assert isinstance(box, d.Box)
    assert box.dash


# --- very many ------------------------------------------------------------------------------------------------------


def test_three_hundred_events_are_readable_and_complete() -> None:
    """300 events on 14 accounts: at most four labels beside each other in height, counts where many meet, none lost."""
    rows = [
        row(
            f"2026-{6 + n % 4:02d}-{1 + n % 28:02d} {n % 24:02d}:{n % 60:02d}",
            f"Event {n}",
            assets=(str(1000 + n % 16),),
        )
        for n in range(300)
    ]
    assets = [
        {"platform_id": str(1000 + n), "kind": "facebook-page", "name": f"A very long name of Page number {n}"}
        for n in range(14)
    ]
    view = view_of(pictured((), assets))
    ordered = sorted(rows, key=lambda each: each.when.sort_key)
    drawings = drawn(ordered, histories(ordered, accounts(view)))
    for drawing in drawings:
        assert_inside(drawing)
        assert_apart(drawing)
        assert drawing.height <= 900
    assert set().union(*map(numbers_in, drawings)) == set(range(1, 301))
    assert any("Other accounts: " in text or "same history" in text for each in drawings for text in d.labels(each))


# --- the documents --------------------------------------------------------------------------------------------------


def test_each_picture_has_its_table() -> None:
    """The blocks of scenario 1: drawn timeline, rows, control, map with all eight accounts, admins with their days."""
    view = view_of(neighbour_voices())
    blocks = timeline_blocks(view, timeline_of(view))
    titles = [t.line_text(block.line) for block in blocks if isinstance(block, t.Heading)]
    assert titles == [
        "Control over each account",
        "The accounts and what happened to them",
        "Who was admin, and until when",
    ]
    tables = [block for block in blocks if isinstance(block, t.Table)]
    assert [len(table.rows) for table in tables] == [22, 10, 8, 2]
    figures = [block for block in blocks if isinstance(block, t.Figure)]
    assert {figure.title.partition(" (")[0] for figure in figures} == {
        "The timeline drawn to scale",
        "The accounts side by side",
        "Admins over time",
    }
    assert "Qonşu Səsləri: out of the owner's control, March 2017 (row 1)" in figures[0].told
    for figure in figures:
        assert figure.drawing.width == WIDTH
        assert_inside(figure.drawing)
        assert_apart(figure.drawing)


def test_a_reader_without_names_gets_none_in_pictures() -> None:
    """For the platform another admin appears by role, without number, in labels, titles, tables and what is told."""
    view = view_of(pictured([event("2026-10-05", "Rəşad Quliyev was seen", "loss")], ASSETS, ADMINS), "platform")
    blocks = timeline_blocks(view, timeline_of(view))
    said = " ".join(t.texts(blocks))
    assert "Rəşad" not in said
    assert "100005000000202" not in said
    assert "a third person" in said
    own = " ".join(t.texts(timeline_blocks(view_of(pictured((), ASSETS, ADMINS)), ())))
    assert "Rəşad Quliyev" in own
    assert "100005000000202" in own


def test_months_of_one_country_do_not_reach_another() -> None:
    """A tick in Arabic of no country, printed before, does not change how Lebanon calls the month."""
    day = date(2026, 6, 10)
    assert short_date(day, "ar", with_day=False) == "يونيو 2026"
    assert short_date(day, "ar-LB", with_day=False) == "حزيران 2026"
    assert short_date(day, "ar-LB") == "10 حزيران"
    assert short_date(day, "ar-EG") == "10 يونيو"


def test_arabic_time_runs_from_right_to_left() -> None:
    """In Arabic the earlier event stands to the right of the later one, and months are those of the country."""
    view = view_of(pictured([event("2026-06-10", "فقدنا", "loss"), event("2026-10-05", "x")], ASSETS[:1]))
    blocks = timeline_blocks(view, timeline_of(view, "ar-LB"), "ar-LB")
    figure = next(block for block in blocks if isinstance(block, t.Figure))
    found = {shape.text: shape.x for shape in d.parts(figure.drawing.shapes) if isinstance(shape, d.Label)}
    assert found["1"] > found["2"]
    assert any("حزيران" in text for text in found), sorted(found)


def test_a_line_joins_a_profile_to_the_page_it_could_manage() -> None:
    """On the map the contested Page comes first, and beside it, joined, the profile that is in the list of admins."""
    view = view_of(pictured((), ASSETS, ADMINS))
    found = histories((), accounts(view))
    (drawing,) = accounts_drawings(found, "en")
    cards = [shape.title for shape in drawing.shapes if isinstance(shape, d.Group)]
    assert "Qonşu Səsləri" in cards[0]
    assert "Rəşad Quliyev" in cards[1]
    assert any(isinstance(shape, d.Stroke) and shape.line == 2 for shape in drawing.shapes)


def test_what_happened_on_an_unknown_day_left_a_state() -> None:
    """An account that was suspended nobody knows when is closed now; since when is not drawn."""
    asset = {"platform_id": "1001", "name": "Page", "action": "suspended"}
    (history,) = histories((), accounts(view_of(pictured((), [asset], page=None))))
    assert not history.changes
    assert state_now(history) == BLOCKED


def test_many_accounts_take_several_sheets() -> None:
    """A map that is higher than a page is cut between rows; no account is left out."""
    assets = [{"platform_id": str(1000 + n), "name": f"Page {n}", "kind": "facebook-page"} for n in range(60)]
    view = view_of(pictured((), assets, page=None))
    sheets = accounts_drawings(histories((), accounts(view)), "en")
    assert len(sheets) > 1
    said = {text for sheet in sheets for text in d.labels(sheet)}
    assert {f"Page {n}" for n in range(60)} <= said
    for sheet in sheets:
        assert_inside(sheet)


def test_admins_end_where_it_was_last_known() -> None:
    """A bar ends where the month of its last day begins; who has no day has an empty bar over all of it."""
    view = view_of(pictured([event("2017-04", "lost", "loss")], ASSETS, ADMINS))
    rows = timeline_of(view)
    people = admins(view)
    drawing = roles_drawing(people, histories(rows, accounts(view)), as_of=AS_OF, zone=ZONE, language="en")
    assert drawing is not None
    assert_inside(drawing)
    assert_apart(drawing)
    bars = {group.title: group.shapes for group in drawing.shapes if isinstance(group, d.Group)}
    (empty,) = bars["Nərmin Əhmədli: account holder"]
    assert isinstance(empty, d.Box)
    assert empty.dash
    assert empty.width == RIGHT - LEFT
    known = bars["Rəşad Quliyev: admin"][0]
    assert isinstance(known, d.Box)
    assert known.width < 60
    assert "1" in d.labels(drawing)


def test_no_admins_no_picture_of_them() -> None:
    """Without people, or without any day, nothing is drawn."""
    view = view_of(pictured((), ASSETS))
    assert admins(view) == ()
    unknown = view_of(pictured((), ASSETS, ADMINS[:1]))
    assert roles_drawing(admins(unknown), (), as_of=AS_OF, zone=ZONE, language="en") is None


def test_the_same_case_gives_the_same_pictures() -> None:
    """Drawing twice gives the same bytes."""
    written = []
    for _ in range(2):
        view = view_of(neighbour_voices())
        figures = [block for block in timeline_blocks(view, timeline_of(view)) if isinstance(block, t.Figure)]
        written.append([d.svg(each.drawing, each.title, each.told, f"f{n}") for n, each in enumerate(figures)])
    assert written[0] == written[1]


def test_a_number_that_a_reader_may_not_see_is_nowhere() -> None:
    """Where a profile hides the column of numbers, the number is not printed as the row's key either."""
    source = pictured([event("2026-10-05", "lost", "loss", assets=("17841400000000301",))], ASSETS)
    profiles = load_profiles(source.templates)
    hidden = ("assets.all.platform_id", "assets.all.name")
    view = View(source, profiles, replace(profiles.get("lawyer"), facts=FactRules(deny=hidden)))
    said = " ".join(t.texts(timeline_blocks(view, timeline_of(view))))
    assert "17841400000000301" not in said
    assert "instagram" in said
    view = View(source, profiles, replace(profiles.get("lawyer"), facts=FactRules(deny=(*hidden, "assets.all.kind"))))
    assert [account.name for account in accounts(view)] == ["Qonşu Səsləri"]


@pytest.mark.parametrize("profile", ["platform", "partner", "victim", "police", "press"])
def test_no_profile_without_names_shows_one(profile: str) -> None:
    """Whatever a profile shows of accounts and admins, another admin's name and number are not in it."""
    source = pictured([event("2026-10-05", "Rəşad Quliyev was seen", "loss")], ASSETS, ADMINS)
    view = view_of(source, profile)
    said = " ".join(t.texts(timeline_blocks(view, timeline_of(view))))
    if view.profile is not None and not view.profile.names:
        assert "Quliyev" not in said
        assert "100005000000202" not in said


def test_the_table_says_what_the_picture_shows() -> None:
    """A row names the accounts it is about and the row of which it is another version; CSV too."""
    first = event("2026-09-01", "lost", "loss", assets=("17841400000000301",))
    entry = pictured([first], ASSETS).state.events[0].id
    view = view_of(pictured([first, event("2026-09-20", "later", "loss", about=entry)], ASSETS))
    rows = timeline_of(view)
    said = list(t.texts(timeline_blocks(view, rows)))
    assert "lost\nAbout: qonsu.sesleri" in said
    assert "later\nAnother version of row 1." in said
    table = timeline_csv(rows, practice=False).decode("utf-8-sig").splitlines()
    assert table[0].endswith(",version_of")
    assert [line.rpartition(",")[2] for line in table[1:]] == ["", "1"]


def test_five_thousand_events_are_drawn_at_once() -> None:
    """Very many dates of every kind take no longer than a reader waits: far less than a second for each thousand."""
    start = datetime(2016, 1, 1, tzinfo=UTC)
    days = [(start + timedelta(hours=17 * n)).date() for n in range(5000)]
    rows = [row(f"{day:%Y-%m-%d}" if n % 3 else f"{day:%Y-%m}/{day.year + 1 + n % 7}") for n, day in enumerate(days)]
    began = time.process_time()
    drawings = drawn(sorted(rows, key=lambda each: each.when.sort_key))
    assert time.process_time() - began < 5
    assert set().union(*map(numbers_in, drawings)) == set(range(1, 5001))


def test_nothing_is_said_of_the_time_before_the_first_record() -> None:
    """An account of which nothing was ever lost is a thin line, in words nothing on record; its row says the same."""
    asset = {"platform_id": "1001", "name": "Page", "action": "none"}
    view = view_of(pictured([event("2017-03", "x"), event("2026-10-01", "y")], [asset], page=None))
    rows = timeline_of(view)
    (history,) = histories(rows, accounts(view))
    assert [span.state for span in history.spans(datetime(2017, 1, 1, tzinfo=UTC), AS_OF)] == [UNRECORDED]
    said = list(t.texts(timeline_blocks(view, rows)))
    assert "Page: nothing on record" in said
    assert not any("control" in text and "Page" in text for text in said)


def paper(source: Source, language: str) -> Document:
    """Return the timeline of a case as the document that a packet holds."""
    view = view_of(source)
    blocks = timeline_blocks(view, timeline_of(view, language), language)
    return directed(Document("timeline", "timeline", "Timeline", language, blocks, reference="amber-heron"))


@pytest.fixture(scope="module")
def papers() -> dict[str, tuple[Document, bytes]]:
    """Scenario 1 in English and a case with Arabic names in Arabic, each as document and PDF."""
    arabic = [{"platform_id": "1001", "name": "صفحة الحي القديم", "action": "disabled", "action_at": "2026-09-21"}]
    source = pictured([event("2026-09-20 10:00", "هجوم", "attack", assets=("1001",))], arabic, page=None)
    documents = {"en": paper(neighbour_voices(), "en"), "ar": paper(source, "ar-LB")}
    made = make_pdfs([job_of(each) for each in documents.values()], source.templates, AS_OF)
    return {name: (documents[name], pdf.content) for name, pdf in zip(documents, made, strict=True)}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pdf_is_for_everybody(papers: dict[str, tuple[Document, bytes]], language: str) -> None:
    """A timeline with its pictures breaks no rule of PDF/UA-1: each picture has its words."""
    assert broken_rules(papers[language][1]) == []


@pytest.mark.needs("pdftotext", "pdfimages")
def test_the_pdf_holds_pictures_as_vectors(papers: dict[str, tuple[Document, bytes]], tmp_path: Path) -> None:
    """No picture is pixels, and every label of every drawing is text in the PDF."""
    document, content = papers["en"]
    path = tmp_path / "timeline.pdf"
    path.write_bytes(content)
    images = subprocess.run(["pdfimages", "-list", path], capture_output=True, text=True, check=True).stdout
    assert len(images.splitlines()) == 2
    read = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    found = essence(read)
    for figure in document.blocks:
        if isinstance(figure, t.Figure):
            for shape in d.parts(figure.drawing.shapes):
                if isinstance(shape, d.Label):
                    assert essence(shape.text) in found, shape.text
