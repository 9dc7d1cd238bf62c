"""Decisions: what may be recorded, and refusals with gate, reason and way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recover.case import decide
from recover.case.codec import body_to_json
from recover.case.decide import Refusal
from recover.case.entries import (
    Answered,
    CaseClosed,
    ContactConfirmed,
    EventRecorded,
    EvidenceExplained,
    ExhibitAdded,
    GateOverridden,
    ItemMarked,
    LetterApproved,
    Noted,
    StepStopped,
    Undone,
)
from recover.errors import NotFoundError, RecoverError, UsageError
from tests.case.build import (
    NO_PART,
    Branch,
    Case,
    FactType,
    LetterAbout,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    branch,
    channel,
    choice,
    fact,
    gate,
    item,
    need,
    playbook,
    rule,
    step,
    yes_no,
)

COLUMNS = (fact("id"), fact("name"), choice("action", "none", "lost"), fact("at", FactType.INSTANT, partial=True))
LIST = fact("a.all", FactType.LIST, key="id", fields=COLUMNS)
LOOSE = fact("a.loose", FactType.LIST, fields=(fact("name"), fact("note", optional=True)))
FACTS = [
    yes_no("a.x"),
    fact("a.y"),
    choice("a.c", "p", "q"),
    fact("a.zone", FactType.ZONE, means="zone"),
    fact("a.at", FactType.INSTANT),
    fact("a.contact", means="safe-contact"),
    LIST,
    LOOSE,
]
DIGEST = "a" * 64


def case_with(*steps: Any, **more: Any) -> Case:
    """Make a case with these steps and the facts above."""
    rules, channels = more.pop("rules", ()), more.pop("channels", ())
    letters = more.pop("letters", None)
    return Case(
        playbook(steps or (step("one", end="x"),), FACTS, **more), rules=rules, channels=channels, letters=letters
    )


def refused(decision: Callable[[], object]) -> Refusal:
    """Give the refusal of a decision."""
    with pytest.raises(Refusal) as caught:
        decision()
    assert caught.value.exit_code == 4
    assert caught.value.message
    return caught.value


# --- answers -------------------------------------------------------------------------------------------------------


def test_an_answer_becomes_canonical() -> None:
    """What was typed is checked by its type, in the case's zone."""
    ground = case_with().ground()
    assert decide.answer(ground, "a.x", "yes") == (Answered("a.x", value=True),)
    assert decide.answer(ground, "a.at", "2026-10-05 21:40")[0].value == "2026-10-05T21:40+04:00[Asia/Baku]"
    assert decide.answer(ground, "a.y", "dont-know") == (Answered("a.y", "dont-know"),)
    assert decide.answer(ground, "a.y", status="declined", step="one") == (Answered("a.y", "declined", step="one"),)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.nothing", "x"),
        ("a.c", "z"),
        ("a.y", ""),
        ("a.y", "   "),
        ("a.y", None),
        ("a.at", "yesterday"),
        ("a.x", "maybe"),
        ("a.all", "one"),
        ("a.all", [{"nocolumn": "x"}]),
        ("a.all", [{"id": "1", "action": "eaten"}]),
    ],
)
def test_what_does_not_fit_is_a_usage_error_with_its_place(name: str, raw: object) -> None:
    """Unknown, blank and ill-typed answers record nothing."""
    with pytest.raises(UsageError) as caught:
        decide.answer(case_with().ground(), name, raw, place="f.yaml:3:1")
    assert "f.yaml:3:1" in caught.value.place or "row" in caught.value.place


def test_the_same_answer_again_adds_no_entry() -> None:
    """Nor does the same status."""
    case = case_with().say(a__y="one").add(Answered("a.c", "dont-know"))
    assert decide.answer(case.ground(), "a.y", " one ") == ()
    assert decide.answer(case.ground(), "a.c", "dont-know") == ()


def test_another_value_from_a_file_is_refused_with_the_way_on() -> None:
    """Changing an answer is a decision of its own."""
    case = case_with().say(a__y="one")
    assert decide.answer(case.ground(), "a.y", "two") == (Answered("a.y", value="two"),)
    with pytest.raises(UsageError) as caught:
        decide.answer(case.ground(), "a.y", "two", allow_change=False)
    assert "recover answer" in caught.value.hint


def test_settling_a_conflict_records_even_the_value_one_side_has() -> None:
    """The entry that saw both is what settles it."""
    case = case_with().say(a__y="one").add(Answered("a.y", value="two"), log="B", seen={"L": 1})
    assert decide.answer(case.ground(), "a.y", "one") == (Answered("a.y", value="one"),)


def test_rows_are_named_by_their_key_and_record_only_what_changed() -> None:
    """A second file with the same row adds nothing; with one more column, only that."""
    case = case_with()
    first = decide.answer(case.ground(), "a.all", [{"id": "101", "name": "Page"}, {"id": "102", "action": "lost"}])
    assert first == (
        Answered("a.all", value={"id": "101", "name": "Page"}, element="101"),
        Answered("a.all", value={"id": "102", "action": "lost"}, element="102"),
    )
    case.add(*first)
    assert decide.answer(case.ground(), "a.all", [{"id": "101", "name": "Page"}]) == ()
    assert decide.add_row(case.ground(), "a.all", {"id": "101", "action": "none"}) == (
        Answered("a.all", value={"action": "none"}, element="101"),
    )
    with pytest.raises(UsageError, match="answered before"):
        decide.answer(case.ground(), "a.all", [{"id": "101", "name": "Other"}], allow_change=False)


def test_rows_without_a_key_are_named_by_what_they_say() -> None:
    """The same row on two devices is one; two equal rows in one list are two."""
    case = case_with()
    rows = [{"name": "x"}, {"name": "x"}, {"name": "y"}]
    bodies = decide.answer(case.ground(), "a.loose", rows)
    assert len({each.element for each in bodies}) == 3
    assert decide.answer(case.add(*bodies).ground(), "a.loose", rows) == ()


def test_a_row_may_get_its_key_later_and_is_then_found_by_it() -> None:
    """An account whose number nobody knew at first stays one row; a number that another row has is refused."""
    case = case_with()
    case.add(*decide.answer(case.ground(), "a.all", [{"id": "dont-know", "name": "Page"}, {"id": "102"}]))
    element = case.state.rows("a.all")[0]
    case.add(*decide.answer(case.ground(), "a.all", "101", element=element, field="id"))
    again = decide.answer(case.ground(), "a.all", [{"id": "101", "action": "lost"}])
    assert [each.element for each in again] == [element]
    for value in ("102", "103"):
        with pytest.raises(UsageError, match="another row"):
            decide.answer(case.ground(), "a.all", value, element=element, field="id")


def test_an_empty_list_is_an_answer_once() -> None:
    """No rows is known, not missing."""
    case = case_with()
    bodies = decide.answer(case.ground(), "a.all", [])
    assert bodies == (Answered("a.all", value=[]),)
    assert decide.answer(case.add(*bodies).ground(), "a.all", []) == ()


def test_cells_are_answered_one_by_one() -> None:
    """Row and column must be there; the key stays."""
    case = case_with().row("a.all", "101", id="101")
    ground = case.ground()
    assert decide.answer(ground, "a.all", "lost", element="101", field="action") == (
        Answered("a.all", value="lost", element="101", field="action"),
    )
    for element, field, raw in (("102", "action", "lost"), ("101", "colour", "red"), ("101", "id", "102")):
        with pytest.raises(UsageError):
            decide.answer(ground, "a.all", raw, element=element, field=field)


def test_a_row_is_taken_out_with_a_reason() -> None:
    """As not belonging there, or as the same as another that is there."""
    ground = case_with().row("a.all", "1", id="1").row("a.all", "2", id="2").ground()
    assert decide.remove_row(ground, "a.all", "2", "typed twice", same_as="1")[0].same_as == "1"
    for element, reason, same_as in (("3", "x", ""), ("1", "", ""), ("1", "x", "9"), ("1", "x", "1")):
        with pytest.raises(RecoverError):
            decide.remove_row(ground, "a.all", element, reason, same_as=same_as)


# --- steps ---------------------------------------------------------------------------------------------------------


def test_items_are_marked_once_and_need_a_reason_when_not_done() -> None:
    """The same mark again adds nothing."""
    case = case_with(step("one", do=(item("a"),), end="x"))
    bodies = decide.mark(case.ground(), "one", "a")
    assert bodies == (ItemMarked("one", "a"),)
    assert decide.mark(case.add(*bodies).ground(), "one", "a") == ()
    assert decide.mark(case.ground(), "one", "a", "not-applicable", "no phone")[0].reason == "no phone"
    with pytest.raises(UsageError):
        decide.mark(case.ground(), "one", "a", "not-done")
    with pytest.raises(UsageError):
        decide.mark(case.ground(), "one", "a", "perhaps", "x")
    for name, wanted in (("one", "b"), ("two", "a")):
        with pytest.raises(NotFoundError):
            decide.mark(case.ground(), name, wanted)


def test_a_held_step_refuses_marks_also_before_it_is_reached() -> None:
    """A gate, or evidence to be saved first, cannot be slipped past."""
    gates = [gate("clean", "a.x == true", holds=())]
    steps = [
        step("one", ask=("a.y",), go="reset", evidence=(need("mail", before="wipe"),), also=["wipe"]),
        step("reset", gates=("clean",), do=(item("password"),), end="x"),
        step("wipe", do=(item("all"),), end="x"),
    ]
    case = Case(playbook(steps, FACTS, gates))
    assert refused(lambda: decide.mark(case.ground(), "reset", "password")).gate == "clean"
    assert refused(lambda: decide.mark(case.ground(), "wipe", "all")).gate == "one.mail"
    case.say(a__y="1").exhibit("E01", "mail", ["one.mail"])
    assert refused(lambda: decide.mark(case.ground(), "reset", "password")).gate == "clean"
    assert decide.mark(case.ground(), "wipe", "all")
    assert decide.mark(case.say(a__x=True).ground(), "reset", "password")


def test_only_a_race_or_a_step_held_for_evidence_may_stop_harm_first() -> None:
    """Any other step is left with a reason."""
    steps = [
        step("calm", do=(item("a"),), also=["race"], go="race"),
        step("race", race=True, evidence=(need("n"),), end="x"),
    ]
    ground = case_with(*steps, start="calm").ground()
    assert refused(lambda: decide.stop(ground, "calm", race=True)).gate == "race"
    assert decide.stop(ground, "race", race=True) == (StepStopped("race", "stopping harm first", race=True),)
    assert decide.stop(ground, "calm", "the phone broke") == (StepStopped("calm", "the phone broke"),)
    with pytest.raises(UsageError):
        decide.stop(ground, "calm")


def test_overriding_needs_a_gate_that_is_closed_a_reason_and_leave() -> None:
    """An open gate needs none, an unknown one is not found, one for nobody is refused."""
    gates = [gate("g", "a.x == true"), gate("never", "a.x == true", override="nobody")]
    case = Case(playbook([step("one", end="x")], FACTS, gates))
    bodies = decide.override(case.ground(), "g", "the lawyer said so")
    assert bodies == (GateOverridden("g", "the lawyer said so"),)
    assert decide.override(case.ground(), "contact_lost", "x") == ()
    assert refused(lambda: decide.override(case.ground(), "never", "x")).gate == "never"
    assert decide.override(case.add(*bodies).ground(), "g", "the lawyer said so") == ()
    with pytest.raises(UsageError):
        decide.override(case.ground(), "g", " ")
    with pytest.raises(NotFoundError):
        decide.override(case.ground(), "nothing", "x")


def test_a_base_name_means_the_visit_that_is_open() -> None:
    """What is typed is short, what is recorded is exact."""
    steps = [
        step("form", letters=(LetterUse("b"),), go="reply"),
        step("reply", wait=Wait("form"), outcomes=(Outcome("asks_more", "more"), Outcome("auto_reply", "reply"))),
        step("more", do=(item("sent"),), go="reply"),
    ]
    case = case_with(*steps).send("b", "form", "2026-08-12 10:20")
    case.add(*decide.reply(case.ground(), "reply", "asks_more", at="2026-08-13"))
    case.add(*decide.mark(case.ground(), "more", "sent"))
    assert decide.reply(case.ground(), "reply", "auto_reply", at="2026-08-14")[0].step == "reply#2"
    assert decide.chase(case.ground(), "reply", "nothing in spam")[0].step == "reply#2"


# --- evidence ------------------------------------------------------------------------------------------------------


def exhibit(number: str, *fulfils: str, **more: Any) -> ExhibitAdded:
    """Make an exhibit as the desk would."""
    kind, title, class_ = more.pop("kind", "image"), more.pop("title", "A picture"), more.pop("class_", "ordinary")
    return ExhibitAdded(number, kind, title, class_, NO_PART, NO_PART, NO_PART, NO_PART, fulfils=fulfils, **more)


def test_an_exhibit_takes_the_class_of_its_need_and_exact_ids() -> None:
    """A live video is biometric whatever was typed; an ID copy is identity whatever it is called."""
    case = case_with(step("one", evidence=(need("video", sensitivity_class="biometric"), need("mail")), end="x"))
    checked = decide.check_exhibit(case.ground(), exhibit("E01", "one.video", captured_at="2026-10-05 21:40"))
    assert checked.sensitivity_class == "biometric"
    assert checked.captured_at == "2026-10-05T21:40+04:00[Asia/Baku]"
    assert decide.check_exhibit(case.ground(), exhibit("E01", kind="id-copy")).sensitivity_class == "identity"
    assert (
        decide.check_exhibit(case.ground(), exhibit("E01", "one.mail", class_="personal")).sensitivity_class
        == "personal"
    )


@pytest.mark.parametrize(
    "body",
    [
        exhibit("E01"),
        exhibit("X1"),
        exhibit("E02", "one.nothing"),
        exhibit("E02", "two.mail"),
        exhibit("E02", title=" "),
        exhibit("E02", class_="secret"),
        exhibit("E02", assets=("999",)),
        exhibit("E02", copy_of="E09"),
    ],
)
def test_an_exhibit_that_does_not_fit_is_refused(body: ExhibitAdded) -> None:
    """Numbers are given once; needs, rows and originals must be there."""
    case = case_with(step("one", evidence=(need("mail"),), end="x")).exhibit("E01")
    with pytest.raises(RecoverError):
        decide.check_exhibit(case.ground(), body)


def test_numbers_go_on_and_each_device_counts_by_itself() -> None:
    """An undone exhibit's number is not given again."""
    case = case_with().exhibit("E01").exhibit("E02").exhibit("E01-k3f").add(Undone("2"))
    assert decide.next_number(case.state) == "E03"
    assert decide.next_number(case.state, "k3f") == "E02-k3f"


def test_linking_and_withdrawing_need_an_exhibit() -> None:
    """And add nothing a second time."""
    case = case_with(step("one", evidence=(need("mail"),), end="x")).exhibit("E01", fulfils=["one.mail"])
    assert decide.link(case.ground(), "E01", ["one.mail"]) == ()
    bodies = decide.withdraw(case.ground(), "E01", "shows a child")
    assert decide.withdraw(case.add(*bodies).ground(), "E01", "shows a child") == ()
    for decision in (lambda: decide.link(case.ground(), "E09", []), lambda: decide.withdraw(case.ground(), "E09", "x")):
        with pytest.raises(NotFoundError):
            decision()


def test_what_blocks_cannot_be_explained_away() -> None:
    """`if_missing: block` means it."""
    case = case_with(step("one", evidence=(need("mail", if_missing="block"), need("page")), end="x"))
    assert refused(lambda: decide.explain(case.ground(), "one.mail", "lost")).gate == "one.mail"
    bodies = decide.explain(case.ground(), "one.page", "the Page is gone")
    assert bodies == (EvidenceExplained("one.page", "the Page is gone"),)
    assert decide.explain(case.add(*bodies).ground(), "one.page", "the Page is gone") == ()
    with pytest.raises(NotFoundError):
        decide.explain(case.ground(), "one.nothing", "x")


# --- events, notes, calls ------------------------------------------------------------------------------------------


def test_an_event_is_canonical_and_recorded_once() -> None:
    """In the case's zone, with known exhibits, rows and marks."""
    case = case_with().exhibit("E01").row("a.all", "1", id="1")
    bodies = decide.event(
        case.ground(), "2026-10-05 21:40", " lost ", "mail", exhibits=["E01", "E01"], assets=["1"], marks=["loss"]
    )
    assert bodies == (
        EventRecorded(
            "2026-10-05T21:40+04:00[Asia/Baku]", "lost", "mail", exhibits=("E01",), assets=("1",), marks=("loss",)
        ),
    )
    assert decide.event(case.add(*bodies).ground(), "2026-10-05 21:40", "lost", "mail", exhibits=["E01"], assets=["1"],
                        marks=["loss"]) == ()  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [{"stance": "rumour"}, {"marks": ["party"]}, {"exhibits": ["E09"]}, {"assets": ["9"]}, {"stance": "claimed-by"},
     {"about": "99"}],
)  # fmt: skip
def test_an_event_that_does_not_fit_is_refused(more: dict[str, Any]) -> None:
    """Nothing is recorded that points nowhere."""
    with pytest.raises(RecoverError):
        decide.event(case_with().ground(), "2017", "lost", "holder", **more)


def test_calls_keep_promises_and_what_became_of_them() -> None:
    """A promise's day is a day; a promise that is not there cannot be settled."""
    case = case_with()
    bodies = decide.call(
        case.ground(), "the partner", "they will look", promises=[("an answer", "2026-10-20"), ("a name", "")]
    )
    assert bodies[0].promises == (("an answer", "2026-10-20"), ("a name", ""))
    case.add(*bodies)
    assert decide.promise(case.ground(), "1", 2, "broken")[0].number == 2
    with pytest.raises(UsageError):
        decide.call(case.ground(), "x", "y", promises=[("z", "soon")])
    for call, number in (("1", 3), ("9", 1)):
        with pytest.raises(NotFoundError):
            decide.promise(case.ground(), call, number, "kept")
    assert decide.note(" remember ") == (Noted("remember"),)


# --- letters and replies -------------------------------------------------------------------------------------------

LETTERS = {"statement": LetterAbout("statement", approval=True)}
FORM = step("form", letters=(LetterUse("statement", "meta.form"),), go="reply")
REPLY = step("reply", wait=Wait("form"), outcomes=(Outcome("restored", "end"), Outcome("silence", "end", "14d")))


def form_case(**more: Any) -> Case:
    """Make a case whose first step files a form in the client's name."""
    return case_with(FORM, REPLY, step("end", end="x"), letters=LETTERS, channels=[channel("meta.form")], **more)


def test_a_letter_in_the_clients_name_needs_the_approval_of_that_very_text() -> None:
    """No approval, an approval of another text and an undone one are refused alike."""
    case = form_case()
    send = lambda digest=DIGEST: decide.sent(case.ground(), "statement", at="2026-08-12 10:20", text_sha256=digest)  # noqa: E731
    assert refused(send).gate == "approval"
    case.add(
        *decide.approve(
            case.ground(), "statement", text_sha256=DIGEST, how="by phone", language="az", at="2026-08-12 10:00"
        )
    )
    assert "changed after" in refused(lambda: send("b" * 64)).message
    assert refused(lambda: send("")).gate == "approval"
    body = send()[0]
    assert (body.step, body.channel, body.at) == ("form", "meta.form", "2026-08-12T10:20+04:00[Asia/Baku]")
    case.add(Undone("1"))
    assert refused(send).gate == "approval"


def test_a_gate_refuses_approval_and_dispatch_with_its_reason() -> None:
    """The message says what is missing, the hint how to go on."""
    case = form_case(gates=[gate("vetting", "a.x == true")])
    refusal = refused(lambda: decide.sent(case.ground(), "statement", at="2026-08-12"))
    assert refusal.gate == "vetting"
    assert "vetting title" in refusal.message
    assert refused(
        lambda: decide.approve(case.ground(), "statement", text_sha256=DIGEST, how="x", language="az", at="2026")
    ).gate == "vetting"  # fmt: skip


def test_a_letter_out_of_reach_says_what_comes_first() -> None:
    """An unreached, a passed-over and an unknown letter are three answers."""
    steps = [
        step("one", ask=("a.y",), go=(branch("a.x == true", "two"), Branch(None, "three"))),
        step("two", letters=(LetterUse("b"),), end="x"),
        step(
            "three", visible_if="a.x == true", hidden_because="holder not in the EU", letters=(LetterUse("c"),), end="x"
        ),
    ]
    case = case_with(*steps).say(a__y="1")
    assert refused(lambda: decide.sent(case.ground(), "b", at="2026")).gate == "not_reached"
    assert "holder not in the EU" in refused(lambda: decide.sent(case.ground(), "c", at="2026")).message
    with pytest.raises(NotFoundError):
        decide.sent(case.ground(), "d", at="2026")


def test_a_second_appeal_for_one_decision_is_refused() -> None:
    """Per account; the record of an appeal that the client named is that appeal, a later one is not."""
    steps = [step("appeal", for_each="a.all", letters=(LetterUse("in-app", once_per="decision"),), end="x")]
    case = case_with(*steps).row("a.all", "1", id="1").row("a.all", "2", id="2")
    case.add(*decide.sent(case.ground(), "in-app", step="appeal[1]", at="2026-10-12 09:00", reference="AP-1"))
    assert case.state.sent[0].body.assets == ("1",)
    assert decide.sent(case.ground(), "in-app", step="appeal[1]", at="2026-10-12 09:00", reference="AP-1") == ()
    assert (
        refused(lambda: decide.sent(case.ground(), "in-app", step="appeal[1]", at="2026-10-14")).gate == "second_appeal"
    )
    assert decide.sent(case.ground(), "in-app", assets=["2"], at="2026-10-14")[0].step == "appeal[2]"


def test_a_follow_up_without_a_new_fact_is_refused() -> None:
    """The hint says to record what is new."""
    steps = [step("one", letters=(LetterUse("b"),), go="two"), step("two", letters=(LetterUse("follow-up"),), end="x")]
    case = case_with(*steps).send("b", "one", "2026-08-12 10:20")
    refusal = refused(lambda: decide.sent(case.ground(), "follow-up", at="2026-08-20"))
    assert refusal.gate == "new_fact"
    assert "recover event" in refusal.hint


def test_only_known_channels_and_rows_are_recorded() -> None:
    """A typing mistake does not become a ticket nobody finds."""
    case = case_with(step("one", letters=(LetterUse("b"),), end="x"), channels=[channel("meta.form")])
    with pytest.raises(UsageError) as caught:
        decide.sent(case.ground(), "b", at="2026", channel="meta.from")
    assert "meta.form" in caught.value.hint
    with pytest.raises(UsageError):
        decide.sent(case.ground(), "b", at="2026", assets=["9"])


def test_a_reply_is_one_of_the_outcomes_and_answers_something_sent() -> None:
    """An outcome the step does not know, or an answer to nothing, is a mistake; the same again adds nothing."""
    case = form_case()
    with pytest.raises(UsageError) as caught:
        decide.reply(case.ground(), "reply", "refused", at="2026-08-20")
    assert "restored" in caught.value.hint
    with pytest.raises(UsageError, match="nothing is recorded as sent"):
        decide.reply(case.ground(), "reply", "restored", at="2026-08-20")
    case.send("statement", "form", "2026-08-12 10:20")
    bodies = decide.reply(case.ground(), "reply", "restored", at="2026-08-20")
    assert decide.reply(case.add(*bodies).ground(), "reply", "restored", at="2026-08-20") == ()
    with pytest.raises(UsageError):
        decide.chase(case.ground(), "reply", "looked")


def test_checks_are_recorded_for_their_days() -> None:
    """Another day is a mistake; an anomaly says what was seen; a second record corrects the first."""
    case = case_with(step("checks", schedule=(Schedule("weekly", "a.at"),), end="x"), rules=[rule("weekly", "7d")])
    with pytest.raises(UsageError):
        decide.check(case.ground(), "checks", "2026-09-09", "done")
    case.say(a__at="2026-09-02")
    bodies = decide.check(case.ground(), "checks", "2026-09-09", "done")
    assert decide.check(case.add(*bodies).ground(), "checks", "2026-09-09", "done") == ()
    assert decide.check(case.ground(), "checks", "2026-09-09", "anomaly", "a login alert")
    for day, result, note in (("2026-09-10", "done", ""), ("2026-09-09", "fine", ""), ("2026-09-09", "anomaly", "")):
        with pytest.raises(UsageError):
            decide.check(case.ground(), "checks", day, result, note)


# --- the case ------------------------------------------------------------------------------------------------------


def test_a_changed_contact_is_confirmed_by_its_text() -> None:
    """An unchanged one needs no confirmation."""
    case = case_with().say(a__contact="old@example.org")
    assert decide.confirm_contact(case.ground(), "by phone") == ()
    case.say(a__contact="new@example.org")
    assert decide.confirm_contact(case.ground(), "over the old line") == (
        ContactConfirmed("new@example.org", "over the old line"),
    )
    with pytest.raises(UsageError):
        decide.confirm_contact(case_with().ground(), "by phone")


def test_a_case_with_an_open_critical_item_closes_only_with_a_reason() -> None:
    """Most second losses come from what was left open."""
    case = case_with(step("one", do=(item("purge", critical=True), item("photo")), end="x"))
    assert refused(lambda: decide.close(case.ground(), "restored")).gate == "critical_items"
    assert decide.close(case.ground(), "restored", "the client stopped") == (
        CaseClosed("restored", "the client stopped"),
    )
    case.add(ItemMarked("one", "purge"))
    bodies = decide.close(case.ground(), "restored")
    assert decide.close(case.add(*bodies).ground(), "restored") == ()
    assert decide.reopen(case.ground(), "lost again")
    assert case.survey().next == ()


def test_undo_reaches_known_entries_that_are_not_lasting() -> None:
    """The opening stays; an undone entry is not undone twice."""
    case = case_with().add(Noted("x"))
    assert decide.undo(case.ground(), "1") == (Undone("1"),)
    assert decide.undo(case.add(Undone("1")).ground(), "1") == ()
    assert refused(lambda: decide.undo(case.ground(), "0")).gate == "lasting"
    with pytest.raises(NotFoundError):
        decide.undo(case.ground(), "99")


def test_a_correction_is_checked_as_if_typed_anew() -> None:
    """Canonical text, known values, known members; the same adds nothing."""
    case = case_with().add(EventRecorded("2017", "loost", "holder")).say(a__c="p").add(Noted("x"))
    corrected = decide.correct(case.ground(), "1", {"text": "lost", "when": "2017-03"}, "misspelt")[0]
    assert (corrected.kind, corrected.body) == body_to_json(EventRecorded("2017-03", "lost", "holder"))
    assert decide.correct(case.ground(), "2", {"value": "q"})[0].body["value"] == "q"
    assert decide.correct(case.ground(), "3", {"text": "x"}) == ()
    for entry, members in (
        ("2", {"value": "z"}),
        ("1", {"when": "someday"}),
        ("3", {"colour": "red"}),
        ("3", {"text": 7}),
    ):
        with pytest.raises(UsageError):
            decide.correct(case.ground(), entry, members)
    assert refused(lambda: decide.correct(case.ground(), "0", {"name": "x"})).gate == "lasting"


def test_what_lies_ahead_has_not_been_sent() -> None:
    """A misspelt year is caught."""
    with pytest.raises(UsageError, match="in the future"):
        decide.sent(form_case().ground(), "statement", at="2027-08-12 10:20")


@pytest.mark.parametrize("at", ["2026-10-20 12:30", "2026-10-20 15:00", "2026-10-22", "2027", "2026-10-21 08:00~",
                                "2026-10-20 13:00/14:00"])  # fmt: skip
def test_times_slightly_ahead_are_refused_in_words(at: str) -> None:
    """Sent, answered, approved, said, photographed, happened: none of it lies ahead; what is wrong is said."""
    case = form_case().send("statement", "form", "2026-08-12 10:20")
    ground = case.ground("2026-10-20 12:00")
    picture = ExhibitAdded("E01", "image", "A picture", "ordinary", NO_PART, NO_PART, NO_PART, NO_PART, captured_at=at)
    more = {"how": "by phone", "language": "az", "at": at}
    for record in (
        lambda: decide.sent(ground, "statement", at=at),
        lambda: decide.reply(ground, "reply", "restored", at=at),
        lambda: decide.approve(ground, "statement", text_sha256=DIGEST, **more),
        lambda: decide.call(ground, "the desk", "they look into it", at=at),
        lambda: decide.event(ground, at, "lost", "holder", marks=["loss"]),
        lambda: decide.event(ground, at, "something", "holder"),
        lambda: decide.check_exhibit(ground, picture),
    ):
        with pytest.raises(UsageError, match=r"lies in the future, [0-9]+ (day|hour|minute)s? from now") as caught:
            record()
        assert "20 October 2026 (2026-10-20), 12:00 Asia/Baku (UTC+04:00) by this computer's clock" in caught.value.hint


@pytest.mark.parametrize(
    "at", ["2026-10-20 12:09", "2026-10-20", "2026-10", "2026", "2026-10-21", "2026-10-20 12:30~", "unknown"]
)
def test_what_may_have_happened_already_is_taken(at: str) -> None:
    """Clocks differ by minutes, somewhere it is tomorrow already, and today, this month and about now have begun."""
    ground = form_case().ground("2026-10-20 12:00")
    assert decide.event(ground, at, "lost", "holder", marks=["loss"])[0].when


def test_only_a_plan_lies_ahead() -> None:
    """The hint of the refusal names the mark; a correction cannot move a past event ahead either."""
    case = form_case()
    ground = case.ground("2026-10-20 12:00")
    with pytest.raises(UsageError) as caught:
        decide.event(ground, "2026-12-01", "the hearing", "the court")
    assert "the mark plan" in caught.value.hint
    (plan,) = decide.event(ground, "2026-12-01", "the hearing", "the court", marks=["plan"])
    assert plan.when == "2026-12-01"
    case.add(*decide.event(ground, "2026-10-01", "lost", "holder", marks=["loss"]))
    with pytest.raises(UsageError, match="in the future"):
        decide.correct(case.ground("2026-10-20 12:00"), case.entries[-1].id, {"when": "2027-10-01"})


def test_approvals_repeat_nothing() -> None:
    """The same approval twice is one; a digest is a digest."""
    case = form_case()
    more = {"how": "by phone", "language": "az", "at": "2026-08-12 10:00"}
    bodies = decide.approve(case.ground(), "statement", text_sha256=DIGEST, **more)
    assert isinstance(bodies[0], LetterApproved)
    assert decide.approve(case.add(*bodies).ground(), "statement", text_sha256=DIGEST, **more) == ()
    with pytest.raises(UsageError):
        decide.approve(case.ground(), "statement", text_sha256="abc", **more)
