"""What a newer playbook would change in a case that is under way: steps, questions, answers, dates, letters.

Pure: two versions of what the case follows and the state give the difference in words, and the entries that adopting
the newer one means. Nothing that was recorded is lost: an answer that no longer fits stays in the log and is asked
anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from recover import times
from recover.case.engine import survey
from recover.case.entries import EvidenceExplained, ItemMarked, StepStopped, Undone
from recover.case.plan import Plan, make_plan, parse_instance
from recover.case.state import CaseState, FactRecord
from recover.case.survey import DueItem, LetterAbout, Survey
from recover.errors import UsageError
from recover.frozen import frozen
from recover.playbook.model import Fact, FactType, Playbook, Registry, Step
from recover.playbook.values import check, shown

OWN = "own"
"""How the playbook's own steps are called as a section; the others go by the name of their include."""


@frozen
class Followed:
    """What a case follows in one version: playbooks, facts, and its letters with a digest of each text."""

    playbooks: tuple[Playbook, ...]
    registry: Registry
    letters: Mapping[str, LetterAbout]
    texts: Mapping[str, str]
    """Letter's name → digest of all its files."""


@frozen
class MovedDate:
    """A date that another rule, or another playbook, moves. Texts are days or say that there is none."""

    title: str
    before: str
    after: str
    why: str


@frozen
class Unfit:
    """An answer on record that is none of the answers any more. `entry` is the one to set aside."""

    fact: str
    ask: str
    answer: str
    why: str
    entry: str


@frozen
class Upgrade:
    """The difference for one case, in words that a helper reads. Empty tuples mean: nothing of the kind."""

    versions: tuple[tuple[str, str, str], ...]
    """(playbook, version before, version after)."""
    new_questions: tuple[str, ...] = ()
    gone_questions: tuple[tuple[str, str], ...] = ()
    """(question, the answer that stays in the log; empty if there was none)."""
    changed_questions: tuple[str, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    carried: int = 0
    """Answers that go on counting."""
    new_steps: tuple[str, ...] = ()
    gone_steps: tuple[str, ...] = ()
    changed_steps: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """Changed rules, channels and clauses."""
    gates: tuple[str, ...] = ()
    moved: tuple[MovedDate, ...] = ()
    sections: tuple[str, ...] = ()
    """What may be begun again."""

    @property
    def is_empty(self) -> bool:
        """Say whether the newer version changes nothing for this case."""
        return not any(
            (self.new_questions, self.gone_questions, self.changed_questions, self.unfit, self.new_steps,
             self.gone_steps, self.changed_steps, self.letters, self.facts, self.gates, self.moved)
        ) and all(before == after for _, before, after in self.versions)  # fmt: skip


def explain(state: CaseState, before: Followed, after: Followed, as_of: datetime) -> Upgrade:
    """Compare what a case follows with a newer version of the same playbooks, as of an aware moment."""
    old, new = make_plan(before.playbooks, before.registry), make_plan(after.playbooks, after.registry)
    versions = {playbook.id: playbook.version for playbook in before.playbooks}
    unfit = tuple(_unfit(state, old, new))
    given = [record for record in state.facts.values() if record.is_known]
    return Upgrade(
        versions=tuple((each.id, versions.get(each.id, ""), each.version) for each in after.playbooks),
        new_questions=tuple(fact.ask for fact in new.facts.values() if fact.id not in old.facts),
        gone_questions=tuple(_gone(state, old, new)),
        changed_questions=tuple(_changed_questions(old, new)),
        unfit=unfit,
        carried=sum(record.key.fact in new.facts for record in given) - len(unfit),
        new_steps=tuple(one.step.title for name, one in new.named.items() if name not in old.named),
        gone_steps=tuple(one.step.title for name, one in old.named.items() if name not in new.named),
        changed_steps=tuple(_changed_steps(old, new)),
        letters=tuple(_letters(before, after)),
        facts=tuple(_facts(before.registry, after.registry, {*_rules_used(before), *_rules_used(after)})),
        gates=tuple(_gates(state, before, after, as_of)),
        moved=tuple(_moved(state, before, after, as_of)),
        sections=sections(after.playbooks),
    )


def sections(playbooks: Sequence[Playbook]) -> tuple[str, ...]:
    """Name the parts of the playbooks that can be begun again, in order."""
    names = (step.id.partition(".")[0] if "." in step.id else OWN for each in playbooks for step in each.steps)
    return tuple(dict.fromkeys(names))


def set_aside(upgrade: Upgrade) -> tuple[Undone, ...]:
    """Return the entries by which answers that no longer fit stop counting; they stay in the log."""
    return tuple(Undone(each.entry, f"no answer of the newer playbook: {each.why}") for each in upgrade.unfit)


def restart(state: CaseState, playbooks: Sequence[Playbook], section: str) -> tuple[Undone, ...]:
    """Return the entries by which the checklist of a section is open again.

    Items marked, evidence explained and steps left stop counting. Answers, exhibits, letters that were sent, replies
    and checks stay as they are: they happened. Raises `UsageError` for a section that is not there.
    """
    known = sections(playbooks)
    if section not in known:
        raise UsageError(f"no section is called '{section[:60]}'", hint="one of: " + ", ".join(known))
    found = []
    for one in state.counting:
        if isinstance(one.body, ItemMarked | StepStopped):
            step = parse_instance(one.body.step).name
        elif isinstance(one.body, EvidenceExplained):
            step = parse_instance(one.body.need.rpartition(".")[0]).name
        else:
            continue
        step = step.rpartition(":")[2]
        if (step.partition(".")[0] if "." in step else OWN) == section:
            found.append(Undone(one.id, f"the section {section} is begun again"))
    return tuple(found)


# --- questions and answers ------------------------------------------------------------------------------------------


def _gone(state: CaseState, old: Plan, new: Plan) -> Iterator[tuple[str, str]]:
    for fact in old.facts.values():
        if fact.id not in new.facts:
            record = state.fact(fact.id)
            rows = len(state.rows(fact.id))
            answer = f"{rows} row{'' if rows == 1 else 's'}" if rows else _said(fact, record)
            yield fact.ask, answer


def _said(fact: Fact, record: FactRecord | None) -> str:
    return shown(fact, record.value) if record is not None and record.is_known else ""


def _changed_questions(old: Plan, new: Plan) -> Iterator[str]:
    for fact in new.facts.values():
        before = old.facts.get(fact.id)
        if before is None:
            continue
        if before.type is not fact.type:
            yield f"{fact.ask}: answered as {before.type}, from now on as {fact.type}"
            continue
        had = {choice.value: choice.label for choice in before.choices}
        has = {choice.value: choice.label for choice in fact.choices}
        for value in had.keys() - has.keys():
            yield f"{fact.ask}: “{had[value]}” is no answer any more"
        for value in [value for value in has if value not in had]:
            yield f"{fact.ask}: “{has[value]}” is a new answer"
        if before.ask != fact.ask:
            yield f"“{before.ask}” is now asked as “{fact.ask}”"


def _unfit(state: CaseState, old: Plan, new: Plan) -> Iterator[Unfit]:
    for key, record in state.facts.items():
        fact = new.column(key.fact, key.field) if key.field else new.facts.get(key.fact)
        before = old.column(key.fact, key.field) if key.field else old.facts.get(key.fact)
        if fact is None or before is None or not record.is_known or fact.type is FactType.LIST:
            continue
        why = _why_unfit(before, fact, record.value)
        if why:
            where = f"{key.fact}[{key.element}].{key.field}" if key.field else key.fact
            yield Unfit(where, fact.ask, _said(before, record), why, record.current.id)


def _why_unfit(before: Fact, fact: Fact, value: object) -> str:
    if before.type is not fact.type:
        return f"it is answered as {fact.type} now"
    if fact.choices:
        known = {choice.value for choice in fact.choices}
        lacking = [str(each) for each in (value if isinstance(value, list) else [value]) if each not in known]
        return f"'{lacking[0]}' is no answer any more" if lacking else ""
    if fact.type in (FactType.TEXT, FactType.NUMBER):
        try:
            check(fact, value)
        except UsageError as error:
            return error.message
    return ""


# --- steps, letters, facts ------------------------------------------------------------------------------------------


def _changed_steps(old: Plan, new: Plan) -> Iterator[str]:
    for name, placed in new.named.items():
        if name not in old.named:
            continue
        before, after = old.named[name].step, placed.step
        parts = [what for what, changed in _parts(before, after) if changed]
        if parts:
            yield f"{after.title}: {', '.join(parts)}"


def _parts(before: Step, after: Step) -> Iterator[tuple[str, bool]]:
    yield "title", before.title != after.title
    yield "advice", (before.say, before.tell) != (after.say, after.tell)
    yield "questions", before.ask != after.ask
    yield "checklist", before.do != after.do
    yield "evidence", before.evidence != after.evidence
    yield "gates", before.gates != after.gates
    yield "letters", before.letters != after.letters
    yield "waiting and replies", (before.wait, before.outcomes) != (after.wait, after.outcomes)
    yield "checks", before.schedule != after.schedule
    yield "when it is needed", before.visible_if != after.visible_if
    yield "what follows", (before.next, before.also, before.end) != (after.next, after.also, after.end)


def _letters(before: Followed, after: Followed) -> Iterator[str]:
    def title(followed: Followed, name: str) -> str:
        about = followed.letters.get(name)
        return about.title if about is not None and about.title else name

    for name in sorted(after.texts.keys() - before.texts.keys()):
        yield f"new: {title(after, name)}"
    for name in sorted(before.texts.keys() - after.texts.keys()):
        yield f"gone: {title(before, name)}"
    for name in sorted(before.texts.keys() & after.texts.keys()):
        if before.texts[name] != after.texts[name]:
            yield f"worded anew: {title(after, name)}"


def _rules_used(followed: Followed) -> Iterator[str]:
    for playbook in followed.playbooks:
        yield from (deadline.rule for deadline in playbook.deadlines)
        yield from (each.rule for step in playbook.steps for each in step.schedule)
        yield from (use.channel for step in playbook.steps for use in step.letters if use.channel)


def _facts(before: Registry, after: Registry, used: set[str]) -> Iterator[str]:
    rules = {rule.id: rule for rule in before.rules}
    for rule in after.rules:
        old = rules.get(rule.id)
        if old is not None and rule.id in used and old.lengths != rule.lengths:
            yield f"{rule.title}: {', '.join(old.lengths) or 'no length'} → {', '.join(rule.lengths) or 'no length'}"
    channels = {channel.id: channel for channel in before.channels}
    for channel in after.channels:
        was = channels.get(channel.id)
        if was is not None and channel.id in used and was.url != channel.url:
            yield f"{channel.title}: {was.url or 'no address'} → {channel.url or 'no address'}"


# --- how the case would stand ---------------------------------------------------------------------------------------


def _gates(state: CaseState, before: Followed, after: Followed, as_of: datetime) -> Iterator[str]:
    had = {gate.id: gate.status for gate in _survey(state, before, as_of).gates}
    for gate in _survey(state, after, as_of).gates:
        if gate.id not in had:
            yield f"{gate.title}: new, {gate.status}"
        elif had[gate.id] != gate.status:
            yield f"{gate.title}: {had[gate.id]} → {gate.status}"


def _moved(state: CaseState, before: Followed, after: Followed, as_of: datetime) -> Iterator[MovedDate]:
    old = {item.uid: item for item in _survey(state, before, as_of).due}
    new = {item.uid: item for item in _survey(state, after, as_of).due}
    for uid in dict.fromkeys((*old, *new)):
        first, then = old.get(uid), new.get(uid)
        told, tells = _day(first), _day(then)
        item = then or first
        if item is not None and told != tells:
            yield MovedDate(_title(item), told, tells, then.why if then is not None else "")


def _survey(state: CaseState, followed: Followed, as_of: datetime) -> Survey:
    return survey(followed.playbooks, followed.registry, state, as_of, followed.letters)


def _day(item: DueItem | None) -> str:
    if item is None:
        return "not in the list"
    return times.format_day(item.on) if item.on is not None else "no date"


def _title(item: DueItem) -> str:
    return f"{item.title}: {item.element_title}" if item.element_title else item.title
