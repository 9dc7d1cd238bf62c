"""Timelines as files: one written out and recorded, and one of JSON Lines read back into a case without loss.

A file is looked at as a whole before anything is written: every line, every link between lines, and everything of the
case that it rests on. What the case has already is known by its content and is not added again, so that a read that was
interrupted can be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recover import times
from recover.case import decide
from recover.case.entries import EventRecorded, PacketExported
from recover.case.state import CaseState
from recover.desk import outside, wholeness
from recover.desk.results import Exported, Recorded, TimelineRead
from recover.errors import InputError, NotFoundError, UsageError

if TYPE_CHECKING:
    from recover.desk.case import OpenCase
    from recover.packet.timeline.timesketch import TimelineLine

MAX_NAMED = 3_000
"""Events that the log names one by one; an entry holds at most 1 MiB."""
OWN = "own"
"""What the log calls a timeline that was written for nobody else."""
ALONE = "the timeline alone"
_PLAINTEXT = "the file is readable by everyone who uses this account; delete it safely when nobody needs it"


# --- out ------------------------------------------------------------------------------------------------------------


def export(
    case: OpenCase, content: bytes, out: Path, profile: str, platform: str = "", events: Sequence[str] = ()
) -> Exported:
    """Write a timeline to `out`, a file that must not exist, complete or not at all; and record that it left.

    `events` are the entries that it tells.

    The log names it before the file gets its name, as it does for exhibits.
    """
    wholeness.refuse_faulty(case)
    digest = hashlib.sha256(content).hexdigest()
    body = PacketExported(
        profile=profile or OWN,
        to=ALONE,
        files=((f"timeline{out.suffix[:8]}", digest),),
        exhibits=(),
        as_of=times.instant_text(case.now(), case.zone or "UTC"),
        platform=platform,
        events=tuple(events)[:MAX_NAMED],
    )
    with outside.new_file(out) as stream:
        stream.write(content)
        case.record(lambda _: [body])
    return Exported("", out, len(content), digest, (_PLAINTEXT, *outside.warn_of_place(out)))


# --- in -------------------------------------------------------------------------------------------------------------

_Content = tuple[object, ...]


def read(case: OpenCase, path: Path, *, drop_missing: bool = False) -> TimelineRead:
    """Look at a file of JSON Lines and say what of it is new; nothing is written.

    Raises `InputError` (32) with file and line for whatever does not fit: a line that is not valid, an exhibit or
    account that the case does not have. With `drop_missing` those links are left out, and the source says which.
    """
    from recover.packet.timeline.timesketch import read_timeline

    found = read_timeline(_bytes(path), path.name)
    if found.is_practice and not case.practice:
        raise InputError(
            "the file is of a practice case: what it says is invented", place=path.name, hint="recover practice"
        )
    lines = [_fitted(line, case, path.name, drop_missing) for line in found.lines]
    contents = _contents(lines)
    there = _there(case)
    new: list[TimelineLine] = []
    seen = set(there)
    for line in lines:
        if contents[line.number] not in seen:
            seen.add(contents[line.number])
            new.append(line)
    _try(case, new, path.name)
    return TimelineRead(
        name=path.name,
        path=path,
        lines=tuple(lines),
        new=tuple(new),
        foreign=sum(line.is_foreign for line in lines),
        unknown=found.unknown,
    )


def _bytes(path: Path) -> bytes:
    from recover.packet.timeline.timesketch import MAX_BYTES

    try:
        if not path.is_file():
            raise NotFoundError("there is no such file", place=str(path))
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError("the file cannot be read", place=str(path)) from error


def _fitted(line: TimelineLine, case: OpenCase, name: str, drop_missing: bool) -> TimelineLine:
    """Return a line with exhibits as this case numbers them; what is not here is left out if asked to, else refused."""
    here = {each.body.file_sha256: each.body.number for each in case.state.exhibits if each.stands}
    rows = {row for fact in case.state.lists for row in case.state.rows(fact)}
    numbers = [each for each in line.exhibits if each[1] not in here]
    accounts = [each for each in line.assets if each not in rows]
    place = f"{name}:{line.number}"
    if (numbers or accounts) and not drop_missing:
        what = ", ".join([*(number for number, _ in numbers), *accounts])
        raise InputError(
            f"this case does not have what the line names: {what[:200]}",
            place=place,
            hint="add the exhibits and accounts first, or say --drop-missing",
        )
    gone = "; ".join([*(f"{number}, SHA-256 {digest[:16]}…" for number, digest in numbers), *accounts])
    return replace(
        line,
        exhibits=tuple((here[digest], digest) for _, digest in line.exhibits if digest in here),
        assets=tuple(each for each in line.assets if each in rows),
        source=f"{line.source} [not here: {gone}]" if gone else line.source,
    )


def _contents(lines: Iterable[TimelineLine]) -> Mapping[int, _Content]:
    """Return what each line says, by its number, whichever entry of whichever case it was."""
    from recover.packet.timeline.timesketch import MAX_CHAIN

    listed = list(lines)
    by_entry = {line.entry: line for line in listed if line.entry}

    def content(line: TimelineLine, depth: int = 0) -> _Content:
        digests = tuple(digest for _, digest in line.exhibits)
        target = by_entry.get(line.about)
        # A log may hold a version of a version, and a correction may even have closed a circle.
        rival = content(target, depth + 1) if target is not None and depth < MAX_CHAIN else ()
        return line.when, line.text, line.source, line.stance, line.by, digests, line.assets, line.marks, rival

    return {line.number: content(line) for line in listed}


def _there(case: OpenCase) -> Mapping[_Content, str]:
    """Return what the case's own timeline says already, and the entry of each."""
    from recover.packet.readers.profiles import load_profiles
    from recover.packet.readers.view import View
    from recover.packet.timeline.rows import timeline
    from recover.packet.timeline.timesketch import timeline_lines

    source = case.source()
    view = View(source, load_profiles(source.templates), None)
    lines = timeline_lines(view, timeline(source))
    contents = _contents(lines)
    return {contents[line.number]: line.entry for line in lines}


def _try(case: OpenCase, lines: Sequence[TimelineLine], name: str) -> None:
    """Decide each line on the case as it is; what the case would refuse is a fault of the file, with its place."""
    ground = case.ground(case.state)
    for line in lines:
        place = f"{name}:{line.number}"
        try:
            _decided(ground, line, "", place)
        except (UsageError, NotFoundError) as error:
            raise InputError(error.message, place=place, hint=error.hint) from error


def _decided(ground: decide.Ground, line: TimelineLine, about: str, place: str) -> tuple[EventRecorded, ...]:
    return decide.event(
        ground,
        when=line.when,
        text=line.text,
        source=line.source,
        stance=line.stance,
        by=line.by,
        exhibits=tuple(number for number, _ in line.exhibits),
        assets=line.assets,
        marks=line.marks,
        about=about,
        place=place,
    )


def add(case: OpenCase, found: TimelineRead) -> Recorded:
    """Record what `read` found to be new: events first, then those that are another version of one.

    Raises `UsageError` when the case has changed since it was read in a way that a line no longer fits.
    """
    contents = _contents(found.lines)
    there = dict(_there(case))
    waiting = [line for line in found.new if contents[line.number] not in there]
    targets = {line.entry: contents[line.number] for line in found.lines if line.entry}
    done = Recorded(case.name, (), ())
    while waiting:
        ready = [line for line in waiting if not line.about or targets[line.about] in there]
        if not ready:
            raise UsageError(
                "the case has changed since the file was read",
                place=f"{found.name}:{waiting[0].number}",
                hint="run the command again",
            )
        bodies = [_body(case, line, there[targets[line.about]] if line.about else "", found.name) for line in ready]
        recorded = case.record(_once(bodies))
        ids = {entry.body: entry.id for entry in recorded.entries if isinstance(entry.body, EventRecorded)}
        for line, body in zip(ready, bodies, strict=True):
            there[contents[line.number]] = ids.get(body) or _entry_of(case, body)
        waiting = [line for line in waiting if line not in ready]
        done = replace(
            done,
            entries=(*done.entries, *recorded.entries),
            receipts=(*done.receipts, *recorded.receipts),
            warnings=(*done.warnings, *recorded.warnings),
        )
    return done


def _body(case: OpenCase, line: TimelineLine, about: str, name: str) -> EventRecorded:
    place = f"{name}:{line.number}"
    decided = _decided(case.ground(case.state), line, about, place)
    if decided:
        return decided[0]
    raise UsageError("the case has changed since the file was read", place=place, hint="run the command again")


def _once(bodies: Sequence[EventRecorded]) -> Callable[[CaseState], Sequence[object]]:
    def decision(state: CaseState) -> Sequence[object]:
        known = {one.body for one in state.events}
        return [body for body in bodies if body not in known]

    return decision


def _entry_of(case: OpenCase, body: EventRecorded) -> str:
    """Return the entry of an event that somebody else recorded meanwhile."""
    return next((one.id for one in case.state.events if one.body == body), "")
