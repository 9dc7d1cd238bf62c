"""For every playbook: a client who is the taker in disguise, or has no mandate, walks away with nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from recover import practice
from recover.desk.case import OpenCase
from recover.errors import RecoverError
from recover.playbook.loader import load_playbook, playbook_ids
from recover.playbook.stories import Story, load_story

PROVING = frozenset({"vetting", "mandate", "authority", "wish_known"})
"""Gates of which a taker, or somebody without a mandate, cannot open at least one."""

PROFILES = ("platform", "partner", "lawyer")


@lru_cache
def disguised() -> dict[str, tuple[Path, ...]]:
    """Return the stories of each playbook that end with such a gate held."""
    found: dict[str, list[Path]] = {}
    for path in practice.find_stories():
        story = load_story(path)
        if any(gate in PROVING and stands == "held" for gate, stands in story.expect.gates):
            found.setdefault(story.playbook, []).append(path)
    return {playbook: tuple(paths) for playbook, paths in found.items()}


def is_about_a_taker(story: Story) -> bool:
    """Say whether nothing went out in a story: one that is only not finished yet sends first and is held later."""
    return not any(act.answers.sent for act in story.acts)


def produced(case: OpenCase) -> list[str]:
    """Return everything a case would give away now: letters that can be written, packets that can leave."""
    found = []
    letters = {use.template for playbook in case.playbooks for step in playbook.steps for use in step.letters}
    for name in sorted(letters):
        try:
            case.letter(name)
        except RecoverError:
            continue
        found.append(f"letter {name}")
    for profile in PROFILES:
        try:
            case.plan_packet(profile)
        except RecoverError:
            continue
        found.append(f"packet for {profile}")
    return found


@pytest.mark.parametrize("playbook", playbook_ids())
def test_a_taker_gets_nothing_from_any_playbook(playbook: str) -> None:
    """Played to its end by the real engine, no letter can be written and no packet planned, by whatever name."""
    stories = [path for path in disguised().get(playbook, ()) if is_about_a_taker(load_story(path))]
    assert stories, f"{playbook} has no story of a taker in disguise or of a missing mandate"
    load_playbook(playbook)
    given: dict[str, list[str]] = {}
    for path in stories:
        story = load_story(path)
        with practice.practising(story) as begin:
            case, clock = begin()
            assert practice.play_acts(case, clock, story) == ()
            given[story.id] = produced(case)
    assert any(not found for found in given.values()), given
    assert all(not found for found in given.values()), given
