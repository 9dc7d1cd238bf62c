"""A misspelt name in a story is told with its line and the nearest name before anything is played."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.playbook.lint import lint
from tests.playbook.ground import TODAY, copied


def problems_of(tmp_path: Path, old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Lint the good story with one change; return (code, line's text, message, hint) of each error."""
    root = copied(tmp_path)
    story = root / "lost-page" / "stories" / "first.yaml"
    text = story.read_text("utf-8")
    assert old in text
    story.write_text(text.replace(old, new, 1), "utf-8")
    rows = story.read_text("utf-8").splitlines()
    found = [each for each in lint([story], today=TODAY) if each.severity == "error"]
    return [(each.code, rows[each.line - 1], each.message, each.hint) for each in found]


def test_the_good_story_names_only_what_is_there(tmp_path: Path) -> None:
    """Instances, visits and the engine's own gates are no unknown names."""
    assert problems_of(tmp_path, "step: reply, ", "step: 'reply#2', ") == []
    assert problems_of(tmp_path, "gates: {safety: open}", "gates: {contact_lost: open}") == []
    assert problems_of(tmp_path, "reached: [page]", "reached: ['later.appeal[100064000000101]']") == []


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("start.safe: yes", "start.saef: yes", "no question 'start.saef'", "did you mean start.safe?"),
        ("start.safe: yes", "start.safe: perhaps", "start.safe: 'perhaps' is n", ""),
        ("fulfils: capture.removal_mail", "fulfils: capture.removal_mial", "'removal_mial'", "mean removal_mail?"),
        ("fulfils: capture.removal_mail", "fulfils: captrue.removal_mail", "no step 'captrue'", "mean capture?"),
        ("step: reply, outcome: restored", "step: repyl, outcome: restored", "no step 'repyl'", "did you mean reply?"),
        ("outcome: restored", "outcome: accepted", "no outcome of reply 'accepted'", "recover playbook show"),
        ("step: later.back", "step: later.bakc", "no step 'later.bakc'", "did you mean later.back?"),
        ("sent: [{letter: page-statement", "sent: [{letter: page-statment", "no letter", "mean page-statement?"),
        ("reached: [page]", "reached: [paeg]", "no step 'paeg'", "did you mean page?"),
        ("gates: {safety", "gates: {saftey", "no gate 'saftey'", "did you mean safety?"),
        ("letters: {page-statement", "letters: {page-statemnt", "no letter", "mean page-statement?"),
        ("not_offered: {stop", "not_offered: {stpo", "no step or letter 'stpo'", "did you mean stop?"),
        ("    replies:", "    done: {capture: [photo]}\n    replies:", "no item of capture 'photo'", "mean photos?"),
        ("    replies:", "    overrides: {safty: why}\n    replies:", "no gate 'safty'", "did you mean safety?"),
    ],
)  # fmt: skip
def test_each_misspelt_name_is_one_problem_at_its_line(
    tmp_path: Path, old: str, new: str, message: str, hint: str
) -> None:
    """Questions, answers, needs, steps, outcomes, letters, gates and items."""
    found = problems_of(tmp_path, old, new)
    assert len(found) == 1, found
    code, line, said, near = found[0]
    assert code == "E123"
    assert new.strip().partition("\n")[0][:24] in line
    assert message in said
    assert hint in near


def test_a_story_of_a_faulty_playbook_is_not_blamed(tmp_path: Path) -> None:
    """What is wrong with the playbook is told there; its stories are judged once it is whole."""
    root = copied(tmp_path)
    path = root / "lost-page" / "playbook.yaml"
    path.write_text(path.read_text("utf-8").replace("- id: reply\n", "- id: reply\n    nonsense: 1\n"), "utf-8")
    assert list(lint([root / "lost-page" / "stories"], today=TODAY)) == []
