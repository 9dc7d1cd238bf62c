"""`recover letter` says how complete a letter is and what would raise it, `--control` what proves control."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recover import content
from tests.sessions.conftest import Run

EXAMPLE = content.content_root() / "playbooks" / "hijacked-page" / "answers-example.yaml"


@pytest.fixture
def example(run: Run) -> str:
    """A case made from the example answers, with four exhibits; returns its name."""
    made = run("start", "hijacked-page", "--practice", "--answers", EXAMPLE)
    assert made.code == 0, made
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])


def test_letter_says_what_would_raise_its_score(run: Run, example: str) -> None:
    """Below the text: points, what rests on somebody's word, and commands to paste; the text itself is unchanged."""
    shown = run("letter", example, "page-hijack-statement")
    assert shown.code == 0, shown
    assert "completeness: " in shown.err
    assert "what would raise it:" in shown.err
    assert f"recover answer {example}" in shown.err
    assert "completeness" not in shown.out


def test_json_has_every_line_of_the_score(run: Run, example: str) -> None:
    """`--json` carries the sum and its parts."""
    found = json.loads(run("letter", example, "page-hijack-statement", "--json").out)["completeness"]
    assert found["has"] == sum(line["has"] for line in found["lines"])
    assert found["most"] == sum(line["most"] for line in found["lines"])
    assert {"kind", "what", "has", "most", "because", "raises", "where"} == set(found["lines"][0])


def test_control_ranks_what_there_is_and_what_lacks(run: Run, example: str) -> None:
    """The strongest first, each with how sure that is, and where what lacks is found."""
    shown = run("letter", example, "--control")
    assert shown.code == 0, shown
    assert "good (D)  E04" in shown.out
    assert "missing  strong (A)" in shown.out
    found = json.loads(run("letter", example, "--control", "--json").out)
    assert found["case"] == example
    assert [each["platform"] for each in found["control"]] == ["facebook", "partner"]
    assert found["control"][0]["held"][0]["sources"]


def test_score_is_in_the_preview_and_in_no_packet(run: Run, example: str, tmp_path: Path) -> None:
    """The helper sees it before anything is written; nothing of it leaves."""
    shown = run("packet", example, "--for", "platform", "--out", tmp_path / "out", "--yes")
    assert shown.code == 0, shown
    assert "completeness " in shown.err
    texts = [path.read_text("utf-8") for path in sorted((tmp_path / "out").rglob("*.txt"))]
    assert texts
    assert not [text for text in texts if "completeness" in text.lower()]
