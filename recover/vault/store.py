"""Bytes on a disk: create once, make durable, read within bounds, list.

Everything in a vault is immutable and created once: bytes go to a new temporary file in the folder where they will
stand (ciphertext only), are made durable, and only then get their name, without ever replacing another file. So a
crash leaves nothing half-changed, and what stands under a name is whole. The same bytes again are success; other
bytes under a taken name are a fork and are refused.

All calls go through a `Disk`, one small method per system call, so that tests can make each of them fail, kill the
process there, or forget what was not made durable.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from recover.errors import AlteredError, CannotWriteError, ForkError, InUseError, NotFoundError
from recover.frozen import frozen

TEMPORARY_PREFIX = ".new-"
"""Names of files that were never published; listings leave them out and report them apart."""

MAX_SMALL_BYTES = 16 * 1024 * 1024
"""The largest file that is ever read into memory as a whole."""

MAX_OPEN_FILES = 64
"""So many files are made durable together; macOS lets a process hold 256."""

_BLOCK_BYTES = 256 * 1024
_LOCK_STEP_SECONDS = 0.02
_FEW_FILES = 4

_NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
"""The only errors after which the next way of publishing is tried: the file system lacks this one."""


class NewFile(Protocol):
    """A file being written under a temporary name."""

    def write(self, data: bytes, /) -> int:
        """Write all of `data`; return its length."""

    def sync(self) -> None:
        """Make the bytes durable."""

    def close(self) -> None:
        """Give the file back; may be called twice."""


@frozen
class Listing:
    """What stands in a folder, sorted by name; `others` are links, sockets and the like, `leftovers` temporaries."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Disk(Protocol):
    """The system calls a vault makes. Every method may raise OSError; none of them retries or hides one."""

    def create(self, path: Path) -> NewFile:
        """Create a new file, readable by its owner only; FileExistsError if the name is taken or a link."""

    def sync_all(self, files: Sequence[NewFile]) -> None:
        """Make several new files durable."""

    def publish(self, temporary: Path, target: Path) -> None:
        """Give a file its final name; FileExistsError if that name is taken, whose bytes are then untouched."""

    def sync_folder(self, folder: Path) -> bool:
        """Make the names in a folder durable; False where the file system cannot."""

    def make_folder(self, folder: Path) -> None:
        """Create one folder for its owner only; FileExistsError if it is there."""

    def remove(self, path: Path) -> None:
        """Remove one file."""

    def replace(self, temporary: Path, target: Path) -> None:
        """Give a file its final name, replacing what is there (device state only, never a vault's content)."""

    def open(self, path: Path) -> BinaryIO:
        """Open an ordinary file for reading, following no link; FileNotFoundError, or OSError for anything else."""

    def size(self, path: Path) -> int | None:
        """Return an ordinary file's size in bytes, None when nothing is there."""

    def is_folder(self, path: Path) -> bool:
        """Say whether a folder stands there."""

    def listing(self, folder: Path) -> Listing:
        """List a folder; empty when it is not there."""

    def stamp(self, folder: Path) -> int:
        """Return a number that changes when names are added to a folder, unless that happens within one tick."""

    def append(self, path: Path, data: bytes) -> None:
        """Add to the end of a file that is there, durably (device state only)."""

    def birth_mark(self, path: Path) -> int | None:
        """Return what a file has for life and no copy or restored backup of it shares; None when it is not there.

        Nanoseconds; a file system may round it by some seconds later.
        """

    def lock(self, path: Path, seconds: float) -> AbstractContextManager[None]:
        """Hold a lock file, waiting at most `seconds`; InUseError (11) after that."""


class _RealFile:
    """A new file on a real disk, unbuffered."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes, /) -> int:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]
        return len(data)

    def sync(self) -> None:
        _sync_descriptor(self._descriptor)

    def close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


def _sync_descriptor(descriptor: int) -> None:
    """On macOS fsync leaves bytes in the drive's cache; F_FULLFSYNC does not (fcntl(2) there)."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:
            if error.errno not in _NOT_OFFERED | {errno.ENOTTY}:
                raise
        else:
            return
    os.fsync(descriptor)


def _os_error(number: int, target: Path) -> OSError:
    return OSError(number, os.strerror(number), os.fspath(target))


def move_without_replacing(temporary: Path, target: Path) -> None:
    """Rename in one step that fails if the target exists, with the call this system has for it."""
    if sys.platform == "linux":
        _linux_move(temporary, target)
    elif sys.platform == "darwin":
        _macos_move(temporary, target)
    elif sys.platform == "win32":
        _windows_move(temporary, target)
    else:
        raise _os_error(errno.ENOSYS, target)


_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCL = 4
_MOVEFILE_WRITE_THROUGH = 8


_found: dict[str, Callable[..., int] | None] = {}


def _c_function(name: str) -> Callable[..., int]:
    if name not in _found:
        try:
            _found[name] = getattr(ctypes.CDLL(None, use_errno=True), name)
        except (AttributeError, OSError):
            _found[name] = None
    function = _found[name]
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
    return function


def _linux_move(temporary: Path, target: Path) -> None:
    rename = _c_function("renameat2")
    if rename(_AT_FDCWD, os.fsencode(temporary), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE) != 0:
        raise _os_error(ctypes.get_errno(), target)


def _macos_move(temporary: Path, target: Path) -> None:
    rename = _c_function("renamex_np")
    if rename(os.fsencode(temporary), os.fsencode(target), _RENAME_EXCL) != 0:
        raise _os_error(ctypes.get_errno(), target)


def _windows_move(temporary: Path, target: Path) -> None:
    if sys.platform == "win32":
        move = ctypes.WinDLL("kernel32", use_last_error=True).MoveFileExW
        if not move(str(temporary), str(target), _MOVEFILE_WRITE_THROUGH):
            raise ctypes.WinError(ctypes.get_last_error())


def link_and_unlink(temporary: Path, target: Path) -> None:
    """Give the file a second name, which fails if it is taken, then drop the first."""
    os.link(temporary, target, follow_symlinks=False)
    temporary.unlink()


def check_and_rename(temporary: Path, target: Path) -> None:
    """Rename after looking: the last resort of exFAT and some network folders; the device lock guards the gap."""
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    temporary.rename(target)


Mover = Callable[[Path, Path], None]

ALL_MOVERS: tuple[Mover, ...] = (move_without_replacing, link_and_unlink, check_and_rename)


class RealDisk:
    """The disk of this machine. `movers` are the ways to publish, in the order in which they are tried."""

    def __init__(self, movers: Sequence[Mover] = ALL_MOVERS) -> None:
        self._movers = tuple(movers)

    def create(self, path: Path) -> NewFile:
        """Create a new file that only its owner may read."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        return _RealFile(os.open(path, flags, 0o600))

    def sync_all(self, files: Sequence[NewFile]) -> None:
        """Several at once: file systems with a journal make them durable together."""
        if len(files) < _FEW_FILES:
            for file in files:
                file.sync()
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=min(16, len(files))) as pool:
            for _ in pool.map(lambda file: file.sync(), files):
                pass

    def publish(self, temporary: Path, target: Path) -> None:
        """Publish with the first way this file system offers."""
        for mover in self._movers[:-1]:
            try:
                mover(temporary, target)
            except OSError as error:
                if error.errno not in _NOT_OFFERED:
                    raise
            else:
                return
        self._movers[-1](temporary, target)

    def sync_folder(self, folder: Path) -> bool:
        """Make names durable; False where a folder cannot be synced."""
        if sys.platform == "win32":
            # Folders cannot be opened there; MoveFileExW(WRITE_THROUGH) has already made the name durable.
            return True
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except PermissionError:
            return False
        try:
            _sync_descriptor(descriptor)
        except OSError as error:
            if error.errno in _NOT_OFFERED:
                return False
            raise
        finally:
            os.close(descriptor)
        return True

    def make_folder(self, folder: Path) -> None:
        """Create one folder for its owner only."""
        folder.mkdir(mode=0o700)

    def remove(self, path: Path) -> None:
        """Remove one file."""
        path.unlink()

    def replace(self, temporary: Path, target: Path) -> None:
        """Rename over what is there."""
        temporary.replace(target)

    def open(self, path: Path) -> BinaryIO:
        """Open an ordinary file, unbuffered, following no link."""
        # O_NONBLOCK: a pipe left in a vault by someone else must not make a reader wait for ever.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not an ordinary file", os.fspath(path))
            return os.fdopen(descriptor, "rb", buffering=0)
        except OSError:
            os.close(descriptor)
            raise

    def size(self, path: Path) -> int | None:
        """Return an ordinary file's size in bytes."""
        try:
            found = path.stat(follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def is_folder(self, path: Path) -> bool:
        """Say whether a folder stands there."""
        return path.is_dir()

    def listing(self, folder: Path) -> Listing:
        """List a folder, sorted."""
        files: list[str] = []
        folders: list[str] = []
        leftovers: list[str] = []
        others: list[str] = []
        try:
            found = os.scandir(folder)
        except (FileNotFoundError, NotADirectoryError):
            return Listing()
        with found:
            for item in found:
                if item.name.startswith(TEMPORARY_PREFIX):
                    leftovers.append(item.name)
                elif item.is_dir(follow_symlinks=False):
                    folders.append(item.name)
                elif item.is_file(follow_symlinks=False):
                    files.append(item.name)
                else:
                    others.append(item.name)
        return Listing(*(tuple(sorted(names)) for names in (files, folders, leftovers, others)))

    def stamp(self, folder: Path) -> int:
        """Return the folder's time of change."""
        try:
            return folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def append(self, path: Path, data: bytes) -> None:
        """Add to the end of a file, durably."""
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = _RealFile(os.open(path, flags))
        try:
            file.write(data)
            file.sync()
        finally:
            file.close()

    def birth_mark(self, path: Path) -> int | None:
        """Return the time of the last change of the file's inode, which no tool can set; on Windows its number."""
        try:
            found = path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found.st_ino * 10**10 if sys.platform == "win32" else found.st_ctime_ns

    @contextlib.contextmanager
    def lock(self, path: Path, seconds: float) -> Iterator[None]:
        """Hold a lock file of this machine; it is given back when the process ends, however it ends."""
        with writing(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _wait_for_lock(descriptor, path, seconds)
            yield
        finally:
            os.close(descriptor)


def _wait_for_lock(descriptor: int, path: Path, seconds: float) -> None:
    for _ in range(max(1, int(seconds / _LOCK_STEP_SECONDS))):
        if _try_lock(descriptor, path):
            return
        time.sleep(_LOCK_STEP_SECONDS)
    raise InUseError(
        "another recover is writing to this vault", place=os.fspath(path), hint="wait for it to end, then run it again"
    )


def _try_lock(descriptor: int, path: Path) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        with writing(path):
            raise
    return True


REAL_DISK: Disk = RealDisk()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what a disk reports while writing into `CannotWriteError` (14) with its cause and the place."""
    try:
        yield
    except OSError as error:
        raise CannotWriteError(
            f"cannot write: {error.strerror or error}",
            place=os.fspath(path),
            hint=_WRITE_HINTS.get(error.errno or 0, "check the disk and the folder's permissions, then run it again"),
        ) from error


_WRITE_HINTS = {
    errno.ENOSPC: "free some space on this disk, then run it again; nothing already recorded is lost",
    errno.EDQUOT: "free some of your quota on this disk, then run it again; nothing already recorded is lost",
    errno.EROFS: "the disk is read-only; mount it writable or copy the vault elsewhere",
    errno.EIO: "the disk reports a fault: copy the vault to another disk before you go on",
}


def temporary_in(folder: Path) -> Path:
    """Return a fresh temporary name in `folder`."""
    return folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"


def ensure_folder(folder: Path, disk: Disk = REAL_DISK) -> None:
    """Make `folder` and missing parents, each durable in its parent before anything is put into it."""
    ensure_folders([folder], disk)


def ensure_folders(folders: Iterable[Path], disk: Disk = REAL_DISK) -> None:
    """Make several folders and their missing parents, durable in their parents when this returns."""
    missing = {folder: None for folder in folders if not disk.is_folder(folder)}
    if not missing:
        return
    parents = {folder.parent: None for folder in missing}
    ensure_folders([parent for parent in parents if parent not in missing and parent.parent != parent], disk)
    for folder in sorted(missing):
        with writing(folder), contextlib.suppress(FileExistsError):
            disk.make_folder(folder)
    for parent in parents:
        with writing(parent):
            disk.sync_folder(parent)


def create_once(path: Path, data: bytes, disk: Disk = REAL_DISK) -> None:
    """Create `path` with exactly these bytes, durable when this returns; never replace anything.

    The same bytes already there: made durable, success. Other bytes: `ForkError` (22). A disk that is full, read-only
    or fails: `CannotWriteError` (14), and `path` is then either absent or whole.
    """
    create_all_once({path: data}, disk)


def create_all_once(contents: Mapping[Path, bytes], disk: Disk = REAL_DISK) -> None:
    """Create several files as `create_once` does, durable together and in no particular order.

    All of them are durable when this returns. On an error any of them may be absent, none is half-written.
    """
    create_in_order([contents], disk)


def create_in_order(groups: Sequence[Mapping[Path, bytes]], disk: Disk = REAL_DISK) -> None:
    """Create groups of files; no file of a group has its name before every file of the groups before it is durable.

    All bytes are made durable under temporary names first, together, which is cheaper than one after the other. On an
    error no file is half-written, and a later group is absent unless the earlier ones are whole.
    """
    first, *later = groups
    names = list(first)
    early: dict[Path, None] = {}
    while len(names) > MAX_OPEN_FILES:
        chunk = {path: first[path] for path in names[:MAX_OPEN_FILES]}
        _create([chunk], disk, is_last=False)
        early.update({path.parent: None for path in chunk})
        del names[:MAX_OPEN_FILES]
    _create([{path: first[path] for path in names}, *later], disk, early)


def _create(
    groups: Sequence[Mapping[Path, bytes]], disk: Disk, early: Iterable[Path] = (), *, is_last: bool = True
) -> None:
    """Create groups of files. `early` are folders with names of the first group that were not synced yet; unless
    `is_last`, neither are those given here: a folder that takes many files is synced once."""
    ensure_folders({path.parent: None for group in groups for path in group}, disk)
    arrivals: dict[Path, Incoming] = {}
    try:
        for path, data in (item for group in groups for item in group.items()):
            if disk.size(path) is not None:
                confirm_same(path, data, disk)
                continue
            arrivals[path] = Incoming(path.parent, disk)
            with writing(path):
                arrivals[path].write(data)
        for path in list(arrivals)[:1]:
            with writing(path):
                disk.sync_all([incoming.file for incoming in arrivals.values()])
        for number, group in enumerate(groups):
            for path in group.keys() & arrivals.keys():
                arrivals[path].take_name(path, group[path])
            if is_last:
                sync_folders((*(early if number == 0 else ()), *(path.parent for path in group)), disk)
    finally:
        for incoming in arrivals.values():
            incoming.discard()


def settle(arrivals: Sequence[tuple[Incoming, Path]], disk: Disk) -> None:
    """Make several files on their way in durable together, then give each its name, the hash of its bytes.

    The names are durable only after their folders were synced.
    """
    if not arrivals:
        return
    with writing(arrivals[0][1].parent):
        disk.sync_all([incoming.file for incoming, _ in arrivals])
    for incoming, path in arrivals:
        incoming.take_name(path, None)


def publish_all(arrivals: Sequence[tuple[Incoming, Path]], disk: Disk = REAL_DISK) -> tuple[Path, ...]:
    """Publish several files, each under the hash of its bytes; return the folders of their names.

    The bytes are durable when this returns, the names once `sync_folders` was called with those folders.
    """
    folders = tuple(dict.fromkeys(path.parent for _, path in arrivals))
    ensure_folders(dict.fromkeys(folders), disk)
    settle(arrivals, disk)
    return folders


def sync_folders(folders: Iterable[Path], disk: Disk = REAL_DISK) -> None:
    """Make the names in folders durable."""
    for folder in dict.fromkeys(folders):
        with writing(folder):
            disk.sync_folder(folder)


def _drop(temporary: Path, disk: Disk) -> None:
    """A leftover is harmless and listed; failing to remove it must not hide why the write failed."""
    with contextlib.suppress(OSError):
        disk.remove(temporary)


def confirm_same(path: Path, data: bytes, disk: Disk = REAL_DISK) -> None:
    """Raise `ForkError` unless exactly these bytes stand at `path`."""
    try:
        with disk.open(path) as file:
            found = read_bounded(file, len(data) + 1)
    except OSError as error:
        raise ForkError(
            f"the name is taken by something unreadable: {error.strerror}", place=os.fspath(path)
        ) from error
    if found != data:
        raise ForkError(
            "other bytes already stand under this name; nothing was overwritten",
            place=os.fspath(path),
            hint="recover verify  (then compare with your other copies)",
        )


class Incoming:
    """A file on its way in: written under a temporary name in `folder`, then published or discarded.

    Write ciphertext only. Use as a context manager, or call `discard` at the end: what was not published is removed.
    """

    def __init__(self, folder: Path, disk: Disk = REAL_DISK) -> None:
        ensure_folder(folder, disk)
        self._disk = disk
        self._path = temporary_in(folder)
        with writing(folder):
            self.file = disk.create(self._path)
        self._is_pending = True

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file unless it was published."""
        with contextlib.suppress(OSError):
            self.file.close()
        if self._is_pending:
            self._is_pending = False
            _drop(self._path, self._disk)

    def write(self, data: bytes, /) -> int:
        """Write all of `data`; return its length."""
        return self.file.write(data)

    def take_name(self, target: Path, data: bytes | None) -> None:
        """Give the durable file its name. If that is taken, `data` must stand there (None: it is known to)."""
        with writing(target):
            self.file.close()
            try:
                self._disk.publish(self._path, target)
            except FileExistsError:
                if data is not None:
                    confirm_same(target, data, self._disk)
                self.discard()
        self._is_pending = False


def remove(path: Path, disk: Disk = REAL_DISK) -> None:
    """Remove one file, durably; absent already is success."""
    with writing(path):
        with contextlib.suppress(FileNotFoundError):
            disk.remove(path)
        disk.sync_folder(path.parent)


def replace_small(path: Path, data: bytes, disk: Disk = REAL_DISK) -> None:
    """Replace a small file as a whole, durably. For this device's own state; never for a vault's content."""
    ensure_folder(path.parent, disk)
    temporary = temporary_in(path.parent)
    with writing(path):
        file = disk.create(temporary)
        try:
            file.write(data)
            file.sync()
            file.close()
            disk.replace(temporary, path)
        except OSError:
            file.close()
            _drop(temporary, disk)
            raise
        disk.sync_folder(path.parent)


def read_bounded(file: BinaryIO, max_bytes: int) -> bytes:
    """Read at most `max_bytes` from a file."""
    parts: list[bytes] = []
    left = max_bytes
    while left > 0:
        part = file.read(min(left, _BLOCK_BYTES))
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read(path: Path, max_bytes: int = MAX_SMALL_BYTES, disk: Disk = REAL_DISK) -> bytes:
    """Return a file's bytes. Absent: `NotFoundError`; larger than `max_bytes` or no ordinary file: `AlteredError`."""
    with open_to_read(path, disk) as file:
        try:
            found = read_bounded(file, max_bytes + 1)
        except OSError as error:
            raise _unreadable(path, error) from error
    if len(found) > max_bytes:
        raise AlteredError(f"larger than {max_bytes} bytes, which nothing of its kind may be", place=os.fspath(path))
    return found


def open_to_read(path: Path, disk: Disk = REAL_DISK) -> BinaryIO:
    """Open an ordinary file. Absent: `NotFoundError`; a link or device: `AlteredError`; not allowed: 14."""
    try:
        return disk.open(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError("there is no such file", place=os.fspath(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> AlteredError | CannotWriteError:
    if error.errno in (errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EISDIR):
        return AlteredError("this is not an ordinary file", place=os.fspath(path))
    return CannotWriteError(
        f"cannot read: {error.strerror or error}",
        place=os.fspath(path),
        hint="check the disk and the file's permissions",
    )
