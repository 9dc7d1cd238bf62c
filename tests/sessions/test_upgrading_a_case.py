"""`recover case upgrade` typed: an open case beside a changed playbook of one's own folder."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from recover import content
from tests.cli.runner import Result
from tests.sessions.conftest import Run

QUESTION = """
facts:
  page_language:
    type: choice
    ask: In which language does the Page mostly post?
    why: A reviewer who reads the language can be asked for.
    choices: {az: Azerbaijani, other: Another one}
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """An own folder in which hijacked-page has one more question and a raised version."""
    folder = tmp_path / "own"
    shutil.copytree(content.playbooks_root() / "hijacked-page", folder / "hijacked-page")
    path = folder / "hijacked-page" / "playbook.yaml"
    text = re.sub(r"(?m)^version: .*$", "version: 9.0.0", path.read_text("utf-8"))
    text = text.replace("\nfacts:\n", QUESTION, 1).replace("ask: [page]", "ask: [page, page_language]", 1)
    path.write_text(text, "utf-8")
    return folder


def accepted(run: Run, newer: Path) -> None:
    """Confirm what the own folder changes, as whoever read it would."""
    shown = run("--playbooks", newer, "playbook", "accept")
    digest = re.findall(r"--digest (\w+)", shown.err)
    if digest:
        assert run("--playbooks", newer, "playbook", "accept", "--digest", digest[0]).code == 0


def upgrade(run: Run, newer: Path, case: str, *words: str, typed: str = "") -> Result:
    return run("--playbooks", newer, "case", "upgrade", case, *words, typed=typed)


def test_explaining_changes_nothing(run: Run, case: str, newer: Path) -> None:
    """What is new is said in words and as JSON; the log is as long as before."""
    accepted(run, newer)
    before = run("case", "show", case, "--log").out
    told = upgrade(run, newer, case, "--explain")
    assert told.code == 0, told
    assert "hijacked-page: 1." in told.out
    assert "→ 9.0.0" in told.out
    assert "In which language does the Page mostly post?" in told.out
    assert "answers that carry over: 2" in told.out
    found = json.loads(upgrade(run, newer, case, "--explain", "--json").out)
    assert found["new_questions"] == ["In which language does the Page mostly post?"]
    assert run("case", "show", case, "--log").out == before


def test_where_nothing_changes_nothing_is_to_be_decided(run: Run, case: str) -> None:
    """No command that would ask is named where there is no difference to decide about."""
    told = run("case", "upgrade", case, "--explain")
    assert told.code == 0, told
    assert "nothing changes for this case" in told.out
    assert "keep, adopt" not in told.said


def test_a_person_is_asked_and_keeping_is_the_default(run: Run, case: str, newer: Path) -> None:
    """Enter keeps the present playbook; 2 adopts the newer one, and the case goes on with it."""
    accepted(run, newer)
    kept = upgrade(run, newer, case, typed="\n")
    assert kept.code == 0, kept
    assert "kept as it is" in kept.out + kept.err
    assert "hijacked_page.page_language" not in run("answer", case).out
    adopted = upgrade(run, newer, case, typed="2\n")
    assert adopted.code == 0, adopted
    assert "hijacked_page.page_language" in run("answer", case).out
    again = upgrade(run, newer, case)
    assert "nothing changes for this case" in again.out


def test_scripts_choose_without_being_asked(run: Run, case: str, newer: Path) -> None:
    """--choose and --section do it in one line; a wrong word is exit 2 and records nothing."""
    accepted(run, newer)
    assert upgrade(run, newer, case, "--choose", "maybe").code == 2
    assert upgrade(run, newer, case, "--choose", "adopt", "--section", "intake").code == 2
    assert upgrade(run, newer, case, "--choose", "restart", "--section", "nowhere").code == 2
    assert "hijacked_page.page_language" not in run("answer", case).out
    done = upgrade(run, newer, case, "--choose", "restart", "--section", "intake", "--json")
    assert json.loads(done.out)["choice"] == "restart"
    assert "hijacked_page.page_language" in run("answer", case).out


def test_a_gone_question_keeps_its_answer_on_the_screen(run: Run, case: str, newer: Path) -> None:
    """After going back to a playbook without the question, `case show` still says what was answered."""
    accepted(run, newer)
    upgrade(run, newer, case, "--choose", "adopt")
    assert run("answer", case, "hijacked_page.page_language", "az").code == 0
    assert run("--playbooks", "none", "case", "upgrade", case, "--choose", "adopt").code == 0
    shown = run("case", "show", case).out
    assert "answers to questions that are no longer asked" in shown
    assert "hijacked_page.page_language: az" in shown
