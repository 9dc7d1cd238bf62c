"""One open case: append to this device's log, read all logs as one sequence.

An append makes its objects durable, then the one commit that names them, and only then returns receipts; whatever
happens in between, the case is as it was before or as it is after. The lock is held per append, never longer. This
device signs only a log that it owns and whose head is exactly the one it remembers (rolled forward over commits of
its own that verify); otherwise it enrols a new log, so that a restored backup or a copied vault never forks one.
"""

from __future__ import annotations

import contextlib
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from recover.errors import (
    AlteredError,
    CannotWriteError,
    ForkError,
    IncompleteError,
    InUseError,
    LockedError,
    NotFoundError,
    RecoverError,
    RefusedError,
    UsageError,
)
from recover.frozen import frozen
from recover.vault import log as logs
from recover.vault import merkle, proof, stamps, store
from recover.vault.device import Device
from recover.vault.document import (
    MAX_ENTRY_BYTES,
    PAGE_BYTES,
    Draft,
    EntryDocument,
    Head,
    Leaf,
    ObjectRef,
    as_read_back,
    entry_bytes,
    instant_text,
    make_leaf,
    parse_entry,
    parse_instant,
    sha256_hex,
)
from recover.vault.keys import DeviceKeys
from recover.vault.layout import CaseFolder, CaseKeys, read_trust
from recover.vault.log import Fault, Log
from recover.vault.merge import HeldBack, merge
from recover.vault.objects import Objects, Sealed
from recover.vault.sealing import Hashes, Progress, Reader, Writer, seal_bytes
from recover.vault.statements import (
    DESTROYED,
    ENROLLED,
    NOBODY,
    SHREDDED,
    Statement,
    write_statement,
)
from recover.vault.store import REAL_DISK, Disk

ENTRY_DESTROYED = "entry.destroyed"
"""The kind of a record whose entry was erased on purpose."""

ENTRY_MISSING = "entry.missing"
"""The kind of a record whose entry is in the log, but whose object is not here or is altered."""

_SUFFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_BEFORE_EVERYTHING = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ATTEMPTS = 3


@frozen
class Receipt:
    """Where an entry stands, durably: log, index, and the root (hex) of the checkpoint that covers it."""

    log: str
    index: int
    root: str
    id: str


@frozen
class Record:
    """An entry as read back. `id` is its index, followed by `-suffix` outside the founding log; the first is `0`."""

    id: str
    log: str
    suffix: str
    index: int
    kind: str
    recorded_at: datetime
    actor: str
    seen: Mapping[str, int]
    body: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Erasure:
    """What a helper destroyed: the statement that says so, and the objects that were unlinked here."""

    statement_sha256: str
    objects: tuple[str, ...]


Redecide = Callable[[list[Record]], Sequence[Draft]]


class CaseLog:
    """One case, opened with its keys. Get one from `Session.open_case` or `Session.create_case`."""

    def __init__(
        self,
        folder: CaseFolder,
        keys: DeviceKeys | None,
        case_keys: CaseKeys,
        device: Device,
        clock: Callable[[], datetime],
        disk: Disk = REAL_DISK,
    ) -> None:
        self._folder = folder
        self._keys = keys
        self._case_keys = case_keys
        self._device = device
        self._clock = clock
        self._disk = disk
        self._logs: dict[str, Log] = {}
        self._records: dict[tuple[str, int], Record] = {}
        self._unreadable: dict[tuple[str, int], Fault] = {}
        self._stamps: dict[str, int] = {}
        self._decided_on: dict[str, Head] = {}
        self._unlinked = 0
        self._trust, self._trust_faults = read_trust(folder, disk)
        self._objects = self._open_objects()
        self._refresh()

    # --- what it is ------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Return the case's id, 32 hex digits."""
        return self._folder.case

    @property
    def name(self) -> str:
        """Return its two-word name."""
        return self._case_keys.name

    @property
    def practice(self) -> bool:
        """Say whether this is a practice case."""
        return self._trust.genesis.is_practice

    @property
    def own_log(self) -> str:
        """Return the id of the log this device will append to; empty when the next append begins one."""
        own = self._device.own_log(self.id)
        return own if own is not None and own in self._trust.members else ""

    @property
    def own_suffix(self) -> str:
        """Return what follows this device's numbers: nothing in the founding log.

        Before the first append to a new log this enrols it, so that a number once given never changes.
        """
        own = self.own_log
        if not own or not self._may_append(own):
            with self._device.lock():
                # Another process of this device may have appended meanwhile; that is no reason to begin a new log.
                self._refresh_own()
                own = self._own_log_ready().id
        return self._trust.suffix(own)

    @property
    def founding_log(self) -> str:
        """Return the id of the log whose entries have plain numbers."""
        return self._trust.genesis.log

    def origin(self, log: str = "") -> str:
        """Return the name under which a log signs its checkpoints (default: the founding log)."""
        return self._trust.origin(log or self.founding_log)

    def verifier_key(self, log: str = "") -> str:
        """Return a log's public key as a C2SP verifier key line (default: the founding log)."""
        return self._trust.verifier(log or self.founding_log).vkey

    # --- append ----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], redecide: Redecide | None = None) -> list[Receipt]:
        """Append entries to this device's log, in their order; all of them are durable when this returns.

        If the case has moved on since `entries` was last called here, `redecide` (when given) gets the entries as
        they are now and returns what to append instead; it runs under the lock and must not ask anyone anything.
        Raises CannotWriteError (14) when the disk fails: nothing without a receipt counts then. InUseError (11) when
        another process holds the vault for 5 seconds; LockedError without a signing key; RefusedError when this
        helper is not of the case.
        """
        self._objects.settle()
        if not drafts and redecide is None:
            return []
        with self._device.lock():
            for attempt in range(_MAX_ATTEMPTS):
                try:
                    return self._append(drafts, redecide)
                except _HeadMoved as error:
                    if attempt + 1 == _MAX_ATTEMPTS:
                        raise ForkError(error.message, place=error.place, hint="recover verify") from error
                    self._refresh()
        raise AlteredError("no attempt to append was made")

    def _append(self, drafts: Sequence[Draft], redecide: Redecide | None) -> list[Receipt]:
        self._refresh_own()
        self._unlink_destroyed()
        if redecide is not None:
            self._refresh()
            if self._heads() != self._decided_on:
                drafts = redecide(self.entries())
                self._objects.settle()
        own = self._own_log_ready()
        receipts: list[Receipt] = []
        for start in range(0, len(drafts), logs.MAX_LEAVES):
            own, added = self._commit(own, drafts[start : start + logs.MAX_LEAVES])
            receipts.extend(added)
        self._decided_on = self._heads()
        return receipts

    def _commit(self, own: Log, drafts: Sequence[Draft]) -> tuple[Log, list[Receipt]]:
        seen = {log: other.head for log, other in self._logs.items() if log != own.id and other.size}
        entries = [self._document(own, own.size + at, draft, seen) for at, draft in enumerate(drafts)]
        contents = {}
        leaves = []
        for entry, draft in zip(entries, drafts, strict=True):
            plain = entry_bytes(entry)
            sealed = seal_bytes(plain, self._trust.recipient)
            leaf = make_leaf(sha256_hex(sealed), sha256_hex(plain), [ref.sealed_sha256 for ref in draft.objects])
            self._check_here(leaf)
            contents[self._folder.object(leaf.ct)] = sealed
            leaves.append(leaf)
        after, commit = logs.extended(own, leaves, self._trust, self._signing_key())
        path = logs.commit_folder(self._folder.path, own.id) / str(after.size)
        try:
            store.create_in_order([contents, {path: commit}], self._disk)
        except ForkError as error:
            raise _HeadMoved(error.message, place=error.place) from error
        self._take(after)
        self._after_commit(own, after)
        root = after.head.root.hex()
        suffix = self._trust.suffix(own.id)
        for entry in entries:
            self._records[(own.id, entry.index)] = _record(entry, suffix)
        return after, [Receipt(own.id, entry.index, root, _entry_id(entry.index, suffix)) for entry in entries]

    def _document(self, own: Log, index: int, draft: Draft, seen: Mapping[str, Head]) -> EntryDocument:
        at = draft.recorded_at if draft.recorded_at is not None else self._clock()
        # Kept as it will be read back, so that a fold gives the same before and after a restart.
        at, body = parse_instant(instant_text(at)), as_read_back(draft.body)
        return EntryDocument(self.id, own.id, index, draft.kind, at, draft.actor, seen, body)

    def _check_here(self, leaf: Leaf) -> None:
        for name in leaf.objects:
            if not self._objects.is_here(name):
                raise IncompleteError("an entry refers to an object that is not in the vault", place=name)

    def _after_commit(self, before: Log, after: Log) -> None:
        """The commit is durable: what fails from here on is made good by the next append, and must not deny it."""
        with contextlib.suppress(CannotWriteError):
            self._device.remember(self.id, {after.id: after.head}, len(self._trust.epochs) - 1)
        if after.size // logs.MAX_LEAVES > before.size // logs.MAX_LEAVES:
            with contextlib.suppress(CannotWriteError):
                logs.derive_tiles(self._folder.path, after, self._disk)

    def _take(self, log: Log) -> None:
        self._logs[log.id] = log
        self._stamps[log.id] = self._disk.stamp(logs.commit_folder(self._folder.path, log.id))

    # --- this device's log -----------------------------------------------------------------------------------------

    def _signing_key(self) -> bytes:
        if self._keys is None:
            raise LockedError(
                "the case was opened with a recovery key, which can read but not sign",
                hint="unlock with the passphrase",
            )
        return self._keys.sign_seed

    def _own_log_ready(self) -> Log:
        """Return the log to append to, enrolling a new one when there is none or it is not as remembered."""
        self._signing_key()
        if len(self._trust.epochs) - 1 < self._device.epoch(self.id):
            raise ForkError(
                "statements of this case that were seen before are gone: entries would be sealed to an old key",
                place=str(self._folder.statements),
                hint="recover verify  (then copy the case from another copy of the vault)",
            )
        own = self.own_log
        return self._logs.get(own, Log(self.id, own)) if own and self._may_append(own) else self._enrol()

    def _may_append(self, own: str) -> bool:
        log = self._logs.get(own, Log(self.id, own))
        remembered = self._device.head(self.id, own)
        is_as_remembered = remembered is None or logs.compare(log, remembered) is None
        return is_as_remembered and not log.faults and self._trust.members[own].removed_at_size is None

    def _enrol(self) -> Log:
        by = self._speaker()
        taken = {member.suffix for member in self._trust.members.values()}
        suffix = _new_suffix()
        while suffix in taken:
            suffix = _new_suffix()
        log = secrets.token_hex(8)
        member = self._trust.members[by]
        fields = {
            "log": log,
            "key": b64encode(member.public_key).decode("ascii"),
            "suffix": suffix,
            "recipient": self._keys.read_recipient if self._keys and not self._keys.is_write_only else NOBODY,
        }
        self._state(write_statement(self._trust, self._signing_key(), by, ENROLLED, self._clock(), fields))
        self._device.own(self.id, log)
        return Log(self.id, log)

    def _speaker(self) -> str:
        """Return the log in whose name this helper's key may make statements."""
        key = self._keys.public_key if self._keys is not None else b""
        for member in self._trust.members.values():
            if member.public_key == key and member.removed_at_size is None:
                return member.log
        raise RefusedError("this helper is not enrolled in the case", place=self.id)

    def _state(self, statement: Statement) -> None:
        store.create_once(self._folder.statements / statement.sha256, statement.note, self._disk)
        self._reload_trust()

    # --- read ------------------------------------------------------------------------------------------------------

    def entries(self) -> list[Record]:
        """Return every entry that is here and may be placed, in the one order of all logs.

        What cannot be read stands as `entry.destroyed` or `entry.missing`; see `notices` and `held_back`.
        """
        return self._merged()[0]

    def held_back(self) -> list[HeldBack]:
        """Return the logs whose next entry waits for one that is not here."""
        return self._merged()[1]

    def _merged(self) -> tuple[list[Record], list[HeldBack]]:
        self._refresh()
        self._decided_on = self._heads()
        self._unreadable = {}
        readable: dict[str, list[Record]] = {}
        for log in sorted(self._logs):
            records: list[Record] = []
            for index in range(self._counted(log)):
                records.append(self._entry(log, index, records[-1] if records else None))
            readable[log] = records
        return merge(readable)

    def _counted(self, log: str) -> int:
        """What a removed helper's device appended after the removal does not count."""
        removed = self._trust.members[log].removed_at_size
        return self._logs[log].size if removed is None else min(removed, self._logs[log].size)

    def _entry(self, log: str, index: int, before: Record | None) -> Record:
        known = self._records.get((log, index))
        leaf = self._logs[log].leaves[index]
        if leaf.ct in self._trust.destroyed:
            return self._placeholder(log, index, before, self._destroyed_body(leaf))
        if known is not None:
            return known
        try:
            record = _record(self._read_entry(log, index), self._trust.suffix(log))
        except RecoverError as error:
            code = logs.INCOMPLETE if isinstance(error, IncompleteError) else logs.ALTERED
            path = str(self._folder.object(leaf.ct))
            self._unreadable[(log, index)] = Fault(code, self.id, error.message, log, index, path)
            return self._placeholder(log, index, before, {"why": error.message})
        self._records[(log, index)] = record
        return record

    def _read_entry(self, log: str, index: int) -> EntryDocument:
        entry = parse_entry(self.entry_bytes(log, index))
        if (entry.case, entry.log, entry.index) != (self.id, log, index):
            raise AlteredError("an entry says of itself that it stands elsewhere", place=f"log {log} entry {index}")
        return entry

    def _placeholder(self, log: str, index: int, before: Record | None, body: Mapping[str, Any]) -> Record:
        """Stand in for an entry nobody can read, at the time that is known or else just after the one before."""
        kind = ENTRY_DESTROYED if "statement" in body else ENTRY_MISSING
        at = before.recorded_at if before is not None else _BEFORE_EVERYTHING
        seen: Mapping[str, int] = {}
        with contextlib.suppress(AlteredError):
            at = parse_instant(body.get("recorded_at"))
            seen = body.get("seen", {})
        suffix = self._trust.suffix(log)
        return Record(_entry_id(index, suffix), log, suffix, index, kind, at, "", seen, body)

    def _destroyed_body(self, leaf: Leaf) -> dict[str, Any]:
        statement = self._trust.destroyed[leaf.ct]
        body: dict[str, Any] = {"statement": statement.sha256, "at": instant_text(statement.at), "by": statement.by}
        with contextlib.suppress(AlteredError, NotFoundError, IncompleteError, LockedError):
            why = self.reason(statement)
            body["reason"] = why.get("reason", "")
            place = why.get("entries", {}).get(leaf.ct, {})
            body.update({name: place[name] for name in ("recorded_at", "seen") if name in place})
        return body

    def reason(self, statement: Statement) -> dict[str, Any]:
        """Return the sealed reason of an erasure."""
        return self._objects.read_part(ObjectRef(statement.fields["why"], "", 0))

    def find(self, entry_id: str) -> Record:
        """Return the entry with this id; raises NotFoundError."""
        for record in self.entries():
            if record.id == entry_id:
                return record
        raise NotFoundError(f"there is no entry {entry_id} in {self.name}", hint=f"recover case show {self.name}")

    def notices(self) -> list[Fault]:
        """Return everything that is not as it should be, as far as opening and reading show it; print these."""
        held = [
            Fault(
                logs.INCOMPLETE,
                self.id,
                f"entry {item.index} and later wait for entry {item.missing_index} of log {item.missing_log}",
                item.log,
                item.index,
            )
            for item in self.held_back()
        ]
        faults = [*self._trust_faults, *self._unreadable.values(), *held]
        for log in self._logs.values():
            faults.extend(log.faults)
        for log_id, remembered in self._device.heads(self.id).items():
            log = self._logs.get(log_id, Log(self.id, log_id))
            fault = logs.compare(log, remembered, str(logs.commit_folder(self._folder.path, log_id)))
            if fault is not None:
                faults.append(fault)
        return faults

    def entry_bytes(self, log: str, index: int) -> bytes:
        """Return an entry's exact plaintext, salt and padding included, checked against its leaf."""
        leaf = self._leaf(log, index)
        return self._objects.read(ObjectRef(leaf.ct, leaf.pt, 0), MAX_ENTRY_BYTES + PAGE_BYTES)

    # --- exhibits and parts ----------------------------------------------------------------------------------------

    def add_object(self, reader: Reader, progress: Progress | None = None) -> ObjectRef:
        """Seal a file of any size into the vault, streaming; it counts once an entry refers to it.

        Durable when this returns, or at the end of `batch`. `progress` gets the number of bytes since its last call.
        Raises InputError (32) when the file cannot be read, CannotWriteError (14) when the vault cannot be written.
        """
        return self._objects.add(reader, progress)

    def add_part(self, content: Mapping[str, Any]) -> ObjectRef:
        """Seal a small salted document that can be shown or withheld on its own."""
        return self._objects.add_part(content)

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Add many objects together: far fewer waits for the disk. `append` after it, not inside."""
        with self._objects.batch():
            yield

    def read_part(self, sealed: Sealed) -> dict[str, Any]:
        """Return a part's members (without its salt), checked against both hashes."""
        return self._objects.read_part(sealed)

    def part_bytes(self, sealed: Sealed) -> bytes:
        """Return a part's exact bytes, as a packet must carry them."""
        return self._objects.part_bytes(sealed)

    def copy_object(self, sealed: Sealed, writer: Writer, progress: Progress | None = None) -> Hashes:
        """Open an exhibit into `writer`. Show nothing of it before this has returned: write to a `.part`, then rename.

        Raises AlteredError, IncompleteError (not here) or NotFoundError (erased).
        """
        return self._objects.copy(sealed, writer, progress)

    # --- proofs ----------------------------------------------------------------------------------------------------

    def heads(self) -> dict[str, Head]:
        """Return how far every log goes, by log id."""
        self._refresh()
        return self._heads()

    def leaf(self, log: str, index: int) -> bytes:
        """Return the bytes of a leaf."""
        return self._leaf(log, index).data

    def checkpoint(self, log: str = "") -> bytes:
        """Return the signed checkpoint of a log's head (default: the founding log); empty before its first entry."""
        found = self._logs.get(log or self.founding_log)
        return found.note if found is not None else b""

    def inclusion(self, log: str, index: int, size: int = 0) -> bytes:
        """Return the proof that a leaf stands in its log, as a `c2sp.org/tlog-proof` text.

        It leads to the checkpoint at `size` entries, by default to the head. Raises NotFoundError when no commit ends
        there.
        """
        self._leaf(log, index)
        found = self._logs[log]
        path = merkle.inclusion_proof(found.hashes[: size or found.size], index)
        return proof.format_tlog_proof(index, path, self.checkpoint_at(log, size or found.size))

    def checkpoint_at(self, log: str, size: int) -> bytes:
        """Return the signed checkpoint of a log at a size; raises NotFoundError when no commit ends there."""
        signed = stamps.note_at(self._logs[log], size) if log in self._logs else None
        if signed is None:
            raise NotFoundError(f"log {log} has no checkpoint at {size} entries here")
        return signed

    def root_at(self, log: str, size: int) -> bytes:
        """Return the root over the first `size` entries of a log."""
        if log not in self._logs or not 0 <= size <= self._logs[log].size:
            raise NotFoundError(f"log {log} has no {size} entries here")
        return self._logs[log].root_at(size)

    # --- time-stamps -----------------------------------------------------------------------------------------------

    def time_stamps(self) -> tuple[stamps.Judged, ...]:
        """Return every time-stamp over a checkpoint of this case, and what it is worth; `verify` says what is wrong."""
        self._refresh()
        found, _ = stamps.read_stamps(self._folder, self._disk)
        return stamps.judge_all(self._folder, found, self._logs)[0]

    def keep_stamp(self, stamp: stamps.Stamp) -> None:
        """Store a request durably, and its response once there is one. What stands there is never changed."""
        stamps.keep_request(self._folder, stamp, self._disk)
        if stamp.response:
            stamps.keep_response(self._folder, stamp, self._disk)

    def consistency(self, log: str, old_size: int) -> list[bytes]:
        """Return the proof that a log's first `old_size` entries are the beginning of what it is now."""
        if log not in self._logs or not 0 <= old_size <= self._logs[log].size:
            raise NotFoundError(f"log {log} never had {old_size} entries here")
        return merkle.consistency_proof(self._logs[log].hashes, old_size)

    # --- destroy ---------------------------------------------------------------------------------------------------

    def erase(self, objects: Iterable[str], reason: str, entries: Iterable[str] = ()) -> Erasure:
        """Destroy objects and the content of entries (by id) on purpose: sign that it was done, then unlink them.

        Their hashes stay in the log, and `verify` says destroyed by, when and (with the key) why. Copies elsewhere
        are not reached until they see the statement. Running it again completes what a crash interrupted.
        """
        records = [self.find(entry_id) for entry_id in entries]
        erased = {self._leaf(record.log, record.index).ct: record for record in records}
        names = sorted({*objects, *erased})
        self._check_erasable(names)
        places = {
            name: {"recorded_at": instant_text(record.recorded_at), "seen": dict(record.seen)}
            for name, record in erased.items()
        }
        why = self._objects.add_part({"reason": reason, "entries": places})
        with self._device.lock():
            self._refresh()
            own = self._own_log_ready()
            statement = write_statement(
                self._trust,
                self._signing_key(),
                own.id,
                DESTROYED,
                self._clock(),
                {"why": why.sealed_sha256},
                names,
            )
            self._state(statement)
            self._unlink_destroyed()
        return Erasure(statement.sha256, tuple(names))

    def _check_erasable(self, names: Sequence[str]) -> None:
        if not names:
            raise UsageError("nothing was named that could be erased")
        known = {name for log in self._logs.values() for leaf in log.leaves for name in (leaf.ct, *leaf.objects)}
        for name in names:
            if name not in known:
                raise NotFoundError("no entry of this case refers to that object", place=name)

    def _unlink_destroyed(self) -> None:
        if len(self._trust.destroyed) == self._unlinked:
            return
        for name in self._trust.destroyed:
            path = self._folder.object(name)
            if self._disk.size(path) is not None:
                store.remove(path, self._disk)
        self._unlinked = len(self._trust.destroyed)
        self._records = {
            (log, index): record
            for (log, index), record in self._records.items()
            if self._logs[log].leaves[index].ct not in self._trust.destroyed
        }

    def shred(self) -> None:
        """Destroy the case's keys here, for good: sign that it was done, then unlink every key file.

        Copies of the vault made before can still be opened by whoever holds a helper's or the recovery key.
        """
        with self._device.lock():
            self._refresh()
            own = self._own_log_ready()
            self._state(write_statement(self._trust, self._signing_key(), own.id, SHREDDED, self._clock()))
            remove_case_keys(self._folder, self._disk)

    # --- keeping up ------------------------------------------------------------------------------------------------

    def _heads(self) -> dict[str, Head]:
        return {log: view.head for log, view in self._logs.items() if view.size}

    def _leaf(self, log: str, index: int) -> Leaf:
        view = self._logs.get(log)
        if view is None or not 0 <= index < view.size:
            raise NotFoundError(f"log {log} has no entry {index} here")
        return view.leaves[index]

    def _open_objects(self) -> Objects:
        return Objects(
            self._folder, self._trust.recipient, self._case_keys.identities, self._trust.destroyed, self._disk
        )

    def _reload_trust(self) -> None:
        self._trust, self._trust_faults = read_trust(self._folder, self._disk)
        self._objects.recipient = self._trust.recipient
        self._objects.destroyed = self._trust.destroyed

    def _refresh(self) -> None:
        """Read what other processes and copies have added, and remember how far every log goes."""
        if set(self._disk.listing(self._folder.statements).files) != set(self._trust.statements):
            self._reload_trust()
        for log in self._disk.listing(self._folder.logs).folders:
            if log in self._trust.members:
                self._read_log(log)
        self._remember()

    def _read_log(self, log: str) -> None:
        known = self._logs.get(log)
        # The stamp is taken first: what arrives while reading then looks new the next time.
        stamp = self._disk.stamp(logs.commit_folder(self._folder.path, log))
        self._logs[log] = logs.read_log(self._folder.path, self._trust, log, known, self._disk)
        self._stamps[log] = stamp

    def _refresh_own(self) -> None:
        """Under the lock: read this device's log again unless it is plainly as it was left here."""
        own = self.own_log
        if not own:
            return
        known = self._logs.get(own)
        stamp = self._disk.stamp(logs.commit_folder(self._folder.path, own))
        is_as_left = known is not None and known.head == self._device.head(self.id, own)
        if not is_as_left or stamp != self._stamps.get(own):
            self._read_log(own)

    def _remember(self) -> None:
        """A case can be read on a full or read-only disk, or while another process appends; then it waits."""
        heads, epoch = self._heads(), len(self._trust.epochs) - 1
        if not self._device.is_news(self.id, heads, epoch):
            return
        with contextlib.suppress(CannotWriteError, InUseError):
            self._device.remember_at_once(self.id, heads, epoch)


class _HeadMoved(ForkError):
    """Another commit stands where this one should go."""


def remove_case_keys(folder: CaseFolder, disk: Disk = REAL_DISK) -> None:
    """Unlink every key of a case, durably."""
    for epoch in disk.listing(folder.keys).folders:
        for name in disk.listing(folder.keys / epoch).files:
            store.remove(folder.keys / epoch / name, disk)


def _record(entry: EntryDocument, suffix: str) -> Record:
    return Record(
        _entry_id(entry.index, suffix),
        entry.log,
        suffix,
        entry.index,
        entry.kind,
        entry.recorded_at,
        entry.actor,
        {log: head.size for log, head in entry.seen.items()},
        entry.body,
    )


def _entry_id(index: int, suffix: str) -> str:
    return f"{index}-{suffix}" if suffix else str(index)


def _new_suffix() -> str:
    return "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(3))
