"""The case as decisions see it, and what every decision needs: finding the step meant, reading what was said.

Raises `UsageError` (2) for what is unknown or malformed, `NotFoundError` (10) for what is not in the case, `Refusal`
(4) for what a gate or a rule forbids.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from recover.case.engine import NO_LETTERS, plan_of, survey
from recover.case.instances import Walk, walk
from recover.case.lookup import case_zone
from recover.case.plan import PlacedStep, Plan, parse_instance
from recover.case.state import CaseState
from recover.case.survey import Instance, LetterAbout, Survey
from recover.errors import NotFoundError, RefusedError, UsageError
from recover.playbook.model import Playbook, Registry
from recover.times import When, format_instant, parse_when, read_when

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refusal(RefusedError):
    """A gate or a rule forbids it. `gate` is its id: a gate of the playbook or the engine, `approval`, `new_fact` …"""

    def __init__(self, gate: str, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message, hint=hint, place=place)
        self.gate = gate


class Ground:
    """A case as decisions see it: playbooks, registry, state, moment. What is derived is worked out once."""

    def __init__(
        self,
        playbooks: Sequence[Playbook],
        registry: Registry,
        state: CaseState,
        as_of: datetime,
        letters: Mapping[str, LetterAbout] = NO_LETTERS,
    ) -> None:
        self.playbooks = tuple(playbooks)
        self.registry = registry
        self.state = state
        self.as_of = as_of
        self.letters = letters

    @cached_property
    def survey(self) -> Survey:
        """Survey the case as of the ground's moment."""
        return survey(self.playbooks, self.registry, self.state, self.as_of, self.letters)

    @cached_property
    def plan(self) -> Plan:
        """Index the playbooks."""
        return plan_of(self.playbooks, self.registry)

    @cached_property
    def zone(self) -> str:
        """Give the zone in which the case counts days."""
        return case_zone(self.plan, self.state)

    @cached_property
    def walked(self) -> Walk:
        """Walk the playbooks, for what the survey does not show."""
        return walk(self.plan, self.state, self.as_of, {gate.id: gate for gate in self.survey.gates})

    def on(self, state: CaseState) -> Ground:
        """Give the same ground with another state."""
        return Ground(self.playbooks, self.registry, state, self.as_of, self.letters)


# --- steps -----------------------------------------------------------------------------------------------------------


def find_step(ground: Ground, step: str) -> tuple[PlacedStep, Instance | None, str]:
    """Find the step instance somebody means: an exact id, else the visit that is open or waiting, else the last one.

    Gives the step, its instance (None when it was not reached) and the id to record. Raises `NotFoundError`.
    """
    parsed = parse_instance(step)
    placed = ground.plan.named.get(parsed.name)
    if placed is None:
        near = difflib.get_close_matches(parsed.name, ground.plan.named, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "recover next lists the open steps"
        raise NotFoundError(f"no step is called {shown(step)}", hint=hint)
    if placed.step.for_each and parsed.element not in ground.state.rows(placed.step.for_each):
        rows = ", ".join(f"{parsed.name}[{each}]" for each in ground.state.rows(placed.step.for_each)[:4])
        raise NotFoundError(
            f"{shown(step)} needs the row it is about", hint=f"one of {rows}" if rows else "no rows yet"
        )
    exact = ground.survey.instance(parsed.text)
    if "#" in step:
        return placed, exact, parsed.text
    visits = [
        each
        for each in ground.survey.instances
        if (parse_instance(each.id).name, each.element) == (parsed.name, parsed.element) and each.status != "unreached"
    ]
    ranked = sorted(visits, key=lambda each: (each.status in ("open", "waiting", "held"), each.visit))
    return (placed, ranked[-1], ranked[-1].id) if ranked else (placed, None, parsed.text)


def refuse_held(ground: Ground, placed: PlacedStep, instance: Instance | None) -> None:
    """Refuse work in a step that a gate, or evidence to be saved first, holds: also when it was not reached yet."""
    if instance is not None and instance.status == "held":
        first = instance.held_by[0]
        gate = ground.survey.gate(first)
        raise Refusal(first, f"“{placed.step.title}” is held: {instance.because}", hint=gate.hint if gate else
                      f"add what is asked for, or say why it is missing: {first}")  # fmt: skip
    if instance is None:
        for gate_id in placed.step.gates:
            gate = ground.survey.gate(gate_id)
            if gate is not None and not gate.is_open:
                raise Refusal(gate_id, f"“{placed.step.title}” is held: {gate.reason}", hint=gate.hint)
        for hold in ground.walked.known.holds.get(placed.name, ()):
            hint = f"add it, or say why it is missing: {hold.evidence}"
            raise Refusal(hold.evidence, f"“{placed.step.title}” is held: first save {hold.title}", hint=hint)


# --- what was said ---------------------------------------------------------------------------------------------------


_CLOCKS_APART = timedelta(minutes=10)
_DAYS_APART = timedelta(days=1)
"""How far a moment and a day may lie ahead: clocks differ, and somewhere it is tomorrow already."""


def read_moment(ground: Ground, text: str, place: str = "", *, way_on: str = "record it when it has happened") -> When:
    """Read when something happened; what has not come yet is a slip (a year, a zone, the day) and is refused."""
    when = parse_when(text, ground.zone, place=place)
    begins = read_when(re.split(r"/(?=[0-9])", when.text)[0], ground.zone)
    apart = _CLOCKS_APART if begins.precision == "instant" else _DAYS_APART
    if begins.earliest is not None and begins.earliest > ground.as_of + apart:
        raise UsageError(
            f"{shown(text)} lies in the future, {_how_far(begins.earliest - ground.as_of)} from now",
            hint=f"it is {format_instant(ground.as_of.replace(microsecond=0), ground.zone)} by this computer's clock; "
            f"check day, year and zone, or {way_on}",
            place=place,
        )
    return when


def _how_far(ahead: timedelta) -> str:
    for length, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if count := ahead // length:
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "a moment"


def known_assets(ground: Ground, assets: Iterable[str], place: str = "") -> tuple[str, ...]:
    """Check that every asset is a row of some list of the case."""
    named = tuple(dict.fromkeys(assets))
    rows = {row for name in ground.state.lists for row in ground.state.rows(name)}
    for asset in named:
        if asset not in rows:
            hint = f"rows: {', '.join(sorted(rows)[:8])}" if rows else "the list has no rows yet"
            raise UsageError(f"no list has a row {shown(asset)}", hint=hint, place=place)
    return named


def one_of(value: str, allowed: Sequence[str], what: str, place: str = "") -> None:
    """Check that a word is one of those allowed; a `UsageError` that lists them."""
    if value not in allowed:
        raise UsageError(f"{shown(value)} is not {what}", hint=f"one of {', '.join(allowed)}", place=place)


def said(text: str, what: str, place: str = "") -> str:
    """Give a text without space around it; a `UsageError` that asks for it when nothing was said."""
    clean = text.strip()
    if not clean:
        raise UsageError(f"nothing was said: {what}", hint="say it in a few words", place=place)
    return clean


def read_sha256(digest: str) -> str:
    """Give a SHA-256 as it is written here; a `UsageError` for anything else."""
    if not _SHA256.fullmatch(digest):
        raise UsageError("a SHA-256 is 64 lower-case hex digits")
    return digest


def shown(text: str) -> str:
    """Quote what was typed, bounded and without control characters; joiners stay, Persian words need them."""
    return "“" + "".join(each if each.isprintable() or each in "\u200c\u200d" else "?" for each in text[:80]) + "”"
