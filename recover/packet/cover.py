"""The first thing a reader sees: what this is, what to do, by when, what is enclosed; for a phone, the short form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recover import times
from recover.case.due import OURS
from recover.case.survey import DueItem
from recover.packet import tree as t
from recover.packet.changes import changes_blocks
from recover.packet.formats.calendar import due_row, due_text
from recover.packet.interface import PacketPlan
from recover.packet.letters.rests import TOLD_WHO, local_words
from recover.packet.letters.slots import RECORDS
from recover.packet.letters.values import Moment, Row, cell_of, printed, row_of
from recover.packet.neutral import neutralise
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow
from recover.packet.words.phrases import is_english, is_reviewed, joined, phrase
from recover.playbook.model import Fact, FactType
from recover.playbook.values import members_of

PHONE_ROWS = 8
PHONE_LINE = 220


def cover(plan: PacketPlan, view: View, language: str = "en") -> t.Tree:
    """Return the cover of a packet as a neutral document."""

    def say(key: str, **slots: str | int) -> str:
        return phrase(key, language, **slots)

    blocks: list[t.Block] = [_paragraph(line) for line in _what_this_is(plan, language)]
    steps = tuple((_paragraph(line),) for line in _what_to_do(plan, language))
    blocks += [_heading(say("cover-do")), t.Items(True, steps)]
    blocks += changes_blocks(plan, language)
    if plan.profile != "platform":
        blocks += _dates(view, language)
    if plan.letters:
        rows = [
            (letter.title, say("cover-length", words=letter.words, characters=letter.characters))
            for letter in plan.letters
        ]
        blocks += [
            _heading(say("cover-letters")),
            _table((say("cover-letter-column"), say("cover-length-column")), rows),
        ]
    if plan.exhibits:
        columns = (say("cover-number-column"), say("cover-exhibit-column"), say("cover-hash-column"))
        blocks += [_heading(say("cover-exhibits")), _exhibits(columns, plan)]
    if view.profile is not None and view.profile.all_facts and plan.facts:
        blocks += [
            _heading(say("cover-answers")),
            _table((say("cover-question-column"), say("cover-answer-column")), _answers(plan, view)),
        ]
        blocks += _lists(view)
    if plan.profile in TOLD_WHO:
        blocks += _not_as_shipped(plan, language)
    proved = (say("cover-check-proofs"),) if plan.proofs else ()
    blocks += [_heading(say("cover-check")), _paragraph(" ".join((say("cover-check-sums"), *proved)))]
    return tuple(blocks)


def contested_account(view: View) -> str:
    """Name the account that all is about, as far as this reader may know it: by name and number."""
    found = view.value(view.meaning("contested-asset"))
    if not isinstance(found, Mapping):
        return ""
    number = found.get("platform_id") or found.get("handle")
    return view.own_words(", ".join(str(each) for each in (found.get("name"), number) if each))


def _exhibits(header: tuple[str, ...], plan: PacketPlan) -> t.Table:
    rows = tuple(
        ((t.Fixed(each.number),), (t.Text(each.title),), (t.Fixed(each.sha256[:16]),)) for each in plan.exhibits
    )
    return t.Table(tuple((t.Text(cell),) for cell in header), rows)


def _not_as_shipped(plan: PacketPlan, language: str) -> list[t.Block]:
    """Say to a reader who helps what of this packet's ground was changed locally, and what is past its review."""
    told = [neutralise(words) for words in local_words(plan.source.local)]
    told += [phrase("cover-past-review", language, day=day, fact=f"{what} {id_}") for what, id_, day in plan.old_facts]
    return [_heading(phrase("cover-careful", language)), _items(told)] if told else []


def _what_this_is(plan: PacketPlan, language: str) -> tuple[str, str]:
    return (
        phrase(
            "cover-what",
            language,
            reader=reader_words(plan, language),
            moment=times.format_instant_utc(plan.source.as_of),
        ),
        phrase("cover-holds", language, letters=len(plan.letters), events=plan.events, exhibits=len(plan.exhibits)),
    )


def reader_words(plan: PacketPlan, language: str) -> str:
    """Name who gets the packet: by name, or as the kind of reader."""
    return plan.to or (phrase(f"reader-{plan.profile}", language) if language != "en" else plan.reader)


def _what_to_do(plan: PacketPlan, language: str) -> list[str]:
    steps = []
    if plan.letters:
        steps.append(phrase("cover-do-public" if plan.profile == "press" else "cover-do-letters", language))
    if plan.exhibits:
        named = "cover-do-exhibits" if plan.letters else "cover-do-exhibits-alone"
        steps.append(phrase(named, language, folder="exhibits"))
    answer = "cover-do-answer" if plan.letters and plan.profile != "press" else "cover-do-answer-sender"
    return [*steps, phrase("cover-do-timeline", language), phrase(answer, language)]


def _answers(plan: PacketPlan, view: View) -> Iterable[tuple[str, str]]:
    """Return questions and answers as the cover's language has them."""
    if is_english(view.language):
        return plan.facts
    return [(view.said_facts[name].ask, _said(name, view)) for name in plan.fact_ids]


def _said(name: str, view: View) -> str:
    fact, value = view.said_facts[name], view.value(name)
    if fact.type is FactType.LIST:
        return phrase("cover-rows", view.language, count=len(view.rows(name)))
    if isinstance(value, Mapping) and fact.type in RECORDS:
        members = row_of(members_of(fact.type), value, view.own_words)
        return joined([printed(each, "", view.language) for each in members.cells.values()], view.language)
    return printed(cell_of(fact, value, view.own_words), "", view.language)


def _lists(view: View) -> list[t.Block]:
    """Return the rows of each list on record, one item per row with its known columns."""
    blocks: list[t.Block] = []
    for fact in view.said_facts.values():
        if fact.type is FactType.LIST and (rows := view.rows(fact.id)):
            told = [_row_words(row_of(fact.fields, row, view.own_words), fact, view) for _, row in rows]
            blocks += [_heading(fact.ask), _items(told)]
    return blocks


def _row_words(row: Row, fact: Fact, view: View) -> str:
    """Write a row; in English by the short names of its columns, in another language by their questions."""
    asked = {} if is_english(view.language) else {column.id: column.ask for column in fact.fields}
    return "; ".join(
        f"{asked.get(name, name.replace('_', ' '))}: {printed(value, '', view.language)}"
        for name, value in row.cells.items()
    )


def _dates(view: View, language: str) -> list[t.Block]:
    if not view.due:
        return []
    header = tuple(phrase(f"cover-{name}-column", language) for name in ("what", "when", "state"))
    rows = [due_row(item, view, language) for item in view.due]
    return [_heading(phrase("cover-dates", language)), _table(header, rows)]


# --- the account holder's own -----------------------------------------------------------------------------------------


def holder_sheet(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...], language: str = "en") -> t.Tree:
    """Return the account holder's sheet: where it stands and what comes, nothing that could harm if read by others.

    Until ownership is vetted whoever asks may be the one who took it: what somebody typed into an event, and whom it
    names, is then not told.
    """
    told_marks = {"filing", "reply", "restored"} if _is_vetted(view) else set()
    sent = [row for row in rows if told_marks & set(row.marks)][-PHONE_ROWS:]
    told = [
        _clipped(phrase("sheet-line", language, day=printed(Moment(row.when), "day", language), text=row.text))
        for row in sent
    ]
    blocks: list[t.Block] = [_heading(phrase("sheet-stands", language))]
    blocks.append(_items(told or [phrase("sheet-nothing-sent", language)]))
    dates = [_clipped(due_text(item, view, language)) for item in _coming(plan, view)[:PHONE_ROWS]]
    blocks += [_heading(phrase("sheet-comes", language)), _items(dates or [phrase("sheet-no-date", language)])]
    until = [_safety(key, language) for key in _UNTIL_THEN]
    blocks += [_heading(phrase("sheet-until", language)), _items(until)]
    return tuple(blocks)


def _safety(key: str, language: str) -> str:
    """Print what somebody's safety hangs on; as long as nobody has reviewed it, with the English beside it."""
    text = phrase(key, language)
    return text if is_reviewed(language) else phrase("with-remark", language, text=text, remark=phrase(key))


def _is_vetted(view: View) -> bool:
    held = {gate.id for gate in view.source.survey.gates if not gate.is_open}
    return view.profile is None or not held & view.profile.despite


def _coming(plan: PacketPlan, view: View) -> list[DueItem]:
    today = times.local_day(plan.source.as_of, view.zone)
    return [
        item
        for item in view.due
        if item.state == "open" and item.on is not None and item.on >= today and not _is_ours(item, view)
    ]


def _is_ours(item: DueItem, view: View) -> bool:
    """Say whether a date is the helpers' own task, which would only worry the holder."""
    rule = next((each for each in view.source.registry.rules if each.id == item.rule), None)
    return rule is not None and OURS.match(rule.who) is not None


def _clipped(text: str) -> str:
    return text if len(text) <= PHONE_LINE else text[: PHONE_LINE - 1].rstrip() + "…"


_UNTIL_THEN = ("sheet-delete-nothing", "sheet-not-again", "sheet-no-code", "sheet-not-safe")


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
