"""What differs between two playbooks, in words: a question added, a label changed, another length of a wait.

Files are compared by what they mean. Rows of lists are matched by their id, so that a step that only moved is not a
step that is gone and another that is new. Comments, order of keys and quotes make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recover.frozen import frozen
from recover.playbook.creating import renamed
from recover.playbook.document import Document, Keys, named
from recover.playbook.library import shown_path

MOST_SHOWN = 160
"""Characters of a text that stand in a difference's words; JSON holds all of it."""

_ASIDE = frozenset({"playbook", "group", "version", "reviewed", "derived_from"})
"""Keys that differ between any two playbooks."""

_SORTS = {"facts": "question", "gates": "gate", "steps": "step", "deadlines": "deadline", "include": "include",
          "do": "thing to do", "evidence": "evidence", "letter": "letter", "outcomes": "outcome", "choices": "answer",
          "fields": "column", "ask": "question", "lines": "line", "watch": "watch"}  # fmt: skip

_KEYS = {"say": "advice", "tell": "words to read aloud", "ask": "words", "why": "reason", "text": "words",
         "visible_if": "condition", "needs": "condition", "when": "condition", "done_if": "condition",
         "hidden_because": "reason for passing over", "rule": "rule", "channel": "channel",
         "remind": "reminders"}  # fmt: skip


@frozen
class Difference:
    """One thing that differs. `path` is as `recover playbook edit` takes it; `place` is file, line and column."""

    kind: str
    """added, removed, changed or moved."""
    path: str
    words: str
    before: str
    after: str
    place: str


def compare(own: Document, other: Document) -> tuple[Difference, ...]:
    """Return what `own` says that `other` does not, in the order of the files."""
    return tuple(_Comparison(own, other).of(own.value, other.value, (), ()))


def compare_files(own: Path, other: Path) -> tuple[Difference, ...]:
    """Compare two files of playbooks or groups; where their ids differ, names of facts are understood alike."""
    mine = Document(own.read_text("utf-8"), shown_path(own))
    theirs = Document(other.read_text("utf-8"), shown_path(other))
    ids = [str(each.get(("playbook",)) or "") for each in (mine, theirs)]
    if all(ids) and ids[0] != ids[1]:
        # Line breaks stay where they are, so the places are those of the file.
        facts = theirs.get(("facts",)) or ()
        theirs = Document(renamed(theirs.text, ids[1], ids[0], facts), theirs.shown)
    return compare(mine, theirs)


class _Comparison:
    """Walks two files side by side; a value has its own path in each, since rows stand in another order."""

    def __init__(self, own: Document, other: Document) -> None:
        self._own = own
        self._other = other

    def of(self, own: Any, other: Any, path: Keys, there: Keys) -> Iterator[Difference]:
        if isinstance(own, Mapping) and isinstance(other, Mapping):
            yield from self._mappings(own, other, path, there)
        elif isinstance(own, list) and isinstance(other, list):
            yield from self._lists(own, other, path, there)
        elif own != other:
            yield self._changed(path, own, other)

    def _mappings(
        self, own: Mapping[str, Any], other: Mapping[str, Any], path: Keys, there: Keys
    ) -> Iterator[Difference]:
        for key in [*own, *(key for key in other if key not in own)]:
            if not path and key in _ASIDE:
                continue
            if key not in other:
                yield from self._one_sided(own[key], (*path, key), "added")
            elif key not in own:
                yield from self._one_sided(other[key], (*there, key), "removed")
            else:
                yield from self.of(own[key], other[key], (*path, key), (*there, key))

    def _one_sided(self, value: Any, path: Keys, kind: str) -> Iterator[Difference]:
        """A whole list or table of things that is there on one side only: each of them, not the list."""
        if path[-1] in _SORTS and len(path) <= 3 and isinstance(value, list | dict):
            words: Any = value if isinstance(value, dict) else range(len(value))
            for word in words:
                yield self._there(kind, (*path, word), value[word])
        else:
            yield self._there(kind, path, value)

    def _lists(self, own: list[Any], other: list[Any], path: Keys, there: Keys) -> Iterator[Difference]:
        mine, theirs = _names(own), _names(other)
        is_one_value = path[-1] not in _SORTS and all(isinstance(row, str) for row in (*own, *other))
        if mine is None or theirs is None or is_one_value:
            if own != other:
                yield self._changed(path, own, other)
            return
        here, there_at = {name: at for at, name in enumerate(mine)}, {name: at for at, name in enumerate(theirs)}
        for name, index in here.items():
            if name not in there_at:
                yield self._there("added", (*path, index), own[index])
            else:
                row = there_at[name]
                yield from self.of(own[index], other[row], (*path, index), (*there, row))
        for name, index in there_at.items():
            if name not in here:
                yield self._there("removed", (*there, index), other[index])
        kept, was = [name for name in mine if name in there_at], [name for name in theirs if name in here]
        for name in _moved(kept, was):
            yield self._difference("moved", (*path, here[name]), "", "", self._own)

    def _changed(self, path: Keys, own: Any, other: Any) -> Difference:
        return self._difference("changed", path, _text(other), _text(own), self._own)

    def _there(self, kind: str, path: Keys, value: Any) -> Difference:
        if kind == "added":
            return self._difference(kind, path, "", _text(value), self._own)
        return self._difference(kind, path, _text(value), "", self._other)

    def _difference(self, kind: str, path: Keys, before: str, after: str, document: Document) -> Difference:
        names = named(document.value, path)
        words = _words(kind, path, names.split("."), before, after)
        return Difference(kind, names, words, before, after, str(document.place(path)))


def _words(kind: str, path: Keys, names: Sequence[str], before: str, after: str) -> str:
    """Say a difference as a person would: `step reply: silence: 14d → 7d`."""
    *parents, last = _chain(path, names)
    owner = ", ".join(parents) + ": " if parents else ""
    sort = _SORTS.get(str(path[-2])) if len(path) > 1 else None
    if kind == "moved":
        return f"{owner}{last} moved"
    if path[-1] == "template":
        return f"{owner}{_shown(before)} replaced by {_shown(after)}"
    if sort == "outcome" and kind == "changed":
        return f"{owner}{last} leads to {_shown(after)}, not to {_shown(before)}"
    if kind == "changed":
        return f"{owner}{last}: {_shown(before)} → {_shown(after)}"
    value = after or before
    return f"{owner}{last} {kind}" + (f": {_shown(value)}" if not last.endswith(" " + value) else "")


def _chain(path: Keys, names: Sequence[str]) -> list[str]:
    """Name each thing on the way to a value, and last the value: `step reply`, `silence`."""
    made: list[str] = []
    for index, word in enumerate(path):
        sort = _SORTS.get(str(path[index - 1])) if index else None
        is_last = index == len(path) - 1
        if sort and not (is_last and isinstance(word, str) and word in _KEYS and sort == "letter"):
            made.append(f"{sort} {names[index]}")
        elif not is_last and str(word) in _SORTS:
            continue
        elif not is_last or str(word) not in ("after", "go", "template"):
            made.append(_KEYS.get(str(word), str(word).replace("_", " ")) if isinstance(word, str) else names[index])
    return made or [names[-1]]


def _names(rows: list[Any]) -> list[str] | None:
    """Return what tells the rows of a list apart; None when nothing does."""
    names = [
        str(row.get("id") or row.get("template") or row.get("open") or "") if isinstance(row, Mapping) else str(row)
        for row in rows
    ]
    return names if all(names) and len(set(names)) == len(names) else None


def _longest(rows: list[list[str]]) -> list[str]:
    return sorted(rows, key=len)[-1]


def _moved(now: list[str], was: list[str]) -> list[str]:
    """Return names that must move to make the second order the first, as few as can be; none of very long lists."""
    if now == was or len(now) > 500:
        return []
    places = {name: place for place, name in enumerate(was)}
    best: list[list[str]] = []
    for name in now:
        before = [rows for rows in best if places[rows[-1]] < places[name]]
        best.append([*_longest(before), name] if before else [name])
    stay = set(_longest(best))
    return [name for name in now if name not in stay]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for key in ("ask", "title", "text", "template"):
            if key in value:
                return str(value[key])
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items())
    return ", ".join(_text(each) for each in value)


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    flat = flat if len(flat) <= MOST_SHOWN else flat[: MOST_SHOWN - 1] + "…"
    return f"“{flat}”" if " " in flat else flat
