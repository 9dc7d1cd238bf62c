"""Rival claimants: an account that is already in another case stops letters on both, and neither client is told.

Two people who claim one account may both be honest, or one may be the taker who asks the same helper for help. So the
moment an account with a platform id or address enters a case, the other readable cases are looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recover.case import decide
from recover.case.entries import Answered, Corrected, Entry
from recover.case.state import CaseState

if TYPE_CHECKING:
    from recover.desk.case import OpenCase

_CLAIMED = frozenset({"asset-list", "contested-asset"})
"""Meanings of the facts that hold the client's own accounts."""

_TELLING = ("platform_id", "url")
"""Members of an account that name it for all the world; a handle alone can pass from one person to another."""


def note_rivals(
    case: OpenCase, added: Sequence[Entry], others: Callable[[OpenCase], list[OpenCase]]
) -> tuple[str, ...]:
    """Record on both cases that they claim the same account; return warnings for the helper.

    Nothing is looked up unless one of the `added` entries may have brought an account.
    """
    if not any(_may_bring_account(entry.body) for entry in added):
        return ()
    mine = accounts(case)
    if not mine:
        return ()
    warnings = []
    for other in others(case):
        for account in sorted(mine & accounts(other)):
            recorded = _note(case, account, other.id)
            _note(other, account, case.id)
            if recorded:
                warnings.append(f"{account} is in the case {other.name} too: letters stop on both, tell neither client")
    return tuple(warnings)


def accounts(case: OpenCase) -> frozenset[str]:
    """Return the platform ids and addresses of every account that a case says is the client's.

    Only the facts that mean the client's accounts count: two clients may well name the same impostor.
    """
    claimed = {fact.id for playbook in case.playbooks for fact in playbook.facts if fact.means in _CLAIMED}
    return frozenset(_accounts(case.state, claimed))


def _accounts(state: CaseState, claimed: Collection[str]) -> Iterator[str]:
    for key, record in state.facts.items():
        if key.fact not in claimed or record.status != "given":
            continue
        if key.field in _TELLING and isinstance(record.value, str):
            yield record.value
        elif isinstance(record.value, Mapping):
            yield from _members(record.value)


def _members(value: Mapping[str, Any]) -> Iterator[str]:
    for member in _TELLING:
        found = value.get(member)
        if isinstance(found, str) and found:
            yield found


def _may_bring_account(body: object) -> bool:
    if isinstance(body, Corrected):
        return body.kind == "answer"
    return isinstance(body, Answered) and (body.field in _TELLING or isinstance(body.value, Mapping))


def _note(case: OpenCase, account: str, other: str) -> bool:
    """Record a rival once; a case that has it already is left as it is."""
    return bool(case.record(lambda state: decide.note_rival(case.ground(state), account, other)).entries)
