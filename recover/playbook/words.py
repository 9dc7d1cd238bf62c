"""The words that recover itself prints, by language: `templates/words/en.yaml`, and catalogues beside it.

English is a plain table of keys; every other language is a catalogue like those of playbooks (`translation`), whose
`catalogue` is `words`. The files are small and read once in a process, by their bytes; nothing is read until something
is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from recover import content
from recover.frozen import frozen
from recover.playbook import grammar, reader, shapes
from recover.playbook.model import Catalogue
from recover.playbook.problems import Problems
from recover.playbook.shapes import Record, Scalar, Table
from recover.playbook.translatable import is_reviewed, short_sha256
from recover.playbook.translation import KEY, WORDS, catalogue_name, read_catalogue

ENGLISH = "en"
SOURCE = Record(
    "words",
    {"language": grammar.LANGUAGE, "texts": Table(KEY, Scalar("a text", most=2_000, lines=True), "a mapping of keys")},
)


@frozen
class Words:
    """The words of one language: those that fit the English as it is now, and whether all of them were reviewed."""

    texts: Mapping[str, str]
    is_reviewed: bool


NO_WORDS = Words({}, is_reviewed=True)


def words_name(language: str) -> str:
    """Return where the words of a language lie below `templates/`."""
    return catalogue_name(WORDS, language)


@lru_cache(maxsize=32)
def english_words(text: str) -> Mapping[str, str]:
    """Read the English words. Raises `InvalidPlaybookError` with every fault."""
    problems = Problems()
    found = read_english(text.encode(), words_name(ENGLISH), problems)
    problems.raise_errors()
    return found


def read_english(content: bytes, shown: str, problems: Problems) -> Mapping[str, str]:
    """Return the English words of a file, spaces and line breaks folded; what is wrong goes to `problems`."""
    node = reader.read_bytes(content, shown, problems)
    found = shapes.read(SOURCE, node, problems) if node is not None else None
    table = found.table("texts") if found is not None else {}
    return {key: " ".join(str(text).split()) for key, text in table.items()}


@lru_cache(maxsize=64)
def words_catalogue(text: str) -> Catalogue | None:
    """Read a catalogue of words; None when it is not valid, so that everything is said in English."""
    problems = Problems()
    found = read_catalogue(text.encode(), WORDS, problems)[0]
    return None if problems.has_errors or found is None or found.of != WORDS else found


@lru_cache(maxsize=64)
def words_in(english: str, catalogue: str) -> Words:
    """Return the words of a catalogue's file that fit those of the English file."""
    found = words_catalogue(catalogue)
    if found is None:
        return NO_WORDS
    known = {key: short_sha256(text) for key, text in english_words(english).items()}
    rows = [row for row in found.texts if row.text and known.get(row.key) == row.source]
    return Words({row.key: row.text for row in rows}, all(map(is_reviewed, rows)))


@lru_cache(maxsize=32)
def shipped_words(language: str) -> str:
    """Return the text of a language's shipped file; nothing when there is none."""
    path = content.templates_root() / words_name(language)
    return path.read_text("utf-8") if path.is_file() else ""
