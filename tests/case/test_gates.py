"""Gates: only true opens; the engine's own guard contact, rivals and secret links; an ID copy opens nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recover.case.entries import (
    Answered,
    ContactConfirmed,
    Corrected,
    Erased,
    ExhibitWithdrawn,
    GateOverridden,
    Noted,
    RivalNoted,
    Undone,
    Unknown,
)
from recover.case.gates import counts_as_proof
from recover.case.survey import GateState
from tests.case.build import Case, FactType, fact, gate, item, need, playbook, step, yes_no

CONTACT = fact("i.contact", means="safe-contact")
ASSETS = fact(
    "a.all",
    FactType.LIST,
    key="id",
    means="asset-list",
    fields=(fact("id"), fact("name"), fact("handle"), fact("action")),
)
PAGE = fact("p.page", FactType.ASSET, means="contested-asset")


def state_of(case: Case, gate_id: str) -> GateState:
    """Give a gate of a case."""
    found = case.survey().gate(gate_id)
    assert found is not None
    return found


def book_with(needs: str, **more: object) -> Case:
    """Make a case with one gate."""
    facts = [yes_no("a.x"), yes_no("a.y")]
    return Case(playbook([step("one", end="x")], facts, [gate("g", needs, **more)]))


# --- the playbook's gates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        ((), False),
        ((Answered("a.x", value=True),), True),
        ((Answered("a.x", value=False),), False),
        ((Answered("a.x", "dont-know"),), False),
        ((Answered("a.x", "declined"),), False),
    ],
)
def test_only_true_opens_a_gate(answers: tuple[Answered, ...], is_open: bool) -> None:
    """Missing, don't-know and declined are unknown, and unknown keeps it closed."""
    assert state_of(book_with("a.x == true").add(*answers), "g").is_open is is_open


def test_not_of_unknown_is_unknown() -> None:
    """A negated condition does not open because nothing is known."""
    assert not state_of(book_with("not (a.x == true)"), "g").is_open
    assert state_of(book_with("not (a.x == true)").say(a__x=False), "g").is_open


def test_a_true_arm_of_or_opens_whatever_the_other_is() -> None:
    """Kleene's logic, not caution without end."""
    assert state_of(book_with("a.x == true or a.y == true").say(a__x=True), "g").is_open


def test_answers_in_conflict_close_a_gate() -> None:
    """Until somebody who saw both settles it."""
    case = book_with("a.x == true").say(a__x=True).add(Answered("a.x", value=False), log="B", seen={"L": 1})
    assert not state_of(case, "g").is_open
    assert state_of(case.say(a__x=True), "g").is_open


def test_an_override_opens_with_its_reason_and_is_told_apart() -> None:
    """The internal view shows who decided and why."""
    case = book_with("a.x == true").add(GateOverridden("g", "the lawyer decided"))
    assert (state_of(case, "g").status, state_of(case, "g").reason) == ("overridden", "the lawyer decided")
    assert state_of(case.say(a__x=True), "g").status == "open"
    case.add(Undone("1"), Answered("a.x", value=False))
    assert state_of(case, "g").status == "held"


def test_a_gate_that_nobody_may_override_stays_closed() -> None:
    """Whatever the log says."""
    case = book_with("a.x == true", override="nobody").add(GateOverridden("g", "in a hurry"))
    assert state_of(case, "g").status == "held"


def test_copies_of_an_id_do_not_count_in_a_gate() -> None:
    """Neither by kind nor by class, nor a withdrawn proof, nor a working copy a second time."""
    case = book_with("any_exhibit('image', 'id-copy', 'mail') >= 2")
    case.exhibit("E01", "id-copy").exhibit("E02", "image", sensitivity_class="identity").exhibit("E03", "mail")
    case.exhibit("E04", "mail", copy_of="E03")
    assert not state_of(case, "g").is_open
    case.exhibit("E05", "image")
    assert state_of(case, "g").is_open
    assert not state_of(case.add(ExhibitWithdrawn("E05", "wrong person")), "g").is_open
    assert counts_as_proof(case.state) == 1
    assert counts_as_proof(case.state, ("image",)) == 0


# --- the safe contact ----------------------------------------------------------------------------------------------


def contact_case() -> Case:
    """Make a case with a safe contact, a contested Page and a list of accounts."""
    return Case(playbook([step("one", end="x")], [CONTACT, PAGE, ASSETS])).say(i__contact="safe@example.org")


def test_the_first_contact_is_not_a_change() -> None:
    """Nor is the same contact again."""
    assert state_of(contact_case().say(i__contact="safe@example.org"), "contact_changed").is_open


def test_a_new_contact_closes_letters_and_packets_until_confirmed() -> None:
    """The confirmation must come after the change and name the new contact."""
    case = (
        contact_case().add(ContactConfirmed("new@example.org", "guessed in advance")).say(i__contact="new@example.org")
    )
    closed = state_of(case, "contact_changed")
    assert closed.status == "held"
    assert closed.holds == ("letters", "packets")
    assert state_of(case.add(ContactConfirmed("other@example.org", "by phone")), "contact_changed").status == "held"
    assert state_of(case.add(ContactConfirmed("new@example.org", "over the old line")), "contact_changed").is_open
    assert state_of(case.say(i__contact="third@example.org"), "contact_changed").status == "held"


@pytest.mark.parametrize("way", ["correct", "undo"])
def test_correcting_or_undoing_the_old_contact_is_a_change_too(way: str) -> None:
    """Nobody slips a new contact in as a typing mistake."""
    case = contact_case()
    if way == "correct":
        case.add(Corrected("1", "answer", {"fact": "i.contact", "value": "new@example.org"}))
    else:
        case.add(Undone("1")).say(i__contact="new@example.org")
    assert state_of(case, "contact_changed").status == "held"


def erased(case: Case, entry: str) -> Case:
    """Destroy an entry as the vault gives it back: nothing of what it said is left."""
    place = next(index for index, one in enumerate(case.entries) if one.id == entry)
    body = Unknown("entry.destroyed", {"why": "typed by mistake"})
    case.entries[place] = replace(case.entries[place], kind="entry.destroyed", body=body)
    return case.add(Erased(entry, "typed by mistake"))


@pytest.mark.parametrize("is_missing", [False, True])
def test_destroying_the_first_contact_lets_no_other_pass_as_the_first(is_missing: bool) -> None:
    """What a destroyed or missing entry said is unknown: the contact given after it is confirmed before it counts."""
    case = erased(contact_case(), "1").say(i__contact="new@example.org")
    if is_missing:
        case.entries[1] = replace(case.entries[1], kind="entry.missing", body=Unknown("entry.missing", {}))
    assert state_of(case, "contact_changed").status == "held"
    assert state_of(case.add(ContactConfirmed("new@example.org", "over the old line")), "contact_changed").is_open


def test_what_was_destroyed_after_the_first_contact_says_nothing_about_it() -> None:
    """A note destroyed later closes no gate; a contact changed and then destroyed leaves the first one standing."""
    case = contact_case().add(Noted("a name that should not be here")).say(i__contact="new@example.org")
    assert state_of(erased(case, "3"), "contact_changed").is_open
    assert state_of(erased(case, "2"), "contact_changed").is_open
    assert state_of(case.say(i__contact="new@example.org"), "contact_changed").status == "held"


def test_going_back_to_the_established_contact_opens_again() -> None:
    """Then nothing has changed."""
    assert state_of(
        contact_case()
        .say(
            i__contact="new@example.org",
        )
        .say(i__contact="safe@example.org"),
        "contact_changed",
    ).is_open


def test_contacts_in_conflict_close_too() -> None:
    """Two devices were told different contacts."""
    case = contact_case().add(Answered("i.contact", value="new@example.org"), log="B", seen={"L": 1})
    assert state_of(case, "contact_changed").status == "held"


@pytest.mark.parametrize(
    ("contact", "row", "is_open"),
    [
        ("page@example.org", {"name": "page@example.org", "action": "suspended"}, False),
        ("Page@Example.org (mail)", {"name": "page@example.org", "action": "lost"}, False),
        ("page@example.org", {"name": "page@example.org", "action": "none"}, True),
        ("page@example.org", {"name": "page@example.org", "action": "dont-know"}, False),
        ("page@example.org", {"name": "page@example.org"}, False),
        ("@n.photos", {"handle": "n.photos", "action": "disabled"}, False),
        ("+994 50 123 45 67", {"name": "WhatsApp +994501234567", "action": "taken"}, False),
        ("https://www.example.org/n.photos", {"handle": "@n.photos", "action": "taken"}, False),
        ("else@example.org", {"name": "page@example.org", "action": "taken"}, True),
        ("safe@example.org", {"name": "Neighbour Voices", "action": "taken"}, True),
        ("Neighbourhood Notes on messenger", {"name": "Neighbourhood Notes", "action": "taken"}, False),
        ("write to “neighbourhood  NOTES”, please", {"name": "Neighbourhood Notes", "action": "suspended"}, False),
        ("Neighbourhood Notes on messenger", {"name": "Neighbourhood Notes", "action": "none"}, True),
        ("inbox of the Page", {"name": "Neighbourhood Notes", "action": "taken"}, True),
        ("Nigar on Instagram", {"name": "Nigar", "action": "taken"}, False),
        ("Nigarov on Signal", {"name": "Nigar", "action": "taken"}, True),
        ("Nigar Rzayeva, Signal +994 50 123 45 67", {"name": "Nigar Rzayeva", "action": "taken"}, True),
        ("Nigar Rzayeva, safe@example.org", {"name": "Nigar Rzayeva", "action": "taken"}, True),
        ("Messenger of Nigar Rzayeva or +994501234567", {"name": "Nigar Rzayeva", "action": "taken"}, False),
        ("page: Nigar Rzayeva; safe@example.org", {"name": "Nigar Rzayeva", "action": "taken"}, False),
        ("telegram nphotos", {"handle": "nphotos", "action": "taken"}, False),
        ("https://m.me/nphotos", {"handle": "n.photos", "action": "taken"}, False),
        ("m.me/100064", {"url": "https://www.facebook.com/100064", "action": "taken"}, False),
        ("https://m.me/nphotos?ref=x", {"url": "https://facebook.com/nphotos/", "action": "taken"}, False),
        ("https://facebook.com/other.person", {"url": "https://facebook.com/nphotos/", "action": "taken"}, True),
        ("https://facebook.com/other", {"url": "https://facebook.com/", "kind": "facebook-page"}, True),
        ("editor@notes.example", {"url": "https://www.notes.example/", "action": "taken"}, False),
        ("editor@mail.notes.example", {"handle": "notes.example", "action": "taken"}, False),
        ("editor@footnotes.example", {"url": "https://notes.example", "action": "taken"}, True),
        ("safe@mail.example", {"name": "page@mail.example", "action": "taken"}, True),
        ("safe@example.org", {"name": "Our site", "url": "https://social.example/ours", "action": "taken"}, True),
        ("safe@social.example", {"name": "Ours", "url": "https://social.example/ours", "action": "taken"}, True),
    ],
)
def test_a_contact_that_hangs_on_a_lost_or_suspect_account_is_refused(
    contact: str, row: dict[str, str], is_open: bool
) -> None:
    """By address, handle, link or number; an account whose state is unknown is suspect."""
    case = Case(playbook([step("one", end="x")], [CONTACT, ASSETS])).say(i__contact=contact).row("a.all", "1", **row)
    assert state_of(case, "contact_lost").is_open is is_open


def test_the_contested_asset_is_lost_by_itself() -> None:
    """The account the case is about needs no state."""
    case = contact_case().say(p__page={"name": "A page", "handle": "@safe@example.org"})
    assert state_of(case, "contact_lost").status == "held"


def test_an_override_counts_only_for_the_contact_it_was_given_for() -> None:
    """Opening the gate once does not let the next change of contact through."""
    case = contact_case().say(i__contact="new@example.org").add(GateOverridden("contact_changed", "she called us"))
    assert state_of(case, "contact_changed").status == "overridden"
    assert state_of(case.say(i__contact="third@example.org"), "contact_changed").status == "held"


def test_an_override_counts_only_for_the_rivals_known_then() -> None:
    """A further claimant closes again."""
    case = contact_case().add(RivalNoted("1", "blue-otter"), GateOverridden("rival_claimant", "the same person"))
    assert state_of(case, "rival_claimant").status == "overridden"
    assert state_of(case.add(RivalNoted("2", "red-fox")), "rival_claimant").status == "held"


# --- rivals and secret links ---------------------------------------------------------------------------------------


def test_a_rival_claimant_stops_letters_without_naming_the_other_client() -> None:
    """The reason says that there is one, and no more."""
    case = contact_case().add(RivalNoted("101", "blue-otter"))
    held = state_of(case, "rival_claimant")
    assert held.status == "held"
    assert "blue-otter" not in held.reason + held.why + held.hint


SECRET = yes_no("i.secret", means="account-link-secret")


@pytest.mark.parametrize(
    "evidence",
    [need("n", "id-copy"), need("n", "image", sensitivity_class="biometric"), need("n", "notarised-declaration"),
     need("n", "endorsement")],
)  # fmt: skip
def test_identity_steps_wait_for_the_question_of_the_secret_link(evidence: object) -> None:
    """Until it is known, nothing ties the person to the account."""
    case = Case(playbook([step("one", evidence=(evidence,), end="x")], [SECRET]))
    assert case.instance("one").held_by == ("link_secret",)
    assert Case(case.playbooks[0]).add(Answered("i.secret", "dont-know")).instance("one").status == "held"
    assert Case(case.playbooks[0]).say(i__secret=True).instance("one").status == "open"


def test_other_steps_do_not_wait_for_it() -> None:
    """Only those that ask for identity; and without the question there is no such gate."""
    assert Case(playbook([step("one", do=(item("a"),), end="x")], [SECRET])).instance("one").status == "open"
    without = Case(playbook([step("one", evidence=(need("n", "id-copy"),), end="x")]))
    assert without.survey().gate("link_secret") is None
    assert without.instance("one").status == "open"
