"""Destroying on purpose: a signed statement first, then the sealed bytes go, then the log says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.case.entries import (
    Answered,
    CaseOpened,
    Erased,
    ExhibitAdded,
    ExhibitWithdrawn,
    PlaybookPinned,
    RivalNoted,
)
from recover.desk import reading
from recover.desk.results import Recorded
from recover.errors import NotFoundError, RefusedError, UsageError
from recover.evidence.numbering import is_number

if TYPE_CHECKING:
    from recover.case.state import Exhibit
    from recover.desk.case import OpenCase

_COPIES = "packets that were sent, and other copies and backups of the vault, still hold it"


def erase(case: OpenCase, target: str, reason: str) -> Recorded:
    """Destroy an exhibit (`E07`) or an entry (`12`); see `OpenCase.erase`.

    Raises `NotFoundError`, `UsageError` (no reason; already done), `RefusedError` for what holds the case together.
    """
    if not reason.strip():
        raise UsageError("destroying something needs a reason", place=target)
    wanted = target.strip()
    if is_number(wanted[:1].upper() + wanted[1:].lower()):
        return _erase_exhibit(case, reading.find_exhibit(case.state, wanted), reason)
    return _erase_entry(case, wanted, reason)


def _erase_exhibit(case: OpenCase, exhibit: Exhibit, reason: str) -> Recorded:
    if exhibit.erased is not None:
        raise UsageError(f"{exhibit.number} was destroyed already", place=case.name)
    body = exhibit.body
    parts = (body.file, body.description, body.people, body.source)
    names = (body.object_sha256, *(part.sealed_sha256 for part in parts if part.sealed_sha256))
    done = case.log.erase(names, reason)
    erased = Erased(exhibit.number, reason, names, done.statement_sha256)
    warnings = (_COPIES, *reading.warn_of_copies(case.state, exhibit.number))
    return case.record(lambda _: [erased], warnings=warnings)


def _erase_entry(case: OpenCase, entry_id: str, reason: str) -> Recorded:
    entry = next((each for each in case.entries if each.id == entry_id), None)
    if entry is None:
        raise NotFoundError(f"there is no entry {entry_id}", place=case.name, hint="recover case show")
    if isinstance(entry.body, CaseOpened | PlaybookPinned | Erased):
        raise RefusedError("this entry holds the case together and cannot be destroyed", place=f"entry {entry_id}")
    if isinstance(entry.body, ExhibitWithdrawn | RivalNoted) or _is_contact(case, entry.body):
        raise RefusedError(
            "this entry holds something back: without it a withdrawn exhibit, a rival or a changed contact would pass",
            place=f"entry {entry_id}",
        )
    if isinstance(entry.body, ExhibitAdded):
        raise UsageError(
            f"entry {entry_id} added an exhibit", place=case.name, hint=f"recover erase {case.name} {entry.body.number}"
        )
    done = case.log.erase((), reason, entries=(entry_id,))
    return case.record(lambda _: [Erased(entry_id, reason, (), done.statement_sha256)], warnings=(_COPIES,))


def _is_contact(case: OpenCase, body: object) -> bool:
    """Say whether an entry gives the safe contact: a change is told from the first one only while that one is there."""
    return isinstance(body, Answered) and body.fact == case.ground(case.state).plan.means.get("safe-contact")
