"""What happened? A few questions, then the playbooks that fit, each with the reason; the helper decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from recover.cli.output import Output, line
from recover.cli.prompts import ALWAYS, ANY, Question, Word
from recover.errors import InterruptedByUser, UsageError
from recover.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recover.cli.invocation import Invocation
    from recover.desk import Desk
    from recover.playbook.model import Fact
    from recover.playbook.triage import Outline, Proposal

OTHERS = "others"


@frozen
class Triaged:
    """The playbooks that were chosen, the first one first, and what was said, for the case's log."""

    playbooks: tuple[str, ...]
    said: str = ""
    read: tuple[str, ...] = ()
    """First-aid lines that were read already, because they hold whatever happened."""
    apart: tuple[str, ...] = ()
    """What was chosen too, but is about another account and so needs a case of its own."""
    same_account: bool = False


def triage(invocation: Invocation, desk: Desk) -> Triaged:
    """Say what holds for everybody, ask what happened, propose playbooks, and return what the helper chose."""
    outlines = desk.outlines()
    if not outlines:
        raise UsageError("no playbook is installed", hint="pip install --force-reinstall recover-kit")
    out = invocation.output
    read, questions = desk.triage()
    out.heading("First, whatever happened")
    for row in read:
        out.say(f"- {line(row)}", indent="  ", hang="  ")
    answers = ask_all(invocation, questions)
    chosen = choose(invocation, outlines, questions, answers)
    together, apart, same = keep_apart(invocation, desk, chosen)
    return Triaged(together, in_words(questions, answers), read, apart, same)


def keep_apart(
    invocation: Invocation, desk: Desk, chosen: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return what one case can follow, what needs one of its own, and whether somebody said "the same account".

    Checks, tickets and letters about one account must not be taken for another's.
    """
    from recover.desk import shares_account

    together = [desk.playbook(chosen[0])]
    apart: list[str] = []
    same = False
    for name in chosen[1:]:
        playbook = desk.playbook(name)
        if shares_account(together, playbook):
            question = f"Is “{line(playbook.title)}” about the same account as “{line(together[0].title)}”?"
            if not invocation.prompts.confirm(question, why="one case keeps the dates and letters of one account"):
                apart.append(name)
                continue
            same = True
        together.append(playbook)
    return tuple(each.id for each in together), tuple(apart), same


def ask_all(invocation: Invocation, questions: Sequence[Fact]) -> dict[str, object]:
    """Ask what applies, one question at a time; return the answers that were given."""
    from recover.cli.questions import question_of, show_problem
    from recover.playbook.triage import next_question
    from recover.playbook.values import check

    answers: dict[str, object] = {}
    passed: set[str] = set()
    while (fact := next_question(questions, answers, frozenset(passed))) is not None:
        said = invocation.prompts.ask(replace(question_of(fact), words=ANY - {Word.BACK, Word.DECLINED}))
        if said.word is Word.STOP:
            raise InterruptedByUser("stopped; nothing was written down")
        if said.word is not None:
            passed.add(fact.id)
            continue
        try:
            answers[fact.id] = check(fact, said.text)
        except UsageError as problem:
            show_problem(invocation.output, problem)
    return answers


def choose(
    invocation: Invocation, outlines: Sequence[Outline], questions: Sequence[Fact], answers: dict[str, object]
) -> tuple[str, ...]:
    """Show what fits and why, and return what the helper takes; the list of all stays within reach."""
    from recover.playbook.triage import propose

    proposals = propose(outlines, questions, answers)
    if not proposals:
        invocation.output.say("\nNothing fits these answers by itself. Here are all playbooks.")
        return (_pick_one(invocation, outlines),)
    show_proposals(invocation.output, proposals)
    if len(proposals) == 1 and invocation.prompts.confirm("Begin with it?", default=True):
        return (proposals[0].playbook.id,)
    if len(proposals) == 1:
        return (_pick_one(invocation, outlines),)
    ids = tuple(each.playbook.id for each in proposals)
    said = invocation.prompts.ask(
        Question(
            "Which shall this case follow?",
            why="one case can follow several; they share their answers, and others can be added later",
            choices=(*((each.playbook.id, _title(each, proposals)) for each in proposals), (OTHERS, "Another one")),
            many=True,
            default=", ".join(ids),
            words=ALWAYS,
        )
    )
    if said.word is Word.STOP:
        raise InterruptedByUser("stopped; nothing was written down")
    taken = [each.strip() for each in said.text.split(",")]
    others = (_pick_one(invocation, outlines),) if OTHERS in taken else ()
    return tuple(dict.fromkeys((*(each for each in ids if each in taken), *others)))


def show_proposals(out: Output, proposals: Sequence[Proposal]) -> None:
    """Print what fits, the most pressing first, with the answers that speak for it."""
    out.heading("What fits")
    for each in proposals:
        out.say(f"- {line(_title(each, proposals))}: {line('; '.join(each.because))}", indent="  ", hang="  ")


def _title(proposal: Proposal, proposals: Sequence[Proposal]) -> str:
    """Return a title; where a copy of one's own has the title of its original, the id tells them apart."""
    same = [each for each in proposals if each.playbook.title == proposal.playbook.title]
    return f"{proposal.playbook.title} ({proposal.playbook.id})" if len(same) > 1 else proposal.playbook.title


def _pick_one(invocation: Invocation, outlines: Sequence[Outline]) -> str:
    rows = [(each.id, each.triage.says or each.title) for each in sorted(outlines, key=lambda each: each.title)]
    return invocation.prompts.pick("What fits best?", rows)


def in_words(questions: Sequence[Fact], answers: dict[str, object]) -> str:
    """Return what was said as one paragraph for the log; empty when nothing was."""
    from recover.playbook.values import shown

    rows = [f"{fact.ask} {shown(fact, answers[fact.id])}" for fact in questions if fact.id in answers]
    return "Said at the start. " + ". ".join(rows) + "." if rows else ""
