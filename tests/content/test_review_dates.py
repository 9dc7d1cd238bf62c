"""Past its review date a fact warns wherever a letter uses it: on the letter's screen, in the preview, in the manifest.

The first half looks at every letter that any playbook sends, by every way; the second plays a story of each playbook,
sets the clock past every review date and looks at what a helper would see.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recover import content, practice
from recover.case.state import fold
from recover.case.survey import Survey
from recover.desk.case import OpenCase
from recover.errors import RecoverError, RefusedError
from recover.packet.interface import Source
from recover.packet.letters import rests
from recover.packet.letters.front_matter import LetterTemplate, load_letter
from recover.packet.letters.rendering import render_letter
from recover.packet.manifest import manifest_bytes
from recover.playbook import layers
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from recover.playbook.model import Playbook
from recover.playbook.stories import load_story

REGISTRY = load_registry()
IDS = playbook_ids()
REVIEWED = (
    *(each.provenance.review_by for each in REGISTRY.channels),
    *(each.provenance.review_by for each in REGISTRY.rules),
    *(each.provenance.review_by for each in REGISTRY.clauses),
    *(each.provenance.review_by for each in REGISTRY.organisations),
)
AFTER_ALL = datetime.fromisoformat(max(REVIEWED)).replace(tzinfo=UTC) + timedelta(2)
LETTERS: dict[str, LetterTemplate] = {
    name.split(".")[0]: load_letter(path.read_text("utf-8"), f"letters/{name}")
    for name, path in sorted(layers.letter_files([content.playbooks_root()]).items(), key=lambda row: ".en." in row[0])
}
WITH_STORIES = sorted({path.parent.parent.name for path in practice.find_stories()})


def empty(playbook: Playbook) -> Source:
    """Return the ground of a case of which nothing is recorded yet."""
    survey = Survey(as_of=AFTER_ALL, zone="UTC", language="en", playbooks=(playbook,))
    return Source(fold([]), survey, (playbook,), REGISTRY, {}, AFTER_ALL)


@pytest.mark.parametrize("name", IDS)
def test_every_letter_names_the_old_facts_it_rests_on(name: str) -> None:
    """Each way of each letter: the channel, who stands there, each clause it points to, the date it keeps."""
    playbook = load_playbook(name)
    source = empty(playbook)
    today = rests.today_of(source)
    for step in playbook.steps:
        for use in step.letters:
            template = LETTERS[use.template]
            channel = next((each for each in REGISTRY.channels if each.id == use.channel), None)
            told = "\n".join(rests.remarks(rests.facts_of_letter(source, template, channel), REGISTRY, today))
            wanted = {f"the clause {slot.of[0]}" for slot in template.slots if slot.source == "clause"}
            if channel is not None:
                wanted |= {f"the channel {channel.id}"}
                wanted |= {f"the organisation {channel.organisation}"} if channel.organisation else set()
            for fact in wanted:
                assert f"{fact} should have been reviewed by" in told, (step.id, use.template, fact)


@pytest.mark.parametrize("name", IDS)
def test_a_fact_within_its_date_does_not_warn(name: str) -> None:
    """On the last day it may be used nothing is said: warnings that always stand there are not read."""
    playbook = load_playbook(name)
    source = replace(empty(playbook), as_of=datetime(2026, 11, 24, tzinfo=UTC))
    for step in playbook.steps:
        for use in step.letters:
            template = LETTERS[use.template]
            channel = next((each for each in REGISTRY.channels if each.id == use.channel), None)
            facts = rests.facts_of_letter(source, template, channel)
            assert rests.past_review(facts, "2026-11-24") == ()


def test_every_letter_that_is_offered_is_there() -> None:
    """A letter without a text would escape the two tests above."""
    used = {use.template for name in IDS for step in load_playbook(name).steps for use in step.letters}
    assert used <= set(LETTERS)


def longest_story(name: str) -> Path:
    """Return the story of a playbook in which most happens."""
    return max(practice.find_stories([name]), key=lambda path: path.stat().st_size)


@contextlib.contextmanager
def played(name: str) -> Iterator[OpenCase]:
    story = load_story(longest_story(name))
    with practice.practising(story) as begin:
        case, clock = begin()
        practice.play_acts(case, clock, story)
        yield case


@pytest.mark.parametrize("name", WITH_STORIES)
def test_years_later_every_screen_of_a_story_names_its_old_facts(name: str) -> None:
    """Each letter that can be made, each packet that can be planned, and its manifest; the case's own warnings too."""
    with played(name) as case:
        source = case.source(AFTER_ALL)
        rules = {item.rule for item in source.survey.due if item.rule}
        warned = "\n".join(source.survey.warnings)
        assert all(rule in warned for rule in rules)
        made = 0
        for state in source.survey.letters:
            with contextlib.suppress(RecoverError):
                letter = render_letter(source, state.name)
                made += 1
                told = "\n".join(letter.careful)
                if letter.channel:
                    assert f"the channel {letter.channel} should have been reviewed by" in told
                    assert letter.channel in warned
        for profile in practice.PROFILES:
            with contextlib.suppress(RefusedError):
                plan = case.plan_packet(profile, as_of=AFTER_ALL)
                _check_packet(plan)
        assert made or not any(state.is_offered for state in source.survey.letters)


def _check_packet(plan: object) -> None:
    from recover.packet.interface import PacketPlan

    assert isinstance(plan, PacketPlan)
    warned = "\n".join(plan.warnings)
    for letter in plan.letters:
        for remark in letter.careful:
            assert f"{letter.name}: {remark}" in warned
        if letter.channel:
            assert ("channel", letter.channel) in {(what, id_) for what, id_, _ in plan.old_facts}
    manifest = manifest_bytes(plan, (), (), (), ()).decode()
    assert all(f'"id": "{id_}"' in manifest for _, id_, _ in plan.old_facts)
    assert bool(plan.old_facts) == ("past_review" in manifest)
    assert not re.search(r"past_review\": \[\]", manifest)
