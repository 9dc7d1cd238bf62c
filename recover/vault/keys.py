"""The keys of one device, sealed as standard age files under `identity/<device>/`.

A device has two keys: `read`, an age identity (X25519), which opens case keys sealed to it, and `sign`, an Ed25519
key, which signs its logs. They lie in

    read.<n>.pass.age    an age identity file, sealed to the passphrase (scrypt)
    sign.<n>.read.age    the signing key as PKCS 8 PEM, sealed to this device's own read recipient
    read.<n>.ring.age    the same text as read.<n>.pass.age, sealed to a secret that only a keyring holds

so that opening costs one scrypt, a passphrase change writes one file, and stock tools do without this program:
`age -d -i read.1.pass.age sign.1.read.age > sign.pem` asks for the passphrase itself. Anyone who knows the read
recipient could seal a signing key of his own to it, so the sealed text pins the public half: its comment lines name
the device, the signing key and the recovery recipient, and are authenticated by the passphrase. A write-only device
has no `read` key; there `sign.<n>.pass.age` holds the same comment lines before the PEM.

`n` counts passphrase changes. A change makes n+1 durable, opens it again and compares, and only then removes the
older ones: a crash anywhere leaves at least one file that opens. Opening tries the highest n first and removes
nothing. An old copy of the vault keeps opening with the old passphrase; no software can change that.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recover.errors import AlteredError, LockedError, NewerFormatError, NotFoundError, RecoverError, UsageError
from recover.vault import note, passphrase, store

RECOVERY_NONE = "none"
"""The helper has decided to have no recovery key."""

RECOVERY_UNDECIDED = "undecided"
"""Not asked yet: an open item in `next`."""

MAX_KEY_FILE_BYTES = 32 * 1024
MAX_TRIED = 4
"""Files tried per opening. A crash leaves two; more could only make every opening slow."""

_FIRST_LINE = "# recover device keys, version "
_VERSION = 1
_FILE_NAME = re.compile(r"(read|sign)\.([1-9][0-9]{0,8})\.(pass|ring|read)\.age", re.ASCII)
_MAX_GENERATION = 999_999_999
_DEVICE_NAME = re.compile(r"[0-9a-z][0-9a-z-]{0,63}", re.ASCII)
_SEED_BYTES = 32
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the seed in every Ed25519 private key, RFC 8410, section 7."""
_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of every Ed25519 public key, RFC 8410, section 4."""


@dataclass(frozen=True, slots=True, repr=False)
class DeviceKeys:
    """Both private keys of one device, in memory. Its `repr` shows the device only."""

    device: str
    sign_seed: bytes
    """The 32-byte Ed25519 seed, RFC 8032."""
    read_identity: str
    """`AGE-SECRET-KEY-1…`; empty on a write-only device."""
    recovery: str = RECOVERY_UNDECIDED
    """The recovery recipient (`age1…`), `RECOVERY_NONE` or `RECOVERY_UNDECIDED`."""

    def __repr__(self) -> str:
        return f"DeviceKeys(device={self.device!r})"

    @property
    def public_key(self) -> bytes:
        """Return the public signing key, 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.sign_seed).public_key().public_bytes_raw()

    @property
    def is_write_only(self) -> bool:
        """Say whether this device can add and sign but reads nothing back."""
        return not self.read_identity

    @property
    def read_recipient(self) -> str:
        """Return the age recipient (`age1…`) that others seal case keys to; LockedError on a write-only device."""
        if self.is_write_only:
            raise LockedError("this device is write-only: it has no key to read with")
        return str(_identity(self.read_identity).to_public())

    def signer(self, name: str) -> note.Signer:
        """Return the signing key under a note key name, such as the origin of a log."""
        return note.Signer(name, self.sign_seed)


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What opening found: the keys, the file they came from, and files that a crash left beside it."""

    keys: DeviceKeys
    generation: int
    leftovers: tuple[str, ...]
    """Names of other passphrase files of this device; the next passphrase change removes them."""


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryKey:
    """A fresh recovery key. The identity is shown or written once and then forgotten; only the recipient is kept."""

    identity: str
    recipient: str

    @property
    def text(self) -> str:
        """Write it as an age identity file, for `--recovery-out`."""
        return f"# recovery key of a recover vault: keep it away from the vault\n# {self.recipient}\n{self.identity}\n"


def generate(device: str, *, recovery: str = RECOVERY_UNDECIDED, is_write_only: bool = False) -> DeviceKeys:
    """Make fresh keys for a device; `device` is the name of its folder under `identity/`."""
    if _DEVICE_NAME.fullmatch(device) is None:
        raise UsageError("a device name has 1 to 64 small letters, digits and hyphens")
    read_identity = "" if is_write_only else str(pyrage.x25519.Identity.generate())
    return DeviceKeys(device, Ed25519PrivateKey.generate().private_bytes_raw(), read_identity, check_recovery(recovery))


def generate_recovery() -> RecoveryKey:
    """Make a fresh recovery key."""
    identity = pyrage.x25519.Identity.generate()
    return RecoveryKey(str(identity), str(identity.to_public()))


def check_recovery(recovery: str) -> str:
    """Return a recovery choice unchanged: an age recipient, "none" or "undecided"; raises UsageError otherwise."""
    if recovery not in (RECOVERY_NONE, RECOVERY_UNDECIDED):
        check_recipient(recovery)
    return recovery


def check_recipient(recipient: str) -> str:
    """Return an age X25519 recipient unchanged; raises UsageError if it is none."""
    hint = "a recipient begins with age1; make one with:  age-keygen -o recovery.txt"
    if recipient.upper().startswith("AGE-SECRET-KEY-"):
        raise UsageError("this is a secret key, not a recipient", hint="keep it secret; give its age1… line instead")
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise UsageError("this is not an age recipient", hint=hint) from error
    return recipient


def create(
    folder: Path,
    keys: DeviceKeys,
    new_passphrase: str,
    disk: store.Disk = store.REAL_DISK,
    *,
    work_factor: int = passphrase.WORK_FACTOR,
) -> None:
    """Write the keys of a new device into `folder` (`identity/<device>`), durable when this returns.

    Costs one scrypt. Raises UsageError for an empty passphrase, CannotWriteError for a failing disk; then the folder
    may hold one of the files, and a new attempt takes a new device.
    """
    sealed = passphrase.seal(_write_text(keys), new_passphrase, work_factor=work_factor)
    if not keys.is_write_only:
        store.create_once(folder / "sign.1.read.age", _seal_to(private_pem(keys.sign_seed), keys.read_recipient), disk)
    # Last: a folder without a passphrase file holds no device.
    store.create_once(folder / _name(keys, 1, "pass"), sealed, disk)


def open_with_passphrase(folder: Path, given: str, disk: store.Disk = store.REAL_DISK) -> Opened:
    """Open the keys in `folder` with the passphrase; costs one scrypt, and one more per file that does not open.

    Raises LockedError if there is no key or the passphrase opens none, AlteredError (with the file) if what stands
    there is no key file of this device or asks for too much work, NewerFormatError for a later version.
    """
    names = _names(folder, "pass", disk)
    if not names:
        raise LockedError(
            "there is no key of this device in the vault",
            place=str(folder),
            hint="copy the folder identity/ back from a backup, or use your recovery key",
        )
    faults: list[RecoverError] = []
    for generation, name in names[:MAX_TRIED]:
        path = folder / name
        try:
            sealed = store.read(path, MAX_KEY_FILE_BYTES, disk)
            text = passphrase.open_sealed(sealed, given, place=str(path))
            keys = _read_text(text, folder, name, disk)
        except (AlteredError, LockedError) as fault:
            faults.append(fault)
        else:
            return Opened(keys, generation, tuple(other for _, other in names if other != name))
    raise min(faults, key=lambda fault: isinstance(fault, AlteredError))


def change_passphrase(
    folder: Path,
    keys: DeviceKeys,
    new_passphrase: str,
    disk: store.Disk = store.REAL_DISK,
    *,
    work_factor: int = passphrase.WORK_FACTOR,
) -> int:
    """Seal these keys to a new passphrase and remove the older files; returns the new generation.

    The new file is durable and has been opened again before anything is removed, keyring copies too, so after a crash
    or an error (CannotWriteError) the old passphrase, the new one, or both open the vault. Hold the vault's lock.
    """
    older = _names(folder, "pass", disk)
    generation = older[0][0] + 1 if older else 1
    if generation > _MAX_GENERATION:
        raise AlteredError("the key files are numbered beyond what recover writes", place=str(folder))
    path = folder / _name(keys, generation, "pass")
    sealed = passphrase.seal(_write_text(keys), new_passphrase, work_factor=work_factor)
    store.create_once(path, sealed, disk)
    text = passphrase.open_sealed(store.read(path, MAX_KEY_FILE_BYTES, disk), new_passphrase, place=str(path))
    if _read_text(text, folder, path.name, disk) != keys:
        raise AlteredError("the new key file does not hold the keys; the old passphrase stays", place=str(path))
    for _, name in older:
        store.remove(folder / name, disk)
    forget_ring(folder, disk)
    return generation


def set_recovery(
    folder: Path,
    keys: DeviceKeys,
    recovery: str,
    given: str,
    disk: store.Disk = store.REAL_DISK,
    *,
    work_factor: int = passphrase.WORK_FACTOR,
) -> DeviceKeys:
    """Record the recovery choice in the sealed keys, as a passphrase change does; returns the changed keys.

    `given` must be the current passphrase (it is tried first: LockedError), or the helper would be locked out.
    """
    if open_with_passphrase(folder, given, disk).keys != keys:
        raise AlteredError("the keys on the disk are not the ones in use", place=str(folder))
    changed = replace(keys, recovery=check_recovery(recovery))
    change_passphrase(folder, changed, given, disk, work_factor=work_factor)
    return changed


def seal_to_ring(folder: Path, keys: DeviceKeys, disk: store.Disk = store.REAL_DISK) -> str:
    """Write a copy of the keys that opens with a fresh random secret, and return that secret for a keyring.

    The secret is an age identity. Its recipient is kept nowhere, so nobody else can make a file that it opens.
    """
    older = _names(folder, "ring", disk)
    secret = pyrage.x25519.Identity.generate()
    path = folder / _name(keys, older[0][0] + 1 if older else 1, "ring")
    store.create_once(path, _seal_to(_write_text(keys), str(secret.to_public())), disk)
    for _, name in older:
        store.remove(folder / name, disk)
    return str(secret)


def open_with_secret(folder: Path, secret: str, disk: store.Disk = store.REAL_DISK) -> DeviceKeys:
    """Open the keys with a secret from a keyring, without scrypt.

    Raises LockedError if no file here opens with it (locked meanwhile, or the vault was replaced), AlteredError as
    `open_with_passphrase` does.
    """
    for _, name in _names(folder, "ring", disk)[:MAX_TRIED]:
        try:
            identity = pyrage.x25519.Identity.from_str(secret)
            text = _open_with(store.read(folder / name, MAX_KEY_FILE_BYTES, disk), identity)
        except (pyrage.IdentityError, pyrage.DecryptError):
            continue
        return _read_text(text, folder, name, disk)
    raise LockedError("the vault is locked", hint="recover vault unlock")


def has_ring(folder: Path, disk: store.Disk = store.REAL_DISK) -> bool:
    """Say whether a copy of the keys stands here that a keyring secret may open."""
    return bool(_names(folder, "ring", disk))


def forget_ring(folder: Path, disk: store.Disk = store.REAL_DISK) -> None:
    """Remove every copy of the keys that a keyring secret opens."""
    for _, name in _names(folder, "ring", disk):
        store.remove(folder / name, disk)


def private_pem(sign_seed: bytes) -> bytes:
    """Write an Ed25519 private key as PKCS 8 PEM, for `openssl pkeyutl -sign -rawin`. A secret."""
    return _pem("PRIVATE KEY", _PKCS8 + sign_seed)


def public_pem(public_key: bytes) -> bytes:
    """Write an Ed25519 public key as SubjectPublicKeyInfo PEM, for `openssl pkeyutl -verify -rawin -pubin`."""
    return _pem("PUBLIC KEY", _SPKI + public_key)


def _pem(label: str, der: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{b64encode(der).decode()}\n-----END {label}-----\n".encode()


def _write_text(keys: DeviceKeys) -> bytes:
    head = [
        f"{_FIRST_LINE}{_VERSION}",
        f"# device: {keys.device}",
        f"# sign: {keys.public_key.hex()}",
        f"# recovery: {keys.recovery}",
        "",
    ]
    body = private_pem(keys.sign_seed) if keys.is_write_only else f"{keys.read_identity}\n".encode()
    return "\n".join(head).encode() + body


def _read_text(text: bytes, folder: Path, name: str, disk: store.Disk) -> DeviceKeys:
    """Read the sealed text and everything it pins; the text itself is authentic, what stands beside it is not."""
    place = str(folder / name)
    first, device, sign, recovery, body = _split_text(text, place)
    if first != f"{_FIRST_LINE}{_VERSION}":
        if first.startswith(_FIRST_LINE) and first.removeprefix(_FIRST_LINE).isdigit():
            raise NewerFormatError("these keys were written by a newer recover", place=place, hint="update recover")
        raise AlteredError("this file does not hold the keys of a device", place=place)
    if device != f"# device: {folder.name}":
        raise AlteredError("these are the keys of another device", place=place)
    if name.startswith("read."):
        read_identity = body.decode("ascii", "replace").strip()
        sign_seed = _find_sign_seed(folder, read_identity, sign, disk)
    else:
        read_identity, sign_seed = "", _read_pem(body, place)
    keys = DeviceKeys(folder.name, sign_seed, read_identity, recovery.removeprefix("# recovery: "))
    if _write_text(keys) != text or not _is_recovery(keys.recovery):
        raise AlteredError("this file does not hold the keys of a device", place=place)
    return keys


def _is_recovery(recovery: str) -> bool:
    try:
        check_recovery(recovery)
    except UsageError:
        return False
    return True


def _split_text(text: bytes, place: str) -> tuple[str, str, str, str, bytes]:
    lines = text.split(b"\n", 4)
    if len(lines) != 5:
        raise AlteredError("this file does not hold the keys of a device", place=place)
    first, device, sign, recovery = (line.decode("ascii", "replace") for line in lines[:4])
    return first, device, sign, recovery, lines[4]


def _find_sign_seed(folder: Path, read_identity: str, sign_line: str, disk: store.Disk) -> bytes:
    """Return the signing key that the sealed text pins, whatever else was put beside it."""
    identity = _identity(read_identity)
    for _, name in _names(folder, "read", disk)[:MAX_TRIED]:
        try:
            pem = _open_with(store.read(folder / name, MAX_KEY_FILE_BYTES, disk), identity)
            seed = _read_pem(pem, str(folder / name))
        except (pyrage.DecryptError, AlteredError):
            continue
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        if sign_line == f"# sign: {public.hex()}":
            return seed
    raise AlteredError(
        "the signing key of this device is missing or altered",
        place=str(folder),
        hint="copy sign.*.read.age back from a backup of identity/",
    )


def _read_pem(pem: bytes, place: str) -> bytes:
    """Return the seed of the only form that `private_pem` writes: one line of base64, one key, nothing around it."""
    try:
        seed = b64decode(b"".join(pem.split(b"\n")[1:2]), validate=True).removeprefix(_PKCS8)
    except ValueError:
        seed = b""
    if len(seed) != _SEED_BYTES or private_pem(seed) != pem:
        raise AlteredError("this file does not hold an Ed25519 signing key", place=place)
    return seed


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise AlteredError("this is not an age identity") from error


def _seal_to(plaintext: bytes, recipient: str) -> bytes:
    return pyrage.encrypt(plaintext, [pyrage.x25519.Recipient.from_str(recipient)])


def _open_with(sealed: bytes, identity: pyrage.x25519.Identity) -> bytes:
    return pyrage.decrypt(sealed, [identity])


def _name(keys: DeviceKeys, generation: int, opener: str) -> str:
    return f"{'sign' if keys.is_write_only else 'read'}.{generation}.{opener}.age"


def _names(folder: Path, opener: str, disk: store.Disk) -> list[tuple[int, str]]:
    """List the key files that this opener opens, highest generation first."""
    try:
        files = disk.listing(folder).files
    except OSError as error:
        raise NotFoundError(f"cannot list the keys: {error.strerror or error}", place=str(folder)) from error
    matches = [match for name in files if (match := _FILE_NAME.fullmatch(name)) and match[3] == opener]
    # A device reads or it does not: beside a `read` file, a `sign` file of the same opener is not its own.
    roles = {match[1] for match in matches}
    role = "sign" if opener == "read" or roles == {"sign"} else "read"
    return sorted(((int(match[2]), match[0]) for match in matches if match[1] == role), reverse=True)
