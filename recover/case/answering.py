"""Answers to questions, lists and their rows: what was typed becomes what the log keeps.

The same answer again records nothing, unless an answer it was derived from has changed or answers conflict. Rows are
named by their key, so that equal keys are one row on every device; without a key, by what they say.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from recover.case.entries import Answered, ElementRemoved
from recover.case.ground import Ground, said, shown
from recover.case.plan import Plan
from recover.case.state import CaseState, FactRecord
from recover.errors import NotFoundError, UsageError
from recover.playbook.model import Fact, FactType
from recover.playbook.values import check as check_value
from recover.playbook.values import status_of

_UNKEYED = "row-"
"""How the name of a row begins whose key was not known when it was added."""


def answer(
    ground: Ground,
    fact: str,
    raw: object = None,
    *,
    status: str = "",
    element: str = "",
    field: str = "",
    step: str = "",
    place: str = "",
    allow_change: bool = True,
) -> tuple[Answered, ...]:
    """Record an answer: a fact, a column of a row (`element`, `field`), or the rows of a list (`raw` is a list).

    `raw` is what was typed or read from a file; `status` is dont-know or declined instead of a value. The same answer
    again records nothing, unless an answer before it changed or others conflict. With `allow_change=False` another
    value for an answered question is a `UsageError` whose hint is `recover answer`.
    """
    known = find_fact(ground.plan, fact, place)
    if element or field:
        return _answer_cell(ground, known, element, field, raw, status, step, place, allow_change)
    is_rows = known.type is FactType.LIST and not status and not (isinstance(raw, str) and status_of(raw) != "given")
    if is_rows:
        return _answer_rows(ground, known, raw, step, place, allow_change)
    status, value = read_answer(ground, known, raw, status, place)
    if not _is_news(ground, ground.state.fact(fact), status, value, known.ask, place, allow_change):
        return ()
    return (Answered(fact, status, value, step=step),)


def find_fact(plan: Plan, fact: str, place: str = "") -> Fact:
    """Look up a question by its id; a `UsageError` with close names when there is none."""
    known = plan.facts.get(fact)
    if known is None:
        near = difflib.get_close_matches(fact, plan.facts, n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "recover playbook show lists the questions"
        raise UsageError(f"no question is called {shown(fact)}", hint=hint, place=place)
    return known


def read_answer(ground: Ground, fact: Fact, raw: object, status: str, place: str) -> tuple[str, Any]:
    """Read a status and a canonical value from what was typed."""
    status = status or (status_of(raw) if isinstance(raw, str) else "given")
    if status in ("dont-know", "declined"):
        return status, None
    if status != "given":
        raise UsageError(f"an answer is never {shown(status)}", hint="given, dont-know or declined", place=place)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        hint = "write dont-know or prefer-not-to-say, or leave the question out"
        raise UsageError(f"no answer to “{fact.ask}”; a blank never erases one", hint=hint, place=place)
    return status, check_value(fact, raw, zone=ground.zone, place=place)


def _is_news(
    ground: Ground, before: FactRecord | None, status: str, value: Any, ask: str, place: str, allow_change: bool
) -> bool:
    """Say whether an answer must be recorded; refuse another value where no change is allowed."""
    if before is None:
        return True
    if (before.status, before.value) == (status, value):
        return any(before.key in stale.answers for stale in ground.survey.stale)
    if not allow_change:
        raise UsageError(
            f"“{ask}” was answered before, with something else",
            hint=f"recover answer changes it: {before.key.fact}",
            place=place,
        )
    return True


def _answer_cell(
    ground: Ground,
    fact: Fact,
    element: str,
    field: str,
    raw: object,
    status: str,
    step: str,
    place: str,
    allow_change: bool,
) -> tuple[Answered, ...]:
    column = next((each for each in fact.fields if each.id == field), None) if fact.type is FactType.LIST else None
    if column is None:
        columns = ", ".join(each.id for each in fact.fields) or "none"
        raise UsageError(f"{fact.id} has no column {shown(field)}", hint=f"its columns: {columns}", place=place)
    if element not in ground.state.rows(fact.id):
        rows = ", ".join(ground.state.rows(fact.id)[:8]) or "none yet"
        raise UsageError(f"{fact.id} has no row {shown(element)}", hint=f"its rows: {rows}", place=place)
    status, value = read_answer(ground, column, raw, status, place)
    if field == fact.key and status == "given":
        _refuse_other_key(ground.state, fact, element, value, place)
    before = ground.state.cell(fact.id, element, field)
    if not _is_news(ground, before, status, value, column.ask, place, allow_change):
        return ()
    return (Answered(fact.id, status, value, element=element, field=field, step=step),)


def _refuse_other_key(state: CaseState, fact: Fact, element: str, value: Any, place: str) -> None:
    """Refuse a key that another row has, or one that takes the place of a key: a row stays what it is."""
    before = state.cell(fact.id, element, fact.key)
    is_changed = before is not None and before.is_known and before.value != value
    if is_changed or _row_of_key(state, fact, value) not in ("", element):
        hint = "take this row out as the same as the right one"
        raise UsageError("this would make it another row", hint=hint, place=place)


def _row_of_key(state: CaseState, fact: Fact, key: Any) -> str:
    """Find the row that has a key, also one that got it after it was added; empty when none has."""
    text = key if isinstance(key, str) else json.dumps(key, sort_keys=True, ensure_ascii=False)
    record = state.lists.get(fact.id)
    text = record.same_as.get(text, text) if record else text
    rows = state.rows(fact.id)
    if text in rows:
        return text
    cells = ((row, state.cell(fact.id, row, fact.key)) for row in rows if row.startswith(_UNKEYED))
    return next((row for row, cell in cells if cell is not None and cell.is_known and cell.value == key), "")


def _answer_rows(
    ground: Ground, fact: Fact, raw: object, step: str, place: str, allow_change: bool
) -> tuple[Answered, ...]:
    rows: Any = check_value(fact, raw, zone=ground.zone, place=place)
    if not rows:
        is_known = ground.state.fact(fact.id) is not None or bool(ground.state.rows(fact.id))
        return () if is_known else (Answered(fact.id, "given", [], step=step),)
    bodies: list[Answered] = []
    taken: set[str] = set()
    for row in rows:
        element = _element_of(ground.state, fact, row, taken)
        if element in taken:
            _refuse_twice(fact, row, element, place)
        taken.add(element)
        changed = {
            column.id: row[column.id]
            for column in fact.fields
            if column.id in row and _is_cell_news(ground, fact, element, column, row[column.id], place, allow_change)
        }
        if changed or element not in ground.state.rows(fact.id):
            bodies.append(Answered(fact.id, "given", changed or dict(row), element=element, step=step))
    return tuple(bodies)


def _refuse_twice(fact: Fact, row: Mapping[str, Any], element: str, place: str) -> None:
    """Refuse two rows of one key: the second would take the place of the first, and its dates with it, unseen."""
    column = next(each for each in fact.fields if each.id == fact.key)
    raise UsageError(
        f"two rows of {fact.id} have the same {fact.key}: {shown(row.get(fact.key, element))}",
        hint=f"each row is known by its {fact.key} ({column.ask}); give one of them another, or make them one row",
        place=place,
    )


def _is_cell_news(
    ground: Ground, fact: Fact, element: str, column: Fact, value: Any, place: str, allow_change: bool
) -> bool:
    if element not in ground.state.rows(fact.id):
        return True
    status = status_of(value) if isinstance(value, str) else "given"
    before = ground.state.cell(fact.id, element, column.id)
    known = None if status != "given" else value
    ask = f"{column.ask} ({element})"
    return _is_news(ground, before, status, known, ask, place, allow_change)


def _element_of(state: CaseState, fact: Fact, row: Mapping[str, Any], taken: set[str]) -> str:
    """Name a row: by its key, so that equal keys are one row on every device; else by what it says."""
    key = row.get(fact.key) if fact.key else None
    if key is not None and status_of(key) == "given":
        text = key if isinstance(key, str) else json.dumps(key, sort_keys=True, ensure_ascii=False)
        return _row_of_key(state, fact, key) or text
    digest = hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    name, number = f"{_UNKEYED}{digest.hexdigest()[:10]}", 1
    while (name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return name if number == 1 else f"{name}-{number}"


def add_row(
    ground: Ground, fact: str, row: Mapping[str, object], *, step: str = "", place: str = ""
) -> tuple[Answered, ...]:
    """Add one row to a list, or columns to the row that has the same key."""
    return answer(ground, fact, [row], step=step, place=place)


def remove_row(
    ground: Ground, fact: str, element: str, reason: str, *, same_as: str = ""
) -> tuple[ElementRemoved, ...]:
    """Take a row out of a list, because it does not belong there or is the same as another."""
    known = find_fact(ground.plan, fact)
    rows = ground.state.rows(known.id)
    for each in (element, same_as):
        if each and each not in rows:
            raise NotFoundError(f"{fact} has no row {shown(each)}", hint=f"its rows: {', '.join(rows[:8]) or 'none'}")
    if element == same_as:
        raise UsageError("a row cannot be the same as itself")
    return (ElementRemoved(fact, element, said(reason, "why the row is taken out"), same_as),)
