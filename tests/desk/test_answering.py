"""Answers files: whole or not at all, and again as often as one likes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from recover import content
from recover.desk import Desk
from recover.desk.answering import RowsRefused
from recover.errors import UsageError

FEW = """
answers:
  intake.safe_to_talk: yes
  intake.danger_now: no
  intake.zone: Europe/Warsaw
  intake.client_name: Mira Olsen
"""


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The shipped example, with its files beside it."""
    folder = tmp_path / "example"
    shutil.copytree(content.playbooks_root() / "hijacked-page", folder)
    return folder / "answers-example.yaml"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_starts_a_case_and_again_continues_it(desk: Desk, example: Path) -> None:
    """The second run finds the case and has nothing to add."""
    first = desk.apply_answers("hijacked-page", example)
    assert first.started
    assert first.recorded.entries
    again = desk.apply_answers("hijacked-page", example)
    assert not again.started
    assert again.case == first.case
    assert again.recorded.entries == ()
    assert len(desk.cases()) == 1


def test_what_is_still_needed_is_listed_and_the_rest_recorded(desk: Desk, tmp_path: Path) -> None:
    """A file with a few answers records them and names the questions that are left."""
    applied = desk.apply_answers("hijacked-page", write(tmp_path, FEW))
    assert len(applied.recorded.entries) == 4
    assert applied.missing
    assert {row.what for row in applied.missing} <= {"question", "list", "evidence", "item", "before", "gate"}
    assert all(row.id and row.text for row in applied.missing)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("  intake.favourite_colour: blue", "favourite_colour"),
        ("  intake.eu: perhaps", "perhaps"),
        ("  intake.zone: Moon/Crater", "Moon/Crater"),
        ("  assets.all: [{platform_id: '1', no_such_column: x}]", "no_such_column"),
    ],
)
def test_an_unknown_or_invalid_row_writes_nothing_at_all(desk: Desk, tmp_path: Path, row: str, named: str) -> None:
    """One wrong row, and not even a case is opened."""
    with pytest.raises(UsageError) as error:
        desk.apply_answers("hijacked-page", write(tmp_path, FEW.replace("  intake.zone: Europe/Warsaw", row)))
    assert error.value.exit_code == 2
    assert named in f"{error.value.message} {error.value.place} {error.value.hint}"
    assert desk.cases() == ()


def test_all_wrong_rows_are_named_at_once(desk: Desk, tmp_path: Path) -> None:
    """Nobody should have to run a file once for each of its mistakes."""
    text = FEW + "  intake.eu: perhaps\n  intake.link_secret: perhaps\n"
    with pytest.raises(RowsRefused) as error:
        desk.apply_answers("hijacked-page", write(tmp_path, text))
    assert len(error.value.rows) == 2
    assert "2 rows" in error.value.message


def test_another_value_for_an_answered_question_is_refused_with_the_way_on(desk: Desk, tmp_path: Path) -> None:
    """A file never changes what was said; the hint names the command that does."""
    desk.apply_answers("hijacked-page", write(tmp_path, FEW))
    before = len(desk.open().entries)
    with pytest.raises(UsageError) as error:
        desk.apply_answers("hijacked-page", write(tmp_path, FEW.replace("Europe/Warsaw", "Asia/Baku")))
    assert "recover answer" in error.value.hint
    with pytest.raises(UsageError) as error:
        desk.apply_answers("hijacked-page", write(tmp_path, FEW.replace("Mira Olsen", "Someone Else")))
    assert "--new" in error.value.hint
    assert len(desk.open().entries) == before


def test_more_answers_continue_where_the_file_stopped(desk: Desk, tmp_path: Path) -> None:
    """A row that is added to the file is the only one that is recorded."""
    desk.apply_answers("hijacked-page", write(tmp_path, FEW))
    applied = desk.apply_answers("hijacked-page", write(tmp_path, FEW + "  intake.eu: yes\n"))
    assert [entry.body.fact for entry in applied.recorded.entries] == ["intake.eu"]


def test_a_file_that_cannot_be_an_exhibit_stops_everything(desk: Desk, tmp_path: Path) -> None:
    """A link in place of a file is refused before an answer is recorded."""
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    text = FEW + "exhibits:\n  - {id: E01, file: link.txt, kind: text, title: A link}\n"
    with pytest.raises(UsageError, match="link"):
        desk.apply_answers("hijacked-page", write(tmp_path, text))
    assert desk.cases() == ()
    case = desk.start("hijacked-page")
    with pytest.raises(UsageError, match="link"):
        desk.apply_answers("hijacked-page", write(tmp_path, text), ref=case.name)
    assert len(desk.open(case.name).entries) == 2


def test_the_files_that_became_exhibits_are_named(desk: Desk, example: Path) -> None:
    """They are still readable where they lie; the second run takes none of them in again."""
    first = desk.apply_answers("hijacked-page", example)
    assert first.exhibits
    assert len(first.plaintext) == len(first.exhibits)
    assert all(path.is_file() for path in first.plaintext)
    assert desk.apply_answers("hijacked-page", example).plaintext == ()


def test_a_rehearsal_needs_no_vault(tmp_path: Path) -> None:
    """A wrong file is found before a vault is made."""
    desk = Desk(tmp_path / "no-vault", state_dir=tmp_path / "state", use_keyring=False)
    desk.rehearse_answers("hijacked-page", write(tmp_path, FEW))
    with pytest.raises(UsageError):
        desk.rehearse_answers("hijacked-page", write(tmp_path, FEW + "  intake.eu: perhaps\n"))
    assert not (tmp_path / "no-vault").exists()
