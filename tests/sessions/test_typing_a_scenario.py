"""A whole scenario typed into a plain terminal, from the first question to a packet."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from recover import content
from recover.vault.vault import Vault
from tests.sessions.conftest import PASSPHRASE
from tests.sessions.neighbour_voices import Helper
from tests.sessions.test_real_processes import COMMAND, Tmux, tmux

__all__ = ["tmux"]

FILES = content.playbooks_root() / "hijacked-page" / "stories" / "files"
MOST_LINES = 700
"""More lines than the scenario needs; a helper who goes round in circles is a failure."""


def typed_session(terminal: Tmux, record: Path, helper: Helper) -> str:
    """Type what the helper answers to each prompt until the shell is back; return all that was on the screen."""
    seen = 0
    for _ in range(MOST_LINES):
        until = time.monotonic() + 30
        while True:
            screen = record.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "")
            if "session over" in screen[seen:]:
                return screen
            if screen[seen:].endswith("> "):
                break
            assert time.monotonic() < until, screen[-2000:]
            time.sleep(0.02)
        said, seen = screen[seen:], len(screen)
        terminal.type(helper.reply(said))
        while not record.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")[seen:].count("\n"):
            time.sleep(0.01)
    raise AssertionError(screen[-2000:])


@pytest.mark.needs("tmux", "bash")
def test_neighbour_voices_typed_in_a_plain_terminal(tmux: Tmux, tmp_path: Path, key_file: Path) -> None:
    """Lost, restored, lost again, contested, blocked: all is typed; the platform's packet says what it must."""
    vault, record, packet = tmp_path / "vault", tmp_path / "screen", tmp_path / "packet"
    Vault.create(vault, passphrase=PASSPHRASE, recovery="none", work_factor=2)
    recover = f"{shlex.join(COMMAND)} --plain --vault {vault} --passphrase-file {key_file}"
    record.touch()
    tmux.type("stty -echo")
    tmux.pipe_to(record)
    helper = Helper(FILES)
    # Quoted, so that a terminal which still echoes what is typed does not show the words by which the end is known.
    tmux.type(f"{recover} start hijacked-page; echo session' 'over")
    tmux.wait_for("press Enter to open a case")
    tmux.type("")
    screen = typed_session(tmux, record, helper)
    assert helper.left() == [], screen[-3000:]
    assert "Traceback" not in screen
    found = re.search(r"This case is called ([a-z]+-[a-z]+)", screen)
    assert found is not None
    line = f"{recover} packet {found[1]} --for platform --out {packet} --yes --as-of '2026-10-13 12:00 Asia/Baku'"
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = "\n".join(path.read_text("utf-8") for path in packet.rglob("*.txt"))
    for words in (
        "7 October 2026",
        "stop all changes of admins",
        "FB-551201",
        "FB-559877",
        "AP-77810",
        "Qonşu Səsləri",
    ):
        assert words in written
    for number in (*(f"10006400000010{n}" for n in range(1, 7)), "100005000000201", "17841400000000301"):
        assert number in written
    exhibits = json.loads((packet / "manifest.json").read_text("utf-8"))["exhibits"]
    assert not {"Live video of the holder", "ID scan"} & {row["title"] for row in exhibits}
    for argument in ("due", "letter"):
        line = f"{recover} {argument} {found[1]} --json --as-of '2026-10-13 12:00 Asia/Baku'"
        rows = json.loads(subprocess.run(shlex.split(line), capture_output=True, check=True).stdout)
        if argument == "due":
            days = {(row["on"], row["state"]) for row in rows}
            assert {("2027-04-07", "done"), ("2027-04-07", "open"), ("2026-11-04", "open")} <= days
            assert {("2026-09-23", "missed"), ("2026-10-20", "open"), ("", "file-now")} <= days
