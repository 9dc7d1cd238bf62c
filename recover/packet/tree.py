"""The neutral document: headings, paragraphs, lists, tables and drawings, from which every format is written.

Text in a tree is text and nothing else. Whoever writes a format escapes it for that format; there is no node that
carries an address, an image file or markup, so none can be made from a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from recover.frozen import frozen
from recover.packet.pictures.drawing import Drawing, labels
from recover.packet.words.casing import upper

WIDTH = 100
"""Columns of plain text within which tables are kept."""
FIXED, FREE, SHUT = "\u2066", "\u2068", "\u2069"
"""Around text that reads from left to right; around text of any direction of its own; its end (UAX 9)."""


@frozen
class Text:
    """Running text."""

    text: str


@frozen
class Strong:
    """Emphasised text."""

    text: str


@frozen
class Fixed:
    """Text that reads from left to right whatever stands around it: an address, an id, a number, a date in digits."""

    text: str


@frozen
class Break:
    """A line break inside a paragraph."""


Inline = Text | Strong | Fixed | Break
Line = tuple[Inline, ...]


@frozen
class Heading:
    """A heading of level 2 or 3; level 1 is the document's title."""

    level: int
    line: Line


@frozen
class Paragraph:
    """One paragraph."""

    line: Line


@frozen
class Items:
    """A list, numbered or not; an item is one or more blocks."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]


@frozen
class Table:
    """A table with one header row; every row has as many cells."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@frozen
class Figure:
    """A drawing. `told` says in words what it shows; the same data always stands beside it as a table."""

    drawing: Drawing
    title: str
    told: str


Block = Heading | Paragraph | Items | Table | Figure
Tree = tuple[Block, ...]


def line_text(line: Line) -> str:
    """Write a line as plain text; a break is a new line, what keeps its direction stands between marks that say so."""
    return "".join(_part_text(part) for part in line)


def _part_text(part: Inline) -> str:
    if isinstance(part, Break):
        return "\n"
    return f"{FIXED}{part.text}{SHUT}" if isinstance(part, Fixed) else part.text


def plain_text(tree: Tree, language: str = "en") -> str:
    """Write a tree as plain text to paste: no markup that a form would show, one blank line between blocks."""
    return "\n\n".join(_block_text(block, language) for block in tree) + "\n" if tree else ""


def _block_text(block: Block, language: str) -> str:
    if isinstance(block, Figure):
        return f"{block.title}\n{block.told}"
    if isinstance(block, Heading):
        return _heading_text(block, language)
    if isinstance(block, Paragraph):
        return line_text(block.line)
    if isinstance(block, Items):
        marks = (f"{n}." if block.ordered else "-" for n in range(1, len(block.items) + 1))
        return "\n".join(_item_text(item, mark, language) for item, mark in zip(block.items, marks, strict=True))
    return _table_text(block)


def _heading_text(heading: Heading, language: str) -> str:
    """Write a heading, a first one in capitals; not one in English that holds a name of another language."""
    text = line_text(heading.line)
    is_plain = text.isascii() or language.partition("-")[0] != "en"
    return upper(text, language) if heading.level == 2 and is_plain else text


def _item_text(blocks: tuple[Block, ...], mark: str, language: str) -> str:
    lines = "\n".join(_block_text(block, language) for block in blocks).split("\n")
    return "\n".join(f"{mark if n == 0 else ' ' * len(mark)} {line}" for n, line in enumerate(lines))


def _table_text(table: Table) -> str:
    """Write rows as aligned columns if they fit, else one `column: value` block per row."""
    head = [line_text(cell).replace("\n", " ") for cell in table.header]
    rows = [[line_text(cell).replace("\n", " ") for cell in row] for row in table.rows]
    widths = [max(_width(row[n]) for row in [head, *rows]) for n in range(len(head))]
    if sum(widths) + 3 * len(widths) <= WIDTH:
        lines = [head, ["-" * width for width in widths], *rows]
        padded = ([c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)] for line in lines)
        return "\n".join(" | ".join(line).rstrip() for line in padded)
    return "\n".join(
        f"{n}. " + "\n   ".join(f"{name}: {value}" for name, value in zip(head, row, strict=True) if value)
        for n, row in enumerate(rows, 1)
    )


def _width(text: str) -> int:
    return sum(sign not in (FIXED, FREE, SHUT) for sign in text)


def texts(tree: Tree) -> Iterator[str]:
    """Yield every piece of text in a tree, in reading order."""
    for block in tree:
        if isinstance(block, Heading | Paragraph):
            yield line_text(block.line)
        elif isinstance(block, Items):
            for item in block.items:
                yield from texts(item)
        elif isinstance(block, Figure):
            yield from (block.title, block.told, *labels(block.drawing))
        else:
            for row in (block.header, *block.rows):
                yield from (line_text(cell) for cell in row)


def count_words(tree: Tree) -> int:
    """Count the words a reader reads: runs of characters between spaces that hold a letter or a digit."""
    return sum(any(character.isalnum() for character in word) for text in texts(tree) for word in text.split())
