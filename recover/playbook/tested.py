"""What a helper met when a fact was used, as a row of the own folder, and as a text for the maintainers.

The row says what happened to a form or an address, and nothing of whom it was for: addresses, numbers and handles are
refused. It never changes how sure a fact is or until when it may be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from recover import __version__
from recover.errors import InputError, UsageError
from recover.playbook import grammar
from recover.playbook.document import Document
from recover.playbook.layers import with_shipped
from recover.playbook.library import Library, shown_path
from recover.playbook.model import FactTest
from recover.playbook.problems import Problems
from recover.playbook.registry import read_registry
from recover.playbook.review import FactRow

FILE = "facts/tested.yaml"
MOST_BYTES = 1 << 20
MOST_LINE = 300
_HEAD = """\
# What happened when facts were used; `recover playbook tested` adds a row. Shown beside the fact, and nothing more.
tested: []
"""

_TELLING = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+"  # an address
    r"|(?<![\w.])@\w{2,}"  # a handle
    r"|\+\d[\d ()./-]{6,}"  # a phone number
    r"|\d{6,}"  # a number of an account, a ticket, a paper
    r"|https?://",
    re.IGNORECASE,
)


def make_test(
    fact: FactRow, *, on: str, result: str, asked: Sequence[str] = (), note: str = "", today: date | None = None
) -> FactTest:
    """Return a test of a fact. Raises `UsageError` for a day that has not come, a word of a case, a result unknown."""
    if result not in grammar.TEST_RESULTS:
        raise UsageError(f"'{result[:40]}' is no result", hint=f"--result {'|'.join(grammar.TEST_RESULTS)}")
    if result == "asked" and not asked:
        raise UsageError("what did it ask for?", hint='--asked "a selfie"')
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise UsageError(f"'{on[:40]}' is not a day", hint="--on 2026-11-23") from error
    if today is not None and day > today:
        raise UsageError(f"{day.isoformat()} has not come yet", hint="--on: the day on which it was tried")
    for text in (*asked, note):
        _refuse_telling(text)
    clean = tuple(" ".join(each.split()) for each in asked)
    return FactTest(fact.what, fact.id, day.isoformat(), result, clean, " ".join(note.split()))


def _refuse_telling(text: str) -> None:
    found = _TELLING.search(text)
    if found:
        raise UsageError(
            f"“{found[0][:40]}” reads like something of a case: an address, a handle or a number",
            hint="say what was asked for and by whom, such as: a selfie and a receipt",
        )
    if len(text) > MOST_LINE or any(not char.isprintable() for char in text if char not in "\n\t"):
        raise UsageError(f"a test is told in one line of at most {MOST_LINE} characters")


def add_row(folder: Path, test: FactTest) -> tuple[Path, bytes]:
    """Return the file of the own folder's tests and its new bytes, with the row at the end; comments stay.

    Raises `InputError` for a link in its place or a file too large, `InvalidPlaybookError` for one that is not valid.
    """
    path = folder / FILE
    if path.is_symlink() or path.parent.is_symlink():
        raise InputError("a link lies there, and nothing is written through it", place=shown_path(path))
    document = Document(_text(path) if path.exists() else _HEAD, shown_path(path))
    values = {"what": test.what, "id": test.id, "on": test.on, "result": test.result}
    more = {"asked": list(test.asked), "note": test.note}
    if document.get(("tested",)) in ([], None):
        document.set(("tested",), [{**values, **{key: value for key, value in more.items() if value}}])
    else:
        document.append(("tested",), {**values, **{key: value for key, value in more.items() if value}})
    return path, document.text.encode("utf-8")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise InputError(f"larger than {MOST_BYTES >> 20} MiB", place=shown_path(path))
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", place=shown_path(path)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or 'I/O error'}", place=shown_path(path)) from error


def check_folder(folder: Path) -> None:
    """Raise `InvalidPlaybookError` when the facts of an own folder, with what is shipped behind it, are not valid."""
    problems = Problems()
    read_registry(Library(with_shipped([folder]), problems))
    problems.raise_errors()


def letter_to_maintainers(fact: FactRow, test: FactTest) -> str:
    """Return a text that can be sent to the maintainers; it holds the fact, the test, and nothing of a case."""
    certainty, review_by = fact.provenance.certainty.value, fact.provenance.review_by
    rows = [
        f"Subject: {fact.what} {fact.id}: {_SUBJECTS[test.result]} on {test.on}",
        "",
        f"{fact.what}: {fact.id} ({fact.title})",
        f"as I have it: checked on {fact.provenance.checked_on}, certainty {certainty}, review by {review_by}"
        + (" (a row of my own folder)" if fact.is_own else ""),
        f"tested on: {test.on}",
        f"result: {test.result}",
    ]
    rows += [f"asked for: {'; '.join(test.asked)}"] if test.asked else []
    rows += [f"note: {test.note}"] if test.note else []
    return "\n".join([*rows, f"recover {__version__}"]) + "\n"


_SUBJECTS = {"works": "worked", "asked": "asked for more", "moved": "had moved", "gone": "was gone"}
