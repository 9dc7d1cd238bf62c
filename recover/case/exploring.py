"""Random walks through a playbook, played by the real engine in memory: no vault, no clock, no disk.

A walk answers what is asked by type, adds evidence or says why it is missing, marks items, sends letters, lets the
other side answer or stay silent, moves its own clock and now and then changes its mind, until nothing is left to do.
Each walk is drawn from its seed alone and wishes to come to one step of the playbook; the same seed walks the same way.
What goes wrong on the way is a `Fault` with the trail that led there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from operator import contains
from random import Random
from typing import Any, Literal

from recover.case import decide
from recover.case.codec import KIND_OF
from recover.case.engine import plan_of
from recover.case.entries import CaseOpened, Entry, ExhibitAdded, Part
from recover.case.gates import find_gates
from recover.case.ground import Ground
from recover.case.instances import Walk, done_steps, walk
from recover.case.inventing import Inventor
from recover.case.offers import NEW_FACT, find_letters
from recover.case.plan import ITEM, Plan, parse_instance
from recover.case.progress import plain
from recover.case.state import CaseState, fold
from recover.case.steering import Steering
from recover.case.survey import Instance, LetterAbout, LetterState, Need, Survey
from recover.errors import RecoverError
from recover.frozen import frozen
from recover.playbook.model import Fact, FactType, Playbook, Registry
from recover.times import local_day

FaultKind = Literal["dead-end", "unreached", "circle", "letter", "gate", "error"]

MAX_ROUNDS = 90
"""Turns of one walk; a case that still goes on then goes on for ever, which waiting may."""
MAX_INSTANCES = 3_000
"""More in one walk than any case can need: something opens steps without end."""
FEWEST_FOR_GATES = 10
"""Walks that must have tried before a gate is said to open never."""
DIRECTED = 4
"""Further walks towards each step or gate that no walk came to, before it is said."""
MOST_DIRECTED = 60
"""Further walks in all; what lies behind one step that nobody reaches is not reached either."""
ZONE = "Europe/Prague"
BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_NO_PART = Part("0" * 64, "0" * 64)
_TEXT_SHA256 = "0" * 64


@frozen
class Content:
    """What is walked: one playbook, the registry, and of its letters the front matter."""

    playbook: Playbook
    registry: Registry
    letters: Mapping[str, LetterAbout] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Letter → the facts (or meanings, or members of them) that must be answered before it can be made."""


@frozen
class Fault:
    """Something wrong that a walk met. `trail` is what was done until then, oldest first; `step` may be empty.

    `seed` and `target` (the step the walk wished to come to) make the same walk again.
    """

    kind: FaultKind
    playbook: str
    seed: int
    target: str
    step: str
    message: str
    trail: tuple[str, ...] = field(default=(), compare=False)


@frozen
class Explored:
    """What the walks over one playbook found: faults (each once, by its first seed), and steps nobody came to."""

    playbook: str
    walks: int
    faults: tuple[Fault, ...]
    unreached: tuple[str, ...]
    steps: int
    trail: tuple[str, ...] = ()
    """What the last walk did."""


def explore(content: Content, seeds: Sequence[int], target: str = "") -> Explored:
    """Walk a playbook once for each seed; with several, some more towards steps and gates that no walk came to.

    Each walk wishes to come to `target`, or to a step of its own choice.
    """
    expedition = _Expedition(content)
    steps = [step.id for step in content.playbook.steps]
    for seed in seeds:
        expedition.go(seed, target or steps[seed % len(steps)])
    if len(seeds) > 1 and not target:
        for step in steps:
            expedition.go_on(seeds, step, partial(contains, expedition.seen, step))
        for gate, step in _closed(content, expedition.opened):
            expedition.go_on(seeds, step, partial(contains, expedition.opened, gate))
    faults = [*expedition.faults.values(), *_gate_faults(expedition, seeds)]
    unreached = tuple(step for step in steps if step not in expedition.seen)
    return Explored(content.playbook.id, expedition.walks, tuple(faults), unreached, len(steps), expedition.trail)


class _Expedition:
    """The walks over one playbook together: what they came to, which gates opened, what went wrong."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.seen: set[str] = set()
        self.opened: set[str] = set()
        self.faults: dict[tuple[str, str, str], Fault] = {}
        self.walks = 0
        self.trail: tuple[str, ...] = ()
        self._directed = 0

    def go(self, seed: int, target: str) -> None:
        """Walk once."""
        one = Explorer(self.content, seed, target)
        one.run()
        self.walks += 1
        self.trail = one.trail
        self.seen.update(one.seen)
        self.opened.update(one.opened)
        for fault in one.faults:
            # The words may hold a day or a row; one fault of a kind in a step is enough to look for it.
            message = fault.message if fault.kind == "letter" else ""
            self.faults.setdefault((fault.kind, parse_instance(fault.step).name, message), fault)

    def go_on(self, seeds: Sequence[int], target: str, is_there: Callable[[], bool]) -> None:
        """Walk towards a step until something is so, a few times at most."""
        for number in range(DIRECTED):
            if is_there() or self._directed >= MOST_DIRECTED:
                return
            self._directed += 1
            self.go(seeds[number % len(seeds)], target)


def _closed(content: Content, opened: set[str]) -> Iterator[tuple[str, str]]:
    """Name each gate that never opened, with the steps that ask what it needs."""
    plan = plan_of((content.playbook,), content.registry)
    for gate in content.playbook.gates:
        if gate.id in opened:
            continue
        steering = Steering(plan, content.playbook, Random(gate.id))  # noqa: S311 - a walk must be repeatable
        steering.make(gate.needs)
        wishes = steering.wishes
        wanted = {*wishes.value, *wishes.include, *wishes.avoid}
        asking = [step.id for step in content.playbook.steps if wanted & set(step.ask)]
        asking += [step.id for step in content.playbook.steps for need in step.evidence if need.kind in wishes.kinds]
        yield from ((gate.id, step) for step in asking[-2:])


def _gate_faults(expedition: _Expedition, seeds: Sequence[int]) -> Iterator[Fault]:
    if expedition.walks < FEWEST_FOR_GATES:
        return
    playbook = expedition.content.playbook
    for gate in playbook.gates:
        if gate.id not in expedition.opened:
            yield Fault("gate", playbook.id, seeds[0], "", gate.id, f"the gate never opened: {gate.needs.text}")


class _Glance(Ground):
    """A ground whose survey knows instances, gates and letters only: what the next turn needs, and quickly."""

    @cached_property
    def walked(self) -> Walk:
        """Walk the playbooks once; gates that ask for finished steps are judged with what an earlier walk knew."""
        gates = find_gates(self.plan, self.state)
        walked = walk(self.plan, self.state, self.as_of, {gate.id: gate for gate in gates})
        if any("done(" in gate.needs.text for gate in self.plan.gates.values()):
            gates = find_gates(self.plan, self.state, done_steps(walked))
            walked = walk(self.plan, self.state, self.as_of, {gate.id: gate for gate in gates})
        return walked

    @cached_property
    def survey(self) -> Survey:
        """Give instances, gates and letters; no dates and no actions."""
        walked = self.walked
        gates = tuple(walked.gates.values())
        instances = tuple(plain(visit) for visit in walked.visits.values())
        return Survey(
            as_of=self.as_of,
            zone=walked.zone,
            language="",
            playbooks=self.playbooks,
            instances=instances,
            gates=gates,
            letters=find_letters(walked, gates, self.letters),
            by_id={each.id: each for each in instances},
        )


@dataclass(slots=True)
class _Trail:
    """What a walk did, in words that fit on a line."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.lines.append(" ".join(text.split())[:160])


class Explorer:
    """One walk. `run` it once; then read `faults`, `seen` (steps), `opened` (gates), `trail` and `rounds`."""

    def __init__(self, content: Content, seed: int, target: str = "") -> None:
        self.content = content
        self.seed = seed
        self.target = target
        self.faults: list[Fault] = []
        self.seen: set[str] = set()
        self.opened: set[str] = set()
        self.rounds = 0
        self._plan: Plan = plan_of((content.playbook,), content.registry)
        self._random = Random(f"{content.playbook.id} {seed} {target}")  # noqa: S311 - a walk must be repeatable
        self._now = BEGINS + timedelta(days=self._random.randint(0, 300), minutes=self._random.randint(0, 600))
        steering = Steering(self._plan, content.playbook, self._random)
        if target:
            steering.lead_to(target)
        if self._random.random() < 0.75:
            for gate in content.playbook.gates:
                steering.make(gate.needs)
        self._wishes = steering.wishes
        self._inventor = Inventor(self._random, self._wishes, ZONE, self._random.choice((0.9, 0.97, 1.0)))
        self._entries: list[Entry] = []
        self._state: CaseState | None = None
        self._left: set[tuple[str, str]] = set()
        """(instance, need) that this walk leaves aside: optional things, and what was tried in vain."""
        self._outcomes: dict[str, int] = {}
        self._exhibits = 0
        self._trail = _Trail()

    # --- the walk

    @property
    def trail(self) -> tuple[str, ...]:
        """Return what was done, oldest first."""
        return tuple(self._trail.lines)

    def run(self) -> None:
        """Walk until nothing is left to do, a fault ends it, or it has gone on for long enough."""
        self._record([CaseOpened("amber-heron", self.content.playbook.id, ZONE)])
        try:
            while self.rounds < MAX_ROUNDS and self._turn():
                self.rounds += 1
        except RecoverError as fault:
            self._fault("error", "", f"{fault.message}{f' ({fault.place})' if fault.place else ''}")
        except _BUGS as bug:
            # Whatever a playbook makes the engine stumble over is what a walk is looking for.
            self._fault("error", "", f"the engine stumbled: {type(bug).__name__}: {bug}")

    def _turn(self) -> bool:
        """Do what can be done now; say whether the walk goes on."""
        ground = self._ground()
        survey = ground.survey
        self._look(ground.walked)
        if len(ground.walked.visits) > MAX_INSTANCES:
            self._fault("circle", survey.instances[-1].id, f"more than {MAX_INSTANCES} step instances: no end to it")
            return False
        if self._random.random() < 0.02:
            self._record(self._change_of_mind(ground))
            return True
        bodies = self._work(ground) or self._await(ground) or self._unhold(ground)
        if bodies:
            self._record(bodies)
            return True
        if self._advance(ground):
            return True
        bodies = self._await(ground, every=True) or self._late(ground)
        if bodies:
            self._record(bodies)
            return True
        self._judge_end(ground)
        return False

    def _ground(self) -> _Glance:
        if self._state is None:
            self._state = fold(self._entries)
        playbooks = (self.content.playbook,)
        return _Glance(playbooks, self.content.registry, self._state, self._now, self.content.letters)

    def _record(self, bodies: Sequence[Any]) -> None:
        self._state = None
        for body in bodies:
            number = len(self._entries)
            self._now += timedelta(minutes=self._random.randint(1, 9))
            self._entries.append(Entry(str(number), "L", number, KIND_OF[type(body)], self._now, "walk", body))

    def _look(self, walked: Walk) -> None:
        self.seen.update(visit.placed.step.id for visit in walked.visits.values() if visit.status != "passed")
        self.opened.update(gate.id for gate in walked.gates.values() if gate.status == "open")
        for step in sorted(walked.circles):
            self._fault("circle", step, "the way leads back to it without waiting for anybody")

    def _fault(self, kind: FaultKind, step: str, message: str) -> None:
        if not any((each.kind, each.step, each.message) == (kind, step, message) for each in self.faults):
            trail = tuple(self._trail.lines)
            self.faults.append(Fault(kind, self.content.playbook.id, self.seed, self.target, step, message, trail))

    # --- work that is open

    def _work(self, ground: _Glance) -> list[Any]:
        """Do everything that open steps ask for; questions before letters."""
        bodies: list[Any] = []
        answered: set[tuple[str, str]] = set()
        for instance in ground.survey.instances:
            if instance.status != "open":
                continue
            for need in instance.missing:
                key = (instance.element if need.id.startswith(ITEM) else "", need.id)
                if (instance.id, need.id) in self._left or (need.kind in ("question", "list") and key in answered):
                    continue
                if need.optional and self._random.random() < 0.4:
                    self._left.add((instance.id, need.id))
                    continue
                answered.add(key)
                bodies.extend(self._meet(ground, instance, need))
        return bodies

    def _meet(self, ground: _Glance, instance: Instance, need: Need) -> Sequence[Any]:
        match need.kind:
            case "question" | "list":
                return self._answer(ground, instance, need)
            case "evidence":
                return self._evidence(ground, instance, need)
            case "item":
                return self._mark(ground, instance, need)
            case "letter":
                return self._letter(ground, instance, need)
            case "reply":
                return ()
            case _:
                return ()

    def _try(self, decision: Callable[[], Sequence[Any]], instance: Instance, need: str, words: str) -> Sequence[Any]:
        """Take a decision that a helper is invited to; that it is refused is a fault of the playbook."""
        try:
            bodies = decision()
        except RecoverError as fault:
            self._left.add((instance.id, need))
            self._trail.add(f"{words}: refused")
            self._fault("error", instance.id, f"{need}: {fault.message}")
            return ()
        if not bodies:
            self._left.add((instance.id, need))
        self._trail.add(words)
        return bodies

    def _answer(self, ground: _Glance, instance: Instance, need: Need) -> Sequence[Any]:
        list_fact = instance.step.for_each
        column = need.id.removeprefix(ITEM) if need.id.startswith(ITEM) else ""
        fact = self._plan.column(list_fact, column) if column else self._plan.facts.get(need.id)
        if fact is None:
            self._left.add((instance.id, need.id))
            return ()
        name = f"{list_fact}.{column}" if column else need.id
        raw = self._inventor.answer(fact, name, self._now)
        words = f"{instance.id}: {need.id} = {_shown(raw)}"
        if column:
            decision = partial(decide.answer, ground, list_fact, raw, element=instance.element, field=column)
        else:
            decision = partial(decide.answer, ground, need.id, raw)
        return self._try(decision, instance, need.id, words)

    def _evidence(self, ground: _Glance, instance: Instance, need: Need) -> Sequence[Any]:
        wanted = next(each for each in instance.step.evidence if each.id == need.id)
        is_wished = wanted.kind in self._wishes.kinds
        if wanted.if_missing != "block" and not is_wished and self._random.random() < 0.35:
            decision = partial(decide.explain, ground, need.command_id, "it is gone")
            return self._try(decision, instance, need.id, f"{instance.id}: {need.id} explained")
        bodies: list[Any] = []
        for _ in range(wanted.count):
            self._exhibits += 1
            body = ExhibitAdded(
                f"E{self._exhibits:02}", wanted.kind, f"a {wanted.kind}", wanted.sensitivity_class,
                _NO_PART, _NO_PART, _NO_PART, _NO_PART, fulfils=(need.command_id,),
            )  # fmt: skip
            words = f"{instance.id}: {need.id} is {body.number}"
            bodies.extend(self._try(partial(_one, decide.check_exhibit, ground, body), instance, need.id, words))
        return bodies

    def _mark(self, ground: _Glance, instance: Instance, need: Need) -> Sequence[Any]:
        mark = self._random.choice(("done", "done", "done", "done", "not-done", "not-applicable"))
        reason = "" if mark == "done" else "not here"
        decision = partial(decide.mark, ground, instance.id, need.id, mark, reason)
        return self._try(decision, instance, need.id, f"{instance.id}: {need.id} {mark}")

    # --- letters

    def _letter(self, ground: _Glance, instance: Instance, need: Need) -> Sequence[Any]:
        """Send a letter once nothing else of its step is missing; what blocks it is opened, or the step left."""
        if any(each.kind not in ("letter", "reply", "check") and not each.optional for each in instance.missing):
            return ()
        letter = next(
            (one for one in ground.survey.letters if (one.name, one.instance) == (need.id, instance.id)), None
        )
        if letter is None:
            # A wait that has not begun names the letter of the step it follows.
            return ()
        if letter.blocks:
            return self._unblock(ground, instance, letter, need)
        self._check_needs(ground, letter)
        moment = ground.as_of.isoformat(timespec="minutes")
        if letter.about is not None and letter.about.approval and letter.approval is None:
            decision: Callable[[], Sequence[Any]] = partial(
                decide.approve, ground, letter.name, step=instance.id, text_sha256=_TEXT_SHA256,
                how="read aloud", language="en", at=moment,
            )  # fmt: skip
            return self._try(decision, instance, need.id, f"{instance.id}: {letter.name} approved")
        decision = partial(
            decide.sent, ground, letter.name, step=instance.id, at=moment, reference="T-1", text_sha256=_TEXT_SHA256
        )
        return self._try(decision, instance, need.id, f"{instance.id}: {letter.name} sent")

    def _unblock(self, ground: _Glance, instance: Instance, letter: LetterState, need: Need) -> Sequence[Any]:
        block = letter.blocks[0]
        if need.optional:
            self._left.add((instance.id, need.id))
            return ()
        if block.id == NEW_FACT:
            when = ground.as_of.isoformat(timespec="minutes")
            words = f"{instance.id}: something new happened"
            return self._try(
                partial(decide.event, ground, when, "It was seen again", "holder"), instance, need.id, words
            )
        gate = ground.survey.gate(block.id)
        if gate is not None and gate.status == "held":
            return self._open_gate(ground, block.id, instance.id) or self._leave(ground, instance)
        if gate is None and letter.about is not None and block.id in letter.about.gates:
            self._fault("gate", letter.name, f"the letter can never go: {block.reason}")
        return self._leave(ground, instance)

    def _leave(self, ground: _Glance, instance: Instance) -> Sequence[Any]:
        words = f"{instance.id}: left"
        return self._try(partial(decide.stop, ground, instance.id, "it cannot go now"), instance, "left", words)

    def _check_needs(self, ground: _Glance, letter: LetterState) -> None:
        """Report a letter on offer that needs an answer which nobody was asked for on this way."""
        asked = {need.id for each in ground.survey.instances for need in each.missing}
        for need in self.content.needs.get(letter.name, ()):
            fact = self._fact_of(need)
            if fact is None:
                continue
            is_there = ground.state.fact(fact.id) is not None or bool(ground.state.rows(fact.id))
            if not is_there and fact.id not in asked:
                message = f"the letter {letter.name} is on offer and needs {need}, which was not asked on this way"
                self._fault("letter", letter.instance, message)

    def _fact_of(self, need: str) -> Fact | None:
        first, _, rest = need.partition(".")
        named = self._plan.means.get(first) or f"{first}.{rest.partition('.')[0]}"
        return self._plan.facts.get(named)

    # --- what is waited for, held, due

    def _await(self, ground: _Glance, *, every: bool = False) -> Sequence[Any]:
        """Let the other side answer, or record the checks of a day; silence is left to the clock."""
        waiting = [each for each in ground.survey.instances if each.status == "waiting"]
        waiting += [each for each in ground.survey.instances if each.status == "open" and _is_answerable(each)]
        some = waiting if every else [each for each in waiting if self._random.random() < 0.6]
        bodies = [body for each in some for body in self._hear(ground, each)]
        if bodies:
            self._now += timedelta(hours=self._random.randint(2, 90))
        return bodies

    def _hear(self, ground: _Glance, instance: Instance) -> Sequence[Any]:
        checks = [need for need in instance.missing if need.kind == "check"]
        if checks and not any(need.kind == "reply" for need in instance.missing):
            return self._check(ground, instance, checks)
        outcome = self._outcome(instance)
        if outcome == "silence":
            return ()
        decision = partial(decide.reply, ground, instance.id, outcome, at=ground.as_of.isoformat(timespec="minutes"))
        self._outcomes[f"{instance.step.id} {outcome}"] = self._outcomes.get(f"{instance.step.id} {outcome}", 0) + 1
        return self._try(decision, instance, "reply", f"{instance.id}: {outcome}")

    def _outcome(self, instance: Instance) -> str:
        """Choose what the other side does: as wished on the first visit, else what it has not done yet."""
        ids = [outcome.id for outcome in instance.step.outcomes]
        wished = self._wishes.outcomes.get(instance.step.id)
        if wished in ids and not self._outcomes.get(f"{instance.step.id} {wished}"):
            return str(wished)
        fewest = min(self._outcomes.get(f"{instance.step.id} {each}", 0) for each in ids)
        return self._random.choice(
            [each for each in ids if self._outcomes.get(f"{instance.step.id} {each}", 0) == fewest]
        )

    def _check(self, ground: _Glance, instance: Instance, checks: Sequence[Need]) -> Sequence[Any]:
        days = [need.id for need in checks[: self._random.choice((1, len(checks)))]]
        self._now = max(self._now, datetime.fromisoformat(f"{days[-1]}T09:00:00+00:00"))
        bodies: list[Any] = []
        for day in days:
            result = self._random.choice(("done", "done", "missed", "anomaly"))
            decision = partial(decide.check, ground, instance.id, day, result, "seen" if result == "anomaly" else "")
            bodies.extend(self._try(decision, instance, day, f"{instance.id}: check of {day} {result}"))
        return bodies

    def _unhold(self, ground: _Glance) -> Sequence[Any]:
        """Try to open what holds a step: answer what its gate needs, override it, or stop the harm first."""
        for instance in ground.survey.instances:
            if instance.status != "held" or (instance.id, "held") in self._left:
                continue
            self._left.add((instance.id, "held"))
            for held in instance.held_by:
                if "." in held:
                    bodies: Sequence[Any] = self._save_first(ground, instance, held)
                else:
                    bodies = self._open_gate(ground, held, instance.id)
                if bodies:
                    return bodies
        return ()

    def _save_first(self, ground: _Glance, instance: Instance, need: str) -> Sequence[Any]:
        bodies: Sequence[Any]
        try:
            bodies = decide.explain(ground, need, "it is gone")
        except RecoverError:
            bodies = decide.stop(ground, instance.id, race=True)
        self._trail.add(f"{instance.id}: {need} explained, or the harm stopped first")
        return bodies

    def _open_gate(self, ground: _Glance, gate: str, where: str) -> Sequence[Any]:
        """Open a gate the honest way if that can be done by answers, else by a helper's decision."""
        known = ground.survey.gate(gate)
        if known is None or (gate, "tried") in self._left:
            return ()
        if (gate, "answered") not in self._left and gate in self._plan.gates:
            self._left.add((gate, "answered"))
            bodies = self._answer_again(ground, gate)
            if bodies:
                self._trail.add(f"{where}: answers that the gate {gate} needs")
                return bodies
        self._left.add((gate, "tried"))
        if known.override == "nobody":
            return ()
        self._trail.add(f"{where}: the gate {gate} overridden")
        return decide.override(ground, gate, "a colleague agreed")

    def _answer_again(self, ground: _Glance, gate: str) -> list[Any]:
        """Answer what was asked before as a gate needs it, and add the exhibits it counts."""
        steering = Steering(self._plan, self.content.playbook, self._random)
        steering.make(self._plan.gates[gate].needs)
        wishes = steering.wishes
        asked = {name for each in ground.survey.instances if each.status != "passed" for name in each.step.ask}
        inventor = Inventor(self._random, wishes, ZONE, 1.0)
        bodies: list[Any] = []
        for name in sorted({*wishes.value, *wishes.include, *wishes.avoid} & asked):
            fact = self._plan.facts.get(name)
            if fact is not None and fact.type is not FactType.LIST:
                bodies.extend(decide.answer(ground, name, inventor.value(fact, name, self._now)))
        for instance in ground.survey.instances:
            for need in instance.step.evidence:
                if need.kind in wishes.kinds and instance.status in ("open", "done", "waiting") and not bodies:
                    self._exhibits += 1
                    body = ExhibitAdded(
                        f"E{self._exhibits:02}", need.kind, f"a {need.kind}", need.sensitivity_class,
                        _NO_PART, _NO_PART, _NO_PART, _NO_PART, fulfils=(f"{instance.id}.{need.id}",),
                    )  # fmt: skip
                    bodies.append(decide.check_exhibit(ground, body))
        return bodies

    def _change_of_mind(self, ground: _Glance) -> Sequence[Any]:
        """Answer an earlier question differently, as clients do."""
        known = [
            key for key in ground.state.facts if not key.element and not key.field and key.fact in self._plan.facts
        ]
        known = [key for key in known if self._plan.facts[key.fact].type is not FactType.LIST]
        if not known:
            return ()
        name = self._random.choice(known).fact
        raw = self._inventor.answer(self._plan.facts[name], name, self._now)
        self._trail.add(f"on second thoughts: {name} = {_shown(raw)}")
        return decide.answer(ground, name, raw)

    # --- time

    def _advance(self, ground: _Glance) -> bool:
        """Move the clock to the next moment at which something happens by itself; say whether there is one."""
        moments = sorted(moment for moment in self._moments(ground) if moment > self._now)
        if not moments:
            return False
        self._now = moments[0] + timedelta(minutes=1)
        self._trail.add(f"the clock moves to {local_day(self._now, ZONE)}")
        return True

    def _moments(self, ground: _Glance) -> Iterator[datetime]:
        walked = ground.walked
        for visit in walked.visits.values():
            if visit.status not in ("open", "waiting"):
                continue
            for outcome in visit.placed.step.outcomes:
                moment = walked.silence_moment(visit, outcome) if outcome.id == "silence" else None
                if moment is not None:
                    yield moment
            for check in walked.checks(visit):
                if check.record is None:
                    yield datetime(check.on.year, check.on.month, check.on.day, 9, tzinfo=UTC)

    def _late(self, ground: _Glance) -> Sequence[Any]:
        """Send what was left aside although somebody waits for its answer; stop waiting for what cannot be sent."""
        for instance in ground.survey.instances:
            wait = instance.step.wait
            if instance.status != "open" or wait is None or instance.since is not None:
                continue
            names = {need.id for need in instance.missing if need.kind == "letter"}
            for letter in ground.survey.letters:
                sender = ground.survey.instance(letter.instance)
                if letter.name in names and letter.is_offered and sender is not None:
                    self._left.discard((sender.id, letter.name))
                    return self._letter(ground, sender, Need("letter", letter.name, letter.name))
            if any(parse_instance(stop.body.step).name == wait.for_step for stop in ground.state.stops):
                return self._leave(ground, instance)
        return ()

    # --- the end

    def _judge_end(self, ground: _Glance) -> None:
        """Nothing is left to do: say what is wrong with that, if anything."""
        instances = ground.survey.instances
        stuck = [each for each in instances if each.status == "open" and not self._is_left(each)]
        for each in stuck:
            needs = ", ".join(need.id for need in each.missing if not need.optional)
            self._fault("dead-end", each.step.id, f"the step stays open and nothing can be done in it: {needs}")
        for each in instances:
            is_lost = each.status == "passed" and each.step.outcomes and each.line == instances[0].line
            if is_lost and not (_is_beside(instances, each) or _sisters_go_on(instances, each)):
                self._fault("dead-end", each.step.id, "a step that waits was passed over, and so nothing leads on")
        is_going_on = any(each.status in ("open", "waiting", "held") for each in instances) or ground.state.stops
        is_over = any(each.status == "done" and (each.step.end or _leaves(each, ground)) for each in instances)
        if not is_going_on and not is_over:
            last = instances[-1].id if instances else ""
            self._fault("dead-end", last, "the case stops here: nothing is open, nothing is due, and nothing has ended")

    def _is_left(self, instance: Instance) -> bool:
        """Say whether a step stands open only because this walk met a fault in it, or left it on purpose."""
        return any((instance.id, need.id) in self._left for need in instance.missing if not need.optional)


def _is_answerable(instance: Instance) -> bool:
    """Say whether only an outcome (of a step that waits for no letter) or checks that are due can be recorded."""
    needs = {need.kind for need in instance.missing if not need.optional}
    return needs == {"check"} or (needs == {"reply"} and instance.step.wait is None)


def _is_beside(instances: Sequence[Instance], passed: Instance) -> bool:
    """Say whether the step from which one was opened opened others too, so that the case goes on there."""
    name = parse_instance(passed.id).name
    return any(each.opened_by == passed.opened_by and parse_instance(each.id).name != name for each in instances)


def _sisters_go_on(instances: Sequence[Instance], passed: Instance) -> bool:
    name = parse_instance(passed.id).name
    return any(parse_instance(each.id).name == name and each.status != "passed" for each in instances)


def _leaves(instance: Instance, ground: _Glance) -> bool:
    """Say whether a step leads to an exit that nobody continues, where a line of work may stop."""
    branches = (*instance.step.next, *instance.step.also)
    return any(not branch.go for branch in branches) or any(not outcome.go for outcome in instance.step.outcomes)


def _one(check: Callable[[Ground, ExhibitAdded], ExhibitAdded], ground: Ground, body: ExhibitAdded) -> list[Any]:
    return [check(ground, body)]


def _shown(raw: object) -> str:
    if isinstance(raw, list):
        return f"{len(raw)} rows" if raw and isinstance(raw[0], dict) else ", ".join(map(str, raw)) or "none"
    return str(raw)
