"""Random walks: a sound playbook passes, each kind of fault is found, and the same seed walks the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from recover.case.exploring import Content, Explored, Explorer, explore
from recover.case.inventing import Inventor, fitting
from recover.case.steering import Wishes
from recover.playbook.model import Playbook, Registry, Rule
from recover.playbook.patterns import read_pattern
from recover.times import parse_instant
from tests.case.build import (
    Branch,
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

SEEDS = range(20)
WAIT = (Outcome("restored", "over"), Outcome("refused", "chase"), Outcome("silence", "chase", "14d"))


def content(
    book: Playbook,
    *,
    rules: Sequence[Rule] = (),
    letters: Mapping[str, LetterAbout] | None = None,
    needs: Mapping[str, tuple[str, ...]] | None = None,
) -> Content:
    """Make what is walked."""
    return Content(book, Registry((), tuple(rules)), letters or {}, needs or {})


def good(**more: Any) -> Playbook:
    """Make a playbook with something of everything, which leads to its end."""
    rows = fact("m.rows", FactType.LIST, key="id", fields=(fact("id", FactType.PLATFORM_ID), yes_no("ours")))
    return playbook(
        [
            step(
                "ask", ask=("m.kind", "m.many", "m.rows"), go=(branch("m.kind == 'rare'", "rare"), Branch(None, "save"))
            ),
            step("rare", do=(item("look"),), go="save"),
            step("save", evidence=(need("mail", kind="mail", before="mail"),), go="each"),
            step("each", for_each="m.rows", ask=("item.ours",), go="mail"),
            step("mail", gates=("vetting",), letters=(LetterUse("letter"),), go="reply"),
            step("reply", wait=Wait("mail", ("7d",)), outcomes=WAIT),
            step("chase", ask=("m.at",), schedule=(Schedule("weekly", "m.at"),), go="over"),
            step("over", end="done"),
        ],
        [
            choice("m.kind", "usual", "other", "third", "rare"),
            fact("m.many", FactType.MANY, choices=choice("x", "a", "b").choices),
            rows,
            fact("m.at", FactType.INSTANT),
        ],
        [gate("vetting", "has_exhibit('mail') or m.kind == 'rare'")],
        **more,
    )


def walked(book: Playbook, **more: Any) -> Explored:
    """Walk a playbook with every seed."""
    return explore(content(book, rules=[rule("weekly", "7d", "14d")], **more), SEEDS)


def kinds(explored: Explored) -> set[tuple[str, str]]:
    """Give (kind, step) of every fault."""
    return {(fault.kind, fault.step) for fault in explored.faults}


def test_a_sound_playbook_is_walked_whole_and_without_a_fault() -> None:
    """Every step is reached, also one behind a rare answer, and every walk comes to an end."""
    found = walked(good(), letters={"letter": LetterAbout("letter", approval=True)}, needs={"letter": ("m.kind",)})
    assert found.faults == ()
    assert found.unreached == ()
    assert found.steps == 8


def test_a_seed_walks_the_same_way_every_time() -> None:
    """The trail hangs on the seed alone; another seed takes another way."""
    one = explore(content(good(), rules=[rule("weekly", "7d")]), [7])
    again = explore(content(good(), rules=[rule("weekly", "7d")]), [7])
    other = explore(content(good(), rules=[rule("weekly", "7d")]), [8])
    assert one == again
    assert one.trail != other.trail
    assert one.trail


# --- what is wrong -------------------------------------------------------------------------------------------------


def test_a_wait_for_a_letter_that_was_never_sent_is_a_dead_end() -> None:
    """On the way without the letter nothing can be recorded, and the step stays open for ever."""
    book = playbook(
        [
            step("ask", ask=("m.a",), go=(branch("m.a", "mail"), Branch(None, "reply"))),
            step("mail", letters=(LetterUse("letter"),), go="reply"),
            step("reply", wait=Wait("mail"), outcomes=(Outcome("restored", "over"), Outcome("silence", "over", "7d"))),
            step("over", end="done"),
        ],
        [yes_no("m.a")],
    )
    assert kinds(walked(book)) == {("dead-end", "reply")}


def test_a_wait_that_is_passed_over_is_a_dead_end() -> None:
    """A step that waits leads on by outcomes only; passed over, it leads nowhere."""
    book = playbook(
        [
            step("mail", ask=("m.a",), letters=(LetterUse("letter"),), go="reply"),
            step("reply", visible_if="m.a", wait=Wait("mail"), outcomes=(Outcome("restored", "over"),)),
            step("over", end="done"),
        ],
        [yes_no("m.a")],
    )
    assert ("dead-end", "reply") in kinds(walked(book))


def test_a_case_that_stops_without_an_end_is_a_dead_end() -> None:
    """No branch is true for an unknown answer, and nothing has ended."""
    book = playbook([step("ask", ask=("m.a",), go=(branch("m.a", "over"),)), step("over", end="done")], [yes_no("m.a")])
    assert kinds(walked(book)) == {("dead-end", "ask")}


def test_a_step_behind_what_can_never_be_is_not_reached() -> None:
    """A contradiction is no fault of a walk, but the step is named."""
    book = playbook(
        [
            step("ask", ask=("m.kind",), go=(branch("m.kind == 'a' and m.kind == 'b'", "never"), Branch(None, "over"))),
            step("never", go="over"),
            step("over", end="done"),
        ],
        [choice("m.kind", "a", "b")],
    )
    found = walked(book)
    assert found.faults == ()
    assert found.unreached == ("never",)
    assert found.walks > len(SEEDS)


def test_a_circle_without_a_wait_is_found() -> None:
    """A way that comes back without an outcome in between ends there."""
    book = playbook(
        [
            step("one", ask=("m.a",), go="two"),
            step("two", go=(branch("m.a", "one"), Branch(None, "over"))),
            step("over", end="done"),
        ],
        [yes_no("m.a")],
    )
    assert ("circle", "one") in kinds(walked(book))


def test_a_letter_whose_needs_nobody_asked_is_found() -> None:
    """The letter is on offer, and the question it needs stands on the other way."""
    book = playbook(
        [
            step("ask", ask=("m.a",), go=(branch("m.a", "more"), Branch(None, "mail"))),
            step("more", ask=("m.b",), go="mail"),
            step("mail", letters=(LetterUse("letter"),), go="over"),
            step("over", end="done"),
        ],
        [yes_no("m.a"), fact("m.b")],
    )
    found = walked(book, letters={"letter": LetterAbout("letter")}, needs={"letter": ("m.a", "m.b")})
    assert [(fault.kind, "m.b" in fault.message) for fault in found.faults] == [("letter", True)]


def test_a_letter_that_asks_in_its_own_step_is_fine() -> None:
    """What a step asks beside the letter will be answered before it goes."""
    book = playbook(
        [step("mail", ask=("m.b",), letters=(LetterUse("letter"),), go="over"), step("over", end="done")],
        [fact("m.b")],
    )
    assert walked(book, needs={"letter": ("m.b",)}).faults == ()


def test_a_gate_that_can_never_open_is_found() -> None:
    """Its condition contradicts itself, or needs what no step asks."""
    book = playbook(
        [
            step("ask", ask=("m.kind",), go="mail"),
            step("mail", gates=("never",), go="also_mail"),
            step("also_mail", gates=("unasked",), go="over"),
            step("over", end="done"),
        ],
        [choice("m.kind", "a", "b"), yes_no("m.b")],
        [gate("never", "m.kind == 'a' and m.kind == 'b'"), gate("unasked", "m.b")],
    )
    assert {("gate", "never"), ("gate", "unasked")} <= kinds(walked(book))


def test_a_letter_behind_a_gate_that_is_nowhere_is_found() -> None:
    """A gate of the front matter that no playbook declares lets the letter go never."""
    found = walked(good(), letters={"letter": LetterAbout("letter", gates=("consent",))})
    assert kinds(found) == {("gate", "letter")}


def test_a_gate_that_opens_late_is_fine() -> None:
    """A gate is opened by answering again what was asked, not only by chance."""
    facts = [choice(f"m.k{number}", *"abcdefgh") for number in range(3)]
    book = playbook(
        [
            step("ask", ask=tuple(each.id for each in facts), go="mail"),
            step("mail", gates=("rare",), go="over"),
            step("over", end="done"),
        ],
        facts,
        [gate("rare", "m.k0 == 'a' and m.k1 == 'a' and m.k2 == 'a'", override="nobody")],
    )
    found = walked(book)
    assert found.faults == ()
    assert found.unreached == ()


def test_an_engine_that_stumbles_is_found() -> None:
    """A rule whose length cannot be read is an error with its trail."""
    book = playbook(
        [step("ask", ask=("m.at",), schedule=(Schedule("weekly", "m.at"),), go="over"), step("over", end="done")],
        [fact("m.at", FactType.INSTANT)],
    )
    found = explore(content(book, rules=[rule("weekly", "soon")]), SEEDS)
    (fault,) = found.faults
    assert fault.kind == "error"
    assert fault.trail


def test_a_question_nobody_can_answer_is_found() -> None:
    """A pattern that its own bounds forbid refuses every answer."""
    book = playbook(
        [step("ask", ask=("m.a",), go="over"), step("over", end="done")],
        [fact("m.a", pattern="[0-9]{4}", most=2)],
    )
    assert ("error", "ask") in kinds(walked(book))


def test_evidence_that_steps_want_of_each_other_is_no_endless_walk() -> None:
    """Two steps that each hold the other still let a walk end."""
    book = playbook(
        [
            step("start", go="one", also=("two",)),
            step("one", evidence=(need("n", before="two"),), go="over"),
            step("two", evidence=(need("n", before="one"),), end="done"),
            step("over", end="done"),
        ],
    )
    found = walked(book)
    assert found.unreached == ()
    assert all(fault.kind != "circle" for fault in found.faults)


def test_a_fault_can_be_walked_again() -> None:
    """Seed and target of a fault make the same walk, with the same fault at the same place of its trail."""
    book = playbook([step("ask", ask=("m.a",), go=(branch("m.a", "over"),)), step("over", end="done")], [yes_no("m.a")])
    (fault,) = walked(book).faults
    one = Explorer(content(book), fault.seed, fault.target)
    one.run()
    assert fault in one.faults
    assert one.trail == fault.trail


# --- inventing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", ["[0-9]{1,4} notices? in [a-z0-9 -]{3,30}", r"E\d{2,6}", "[^/]+/[^/]+", "ab*c+", "one|two|[A-Z]{3}"]
)
def test_an_invented_text_fits_its_pattern(pattern: str) -> None:
    """Whatever the pattern, what is invented matches it."""
    known = read_pattern(pattern)
    assert all(known.matches(fitting(known, Random(seed))) for seed in range(50))


@pytest.mark.parametrize("now", [datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)])
def test_an_invented_time_is_never_one_that_a_clock_change_skipped_or_repeated(now: datetime) -> None:
    """In the weeks around a clock change every invented time is one that happened exactly once."""
    question = fact("times.told_at", FactType.INSTANT)
    for seed in range(3000):
        invented = Inventor(Random(seed), Wishes(), "Europe/Prague", 1.0).value(question, "times.told_at", now)
        parse_instant(str(invented), "Europe/Prague")
