"""The values that go into a packet and come out of it; everything else in this package turns the first into the second.

A packet is a pure function of `Source`: the case's state at named heads, what is due at `as_of`, the pinned playbooks,
registry and template texts. Nothing here reads a clock, a file, a vault or the network. Exhibits are referred to by
number and SHA-256; whoever writes the packet streams their bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from recover.frozen import frozen
from recover.packet.tree import Tree

if TYPE_CHECKING:
    from recover.case.state import CaseState
    from recover.case.survey import Survey
    from recover.packet.document import Document
    from recover.playbook.model import Catalogue, LocalChange, Playbook, Registry


@frozen
class Head:
    """The signed head of one log at which the packet was made."""

    log: str
    """The log's full id."""
    size: int
    root: str
    """Base64, as in the checkpoint."""
    checkpoint: bytes
    """The signed note, byte for byte."""
    verifier_key: str
    """The log's verifier key (`vkey`), with which anyone checks the note."""


@frozen
class ExhibitProof:
    """What shows that an exhibit stands in the log; only what `ProofWanted.parts` asked for needs to be given."""

    number: str
    log: str
    leaf: bytes
    """The leaf of the entry that added it, byte for byte as it was hashed."""
    tlog_proof: bytes
    """C2SP tlog-proof text to the checkpoint of `Head`."""
    entry: bytes
    """The plaintext of that entry, byte for byte."""
    parts: Mapping[str, bytes]
    """Name of the part (`file`, `description`, `people`, `source`) → its salted plaintext document."""


@frozen
class TimeStamp:
    """A time-stamp over the checkpoint of a `Head`, with what checks it."""

    log: str
    authority: str
    """The name of its files: small letters, digits and dashes."""
    at: str
    """The token's time, ISO, UTC."""
    request: bytes
    response: bytes
    roots: bytes
    """PEM."""


@frozen
class ProofWanted:
    """A proof that the plan promises, with the only parts that may leave."""

    number: str
    parts: tuple[str, ...]


@frozen
class Source:
    """Everything a letter or packet is made from.

    `templates` maps paths below `templates/` (`letters/page-hijack-statement.en.md`, `packet/letter.typ`,
    `packet/profiles.yaml`) to their pinned text. `case_id` is the vault's id of the case, in hex.
    """

    state: CaseState
    survey: Survey
    playbooks: tuple[Playbook, ...]
    registry: Registry
    templates: Mapping[str, str]
    as_of: datetime
    case_id: str = ""
    practice: bool = False
    catalogues: tuple[Catalogue, ...] = ()
    """The playbooks' texts in the languages that this letter or packet speaks."""
    pinned: tuple[tuple[str, str], ...] = ()
    """(path, SHA-256) of pinned content, for the manifest."""
    local: tuple[LocalChange, ...] = ()
    """What an own folder changed or added of the content this case was opened with."""


@frozen
class LeftOut:
    """Something that does not leave, and why."""

    what: str
    """letter, exhibit, event, fact, due or profile."""
    name: str
    why: str


@frozen
class LetterField:
    """One box of a form: what to paste and how many characters it has."""

    label: str
    text: str
    max_chars: int | None = None


@frozen
class Letter:
    """A finished letter: the text to paste, its form fields, and what it rests on."""

    name: str
    language: str
    title: str
    to: str
    text: str
    """The body as plain text, without date, recipient and signature."""
    text_sha256: str
    """Of title and body; what an approval is bound to. The day of writing is no part of it."""
    words: int
    characters: int
    fields: tuple[LetterField, ...]
    attachments: tuple[str, ...]
    """Numbers of the exhibits that go with it."""
    cited: tuple[str, ...]
    """Numbers of the exhibits that its claims name."""
    approval: str
    """not-needed, missing, given, or outdated (the text changed since)."""
    channel: str = ""
    note: str = ""
    """For the helper; never printed."""
    accounts: tuple[str, ...] = ()
    """What it is filed for, once each, when its step is taken for each account: `100064000000102 (name)`."""
    signature: str = "none"
    pages: int = 1
    is_unreviewed: bool = False
    """A translation that nobody has reviewed; the page says so."""
    careful: tuple[str, ...] = ()
    """What the helper must know of the facts it rests on: past their review, unconfirmed, tested, changed locally."""
    local: tuple[LocalChange, ...] = ()
    """What of it an own folder changed or added: its template, its channel, the rules and clauses it names."""
    annex: Letter | None = field(default=None, repr=False)
    """The same in the client's language, for information; no part of what is approved, and it says nothing more."""
    tree: Tree = field(default=(), repr=False)
    """The body as a neutral document, from which every format is written."""


@frozen
class PlannedExhibit:
    """An exhibit that leaves, under its typed name."""

    number: str
    path: str
    title: str
    sensitivity_class: str
    sha256: str
    size_bytes: int


@frozen
class PlannedFile:
    """A file that the packet will hold."""

    path: str
    what: str


@frozen
class PlannedDate:
    """A date of the due list that leaves. `on` is an ISO day, or empty when no date is known."""

    uid: str
    title: str
    on: str
    why: str = ""
    """How it was counted, for a date that a calendar still holds."""


@frozen
class Change:
    """One difference from the last packet to the same reader.

    `what` is letter, exhibit, event or date; `how` is new, changed, moved, gone, or why an exhibit is gone.
    """

    what: str
    name: str
    how: str


@frozen
class PacketPlan:
    """Exactly what will leave, what stays and why; nothing has been written.

    `warnings` are what the person who sends must see before saying yes: a duplicate appeal, an outdated approval, a
    fact past its review date. A plan that is refused is never made: `plan_packet` raises `RefusedError` then.
    """

    profile: str
    to: str
    reader: str
    """Who reads it, in words: `the platform`, `a partner organisation`."""
    source: Source
    ticked: tuple[str, ...]
    letters: tuple[Letter, ...]
    exhibits: tuple[PlannedExhibit, ...]
    files: tuple[PlannedFile, ...]
    facts: tuple[tuple[str, str], ...]
    """(question, value as printed) of every answer that appears somewhere."""
    names: tuple[str, ...]
    """Every person's name that appears."""
    events: int
    proofs: tuple[ProofWanted, ...]
    formats: Mapping[str, tuple[str, ...]]
    """Kind of document (`cover`, `letter`, `timeline`, `sheet`, `phone`, `dates`) → the formats it is written in."""
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]
    old_facts: tuple[tuple[str, str, str], ...] = ()
    """(what, id, review_by) of every fact it rests on that is past its review date."""
    language: str = "en"
    """In which everything but the letters is written; letters where they are there in it."""
    platform: str = ""
    """The one platform a platform's packet goes to; empty when the case knows of none."""
    accounts: tuple[str, ...] = ()
    """Every account that is named by number, handle or address, with its name."""
    roles: tuple[str, ...] = ()
    """Third parties that appear by their role."""
    dates: tuple[PlannedDate, ...] = ()
    fact_ids: tuple[str, ...] = ()
    """The questions of `facts`, in the same order."""
    event_ids: tuple[str, ...] = ()
    """Entries of the rows of the timeline, in order."""
    since: str = ""
    """As of when the last packet to the same reader was made; empty for a first one."""
    changes: tuple[Change, ...] = ()
    """What is different from that one."""
    other_platforms: tuple[str, ...] = ()
    """Platforms it tells nothing of: those of the case's other accounts and letters."""
    documents: tuple[Document, ...] = field(default=(), repr=False)
    """Every document that will be written, each in its formats: what leaves besides exhibits, proofs and dates."""


class Sink(Protocol):
    """Anything that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


Copy = Callable[[str, Sink], None]
"""Streams an exhibit's bytes, by number, into a sink; raises `AlteredError` when they are not what was taken in."""


@frozen
class Enclosed:
    """The place of an exhibit inside another file: its bytes stand there in base64, as mails carry them."""

    number: str


@frozen
class PacketFile:
    """One file of a packet: its bytes, or the number of the exhibit whose bytes stand there, or parts of both kinds."""

    path: str
    """Below the packet's folder, with `/`; ASCII, safe on Windows."""
    content: bytes
    exhibit: str = ""
    """Set instead of `content`; its SHA-256 is already in `SHA256SUMS`, so a writer must compare."""
    parts: tuple[bytes | Enclosed, ...] = ()
    """Set instead of `content` for a file that holds exhibits: put together while it is written, never whole before."""
    sha256: str = ""
    """What the bytes of `parts` hash to."""
    size_bytes: int = 0
    """How many they are."""


@frozen
class PacketFault:
    """Something a packet does not live up to: its path, and what is wrong."""

    path: str
    message: str


@frozen
class PacketReport:
    """What `verify_packet` found, and what it could check."""

    faults: tuple[PacketFault, ...]
    files: int
    exhibits: int
    proofs: int
    notes: tuple[str, ...]
    time_stamps: tuple[CheckedStamp, ...] = ()


@frozen
class CheckedStamp:
    """A good time-stamp of a packet: whose, of when, by which roots, and the openssl command that repeats the check."""

    authority: str
    at: str
    root_sha256: tuple[str, ...]
    command: str
