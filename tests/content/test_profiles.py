"""The shipped profiles name questions that are asked somewhere, and scenarios build for every reader who may read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import pytest
from pypdf import PdfReader

from recover import content, practice
from recover.desk import leaving
from recover.desk.case import OpenCase
from recover.errors import RefusedError
from recover.packet.interface import PacketFile, PacketPlan
from recover.packet.named import text_of
from recover.packet.readers.disclosure import FactRules
from recover.packet.readers.profiles import PROFILES_PATH, load_profiles
from recover.playbook.loader import load_playbook, playbook_ids
from recover.playbook.model import Fact
from recover.playbook.stories import load_story

PROFILES = load_profiles({PROFILES_PATH: (content.templates_root() / PROFILES_PATH).read_text("utf-8")})


@pytest.fixture(scope="module")
def facts() -> Mapping[str, Fact]:
    """Return every question of every shipped playbook."""
    return {fact.id: fact for name in playbook_ids() for fact in load_playbook(name).facts}


@pytest.mark.parametrize("profile", sorted(PROFILES.by_id))
def test_every_rule_of_a_profile_names_something(profile: str, facts: Mapping[str, Fact]) -> None:
    """A rule that matches no question of any playbook is a typing error, which under deny would leak."""
    rules = PROFILES.get(profile).facts
    for selector in (*rules.allow, *rules.deny):
        only = FactRules((selector,))
        assert selector.startswith("type:") or any(only.permits(fact) for fact in facts.values()), selector


@pytest.mark.parametrize("name", ["platform", "partner", "lawyer", "police", "press"])
def test_consent_of_a_reader_can_have_limits(name: str, facts: Mapping[str, Fact]) -> None:
    """Each consent has a question, a last day and exceptions; exceptions are classes of exhibits or other accounts."""
    fact = next(each for each in facts.values() if each.means == f"consent-{name}")
    assert f"{fact.id}_until" in facts
    values = {choice.value for choice in facts[f"{fact.id}_without"].choices}
    assert values <= {"other_accounts", "personal", "identity", "health", "biometric"}


def test_platforms_of_the_consent_are_those_of_the_profiles(facts: Mapping[str, Fact]) -> None:
    """A client can agree to exactly the platforms a packet can be for."""
    values = {choice.value for choice in facts["intake.consent_platform_to"].choices}
    assert values == {each.id for each in PROFILES.platforms}


# --- scenarios 1, 3 and 4 for every reader --------------------------------------------------------------------------

STORIES = ("neighbour-voices", "fototakip", "letna-9")
NEVER = {
    "neighbour-voices": ("AZE00000000", "1 March 2017"),
    "fototakip": ("Selin", "Baran", "Gülizar", "https://kripto-kazanc.example", "state body"),
    "letna-9": ("the holder's parents", "https://tme.example", "trusted flagger"),
}
REFUSED = {("fototakip", "partner"), ("fototakip", "press")}
"""Readers to whom the client of a story did not agree."""
TICKETS = {
    "neighbour-voices": ("FB-551201", "FB-559877", "AP-77810"),
    "fototakip": (),
    "letna-9": ("FB-8Q2X11", "L 12345"),
}


@pytest.fixture(scope="module", params=STORIES)
def played(request: pytest.FixtureRequest) -> Iterator[tuple[str, OpenCase]]:
    """Play one story to its end."""
    story = load_story(practice.find_stories([request.param])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, story) == ()
        yield request.param, case


def _printed(plan: PacketPlan, files: tuple[PacketFile, ...]) -> str:
    """Return the words of a packet as its documents have them, and again as its PDF and text files do."""
    parts = [text_of(plan)]
    for file in files:
        if file.path.endswith(".pdf") and not file.exhibit:
            parts += [page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages]
        elif file.path.endswith((".txt", ".csv", ".ics", ".html", ".json")):
            parts.append(file.content.decode("utf-8", "replace"))
    return "\n".join(parts)


@pytest.mark.parametrize("profile", ["platform", "partner", "lawyer", "victim", "police", "press"])
def test_scenario_builds_for_every_reader_with_consent(played: tuple[str, OpenCase], profile: str) -> None:
    """A packet is built or refused for want of consent; what must never leave is in none of its files."""
    name, case = played
    if (name, profile) in REFUSED:
        with pytest.raises(RefusedError, match="agreed"):
            case.plan_packet(profile)
        return
    plan = case.plan_packet(profile)
    said = _printed(plan, leaving.build(case, plan))
    for words in NEVER[name]:
        assert words not in said
    if profile in ("police", "press"):
        for words in (*TICKETS[name], "Helpline Example", "helpline"):
            assert words not in said
        assert not {each.sensitivity_class for each in plan.exhibits} - {"ordinary"}
    for person in plan.names:
        assert person.casefold() in said.casefold()
