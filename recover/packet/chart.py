"""A timeline drawn as SVG: text in, text out, no script, no address, every label escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from recover.packet.timeline import TimelineRow

_SHAPES = {"loss": ("lost", "#8c1c13"), "restored": ("restored", "#1d5c2e"), "attack": ("attack", "#7a4b00")}
MOST = 60
"""Beyond this many rows only losses, restorations and attacks are drawn."""


def chart(rows: Sequence[TimelineRow]) -> str:
    """Draw the timeline as SVG: long quiet years are shortened, imprecise dates are bars and never points.

    With very many rows only losses, restorations and attacks are drawn; the table has all.
    """
    numbered = [(number, row) for number, row in enumerate(rows, 1) if row.when.earliest and row.when.latest]
    if len(numbered) > MOST:
        numbered = [(n, row) for n, row in numbered if set(row.marks) & set(_SHAPES)][:MOST]
    if not numbered:
        return ""
    scale = _Scale([row for _, row in numbered])
    drawn = "".join(_drawn(number, row, scale, lane % 3) for lane, (number, row) in enumerate(numbered))
    ticks = "".join(
        f'<line x1="{x}" x2="{x}" y1="118" y2="124" stroke="#5c5c5c"/>'
        f'<text x="{x}" y="138" text-anchor="middle">{year}</text>'
        for year, x in scale.years
    )
    key = "".join(_key(name, words) for name, (words, _) in _SHAPES.items())
    return (
        '<div class="chart"><svg viewBox="0 0 960 146" role="img" '
        'aria-label="Drawn timeline; the table below has every row">'
        f'<line x1="20" x2="940" y1="118" y2="118" stroke="#5c5c5c"/>{ticks}{drawn}</svg></div>'
        f'<p class="key lead">{key}<br>Numbers are rows of the table. Distances are not to scale; '
        "a bar is a date known only in part.</p>"
    )


def _key(name: str, words: str) -> str:
    return f'<span><svg class="key" viewBox="-7 -7 14 14" aria-hidden="true">{_shape(name, 0, 0)}</svg> {words}</span> '


class _Scale:
    """Places moments from left to right, later ones further right, gaps shortened by their logarithm."""

    def __init__(self, rows: Sequence[TimelineRow]) -> None:
        ends = {moment for row in rows for moment in (row.when.earliest, row.when.latest) if moment is not None}
        self._moments = sorted(ends)
        at, self._places = 0.0, {self._moments[0]: 0.0}
        for before, after in zip(self._moments, self._moments[1:], strict=False):
            at += math.log1p((after - before) / timedelta(days=1)) + 0.05
            self._places[after] = at
        self._width = at or 1.0

    def x(self, moment: datetime) -> int:
        return round(40 + 880 * self._places[moment] / self._width)

    @property
    def years(self) -> list[tuple[int, int]]:
        """Return the first place of each year that fits without touching the one before."""
        found: list[tuple[int, int]] = []
        seen: set[int] = set()
        for moment in self._moments:
            x = self.x(moment)
            if moment.year not in seen and (not found or x - found[-1][1] >= 34):
                found.append((moment.year, x))
            seen.add(moment.year)
        return found


def _drawn(number: int, row: TimelineRow, scale: _Scale, lane: int) -> str:
    name = next((mark for mark in _SHAPES if mark in row.marks), "")
    if row.when.earliest is None or row.when.latest is None:
        return ""
    first, last = scale.x(row.when.earliest), scale.x(row.when.latest)
    y = 96 - 26 * lane
    colour = _SHAPES[name][1] if name else "#5c5c5c"
    label = f'<text x="{(first + last) // 2}" y="{y - 9}" text-anchor="middle">{number}</text>'
    shown = f"<title>{escape(f'{number}. {row.when_text}: {row.text}')}</title>"
    if row.when.precision == "instant" and not row.when.approximate:
        return f"<g>{shown}{_shape(name, first, y)}{label}</g>"
    width = max(last - first, 8)
    return (
        f'<g>{shown}<rect x="{first}" y="{y - 4}" width="{width}" height="8" fill="{colour}" fill-opacity=".25" '
        f'stroke="{colour}"/>{label}</g>'
    )


def _shape(name: str, x: int, y: int) -> str:
    colour = _SHAPES[name][1] if name else "#5c5c5c"
    if name == "loss":
        return f'<rect x="{x - 5}" y="{y - 5}" width="10" height="10" fill="{colour}"/>'
    if name == "attack":
        return f'<path d="M{x} {y - 6} L{x + 6} {y + 5} L{x - 6} {y + 5} Z" fill="{colour}"/>'
    return f'<circle cx="{x}" cy="{y}" r="{5 if name else 3}" fill="{colour}"/>'
