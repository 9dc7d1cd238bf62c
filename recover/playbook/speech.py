"""What a client hears in their own language: a playbook's texts through its catalogues, English where there is none.

A text that is stale or not translated stays English and is marked; one that nobody has reviewed has the English beside
it. Whoever translates never changes what a case does: values, conditions and ids are not looked at here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from recover.frozen import frozen
from recover.playbook.model import Catalogue, Choice, Fact, FirstAid, Playbook, Step, Translated
from recover.playbook.translatable import is_reviewed, short_sha256

ENGLISH = "en"
MARK = "[en]"
"""Stands behind a text that is English because it is not translated, or not any more."""


@frozen
class Phrase:
    """A text as it is said. `state` is english (nothing was to be translated), reviewed, unreviewed, stale, missing."""

    text: str
    english: str
    state: str = "english"

    @property
    def marked(self) -> str:
        """Return the text with a mark where it is English although another language was wanted."""
        return f"{self.text} {MARK}" if self.state in ("stale", "missing") else self.text

    @property
    def told(self) -> str:
        """Return the text as it is printed: marked where it is English, with the English where nobody reviewed it."""
        return f"{self.text} ({self.english})" if self.needs_english else self.marked

    @property
    def remark(self) -> str:
        """Say why the text is English although another language was wanted; empty where it is not."""
        return {"stale": "in English: the translation is out of date", "missing": "in English: not translated"}.get(
            self.state, ""
        )

    @property
    def needs_english(self) -> bool:
        """Say whether the English belongs beside it, because nobody has reviewed the translation."""
        return self.state == "unreviewed"


class Speech:
    """Says a case's texts in one language. Several playbooks of a case share what their groups say."""

    def __init__(self, spoken: Iterable[tuple[Playbook, Sequence[Catalogue]]], language: str) -> None:
        self.language = language
        self._texts: dict[str, dict[str, Translated]] = {}
        self._includes: dict[str, list[str]] = {}
        self._spaces: dict[str, str] = {}
        for playbook, catalogues in spoken:
            self._spaces.setdefault(playbook.id.replace("-", "_"), playbook.id)
            for name, file, space in playbook.parts:
                self._includes.setdefault(name, []).append(file)
                self._spaces.setdefault(space, file)
            known = {each.language for each in catalogues}
            for catalogue in catalogues:
                if catalogue.language == served(language, known):
                    self._texts.setdefault(catalogue.of, {row.key: row for row in catalogue.texts})
        self.is_translated = bool(self._texts)

    @property
    def notice(self) -> str:
        """Say what a helper must know before reading aloud; empty where everything is English."""
        if self.language.partition("-")[0] in ("", ENGLISH):
            return ""
        if not self.is_translated:
            return f"There is no translation into {self.language}; everything is in English."
        reviewed = {is_reviewed(row) for rows in self._texts.values() for row in rows.values() if row.text}
        said = f"What is read to the client is in {self.language}, where it is translated."
        if False not in reviewed:
            return said
        if True in reviewed:
            return f"{said} Where nobody has reviewed the translation, the English stands beside it."
        return f"{said} Nobody has reviewed the translation: the English stands beside it."

    def phrase(self, file: str, key: str, english: str) -> Phrase:
        """Say one text of a file (`hijacked-page`, `shared/intake`) by its key."""
        if not self.is_translated or not english:
            return Phrase(english, english)
        row = self._texts.get(file, {}).get(key)
        if row is None or not row.text:
            return Phrase(english, english, "missing")
        if row.source != short_sha256(english):
            return Phrase(english, english, "stale")
        return Phrase(row.text, english, "reviewed" if is_reviewed(row) else "unreviewed")

    # --- what stands in a playbook ---------------------------------------------------------------------------------

    def ask(self, fact: Fact, of_list: str = "") -> Phrase:
        """Say a question; `of_list` is the list whose column it is."""
        return self._of_fact(fact, "ask", fact.ask, of_list)

    def said_fact(self, fact: Fact, of_list: str = "") -> Fact:
        """Return a question with every text as it is said; its values are what they were.

        An answer that is English below a question that is not is marked; `ask` says how the question itself stands.
        """
        asked = self.ask(fact, of_list)
        labels = {
            choice.value: self._of_fact(fact, f"choices.{choice.value}", choice.label, of_list)
            for choice in fact.choices
        }
        return replace(
            fact,
            ask=asked.text,
            why=self._of_fact(fact, "why", fact.why, of_list).text,
            help=self._of_fact(fact, "help", fact.help, of_list).text,
            choices=tuple(Choice(value, _label(phrase, asked)) for value, phrase in labels.items()),
        )

    def _of_fact(self, fact: Fact, key: str, english: str, of_list: str) -> Phrase:
        space, _, name = (of_list or fact.id).partition(".")
        column = f"fields.{fact.id}." if of_list else ""
        return self.phrase(self._spaces.get(space, ""), f"facts.{name}.{column}{key}", english)

    def step(self, step: Step, playbook: str) -> dict[str, Phrase]:
        """Say the title, `say`, `tell` and the items of a step (`do.<item>`) of a playbook."""
        include, dot, name = step.id.partition(".")
        files = self._includes.get(include, []) if dot else [playbook]
        texts = {"title": step.title, "say": step.say, "tell": step.tell}
        said = {key: self._first(files, f"steps.{name or include}.{key}", text) for key, text in texts.items()}
        for item in step.do:
            said[f"do.{item.id}"] = self._first(files, f"steps.{name or include}.do.{item.id}.text", item.text)
        return said

    def _first(self, files: Sequence[str], key: str, english: str) -> Phrase:
        """Say a text of a step; two playbooks may include different groups under one name, so the English decides."""
        phrases = [self.phrase(file, key, english) for file in files] or [self.phrase("", key, english)]
        return next((each for each in phrases if each.state in ("english", "reviewed", "unreviewed")), phrases[0])

    def title(self, english: str) -> Phrase:
        """Say a title of a step or a deadline, known by its wording: a date on a list does not say where it stands."""
        return self._by_wording(english, lambda key: key.endswith(".title")) or self.phrase("", "", english)

    def card(self, card: FirstAid, playbook: str) -> tuple[Phrase, tuple[Phrase, ...]]:
        """Say the title and the lines of a first-aid card; a line is known by its wording wherever it stands."""
        title = self.phrase(playbook, "first_aid.title", card.title)
        return title, tuple(self._line(playbook, number, text) for number, text in enumerate(card.lines, start=1))

    def _line(self, playbook: str, number: int, english: str) -> Phrase:
        phrase = self.phrase(playbook, f"first_aid.lines.{number}", english)
        if phrase.state not in ("stale", "missing"):
            return phrase
        return self._by_wording(english, lambda key: key.startswith("first_aid.lines.")) or phrase

    def _by_wording(self, english: str, is_meant: Callable[[str], bool]) -> Phrase | None:
        source = short_sha256(english)
        for rows in self._texts.values():
            for row in rows.values():
                if row.source == source and row.text and is_meant(row.key):
                    return Phrase(row.text, english, "reviewed" if is_reviewed(row) else "unreviewed")
        return None


def served(wanted: str, known: Iterable[str]) -> str:
    """Return the catalogue that serves a language: `az-Cyrl` its own, else `az`; nothing for English."""
    by_name = {each.casefold(): each for each in known}
    parts = wanted.casefold().split("-")
    if parts[0] in ("", ENGLISH):
        return ""
    tags = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((by_name[tag] for tag in tags if tag in by_name), "")


def _label(phrase: Phrase, asked: Phrase) -> str:
    if phrase.needs_english:
        return f"{phrase.text} ({phrase.english})"
    return phrase.text if asked.remark else phrase.marked
