"""`recover playbook lint`: playbooks, facts, stories and letters in one run; a letter is checked with its users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content
from recover.errors import InputError, NotFoundError, PlaybookError

if TYPE_CHECKING:
    from recover.playbook.model import Playbook, Registry
    from recover.playbook.problems import Problem

    _Ground = tuple[tuple[Playbook, ...], Registry | None]

MOST_LETTER_BYTES = 1 << 20


def lint_all(paths: Sequence[Path], roots: Sequence[Path] = ()) -> list[Problem]:
    """Return every problem of the files and folders; without any, of all that is shipped and of the own folders.

    `roots` are the own folders in force: what a file does not find beside it, it finds there. Raises `NotFoundError`
    for a path that is not there.
    """
    from recover.playbook.layers import letter_files
    from recover.playbook.lint import lint

    paths = [_found(path, roots) for path in paths]
    shipped = content.playbooks_root()
    letters = list(_letters(paths)) if paths else _distinct(letter_files([root]) for root in (*roots, shipped))
    others = [path for path in paths if path.suffix != ".md" and not _is_letters(path)]
    everything = [*roots, shipped, content.templates_root() / "words"]
    problems = list(lint(others or everything, roots=roots)) if others or not paths else []
    return problems + _lint_letters(letters, roots)


def _found(path: Path, roots: Sequence[Path]) -> Path:
    """Return a path that is there, or the folder of the playbook with this id."""
    from recover.playbook.layers import playbook_files, with_shipped

    if path.exists():
        return path
    playbook = playbook_files(with_shipped(roots)).get(str(path))
    if playbook is None:
        raise NotFoundError("there is no such file, folder or playbook", place=str(path), hint="recover playbook list")
    return playbook.parent


def _distinct(folders: Iterable[Mapping[str, Path]]) -> list[Path]:
    return list(dict.fromkeys(path for found in folders for path in found.values()))


def known_codes() -> dict[str, str]:
    """Return every code of every linter with its explanation."""
    from recover.packet.letters import lint as letters
    from recover.playbook import codes

    return dict(sorted({**codes.CODES, **letters.CODES}.items()))


def _letters(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.suffix == ".md":
            yield path
        elif _is_letters(path):
            yield from sorted(path.rglob("*.md"))
        else:
            yield from sorted((path / "letters").glob("*.md"))


def _is_letters(path: Path) -> bool:
    return path.is_dir() and not any(path.rglob("*.yaml")) and any(path.rglob("*.md"))


def _lint_letters(letters: Sequence[Path], roots: Sequence[Path]) -> list[Problem]:
    from recover.packet.letters.lint import lint_letter

    grounds: dict[tuple[Path, ...], _Ground] = {}
    found: dict[Problem, None] = {}
    for path in letters:
        layered = tuple(dict.fromkeys((*_own_root(path), *roots)))
        playbooks, registry = grounds.get(layered) or grounds.setdefault(layered, _ground(layered))
        text = _read(path)
        users = [playbook for playbook in playbooks if path.name.split(".")[0] in _used(playbook)]
        for playbook in (*users,) or (None,):
            english = _english(path, layered)
            found.update(dict.fromkeys(lint_letter(text, str(path), playbook, registry, users, english)))
    return list(found)


def _english(path: Path, roots: Sequence[Path]) -> str:
    """Return the text of the English letter that a letter translates: beside it, else in the folders in force."""
    from recover.playbook.layers import letter_files, with_shipped

    name = f"{path.name.split('.')[0]}.en.md"
    if path.name == name:
        return ""
    beside = path.with_name(name)
    found = beside if beside.is_file() else letter_files(with_shipped(roots)).get(name)
    return _read(found) if found is not None else ""


def _own_root(letter: Path) -> tuple[Path, ...]:
    """Return the own folder of playbooks in whose `letters/` a letter lies."""
    folder = letter.absolute().parent
    is_own = folder.name == "letters" and folder.parent.name != "templates"
    return (folder.parent,) if is_own else ()


def _ground(roots: Sequence[Path]) -> _Ground:
    """Load what letters are checked against; playbooks that are not valid are reported by their own lint."""
    from recover.playbook.loader import load_playbook, load_registry, playbook_ids

    loaded = []
    for playbook_id in playbook_ids(roots):
        try:
            loaded.append(load_playbook(playbook_id, roots))
        except PlaybookError:
            continue
    try:
        return tuple(loaded), load_registry(roots)
    except PlaybookError:
        return tuple(loaded), None


def _used(playbook: Playbook) -> set[str]:
    return {letter.template for step in playbook.steps for letter in step.letters}


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()[: MOST_LETTER_BYTES + 1]
        if len(raw) > MOST_LETTER_BYTES:
            raise InputError("larger than 1 MiB", place=str(path))
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("this letter cannot be read as UTF-8 text", place=str(path)) from error
