"""A letter from its template and a case: rendered under the profile of its reader, or refused with everything lacking.

What a letter prints depends on the case, its pinned template, the reader's profile and the exhibits ticked for that
reader; not on the day. So the text that a client approved is the text that is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from recover import times
from recover.case.lookup import row_title
from recover.case.survey import LetterAbout, LetterState, RowsNeeded
from recover.errors import NotFoundError, PartialError, RecoverError, RefusedError, TemplateError
from recover.frozen import frozen
from recover.packet.formats.text import form_length
from recover.packet.guard import check_text
from recover.packet.interface import Letter, LetterField, Source
from recover.packet.letters import rests
from recover.packet.letters.beside import signed, unsigned, with_english
from recover.packet.letters.fill import NotGiven, fill
from recover.packet.letters.front_matter import LetterTemplate, adopted, bind
from recover.packet.letters.markup import parse_markdown
from recover.packet.letters.pinned import letters_of
from recover.packet.letters.slots import (
    Lack,
    Names,
    elements_of,
    exhibit_order,
    exhibits_about,
    missing,
    resolve,
    split_fact,
)
from recover.packet.letters.values import Row, printed
from recover.packet.letters.versions import is_stale, is_unreviewed, version_for, versions
from recover.packet.readers.consent import consent_for, why_not
from recover.packet.readers.platforms import Platform
from recover.packet.readers.profiles import Profile, Profiles, load_profiles
from recover.packet.readers.view import View, matches, why_held
from recover.packet.tree import Tree, count_words, plain_text
from recover.packet.words.direction import isolated, pasted_text
from recover.packet.words.phrases import ENGLISH, words_of
from recover.playbook import expressions
from recover.playbook.model import Channel, Playbook

VIEW_OF: Mapping[str, str] = {
    "platform": "platform",
    "partner": "partner",
    "notary": "platform",
    "holder": "victim",
    "lawyer": "lawyer",
    "public": "press",
}
"""Reader of a letter → the profile under which its text is made."""


@frozen
class Hold:
    """One reason why a letter cannot be made now. `kind`: gate, consent, profile, identity, new-fact, approval,
    missing, rows, exhibit, too-long."""

    kind: str
    message: str
    hint: str = ""


class LetterHeld(RefusedError):
    """A letter cannot be made now; `holds` lists every reason."""

    def __init__(self, name: str, holds: tuple[Hold, ...]) -> None:
        super().__init__(f"{name} cannot be made: {_listed(holds)}", hint=holds[0].hint, place=name)
        self.holds = holds


class LetterIncomplete(PartialError):
    """Answers, rows or exhibits are missing for a letter; `holds` lists every one."""

    def __init__(self, name: str, holds: tuple[Hold, ...]) -> None:
        super().__init__(f"{name} is not complete: {_listed(holds)}", hint=holds[0].hint, place=name)
        self.holds = holds


def _listed(holds: tuple[Hold, ...]) -> str:
    return "; ".join(hold.message for hold in holds)


_REFUSALS = frozenset({"gate", "consent", "profile", "identity", "new-fact"})
_CONSENTED = frozenset({"platform", "partner", "lawyer"})
"""Readers of letters about whom the client is asked; a notary or the public is met by the client's own hand."""


def letter_names(source: Source) -> tuple[str, ...]:
    """List the names of the pinned letters."""
    return tuple(sorted({name for name, _ in letters_of(source.templates)}))


def letters_about(templates: Mapping[str, str], playbook: Playbook | None = None) -> dict[str, LetterAbout]:
    """Return what the engine needs to know of each letter, by name, with the facts as `playbook` asks them."""
    about: dict[str, LetterAbout] = {}
    # English first: its title stands on the helper's screen, and every translation declares the same.
    for letter in sorted(letters_of(templates).values(), key=lambda each: (each.name, each.language != "en")):
        named = letter if playbook is None else bind(letter, adopted(letter, playbook))
        about.setdefault(letter.name, _about(named))
    return about


def _about(letter: LetterTemplate) -> LetterAbout:
    facts = {slot.of[0] for slot in letter.slots if slot.source in ("fact", "list")} | set(letter.needs)
    return LetterAbout(
        name=letter.name,
        title=letter.title,
        to=letter.to,
        gates=letter.gates,
        approval=letter.approval,
        facts=tuple(sorted(facts)),
        new_fact=any(slot.source == "new" and slot.least for slot in letter.slots),
        needs=letter.needs,
        rows=tuple(
            RowsNeeded(slot.of[0], slot.least, slot.where.text if slot.where else "", slot.needs)
            for slot in letter.slots
            if slot.source == "list" and (slot.least or slot.needs)
        ),
        shown=tuple(claim.exhibits for claim in letter.claims if claim.otherwise == "block"),
    )


def find_letter(source: Source, name: str, language: str = "") -> LetterTemplate:
    """Return a pinned letter; without a language English, else the first there is. Raises `NotFoundError` (10).

    `ar-LB` is served by a letter in `ar-LB`, else by one in `ar`.
    """
    found = versions(source, name)
    chosen = version_for(language, found) if language else "en" if "en" in found else min(found, default="")
    if not chosen:
        there = f" in {language[:20]}" if found else ""
        raise NotFoundError(
            f"there is no letter called {name[:60]}{there}",
            hint=f"it is there in {', '.join(sorted(found))}" if found else "recover letter CASE lists them",
        )
    return found[chosen]


def _printed(template: LetterTemplate, language: str, source: Source) -> LetterTemplate:
    """Return a letter as it is printed in a language: with the region that was asked for, or that of the case's zone.

    Raises `RefusedError` (4) for a translation of another English text than the one there is now.
    """
    if is_stale(template, versions(source, template.name)):
        raise RefusedError(
            f"the translation of {template.name} into {template.language} is out of date: the English has changed",
            hint=f"recover letter CASE {template.name} --language en",
            place=template.path,
        )
    tag = language or template.language
    return replace(template, language=times.with_region(tag, source.survey.zone))


def render_letter(
    source: Source, name: str, *, ticked: Sequence[str] = (), language: str = "", reader: str = ""
) -> Letter:
    """Make a letter as it would leave now.

    `language` chooses a translation and how dates are written (`ar-LB`). `reader` is the profile in whose packet it
    travels: the client's word about that reader was looked at there.
    Raises `LetterHeld` (4) when a gate, the client's word, a profile, the identity rule or a missing new fact forbids
    it, `LetterIncomplete` (3) that names every unanswered question, `TemplateError` (31) for a template that does not
    fit the playbook, `RefusedError` (4) for a translation that is out of date, and `NotFoundError` (10).
    """
    with words_of(source.templates):
        return _rendered(source, name, ticked, language, reader)


def _rendered(source: Source, name: str, ticked: Sequence[str], language: str, reader: str) -> Letter:
    template = _printed(find_letter(source, name, language), language, source)
    view = letter_view(source, template, ticked)
    template = bind(template, view.names_for(template))
    state = letter_state(source, name)
    channel = _channel(source, state)
    attachments = attachments_of(template, view)
    names = resolve(template, view, channel, attachments)
    holds = [
        *_gates(template, source),
        *([] if reader else _consent(template, view)),
        *_kept_by_profile(template, view),
        *_identity(template, source),
        *(_hold(lack) for lack in names.lacks),
    ]
    if holds:
        _raise(name, holds)
    tree, words = _trees(template, names, view, source)
    letter = _letter(template, names, tree, attachments, state, view)
    too_long = _too_long(template, replace(letter, words=words), channel)
    if too_long:
        _raise(name, too_long)
    text = letter.text
    if kept := view.kept_account_in(f"{template.title}\n{text}"):
        told = f"it names {kept}, and the client agreed to nothing about other accounts"
        _raise(name, [Hold("consent", told, f"recover answer CASE {view.consent.fact}_without")])
    check_text(f"{template.title}\n{text}", view, f"the letter {name}")
    for field in letter.fields:
        check_text(field.text, view, f"the letter {name}")
    return _with_remarks(letter, template, channel, source)


def approved_language(source: Source, name: str) -> str:
    """Return the language of the version that the client approved as it is now; empty where that is not another one.

    A letter that was approved in Azerbaijani is the Azerbaijani one in a packet, and when it is recorded as sent.
    """
    found = versions(source, name)
    if len(found) < 2 or not any(one.body.letter == name for one in source.state.approvals):
        return ""
    for language in found:
        try:
            if render_letter(source, name, language=language, reader="any").approval == "given":
                return language
        except RecoverError:
            continue
    return ""


def _with_remarks(letter: Letter, template: LetterTemplate, channel: Channel | None, source: Source) -> Letter:
    """Put to a letter what the helper must know of the facts it rests on; its text stays as it is."""
    facts = rests.facts_of_letter(source, template, channel)
    local = rests.local_of(source, template, facts)
    told = rests.remarks(facts, source.registry, rests.today_of(source))
    return replace(letter, careful=(*told, *rests.local_words(local)), local=local)


def letter_view(source: Source, template: LetterTemplate, ticked: Sequence[str] = ()) -> View:
    """Return the view under which a letter is made: to one platform it tells nothing of accounts on another."""
    profiles = load_profiles(source.templates)
    wanted = VIEW_OF[template.to]
    # A case opened before there was a profile for the press keeps the rules it was opened with.
    profile: Profile = profiles.get(wanted if wanted in profiles.by_id else "platform")
    view = View(source, profiles, profile, tuple(ticked), language=template.language)
    one = _platform(template, view, profiles)
    others = tuple(each for each in view.platforms if each != one) if one else ()
    if not others:
        return view
    return View(source, profiles, profile, tuple(ticked), one, others, language=template.language, is_letter=True)


def _platform(template: LetterTemplate, view: View, profiles: Profiles) -> Platform | None:
    """Return the platform a letter goes to: that of its channel, else that of the row its step is about."""
    state = letter_state(view.source, template.name)
    if template.to != "platform" or state is None:
        return None
    found = [each for each in profiles.platforms if each.has_channel(state.use.channel)]
    return found[0] if found else view.places.get(state.element)


def letter_state(source: Source, name: str) -> LetterState | None:
    """Return where a letter stands: the use that is offered, else the last one."""
    found = [each for each in source.survey.letters if each.name == name]
    return next((each for each in found if each.is_offered), found[-1] if found else None)


def _channel(source: Source, state: LetterState | None) -> Channel | None:
    wanted = state.use.channel if state else ""
    return next((each for each in source.registry.channels if each.id == wanted), None)


def attachments_of(template: LetterTemplate, view: View) -> tuple[str, ...]:
    """Return the numbers of the exhibits that go with a letter: those it declares, and those ticked."""
    declared = {each.number for each in exhibits_about(elements_of(template, view), view, template.attach)}
    ticked = {number for number in view.ticked if number in view.exhibits}
    return tuple(sorted(declared | ticked, key=exhibit_order))


# --- what holds a letter back ---------------------------------------------------------------------------------------


def _raise(name: str, holds: list[Hold]) -> None:
    unique = tuple(dict.fromkeys(holds))
    refusals = tuple(hold for hold in unique if hold.kind in _REFUSALS)
    if refusals:
        raise LetterHeld(name, refusals + tuple(hold for hold in unique if hold.kind not in _REFUSALS))
    raise LetterIncomplete(name, unique)


def _hold(lack: Lack) -> Hold:
    return Hold(lack.kind, lack.message, lack.hint)


def _gates(template: LetterTemplate, source: Source) -> list[Hold]:
    holds = []
    for gate in source.survey.gates:
        if not gate.is_open and ("letters" in gate.holds or gate.id in template.gates):
            holds.append(Hold("gate", why_held(gate), gate.hint))
    known = {gate.id for gate in source.survey.gates}
    for wanted in template.gates:
        if wanted not in known:
            raise TemplateError(f"the playbook has no gate {wanted}", place=template.path)
    return holds


def _consent(template: LetterTemplate, view: View) -> list[Hold]:
    """Say what the client took back, limited in time or refused; what was never asked is a matter of gates."""
    if view.profile is None or template.to not in _CONSENTED:
        return []
    today = times.local_day(view.source.as_of, view.zone)
    holds = []
    for name in _asked_by_gates(template, view) or [view.consent.fact]:
        consent = consent_for(name, view.meaning, view.known, view.source.state)
        if consent.fact not in view.facts:
            continue
        why = why_not(consent, view.profile.reader, view.facts[consent.fact].ask, today, silence_counts=False)
        is_over = bool(consent.is_given and consent.until)
        if why:
            holds.append(Hold("consent", why, f"recover answer CASE {consent.fact}{'_until' if is_over else ''}"))
    return holds


def _asked_by_gates(template: LetterTemplate, view: View) -> list[str]:
    """Return the questions of consent that the letter's own gates look at: a body of its own has its own word."""
    gates = [gate for playbook in view.source.playbooks for gate in playbook.gates if gate.id in template.gates]
    named = {name.text for gate in gates for name in expressions.names(expressions.read(gate.needs.text))}
    return sorted(name for name in named if "." in name and "consent" in name.rpartition(".")[2])


def _kept_by_profile(template: LetterTemplate, view: View) -> list[Hold]:
    """Name the answers a letter needs and its reader must not see."""
    if view.profile is None:
        return []
    facts = dict.fromkeys(split_fact(needed, view.facts)[0] for needed in template.needs)
    return [
        Hold("profile", f"{fact} does not leave to {view.profile.reader}", "")
        for fact in facts
        if fact in view.facts and not view.permits(fact)
    ]


def _identity(template: LetterTemplate, source: Source) -> list[Hold]:
    """Count different kinds of proof; a copy of an ID is none, whatever the letter lists."""
    if not template.identity_least:
        return []
    standing = [each for each in source.state.exhibits if each.stands and not each.is_identity]
    kinds = {name for name in template.identity_kinds for each in standing if matches(each, (name,))}
    if len(kinds) >= template.identity_least:
        return []
    return [
        Hold(
            "identity",
            f"{template.identity_least} different proofs other than an ID copy are needed, there "
            f"{'is' if len(kinds) == 1 else 'are'} {len(kinds) or 'none'}",
            "recover evidence add CASE FILE --kind " + template.identity_kinds[0],
        )
    ]


def _too_long(template: LetterTemplate, letter: Letter, channel: Channel | None) -> list[Hold]:
    hint = "shorten the longest answer: recover answer CASE " + next(
        (slot.of[0] for slot in template.slots if slot.source == "fact"), "FACT"
    )
    holds = []
    if letter.words > template.max_words:
        holds.append(Hold("too-long", f"it has {letter.words} words, {template.max_words} are allowed", hint))
    limits = [limit for limit in (template.max_chars, channel.max_chars if channel else None) if limit is not None]
    if limits and not letter.fields and letter.characters > min(limits):
        holds.append(Hold("too-long", f"it has {letter.characters} characters, {min(limits)} are allowed", hint))
    for field in letter.fields:
        if field.max_chars is not None and form_length(field.text) > field.max_chars:
            told = f"the field {field.label} has {form_length(field.text)} characters, {field.max_chars} are allowed"
            holds.append(Hold("too-long", told, hint))
    return holds


# --- making it ------------------------------------------------------------------------------------------------------


def _trees(template: LetterTemplate, names: Names, view: View, source: Source) -> tuple[Tree, int]:
    """Return the text as it is printed, and how many words its own language has of it.

    What is safety or sworn text in a translation that nobody has reviewed has the English below it.
    """
    raw = _tree(template, names, view)
    tree, words = unsigned(raw), count_words(unsigned(raw))
    original = versions(source, template.name).get(ENGLISH)
    if original is not None and is_unreviewed(template):
        english = bind(original, view.names_for(original))
        own = letter_view(source, english, tuple(view.ticked))
        known = resolve(english, own, _channel(source, letter_state(source, template.name)), ())
        known.values["attachments"] = names.values["attachments"]
        tree = with_english(raw, _tree(english, known, own), template.language)
    return isolated(tree, template.language), words


def _tree(template: LetterTemplate, names: Names, view: View) -> Tree:
    try:
        filled = fill(template.body, names.values, path=template.path, language=template.language)
    except NotGiven as error:
        _name_question(error, template, view)
    return parse_markdown(signed(filled.text), filled.values, template.path, template.body_line)


def _name_question(error: NotGiven, template: LetterTemplate, view: View) -> None:
    """Turn a print without a value into the question that was not answered, where there is one."""
    slot = template.slot(error.path.name)
    fact_id, member = (slot.of[0], error.path.member) if slot and slot.source == "fact" else ("", "")
    if error.path.name == "holder":
        fact_id = view.meaning("client-name" if error.path.member == "name" else "safe-contact")
    fact = view.facts.get(split_fact(fact_id, view.facts)[0])
    if fact is None:
        raise error
    _raise(template.name, [_hold(missing(fact, member))])


def _letter(
    template: LetterTemplate,
    names: Names,
    tree: Tree,
    attachments: tuple[str, ...],
    state: LetterState | None,
    view: View,
) -> Letter:
    text = plain_text(tree, template.language)
    digest = sha256(f"{template.title}\n\n{text}".encode()).hexdigest()
    return Letter(
        name=template.name,
        language=template.language,
        title=template.title,
        to=template.to,
        text=text,
        text_sha256=digest,
        words=count_words(tree),
        characters=form_length(text.rstrip("\n")),
        fields=_fields(template, names, text),
        attachments=attachments,
        cited=tuple(sorted(names.cited, key=exhibit_order)),
        approval=_approval(template, digest, view.source),
        channel=state.use.channel if state else "",
        note=template.note,
        accounts=_accounts(template.name, view),
        signature=template.signature,
        pages=template.pages,
        is_unreviewed=is_unreviewed(template),
        tree=tree,
    )


def _accounts(name: str, view: View) -> tuple[str, ...]:
    """Return the elements for which a letter is offered now, each by id and name."""
    found, source = [], view.source
    for state in source.survey.letters:
        instance = source.survey.instance(state.instance)
        if state.name == name and state.is_offered and state.element and instance is not None:
            title = view.words(row_title(source.state, instance.step.for_each, state.element))
            found.append(f"{state.element} ({title})" if title != state.element else state.element)
    return tuple(dict.fromkeys(found))


def _approval(template: LetterTemplate, digest: str, source: Source) -> str:
    if not template.approval:
        return "not-needed"
    given = [one.body for one in source.state.approvals if one.body.letter == template.name]
    if not given:
        return "missing"
    return "given" if any(body.text_sha256 == digest for body in given) else "outdated"


def _fields(template: LetterTemplate, names: Names, text: str) -> tuple[LetterField, ...]:
    found = []
    for field in template.fields:
        if not field.slot:
            found.append(LetterField(field.label, text.rstrip("\n"), field.max_chars))
            continue
        name, _, member = field.slot.partition(".")
        value = names.values.get(name)
        if member and isinstance(value, Row):
            value = value.cells.get(member)
        if value is not None:
            pasted = pasted_text(printed(value, "", template.language), template.language)
            found.append(LetterField(field.label, pasted, field.max_chars))
    return tuple(found)


def holds_of(source: Source, name: str, *, ticked: Sequence[str] = ()) -> tuple[Hold, ...]:
    """Say what holds a letter back now, without raising; empty when it can be made."""
    try:
        render_letter(source, name, ticked=ticked)
    except (LetterHeld, LetterIncomplete) as error:
        return error.holds
    except RecoverError as error:
        return (Hold("refused", error.message, error.hint),)
    return ()
