"""A plan as documents: cover, timeline, sheets and letters, each with its language, before any of them has a format.

What leaves in words is all here, once, so that the list of files and the preview can look at exactly what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recover import times
from recover.errors import UsageError
from recover.packet.control import control_document
from recover.packet.cover import contested_account, cover, holder_sheet, reader_words
from recover.packet.document import Document
from recover.packet.formats.mail import address_in
from recover.packet.formats.registry import VICTIM, formats_of
from recover.packet.interface import Letter, PacketPlan
from recover.packet.layout import letter_stem, planned_files
from recover.packet.letters.rests import TOLD_WHO, letter_author
from recover.packet.letters.values import Moment, printed
from recover.packet.neutral import neutralise
from recover.packet.pictures.blocks import timeline_blocks
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow, timeline_of
from recover.packet.tree import Tree
from recover.packet.words.direction import directed
from recover.packet.words.phrases import is_english, is_reviewed, phrase, words_of
from recover.playbook.model import Channel

MAX_PHONE_PAGES = 2


def with_documents(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> PacketPlan:
    """Return a plan with its documents, and with the list of files that follows from them; `rows` are in English."""
    with words_of(plan.source.templates):
        language = reader_language(plan)
        made = documents(plan, view, rows if is_english(language) else timeline_of(view, language))
    if not plan.formats.get("dates") and not any(formats_of(document, plan.formats) for document in made):
        wanted = ", ".join(dict.fromkeys(each for formats in plan.formats.values() for each in formats))
        raise UsageError(f"no document of this packet is written as {wanted}", hint="name other formats behind --only")
    files = planned_files(plan.profile, made, plan.formats, plan.exhibits, plan.proofs)
    return replace(plan, documents=made, files=files)


def documents(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> tuple[Document, ...]:
    """Return every document of a packet, the letters last and in the order of the plan."""
    letters = [each for number, letter in enumerate(plan.letters, 1) for each in _letters(number, letter, plan, view)]
    if plan.profile == VICTIM:
        return _directed(_phone(plan, view, rows), *letters)
    control = control_document(plan, view)
    return _directed(_cover(plan, view), _timeline(plan, view, rows), *((control,) if control else ()), *letters)


def _directed(*made: Document) -> tuple[Document, ...]:
    return tuple(directed(document) for document in made)


def reader_language(plan: PacketPlan) -> str:
    """Return the language of everything but letters."""
    return plan.language


def _cover(plan: PacketPlan, view: View) -> Document:
    language = reader_language(plan)
    title = phrase("cover-overview", language, reader=reader_words(plan, language))
    made = _sheet("cover", "cover", title, plan, cover(plan, view, language), ())
    account = contested_account(view)
    return replace(made, head=((phrase("cover-account", language), account),)) if account else made


def _timeline(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> Document:
    language = reader_language(plan)
    lead = f"{_as_of(plan, language)} {phrase('timeline-zones', language)}"
    blocks = timeline_blocks(view, rows, language)
    return _sheet("timeline", "timeline", phrase("timeline-title", language), plan, blocks, (lead,))


def _phone(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> Document:
    language = reader_language(plan)
    blocks = holder_sheet(plan, view, rows, language)
    return _sheet("pages", "phone", phrase("sheet-title", language), plan, blocks, (), MAX_PHONE_PAGES)


def _sheet(
    stem: str,
    kind: str,
    title: str,
    plan: PacketPlan,
    blocks: Tree,
    lead: tuple[str, ...],
    most_pages: int | None = None,
) -> Document:
    language = reader_language(plan)
    unreviewed = () if is_reviewed(language) else (phrase("unreviewed-words", language),)
    return Document(
        stem=stem,
        kind=kind,
        title=title,
        language=language,
        blocks=blocks,
        lead=(*lead, *unreviewed),
        # The two words name a case to whoever works on it; the account holder's page is neutral.
        reference="" if kind == "phone" else plan.source.state.name,
        is_practice=plan.source.practice,
        most_pages=most_pages,
    )


def _as_of(plan: PacketPlan, language: str) -> str:
    return phrase("as-of", language, moment=times.format_instant_utc(plan.source.as_of))


# --- letters --------------------------------------------------------------------------------------------------------


def _letters(number: int, letter: Letter, plan: PacketPlan, view: View) -> Iterator[Document]:
    """Yield a letter, and its annex in the client's language where it has one."""
    made = _letter(number, letter, plan, view)
    yield made
    if letter.annex is not None:
        annex = letter.annex
        yield replace(
            _letter(number, annex, plan, view),
            stem=f"{made.stem}_annex",
            head=(),
            attachments=(),
            enclosed=(),
            paste=(),
            remarks=(),
            most_pages=None,
            is_mail=False,
        )


def _letter(number: int, letter: Letter, plan: PacketPlan, view: View) -> Document:
    language = letter.language
    channel = next((each for each in plan.source.registry.channels if each.id == letter.channel), None)
    once = phrase("once-for-each", language, accounts="; ".join(letter.accounts)) if letter.accounts else ""
    changed = _changed_by(letter, plan)
    enclosed = {exhibit.number: exhibit.title for exhibit in plan.exhibits}
    numbers = tuple(number for number in letter.attachments if number in enclosed)
    return Document(
        stem=letter_stem(number, letter, plan.profile),
        kind="letter",
        title=letter.title,
        language=language,
        blocks=letter.tree,
        head=(
            (phrase("reader", language), _recipient(letter, channel, plan, view)),
            (phrase("date", language), _today(plan, view, language)),
        ),
        attachments=tuple(f"{number} {enclosed[number]}" for number in numbers),
        enclosed=numbers,
        signature=letter.signature,
        remarks=(changed,) if changed else (),
        reference=plan.source.state.name,
        is_practice=plan.source.practice,
        is_unreviewed=letter.is_unreviewed,
        fields=letter.fields,
        most_pages=letter.pages,
        paste=(once,) if once else (),
        is_mail=channel is not None and channel.medium == "mail",
        address=_address(channel, plan),
    )


def _recipient(letter: Letter, channel: Channel | None, plan: PacketPlan, view: View) -> str:
    if letter.to == "notary":
        return phrase("whom-it-may-concern", letter.language)
    if channel is not None:
        route = f"{channel.title[:1].lower()}{channel.title[1:]}"
        return view.words(phrase("reader-route", letter.language, reader=channel.to, route=route))
    return plan.to if letter.to == plan.profile and plan.to else reader_words(plan, letter.language)


def _address(channel: Channel | None, plan: PacketPlan) -> str:
    """Return the mail address of a channel, or that of the body behind it, where somebody wrote one down."""
    if channel is None or channel.medium != "mail":
        return ""
    behind = next((each for each in plan.source.registry.organisations if each.id == channel.organisation), None)
    return address_in(channel.url) or (address_in(behind.contact) if behind else "")


def _today(plan: PacketPlan, view: View, language: str) -> str:
    day = times.local_day(plan.source.as_of, view.zone)
    return printed(Moment(times.read_when(day.isoformat())), "when", language)


def _changed_by(letter: Letter, plan: PacketPlan) -> str:
    """Say who changed a letter's text, to readers who help; what is below the text is no part of what was approved."""
    author = letter_author(letter.local) if plan.profile in TOLD_WHO else ""
    return phrase("local", letter.language, by=neutralise(author).rstrip(".")) if author else ""
