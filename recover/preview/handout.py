"""A playbook as a handout: every screen in order, in the words a helper and a client meet, as plain values.

Nothing is decided here and nothing comes from a case. HTML and PDF print the same handout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recover.errors import TemplateError
from recover.frozen import frozen
from recover.packet import tree as t
from recover.packet.letters.front_matter import LetterTemplate, load_letter
from recover.playbook.model import (
    Certainty,
    Channel,
    Clause,
    Deadline,
    Expression,
    Fact,
    FactType,
    LetterUse,
    Playbook,
    Provenance,
    Registry,
    Rule,
    Step,
)
from recover.playbook.picture import Picture, make_picture, section_of, ways_of
from recover.playbook.wording import GATES, Wording, length_words, outcome_words
from recover.preview.blanks import blank_letter

CERTAINTY = {
    Certainty.A: "the platform's or the law's own text",
    Certainty.B: "their own text, but an older one",
    Certainty.C: "a secondary source",
    Certainty.D: "unconfirmed practice",
}
READERS = {
    "platform": "the platform",
    "partner": "a partner organisation",
    "notary": "a notary",
    "holder": "the account holder",
    "lawyer": "the client's lawyer",
    "public": "the public",
}
_FORMS = {
    FactType.TEXT: "words",
    FactType.NUMBER: "a number",
    FactType.DATE: "a day",
    FactType.PARTIAL_DATE: "a day, month or year",
    FactType.INSTANT: "a day and time",
    FactType.URL: "a web address",
    FactType.HANDLE: "a handle",
    FactType.PLATFORM_ID: "a number of the platform",
    FactType.EMAIL: "an e-mail address",
    FactType.PHONE: "a phone number",
    FactType.MONEY: "an amount",
    FactType.ZONE: "a time zone",
    FactType.LANGUAGE: "a language",
    FactType.PERSON: "a person",
    FactType.ASSET: "an account",
    FactType.LIST: "a list, row by row",
    FactType.EXHIBIT: "a piece of evidence",
    FactType.YES_NO: "yes or no",
    FactType.CHOICE: "one of these",
    FactType.MANY: "any of these",
}


@frozen
class Asked:
    """A question: `form` says what an answer looks like, `choices` are labels, `columns` those of a list."""

    ask: str
    why: str
    help: str
    form: str
    choices: tuple[str, ...]
    only_if: str
    notes: tuple[str, ...]
    columns: tuple[Asked, ...] = ()


@frozen
class Item:
    """One thing to tick, or one piece of evidence with its notes."""

    text: str
    notes: tuple[str, ...]
    is_critical: bool = False
    only_if: str = ""


@frozen
class Onward:
    """Where a step leads: the reason, and the number and title of the next one (0: this line of work stops)."""

    words: str
    number: int
    title: str
    is_beside: bool = False


@frozen
class Screen:
    """One step as a helper meets it."""

    id: str
    number: int
    title: str
    marks: tuple[str, ...]
    """What holds or colours the whole step, in sentences."""
    say: str
    tell: str
    questions: tuple[Asked, ...]
    items: tuple[Item, ...]
    evidence: tuple[Item, ...]
    letters: tuple[tuple[str, str, str], ...]
    """(letter, its title, how it goes)."""
    waits: tuple[str, ...]
    checks: tuple[str, ...]
    onward: tuple[Onward, ...]
    end: str


@frozen
class Chapter:
    """Steps that belong together: a group, or a stretch of the playbook's own steps."""

    id: str
    title: str
    screens: tuple[Screen, ...]


@frozen
class Blank:
    """A letter with ‹what goes here› in its slots; `rules` are sentences about it, `tree` its text."""

    id: str
    title: str
    rules: tuple[str, ...]
    tree: t.Tree
    language: str


@frozen
class DateRule:
    """A date the playbook watches, with its rule in words and its source."""

    title: str
    counts: str
    notes: tuple[str, ...]
    fact: str
    """Id of the source's row."""


@frozen
class Known:
    """A fact from outside that the playbook builds on, with where it comes from."""

    id: str
    title: str
    kind: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    checked: str
    is_stale: bool


@frozen
class Handout:
    """Everything of one playbook that somebody should read."""

    id: str
    title: str
    lead: tuple[str, ...]
    warnings: tuple[str, ...]
    card_title: str
    card: tuple[str, ...]
    picture: Picture
    gates: tuple[Item, ...]
    chapters: tuple[Chapter, ...]
    letters: tuple[Blank, ...]
    dates: tuple[DateRule, ...]
    facts: tuple[Known, ...]


def make_handout(
    playbook: Playbook,
    registry: Registry,
    templates: Mapping[str, str],
    titles: Mapping[str, str],
    today: str,
) -> Handout:
    """Return a playbook's handout. `templates` has its letters by path, `today` (an ISO day) tells what is stale.

    Raises `TemplateError` for a letter that is not there or cannot be read.
    """
    return _Maker(playbook, registry, templates, titles, today).handout()


class _Maker:
    def __init__(
        self,
        playbook: Playbook,
        registry: Registry,
        templates: Mapping[str, str],
        titles: Mapping[str, str],
        today: str,
    ) -> None:
        self.playbook = playbook
        self.today = today
        self.picture = make_picture(playbook, titles)
        self.titles = titles
        self.wording = Wording(playbook)
        self.facts = {fact.id: fact for fact in playbook.facts}
        self.steps = {step.id: step for step in playbook.steps}
        self.channels = {each.id: each for each in registry.channels}
        self.rules = {each.id: each for each in registry.rules}
        self.clauses = {each.id: each for each in registry.clauses}
        self.registry = registry
        self.gates = GATES | {gate.id: gate.title for gate in playbook.gates}
        self.letters = self._letters(templates)

    def _letters(self, templates: Mapping[str, str]) -> dict[str, LetterTemplate]:
        names = dict.fromkeys(use.template for step in self.playbook.steps for use in step.letters)
        found = {}
        for name in names:
            paths = sorted(path for path in templates if path.startswith(f"letters/{name}.") and path.endswith(".md"))
            if not paths:
                hint = f"recover playbook lint {self.playbook.id}"
                raise TemplateError("the letter is not there", place=f"letters/{name}", hint=hint)
            path = f"letters/{name}.en.md" if f"letters/{name}.en.md" in paths else paths[0]
            found[name] = load_letter(templates[path], path)
        return found

    def handout(self) -> Handout:
        playbook = self.playbook
        warnings = []
        if playbook.revoked:
            warnings.append(f"Nobody should use this playbook any more: {playbook.revoked}")
        if playbook.valid_until < self.today:
            warnings.append(f"This playbook was to be looked at again by {playbook.valid_until}, and was not.")
        lead = [f"{playbook.id} {playbook.version}, reviewed {playbook.reviewed}, valid until {playbook.valid_until}"]
        lead += [f"by {', '.join(playbook.authors)}"] if playbook.authors else []
        lead += [f"made from {playbook.derived_from}"] if playbook.derived_from else []
        facts = self.known()
        stale = sum(each.is_stale for each in facts)
        if stale:
            warnings.append(f"{stale} of the facts below are past the day by which they were to be checked again.")
        return Handout(
            id=playbook.id,
            title=playbook.title,
            lead=(playbook.summary, *lead),
            warnings=tuple(warnings),
            card_title=playbook.first_aid.title,
            card=playbook.first_aid.lines,
            picture=self.picture,
            gates=tuple(self.gate_items()),
            chapters=self.chapters(),
            letters=tuple(self.blank(name) for name in self.letters),
            dates=tuple(self.date_rule(deadline) for deadline in playbook.deadlines),
            facts=facts,
        )

    # --- screens ----------------------------------------------------------------------------------------------------

    def chapters(self) -> tuple[Chapter, ...]:
        order = sorted(self.steps, key=self.picture.numbers.__getitem__)
        found: list[tuple[str, list[Screen]]] = []
        for step in order:
            section = section_of(step)
            if not found or found[-1][0] != section:
                found.append((section, []))
            found[-1][1].append(self.screen(self.steps[step]))
        chapters = []
        for section, screens in found:
            first = screens[0]
            own = first.title if len(screens) == 1 else f"{first.title} and what follows"
            title = self.titles.get(section) or section.replace("_", " ").capitalize() or own
            chapters.append(Chapter(f"part-{first.number}", title, tuple(screens)))
        return tuple(chapters)

    def screen(self, step: Step) -> Screen:
        return Screen(
            id=step.id,
            number=self.picture.numbers[step.id],
            title=step.title,
            marks=tuple(self.marks(step)),
            say=step.say,
            tell=step.tell,
            questions=tuple(self.asked(name, step) for name in step.ask),
            items=tuple(Item(each.text, (), each.critical, self.only_if(each.visible_if, step)) for each in step.do),
            evidence=tuple(self.evidence(step)),
            letters=tuple(self.letter_use(use, step) for use in step.letters),
            waits=tuple(self.waits(step)),
            checks=tuple(self.checks(step)),
            onward=tuple(self.onward(step)),
            end=outcome_words(step.end) if step.end else "",
        )

    def only_if(self, condition: Expression | None, step: Step) -> str:
        return f"only if {self.wording.condition(condition, for_each=step.for_each)}" if condition is not None else ""

    def marks(self, step: Step) -> list[str]:
        found = []
        if step.visible_if is not None:
            because = f" Otherwise it is passed over: {step.hidden_because}." if step.hidden_because else ""
            found.append(f"{_sentence(self.only_if(step.visible_if, step))}{because}")
        if step.race:
            found.append(
                "Hurry: an intruder may be active. Save what can be saved; if that costs time, stop the harm first, "
                "and the gap is written down."
            )
        if step.for_each:
            listed = self.facts.get(step.for_each)
            found.append(f"Once for each row of “{listed.ask if listed else step.for_each}”.")
        for gate in step.gates:
            found.append(f"Waits for: {self.gates.get(gate, gate)}.")
        for other in self.playbook.steps:
            for need in other.evidence:
                if need.before == step.id:
                    place = f"{self.picture.numbers[other.id]} {other.title}"
                    found.append(f"Held until this is saved or explained (in {place}): {need.title}.")
        return found

    def asked(self, name: str, step: Step) -> Asked:
        if name.startswith("item."):
            listed = self.facts.get(step.for_each)
            fact = (
                next((each for each in listed.fields if each.id == name.removeprefix("item.")), None)
                if listed
                else None
            )
        else:
            fact = self.facts.get(name)
        if fact is None:
            return Asked(name, "", "", "", (), "", ())
        return self.question(fact, step)

    def question(self, fact: Fact, step: Step) -> Asked:
        notes = []
        if fact.optional:
            notes.append("may stay open")
        if fact.partial:
            notes.append("a month or a year is enough")
        if fact.sensitivity.value == "secret-to-us":
            notes.append("stays with the helpers and never leaves")
        if fact.needs:
            notes.append("needed: " + ", ".join(each.replace("_", " ") for each in fact.needs))
        columns = tuple(self.question(each, step) for each in fact.fields) if fact.type is FactType.LIST else ()
        return Asked(
            ask=fact.ask,
            why=fact.why,
            help=fact.help,
            form=_FORMS.get(fact.type, str(fact.type)),
            choices=tuple(choice.label for choice in fact.choices),
            only_if=self.only_if(fact.visible_if, step),
            notes=tuple(notes),
            columns=columns,
        )

    def evidence(self, step: Step) -> list[Item]:
        found = []
        for need in step.evidence:
            notes = [need.kind.replace("-", " ")]
            if need.count > 1:
                notes.append(f"at least {need.count}")
            if need.volatile:
                notes.append("may vanish")
            if need.before:
                number = self.picture.numbers.get(need.before, 0)
                title = self.steps[need.before].title if need.before in self.steps else need.before
                notes.append(f"before {number} {title}")
            if need.sensitivity_class != "ordinary":
                notes.append(f"class: {need.sensitivity_class}")
            notes.append(
                {"optional": "may be left out", "block": "cannot be left out"}.get(
                    need.if_missing, "if it cannot be had, say why"
                )
            )
            found.append(Item(need.title, tuple(notes), need.volatile, self.only_if(need.visible_if, step)))
        return found

    def letter_use(self, use: LetterUse, step: Step) -> tuple[str, str, str]:
        told = []
        channel = self.channels.get(use.channel)
        if channel is not None:
            told.append(f"through {channel.title} ({channel.medium})")
        if use.optional:
            told.append("may be left out")
        if use.once_per:
            told.append("once for each decision; a second one would be a breach")
        told += [self.only_if(use.visible_if, step)] if use.visible_if is not None else []
        return use.template, self.letters[use.template].title, ", ".join(told)

    def waits(self, step: Step) -> list[str]:
        if step.wait is None:
            return []
        found = []
        if step.wait.for_step in self.steps:
            number = self.picture.numbers[step.wait.for_step]
            found.append(f"Waits for the answer to {number} {self.steps[step.wait.for_step].title}.")
        if step.wait.since:
            fact = self.facts.get(step.wait.since)
            found.append(f"Counted from “{fact.ask if fact else step.wait.since}”.")
        if step.wait.remind:
            days = ", ".join(length_words(each) for each in step.wait.remind)
            found.append(f"Reminds after {days}: look at inbox and spam, send nothing again.")
        return found

    def checks(self, step: Step) -> list[str]:
        found = []
        for each in step.schedule:
            rule = self.rules.get(each.rule)
            fact = self.facts.get(each.anchor)
            since = fact.ask if fact else each.anchor
            title = rule.title if rule else each.rule
            lengths = ", ".join(length_words(length) for length in rule.lengths) if rule else ""
            found.append(f"{title}: {lengths} after “{since}”.")
        return found

    def onward(self, step: Step) -> list[Onward]:
        found = [
            self.way(way.words, way.target, way.kind == "also")
            for way in ways_of(self.playbook, step)
            if way.kind != "outcome"
        ]
        by_target: dict[str, list[str]] = {}
        for each in step.outcomes:
            by_target.setdefault(each.go, []).append(outcome_words(each.id, each.after))
        found += [self.way("; ".join(words), target) for target, words in by_target.items()]
        for branch in step.next:
            if not branch.go:
                words = self.wording.condition(branch.when, asked=step.ask) if branch.when is not None else ""
                found.append(self.way(words, ""))
        return found

    def way(self, words: str, target: str, is_beside: bool = False) -> Onward:
        if target not in self.steps:
            return Onward(words, 0, "this line of work stops here", is_beside)
        return Onward(words, self.picture.numbers[target], self.steps[target].title, is_beside)

    # --- gates, letters, dates, facts ---------------------------------------------------------------------------------

    def gate_items(self) -> list[Item]:
        found = []
        for gate in self.playbook.gates:
            holds = " and ".join(gate.holds)
            numbers = sorted(self.picture.numbers[step.id] for step in self.playbook.steps if gate.id in step.gates)
            steps = [str(number) for number in numbers]
            held = [f"holds all {holds}"] if holds else []
            held += [f"holds step {', '.join(steps)}"] if steps else []
            held.append(
                "nobody may open it by decision" if gate.override == "nobody" else "a helper may open it, with a reason"
            )
            condition = f"open when {self.wording.condition(gate.needs)}"
            found.append(Item(gate.title, (condition, gate.why, *held)))
        return found

    def blank(self, name: str) -> Blank:
        letter = self.letters[name]
        rules = [f"to {READERS.get(letter.to, letter.to)}, at most {letter.max_words} words"]
        if letter.approval:
            rules.append("the client approves exactly this text before it goes out")
        if letter.signature != "none":
            rules.append(f"signed by the {letter.signature}")
        rules += [f"waits for: {self.gates.get(gate, gate)}" for gate in letter.gates]
        if letter.note:
            rules.append(letter.note)
        return Blank(
            f"letter-{name}",
            letter.title,
            tuple(rules),
            blank_letter(letter, self.facts, self.registry),
            letter.language,
        )

    def date_rule(self, deadline: Deadline) -> DateRule:
        rule = self.rules.get(deadline.rule)
        anchor = self.anchor(deadline.anchor, deadline.for_each)
        if rule is None:
            return DateRule(deadline.title, "", (), deadline.rule)
        lengths = ", ".join(length_words(each) for each in rule.lengths)
        counts = f"{lengths} after “{anchor}”" if lengths else "no date is known: file now"
        notes = [f"starts {rule.starts}", f"who: {rule.who}"]
        if deadline.for_each:
            listed = self.facts.get(deadline.for_each)
            notes.append(f"once for each row of “{listed.ask if listed else deadline.for_each}”")
        if deadline.when is not None:
            notes.append("only if " + self.wording.condition(deadline.when, for_each=deadline.for_each))
        if deadline.screen_date:
            notes.append("a date that the screen shows counts instead")
        if rule.calendar == "eu":
            notes.append("counted from the day after the event, as EU law counts")
        if rule.extendable_to:
            notes.append(f"may be extended to {length_words(rule.extendable_to)}")
        notes += [each for each in (deadline.note, rule.note) if each]
        return DateRule(deadline.title, counts, tuple(notes), rule.id)

    def anchor(self, name: str, for_each: str) -> str:
        fact = self.facts.get(name)
        if fact is None and name.startswith("item."):
            listed = self.facts.get(for_each)
            column = name.removeprefix("item.")
            fact = next((each for each in listed.fields if each.id == column), None) if listed else None
        return fact.ask if fact is not None else name

    def known(self) -> tuple[Known, ...]:
        """Return every channel, rule and clause that this playbook's steps, dates and letters build on."""
        steps = self.playbook.steps
        channels = dict.fromkeys(use.channel for step in steps for use in step.letters if use.channel)
        rules = dict.fromkeys(
            [each.rule for each in self.playbook.deadlines] + [each.rule for step in steps for each in step.schedule]
        )
        clauses = dict.fromkeys(
            slot.of[0] for letter in self.letters.values() for slot in letter.slots if slot.source == "clause"
        )
        found = [self.channel(self.channels[each]) for each in channels if each in self.channels]
        found += [self.rule(self.rules[each]) for each in rules if each in self.rules]
        found += [self.clause(self.clauses[each]) for each in clauses if each in self.clauses]
        return tuple(found)

    def channel(self, channel: Channel) -> Known:
        lines = [f"to {channel.to}, {channel.medium}, in {channel.language}"]
        lines += [channel.url] if channel.url else []
        lines += [f"asks for {each}" for each in channel.asks_for]
        lines += [f"first: {each}" for each in channel.preconditions]
        lines += [f"at most {channel.max_chars} characters"] if channel.max_chars else []
        lines += [f"usually takes {channel.typical_wait}"] if channel.typical_wait else []
        lines += [channel.note] if channel.note else []
        return self._known(channel.id, channel.title, "way to send", lines, channel.provenance)

    def rule(self, rule: Rule) -> Known:
        lengths = ", ".join(length_words(each) for each in rule.lengths) or "no date is known"
        lines = [f"{lengths}; starts {rule.starts}; {rule.who}", *([rule.note] if rule.note else [])]
        return self._known(rule.id, rule.title, "date", lines, rule.provenance)

    def clause(self, clause: Clause) -> Known:
        return self._known(clause.id, clause.where, "the platform's rule", [clause.gist], clause.provenance)

    def _known(self, name: str, title: str, kind: str, lines: Sequence[str], where: Provenance) -> Known:
        checked = f"checked {where.checked_on}, to be checked again by {where.review_by}; {CERTAINTY[where.certainty]}"
        return Known(name, title, kind, tuple(lines), where.sources, checked, where.review_by < self.today)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
