"""Blocks, claims, second losses, waves, leaks, watched devices, after-care, preparedness: what stories cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from recover import practice, times
from recover.desk import answering, leaving
from recover.desk.case import OpenCase
from recover.errors import RefusedError
from recover.packet.letters.rendering import LetterHeld, LetterIncomplete, render_letter
from recover.playbook.answers import Answers, FactGiven
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story

PLAYBOOKS = (
    "cascade-block",
    "identity-contest",
    "second-compromise",
    "brigading",
    "leak-or-doxxing",
    "suspected-espionage",
    "after-care",
    "preparedness",
)
DISGUISED = (
    "borrowed-accounts",
    "borrowed-face",
    "helpful-admin",
    "list-of-critics",
    "the-other-half",
    "her-own-good",
    "fresh-owner",
    "future-delegate",
)
READERS = ("platform", "partner", "lawyer")


@contextmanager
def played(name: str) -> Iterator[OpenCase]:
    """Play a shipped story to its end and give its case."""
    story = load_story(practice.find_stories([name])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, story) == ()
        clock.at = times.parse_instant(story.as_of, story.zone)
        yield case


def say(case: OpenCase, facts: Mapping[str, object]) -> None:
    """Answer questions as somebody would later in the case."""
    given = tuple(FactGiven(name, value, "test:1:1") for name, value in facts.items())
    answering.apply_rows(case, Answers("test", facts=given), allow_change=True)


def stand(case: OpenCase, step: str) -> str:
    """Return where a step stands."""
    found = case.survey().instance(step)
    return found.status if found else "unreached"


def letters_of(playbook: str) -> set[str]:
    """Name every letter that a playbook offers anywhere."""
    return {use.template for step in load_playbook(playbook).steps for use in step.letters}


@pytest.mark.parametrize("story", DISGUISED)
def test_nothing_leaves_for_the_taker_in_disguise(story: str) -> None:
    """No packet for platform, partner or lawyer, and none of the playbook's letters, whether offered or not."""
    with played(story) as case:
        for profile in READERS:
            with pytest.raises(RefusedError):
                case.plan_packet(profile)
        for letter in letters_of(case.playbooks[0].id):
            with pytest.raises(LetterHeld):
                render_letter(case.source(), letter)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_each_playbook_has_its_disguised_story(playbook: str) -> None:
    """Somebody plays the taker in each of them."""
    own = {path.stem for path in practice.find_stories([playbook])}
    assert own & set(DISGUISED)


# --- cascade-block ---------------------------------------------------------------------------------------------------


def test_letter_for_all_accounts_waits_for_every_number() -> None:
    """An account whose number nobody knows is named, and the letter is not made without it."""
    with played("four-in-a-night") as case:
        assert "17841400000000504" in render_letter(case.source(), "cascade-block-appeal").text
        row = {"platform_id": "dont-know", "kind": "facebook-group", "name": "Listeners", "action": "suspended"}
        say(case, {"assets.all": [{**row, "action_at": "2026-06-06"}]})
        with pytest.raises(LetterIncomplete, match="Listeners"):
            render_letter(case.source(), "cascade-block-appeal")


def test_account_of_another_admin_needs_that_admins_word() -> None:
    """Without it no letter is made at all, and nobody may override that."""
    with played("four-in-a-night") as case:
        say(case, {"cascade_block.others_agree": "not_yet"})
        with pytest.raises(LetterHeld, match="Everybody whose account is named agrees"):
            render_letter(case.source(), "cascade-block-appeal")
        with pytest.raises(RefusedError):
            case.override("others_agree", "there is no time")


# --- identity-contest ------------------------------------------------------------------------------------------------


def test_id_copy_alone_makes_no_answer_to_the_claim() -> None:
    """Even where a helper was convinced, the letter asks for two other kinds of proof."""
    with played("borrowed-face") as case:
        say(
            case,
            {
                "intake.vetting_first": "live_face",
                "intake.vetting_second": "known_to_us",
                "intake.vetting_decision": "confirmed",
            },
        )
        with pytest.raises(LetterHeld, match="2 different proofs other than an ID copy"):
            render_letter(case.source(), "identity-contest-rebuttal")


# --- second-compromise -----------------------------------------------------------------------------------------------


def test_second_report_names_the_first_ticket_and_both_days() -> None:
    """Without a ticket of the first case, or without the day of the return, it is not made."""
    with played("morning-bridge") as case:
        say(case, {"second_compromise.restored_at": "dont-know"})
        with pytest.raises(LetterIncomplete, match="When did it come back after the first loss"):
            render_letter(case.source(), "second-loss-statement")
    with played("every-door") as case:
        text = render_letter(case.source(), "second-loss-statement").text
        assert "AC-77 of 2 March 2026" in text
        assert "AC-91 of 2 May 2026" in text


def test_every_admin_who_turns_up_is_suspect() -> None:
    """One more admin opens one more review, and the case does not close over it without a reason."""
    with played("quick-return") as case:
        row = {"platform_id": "100005000001209", "name": "Third", "role": "admin", "wanted": "keep"}
        say(case, {"assets.admins": [row]})
        assert stand(case, "suspect[100005000001209]") == "open"
        with pytest.raises(RefusedError, match="No plan, ticket or date is shared"):
            case.close("restored")


# --- brigading -------------------------------------------------------------------------------------------------------

FIGURE = {"label": "top comments, second count", "found": "200", "of": "300", "order": "newest", "at": "2026-03-03"}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"brigading.figures": [{**FIGURE, "source": "dont-know"}]}, "Who counted it or where was it published"),
        ({"brigading.figures": [{**FIGURE, "source": "us", "of": "dont-know"}]}, "Of how many"),
        ({"brigading.figures": [{**FIGURE, "source": "us", "order": "dont-know"}]}, "In which order"),
        ({"brigading.captured_at": "dont-know"}, "first capture"),
        ({"brigading.sort_order": "dont-know"}, "In which order"),
        (
            {
                "brigading.attributions": [
                    {"said_by": "A blog", "what": "it was the office", "where": "dont-know", "on": "2026"}
                ]
            },
            "Where was it published",
        ),
    ],
    ids=["source", "of", "order", "moment", "sorting", "attribution"],
)
def test_number_or_attribution_without_its_ground_makes_no_report(facts: dict[str, object], told: str) -> None:
    """A share without N, order, moment or source, and a name without a place, stop the report and are named."""
    with played("three-hundred-comments") as case:
        say(case, facts)
        with pytest.raises(LetterIncomplete, match=told):
            render_letter(case.source(), "brigading-report")


def test_report_rests_on_two_coders_and_no_machine() -> None:
    """A table that a program collected, or that one person coded, makes no report; nobody overrides that."""
    with played("three-hundred-comments") as case:
        for facts, gate in (
            ({"brigading.exported_by": "machine"}, "own_table"),
            ({"brigading.coders": 1}, "two_coders"),
        ):
            say(case, facts)
            with pytest.raises(LetterHeld):
                render_letter(case.source(), "brigading-report")
            with pytest.raises(RefusedError):
                case.override(gate, "it is late")


def test_nothing_is_hidden_before_it_is_captured() -> None:
    """The step with the filters is held until the first comments are in the log or somebody says why not."""
    filters = next(step for step in load_playbook("brigading").steps if step.id == "freeze")
    assert [need.before for need in filters.evidence] == ["filters"]


# --- leak-or-doxxing -------------------------------------------------------------------------------------------------


def test_intimate_material_is_in_no_packet_whoever_asks() -> None:
    """Not for any reader, ticked or not; the lawyer learns that it exists."""
    with played("quiet-street") as case:
        material = next(path for path in practice.find_stories(["quiet-street"])).parent / "files" / "kept-copy.png"
        for profile in (*READERS, "victim"):
            for ticked in ((), ("E02",)):
                try:
                    plan = case.plan_packet(profile, ticked=ticked)
                except RefusedError:
                    continue
                assert "E02" not in {exhibit.number for exhibit in plan.exhibits}
                assert not any(material.read_bytes() in file.content for file in leaving.build(case, plan))
        assert "E02" in {each.name for each in case.plan_packet("lawyer").left_out}


@pytest.mark.parametrize("wanted", ["dont-know", ["nothing"], ["nothing", "take_down"], ["copies"]])
def test_nothing_is_taken_down_without_the_wish(wanted: object) -> None:
    """A wish that is unknown, or another one, holds the notice; nobody overrides that."""
    with played("quiet-street") as case:
        assert render_letter(case.source(), "content-notice").text
        say(case, {"wish.wanted": wanted})
        with pytest.raises(LetterHeld):
            render_letter(case.source(), "content-notice")
        with pytest.raises(RefusedError):
            case.override("wants_down", "the family wants it")


@pytest.mark.parametrize("minor", ["yes", "dont-know"])
def test_nothing_is_logged_where_somebody_may_be_under_age(minor: str) -> None:
    """Yes and don't know both lead away from the step that asks for addresses and copies."""
    with played("quiet-wish") as case:
        say(case, {"leak_or_doxxing.minor": minor})
        assert stand(case, "log") == "unreached"
        assert stand(case, "hotline") == "open"


# --- suspected-espionage ---------------------------------------------------------------------------------------------


def test_nothing_is_reset_before_the_specialist_says_so() -> None:
    """Found or not, the step that sets a device up anew opens only after the release, on a clean device."""
    with played("no-specialist-yet") as case:
        for released in ("dont-know", "no"):
            say(case, {"suspected_espionage.released": released})
            assert stand(case, "anew") == "unreached"
        say(case, {"suspected_espionage.released": "yes"})
        assert stand(case, "anew") == "open"
        say(case, {"suspected_espionage.other_device": "no"})
        assert stand(case, "anew") == "held"


def test_accounts_wait_for_a_device_that_was_never_near() -> None:
    """That the client trusts the device in hand is not enough, and nobody overrides it."""
    with played("the-blue-phone") as case:
        say(case, {"suspected_espionage.close_when": "now", "intake.device_trusted": "yes"})
        assert stand(case, "accounts") == "held"
        with pytest.raises(RefusedError):
            case.override("clean_device", "it is urgent")


def test_no_step_before_the_release_tells_to_remove_or_clean() -> None:
    """What the client hears and the helper does up to the hand-over names removal only to forbid it."""
    steps = {step.id: step for step in load_playbook("suspected-espionage").steps if "." not in step.id}
    told = [steps[name].tell for name in steps if name != "anew"]
    done = [item.text for name in steps if name not in ("anew", "accounts", "stays") for item in steps[name].do]
    verbs = ("remove", "uninstall", "reset", "clean ", "update ")
    assert not [text for text in told for verb in verbs if verb in text.lower()]
    assert all(text.startswith("Nothing was") for text in done for verb in verbs if verb in text.lower())


# --- after-care and preparedness -------------------------------------------------------------------------------------


def test_after_care_closes_over_an_open_critical_item_only_with_a_reason() -> None:
    """The list names what is open; a written reason is recorded with the end."""
    with played("tenth-day") as case:
        say(case, {"aftercare.lost_again": "no"})
        with pytest.raises(RefusedError, match="critical"):
            case.close("restored")
        case.close("restored", reason="the client goes on with a colleague who has the list")
        assert case.state.closed is not None


def test_note_that_says_done_waits_for_list_and_checks() -> None:
    """While a check or a step of the list is open, no note says that all is well."""
    with played("tenth-day") as case:
        say(
            case,
            {
                "aftercare.lost_again": "no",
                "after_care.closed_on": "2026-04-10",
                "after_care.next_review": "2026-07-10",
            },
        )
        with pytest.raises(LetterHeld, match="The list and the weekly checks are done"):
            render_letter(case.source(), "after-care-note")


@pytest.mark.parametrize("who", ["colleague", "relative", "lawyer", "organisation"])
def test_only_the_holder_names_a_delegate(who: str) -> None:
    """Also with a written mandate nobody else makes that letter; nobody overrides it."""
    with played("quiet-hour") as case:
        assert "Ana Delegate" in render_letter(case.source(), "delegate-letter").text
        say(case, {"intake.who_asks": who, "intake.mandate": "written"})
        with pytest.raises(LetterHeld, match="The holder decides"):
            render_letter(case.source(), "delegate-letter")
        with pytest.raises(RefusedError):
            case.override("holder_decides", "it was agreed")


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_card_is_read_aloud_within_a_minute(playbook: str) -> None:
    """At most 180 words, and the four lines that hold for everybody."""
    lines = load_playbook(playbook).first_aid.lines
    assert len(" ".join(lines).split()) <= 180
    text = " ".join(lines)
    assert "Can you talk safely now?" in text
    assert "Type no password into a device you do not trust." in text
    assert "Delete nothing" in text
    assert "Pay nobody" in text
