"""A packet for one platform tells nothing of accounts on another: letters, tickets, events, exhibits, dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from recover import practice
from recover.case import entries as e
from recover.case.survey import DueItem
from recover.desk.case import OpenCase
from recover.errors import RefusedError, UsageError
from recover.packet.interface import PacketPlan, Source
from recover.packet.named import text_of
from recover.packet.plan import plan_packet
from recover.packet.readers.addressed import view_of
from recover.packet.readers.platforms import Platform, is_about
from recover.playbook.model import Channel, Registry
from recover.playbook.stories import load_story
from tests.packet import cases
from tests.packet.test_profiles import SHIPPED, source

TIKTOK_ROW = {"platform_id": "7000000000000000777", "name": "Qonşu TikTok", "action": "none", "kind": "tiktok"}
EVENTS = (
    e.EventRecorded(
        "2026-10-10", "TikTok banned the account", "screen", "documented", exhibits=("E01",), marks=("attack",)
    ),
    e.EventRecorded("2026-10-11", "7000000000000000777 was closed", "screen", "documented", marks=("attack",)),
    e.EventRecorded("2026-10-12", "A comment by the taker", "screen", "documented", marks=("attack",)),
)
SENT = e.Sent("tiktok-report", "form", "tiktok.no-login", "2026-10-11", "TT-99001")
DATES = (
    DueItem("u1", "deadline", "Appeal the suspension", "open", on=date(2027, 4, 7), rule="meta.suspension.appeal"),
    DueItem("u2", "deadline", "Appeal the ban", "open", on=date(2027, 3, 1), rule="tiktok.ban.appeal"),
)
REGISTRY = Registry(
    channels=(
        *cases.REGISTRY.channels,
        Channel("tiktok.no-login", "The form of TikTok", "TikTok", "form", cases.PROVENANCE),
    ),
    rules=(),
)


def both(more: tuple[e.EventRecorded, ...] = ()) -> Source:
    """Return the case with an account, events, a ticket, a date and a letter for TikTok besides those for Meta."""
    letters = {
        "test-letter": cases.LETTER,
        "tiktok-report": cases.letter("We report a ban.").replace("test-letter", "tiktok-report"),
    }
    row = e.Answered("assets.all", "given", TIKTOK_ROW, element=TIKTOK_ROW["platform_id"])
    made = source(events=(*cases.EVENTS, *EVENTS, *more), more=[row, SENT], letters=letters, due=DATES)
    offered = (
        cases.letter_state("test-letter"),
        cases.letter_state("tiktok-report", channel="tiktok.no-login"),
    )
    fields = [each for each in made.playbooks[0].facts if each.id == "assets.all"]
    kind = replace(fields[0].fields[1], id="kind", ask="What is it?")
    wider = replace(fields[0], fields=(*fields[0].fields, kind))
    facts = tuple(wider if each.id == "assets.all" else each for each in made.playbooks[0].facts)
    playbook = replace(made.playbooks[0], facts=facts)
    survey = replace(made.survey, letters=offered, playbooks=(playbook,))
    return replace(made, survey=survey, playbooks=(playbook,), registry=REGISTRY)


def all_of(plan: PacketPlan) -> str:
    """Return every word and name of a plan."""
    return "\n".join((text_of(plan), *plan.accounts, *(each.name for each in plan.letters)))


def test_platform_of_the_contested_account_reads_when_none_is_named() -> None:
    """The packet goes to the platform of the contested account, says so, and names how to make the other one."""
    plan = plan_packet(both(), "platform")
    assert (plan.platform, plan.reader) == ("meta", "Meta")
    assert any("--platform tiktok" in warning for warning in plan.warnings)
    assert [letter.name for letter in plan.letters] == ["test-letter"]
    assert {row.name: row.why for row in plan.left_out}["tiktok-report"] == "for TikTok, not for Meta"


def test_nothing_of_the_other_platform_is_in_it() -> None:
    """Its ticket, its events by name and by number, its account and its date stay."""
    plan = plan_packet(both(), "platform")
    said = all_of(plan)
    for absent in ("TT-99001", "TikTok", "7000000000000000777", "Appeal the ban"):
        assert absent not in said
    assert "A comment by the taker" in said
    assert [item.uid for item in view_of(plan).due] == ["u1"]


def test_other_platform_gets_its_own_packet() -> None:
    """Named, the other platform gets its letter, ticket and events, and nothing that names no platform."""
    plan = plan_packet(both(), "platform", platform="tiktok")
    said = all_of(plan)
    assert [letter.name for letter in plan.letters] == ["tiktok-report"]
    for there in ("TT-99001", "TikTok banned the account", "7000000000000000777 was closed"):
        assert there in said
    for absent in ("FB-551201", "100064000000101", "The holder was removed", "A comment by the taker", "Facebook"):
        assert absent not in said
    assert [item.uid for item in view_of(plan).due] == ["u2"]


def test_event_leaves_with_a_letter_that_names_its_exhibit() -> None:
    """What a letter to this platform relies on leaves with it, though it tells of another platform too."""
    event = e.EventRecorded(
        "2026-10-05", "TikTok and the Page were lost at once", "mail", "documented", exhibits=("E02",), marks=("loss",)
    )
    alone = replace(event, exhibits=("E06",))
    made = both((event,))
    assert "E02" in plan_packet(made, "platform").letters[0].text
    assert "lost at once" in all_of(plan_packet(made, "platform"))
    assert "lost at once" not in all_of(plan_packet(both((alone,)), "platform"))


def test_unknown_platform_and_other_readers_are_refused() -> None:
    """A name that is none, and a platform for a reader who is none, are wrong usage that says what is right."""
    with pytest.raises(UsageError, match="no platform called myspace") as unknown:
        plan_packet(both(), "platform", platform="myspace")
    assert "tiktok" in unknown.value.hint
    with pytest.raises(UsageError, match="--platform"):
        plan_packet(both(), "lawyer", platform="meta")


def test_letters_for_several_platforms_and_no_account_name_the_choices() -> None:
    """Where no account of the case decides, nobody guesses: the choices are named (2)."""
    made = both()
    platforms = SHIPPED.replace("facebook-page, ", "").replace("kinds: [tiktok]", "kinds: [clips]")
    platforms = platforms.replace("domains: [facebook.com, fb.com", "domains: [fb.com").replace(
        "tiktok.com]\n    names", "clips.com]\n    names"
    )
    with pytest.raises(UsageError, match=r"a packet goes to one of them") as several:
        plan_packet(replace(made, templates={**made.templates, "packet/profiles.yaml": platforms}), "platform")
    assert several.value.hint.startswith("add --platform ")


def test_lawyer_reads_of_every_platform() -> None:
    """Only a platform's packet is for one platform."""
    plan = plan_packet(both(), "lawyer")
    assert plan.platform == ""
    assert {"TT-99001", "FB-551201"} <= {word.strip(".,") for word in all_of(plan).split()}


# --- what belongs to a platform -------------------------------------------------------------------------------------

X = Platform("x", "X", ("x",), ("x",), ("x.com",), ("Twitter", "X"))


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("see https://x.com/a", True),
        ("see hxxps://x[.]com/a", True),
        ("see netx.com", False),
        ("see x.com.example.org", False),
    ],
)
def test_address_counts_as_a_whole_host(text: str, is_there: bool) -> None:
    """A host that only ends or begins like a platform's is another one."""
    assert X.has_address_in(text) is is_there


@pytest.mark.parametrize(("text", "is_there"), [("on X since May", True), ("2 x 3", False), ("Xena", False)])
def test_name_counts_with_its_capitals_as_a_word(text: str, is_there: bool) -> None:
    """A small x is no platform, nor is a name that begins with it."""
    assert X.is_named_in(text) is is_there


def test_number_is_found_as_a_whole_word() -> None:
    """An account's number inside a longer one is another account."""
    assert is_about("account 123456.", ("123456",))
    assert not is_about("account 1234567", ("123456",))


# --- scenario 4 -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def letna() -> Iterator[OpenCase]:
    """Play the story of an exile's accounts on Facebook and TikTok to its end."""
    story = load_story(practice.find_stories(["letna-9"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, story) == ()
        yield case


def test_exile_on_two_platforms(letna: OpenCase) -> None:
    """Meta reads of no ban on TikTok, TikTok of no suspended profile; each packet is complete in itself."""
    meta, tiktok = (letna.plan_packet("platform", platform=name) for name in ("meta", "tiktok"))
    assert "TikTok" not in all_of(meta)
    assert "letna9" not in all_of(meta)
    assert "E08" not in {each.number for each in meta.exhibits}
    for absent in ("100005000000901", "FB-8Q2X11", "Posts P1 and P2", "Facebook"):
        assert absent not in all_of(tiktok)
    assert "TikTok banned @letna9" in all_of(tiktok)
    assert "E08" in {each.number for each in tiktok.exhibits}


def test_exile_did_not_agree_to_a_third_platform(letna: OpenCase) -> None:
    """The client agreed for Meta and TikTok; a packet for X is refused with the question."""
    with pytest.raises(RefusedError, match="meta, tiktok") as refused:
        letna.plan_packet("platform", platform="x")
    assert refused.value.hint.endswith("intake.consent_platform_to")
