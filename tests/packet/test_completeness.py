"""What a letter can show, what rests on somebody's word, and what would raise it; and proof of control, ranked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from recover.case import entries as e
from recover.packet.completeness import completeness
from recover.packet.control import Standing, control_document, helper_standings, helper_view, platforms_of, standing_of
from recover.packet.interface import Source
from recover.packet.letters.rendering import render_letter
from recover.packet.plan import plan_packet
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View
from recover.packet.tree import plain_text
from recover.playbook.loader import load_registry
from recover.playbook.model import Certainty, Control, Provenance
from tests.packet import cases

D = Provenance(("practice",), "2026-11-24", Certainty.D, "2027-03-15")
CONTROLS = (
    Control("f.archive", "Archived copies", ("facebook",), ("archive",), "some", "why", "a web archive", D),
    Control("f.receipts", "Receipts", ("facebook",), ("receipts", "receipt"), "good", "why", "the mailbox", D),
    Control("f.mails", "Mails with headers", ("facebook",), ("removal_mail",), "good", "why", "the mailbox", D),
    Control("f.video", "A live check", ("facebook",), ("live-video",), "strong", "why", "when asked", D),
    Control("f.id", "A copy of an ID, said to be strong", ("facebook",), ("id-copy",), "strong", "why", "nowhere", D),
    Control("p.endorsed", "Endorsers", ("partner",), ("endorsement",), "strong", "why", "letters", D),
)


def source(found: list[object] | None = None) -> Source:
    """Return the test case with proofs of control in its registry."""
    made = cases.source(found=found)
    return replace(made, registry=replace(made.registry, controls=CONTROLS))


def without_exhibits(**more: object) -> list[object]:
    """Return the case as it is when its holder has nothing at all."""
    bare = [replace(event, exhibits=()) for event in cases.EVENTS]
    return [body for body in cases.bodies(events=bare) if not isinstance(body, e.ExhibitAdded)]


def standing(found: list[object] | None = None, profile: str = "") -> Standing:
    """Return where the proof of control of a Facebook Page stands."""
    made = source(found)
    if not profile:
        return standing_of(helper_view(made), "facebook")
    profiles = load_profiles(made.templates)
    return standing_of(View(made, profiles, profiles.get(profile)), "facebook")


# --- completeness -----------------------------------------------------------------------------------------------------


def test_score_is_the_sum_of_its_lines_and_each_says_why() -> None:
    """Nothing is added that no line explains, and every line that lacks something says what, or that nothing would."""
    found = completeness(source(), "test-letter")
    assert (found.has, found.most) == (sum(one.has for one in found.lines), sum(one.most for one in found.lines))
    assert all(one.because for one in found.lines)
    assert 0 < found.has <= found.most


def test_claims_say_which_exhibits_show_them() -> None:
    """A claim with exhibits has its full weight and their numbers."""
    lines = {one.what: one for one in completeness(source(), "test-letter").lines}
    assert (lines["removed"].has, lines["removed"].most, lines["removed"].because) == (2, 2, "[E02]")
    assert lines["receipts"].because == "[E03 to E05]"


def test_case_without_any_item_cites_nothing_scores_low_and_says_what_lacks() -> None:
    """Nothing is invented: the letter says whose statement it is, and each missing exhibit has a command to paste."""
    empty = source(without_exhibits())
    letter = render_letter(empty, "test-letter")
    assert "[E" not in letter.text
    assert "(statement of the account holder)" in letter.text
    found = completeness(empty, "test-letter")
    assert found.has * 2 < completeness(source(), "test-letter").has
    assert not [one for one in found.lines if one.kind in ("shown", "control") and one.has]
    assert "0 statements shown by exhibits" in found.words
    lacking = {one.what: one for one in found.lines if one.has < one.most}
    assert {"removed", "receipts", "admin list", "proof of control"} <= lacking.keys()
    assert all(one.raises.startswith("recover ") for one in lacking.values())


def test_more_exhibits_never_lower_the_score() -> None:
    """Adding the exhibits one by one, the score only rises and what it could be stays the same."""
    bare = without_exhibits()
    scores = [
        completeness(source([*bare[:-2], *cases.EXHIBITS[:count], *bare[-2:]]), "test-letter") for count in range(9)
    ]
    assert [one.has for one in scores] == sorted(one.has for one in scores)
    assert scores[0].has < scores[-1].has


def test_identity_copy_raises_no_score() -> None:
    """With a copy of an ID and nothing else the score is that of a case with nothing."""
    bare = without_exhibits()
    copy = next(one for one in cases.EXHIBITS if one.kind == "id-copy")
    with_copy = completeness(source([*bare[:-2], copy, *bare[-2:]]), "test-letter")
    assert with_copy.has == completeness(source(bare), "test-letter").has


def test_what_is_recorded_as_not_available_is_said_and_not_asked_again() -> None:
    """Evidence that was explained away has its reason in the line and no command."""
    bare = [*without_exhibits(), e.EvidenceExplained("capture.removal_mail", "the mailbox is gone")]
    line = next(one for one in completeness(source(bare), "test-letter").lines if one.what == "removed")
    assert line.because.endswith("recorded as not available: the mailbox is gone")
    assert line.raises == ""


def test_letter_that_cannot_be_made_yet_is_scored_too() -> None:
    """A missing answer is a line of its own with the command that gives it."""
    answers = cases.without(cases.ANSWERS, "page.changes")
    found = completeness(source(cases.bodies(answers=answers)), "test-letter")
    needed = [one for one in found.lines if one.kind == "needed"]
    assert [one.raises for one in needed] == ["recover answer amber-heron page.changes"]


# --- proof of control -------------------------------------------------------------------------------------------------


def test_proofs_are_ranked_and_an_exhibit_counts_once() -> None:
    """The strongest stands first, then as the file has them; what lacks is ranked the same way."""
    found = standing()
    assert [(held.control.id, held.exhibits) for held in found.held] == [
        ("f.video", ("E06",)),
        ("f.receipts", ("E03", "E04", "E05")),
        ("f.mails", ("E02",)),
    ]
    assert [row.id for row in found.missing] == ["f.archive"]


def test_identity_copy_never_counts_whatever_a_row_says() -> None:
    """Even a row that calls it strong finds no proof in a copy of an ID."""
    found = standing()
    assert found.never == ("E07",)
    assert "f.id" not in [row.id for row in found.missing]
    assert not [held for held in found.held if "E07" in held.exhibits]


def test_reader_learns_of_no_proof_that_may_not_leave() -> None:
    """Without being ticked, a video is no proof that a platform's sheet could name."""
    assert "E06" not in {number for held in standing(profile="platform").held for number in held.exhibits}


def test_platform_follows_from_the_contested_account() -> None:
    """The account's kind says whose reviewers are meant; organisations that carry a case come last."""
    assert platforms_of(helper_view(source())) == ("facebook",)
    assert [each.platform for each in helper_standings(source())] == ["facebook", "partner"]


@pytest.mark.parametrize("profile", ["victim"])
def test_account_holder_gets_no_sheet(profile: str) -> None:
    """A list of missing proofs never goes to somebody whose ownership may still be vetted."""
    made = source()
    plan = plan_packet(made, profile)
    assert control_document(plan, helper_view(made)) is None


def test_sheet_for_a_platform_says_what_there_is_and_nothing_that_lacks() -> None:
    """A platform reads proofs with the exhibits that are enclosed, without weights, gaps or our sources."""
    made = source()
    plan = plan_packet(made, "platform")
    profiles = load_profiles(made.templates)
    sheet = control_document(plan, View(made, profiles, profiles.get("platform")))
    assert sheet is not None
    text = plain_text(sheet.blocks)
    assert "Mails with headers" in text
    assert "E02" in text
    assert sheet.head == (("Account", "Qonşu Səsləri, 100064000000101"),)
    for told in ("Archived copies", "practice", "good", "missing", "E07", "ID, said"):
        assert told not in text


@pytest.mark.parametrize("profile", ["platform", "partner", "lawyer"])
def test_sheet_names_no_exhibit_that_is_not_in_the_packet(profile: str) -> None:
    """What the sheet points to is enclosed; what the client has and keeps back is neither named nor called missing."""
    letter = cases.LETTER.replace("to: platform", f"to: {'partner' if profile == 'partner' else 'platform'}")
    made = cases.source(
        letters={"test-letter": letter.replace("receipts: {exhibits: [receipts]", "receipts: {exhibits: [none]")}
    )
    made = replace(made, registry=replace(made.registry, controls=CONTROLS))
    plan = plan_packet(made, profile)
    sheet = next((each for each in plan.documents if each.stem == "proof-of-control"), None)
    assert sheet is not None
    text = plain_text(sheet.blocks)
    enclosed = {each.number for each in plan.exhibits}
    assert set(re.findall(r"E\d\d", text)) <= enclosed
    if profile != "lawyer":
        assert "E03" not in enclosed
        assert "Receipts" not in text


def test_sheet_for_a_lawyer_says_what_lacks_and_where_it_is_known_from() -> None:
    """A lawyer reads weights with their certainty, what lacks, where it is found, and the sources."""
    made = source()
    plan = plan_packet(made, "lawyer")
    profiles = load_profiles(made.templates)
    sheet = control_document(plan, View(made, profiles, profiles.get("lawyer")))
    assert sheet is not None
    text = plain_text(sheet.blocks)
    for told in ("good (D)", "Archived copies", "a web archive", "practice", "does not count as proof"):
        assert told in text


def test_shipped_rows_rank_a_copy_of_an_id_nowhere() -> None:
    """Every shipped row has sources, and those that ask for an ID copy count nothing."""
    for row in load_registry().controls:
        assert row.provenance.sources
        assert ("id-copy" in row.shown_by) == (row.weight == "none")
