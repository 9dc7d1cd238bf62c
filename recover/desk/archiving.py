"""Where a packet is written: a folder, one zip, or one zip sealed with age for those who may open it.

A zip holds no clock and no name but those of the packet, so that the same packet is the same bytes. Nothing is packed
smaller: what is large (pictures, videos, PDF) is so already, and every program unpacks it. A sealed zip is sealed while
it is written; nothing readable touches the disk.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from recover.desk import outside
from recover.errors import AlteredError, UsageError
from recover.frozen import frozen
from recover.vault.recipients import parse_recipients

if TYPE_CHECKING:
    from recover.packet.interface import Sink
    from recover.vault.sealing import SealingWriter

Put = Callable[[str, int], AbstractContextManager["Sink"]]
"""Opens a file of the packet, by path and size in bytes, for what it is to hold; closed by the end of the block."""

ZIP, AGE = ".zip", ".age"
MAX_KEY_FILE_BYTES = 64 * 1024
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""
_STREAMED = 0x7FFFFFFF
"""From this size on, a member's header has room for 64 bit."""


@frozen
class Form:
    """How a packet is written: as a folder, as one zip, or as a zip sealed for recipients."""

    is_zip: bool = False
    sealed_for: tuple[str, ...] = ()

    def target(self, out: Path) -> Path:
        """Return the name of what is written, with the ending that says what it is."""
        if not self.is_zip and not self.sealed_for:
            return out
        stem = out.name.removesuffix(AGE).removesuffix(ZIP) if self.sealed_for else out.name.removesuffix(ZIP)
        return out.with_name(stem + ZIP + (AGE if self.sealed_for else ""))


FOLDER = Form()


def read_recipients(given: Sequence[str]) -> tuple[str, ...]:
    """Return the recipients that texts are, or that files of this name hold, each once.

    Raises `UsageError` (2) for what is neither.
    """
    found: list[str] = []
    for text in given:
        if text.startswith(("age1", "ssh-")) or "SECRET-KEY" in text.upper():
            found += parse_recipients(text, "--encrypt-to")
        else:
            found += parse_recipients(_read_key_file(Path(text)), text)
    return tuple(dict.fromkeys(found))


def _read_key_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_KEY_FILE_BYTES + 1)
        if len(content) > MAX_KEY_FILE_BYTES:
            raise UsageError("this is too large for a file of keys", place=str(path))
        return content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(
            "no recipient, and no file of this name", place=str(path)[:200], hint="--encrypt-to age1…, or FILE.pub"
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError("this is no file of keys", place=str(path)[:200]) from error


def refuse(out: Path, form: Form) -> None:
    """Raise, before anything is made, for a place at which this form cannot be written."""
    if form == FOLDER:
        outside.refuse_filled(out)
    else:
        outside.refuse_existing(form.target(out))


@contextlib.contextmanager
def writing_to(out: Path, form: Form, top: str) -> Iterator[Put]:
    """Give what opens the files of a packet; after the block the packet has its name, or nothing remains of it.

    `top` is the folder inside a zip.
    """
    if form == FOLDER:
        with outside.new_folder(out) as folder:
            yield lambda path, size: _in_folder(folder, path)
        return
    with outside.new_file(form.target(out)) as target:
        if not form.sealed_for:
            with _zip(target, top) as put:
                yield put
            return
        from recover.vault.sealing import SealingWriter

        with SealingWriter(target, form.sealed_for) as sealing, _zip(sealing, top) as put:
            yield put


@contextlib.contextmanager
def _in_folder(folder: Path, path: str) -> Iterator[Sink]:
    target = folder / inside(path)
    with outside.writing(target):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        opened = target.open("xb")
    with opened:
        stream = outside.Target(opened, target)
        yield stream
        stream.flush()


@contextlib.contextmanager
def _zip(sink: outside.Target | SealingWriter, top: str) -> Iterator[Put]:
    # Where a file can be gone back in, each member's header says its size and sum; a stream says them behind it.
    archive = zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_STORED)
    try:
        yield lambda path, size: _in_zip(archive, f"{top}/{inside(path)}", size)
    except BaseException:
        # Closing would write the end of an archive that is none.
        archive.fp = None
        raise
    archive.close()


@contextlib.contextmanager
def _in_zip(archive: zipfile.ZipFile, name: str, size: int) -> Iterator[Sink]:
    member = zipfile.ZipInfo(name, _FIRST_DAY)
    member.create_system = 3
    member.external_attr = 0o644 << 16
    with archive.open(member, "w", force_zip64=size > _STREAMED) as stream:
        yield stream


def inside(path: str) -> PurePosixPath:
    """Refuse a path that would leave the packet, whoever made it."""
    found = PurePosixPath(path)
    if found.is_absolute() or not found.parts or ".." in found.parts or "\\" in path or ":" in path:
        raise AlteredError("a packet's file has a path outside the packet", place=path)
    return found
