"""A case as one reader may see it: the facts, exhibits, events, dispatches and dates that letters and timelines use.

Made from a `Source` and a profile; pure. Hidden, unknown and conflicting answers are simply not there. Helpers' notes,
events marked context, withdrawn and erased exhibits and what is secret to us are never part of a view, whoever reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from recover import times
from recover.case.entries import EventRecorded, Replied, Sent
from recover.case.lookup import CaseLookup, answers
from recover.case.plan import make_plan
from recover.case.state import Exhibit, Recorded
from recover.case.survey import DueItem, GateState
from recover.frozen import frozen
from recover.packet.interface import Source
from recover.packet.letters.front_matter import LetterTemplate, adopted
from recover.packet.letters.pinned import letters_of
from recover.packet.neutral import defang, neutralise
from recover.packet.readers.consent import NONE_NEEDED, OTHER_ACCOUNTS, Consent, consent_for
from recover.packet.readers.platforms import Platform, is_about, keys_of
from recover.packet.readers.profiles import ORDINARY_ONLY, Profile, Profiles
from recover.packet.words.phrases import ENGLISH, is_english
from recover.playbook.expressions import UNKNOWN
from recover.playbook.model import Fact, FactType, Playbook, Sensitivity
from recover.playbook.speech import Speech, served

SHORTEST_NAME = 3
"""Characters below which a name is too common a sequence to be replaced in a text."""

_NO_NAMES = frozenset(
    {"unknown", "not known", "nobody", "no name", "anonymous", "naməlum", "неизвестно", "неизвестный", "bilinmiyor",
     "desconocido", "desconocida", "inconnu", "inconnue", "مجهول", "غير معروف", "ناشناس"}
)  # fmt: skip
"""What people type where they know no name; as a name it would be sought in every text."""


def is_name(text: str) -> bool:
    """Say whether a text can be somebody's name, and does not only say that there is none."""
    return text.strip(" .?!-").casefold() not in _NO_NAMES


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
class Quoted:
    """What the letters of a packet say themselves: their text, and the numbers of exhibits they name or carry."""

    text: str = ""
    exhibits: frozenset[str] = frozenset()


@frozen
class Person:
    """A third party: the name as recorded and the role printed instead."""

    name: str
    role: str


class View:
    """What one reader may see. One per letter or packet; all look-ups are cheap.

    `ticked` are numbers of exhibits chosen for this one recipient. `platform` is the one platform that reads, `others`
    are those it must not hear of; what letters to it say and name is in `quoted` and leaves with them. Without a
    profile the view is the helper's own: every event and exhibit, no names replaced; it is for the screen and is never
    written to a packet.
    """

    def __init__(
        self,
        source: Source,
        profiles: Profiles,
        profile: Profile | None,
        ticked: tuple[str, ...] = (),
        platform: Platform | None = None,
        others: tuple[Platform, ...] = (),
        quoted: Quoted | None = None,
        language: str = ENGLISH,
        *,
        is_letter: bool = False,
    ) -> None:
        self.source = source
        self.language = language
        self.profile = profile
        self.ticked = frozenset(ticked)
        self.platform = platform
        self.others = others
        self._is_letter = is_letter
        self._quoted = quoted or Quoted()
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
            for person in self.unnamed:
                plain = _replaced(plain, person)
        return plain

    def names_somebody(self, text: str) -> bool:
        """Say whether a text names a person whom this reader gets by role."""
        return self.words(text) != defang(neutralise(text), self.domains)

    def own_words(self, text: str) -> str:
        """Return an answer that a letter asks for by name as it may be printed: neutral, addresses blunted.

        Names of third parties stay in it, unless this reader sees those only who agreed.
        """
        if self.profile is not None and self.profile.agreed_only:
            return self.words(text)
        return defang(neutralise(text), self.domains)

    @cached_property
    def unnamed(self) -> tuple[Person, ...]:
        """Return the people who appear by role, the longest name first; the holder too where the link is a secret."""
        names = [name for name in self.holder_names if len(name) >= SHORTEST_NAME]
        if not self.hides_holder or not names:
            return self.third_parties
        people = (*self.third_parties, *(Person(name, "the account holder") for name in names))
        return tuple(sorted(people, key=lambda person: (-len(person.name), person.name)))

    @cached_property
    def holder_names(self) -> tuple[str, ...]:
        """Return the account holder's name as recorded, and another spelling or script of it where one is known."""
        found = self.known(self.meaning("client-name"))
        told = (found.get("name"), found.get("alias")) if isinstance(found, Mapping) else (found,)
        return tuple(str(name) for name in told if name)

    @cached_property
    def hides_holder(self) -> bool:
        """Say whether this reader must not learn who the holder is: the link is a secret, or nobody said it is none."""
        if self.profile is None or not self.profile.hides_link:
            return False
        link = self.meaning("account-link-secret")
        return bool(link) and self.known(link) not in (False, "no")

    def letter_title(self, letter: str) -> str:
        """Return a letter's title for readers, that of its version in their language where there is one."""
        every = letters_of(self.source.templates)
        languages = [language for name, language in every if name == letter]
        chosen = served(self.language, languages) or ENGLISH
        return every[letter, chosen].title if chosen in languages else letter.replace("-", " ")

    def channel_title(self, channel: str) -> str:
        """Return a channel's title; nothing when the registry does not know it."""
        return next((each.title for each in self.source.registry.channels if each.id == channel), "")

    # --- facts ------------------------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Return every question of the pinned playbooks by its qualified name."""
        return {fact.id: fact for playbook in self.source.playbooks for fact in playbook.facts}

    @cached_property
    def said_facts(self) -> Mapping[str, Fact]:
        """Return every question with its texts and labels as this reader's language has them; values stay as they are.

        What is not translated is English with a mark, and what nobody has reviewed has the English beside it.
        """
        if is_english(self.language):
            return self.facts
        return {name: _said(fact, self._speech) for name, fact in self.facts.items()}

    @cached_property
    def _speech(self) -> Speech:
        spoken = [(playbook, self.source.catalogues) for playbook in self.source.playbooks]
        return Speech(spoken, self.language)

    def said(self, title: str) -> str:
        """Return a title of a playbook as this reader's language has it; English with a mark where it has none."""
        return title if is_english(self.language) else self._speech.title(title).marked

    def value(self, name: str) -> Any:
        """Return the canonical value of a visible, given fact that this reader may see; None otherwise.

        What is secret to us is there for nobody. Of a record only the members the profile permits are there.
        """
        if not self.permits(name):
            return None
        fact = self.facts[name]
        if fact.type is FactType.LIST:
            return self.rows(name)
        found = self.known(name)
        if self.profile is None or not isinstance(found, Mapping):
            return found
        if fact.type is FactType.ASSET and self.kept_accounts and self._is_kept("", found):
            return None
        rules = self.profile.facts
        return {member: value for member, value in found.items() if rules.permits_member(fact, member)}

    def permits(self, name: str) -> bool:
        """Say whether this reader may see an answer, or a part of it, if there is one."""
        fact = self.facts.get(name)
        if fact is None or fact.sensitivity is Sensitivity.SECRET_TO_US:
            return False
        if self.profile is None:
            return True
        if fact.means == "client-name" and self.hides_holder:
            return False
        return self.profile.facts.permits(fact)

    def known(self, name: str) -> Any:
        """Return a single answer as the case knows it, whoever reads: to decide by, never to print."""
        found = self._lookup.fact(name) if name in self.facts else UNKNOWN
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
        """Return the rows of a list fact: the element's key, and its given columns that this reader may see.

        A column that is secret to us is there for nobody; a packet for one platform has no accounts on another.
        """
        fact = self.facts.get(name)
        if fact is None or not self.permits(name):
            return ()
        seen = [
            column.id
            for column in fact.fields
            if column.sensitivity is not Sensitivity.SECRET_TO_US
            and (self.profile is None or self.profile.facts.permits_column(fact, column))
        ]
        every = self.every_row(fact) if self.kept_accounts else ()
        elsewhere = {key for key, row in every if self._is_kept(key, row)}
        return tuple(
            (element, self._row(name, element, seen))
            for element in self.source.state.rows(name)
            if element not in elsewhere
        )

    def _is_kept(self, key: str, row: Mapping[str, Any]) -> bool:
        """Say whether a row of any list is one of the accounts that stay here, or tells of one."""
        known = {key for kept, record in self.kept_accounts for key in (kept, *keys_of(record)) if key}
        return bool(known.intersection((key, *keys_of(row)))) or any(each.runs(row) for each in self.others)

    def every_row(self, fact: Fact) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return the rows of a list as the case knows them, whoever reads: to decide by, never to print."""
        columns = [column.id for column in fact.fields]
        return tuple((element, self._row(fact.id, element, columns)) for element in self.source.state.rows(fact.id))

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
        found: dict[str, Person] = {}
        for fact in self.facts.values():
            for name, role in self._people(fact):
                if len(name) >= SHORTEST_NAME and name not in self.holder_names and is_name(name):
                    found.setdefault(name, Person(name, role))
        return tuple(sorted(found.values(), key=lambda person: (-len(person.name), person.name)))

    def _people(self, fact: Fact) -> list[tuple[str, str]]:
        if fact.type is FactType.PERSON:
            value = self._lookup.fact(fact.id)
            if isinstance(value, Mapping):
                role = str(value.get("role", "")) or "another person"
                return [(str(value.get(member, "")), role) for member in ("name", "alias")]
        if not lists_people(fact):
            return []
        columns = {column.id: column for column in fact.fields}
        people = []
        for _, row in self.every_row(fact):
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
        if self.profile is None:
            return True
        shown = any(each.stands and each.number in body.exhibits for each in self.source.state.exhibits)
        if not self.profile.allows_event(body.marks) or not self.profile.allows_stance(body.stance, shown=shown):
            return False
        if self.platform is None and not self.kept_accounts:
            return True
        needs = [need for each in self.source.state.exhibits if each.number in body.exhibits for need in each.fulfils]
        keys = (*body.assets, *_elements(*needs))
        return self._is_quoted(body) or not self.is_elsewhere(f"{body.text}\n{body.source}", keys)

    def _is_quoted(self, body: EventRecorded) -> bool:
        """Say whether a letter of this packet tells an event itself, or names its exhibits."""
        return bool(self.quoted.exhibits.intersection(body.exhibits)) or (
            bool(self.quoted.text) and self.words(body.text) in self.quoted.text
        )

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
        known = [
            one
            for one in self.source.state.sent
            if self.may_know(one.body.letter) and not self._is_sent_elsewhere(one.body)
        ]
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
        if self.is_elsewhere(body.text, _elements(body.step)):
            return False
        instance = self.source.survey.instance(body.step)
        wait = instance.step.wait if instance else None
        if wait is None:
            return self.profile is None or self.profile.names
        asked = [each.name for each in self.source.survey.letters if each.step in (wait.for_step, body.step)]
        went = [one.body for one in self.source.state.sent if one.body.letter in asked]
        if went and all(self._is_sent_elsewhere(one) for one in went):
            return False
        return all(self.may_know(letter) for letter in asked)

    @cached_property
    def due(self) -> tuple[DueItem, ...]:
        """Return the dates of the due list that this reader sees."""
        allowed = None if self.profile is None else self.profile.due
        dates = [item for item in self.source.survey.due if allowed is None or item.kind in allowed]
        return tuple(item for item in dates if self._may_know_date(item))

    def _may_know_date(self, item: DueItem) -> bool:
        """Say whether a reader may know whom a date is about: a platform learns of no partner and no other body."""
        if self.is_elsewhere(f"{item.title}\n{item.element_title}\n{item.why}", (item.element,), item.rule):
            return False
        if self.profile is None or "partner" in self.profile.dispatches:
            return True
        rule = next((each for each in self.source.registry.rules if each.id == item.rule), None)
        return rule is None or not rule.who.lower().startswith(_OTHERS)

    # --- one platform and the others --------------------------------------------------------------------------------

    @cached_property
    def accounts(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return the records of the case's own accounts, whoever reads: the contested ones and those of its lists."""
        found = [(str(each.get("platform_id") or each.get("handle") or ""), each) for each in self._contested]
        for fact in self.facts.values():
            if fact.means == "asset-list":
                found += self.every_row(fact)
        return tuple(found)

    @cached_property
    def platforms(self) -> tuple[Platform, ...]:
        """Return the platforms on which the case has accounts: of the contested one first, then as they are listed."""
        known = [each for each in self._profiles.platforms if each.names]
        found = [each for _, row in self.accounts for each in known if each.runs(row)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def quoted(self) -> Quoted:
        """Return what letters tell themselves; nothing where the client's word keeps accounts here."""
        return Quoted() if OTHER_ACCOUNTS in self.consent.without else self._quoted

    @cached_property
    def kept_accounts(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return the accounts this reader is not to hear of: on another platform, or left out by the client's word."""
        keep = OTHER_ACCOUNTS in self.consent.without
        if not keep and not self.others:
            return ()
        contested = {key for record in self._contested for key in keys_of(record)}
        return tuple(
            (key, row)
            for key, row in self.accounts
            if any(each.runs(row) for each in self.others)
            or (keep and contested and not contested.intersection((key, *keys_of(row))))
        )

    @cached_property
    def _contested(self) -> tuple[Mapping[str, Any], ...]:
        facts = [fact.id for fact in self.facts.values() if fact.means == "contested-asset"]
        return tuple(record for fact in facts if isinstance(record := self.known(fact), Mapping))

    @cached_property
    def consent(self) -> Consent:
        """Return what the client said about this reader; without limits for the helper and for the holder."""
        if self.profile is None or self.profile.consent == NONE_NEEDED:
            return Consent("", value=True)
        return consent_for(self.profile.consent, self.meaning, self.known, self.source.state)

    def is_elsewhere(self, text: str, keys: tuple[str, ...] = (), rule: str = "") -> bool:
        """Say whether something is about an account, or a platform, that this reader is not to hear of.

        `keys` are keys of accounts and other rows; `rule` is the id of a rule, channel or clause. Without them, or
        besides them, a number, handle or address of such an account, or the platform's name in the text decides. What
        names no platform at all is about the first: the one of the contested account, or of the first in the list.
        """
        if self.platform is not None and self.platform.has_channel(rule):
            return False
        if any(each.has_channel(rule) for each in self.others):
            return True
        if any(key and key in keys for key, _ in self.kept_accounts) or self.kept_account_in(text):
            return True
        if self.platform is None or not self.others:
            return False
        places = {self.places[key] for key in keys if key in self.places}
        if places:
            return self.platform not in places
        if any(each.is_named_in(text) for each in self.others):
            return True
        own = [keys_of(row) for _, row in self.accounts if self.platform.runs(row)]
        if self.platform.is_named_in(text) or any(is_about(text, each) for each in own):
            return False
        # A letter is made for one step, and its template says what it tells; a packet gathers what it finds.
        return not self._is_letter and bool(self.platforms) and self.platforms[0] != self.platform

    @cached_property
    def places(self) -> Mapping[str, Platform]:
        """Return the platform of every row of a list that names one, by the row's key."""
        found: dict[str, Platform] = {}
        for fact in self.facts.values():
            if fact.type is FactType.LIST and {"platform", "kind"} & {column.id for column in fact.fields}:
                for key, row in self.every_row(fact):
                    found.update((key, each) for each in self._profiles.platforms if each.runs(row))
        return found

    def kept_account_in(self, text: str) -> str:
        """Return the key of an account this reader is not to hear of that a text names; nothing when it names none."""
        return next((keys_of(row)[0] for _, row in self.kept_accounts if is_about(text, keys_of(row))), "")

    def _is_sent_elsewhere(self, body: Sent) -> bool:
        return self.is_elsewhere(body.reference, (*body.assets, *_elements(body.step)), body.channel)

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
            and exhibit.body.sensitivity_class not in self.consent.without
            and (exhibit.number in self.quoted.exhibits or not self.is_about_another(exhibit))
        }

    def is_about_another(self, exhibit: Exhibit) -> bool:
        """Say whether an exhibit is about an account, or a platform, that this reader is not to hear of."""
        body = exhibit.body
        return self.is_elsewhere(body.title, (*body.assets, *_elements(*exhibit.fulfils)))

    @cached_property
    def citable(self) -> frozenset[str]:
        """Return the numbers that a text to this reader may name.

        A public text names what would be shown on request: that there is such an exhibit, never the exhibit.
        """
        profile = self.profile
        if profile is None or profile.id not in ORDINARY_ONLY:
            return frozenset(self.exhibits)
        return frozenset(
            each.number
            for each in self.source.state.exhibits
            if each.stands
            and profile.allows_class(each.body.sensitivity_class, ticked=True)
            and each.body.sensitivity_class not in self.consent.without
        )

    def exhibits_of(self, names: tuple[str, ...]) -> tuple[Exhibit, ...]:
        """Return exhibits that have one of these kinds or answer one of these evidence ids, by number."""
        return tuple(each for each in self.exhibits.values() if "all" in names or matches(each, names))


def _elements(*names: str) -> tuple[str, ...]:
    """Return the rows that steps or needs are about: `Profile` of `answer[Profile].screen`."""
    return tuple(name.partition("[")[2].rpartition("]")[0] for name in names if "[" in name)


def lists_people(fact: Fact) -> bool:
    """Say whether the rows of a list are people: it says so (`people`), or has a name with a role or an agreement."""
    if fact.type is not FactType.LIST:
        return False
    columns = {column.id for column in fact.fields}
    if fact.people is not None:
        return fact.people and "name" in columns
    return "name" in columns and bool({"role", "agreed"} & columns)


def _said(fact: Fact, speech: Speech) -> Fact:
    columns = tuple(
        replace(speech.said_fact(each, fact.id), ask=speech.ask(each, fact.id).told) for each in fact.fields
    )
    return replace(speech.said_fact(fact), ask=speech.ask(fact).told, fields=columns)


def why_held(gate: GateState) -> str:
    """Say which gate holds and why, without saying its title twice."""
    reason = "" if gate.title in gate.reason else gate.reason
    return f"{gate.title}: {reason or gate.why}"


def matches(exhibit: Exhibit, names: tuple[str, ...]) -> bool:
    """Say whether an exhibit is of one of these kinds, or answers one of these evidence ids (`need`, `step.need`)."""
    return exhibit.body.kind in names or any(answers(need, name) for need in exhibit.fulfils for name in names)


def _role(column: Fact | None, value: object) -> str:
    label = next((choice.label for choice in column.choices if choice.value == value), "") if column else ""
    return f"a third person ({label})" if label else "a third person"


def _replaced(text: str, person: Person) -> str:
    import re

    return re.sub(rf"(?<!\w){re.escape(neutralise(person.name))}(?!\w)", person.role, text, flags=re.IGNORECASE)


def _offers(playbook: Playbook, letter: str) -> bool:
    return any(use.template == letter for step in playbook.steps for use in step.letters)
