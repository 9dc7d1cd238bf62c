"""Where everything stands in a packet's folder: ASCII names that every system takes, neutral ones for the victim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recover.packet.document import Document
from recover.packet.formats.registry import VICTIM, formats_of
from recover.packet.interface import Letter, PlannedExhibit, PlannedFile, ProofWanted
from recover.packet.neutral import slug
from recover.packet.readers.view import View

PROOFS = "proofs"
VICTIM_PROOFS = "proof"
"""Everything of a victim's packet but its three files stands here, and only when something was asked for."""


def base_of(profile_id: str) -> str:
    """Return the folder in which exhibits, proofs and the manifest stand, ending in a slash, or nothing."""
    return f"{VICTIM_PROOFS}/" if profile_id == VICTIM else ""


def exhibit_path(view: View, number: str) -> str:
    """Return an exhibit's path: its number, a typed slug of its title, and a suffix from the fixed list."""
    body = view.exhibits[number].body
    profile_id = view.profile.id if view.profile else ""
    stem = number.replace("-", "_")
    practice = "PRACTICE_" if view.source.practice else ""
    suffix = slug(body.suffix, "bin")[:8]
    if profile_id == VICTIM:
        return f"{VICTIM_PROOFS}/{stem}.{suffix}"
    return f"exhibits/{stem}_{practice}{slug(view.words(body.title), slug(body.kind))}.{suffix}"


def letter_stem(number: int, letter: Letter, profile_id: str) -> str:
    """Return the path of a letter without its ending."""
    if profile_id == VICTIM:
        return f"{VICTIM_PROOFS}/letter-{number}"
    return f"letters/{number:02d}_{slug(letter.name, 'letter')}"


def document_path(document: Document, format_: str) -> str:
    """Return where a document stands in one of its formats."""
    # What is pasted into a chat has a name of its own: it is read first.
    stem = "message" if document.kind == "phone" and format_ == "txt" else document.stem
    return f"{stem}.{format_}"


def dates_path(profile_id: str) -> str:
    """Return where the calendar stands."""
    return "dates.ics" if profile_id == VICTIM else "deadlines.ics"


def planned_files(
    profile_id: str,
    documents: Iterable[Document],
    formats: Mapping[str, tuple[str, ...]],
    exhibits: tuple[PlannedExhibit, ...],
    proofs: tuple[ProofWanted, ...],
) -> tuple[PlannedFile, ...]:
    """List every file of the packet, in order of path, but the proofs of single exhibits, which are one folder each."""
    files = [
        PlannedFile(document_path(document, format_), f"{document.title}: {_WHAT[format_]}")
        for document in documents
        for format_ in formats_of(document, formats)
    ]
    if formats.get("dates"):
        files.append(PlannedFile(dates_path(profile_id), "dates for a calendar"))
    if is_checkable(profile_id, documents, exhibits):
        files += [PlannedFile(f"{base_of(profile_id)}{name}", what) for name, what in _CHECKS]
    files += [PlannedFile(exhibit.path, f"{exhibit.number}: {exhibit.title}") for exhibit in exhibits]
    files += [
        PlannedFile(f"{PROOFS}/{proof.number}/", f"proof that {proof.number} stands in the log") for proof in proofs
    ]
    return tuple(sorted(files, key=lambda file: file.path))


def is_checkable(profile_id: str, documents: Iterable[Document], exhibits: tuple[PlannedExhibit, ...]) -> bool:
    """Say whether a packet has a manifest and fingerprints; an account holder's short note has not."""
    return profile_id != VICTIM or bool(exhibits) or any(document.kind == "letter" for document in documents)


_WHAT = {
    "txt": "text to paste",
    "pdf": "to read and print",
    "docx": "to write on in a word processor",
    "html": "a page that opens without a network",
    "eml": "the draft of a mail",
    "csv": "a table for a spreadsheet",
}
_CHECKS = (
    ("manifest.json", "what is in here, and what it was made from"),
    ("SHA256SUMS", "a fingerprint of every file"),
    ("VERIFY.txt", "how to check it without this program"),
)
