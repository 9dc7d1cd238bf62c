"""A story as an exercise: scenes in which a learner decides, and what each wrong turn would have cost.

The story is played once through the real engine. At each act the engine says what is open, held, due and why; from
that, and from what the story's helper did, come one right turn and a few that people really take. Nothing here asks
anybody: the terminal and the page for phones show the same scenes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from recover import practice, times
from recover.case.plan import parse_instance
from recover.desk import answering
from recover.errors import PlaybookError, RecoverError
from recover.frozen import frozen
from recover.packet.letters.rendering import render_letter
from recover.playbook.model import FactType
from recover.playbook.stories import Story, load_story
from recover.playbook.values import check, shown
from recover.playbook.wording import OUTCOMES

if TYPE_CHECKING:
    from recover.case.survey import DueItem, Survey
    from recover.desk.case import OpenCase
    from recover.playbook.answers import CheckGiven, FactGiven, ReplyGiven, SentGiven
    from recover.playbook.model import EvidenceNeed, Fact, Playbook, Step
    from recover.playbook.stories import Act

MOST_TOLD = 8
"""Lines of answers that one scene shows; more is read in the story."""

NEVER: tuple[tuple[str, str, str], ...] = (
    (
        "Ask for the password, and have a look yourself",
        "Nobody gives a password to a helper.",
        "Whoever has held the password is suspected later, and the client's story is worth less.",
    ),
    (
        "Advise the client to write in public who did it",
        "Nobody knows who did it without a source.",
        "A false name harms the client, and the platform reads along.",
    ),
    (
        "Pay somebody who promises to get it back by tomorrow",
        "People who sell recoveries live from a second theft.",
        "Money and time are gone, and one more stranger has the client's papers.",
    ),
    (
        "Delete what the strangers posted, before anybody sees it",
        "Nothing is deleted. It was proof.",
        "What is deleted cannot show the platform what happened, and when.",
    ),
)
"""Turns that are wrong in every playbook: what somebody does, why not, and the cost."""


@frozen
class Choice:
    """One thing a learner can do. `cost` is what it would have cost; empty for the right turn."""

    text: str
    answer: str
    cost: str = ""

    @property
    def is_right(self) -> bool:
        """Say whether this is what the story's helper did."""
        return not self.cost


@frozen
class Scene:
    """One decision. `at` is the story's time in words, `happened` what the world did before it."""

    at: str
    place: str
    """The step it is about, as the playbook titles it: where to read."""
    happened: tuple[str, ...]
    question: str
    choices: tuple[Choice, ...]
    told: tuple[str, ...] = ()
    """What is learned after the right turn: the client's answers, what was saved."""
    hint: str = ""


@frozen
class Exercise:
    """A story to click or type through, and how the case stands at its end."""

    story: str
    title: str
    playbook: str
    card_title: str
    card: tuple[str, ...]
    scenes: tuple[Scene, ...]
    gates: tuple[tuple[str, str], ...]
    """(title, `open` | `held` | `overridden`)."""
    dates: tuple[str, ...]
    """Dates of the case at its end, in sentences."""


def make_exercise(path: Path, roots: Sequence[Path] = ()) -> Exercise:
    """Play a story and return its scenes. Raises `PlaybookError` for a story that is not valid or cannot be played."""
    story = load_story(path)
    scenes: list[Scene] = []
    with practice.practising(story, roots=roots) as begin:
        case, clock = begin()
        teller = _Teller(story, case)
        for act in story.acts:
            clock.at = times.parse_instant(act.at, story.zone)
            scenes += teller.scenes(act)
            try:
                answering.apply_rows(case, act.answers, allow_change=True)
            except (answering.RowsRefused, answering.RowsHeld) as refused:
                raise PlaybookError(
                    f"the story cannot be played with the playbook as it is now: {refused.rows[0][1]}",
                    place=refused.place,
                    hint=f"recover playbook test {story.id}, or name another story",
                ) from refused
        clock.at = times.parse_instant(story.as_of or story.acts[-1].at, story.zone)
        survey = case.survey()
        playbook = case.playbooks[0]
        return Exercise(
            story=story.id,
            title=story.title,
            playbook=playbook.title,
            card_title=playbook.first_aid.title,
            card=playbook.first_aid.lines,
            scenes=tuple(scenes),
            gates=tuple((gate.title, gate.status) for gate in survey.gates),
            dates=tuple(_dates(survey)),
        )


class _Teller:
    """Turns the acts of one story into scenes, with the case as it stands before each."""

    def __init__(self, story: Story, case: OpenCase) -> None:
        self._story = story
        self._case = case
        self._playbook: Playbook = case.playbooks[0]
        self._facts: Mapping[str, Fact] = {fact.id: fact for fact in self._playbook.facts}
        self._steps: Mapping[str, Step] = {step.id: step for step in self._playbook.steps}
        self._hints = dict(story.hints)
        self._costs = dict(story.costs)
        self._later = [(act.at, row) for act in story.acts for row in act.answers.sent]
        self._never = 0

    def scenes(self, act: Act) -> Iterator[Scene]:
        """Yield the decisions of one act, in the order in which they come up."""
        survey = self._case.survey()
        at = times.format_when(times.read_when(act.at, self._story.zone))
        happened = (*((act.says,) if act.says else ()), *(row.text for row in act.answers.events))
        for scene in self._of_act(act, survey):
            yield Scene(
                at, scene.place, happened, scene.question, scene.choices, scene.told, scene.hint or self._hint(scene)
            )
            happened = ()

    def _of_act(self, act: Act, survey: Survey) -> Iterator[Scene]:
        for reply in act.answers.replies:
            yield from self._reply(reply, survey)
        if act.answers.facts:
            yield from self._asking(act, survey)
        yield from self._saving(act)
        for sent in act.answers.sent:
            yield from self._sending(sent, act)
        if act.answers.checks:
            yield from self._checking(act.answers.checks)

    def _hint(self, scene: Scene) -> str:
        step = next((each for each in self._playbook.steps if each.title == scene.place), None)
        if step is None:
            return ""
        return self._hints.get(step.id, "") or step.say

    def _cost(self, *names: str, otherwise: str) -> str:
        return next((self._costs[name] for name in names if name in self._costs), otherwise)

    # --- what people say, and what is asked

    def _asking(self, act: Act, survey: Survey) -> Iterator[Scene]:
        given = {row.fact for row in act.answers.facts}
        step = next((each.step for each in survey.open if given & set(each.step.ask)), None)
        step = step or next((each for each in self._playbook.steps if given & set(each.ask)), None)
        if step is None:
            return
        told = [f"{self._facts[row.fact].ask} {self._said(row)}" for row in act.answers.facts]
        more = len(told) - MOST_TOLD
        right = Choice(
            f"Go through “{step.title}”, and what follows from it, question by question", "The client answers."
        )
        yield Scene(
            "",
            step.title,
            (),
            "What do you do now?",
            self._shuffled((right, *self._too_early(act, survey), self._never_do())),
            (*told[:MOST_TOLD], *((f"… and {more} more answers",) if more > 0 else ())),
        )

    def _said(self, row: FactGiven) -> str:
        """Return an answer of the story's client in words."""
        fact = self._facts[row.fact]
        if row.raw in ("dont-know", "prefer-not-to-say"):
            return "I don't know." if row.raw == "dont-know" else "I'd rather not say."
        if fact.type is FactType.LIST:
            return f"({len(row.raw)} row{'' if len(row.raw) == 1 else 's'})"
        return shown(fact, check(fact, row.raw, zone=self._story.zone))

    def _too_early(self, act: Act, survey: Survey) -> Iterator[Choice]:
        """Yield the letter that the story sends later, if something still holds it now: the engine says what."""
        moment = times.parse_instant(act.at, self._story.zone)
        for at, row in self._later:
            if times.parse_instant(at, self._story.zone) < moment or row in act.answers.sent:
                continue
            reason = self._refusal(row.letter)
            if reason:
                title = self._letter_title(row.letter)
                cost = self._cost(
                    f"letter {row.letter}",
                    otherwise=f"“{title}” would have gone out too early: {reason}.",
                )
                yield Choice(f"Write “{title}” and send it at once", f"Held. {reason}.", cost)
                return

    def _refusal(self, letter: str) -> str:
        """Return the first reason why a letter cannot be made now, as the engine words it; empty when it can."""
        try:
            render_letter(self._case.source(), letter)
        except RecoverError as error:
            reasons = error.message.partition(": ")[2].split("; ")
            more = f" (and {len(reasons) - 1} more reasons)" if len(reasons) > 1 else ""
            return reasons[0].rstrip(".") + more
        return ""

    def _letter_title(self, letter: str) -> str:
        about = next((each for bundle in self._case.bundles for each in bundle.letters if each.name == letter), None)
        return about.title if about is not None and about.title else letter

    def _never_do(self) -> Choice:
        text, reason, cost = NEVER[self._never % len(NEVER)]
        self._never += 1
        return Choice(text, reason, cost)

    # --- evidence

    def _saving(self, act: Act) -> Iterator[Scene]:
        for exhibit in act.answers.exhibits:
            for step, need in self._needs(exhibit.fulfils):
                if not need.volatile:
                    continue
                later = self._steps.get(need.before)
                first = f"First “{later.title}”, the pictures can wait" if later else "Go on; the pictures can wait"
                cost = self._cost(
                    f"evidence {need.id}",
                    f"step {step.id}",
                    otherwise=f"“{need.title}” would have been gone; a letter could only call it the holder's word.",
                )
                answer = f"It may vanish: {need.title.rstrip('.')}. What is not saved now cannot be shown later."
                yield Scene(
                    "",
                    step.title,
                    (),
                    "What comes first?",
                    self._shuffled(
                        (Choice(f"Save it: {need.title}", "It is in the log."), Choice(first, answer, cost))
                    ),
                    (f"{exhibit.id}: {exhibit.title}",),
                )
                return

    def _needs(self, fulfils: Sequence[str]) -> Iterator[tuple[Step, EvidenceNeed]]:
        for name in fulfils:
            step_name, _, need_id = name.rpartition(".")
            step = self._steps.get(parse_instance(step_name).name)
            for need in step.evidence if step is not None else ():
                if need.id == need_id and step is not None:
                    yield step, need

    # --- letters

    def _sending(self, sent: SentGiven, act: Act) -> Iterator[Scene]:
        title = self._letter_title(sent.letter)
        step = self._step_of(sent.step, sent.letter)
        approved = next((row for row in act.answers.approved if row.letter == sent.letter), None)
        how = f" ({approved.how})" if approved is not None else ""
        told = (f"Sent {times.format_when(times.read_when(sent.at, self._story.zone))}"
                + (f", reference {sent.reference}" if sent.reference else ""),)  # fmt: skip
        unread = self._cost(
            f"letter {sent.letter}",
            otherwise=f"“{title}” would have gone out unheard, in the client's name; what is wrong in it stays.",
        )
        twice = self._cost(
            "twice",
            otherwise="A repeated report breaks the platform's terms and goes to the end of the queue.",
        )
        yield Scene(
            "",
            step.title if step is not None else title,
            (),
            f"“{title}” is written. What now?",
            self._shuffled(
                (
                    Choice(
                        f"Read it to the client, record the approval{how}, and send it once", "It is recorded as sent."
                    ),
                    Choice(
                        "Send it now; the client will agree",
                        "Nothing is recorded as sent before it is approved.",
                        unread,
                    ),
                    Choice("Send it through every form there is, to be sure", "One report for one decision.", twice),
                )
            ),
            told,
        )

    def _step_of(self, name: str, letter: str) -> Step | None:
        if name:
            return self._steps.get(parse_instance(name).name)
        return next(
            (each for each in self._playbook.steps if any(use.template == letter for use in each.letters)), None
        )

    # --- what the other side does, and checks

    def _reply(self, reply: ReplyGiven, survey: Survey) -> Iterator[Scene]:
        step = self._steps.get(parse_instance(reply.step).name)
        outcome = next((each for each in step.outcomes if each.id == reply.outcome), None) if step is not None else None
        if step is None or outcome is None or outcome.go not in self._steps:
            return
        words = OUTCOMES.get(reply.outcome, reply.outcome)
        right = Choice(f"Go on with “{self._steps[outcome.go].title}”", "That is where this answer leads.")
        wrong: list[Choice] = []
        for other in step.outcomes:
            target = self._steps.get(other.go)
            if target is None or other.go == outcome.go or any(target.title in each.text for each in wrong):
                continue
            meant = OUTCOMES.get(other.id, other.id)
            running = self._running(survey)
            wrong.append(
                Choice(
                    f"Go on with “{target.title}”",
                    f"That would be right for: {meant}.",
                    self._cost(
                        f"step {step.id}", otherwise=f"Days are lost on a way this answer does not open.{running}"
                    ),
                )
            )
        again = Choice(
            "Send the same once more",
            "The platform counts it as a repeated report.",
            self._cost("twice", otherwise="A repeated report breaks the terms and goes to the end of the queue."),
        )
        yield Scene(
            "",
            step.title,
            (),
            f"The other side answered. {words}. What follows?",
            self._shuffled((right, *wrong[:2], again)),
        )

    def _running(self, survey: Survey) -> str:
        dated = [each for each in survey.due if each.on is not None and each.state == "open"]
        if not dated:
            return ""
        first = min(dated, key=lambda each: (each.on, _due_title(each)))
        return f" Running meanwhile: {_due_title(first)}, {times.format_day(first.on)}." if first.on else ""

    def _checking(self, rows: Sequence[CheckGiven]) -> Iterator[Scene]:
        step = self._steps.get(parse_instance(rows[0].step).name)
        if step is None:
            return
        days = ", ".join(times.format_day(date.fromisoformat(row.due_on)) for row in rows)
        cost = self._cost(f"step {step.id}", otherwise="What somebody left behind would have been found too late.")
        choices = (
            Choice("Do it, and write down what you saw", _checked(rows[-1])),
            Choice("Skip it; it was quiet so far", "Quiet is what it looks like before the second loss.", cost),
        )
        told = tuple(f"{row.due_on}: {_checked(row)}" for row in rows[:-1])
        yield Scene("", step.title, (), f"A check is due: {days}.", self._shuffled(choices), told)

    def _shuffled(self, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Order choices so that the right one has no fixed place; the same story always gives the same order."""
        return tuple(sorted(choices, key=lambda each: _weight(self._story.id + each.text)))


def _checked(row: CheckGiven) -> str:
    return {
        "done": f"Done: {row.note or 'nothing unusual'}.",
        "anomaly": f"Found: {row.note}. It has to be followed up at once.",
        "missed": f"In this story it was missed: {row.note or 'nobody looked'}. So the next loss begins.",
    }[row.result]


def _weight(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def _due_title(item: DueItem) -> str:
    return f"{item.title}: {item.element_title}" if item.element_title else item.title


def _dates(survey: Survey) -> Iterator[str]:
    words = {
        "open": "open",
        "done": "done",
        "missed": "missed",
        "overdue": "overdue",
        "passed": "passed",
        "lost": "lost",
    }
    for item in sorted(survey.due, key=lambda each: (each.on is None, str(each.on), _due_title(each))):
        if item.on is not None and item.state in words:
            yield f"{times.format_day(item.on)}: {_due_title(item)} ({words[item.state]})"
