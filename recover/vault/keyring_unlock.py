"""Keep a vault open for 30 idle minutes with a random secret in a protected keyring.

`unlock` seals the device's keys to a fresh secret (`keys.seal_to_ring`) and gives that secret to the keyring of the
desktop; the passphrase itself never goes there. Both halves are needed, so removing either locks the vault: `lock`
removes the sealed copy first, which works even when the keyring does not answer.

Only keyrings whose protection is known are used, told by the full name of their class: an unknown one might write
the secret to a plain file. The chainer is never used, since it passes a secret on to any keyring it finds. What the
person has configured is respected: whoever switched keyrings off (null, fail) is asked for the passphrase each time.
`keyring` is imported only where it is used; it loads every installed plug-in. To read a kept secret back, which every
command of an unlocked vault does, the desktop's Secret Service is asked directly first (see secret_service).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

from recover.errors import CannotWriteError, LockedError, RefusedError
from recover.times import now
from recover.vault import keys, secret_service, store

SERVICE = "recover vault"
IDLE = timedelta(minutes=30)
REFRESH = timedelta(minutes=1)
"""How old a use may grow before it is written down again; a keyring write costs tens of milliseconds."""

PROTECTED = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
)
_CHAINER = "keyring.backends.chainer.ChainerBackend"


@runtime_checkable
class Ring(Protocol):
    """What is asked of a keyring: the part of `keyring.backend.KeyringBackend` that is used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the stored text, None if there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a text."""

    def delete_password(self, service: str, username: str) -> None:
        """Remove the text; raises a keyring error if there is none."""


def unlock(
    folder: Path,
    device_keys: keys.DeviceKeys,
    vault_id: str,
    ring: Ring,
    clock: Callable[[], datetime] = now,
    disk: store.Disk = store.REAL_DISK,
) -> datetime:
    """Let `open_unlocked` open this device's keys without the passphrase; returns when that ends if nothing is done.

    `ring` comes from `protected_ring`. The secret is read back after writing. Raises RefusedError if the keyring
    fails or gives back something else; then nothing is left behind.
    """
    moment = clock()
    value = _write_value(keys.seal_to_ring(folder, device_keys, disk), moment)
    user = _user(vault_id, folder)
    try:
        ring.set_password(SERVICE, user, value)
        is_kept = ring.get_password(SERVICE, user) == value
    except _ring_errors() as error:
        _remove(folder, user, ring, disk)
        raise RefusedError(
            f"the keyring does not answer ({type(error).__name__})",
            hint="unlock the keyring of your desktop, or go on with the passphrase at each command",
        ) from error
    if not is_kept:
        _remove(folder, user, ring, disk)
        raise RefusedError(
            "the keyring did not keep the secret", hint="go on with the passphrase at each command; nothing is lost"
        )
    return moment + IDLE


def open_unlocked(
    folder: Path,
    vault_id: str,
    clock: Callable[[], datetime] = now,
    disk: store.Disk = store.REAL_DISK,
    find_ring: Callable[[], Ring] | None = None,
) -> keys.DeviceKeys | None:
    """Return the device's keys if `unlock` has been used and its 30 idle minutes have not passed, else None.

    None is no fault: ask for the passphrase. Each use starts the 30 minutes anew; after them, or if the clock has
    gone backwards, the secret and the sealed copy are removed. Raises AlteredError if the keys are not what they
    claim. Costs no import of `keyring` where the vault was never unlocked.
    """
    if not keys.has_ring(folder, disk):
        return None
    try:
        secret = _kept_secret(_user(vault_id, folder), clock(), find_ring)
        if secret is not None:
            return keys.open_with_secret(folder, secret, disk)
    except (RefusedError, LockedError):
        return None
    # A folder that cannot be written must not keep a helper from working; the secret is gone, which is enough.
    with contextlib.suppress(CannotWriteError):
        keys.forget_ring(folder, disk)
    return None


def lock(
    folder: Path,
    vault_id: str,
    disk: store.Disk = store.REAL_DISK,
    find_ring: Callable[[], Ring] | None = None,
) -> None:
    """Remove the sealed copy of the keys, then the secret. Nothing there is success.

    Without a protected keyring a secret that may lie in one opens nothing any more. Raises CannotWriteError if the
    sealed copy cannot be removed; the secret is then removed all the same.
    """
    try:
        ring = (find_ring or protected_ring)()
    except RefusedError:
        ring = None
    _remove(folder, _user(vault_id, folder), ring, disk)


def protected_ring() -> Ring:
    """Return the keyring of this desktop if it is one of `PROTECTED`.

    Raises RefusedError that names the keyring found otherwise; nothing has been asked of it.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        found: object = keyring.get_keyring()
    except (KeyringError, ImportError, AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise RefusedError(
            f"the configured keyring cannot be loaded: {error}",
            hint="see keyringrc.cfg and PYTHON_KEYRING_BACKEND, or go on with the passphrase at each command",
        ) from error
    if class_path(found) == _CHAINER:
        found = _best_protected(found)
    if class_path(found) not in PROTECTED or not isinstance(found, Ring):
        raise RefusedError(
            f"no protected keyring is here: {class_path(found)} is not used",
            hint="go on with the passphrase at each command, or start Secret Service or KWallet",
        )
    return found


def class_path(value: object) -> str:
    """Return the full name of a value's own class; a subclass of a known keyring is another, unknown one."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _best_protected(chainer: object) -> object:
    """Return the protected keyring with the highest priority among all installed ones, or the chainer itself."""
    from keyring.backend import by_priority, get_all_keyring

    protected = [backend for backend in get_all_keyring() if class_path(backend) in PROTECTED]
    return max(protected, key=by_priority, default=chainer)


def _remove(folder: Path, user: str, ring: Ring | None, disk: store.Disk) -> None:
    try:
        keys.forget_ring(folder, disk)
    finally:
        if ring is not None:
            with contextlib.suppress(*_ring_errors()):
                ring.delete_password(SERVICE, user)


def _kept_secret(user: str, moment: datetime, find_ring: Callable[[], Ring] | None) -> str | None:
    """Return the secret from `find_ring`; by default from the Secret Service, or else from the keyring chosen here."""
    if find_ring is not None:
        return _use_secret(find_ring(), user, moment)
    with secret_service.find_item(SERVICE, user) as item:
        return _use_secret(item or protected_ring(), user, moment)


def _use_secret(ring: Ring, user: str, moment: datetime) -> str | None:
    """Return the secret if it is still valid and note this use; remove it otherwise."""
    try:
        value = ring.get_password(SERVICE, user)
    except _ring_errors() as error:
        raise LockedError("the keyring does not answer", hint="recover vault unlock") from error
    secret, used_at = _read_value(value or "")
    if not secret or not timedelta() <= moment - used_at < IDLE:
        with contextlib.suppress(*_ring_errors()):
            ring.delete_password(SERVICE, user)
        return None
    if moment - used_at >= REFRESH:
        # Not noted means locked sooner, never later.
        with contextlib.suppress(*_ring_errors()):
            ring.set_password(SERVICE, user, _write_value(secret, moment))
    return secret


def _user(vault_id: str, folder: Path) -> str:
    return f"{vault_id}/{folder.name}"


def _write_value(secret: str, moment: datetime) -> str:
    # Rounded down, so that a use is never noted in the future.
    return f"{moment.astimezone(UTC).replace(microsecond=0).isoformat()} {secret}"


def _read_value(value: str) -> tuple[str, datetime]:
    """Split what the keyring held; anything else than what `_write_value` wrote has an empty secret."""
    written, _, secret = value.partition(" ")
    try:
        used_at = datetime.fromisoformat(written)
    except ValueError:
        return "", datetime.min.replace(tzinfo=UTC)
    return (secret, used_at) if used_at.tzinfo else ("", used_at.replace(tzinfo=UTC))


def _ring_errors() -> tuple[type[Exception], ...]:
    """Name what a keyring raises when it fails: its own errors and those its library lets through."""
    errors: list[type[Exception]] = [OSError, RuntimeError]
    # Only a module that is loaded can have raised; loading one to name its errors would cost the import.
    for module, name in (
        ("keyring.errors", "KeyringError"),
        ("secretstorage.exceptions", "SecretStorageException"),
        ("jeepney.wrappers", "DBusErrorResponse"),
        ("dbus.exceptions", "DBusException"),
        ("win32ctypes.pywin32.pywintypes", "error"),
    ):
        error = getattr(sys.modules.get(module), name, None)
        if isinstance(error, type) and issubclass(error, Exception):
            errors.append(error)
    return tuple(errors)
