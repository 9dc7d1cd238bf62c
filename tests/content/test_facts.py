"""The shipped facts: where each comes from, and until when it may be trusted."""

from __future__ import annotations

from datetime import date

import pytest

from recover.playbook.loader import load_registry
from recover.playbook.model import Certainty, Provenance

REGISTRY = load_registry()
PROVENANCE: dict[str, Provenance] = {
    **{channel.id: channel.provenance for channel in REGISTRY.channels},
    **{rule.id: rule.provenance for rule in REGISTRY.rules},
    **{clause.id: clause.provenance for clause in REGISTRY.clauses},
}
NOTES: dict[str, str] = {
    **{channel.id: channel.note for channel in REGISTRY.channels},
    **{rule.id: rule.note for rule in REGISTRY.rules},
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
