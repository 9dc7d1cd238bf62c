"""Lint of what a letter states: every sentence with somebody's answer says what shows it, or whose statement it is.

A reviewer believes what can be checked, and a letter that asserts more than its sender can show is held against a
client later. What can be known of a template: which sentences print an answer or an event, and whether a claim, a
`basis`, the words of an attribution or the letter's closing line stands with them. What no template tells, such as an
assertion in the trainer's own words, is for whoever reads the handout.

No statement: identifiers and addresses, the sender, tickets, rules of a platform, dates of the due list, headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from recover.frozen import frozen
from recover.packet.letters import language as lang
from recover.packet.letters.front_matter import LetterTemplate, Slot
from recover.packet.letters.markup import CLOSE, OPEN, placeholder
from recover.packet.words.phrases import phrase
from recover.playbook.model import Fact, FactType

EVENTS = ("events", "new")
_STATED = ("fact", "list", "events", "new", "incidents")
"""Sources of slots whose values somebody stated."""
_IDENTIFIERS = frozenset(
    {
        FactType.URL,
        FactType.HANDLE,
        FactType.PLATFORM_ID,
        FactType.EMAIL,
        FactType.PHONE,
        FactType.ZONE,
        FactType.LANGUAGE,
        FactType.PERSON,
        FactType.ASSET,
        FactType.EXHIBIT,
    }
)
_NAMING = frozenset(
    {"name", "url", "platform_id", "handle", "kind", "platform", "role", "alias", "contact", "reference", "sent_on"}
)
"""Members that say which account, person or earlier report is meant."""

CLOSING: Mapping[str, str] = {"holder.statement": "statement-rest", "sender.statement": "statement-sender"}
"""Prints that say whose statement it is that has no exhibit number, with the words they print.

They count where no `if` can leave them out."""
_BLOCK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:-|\d+\.|#{2,3})[ \t])")
_STOP = re.compile(r"(?<=[.!?])(?=\s)")
_MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_LISTED = re.compile(r"[ \t]*(?:-|\d+\.)[ \t]|[ \t]*\|")


@frozen
class Fault:
    """One sentence: the line of its first answer, and that answer as the template calls it."""

    line: int
    what: str
    is_event: bool
    """An event is printed without its `basis`: what somebody else claims would read as said by the account holder."""


@frozen
class _Printed:
    path: lang.Path
    slot: Slot | None
    asked: frozenset[str]


FactOf = Callable[[Slot, str], Fact | None]
"""Looks up the fact (or column) behind a slot and member; None where it is not known."""


def unattributed(template: LetterTemplate, fact_of: FactOf) -> tuple[Fault, ...]:
    """Return the sentences that state something and neither cite nor attribute it, in order of line."""
    page = _Page(_slots={slot.name: slot for slot in template.slots})
    page.add(template.body, {}, frozenset())
    sentences = tuple(_sentences(page.text))
    faults = list(_bare_events(sentences, page))
    if not speaks_for_itself(template) and not page.has_closing_line:
        faults += _bare_sentences(sentences, page, _Citing(template), fact_of)
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.what)))


def speaks_for_itself(template: LetterTemplate) -> bool:
    """Say whether all of a letter is said by the one who signs or publishes it, or read by the one who said it."""
    return bool(template.voice) or template.signature != "none" or template.to == "holder"


def asked(condition: lang.Condition) -> frozenset[str]:
    """Return the paths that have a value when a condition is true."""
    if isinstance(condition, lang.Truth):
        return frozenset({condition.path.text})
    if isinstance(condition, lang.Compared):
        return frozenset({condition.path.text}) if condition.operator not in ("!=", "not in") else frozenset()
    if isinstance(condition, lang.Join) and condition.word == "and":
        return asked(condition.left) | asked(condition.right)
    return frozenset()


# --- the text with every branch taken once --------------------------------------------------------------------------


@dataclass(slots=True)
class _Page:
    text: str = ""
    printed: list[_Printed] = field(default_factory=list)
    has_closing_line: bool = False
    _slots: Mapping[str, Slot] = field(default_factory=dict)

    def add(self, body: lang.Body, loops: Mapping[str, Slot | None], known: frozenset[str]) -> None:
        for part in body:
            if isinstance(part, lang.Literal):
                self.text += part.text
            elif isinstance(part, lang.Print):
                self._print(part.path, loops, known)
            elif isinstance(part, lang.Loop):
                self.add(part.body, {**loops, part.variable: self._slots.get(part.over.name)}, known)
            else:
                for condition, arm in part.arms:
                    self.add(arm, loops, known | (asked(condition) if condition is not None else frozenset()))

    def _print(self, path: lang.Path, loops: Mapping[str, Slot | None], known: frozenset[str]) -> None:
        self.has_closing_line |= path.text in CLOSING and not known
        slot = loops[path.name] if path.name in loops else self._slots.get(path.name)
        self.text += placeholder(len(self.printed))
        self.printed.append(_Printed(path, slot, known))


@frozen
class _Sentence:
    text: str
    marks: tuple[int, ...]
    is_block_start: bool


def _sentences(text: str) -> Iterator[_Sentence]:
    """Cut a page into blocks (paragraphs, items, tables) and these at full stops; tables stay whole."""
    for block in _BLOCK.split(text):
        if not block.strip():
            continue
        pieces = [block] if block.lstrip().startswith("|") else _STOP.split(block)
        for number, piece in enumerate(pieces):
            yield _Sentence(piece, tuple(int(found[1]) for found in _MARK.finditer(piece)), number == 0)


# --- what a sentence prints -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Citing:
    """Which prints and words of a letter name an exhibit or whose statement something is."""

    template: LetterTemplate

    def covers(self, sentence: _Sentence, page: _Page) -> bool:
        words = f"({phrase('stance-holder', self.template.language)})"
        return words in sentence.text or any(self._cites(page.printed[mark]) for mark in sentence.marks)

    def is_nothing_else(self, sentence: _Sentence) -> bool:
        """Say whether a piece is no sentence but what cites for the one before it."""
        return not any(character.isalnum() for character in _MARK.sub("", sentence.text))

    def _cites(self, one: _Printed) -> bool:
        if one.path.name == "claim":
            claim = next((each for each in self.template.claims if each.name == one.path.member), None)
            return claim is not None and (claim.otherwise != "omit" or one.path.text in one.asked)
        return one.slot is not None and (one.path.member or one.path.name).endswith(("basis", "source"))


def _states(one: _Printed, fact_of: FactOf) -> bool:
    if one.slot is None or one.slot.source not in _STATED or one.path.member in _NAMING:
        return False
    fact = fact_of(one.slot, one.path.member) if one.slot.source in ("fact", "list") else None
    return fact is None or fact.type not in _IDENTIFIERS


def _bare_sentences(sentences: tuple[_Sentence, ...], page: _Page, citing: _Citing, fact_of: FactOf) -> Iterator[Fault]:
    said = {
        page.printed[mark].path.text
        for sentence in sentences
        for mark in sentence.marks
        if citing.covers(sentence, page) and not page.printed[mark].path.member
    }
    is_led = False
    """The list that follows is covered by the sentence with a colon that leads to it."""
    for number, sentence in enumerate(sentences):
        after = sentences[number + 1] if number + 1 < len(sentences) else None
        is_item = bool(_LISTED.match(sentence.text))
        is_covered = citing.covers(sentence, page) or (is_led and is_item)
        if after is not None and not after.is_block_start and citing.is_nothing_else(after):
            is_covered |= citing.covers(after, page)
        if sentence.is_block_start and not is_item:
            is_led = is_covered and sentence.text.rstrip().endswith(":")
        if is_covered or sentence.text.lstrip().startswith("#"):
            continue
        printed = [page.printed[mark] for mark in sentence.marks if page.printed[mark].path.text not in said]
        stated = next((one for one in printed if _states(one, fact_of)), None)
        if stated is not None:
            yield Fault(stated.path.line, stated.path.text, is_event=False)


def _bare_events(sentences: tuple[_Sentence, ...], page: _Page) -> Iterator[Fault]:
    for sentence in sentences:
        printed = [page.printed[mark] for mark in sentence.marks]
        based = {one.path.name for one in printed if one.path.member == "basis"}
        for one in printed:
            is_event = one.slot is not None and one.slot.source in EVENTS and one.path.member == "text"
            if is_event and one.path.name not in based:
                yield Fault(one.path.line, one.path.text, is_event=True)
