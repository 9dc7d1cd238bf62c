"""`recover playbook walk`: from the command line, over shipped playbooks and over a trainer's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import recover

OWN = """\
playbook: lost-way
version: 1.0.0
reviewed: 2026-11-23
valid_until: 2027-05-31
title: A way that stops
summary: For a test.
first_aid: {title: First, lines: [Breathe.]}
triage: {says: It stops.}
facts:
  written: {type: yes-no, ask: Shall we write?, why: It decides what comes next.}
start: ask
steps:
  - id: ask
    title: Ask
    ask: [written]
    next:
      - {when: written, go: mail}
      - {otherwise: reply}
  - id: mail
    title: Write
    letter: {template: contact-warning}
    next: reply
  - id: reply
    title: Wait
    wait: {for: mail}
    outcomes: {restored: over, silence: {after: 14d, go: over}}
  - id: over
    title: Over
    end: done
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A playbook that lint has nothing against, and that stops for whoever does not write."""
    folder = tmp_path / "lost-way"
    folder.mkdir()
    (folder / "playbook.yaml").write_text(OWN, "utf-8")
    return folder


def test_a_shipped_playbook_is_walked() -> None:
    """Several walks print one line for each playbook and end with 0."""
    result = recover("playbook", "walk", "phishing-app", "mass-report", "--seed", "0..2")
    assert result.code == 0, result
    assert "ok      phishing-app: " in result.out
    assert "ok      mass-report: " in result.out


def test_one_walk_says_all_it_did() -> None:
    """The same seed prints the same trail; the answers are invented."""
    first = recover("playbook", "walk", "phishing-app", "--seed", "4")
    assert first.out == recover("playbook", "walk", "phishing-app", "--seed", "4").out
    assert "intake.safe_to_talk = " in first.out


def test_a_dead_end_is_found_and_can_be_walked_again(own: Path) -> None:
    """Lint passes, the walk does not: the fault names the step, the trail and the command that shows it again."""
    assert recover("playbook", "lint", own).code == 0
    result = recover("playbook", "walk", own)
    assert result.code == 30
    assert "dead-end in reply" in result.out
    assert "ask: lost_way.written = " in result.out
    assert "again: recover playbook walk lost-way --seed " in result.out


def test_faults_are_there_for_programs(own: Path) -> None:
    """JSON gives kind, seed, step and the whole trail."""
    (found,) = json.loads(recover("playbook", "walk", own, "--json").out)
    (fault,) = found["faults"]
    assert (fault["kind"], fault["step"]) == ("dead-end", "reply")
    assert fault["trail"]
    assert found["steps"] == 4


def test_a_step_nobody_reaches_is_an_error_only_when_insisted_upon(own: Path) -> None:
    """A contradiction is told in passing; with --strict and a hundred seeds it ends with 30."""
    text = OWN.replace("{when: written, go: mail}", "{when: written and not written, go: mail}")
    text = text.replace("- {otherwise: reply}", "- {otherwise: over}")
    (own / "playbook.yaml").write_text(text, "utf-8")
    passing = recover("playbook", "walk", own)
    assert passing.code == 0, passing
    assert "reached by no walk: mail, reply" in passing.out
    insisted = recover("playbook", "walk", own, "--seed", "0..99", "--strict")
    assert insisted.code == 30
    assert "2 steps that no walk came to" in insisted.err


@pytest.mark.parametrize("seed", ["x", "5..2", "-1", "0..20000", ""])
def test_what_is_no_seed_is_refused(seed: str) -> None:
    """A range that runs backwards or is too long is wrong usage."""
    assert recover("playbook", "walk", "phishing-app", f"--seed={seed}").code == 2


def test_an_unknown_goal_is_refused() -> None:
    """A step that the playbook does not have cannot be walked to."""
    result = recover("playbook", "walk", "phishing-app", "--to", "nowhere")
    assert result.code == 2
    assert "has no step nowhere" in result.err
