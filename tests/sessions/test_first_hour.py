"""The first hour of a case, as commands with their output and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.sessions.conftest import PASSPHRASE, Run

NAME = re.compile(r"[a-z]+-[a-z]+")


def test_first_aid_comes_before_anything_else(tmp_path: Path) -> None:
    """The card stands on the screen before a vault, a passphrase or a question."""
    from tests.cli.runner import recover

    result = recover(
        "start", "hijacked-page", "--vault", tmp_path / "new", "--plain", "--passphrase-file", tmp_path / "no"
    )
    assert "First aid: Somebody took the Page" in result.err
    assert "Delete nothing" in result.err
    assert result.code == 32
    assert not (tmp_path / "new").exists()


def test_each_answer_is_recorded_at_once(run: Run) -> None:
    """After the input ends in the middle, what was answered is there and resume goes on behind it."""
    first = run("start", "hijacked-page", typed="1\n")
    assert first.code == 130
    name = NAME.search(first.err.split("This case is called ")[1])
    assert name is not None
    assert "hint: recover resume " + name.group() in first.err
    listed = json.loads(run("answer", name.group(), "--json").out)
    given = {row["fact"]: row["value"] for row in listed["questions"] if row["status"] == "given"}
    assert given["intake.safe_to_talk"] == "Yes, alone and on a safe line"
    again = run("resume", name.group(), typed="\n")
    assert "Can you talk freely right now?" not in again.err


def test_answers_file_runs_without_prompts_and_continues(run: Run, tmp_path: Path) -> None:
    """Missing answers are exit 3 and listed; the same file again adds nothing; another value is exit 2."""
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {intake.safe_to_talk: yes}\n", "utf-8")
    first = run("start", "hijacked-page", "--answers", path, "--json")
    assert first.code == 3, first
    said = json.loads(first.out)
    assert said["started"] is True
    assert {"intake.danger_now"} <= {row["id"] for row in said["missing"]}
    again = run("start", "hijacked-page", "--answers", path, "--json")
    assert json.loads(again.out)["entries"] == []
    assert json.loads(again.out)["case"] == said["case"]
    path.write_text("answers: {intake.safe_to_talk: not_now}\n", "utf-8")
    other = run("start", "hijacked-page", "--case", said["case"], "--answers", path)
    assert other.code == 2
    assert "hint: recover answer" in other.err


MIRA = "answers: {intake.safe_to_talk: yes, intake.client_name: Mira Olsen}\n"


def entries_of(run: Run) -> dict[str, int]:
    """Return how many entries each case has."""
    return {row["name"]: row["entries"] for row in json.loads(run("case", "list", "--json").out)}


@pytest.mark.parametrize(
    "second",
    [
        "answers: {intake.safe_to_talk: yes, intake.client_name: Jan Kowal, intake.zone: Europe/Warsaw}\n",
        "answers: {intake.safe_to_talk: yes, intake.zone: Europe/Warsaw}\n",
        "answers: {intake.safe_to_talk: not_now}\n",
        "answers: {hijacked_page.page: {kind: facebook-page, name: Kronika, platform_id: '100064000000777'}}\n",
    ],
    ids=["another-name", "no-name", "contradicts", "another-page"],
)
def test_a_second_clients_answers_never_enter_the_first_case(run: Run, tmp_path: Path, second: str) -> None:
    """A file without the name or account of the open case is exit 2 with both ways on; nothing is written."""
    path = tmp_path / "answers.yaml"
    path.write_text(MIRA, "utf-8")
    name = json.loads(run("start", "hijacked-page", "--answers", path, "--json").out)["case"]
    before = entries_of(run)
    path.write_text(second, "utf-8")
    refused = run("start", "hijacked-page", "--answers", path)
    assert refused.code == 2, refused
    assert name in refused.err
    assert f"--case {name}" in refused.err
    assert "--new" in refused.err
    assert "Mira" not in refused.err
    assert entries_of(run) == before
    other = run("start", "hijacked-page", "--new", "--answers", path)
    assert other.code == 3, other
    assert entries_of(run)[name] == before[name]


def test_the_same_clients_answers_go_on_in_their_case(run: Run, tmp_path: Path) -> None:
    """With several open cases, the client's name or the account picks the one; both at once is exit 2."""
    path = tmp_path / "answers.yaml"
    page = "hijacked_page.page: {kind: facebook-page, name: Kronika, platform_id: '100064000000777'}"
    path.write_text(MIRA, "utf-8")
    mira = json.loads(run("start", "hijacked-page", "--answers", path, "--json").out)["case"]
    path.write_text(f"answers: {{intake.safe_to_talk: yes, {page}}}\n", "utf-8")
    jan = json.loads(run("start", "hijacked-page", "--new", "--answers", path, "--json").out)["case"]
    assert jan != mira
    path.write_text(f"answers: {{{page}, intake.client_name: Jan Kowal}}\n", "utf-8")
    assert json.loads(run("start", "hijacked-page", "--answers", path, "--json").out)["case"] == jan
    path.write_text(MIRA.replace("}", ", intake.zone: Europe/Warsaw}"), "utf-8")
    assert json.loads(run("start", "hijacked-page", "--answers", path, "--json").out)["case"] == mira
    before = entries_of(run)
    path.write_text("answers: {intake.safe_to_talk: yes, intake.eu: no}\n", "utf-8")
    neither = run("start", "hijacked-page", "--answers", path)
    assert neither.code == 2
    assert mira in neither.err
    assert jan in neither.err
    path.write_text(f"answers: {{{page}, intake.client_name: Mira Olsen}}\n", "utf-8")
    assert run("start", "hijacked-page", "--answers", path).code == 2
    assert entries_of(run) == before


def test_a_wrong_answers_file_writes_nothing(run: Run, tmp_path: Path) -> None:
    """An unknown key is exit 2 with its place, and no case appears."""
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {intake.safe_to_talc: yes}\n", "utf-8")
    result = run("start", "hijacked-page", "--answers", path)
    assert result.code == 2
    assert "intake.safe_to_talc" in result.err
    assert json.loads(run("case", "list", "--json").out) == []


def test_a_first_vault_needs_one_passphrase_typed_twice(tmp_path: Path, monkeypatch: object) -> None:
    """`vault init` without a terminal says where the recovery key must go; with it, the vault is there."""
    from tests.cli.runner import recover

    key = tmp_path / "passphrase"
    key.write_text(PASSPHRASE, "utf-8")
    refused = recover("vault", "init", "--vault", tmp_path / "v", "--passphrase-file", key)
    assert refused.code == 2
    assert "--recovery-out FILE" in refused.err
    made = recover(
        "vault", "init", "--vault", tmp_path / "v", "--passphrase-file", key, "--recovery-out", tmp_path / "r"
    )
    assert made.code == 0, made
    assert (tmp_path / "r").read_text("ascii").startswith("AGE-SECRET-KEY-1")
    assert "AGE-SECRET-KEY" not in made.out + made.err
    twice = recover(
        "vault", "init", "--vault", tmp_path / "v", "--passphrase-file", key, "--recovery-recipient", "none"
    )
    assert twice.code == 2
    assert "already" in twice.err
