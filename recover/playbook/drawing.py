"""A playbook's pictures as SVG: drawn here, no program called, no script, no address; every text is text and escaped.

Black on white throughout: kinds of boxes differ by outline and not by colour. The same playbook gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from recover.frozen import frozen
from recover.playbook.layout import Box, Layout, Line, Placed, Point, Route, lay_out
from recover.playbook.picture import Node, Part, Picture, Way

MARGIN = 24.0
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', 'Noto Sans', sans-serif"
BOX_WIDTH = 208.0
LABEL_WIDTH = 138.0
PAD = 9.0
TITLE_SIZE, TEXT_SIZE = 12.5, 10.5
TITLE_ROW, TEXT_ROW = 16.0, 13.5
MOST_LABEL_ROWS = 6

_WIDE = frozenset("mwMWQOGDHNU@%—…")
_NARROW = frozenset("iljtfrI.,:;'|!()[] ")


def text_width(text: str, size: float) -> float:
    """Return about how many pixels a text takes in the sans-serif used here; never much too few."""
    units = sum(
        0.92 if c in _WIDE or ord(c) > 0x2E80 else 0.38 if c in _NARROW else 0.72 if c.isupper() else 0.62 for c in text
    )
    return units * size


def wrapped(text: str, width: float, size: float, most: int = 0) -> list[str]:
    """Break a text into rows that fit a width; a word that is too long is cut. With `most`, the rest becomes `…`."""
    rows: list[str] = []
    row = ""
    for word in text.split():
        while text_width(word, size) > width:
            cut = next(n for n in range(len(word), 0, -1) if n == 1 or text_width(word[:n], size) <= width)
            if row:
                rows.append(row)
                row = ""
            rows.append(word[:cut])
            word = word[cut:]
            if not word:
                break
        joined = f"{row} {word}".strip()
        if row and text_width(joined, size) > width:
            rows.append(row)
            row = word
        else:
            row = joined
    rows += [row] if row else []
    if most and len(rows) > most:
        rows = [*rows[: most - 1], f"{rows[most - 1][:-1]}…"]
    return rows


@frozen
class _Shape:
    """A box's rows, ready to print: (text, is_title, indent)."""

    node: Node
    rows: tuple[tuple[str, str], ...]
    """(text, look): look is title, note or go."""
    height: float


def draw(picture: Picture, version: str = "") -> str:
    """Draw all parts of a picture below one another as one SVG document."""
    drawn = [draw_part(part) for part in picture.parts]
    width = max(each.width for each in drawn) + 2 * MARGIN
    body, at = [], MARGIN
    title = f"{picture.title} {version}".strip()
    body.append(_text(MARGIN, at + 16, title, 18, bold=True))
    body.append(_text(MARGIN, at + 36, _KEY, TEXT_SIZE))
    at += 54
    for number, (part, each) in enumerate(zip(picture.parts, drawn, strict=True)):
        if number:
            top = at
            height = each.height + 58
            body.append(
                f'<rect x="{MARGIN / 2:.0f}" y="{top:.0f}" width="{width - MARGIN:.0f}" height="{height:.0f}" '
                'fill="none" stroke="#000" stroke-width="1.2"/>'
            )
            body.append(_text(MARGIN, top + 26, part.title, 15, bold=True))
            body.append(f'<g transform="translate({(width - each.width) / 2:.0f} {top + 42:.0f})">{each.body}</g>')
            at += height + MARGIN
        else:
            body.append(f'<g transform="translate({(width - each.width) / 2:.0f} {at:.0f})">{each.body}</g>')
            at += each.height + 2 * MARGIN
    steps = sum(node.kind in ("step", "wait", "end") for part in picture.parts for node in part.nodes)
    return _document(title, f"{steps} steps in {len(picture.parts)} parts. {_KEY}", width, at, "".join(body))


def draw_alone(part: Part, title: str) -> str:
    """Draw one part as an SVG element that can stand inside a page of HTML."""
    each = draw_part(part)
    body = f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">{each.body}</g>'
    about = f"{len(part.nodes)} boxes. {_KEY}"
    return _document(title, about, each.width + 2 * MARGIN, each.height + 2 * MARGIN, body, name=part.id or "overview")


_KEY = (
    "Thick bar: hurry, an intruder is active. Dashed outline: waiting. Round: an end. Double outline: a group of "
    "steps, drawn below. Dashed line: opened beside."
)


@frozen
class _Drawn:
    body: str
    width: float
    height: float


def draw_part(part: Part) -> _Drawn:
    """Lay out one part and draw it at the origin."""
    found = layout_of(part)
    body = [_route(route, way) for route, way in zip(found.routes, part.ways, strict=True)]
    body += [_box(_shape(node), found.boxes[node.id]) for node in part.nodes]
    return _Drawn("".join(body), found.width, found.height)


@frozen
class SketchBox:
    """A placed box with its rows: (text, look), look being title, note or go."""

    place: Placed
    kind: str
    is_race: bool
    rows: tuple[tuple[str, str], ...]


@frozen
class SketchLine:
    """A placed line with the rows of its label."""

    runs: tuple[tuple[Point, ...], ...]
    label: Placed | None
    rows: tuple[str, ...]
    kind: str


@frozen
class Sketch:
    """A part laid out, for formats that are not SVG. Numbers are pixels."""

    width: float
    height: float
    boxes: tuple[SketchBox, ...]
    lines: tuple[SketchLine, ...]

    @property
    def places(self) -> tuple[Placed, ...]:
        """Return everything that must not be cut through: boxes and labels."""
        labels = (line.label for line in self.lines if line.label is not None)
        return (*(box.place for box in self.boxes), *labels)


def sketch(part: Part) -> Sketch:
    """Lay out one part and return what is to be drawn."""
    found = layout_of(part)
    return Sketch(
        found.width,
        found.height,
        tuple(SketchBox(found.boxes[n.id], n.kind, n.is_race, _shape(n).rows) for n in part.nodes),
        tuple(
            SketchLine(route.runs, route.label, tuple(_label(way)), way.kind)
            for route, way in zip(found.routes, part.ways, strict=True)
        ),
    )


def layout_of(part: Part) -> Layout:
    """Return where the boxes, lines and labels of a part go."""
    lines = []
    for number, way in enumerate(part.ways):
        rows = _label(way)
        width = max((text_width(row, TEXT_SIZE) for row in rows), default=0.0)
        lines.append(Line(str(number), way.source, way.target, width + 6 if rows else 0, len(rows) * TEXT_ROW + 4))
    return lay_out([Box(node.id, BOX_WIDTH, _shape(node).height) for node in part.nodes], lines)


def _label(way: Way) -> list[str]:
    return wrapped(way.words, LABEL_WIDTH, TEXT_SIZE, MOST_LABEL_ROWS)


def _shape(node: Node) -> _Shape:
    inner = BOX_WIDTH - 2 * PAD - (4 if node.is_race else 0)
    title = f"{node.number}  {node.title}" if node.number else node.title
    rows = [(row, "title") for row in wrapped(title, inner, TITLE_SIZE * 1.12)]
    for note in node.notes:
        rows += [(row, "note") for row in wrapped(note, inner, TEXT_SIZE, 4)]
    for reason, target in node.goes:
        told = f"{reason}: {target}" if reason else target
        rows += [(row, "go") for row in wrapped(f"→ {told}", inner, TEXT_SIZE, 5)]
    height = 2 * PAD + sum(TITLE_ROW if look == "title" else TEXT_ROW for _, look in rows)
    return _Shape(node, tuple(rows), height)


def _box(shape: _Shape, at: Placed) -> str:
    node = shape.node
    parts = [f"<title>{escape(' '.join(row for row, _ in shape.rows))}</title>", _outline(node, at)]
    y = at.y + PAD
    x = at.x + PAD + (4 if node.is_race else 0)
    ruled = False
    for row, look in shape.rows:
        step = TITLE_ROW if look == "title" else TEXT_ROW
        if look == "go" and not ruled:
            parts.append(
                f'<path d="M{at.x:.1f} {y:.1f}H{at.x + at.width:.1f}" stroke="#777" stroke-width=".6" fill="none"/>'
            )
            ruled = True
        size = TITLE_SIZE if look == "title" else TEXT_SIZE
        parts.append(_text(x, y + step - 4, row, size, bold=look == "title"))
        y += step
    return f'<g id="box-{_safe(node.id)}">{"".join(parts)}</g>'


def _outline(node: Node, at: Placed) -> str:
    place = f'x="{at.x:.1f}" y="{at.y:.1f}" width="{at.width:.1f}" height="{at.height:.1f}"'
    if node.kind == "end":
        return f'<rect {place} rx="14" fill="#fff" stroke="#000" stroke-width="1.8"/>'
    if node.kind == "wait":
        return f'<rect {place} fill="#fff" stroke="#000" stroke-width="1.3" stroke-dasharray="5 3"/>'
    if node.kind == "watch":
        return f'<rect {place} rx="6" fill="#fff" stroke="#000" stroke-width=".8" stroke-dasharray="1.5 2.5"/>'
    if node.kind == "group":
        inner = (
            f'<rect x="{at.x + 3:.1f}" y="{at.y + 3:.1f}" width="{at.width - 6:.1f}" height="{at.height - 6:.1f}" '
            'fill="none" stroke="#000" stroke-width=".7"/>'
        )
        return f'<rect {place} fill="#fff" stroke="#000" stroke-width="1.3"/>{inner}'
    bar = f'<rect x="{at.x:.1f}" y="{at.y:.1f}" width="6" height="{at.height:.1f}"/>' if node.is_race else ""
    return f'<rect {place} fill="#fff" stroke="#000"/>{bar}'


def _route(route: Route, way: Way) -> str:
    dash = ' stroke-dasharray="6 3"' if way.kind == "also" else ' stroke-dasharray="2 3"' if way.kind == "watch" else ""
    paths = "".join(f'<path d="{_path(run)}" fill="none" stroke="#333"{dash}/>' for run in route.runs)
    x, y = route.runs[-1][-1]
    head = f'<path d="M{x:.1f} {y:.1f}l-3.6 -7.5h7.2z" fill="#333"/>'
    if route.label is None:
        return f"<g>{paths}{head}</g>"
    middle = route.label.x + route.label.width / 2
    words = "".join(
        _text(middle, route.label.y + 2 + (n + 1) * TEXT_ROW - 3, row, TEXT_SIZE, anchor="middle", italic=True)
        for n, row in enumerate(_label(way))
    )
    return f"<g><title>{escape(way.words)}</title>{paths}{head}{words}</g>"


def _path(run: Sequence[Point]) -> str:
    """Write a line through points: straight down a lane, an even swing from one lane to the next."""
    x0, y0 = run[0]
    steps = [f"M{x0:.1f} {y0:.1f}"]
    for x, y in run[1:]:
        if abs(x - x0) < 0.5:
            steps.append(f"L{x:.1f} {y:.1f}")
        else:
            middle = (y0 + y) / 2
            steps.append(f"C{x0:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {y:.1f}")
        x0, y0 = x, y
    return "".join(steps)


def _text(
    x: float, y: float, text: str, size: float, *, bold: bool = False, italic: bool = False, anchor: str = ""
) -> str:
    looks = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
    place = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{looks}{place}>{escape(text, quote=False)}</text>'


def _safe(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)


def _document(title: str, about: str, width: float, height: float, body: str, name: str = "playbook") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'font-family="{escape(FONT)}" fill="#000">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(about)}</desc>'
        f'<rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )
