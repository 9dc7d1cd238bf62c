"""Keys and locks, as commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import recover
from tests.sessions.conftest import PASSPHRASE, Run


def test_info_needs_no_key(vault: Path, case: str) -> None:
    """What a folder says of itself: format, number of cases and devices, where things lie; no names."""
    result = recover("vault", "info", "--json", "--vault", vault)
    assert result.code == 0, result
    said = json.loads(result.out)
    assert (said["cases"], len(said["devices"])) == (1, 1)
    assert case not in result.out


def test_a_changed_passphrase_opens_and_the_old_one_does_not(run: Run, vault: Path, case: str, tmp_path: Path) -> None:
    """The new one works at once; that copies keep the old one is said."""
    new = tmp_path / "new"
    new.write_text("five other unrelated words here\n", "utf-8")
    changed = run("vault", "passphrase", "--new-passphrase-file", new)
    assert changed.code == 0, changed
    assert "still open with the old passphrase" in changed.said
    assert run("next").code == 12
    assert recover("next", "--vault", vault, "--passphrase-file", new).code == 0


def test_shred_asks_for_the_name_and_keeps_a_signed_note(run: Run, case: str) -> None:
    """Another word destroys nothing; the name does, and the case cannot be opened any more."""
    kept = run("vault", "shred", case, typed="yes\n")
    assert (kept.code, "nothing was destroyed" in kept.err) == (130, True)
    assert run("note", case, "-", typed="still here").code == 0
    gone = run("vault", "shred", case, typed=f"{case}\n")
    assert gone.code == 0, gone
    assert "may still be readable" in gone.said
    assert run("note", case, "-", typed="x").code != 0
    assert run("verify").code == 0


def test_start_leaves_the_recovery_key_for_later_and_init_adds_it(tmp_path: Path) -> None:
    """One passphrase is enough to begin; `next` reminds until `vault init` has made the key, for older cases too."""
    key = tmp_path / "passphrase"
    key.write_text(PASSPHRASE, "utf-8")
    options = ["--vault", tmp_path / "v", "--passphrase-file", key]
    assert recover(*options, "start", "hijacked-page", typed="1\nstop\n").code == 0
    reminder = recover(*options, "next")
    assert "no recovery key yet" in reminder.err
    assert "hint: recover vault init" in reminder.err
    added = recover(*options, "vault", "init", "--recovery-out", tmp_path / "recovery")
    assert added.code == 0, added
    assert "no recovery key yet" not in recover(*options, "next").err


def test_no_unprotected_keyring_is_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only a failing keyring is installed, unlock refuses and the passphrase goes on working."""
    refused = run("vault", "unlock")
    assert refused.code not in (0, 1), refused
    assert "hint: " in refused.err
    assert run("next").code == 0


def test_verify_uses_a_key_that_is_at_hand(run: Run, case: str, vault: Path) -> None:
    """With a passphrase file entries are read too, and it says so; without one, or with --keyless, nobody is asked."""
    with_key = run("verify")
    assert with_key.code == 0, with_key
    assert "compared with this helper's keys" in with_key.said
    for without in (run("verify", "--keyless"), recover("--vault", vault, "verify")):
        assert without.code == 0, without
        assert "no keys: what entries say was not read" in without.said
