"""What a log can say: one frozen body per kind of entry, and their JSON form.

A body is what the case knows; where and when it was recorded stands around it in `Entry`. Nothing is edited: an
`Undone` or a `Corrected` supersedes. Unknown kinds and unknown members (written by a newer version) decode to
`Unknown` and are kept, shown and never acted upon, so that a fold is total.

`ENTRY_KINDS` maps the kind's name in the log to its class; a kind, once released, never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from recover.frozen import frozen


@frozen
class CaseOpened:
    """The first entry: the spoken name of the case, and the zone in which its days are counted."""

    name: str
    playbook: str
    zone: str = ""
    language: str = ""


@frozen
class PlaybookPinned:
    """A playbook (with registry, letters and layouts) was taken into the case, whole, as one sealed bundle."""

    playbook: str
    version: str
    bundle_sha256: str
    """SHA-256 of the sealed bundle object (its name in the store)."""
    plain_sha256: str
    files: tuple[tuple[str, str], ...]
    """(path, SHA-256) of each file inside."""


@frozen
class Answered:
    """A question was answered. `status` is given, dont-know or declined; `value` is canonical JSON, None unless given.

    `element` and `field` name a row and column of a list fact; both empty for a plain fact.
    """

    fact: str
    status: str = "given"
    value: Any = None
    element: str = ""
    field: str = ""
    step: str = ""


@frozen
class ElementRemoved:
    """A row of a list fact does not belong there (typed by mistake, or twice)."""

    fact: str
    element: str
    reason: str
    same_as: str = ""


@frozen
class ItemMarked:
    """A checklist item of a step instance: done, not-done or not-applicable (the last two with a reason)."""

    step: str
    item: str
    mark: str = "done"
    reason: str = ""


@frozen
class StepStopped:
    """A race: the gap in the evidence was recorded and the harm is stopped first; or a step was left with a reason."""

    step: str
    reason: str
    race: bool = False


@frozen
class GateOverridden:
    """A gate was opened by decision of a helper."""

    gate: str
    reason: str


@frozen
class ExhibitAdded:
    """An exhibit with its sealed file and separable parts; names of objects are SHA-256 of the ciphertext."""

    number: str
    kind: str
    title: str
    sensitivity_class: str
    file: Part
    description: Part
    people: Part
    source: Part
    fulfils: tuple[str, ...] = ()
    """`step.need` or `step[element].need` ids this exhibit answers."""
    assets: tuple[str, ...] = ()
    """Natural keys of list elements it is about."""
    copy_of: str = ""
    """The number of the original, for a working copy."""
    captured_at: str = ""
    """Partial date or moment, as `times.When` text."""
    file_sha256: str = ""
    size_bytes: int = 0
    suffix: str = ""
    """File extension without the dot, lower case, from a fixed list; never the original name."""
    object_sha256: str = ""
    """Sealed name of the exhibit's own bytes in the store; `file_sha256` is the SHA-256 of those bytes in plain."""


@frozen
class Part:
    """A separable, salted document in the store: its sealed name and the SHA-256 of its plaintext.

    Both are empty for a part about which nothing was known: no document was written.
    """

    sealed_sha256: str
    plain_sha256: str


@frozen
class ExhibitLinked:
    """An exhibit already in the log also answers these needs."""

    number: str
    fulfils: tuple[str, ...]


@frozen
class ExhibitWithdrawn:
    """An exhibit must never leave again."""

    number: str
    reason: str


@frozen
class Erased:
    """An object was destroyed on purpose; the signed statement that says so is `statement_sha256`."""

    target: str
    """An exhibit number or an entry's id."""
    reason: str
    sealed_sha256: tuple[str, ...] = ()
    statement_sha256: str = ""


@frozen
class EvidenceExplained:
    """A piece of evidence is not available, because."""

    need: str
    reason: str


@frozen
class EventRecorded:
    """Something that happened in the world.

    `when` is `times.When` text (`2017`, `2025-10~`, `2026-10-05 21:40 Asia/Baku`, `2017-03/2025-10`). `stance` is
    documented, holder, helpline, claimed-by or denied-by (with `by`). `marks` names what it means to a timeline:
    loss, restored, attack, contact, filing, reply, check, gap, plan, context.
    """

    when: str
    text: str
    source: str
    stance: str = "holder"
    by: str = ""
    exhibits: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    about: str = ""
    """Another event's entry id when this is a rival version of it."""


@frozen
class Noted:
    """A note for helpers; never leaves."""

    text: str


@frozen
class CallRecorded:
    """A conversation, and what was promised by when (`promises`: pairs of text and ISO day or empty)."""

    with_whom: str
    text: str
    at: str = ""
    promises: tuple[tuple[str, str], ...] = ()


@frozen
class PromiseSettled:
    """What became of a promise made in a call: kept, broken or dropped. `number` counts the call's promises from 1."""

    call: str
    number: int
    result: str
    note: str = ""


@frozen
class LetterApproved:
    """The client (or whoever has the mandate) approved a letter's exact text."""

    letter: str
    step: str
    text_sha256: str
    how: str
    language: str
    at: str


@frozen
class Sent:
    """A letter or report went out. `reference` is the ticket the other side gave, if any."""

    letter: str
    step: str
    channel: str
    at: str
    reference: str = ""
    assets: tuple[str, ...] = ()
    text_sha256: str = ""
    by: str = ""
    note: str = ""


@frozen
class Chased:
    """Inbox and spam were checked, or the other side was asked for a state; nothing was sent again."""

    step: str
    note: str


@frozen
class Replied:
    """What the other side did, as one outcome of the step's wait."""

    step: str
    outcome: str
    at: str
    text: str = ""
    exhibits: tuple[str, ...] = ()


@frozen
class CheckDone:
    """A scheduled check: done, missed or anomaly, with what was seen."""

    step: str
    due_on: str
    result: str
    note: str = ""


@frozen
class ContactConfirmed:
    """A changed contact was confirmed over the old one, or by an endorser reached independently."""

    contact: str
    how: str


@frozen
class RivalNoted:
    """An asset of this case is in another case too; letters stop on both and neither client is told."""

    asset: str
    other_case: str


@frozen
class PacketExported:
    """What left, for whom: paths and SHA-256 of every file, exhibits among them by number."""

    profile: str
    to: str
    files: tuple[tuple[str, str], ...]
    exhibits: tuple[str, ...]
    as_of: str
    sealed_for: tuple[str, ...] = ()
    """Public keys (`age1…`, `ssh-…`) that open it; nothing for a packet that anyone can read."""
    platform: str = ""
    """The one platform a platform's packet went to."""
    formats: tuple[str, ...] = ()
    """Every format it held; empty in entries from before formats had names, which say nothing of what follows."""
    letters: tuple[tuple[str, str], ...] = ()
    """(name, SHA-256 of title and text) of every letter."""
    facts: tuple[str, ...] = ()
    """Ids of the questions whose answers it held."""
    names: int = 0
    """How many people it named."""
    events: tuple[str, ...] = ()
    """Entries of the events its timeline told."""
    dates: tuple[tuple[str, str], ...] = ()
    """(stable id, ISO day) of every date it told; an empty day is a date not known."""


@frozen
class ExhibitExported:
    """A helper took an exhibit out of the vault."""

    number: str
    reason: str


@frozen
class ExhibitCopied:
    """A working copy was made from an original; the copy's own entry stands beside this one and names it too."""

    number: str
    """The copy's."""
    original: str
    how: tuple[str, ...]
    """In sentences, what was taken away: the metadata, and what stood under how many boxes."""
    reason: str = ""


@frozen
class ExhibitDisclosed:
    """An exhibit left with what proves it: to whom, every file, and the checkpoint that its proof leads to."""

    number: str
    to: str
    files: tuple[tuple[str, str], ...]
    log: str
    size: int
    authorities: tuple[str, ...] = ()
    """Whose time-stamps went with it."""


@frozen
class Stamped:
    """An authority answered a request for a time-stamp over a checkpoint; the files stand in the vault.

    `state` is stamped, unverified or refused; `at` is the token's time (ISO, UTC), only for one that is good.
    """

    log: str
    size: int
    authority: str
    url: str
    state: str
    request_sha256: str
    response_sha256: str
    roots_sha256: str
    at: str = ""
    why: str = ""


@frozen
class Undone:
    """An earlier entry of this case no longer counts."""

    entry: str
    reason: str = ""


@frozen
class Corrected:
    """An earlier entry is replaced by this body (of the same kind)."""

    entry: str
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@frozen
class CaseClosed:
    """Work on the case ended with an outcome; open critical items need a reason."""

    outcome: str
    reason: str = ""


@frozen
class CaseReopened:
    """Work on the case goes on."""

    reason: str


@frozen
class Unknown:
    """A kind or shape this version does not know; kept as it is."""

    kind: str
    raw: Mapping[str, Any]


@frozen
class Entry:
    """One entry as read back from the log: who recorded what, when, and where it stands.

    `id` is what people type: `12` in the founding log, `12-k3f` in another device's (its short suffix).
    `log` is the log's full id, `index` its place there; `recorded_at` is aware UTC. `seen` maps other logs' ids to the
    number of their entries known when this was written.
    """

    id: str
    log: str
    index: int
    kind: str
    recorded_at: datetime
    actor: str
    body: object
    seen: Mapping[str, int] = field(default_factory=dict)


ENTRY_KINDS: dict[str, type] = {
    "case.opened": CaseOpened,
    "playbook.pinned": PlaybookPinned,
    "answer": Answered,
    "element.removed": ElementRemoved,
    "item": ItemMarked,
    "step.stopped": StepStopped,
    "gate.overridden": GateOverridden,
    "exhibit.added": ExhibitAdded,
    "exhibit.linked": ExhibitLinked,
    "exhibit.withdrawn": ExhibitWithdrawn,
    "exhibit.exported": ExhibitExported,
    "exhibit.copied": ExhibitCopied,
    "exhibit.disclosed": ExhibitDisclosed,
    "stamped": Stamped,
    "erased": Erased,
    "evidence.explained": EvidenceExplained,
    "event": EventRecorded,
    "note": Noted,
    "call": CallRecorded,
    "promise": PromiseSettled,
    "letter.approved": LetterApproved,
    "sent": Sent,
    "chased": Chased,
    "reply": Replied,
    "check": CheckDone,
    "contact.confirmed": ContactConfirmed,
    "rival.noted": RivalNoted,
    "packet.exported": PacketExported,
    "undone": Undone,
    "corrected": Corrected,
    "case.closed": CaseClosed,
    "case.reopened": CaseReopened,
}
"""Name in the log → class of the body."""
