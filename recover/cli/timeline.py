"""`recover timeline`: what happened, in order, on the screen or as a file of the user's choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import show_plaintext
from recover.errors import CannotWriteError, UsageError
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.desk import OpenCase
    from recover.packet.document import Document
    from recover.packet.readers.view import View
    from recover.packet.timeline.rows import TimelineRow


@frozen
class _Told:
    """A timeline as a reader may see it."""

    view: View
    rows: tuple[TimelineRow, ...]
    practice: bool


def show_timeline(
    invocation: Invocation, case: OpenCase, *, form: str, profile: str, platform: str, target: Path | None
) -> None:
    """Print the timeline, or write it into a new file, record that and say so."""
    out = invocation.output
    if form not in FORMS:
        raise UsageError(f"'{line(form)}' is no format of a timeline", hint=f"--format {', '.join(FORMS)}")
    if form == "pdf" and target is None:
        raise UsageError("a PDF needs a file", hint="--out timeline.pdf")
    is_leaving = bool(profile) and target is not None
    if platform and not is_leaving:
        raise UsageError("--platform is for a file to a platform", hint="--for platform --platform NAME --out FILE")
    told = _leaving(invocation, case, profile, platform) if is_leaving else _told(invocation, case, profile)
    if target is not None:
        _write(invocation, case, told, form, profile, target)
    elif out.as_json:
        out.data({"case": case.name, "profile": profile, "rows": [_row_json(row) for row in told.rows]})
    elif form == "text":
        _show(out, told.rows, case.name)
    else:
        out.verbatim(FORMS[form](told).decode("utf-8-sig"))


def _told(invocation: Invocation, case: OpenCase, profile: str) -> _Told:
    from recover.packet.readers.profiles import load_profiles
    from recover.packet.readers.view import View
    from recover.packet.timeline.rows import timeline_of

    source = case.source(invocation.as_of(case.zone) if invocation.as_of_text else None)
    profiles = load_profiles(source.templates)
    view = View(source, profiles, profiles.get(profile) if profile else None)
    return _Told(view, timeline_of(view), case.practice)


def _leaving(invocation: Invocation, case: OpenCase, profile: str, platform: str) -> _Told:
    """Return the timeline of a packet for this reader: what that would be refused for is refused here too."""
    from recover.packet.readers.addressed import view_of
    from recover.packet.timeline.rows import timeline_of

    as_of = invocation.as_of(case.zone) if invocation.as_of_text else None
    view = view_of(case.plan_packet(profile, as_of=as_of, platform=platform))
    return _Told(view, timeline_of(view), case.practice)


def _write(invocation: Invocation, case: OpenCase, told: _Told, form: str, profile: str, target: Path) -> None:
    out = invocation.output
    platform = told.view.platform.id if told.view.platform else ""
    events = [row.entry for row in told.rows]
    exported = case.export_timeline(FORMS[form](told), target, profile, platform=platform, events=events)
    if out.as_json:
        row = {"case": case.name, "profile": profile, "path": str(target), "rows": len(told.rows)}
        out.data({**row, "sha256": exported.sha256, "warnings": list(exported.warnings)})
        return
    out.result(f"{case.name}: timeline written to {line(target)} ({len(told.rows)} rows); that it left is recorded")
    if not profile:
        out.say("careful: this is your own timeline, with everything in it; name a reader with --for to pass it on")
    for warning in exported.warnings[1:]:
        out.say(f"careful: {line(warning)}")
    show_plaintext(out, [target])


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
        "assets": list(row.assets),
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


# --- forms ----------------------------------------------------------------------------------------------------------


def _text(told: _Told) -> bytes:
    return ("\n".join(_row_text(row) for row in told.rows) + "\n").encode()


def _csv(told: _Told) -> bytes:
    from recover.packet.timeline.table import timeline_csv

    return timeline_csv(told.rows, practice=told.practice)


def _jsonl(told: _Told) -> bytes:
    from recover.packet.timeline.timesketch import timeline_jsonl

    return timeline_jsonl(told.view, told.rows)


def _html(told: _Told) -> bytes:
    from recover.packet.formats.web import STYLE_PATH, write_html

    return write_html(_document(told), told.view.source.templates.get(STYLE_PATH, ""))


def _pdf(told: _Told) -> bytes:
    from recover.packet.build import job_of
    from recover.packet.formats.pdf import make_pdfs

    source = told.view.source
    return make_pdfs([job_of(_document(told))], source.templates, source.as_of)[0].content


def _document(told: _Told) -> Document:
    from recover.packet.document import Document
    from recover.packet.pictures.blocks import timeline_blocks
    from recover.packet.words.direction import directed
    from recover.packet.words.phrases import phrase, words_of

    source = told.view.source
    with words_of(source.templates):
        document = Document(
            stem="timeline",
            kind="timeline",
            title=phrase("timeline-title"),
            language="en",
            blocks=timeline_blocks(told.view, told.rows),
            lead=(phrase("timeline-zones"),),
            reference=source.state.name,
            is_practice=told.practice,
        )
    return directed(document)


FORMS: Mapping[str, Callable[[_Told], bytes]] = {
    "text": _text,
    "csv": _csv,
    "html": _html,
    "pdf": _pdf,
    "jsonl": _jsonl,
}
"""Format → what writes it."""


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
