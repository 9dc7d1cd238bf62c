"""Which facts somebody should look at: past their review, due for it soon, or never confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from recover.errors import NotFoundError
from recover.frozen import frozen
from recover.playbook.layers import with_shipped
from recover.playbook.library import Library
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
from recover.playbook.problems import Place, Problems, nearest
from recover.playbook.registry import read_registry, rows_in_force

SOON_DAYS = 30
"""A fact is due for a look this many days before its review date."""

UNSURE = (Certainty.C, Certainty.D)


@frozen
class FactRow:
    """One fact as a trainer looks at it. `state` is stale, soon or good."""

    what: str
    """channel, rule, clause, organisation or control."""
    id: str
    title: str
    provenance: Provenance
    state: str
    place: Place
    note: str
    tests: tuple[FactTest, ...]
    """The newest first."""
    is_own: bool
    """It stands in an own folder."""

    @property
    def is_uncertain(self) -> bool:
        """Say whether no text of the platform or the law confirms it (certainty C or D)."""
        return self.provenance.certainty in UNSURE


def facts_in_force(roots: Sequence[Path], today: date) -> tuple[FactRow, ...]:
    """Return every fact that is in force, by kind and then by id. Raises `InvalidPlaybookError`."""
    problems = Problems()
    library = Library(with_shipped(roots), problems)
    registry, places = read_registry(library)
    problems.raise_errors()
    own = {(row.what, row.id) for row in rows_in_force(library) if row.source.layer < len(library.roots) - 1}
    return tuple(
        FactRow(
            what=what,
            id=fact.id,
            title=title,
            provenance=fact.provenance,
            state=_state(fact.provenance, today),
            place=places[what, fact.id],
            note=getattr(fact, "note", ""),
            tests=_tests(registry, what, fact.id),
            is_own=(what, fact.id) in own,
        )
        for what, fact, title in sorted(_all(registry), key=lambda row: (_KINDS.index(row[0]), row[1].id))
    )


_KINDS = ("channel", "rule", "clause", "organisation", "control")


def _all(registry: Registry) -> Iterable[tuple[str, Channel | Rule | Clause | Organisation | Control, str]]:
    yield from (("channel", each, f"{each.to}: {each.title}") for each in registry.channels)
    yield from (("rule", each, each.title) for each in registry.rules)
    yield from (("clause", each, f"{each.platform}: {each.where}") for each in registry.clauses)
    yield from (("organisation", each, each.title) for each in registry.organisations)
    yield from (("control", each, f"{each.title} ({', '.join(each.platforms)})") for each in registry.controls)


def _state(provenance: Provenance, today: date) -> str:
    review_by = date.fromisoformat(provenance.review_by)
    if review_by < today:
        return "stale"
    return "soon" if review_by <= today + timedelta(days=SOON_DAYS) else "good"


def _tests(registry: Registry, what: str, id_: str) -> tuple[FactTest, ...]:
    found = [each for each in registry.tested if (each.what, each.id) == (what, id_)]
    return tuple(sorted(found, key=lambda each: each.on, reverse=True))


def find_fact(rows: Sequence[FactRow], named: str, what: str = "") -> FactRow:
    """Return the fact somebody means: an id, or `channel ID` where two kinds have one id.

    Raises `NotFoundError` with the nearest id, or that names the kinds to choose from.
    """
    kind, _, rest = named.partition(" ")
    if kind in _KINDS and rest:
        named, what = rest.strip(), kind
    found = [row for row in rows if row.id == named and what in ("", row.what)]
    if len(found) == 1:
        return found[0]
    if found:
        kinds = ", ".join(row.what for row in found)
        raise NotFoundError(f"'{named[:80]}' is the id of several facts: {kinds}", hint=f"'{found[0].what} {named}'")
    near = nearest(named, [row.id for row in rows])
    hint = f"did you mean {near}?" if near else "recover playbook facts --all lists them"
    raise NotFoundError(f"no fact is called '{named[:80]}'", hint=hint)
