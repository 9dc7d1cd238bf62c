"""A running case across a changed playbook: what is said, what is done, and that no answer is lost."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from recover import content, practice, times
from recover.case.entries import ItemMarked
from recover.case.upgrade import Upgrade
from recover.desk import Desk, OpenCase, answering, upgrading
from recover.errors import UsageError
from recover.playbook.stories import load_story

ZONE = "Asia/Baku"


@dataclass(slots=True)
class Running:
    """Scenario 1 half way (the second form is out), on a copy of the content that can be changed."""

    desk: Desk
    case: OpenCase
    folder: Path

    def change(self, path: str, old: str, new: str) -> None:
        """Change the installed text behind the case's back."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    def explained(self) -> Upgrade:
        return upgrading.explain(self.case, upgrading.newer(self.desk, self.case))

    def adopt(self, section: str = "") -> None:
        bundles = upgrading.newer(self.desk, self.case)
        upgrading.adopt(self.case, bundles, upgrading.explain(self.case, bundles), section)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    folder = tmp_path / "content"
    for name in ("playbooks", "templates"):
        shutil.copytree(content.content_root() / name, folder / name)
    story = load_story(practice.find_stories(["neighbour-voices"])[0])
    clock = practice.StoryClock(times.parse_instant(story.clock, story.zone))
    desk = Desk(tmp_path / "vault", clock=clock, state_dir=tmp_path / "state", content=folder, use_keyring=False)
    desk.create_throwaway_vault()
    case = desk.start("hijacked-page", practice=True, clock=clock)
    for act in story.acts:
        if act.at <= "2026-10-09 08:00":
            clock.at = times.parse_instant(act.at, story.zone)
            answering.apply_rows(case, act.answers, allow_change=True)
    clock.at = times.parse_instant("2026-10-09 12:00", ZONE)
    return Running(desk, case, folder)


PLAYBOOK = "playbooks/hijacked-page/playbook.yaml"
NEW_QUESTION = """
facts:
  page_language:
    type: choice
    ask: In which language does the Page mostly post?
    why: A reviewer who reads the language can be asked for.
    choices: {az: Azerbaijani, other: Another one}
"""


def new_version(running: Running) -> None:
    """A new question, a step that is gone, a choice under another value, a longer rule, a letter worded anew."""
    running.change(PLAYBOOK, "version: 1.0", "version: 2.0")
    running.change(PLAYBOOK, "\nfacts:\n", NEW_QUESTION)
    running.change(PLAYBOOK, "ask: [page]", "ask: [page, page_language]")
    text = (running.folder / PLAYBOOK).read_text("utf-8")
    start, end = text.index("  - id: eu_rights\n"), text.index("  - id: proof_ready\n")
    (running.folder / PLAYBOOK).write_text(text[:start] + text[end:], "utf-8")
    running.change(PLAYBOOK, "also: [partner, proof, eu_rights]", "also: [partner, proof]")
    running.change("playbooks/facts/rules.yaml", "lengths: [180d]", "lengths: [90d]")
    running.change("templates/letters/page-hijack-statement.en.md", "\n---\n", "\n---\nPlease read this first.\n\n")


def recorded(case: OpenCase) -> dict[str, object]:
    """Return every answer of a case."""
    return {f"{key.fact}[{key.element}].{key.field}": record.value for key, record in case.state.facts.items()}


def test_the_same_playbook_changes_nothing(running: Running) -> None:
    """Without a newer version there is nothing to adopt."""
    assert running.explained().is_empty
    with pytest.raises(UsageError, match="newest"):
        running.adopt()


def test_everything_that_differs_is_said(running: Running) -> None:
    """What is new, what is gone, what carries over, which dates move, and why."""
    new_version(running)
    found = running.explained()
    assert found.versions[0][0] == "hijacked-page"
    assert found.versions[0][2].startswith("2.0")
    assert "In which language does the Page mostly post?" in found.new_questions
    assert found.gone_steps == ("Rights under EU law",)
    assert any("Which Page: questions" in row for row in found.changed_steps)
    assert any("180d → 90d" in row for row in found.facts)
    assert found.letters == ("worded anew: Statement on a hijacked Facebook Page",)
    moved = {row.title: (row.before, row.after) for row in found.moved}
    assert any("7 January 2027" in after for _, after in moved.values()), moved
    assert all(row.why for row in found.moved if row.after != "not in the list")
    assert found.carried == len([value for value in recorded(running.case).values() if value is not None])
    assert found.unfit == ()


def test_keeping_changes_nothing_but_says_so(running: Running) -> None:
    """After "keep" the case stands as it did: same steps, dates and letters; the log says that it was looked at."""
    new_version(running)
    before = running.case.survey()
    upgrading.keep(running.case, running.explained())
    after = running.desk.open(running.case.name).survey(before.as_of)
    assert [each.id for each in after.instances] == [each.id for each in before.instances]
    assert [(each.uid, each.on) for each in after.due] == [(each.uid, each.on) for each in before.due]
    assert running.case.playbooks[0].version.startswith("1.0")
    assert "kept" in str(running.case.entries[-1].body)


def test_adopting_keeps_every_answer_and_every_wait(running: Running) -> None:
    """Answers, letters sent, the running wait and the checks are there; the new question is open, the date is new."""
    new_version(running)
    answers = recorded(running.case)
    before = running.case.survey()
    running.adopt()
    case = running.desk.open(running.case.name)
    after = case.survey(before.as_of)
    assert recorded(case) == answers
    assert case.playbooks[0].version.startswith("2.0")
    assert {one.body.letter for one in case.state.sent} == {"page-hijack-statement"}
    assert len(case.state.sent) == 2
    waits = {each.id: each.since for each in before.instances if each.status == "waiting"}
    assert {each.id: each.since for each in after.instances if each.status == "waiting"} == waits
    lacking = [need.id for each in after.instances for need in each.missing if each.id == "page"]
    assert lacking == ["hijacked_page.page_language"]
    checks = [(each.on, each.state) for each in before.due if each.kind == "check"]
    assert [(each.on, each.state) for each in after.due if each.kind == "check"] == checks
    assert "Please read this first." in case.letter("page-hijack-statement").text
    assert running.case.summary.playbooks == ("hijacked-page",)


def test_an_answer_that_no_longer_fits_is_asked_again_and_stays_in_the_log(running: Running) -> None:
    """A choice under another value, a text that became a day: both listed before, asked after, kept in the log."""
    old = running.case.state.fact("hijacked_page.own_profile")
    assert old is not None
    assert old.value == "fine"
    running.change(PLAYBOOK, "      fine: ", "      well: ")
    text = (running.folder / PLAYBOOK).read_text("utf-8")
    (running.folder / PLAYBOOK).write_text(text.replace("own_profile == 'fine'", "own_profile == 'well'"), "utf-8")
    found = running.explained()
    assert [each.fact for each in found.unfit] == ["hijacked_page.own_profile"]
    assert found.unfit[0].why == "'fine' is no answer any more"
    running.adopt()
    case = running.desk.open(running.case.name)
    assert case.state.fact("hijacked_page.own_profile") is None
    assert any(entry.id == found.unfit[0].entry for entry in case.entries)
    case.answer("hijacked_page.own_profile", "well")


def marks(case: OpenCase) -> set[str]:
    """Return the steps whose checklist holds a mark that counts."""
    return {one.body.step for one in case.state.counting if isinstance(one.body, ItemMarked)}


def test_a_section_is_begun_again_with_what_happened_left_alone(running: Running) -> None:
    """Its checklist is open again; other sections, answers, letters, replies, checks and exhibits stay."""
    answers, exhibits = recorded(running.case), len(running.case.state.exhibits)
    before = marks(running.case)
    assert any(step.startswith("aftercare.") for step in before)
    running.adopt("aftercare")
    case = running.desk.open(running.case.name)
    assert marks(case) == {step for step in before if not step.startswith("aftercare.")}
    assert recorded(case) == answers
    assert len(case.state.exhibits) == exhibits
    assert len(case.state.sent) == 2
    assert len(case.state.replies) == len(running.case.state.replies) > 0
    with pytest.raises(UsageError, match="no section is called"):
        running.adopt("no_such_part")


def test_a_question_that_is_gone_keeps_its_answer_in_the_log(running: Running) -> None:
    """What was answered to a question that no longer exists is said before, and still stands in the case after."""
    shipped = (running.folder / PLAYBOOK).read_text("utf-8")
    new_version(running)
    running.adopt()
    running.case.answer("hijacked_page.page_language", "az")
    (running.folder / PLAYBOOK).write_text(shipped, "utf-8")
    found = running.explained()
    assert found.gone_questions == (("In which language does the Page mostly post?", "Azerbaijani"),)
    running.adopt()
    record = running.desk.open(running.case.name).state.fact("hijacked_page.page_language")
    assert record is not None
    assert record.value == "az"
