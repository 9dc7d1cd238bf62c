"""Device keys: sealed so that stock age opens them, pinned against exchange, and never lost by a passphrase change."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from recover.errors import AlteredError, CannotWriteError, LockedError, NewerFormatError, RecoverError, UsageError
from recover.vault import keys, note, passphrase, store

FAST = 4
OLD, NEW = "old correct horse", "new battery staple"
DEVICE = "4f1d9a"
KEYS = keys.generate(DEVICE, recovery=keys.RECOVERY_NONE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device folder whose keys are sealed to OLD."""
    made = tmp_path / "identity" / DEVICE
    keys.create(made, KEYS, OLD, work_factor=FAST)
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def copy_into(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)


def rewrite_sealed(folder: Path, name: str, change: tuple[bytes, bytes]) -> None:
    """Change the sealed text, as only someone with the passphrase can."""
    text = passphrase.open_sealed((folder / name).read_bytes(), OLD)
    assert change[0] in text
    copy_into(folder, name, passphrase.seal(text.replace(*change), OLD, work_factor=FAST))


def test_keys_go_round(folder: Path) -> None:
    """The passphrase opens exactly the keys that were sealed; two files stand there."""
    assert names(folder) == ["read.1.pass.age", "sign.1.read.age"]
    opened = keys.open_with_passphrase(folder, OLD)
    assert (opened.keys, opened.generation, opened.leftovers) == (KEYS, 1, ())


def test_the_usual_seal_has_the_usual_work_factor(tmp_path: Path) -> None:
    """Without a test's short cut, the passphrase file costs 2**18."""
    keys.create(tmp_path / DEVICE, KEYS, OLD)
    assert passphrase.work_factor_of((tmp_path / DEVICE / "read.1.pass.age").read_bytes()) == 18


def test_nothing_secret_shows(folder: Path) -> None:
    """No private key stands in any file in the clear, nor in the repr of the values that hold it."""
    secrets = (KEYS.read_identity.encode(), KEYS.sign_seed, KEYS.sign_seed.hex().encode(), b"PRIVATE KEY")
    for path in folder.iterdir():
        assert not any(secret in path.read_bytes() for secret in secrets)
    recovery = keys.generate_recovery()
    shown = repr(KEYS) + repr(keys.open_with_passphrase(folder, OLD)) + repr(recovery) + repr(KEYS.signer("x"))
    assert KEYS.read_identity not in shown
    assert recovery.identity not in shown
    assert repr(KEYS.sign_seed) not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor terminals of this kind")
def test_files_are_private(folder: Path) -> None:
    """Key files may be read by their owner only."""
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_wrong_passphrase_and_no_key_are_locked(folder: Path, tmp_path: Path) -> None:
    """A wrong passphrase and a missing key are both exit 12, with a hint."""
    for where, given in ((folder, "wrong"), (tmp_path / "nothing", OLD)):
        with pytest.raises(LockedError) as locked:
            keys.open_with_passphrase(where, given)
        assert locked.value.hint


def test_a_foreign_signing_key_is_not_taken(folder: Path) -> None:
    """A signing key that someone else sealed to the public read recipient is refused: its public half is pinned."""
    foreign = keys.generate(DEVICE)
    recipient = pyrage.x25519.Recipient.from_str(KEYS.read_recipient)
    copy_into(folder, "sign.1.read.age", pyrage.encrypt(keys.private_pem(foreign.sign_seed), [recipient]))
    with pytest.raises(AlteredError, match="signing key"):
        keys.open_with_passphrase(folder, OLD)


def test_a_foreign_signing_key_beside_ours_is_ignored(folder: Path) -> None:
    """A planted signing key of a higher number does not displace the pinned one."""
    recipient = pyrage.x25519.Recipient.from_str(KEYS.read_recipient)
    copy_into(folder, "sign.2.read.age", pyrage.encrypt(keys.private_pem(bytes(32)), [recipient]))
    copy_into(folder, "sign.3.read.age", b"junk")
    assert keys.open_with_passphrase(folder, OLD).keys == KEYS


def test_a_missing_signing_key_is_named(folder: Path) -> None:
    """Without its signing key a device does not open halfway; the message says what to copy back."""
    (folder / "sign.1.read.age").unlink()
    with pytest.raises(AlteredError) as altered:
        keys.open_with_passphrase(folder, OLD)
    assert "sign.*.read.age" in altered.value.hint


def test_the_keys_of_another_device_are_refused(folder: Path) -> None:
    """A key folder under another device's name is refused."""
    moved = folder.rename(folder.with_name("0bad0bad"))
    with pytest.raises(AlteredError, match="another device"):
        keys.open_with_passphrase(moved, OLD)


@pytest.mark.parametrize("name", ["read.1.pass.age", "sign.1.read.age"])
def test_any_changed_byte_of_a_key_file_is_refused(folder: Path, name: str) -> None:
    """No byte of either key file can change unnoticed."""
    whole = (folder / name).read_bytes()
    for position in range(len(whole)):
        copy_into(folder, name, whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises((AlteredError, LockedError)):
            keys.open_with_passphrase(folder, OLD)


def test_too_much_work_in_a_key_file_is_refused(folder: Path) -> None:
    """A key file whose header asks for 2**25 is exit 20 and names the file, before any work."""
    path = folder / "read.1.pass.age"
    path.write_bytes(path.read_bytes().replace(b" 4\n", b" 25\n", 1))
    with pytest.raises(AlteredError) as altered:
        keys.open_with_passphrase(folder, OLD)
    assert altered.value.place == str(path)


def test_a_huge_key_file_is_refused(folder: Path) -> None:
    """A key file of megabytes is not even parsed."""
    copy_into(folder, "read.1.pass.age", bytes(5_000_000))
    with pytest.raises(AlteredError):
        keys.open_with_passphrase(folder, OLD)


def test_a_newer_version_is_told_apart(folder: Path) -> None:
    """Keys of a later format are exit 13, not a fault."""
    rewrite_sealed(folder, "read.1.pass.age", (b"version 1", b"version 2"))
    with pytest.raises(NewerFormatError):
        keys.open_with_passphrase(folder, OLD)


@pytest.mark.parametrize(
    "change",
    [
        (b"# recover device keys", b"# other device keys"),
        (b"# recovery: none", b"# recovery: none "),
        (b"# recovery:", b"# unknown:"),
        (b"AGE-SECRET-KEY-1", b"AGE-SECRET-KEY-2"),
        (b"AGE-SECRET", b"\nAGE-SECRET"),
        (KEYS.public_key.hex().encode(), KEYS.public_key.hex().upper().encode()),
        (b"\n", b"\r\n"),
        (b"\n", b" "),
    ],
)
def test_a_sealed_text_of_another_form_is_refused(folder: Path, change: tuple[bytes, bytes]) -> None:
    """Only the one spelling that recover writes is read."""
    rewrite_sealed(folder, "read.1.pass.age", change)
    with pytest.raises(AlteredError):
        keys.open_with_passphrase(folder, OLD)


def test_a_passphrase_change_leaves_one_file(folder: Path) -> None:
    """After a change the new passphrase opens the same keys, the old one nothing, and one file is left."""
    assert keys.change_passphrase(folder, KEYS, NEW, work_factor=FAST) == 2
    assert names(folder) == ["read.2.pass.age", "sign.1.read.age"]
    assert keys.open_with_passphrase(folder, NEW).keys == KEYS
    with pytest.raises(LockedError):
        keys.open_with_passphrase(folder, OLD)


def test_a_change_locks_the_keyring_copy(folder: Path) -> None:
    """A passphrase change ends what `unlock` had allowed."""
    secret = keys.seal_to_ring(folder, KEYS)
    keys.change_passphrase(folder, KEYS, NEW, work_factor=FAST)
    with pytest.raises(LockedError):
        keys.open_with_secret(folder, secret)


def test_an_empty_new_passphrase_changes_nothing(folder: Path) -> None:
    """A refused new passphrase leaves the old one in force."""
    with pytest.raises(UsageError):
        keys.change_passphrase(folder, KEYS, " ", work_factor=FAST)
    assert keys.open_with_passphrase(folder, OLD).keys == KEYS


def test_two_files_after_a_crash_both_open(folder: Path) -> None:
    """A crash before the old file was removed leaves both passphrases working; the next change cleans up."""
    before = (folder / "read.1.pass.age").read_bytes()
    keys.change_passphrase(folder, KEYS, NEW, work_factor=FAST)
    copy_into(folder, "read.1.pass.age", before)
    opened = keys.open_with_passphrase(folder, OLD)
    assert (opened.generation, opened.leftovers) == (1, ("read.2.pass.age",))
    assert keys.open_with_passphrase(folder, NEW).leftovers == ("read.1.pass.age",)
    assert keys.change_passphrase(folder, KEYS, "third one", work_factor=FAST) == 3
    assert names(folder) == ["read.3.pass.age", "sign.1.read.age"]


def test_a_damaged_newer_file_does_not_hide_the_older(folder: Path) -> None:
    """If the newest file is damaged, an older one that the passphrase opens is used and the damage stays listed."""
    copy_into(folder, "read.2.pass.age", b"torn")
    opened = keys.open_with_passphrase(folder, OLD)
    assert (opened.keys, opened.leftovers) == (KEYS, ("read.2.pass.age",))


def test_planted_files_cannot_make_opening_endless(folder: Path) -> None:
    """However many passphrase files stand there, opening tries a few and ends."""
    for number in range(2, 60):
        copy_into(folder, f"read.{number}.pass.age", passphrase.seal(b"x", "other", work_factor=FAST))
    with pytest.raises(LockedError):
        keys.open_with_passphrase(folder, OLD)


class FaultyDisk(store.RealDisk):
    """A disk on which the process dies, or the disk fails, at one step of what changes it."""

    def __init__(self, step: int, fault: type[BaseException]) -> None:
        super().__init__()
        self.left = step
        self.fault = fault

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.fault(5, "planned fault")

    def create(self, path: Path) -> store.NewFile:
        self._step()
        return super().create(path)

    def sync_all(self, files: object) -> None:
        self._step()
        super().sync_all(files)  # type: ignore[arg-type]  # passed on as it came

    def publish(self, temporary: Path, target: Path) -> None:
        self._step()
        super().publish(temporary, target)
        self._step()

    def sync_folder(self, folder: Path) -> bool:
        self._step()
        return super().sync_folder(folder)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


class Killed(BaseException):
    """The process died here: no clean-up may count on running, and none may make it worse."""


@pytest.mark.parametrize("fault", [OSError, Killed])
def test_no_fault_in_a_change_locks_the_helper_out(tmp_path: Path, fault: type[BaseException]) -> None:
    """Dying or failing at any step of a change leaves the same keys open to the old passphrase or the new one."""
    finished = False
    for step in range(1, 60):
        folder = tmp_path / str(step) / DEVICE
        keys.create(folder, KEYS, OLD, work_factor=FAST)
        try:
            keys.change_passphrase(folder, KEYS, NEW, FaultyDisk(step, fault), work_factor=FAST)
        except (CannotWriteError, Killed):
            assert openers(folder), f"locked out at step {step}"
        else:
            assert openers(folder) == [NEW]
            finished = True
            break
    assert finished
    assert step > 6


def openers(folder: Path) -> list[str]:
    found = []
    for given in (OLD, NEW):
        try:
            opened = keys.open_with_passphrase(folder, given)
        except RecoverError:
            continue
        assert opened.keys == KEYS
        found.append(given)
    return found


def test_the_keyring_secret_opens_without_the_passphrase(folder: Path) -> None:
    """The secret opens the same keys; a fresh one takes the place of the last, and forgetting ends it."""
    assert not keys.has_ring(folder)
    first = keys.seal_to_ring(folder, KEYS)
    assert keys.open_with_secret(folder, first) == KEYS
    second = keys.seal_to_ring(folder, KEYS)
    assert names(folder) == ["read.1.pass.age", "read.2.ring.age", "sign.1.read.age"]
    assert keys.open_with_secret(folder, second) == KEYS
    for secret in (first, "", "AGE-SECRET-KEY-1", KEYS.read_identity):
        with pytest.raises(LockedError):
            keys.open_with_secret(folder, secret)
    keys.forget_ring(folder)
    assert not keys.has_ring(folder)
    with pytest.raises(LockedError):
        keys.open_with_secret(folder, second)


def test_the_recovery_choice_is_kept_sealed(folder: Path) -> None:
    """A recovery recipient chosen later is in the sealed text, and the passphrase stays what it was."""
    recovery = keys.generate_recovery()
    changed = keys.set_recovery(folder, KEYS, recovery.recipient, OLD, work_factor=FAST)
    assert keys.open_with_passphrase(folder, OLD).keys == changed == replace(KEYS, recovery=recovery.recipient)
    assert recovery.recipient.encode() not in (folder / "read.2.pass.age").read_bytes()


def test_a_wrong_passphrase_changes_no_recovery(folder: Path) -> None:
    """A mistyped passphrase does not become the new one."""
    with pytest.raises(LockedError):
        keys.set_recovery(folder, KEYS, keys.RECOVERY_NONE, "mistyped", work_factor=FAST)
    assert names(folder) == ["read.1.pass.age", "sign.1.read.age"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "age1",
        "age1qqqq",
        "nobody",
        "ssh-ed25519 AAAA",
        "age1\n",
        pytest.param(KEYS.read_identity, id="an identity"),
    ],
)
def test_what_is_no_recipient_is_refused(bad: str) -> None:
    """A recovery recipient is an age recipient; a secret key in its place is refused without being repeated."""
    with pytest.raises(UsageError) as refused:
        keys.generate(DEVICE, recovery=bad)
    assert refused.value.hint
    assert KEYS.read_identity not in str(refused.value)


@pytest.mark.parametrize("bad", ["", "..", "a/b", "Upper", "x" * 65, "-a"])
def test_a_device_name_is_a_plain_folder_name(bad: str) -> None:
    """A device name can never lead out of its folder."""
    with pytest.raises(UsageError):
        keys.generate(bad)


def test_a_write_only_device(tmp_path: Path) -> None:
    """A write-only device signs and opens with a passphrase or a keyring, and has no key to read with."""
    folder = tmp_path / DEVICE
    made = keys.generate(DEVICE, is_write_only=True)
    keys.create(folder, made, OLD, work_factor=FAST)
    assert names(folder) == ["sign.1.pass.age"]
    assert keys.open_with_passphrase(folder, OLD).keys == made
    assert keys.open_with_secret(folder, keys.seal_to_ring(folder, made)) == made
    keys.change_passphrase(folder, made, NEW, work_factor=FAST)
    assert names(folder) == ["sign.2.pass.age"]
    with pytest.raises(LockedError):
        _ = keys.open_with_passphrase(folder, NEW).keys.read_recipient


def test_a_signing_key_signs_notes() -> None:
    """The device's signing key, under the name of a log, makes notes that its public half verifies."""
    verifier = note.Verifier("recover/a/b", KEYS.public_key)
    assert note.verify(note.sign("text\n", KEYS.signer("recover/a/b")), [verifier]) == "text\n"


def type_passphrase(command: list[str], folder: Path) -> int:
    """Run a program on a terminal of its own, type OLD at its prompt, and return its exit status."""
    import pty  # not on Windows

    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvp(command[0], command)  # noqa: S606  # a terminal is what is tested
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, OLD.encode() + b"\n")
    while True:
        try:
            if not os.read(terminal, 1000):
                break
        except OSError:
            break
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor terminals of this kind")
@pytest.mark.needs("age")
def test_stock_age_opens_the_passphrase_file(folder: Path) -> None:
    """Stock `age -d`, with the passphrase typed, gives an age identity file that opens what is sealed to the device."""
    assert type_passphrase(["age", "-d", "-o", "opened.txt", "read.1.pass.age"], folder) == 0
    sealed = pyrage.encrypt(b"case key", [pyrage.x25519.Recipient.from_str(KEYS.read_recipient)])
    command = ["age", "-d", "-i", str(folder / "opened.txt")]
    assert subprocess.run(command, input=sealed, check=True, capture_output=True).stdout == b"case key"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor terminals of this kind")
@pytest.mark.needs("age", "openssl")
def test_stock_age_and_openssl_sign_by_hand(folder: Path) -> None:
    """With `age -d -i` and openssl alone, the passphrase is enough to sign as this device."""
    command = ["age", "-d", "-i", "read.1.pass.age", "-o", "sign.pem", "sign.1.read.age"]
    assert type_passphrase(command, folder) == 0
    (folder / "text").write_bytes(b"a head\n")
    sign = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "sign.pem", "-in", "text", "-out", "signature"]
    subprocess.run(sign, cwd=folder, check=True, capture_output=True)
    note.check_signature(KEYS.public_key, (folder / "signature").read_bytes(), b"a head\n")


@pytest.mark.needs("age")
def test_a_recovery_file_is_an_age_identity_file(tmp_path: Path) -> None:
    """What `--recovery-out` writes opens, in stock age, what was sealed to the recovery recipient."""
    recovery = keys.generate_recovery()
    (tmp_path / "recovery.txt").write_text(recovery.text)
    sealed = pyrage.encrypt(b"case key", [pyrage.x25519.Recipient.from_str(keys.check_recipient(recovery.recipient))])
    command = ["age", "-d", "-i", str(tmp_path / "recovery.txt")]
    assert subprocess.run(command, input=sealed, check=True, capture_output=True).stdout == b"case key"
