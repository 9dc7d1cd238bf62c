"""The survey as a whole: ranking, stale answers, incidents, warnings, totality and speed."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recover.case.engine import look_up, rank, survey
from recover.case.entries import (
    Answered,
    CheckDone,
    Entry,
    EventRecorded,
    ItemMarked,
    LetterApproved,
    Noted,
    RivalNoted,
    Sent,
)
from recover.case.incidents import incidents
from recover.case.state import fold
from recover.case.survey import Action, Survey
from recover.playbook.expressions import evaluate
from tests.case.build import (
    Branch,
    Case,
    Deadline,
    FactType,
    LetterAbout,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    branch,
    fact,
    gate,
    item,
    need,
    playbook,
    rule,
    step,
    when,
    yes_no,
)
from tests.case.test_state import ENTRIES

# --- what to do next -----------------------------------------------------------------------------------------------


def kinds(found: Survey) -> list[tuple[str, int]]:
    """List the actions by kind and urgency."""
    return [(each.kind, each.urgency) for each in found.next]


def busy() -> Case:
    """Make a case with a race, dates, waiting and work."""
    book = playbook(
        [
            step("work", do=(item("a"),), also=["race", "form", "checks"], end="x"),
            step("start", also=["work", "race", "form", "checks"], end="x"),
            step("race", race=True, evidence=(need("mail", volatile=True),), end="x"),
            step("form", letters=(LetterUse("b"),), go="reply"),
            step("reply", wait=Wait("form", ("7d",)), outcomes=(Outcome("accepted", "start"),)),
            step("checks", schedule=(Schedule("weekly", "a.at"),), end="x"),
        ],
        [fact("a.at", FactType.INSTANT), fact("a.lost_at", FactType.INSTANT)],
        start="start",
        deadlines=(Deadline("trash", "trash", "Restore the posts", "a.lost_at"),),
    )
    case = Case(book, rules=[rule("weekly", "7d", who="the helper"), rule("trash", "30d")])
    case.say(a__at="2026-08-26", a__lost_at="2026-08-05")
    return case.send("b", "form", "2026-08-30 10:00")


def test_races_come_first_then_what_is_overdue_due_open_and_waited_for() -> None:
    """One list, most urgent first, each with a reason."""
    found = busy().survey("2026-09-02 12:00")
    assert kinds(found) == [("race", 0), ("check", 2), ("due", 2), ("do", 3), ("wait", 4)]
    assert kinds(busy().survey("2026-09-03 12:00"))[:2] == [("race", 0), ("check", 1)]
    assert all(each.title and each.reason for each in found.next)
    assert "due in 2 days" in found.next[2].reason


def test_reminders_say_look_and_never_send_again() -> None:
    """A repeated report is itself a breach."""
    found = busy().survey("2026-09-07 12:00")
    reminder = next(each for each in found.next if each.kind == "remind")
    assert reminder.title == "Check inbox and spam: reply title"
    texts = [f"{each.title} {each.reason}" for each in found.next] + [f"{each.title} {each.why}" for each in found.due]
    assert not any("send again" in text.lower() or "resend" in text.lower() for text in texts)


def test_what_may_vanish_comes_before_other_work() -> None:
    """Volatile evidence of an open step is urgent."""
    steps = [
        step("start", also=["one", "two"], end="x"),
        step("one", do=(item("a"),), end="x"),
        step("two", do=(item("b"),), evidence=(need("mail", volatile=True),), end="x"),
    ]
    book = playbook(steps)
    first = Case(book).survey().next[0]
    assert (first.kind, first.urgency, first.target) == ("evidence", 2, "two.mail")


def test_a_letter_is_built_then_approved_then_sent_and_says_which() -> None:
    """A built letter that was not recorded as sent gets its own reminder."""
    book = playbook([step("one", letters=(LetterUse("b"),), end="x")], [yes_no("a.x")], [gate("g", "a.x == true")])
    case = Case(book, letters={"b": LetterAbout("b", "The statement", approval=True)})
    assert [(each.kind, each.target) for each in case.survey().next] == [("gate", "g")]
    assert [each.kind for each in case.say(a__x=True).survey().next] == ["approve"]
    case.add(LetterApproved("b", "one", "a" * 64, "by phone", "az", "2026-08-12"))
    action = case.survey().next[0]
    assert action.kind == "send"
    assert "no clock has started" in action.reason
    assert "The statement" in action.title


def test_a_wait_whose_letter_was_never_sent_asks_to_record_it() -> None:
    """Not for the reply."""
    book = playbook(
        [step("form", letters=(LetterUse("b", optional=True),), go="reply"),
         step("reply", wait=Wait("form"), outcomes=(Outcome("accepted", "form"),))]
    )  # fmt: skip
    assert [each.kind for each in Case(book).survey().next] == ["letter"]


def test_guards_conflicts_and_stale_answers_are_work_too() -> None:
    """A changed contact, a rival and rival answers stand in the list."""
    facts = [fact("a.contact", means="safe-contact"), fact("a.y")]
    case = (
        Case(playbook([step("one", ask=("a.y",), end="x")], facts))
        .say(a__contact="a@example.org")
        .say(a__contact="b@example.org")
    )
    case.add(
        RivalNoted("1", "blue-otter"),
        Answered("a.y", value="1"),
        Answered("a.y", value="2"),
    )
    case.add(Answered("a.y", value="3"), log="B", seen={"L": 1})
    found = case.survey()
    assert [each.kind for each in found.next] == ["conflict", "contact", "contact", "close"]
    assert "blue-otter" not in str(found.next)


def test_cases_are_ranked_together() -> None:
    """The race of the second case comes before the work of the first."""
    calm = Case(playbook([step("one", do=(item("a"),), end="x")])).survey()
    ranked = rank([("calm", calm), ("busy", busy().survey("2026-09-02 12:00"))])
    assert [(each.case, each.action.kind) for each in ranked[:2]] == [("busy", "race"), ("busy", "check")]
    assert ranked[-1].action.kind == "wait"
    assert any(each == "calm" for each in (each.case for each in ranked))


def test_a_finished_case_asks_to_be_closed() -> None:
    """When every line has ended and nothing is waited for."""
    assert [each.kind for each in Case(playbook([step("one", end="x")])).survey().next] == ["close"]
    assert isinstance(Case(playbook([step("one", end="x")])).survey().next[0], Action)


def test_the_interview_goes_on_with_a_race_else_the_first_open_step() -> None:
    """One step at a time."""
    current = busy().survey("2026-09-02 12:00").current
    assert current is not None
    assert current.id == "race"


# --- stale ---------------------------------------------------------------------------------------------------------

DERIVED = playbook(
    [
        step("one", ask=("a.x",), go=(branch("a.x == true", "two"), Branch(None, "three"))),
        step("two", ask=("a.y", "a.z"), do=(item("i"),), letters=(LetterUse("b"),), go="three"),
        step("three", ask=("a.w",), end="x"),
    ],
    [yes_no("a.x"), fact("a.y"), fact("a.z", visible_if="answered(a.y)"), fact("a.w")],
)


def derived(**letters: LetterAbout) -> Case:
    """Make a case in which much follows from one answer."""
    case = Case(DERIVED, letters=letters).say(a__x=True, a__y="1", a__z="2", a__w="3")
    case.add(ItemMarked("two", "i"))
    return case.send("b", "two", "2026-08-12 10:20")


def test_changing_an_answer_marks_what_was_derived_and_deletes_nothing() -> None:
    """Two later answers, a letter and a step; what does not depend on it stays unmarked."""
    case = derived()
    assert case.survey().stale == ()
    case.say(a__x=False)
    (stale,) = case.survey().stale
    assert [key.fact for key in stale.answers] == ["a.y", "a.z"]
    assert stale.letters == ("b",)
    assert stale.steps == ("two",)
    assert stale.words == "2 later answers, 1 letter and 1 step"
    assert case.state.fact("a.y") is not None


def test_confirming_an_answer_clears_its_mark() -> None:
    """The same answer after the change is a new decision, and is recorded."""
    from recover.case import decide

    case = derived().say(a__x=False)
    bodies = decide.answer(case.ground(), "a.y", "1")
    assert bodies == (Answered("a.y", value="1"),)
    (stale,) = case.add(*bodies).survey().stale
    assert [key.fact for key in stale.answers] == ["a.z"]


def test_a_letter_depends_on_the_facts_its_front_matter_names() -> None:
    """With the list given, only those count."""
    uses = LetterAbout("b", facts=("a.w",))
    assert derived(b=uses).say(a__x=False).survey().stale[0].letters == ()
    assert derived(b=uses).say(a__w="4").survey().stale[0].letters == ("b",)


def test_giving_the_same_answer_again_marks_nothing() -> None:
    """Nothing changed."""
    assert derived().say(a__x=True).survey().stale == ()


# --- incidents -----------------------------------------------------------------------------------------------------


def event(at: str, *marks: str, **more: object) -> EventRecorded:
    """Make an event."""
    return EventRecorded(at, f"{at} {marks}", "mail", marks=marks, **more)  # type: ignore[arg-type]  # plain members


def test_a_second_loss_follows_the_restoration_and_what_was_missed_is_its_cause() -> None:
    """In the order in which it happened, whatever the order in which it was recorded."""
    case = Case().add(event("2026-10-05T21:40+04:00[Asia/Baku]", "loss"), event("2017-03", "loss"))
    case.add(event("2026-09-16", "check", "gap"), event("2026-09-02T18:05+04:00[Asia/Baku]", "restored"))
    case.add(event("2026-09-02T19:30+04:00[Asia/Baku]", "gap"), event("2020", "gap"), event("2026-10-06", "loss"))
    case.add(CheckDone("checks", "2026-09-23", "missed"), CheckDone("checks", "2026-09-09", "done"))
    first, second = incidents(case.state)
    assert (first.number, first.loss.body.when, first.restored.body.when[:10]) == (1, "2017-03", "2026-09-02")  # type: ignore[union-attr]  # it was answered
    assert first.gaps == ()
    assert second.loss.body.when.startswith("2026-10-05")
    assert second.restored is None
    assert [each.body.when[:10] for each in second.gaps] == ["2026-09-02", "2026-09-16"]
    assert [each.body.due_on for each in second.missed] == ["2026-09-23"]
    assert [each.body.when for each in second.further] == ["2026-10-06"]


def test_rival_versions_and_other_assets_begin_no_incident() -> None:
    """A denied loss is a version of one; another account's loss is its own."""
    case = Case().add(
        event("2017", "loss", assets=("1",)), event("2016", "loss", about="1"), event("2018", "loss", assets=("2",))
    )
    assert [each.loss.body.when for each in incidents(case.state, "1")] == ["2017"]
    assert [each.loss.body.when for each in incidents(case.state, "2")] == ["2018"]
    assert incidents(Case().state) == ()


# --- the whole -----------------------------------------------------------------------------------------------------


def test_old_and_revoked_playbooks_warn() -> None:
    """On every screen."""
    assert (
        "valid until 2026-01-01"
        in Case(playbook([step("one", end="x")], valid_until="2026-01-01")).survey().warnings[0]
    )
    assert "withdrawn" in Case(playbook([step("one", end="x")], revoked="It misleads.")).survey().warnings[0]


def test_the_zone_is_the_answered_one_else_the_one_the_case_was_opened_with() -> None:
    """A zone that does not exist is not used."""
    book = playbook([step("one", end="x")], [fact("a.zone", FactType.ZONE, means="zone")])
    assert Case(book).survey().zone == "Asia/Baku"
    assert Case(book).say(a__zone="Europe/Prague").survey().zone == "Europe/Prague"
    assert Case(book).say(a__zone="No/Where").survey().zone == "Asia/Baku"


def test_a_condition_outside_the_engine_is_looked_up_the_same_way() -> None:
    """A letter's `where` sees the rows as the steps do."""
    rows = fact("a.all", FactType.LIST, key="id", fields=(fact("id"), fact("action")))
    case = (
        Case(playbook([step("one", end="x")], [rows])).row("a.all", "1", action="lost").row("a.all", "2", action="none")
    )
    chosen = [
        element
        for element in case.state.rows("a.all")
        if evaluate(
            when("item.action != 'none' and count(a.all) == 2 and not done('two')"),
            look_up(case.playbooks, case.registry, case.state, case.clock, list_fact="a.all", element=element),
        )
    ]
    assert chosen == ["1"]


BUSY = busy()


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, max_size=10))
def test_no_log_makes_a_survey_fail(entries: list[Entry]) -> None:
    """Whatever is stored, a helper sees a screen."""
    found = survey(BUSY.playbooks, BUSY.registry, fold(entries), BUSY.clock)
    assert found.instances


def test_a_case_of_three_hundred_entries_is_surveyed_in_tens_of_milliseconds() -> None:
    """`recover next` is not felt."""
    rows = fact("a.all", FactType.LIST, key="id", fields=(fact("id"), fact("action"), fact("at", FactType.INSTANT)))
    steps = [step(f"s{n}", ask=(f"a.f{n}",), do=(item("a"),), go=f"s{n + 1}") for n in range(40)]
    steps.append(step("s40", for_each="a.all", ask=("item.action",), do=(item("b"),), end="x"))
    deadlines = (Deadline("d", "r", "d", "item.at", "a.all", when("item.action == 'lost'")),)
    case = Case(
        playbook(steps, [rows, *(fact(f"a.f{n}") for n in range(40))], deadlines=deadlines), rules=[rule("r", "30d")]
    )
    for n in range(40):
        case.say(**{f"a__f{n}": "1"}).add(ItemMarked(f"s{n}", "a"), Noted("n"))
    for n in range(60):
        case.row("a.all", str(n), action="lost", at="2026-08-12").add(ItemMarked(f"s40[{n}]", "b"))
    case.add(*(Noted("n") for _ in range(300 - len(case.entries))))
    state = case.state
    survey(case.playbooks, case.registry, state, case.clock)
    started = time.perf_counter()
    survey(case.playbooks, case.registry, state, case.clock + timedelta(days=1))
    assert time.perf_counter() - started < 0.25


def test_the_engine_brings_no_heavy_library() -> None:
    """Start-up time is part of the interface."""
    heavy = (
        "yaml",
        "ruamel",
        "pydantic",
        "jinja2",
        "httpx",
        "babel",
        "typst",
        "keyring",
        "icalendar",
        "rich",
        "cryptography",
    )
    code = "import sys, recover.case.decide; print([n for n in sys.modules if n.split('.')[0] in sys.argv[1:]])"
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_sent_body_without_a_time_counts_from_its_record() -> None:
    """An unreadable time in the log does not stop the clock."""
    book = playbook([step("form", letters=(LetterUse("b"),), go="reply"),
                     step("reply", wait=Wait("form"), outcomes=(Outcome("silence", "form", "14d"),))])  # fmt: skip
    case = Case(book)
    case.add(Sent("b", "form", "", "unknown"), at="2026-08-12 10:20")
    assert case.instance("reply").since == case.moment("2026-08-12 10:20")
