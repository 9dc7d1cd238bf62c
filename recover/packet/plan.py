"""What will leave for a reader, decided before anything is written: letters, exhibits, events, dates, and what stays.

`plan_packet` refuses (4) what a gate, a consent or a profile forbids, and lists for everything else that stays out why
it does. A plan is shown to the person who sends it; `build` makes exactly what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from recover import times
from recover.case.survey import LetterState
from recover.errors import RefusedError, UsageError
from recover.packet.changes import changes_since, last_to
from recover.packet.documents import with_documents
from recover.packet.formats.registry import VICTIM, chosen_formats
from recover.packet.guard import check_text
from recover.packet.interface import LeftOut, Letter, PacketPlan, PlannedExhibit, ProofWanted, Source
from recover.packet.layout import exhibit_path
from recover.packet.letters import rests
from recover.packet.letters.annex import with_annex
from recover.packet.letters.front_matter import bind
from recover.packet.letters.rendering import (
    LetterHeld,
    LetterIncomplete,
    approved_language,
    find_letter,
    letter_names,
    letter_state,
    letter_view,
    render_letter,
)
from recover.packet.letters.slots import exhibit_order, facts_printed
from recover.packet.letters.versions import is_stale, language_in_packet, version_for, versions
from recover.packet.named import accounts_in, dates_of, names_in, roles_in, text_of
from recover.packet.readers.addressed import PLATFORM, choose_platform, letters_for, others_than, quoted_by
from recover.packet.readers.consent import NONE_NEEDED, why_not
from recover.packet.readers.profiles import GUARDED, NEVER_LEAVES, PLATFORM_ONLY, Profile, load_profiles
from recover.packet.readers.view import View, why_held
from recover.packet.timeline.rows import TimelineRow, timeline_of
from recover.packet.words.phrases import ENGLISH, has_phrase, is_english, phrase, words_of
from recover.playbook.grammar import LANGUAGE
from recover.playbook.model import Fact
from recover.playbook.values import shown


def plan_packet(
    source: Source,
    profile: str,
    *,
    to: str = "",
    ticked: Sequence[str] = (),
    letters: Sequence[str] = (),
    platform: str = "",
    only: Sequence[str] = (),
    with_dates: bool = False,
    with_proof: bool = False,
    language: str = "",
    annex: str = "",
) -> PacketPlan:
    """Say exactly what will leave for a profile, and what stays and why.

    `to` names the recipient for the record, `ticked` are numbers of exhibits of a guarded class chosen for this one
    recipient, `letters` adds letters by name that no step offers now, `platform` names the one platform a platform's
    packet goes to, which must be named where the case has letters for several. `only` names formats instead of the
    profile's; `with_dates` adds a calendar, which may show on a shared phone; `with_proof` gives the account holder the
    letters too, not only the short note; `language` is that of the cover and of the letters that are there in it,
    `annex` adds the client's language to English letters. Raises `RefusedError` (4) when a gate or consent forbids it
    or a ticked exhibit may not leave, `UsageError` (2) for an unknown profile, format or platform, `TemplateError`
    (31).
    """
    profiles = load_profiles(source.templates)
    chosen = profiles.get(profile)
    asked = _asked_language(source, chosen, language)
    spoken = _spoken(source, asked)
    formats = chosen_formats(chosen, only, with_dates=with_dates)
    _check_gates(source, chosen)
    view = View(source, profiles, chosen, tuple(ticked), language=spoken)
    _check_consent(view, chosen)
    _check_ticked(view, chosen)
    kept, left_out = _letters(source, chosen, tuple(ticked), tuple(letters), asked)
    if chosen.id == PLATFORM:
        one = choose_platform(view, profiles, kept, platform, source.state.name)
        others = others_than(one, kept, view, profiles)
        kept, elsewhere = letters_for(one, kept, view, profiles)
        left_out += elsewhere
        view = View(source, profiles, chosen, tuple(ticked), one, others, quoted_by(kept), language=spoken)
    elif platform:
        raise UsageError("--platform is for packets to a platform", hint="--for platform")
    if chosen.id == VICTIM and not with_proof:
        kept, left_out = _on_request(kept, left_out, tuple(letters))
    if annex:
        kept = tuple(with_annex(source, each, annex, ticked) if is_english(each.language) else each for each in kept)
    with words_of(source.templates):
        rows = timeline_of(view)
    numbers = _exhibit_numbers(view, chosen, kept, rows)
    exhibits = tuple(_planned(view, number) for number in numbers)
    proved = [number for number in numbers if chosen.parts and not _names_somebody(view, number)]
    proofs = tuple(ProofWanted(number, chosen.parts) for number in proved)
    _check_texts(view, rows)
    facts = _facts(view, chosen, kept)
    plan = PacketPlan(
        profile=chosen.id,
        to=to,
        reader=view.platform.title if view.platform else chosen.reader,
        source=source,
        ticked=tuple(ticked),
        letters=kept,
        exhibits=exhibits,
        files=(),
        facts=tuple((asked, answer) for _, asked, answer in facts),
        fact_ids=tuple(fact_id for fact_id, _, _ in facts),
        names=(),
        events=len(rows),
        event_ids=tuple(row.entry for row in rows),
        dates=dates_of(view) if formats.get("dates") or chosen.id != PLATFORM else (),
        proofs=proofs,
        formats=formats,
        old_facts=_old_facts(source, view, kept),
        left_out=(
            *left_out,
            *_exhibits_left(view, numbers),
            *_proofs_left(chosen, numbers, proved),
            *_events_left(view),
            *(_steps_left(source) if chosen.dispatches else ()),
        ),
        warnings=(*_warnings(source, chosen, view, kept, numbers), *_outdated(source, kept, asked, spoken)),
        language=spoken,
        platform=view.platform.id if view.platform else "",
        other_platforms=tuple(each.id for each in view.others),
    )
    if not (kept or exhibits or rows or facts):
        plan = replace(plan, warnings=(*plan.warnings, f"nothing of the case would leave for {plan.reader}"))
    return _with_names(with_documents(_with_changes(plan, rows), view, rows), view)


def plan_exhibit(source: Source, profile: str, number: str, *, to: str = "", ticked: bool = False) -> PacketPlan:
    """Say what leaves when one exhibit is disclosed with its proof, and nothing else of the case.

    The rules are a packet's: gates, consent, classes. Raises `RefusedError` (4) for an exhibit that was withdrawn, may
    not leave to this reader, needs a tick, or whose log entry names somebody; `UsageError` (2) for a reader to whom
    packets hold no proofs.
    """
    profiles = load_profiles(source.templates)
    chosen = profiles.get(profile)
    if not chosen.parts or chosen.id in (VICTIM, PLATFORM):
        raise UsageError(f"one exhibit is not disclosed to {chosen.reader}", hint=f"recover packet --for {chosen.id}")
    # What the case follows, and which platforms it has, is what other entries say.
    alone = replace(source, pinned=(), local=(), catalogues=())
    _check_gates(source, chosen)
    view = View(alone, profiles, chosen, (number,) if ticked else ())
    _check_consent(view, chosen)
    _check_ticked(view, chosen)
    if number not in view.exhibits:
        why = next((each.why for each in _exhibits_left(view, ()) if each.name == number), "it is not there")
        raise RefusedError(f"{number} may not leave: {why}", hint=f"--tick {number}" if "ticked" in why else "")
    if _names_somebody(view, number):
        why = "its log entry, which the proof shows whole, names somebody or an account that stays here"
        raise RefusedError(f"{number} may not be disclosed: {why}", hint=f"recover packet --for {chosen.id}")
    return PacketPlan(
        profile=chosen.id,
        to=to,
        reader=chosen.reader,
        source=alone,
        ticked=(number,) if ticked else (),
        letters=(),
        exhibits=(_planned(view, number),),
        files=(),
        facts=(),
        names=(),
        events=0,
        proofs=(ProofWanted(number, chosen.parts),),
        formats={"sheet": ("pdf",)},
        left_out=(),
        warnings=tuple(_warnings_of_class(view, (number,))),
    )


def _with_changes(plan: PacketPlan, rows: tuple[TimelineRow, ...]) -> PacketPlan:
    """Say what is different from the last packet to the same reader."""
    last = last_to(plan.source.state, plan.profile, plan.to, plan.platform)
    if last is None:
        return plan
    gone = {
        each.number: "erased" if each.erased else "withdrawn" for each in plan.source.state.exhibits if not each.stands
    }
    changes = changes_since(last, plan.letters, plan.exhibits, rows, plan.dates, gone)
    return replace(plan, since=last.as_of, changes=changes)


def _with_names(plan: PacketPlan, view: View) -> PacketPlan:
    """Search every document for the people and accounts of the case; nothing that could not be found is promised."""
    text = text_of(plan)
    return replace(plan, names=names_in(text, view), roles=roles_in(text, view), accounts=accounts_in(text, view))


# --- refusals -------------------------------------------------------------------------------------------------------


def _check_gates(source: Source, profile: Profile) -> None:
    for gate in source.survey.gates:
        # Something was sent, so the gate was open once: doubt came later, and whoever is doubted learns no ticket.
        is_despite = gate.id in profile.despite and not source.state.sent
        if not gate.is_open and "packets" in gate.holds and not is_despite:
            raise RefusedError(
                f"no packet leaves yet: {why_held(gate)}",
                hint=gate.hint or f"recover next {source.state.name}",
                place=source.state.name,
            )


def _check_consent(view: View, profile: Profile) -> None:
    if profile.consent == NONE_NEEDED:
        return
    consent = view.consent
    case = view.source.state.name
    fact = view.facts.get(consent.fact)
    if fact is None:
        raise RefusedError(
            f"this case has no question whether {profile.reader} may see it, so nobody agreed to it",
            hint=f"recover case upgrade {case or 'CASE'} --explain",
            place=case,
        )
    if why := why_not(consent, profile.reader, fact.ask, times.local_day(view.source.as_of, view.zone)):
        is_over = consent.is_given and consent.until
        hint = f"recover answer {case or 'CASE'} {consent.fact}{'_until' if is_over else ''}"
        raise RefusedError(why, hint=hint, place=case)


def _check_ticked(view: View, profile: Profile) -> None:
    for number in sorted(view.ticked):
        exhibit = view.source.state.exhibit(number)
        if exhibit is None:
            raise RefusedError(f"there is no exhibit {number}", hint="recover evidence list CASE")
        if not exhibit.stands:
            raise RefusedError(f"{number} was withdrawn or erased and never leaves")
        sensitivity_class = exhibit.body.sensitivity_class
        if sensitivity_class in view.consent.without:
            raise RefusedError(
                f"{number} is of class {sensitivity_class}, which the client does not want {profile.reader} to get",
                hint=f"recover answer {view.source.state.name or 'CASE'} {view.consent.fact}_without",
            )
        if profile.allows_class(sensitivity_class, ticked=True):
            continue
        if sensitivity_class in NEVER_LEAVES:
            raise RefusedError(f"{number} is of class {sensitivity_class}, which never leaves as content")
        if sensitivity_class in PLATFORM_ONLY:
            raise RefusedError(f"{number} is of class {sensitivity_class} and goes to the platform only")
        raise RefusedError(f"{number} is of class {sensitivity_class}, which does not leave to {profile.reader}")


def _check_texts(view: View, rows: Iterable[TimelineRow]) -> None:
    for row in rows:
        check_text(f"{row.text} ({row.source})", view, f"the event of entry {row.entry}")
    for item in view.due:
        check_text(f"{item.title} {item.element_title} {item.why} {item.note}", view, f"the date {item.title}")


# --- letters --------------------------------------------------------------------------------------------------------


def _asked_language(source: Source, profile: Profile, language: str) -> str:
    """Return the language of a packet's letters: as asked for, the account holder's own by itself, else English.

    Raises `UsageError` for what is no language.
    """
    if language and LANGUAGE.check(language) is not None:
        raise UsageError(f"'{language[:40]}' is no language", hint="--language az, ru, ar-LB")
    tag = language or (source.survey.language if profile.id == VICTIM else "")
    return times.with_region(tag, source.survey.zone) or ENGLISH


def _spoken(source: Source, asked: str) -> str:
    """Return the language of covers and timelines: the one that was asked for, where there are words in it."""
    with words_of(source.templates):
        return asked if has_phrase("cover-title", asked) else ENGLISH


def _outdated(source: Source, letters: tuple[Letter, ...], language: str, spoken: str) -> Iterator[str]:
    """Say what is in English although another language was asked for: words nobody has translated, old translations."""
    if is_english(spoken) and not is_english(language):
        yield f"there are no words in {language} yet: all but the letters is in English"
    for letter in letters:
        found = versions(source, letter.name)
        chosen = version_for(language, found)
        if chosen and is_stale(found[chosen], found):
            yield f"{letter.name}: the translation into {chosen} is out of date, so it is in English"


def _letters(
    source: Source, profile: Profile, ticked: tuple[str, ...], wanted: tuple[str, ...], language: str
) -> tuple[tuple[Letter, ...], list[LeftOut]]:
    kept: list[Letter] = []
    left: list[LeftOut] = []
    for name in wanted:
        find_letter(source, name)
    for name in letter_names(source):
        template = find_letter(source, name)
        state = letter_state(source, name)
        is_wanted = name in wanted
        if template.to not in profile.letters:
            if is_wanted:
                raise RefusedError(f"the letter {name} goes to {template.to}, not to {profile.reader}")
            continue
        why = "" if is_wanted else _why_not(state)
        copy = _copy_of_sent(source, name, state, ticked, profile.id) if why and profile.id != "platform" else None
        if copy is not None:
            kept.append(copy)
            continue
        if why:
            left.append(LeftOut("letter", name, why))
            continue
        try:
            tag = _language_of(source, name, language, state)
            kept.append(render_letter(source, name, ticked=ticked, reader=profile.id, language=tag))
        except (LetterHeld, LetterIncomplete) as error:
            if is_wanted:
                raise
            left.append(LeftOut("letter", name, error.message))
    return tuple(kept), left


def _language_of(source: Source, name: str, language: str, state: LetterState | None) -> str:
    """Return the language of a letter in a packet: what its reader or channel asks for, else what was approved."""
    channel = next((each for each in source.registry.channels if state and each.id == state.use.channel), None)
    asked = language_in_packet(source, name, language, channel.language if channel else ENGLISH)
    return asked if not is_english(asked) else approved_language(source, name)


def _on_request(
    kept: tuple[Letter, ...], left_out: list[LeftOut], wanted: tuple[str, ...]
) -> tuple[tuple[Letter, ...], list[LeftOut]]:
    """Keep of the account holder's letters those asked for by name: the rest would lie on a phone unasked."""
    stay = [letter.name for letter in kept if letter.name not in wanted]
    why = "only on request: --with-proof"
    return (
        tuple(letter for letter in kept if letter.name in wanted),
        [*left_out, *(LeftOut("letter", name, why) for name in stay)],
    )


def _copy_of_sent(
    source: Source, name: str, state: LetterState | None, ticked: tuple[str, ...], reader: str
) -> Letter | None:
    """Return a letter that was sent, if it still reads as it did then; another text would be no copy."""
    if state is None or not state.sent:
        return None
    for language in sorted(versions(source, name), key=lambda each: (each != ENGLISH, each)):
        try:
            letter = render_letter(source, name, ticked=ticked, reader=reader, language=language)
        except (RefusedError, LetterIncomplete):
            continue
        if letter.text_sha256 == state.sent[-1].body.text_sha256:
            return letter
    return None


def _why_not(state: LetterState | None) -> str:
    if state is None:
        return "no step offers it"
    if state.is_offered:
        return ""
    if state.sent:
        last = state.sent[-1].body
        reference = f", reference {last.reference}" if last.reference else ""
        return f"sent on {times.format_when(times.read_when(last.at))}{reference}"
    return "; ".join(block.reason for block in state.blocks) or state.why or "its step is not open"


# --- exhibits -------------------------------------------------------------------------------------------------------


def _exhibit_numbers(
    view: View, profile: Profile, letters: tuple[Letter, ...], rows: tuple[TimelineRow, ...]
) -> tuple[str, ...]:
    if profile.take == "all":
        found = set(view.exhibits)
    else:
        found = {number for number in view.ticked if number in view.exhibits}
    if profile.take == "cited":
        for letter in letters:
            found.update(number for number in (*letter.attachments, *letter.cited) if number in view.exhibits)
        for row in rows:
            found.update(number for number in row.exhibits if number in view.exhibits)
    return tuple(sorted(found, key=exhibit_order))


def _planned(view: View, number: str) -> PlannedExhibit:
    body = view.exhibits[number].body
    check_text(body.title, view, f"the title of {number}")
    return PlannedExhibit(
        number=number,
        path=exhibit_path(view, number),
        title=view.words(body.title),
        sensitivity_class=body.sensitivity_class,
        sha256=body.file_sha256,
        size_bytes=body.size_bytes,
    )


def _names_somebody(view: View, number: str) -> bool:
    """Say whether an exhibit's log entry, which a proof shows whole, names what this reader must not see.

    That is a third person, or an account on another platform or outside of what the client agreed to.
    """
    body = view.exhibits[number].body
    said = (body.title, *body.fulfils, *body.assets)
    return any(view.kept_account_in(text) or view.names_somebody(text) for text in said)


def _proofs_left(profile: Profile, numbers: tuple[str, ...], proved: list[str]) -> list[LeftOut]:
    if not profile.parts:
        return []
    why = "its log entry names a third person, or an account that stays here"
    return [LeftOut("proof", number, why) for number in numbers if number not in proved]


def _exhibits_left(view: View, kept: tuple[str, ...]) -> list[LeftOut]:
    left = []
    for exhibit in view.source.state.exhibits:
        if exhibit.number in kept:
            continue
        sensitivity_class = exhibit.body.sensitivity_class
        if not exhibit.stands:
            why = "withdrawn" if exhibit.withdrawn else "erased"
        elif sensitivity_class in NEVER_LEAVES:
            why = f"class {sensitivity_class}: never leaves as content"
        elif sensitivity_class in view.consent.without:
            why = f"class {sensitivity_class}: the client does not want this reader to get it"
        elif view.is_about_another(exhibit):
            why = "about an account or platform that this reader is not to hear of"
        elif exhibit.number in view.exhibits:
            why = "no letter or event that leaves names it"
        elif view.profile and view.profile.allows_class(sensitivity_class, ticked=True):
            why = f"class {sensitivity_class}: only when ticked for this one recipient"
        else:
            why = f"class {sensitivity_class} does not leave to this reader"
        left.append(LeftOut("exhibit", exhibit.number, why))
    return left


def _events_left(view: View) -> list[LeftOut]:
    hidden = len(view.source.state.events) - len(view.events)
    notes = len(view.source.state.notes)
    left = []
    if hidden:
        left.append(LeftOut("event", _counted(hidden, "event"), "not for this reader"))
    if notes:
        left.append(LeftOut("note", _counted(notes, "note"), "helpers' notes never leave"))
    return left


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _steps_left(source: Source) -> list[LeftOut]:
    """Name the routes that are not open for this case, with the playbook's reason (`holder not in the EU`)."""
    return [
        LeftOut("step", instance.step.title, instance.because or instance.step.hidden_because)
        for instance in source.survey.instances
        if instance.status == "passed" and instance.step.hidden_because
    ]


# --- what the person who sends should know --------------------------------------------------------------------------


def _facts(view: View, profile: Profile, letters: tuple[Letter, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return (id, question, answer as printed) of every answer that leaves: all that may, or those letters print."""
    if profile.all_facts:
        given = {fact.id: view.value(fact.id) for fact in view.facts.values()}
    else:
        given = {}
        for letter in letters:
            template = find_letter(view.source, letter.name, letter.language)
            template = bind(template, view.names_for(template))
            given.update(facts_printed(template, letter_view(view.source, template)))
    return tuple(
        (name, _question(view.facts[name]), _answer(name, value, view))
        for name, value in given.items()
        if value is not None and value not in ((), {})
    )


def _question(fact: Fact) -> str:
    """Return a question as a reader outside sees it; some were worded for the client alone."""
    key = f"asked-{fact.means}"
    return phrase(key) if fact.means and has_phrase(key, ENGLISH) else fact.ask


def _answer(name: str, value: Any, view: View) -> str:
    is_list = isinstance(value, tuple)
    text = view.own_words(_counted(len(value), "row") if is_list else shown(view.facts[name], value))
    check_text(str(value) if is_list else text, view, f"the answer to {name}")
    return text


def _old_facts(source: Source, view: View, letters: tuple[Letter, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return what this packet rests on although somebody should have looked at it again."""
    facts = list(rests.facts_of_dates(source, (item.rule for item in view.due)))
    for letter in letters:
        template = find_letter(source, letter.name, letter.language)
        channel = next((each for each in source.registry.channels if each.id == letter.channel), None)
        facts += rests.facts_of_letter(source, template, channel)
    old = rests.past_review(dict.fromkeys(facts), rests.today_of(source))
    return tuple(sorted((fact.what, fact.id, fact.provenance.review_by) for fact in old))


def _warnings_of_class(view: View, numbers: Iterable[str]) -> Iterator[str]:
    for number in numbers:
        if (sensitivity_class := view.exhibits[number].body.sensitivity_class) in GUARDED:
            yield f"{number} is of class {sensitivity_class}: ticked for this recipient"


def _warnings(
    source: Source, profile: Profile, view: View, letters: tuple[Letter, ...], numbers: tuple[str, ...]
) -> tuple[str, ...]:
    found = [*source.survey.warnings, *rests.local_words(source.local)]
    for letter in letters:
        found += [f"{letter.name}: {remark}" for remark in letter.careful]
        if letter.approval == "missing":
            found.append(f"{letter.name}: the client has not approved it yet; do not file it before")
        if letter.approval == "outdated":
            found.append(f"{letter.name}: the text changed after the client approved it; read it back again")
        if letter.is_unreviewed:
            found.append(f"{letter.name}: the translation has not been reviewed, and says so")
        sent = [one.body for one in view.sent if one.body.letter == letter.name]
        if sent:
            when = times.format_when(times.read_when(sent[-1].at))
            found.append(f"{letter.name} was sent on {when}: a second one about the same decision may count as abuse")
    found += _warnings_of_class(view, numbers)
    found += [f"nothing about {each.title} leaves with it: that packet is --platform {each.id}" for each in view.others]
    return tuple(dict.fromkeys(found))
