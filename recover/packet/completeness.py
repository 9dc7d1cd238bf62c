"""How complete a letter is: what it can show, what rests on somebody's word, what lacks, and what would raise it.

For the helper only: it stands beside a letter on the screen and in a packet's preview, and never in a packet. The score
is a sum that anybody can redo from its lines, no judgement. A question that must be answered counts 3. A sentence that
an exhibit can show counts 2, one that is left out without it 1; an event 1; a further answer or enclosure 1. For
letters to a platform or partner the best proof of control counts up to 4, as reviewers are known to weigh it
(`control`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from recover.case.lookup import answers
from recover.errors import TemplateError
from recover.frozen import frozen
from recover.packet.control import Standing, platforms_of, standing_of
from recover.packet.interface import Source
from recover.packet.letters import language as lang
from recover.packet.letters.attribution import EVENTS
from recover.packet.letters.fill import Filled, fill
from recover.packet.letters.front_matter import Claim, LetterTemplate, bind
from recover.packet.letters.rendering import attachments_of, find_letter, letter_view
from recover.packet.letters.slots import RECORDS, Names, cite, elements_of, events_of, exhibits_about, resolve
from recover.packet.readers.view import View
from recover.packet.words.phrases import phrase, words_of
from recover.playbook.model import Control, EvidenceNeed, Fact

NEEDED, SHOWN, ADDED, ONE = 3, 2, 1, 1
CONTROL: Mapping[str, int] = {"strong": 4, "good": 3, "some": 2, "little": 1, "none": 0}
"""What the best proof of control counts for, by its weight."""
MOST_STRONGER = 3
"""Stronger proofs that are named, the strongest first."""


@frozen
class Line:
    """One part of the score.

    `kind` is needed, shown, word, left-out, event, answer, enclosure or control; `raises` a command to paste that would
    give `most - has` more, with `where` for where such a thing is found; both empty when nothing would.
    """

    kind: str
    what: str
    has: int
    most: int
    because: str
    raises: str = ""
    where: str = ""


@frozen
class Completeness:
    """A letter's score, as the sum of its lines."""

    letter: str
    lines: tuple[Line, ...]

    @property
    def has(self) -> int:
        """Return the points there are."""
        return sum(line.has for line in self.lines)

    @property
    def most(self) -> int:
        """Return the points there could be."""
        return sum(line.most for line in self.lines)

    @property
    def words(self) -> str:
        """Say in a sentence what the letter's statements rest on."""
        shown = [line for line in self.lines if line.kind in ("shown", "event") and line.has]
        told = [line for line in self.lines if line.kind in ("word", "event") and not line.has]
        needed = [line for line in self.lines if line.kind == "needed"]
        parts = [
            f"{len(shown)} statement{'' if len(shown) == 1 else 's'} shown by exhibits",
            f"{len(told)} on somebody's word",
        ]
        if needed:
            parts.append(f"{len(needed)} answer{'' if len(needed) == 1 else 's'} without which it cannot be made")
        return ", ".join(parts)


def completeness(source: Source, name: str, *, ticked: Sequence[str] = (), language: str = "") -> Completeness:
    """Score a letter as it would leave now, also one that cannot be made yet. Raises `NotFoundError` (10)."""
    template = find_letter(source, name, language)
    view = letter_view(source, template, ticked)
    template = bind(template, view.names_for(template))
    with words_of(source.templates):
        names = resolve(template, view, None, attachments_of(template, view))
        lines = (
            *_needed(names, source),
            *_claims(template, names, view),
            *_events(template, view),
            *_answers(template, view),
            *_enclosures(template, view),
            *_control(template, view),
        )
    return Completeness(name, lines)


def _case(source: Source) -> str:
    return source.state.name or "CASE"


def _needed(names: Names, source: Source) -> Iterator[Line]:
    for lack in names.lacks:
        if lack.kind in ("missing", "rows", "new-fact"):
            command = lack.hint.replace(" CASE", f" {_case(source)}")
            yield Line("needed", lack.message, 0, NEEDED, "the letter cannot be made without it", command)


# --- statements -----------------------------------------------------------------------------------------------------


def _claims(template: LetterTemplate, names: Names, view: View) -> Iterator[Line]:
    about = elements_of(template, view)
    filled = _filled(template, names)
    reached = filled.reached if filled is not None else None
    for claim in template.claims:
        exhibits = tuple(each.number for each in exhibits_about(about, view, claim.exhibits))
        if reached is not None and f"claim.{claim.name}" not in reached and (exhibits or claim.otherwise != "omit"):
            continue
        what = claim.name.replace("_", " ")
        if exhibits:
            most = ADDED if claim.otherwise == "omit" else SHOWN
            yield Line("shown", what, most, most, cite(exhibits))
        else:
            yield _unshown(claim, what, view)
    if filled is not None:
        words = f"({phrase('stance-holder', template.language)})"
        # Values are placeholders still: what is counted stands in the template itself.
        for _ in range(filled.text.count(words)):
            yield Line("word", "a sentence of the letter", 0, 0, phrase("stance-holder"))


def _unshown(claim: Claim, what: str, view: View) -> Line:
    kind, most, because = {
        "omit": ("left-out", ADDED, "left out, because no exhibit shows it"),
        "block": ("needed", NEEDED, "the letter cannot be made without an exhibit"),
    }.get(claim.otherwise, ("word", SHOWN, "statement of the account holder, no exhibit shows it"))
    explained = _explained(view, claim.exhibits)
    if explained:
        return Line(kind, what, 0, most, f"{because}; recorded as not available: {explained}")
    command, where = _adding(view, claim.exhibits)
    return Line(kind, what, 0, most, because, command, where)


def _filled(template: LetterTemplate, names: Names) -> Filled | None:
    """Return the text with its values; None when it cannot be made yet and nobody can tell what it would print."""
    try:
        return fill(template.body, names.values, path=template.path, language=template.language)
    except TemplateError:
        return None


def _events(template: LetterTemplate, view: View) -> Iterator[Line]:
    seen: set[str] = set()
    for slot in template.slots:
        for event in events_of(slot, view) if slot.source in EVENTS else ():
            if event.entry in seen:
                continue
            seen.add(event.entry)
            if event.exhibits:
                yield Line("event", event.text[:60], ONE, ONE, cite(event.exhibits))
            else:
                command = f"recover correct {_case(view.source)} {event.entry}"
                yield Line("event", event.text[:60], 0, ONE, "no exhibit is named for it", command, "name its exhibit")


# --- what could be added ----------------------------------------------------------------------------------------------


def _answers(template: LetterTemplate, view: View) -> Iterator[Line]:
    lookup = view.lookup("", "")
    asked = _asked(view.source)
    needed = frozenset(template.needs)
    done: set[str] = set()
    for path in _printed(template.body):
        slot = template.slot(path.name)
        if slot is None or slot.source != "fact":
            continue
        fact = view.facts.get(slot.of[0])
        full = f"{slot.of[0]}.{path.member}" if path.member else slot.of[0]
        if fact is None or {full, fact.id} & needed or full in done:
            continue
        if fact.id not in asked or not lookup.shows(fact.id):
            continue
        done.add(full)
        line = _answer(fact, path.member if fact.type in RECORDS else "", view)
        if line is not None:
            yield line


def _asked(source: Source) -> frozenset[str]:
    """Return the questions of the steps that a case has reached; what comes later lacks nothing yet."""
    reached = (instance for instance in source.survey.instances if instance.status != "unreached")
    return frozenset(fact for instance in reached for fact in instance.step.ask)


def _answer(fact: Fact, member: str, view: View) -> Line | None:
    """Score one answer that the letter prints when it is there; what nobody knows or wants to say lacks nothing."""
    record = view.source.state.fact(fact.id)
    value = view.value(fact.id)
    asked = f"{fact.ask} ({member.replace('_', ' ')})" if member else fact.ask
    if isinstance(value, Mapping) and member and not value.get(member):
        full = f"{fact.id}.{member}"
    elif value is not None:
        return Line("answer", asked, ONE, ONE, "answered")
    elif record is not None and record.status != "conflict":
        return None
    else:
        full = fact.id
    return Line("answer", asked, 0, ONE, "not answered", f"recover answer {_case(view.source)} {full}")


def _enclosures(template: LetterTemplate, view: View) -> Iterator[Line]:
    about = elements_of(template, view)
    claimed = {name for claim in template.claims for name in claim.exhibits}
    for name in template.attach:
        if name in claimed:
            continue
        found = tuple(each.number for each in exhibits_about(about, view, (name,)))
        what = _title(view, name)
        if found:
            yield Line("enclosure", what, ONE, ONE, cite(found))
        elif not _explained(view, (name,)):
            command, where = _adding(view, (name,))
            yield Line("enclosure", what, 0, ONE, "not among the exhibits", command, where)


def _control(template: LetterTemplate, view: View) -> Iterator[Line]:
    if template.to not in ("platform", "partner"):
        return
    platforms = platforms_of(view)
    if not platforms:
        return
    standing = standing_of(view, platforms[0])
    if not standing.held and not standing.missing:
        return
    best = standing.best
    has = CONTROL[best.weight] if best else 0
    because = f"{best.title} {cite(standing.held[0].exhibits)}" if best else "nothing shows who ran the account"
    yield Line("control", "proof of control", has, CONTROL["strong"], because, *_stronger(standing, view))


def _stronger(standing: Standing, view: View) -> tuple[str, str]:
    found = standing.stronger[:MOST_STRONGER]
    if not found:
        return "", ""
    told = "; ".join(f"{each.title} ({each.weight})" for each in found)
    return _adding(view, _kinds(found))[0], f"{told}; recover letter {_case(view.source)} --control says where"


def _kinds(found: Iterable[Control]) -> tuple[str, ...]:
    return tuple(name for each in found for name in each.shown_by)


# --- commands ---------------------------------------------------------------------------------------------------------


def _adding(view: View, names: Sequence[str]) -> tuple[str, str]:
    """Return the command that adds an exhibit of one of these kinds or evidence ids, and what such an exhibit is."""
    begin = f"recover evidence add {_case(view.source)} FILE"
    for name in names:
        for instance in view.source.survey.instances:
            for need in instance.step.evidence:
                need_id = f"{instance.id}.{need.id}"
                if instance.status != "unreached" and answers(need_id, name):
                    return f"{begin} --fulfils {need_id}", need.title
    kinds = [name for name in names if "_" not in name and "." not in name]
    if kinds:
        return f"{begin} --kind {kinds[0]}", _title(view, kinds[0])
    return begin, _title(view, names[0])


def _title(view: View, name: str) -> str:
    """Return what an exhibit is that has this evidence id, in the playbook's words; else the id's own."""
    return next((need.title for need in _needs(view) if need.id == name.rpartition(".")[2]), name.replace("_", " "))


def _needs(view: View) -> Iterator[EvidenceNeed]:
    for playbook in view.source.playbooks:
        for step in playbook.steps:
            yield from step.evidence


def _explained(view: View, names: Sequence[str]) -> str:
    """Return the reason that was recorded for evidence that is not available."""
    for one in view.source.state.explained:
        if any(answers(one.body.need, name) for name in names):
            return one.body.reason
    return ""


def _printed(body: lang.Body) -> Iterator[lang.Path]:
    for part in body:
        if isinstance(part, lang.Print):
            yield part.path
        elif isinstance(part, lang.Loop):
            yield from _printed(part.body)
        elif isinstance(part, lang.Branch):
            for _, arm in part.arms:
                yield from _printed(arm)
