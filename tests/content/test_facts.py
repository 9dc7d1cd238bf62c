"""The shipped facts: where each comes from, and until when it may be trusted."""

from __future__ import annotations

from datetime import date

import pytest

from recover.playbook.loader import load_registry
from recover.playbook.model import Certainty, Organisation, Provenance
from recover.practice import find_stories

REGISTRY = load_registry()
PROVENANCE: dict[str, Provenance] = {
    **{channel.id: channel.provenance for channel in REGISTRY.channels},
    **{rule.id: rule.provenance for rule in REGISTRY.rules},
    **{clause.id: clause.provenance for clause in REGISTRY.clauses},
    **{f"organisation {each.id}": each.provenance for each in REGISTRY.organisations},
}
NOTES: dict[str, str] = {
    **{channel.id: channel.note for channel in REGISTRY.channels},
    **{rule.id: rule.note for rule in REGISTRY.rules},
    **{f"organisation {each.id}": each.note for each in REGISTRY.organisations},
}
LONGEST_DAYS = {Certainty.A: 190, Certainty.B: 125, Certainty.C: 125, Certainty.D: 65}


@pytest.mark.parametrize("name", PROVENANCE)
def test_less_certain_facts_are_reviewed_sooner(name: str) -> None:
    """A platform's own text holds for half a year; what nobody could confirm, for two months."""
    fact = PROVENANCE[name]
    days = (date.fromisoformat(fact.review_by) - date.fromisoformat(fact.checked_on)).days
    assert 0 < days <= LONGEST_DAYS[fact.certainty]


@pytest.mark.parametrize("name", PROVENANCE)
def test_every_fact_names_its_source(name: str) -> None:
    """A fact without a source is a rumour."""
    assert all(source.strip() for source in PROVENANCE[name].sources)
    assert PROVENANCE[name].sources


@pytest.mark.parametrize("name", [name for name in NOTES if PROVENANCE[name].certainty is Certainty.D])
def test_unconfirmed_facts_say_so(name: str) -> None:
    """What is not confirmed says so where a helper reads it."""
    words = NOTES[name].lower()
    assert any(said in words for said in ("unconfirmed", "not confirmed", "house rule", "no published"))


@pytest.mark.parametrize("organisation", REGISTRY.organisations, ids=lambda each: each.id)
def test_organisations_say_what_they_are_not_for_and_name_no_contact(organisation: Organisation) -> None:
    """A wrong door costs weeks; and a contact that is shipped would be old when it is needed."""
    assert organisation.not_for
    assert not organisation.contact
    text = f"{organisation.title} {organisation.does} {organisation.not_for} {organisation.who} {organisation.note}"
    assert "@" not in text
    assert "://" not in text


def test_trusted_flaggers_are_no_route_for_accounts() -> None:
    """Partners are mixed up with trusted flaggers again and again; the row says that it is a mistake."""
    (flagger,) = [each for each in REGISTRY.organisations if each.kind == "trusted-flagger"]
    assert "taken over" in flagger.not_for
    assert not [each.id for each in REGISTRY.channels if each.organisation == flagger.id]


def test_every_story_has_a_name_of_its_own() -> None:
    """`recover practice NAME` means one story, whatever playbook it belongs to."""
    names = [path.stem for path in find_stories()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
