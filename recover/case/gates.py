"""Gates: what holds back letters, packets and steps, and why.

A playbook's gate is open when its condition is true; unknown keeps it closed. Copies of an ID do not count in it. The
engine's own gates guard what no playbook may forget:

- `contact_changed`: the safe contact differs from the one first given or last confirmed. Somebody who has taken an
  account often asks for messages to go elsewhere next; the old contact, or an endorser reached independently, confirms.
- `contact_lost`: the safe contact hangs on an account of the case that is lost or suspect.
- `rival_claimant`: an asset of this case is in another case as well. Letters stop on both; neither client is told.
- `link_secret`: before any ID, selfie, notary or endorser step it must be known whether the link between this person
  and this account is secret from somebody who could harm them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from recover.case.entries import GateOverridden
from recover.case.lookup import CaseLookup, meaning
from recover.case.plan import Plan
from recover.case.state import CaseState, FactKey, FactRecord, Recorded
from recover.case.survey import GateState, GateStatus
from recover.playbook.model import Gate

HOLDS_ALL = ("letters", "packets")
SAFE_STATES = frozenset({"none", "ok", "safe", "unaffected", "in-control", "in_control", "kept", "restored"})
"""What a row's state column may say for an account that is not lost; anything else is lost or suspect."""
STATE_COLUMNS = ("action", "state", "status", "control")
FLAG_COLUMNS = ("lost", "suspect")
_MIN_TOKEN = 4
_MIN_DIGITS = 7


def find_gates(plan: Plan, state: CaseState, done: Mapping[str, bool] | None = None) -> tuple[GateState, ...]:
    """Judge every gate of the case: the playbooks' in their order, then the engine's own."""
    overrides = {one.body.gate: one for one in state.overrides}
    standing = {gate: one for gate, one in overrides.items() if one.position > _raised_at(plan, state, gate)}
    lookup = CaseLookup(plan, state, done=done, for_gate=True)
    found = []
    for gate in plan.gates.values():
        is_open = lookup.at(plan.gate_playbooks[gate.id]).holds(gate.needs)
        found.append(_playbook_gate(gate, is_open, overrides.get(gate.id)))
    found.extend(_engine_gates(plan, state, standing))
    return tuple(found)


def _raised_at(plan: Plan, state: CaseState, gate: str) -> int:
    """Give the position of what last raised a guard: an override from before knew nothing of it and does not count."""
    if gate in ("contact_changed", "contact_lost"):
        key = FactKey(plan.means.get("safe-contact", ""))
        return max((one.position for one in state.raw_answers.get(key, ())), default=-1)
    if gate == "rival_claimant":
        return max((one.position for one in state.rivals), default=-1)
    return -1


def _playbook_gate(gate: Gate, is_open: bool, override: Recorded[GateOverridden] | None) -> GateState:
    status: GateStatus = "open" if is_open else "held"
    reason = gate.title if is_open else f"not met: {gate.title}"
    if override is not None and not is_open and gate.override != "nobody":
        status, reason = "overridden", override.body.reason
    return GateState(gate.id, gate.title, status, gate.holds, gate.why, reason, gate.override)


def _engine_gate(
    gate: str, title: str, why: str, problem: str, hint: str, holds: tuple[str, ...], overrides: Mapping[str, Any]
) -> GateState:
    if not problem:
        return GateState(gate, title, "open", holds, why, title, hint=hint)
    if gate in overrides:
        return GateState(gate, title, "overridden", holds, why, overrides[gate].body.reason, hint=hint)
    return GateState(gate, title, "held", holds, why, problem, hint=hint)


def _engine_gates(plan: Plan, state: CaseState, overrides: Mapping[str, Any]) -> Iterator[GateState]:
    yield _engine_gate(
        "contact_changed",
        "The safe contact is the one first given, or confirmed",
        "Whoever took the account may be the one who asks to be reached elsewhere.",
        changed_contact(plan, state),
        "confirm the new contact over the old one, or through an endorser reached independently",
        HOLDS_ALL,
        overrides,
    )
    yield _engine_gate(
        "contact_lost",
        "The safe contact does not hang on a lost account",
        "What is sent there is read by whoever holds that account.",
        lost_contact(plan, state),
        "ask for a contact that depends on none of the accounts in this case",
        HOLDS_ALL,
        overrides,
    )
    yield _engine_gate(
        "rival_claimant",
        "No other case claims the same account",
        "Two people claim one account; until it is known who is who, nothing goes out for either.",
        _rival(state),
        "have both cases looked at by someone who knows neither client; tell neither",
        HOLDS_ALL,
        overrides,
    )
    if "account-link-secret" in plan.means:
        known = meaning(plan, state, "account-link-secret")
        yield _engine_gate(
            "link_secret",
            "It is known whether the link between person and account is secret",
            "An ID, a selfie, a notary or an endorser ties the person to the account for good.",
            "" if known is not None and known.is_known else "it is not known whether that link is secret from anyone",
            "ask whether somebody who could harm the client does not know whose account it is",
            (),
            overrides,
        )


def _rival(state: CaseState) -> str:
    if not state.rivals:
        return ""
    return "an account of this case is in another case too"


# --- the safe contact ----------------------------------------------------------------------------------------------


def contact_text(value: Any) -> str:
    """Give a contact as one text, whatever kind of question asked for it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return str(value.get("contact") or value.get("handle") or json.dumps(value, sort_keys=True, ensure_ascii=False))
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def changed_contact(plan: Plan, state: CaseState) -> str:
    """Say how the safe contact changed without being confirmed; empty when it did not.

    Judged by everything ever recorded: to undo or correct the old contact is a change as well.
    """
    known = meaning(plan, state, "safe-contact")
    if known is None:
        return ""
    if known.status == "conflict":
        return "different safe contacts were recorded"
    if not known.is_known:
        return ""
    current = contact_text(known.value)
    return "" if current == _established(state, known.key) else "the safe contact was changed and is not confirmed"


def _established(state: CaseState, key: FactKey) -> str:
    """Find the contact that was first given or last confirmed."""
    given = [(one.position, contact_text(one.body.value)) for one in state.raw_answers.get(key, ()) if one.body.value]
    established = given[0][1] if given else ""
    for confirmation in state.contacts:
        confirmed = confirmation.body.contact.strip()
        if any(position < confirmation.position and contact == confirmed for position, contact in given):
            established = confirmed
    return established


def lost_contact(plan: Plan, state: CaseState) -> str:
    """Say on which lost or suspect account the safe contact hangs; empty when on none that is known."""
    known = meaning(plan, state, "safe-contact")
    if known is None or not known.is_known:
        return ""
    tokens = _tokens(contact_text(known.value))
    contested = meaning(plan, state, "contested-asset")
    if contested is not None and contested.is_known and tokens & _tokens_of(contested.value):
        return "the safe contact hangs on the account this case is about"
    list_fact = plan.means.get("asset-list", "")
    for element in state.rows(list_fact):
        row = state.row(list_fact, element)
        names = set().union(*(_tokens_of(cell.value) for cell in row.values() if cell.is_known), _tokens(element))
        if tokens & names and is_suspect(plan, list_fact, row):
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


def _tokens_of(value: Any) -> set[str]:
    if isinstance(value, str):
        return _tokens(value)
    if isinstance(value, Mapping):
        return set().union(*(_tokens_of(value[key]) for key in value if key not in ("kind", "role")))
    return set()


def _tokens(text: str) -> set[str]:
    """Take a contact or an account's names apart into what can be compared: addresses, handles, numbers, links."""
    lowered = text.casefold()
    found = {token.strip(".,;:()<>").removeprefix("@") for token in re.split(r"\s+", lowered)}
    found |= {token.rpartition("/")[2].removeprefix("@") for token in found if "/" in token}
    words = {token for token in found if len(token) >= _MIN_TOKEN and any(mark in token for mark in "@._-/0123456789")}
    words |= {lowered.strip().removeprefix("@")} if len(lowered.strip()) >= _MIN_TOKEN else set()
    digits = {re.sub(r"\D", "", part) for part in re.findall(r"\+?[\d][\d\s().\-]{5,}\d", text)}
    return words | {number[-9:] for number in digits if len(number) >= _MIN_DIGITS}


# --- what a gate holds ---------------------------------------------------------------------------------------------


def holding(gates: tuple[GateState, ...], what: str, also: tuple[str, ...] = ()) -> tuple[GateState, ...]:
    """List the closed gates that hold `letters` or `packets`, and closed ones named in `also`."""
    return tuple(gate for gate in gates if not gate.is_open and (what in gate.holds or gate.id in also))


def counts_as_proof(state: CaseState, kinds: tuple[str, ...] = ()) -> int:
    """Count the exhibits that may prove who owns an account: those standing, of these kinds (or any), no ID copies."""
    return sum(
        1
        for exhibit in state.exhibits
        if exhibit.stands
        and not exhibit.is_identity
        and not exhibit.body.copy_of
        and (not kinds or exhibit.body.kind in kinds)
    )
