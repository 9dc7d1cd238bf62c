"""Keys at the desk: recovery, passphrase, keyring, shredding, and cases that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.desk import Desk
from recover.errors import LockedError, RefusedError, UsageError
from recover.vault.vault import Vault


def desk_of(tmp_path: Path, words: str = "first words") -> Desk:
    return Desk(tmp_path / "vault", passphrase=lambda: words, state_dir=tmp_path / "state", use_keyring=False)


def test_a_recovery_key_can_wait(tmp_path: Path) -> None:
    """Help first: the key is decided later, and then opens the cases that were there before."""
    desk = desk_of(tmp_path)
    desk.create_vault("first words", recovery="undecided")
    case = desk.start("hijacked-page")
    assert not desk.has_recovery()
    new = desk.add_recovery("show")
    assert desk.has_recovery()
    assert new.recovery_recipient.startswith("age1")
    session = Vault.open(tmp_path / "vault", state_dir=tmp_path / "other-state").unlock_with_recovery(new.recovery_key)
    assert len(session.open_case(case.name).entries()) == 2


def test_no_recovery_key_is_a_decision_too(tmp_path: Path) -> None:
    """Then nobody is reminded."""
    desk = desk_of(tmp_path)
    new = desk.create_vault("first words", recovery="none")
    assert (new.recovery_key, new.recovery_recipient) == ("", "")
    assert desk.has_recovery()


def test_a_recipient_that_is_none_makes_no_vault(tmp_path: Path) -> None:
    """A typing mistake is found before anything is written."""
    with pytest.raises(UsageError):
        desk_of(tmp_path).create_vault("first words", recovery="age1notakey")
    assert not (tmp_path / "vault").exists()


def test_a_new_passphrase_replaces_the_old(tmp_path: Path) -> None:
    """The old one opens this copy no more."""
    desk = desk_of(tmp_path)
    desk.create_vault("first words", recovery="none")
    desk.change_passphrase("first words", "second words")
    desk_of(tmp_path, "second words").unlock()
    with pytest.raises(LockedError):
        desk_of(tmp_path).unlock()


def test_without_a_protected_keyring_nothing_is_kept(desk: Desk) -> None:
    """The fail backend is refused by name; the passphrase path goes on."""
    with pytest.raises(RefusedError):
        desk.keep_unlocked()
    desk.lock()


def test_a_shredded_case_is_gone_from_the_list(desk: Desk) -> None:
    """Its name is echoed once more, and nothing opens it."""
    kept, gone = desk.start("hijacked-page"), desk.start("hijacked-page")
    assert desk.shred(gone.name) == gone.name
    assert [row.name for row in desk.cases()] == [kept.name]
    with pytest.raises(LockedError):
        desk.open(gone.id)


def test_a_damaged_case_does_not_hide_the_others(desk: Desk, tmp_path: Path) -> None:
    """It is named with its fault; the rest goes on."""
    whole, damaged = desk.start("hijacked-page"), desk.start("hijacked-page")
    genesis = tmp_path / "vault" / "cases" / damaged.id / "genesis"
    genesis.chmod(0o600)
    genesis.write_bytes(b"something else")
    assert [row.name for row in desk.cases()] == [whole.name]
    (fault,) = desk.unreadable()
    assert fault.id == damaged.id
    assert fault.exit_code in (12, 20)
    assert desk.open(whole.name).notices() == ()


def test_a_case_that_lost_an_entry_is_named_beside_every_list(desk: Desk, tmp_path: Path) -> None:
    """Whoever deletes one file of the vault must not make a date or a withdrawal vanish in silence."""
    case = desk.start("hijacked-page")
    case.answer("intake.safe_to_talk", "yes")
    lost = case.log.leaf(case.entries[-1].log, case.entries[-1].index).decode().split("ct ")[1].split("\n")[0]
    (path,) = (tmp_path / "vault").rglob(f"{lost}.age")
    path.unlink()
    fresh = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    fresh._session = desk._session
    for look in (fresh.cases, fresh.next, fresh.due):
        look()
        (fault,) = fresh.damaged()
        assert case.name in fault.message
        assert fault.exit_code == 21
    assert fresh.unreadable() == ()
