"""A new playbook is whole from its first minute: it lints, its stories pass, and nothing that was there is touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from recover import content
from recover.errors import UsageError
from recover.playbook.creating import check_new_id, copy_over, new_from_playbook, new_from_template, renamed
from recover.playbook.document import Document
from recover.playbook.lint import is_failure, lint
from recover.playbook.loader import load_playbook
from recover.practice import find_stories, play
from tests.playbook.ground import TODAY

SHIPPED = content.playbooks_root()


def test_the_template_is_green_at_once(tmp_path: Path) -> None:
    """Lint is content even when strict, and both stories go as they expect: the good end and the taker's."""
    files = new_from_template("stolen-channel", "A stolen: channel", tmp_path, "2026-11-23", "2027-05-22")
    problems = lint([tmp_path], today=TODAY, roots=(tmp_path,))
    assert not is_failure(problems, strict=True), [str(each) for each in problems]
    stories = find_stories(["stolen-channel"], (tmp_path,))
    played = [play(story, roots=(tmp_path,)) for story in stories]
    assert [each.story for each in played] == ["stolen-channel-first", "stolen-channel-taker"]
    assert all(each.passed for each in played), [each.unmet for each in played]
    text = "\n".join(path.read_text("utf-8") for path in files)
    assert "example-incident" not in text
    assert "example_incident" not in text
    loaded = load_playbook("stolen-channel", (tmp_path,))
    assert (loaded.title, loaded.reviewed, loaded.valid_until) == ("A stolen: channel", "2026-11-23", "2027-05-22")


def test_a_copy_keeps_comments_and_names_itself_everywhere(tmp_path: Path) -> None:
    """Ids and names of facts are the new ones in playbook and stories; every comment stays; the origin is recorded."""
    files = new_from_playbook("other-one", "", "hijacked-instagram", tmp_path, (), "2026-11-24")
    original = (SHIPPED / "hijacked-instagram" / "playbook.yaml").read_bytes()
    text = (tmp_path / "other-one" / "playbook.yaml").read_text("utf-8")
    comments = [row for row in original.decode().splitlines() if row.lstrip().startswith("#")]
    assert [row for row in text.splitlines() if row.lstrip().startswith("#")] == comments
    for path in files:
        assert "hijacked_instagram." not in path.read_text("utf-8")
    loaded = load_playbook("other-one", (tmp_path,))
    version = Document(original.decode(), "x").get(("version",))
    assert (loaded.derived_from, loaded.derived_version) == ("hijacked-instagram", version)
    assert loaded.derived_sha256 == hashlib.sha256(original).hexdigest()
    assert {fact.id.partition(".")[0] for fact in loaded.facts} >= {"other_one", "intake"}
    problems = lint([tmp_path], today=TODAY, roots=(tmp_path,))
    assert not [str(each) for each in problems if each.severity == "error"]


def test_a_story_of_a_copy_goes_as_the_original_does(tmp_path: Path) -> None:
    """A copied story passes under its new name."""
    new_from_playbook("other-one", "", "phishing-app", tmp_path, (), "2026-11-24")
    stories = find_stories(["other-one"], (tmp_path,))
    assert all(path.stem.startswith("other-one-") for path in stories)
    in_time = next(path for path in stories if path.stem == "other-one-in-time")
    assert play(in_time, roots=(tmp_path,)).unmet == ()


def test_only_names_of_questions_are_renamed() -> None:
    """A rule or channel that begins with the same word, and a longer name, stay as they are."""
    text = (
        "rule: a_b.look\nchannel: a_b.seen\nask: a_b.seen\nx: a_b.seen_at and xa_b.seen and a_b.look\n"
        "playbook: a-b # c\n"
    )
    assert renamed(text, "a-b", "new-one", ["seen", "look"]) == (
        "rule: a_b.look\nchannel: a_b.seen\nask: new_one.seen\nx: a_b.seen_at and xa_b.seen and new_one.look\n"
        "playbook: new-one # c\n"
    )


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    """A second playbook with the same id, or a file that lies in the way, stops it before anything is written."""
    new_from_template("stolen-channel", "", tmp_path, "2026-11-23", "2027-05-22")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="there already"):
        new_from_template("stolen-channel", "Other", tmp_path, "2026-11-23", "2027-05-22")
    with pytest.raises(UsageError, match="there already"):
        check_new_id("stolen-channel", (tmp_path,), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["Stolen", "a b", "../up", "shared", "facts", "class", "hijacked-page", "x" * 41, ""])
def test_an_id_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    """Words of the language, taken ids and paths are no ids."""
    with pytest.raises(UsageError):
        check_new_id(name, (), tmp_path)


def test_a_shipped_playbook_is_copied_whole_with_its_origin(tmp_path: Path) -> None:
    """The own copy lies at the same place, differs in its origin only, and is not made twice."""
    source = (SHIPPED / "phishing-app" / "playbook.yaml").resolve()
    copy = copy_over(source, SHIPPED.resolve(), tmp_path)
    assert copy == tmp_path / "phishing-app" / "playbook.yaml"
    assert (copy.parent / "stories" / "in-time.yaml").is_file()
    document = Document(copy.read_text("utf-8"), "copy")
    assert document.get(("derived_from", "sha256")) == hashlib.sha256(source.read_bytes()).hexdigest()
    document.remove(("derived_from",))
    assert document.text == source.read_text("utf-8")
    copy.write_text("mine")
    assert copy_over(source, SHIPPED.resolve(), tmp_path).read_text() == "mine"
