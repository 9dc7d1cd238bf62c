"""Unlocking through a keyring: real backend classes that must never be used, and what must never be left behind.

No test talks to the keyring of this machine: refusals are shown with the real classes that `keyring` and
`keyrings.alt` install, the rest with a keyring in memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import keyring.backend
import keyring.core
import pytest
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError
from keyrings.alt import file as plain_files

from recover.errors import AlteredError, CannotWriteError, LockedError, RefusedError
from recover.vault import keyring_unlock, keys, store

FAST = 4
OLD = "old correct horse"
VAULT = "7c2e"
DEVICE = "4f1d9a"
USER = f"{VAULT}/{DEVICE}"
KEYS = keys.generate(DEVICE)
START = datetime(2026, 10, 5, 17, 40, tzinfo=UTC)


class MemoryRing:
    """A keyring in memory, with the errors of a real one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.writes = 0

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.writes += 1
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")


class ForgetfulRing(MemoryRing):
    """A keyring that says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.writes += 1


class LockedRing(MemoryRing):
    """A keyring whose owner has dismissed its prompt."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("dismissed")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("dismissed")

    def delete_password(self, service: str, username: str) -> None:
        raise KeyringLocked("dismissed")


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device folder whose keys are sealed to OLD."""
    made = tmp_path / "identity" / DEVICE
    keys.create(made, KEYS, OLD, work_factor=FAST)
    return made


@pytest.fixture
def chosen() -> Iterator[None]:
    """Give back the process's choice of keyring after a test has changed it."""
    before = keyring.core._keyring_backend
    yield
    keyring.core._keyring_backend = before


def ring_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ring.age"))


def test_unlock_opens_for_thirty_idle_minutes(folder: Path) -> None:
    """After `unlock` the keys open without the passphrase; every use starts the thirty minutes anew; then it ends."""
    ring, clock = MemoryRing(), Clock()
    assert keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock) == START + timedelta(minutes=30)
    for _ in range(5):
        clock.pass_by(minutes=29, seconds=59)
        assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) == KEYS
    clock.pass_by(minutes=30)
    assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) is None
    assert ring.kept == {}
    assert ring_files(folder) == []


def test_uses_within_a_minute_are_not_written(folder: Path) -> None:
    """A command a few seconds after another does not pay for a keyring write."""
    ring, clock = MemoryRing(), Clock()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock)
    clock.pass_by(seconds=59)
    assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) == KEYS
    assert ring.writes == 1


def test_a_clock_that_goes_back_locks(folder: Path) -> None:
    """Turning the clock back does not stretch the thirty minutes."""
    ring, clock = MemoryRing(), Clock()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock)
    clock.pass_by(minutes=-5)
    assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) is None
    assert ring.kept == {}


def test_the_passphrase_never_enters_the_keyring(folder: Path) -> None:
    """What the keyring holds is a fresh secret and a time, neither passphrase nor keys."""
    ring = MemoryRing()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
    (value,) = ring.kept.values()
    assert OLD not in value
    assert KEYS.read_identity not in value
    assert KEYS.sign_seed.hex() not in value
    again = MemoryRing()
    keyring_unlock.unlock(folder, KEYS, VAULT, again, Clock())
    assert again.kept != ring.kept


@pytest.mark.parametrize("ring", [ForgetfulRing(), LockedRing()])
def test_a_keyring_that_does_not_keep_the_secret_is_refused(folder: Path, ring: MemoryRing) -> None:
    """The secret is read back after writing; if it is not there, nothing is left behind and the reason is said."""
    with pytest.raises(RefusedError) as refused:
        keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
    assert "passphrase" in refused.value.hint
    assert ring_files(folder) == []


@pytest.mark.parametrize(
    "value", ["", "junk", "2026-10-05T17:40:00+00:00", "2026-10-05T17:40:00 AGE-SECRET-KEY-1", "x" * 100_000]
)
def test_another_value_in_the_keyring_opens_nothing(folder: Path, value: str) -> None:
    """Whatever someone puts into the keyring, the answer is to ask for the passphrase, not an error."""
    ring = MemoryRing()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
    ring.kept[keyring_unlock.SERVICE, USER] = value
    assert keyring_unlock.open_unlocked(folder, VAULT, Clock(), find_ring=lambda: ring) is None
    assert keys.open_with_passphrase(folder, OLD).keys == KEYS


def test_the_secret_of_another_vault_opens_nothing(folder: Path) -> None:
    """A valid secret of another vault or an earlier unlock opens nothing here."""
    ring, clock = MemoryRing(), Clock()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock)
    earlier = dict(ring.kept)
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock)
    ring.kept = earlier
    assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) is None
    assert keyring_unlock.open_unlocked(folder, "other", clock, find_ring=lambda: ring) is None


def test_a_keyring_that_fails_later_leads_to_the_passphrase(folder: Path) -> None:
    """A keyring that stops answering is no error: the passphrase is asked for."""
    keyring_unlock.unlock(folder, KEYS, VAULT, MemoryRing(), Clock())
    assert keyring_unlock.open_unlocked(folder, VAULT, Clock(), find_ring=LockedRing) is None


def test_lock_ends_it(folder: Path) -> None:
    """`lock` removes the sealed copy and the secret; again, or with nothing there, it is still success."""
    ring, clock = MemoryRing(), Clock()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, clock)
    for _ in range(2):
        keyring_unlock.lock(folder, VAULT, find_ring=lambda: ring)
        assert (ring.kept, ring_files(folder)) == ({}, [])
    assert keyring_unlock.open_unlocked(folder, VAULT, clock, find_ring=lambda: ring) is None


def test_lock_works_without_the_keyring(folder: Path) -> None:
    """With a keyring that does not answer, or none, `lock` still removes the half that lies in the vault."""
    ring = MemoryRing()
    for find_ring in (LockedRing, keyring_unlock.protected_ring):
        keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
        keyring_unlock.lock(folder, VAULT, find_ring=find_ring)
        assert keyring_unlock.open_unlocked(folder, VAULT, Clock(), find_ring=lambda: ring) is None


class ReadOnlyDisk(store.RealDisk):
    def remove(self, path: Path) -> None:
        raise OSError(30, "Read-only file system")


def test_lock_on_a_read_only_disk_still_removes_the_secret(folder: Path) -> None:
    """If the sealed copy cannot be removed, that is said, and the other half is gone all the same."""
    ring = MemoryRing()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
    with pytest.raises(CannotWriteError):
        keyring_unlock.lock(folder, VAULT, ReadOnlyDisk(), find_ring=lambda: ring)
    assert ring.kept == {}


REFUSED = {
    "keyring.backends.null.Keyring": null.Keyring,
    "keyring.backends.fail.Keyring": fail.Keyring,
    "keyring.backends.chainer.ChainerBackend": chainer.ChainerBackend,
    "keyrings.alt.file.PlaintextKeyring": plain_files.PlaintextKeyring,
}


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("name", REFUSED)
def test_unprotected_backends_are_refused_by_name(folder: Path, name: str) -> None:
    """The real null, fail, chainer and plaintext backends are refused by name, and the passphrase still opens."""
    keyring.set_keyring(REFUSED[name]())
    with pytest.raises(RefusedError) as refused:
        keyring_unlock.protected_ring()
    assert name in refused.value.message
    keys.seal_to_ring(folder, KEYS)
    assert keyring_unlock.open_unlocked(folder, VAULT, Clock()) is None
    assert keys.open_with_passphrase(folder, OLD).keys == KEYS


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("name", REFUSED)
def test_unprotected_backends_are_refused_when_configured(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Naming one of them in the environment, as keyring allows, does not make it acceptable."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    keyring.core._keyring_backend = None
    with pytest.raises(RefusedError):
        keyring_unlock.protected_ring()


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows always have a protected keyring")
@pytest.mark.usefixtures("chosen")
def test_the_best_installed_backend_is_not_taken_on_trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the plaintext backend installed and no desktop keyring running, nothing is chosen and no file is written."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    keyring.core._keyring_backend = None
    assert isinstance(plain_files.PlaintextKeyring(), keyring.backend.KeyringBackend)
    with pytest.raises(RefusedError):
        keyring_unlock.protected_ring()
    home = Path.home()
    assert not [path for path in home.rglob("*") if "keyring_pass" in path.name]


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("name", ["", "nothing", "no.such.Backend", "keyring.backends.null.Missing", "os.path"])
def test_a_configured_backend_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A wrong setting is named and is no traceback."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    keyring.core._keyring_backend = None
    with pytest.raises(RefusedError):
        keyring_unlock.protected_ring()


class Disguised(SecretService.Keyring):
    """A subclass of a protected keyring may do anything with the secret."""


@pytest.mark.usefixtures("chosen")
def test_a_protected_backend_is_taken_and_its_subclass_is_not() -> None:
    """The real Secret Service class is accepted by its full name; a class derived from it is unknown."""
    real = SecretService.Keyring()
    keyring.set_keyring(real)
    assert keyring_unlock.protected_ring() is real
    keyring.set_keyring(Disguised())
    with pytest.raises(RefusedError, match="Disguised"):
        keyring_unlock.protected_ring()


@pytest.mark.skipif(sys.platform != "linux", reason="Secret Service is the keyring of Linux desktops")
@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/at/all"])
def test_a_secret_service_that_is_not_running_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """The real Secret Service backend without its daemon leads to a typed refusal and leaves nothing behind."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    real = SecretService.Keyring()
    with pytest.raises(RefusedError):
        keyring_unlock.unlock(folder, KEYS, VAULT, real, Clock())
    assert ring_files(folder) == []
    keys.seal_to_ring(folder, KEYS)
    assert keyring_unlock.open_unlocked(folder, VAULT, Clock(), find_ring=lambda: real) is None
    keyring_unlock.lock(folder, VAULT, find_ring=lambda: real)
    assert ring_files(folder) == []


A_DAY_AT_A_DESK = """
import sys
from pathlib import Path
from recover.vault import keyring_unlock, keys
folder = Path(sys.argv[1])
made = keys.open_with_passphrase(folder, sys.argv[2]).keys
ring = keyring_unlock.protected_ring()
assert keyring_unlock.class_path(ring) == "keyring.backends.SecretService.Keyring"
keyring_unlock.unlock(folder, made, "7c2e", ring)
assert keyring_unlock.open_unlocked(folder, "7c2e") == made
keyring_unlock.lock(folder, "7c2e")
assert keyring_unlock.open_unlocked(folder, "7c2e") is None
assert ring.get_password(keyring_unlock.SERVICE, f"7c2e/{folder.name}") is None
"""

LATER_COMMANDS = """
import os, subprocess, sys
from datetime import timedelta
from pathlib import Path
from recover.times import now
from recover.vault import keyring_unlock, keys
folder = Path(sys.argv[1])
made = keys.open_with_passphrase(folder, sys.argv[2]).keys
begun = now()
def later(minutes, **settings):
    program = (
        "import sys; from datetime import datetime; from pathlib import Path; from recover.vault import keyring_unlock;"
        "moment = datetime.fromisoformat(sys.argv[2]);"
        "found = keyring_unlock.open_unlocked(Path(sys.argv[1]), '7c2e', lambda: moment);"
        "print(found.read_identity if found else '-', 'keyring' in sys.modules)"
    )
    at = (begun + timedelta(minutes=minutes)).isoformat()
    command = [sys.executable, "-c", program, folder, at]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    return done.stdout.split()
ring = keyring_unlock.protected_ring()
keyring_unlock.unlock(folder, made, "7c2e", ring, lambda: begun)
null = "keyring.backends.null.Keyring"
config = Path(sys.argv[3], "python_keyring", "keyringrc.cfg")
config.parent.mkdir()
config.write_text(f"[backend]\\ndefault-keyring={null}\\n")
assert later(1, PYTHON_KEYRING_BACKEND="keyring.backends.SecretService.Keyring") == [made.read_identity, "True"]
assert later(29) == [made.read_identity, "False"]
assert later(58) == [made.read_identity, "False"]
assert later(59, PYTHON_KEYRING_BACKEND=null) == ["-", "True"]
assert later(59, XDG_CONFIG_HOME=sys.argv[3]) == ["-", "True"]
assert later(59, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere") == ["-", "True"]
assert later(59) == [made.read_identity, "False"]
assert later(100) == ["-", "False"]
assert ring.get_password(keyring_unlock.SERVICE, f"7c2e/{folder.name}") is None
assert not list(folder.glob("*.ring.age"))
"""


def run_on_a_desktop(program: str, *arguments: object) -> None:
    """Run a program in a desktop session of its own, with a real Secret Service."""
    start = 'printf login | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
    command = ["dbus-run-session", "--", "sh", "-c", start, "sh", sys.executable, "-c", program, *map(str, arguments)]
    # A short path: the daemon's sockets stand there, and a socket's path ends after 107 bytes.
    with tempfile.TemporaryDirectory() as runtime:
        environment = {**os.environ, "XDG_RUNTIME_DIR": runtime}
        environment.pop("PYTHON_KEYRING_BACKEND", None)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.needs("dbus-run-session", "gnome-keyring-daemon")
def test_a_real_desktop_keyring_unlocks_and_locks(folder: Path) -> None:
    """On a desktop session of its own, the real Secret Service keeps the secret until `lock`, and no longer."""
    run_on_a_desktop(A_DAY_AT_A_DESK, folder, OLD)


@pytest.mark.needs("dbus-run-session", "gnome-keyring-daemon")
def test_later_commands_read_the_secret_without_loading_keyring(folder: Path, tmp_path: Path) -> None:
    """Reading back needs no plug-in and prolongs the same item; a configured keyring is obeyed; idleness ends it."""
    run_on_a_desktop(LATER_COMMANDS, folder, OLD, tmp_path)


def test_every_protected_name_exists_in_keyring() -> None:
    """No name of the allow-list is a slip: each stands in the source of the keyring package."""
    package = Path(keyring.__file__).parent
    for name in keyring_unlock.PROTECTED:
        module, _, class_name = name.removeprefix("keyring.").rpartition(".")
        path = package / Path(*module.split("."))
        source = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        assert f"class {class_name}(" in source.read_text()


def test_keyring_is_not_imported_for_a_locked_vault(folder: Path) -> None:
    """A vault that was never unlocked does not pay for importing keyring and its plug-ins."""
    program = (
        "import sys; from pathlib import Path; from recover.vault import keyring_unlock as k;"
        "assert k.open_unlocked(Path(sys.argv[1]), 'v') is None; sys.exit('keyring' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True)


def test_altered_keys_are_not_taken_for_a_locked_vault(folder: Path) -> None:
    """A signing key exchanged under an unlocked vault is a fault, not a reason to ask for the passphrase."""
    ring = MemoryRing()
    keyring_unlock.unlock(folder, KEYS, VAULT, ring, Clock())
    (folder / "sign.1.read.age").unlink()
    with pytest.raises(AlteredError):
        keyring_unlock.open_unlocked(folder, VAULT, Clock(), find_ring=lambda: ring)


def test_a_wrong_secret_is_a_locked_vault(folder: Path) -> None:
    """The error of a secret that opens nothing is the one that leads to the passphrase."""
    keys.seal_to_ring(folder, KEYS)
    with pytest.raises(LockedError):
        keys.open_with_secret(folder, "AGE-SECRET-KEY-1NOTHING")
