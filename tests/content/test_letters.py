"""The shipped letters: what can be known of them before a case exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover import content
from recover.packet.letters.lint import lint_letter
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from recover.playbook.model import Playbook

LETTERS = sorted((content.templates_root() / "letters").glob("*.md"))
PLAYBOOKS = {name: load_playbook(name) for name in playbook_ids()}


def users_of(path: Path) -> list[Playbook]:
    """Return the playbooks that offer a letter in one of their steps."""
    name = path.name.split(".")[0]
    return [each for each in PLAYBOOKS.values() if any(use.template == name for s in each.steps for use in s.letters)]


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_letter_has_no_problem(path: Path) -> None:
    """In every playbook that offers it: every slot exists, nothing missing is printed, nothing declared is unused."""
    users = users_of(path)
    assert users
    for playbook in users:
        problems = lint_letter(path.read_text("utf-8"), path.name, playbook, load_registry(), users)
        assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_letter_neither_threatens_nor_accuses(path: Path) -> None:
    """A reviewer who is threatened stops reading; who did it is never a letter's business."""
    text = path.read_text("utf-8").lower()
    words = ("legal action", "court", "sue", "immediately", "state security", "police", "government", "hacker")
    assert [word for word in words if f" {word}" in text] == []


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=lambda playbook: playbook.id)
def test_channel_of_each_letter_exists(playbook: Playbook) -> None:
    """Every channel that a step names for a letter is in the registry."""
    channels = {channel.id for channel in load_registry().channels}
    uses = [use for step in playbook.steps for use in step.letters]
    assert uses
    assert {use.channel for use in uses if use.channel} <= channels
