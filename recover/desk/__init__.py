"""The desk: where the engine meets the disk. Opens a case, replays its log, decides, appends.

`Desk` is one vault on this device; `OpenCase` is one case of it, with every verb a helper has. Everything that is
recorded goes through the same three moves: fold the log into a state, let the pure engine decide which entries the
request means, append them; when another process wrote in between, decide again on the new state.
"""

from __future__ import annotations

from recover.desk.case import OpenCase
from recover.desk.opening import Desk, shares_account
from recover.desk.results import (
    Applied,
    CaseFault,
    CaseSummary,
    CustodyLine,
    DueRow,
    Duplicate,
    Exhibit,
    Exported,
    Intake,
    Missing,
    NewVault,
    NextRow,
    PacketWritten,
    PlaybookSummary,
    Recorded,
    Skipped,
    TimelineRead,
    VaultInfo,
)

__all__ = [
    "Applied",
    "CaseFault",
    "CaseSummary",
    "CustodyLine",
    "Desk",
    "DueRow",
    "Duplicate",
    "Exhibit",
    "Exported",
    "Intake",
    "Missing",
    "NewVault",
    "NextRow",
    "OpenCase",
    "PacketWritten",
    "PlaybookSummary",
    "Recorded",
    "Skipped",
    "TimelineRead",
    "VaultInfo",
    "shares_account",
]
