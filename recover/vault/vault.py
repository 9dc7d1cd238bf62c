"""A vault on a disk: make it, open it, unlock it, find and found cases.

`Vault` needs no key; `Session` holds this helper's keys in memory; `CaseLog` is one open case. The vault knows bytes
and kinds of entries, not playbooks.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from recover import times
from recover.errors import (
    AlteredError,
    CannotWriteError,
    LockedError,
    NotFoundError,
    RecoverError,
    RefusedError,
    UsageError,
)
from recover.frozen import frozen
from recover.vault import keyring_unlock, names, passphrase, sealing, stamps, store
from recover.vault import keys as key_files
from recover.vault.case import ENTRY_DESTROYED, ENTRY_MISSING, CaseLog, Erasure, Receipt, Record, remove_case_keys
from recover.vault.device import Device, default_state_folder
from recover.vault.document import Draft, Head, ObjectRef, sha256_hex
from recover.vault.keys import RECOVERY_NONE, RECOVERY_UNDECIDED, DeviceKeys
from recover.vault.layout import (
    CaseFolder,
    CaseKeys,
    case_folders,
    key_text,
    read_case_keys,
    read_trust,
    read_vault_json,
    vault_json,
)
from recover.vault.log import Fault, read_log
from recover.vault.merge import HeldBack
from recover.vault.statements import Genesis, Trust
from recover.vault.store import REAL_DISK, Disk

__all__ = [
    "ENTRY_DESTROYED",
    "ENTRY_MISSING",
    "CaseLog",
    "CaseSummary",
    "Draft",
    "Erasure",
    "Fault",
    "Head",
    "HeldBack",
    "Info",
    "ObjectRef",
    "Receipt",
    "Record",
    "Session",
    "Vault",
]

MAX_DEVICES = 8
"""Key folders tried per unlocking; each costs a scrypt."""

Clock = Callable[[], datetime]


@frozen
class CaseSummary:
    """A case as a list shows it. `name` is empty when no key here opens it."""

    id: str
    name: str
    practice: bool
    is_shredded: bool
    is_readable: bool


@frozen
class Info:
    """What can be said of a vault without a key.

    `durability` is `full`, or `weak` where the file system cannot make names durable. `leftovers` are temporary files
    that a crash left behind: harmless.
    """

    path: Path
    id: str
    cases: int
    devices: tuple[str, ...]
    durability: str
    leftovers: tuple[str, ...]
    time_stamps: Mapping[str, int]
    """State → how many time-stamps over checkpoints are in it; empty where there is none."""


class Vault:
    """A vault's folder. Nothing in it can be read without `unlock`."""

    def __init__(self, path: Path, vault_id: str, state_folder: Path, clock: Clock, disk: Disk) -> None:
        self.path = path
        self.id = vault_id
        self.clock = clock
        self.disk = disk
        self.device = Device(state_folder, vault_id, disk)

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        passphrase: str,
        recovery: str = RECOVERY_UNDECIDED,
        state_dir: Path | None = None,
        clock: Clock = times.now,
        disk: Disk = REAL_DISK,
        work_factor: int = passphrase.WORK_FACTOR,
    ) -> Vault:
        """Make a vault in a new or empty folder, with fresh keys of this device sealed to `passphrase`.

        `recovery` is an age recipient, `none`, or `undecided` (an open item). Raises UsageError when something else
        stands in the folder or the passphrase is empty, CannotWriteError (14).
        """
        _check_empty(path, disk)
        vault_id, device = secrets.token_hex(16), secrets.token_hex(8)
        made = key_files.generate(device, recovery=recovery)
        key_files.create(path / "identity" / device, made, passphrase, disk, work_factor=work_factor)
        store.ensure_folder(path / "cases", disk)
        # Last: a folder is a vault once this stands.
        store.create_once(path / "vault.json", vault_json(vault_id), disk)
        return cls(path, vault_id, state_dir or default_state_folder(), clock, disk)

    @classmethod
    def create_throwaway(
        cls, path: Path, *, state_dir: Path | None = None, clock: Clock = times.now, disk: Disk = REAL_DISK
    ) -> Session:
        """Make a vault whose keys exist in memory only: encrypted like any other, and lost with the process.

        For practice and tests, which then pay no scrypt and leave nothing that anyone could open.
        """
        _check_empty(path, disk)
        vault_id = secrets.token_hex(16)
        store.ensure_folder(path / "cases", disk)
        store.create_once(path / "vault.json", vault_json(vault_id), disk)
        vault = cls(path, vault_id, state_dir or default_state_folder(), clock, disk)
        return Session(vault, key_files.generate(secrets.token_hex(8), recovery=RECOVERY_NONE))

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        state_dir: Path | None = None,
        clock: Clock = times.now,
        disk: Disk = REAL_DISK,
    ) -> Vault:
        """Open a vault's folder. Raises NotFoundError (10), NewerFormatError (13), AlteredError (20)."""
        return cls(path, read_vault_json(path, disk), state_dir or default_state_folder(), clock, disk)

    @classmethod
    def is_vault(cls, path: Path, disk: Disk = REAL_DISK) -> bool:
        """Say whether a vault stands in a folder."""
        return disk.size(path / "vault.json") is not None

    def unlock(self, passphrase: str) -> Session:
        """Open this device's keys; costs about a second. Raises LockedError (12), AlteredError (20)."""
        faults: list[RecoverError] = []
        for folder in self._device_folders():
            try:
                opened = key_files.open_with_passphrase(folder, passphrase, self.disk)
            except (LockedError, AlteredError) as fault:
                faults.append(fault)
            else:
                return Session(self, opened.keys)
        raise min(faults, key=lambda fault: isinstance(fault, AlteredError), default=self._no_key())

    def unlock_with_secret(self, secret: str) -> Session:
        """Open this device's keys with a secret from a keyring, at once. Raises LockedError (12)."""
        for folder in self._device_folders():
            try:
                return Session(self, key_files.open_with_secret(folder, secret, self.disk))
            except LockedError:
                continue
        raise LockedError("the vault is locked", place=str(self.path), hint="recover vault unlock")

    def unlock_kept(self) -> Session | None:
        """Open a session with the keys a protected keyring keeps for 30 idle minutes; None means: ask."""
        for folder in self._device_folders():
            kept = keyring_unlock.open_unlocked(folder, self.id, self.clock, self.disk)
            if kept is not None:
                return Session(self, kept)
        return None

    def forget_kept(self) -> None:
        """End what `Session.keep` began; nothing kept is success."""
        for folder in self._device_folders():
            keyring_unlock.lock(folder, self.id, self.disk)

    def unlock_with_recovery(self, identity: str) -> Session:
        """Open a session with the recovery key: it reads every case sealed to it, and writes nothing."""
        sealing.recipient_of(identity)
        return Session(self, None, identity)

    def change_passphrase(self, old: str, new: str, *, work_factor: int = passphrase.WORK_FACTOR) -> None:
        """Seal this device's keys with `new`; after a crash the old passphrase, the new one, or both open the vault.

        Copies of the vault made before keep the old passphrase. Raises LockedError when `old` is wrong.
        """
        session = self.unlock(old)
        with self.device.lock():
            key_files.change_passphrase(session.key_folder, session.keys, new, self.disk, work_factor=work_factor)

    def info(self) -> Info:
        """Return what can be said without a key."""
        leftovers = [
            str(folder / name)
            for folder in (
                self.path,
                self.path / "cases",
                *(case.objects for case in case_folders(self.path, self.disk)),
            )
            for name in self.disk.listing(folder).leftovers
        ]
        try:
            is_durable = self.disk.sync_folder(self.path)
        except OSError as error:
            raise CannotWriteError("the vault's folder cannot be made durable", place=str(self.path)) from error
        return Info(
            self.path,
            self.id,
            len(case_folders(self.path, self.disk)),
            self.disk.listing(self.path / "identity").folders,
            "full" if is_durable else "weak",
            tuple(leftovers),
            self._time_stamps(),
        )

    def _time_stamps(self) -> dict[str, int]:
        judged: list[stamps.Judged] = []
        for folder in case_folders(self.path, self.disk):
            # A case that is damaged must not hide the others; `verify` says what is wrong with it.
            with contextlib.suppress(RecoverError):
                found, _ = stamps.read_stamps(folder, self.disk)
                trust, _ = read_trust(folder, self.disk) if found else (None, ())
                if trust is not None:
                    logs = {log: read_log(folder.path, trust, log, None, self.disk) for log in trust.members}
                    judged += stamps.judge_all(folder, found, logs)[0]
        return stamps.counts(judged) if judged else {}

    def _device_folders(self) -> list[Path]:
        root = self.path / "identity"
        return [root / name for name in self.disk.listing(root).folders[:MAX_DEVICES]]

    def _no_key(self) -> LockedError:
        return LockedError(
            "there is no key of any device in this vault",
            place=str(self.path / "identity"),
            hint="copy the folder identity/ back from a backup, or use your recovery key",
        )


class Session:
    """An unlocked vault: this helper's keys, in memory only."""

    def __init__(self, vault: Vault, keys: DeviceKeys | None, identity: str = "") -> None:
        self.vault = vault
        self._keys = keys
        own = identity or (keys.read_identity if keys is not None else "")
        self._opener = sealing.Opener((own,) if own else ())
        self._cases: dict[str, CaseKeys] = {}

    def __repr__(self) -> str:
        return f"Session({str(self.vault.path)!r})"

    @property
    def keys(self) -> DeviceKeys:
        """Return this device's keys; LockedError in a session of the recovery key."""
        if self._keys is None:
            raise LockedError("a recovery key reads only", hint="unlock with the passphrase")
        return self._keys

    @property
    def key_folder(self) -> Path:
        """Return where this device's sealed keys stand."""
        return self.vault.path / "identity" / self.keys.device

    @property
    def recovery(self) -> str:
        """Return the recovery recipient, `none` or `undecided`."""
        return self.keys.recovery

    def seal_to_ring(self) -> str:
        """Seal the keys to a fresh secret for a keyring and return that secret."""
        return key_files.seal_to_ring(self.key_folder, self.keys, self.vault.disk)

    def keep(self) -> datetime:
        """Let commands open the keys for 30 idle minutes through a protected keyring; return when that ends.

        Raises RefusedError when no protected keyring is here, or it fails.
        """
        ring = keyring_unlock.protected_ring()
        vault = self.vault
        return keyring_unlock.unlock(self.key_folder, self.keys, vault.id, ring, vault.clock, vault.disk)

    def set_recovery(self, recovery: str, given: str, *, work_factor: int = passphrase.WORK_FACTOR) -> None:
        """Record the recovery choice and seal every case here to it too. `given` is the current passphrase."""
        with self.vault.device.lock():
            self._keys = key_files.set_recovery(
                self.key_folder, self.keys, recovery, given, self.vault.disk, work_factor=work_factor
            )
        if recovery in (RECOVERY_NONE, RECOVERY_UNDECIDED):
            return
        for folder in case_folders(self.vault.path, self.vault.disk):
            trust = self._trust(folder)
            if trust is not None and trust.shredded is None:
                self._seal_case(folder, trust, recovery)

    def _seal_case(self, folder: CaseFolder, trust: Trust, recipient: str) -> None:
        try:
            opened = self._open_keys(folder, trust)
        except LockedError:
            return
        epochs = {recipient: epoch for epoch, recipient in enumerate(trust.epochs)}
        for identity in opened.identities:
            epoch = epochs[sealing.recipient_of(identity)]
            _write_key(folder, epoch, key_text(opened.name, identity), recipient, self.vault.disk)

    def readers(self) -> set[str]:
        """Return the recipients that every case founded here is sealed to: this helper and the recovery key."""
        own = {self._keys.read_recipient} if self._keys is not None and not self._keys.is_write_only else set()
        recovery = self._keys.recovery if self._keys is not None else RECOVERY_NONE
        return own if recovery in (RECOVERY_NONE, RECOVERY_UNDECIDED) else own | {recovery}

    def is_founder(self, genesis: Genesis) -> bool:
        """Say whether a case was founded with the keys of this session."""
        return self._keys is not None and self._keys.public_key == genesis.public_key

    def case_keys(self, folder: CaseFolder, trust: Trust) -> CaseKeys:
        """Open a case's keys as they stand on the disk; raises LockedError."""
        return read_case_keys(folder, trust, self._opener, self.vault.disk)

    def cases(self) -> list[CaseSummary]:
        """Return every case of the vault, sorted by name, those that cannot be opened last."""
        found = [self._summary(folder) for folder in case_folders(self.vault.path, self.vault.disk)]
        return sorted(found, key=lambda case: (not case.is_readable, case.name, case.id))

    def _summary(self, folder: CaseFolder) -> CaseSummary:
        trust = self._trust(folder)
        if trust is None:
            return CaseSummary(folder.case, "", practice=False, is_shredded=False, is_readable=False)
        try:
            name = "" if trust.shredded is not None else self._open_keys(folder, trust).name
        except LockedError:
            name = ""
        return CaseSummary(
            folder.case, name, trust.genesis.is_practice, trust.shredded is not None, is_readable=bool(name)
        )

    def _trust(self, folder: CaseFolder) -> Trust | None:
        """A case whose genesis is damaged must not hide the others; opening it says what is wrong."""
        try:
            return read_trust(folder, self.vault.disk)[0]
        except RecoverError:
            return None

    def _open_keys(self, folder: CaseFolder, trust: Trust) -> CaseKeys:
        known = self._cases.get(folder.case)
        if known is None or len(known.identities) < len(trust.epochs):
            known = self._cases[folder.case] = read_case_keys(folder, trust, self._opener, self.vault.disk)
        return known

    def create_case(self, practice: bool = False) -> CaseLog:
        """Found a case with a random two-word name and return it, durable and empty.

        Whether it is practice is fixed for good. The name stands only in sealed key files.
        """
        identity, log = sealing.new_identity(), secrets.token_hex(8)
        genesis = Genesis(secrets.token_bytes(32), log, self.keys.public_key, sealing.recipient_of(identity), practice)
        folder = CaseFolder(self.vault.path / "cases" / genesis.case)
        name = names.new_name({case.name for case in self.cases()})
        text = key_text(name, identity)
        for recipient in sorted(self.readers()):
            _write_key(folder, 0, text, recipient, self.vault.disk)
        # Last: a folder is a case once this stands, and then its keys stand too.
        store.create_once(folder.genesis, genesis.data, self.vault.disk)
        with self.vault.device.lock():
            self.vault.device.own(genesis.case, log)
        self._cases[genesis.case] = CaseKeys(name, (identity,))
        return self._open(folder, self._cases[genesis.case])

    def open_case(self, reference: str) -> CaseLog:
        """Open a case by its two-word name or a unique beginning of its id.

        Raises NotFoundError (10), UsageError when several fit, LockedError (12) when it was shredded or no key opens
        it, AlteredError (20) when its genesis is not the one it is named after.
        """
        folder = self._find(reference.strip().lower())
        trust, _ = read_trust(folder, self.vault.disk)
        if trust.shredded is not None:
            # A copy made before may have brought the keys back; the statement still holds.
            remove_case_keys(folder, self.vault.disk)
            raise LockedError(f"this case was shredded on {trust.shredded.at:%Y-%m-%d}", place=folder.case)
        return self._open(folder, self._open_keys(folder, trust))

    def _find(self, reference: str) -> CaseFolder:
        cases = self.cases()
        by_name = [case for case in cases if case.name == reference]
        fitting = by_name or [case for case in cases if reference and case.id.startswith(reference)]
        if not fitting:
            known = ", ".join(case.name for case in cases if case.name)
            raise NotFoundError(f"there is no case {reference}", hint=f"cases here: {known or 'none'}")
        if len(fitting) > 1:
            raise UsageError(
                f"{len(fitting)} cases fit {reference}", hint="give more of the id: " + ", ".join(c.id for c in fitting)
            )
        return CaseFolder(self.vault.path / "cases" / fitting[0].id)

    def _open(self, folder: CaseFolder, case_keys: CaseKeys) -> CaseLog:
        return CaseLog(folder, self._keys, case_keys, self.vault.device, self.vault.clock, self.vault.disk)


def _check_empty(path: Path, disk: Disk) -> None:
    if Vault.is_vault(path, disk):
        raise RefusedError("there is a vault here already", place=str(path), hint="recover case list")
    found = disk.listing(path)
    # `identity` alone is what an interrupted attempt left behind.
    if found.files or found.others or not set(found.folders) <= {"identity", "cases"}:
        raise UsageError("the folder is not empty", place=str(path), hint="name a new folder for the vault")


def _write_key(folder: CaseFolder, epoch: int, text: bytes, recipient: str, disk: Disk) -> None:
    sealed = sealing.seal_bytes(text, recipient)
    store.create_once(folder.keys / str(epoch) / f"{sha256_hex(sealed)}.age", sealed, disk)
