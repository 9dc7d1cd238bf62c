"""Any playbook and any log: the walk ends, is pure, and never takes back what was done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recover.case.engine import survey
from recover.case.entries import Answered, Chased, CheckDone, ItemMarked, Replied, Sent, StepStopped, Undone
from recover.case.state import fold
from recover.playbook.model import Playbook
from tests.case.build import (
    Branch,
    Case,
    FactType,
    LetterUse,
    Outcome,
    Schedule,
    Wait,
    Watch,
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

NAMES = ("s0", "s1", "s2", "s3", "s4")
ROWS = fact("a.all", FactType.LIST, key="id", fields=(fact("id"), fact("action")))
CONDITIONS = st.sampled_from(
    [
        "a.x == true",
        "not a.x",
        "answered(a.x)",
        "done('s1')",
        "done('s2', 'i')",
        "sent('b')",
        "replied('s3', 'refused')",
        "count(a.all) > 1",
        "not done('s4')",
        "any_exhibit('image') >= 1",
    ]
)
TARGETS = st.sampled_from(NAMES)
BRANCHES = st.lists(st.builds(Branch, st.none() | st.builds(when, CONDITIONS), TARGETS), max_size=2).map(tuple)
OUTCOMES = st.lists(
    st.builds(Outcome, st.sampled_from(["refused", "auto_reply", "extended"]), TARGETS)
    | st.builds(Outcome, st.just("silence"), TARGETS, st.sampled_from(["1d", "14d", "24h"])),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.id,
).map(tuple)


@st.composite
def steps(draw: st.DrawFn, name: str) -> Any:
    """Draw a step of any make."""
    more: dict[str, Any] = {
        "ask": draw(st.sampled_from([(), ("a.x",)])),
        "do": draw(st.sampled_from([(), (item("i"),)])),
        "also": draw(st.lists(TARGETS, max_size=2)),
        "for_each": draw(st.sampled_from(["", "", "a.all"])),
        "gates": draw(st.sampled_from([(), (), ("g",)])),
        "evidence": draw(st.sampled_from([(), (), (need("n", before="s2"),)])),
        "schedule": draw(st.sampled_from([(), (), (Schedule("weekly", "a.at"),)])),
    }
    if draw(st.booleans()):
        more["visible_if"] = when(draw(CONDITIONS))
    if draw(st.booleans()):
        return step(name, outcomes=draw(OUTCOMES), wait=Wait(draw(TARGETS), ("7d",)), **more)
    letters = draw(st.sampled_from([(), (LetterUse("b"),), (LetterUse("follow-up", optional=True),)]))
    return step(name, go=draw(BRANCHES), letters=letters, **more)


PLAYBOOKS = st.builds(
    lambda made, watch: playbook(
        made,
        [yes_no("a.x"), fact("a.at", FactType.INSTANT), ROWS],
        [gate("g", "a.x == true or done('s1')")],
        watch=tuple(watch),
    ),
    st.tuples(*(steps(name) for name in NAMES)),
    st.lists(st.builds(Watch, st.builds(when, CONDITIONS), TARGETS), max_size=1),
)
IDS = st.builds(
    lambda name, row, visit: name + row + visit,
    TARGETS,
    st.sampled_from(["", "", "[1]", "[2]"]),
    st.sampled_from(["", "", "#2", "#3"]),
)
TIMES = st.sampled_from(["2026-08-01", "2026-08-20T10:00+04:00[Asia/Baku]", "2026-09", "unknown", "nonsense"])
BODIES = st.one_of(
    st.builds(Answered, st.just("a.x"), st.just("given"), st.booleans()),
    st.builds(Answered, st.just("a.at"), st.just("given"), TIMES),
    st.builds(Answered, st.just("a.all"), st.just("given"), st.just({"action": "x"}), st.sampled_from(["1", "2"])),
    st.builds(ItemMarked, IDS, st.just("i")),
    st.builds(Sent, st.sampled_from(["b", "follow-up"]), IDS, st.just(""), TIMES),
    st.builds(Replied, IDS, st.sampled_from(["refused", "auto_reply", "extended", "silence"]), TIMES),
    st.builds(Chased, IDS, st.just("x")),
    st.builds(StepStopped, IDS, st.just("x"), st.booleans()),
    st.builds(CheckDone, IDS, st.sampled_from(["2026-08-08"]), st.just("done")),
    st.builds(Undone, st.sampled_from(["1", "2", "3"])),
)


@settings(max_examples=200, deadline=None)
@given(book=PLAYBOOKS, bodies=st.lists(BODIES, max_size=14), days=st.sampled_from([0, 30, 120]))
def test_every_walk_ends_and_is_pure(book: Playbook, bodies: list[object], days: int) -> None:
    """However steps lead in circles, the number of instances stays bounded by what was recorded and the days passed."""
    case = Case(book, rules=[rule("weekly", "7d", "14d")]).add(*bodies)
    as_of = case.clock + timedelta(days=days)
    found = survey(case.playbooks, case.registry, case.state, as_of)
    assert found == survey(case.playbooks, case.registry, fold(case.entries), as_of)
    assert len(found.instances) < 5_000
    assert len({each.id for each in found.instances}) == len(found.instances)
    assert all(each.missing or each.status != "open" for each in found.instances)
    assert len({each.uid for each in found.due}) == len(found.due)


@settings(max_examples=100, deadline=None)
@given(book=PLAYBOOKS, bodies=st.lists(BODIES, max_size=10))
def test_time_alone_takes_nothing_back(book: Playbook, bodies: list[object]) -> None:
    """An instance that is done today is done tomorrow; looking later only opens more."""
    case = Case(book, rules=[rule("weekly", "7d", "14d")]).add(*bodies)
    today = {each.id: each.status for each in survey(case.playbooks, case.registry, case.state, case.clock).instances}
    later = {
        each.id for each in survey(case.playbooks, case.registry, case.state, case.clock + timedelta(days=40)).instances
    }
    assert {name for name, status in today.items() if status != "unreached"} <= later
