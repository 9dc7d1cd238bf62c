"""A case as one reader may see it: the facts, exhibits, events, dispatches and dates that letters and timelines use.

Made from a `Source` and a profile; pure. Hidden, unknown and conflicting answers are simply not there. Helpers' notes,
events marked context, withdrawn and erased exhibits and what is secret to us are never part of a view, whoever reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from recover import times
from recover.case.entries import EventRecorded, Replied, Sent
from recover.case.lookup import CaseLookup
from recover.case.plan import make_plan
from recover.case.state import Exhibit, Recorded
from recover.case.survey import DueItem, GateState
from recover.frozen import frozen
from recover.packet.front_matter import LetterTemplate, adopted, load_letter
from recover.packet.interface import Source
from recover.packet.neutral import defang, neutralise
from recover.packet.profiles import Profile, Profiles
from recover.playbook.expressions import UNKNOWN
from recover.playbook.model import Fact, FactType, Playbook, Sensitivity

LETTERS = "letters/"


def letters_of(templates: Mapping[str, str]) -> Mapping[tuple[str, str], LetterTemplate]:
    """Return every pinned letter by (name, language). Raises `TemplateError` when one is not valid."""
    found = (_letter(text, path) for path, text in sorted(templates.items()) if _is_letter(path))
    return {(letter.name, letter.language): letter for letter in found}


def _is_letter(path: str) -> bool:
    return path.startswith(LETTERS) and path.endswith(".md") and path.count(".") >= 2


@lru_cache(maxsize=256)
def _letter(text: str, path: str) -> LetterTemplate:
    return load_letter(text, path)


NOT_NEW = frozenset({"filing", "check", "gap", "plan", "contact", "context"})
"""An event that has only these marks is no new fact: it says what we did."""

_OTHERS = ("the helper", "the partner", "the body", "the authority")
"""How a rule's `who` begins when its date is about what we ask of others."""


@frozen
class Event:
    """An event that may leave, as printed."""

    entry: str
    when: times.When
    text: str
    source: str
    stance: str
    by: str
    exhibits: tuple[str, ...]
    marks: tuple[str, ...]
    position: int
    about: str = ""
    is_bare: bool = False
    """No exhibit was ever named for it, not even one that stays here."""
    assets: tuple[str, ...] = ()
    """Keys of the accounts it is about."""


@frozen
class Person:
    """A third party: the name as recorded and the role printed instead."""

    name: str
    role: str


class View:
    """What one reader may see. One per letter or packet; all look-ups are cheap.

    `ticked` are numbers of exhibits chosen for this one recipient. Without a profile the view is the helper's own:
    every event and exhibit, no names replaced; it is for the screen and is never written to a packet.
    """

    def __init__(
        self, source: Source, profiles: Profiles, profile: Profile | None, ticked: tuple[str, ...] = ()
    ) -> None:
        self.source = source
        self.profile = profile
        self.ticked = frozenset(ticked)
        self.zone = source.survey.zone
        self._profiles = profiles
        self._plan = make_plan(source.playbooks, source.registry)
        self._lookup = CaseLookup(self._plan, source.state)

    # --- words ------------------------------------------------------------------------------------------------------

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """Return the domains whose addresses stay whole: those of the profiles and of the pinned channels."""
        from urllib.parse import urlsplit

        hosts = {urlsplit(channel.url).hostname or "" for channel in self.source.registry.channels}
        bare = {host.removeprefix("www.") for host in hosts if host}
        return tuple(sorted(bare | set(self._profiles.domains)))

    def words(self, text: str) -> str:
        """Return text as it may be printed: neutral, addresses blunted, third parties by role."""
        plain = defang(neutralise(text), self.domains)
        if self.profile is not None and not self.profile.names:
            for person in self.third_parties:
                plain = _replaced(plain, person)
        return plain

    def own_words(self, text: str) -> str:
        """Return an answer that a letter asks for by name as it may be printed: neutral, addresses blunted."""
        return defang(neutralise(text), self.domains)

    def letter_title(self, letter: str) -> str:
        """Return a letter's title for readers."""
        found = letters_of(self.source.templates).get((letter, "en"))
        return found.title if found else letter.replace("-", " ")

    def channel_title(self, channel: str) -> str:
        """Return a channel's title; nothing when the registry does not know it."""
        return next((each.title for each in self.source.registry.channels if each.id == channel), "")

    # --- facts ------------------------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Return every question of the pinned playbooks by its qualified name."""
        return {fact.id: fact for playbook in self.source.playbooks for fact in playbook.facts}

    def value(self, name: str) -> Any:
        """Return the canonical value of a visible, given fact that is not secret to us; None otherwise."""
        fact = self.facts.get(name)
        if fact is None or fact.sensitivity is Sensitivity.SECRET_TO_US:
            return None
        if fact.type is FactType.LIST:
            return self.rows(name)
        found = self._lookup.fact(name)
        return None if found is UNKNOWN else found

    def meaning(self, means: str) -> str:
        """Return the name of the fact that has a meaning to the engine, or nothing."""
        return next((fact.id for fact in self.facts.values() if fact.means == means), "")

    def names_for(self, letter: LetterTemplate) -> Mapping[str, str]:
        """Return what a letter's names stand for: the facts of meanings, and those a derived playbook asks itself.

        A case can follow playbooks about several accounts: the contested asset of a letter is that of the playbook
        that offers it. Where two say the same, the first that is answered counts.
        """
        offering = [each for each in self.source.playbooks if _offers(each, letter.name)]
        others = [each for each in self.source.playbooks if each not in offering]
        found: dict[str, str] = {}
        for playbook in (*offering, *others):
            own = {fact.means: fact.id for fact in playbook.facts if fact.means}
            for means, fact_id in own.items():
                first = found.get(means)
                is_rival = playbook in offering
                if first is None or (is_rival and not self.value(first) and self.value(fact_id)):
                    found[means] = fact_id
        for playbook in offering:
            found.update(adopted(letter, playbook))
        return found

    def rows(self, name: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return the rows of a list fact: the element's key, and its given columns that are not secret to us."""
        fact = self.facts.get(name)
        if fact is None:
            return ()
        columns = [column.id for column in fact.fields if column.sensitivity is not Sensitivity.SECRET_TO_US]
        return tuple((element, self._row(name, element, columns)) for element in self.source.state.rows(name))

    def _row(self, name: str, element: str, columns: list[str]) -> Mapping[str, Any]:
        lookup = self.lookup(name, element)
        found = {column: lookup.item(column) for column in columns}
        return {column: value for column, value in found.items() if value is not UNKNOWN}

    def lookup(self, list_fact: str, element: str) -> CaseLookup:
        """Return what a condition may ask about one row."""
        return CaseLookup(self._plan, self.source.state, list_fact=list_fact, element=element)

    @cached_property
    def third_parties(self) -> tuple[Person, ...]:
        """Return the people a playbook's lists and person facts name, but for the holder and those who agreed."""
        holder = str(self.value(self.meaning("client-name")) or "")
        found: dict[str, Person] = {}
        for fact in self.facts.values():
            for name, role in self._people(fact):
                if len(name) >= 3 and name != holder:
                    found.setdefault(name, Person(name, role))
        return tuple(sorted(found.values(), key=lambda person: (-len(person.name), person.name)))

    def _people(self, fact: Fact) -> list[tuple[str, str]]:
        if fact.type is FactType.PERSON:
            value = self._lookup.fact(fact.id)
            if isinstance(value, Mapping):
                return [(str(value.get("name", "")), str(value.get("role", "")) or "another person")]
        columns = {column.id: column for column in fact.fields}
        if fact.type is not FactType.LIST or "name" not in columns or not {"role", "agreed"} & columns.keys():
            return []
        people = []
        for _, row in self.rows(fact.id):
            if row.get("agreed") is not True and row.get("role") != "holder":
                people.append((str(row.get("name", "")), _role(columns.get("role"), row.get("role"))))
        return people

    # --- what happened ----------------------------------------------------------------------------------------------

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return the events that may leave to this reader, in order of what they say about time."""
        found = [self._event(one) for one in self.source.state.events if self._may_leave(one.body)]
        return tuple(sorted(found, key=lambda event: (event.when.sort_key, event.position)))

    def _may_leave(self, body: EventRecorded) -> bool:
        return self.profile is None or self.profile.allows_event(body.marks)

    def _event(self, one: Recorded[EventRecorded]) -> Event:
        body = one.body
        may_cite = self.citable
        return Event(
            entry=one.id,
            when=times.read_when(body.when, self.zone),
            text=self.words(body.text),
            source=self.words(body.source),
            stance=body.stance,
            by=self.words(body.by),
            exhibits=tuple(number for number in body.exhibits if number in may_cite),
            marks=body.marks,
            position=one.position,
            about=body.about,
            is_bare=not body.exhibits,
            assets=body.assets,
        )

    def is_new(self, event: Event) -> bool:
        """Say whether an event is a new fact since the last letter: recorded later, and about the world."""
        last = max((one.position for one in self.source.state.sent), default=-1)
        return event.position > last and not (event.marks and NOT_NEW.issuperset(event.marks))

    @cached_property
    def sent(self) -> tuple[Recorded[Sent], ...]:
        """Return what was sent and this reader may know of, by the time it was sent."""
        known = [one for one in self.source.state.sent if self.may_know(one.body.letter)]
        return tuple(sorted(known, key=lambda one: (times.read_when(one.body.at, self.zone).sort_key, one.position)))

    def may_know(self, letter: str) -> bool:
        """Say whether this reader may know that a letter went out: a platform does not learn of a partner."""
        found = letters_of(self.source.templates).get((letter, "en"))
        reader = found.to if found else "platform"
        return self.profile is None or reader in self.profile.dispatches

    @cached_property
    def replies(self) -> tuple[Recorded[Replied], ...]:
        """Return the answers to what this reader may know of."""
        return tuple(one for one in self.source.state.replies if self._may_know_reply(one.body))

    def _may_know_reply(self, body: Replied) -> bool:
        instance = self.source.survey.instance(body.step)
        wait = instance.step.wait if instance else None
        if wait is None:
            return self.profile is None or self.profile.names
        asked = [each.name for each in self.source.survey.letters if each.step in (wait.for_step, body.step)]
        return all(self.may_know(letter) for letter in asked)

    @cached_property
    def due(self) -> tuple[DueItem, ...]:
        """Return the dates of the due list that this reader sees."""
        allowed = None if self.profile is None else self.profile.due
        dates = [item for item in self.source.survey.due if allowed is None or item.kind in allowed]
        return tuple(item for item in dates if self._may_know_date(item))

    def _may_know_date(self, item: DueItem) -> bool:
        """Say whether a reader may know whom a date is about: a platform learns of no partner and no other body."""
        if self.profile is None or "partner" in self.profile.dispatches:
            return True
        rule = next((each for each in self.source.registry.rules if each.id == item.rule), None)
        return rule is None or not rule.who.lower().startswith(_OTHERS)

    # --- exhibits ---------------------------------------------------------------------------------------------------

    @cached_property
    def exhibits(self) -> Mapping[str, Exhibit]:
        """Return the exhibits that may leave to this reader, by number; withdrawn and erased ones never."""
        profile = self.profile
        return {
            exhibit.number: exhibit
            for exhibit in self.source.state.exhibits
            if exhibit.stands
            and (
                profile is None
                or profile.allows_class(exhibit.body.sensitivity_class, ticked=exhibit.number in self.ticked)
            )
        }

    @cached_property
    def citable(self) -> frozenset[str]:
        """Return the numbers that a text to this reader may name."""
        return frozenset(self.exhibits)

    def exhibits_of(self, names: tuple[str, ...]) -> tuple[Exhibit, ...]:
        """Return exhibits that have one of these kinds or answer one of these evidence ids, by number."""
        return tuple(each for each in self.exhibits.values() if "all" in names or matches(each, names))


def why_held(gate: GateState) -> str:
    """Say which gate holds and why, without saying its title twice."""
    reason = "" if gate.title in gate.reason else gate.reason
    return f"{gate.title}: {reason or gate.why}"


def matches(exhibit: Exhibit, names: tuple[str, ...]) -> bool:
    """Say whether an exhibit is of one of these kinds, or answers one of these evidence ids (`need`, `step.need`)."""
    return exhibit.body.kind in names or any(answers(need, name) for need in exhibit.fulfils for name in names)


def answers(need: str, name: str) -> bool:
    """Say whether a need as recorded (`cascade.appeal[100…].screens`) is the one that a letter names."""
    bare = _without_element(need)
    return bare == name or bare.endswith("." + name)


def _without_element(need: str) -> str:
    step, _, rest = need.partition("[")
    return step + rest.partition("]")[2] if rest else need


def _role(column: Fact | None, value: object) -> str:
    label = next((choice.label for choice in column.choices if choice.value == value), "") if column else ""
    return f"a third person ({label})" if label else "a third person"


def _replaced(text: str, person: Person) -> str:
    import re

    return re.sub(rf"(?<!\w){re.escape(neutralise(person.name))}(?!\w)", person.role, text, flags=re.IGNORECASE)


def _offers(playbook: Playbook, letter: str) -> bool:
    return any(use.template == letter for step in playbook.steps for use in step.letters)
