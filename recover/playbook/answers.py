"""Answers files: what is known before anyone is asked, as typed rows with their places.

`recover start --answers FILE` and every act of a story have the same closed schema (docs/playbooks.md). Only the form
is checked here; whether a fact, a step or a gate exists, and what a value means, is decided by the case engine, which
can point back with each row's `place`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recover import times
from recover.errors import InputError, UsageError
from recover.frozen import frozen
from recover.playbook import grammar, reader, shapes
from recover.playbook.grammar import DAY, LINE, PROSE
from recover.playbook.library import shown_path
from recover.playbook.problems import Problem, Problems
from recover.playbook.reader import Text
from recover.playbook.shapes import Anything, Either, Entries, Fault, Many, Record, Scalar, Shape, Table

STANCES = ("documented", "holder", "helpline", "claimed-by", "denied-by")
MARKS = ("loss", "restored", "attack", "contact", "filing", "reply", "check", "gap", "plan", "context")
RESULTS = ("done", "missed", "anomaly")

ALL_ITEMS = ""
"""In `DoneGiven.item`: every visible item of the step."""


@frozen
class FactGiven:
    """An answer as written: text, a list, or a mapping; `dont-know` and `prefer-not-to-say` stand as they are."""

    fact: str
    raw: Any
    place: str


@frozen
class DoneGiven:
    """A checklist item (or all of a step): done, or not-applicable with a reason."""

    step: str
    item: str
    mark: str
    reason: str
    place: str


@frozen
class ExhibitGiven:
    """A file to add as an exhibit. `file` is resolved against the answers file and was there when it was read."""

    id: str
    file: Path
    kind: str
    title: str
    place: str
    fulfils: tuple[str, ...] = ()
    sensitivity_class: str = ""
    """Empty: the class of the need it fulfils, else ordinary."""
    captured_at: str = ""
    source: str = ""
    assets: tuple[str, ...] = ()
    is_outside: bool = False
    """`file` was named by its whole path and lies outside the folder of the answers file."""


@frozen
class ExplainedGiven:
    """Why a piece of evidence is not available."""

    need: str
    reason: str
    place: str


@frozen
class EventGiven:
    """Something that happened in the world."""

    when: str
    text: str
    source: str
    place: str
    stance: str = "holder"
    by: str = ""
    exhibits: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@frozen
class ApprovedGiven:
    """The client's approval of a letter. An empty `step` means the open step that offers it."""

    letter: str
    how: str
    language: str
    at: str
    place: str
    step: str = ""


@frozen
class SentGiven:
    """A letter that went out. An empty `step` means the open step that offers it."""

    letter: str
    at: str
    place: str
    step: str = ""
    channel: str = ""
    reference: str = ""
    assets: tuple[str, ...] = ()
    by: str = ""
    note: str = ""


@frozen
class ReplyGiven:
    """What the other side did."""

    step: str
    outcome: str
    at: str
    place: str
    text: str = ""
    exhibits: tuple[str, ...] = ()


@frozen
class CheckGiven:
    """A scheduled check: done, missed or anomaly."""

    step: str
    due_on: str
    result: str
    place: str
    note: str = ""


@frozen
class OverrideGiven:
    """A gate that a helper opened, and why."""

    gate: str
    reason: str
    place: str


@frozen
class Answers:
    """Everything an answers file, or one act of a story, says."""

    path: str
    facts: tuple[FactGiven, ...] = ()
    done: tuple[DoneGiven, ...] = ()
    exhibits: tuple[ExhibitGiven, ...] = ()
    explained: tuple[ExplainedGiven, ...] = ()
    events: tuple[EventGiven, ...] = ()
    approved: tuple[ApprovedGiven, ...] = ()
    sent: tuple[SentGiven, ...] = ()
    replies: tuple[ReplyGiven, ...] = ()
    checks: tuple[CheckGiven, ...] = ()
    overrides: tuple[OverrideGiven, ...] = ()


class InvalidAnswersError(UsageError):
    """An answers file says something that cannot be said; `problems` lists all of it. Nothing was recorded."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        place = f"{first.path}:{first.line}:{first.column}"
        super().__init__(f"{first.message}{more}", place=place, hint=first.hint)
        self.problems = problems


# --- the schema -----------------------------------------------------------------------------------------------------


def _time(text: str) -> Fault | None:
    try:
        times.parse_when(text, "UTC")
    except UsageError as fault:
        return Fault("E034", fault.message, fault.hint or "write it as 2026-10-05 21:40 Asia/Baku")
    return None


TIME = Scalar("a time", _time, most=120)
_REFERENCE = Scalar(
    "a step or need",
    shapes.matching(
        r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(#[0-9]+)?(\[[^\[\]]{1,200}\])?(#[0-9]+)?(\.[a-z][a-z0-9_]*)?",
        "E024",
        "is not a name",
        "step, group.step, group.step[element], with .need or .item behind it where one is meant",
    ),
    most=300,
)
EXHIBIT_ID = Scalar(
    "an exhibit's number", shapes.matching(r"E[0-9]{2,6}", "E024", "is not an exhibit's number", "E01"), most=20
)
_LETTER = grammar.HYPHEN_ID
_EXHIBITS = Many(EXHIBIT_ID, "a list of exhibits")
_ASSETS = Many(LINE, "a list of assets", lone=True)
_MARKS = Many(Scalar("a mark", values=MARKS), "a list of marks", lone=True)

ANSWERS_KEYS: dict[str, Shape] = {
    "answers": Table(grammar.NAME, Anything(), "a mapping of facts and answers"),
    "done": Table(
        _REFERENCE,
        Either(
            "`all`, a list of items, or {item: reason}",
            scalar=Scalar("all", values=("all",)),
            sequence=Many(grammar.ID, "a list of items"),
            mapping=Table(grammar.ID, LINE, "a mapping of items and reasons"),
        ),
        "a mapping of steps and items",
    ),
    "exhibits": Many(
        Record(
            "an exhibit",
            {"id": EXHIBIT_ID, "file": LINE, "kind": grammar.KIND, "title": LINE},
            {
                "fulfils": Many(_REFERENCE, "a list of needs", lone=True),
                "class": Scalar("a class", values=grammar.EXHIBIT_CLASSES),
                "captured_at": TIME,
                "source": LINE,
                "assets": _ASSETS,
            },
        ),
        "a list of exhibits",
    ),
    "explained": Table(_REFERENCE, LINE, "a mapping of needs and reasons"),
    "events": Many(
        Record(
            "an event",
            {"when": TIME, "text": PROSE, "source": LINE},
            {
                "stance": Scalar("a stance", values=STANCES),
                "by": LINE,
                "exhibits": _EXHIBITS,
                "assets": _ASSETS,
                "marks": _MARKS,
            },
        ),
        "a list of events",
    ),
    "approved": Many(
        Record(
            "an approval",
            {"letter": _LETTER, "how": LINE, "language": grammar.LANGUAGE, "at": TIME},
            {"step": _REFERENCE},
        ),
        "a list of approvals",
    ),
    "sent": Many(
        Record(
            "a dispatch",
            {"letter": _LETTER, "at": TIME},
            {
                "step": _REFERENCE,
                "channel": grammar.DOTTED_ID,
                "reference": LINE,
                "assets": _ASSETS,
                "by": LINE,
                "note": LINE,
            },
        ),
        "a list of dispatches",
    ),
    "replies": Many(
        Record(
            "a reply",
            {"step": _REFERENCE, "outcome": Scalar("an outcome", values=grammar.OUTCOMES), "at": TIME},
            {"text": PROSE, "exhibits": _EXHIBITS},
        ),
        "a list of replies",
    ),
    "checks": Many(
        Record(
            "a check",
            {"step": _REFERENCE, "due_on": DAY, "result": Scalar("a result", values=RESULTS)},
            {"note": LINE},
        ),
        "a list of checks",
    ),
    "overrides": Table(grammar.ID, LINE, "a mapping of gates and reasons"),
}
ANSWERS = Record("an answers file", {}, ANSWERS_KEYS)


# --- reading --------------------------------------------------------------------------------------------------------


def load_answers(path: Path) -> Answers:
    """Return what an answers file says.

    Files of exhibits are looked for beside the answers file. Raises `InputError` when it cannot be read as YAML at all,
    `InvalidAnswersError` (with `.problems`) when it says something the schema does not know.
    """
    problems = Problems()
    shown = shown_path(path)
    node = reader.read_file(path, shown, problems)
    if node is None or problems.has_errors:
        first = problems.sorted()[0]
        place = f"{first.path}:{first.line}:{first.column}"
        raise InputError(f"the answers file cannot be read: {first.message}", place=place, hint=first.hint)
    entries = shapes.read(ANSWERS, node, problems)
    answers = read_answers(entries, path.absolute().parent, shown, problems) if entries is not None else Answers(shown)
    if problems.has_errors:
        raise InvalidAnswersError(problems.sorted())
    return answers


def read_answers(
    entries: Entries, folder: Path, shown: str, problems: Problems, *, confined_to: Path | None = None
) -> Answers:
    """Return the rows of a mapping that was read by `ANSWERS_KEYS`; a file that is not there is a problem."""
    facts = entries.table("answers")
    return Answers(
        path=shown,
        facts=tuple(FactGiven(name, shapes.plain(value), str(facts.key_places[name])) for name, value in facts.items()),
        done=tuple(_done(entries.table("done"))),
        exhibits=tuple(_exhibits(_rows(entries, "exhibits"), folder, problems, confined_to)),
        explained=tuple(ExplainedGiven(*pair) for pair in _pairs(entries.table("explained"))),
        events=tuple(_event(row) for row in _rows(entries, "events")),
        approved=tuple(_approved(row) for row in _rows(entries, "approved")),
        sent=tuple(_sent(row) for row in _rows(entries, "sent")),
        replies=tuple(_reply(row) for row in _rows(entries, "replies")),
        checks=tuple(_check(row) for row in _rows(entries, "checks")),
        overrides=tuple(OverrideGiven(*pair) for pair in _pairs(entries.table("overrides"))),
    )


def _rows(entries: Entries, key: str) -> list[Entries]:
    return [row for row in entries.rows(key) if isinstance(row, Entries) and row.is_whole]


def _pairs(table: Entries) -> list[tuple[str, str, str]]:
    return [(name, str(value), str(table.key_places[name])) for name, value in table.items()]


def _done(table: Entries) -> list[DoneGiven]:
    made: list[DoneGiven] = []
    for step, value in table.items():
        place = str(table.key_places[step])
        if isinstance(value, Text):
            made.append(DoneGiven(step, ALL_ITEMS, "done", "", place))
        elif isinstance(value, Entries):
            made += [DoneGiven(step, item, "not-applicable", str(reason), place) for item, reason in value.items()]
        else:
            made += [DoneGiven(step, str(item), "done", "", place) for item in value]
    return made


def _is_inside(file: Path, folder: Path) -> bool:
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a name too long, a loop of links
        return False


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def _exhibits(rows: list[Entries], folder: Path, problems: Problems, confined_to: Path | None) -> list[ExhibitGiven]:
    made: list[ExhibitGiven] = []
    seen: set[str] = set()
    for row in rows:
        file = folder / row.text("file")
        place = row.place_of("file")
        if row.text("id") in seen:
            problems.add("E040", row.place_of("id"), f"the exhibit '{row.text('id')}' stands here twice")
        seen.add(row.text("id"))
        is_absolute = Path(row.text("file")).is_absolute()
        if not _is_inside(file, folder) and (confined_to is not None or not is_absolute):
            # A file from a stranger must not read files of the person who runs it. A whole path in an answers file is
            # the person's own choice; it is named when it is taken.
            whose = "the story's folder" if confined_to is not None else "the folder of the answers file"
            problems.add("E121", place, f"the file lies outside {whose}", "put it beside the file that names it")
        elif not _is_file(file):
            problems.add("E120", place, f"there is no file '{row.text('file')}'", f"looked in {shown_path(folder)}")
        made.append(
            ExhibitGiven(
                id=row.text("id"),
                file=file,
                kind=row.text("kind"),
                title=row.text("title"),
                place=str(row.place),
                fulfils=row.texts("fulfils"),
                sensitivity_class=row.text("class"),
                captured_at=row.text("captured_at"),
                source=row.text("source"),
                assets=row.texts("assets"),
                is_outside=not _is_inside(file, folder),
            )
        )
    return made


def _event(row: Entries) -> EventGiven:
    return EventGiven(
        when=row.text("when"),
        text=row.text("text"),
        source=row.text("source"),
        place=str(row.place),
        stance=row.text("stance", "holder"),
        by=row.text("by"),
        exhibits=row.texts("exhibits"),
        assets=row.texts("assets"),
        marks=row.texts("marks"),
    )


def _approved(row: Entries) -> ApprovedGiven:
    return ApprovedGiven(
        letter=row.text("letter"),
        how=row.text("how"),
        language=row.text("language"),
        at=row.text("at"),
        place=str(row.place),
        step=row.text("step"),
    )


def _sent(row: Entries) -> SentGiven:
    return SentGiven(
        letter=row.text("letter"),
        at=row.text("at"),
        place=str(row.place),
        step=row.text("step"),
        channel=row.text("channel"),
        reference=row.text("reference"),
        assets=row.texts("assets"),
        by=row.text("by"),
        note=row.text("note"),
    )


def _reply(row: Entries) -> ReplyGiven:
    return ReplyGiven(
        step=row.text("step"),
        outcome=row.text("outcome"),
        at=row.text("at"),
        place=str(row.place),
        text=row.text("text"),
        exhibits=row.texts("exhibits"),
    )


def _check(row: Entries) -> CheckGiven:
    return CheckGiven(
        step=row.text("step"),
        due_on=row.text("due_on"),
        result=row.text("result"),
        place=str(row.place),
        note=row.text("note"),
    )
