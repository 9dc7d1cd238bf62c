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

from collections.abc import Iterator, Mapping
from typing import Any

from recover.case.contact import changed_contact, lost_contact
from recover.case.entries import GateOverridden
from recover.case.lookup import CaseLookup, meaning
from recover.case.plan import Plan
from recover.case.state import CaseState, FactKey, Recorded
from recover.case.survey import GateState, GateStatus
from recover.playbook.model import Gate

HOLDS_ALL = ("letters", "packets")


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
        "ask for a number or address that depends on none of the accounts in this case, and write that one down",
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
