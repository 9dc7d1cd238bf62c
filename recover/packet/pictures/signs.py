"""The signs of the pictures: what happened, how exactly its date is known, and the state of an account.

Each differs from the others by its shape or filling, never by a colour.
"""

from __future__ import annotations

from recover.packet.pictures import drawing as d
from recover.packet.pictures.accounts import BLOCKED, CONTROL, UNKNOWN, UNRECORDED
from recover.packet.pictures.packing import Mark

BAND = 8.0
"""Height of the band of a state."""
LIGHT, SOLID = "#d8d8d8", "#8c8c8c"


def glyph(look: str, x: float, y: float) -> list[d.Shape]:
    """Draw the sign of a kind of event around a point: square, ring, triangle or dot."""
    if look == "loss":
        return [d.Box(x - 4.5, y - 4.5, 9, 9, d.INK, d.INK)]
    if look == "restored":
        return [d.Circle(x, y, 4.2, d.PAPER, d.INK, 2)]
    if look == "attack":
        return [d.Polygon(((x, y - 5), (x + 5, y + 4), (x - 5, y + 4)), d.PAPER, d.INK, 1.2)]
    return [d.Circle(x, y, 2.6, d.GREY, d.GREY)]


def bar(mark: Mark, y: float) -> list[d.Shape]:
    """Draw a date known in part; an end that lies outside the panel stays open, and about is a broken outline."""
    dash = (3.0, 2.0) if mark.is_about else ()
    width = mark.last - mark.first
    shapes: list[d.Shape] = [
        d.Box(mark.first, y - 4, width, 8, d.PAPER if mark.is_about else LIGHT, ""),
        d.Stroke(mark.first, y - 4, mark.last, y - 4, d.GREY, 0.9, dash),
        d.Stroke(mark.first, y + 4, mark.last, y + 4, d.GREY, 0.9, dash),
    ]
    if not mark.is_about:
        ends = [x for x, is_open in ((mark.first, mark.is_open_left), (mark.last, mark.is_open_right)) if not is_open]
        shapes += [d.Stroke(x, y - 4, x, y + 4, d.GREY, 0.9) for x in ends]
    return shapes


def bracket(mark: Mark, y: float) -> list[d.Shape]:
    """Draw how far several rows reach that are drawn as one."""
    ends = [d.Stroke(x, y - 4, x, y + 4, d.GREY, 1) for x in (mark.first, mark.last)]
    return [d.Stroke(mark.first, y, mark.last, y, d.GREY, 1), *ends]


def band(state: str, x: float, y: float, width: float) -> list[d.Shape]:
    """Draw a state: filled, hatched one or both ways, empty and dotted; what is not on record is a thin line."""
    if state == CONTROL:
        return [d.Box(x, y, width, BAND, SOLID, d.GREY, 0.7)]
    if state == UNRECORDED:
        return [d.Stroke(x, y + BAND / 2, x + width, y + BAND / 2, d.GREY, 0.8)]
    if state == UNKNOWN:
        return [d.Box(x, y, width, BAND, d.PAPER, d.GREY, 0.7, (1.5, 1.5))]
    lines: list[d.Shape] = [d.Box(x, y, width, BAND, d.PAPER, d.INK, 0.9), *d.hatched(x, y, width, BAND, 4.0, d.INK)]
    if state == BLOCKED:
        # The same lines the other way.
        lines += [
            d.Stroke(2 * x + width - line.x1, line.y1, 2 * x + width - line.x2, line.y2, line.ink, line.line)
            for line in d.hatched(x, y, width, BAND, 4.0, d.INK)
        ]
    return lines
