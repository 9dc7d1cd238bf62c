"""The shipped letters: what can be known of them before a case exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover import content
from recover.packet.lint import lint_letter
from recover.playbook.loader import load_playbook, load_registry

LETTERS = sorted((content.templates_root() / "letters").glob("*.md"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_letter_has_no_problem(path: Path) -> None:
    """Every slot exists, nothing is printed that may be missing, nothing declared is left unused."""
    problems = lint_letter(path.read_text("utf-8"), path.name, load_playbook("hijacked-page"), load_registry())
    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_letter_neither_threatens_nor_accuses(path: Path) -> None:
    """A reviewer who is threatened stops reading; who did it is never a letter's business."""
    text = path.read_text("utf-8").lower()
    words = ("legal action", "court", "sue", "immediately", "state security", "police", "government", "hacker")
    assert [word for word in words if f" {word}" in text] == []


def test_channel_of_each_letter_exists() -> None:
    """Every channel that a step names for a letter is in the registry."""
    channels = {channel.id for channel in load_registry().channels}
    uses = [use for step in load_playbook("hijacked-page").steps for use in step.letters]
    assert uses
    assert {use.channel for use in uses if use.channel} <= channels
