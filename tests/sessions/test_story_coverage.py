"""`recover playbook test` says how much of a playbook its stories touch, and can insist on it."""

from __future__ import annotations

import json

from tests.cli.runner import recover

STORY = "not-now"
"""The shortest shipped story: the client cannot talk, and nothing more happens."""


def test_what_no_story_touches_is_named() -> None:
    """Shares, counts and the points left out are printed; without --least nothing fails."""
    result = recover("playbook", "test", STORY)
    assert result.code == 0, result
    assert "steps" in result.out
    assert "not touched: " in result.out
    assert "with what it includes" in result.out


def test_too_little_is_an_error_that_says_how_much() -> None:
    """With --least a share below it ends with 30, names the playbook and gives each short share."""
    result = recover("playbook", "test", STORY, "--least", "90")
    assert result.code == 30
    assert "less than 90 %" in result.err
    assert "steps" in result.err
    assert "outcomes" in result.err


def test_coverage_is_there_for_programs() -> None:
    """JSON gives stories, shares as counts, and the points with their kinds."""
    found = json.loads(recover("playbook", "test", STORY, "--json").out)
    (coverage,) = found["coverage"]
    assert [story["story"] for story in found["stories"]] == [STORY]
    assert set(coverage["own"]) == {"steps", "complete", "branches", "outcomes"}
    assert 0 < coverage["whole"]["steps"]["touched"] < coverage["whole"]["steps"]["of"]
    assert {point["kind"] for point in coverage["untouched"]} == {"step", "branch", "outcome"}
    assert found["groups"] == []
