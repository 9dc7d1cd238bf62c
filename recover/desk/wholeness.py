"""Nothing leaves while a part of the log cannot be read.

Whoever can delete one file of the vault would otherwise undo what it says: a consent taken back, an exhibit withdrawn,
a contact changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.errors import AlteredError, IncompleteError

if TYPE_CHECKING:
    from recover.desk.case import OpenCase
    from recover.vault.log import Fault


def refuse_faulty(case: OpenCase) -> None:
    """Raise `AlteredError` (20) or `IncompleteError` (21) while an entry of the case cannot be read.

    A log that was rolled back (22) holds nothing: after a backup was restored it stays so for good. It is said on every
    opening.
    """
    faults = case.faults()
    for kind in (AlteredError, IncompleteError):
        for fault in faults:
            if fault.code == kind.exit_code:
                raise kind(
                    f"nothing leaves while a part of the log cannot be read: {fault.message}",
                    place=case.name,
                    hint=_way_on(case, fault),
                )


def _way_on(case: OpenCase, fault: Fault) -> str:
    back = f"bring the files back from another copy (recover verify {case.name} names them)"
    lost = next((entry.id for entry in case.entries if (entry.log, entry.index) == (fault.log, fault.index)), "")
    if not lost:
        return back
    # Nobody can tell what it said; a consent taken back may have stood there.
    again = "if it is lost for good, ask the client again about consent and contact, then:"
    return f"{back}; {again} recover erase {case.name} {lost}"
