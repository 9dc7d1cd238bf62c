"""Which platform a letter, an account, a date or an event belongs to: a packet for one platform tells of no other.

The platforms stand in `templates/packet/profiles.yaml`: the company that reads, the kinds of accounts it runs, its
channels, its domains and the names people use for it. What belongs to no platform that is known there belongs to all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from recover.frozen import frozen


@frozen
class Platform:
    """One company that reads letters about accounts it runs."""

    id: str
    title: str
    kinds: tuple[str, ...]
    """Values of `kind` or `platform` in answers: `facebook-page`, `tiktok`."""
    channels: tuple[str, ...]
    """First words of the ids of channels, rules and clauses: `meta`, `dsa-meta`."""
    domains: tuple[str, ...]
    names: tuple[str, ...] = ()
    """As people write them, with their capitals: `Facebook`. None: no account of a case is there, as with stores."""

    def runs(self, row: Mapping[str, Any]) -> bool:
        """Say whether a record of an account is of this platform, by its kind or else by its address."""
        kinds = {str(row.get(name, "")) for name in ("platform", "kind")}
        if kinds.intersection(self.kinds):
            return True
        host = urlsplit(str(row.get("url") or "")).hostname or ""
        return any(host == domain or host.endswith("." + domain) for domain in self.domains)

    def has_channel(self, id_: str) -> bool:
        """Say whether a channel, rule or clause is of this platform."""
        return id_.partition(".")[0] in self.channels

    def is_named_in(self, text: str) -> bool:
        """Say whether a text names this platform."""
        return bool(self.names) and _words(self.names).search(text) is not None

    def has_address_in(self, text: str) -> bool:
        """Say whether a text holds an address on this platform, blunted or not."""
        return bool(self.domains) and _hosts(self.domains).search(text.replace("[.]", ".").casefold()) is not None


@lru_cache(maxsize=64)
def _hosts(domains: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, domains))})(?![\w-]|\.\w)")


@lru_cache(maxsize=64)
def _words(names: tuple[str, ...]) -> re.Pattern[str]:
    # With their capitals: `meta` is a word of many languages, and a small x is no platform.
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


def keys_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a record of an account can be told by in a text: its number, handle and address, no name."""
    found = [str(row.get(name) or "").strip() for name in ("platform_id", "handle", "url")]
    return tuple(dict.fromkeys(key for key in found if len(key.lstrip("@")) >= 3))


def is_about(text: str, keys: Iterable[str]) -> bool:
    """Say whether a text holds one of these numbers, handles or addresses, as a whole word."""
    folded = text.casefold()
    return any(re.search(rf"(?<!\w){re.escape(key.casefold())}(?!\w)", folded) is not None for key in keys)
