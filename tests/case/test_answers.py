"""Answers files: played in memory, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from recover.case.answers import Simulation, simulate
from recover.case.entries import Answered, ExhibitAdded, ItemMarked, LetterApproved, Sent
from recover.case.ground import shown
from recover.case.state import CaseState
from recover.playbook.answers import (
    Answers,
    ApprovedGiven,
    CheckGiven,
    DoneGiven,
    EventGiven,
    ExhibitGiven,
    ExplainedGiven,
    FactGiven,
    OverrideGiven,
    ReplyGiven,
    SentGiven,
)
from tests.case.build import (
    Branch,
    Case,
    FactType,
    LetterAbout,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    branch,
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

ROWS = fact("a.all", FactType.LIST, key="id", fields=(fact("id"), choice("action", "none", "lost")))
FACTS = [
    fact("i.zone", FactType.ZONE, means="zone"),
    yes_no("a.x"),
    fact("a.y"),
    fact("a.hidden", visible_if="a.x == false"),
    fact("a.at", FactType.INSTANT),
    fact("a.later"),
    fact("a.never"),
    ROWS,
]
BOOK = playbook(
    [
        step("one", ask=("i.zone", "a.x", "a.hidden"), go=(branch("a.x == true", "capture"), Branch(None, "never"))),
        step("never", ask=("a.never",), do=(item("n"),), end="x"),
        step("capture", evidence=(need("photo"), need("mail")), do=(item("a"), item("b")), go="form"),
        step("form", ask=("a.y",), letters=(LetterUse("statement"),), go="reply"),
        step("reply", wait=Wait("form"), outcomes=(Outcome("restored", "after"), Outcome("asks_more", "more"))),
        step("more", do=(item("sent"),), go="reply"),
        step("after", ask=("a.at",), do=(item("purge"),), also=["checks"], end="x"),
        step("checks", schedule=(Schedule("weekly", "a.at"),), end="x"),
    ],
    FACTS,
    [gate("vetting", "a.x == true")],
)


def facts(**given: Any) -> tuple[FactGiven, ...]:
    """Write answers; `a__b` stands for the fact `a.b`."""
    return tuple(
        FactGiven(name.replace("__", "."), raw, f"f.yaml:{n}:3") for n, (name, raw) in enumerate(given.items(), 2)
    )


def exhibit(number: str, *fulfils: str, title: str = "A picture") -> ExhibitGiven:
    """Write an exhibit."""
    return ExhibitGiven(number, Path("x.png"), "image", title, "f.yaml:9:3", fulfils)


def digest(letter: str, instance: str, state: CaseState) -> str:
    """Make a letter's text, as far as these tests care."""
    return hashlib.sha256(f"{letter} {instance}".encode()).hexdigest()


def play(case: Case, answers: Answers, *, allow_change: bool = False, as_of: str = "2026-10-13 12:00") -> Simulation:
    """Play a file on a case."""
    letters = {"statement": LetterAbout("statement", approval=True)}
    return simulate(
        case.playbooks,
        case.registry,
        case.state,
        answers,
        case.moment(as_of),
        letters=letters,
        text_of=digest,
        allow_change=allow_change,
    )


def new_case() -> Case:
    """Make an empty case."""
    return Case(BOOK, rules=[rule("weekly", "7d")])


FULL = Answers(
    "f.yaml",
    facts=facts(a__y="text", a__at="2026-09-02 18:05", a__x="yes", i__zone="Asia/Baku"),
    done=(DoneGiven("capture", "", "done", "", "f.yaml:20:3"), DoneGiven("after", "purge", "done", "", "f.yaml:21:3")),
    exhibits=(exhibit("E01", "capture.photo"),),
    explained=(ExplainedGiven("capture.mail", "the mailbox was wiped", "f.yaml:30:3"),),
    events=(EventGiven("2026-08-10 15:00", "lost", "holder", "f.yaml:40:3", exhibits=("E01",), marks=("loss",)),),
    approved=(ApprovedGiven("statement", "by phone", "az", "2026-08-12 10:00", "f.yaml:50:3"),),
    sent=(SentGiven("statement", "2026-08-12 10:20", "f.yaml:51:3", reference="FB-1"),),
    replies=(ReplyGiven("reply", "restored", "2026-09-02 18:05", "f.yaml:52:3"),),
    checks=(CheckGiven("checks", "2026-09-09", "done", "f.yaml:53:3"),),
)


def test_a_whole_file_plays_to_the_end_in_any_order() -> None:
    """The zone counts before moments are read, checklists are marked as steps open, letters go by their time."""
    done = play(new_case(), FULL)
    assert done.errors == ()
    assert done.missing == ()
    assert done.unused == ()
    status = {each.id: each.status for each in done.survey.instances}
    assert status == dict.fromkeys(["one", "capture", "form", "reply", "after", "checks"], "done") | dict.fromkeys(
        ["never", "more"], "unreached"
    )
    sent = next(body for body in done.bodies if isinstance(body, Sent))
    approved = next(body for body in done.bodies if isinstance(body, LetterApproved))
    assert sent.text_sha256 == approved.text_sha256 == digest("statement", "form", done.state)
    assert [each.id for each in done.exhibits] == ["E01"]
    assert done.bodies[0] == Answered("i.zone", value="Asia/Baku")


def test_the_same_file_again_adds_nothing() -> None:
    """Running it again continues where it stands."""
    case = new_case()
    case.add(*play(case, FULL).bodies)
    again = play(case, FULL)
    assert (again.bodies, again.exhibits, again.errors) == ((), (), ())


def test_the_case_given_is_not_touched() -> None:
    """Only the copy grows."""
    case = new_case()
    before = case.state
    play(case, FULL)
    assert case.state == before


def test_every_fault_is_reported_with_its_place_and_nothing_is_recorded() -> None:
    """Unknown and invalid rows alike, all in one run."""
    broken = Answers(
        "f.yaml",
        facts=facts(a__x="perhaps", a__typo="1", a__y="fine"),
        done=(DoneGiven("nowhere", "a", "done", "", "f.yaml:20:3"),),
        exhibits=(exhibit("E01", "capture.nothing"),),
        explained=(ExplainedGiven("nothing", "x", "f.yaml:30:3"),),
        events=(EventGiven("someday", "lost", "holder", "f.yaml:40:3"),),
        sent=(SentGiven("letter", "2026-08-12", "f.yaml:51:3"),),
        replies=(ReplyGiven("reply", "restored", "2026-09-02", "f.yaml:52:3"),),
        checks=(CheckGiven("checks", "2026-09-09", "done", "f.yaml:53:3"),),
        overrides=(OverrideGiven("nothing", "x", "f.yaml:60:3"),),
    )
    done = play(new_case(), broken)
    places = [each.place for each in done.errors]
    assert places == [f"f.yaml:{n}:3" for n in (2, 3, 9, 30, 40, 60)] + [f"f.yaml:{n}:3" for n in (51, 52, 53, 20)]
    assert done.bodies == ()
    assert done.unused == ()
    assert all(each.message for each in done.errors)


def test_what_is_still_needed_is_listed_in_order() -> None:
    """Questions, evidence, items of the open steps; not the letters, which are next steps."""
    done = play(new_case(), Answers("f.yaml", facts=facts(i__zone="Asia/Baku", a__x="yes"), exhibits=(exhibit("E01"),)))
    assert [(each.kind, each.id) for each in done.missing] == [
        ("evidence", "capture.photo"),
        ("evidence", "capture.mail"),
        ("item", "capture.a"),
        ("item", "capture.b"),
    ]
    assert len(done.bodies) == 3


def test_nothing_is_unused_while_something_is_missing() -> None:
    """What is missing may still open the step that asks."""
    done = play(new_case(), Answers("f.yaml", facts=facts(a__x="yes", a__never="1")))
    assert done.missing
    assert done.unused == ()


def test_rows_that_nothing_asks_for_are_named_with_the_reason() -> None:
    """A hidden question, a step on the other branch; what comes after the wait is only not yet asked."""
    given = Answers(
        "f.yaml",
        facts=(*FULL.facts, *facts(a__hidden="1", a__never="1", a__later="1")),
        done=(*FULL.done, DoneGiven("never", "", "done", "", "f.yaml:70:3")),
        exhibits=FULL.exhibits,
        explained=FULL.explained,
    )
    done = play(new_case(), given)
    assert done.missing == ()
    assert [each.id for each in done.unused] == ["a.hidden", "a.never", "a.later", "never"]
    assert "hidden" in done.unused[0].reason
    assert "none asks it" in done.unused[2].reason


def test_another_value_is_an_error_in_a_file_and_a_change_in_a_story() -> None:
    """The hint of the first names the command."""
    case = new_case().say(a__y="one")
    answers = Answers("f.yaml", facts=facts(a__y="two"))
    error = play(case, answers).errors[0]
    assert error.exit_code == 2
    assert "recover answer" in error.hint
    assert play(case, answers, allow_change=True).bodies == (Answered("a.y", value="two"),)


def test_a_refusal_in_a_file_names_its_gate() -> None:
    """Nothing is sent past a gate because a file says so; an override in the file opens it."""
    sends = Answers(
        "f.yaml",
        facts=facts(i__zone="Asia/Baku", a__x="yes", a__y="t"),
        done=(DoneGiven("capture", "", "done", "", "p"),),
        exhibits=(exhibit("E01", "capture.photo", "capture.mail"),),
        sent=(SentGiven("statement", "2026-08-12", "f.yaml:5:3"),),
    )
    refused = play(new_case(), sends).errors
    assert [(each.gate, each.exit_code) for each in refused] == [("approval", 4)]


def test_replies_and_marks_find_the_visit_they_belong_to() -> None:
    """A second visit is answered by the second reply, and its checklist is marked in between."""
    case = new_case()
    case.add(
        *play(
            case,
            Answers("f.yaml", FULL.facts, (FULL.done[0],), FULL.exhibits, FULL.explained, (), FULL.approved, FULL.sent),
        ).bodies
    )
    more = Answers(
        "f.yaml",
        done=(DoneGiven("more", "sent", "done", "", "p"),),
        replies=(
            ReplyGiven("reply", "restored", "2026-08-30 09:00", "p"),
            ReplyGiven("reply", "asks_more", "2026-08-20 09:00", "p"),
        ),
    )
    done = play(case, more)
    assert done.errors == ()
    assert [body.step for body in done.bodies] == ["reply", "more", "reply#2"]


def test_marking_all_leaves_items_that_have_a_row_of_their_own() -> None:
    """`all` and one not-applicable item stand side by side."""
    done = (DoneGiven("capture", "", "done", "", "p"), DoneGiven("capture", "b", "not-applicable", "no phone", "p"))
    played = play(new_case(), Answers("f.yaml", facts(a__x="yes"), done))
    marks = {body.item: body.mark for body in played.bodies if isinstance(body, ItemMarked)}
    assert marks == {"a": "done", "b": "not-applicable"}


def test_another_exhibit_of_the_same_number_is_an_error() -> None:
    """The same one again only adds what else it answers."""
    case = new_case().exhibit("E01")
    clash = play(case, Answers("f.yaml", exhibits=(exhibit("E01", title="Another"),)))
    assert "E02" in clash.errors[0].hint
    same = play(case, Answers("f.yaml", exhibits=(exhibit("E01", "capture.photo", title="E01 title"),)))
    assert [type(body).__name__ for body in same.bodies] == ["ExhibitLinked"]
    assert same.exhibits == ()


def test_an_exhibit_is_a_placeholder_until_its_file_is_stored() -> None:
    """Number, needs and class are decided; the parts are the desk's."""
    body = play(new_case(), Answers("f.yaml", exhibits=(exhibit("E01", "capture.photo"),))).bodies[0]
    assert isinstance(body, ExhibitAdded)
    assert (body.number, body.fulfils, body.file.sealed_sha256) == ("E01", ("capture.photo",), "")


def test_entries_of_other_devices_are_known_to_the_copy() -> None:
    """An answer in a file supersedes what another device recorded; it does not conflict with it."""
    case = new_case().add(Answered("a.y", value="one"), log="B")
    played = play(case, Answers("f.yaml", facts=facts(a__y="two")), allow_change=True)
    known = played.state.fact("a.y")
    assert known is not None
    assert known.value == "two"


def test_rows_of_a_list_are_added_and_completed() -> None:
    """A second act names the row by its key and adds a column."""
    case = new_case()
    case.add(*play(case, Answers("f.yaml", facts=facts(a__all=[{"id": "1"}, {"id": "2", "action": "none"}]))).bodies)
    more = play(case, Answers("f.yaml", facts=facts(a__all=[{"id": "1", "action": "lost"}])))
    assert more.bodies == (Answered("a.all", value={"action": "lost"}, element="1"),)


def test_two_rows_of_one_key_in_one_file_are_an_error() -> None:
    """The second of two rows with one name never takes the place of the first in silence."""
    rows = [{"id": "1", "action": "lost"}, {"id": "1", "action": "none"}]
    played = play(new_case(), Answers("f.yaml", facts=facts(a__all=rows)))
    assert played.bodies == ()
    (fault,) = played.errors
    assert fault.message == "two rows of a.all have the same id: “1”"
    assert fault.place == "f.yaml:2:3"
    assert "give one of them another" in fault.hint


def test_a_persian_name_is_quoted_as_it_is_written() -> None:
    """The joiner inside a Persian word stays in what is said; a control character does not."""
    assert shown("کوچه\u200cی ما\x1b\u202e") == "“کوچه\u200cی ما??”"
