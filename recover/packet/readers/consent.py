"""The client's word for one reader: given or not, until when, and what it does not cover.

A profile names a question (by its meaning or its id). Beside it a playbook may ask questions of the same name with
these endings; what is not answered does not limit:

- `_until`: the last day on which it holds, in the case's zone;
- `_without`: classes of exhibits that stay, and `other_accounts` (everything about accounts but the contested one);
- `_to`: the platforms it covers, by their ids in `templates/packet/profiles.yaml`.

Spoken counts until it is written. Whoever said yes and then no took it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from recover import times
from recover.case.state import CaseState
from recover.frozen import frozen

GIVEN = ("yes", "spoken", "written")
"""Values of a consent question that count as given."""
NONE_NEEDED = "none"
OTHER_ACCOUNTS = "other_accounts"


@frozen
class Consent:
    """What the client said about one reader. `fact` is empty when the playbook asks no such question."""

    fact: str
    value: Any = None
    until: str = ""
    """ISO day, or empty."""
    without: frozenset[str] = frozenset()
    platforms: tuple[str, ...] = ()
    """The platforms it covers; empty: all."""
    taken_back: str = ""
    """When it was taken back (ISO day), for a client who had agreed before."""

    @property
    def is_given(self) -> bool:
        """Say whether the client agreed and has not taken it back."""
        return self.value is True or self.value in GIVEN

    @property
    def is_refused(self) -> bool:
        """Say whether the client said no, which is more than saying nothing."""
        return self.value is False or self.value == "no"


def consent_for(wanted: str, meaning: Callable[[str], str], known: Callable[[str], Any], state: CaseState) -> Consent:
    """Read the client's word from the answers of a case.

    `wanted` is what the profile names, `meaning` gives the question that has a meaning, `known` a question's answer.
    """
    fact = wanted if "." in wanted else meaning(wanted)
    if not fact:
        return Consent("")
    without, platforms, until = (known(f"{fact}_{name}") for name in ("without", "to", "until"))
    return Consent(
        fact=fact,
        value=known(fact),
        until=until if isinstance(until, str) else "",
        without=frozenset(without if isinstance(without, list) else ()),
        platforms=tuple(platforms if isinstance(platforms, list) else ()),
        taken_back=_taken_back(state, fact),
    )


def _taken_back(state: CaseState, fact: str) -> str:
    record = state.fact(fact)
    if record is None or not record.history:
        return ""
    last = record.history[-1]
    before = [one.body.value for one in record.history[:-1]]
    was_given = any(value is True or value in GIVEN for value in before if isinstance(value, str | bool))
    is_given = last.body.value is True or last.body.value in GIVEN
    return times.instant_text(last.recorded_at, "UTC")[:10] if was_given and not is_given else ""


def why_not(consent: Consent, reader: str, ask: str, today: date, *, silence_counts: bool = True) -> str:
    """Say why nothing may leave to a reader now; nothing when it may.

    Without `silence_counts` a question that nobody answered yet is no reason.
    """
    if consent.taken_back and not consent.is_given:
        return f"the client took back on {consent.taken_back} that {reader} sees the case"
    if not consent.is_given and (silence_counts or consent.is_refused):
        asked = f": {ask}" if ask else ""
        return f"the client has not agreed that {reader} sees the case{asked}"
    if consent.is_given and consent.until and today.isoformat() > consent.until:
        return f"the client agreed that {reader} sees the case until {consent.until}; that day has passed"
    return ""
