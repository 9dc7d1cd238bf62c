"""Playbooks and the registry from their folders: all resolved and checked, or one error that lists every fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recover.errors import NotFoundError
from recover.playbook.assemble import assemble_playbook
from recover.playbook.checks import check_facts, check_graph, check_steps
from recover.playbook.layers import playbook_files, with_shipped
from recover.playbook.library import Library, shown_path
from recover.playbook.model import Fact, Playbook, Registry
from recover.playbook.problems import Place, Problems
from recover.playbook.registry import read_registry
from recover.playbook.triage import GROUP, Outline, read_first_words, read_outline, read_questions


def load_playbook(playbook: Path | str, roots: Sequence[Path] = ()) -> Playbook:
    """Return the playbook with an id, or in a folder, with every include resolved and every name qualified.

    `roots` are folders like the shipped `playbooks/`, the first one first; the shipped one is always behind them.
    Raises `InvalidPlaybookError` (a `PlaybookError` with `.problems`) when anything in its files is an error,
    `NotFoundError` when there is no such playbook.
    """
    roots = with_shipped(roots)
    path = _playbook_file(playbook, roots)
    if path.parent.parent not in roots:
        roots = [path.parent.parent, *roots]
    problems = Problems()
    library = Library(roots, problems)
    source = library.playbook(path)
    problems.raise_errors()
    if source is None:
        raise NotFoundError(f"there is nothing in {shown_path(path)}")
    assembly = assemble_playbook(source, library)
    check_facts(assembly, problems)
    check_steps(assembly, problems)
    if not problems.has_errors:
        check_graph(assembly, problems)
    if assembly.playbook.id != path.parent.name:
        place = source.entries.place_of("playbook")
        problems.add("E050", place, f"the id is not the folder's name '{path.parent.name}'", "rename one of them")
    problems.raise_errors()
    return assembly.playbook


def load_registry(folder: Path | Sequence[Path] | None = None) -> Registry:
    """Return the channels, rules and clauses of one or more roots (default: the shipped ones).

    A root is a folder that holds `facts/`. Raises `InvalidPlaybookError` when a file is not valid.
    """
    roots = [folder] if isinstance(folder, Path) else with_shipped(folder or ())
    problems = Problems()
    registry, _ = read_registry(Library(roots, problems))
    problems.raise_errors()
    return registry


def playbook_ids(roots: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the ids of all playbooks below the roots and the shipped ones, sorted."""
    return tuple(playbook_files(with_shipped(roots)))


def load_outlines(roots: Sequence[Path] = ()) -> tuple[Outline, ...]:
    """Return what a list needs of every playbook, by id, read from its own file alone: quick, and never raises.

    One whose file is not valid is left out; loading it by its id says what is wrong with it.
    """
    layered = with_shipped(roots)
    library = Library(layered, Problems())
    found = []
    for path in playbook_files(layered).values():
        library.problems = Problems()
        source = library.playbook(path)
        if source is not None:
            outline = read_outline(source, library)
            if not library.problems.has_errors:
                found.append(outline)
    return tuple(found)


def load_triage(roots: Sequence[Path] = ()) -> tuple[tuple[str, ...], tuple[Fact, ...]]:
    """Return what `recover start` says and asks without a name: lines for everybody, then questions.

    Raises `InvalidPlaybookError`.
    """
    problems = Problems()
    library, place = Library(with_shipped(roots), problems), Place(f"{GROUP}.yaml", 1, 1)
    first, questions = read_first_words(library, place), read_questions(library, place)
    problems.raise_errors()
    return first, questions


def _playbook_file(playbook: Path | str, roots: Sequence[Path]) -> Path:
    if isinstance(playbook, Path):
        path = playbook / "playbook.yaml" if playbook.is_dir() else playbook
        if path.is_file():
            return path.absolute()
        raise NotFoundError(f"there is no playbook in {playbook}", hint="recover playbook list")
    for root in roots:
        if playbook == Path(playbook).name and (root / playbook / "playbook.yaml").is_file():
            return (root / playbook / "playbook.yaml").absolute()
    raise NotFoundError(f"there is no playbook called '{playbook[:60]}'", hint="recover playbook list")
