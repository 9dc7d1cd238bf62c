"""What the desk hands back: frozen values that a terminal prints and a script reads. No behaviour beyond look-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.case.entries import Entry
    from recover.packet.timeline.timesketch import TimelineLine


@frozen
class NewVault:
    """A vault that was just made."""

    path: Path
    recovery_key: str
    """The secret half, to be shown once; empty when a recipient was given, or none wanted."""
    recovery_recipient: str
    """The public half (`age1…`), empty without a recovery key."""


@frozen
class VaultInfo:
    """What can be said of a vault without a key."""

    path: Path
    format_version: int
    cases: int
    devices: tuple[str, ...]
    weak_durability: bool
    """The folder cannot be told to keep bytes for sure (fsync is refused or does nothing)."""
    leftovers: tuple[str, ...]
    """Files no commit refers to: what a crash left. Kept, never taken for faults."""
    time_stamps: Mapping[str, int]
    """State (`stamped`, `waiting`, `refused` …) → how many time-stamps over checkpoints are in it."""


@frozen
class PlaybookSummary:
    """One playbook a case can be started from."""

    id: str
    title: str
    summary: str
    version: str
    says: str
    """What a client would say, for triage without a name."""
    platforms: tuple[str, ...]
    incidents: tuple[str, ...]
    warning: str = ""
    """Why it should not be trusted as it is: past `valid_until`, or revoked."""
    local: tuple[str, ...] = ()
    """Who changed what of it locally, in sentences; nothing for a playbook as it is shipped."""


@frozen
class CaseSummary:
    """One row of `case list`."""

    id: str
    name: str
    """The spoken two words, `amber-heron`."""
    playbooks: tuple[str, ...]
    practice: bool
    opened_at: datetime
    last_at: datetime
    """When the newest entry was recorded."""
    entries: int
    exhibits: int
    closed: str = ""
    """The outcome, empty while work goes on."""


@frozen
class CaseFault:
    """A case that cannot be read now, and why; the others go on."""

    id: str
    message: str
    exit_code: int


@frozen
class Recorded:
    """What one action added to the log, durable by the time this exists.

    `stale` says in words what an answer made doubtful (`3 later answers and 1 letter`), empty otherwise; `warnings`
    are sentences a person should read; no entries at all means that everything asked for was already so.
    """

    case: str
    entries: tuple[Entry, ...]
    receipts: tuple[str, ...]
    """`log, index, root` of each entry, in the same order, as one printable line each."""
    stale: str = ""
    warnings: tuple[str, ...] = ()


@frozen
class TimelineRead:
    """A timeline file that fits the case: all its lines, and those that the case does not say yet."""

    name: str
    path: Path
    lines: tuple[TimelineLine, ...]
    new: tuple[TimelineLine, ...]
    foreign: int
    """Lines that another program wrote."""
    unknown: tuple[str, ...]
    """Members of lines that are not read."""


@frozen
class Exhibit:
    """An exhibit as the log knows it. `notes` is what its sealed parts say, empty until asked for with `exhibit()`."""

    number: str
    kind: str
    title: str
    sensitivity_class: str
    captured_at: str
    """`times.When` text, or empty."""
    file_sha256: str
    size_bytes: int
    suffix: str
    fulfils: tuple[str, ...]
    assets: tuple[str, ...]
    copy_of: str
    withdrawn: str
    """The reason it must never leave; empty while it may."""
    erased: str
    """The reason its bytes were destroyed; empty while they are there."""
    recorded_at: datetime
    actor: str
    entry: str
    notes: Mapping[str, str]
    """`shows`, `method`, `people`, `original_name`, `modified_at`, `source_url`: only those known."""


@frozen
class CustodyLine:
    """One thing that happened to an exhibit, as the log says it: who, when, on which device, and why."""

    at: datetime
    actor: str
    what: str
    """In words, the reason among them."""
    entry: str
    deed: str
    """added, copied, linked, exported, disclosed, sent, withdrawn, destroyed, corrected or undone."""
    why: str
    """The reason that was given, or to whom it went; empty where none was."""
    log: str
    """The id of the device's log."""


@frozen
class Copied:
    """A working copy that was made: its row, what was done, and what its reader should know."""

    recorded: Recorded
    copy: Exhibit
    done: tuple[str, ...]
    careful: tuple[str, ...]


@frozen
class Duplicate:
    """A file whose bytes are in the case already; it was not added again."""

    name: str
    number: str


@frozen
class Skipped:
    """Something in a folder that is no evidence file: a link, a device, an empty or unreadable file."""

    name: str
    why: str


@frozen
class Intake:
    """The result of adding files: what has a number now, what was there before, what was left out and why."""

    recorded: Recorded
    added: tuple[Exhibit, ...]
    duplicates: tuple[Duplicate, ...]
    skipped: tuple[Skipped, ...]
    plaintext: tuple[Path, ...]
    """The files the exhibits came from, still readable where they lie."""


@frozen
class Exported:
    """An exhibit as a readable file outside the vault."""

    number: str
    path: Path
    size_bytes: int
    sha256: str
    warnings: tuple[str, ...]


@frozen
class Missing:
    """Something still needed: a question, a checklist item, a piece of evidence, an approval."""

    what: str
    """question, item, evidence, letter, reply or check."""
    id: str
    """As it is typed in an answers file."""
    text: str
    """The question or title, for a person."""
    step: str = ""


@frozen
class Applied:
    """The result of an answers file: what was new, and what the playbook still needs (empty: nothing)."""

    case: str
    """The case's two words."""
    recorded: Recorded
    exhibits: tuple[str, ...]
    """Numbers of exhibits that were added."""
    missing: tuple[Missing, ...]
    started: bool
    """The case was opened by this call."""
    plaintext: tuple[Path, ...] = ()
    """The files the exhibits came from, still readable where they lie."""
    local: tuple[str, ...] = ()
    """What of the case was changed locally, in sentences."""


@frozen
class NextRow:
    """One thing to do now, in one of the open cases, best first."""

    case: str
    name: str
    action: Any
    """A `case.engine` action: its `title`, `why`, `step` and rank."""
    local: tuple[str, ...] = ()
    """What of the case was changed locally, in sentences."""


@frozen
class DueRow:
    """One due date of one case."""

    case: str
    name: str
    due: Any
    """A `case.engine.DueItem`."""


@frozen
class PacketWritten:
    """A packet that stands complete at its place."""

    path: Path
    """Its folder, or its one file."""
    files: tuple[tuple[str, str], ...]
    """(path inside the packet, SHA-256)."""
    exhibits: tuple[str, ...]
    recorded: Recorded
    warnings: tuple[str, ...] = ()
    is_zip: bool = False
    sealed_for: tuple[str, ...] = ()
    """Who can open it; nothing when anyone can."""
