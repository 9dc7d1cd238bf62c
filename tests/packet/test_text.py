"""Text to paste: boxes counted as forms count, nothing in a box but the letter's words, pieces that fit a chat."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.formats.text import MESSAGE_PIECE, form_length, write_text
from recover.packet.interface import LetterField
from recover.packet.words.direction import bare
from tests.packet import papers


def boxes(text: str) -> dict[str, str]:
    """Return what stands in each box, by the words of its label before the count."""
    parts = re.split(r"^----- (.*) -----$", text, flags=re.MULTILINE)
    return {label.rpartition(" (")[0]: body.strip("\n") for label, body in zip(parts[1::2], parts[2::2], strict=True)}


def filed(*fields: LetterField, language: str = "en") -> str:
    """Return a letter with these boxes as text."""
    return write_text(replace(papers.ENGLISH, fields=fields, language=language)).decode()


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("əğıİöşçü", 8), ("a\nb", 3), ("👍", 2), ("e\u0301", 2), ("حزيران", 6)],
)
def test_a_form_counts_utf16(text: str, count: int) -> None:
    """A browser's limit counts UTF-16 units and a line break as one."""
    assert form_length(text) == count


def test_each_box_says_what_it_holds_and_what_it_may() -> None:
    """A map of the boxes stands first, in the order of the form; each box has its text, count and limit."""
    text = filed(LetterField("Address", "https://x.example/1", 100), LetterField("What happened", "One.\nTwo.", 9))
    assert text.index("1. Address (19 of 100 characters)") < text.index("2. What happened (9 of 9 characters)")
    assert boxes(text)["Address"] == "https://x.example/1"
    assert boxes(text)["What happened"] == "One.\nTwo."


def test_a_text_that_fits_only_while_breaks_count_once_says_so() -> None:
    """Some forms count a line break as two characters; where that would not fit, the box says the larger count."""
    assert "10 where a line break counts twice" in filed(LetterField("What happened", "One.\nTwo.", 9))
    assert "counts twice" not in filed(LetterField("What happened", "One.\nTwo.", 10))


def test_a_letter_without_boxes_is_one_text() -> None:
    """Its only box is the letter, word for word."""
    text = write_text(papers.ENGLISH).decode()
    assert boxes(text)["Text"] == bare(t.plain_text(papers.ENGLISH.blocks)).strip("\n")


def test_hints_for_whoever_pastes_stand_outside_of_the_boxes() -> None:
    """What the helper must know is not pasted into the form."""
    text = write_text(replace(papers.ENGLISH, paste=("Use it once for each of: 1; 2",))).decode()
    assert "Use it once for each of: 1; 2" in text.split("-----")[0]


def test_an_address_in_an_arabic_letter_is_pasted_bare() -> None:
    """No mark of direction stands in a box that reads one way: a form would take it for a part of the address."""
    text = filed(LetterField("URL", "\u2066https://x.example/1\u2069"), language="ar")
    assert boxes(text)["URL"] == "https://x.example/1"


def message(*lines: str, practice: bool = False) -> list[str]:
    """Return the pieces of a message of these paragraphs."""
    blocks = tuple(t.Paragraph((t.Text(line),)) for line in lines)
    document = Document("pages", "phone", "Notes", "en", blocks, is_practice=practice)
    return write_text(document).decode().rstrip("\n").split("\n\n")


def test_a_message_comes_in_numbered_pieces() -> None:
    """No piece is longer than a chat takes, none breaks inside a word, and nothing is lost."""
    words = [f"word{number}" for number in range(400)]
    pieces = message(" ".join(words), "Short.", "Other.")
    assert len(pieces) > 1
    assert [piece.split("\n")[0] for piece in pieces] == [f"({n}/{len(pieces)})" for n in range(1, len(pieces) + 1)]
    assert all(len(piece) <= MESSAGE_PIECE + 10 for piece in pieces)
    said = " ".join(piece.split("\n", 1)[1] for piece in pieces).split()
    assert said == [*words, "Short.", "Other."]


def test_a_long_word_is_cut() -> None:
    """An address longer than a piece is cut rather than lost."""
    pieces = message("x" * (2 * MESSAGE_PIECE + 7))
    assert "".join(piece.split("\n", 1)[1] for piece in pieces) == "x" * (2 * MESSAGE_PIECE + 7)


def test_every_piece_of_a_practice_message_says_so() -> None:
    """A single piece that is passed on is still known as an exercise."""
    assert all(piece.startswith("PRACTICE") for piece in message("word " * 400, practice=True))
