"""The timeline one reader may see: events, dispatches and replies in order, each as exactly dated as it is known."""

from __future__ import annotations

from collections.abc import Sequence

from recover import times
from recover.case.entries import Replied, Sent
from recover.case.state import Recorded
from recover.frozen import frozen
from recover.packet.interface import Source
from recover.packet.letters.slots import basis
from recover.packet.letters.values import Moment, printed
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import Event, View
from recover.packet.words.phrases import has_phrase, phrase, words_of


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
    assets: tuple[str, ...] = ()
    """Keys of the accounts it is about; none: the case as a whole."""
    stance: str = "documented"
    by: str = ""
    """Who claims or denies it."""


def timeline(
    source: Source, profile: str = "", ticked: Sequence[str] = (), language: str = "en"
) -> tuple[TimelineRow, ...]:
    """Return the timeline for a profile, oldest first; without one the helper's own. Raises `UsageError`."""
    profiles = load_profiles(source.templates)
    view = View(source, profiles, profiles.get(profile) if profile else None, tuple(ticked))
    with words_of(source.templates):
        return timeline_of(view, language)


def timeline_of(view: View, language: str = "en") -> tuple[TimelineRow, ...]:
    """Return the timeline of a view: its events, and what was sent or answered that no event tells yet.

    `language` is that of dates and of the words around what was recorded.
    """
    rows = [_event_row(event, language) for event in view.events]
    told = {(row.when.text, mark) for row in rows for mark in row.marks}
    said = " ".join(row.text for row in rows)
    if _shows(view, "filing"):
        for one in view.sent:
            reference = view.words(one.body.reference)
            sent = _sent_row(one, reference, view, language)
            if not _is_told(sent, told) and not (reference and reference in said):
                rows.append(sent)
    if _shows(view, "reply"):
        replies = (_reply_row(one, view, language) for one in view.replies)
        rows += [row for row in replies if not _is_told(row, told)]
    return tuple(sorted(rows, key=lambda row: row.when.sort_key))


def _event_row(event: Event, language: str) -> TimelineRow:
    when = event.when
    return TimelineRow(
        when=when,
        when_text=_words(when, language),
        utc=_utc(when),
        text=event.text,
        source=event.source,
        basis=basis(event, language),
        exhibits=event.exhibits,
        marks=event.marks,
        entry=event.entry,
        rival_of=event.about,
        assets=event.assets,
        stance=event.stance,
        by=event.by,
    )


def _sent_row(one: Recorded[Sent], reference: str, view: View, language: str) -> TimelineRow:
    letter = view.letter_title(one.body.letter)
    text = (
        phrase("timeline-sent-reference", language, letter=letter, reference=reference)
        if reference
        else phrase("timeline-sent", language, letter=letter)
    )
    return _record(one, text, phrase("timeline-sent-source", language), (), ("filing",), view, language)


def _reply_row(one: Recorded[Replied], view: View, language: str) -> TimelineRow:
    key = f"outcome-{one.body.outcome}"
    outcome = phrase(key, language) if has_phrase(key) else one.body.outcome.replace("_", " ")
    said = view.words(one.body.text)
    text = (
        phrase("timeline-reply-text", language, outcome=outcome, text=said)
        if said
        else phrase("timeline-reply", language, outcome=outcome)
    )
    exhibits = tuple(number for number in one.body.exhibits if number in view.citable)
    marks = ("restored", "reply") if one.body.outcome == "restored" else ("reply",)
    return _record(one, text, phrase("timeline-reply-source", language), exhibits, marks, view, language)


def _record(
    one: Recorded[Sent] | Recorded[Replied],
    text: str,
    source: str,
    exhibits: tuple[str, ...],
    marks: tuple[str, ...],
    view: View,
    language: str,
) -> TimelineRow:
    when = times.read_when(one.body.at, view.zone)
    return TimelineRow(
        when=when,
        when_text=_words(when, language),
        utc=_utc(when),
        text=text,
        source=source,
        basis=f"({phrase('stance-documented', language)})",
        exhibits=exhibits,
        marks=marks,
        entry=one.id,
        assets=one.body.assets if isinstance(one.body, Sent) else (),
    )


def _words(when: times.When, language: str) -> str:
    return printed(Moment(when), "when", language)


def _utc(when: times.When) -> str:
    if when.precision != "instant" or when.earliest is None or when.approximate:
        return ""
    return times.format_instant_utc(when.earliest)


def _shows(view: View, mark: str) -> bool:
    return view.profile is None or mark in view.profile.marks


def _is_told(row: TimelineRow, told: set[tuple[str, str]]) -> bool:
    """Say whether an event tells this already: the same moment and mark."""
    return any((row.when.text, mark) in told for mark in row.marks)
