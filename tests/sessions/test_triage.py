"""`recover start` without a name: a few questions, the playbooks that fit, one case that follows several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import Result
from tests.sessions.conftest import Run

QUESTIONS = ("What happened?", "Which accounts or places", "What of this is true", "What did the platform do")


def name_in(result: Result) -> str:
    """Return the two words of the case that was just opened."""
    return result.err.split("This case is called ")[1].split()[0]


def follows(run: Run, case: str) -> str:
    """Return the playbooks of a case, as `case list` shows them."""
    (row,) = [row for row in json.loads(run("case", "list", "--json").out) if row["name"] == case]
    return ", ".join(row["playbooks"])


def test_what_holds_for_everybody_is_said_before_the_first_question(run: Run) -> None:
    """Nobody has to answer anything to hear that nothing is deleted and nobody is paid."""
    result = run("start", typed="")
    assert result.code == 130
    for said in ("Can you talk safely now?", "Delete nothing", "Pay nobody"):
        assert result.err.index(said) < result.err.index(QUESTIONS[0])


def test_several_playbooks_are_proposed_with_their_reasons_and_run_in_one_case(run: Run) -> None:
    """Whoever lost an Instagram account and had posts removed gets both, and one intake."""
    result = run("start", "--practice", typed="1, 2\n3\n3\n1\n\nstop\n")
    proposed = result.err.split("What fits")[1].split("First aid")[0]
    assert "Hijacked Instagram account: Somebody else is in" in " ".join(proposed.split())
    assert "Mass reports: The platform removed" in " ".join(proposed.split())
    case = name_in(result)
    assert follows(run, case) == "hijacked-instagram, mass-report"
    standing = json.loads(run("case", "show", case, "--json").out)
    steps = [row["id"] for row in standing["steps"]]
    assert len(steps) == len(set(steps))
    assert "intake.safety" in steps
    assert "mass-report:intake.safety" not in steps


def test_what_was_said_at_the_start_stands_in_the_log(run: Run) -> None:
    """Whoever takes the case over reads what was asked and answered before it had a name."""
    case = name_in(run("start", "--practice", typed="1\n3\n3\ny\nstop\n"))
    log = run("case", "show", case, "--log").out
    assert "Said at the start. What happened? Somebody else is in" in log


def test_only_what_is_needed_is_asked(run: Run) -> None:
    """A client who was summoned is not asked about lost accounts and removed posts."""
    result = run("start", typed="7\n10\n3\n")
    assert "What kind of pressure?" in result.err
    assert not any(question in result.err for question in QUESTIONS[2:])


@pytest.mark.parametrize("typed", ["skip\nskip\n", "don't know\ndon't know\n"])
def test_without_answers_every_playbook_is_offered_in_the_clients_words(run: Run, typed: str) -> None:
    """Not knowing what happened never ends in nothing."""
    result = run("start", typed=typed)
    assert "Nothing fits these answers by itself" in result.err
    assert ") Our Facebook Page was taken" in result.err


def test_a_proposal_may_be_refused(run: Run) -> None:
    """The helper decides: another playbook than the proposed ones can be taken."""
    result = run("start", "--practice", typed="1\n3\n3\nno\nstop\n")
    assert ") Our Facebook Page was taken" in result.err


def test_a_case_takes_up_another_playbook_later_and_keeps_its_answers(run: Run, case: str) -> None:
    """What the client said for the first playbook is not asked again for the second."""
    before = json.loads(run("answer", case, "--json").out)["questions"]
    result = run("case", "follow", case, "mass-report")
    assert result.code == 0, result
    assert "First aid" in result.err
    assert follows(run, case) == "hijacked-page, mass-report"
    after = {row["fact"]: row for row in json.loads(run("answer", case, "--json").out)["questions"]}
    assert all(after[row["fact"]]["value"] == row["value"] for row in before)
    assert any(fact.startswith("mass_report.") for fact in after)
    again = run("case", "follow", case, "mass-report")
    assert again.code == 2
    assert "recover case upgrade" in again.err


def test_an_answers_file_takes_one_playbook(run: Run, tmp_path: object) -> None:
    """With two names it is not clear whose questions the file answers; the refusal says how to get both."""
    result = run("start", "hijacked-page", "mass-report", "--answers", f"{tmp_path}/answers.yaml")
    assert result.code == 2
    assert "recover case follow" in result.err


def test_two_accounts_are_two_cases_unless_somebody_says_they_are_one(run: Run) -> None:
    """After-care, tickets and letters of one account are never mixed with another's; the other case is named."""
    apart = run("start", "--practice", typed="1\n1, 2\n3\n\nno\nstop\n")
    assert "Is “Hijacked Facebook Page” about the same account" in " ".join(apart.err.split())
    assert follows(run, name_in(apart)) == "hijacked-profile"
    assert "recover start hijacked-page" in apart.err
    together = run("start", "--practice", typed="1\n1, 2\n3\n\nyes\nstop\n")
    assert follows(run, name_in(together)) == "hijacked-profile, hijacked-page"


def test_a_second_account_in_one_case_needs_a_word(run: Run, case: str) -> None:
    """By command, the same refusal: exit 2, both ways on in the hint, and nothing recorded."""
    before = run("case", "show", case, "--log").out
    refused = run("case", "follow", case, "hijacked-profile")
    assert refused.code == 2
    assert "recover start hijacked-profile" in refused.err
    assert "--same-account" in refused.err
    assert run("case", "show", case, "--log").out == before
    assert run("case", "follow", case, "hijacked-profile", "--same-account").code == 0
    assert run("start", "hijacked-page", "hijacked-profile", "--practice").code == 2


def test_a_copy_with_the_title_of_its_original_is_told_apart(run: Run, tmp_path: Path) -> None:
    """Whoever adapted a playbook sees both, each with its id."""
    assert run("playbook", "new", "our-summons", "--from", "summons", "--in", tmp_path / "own").code == 0
    told = run("--playbooks", tmp_path / "own", "start", typed="7\n10\n3\n").said
    assert "Summons or warning (our-summons)" in told
    assert "Summons or warning (summons)" in told
