"""`recover start` and `recover resume`: one long, calm session that can be left at any moment.

The interview asks what the open steps still lack, one question at a time; each answer is in the log before the next
question is asked. When nothing is left to ask, it shows what can be done now as a numbered list, until `stop`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from recover.cli.output import block, line
from recover.cli.prompts import ANY, Question, Said, Word
from recover.cli.questions import ask_and_record, ask_row, find_fact, present_answer, question_of
from recover.cli.tasks import GOES_ON, Tasks
from recover.cli.views import show_kept
from recover.errors import InterruptedByUser
from recover.playbook.model import FactType

if TYPE_CHECKING:
    from recover.case.survey import Instance, Need, Survey
    from recover.cli.invocation import Invocation
    from recover.desk import OpenCase, Recorded
    from recover.playbook.speech import Speech

Redo = Callable[[], Said]


@dataclass(slots=True)
class Interview:
    """Leads one helper through one case; holds only what belongs to this session, never the case itself."""

    invocation: Invocation
    case: OpenCase
    skipped: set[tuple[str, str, str]] = field(default_factory=set)
    asked: list[Redo] = field(default_factory=list)
    """What `back` goes to, newest last."""
    here: str = ""
    """The step instance on the screen."""
    language: str = ""
    """What is read to the client in this session; empty: the language the case's answers name."""
    told: str = ""
    """The last notice about the language."""

    def run(self) -> None:
        """Ask, then offer what can be done, until there is nothing left or the person stops."""
        try:
            while self._ask_open() and Tasks(self.invocation, self.case, self.skipped).offer():
                self.here = ""
        except (InterruptedByUser, KeyboardInterrupt) as stop:
            raise InterruptedByUser(
                f"stopped; everything answered so far is kept in {self.case.name}",
                hint=f"recover resume {self.case.name}",
            ) from stop
        self.invocation.output.say(f"\nEverything is kept in {self.case.name}.")
        self.invocation.output.next_steps(
            (f"recover resume {self.case.name}", "go on"), (f"recover next {self.case.name}", "what to do now")
        )

    # --- going through the steps -----------------------------------------------------------------------------------

    def _ask_open(self) -> bool:
        """Ask until no open step lacks anything that was not skipped; False when the person stopped."""
        while True:
            survey = self.case.survey()
            found = self._find(survey)
            if found is None:
                return True
            instance, need = found
            if instance.id != self.here:
                self._enter(instance)
            said = self._ask(instance, need)
            if said.word is Word.STOP:
                return False
            if said.word is Word.BACK:
                if not self._go_back():
                    return False
            elif said.word is Word.SKIP:
                self.skipped.add(_key(instance, need))

    def _find(self, survey: Survey) -> tuple[Instance, Need] | None:
        """Stay with the step on the screen while it lacks something, optional answers included; then the next one."""
        present = survey.instance(self.here) if self.here else None
        ordered = ([present] if present is not None and present.status in ("open", "done") else []) + sorted(
            survey.open, key=lambda each: not each.step.race
        )
        for instance in ordered:
            for need in instance.missing:
                if need.kind in HANDLERS and _key(instance, need) not in self.skipped:
                    return instance, need
        return None

    def _enter(self, instance: Instance) -> None:
        out = self.invocation.output
        self.here = instance.id
        said = self.speech().step(instance.step, instance.playbook)
        progress = instance.progress
        place = f"step {progress.number} of {progress.total}: " if progress else ""
        out.heading(f"{self.case.name}, {place}{said['title'].text}")
        if instance.element:
            out.say(f"about {line(instance.element)}", indent="  ")
        if instance.is_advice_held:
            out.say("The advice of this step waits until the client can talk safely.", indent="  ")
            return
        if instance.step.say:
            out.say(block(said["say"].text), indent="  ")
        if instance.step.tell:
            out.say("read aloud:", indent="  ")
            out.say(f"\u201c{block(said['tell'].text)}\u201d", indent="    ")
            if said["tell"].needs_english:
                out.say(f"en: {block(instance.step.tell)}", indent="    ", look=out.faint)
            if said["tell"].remark:
                out.say(f"({said['tell'].remark})", indent="    ", look=out.faint)

    def speech(self) -> Speech:
        """Return how the client is spoken to now; says once what a helper must know of the translation."""
        speech = self.case.speech(self.language)
        if speech.notice and speech.notice != self.told:
            self.invocation.output.say(f"\n{speech.notice}")
        self.told = speech.notice
        return speech

    def _ask(self, instance: Instance, need: Need) -> Said:
        try:
            return HANDLERS[need.kind](self, instance, need)
        except GOES_ON as refusal:
            self.invocation.output.error(refusal)
            return Said(word=Word.SKIP)

    def _go_back(self) -> bool:
        """Ask the question before this one again; back on it goes further back. False when the person stopped."""
        if not self.asked:
            self.invocation.output.say("This is the first question of this session.", indent="  ")
            return True
        redo = self.asked.pop()
        said = redo()
        if said.word is Word.BACK:
            return self._go_back()
        return said.word is not Word.STOP

    # --- one need ---------------------------------------------------------------------------------------------------

    def question(self, instance: Instance, need: Need) -> Said:
        """Ask a question of a step, or a column of the element it is about."""
        column = need.id.removeprefix("item.") if need.id.startswith("item.") else ""
        fact_id = instance.step.for_each if column else need.id
        return self._fact(fact_id, instance.element if column else "", column, instance, need.optional)

    def _fact(self, fact_id: str, element: str, column: str, instance: Instance, optional: bool) -> Said:
        fact = find_fact(self.case, fact_id, column)
        if fact.type is FactType.LIST:
            return self._rows(fact_id, instance)
        before = present_answer(self.case, fact, fact_id, element, column)
        said, recorded = ask_and_record(
            self.invocation, self.case, fact,
            question_of(fact, may_stay_open=optional and not before, before=before, speech=self.speech(),
                        of_list=fact_id if column else ""),
            fact_id=fact_id, element=element, field=column, step=instance.id,
        )  # fmt: skip
        if recorded is not None:
            self.echo(recorded, "kept")
        if said.word not in (Word.BACK, Word.SKIP, Word.STOP):
            self.asked.append(lambda: self._fact(fact_id, element, column, instance, optional))
        return said

    def _rows(self, fact_id: str, instance: Instance) -> Said:
        fact = find_fact(self.case, fact_id)
        prompts, out = self.invocation.prompts, self.invocation.output
        choices = (("add", "Add one"), ("done", "That is all"))
        opening = replace(question_of(fact, speech=self.speech()), shape="", choices=choices)
        while True:
            count = len(self.case.state.rows(fact_id))
            words = ANY if not count else frozenset({Word.BACK, Word.SKIP})
            said = prompts.ask(replace(opening, progress=f"{count} in the list so far", words=words))
            if said.word in (Word.DONT_KNOW, Word.DECLINED) and not count:
                status = "dont-know" if said.word is Word.DONT_KNOW else "declined"
                self.echo(self.case.answer(fact_id, status=status, step=instance.id), "kept")
                return said
            if said.word is not None:
                return said
            if said.text == "done":
                return Said(word=Word.SKIP)
            recorded = ask_row(self.invocation, self.case, fact, step=instance.id, speech=self.speech())
            if recorded is not None:
                self.echo(recorded, "row kept")
            opening = replace(opening, text="Is there another one?", why="", help=fact.help, english="")
            out.say()

    def item(self, instance: Instance, need: Need) -> Said:
        """Ask whether a checklist item is done."""
        item = next(each for each in instance.step.do if each.id == need.id)
        choices = (
            ("done", "Done"),
            ("not-done", "Not done, because …"),
            ("not-applicable", "Does not apply, because …"),
        )
        text = self.speech().step(instance.step, instance.playbook)[f"do.{item.id}"].text
        title = f"[ ] {text}{' (critical)' if item.critical else ''}"
        said = self.invocation.prompts.ask(Question(title, choices=choices, words=frozenset({Word.BACK, Word.SKIP})))
        if said.word is not None:
            return said
        reason = (
            "" if said.text == "done" else self.invocation.prompts.text("Because?", why="the reason stays in the log")
        )
        self.echo(self.case.mark(instance.id, item.id, said.text, reason), "kept")
        self.asked.append(lambda: self.item(instance, need))
        return said

    def evidence(self, instance: Instance, need: Need) -> Said:
        """Ask for a piece of evidence: a file, an exhibit already here, a reason, or stopping the harm first."""
        return Tasks(self.invocation, self.case, self.skipped).evidence(instance, need)

    def letter(self, instance: Instance, need: Need) -> Said:
        """Offer a letter: show, approve, record as sent."""
        return Tasks(self.invocation, self.case, self.skipped).letter(need.id, instance.id)

    def echo(self, recorded: Recorded, what: str) -> None:
        """Say that it is in the log, with the case's name, before the next question."""
        show_kept(self.invocation.output, recorded, what)


HANDLERS: dict[str, Callable[[Interview, Instance, Need], Said]] = {
    "question": Interview.question,
    "list": Interview.question,
    "item": Interview.item,
    "evidence": Interview.evidence,
    "letter": Interview.letter,
}
"""Kind of need → how it is asked. Gates, replies and checks are offered as tasks instead."""


def _key(instance: Instance, need: Need) -> tuple[str, str, str]:
    return instance.id, need.kind, need.id
