"""Runs the command line inside the test's own process: arguments and typed lines in; exit code and two texts out."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from recover.cli.main import main


@dataclass(frozen=True, slots=True)
class Result:
    """What one command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@contextmanager
def streams(typed: str) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Put text streams in the place of stdin, stdout and stderr."""
    saved = sys.stdin, sys.stdout, sys.stderr
    out, err = io.StringIO(), io.StringIO()
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(typed), out, err
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved


def recover(*arguments: object, typed: str = "") -> Result:
    """Run `recover ARGUMENTS` with `typed` on stdin."""
    with streams(typed) as (out, err):
        code = main([str(word) for word in arguments])
    return Result(code, out.getvalue(), err.getvalue())
