"""What left before, and what is different now: nobody should compare two packets by eye.

The log keeps of every packet which letters (by the hash of their text), exhibits, events, dates and answers it held.
The last packet to the same reader (profile, platform and name) is what a new one is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recover import times
from recover.case.entries import PacketExported
from recover.case.state import CaseState
from recover.packet import tree as t
from recover.packet.formats.registry import formats_of
from recover.packet.interface import Change, Letter, PacketPlan, PlannedDate, PlannedExhibit
from recover.packet.timeline.rows import TimelineRow
from recover.packet.words.phrases import phrase

MAX_REMEMBERED = 4_000
"""Events of one packet that an entry names; an entry holds at most 1 MiB. Of more nothing is remembered."""


def record_of(
    plan: PacketPlan, files: tuple[tuple[str, str], ...], as_of: str, sealed_for: tuple[str, ...]
) -> PacketExported:
    """Return what the log keeps of a packet: to whom, and everything a later one is compared with."""
    return PacketExported(
        profile=plan.profile,
        to=plan.to,
        files=files,
        exhibits=tuple(exhibit.number for exhibit in plan.exhibits),
        as_of=as_of,
        sealed_for=sealed_for,
        platform=plan.platform,
        formats=_formats(plan),
        letters=tuple((letter.name, letter.text_sha256) for letter in plan.letters),
        facts=plan.fact_ids,
        names=len(plan.names),
        events=plan.event_ids if len(plan.event_ids) <= MAX_REMEMBERED else (),
        dates=tuple((date.uid, date.on) for date in plan.dates),
    )


def _formats(plan: PacketPlan) -> tuple[str, ...]:
    found = {each for document in plan.documents for each in formats_of(document, plan.formats)}
    return tuple(sorted(found.union(plan.formats.get("dates", ()))))


def last_to(state: CaseState, profile: str, to: str, platform: str) -> PacketExported | None:
    """Return the last packet to the same reader, or None."""
    wanted = (profile, to.strip().casefold(), platform)
    found = [one.body for one in state.packets]
    same = [each for each in found if (each.profile, each.to.strip().casefold(), each.platform) == wanted]
    # Entries from before platforms had names went to whatever platform there was.
    old = [each for each in found if (each.profile, each.to.strip().casefold()) == wanted[:2] and not each.formats]
    return next(iter([*reversed(same), *reversed(old)]), None)


def changes_since(
    last: PacketExported,
    letters: Sequence[Letter],
    exhibits: Sequence[PlannedExhibit],
    rows: Sequence[TimelineRow],
    dates: Sequence[PlannedDate],
    gone: Mapping[str, str],
) -> tuple[Change, ...]:
    """Say what a packet holds that the last one did not, what it lacks, and what moved.

    `gone` says why an exhibit may not leave any more (`withdrawn`). Entries from before letters and events were kept
    compare exhibits only.
    """
    found = _of_exhibits(last, exhibits, gone)
    if not last.formats:
        return tuple(found)
    return (*_of_letters(last, letters), *found, *_of_events(last, rows), *_of_dates(last, dates))


def _of_letters(last: PacketExported, letters: Sequence[Letter]) -> list[Change]:
    before = dict(last.letters)
    found = [Change("letter", each.title, "new") for each in letters if each.name not in before]
    found += [
        Change("letter", each.title, "changed")
        for each in letters
        if each.name in before and before[each.name] != each.text_sha256
    ]
    now = {each.name for each in letters}
    return found + [Change("letter", name.replace("-", " "), "gone") for name in before if name not in now]


def _of_exhibits(last: PacketExported, exhibits: Sequence[PlannedExhibit], gone: Mapping[str, str]) -> list[Change]:
    now = {each.number: each.title for each in exhibits}
    found = [
        Change("exhibit", f"{number} {title}".strip(), "new")
        for number, title in now.items()
        if number not in last.exhibits
    ]
    left = [number for number in last.exhibits if number not in now]
    return found + [Change("exhibit", number, gone.get(number, "gone")) for number in left]


def _of_events(last: PacketExported, rows: Sequence[TimelineRow]) -> list[Change]:
    if not last.events and rows and len(rows) > MAX_REMEMBERED:
        return []
    now = {row.entry for row in rows}
    found = [Change("event", f"{row.when_text}: {row.text}", "new") for row in rows if row.entry not in last.events]
    lost = sum(entry not in now for entry in last.events)
    return found + ([Change("event", str(lost), "gone")] if lost else [])


def _of_dates(last: PacketExported, dates: Sequence[PlannedDate]) -> list[Change]:
    before = dict(last.dates)
    found = []
    for each in dates:
        if each.uid not in before:
            found.append(Change("date", _dated(each.title, each.on), "new"))
        elif before[each.uid] != each.on:
            found.append(Change("date", _dated(each.title, each.on), "moved"))
    return found


def _dated(title: str, on: str) -> str:
    return f"{title}: {times.format_when(times.read_when(on))}" if on else title


# --- on the cover ---------------------------------------------------------------------------------------------------

MAX_SHOWN = 12
"""Changes of one kind that a cover names one by one."""


def changes_blocks(plan: PacketPlan, language: str = "en") -> list[t.Block]:
    """Return the part of a cover that says what is new since the last packet; nothing for a first one."""
    if not plan.since:
        return []
    day = times.format_when(times.read_when(plan.since[:10]), language)
    heading = t.Heading(2, (t.Text(phrase("changes-title", language, day=day)),))
    told = list(_lines(plan.changes, language)) or [phrase("changes-none", language)]
    return [heading, t.Items(False, tuple((t.Paragraph((t.Text(line),)),) for line in told))]


def _lines(changes: Sequence[Change], language: str) -> list[str]:
    lines = []
    for what in ("letter", "exhibit", "event", "date"):
        own = [each for each in changes if each.what == what]
        lines += [phrase(f"changes-{what}-{_key(each.how)}", language, name=each.name) for each in own[:MAX_SHOWN]]
        if len(own) > MAX_SHOWN:
            lines.append(phrase("changes-more", language, count=len(own) - MAX_SHOWN))
    return lines


def _key(how: str) -> str:
    # Why an exhibit is gone is for the sender's screen: a reader learns that it is no longer relied on.
    return how if how in ("new", "changed", "moved") else "gone"
