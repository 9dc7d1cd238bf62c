"""The shipped playbook for a hijacked Page, played through engine, vault and packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recover import practice, times
from recover.case.incidents import incidents
from recover.desk import answering
from recover.desk.case import OpenCase
from recover.errors import RecoverError, RefusedError
from recover.playbook.answers import Answers
from recover.playbook.stories import load_story

STORIES = practice.find_stories(["hijacked-page"])
PROFILES = ("platform", "partner", "victim", "lawyer")


@dataclass(slots=True)
class Player:
    """A story's case, played act by act."""

    case: OpenCase
    clock: practice.StoryClock
    acts: tuple[tuple[str, Answers], ...]
    zone: str = "Asia/Baku"

    def play_until(self, last: str) -> None:
        """Play every act that begins at or before a moment of the story's zone."""
        while self.acts and self.acts[0][0] <= last:
            (at, rows), *rest = self.acts
            self.acts = tuple(rest)
            self.clock.at = times.parse_instant(at, self.zone)
            answering.apply_rows(self.case, rows, allow_change=True)


@pytest.fixture
def neighbours() -> Iterator[Player]:
    story = load_story(practice.find_stories(["neighbour-voices"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        yield Player(case, clock, tuple((act.at, act.answers) for act in story.acts))


def test_there_are_stories_for_the_taker_and_for_silence() -> None:
    """The happy path is not the only one that is tested."""
    assert {"neighbour-voices", "first-try", "friendly-stranger", "not-now", "long-silence"} <= {
        p.stem for p in STORIES
    }


def test_one_table_of_eight_rows(neighbours: Player) -> None:
    """The appeal lists each of the eight accounts once, with number, action and time."""
    neighbours.play_until("9999")
    text = neighbours.case.letter("cascade-block-appeal").text
    numbers = [f"10006400000010{n}" for n in range(1, 7)] + ["100005000000201", "17841400000000301"]
    assert text.count("Time:") == 8
    assert all(text.count(f"ID: {number}\n") == 1 for number in numbers)


def test_second_appeal_in_the_app_is_refused(neighbours: Player) -> None:
    """The profile was appealed once; a second appeal of the same decision cannot be recorded or offered."""
    neighbours.play_until("9999")
    with pytest.raises(RefusedError):
        neighbours.case.sent(
            "in-app-appeal", at="2026-10-13 11:55 Asia/Baku", step="cascade.appeal[100005000000201]", reference="AP-2"
        )


def test_other_account_may_still_be_appealed(neighbours: Player) -> None:
    """That one account was appealed does not close the button of another."""
    neighbours.play_until("9999")
    offers = {
        offer.element: offer.is_offered for offer in neighbours.case.survey().letters if offer.name == "in-app-appeal"
    }
    assert offers["17841400000000301"]
    assert not offers["100005000000201"]


def test_rebuttal_needs_more_than_an_identity_copy() -> None:
    """While an ID copy is the only proof, no answer to the rival claim can be made, and the reason is said."""
    story = load_story(practice.find_stories(["friendly-stranger"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        clock.at = times.parse_instant(story.acts[0].at, "Asia/Tbilisi")
        answering.apply_rows(case, story.acts[0].answers, allow_change=True)
        with pytest.raises(RecoverError, match="2 different proofs other than an ID copy"):
            case.letter("identity-contest-rebuttal")


def test_no_packet_for_a_stranger(tmp_path: Path) -> None:
    """Who asks without mandate and with an ID copy alone gets no packet under any profile."""
    played = practice.play(practice.find_stories(["friendly-stranger"])[0], out=tmp_path / "out")
    assert played.packets == ()
    assert {each.profile for each in played.refused} == set(practice.PROFILES)


def test_identity_scan_and_video_stay(neighbours: Player) -> None:
    """The ID scan and the live video are in no packet unless somebody ticks them for that reader."""
    neighbours.play_until("9999")
    for profile in PROFILES:
        numbers = {exhibit.number for exhibit in neighbours.case.plan_packet(profile).exhibits}
        assert not numbers & {"E17", "E20"}


def test_second_loss_names_its_gaps(neighbours: Player) -> None:
    """The second incident is linked to the first, with the three things that were left open between them."""
    neighbours.play_until("9999")
    first, second = incidents(neighbours.case.state)
    assert first.restored is not None
    assert [gap.body.when[:10] for gap in second.gaps] == ["2026-09-02", "2026-09-16", "2026-09-23"]


def test_statement_cannot_leave_before_approval(neighbours: Player) -> None:
    """What is filed in the client's name is not recorded as sent before the client has approved the text."""
    neighbours.play_until("2026-08-10 23:59")
    with pytest.raises(RefusedError):
        neighbours.case.sent("page-hijack-statement", at="2026-08-10 15:00 Asia/Baku", reference="FB-1")


def test_follow_up_needs_a_new_fact(neighbours: Player) -> None:
    """Nothing new since the last letter: no follow-up."""
    neighbours.play_until("2026-08-12 23:59")
    with pytest.raises(RecoverError, match="no new fact"):
        neighbours.case.letter("follow-up")


def test_mailbox_waits_for_a_clean_device(neighbours: Player) -> None:
    """While the device is in doubt and there is no other, the steps with passwords are held."""
    neighbours.play_until("2026-08-10 23:59")
    neighbours.case.answer("intake.device_trusted", "dont-know", status="dont-know")
    neighbours.case.answer("hijacked_page.recovery_device", "no")
    survey = neighbours.case.survey()
    profile = survey.instance("profile")
    assert profile is not None
    assert (profile.status, profile.held_by, profile.is_advice_held) == ("held", ("clean_device",), True)


def test_partner_brings_it_back_and_it_is_lost_again() -> None:
    """A return through a partner opens after-care and weekly checks, and a later loss is part of the same case."""
    story = load_story(practice.find_stories(["many-answers"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        player = Player(case, clock, tuple((act.at, act.answers) for act in story.acts), "Europe/Warsaw")
        player.play_until("2026-06-12 23:59")
        clock.at = times.parse_instant("2026-06-12 13:00", player.zone)
        case.reply("restored", step="partner.reply#3", at="2026-06-12 12:00 Europe/Warsaw")
        case.answer("aftercare.restored_again_at", "2026-06-12 12:00 Europe/Warsaw")
        checks = [item.on.isoformat() for item in case.survey().due if item.source == "checks_again" and item.on]
        assert checks == ["2026-06-19", "2026-06-26", "2026-07-03", "2026-07-10"]
        device = case.survey().instance("aftercare.device")
        assert device is not None
        assert device.status == "open"
        case.answer("aftercare.lost_once_more", "yes")
        again = case.survey().instance("second_loss")
        assert again is not None
        assert again.status == "open"


def hardening(case: OpenCase) -> set[str]:
    """Name the steps of the after-care list that `next` sends the helper to."""
    named = {action.instance for action in case.survey().next if action.kind not in ("check", "remind")}
    return {each for each in named if each.startswith("aftercare.")} - {"aftercare.still_ours", "aftercare.checks"}


def test_nobody_is_sent_to_secure_a_page_that_is_lost_again(neighbours: Player) -> None:
    """What was left open of the after-care list waits while access is lost, and is work again when it is back."""
    neighbours.play_until("2026-09-20 23:59")
    case = neighbours.case
    assert hardening(case)
    case.answer("aftercare.lost_again", "yes")
    assert not hardening(case)
    page = case.survey().instance("aftercare.page")
    assert page is not None
    assert (page.status, page.because) == ("passed", "access was lost again, and this waits until it is back")
    neighbours.play_until("9999")
    assert not hardening(case)


def test_the_list_is_work_again_when_access_is_back() -> None:
    """After a second return the list is open again from its beginning; after a further loss it waits once more."""
    story = load_story(practice.find_stories(["back-twice"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        player = Player(case, clock, tuple((act.at, act.answers) for act in story.acts), "Europe/Warsaw")
        player.play_until("2026-06-12 23:59")
        assert not hardening(case)
        player.play_until("9999")
        assert "aftercare.mailboxes#2" in hardening(case)
        case.answer("aftercare.lost_once_more", "yes")
        case.answer("aftercare.lost_again_at", "2026-06-21 10:00 Europe/Warsaw")
        assert not hardening(case)
        case.answer("aftercare.restored_again_at", "2026-06-22 10:00 Europe/Warsaw")
        assert "aftercare.mailboxes#2" in hardening(case)


def test_example_of_answers_leads_to_the_form(tmp_path: Path) -> None:
    """The example file of the README is complete up to the letter, and nothing in it is left unused."""
    path = STORIES[0].parent.parent / "answers-example.yaml"
    story = load_story(practice.find_stories(["first-try"])[0])
    with practice.practising(story) as begin:
        case, _ = begin()
        case.apply_answers(path)
        offered = {each.name for each in case.survey().letters if each.is_offered}
        assert "page-hijack-statement" in offered
        assert "Neighbourhood Notes, ID 100064000000555" in case.letter("page-hijack-statement").text
