"""A document as Office Open XML (ECMA-376, transitional): real styles, lists and tables, and nothing that could act.

No field but the page number, no macro, no address, no template, no author and no clock; what Word saves later is told
to leave out who saved it. The parts are stored without compression, as its bytes differ between systems: the same
document gives the same bytes everywhere. Written by hand, because a skeleton of somebody else's is 800 KB of styles.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from recover.packet import tree as t
from recover.packet import word_parts as parts
from recover.packet.document import Document
from recover.packet.marks import pieces
from recover.packet.neutral import inert
from recover.packet.phrases import phrase, unreviewed_notice

_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can hold."""
_PER_CHARACTER = 97
"""Twentieths of a point that a character of a table takes, about."""
_CELL_EDGES = 210
_LONGEST_WORD = 24
_WIDEST = 60
_DEEPEST = 3


def write_docx(document: Document) -> bytes:
    """Write a document as a .docx that Word and LibreOffice open as it is."""
    body = _Body(document)
    main = parts.main_part(body.written(), document, has_header=document.is_practice)
    found = {
        "[Content_Types].xml": parts.content_types(has_header=document.is_practice),
        "_rels/.rels": parts.PACKAGE_RELATIONS,
        "docProps/core.xml": parts.properties(inert(document.title), document.language),
        "word/_rels/document.xml.rels": parts.main_relations(has_header=document.is_practice),
        "word/document.xml": main,
        "word/fontTable.xml": parts.FONT_TABLE,
        "word/footer1.xml": parts.around("ftr", _footer(document)),
        "word/numbering.xml": parts.numbering(body.ordered),
        "word/settings.xml": parts.settings(document.language),
        "word/styles.xml": parts.styles(document),
    }
    if document.is_practice:
        found["word/header1.xml"] = parts.around("hdr", _paragraph("Header", _told(document, "practice")))
    return _zipped(found)


def _zipped(found: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name in sorted(found):
            info = zipfile.ZipInfo(name, _FIRST_MOMENT)
            info.create_system = 3
            package.writestr(info, (parts.DECLARATION + found[name]).encode())
    return stream.getvalue()


# --- around the body ------------------------------------------------------------------------------------------------


def _footer(document: Document) -> str:
    runs = []
    if document.reference:
        name = _fixed(document.reference, document)
        runs += [_told(document, "reference"), _text(" ", document), name, _text(" · ", document)]
    page, pages = "\ue001", "\ue002"
    for is_slot, characters in groupby(
        phrase("page-of", document.language, page=page, pages=pages), key=lambda each: each in (page, pages)
    ):
        for text in characters if is_slot else ("".join(characters),):
            runs.append(parts.field({page: "PAGE", pages: "NUMPAGES"}[text]) if is_slot else _text(text, document))
    return _paragraph("Footer", "".join(runs))


def _told(document: Document, key: str) -> str:
    return _text(phrase(key, document.language), document)


class _Body:
    """Writes a document's paragraphs and tables; `ordered` counts the numbered lists, each of which starts at one."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_mirrored = document.is_right_to_left
        self._under = document.title
        self.ordered: list[int] = []

    def written(self) -> str:
        return "".join(self._everything())

    def _everything(self) -> Iterator[str]:
        document = self._document
        if document.head:
            yield self._head(document.head)
        yield _paragraph("Title", self._text(document.title))
        for line in document.lead:
            yield _paragraph("Lead", self._text(line))
        if document.is_unreviewed:
            yield _paragraph("Notice", self._text(unreviewed_notice(document.language)))
        yield from self._blocks(document.blocks)
        yield from self._signature()
        if document.attachments:
            yield _paragraph("Heading2", _told(document, "attachments"))
            for each in document.attachments:
                yield self._listed("ListBullet", self._text(each), parts.BULLETS, 0)
        yield from (_paragraph("Lead", self._text(line)) for line in document.remarks)

    def _text(self, text: str) -> str:
        return _text(text, self._document)

    def _head(self, head: Sequence[tuple[str, str]]) -> str:
        longest = max(len(label) for label, _ in head)
        first = min(longest * _PER_CHARACTER + 2 * _CELL_EDGES, parts.TEXT_WIDTH // 3)
        rows = [
            parts.row([_paragraph("HeadLabel", self._text(label)), _paragraph("HeadText", self._text(text))])
            for label, text in head
        ]
        return self._frame("HeadTable", (first, parts.TEXT_WIDTH - first), rows)

    def _frame(self, style: str, widths: Sequence[int], rows: Iterable[str]) -> str:
        """Write a table that only places things, and the paragraph that keeps it apart from what follows."""
        look = parts.table_properties(style, is_mirrored=self._is_mirrored, has_header=False)
        return parts.table(look, widths, rows) + _paragraph("AfterTable", "")

    def _signature(self) -> Iterator[str]:
        if self._document.signature == "none":
            return
        yield _paragraph("RoomToSign", "")
        cells = [_paragraph("SignatureText", _told(self._document, key)) for key in ("place-and-day", "signature")]
        half = parts.TEXT_WIDTH // 2 - 200
        between = _paragraph("SignatureText", "")
        line = parts.row([cells[0], between, cells[1]], borders=("top", "", "top"))
        yield self._frame("HeadTable", (half, 400, half), [line])
        if self._document.signature == "notary":
            room = parts.row([_paragraph("SignatureText", _told(self._document, "notary"))], ("box",), height=2200)
            yield self._frame("HeadTable", (parts.TEXT_WIDTH,), [room])

    # --- blocks

    def _blocks(self, blocks: Iterable[t.Block]) -> Iterator[str]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: t.Block) -> Iterator[str]:
        if isinstance(block, t.Heading):
            self._under = t.line_text(block.line)
            yield _paragraph("Heading1" if block.level == 2 else "Heading2", self._line(block.line))
        elif isinstance(block, t.Paragraph):
            yield _paragraph("", self._line(block.line))
        elif isinstance(block, t.Items):
            yield from self._items(block, 0)
        elif isinstance(block, t.Figure):
            yield _paragraph("Caption", self._text(block.title))
            yield _paragraph("", self._text(block.told))
        else:
            yield self._table(block)

    def _items(self, block: t.Items, depth: int) -> Iterator[str]:
        number = parts.BULLETS
        if block.ordered:
            self.ordered.append(depth)
            number = parts.BULLETS + len(self.ordered)
        style = "ListNumber" if block.ordered else "ListBullet"
        for first, *rest in block.items:
            begins = self._line(first.line) if isinstance(first, t.Paragraph | t.Heading) else ""
            yield self._listed(style, begins, number, depth)
            for each in rest if isinstance(first, t.Paragraph | t.Heading) else (first, *rest):
                if isinstance(each, t.Items):
                    yield from self._items(each, min(depth + 1, _DEEPEST))
                elif isinstance(each, t.Paragraph):
                    yield _paragraph("ListContinue", self._line(each.line), parts.indent(depth))
                else:
                    yield from self._block(each)

    def _listed(self, style: str, runs: str, number: int, depth: int) -> str:
        place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        return _paragraph(style, runs, place)

    def _table(self, table: t.Table) -> str:
        rows = [self._row(table.header, is_header=True)]
        rows += [self._row(row) for row in table.rows]
        look = parts.table_properties(
            "PacketTable", is_mirrored=self._is_mirrored, has_header=True, told=_attribute(self._under)
        )
        return parts.table(look, column_widths(table), rows) + _paragraph("AfterTable", "")

    def _row(self, cells: Iterable[t.Line], *, is_header: bool = False) -> str:
        return parts.row([_paragraph("TableText", self._line(cell)) for cell in cells], is_header=is_header)

    def _line(self, line: t.Line) -> str:
        return "".join(self._run(part) for part in line)

    def _run(self, part: t.Inline) -> str:
        if isinstance(part, t.Break):
            return "<w:r><w:br/></w:r>"
        if isinstance(part, t.Fixed):
            return _fixed(part.text, self._document)
        return _text(part.text, self._document, '<w:rStyle w:val="Strong"/>' if isinstance(part, t.Strong) else "")


def column_widths(table: t.Table) -> tuple[int, ...]:
    """Share the width of the page, in twentieths of a point: a column gets its longest word, then by what it holds."""
    columns = [_lengths(column) for column in zip(table.header, *table.rows, strict=True)]
    least = [_room(min(word, _LONGEST_WORD)) for word, _ in columns]
    wanted = [max(_room(min(line, _WIDEST)), floor) for (_, line), floor in zip(columns, least, strict=True)]
    short = [_room(line) if line <= _LONGEST_WORD else floor for (_, line), floor in zip(columns, least, strict=True)]
    if sum(short) < parts.TEXT_WIDTH * 2 // 3:
        least = short
    spare = parts.TEXT_WIDTH - sum(least)
    more = [each - floor for each, floor in zip(wanted, least, strict=True)]
    if spare < 0 or not sum(more):
        return tuple(parts.TEXT_WIDTH * floor // sum(least) for floor in least)
    return tuple(floor + spare * each // sum(more) for floor, each in zip(least, more, strict=True))


def _lengths(column: Sequence[t.Line]) -> tuple[int, int]:
    """Return the characters of a column's longest word and longest line; those of its header are bold, so wider."""
    lines = [line for cell in column for line in t.line_text(cell).split("\n")]
    longest = max((len(word) for line in lines for word in line.split()), default=1)
    header = max((len(word) for word in t.line_text(column[0]).split()), default=0)
    return max(longest, header * 4 // 3), max(map(len, lines))


def _room(characters: int) -> int:
    return characters * _PER_CHARACTER + _CELL_EDGES


# --- paragraphs and runs --------------------------------------------------------------------------------------------


def _paragraph(style: str, runs: str, more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    look = f"<w:pPr>{named}{more}</w:pPr>" if named or more else ""
    return f"<w:p>{look}{runs}</w:p>\n"


def _text(text: str, document: Document, look: str = "") -> str:
    """Write text as runs of one direction each; what has marks of direction, in its own."""
    is_rtl = document.is_right_to_left
    return "".join(
        _fixed(piece, document, look) if mark == t.FIXED else _runs(inert(piece), look, is_rtl=is_rtl)
        for mark, piece in pieces(text)
    )


def _runs(text: str, look: str, *, is_rtl: bool) -> str:
    return "".join(
        _run(piece, look + ("<w:rtl/>" if is_piece_rtl else "")) for is_piece_rtl, piece in runs(text, is_rtl=is_rtl)
    )


def _fixed(text: str, document: Document, look: str = "") -> str:
    """Write text that reads from left to right; nobody's spelling is checked in it.

    Word goes by the run. LibreOffice goes by the characters alone, and would turn a date round that has no letters, so
    it gets a mark (U+200E) at each end that could turn; an id or an address is left as it is, to be copied.
    """
    clean = inert(text)
    if not clean:
        return ""
    if document.is_right_to_left and not _IS_FIRM.fullmatch(clean):
        clean = f"{_LEFT_MARK}{clean}{_LEFT_MARK}"
    return _run(clean, f"{look}<w:noProof/>")


_LEFT_MARK, _RIGHT_MARK = "\u200e", "\u200f"
_IS_FIRM = re.compile(r"[0-9]+|[A-Za-z](?:.*[A-Za-z0-9])?")


def _run(text: str, look: str) -> str:
    written = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{written}<w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'


def runs(text: str, *, is_rtl: bool) -> Iterator[tuple[bool, str]]:
    """Split text of a line into pieces of one direction: whether it runs from right to left, and the piece.

    What has no direction of its own (spaces, digits, signs) goes with the letters on both sides, or with the line. In
    a right-to-left line a piece of signs alone begins with a mark (U+200F), so that Latin words beside it stay apart.
    """
    if not text:
        return
    if not is_rtl and not any(unicodedata.bidirectional(each) in _RIGHT for each in text):
        yield False, text
        return
    for is_piece_rtl, found in groupby(
        zip(_directions(text, is_rtl=is_rtl), text, strict=True), key=lambda pair: pair[0]
    ):
        piece = "".join(character for _, character in found)
        is_bare = is_rtl and is_piece_rtl and not any(unicodedata.bidirectional(each) in _RIGHT for each in piece)
        yield is_piece_rtl, f"{_RIGHT_MARK}{piece}" if is_bare else piece


_RIGHT = frozenset({"R", "AL"})


def _directions(text: str, *, is_rtl: bool) -> list[bool]:
    """Return for each character whether it runs from right to left."""
    known = {"L": False, "R": True, "AL": True}
    strong = [known.get(unicodedata.bidirectional(each)) for each in text]
    before = _carried(strong)
    after = _carried(strong[::-1])[::-1]
    return [is_rtl if first is None or first != last else first for first, last in zip(before, after, strict=True)]


def _carried(strong: Sequence[bool | None]) -> list[bool | None]:
    """Return for each place the last direction known there."""
    found: list[bool | None] = []
    for each in strong:
        found.append(each if each is not None or not found else found[-1])
    return found


def _attribute(text: str) -> str:
    return escape(inert(text).replace("\n", " "), quote=True)
