"""The timeline one reader may see: events, dispatches and replies in order, each as exactly dated as it is known."""

from __future__ import annotations

from collections.abc import Sequence

from recover import times
from recover.frozen import frozen
from recover.packet.interface import Source
from recover.packet.profiles import load_profiles
from recover.packet.slots import basis
from recover.packet.values import Moment, printed
from recover.packet.view import View


@frozen
class TimelineRow:
    """One thing that happened. `utc` is empty unless the moment is known; `entry` names the log's entry."""

    when: times.When
    when_text: str
    utc: str
    text: str
    source: str
    basis: str
    exhibits: tuple[str, ...]
    marks: tuple[str, ...]
    entry: str
    rival_of: str = ""
    """The entry of which this is another version."""


def timeline(source: Source, profile: str = "", ticked: Sequence[str] = ()) -> tuple[TimelineRow, ...]:
    """Return the timeline for a profile, oldest first; without one the helper's own. Raises `UsageError`."""
    profiles = load_profiles(source.templates)
    return timeline_of(View(source, profiles, profiles.get(profile) if profile else None, tuple(ticked)))


def timeline_of(view: View) -> tuple[TimelineRow, ...]:
    """Return the timeline of a view: its events, and what was sent or answered that no event tells yet."""
    rows = [
        _row(
            event.when,
            event.text,
            event.source,
            basis(event, "en"),
            event.exhibits,
            event.marks,
            event.entry,
            event.about,
        )
        for event in view.events
    ]
    told = {(row.when.text, mark) for row in rows for mark in row.marks}
    said = " ".join(row.text for row in rows)
    rows += [row for row in (*_sent_rows(view), *_reply_rows(view)) if not _is_told(row, told, said)]
    return tuple(sorted(rows, key=lambda row: row.when.sort_key))


def _row(
    when: times.When,
    text: str,
    source: str,
    basis_text: str,
    exhibits: tuple[str, ...],
    marks: tuple[str, ...],
    entry: str,
    rival_of: str = "",
) -> TimelineRow:
    shows_utc = when.precision == "instant" and when.earliest is not None and not when.approximate
    utc = times.format_instant_utc(when.earliest) if shows_utc and when.earliest else ""
    return TimelineRow(
        when, printed(Moment(when), "when"), utc, text, source, basis_text, exhibits, marks, entry, rival_of
    )


def _sent_rows(view: View) -> list[TimelineRow]:
    if not _shows(view, "filing"):
        return []
    rows = []
    for one in view.sent:
        title = view.letter_title(one.body.letter)
        reference = f", reference {view.words(one.body.reference)}" if one.body.reference else ""
        when = times.read_when(one.body.at, view.zone)
        rows.append(
            _row(when, f"Sent: {title}{reference}", "record of dispatch", "(documented)", (), ("filing",), one.id)
        )
    return rows


def _reply_rows(view: View) -> list[TimelineRow]:
    if not _shows(view, "reply"):
        return []
    rows = []
    for one in view.replies:
        when = times.read_when(one.body.at, view.zone)
        told = f": {view.words(one.body.text)}" if one.body.text else ""
        exhibits = tuple(number for number in one.body.exhibits if number in view.citable)
        marks = ("restored", "reply") if one.body.outcome == "restored" else ("reply",)
        rows.append(
            _row(
                when,
                f"Answer: {one.body.outcome.replace('_', ' ')}{told}",
                "reply",
                "(documented)",
                exhibits,
                marks,
                one.id,
            )
        )
    return rows


def _shows(view: View, mark: str) -> bool:
    return view.profile is None or mark in view.profile.marks


def _is_told(row: TimelineRow, told: set[tuple[str, str]], said: str) -> bool:
    """Say whether an event tells this already: the same moment and mark, or its reference number."""
    if any((row.when.text, mark) in told for mark in row.marks):
        return True
    reference = row.text.rpartition(", reference ")[2] if ", reference " in row.text else ""
    return bool(reference) and reference in said
