"""A document as a Word file: real styles, lists and tables, and nothing that could act.

No field but the page number, no macro, no address, no template, no author and no clock; what Word saves later is told
to leave out who saved it. The parts are stored without compression, as its bytes differ between systems: the same
document gives the same bytes everywhere.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.formats.word_look import BULLETS, GREY, TEXT_WIDTH, add_numbered_list, blank, border, indent, made
from recover.packet.neutral import inert
from recover.packet.words.marks import pieces
from recover.packet.words.phrases import phrase, unreviewed_notice

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

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
    writer = _Writer(document)
    writer.write()
    saved = io.BytesIO()
    writer.word.save(saved)
    return _zipped(saved)


def _zipped(saved: io.BytesIO) -> bytes:
    """Return a package with its parts in order of their names, without the moment at which it was saved."""
    stream = io.BytesIO()
    with zipfile.ZipFile(saved) as package, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as fixed:
        for name in sorted(package.namelist()):
            info = zipfile.ZipInfo(name, _FIRST_MOMENT)
            info.create_system = 3
            fixed.writestr(info, package.read(name))
    return stream.getvalue()


class _Writer:
    """Writes a document from its head to its remarks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._under = document.title
        self.word = blank(document)
        self._styles = {style.name: style for style in self.word.styles}

    def write(self) -> None:
        document = self._document
        core = self.word.core_properties
        # Longer ones are refused by python-docx, and shown by nobody.
        core.title, core.language = inert(document.title)[:255], document.language
        if document.is_practice:
            self._say(self.word.sections[0].header.paragraphs[0], phrase("practice", document.language))
        self._foot(self.word.sections[0].footer.paragraphs[0])
        if document.head:
            self._head(document.head)
        self._told("Title", document.title)
        for line in document.lead:
            self._told("Lead", line)
        if document.is_unreviewed:
            self._told("Notice", unreviewed_notice(document.language))
        self._blocks(document.blocks)
        self._signature()
        if document.attachments:
            self._told("Heading 2", phrase("attachments", document.language))
            for each in document.attachments:
                self._say(self._listed("List Bullet", BULLETS, 0), each)
        for line in document.remarks:
            self._told("Lead", line)

    def _foot(self, paragraph: Paragraph) -> None:
        document = self._document
        if document.reference:
            self._say(paragraph, f"{phrase('reference', document.language)} ")
            self._fixed(paragraph, document.reference)
            self._say(paragraph, " · ")
        fields = {"\ue001": "PAGE", "\ue002": "NUMPAGES"}
        told = phrase("page-of", document.language, page="\ue001", pages="\ue002")
        for text in re.split("([\ue001\ue002])", told):
            if text in fields:
                number = made("t")
                number.text = "1"
                paragraph._p.append(made("fldSimple", made("r", number), instr=f" {fields[text]} "))
            else:
                self._say(paragraph, text)

    def _head(self, head: Sequence[tuple[str, str]]) -> None:
        longest = max(len(label) for label, _ in head)
        first = min(longest * _PER_CHARACTER + 2 * _CELL_EDGES, TEXT_WIDTH // 3)
        rows = [_row([self._cell("HeadLabel", label), self._cell("HeadText", text)]) for label, text in head]
        self._grid("Head Table", (first, TEXT_WIDTH - first), rows)

    def _signature(self) -> None:
        if self._document.signature == "none":
            return
        language = self._document.language
        self._paragraph("Room to Sign")
        cells = [phrase("place-and-day", language), "", phrase("signature", language)]
        half = TEXT_WIDTH // 2 - 200
        line = _row([self._cell("SignatureText", text) for text in cells], borders=("top", "", "top"))
        self._grid("Head Table", (half, 400, half), [line])
        if self._document.signature == "notary":
            room = _row([self._cell("SignatureText", phrase("notary", language))], borders=("box",), height=2200)
            self._grid("Head Table", (TEXT_WIDTH,), [room])

    # --- blocks

    def _blocks(self, blocks: Iterable[t.Block]) -> None:
        for block in blocks:
            self._block(block)

    def _block(self, block: t.Block) -> None:
        if isinstance(block, t.Heading):
            self._under = t.line_text(block.line)
            self._line(self._paragraph("Heading 1" if block.level == 2 else "Heading 2"), block.line)
        elif isinstance(block, t.Paragraph):
            self._line(self._paragraph(), block.line)
        elif isinstance(block, t.Items):
            self._items(block, 0)
        elif isinstance(block, t.Figure):
            self._told("Caption", block.title)
            self._told("Normal", block.told)
        else:
            self._table(block)

    def _items(self, block: t.Items, depth: int) -> None:
        number = add_numbered_list(self.word, depth) if block.ordered else BULLETS
        for first, *rest in block.items:
            paragraph = self._listed("List Number" if block.ordered else "List Bullet", number, depth)
            if isinstance(first, t.Paragraph | t.Heading):
                self._line(paragraph, first.line)
            else:
                rest = [first, *rest]
            for each in rest:
                self._further(each, depth)

    def _further(self, block: t.Block, depth: int) -> None:
        """Write a further block of an item."""
        from docx.shared import Twips

        if isinstance(block, t.Items):
            self._items(block, min(depth + 1, _DEEPEST))
        elif isinstance(block, t.Paragraph):
            paragraph = self._paragraph("List Continue")
            paragraph.paragraph_format.left_indent = Twips(indent(depth))
            self._line(paragraph, block.line)
        else:
            self._block(block)

    def _listed(self, style: str, number: int, depth: int) -> Paragraph:
        paragraph = self._paragraph(style)
        place = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        place.get_or_add_ilvl().val = depth
        place.get_or_add_numId().val = number
        return paragraph

    def _table(self, table: t.Table) -> None:
        rows = [_row([self._cell("TableText", cell) for cell in table.header], is_header=True)]
        rows += [_row([self._cell("TableText", cell) for cell in row]) for row in table.rows]
        self._grid("Packet Table", column_widths(table), rows, told=inert(self._under))

    def _grid(self, style: str, widths: Sequence[int], rows: Iterable[Any], told: str = "") -> None:
        """Write a table and the paragraph that keeps it apart from what follows; `told` is what a reader says of it."""
        from docx.enum.table import WD_TABLE_DIRECTION
        from docx.oxml.ns import qn
        from docx.shared import Twips

        table = self.word.add_table(rows=0, cols=len(widths), style=self._styles[style])
        table.autofit = False
        if self._document.is_right_to_left:
            table.table_direction = WD_TABLE_DIRECTION.RTL
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Twips(width)
        look = table._tbl.tblPr
        for old, new in (
            ("w:tblW", made("tblW", type="pct", w=5000)),
            ("w:tblLook", made("tblLook", val="0620" if told else "0600", firstRow=int(bool(told)), lastRow=0,
                               firstColumn=0, lastColumn=0, noHBand=1, noVBand=1)),
        ):  # fmt: skip
            look.replace(look.find(qn(old)), new)
        if told:
            look.append(made("tblCaption", val=told))
        table._tbl.extend(rows)
        self._paragraph("After Table")

    # --- paragraphs and runs

    def _paragraph(self, style: str = "Normal") -> Paragraph:
        return self.word.add_paragraph(style=self._styles[style] if style != "Normal" else None)

    def _told(self, style: str, text: str) -> None:
        self._say(self._paragraph(style), text)

    def _cell(self, style_id: str, text: str | t.Line) -> Any:
        """Return a paragraph that stands nowhere yet, with a text in it."""
        from docx.text.paragraph import Paragraph

        element = made("p", made("pPr", made("pStyle", val=style_id)))
        self._line(Paragraph(element, self.word._body), (t.Text(text),) if isinstance(text, str) else text)
        return element

    def _line(self, paragraph: Paragraph, line: t.Line) -> None:
        for part in line:
            if isinstance(part, t.Break):
                paragraph.add_run().add_break()
            elif isinstance(part, t.Fixed):
                self._fixed(paragraph, part.text)
            else:
                self._say(paragraph, part.text, is_strong=isinstance(part, t.Strong))

    def _say(self, paragraph: Paragraph, text: str, *, is_strong: bool = False) -> None:
        """Write text as runs of one direction each; what has marks of direction, in its own."""
        is_rtl = self._document.is_right_to_left
        for mark, piece in pieces(text):
            if mark == t.FIXED:
                self._fixed(paragraph, piece, is_strong=is_strong)
                continue
            for is_run_rtl, said in runs(inert(piece), is_rtl=is_rtl):
                _run(paragraph, said, is_strong=is_strong, is_rtl=is_run_rtl)

    def _fixed(self, paragraph: Paragraph, text: str, *, is_strong: bool = False) -> None:
        """Write text that reads from left to right; nobody's spelling is checked in it.

        Word goes by the run. LibreOffice goes by the characters alone, and would turn a date round that has no letters,
        so it gets a mark (U+200E) at each end that could turn; an id or an address is left as it is, to be copied.
        """
        clean = inert(text)
        if clean and self._document.is_right_to_left and not _IS_FIRM.fullmatch(clean):
            clean = f"{_LEFT_MARK}{clean}{_LEFT_MARK}"
        if clean:
            _run(paragraph, clean, is_strong=is_strong).font.no_proof = True


def _run(paragraph: Paragraph, text: str, *, is_strong: bool, is_rtl: bool = False) -> Any:
    run = paragraph.add_run(text)
    if is_strong:
        run.font.bold = run.font.cs_bold = True
    if is_rtl:
        run.font.rtl = True
    return run


def _row(cells: Sequence[Any], borders: Sequence[str] = (), *, is_header: bool = False, height: int = 0) -> Any:
    """Return a row that is never split between pages; a header row is repeated on every page."""
    look = made("trPr", made("cantSplit"))
    if height:
        look.append(made("trHeight", val=height))
    if is_header:
        look.append(made("tblHeader"))
    edges = borders or ("",) * len(cells)
    return made("tr", look, *(_framed(cell, edge) for cell, edge in zip(cells, edges, strict=True)))


def _framed(paragraph: Any, edge: str) -> Any:
    if not edge:
        return made("tc", paragraph)
    sides = ("top",) if edge == "top" else ("top", "left", "bottom", "right")
    return made("tc", made("tcPr", made("tcBorders", *(border(side, 4, GREY) for side in sides))), paragraph)


def column_widths(table: t.Table) -> tuple[int, ...]:
    """Share the width of the page, in twentieths of a point: a column gets its longest word, then by what it holds."""
    columns = [_lengths(column) for column in zip(table.header, *table.rows, strict=True)]
    least = [_room(min(word, _LONGEST_WORD)) for word, _ in columns]
    wanted = [max(_room(min(line, _WIDEST)), floor) for (_, line), floor in zip(columns, least, strict=True)]
    short = [_room(line) if line <= _LONGEST_WORD else floor for (_, line), floor in zip(columns, least, strict=True)]
    if sum(short) < TEXT_WIDTH * 2 // 3:
        least = short
    spare = TEXT_WIDTH - sum(least)
    more = [each - floor for each, floor in zip(wanted, least, strict=True)]
    if spare < 0 or not sum(more):
        return tuple(TEXT_WIDTH * floor // sum(least) for floor in least)
    return tuple(floor + spare * each // sum(more) for floor, each in zip(least, more, strict=True))


def _lengths(column: Sequence[t.Line]) -> tuple[int, int]:
    """Return the characters of a column's longest word and longest line; those of its header are bold, so wider."""
    lines = [line for cell in column for line in t.line_text(cell).split("\n")]
    longest = max((len(word) for line in lines for word in line.split()), default=1)
    header = max((len(word) for word in t.line_text(column[0]).split()), default=0)
    return max(longest, header * 4 // 3), max(map(len, lines))


def _room(characters: int) -> int:
    return characters * _PER_CHARACTER + _CELL_EDGES


# --- directions -------------------------------------------------------------------------------------------------------


_LEFT_MARK, _RIGHT_MARK = "\u200e", "\u200f"
_IS_FIRM = re.compile(r"[0-9]+|[A-Za-z](?:.*[A-Za-z0-9])?")
_RIGHT = frozenset({"R", "AL"})


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
