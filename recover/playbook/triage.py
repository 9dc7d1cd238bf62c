"""Which playbooks fit what happened: a few questions, and what each playbook says about their answers.

The questions are the group `shared/triage`, in the order in which they stand there; each playbook names the answers for
which it is proposed (`triage: when:`). Several may be proposed for one case, those for people in danger first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from recover.frozen import frozen
from recover.playbook import conditions
from recover.playbook.conditions import Scope
from recover.playbook.expressions import UNKNOWN, Unknown, evaluate, names, read
from recover.playbook.library import Library, Source
from recover.playbook.model import USUAL_RANK, Choice, Expression, Fact, FactType, Sensitivity, Triage
from recover.playbook.problems import Place, Problems
from recover.playbook.reader import Text
from recover.playbook.shapes import Entries

GROUP = "shared/triage"
NAMESPACE = "triage"
MOST_QUESTIONS = 6
"""More than these nobody answers at 2 a.m.; lint refuses a seventh."""

TYPES = (FactType.CHOICE, FactType.MANY, FactType.YES_NO)
"""What a triage question may be: something to pick, so that every answer is covered."""

Answers = Mapping[str, object]
"""Qualified question → canonical value; a question that was not answered is not in it."""


@frozen
class Outline:
    """A playbook as a list shows it, read from its own file alone."""

    id: str
    title: str
    summary: str
    version: str
    valid_until: str
    revoked: str
    first_aid: tuple[str, ...]
    """The lines of its public card."""
    triage: Triage


@frozen
class Proposal:
    """A playbook that fits, and the labels of the answers that speak for it."""

    playbook: Outline
    because: tuple[str, ...]


def read_first_words(library: Library, place: Place) -> tuple[str, ...]:
    """Return what is read aloud before the first question, because it holds whatever happened; a line each."""
    source = library.group(GROUP, place)
    steps = [] if source is None else [row for row in source.entries.rows("steps") if isinstance(row, Entries)]
    return tuple(row for step in steps for row in step.text("tell").splitlines() if row.strip())


def read_questions(library: Library, place: Place) -> tuple[Fact, ...]:
    """Return the questions, in order; empty (and a problem at `place`) when the group is not there."""
    source = library.group(GROUP, place)
    if source is None:
        return ()
    bare = [_question(f"{source.namespace}.{name}", row) for name, row in source.entries.table("facts").items()]
    scope = Scope(source.namespace, {fact.id: fact for fact in bare})
    rows = source.entries.table("facts")
    return tuple(_with_condition(fact, rows[fact.id.partition(".")[2]].text("visible_if"), scope) for fact in bare)


def _question(name: str, row: Entries) -> Fact:
    return Fact(
        id=name,
        type=FactType(row.text("type", "text")),
        ask=row.text("ask"),
        why=row.text("why"),
        help=row.text("help"),
        choices=tuple(Choice(value, str(label)) for value, label in row.table("choices").items()),
        sensitivity=Sensitivity(row.text("sensitivity", "case")),
    )


def _with_condition(fact: Fact, text: str, scope: Scope) -> Fact:
    # What is wrong with the condition is told where the group itself is checked.
    return replace(fact, visible_if=conditions.check(text, scope)[0]) if text else fact


def read_triage(entries: Entries, library: Library, problems: Problems) -> Triage:
    """Return the `triage` of a playbook; its condition names triage questions and nothing else."""
    rank = entries.number("rank")
    if rank is not None and not 1 <= rank <= 9:
        problems.add("E026", entries.place_of("rank"), "a rank is a number from 1 to 9", "1 stands first")
        rank = None
    return Triage(
        entries.text("says"),
        entries.texts("platforms"),
        entries.texts("incidents"),
        _when(entries.get("when"), library, problems),
        rank or USUAL_RANK,
    )


def _when(text: object, library: Library, problems: Problems) -> Expression | None:
    if not isinstance(text, Text):
        return None
    facts = {fact.id: fact for fact in read_questions(library, text.place)}
    if not facts:
        return None
    expression, findings = conditions.check(str(text), Scope(NAMESPACE, facts))
    for finding in findings:
        problems.add(finding.code, text.place_of(finding.offset), finding.message, finding.hint)
    return expression


def read_outline(source: Source, library: Library) -> Outline:
    """Return what a list shows of a playbook; what is wrong goes to the library's problems."""
    entries = source.entries
    return Outline(
        id=entries.text("playbook"),
        title=entries.text("title"),
        summary=entries.text("summary"),
        version=entries.text("version"),
        valid_until=entries.text("valid_until"),
        revoked=entries.text("revoked"),
        first_aid=entries.table("first_aid").texts("lines"),
        triage=read_triage(entries.table("triage"), library, library.problems),
    )


def check_questions(questions: Sequence[Fact], places: Mapping[tuple[str, str], Place], problems: Problems) -> None:
    """Report what makes the triage longer, or other, than a tired person can answer."""
    for number, fact in enumerate(questions, start=1):
        place = places.get(("fact", fact.id))
        if place is None:
            continue
        if number > MOST_QUESTIONS:
            problems.add(
                "E105", place, f"triage asks at most {MOST_QUESTIONS} questions", "put it into a playbook's intake"
            )
        if fact.type not in TYPES:
            problems.add(
                "E105", place, f"a triage question is something to pick, not a {fact.type}", "choice, many or yes-no"
            )


def next_question(questions: Sequence[Fact], answers: Answers, passed: frozenset[str] = frozenset()) -> Fact | None:
    """Return the first question that is open and applies; None when all that matters was asked."""
    said = _Said(answers)
    for fact in questions:
        is_open = fact.id not in answers and fact.id not in passed
        if is_open and (fact.visible_if is None or evaluate(fact.visible_if, said) is True):
            return fact
    return None


def propose(playbooks: Sequence[Outline], questions: Sequence[Fact], answers: Answers) -> tuple[Proposal, ...]:
    """Return the playbooks whose condition is true for the answers, the most pressing first."""
    said = _Said(answers)
    fitting = [each for each in playbooks if each.triage.when is not None and evaluate(each.triage.when, said) is True]
    fitting.sort(key=lambda each: (each.triage.rank, each.title))
    return tuple(Proposal(each, _because(each.triage.when, questions, answers)) for each in fitting)


def _because(when: Expression | None, questions: Sequence[Fact], answers: Answers) -> tuple[str, ...]:
    """Return the labels of the given answers that a condition speaks of."""
    if when is None:
        return ()
    named = {name.text for name in names(read(when.text))}
    found = []
    for fact in questions:
        value = answers.get(fact.id)
        given = value if isinstance(value, list) else [value]
        if fact.id in named:
            found += [
                choice.label for choice in fact.choices if choice.value in given and f"'{choice.value}'" in when.text
            ]
    return tuple(found)


@frozen
class _Said:
    """The answers as a condition sees them; everything else about a case is not there yet."""

    answers: Answers

    @property
    def zone(self) -> str:
        return ""

    def fact(self, name: str) -> object:
        return self.answers.get(name, UNKNOWN)

    def item(self, field: str) -> object:
        return UNKNOWN

    def answered(self, name: str) -> bool:
        return name in self.answers

    def item_answered(self, field: str) -> bool:
        return False

    def count(self, name: str, field: str = "", value: str = "") -> int | Unknown:
        return UNKNOWN

    def exhibits(self, kind: str) -> int:
        return 0

    def sent(self, letter: str) -> bool:
        return False

    def replied(self, step: str, outcome: str) -> bool:
        return False

    def done(self, step: str, item: str = "") -> bool:
        return False
