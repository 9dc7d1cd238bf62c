"""Catalogues as a table for people who translate in a spreadsheet: source beside target, and back without a loss.

CSV in UTF-8 with the mark by which Excel knows it; read with comma, semicolon or tab, as spreadsheets of other
countries write it. A cell that a spreadsheet would take for a formula begins with an apostrophe, which is taken away
again.
Everything in a table that comes back is checked before anything is written: a row that is not understood stops it all.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recover.errors import InputError
from recover.frozen import frozen
from recover.playbook.model import Catalogue, Translated
from recover.playbook.problems import Place, Problem, Problems, nearest
from recover.playbook.translatable import Translatable, is_reviewed
from recover.playbook.translation import character_faults, text_faults

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 20_000
COLUMNS = ("file", "key", "English", "translation", "before", "state", "source")
"""`before` holds a translation whose English has changed since; `state` is new, stale, done or reviewed.

The hash under `source` begins with #, so that no spreadsheet takes `12e456789012` for a number.
"""

_NEEDED = ("key", "translation", "source")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@frozen
class Sheet:
    """What a table says: per file (`shared/intake`) the new translations by key, and rows that are too old to use."""

    said: Mapping[str, Mapping[str, str]]
    outdated: tuple[str, ...]


class InvalidSheetError(InputError):
    """A table that cannot be taken in; `problems` holds every fault with its line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        place = f"{first.path}:{first.line}:{first.column}"
        super().__init__(f"{first.message}{more}; nothing was taken in", place=place, hint=first.hint)
        self.problems = tuple(problems)


def write_sheet(parts: Sequence[tuple[Catalogue, Sequence[Translatable]]]) -> bytes:
    """Return a table of catalogues with the texts they translate."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for catalogue, originals in parts:
        rows = {row.key: row for row in catalogue.texts}
        for original in originals:
            row = rows.get(original.key)
            writer.writerow([cell(each) for each in _row(catalogue.of, original, row)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _row(of: str, original: Translatable, row: Translated | None) -> tuple[str, ...]:
    head, source = (of, original.key, original.text), f"#{original.sha256}"
    if row is None or not row.text:
        return (*head, "", "", "new", source)
    if row.source != original.sha256:
        return (*head, "", row.text, "stale", source)
    return (*head, row.text, "", "reviewed" if is_reviewed(row) else "done", source)


def cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes."""
    is_risky = text.startswith(_FORMULA) or (text.startswith("'") and text[1:].startswith((*_FORMULA, "'")))
    return "'" + text if is_risky else text


def text_of(cell_text: str) -> str:
    """Return the text of a cell that `cell` wrote: an apostrophe before a formula's sign is not part of it."""
    text = cell_text[1:] if cell_text.startswith("'") and cell_text[1:].startswith((*_FORMULA, "'")) else cell_text
    return unicodedata.normalize("NFC", " ".join(text.split()))


def read_sheet(path: Path, shown: str, originals: Mapping[str, Sequence[Translatable]], language: str) -> Sheet:
    """Read a table that was filled in. `originals` are the texts as they are now, by file.

    A row whose English has changed since the table was made is not taken, and named in `outdated`. Raises `InputError`
    for a file that is no such table, `InvalidSheetError` with every row that cannot be taken.
    """
    problems = Problems()
    said: dict[str, dict[str, str]] = {}
    outdated: list[str] = []
    known = {of: {each.key: each for each in texts} for of, texts in originals.items()}
    seen: dict[tuple[str, str], int] = {}
    for number, row in _rows(path, shown):
        place = Place(shown, number, 1)
        of = row.get("file", "") or (next(iter(known)) if len(known) == 1 else "")
        key, text = row["key"].strip(), text_of(row["translation"])
        if of not in known:
            problems.add("E134", place, f"there is no file '{of[:60]}' here", f"one of {', '.join(known)}")
            continue
        if (of, key) in seen:
            problems.add("E134", place, f"{key[:80]} stands here twice", f"the first is on line {seen[of, key]}")
            continue
        seen[of, key] = number
        original = known[of].get(key)
        if original is None:
            near = nearest(key, known[of])
            hint = f"did you mean {near}?" if near else "keys are not changed in the table"
            problems.add("E134", place, f"nothing is called '{key[:80]}' in {of}", hint)
        elif text and row["source"].strip().removeprefix("#") != original.sha256:
            outdated.append(f"{of}: {key}")
        elif text:
            for message in character_faults(text, language):
                problems.add("E133", place, f"{key}: {message}", "remove it")
            for code, message, hint in text_faults(original, text):
                problems.add(code, place, f"{key}: {message}", hint)
            said.setdefault(of, {})[key] = text
    if problems.has_errors:
        raise InvalidSheetError(problems.sorted())
    return Sheet(said, tuple(outdated))


def _rows(path: Path, shown: str) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(path, shown)
    head = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        lacking = [name for name in _NEEDED if name not in columns]
        if lacking or len(set(columns)) != len(columns):
            what = f"the first line lacks {', '.join(lacking)}" if lacking else "a column stands there twice"
            hint = "the first line names the columns: " + ",".join(COLUMNS)
            raise InputError(what, place=f"{shown}:1", hint=hint)
        line = reader.line_num + 1
        for number, row in enumerate(reader):
            if number >= MAX_ROWS:
                raise InputError(f"more than {MAX_ROWS} rows", place=f"{shown}:{line}")
            if any(each.strip() for each in row):
                if len(row) < len(columns):
                    raise InputError("cells are missing in this row", place=f"{shown}:{line}", hint="export it again")
                yield line, dict(zip(columns, row, strict=False))
            line = reader.line_num + 1
    except csv.Error as fault:
        raise InputError(f"not readable as a table: {fault}", place=f"{shown}:{reader.line_num}") from fault


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise InputError(f"the table cannot be read: {fault.strerror or 'failed'}", place=shown) from fault
    if len(raw) > MAX_BYTES:
        raise InputError(f"the table is larger than {MAX_BYTES // 1024**2} MiB", place=shown)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        hint = "in the spreadsheet: Save as, CSV UTF-8"
        raise InputError("this is a spreadsheet's own format, not CSV", place=shown, hint=hint)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        hint = "in the spreadsheet: Save as, CSV UTF-8"
        raise InputError("the table is not UTF-8 text here", place=f"{shown}:{line}", hint=hint) from fault
