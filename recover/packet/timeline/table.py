"""The timeline as a table: of a neutral document, and as CSV for a spreadsheet, in which no cell calculates."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from recover.packet import tree as t
from recover.packet.neutral import cell
from recover.packet.timeline.rows import TimelineRow
from recover.packet.words.phrases import joined, phrase


def timeline_tree(rows: Sequence[TimelineRow], language: str = "en", about: Sequence[Sequence[str]] = ()) -> t.Tree:
    """Return the timeline as a table of a neutral document.

    `about` names for each row the accounts that it is about, if any.
    """
    keys = ("timeline-number", "timeline-when", "timeline-what", "timeline-basis")
    header = tuple((t.Text(phrase(key, language)),) for key in keys)
    numbers = {row.entry: number for number, row in enumerate(rows, 1)}
    body = tuple(
        _tree_row(number, row, about[number - 1] if about else (), numbers.get(row.rival_of or "-", 0), language)
        for number, row in enumerate(rows, 1)
    )
    return (t.Table(header, body),) if body else (t.Paragraph((t.Text(phrase("timeline-empty", language)),)),)


def _tree_row(
    number: int, row: TimelineRow, about: Sequence[str], version_of: int, language: str
) -> tuple[t.Line, ...]:
    when: t.Line = (t.Text(row.when_text), t.Break(), t.Text(row.utc)) if row.utc else (t.Text(row.when_text),)
    what: t.Line = (t.Text(row.text),)
    if about:
        what = (*what, t.Break(), t.Text(phrase("timeline-about", language, names=joined(list(about), language))))
    if version_of:
        what = (*what, t.Break(), t.Text(phrase("timeline-version", language, number=version_of)))
    # "1." and not "1": beside a month, a bare number would read as a day.
    return ((t.Text(f"{number}."),), when, what, (t.Text(row.basis),))


def timeline_csv(rows: Sequence[TimelineRow], *, practice: bool) -> bytes:
    """Write the timeline as CSV (UTF-8 with mark, CRLF), no cell a formula; the canonical time beside its words."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    if practice:
        writer.writerow([phrase("practice")])
    columns = ["number", "when", "when_in_words", "utc", "what_happened", "source", "basis", "exhibits", "marks"]
    writer.writerow([*columns, "version_of"])
    numbers = {row.entry: str(number) for number, row in enumerate(rows, 1)}
    for number, row in enumerate(rows, 1):
        cells = [
            row.when.text,
            row.when_text,
            row.utc,
            row.text,
            row.source,
            row.basis,
            " ".join(row.exhibits),
            " ".join(row.marks),
            numbers.get(row.rival_of or "-", ""),
        ]
        writer.writerow([str(number), *(cell(text) for text in cells)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()
