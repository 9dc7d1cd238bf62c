"""Which facts should be looked at, and what was met when one was used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recover.errors import InputError, NotFoundError, UsageError
from recover.playbook.loader import load_registry
from recover.playbook.model import FactTest
from recover.playbook.problems import InvalidPlaybookError
from recover.playbook.review import FactRow, facts_in_force, find_fact
from recover.playbook.tested import FILE, add_row, letter_to_maintainers, make_test
from tests.playbook.own import CHANNEL, RULE, write

TODAY = date(2026, 11, 24)
FACTS = facts_in_force([], TODAY)


def fact(named: str) -> FactRow:
    return find_fact(FACTS, named)


def test_a_fact_is_stale_the_day_after_its_review_date() -> None:
    """On the day itself it may still be used; 30 days before, it is due for a look."""
    states = {
        day: find_fact(facts_in_force([], date.fromisoformat(day)), "meta.trash").state
        for day in ("2027-02-12", "2027-02-13", "2027-03-15", "2027-03-16")
    }
    assert states == {"2027-02-12": "good", "2027-02-13": "soon", "2027-03-15": "soon", "2027-03-16": "stale"}


def test_every_kind_of_fact_is_listed_with_its_line() -> None:
    """Channels, rules, clauses, organisations and proofs of control, each where it can be put right."""
    assert {row.what for row in FACTS} == {"channel", "rule", "clause", "organisation", "control"}
    registry = load_registry()
    assert len(FACTS) == sum(
        len(each)
        for each in (
            registry.channels,
            registry.rules,
            registry.clauses,
            registry.organisations,
            registry.controls,
        )
    )
    row = fact("meta.trash")
    lines = Path(row.place.path).read_text("utf-8").splitlines()
    assert lines[row.place.line - 1].strip() == "meta.trash:"


def test_own_rows_are_marked(tmp_path: Path) -> None:
    """A trainer sees which rows are theirs to keep up."""
    write(tmp_path, "facts/rules.yaml", RULE)
    write(tmp_path, "facts/channels/own.yaml", CHANNEL)
    rows = facts_in_force([tmp_path], TODAY)
    assert {row.id for row in rows if row.is_own} == {"meta.trash", "own.form"}


def test_a_slip_in_an_id_names_the_nearest() -> None:
    """An unknown id is exit 10 with the one that was meant."""
    with pytest.raises(NotFoundError) as missing:
        fact("meta.trahs")
    assert missing.value.hint == "did you mean meta.trash?"


def test_a_test_is_shown_and_changes_nothing_of_the_fact(tmp_path: Path) -> None:
    """Certainty and dates stay as whoever looked at the sources wrote them."""
    test = make_test(fact("meta.trash"), on="2026-11-23", result="gone", today=TODAY)
    path, content = add_row(tmp_path, test)
    write(tmp_path, FILE, content.decode())
    row = find_fact(facts_in_force([tmp_path], TODAY), "meta.trash")
    assert path == tmp_path / FILE
    assert row.tests == (test,)
    assert row.provenance == fact("meta.trash").provenance


def test_rows_are_added_behind_each_other_and_comments_stay(tmp_path: Path) -> None:
    """What a trainer wrote into the file by hand is still there."""
    write(tmp_path, FILE, "# ours\ntested:\n  - {what: rule, id: meta.trash, on: 2026-11-01, result: works}  # Ayla\n")
    test = make_test(
        fact("meta.hacked-help"), on="2026-11-23", result="asked", asked=["an ID: both sides"], today=TODAY
    )
    text = add_row(tmp_path, test)[1].decode()
    assert text.startswith("# ours\ntested:\n  - {what: rule, id: meta.trash, on: 2026-11-01, result: works}  # Ayla\n")
    write(tmp_path, FILE, text)
    assert [(each.id, each.asked) for each in load_registry([tmp_path]).tested] == [
        ("meta.trash", ()),
        ("meta.hacked-help", ("an ID: both sides",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "wrote to ayla@example.org",
        "ticket 551201882",
        "see https://example.org/x",
        "asked @qonsu.sesleri",
        "called +994 50 123 45 67",
    ],
)
def test_nothing_of_a_case_gets_into_a_test(text: str) -> None:
    """Addresses, numbers and handles are refused in the note and in what was asked for."""
    for asked, note in (((text,), ""), (("a selfie",), text)):
        with pytest.raises(UsageError, match="something of a case"):
            make_test(fact("meta.trash"), on="2026-11-23", result="asked", asked=asked, note=note, today=TODAY)


@pytest.mark.parametrize(
    ("on", "result", "asked", "said"),
    [
        ("2026-11-25", "works", (), "has not come yet"),
        ("yesterday", "works", (), "is not a day"),
        ("2026-11-23", "maybe", (), "is no result"),
        ("2026-11-23", "asked", (), "what did it ask for"),
        ("2026-11-23", "asked", ("x" * 301,), "one line of at most 300"),
        ("2026-11-23", "asked", ("a\x1b[2Jb",), "one line of at most 300"),
    ],
)
def test_a_test_that_says_nothing_useful_is_refused(on: str, result: str, asked: tuple[str, ...], said: str) -> None:
    """A day to come, a word that is no result, an empty *asked*, a novel, a terminal's command."""
    with pytest.raises(UsageError, match=said):
        make_test(fact("meta.trash"), on=on, result=result, asked=asked, today=TODAY)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A link that came with somebody's folder leads nowhere."""
    target = write(tmp_path, "elsewhere.yaml", "tested: []\n")
    own = tmp_path / "own"
    (own / "facts").mkdir(parents=True)
    (own / FILE).symlink_to(target)
    with pytest.raises(InputError, match="a link lies there"):
        add_row(own, FactTest("rule", "meta.trash", "2026-11-23", "works"))


def test_a_test_of_a_fact_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A row left behind when its channel was renamed is found by lint, with the nearest id."""
    write(tmp_path, FILE, "tested:\n  - {what: rule, id: meta.trahs, on: 2026-11-01, result: works}\n")
    with pytest.raises(InvalidPlaybookError) as fault:
        load_registry([tmp_path])
    (problem,) = fault.value.problems
    assert (problem.code, problem.line, problem.hint) == ("E093", 2, "did you mean meta.trash?")


def test_a_channel_of_an_unknown_organisation_is_an_error(tmp_path: Path) -> None:
    """Who stands behind a channel is looked up in the facts, own and shipped."""
    channel = CHANNEL.replace("    medium: form\n", "    medium: form\n    organisation: helplin\n")
    write(tmp_path, "facts/channels/own.yaml", channel)
    with pytest.raises(InvalidPlaybookError) as fault:
        load_registry([tmp_path])
    (problem,) = fault.value.problems
    assert (problem.code, problem.hint) == ("E092", "did you mean helpline?")
    write(tmp_path, "facts/channels/own.yaml", channel.replace("helplin\n", "helpline\n"))
    assert load_registry([tmp_path]).channels[0].organisation == "helpline"


def test_the_text_for_the_maintainers_holds_the_fact_and_the_test() -> None:
    """All a maintainer needs to look again, and nothing else."""
    row = fact("meta.hacked-help")
    test = make_test(row, on="2026-11-23", result="asked", asked=["a selfie", "an invoice"], note="twice", today=TODAY)
    text = letter_to_maintainers(row, test)
    assert text.startswith("Subject: channel meta.hacked-help: asked for more on 2026-11-23\n")
    for words in ("checked on 2026-11-23, certainty A", "asked for: a selfie; an invoice", "note: twice"):
        assert words in text
