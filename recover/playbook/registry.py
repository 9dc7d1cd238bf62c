"""Facts as data: channels, deadline rules, clauses and the domains a channel's address may lie on.

Every row says where it comes from, when it was checked, how sure it is and until when it may be trusted. An address
outside the listed domains is an error: sites that pretend to be an appeal form are common, and a wrong one costs a
victim the account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from recover.playbook.library import Library, Source
from recover.playbook.model import Certainty, Channel, Clause, Provenance, Registry, Rule
from recover.playbook.problems import Place
from recover.playbook.shapes import Entries

_Row = TypeVar("_Row", Channel, Rule, Clause)


def read_registry(library: Library) -> tuple[Registry, dict[tuple[str, str], Place]]:
    """Return the registry below the library's roots, as whole as its faults allow, and the place of each row.

    The places are keyed by (`channel` | `rule` | `clause`, id). Faults go to the library's list of problems.
    """
    sources = library.registry_sources()
    domains = frozenset(name for source in sources for name in source.entries.table("domains"))
    places: dict[tuple[str, str], Place] = {}
    registry = Registry(
        channels=tuple(_rows(library, sources, "channel", _channel, places)),
        rules=tuple(_rows(library, sources, "rule", _rule, places)),
        clauses=tuple(_rows(library, sources, "clause", _clause, places)),
        sources=tuple(sorted((source.name, source.sha256) for source in sources)),
    )
    for source in sources:
        _check_addresses(library, source.entries.table("channels"), domains)
    return registry, places


def _rows(
    library: Library,
    sources: list[Source],
    what: str,
    make: Callable[[str, Entries], _Row],
    places: dict[tuple[str, str], Place],
) -> Iterable[_Row]:
    for source in sources:
        table = source.entries.table(f"{what}s")
        for name, row in table.items():
            place = table.key_places[name]
            if (what, name) in places:
                first = places[what, name]
                library.problems.add("E040", place, f"the {what} '{name}' is declared twice", f"also in {first}")
                continue
            places[what, name] = place
            yield make(name, row)


def _provenance(row: Entries) -> Provenance:
    return Provenance(
        sources=row.texts("sources"),
        checked_on=row.text("checked_on"),
        certainty=Certainty(row.text("certainty", "C")),
        review_by=row.text("review_by"),
    )


def _channel(name: str, row: Entries) -> Channel:
    return Channel(
        id=name,
        title=row.text("title"),
        to=row.text("to"),
        medium=row.text("medium"),
        provenance=_provenance(row),
        url=row.text("url"),
        language=row.text("language", "en"),
        asks_for=row.texts("asks_for"),
        preconditions=row.texts("preconditions"),
        max_chars=row.number("max_chars"),
        typical_wait=row.text("typical_wait"),
        note=row.text("note"),
    )


def _rule(name: str, row: Entries) -> Rule:
    return Rule(
        id=name,
        title=row.text("title"),
        starts=row.text("starts"),
        lengths=row.texts("lengths"),
        who=row.text("who"),
        provenance=_provenance(row),
        calendar=row.text("calendar", "plain"),
        extendable_to=row.text("extendable_to"),
        note=row.text("note"),
    )


def _clause(name: str, row: Entries) -> Clause:
    return Clause(name, row.text("platform"), row.text("where"), row.text("gist"), _provenance(row))


def _check_addresses(library: Library, channels: Entries, domains: frozenset[str]) -> None:
    for row in channels.values():
        url = row.text("url")
        host = (urlsplit(url).hostname or "") if url else ""
        if host and not any(host == domain or host.endswith("." + domain) for domain in domains):
            library.problems.add(
                "E090",
                row.place_of("url"),
                f"'{host}' is on no listed domain",
                "check it, then add its domain to playbooks/facts/domains.yaml",
            )
