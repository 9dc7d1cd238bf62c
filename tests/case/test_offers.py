"""Letters: which are on offer, and what stands in the way of the others."""

from __future__ import annotations

from recover.case.entries import Answered, EventRecorded, GateOverridden, ItemMarked, LetterApproved, RivalNoted
from tests.case.build import (
    Case,
    Deadline,
    FactType,
    LetterAbout,
    LetterUse,
    fact,
    gate,
    item,
    playbook,
    rule,
    step,
    when,
    yes_no,
)


def blocks(case: Case, letter: str, instance: str = "") -> list[str]:
    """List what blocks a letter."""
    return [each.id for each in case.letter(letter, instance).blocks]


def test_letters_of_unreached_and_passed_steps_are_not_on_offer() -> None:
    """Only a reached step offers its letter."""
    steps = [
        step("one", ask=("a.x",), go="two"),
        step("two", letters=(LetterUse("b"),), end="x"),
        step("three", visible_if="a.x == false", letters=(LetterUse("c"),), end="x"),
    ]
    case = Case(playbook(steps, [yes_no("a.x")]))
    assert case.survey().letters == ()
    assert [each.name for each in case.say(a__x=True).survey().letters] == ["b"]


def test_gates_that_hold_letters_block_every_letter_and_the_front_matter_adds_its_own() -> None:
    """Each block has its reason; a gate that holds packets only does not block a letter."""
    gates = [
        gate("vetting", "a.x == true"),
        gate("ticket", "a.y == true", holds=()),
        gate("p", "a.y == true", holds=("packets",)),
    ]
    book = playbook([step("one", letters=(LetterUse("b"),), end="x")], [yes_no("a.x"), yes_no("a.y")], gates)
    plain = Case(book)
    assert blocks(plain, "b") == ["vetting"]
    assert "vetting title" in plain.letter("b").why
    full = Case(book, letters={"b": LetterAbout("b", gates=("ticket",))})
    assert blocks(full, "b") == ["vetting", "ticket"]
    assert blocks(full.say(a__x=True, a__y=True), "b") == []
    assert full.letter("b").is_offered


def test_an_overridden_gate_blocks_no_more() -> None:
    """The helper has decided."""
    book = playbook(
        [step("one", letters=(LetterUse("b"),), end="x")], [yes_no("a.x")], [gate("vetting", "a.x == true")]
    )
    assert blocks(Case(book).add(GateOverridden("vetting", "known for years")), "b") == []


def test_a_rival_claimant_stops_every_letter() -> None:
    """On this case as on the other."""
    case = Case(playbook([step("one", letters=(LetterUse("b"),), end="x")])).add(RivalNoted("1", "blue-otter"))
    assert blocks(case, "b") == ["rival_claimant"]


def test_a_letter_of_a_held_step_names_the_gate() -> None:
    """Also when the gate itself holds no letters elsewhere."""
    book = playbook([step("one", gates=("ticket",), letters=(LetterUse("b"),), end="x")], [yes_no("a.x")],
                    [gate("ticket", "a.x == true", holds=())])  # fmt: skip
    assert blocks(Case(book), "b") == ["ticket"]


def test_a_letter_sent_from_a_step_is_not_offered_there_again() -> None:
    """A duplicate is itself a breach; the dispatch is on record."""
    case = Case(playbook([step("one", letters=(LetterUse("b"),), end="x")])).send("b", "one", "2026-08-12 10:20")
    assert blocks(case, "b") == ["sent"]
    assert [each.body.reference for each in case.letter("b").sent] == [""]


# --- one appeal for one decision -----------------------------------------------------------------------------------

ROWS = fact(
    "a.all", FactType.LIST, key="id", fields=(fact("id"), fact("action"), fact("appealed_at", FactType.INSTANT))
)
APPEALS = playbook(
    [
        step("appeal", for_each="a.all", letters=(LetterUse("in-app", "app", optional=True, once_per="decision"),),
             do=(item("button"),), end="x"),
        step("late", letters=(LetterUse("in-app", "app", once_per="decision"),), end="x"),
    ],
    [ROWS],
    deadlines=(
        Deadline("appeal", "suspension.appeal", "Appeal", "item.appealed_at", "a.all",
                 done_if=when("answered(item.appealed_at)"), done_note="already appealed"),
    ),
)  # fmt: skip


def appeals() -> Case:
    """Make two suspended accounts."""
    case = Case(APPEALS, rules=[rule("suspension.appeal", "180d")])
    return case.row("a.all", "1", action="suspended").row("a.all", "2", action="suspended")


def test_a_second_appeal_of_one_decision_is_blocked_for_that_element_only() -> None:
    """The other account's appeal is still free; a checklist marked does not change it."""
    case = appeals().send("in-app", "appeal[1]", "2026-10-12 09:00").add(ItemMarked("appeal[1]", "button"))
    assert blocks(case, "in-app", "appeal[1]") == ["second_appeal"]
    assert blocks(case, "in-app", "appeal[2]") == []


def test_an_appeal_recorded_elsewhere_for_the_same_account_counts() -> None:
    """By the account it names, whatever step it was recorded in."""
    case = appeals().send("in-app", "late", "2026-10-12 09:00", assets=("2",))
    assert blocks(case, "in-app", "appeal[2]") == ["second_appeal"]
    assert blocks(case, "in-app", "appeal[1]") == []


def test_an_appeal_the_client_made_alone_counts() -> None:
    """A finished deadline says so, with its time."""
    case = appeals().add(Answered("a.all", value="2026-10-12T09:00+04:00[Asia/Baku]", element="1", field="appealed_at"))
    assert blocks(case, "in-app", "appeal[1]") == ["second_appeal"]
    assert "12 October 2026" in case.letter("in-app", "appeal[1]").why
    assert blocks(case, "in-app", "appeal[2]") == []


def test_an_override_allows_one_more_appeal_of_that_account() -> None:
    """A second decision on the same account has no other way; the next one after it needs its own reason."""
    case = appeals().send("in-app", "appeal[1]", "2026-10-12 09:00").send("in-app", "appeal[2]", "2026-10-12 09:05")
    case.add(GateOverridden("second_appeal", "for no account"), GateOverridden("second_appeal[1]", "a new decision"))
    assert blocks(case, "in-app", "appeal[1]") == []
    assert blocks(case, "in-app", "appeal[2]") == ["second_appeal"]
    case.send("in-app", "appeal[1]", "2026-10-20 09:00")
    assert blocks(case, "in-app", "appeal[1]") == ["second_appeal"]


def test_a_gate_that_does_not_exist_blocks() -> None:
    """A misspelt name in a letter's front matter never lets it through."""
    book = playbook([step("one", letters=(LetterUse("b"),), end="x")])
    case = Case(book, letters={"b": LetterAbout("b", gates=("veting",))})
    assert blocks(case, "b") == ["veting"]


# --- nothing new, no letter ----------------------------------------------------------------------------------------


def test_a_follow_up_needs_something_new_since_the_last_letter() -> None:
    """What we did ourselves is nothing new; a new event is."""
    steps = [step("one", letters=(LetterUse("b"),), go="two"), step("two", letters=(LetterUse("follow-up"),), end="x")]
    case = Case(playbook(steps)).add(EventRecorded("2026-08-01", "lost", "holder", marks=("loss",)))
    case.send("b", "one", "2026-08-12 10:20")
    assert blocks(case, "follow-up") == ["new_fact"]
    case.add(EventRecorded("2026-08-12", "sent", "us", marks=("filing",)))
    assert blocks(case, "follow-up") == ["new_fact"]
    case.add(EventRecorded("2026-08-13", "a post appeared", "archive", marks=("attack", "filing")))
    assert blocks(case, "follow-up") == []


def test_the_front_matter_says_which_letter_is_a_follow_up() -> None:
    """Its word counts before the name."""
    book = playbook([step("one", letters=(LetterUse("follow-up"), LetterUse("again")), end="x")])
    about = {"follow-up": LetterAbout("follow-up"), "again": LetterAbout("again", new_fact=True)}
    case = Case(book, letters=about)
    assert blocks(case, "follow-up") == []
    assert blocks(case, "again") == ["new_fact"]


def test_the_last_approval_is_shown() -> None:
    """Whether it is for the present text, only the text can tell."""
    case = Case(playbook([step("one", letters=(LetterUse("b"),), end="x")]))
    case.add(LetterApproved("b", "one", "1" * 64, "by phone", "az", "2026-08-12"))
    case.add(LetterApproved("b", "one", "2" * 64, "by phone", "az", "2026-08-13"))
    approval = case.letter("b").approval
    assert approval is not None
    assert approval.body.text_sha256 == "2" * 64
