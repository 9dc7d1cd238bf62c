"""The mistakes that people make who have never seen YAML: each is told with its file, its line, and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recover import content
from tests.cli.runner import recover

PLAYBOOK = "playbooks/phishing-app/playbook.yaml"
STORY = "playbooks/phishing-app/stories/in-time.yaml"
RULES = "playbooks/facts/rules.yaml"
CHANNELS = "playbooks/facts/channels/stores.yaml"

MISTAKES = [
    # what, file, as it was, as it was written, the text on whose line it is told, words of the message, of the advice
    ("a tab", PLAYBOOK, "    type: asset\n", "\ttype: asset\n", "\ttype", "a tab", "indent with spaces"),
    ("no space behind a colon", PLAYBOOK, "    type: asset", "    type:asset", "type:asset", "no space", "`type: `"),
    ("a colon in a text", PLAYBOOK, "ask: Can you", "ask: Tell me: can you", "Tell me", "colon", "quotes"),
    ("a space too many", PLAYBOOK, "    why: A lost", "     why: A lost", "why: A lost", "indented more", "below"),
    ("a space too few", PLAYBOOK, "    why: A lost", "   why: A lost", "why: A lost", "not stand below", "indent it"),
    ("an open quote", PLAYBOOK, "text: All other", "text: 'All other", "All other", "quote", "put ' behind"),
    ("an open bracket", PLAYBOOK, "google, other]", "google, other", "google, other", "bracket", "put ]"),
    ("no space behind a dash", PLAYBOOK, "    - Do not write", "    -Do not write", "-Do not", "dash", "`- `"),
    ("a text with *", PLAYBOOK, "title: Which acc", "title: *Which acc", "*Which", "aliases", "quotes"),
    ("a text with @", PLAYBOOK, "help: Its name", "help: @name", "@name", "cannot begin with @", "quotes"),
    ("the same line twice", PLAYBOOK, "    title: Which account\n", "    title: Which one\n    title: Which account\n",
     "title: Which account", "stands here twice", "first is on line"),
    ("the same id twice", PLAYBOOK, "- id: warned", "- id: lost", "- id: lost\n    title: The contacts",
     "declared twice", "also on line"),
    ("a made-up word", PLAYBOOK, "    race: true\n", "    urgent: true\n", "urgent: true", "unknown key",
     "there are id"),
    ("a misspelt word", PLAYBOOK, "    tell: Now the", "    tel: Now the", "tel: Now", "unknown key", "mean tell"),
    ("a misspelt type", PLAYBOOK, "type: choice", "type: choise", "choise", "not possible", "mean choice"),
    ("a capital in an id", PLAYBOOK, "- id: warned", "- id: Warned", "Warned", "not an id", "lower-case"),
    ("a hyphen in an id", PLAYBOOK, "- id: lost_after_all", "- id: lost-after-all", "lost-after-all", "not an id",
     "underscores"),
    ("a capital in a value", PLAYBOOK, "      ours: Yes", "      Ours: Yes", "Ours", "choice value", "lower-case"),
    ("no reason for a question", PLAYBOOK, "    why: A lost account has a way of its own.\n", "", "ask: Can you still",
     "why it is asked", "add why"),
    ("a question without words", PLAYBOOK, "    ask: Can you still log in?\n", "", "type: choice", "'ask'", "add `ask"),
    ("a way to nowhere", PLAYBOOK, "next: care\n", "next: aftercare\n", "aftercare", "no step", "mean care"),
    ("a step without a way on", PLAYBOOK, "    next: care\n", "", "- id: change", "there is none", "add `next: step`"),
    ("a misspelt question", PLAYBOOK, "when: in_hands", "when: in_hand", "in_hand ==", "no fact 'in_hand'", "in_hands"),
    ("an answer that cannot be", PLAYBOOK, "in_hands == 'lost'", "in_hands == 'gone'", "'gone'", "no choice",
     "ours, lost"),
    ("one equals sign", PLAYBOOK, "in_hands == 'lost'", "in_hands = 'lost'", "= 'lost'", "cannot be read", "`==`"),
    ("an answer without quotes", PLAYBOOK, "in_hands == 'lost'", "in_hands == lost", "== lost", "no fact 'lost'",
     "quotes"),
    ("no way for the unknown", PLAYBOOK, "{otherwise: warning}", "{when: in_hands == 'ours', go: warning}",
     "{when: in_hands == 'ours'", "unknown answer", "otherwise"),
    ("a question nobody asks", PLAYBOOK, "ask: [account, in_hands]", "ask: [account]", "  in_hands:", "never asked",
     "ask it in a step"),
    ("a password", PLAYBOOK, "  in_hands:\n    type: choice\n    ask: Can you still log in?\n",
     "  key:\n    type: text\n    ask: What is your password?\n    why: To log in.\n  in_hands:\n    type: choice\n"
     "    ask: Can you still log in?\n", "your password", "password", "never asked"),
    ("a day the other way round", PLAYBOOK, "reviewed: 2026-11-23", "reviewed: 23.11.2026", "23.11.2026", "not a day",
     "2026-11-23"),
    ("half a version", PLAYBOOK, "version: 1.0.0", "version: 1.0", "version: 1.0", "not a version", "1.0.0"),
    ("another folder's name", PLAYBOOK, "playbook: phishing-app", "playbook: phishing-page", "phishing-page",
     "not the folder's name", "rename"),
    ("a misspelt group", PLAYBOOK, "use: shared/mailbox", "use: shared/mail-box", "mail-box", "no group", "mailbox"),
    ("a number without a unit", RULES, "lengths: [180d]", "lengths: [180]", "lengths: [180]", "length", "180d"),
    ("a length in words", RULES, "lengths: [180d]", "lengths: [half a year]", "half a year", "length", "6m"),
    ("a certainty in words", RULES, "certainty: C", "certainty: high", "high", "not possible", "A, B, C, D"),
    ("an address without https", CHANNELS, "url: https", "url: http", "url: http:", "channel's address", "https://"),
    ("an unknown domain", CHANNELS, "url: https://support.google.com", "url: https://google-help.example",
     "google-help.example", "no listed domain", "domains.yaml"),
    ("a story's wrong word", STORY, "playbook: phishing-app", "playbok: phishing-app", "playbok", "unknown key",
     "mean playbook"),
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trainer's own copy of playbooks and templates."""
    root = tmp_path_factory.mktemp("trainer")
    for name in ("playbooks", "templates"):
        shutil.copytree(content.content_root() / name, root / name)
    return root


@pytest.mark.parametrize(
    ("file", "old", "new", "on", "message", "advice"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(
    copy: Path, file: str, old: str, new: str, on: str, message: str, advice: str
) -> None:
    """`recover playbook lint` names the very line, says what is wrong, and how it is put right."""
    path = copy / file
    before = path.read_text("utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), "utf-8")
    try:
        result = recover("playbook", "lint", path, "--strict", "--json")
        shown = recover("playbook", "lint", path, "--strict", "--plain")
    finally:
        broken = path.read_text("utf-8")
        path.write_text(before, "utf-8")
    line = broken[: broken.index(on)].count("\n") + 1
    told = [row for row in json.loads(result.out) if row["line"] == line and row["code"] != "C201"]
    assert result.code == 30
    assert told, f"nothing is said about line {line}: {result.out}"
    assert any(message in row["message"] and advice in row["hint"] for row in told), told
    assert all(row["hint"] for row in told)
    assert f"{path.name}:{line}:" in shown.out


def test_there_are_thirty() -> None:
    """The list is as long as was promised, and each mistake differs."""
    assert len({row[1:4] for row in MISTAKES}) == len(MISTAKES) >= 30
