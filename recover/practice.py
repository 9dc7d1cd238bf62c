"""Stories: played through the real engine, vault and packet, for tests of playbooks and for a class.

A practice vault is encrypted like any other, with keys that exist in this process only, in a folder that is removed
afterwards: nothing of the story is ever readable on the disk but the packets that were asked for. The clock is the
story's. Every expectation that is not met is said in words, with its place in the file.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content, times
from recover.case import answers as engine_answers
from recover.case.coverage import Groups, Point, Told, touched
from recover.case.plan import parse_instance
from recover.desk import answering, leaving
from recover.desk.opening import Desk
from recover.desk.results import PacketWritten
from recover.errors import NotFoundError, RecoverError, UsageError
from recover.frozen import frozen
from recover.packet.letters.rendering import render_letter
from recover.packet.named import text_of
from recover.playbook.origins import groups_in
from recover.playbook.problems import nearest
from recover.playbook.stories import (
    Act,
    DueExpected,
    Expectations,
    LetterExpected,
    PacketExpected,
    Story,
    load_story,
)

if TYPE_CHECKING:
    from recover.case.survey import DueItem, Instance, Survey
    from recover.desk.case import OpenCase
    from recover.packet.interface import PacketPlan

PROFILES = ("platform", "partner", "victim", "lawyer", "police", "press")
"""The packets a practice run builds."""

_READABLE = (".txt", ".html", ".csv", ".ics", ".json", ".eml", ".md")
_NOT_REACHED = frozenset({"unreached", "passed"})


@frozen
class Refused:
    """A packet that did not leave, and why."""

    profile: str
    why: str


@frozen
class Played:
    """What a story's run came to. `unmet` is empty when everything expected was so."""

    story: str
    title: str
    case: str
    """The two-word name it had; the case is gone with its vault."""
    met: int
    unmet: tuple[str, ...]
    packets: tuple[tuple[str, PacketWritten], ...] = ()
    """(profile, packet)."""
    refused: tuple[Refused, ...] = ()
    told: Told | None = None
    """What of its playbooks it touched."""
    groups: Groups = field(default_factory=dict)
    """Which group's file each include of its playbooks is."""

    @property
    def passed(self) -> bool:
        """Say whether every expectation was met."""
        return not self.unmet


class StoryClock:
    """The time of a story: it stands still until an act moves it on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the story's moment, aware UTC."""
        return self.at


def find_stories(names: Sequence[str] = (), roots: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Find stories by their ids, by `playbook/id`, by playbook ids, or as files; without names, all there are.

    Two playbooks may have a story of one id: the id alone finds both. One in `roots` stands in the place of a shipped
    one of the same playbook and id. Raises `NotFoundError` for a name that is none of these.
    """
    folders = [*roots, content.playbooks_root()]
    known = {
        (path.stem, path.parent.parent.name): path
        for root in reversed(folders)
        for path in sorted(root.glob("*/stories/*.yaml"))
    }
    if not names:
        return tuple(known[key] for key in sorted(known))
    found: list[Path] = []
    for name in names:
        stories = [path for (story, book), path in known.items() if name in (story, f"{book}/{story}")]
        stories = stories or [path for (_, book), path in known.items() if book == name]
        if not stories and name.endswith(".yaml") and Path(name).is_file():
            stories = [Path(name)]
        if not stories:
            near = nearest(name, [word for pair in known for word in pair])
            raise NotFoundError(f"there is no story {name}", hint=f"recover practice {near}".rstrip())
        found.extend(stories)
    return tuple(dict.fromkeys(found))


def play(
    story: Path, *, out: Path | None = None, content_root: Path | None = None, roots: Sequence[Path] = ()
) -> Played:
    """Play a story and judge its expectations; with `out`, write its packets there, one folder for each profile.

    `roots` are own folders of playbooks, layered over what is shipped (or over `content_root`, in its place).
    Raises `PlaybookError` when the story's file is not valid; what happens inside the story is in the result.
    """
    loaded = load_story(story)
    with practising(loaded, content_root, roots) as case_of:
        case, clock = case_of()
        seen: set[Point] = set()
        judged = _Judged(unmet=list(play_acts(case, clock, loaded, seen)))
        clock.at = _moment(loaded.as_of or loaded.acts[-1].at, loaded.zone)
        _look(case, seen)
        judge(case, loaded.expect, judged)
        packets, refused = write_packets(case, out) if out is not None else ((), ())
        return Played(
            loaded.id,
            loaded.title,
            case.name,
            judged.met,
            tuple(judged.unmet),
            packets,
            refused,
            Told(loaded.id, case.playbooks, frozenset(seen)),
            _groups(case),
        )


def _groups(case: OpenCase) -> Groups:
    texts = {
        each.playbook.id: each.files.get(f"playbooks/{each.playbook.id}/playbook.yaml", "") for each in case.bundles
    }
    return {playbook: groups_in(text, playbook) for playbook, text in texts.items()}


def _look(case: OpenCase, seen: set[Point]) -> None:
    """Add what the case, as the engine judges it now, has come through."""
    seen.update(touched(case.ground(case.state).walked))


@contextlib.contextmanager
def practising(
    story: Story, content_root: Path | None = None, roots: Sequence[Path] = ()
) -> Iterator[Callable[[], tuple[OpenCase, StoryClock]]]:
    """Give a function that opens a story's case in a vault that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="practice-") as folder:
        root = Path(folder)

        def begin() -> tuple[OpenCase, StoryClock]:
            clock = StoryClock(_moment(story.clock, story.zone))
            desk = Desk(
                root / "vault",
                clock=clock,
                state_dir=root / "state",
                content=content_root,
                roots=roots,
                use_keyring=False,
            )
            desk.create_throwaway_vault()
            beside = story.path.absolute().parent.parent
            is_changed = any((own / story.playbook / "playbook.yaml").is_file() for own in roots)
            is_beside = (beside / "playbook.yaml").is_file() and beside.name == story.playbook
            # A shipped story tests the own copy of its playbook, not the one it lies beside.
            playbook = beside if is_beside and not is_changed else story.playbook
            return desk.start(playbook, practice=True, clock=clock), clock

        yield begin


def play_acts(case: OpenCase, clock: StoryClock, story: Story, seen: set[Point] | None = None) -> tuple[str, ...]:
    """Record what happens in a story, each act at its time; return what could not be played or nothing used.

    `seen` collects what of its playbooks the case came through, looked at before each act and after it.
    """
    faults: list[str] = []
    played: list[Act] = []
    for act in story.acts:
        clock.at = _moment(act.at, story.zone)
        if seen is not None:
            _look(case, seen)
        try:
            answering.apply_rows(case, act.answers, allow_change=True)
            played.append(act)
            if seen is not None:
                _look(case, seen)
        except RecoverError as error:
            faults.append(f"{act.place}: the act at {act.at} cannot be played: {error.message}")
    ground = case.ground(case.state)
    for act in played:
        unused = engine_answers.find_unused(ground, act.answers)
        faults.extend(f"{row.place}: {row.id} is not used: {row.reason}" for row in unused)
    return tuple(faults)


def write_packets(
    case: OpenCase, out: Path, profiles: Sequence[str] = PROFILES
) -> tuple[tuple[tuple[str, PacketWritten], ...], tuple[Refused, ...]]:
    """Write a packet for each profile into `out/<profile>`; a refused one is named with its reason."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[tuple[str, PacketWritten]] = []
    refused: list[Refused] = []
    for profile in profiles:
        try:
            written.append((profile, case.write_packet(case.plan_packet(profile), out / profile)))
        except RecoverError as error:
            refused.append(Refused(profile, error.message))
    return tuple(written), tuple(refused)


# --- expectations --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Judged:
    """What was looked at so far: how many expectations were met, and which were not, in words."""

    met: int = 0
    unmet: list[str] = field(default_factory=list)

    def check(self, is_so: bool, otherwise: str) -> None:
        if is_so:
            self.met += 1
        else:
            self.unmet.append(otherwise)


def _moment(text: str, zone: str) -> datetime:
    return times.parse_instant(text, zone)


def judge(case: OpenCase, expect: Expectations, judged: _Judged) -> None:
    """Compare the case, as it stands now, with what is expected of it."""
    survey = case.survey()
    _steps(survey, expect, judged)
    for gate, status in expect.gates:
        found = survey.gate(gate)
        stands = found.status if found else "not there"
        judged.check(
            stands == status, f"gate {gate} is {stands}, not {status}" + (f": {found.reason}" if found else "")
        )
    for row in expect.due:
        _due(survey, row, judged)
    for letter in expect.letters:
        _letter(case, survey, letter, judged)
    for name, words in expect.not_offered:
        _not_offered(survey, name, words, judged)
    for packet in expect.packets:
        _packet(case, packet, judged)
    if expect.asset_rows is not None:
        count = _asset_rows(case)
        judged.check(count == expect.asset_rows, f"there are {count} accounts, not {expect.asset_rows}")


def _steps(survey: Survey, expect: Expectations, judged: _Judged) -> None:
    waiting = _waiting(survey)
    for name in expect.steps.reached:
        stand = _stand(survey, name)
        judged.check(
            bool(stand) and not stand <= _NOT_REACHED, f"step {name} was not reached{_because(survey, name)}{waiting}"
        )
    for name in expect.steps.not_reached:
        stand = _stand(survey, name)
        judged.check(bool(stand) and stand <= _NOT_REACHED, f"step {name} is {_words(stand)}, and must not be reached")
    for name in expect.steps.open:
        stand = _stand(survey, name)
        is_open = bool(stand & {"open", "waiting", "held"})
        judged.check(is_open, f"step {name} is {_words(stand)}, not open")
    for name in expect.steps.done:
        stand = _stand(survey, name)
        judged.check("done" in stand, f"step {name} is {_words(stand)}, not done{_lacks(survey, name) or waiting}")


def _found(survey: Survey, name: str) -> list[Instance]:
    """Return the instances a name means: one exactly, or every element and visit of a step."""
    exact = [each for each in survey.instances if each.id == name]
    return exact or [each for each in survey.instances if parse_instance(each.id).name == name]


def _stand(survey: Survey, name: str) -> frozenset[str]:
    return frozenset(each.status for each in _found(survey, name))


def _words(stand: frozenset[str]) -> str:
    return " and ".join(sorted(stand)) or "not a step of the playbook"


def _because(survey: Survey, name: str) -> str:
    reasons = [each.because for each in _found(survey, name) if each.because]
    return f" ({reasons[0]})" if reasons else ""


def _lacks(survey: Survey, name: str) -> str:
    lacking = [need.id for each in _found(survey, name) for need in each.missing if not need.optional]
    return f" (it lacks {', '.join(lacking[:4])})" if lacking else ""


def _waiting(survey: Survey) -> str:
    """Name the questions at which a story stands: a new one that its answers do not know holds all that follows."""
    asked = [
        need.id
        for each in survey.instances
        if each.status == "open"
        for need in each.missing
        if need.kind == "question" and not need.optional
    ]
    return f"; not answered yet: {', '.join(asked[:4])}" if asked else ""


def _due(survey: Survey, row: DueExpected, judged: _Judged) -> None:
    named = [item for item in survey.due if row.title.casefold() in _title(item).casefold()]
    if not named:
        judged.unmet.append(f"{row.place}: nothing is due that is called “{row.title}”")
        return
    judged.check(any(_is_due(item, row) for item in named), f"{row.place}: “{row.title}” is due as {_due_words(named)}")


def _title(item: DueItem) -> str:
    return f"{item.title} {item.element_title}".strip()


def _is_due(item: DueItem, row: DueExpected) -> bool:
    on = item.on.isoformat() if item.on else "none"
    file_by = item.file_by.isoformat() if item.file_by else "none"
    text = _due_text(item).casefold()
    return (
        row.on in ("", on)
        and row.file_by in ("", file_by)
        and row.state in ("", item.state)
        and all(words.casefold() in text for words in row.contains)
    )


def _due_text(item: DueItem) -> str:
    return " ".join((_title(item), item.element, item.why, item.note, item.rule, item.source))


def _due_words(items: Sequence[DueItem]) -> str:
    return "; ".join(
        f"{_title(item)}: {item.on or 'no date'}, file by {item.file_by or 'no date'}, {item.state}"
        + (f", {item.note}" if item.note else "")
        for item in items[:4]
    )


def _letter(case: OpenCase, survey: Survey, row: LetterExpected, judged: _Judged) -> None:
    states = [each for each in survey.letters if each.name == row.name]
    if row.offered is not None:
        is_offered = any(each.is_offered for each in states)
        why = "; ".join(block.reason for each in states for block in each.blocks) or "no step that was reached uses it"
        otherwise = (
            f"{row.place}: {row.name} is not offered: {why}" if row.offered else f"{row.place}: {row.name} is offered"
        )
        judged.check(is_offered == row.offered, otherwise)
    if not (row.must_contain or row.must_not_contain):
        return
    try:
        letter = render_letter(case.source(), row.name)
    except RecoverError as error:
        judged.unmet.append(f"{row.place}: {row.name} cannot be made: {error.message}")
        return
    text = "\n".join((letter.title, letter.text, *(each.text for each in letter.fields)))
    _holds(text, row.must_contain, row.must_not_contain, f"{row.place}: {row.name}", judged)


def _holds(text: str, wanted: Sequence[str], unwanted: Sequence[str], place: str, judged: _Judged) -> None:
    for words in wanted:
        judged.check(words in text, f"{place} does not say “{words}”")
    for words in unwanted:
        judged.check(words not in text, f"{place} says “{words}”")


def _not_offered(survey: Survey, name: str, words: str, judged: _Judged) -> None:
    letters = [each for each in survey.letters if each.name == name]
    instances = _found(survey, name)
    if any(each.is_offered for each in letters) or any(each.status not in _NOT_REACHED for each in instances):
        judged.unmet.append(f"{name} is offered, and must not be")
        return
    reasons = [block.reason for each in letters for block in each.blocks] + [each.because for each in instances]
    judged.check(
        any(words.casefold() in reason.casefold() for reason in reasons),
        f"{name} is not offered, but not because “{words}”: {'; '.join(filter(None, reasons)) or 'no reason is given'}",
    )


def _packet(case: OpenCase, row: PacketExpected, judged: _Judged) -> None:
    place = f"{row.place}: the packet for {row.profile}"
    try:
        # A story judges all that the account holder may ask for, not the short note alone.
        planned = case.plan_packet(row.profile, with_proof=True, platform=row.platform)
        text = _packet_text(case, planned)
    except RecoverError as error:
        judged.unmet.append(f"{place} cannot be made: {error.message}")
        return
    numbers = {exhibit.number for exhibit in planned.exhibits}
    for number in row.exhibits:
        reasons = [each.why for each in planned.left_out if each.name == number]
        why = f" ({reasons[0]})" if reasons else ""
        judged.check(number in numbers, f"{place} lacks {number}{why}")
    for number in row.not_exhibits:
        judged.check(number not in numbers, f"{place} holds {number}")
    _holds(text, row.must_contain, row.must_not_contain, place, judged)


def _packet_text(case: OpenCase, planned: PacketPlan) -> str:
    """Return everything readable of a packet: its text files, and the words of every document in whatever format."""
    files = leaving.build(case, planned)
    texts = [file.content.decode("utf-8", "replace") for file in files if file.path.endswith(_READABLE)]
    return "\n".join((*texts, text_of(planned)))


def _asset_rows(case: OpenCase) -> int:
    for playbook in case.playbooks:
        for fact in playbook.facts:
            if fact.means == "asset-list":
                return len(case.state.rows(fact.id))
    raise UsageError("the playbook has no list of accounts")
