"""Markdown into the neutral tree, with values put in after reading, as text.

The template's own Markdown is parsed while each value is still one placeholder character sequence; only then do the
values take their places inside text nodes. So `*`, `|`, `](javascript:…)`, `<b>` or a blank line in a value are just
characters. Of Markdown itself only headings, paragraphs, lists, tables and strong are let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

from recover.errors import TemplateError
from recover.packet import tree as t

if TYPE_CHECKING:
    from markdown_it.token import Token

OPEN, CLOSE = "\ue000", "\ue001"
"""Around the number of a value; both are refused in templates and removed from values."""

_PLACEHOLDER = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_WORDS = {
    "link_open": "links",
    "image": "images",
    "html_inline": "HTML",
    "html_block": "HTML",
    "code_inline": "code",
    "code_block": "indented code",
    "fence": "code",
    "blockquote_open": "quotations",
    "hr": "rules",
    "em_open": "emphasis (use **strong**)",
    "s_open": "strike-through",
}
_ALLOWED_RULES = ["table", "strikethrough"]


def placeholder(number: int) -> str:
    """Return what stands for value `number` while the Markdown is read."""
    return f"{OPEN}{number}{CLOSE}"


def parse_markdown(text: str, values: Sequence[str], path: str = "", first_line: int = 1) -> t.Tree:
    """Read Markdown and put `values` in as text. Raises `TemplateError` for markup that letters do not have."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "typographer": False, "linkify": False}).enable(_ALLOWED_RULES)
    environment: dict[str, object] = {}
    tokens = parser.parse(text, environment)
    reader = _Reader(values, path, first_line)
    if environment.get("references"):
        reader.refuse("link definitions cannot be used in a letter", 0)
    return tuple(reader.blocks(iter(tokens), ""))


class _Reader:
    def __init__(self, values: Sequence[str], path: str, first_line: int) -> None:
        self._values = values
        self._path = path
        self._first = first_line
        self._line = 0

    def refuse(self, message: str, line: int) -> NoReturn:
        raise TemplateError(message, place=f"{self._path}:{self._first + line}", hint="docs/letters.md lists what can")

    def blocks(self, tokens: Iterator[Token], end: str) -> Iterator[t.Block]:
        for token in tokens:
            if token.type == end:
                return
            self._line = token.map[0] if token.map else self._line
            if token.type == "heading_open":
                yield self.heading(token, tokens)
            elif token.type == "paragraph_open":
                yield t.Paragraph(self.inline(next(tokens)))
                next(tokens)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                yield self.items(token, tokens)
            elif token.type == "table_open":
                yield self.table(tokens)
            else:
                self.refuse(f"{_WORDS.get(token.type, token.type)} cannot be used in a letter", self._line)

    def heading(self, token: Token, tokens: Iterator[Token]) -> t.Heading:
        level = int(token.tag[1])
        if level not in (2, 3):
            self.refuse("headings are `##` or `###`; the title stands in the front matter", self._line)
        line = self.inline(next(tokens))
        next(tokens)
        return t.Heading(level, line)

    def items(self, token: Token, tokens: Iterator[Token]) -> t.Items:
        end = token.type.replace("open", "close")
        found: list[tuple[t.Block, ...]] = []
        for inner in tokens:
            if inner.type == end:
                break
            found.append(tuple(self.blocks(tokens, "list_item_close")))
        return t.Items(token.type.startswith("ordered"), tuple(found))

    def table(self, tokens: Iterator[Token]) -> t.Table:
        rows: list[list[t.Line]] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                self._line = token.map[0] if token.map else self._line
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self.inline(token))
        return t.Table(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))

    def inline(self, token: Token) -> t.Line:
        parts: list[t.Inline] = []
        strong = 0
        for child in token.children or ():
            if child.type in ("text", "softbreak", "text_special"):
                text = " " if child.type == "softbreak" else child.content
                _append(parts, self.filled(text), strong=strong > 0)
            elif child.type == "hardbreak":
                parts.append(t.Break())
            elif child.type in ("strong_open", "strong_close"):
                strong += child.nesting
            else:
                self.refuse(f"{_WORDS.get(child.type, child.type)} cannot be used in a letter", self._line)
        return tuple(parts)

    def filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self._values[int(found[1])], text)


def _append(parts: list[t.Inline], text: str, *, strong: bool) -> None:
    """Add text, joined to what stands before it if that is of the same kind."""
    kind = t.Strong if strong else t.Text
    if not text:
        return
    if parts and isinstance(parts[-1], kind):
        parts[-1] = kind(parts[-1].text + text)
    else:
        parts.append(kind(text))
