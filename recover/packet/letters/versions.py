"""The versions of a letter in several languages: which one serves a reader, and whether it still fits the English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recover.packet.interface import Source
from recover.packet.letters.front_matter import LetterTemplate
from recover.packet.letters.pinned import letters_of
from recover.packet.words.phrases import ENGLISH, is_english
from recover.playbook.speech import served


def versions(source: Source, name: str) -> Mapping[str, LetterTemplate]:
    """Return a pinned letter in every language that it is there in."""
    return _Versions(name, letters_of(source.templates))


class _Versions(Mapping[str, LetterTemplate]):
    """The versions of one letter, each read when it is asked for."""

    def __init__(self, name: str, letters: Mapping[tuple[str, str], LetterTemplate]) -> None:
        self._name = name
        self._letters = letters
        self._languages = tuple(language for each, language in letters if each == name)

    def __getitem__(self, language: str) -> LetterTemplate:
        return self._letters[self._name, language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


def version_for(language: str, found: Mapping[str, LetterTemplate]) -> str:
    """Return the language of the version that serves a reader's; nothing when there is none."""
    if is_english(language):
        return ENGLISH if ENGLISH in found else ""
    return served(language, found)


def is_stale(template: LetterTemplate, found: Mapping[str, LetterTemplate]) -> bool:
    """Say whether a translation was made from another English text than the one that is there."""
    original = found.get(ENGLISH)
    return original is not None and not is_english(template.language) and template.translates != original.sha256


def is_unreviewed(template: LetterTemplate) -> bool:
    """Say whether a letter in another language than English has been reviewed by nobody."""
    return not is_english(template.language) and not template.reviewed_by


def language_in_packet(source: Source, name: str, wanted: str, channel: str) -> str:
    """Return the language in which a letter goes into a packet; empty for the one it has by itself.

    Platforms read English unless their channel says otherwise. Everybody else reads the language that was asked for,
    where there is a version in it that is not out of date.
    """
    found = versions(source, name)
    to = next(iter(found.values())).to if found else ""
    language = channel if to == "platform" else wanted
    chosen = version_for(language, found) if language else ""
    return language if chosen and not is_stale(found[chosen], found) else ""
