"""One file becomes one sealed exhibit: streamed once, hashed on both sides, its parts salted and sealed apart.

Knows the vault's objects, not the case: what comes back is turned into an entry by the desk. Parts are documents that
can be shown or withheld one by one: `file` (SHA-256, size, capture, method), `description`, `people`, `source` (the
original name, times and address). A part about which nothing is known is not written. The exhibit's number stands in
its entry only: it is given when the entry is appended, after the parts are sealed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from recover.errors import InputError
from recover.evidence.finding import Found
from recover.evidence.kinds import SAMPLE_BYTES, FileKind, detect
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.vault.document import ObjectRef

_BLOCK_BYTES = 256 * 1024

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Never through a link, never waiting for a pipe, never with line ends translated."""


class Reader(Protocol):
    """Something bytes come out of, block by block."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class Objects(Protocol):
    """The part of a case's log that intake needs."""

    def add_object(self, reader: Reader, progress: Callable[[int], None] | None = None) -> ObjectRef:
        """Seal a stream."""

    def add_part(self, document: Mapping[str, Any]) -> ObjectRef:
        """Seal a salted document."""


@frozen
class About:
    """What a person says about a file; empty means unknown."""

    captured_at: str = ""
    method: str = ""
    shows: str = ""
    people: str = ""
    source_url: str = ""


@frozen
class Sealed:
    """A file that stands sealed in the vault, not yet named by any entry."""

    file_kind: FileKind
    object: ObjectRef
    file: ObjectRef
    source: ObjectRef
    description: ObjectRef | None
    people: ObjectRef | None

    @property
    def objects(self) -> tuple[ObjectRef, ...]:
        """Return everything the entry must name, so that a missing piece is found without a key."""
        parts = (self.object, self.file, self.source, self.description, self.people)
        return tuple(part for part in parts if part is not None)


def sha256_of(found: Found) -> str:
    """Hash a file without taking it in, for the question whether its bytes are in the case already."""
    with _opened(found) as file:
        digest = hashlib.sha256()
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
        return digest.hexdigest()


def seal_file(objects: Objects, found: Found, about: About, progress: Callable[[int], None] | None = None) -> Sealed:
    """Stream a file into the vault and seal what is known of it.

    The file is only read. Raises `InputError` when it is no regular file any more, cannot be read, or changed while it
    was read; nothing names the bytes then. `progress` is told the bytes of each block.
    """
    with _opened(found) as file:
        file_kind = detect(found.path.name, _sample(file))
        status = os.fstat(file.fileno())
        sealed = objects.add_object(_Steady(file, status, found), progress)
    document = {
        "part": "file",
        "sha256": sealed.plain_sha256,
        "size_bytes": sealed.size_bytes,
        "captured_at": about.captured_at,
        "method": about.method,
        "object": sealed.sealed_sha256,
    }
    return Sealed(
        file_kind=file_kind,
        object=sealed,
        file=objects.add_part(document),
        source=objects.add_part(_source(found, status, about)),
        description=_part(objects, "description", shows=about.shows),
        people=_part(objects, "people", people=about.people),
    )


def _part(objects: Objects, part: str, **known: str) -> ObjectRef | None:
    said = {name: text for name, text in known.items() if text}
    return objects.add_part({"part": part, **said}) if said else None


def _source(found: Found, status: os.stat_result, about: About) -> dict[str, Any]:
    modified = datetime.fromtimestamp(status.st_mtime_ns // 1_000_000_000, UTC)
    source = {
        "part": "source",
        "original_name": printable_name(found.name),
        "modified_at": modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return source | ({"url": about.source_url} if about.source_url else {})


def printable_name(name: str) -> str:
    r"""Return a file name as text that JSON can hold: bytes that are no UTF-8 become `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@contextmanager
def _opened(found: Found) -> Iterator[IO[bytes]]:
    """Open what was found, if it still is what was found: a link put there meanwhile is refused."""
    try:
        descriptor = os.open(found.path, os.O_RDONLY | NO_FOLLOW)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or 'I/O error'}", place=str(found.path)) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError("is no regular file any more", place=str(found.path))
        yield file


def _sample(file: IO[bytes]) -> bytes:
    sample = file.read(SAMPLE_BYTES)
    file.seek(0)
    return sample


class _Steady:
    """A reader that refuses to come to its end when the file changed meanwhile, so that no mixture is ever sealed."""

    def __init__(self, file: IO[bytes], status: os.stat_result, found: Found) -> None:
        self._file = file
        self._status = status
        self._path: Path = found.path
        self._read_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._file.read(size)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or 'I/O error'}", place=str(self._path)) from error
        self._read_bytes += len(block)
        # A file that grows as fast as it is read would never end.
        if self._read_bytes > self._status.st_size or (not block and size != 0 and self._has_changed()):
            raise InputError("changed while it was read", place=str(self._path), hint="add it again when it rests")
        return block

    def _has_changed(self) -> bool:
        now, before = os.fstat(self._file.fileno()), self._status
        return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or self._read_bytes != now.st_size
