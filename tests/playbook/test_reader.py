"""YAML from strangers: bounded, plain text only, never a traceback."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recover.errors import InputError
from recover.playbook import grammar, shapes
from recover.playbook.answers import InvalidAnswersError, load_answers
from recover.playbook.lint import lint
from recover.playbook.loader import load_playbook, load_registry
from recover.playbook.problems import InvalidPlaybookError, Problems
from recover.playbook.reader import MAX_BYTES, Mapping, Sequence, Text, read_bytes, read_yaml
from recover.playbook.stories import load_story
from tests.playbook.ground import GOOD, TODAY, copied

YAML_SIGNS = st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#\n \t\\x0u1.<~=", max_size=200)


def test_every_scalar_is_text() -> None:
    """Norway, times, numbers, dates and null stay the text that was written."""
    problems = Problems()
    node = read_yaml("a: NO\nb: 12:30\nc: 0x1F\nd: 2026-01-01\ne: null\nf: ~\ng: 1_000\n", "f.yaml", problems)
    assert isinstance(node, Mapping)
    assert [str(value) for _, value in node.pairs if isinstance(value, Text)] == [
        "NO",
        "12:30",
        "0x1F",
        "2026-01-01",
        "null",
        "~",
        "1_000",
    ]
    assert problems.sorted() == ()


def test_places_count_characters_from_one() -> None:
    """A value stands where an editor shows it, behind letters of any script, and counts on from `first_line`."""
    problems = Problems()
    node = read_yaml("ə: [Qonşu, 'ş']\n", "f.yaml", problems, first_line=5)
    assert isinstance(node, Mapping)
    values = node.pairs[0][1]
    assert isinstance(values, Sequence)
    assert [(each.place.line, each.place.column) for each in values.items] == [(5, 5), (5, 12)]


def test_a_file_that_is_not_there_or_too_large_is_a_problem(tmp_path: Path) -> None:
    """A missing file and one byte too much are both E001, without reading further."""
    large = tmp_path / "playbook.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    assert [each.code for each in lint([tmp_path / "nothing.yaml"], today=TODAY)] == ["E001"]
    assert [each.code for each in lint([large], today=TODAY)] == ["E001"]


@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes) -> None:
    """Any bytes give a tree or at least one problem."""
    problems = Problems()
    node = read_bytes(content, "f.yaml", problems)
    assert node is not None or problems.has_errors


@given(YAML_SIGNS)
@settings(max_examples=600)
def test_no_yaml_soup_raises(text: str) -> None:
    """Any mixture of YAML's own signs gives a tree or at least one problem, read as any kind of file."""
    problems = Problems()
    node = read_yaml(text, "f.yaml", problems)
    if node is None:
        assert problems.has_errors
        return
    for shape in (grammar.PLAYBOOK, grammar.GROUP, grammar.REGISTRY):
        shapes.read(shape, node, problems)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x " * 400_000,
        'a: "' + "\\x41" * 200_000 + '"',
        "[" * 500_000,
        "{" * 500_000,
        "- " * 300_000,
        "? " * 300_000,
        "a: |\n" + "  x\n" * 200_000,
        "#" * 1_000_000,
        "a" * 1_000_000 + ": b",
        "\n" * 1_000_000,
        "'" + "''" * 400_000 + "'",
        "&a " * 300_000,
        "!" * 900_000,
        ("!" * 19_000 + "\n") * 50,
        ("'" * 19_000 + "\n") * 50,
        ("- " * 9_000 + "\n") * 50,
        ("a: " * 6_000 + "\n") * 50,
        ("{a: " * 4_000 + "\n") * 50,
        ("%" * 19_000 + "\n") * 50,
        ("*" * 19_000 + "\n") * 50,
        "a: '" + ("x " * 9_000 + "\n") * 50 + "'",
        "a: >\n" + " \n" * 400_000 + "  x",
    ],
    ids=lambda text: text[:6].strip().replace("\n", "/"),
)
def test_large_hostile_files_are_quick(text: str) -> None:
    """A file of the largest size made to be slow is done within seconds."""
    began = time.process_time()
    read_yaml(text, "f.yaml", Problems())
    assert time.process_time() - began < 12


SCALARS = st.one_of(
    st.sampled_from(["", "exit", "lost", "item.x", "yes", "true", "1", "2026-11-01", "start", "a.b.c", "'x' in y"]),
    st.text(alphabet="abc .:'\"[]()=<>_-#1é\n", max_size=12),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["id", "when", "go", "type", "ask", "next", "use", "then", "x"]), inner, max_size=4
        ),
    ),
    max_leaves=8,
)


def flow(value: object) -> str:
    """Write a tree as flow YAML."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    assert isinstance(value, dict)
    return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"


GOOD_LINES = (GOOD / "lost-page" / "playbook.yaml").read_text().splitlines()


@given(st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_damaged_playbook_raises(tmp_path: Path, data: st.DataObject) -> None:
    """The good playbook with one value replaced by anything at all is linted without a traceback."""
    root = tmp_path / "playbooks"
    if not root.exists():
        copied(tmp_path)
    number = data.draw(st.integers(0, len(GOOD_LINES) - 1))
    lines = list(GOOD_LINES)
    head, colon, _ = lines[number].partition(": ")
    lines[number] = f"{head}{colon or ': '}{flow(data.draw(TREES))}"
    target = root / "lost-page" / "playbook.yaml"
    target.write_text("\n".join(lines) + "\n")
    lint([target], today=TODAY)


@given(st.lists(st.integers(0, len(GOOD_LINES) - 1), max_size=6))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_shuffled_playbook_raises(tmp_path: Path, gone: list[int]) -> None:
    """The good playbook with lines missing is linted without a traceback."""
    if not (tmp_path / "playbooks").exists():
        copied(tmp_path)
    target = tmp_path / "playbooks" / "lost-page" / "playbook.yaml"
    target.write_text("\n".join(line for number, line in enumerate(GOOD_LINES) if number not in gone) + "\n")
    lint([target], today=TODAY)


@given(st.binary(max_size=200) | YAML_SIGNS.map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_file_makes_a_loader_raise_anything_else(tmp_path: Path, content: bytes) -> None:
    """Any bytes as playbook, registry, answers or story give the documented errors, or are read."""
    root = tmp_path / "playbooks"
    for name in ("odd/playbook.yaml", "facts/odd.yaml", "odd/stories/odd.yaml", "odd/answers.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    with contextlib.suppress(InvalidPlaybookError):
        load_playbook(root / "odd", [root])
    with contextlib.suppress(InvalidPlaybookError):
        load_registry(root)
    with contextlib.suppress(InvalidPlaybookError):
        load_story(root / "odd" / "stories" / "odd.yaml")
    with contextlib.suppress(InputError, InvalidAnswersError):
        load_answers(root / "odd" / "answers.yaml")
