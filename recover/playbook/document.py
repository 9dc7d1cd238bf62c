"""One YAML file that is changed by hand or by `recover playbook edit`: single values move, every other byte stays.

A change is made in the text, at the span of its value, and then read back: the values must be what they were with that
one change, or nothing is changed and the person is told to edit the line by hand. So comments, order, quotes and line
ends of the rest are untouched by construction, and no change can mean something else than was asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from recover.errors import PlaybookError, UsageError
from recover.playbook import scribe
from recover.playbook.problems import InvalidPlaybookError, Place, Problems, nearest
from recover.playbook.reader import read_yaml
from recover.playbook.spans import Listing, Scalar, Spanned, Table, plain, read_spans

Keys = tuple[str | int, ...]
"""Names of keys and indexes of lists, from the top of the file."""


class Document:
    """The text of a file, and changes to it. `shown` is its path as people see it."""

    def __init__(self, text: str, shown: str) -> None:
        """Read the text; raise `InvalidPlaybookError` when it is not YAML that `recover` reads."""
        problems = Problems()
        node = read_yaml(text.removeprefix("\ufeff"), shown, problems)
        problems.raise_errors()
        if node is None:
            raise InvalidPlaybookError(problems.sorted())
        self.shown = shown
        self._take(text)

    @property
    def text(self) -> str:
        """Return the text as it stands now."""
        return self._text

    @property
    def value(self) -> Any:
        """Return all values: text, lists and dicts of text."""
        return plain(self._tree)

    def _take(self, text: str) -> None:
        self._text = text
        # The mark at the very beginning is not part of what the parser counts.
        self._offset = 1 if text.startswith("\ufeff") else 0
        self._tree = read_spans(text[self._offset :])
        self._newline = "\r\n" if "\r\n" in text else "\n"

    # --- looking ---------------------------------------------------------------------------------------------------

    def get(self, path: Keys) -> Any:
        """Return the values at a path; None where nothing stands."""
        node = self._find(path)
        return None if node is None else plain(node)

    def place(self, path: Keys) -> Place:
        """Return where a value stands, or the nearest thing around it that is there."""
        node: Spanned = self._tree
        for depth in range(len(path) + 1):
            found = self._find(path[:depth])
            if found is None:
                break
            node = found
        before = self._text[: node.start + self._offset]
        return Place(self.shown, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)

    def path(self, dotted: str) -> Keys:
        """Return the path that words joined by dots mean: `steps.reply.say`, `facts.lost_at.ask`, `first_aid.lines.2`.

        A row of a list is named by its id or its number from 1. The last words may name keys that are not there yet.
        Raises `UsageError` for a row that is not there.
        """
        words = dotted.split(".")
        path: list[str | int] = []
        while words:
            here = self._find(tuple(path))
            if isinstance(here, Listing):
                path.append(self._row(here, words, dotted))
            else:
                path.append(_key(here, words))
        return tuple(path)

    def _row(self, rows: Listing, words: list[str], dotted: str) -> int:
        word = words.pop(0)
        ids = [_id_of(item) for item in rows.items]
        if word in ids:
            return ids.index(word)
        if word.isdecimal() and 1 <= int(word) <= len(rows.items):
            return int(word) - 1
        near = nearest(word, [each for each in ids if each])
        hint = f"did you mean {near}?" if near else f"a row's id, or a number from 1 to {len(rows.items)}"
        raise UsageError(f"there is no row '{word}' at {dotted}", place=self.shown, hint=hint)

    def _find(self, path: Keys) -> Spanned | None:
        node: Spanned | None = self._tree
        for word in path:
            if isinstance(node, Table) and isinstance(word, str):
                found = node.find(word)
                node = found[1] if found else None
            elif isinstance(node, Listing) and isinstance(word, int) and word < len(node.items):
                node = node.items[word]
            else:
                return None
        return node

    # --- changing --------------------------------------------------------------------------------------------------

    def set(self, path: Keys, value: Any, *, after: str = "") -> None:
        """Put a value at a path; keys that are not there yet are added (behind the key `after`, else at the end)."""
        if not path:
            raise UsageError("name what is to be set", place=self.shown, hint="steps.reply.say=…")
        missing = len(path)
        while missing and self._find(path[: missing - 1]) is None:
            missing -= 1
        for word in reversed(path[missing:]):
            value = {word: value}
        path = path[:missing]
        expected = self._changed(path, value)
        node, parent = self._find(path), self._find(path[:-1])
        if isinstance(parent, Table) and (node is None or _is_nothing(node)):
            self._add_key(parent, str(path[-1]), value, after, expected, path)
        elif isinstance(parent, Scalar) and not parent.value:
            self.set(path[:-1], {str(path[-1]): value})
        elif node is None or parent is None:
            raise UsageError(f"nothing can be set at {dotted(path)}", place=str(self.place(path)))
        else:
            self._replace(node, parent, value, expected, path)

    def append(self, path: Keys, value: Any, *, after: int | None = None) -> None:
        """Add a row to the list at a path, behind the row `after` (its index) or at the end; a missing list is made."""
        rows = self._find(path)
        if rows is None or _is_nothing(rows):
            self.set(path, [value])
            return
        if not isinstance(rows, Listing):
            # A single value that may stand without its list.
            self.set(path, [plain(rows), value])
            return
        index = len(rows.items) if after is None else after + 1
        expected = copy.deepcopy(self.value)
        _walk(expected, path).insert(index, value)
        self._put(*self._row_text(rows, index, value), expected, path)

    def remove(self, path: Keys) -> None:
        """Take out a key or a row; a list or mapping that would be left empty goes too."""
        node, parent = self._find(path), self._find(path[:-1])
        if node is None or not path:
            raise UsageError(f"there is nothing at {dotted(path)}", place=self.shown)
        size = (
            len(parent.pairs) if isinstance(parent, Table) else len(parent.items) if isinstance(parent, Listing) else 0
        )
        if size == 1 and len(path) > 1:
            self.remove(path[:-1])
            return
        expected = copy.deepcopy(self.value)
        del _walk(expected, path[:-1])[path[-1]]
        start, end = self._extent(parent, path[-1])
        self._put(start, end, "", expected, path)

    def _changed(self, path: Keys, value: Any) -> Any:
        expected = copy.deepcopy(self.value)
        _walk(expected, path[:-1])  # a parent that is no mapping fails here
        parent = _walk(expected, path[:-1])
        if isinstance(parent, dict | list):
            parent[path[-1]] = value  # type: ignore[index]  # the word fits its parent: `path` made it so
        return expected

    def _replace(self, node: Spanned, parent: Spanned, value: Any, expected: Any, path: Keys) -> None:
        in_flow = isinstance(parent, Table | Listing) and parent.is_flow
        column = self._column(node.start)
        indent = parent.column if isinstance(parent, Table | Listing) else 0
        if isinstance(value, str):
            style = node.style if isinstance(node, Scalar) else ""
            made = scribe.scalar(value, indent=indent, column=column, in_flow=in_flow, style=style)
            start = node.start
        elif isinstance(parent, Listing):
            made, start = scribe.row(value, indent).removeprefix("- "), node.start
        else:
            made = scribe.behind(value, indent, column - 1, in_flow=in_flow, key=str(path[-1]))
            start = self._text[self._offset :].rindex(":", 0, node.start) + 1 if made[0] == "\n" else node.start
            made = made if made[0] == "\n" else made[1:]
        self._put(start, node.end, made, expected, path)

    def _add_key(self, table: Table, key: str, value: Any, after: str, expected: Any, path: Keys) -> None:
        found = table.find(key)
        if found is not None:
            made = scribe.behind(value, table.column, self._column(found[0].end), in_flow=table.is_flow, key=key)
            self._put(found[1].start, found[1].end, made, expected, path)
            return
        names = [name.value for name, _ in table.pairs]
        index = names.index(after) if after in names else len(names) - 1
        if table.is_flow:
            made = scribe.pair(key, value, 0, in_flow=True)
            at = table.pairs[index][1].end if names else table.start + 1
            self._put(at, at, f", {made}" if names else made, expected, path)
            return
        at = self._line_end(table.pairs[index][1].end)
        self._put(at, at, "\n" + " " * table.column + scribe.pair(key, value, table.column), expected, path)

    def _row_text(self, rows: Listing, index: int, value: Any) -> tuple[int, int, str]:
        if rows.is_flow:
            made = scribe.behind(value, 0, 0, in_flow=True).strip()
            if not rows.items:
                return rows.start + 1, rows.start + 1, made
            if index == 0:
                return rows.items[0].start, rows.items[0].start, f"{made}, "
            at = rows.items[index - 1].end
            return at, at, f", {made}"
        made = scribe.row(value, rows.column)
        if index == 0:
            at = rows.items[0].start - 2
            at = self._text[self._offset :].rindex("-", 0, rows.items[0].start)
            return at, at, made + "\n" + " " * rows.column
        at = self._line_end(rows.items[index - 1].end)
        gap = "\n" if self._has_gaps(rows) else ""
        return at, at, f"\n{gap}{' ' * rows.column}{made}"

    def _has_gaps(self, rows: Listing) -> bool:
        """Say whether rows of a list are set apart by empty lines, as steps are."""
        body = self._text[self._offset :]
        pairs = zip(rows.items, rows.items[1:], strict=False)
        gaps = ["\n\n" in body[one.end : two.start].replace("\r", "") for one, two in pairs]
        return any(gaps) or (len(rows.items) == 1 and isinstance(rows.items[0], Table) and not rows.items[0].is_flow)

    def _extent(self, parent: Spanned | None, word: str | int) -> tuple[int, int]:
        """Return what has to go when a key or row goes."""
        assert isinstance(parent, Table | Listing)  # noqa: S101 - `_find` found something in it
        if isinstance(parent, Table):
            spans = [(key.start, value.end) for key, value in parent.pairs]
            index = [key.value for key, _ in parent.pairs].index(str(word))
        else:
            spans = [(item.start, item.end) for item in parent.items]
            index = int(word)
        start, end = spans[index]
        if parent.is_flow:
            return (start, spans[index + 1][0]) if index + 1 < len(spans) else (spans[index - 1][1], end)
        body = self._text[self._offset :]
        line_start = body.rfind("\n", 0, start) + 1
        lead = body[line_start:start]
        if isinstance(parent, Table) and lead.strip():
            return start, spans[index + 1][0]
        after = self._line_end(end)
        after = body.find("\n", after) + 1 or len(body)
        if body[:line_start].replace("\r", "").endswith("\n\n") and body[after : after + 1] in ("\n", "\r"):
            after = body.find("\n", after) + 1
        return line_start, after

    # --- inside ----------------------------------------------------------------------------------------------------

    def _column(self, offset: int) -> int:
        body = self._text[self._offset :]
        return offset - (body.rfind("\n", 0, offset) + 1)

    def _line_end(self, offset: int) -> int:
        body = self._text[self._offset :]
        end = body.find("\n", offset)
        end = len(body) if end < 0 else end
        return end - 1 if end and body[end - 1] == "\r" and end > offset else end

    def _put(self, start: int, end: int, made: str, expected: Any, path: Keys) -> None:
        """Change [start, end) of the text and check that the values are exactly the expected ones."""
        body = self._text[self._offset :]
        text = self._text[: self._offset] + body[:start] + made.replace("\n", self._newline) + body[end:]
        problems = Problems()
        node = read_yaml(text.removeprefix("\ufeff"), self.shown, problems)
        if node is None or problems.has_errors or plain(read_spans(text[self._offset :])) != expected:
            raise PlaybookError(
                f"{dotted(path)} cannot be changed from here without touching other lines",
                place=str(self.place(path)),
                hint="change this line in a text editor, then: recover playbook lint",
            )
        self._take(text)


def dotted(path: Keys) -> str:
    """Return a path as it is typed; rows by their number from 1."""
    return ".".join(str(word + 1) if isinstance(word, int) else word for word in path)


def named(value: Any, path: Keys) -> str:
    """Return a path as it is typed, rows by their id where they have one."""
    words: list[str] = []
    here = value
    for word in path:
        here = here[word] if here is not None and _has(here, word) else None
        identifier = here.get("id") if isinstance(word, int) and isinstance(here, Mapping) else None
        words.append(str(identifier) if identifier else str(word + 1) if isinstance(word, int) else word)
    return ".".join(words)


def _has(value: Any, word: str | int) -> bool:
    return word in value if isinstance(value, Mapping) else isinstance(value, list) and int(word) < len(value)


def _key(here: Spanned | None, words: list[str]) -> str:
    """Take the key of a mapping from the words; ids of rules hold dots, so the longest that is there counts."""
    if isinstance(here, Table):
        for count in range(len(words), 0, -1):
            name = ".".join(words[:count])
            if here.find(name) is not None:
                del words[:count]
                return name
    return words.pop(0)


def _id_of(item: Spanned) -> str:
    if isinstance(item, Table):
        found = item.find("id") or item.find("template")
        return found[1].value if found and isinstance(found[1], Scalar) else ""
    return item.value if isinstance(item, Scalar) else ""


def _size(node: Spanned | None) -> int:
    if isinstance(node, Table):
        return len(node.pairs)
    return len(node.items) if isinstance(node, Listing) else 0


def _is_nothing(node: Spanned) -> bool:
    return isinstance(node, Scalar) and not node.value and not node.style


def _walk(value: Any, path: Keys) -> Any:
    for word in path:
        value = value[word]
    return value
