"""Where every value of a YAML file stands, character by character, so that one can be changed and no other byte moves.

The tree is the one `reader` makes (every scalar is text), with the span of each node. It is made only of files that
`reader` accepted, so tags, anchors and the like are not met here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from recover.frozen import frozen

if TYPE_CHECKING:
    from ruamel.yaml.events import Event


@frozen
class Scalar:
    """A text: its value, how it is written (empty, `'`, `"`, `>` or `|`), and [start, end) in the file."""

    value: str
    style: str
    start: int
    end: int


@frozen
class Listing:
    """A list; `is_flow` in brackets, else one dash per row, the first at `column`."""

    items: tuple[Spanned, ...]
    is_flow: bool
    start: int
    end: int
    column: int


@frozen
class Table:
    """A mapping; `is_flow` in braces, else one key per line at `column`."""

    pairs: tuple[tuple[Scalar, Spanned], ...]
    is_flow: bool
    start: int
    end: int
    column: int

    def find(self, key: str) -> tuple[Scalar, Spanned] | None:
        """Return the key and value with a name."""
        return next((pair for pair in self.pairs if pair[0].value == key), None)


Spanned = Scalar | Listing | Table


def read_spans(text: str) -> Spanned:
    """Return the tree of a file's text with the span of every node.

    A block list or mapping ends with its last value; a block text ends before its final line break.
    """
    from ruamel.yaml import YAML

    events = iter(YAML(typ="safe", pure=True).parse(text))
    next(events)  # stream
    next(events)  # document
    return _Spans(text, events).node(next(events))


def plain(node: Spanned) -> Any:
    """Return the values alone: text, lists and dicts of text, in order."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return {key.value: plain(value) for key, value in node.pairs}


class _Spans:
    def __init__(self, text: str, events: Iterator[Event]) -> None:
        self._text = text
        self._events = events

    def node(self, event: Event) -> Spanned:
        from ruamel.yaml.events import MappingStartEvent, ScalarEvent, SequenceStartEvent

        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._listing(event)
        assert isinstance(event, MappingStartEvent)  # noqa: S101 - the reader refuses aliases
        return self._table(event)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        if style in (">", "|"):
            end = start + len(self._text[start:end].rstrip())
        return Scalar(str(event.value), style, start, end)

    def _listing(self, event: Any) -> Listing:
        from ruamel.yaml.events import SequenceEndEvent

        items: list[Spanned] = []
        while not isinstance(last := next(self._events), SequenceEndEvent):
            items.append(self.node(last))
        end = last.end_mark.index if event.flow_style or not items else items[-1].end
        return Listing(tuple(items), bool(event.flow_style), event.start_mark.index, end, event.start_mark.column)

    def _table(self, event: Any) -> Table:
        from ruamel.yaml.events import MappingEndEvent

        pairs: list[tuple[Scalar, Spanned]] = []
        while not isinstance(last := next(self._events), MappingEndEvent):
            key = self._scalar(last)
            value = self.node(next(self._events))
            if isinstance(value, Scalar) and not value.value and not value.style:
                # Nothing stands behind the key: the parser puts that nothing where the next thing begins.
                colon = self._text.index(":", key.end) + 1
                value = Scalar("", "", colon, colon)
            pairs.append((key, value))
        end = last.end_mark.index if event.flow_style or not pairs else pairs[-1][1].end
        return Table(tuple(pairs), bool(event.flow_style), event.start_mark.index, end, event.start_mark.column)
