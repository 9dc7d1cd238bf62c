"""Stories: scripted runs of a playbook, which are its tests and a class's exercises.

A story is a clock, acts (answers with a time) and what must be true at the end. Only the form is read here; the acts
are played, and the expectations judged, by `practice`. Files that a story names lie in its own folder.
"""

from __future__ import annotations

from pathlib import Path

from recover import times
from recover.frozen import frozen
from recover.playbook import grammar, reader, shapes
from recover.playbook.answers import ANSWERS_KEYS, EXHIBIT_ID, TIME, Answers, read_answers
from recover.playbook.grammar import LINE, PROSE, TITLE, WHOLE
from recover.playbook.library import shown_path
from recover.playbook.problems import InvalidPlaybookError, Problems
from recover.playbook.shapes import Entries, Fault, Many, Record, Scalar, Table

PROFILES = ("platform", "partner", "victim", "lawyer", "police", "press")
DUE_STATES = ("open", "done", "missed", "overdue", "passed", "lost", "no-anchor", "file-now")


@frozen
class Act:
    """What happens at one moment. `at` is time text; without a zone it is counted in the story's."""

    at: str
    answers: Answers
    place: str
    says: str = ""
    """What a class hears before it decides; the tests do not look at it."""


@frozen
class StepsExpected:
    """Steps (or instances such as `cascade.appeal[…]`) that must or must not have been reached, be open, be done."""

    reached: tuple[str, ...] = ()
    not_reached: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


@frozen
class DueExpected:
    """A row of the due list: the title holds `title`, the row's text each of `contains`. Empty: not asked.

    `on` may be `none`: the row has no date.
    """

    title: str
    place: str
    on: str = ""
    file_by: str = ""
    state: str = ""
    contains: tuple[str, ...] = ()


@frozen
class LetterExpected:
    """A letter: whether it is offered (None: not asked), and what its text must and must not hold."""

    name: str
    place: str
    offered: bool | None = None
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()


@frozen
class PacketExpected:
    """A packet for a profile: exhibits that are in it, exhibits that are not, text that is and is not in any file."""

    profile: str
    place: str
    platform: str = ""
    exhibits: tuple[str, ...] = ()
    not_exhibits: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()


@frozen
class Expectations:
    """What must be true at `as_of`."""

    steps: StepsExpected
    gates: tuple[tuple[str, str], ...] = ()
    """(gate, `open` | `held` | `overridden`)."""
    due: tuple[DueExpected, ...] = ()
    letters: tuple[LetterExpected, ...] = ()
    not_offered: tuple[tuple[str, str], ...] = ()
    """(step or letter, words that its reason must hold)."""
    packets: tuple[PacketExpected, ...] = ()
    asset_rows: int | None = None


@frozen
class Story:
    """One story, read. `zone` is that of its clock; `as_of` is empty when the end is the last act."""

    id: str
    title: str
    playbook: str
    clock: str
    zone: str
    acts: tuple[Act, ...]
    as_of: str
    expect: Expectations
    path: Path
    hints: tuple[tuple[str, str], ...] = ()
    """For a class: (step, what to think of)."""
    costs: tuple[tuple[str, str], ...] = ()
    """For a class: (`step x`, `evidence x`, `letter x` or `twice`, what a wrong turn there would have cost)."""


def _moment(text: str) -> Fault | None:
    when = times.read_when(text)
    if not when.is_instant or not when.zone:
        return Fault("E034", f"'{text[:60]}' is not a moment with a zone", "write it as 2026-10-05 21:40 Asia/Baku")
    return None


_WORDS = Many(LINE, "a list of texts", lone=True)
_STEPS = Many(LINE, "a list of steps", lone=True)
_PACKET = Record(
    "a packet",
    {"profile": Scalar("a profile", values=PROFILES)},
    {
        "platform": Scalar("a platform", most=40),
        "exhibits": Many(EXHIBIT_ID, "a list of exhibits"),
        "not_exhibits": Many(EXHIBIT_ID, "a list of exhibits"),
        "must_contain": _WORDS,
        "must_not_contain": _WORDS,
    },
)
EXPECT = Record(
    "an expectation",
    {},
    {
        "steps": Record("steps", {}, {"reached": _STEPS, "not_reached": _STEPS, "open": _STEPS, "done": _STEPS}),
        "gates": Table(
            grammar.ID, Scalar("open, held or overridden", values=("open", "held", "overridden")), "a mapping of gates"
        ),
        "due": Many(
            Record(
                "a due row",
                {"title": LINE},
                {
                    "on": LINE,
                    "file_by": LINE,
                    "state": Scalar("a state", values=DUE_STATES),
                    "contains": _WORDS,
                },
            ),
            "a list of due rows",
        ),
        "letters": Table(
            grammar.HYPHEN_ID,
            Record(
                "a letter",
                {},
                {"offered": grammar.FLAG, "must_contain": _WORDS, "must_not_contain": _WORDS},
            ),
            "a mapping of letters",
        ),
        "not_offered": Table(LINE, LINE, "a mapping of steps or letters and reasons"),
        "packet": Many(_PACKET, "a packet", lone=True),
        "asset_rows": WHOLE,
    },
)
STORY = Record(
    "a story",
    {
        "story": grammar.HYPHEN_ID,
        "title": TITLE,
        "playbook": grammar.HYPHEN_ID,
        "clock": Scalar("a moment", _moment, most=80),
        "acts": Many(Record("an act", {"at": TIME}, {**ANSWERS_KEYS, "says": PROSE}), "a list of acts", least=1),
        "expect": EXPECT,
    },
    {
        "as_of": Scalar("a moment", _moment, most=80),
        "about": PROSE,
        "hints": Table(grammar.NAME, PROSE, "a mapping of steps and hints"),
        "costs": Table(
            Scalar(
                "what a wrong turn is about",
                shapes.matching(
                    r"(step|evidence) [a-z][a-z0-9_.]*|letter [a-z][a-z0-9-]*|twice",
                    "E024",
                    "is nothing that costs",
                    "step x, evidence x, letter x or twice",
                ),
            ),
            PROSE,
            "a mapping of costs",
        ),
    },
)


def load_story(path: Path) -> Story:
    """Return a story; raise `InvalidPlaybookError` with every problem of the file if its form is not right."""
    problems = Problems()
    story = read_story(path, problems)
    problems.raise_errors()
    if story is None:
        raise InvalidPlaybookError(problems.sorted())
    return story


def read_story(path: Path, problems: Problems) -> Story | None:
    """Return a story as whole as its faults allow; faults go to `problems`."""
    entries = story_entries(path, problems)
    return None if entries is None else _story(entries, path, problems)


def story_entries(path: Path, problems: Problems) -> Entries | None:
    """Return a story's values with their places; faults of form go to `problems`."""
    node = reader.read_file(path, shown_path(path), problems)
    entries: Entries | None = shapes.read(STORY, node, problems) if node is not None else None
    return entries


def check_story(path: Path, problems: Problems) -> Entries | None:
    """Report every fault of a story's file and return its values, for what else is to be looked at."""
    entries = story_entries(path, problems)
    if entries is not None:
        _story(entries, path, problems)
    return entries


def _story(entries: Entries, path: Path, problems: Problems) -> Story:
    shown = shown_path(path)
    if entries.text("story") and entries.text("story") != path.stem:
        problems.add("E050", entries.place_of("story"), f"the id is not the file's name '{path.stem}'", "rename one")
    folder = path.absolute().parent
    zone = times.read_when(entries.text("clock")).zone or "UTC"
    acts = tuple(
        Act(
            row.text("at"),
            read_answers(row, folder, shown, problems, confined_to=folder),
            str(row.place),
            row.text("says"),
        )
        for row in entries.rows("acts")
        if isinstance(row, Entries)
    )
    _check_order(entries, zone, problems)
    return Story(
        id=entries.text("story"),
        title=entries.text("title"),
        playbook=entries.text("playbook"),
        clock=entries.text("clock"),
        zone=zone,
        acts=acts,
        as_of=entries.text("as_of"),
        expect=_expectations(entries.table("expect")),
        path=path,
        hints=tuple((name, str(text)) for name, text in entries.table("hints").items()),
        costs=tuple((name, str(text)) for name, text in entries.table("costs").items()),
    )


def _check_order(entries: Entries, zone: str, problems: Problems) -> None:
    """Acts stand in order of time, and are moments: the clock of a story does not run backwards."""
    before = times.read_when(entries.text("clock"), zone)
    for row in entries.rows("acts"):
        if not isinstance(row, Entries) or "at" not in row:
            continue
        at = times.read_when(row.text("at"), zone)
        if not at.is_instant:
            problems.add("E034", row.place_of("at"), "an act needs day and time", "2026-10-05 21:40")
        elif at.earliest is not None and before.earliest is not None and at.earliest < before.earliest:
            problems.add("E122", row.place_of("at"), "this act lies before the one above", "order acts by time")
        else:
            before = at


def _expectations(entries: Entries) -> Expectations:
    steps = entries.table("steps")
    letters = entries.table("letters")
    return Expectations(
        steps=StepsExpected(
            steps.texts("reached"), steps.texts("not_reached"), steps.texts("open"), steps.texts("done")
        ),
        gates=tuple((name, str(state)) for name, state in entries.table("gates").items()),
        due=tuple(_due(row) for row in entries.rows("due") if isinstance(row, Entries)),
        letters=tuple(_letter(name, row, str(letters.key_places[name])) for name, row in letters.items()),
        not_offered=tuple((name, str(reason)) for name, reason in entries.table("not_offered").items()),
        packets=tuple(_packet(row) for row in entries.rows("packet") if isinstance(row, Entries)),
        asset_rows=entries.number("asset_rows"),
    )


def _due(row: Entries) -> DueExpected:
    return DueExpected(
        title=row.text("title"),
        place=str(row.place),
        on=row.text("on"),
        file_by=row.text("file_by"),
        state=row.text("state"),
        contains=row.texts("contains"),
    )


def _letter(name: str, row: Entries, place: str) -> LetterExpected:
    return LetterExpected(
        name=name,
        place=place,
        offered=row.flag("offered") if "offered" in row else None,
        must_contain=row.texts("must_contain"),
        must_not_contain=row.texts("must_not_contain"),
    )


def _packet(row: Entries) -> PacketExpected:
    return PacketExpected(
        profile=row.text("profile"),
        place=str(row.place),
        platform=row.text("platform"),
        exhibits=row.texts("exhibits"),
        not_exhibits=row.texts("not_exhibits"),
        must_contain=row.texts("must_contain"),
        must_not_contain=row.texts("must_not_contain"),
    )
