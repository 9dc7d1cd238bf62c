"""The state of a case: the fold of its entries, total and pure.

`fold` takes the merged entries of all devices in order and never raises, whatever they hold: what it cannot use it
lists in `CaseState.ignored` with the reason. Nothing is lost: a corrected, undone or superseded entry stays in
`entries`, and every fact keeps its history.

Two answers to the same question conflict when they differ and neither of their writers had seen the other
(`Entry.seen`, followed through the logs it names). A conflicting fact has no value until an answer recorded with
knowledge of all of them settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from recover.case.codec import KIND_OF, body_from_json
from recover.case.entries import (
    Answered,
    CallRecorded,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Chased,
    CheckDone,
    ContactConfirmed,
    Corrected,
    ElementRemoved,
    Entry,
    Erased,
    EventRecorded,
    EvidenceExplained,
    ExhibitAdded,
    ExhibitCopied,
    ExhibitDisclosed,
    ExhibitExported,
    ExhibitLinked,
    ExhibitWithdrawn,
    GateOverridden,
    ItemMarked,
    LetterApproved,
    Noted,
    PacketExported,
    PlaybookPinned,
    PromiseSettled,
    Replied,
    RivalNoted,
    Sent,
    Stamped,
    StepStopped,
    Undone,
    Unknown,
)
from recover.frozen import frozen

B = TypeVar("B")
Status = Literal["given", "dont-know", "declined", "conflict"]
STATUSES = ("given", "dont-know", "declined")
WORDS_FOR_STATUS = {"dont-know": "dont-know", "prefer-not-to-say": "declined"}
"""What stands in a list row's column instead of a value → its status."""


@frozen
class Recorded(Generic[B]):
    """A body that counts, with the entry that brought it. `position` is its place in the merged order, from 0."""

    id: str
    position: int
    recorded_at: datetime
    actor: str
    body: B
    corrected_by: str = ""
    """Id of the correction this body comes from; empty for the original."""


class FactKey(NamedTuple):
    """Where an answer belongs: a fact, or a column (`field`) of a row (`element`) of a list fact."""

    fact: str
    element: str = ""
    field: str = ""


@frozen
class FactRecord:
    """What the case knows about one question: where it stands, and how it came to that.

    `value` is canonical JSON when `status` is given, None otherwise. `history` holds every answer that was not undone,
    oldest first. `rivals` holds the answers that conflict (two or more), else nothing.
    """

    key: FactKey
    status: Status
    value: Any
    current: Recorded[Answered]
    history: tuple[Recorded[Answered], ...]
    rivals: tuple[Recorded[Answered], ...] = ()

    @property
    def is_known(self) -> bool:
        """Say whether there is a value that conditions and letters may use."""
        return self.status == "given"


@frozen
class ListRecord:
    """The rows of a list fact: elements in the order they appeared, and those taken out again."""

    elements: tuple[str, ...] = ()
    removed: Mapping[str, Recorded[ElementRemoved]] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Removed element → the element it is the same as."""


@frozen
class Exhibit:
    """One exhibit and what became of it."""

    number: str
    added: Recorded[ExhibitAdded]
    fulfils: tuple[str, ...]
    """Needs it answers, those linked later included."""
    withdrawn: Recorded[ExhibitWithdrawn] | None = None
    erased: Recorded[Erased] | None = None

    @property
    def body(self) -> ExhibitAdded:
        """Give the exhibit as it was added (or corrected)."""
        return self.added.body

    @property
    def stands(self) -> bool:
        """Say whether it may still support anything: neither withdrawn nor erased."""
        return self.withdrawn is None and self.erased is None

    @property
    def is_identity(self) -> bool:
        """Say whether it is a copy of an ID, which by itself proves nothing and never counts for vetting."""
        return self.body.sensitivity_class == "identity" or self.body.kind == "id-copy"


@frozen
class Ignored:
    """An entry without effect on the state, and why."""

    id: str
    position: int
    why: str


@frozen
class CaseState:
    """A case as its log tells it. Tuples are in merged order, oldest first."""

    opened: Recorded[CaseOpened] | None = None
    root: str = ""
    """Id of the log that holds the first entry; random, so that derived ids differ between cases."""
    entries: tuple[Entry, ...] = ()
    counting: tuple[Recorded[Any], ...] = ()
    """Every body that counts: not undone, corrections applied."""
    undone: Mapping[str, str] = field(default_factory=dict)
    """Entry id → id of the entry that undid it."""
    corrected: Mapping[str, str] = field(default_factory=dict)
    """Entry id → id of the correction that stands."""
    facts: Mapping[FactKey, FactRecord] = field(default_factory=dict)
    raw_answers: Mapping[FactKey, tuple[Recorded[Answered], ...]] = field(default_factory=dict)
    """Every answer ever recorded, undone and corrected ones too: what a change of contact is judged by."""
    columns: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(list fact, element) → the columns that were answered."""
    lists: Mapping[str, ListRecord] = field(default_factory=dict)
    exhibits: tuple[Exhibit, ...] = ()
    pins: tuple[Recorded[PlaybookPinned], ...] = ()
    items: tuple[Recorded[ItemMarked], ...] = ()
    stops: tuple[Recorded[StepStopped], ...] = ()
    overrides: tuple[Recorded[GateOverridden], ...] = ()
    explained: tuple[Recorded[EvidenceExplained], ...] = ()
    events: tuple[Recorded[EventRecorded], ...] = ()
    notes: tuple[Recorded[Noted], ...] = ()
    calls: tuple[Recorded[CallRecorded], ...] = ()
    promises: tuple[Recorded[PromiseSettled], ...] = ()
    approvals: tuple[Recorded[LetterApproved], ...] = ()
    sent: tuple[Recorded[Sent], ...] = ()
    chases: tuple[Recorded[Chased], ...] = ()
    replies: tuple[Recorded[Replied], ...] = ()
    checks: tuple[Recorded[CheckDone], ...] = ()
    contacts: tuple[Recorded[ContactConfirmed], ...] = ()
    rivals: tuple[Recorded[RivalNoted], ...] = ()
    packets: tuple[Recorded[PacketExported], ...] = ()
    taken_out: tuple[Recorded[ExhibitExported], ...] = ()
    closed: Recorded[CaseClosed] | None = None
    ignored: tuple[Ignored, ...] = ()

    @property
    def name(self) -> str:
        """Give the spoken name of the case; empty before it was opened."""
        return self.opened.body.name if self.opened else ""

    def fact(self, name: str) -> FactRecord | None:
        """Look up a plain fact; None when it was never answered."""
        return self.facts.get(FactKey(name))

    def rows(self, name: str) -> tuple[str, ...]:
        """List the elements of a list fact, in the order they appeared."""
        record = self.lists.get(name)
        return record.elements if record else ()

    def cell(self, name: str, element: str, column: str) -> FactRecord | None:
        """Look up a column of a row; what was recorded under a row that proved to be the same fills its gaps."""
        own = self.facts.get(FactKey(name, element, column))
        if own is not None:
            return own
        record = self.lists.get(name)
        for other, target in record.same_as.items() if record else ():
            if target == element and (found := self.facts.get(FactKey(name, other, column))):
                return found
        return None

    def row(self, name: str, element: str) -> dict[str, FactRecord]:
        """Give a row's columns by name."""
        record = self.lists.get(name)
        twins = [other for other, target in record.same_as.items() if target == element] if record else []
        found: dict[str, FactRecord] = {}
        for each in (*twins, element):
            found.update(
                {column: self.facts[FactKey(name, each, column)] for column in self.columns.get((name, each), ())}
            )
        return found

    def exhibit(self, number: str) -> Exhibit | None:
        """Look up an exhibit by its number."""
        return next((each for each in self.exhibits if each.number == number), None)


# --- which entries count -------------------------------------------------------------------------------------------


@frozen
class _Mark:
    """Where an entry was written and what its writer knew: log id → number of entries known."""

    log: str
    index: int
    clock: Mapping[str, int]

    def knows(self, other: _Mark) -> bool:
        """Say whether the writer of this had seen the other."""
        if self.log == other.log:
            return self.index > other.index
        return self.clock.get(other.log, 0) > other.index


def _marks(entries: Sequence[Entry]) -> list[_Mark]:
    """Work out what each writer knew, following `seen` through the logs it names."""
    known: dict[str, dict[str, int]] = {}
    clocks: dict[tuple[str, int], dict[str, int]] = {}
    marks = []
    for entry in entries:
        clock = known.get(entry.log, {})
        if any(count > clock.get(log, 0) for log, count in entry.seen.items()):
            clock = dict(clock)
            for log, count in entry.seen.items():
                for other, reach in clocks.get((log, count - 1), {}).items():
                    clock[other] = max(clock.get(other, 0), reach)
                clock[log] = max(clock.get(log, 0), count)
        known[entry.log] = clock
        clocks[entry.log, entry.index] = clock
        marks.append(_Mark(entry.log, entry.index, clock))
    return marks


def _find_undone(entries: Sequence[Entry], at: Mapping[str, int]) -> dict[int, int]:
    """Map positions of undone entries to the position of what undid them; the last word counts, an undo included."""
    undone: dict[int, int] = {}
    for position in range(len(entries) - 1, -1, -1):
        body = entries[position].body
        if isinstance(body, Undone) and position not in undone:
            target = at.get(body.entry, position)
            if target < position:
                undone[target] = position
    return undone


def _find_corrections(
    entries: Sequence[Entry], at: Mapping[str, int], undone: Mapping[int, int]
) -> tuple[dict[int, tuple[int, object]], dict[int, str]]:
    """Map positions of corrected entries to (position of the correction, new body); and refused corrections to why."""
    found: dict[int, tuple[int, object]] = {}
    refused: dict[int, str] = {}
    roots: dict[int, int] = {}
    for position, entry in enumerate(entries):
        if not isinstance(entry.body, Corrected) or position in undone:
            continue
        target = at.get(entry.body.entry, position)
        if target >= position:
            refused[position] = "corrects an entry that is not before it"
            continue
        root = roots.get(target, target)
        kind = KIND_OF.get(type(entries[root].body), "")
        body = body_from_json(entry.body.kind, entry.body.body)
        if entry.body.kind != kind or isinstance(body, Unknown | Corrected | Undone):
            refused[position] = "corrects an entry with something of another kind"
            continue
        roots[position] = root
        found[root] = (position, body)
    return found, refused


# --- facts ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Answers:
    """The answers to one question while folding: all of them, and the ones nothing has superseded."""

    history: list[Recorded[Answered]] = field(default_factory=list)
    heads: list[tuple[_Mark, Recorded[Answered]]] = field(default_factory=list)

    def add(self, mark: _Mark, answer: Recorded[Answered]) -> None:
        self.history.append(answer)
        self.heads = [head for head in self.heads if not mark.knows(head[0])]
        self.heads.append((mark, answer))

    def correct(self, mark: _Mark, entry: str) -> None:
        """Let a correction settle what its writer had seen, if the answer it corrects still stands."""
        standing = [head for head in self.heads if head[1].id == entry]
        if standing:
            self.heads = [head for head in self.heads if not mark.knows(head[0]) and head[1].id != entry]
            self.heads.append((mark, standing[0][1]))

    def record(self, key: FactKey) -> FactRecord:
        rivals = [head[1] for head in self.heads]
        current = rivals[-1]
        differ = any((one.body.status, one.body.value) != (current.body.status, current.body.value) for one in rivals)
        if differ:
            return FactRecord(key, "conflict", None, current, tuple(self.history), tuple(rivals))
        status: Any = current.body.status
        return FactRecord(key, status, current.body.value, current, tuple(self.history))


def _cells(answer: Recorded[Answered]) -> list[tuple[FactKey, Recorded[Answered]]]:
    """Split an answer into single values: a whole row gives one for each column."""
    body = answer.body
    if not body.element or body.field or not isinstance(body.value, Mapping):
        return [(FactKey(body.fact, body.element, body.field), answer)]
    cells = []
    for column, value in body.value.items():
        status = WORDS_FOR_STATUS.get(value, "given") if isinstance(value, str) else "given"
        if status != "given" or not _is_blank(value):
            known = value if status == "given" else None
            one = Answered(body.fact, status, known, body.element, str(column), body.step)
            cell = Recorded(answer.id, answer.position, answer.recorded_at, answer.actor, one, answer.corrected_by)
            cells.append((FactKey(body.fact, body.element, str(column)), cell))
    return cells


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _why_not(body: Answered) -> str:
    """Say why an answer has no effect; empty when it has."""
    if body.status not in STATUSES:
        return "an answer with an unknown status"
    if body.status == "given" and _is_blank(body.value):
        return "a blank, which never erases an answer"
    if body.field and not body.element:
        return "a column without a row"
    return ""


# --- the fold ------------------------------------------------------------------------------------------------------

_COLLECTED: dict[type, str] = {
    PlaybookPinned: "pins",
    ItemMarked: "items",
    StepStopped: "stops",
    GateOverridden: "overrides",
    EvidenceExplained: "explained",
    EventRecorded: "events",
    Noted: "notes",
    CallRecorded: "calls",
    PromiseSettled: "promises",
    LetterApproved: "approvals",
    Sent: "sent",
    Chased: "chases",
    Replied: "replies",
    CheckDone: "checks",
    ContactConfirmed: "contacts",
    RivalNoted: "rivals",
    PacketExported: "packets",
    ExhibitExported: "taken_out",
}


class _Folding:
    """What has been gathered so far; one use."""

    def __init__(self) -> None:
        self.opened: Recorded[CaseOpened] | None = None
        self.closed: Recorded[CaseClosed] | None = None
        self.counting: list[Recorded[Any]] = []
        self.collected: dict[str, list[Recorded[Any]]] = {name: [] for name in _COLLECTED.values()}
        self.answers: dict[FactKey, _Answers] = {}
        self.raw: dict[FactKey, list[Recorded[Answered]]] = {}
        self.rows: dict[str, dict[str, None]] = {}
        self.removed: dict[str, dict[str, Recorded[ElementRemoved]]] = {}
        self.exhibits: list[Exhibit] = []
        self.numbered: dict[str, int] = {}
        self.ignored: list[Ignored] = []

    def take(self, mark: _Mark, one: Recorded[Any]) -> None:
        self.counting.append(one)
        body = one.body
        name = _COLLECTED.get(type(body))
        if name is not None:
            self.collected[name].append(one)
        elif isinstance(body, Answered):
            self._answer(mark, one)
        elif isinstance(body, ElementRemoved):
            self.removed.setdefault(body.fact, {})[body.element] = one
        elif isinstance(body, ExhibitAdded):
            self._add_exhibit(one)
        elif isinstance(body, ExhibitLinked | ExhibitWithdrawn | Erased):
            self._change_exhibit(one)
        elif isinstance(body, CaseOpened):
            self.opened = self.opened or one
        elif isinstance(body, CaseClosed):
            self.closed = one
        elif isinstance(body, CaseReopened):
            self.closed = None
        elif not isinstance(body, Undone | Corrected | Stamped | ExhibitCopied | ExhibitDisclosed):
            self.ignored.append(Ignored(one.id, one.position, "written by a newer version"))

    def _answer(self, mark: _Mark, one: Recorded[Answered]) -> None:
        if why := _why_not(one.body):
            self.ignored.append(Ignored(one.id, one.position, why))
            return
        if one.body.element:
            self.rows.setdefault(one.body.fact, {}).setdefault(one.body.element)
            if not one.body.field:
                # A whole row given again after it was taken out brings it back.
                self.removed.get(one.body.fact, {}).pop(one.body.element, None)
        for key, answer in _cells(one):
            self.answers.setdefault(key, _Answers()).add(mark, answer)

    def _add_exhibit(self, one: Recorded[ExhibitAdded]) -> None:
        if one.body.number in self.numbered:
            self.ignored.append(Ignored(one.id, one.position, f"a second exhibit called {one.body.number}"))
            return
        self.numbered[one.body.number] = len(self.exhibits)
        self.exhibits.append(Exhibit(one.body.number, one, one.body.fulfils))

    def _change_exhibit(self, one: Recorded[Any]) -> None:
        body = one.body
        place = self.numbered.get(body.target if isinstance(body, Erased) else body.number)
        if place is None:
            # An `Erased` may also name an entry; there is nothing more to do for that here.
            if not isinstance(body, Erased):
                self.ignored.append(Ignored(one.id, one.position, "names an exhibit that is not in the case"))
            return
        exhibit = self.exhibits[place]
        if isinstance(body, ExhibitLinked):
            more = tuple(need for need in body.fulfils if need not in exhibit.fulfils)
            self.exhibits[place] = replace(exhibit, fulfils=exhibit.fulfils + more)
        elif isinstance(body, ExhibitWithdrawn):
            self.exhibits[place] = replace(exhibit, withdrawn=exhibit.withdrawn or one)
        else:
            self.exhibits[place] = replace(exhibit, erased=exhibit.erased or one)

    def lists(self) -> dict[str, ListRecord]:
        names = dict.fromkeys([*self.rows, *self.removed])
        return {name: self._list(name) for name in names}

    def _list(self, name: str) -> ListRecord:
        removed = self.removed.get(name, {})
        rows = self.rows.get(name, {})
        elements = tuple(each for each in rows if each not in removed)
        same_as = {each: _follow(each, removed) for each, one in removed.items() if one.body.same_as}
        return ListRecord(elements, removed, {each: target for each, target in same_as.items() if target in elements})


def _follow(element: str, removed: Mapping[str, Recorded[ElementRemoved]]) -> str:
    """Follow `same_as` to a row that was not itself removed; circles lead nowhere."""
    passed = {element}
    while element in removed:
        element = removed[element].body.same_as
        if element in passed:
            return ""
        passed.add(element)
    return element


def fold(entries: Iterable[Entry]) -> CaseState:
    """Fold merged entries into the state of the case; never raises, and gives the same state for the same entries."""
    all_entries = tuple(entries)
    at: dict[str, int] = {}
    for position, entry in enumerate(all_entries):
        at.setdefault(entry.id, position)
    undone = _find_undone(all_entries, at)
    corrections, refused = _find_corrections(all_entries, at, undone)
    roots = {by: root for root, (by, _) in corrections.items()}
    folding = _Folding()
    for position, (entry, mark) in enumerate(zip(all_entries, _marks(all_entries), strict=True)):
        by, body = corrections.get(position, (-1, entry.body))
        if isinstance(entry.body, Answered):
            _keep_raw(folding.raw, entry, entry.body, position)
        if isinstance(body, Answered) and by >= 0:
            _keep_raw(folding.raw, all_entries[by], body, by)
        if position in undone:
            continue
        if position in refused:
            folding.ignored.append(Ignored(entry.id, position, refused[position]))
            continue
        corrected_by = all_entries[by].id if by >= 0 else ""
        folding.take(mark, Recorded(entry.id, position, entry.recorded_at, entry.actor, body, corrected_by))
        if position in roots:
            corrected = all_entries[roots[position]].id
            for answers in _touched(folding, corrections[roots[position]][1]):
                answers.correct(mark, corrected)
    return _finish(all_entries, folding, undone, corrections)


def _columns(answers: Iterable[FactKey]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for key in answers:
        if key.field:
            found.setdefault((key.fact, key.element), []).append(key.field)
    return {row: tuple(columns) for row, columns in found.items()}


def _keep_raw(raw: dict[FactKey, list[Recorded[Answered]]], entry: Entry, body: Answered, position: int) -> None:
    if not _why_not(body):
        one = Recorded(entry.id, position, entry.recorded_at, entry.actor, body)
        for key, answer in _cells(one):
            raw.setdefault(key, []).append(answer)


def _touched(folding: _Folding, body: object) -> list[_Answers]:
    if not isinstance(body, Answered):
        return []
    keys = {key for key in folding.answers if key[:2] == (body.fact, body.element)}
    return [folding.answers[key] for key in keys if not body.field or key.field == body.field]


def _finish(
    entries: tuple[Entry, ...],
    folding: _Folding,
    undone: Mapping[int, int],
    corrections: Mapping[int, tuple[int, object]],
) -> CaseState:
    return CaseState(
        opened=folding.opened,
        root=entries[0].log if entries else "",
        entries=entries,
        counting=tuple(folding.counting),
        undone={entries[each].id: entries[by].id for each, by in sorted(undone.items())},
        corrected={entries[each].id: entries[by].id for each, (by, _) in sorted(corrections.items())},
        facts={key: answers.record(key) for key, answers in folding.answers.items()},
        raw_answers={key: tuple(sorted(answers, key=lambda one: one.position)) for key, answers in folding.raw.items()},
        columns=_columns(folding.answers),
        lists=folding.lists(),
        exhibits=tuple(folding.exhibits),
        closed=folding.closed,
        ignored=tuple(folding.ignored),
        **{name: tuple(values) for name, values in folding.collected.items()},
    )
