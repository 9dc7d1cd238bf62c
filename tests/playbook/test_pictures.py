"""A playbook as a picture: nothing covers anything, every way is told, every text is only text."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.cli.output import Output
from recover.errors import InputError
from recover.playbook.drawing import draw, layout_of, text_width, wrapped
from recover.playbook.groups import group_titles
from recover.playbook.layout import Box, Layout, Line, Placed, lay_out
from recover.playbook.loader import load_playbook, playbook_ids
from recover.playbook.mermaid import quoted, write_mermaid
from recover.playbook.model import Expression, Playbook
from recover.playbook.picture import make_picture, reading_order, section_of, ways_of
from recover.playbook.wording import Wording, length_words, outcome_words
from tests.cli.runner import recover

HOSTILE = '"]; click s1 "javascript:alert(1)" %% --> end <script>alert(1)</script> &amp; `*b*` #quot; \u202e'
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page() -> Playbook:
    return load_playbook("hijacked-page")


def rectangles(layout: Layout) -> list[Placed]:
    return [*layout.boxes.values(), *(route.label for route in layout.routes if route.label is not None)]


def overlap(one: Placed, other: Placed) -> bool:
    return (
        one.x < other.x + other.width - 0.01
        and other.x < one.x + one.width - 0.01
        and one.y < other.y + other.height - 0.01
        and other.y < one.y + one.height - 0.01
    )


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Line]]:
    count = draw(st.integers(1, 14))
    sizes = st.floats(20, 200)
    boxes = [Box(f"b{n}", draw(sizes), draw(sizes)) for n in range(count)]
    lines = []
    for n in range(draw(st.integers(0, 24))):
        first, last = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        if first < last:
            lines.append(Line(f"l{n}", f"b{first}", f"b{last}", draw(st.sampled_from([0, 60, 120])), 20))
    return boxes, lines


@given(graphs())
def test_nothing_covers_anything(graph: tuple[list[Box], list[Line]]) -> None:
    """No box and no label lies over another, whatever the graph; all of it is inside the drawing."""
    layout = lay_out(*graph)
    found = rectangles(layout)
    assert [pair for pair in combinations(found, 2) if overlap(*pair)] == []
    assert all(each.x >= -0.01 and each.y >= 0 for each in found)
    assert all(each.x + each.width <= layout.width + 0.01 for each in found)
    assert all(each.y + each.height <= layout.height + 0.01 for each in found)


@given(graphs())
def test_lines_run_from_box_to_box(graph: tuple[list[Box], list[Line]]) -> None:
    """A line leaves the lower edge of its source and ends at the upper edge of its target, always downwards."""
    boxes, lines = graph
    layout = lay_out(boxes, lines)
    for line, route in zip(lines, layout.routes, strict=True):
        source, target = layout.boxes[line.source], layout.boxes[line.target]
        points = [point for run in route.runs for point in run]
        assert points[0][1] == pytest.approx(source.y + source.height)
        assert points[-1][1] == pytest.approx(target.y)
        assert source.x <= points[0][0] <= source.x + source.width
        assert [y for _, y in points] == sorted(y for _, y in points)


def test_a_circle_cannot_be_laid_out() -> None:
    """Whoever asks for a layout has taken the ways back out; a circle is told, not turned in for ever."""
    with pytest.raises(InputError):
        lay_out([Box("a", 10, 10), Box("b", 10, 10)], [Line("1", "a", "b"), Line("2", "b", "a")])


@pytest.mark.parametrize("name", playbook_ids())
def test_every_playbook_is_drawn_whole(name: str) -> None:
    """Each step has its own number and box, no box covers another, and the drawing is well-formed."""
    playbook = load_playbook(name)
    picture = make_picture(playbook, group_titles(name))
    assert sorted(picture.numbers.values()) == list(range(1, len(playbook.steps) + 1))
    drawn = [node.id for part in picture.parts for node in part.nodes if node.kind in ("step", "wait", "end")]
    assert sorted(drawn) == sorted(step.id for step in playbook.steps)
    for part in picture.parts:
        assert [p for p in combinations(rectangles(layout_of(part)), 2) if overlap(*p)] == []
    ElementTree.fromstring(draw(picture))


@pytest.mark.parametrize("name", playbook_ids())
def test_every_way_is_told(name: str) -> None:
    """A way that is no line is a note in its box: no outcome of a wait goes missing in the picture."""
    playbook = load_playbook(name)
    picture = make_picture(playbook)
    lines = {(way.source, way.target) for part in picture.parts for way in part.ways}
    notes = {(node.id, target) for part in picture.parts for node in part.nodes for _, target in node.goes}
    titles = {step.id: f"{picture.numbers[step.id]} {step.title}" for step in playbook.steps}
    groups = {node.id: f"{node.number.split()[0]} {node.title}" for node in picture.parts[0].nodes if node.number}
    for step in playbook.steps:
        for way in ways_of(playbook, step):
            source, target = (section_of(each) or each for each in (step.id, way.target))
            assert (
                {(step.id, way.target), (source, target)} & lines
                or {(step.id, titles[way.target]), (source, groups[target])} & notes
                or (way.target == step.id and (step.id, "keep waiting") in notes)
            ), (step.id, way.target)


def test_the_reading_begins_at_the_start(page: Playbook) -> None:
    """The first step is number one, groups stay together, and every step is there once."""
    order = reading_order(page)
    assert order[0] == page.start
    assert sorted(order) == sorted(step.id for step in page.steps)
    intake = [n for n, step in enumerate(order) if step.startswith("intake.")]
    assert intake == list(range(len(intake)))


def test_a_hostile_title_stays_text(page: Playbook) -> None:
    """Neither SVG nor Mermaid takes anything a title says for markup, a link or a script."""
    bad = replace(page, title=HOSTILE, summary=HOSTILE, steps=tuple(replace(s, title=HOSTILE) for s in page.steps))
    picture = make_picture(bad, {"intake": HOSTILE})
    tree = ElementTree.fromstring(draw(picture))
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg",
        "g",
        "rect",
        "path",
        "text",
        "title",
        "desc",
    }
    assert not any("href" in name or name.startswith("on") for element in tree.iter() for name in element.attrib)
    mermaid = write_mermaid(bad, picture)
    assert "<script" not in mermaid
    assert 'click s1 "' not in mermaid
    for row in mermaid.splitlines():
        assert row.count('"') in (0, 2, 4), row


def test_mermaid_has_every_step_and_way(page: Playbook) -> None:
    """The text names each step once and draws each way from it."""
    text = write_mermaid(page, make_picture(page))
    rows = text.splitlines()
    assert rows[0] == "flowchart TD"
    for number in range(1, len(page.steps) + 1):
        assert sum(row.strip().startswith((f"s{number}[", f"s{number}(", f"s{number}{{")) for row in rows) == 1
    arrows = [row for row in rows if "-->" in row or "-.->" in row]
    assert len(arrows) == sum(len(ways_of(page, step)) for step in page.steps) + len(page.watch)


def test_a_picture_can_be_read_aloud(page: Playbook) -> None:
    """The drawing has a title and a description, and its texts are texts that can be selected."""
    tree = ElementTree.fromstring(draw(make_picture(page), page.version))
    names = tree.attrib["aria-labelledby"].split()
    assert [
        tree.find(f"{SVG}title[@id='{names[0]}']") is not None,
        tree.find(f"{SVG}desc[@id='{names[1]}']") is not None,
    ]
    texts = " ".join(element.text or "" for element in tree.iter(f"{SVG}text"))
    assert "The public form" in texts


def test_the_same_playbook_gives_the_same_picture(page: Playbook) -> None:
    """A drawing kept beside a playbook changes only when the playbook does."""
    assert draw(make_picture(page)) == draw(make_picture(load_playbook("hijacked-page")))


@given(st.text(max_size=300), st.integers(40, 300))
def test_rows_fit_their_width(text: str, width: int) -> None:
    """Wrapping loses no word and no row is wider than asked."""
    rows = wrapped(text, width, 10)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(text_width(row, 10) <= width or len(row) == 1 for row in rows)


@pytest.mark.parametrize(
    ("condition", "asked", "words"),
    [
        ("intake.eu == true", (), "the account holder is in the European Union"),
        ("not intake.eu", (), "the account holder is not in the European Union"),
        (
            "hijacked_page.own_profile == 'locked_out'",
            ("hijacked_page.own_profile",),
            "Somebody else is in it, or we cannot log in",
        ),
        (
            "hijacked_page.own_profile == 'fine'",
            (),
            "“What about the holder's own profile?” is “Fine, we can log in”",
        ),
        ("'you' in hijacked_page.still_inside", ("hijacked_page.still_inside",), "The holder"),
        ("sent('follow-up')", (), "the letter follow-up was sent"),
        ("done('partner.mail')", (), "“The mail to the partner” is done"),
        ("not answered(intake.zone)", (), "is not answered"),
        (
            "count(assets.all, 'action', 'suspended') > 0 or count(assets.all, 'action', 'disabled') > 0",
            (),
            "says “Suspended” or “Disabled”",
        ),
        ("has_exhibit('mail')", (), "there is a mail in the evidence"),
        ("any_exhibit('receipt') >= 2", (), "at least 2 pieces of evidence of the kind receipt"),
    ],
)
def test_conditions_are_said_in_words(page: Playbook, condition: str, asked: tuple[str, ...], words: str) -> None:
    """A reader of a handout meets questions and answers, no names of facts."""
    assert words in Wording(page).condition(Expression(condition), asked=asked)


def test_a_condition_without_words_is_shown_as_it_is(page: Playbook) -> None:
    """Nothing is invented for what cannot be read."""
    assert Wording(page).condition(Expression("((")) == "(("


def test_lengths_and_outcomes_have_words() -> None:
    """Fourteen days are said as such, and a silence says how long it was."""
    assert length_words("14d") == "14 days"
    assert length_words("1m") == "1 month"
    assert outcome_words("silence", "14d") == "No answer after 14 days"


def test_quotes_end_nothing() -> None:
    """What is no plain sign becomes a code."""
    assert '"' not in quoted(HOSTILE)
    assert "<" not in quoted(HOSTILE)


@pytest.mark.parametrize("words", [("graph",), ("preview",), ("preview", "--practice")], ids=" ".join)
def test_no_page_runs_over_a_terminal(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal a page for a browser asks for a file; the hint is the command that writes one."""
    monkeypatch.setattr(Output, "on_terminal", property(lambda _self: True))
    told = recover("playbook", words[0], "phishing-app", *words[1:])
    assert (told.code, told.out) == (2, ""), told
    assert f"hint: recover playbook {' '.join([words[0], 'phishing-app', *words[1:]])} --out" in told.said
