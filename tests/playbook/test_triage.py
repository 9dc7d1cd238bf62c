"""Triage: which playbooks fit what happened, and what a trainer may write about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover import content
from recover.playbook import loader, triage
from recover.playbook.lint import lint
from recover.playbook.triage import Answers

OUTLINES = loader.load_outlines()
FIRST, QUESTIONS = loader.load_triage()


def proposed(answers: Answers) -> list[str]:
    """Return the ids that are proposed for some answers, in order."""
    return [each.playbook.id for each in triage.propose(OUTLINES, QUESTIONS, answers)]


def test_a_client_never_hears_more_than_six_questions() -> None:
    """Whatever is answered, after six questions the proposals stand."""
    everything: dict[str, object] = {}
    asked = 0
    while (fact := triage.next_question(QUESTIONS, everything)) is not None:
        everything[fact.id] = [choice.value for choice in fact.choices]
        asked += 1
    assert asked <= triage.MOST_QUESTIONS


def test_every_shipped_playbook_can_be_proposed() -> None:
    """A playbook that triage never finds is one that a helper without its name never sees."""
    everything = {fact.id: [choice.value for choice in fact.choices] for fact in QUESTIONS}
    assert set(proposed(everything)) == {each.id for each in OUTLINES}


def test_what_is_said_first_stands_on_most_cards_word_for_word() -> None:
    """Where a card says it too, it says it in the same words, so that nobody hears it twice."""
    cards = [each.first_aid for each in OUTLINES]
    assert len(FIRST) == 3
    for line in FIRST:
        assert sum(line in card for card in cards) > len(cards) / 2, line


def test_nothing_is_proposed_for_nothing() -> None:
    """Unknown answers propose nothing: only what was said counts."""
    assert proposed({}) == []


@pytest.mark.parametrize("pressure", ["summoned", "fined", "false_statement"])
def test_pressure_without_a_touched_account_proposes_no_appeal_to_a_platform(pressure: str) -> None:
    """A summons, fine or false statement alone leads to playbooks none of whose letters goes to a platform."""
    found = proposed({"triage.what": ["pressed"], "triage.where": ["none"], "triage.pressure": [pressure]})
    readers = {each.id: each.to for each in loader.load_registry().channels}
    letters = [use for each in found for step in loader.load_playbook(each).steps for use in step.letters]
    assert letters
    assert {readers[each.channel] for each in letters} <= {"an office", "lawyer", "newsroom", "partner organisation"}


def test_each_proposal_says_which_answers_speak_for_it() -> None:
    """The reason is made of the labels that were chosen, and of no others."""
    answers = {"triage.what": ["locked_out", "ready"], "triage.where": ["instagram", "x"]}
    reasons = {each.playbook.id: each.because for each in triage.propose(OUTLINES, QUESTIONS, answers)}
    assert reasons["hijacked-instagram"] == ("Somebody else is in, or the owner cannot get in", "Instagram")


def own_playbook(folder: Path, lines: str) -> Path:
    """Write a copy of the phishing playbook with another `triage:` below a folder of one's own."""
    shipped = content.playbooks_root() / "phishing-app" / "playbook.yaml"
    text = shipped.read_text("utf-8")
    head, _, rest = text.partition("triage:\n")
    rest = rest[rest.index("\ninclude:") :]
    path = folder / "phishing-app" / "playbook.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f"{head}triage:\n  says: I was tricked.\n{lines}{rest}", "utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("  when: \"'appp' in triage.trick\"\n", "E062"),
        ("  when: \"'app' in triage.tricks\"\n", "E061"),
        ("  when: intake.safe_to_talk == 'yes'\n", "E061"),
        ("  rank: 12\n", "E026"),
        ("  rank: first\n", "E026"),
    ],
)
def test_a_mistake_in_triage_is_told_with_its_line(tmp_path: Path, lines: str, code: str) -> None:
    """A condition that could never be true is an error at its place, not a playbook nobody finds."""
    path = own_playbook(tmp_path, lines)
    wanted = next(n for n, row in enumerate(path.read_text("utf-8").splitlines(), 1) if row == lines.rstrip("\n"))
    found = [(each.code, each.line) for each in lint([path]) if each.severity == "error"]
    assert found == [(code, wanted)]


def test_a_seventh_question_and_one_to_type_are_refused(tmp_path: Path) -> None:
    """Triage stays short and is picked from lists."""
    shipped = content.playbooks_root() / "shared" / "triage.yaml"
    more = "  seventh: {type: text, ask: Anything else?, why: None., optional: true}\n\nsteps:"
    path = tmp_path / "shared" / "triage.yaml"
    path.parent.mkdir()
    path.write_text(
        shipped.read_text("utf-8").replace("\nsteps:", more).replace("pressure, trick]", "pressure, trick, seventh]")
    )
    found = [each.message for each in lint([path]) if each.code == "E105"]
    assert found == ["triage asks at most 6 questions", "a triage question is something to pick, not a text"]
