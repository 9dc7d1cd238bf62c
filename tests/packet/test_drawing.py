"""Drawings: text stays text, nothing acts, nothing leaves its place, and mirrored means mirrored."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.packet import tree as t
from recover.packet.pictures import drawing as d
from recover.packet.words.direction import isolated

HOSTILE = "\"><script>alert(1)</script><a href='https://evil.example'>&{{ 7*7 }}#eval()"
EVERY = d.Drawing(
    200,
    100,
    (
        d.Box(1, 2, 30, 10, d.PAPER, d.INK, 1, (2, 1)),
        d.Stroke(0, 0, 200, 100, dash=(3, 2)),
        d.Group("one thing", (d.Circle(50, 50, 4), d.Polygon(((1, 1), (9, 1), (5, 8)), d.INK))),
        d.Label(10, 20, "Qonşu", anchor="left"),
        d.Label(190, 40, "صفحة", anchor="right", is_bold=True),
    ),
)


def test_svg_is_one_element_that_names_itself() -> None:
    """The SVG parses, is a picture to a screen reader, and is told by its title and description."""
    root = ElementTree.fromstring(d.svg(EVERY, "A title", "What it shows.", "figure-1", "az"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "figure-1-title"
    said = {child.attrib["id"]: child.text for child in root if "id" in child.attrib}
    assert said == {"figure-1-title": "A title", "figure-1-desc": "What it shows."}
    assert root.attrib["viewBox"] == "0 0 200 100"


def test_hostile_text_stays_text() -> None:
    """Markup in a title, a description, a label, a group or a prefix adds no element and no attribute."""
    plain = ElementTree.fromstring(d.svg(EVERY, "t", "d", "f"))
    shapes = (d.Label(1, 1, HOSTILE), d.Group(HOSTILE, (d.Label(2, 2, HOSTILE),)))
    root = ElementTree.fromstring(d.svg(d.Drawing(10, 10, shapes), HOSTILE, HOSTILE, HOSTILE, HOSTILE))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "desc", "text", "g"}
    names = {name for element in root.iter() for name in element.attrib}
    assert names <= {name for element in plain.iter() for name in element.attrib} | {"lang"}
    assert "href" not in names
    assert "style" not in names
    assert [element.text for element in root.iter() if element.tag.endswith("text")] == [HOSTILE, HOSTILE]


def test_labels_keep_their_own_direction() -> None:
    """A label in Arabic is isolated and stays where it is; plain ASCII gets no invisible sign."""
    assert d.isolated("E01") == "E01"
    assert d.isolated("صفحة E01") == "\u2068صفحة E01\u2069"
    assert 'direction="ltr"' in d.svg(EVERY, "t", "d", "f")


@given(
    x=st.floats(-50, 50),
    y=st.floats(-50, 50),
    width=st.floats(0.5, 300),
    height=st.floats(0.5, 40),
    gap=st.floats(2, 9),
)
def test_hatching_stays_in_its_rectangle(x: float, y: float, width: float, height: float, gap: float) -> None:
    """No line of a hatching leaves the rectangle that it fills."""
    for line in d.hatched(x, y, width, height, gap):
        for at, top in ((line.x1, line.y1), (line.x2, line.y2)):
            assert x - 0.01 <= at <= x + width + 0.01
            assert y - 0.01 <= top <= y + height + 0.01


def test_mirrored_twice_is_as_before() -> None:
    """Turning a drawing round changes its places and anchors; turning it again gives it back."""
    turned = d.mirrored(EVERY)
    label = next(shape for shape in d.parts(turned.shapes) if isinstance(shape, d.Label))
    assert (label.x, label.anchor, label.text) == (190, "right", "Qonşu")
    assert d.mirrored(turned) == EVERY


def test_moving_moves_every_kind_of_shape() -> None:
    """A moved group is what its moved parts are; moving back gives the same."""
    for shape in EVERY.shapes:
        there = d.moved(shape, 7, -3)
        assert there != shape
        assert d.moved(there, -7, 3) == shape


def test_every_text_of_a_drawing_is_told() -> None:
    """Who searches a document for a name finds it in the labels and titles of its drawings too."""
    assert d.labels(EVERY) == ("one thing", "Qonşu", "صفحة")


def test_data_for_pdf_holds_every_shape() -> None:
    """The layouts get each shape once, groups dissolved, and labels isolated as in SVG."""
    data = d.drawing_data(EVERY)
    assert [shape["kind"] for shape in data["shapes"]] == ["box", "stroke", "circle", "polygon", "label", "label"]
    assert data["shapes"][-1]["text"] == "\u2068صفحة\u2069"


@pytest.mark.parametrize(
    ("number", "written"), [(0.04, "0"), (-0.04, "0"), (3.0, "3"), (2.25, "2.2"), (1e7, "10000000")]
)
def test_numbers_are_short_and_have_no_exponent(number: float, written: str) -> None:
    """Places are written with one decimal at most."""
    assert f'x1="{written}"' in d.svg(d.Drawing(1, 1, (d.Stroke(number, 0, 0, 0),)), "t", "d", "f")


def test_what_reads_the_other_way_is_set_apart_in_pictures_too() -> None:
    """In an Arabic document a date in digits inside a label, a title and what is told is isolated; twice is once."""
    drawing = d.Drawing(100, 20, (d.Group("معطّل 2026-09-21", (d.Label(1, 1, "معطّل، 2026-09-21"),)),))
    tree = (t.Figure(drawing, "في 2026-09-21 حدث", "منذ 2026-09-21 هكذا"),)
    apart = isolated(tree, "ar")
    assert all("\u20662026-09-21\u2069" in text for text in t.texts(apart))
    assert isolated(apart, "ar") == apart
    assert isolated((t.Figure(d.Drawing(1, 1, ()), "2026-09-21", ""),), "en")[0] == t.Figure(
        d.Drawing(1, 1, ()), "2026-09-21", ""
    )
