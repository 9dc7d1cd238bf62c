"""The accounts of a case as one reader may see them, and who had control of each over time.

Nothing is concluded that was not recorded: an account is lost where an event that is no rival version and no mere claim
says so, or where its row in the list of accounts does. Before its first change nothing is on record, and between two
versions of a change nothing is known. An event about a loss that names no account is about the contested one, if the
case has exactly one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from recover import times
from recover.frozen import frozen
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow
from recover.packet.words.phrases import has_phrase, phrase
from recover.playbook.model import Fact, FactType

CONTROL, LOST, BLOCKED = "control", "lost", "blocked"
UNKNOWN, UNRECORDED = "unknown", "none"
"""Somewhere in it a change lies; nothing is on record."""
_STATES = {
    "none": CONTROL,
    "taken": LOST,
    "suspended": BLOCKED,
    "disabled": BLOCKED,
    "unpublished": BLOCKED,
    "restricted": BLOCKED,
}
"""What happened to an account, as the list of accounts says it, and the state that it leaves behind."""
_OF_A_CHANGE = frozenset({"documented", "holder", "helpline"})
"""Stances that tell how it was; what is only claimed or denied by somebody changes no state."""


@frozen
class Account:
    """One account, Page, mailbox or number. Texts are as printed to this reader."""

    key: str
    name: str
    kind: str
    number: str
    """Its number or handle; empty when this reader gets none."""
    whose: str
    happened: str
    """The choice as recorded (`taken`), empty when nobody said."""
    happened_text: str
    happened_when: times.When | None
    is_contested: bool = False
    managers: tuple[str, ...] = ()
    """Keys of accounts of this list that could manage it."""


@frozen
class Change:
    """From some moment between `first` and `last` on, an account is in this state."""

    state: str
    first: datetime
    last: datetime
    when: times.When
    row: int = 0
    """Number of the timeline's row that tells it; 0 when only the list of accounts does."""


@frozen
class Span:
    """An account's state from one moment to another."""

    state: str
    first: datetime
    last: datetime


@frozen
class History:
    """What is known of control over one account, oldest first."""

    account: Account
    changes: tuple[Change, ...]

    def spans(self, first: datetime, last: datetime) -> tuple[Span, ...]:
        """Return its states from `first` to `last`, without gaps; the time in which a change may lie is not known."""
        found: list[Span] = []
        state, since = UNRECORDED, first
        for change in self.changes:
            begins = max(change.first, since)
            found += [Span(state, since, begins), Span(UNKNOWN, begins, max(change.last, begins))]
            state, since = change.state, max(change.last, begins)
        found.append(Span(state, since, max(last, since)))
        cut = (Span(each.state, max(each.first, first), min(each.last, last)) for each in found)
        return tuple(each for each in cut if each.first < each.last)


# --- accounts -------------------------------------------------------------------------------------------------------


def accounts(view: View, language: str = "en") -> tuple[Account, ...]:
    """Return the accounts this reader may see: the contested ones first, then the list in the order of its rows."""
    contested = _contested(view)
    found: dict[str, Account] = {}
    for fact in _lists(view, "asset-list"):
        for key, row in view.rows(fact.id):
            if key not in found:
                found[key] = _account(view, fact, key, row, language, contested)
    for key, record in contested.items():
        if key not in found and not _is_listed(record, found):
            found[key] = _plain_account(view, key, record)
    # What a reader can call by no name at all would be an empty card: such an account is not shown.
    named = [each for each in found.values() if each.name]
    return tuple(sorted(named, key=lambda each: not each.is_contested))


def _lists(view: View, means: str) -> list[Fact]:
    return [fact for fact in view.facts.values() if fact.means == means and fact.type is FactType.LIST]


def _contested(view: View) -> Mapping[str, Mapping[str, Any]]:
    """Return the accounts that the playbooks are about, by their number or else what names them best."""
    found: dict[str, Mapping[str, Any]] = {}
    for fact in view.facts.values():
        if fact.means == "contested-asset" and isinstance(record := view.value(fact.id), Mapping):
            key = next((str(record[name]) for name in ("platform_id", "handle", "url", "name") if record.get(name)), "")
            if key:
                found.setdefault(key, record)
    return found


def _is_listed(record: Mapping[str, Any], found: Mapping[str, Account]) -> bool:
    handle = str(record.get("handle", "")).lstrip("@").lower()
    return bool(handle) and any(each.number.lstrip("@").lower() == handle for each in found.values())


def _account(
    view: View,
    fact: Fact,
    key: str,
    row: Mapping[str, Any],
    language: str,
    contested: Mapping[str, Mapping[str, Any]],
) -> Account:
    columns = {column.id: column for column in fact.fields}
    kind, whose, happened = (str(row.get(name, "")) for name in ("kind", "whose", "action"))
    handles = {str(each.get("handle", "")).lstrip("@").lower() for each in contested.values()} - {""}
    # Another person's account is that person's own matter: readers who get no names get no number of it either.
    is_third = whose == "other_admin" and view.profile is not None and not view.profile.names
    handle = str(row.get("handle", ""))
    return Account(
        key=key,
        name=phrase("map-third", language) if is_third else _name(view, {**contested.get(key, {}), **row}, key),
        kind=view.words(_label(columns.get("kind"), kind)),
        number="" if is_third else view.words(str(row.get("platform_id", "")) or handle or _own_key(view, key)),
        whose=view.words(_label(columns.get("whose"), whose)),
        happened=happened,
        happened_text=_happened(columns.get("action"), happened, language),
        happened_when=times.read_when(str(row["action_at"]), view.zone) if row.get("action_at") else None,
        is_contested=key in contested or (bool(handle) and handle.lstrip("@").lower() in handles),
        managers=() if key not in contested else _managers(view, key),
    )


def _plain_account(view: View, key: str, record: Mapping[str, Any]) -> Account:
    number = str(record.get("platform_id", "")) or str(record.get("handle", ""))
    return Account(
        key=key,
        name=_name(view, record, key),
        kind=view.words(str(record.get("kind", "")).replace("-", " ")),
        number=view.words(number),
        whose="",
        happened="",
        happened_text="",
        happened_when=None,
        is_contested=True,
        managers=_managers(view, key),
    )


def _name(view: View, row: Mapping[str, Any], key: str) -> str:
    """Return the first of name, handle, address and number that this reader may see; else its kind."""
    handle, kind = str(row.get("handle", "")), str(row.get("kind", ""))
    return view.words(
        str(row.get("name", "")) or handle or str(row.get("url", "")) or _own_key(view, key) or kind.replace("-", " ")
    )


def _own_key(view: View, key: str) -> str:
    # The key of a row is its number: who may not see that column may not see the key in its place either.
    return key if view.profile is None else ""


def _label(column: Fact | None, value: str) -> str:
    choices = column.choices if column is not None else ()
    return next((choice.label for choice in choices if choice.value == value), value.replace("-", " "))


def _happened(column: Fact | None, value: str, language: str) -> str:
    key = f"happened-{value}"
    return phrase(key, language) if value and has_phrase(key) else _label(column, value)


def _managers(view: View, key: str) -> tuple[str, ...]:
    """Return the people of the list of admins who are accounts of the case themselves: by number, the only key."""
    listed = {row for fact in _lists(view, "asset-list") for row, _ in view.rows(fact.id)}
    return tuple(person for fact in admin_lists(view) for person, _ in view.rows(fact.id) if person in listed - {key})


def admin_lists(view: View) -> tuple[Fact, ...]:
    """Return the lists of people who could manage an account: those with a role and a day until when it was known."""
    wanted = {"name", "role"}
    return tuple(
        fact
        for fact in view.facts.values()
        if fact.type is FactType.LIST
        and fact.id.rpartition(".")[2] == "admins"
        and wanted <= {column.id for column in fact.fields}
    )


# --- control over time ----------------------------------------------------------------------------------------------


def about(row: TimelineRow, found: Sequence[Account]) -> tuple[str, ...]:
    """Return the accounts a row is about; a loss or restoration that names none is about the only contested one."""
    keys = {account.key for account in found}
    if row.assets:
        return tuple(key for key in row.assets if key in keys)
    contested = [account.key for account in found if account.is_contested]
    is_control = bool({"loss", "restored"}.intersection(row.marks))
    return tuple(contested) if is_control and len(contested) == 1 else ()


def histories(rows: Sequence[TimelineRow], found: Sequence[Account]) -> tuple[History, ...]:
    """Return what is known of control over each account, in the order of the accounts."""
    return tuple(_history(account, rows, found) for account in found)


def _history(account: Account, rows: Sequence[TimelineRow], found: Sequence[Account]) -> History:
    changes = [
        change
        for number, row in enumerate(rows, 1)
        if account.key in about(row, found) and (change := _change(number, row, rows)) is not None
    ]
    if (listed := _listed_change(account)) is not None and not _is_told(listed, changes):
        changes.append(listed)
    ordered = _without_repetition(sorted(changes, key=lambda each: (each.first, each.last)))
    return History(account, ordered)


def _change(number: int, row: TimelineRow, rows: Sequence[TimelineRow]) -> Change | None:
    marks = {"loss": LOST, "restored": CONTROL}
    state = next((state for mark, state in marks.items() if mark in row.marks), "")
    is_told = row.stance in _OF_A_CHANGE and not row.rival_of
    if not state or not is_told or row.when.earliest is None or row.when.latest is None:
        return None
    # Where two versions of one event stand side by side, all that both may mean is open.
    rivals = [each.when for each in rows if each.rival_of == row.entry and each.entry != row.entry]
    ends = [(each.earliest, each.latest) for each in (row.when, *rivals)]
    return Change(
        state,
        min(first for first, _ in ends if first is not None),
        max(last for _, last in ends if last is not None),
        row.when,
        number,
    )


def left_by(account: Account) -> str:
    """Return the state that what happened to an account left it in; nothing when nobody said what did."""
    return _STATES.get(account.happened, "")


def _listed_change(account: Account) -> Change | None:
    when, state = account.happened_when, left_by(account)
    if when is None or when.earliest is None or when.latest is None or not state or state == CONTROL:
        return None
    return Change(state, when.earliest, when.latest, when)


def _is_told(listed: Change, changes: Sequence[Change]) -> bool:
    """Say whether an event tells already what the list of accounts says: the same state, at a time that can be it."""
    return any(
        each.state == listed.state and each.first <= listed.last and listed.first <= each.last for each in changes
    )


def _without_repetition(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Leave out a change into a state that is there already: a second report of one loss."""
    kept = list(changes[:1])
    for before, change in pairwise(changes):
        if change.state != before.state:
            kept.append(change)
    return tuple(kept)
