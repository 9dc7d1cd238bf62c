"""What a letter rests on besides the case: its channel, the body behind it, clauses and rules; and what to say of them.

A fact past its review date is old until somebody looks again. Nothing is refused for it, and nobody sends a letter
without having read it: the letter's screen, the packet's preview and the packet's manifest name each such fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recover import times
from recover.frozen import frozen
from recover.packet.interface import Source
from recover.packet.letters.front_matter import LetterTemplate
from recover.playbook.model import (
    Certainty,
    Channel,
    Clause,
    FactTest,
    LocalChange,
    Playbook,
    Provenance,
    Registry,
    Rule,
)

MOST_TESTS = 2
"""Tests of one fact that are told, the newest first."""


@frozen
class Rested:
    """One fact that a letter or a date rests on."""

    what: str
    """channel, organisation, rule or clause."""
    id: str
    title: str
    provenance: Provenance

    def is_past_review(self, today: str) -> bool:
        """Say whether somebody should have looked again before `today` (an ISO day)."""
        return self.provenance.review_by < today


def facts_of_letter(source: Source, template: LetterTemplate, channel: Channel | None) -> tuple[Rested, ...]:
    """Return what a letter rests on: the way it goes, who stands there, the clauses and rules it prints or keeps."""
    registry = source.registry
    clauses = {slot.of[0] for slot in template.slots if slot.source == "clause"}
    rules = _rules_printed(source, template) | _rules_kept(source.playbooks, template.name)
    found: list[Rested] = []
    for each in (channel,) if channel is not None else _channels_of(source, template.name):
        found.append(Rested("channel", each.id, each.title, each.provenance))
        found += (
            Rested("organisation", body.id, body.title, body.provenance)
            for body in registry.organisations
            if body.id == each.organisation
        )
    found += (_of(each) for each in registry.rules if each.id in rules)
    found += (_of(each) for each in registry.clauses if each.id in clauses)
    return tuple(dict.fromkeys(found))


def facts_of_dates(source: Source, rules: Iterable[str]) -> tuple[Rested, ...]:
    """Return the rules by which dates were counted."""
    wanted = frozenset(rules)
    return tuple(_of(each) for each in source.registry.rules if each.id in wanted)


def _of(fact: Rule | Clause) -> Rested:
    if isinstance(fact, Rule):
        return Rested("rule", fact.id, fact.title, fact.provenance)
    return Rested("clause", fact.id, fact.where, fact.provenance)


def _channels_of(source: Source, name: str) -> Sequence[Channel]:
    """Return the channels through which any step sends a letter, for one that no step offers now."""
    wanted = {
        use.channel
        for playbook in source.playbooks
        for step in playbook.steps
        for use in step.letters
        if use.template == name
    }
    return [each for each in source.registry.channels if each.id in wanted]


def _rules_printed(source: Source, template: LetterTemplate) -> set[str]:
    slots = [slot for slot in template.slots if slot.source == "due"]
    named = {name for slot in slots for name in slot.of}
    return {item.rule for item in source.survey.due if slots and item.rule and ("all" in named or item.source in named)}


def _rules_kept(playbooks: Sequence[Playbook], name: str) -> set[str]:
    """Return the rules of deadlines that this letter keeps: those that are met once it was sent."""
    mark = f"sent('{name}')"
    return {
        deadline.rule
        for playbook in playbooks
        for deadline in playbook.deadlines
        if deadline.done_if is not None and mark in deadline.done_if.text
    }


# --- what to say -----------------------------------------------------------------------------------------------------


def today_of(source: Source) -> str:
    """Return the day in the case's zone as ISO text."""
    return times.local_day(source.as_of, source.survey.zone).isoformat()


def past_review(facts: Iterable[Rested], today: str) -> tuple[Rested, ...]:
    """Return the facts that should have been looked at again."""
    return tuple(fact for fact in facts if fact.is_past_review(today))


def remarks(facts: Iterable[Rested], registry: Registry, today: str) -> tuple[str, ...]:
    """Say what a helper must know of these facts, a sentence each: past their review, unconfirmed, tested."""
    told: list[str] = []
    for fact in facts:
        if fact.is_past_review(today):
            told.append(
                f"the {fact.what} {fact.id} should have been reviewed by {fact.provenance.review_by}: "
                f"check “{fact.title}” before you rely on it"
            )
        if fact.provenance.certainty is Certainty.D:
            told.append(f"the {fact.what} {fact.id} is unconfirmed (certainty D): “{fact.title}”")
        told += tests_of(registry, fact.what, fact.id)
    return tuple(dict.fromkeys(told))


_RESULTS = {"works": "it worked", "asked": "it asked for more", "moved": "it has moved", "gone": "it was gone"}


def tests_of(registry: Registry, what: str, id_: str) -> tuple[str, ...]:
    """Say when a fact was tested and what it asked for, the newest first."""
    tests = sorted(
        (each for each in registry.tested if (each.what, each.id) == (what, id_)),
        key=lambda each: each.on,
        reverse=True,
    )
    return tuple(f"the {what} {id_} was {test_words(each)}" for each in tests[:MOST_TESTS])


def test_words(test: FactTest) -> str:
    """Say one test: `tested on 2026-11-23: asked for a selfie and a receipt (note)`."""
    result = f"asked for {'; '.join(test.asked)}" if test.asked else _RESULTS.get(test.result, test.result)
    if test.asked and test.result != "asked":
        result = f"{_RESULTS.get(test.result, test.result)}, {result}"
    return f"tested on {test.on}: {result}" + (f" ({test.note})" if test.note else "")


def local_of(source: Source, template: LetterTemplate, facts: Iterable[Rested]) -> tuple[LocalChange, ...]:
    """Return what an own folder changed or added of a letter: its text, and the facts it rests on."""
    rested = {(fact.what, fact.id) for fact in facts}
    channels = {fact.id for fact in facts if fact.what == "channel"}
    return tuple(
        change
        for change in source.local
        if (change.what, change.id) in rested
        or (change.what == "letter" and change.id == f"{template.name}.{template.language}")
        or (change.what == "domain" and any(line.partition(":")[0] in channels for line in change.says))
    )


UNNAMED = "an unnamed author"


def local_words(changes: Iterable[LocalChange]) -> tuple[str, ...]:
    """Say who changed what, a sentence per author; addresses on domains that were never shipped have their own."""
    by: dict[str, list[str]] = {}
    told = []
    for change in changes:
        author = change.by or UNNAMED
        if change.what == "domain":
            told += [f"{line} lies on a domain that was never shipped (allowed by {author})" for line in change.says]
        else:
            verb = {"added": " (added)", "gone": " (taken away)"}.get(change.how, "")
            by.setdefault(author, []).append(f"{change.what} {change.id}{verb}")
    return (*(f"changed locally by {author}: {_few(names)}" for author, names in by.items()), *told)


TOLD_WHO = ("partner", "lawyer")
"""Profiles whose reader learns who changed a text locally; others learn at most that it was changed."""


def letter_author(changes: Iterable[LocalChange]) -> str:
    """Return who changed or wrote a letter's text locally; empty for a letter as it is shipped."""
    return next((change.by or UNNAMED for change in changes if change.what == "letter"), "")


_FEW = 4


def _few(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more} more" if more > 0 else "")
