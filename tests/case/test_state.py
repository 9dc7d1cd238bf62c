"""The fold: total, pure, and nothing is lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from recover.case.codec import body_to_json
from recover.case.entries import (
    ENTRY_KINDS,
    Answered,
    CaseClosed,
    CaseReopened,
    Corrected,
    ElementRemoved,
    Entry,
    Erased,
    EventRecorded,
    ExhibitLinked,
    ExhibitWithdrawn,
    Noted,
    Undone,
    Unknown,
)
from recover.case.state import FactKey, fold
from tests.case.build import Case

NOW = datetime(2026, 10, 13, 8, tzinfo=UTC)
NAMES = st.sampled_from(["0", "1", "2", "3", "1-B", "2-B", "E01", "a.b", "x", ""])
VALUES = st.none() | st.text(max_size=3) | st.booleans() | st.lists(st.text(max_size=2), max_size=2)
BODIES = st.one_of(
    st.builds(Answered, NAMES, st.sampled_from(["given", "dont-know", "odd"]), VALUES, NAMES, NAMES),
    st.builds(Answered, NAMES, st.just("given"), st.dictionaries(NAMES, VALUES, max_size=3), NAMES),
    st.builds(Undone, NAMES),
    st.builds(Corrected, NAMES, st.sampled_from(sorted(ENTRY_KINDS)), st.dictionaries(NAMES, VALUES, max_size=2)),
    st.builds(ElementRemoved, NAMES, NAMES, NAMES, NAMES),
    st.builds(Unknown, NAMES, st.dictionaries(NAMES, VALUES, max_size=2)),
    *(st.from_type(body) for body in ENTRY_KINDS.values() if body not in (Answered, Corrected)),
    st.integers(),
)
ENTRIES = st.builds(
    Entry,
    NAMES,
    st.sampled_from(["L", "B"]),
    st.integers(-1, 5),
    st.sampled_from(sorted(ENTRY_KINDS)),
    st.just(NOW),
    st.just("helper"),
    BODIES,
    st.dictionaries(st.sampled_from(["L", "B", "C"]), st.integers(-1, 9), max_size=3),
)


@settings(max_examples=300)
@given(st.lists(ENTRIES, max_size=12))
def test_fold_never_raises_and_is_pure(entries: list[Entry]) -> None:
    """Any entries in any order give a state, and the same entries the same state."""
    state = fold(entries)
    assert state.entries == tuple(entries)
    assert fold(entries) == state


def test_an_empty_log_is_a_case_without_a_name() -> None:
    """Nothing is assumed."""
    assert fold([]).name == ""


def test_a_blank_never_erases() -> None:
    """An empty answer after a real one leaves the real one, and is listed as ignored."""
    state = Case().say(a__b="yes").add(Answered("a.b", value=" "), Answered("a.b", value=None)).state
    known = state.fact("a.b")
    assert known is not None
    assert known.value == "yes"
    assert [one.why for one in state.ignored] == ["a blank, which never erases an answer"] * 2


def test_dont_know_and_declined_are_answers_of_their_own() -> None:
    """They take the place of a value and keep its history."""
    state = Case().say(a__b="yes").add(Answered("a.b", "declined")).state
    known = state.fact("a.b")
    assert known is not None
    assert (known.status, known.value, len(known.history)) == ("declined", None, 2)


def test_undo_takes_back_and_undoing_the_undo_brings_back() -> None:
    """The last word counts; both entries stay in the log."""
    case = Case().say(a__b="one").say(a__b="two").add(Undone("2"))
    assert case.state.fact("a.b").value == "one"  # type: ignore[union-attr]  # it was answered
    case.add(Undone("3"))
    assert case.state.fact("a.b").value == "two"  # type: ignore[union-attr]  # it was answered
    assert case.state.undone == {"3": "4"}


def test_an_undo_reaches_only_back() -> None:
    """Naming an entry that is not there yet does nothing, now or later."""
    state = Case().add(Undone("2")).say(a__b="one").state
    assert state.fact("a.b") is not None


def test_a_correction_takes_the_place_of_the_entry() -> None:
    """The corrected text stands where the first one stood; a correction of a correction counts last."""
    case = Case().add(EventRecorded("2017", "loost", "holder"))
    first = body_to_json(EventRecorded("2017", "lost", "holder"))
    second = body_to_json(EventRecorded("2017-03", "lost", "holder"))
    case.add(Corrected("1", *first), Corrected("2", *second))
    assert [one.body.when for one in case.state.events] == ["2017-03"]
    assert case.state.events[0].id == "1"
    assert case.state.events[0].corrected_by == "3"
    assert case.state.corrected == {"1": "3"}


def test_a_correction_of_another_kind_is_ignored() -> None:
    """An event cannot become a note."""
    case = Case().add(EventRecorded("2017", "lost", "holder"), Corrected("1", *body_to_json(Noted("x"))))
    assert case.state.events[0].body.text == "lost"
    assert "another kind" in case.state.ignored[0].why


def test_an_undone_correction_gives_the_first_text_back() -> None:
    """Corrections are entries like any other."""
    case = Case().add(Noted("a"), Corrected("1", *body_to_json(Noted("b"))), Undone("2"))
    assert [one.body.text for one in case.state.notes] == ["a"]


def test_correcting_an_old_answer_leaves_the_newer_one() -> None:
    """The answer that superseded it stays current."""
    case = Case().say(a__b="one").say(a__b="two").add(Corrected("1", *body_to_json(Answered("a.b", value="uno"))))
    known = case.state.fact("a.b")
    assert known is not None
    assert known.value == "two"
    assert [one.body.value for one in known.history] == ["uno", "two"]


# --- conflicts -----------------------------------------------------------------------------------------------------


def test_answers_given_apart_conflict_until_somebody_who_saw_both_settles_it() -> None:
    """Two devices answer differently without knowing of each other; a third answer with knowledge of both counts."""
    case = Case().say(a__b="yes")
    case.add(Answered("a.b", value="no"), log="B", seen={"L": 1})
    known = case.state.fact("a.b")
    assert known is not None
    assert (known.status, known.value, len(known.rivals)) == ("conflict", None, 2)
    case.add(Answered("a.b", value="no"), log="L", seen={"B": 1})
    settled = case.state.fact("a.b")
    assert settled is not None
    assert (settled.status, settled.value) == ("given", "no")


def test_equal_answers_given_apart_do_not_conflict() -> None:
    """Two helpers who heard the same agree."""
    case = Case().say(a__b="yes").add(Answered("a.b", value="yes"), log="B", seen={"L": 1})
    assert case.state.fact("a.b").status == "given"  # type: ignore[union-attr]  # it was answered


def test_an_answer_given_with_knowledge_supersedes() -> None:
    """A device that had seen the first answer changes it; nothing conflicts."""
    case = Case().say(a__b="yes").add(Answered("a.b", value="no"), log="B", seen={"L": 2})
    assert case.state.fact("a.b").value == "no"  # type: ignore[union-attr]  # it was answered


def test_knowledge_passes_through_a_third_device() -> None:
    """C saw B, B had seen L: so C knew L's answer, though its own heads do not name L."""
    case = Case().say(a__b="yes")
    case.add(Noted("seen"), log="B", seen={"L": 2})
    case.add(Answered("a.b", value="no"), log="C", seen={"B": 1})
    assert case.state.fact("a.b").value == "no"  # type: ignore[union-attr]  # it was answered


def test_a_correction_by_somebody_who_saw_both_settles() -> None:
    """Correcting one of two rival answers with knowledge of the other is a decision."""
    case = Case().say(a__b="yes").add(Answered("a.b", value="no"), log="B", seen={"L": 1})
    case.add(Corrected("1", *body_to_json(Answered("a.b", value="yes indeed"))), seen={"B": 1})
    known = case.state.fact("a.b")
    assert known is not None
    assert (known.status, known.value) == ("given", "yes indeed")


def test_columns_conflict_one_by_one() -> None:
    """Two devices fill different columns of one row: no conflict; the same column differently: a conflict."""
    case = Case().row("a.all", "1", kind="page")
    case.add(Answered("a.all", value={"name": "x"}, element="1"), log="B", seen={"L": 2})
    case.add(Answered("a.all", value={"handle": "y", "name": "z"}, element="1"), log="C", seen={"L": 2})
    row = case.state.row("a.all", "1")
    assert {name: cell.status for name, cell in row.items()} == {"kind": "given", "name": "conflict", "handle": "given"}


# --- lists ---------------------------------------------------------------------------------------------------------


def test_rows_with_one_key_are_one_row_on_every_device() -> None:
    """The same natural key from two devices is one element."""
    case = Case().row("a.all", "101", name="x").add(Answered("a.all", value={"kind": "page"}, element="101"), log="B")
    assert case.state.rows("a.all") == ("101",)
    assert set(case.state.row("a.all", "101")) == {"name", "kind"}


def test_a_row_taken_out_is_gone_and_comes_back_when_given_again() -> None:
    """Removal is an entry too; a whole row given later stands again."""
    case = Case().row("a.all", "1", name="x").add(ElementRemoved("a.all", "1", "typed twice"))
    assert case.state.rows("a.all") == ()
    case.row("a.all", "1", name="x")
    assert case.state.rows("a.all") == ("1",)


def test_a_row_that_is_the_same_as_another_fills_its_gaps() -> None:
    """Its columns count for the other row, which keeps its own."""
    case = Case().row("a.all", "1", name="x").row("a.all", "tmp", name="y", handle="@h")
    case.add(ElementRemoved("a.all", "tmp", "the same", same_as="1"))
    state = case.state
    assert state.rows("a.all") == ("1",)
    assert {name: cell.value for name, cell in state.row("a.all", "1").items()} == {"name": "x", "handle": "@h"}
    assert state.cell("a.all", "1", "handle") is not None


def test_rows_in_a_circle_of_sameness_lead_nowhere() -> None:
    """Two rows removed as each other's twin are both gone, without an endless walk."""
    case = Case().row("a.all", "1", name="x").row("a.all", "2", name="y")
    case.add(ElementRemoved("a.all", "1", "same", same_as="2"), ElementRemoved("a.all", "2", "same", same_as="1"))
    assert case.state.rows("a.all") == ()


def test_a_column_may_be_unknown() -> None:
    """The word for don't-know in a row is a status, not a value."""
    state = Case().row("a.all", "1", name="dont-know", kind="prefer-not-to-say").state
    assert state.facts[FactKey("a.all", "1", "name")].status == "dont-know"
    assert state.facts[FactKey("a.all", "1", "kind")].status == "declined"


# --- exhibits and the rest -----------------------------------------------------------------------------------------


def test_an_exhibit_is_linked_withdrawn_and_erased_without_being_forgotten() -> None:
    """What became of it is known; it no longer stands."""
    case = Case().exhibit("E01", fulfils=["a.b"]).add(ExhibitLinked("E01", ("c.d", "a.b")))
    exhibit = case.state.exhibit("E01")
    assert exhibit is not None
    assert exhibit.fulfils == ("a.b", "c.d")
    assert exhibit.stands
    case.add(ExhibitWithdrawn("E01", "shows a face"), Erased("E01", "asked to"))
    gone = case.state.exhibit("E01")
    assert gone is not None
    assert not gone.stands
    assert gone.withdrawn is not None
    assert gone.erased is not None


def test_a_second_exhibit_of_one_number_is_listed_not_lost() -> None:
    """Numbers never change their meaning."""
    state = Case().exhibit("E01").exhibit("E01", "mail").state
    assert [one.body.kind for one in state.exhibits] == ["image"]
    assert "a second exhibit" in state.ignored[0].why


def test_a_case_is_closed_until_it_is_reopened() -> None:
    """The last of the two counts."""
    case = Case().add(CaseClosed("restored"))
    assert case.state.closed is not None
    assert case.add(CaseReopened("lost again")).state.closed is None


def test_an_unknown_kind_is_kept_and_shown() -> None:
    """A newer version's entry has no effect here, and is not hidden."""
    state = Case().add(Unknown("later.kind", {"a": 1})).state
    assert state.ignored[0].why == "written by a newer version"
    assert len(state.entries) == 2


def test_ten_thousand_entries_fold_well_under_a_second() -> None:
    """Opening a large case is not felt."""
    entries = [
        Entry(str(n), "L", n, "answer", NOW, "helper", Answered(f"a.f{n % 700}", value=str(n))) for n in range(10_000)
    ]
    started = time.perf_counter()
    state = fold(entries)
    assert time.perf_counter() - started < 1.0
    assert len(state.facts) == 700
