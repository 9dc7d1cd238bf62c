"""How much a letter still needs before it can be made, without making it: questions, rows and exhibits, counted.

For lists that are looked at often. What exactly is missing, and everything that only the text itself can tell (a new
fact, a length), is said by whoever makes the letter.
"""

from __future__ import annotations

from collections.abc import Mapping

from recover.case.lookup import CaseLookup, answers
from recover.case.survey import LetterAbout, RowsNeeded
from recover.playbook.model import Expression, FactType


def count_lacking(looking: CaseLookup, about: LetterAbout) -> int:
    """Count the answers, rows, columns and exhibits without which a letter cannot be made."""
    lacking = sum(not _is_given(looking, need) for need in about.needs)
    lacking += sum(_rows_lacking(looking, rows) for rows in about.rows)
    return lacking + sum(not _is_shown(looking, names) for names in about.shown)


def _named(looking: CaseLookup, name: str) -> tuple[str, str]:
    """Return the question a name stands for, and the member it asks for."""
    head, dot, rest = name.partition(".")
    full = looking.plan.means[head] + dot + rest if head in looking.plan.means else name
    if full in looking.plan.facts:
        return full, ""
    fact, _, member = full.rpartition(".")
    return fact, member


def _is_given(looking: CaseLookup, need: str) -> bool:
    name, member = _named(looking, need)
    fact = looking.plan.facts.get(name)
    if fact is not None and fact.type is FactType.LIST:
        return bool(looking.state.rows(name))
    value = looking.fact(name)
    if member:
        return isinstance(value, Mapping) and bool(value.get(member))
    record = looking.state.fact(name)
    return record is not None and record.is_known and looking.shows(name)


def _rows_lacking(looking: CaseLookup, needed: RowsNeeded) -> int:
    name, _ = _named(looking, needed.fact)
    where = Expression(needed.where) if needed.where else None
    chosen = 0
    lacking = 0
    for element in looking.state.rows(name):
        row = looking.at(looking.playbook, name, element)
        if row.holds(where):
            chosen += 1
            lacking += sum(not row.item_answered(column) for column in needed.columns)
    return lacking + max(0, needed.least - chosen)


def _is_shown(looking: CaseLookup, names: tuple[str, ...]) -> bool:
    return any(
        exhibit.stands
        and (exhibit.body.kind in names or any(answers(need, name) for need in exhibit.fulfils for name in names))
        for exhibit in looking.state.exhibits
    )
