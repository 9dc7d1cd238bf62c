"""The shipped playbooks for a hijacked Instagram account and a phishing app, played through the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from recover import practice, times
from recover.case.plan import parse_instance
from recover.desk import answering
from recover.desk.case import OpenCase
from recover.desk.results import PacketWritten
from recover.errors import RefusedError
from recover.playbook.answers import Answers
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story

PLAYBOOKS = ("hijacked-instagram", "phishing-app")
STORIES = practice.find_stories(PLAYBOOKS)
PROFILES = ("platform", "partner", "victim", "lawyer", "police", "press")
SOURCES = ("Selin", "Aktaş", "Baran", "Demirkol", "Gülizar")
LINK = "https://kripto-kazanc.example"


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

    def status(self, step: str) -> str:
        """Return where a step stands."""
        found = self.case.survey().instance(step)
        return found.status if found else "unreached"


def play(name: str) -> Iterator[Player]:
    """Open a story's case and give its player."""
    story = load_story(practice.find_stories([name])[0])
    with practice.practising(story) as begin:
        case, clock = begin()
        yield Player(case, clock, tuple((act.at, act.answers) for act in story.acts), story.zone)


@pytest.fixture
def fototakip() -> Iterator[Player]:
    yield from play("fototakip")


@pytest.fixture
def watched() -> Iterator[Player]:
    yield from play("watched-camera")


@cache
def steps_reached(path: Path) -> frozenset[str]:
    """Play a story to its end; return the names of the steps that were reached."""
    story = load_story(path)
    with practice.practising(story) as begin:
        case, clock = begin()
        for act in story.acts:
            clock.at = times.parse_instant(act.at, story.zone)
            answering.apply_rows(case, act.answers, allow_change=True)
        clock.at = times.parse_instant(story.as_of, story.zone)
        found = case.survey().instances
        return frozenset(parse_instance(each.id).name for each in found if each.status != "unreached")


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_every_step_is_reached_by_a_story(playbook: str) -> None:
    """Nothing of a playbook's own, nor of its groups, is without a story (but the first questions)."""
    steps = {step.id for step in load_playbook(playbook).steps}
    own = {step for step in steps if "." not in step}
    shared = {step for step in steps if "." in step and not step.startswith("intake.")}
    assert own <= set().union(*(steps_reached(path) for path in practice.find_stories([playbook])))
    assert shared <= set().union(*(steps_reached(path) for path in STORIES))


def test_cards_share_what_is_true_for_everybody() -> None:
    """What is read before anybody knows what happened: talk safely, trust, delete nothing, pay nobody."""
    cards = [load_playbook(name).first_aid.lines for name in (*PLAYBOOKS, "hijacked-page")]
    shared = [row for row in cards[0] if all(row in card for card in cards)]
    assert {"Can", "Type", "Delete", "Pay"} <= {row.split()[0] for row in shared}


# --- the order ------------------------------------------------------------------------------------------------------


def test_app_is_recorded_before_it_is_removed(fototakip: Player) -> None:
    """Name, version, rights and a picture are in the log before the removal is on offer."""
    fototakip.play_until("2026-03-18 08:10")
    assert fototakip.status("app.record") == "done"
    assert fototakip.status("app.uninstall") == "unreached"
    fototakip.case.answer("suspect_app.spying", "no")
    assert fototakip.status("app.uninstall") == "open"


def test_removal_waits_for_its_pictures() -> None:
    """While the app was not photographed, and nobody said why not, its removal is not offered."""
    for player in play("in-time"):
        ((at, rows), *_) = player.acts
        player.clock.at = times.parse_instant(at, player.zone)
        for given in rows.facts:
            player.case.answer(given.fact, given.raw)
        assert player.status("app.uninstall") in ("unreached", "held")


def test_mailbox_comes_after_the_app_and_before_the_account(fototakip: Player) -> None:
    """Neither the form nor the statement is reached before app, reuse and mailbox are complete."""
    fototakip.play_until("2026-03-18 08:10")
    assert {fototakip.status(step) for step in ("box.device", "reversal", "on_file", "selfie")} == {"unreached"}
    fototakip.play_until("2026-03-18 08:50")
    assert fototakip.status("app.reuse") == "done"
    assert fototakip.status("box.device") == "open"
    assert {fototakip.status(step) for step in ("reversal", "on_file", "selfie")} == {"unreached"}
    fototakip.play_until("2026-03-18 09:20")
    assert fototakip.status("box.others") == "done"
    assert fototakip.status("reversal") == "open"


def test_reused_passwords_come_before_any_appeal(fototakip: Player) -> None:
    """A password that was typed into an app forces the question where else it is used, and only then the rest."""
    fototakip.play_until("2026-03-18 08:10")
    fototakip.case.answer("suspect_app.spying", "no")
    for item in ("rights", "removed", "no_passwords"):
        fototakip.case.mark("app.uninstall", item)
    fototakip.case.answer("suspect_app.typed", ["instagram"])
    assert fototakip.status("app.reuse") == "open"
    assert not any(each.name == "instagram-statement" for each in fototakip.case.survey().letters)


def test_no_password_is_typed_while_the_device_is_in_doubt(fototakip: Player) -> None:
    """Without a clean device the mailbox and every later step with a password are held, and nobody can override it."""
    fototakip.play_until("2026-03-18 08:50")
    fototakip.case.answer("mailbox.recovery_device", "no")
    survey = fototakip.case.survey()
    look = survey.instance("box.look")
    gate = survey.gate("clean_device")
    assert look is not None
    assert gate is not None
    assert (look.status, look.held_by, gate.override) == ("held", ("clean_device",), "nobody")


# --- where the app stays ---------------------------------------------------------------------------------------------


def test_app_with_spying_rights_is_not_removed(watched: Player) -> None:
    """An accessibility service is handed on, whatever the client thinks of the app."""
    watched.play_until("9999")
    assert watched.status("app.uninstall") == "unreached"
    assert watched.status("app.hand_on") == "done"


@pytest.mark.parametrize("answer", ["yes", "dont-know"])
def test_app_stays_when_in_doubt(fototakip: Player, answer: str) -> None:
    """A yes and a don't-know about spying software both leave the app where it is."""
    fototakip.play_until("2026-03-18 08:10")
    status = "dont-know" if answer == "dont-know" else "given"
    fototakip.case.answer("suspect_app.spying", answer, status=status)
    assert fototakip.status("app.hand_on") == "open"
    assert fototakip.status("app.uninstall") == "unreached"


def test_list_for_the_client_does_not_tell_to_reset_a_phone_under_examination(watched: Player) -> None:
    """Where the phone is evidence, the client's own list says to leave it alone."""
    watched.play_until("9999")
    watched.case.answer("account_care.restored_at", "2026-02-19")
    text = watched.case.letter("account-after-care").text
    assert "Leave the phone as it is" in text
    assert "Reset the phone" not in text


# --- the ways back --------------------------------------------------------------------------------------------------


def test_statement_is_kept_and_not_sent(fototakip: Player) -> None:
    """The statement can be made, was never sent, and is not on offer once the account is back."""
    fototakip.play_until("2026-03-18 23:59")
    offers = [each for each in fototakip.case.survey().letters if each.name == "instagram-statement"]
    assert [each.is_offered for each in offers] == [True]
    fototakip.play_until("9999")
    assert not [each for each in fototakip.case.survey().letters if each.name == "instagram-statement"]
    assert fototakip.case.state.sent == ()
    assert "FotoTakip+" in fototakip.case.letter("instagram-statement").text


def test_refused_selfie_leads_to_the_statement(fototakip: Player) -> None:
    """When the selfie is refused, the statement that was kept goes out in writing, once."""
    fototakip.play_until("2026-03-18 23:59")
    fototakip.case.answer("hijacked_instagram.selfie_result", "refused")
    assert fototakip.status("by_letter") == "open"
    with pytest.raises(RefusedError):
        fototakip.case.sent("instagram-statement", at="2026-03-18 10:20 Europe/Istanbul", step="by_letter")


def test_account_without_faces_is_never_led_to_a_selfie(fototakip: Player) -> None:
    """No photo of the holder, or nobody knows: the way without a selfie."""
    fototakip.play_until("2026-03-18 09:20")
    for fact, value in (
        ("hijacked_instagram.reversal", "none"),
        ("hijacked_instagram.lost_at", "2026-03-18"),
        ("hijacked_instagram.changes", "the e-mail address"),
        ("hijacked_instagram.foreign_factor", "yes"),
    ):
        fototakip.case.answer(fact, value)
    fototakip.case.answer("hijacked_instagram.photos_of_holder", "dont-know", status="dont-know")
    assert fototakip.status("older") == "open"
    assert fototakip.status("selfie_choice") == "unreached"


def test_stories_are_shown_as_lost_with_their_hours(fototakip: Player) -> None:
    """Stories live 24 hours after first and last deletion; at the end they are lost, the posts are back."""
    fototakip.play_until("9999")
    due = {item.source: item for item in fototakip.case.survey().due}
    stories, posts = due["stories"], due["posts"]
    assert stories.at is not None
    assert stories.at_latest is not None
    assert (stories.at.isoformat(), stories.at_latest.isoformat()) == (
        "2026-03-18T23:15:00+00:00",
        "2026-03-18T23:40:00+00:00",
    )
    assert (stories.state, str(posts.on), posts.state) == ("lost", "2026-04-17", "done")


# --- what leaves ----------------------------------------------------------------------------------------------------


def everything_written(player: Player, out: Path) -> tuple[list[str], list[tuple[str, PacketWritten]]]:
    """Write a packet for every profile; return the text of every file that is no picture, and the packets."""
    packets, _ = practice.write_packets(player.case, out)
    files = [path for path in sorted(out.rglob("*")) if path.is_file() and path.suffix != ".pdf"]
    return [path.read_bytes().decode("utf-8", "replace") for path in files], list(packets)


def test_sources_and_live_links_leave_with_nobody(fototakip: Player, tmp_path: Path) -> None:
    """No file of any packet names one of the three people, holds an address that opens, or speaks of the DSA."""
    fototakip.play_until("9999")
    texts, packets = everything_written(fototakip, tmp_path / "out")
    assert {profile for profile, _ in packets} == {"platform", "victim", "lawyer", "police"}
    for unwanted in (*SOURCES, LINK, "kripto-kazanc.example/", "Digital Services Act", "state body", "state security"):
        assert not [text for text in texts if unwanted in text], unwanted
    assert any("hxxps://kripto-kazanc[.]example" in text for text in texts)


def test_event_that_names_a_source_stops_the_packet(fototakip: Player) -> None:
    """A helper who writes a source's name into an event by mistake cannot send it."""
    fototakip.play_until("9999")
    fototakip.case.event(
        "2026-03-18 12:00 Europe/Istanbul", "Baran Demirkol was told in person", source="helpline", marks=("attack",)
    )
    with pytest.raises(RefusedError, match="people_at_risk"):
        fototakip.case.plan_packet("platform")


def test_warning_is_there_in_both_languages(fototakip: Player) -> None:
    """The client's own packet has the warning in English and in Turkish; the Turkish one says it was not reviewed."""
    fototakip.play_until("9999")
    letters = {each.name: each for each in fototakip.case.plan_packet("victim", with_proof=True).letters}
    assert letters["contact-warning"].language == "en"
    assert letters["contact-warning-turkish"].language == "tr"
    assert letters["contact-warning-turkish"].is_unreviewed
    assert "mesajları ben yazmadım" in letters["contact-warning-turkish"].text


def test_nothing_leaves_for_the_one_who_took_it(tmp_path: Path) -> None:
    """Who asks without mandate and with an ID copy alone gets no packet, no letter and no selfie step."""
    played = practice.play(practice.find_stories(["borrowed-story"])[0], out=tmp_path / "out")
    assert played.packets == ()
    assert {each.profile for each in played.refused} == set(PROFILES)
