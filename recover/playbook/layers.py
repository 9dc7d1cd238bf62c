"""Where the parts of a folder of playbooks lie, and which of several folders has the say.

A root is a folder like the shipped `playbooks/`: `<id>/playbook.yaml`, `shared/`, `facts/`. A person's own folder has
its letters inside, in `letters/`; the shipped root, and a whole copy of it, has `templates/` beside it. Of several
roots the first one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recover import content


def with_shipped(roots: Sequence[Path]) -> list[Path]:
    """Return the roots with the shipped one behind them, each once."""
    shipped = content.playbooks_root()
    return [*dict.fromkeys(root for root in roots if root != shipped), shipped]


def letter_folders(root: Path) -> tuple[Path, ...]:
    """Return the folders in which a root's letters may lie, the one that counts first."""
    inside = root / "letters"
    beside = templates_beside(root)
    return (inside,) if beside is None else (inside, beside / "letters")


def templates_beside(root: Path) -> Path | None:
    """Return the `templates/` folder beside a root that is laid out like the shipped one, if it has one.

    Only beside a folder that is called `playbooks`: a stranger's `templates/` must not come along with just any folder.
    """
    folder = root.parent / "templates"
    return folder if root.name == "playbooks" and folder.is_dir() else None


def letter_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Return every letter's file by its name (`follow-up.en.md`); of two with one name, the first root's."""
    found: dict[str, Path] = {}
    for root in roots:
        for folder in letter_folders(root):
            for path in sorted(folder.glob("*.*.md")):
                found.setdefault(path.name, path)
    return dict(sorted(found.items()))


def layout_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Return the layouts and rules of packets by their path below `templates/`; the first root's count."""
    found: dict[str, Path] = {}
    for root in roots:
        templates = templates_beside(root)
        for path in sorted((templates / "packet").rglob("*")) if templates is not None else ():
            if path.is_file() and not path.name.startswith("."):
                found.setdefault(path.relative_to(templates or root).as_posix(), path)
    return dict(sorted(found.items()))


def catalogue_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Return every translation's file by what it translates and the language: `shared/intake az`; first root's."""
    found: dict[str, Path] = {}
    for root in roots:
        for path in sorted(root.glob("*/text/*.yaml")):
            found.setdefault(f"{path.parent.parent.name} {path.stem}", path)
        for path in sorted(root.glob("shared/text/*/*.yaml")):
            found.setdefault(f"shared/{path.stem} {path.parent.name}", path)
    return dict(sorted(found.items()))


def word_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Return the words that recover prints, by their path below `templates/` (`words/az.yaml`); the first root's count.

    A person's own folder has them inside, in `words/`. English is the shipped one: what is printed in every letter is
    changed in one place.
    """
    found: dict[str, Path] = {}
    for root in roots:
        beside = templates_beside(root)
        for folder in (root / "words",) if beside is None else (root / "words", beside / "words"):
            for path in sorted(folder.glob("*.yaml")):
                if folder.parent == beside or path.stem != "en":
                    found.setdefault(f"words/{path.name}", path)
    return dict(sorted(found.items()))


def playbook_files(roots: Sequence[Path]) -> dict[str, Path]:
    """Return every playbook's file by its id (its folder's name); the first root's count."""
    found: dict[str, Path] = {}
    for root in roots:
        for path in sorted(root.glob("*/playbook.yaml")):
            found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))


def facts_files(root: Path) -> list[Path]:
    """Return the registry's files of one root, in a fixed order."""
    folder = root / "facts"
    return [*sorted(folder.glob("*.yaml")), *sorted((folder / "channels").glob("*.yaml"))]
