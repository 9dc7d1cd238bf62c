"""CONTRIBUTING's page for trainers, followed to the letter on a copy of the shipped text."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from recover import content, practice
from recover.playbook.lint import lint

PAGE = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A trainer's own copy of playbooks and templates."""
    for name in ("playbooks", "templates"):
        shutil.copytree(content.content_root() / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def codes(copy: Path) -> list[str]:
    found = lint([copy / "playbooks" / "hijacked-page"])
    return [problem.code for problem in found if problem.code != "C201"]


def test_a_new_question_is_added_as_the_page_says(copy: Path) -> None:
    """Lint asks for the step that asks it; then the stories ask for its answer by name; with it they pass."""
    question, answer = BLOCKS
    folder = copy / "playbooks" / "hijacked-page"
    story = folder / "stories" / "first-try.yaml"

    change(folder / "playbook.yaml", "\nfacts:\n", f"\nfacts:\n{question}")
    assert codes(copy) == ["W110"]

    change(folder / "playbook.yaml", "ask: [page]", "ask: [page, page_language]")
    assert codes(copy) == []
    unmet = practice.play(story, content_root=copy).unmet
    assert any("not answered yet: hijacked_page.page_language" in words for words in unmet)

    change(story, "      hijacked_page.still_inside:", f"    {answer}      hijacked_page.still_inside:")
    assert practice.play(story, content_root=copy).unmet == ()


def test_a_changed_deadline_is_noticed_by_a_story(copy: Path) -> None:
    """Lint is content with another length; a story that expects the old date shows the new one."""
    change(copy / "playbooks" / "facts" / "rules.yaml", "lengths: [180d]", "lengths: [90d]")
    assert codes(copy) == []
    story = copy / "playbooks" / "hijacked-page" / "stories" / "neighbour-voices.yaml"
    unmet = practice.play(story, content_root=copy).unmet
    assert any("Appeal the suspension" in words and "2027-01-07" in words for words in unmet)


def test_a_change_of_words_needs_what_the_page_says(copy: Path) -> None:
    """A sentence that was changed, with its version and its day, is valid; a colon without quotes has its place."""
    path = copy / "playbooks" / "hijacked-page" / "playbook.yaml"
    path.write_text(re.sub(r"(?m)^(version: \d+\.\d+\.)\d+$", r"\g<1>999", path.read_text("utf-8")), "utf-8")
    assert ".999\n" in path.read_text("utf-8")
    change(path, "ask: Which Page was taken?", "ask: Which of the Pages was taken?")
    assert set(codes(copy)) == {"C205"}, "each translation is told to be out of date, which fails nothing"
    change(path, "ask: Which of the Pages", "ask: Tell me: which of the Pages")
    assert codes(copy) == ["E003"]
