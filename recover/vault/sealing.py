"""Sealing and opening with age, streaming, with the hashes of both sides taken in the same pass.

Every object is a standard age file (`age-encryption.org/v1`, X25519 stanzas), so that the stock `age` program opens it
without this one. Large content is never whole in memory: at most a few buffers of `BUFFER_BYTES`.

age writes plaintext before it has seen the end of the file: whoever opens a stream must not show what came out before
`unseal` has returned.
"""

from __future__ import annotations

import errno
import io
import queue
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import pyrage

from recover.errors import AlteredError, LockedError
from recover.frozen import frozen

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

BUFFER_BYTES = 64 * 1024

_BLOCK_BYTES = 256 * 1024
_THREAD_FROM_BYTES = 1024 * 1024
_QUEUED_BLOCKS = 16

MAX_HEADER_BYTES = 32 * 1024
MAX_STANZAS = 128
"""Every stanza costs a key agreement: a stranger's file must not make opening it endless."""

MAX_OVERHEAD_BYTES = 64 * 1024
"""More than a header and the authentication tags of the largest small document need."""

Progress = Callable[[int], None]
"""Called with the number of plaintext bytes done since the last call."""


class Reader(Protocol):
    """Anything that gives bytes: a file, a pipe, a member of an archive."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class Writer(Protocol):
    """Anything that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


@frozen
class Hashes:
    """SHA-256 (lower-case hex) and size in bytes of both sides of a sealed object."""

    sealed_sha256: str
    sealed_bytes: int
    plain_sha256: str
    plain_bytes: int


class _Hasher:
    """SHA-256 of a stream, on a thread of its own once the stream is large: hashing then costs no time of its own."""

    __slots__ = ("_hash", "_queue", "_thread", "size")

    def __init__(self) -> None:
        self._hash = sha256()
        self._queue: queue.Queue[bytes] | None = None
        self._thread: threading.Thread | None = None
        self.size = 0

    def update(self, data: bytes) -> None:
        self.size += len(data)
        if self._queue is None and self.size > _THREAD_FROM_BYTES:
            self._queue = queue.Queue(maxsize=_QUEUED_BLOCKS)
            self._thread = threading.Thread(target=self._work, args=(self._queue,), daemon=True)
            self._thread.start()
        if self._queue is None:
            self._hash.update(data)
        elif data:
            self._queue.put(data)

    def _work(self, blocks: queue.Queue[bytes]) -> None:
        while block := blocks.get():
            self._hash.update(block)

    def __enter__(self) -> _Hasher:
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread."""
        self.close()

    def close(self) -> None:
        """Wait until everything is hashed; may be called twice."""
        if self._queue is not None and self._thread is not None:
            self._queue.put(b"")
            self._thread.join()
            self._queue = self._thread = None

    def hexdigest(self) -> str:
        """Return the hash of everything, in lower-case hex."""
        self.close()
        return self._hash.hexdigest()


class _Source(io.BufferedIOBase):
    """Hash and count what is read; serve the small reads of the age library from one large buffer.

    What a read raises is kept, because the library turns every exception, Ctrl-C too, into its own.
    """

    __slots__ = ("_buffer", "_offset", "_progress", "_reader", "hasher", "raised")

    def __init__(self, reader: Reader, progress: Progress | None = None) -> None:
        self._reader = reader
        self._buffer = b""
        self._offset = 0
        self.hasher = _Hasher()
        self._progress = progress
        self.raised: BaseException | None = None

    def read(self, size: int | None = BUFFER_BYTES, /) -> bytes:
        if self._offset >= len(self._buffer):
            self._fill()
        start = self._offset
        self._offset = min(len(self._buffer), start + (size or BUFFER_BYTES))
        return self._buffer[start : self._offset]

    def peek(self, size: int = 0, /) -> bytes:
        """Return what comes first, without taking it."""
        if self._offset >= len(self._buffer):
            self._fill()
        return self._buffer

    def _fill(self) -> None:
        try:
            self._buffer = self._reader.read(_BLOCK_BYTES)
            self._offset = 0
            self.hasher.update(self._buffer)
            if self._progress is not None and self._buffer:
                self._progress(len(self._buffer))
        except BaseException as error:
            self.raised = error
            raise

    def drain(self) -> None:
        """Read to the end, so that hash and size are those of the whole file."""
        while True:
            self._fill()
            if not self._buffer:
                return


class _Sink(io.BufferedIOBase):
    """Hash and count what is written, in large blocks; keep what a write raises."""

    __slots__ = ("_blocks", "_pending_bytes", "_progress", "_writer", "hasher", "raised")

    def __init__(self, writer: Writer, progress: Progress | None = None) -> None:
        self._writer = writer
        self._blocks: list[bytes] = []
        self._pending_bytes = 0
        self.hasher = _Hasher()
        self._progress = progress
        self.raised: BaseException | None = None

    def write(self, data: Buffer, /) -> int:
        block = bytes(data)
        self._blocks.append(block)
        self._pending_bytes += len(block)
        if self._pending_bytes >= _BLOCK_BYTES:
            self.pass_on()
        return len(block)

    def pass_on(self) -> None:
        """Write what was gathered."""
        data = b"".join(self._blocks)
        self._blocks.clear()
        self._pending_bytes = 0
        try:
            self.hasher.update(data)
            written = self._writer.write(data)
            if isinstance(written, int) and written != len(data):
                raise OSError(errno.ENOSPC, "only a part could be written")
            if self._progress is not None:
                self._progress(len(data))
        except BaseException as error:
            self.raised = error
            raise

    def flush(self) -> None:
        """Do nothing: what is left is passed on once the library has ended well."""


def new_identity() -> str:
    """Return a new age identity, `AGE-SECRET-KEY-1…`. A secret."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Return the recipient, `age1…`, of an identity."""
    return str(_identity(identity).to_public())


def check_recipient(recipient: str) -> None:
    """Raise AlteredError unless this is an X25519 recipient."""
    _recipient(recipient)


def _identity(identity: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError as error:
        # The library's message may repeat the key.
        raise AlteredError("this is not an age identity") from error


def _recipient(recipient: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise AlteredError("this is not an age recipient") from error


def seal(reader: Reader, writer: Writer, recipient: str, progress: Progress | None = None) -> Hashes:
    """Seal everything that `reader` gives to `recipient`; return both hashes and sizes.

    Whatever reader, writer or `progress` raise comes out unchanged.
    """
    source, sink = _Source(reader, progress), _Sink(writer)
    with source.hasher, sink.hasher:
        try:
            pyrage.encrypt_io(source, sink, [_recipient(recipient)])
        except (pyrage.EncryptError, OSError) as error:
            raise source.raised or sink.raised or AlteredError("sealing failed") from error
        _check_unbroken(source, sink)
        sink.pass_on()
    return _hashes(sealed=sink.hasher, plain=source.hasher)


def unseal(reader: Reader, writer: Writer, identities: tuple[str, ...], progress: Progress | None = None) -> Hashes:
    """Open a sealed stream into `writer`; return both hashes and sizes.

    What reached `writer` may be shown only after this has returned. Raises LockedError when none of the identities
    fits, AlteredError when the file is damaged, cut off or has something after its end.
    """
    source, sink = _Source(reader), _Sink(writer, progress)
    with source.hasher, sink.hasher:
        try:
            _check_header(source.peek())
            pyrage.decrypt_io(source, sink, [_identity(identity) for identity in identities])
        except pyrage.DecryptError as error:
            raise source.raised or sink.raised or _refusal(error) from error
        except OSError as error:
            # A damaged payload comes as a plain OSError("decryption error"); one of reader or writer goes first.
            raise source.raised or sink.raised or AlteredError("a sealed file is damaged") from error
        _check_unbroken(source, sink)
        sink.pass_on()
        source.drain()
    return _hashes(sealed=source.hasher, plain=sink.hasher)


def _hashes(*, sealed: _Hasher, plain: _Hasher) -> Hashes:
    return Hashes(sealed.hexdigest(), sealed.size, plain.hexdigest(), plain.size)


def _check_header(start: bytes) -> None:
    end = start.find(b"\n--- ", 0, MAX_HEADER_BYTES)
    if end < 0 or start.count(b"\n-> ", 0, end) > MAX_STANZAS:
        raise AlteredError("a sealed file has no proper header")


def _check_unbroken(source: _Source, sink: _Sink) -> None:
    """The library does not report every error of its reader and writer (seen with pyrage 1.3: a failed first write)."""
    raised = source.raised or sink.raised
    if raised is not None:
        raise raised


def seal_bytes(data: bytes, recipient: str) -> bytes:
    """Seal a small document."""
    return bytes(pyrage.encrypt(data, [_recipient(recipient)]))


class Opener:
    """Opens small documents with one set of identities, parsed once."""

    __slots__ = ("_identities",)

    def __init__(self, identities: tuple[str, ...]) -> None:
        self._identities = [_identity(identity) for identity in identities]

    def __repr__(self) -> str:
        return "Opener()"

    def open(self, data: bytes) -> bytes:
        """Return the plaintext; LockedError when no identity fits, AlteredError when the file is damaged."""
        _check_header(data)
        try:
            return bytes(pyrage.decrypt(data, self._identities))
        except pyrage.DecryptError as error:
            raise _refusal(error) from error


def unseal_bytes(data: bytes, identities: tuple[str, ...]) -> bytes:
    """Open a small document; LockedError when none of the identities fits, AlteredError when it is damaged."""
    return Opener(identities).open(data)


def _refusal(error: Exception) -> LockedError | AlteredError:
    if "matching keys" in str(error):
        return LockedError("none of the keys here opens this", hint="unlock with the key of a helper of this case")
    return AlteredError("a sealed file is damaged or cut off")


# --- for somebody else ----------------------------------------------------------------------------------------------


class SealingWriter:
    """Takes plaintext piece by piece and writes it sealed for recipients, `age1…` or `ssh-…`, while it comes.

    A context: after the block everything is sealed and written; when the block raises, what was written is no complete
    age file and belongs to be removed. The library wants to be given a reader, so it runs on a thread of its own; at
    most a few blocks wait between the two. What the writer raises comes out of `write` or of the end of the block.
    """

    def __init__(self, writer: Writer, recipients: Sequence[str]) -> None:
        self._recipients = [_any_recipient(recipient) for recipient in recipients]
        self._handed = _Handed()
        self._source = _Source(self._handed)
        self._sink = _Sink(writer)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""
        # Nothing would read as the end.
        if data and not self._handed.put(bytes(data)):
            raise self._failure or AlteredError("sealing failed")
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is left is passed on at the end."""

    def __enter__(self) -> SealingWriter:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Seal the end, or stop."""
        if kind is None:
            self._handed.end()
        else:
            self._handed.stop()
        self._thread.join()
        if kind is None and self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            with self._source.hasher, self._sink.hasher:
                try:
                    pyrage.encrypt_io(self._source, self._sink, self._recipients)
                except (pyrage.EncryptError, OSError) as error:
                    raise self._source.raised or self._sink.raised or AlteredError("sealing failed") from error
                _check_unbroken(self._source, self._sink)
                self._sink.pass_on()
        except BaseException as error:  # noqa: BLE001 - it goes on, in the thread that waits for this one
            self._failure = error
        finally:
            self._handed.give_up()


class _Stopped(Exception):
    """Nothing more comes, and what came is not to be finished."""


class _Handed:
    """Hands blocks from the thread that writes to the one that seals; a few wait, then the first waits too."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(maxsize=_QUEUED_BLOCKS)
        self._given_up = threading.Event()

    def put(self, data: bytes | None) -> bool:
        """Hand on a block (no bytes: the end; None: stop); False when nobody takes it any more."""
        while not self._given_up.is_set():
            try:
                self._queue.put(data, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def end(self) -> None:
        self.put(b"")

    def stop(self) -> None:
        self.put(None)

    def give_up(self) -> None:
        """Take nothing more."""
        self._given_up.set()

    def read(self, size: int, /) -> bytes:
        """Return the next block, however long it is."""
        block = self._queue.get()
        if block is None:
            raise _Stopped
        return block


def check_recipient_of_any_kind(recipient: str) -> None:
    """Raise AlteredError unless this is an age recipient, or an ssh key that age seals to."""
    _any_recipient(recipient)


def _any_recipient(recipient: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    if not recipient.startswith("ssh-"):
        return _recipient(recipient)
    try:
        return pyrage.ssh.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise AlteredError("this is not an ssh key that age can seal to") from error
