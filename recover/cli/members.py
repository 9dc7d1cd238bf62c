"""Questions about a person or an account: their parts are asked one after the other, and none that was typed is lost.

As soon as the needed parts are there, the answer is in the log and grows with each further part. What is typed before
that is no answer yet; whoever leaves then (Ctrl-C, the end of the input, `back`, `skip`, `stop`) leaves it as a note,
and the same question offers it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from recover.cli.prompts import ANY, Question, Said, Word
from recover.cli.questions import STATUS, question_of, show_problem
from recover.errors import InterruptedByUser, UsageError
from recover.playbook.values import check, members_of

if TYPE_CHECKING:
    from recover.cli.invocation import Invocation
    from recover.desk import OpenCase, Recorded
    from recover.playbook.model import Fact


@dataclass(slots=True)
class MemberByMember:
    """Asks for one person or account; `answer` grows with each part, `unsaved` holds what is in no entry yet."""

    invocation: Invocation
    case: OpenCase
    fact: Fact
    fact_id: str
    element: str
    column: str
    step: str
    answer: dict[str, str] = field(default_factory=dict)
    unsaved: dict[str, str] = field(default_factory=dict)

    def ask(self, question: Question) -> tuple[Said, Recorded | None]:
        """Ask all parts, the needed ones first; return what was said last and what was recorded last."""
        self.answer = self._known()
        offered = self.answer or self._left_in_a_note()
        recorded: Recorded | None = None
        try:
            for number, member in enumerate(self._members()):
                said, now = self._part(member, question if not number else None, offered.get(member.id, ""))
                recorded = now or recorded
                if said.word is Word.SKIP and (self._may_stay_open(member) or member.id in self.answer):
                    continue
                if said.word is not None:
                    self._leave()
                    return said, recorded
        except (InterruptedByUser, KeyboardInterrupt):
            self._leave()
            raise
        return Said(text="…"), recorded

    def _members(self) -> list[Fact]:
        members = self.fact.fields or members_of(self.fact.type, self.fact.needs)
        return sorted(members, key=self._may_stay_open)

    def _may_stay_open(self, member: Fact) -> bool:
        return member.optional and member.id not in self.fact.needs

    def _part(self, member: Fact, opening: Question | None, before: str) -> tuple[Said, Recorded | None]:
        """Ask for one part until it can be used; a word instead of it is returned as it is."""
        asked = replace(
            question_of(member, before=before), words=ANY - set(STATUS), may_stay_open=self._may_stay_open(member)
        )
        if opening is not None:
            text = f"{opening.text}\n{member.ask}"
            asked = replace(asked, text=text, why=opening.why, help=opening.help, words=opening.words)
        while True:
            said = self.invocation.prompts.ask(asked)
            try:
                if said.word in STATUS:
                    status = STATUS[said.word]
                    return said, self._record(None, status)
                return said, None if said.word is not None else self._take(member, said.text)
            except UsageError as problem:
                show_problem(self.invocation.output, problem)

    def _take(self, member: Fact, typed: str) -> Recorded | None:
        check(member, typed, zone=self.case.zone)
        grown = {**self.answer, **self.unsaved, member.id: typed}
        if any(need not in grown for need in self.fact.needs):
            self.unsaved[member.id] = typed
            return None
        recorded = self._record(grown, "given")
        self.answer, self.unsaved = grown, {}
        return recorded

    def _record(self, value: Mapping[str, str] | None, status: str) -> Recorded:
        return self.case.answer(
            self.fact_id, value, status=status, element=self.element, field=self.column, step=self.step
        )

    # --- leaving in the middle -------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Keep the parts that make no answer yet as a note for helpers."""
        if self.unsaved:
            names = {member.id: member.ask for member in self._members()}
            rows = [f"{names[member]}: {typed}" for member, typed in self.unsaved.items()]
            self.unsaved = {}
            self.case.note("\n".join([self._heading(), *rows]))

    def _heading(self) -> str:
        return f"Not finished: {self.fact.ask}"

    def _left_in_a_note(self) -> dict[str, str]:
        """Return the parts that the last such note holds, to be offered; whoever is asked decides."""
        notes = [one.body.text.split("\n") for one in self.case.state.notes]
        rows = next((rows for rows in reversed(notes) if rows[0] == self._heading()), [])
        given = dict(row.split(": ", 1) for row in rows[1:] if ": " in row)
        return {member.id: given[member.ask] for member in self._members() if member.ask in given}

    def _known(self) -> dict[str, str]:
        state = self.case.state
        record = state.cell(self.fact_id, self.element, self.column) if self.column else state.fact(self.fact_id)
        is_known = record is not None and record.is_known and isinstance(record.value, Mapping)
        return {str(name): str(part) for name, part in record.value.items()} if record is not None and is_known else {}
