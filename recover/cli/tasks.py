"""What can be done in a case besides answering questions: evidence, letters, replies, checks, gates, notes.

Each task is a few prompts and one call of the desk. `offer` shows them as one numbered list, best first, in the order
of the engine's own ranking; the interview calls single ones where a step asks for them.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.evidence import reading
from recover.cli.letters import show_letter
from recover.cli.now import says_only_the_day
from recover.cli.output import line
from recover.cli.prompts import Question, Said, Word
from recover.cli.questions import ask_fact, change_row, find_fact, pick_outcome
from recover.cli.views import show_kept, show_plaintext, show_recorded
from recover.cli.words import is_exhibit
from recover.errors import InputError, NotFoundError, PartialError, RefusedError, TemplateError, UsageError
from recover.playbook.model import FactType

if TYPE_CHECKING:
    from recover.case.survey import Action, Instance, Need, Survey
    from recover.cli.invocation import Invocation
    from recover.desk import OpenCase, Recorded

GOES_ON = (RefusedError, UsageError, PartialError, InputError, NotFoundError, TemplateError)
"""Refusals that belong to one thing that was tried; the session goes on after them. Anything else ends it."""

MOST_OFFERED = 12
PROMISE_RESULTS = (("kept", "It was kept"), ("broken", "It was broken"), ("dropped", "It does not matter any more"))
TOLD = ("gate", "contact", "stale")
"""Kinds of action that cannot be done at once but have to be known."""

Task = tuple[str, Callable[[], object]]


@dataclass(slots=True)
class Tasks:
    """The tasks of one case in one session. `skipped` is what the interview left open; a task may clear it."""

    invocation: Invocation
    case: OpenCase
    skipped: set[tuple[str, str, str]]

    # --- the list ---------------------------------------------------------------------------------------------------

    def offer(self) -> bool:
        """Show what can be done, do one thing, and say whether the interview should look again; False to leave."""
        survey = self.case.survey()
        tasks = self._tasks(survey)
        choices = [(str(number), title) for number, (title, _) in enumerate(tasks, 1)] + [("stop", "Stop for now")]
        self._tell(survey)
        said = self.invocation.prompts.ask(
            Question(f"{self.case.name}: what now?", choices=tuple(choices), default="stop", words=frozenset())
        )
        if said.word is Word.STOP or said.text == "stop":
            return False
        try:
            tasks[int(said.text) - 1][1]()
        except GOES_ON as refusal:
            self.invocation.output.error(refusal)
        return True

    def _tasks(self, survey: Survey) -> list[Task]:
        """Return what can be done now: what was left open, the engine's ranking, promises, what is always possible."""
        tasks: list[Task] = []
        if self.skipped:
            tasks.append((f"Go on with what was left open ({len(self.skipped)})", self.skipped.clear))
        ranked = [task for action in survey.next if (task := self._task(action)) is not None]
        tasks += [*ranked[:MOST_OFFERED], *self._promises()]
        if any(each.status == "waiting" for each in survey.instances):
            tasks.append(("An answer came", lambda: self.reply("")))
        tasks += [
            ("Add evidence", self.add_evidence),
            ("Write a note", self.note),
            ("Record something that happened", self.event),
            ("Change an answer", self.change_answer),
        ]
        if any(gate.status == "held" and gate.override != "nobody" for gate in survey.gates):
            tasks.append(("Open a gate by decision, with a reason", self.override))
        return tasks

    def _tell(self, survey: Survey) -> None:
        """Say what has to be known before choosing: warnings, and what cannot be done yet."""
        out = self.invocation.output
        for warning in survey.warnings:
            out.say(f"careful: {line(warning)}")
        for action in survey.next:
            if action.kind in TOLD and self._task(action) is None:
                out.say(f"held: {line(action.title)}: {line(action.reason)}", hang="  ", look=out.faint)

    def _task(self, action: Action) -> Task | None:
        """Turn one of the engine's actions into something that can be done here; None where there is nothing to do."""
        do: dict[str, Callable[[], object]] = {
            "approve": lambda: self.letter(action.target, action.instance),
            "letter": lambda: self.letter(action.target, action.instance),
            "send": lambda: self.letter(action.target, action.instance),
            "reply": lambda: self.reply(action.instance),
            "remind": lambda: self.chase(action.instance),
            "check": lambda: self.check(action),
            "contact": self.confirm_contact if action.target == "contact_changed" else self.change_contact,
            "conflict": lambda: self.settle(action.target),
            "close": self.close,
        }
        found = do.get(action.kind)
        if found is None or action.target == "rival_claimant":
            return None
        day = f"{action.on.isoformat()} " if action.on else ""
        is_told = not action.reason or says_only_the_day(action.reason, action.on)
        return f"{day}{action.title}{'' if is_told else ' (' + action.reason + ')'}", found

    # --- evidence ---------------------------------------------------------------------------------------------------

    def evidence(self, instance: Instance, need: Need) -> Said:
        """Ask for a piece of evidence of a step: a file, an exhibit already here, a reason, or harm first."""
        choices = [("file", "Add a file or folder"), ("missing", "It cannot be had, because …"), ("later", "Later")]
        if self.case.exhibits():
            choices.insert(1, ("here", "It is here already, as an exhibit"))
        if instance.step.race:
            choices.append(("harm", "Stop the harm first (the gap is recorded)"))
        title = f"Evidence: {need.title}{' (may stay open)' if need.optional else ''}"
        said = self.invocation.prompts.ask(
            Question(title, why=need.reason, choices=tuple(choices), words=frozenset({Word.BACK, Word.SKIP}))
        )
        command_id = need.command_id or f"{instance.id}.{need.id}"
        if said.word is not None or said.text == "later":
            return said if said.word is not None else Said(word=Word.SKIP)
        if said.text == "file":
            self.add_evidence(fulfils=command_id, kind=_kind_of(instance, need), sensitivity=_class_of(instance, need))
        elif said.text == "here":
            self._echo(self.case.link_exhibit(self._exhibit_number(), [command_id]), "linked")
        elif said.text == "missing":
            self._echo(self.case.explain(command_id, self.invocation.prompts.text("Because?")), "kept")
        else:
            self._echo(self.case.stop_step(instance.id, "stopping harm first", race=True), "kept")
        return said

    def add_evidence(self, fulfils: str = "", kind: str = "", sensitivity: str = "") -> None:
        """Ask for files and what they are, and add them."""
        prompts = self.invocation.prompts
        paths = typed_paths(prompts.text("Which file or folder?", shape="drag it into this window, or type its path"))
        title = prompts.text("What is it, in a few words?", optional=True)
        when = prompts.text(
            "When was it photographed or saved?", shape="2026-10-05 21:40, 2026-10-05, 2026-10 …", optional=True
        )
        with reading(self.invocation.output, paths) as progress:
            intake = self.case.add_exhibits(
                paths, kind=kind, title=title, captured_at=when, sensitivity_class=sensitivity,
                fulfils=[fulfils] if fulfils else [], progress=progress,
            )  # fmt: skip
        out = self.invocation.output
        for exhibit in intake.added:
            out.say(
                f"{self.case.name}: {exhibit.number} {line(exhibit.title)}, sha256 {exhibit.file_sha256[:16]}…",
                indent="  ",
            )
        for duplicate in intake.duplicates:
            out.say(f"already here as {duplicate.number}: {line(duplicate.name)}", indent="  ")
        for skipped in intake.skipped:
            out.say(f"left out: {line(skipped.name)} ({line(skipped.why)})", indent="  ")
        show_plaintext(out, intake.plaintext)

    def _exhibit_number(self) -> str:
        for exhibit in self.case.exhibits():
            self.invocation.output.say(f"{exhibit.number}  {line(exhibit.title)}", indent="  ")
        number = self.invocation.prompts.text("Which exhibit?", shape="E07")
        if not is_exhibit(number):
            raise UsageError(f"'{line(number)}' is no exhibit's number", hint="such as E07")
        return number[:1].upper() + number[1:]

    # --- letters and what comes back --------------------------------------------------------------------------------

    def letter(self, name: str, step: str) -> Said:
        """Show a letter; record its approval and that it went out, if both happened."""
        prompts, out = self.invocation.prompts, self.invocation.output
        state = next((each for each in self.case.survey().letters if (each.name, each.instance) == (name, step)), None)
        if state is not None and not state.is_offered:
            raise RefusedError(
                f"the letter {name} is held: {'; '.join(block.reason for block in state.blocks) or state.why}",
                hint=next((block.hint for block in state.blocks if block.hint), ""),
            )
        built = self.case.letter(name)
        show_letter(out, self.case, built)
        if built.approval in ("missing", "outdated"):
            heard = self.case.client_language
            if heard.partition("-")[0] not in ("", "en"):
                told = f"recover letter {self.case.name} {name} --read-back {line(heard)}"
                out.say(f"as it is read to the client: {told}", indent="  ")
            if not prompts.confirm(
                "Did the client approve exactly this text?", why="read it aloud, or send it over a safe line"
            ):
                return Said(word=Word.SKIP)
            how = prompts.text("How?", why="for example: read aloud by phone")
            language = prompts.text(
                "In which language was it read back?", shape="a code such as az, ru, en", default=heard
            )
            self._echo(self.case.approve(name, how=how, language=language, step=step), "approval kept")
        if not prompts.confirm("Has it gone out?", why="a letter not recorded as sent starts no clock"):
            return Said(word=Word.SKIP)
        at = prompts.moment("When?", self.case.zone)
        reference = prompts.text("Which ticket or reference number did it get?", optional=True)
        self._echo(self.case.sent(name, at=at, reference=reference, step=step), "kept")
        return Said(text="sent")

    def reply(self, step: str) -> None:
        """Record what the other side did."""
        prompts = self.invocation.prompts
        step, outcome = pick_outcome(self.invocation, self.case, step)
        at = prompts.moment("When did it come?", self.case.zone)
        text = prompts.text("What does it say, in one line?", optional=True)
        self._echo(self.case.reply(outcome, at=at, text=text, step=step), "kept")

    def chase(self, step: str) -> None:
        """Record that inbox and spam were looked at; nothing is sent again."""
        if self.invocation.prompts.confirm("Was there an answer, in the inbox or in spam?"):
            self.reply(step)
            return
        note = self.invocation.prompts.text("Where did you look?", default="inbox and spam")
        self._echo(self.case.chase(step, note), "kept; the reminder starts again from here")

    def check(self, action: Action) -> None:
        """Record a scheduled check."""
        due_on = action.on.isoformat() if action.on else action.target
        choices = [
            ("done", "Done, nothing unusual"),
            ("anomaly", "Done, and something was found"),
            ("missed", "Missed"),
        ]
        result = self.invocation.prompts.pick(f"The check of {line(due_on)}?", choices)
        note = self.invocation.prompts.text("What was seen?", optional=result == "done")
        self._echo(self.case.check(due_on, result, note=note, step=action.instance), "kept")

    # --- the rest ---------------------------------------------------------------------------------------------------

    def note(self) -> None:
        """Write a note for helpers."""
        self._echo(self.case.note(self.invocation.prompts.paragraph("What should be noted?")), "kept")

    def event(self) -> None:
        """Record something that happened."""
        from recover.cli.events import ask_event

        self._echo(ask_event(self.invocation, self.case), "kept")

    def change_answer(self) -> None:
        """Give another answer to a question; the old one stays in the log."""
        answered = dict.fromkeys([*(key.fact for key in self.case.state.facts), *self.case.state.lists])
        facts = {fact.id: fact.ask for playbook in self.case.playbooks for fact in playbook.facts}
        choices = [(name, facts[name]) for name in answered if name in facts]
        if not choices:
            raise UsageError("nothing has been answered yet")
        name = self.invocation.prompts.pick("Which answer?", choices)
        fact = find_fact(self.case, name)
        if fact.type is FactType.LIST:
            for recorded in change_row(self.invocation, self.case, fact):
                self._echo(recorded, "kept")
        else:
            self._echo(ask_fact(self.invocation, self.case, fact, fact_id=name), "kept")

    def settle(self, target: str) -> None:
        """Ask a question again that two people answered differently."""
        self._echo(ask_fact(self.invocation, self.case, find_fact(self.case, target), fact_id=target), "settled")

    def override(self) -> None:
        """Open a gate by decision of the helper, with a reason."""
        held = [gate for gate in self.case.survey().gates if gate.status == "held" and gate.override != "nobody"]
        choices = [(gate.id, f"{gate.title} (held: {gate.reason or gate.why})") for gate in held]
        gate_id = self.invocation.prompts.pick("Which gate?", choices)
        reason = self.invocation.prompts.text(
            "Why is it opened all the same?", why="the reason stays in the log, with the time"
        )
        self._echo(self.case.override(gate_id, reason), "kept")

    def confirm_contact(self) -> None:
        """Record how a changed contact was confirmed."""
        how = self.invocation.prompts.text(
            "How was the new contact confirmed?", why="over the old contact, or by an endorser reached independently"
        )
        self._echo(self.case.confirm_contact(how), "kept")

    def change_contact(self) -> None:
        """Ask for a contact that does not hang on a lost account."""
        found = [fact for playbook in self.case.playbooks for fact in playbook.facts if fact.means == "safe-contact"]
        if not found:
            raise UsageError("this playbook asks for no contact")
        recorded = ask_fact(self.invocation, self.case, found[0], fact_id=found[0].id)
        self._echo(recorded, "kept")

    def _promises(self) -> list[Task]:
        """Return a task for each promise of a call of which it is not known what became of it."""
        settled = {(one.body.call, one.body.number) for one in self.case.state.promises}
        return [
            (
                f"Promised by {call.body.with_whom}: {text}{' by ' + day if day else ''}",
                partial(self._settle, call.id, number),
            )
            for call in self.case.state.calls
            for number, (text, day) in enumerate(call.body.promises, 1)
            if (call.id, number) not in settled
        ]

    def _settle(self, call: str, number: int) -> None:
        result = self.invocation.prompts.pick("What became of it?", PROMISE_RESULTS)
        note = self.invocation.prompts.text("Anything to remember?", optional=True)
        self._echo(self.case.settle_promise(call, number, result, note), "kept")

    def close(self) -> None:
        """End the work on the case."""
        outcome = self.invocation.prompts.text("With which outcome?", shape="restored, refused, handed over …")
        reason = self.invocation.prompts.text("Anything left open, and why?", optional=True)
        show_recorded(self.invocation.output, self.case.close(outcome, reason), "closed")

    def _echo(self, recorded: Recorded, what: str) -> None:
        show_kept(self.invocation.output, recorded, what)


def typed_paths(typed: str) -> list[Path]:
    """Return the paths in a line: quotes and backslashes as a terminal inserts them when a file is dragged in."""
    whole = Path(typed).expanduser()
    if whole.exists():
        return [whole]
    try:
        words = shlex.split(typed)
    except ValueError as error:
        raise UsageError("the quotes in this path do not match", hint="type the path without quotes") from error
    return [Path(word).expanduser() for word in words]


def _kind_of(instance: Instance, need: Need) -> str:
    return next((each.kind for each in instance.step.evidence if each.id == need.id), "")


def _class_of(instance: Instance, need: Need) -> str:
    return next((each.sensitivity_class for each in instance.step.evidence if each.id == need.id), "")
