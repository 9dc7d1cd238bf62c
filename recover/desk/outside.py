"""Writing where people look: a file or folder outside the vault appears complete, under a new name, or not at all.

Plaintext is written beside its target, under a name that ends in `.part` and readable by its owner only; it gets its
name after the last byte was checked. What failed is removed again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from recover.desk.synced import synced_by
from recover.errors import CannotWriteError, NotFoundError, UsageError
from recover.vault import store

SYNCED_AT_ONCE = 8
"""Files that are handed to the disk at the same time."""


class Target:
    """Takes bytes for a file; says `CannotWriteError` where the disk fails, and nothing of what the sender raises."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path

    def write(self, data: bytes, /) -> int:
        """Write all of `data`; return its length."""
        with writing(self._path):
            return self._stream.write(data)

    def flush(self) -> None:
        """Hand the bytes to the operating system."""
        with writing(self._path):
            self._stream.flush()

    def tell(self) -> int:
        """Say how far it is written."""
        with writing(self._path):
            return self._stream.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go back to what was written, or on to its end."""
        with writing(self._path):
            return self._stream.seek(offset, whence)


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[Target]:
    """Give what takes the bytes of `target`; after the block the file has its name.

    Raises `UsageError` when `target` exists, `NotFoundError` when its folder does not, `CannotWriteError`. When the
    block raises, nothing remains.
    """
    refuse_existing(target)
    part = target.with_name(target.name + ".part")
    with writing(target):
        stream = os.fdopen(_create(part, target), "wb")
    try:
        with stream, _ended_in_order():
            yield Target(stream, target)
            with writing(target):
                stream.flush()
                os.fsync(stream.fileno())
        with writing(target):
            _publish(part, target)
            store.REAL_DISK.sync_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target`; after the block it is `target`, which was absent or empty before.

    Raises as `new_file` does. When the block raises, nothing remains.
    """
    refuse_filled(target)
    target = target.absolute()
    part = target.with_name(target.name + ".part")
    with writing(target):
        try:
            part.mkdir(mode=0o700)
        except FileExistsError as error:
            raise UsageError(
                "a packet that was not finished lies there",
                place=str(part),
                hint="remove that folder, or choose another",
            ) from error
    try:
        with _ended_in_order():
            yield part
        with writing(target):
            _sync_tree(part)
            # Only an empty folder is replaced; rename refuses any other, also one that was filled meanwhile.
            if target.is_dir():
                target.rmdir()
            part.rename(target)
            store.REAL_DISK.sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a request to end, or a terminal that is closed, be what Ctrl-C is: what is half-written is then removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    asked = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {each: signal.signal(each, signal.default_int_handler) for each in asked}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def refuse_existing(target: Path) -> None:
    """Raise unless `target` is a new name in a folder that is there."""
    _refuse_place(target)
    if target.is_symlink() or target.exists():
        raise UsageError("there is something of that name already", place=str(target), hint="choose a new name")
    if not target.parent.is_dir():
        raise NotFoundError("no such folder", place=str(target.parent), hint="make it first, or name one that is there")


def refuse_filled(target: Path) -> None:
    """Raise unless `target` is absent or an empty folder, in a folder that is there."""
    _refuse_place(target)
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError("is not a folder", place=str(target), hint="choose a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise UsageError("the folder is not empty", place=str(target), hint="choose a new folder")
    if not target.absolute().parent.is_dir():
        raise NotFoundError("no such folder", place=str(target.parent), hint="make it first, or name one that is there")


def _refuse_place(target: Path) -> None:
    """Raise for a name no disk can hold, for the folder one stands in, and for places inside a vault.

    A vault is copied and synced in the belief that it holds nothing readable.
    """
    try:
        folder = target.absolute().parent.resolve()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.lstat(target)
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            "no file can have this name", place=repr(str(target))[:200], hint="choose a shorter one"
        ) from error
    if target.absolute() == Path.cwd():
        raise UsageError("this is the folder you are in", place=str(target), hint="give a name for a new folder")
    if any((each / "vault.json").exists() and (each / "cases").is_dir() for each in (folder, *folder.parents)):
        raise UsageError("this place is inside a vault", place=str(target), hint="choose a folder outside of it")


def warn_of_place(target: Path) -> tuple[str, ...]:
    """Return a warning when a cloud client seems to copy the place away."""
    synced = synced_by(target)
    if not synced:
        return ()
    return (f"this folder looks like one that is copied to a cloud ({synced}): whoever runs it may read the files",)


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the operating system says into `CannotWriteError`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "I/O error"
        hint = "free some space" if error.errno == errno.ENOSPC else "choose a folder you may write to"
        raise CannotWriteError(f"cannot write: {reason}", place=str(target), hint=hint) from error


def _create(part: Path, target: Path) -> int:
    try:
        return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError as error:
        raise UsageError(
            "a file that was not finished lies there", place=str(part), hint="remove it, or choose another name"
        ) from error


def _publish(part: Path, target: Path) -> None:
    try:
        store.REAL_DISK.publish(part, target)
    except FileExistsError as error:
        raise UsageError("there is something of that name already", place=str(target)) from error


def _sync_tree(folder: Path) -> None:
    """Have everything below a folder on the disk, files first.

    Several at a time: a disk that is asked one by one writes its own log once for each, and takes twenty times longer.
    """
    from concurrent.futures import ThreadPoolExecutor

    found = list(os.walk(folder))
    files = [Path(root) / name for root, _, names in found for name in names]
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as several:
        list(several.map(_sync_file, files))
        list(several.map(store.REAL_DISK.sync_folder, [Path(root) for root, _, _ in found]))


def _sync_file(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())
