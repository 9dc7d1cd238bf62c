"""The engine: playbooks, registry and state as of one moment give a `Survey`. Pure; no clock, no disk.

`survey` is the one function behind screens, calendar, letters and packets. Everything it finds is derived from the log
each time: resume, undo, merge and audit need no code of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from recover.case.actions import find_actions, rank
from recover.case.due import find_due
from recover.case.gates import find_gates
from recover.case.instances import Walk, done_steps, walk
from recover.case.lookup import CaseLookup, case_language, case_zone
from recover.case.offers import find_letters
from recover.case.plan import Plan, make_plan, parse_instance
from recover.case.progress import finish
from recover.case.stale import find_stale
from recover.case.state import CaseState
from recover.case.survey import Conflict, LetterAbout, Survey
from recover.playbook.model import Channel, Organisation, Playbook, Registry, Rule

__all__ = ["look_up", "plan_of", "rank", "survey"]

NO_LETTERS: Mapping[str, LetterAbout] = {}
_KEPT_PLANS = 8
_plans: dict[tuple[int, ...], tuple[tuple[Playbook, ...], Registry, Plan]] = {}


def plan_of(playbooks: Sequence[Playbook], registry: Registry) -> Plan:
    """Index the playbooks of a case; the same objects give the same index without work."""
    key = (*(id(playbook) for playbook in playbooks), id(registry))
    kept = _plans.get(key)
    if kept is None:
        if len(_plans) >= _KEPT_PLANS:
            _plans.clear()
        # The values are kept beside their ids, so that no other object can come to have the same id.
        kept = _plans[key] = tuple(playbooks), registry, make_plan(playbooks, registry)
    return kept[2]


def survey(
    playbooks: Sequence[Playbook],
    registry: Registry,
    state: CaseState,
    as_of: datetime,
    letters: Mapping[str, LetterAbout] = NO_LETTERS,
) -> Survey:
    """Find out how a case stands as of an aware moment: steps, gates, dates, letters, what to do next.

    `playbooks` are those pinned in the case, the first being the one it was opened with. `letters` gives what the front
    matter of the pinned letters says (gates, approval, facts used); without it letters are judged by the playbooks
    alone. Everything recorded counts whatever `as_of` is: that only moves dates, waits and silence.
    """
    plan = plan_of(playbooks, registry)
    gates = find_gates(plan, state)
    walked = walk(plan, state, as_of, {gate.id: gate for gate in gates})
    if any("done(" in gate.needs.text for gate in plan.gates.values()):
        gates = find_gates(plan, state, done_steps(walked))
        walked = walk(plan, state, as_of, {gate.id: gate for gate in gates})
    instances = finish(walked)
    due = find_due(walked)
    conflicts = tuple(_conflicts(plan, state))
    offers = find_letters(walked, gates, letters)
    stale = find_stale(walked, letters)
    return Survey(
        as_of=as_of,
        zone=case_zone(plan, state),
        language=case_language(plan, state),
        playbooks=tuple(playbooks),
        instances=instances,
        gates=gates,
        due=due,
        next=find_actions(walked, instances, gates, due, offers, conflicts, stale),
        stale=stale,
        conflicts=conflicts,
        letters=offers,
        warnings=tuple(_warnings(walked)),
        is_closed=state.closed is not None,
        by_id={instance.id: instance for instance in instances},
    )


def look_up(
    playbooks: Sequence[Playbook],
    registry: Registry,
    state: CaseState,
    as_of: datetime,
    *,
    list_fact: str = "",
    element: str = "",
) -> CaseLookup:
    """Give the look-up for a condition outside the engine, such as a letter's `where`, for one row or none."""
    plan = plan_of(playbooks, registry)
    done: Mapping[str, bool] = {}
    if plan.uses_done:
        gates = {gate.id: gate for gate in find_gates(plan, state)}
        done = done_steps(walk(plan, state, as_of, gates))
    return CaseLookup(plan, state, list_fact=list_fact, element=element, done=done)


def _conflicts(plan: Plan, state: CaseState) -> Iterator[Conflict]:
    for key, record in state.facts.items():
        if record.status == "conflict":
            fact = plan.column(key.fact, key.field) if key.field else plan.facts.get(key.fact)
            yield Conflict(key, fact.ask if fact else key.fact, record.rivals)


def _warnings(walked: Walk) -> Iterator[str]:
    today = walked.today.isoformat()
    for playbook in walked.plan.playbooks:
        if playbook.revoked:
            yield f"The playbook “{playbook.title}” was withdrawn: {playbook.revoked}"
        elif playbook.valid_until < today:
            yield f"The playbook “{playbook.title}” was valid until {playbook.valid_until}; look for a newer one."
    for instance, sent in walked.records.sent.items():
        if parse_instance(instance) not in walked.visits:
            placed = walked.plan.named.get(parse_instance(instance).name)
            title, letter = placed.step.title if placed else instance, sent[-1].body.letter
            yield f"The answers no longer lead to “{title}”, from which {letter} was sent: watch for its answer."
    old = _past_review(walked.plan, today)
    if old:
        yield f"Past their review date, check them before you rely on them: {', '.join(old)}."


def _past_review(plan: Plan, today: str) -> list[str]:
    """Name the rules and channels of the playbooks that are past their review date, and who stands behind a channel."""
    steps = [step for playbook in plan.playbooks for step in playbook.steps]
    used = {deadline.rule for playbook in plan.playbooks for deadline in playbook.deadlines}
    used |= {row.rule for step in steps for row in step.schedule}
    ways = {use.channel for step in steps for use in step.letters}
    channels = [channel for channel in plan.registry.channels if channel.id in ways]
    behind = {channel.organisation for channel in channels}
    facts: list[Rule | Channel | Organisation] = [
        *(rule for rule in plan.rules.values() if rule.id in used),
        *channels,
        *(body for body in plan.registry.organisations if body.id in behind),
    ]
    return sorted({fact.id for fact in facts if fact.provenance.review_by < today})
