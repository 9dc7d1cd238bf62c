"""Vaults and cases are made, unlocked and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.case.entries import CaseOpened, PlaybookPinned
from recover.desk import Desk, OpenCase
from recover.errors import LockedError, NotFoundError, UsageError
from tests.desk.conftest import HandClock


def test_a_new_case_begins_with_its_name_and_the_pinned_playbook(case: OpenCase) -> None:
    """Two entries open a case; from then on it has a spoken name and its own copy of the playbook."""
    assert [type(entry.body) for entry in case.entries] == [CaseOpened, PlaybookPinned]
    assert case.state.name == case.name
    assert [playbook.id for playbook in case.playbooks] == ["hijacked-page"]


def test_a_case_is_found_by_name_by_prefix_and_alone(desk: Desk, case: OpenCase) -> None:
    """Two words, the beginning of the id, or nothing at all while one case is open."""
    assert desk.open(case.name).id == desk.open(case.id[:8]).id == desk.open().id == case.id


def test_with_two_open_cases_one_must_be_named(desk: Desk, case: OpenCase) -> None:
    """Nothing is guessed: the message names both."""
    other = desk.start("hijacked-page")
    with pytest.raises(UsageError) as error:
        desk.open()
    assert case.name in error.value.message
    assert other.name in error.value.message


def test_a_closed_case_is_not_the_only_open_one(desk: Desk, case: OpenCase) -> None:
    """Closing a case leaves it in the list, with its outcome, and out of the way."""
    case.close("restored", "the client has it back")
    with pytest.raises(NotFoundError):
        desk.open()
    assert [row.closed for row in desk.cases()] == ["restored"]


def test_without_a_vault_nothing_is_found(tmp_path: Path) -> None:
    """The hint is the command that makes one."""
    with pytest.raises(NotFoundError) as error:
        Desk(tmp_path / "none", state_dir=tmp_path / "state").cases()
    assert "recover start" in error.value.hint


def test_a_passphrase_opens_what_it_sealed_and_no_other_does(tmp_path: Path) -> None:
    """A vault made with a passphrase opens with it, asks once, and refuses another."""
    asked: list[str] = []

    def ask() -> str:
        asked.append("")
        return "correct horse"

    made = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    new = made.create_vault("correct horse", recovery="show")
    assert new.recovery_key.startswith("AGE-SECRET-KEY-1")
    name = made.start("hijacked-page").name

    again = Desk(tmp_path / "vault", passphrase=ask, state_dir=tmp_path / "state", use_keyring=False)
    assert again.open().name == name
    assert again.has_recovery()
    assert asked == [""]
    wrong = Desk(tmp_path / "vault", passphrase=lambda: "wrong", state_dir=tmp_path / "state", use_keyring=False)
    with pytest.raises(LockedError):
        wrong.unlock()
    nobody = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    with pytest.raises(LockedError):
        nobody.cases()


def test_only_practice_has_a_clock_of_its_own(desk: Desk, clock: HandClock) -> None:
    """Recorded times of a real case come from the machine, never from a story."""
    with pytest.raises(UsageError):
        desk.start("hijacked-page", clock=clock)


def test_what_a_trainer_changes_later_changes_nothing_in_an_open_case(desk: Desk, case: OpenCase) -> None:
    """Playbook, rules and letters are the case's own copy, letter by letter."""
    bundle = desk.open(case.name).bundles[0]
    now = desk.bundle("hijacked-page")
    assert bundle.playbook == now.playbook
    assert bundle.registry == now.registry
    assert bundle.templates == now.templates
    assert "letters/page-hijack-statement.en.md" in bundle.templates


def test_next_and_due_go_over_all_open_cases(desk: Desk, case: OpenCase) -> None:
    """Two fresh cases both have something to do."""
    other = desk.start("hijacked-page")
    assert {row.name for row in desk.next()} == {case.name, other.name}
    assert {row.name for row in desk.due()} <= {case.name, other.name}


def test_verify_finds_nothing_wrong_with_and_without_keys(desk: Desk, case: OpenCase) -> None:
    """A fresh vault has no faults; a single case can be asked for."""
    case.note("a note")
    assert desk.verify().faults == ()
    assert desk.verify(case.name).faults == ()
    assert case.verify().faults == ()


def test_playbooks_are_listed_for_triage(desk: Desk) -> None:
    """Each row says what a client would say."""
    (row,) = [row for row in desk.playbooks() if row.id == "hijacked-page"]
    assert row.says
    assert row.title


def test_a_playbook_that_is_not_valid_hides_no_other(tmp_path: Path) -> None:
    """A trainer's half-written playbook must not keep a helper from starting with a whole one."""
    (tmp_path / "own" / "playbooks" / "half-written").mkdir(parents=True)
    (tmp_path / "own" / "playbooks" / "half-written" / "playbook.yaml").write_text("playbook: half-written\n")
    listed = [row.id for row in Desk(tmp_path / "vault", content=tmp_path / "own").playbooks()]
    assert "hijacked-page" in listed
    assert "half-written" not in listed
