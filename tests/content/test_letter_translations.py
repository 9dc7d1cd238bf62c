"""Letters in other languages: who must be able to read one can, and a translation says what the English says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recover.packet.letters import language as lang
from recover.packet.letters.front_matter import Claim, LetterTemplate, Slot, load_letter

LETTERS = Path(__file__).resolve().parents[2] / "templates" / "letters"
TO_OTHERS = (
    "account-notice",
    "account-notice-short",
    "article-86-mandate",
    "authority-form",
    "contact-warning",
    "contact-warning-short",
    "correction-request",
    "delegate-letter",
    "endorser-request",
    "endorser-statement",
    "operator-request",
    "ownership-declaration",
    "particulars-request",
    "public-notice",
    "public-notice-short",
    "summons-record",
)
"""Letters to operators, notaries, authorities, media, endorsers and contacts."""
TRANSLATED = sorted(path for path in LETTERS.glob("*.md") if path.name.split(".")[1] != "en")
OF_ENGLISH = [path for path in TRANSLATED if path.with_name(f"{path.name.split('.')[0]}.en.md").exists()]
"""Those that translate an English letter; the Turkish warning is a letter of its own."""
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_MIXED = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")


def load(path: Path) -> LetterTemplate:
    """Read a letter's file."""
    return load_letter(path.read_text("utf-8"), path.name)


def english_of(path: Path) -> Path:
    """Return the file of the letter that a file translates."""
    return path.with_name(f"{path.name.split('.')[0]}.en.md")


def paths(body: lang.Body) -> Iterator[str]:
    """Yield what a text prints and over what it runs, with filters; branches may follow another grammar."""
    for part in body:
        if isinstance(part, lang.Print):
            yield f"{part.path.text}|{part.path.filter}"
        elif isinstance(part, lang.Loop):
            yield f"for {part.over.text}"
            yield from paths(part.body)
        elif isinstance(part, lang.Branch):
            for _, arm in part.arms:
                yield from paths(arm)


def unplaced(value: object) -> object:
    """Return slots and claims without the line of the file on which they stand."""
    if isinstance(value, tuple):
        return [replace(each, line=0) if isinstance(each, Slot | Claim) else each for each in value]
    return value


@pytest.mark.parametrize("name", TO_OTHERS)
@pytest.mark.parametrize("language", ["az", "ru", "ar"])
def test_whoever_is_no_platform_can_be_written_to_in_their_language(name: str, language: str) -> None:
    """Letters to operators, notaries, authorities and media exist in Azerbaijani, Russian and Arabic."""
    assert (LETTERS / f"{name}.{language}.md").exists()


def test_all_but_one_translate_an_english_letter() -> None:
    """What stands in another language alone is known by name."""
    assert [path.name for path in TRANSLATED if path not in OF_ENGLISH] == ["contact-warning-turkish.tr.md"]


@pytest.mark.parametrize("path", OF_ENGLISH, ids=lambda path: path.name)
def test_translation_prints_what_the_english_prints(path: Path) -> None:
    """No value, row, claim or branch is lost or added in a translation, and neither is a limit, gate or need."""
    template, english = load(path), load(english_of(path))
    assert set(paths(template.body)) == set(paths(english.body))
    for member in ("to", "gates", "approval", "needs", "slots", "claims", "attach", "signature", "voice", "max_chars"):
        ours, theirs = getattr(template, member), getattr(english, member)
        assert unplaced(ours) == unplaced(theirs)
    assert template.translates == english.sha256


@pytest.mark.parametrize("path", OF_ENGLISH, ids=lambda path: path.name)
def test_safety_and_sworn_parts_are_marked_alike(path: Path) -> None:
    """A translation marks as many safety and sworn parts as the English, so that each has its English beside it."""
    for word in ("SWORN:", "SAFETY:"):
        assert path.read_text("utf-8").count(word) == english_of(path).read_text("utf-8").count(word)


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.name)
def test_translation_is_written_in_its_own_script(path: Path) -> None:
    """Russian words hold no Latin look-alikes, and Azerbaijani uses its own letters, composed."""
    text = _TAG.sub(" ", path.read_text("utf-8").split("---\n", 2)[2])
    language = path.name.split(".")[1]
    assert not _MIXED.search(text)
    assert "\u0307" not in text
    wanted = {"az": "ə", "ru": "о", "ar": "ال", "tr": "ı", "es": "ó", "fr": "é", "fa": "ی"}[language]
    assert wanted in text.lower()
    if language in ("ar", "fa"):
        assert not re.search(r"[\u0660-\u0669\u06f0-\u06f9]", text), "numbers are printed by filters"
    if language == "fa":
        assert "ي" not in text
        assert "ك" not in text
