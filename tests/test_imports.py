"""The house has rooms: which part of recover may import which, and what stands in one room only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "recover"
SOURCES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT = {
    "errors": set(),
    "frozen": set(),
    "times": {"errors", "frozen"},
    "content": {"errors", "frozen"},
    "net": {"errors", "frozen"},
    "playbook": {"errors", "frozen", "times", "content"},
    "case": {"errors", "frozen", "times", "playbook"},
    "vault": {"errors", "frozen", "times"},
    "evidence": {"errors", "frozen", "times", "vault"},
    "packet": {"errors", "frozen", "times", "playbook", "case", "vault"},
    "preview": {"errors", "frozen", "times", "playbook", "packet"},
    "desk": {"errors", "frozen", "times", "content", "net", "playbook", "case", "vault", "evidence", "packet"},
    "practice": {"errors", "frozen", "times", "content", "playbook", "case", "packet", "desk"},
    "exercise": {
        "errors",
        "frozen",
        "times",
        "content",
        "playbook",
        "case",
        "packet",
        "desk",
        "practice",
        "preview",
    },
    "cli": {
        "errors",
        "frozen",
        "times",
        "content",
        "net",
        "playbook",
        "case",
        "packet",
        "desk",
        "practice",
        "preview",
        "exercise",
    },
}
"""Room → the rooms it may import, besides itself."""

ONLY_IN = {
    "httpx": {"net.py"},
    "rfc3161_client": {"vault/stamps_token.py"},
    "keyring": {"vault/keyring_unlock.py"},
    "secretstorage": {"vault/secret_service.py"},
    "jinja2": {"packet"},
    "typst": {"packet"},
    "icalendar": {"packet"},
    "docx": {"packet"},
    "pyrage": {"vault"},
    "typer": {"cli"},
    "rich": {"cli"},
    "prompt_toolkit": {"cli"},
    "ruamel": {"playbook"},
    "PIL": {"evidence"},
    "pikepdf": {"evidence"},
    "pypdfium2": {"evidence"},
    "lxml": {"evidence"},
}
"""Library → the only files or rooms that may import it."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            yield from (
                [(node.lineno, f"recover.{alias.name}") for alias in node.names]
                if module == "recover"
                else [(node.lineno, module)]
            )


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent != PACKAGE or p.name != "__init__.py"], ids=str)
def test_rooms_import_only_what_they_may(path: Path) -> None:
    """A file imports only from the rooms its own room may know."""
    room = room_of(path)
    wrong = [
        f"{path.name}:{line}: {module}"
        for line, module in imported_modules(path)
        if module.startswith("recover.") and module.split(".")[1] not in MAY_IMPORT[room] | {room, "__version__"}
    ]
    assert wrong == []


def test_libraries_stay_in_their_room() -> None:
    """A library with a price (start-up time, network, secrets) is imported in one place only."""
    wrong = []
    for path in SOURCES:
        relative = path.relative_to(PACKAGE).as_posix()
        for line, module in imported_modules(path):
            places = ONLY_IN.get(module.split(".")[0])
            if places is not None and relative not in places and room_of(path) not in places:
                wrong.append(f"{relative}:{line}: {module}")
    assert wrong == []


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize(
    ("names", "places"),
    [
        ({"print"}, {"cli/output.py"}),
        ({"datetime.now", "datetime.utcnow", "time.time", "date.today"}, {"times.py"}),
        ({"sys.exit", "exit", "os._exit", "SystemExit"}, {"cli/main.py"}),
        ({"eval", "exec", "compile", "__import__", "pickle.loads", "os.system"}, set()),
    ],
    ids=["print", "clock", "exit", "code execution"],
)
def test_one_room_for(names: set[str], places: set[str]) -> None:
    """Printing, the clock and the exit each have one place; code execution has none."""
    wrong = [
        f"{path.relative_to(PACKAGE).as_posix()}:{line}: {name}"
        for path in SOURCES
        for line, name in calls(path)
        if name in names and path.relative_to(PACKAGE).as_posix() not in places
    ]
    assert wrong == []
