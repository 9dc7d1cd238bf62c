"""Small made-up playbooks and cases for the engine's tests: values in, no YAML, no disk, a fixed clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from recover.case.codec import KIND_OF
from recover.case.decide import Ground
from recover.case.engine import survey
from recover.case.entries import Answered, CaseOpened, Entry, ExhibitAdded, Part, Replied, Sent
from recover.case.state import CaseState, fold
from recover.case.survey import DueItem, Instance, LetterAbout, LetterState, Survey
from recover.playbook.model import (
    Branch,
    Certainty,
    Channel,
    ChecklistItem,
    Choice,
    Deadline,
    EvidenceNeed,
    Expression,
    Fact,
    FactType,
    FirstAid,
    Gate,
    LetterUse,
    Outcome,
    Playbook,
    Provenance,
    Registry,
    Rule,
    Schedule,
    Step,
    Triage,
    Wait,
    Watch,
)
from recover.times import parse_instant

ZONE = "Asia/Baku"
PROVENANCE = Provenance(("a help page",), "2026-01-01", Certainty.A, "2027-06-30")
NO_PART = Part("0" * 64, "0" * 64)


def when(text: str) -> Expression:
    """Make a condition."""
    return Expression(text)


def fact(name: str, type_: FactType = FactType.TEXT, **more: Any) -> Fact:
    """Make a question."""
    if isinstance(more.get("visible_if"), str):
        more["visible_if"] = when(more["visible_if"])
    return Fact(id=name, type=type_, ask=f"{name}?", **more)


def yes_no(name: str, **more: Any) -> Fact:
    """Make a yes-no question."""
    return fact(name, FactType.YES_NO, **more)


def choice(name: str, *values: str, **more: Any) -> Fact:
    """Make a question with choices."""
    return fact(name, FactType.CHOICE, choices=tuple(Choice(value, value) for value in values), **more)


def step(name: str, *, go: str | Sequence[Branch] = (), also: Sequence[str | Branch] = (), **more: Any) -> Step:
    """Make a step; `go` is the next step or branches."""
    branches = (Branch(None, go),) if isinstance(go, str) else tuple(go)
    beside = tuple(each if isinstance(each, Branch) else Branch(None, each) for each in also)
    for key in ("visible_if",):
        if isinstance(more.get(key), str):
            more[key] = when(more[key])
    return Step(id=name, title=f"{name} title", next=branches, also=beside, **more)


def branch(condition: str, go: str) -> Branch:
    """Make one arm of a `next`."""
    return Branch(when(condition), go)


def item(name: str, **more: Any) -> ChecklistItem:
    """Make a checklist item."""
    return ChecklistItem(name, f"{name} text", **more)


def need(name: str, kind: str = "image", **more: Any) -> EvidenceNeed:
    """Make a need for evidence."""
    return EvidenceNeed(name, kind, f"{name} title", **more)


def gate(name: str, needs: str, **more: Any) -> Gate:
    """Make a gate."""
    return Gate(name, f"{name} title", when(needs), f"{name} why", **more)


def rule(name: str, *lengths: str, **more: Any) -> Rule:
    """Make a deadline rule."""
    return Rule(name, f"{name} title", more.pop("starts", "when it happened"), lengths, more.pop("who", "the holder"),
                more.pop("provenance", PROVENANCE), **more)  # fmt: skip


def playbook(
    steps: Sequence[Step] = (),
    facts: Sequence[Fact] = (),
    gates: Sequence[Gate] = (),
    *,
    name: str = "mini",
    **more: Any,
) -> Playbook:
    """Make a playbook that starts with its first step."""
    return Playbook(
        id=name,
        version="1.0.0",
        title=f"{name} title",
        summary="",
        reviewed="2026-01-01",
        valid_until=more.pop("valid_until", "2099-12-31"),
        first_aid=FirstAid("First aid", ("Breathe",)),
        triage=Triage("It is gone"),
        start=more.pop("start", steps[0].id if steps else ""),
        facts=tuple(facts),
        gates=tuple(gates),
        steps=tuple(steps),
        **more,
    )


def channel(name: str) -> Channel:
    """Make a channel."""
    return Channel(name, f"{name} title", "the platform", "form", PROVENANCE)


class Case:
    """A made-up case that grows entry by entry, each an hour after the one before."""

    def __init__(
        self,
        *playbooks: Playbook,
        rules: Sequence[Rule] = (),
        channels: Sequence[Channel] = (),
        letters: Mapping[str, LetterAbout] | None = None,
        zone: str = ZONE,
    ) -> None:
        self.playbooks = playbooks or (playbook(),)
        self.registry = Registry(channels=tuple(channels), rules=tuple(rules))
        self.letters = dict(letters or {})
        self.entries: list[Entry] = []
        self.clock = parse_instant("2026-08-01 09:00", ZONE)
        self.zone = zone
        self.add(CaseOpened("amber-heron", self.playbooks[0].id, zone))

    def add(self, *bodies: object, at: str = "", log: str = "L", seen: Mapping[str, int] | None = None) -> Case:
        """Append entries; `at` sets the clock first."""
        if at:
            self.clock = parse_instant(at, ZONE)
        for body in bodies:
            index = sum(1 for one in self.entries if one.log == log)
            name = str(index) if log == "L" else f"{index}-{log}"
            known = seen if seen is not None else self._all_but(log)
            entry = Entry(name, log, index, KIND_OF.get(type(body), "?"), self.clock, "helper", body, known)
            self.entries.append(entry)
            self.clock += timedelta(hours=1)
        return self

    def _all_but(self, log: str) -> dict[str, int]:
        logs = {one.log for one in self.entries} - {log}
        return {each: sum(1 for one in self.entries if one.log == each) for each in logs}

    def say(self, **answers: Any) -> Case:
        """Answer questions; `a__b` stands for the fact `a.b`."""
        return self.add(*(Answered(name.replace("__", "."), value=value) for name, value in answers.items()))

    def row(self, list_fact: str, element: str, **columns: Any) -> Case:
        """Give a row of a list."""
        return self.add(Answered(list_fact, value=columns, element=element))

    def exhibit(self, number: str, kind: str = "image", fulfils: Sequence[str] = (), **more: Any) -> Case:
        """Add an exhibit."""
        return self.add(
            ExhibitAdded(
                number,
                kind,
                f"{number} title",
                more.pop("sensitivity_class", "ordinary"),
                NO_PART,
                NO_PART,
                NO_PART,
                NO_PART,
                fulfils=tuple(fulfils),
                **more,
            )
        )

    def send(self, letter: str, step_id: str, at: str, **more: Any) -> Case:
        """Record a dispatch."""
        return self.add(Sent(letter, step_id, more.pop("channel", ""), f"{at} {ZONE}", **more), at=at)

    def hear(self, step_id: str, outcome: str, at: str) -> Case:
        """Record a reply."""
        return self.add(Replied(step_id, outcome, f"{at} {ZONE}"), at=at)

    @property
    def state(self) -> CaseState:
        """Fold the entries."""
        return fold(self.entries)

    def survey(self, as_of: str = "") -> Survey:
        """Survey the case as of a moment, else as of its last hour."""
        return survey(self.playbooks, self.registry, self.state, self.moment(as_of), self.letters)

    def moment(self, as_of: str) -> datetime:
        """Read an as-of moment."""
        return parse_instant(as_of, ZONE) if as_of else self.clock

    def ground(self, as_of: str = "2026-10-20 12:00") -> Ground:
        """Give the ground for decisions, late enough for what the tests record."""
        return Ground(self.playbooks, self.registry, self.state, self.moment(as_of), self.letters)

    def status(self, as_of: str = "") -> dict[str, str]:
        """Give the status of every instance by id."""
        return {each.id: each.status for each in self.survey(as_of).instances}

    def instance(self, instance_id: str, as_of: str = "") -> Instance:
        """Give one instance."""
        found = self.survey(as_of).instance(instance_id)
        assert found is not None, instance_id
        return found

    def letter(self, name: str, instance_id: str = "", as_of: str = "") -> LetterState:
        """Give one letter."""
        return next(
            each
            for each in self.survey(as_of).letters
            if each.name == name and (not instance_id or each.instance == instance_id)
        )

    def due(self, title: str, as_of: str = "", element: str = "") -> DueItem:
        """Give the first due item whose title holds a text."""
        return next(
            each for each in self.survey(as_of).due if title in each.title and (not element or each.element == element)
        )


__all__ = ["Branch", "Case", "Deadline", "FactType", "LetterAbout", "LetterUse", "Outcome", "Schedule", "Wait", "Watch"]
