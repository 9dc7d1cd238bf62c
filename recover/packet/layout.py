"""Where everything stands in a packet's folder: ASCII names that every system takes, neutral ones for the victim."""

from __future__ import annotations

from recover.packet.interface import Letter, PlannedExhibit, PlannedFile, ProofWanted
from recover.packet.neutral import slug
from recover.packet.profiles import Profile
from recover.packet.view import View

PROOFS = "proofs"
VICTIM = "victim"
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


def planned_files(
    profile: Profile,
    letters: tuple[Letter, ...],
    exhibits: tuple[PlannedExhibit, ...],
    proofs: tuple[ProofWanted, ...],
    *,
    with_dates: bool = False,
) -> tuple[PlannedFile, ...]:
    """List every file of the packet, in order of path, but the proofs of single exhibits, which are one folder each."""
    if profile.id == VICTIM:
        files = [
            PlannedFile("message.txt", "what to read first, in pieces for a chat"),
            PlannedFile("pages.pdf", "the same on one or two pages for a phone"),
        ]
        if with_dates:
            files.append(PlannedFile("dates.ics", "dates, with neutral titles"))
        base = base_of(profile.id)
        if exhibits or letters:
            files += [PlannedFile(f"{base}{name}", what) for name, what in _CHECKS]
    else:
        files = [
            PlannedFile("cover.txt", "what this is and what to do"),
            PlannedFile("cover.pdf", "the same to print"),
            PlannedFile("timeline.pdf", "what happened, in order"),
            PlannedFile("timeline.html", "the same with a drawing; opens without a network"),
            PlannedFile("timeline.csv", "the same as a table"),
            PlannedFile("deadlines.ics", "dates for a calendar"),
            *(PlannedFile(name, what) for name, what in _CHECKS),
        ]
    for number, letter in enumerate(letters, 1):
        stem = letter_stem(number, letter, profile.id)
        files += [
            PlannedFile(f"{stem}.txt", f"{letter.title}: text to paste"),
            PlannedFile(f"{stem}.pdf", letter.title),
        ]
    files += [PlannedFile(exhibit.path, f"{exhibit.number}: {exhibit.title}") for exhibit in exhibits]
    files += [
        PlannedFile(f"{PROOFS}/{proof.number}/", f"proof that {proof.number} stands in the log") for proof in proofs
    ]
    return tuple(sorted(files, key=lambda file: file.path))


_CHECKS = (
    ("manifest.json", "what is in here, and what it was made from"),
    ("SHA256SUMS", "a fingerprint of every file"),
    ("VERIFY.txt", "how to check it without this program"),
)
