"""A playbook's questions at a prompt: how each type is asked, checked and recorded, one answer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.prompts import ANY, Question, Said, Word
from recover.cli.shapes import shape
from recover.errors import InterruptedByUser, UsageError
from recover.playbook.model import Fact, FactType, Sensitivity
from recover.playbook.values import shown
from recover.playbook.wording import OUTCOMES

if TYPE_CHECKING:
    from recover.desk import OpenCase, Recorded
    from recover.playbook.speech import Speech

YES_NO = (("yes", "Yes"), ("no", "No"))
STATUS = {Word.DONT_KNOW: "dont-know", Word.DECLINED: "declined"}


def question_of(
    fact: Fact, *, may_stay_open: bool = False, before: str = "", speech: Speech | None = None, of_list: str = ""
) -> Question:
    """Return how a fact (or a column of `of_list`) is asked, in the client's language where `speech` has it."""
    if speech is not None and speech.is_translated:
        asked = speech.ask(fact, of_list)
        question = question_of(speech.said_fact(fact, of_list), may_stay_open=may_stay_open, before=before)
        return replace(
            _spoken(question, fact, speech.language),
            english="" if asked.remark else asked.english,
            has_english_beside=asked.needs_english,
            remark=asked.remark,
        )
    choices = YES_NO if fact.type is FactType.YES_NO else tuple((each.value, each.label) for each in fact.choices)
    why = fact.why
    if fact.sensitivity is Sensitivity.SECRET_TO_US:
        why = f"{why} (This stays with us and never leaves.)".strip()
    return Question(
        text=fact.ask,
        why=why,
        help=fact.help,
        shape="" if choices or fact.type is FactType.TEXT else shape(fact),
        choices=choices,
        many=fact.type is FactType.MANY,
        default=fact.default or "",
        before=before,
        may_stay_open=may_stay_open,
    )


def _spoken(question: Question, fact: Fact, language: str) -> Question:
    """Return a question whose own words, those that no playbook has, are in the client's language."""
    from recover.packet.words.phrases import beside_english

    choices = question.choices
    if fact.type is FactType.YES_NO:
        choices = tuple((value, beside_english(f"interview-{value}", language)) for value, _ in YES_NO)
    return replace(
        question,
        choices=choices,
        spoken=(
            (Word.DONT_KNOW, beside_english("dont-know", language)),
            (Word.DECLINED, beside_english("prefer-not-to-say", language)),
        ),
    )


def find_fact(case: OpenCase, fact_id: str, column: str = "") -> Fact:
    """Look up a question of the case's playbooks, or a column of a list. Raises `UsageError` with close names."""
    facts = {fact.id: fact for playbook in case.playbooks for fact in playbook.facts}
    fact = facts.get(fact_id)
    if fact is None:
        raise UsageError(f"no question is called {line(fact_id)}", hint=_near(fact_id, list(facts), case.name))
    if not column:
        return fact
    found = next((each for each in fact.fields if each.id == column), None)
    if found is None:
        names = ", ".join(each.id for each in fact.fields)
        raise UsageError(f"{fact_id} has no column {line(column)}", hint=f"it has: {names}" if names else "")
    return found


def _near(name: str, known: list[str], case: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3)
    return f"did you mean {', '.join(near)}?" if near else f"recover answer {case}     (lists all questions)"


def list_questions(out: Output, case: OpenCase) -> None:
    """List every question of the case with its answer."""
    rows = []
    for playbook in case.playbooks:
        for fact in playbook.facts:
            record = case.state.fact(fact.id)
            status = record.status if record else "open"
            value = shown(fact, record.value) if record is not None and record.is_known else ""
            if fact.type is FactType.LIST:
                count = len(case.state.rows(fact.id))
                status, value = ("given", f"{count} rows") if count else ("open", "")
            rows.append((fact.id, status, value, fact.ask))
    if out.as_json:
        keys = ("fact", "status", "value", "ask")
        out.data({"case": case.name, "questions": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    out.table(rows, heads=("question", "status", "answer", "asked as"))


def present_answer(case: OpenCase, fact: Fact, fact_id: str, element: str = "", column: str = "") -> str:
    """Return the recorded answer in the form in which it would be typed; empty without one."""
    record = case.state.cell(fact_id, element, column) if column else case.state.fact(fact_id)
    if record is None or not record.is_known:
        return ""
    value = record.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return shown(fact, value) if fact.type is FactType.MONEY else ""
    return str(value)


def ask_fact(
    invocation: Invocation,
    case: OpenCase,
    fact: Fact,
    *,
    fact_id: str,
    element: str = "",
    field: str = "",
    step: str = "",
) -> Recorded:
    """Ask one question outside the interview and record the answer. Leaving without one is an interruption."""
    if fact.type is FactType.LIST:
        recorded = ask_row(invocation, case, fact, step=step)
    else:
        before = present_answer(case, fact, fact_id, element, field)
        of_list = fact_id if field else ""
        asked = question_of(fact, before=before, speech=case.speech(), of_list=of_list)
        question = replace(asked, words=ANY - {Word.BACK, Word.SKIP})
        recorded = _until_recorded(invocation, case, fact, question, fact_id, element, field, step)[1]
    if recorded is None:
        raise InterruptedByUser("nothing was recorded")
    return recorded


def ask_and_record(
    invocation: Invocation,
    case: OpenCase,
    fact: Fact,
    question: Question,
    *,
    fact_id: str,
    element: str = "",
    field: str = "",
    step: str = "",
) -> tuple[Said, Recorded | None]:
    """Ask in an interview: returns what was said, and what was recorded unless it was back, skip or stop."""
    return _until_recorded(invocation, case, fact, question, fact_id, element, field, step)


def _until_recorded(
    invocation: Invocation,
    case: OpenCase,
    fact: Fact,
    question: Question,
    fact_id: str,
    element: str,
    field: str,
    step: str,
) -> tuple[Said, Recorded | None]:
    if fact.type in (FactType.PERSON, FactType.ASSET):
        from recover.cli.members import MemberByMember

        return MemberByMember(invocation, case, fact, fact_id, element, field, step).ask(question)
    while True:
        said = invocation.prompts.ask(question)
        if said.word in (Word.BACK, Word.SKIP, Word.STOP):
            return said, None
        status = STATUS.get(said.word, "given") if said.word is not None else "given"
        value = said.text if status == "given" else None
        try:
            return said, case.answer(fact_id, value, status=status, element=element, field=field, step=step)
        except UsageError as problem:
            show_problem(invocation.output, problem)


def show_problem(out: Output, problem: UsageError) -> None:
    """Say what does not fit and what would."""
    out.say(f"{line(problem.message)}.{' (' + line(problem.hint) + ')' if problem.hint else ''}", indent="  ")


def ask_row(
    invocation: Invocation, case: OpenCase, fact: Fact, *, step: str = "", speech: Speech | None = None
) -> Recorded | None:
    """Ask for one new row of a list, column by column; each is recorded at once. None when nothing was given.

    The key comes first: it is what makes the row the same on every device.
    """
    columns = sorted(fact.fields, key=lambda column: column.id != fact.key)
    speech = speech or case.speech()
    element = ""
    last: Recorded | None = None
    for column in columns:
        while True:
            question = question_of(column, may_stay_open=column.optional, speech=speech, of_list=fact.id)
            asked = replace(question, words=ANY - {Word.BACK})
            said = invocation.prompts.ask(asked)
            if said.word is Word.STOP:
                return last
            if said.word is Word.SKIP:
                break
            status = STATUS.get(said.word, "given") if said.word is not None else "given"
            try:
                last, element = _record_cell(case, fact, column, said.text, status, element, step)
                break
            except UsageError as problem:
                show_problem(invocation.output, problem)
    return last


def change_row(invocation: Invocation, case: OpenCase, fact: Fact) -> Iterator[Recorded]:
    """Ask which row of a list changes and how: a new row, columns of a row, or a row that does not belong there.

    Each change is recorded and given out before the next is asked for.
    """
    prompts = invocation.prompts
    rows = [(element, _row_title(case, fact, element)) for element in case.state.rows(fact.id)]
    element = prompts.pick("Which row?", [*rows, ("", "A new row")]) if rows else ""
    if not element:
        yield ask_fact(invocation, case, fact, fact_id=fact.id)
        return
    asked, otherwise, default = "What about it?", "It does not belong here, because …", ""
    while True:
        columns = [(column.id, _column_title(case, fact, element, column)) for column in fact.fields]
        column_id = prompts.pick(asked, [*columns, ("-", otherwise)], default=default)
        if column_id == "-":
            break
        column = find_fact(case, fact.id, column_id)
        yield ask_fact(invocation, case, column, fact_id=fact.id, element=element, field=column_id)
        asked, otherwise, default = "What else about it?", "That is all", "-"
    if not default:
        yield case.remove_element(fact.id, element, prompts.text("Because?"))


def _row_title(case: OpenCase, fact: Fact, element: str) -> str:
    name = next(
        (present_answer(case, each, fact.id, element, each.id) for each in fact.fields if each.id == "name"), ""
    )
    return f"{name} ({element})" if name else element


def _column_title(case: OpenCase, fact: Fact, element: str, column: Fact) -> str:
    record = case.state.cell(fact.id, element, column.id)
    is_known = record is not None and record.is_known
    return f"{column.ask} [{shown(column, record.value)}]" if record is not None and is_known else column.ask


def _record_cell(
    case: OpenCase, fact: Fact, column: Fact, text: str, status: str, element: str, step: str
) -> tuple[Recorded, str]:
    if element:
        value = text if status == "given" else None
        return case.answer(fact.id, value, status=status, element=element, field=column.id, step=step), element
    spoken = {"dont-know": "dont-know", "declined": "prefer-not-to-say"}
    recorded = case.add_row(fact.id, {column.id: spoken.get(status, text)}, step=step)
    return recorded, _element_of(recorded) or (text if column.id == fact.key else "")


def _element_of(recorded: Recorded) -> str:
    """Return the row that was just made."""
    from recover.case.entries import Answered

    bodies = [entry.body for entry in recorded.entries]
    return next((body.element for body in bodies if isinstance(body, Answered) and body.element), "")


def pick_outcome(invocation: Invocation, case: OpenCase, step: str = "") -> tuple[str, str]:
    """Ask which waiting step an answer belongs to and what it was; returns (step instance, outcome)."""
    survey = case.survey()
    waiting = [each for each in survey.instances if each.status == "waiting" and step in ("", each.id)]
    if not waiting:
        raise UsageError(
            f"{case.name} is not waiting for an answer",
            hint=f"recover next {case.name}     (record what was sent first)",
        )
    chosen = waiting[0]
    if len(waiting) > 1:
        picked = invocation.prompts.pick("Which line is it about?", [(each.id, each.step.title) for each in waiting])
        chosen = next(each for each in waiting if each.id == picked)
    outcomes = [(each.id, OUTCOMES.get(each.id, each.id)) for each in chosen.step.outcomes if each.id != "silence"]
    outcome = invocation.prompts.pick("What did the other side do?", outcomes)
    return chosen.id, outcome
