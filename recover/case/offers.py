"""Which letters may be made and sent now, and what stands in the way of the others.

Only letters of reached steps are on offer. A letter is blocked by a closed gate that holds letters, by gates of its own
front matter, while its step is held, when it is an appeal of a decision that was appealed already, and when it is a
follow-up without anything new. A blocked letter says so with the reason and the way on; nothing is silently left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from recover.case.due import done_when
from recover.case.entries import LetterApproved, Sent
from recover.case.gates import holding
from recover.case.incidents import has_news
from recover.case.instances import Visit, Walk
from recover.case.lacking import count_lacking
from recover.case.plan import parse_instance
from recover.case.state import Recorded
from recover.case.survey import Block, GateState, LetterAbout, LetterState
from recover.playbook.model import LetterUse
from recover.times import UNKNOWN_WHEN, When, format_when

SECOND_APPEAL = "second_appeal"
NEW_FACT = "new_fact"
NOT_REACHED = "not_reached"
ALREADY_SENT = "sent"
APPROVAL = "approval"


def find_letters(
    walked: Walk, gates: Sequence[GateState], letters: Mapping[str, LetterAbout]
) -> tuple[LetterState, ...]:
    """Judge the letters of every reached step, in the order the steps were reached."""
    found: list[LetterState] = []
    for visit in walked.visits.values():
        if visit.status == "passed" or (visit.placed.step.for_each and not visit.id.element):
            continue
        uses = _uses(walked, visit)
        found.extend(_judge(walked, visit, use, tuple(gates), letters.get(use.template)) for use in uses)
    return tuple(found)


def _uses(walked: Walk, visit: Visit) -> tuple[LetterUse, ...]:
    """List the letters a step uses here; one that was sent stays, whatever the answers say now."""
    looking = walked.looking_at(visit)
    sent = {one.body.letter for one in walked.records.sent.get(visit.id.text, ())}
    return tuple(use for use in visit.placed.step.letters if use.template in sent or looking.holds(use.visible_if))


def _judge(
    walked: Walk, visit: Visit, use: LetterUse, gates: tuple[GateState, ...], about: LetterAbout | None
) -> LetterState:
    blocks = tuple(_blocks(walked, visit, use, gates, about))
    return LetterState(
        name=use.template,
        instance=visit.id.text,
        step=visit.placed.step.id,
        element=visit.id.element,
        use=use,
        is_offered=not blocks,
        blocks=blocks,
        why=blocks[0].reason if blocks else visit.placed.step.title,
        about=about,
        approval=find_approval(walked.state.approvals, use.template, visit.id.text),
        sent=tuple(one for one in walked.records.sent.get(visit.id.text, ()) if one.body.letter == use.template),
        lacking=count_lacking(walked.looking_at(visit), about) if about is not None and not blocks else 0,
    )


def find_approval(
    approvals: Sequence[Recorded[LetterApproved]], letter: str, instance: str, text_sha256: str | None = None
) -> Recorded[LetterApproved] | None:
    """Find the last approval of a letter in a step instance, of one exact text if that is given."""
    for one in reversed(approvals):
        is_same = one.body.letter == letter and one.body.step == instance
        if is_same and text_sha256 in (None, one.body.text_sha256):
            return one
    return None


def _blocks(
    walked: Walk, visit: Visit, use: LetterUse, gates: tuple[GateState, ...], about: LetterAbout | None
) -> Iterator[Block]:
    is_once = use.once_per == "decision"
    if is_once and (earlier := find_earlier_appeal(walked, visit, use)):
        reason = f"this decision was appealed already ({earlier}); a second appeal breaks the platform's terms"
        yield Block(SECOND_APPEAL, reason, "wait for the answer, or go on with a partner")
    elif not is_once and any(one.body.letter == use.template for one in walked.records.sent.get(visit.id.text, ())):
        yield Block(ALREADY_SENT, "this letter was sent from this step", "record what came back: recover reply")
        return
    yield from _gate_blocks(visit, gates, about)
    for held in visit.held_by:
        if "." in held:
            yield Block(held, visit.because or f"first save {held}", "recover evidence add, or say why it is missing")
    if is_follow_up(use, about) and not has_news(walked.state):
        reason = "nothing new was recorded since the last letter; the same again would be a duplicate"
        yield Block(NEW_FACT, reason, "record what is new first: recover event")


def _gate_blocks(visit: Visit, gates: tuple[GateState, ...], about: LetterAbout | None) -> Iterator[Block]:
    own = about.gates if about else ()
    closed = {gate.id: gate for gate in holding(gates, "letters", own)}
    by_id = {gate.id: gate for gate in gates}
    for gate_id in (*visit.held_by, *own):
        if gate_id not in by_id and "." not in gate_id:
            # A gate that does not exist can never open; a misspelt name must not let a letter through.
            yield Block(gate_id, f"there is no gate called {gate_id} in this case")
        elif gate_id in visit.held_by and gate_id in by_id:
            closed.setdefault(gate_id, by_id[gate_id])
    for gate in closed.values():
        yield Block(gate.id, gate.reason, gate.hint or gate.why)


def is_follow_up(use: LetterUse, about: LetterAbout | None) -> bool:
    """Say whether a letter needs a new fact: by its front matter, else by its name."""
    return about.new_fact if about is not None else use.template.startswith("follow-up")


def find_earlier_appeal(walked: Walk, visit: Visit, use: LetterUse) -> str:
    """Say how a decision was appealed before; empty when it was not. A decision belongs to one element of the list."""
    allowed_at = _overridden_at(walked, visit.id.element)
    for one in walked.state.sent:
        if one.position > allowed_at and _is_appeal(walked, use, one) and _concerns(visit.id.element, one):
            return f"{one.body.letter}, {one.body.at}"
    told = appeal_told_of(walked, visit)
    if told is None or allowed_at >= 0:
        return ""
    return format_when(told) if told.earliest else "as the client said"


def _overridden_at(walked: Walk, element: str) -> int:
    """Give the position of the last override for this element; it allows one more appeal, not every later one."""
    gate = f"{SECOND_APPEAL}[{element}]" if element else SECOND_APPEAL
    return max((one.position for one in walked.state.overrides if one.body.gate == gate), default=-1)


def _is_appeal(walked: Walk, use: LetterUse, one: Recorded[Sent]) -> bool:
    """Say whether what was sent is an appeal through the same door: the same letter, or another once-only one there."""
    if one.body.letter == use.template:
        return True
    placed = walked.plan.named.get(parse_instance(one.body.step).name)
    uses = placed.step.letters if placed else ()
    return any(
        each.template == one.body.letter and each.once_per == "decision" and each.channel == use.channel
        for each in uses
    )


def _concerns(element: str, one: Recorded[Sent]) -> bool:
    about = {parse_instance(one.body.step).element, *one.body.assets} - {""}
    return not element or not about or element in about


def appeal_told_of(walked: Walk, visit: Visit) -> When | None:
    """Find when the client appealed alone, as a finished deadline of this row says; None when nothing says so.

    The time is unknown where the deadline is finished without one.
    """
    list_fact = visit.placed.step.for_each
    if not list_fact:
        return None
    looking = walked.looking_at(visit)
    for deadline in visit.placed.playbook.deadlines:
        is_ours = deadline.for_each == list_fact and "appeal" in deadline.rule and looking.holds(deadline.when)
        if is_ours and deadline.done_if is not None and looking.holds(deadline.done_if):
            return done_when(deadline, looking) or UNKNOWN_WHEN
    return None
