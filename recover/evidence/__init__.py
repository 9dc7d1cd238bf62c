"""Intake of the outside world into exhibits: finds files safely, says what they are, seals them, numbers them.

Files come from hostile hands: nothing here follows a link, opens a device, trusts a name or an extension, or reads
without bounds. The original name and modification time go into one sealed part and nowhere else.
"""

from __future__ import annotations

from recover.evidence.finding import Found, confine, find_files
from recover.evidence.intake import About, Sealed, seal_file
from recover.evidence.kinds import FileKind, detect
from recover.evidence.numbering import next_numbers, sort_key

__all__ = [
    "About",
    "FileKind",
    "Found",
    "Sealed",
    "confine",
    "detect",
    "find_files",
    "next_numbers",
    "seal_file",
    "sort_key",
]
