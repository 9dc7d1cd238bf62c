"""Facts at the command line: what is old, and what happened when one was used."""

from __future__ import annotations

import json
import os
from pathlib import Path

from recover import content
from tests.cli.runner import recover
from tests.sessions.conftest import Run

EXAMPLE = content.playbooks_root() / "hijacked-page" / "answers-example.yaml"


def test_stale_facts_fail_a_check_with_exit_3() -> None:
    """A script that runs every month fails when somebody has to look again; nothing is stale today."""
    assert recover("playbook", "facts", "--stale", "--as-of", "2026-11-24").code == 0
    result = recover("playbook", "facts", "--stale", "--as-of", "2028-01-01", "--json")
    assert result.code == 3
    rows = json.loads(result.out)
    assert {row["state"] for row in rows} == {"stale"}
    assert {row["what"] for row in rows} == {"channel", "rule", "clause", "control", "organisation"}
    assert len(rows) == len(json.loads(recover("playbook", "facts", "--all", "--json").out))


def test_the_list_names_kind_certainty_day_place_and_source() -> None:
    """One look tells what to check, where it stands and where it came from."""
    out = recover("playbook", "facts", "--uncertain", "--as-of", "2026-11-24").out
    assert "rule          meta.trash" in out
    assert "C  review by 2027-03-15" in out
    assert "facts/rules.yaml:44:3, checked on 2026-11-23: many agreeing guides" in out
    assert "certainty A" not in out


def test_a_test_is_written_shown_and_told_in_letters(run: Run, tmp_path: Path) -> None:
    """One command writes the row; `facts` and the letter's screen show it; the text for maintainers is printed."""
    own = tmp_path / "own"
    own.mkdir()
    noted = run(
        "--playbooks", own, "playbook", "tested", "meta.page-ownership", "--on", "2026-11-23", "--asked", "a selfie"
    )
    assert noted.code == 0, noted
    assert noted.out.startswith("Subject: channel meta.page-ownership: asked for more on 2026-11-23")
    shown = run("--playbooks", own, "playbook", "facts", "meta.page-ownership").out
    assert "tested on 2026-11-23: asked for a selfie" in shown
    started = run("--playbooks", own, "start", "hijacked-page", "--practice", "--answers", EXAMPLE)
    assert started.code == 0, started
    told = "the channel meta.page-ownership was tested on 2026-11-23: asked for a selfie"
    letter = run("letter", "page-hijack-statement", "--json")
    assert letter.code == 0, letter
    assert told in json.loads(letter.out)["careful"]
    assert told in run("letter", "page-hijack-statement").said


def test_without_an_own_folder_the_ways_to_have_one_are_named() -> None:
    """A script gets no folder made behind its back."""
    result = recover("playbook", "tested", "meta.trash", "--result", "works")
    assert result.code == 2
    assert "config.toml: playbooks = " in result.err
    assert not (Path(os.environ["XDG_DATA_HOME"]) / "recover" / "playbooks").exists()
