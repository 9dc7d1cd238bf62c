"""`recover timeline`: what happened, in order, on the screen or as a file of the user's choice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import show_plaintext
from recover.errors import CannotWriteError, UsageError

if TYPE_CHECKING:
    from recover.desk import OpenCase
    from recover.packet.interface import Source
    from recover.packet.timeline import TimelineRow

FORMS = ("text", "csv", "html")


def show_timeline(invocation: Invocation, case: OpenCase, *, form: str, profile: str, target: Path | None) -> None:
    """Print the timeline, or write it into a new file and say so."""
    from recover.packet.timeline import timeline

    out = invocation.output
    if form not in FORMS:
        raise UsageError(f"'{line(form)}' is no format of a timeline", hint="--format text, csv or html")
    source = case.source(invocation.as_of(case.zone) if invocation.as_of_text else None)
    rows = timeline(source, profile)
    if out.as_json and target is None:
        out.data({"case": case.name, "profile": profile, "rows": [_row_json(row) for row in rows]})
    elif target is not None:
        write_new(target, _bytes(rows, case, source, form))
        out.result(f"{case.name}: timeline written to {line(target)} ({len(rows)} rows)")
        show_plaintext(out, [target])
    elif form == "text":
        _show(out, rows, case.name)
    else:
        out.verbatim(_bytes(rows, case, source, form).decode("utf-8-sig"))


def _row_json(row: TimelineRow) -> dict[str, object]:
    return {
        "when": row.when.text,
        "when_in_words": row.when_text,
        "utc": row.utc,
        "text": row.text,
        "source": row.source,
        "basis": row.basis,
        "exhibits": list(row.exhibits),
        "marks": list(row.marks),
        "entry": row.entry,
        "rival_of": row.rival_of,
    }


def _show(out: Output, rows: tuple[TimelineRow, ...], name: str) -> None:
    for row in rows:
        out.result(_row_text(row))
    if not rows:
        out.say(f"{name}: nothing has been recorded yet.")
        out.next_steps((f"recover event {name}", "record something that happened"))


def _row_text(row: TimelineRow) -> str:
    utc = f" ({line(row.utc)})" if row.utc else ""
    rival = f" [another version of entry {row.rival_of}]" if row.rival_of else ""
    return f"{line(row.when_text)}{utc}\n    {line(row.text)} {line(row.basis)}{rival}".rstrip()


def _bytes(rows: tuple[TimelineRow, ...], case: OpenCase, source: Source, form: str) -> bytes:
    from recover.packet.timeline_table import timeline_csv

    if form == "csv":
        return timeline_csv(rows, practice=case.practice)
    if form == "html":
        return _page(rows, case, source)
    return ("\n".join(_row_text(row) for row in rows) + "\n").encode()


def _page(rows: tuple[TimelineRow, ...], case: OpenCase, source: Source) -> bytes:
    from recover.packet.document import Document
    from recover.packet.timeline_table import timeline_tree
    from recover.packet.web import STYLE_PATH, write_html

    document = Document(
        stem="timeline",
        kind="timeline",
        title="Timeline",
        language="en",
        blocks=timeline_tree(rows),
        lead=(f"{len(rows)} entries, each as exactly dated as it is known.",),
        is_practice=case.practice,
    )
    return write_html(document, source.templates.get(STYLE_PATH, ""))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, readable by its owner only. Raises `UsageError` or `CannotWriteError`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise UsageError("the file exists already", place=str(path), hint="name a new file") from error
    except OSError as error:
        raise CannotWriteError("the file could not be written", place=str(path), hint="name another folder") from error
