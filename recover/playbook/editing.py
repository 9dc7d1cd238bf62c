"""A trainer's changes to files of playbooks: kept in memory, tried out on a copy, and saved together or not at all.

Nothing on the disk changes before `save`. What would stand there can be looked at as a difference, linted and played in
a copy first. Files of playbooks hold nothing of a case, so the copy may lie in a folder for temporary files.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from recover import content
from recover.errors import CannotWriteError, InputError, NotFoundError, UsageError
from recover.playbook.document import Document
from recover.playbook.layers import playbook_files, templates_beside, with_shipped
from recover.playbook.library import shown_path
from recover.playbook.lint import lint
from recover.playbook.problems import Problem
from recover.playbook.reader import MAX_BYTES


@dataclass(slots=True)
class _Opened:
    """A file on the bench: where it lies, what it held when it was opened, and the document that is changed."""

    path: Path
    before: bytes
    document: Document
    is_new: bool = False


class Bench:
    """The files that are being changed. `roots` are the folders of playbooks in force, the first one first."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(with_shipped(roots))
        self._files: dict[Path, _Opened] = {}
        self.saved: frozenset[Path] = frozenset()
        """What `save` has written."""

    def open(self, path: Path) -> Document:
        """Return the document of a file; the same one each time. Raises `InputError` or `InvalidPlaybookError`."""
        path = path.resolve()
        if path not in self._files:
            raw = _bytes(path)
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as fault:
                raise InputError(
                    "the file is not UTF-8 text", place=shown_path(path), hint="save it as UTF-8"
                ) from fault
            self._files[path] = _Opened(path, raw, Document(text, shown_path(path)))
        return self._files[path].document

    def create(self, path: Path, text: str) -> Document:
        """Put a file on the bench that is not there yet. Raises `UsageError` when it is."""
        path = path.resolve()
        if path.exists():
            raise UsageError("this file is there already", place=shown_path(path), hint="it is not written over")
        if path not in self._files:
            self._files[path] = _Opened(path, b"", Document(text, shown_path(path)), is_new=True)
        return self._files[path].document

    def changed(self) -> tuple[Path, ...]:
        """Return the files whose text is another one now."""
        return tuple(each.path for each in self._files.values() if each.document.text.encode() != each.before)

    def document(self, path: Path) -> Document:
        """Return a document that is on the bench."""
        return self._files[path.resolve()].document

    def stamp(self, today: date) -> None:
        """Raise the last number of the version of each changed playbook and group, and note the day of the review."""
        for path in self.changed():
            opened = self._files[path]
            found = _version(opened.before.decode("utf-8"))
            document = opened.document
            if opened.is_new or document.get(("version",)) is None:
                continue
            if document.get(("version",)) == found:
                first, second, last = found.split(".")
                document.set(("version",), f"{first}.{second}.{int(last) + 1}")
            document.set(("reviewed",), today.isoformat())

    def differences(self) -> tuple[str, ...]:
        """Return what would change, as lines of a unified difference with three lines around each place."""
        rows: list[str] = []
        for path in self.changed():
            opened = self._files[path]
            before = opened.before.decode("utf-8").splitlines()
            after = opened.document.text.splitlines()
            shown = shown_path(path)
            old = "(new file)" if opened.is_new else shown
            rows += [row.rstrip("\n") for row in difflib.unified_diff(before, after, old, shown, lineterm="")]
        return tuple(rows)

    @contextlib.contextmanager
    def tried_out(self) -> Iterator[Trial]:
        """Give a copy of the folders with the changed files in place, which is gone after the block."""
        with tempfile.TemporaryDirectory(prefix="playbooks-") as folder:
            copies: dict[Path, Path] = {}
            for number, root in enumerate(self._roots_changed()):
                copy = Path(folder) / str(number) / "playbooks"
                if root.is_dir():
                    shutil.copytree(root, copy)
                    templates = templates_beside(root)
                    if templates is not None:
                        shutil.copytree(templates, copy.parent / "templates")
                copies[root] = copy
            files = {}
            for path in self.changed():
                root = self._root_of(path)
                target = copies[root] / path.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self._files[path].document.text.encode())
                files[path] = target
            yield Trial(tuple(copies.get(root, root) for root in self._layers(copies)), files, copies)

    def save(self) -> tuple[Path, ...]:
        """Write every changed file, each in one stroke; `UsageError` when one was changed by somebody else since.

        All new texts are on the disk before the first file is replaced; `CannotWriteError` before that leaves every
        file as it was.
        """
        changed = [self._files[path] for path in self.changed()]
        for opened in changed:
            now = b"" if opened.is_new and not opened.path.exists() else _bytes(opened.path)
            if now != opened.before:
                raise UsageError(
                    "the file was changed by another program since it was opened; nothing was written",
                    place=shown_path(opened.path),
                    hint="begin again",
                )
        write_together({opened.path: opened.document.text.encode() for opened in changed})
        for opened in changed:
            opened.before, opened.is_new = opened.document.text.encode(), False
        self.saved |= {opened.path for opened in changed}
        return tuple(opened.path for opened in changed)

    def _root_of(self, path: Path) -> Path:
        for root in (root.resolve() for root in self.roots):
            if path.is_relative_to(root):
                return root
        named = next((folder for folder in path.parents if folder.name in ("shared", "facts")), path.parent)
        return named.parent

    def _roots_changed(self) -> list[Path]:
        return list(dict.fromkeys(self._root_of(path) for path in self.changed()))

    def _layers(self, copies: dict[Path, Path]) -> list[Path]:
        known = [root.resolve() for root in self.roots]
        return [*(root for root in copies if root not in known), *known]


@dataclass(frozen=True, slots=True)
class Trial:
    """Folders of playbooks with the changes in them: the roots to load from, and the changed files by their place."""

    roots: tuple[Path, ...]
    files: dict[Path, Path]
    copies: dict[Path, Path]

    def named(self, words: str) -> str:
        """Return what was said of the copy with the places of the folders themselves: the copy is gone afterwards."""
        for root, copy in self.copies.items():
            words = words.replace(str(copy), shown_path(root))
        return words

    @property
    def own_roots(self) -> tuple[Path, ...]:
        """Return the roots without the shipped one, which is always behind them."""
        shipped = content.playbooks_root().resolve()
        return tuple(root for root in self.roots if root != shipped)

    def problems(self, today: date) -> tuple[Problem, ...]:
        """Lint the changed files as they would be, told with the places where they will stand."""
        found = []
        for each in lint(list(self.files.values()), today=today):
            found.append(Problem(each.code, each.severity, self._shown(each.path), each.line, each.column,
                                 self._said(each.message), each.hint))  # fmt: skip
        return tuple(found)

    def stories(self) -> tuple[Path, ...]:
        """Return the stories of every playbook that a changed file has a part in, in the copy."""
        used = [name for path in self.files for name in self._uses(path)]
        return tuple(story for name in dict.fromkeys(used) for story in self._stories_of(name))

    def _uses(self, path: Path) -> list[str]:
        if path.name == "playbook.yaml":
            return [path.parent.name]
        if path.parent.name == "stories":
            return [path.parent.parent.name]
        playbooks = playbook_files(self.roots)
        if path.parent.name == "shared":
            wanted = re.compile(rf"\bshared/{re.escape(path.stem)}\b")
            return [name for name, file in playbooks.items() if wanted.search(file.read_text("utf-8"))]
        return list(playbooks) if "facts" in path.parts[-3:-1] else []

    def _stories_of(self, name: str) -> list[Path]:
        file = playbook_files(self.roots).get(name)
        return sorted((file.parent / "stories").glob("*.yaml")) if file is not None else []

    def _shown(self, path: str) -> str:
        for real, copy in self.files.items():
            if path == shown_path(copy):
                return shown_path(real)
        for root, folder in self.copies.items():
            if path.startswith(shown_path(folder)):
                return shown_path(root) + path.removeprefix(shown_path(folder))
        return path

    def _said(self, message: str) -> str:
        for root, folder in self.copies.items():
            message = message.replace(shown_path(folder), shown_path(root))
        return message


def write_together(contents: dict[Path, bytes]) -> None:
    """Write several files: all new texts reach the disk beside their places first, then each is put in place.

    A file that is there keeps its rights. Raises `CannotWriteError`; then files not yet replaced are as they were.
    """
    waiting: list[tuple[str, Path]] = []
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            waiting.append((temporary, path))
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        while waiting:
            temporary, path = waiting[0]
            Path(temporary).replace(path)
            del waiting[0]
    except OSError as fault:
        place = shown_path(waiting[0][1]) if waiting else ""
        raise CannotWriteError(f"cannot write: {fault.strerror or 'I/O error'}", place=place) from fault
    finally:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)


def find_source(name: str, roots: Sequence[Path]) -> Path:
    """Return the file that a playbook's id, `shared/<group>`, `facts/<file>` or a path means, in the roots in force.

    Raises `NotFoundError` with the nearest name.
    """
    from recover.playbook.problems import nearest

    layered = with_shipped(roots)
    given = Path(name)
    if given.is_dir() and (given / "playbook.yaml").is_file() and ("/" in name or given.is_absolute()):
        return (given / "playbook.yaml").resolve()
    if name.endswith(".yaml") and given.is_file():
        return given.resolve()
    playbooks = playbook_files(layered)
    if name in playbooks:
        return playbooks[name].resolve()
    if re.fullmatch(r"[a-z]+(/[a-z0-9-]+)+", name):
        for root in layered:
            if (root / f"{name}.yaml").is_file():
                return (root / f"{name}.yaml").resolve()
    groups = [f"shared/{path.stem}" for root in layered for path in sorted((root / "shared").glob("*.yaml"))]
    near = nearest(name, [*playbooks, *groups])
    hint = f"did you mean {near}?" if near else "recover playbook list"
    raise NotFoundError(f"there is no playbook called '{name[:60]}'", hint=hint)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as fault:
        message = f"the file cannot be read: {fault.strerror or 'failed'}"
        raise InputError(message, place=shown_path(path)) from fault
    if len(raw) > MAX_BYTES:
        raise InputError(f"the file is larger than {MAX_BYTES // 1024} KiB", place=shown_path(path))
    return raw


def _version(text: str) -> str:
    found = re.search(r"^version: *['\"]?([0-9]+\.[0-9]+\.[0-9]+)", text, re.MULTILINE)
    return found[1] if found else ""
