"""Profiles as data: which answers, people, events and exhibits leave to whom; a wrong file has a place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recover.case import entries as e
from recover.errors import TemplateError, UsageError
from recover.packet.instructions import verify_text
from recover.packet.interface import Source
from recover.packet.plan import plan_packet
from recover.packet.readers.disclosure import FactRules, selector_fault
from recover.packet.readers.profiles import PROFILES_PATH, load_profiles
from recover.packet.readers.view import View, lists_people
from recover.playbook.model import Choice, Fact, FactType, Sensitivity
from tests.packet import cases

SHIPPED = (Path(cases.TEMPLATES) / PROFILES_PATH).read_text("utf-8")
AGREED = {"intake.consent_police": "written", "intake.consent_press": "written"}


def consents() -> tuple[Fact, ...]:
    """Return the questions about police and press, with their limits, as the shared intake asks them."""
    kinds = tuple(Choice(name, name) for name in ("other_accounts", "personal", "identity", "health", "biometric"))
    platforms = tuple(Choice(name, name) for name in ("meta", "tiktok"))
    found = []
    for name in ("platform", "partner", "lawyer", "police", "press"):
        base = f"intake.consent_{name}"
        found += [
            Fact(f"{base}_until", FactType.DATE, "Until when?"),
            Fact(f"{base}_without", FactType.MANY, "What stays?", choices=kinds),
            Fact(f"{base}_to", FactType.MANY, "Which platforms?", choices=platforms),
        ]
    for name in ("police", "press"):
        found.append(
            Fact(
                f"intake.consent_{name}",
                FactType.CHOICE,
                f"May the {name} get something?",
                choices=cases.CONSENT,
                means=f"consent-{name}",
            )
        )
    return tuple(found)


def source(answers: dict[str, object] | None = None, profiles: str = SHIPPED, **more: object) -> Source:
    """Return the test case with the consents of police and press given, and with this profiles file."""
    given = {**cases.ANSWERS, **AGREED, **(answers or {})}
    events = more.pop("events", cases.EVENTS)
    extra = tuple(more.pop("more", ()))
    facts = tuple(more.pop("facts", ()))
    made = cases.source(found=cases.bodies(given, events, extra), **more)  # type: ignore[arg-type]  # test shorthand
    playbook = replace(made.playbooks[0], facts=(*made.playbooks[0].facts, *consents(), *facts))
    return replace(
        made,
        playbooks=(playbook,),
        survey=replace(made.survey, playbooks=(playbook,)),
        templates={**made.templates, PROFILES_PATH: profiles},
    )


def view(profile: str, **more: object) -> View:
    """Return the view of a profile on the case."""
    made = source(**more)  # type: ignore[arg-type]  # test shorthand
    profiles = load_profiles(made.templates)
    return View(made, profiles, profiles.get(profile))


def with_rules(profile: str, rules: str) -> str:
    """Return the shipped profiles with further lines in one of them, which must not have them yet."""
    return SHIPPED.replace(f"  {profile}:\n", f"  {profile}:\n{rules}", 1)


# --- the language of rules ------------------------------------------------------------------------------------------

NAME = Fact("intake.client_name", FactType.TEXT, "Name?", means="client-name")
PHONE = Fact("operator.number", FactType.PHONE, "Number?")
PUBLIC = Fact("page.since", FactType.DATE, "Since?", sensitivity=Sensitivity.PUBLIC)
ADMINS = Fact(
    "assets.admins",
    FactType.LIST,
    "Who?",
    fields=(Fact("name", FactType.TEXT, "Name"), Fact("phone", FactType.PHONE, "Phone")),
)


@pytest.mark.parametrize(
    ("selector", "fact"),
    [
        ("*", PHONE),
        ("intake.client_name", NAME),
        ("intake.*", NAME),
        ("*.since", PUBLIC),
        ("means:client-name", NAME),
        ("sensitivity:public", PUBLIC),
        ("type:phone", PHONE),
    ],
)
def test_each_kind_of_rule_allows_what_it_names_and_nothing_else(selector: str, fact: Fact) -> None:
    """A selector lets exactly its own questions through; the same selector under deny takes them away again."""
    others = [each for each in (NAME, PHONE, PUBLIC) if each != fact]
    rules = FactRules((selector,))
    assert rules.permits(fact)
    assert selector == "*" or not any(rules.permits(each) for each in others)
    assert not FactRules((selector,), (selector,)).permits(fact)


def test_deny_wins_over_every_allow() -> None:
    """What one list allows by name and another denies by type stays."""
    assert not FactRules(("*", "operator.number"), ("type:phone",)).permits(PHONE)


def test_one_column_can_be_allowed_or_denied() -> None:
    """A list with one allowed column has only that; with one denied column it has all others."""
    name, phone = ADMINS.fields
    only = FactRules(("assets.admins.name",))
    assert only.permits(ADMINS)
    assert [only.permits_column(ADMINS, each) for each in (name, phone)] == [True, False]
    without = FactRules(("*",), ("type:phone",))
    assert [without.permits_column(ADMINS, each) for each in (name, phone)] == [True, False]


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("intake", "no rule"),
        ("intake.a.b.c", "no rule"),
        ("*.*", "no rule"),
        ("in*.name", "no rule"),
        ("mean:client-name", "no rule by 'mean'"),
        ("means:client", "no means 'client'"),
        ("type:password", "no type 'password'"),
        ("sensitivity:secret-to-us", "no sensitivity"),
        ("__class__.x", "no rule"),
    ],
)
def test_wrong_rule_says_what_is_wrong(selector: str, words: str) -> None:
    """A rule that names nothing is a fault, not a rule without effect: a typing error under deny would leak."""
    fault = selector_fault(selector)
    assert fault is not None
    assert words in fault.message


HOSTILE = {
    "unknown_key": ("reader: the platform\n", "reader: the platform\n    allow_all: true\n"),
    "unknown_class": ("ticked: [identity, biometric]", "ticked: [identity, everything]"),
    "rule_that_is_none": ("'type:money'", "'type:mony'"),
    "rule_as_mapping": ("'type:money'", "{type: money}"),
    "people_by_another_word": ("people: agreed", "people: everybody"),
    "stance_that_is_none": ("stances: [documented]", "stances: [rumour]"),
    "domain_that_is_none": ("domains: [whatsapp.com, wa.me]", "domains: ['*']"),
    "no_consent_for_police": ("consent: consent-police", "consent: none"),
    "no_consent_for_press": ("consent: consent-press", "consent: none"),
    "alias": ("classes: [ordinary]\n", "classes: &a [ordinary]\n"),
    "not_yaml": ("profiles:\n", "profiles: [\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_mistaken_file_is_refused_with_its_place(name: str) -> None:
    """Whatever is wrong with a profiles file ends with 31 and file, line and column; nothing is guessed."""
    old, new = HOSTILE[name]
    assert old in SHIPPED
    with pytest.raises(TemplateError) as refused:
        load_profiles({PROFILES_PATH: SHIPPED.replace(old, new, 1)})
    assert refused.value.exit_code == 31
    assert refused.value.place.startswith(f"{PROFILES_PATH}:")


def test_file_of_an_older_case_is_read() -> None:
    """Profiles as they were pinned before there were rules, platforms and formats are read as they were meant."""
    old = """
domains: [facebook.com]
profiles:
  platform:
    {reader: the platform, file_name: platform, consent: consent-platform, letters: [platform], dispatches: [platform],
     events: {marks: [loss], never: [], unmarked: false}, classes: [ordinary], ticked: [], take: cited, facts: letters,
     people: role, due: [deadline], parts: [file]}
"""
    profiles = load_profiles({PROFILES_PATH: old})
    assert profiles.platforms == ()
    assert profiles.get("platform").facts.permits(PHONE)
    assert plan_packet(source(profiles=old), "platform").platform == ""
    with pytest.raises(UsageError, match="no profile called police"):
        profiles.get("police")


# --- rules that no file lifts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sensitivity_class", ["personal", "identity", "health", "biometric", "intimate"])
def test_press_gets_only_what_is_ordinary(sensitivity_class: str) -> None:
    """Even a file that ticks every class for the press sends it ordinary exhibits alone."""
    edited = SHIPPED.replace(
        "    ticked: [ordinary]\n    take: none",
        "    ticked: [ordinary, personal, identity, health, biometric, intimate]\n    take: none",
    )
    press = load_profiles({PROFILES_PATH: edited}).get("press")
    assert "health" in press.ticked
    assert not press.allows_class(sensitivity_class, ticked=True)
    assert press.allows_class("ordinary", ticked=True)


def test_secret_answer_is_denied_whatever_a_file_allows() -> None:
    """A rule that names a question that is secret to us opens nothing."""
    edited = SHIPPED.replace("      - means:client-name\n", "      - '*'\n      - intake.id_number\n", 1)
    assert view("police", profiles=edited).value("intake.id_number") is None
    assert "AZE04417290" not in str(plan_packet(source(profiles=edited), "police").facts)


# --- police ---------------------------------------------------------------------------------------------------------


def test_police_get_the_facts_of_the_offence() -> None:
    """The account, the day and what was changed are listed; what helpers, partners and platforms did is not there."""
    plan = plan_packet(source(), "police")
    assert {"page.page", "page.lost_at", "page.changes"} <= set(plan.fact_ids)
    assert not [fact for fact in plan.fact_ids if "consent" in fact or fact.startswith("assets.")]
    assert plan.letters == ()
    text = str([document.blocks for document in plan.documents])
    assert "The holder was removed" in text
    for absent in ("FB-551201", "login alert", "Weekly check", "Rəşad Quliyev", "AZE04417290"):
        assert absent not in text


def test_police_get_other_people_by_role_unless_they_agreed() -> None:
    """A colleague's name is replaced even in an answer that is asked for by name; who agreed stays named."""
    named = {"page.changes": "Rəşad Quliyev and Aysel Example were removed"}
    agreed = Fact(
        "contest.endorsers",
        FactType.LIST,
        "Who confirms?",
        fields=(Fact("name", FactType.TEXT, "Name"), Fact("agreed", FactType.YES_NO, "Agreed?")),
        key="name",
    )
    row = {"name": "Aysel Example", "agreed": True}
    added = e.Answered("contest.endorsers", "given", row, element="Aysel Example")
    made = source(named, facts=[agreed], more=[added])
    plan = plan_packet(made, "police")
    answers = dict(zip(plan.fact_ids, plan.facts, strict=True))
    assert answers["page.changes"][1] == "a third person (Admin) and Aysel Example were removed"
    assert plan.roles == ("a third person (Admin)",)
    assert "Aysel Example" in plan.names
    assert "Rəşad Quliyev" not in plan.names


@pytest.mark.parametrize("number", ["E07"])
def test_police_get_identity_only_when_ticked(number: str) -> None:
    """A copy of an ID goes to the police when it was ticked for them, else it is named among what stays."""
    assert number not in {each.number for each in plan_packet(source(), "police").exhibits}
    assert number in {each.number for each in plan_packet(source(), "police", ticked=(number,)).exhibits}


def test_proof_that_would_name_a_third_person_stays() -> None:
    """A log entry is shown whole by a proof: one with a colleague's name goes to no reader who gets people by role."""
    titled = cases.exhibit("E09", "image", "Message of Rəşad Quliyev")
    event = e.EventRecorded(
        "2026-10-06", "A threat", "message", "documented", exhibits=("E09", "E01"), marks=("attack",)
    )
    plan = plan_packet(source(more=[titled, event]), "police")
    assert {"E01", "E09"} <= {each.number for each in plan.exhibits}
    assert "E09" not in {each.number for each in plan.proofs}
    assert "E01" in {each.number for each in plan.proofs}
    assert "Rəşad" not in next(each.title for each in plan.exhibits if each.number == "E09")


# --- press ----------------------------------------------------------------------------------------------------------


def test_press_gets_dates_and_the_holders_words_alone() -> None:
    """Losses and returns that an exhibit shows leave; no ticket, attack, answer, exhibit or deadline does."""
    plan = plan_packet(source(), "press")
    text = str([document.blocks for document in plan.documents])
    assert "The holder was removed" in text
    assert "Access was restored" not in text
    for absent in ("hijacked for the first time", "FB-551201", "web archive", "Appeal the suspension", "Rəşad"):
        assert absent not in text
    assert plan.exhibits == ()
    assert plan.facts == ()
    assert plan.dates == ()


def test_verify_text_points_only_to_the_steps_it_has() -> None:
    """A packet without proofs does not speak of steps that its VERIFY.txt does not hold."""
    bare, shown = plan_packet(source(), "press"), plan_packet(source(), "platform")
    assert "steps 2 and 3" not in verify_text(bare, ())
    assert "nothing in this folder proves more" in verify_text(bare, ())
    assert "steps 2 and 3" in verify_text(shown, ())


def test_press_gets_an_ordinary_exhibit_when_it_is_ticked() -> None:
    """A picture that was chosen for this newsroom leaves; nothing else comes with it."""
    assert [each.number for each in plan_packet(source(), "press", ticked=("E01",)).exhibits] == ["E01"]


@pytest.mark.parametrize(("secret", "is_named"), [(True, False), ("unanswered", False), (False, True)])
def test_secret_link_keeps_the_holder_out_of_the_press(secret: object, is_named: bool) -> None:
    """Where the link is a secret, or nobody asked, the press reads of the account holder without a name."""
    asked = Fact("intake.link_secret", FactType.YES_NO, "Secret?", means="account-link-secret")
    event = e.EventRecorded(
        "2026-10-05", "Nərmin Əhmədli was removed", "mail", "documented", exhibits=("E02",), marks=("loss",)
    )
    given = {} if secret == "unanswered" else {"intake.link_secret": secret}
    made = source(given, facts=[asked], events=(event,))
    plan = plan_packet(made, "press")
    assert ("Nərmin Əhmədli" in plan.names) is is_named
    assert ("Nərmin" in str([document.blocks for document in plan.documents])) is is_named


# --- people, addresses ----------------------------------------------------------------------------------------------


def test_list_says_itself_whether_its_rows_are_people() -> None:
    """`people: true` and `people: false` win over the columns; without it name and role or agreement decide."""
    name, role = Fact("name", FactType.TEXT, "Name"), Fact("role", FactType.TEXT, "Role")
    plain = Fact("a.rows", FactType.LIST, "Rows", fields=(name,))
    assert not lists_people(plain)
    assert lists_people(replace(plain, people=True))
    assert lists_people(replace(plain, fields=(name, role)))
    assert not lists_people(replace(plain, fields=(name, role), people=False))
    assert not lists_people(replace(plain, fields=(role,), people=True))


def test_word_for_no_name_is_no_name() -> None:
    """A row called `Unknown` makes no third person of every unknown thing in the timeline."""
    row = {"platform_id": "1000", "name": "Unknown", "role": "admin"}
    event = e.EventRecorded("2026-10-06", "Unknown admins wrote", "archive", "documented", marks=("attack",))
    made = source(events=(event,), more=[e.Answered("assets.admins", "given", row, element="1000")])
    plan = plan_packet(made, "police")
    assert "Unknown admins wrote" in str([document.blocks for document in plan.documents])
    assert "Unknown" not in plan.names


def test_address_of_an_attacker_is_blunted_for_every_reader() -> None:
    """No profile lets an address through whole that is not on the list."""
    for profile in ("platform", "partner", "lawyer", "police"):
        text = str([document.blocks for document in plan_packet(source(), profile).documents])
        assert "http://evil.example" not in text


def test_profile_denies_an_answer_in_letters_too() -> None:
    """A letter that needs what its reader must not see is refused by name of the question, not sent without it."""
    edited = SHIPPED.replace("'type:money']", "'type:money', page.changes]", 1)
    plan = plan_packet(source(profiles=edited), "platform")
    assert plan.letters == ()
    assert "page.changes does not leave to the platform" in {row.name: row.why for row in plan.left_out}["test-letter"]
