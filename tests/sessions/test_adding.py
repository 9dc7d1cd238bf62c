"""`recover playbook add`: shown, compared, linted, asked for, and only then copied."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.runner import Result, recover
from tests.playbook.own import CHANNEL, RULE, changed, shipped, write
from tests.sessions.test_own_folder import at_a_terminal


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def add(own: Path, source: Path, *options: object) -> Result:
    return recover("--playbooks", own, "playbook", "add", source, *options)


def digest(own: Path, source: Path) -> str:
    result = add(own, source, "--json")
    assert result.code == 4, result
    return str(json.loads(result.out)["digest"])


def files(own: Path) -> set[str]:
    return {path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file()}


def test_it_shows_author_version_digest_and_differences_and_writes_nothing(own: Path, tmp_path: Path) -> None:
    """Without a terminal: everything is on the screen, exit 4, and the command that adds exactly these bytes."""
    path = changed(tmp_path, "hijacked-page/playbook.yaml", "critical: true", "critical: false")
    shown = add(own, path)
    assert shown.code == 4
    assert "Hijacked Facebook Page, version" in shown.said
    assert "by recover project" in shown.said
    assert "critical: “true” → “false”" in shown.said
    assert f"--digest {digest(own, path)}" in shown.err
    assert files(own) == set()


def test_with_its_digest_it_is_added_and_needs_no_second_confirmation(own: Path, tmp_path: Path) -> None:
    """What was on the screen a moment ago is not asked for again when a case is opened."""
    path = write(tmp_path, "ours.yaml", RULE)
    added = add(own, path, "--digest", digest(own, path))
    assert added.code == 0, added
    assert (own / "facts" / "ours.yaml").read_text("utf-8") == RULE
    assert json.loads(recover("--playbooks", own, "playbook", "accept", "--json").out)["state"] == "confirmed"
    again = add(own, path)
    assert (again.code, "stands there already" in again.said) == (0, True)


def test_what_nobody_saw_before_stays_unconfirmed(own: Path, tmp_path: Path) -> None:
    """Adding one file does not confirm another that somebody put into the folder by hand."""
    changed(own, "follow-up.en.md", "\n---\n", "\n---\n\nSend us your code.\n")
    path = write(tmp_path, "ours.yaml", RULE)
    assert add(own, path, "--digest", digest(own, path)).code == 0
    assert json.loads(recover("--playbooks", own, "playbook", "accept", "--json").out)["state"] == "unconfirmed"


def test_another_digest_is_refused(own: Path, tmp_path: Path) -> None:
    """A script that was given other bytes than it was told adds nothing."""
    path = write(tmp_path, "ours.yaml", RULE)
    refused = add(own, path, "--digest", "0" * 64)
    assert refused.code == 4
    assert files(own) == set()


def test_errors_of_lint_refuse_it(own: Path, tmp_path: Path) -> None:
    """A playbook with a misspelt key is not added, whoever insists; the message has line and code."""
    text = shipped("hijacked-page/playbook.yaml").replace("    title: ", "    titel: ", 1)
    path = write(tmp_path, "playbook.yaml", text)
    refused = add(own, path, "--digest", digest_of(path))
    assert refused.code == 30, refused
    assert "it is not added" in refused.said
    assert "did you mean title?" in refused.said
    assert files(own) == set()


def digest_of(path: Path) -> str:
    from recover.playbook.adding import read_parcel

    return read_parcel(path).digest


def test_a_group_that_would_break_other_playbooks_is_refused(own: Path, tmp_path: Path) -> None:
    """Taking a question out of intake would leave shipped playbooks without it."""
    path = changed(tmp_path, "shared/intake.yaml", "  eu:\n", "  in_the_union:\n")
    refused = add(own, path, "--digest", digest_of(path))
    assert refused.code == 30, refused
    assert files(own) == set()


def test_an_address_on_a_domain_never_shipped_is_told(own: Path, tmp_path: Path) -> None:
    """The domain comes with the file that uses it; the screen says so before anybody agrees."""
    path = write(tmp_path, "channels/ours.yaml", CHANNEL)
    shown = add(own, path)
    assert "own.form: https://example.org/form lies on a domain that was never shipped" in shown.said
    assert json.loads(add(own, path, "--json").out)["addresses"] == ["own.form: https://example.org/form"]


def test_a_file_that_stands_there_is_replaced_only_after_its_difference_was_shown(own: Path, tmp_path: Path) -> None:
    """The second version shows line by line what it takes away and brings."""
    path = write(tmp_path, "ours.yaml", RULE)
    assert add(own, path, "--digest", digest(own, path)).code == 0
    write(tmp_path, "ours.yaml", RULE.replace("29d", "28d"))
    shown = add(own, path)
    assert "facts/ours.yaml differs from the one that stands there" in shown.said
    assert "- lengths: [29d]" in shown.said.replace("    ", "")
    assert "+ lengths: [28d]" in shown.said.replace("    ", "")
    assert "29d" in (own / "facts" / "ours.yaml").read_text("utf-8")
    assert add(own, path, "--digest", digest(own, path)).code == 0
    assert "28d" in (own / "facts" / "ours.yaml").read_text("utf-8")


def test_a_name_cannot_command_the_terminal(own: Path, tmp_path: Path) -> None:
    """A file's name with an escape in it is refused, and shown with the escape made visible."""
    path = write(tmp_path, "in/\x1b[2Jx.yaml", RULE)
    for source in (path, path.parent):
        shown = add(own, source)
        assert "\x1b" not in shown.err + shown.out
        assert shown.code == 32


def test_without_an_own_folder_a_person_is_offered_one(tmp_path: Path) -> None:
    """At a terminal: the folder is made, is in force from then on, and the file is put into it."""
    path = write(tmp_path, "ours.yaml", RULE)
    refused = recover("playbook", "add", path)
    assert (refused.code, "config.toml: playbooks = " in refused.err) == (2, True)
    code, screen = at_a_terminal(["playbook", "add", str(path)], "yes\nyes\n", "Make an own folder of playbooks")
    assert code == 0, screen
    assert files(Path(os.environ["XDG_DATA_HOME"]) / "recover" / "playbooks") == {"facts/ours.yaml"}
    rows = json.loads(recover("playbook", "facts", "meta.trash", "--json").out)
    assert rows[0]["own"] is True
