"""Facts as data: channels, deadline rules, clauses, organisations, proofs of control, and where an address may lie.

Every row says where it comes from, when it was checked, how sure it is and until when it may be trusted. An address
outside the listed domains is an error: sites that pretend to be an appeal form are common, and a wrong one costs a
victim the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from recover.frozen import frozen
from recover.playbook.library import Library, Source
from recover.playbook.model import (
    Certainty,
    Channel,
    Clause,
    Control,
    FactTest,
    Organisation,
    Provenance,
    Registry,
    Rule,
)
from recover.playbook.problems import Place, nearest
from recover.playbook.shapes import Entries

TABLES = ("channel", "rule", "clause", "organisation", "control", "domain")
"""Kinds of rows; a file holds them under their plural."""


def read_registry(library: Library) -> tuple[Registry, dict[tuple[str, str], Place]]:
    """Return the registry below the library's roots, as whole as its faults allow, and the place of each row.

    Rows of all roots are merged: of two with one id, the one of the first root counts, and only that one. Domains add
    up, and so does what was tested. The places are keyed by (`channel` | `rule` | `clause` | `organisation` |
    `control` | `domain`, id). Faults go to the library's list of problems.
    """
    rows = rows_in_force(library)
    places = {(row.what, row.id): row.place for row in rows}
    registry = Registry(
        channels=tuple(_channel(row.id, row.entries) for row in rows if row.what == "channel"),
        rules=tuple(_rule(row.id, row.entries) for row in rows if row.what == "rule"),
        clauses=tuple(_clause(row.id, row.entries) for row in rows if row.what == "clause"),
        organisations=tuple(_organisation(row.id, row.entries) for row in rows if row.what == "organisation"),
        controls=tuple(_control(row.id, row.entries) for row in rows if row.what == "control"),
        tested=tuple(test for source in library.registry_sources() for test in _tests(source)),
        sources=source_names(rows, library.registry_sources()),
    )
    domains = frozenset(row.id for row in rows if row.what == "domain")
    for source in library.registry_sources():
        _check_addresses(library, source.entries.table("channels"), domains)
        _check_names(library, source, places)
    return registry, places


@frozen
class Row:
    """One row of a file of facts. `what` is one of `TABLES`; a domain has no entries of its own."""

    what: str
    id: str
    source: Source
    place: Place
    entries: Entries
    label: str = ""
    """Whose domain it is."""


def rows_in_force(library: Library) -> tuple[Row, ...]:
    """Return the rows that count, the first root's first; a row that stands twice in one root is a fault."""
    found: dict[tuple[str, str], Row] = {}
    for source in library.registry_sources():
        for row in rows_of(source):
            first = found.setdefault((row.what, row.id), row)
            if first is not row and first.source.layer == row.source.layer:
                message = f"the {row.what} '{row.id}' is declared twice"
                library.problems.add("E040", row.place, message, f"also in {first.place}")
    return tuple(found.values())


def rows_of(source: Source) -> Iterable[Row]:
    """Yield the rows of one file, in its order."""
    for what in TABLES:
        table = source.entries.table(f"{what}s")
        for name, value in table.items():
            if isinstance(value, Entries):
                yield Row(what, name, source, table.key_places[name], value)
            else:
                yield Row(what, name, source, table.key_places[name], table, str(value))


def source_names(rows: Iterable[Row], sources: Iterable[Source] = ()) -> tuple[tuple[str, str], ...]:
    """Return (name, SHA-256) of each file of which a row or a test counts; two roots may have a file of one name.

    The name is the path below the root; that of a root before the last one begins with `own/`, `own2/` … where another
    root has a file of the same name.
    """
    counting = [*(row.source for row in rows), *(source for source in sources if source.entries.rows("tested"))]
    files = {(source.name, source.layer): source.sha256 for source in counting}
    last = {name: max(layer for other, layer in files if other == name) for name, _ in files}
    named = {
        (name if layer == last[name] else f"own{layer + 1 if layer else ''}/{name}"): sha256
        for (name, layer), sha256 in files.items()
    }
    return tuple(sorted(named.items()))


def bare_name(name: str) -> str:
    """Return the path below its root of a file that `source_names` named."""
    head, _, rest = name.partition("/")
    return rest if head.startswith("own") and (head[3:].isdigit() or head == "own") else name


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
        organisation=row.text("organisation"),
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


def _organisation(name: str, row: Entries) -> Organisation:
    return Organisation(
        id=name,
        title=row.text("title"),
        kind=row.text("kind"),
        does=row.text("does"),
        not_for=row.text("not_for"),
        who=row.text("who"),
        provenance=_provenance(row),
        typical_wait=row.text("typical_wait"),
        languages=row.texts("languages"),
        contact=row.text("contact"),
        note=row.text("note"),
    )


def _control(name: str, row: Entries) -> Control:
    return Control(
        id=name,
        title=row.text("title"),
        platforms=row.texts("platforms"),
        shown_by=row.texts("shown_by"),
        weight=row.text("weight"),
        why=row.text("why"),
        get=row.text("get"),
        provenance=_provenance(row),
        note=row.text("note"),
    )


def _tests(source: Source) -> Iterable[FactTest]:
    for row in source.entries.rows("tested"):
        yield FactTest(
            what=row.text("what"),
            id=row.text("id"),
            on=row.text("on"),
            result=row.text("result"),
            asked=row.texts("asked"),
            note=row.text("note"),
        )


def _check_names(library: Library, source: Source, places: dict[tuple[str, str], Place]) -> None:
    """Report a channel of an organisation that is not there, and a test of a fact that is not there."""
    for row in source.entries.table("channels").values():
        wanted = row.text("organisation")
        if wanted and ("organisation", wanted) not in places:
            near = nearest(wanted, [name for what, name in places if what == "organisation"])
            hint = f"did you mean {near}?" if near else "organisations stand in playbooks/facts/organisations.yaml"
            library.problems.add("E092", row.place_of("organisation"), f"there is no organisation '{wanted}'", hint)
    for row in source.entries.rows("tested"):
        key = row.text("what"), row.text("id")
        if row.is_whole and key not in places:
            near = nearest(key[1], [name for what, name in places if what == key[0]])
            hint = f"did you mean {near}?" if near else "recover playbook facts --all lists what there is"
            library.problems.add("E093", row.place_of("id"), f"there is no {key[0]} '{key[1]}'", hint)


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
