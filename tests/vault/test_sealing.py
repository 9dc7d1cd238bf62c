"""Sealing streams: what goes in comes out, both sides are hashed, and no error is swallowed."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc

import pytest

from recover.errors import AlteredError, LockedError
from recover.vault import sealing


class Failing(io.BytesIO):
    """Fails at the n-th call."""

    def __init__(self, at: int, error: BaseException, content: bytes = b"") -> None:
        super().__init__(content)
        self._at = at
        self._error = error

    def _count(self) -> None:
        self._at -= 1
        if self._at < 0:
            raise self._error

    def write(self, data: object) -> int:
        self._count()
        return super().write(data)  # type: ignore[arg-type]  # any buffer

    def read(self, size: int | None = -1) -> bytes:
        self._count()
        return super().read(size)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_000, 3_000_000])
def test_what_was_sealed_comes_out_again(size: int) -> None:
    """Around the edges of age's chunks, with and without the hashing thread."""
    identity, plain = sealing.new_identity(), os.urandom(size)
    sealed, opened = io.BytesIO(), io.BytesIO()
    done: list[int] = []
    first = sealing.seal(io.BytesIO(plain), sealed, sealing.recipient_of(identity), done.append)
    second = sealing.unseal(io.BytesIO(sealed.getvalue()), opened, (identity,))
    assert opened.getvalue() == plain
    assert first == second
    assert first.plain_sha256 == hashlib.sha256(plain).hexdigest()
    assert first.sealed_sha256 == hashlib.sha256(sealed.getvalue()).hexdigest()
    assert (first.plain_bytes, first.sealed_bytes) == (size, len(sealed.getvalue()))
    assert sum(done) == size


def test_a_large_file_is_never_whole_in_memory() -> None:
    """Sixty-four MiB pass through a few buffers."""

    class Zeros:
        left = 64 * 1024 * 1024

        def read(self, size: int, /) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    class Nowhere:
        def write(self, data: bytes, /) -> int:
            return len(data)

    tracemalloc.start()
    sealing.seal(Zeros(), Nowhere(), sealing.recipient_of(sealing.new_identity()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * 1024 * 1024


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt(), ValueError("mine")])
@pytest.mark.parametrize("at", [0, 1, 5])
def test_an_error_of_reader_or_writer_comes_out_unchanged(error: BaseException, at: int) -> None:
    """At the first call too, which the age library would let pass."""
    recipient = sealing.recipient_of(sealing.new_identity())
    content = os.urandom(3_000_000)
    for reader, writer in ((Failing(at, error, content), io.BytesIO()), (io.BytesIO(content), Failing(at, error))):
        with pytest.raises(type(error)):
            sealing.seal(reader, writer, recipient)
    with pytest.raises(type(error)):
        sealing.seal(io.BytesIO(b"small"), Failing(0, error), recipient)


def test_a_short_write_is_an_error() -> None:
    """A full disk may take half a block without saying so."""

    class Half:
        def write(self, data: bytes, /) -> int:
            return len(data) // 2

    with pytest.raises(OSError, match="only a part"):
        sealing.seal(io.BytesIO(b"x" * 100_000), Half(), sealing.recipient_of(sealing.new_identity()))


def test_every_cut_and_every_changed_byte_is_refused() -> None:
    """A sealed file opens whole or not at all; something after its end is refused too."""
    identity = sealing.new_identity()
    sealed = sealing.seal_bytes(b"a secret", sealing.recipient_of(identity))
    for at in range(len(sealed)):
        with pytest.raises((AlteredError, LockedError)):
            sealing.unseal_bytes(sealed[:at], (identity,))
        with pytest.raises((AlteredError, LockedError)):
            sealing.unseal_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], (identity,))
    with pytest.raises(AlteredError):
        sealing.unseal_bytes(sealed + b"x", (identity,))


def test_a_damaged_stream_is_refused_wherever_it_is_damaged() -> None:
    """In the header, in the first chunk and in the last one; and when it is cut between two chunks."""
    identity = sealing.new_identity()
    sealed = sealing.seal_bytes(bytes(300_000), sealing.recipient_of(identity))
    for at in (0, 50, 150, 400, 100_000, len(sealed) - 1):
        damaged = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises((AlteredError, LockedError)):
            sealing.unseal(io.BytesIO(damaged), io.BytesIO(), (identity,))
    with pytest.raises(AlteredError):
        sealing.unseal(io.BytesIO(sealed[: len(sealed) - 40_000]), io.BytesIO(), (identity,))
    with pytest.raises(AlteredError):
        sealing.unseal(io.BytesIO(sealed + b"x"), io.BytesIO(), (identity,))


def test_another_identity_opens_nothing() -> None:
    """Exit 12, not 20: the file is whole, the key is not the one."""
    sealed = sealing.seal_bytes(b"a secret", sealing.recipient_of(sealing.new_identity()))
    with pytest.raises(LockedError):
        sealing.unseal_bytes(sealed, (sealing.new_identity(),))


def test_an_identity_is_never_shown() -> None:
    """Neither in an error nor in a repr."""
    identity = sealing.new_identity()
    with pytest.raises(AlteredError) as caught:
        sealing.recipient_of(identity[:-1] + "?")
    assert identity[20:40] not in str(caught.value)
    assert identity not in repr(sealing.Opener((identity,)))
