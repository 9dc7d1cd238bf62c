"""Which step instances a case has reached, and how each stands: found by walking, stored nowhere.

The walk begins at every playbook's start and goes on from each complete step: along `next` and `also`, along what the
other side did, and from every `watch` whose condition is true. Rules:

- A step that names a list has one instance per row. Row follows row where the next step names the same list; any other
  next step opens when every row's instance is complete. What the other side did to one row leads on at once.
- A step is visited again on a way that has come through it and then through an outcome, and on a way whose last
  outcome came after the step was complete. A second way to a step that was still open then joins it.
- A held step is not offered and leads nowhere, unless it was done before it came to be held: what is in the log stays.
- Silence opens its branch when its day has come; a later answer opens its own as well. The branch stays when anything
  was recorded in it.
- Evidence once in the log, later withdrawn or destroyed, still completes its step: the withdrawal gave a reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from recover.case.entries import CheckDone, Replied, Sent
from recover.case.lookup import CaseLookup, case_zone
from recover.case.plan import ITEM, InstanceId, PlacedStep, Plan, parse_instance, reachable
from recover.case.records import Records, gather_records, reply_moment, sent_moment
from recover.case.state import CaseState, Recorded
from recover.case.survey import GateState, InstanceStatus, Need
from recover.frozen import frozen
from recover.playbook.model import Branch, EvidenceNeed, Outcome, Schedule, Step, Wait
from recover.times import Length, add, day_of, local_day, parse_length, read_when

MAX_INSTANCES = 20_000
"""A bound for broken playbooks; the largest real case has a few hundred."""
MAX_ROUNDS = 5
"""How often the walk is repeated until conditions about finished steps stand still."""
KEEPS_CLOCK = frozenset({"auto_reply"})
"""Outcomes that are no answer: the wait goes on from the same dispatch."""


@frozen
class Check:
    """One day of a schedule, and what was recorded for it."""

    schedule: Schedule
    number: int
    length: Length
    on: date
    record: Recorded[CheckDone] | None


@dataclass(slots=True)
class Visit:
    """A step instance while walking. `trail` maps (step, element) to (visit, outcomes passed by then)."""

    id: InstanceId
    placed: PlacedStep
    line: str
    opened_by: str
    trail: dict[tuple[str, str], tuple[int, int]]
    outcomes: int
    recent: frozenset[str]
    """Instances passed since the visit before this one."""
    began_at: datetime | None
    """When the last outcome on the way here came; None when there was none, or it left the clock running."""
    stamp: Stamp | None
    """Where the last outcome on the way here stands."""
    status: InstanceStatus = "open"
    missing: tuple[Need, ...] = ()
    held_by: tuple[str, ...] = ()
    is_advice_held: bool = False
    because: str = ""
    outcome: str = ""
    since: datetime | None = None
    looking: CaseLookup | None = field(default=None, repr=False)
    """For its conditions; made when it is first asked for."""

    @property
    def key(self) -> tuple[str, str]:
        """Give step and element, which all its visits share."""
        return self.id.name, self.id.element


@frozen
class Hold:
    """Evidence that must be saved before a step of this name (for this element, if any) is offered."""

    element: str
    evidence: str
    title: str


@frozen
class Stamp:
    """A place in the log (and in time); `position` is -1 for a silence, which nobody recorded."""

    position: int
    at: datetime

    def is_before(self, other: Stamp) -> bool:
        """Say whether this came first: by the log's order where both are in it."""
        if self.position >= 0 and other.position >= 0:
            return self.position < other.position
        return self.at < other.at


@frozen
class Known:
    """What an earlier walk found that a walk itself depends on.

    `done` answers conditions about finished steps, `holds` names steps held for evidence, `complete` tells since when
    an instance is complete (None: for as long as it was open).
    """

    done: Mapping[str, bool] = field(default_factory=dict)
    holds: Mapping[str, tuple[Hold, ...]] = field(default_factory=dict)
    complete: Mapping[str, Stamp | None] = field(default_factory=dict)


@frozen
class Dispatch:
    """What a wait counts from: a letter sent, or the moment it began again."""

    at: datetime
    sent: Recorded[Sent] | None


class Walk:
    """One walk over the playbooks of a case; make it with `walk`."""

    def __init__(
        self,
        plan: Plan,
        state: CaseState,
        as_of: datetime,
        gates: Mapping[str, GateState],
        records: Records,
        known: Known,
    ) -> None:
        self.plan = plan
        self.state = state
        self.as_of = as_of
        self.gates = gates
        self.records = records
        self.zone = case_zone(plan, state)
        self.today = local_day(as_of, self.zone)
        self.known = known
        self.lookup = CaseLookup(plan, state, done=known.done)
        self.visits: dict[InstanceId, Visit] = {}
        self.latest: dict[tuple[str, str], int] = {}
        self._judged: dict[InstanceId, Visit] = {}
        self._queue: deque[Visit] = deque()
        self._later: deque[Visit] = deque()
        self._finished: dict[str, set[str]] = {}
        """Step's name → rows whose last visit is complete."""
        self._unjoined: dict[tuple[str, str], tuple[Visit, bool]] = {}
        """(step's name, target) → one of the complete rows that wait for others before the line goes on."""
        self._shared: set[tuple[str, InstanceId]] = set()
        self.taken: set[tuple[str, str, str]] = set()
        """(playbook, step, way) of every way that was gone: `next 1`, `also 2`, `watch …`, `outcome refused`."""
        self.circles: set[str] = set()
        """Steps to which a way led back without an outcome: it ends there."""
        self.asks_complete = False
        """Whether it mattered since when an instance is complete, so that another walk must know."""

    # --- walking

    def run(self) -> None:
        """Walk everything that can be reached."""
        for playbook in self.plan.playbooks:
            self._begin(playbook.id, playbook.start)
            self._drain()
        for playbook in self.plan.playbooks:
            for watch in playbook.watch:
                if self._looking_in(playbook.id).holds(watch.when):
                    self.taken.add((playbook.id, watch.open, f"watch {watch.when.text}"))
                    self._begin(playbook.id, watch.open)
                    self._drain()
        # What `next` leads to comes before the lines opened beside it, although those were opened with the first step.
        self.visits = self._judged

    def _begin(self, playbook: str, step: str) -> None:
        placed = self.plan.step(playbook, step)
        if placed is None:
            return
        for element in self._elements(placed):
            self._open(placed, element, None)

    def _drain(self) -> None:
        while self._queue or self._later:
            visit = self._queue.popleft() if self._queue else self._later.popleft()
            self._judge(visit)
            self._judged.setdefault(visit.id, self.visits[visit.id])
            if visit.status in ("done", "passed"):
                self._finished.setdefault(visit.id.name, set()).add(visit.id.element)
            if visit.status in ("done", "passed", "waiting", "open"):
                self._lead_on(visit)
            if not self._queue and not self._later:
                self._rejoin()

    def _rejoin(self) -> None:
        """Let lines go on that had gone on before a row was added."""
        unjoined, self._unjoined = self._unjoined, {}
        for (_, target), (visit, beside) in unjoined.items():
            placed = self.plan.step(visit.placed.playbook.id, target)
            if placed is not None and not self._is_whole(visit) and self._was_whole(visit, placed):
                self._join(visit, target, beside=beside)

    def _looking_in(self, playbook: str, placed: PlacedStep | None = None, element: str = "") -> CaseLookup:
        return self.lookup.at(playbook, placed.step.for_each if placed and element else "", element)

    def looking_at(self, visit: Visit) -> CaseLookup:
        """Give the look-up for conditions of an instance."""
        if visit.looking is None:
            visit.looking = self._looking_in(visit.placed.playbook.id, visit.placed, visit.id.element)
        return visit.looking

    def _elements(self, placed: PlacedStep) -> tuple[str, ...]:
        """List the rows a step has instances for; one empty name for a step without a list, or whose list is empty."""
        if not placed.step.for_each:
            return ("",)
        return self.state.rows(placed.step.for_each) or ("",)

    def _open(
        self,
        placed: PlacedStep,
        element: str,
        source: Visit | None,
        *,
        outcome: Outcome | None = None,
        stamp: Stamp | None = None,
        beside: bool = False,
    ) -> None:
        """Open a step for an element: a first visit, another one, or nothing new where it joins one that is there."""
        key = placed.name, element
        stamp = stamp or (source.stamp if source else None)
        outcomes = (source.outcomes if source else 0) + (outcome is not None)
        number = self._next_visit(key, source, outcomes, stamp)
        instance = InstanceId(placed.name, element, number)
        if not number:
            self.circles.add(placed.step.id)
        there = self.visits.get(instance)
        is_shared = there is not None and there.placed.playbook is not placed.playbook
        if not number or (there is not None and not is_shared) or len(self.visits) >= MAX_INSTANCES:
            return
        if is_shared:
            # The step is done once for the whole case, but leads on in each playbook by itself.
            if (placed.playbook.id, instance) in self._shared:
                return
            self._shared.add((placed.playbook.id, instance))
        trail = source.trail if source else {}
        passed = trail.get(key)
        recent = [each for each, (_, count) in trail.items() if count > passed[1]] if passed is not None else []
        began_at = source.began_at if source else None
        if outcome is not None and stamp is not None:
            began_at = None if outcome.id in KEEPS_CLOCK else stamp.at
        visit = Visit(
            id=instance,
            placed=placed,
            line=(instance.text if source is None or beside else source.line),
            opened_by=source.id.text if source else "",
            trail={**trail, key: (number, outcomes)},
            outcomes=outcomes,
            recent=frozenset(InstanceId(*each, trail[each][0]).text for each in recent),
            began_at=began_at,
            stamp=stamp,
        )
        self.visits.setdefault(instance, visit)
        self._finished.get(placed.name, set()).discard(element)
        self.latest[key] = max(number, self.latest.get(key, 0))
        (self._later if beside else self._queue).append(visit)

    def _next_visit(self, key: tuple[str, str], source: Visit | None, outcomes: int, stamp: Stamp | None) -> int:
        """Number the visit that a way to a step makes or joins; 0 when the way runs in a circle without an outcome."""
        passed = source.trail.get(key) if source else None
        if passed is not None:
            return passed[0] + 1 if outcomes > passed[1] else 0
        latest = self.latest.get(key, 0)
        if not latest or stamp is None:
            return max(latest, 1)
        existing = self.visits[InstanceId(*key, latest)]
        if existing.stamp is not None and not existing.stamp.is_before(stamp):
            return latest
        self.asks_complete = True
        if existing.id.text not in self.known.complete:
            return latest
        complete = self.known.complete[existing.id.text]
        return latest + 1 if complete is None or complete.is_before(stamp) else latest

    # --- leading on

    def _lead_on(self, visit: Visit) -> None:
        step = visit.placed.step
        if visit.status != "passed" and step.outcomes:
            self._follow_outcomes(visit)
        if visit.status in ("done", "passed"):
            self._follow(visit, step.next, beside=False)
            if visit.status == "done":
                self._follow(visit, step.also, beside=True)

    def _follow(self, visit: Visit, branches: tuple[Branch, ...], *, beside: bool) -> None:
        """Open what a complete step leads to: the first true branch, or every true one of those beside it."""
        if not branches:
            return
        is_whole = not visit.id.element or self._is_whole(visit)
        if visit.id.element:
            for target, arms in self._chosen([visit], branches, every=beside).items():
                if self._is_row_by_row(visit, target):
                    self._take(visit, arms, beside=beside)
                    self._open_at(visit, target, visit.id.element, beside=beside)
                elif not is_whole:
                    self._unjoined[visit.id.name, target] = visit, beside
        if is_whole:
            for target, arms in self._chosen(self._sisters(visit), branches, every=beside).items():
                if not self._is_row_by_row(visit, target):
                    self._take(visit, arms, beside=beside)
                    self._join(visit, target, beside=beside)

    def _take(self, visit: Visit, arms: Sequence[int], *, beside: bool) -> None:
        way = "also" if beside else "next"
        self.taken.update((visit.placed.playbook.id, visit.placed.step.id, f"{way} {arm}") for arm in arms)

    def _join(self, visit: Visit, target: str, *, beside: bool) -> None:
        placed = self.plan.step(visit.placed.playbook.id, target)
        for element in self._elements(placed) if placed else ():
            self._open_at(visit, target, element, beside=beside)

    def _open_at(self, visit: Visit, target: str, element: str, *, beside: bool) -> None:
        placed = self.plan.step(visit.placed.playbook.id, target)
        if placed is not None:
            self._open(placed, element, visit, beside=beside)

    def _chosen(self, visits: Sequence[Visit], branches: tuple[Branch, ...], *, every: bool) -> dict[str, list[int]]:
        """Choose the targets of one instance, or of all rows' instances together, with the arms that lead there."""
        chosen: dict[str, list[int]] = {}
        for each in visits:
            looking = self.looking_at(each)
            for arm, branch in enumerate(branches, 1):
                if looking.holds(branch.when):
                    chosen.setdefault(branch.go, []).append(arm)
                    if not every:
                        break
        return chosen

    def _is_row_by_row(self, visit: Visit, target: str) -> bool:
        placed = self.plan.step(visit.placed.playbook.id, target)
        return placed is not None and bool(visit.id.element) and placed.step.for_each == visit.placed.step.for_each

    def _sisters(self, visit: Visit) -> list[Visit]:
        if not visit.id.element:
            return [visit]
        found = []
        for element in self._elements(visit.placed):
            number = self.latest.get((visit.id.name, element))
            if number:
                found.append(self.visits[InstanceId(visit.id.name, element, number)])
        return found

    def _is_whole(self, visit: Visit) -> bool:
        """Say whether every row's instance of this step is complete (or was passed over)."""
        return len(self._finished.get(visit.id.name, ())) == len(self._elements(visit.placed))

    def _was_whole(self, visit: Visit, target: PlacedStep) -> bool:
        """Say whether every row there was at some time was complete then, and work went on behind it.

        A row added later must not take away a letter that was sent and the answer that is waited for.
        """
        if not any(parse_instance(each).name in reachable(self.plan, target) for each in self.records.instances()):
            return False
        finished = {each.id.element: self._finished_at(each) for each in self._sisters(visit)}
        appeared = {element: self._appeared_at(visit, element) for element in self._elements(visit.placed)}
        moments = [at for at in finished.values() if at is not None]
        return any(
            all(_by(finished.get(element), moment) for element, at in appeared.items() if at <= moment)
            for moment in moments
        )

    def _finished_at(self, visit: Visit) -> int | None:
        """Give the position in the log at which an instance was complete; None while it is not."""
        if visit.status not in ("done", "passed"):
            return None
        completed = self._completed(visit)
        appeared = self._appeared_at(visit, visit.id.element)
        return max(appeared, completed.position) if completed else appeared

    def _appeared_at(self, visit: Visit, element: str) -> int:
        """Give the position in the log at which a row first appeared."""
        cells = self.state.row(visit.placed.step.for_each, element).values()
        return min((cell.history[0].position for cell in cells), default=0)

    def _follow_outcomes(self, visit: Visit) -> None:
        for outcome, stamp in self._outcomes(visit):
            self.taken.add((visit.placed.playbook.id, visit.placed.step.id, f"outcome {outcome.id}"))
            placed = self.plan.step(visit.placed.playbook.id, outcome.go)
            if placed is None:
                continue
            same_rows = visit.id.element and placed.step.for_each == visit.placed.step.for_each
            for element in (visit.id.element,) if same_rows else self._elements(placed):
                self._open(placed, element, visit, outcome=outcome, stamp=stamp)

    def _outcomes(self, visit: Visit) -> Iterator[tuple[Outcome, Stamp]]:
        """Walk over what the other side did here: as recorded, and silence when its day has come."""
        by_id = {outcome.id: outcome for outcome in visit.placed.step.outcomes}
        recorded: dict[str, Recorded[Replied]] = {}
        for reply in self.records.replies.get(visit.id.text, ()):
            recorded.setdefault(reply.body.outcome, reply)
        silence = by_id.get("silence")
        is_left = bool(self._stopped(visit, race=False))
        if silence is not None and "silence" not in recorded and visit.since is not None and not is_left:
            ends = self.silence_moment(visit, silence)
            if (
                ends is not None
                and ends <= self.as_of
                and self._is_silent(visit, silence, ends, list(recorded.values()))
            ):
                yield silence, Stamp(-1, ends)
        for name, reply in recorded.items():
            if name in by_id:
                yield by_id[name], Stamp(reply.position, reply_moment(reply))

    def _is_silent(self, visit: Visit, silence: Outcome, ends: datetime, replies: Sequence[Recorded[Replied]]) -> bool:
        """Say whether the branch of silence is open: nothing came, or work in it began before something did."""
        if not replies:
            return True
        if min(map(reply_moment, replies)) < ends:
            return False
        placed = self.plan.step(visit.placed.playbook.id, silence.go)
        if placed is None:
            return False
        if self.records.has_any(self._in_branch(visit, placed)):
            return True
        # A step that only says something is complete by itself; work then begins in a step behind it.
        came = min(reply.position for reply in replies)
        return any(self.records.began_before(self._in_branch(visit, each), came) for each in self._behind(placed))

    def _in_branch(self, visit: Visit, placed: PlacedStep) -> str:
        """Name the instance of a step to which a branch that begins at a visit would come."""
        key = placed.name, visit.id.element if placed.step.for_each else ""
        passed = visit.trail.get(key)
        return InstanceId(*key, passed[0] + 1 if passed else 1).text

    def _behind(self, placed: PlacedStep) -> Iterator[PlacedStep]:
        """Walk over the steps to which one that only says something leads, past others like it."""
        ahead, passed = [placed], {placed.name}
        while ahead:
            here = ahead.pop()
            if not _only_says(here.step):
                continue
            for branch in (*here.step.next, *here.step.also):
                target = self.plan.step(here.playbook.id, branch.go)
                if target is not None and target.name not in passed:
                    passed.add(target.name)
                    ahead.append(target)
                    yield target

    def silence_moment(self, visit: Visit, silence: Outcome) -> datetime | None:
        """Say from when on no answer counts as silence: the beginning of the day that is `after` later."""
        if visit.since is None or not silence.after:
            return None
        length = parse_length(silence.after)
        if length.in_hours:
            return add(visit.since, length)
        day = add(local_day(visit.since, self.zone), length)
        return read_when(day.isoformat(), self.zone).earliest

    # --- judging one instance

    def _judge(self, visit: Visit) -> None:
        step = visit.placed.step
        looking = self.looking_at(visit)
        if step.for_each and not visit.id.element:
            self._judge_without_rows(visit, looking)
            return
        if not looking.holds(step.visible_if):
            visit.status, visit.because = "passed", step.hidden_because
            return
        left = self._stopped(visit, race=False)
        if left:
            visit.status, visit.because, visit.outcome = "done", left, step.end
            self._find_dispatch(visit)
            return
        self._find_dispatch(visit)
        visit.missing = tuple(self._needs(visit, looking))
        self._settle(visit)
        if not (visit.status == "done" and self.records.has_any(visit.id.text)):
            self._hold_for_gates(visit)
            self._hold_for_evidence(visit)
        if visit.status == "done":
            visit.outcome = visit.outcome or step.end

    def _judge_without_rows(self, visit: Visit, looking: CaseLookup) -> None:
        list_fact = visit.placed.step.for_each
        fact = self.plan.facts.get(list_fact)
        if looking.answered(list_fact) or not looking.shows(list_fact):
            visit.status, visit.because = "passed", "the list has no rows"
            return
        title = fact.ask if fact else list_fact
        visit.status, visit.because = "open", "the list is not known yet"
        visit.missing = (Need("list", list_fact, title, command_id=list_fact),)

    def _settle(self, visit: Visit) -> None:
        """Choose the status from what is missing."""
        open_needs = [need for need in visit.missing if not need.optional]
        if not open_needs:
            visit.status = "done"
            replies = self.records.replies.get(visit.id.text)
            visit.outcome = replies[-1].body.outcome if replies else ""
            return
        kinds = {need.kind for need in open_needs}
        is_waiting = kinds == {"reply"} and visit.since is not None
        is_resting = kinds == {"check"} and all(_check_day(need) > self.today for need in open_needs)
        visit.status = "waiting" if is_waiting or is_resting else "open"

    def _hold_for_gates(self, visit: Visit) -> None:
        held = self._held_gates(visit)
        if held:
            gates = [self.gates[gate] for gate in held if gate in self.gates]
            visit.status, visit.held_by, visit.is_advice_held = "held", held, True
            visit.because = "; ".join(gate.reason for gate in gates)
            visit.missing = (*(Need("gate", gate.id, gate.title, reason=gate.reason) for gate in gates), *visit.missing)

    def _hold_for_evidence(self, visit: Visit) -> None:
        if self._stopped(visit, race=True):
            return
        for hold in self.known.holds.get(visit.id.name, ()):
            if hold.element and visit.id.element and hold.element != visit.id.element:
                continue
            visit.status = "held"
            visit.held_by = (*visit.held_by, hold.evidence)
            visit.missing = (Need("before", hold.evidence, hold.title, reason="save this first"), *visit.missing)
            visit.because = visit.because or f"first save: {hold.title}"

    def _held_gates(self, visit: Visit) -> tuple[str, ...]:
        gates = list(visit.placed.step.gates)
        if visit.placed.is_identity_step and "link_secret" in self.gates and "link_secret" not in gates:
            gates.append("link_secret")
        return tuple(gate for gate in gates if gate not in self.gates or not self.gates[gate].is_open)

    def _stopped(self, visit: Visit, *, race: bool) -> str:
        if not self.records.stops:
            return ""
        stops = [stop for stop in self.records.stops.get(visit.id.text, ()) if stop.body.race is race]
        return stops[-1].body.reason or "left" if stops else ""

    # --- what is missing

    def _needs(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        yield from self._questions(visit, looking)
        yield from self._evidence(visit, looking)
        yield from self._items(visit, looking)
        yield from self._letters(visit, looking)
        yield from self._reply(visit, looking)
        yield from self._check_needs(visit, looking)

    def _questions(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        for asked in visit.placed.step.ask:
            column = asked.removeprefix(ITEM) if asked.startswith(ITEM) else ""
            if column:
                fact = self.plan.column(visit.placed.step.for_each, column)
                cell = self.state.cell(visit.placed.step.for_each, visit.id.element, column)
                is_open = looking.shows_column(column) and cell is None
            else:
                fact = self.plan.facts.get(asked)
                is_open = looking.shows(asked) and self.state.fact(asked) is None and not self.state.rows(asked)
            if fact is not None and is_open:
                yield Need("question", asked, fact.ask, optional=fact.optional, command_id=asked)

    def _evidence(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        gap = self._stopped(visit, race=True)
        for need in visit.placed.step.evidence:
            if looking.holds(need.visible_if) and not (gap or self.is_saved(visit.id.text, need)):
                reason = "it may vanish" if need.volatile else ""
                yield Need(
                    "evidence", need.id, need.title, need.if_missing == "optional", reason, f"{visit.id.text}.{need.id}"
                )

    def is_saved(self, instance: str, need: EvidenceNeed) -> bool:
        """Say whether a piece of evidence is in the log (or was), or explained."""
        if f"{instance}.{need.id}" in self.records.explained:
            return True
        wants_identity = need.sensitivity_class == "identity" or need.kind == "id-copy"
        found = self.records.fulfilled.get(f"{instance}.{need.id}", ())
        return len({each.number for each in found if wants_identity or not each.is_identity}) >= need.count

    def _items(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        marks = self.records.items.get(visit.id.text, {})
        for item in visit.placed.step.do:
            if item.id not in marks and looking.holds(item.visible_if):
                reason = "critical" if item.critical else ""
                yield Need("item", item.id, item.text, reason=reason, command_id=item.id)

    def _letters(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        sent = {one.body.letter for one in self.records.sent.get(visit.id.text, ())}
        for use in visit.placed.step.letters:
            if use.template not in sent and looking.holds(use.visible_if):
                yield Need("letter", use.template, use.template, optional=use.optional, command_id=use.template)

    def _reply(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        step = visit.placed.step
        if not step.outcomes:
            return
        known = {outcome.id for outcome in step.outcomes}
        if any(reply.body.outcome in known for reply in self.records.replies.get(visit.id.text, ())):
            return
        if step.wait is not None and visit.since is None:
            yield from self._not_begun(visit, step.wait, looking)
        yield Need("reply", visit.id.text, "What did the other side do?", command_id=visit.id.text)

    def _not_begun(self, visit: Visit, wait: Wait, looking: CaseLookup) -> Iterator[Need]:
        """Name what a wait that has not begun lacks: the letter it follows, or the moment it counts from."""
        sender = self.plan.step(visit.placed.playbook.id, wait.for_step)
        for use in sender.step.letters if sender else ():
            if looking.holds(use.visible_if):
                yield Need("letter", use.template, use.template, reason="not recorded as sent", command_id=use.template)
        if wait.since:
            column = wait.since.removeprefix(ITEM) if wait.since.startswith(ITEM) else ""
            fact = self.plan.column(visit.placed.step.for_each, column) if column else self.plan.facts.get(wait.since)
            title = fact.ask if fact else wait.since
            yield Need("question", wait.since, title, reason="the wait counts from it", command_id=wait.since)

    def _check_needs(self, visit: Visit, looking: CaseLookup) -> Iterator[Need]:
        for schedule in visit.placed.step.schedule:
            if self.anchor_day(schedule.anchor, looking) is None:
                fact = self.plan.facts.get(schedule.anchor)
                ask = fact.ask if fact else schedule.anchor
                yield Need("question", schedule.anchor, ask, reason="checks count from it", command_id=schedule.anchor)
        for check in self.checks(visit):
            if check.record is None:
                yield Need("check", check.on.isoformat(), f"check {check.number}", command_id=check.on.isoformat())

    def anchor_day(self, anchor: str, looking: CaseLookup) -> date | None:
        """Give the first day a schedule's anchor may mean; None while it is not known."""
        value = looking.item(anchor.removeprefix(ITEM)) if anchor.startswith(ITEM) else looking.fact(anchor)
        when = read_when(value, self.zone) if isinstance(value, str) else None
        if when is None or when.earliest is None:
            return None
        return day_of(when, self.zone) or local_day(when.earliest, self.zone)

    def checks(self, visit: Visit) -> Iterator[Check]:
        """Walk over the days of a step's schedules with what was recorded for each."""
        looking = self.looking_at(visit)
        records = {record.body.due_on: record for record in self.records.checks.get(visit.id.text, ())}
        for schedule in visit.placed.step.schedule:
            start = self.anchor_day(schedule.anchor, looking)
            rule = self.plan.rules.get(schedule.rule)
            for number, text in enumerate(rule.lengths if rule and start else (), 1):
                length = parse_length(text)
                if start is not None and not length.in_hours:
                    on = add(start, length)
                    yield Check(schedule, number, length, on, records.get(on.isoformat()))

    # --- dispatches

    def _find_dispatch(self, visit: Visit) -> None:
        found = self.dispatch(visit)
        visit.since = found.at if found else None

    def dispatch(self, visit: Visit) -> Dispatch | None:
        """Find what a waiting step counts from; None while nothing was recorded as sent."""
        step = visit.placed.step
        if step.wait is None:
            return None
        wanted = self.plan.name_of(visit.placed.playbook.id, step.wait.for_step)
        passed = visit.trail.get((wanted, visit.id.element)) or visit.trail.get((wanted, ""))
        # A letter sent later on the way that this wait itself opened must not move its own clock.
        last_visit = passed[0] if passed else visit.id.visit
        found: list[Dispatch] = []
        for instance, sent in self.records.sent.items():
            parsed = parse_instance(instance)
            if instance in visit.recent or (parsed.name == wanted and parsed.visit <= last_visit):
                found.extend(Dispatch(sent_moment(one), one) for one in sent if self._concerns(visit, parsed, one))
        if step.wait.since and (told := self._told(visit, step.wait.since)) is not None:
            found.append(Dispatch(told, None))
        last = max(found, key=lambda each: each.at, default=None)
        began_at = visit.began_at if visit.id.visit > 1 else None
        if last is not None and began_at is not None and last.at < began_at:
            return Dispatch(began_at, last.sent)
        return last

    def _told(self, visit: Visit, since: str) -> datetime | None:
        """Give the moment an answer names; where nobody knows when, the moment it was said that nobody does."""
        column = since.removeprefix(ITEM) if since.startswith(ITEM) else ""
        list_fact, element = visit.placed.step.for_each, visit.id.element
        record = self.state.cell(list_fact, element, column) if column else self.state.fact(since)
        looking = self.looking_at(visit)
        is_shown = looking.shows_column(column) if column else looking.shows(since)
        if record is None or record.status == "conflict" or not is_shown:
            return None
        when = read_when(record.value, self.zone) if isinstance(record.value, str) else None
        return (when.earliest if when else None) or record.current.recorded_at

    def _concerns(self, visit: Visit, sender: InstanceId, one: Recorded[Sent]) -> bool:
        element = visit.id.element
        return not element or element in (sender.element, *one.body.assets) or not (sender.element or one.body.assets)

    # --- since when an instance is complete

    def complete(self) -> dict[str, Stamp | None]:
        """Tell for every complete instance which record completed it; None for one that needs none."""
        return {visit.id.text: self._completed(visit) for visit in self.visits.values() if visit.status == "done"}

    def _completed(self, visit: Visit) -> Stamp | None:
        name = visit.id.text
        firsts: dict[str, Stamp] = {}

        def note(kind: str, one: Recorded[Any]) -> None:
            firsts.setdefault(kind, Stamp(one.position, one.recorded_at))

        for item, mark in self.records.items.get(name, {}).items():
            note(f"item {item}", mark)
        for sent in self.records.sent.get(name, ()):
            note(f"sent {sent.body.letter}", sent)
        for one in (*self.records.replies.get(name, ())[:1], *self.records.checks.get(name, ())):
            note(f"record {one.id}", one)
        for stop in self.records.stops.get(name, ()):
            note("stop", stop)
        for asked in visit.placed.step.ask:
            column = asked.removeprefix(ITEM) if asked.startswith(ITEM) else ""
            list_fact = visit.placed.step.for_each
            fact = self.state.cell(list_fact, visit.id.element, column) if column else self.state.fact(asked)
            if fact is not None:
                note(f"fact {asked}", fact.history[0])
        return max(firsts.values(), key=lambda stamp: stamp.position, default=None)

    # --- evidence first

    def holds(self) -> dict[str, tuple[Hold, ...]]:
        """List by step's name what must be saved before it is offered, as the steps reached so far demand it."""
        found: dict[str, tuple[Hold, ...]] = {}
        for visit in self.visits.values():
            if (
                visit.status in ("passed", "held")
                or self._stopped(visit, race=True)
                or self._stopped(visit, race=False)
            ):
                continue
            for need in visit.placed.step.evidence:
                if (
                    need.before
                    and self.looking_at(visit).holds(need.visible_if)
                    and not self.is_saved(visit.id.text, need)
                ):
                    name = self.plan.name_of(visit.placed.playbook.id, need.before)
                    hold = Hold(visit.id.element, f"{visit.id.text}.{need.id}", need.title)
                    found[name] = (*found.get(name, ()), hold)
        return found


def _only_says(step: Step) -> bool:
    """Say whether a step asks for nothing, so that nothing can be recorded in it."""
    return not (step.ask or step.do or step.evidence or step.letters or step.outcomes or step.schedule)


def _by(finished: int | None, moment: int) -> bool:
    return finished is not None and finished <= moment


def _check_day(need: Need) -> date:
    return date.fromisoformat(need.id)


def walk(plan: Plan, state: CaseState, as_of: datetime, gates: Mapping[str, GateState]) -> Walk:
    """Walk until nothing changes: conditions ask for finished steps, and evidence holds steps reached earlier."""
    records = gather_records(plan, state)
    known = Known()
    one = Walk(plan, state, as_of, gates, records, known)
    one.run()
    for _ in range(MAX_ROUNDS):
        complete = one.complete() if one.asks_complete else {}
        found = Known(_done_of(one, plan.uses_done), one.holds(), complete)
        if found == known:
            break
        known = found
        one = Walk(plan, state, as_of, gates, records, known)
        one.run()
    return one


def _done_of(walked: Walk, asked: frozenset[str]) -> dict[str, bool]:
    """Keep of the complete steps those that a condition asks for; what is not there counts as not complete."""
    if not asked:
        return {}
    complete = (name for name, is_done in done_steps(walked).items() if is_done)
    return {name: True for name in complete if parse_instance(name).name in asked}


def done_steps(walked: Walk) -> dict[str, bool]:
    """Say which steps are complete: by name when every row's last visit is, and by `name[element]`."""
    done: dict[str, bool] = {}
    for (name, element), number in walked.latest.items():
        is_done = walked.visits[InstanceId(name, element, number)].status == "done"
        done[name] = done.get(name, True) and is_done
        if element:
            done[f"{name}[{element}]"] = is_done
    return done
