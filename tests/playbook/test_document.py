"""A change to one value of a file moves that value and no other byte."""

from __future__ import annotations

import difflib
import random
from pathlib import Path
from typing import Any

import pytest

from recover import content
from recover.errors import PlaybookError, UsageError
from recover.playbook.document import Document, Keys, named
from recover.playbook.problems import InvalidPlaybookError

SHIPPED = sorted(content.playbooks_root().rglob("*.yaml"))
NASTY = 'it\'s: a [trap] #1, "yes" - {no} & *more* @here'
LONG = "one word after another " * 12 + "and the end"


def document(text: str) -> Document:
    return Document(text, "x.yaml")


def texts_of(value: Any, path: Keys = ()) -> list[Keys]:
    if isinstance(value, str):
        return [path]
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    return [found for word, each in rows for found in texts_of(each, (*path, word))]


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    rows = list(difflib.ndiff(before.splitlines(True), after.splitlines(True)))
    return [row[2:] for row in rows if row[0] == "-"], [row[2:] for row in rows if row[0] == "+"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(content.playbooks_root()).as_posix())
def test_setting_a_text_of_a_shipped_file_changes_its_own_lines_only(path: Path) -> None:
    """In every shipped file a text can be set; comments and all other lines stay byte for byte."""
    text = path.read_text("utf-8")
    for place in random.Random(path.name).sample(texts_of(Document(text, "x").value), k=2):
        edited = Document(text, "x")
        old = edited.get(place)
        edited.set(place, NASTY)
        gone, new = changed_lines(text, edited.text)
        assert edited.get(place) == NASTY
        assert "".join(each for each in gone if each.lstrip().startswith("#")) == ""
        assert len(new) <= 4, (place, new)
        assert len(gone) <= old.count("\n") + len(old) // 60 + 3, (place, gone)


SAMPLE = """\
# kept
playbook: a
steps:
  # the first
  - id: one   # beside
    say: >-
      A folded text
      of two lines.
    do:
      - {id: x, text: 'Do this'}
      - {id: y, text: Do that}
    ask: [p, q]
    next: two

  # --- part ---
  - id: two
    title: "Quoted"
    end: done
facts:
  p:
    type: choice
    ask: Which?
    choices:
      yes: Yes
      no: No
"""


def test_a_folded_text_stays_folded() -> None:
    """A text that was folded over lines is folded again, at the same indent."""
    edited = document(SAMPLE)
    edited.set(("steps", 0, "say"), LONG)
    assert edited.get(("steps", 0, "say")) == LONG
    assert "    say: >-\n      one word after another" in edited.text
    assert max(map(len, edited.text.splitlines())) <= 120


def test_a_key_is_added_behind_another() -> None:
    """A new key stands where it is asked for, in the style of its surroundings."""
    edited = document(SAMPLE)
    edited.set(("steps", 0, "tell"), "Hello: you", after="say")
    edited.set(("facts", "p", "choices", "maybe"), "Perhaps")
    assert "      of two lines.\n    tell: 'Hello: you'\n    do:\n" in edited.text
    assert edited.text.endswith("      no: No\n      maybe: Perhaps\n")


def test_missing_parents_are_made() -> None:
    """Setting `facts.r.ask` where there is no `r` makes the question."""
    edited = document(SAMPLE)
    edited.set(("facts", "r", "ask"), "And then?")
    edited.set(("facts", "r", "type"), "yes-no")
    assert edited.text.endswith("      no: No\n  r:\n    ask: And then?\n    type: yes-no\n")


def test_rows_are_added_in_braces_with_dashes_and_with_gaps() -> None:
    """A row looks like the rows beside it: words in brackets, items in braces, steps set apart."""
    edited = document(SAMPLE)
    edited.append(("steps", 0, "ask"), "r", after=0)
    edited.append(("steps", 0, "do"), {"id": "z", "text": "Look, then act"})
    edited.append(("steps",), {"id": "three", "title": "Third", "end": "done"}, after=0)
    assert "ask: [p, r, q]" in edited.text
    assert "      - {id: y, text: Do that}\n      - {id: z, text: 'Look, then act'}\n    ask" in edited.text
    assert "    next: two\n\n  - {id: three, title: Third, end: done}\n\n  # --- part ---\n" in edited.text


def test_removing_leaves_the_comments() -> None:
    """A row or key goes with its own line; comments around it stay; an empty list goes with its last row."""
    edited = document(SAMPLE)
    edited.remove(("steps", 0, "do", 0))
    edited.remove(("steps", 0, "do", 0))
    edited.remove(("steps", 0, "next"))
    edited.remove(("facts", "p", "choices", "no"))
    assert "do:" not in edited.text
    assert "next:" not in edited.text
    assert edited.text.count("#") == SAMPLE.count("#")
    assert edited.value["facts"]["p"]["choices"] == {"yes": "Yes"}


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_first_mark_stay(ends: str, mark: str) -> None:
    """A file written on another system keeps its line ends and its byte order mark."""
    text = mark + SAMPLE.replace("\n", ends)
    edited = document(text)
    edited.set(("steps", 0, "say"), LONG)
    edited.append(("steps", 0, "do"), {"id": "z", "text": "Look"})
    edited.remove(("facts", "p", "ask"))
    assert edited.text.startswith(mark + "# kept" + ends)
    assert edited.text.count("\n") == edited.text.count(ends)
    assert edited.get(("steps", 0, "do", 2, "text")) == "Look"


def test_a_file_without_a_last_line_break_can_grow() -> None:
    """Adding behind the very last character starts a new line."""
    edited = document("a: 1\nb: 2")
    edited.set(("c",), "3")
    assert edited.text == "a: 1\nb: 2\nc: 3"


def test_a_change_that_would_touch_other_values_is_refused() -> None:
    """What cannot be written without changing something else leaves the file as it was, with its place."""
    edited = document(SAMPLE)
    with pytest.raises(PlaybookError) as refused:
        edited.set(("steps", 0, "say"), "a bell \a rings")
    assert refused.value.place.startswith("x.yaml:6")
    assert edited.text == SAMPLE


def test_paths_are_named_by_ids_and_numbers() -> None:
    """A row is named by its id or its number; a wrong one is told with the nearest."""
    edited = document(SAMPLE)
    assert edited.path("steps.one.do.2.text") == ("steps", 0, "do", 1, "text")
    assert named(edited.value, ("steps", 0, "do", 1, "text")) == "steps.one.do.y.text"
    with pytest.raises(UsageError) as wrong:
        edited.path("steps.tow.say")
    assert wrong.value.hint == "did you mean two?"


def test_ids_with_dots_are_one_word() -> None:
    """A rule's id holds dots; the longest one that is there is meant."""
    edited = document("rules:\n  meta.trash:\n    lengths: [30d]\n  meta:\n    lengths: [1d]\n")
    edited.set(edited.path("rules.meta.trash.lengths.1"), "60d")
    assert edited.text == "rules:\n  meta.trash:\n    lengths: [60d]\n  meta:\n    lengths: [1d]\n"


@pytest.mark.parametrize("text", ["a: [", "a: &x 1", "a: 1\na: 2\n", "a: \u202eb", ""])
def test_what_the_reader_refuses_is_not_edited(text: str) -> None:
    """A file that `recover` does not read is told with its place, not repaired by guess."""
    with pytest.raises(InvalidPlaybookError):
        document(text)
