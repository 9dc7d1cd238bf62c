"""Which kinds of documents are written in which formats: for whom by default, and what else may be asked for.

The names here are what a person types behind `--only` and a profile lists. How each is written stands in a module of
its own (`text`, `pdf`, `word`, `web`, `mail`, `timeline_table`, `calendar`); `build` calls them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from recover.errors import UsageError

if TYPE_CHECKING:
    from recover.packet.document import Document
    from recover.packet.readers.profiles import Profile

VICTIM = "victim"
"""The profile whose reader has a phone, and perhaps somebody who looks over the shoulder."""

FORMATS = ("txt", "pdf", "docx", "html", "eml", "csv", "ics")
KINDS: Mapping[str, tuple[str, ...]] = {
    "cover": ("txt", "pdf", "docx", "html"),
    "timeline": ("txt", "pdf", "docx", "html", "csv"),
    "sheet": ("txt", "pdf", "docx", "html"),
    "letter": ("txt", "pdf", "docx", "html", "eml"),
    "mail": ("txt", "pdf", "docx", "html", "eml"),
    "phone": ("txt", "pdf", "docx", "html"),
    "dates": ("ics",),
}
"""Kind of document → what it can be written as. `mail` is a letter that goes out as a mail, `phone` the account
holder's page, `dates` the calendar."""

OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "cover": ("txt", "pdf"),
    "timeline": ("pdf", "html", "csv"),
    "sheet": ("pdf",),
    "letter": ("txt", "pdf"),
    "mail": ("eml",),
    "phone": ("txt", "pdf"),
    "dates": ("ics",),
}
"""What a profile writes that names no formats: profiles of a case's own, and those pinned before formats had names."""

MAX_TOP_FILES = 3
"""Files a person on a phone is given at once."""


def chosen_formats(
    profile: Profile, only: Sequence[str] = (), *, with_dates: bool = False
) -> Mapping[str, tuple[str, ...]]:
    """Return kind of document → formats for a reader: those of the profile, or `only` those asked for.

    `only` takes names, also several in one text, `pdf,docx`. `with_dates` adds the calendar. Raises `UsageError` (2)
    for a name that is none, for formats in which nothing of this packet can be written, and for more files than an
    account holder is given at once.
    """
    wanted = tuple(dict.fromkeys(name.strip().lower() for text in only for name in text.split(",") if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"there is no format called {name[:20]!r}", hint=f"one of {', '.join(FORMATS)}")
    kinds = _kinds_of(profile)
    found = {kind: tuple(each for each in KINDS[kind] if each in _wanted(kind, profile, wanted)) for kind in kinds}
    if with_dates:
        found["dates"] = KINDS["dates"]
    if wanted and not any(found.values()):
        there = dict.fromkeys(each for kind in kinds for each in KINDS[kind])
        raise UsageError(
            f"nothing in a packet for {profile.reader} can be written as {', '.join(wanted)}",
            hint=f"one of {', '.join(each for each in FORMATS if each in there)}",
        )
    if len(found.get("phone", ())) + (len(found["dates"]) if "phone" in found else 0) > MAX_TOP_FILES:
        raise UsageError(
            f"{profile.reader} gets at most {MAX_TOP_FILES} files at once", hint="name fewer formats behind --only"
        )
    return found


def _kinds_of(profile: Profile) -> tuple[str, ...]:
    if profile.id == VICTIM:
        return ("phone", "letter", "mail", "dates")
    return ("cover", "timeline", "sheet", "letter", "mail", "dates")


def _wanted(kind: str, profile: Profile, only: tuple[str, ...]) -> tuple[str, ...]:
    return only or profile.formats.get(kind, OTHERWISE[kind] if not profile.formats else ())


def formats_of(document: Document, chosen: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the formats in which a document is written, in the order of `FORMATS`."""
    wanted = {*chosen.get(document.kind, ()), *(chosen.get("mail", ()) if document.is_mail else ())}
    return tuple(each for each in FORMATS if each in wanted)
