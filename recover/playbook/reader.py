"""YAML text to a plain tree with places; nothing is constructed, every scalar stays text.

The file comes from a stranger. It is bounded before it is parsed (bytes) and while (nodes, depth); tags, directives,
anchors, aliases, merge keys, repeated keys, several documents, control characters and characters that reorder text on
the screen (a reviewer would see another file than the program) are refused, each with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.frozen import frozen
from recover.playbook.problems import Place, Problems
from recover.playbook.yaml_faults import explain

if TYPE_CHECKING:
    from ruamel.yaml.events import Event, ScalarEvent

MAX_BYTES = 1024 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 40
MAX_LINE_CHARACTERS = 20_000
"""Longest line: the parser's time grows with the square of some lines (`!!!!…`)."""

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Text(str):
    """A scalar: its text, where it stands, and where its first character stands if it can be pointed into."""

    place: Place
    inner: int
    """Columns from `place` to the first character; -1 when the text is folded, escaped or spans lines."""

    @staticmethod
    def at(text: str, place: Place, inner: int = -1) -> Text:
        """Return the text with its place."""
        made = Text(text)
        made.place, made.inner = place, inner
        return made

    def place_of(self, offset: int) -> Place:
        """Return where a character of the text stands, or where the text begins if that cannot be told."""
        if self.inner < 0:
            return self.place
        return Place(self.place.path, self.place.line, self.place.column + self.inner + offset)


@frozen
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@frozen
class Mapping:
    """Keys with their nodes, in order; a key occurs once."""

    pairs: tuple[tuple[Text, Node], ...]
    place: Place


Node = Text | Sequence | Mapping


def plain_node(node: Node) -> Any:
    """Return a tree's values without their places: text, lists and dicts of text."""
    if isinstance(node, Text):
        return str(node)
    if isinstance(node, Sequence):
        return [plain_node(item) for item in node.items]
    return {str(key): plain_node(value) for key, value in node.pairs}


class _Stop(Exception):
    """The rest of the file cannot be read; the problem is recorded."""


def read_file(path: Path, shown: str, problems: Problems) -> Node | None:
    """Read a file into a tree; record what is wrong under the name `shown` and return None if nothing can be read."""
    content = file_bytes(path, shown, problems)
    return None if content is None else read_bytes(content, shown, problems)


def file_bytes(path: Path, shown: str, problems: Problems) -> bytes | None:
    """Return a file's bytes, at most one more than `read_bytes` accepts; None (and a problem) if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as fault:
        problems.add("E001", Place(shown, 1, 1), f"the file cannot be read: {fault.strerror or 'failed'}")
        return None


def read_bytes(content: bytes, shown: str, problems: Problems) -> Node | None:
    """Read the bytes of a file into a tree; see `read_file`."""
    if len(content) > MAX_BYTES:
        problems.add("E001", Place(shown, 1, 1), f"the file is larger than {MAX_BYTES // 1024} KiB")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = content[: fault.start].decode("utf-8-sig", errors="replace")
        place = Place(shown, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        problems.add("E002", place, "the file is not UTF-8 here", "save it as UTF-8")
        return None
    return read_yaml(text, shown, problems)


def read_yaml(text: str, shown: str, problems: Problems, first_line: int = 1) -> Node | None:
    """Read YAML text into a tree.

    `first_line` is the line of the file on which the text begins (for front matter). Everything that can be found is
    recorded in `problems`; None means that there is no tree.
    """
    if not _has_clean_characters(text, shown, problems, first_line):
        return None
    try:
        return _TreeBuilder(text, shown, problems, first_line).document()
    except _Stop:
        return None


def _has_clean_characters(text: str, shown: str, problems: Problems, first_line: int) -> bool:
    is_clean = True
    for number, line in enumerate(text.split("\n"), start=first_line):
        bare = line.removesuffix("\r")
        if len(bare) > MAX_LINE_CHARACTERS:
            problems.add(
                "E012", Place(shown, number, 1), f"a line is longer than {MAX_LINE_CHARACTERS} characters", "wrap it"
            )
            is_clean = False
        if bare.isprintable():
            continue
        for column, sign in enumerate(bare, start=1):
            if _is_refused(sign):
                name = f"U+{ord(sign):04X}"
                what = "reorders text on the screen" if sign in _REORDERING else "is a control character"
                problems.add("E002", Place(shown, number, column), f"{name} {what}", "remove it")
                is_clean = False
                break
    return is_clean


def _is_refused(sign: str) -> bool:
    code = ord(sign)
    return (
        (code < 32 and sign != "\t")
        or 0x7F <= code < 0xA0
        or code in (0x2028, 0x2029, 0xFEFF)
        or 0xD800 <= code < 0xE000
        or code & 0xFFFE == 0xFFFE
        or sign in _REORDERING
    )


_QUOTE = "a text that begins with {} goes into quotes"


def _is_refused_in_value(sign: str) -> bool:
    return sign not in "\n" and _is_refused(sign)


class _TreeBuilder:
    """Builds the tree from the parser's events, counting nodes and depth."""

    def __init__(self, text: str, shown: str, problems: Problems, first_line: int) -> None:
        self._text = text
        self._shown = shown
        self._problems = problems
        self._first_line = first_line
        self._nodes = 0
        self._has_holes = False
        self._events = self._parsed()

    def document(self) -> Node | None:
        from ruamel.yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent

        next(self._events)
        start = next(self._events)
        if isinstance(start, StreamEndEvent):
            self._problems.add("E010", Place(self._shown, self._first_line, 1), "the file is empty")
            return None
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._problems.add("E004", self._place(start), "directives (%YAML, %TAG) are not used here", "remove it")
            raise _Stop
        node = self._node(next(self._events), 0)
        while not isinstance(event := next(self._events), DocumentEndEvent):
            pass
        event = next(self._events)
        if not isinstance(event, StreamEndEvent):
            self._problems.add("E010", self._place(event), "a file holds one document", "remove the second `---`")
        return None if self._has_holes else node

    def _parsed(self) -> Iterator[Event]:
        """Yield the parser's events; a syntax fault is recorded and ends the reading."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            yield from YAML(typ="safe", pure=True).parse(self._text)
        except MarkedYAMLError as fault:
            mark = fault.problem_mark or fault.context_mark
            if fault.context_mark is not None and "end of stream" in str(fault.problem):
                mark = fault.context_mark  # where the quote was opened, not where the file ends
            message = " ".join(str(fault.problem or fault.context or "not YAML").split())[:200]
            line, column = (mark.line, mark.column) if mark is not None else (0, 0)
            opened = fault.context_mark.line if fault.context_mark is not None else line
            found = explain(self._text.split("\n"), line, column, opened, message)
            place = Place(self._shown, found.line + self._first_line, found.column + 1)
            self._problems.add("E003", place, found.message, found.hint)
            raise _Stop from None
        except (YAMLError, ValueError, OverflowError, AttributeError, IndexError, AssertionError) as fault:
            # The parser meets text it was not written for (escapes beyond Unicode, broken directives).
            place = Place(self._shown, self._first_line, 1)
            self._problems.add("E003", place, f"not readable as YAML ({type(fault).__name__})")
            raise _Stop from None

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        return Place(self._shown, mark.line + self._first_line, mark.column + 1)

    def _node(self, event: Event, depth: int) -> Node:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

        place = self._place(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._problems.add("E009", place, f"more than {MAX_NODES} values in one file", "split it")
            raise _Stop
        if depth > MAX_DEPTH:
            self._problems.add("E008", place, f"nested deeper than {MAX_DEPTH} levels")
            raise _Stop
        if isinstance(event, AliasEvent):
            self._problems.add("E005", place, "aliases (*name) are not used here", _QUOTE.format("*"))
            self._has_holes = True
            return Text.at("", place)
        if not isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            raise _Stop
        if event.anchor is not None:
            self._problems.add("E005", place, "anchors (&name) are not used here", _QUOTE.format("&"))
        if event.tag is not None:
            self._problems.add("E004", place, "tags (!name) are not used here", _QUOTE.format("!"))
        if isinstance(event, ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place, depth)
        return self._mapping(place, depth)

    def _scalar(self, event: ScalarEvent, place: Place) -> Text:
        start, end = event.start_mark, event.end_mark
        if event.style == '"' and (sign := next(filter(_is_refused_in_value, event.value), "")):
            # Written as an escape it passed the look at the file's own characters.
            what = "reorders text on the screen" if sign in _REORDERING else "is a control character"
            self._problems.add("E002", place, f"U+{ord(sign):04X}, written as an escape, {what}", "remove it")
        quotes = 0 if event.style is None else 1
        is_verbatim = (
            start.line == end.line
            and event.style in (None, "'", '"')
            and end.column - start.column == len(event.value) + 2 * quotes
        )
        return Text.at(str(event.value), place, quotes if is_verbatim else -1)

    def _sequence(self, place: Place, depth: int) -> Sequence:
        from ruamel.yaml.events import SequenceEndEvent

        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(tuple(items), place)

    def _value(self, event: Event, key: Node, depth: int) -> Node:
        """Return the node behind a key; where nothing stands, the place is the key's, not the next line's."""
        node = self._node(event, depth)
        is_nothing = isinstance(node, Text) and node == "" and event.start_mark.index == event.end_mark.index
        return Text.at("", key.place) if is_nothing else node

    def _mapping(self, place: Place, depth: int) -> Mapping:
        from ruamel.yaml.events import MappingEndEvent

        pairs: dict[str, tuple[Text, Node]] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._value(next(self._events), key, depth + 1)
            if not isinstance(key, Text):
                self._problems.add("E011", key.place, "a key is a word, not a list or a mapping")
            elif key == "<<":
                self._problems.add("E006", key.place, "merge keys (<<) are not used here", "write the keys out")
            elif str(key) in pairs:
                first = pairs[str(key)][0].place
                self._problems.add(
                    "E007", key.place, f"'{_short(key)}' stands here twice", f"the first is on line {first.line}"
                )
            else:
                pairs[str(key)] = (key, value)
        return Mapping(tuple(pairs.values()), place)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
