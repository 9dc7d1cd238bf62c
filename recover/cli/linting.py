"""`recover playbook lint`: playbooks, facts, stories and letters in one run; a letter is checked with its users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content
from recover.errors import InputError, NotFoundError, PlaybookError

if TYPE_CHECKING:
    from recover.playbook.model import Playbook, Registry
    from recover.playbook.problems import Problem

MOST_LETTER_BYTES = 1 << 20


def lint_all(paths: Sequence[Path]) -> list[Problem]:
    """Return every problem of the files and folders; without any, of all that is shipped.

    Raises `NotFoundError` for a path that is not there.
    """
    from recover.playbook.lint import lint

    for path in paths:
        if not path.exists():
            raise NotFoundError("there is no such file or folder", place=str(path), hint="recover playbook list")
    letters = list(_letters(paths)) if paths else sorted((content.templates_root() / "letters").glob("*.md"))
    others = [path for path in paths if path.suffix != ".md" and not _is_letters(path)]
    problems = list(lint(others or [content.playbooks_root()])) if others or not paths else []
    return problems + _lint_letters(letters)


def known_codes() -> dict[str, str]:
    """Return every code of every linter with its explanation."""
    from recover.packet import lint as letters
    from recover.playbook import codes

    return dict(sorted({**codes.CODES, **letters.CODES}.items()))


def _letters(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.suffix == ".md":
            yield path
        elif _is_letters(path):
            yield from sorted(path.rglob("*.md"))


def _is_letters(path: Path) -> bool:
    return path.is_dir() and not any(path.rglob("*.yaml")) and any(path.rglob("*.md"))


def _lint_letters(letters: Sequence[Path]) -> list[Problem]:
    from recover.packet.lint import lint_letter

    playbooks, registry = _ground() if letters else ((), None)
    found: dict[Problem, None] = {}
    for path in letters:
        text = _read(path)
        users = [playbook for playbook in playbooks if path.name.split(".")[0] in _used(playbook)]
        for playbook in (*users,) or (None,):
            found.update(dict.fromkeys(lint_letter(text, str(path), playbook, registry, users)))
    return list(found)


def _ground() -> tuple[tuple[Playbook, ...], Registry | None]:
    """Load what letters are checked against; playbooks that are not valid are reported by their own lint."""
    from recover.playbook.loader import load_playbook, load_registry, playbook_ids

    loaded = []
    for playbook_id in playbook_ids():
        try:
            loaded.append(load_playbook(playbook_id))
        except PlaybookError:
            continue
    try:
        return tuple(loaded), load_registry()
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
