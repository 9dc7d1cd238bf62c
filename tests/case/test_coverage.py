"""Coverage: the points of a playbook, and which of them the engine's own walk came through."""

from __future__ import annotations

import pytest

from recover.case.coverage import Coverage, Point, Told, measure, points_of, touched
from recover.case.entries import ItemMarked
from tests.case.build import (
    Branch,
    Case,
    FactType,
    LetterUse,
    Outcome,
    Playbook,
    Wait,
    Watch,
    branch,
    fact,
    item,
    playbook,
    step,
    when,
    yes_no,
)

BOOK = playbook(
    [
        step(
            "ask",
            ask=("m.a", "m.b"),
            do=(item("i", visible_if=when("m.a")),),
            go=(branch("m.a", "mail"), Branch(None, "over")),
            also=("beside", branch("not m.a", "over")),
        ),
        step("beside", end="done"),
        step("mail", letters=(LetterUse("letter"),), go="reply"),
        step(
            "reply",
            wait=Wait("mail"),
            outcomes=(Outcome("restored", "over"), Outcome("refused", "over"), Outcome("silence", "over", "14d")),
        ),
        step("over", visible_if="m.a", hidden_because="nothing to do", end="done"),
    ],
    [yes_no("m.a"), yes_no("m.b", visible_if="m.a")],
    watch=(Watch(when("m.b"), "beside"),),
)


def slots(case: Case, as_of: str = "") -> set[tuple[str, str]]:
    """Give (step, slot) of the points a case touched, whole steps left out."""
    found = touched(case.ground(as_of).walked if as_of else case.ground().walked) & frozenset(points_of(BOOK))
    return {(point.step, point.slot) for point in found if point.kind in ("branch", "outcome")}


def steps(case: Case, kind: str) -> set[str]:
    """Give the steps that were reached or complete."""
    return {point.step for point in touched(case.ground().walked) if point.kind == kind}


def told(book: Playbook, *cases: Case) -> list[Told]:
    """Make what stories would tell."""
    return [Told(f"story-{n}", (book,), touched(case.ground().walked)) for n, case in enumerate(cases, 1)]


def own(coverage: Coverage) -> dict[str, tuple[int, int]]:
    """Give the shares of the own part by kind."""
    return {share.kind: (share.touched, share.of) for share in coverage.shares}


def test_points_are_steps_decisions_and_outcomes() -> None:
    """An arm counts where something is decided; a next without a choice and a plain also are no points."""
    found = {(point.step, point.slot) for point in points_of(BOOK) if point.kind in ("branch", "outcome")}
    assert found == {
        ("ask", "next 1"),
        ("ask", "next 2"),
        ("ask", "also 2"),
        ("ask", "question m.b shown"),
        ("ask", "question m.b not shown"),
        ("ask", "item i shown"),
        ("ask", "item i not shown"),
        ("beside", "watch m.b"),
        ("reply", "outcome restored"),
        ("reply", "outcome refused"),
        ("reply", "outcome silence"),
        ("over", "shown"),
        ("over", "passed over"),
    }
    assert sum(1 for point in points_of(BOOK) if point.kind == "step") == 5


def test_an_arm_is_touched_when_the_walk_took_it() -> None:
    """The first true arm is touched and no other; what is hidden counts once the step is complete."""
    case = Case(BOOK).say(m__a=False)
    assert slots(case) == {
        ("ask", "next 2"),
        ("ask", "also 2"),
        ("ask", "question m.b not shown"),
        ("ask", "item i not shown"),
        ("over", "passed over"),
    }


def test_what_is_hidden_for_want_of_an_answer_is_not_touched() -> None:
    """Before a step is complete an answer may still show what is hidden now."""
    assert slots(Case(BOOK)) == set()


def test_a_step_passed_over_is_not_reached() -> None:
    """Reached and complete mean that a helper met the step."""
    case = Case(BOOK).say(m__a=False)
    assert steps(case, "step") == {"ask", "beside"}
    assert steps(case, "complete") == {"ask", "beside"}


def test_outcomes_are_touched_as_recorded_and_silence_by_time() -> None:
    """A reply touches its outcome; silence is touched when its day has come and nothing came."""
    case = Case(BOOK).say(m__a=True, m__b=True).add(ItemMarked("ask", "i")).send("letter", "mail", "2026-08-02 10:00")
    before = slots(case, "2026-08-10 12:00")
    assert ("beside", "watch m.b") in before
    assert not {slot for step_id, slot in before if step_id == "reply"}
    assert ("reply", "outcome silence") in slots(case, "2026-09-20 12:00")
    case.hear("reply", "refused", "2026-08-12 10:00")
    assert ("reply", "outcome refused") in slots(case)
    assert ("reply", "outcome restored") not in slots(case)


def test_stories_together_cover_a_playbook() -> None:
    """The union counts, what no story touched is named in words, and a share below the least is told."""
    one = Case(BOOK).say(m__a=False)
    other = Case(BOOK).say(m__a=True, m__b=False).add(ItemMarked("ask", "i"))
    other.send("letter", "mail", "2026-08-02 10:00").hear("reply", "refused", "2026-08-12 10:00")
    (coverage,), groups = measure(told(BOOK, one, other), {})
    assert groups == ()
    assert own(coverage)["step"] == (5, 5)
    assert own(coverage)["outcome"] == (1, 3)
    assert {(point.step, point.words) for point in coverage.untouched} == {
        ("beside", "opened when m.b"),
        ("reply", "outcome restored"),
        ("reply", "outcome silence"),
    }
    assert [share.kind for share in coverage.lacks(90)] == ["outcome"]
    assert [share.kind for share in coverage.lacks(91)] == ["branch", "outcome"]
    assert coverage.lacks(30) == ()


def test_a_group_is_covered_where_any_playbook_played_it() -> None:
    """A group's point counts once, whatever its include is called, and is no part of the playbook's own share."""
    facts = [yes_no("g.a"), fact("g.rows", FactType.LIST, fields=(fact("x"),))]

    def including(name: str, include: str) -> Playbook:
        return playbook(
            [
                step(f"{include}.q", ask=("g.a",), go=(branch("g.a", "mine"), Branch(None, "mine"))),
                step("mine", end="done"),
            ],
            facts,
            name=name,
        )

    one, other = including("one", "start"), including("other", "talk")
    rows = [*told(one, Case(one).say(g__a=True)), *told(other, Case(other).say(g__a=False))]
    playbooks, (group,) = measure(rows, {"one": {"start": "shared/talk"}, "other": {"talk": "shared/talk"}})
    assert group.name == "shared/talk"
    assert own(group) == {"step": (1, 1), "complete": (1, 1), "branch": (2, 2), "outcome": (0, 0)}
    for each in playbooks:
        assert own(each)["step"] == (1, 1)
        assert {share.kind: (share.touched, share.of) for share in each.whole}["branch"] == (1, 2)
        assert each.lacks(100) == ()


@pytest.mark.parametrize("name", ["ask", "reply"])
def test_every_point_has_words(name: str) -> None:
    """A point is named for people; the words are no part of what it is."""
    points = [point for point in points_of(BOOK) if point.step == name]
    assert all(point.words for point in points)
    assert Point("step", "mini", name, "reached") in points
