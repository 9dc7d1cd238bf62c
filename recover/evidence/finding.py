"""Which files a person meant: paths and folders become a bounded list of regular files, links never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from recover.errors import InputError, NotFoundError, UsageError
from recover.frozen import frozen

MAX_FILES = 20_000
"""Files in one intake; more are a wrong folder rather than evidence."""

MAX_DEPTH = 32
"""Folders below each other."""

MAX_FILE_BYTES = 64 * 1024**3
"""The largest single exhibit."""

_HIDDEN = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})
"""Files that systems leave in folders; no evidence."""


@frozen
class Found:
    """A regular file to take in; `name` is its path below what was asked for, for messages and the sealed source."""

    path: Path
    name: str
    size_bytes: int


@frozen
class LeftOut:
    """Something that was met and is not taken in."""

    name: str
    why: str


@frozen
class Finding:
    """Everything a search met, in a stable order (by name)."""

    files: tuple[Found, ...]
    left_out: tuple[LeftOut, ...]


def find_files(paths: Sequence[Path]) -> Finding:
    """List the regular files that `paths` name, folders searched to the bottom.

    A path that was typed and is a link, a device, a socket or empty is an error, so that nobody believes it was taken
    in; the same inside a folder is left out and named. A file that is reached twice counts once. Raises
    `NotFoundError`, `UsageError`, `InputError` (too many, too deep, too large).
    """
    files: dict[Path, Found] = {}
    left_out: list[LeftOut] = []
    for path in paths:
        for met in _search(path):
            if isinstance(met, LeftOut):
                left_out.append(met)
            else:
                files.setdefault(met.path.absolute(), met)
            if len(files) > MAX_FILES:
                raise InputError(
                    f"more than {MAX_FILES} files", place=str(path), hint="add the folders that matter, one at a time"
                )
    return Finding(tuple(files.values()), tuple(left_out))


def _search(path: Path) -> Iterator[Found | LeftOut]:
    try:
        status = path.lstat()
    except FileNotFoundError as error:
        raise NotFoundError("no such file or folder", place=str(path)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or 'I/O error'}", place=str(path)) from error
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(path, path.name or str(path), 1)
        return
    met = _judge(path, path.name, status)
    if isinstance(met, LeftOut):
        raise UsageError(met.why, place=str(path), hint="give the file or folder itself")
    yield met


def _walk(folder: Path, name: str, depth: int) -> Iterator[Found | LeftOut]:
    if depth > MAX_DEPTH:
        raise InputError(f"more than {MAX_DEPTH} folders deep", place=str(folder))
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield LeftOut(name, f"cannot be read: {error.strerror or 'I/O error'}")
        return
    for entry in entries:
        inside = f"{name}/{entry.name}"
        path = Path(entry.path)
        if entry.name in _HIDDEN:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, inside, depth + 1)
            continue
        try:
            yield _judge(path, inside, path.lstat())
        except OSError as error:
            yield LeftOut(inside, f"cannot be read: {error.strerror or 'I/O error'}")


def _judge(path: Path, name: str, status: os.stat_result) -> Found | LeftOut:
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        return LeftOut(name, "a link; links are not followed")
    if not stat.S_ISREG(mode):
        return LeftOut(name, "a device, pipe or socket, not a file")
    if status.st_size == 0:
        return LeftOut(name, "empty")
    if status.st_size > MAX_FILE_BYTES:
        return LeftOut(name, f"larger than {MAX_FILE_BYTES // 1024**3} GiB")
    return Found(path, name, status.st_size)
