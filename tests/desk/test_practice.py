"""Stories through the real engine, vault and packet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from recover.content import playbooks_root
from recover.errors import NotFoundError, PlaybookError
from recover.playbook.stories import load_story
from recover.practice import find_stories, play, practising

STORY = """
story: tiny
title: A tiny story
playbook: hijacked-page
clock: 2026-06-03 08:30 Europe/Warsaw
acts:
  - at: 2026-06-03 08:30
    answers: {intake.safe_to_talk: yes, intake.danger_now: no, intake.zone: Europe/Warsaw}
expect:
"""


def written(tmp_path: Path, expect: str, text: str = STORY) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(text + expect, "utf-8")
    return path


@pytest.mark.parametrize("story", find_stories(), ids=lambda path: path.stem)
def test_every_shipped_story_comes_out_as_it_says(story: Path) -> None:
    """The playbooks' own tests: each expectation is met."""
    played = play(story)
    assert played.unmet == ()
    assert played.met > 0


def test_two_playbooks_may_have_a_story_of_one_name(tmp_path: Path) -> None:
    """Neither hides the other; `playbook/id` names one of them, and an own folder's stands over a shipped one."""
    for book in ("first-book", "second-book", "hijacked-page"):
        (tmp_path / book / "stories").mkdir(parents=True)
        (tmp_path / book / "stories" / "not-now.yaml").write_text(STORY, "utf-8")
    own = [tmp_path / book / "stories" / "not-now.yaml" for book in ("first-book", "hijacked-page", "second-book")]
    assert sorted(find_stories(["not-now"], [tmp_path])) == sorted(own)
    assert find_stories(["second-book/not-now"], [tmp_path]) == (own[2],)
    assert find_stories(["first-book"], [tmp_path]) == (own[0],)
    assert set(own) < set(find_stories(roots=[tmp_path]))
    assert playbooks_root() / "hijacked-page" / "stories" / "not-now.yaml" not in find_stories(roots=[tmp_path])


def test_scenario_one_leaves_packets(tmp_path: Path) -> None:
    """Every reader has a packet of its own or is refused by name; nothing else lies in the folder."""
    (story,) = find_stories(["neighbour-voices"])
    played = play(story, out=tmp_path / "out")
    assert {profile for profile, _ in played.packets} | {row.profile for row in played.refused} == {
        "platform",
        "partner",
        "victim",
        "lawyer",
        "police",
        "press",
    }
    assert {path.name for path in (tmp_path / "out").iterdir()} == {profile for profile, _ in played.packets}
    exhibits = dict(played.packets)["platform"].exhibits
    assert "E01" in exhibits
    assert "E20" not in exhibits


def test_nothing_of_a_story_remains_but_what_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vault of a practice run is gone with it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    play(find_stories(["not-now"])[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("  steps: {done: [page_form]}", "page_form is unreached, not done"),
        ("  steps: {reached: [no_such_step]}", "no_such_step was not reached"),
        ("  steps: {not_reached: [no_such_step]}", "not a step of the playbook"),
        ("  gates: {vetting: open}", "vetting is held, not open"),
        ("  gates: {no_such_gate: held}", "no_such_gate is not there"),
        ("  due: [{title: Appeal the moon}]", "Appeal the moon"),
        ("  letters: {page-hijack-statement: {offered: true}}", "not offered"),
        ("  letters: {no-such-letter: {must_contain: [x]}}", "no-such-letter"),
        ("  not_offered: {page-hijack-statement: because of the weather}", "because of the weather"),
        ("  packet: {profile: platform, exhibits: [E01]}", "packet for platform"),
        ("  asset_rows: 3", "0 accounts, not 3"),
    ],
)
def test_an_expectation_that_is_not_met_is_said_in_words(tmp_path: Path, expect: str, words: str) -> None:
    """An expectation about something unknown fails too."""
    played = play(written(tmp_path, expect))
    assert len(played.unmet) == 1
    assert words in played.unmet[0]
    assert not played.passed


def test_an_act_that_cannot_be_played_fails_the_story(tmp_path: Path) -> None:
    """A row the playbook does not know is no detail."""
    text = STORY.replace("intake.danger_now: no", "intake.moon_phase: full")
    played = play(written(tmp_path, "  asset_rows: 0", text))
    assert "moon_phase" in played.unmet[0]


def test_a_row_that_nothing_asks_for_fails_the_story(tmp_path: Path) -> None:
    """An answer to a question that was never and can never be put is a mistake of the story."""
    (story,) = find_stories(["not-now"])
    answer = "intake.safe_to_talk: not_now"
    text = story.read_text("utf-8").replace(answer, f"{answer}\n      hijacked_page.mailbox_checked: cleaned", 1)
    (tmp_path / "not-now.yaml").write_text(text, "utf-8")
    (unmet,) = play(tmp_path / "not-now.yaml").unmet
    assert "hijacked_page.mailbox_checked is not used" in unmet


def test_a_story_from_a_stranger_reads_no_file_of_mine(tmp_path: Path) -> None:
    """Exhibits of a story lie in its own folder."""
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "story"
    folder.mkdir()
    exhibits = "    exhibits: [{id: E01, file: ../secret.txt, kind: text, title: x}]\nexpect:"
    with pytest.raises(PlaybookError):
        play(written(folder, "  asset_rows: 0", STORY.replace("expect:", exhibits)))


def test_stories_are_found_by_id_by_playbook_and_as_files(tmp_path: Path) -> None:
    """Three ways to name one; anything else is not found."""
    (story,) = find_stories(["first-try"])
    assert story in find_stories(["hijacked-page"])
    assert find_stories([str(story)]) == (story,)
    assert story in find_stories()
    with pytest.raises(NotFoundError) as told:
        find_stories(["firts-try"])
    assert told.value.hint == "recover practice first-try"
    with pytest.raises(NotFoundError) as told:
        find_stories(["zzz"])
    assert told.value.hint == "recover practice"


def test_a_shipped_story_plays_the_own_copy_of_its_playbook(tmp_path: Path) -> None:
    """A trainer's change is tested by the stories that came with the playbook, though they lie beside the original."""
    text = (playbooks_root() / "hijacked-page" / "playbook.yaml").read_text("utf-8")
    own = tmp_path / "own" / "hijacked-page"
    own.mkdir(parents=True)
    (own / "playbook.yaml").write_text(text.replace("title: Hijacked Facebook Page", "title: Ours"), "utf-8")
    story = load_story(find_stories(["first-try"])[0])
    with practising(story, roots=[own.parent]) as begin:
        case, _ = begin()
        assert case.playbooks[0].title == "Ours"
