"""The first thing a reader sees: what this is, what to do, by when, what is enclosed; for a phone, the short form."""

from __future__ import annotations

from collections.abc import Iterable

from recover import times
from recover.case.due import OURS
from recover.case.survey import DueItem
from recover.packet import tree as t
from recover.packet.formats import due_row, due_text
from recover.packet.interface import PacketPlan
from recover.packet.neutral import neutralise
from recover.packet.phrases import phrase
from recover.packet.rests import TOLD_WHO, local_words
from recover.packet.timeline import TimelineRow
from recover.packet.values import Moment, Row, printed, row_of
from recover.packet.view import View
from recover.playbook.model import FactType

MESSAGE_PIECE = 600
"""Characters of one piece of a chat message."""
PHONE_ROWS = 8
PHONE_LINE = 220


def cover(plan: PacketPlan, view: View) -> t.Tree:
    """Return the cover of a packet as a neutral document."""
    blocks: list[t.Block] = [_paragraph(_what_this_is(plan))]
    blocks += [_heading("What to do"), t.Items(True, tuple((_paragraph(line),) for line in _what_to_do(plan)))]
    if plan.profile != "platform":
        blocks += _dates(view)
    if plan.letters:
        rows = [(letter.title, f"{letter.words} words, {letter.characters} characters") for letter in plan.letters]
        blocks += [_heading("Letters"), _table(("Letter", "Length"), rows)]
    if plan.exhibits:
        listed = [(each.number, each.title, each.sha256[:16]) for each in plan.exhibits]
        blocks += [_heading("Exhibits"), _table(("No.", "Exhibit", "SHA-256 begins"), listed)]
    if plan.profile == "lawyer" and plan.facts:
        blocks += [_heading("Answers on record"), _table(("Question", "Answer"), plan.facts)]
        blocks += _lists(view)
    if plan.profile in TOLD_WHO:
        blocks += _not_as_shipped(plan)
    blocks += [_heading("How to check it"), _paragraph(_how_to_check(plan))]
    return tuple(blocks)


def _not_as_shipped(plan: PacketPlan) -> list[t.Block]:
    """Say to a reader who helps what of this packet's ground was changed locally, and what is past its review."""
    told = [neutralise(words) for words in local_words(plan.source.local)]
    told += [f"past its review date ({day}): {what} {id_}" for what, id_, day in plan.old_facts]
    return [_heading("To be checked before you rely on it"), _items(told)] if told else []


def _what_this_is(plan: PacketPlan) -> str:
    made = times.format_instant_utc(plan.source.as_of)
    count = len(plan.letters)
    letters = f"{count} letter{'' if count == 1 else 's'}"
    exhibits = f"{len(plan.exhibits)} exhibit{'' if len(plan.exhibits) == 1 else 's'}"
    rows = f"{plan.events} dated event{'' if plan.events == 1 else 's'}"
    return (
        f"This folder was put together for {plan.to or plan.reader} as of {made}. It holds {letters}, a timeline of "
        f"{rows} and {exhibits}. Each statement names the exhibits that support it, or says whose statement it is."
    )


def _what_to_do(plan: PacketPlan) -> list[str]:
    steps = []
    if plan.letters:
        steps.append("Read the letters; each begins with the numbers of the accounts and makes one request.")
    if plan.exhibits:
        steps.append("Look at the exhibits that a letter names; they are numbered in the folder exhibits.")
    steps.append("See the timeline for the order of events. A month or a year is printed where no day is known.")
    steps.append("Answer to the contact in the letters and to nobody else.")
    return steps


def _how_to_check(plan: PacketPlan) -> str:
    proved = (
        " Each exhibit comes with a proof that it stands in a log that cannot be changed unseen." if plan.proofs else ""
    )
    how = "VERIFY.txt says how to check all of it with common tools."
    return f"SHA256SUMS holds a fingerprint of every file.{proved} {how}"


def _lists(view: View) -> list[t.Block]:
    """Return the rows of each list on record, one item per row with its known columns."""
    blocks: list[t.Block] = []
    for fact in view.facts.values():
        if fact.type is FactType.LIST and (rows := view.rows(fact.id)):
            told = [_row_words(row_of(fact.fields, row, view.own_words)) for _, row in rows]
            blocks += [_heading(fact.ask), _items(told)]
    return blocks


def _row_words(row: Row) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {printed(value, '')}" for name, value in row.cells.items())


def _dates(view: View) -> list[t.Block]:
    if not view.due:
        return []
    return [_heading("Dates"), _table(("What", "When", "State"), [due_row(item, view) for item in view.due])]


# --- the account holder's own -----------------------------------------------------------------------------------------


def holder_sheet(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> t.Tree:
    """Return the account holder's sheet: where it stands and what comes, nothing that could harm if read by others."""
    sent = [row for row in rows if {"filing", "reply", "restored"} & set(row.marks)][-PHONE_ROWS:]
    blocks: list[t.Block] = [_heading("Where it stands")]
    told = [_clipped(f"{printed(Moment(row.when), 'day')}: {row.text}") for row in sent]
    blocks.append(_items(told or ["Nothing has been sent yet."]))
    today = times.local_day(plan.source.as_of, view.zone)
    coming = [
        item
        for item in view.due
        if item.state == "open" and item.on is not None and item.on >= today and not _is_ours(item, view)
    ]
    dates = [_clipped(due_text(item, view)) for item in coming[:PHONE_ROWS]]
    blocks += [_heading("What comes"), _items(dates or ["No date is known yet. We will write when there is one."])]
    blocks += [_heading("Until then"), _items(_UNTIL_THEN)]
    return tuple(blocks)


def _is_ours(item: DueItem, view: View) -> bool:
    """Say whether a date is the helpers' own task, which would only worry the holder."""
    rule = next((each for each in view.source.registry.rules if each.id == item.rule), None)
    return rule is not None and OURS.match(rule.who) is not None


def _clipped(text: str) -> str:
    return text if len(text) <= PHONE_LINE else text[: PHONE_LINE - 1].rstrip() + "…"


_UNTIL_THEN = [
    "Delete nothing, and keep every message as it is.",
    "Do not send the same report again; a second one can count against it.",
    "Give no code and no password to anyone, us included.",
    "If you cannot talk safely, do not answer. We will wait.",
]


def chat_message(tree: t.Tree, *, practice: bool) -> str:
    """Return a document as text in pieces that fit a chat, each numbered."""
    mark = f"{phrase('practice')}\n" if practice else ""
    pieces: list[str] = []
    for part in t.plain_text(tree).strip().split("\n\n"):
        for line in _wrapped(part):
            if pieces and len(pieces[-1]) + len(line) + 1 <= MESSAGE_PIECE:
                pieces[-1] += "\n" + line
            else:
                pieces.append(line)
    total = len(pieces)
    return "\n\n".join(f"{mark}({n}/{total})\n{piece}" for n, piece in enumerate(pieces, 1)) + "\n"


def _wrapped(part: str) -> Iterable[str]:
    for line in part.split("\n"):
        for start in range(0, max(len(line), 1), MESSAGE_PIECE):
            yield line[start : start + MESSAGE_PIECE]


# --- blocks ---------------------------------------------------------------------------------------------------------


def _heading(text: str) -> t.Heading:
    return t.Heading(2, (t.Text(text),))


def _paragraph(text: str) -> t.Paragraph:
    return t.Paragraph((t.Text(text),))


def _items(lines: Iterable[str]) -> t.Items:
    return t.Items(False, tuple((_paragraph(line),) for line in lines))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> t.Table:
    return t.Table(
        tuple((t.Text(cell),) for cell in header), tuple(tuple((t.Text(cell),) for cell in row) for row in rows)
    )
