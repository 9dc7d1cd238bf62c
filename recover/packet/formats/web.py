"""A document as one page of HTML that needs nothing else: its policy forbids every load, script and other style.

Real headings, lists and tables, landmarks, a language and a direction, so that a screen reader finds its way; on a
phone each row of a table stands as a block of its own and nothing scrolls sideways but what says so and takes the
keyboard. All text is escaped; the same document and style give the same bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from html import escape

from recover.errors import TemplateError
from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.neutral import inert
from recover.packet.pictures.drawing import svg
from recover.packet.words.marks import pieces
from recover.packet.words.phrases import phrase, unreviewed_notice

STYLE_PATH = "packet/page.css"
WIDE = 6
"""Columns from which a table may be wider than its page; it then scrolls in a region of its own."""

_PLAIN_NUMBERS = "telephone=no, date=no, address=no, email=no"
"""Phones turn long numbers into telephone links; an account's id is none."""


def write_html(document: Document, style: str) -> bytes:
    """Write a document as one page that loads nothing; `style` is the text of `packet/page.css`.

    Raises `TemplateError` (31) for a style that is empty or could end its element.
    """
    if not style or "<" in style:
        raise TemplateError("the style of the page is missing or holds a `<`", place=f"templates/{STYLE_PATH}")
    sheet = style.replace("\r\n", "\n")
    language = escape(document.language, quote=True)
    direction = "rtl" if document.is_right_to_left else "ltr"
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(sheet)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="format-detection" content="{_PLAIN_NUMBERS}">\n'
        f"<title>{_plain(document.title)}</title>\n<style>{sheet}</style>\n</head>\n"
        f'<body class="{escape(document.kind, quote=True)}">\n'
        f"{_header(document)}<main>\n{_main(document)}</main>\n{_footer(document)}</body>\n</html>\n"
    )
    return page.encode()


def policy(style: str) -> str:
    """Return the Content-Security-Policy of a page with exactly this text in its only style element (CSP level 2)."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"


# --- around the body ------------------------------------------------------------------------------------------------


def _header(document: Document) -> str:
    parts = [f'<p class="practice">{_word("practice", document)}</p>\n'] if document.is_practice else []
    if document.head:
        rows = "".join(f"<div><dt>{_text(label)}</dt> <dd>{_text(text)}</dd></div>\n" for label, text in document.head)
        parts.append(f"<dl>\n{rows}</dl>\n")
    return f"<header>\n{''.join(parts)}</header>\n" if parts else ""


def _main(document: Document) -> str:
    parts = [f'<h1 id="title">{_text(document.title)}</h1>\n']
    parts += [f'<p class="lead">{_text(line)}</p>\n' for line in document.lead]
    if document.is_unreviewed:
        parts.append(f'<p class="notice">{_text(unreviewed_notice(document.language))}</p>\n')
    parts += _Body(document.language).blocks(document.blocks)
    parts += [_signature(document), _attachments(document)]
    return "".join(parts)


def _signature(document: Document) -> str:
    if document.signature == "none":
        return ""
    lines = "".join(f"<p>{_word(key, document)}</p>" for key in ("place-and-day", "signature"))
    notary = f'<p class="notary">{_word("notary", document)}</p>\n' if document.signature == "notary" else ""
    return f'<div class="signature">{lines}</div>\n{notary}'


def _attachments(document: Document) -> str:
    if not document.attachments:
        return ""
    rows = "".join(f"<li>{_text(each)}</li>\n" for each in document.attachments)
    return (
        '<section class="attachments" aria-labelledby="attachments">\n'
        f'<h2 id="attachments">{_word("attachments", document)}</h2>\n<ul>\n{rows}</ul>\n</section>\n'
    )


def _footer(document: Document) -> str:
    rows = list(document.remarks)
    parts = [f"<p>{_text(row)}</p>\n" for row in rows]
    if document.reference:
        case = f'{_word("reference", document)} <bdi dir="ltr">{_text(document.reference)}</bdi>'
        mark = f" · {_word('practice', document)}" if document.is_practice else ""
        parts.append(f'<p class="reference">{case}{mark}</p>\n')
    return f"<footer>\n{''.join(parts)}</footer>\n" if parts else ""


def _word(key: str, document: Document) -> str:
    return _text(phrase(key, document.language))


def _plain(text: str) -> str:
    return escape(inert(text), quote=True)


def _shown(text: str) -> str:
    """Write text in which a date or an id with hyphens stays on one line; a browser would break `2026-10-05`."""
    return _HYPHENED.sub(r'<span class="whole">\g<0></span>', _plain(text))


def _divisible(text: str) -> str:
    """Write text in which whatever is longer than any id may break; nothing that could be copied stands there."""
    marked = _LONG.sub(lambda found: _BREAK.join(_TWELVE.findall(found[0])), inert(text))
    return _HYPHENED.sub(r'<span class="whole">\g<0></span>', escape(marked, quote=True)).replace(_BREAK, "<wbr>")


_HYPHENED = re.compile(r"(?<![\w/.&#-])(?=[A-Z-]*[0-9])[A-Z0-9]{1,8}(?:-[A-Z0-9]{1,8}){1,2}(?![\w/-])")


_LONG = re.compile(r"[^\s/]{25,}")
_TWELVE = re.compile(r".{1,12}", re.DOTALL)
_BREAK = "\x00"
"""Never in a text that is inert."""
_ISOLATES = {t.FIXED: '<bdi dir="ltr">', t.FREE: "<bdi>"}


def _text(text: str, plain: Callable[[str], str] = _shown) -> str:
    """Write text, each piece that has marks of direction as an element with that direction."""
    return "".join(f"{_ISOLATES[mark]}{plain(piece)}</bdi>" if mark else plain(piece) for mark, piece in pieces(text))


# --- the body -------------------------------------------------------------------------------------------------------


class _Body:
    """Writes blocks in order, and knows under which heading it is: that names the tables below it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._headings = 0
        self._figures = 0
        self._under = "title"

    def blocks(self, blocks: Iterable[t.Block]) -> Iterator[str]:
        for block in blocks:
            yield self._block(block)

    def _block(self, block: t.Block) -> str:
        if isinstance(block, t.Heading):
            return self._heading(block)
        if isinstance(block, t.Paragraph):
            return f"<p>{_line(block.line)}</p>\n"
        if isinstance(block, t.Items):
            tag = "ol" if block.ordered else "ul"
            items = "".join(f"<li>{self._item(item)}</li>\n" for item in block.items)
            return f"<{tag}>\n{items}</{tag}>\n"
        if isinstance(block, t.Figure):
            return self._figure(block)
        return self._table(block)

    def _heading(self, block: t.Heading) -> str:
        self._headings += 1
        self._under = f"h{self._headings}"
        return f'<h{block.level} id="{self._under}">{_line(block.line)}</h{block.level}>\n'

    def _item(self, item: tuple[t.Block, ...]) -> str:
        if len(item) == 1 and isinstance(item[0], t.Paragraph):
            return _line(item[0].line)
        return "".join(self.blocks(item))

    def _figure(self, block: t.Figure) -> str:
        self._figures += 1
        prefix = f"figure-{self._figures}"
        drawn = svg(block.drawing, inert(block.title), inert(block.told), prefix, self._language)
        return (
            f'<figure><figcaption id="{prefix}">{_text(block.title)}</figcaption>\n'
            f'<div class="scroll" role="region" aria-labelledby="{prefix}" tabindex="0">{drawn}</div></figure>\n'
        )

    def _table(self, table: t.Table) -> str:
        # Roles are written out: a browser that sets rows as blocks (on a phone) may forget that they are rows.
        names = [_plain(t.line_text(cell)) for cell in table.header]
        head = "\n".join(f'<th scope="col" role="columnheader">{_line(cell, _divisible)}</th>' for cell in table.header)
        rows = "".join(f'<tr role="row">{_cells(row, names)}</tr>\n' for row in table.rows)
        written = (
            f'<table role="table" aria-labelledby="{self._under}">\n'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n<tbody role="rowgroup">\n{rows}</tbody>\n'
            "</table>"
        )
        if len(table.header) < WIDE:
            return written + "\n"
        return f'<div class="scroll wide" role="region" aria-labelledby="{self._under}" tabindex="0">{written}</div>\n'


def _cells(row: tuple[t.Line, ...], names: list[str]) -> str:
    return "\n".join(
        f'<td role="cell" data-label="{name}">{_line(cell, _divisible)}</td>'
        for cell, name in zip(row, names, strict=True)
    )


def _line(line: t.Line, plain: Callable[[str], str] = _shown) -> str:
    return "".join(_part(part, plain) for part in line)


def _part(part: t.Inline, plain: Callable[[str], str]) -> str:
    if isinstance(part, t.Break):
        return "<br>\n"
    if isinstance(part, t.Fixed):
        return f"{_ISOLATES[t.FIXED]}{plain(part.text)}</bdi>"
    return f"<strong>{_text(part.text, plain)}</strong>" if isinstance(part, t.Strong) else _text(part.text, plain)
