"""One exhibit as a readable file outside the vault: complete and equal to what was sealed, or not there at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recover.case.entries import ExhibitExported, Part
from recover.case.state import Exhibit
from recover.desk import outside, reading, wholeness
from recover.desk.results import Exported
from recover.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from recover.desk.case import OpenCase
    from recover.vault.sealing import Writer

PROTECTED_CLASSES = frozenset({"identity", "health", "biometric", "intimate"})


def export_exhibit(case: OpenCase, number: str, out: Path, reason: str) -> Exported:
    """Write one exhibit to `out` and record it; see `OpenCase.export_exhibit`.

    A folder as `out` gets a file with a neutral name. The log names the export before the file gets its name: an entry
    too many says less wrong than a file nobody knows of.
    """
    wholeness.refuse_faulty(case)
    exhibit = reading.find_exhibit(case.state, number)
    refuse_gone(exhibit)
    body = exhibit.body
    target = out / f"{body.number}.{body.suffix or 'bin'}" if out.is_dir() else out
    with outside.new_file(target) as stream:
        copy(case, exhibit, stream)
        case.record(lambda _: [ExhibitExported(body.number, reason)])
    return Exported(body.number, target, body.size_bytes, body.file_sha256, _warnings(exhibit, target))


def copy(case: OpenCase, exhibit: Exhibit, stream: Writer) -> None:
    """Stream an exhibit's bytes; raises `AlteredError` when they are not those that were taken in."""
    body = exhibit.body
    case.log.copy_object(Part(body.object_sha256, body.file_sha256), stream)


def refuse_gone(exhibit: Exhibit) -> None:
    """Raise for an exhibit that was destroyed, or must not leave."""
    if exhibit.erased is not None:
        raise NotFoundError(f"{exhibit.number} was destroyed: {exhibit.erased.body.reason}", place=exhibit.number)
    if exhibit.withdrawn is not None:
        raise RefusedError(f"{exhibit.number} was withdrawn: {exhibit.withdrawn.body.reason}", place=exhibit.number)


def _warnings(exhibit: Exhibit, target: Path) -> tuple[str, ...]:
    found = ["the file is readable by everyone who uses this account; delete it safely when nobody needs it"]
    if exhibit.body.sensitivity_class in PROTECTED_CLASSES:
        found.append(f"{exhibit.number} is of class {exhibit.body.sensitivity_class}: do not pass it on unprotected")
    if exhibit.body.kind == "program":
        found.append(f"{exhibit.number} is a program: do not open it")
    return (*found, *outside.warn_of_place(target))
