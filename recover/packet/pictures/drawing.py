"""Drawings without a format: shapes with places and sizes, the same for SVG in a page and for vectors in a PDF.

A drawing is made of values and holds no markup; its writers escape what they print. Black, greys, outlines and
hatching only: whatever a picture says, it says without colour. Sizes are pixels; places count from the upper left.
Text is placed by hand, so that nothing depends on the direction of the page: `anchor` always means left, middle or
right of the place. `mirrored` turns a drawing round for readers of scripts that run from right to left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from recover.frozen import frozen

INK, GREY, HAIR, PAPER = "#1a1a1a", "#5c5c5c", "#b8b8b8", "#ffffff"
FONTS = "'Noto Sans', 'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"

Point = tuple[float, float]


@frozen
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: str = INK
    line: float = 1.0
    dash: tuple[float, ...] = ()


@frozen
class Box:
    """An upright rectangle; `fill` or `ink` empty: not filled, no outline."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    ink: str = INK
    line: float = 1.0
    dash: tuple[float, ...] = ()


@frozen
class Polygon:
    """A closed shape through at least three points."""

    points: tuple[Point, ...]
    fill: str = ""
    ink: str = INK
    line: float = 1.0


@frozen
class Circle:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: str = ""
    ink: str = INK
    line: float = 1.0


@frozen
class Label:
    """One line of text; `y` is its baseline, `anchor` says which end of the text `x` is: left, middle or right."""

    x: float
    y: float
    text: str
    size: float = 11.0
    anchor: str = "left"
    is_bold: bool = False
    ink: str = INK


@frozen
class Group:
    """Shapes that mean one thing; `title` says what, to those who point at it."""

    title: str
    shapes: tuple[Shape, ...]


Shape = Stroke | Box | Polygon | Circle | Label | Group


@frozen
class Drawing:
    """Shapes on a sheet of this width and height."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def parts(shapes: Sequence[Shape]) -> Iterator[Stroke | Box | Polygon | Circle | Label]:
    """Yield every shape that is no group, in the order in which they are drawn."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from parts(shape.shapes)
        else:
            yield shape


def labels(drawing: Drawing) -> tuple[str, ...]:
    """Return every text a drawing shows or says, in the order in which it is drawn."""
    return tuple(_said(drawing.shapes))


def _said(shapes: Sequence[Shape]) -> Iterator[str]:
    for shape in shapes:
        if isinstance(shape, Label):
            yield shape.text
        elif isinstance(shape, Group):
            if shape.title:
                yield shape.title
            yield from _said(shape.shapes)


def with_texts(drawing: Drawing, change: Callable[[str], str]) -> Drawing:
    """Return a drawing whose labels and titles went through a function; their places stay."""
    return replace(drawing, shapes=tuple(_with_text(shape, change) for shape in drawing.shapes))


def _with_text(shape: Shape, change: Callable[[str], str]) -> Shape:
    if isinstance(shape, Label):
        return replace(shape, text=change(shape.text))
    if isinstance(shape, Group):
        return replace(
            shape, title=change(shape.title), shapes=tuple(_with_text(each, change) for each in shape.shapes)
        )
    return shape


def hatched(x: float, y: float, width: float, height: float, gap: float = 5.0, ink: str = GREY) -> tuple[Stroke, ...]:
    """Return slanted lines that fill a rectangle and never leave it."""
    strokes, at = [], gap / 2
    while at < width + height:
        # The line x - x0 = at - (y - y0), cut at the rectangle's four sides.
        left, right = max(0.0, at - height), min(width, at)
        if right - left > 0.5:
            strokes.append(Stroke(x + left, y + at - left, x + right, y + at - right, ink, 0.8))
        at += gap
    return tuple(strokes)


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """Return a shape at another place."""
    if isinstance(shape, Stroke):
        return replace(shape, x1=shape.x1 + dx, x2=shape.x2 + dx, y1=shape.y1 + dy, y2=shape.y2 + dy)
    if isinstance(shape, Polygon):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    if isinstance(shape, Group):
        return replace(shape, shapes=tuple(moved(each, dx, dy) for each in shape.shapes))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


# --- mirrored -------------------------------------------------------------------------------------------------------

_OTHER_END = {"left": "right", "right": "left", "middle": "middle"}


def mirrored(drawing: Drawing) -> Drawing:
    """Return a drawing whose left is right; its texts stay readable."""
    return replace(drawing, shapes=tuple(_turned(shape, drawing.width) for shape in drawing.shapes))


def _turned(shape: Shape, width: float) -> Shape:
    if isinstance(shape, Stroke):
        return replace(shape, x1=width - shape.x1, x2=width - shape.x2)
    if isinstance(shape, Box):
        return replace(shape, x=width - shape.x - shape.width)
    if isinstance(shape, Polygon):
        return replace(shape, points=tuple((width - x, y) for x, y in shape.points))
    if isinstance(shape, Circle):
        return replace(shape, x=width - shape.x)
    if isinstance(shape, Label):
        return replace(shape, x=width - shape.x, anchor=_OTHER_END[shape.anchor])
    return replace(shape, shapes=tuple(_turned(each, width) for each in shape.shapes))


# --- SVG ------------------------------------------------------------------------------------------------------------

_ANCHORS = {"left": "start", "middle": "middle", "right": "end"}
_FIRST_STRONG, _END = "\u2068", "\u2069"


def svg(drawing: Drawing, title: str, told: str, prefix: str, language: str = "") -> str:
    """Write a drawing as one SVG element for a page of HTML: no script, no style, no address, every text escaped.

    `prefix` begins the two ids in it and must be the page's only one of that name. The title and what is told are
    what a screen reader says; the shapes are not read out.
    """
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in prefix) or "figure"
    lang = f' lang="{escape(language)}"' if language else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" '
        f'width="{_n(drawing.width)}" height="{_n(drawing.height)}" role="img"{lang} '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" font-family="{escape(FONTS)}" direction="ltr">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(told)}</desc>'
        f"{''.join(map(_svg_of, drawing.shapes))}</svg>"
    )


def _svg_of(shape: Shape) -> str:
    if isinstance(shape, Stroke):
        ends = f'x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}"'
        return f"<line {ends}{_looks('', shape.ink, shape.line, shape.dash)}/>"
    if isinstance(shape, Box):
        place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}"'
        return f"<rect {place}{_looks(shape.fill or 'none', shape.ink, shape.line, shape.dash)}/>"
    if isinstance(shape, Polygon):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
        return f'<polygon points="{points}"{_looks(shape.fill or "none", shape.ink, shape.line)}/>'
    if isinstance(shape, Circle):
        place = f'cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"'
        return f"<circle {place}{_looks(shape.fill or 'none', shape.ink, shape.line)}/>"
    if isinstance(shape, Label):
        bold = ' font-weight="bold"' if shape.is_bold else ""
        # The page's direction must not move a label; its own words still decide in which direction they are read.
        words = escape(isolated(shape.text), quote=False)
        return (
            f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" '
            f'text-anchor="{_ANCHORS[shape.anchor]}" fill="{escape(shape.ink)}"{bold}>{words}</text>'
        )
    title = f"<title>{escape(shape.title, quote=False)}</title>" if shape.title else ""
    return f"<g>{title}{''.join(map(_svg_of, shape.shapes))}</g>"


def isolated(text: str) -> str:
    """Return a label whose direction is that of its own first letter; plain ASCII stays as it is."""
    return text if text.isascii() else f"{_FIRST_STRONG}{text}{_END}"


def _looks(fill: str, ink: str, line: float, dash: Sequence[float] = ()) -> str:
    filled = f' fill="{escape(fill)}"' if fill else ""
    if not ink:
        return filled
    dashes = f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""
    return f'{filled} stroke="{escape(ink)}" stroke-width="{_n(line)}"{dashes}'


def _n(number: float) -> str:
    """Write a number with at most one decimal; never with an exponent."""
    found = f"{number:.1f}".removesuffix(".0")
    return "0" if found == "-0" else found


# --- plain data, for the layouts of PDF -----------------------------------------------------------------------------


def drawing_data(drawing: Drawing) -> dict[str, Any]:
    """Write a drawing as the plain data that the layouts draw; groups are dissolved."""
    return {
        "width": drawing.width,
        "height": drawing.height,
        "shapes": [_data(shape) for shape in parts(drawing.shapes)],
    }


def _data(shape: Stroke | Box | Polygon | Circle | Label) -> dict[str, Any]:
    if isinstance(shape, Label):
        return {
            "kind": "label",
            "x": shape.x,
            "y": shape.y,
            "text": isolated(shape.text),
            "size": shape.size,
            "anchor": shape.anchor,
            "bold": shape.is_bold,
            "ink": shape.ink,
        }
    looks: dict[str, Any] = {"ink": shape.ink, "line": shape.line}
    if isinstance(shape, Stroke):
        at = {"x": shape.x1, "y": shape.y1, "dx": shape.x2 - shape.x1, "dy": shape.y2 - shape.y1}
        return {"kind": "stroke", **at, **looks, "dash": list(shape.dash)}
    looks["fill"] = shape.fill
    if isinstance(shape, Box):
        at = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
        return {"kind": "box", **at, **looks, "dash": list(shape.dash)}
    if isinstance(shape, Polygon):
        return {"kind": "polygon", "points": [list(point) for point in shape.points], **looks}
    return {"kind": "circle", "x": shape.x, "y": shape.y, "radius": shape.radius, **looks}
