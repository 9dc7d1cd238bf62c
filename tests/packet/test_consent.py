"""The client's word: missing, taken back, past its day or not covering something: nothing leaves, and why is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from recover.case import entries as e
from recover.errors import RefusedError
from recover.packet.interface import Source
from recover.packet.letters.rendering import LetterHeld, render_letter
from recover.packet.plan import plan_packet
from tests.packet import cases
from tests.packet.test_profiles import source

READERS = ("platform", "partner", "lawyer", "police", "press")


def refusal(made: Source, profile: str, **more: object) -> RefusedError:
    """Return how a packet is refused."""
    with pytest.raises(RefusedError) as refused:
        plan_packet(made, profile, **more)  # type: ignore[arg-type]  # test shorthand
    assert refused.value.exit_code == 4
    return refused.value


@pytest.mark.parametrize("profile", READERS)
def test_consent_that_is_missing_names_the_question(profile: str) -> None:
    """Without the client's word nothing leaves, and the hint is the command that records it."""
    given = {**cases.without(cases.ANSWERS, f"intake.consent_{profile}")}
    made = source()
    state = source(given).state
    facts = {key: record for key, record in state.facts.items() if key.fact != f"intake.consent_{profile}"}
    error = refusal(replace(made, state=replace(state, facts=facts)), profile)
    assert "has not agreed" in error.message
    assert error.hint == f"recover answer amber-heron intake.consent_{profile}"


@pytest.mark.parametrize("profile", READERS)
def test_consent_that_was_taken_back_says_when(profile: str) -> None:
    """Whoever said yes and then no took it back; the refusal has the day."""
    made = source(more=[e.Answered(f"intake.consent_{profile}", "given", "no")])
    assert "took back on 2026-08-10" in refusal(made, profile).message


@pytest.mark.parametrize("profile", READERS)
@pytest.mark.parametrize(("until", "is_over"), [("2026-10-12", True), ("2026-10-13", False), ("2027-01-01", False)])
def test_consent_ends_after_its_last_day(profile: str, until: str, is_over: bool) -> None:
    """The last day counts, in the case's zone; from the next one on the packet is refused with the day."""
    made = source({f"intake.consent_{profile}_until": until})
    if not is_over:
        assert plan_packet(made, profile).profile == profile
        return
    error = refusal(made, profile)
    assert until in error.message
    assert error.hint.endswith(f"intake.consent_{profile}_until")


def test_last_day_is_the_clients_day() -> None:
    """At 21:00 UTC it is already tomorrow in Baku, and yesterday's consent is over."""
    made = source({"intake.consent_lawyer_until": "2026-10-13"})
    late = replace(made, as_of=datetime(2026, 10, 13, 21, 0, tzinfo=UTC))
    assert "2026-10-13" in refusal(late, "lawyer").message
    assert plan_packet(made, "lawyer").profile == "lawyer"


def test_case_that_never_asked_is_refused() -> None:
    """A case opened before there was a question about the police sends them nothing; the hint leads to one."""
    error = refusal(cases.source(), "police")
    assert "no question" in error.message
    assert "upgrade" in error.hint


def test_class_out_of_scope_does_not_leave_even_ticked() -> None:
    """An ID that the client ruled out for the platform is refused when ticked, and named among what stays."""
    made = source({"intake.consent_platform_without": ["identity"]})
    assert "client does not want" in refusal(made, "platform", ticked=("E07",)).message
    left = {row.name: row.why for row in plan_packet(made, "platform").left_out}
    assert "client does not want" in left["E07"]


def test_class_out_of_scope_is_not_cited_either() -> None:
    """An exhibit of a class that the client ruled out is not named in a letter: its number would be asked for."""
    personal = cases.exhibit("E09", "receipt", "Receipt 4", class_="personal", fulfils=("proof.receipts",))
    assert "E09" in render_letter(source(more=[personal]), "test-letter").text
    limited = source({"intake.consent_platform_without": ["personal"]}, more=[personal])
    assert "E09" not in render_letter(limited, "test-letter").text


def test_other_accounts_out_of_scope_are_in_no_letter_event_or_list() -> None:
    """A client who agreed for the contested account alone sends nothing about another one."""
    event = e.EventRecorded(
        "2026-10-09",
        "100064000000102 was unpublished too",
        "screen",
        "documented",
        exhibits=("E01",),
        marks=("attack",),
    )
    limits = {
        "intake.consent_platform_without": ["other_accounts"],
        "intake.consent_lawyer_without": ["other_accounts"],
    }
    for profile in ("platform", "lawyer"):
        whole = str([each.blocks for each in plan_packet(source(events=(*cases.EVENTS, event)), profile).documents])
        assert "100064000000102" in whole
        plan = plan_packet(source(limits, events=(*cases.EVENTS, event)), profile)
        assert "100064000000102" not in str([each.blocks for each in plan.documents])
        assert "100064000000102" not in plan.accounts


def test_letter_that_names_another_account_is_refused() -> None:
    """A letter whose text would go beyond the client's word is held with the account it names."""
    body = "{{ changes }}"
    front = "needs: [page.changes]\nslots: {changes: {fact: page.changes}}\n"
    given = {"page.changes": "all of 100064000000102", "intake.consent_platform_without": ["other_accounts"]}
    letters = {"test-letter": cases.letter(body, front)}
    with pytest.raises(LetterHeld, match="100064000000102") as held:
        render_letter(source(given, letters=letters), "test-letter")
    assert held.value.exit_code == 4
    assert [hold.kind for hold in held.value.holds] == ["consent"]


@pytest.mark.parametrize(
    ("answer", "words"), [({"intake.consent_platform": "no"}, "has not agreed"), ({}, "that day has passed")]
)
def test_letter_is_held_when_the_word_behind_it_is_gone(answer: dict[str, object], words: str) -> None:
    """A letter to a platform is not made for a client who said no, or whose yes has run out."""
    limit = {} if answer else {"intake.consent_platform_until": "2026-10-01"}
    with pytest.raises(LetterHeld, match=words) as held:
        render_letter(source({**answer, **limit}), "test-letter")
    assert held.value.exit_code == 4


def test_copy_for_the_lawyer_needs_the_word_about_the_lawyer() -> None:
    """The platform's consent has run out; the lawyer, whom the client still wants, reads the letter all the same."""
    made = source({"intake.consent_platform_until": "2026-10-01"})
    assert [letter.name for letter in plan_packet(made, "lawyer").letters] == ["test-letter"]


def test_platform_the_client_did_not_name_gets_nothing() -> None:
    """Consent for one platform is none for another."""
    made = source({"intake.consent_platform_to": ["tiktok"]})
    error = refusal(made, "platform")
    assert "not Meta" in error.message
    assert error.hint.endswith("intake.consent_platform_to")
