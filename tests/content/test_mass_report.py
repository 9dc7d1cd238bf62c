"""The shipped playbook for mass reports, played through engine, vault and packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recover import content, practice, times
from recover.case.plan import parse_instance
from recover.case.survey import DueItem
from recover.desk import answering
from recover.desk.case import OpenCase
from recover.errors import PartialError, RecoverError, RefusedError
from recover.playbook.answers import Answers
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story

STORIES = practice.find_stories(["mass-report"])
PROFILES = ("platform", "partner", "victim", "lawyer")
EU_LETTERS = (
    "reasons-request",
    "internal-complaint-content",
    "internal-complaint-account",
    "out-of-court-application",
    "article-86-mandate",
)
POSTS, PROFILE, TIKTOK = "Posts P1 and P2", "Profile", "TikTok @letna9"


@dataclass(slots=True)
class Player:
    """A story's case, played act by act."""

    case: OpenCase
    clock: practice.StoryClock
    acts: tuple[tuple[str, Answers], ...]
    zone: str

    def play_until(self, last: str) -> None:
        """Play every act that begins at or before a moment of the story's zone."""
        while self.acts and self.acts[0][0] <= last:
            (at, rows), *rest = self.acts
            self.acts = tuple(rest)
            self.clock.at = times.parse_instant(at, self.zone)
            answering.apply_rows(self.case, rows, allow_change=True)

    def send(self, letter: str, step: str, at: str) -> None:
        """Have the client approve a letter and record it as sent, at a moment of the story's zone."""
        self.clock.at = times.parse_instant(at, self.zone)
        self.case.approve(letter, how="read aloud", language="vi", step=step)
        self.case.sent(letter, step=step)

    def reply(self, step: str, outcome: str, at: str) -> None:
        """Record what came back, at a moment of the story's zone."""
        self.clock.at = times.parse_instant(at, self.zone)
        self.case.reply(outcome, step=step)

    def due(self, source: str, element: str = "") -> DueItem:
        """Return the one date of a deadline."""
        (found,) = [one for one in self.case.survey().due if (one.source, one.element) == (source, element)]
        return found


@pytest.fixture
def letna() -> Iterator[Player]:
    story = load_story(practice.find_stories(["letna-9"])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        yield Player(case, clock, tuple((act.at, act.answers) for act in story.acts), "Europe/Prague")


@pytest.fixture
def packet_day(letna: Player) -> Player:
    letna.play_until("9999")
    return letna


def texts() -> dict[str, str]:
    """Return the text of everything this playbook brings, by file."""
    letters = {use.template for step in load_playbook("mass-report").steps for use in step.letters}
    files = [content.templates_root() / "letters" / f"{name}.en.md" for name in sorted(letters)]
    root = content.playbooks_root()
    files += [root / "mass-report" / "playbook.yaml", root / "shared" / "eu-rights.yaml"]
    files += [root / "shared" / "decisions.yaml", root / "facts" / "channels" / "eu.yaml"]
    return {file.name: file.read_text("utf-8") for file in files}


def test_there_are_stories_for_the_impostor_and_for_holders_elsewhere() -> None:
    """The happy path in the Union is not the only one that is tested."""
    assert {"letna-9", "across-the-border", "borrowed-name", "back-in-a-week", "the-long-way"} <= {
        path.stem for path in STORIES
    }


# --- who may have these rights --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "status"), [("no", "given"), (None, "dont-know"), (None, "declined")])
def test_no_letter_of_eu_law_unless_the_holder_is_known_to_be_in_the_union(
    packet_day: Player, value: str | None, status: str
) -> None:
    """A no, a don't-know and no answer all close every letter under EU law, in steps and in the letters themselves."""
    packet_day.case.answer("intake.eu", value, status=status)
    offered = {each.name for each in packet_day.case.survey().letters if each.is_offered}
    assert not offered & set(EU_LETTERS)
    for name in EU_LETTERS:
        with pytest.raises(RefusedError, match="established or located in the Union"):
            packet_day.case.letter(name)


def test_dates_of_eu_law_are_not_shown_elsewhere(packet_day: Player) -> None:
    """When the answer becomes no, the dates of the Digital Services Act leave the list."""
    assert any(one.rule.startswith("dsa.") for one in packet_day.case.survey().due)
    packet_day.case.answer("intake.eu", "no")
    assert not any(one.rule.startswith("dsa.") for one in packet_day.case.survey().due)


def test_scope_cannot_be_overridden(packet_day: Player) -> None:
    """No helper can lift the question where the holder lives."""
    packet_day.case.answer("intake.eu", "no")
    with pytest.raises(RefusedError):
        packet_day.case.override("holder_in_union", "the partner is in Berlin")


def test_body_needs_its_own_consent(packet_day: Player) -> None:
    """Consent for the platform does not cover an out-of-court body."""
    packet_day.case.answer("eu_rights.body_consent", "no")
    with pytest.raises(RefusedError, match="out-of-court body"):
        packet_day.case.letter("out-of-court-application")


def test_no_mandate_no_organisation_in_letters(letna: Player) -> None:
    """While the signed mandate is not in the log, no letter claims that an organisation files it."""
    letna.play_until("9999")
    letna.case.withdraw("E09", "signed by the wrong person")
    for name in ("reasons-request", "internal-complaint-account", "out-of-court-application"):
        text = letna.case.letter(name).text
        assert "L 12345" not in text
        assert "Article 86" not in text


# --- what is never said ---------------------------------------------------------------------------------------------


def test_partners_are_never_called_by_the_name_of_article_22() -> None:
    """The status of Article 22 is for notices of illegal content; nothing here uses its name."""
    assert [name for name, text in texts().items() if "trusted flagger" in text.lower()] == []


def test_number_of_notices_stands_only_beside_its_exhibit(packet_day: Player) -> None:
    """Without the notices in the log, no letter prints their number, and the letter about the pattern is not made."""
    packet_day.case.withdraw("E03", "belongs to another person")
    with pytest.raises(PartialError, match="no exhibit supports notices"):
        packet_day.case.letter("abusive-reporting-pattern")
    for name in ("internal-complaint-content", "internal-complaint-account", "out-of-court-application"):
        assert "14 notices" not in packet_day.case.letter(name).text


@pytest.mark.parametrize(
    "guess", ["hundreds of people reported me", "about 500 reports", "14 notices, from 300 people"]
)
def test_guessed_number_of_reporters_is_refused(packet_day: Player, guess: str) -> None:
    """The answer counts notices in hand; a number of people or reports is not taken."""
    with pytest.raises(RecoverError):
        packet_day.case.answer("mass_report.notices_line", guess)


def test_nobody_is_asked_for_names_of_a_channel() -> None:
    """A call to report is recorded by its address and day; no column takes a person."""
    (calls,) = [fact for fact in load_playbook("mass-report").facts if fact.id == "mass_report.calls"]
    assert [column.id for column in calls.fields] == ["link", "seen_on"]


# --- once for each decision -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "step"),
    [
        ("content-removal-appeal", f"appeal_content[{POSTS}]"),
        ("suspension-appeal", f"appeal_account[{PROFILE}]"),
        ("tiktok-appeal", f"appeal_tiktok[{TIKTOK}]"),
    ],
)
def test_second_appeal_cannot_be_recorded(packet_day: Player, letter: str, step: str) -> None:
    """What the holder appealed alone counts as much as what we sent: no second appeal is offered or recorded."""
    (state,) = [each for each in packet_day.case.survey().letters if each.instance == step]
    assert [block.id for block in state.blocks] == ["second_appeal"]
    with pytest.raises(RecoverError):
        packet_day.case.sent(letter, step=step)


def test_complaint_of_one_decision_leaves_the_other_open(packet_day: Player) -> None:
    """Two decisions are two complaints: the first that is sent finishes its own date only."""
    packet_day.send("internal-complaint-content", f"eu.complaint_content[{POSTS}]", "2026-09-22 09:30")
    assert packet_day.due("eu.complaint_content", POSTS).state == "done"
    assert packet_day.due("eu.complaint_account", PROFILE).state == "open"
    assert "complaint about removed content" in packet_day.case.letter("out-of-court-application").text.lower()


# --- further on -----------------------------------------------------------------------------------------------------


def test_body_brings_it_back_after_two_refusals(packet_day: Player) -> None:
    """Complaints are refused, the body decides for the holder, and the line of what to do when it is back opens."""
    packet_day.send("internal-complaint-content", f"eu.complaint_content[{POSTS}]", "2026-09-22 09:30")
    packet_day.send("internal-complaint-account", f"eu.complaint_account[{PROFILE}]", "2026-09-22 09:40")
    packet_day.send("out-of-court-application", "eu.application", "2026-09-25 10:00")
    packet_day.reply(f"eu.content_reply[{POSTS}]", "refused", "2026-10-05 10:00")
    packet_day.reply(f"eu.account_reply[{PROFILE}]", "refused", "2026-10-06 10:00")
    assert packet_day.due("eu.body_decides").on == times.parse_instant("2026-12-24 12:00", "Europe/Prague").date()
    packet_day.reply("eu.body_reply", "restored", "2026-12-10 10:00")
    names = {parse_instance(each.id).name: each.status for each in packet_day.case.survey().instances}
    assert names["eu.refused"] == "done"
    assert names["back"] == "open"
    assert packet_day.due("eu.body_decides").state == "done"


def test_body_that_refuses_ends_the_line(packet_day: Player) -> None:
    """After the body's no, the way under EU law is over and nothing is offered a second time."""
    packet_day.send("out-of-court-application", "eu.application", "2026-09-25 10:00")
    packet_day.reply("eu.body_reply", "refused", "2026-12-10 10:00")
    survey = packet_day.case.survey()
    names = {parse_instance(each.id).name: each.status for each in survey.instances}
    assert names["eu_over"] == "done"
    assert not [each for each in survey.letters if each.name == "out-of-court-application" and each.is_offered]


def test_oversight_board_is_lost_after_its_day(packet_day: Player) -> None:
    """After the last day on the screen the right is lost, and the list says so instead of dropping it."""
    packet_day.clock.at = times.parse_instant("2026-09-30 09:00", "Europe/Prague")
    assert packet_day.due("oversight", POSTS).state == "lost"


def test_date_in_the_app_wins(letna: Player) -> None:
    """A last day that TikTok's app shows takes the place of the default, and both are said."""
    letna.play_until("2026-09-02 13:40")
    letna.case.answer("decisions.all", "2026-10-02", element=TIKTOK, field="screen_date")
    item = letna.due("tiktok_eea", TIKTOK)
    assert (str(item.on), str(item.rule_on)) == ("2026-10-02", "2027-03-01")


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_no_packet_for_the_impostor(tmp_path: Path) -> None:
    """Who has an ID copy and a good story gets a page of dates, and no letter, exhibit or proof under any profile."""
    played = practice.play(practice.find_stories(["borrowed-name"])[0], out=tmp_path / "out")
    assert {each.profile for each in played.refused} == {"platform", "partner", "lawyer", "police", "press"}
    assert {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()} == {"message.txt", "pages.pdf"}
    text = (tmp_path / "out" / "victim" / "message.txt").read_text("utf-8")
    assert "100005000000960" not in text
    assert "Please" not in text


def test_letters_of_the_packet_are_short_and_approved_first(packet_day: Player) -> None:
    """Every letter fits its page, and what is filed in the client's name waits for the client's word."""
    plan = packet_day.case.plan_packet("platform")
    letters = plan.letters
    assert {each.name for each in letters} >= set(EU_LETTERS) - {"out-of-court-application", "article-86-mandate"}
    # The form of the mandate is for every platform; what Meta gets is the signed one, as E09.
    assert {row.name: row.why for row in plan.left_out}["article-86-mandate"] == "it names an account on TikTok"
    assert "E09" in {each.number for each in plan.exhibits}
    for letter in letters:
        assert letter.words <= 350
        assert letter.pages == 1
    with pytest.raises(RefusedError):
        packet_day.case.sent("reasons-request", step="eu.reasons")


def test_platform_does_not_get_the_application_to_the_body(packet_day: Player) -> None:
    """What goes to the out-of-court body is in the packet for partners and lawyer only."""
    for profile in PROFILES:
        names = {letter.name for letter in packet_day.case.plan_packet(profile).letters}
        assert ("out-of-court-application" in names) == (profile in ("partner", "lawyer"))
