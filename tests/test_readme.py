"""The README tells the truth: its commands exist, its session is what the program prints."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROGRAM = [sys.executable, "-c", "from recover.cli.main import run; run()"]


def recover(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], input=given, capture_output=True, text=True, encoding="utf-8")


def test_a_stranger_has_seen_it_all_by_line_30() -> None:
    """The first 30 lines hold a session, what it is not, and both commands."""
    first = "\n".join(README.splitlines()[:30])
    assert "$ recover start hijacked-page" in first
    assert "What it is not" in first
    assert re.search(r"^python3 .*recover practice neighbour-voices --out packet$", first, re.MULTILINE)
    assert re.search(r"^python3 .*-m pytest", first, re.MULTILINE)


def named_commands() -> list[str]:
    found = re.findall(r"`(recover [a-z-]+(?: [a-z]+)?)[^`]*`", README)
    return sorted({" ".join(words for words in command.split()[:3]) for command in found})


@pytest.mark.parametrize("command", named_commands())
def test_commands_of_the_readme_exist(command: str) -> None:
    """Each command the README names answers to --help."""
    words = shlex.split(command)[1:]
    group = words[:2] if words[0] in ("evidence", "vault", "case", "playbook") else words[:1]
    done = recover(*group, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout or "usage" in done.stdout


def test_the_session_of_the_readme_is_what_is_printed(tmp_path: Path) -> None:
    """The card, the question and the choices stand in the README as the program prints them."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("five words for a test only", "utf-8")
    done = recover(
        "--plain", "--vault", str(tmp_path / "vault"), "--passphrase-file", str(passphrase), "start", "hijacked-page"
    )
    printed = neutral(done.stdout + done.stderr)
    session = README.split("```console")[1].split("```")[0].splitlines()[2:]
    assert len(session) > 6
    assert [line for line in session if line.strip() not in ("", "…") and neutral(line) not in printed] == []


def neutral(text: str) -> str:
    """Take the case's random name and the length of the interview out of a text."""
    return re.sub(r"[a-z]+-[a-z]+, step (\d+) of \d+", r"CASE, step \1", text)
