"""The shipped playbooks for people under pressure: what their stories cannot say, because nothing leaves in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from recover import content, practice, times
from recover.desk import answering
from recover.desk.case import OpenCase
from recover.errors import RefusedError
from recover.packet.letters.front_matter import load_letter
from recover.packet.letters.rendering import LetterHeld, render_letter
from recover.playbook.answers import Answers, FactGiven
from recover.playbook.loader import load_playbook, load_registry
from recover.playbook.stories import load_story

PLAYBOOKS = ("deletion-under-duress", "holder-detained", "summons", "fine-over-comments", "false-statement")
PROFILES = ("platform", "partner", "victim", "lawyer")
LOOK = "A look every 48 hours"
DISGUISED = (
    "wish-not-asked",
    "cousin-before-noon",
    "paper-nobody-checked",
    "brother-on-the-line",
    "colleague-with-advice",
    "helpful-moderator",
    "voice-of-the-editor",
)


@contextmanager
def played(name: str) -> Iterator[OpenCase]:
    """Play a shipped story to its end and give its case."""
    story = load_story(practice.find_stories([name])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, story) == ()
        clock.at = times.parse_instant(story.as_of, story.zone)
        yield case


def say(case: OpenCase, **facts: object) -> None:
    """Answer questions (`wish__wanted`) as somebody would later in the case."""
    given = tuple(FactGiven(name.replace("__", "."), value, "test:1:1") for name, value in facts.items())
    answering.apply_rows(case, Answers("test", facts=given), allow_change=True)


def letters_of(playbook: str) -> set[str]:
    """Name every letter that a playbook offers anywhere."""
    return {use.template for step in load_playbook(playbook).steps for use in step.letters}


@pytest.mark.parametrize("story", DISGUISED)
def test_nothing_leaves_for_somebody_without_a_mandate_or_a_known_wish(story: str) -> None:
    """Whoever asks: no packet for any reader, and not one of the playbook's letters, offered or not."""
    with played(story) as case:
        for profile in PROFILES:
            with pytest.raises(RefusedError, match="no packet leaves yet"):
                case.plan_packet(profile)
        for letter in letters_of(case.playbooks[0].id):
            with pytest.raises(RefusedError):
                render_letter(case.source(), letter)


@pytest.mark.parametrize("wish", ["dont-know", "prefer-not-to-say"])
def test_a_wish_that_is_not_known_holds_every_letter_again(wish: str) -> None:
    """Also after letters could be made: who no longer knows, or does not say, holds all of them."""
    with played("street-lamp") as case:
        assert render_letter(case.source(), "chronology-for-lawyer").text
        say(case, wish__wanted=wish)
        with pytest.raises(LetterHeld, match="The person's own wish is known"):
            render_letter(case.source(), "chronology-for-lawyer")


@pytest.mark.parametrize(
    "later",
    [
        {"wish__paper_checked": "not_yet"},
        {"wish__authority": "family"},
        {"wish__conveyed": "family"},
        {"wish__freely": "no"},
        {"wish__wanted": ["nothing", "close_access"]},
        {"holder_detained__risk_with": ["lawyer", "second_helper"]},
        {"holder_detained__risk_with": ["family", "second_helper"]},
        {"holder_detained__risk_on": "dont-know"},
        {"holder_detained__obstruction": "dont-know"},
        {"holder_detained__decision": "only_watch"},
    ],
    ids=lambda later: "-".join(f"{name.partition('__')[2]}" for name in later),
)
def test_access_is_closed_only_with_authority_wish_and_risk_review(later: dict[str, object]) -> None:
    """All of it, or the request to a partner and every measure that was not carried out yet stay held."""
    with played("partner-says-no") as case:
        say(
            case,
            holder_detained__reachable=[
                {"name": "Second", "kind": "telegram", "in_it": "others", "second_admin": "no", "measure": "pause"}
            ],
        )
        new = case.survey().instance("measures[Second]")
        assert new is not None
        assert new.status == "open"
        say(case, **later)
        held = case.survey().instance("measures[Second]")
        assert held is None or held.status in ("held", "unreached")
        with pytest.raises(RefusedError):
            render_letter(case.source(), "lockdown-request")


def test_a_measure_that_was_weighed_stays_in_the_record_when_the_wish_changes() -> None:
    """Nothing that was done is taken out of the case because somebody is free and wants no more of it."""
    with played("two-dates-in-may") as case:
        done = case.survey().instance("carry_out[Mailbox]")
        assert done is not None
        assert done.status == "done"


def test_the_chronology_tells_what_is_documented_first() -> None:
    """What a paper or picture supports stands above what is told, claimed or denied, and both are marked."""
    with played("street-lamp") as case:
        text = render_letter(case.source(), "chronology-for-lawyer").text
    archive, claimed, denied = (text.index(words) for words in ("public archive", "claimed by", "denied by"))
    told = text.index("TOLD, CLAIMED OR DENIED")
    assert text.index("DOCUMENTED") < archive < told < claimed < denied


def test_measures_are_looked_at_every_forty_eight_hours_for_thirty_days() -> None:
    """Fifteen looks, two days apart, from the day the person was taken."""
    with played("authority-without-review") as case:
        looks = [item.on for item in case.survey().due if item.title.startswith(LOOK)]
    assert looks == [date(2026, 2, 2) + timedelta(days=2 * number) for number in range(1, 16)]


def test_looks_end_when_the_person_is_free() -> None:
    """After the release the days of detention are no longer due."""
    with played("two-dates-in-may") as case:
        looks = [item for item in case.survey().due if item.title.startswith(LOOK) and item.state != "missed"]
    assert [item.on for item in looks if item.state != "done"] == []


def test_no_date_of_an_office_or_judge_is_counted() -> None:
    """The one rule for such dates has no length: it is typed in, or there is none."""
    rule = next(rule for rule in load_registry().rules if rule.id == "court.typed")
    assert rule.lengths == ()
    with played("many-letters-back") as case:
        titles = [item.title for item in case.survey().due]
    assert not [title for title in titles if "appeal" in title.lower() or "date" in title.lower()]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_none_of_them_writes_to_a_platform(playbook: str) -> None:
    """People under pressure are helped by lawyers and partners; no appeal to a platform comes out of these."""
    for name in letters_of(playbook):
        path = content.templates_root() / "letters" / f"{name}.en.md"
        assert load_letter(path.read_text("utf-8"), str(path)).to in ("lawyer", "partner", "public"), name


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_no_item_tells_a_helper_to_delete_or_restore(playbook: str) -> None:
    """What is deleted, brought back or published is the person's own act; the helper's list only says so."""
    items = [item.text.lower() for step in load_playbook(playbook).steps for item in step.do]
    commands = ("delete ", "restore ", "publish ", "remove ", "lock ", "log out ")
    assert [text for text in items if text.startswith(commands)] == []


def test_no_request_is_claimed_before_all_three_places_were_searched() -> None:
    """Taking back any one of the three dates takes back the sentence."""
    with played("three-searches") as case:
        assert "No request to remove" in render_letter(case.source(), "moderation-record").text
        for place, day in (("mailbox", "2026-02-05"), ("post", "2026-02-05"), ("inbox", "2026-02-06")):
            say(case, **{f"fine_over_comments__searched_{place}_on": "dont-know"})
            text = render_letter(case.source(), "moderation-record").text
            assert "No request to remove" not in text
            assert "the search is not complete" in text
            say(case, **{f"fine_over_comments__searched_{place}_on": day})


def test_a_request_for_particulars_without_all_four_points_says_so() -> None:
    """The draft is marked at its top, whichever of the four is left out."""
    with played("veterans-post") as case:
        assert "INCOMPLETE" not in render_letter(case.source(), "particulars-request").text
        for point in ("date", "item", "provision", "evidence"):
            say(case, **{f"summons__ask_{point}": "no"})
            assert render_letter(case.source(), "particulars-request").text.startswith("INCOMPLETE")
            say(case, **{f"summons__ask_{point}": "yes"})


def test_a_line_whose_proof_was_withdrawn_is_an_assertion_again() -> None:
    """The table says so, and the correction can no longer be made with it."""
    with played("ready-and-angry") as case:
        assert "Proof: [E02]" in render_letter(case.source(), "claim-and-record").text
        case.withdraw("E02", "another year")
        assert "Proof: assertion only" in render_letter(case.source(), "claim-and-record").text
