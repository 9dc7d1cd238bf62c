"""Check files and folders of playbooks: every problem of every file in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from recover import content, times
from recover.playbook import answers, checks, layers, reader, shapes, stories, translation, triage, words
from recover.playbook.assemble import Assembly, assemble_group, assemble_playbook
from recover.playbook.layers import with_shipped
from recover.playbook.library import Library, Source, shown_path
from recover.playbook.model import Playbook
from recover.playbook.problems import Place, Problem, Problems
from recover.playbook.registry import read_registry
from recover.playbook.story_names import check_story_names
from recover.playbook.translatable import texts_of

TOLD = frozenset({"C171", "C201", "C205", "C206"})
"""Codes that fail no run, strict ones neither."""


def lint(paths: Sequence[Path | str], *, today: date | None = None, roots: Sequence[Path] = ()) -> tuple[Problem, ...]:
    """Return every problem of the playbooks, groups, registry files and stories among the paths, by file and line.

    A folder means everything in it, translations (`text/`) too. Groups and registry files that a playbook needs are
    looked for beside it, then in the own folders `roots`, then among the shipped ones; their problems count too, but
    the age of a fact is told only with its own file. What is shipped is checked by itself. `today` decides what is out
    of date (default: now, UTC).
    """
    problems = Problems()
    day = today or times.now().date()
    files = [file for path in paths for file in _files(Path(path), problems)]
    libraries: dict[tuple[Path, ...], Library] = {}
    wholes: dict[Path, Playbook | None] = {}
    for file in files:
        layered = _roots(file, roots)
        library = libraries.setdefault(layered, Library(layered, problems))
        _lint_file(file, library, day, wholes)
    return problems.sorted()


def is_failure(problems: Sequence[Problem], *, strict: bool = False) -> bool:
    """Say whether problems should stop a release: errors do, with `strict` warnings and conventions too.

    What is only told never does: a fact that nobody could confirm (C201) ships as a default to edit, and a translation
    that is out of date (C205, C206) is not shown to anybody.
    """
    return any(problem.severity == "error" or (strict and problem.code not in TOLD) for problem in problems)


def _files(path: Path, problems: Problems) -> list[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.yaml"))
    if path.is_file():
        return [path]
    problems.add("E001", Place(shown_path(path), 1, 1), "there is no such file or folder")
    return []


def _roots(file: Path, roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folder of playbooks that a file lies in, with the own folders and the shipped one behind it."""
    shipped = content.playbooks_root()
    folder = _root_of(file.absolute(), roots)
    return (shipped,) if folder == shipped else tuple(with_shipped([folder, *roots]))


def _root_of(file: Path, roots: Sequence[Path]) -> Path:
    for folder in file.parents:
        if folder in roots or (folder / "shared").is_dir() or (folder / "facts").is_dir():
            return folder
    return file.parent.parent


def _lint_file(file: Path, library: Library, today: date, wholes: dict[Path, Playbook | None]) -> None:
    """Check one file as what it is: the folder tells, else the first key."""
    parts = file.absolute().parts
    if translation.name_of(file)[0]:
        _lint_catalogue(file, library)
    elif "stories" in parts[-3:-1]:
        _lint_story(file, library, wholes)
    elif "facts" in parts[-3:-1]:
        registry, places = read_registry(library)
        own = {row: place for row, place in places.items() if place.path == shown_path(file)}
        checks.check_registry_dates(registry, own, today, library.problems)
    elif file.name == "playbook.yaml":
        _lint_playbook(file, library, today)
    elif "shared" in parts[-3:-1] or _first_key(file) == "group":
        _lint_group(file, library)
    else:
        _lint_answers(file, library.problems)


def _lint_story(file: Path, library: Library, wholes: dict[Path, Playbook | None]) -> None:
    """Check a story's form, and its names against the playbook it plays, where that one is whole."""
    entries = stories.check_story(file, library.problems)
    beside = file.absolute().parent.parent / "playbook.yaml"
    wanted = entries.text("playbook") if entries is not None else ""
    path = beside if beside.is_file() and beside.parent.name == wanted else library.find(f"{wanted}/playbook.yaml")
    if entries is None or path is None:
        return
    if path not in wholes:
        wholes[path] = _whole_playbook(path, library.roots)
    playbook = wholes[path]
    if playbook is not None:
        check_story_names(entries, playbook, library.letters(), library.problems)


def _whole_playbook(path: Path, roots: tuple[Path, ...]) -> Playbook | None:
    """Return a playbook without faults for the stories beside it, else None: its own lint says what is wrong."""
    aside = Library(roots, Problems())
    source = aside.playbook(path)
    playbook = assemble_playbook(source, aside).playbook if source is not None else None
    return None if aside.problems.has_errors else playbook


def _lint_catalogue(file: Path, library: Library) -> None:
    of, language = translation.name_of(file)
    shown = shown_path(file)
    raw = reader.file_bytes(file, shown, library.problems)
    if raw is None:
        return
    if (of, language) == (translation.WORDS, words.ENGLISH):
        words.read_english(raw, shown, library.problems)
        return
    catalogue, places = translation.read_catalogue(raw, shown, library.problems)
    if catalogue is None:
        return
    if (catalogue.of, catalogue.language) != (of, language):
        told = f"it says it is {catalogue.of} in {catalogue.language}, and lies where {of} in {language} belongs"
        library.problems.add("E130", Place(shown, 1, 1), told, "put right what it says, or move the file")
        return
    original = _original(of, library)
    if original is None:
        library.problems.add("E130", Place(shown, 1, 1), f"there is no '{of}' that it could translate")
        return
    node = reader.read_file(original, shown_path(original), Problems())
    if node is not None:
        value = texts_of(reader.plain_node(node))
        translation.check_catalogue(catalogue, places, value, library.problems)


def _original(of: str, library: Library) -> Path | None:
    """Return the file that a catalogue translates."""
    if of == translation.WORDS:
        return layers.word_files(library.roots).get(words.words_name(words.ENGLISH))
    return library.find(f"{of}.yaml" if "/" in of else f"{of}/playbook.yaml")


def _first_key(file: Path) -> str:
    node = reader.read_file(file, shown_path(file), Problems())
    return str(node.pairs[0][0]) if isinstance(node, reader.Mapping) and node.pairs else ""


def _lint_answers(file: Path, problems: Problems) -> None:
    shown = shown_path(file)
    node = reader.read_file(file, shown, problems)
    entries = shapes.read(answers.ANSWERS, node, problems) if node is not None else None
    if entries is not None:
        answers.read_answers(entries, file.absolute().parent, shown, problems)


def _lint_playbook(file: Path, library: Library, today: date) -> None:
    source = library.playbook(file)
    if source is None:
        return
    assembly = assemble_playbook(source, library)
    place = source.entries.place_of("valid_until")
    identifier = assembly.playbook.id
    if identifier and identifier != file.absolute().parent.name:
        folder = file.absolute().parent.name
        library.problems.add(
            "E050", source.entries.place_of("playbook"), f"the id is not the folder's name '{folder}'", "rename one"
        )
    _check(assembly, source, library, lambda: _asked_by_playbooks(library))
    if source.entries.text("valid_until"):
        checks.check_dates(assembly, place, today, library.problems)


def _lint_group(file: Path, library: Library) -> None:
    source = library.group_file(file)
    if source is None:
        return
    assembly = assemble_group(source, library)
    _check(assembly, source, library, lambda: _asked_by_playbooks(library))
    if source.namespace == triage.NAMESPACE:
        triage.check_questions(assembly.playbook.facts, assembly.places, library.problems)


def _asked_by_playbooks(library: Library) -> frozenset[str]:
    """Name all that the playbooks of a library ask; what is wrong with them is told where they are linted."""
    aside = Library(library.roots, Problems())
    asked: set[str] = set()
    # Only those in force: what the shipped original asks, a copy that stands in its place need not ask.
    for file in layers.playbook_files(library.roots).values():
        source = aside.playbook(file)
        if source is not None:
            asked.update(name for step in assemble_playbook(source, aside).playbook.steps for name in step.ask)
    return frozenset(asked)


def _check(
    assembly: Assembly,
    source: Source,
    library: Library,
    asked_beside: Callable[[], frozenset[str]],
) -> None:
    problems = library.problems
    checks.check_facts(assembly, problems)
    checks.check_steps(assembly, problems)
    if not problems.has_errors:
        checks.check_graph(assembly, problems)
        checks.check_use(assembly, problems, asked_beside)
