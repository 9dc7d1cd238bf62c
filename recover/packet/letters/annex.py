"""The annex of an English letter in the client's language: the letter's translation, else the answers that it prints.

An annex is for information and never says more than the letter. A translation prints the same slots (lint compares
both). Without one the annex is a table of the questions in the client's language, with those answers only whose very
words stand in the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from recover import times
from recover.errors import UsageError
from recover.packet import tree as t
from recover.packet.interface import Letter, Source
from recover.packet.letters import language as lang
from recover.packet.letters.front_matter import LetterTemplate, bind
from recover.packet.letters.rendering import find_letter, letter_view, render_letter
from recover.packet.letters.slots import Names, resolve
from recover.packet.letters.values import FITS, Cell, Row, Rows, Value, printed
from recover.packet.letters.versions import is_stale, version_for, versions
from recover.packet.readers.view import View
from recover.packet.words.direction import bare, isolated
from recover.packet.words.phrases import in_both, is_english, joined, phrase, words_of

NOT = "-"
"""Stands for no filter at all: the letter does not print a value."""


def with_annex(source: Source, letter: Letter, language: str, ticked: Sequence[str] = ()) -> Letter:
    """Return a letter with an annex in a language. Raises `UsageError` (2) for the letter's own language."""
    if is_english(language) or language.partition("-")[0] == letter.language.partition("-")[0]:
        raise UsageError("an annex is in another language than the letter", hint="--annex az")
    with words_of(source.templates):
        return replace(letter, annex=_annex(source, letter, times.with_region(language, source.survey.zone), ticked))


def _annex(source: Source, letter: Letter, language: str, ticked: Sequence[str]) -> Letter:
    found = versions(source, letter.name)
    chosen = version_for(language, found)
    if chosen and not is_stale(found[chosen], found):
        same = render_letter(source, letter.name, ticked=ticked, language=language)
        return _made(letter, language, same.title, same.tree, is_unreviewed=same.is_unreviewed)
    template = find_letter(source, letter.name, letter.language)
    tree = tuple(_answers(source, letter, template, language, ticked))
    lead = t.Paragraph((t.Text(phrase("annex-answers", language)),))
    # What nobody has reviewed has the English beside it, text by text.
    return _made(letter, language, letter.title, (lead, *tree), is_unreviewed=False)


def _made(letter: Letter, language: str, title: str, tree: t.Tree, *, is_unreviewed: bool) -> Letter:
    lead = tuple(t.Paragraph((t.Text(note),)) for note in in_both("annex-lead", language))
    whole = isolated((*lead, *tree), language)
    text = t.plain_text(whole, language)
    return replace(
        letter,
        language=language,
        title=phrase("annex", language, title=title),
        text=text,
        words=t.count_words(whole),
        characters=len(text.rstrip("\n")),
        fields=(),
        attachments=(),
        approval="not-needed",
        signature="none",
        is_unreviewed=is_unreviewed,
        annex=None,
        tree=whole,
    )


def _answers(
    source: Source, letter: Letter, template: LetterTemplate, language: str, ticked: Sequence[str]
) -> Iterator[t.Block]:
    own = replace(template, language=letter.language)
    view = letter_view(source, own, tuple(ticked))
    own = bind(own, view.names_for(own))
    said = letter_view(source, replace(own, language=language), tuple(ticked))
    shown, told = resolve(own, view, None, ()), resolve(replace(own, language=language), said, None, ())
    rows = list(_rows(own, shown, told, said, bare(letter.text)))
    if rows:
        head = (_cell(phrase("field", language)), _cell(phrase("value", language)))
        yield t.Table(head, tuple((_cell(ask), _cell(answer)) for ask, answer in rows))


def _rows(template: LetterTemplate, shown: Names, told: Names, view: View, text: str) -> Iterator[tuple[str, str]]:
    prints = lang.printed_members(template.body)
    for slot in template.slots:
        fact = view.said_facts.get(slot.of[0]) if slot.source in ("fact", "list") else None
        first, second = shown.values.get(slot.name), told.values.get(slot.name)
        if fact is None or first is None or second is None:
            continue
        columns = {column.id: column.ask for column in fact.fields}
        for one, other in zip(_records(first), _records(second), strict=True):
            if isinstance(one, Row) and isinstance(other, Row):
                ways = {name: _way(cell, text) for name, cell in one.cells.items() if (slot.name, name) in prints}
                said = {
                    name: printed(other.cells[name], way, view.language) for name, way in ways.items() if way != NOT
                }
                yield from _of_record(fact.ask, columns, said, view.language)
            elif not isinstance(one, Row | Rows) and not isinstance(other, Row | Rows) and (slot.name, "") in prints:
                way = _way(one, text)
                if way != NOT:
                    yield fact.ask, printed(other, way, view.language)


def _of_record(
    ask: str, columns: Mapping[str, str], said: Mapping[str, str], language: str
) -> Iterator[tuple[str, str]]:
    """Yield the members of one record that the letter prints: by their own questions, or all under the record's."""
    if columns:
        yield from ((columns.get(name, name), answer) for name, answer in said.items())
    elif said:
        yield ask, joined(list(said.values()), language)


def _records(value: Value) -> Sequence[Value]:
    return value.rows if isinstance(value, Rows) else (value,)


def _way(cell: Cell, text: str) -> str:
    """Return the filter through which a letter's text holds a value, the one that says most; `NOT` when none does."""
    ways = {name: printed(cell, name) for name, kinds in FITS.items() if isinstance(cell, kinds)}
    standing = [name for name, way in ways.items() if way and re.search(rf"(?<!\w){re.escape(way)}(?!\w)", text)]
    return max(standing, key=lambda name: len(ways[name]), default=NOT)


def _cell(text: str) -> t.Line:
    return (t.Text(text),)
