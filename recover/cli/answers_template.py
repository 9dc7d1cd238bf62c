"""Writes the fill-in answers file of a playbook: every question as a comment, in the order in which it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from recover.cli.shapes import shape
from recover.playbook.model import Fact, FactType, Playbook, Step
from recover.playbook.values import members_of


def answers_template(playbook: Playbook) -> str:
    """Return a YAML file with every question of the playbook as a comment; unchanged it holds no answer.

    The keys are those of `docs/playbooks.md`; lists show one row, records their members.
    """
    head = (
        f"# Answers for {playbook.id} {playbook.version}. Remove the # where you know the answer, leave the rest.",
        f"# Then: recover start {playbook.id} --answers THIS-FILE",
        "# Answers, too: dont-know and prefer-not-to-say.",
        "# This file is readable by anyone who finds it: delete it safely when the case has been filled.",
        "",
        "answers:",
    )
    return "\n".join([*head, *_questions(playbook), ""])


def _questions(playbook: Playbook) -> Iterator[str]:
    facts = {fact.id: fact for fact in playbook.facts}
    seen: set[str] = set()
    for step in playbook.steps:
        asked = [name for name in _asked(step) if name in facts and name not in seen]
        if asked:
            yield f"  # --- {step.title}"
        for name in asked:
            seen.add(name)
            yield from _lines(facts[name])


def _asked(step: Step) -> Iterator[str]:
    for name in step.ask:
        yield step.for_each if name.startswith("item.") else name


def _lines(fact: Fact) -> Iterator[str]:
    yield f"  # {' '.join(fact.ask.split())}"
    if fact.type in (FactType.LIST, FactType.PERSON, FactType.ASSET):
        yield f"  # {fact.id}:"
        first = "- " if fact.type is FactType.LIST else ""
        for field in fact.fields or members_of(fact.type, fact.needs):
            yield f"  #   {first}{field.id}:    # {shape(field) or field.type}"
            first = "  " if first else ""
    else:
        yield f"  # {fact.id}:    # {shape(fact)}"
