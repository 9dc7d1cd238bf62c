"""A changed gate, rule or letter opens no case before somebody here saw the difference; the case keeps who did it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recover import practice
from recover.desk import Desk, accepting, pinning
from recover.errors import AlteredError, CannotWriteError, RefusedError
from recover.packet.verify import verify_packet
from recover.playbook import overrides
from tests.desk.conftest import HandClock
from tests.playbook.own import CHANNEL, RULE, changed, write


def real(tmp_path: Path, clock: HandClock, own: Path) -> Desk:
    """Return a desk with a vault that stays, and an own folder."""
    desk = Desk(tmp_path / "vault", clock=clock, state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    desk.create_vault("correct horse battery staple", recovery="none")
    return desk


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    write(folder, "facts/rules.yaml", RULE)
    return folder


def test_an_unseen_change_opens_no_case(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """Nothing is written for it, and the hint is the command that shows the change."""
    desk = real(tmp_path, clock, own)
    with pytest.raises(RefusedError, match="changes 1 rule of what is shipped") as refused:
        desk.start("hijacked-page")
    assert f"recover playbook accept {own}" in refused.value.hint
    assert desk.cases() == ()


def test_what_was_seen_is_remembered_for_exactly_these_bytes(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """After a confirmation cases open; one more byte in the file, and it is asked for again."""
    desk = real(tmp_path, clock, own)
    desk.accept(desk.unconfirmed())
    assert desk.unconfirmed() == ()
    desk.start("hijacked-page")
    write(own, "facts/rules.yaml", RULE + "\n# later\n")
    with pytest.raises(RefusedError):
        desk.start("hijacked-page")


def test_another_device_asks_again(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """What one person saw on one device says nothing about the next."""
    found = overrides.critical(overrides.changes_of([own]))
    accepting.accept(overrides.digest(found), own, clock(), tmp_path / "one")
    assert accepting.unconfirmed([own], tmp_path / "one") == ()
    assert accepting.unconfirmed([own], tmp_path / "two") == found


def test_a_second_playbook_of_a_case_is_held_too(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """An own folder that came to be changed after the case was opened does not come in by its second playbook."""
    desk = real(tmp_path, clock, own)
    desk.accept(desk.unconfirmed())
    case = desk.start("hijacked-page")
    changed(own, "follow-up.en.md", "---\n", "---\n# ours\n")
    changed(own, "shared/intake.yaml", "override: helper", "override: nobody")
    with pytest.raises(RefusedError):
        desk.follow(case, "phishing-app")


def test_a_confirmation_that_cannot_be_kept_is_an_error(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """A state folder that cannot be written to is said, and nothing counts as confirmed."""
    state = tmp_path / "state"
    state.write_text("a file in the way", "utf-8")
    with pytest.raises(CannotWriteError):
        accepting.accept("0" * 64, own, clock(), state)


def test_practice_may_use_what_nobody_confirmed(desk: Desk, tmp_path: Path, clock: HandClock, own: Path) -> None:
    """A trainer plays changed stories at once: what is thrown away harms nobody."""
    practice = Desk(tmp_path / "other", clock=clock, state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    practice.create_throwaway_vault()
    assert practice.start("hijacked-page", practice=True).local


def test_a_case_keeps_who_changed_what(tmp_path: Path, clock: HandClock, own: Path) -> None:
    """Opened where nobody has the folder, the case still says what of it is not as shipped, and by whom."""
    desk = real(tmp_path, clock, own)
    desk.accept(desk.unconfirmed())
    name = desk.start("hijacked-page").name
    elsewhere = Desk(
        tmp_path / "vault",
        passphrase=lambda: "correct horse battery staple",
        clock=clock,
        state_dir=tmp_path / "state",
        use_keyring=False,
    )
    case = elsewhere.open(name)
    assert case.local_words == ("changed locally by Aysel M.: rule meta.trash",)
    assert case.local[0].says[0] == "lengths: “30d” → “29d”"


def test_a_change_that_a_playbook_does_not_use_is_not_told(tmp_path: Path, own: Path) -> None:
    """A rule of Page posts says nothing about a stolen phone number."""
    desk = Desk(tmp_path / "vault", state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    assert desk.local_words_of(desk.playbook("hijacked-page"))
    assert desk.local_words_of(desk.playbook("phishing-app")) == ()


def test_an_unnamed_author_is_called_so(tmp_path: Path, own: Path) -> None:
    """A file without authors does not pass for the project's."""
    write(own, "facts/rules.yaml", RULE.replace("authors: [Aysel M.]\n", ""))
    desk = Desk(tmp_path / "vault", state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    (words,) = desk.local_words_of(desk.playbook("hijacked-page"))
    assert words == "changed locally by an unnamed author: rule meta.trash"


def test_an_address_that_was_never_shipped_is_told_where_it_is_used(tmp_path: Path, own: Path) -> None:
    """Only the channels of the playbook at hand are named."""
    write(own, "facts/channels/own.yaml", CHANNEL)
    changed(own, "hijacked-page/playbook.yaml", "channel: meta.support-thread", "channel: own.form")
    desk = Desk(tmp_path / "vault", state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    words = desk.local_words_of(desk.playbook("hijacked-page"))
    assert any(told.startswith("own.form: https://example.org/form lies on a domain") for told in words)
    assert not any("example.org" in told for told in desk.local_words_of(desk.playbook("phishing-app")))


def test_what_a_bundle_keeps_of_it_is_read_strictly(desk: Desk, own: Path, tmp_path: Path) -> None:
    """A pinned bundle whose changes are no changes is refused."""
    local = Desk(tmp_path / "other", state_dir=tmp_path / "state", roots=[own], use_keyring=False)
    bundle = local.bundle("hijacked-page")
    content = pinning.bundle_bytes(bundle)
    assert pinning.read_bundle(content, bundle.digests).local == bundle.local
    broken = content.replace(b'"how":"changed"', b'"how":7')
    assert broken != content
    with pytest.raises(AlteredError):
        pinning.read_bundle(broken, bundle.digests)


def test_readers_who_help_are_told_who_changed_a_letter(tmp_path: Path, own: Path) -> None:
    """The partner's cover names what to check and by whom; the platform and the approved text name nobody."""
    changed(own, "partner-escalation.en.md", "\nto: partner\n", "\nto: partner\nauthors: [Ayla M.]\n")
    played = practice.play(practice.find_stories(["neighbour-voices"])[0], out=tmp_path / "out", roots=[own])
    packets = {profile: packet.path for profile, packet in played.packets}
    partner = packets["partner"]
    cover = (partner / "cover.txt").read_text("utf-8")
    assert "TO BE CHECKED BEFORE YOU RELY ON IT" in cover
    assert "changed locally by Ayla M.: letter partner-escalation.en" in cover
    (text,) = [path.read_text("utf-8") for path in partner.rglob("*partner-escalation*.txt")]
    assert text.rstrip().endswith("The text of this letter was changed locally by Ayla M.")
    manifest = json.loads((partner / "manifest.json").read_text("utf-8"))
    row = {"what": "letter", "id": "partner-escalation.en", "how": "changed", "by": "Ayla M."}
    assert row in manifest["changed_locally"]
    assert verify_packet(partner).faults == ()
    for path in (path for path in packets["platform"].rglob("*") if path.is_file()):
        assert b"Ayla M" not in path.read_bytes(), path
