"""What is wrong with a file, and where: one `Problem` per fault, all of them in one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from recover.errors import PlaybookError
from recover.frozen import frozen

_SEVERITIES = {"E": "error", "W": "warning", "C": "convention"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count characters from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@frozen
class Problem:
    """One fault of a file. `code` is stable (see `codes`), `severity` is error, warning or convention."""

    code: str
    severity: str
    path: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the name that was probably meant, or nothing.

    Looks at the first 400 names only: a hostile file can hold thousands of wrong names beside thousands of right ones.
    """
    import difflib

    near = difflib.get_close_matches(word[:80], list(islice(known, 400)), n=1)
    return near[0] if near else ""


class InvalidPlaybookError(PlaybookError):
    """One or more files are not valid; `problems` holds everything that was found, in the order of the files."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = [problem for problem in problems if problem.severity == "error"]
        first = errors[0] if errors else problems[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        place = f"{first.path}:{first.line}:{first.column}"
        super().__init__(f"{first.code} {first.message}{more}", place=place, hint=first.hint)
        self.problems = problems


class Problems:
    """Collects problems; the same fault of the same place counts once, however often a file is included."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str, str], Problem] = {}

    def add(self, code: str, place: Place, message: str, hint: str = "") -> None:
        """Record a fault; the severity follows from the first letter of the code."""
        problem = Problem(code, _SEVERITIES[code[0]], place.path, place.line, place.column, message, hint)
        self._found.setdefault((place, code, message), problem)

    def take(self, other: Problems) -> None:
        """Record everything another list found."""
        for place, found in other._found.items():
            self._found.setdefault(place, found)

    @property
    def has_errors(self) -> bool:
        """Say whether anything of severity error was found."""
        return any(problem.severity == "error" for problem in self._found.values())

    def sorted(self) -> tuple[Problem, ...]:
        """Return all problems by file, line and column."""
        return tuple(sorted(self._found.values(), key=lambda each: (each.path, each.line, each.column, each.code)))

    def raise_errors(self) -> None:
        """Raise `InvalidPlaybookError` with everything found, if there is an error among it."""
        if self.has_errors:
            raise InvalidPlaybookError(self.sorted())
