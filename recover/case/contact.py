"""The safe contact: whether it changed unnoticed, and whether it hangs on an account that is lost.

Both are judged towards caution, and a false alarm costs one override with a reason. A contact hangs on an account by
its address, number, handle or link, by a mail domain or site that is itself the account, and by the account's name in
words. A name that stands beside a number or address of its own is taken for the person's; a name alone is taken for
where the message goes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from recover.case.lookup import every_fact, meaning
from recover.case.plan import Plan
from recover.case.state import CaseState, FactKey, FactRecord
from recover.frozen import frozen

SAFE_STATES = frozenset({"none", "ok", "safe", "unaffected", "in-control", "in_control", "kept", "restored"})
"""What a row's state column may say for an account that is not lost; anything else is lost or suspect."""
STATE_COLUMNS = ("action", "state", "status", "control")
FLAG_COLUMNS = ("lost", "suspect")
UNREADABLE = ("entry.destroyed", "entry.missing")
"""Kinds under which the vault gives an entry that it cannot read any more."""
_NAMES = ("name", "alias", "title")
_MIN_TOKEN = 4
_MIN_DIGITS = 7
_MIN_HANDLE = 5
_NUMBER = re.compile(r"\+?\d[\d\s().\-]{5,}\d")
_MAIL = re.compile(r"[^\s@<>,;]+@([\w\-]+(?:\.[\w\-]+)+)")
_OWN_HANDLE = re.compile(r"(?<![\w.])@\w{3,}")
_DOMAIN = re.compile(r"[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_][\w\-]+")
_LINK = re.compile(r"(?:https?://)?[\w\-]+(?:\.[\w\-]+)+(?:/[^\s<>,;]*)?")
# One contact may give several ways; each is judged by itself.
_EITHER = re.compile(r"[;|\n]|\s(?:or|oder|ou|или|либо|або|veya|yaxud|və ya)\s")


def contact_text(value: Any) -> str:
    """Give a contact as one text, whatever kind of question asked for it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return str(value.get("contact") or value.get("handle") or json.dumps(value, sort_keys=True, ensure_ascii=False))
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


# --- changed ---------------------------------------------------------------------------------------------------------


def changed_contact(plan: Plan, state: CaseState) -> str:
    """Say how the safe contact changed without being confirmed; empty when it did not.

    Judged by everything ever recorded: to undo, correct or destroy the old contact is a change as well.
    """
    known = meaning(plan, state, "safe-contact")
    if known is None:
        return ""
    if known.status == "conflict":
        return "different safe contacts were recorded"
    if not known.is_known:
        return ""
    established, doubt = _established(state, known.key)
    if contact_text(known.value) == established:
        return ""
    return doubt or "the safe contact was changed and is not confirmed"


def _established(state: CaseState, key: FactKey) -> tuple[str, str]:
    """Find the contact that was first given or last confirmed; else why the first one is not known."""
    given = [(one.position, contact_text(one.body.value)) for one in state.raw_answers.get(key, ()) if one.body.value]
    established, doubt = (given[0][1], "") if given else ("", "")
    if any(entry.kind in UNREADABLE for entry in state.entries[: given[0][0] if given else 0]):
        established, doubt = "", "an entry from before the safe contact was destroyed; it may have held another one"
    for confirmation in state.contacts:
        confirmed = confirmation.body.contact.strip()
        if any(position < confirmation.position and contact == confirmed for position, contact in given):
            established, doubt = confirmed, ""
    return established, doubt


# --- lost ------------------------------------------------------------------------------------------------------------


def lost_contact(plan: Plan, state: CaseState) -> str:
    """Say on which lost or suspect account the safe contact hangs; empty when on none that is known."""
    known = meaning(plan, state, "safe-contact")
    if known is None or not known.is_known:
        return ""
    ways = tuple(_Way(piece) for piece in _EITHER.split(contact_text(known.value).casefold()) if piece.strip())
    for fact_id in every_fact(plan, "contested-asset"):
        contested = state.fact(fact_id)
        if contested is not None and contested.is_known and any(w.leads_to(_account(contested.value)) for w in ways):
            return "the safe contact hangs on the account this case is about"
    for list_fact in every_fact(plan, "asset-list"):
        for element in state.rows(list_fact):
            row = state.row(list_fact, element)
            values = {column: cell.value for column, cell in row.items() if cell.is_known}
            account = _account({"": element, **values})
            if any(way.leads_to(account) for way in ways) and is_suspect(plan, list_fact, row):
                return "the safe contact hangs on an account that is lost or suspect"
    return ""


def is_suspect(plan: Plan, list_fact: str, row: Mapping[str, FactRecord]) -> bool:
    """Say whether a row of the asset list is lost or suspect: by its state, and when that is not known."""
    for column in FLAG_COLUMNS:
        cell = row.get(column)
        if cell is not None and cell.value is True:
            return True
    columns = [column for column in STATE_COLUMNS if plan.column(list_fact, column)]
    for column in columns:
        cell = row.get(column)
        if cell is None or not cell.is_known or str(cell.value).lower() not in SAFE_STATES:
            return True
    return False


@frozen
class _Account:
    """All by which an account can be reached: addresses and numbers, names in words, bare handles, whole sites."""

    tokens: frozenset[str]
    names: tuple[tuple[str, ...], ...]
    handles: frozenset[str]
    sites: frozenset[str]


def _account(value: Any) -> _Account:
    members = value if isinstance(value, Mapping) else {"name": value}
    texts = {key: text for key, text in members.items() if isinstance(text, str) and key not in ("kind", "role")}
    tokens = set().union(*(_tokens(text) for text in texts.values()), *(_tokens_of(each) for each in members.values()))
    names = tuple(
        words for key in _NAMES if (words := _words(texts.get(key, ""))) and len("".join(words)) >= _MIN_TOKEN
    )
    path = urlsplit(texts.get("url", "")).path.strip("/")
    bare = {_squashed(texts.get("handle", "")), _squashed(path.rpartition("/")[2])}
    own = {each for words in names for each in (*words, "".join(words))}
    sites = {_site(texts.get(key, "")) for key in ("url", "handle", "name")} - {""}
    # "https://social.example/" typed for an account of social is the platform, not the account's own site.
    platforms = {word for key in ("kind", "platform") for word in _words(str(members.get(key) or ""))}
    sites = {site for site in sites if site.split(".")[-2] not in platforms}
    return _Account(
        frozenset(tokens),
        names,
        frozenset(each for each in bare if len(each) >= (_MIN_TOKEN if each not in own else _MIN_HANDLE)),
        frozenset(sites),
    )


class _Way:
    """One way to reach somebody, taken apart; the text is casefolded."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.words = _words(text)
        links = [urlsplit(each if "://" in each else f"//{each}") for each in _LINK.findall(text)]
        self.ends = {_squashed(part) for link in links for part in link.path.split("/") if part}
        self.sites = {_plain_host(link.hostname or "") for link in links}
        self.sites |= {_plain_host(domain) for domain in _MAIL.findall(text)}
        self.is_anonymous = not (_NUMBER.search(text) or _MAIL.search(text) or _OWN_HANDLE.search(text))

    def leads_to(self, account: _Account) -> bool:
        """Say whether what is sent this way may reach an account."""
        if self.tokens & account.tokens or self.ends & account.handles:
            return True
        if any(site == lost or site.endswith(f".{lost}") for site in self.sites for lost in account.sites):
            return True
        return self.is_anonymous and (
            any(_holds(self.words, name) for name in account.names) or bool(account.handles & set(self.words))
        )


def _holds(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Say whether a name stands in a text; the last word of a longer name may have an ending (Azerbaijani, Turkish)."""
    for start in range(len(words) - len(name) + 1):
        part = words[start : start + len(name)]
        if part == name:
            return True
        has_ending = len(name) > 1 and len(name[-1]) >= _MIN_TOKEN and part[-1].startswith(name[-1])
        if has_ending and part[:-1] == name[:-1]:
            return True
    return False


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold()))


def _squashed(text: str) -> str:
    """Give letters and digits alone: some platforms read `n.photos` and `nphotos` as one handle."""
    return "".join(_words(text))


def _plain_host(host: str) -> str:
    return host.casefold().strip(".").removeprefix("www.")


def _site(text: str) -> str:
    """Give the domain of an account that is a site of its own: a bare domain, or a link without a path."""
    link = urlsplit(text.strip())
    if link.scheme and link.hostname and not link.path.strip("/"):
        return _plain_host(link.hostname) if "." in link.hostname else ""
    bare = text.strip().removeprefix("@").rstrip("/")
    return _plain_host(bare) if _DOMAIN.fullmatch(bare) else ""


def _tokens_of(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        texts = (each for key, each in value.items() if key not in ("kind", "role") and isinstance(each, str))
        return set().union(*(_tokens(each) for each in texts))
    return set()


def _tokens(text: str) -> set[str]:
    """Take a contact or an account's names apart into what can be compared: addresses, handles, numbers, links."""
    lowered = text.casefold()
    found = {token.strip(".,;:()<>").removeprefix("@") for token in re.split(r"\s+", lowered)}
    found |= {token.rpartition("/")[2].removeprefix("@") for token in found if "/" in token}
    words = {token for token in found if len(token) >= _MIN_TOKEN and any(mark in token for mark in "@._-/0123456789")}
    words |= {lowered.strip().removeprefix("@")} if len(lowered.strip()) >= _MIN_TOKEN else set()
    digits = {re.sub(r"\D", "", part) for part in _NUMBER.findall(text)}
    return words | {number[-9:] for number in digits if len(number) >= _MIN_DIGITS}
