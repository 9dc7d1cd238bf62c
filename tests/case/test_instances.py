"""Which steps a case has reached: walking, branching, waiting, coming back, holding."""

from __future__ import annotations

from recover.case.entries import (
    Answered,
    CheckDone,
    ElementRemoved,
    EvidenceExplained,
    ExhibitLinked,
    ExhibitWithdrawn,
    ItemMarked,
    StepStopped,
)
from tests.case.build import (
    Branch,
    Case,
    FactType,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    Watch,
    branch,
    choice,
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

ASSETS = fact(
    "a.all", FactType.LIST, key="id", fields=(fact("id"), fact("name"), fact("action"), fact("note", optional=True))
)


# --- one line ------------------------------------------------------------------------------------------------------


def test_a_step_is_open_until_its_questions_are_answered_and_then_leads_on() -> None:
    """Nothing but the log decides; the next step is unreached before."""
    case = Case(
        playbook(
            [step("one", ask=("a.x",), go="two"), step("two", ask=("a.y",), end="done")], [fact("a.x"), fact("a.y")]
        )
    )
    assert case.status() == {"one": "open", "two": "unreached"}
    assert [each.id for each in case.instance("one").missing] == ["a.x"]
    case.say(a__x="1")
    assert case.status() == {"one": "done", "two": "open"}
    case.add(Answered("a.y", "declined"))
    assert case.instance("two").outcome == "done"


def test_an_optional_question_holds_nothing_back() -> None:
    """It is listed as missing, and the step is complete without it."""
    case = Case(playbook([step("one", ask=("a.x",), end="done")], [fact("a.x", optional=True)]))
    assert case.instance("one").status == "done"
    assert case.instance("one").missing[0].optional


def test_a_step_that_only_says_something_is_complete_at_once() -> None:
    """There is nothing to do in it."""
    assert Case(playbook([step("one", go="two"), step("two", end="x")])).status() == {"one": "done", "two": "done"}


def test_the_first_true_branch_is_taken_and_unknown_is_not_true() -> None:
    """Missing, don't-know and false all fall through to `otherwise`; only true opens a branch."""
    branches = (branch("a.x == true", "yes"), Branch(None, "no"))
    steps = [step("one", ask=("a.x",), go=branches), step("yes", end="x"), step("no", end="x")]
    assert Case(playbook(steps, [yes_no("a.x")])).say(a__x=True).status() == {
        "one": "done",
        "yes": "done",
        "no": "unreached",
    }
    for answered in (Answered("a.x", "dont-know"), Answered("a.x", value=False)):
        assert Case(playbook(steps, [yes_no("a.x")])).add(answered).status()["no"] == "done"


def test_a_conflicting_answer_opens_no_branch() -> None:
    """Answers given apart are unknown to branches, and the step stays complete."""
    branches = (branch("a.x == true", "yes"), Branch(None, "no"))
    case = Case(
        playbook([step("one", ask=("a.x",), go=branches), step("yes", end="x"), step("no", end="x")], [yes_no("a.x")])
    )
    case.say(a__x=True).add(Answered("a.x", value=False), log="B", seen={"L": 1})
    assert case.status() == {"one": "done", "no": "done", "yes": "unreached"}
    assert [each.key.fact for each in case.survey().conflicts] == ["a.x"]


def test_a_step_whose_condition_is_not_true_is_passed_over_with_its_reason() -> None:
    """The line goes on behind it, and the reason stands in the record."""
    steps = [step("one", visible_if="a.eu == true", hidden_because="not in the EU", go="two"), step("two", end="x")]
    case = Case(playbook(steps, [yes_no("a.eu")]))
    assert case.status() == {"one": "passed", "two": "done"}
    assert case.instance("one").because == "not in the EU"


def test_a_hidden_answer_does_not_count() -> None:
    """An answer whose question is no longer visible is unknown to conditions and is not asked for."""
    facts = [yes_no("a.x"), fact("a.y", visible_if="a.x == true")]
    branches = (branch("answered(a.y)", "two"), Branch(None, "three"))
    steps = [step("one", ask=("a.x", "a.y"), go=branches), step("two", end="x"), step("three", end="x")]
    case = Case(playbook(steps, facts)).say(a__x=True, a__y="1")
    assert case.status()["two"] == "done"
    case.say(a__x=False)
    assert case.status()["three"] == "done"


def test_questions_hidden_by_each_other_do_not_loop() -> None:
    """A circle of visibility, which lint refuses, hides both."""
    facts = [fact("a.x", visible_if="answered(a.y)"), fact("a.y", visible_if="answered(a.x)")]
    assert Case(playbook([step("one", ask=("a.x", "a.y"), end="x")], facts)).status() == {"one": "done"}


def test_steps_beside_the_line_run_in_parallel() -> None:
    """`also` opens further steps, each only when its condition is true."""
    steps = [
        step("one", go="two", also=["three", branch("a.x == true", "four")]),
        step("two", ask=("a.x",), end="x"),
        step("three", ask=("a.y",), end="x"),
        step("four", end="x"),
    ]
    case = Case(playbook(steps, [yes_no("a.x"), fact("a.y")]))
    assert case.status() == {"one": "done", "two": "open", "three": "open", "four": "unreached"}
    assert case.say(a__x=True).status()["four"] == "done"
    assert case.instance("three").line == "three"
    assert case.instance("two").line == "one"


def test_a_watch_opens_a_step_wherever_the_case_stands() -> None:
    """As soon as its condition is true."""
    steps = [step("one", ask=("a.z",), end="x"), step("claim", ask=("a.y",), end="x")]
    book = playbook(steps, [yes_no("a.x"), fact("a.y"), fact("a.z")], watch=(Watch(when("a.x == true"), "claim"),))
    assert Case(book).status()["claim"] == "unreached"
    assert Case(book).say(a__x=True).status()["claim"] == "open"


def test_two_ways_to_one_step_make_one_instance() -> None:
    """Lines that meet join."""
    steps = [step("one", go="three", also=["two"]), step("two", go="three"), step("three", ask=("a.x",), end="x")]
    case = Case(playbook(steps, [fact("a.x")]))
    assert [each.id for each in case.survey().instances] == ["one", "three", "two"]


def test_a_circle_of_steps_without_an_outcome_ends() -> None:
    """A playbook that lint would refuse does not hang the engine."""
    assert Case(playbook([step("one", go="two"), step("two", go="one")])).status() == {"one": "done", "two": "done"}


def test_conditions_may_ask_for_finished_steps() -> None:
    """`done('two')` is true once that step is complete, also where it was reached later in the walk."""
    steps = [
        step("one", go="three", also=["two"]),
        step("two", do=(item("a"),), end="x"),
        step("three", visible_if="done('two')", hidden_because="not yet", ask=("a.x",), end="x"),
    ]
    case = Case(playbook(steps, [fact("a.x")]))
    assert case.status()["three"] == "passed"
    assert case.add(ItemMarked("two", "a")).status()["three"] == "open"


def test_checklists_count_when_every_visible_item_is_marked() -> None:
    """Not applicable is a mark; a hidden item is not asked for."""
    steps = [step("one", do=(item("a", critical=True), item("b"), item("c", visible_if=when("a.x == true"))), end="x")]
    case = Case(playbook(steps, [yes_no("a.x")])).add(ItemMarked("one", "a"))
    assert [each.id for each in case.instance("one").missing] == ["b"]
    case.add(ItemMarked("one", "b", "not-applicable", "no second phone"))
    assert case.status() == {"one": "done"}


def test_a_step_left_with_a_reason_is_complete_and_says_why() -> None:
    """What could not be done does not block the line for ever."""
    case = Case(playbook([step("one", do=(item("a"),), go="two"), step("two", end="x")]))
    case.add(StepStopped("one", "the phone is broken"))
    assert case.status() == {"one": "done", "two": "done"}
    assert case.instance("one").because == "the phone is broken"


def test_progress_counts_the_visible_steps_of_the_line() -> None:
    """Step two of three: the passed-over one is not counted, nor is what stands beside the line."""
    steps = [
        step("one", go="two", also=["side"]),
        step("two", visible_if="a.x == true", go="three"),
        step("three", ask=("a.y",), go="four"),
        step("four", ask=("a.y",), end="x"),
        step("side", ask=("a.y",), end="x"),
    ]
    case = Case(playbook(steps, [yes_no("a.x"), fact("a.y")]))
    progress = case.instance("three").progress
    assert progress is not None
    assert (progress.number, progress.total) == (2, 3)
    side = case.instance("side").progress
    assert side is not None
    assert (side.number, side.total) == (1, 1)


# --- evidence ------------------------------------------------------------------------------------------------------


def test_evidence_counts_by_number_and_an_explanation_is_enough() -> None:
    """Two are asked for, one is not enough; a reason completes the step."""
    case = Case(playbook([step("one", evidence=(need("photo", count=2),), end="x")])).exhibit(
        "E01", fulfils=["one.photo"]
    )
    assert [each.command_id for each in case.instance("one").missing] == ["one.photo"]
    assert Case(case.playbooks[0]).exhibit("E01").add(EvidenceExplained("one.photo", "lost")).status() == {
        "one": "done"
    }
    case.exhibit("E02").add(ExhibitLinked("E02", ("one.photo",)))
    assert case.status() == {"one": "done"}


def test_one_exhibit_does_not_count_twice() -> None:
    """Naming the same need twice is one piece of evidence."""
    case = Case(playbook([step("one", evidence=(need("photo", count=2),), end="x")]))
    assert case.exhibit("E01", fulfils=["one.photo", "one.photo"]).status() == {"one": "open"}


def test_withdrawn_evidence_does_not_tear_the_line_away() -> None:
    """It was in the log, and the withdrawal gave a reason."""
    case = Case(playbook([step("one", evidence=(need("photo"),), end="x")])).exhibit("E01", fulfils=["one.photo"])
    assert case.add(ExhibitWithdrawn("E01", "shows a child")).status() == {"one": "done"}


def test_an_id_copy_answers_only_a_need_for_one() -> None:
    """A copy of an ID filed as proof of control fulfils nothing; where an ID is asked for, it does."""
    book = playbook([step("one", evidence=(need("proof", "image"),), end="x")])
    case = Case(book).exhibit("E01", "image", ["one.proof"], sensitivity_class="identity")
    assert case.status() == {"one": "open"}
    for kind in ("endorsement", "notarised-declaration", "live-video"):
        other = Case(playbook([step("one", evidence=(need("proof", kind),), end="x")]))
        assert other.exhibit("E01", "id-copy", ["one.proof"], sensitivity_class="identity").status() == {"one": "open"}
    asked = playbook([step("one", evidence=(need("id", "id-copy", sensitivity_class="identity"),), end="x")])
    assert Case(asked).exhibit("E01", "id-copy", ["one.id"], sensitivity_class="identity").status() == {"one": "done"}


CAPTURE = [
    step("capture", evidence=(need("mail", "mail", volatile=True, before="reset"),), also=["reset"], go="rest"),
    step("early", go="capture", also=["reset"]),
    step("reset", do=(item("password"),), end="x"),
    step("rest", end="x"),
]


def test_evidence_before_action_holds_the_destructive_step() -> None:
    """The reset is offered only once the mail is saved or its absence explained."""
    book = playbook(CAPTURE, start="early")
    case = Case(book)
    held = case.instance("reset")
    assert held.status == "held"
    assert held.held_by == ("capture.mail",)
    assert held.missing[0].kind == "before"
    assert Case(book).exhibit("E01", "mail", ["capture.mail"]).status()["reset"] == "open"
    assert Case(book).add(EvidenceExplained("capture.mail", "deleted")).status()["reset"] == "open"


def test_a_held_step_that_was_done_stays_done() -> None:
    """What happened, happened; the log decides."""
    case = Case(playbook(CAPTURE, start="early")).add(ItemMarked("reset", "password"))
    assert case.status()["reset"] == "done"


def test_stopping_harm_first_records_the_gap_and_goes_on() -> None:
    """In a race one entry leaves the evidence and frees what it held."""
    steps = [
        step("capture", race=True, evidence=(need("mail", before="reset"),), also=["reset"], end="x"),
        step("early", go="capture", also=["reset"]),
        step("reset", do=(item("password"),), end="x"),
    ]
    book = playbook(steps, start="early")
    assert Case(book).status()["reset"] == "held"
    freed = Case(book).add(StepStopped("capture", "stopping harm first", race=True))
    assert freed.status() == {"early": "done", "capture": "done", "reset": "open"}
    assert Case(book).add(StepStopped("reset", "stopping harm first", race=True)).status()["reset"] == "open"


def test_a_question_step_behind_unsaved_evidence_does_not_lead_on() -> None:
    """Answers known beforehand do not carry the case past what must be saved first."""
    steps = [
        step("early", go="capture", also=["reset"]),
        step("capture", evidence=(need("mail", before="reset"),), end="x"),
        step("reset", ask=("a.x",), go="after"),
        step("after", end="x"),
    ]
    case = Case(playbook(steps, [fact("a.x")])).say(a__x="1")
    assert case.status()["reset"] == "held"
    assert case.status()["after"] == "unreached"


# --- lists ---------------------------------------------------------------------------------------------------------

PER_ROW = playbook(
    [
        step("list", ask=("a.all",), go="look"),
        step("look", for_each="a.all", ask=("item.action",), go="act"),
        step(
            "act",
            for_each="a.all",
            visible_if="item.action == 'lost'",
            hidden_because="nothing happened",
            do=(item("ask"),),
            go="after",
        ),
        step("after", end="x"),
    ],
    [ASSETS],
)


def test_a_step_for_each_row_waits_for_the_list() -> None:
    """An unanswered list is asked for; an empty one is passed over."""
    book = playbook(
        [step("look", for_each="a.all", ask=("item.action",), go="after"), step("after", end="x")], [ASSETS]
    )
    assert [each.kind for each in Case(book).instance("look").missing] == ["list"]
    assert Case(book).say(a__all=[]).status() == {"look": "passed", "after": "done"}


def test_row_follows_row_and_the_line_goes_on_when_all_are_done() -> None:
    """Each row has its own instances; the step after them waits for the last one."""
    case = Case(PER_ROW).row("a.all", "1", name="x").row("a.all", "2", name="y", action="none")
    status = case.status()
    assert status["look[1]"] == "open"
    assert status["look[2]"] == "done"
    assert status["act[2]"] == "passed"
    assert status["after"] == "unreached"
    assert case.instance("act[2]").because == "nothing happened"
    case.add(Answered("a.all", value="lost", element="1", field="action"))
    assert case.status()["act[1]"] == "open"
    case.add(ItemMarked("act[1]", "ask"))
    assert case.status()["after"] == "done"


def test_a_row_taken_out_no_longer_holds_the_line() -> None:
    """Its instances are gone with it, and the others lead on."""
    case = Case(PER_ROW).row("a.all", "1", name="x").row("a.all", "2", action="none")
    case.add(ElementRemoved("a.all", "1", "typed by mistake"))
    assert case.status() == {"list": "done", "look[2]": "done", "act[2]": "passed", "after": "done"}


def test_marks_of_a_row_that_is_the_same_count_for_the_other() -> None:
    """What was done under the wrong row is not asked again."""
    case = Case(PER_ROW).row("a.all", "1", action="lost").row("a.all", "tmp", action="lost")
    case.add(ItemMarked("act[tmp]", "ask"), ElementRemoved("a.all", "tmp", "the same", same_as="1"))
    assert case.status()["act[1]"] == "done"


def test_a_row_may_have_any_key() -> None:
    """Brackets, dots and hashes in a key do not confuse the ids."""
    case = Case(PER_ROW).row("a.all", "x[1].y#2", action="lost").add(ItemMarked("act[x[1].y#2]", "ask"))
    assert case.status()["act[x[1].y#2]"] == "done"


def test_a_row_added_later_does_not_take_away_a_letter_that_was_sent() -> None:
    """The wait behind the rows stays; the new row is open beside it. Before anything was sent, the row holds."""
    book = playbook(
        [
            step("look", for_each="a.all", ask=("item.action",), go="letter"),
            step("letter", letters=(LetterUse("b"),), go="reply"),
            step("reply", wait=Wait("letter"), outcomes=(Outcome("accepted", "look"),)),
        ],
        [ASSETS],
    )
    early = Case(book).row("a.all", "1", action="lost").row("a.all", "2", name="new")
    assert early.status()["letter"] == "unreached"
    late = (
        Case(book)
        .row("a.all", "1", action="lost")
        .send("b", "letter", "2026-08-12 10:20")
        .row("a.all", "2", name="new")
    )
    assert late.status()["look[2]"] == "open"
    assert late.status()["letter"] == "done"
    assert late.status()["reply"] == "waiting"


def test_a_letter_whose_branch_was_left_is_not_forgotten() -> None:
    """The way there is gone with the answer; the dispatch still is in the world."""
    steps = [
        step("one", ask=("a.x",), go=(branch("a.x == true", "form"), Branch(None, "other"))),
        step("form", letters=(LetterUse("b"),), end="x"),
        step("other", end="x"),
    ]
    case = Case(playbook(steps, [yes_no("a.x")])).say(a__x=True).send("b", "form", "2026-08-12 10:20")
    assert case.survey().warnings == ()
    assert "watch for its answer" in case.say(a__x=False).survey().warnings[0]


# --- waits ---------------------------------------------------------------------------------------------------------

FORM = step("form", letters=(LetterUse("statement"),), go="reply")
REPLY = step(
    "reply",
    wait=Wait("form", ("7d", "14d")),
    outcomes=(
        Outcome("restored", "end"),
        Outcome("refused", "again"),
        Outcome("auto_reply", "reply"),
        Outcome("extended", "reply"),
        Outcome("asks_more", "more"),
        Outcome("silence", "again", "14d"),
    ),
)
WAITING = playbook(
    [
        FORM,
        REPLY,
        step("more", do=(item("sent"),), go="reply"),
        step("again", letters=(LetterUse("follow-up"),), go="reply"),
        step("end", end="restored"),
    ]
)


def test_a_letter_that_was_not_sent_starts_no_clock() -> None:
    """The wait begins with the recorded dispatch and with nothing else."""
    optional = playbook(
        [step("form", letters=(LetterUse("statement", optional=True),), go="reply"), REPLY, step("end", end="x")]
    )
    unsent = Case(optional).instance("reply", "2027-01-01 00:00")
    assert unsent.status == "open"
    assert unsent.since is None
    assert [each.kind for each in unsent.missing] == ["letter", "reply"]
    case = Case(WAITING)
    assert case.status()["reply"] == "unreached"
    waiting = case.send("statement", "form", "2026-08-12 10:20").instance("reply")
    assert waiting.status == "waiting"
    assert waiting.since == case.moment("2026-08-12 10:20")


def test_an_outcome_leads_where_it_says() -> None:
    """What the other side did is recorded, and opens its branch."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "restored", "2026-08-20 09:00")
    assert case.status()["reply"] == "done"
    assert case.status()["end"] == "done"
    assert case.instance("reply").outcome == "restored"


def test_an_outcome_that_leads_back_makes_a_second_visit() -> None:
    """Visits are counted; what was recorded for the first does not answer the second."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "asks_more", "2026-08-14 09:00")
    assert case.status()["more"] == "open"
    case.add(ItemMarked("more", "sent"))
    assert case.status()["reply#2"] == "waiting"
    case.hear("reply#2", "asks_more", "2026-08-15 09:00")
    assert case.status()["more#2"] == "open"


def test_an_automatic_reply_does_not_stop_the_clock() -> None:
    """Silence is still counted from the dispatch."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "auto_reply", "2026-08-20 09:00")
    assert case.status("2026-08-25 23:59")["reply#2"] == "waiting"
    assert case.status("2026-08-25 23:59")["again"] == "unreached"
    assert case.status("2026-08-26 00:00")["again"] == "open"


def test_a_lawful_extension_starts_the_clock_anew() -> None:
    """From the day they said so."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "extended", "2026-08-20 09:00")
    assert case.status("2026-09-02 12:00")["again"] == "unreached"
    assert case.status("2026-09-03 00:00")["again"] == "open"


def test_silence_opens_its_branch_on_its_day_and_the_wait_goes_on() -> None:
    """Days are counted in the case's zone; a late answer can still be recorded."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 23:30")
    assert case.status("2026-08-25 23:59")["again"] == "unreached"
    assert case.status("2026-08-26 00:00")["again"] == "open"
    assert case.status("2026-08-26 00:00")["reply"] == "waiting"


def test_an_answer_in_time_closes_the_branch_of_silence() -> None:
    """The outcome counts, whenever one looks."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "restored", "2026-08-20 09:00")
    assert case.status("2027-01-01 00:00")["again"] == "unreached"


def test_a_late_answer_keeps_the_work_begun_in_silence() -> None:
    """The branch stays when something was recorded in it, and goes when nothing was."""
    late = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "restored", "2026-09-20 09:00")
    assert late.status("2026-10-01 00:00")["again"] == "unreached"
    begun = Case(WAITING).send("statement", "form", "2026-08-12 10:20").send("follow-up", "again", "2026-09-01 09:00")
    begun.hear("reply", "restored", "2026-09-20 09:00")
    assert begun.status("2026-10-01 00:00")["again"] == "done"
    assert begun.status("2026-10-01 00:00")["end"] == "done"


SPOKEN = playbook(
    [
        step("form", letters=(LetterUse("statement"),), go="reply"),
        step("reply", wait=Wait("form"), outcomes=(Outcome("restored", "back"), Outcome("silence", "words", "14d"))),
        step("words", say="Nobody answered.", go="unsettled"),
        step("unsettled", do=(item("told"), item("kept")), end="done"),
        step("back", go="unsettled"),
    ]
)
"""Its branch of silence begins with a step that only says something; both ways come to one step."""


def test_a_late_answer_keeps_work_begun_behind_words() -> None:
    """A step that only says something is complete by itself; what was recorded behind it before the answer counts."""
    begun = Case(SPOKEN).send("statement", "form", "2026-08-12 10:20")
    begun.add(ItemMarked("unsettled", "told"), at="2026-09-01 09:00").hear("reply", "restored", "2026-09-20 09:00")
    assert begun.status("2026-10-01 00:00")["words"] == "done"
    assert begun.status("2026-10-01 00:00")["unsettled"] != "unreached"


def test_work_recorded_after_a_late_answer_brings_no_silence_back() -> None:
    """What was done behind the answer is no work begun in silence, though it stands in the same step."""
    late = Case(SPOKEN).send("statement", "form", "2026-08-12 10:20").hear("reply", "restored", "2026-09-20 09:00")
    late.add(ItemMarked("unsettled", "told"), at="2026-09-21 09:00")
    assert late.status("2026-10-01 00:00")["words"] == "unreached"
    assert late.status("2026-10-01 00:00")["unsettled"] == "open"


def test_a_follow_up_sent_in_silence_does_not_move_the_first_clock() -> None:
    """The second wait counts from the second dispatch, the first one stays where it was."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").send("follow-up", "again", "2026-09-01 09:00")
    survey = case.survey("2026-09-02 09:00")
    first, second = survey.instance("reply"), survey.instance("reply#2")
    assert first is not None
    assert second is not None
    assert first.since == case.moment("2026-08-12 10:20")
    assert second.since == case.moment("2026-09-01 09:00")


def test_two_answers_recorded_apart_open_both_ways() -> None:
    """Two devices that each heard something else have both been told something."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").hear("reply", "refused", "2026-08-20 09:00")
    case.hear("reply", "asks_more", "2026-08-20 10:00")
    status = case.status()
    assert status["again"] == "open"
    assert status["more"] == "open"


def test_a_wait_left_with_a_reason_falls_silent_for_good() -> None:
    """The client withdrew; no branch of silence opens behind it."""
    case = Case(WAITING).send("statement", "form", "2026-08-12 10:20").add(StepStopped("reply", "the client withdrew"))
    assert case.status("2026-10-01 00:00")["again"] == "unreached"
    assert case.status("2026-10-01 00:00")["reply"] == "done"


def test_a_circle_of_silence_ends() -> None:
    """Silence that leads back to its own wait comes again only when its time has passed again."""
    circle = step("reply", wait=Wait("form"), outcomes=(Outcome("silence", "reply", "14d"),))
    case = Case(playbook([FORM, circle])).send("statement", "form", "2026-08-01 10:00")
    ids = [each.id for each in case.survey("2026-09-20 00:00").instances]
    assert ids == ["form", "reply", "reply#2", "reply#3", "reply#4"]


AGAIN = playbook(
    [
        step("form", letters=(LetterUse("statement"),), also=["partner"], go="reply"),
        step("reply", wait=Wait("form"), outcomes=(Outcome("restored", "second"),)),
        step("partner", do=(item("mail"),), end="x"),
        step("second", do=(item("form"),), also=["partner"], end="x"),
    ]
)


def test_a_step_complete_before_the_last_outcome_is_visited_again() -> None:
    """After the second loss the partner is written to again: the first mail was done before."""
    case = Case(AGAIN).send("statement", "form", "2026-08-12 10:20").add(ItemMarked("partner", "mail"))
    case.hear("reply", "restored", "2026-09-02 18:05").add(ItemMarked("second", "form"))
    assert case.status()["partner#2"] == "open"


def test_a_step_still_open_at_the_last_outcome_is_joined() -> None:
    """What was under way goes on as one, also when it is finished later."""
    case = Case(AGAIN).send("statement", "form", "2026-08-12 10:20").hear("reply", "restored", "2026-09-02 18:05")
    case.add(ItemMarked("second", "form"))
    assert "partner#2" not in case.status()
    case.add(ItemMarked("partner", "mail"))
    assert "partner#2" not in case.status()


# --- schedules -----------------------------------------------------------------------------------------------------


def test_a_schedule_is_open_when_a_check_is_due_and_complete_when_all_are_recorded() -> None:
    """Before the first day the step only waits; an unanswered anchor is asked for."""
    book = playbook([step("checks", schedule=(Schedule("weekly", "a.at"),), end="x")], [fact("a.at", FactType.INSTANT)])
    case = Case(book, rules=[rule("weekly", "7d", "14d")])
    assert case.status() == {"checks": "open"}
    assert case.instance("checks").missing[0].id == "a.at"
    case.say(a__at="2026-09-02T18:05+04:00[Asia/Baku]")
    assert case.status("2026-09-08 12:00") == {"checks": "waiting"}
    assert case.status("2026-09-09 00:00") == {"checks": "open"}
    case.add(CheckDone("checks", "2026-09-09", "done"), CheckDone("checks", "2026-09-16", "missed"))
    assert case.status("2026-10-01 00:00") == {"checks": "done"}


# --- several playbooks ---------------------------------------------------------------------------------------------


def test_a_second_playbook_shares_facts_and_equal_steps_and_has_names_of_its_own() -> None:
    """The intake is done once; a step of the same name with other content is another step."""
    intake = step("intake.safety", ask=("a.x",), go="form")
    first = playbook([intake, step("form", do=(item("a"),), end="x")], [fact("a.x")])
    other = playbook([intake, step("form", do=(item("b"),), end="x")], [fact("a.x")], name="other")
    case = Case(first, other).say(a__x="1")
    assert case.status() == {"intake.safety": "done", "form": "open", "other:form": "open"}
    case.add(ItemMarked("form", "a"))
    assert case.status() == {"intake.safety": "done", "form": "done", "other:form": "open"}


def test_a_choice_answered_before_a_step_is_reached_completes_it_when_it_is() -> None:
    """Facts belong to the case, not to the step that asks."""
    steps = [step("one", ask=("a.x",), go="two"), step("two", ask=("a.y",), end="x")]
    case = Case(playbook(steps, [fact("a.x"), choice("a.y", "p", "q")])).say(a__y="p")
    assert case.say(a__x="1").status() == {"one": "done", "two": "done"}


def test_a_gate_holds_a_step_even_when_its_answers_are_known() -> None:
    """Held steps are not offered and lead nowhere; what was recorded in them before stays."""
    steps = [step("one", gates=("clean",), ask=("a.y",), go="two"), step("two", end="x")]
    book = playbook(steps, [yes_no("a.x"), fact("a.y")], [gate("clean", "a.x == true", holds=())])
    case = Case(book).say(a__y="1")
    held = case.instance("one")
    assert held.status == "held"
    assert held.held_by == ("clean",)
    assert held.is_advice_held
    assert case.status()["two"] == "unreached"
    assert case.say(a__x=True).status() == {"one": "done", "two": "done"}


def test_the_line_that_goes_on_comes_before_lines_opened_beside_it() -> None:
    """Steps are ordered by when the walk came to them: what `next` leads to first, then what `also` opened."""
    calm = step("calm", go="still_in", also=["around"])
    still_in = step("still_in", ask=("a.x",), go="save")
    save = step("save", do=(item("photo"),), also=["phone"], go="form")
    form, phone = step("form", do=(item("f"),), end="x"), step("phone", do=(item("p"),), end="x")
    around = step("around", ask=("a.y",), go="who")
    who = step("who", do=(item("w"),), end="x")
    case = Case(playbook([calm, around, who, still_in, save, phone, form], [yes_no("a.x"), yes_no("a.y")]))
    assert [each.id for each in case.survey().open] == ["still_in", "around"]
    case.say(a__x=True)
    assert [each.id for each in case.survey().open] == ["save", "around"]
    case.add(ItemMarked("save", "photo")).say(a__y=True)
    assert [each.id for each in case.survey().open] == ["form", "who", "phone"]
    current = case.survey().current
    assert current is not None
    assert current.id == "form"
