"""What left is kept entry by entry, and the next packet to the same reader says what is different."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recover.case import codec
from recover.case import entries as e
from recover.packet import tree as t
from recover.packet.changes import changes_blocks, changes_since, last_to, record_of
from recover.packet.interface import PacketPlan, Source
from recover.packet.plan import plan_packet
from tests.packet import cases
from tests.packet.test_profiles import source

OLD = e.PacketExported("lawyer", "", (("cover.pdf", "0" * 64),), ("E01",), "2026-10-01T10:00Z")


def sent_before(plan: PacketPlan, **changed: object) -> Source:
    """Return the same case after that packet left; further arguments are those of the case."""
    left = record_of(plan, (("cover.pdf", "0" * 64),), "2026-10-12T10:00+04:00[Asia/Baku]", ())
    return source(more=[left, *changed.pop("more", ())], **changed)  # type: ignore[arg-type,misc]  # test shorthand


def told(plan: PacketPlan) -> list[tuple[str, str, str]]:
    """Return the changes of a plan as rows."""
    return [(each.what, each.name, each.how) for each in plan.changes]


def test_first_packet_has_nothing_to_compare_with() -> None:
    """Neither the preview nor the cover speaks of changes."""
    plan = plan_packet(source(), "lawyer")
    assert (plan.since, plan.changes) == ("", ())
    assert changes_blocks(plan) == []


def test_same_packet_again_has_no_changes_and_says_so() -> None:
    """Nothing new is told as such, with the day of the last packet."""
    plan = plan_packet(sent_before(plan_packet(source(), "lawyer")), "lawyer")
    assert plan.since.startswith("2026-10-12")
    assert plan.changes == ()
    assert "Nothing that was in the last packet has changed." in t.plain_text(tuple(changes_blocks(plan)))


def test_each_kind_of_change_is_named() -> None:
    """A new event, a new and a withdrawn exhibit, a letter with another text: each by name."""
    first = plan_packet(source(), "lawyer")
    added = cases.exhibit("E09", "image", "A new screen")
    event = e.EventRecorded("2026-10-12", "The taker published again", "screen", "documented", marks=("attack",))
    made = sent_before(first, more=[added, event, e.ExhibitWithdrawn("E03", "not hers")])
    rows = told(plan_packet(made, "lawyer"))
    assert ("exhibit", "E09 A new screen", "new") in rows
    assert ("exhibit", "E03", "withdrawn") in rows
    assert ("letter", "Statement on a hijacked Page", "changed") in rows
    assert [name for what, name, how in rows if what == "event"] == [
        "12 October 2026 (2026-10-12): The taker published again"
    ]


def test_date_that_moved_is_named_with_its_new_day() -> None:
    """A date with the same stable id and another day has moved."""
    first = plan_packet(source(), "lawyer")
    later = tuple(replace(each, on=each.on.replace(year=2028)) if each.on else each for each in cases.DUE)
    rows = told(plan_packet(sent_before(first, due=later), "lawyer"))
    assert ("date", "Appeal the suspension: 7 April 2028 (2028-04-07)", "moved") in rows


def test_cover_names_changes_and_not_why_an_exhibit_is_gone() -> None:
    """The reader learns what is no longer relied on; that it was withdrawn is the sender's matter."""
    made = sent_before(plan_packet(source(), "lawyer"), more=[e.ExhibitWithdrawn("E03", "not hers")])
    text = t.plain_text(tuple(changes_blocks(plan_packet(made, "lawyer"))))
    assert "Changes since 12 October 2026".casefold() in text.casefold()
    assert "Exhibit that we no longer rely on: E03" in text
    assert "not hers" not in text
    cover = next(each for each in plan_packet(made, "lawyer").documents if each.kind == "cover")
    assert "E03" in "".join(t.texts(cover.blocks))


def test_holders_page_says_nothing_of_earlier_packets() -> None:
    """Whoever looks over the holder's shoulder does not learn that there were others."""
    first = plan_packet(source(), "victim")
    text = str([each.blocks for each in plan_packet(sent_before(first), "victim").documents])
    assert "Changes since" not in text
    assert "last packet" not in text


@pytest.mark.parametrize(("profile", "to"), [("partner", ""), ("lawyer", "Another Lawyer")])
def test_only_packets_to_the_same_reader_are_compared(profile: str, to: str) -> None:
    """What a lawyer got is not what a partner, or another lawyer, got."""
    made = sent_before(plan_packet(source(), "lawyer"))
    assert plan_packet(made, profile, to=to).since == ""


def test_last_one_to_the_same_reader_counts() -> None:
    """Of several packets the newest to that reader is compared with, however its name was typed."""
    older = replace(OLD, to="Ms Example", as_of="2026-09-01", formats=("pdf",))
    newer = replace(older, to=" ms example ", as_of="2026-10-01")
    other = replace(older, to="Somebody else", as_of="2026-10-02")
    state = source(more=[older, newer, other]).state
    found = last_to(state, "lawyer", "Ms Example", "")
    assert found is not None
    assert found.as_of == "2026-10-01"


def test_entry_of_an_older_version_is_read_and_compares_exhibits_only() -> None:
    """An entry without letters, events and dates says nothing of them, and nothing is made up."""
    kind, members = codec.body_to_json(OLD)
    assert set(members) == {"profile", "to", "files", "exhibits", "as_of"}
    assert codec.body_from_json(kind, members) == OLD
    plan = plan_packet(source(more=[OLD]), "lawyer")
    assert plan.since == OLD.as_of
    assert {what for what, _, _ in told(plan)} == {"exhibit"}
    assert changes_since(OLD, (), (), (), (), {})[0].how == "gone"


def test_record_holds_what_left() -> None:
    """Letters by the hash of their text, questions, names by number, events, dates, formats and platform are kept."""
    plan = plan_packet(source(), "platform")
    body = record_of(plan, (), "2026-10-13T12:00Z", ("age1example",))
    assert body.letters == (("test-letter", plan.letters[0].text_sha256),)
    assert body.platform == "meta"
    assert body.formats == ("pdf", "txt")
    assert body.names == len(plan.names) > 0
    assert set(body.facts) == set(plan.fact_ids)
    assert len(body.events) == plan.events
    kind, members = codec.body_to_json(body)
    assert codec.body_from_json(kind, members) == body
