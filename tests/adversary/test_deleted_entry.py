"""Somebody who can delete one file of the vault must not thereby undo what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recover.content import content_root
from recover.desk import Desk, OpenCase
from recover.errors import AlteredError, IncompleteError

ANSWERS = content_root() / "playbooks" / "hijacked-page" / "answers-example.yaml"
LETTER = "page-hijack-statement"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    made.create_throwaway_vault()
    return made


@pytest.fixture
def case(desk: Desk) -> OpenCase:
    return desk.open(desk.apply_answers("hijacked-page", ANSWERS).case)


def entry_object(vault: Path, record: Callable[[], object]) -> Path:
    """Return the one sealed object that `record` adds."""
    before = set(vault.rglob("obj/*/*.age"))
    record()
    (added,) = set(vault.rglob("obj/*/*.age")) - before
    return added


def take_consent_back(case: OpenCase) -> None:
    case.answer("intake.consent_platform", "no")


def test_deleting_the_entry_that_takes_consent_back_lets_no_packet_out(
    desk: Desk, case: OpenCase, tmp_path: Path
) -> None:
    """A packet is refused when the entry `consent: no` was deleted from the vault, not made as if it never was."""
    entry_object(tmp_path / "vault", lambda: take_consent_back(case)).unlink()
    with pytest.raises(IncompleteError):
        desk.open(case.name).plan_packet("platform")


def test_altering_the_entry_that_takes_consent_back_lets_no_packet_out(
    desk: Desk, case: OpenCase, tmp_path: Path
) -> None:
    """Nor when its bytes were changed."""
    entry_object(tmp_path / "vault", lambda: take_consent_back(case)).write_bytes(b"age-encryption.org/v1\n")
    with pytest.raises(AlteredError):
        desk.open(case.name).plan_packet("platform")


def test_deleting_an_entry_lets_no_letter_be_approved(desk: Desk, case: OpenCase, tmp_path: Path) -> None:
    """Nor can a letter be shown for filing, or approved."""
    entry_object(tmp_path / "vault", lambda: take_consent_back(case)).unlink()
    with pytest.raises(IncompleteError):
        desk.open(case.name).approve(LETTER, how="read aloud", language="en")


def test_deleting_the_withdrawal_of_an_exhibit_lets_it_not_be_exported(
    desk: Desk, case: OpenCase, tmp_path: Path
) -> None:
    """A withdrawn exhibit stays here although the entry that withdrew it was deleted."""
    entry_object(tmp_path / "vault", lambda: case.withdraw("E01", "the client asked for it")).unlink()
    with pytest.raises(IncompleteError):
        desk.open(case.name).export_exhibit("E01", tmp_path / "E01.eml")
    assert not (tmp_path / "E01.eml").exists()


def test_an_entry_lost_for_good_can_be_given_up_on_the_record(desk: Desk, case: OpenCase, tmp_path: Path) -> None:
    """The refusal names the way on: a signed statement that the lost entry is gone, after which packets leave again."""
    entry_object(tmp_path / "vault", lambda: case.note("rot took this one")).unlink()
    opened = desk.open(case.name)
    with pytest.raises(IncompleteError) as refusal:
        opened.plan_packet("platform")
    lost = refusal.value.hint.split()[-1]
    opened.erase(lost, "the disk lost it, no copy has it")
    assert desk.open(case.name).plan_packet("platform").letters
