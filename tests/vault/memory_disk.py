"""A disk in memory that can fail, be killed, or forget what was not made durable; for tests of the vault.

Every call of the `Disk` protocol (and every write and sync of a new file) is one numbered operation. A fault is set
for one number: `kill` stops the process before the operation, `kill-after` after it, `ENOSPC` and `EIO` make it fail
(a write then has written half). What survives a crash is chosen by `crash`: everything the system had, only what was
synced, or names without their unsynced bytes, as file systems that journal only names may leave them.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from recover.vault.store import TEMPORARY_PREFIX, Listing, NewFile

KEEP_ALL = "everything the system had been given"
ONLY_SYNCED = "only what was made durable"
NAMES_ONLY = "names, without bytes that were not made durable"
CRASHES = (KEEP_ALL, ONLY_SYNCED, NAMES_ONLY)


class Killed(BaseException):
    """The process ends here."""


@dataclass(eq=False)
class Node:
    """A file: its bytes as the system has them, and as the platter has them."""

    content: bytes = b""
    synced: bytes = b""
    born: int = 0


@dataclass
class MemoryDisk:
    """Folders and files by path; `names` as the system has them, `synced_names` as the platter has them."""

    names: dict[Path, Node] = field(default_factory=dict)
    synced_names: dict[Path, Node] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=lambda: {Path("/")})
    synced_folders: set[Path] = field(default_factory=lambda: {Path("/")})
    operations: int = 0
    log: list[str] = field(default_factory=list)
    fail_at: int = -1
    fault: str = ""
    is_dead: bool = False
    has_folder_sync: bool = True
    _births: int = 0

    def plan(self, at: int, fault: str) -> None:
        """Let the operation with this number (0-based from now) go wrong."""
        self.operations, self.fail_at, self.fault = 0, at, fault
        self.log = []

    def crash(self, how: str) -> MemoryDisk:
        """Return the disk as it is found after the machine or the process went down."""
        names = dict(self.names if how != ONLY_SYNCED else self.synced_names)
        folders = set(self.folders if how != ONLY_SYNCED else self.synced_folders)
        found = MemoryDisk(folders=folders, synced_folders=set(folders), _births=self._births + 1)
        for path, node in names.items():
            if path.parent in folders:
                kept = node.content if how == KEEP_ALL else node.synced
                found.names[path] = Node(kept, kept, node.born)
        found.synced_names = dict(found.names)
        return found

    def copy(self) -> MemoryDisk:
        """Return a copy of the disk as a backup program would make it: nothing keeps its birth."""
        found = MemoryDisk(folders=set(self.folders), synced_folders=set(self.folders), _births=self._births + 1000)
        for path, node in self.names.items():
            found._births += 1
            found.names[path] = Node(node.content, node.content, found._births)
        found.synced_names = dict(found.names)
        return found

    def _step(self, what: str, half: Callable[[], None] | None = None) -> bool:
        """Count an operation; return whether the process ends right after it."""
        if self.is_dead:
            raise Killed
        number, self.operations = self.operations, self.operations + 1
        self.log.append(what)
        if number != self.fail_at:
            return False
        if self.fault == "kill":
            if half is not None:
                half()
            self.is_dead = True
            raise Killed
        if self.fault == "kill-after":
            return True
        if half is not None:
            half()
        raise OSError(getattr(errno, self.fault), self.fault)

    def _end(self, is_last: bool) -> None:
        if is_last:
            self.is_dead = True
            raise Killed

    # --- the Disk protocol -----------------------------------------------------------------------------------------

    def create(self, path: Path) -> NewFile:
        is_last = self._step(f"create {path.name[:5]}")
        if path in self.names or path in self.folders:
            raise FileExistsError(errno.EEXIST, "exists", str(path))
        if path.parent not in self.folders:
            raise FileNotFoundError(errno.ENOENT, "no folder", str(path))
        self._births += 1
        node = self.names[path] = Node(born=self._births)
        self._end(is_last)
        return MemoryFile(self, node)

    def sync_all(self, files: Sequence[NewFile]) -> None:
        for file in files:
            file.sync()

    def publish(self, temporary: Path, target: Path) -> None:
        is_last = self._step("publish")
        if target in self.names:
            raise FileExistsError(errno.EEXIST, "exists", str(target))
        self.names[target] = self.names.pop(temporary)
        self._end(is_last)

    def replace(self, temporary: Path, target: Path) -> None:
        is_last = self._step("replace")
        self.names[target] = self.names.pop(temporary)
        self._end(is_last)

    def sync_folder(self, folder: Path) -> bool:
        is_last = self._step("sync folder")
        if not self.has_folder_sync:
            return False
        for names, synced in ((self.names, self.synced_names),):
            for path in [path for path in synced if path.parent == folder and path not in names]:
                del synced[path]
            synced.update({path: node for path, node in names.items() if path.parent == folder})
        self.synced_folders |= {path for path in self.folders if path.parent == folder}
        self._end(is_last)
        return True

    def make_folder(self, folder: Path) -> None:
        is_last = self._step("make folder")
        if folder in self.folders:
            raise FileExistsError(errno.EEXIST, "exists", str(folder))
        self.folders.add(folder)
        self._end(is_last)

    def remove(self, path: Path) -> None:
        is_last = self._step("remove")
        if path not in self.names:
            raise FileNotFoundError(errno.ENOENT, "absent", str(path))
        del self.names[path]
        self._end(is_last)

    def open(self, path: Path) -> BinaryIO:
        if path not in self.names:
            raise FileNotFoundError(errno.ENOENT, "absent", str(path))
        return io.BytesIO(self.names[path].content)

    def size(self, path: Path) -> int | None:
        return len(self.names[path].content) if path in self.names else None

    def is_folder(self, path: Path) -> bool:
        return path in self.folders

    def listing(self, folder: Path) -> Listing:
        files = sorted(path.name for path in self.names if path.parent == folder)
        whole = tuple(name for name in files if not name.startswith(TEMPORARY_PREFIX))
        left = tuple(name for name in files if name.startswith(TEMPORARY_PREFIX))
        inside = tuple(sorted(path.name for path in self.folders if path.parent == folder and path != folder))
        return Listing(whole, inside, left, ())

    def stamp(self, folder: Path) -> int:
        return hash(frozenset(path for path in self.names if path.parent == folder))

    def append(self, path: Path, data: bytes) -> None:
        node = self.names[path]

        def half() -> None:
            node.content += data[: len(data) // 2]

        self._step("append", half)
        node.content += data
        is_last = self._step("sync appended")
        node.synced = node.content
        self._end(is_last)

    def birth_mark(self, path: Path) -> int | None:
        return self.names[path].born * 10**10 if path in self.names else None

    @contextlib.contextmanager
    def lock(self, path: Path, seconds: float) -> Iterator[None]:
        yield


class MemoryFile:
    """A new file on a `MemoryDisk`."""

    def __init__(self, disk: MemoryDisk, node: Node) -> None:
        self._disk = disk
        self._node = node

    def write(self, data: bytes, /) -> int:
        def half() -> None:
            self._node.content += data[: len(data) // 2]

        is_last = self._disk._step("write", half)
        self._node.content += data
        self._disk._end(is_last)
        return len(data)

    def sync(self) -> None:
        is_last = self._disk._step("sync")
        self._node.synced = self._node.content
        self._disk._end(is_last)

    def close(self) -> None:
        if self._disk.is_dead:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
