"""An answers file, or one act of a story, played through in memory before anything is recorded.

The whole file is decided row by row on a copy of the case, in an order that does not depend on the file's: answers (the
time zone first), exhibits, explanations, events, overrides; then what was sent and came back by its time, each after
every checklist item that can be marked by then. One wrong row, and nothing is to be recorded. What is already in the
case adds nothing, so that the same file can be run again.

A row is *unused* when no step that was reached or can still be reached asks for it; that is judged only when nothing is
missing, since what is missing may still open a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from recover.case import decide
from recover.case.codec import KIND_OF
from recover.case.decide import Ground
from recover.case.engine import NO_LETTERS
from recover.case.entries import Entry, ExhibitAdded, Part
from recover.case.plan import ITEM, PlacedStep, Plan, parse_instance, reachable
from recover.case.state import CaseState, fold
from recover.case.survey import Instance, LetterAbout, Survey
from recover.errors import RecoverError, UsageError
from recover.frozen import frozen
from recover.playbook.answers import (
    Answers,
    ApprovedGiven,
    CheckGiven,
    DoneGiven,
    ExhibitGiven,
    FactGiven,
    ReplyGiven,
    SentGiven,
)
from recover.playbook.model import Playbook, Registry
from recover.times import parse_when

TextOf = Callable[[str, str, CaseState], str]
"""(letter, step instance, state) → SHA-256 of the letter's exact text as it would be made now."""
NOT_WRITTEN = Part("", "")
"""Stands for the parts of an exhibit before the desk has stored them."""
ASKED_FOR = ("question", "list", "evidence", "item", "before", "gate")
"""Kinds of needs that an answers file can fill; letters, replies and checks are next steps, not gaps."""

Dated = ApprovedGiven | SentGiven | ReplyGiven | CheckGiven


@frozen
class Fault:
    """One row that cannot be recorded. `gate` is set when a rule refuses it rather than a typing mistake."""

    message: str
    hint: str
    place: str
    exit_code: int
    gate: str = ""


@frozen
class Missing:
    """Something a step still needs: `id` as an answers file names it."""

    kind: str
    id: str
    title: str
    step: str
    step_title: str
    reason: str = ""


@frozen
class Unused:
    """A row that nothing asks for, and why."""

    id: str
    reason: str
    place: str


@frozen
class Simulation:
    """What a file would do. Record `bodies` in their order when there are no `errors` and nothing is `unused`.

    An `ExhibitAdded` among the bodies is a placeholder with its number, needs and class; `exhibits` has its file.
    `state` and `survey` are the case as it would then stand.
    """

    bodies: tuple[Any, ...]
    exhibits: tuple[ExhibitGiven, ...]
    missing: tuple[Missing, ...]
    unused: tuple[Unused, ...]
    errors: tuple[Fault, ...]
    state: CaseState
    survey: Survey


@dataclass(slots=True)
class _Play:
    """The copy of the case while the file is played."""

    ground: Ground
    actor: str
    bodies: list[Any] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def attempt(self, decision: Callable[[], Sequence[Any]], place: str) -> Sequence[Any]:
        """Take a decision; note the fault and go on, so that all faults of a file are reported at once."""
        try:
            return decision()
        except RecoverError as fault:
            gate = fault.gate if isinstance(fault, decide.Refusal) else ""
            self.errors.append(Fault(fault.message, fault.hint, fault.place or place, fault.exit_code, gate))
            return ()

    def record(self, bodies: Sequence[Any]) -> None:
        """Append bodies to the copy; decisions after this see them."""
        if not bodies:
            return
        self.bodies.extend(bodies)
        state = self.ground.state
        log = state.root or "simulated"
        first = 1 + max((one.index for one in state.entries if one.log == log), default=-1)
        seen = _heads(state.entries, log)
        self.entries.extend(
            Entry(f"~{first + n}", log, first + n, KIND_OF[type(body)], self.ground.as_of, self.actor, body, seen)
            for n, body in enumerate(bodies)
        )
        self.ground = self.ground.on(fold(self.entries))


def _heads(entries: Sequence[Entry], own: str) -> dict[str, int]:
    heads: dict[str, int] = {}
    for entry in entries:
        if entry.log != own:
            heads[entry.log] = max(heads.get(entry.log, 0), entry.index + 1)
    return heads


def simulate(
    playbooks: Sequence[Playbook],
    registry: Registry,
    state: CaseState,
    answers: Answers,
    as_of: datetime,
    *,
    letters: Mapping[str, LetterAbout] = NO_LETTERS,
    text_of: TextOf | None = None,
    actor: str = "helper",
    allow_change: bool = False,
) -> Simulation:
    """Play a file on a copy of the case and say what it would record, what it lacks and what nothing asks for.

    `text_of` makes a letter's exact text, which approvals and dispatches are bound to. `allow_change` lets answers take
    the place of others, as the acts of a story do; without it another value for an answered question is an error.
    """
    play = _Play(Ground(playbooks, registry, state, as_of, letters), actor, entries=list(state.entries))
    _facts(play, answers, allow_change)
    exhibits = _exhibits(play, answers)
    _explanations(play, answers)
    _events(play, answers)
    for row in answers.overrides:
        play.record(play.attempt(partial(decide.override, play.ground, row.gate, row.reason), row.place))
    _dated(play, answers, text_of)
    survey = play.ground.survey
    missing = tuple(_missing(survey))
    unused = () if missing or play.errors else tuple(find_unused(play.ground, answers))
    bodies = () if play.errors else tuple(play.bodies)
    return Simulation(bodies, exhibits, missing, unused, tuple(play.errors), play.ground.state, survey)


# --- playing -------------------------------------------------------------------------------------------------------


def _facts(play: _Play, answers: Answers, allow_change: bool) -> None:
    zone_fact = play.ground.plan.means.get("zone", "")
    first = [row for row in answers.facts if row.fact == zone_fact]
    for rows in (first, [row for row in answers.facts if row.fact != zone_fact]):
        bodies: list[Any] = []
        for row in rows:
            bodies.extend(play.attempt(_answering(play.ground, row, allow_change), row.place))
        play.record(bodies)


def _answering(ground: Ground, row: FactGiven, allow_change: bool) -> Callable[[], Sequence[Any]]:
    return lambda: decide.answer(ground, row.fact, row.raw, place=row.place, allow_change=allow_change)


def _exhibits(play: _Play, answers: Answers) -> tuple[ExhibitGiven, ...]:
    bodies: list[Any] = []
    taken: list[ExhibitGiven] = []
    for row in answers.exhibits:
        found = play.attempt(_adding(play.ground, row), row.place)
        bodies.extend(found)
        taken.extend([row] if any(isinstance(body, ExhibitAdded) for body in found) else [])
    play.record(bodies)
    return tuple(taken)


def _adding(ground: Ground, row: ExhibitGiven) -> Callable[[], Sequence[Any]]:
    def add() -> Sequence[Any]:
        body = ExhibitAdded(
            row.id,
            row.kind,
            row.title,
            row.sensitivity_class or "ordinary",
            file=NOT_WRITTEN,
            description=NOT_WRITTEN,
            people=NOT_WRITTEN,
            source=NOT_WRITTEN,
            fulfils=row.fulfils,
            assets=row.assets,
            captured_at=row.captured_at,
        )
        there = ground.state.exhibit(row.id)
        if there is None:
            return (decide.check_exhibit(ground, body),)
        if (there.body.kind, there.body.title) == (row.kind, row.title):
            return decide.link(ground, row.id, row.fulfils)
        hint = f"give it the number {decide.next_number(ground.state)}"
        raise UsageError(f"the case has another exhibit {row.id}, “{there.body.title}”", hint=hint, place=row.place)

    return add


def _explanations(play: _Play, answers: Answers) -> None:
    bodies: list[Any] = []
    for row in answers.explained:
        bodies.extend(play.attempt(partial(decide.explain, play.ground, row.need, row.reason), row.place))
    play.record(bodies)


def _events(play: _Play, answers: Answers) -> None:
    bodies: list[Any] = []
    ground = play.ground
    for row in answers.events:

        def happen(row: Any = row) -> Sequence[Any]:
            return decide.event(
                ground,
                row.when,
                row.text,
                row.source,
                stance=row.stance,
                by=row.by,
                exhibits=row.exhibits,
                assets=row.assets,
                marks=row.marks,
                place=row.place,
            )

        bodies.extend(play.attempt(happen, row.place))
    play.record(bodies)


def _dated(play: _Play, answers: Answers, text_of: TextOf | None) -> None:
    """Play what was sent and came back in the order of its time, marking checklists as their steps are reached."""
    left = list(answers.done)
    for row in _in_time(play, answers):
        left = _mark_reached(play, left)
        play.record(play.attempt(_deciding(play.ground, row, text_of), row.place))
    left = _mark_reached(play, left)
    for step in dict.fromkeys(row.step for row in left):
        _mark(play, [row for row in left if row.step == step])


def _in_time(play: _Play, answers: Answers) -> list[Dated]:
    rows: list[Dated] = [*answers.approved, *answers.sent, *answers.replies, *answers.checks]

    def moment(row: Dated) -> str:
        text = row.due_on if isinstance(row, CheckGiven) else row.at
        try:
            return parse_when(text, play.ground.zone).sort_key[0]
        except UsageError:
            # The decision itself reports it, with its place.
            return ""

    return sorted(rows, key=moment)


def _mark_reached(play: _Play, rows: list[DoneGiven]) -> list[DoneGiven]:
    """Mark the items of steps that are open, as long as that opens more; give the rows that are left."""
    while rows:
        step = next((row.step for row in rows if _is_open(play.ground, row.step)), None)
        if step is None:
            break
        _mark(play, [row for row in rows if row.step == step])
        rows = [row for row in rows if row.step != step]
    return rows


def _is_open(ground: Ground, step: str) -> bool:
    try:
        instance = decide.find_step(ground, step)[1]
    except RecoverError:
        return False
    return instance is not None and instance.status == "open"


def _mark(play: _Play, rows: Sequence[DoneGiven]) -> None:
    bodies: list[Any] = []
    for row in rows:
        ground = play.ground

        def items(row: DoneGiven = row, ground: Ground = ground) -> Sequence[Any]:
            names = [row.item] if row.item else [item.id for item in decide.visible_items(ground, row.step)]
            if not names:
                raise UsageError(f"{row.step} has no checklist", hint="leave the row out", place=row.place)
            given = {other.item for other in rows}
            wanted = [name for name in names if row.item or name not in given]
            return [body for name in wanted for body in decide.mark(ground, row.step, name, row.mark, row.reason)]

        bodies.extend(play.attempt(items, row.place))
    play.record(bodies)


def _deciding(ground: Ground, row: Dated, text_of: TextOf | None) -> Callable[[], Sequence[Any]]:
    if isinstance(row, ReplyGiven):
        return lambda: decide.reply(ground, row.step, row.outcome, at=row.at, text=row.text, exhibits=row.exhibits)
    if isinstance(row, CheckGiven):
        return lambda: decide.check(ground, row.step, row.due_on, row.result, row.note)
    if isinstance(row, SentGiven):
        return lambda: _send(ground, row, text_of)
    return lambda: _approve(ground, row, text_of)


def _approve(ground: Ground, row: ApprovedGiven, text_of: TextOf | None) -> Sequence[Any]:
    moment = parse_when(row.at, ground.zone, place=row.place)
    when = moment.text
    if any(
        (one.body.letter, one.body.at, one.body.how) == (row.letter, when, row.how) for one in ground.state.approvals
    ):
        return ()
    state = decide.find_letter(ground, row.letter, row.step)
    decide.refuse_blocked(ground, state, moment)
    return decide.approve(
        ground,
        row.letter,
        step=state.instance,
        text_sha256=_text_sha256(text_of, row.letter, state.instance, ground.state),
        how=row.how,
        language=row.language,
        at=row.at,
    )


def _text_sha256(text_of: TextOf | None, letter: str, instance: str, state: CaseState) -> str:
    if text_of is None:
        raise UsageError(f"the text of the letter {letter} cannot be made here", hint="record the approval in the case")
    return text_of(letter, instance, state)


def _send(ground: Ground, row: SentGiven, text_of: TextOf | None) -> Sequence[Any]:
    moment = parse_when(row.at, ground.zone, place=row.place)
    when = moment.text
    known = ((one.body.letter, one.body.at, one.body.reference) for one in ground.state.sent)
    if (row.letter, when, row.reference.strip()) in known:
        return ()
    state = decide.find_letter(ground, row.letter, row.step, row.assets)
    decide.refuse_blocked(ground, state, moment)
    needs_text = text_of is not None or (state.about is not None and state.about.approval)
    return decide.sent(
        ground,
        row.letter,
        at=row.at,
        step=state.instance,
        channel=row.channel,
        reference=row.reference,
        assets=row.assets,
        text_sha256=_text_sha256(text_of, row.letter, state.instance, ground.state) if needs_text else "",
        by=row.by,
        note=row.note,
    )


# --- what is missing, what is unused -------------------------------------------------------------------------------


def _missing(survey: Survey) -> Iterator[Missing]:
    seen: set[str] = set()
    for instance in survey.instances:
        if instance.status not in ("open", "held"):
            continue
        for need in instance.missing:
            name = need_name(instance, need.kind, need.id, need.command_id)
            if need.kind in ASKED_FOR and not need.optional and name not in seen:
                seen.add(name)
                yield Missing(need.kind, name, need.title, instance.id, instance.step.title, need.reason)


def need_name(instance: Instance, kind: str, need: str, command_id: str) -> str:
    """Name a need as an answers file would: `assets.all[1000…].action`, `capture.removal_mail`, `mailbox.password`."""
    if kind == "item":
        return f"{instance.id}.{need}"
    if kind == "question" and need.startswith(ITEM):
        return f"{instance.step.for_each}[{instance.element}].{need.removeprefix(ITEM)}"
    return command_id or need


def find_unused(ground: Ground, answers: Answers) -> Iterator[Unused]:
    """Find the rows of a file that no step asks for, be it reached or still within reach of the case as it stands."""
    ahead = _reachable(ground)
    for row in answers.facts:
        reason = _unasked(ground, row.fact, ahead)
        if reason:
            yield Unused(row.fact, reason, row.place)
    for done in answers.done:
        if parse_instance(done.step).name not in ahead:
            yield Unused(done.step, _why_not(ground, done.step), done.place)
    for gone in answers.explained:
        step = gone.need.rpartition(".")[0]
        if parse_instance(step).name not in ahead:
            yield Unused(gone.need, _why_not(ground, step), gone.place)
    for exhibit in answers.exhibits:
        steps = [need.rpartition(".")[0] for need in exhibit.fulfils]
        if steps and not any(parse_instance(step).name in ahead for step in steps):
            yield Unused(exhibit.id, _why_not(ground, steps[0]), exhibit.place)


def _reachable(ground: Ground) -> frozenset[str]:
    """Name the steps that were reached and not passed over, and those that can still be reached from open ones."""
    plan = ground.plan
    found = {
        parse_instance(each.id).name for each in ground.survey.instances if each.status not in ("passed", "unreached")
    }
    live = ("open", "waiting", "held")
    ahead = [plan.named[parse_instance(each.id).name] for each in ground.survey.instances if each.status in live]
    if ahead:
        ahead.extend(_watched(plan))
    return frozenset(found) | reachable(plan, *ahead)


def _watched(plan: Plan) -> Iterator[PlacedStep]:
    for playbook in plan.playbooks:
        for watch in playbook.watch:
            placed = plan.step(playbook.id, watch.open)
            if placed is not None:
                yield placed


def _unasked(ground: Ground, fact: str, ahead: frozenset[str]) -> str:
    """Say why a fact is of no use; empty when it is asked, or used by what can still be reached."""
    plan = ground.plan
    if not ground.walked.lookup.shows(fact):
        known = plan.facts[fact]
        return f"the question is hidden: {known.visible_if.text if known.visible_if else 'its condition is not true'}"
    steps = [one for one in plan.named.values() if fact in one.step.ask or one.step.for_each == fact]
    if any(one.name in ahead for one in steps) or plan.facts[fact].means:
        return ""
    anchors = {deadline.anchor for playbook in plan.playbooks for deadline in playbook.deadlines}
    if fact in anchors:
        return ""
    return f"the step that asks it was not reached: {', '.join(one.name for one in steps) or 'none asks it'}"


def _why_not(ground: Ground, step: str) -> str:
    name = parse_instance(step).name
    passed = next((one for one in ground.survey.instances if parse_instance(one.id).name == name and one.because), None)
    return f"the step {name} was passed over: {passed.because}" if passed else f"the step {name} was not reached"
