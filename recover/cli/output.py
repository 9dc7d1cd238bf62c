"""The only place that prints: results to stdout, everything else to stderr, nothing that could command the terminal.

Whatever came from outside (a mail's subject, a pasted sentence, a file name) passes `line` or `block` on its way to the
screen: control characters, terminal escapes and the characters that turn reading direction around become visible marks
such as `<U+202E>`. JSON leaves as ASCII with escapes for the same reason. Meaning is never carried by colour alone.
"""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from recover.errors import RecoverError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Zero-width joiner and non-joiner stay: Persian, Indic and Burmese words are misspelt without them.
_KEPT_FORMAT = frozenset("\u200c\u200d\u00ad")
_NEUTRAL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_WIDEST = 78


def _is_commanding(char: str) -> bool:
    if char < "\x7f":
        return char < " "
    return unicodedata.category(char) in _NEUTRAL_CATEGORIES and char not in _KEPT_FORMAT


def line(text: object) -> str:
    """Return `text` as one line that cannot move the cursor, colour the screen or turn reading direction around.

    Line breaks and tabs become single spaces; every other control or format character becomes `<U+XXXX>`.
    """
    flat = str(text).replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return _marked(flat)


def block(text: object) -> str:
    """Return `text` with its line breaks kept and all else neutralised as in `line`."""
    rows = str(text).replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(_marked(row) for row in rows)


def _marked(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"<U+{ord(char):04X}>" if _is_commanding(char) else char for char in text)


_KEPT_APART = re.compile("([\u2066\u2068][^\u2066-\u2069\n]*\u2069)")
"""Text set apart in its own direction, whole and inside one row: it orders nothing beyond itself (UAX 9)."""


def _with_directions(text: str) -> str:
    """Return a text as `block` does, but for marks that come in pairs: an Arabic letter is copied with them."""
    parts = _KEPT_APART.split(text)
    return "".join(f"{p[0]}{block(p[1:-1])}{p[-1]}" if n % 2 else block(p) for n, p in enumerate(parts))


def columns(text: str) -> int:
    """Return how many terminal cells `text` takes: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _columns() -> int:
    """Return how wide the terminal is; `COLUMNS` overrides, 80 where nobody knows (as shutil, which loads slowly)."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


class Output:
    """Two streams and how they may be used: `result` for stdout, `say` and its kin for stderr."""

    def __init__(self, *, as_json: bool = False, plain: bool = False) -> None:
        self.as_json = as_json
        self.plain = plain or os.environ.get("TERM", "") == "dumb"
        self.case = ""
        """The name of the case at hand; takes the place of CASE in hints, so that they can be pasted."""
        self._stdout: TextIO = sys.stdout
        self._stderr: TextIO = sys.stderr
        self.width = min(_WIDEST, max(40, _columns() - 1))
        for stream in (self._stdout, self._stderr):
            _survive_any_encoding(stream)

    @property
    def on_terminal(self) -> bool:
        """Whether results go to a person's screen, not to a pipe or a file."""
        return self._stdout.isatty()

    # --- stdout ----------------------------------------------------------------------------------------------------

    def result(self, text: str = "") -> None:
        """Print one result (already built from `line` and `block` texts) to stdout.

        On a terminal a long row goes on below its own indent; in a pipe or a file a row stays one row.
        """
        if self.on_terminal:
            text = "\n".join(self._folded(row) for row in text.split("\n"))
        self._print(text)

    def _print(self, text: str) -> None:
        self._stdout.write(text + "\n")
        self._stdout.flush()

    def _folded(self, row: str) -> str:
        indent = row[: len(row) - len(row.lstrip(" "))]
        return self._wrapped(row[len(indent) :], indent, "    " if not indent else "")

    def verbatim(self, text: str) -> None:
        """Print a text that is itself the result, such as a letter or a CSV table: neutralised, never wrapped."""
        self._print(_with_directions(text).rstrip("\n"))

    def data(self, value: Mapping[str, object] | Sequence[object]) -> None:
        """Print `value` as JSON to stdout: ASCII only, keys in the order given, two spaces of indent."""
        self._print(json.dumps(value, ensure_ascii=True, indent=2))

    def table(self, rows: Sequence[Sequence[object]], *, heads: Sequence[str] = ()) -> None:
        """Print rows as columns that line up; the last column may be as long as it needs to be."""
        cells = [[line(cell) for cell in row] for row in ([heads] if heads else []) + [list(r) for r in rows]]
        if not cells:
            return
        widths = [max(columns(row[i]) for row in cells) for i in range(len(cells[0]) - 1)]
        for row in cells:
            padded = [cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=False)]
            self._print("  ".join([*padded, row[-1]]).rstrip())

    # --- stderr ----------------------------------------------------------------------------------------------------

    def say(self, text: str = "", *, indent: str = "", hang: str = "", look: Callable[[str], str] = str) -> None:
        """Tell the person something on stderr, wrapped at word ends; `hang` indents the rows after the first more.

        `look` is `strong` or `faint`, put on after wrapping.
        """
        for row in text.split("\n"):
            for short in self._wrapped(row, indent, hang).split("\n"):
                self._stderr.write((look(short) if short else "") + "\n")
        self._stderr.flush()

    def heading(self, text: str) -> None:
        """Set off a new part with one line on stderr."""
        self._stderr.write("\n" + self.strong(line(text)) + "\n")

    def ask(self, text: str) -> None:
        """Write the start of a line on stderr and leave the cursor there."""
        self._stderr.write(text)
        self._stderr.flush()

    def note(self, text: str) -> None:
        """Print `recover: …` on stderr."""
        self.say(f"recover: {text}")

    def hint(self, text: str) -> None:
        """Print `hint: …` on stderr; never wrapped, so that a command in it can be pasted."""
        pasted = text.replace("CASE", self.case) if self.case else text
        self._stderr.write(f"hint: {block(pasted)}\n")
        self._stderr.flush()

    def next_steps(self, *commands: tuple[str, str]) -> None:
        """Print what to do next: pairs of a command and what it does."""
        if self.as_json or not commands:
            return
        self._stderr.write("\nnext:\n")
        width = max(columns(command) for command, _ in commands)
        for command, purpose in commands:
            self._stderr.write(f"  {command}{' ' * (width - columns(command))}   {purpose}\n")
        self._stderr.flush()

    def error(self, error: RecoverError) -> None:
        """Print an error as message, place and hint; one about a file with many problems lists them all."""
        rows: Sequence[tuple[str, str, str]] = getattr(error, "rows", ())
        if rows:
            self._rows(rows)
            return
        place = f"{line(error.place)}: " if error.place else ""
        self._stderr.write(f"recover: {place}{block(error.message)}\n")
        for problem in tuple(getattr(error, "problems", ()))[1:]:
            self._stderr.write(f"recover: {line(problem)}\n")
        if error.hint:
            self.hint(error.hint)

    def _rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Print every row of an answers file that cannot be recorded, each with its own hint."""
        for place, message, hint in rows:
            self._stderr.write(f"recover: {line(place)}: {line(message)}\n")
            if hint:
                self.hint(hint)
        count = len(rows)
        self._stderr.write(f"recover: {count} row{'s' if count != 1 else ''} cannot be recorded; nothing was written\n")

    def block_rows(self, text: object) -> list[str]:
        """Return `text`, neutralised, as rows that fit the width."""
        rows = [self._wrapped(row, "") for row in block(text).split("\n")]
        return [short for row in rows for short in row.split("\n")]

    # --- looks -----------------------------------------------------------------------------------------------------

    @property
    def has_colour(self) -> bool:
        """Whether bold and dim may be used on stderr."""
        return not self.plain and not os.environ.get("NO_COLOR") and self._stderr.isatty()

    def strong(self, text: str) -> str:
        """Return `text` in bold where that is possible."""
        return f"\x1b[1m{text}\x1b[0m" if self.has_colour else text

    def faint(self, text: str) -> str:
        """Return `text` dimmed where that is possible."""
        return f"\x1b[2m{text}\x1b[0m" if self.has_colour else text

    def _wrapped(self, row: str, indent: str, hang: str = "") -> str:
        if columns(row) + len(indent) <= self.width:
            return indent + row
        return textwrap.fill(row, self.width, initial_indent=indent, subsequent_indent=indent + hang,
                             break_long_words=False, break_on_hyphens=False)  # fmt: skip

    @contextmanager
    def progress(self, label: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
        """Show a bar on stderr while bytes go by; the value is a function to call with each number of bytes done.

        No bar in `--plain` or `--json`, when stderr is no terminal, or for less than 4 MiB.
        """
        if self.plain or self.as_json or not self._stderr.isatty() or total_bytes < 4 << 20:
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        looks = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*looks, console=Console(file=self._stderr), transient=True) as bar:
            task = bar.add_task(line(label), total=total_bytes)
            yield lambda done: bar.advance(task, done)


def _survive_any_encoding(stream: TextIO) -> None:
    """A locale without the letter must not end the work: what cannot be shown is escaped."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
