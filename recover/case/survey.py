"""What the engine finds in a case as of one moment: values only.

`engine.survey` makes a `Survey`; the desk, the terminal and the packet read it. Everything here is derived and nothing
is stored. Ids of step instances are what the log and people use: `aftercare.checks`, `cascade.appeal[100064000000102]`
for one element of a list, `reply#2` for a second visit, `mass-report:reply` for a step of a case's second playbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Literal

from recover.case.entries import Answered, LetterApproved, Sent
from recover.case.state import FactKey, Recorded
from recover.frozen import frozen
from recover.playbook.model import LetterUse, Playbook, Provenance, Step

InstanceStatus = Literal["open", "done", "waiting", "held", "passed", "unreached"]
NeedKind = Literal["question", "list", "evidence", "item", "letter", "reply", "check", "gate", "before"]
GateStatus = Literal["open", "held", "overridden"]
DueKind = Literal["deadline", "check", "reminder", "silence", "promise"]
DueStatus = Literal["open", "done", "missed", "overdue", "passed", "lost", "no-anchor", "file-now"]
ActionKind = Literal[
    "race", "overdue", "due", "conflict", "contact", "ask", "evidence", "do", "approve", "letter", "send", "reply",
    "check", "gate", "stale", "remind", "wait", "close", "warn",
]  # fmt: skip


@frozen
class RowsNeeded:
    """Rows of a list that a letter cannot do without: how many for which a condition holds, each with some columns."""

    fact: str
    least: int
    where: str = ""
    columns: tuple[str, ...] = ()


@frozen
class LetterAbout:
    """What the engine needs to know of a letter's front matter."""

    name: str
    title: str = ""
    to: str = ""
    gates: tuple[str, ...] = ()
    approval: bool = False
    facts: tuple[str, ...] = ()
    """Qualified names of the facts its text is made from."""
    new_fact: bool = False
    """A follow-up: only with something new since the last letter to the same side."""
    needs: tuple[str, ...] = ()
    """Facts, or members of one, that must be answered; meanings as in the front matter."""
    rows: tuple[RowsNeeded, ...] = ()
    shown: tuple[tuple[str, ...], ...] = ()
    """Of each claim that must have an exhibit: the kinds or evidence ids that would do."""


@frozen
class Need:
    """One thing a step instance still lacks. `id` is a fact, a column (`item.field`), an evidence need, an item, a
    letter, a gate or a step; `command_id` is how the log names it (`capture.removal_mail`)."""

    kind: NeedKind
    id: str
    title: str
    optional: bool = False
    reason: str = ""
    command_id: str = ""


@frozen
class Progress:
    """Where an instance stands among the visible steps of its line: `number` of `total`, both from 1."""

    number: int
    total: int


@frozen
class Instance:
    """A step as it stands for one element and visit.

    `missing` is in the order in which it should be given; what is `optional` there holds nothing back. While
    `is_advice_held`, `say` and `tell` must not be shown. `outcome` is what the other side did, or how the line ended.
    """

    id: str
    playbook: str
    step: Step
    element: str
    visit: int
    status: InstanceStatus
    missing: tuple[Need, ...] = ()
    held_by: tuple[str, ...] = ()
    """Gate ids, and ids of evidence that must be saved first."""
    is_advice_held: bool = False
    opened_by: str = ""
    """Id of the instance that led here; empty for a start or a watch."""
    line: str = ""
    """Id of the instance with which its line of work began."""
    outcome: str = ""
    because: str = ""
    """Why it was passed over, left or held, in words."""
    since: datetime | None = None
    """When the other side got the ball, for a step that waits."""
    progress: Progress | None = None


@frozen
class GateState:
    """A gate: `holds` says what it holds everywhere (`letters`, `packets`); `reason` why, in words.

    The engine's own gates are `contact_changed`, `contact_lost`, `rival_claimant`, `link_secret`.
    """

    id: str
    title: str
    status: GateStatus
    holds: tuple[str, ...]
    why: str
    reason: str
    override: str = "helper"
    """Who may override: `helper`, or `nobody`."""
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether it lets through: open by itself, or overridden with a reason."""
        return self.status != "held"


@frozen
class Rival:
    """Another date about the same thing. `relation` is earlier, later or same."""

    title: str
    rule: str
    on: date
    relation: str


@frozen
class DueItem:
    """Something with a date, or a reason why it has none.

    `on` is a day of the case's zone; `at` (aware UTC) is given only where the time of day counts, and `at_latest` when
    the anchor was a range. `file_by` is the last working day up to `on`. `why` explains the sum in sentences. `uid`
    never changes for the same thing in the same case.
    """

    uid: str
    kind: DueKind
    title: str
    state: DueStatus
    on: date | None = None
    at: datetime | None = None
    at_latest: datetime | None = None
    file_by: date | None = None
    why: str = ""
    note: str = ""
    rivals: tuple[Rival, ...] = ()
    rule: str = ""
    source: str = ""
    """Id of the deadline, step instance or call it comes from."""
    element: str = ""
    element_title: str = ""
    screen_on: date | None = None
    rule_on: date | None = None
    latest_on: date | None = None
    """The day it may lawfully be extended to."""
    anchor: str = ""
    """Stored text of the time it is counted from."""
    provenance: Provenance | None = None
    is_stale: bool = False
    """The rule's own source is past its review date."""


@frozen
class Block:
    """Why a letter cannot be made or sent now. `id` is a gate, or second_appeal, new_fact, approval, not_reached."""

    id: str
    reason: str
    hint: str = ""


@frozen
class LetterState:
    """A letter a reached step uses: `is_offered` when it may be made and sent now, else `blocks` says why not.

    `approval` is the last one on record; whether it is for the present text, only its `text_sha256` can tell.
    """

    name: str
    instance: str
    step: str
    element: str
    use: LetterUse
    is_offered: bool
    blocks: tuple[Block, ...] = ()
    why: str = ""
    about: LetterAbout | None = None
    approval: Recorded[LetterApproved] | None = None
    sent: tuple[Recorded[Sent], ...] = ()
    lacking: int = 0
    """Answers, rows, columns and exhibits without which it cannot be made yet, though nothing forbids it."""


@frozen
class Conflict:
    """Different answers to one question, given without knowledge of each other; unknown until settled."""

    key: FactKey
    ask: str
    answers: tuple[Recorded[Answered], ...]


@frozen
class Stale:
    """What was derived from an answer that has changed since: later answers, letters approved or sent, steps."""

    fact: FactKey
    ask: str
    changed_by: str
    """Id of the entry that changed it."""
    answers: tuple[FactKey, ...] = ()
    letters: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Sum up: `3 later answers and 1 letter`."""
        counts = ((self.answers, "later answer"), (self.letters, "letter"), (self.steps, "step"))
        parts = [f"{len(found)} {noun}{'' if len(found) == 1 else 's'}" for found, noun in counts if found]
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


@frozen
class Action:
    """One thing to do now. `urgency` orders over cases: 0 race, 1 overdue, 2 due soon, 3 work, 4 waits, 5 the rest."""

    kind: ActionKind
    urgency: int
    title: str
    reason: str
    instance: str = ""
    target: str = ""
    """The fact, need, item, letter, gate or due date it is about, as the log names it."""
    on: date | None = None


@frozen
class Survey:
    """The case as of one moment. Instances stand in the order they were reached, unreached steps last."""

    as_of: datetime
    zone: str
    language: str
    playbooks: tuple[Playbook, ...]
    instances: tuple[Instance, ...] = ()
    gates: tuple[GateState, ...] = ()
    due: tuple[DueItem, ...] = ()
    next: tuple[Action, ...] = ()
    stale: tuple[Stale, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    letters: tuple[LetterState, ...] = ()
    warnings: tuple[str, ...] = ()
    """Playbooks past their date or revoked, facts past their review date: sentences for every screen."""
    is_closed: bool = False
    by_id: Mapping[str, Instance] = field(default_factory=dict, repr=False, compare=False)

    def instance(self, instance_id: str) -> Instance | None:
        """Look up an instance by its id."""
        return self.by_id.get(instance_id)

    def gate(self, gate_id: str) -> GateState | None:
        """Look up a gate by its id."""
        return next((each for each in self.gates if each.id == gate_id), None)

    @property
    def open(self) -> tuple[Instance, ...]:
        """List the instances where a helper can do something now."""
        return tuple(each for each in self.instances if each.status == "open")

    @property
    def current(self) -> Instance | None:
        """Give the instance an interview goes on with: the first open race, else the first open instance."""
        return next((each for each in self.open if each.step.race), next(iter(self.open), None))


@frozen
class CaseAction:
    """An action with the case it belongs to, for a list over all cases."""

    case: str
    action: Action
