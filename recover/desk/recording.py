"""Bodies go to the log: decide on the state, append, and decide again when another process was faster."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from recover.case import codec
from recover.case.entries import ExhibitAdded, Part, PlaybookPinned
from recover.case.state import CaseState, fold
from recover.desk.reading import entries_of

if TYPE_CHECKING:
    from recover.vault.vault import CaseLog, Draft, ObjectRef, Receipt, Record

Decide = Callable[[CaseState], Sequence[object]]
"""Current state → bodies to append; called again if the log grew meanwhile, so it must not ask anybody."""

MAX_BATCH = 256
"""Entries in one commit of the log."""


def append(log: CaseLog, state: CaseState, decide: Decide, *, actor: str, at: datetime | None) -> list[Receipt]:
    """Append what `decide` makes of `state`; return the receipts of what is durable now (none: nothing to add).

    `at` is the recorded time of a practice case, None for the vault's clock.
    """
    bodies = tuple(decide(state))
    if not bodies:
        return []

    def again(records: Sequence[Record]) -> list[Draft]:
        return drafts(decide(fold(entries_of(records))), actor, at)

    return log.append(drafts(bodies, actor, at), redecide=again)


def drafts(bodies: Sequence[object], actor: str, at: datetime | None) -> list[Draft]:
    """Turn bodies into drafts that name every sealed object they rest on."""
    from recover.vault.vault import Draft

    made = []
    for body in bodies:
        kind, members = codec.body_to_json(body)
        made.append(Draft(kind=kind, actor=actor, body=members, objects=objects_of(body), recorded_at=at))
    return made


def objects_of(body: object) -> tuple[ObjectRef, ...]:
    """Name the sealed objects a body rests on, so that a missing one is found without a key."""
    from recover.vault.vault import ObjectRef

    if isinstance(body, PlaybookPinned):
        return (ObjectRef(body.bundle_sha256, body.plain_sha256, 0),)
    if isinstance(body, ExhibitAdded):
        parts = [Part(body.object_sha256, body.file_sha256), body.file, body.description, body.people, body.source]
        return tuple(ObjectRef(part.sealed_sha256, part.plain_sha256, 0) for part in parts if part.sealed_sha256)
    return ()


def receipt_line(receipt: Receipt) -> str:
    """Write a receipt as one line: `log, index, root`."""
    root = receipt.root if isinstance(receipt.root, str) else b64encode(receipt.root).decode("ascii")
    return f"{receipt.log}, {receipt.index}, {root}"
