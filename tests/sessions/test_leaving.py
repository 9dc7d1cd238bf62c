"""What leaves, as a helper at a terminal meets it: shown first, refused with the reason, listed afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recover import content
from tests.sessions.conftest import Run

EXAMPLE = content.content_root() / "playbooks" / "hijacked-page" / "answers-example.yaml"


@pytest.fixture
def example(run: Run) -> str:
    """A case made from the example answers; returns its name."""
    made = run("start", "hijacked-page", "--practice", "--answers", EXAMPLE)
    assert made.code == 0, made
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])


def told(run: Run, case: str, fact: str, value: str) -> None:
    """Record an answer."""
    made = run("answer", case, fact, value, "--json")
    assert made.code == 0, made


def refusal(run: Run, case: str, profile: str, folder: Path, *more: str) -> str:
    """Return why a packet is refused with 4; nothing may have been written."""
    result = run("packet", case, "--for", profile, "--out", folder / "p", "--yes", *more)
    assert result.code == 4, result
    assert list(folder.iterdir()) == []
    return result.said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for packets."""
    (tmp_path / "packets").mkdir()
    return tmp_path / "packets"


def test_police_and_press_get_nothing_before_the_client_agreed(run: Run, example: str, folder: Path) -> None:
    """Each refusal names the question; once it is answered the packet is written."""
    for profile in ("police", "press"):
        said = refusal(run, example, profile, folder)
        assert f"recover answer {example} intake.consent_{profile}" in said
        told(run, example, f"intake.consent_{profile}", "spoken")
        assert run("packet", example, "--for", profile, "--out", folder / profile, "--yes").code == 0
        (folder / profile).rename(folder.parent / profile)


def test_consent_that_is_gone_or_too_small_writes_nothing(run: Run, example: str, folder: Path) -> None:
    """Past its day, for another platform, taken back: exit 4 with the reason, for the packet and for the letter."""
    told(run, example, "intake.consent_platform_to", "tiktok")
    assert "not Meta" in refusal(run, example, "platform", folder)
    told(run, example, "intake.consent_platform_to", "meta")
    told(run, example, "intake.consent_platform_until", "2026-06-30")
    as_of = ("--as-of", "2026-07-01 09:00 Europe/Warsaw")
    assert "until 2026-06-30; that day has passed" in refusal(run, example, "platform", folder, *as_of)
    letter = run("letter", example, "page-hijack-statement", *as_of)
    assert (letter.code, letter.out) == (4, "")
    assert "until 2026-06-30; that day has passed" in letter.said
    told(run, example, "intake.consent_platform", "no")
    assert "took back on" in refusal(run, example, "platform", folder)
    assert run("packet", example, "--list").said.endswith("nothing has left yet.")


def test_without_a_folder_it_is_only_shown(run: Run, example: str, folder: Path) -> None:
    """The preview names letters, answers, names and accounts, and what stays; nothing is written or recorded."""
    shown = run("packet", example, "--for", "platform")
    assert shown.code == 0, shown
    assert shown.out == ""
    for words in ("this would leave for Meta", "names Mira Olsen", "100064000000555", "Stays here", "In short"):
        assert words in shown.said
    assert all(len(row) <= 80 for row in shown.err.split("\n") if not row.startswith(("hint:", "  recover ")))
    found = json.loads(run("packet", example, "--for", "platform", "--json").out)["leaves"]
    assert found["names"] == ["Mira Olsen"]
    assert found["platform"] == "meta"
    assert {"fact": "intake.client_name", "answer": "Mira Olsen"}.items() <= found["answers"][
        [row["fact"] for row in found["answers"]].index("intake.client_name")
    ].items()
    assert run("packet", example, "--list").said.endswith("nothing has left yet.")


def test_the_command_after_a_look_writes_what_was_shown(run: Run, example: str) -> None:
    """Each option that decides what leaves stands in the command to paste; without one, another packet was written."""
    chosen = ("--to", "Ms Example", "--only", "txt", "--only", "pdf", "--platform", "meta", "--annex", "az")
    shown = run("packet", example, "--for", "platform", *chosen)
    asked = "--to 'Ms Example' --only txt --only pdf --platform meta --annex az"
    assert f"recover packet {example} --for platform {asked} --out DIR" in shown.said
    assert (
        f"recover packet {example} --for platform --zip --out FILE"
        in run("packet", example, "--for", "platform", "--zip").said
    )


def test_what_left_is_listed_and_the_next_one_says_what_changed(run: Run, example: str, folder: Path) -> None:
    """A second packet to the same reader begins from the first; the list has both."""
    told(run, example, "intake.consent_lawyer", "spoken")
    first = run("packet", example, "--for", "lawyer", "--to", "Ms Example", "--out", folder / "one", "--yes")
    assert first.code == 0, first
    words = ("event", example, "--when", "2026-06-04", "--source", "holder", "--json", "--mark", "attack")
    assert run(*words, "The taker wrote again").code == 0
    second = run("packet", example, "--for", "lawyer", "--to", "Ms Example", "--out", folder / "two", "--yes")
    assert "Since the packet of" in second.said
    assert "The taker wrote again: new" in second.said
    rows = json.loads(run("packet", example, "--list", "--json").out)
    assert [(row["profile"], row["to"]) for row in rows] == [("lawyer", "Ms Example")] * 2
    assert rows[1]["events"] == rows[0]["events"] + 1
    assert "lawyer (Ms Example)" in run("packet", example, "--list").out


def test_place_that_is_synced_is_warned_about_before_writing(run: Run, example: str, folder: Path) -> None:
    """The warning stands in the preview, above the question; a no leaves nothing behind."""
    (folder / "Dropbox").mkdir()
    result = run("packet", example, "--for", "platform", "--out", folder / "Dropbox" / "p", typed="no\n")
    assert "copied to a cloud (Dropbox)" in result.said
    assert result.code == 130
    assert list((folder / "Dropbox").iterdir()) == []
