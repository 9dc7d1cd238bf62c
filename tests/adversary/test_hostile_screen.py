"""Hostile text in every field of a case stays text on the screen: no command of the helper's day prints what acts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from recover import practice
from recover.desk.opening import Desk
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story
from recover.vault.vault import Vault
from tests.adversary.hostile import MARKS, poisoned
from tests.cli.runner import Result, recover

PASSPHRASE = "correct horse battery staple"
LOOKING = (
    ("next",),
    ("due",),
    ("case", "list"),
    ("case", "show"),
    ("timeline",),
    ("evidence", "list"),
    ("evidence", "show", "E01"),
    ("letter",),
    ("letter", "page-hijack-statement"),
    ("letter", "identity-contest-rebuttal"),
    ("letter", "cascade-block-appeal"),
    ("letter", "partner-escalation"),
    ("packet", "--for", "lawyer"),
    ("packet", "--for", "partner"),
    ("packet", "--for", "platform"),
    ("packet", "--for", "victim"),
    ("packet", "--list"),
)
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ufeff\U000e0000-\U000e007f]")
"""Controls but tab and line feed, overrides of direction, separators, tags. Isolates are ours: they come in pairs."""


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """Play a story full of payloads in a real vault, and give a function that runs commands on it."""
    root = tmp_path_factory.mktemp("screen")
    key_file, state = root / "passphrase", root / "state"
    key_file.write_text(PASSPHRASE + "\n", "utf-8")
    Vault.create(root / "vault", passphrase=PASSPHRASE, recovery="none", work_factor=2, state_dir=state)
    story = load_story(practice.find_stories(["neighbour-voices"])[0])
    story = poisoned(story, load_playbook(story.playbook))
    clock = practice.StoryClock(practice._moment(story.clock, story.zone))
    desk = Desk(root / "vault", clock=clock, state_dir=state, passphrase=lambda: PASSPHRASE, use_keyring=False)
    case = desk.start(story.playbook, practice=True, clock=clock)
    assert practice.play_acts(case, clock, story) == ()

    def run(*words: str, patch: pytest.MonkeyPatch) -> Result:
        patch.setenv("XDG_STATE_HOME", str(root))
        return recover("--vault", root / "vault", "--passphrase-file", key_file, "--as-of", story.as_of, *words)

    return run


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_the_screen_gets_text_and_nothing_else(
    look: Callable[..., Result], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No control, no change of direction and no separator reaches the terminal; isolates are closed on their line."""
    result = look(*words, patch=monkeypatch)
    shown = result.out + result.err
    assert result.code in (0, 3, 4), shown
    assert ACTS.findall(shown) == []
    for line in shown.splitlines():
        assert sum(line.count(sign) for sign in "\u2066\u2067\u2068") == line.count("\u2069"), line


def test_the_payloads_are_on_the_screen(look: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown is the hostile case: every payload's mark stands in the timeline or in the list of evidence."""
    shown = look("timeline", patch=monkeypatch).out + look("evidence", "list", patch=monkeypatch).out
    assert [mark for mark in MARKS if mark not in shown] == []


def test_scripts_get_json(look: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """`--json` stays one JSON document of ASCII controls escaped, whatever the fields hold."""
    for words in (("timeline", "--json"), ("evidence", "list", "--json"), ("next", "--json")):
        result = look(*words, patch=monkeypatch)
        json.loads(result.out)
        assert re.findall("[\x00-\x08\x0b-\x1f\x7f]", result.out) == []
