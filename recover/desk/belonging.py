"""Which open case an answers file belongs to: the one whose client or accounts it names, and no other.

A helper has several clients of one playbook. Answers that do not contradict each other would mix silently, and a name
in the wrong packet can cost a life; so a file goes on in a case only when something that tells clients apart is equal
in both, or when it adds nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.errors import UsageError
from recover.frozen import frozen
from recover.playbook.model import Fact, FactType
from recover.playbook.values import check, status_of

if TYPE_CHECKING:
    from recover.desk.case import OpenCase
    from recover.playbook.answers import FactGiven

_TELLING = ("platform_id", "url", "handle")
"""Members of an account that tell it from another one; a display name alone does not."""


@frozen
class Identity:
    """What tells a client from another: the name letters stand under, the contested account, all accounts.

    Accounts are (member, value) pairs. Names are compared without regard to capitals and spacing.
    """

    client: str = ""
    contested: frozenset[tuple[str, str]] = frozenset()
    accounts: frozenset[tuple[str, str]] = frozenset()

    def is_other(self, than: Identity) -> bool:
        """Say whether the name or the contested account is known in both and not the same."""
        is_renamed = bool(self.client and than.client and self.client != than.client)
        return is_renamed or _differ(self.contested, than.contested)


def cases_of(told: Identity, cases: Sequence[OpenCase]) -> list[OpenCase]:
    """Return the cases that share an account with `told`, or where none does, the client's name.

    One that differs in the name or the contested account is left out, and an account in it never counts for another
    case: a file that mixes two clients finds none.
    """
    known = [(case, identity_of_case(case)) for case in cases]
    shared = [(case, its) for case, its in known if told.accounts & its.accounts]
    shared = shared or [(case, its) for case, its in known if told.client and told.client == its.client]
    return [case for case, its in shared if not told.is_other(its)]


def identity_of_case(case: OpenCase) -> Identity:
    """Return what the case's answers tell about its client."""
    facts = [fact for playbook in case.playbooks for fact in playbook.facts]
    return _identity(facts, lambda fact: _recorded(case, fact))


def identity_of_rows(facts: Iterable[Fact], rows: Sequence[FactGiven]) -> Identity:
    """Return what the rows of an answers file tell; a value that cannot be read tells nothing."""
    return _identity(list(facts), lambda fact: [row.raw for row in rows if row.fact == fact.id])


def other_client(cases: Sequence[OpenCase], playbook: str, path: Path) -> UsageError:
    """Return the refusal of a file that may be another client's than the open cases', with the two ways on."""
    names = ", ".join(sorted(case.name for case in cases))
    which = f"the open case {names}" if len(cases) == 1 else f"which of the open cases {names}"
    words = f"the file does not show that it belongs to {which}"
    if len(cases) == 1:
        words += ": neither the client's name nor an account is the same in both"
    start = f"recover start {playbook}{' --practice' if cases[0].practice else ''}"
    name = cases[0].name if len(cases) == 1 else "CASE"
    file = shlex.quote(str(path))
    return UsageError(
        f"{words}; nothing was written",
        place=str(path),
        hint=f"{start} --case {name} --answers {file}     (the same client: go on in that case)\n"
        f"hint: {start} --new --answers {file}     (another client: a case of its own)",
    )


def _differ(mine: frozenset[tuple[str, str]], theirs: frozenset[tuple[str, str]]) -> bool:
    """Say whether two accounts differ in a member that both have."""
    known = dict(mine)
    return any(member in known and known[member] != value for member, value in theirs)


def _identity(facts: Sequence[Fact], values_of: Any) -> Identity:
    client = ""
    contested: set[tuple[str, str]] = set()
    accounts: set[tuple[str, str]] = set()
    for fact in facts:
        for value in values_of(fact) if fact.means in _MEANINGS else ():
            if fact.means == "client-name":
                client = _name(fact, value) or client
            else:
                found = set(_accounts(fact, value))
                accounts |= found
                contested |= found if fact.means == "contested-asset" else set()
    return Identity(client, frozenset(contested), frozenset(accounts))


_MEANINGS = frozenset({"client-name", "contested-asset", "asset-list"})


def _recorded(case: OpenCase, fact: Fact) -> Iterator[Any]:
    if fact.type is not FactType.LIST:
        record = case.state.fact(fact.id)
        if record is not None and record.is_known:
            yield record.value
        return
    for element in case.state.rows(fact.id):
        cells = {column.id: case.state.cell(fact.id, element, column.id) for column in fact.fields}
        yield [{name: cell.value for name, cell in cells.items() if cell is not None and cell.is_known}]


def _name(fact: Fact, value: Any) -> str:
    if status_of(value) != "given":
        return ""
    try:
        return " ".join(str(check(fact, value)).casefold().split())
    except UsageError:
        return ""


def _accounts(fact: Fact, value: Any) -> Iterator[tuple[str, str]]:
    for row in value if isinstance(value, list) else [value]:
        if isinstance(row, Mapping):
            for member in _TELLING:
                found = _member(fact, member, row.get(member))
                if found:
                    yield member, found


def _member(fact: Fact, member: str, value: Any) -> str:
    kinds = {"platform_id": FactType.PLATFORM_ID, "url": FactType.URL, "handle": FactType.HANDLE}
    if not isinstance(value, str) or status_of(value) != "given":
        return ""
    try:
        return str(check(Fact(id=member, type=kinds[member], ask="", sensitivity=fact.sensitivity), value))
    except UsageError:
        return ""
