"""Dates and their reasons. The tables are those of two acceptance scenarios, with made-up accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from recover.case.entries import Answered, CallRecorded, Chased, CheckDone, PromiseSettled
from recover.playbook.model import Certainty, Provenance
from tests.case.build import (
    PROVENANCE,
    Case,
    Deadline,
    FactType,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    fact,
    playbook,
    rule,
    step,
    when,
    yes_no,
)

COLUMNS = (
    fact("id"),
    fact("name"),
    fact("action"),
    fact("at", FactType.INSTANT),
    fact("screen", FactType.DATE),
    fact("appealed_at", FactType.INSTANT),
)
ALL = fact("a.all", FactType.LIST, key="id", fields=COLUMNS)
SUSPENDED = Deadline(
    "suspended", "suspension.appeal", "Appeal the suspension", "item.at", "a.all", when("item.action == 'suspended'"),
    "item.screen", when("answered(item.appealed_at)"), "already appealed",
)  # fmt: skip
UNPUBLISHED = Deadline(
    "unpublished",
    "page.unpublished",
    "Appeal the Page",
    "item.at",
    "a.all",
    when("item.action == 'unpublished'"),
    "item.screen",
)
TRASH = Deadline("trash", "trash", "Restore the posts", "a.deleted_at", note="Only an admin can restore them.")
RULES = [
    rule("suspension.appeal", "180d", starts="when the suspension was shown"),
    rule("page.unpublished"),
    rule("trash", "30d"),
    rule("weekly", "7d", "14d", "21d", "28d", starts="when access came back", who="the helper"),
]


def cascade() -> Case:
    """Make the linked accounts of the first scenario: one profile, one other account, five Pages."""
    book = playbook(
        [
            step("checks", schedule=(Schedule("weekly", "a.restored_at"),), go="mail"),
            step("mail", letters=(LetterUse("partner-mail"),), go="wait"),
            step("wait", wait=Wait("mail", ("7d",)), outcomes=(Outcome("accepted", "end"),)),
            step("end", end="x"),
        ],
        [ALL, fact("a.deleted_at", FactType.INSTANT), fact("a.restored_at", FactType.INSTANT)],
        deadlines=(SUSPENDED, UNPUBLISHED, TRASH),
    )
    case = Case(book, rules=RULES)
    case.row("a.all", "201", name="Profile", action="suspended", at="2026-10-09T06:10+04:00[Asia/Baku]",
             screen="2027-04-07", appealed_at="2026-10-12T09:00+04:00[Asia/Baku]")  # fmt: skip
    case.row("a.all", "301", name="@photos", action="suspended", at="2026-10-09T06:25+04:00[Asia/Baku]")
    for number in range(102, 107):
        case.row("a.all", str(number), action="unpublished", at="2026-10-09T06:10+04:00[Asia/Baku]")
    case.say(a__deleted_at="2026-10-05T22:05+04:00[Asia/Baku]", a__restored_at="2026-09-02T18:05+04:00[Asia/Baku]")
    case.add(CheckDone("checks", "2026-09-09", "done", "no anomaly"))
    case.add(CheckDone("checks", "2026-09-16", "anomaly", "unknown login alert"))
    case.add(CheckDone("checks", "2026-09-23", "missed"))
    return case


AS_OF = "2026-10-13 12:00"


def test_the_screen_and_the_rule_agree_and_the_appeal_is_already_made() -> None:
    """180 days from the day the suspension was shown; done, with the day on which it was done."""
    item = cascade().due("suspension", AS_OF, "201")
    assert (item.on, item.file_by, item.state) == (date(2027, 4, 7), date(2027, 4, 7), "done")
    assert item.note == "already appealed 2026-10-12"
    assert "The screen shows the same day." in item.why
    assert "180 days after 9 October 2026 (2026-10-09) (when the suspension was shown)" in item.why
    assert item.element_title == "Profile"


def test_without_a_screen_date_the_rule_counts_and_says_so() -> None:
    """The same day by the rule alone, marked."""
    item = cascade().due("suspension", AS_OF, "301")
    assert (item.on, item.state) == (date(2027, 4, 7), "open")
    assert "No screen date." in item.why


@pytest.mark.parametrize("element", ["102", "103", "104", "105", "106"])
def test_a_rule_without_a_length_says_file_now(element: str) -> None:
    """No date is invented."""
    item = cascade().due("Appeal the Page", AS_OF, element)
    assert (item.on, item.at, item.state) == (None, None, "file-now")
    assert "file now" in item.why


def test_a_date_that_was_typed_in_is_taken_as_it_is() -> None:
    """A rule without a length counts nothing: the day from the paper or screen stands, and the reason says so."""
    case = cascade()
    case.row("a.all", "107", action="unpublished", at="2026-10-09", screen="2026-11-14")
    item = case.due("Appeal the Page", AS_OF, "107")
    assert (item.on, item.file_by, item.state) == (date(2026, 11, 14), date(2026, 11, 13), "open")
    assert "typed in is 14 November 2026 (2026-11-14); nothing was counted" in item.why


def test_the_trash_empties_after_thirty_days() -> None:
    """With the note that tells who can do it."""
    item = cascade().due("Restore the posts", AS_OF)
    assert item.on == date(2026, 11, 4)
    assert item.note == "Only an admin can restore them"


def test_after_care_shows_each_check_done_missed_or_not_recorded() -> None:
    """Seven, 14, 21 and 28 days after access came back."""
    items = [each for each in cascade().survey(AS_OF).due if each.kind == "check"]
    assert [(each.on, each.state) for each in items] == [
        (date(2026, 9, 9), "done"),
        (date(2026, 9, 16), "done"),
        (date(2026, 9, 23), "missed"),
        (date(2026, 9, 30), "overdue"),
    ]
    assert [each.note for each in items] == ["no anomaly", "anomaly; unknown login alert", "", "not recorded"]


def test_the_follow_up_counts_from_the_dispatch() -> None:
    """Seven days after the mail to the partner: look, do not write again."""
    case = cascade().add(CheckDone("checks", "2026-09-30", "done")).send("partner-mail", "mail", "2026-10-13 11:45")
    item = case.due("Check inbox and spam", AS_OF)
    assert (item.on, item.kind, item.state) == (date(2026, 10, 20), "reminder", "open")
    assert "do not write a second time" in item.why


# --- the second scenario: many clocks ------------------------------------------------------------------------------


def many_clocks() -> Case:
    """Make the clocks of a suspended account in the EU."""
    names = ("final_at", "final_screen", "posts_at", "profile_at", "body_at", "request_at", "banned_at", "story_at")
    deadlines = (
        Deadline("board", "board", "Appeal to the board", "e.final_at", screen_date="e.final_screen"),
        Deadline("complaint_posts", "complaint", "Complain about the posts", "e.posts_at"),
        Deadline("complaint_profile", "complaint", "Complain about the profile", "e.profile_at"),
        Deadline("appeal_profile", "appeal", "Appeal in the app", "e.profile_at", done_if=when("e.appealed == true"),
                 done_note="already used"),
        Deadline("body", "body", "Decision of the body", "e.body_at"),
        Deadline("data", "data", "Answer to the data request", "e.request_at"),
        Deadline("ban", "ban", "Appeal the ban", "e.banned_at"),
        Deadline("story", "story", "Restore the story", "e.story_at"),
    )  # fmt: skip
    rules = [
        rule("board", "15d", provenance=replace(PROVENANCE, certainty=Certainty.D)),
        rule("complaint", "6m", calendar="eu"),
        rule("appeal", "180d"),
        rule("body", "90d", calendar="eu", extendable_to="180d", who="the body"),
        rule("data", "1m", calendar="eu", extendable_to="3m", who="the controller"),
        rule("ban", "180d"),
        rule("story", "24h"),
    ]
    facts = [fact(f"e.{name}", FactType.INSTANT) for name in names] + [yes_no("e.appealed")]
    case = Case(playbook([step("one", end="x")], facts, deadlines=deadlines), rules=rules, zone="Europe/Prague")
    return case.say(
        e__final_at="2026-09-14T10:00+02:00[Europe/Prague]",
        e__final_screen="2026-09-29",
        e__posts_at="2026-08-24T11:05+02:00[Europe/Prague]",
        e__profile_at="2026-08-31T22:40+02:00[Europe/Prague]",
        e__body_at="2026-09-25",
        e__request_at="2026-09-22",
        e__banned_at="2026-09-02T13:15+02:00[Europe/Prague]",
        e__story_at="2026-09-18T02:15+02:00[Europe/Prague]/2026-09-18T02:40+02:00[Europe/Prague]",
        e__appealed=True,
    )


EU_AS_OF = "2026-09-22 11:00"


@pytest.mark.parametrize(
    ("title", "on", "file_by", "latest"),
    [
        ("Appeal to the board", "2026-09-29", "2026-09-29", None),
        ("Complain about the posts", "2027-02-24", "2027-02-24", None),
        ("Complain about the profile", "2027-02-28", "2027-02-26", None),
        ("Appeal in the app", "2027-02-27", "2027-02-26", None),
        ("Decision of the body", "2026-12-24", "2026-12-24", "2027-03-24"),
        ("Answer to the data request", "2026-10-22", "2026-10-22", "2026-12-22"),
        ("Appeal the ban", "2027-03-01", "2027-03-01", None),
    ],
)
def test_the_table_of_many_clocks(title: str, on: str, file_by: str, latest: str | None) -> None:
    """Each rule gives its date, the working day to file by, and how far it may be extended."""
    item = many_clocks().due(title, EU_AS_OF)
    assert item.on is not None
    assert item.file_by is not None
    assert (item.on.isoformat(), item.file_by.isoformat()) == (on, file_by)
    assert (item.latest_on.isoformat() if item.latest_on else None) == latest


def test_a_last_day_on_a_weekend_is_explained() -> None:
    """The plain day and the working day before, both named; and that EU law counts from the day after."""
    why = many_clocks().due("Complain about the profile", EU_AS_OF).why
    assert "2027-02-28 is a Sunday: file by Friday, 26 February 2027 (2027-02-26)." in why
    assert "counts from the day after" in why
    assert "6 months after 31 August 2026 (2026-08-31)" in why


def test_two_deadlines_from_one_moment_show_each_other_and_which_is_earlier() -> None:
    """The platform's 180 days end before the law's six months."""
    case = many_clocks()
    appeal, complaint = case.due("Appeal in the app", EU_AS_OF), case.due("Complain about the profile", EU_AS_OF)
    assert [(each.title, each.on, each.relation) for each in appeal.rivals] == [
        ("Complain about the profile", date(2027, 2, 28), "later")
    ]
    assert "this one is earlier" in appeal.why
    assert [each.relation for each in complaint.rivals] == ["earlier"]
    assert case.due("posts", EU_AS_OF).rivals == ()
    assert (appeal.state, appeal.note) == ("done", "already used")


def test_a_rule_in_hours_keeps_the_time_of_day_and_is_lost_when_past() -> None:
    """From a range: the first moment counts, the last is shown; the right is lost, not overdue."""
    item = many_clocks().due("Restore the story", EU_AS_OF)
    assert item.at == datetime(2026, 9, 19, 0, 15, tzinfo=UTC)
    assert item.at_latest == datetime(2026, 9, 19, 0, 40, tzinfo=UTC)
    assert (item.on, item.state) == (date(2026, 9, 19), "lost")
    assert "02:15 Europe/Prague" in item.why
    assert "02:40 Europe/Prague" in item.why


def test_an_hour_on_a_weekend_does_not_move_to_a_working_day() -> None:
    """19 September 2026 is a Saturday: "file by" the Friday before would lie before the loss itself."""
    item = many_clocks().due("Restore the story", EU_AS_OF)
    assert item.file_by == item.on == date(2026, 9, 19)
    assert "file by" not in item.why


# --- rules of counting ---------------------------------------------------------------------------------------------


def one(anchor: object = None, *, screen: object = None, zone: str = "Asia/Baku", **of_rule: object) -> Case:
    """Make a case with one deadline of 30 days."""
    book = playbook(
        [step("one", end="x")],
        [fact("a.at", FactType.INSTANT), fact("a.screen", FactType.DATE)],
        deadlines=(Deadline("d", "r", "The thing", "a.at", screen_date="a.screen" if screen is not None else ""),),
    )
    case = Case(book, rules=[rule("r", *of_rule.pop("lengths", ("30d",)), **of_rule)], zone=zone)  # type: ignore[misc]  # free members
    case.say(**{key: value for key, value in (("a__at", anchor), ("a__screen", screen)) if value not in (None, "")})
    return case


def test_the_screen_wins_over_the_rule_and_both_are_shown() -> None:
    """Even where the rule would give more time."""
    item = one("2026-10-05", screen="2026-10-20").due("thing", AS_OF)
    assert (item.on, item.rule_on, item.screen_on) == (date(2026, 10, 20), date(2026, 11, 4), date(2026, 10, 20))
    assert "15 days earlier; the screen counts" in item.why


def test_a_screen_date_needs_no_anchor_and_no_length() -> None:
    """What the screen shows is known by itself."""
    assert one(screen="2026-10-20").due("thing", AS_OF).on == date(2026, 10, 20)
    assert one(screen="2026-10-20", lengths=()).due("thing", AS_OF).state == "open"


def test_an_answer_of_the_other_side_without_a_day_is_nothing_to_file() -> None:
    """A law that names no day for the platform's answer does not tell the helper to file again."""
    theirs = one("2026-10-05", lengths=(), who="the platform").due("thing", AS_OF)
    ours = one("2026-10-05", lengths=(), who="the holder").due("thing", AS_OF)
    assert (theirs.state, ours.state) == ("no-anchor", "file-now")
    assert "file now" not in theirs.why
    assert "ask" in theirs.why


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "not answered yet"),
        (Answered("a.at", "dont-know"), "nobody knows"),
        (Answered("a.at", "declined"), "prefers not"),
    ],
)
def test_no_anchor_gives_no_date_and_says_so(answer: Answered | None, words: str) -> None:
    """Nothing is counted from nothing."""
    case = one()
    if answer is not None:
        case.add(answer)
    item = case.due("thing", AS_OF)
    assert (item.on, item.state) == (None, "no-anchor")
    assert words in item.why
    assert "a.at?" in item.why


def test_an_anchor_known_in_part_counts_from_its_first_day() -> None:
    """Too early does no harm, and it is said."""
    item = one("2026-10").due("thing", AS_OF)
    assert item.on == date(2026, 10, 31)
    assert "Only “October 2026” is known" in item.why
    assert one("2026-10-05~").due("thing", AS_OF).on == date(2026, 11, 3)


def test_days_are_the_clients_own() -> None:
    """The same moment is another day in another zone."""
    late = "2026-10-05T21:00+00:00[UTC]"
    assert one(late, zone="Asia/Baku").due("thing", AS_OF).on == date(2026, 11, 5)
    assert one(late, zone="Europe/London").due("thing", AS_OF).on == date(2026, 11, 4)


def test_a_month_from_the_last_of_august_is_clipped() -> None:
    """31 August + 6 months is 28 February."""
    assert one("2026-08-31", lengths=("6m",)).due("thing", AS_OF).on == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("who", "state"),
    [
        ("the helper", "overdue"),
        ("the platform", "passed"),
        ("the holder", "lost"),
        ("whoever holds the mailbox", "lost"),
        ("Meta", "passed"),
    ],
)
def test_what_is_past_is_named_by_whose_it_was(who: str, state: str) -> None:
    """Ours is overdue, theirs passed, a right is lost; on the day itself it is still open."""
    assert one("2026-09-01", who=who).due("thing", "2026-10-02 00:00").state == state
    assert one("2026-09-01", who=who).due("thing", "2026-10-01 23:59").state == "open"


def test_several_lengths_make_several_dates() -> None:
    """One rule, one row each, in order."""
    case = one("2026-10-05", lengths=("7d", "14d"))
    assert [each.on for each in case.survey(AS_OF).due] == [date(2026, 10, 12), date(2026, 10, 19)]


def test_a_rule_past_its_review_date_warns() -> None:
    """On the row itself and for every screen."""
    old = Provenance(("a page",), "2025-01-01", Certainty.C, "2026-10-12")
    case = one("2026-10-05", provenance=old)
    assert case.due("thing", AS_OF).is_stale
    assert "checked again by 2026-10-12" in case.due("thing", AS_OF).why
    assert "r" in case.survey(AS_OF).warnings[0]
    assert not case.due("thing", "2026-10-12 12:00").is_stale


def test_a_rule_that_is_not_pinned_is_shown_not_skipped() -> None:
    """A deadline never disappears silently."""
    case = one("2026-10-05")
    case.registry = replace(case.registry, rules=())
    assert "not among the facts" in case.due("thing", AS_OF).why


def test_uids_are_stable_within_a_case_and_differ_between_things_and_cases() -> None:
    """A calendar updates its entry when a date moves, and two cases never share one."""
    before = one("2026-10-05").due("thing", AS_OF)
    after = one("2026-10-07").due("thing", "2026-11-01 10:00")
    assert before.uid == after.uid
    assert before.on != after.on
    other = one("2026-10-05")
    other.entries = [replace(each, log="other") for each in other.entries]
    assert other.due("thing", AS_OF).uid != before.uid
    uids = [each.uid for each in cascade().survey(AS_OF).due]
    assert len(uids) == len(set(uids))


def test_a_bad_zone_in_the_log_counts_in_utc() -> None:
    """A survey never fails on what is stored."""
    assert one("2026-10-05", zone="Not/AZone").due("thing", AS_OF).on == date(2026, 11, 4)


# --- waits and promises --------------------------------------------------------------------------------------------


def waiting() -> Case:
    """Make a case that waits for an answer since 12 August."""
    book = playbook(
        [
            step("form", letters=(LetterUse("statement"),), go="reply"),
            step(
                "reply",
                wait=Wait("form", ("7d", "14d")),
                outcomes=(Outcome("accepted", "end"), Outcome("silence", "end", "21d")),
            ),
            step("end", end="x"),
        ]
    )
    return Case(book).send("statement", "form", "2026-08-12 10:20")


def reminders(case: Case, as_of: str) -> list[tuple[str, str]]:
    """List the reminders with their state."""
    return [(str(each.on), each.state) for each in case.survey(as_of).due if each.kind == "reminder"]


def test_reminders_follow_one_another() -> None:
    """The next one ahead, and the last one that was not looked after."""
    assert reminders(waiting(), "2026-08-13 10:00") == [("2026-08-19", "open")]
    assert reminders(waiting(), "2026-08-20 10:00") == [("2026-08-19", "overdue"), ("2026-08-26", "open")]
    assert reminders(waiting(), "2026-09-01 10:00") == [("2026-08-26", "overdue")]


def test_a_recorded_look_starts_the_reminders_anew() -> None:
    """Chasing resets the nagging, not the silence."""
    case = waiting().add(Chased("reply", "nothing in spam"), at="2026-08-20 10:00")
    assert reminders(case, "2026-08-21 10:00") == [("2026-08-27", "open")]
    silence = next(each for each in case.survey("2026-08-21 10:00").due if each.kind == "silence")
    assert silence.on == date(2026, 9, 2)


def test_nothing_reminds_after_an_answer() -> None:
    """The wait is over."""
    case = waiting().hear("reply", "accepted", "2026-08-14 09:00")
    assert [each for each in case.survey("2026-08-20 10:00").due if each.kind in ("reminder", "silence")] == []


def test_promises_from_calls_are_due_until_settled() -> None:
    """A promise with a day is due then, one without says so, a kept one is done."""
    case = Case().add(
        CallRecorded("the partner", "they will look", "2026-10-01", (("an answer", "2026-10-05"), ("a name", "")))
    )
    first, second = case.due("an answer", AS_OF), case.due("a name", AS_OF)
    assert (first.on, first.state, first.kind) == (date(2026, 10, 5), "overdue", "promise")
    assert (second.on, second.state) == (None, "no-anchor")
    assert "No day was named" in second.why
    case.add(PromiseSettled("1", 1, "kept"), PromiseSettled("1", 2, "broken"))
    assert [case.due(title, AS_OF).state for title in ("an answer", "a name")] == ["done", "missed"]
