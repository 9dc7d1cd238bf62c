"""The timeline drawn to scale: one line for each account, what happened on it, and who had control of it.

The first panel shows all time on one linear scale; a part of it that is too dense is shaded and drawn again below, on a
larger linear scale, at most twice. A date known in part is a bar as long as what it may mean. Signs differ by shape and
states by their filling, so that all of it can be read in black and white. What stands too close is drawn as one sign
with the numbers of its rows; no row that has a date is left out of the first panel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from recover import times
from recover.frozen import frozen
from recover.packet.pictures import drawing as d
from recover.packet.pictures.accounts import BLOCKED, CONTROL, LOST, UNKNOWN, UNRECORDED, History, Span, about
from recover.packet.pictures.axis import EDGE, TICK_SIZE, Axis, crowded_part, padded, short_date
from recover.packet.pictures.packing import HALF, LABEL_SIZE, LEAST_BAR, Mark, Placed, pack
from recover.packet.pictures.signs import BAND, band, bar, bracket, glyph
from recover.packet.timeline.rows import TimelineRow
from recover.packet.words.phrases import phrase
from recover.playbook.drawing import text_width, wrapped

WIDTH = 680.0
NAMES = 146.0
"""Width of the column of names."""
LEFT, RIGHT = NAMES + 10, WIDTH - EDGE
MOST_PANELS = 3
MOST_LANES = 10
MOST_HEIGHT = 900.0
"""A picture that is higher than this is drawn as one picture for each panel."""
ROW, PAD = 16.0, 5.0
HEAD_SIZE, NAME_SIZE, NOTE_SIZE = 12.0, 11.0, 10.5
SHADE = "#ececec"
LOOKS = ("loss", "restored", "attack")


@frozen
class Lane:
    """One line of the picture: its name, the rows drawn on it, and the states of the account, if it is one."""

    name: str
    rows: tuple[int, ...]
    history: History | None
    is_bold: bool = False


@frozen
class _Panel:
    axis: Axis
    span: tuple[datetime, datetime]
    """What the panel is about; its axis reaches a little further."""
    larger: tuple[datetime, datetime] | None
    """The part that the next panel draws again."""


@frozen
class _Scene:
    """What every panel draws."""

    rows: Sequence[TimelineRow]
    rivals: frozenset[int]
    as_of: datetime
    language: str


@frozen
class _Drawn:
    shapes: tuple[d.Shape, ...]
    height: float
    is_panel: bool = False
    wedge: tuple[d.Shape, ...] = ()
    """Lines down to the panel that draws a part of this one again, if it stands right below."""


def timeline_drawings(
    rows: Sequence[TimelineRow],
    found: Sequence[History],
    *,
    as_of: datetime,
    zone: str,
    language: str,
    is_right_to_left: bool = False,
) -> tuple[d.Drawing, ...]:
    """Draw rows, numbered from 1, and the states of accounts; no drawing when no row has a date.

    For scripts that run from right to left time runs so too, as their readers expect of a line of time.
    """
    dated = [row.when for row in rows if row.when.earliest is not None and row.when.latest is not None]
    if not dated:
        return ()
    lanes = lanes_of(rows, found, language)
    panels = _panels(rows, as_of, zone, language)
    scene = _Scene(rows, rivals_of(rows), as_of, language)
    drawn = [_panel(number, panel, lanes, scene) for number, panel in enumerate(panels)]
    key = _key(rows, lanes, language)
    sheets: list[list[_Drawn]] = []
    for each in drawn:
        if sheets and sum(one.height for one in (*sheets[-1], each, key)) <= MOST_HEIGHT:
            sheets[-1].append(each)
        else:
            sheets.append([each])
    sheets[0].append(key)
    finished = tuple(_stacked(sheet) for sheet in sheets)
    return tuple(map(d.mirrored, finished)) if is_right_to_left else finished


def _stacked(drawn: Sequence[_Drawn]) -> d.Drawing:
    shapes: list[d.Shape] = []
    at = 0.0
    for number, each in enumerate(drawn, 1):
        is_followed = number < len(drawn) and drawn[number].is_panel
        shapes += [_lower(shape, at) for shape in (*each.shapes, *(each.wedge if is_followed else ()))]
        at += each.height
    return d.Drawing(WIDTH, at, tuple(shapes))


def _lower(shape: d.Shape, by: float) -> d.Shape:
    return d.moved(shape, 0, by)


# --- lanes ----------------------------------------------------------------------------------------------------------


def lanes_of(rows: Sequence[TimelineRow], found: Sequence[History], language: str) -> tuple[Lane, ...]:
    """Return the lines of the picture: the accounts, those with one and the same history as one, then the case."""
    listed = [each.account for each in found]
    touched = {number: about(row, listed) for number, row in enumerate(rows, 1)}
    lanes = [_lane(each, touched) for each in found]
    if len(lanes) > MOST_LANES:
        lanes = _merged(lanes, language)
    whole = tuple(number for number, keys in touched.items() if not keys)
    if whole or not lanes:
        lanes.append(Lane(phrase("picture-case", language), whole, None))
    return tuple(lanes)


def _lane(history: History, touched: Mapping[int, Sequence[str]]) -> Lane:
    account = history.account
    numbers = tuple(number for number, keys in touched.items() if account.key in keys)
    return Lane(account.name, numbers, history, account.is_contested)


def _merged(lanes: Sequence[Lane], language: str) -> list[Lane]:
    alike: dict[object, list[Lane]] = {}
    for lane in lanes:
        assert lane.history is not None  # noqa: S101 - lanes of accounts only
        changes = tuple((each.state, each.first, each.last) for each in lane.history.changes)
        alike.setdefault((lane.is_bold, lane.rows, changes), []).append(lane)
    merged = [
        same[0]
        if len(same) == 1
        else Lane(
            phrase("picture-alike", language, name=same[0].name, count=len(same) - 1),
            same[0].rows,
            same[0].history,
            same[0].is_bold,
        )
        for same in alike.values()
    ]
    if len(merged) <= MOST_LANES:
        return merged
    kept, rest = merged[: MOST_LANES - 1], merged[MOST_LANES - 1 :]
    numbers = tuple(sorted({number for lane in rest for number in lane.rows}))
    return [*kept, Lane(phrase("picture-others", language, count=len(rest)), numbers, None)]


# --- panels ---------------------------------------------------------------------------------------------------------


def _panels(rows: Sequence[TimelineRow], as_of: datetime, zone: str, language: str) -> list[_Panel]:
    ends = [end for row in rows for end in (row.when.earliest, row.when.latest) if end is not None]
    first, last = min(ends), max(*ends, as_of if as_of >= min(ends) else min(ends))
    found: list[_Panel] = []
    while len(found) < MOST_PANELS:
        axis = Axis(*padded(first, last), LEFT, RIGHT, zone, language)
        part = crowded_part(_points(rows, axis), axis.x, RIGHT - LEFT) if len(found) < MOST_PANELS - 1 else None
        found.append(_Panel(axis, (first, last), padded(*part) if part else None))
        if part is None:
            break
        first, last = part
    return found


def _points(rows: Sequence[TimelineRow], axis: Axis) -> list[tuple[datetime, datetime]]:
    """Return the times that this axis shows as points, or nearly; longer bars can be told apart."""
    found = []
    for row in rows:
        first, last = row.when.earliest, row.when.latest
        if first is None or last is None or first < axis.first or last > axis.last:
            continue
        if axis.x(last) - axis.x(first) < 2 * LEAST_BAR:
            found.append((first, last))
    return found


def _panel(number: int, panel: _Panel, lanes: Sequence[Lane], scene: _Scene) -> _Drawn:
    """Draw one panel, its upper edge at 0."""
    axis = panel.axis
    shapes: list[d.Shape] = _heading(number, panel, scene.language)
    at = 30.0
    shown = [lane for lane in lanes if number == 0 or _has_something(lane, scene.rows, axis)] or list(lanes[:1])
    body: list[d.Shape] = []
    places: dict[int, list[tuple[float, float]]] = {}
    for lane in shown:
        drawn = _drawn_lane(lane, scene, axis, len(shown), places, at)
        body += [_lower(shape, at) for shape in drawn.shapes]
        at += drawn.height
        body.append(d.Stroke(0, at, WIDTH, at, d.HAIR, 0.5))
    back = _back(panel, at)
    links = _links(scene.rows, places)
    below = _ticks(axis, at)
    wedge = tuple(_wedge(panel, at))
    return _Drawn((*shapes, *back, *links, *body, *below), at + (36 if panel.larger else 28), True, wedge)


def _wedge(panel: _Panel, bottom: float) -> list[d.Shape]:
    if panel.larger is None:
        return []
    first, last = _shaded(panel.axis, panel.larger)
    return [
        d.Stroke(first, bottom + 20, LEFT, bottom + 35, d.GREY, 0.7, (3, 2)),
        d.Stroke(last, bottom + 20, RIGHT, bottom + 35, d.GREY, 0.7, (3, 2)),
    ]


def _shaded(axis: Axis, larger: tuple[datetime, datetime]) -> tuple[float, float]:
    first, last = (axis.x(each) for each in larger)
    middle = (first + last) / 2
    return min(first, middle - 3), max(last, middle + 3)


def _heading(number: int, panel: _Panel, language: str) -> list[d.Shape]:
    axis = panel.axis
    rules = times.zone_info(axis.zone or "UTC")
    first, last = (each.astimezone(rules).date() for each in panel.span)
    is_short = (last - first).days < 1500
    start, end = (short_date(each, language, with_day=is_short, with_year=True) for each in (first, last))
    span = phrase("from-to", language, start=start, end=end) if start != end else start
    told = span if number == 0 else phrase("picture-larger", language, span=span)
    unit, length = axis.unit()
    measure = phrase(f"picture-unit-{unit}", language)
    edge = WIDTH - EDGE
    room = edge - length - text_width(measure, NOTE_SIZE) - 20
    return [
        d.Label(0, 13, _cut(told, room), HEAD_SIZE, is_bold=True),
        d.Stroke(edge - length, 10, edge, 10, line=1.2),
        d.Stroke(edge - length, 6, edge - length, 14, line=1.2),
        d.Stroke(edge, 6, edge, 14, line=1.2),
        d.Label(edge - length - 5, 13, measure, NOTE_SIZE, "right"),
    ]


def _cut(text: str, width: float) -> str:
    rows = wrapped(text, width, HEAD_SIZE * 1.05, 1)
    return rows[0] if rows else ""


def _has_something(lane: Lane, rows: Sequence[TimelineRow], axis: Axis) -> bool:
    changes = lane.history.changes if lane.history else ()
    return any(_is_inside(rows[number - 1].when, axis) for number in lane.rows) or any(
        axis.first < each.last and each.first < axis.last for each in changes
    )


def _is_inside(when: times.When, axis: Axis) -> bool:
    """Say whether a time begins or ends within an axis; what covers all of it says nothing about any part."""
    if when.earliest is None or when.latest is None or not axis.holds(when.earliest, when.latest):
        return False
    return when.earliest >= axis.first or when.latest <= axis.last


def _back(panel: _Panel, bottom: float) -> list[d.Shape]:
    """Draw what stands behind the lanes: the part drawn again below, and a hairline for each tick."""
    axis = panel.axis
    shapes: list[d.Shape] = []
    if panel.larger:
        first, last = _shaded(axis, panel.larger)
        shapes.append(d.Box(first, 22, last - first, bottom - 22, SHADE, ""))
    shapes += [d.Stroke(axis.x(tick.moment), 22, axis.x(tick.moment), bottom, d.HAIR, 0.4) for tick in axis.ticks()]
    return shapes


def _ticks(axis: Axis, at: float) -> list[d.Shape]:
    shapes: list[d.Shape] = [d.Stroke(LEFT, at, RIGHT, at, line=1.2)]
    for tick in axis.ticks():
        x = axis.x(tick.moment)
        shapes.append(d.Stroke(x, at, x, at + 4))
        shapes.append(d.Label(axis.label_x(tick), at + 15, tick.text, TICK_SIZE, "middle"))
    return shapes


# --- one lane -------------------------------------------------------------------------------------------------------


def _drawn_lane(
    lane: Lane, scene: _Scene, axis: Axis, lanes: int, places: dict[int, list[tuple[float, float]]], top: float
) -> _Drawn:
    """Draw one lane, its upper edge at 0; note in `places` where each row's sign stands on the panel."""
    marks = [_mark(number, scene.rows[number - 1], scene.rivals, axis) for number in lane.rows]
    inside = [mark for mark in marks if mark is not None]
    placed = pack(inside, LEFT, RIGHT, 4 if lanes <= 4 or lane.history is None else 2)
    deep = max((each.row for each in placed), default=-1) + 1
    names = wrapped(lane.name, NAMES - 4, NAME_SIZE * (1.1 if lane.is_bold else 1), 3)
    band = BAND + 3 if lane.history else 0.0
    height = max(deep * ROW + band + 2 * PAD, len(names) * 13 + 8)
    shapes: list[d.Shape] = [
        d.Label(0, 4 + 10 + n * 13, name, NAME_SIZE, is_bold=lane.is_bold) for n, name in enumerate(names)
    ]
    for each in placed:
        y = PAD + (deep - 1 - each.row) * ROW + ROW / 2
        title = _title(each.mark, scene.rows, lane)
        shapes.append(d.Group(title, tuple(_sign(each, y))))
        if len(each.mark.numbers) == 1:
            places.setdefault(each.mark.numbers[0], []).append((each.mark.middle, top + y))
    if lane.history:
        last = min(max(scene.as_of, axis.first), axis.last)
        y = height - PAD - BAND
        for span in lane.history.spans(axis.first, last):
            words = f"{lane.name}: {phrase(f'state-of-{span.state}', scene.language)}"
            shapes.append(d.Group(words, tuple(_state(span, axis, y))))
    return _Drawn(tuple(shapes), height)


def _title(mark: Mark, rows: Sequence[TimelineRow], lane: Lane) -> str:
    if len(mark.numbers) > 1:
        return f"{lane.name}: {mark.label}"
    row = rows[mark.numbers[0] - 1]
    return f"{mark.label}. {row.when_text}: {row.text}"


def _mark(number: int, row: TimelineRow, rivals: frozenset[int], axis: Axis) -> Mark | None:
    first, last = row.when.earliest, row.when.latest
    if first is None or last is None or not _is_inside(row.when, axis):
        return None
    return Mark(
        (number,),
        axis.x(first),
        axis.x(last),
        next((look for look in LOOKS if look in row.marks), "other"),
        row.when.approximate,
        first < axis.first,
        last > axis.last,
        number in rivals,
    )


def rivals_of(rows: Sequence[TimelineRow]) -> frozenset[int]:
    """Return the numbers of rows that are versions of one event; a version of what is not shown stands alone."""
    numbers = {row.entry: number for number, row in enumerate(rows, 1) if row.entry}
    pairs = [(number, numbers.get(row.rival_of, number)) for number, row in enumerate(rows, 1) if row.rival_of]
    return frozenset(number for pair in pairs if pair[0] != pair[1] for number in pair)


def _sign(placed: Placed, y: float) -> list[d.Shape]:
    mark = placed.mark
    is_upon = placed.label_left < mark.last and placed.label_left + placed.label_width > mark.first
    shapes: list[d.Shape] = []
    if not mark.is_point:
        shapes += bar(mark, y) if len(mark.numbers) == 1 else bracket(mark, y)
    if mark.is_point or (mark.look != "other" and mark.last - mark.first >= 2 * HALF + 2 and not is_upon):
        shapes += glyph(mark.look, mark.middle, y)
    if is_upon and not mark.is_point:
        shapes.append(d.Box(placed.label_left - 1, y - 5.5, placed.label_width + 2, 11, d.PAPER, ""))
    if mark.is_rival:
        shapes.append(d.Box(placed.label_left - 1.5, y - 6, placed.label_width + 1, 12, d.PAPER, d.INK, 0.8, (2, 1.5)))
    shapes.append(d.Label(placed.label_left, y + 3.7, mark.label, LABEL_SIZE, is_bold=mark.look == "loss"))
    return shapes


def _state(span: Span, axis: Axis, y: float) -> list[d.Shape]:
    """Draw a state as a band: filled, hatched one or both ways, empty and dotted; what is not on record as a line."""
    first, last = axis.x(span.first), axis.x(span.last)
    return band(span.state, first, y, max(last - first, 0.6))


def _links(rows: Sequence[TimelineRow], places: Mapping[int, Sequence[tuple[float, float]]]) -> list[d.Shape]:
    """Join the versions of one event by a broken line, where each has a sign of its own."""
    numbers = {row.entry: number for number, row in enumerate(rows, 1)}
    shapes: list[d.Shape] = []
    for number, row in enumerate(rows, 1):
        first, second = places.get(numbers.get(row.rival_of, 0)), places.get(number)
        if row.rival_of and first and second:
            (x1, y1), (x2, y2) = first[0], second[0]
            shapes.append(d.Stroke(x1, y1, x2, y2, d.GREY, 0.9, (3, 2)))
    return shapes


# --- the key --------------------------------------------------------------------------------------------------------


def _key(rows: Sequence[TimelineRow], lanes: Sequence[Lane], language: str) -> _Drawn:
    """Draw what each sign and filling means; only those that occur."""
    entries: list[tuple[Callable[[float, float], list[d.Shape]], str]] = []
    looks = {next((look for look in LOOKS if look in row.marks), "other") for row in rows}
    for look in (*LOOKS, "other"):
        if look in looks:
            entries.append((_sample(look), phrase(f"picture-mark-{look}", language)))
    if any(row.when.precision not in ("instant", "unknown") for row in rows):
        part = Mark((0,), 0, 16, "other")
        entries.append((lambda x, y: [_at(shape, x) for shape in bar(part, y)], phrase("picture-partial", language)))
    if any(row.when.approximate for row in rows):
        about_bar = Mark((0,), 0, 16, "other", is_about=True)
        entries.append((lambda x, y: [_at(s, x) for s in bar(about_bar, y)], phrase("picture-about", language)))
    if rivals_of(rows):
        frame = d.Box(0, -5, 16, 10, d.PAPER, d.INK, 0.8, (2, 1.5))
        entries.append((lambda x, y: [d.moved(frame, x, y)], phrase("picture-rival", language)))
    known = [lane.history for lane in lanes if lane.history]
    states = {change.state for each in known for change in each.changes} | ({UNRECORDED} if known else set())
    if any(change.first != change.last for each in known for change in each.changes):
        states.add(UNKNOWN)
    for state in (UNRECORDED, CONTROL, LOST, BLOCKED, UNKNOWN):
        if state in states:
            entries.append((_state_sample(state), phrase(f"state-of-{state}", language)))
    return _laid_out(entries, phrase("picture-numbers", language))


def _sample(look: str) -> Callable[[float, float], list[d.Shape]]:
    return lambda x, y: glyph(look, x + 8, y)


def _state_sample(state: str) -> Callable[[float, float], list[d.Shape]]:
    return lambda x, y: band(state, x, y - BAND / 2, 16)


def _at(shape: d.Shape, x: float) -> d.Shape:
    return d.moved(shape, x, 0)


def _laid_out(entries: Sequence[tuple[Callable[[float, float], list[d.Shape]], str]], note: str) -> _Drawn:
    shapes: list[d.Shape] = []
    x, y = 0.0, 10.0
    for draw, words in entries:
        width = 22 + text_width(words, NOTE_SIZE) + 14
        if x and x + width > WIDTH:
            x, y = 0.0, y + 17
        shapes += draw(x, y)
        shapes += [
            d.Label(x + 22, y + 3.6 + n * 13, row, NOTE_SIZE)
            for n, row in enumerate(wrapped(words, WIDTH - 24, NOTE_SIZE, 2))
        ]
        x += width
        if x > WIDTH:
            x, y = 0.0, y + 28
    y += 19
    for row in wrapped(note, WIDTH, NOTE_SIZE):
        shapes.append(d.Label(0, y, row, NOTE_SIZE, ink=d.GREY))
        y += 14
    return _Drawn(tuple(shapes), y)
