"""The sealed objects of one case: exhibits, parts and entries, named by the hash of their ciphertext."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from recover.errors import AlteredError, IncompleteError, InputError, NotFoundError
from recover.vault import sealing, store
from recover.vault.document import MAX_PART_BYTES, PAGE_BYTES, ObjectRef, is_sha256, parse_part, part_bytes, sha256_hex
from recover.vault.layout import CaseFolder
from recover.vault.sealing import Hashes, Progress, Reader, Writer
from recover.vault.statements import Statement
from recover.vault.store import REAL_DISK, Disk


class Sealed(Protocol):
    """What names an object: its ciphertext's hash, and its plaintext's, which is checked (empty: not known)."""

    @property
    def sealed_sha256(self) -> str:
        """SHA-256 of the age file."""

    @property
    def plain_sha256(self) -> str:
        """SHA-256 of what is in it."""


class Objects:
    """Adds and opens the objects of one case. `destroyed` maps erased objects to the statement that says so."""

    def __init__(
        self,
        folder: CaseFolder,
        recipient: str,
        identities: tuple[str, ...],
        destroyed: Mapping[str, Statement],
        disk: Disk = REAL_DISK,
    ) -> None:
        self.folder = folder
        self.recipient = recipient
        self.destroyed = destroyed
        self._identities = identities
        self._opener = sealing.Opener(identities)
        self._disk = disk
        self._arrivals: list[tuple[store.Incoming, Path]] = []
        self._unsynced: dict[Path, None] = {}
        self._batches = 0

    def add(self, reader: Reader, progress: Progress | None = None) -> ObjectRef:
        """Seal all that `reader` gives. Durable when this returns, or inside `batch` when that ends."""
        incoming = store.Incoming(self.folder.objects, self._disk)
        try:
            with store.writing(self.folder.objects):
                hashes = self._seal(reader, incoming, progress)
            self._arrivals.append((incoming, self.folder.object(hashes.sealed_sha256)))
        except BaseException:
            incoming.discard()
            raise
        if not self._batches:
            self.settle()
        elif len(self._arrivals) >= store.MAX_OPEN_FILES:
            self._publish()
        return ObjectRef(hashes.sealed_sha256, hashes.plain_sha256, hashes.plain_bytes)

    def _seal(self, reader: Reader, incoming: store.Incoming, progress: Progress | None) -> Hashes:
        return sealing.seal(_Source(reader), incoming, self.recipient, progress)

    def add_part(self, content: Mapping[str, Any]) -> ObjectRef:
        """Seal a small salted document."""
        return self.add(io.BytesIO(part_bytes(content)))

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Make what is added inside durable together, at the end or before; on an error it is discarded."""
        self._batches += 1
        try:
            yield
        except BaseException:
            self.discard()
            raise
        finally:
            self._batches -= 1
        if not self._batches:
            self.settle()

    def settle(self) -> None:
        """Make everything added so far durable."""
        self._publish()
        store.sync_folders(self._unsynced, self._disk)
        # Only now: what failed to become durable must not count as durable the next time.
        self._unsynced = {}

    def _publish(self) -> None:
        """Give everything added so far its name; a folder that takes many names is synced once, by `settle`."""
        arrivals, self._arrivals = self._arrivals, []
        # Before publishing: if that fails half-way, the names it gave still wait for their folders.
        self._unsynced.update({path.parent: None for _, path in arrivals})
        try:
            store.publish_all(arrivals, self._disk)
        finally:
            for incoming, _ in arrivals:
                incoming.discard()

    def discard(self) -> None:
        """Drop what was added and not yet made durable."""
        arrivals, self._arrivals = self._arrivals, []
        for incoming, _ in arrivals:
            incoming.discard()

    def is_here(self, sealed_sha256: str) -> bool:
        """Say whether an object stands in its place."""
        return self._disk.size(self.folder.object(sealed_sha256)) is not None

    def copy(self, sealed: Sealed, writer: Writer, progress: Progress | None = None) -> Hashes:
        """Open an object into `writer`, which may be believed only after this has returned.

        Raises AlteredError when its bytes are not those it is named after or its plaintext is another than
        `plain_sha256`; NotFoundError when it was erased, IncompleteError when it is not here.
        """
        path = self._place(sealed.sealed_sha256)
        try:
            with store.open_to_read(path, self._disk) as file:
                hashes = sealing.unseal(file, writer, self._identities, progress)
        except NotFoundError as error:
            raise self._absent(sealed.sealed_sha256) from error
        except AlteredError as error:
            raise AlteredError(error.message, place=str(path), hint="recover verify") from error
        self._check(hashes, sealed, path)
        return hashes

    def read(self, sealed: Sealed, max_bytes: int) -> bytes:
        """Return a small object's plaintext, checked as `copy` does."""
        path = self._place(sealed.sealed_sha256)
        try:
            data = store.read(path, max_bytes + sealing.MAX_OVERHEAD_BYTES, self._disk)
        except NotFoundError as error:
            raise self._absent(sealed.sealed_sha256) from error
        found = sha256_hex(data)
        if found != sealed.sealed_sha256:
            raise AlteredError("an object's bytes are not those it is named after", place=str(path))
        plain = self._opener.open(data)
        self._check(Hashes(found, len(data), sha256_hex(plain), len(plain)), sealed, path)
        return plain

    def read_part(self, sealed: Sealed) -> dict[str, Any]:
        """Return a part's members without the salt."""
        return parse_part(self.part_bytes(sealed))

    def part_bytes(self, sealed: Sealed) -> bytes:
        """Return a part's exact bytes, salt and padding included."""
        return self.read(sealed, MAX_PART_BYTES + PAGE_BYTES)

    def _place(self, sealed_sha256: str) -> Path:
        if not is_sha256(sealed_sha256):
            raise AlteredError("an object is named by something that is no hash")
        if sealed_sha256 in self.destroyed:
            raise self._absent(sealed_sha256)
        return self.folder.object(sealed_sha256)

    def _absent(self, sealed_sha256: str) -> NotFoundError | IncompleteError:
        place = str(self.folder.object(sealed_sha256))
        statement = self.destroyed.get(sealed_sha256)
        if statement is not None:
            return NotFoundError(f"this was erased on {statement.at:%Y-%m-%d} by log {statement.by}", place=place)
        return IncompleteError(
            "this object is not here", place=place, hint="recover verify  (then copy it from another copy of the vault)"
        )

    def _check(self, hashes: Hashes, sealed: Sealed, path: Path) -> None:
        if hashes.sealed_sha256 != sealed.sealed_sha256:
            raise AlteredError("an object's bytes are not those it is named after", place=str(path))
        if sealed.plain_sha256 and hashes.plain_sha256 != sealed.plain_sha256:
            raise AlteredError("an object holds something else than the log says", place=str(path))


class _Source:
    """Tell failing reads of the outside file from failing writes into the vault."""

    __slots__ = ("_reader",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, size: int, /) -> bytes:
        try:
            return self._reader.read(size)
        except OSError as error:
            raise InputError(f"the file could not be read to its end: {error.strerror or error}") from error
