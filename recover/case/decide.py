"""Decisions: what a helper wants to record, judged before it enters the log.

Every function takes a `Ground` (the case as it stands) and a request, and gives the bodies to append: none when there
is nothing new to record. It raises `UsageError` (2) for what is unknown or malformed, `NotFoundError` (10) for what is
not in the case, and `Refusal` (4) for what a gate or a rule forbids; a refusal names the gate, the reason and the way
on. Nothing here reads a clock or a disk, so that an append can be decided again when another device wrote meanwhile.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from recover.case.answering import add_row, answer, find_fact, read_answer, remove_row
from recover.case.codec import body_from_json, body_to_json
from recover.case.contact import changed_contact, contact_text
from recover.case.entries import (
    Answered,
    CallRecorded,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Chased,
    CheckDone,
    ContactConfirmed,
    Corrected,
    Erased,
    EventRecorded,
    EvidenceExplained,
    ExhibitAdded,
    ExhibitCopied,
    ExhibitDisclosed,
    ExhibitExported,
    ExhibitLinked,
    ExhibitWithdrawn,
    GateOverridden,
    ItemMarked,
    LetterApproved,
    Noted,
    PacketExported,
    PlaybookPinned,
    PromiseSettled,
    Replied,
    RivalNoted,
    Sent,
    Stamped,
    StepStopped,
    Undone,
    Unknown,
)
from recover.case.ground import (
    Ground,
    Refusal,
    find_step,
    known_assets,
    one_of,
    read_moment,
    read_sha256,
    refuse_held,
    said,
    shown,
)
from recover.case.lookup import meaning
from recover.case.offers import APPROVAL, NOT_REACHED, SECOND_APPEAL, appeal_told_of
from recover.case.plan import PlacedStep, parse_instance
from recover.case.state import CaseState
from recover.case.survey import LetterState
from recover.errors import NotFoundError, UsageError
from recover.playbook.model import ChecklistItem, EvidenceNeed
from recover.playbook.values import check as check_value
from recover.times import When, parse_when

__all__ = [
    "Ground", "Refusal", "add_row", "answer", "approve", "call", "chase", "check", "check_exhibit", "close",
    "confirm_contact", "correct", "event", "explain", "find_fact", "find_letter", "find_need", "find_step", "link",
    "mark", "next_number", "note", "note_rival", "open_critical", "override", "promise", "refuse_blocked",
    "remove_row", "reopen", "reply", "sent", "stop", "undo", "visible_items", "withdraw",
]  # fmt: skip

STANCES = ("documented", "holder", "helpline", "claimed-by", "denied-by")
MARKS = ("loss", "restored", "attack", "contact", "filing", "reply", "check", "gap", "plan", "context")
ITEM_MARKS = ("done", "not-done", "not-applicable")
CHECK_RESULTS = ("done", "missed", "anomaly")
PROMISE_RESULTS = ("kept", "broken", "dropped")
EXHIBIT_CLASSES = ("ordinary", "personal", "identity", "health", "biometric", "intimate")
HARM_FIRST = "stopping harm first"

_NUMBER = re.compile(r"E([0-9]{2,6})(?:-([a-z0-9]+))?")


# --- steps ---------------------------------------------------------------------------------------------------------


def mark(ground: Ground, step: str, item: str, mark: str = "done", reason: str = "") -> tuple[ItemMarked, ...]:
    """Mark an item of a step's checklist: done, not-done or not-applicable (the last two with a reason)."""
    placed, instance, instance_id = find_step(ground, step)
    known = next((each for each in placed.step.do if each.id == item), None)
    if known is None:
        items = ", ".join(each.id for each in placed.step.do) or "none"
        raise NotFoundError(f"{shown(step)} has no item {shown(item)}", hint=f"its items: {items}")
    one_of(mark, ITEM_MARKS, "a mark")
    if mark != "done":
        reason = said(reason, f"why “{known.text}” is {mark}")
    if mark == "done":
        refuse_held(ground, placed, instance)
    before = ground.walked.records.items.get(instance_id, {}).get(item)
    if before is not None and (before.body.mark, before.body.reason) == (mark, reason):
        return ()
    return (ItemMarked(instance_id, item, mark, reason),)


def visible_items(ground: Ground, step: str) -> tuple[ChecklistItem, ...]:
    """List the items of a step's checklist that are visible, marked or not."""
    placed, _, instance_id = find_step(ground, step)
    element = parse_instance(instance_id).element
    looking = ground.walked.lookup.at(placed.playbook.id, placed.step.for_each if element else "", element)
    return tuple(item for item in placed.step.do if looking.holds(item.visible_if))


def stop(ground: Ground, step: str, reason: str = "", *, race: bool = False) -> tuple[StepStopped, ...]:
    """Leave a step: as a race (the gap in the evidence is recorded, the harm stopped first), or with a reason."""
    placed, instance, instance_id = find_step(ground, step)
    if race:
        holds = instance is not None and any("." in held for held in instance.held_by)
        if not (placed.step.race or holds):
            raise Refusal(
                "race", f"“{placed.step.title}” is no race against an intruder", hint="leave it with a reason"
            )
        return (StepStopped(instance_id, reason or HARM_FIRST, race=True),)
    return (StepStopped(instance_id, said(reason, "why the step is left")),)


def override(ground: Ground, gate: str, reason: str) -> tuple[GateOverridden, ...]:
    """Open a gate by decision of a helper; the reason stands in the log and in the internal view.

    `second_appeal`, or `second_appeal[ELEMENT]` for an account of a list, allows one more appeal of a new decision.
    """
    if parse_instance(gate).name != SECOND_APPEAL:
        known = ground.survey.gate(gate)
        if known is None:
            gates = ", ".join(each.id for each in ground.survey.gates)
            raise NotFoundError(f"no gate is called {shown(gate)}", hint=f"gates: {gates}")
        if known.status == "open":
            return ()
        if known.override == "nobody":
            raise Refusal(gate, f"nobody may override this gate: {known.title}", hint=known.why)
        if known.status == "overridden" and known.reason == reason.strip():
            return ()
    return (GateOverridden(gate, said(reason, "why the gate is opened")),)


# --- evidence ------------------------------------------------------------------------------------------------------


def find_need(ground: Ground, need: str) -> tuple[str, EvidenceNeed]:
    """Find what a need's id means (`capture.removal_mail`); gives the id to record. Raises `NotFoundError`."""
    step, _, name = need.rpartition(".")
    placed, _, instance_id = find_step(ground, step)
    known = next((each for each in placed.step.evidence if each.id == name), None)
    if known is None:
        needs = ", ".join(f"{step}.{each.id}" for each in placed.step.evidence) or "none"
        raise NotFoundError(f"{shown(step)} asks for no {shown(name)}", hint=f"it asks for: {needs}")
    return f"{instance_id}.{name}", known


def explain(ground: Ground, need: str, reason: str) -> tuple[EvidenceExplained, ...]:
    """Record why a piece of evidence is not available."""
    need_id, known = find_need(ground, need)
    if known.if_missing == "block":
        raise Refusal(need_id, f"there is no going on without it: {known.title}", hint="recover evidence add")
    reason = said(reason, f"why “{known.title}” is not available")
    before = ground.walked.records.explained.get(need_id)
    return () if before is not None and before.body.reason == reason else (EvidenceExplained(need_id, reason),)


def check_exhibit(ground: Ground, body: ExhibitAdded) -> ExhibitAdded:
    """Check an exhibit before it is added: number free, needs and rows known; give it with the ids to record.

    An exhibit without a class of its own takes that of the need it answers.
    """
    if ground.state.exhibit(body.number) is not None or not _NUMBER.fullmatch(body.number):
        raise UsageError(f"the number {shown(body.number)} cannot be given", hint=f"next: {next_number(ground.state)}")
    one_of(body.sensitivity_class, EXHIBIT_CLASSES, "a class")
    if not body.title.strip():
        raise UsageError("an exhibit needs a title", hint="say what it shows, without names of people at risk")
    needs = [find_need(ground, need) for need in body.fulfils]
    known_assets(ground, body.assets)
    if body.copy_of and ground.state.exhibit(body.copy_of) is None:
        raise NotFoundError(f"there is no exhibit {shown(body.copy_of)}")
    classes = [need.sensitivity_class for _, need in needs if need.sensitivity_class != "ordinary"]
    chosen = classes[0] if classes and body.sensitivity_class == "ordinary" else body.sensitivity_class
    if body.kind == "id-copy":
        chosen = "identity"
    when = read_moment(ground, body.captured_at).text if body.captured_at else ""
    return replace(body, fulfils=tuple(need for need, _ in needs), sensitivity_class=chosen, captured_at=when)


def next_number(state: CaseState, suffix: str = "") -> str:
    """Give the next free exhibit number, `E07`, or `E01-k3f` on a device with a suffix."""
    taken = [0]
    for exhibit in state.entries:
        found = _NUMBER.fullmatch(exhibit.body.number) if isinstance(exhibit.body, ExhibitAdded) else None
        if found and (found[2] or "") == suffix:
            taken.append(int(found[1]))
    return f"E{max(taken) + 1:02}" + (f"-{suffix}" if suffix else "")


def link(ground: Ground, number: str, fulfils: Iterable[str]) -> tuple[ExhibitLinked, ...]:
    """Let an exhibit already in the log answer further needs."""
    exhibit = ground.state.exhibit(number)
    if exhibit is None:
        raise NotFoundError(f"there is no exhibit {shown(number)}", hint="recover evidence list")
    needs = tuple(dict.fromkeys(find_need(ground, need)[0] for need in fulfils))
    more = tuple(need for need in needs if need not in exhibit.fulfils)
    return (ExhibitLinked(number, more),) if more else ()


def withdraw(ground: Ground, number: str, reason: str) -> tuple[ExhibitWithdrawn, ...]:
    """Stop an exhibit from ever leaving again."""
    exhibit = ground.state.exhibit(number)
    if exhibit is None:
        raise NotFoundError(f"there is no exhibit {shown(number)}", hint="recover evidence list")
    reason = said(reason, "why it is withdrawn")
    return () if exhibit.withdrawn is not None else (ExhibitWithdrawn(number, reason),)


# --- events, notes, calls ------------------------------------------------------------------------------------------


def event(
    ground: Ground,
    when: str,
    text: str,
    source: str,
    *,
    stance: str = "holder",
    by: str = "",
    exhibits: Iterable[str] = (),
    assets: Iterable[str] = (),
    marks: Iterable[str] = (),
    about: str = "",
    place: str = "",
) -> tuple[EventRecorded, ...]:
    """Record something that happened in the world; `when` is read strictly, in the case's zone where it names none.

    What has not happened yet is recorded with the mark `plan`, else refused.
    """
    one_of(stance, STANCES, "a stance", place)
    for each in (marked := tuple(dict.fromkeys(marks))):
        one_of(each, MARKS, "a mark", place)
    if "plan" in marked:
        moment = parse_when(when, ground.zone, place=place).text
    else:
        moment = read_moment(ground, when, place, way_on="give a plan the mark plan").text
    if stance.endswith("-by") and not by.strip():
        raise UsageError(f"{stance} needs a name or a role", hint="say by whom", place=place)
    cited = tuple(dict.fromkeys(exhibits))
    for number in cited:
        if ground.state.exhibit(number) is None:
            raise NotFoundError(f"there is no exhibit {shown(number)}", hint="recover evidence list", place=place)
    if about and not any(one.id == about for one in ground.state.events):
        raise NotFoundError(f"entry {shown(about)} is no event", place=place)
    body = EventRecorded(
        moment,
        said(text, "what happened", place),
        said(source, "where this is known from", place),
        stance,
        by.strip(),
        cited,
        known_assets(ground, assets, place),
        marked,
        about,
    )
    return () if any(one.body == body for one in ground.state.events) else (body,)


def note(text: str) -> tuple[Noted, ...]:
    """Record a note for helpers, which never leaves."""
    return (Noted(said(text, "the note")),)


def call(
    ground: Ground, with_whom: str, text: str, *, at: str = "", promises: Iterable[tuple[str, str]] = ()
) -> tuple[CallRecorded, ...]:
    """Record a conversation and what was promised by when; a promise without a day has an empty one."""
    kept = []
    for promise, day in promises:
        if day and parse_when(day, ground.zone).precision != "day":
            raise UsageError(f"{shown(day)} is no day", hint="write a promise's day as 2026-10-20")
        kept.append((said(promise, "what was promised"), day.strip()))
    when = read_moment(ground, at).text if at else ""
    return (CallRecorded(said(with_whom, "with whom"), said(text, "what was said"), when, tuple(kept)),)


def promise(ground: Ground, call: str, number: int, result: str, note: str = "") -> tuple[PromiseSettled, ...]:
    """Record what became of a promise: kept, broken or dropped. `number` counts the call's promises from 1."""
    found = next((one for one in ground.state.calls if one.id == call), None)
    if found is None or not 1 <= number <= len(found.body.promises):
        raise NotFoundError(f"entry {shown(call)} holds no promise number {number}", hint="recover due lists promises")
    one_of(result, PROMISE_RESULTS, "a result")
    return (PromiseSettled(call, number, result, note.strip()),)


# --- letters and replies -------------------------------------------------------------------------------------------


def find_letter(ground: Ground, letter: str, step: str = "", assets: Iterable[str] = ()) -> LetterState:
    """Find the letter somebody means: in the named step, else in the reached step that offers it, else the last one.

    Raises `NotFoundError` when no step uses it, `Refusal` with the reason when its step was not reached.
    """
    users = [placed for placed in ground.plan.named.values() if any(u.template == letter for u in placed.step.letters)]
    if not users:
        names = {use.template for placed in ground.plan.named.values() for use in placed.step.letters}
        raise NotFoundError(
            f"no step uses a letter called {shown(letter)}", hint=f"letters: {', '.join(sorted(names))}"
        )
    found = [each for each in ground.survey.letters if each.name == letter]
    if step:
        instance_id = find_step(ground, step)[2]
        found = [each for each in found if each.instance == instance_id]
    named = set(assets)
    found = [each for each in found if not named or not each.element or each.element in named] or found
    if not found:
        raise Refusal(NOT_REACHED, f"the letter {letter} is not on offer: {_why_not_reached(ground, users, letter)}",
                      hint="recover next shows what comes first")  # fmt: skip
    return next((each for each in found if each.is_offered), next((each for each in found if not each.sent), found[-1]))


def _why_not_reached(ground: Ground, users: Sequence[PlacedStep], letter: str) -> str:
    reasons = []
    for placed in users:
        there = [each for each in ground.survey.instances if each.step is placed.step and each.status != "unreached"]
        passed = next((each for each in there if each.because), None)
        title = placed.step.title
        shown_if = next((use.visible_if for use in placed.step.letters if use.template == letter), None)
        if passed:
            reasons.append(f"“{title}” was passed over ({passed.because})")
        elif there and shown_if is not None:
            reasons.append(f"“{title}” does not use it here ({shown_if.text} is not so)")
        else:
            reasons.append(f"“{title}” is not reached yet")
    return "; ".join(reasons)


def refuse_blocked(ground: Ground, state: LetterState, at: When | None = None) -> None:
    """Raise a `Refusal` for the first thing that blocks a letter; do nothing when it is on offer.

    An appeal of which only the client's word is known is not in its own way: what happened up to the moment the client
    named (`at`) is that same appeal.
    """
    for block in state.blocks:
        if block.id != SECOND_APPEAL or at is None or not _is_same_appeal(ground, state, at):
            raise Refusal(block.id, f"the letter {state.name} cannot go: {block.reason}", hint=block.hint)


def _is_same_appeal(ground: Ground, state: LetterState, at: When) -> bool:
    visit = ground.walked.visits.get(parse_instance(state.instance))
    told = appeal_told_of(ground.walked, visit) if visit else None
    is_sent = any(one.body.letter == state.name and state.element in one.body.assets for one in ground.state.sent)
    if is_sent or told is None or told.latest is None or at.earliest is None:
        return False
    return at.earliest <= told.latest


def approve(
    ground: Ground, letter: str, *, step: str = "", text_sha256: str, how: str, language: str, at: str
) -> tuple[LetterApproved, ...]:
    """Record that the client approved a letter's exact text, how it was read back and in which language."""
    state = find_letter(ground, letter, step)
    moment = read_moment(ground, at)
    refuse_blocked(ground, state, moment)
    how = said(how, "how the text was read back")
    language = said(language, "in which language it was read back")
    body = LetterApproved(letter, state.instance, read_sha256(text_sha256), how, language, moment.text)
    return () if any(one.body == body for one in ground.state.approvals) else (body,)


def sent(
    ground: Ground,
    letter: str,
    *,
    at: str,
    step: str = "",
    channel: str = "",
    reference: str = "",
    assets: Iterable[str] = (),
    text_sha256: str = "",
    by: str = "",
    note: str = "",
) -> tuple[Sent, ...]:
    """Record that a letter went out. Refused while a gate holds it, for a second appeal of one decision, for a
    follow-up without a new fact, and for a letter in the client's name whose exact text the client has not approved.
    """
    about = known_assets(ground, assets)
    state = find_letter(ground, letter, step, about)
    moment = read_moment(ground, at)
    if any((one.body.at, one.body.reference) == (moment.text, reference.strip()) for one in state.sent):
        return ()
    refuse_blocked(ground, state, moment)
    if text_sha256:
        read_sha256(text_sha256)
    if state.about is not None and state.about.approval:
        _refuse_unapproved(ground, state, text_sha256)
    _known_channel(ground, channel)
    if state.element and state.element not in about:
        about = (state.element, *about)
    body = Sent(
        letter,
        state.instance,
        channel or state.use.channel,
        moment.text,
        reference.strip(),
        about,
        text_sha256,
        by.strip(),
        note.strip(),
    )
    return (body,)


def _refuse_unapproved(ground: Ground, state: LetterState, text_sha256: str) -> None:
    approvals = [one.body for one in ground.state.approvals if one.body.letter == state.name]
    mine = [one for one in approvals if one.step == state.instance]
    if any(one.text_sha256 == text_sha256 and text_sha256 for one in mine):
        return
    message = "the text was changed after it was approved" if mine else "the client has not approved this text"
    raise Refusal(APPROVAL, f"the letter {state.name} cannot go: {message}", hint=f"recover letter CASE {state.name}"
                  " shows it; read it back and record the approval")  # fmt: skip


def _known_channel(ground: Ground, channel: str) -> None:
    if channel and channel not in ground.plan.channels:
        near = difflib.get_close_matches(channel, ground.plan.channels, n=3)
        raise UsageError(
            f"no channel is called {shown(channel)}", hint=f"did you mean {', '.join(near)}?" if near else ""
        )


def chase(ground: Ground, step: str, note: str) -> tuple[Chased, ...]:
    """Record that inbox and spam were checked, or the other side was asked for a state; reminders start anew."""
    _, instance, instance_id = find_step(ground, step)
    if instance is None or instance.status != "waiting":
        raise UsageError(f"nobody is waited for in {shown(step)}", hint="recover next shows where you wait")
    return (Chased(instance_id, said(note, "what was looked at and found")),)


def reply(
    ground: Ground, step: str, outcome: str, *, at: str, text: str = "", exhibits: Iterable[str] = ()
) -> tuple[Replied, ...]:
    """Record what the other side did, as one of the outcomes that the waiting step knows."""
    placed, instance, instance_id = find_step(ground, step)
    known = [each.id for each in placed.step.outcomes]
    if outcome not in known:
        raise UsageError(
            f"{shown(step)} knows no outcome {shown(outcome)}", hint=f"one of {', '.join(known) or 'none'}"
        )
    when = read_moment(ground, at).text
    cited = tuple(dict.fromkeys(exhibits))
    for number in cited:
        if ground.state.exhibit(number) is None:
            raise NotFoundError(f"there is no exhibit {shown(number)}", hint="recover evidence list")
    body = Replied(instance_id, outcome, when, text.strip(), cited)
    earlier = [one.body for one in ground.state.replies if parse_instance(one.body.step).name == placed.name]
    if any(replace(one, step=instance_id) == body for one in earlier):
        return ()
    if instance is None or (placed.step.wait is not None and instance.since is None):
        raise UsageError(
            f"nothing is recorded as sent that {shown(step)} could answer",
            hint="record the letter first: recover sent",
        )
    return (body,)


def check(ground: Ground, step: str, due_on: str, result: str, note: str = "") -> tuple[CheckDone, ...]:
    """Record a scheduled check: done, missed, or anomaly with what was seen."""
    _, _, instance_id = find_step(ground, step)
    one_of(result, CHECK_RESULTS, "a result")
    visit = ground.walked.visits.get(parse_instance(instance_id))
    days = [each.on.isoformat() for each in ground.walked.checks(visit)] if visit else []
    if due_on not in days:
        hint = f"its days: {', '.join(days)}" if days else "the day it counts from is not known yet"
        raise UsageError(f"no check of {shown(step)} is due on {shown(due_on)}", hint=hint)
    if result == "anomaly":
        said(note, "what was seen")
    body = CheckDone(instance_id, due_on, result, note.strip())
    before = [one.body for one in ground.state.checks if (one.body.step, one.body.due_on) == (instance_id, due_on)]
    return () if before[-1:] == [body] else (body,)


# --- the case ------------------------------------------------------------------------------------------------------


def confirm_contact(ground: Ground, how: str) -> tuple[ContactConfirmed, ...]:
    """Record that the new safe contact was confirmed over the old one, or by an endorser reached independently."""
    known = meaning(ground.plan, ground.state, "safe-contact")
    if known is None or not known.is_known:
        raise UsageError("there is no one safe contact to confirm", hint="answer or settle the question first")
    how = said(how, "over which line, or through whom it was confirmed")
    return (ContactConfirmed(contact_text(known.value), how),) if changed_contact(ground.plan, ground.state) else ()


def note_rival(ground: Ground, asset: str, other_case: str) -> tuple[RivalNoted, ...]:
    """Record that an asset of this case is in another case too."""
    body = RivalNoted(asset, other_case)
    return () if any(one.body == body for one in ground.state.rivals) else (body,)


def open_critical(ground: Ground) -> tuple[tuple[str, ChecklistItem], ...]:
    """List the critical items that are still open in reached steps, with the step instance each belongs to."""
    found: list[tuple[str, ChecklistItem]] = []
    for instance in ground.survey.instances:
        missing = {need.id for need in instance.missing if need.kind == "item"}
        found.extend((instance.id, item) for item in instance.step.do if item.critical and item.id in missing)
    return tuple(found)


def close(ground: Ground, outcome: str, reason: str = "") -> tuple[CaseClosed, ...]:
    """Close the case; with a critical item open only with a written reason."""
    if ground.state.closed is not None:
        return ()
    items = open_critical(ground)
    if items and not reason.strip():
        named = "; ".join(f"{step}: {item.text}" for step, item in items[:5])
        raise Refusal(
            "critical_items", f"{len(items)} critical items are open: {named}", hint="do them, or give a reason"
        )
    return (CaseClosed(said(outcome, "the outcome"), reason.strip()),)


def reopen(ground: Ground, reason: str) -> tuple[CaseReopened, ...]:
    """Go on with a closed case."""
    return () if ground.state.closed is None else (CaseReopened(said(reason, "why work goes on")),)


# --- mistakes ------------------------------------------------------------------------------------------------------

LASTING = (
    CaseOpened,
    PlaybookPinned,
    Erased,
    ExhibitWithdrawn,
    RivalNoted,
    PacketExported,
    ExhibitExported,
    ExhibitCopied,
    ExhibitDisclosed,
    Stamped,
)
"""What cannot be taken back: it made the case what it is, destroyed something, holds it back, or says what left."""

CORRECTABLE: Mapping[type, frozenset[str]] = {
    Answered: frozenset({"value"}),
    ExhibitAdded: frozenset({"title", "kind", "sensitivity_class", "captured_at"}),
    EventRecorded: frozenset({"when", "text", "source", "stance", "by", "exhibits", "assets", "marks", "about"}),
    Noted: frozenset({"text"}),
    CallRecorded: frozenset({"with_whom", "text", "at", "promises"}),
    PromiseSettled: frozenset({"note"}),
    Sent: frozenset({"channel", "at", "reference", "assets", "by", "note"}),
    Chased: frozenset({"note"}),
    Replied: frozenset({"at", "text", "exhibits"}),
    CheckDone: frozenset({"note"}),
    LetterApproved: frozenset({"how", "language", "at"}),
}
"""What may be put right by entry: words and times. What an entry is about (a number, a hash, a step, the text that was
approved) is not a slip of the pen; for that an entry is undone and recorded anew."""


def undo(ground: Ground, entry: str, reason: str = "") -> tuple[Undone, ...]:
    """Let an earlier entry no longer count; undoing an undo brings the first one back."""
    found = _find_entry(ground, entry)
    if isinstance(found, LASTING):
        raise Refusal("lasting", f"entry {entry} cannot be undone", hint="record what is right in a new entry")
    return () if entry in ground.state.undone else (Undone(entry, reason.strip()),)


def correct(ground: Ground, entry: str, members: Mapping[str, Any], reason: str = "") -> tuple[Corrected, ...]:
    """Replace members of an earlier entry (`text`, `when`, `value` …); the entry itself stays in the log."""
    found = _find_entry(ground, entry)
    if isinstance(found, (*LASTING, Undone, Corrected, Unknown)):
        raise Refusal("lasting", f"entry {entry} cannot be corrected", hint="record what is right in a new entry")
    if entry in ground.state.undone:
        raise UsageError(f"entry {entry} was undone", hint="undo that first")
    allowed = CORRECTABLE.get(type(found), frozenset({"reason"} if hasattr(found, "reason") else ()))
    if refused := sorted(members.keys() - allowed):
        raise UsageError(
            f"{', '.join(map(shown, refused))} of entry {entry} cannot be corrected",
            hint=f"only {', '.join(sorted(allowed))}" if allowed else f"recover undo CASE {entry}, and record it anew",
        )
    current = next((one.body for one in ground.state.counting if one.id == entry), found)
    kind, raw = body_to_json(current)
    body = body_from_json(kind, {**raw, **members})
    if isinstance(body, Unknown):
        raise UsageError(
            f"{', '.join(members)} do not fit an entry of kind {kind}", hint="recover case show names them"
        )
    body = _checked(ground, body)
    if body == current:
        return ()
    return (Corrected(entry, kind, body_to_json(body)[1], reason.strip()),)


def _find_entry(ground: Ground, entry: str) -> object:
    found = next((one for one in ground.state.entries if one.id == entry), None)
    if found is None:
        raise NotFoundError(f"there is no entry {shown(entry)}", hint="recover case show lists them")
    return found.body


def _checked_exhibit(ground: Ground, body: ExhibitAdded) -> ExhibitAdded:
    others = tuple(each for each in ground.state.exhibits if each.number != body.number)
    bare = replace(body, fulfils=(), assets=(), copy_of="")
    checked = check_exhibit(ground.on(replace(ground.state, exhibits=others)), bare)
    return replace(body, sensitivity_class=checked.sensitivity_class, captured_at=checked.captured_at)


def _checked(ground: Ground, body: object) -> object:
    """Check a corrected body as if it were typed anew."""
    if isinstance(body, Answered) and body.status == "given":
        fact = find_fact(ground.plan, body.fact)
        if body.element and not body.field:
            rows: Any = check_value(fact, [body.value], zone=ground.zone)
            return replace(body, value=rows[0])
        column = ground.plan.column(body.fact, body.field) if body.field else fact
        if column is None:
            raise UsageError(f"{body.fact} has no column {shown(body.field)}")
        return replace(body, value=read_answer(ground, column, body.value, "given", "")[1])
    if isinstance(body, EventRecorded):
        once = event(
            ground.on(replace(ground.state, events=())),
            body.when,
            body.text,
            body.source,
            stance=body.stance,
            by=body.by,
            exhibits=body.exhibits,
            assets=body.assets,
            marks=body.marks,
        )
        return replace(once[0], about=body.about)
    if isinstance(body, ExhibitAdded):
        return _checked_exhibit(ground, body)
    if isinstance(body, Sent | Replied | LetterApproved):
        return replace(body, at=read_moment(ground, body.at).text)
    return body
