"""Reading direction: what keeps its own direction inside a text that runs the other way.

In a document written from right to left, addresses, ids, numbers with signs, dates in digits and Latin names are set
apart, else the algorithm that orders mixed text (UAX 9) would print `2026-06-10` as `10-06-2026` and move the end of an
address. In one written from left to right, names in Arabic or Persian are set apart so that they pull no neighbour with
them. What is set apart is a `Fixed` node, or in plain text U+2066 … U+2069; hostile marks were taken out long before
(`neutral`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from recover.packet import tree as t
from recover.packet.document import RIGHT_TO_LEFT, Document
from recover.packet.pictures.drawing import with_texts
from recover.packet.tree import FIXED, FREE, SHUT

_RIGHT = frozenset({"R", "AL"})
_SIGNED = re.compile(r"[0-9][-/:.,_][0-9]|[+#@*-][0-9]|[0-9]%|[0-9]{5}")
"""Digits that would be reordered; long ones are ids."""
_MIRROR = str.maketrans("(){}[]", ")(}{][")
_TRIMMED = " ,;:.!?\u060c\u061b\u061f\u00ab\u00bb\u201c\u201d\"'"
_ENDS = tuple(",;:.\u060c\u061b\u061f")
_PIECES = re.compile(
    r"\[[^\[\]]*\]|\+[0-9][0-9 ()-]{5,}[0-9]|(?:[^\s\[,;:.\u060c\u061b\u061f]|[,;:.](?!\s|$)|\[[^\[\]\s]*\])+|\s+|.",
    re.DOTALL,
)
"""A group in square brackets, a telephone number, a word with its signs, spaces, a sign that ends a part."""
_MARKED = re.compile(f"{FIXED}([^{FIXED}-{SHUT}]*){SHUT}")
_ADDRESS = re.compile(r"[(\[]?(?:[A-Za-z]+://|www\.)|[^\s@]+@[A-Za-z0-9-]+\.")


def is_right_to_left(language: str) -> bool:
    """Say whether a language is written from right to left; a script in its tag decides before the language does."""
    parts = language.lower().split("-")
    if {"latn", "cyrl"} & set(parts[1:]):
        return False
    return parts[0] in RIGHT_TO_LEFT or "arab" in parts[1:]


def directed(document: Document) -> Document:
    """Return a document in which everything that reads the other way is set apart, in its head and remarks as well."""
    language = document.language

    def text(each: str) -> str:
        return isolated_text(each, language)

    return replace(
        document,
        title=text(document.title),
        blocks=isolated(document.blocks, language),
        head=tuple((text(label), text(told)) for label, told in document.head),
        lead=tuple(map(text, document.lead)),
        attachments=tuple(map(text, document.attachments)),
        remarks=tuple(map(text, document.remarks)),
    )


def isolated(tree: t.Tree, language: str) -> t.Tree:
    """Return a tree with `Fixed` nodes where its language needs them, and none where it does not.

    Applied twice it gives the same tree.
    """
    return tuple(_block(block, is_right_to_left(language)) for block in tree)


def isolated_text(text: str, language: str) -> str:
    """Return one line of plain text with the marks that keep directions apart."""
    return _text_apart(text, is_right_to_left(language))


def _text_apart(text: str, is_rtl: bool) -> str:
    return _with_marks(_parts(bare(text), is_rtl))


def value_text(text: str, language: str) -> str:
    """Return a value as it enters a text: set apart as a whole where it reads from left to right and the text does not.

    A sentence that somebody wrote in English stays one, with its numbers and its full stop.
    """
    is_whole = is_right_to_left(language) and not _has_right(text) and any(map(_is_left, text))
    return f"{FIXED}{text}{SHUT}" if is_whole else text


def pasted_text(text: str, language: str) -> str:
    """Return text for a box of a form: with marks only where it mixes directions, so that an address stays one."""
    return isolated_text(text, language) if _has_right(text) else text


def bare(text: str) -> str:
    """Return text without the marks that `isolated_text` sets, to search or compare it."""
    return re.sub(f"[{FIXED}{FREE}{SHUT}]", "", text)


def _block(block: t.Block, is_rtl: bool) -> t.Block:
    if isinstance(block, t.Heading | t.Paragraph):
        return replace(block, line=_line(block.line, is_rtl))
    if isinstance(block, t.Items):
        return replace(block, items=tuple(tuple(_block(each, is_rtl) for each in item) for item in block.items))
    if isinstance(block, t.Table):
        return replace(
            block,
            header=tuple(_line(cell, is_rtl) for cell in block.header),
            rows=tuple(tuple(_line(cell, is_rtl) for cell in row) for row in block.rows),
        )

    def apart(text: str) -> str:
        return _with_marks(_parts(bare(text), is_rtl=is_rtl))

    return t.Figure(with_texts(block.drawing, apart), apart(block.title), apart(block.told))


def _line(line: t.Line, is_rtl: bool) -> t.Line:
    found: list[t.Inline] = []
    # A piece of a line that turns right somewhere is looked at as a piece: its full stop belongs to the whole line.
    set_apart = _set_apart if is_rtl and _has_right(t.line_text(line)) else partial(_parts, is_rtl=is_rtl)
    for part in line:
        if isinstance(part, t.Text):
            found += _kept(part.text, set_apart)
        elif isinstance(part, t.Strong):
            # Emphasis is one node; what reads the other way inside it is set apart by marks.
            found.append(t.Strong(_with_marks(_kept(part.text, set_apart))))
        else:
            found.append(part)
    return tuple(t.Text(part.text) if isinstance(part, t.Fixed) and not is_rtl else part for part in found)


def _kept(text: str, set_apart: Callable[[str], list[t.Text | t.Fixed]]) -> list[t.Text | t.Fixed]:
    """Set a text apart around what is between marks already: a value as a whole, or an earlier pass."""
    found: list[t.Text | t.Fixed] = []
    for number, piece in enumerate(_MARKED.split(text)):
        found += [t.Fixed(piece)] if number % 2 else set_apart(bare(piece))
    return _joined(found)


def _with_marks(parts: list[t.Text | t.Fixed]) -> str:
    return "".join(f"{FIXED}{part.text}{SHUT}" if isinstance(part, t.Fixed) else part.text for part in parts)


def _parts(text: str, is_rtl: bool) -> list[t.Text | t.Fixed]:
    if not text:
        return []
    if not is_rtl:
        return [t.Text(_with_names_apart(text))]
    if not _has_right(text):
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        whole: list[t.Text | t.Fixed] = [t.Text(text[:start]), t.Fixed(text[start:end]), t.Text(text[end:])]
        return _joined(whole) if _reads_left(text) else [t.Text(text)]
    return _set_apart(text)


def _whole(run: str) -> list[t.Text | t.Fixed]:
    """Set a run apart that has nothing of the other direction in it, without the punctuation around it."""
    start, end = _trimmed(run)
    return [t.Text(run[:start]), t.Fixed(run[start:end]), t.Text(run[end:])]


def _has_right(text: str) -> bool:
    return any(unicodedata.bidirectional(sign) in _RIGHT for sign in text)


def _reads_left(text: str) -> bool:
    return bool(_SIGNED.search(text)) or any(map(_is_left, text))


def _set_apart(text: str) -> list[t.Text | t.Fixed]:
    found: list[t.Text | t.Fixed] = []
    for run in _runs(text):
        found += _whole(run.text) if isinstance(run, t.Fixed) else [run]
    return _joined(found)


def _runs(text: str) -> Iterator[t.Text | t.Fixed]:
    """Yield what stands together: words that read from left to right with what stands between them, and the rest."""
    run = last = held = ""
    for piece in _split(text):
        if _is_group(piece):
            yield from (t.Fixed(run), t.Text(held), t.Fixed(piece))
            run = last = held = ""
        elif _reads_left(piece) and (not run or _goes_on(last, held, piece)):
            run, last, held = run + held + piece, piece, ""
        elif _reads_left(piece):
            yield from (t.Fixed(run), t.Text(held))
            run, last, held = piece, piece, ""
        elif run and not _has_right(piece):
            held += piece
        else:
            yield from (t.Fixed(run), t.Text(held + piece))
            run = last = held = ""
    yield from (t.Fixed(run), t.Text(held))


def _goes_on(last: str, held: str, piece: str) -> bool:
    """Say whether a run goes on across what was held: over spaces always, over numbers and commas from word to word."""
    is_plain = not any(sign.isalnum() or sign in _ENDS for sign in held)
    return is_plain or (any(map(_is_left, last)) and any(map(_is_left, piece)))


def _is_left(sign: str) -> bool:
    return unicodedata.bidirectional(sign) == "L"


def _is_group(piece: str) -> bool:
    """Say whether a piece is a group in square brackets, such as numbers of exhibits: it belongs to what it follows."""
    return piece.startswith("[") and piece.endswith("]") and _reads_left(piece)


def _split(text: str) -> Iterator[str]:
    """Split text at spaces, at signs that end a part, and where the direction of letters changes inside a word."""
    for found in _PIECES.finditer(text):
        piece = found[0]
        if _ADDRESS.match(piece) or not _has_right(piece):
            yield piece
            continue
        part = ""
        for sign in piece:
            if part and (unicodedata.bidirectional(sign) in _RIGHT) != (unicodedata.bidirectional(part[-1]) in _RIGHT):
                yield part
                part = ""
            part += sign
        yield part


def _trimmed(run: str) -> tuple[int, int]:
    """Return where a run begins and ends without the punctuation around it; brackets that belong together stay."""
    start, end = 0, len(run)
    while True:
        text = run[start:end]
        if _is_shut_in(text):
            # A sentence of its own in brackets keeps its full stop inside them.
            return start + 1, end - 1
        if text and (text[0] in _TRIMMED or _is_lone(text)):
            start += 1
        elif text and (text[-1] in _TRIMMED or _is_lone(text[::-1].translate(_MIRROR))):
            end -= 1
        else:
            return start, end


def _is_shut_in(text: str) -> bool:
    """Say whether one pair of round or curly brackets holds all of a text."""
    return len(text) > 2 and text[0] in "({" and text.find(text[0].translate(_MIRROR)) == len(text) - 1


def _is_lone(text: str) -> bool:
    """Say whether a text begins with a bracket that belongs to what stands around it: `(UTC`, or those of `(x)`."""
    if text[0] == "[":
        return text.count("[") > text.count("]")
    return text[0] in "({" and text[0].translate(_MIRROR) not in text[1:-1]


def _joined(parts: list[t.Text | t.Fixed]) -> list[t.Text | t.Fixed]:
    found: list[t.Text | t.Fixed] = []
    for part in parts:
        if not part.text:
            continue
        if found and isinstance(part, t.Text) and isinstance(found[-1], t.Text):
            found[-1] = t.Text(found[-1].text + part.text)
        else:
            found.append(part)
    return found


_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_NAME = re.compile(f"[{_LETTERS}](?:[{_LETTERS}\\s0-9.,'\"()\u2013\u200c\u200d-]*[{_LETTERS}])?")
"""Words in Hebrew, Arabic and the like, with what stands between them."""


def _with_names_apart(text: str) -> str:
    """Set what is written from right to left apart in a text that is not, unless it is the whole text."""
    if _NAME.fullmatch(text.strip()):
        return text
    return _NAME.sub(lambda found: f"{FREE}{found[0]}{SHUT}", text)
