"""Timeline and dates in the formats that travel: HTML with a drawn chart, CSV, calendar. Text in, bytes out.

HTML loads nothing from anywhere (its policy forbids it), CSV cells never calculate, calendar entries carry stable ids
and no clock. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from html import escape

from recover import times
from recover.case.survey import DueItem
from recover.errors import TemplateError
from recover.packet import tree as t
from recover.packet.chart import chart
from recover.packet.neutral import cell
from recover.packet.phrases import phrase
from recover.packet.timeline import TimelineRow
from recover.packet.view import View

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; form-action 'none'; base-uri 'none'"
STYLE_PATH = "packet/timeline.css"


def timeline_html(
    rows: Sequence[TimelineRow], title: str, lead: str, templates: Mapping[str, str], *, practice: bool
) -> bytes:
    """Write the timeline as one page that needs nothing else: a drawn chart and a table, readable on a phone.

    Raises `TemplateError` when the style is not there or could end the style element.
    """
    style = templates.get(STYLE_PATH, "")
    if not style or "<" in style:
        raise TemplateError("the style of the timeline is missing or holds a `<`", place=STYLE_PATH)
    mark = f'<p class="practice">{escape(phrase("practice"))}</p>' if practice else ""
    body = "".join(_html_row(number, row) for number, row in enumerate(rows, 1))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("No.", "When", "What happened", "Source", "Basis"))
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(CSP, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'{mark}<h1>{escape(title)}</h1>\n<p class="lead">{escape(lead)}</p>\n{chart(rows)}\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _html_row(number: int, row: TimelineRow) -> str:
    utc = f'<span class="u">{escape(row.utc)}</span>' if row.utc else ""
    return (
        f'<tr id="r{number}"><td class="n">{number}.</td><td class="w">{escape(row.when_text)}{utc}</td>'
        f"<td>{escape(row.text)}</td>"
        f'<td class="s">{escape(row.source)}</td><td class="s">{escape(row.basis)}</td></tr>\n'
    )


def timeline_csv(rows: Sequence[TimelineRow], *, practice: bool) -> bytes:
    """Write the timeline as CSV (UTF-8 with mark, CRLF), no cell a formula; the canonical time beside its words."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    if practice:
        writer.writerow([phrase("practice")])
    writer.writerow(["number", "when", "when_in_words", "utc", "what_happened", "source", "basis", "exhibits", "marks"])
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
        ]
        writer.writerow([str(number), *(cell(text) for text in cells)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def timeline_tree(rows: Sequence[TimelineRow]) -> t.Tree:
    """Return the timeline as a table of a neutral document."""
    header = tuple((t.Text(name),) for name in ("No.", "When", "What happened", "Basis"))
    body = tuple(_tree_row(number, row) for number, row in enumerate(rows, 1))
    return (t.Table(header, body),) if body else (t.Paragraph((t.Text("Nothing to show."),)),)


def _tree_row(number: int, row: TimelineRow) -> tuple[t.Line, ...]:
    when: t.Line = (t.Text(row.when_text), t.Break(), t.Text(row.utc)) if row.utc else (t.Text(row.when_text),)
    # "1." and not "1": beside a month, a bare number would read as a day.
    return ((t.Text(f"{number}."),), when, (t.Text(row.text),), (t.Text(row.basis),))


def calendar(items: Sequence[DueItem], view: View, *, neutral: bool) -> bytes:
    """Write dates as a calendar: stable ids, stamped with the as-of moment and never with a clock.

    A day is an all-day entry; where the time of day counts the entry stands at that moment (UTC).

    What has no day, is done, missed or lost is left out. `neutral`: titles say nothing of the case.
    """
    from icalendar import Calendar, Event

    found = Calendar()
    found.add("prodid", "-//recover//deadlines//EN")
    found.add("version", "2.0")
    mark = f"{phrase('practice')}: " if view.source.practice else ""
    for item in items:
        day = item.file_by or item.on
        if day is None or item.state not in ("open", "overdue"):
            continue
        event = Event()
        event.add("uid", item.uid)
        event.add("dtstamp", view.source.as_of)
        event.add("dtstart", item.at or day)
        event.add("dtend", item.at + timedelta(minutes=30) if item.at else day + timedelta(days=1))
        event.add("summary", mark + ("Reminder" if neutral else view.words(_due_title(item))))
        if not neutral:
            last = f"Last day: {times.format_day(item.on)}. " if item.on and item.on != day else ""
            event.add("description", view.words(f"{last}{item.why} {item.note}".strip()))
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    return bytes(found.to_ical(sorted=True))


def _due_title(item: DueItem) -> str:
    return f"{item.title}: {item.element_title}" if item.element_title else item.title


def due_text(item: DueItem, view: View) -> str:
    """Write one due date as a sentence: what and when."""
    return view.words(f"{_due_title(item)}: {_due_when(item, view)}")


def due_row(item: DueItem, view: View) -> tuple[str, str, str]:
    """Write one due date as a row: what, when, and how it stands."""
    state = _STATES.get(item.state, item.state)
    note = f"{state}; {item.note}" if item.note else state
    return view.words(_due_title(item)), _due_when(item, view), view.words(note)


_STATES = {"no-anchor": "no date yet", "file-now": "file now", "lost": "run out"}


def _due_when(item: DueItem, view: View) -> str:
    if item.on is None:
        return "no date is known: file now" if item.state == "file-now" else "no date is known"
    if item.at is not None:
        return times.format_instant(item.at, view.zone)
    by = f", file by {times.format_day(item.file_by)}" if item.file_by and item.file_by != item.on else ""
    return times.format_day(item.on) + by
