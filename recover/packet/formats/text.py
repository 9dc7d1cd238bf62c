"""A document as plain text: to paste into a form box by box, to read where nothing else opens, or in pieces for a chat.

Boxes are counted as web forms count them, so that a text that fits here fits there. Nothing in a box is anything but
the letter's own words: labels and counts stand between lines of dashes, outside of what is copied.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.interface import LetterField
from recover.packet.words.direction import bare
from recover.packet.words.phrases import phrase, unreviewed_notice

MESSAGE_PIECE = 600
"""Characters of one piece of a chat message."""


def form_length(text: str) -> int:
    """Count characters as a web form's limit does: UTF-16 units, a line break as one (HTML, `maxlength`, 2026-11).

    An emoji counts two. What a platform's server counts is not known; some count a line break as two.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def write_text(document: Document) -> bytes:
    """Write a document as UTF-8 text with LF: a letter as boxes to paste, the phone page as a chat message."""
    if document.kind == "phone":
        return _chat_message(document).encode()
    return (_letter(document) if document.kind == "letter" else _sheet(document)).encode()


# --- a letter, to paste ---------------------------------------------------------------------------------------------


def _letter(document: Document) -> str:
    language = document.language
    lines = [phrase("practice", language)] if document.is_practice else []
    lines += [f"{label}: {text}" for label, text in document.head]
    lines.append(f"{phrase('subject', language)}: {document.title}")
    lines += document.paste
    if document.is_unreviewed:
        lines.append(unreviewed_notice(language))
    lines += document.lead
    boxes = document.fields or (LetterField(phrase("text", language), body_text(document)),)
    parts = ["\n".join(lines), *_map(boxes, language)]
    parts += [f"----- {_label(box, language)} -----\n{_pasted(box)}" for box in boxes]
    if document.attachments:
        parts.append(f"----- {phrase('attachments', language)} -----\n" + "\n".join(document.attachments))
    return "\n\n".join((*parts, *document.remarks)) + "\n"


def _map(boxes: tuple[LetterField, ...], language: str) -> list[str]:
    """List the boxes of a form in its order, when there is more than one."""
    if len(boxes) < 2:
        return []
    return ["\n".join(f"{n}. {_label(box, language)}" for n, box in enumerate(boxes, 1))]


def _pasted(box: LetterField) -> str:
    return _unmarked(box.text.rstrip())


def _label(box: LetterField, language: str) -> str:
    """Name a box with its count, and with the larger count where breaks of lines could be counted twice."""
    body = _pasted(box)
    count = form_length(body)
    if box.max_chars is None:
        return phrase("box", language, label=box.label, count=count)
    label = phrase("box-of", language, label=box.label, count=count, most=box.max_chars)
    twice = count + body.count("\n")
    return f"{label}; {phrase('box-breaks', language, count=twice)}" if count <= box.max_chars < twice else label


def body_text(document: Document) -> str:
    """Return a document's body as text to paste."""
    return _unmarked(t.plain_text(document.blocks, document.language).rstrip("\n"))


def _unmarked(text: str) -> str:
    """Take the marks of direction out of a text that reads one way: a form would take them for a part of an address."""
    return text if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text) else bare(text)


# --- a sheet --------------------------------------------------------------------------------------------------------


def _sheet(document: Document) -> str:
    parts = [phrase("practice", document.language)] if document.is_practice else []
    parts += [f"{label}: {text}" for label, text in document.head]
    parts += [document.title, *document.lead]
    if document.is_unreviewed:
        parts.append(unreviewed_notice(document.language))
    return "\n\n".join((*parts, body_text(document), *document.remarks)) + "\n"


# --- a chat message -------------------------------------------------------------------------------------------------


def _chat_message(document: Document) -> str:
    """Write text in pieces that fit a chat, each numbered; a piece breaks between lines, and a long line at a space."""
    mark = f"{phrase('practice', document.language)}\n" if document.is_practice else ""
    pieces: list[str] = []
    for part in (*body_text(document).strip().split("\n\n"), *document.lead):
        for line in _wrapped(part):
            if pieces and len(pieces[-1]) + len(line) + 1 <= MESSAGE_PIECE:
                pieces[-1] += "\n" + line
            else:
                pieces.append(line)
    total = len(pieces)
    return "\n\n".join(f"{mark}({n}/{total})\n{piece}" for n, piece in enumerate(pieces, 1)) + "\n"


def _wrapped(part: str) -> Iterable[str]:
    for line in part.split("\n"):
        rest = line
        while len(rest) > MESSAGE_PIECE:
            cut = rest.rfind(" ", 1, MESSAGE_PIECE)
            cut = cut if cut > 0 else MESSAGE_PIECE
            yield rest[:cut]
            rest = rest[cut:].lstrip(" ")
        yield rest
