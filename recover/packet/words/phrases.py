"""The words that a packet prints beside what a trainer or client wrote, by language; English where there are none yet.

They stand in `templates/words/`. A case prints those it was opened with, so that an approved text stays the same text:
whoever makes a letter or packet does so inside `words_of(templates)`. What is not translated, or not any more, is
printed in English with a mark, so that nobody takes it for a translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recover.playbook.words import Words

ENGLISH = "en"
MARK = "[en]"
_SLOT = re.compile(r"\{([a-z_]+)\}")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TEMPLATES: ContextVar[Mapping[str, str]] = ContextVar("words_in_force", default={})  # noqa: B039 - never written to


@contextmanager
def words_of(templates: Mapping[str, str]) -> Iterator[None]:
    """Print with the words that a case was opened with, as long as this lasts; with the shipped ones where it has none.

    `templates` maps paths below `templates/` to their text.
    """
    token = _TEMPLATES.set(templates)
    try:
        yield
    finally:
        _TEMPLATES.reset(token)


def phrase(key: str, language: str = ENGLISH, /, **slots: str | int) -> str:
    """Return words in a language, its slots filled; in English with a mark where the language has none (yet).

    `language` may carry a region or script (`ar-LB`), which its own file serves, else that of the bare language.
    `KeyError` for a key that is none, or a slot that is not given.
    """
    english = _english(key)
    text = english if is_english(language) else _words(language).texts.get(key) or _marked(english)
    return _SLOT.sub(lambda found: str(slots[found[1]]), text) if slots else text


def has_phrase(key: str, language: str = ENGLISH) -> bool:
    """Say whether a key has words in a language, or a key of a family (`outcome-…`) exists at all in English."""
    try:
        _english(key)
    except KeyError:
        return False
    return is_english(language) or key in _words(language).texts


def is_reviewed(language: str) -> bool:
    """Say whether somebody has reviewed every word of a language; of English always."""
    return is_english(language) or _words(language).is_reviewed


def unreviewed_notice(language: str) -> str:
    """Say that nobody has reviewed a translation, in its language and in English."""
    from recover.packet.words.direction import isolated_text

    return " ".join(isolated_text(each, language) for each in in_both("unreviewed", language))


def beside_english(key: str, language: str) -> str:
    """Return words to be read to a client, the English in brackets as long as nobody has reviewed them."""
    told = phrase(key, language)
    return told if is_reviewed(language) or not has_phrase(key, language) else f"{told} ({phrase(key)})"


def in_both(key: str, language: str) -> tuple[str, ...]:
    """Return words in a language and in English; once where they are English anyway."""
    told = (phrase(key, language),) if has_phrase(key, language) else ()
    return tuple(dict.fromkeys((*told, phrase(key))))


def is_english(language: str) -> bool:
    """Say whether a language is English, or none is named."""
    return language.partition("-")[0].lower() in ("", ENGLISH)


def joined(texts: Sequence[str], language: str = ENGLISH) -> str:
    """Join texts for a sentence: `a, b and c`."""
    if not texts:
        return ""
    told = texts[0]
    for text in texts[1:-1]:
        told = phrase("list-more", language, list=told, next=text)
    return phrase("list-last", language, list=told, last=texts[-1]) if len(texts) > 1 else told


def _marked(english: str) -> str:
    """Mark English words; a pattern of slots and signs alone has none."""
    return f"{english} {MARK}" if any(sign.isalpha() for sign in _SLOT.sub("", english)) else english


def _english(key: str) -> str:
    from recover.playbook import words

    pinned = _TEMPLATES.get().get(words.words_name(ENGLISH), "")
    # A case that was opened before this program knew a word prints the program's own.
    found = words.english_words(pinned).get(key, "") if pinned else ""
    return found or words.english_words(words.shipped_words(ENGLISH))[key]


def _words(language: str) -> Words:
    from recover.playbook import words

    templates = _TEMPLATES.get()
    english = templates.get(words.words_name(ENGLISH), "") or words.shipped_words(ENGLISH)
    for tag in _tags(language):
        # A language that was not there when the case was opened: its words count where they fit the English it keeps.
        text = templates.get(words.words_name(tag), "") or words.shipped_words(tag)
        if text:
            return words.words_in(english, text)
    return words.NO_WORDS


def _tags(language: str) -> Iterator[str]:
    """Yield a tag, then what is left of it without its last part, and so on; a tag also names a file."""
    parts = language.split("-") if _TAG.fullmatch(language) else []
    for count in range(len(parts), 0, -1):
        yield "-".join([parts[0].lower(), *parts[1:count]])
