"""A playbook, group, facts file or letter from outside, on its way into an own folder: read once, bounded, never run.

What is read here is what is shown, checked and copied; the source is not opened a second time. Links are refused and
never followed, names are those the layout knows, and nothing lands outside the own folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from recover.errors import InputError, NotFoundError
from recover.frozen import frozen
from recover.playbook import reader
from recover.playbook.library import shown_path
from recover.playbook.problems import InvalidPlaybookError, Problems

MOST_FILES = 500
MOST_FILE_BYTES = 4 * 1024 * 1024
MOST_BYTES = 32 * 1024 * 1024
MOST_DEPTH = 5

_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*"
_FILE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_LAYOUT = re.compile(
    rf"{_ID}/playbook\.yaml"
    rf"|{_ID}/[a-z][a-z0-9-]*\.yaml"  # answers files
    rf"|{_ID}/text/{_LANGUAGE}\.yaml"
    rf"|{_ID}/stories/{_ID}\.yaml"
    rf"|{_ID}/stories/files/(?:{_FILE}/)?{_FILE}"
    rf"|shared/{_ID}\.yaml"
    rf"|shared/text/{_LANGUAGE}/{_ID}\.yaml"
    rf"|facts/(?:channels/)?{_ID}\.yaml"
    rf"|letters/{_ID}\.{_LANGUAGE}\.md"
)
_RESERVED = frozenset({"shared", "facts", "letters", "text", "stories"})
_TOGETHER = frozenset({"letters", "shared", "facts"})
_FACTS = frozenset({"channels", "rules", "clauses", "organisations", "controls", "domains", "tested"})


@frozen
class Incoming:
    """One file as it will stand in the own folder. `path` is below it, with `/`."""

    path: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the file's SHA-256, as `sha256sum` prints it."""
        return hashlib.sha256(self.content).hexdigest()


@frozen
class Parcel:
    """What somebody wants to add: the files by path, and what of the source has no place in the layout."""

    source: Path
    files: tuple[Incoming, ...]
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of a single file, or of the sorted lines `sha256  path` of several."""
        if len(self.files) == 1:
            return self.files[0].sha256
        return hashlib.sha256("".join(f"{each.sha256}  {each.path}\n" for each in self.files).encode()).hexdigest()


def read_parcel(source: Path) -> Parcel:
    """Read a file or folder that is to be added.

    A folder is one playbook (it holds `playbook.yaml`), or is laid out like an own folder. A file is a playbook, a
    group, a facts file or a letter; its first keys tell. Raises `NotFoundError`, and `InputError` (32) for a link, a
    device, a name or a size that is not taken, `InvalidPlaybookError` (30) for a file that is no YAML.
    """
    kind = _kind(source)
    if kind == "folder":
        return _folder(source)
    content = _read(source)
    return Parcel(source, (Incoming(_place_of(source, content), content),))


def _kind(path: Path) -> str:
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError) as error:
        raise NotFoundError("there is no such file or folder", place=shown_path(path)) from error
    if stat.S_ISLNK(mode):
        raise InputError(
            "this is a link, and links are not followed", place=shown_path(path), hint="name what it means"
        )
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISREG(mode):
        return "file"
    raise InputError("this is no file and no folder", place=shown_path(path))


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError("this is no file", place=shown_path(path))
            content = file.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or 'I/O error'}", place=shown_path(path)) from error
    if len(content) > MOST_FILE_BYTES:
        raise InputError(f"larger than {MOST_FILE_BYTES >> 20} MiB", place=shown_path(path))
    return content


def _folder(source: Path) -> Parcel:
    is_playbook = (source / "playbook.yaml").is_file()
    prefix = ""
    if is_playbook:
        prefix = _place_of(source / "playbook.yaml", _read(source / "playbook.yaml")).rpartition("/")[0] + "/"
    files: list[Incoming] = []
    left_out: list[str] = []
    size = 0
    for path in _walk(source):
        below = path.relative_to(source).as_posix()
        # A playbook's folder may bring its letters, groups and facts along, each below a folder of its name.
        place = below if below.partition("/")[0] in _TOGETHER and _fits(below) else prefix + below
        if not _fits(place):
            left_out.append(below)
            continue
        content = _read(path)
        size += len(content)
        files.append(Incoming(place, content))
        if size > MOST_BYTES or len(files) > MOST_FILES:
            limit = f"{MOST_FILES} files and {MOST_BYTES >> 20} MiB"
            raise InputError(f"more than {limit}", place=shown_path(source), hint="add one playbook at a time")
    if not files:
        raise InputError(
            "nothing in this folder is a playbook, a group, a file of facts or a letter",
            place=shown_path(source),
            hint="a folder with playbook.yaml, or one laid out like your own folder",
        )
    return Parcel(source, tuple(sorted(files, key=lambda each: each.path)), tuple(left_out))


def _walk(source: Path) -> Iterator[Path]:
    """Yield the files below a folder in order; a link anywhere is refused, hidden names are passed over."""
    seen = 0
    for folder, names, files in os.walk(source):
        here = Path(folder)
        if len(here.relative_to(source).parts) > MOST_DEPTH:
            raise InputError(f"deeper than {MOST_DEPTH} folders", place=shown_path(here))
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in (*names, *sorted(files)):
            seen += 1
            if seen > 4 * MOST_FILES:
                raise InputError(f"more than {MOST_FILES} files", place=shown_path(source))
            if _kind(here / name) == "file" and not name.startswith("."):
                yield here / name


def _fits(path: str) -> bool:
    head = PurePosixPath(path).parts[0]
    is_playbook = "/" in path and head not in _RESERVED
    return bool(_LAYOUT.fullmatch(path)) and (is_playbook or head in ("shared", "facts", "letters"))


def _place_of(source: Path, content: bytes) -> str:
    """Return where a file belongs in an own folder: its first keys tell what it is, its name what it is called."""
    name = source.name
    if name.endswith(".md"):
        return _fitting(f"letters/{name}", source, "a letter is called name.language.md: follow-up.en.md")
    problems = Problems()
    node = reader.read_bytes(content, shown_path(source), problems)
    problems.raise_errors()
    if not isinstance(node, reader.Mapping):
        raise InvalidPlaybookError(problems.sorted()) if problems.sorted() else _unknown(source)
    keys = {str(key): value for key, value in node.pairs}
    if "playbook" in keys and "steps" in keys:
        identifier = str(keys["playbook"]) if isinstance(keys["playbook"], reader.Text) else ""
        identifier = "" if identifier in _RESERVED else identifier
        return _fitting(f"{identifier}/playbook.yaml", source, "its id is lower-case words joined by hyphens")
    if "group" in keys:
        return _fitting(f"shared/{name}", source, "a group's file is lower-case words joined by hyphens: intake.yaml")
    if _FACTS & set(keys):
        folder = "facts/channels" if "channels" in keys and source.parent.name == "channels" else "facts"
        return _fitting(f"{folder}/{name}", source, "a file of facts is lower-case words joined by hyphens: ours.yaml")
    raise _unknown(source)


def _unknown(source: Path) -> InputError:
    return InputError(
        "this is no playbook, no group, no file of facts and no letter",
        place=shown_path(source),
        hint="a story or a translation comes with its playbook's folder",
    )


def _fitting(path: str, source: Path, hint: str) -> str:
    if not _fits(path):
        raise InputError("its name has no place in a folder of playbooks", place=shown_path(source), hint=hint)
    return path


# --- what stands there already ---------------------------------------------------------------------------------------


def refuse_links(folder: Path, parcel: Parcel) -> None:
    """Raise `InputError` when anything on the way to a file's place in the own folder is a link."""
    for each in parcel.files:
        path = folder
        for part in PurePosixPath(each.path).parts:
            path = path / part
            if path.is_symlink():
                raise InputError("a link lies there, and nothing is written through it", place=shown_path(path))


def in_place(folder: Path, parcel: Parcel) -> dict[str, bytes]:
    """Return the bytes that stand under the parcel's names in the own folder now."""
    found = {}
    for each in parcel.files:
        path = folder / each.path
        if path.exists():
            found[each.path] = _read(path)
    return found


def lay_out(parcel: Parcel, folder: Path) -> None:
    """Write the parcel's files below an empty folder of our own, to be checked there."""
    for each in parcel.files:
        path = folder / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
