"""What a case's log says, as values for people: entries, exhibits, custody, the row of a list. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recover.case import codec, decide
from recover.case.entries import (
    Corrected,
    Entry,
    Erased,
    ExhibitAdded,
    ExhibitCopied,
    ExhibitDisclosed,
    ExhibitExported,
    ExhibitLinked,
    ExhibitWithdrawn,
    PacketExported,
    Part,
    Undone,
)
from recover.case.state import CaseState
from recover.case.state import Exhibit as StateExhibit
from recover.case.survey import Survey
from recover.desk.results import CaseSummary, CustodyLine, Exhibit
from recover.errors import NotFoundError, UsageError
from recover.evidence.numbering import sort_key

if TYPE_CHECKING:
    from recover.vault.vault import Record


def entries_of(records: Iterable[Record]) -> tuple[Entry, ...]:
    """Decode the log's records; what this version does not know is kept as `Unknown`."""
    return tuple(
        Entry(
            id=record.id,
            log=record.log,
            index=record.index,
            kind=record.kind,
            recorded_at=record.recorded_at,
            actor=record.actor,
            body=codec.body_from_json(record.kind, record.body),
            seen=record.seen,
        )
        for record in records
    )


def summarise(case_id: str, state: CaseState, practice: bool) -> CaseSummary:
    """Return the case's row of `case list`. Raises `NotFoundError` for a case without entries."""
    if not state.entries:
        raise NotFoundError("the case has no entries", place=case_id)
    return CaseSummary(
        id=case_id,
        name=state.name,
        playbooks=tuple(dict.fromkeys(pin.body.playbook for pin in state.pins)),
        practice=practice,
        opened_at=state.entries[0].recorded_at,
        last_at=max(entry.recorded_at for entry in state.entries),
        entries=len(state.entries),
        exhibits=len(state.exhibits),
        closed=state.closed.body.outcome if state.closed else "",
    )


def find_exhibit(state: CaseState, number: str) -> StateExhibit:
    """Return an exhibit by its number as typed (`e07` will do). Raises `NotFoundError`."""
    wanted = number.strip()
    for spelling in (wanted, wanted[:1].upper() + wanted[1:].lower()):
        exhibit = state.exhibit(spelling)
        if exhibit is not None:
            return exhibit
    raise NotFoundError(f"there is no exhibit {wanted}", hint="recover evidence list")


def exhibit_row(exhibit: StateExhibit, notes: Mapping[str, str] | None = None) -> Exhibit:
    """Return an exhibit as the terminal shows it."""
    body = exhibit.body
    return Exhibit(
        number=body.number,
        kind=body.kind,
        title=body.title,
        sensitivity_class=body.sensitivity_class,
        captured_at=body.captured_at,
        file_sha256=body.file_sha256,
        size_bytes=body.size_bytes,
        suffix=body.suffix,
        fulfils=exhibit.fulfils,
        assets=body.assets,
        copy_of=body.copy_of,
        withdrawn=exhibit.withdrawn.body.reason if exhibit.withdrawn else "",
        erased=exhibit.erased.body.reason if exhibit.erased else "",
        recorded_at=exhibit.added.recorded_at,
        actor=exhibit.added.actor,
        entry=exhibit.added.id,
        notes=dict(notes or {}),
    )


def exhibit_rows(state: CaseState) -> tuple[Exhibit, ...]:
    """Return all exhibits, ordered by number."""
    return tuple(exhibit_row(each) for each in sorted(state.exhibits, key=lambda each: sort_key(each.number)))


_NOTES = {
    "description": {"shows": "shows"},
    "people": {"people": "people"},
    "file": {"method": "method"},
    "source": {"original_name": "original_name", "modified_at": "modified_at", "url": "source_url"},
}
"""Part → its member → the name people see."""


def notes_of(exhibit: StateExhibit, read_part: Callable[[Part], Mapping[str, Any]]) -> dict[str, str]:
    """Read what an exhibit's sealed parts say; parts that were never written or are destroyed say nothing."""
    notes = {}
    for name, members in _NOTES.items():
        part: Part = getattr(exhibit.body, name)
        if not part.sealed_sha256 or exhibit.erased is not None:
            continue
        document = read_part(part)
        notes.update({shown: str(document[member]) for member, shown in members.items() if document.get(member)})
    return notes


def last_undoable(state: CaseState) -> str:
    """Return the id of the newest entry that can be undone. Raises `UsageError` when there is none."""
    for entry in reversed(state.entries):
        if not isinstance(entry.body, (*decide.LASTING, Undone)) and entry.id not in state.undone:
            return entry.id
    raise UsageError("there is nothing to undo")


def waiting(survey: Survey) -> str:
    """Return the only instance that waits for the other side. Raises `UsageError` when there is none, or several."""
    found = [each.id for each in survey.instances if each.status == "waiting"]
    return _only(found, "nothing waits for a reply", "which step does it answer")


def checked_on(survey: Survey, due_on: str) -> str:
    """Return the only instance with a scheduled check on a day. Raises `UsageError` when there is none, or several."""
    found = {due.source for due in survey.due if due.kind == "check" and due.on and due.on.isoformat() == due_on}
    return _only(sorted(found), f"no check is due on {due_on}", "which step is it a check of")


def _only(found: Sequence[str], none: str, several: str) -> str:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(none, hint="recover next")
    raise UsageError(f"{several}: {', '.join(found)}?", hint=f"--step {found[0]}")


def custody_of(state: CaseState, number: str) -> tuple[CustodyLine, ...]:
    """Return what happened to an exhibit, oldest first; undone entries are said to be."""
    exhibit = find_exhibit(state, number)
    lines = []
    for entry in state.entries:
        for deed, what, why in _custody(entry, exhibit.number, exhibit.added.id):
            undone = f" (undone by entry {state.undone[entry.id]})" if entry.id in state.undone else ""
            lines.append(CustodyLine(entry.recorded_at, entry.actor, what + undone, entry.id, deed, why, entry.log))
    return tuple(lines)


def _custody(entry: Entry, number: str, added: str) -> Iterator[tuple[str, str, str]]:
    """Say what an entry did to an exhibit: the deed, in words, and why or to whom."""
    match entry.body:
        case ExhibitAdded(number=named) as body if named == number:
            yield "added", f"added, SHA-256 {body.file_sha256}, {body.size_bytes} bytes", ""
        case ExhibitCopied(number=named) as body if named == number:
            yield "copied", f"made from {body.original}: {'; '.join(body.how)}{_because(body.reason)}", body.reason
        case ExhibitCopied(original=named) as body if named == number:
            yield "copied", f"opened for the working copy {body.number}{_because(body.reason)}", body.reason
        case ExhibitLinked(number=named) as body if named == number:
            yield "linked", f"linked to {', '.join(body.fulfils)}", ""
        case ExhibitWithdrawn(number=named) as body if named == number:
            yield "withdrawn", f"withdrawn: {body.reason}", body.reason
        case ExhibitExported(number=named) as body if named == number:
            yield "exported", f"taken out{_because(body.reason)}", body.reason
        case ExhibitDisclosed(number=named) as body if named == number:
            yield (
                "disclosed",
                f"disclosed with its proof to {body.to}" if body.to else "disclosed with its proof",
                body.to,
            )
        case PacketExported() as body if number in body.exhibits:
            reader = body.to or body.profile
            yield "sent", f"left in a packet for {reader}", reader
        case Erased(target=target) as body if target == number:
            yield "destroyed", f"destroyed: {body.reason}", body.reason
        case Corrected(entry=target) as body if target == added:
            yield "corrected", f"its description was corrected{_because(body.reason)}", body.reason
        case Undone(entry=target) as body if target == added:
            yield "undone", "its entry was undone", body.reason


def warn_of_copies(state: CaseState, number: str) -> tuple[str, ...]:
    """Say which working copies of an exhibit are still there when it goes itself."""
    left = [
        each.number
        for each in state.exhibits
        if each.body.copy_of == number and each.withdrawn is None and each.erased is None
    ]
    return (f"made from {number} and still there: {', '.join(left)}; each goes by its own number",) if left else ()


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
