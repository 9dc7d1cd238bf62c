"""Runs the command line inside the test's own process: arguments and typed lines in; exit code and two texts out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from recover.cli.main import main


@dataclass(frozen=True, slots=True)
class Result:
    """What one command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Stderr with every line break and indent as one space: what was said, wherever the screen wrapped it."""
        return " ".join(self.err.split())

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


Typed = str | Callable[[str], str]
"""Lines on stdin: a text, or a function that is shown what the screen says since the last reply and gives the next."""


class Typist(io.StringIO):
    """A stdin that reads the screen before it types a line."""

    def __init__(self, screen: io.StringIO, reply: Callable[[str], str]) -> None:
        super().__init__()
        self._screen = screen
        self._reply = reply
        self._read_to = 0

    def readline(self, size: int | None = -1, /) -> str:
        """Return the reply to what stands on the screen since the last one."""
        said = self._screen.getvalue()
        new, self._read_to = said[self._read_to :], len(said)
        return self._reply(new) + "\n"


def answering(replies: Mapping[str, str], otherwise: str = "skip") -> Callable[[str], str]:
    """Reply to a question by words it holds, each once in the order given; to the list of tasks with `stop`."""
    left = dict(replies)

    def reply(screen: str) -> str:
        for words in left:
            if words in screen:
                return left.pop(words)
        return "stop" if "what now?" in screen or "is possible here" in screen else otherwise

    return reply


@contextmanager
def streams(typed: Typed) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Put text streams in the place of stdin, stdout and stderr."""
    saved = sys.stdin, sys.stdout, sys.stderr
    out, err = io.StringIO(), io.StringIO()
    stdin = io.StringIO(typed) if isinstance(typed, str) else Typist(err, typed)
    sys.stdin, sys.stdout, sys.stderr = stdin, out, err
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved


def recover(*arguments: object, typed: Typed = "") -> Result:
    """Run `recover ARGUMENTS` with `typed` on stdin."""
    with streams(typed) as (out, err):
        code = main([str(word) for word in arguments])
    return Result(code, out.getvalue(), err.getvalue())
