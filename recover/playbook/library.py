"""Finds and reads the files that a playbook is made of: its own, the groups it includes, the letters, the registry.

A root is a folder like the shipped `playbooks/`. Several roots are layered (see `layers`): of playbooks, groups and
letters the first root that has the file wins; files of facts are read from every root, and their rows are merged. Each
file is read and checked against its shape once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recover.frozen import frozen
from recover.playbook import grammar, layers, reader, shapes
from recover.playbook.problems import Place, Problems, nearest


@frozen
class Source:
    """One file, read: its path below the root, its SHA-256, and its values."""

    path: Path
    name: str
    sha256: str
    entries: shapes.Entries
    layer: int = 0
    """Which root a file of facts comes from, counted from the first."""

    @property
    def place(self) -> Place:
        """Return where the file begins."""
        return self.entries.place

    @property
    def namespace(self) -> str:
        """Return the first part of the names of this file's facts."""
        return self.entries.text("group") or self.entries.text("playbook").replace("-", "_")


class Library:
    """Reads files below one or more roots and remembers them."""

    def __init__(self, roots: Sequence[Path], problems: Problems) -> None:
        self.roots = tuple(roots)
        self.problems = problems
        self._groups: dict[str, Source | None] = {}
        self._group_files: dict[str, str] | None = None
        self._registry: list[Source] | None = None

    def playbook(self, path: Path) -> Source | None:
        """Read a playbook's file."""
        return self._read(path, grammar.PLAYBOOK)

    def group_file(self, path: Path) -> Source | None:
        """Read a group's file."""
        return self._read(path, grammar.GROUP)

    def registry_sources(self) -> list[Source]:
        """Read every file of facts of every root, once, the first root's first."""
        if self._registry is None:
            self._registry = []
            for number, root in enumerate(self.roots):
                read = [self._read(path, grammar.REGISTRY) for path in layers.facts_files(root)]
                self._registry += [replace(source, layer=number) for source in read if source is not None]
        return self._registry

    def group(self, name: str, place: Place) -> Source | None:
        """Read the group file `shared/intake`, asked for at `place`; None (and a problem) if it is not there."""
        if name not in self._groups:
            path = self.find(f"{name}.yaml")
            if path is None:
                self.problems.add("E043", place, f"there is no group file '{name}.yaml'", self._near(name))
            self._groups[name] = None if path is None else self.group_file(path)
        return self._groups[name]

    def group_called(self, identifier: str) -> Source | None:
        """Read the group with this id from any `shared/` folder, for names that are only used."""
        if self._group_files is None:
            self._group_files = {}
            for name in self._names("shared"):
                source = self.group(name, Place(name, 1, 1))
                if source is not None and source.namespace:
                    self._group_files.setdefault(source.namespace, name)
        wanted = self._group_files.get(identifier)
        return self._groups.get(wanted) if wanted else None

    def letters(self) -> frozenset[str]:
        """Return the names of all letters of the roots (files `<name>.<language>.md`)."""
        return frozenset(name.split(".")[0] for name in layers.letter_files(self.roots))

    def find(self, name: str) -> Path | None:
        """Return the file with this path below the first root that has it."""
        for root in self.roots:
            path = root / name
            if path.is_file():
                return path
        return None

    def _near(self, name: str) -> str:
        near = nearest(name, self._names(name.partition("/")[0]))
        return f"did you mean {near}?" if near else "groups stand in playbooks/shared"

    def _names(self, folder: str) -> list[str]:
        names: dict[str, None] = {}
        for root in self.roots:
            for path in sorted((root / folder).glob("*.yaml")):
                names[f"{folder}/{path.stem}"] = None
        return list(names)

    def _read(self, path: Path, shape: shapes.Record) -> Source | None:
        shown = shown_path(path)
        content = reader.file_bytes(path, shown, self.problems)
        if content is None:
            return None
        # The digest is of the very bytes that were read; a second look at the file could see others.
        sha256 = hashlib.sha256(content).hexdigest()
        entries = _remembered(content, sha256, shown, shape, self.problems)
        return None if entries is None else Source(path, self._below_root(path), sha256, entries)

    def _below_root(self, path: Path) -> str:
        for root in self.roots:
            if path.resolve().is_relative_to(root.resolve()):
                return path.resolve().relative_to(root.resolve()).as_posix()
        return path.name


_MOST_REMEMBERED = 256
_sound: dict[tuple[str, str, int], shapes.Entries] = {}
"""Files without any fault by digest, shown path and shape: parsing takes most of the time of a load, so one process
parses the same bytes once. Nothing changes entries after they were read."""


def _remembered(
    content: bytes, sha256: str, shown: str, shape: shapes.Record, problems: Problems
) -> shapes.Entries | None:
    key = sha256, shown, id(shape)
    if key not in _sound:
        found = Problems()
        node = reader.read_bytes(content, shown, found)
        entries = None if node is None else shapes.read(shape, node, found)
        if entries is None or found.sorted():
            problems.take(found)
            return entries
        if len(_sound) >= _MOST_REMEMBERED:
            _sound.clear()
        _sound[key] = entries
    return _sound[key]


def shown_path(path: Path) -> str:
    """Return a path as people see it: below the working folder if it lies there."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):  # lies elsewhere, or the working folder is gone
        return path.as_posix()
