"""The shipped playbooks for a lost profile, Google Account, X or TikTok account: what their stories cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from recover import practice, times
from recover.desk import answering
from recover.desk.case import OpenCase
from recover.errors import RefusedError
from recover.packet.letters.rendering import render_letter
from recover.playbook.answers import Answers, FactGiven
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story

PLAYBOOKS = ("hijacked-profile", "hijacked-google", "hijacked-x", "hijacked-tiktok")
TAKERS = ("helpful-cousin", "stage-manager", "press-officer", "big-brother")
PROFILES = ("platform", "partner", "victim", "lawyer")


@contextmanager
def played(name: str, acts: int | None = None) -> Iterator[OpenCase]:
    """Play a shipped story, or only its first acts, and give its case."""
    story = load_story(practice.find_stories([name])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        for act in story.acts[:acts]:
            clock.at = times.parse_instant(act.at, story.zone)
            answering.apply_rows(case, act.answers, allow_change=True)
        clock.at = times.parse_instant(story.as_of, story.zone)
        yield case


def say(case: OpenCase, facts: dict[str, object]) -> None:
    """Answer questions as somebody would later in the case."""
    given = tuple(FactGiven(name, value, "test:1:1") for name, value in facts.items())
    answering.apply_rows(case, Answers("test", facts=given), allow_change=True)


def status(case: OpenCase, step: str) -> str:
    """Return where a step stands."""
    found = case.survey().instance(step)
    return found.status if found else "unreached"


@pytest.mark.parametrize("story", TAKERS)
def test_nothing_leaves_for_a_taker_in_disguise(story: str) -> None:
    """Without a mandate and two proofs: no packet for any reader, and not one of the playbook's letters."""
    with played(story) as case:
        for profile in PROFILES:
            with pytest.raises(RefusedError, match="no packet leaves yet"):
                case.plan_packet(profile)
        for letter in {use.template for step in load_playbook(case.playbooks[0].id).steps for use in step.letters}:
            with pytest.raises(RefusedError):
                render_letter(case.source(), letter)


@pytest.mark.parametrize(
    ("story", "acts", "guarded"),
    [
        ("apricot-lane", 2, ["box.look", "box.clean", "reversal"]),
        ("harbour-lens", 1, ["box.look", "box.clean", "worksheet", "recovery"]),
        ("signal-fire", 2, ["box.look", "box.clean", "access"]),
        ("unanswered", 2, ["box.look", "box.clean", "access"]),
    ],
)
def test_no_password_is_typed_while_the_device_is_in_doubt(story: str, acts: int, guarded: list[str]) -> None:
    """When it turns out that there is no clean device, mailbox and account are held again, and nobody overrides it."""
    with played(story, acts) as case:
        assert any(status(case, step) != "unreached" for step in guarded)
        say(case, {"mailbox.recovery_device": "no", "intake.device_trusted": "no"})
        assert {status(case, step) for step in guarded} <= {"held", "unreached"}
        with pytest.raises(RefusedError):
            case.override("clean_device", "in a hurry")


@pytest.mark.parametrize(
    ("story", "acts", "later", "screen", "wait"),
    [
        (
            "apricot-lane",
            3,
            {"hijacked_profile.closed": "yes"},
            "closed_screen",
            "form_answer",
        ),
        ("signal-fire", 3, {"hijacked_x.state": "suspended"}, "closed_screen", "form_answer"),
        ("steppe-dance", 2, {"hijacked_tiktok.state": "banned"}, "ban_screen", "report_answer"),
    ],
)
def test_closing_in_the_middle_takes_no_report_back(
    story: str, acts: int, later: dict[str, object], screen: str, wait: str
) -> None:
    """An account that is closed while its report waits has an appeal beside it; the report's answer still counts."""
    with played(story, acts) as case:
        before = status(case, wait)
        assert before == "waiting"
        say(case, later)
        assert status(case, screen) == "open"
        assert status(case, wait) == before


@pytest.mark.parametrize(
    ("region", "banned_on", "on", "file_by"),
    [
        ("eea", "2027-09-01", "2028-02-28", "2028-02-28"),
        ("elsewhere", "2026-02-01", "2026-05-25", "2026-05-25"),
        ("us", "2028-02-06", "2028-02-29", "2028-02-29"),
        ("us", "2026-03-07", "2026-03-30", "2026-03-30"),
    ],
)
def test_days_of_a_tiktok_ban_by_region(region: str, banned_on: str, on: str, file_by: str) -> None:
    """180, 113 or 23 days, across a leap day and a change of the clock; one region never shows another's day."""
    with played("twenty-three-days", 1) as case:
        say(case, {"hijacked_tiktok.region": region, "hijacked_tiktok.banned_at": banned_on})
        found = [row for row in case.survey().due if row.title == "Appeal the ban"]
        assert [(str(row.on), str(row.file_by)) for row in found] == [(on, file_by)]


@pytest.mark.parametrize(
    ("story", "acts", "fact", "title"),
    [
        ("twenty-three-days", 1, "hijacked_tiktok.screen_date", "Appeal the ban"),
        ("copper-bell", 1, "hijacked_x.screen_date", "Appeal the suspension"),
        ("second-door", 1, "hijacked_profile.screen_date", "Appeal the closed profile"),
        ("harbour-lens", 2, "hijacked_google.held_until", "Look whether Google lets the holder in"),
    ],
)
def test_day_on_the_screen_wins(story: str, acts: int, fact: str, title: str) -> None:
    """Whatever the rule says, the day that the client's own screen shows is the day."""
    with played(story, acts) as case:
        say(case, {fact: "2026-03-11"})
        (row,) = [row for row in case.survey().due if row.title == title]
        assert str(row.on) == "2026-03-11"


@pytest.mark.parametrize(
    ("kind", "shown_on", "on"),
    [
        ("strike", "2027-08-31", "2028-02-29"),
        ("strike", "2026-08-31", "2027-02-28"),
        ("removal", "2028-02-29", "2029-02-28"),
    ],
)
def test_months_and_years_of_youtube_end_with_the_month(kind: str, shown_on: str, on: str) -> None:
    """Six months after 31 August, and a year after 29 February, end on the last day of February."""
    with played("back-the-same-day", 1) as case:
        row = {"label": "another", "kind": kind, "shown_at": shown_on, "reason": "spam", "foreign": "yes"}
        case.add_row("hijacked_google.marks", row)
        assert on in {str(due.on) for due in case.survey().due if due.title.startswith("Appeal the")}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_appeals_are_made_once(playbook: str) -> None:
    """Every letter that appeals a closing is bound to the decision, so that no second one is on offer."""
    appeals = [
        use for step in load_playbook(playbook).steps for use in step.letters if use.template.endswith("-appeal")
    ]
    assert appeals
    assert all(use.once_per == "decision" for use in appeals)
