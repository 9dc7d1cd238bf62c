"""An own folder of playbooks at the command line: found, shown, confirmed, and told on every screen and packet."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from recover import content
from tests.cli.runner import recover
from tests.playbook.own import RULE, changed, write
from tests.sessions.conftest import Run

EXAMPLE = content.playbooks_root() / "hijacked-page" / "answers-example.yaml"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An own folder: one rule, one letter, and a form on a domain that was never shipped."""
    folder = tmp_path / "own"
    write(folder, "facts/rules.yaml", RULE)
    changed(folder, "page-hijack-statement.en.md", "to: platform\n", "to: platform\nauthors: [Aysel M.]\n")
    row = re.search(
        r"  meta\.page-ownership:\n(?:    .*\n|\n)+?(?=  \S)",
        (content.playbooks_root() / "facts" / "channels" / "meta.yaml").read_text("utf-8"),
    )
    assert row is not None
    channel = re.sub(r"    url: .*\n", "", row[0]).replace(
        "    to: Meta\n", "    to: Meta\n    url: https://example.org/f\n"
    )
    write(
        folder, "facts/channels/ours.yaml", f"domains: {{example.org: ours}}\nauthors: [Aysel M.]\nchannels:\n{channel}"
    )
    return folder


def digest(own: Path) -> str:
    """Return the digest of what is to be confirmed."""
    return str(json.loads(recover("--playbooks", own, "playbook", "accept", "--json").out)["digest"])


def test_the_folder_is_named_by_option_environment_or_configuration(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed counts before the environment, and that before the configuration file."""

    def in_force(*options: object) -> str:
        return str(json.loads(recover(*options, "playbook", "accept", "--json").out)["folder"])

    config = Path(os.environ["XDG_CONFIG_HOME"]) / "recover" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'playbooks = "{own}"\n', "utf-8")
    assert in_force() == str(own)
    for name in ("second", "third"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("RECOVER_PLAYBOOKS", str(tmp_path / "second"))
    assert in_force() == str(tmp_path / "second")
    assert in_force("--playbooks", tmp_path / "third") == str(tmp_path / "third")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('playbook = "/x"\n', 32, "config.toml:1: unknown key 'playbook'"),
        ("# ours\nplaybooks = 7\n", 32, "config.toml:2: playbooks is one folder"),
        ("playbooks = /x\n", 32, "not readable as TOML"),
        ('playbooks = "/nowhere/at/all"\n', 10, "/nowhere/at/all: the own folder of playbooks is not there"),
    ],
)
def test_a_configuration_with_a_mistake_is_told_with_its_place(text: str, code: int, said: str) -> None:
    """A misspelt key would leave the own folder out without a word."""
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "recover" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(text, "utf-8")
    result = recover("playbook", "list")
    assert result.code == code, result
    assert said in result.said
    assert "hint:" in result.err


def test_without_a_terminal_an_unseen_change_is_refused(run: Run, own: Path) -> None:
    """Exit 4, the command that shows it, and no case; the first-aid card is shown all the same."""
    result = run("--playbooks", own, "start", "hijacked-page", "--answers", EXAMPLE)
    assert result.code == 4, result
    assert "First aid:" in result.err
    assert f"hint: recover playbook accept {own}" in result.err
    assert run("case", "list", "--json").out.strip() == "[]"


def test_accept_shows_each_difference_and_asks_for_the_digest(own: Path) -> None:
    """Old beside new for every change; a script has to name the digest of what it saw."""
    shown = recover("playbook", "accept", own)
    assert shown.code == 4
    assert "lengths: “30d” → “29d”" in shown.err
    assert "→ “https://example.org/f”" in shown.said
    assert f"--digest {digest(own)}" in shown.err
    assert recover("playbook", "accept", own, "--digest", "0" * 64).code == 4
    assert recover("playbook", "accept", own, "--digest", digest(own)).code == 0
    assert "confirmed here before" in recover("playbook", "accept", own).out


def test_case_screens_and_packets_say_who_changed_what(run: Run, own: Path, tmp_path: Path) -> None:
    """Start, next, letter, preview, cover, letter and manifest: each says it; the platform reads no author."""
    assert recover("playbook", "accept", own, "--digest", digest(own)).code == 0
    started = run("--playbooks", own, "start", "hijacked-page", "--practice", "--answers", EXAMPLE)
    assert started.code == 0, started
    assert "changed locally by Aysel M." in started.said
    told = "changed locally by Aysel M.: rule meta.trash, channel meta.page-ownership, letter page-hijack-statement.en"
    address = "meta.page-ownership: https://example.org/f lies on a domain that was never shipped (allowed by Aysel M.)"
    for words in (["next"], ["letter", "page-hijack-statement"], ["case", "show"]):
        screen = run(*words)
        assert told in screen.said, screen
        assert address in screen.said, screen
    letter = json.loads(run("letter", "page-hijack-statement", "--json").out)
    assert "Aysel" not in letter["text"]
    assert any(row.startswith("changed locally by Aysel M.") for row in letter["careful"])
    packet = run("packet", "--for", "platform", "--out", tmp_path / "platform", "--yes")
    assert told in packet.said
    assert address in packet.said
    manifest = json.loads((tmp_path / "platform" / "manifest.json").read_text("utf-8"))
    assert {"what": "rule", "id": "meta.trash", "how": "changed"} in manifest["changed_locally"]
    for path in (tmp_path / "platform").rglob("*"):
        assert not path.is_file() or b"Aysel" not in path.read_bytes(), path


def test_lists_say_which_playbooks_are_not_as_shipped(own: Path) -> None:
    """`list` and `show` name the author; the JSON has a key for it."""
    changed(own, "hijacked-page/playbook.yaml", "critical: true", "critical: false")
    rows = {row["id"]: row for row in json.loads(recover("--playbooks", own, "playbook", "list", "--json").out)}
    assert rows["hijacked-page"]["local"][0].startswith("changed locally by an unnamed author: step hijacked-page:")
    assert rows["mass-report"]["local"] == []
    assert "changed locally by Aysel M." in recover("--playbooks", own, "playbook", "show", "hijacked-page").said


def test_a_case_opened_before_is_not_touched_by_the_folder(run: Run, own: Path) -> None:
    """An open case keeps its pinned texts, whatever folder is named later."""
    started = run("start", "hijacked-page", "--practice", "--answers", EXAMPLE)
    assert started.code == 0, started
    assert "changed locally" not in run("--playbooks", own, "letter", "page-hijack-statement").err


def at_a_terminal(words: list[str], typed: str, until: str) -> tuple[int, str]:
    """Run `recover WORDS` at a terminal, type when `until` stands on the screen; return exit code and screen."""
    master, slave = pty.openpty()
    code = "from recover.cli.main import run; run()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "100"},
        start_new_session=True,
    )
    os.close(slave)
    screen, has_typed = "", False
    while select.select([master], [], [], 60)[0]:
        try:
            screen += os.read(master, 65536).decode("utf-8", "replace")
        except OSError:
            break
        if not has_typed and until in screen:
            os.write(master, typed.encode())
            has_typed = True
    os.close(master)
    return process.wait(timeout=60), screen


def test_at_a_terminal_a_person_is_asked_once(own: Path) -> None:
    """The differences stand on the screen before the question; *no* keeps nothing, *yes* is asked for no more."""
    words = ["playbook", "accept", str(own)]
    code, screen = at_a_terminal(words, "no\n", "Use these changes")
    assert code == 130, screen
    assert "“30d” → “29d”" in screen
    code, screen = at_a_terminal(words, "yes\n", "Use these changes")
    assert code == 0, screen
    assert digest(own) in screen
    assert "confirmed here before" in recover(*words).out


def test_start_at_a_terminal_shows_the_changes_before_a_case_is_opened(
    run: Run, vault: Path, key_file: Path, own: Path
) -> None:
    """The card first, for whoever is in danger; then the differences and the question; a no opens no case."""
    words = ["--vault", str(vault), "--passphrase-file", str(key_file), "--playbooks", str(own)]
    code, screen = at_a_terminal([*words, "start", "hijacked-page"], "\nno\n", "press Enter")
    assert code == 130, screen
    assert screen.index("First aid") < screen.index("“30d” → “29d”") < screen.index("Use these changes")
    assert run("case", "list", "--json").out.strip() == "[]"


def test_an_own_contact_stands_on_the_letter_s_screen(run: Run, tmp_path: Path) -> None:
    """A helpline's contact is configuration: whoever sends the letter reads it, and the letter itself does not."""
    folder = tmp_path / "contacts"
    rows = (content.playbooks_root() / "facts" / "organisations.yaml").read_text("utf-8")
    helpline = rows[rows.index("  helpline:\n") : rows.index("  out-of-court-body:\n")]
    write(
        folder, "facts/contacts.yaml", "organisations:\n" + helpline + "    contact: desk@example.org, key 0xINVENTED\n"
    )
    partner = (content.playbooks_root() / "facts" / "channels" / "meta.yaml").read_text("utf-8")
    form = partner[partner.index("  meta.page-ownership:\n") :]
    form = form[: form.index("\n\n") + 1].replace("    to: Meta\n", "    to: Meta\n    organisation: helpline\n")
    write(folder, "facts/form.yaml", "channels:\n" + form)
    assert recover("playbook", "accept", folder, "--digest", digest(folder)).code == 0
    assert run("--playbooks", folder, "start", "hijacked-page", "--practice", "--answers", EXAMPLE).code == 0
    shown = run("letter", "page-hijack-statement")
    assert "contact: desk@example.org, key 0xINVENTED" in shown.said
    assert "not for: Private disputes" in shown.said
    assert "desk@example.org" not in shown.out


def test_a_fault_in_the_own_folder_never_keeps_first_aid_back(run: Run, tmp_path: Path) -> None:
    """The shipped card is read aloud, the fault told with its place, and the way on without the folder named."""
    broken = write(tmp_path, "own/facts/broken.yaml", "rules: [\n").parents[1]
    result = run("--playbooks", broken, "start", "hijacked-page", "--answers", EXAMPLE)
    assert result.code == 30, result
    assert "First aid:" in result.err
    assert "recover --playbooks none start hijacked-page" in result.said
    assert "facts/broken.yaml:" in result.said
    assert run("--playbooks", "none", "start", "hijacked-page", "--practice", "--answers", EXAMPLE).code == 0


def test_a_second_playbook_of_a_case_says_what_of_it_is_changed(run: Run, own: Path) -> None:
    """Refused while nobody has looked; afterwards the screen says who changed what of the new playbook."""
    assert run("start", "phishing-app", "--practice", typed="1\n1\nstop\n").code == 0
    name = json.loads(run("case", "list", "--json").out)[0]["name"]
    follow = ("--playbooks", own, "case", "follow", name, "hijacked-page", "--same-account")
    assert run(*follow).code == 4
    assert recover("playbook", "accept", own, "--digest", digest(own)).code == 0
    followed = run(*follow)
    assert followed.code == 0, followed
    assert "changed locally by Aysel M.: rule meta.trash" in followed.said


def test_hostile_names_cannot_command_the_terminal(own: Path) -> None:
    """An author's name with an escape in it is refused as a file; one with brackets is only text."""
    write(own, "facts/more.yaml", 'authors: ["\\u001b[2J"]\nrules: {}\n')
    shown = recover("playbook", "accept", own)
    assert "\x1b" not in shown.err + shown.out
