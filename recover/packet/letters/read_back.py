"""A letter as it is read to the client before it is sent, in the client's language, and the question that follows.

The client approves the letter that is sent, not the words in which it was read: so where there is no translation the
letter itself is read, and the answers it prints stand below it in the client's language.
"""

from __future__ import annotations

from collections.abc import Sequence

from recover import times
from recover.packet import tree as t
from recover.packet.interface import Letter, Source
from recover.packet.letters.annex import with_annex
from recover.packet.letters.rendering import render_letter
from recover.packet.letters.versions import is_stale, version_for, versions
from recover.packet.words.direction import isolated_text
from recover.packet.words.phrases import is_english, phrase, unreviewed_notice, words_of


def read_back(source: Source, letter: Letter, language: str, ticked: Sequence[str] = ()) -> str:
    """Return the text to be read aloud in a language, one paragraph per sentence of ours. Raises as `render_letter`."""
    tag = times.with_region(language, source.survey.zone)
    with words_of(source.templates):
        lines = [phrase(key, tag) for key in ("read-back-title", "read-back-ask", "read-back-change")]
        lines += _letter(source, letter, tag, ticked)
        lines.append(phrase("read-back-agree", tag))
        return "\n\n".join(isolated_text(line, tag) if "\n" not in line else line for line in lines) + "\n"


def _letter(source: Source, letter: Letter, language: str, ticked: Sequence[str]) -> list[str]:
    if _is_same(language, letter.language):
        return [letter.title, letter.text.strip()]
    found = versions(source, letter.name)
    chosen = version_for(language, found)
    sent_in = [phrase("read-back-english", language)] if is_english(letter.language) else []
    if chosen and not is_stale(found[chosen], found):
        same = render_letter(source, letter.name, ticked=ticked, language=language)
        told = [unreviewed_notice(language)] if same.is_unreviewed else []
        return [*sent_in, *told, same.title, same.text.strip()]
    annexed = with_annex(source, letter, language, ticked).annex
    answers = t.plain_text(annexed.tree[-1:]).strip() if annexed and isinstance(annexed.tree[-1], t.Table) else ""
    told = [phrase("read-back-no-translation", language), letter.title, letter.text.strip()]
    return [*told, *([phrase("annex-answers", language), answers] if answers else [])]


def _is_same(language: str, other: str) -> bool:
    return language.partition("-")[0].lower() == other.partition("-")[0].lower()
