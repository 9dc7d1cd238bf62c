"""Answers files and stories: what they say, with places, confined and closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.errors import InputError
from recover.playbook.answers import ALL_ITEMS, InvalidAnswersError, load_answers
from recover.playbook.problems import InvalidPlaybookError
from recover.playbook.stories import load_story
from tests.playbook.ground import GOOD, copied

STORY = GOOD / "lost-page" / "stories" / "first.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text(text)
    return path


def test_an_answers_file_is_read_as_rows() -> None:
    """Answers stay as written, marks and reasons become rows, each with its place."""
    answers = load_answers(GOOD / "lost-page" / "answers-example.yaml")
    facts = {given.fact: given.raw for given in answers.facts}
    assert facts["start.safe"] == "yes"
    assert facts["start.zone"] == "dont-know"
    assert facts["lost_page.page"] == {"url": "https://platform.example/1", "platform_id": "1000001"}
    assert facts["later.accounts"] == [{"platform_id": "1000001", "action": "none"}]
    assert type(facts["start.safe"]) is str
    assert [(given.step, given.item, given.mark, given.reason) for given in answers.done] == [
        ("capture", ALL_ITEMS, "done", ""),
        ("later.appeal[1000001]", "call", "not-applicable", "no phone"),
    ]
    assert answers.facts[0].place.endswith("answers-example.yaml:2:3")
    assert answers.explained[0].need == "capture.removal_mail"
    assert answers.overrides[0].gate == "safety"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("answer: {a.b: c}", "unknown key 'answer'"),
        ("answers: [a]", "a mapping of facts"),
        ("answers: {A: b}", "not a name"),
        ("sent: [{letter: x}]", "needs the key 'at'"),
        ("sent: [{letter: x, at: yesterday}]", "yesterday"),
        ("replies: [{step: a, outcome: fixed, at: 2026-10-05}]", "'fixed' is not possible"),
        ("checks: [{step: a, due_on: 2026-13-01, result: done}]", "not a day"),
        ("done: {capture: some}", "'some' is not possible"),
        ("exhibits: [{id: E1, file: x, kind: mail, title: X}]", "not an exhibit's number"),
        ("exhibits: [{id: E01, file: nothing.png, kind: image, title: X}]", "no file 'nothing.png'"),
        ("events: [{when: 2017, text: X, source: Y, stance: sure}]", "'sure' is not possible"),
        ("password: x", "unknown key 'password'"),
    ],
)
def test_what_cannot_be_said_is_wrong_usage(tmp_path: Path, text: str, message: str) -> None:
    """An unknown key or an impossible value is exit 2 with file, line and column, and all of them are listed."""
    with pytest.raises(InvalidAnswersError) as caught:
        load_answers(write(tmp_path, text + "\n"))
    assert caught.value.exit_code == 2
    assert message in caught.value.message
    assert "answers.yaml:1:" in caught.value.place
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("text", ["a: [", "", "a: &x b", "{" * 60, "a: \x07"])
def test_what_is_no_yaml_is_invalid_input(tmp_path: Path, text: str) -> None:
    """A file that cannot be read at all is exit 32."""
    with pytest.raises(InputError) as caught:
        load_answers(write(tmp_path, text))
    assert caught.value.exit_code == 32


def test_a_missing_answers_file_is_invalid_input(tmp_path: Path) -> None:
    """A file that is not there is exit 32, without a traceback."""
    with pytest.raises(InputError):
        load_answers(tmp_path / "nothing.yaml")


def test_a_story_is_read_whole() -> None:
    """Acts keep their order and time, files are found beside the story, expectations are typed."""
    story = load_story(STORY)
    assert (story.id, story.playbook, story.zone) == ("first", "lost-page", "Asia/Baku")
    assert [act.at for act in story.acts] == ["2026-08-10 15:00", "2026-08-12 10:20", "2026-09-02 18:05"]
    exhibit = story.acts[0].answers.exhibits[0]
    assert exhibit.file.read_text() == "mail\n"
    assert (exhibit.sensitivity_class, exhibit.fulfils) == ("personal", ("capture.removal_mail",))
    assert story.acts[1].answers.sent[0].reference == "FB-1"
    assert story.acts[2].answers.events[0].marks == ("loss",)
    expect = story.expect
    assert expect.steps.not_reached == ("stop",)
    assert expect.gates == (("safety", "open"),)
    assert (expect.due[0].on, expect.due[0].contains) == ("none", ("file now",))
    assert (expect.letters[0].offered, expect.letters[0].must_contain) == (False, ("FB-1",))
    assert expect.packets[0].exhibits == ("E01",)
    assert expect.asset_rows == 1
    assert expect.not_offered == (("stop", "never"),)


@pytest.mark.parametrize("written", ["../../secret.txt", "files/../../../secret.txt", "{absolute}", "files/link"])
def test_a_story_cannot_read_the_players_files(tmp_path: Path, written: str) -> None:
    """A story from a stranger names files of its own folder only; `..`, absolute paths and links lead nowhere."""
    root = copied(tmp_path)
    secret = root / "secret.txt"
    secret.write_text("mine")
    stories = root / "lost-page" / "stories"
    (stories / "files" / "link").symlink_to(secret)
    file = stories / "first.yaml"
    file.write_text(file.read_text().replace("files/mail.eml", written.format(absolute=secret)))
    with pytest.raises(InvalidPlaybookError, match="outside the story's folder"):
        load_story(file)


def test_every_shipped_story_is_well_formed() -> None:
    """All stories that are shipped can be read."""
    from recover import content

    stories = sorted(content.playbooks_root().glob("*/stories/*.yaml"))
    assert stories
    for path in stories:
        assert load_story(path).id == path.stem
