"""The installed command in processes and terminals of its own: locales, signals, pipes, tmux."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sessions.conftest import PASSPHRASE

COMMAND = [sys.executable, "-c", "from recover.cli.main import run; run()"]


def command(*words: object, env: dict[str, str] | None = None, typed: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run `recover WORDS` as a process without a terminal."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        input=typed.encode(),
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
        start_new_session=True,
    )


@pytest.mark.parametrize("locale", ["ar_EG.UTF-8", "tr_TR.UTF-8", "C"])
def test_no_locale_breaks_anything(vault: Path, key_file: Path, locale: str) -> None:
    """Right-to-left, Turkish and plain C locales give the same case, names intact in JSON."""
    env = {"LC_ALL": locale, "LANG": locale}
    options = ["--vault", vault, "--passphrase-file", key_file]
    begun = command(*options, "start", "hijacked-page", "--practice", env=env, typed="1\n1\nstop\n")
    assert begun.returncode == 0, begun.stderr
    named = command(*options, "answer", "intake.client_name", "-", env=env, typed="Nərmin Əhmədli\n")
    assert named.returncode == 0, named.stderr
    shown = command(*options, "answer", "--json", env=env)
    assert b"N\\u0259rmin \\u018fhm\\u0259dli" in shown.stdout
    for result in (begun, named, shown, command(*options, "due", env=env)):
        assert b"Traceback" not in result.stderr
        assert b"a bug" not in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1251"])
def test_a_terminal_without_the_letters_escapes_them(vault: Path, key_file: Path, encoding: str) -> None:
    """An old terminal's encoding costs a letter's shape, never the command."""
    env = {"PYTHONIOENCODING": encoding}
    result = command(
        "--vault", vault, "--passphrase-file", key_file, "start", "hijacked-page", env=env, typed="1\nstop\n"
    )
    assert result.returncode == 0, result.stderr
    assert b"Traceback" not in result.stderr


def test_without_terminal_and_passphrase_nothing_hangs(vault: Path) -> None:
    """A cron job gets exit 12 and a hint, not a prompt that waits for ever."""
    result = command("--vault", vault, "next")
    assert result.returncode == 12, result
    assert b"--passphrase-file" in result.stderr


@pytest.mark.needs("sh")
def test_a_closed_pipe_leaves_no_trace_of_python(vault: Path, key_file: Path) -> None:
    """`recover … | head -c 1` ends quietly."""
    line = shlex.join([*COMMAND, "--vault", str(vault), "playbook", "show", "hijacked-page"]) + " | head -c 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert (done.stdout, b"Traceback" in done.stderr, b"Exception" in done.stderr) == (b"h", False, False)


class Tmux:
    """One tmux session in its own server and home; types lines, waits for words on the screen."""

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        self.socket = str(home / "tmux.socket")
        self.env = {**os.environ, **env, "HOME": str(home)}
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "50", "bash --norc")
        self._tmux("set-option", "-g", "history-limit", "9000")

    def _tmux(self, *words: str) -> str:
        line = ["tmux", "-S", self.socket, *words]
        return subprocess.run(line, env=self.env, capture_output=True, text=True, check=True).stdout

    def type(self, text: str) -> None:
        """Type a line and press Enter."""
        self._tmux("send-keys", "-l", text)
        self._tmux("send-keys", "Enter")

    def press(self, key: str) -> None:
        """Press one key, such as `C-c`."""
        self._tmux("send-keys", key)

    def pipe_to(self, file: Path) -> None:
        """Write everything that appears on the screen from now on into a file."""
        self._tmux("pipe-pane", "-o", f"cat >> {shlex.quote(str(file))}")

    def screen(self) -> str:
        """Return everything that was on the screen."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def wait_for(self, words: str, *, times: int = 1, seconds: float = 30) -> str:
        """Wait until words are on the screen and return the screen."""
        until = time.monotonic() + seconds
        while self.screen().count(words) < times:
            assert time.monotonic() < until, f"no {words!r} in:\n{self.screen()}"
            time.sleep(0.1)
        return self.screen()

    def close(self) -> None:
        """End the session and its server."""
        self._tmux("kill-server")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A terminal; its state and data folders are the test's own."""
    env = {"HISTFILE": str(tmp_path / "history"), "PS1": "$ ", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    session = Tmux(tmp_path, env)
    yield session
    session.close()


@pytest.mark.needs("tmux", "bash")
@pytest.mark.parametrize("form", ["--plain", ""], ids=["plain", "full"])
def test_a_first_case_typed_in_a_terminal(tmux: Tmux, tmp_path: Path, form: str) -> None:
    """Card, passphrase typed twice, questions, Ctrl-C, resume; nothing in the shell's history or on the disk."""
    vault = tmp_path / "vault"
    recover = f"{shlex.join(COMMAND)} {form} --vault {vault}"
    tmux.type(f"{recover} start hijacked-page")
    tmux.wait_for("press Enter to open a case")
    tmux.type("")
    tmux.wait_for("New passphrase:")
    tmux.type(PASSPHRASE)
    tmux.wait_for("The same again:")
    tmux.type(PASSPHRASE)
    screen = tmux.wait_for("Can you talk freely right now?")
    found = re.search(r"This case is called ([a-z]+-[a-z]+)", screen)
    assert found is not None, screen
    tmux.type("1")
    tmux.wait_for("in danger at this moment")
    tmux.press("C-c")
    tmux.wait_for("everything answered so far is kept")
    tmux.type("clear; tmux clear-history")
    tmux.type(f"{recover} resume {found[1]}")
    tmux.wait_for("Passphrase of the vault:")
    tmux.type(PASSPHRASE)
    screen = tmux.wait_for("in danger at this moment")
    assert "Can you talk freely right now?" not in screen
    tmux.type("stop")
    tmux.wait_for("Everything is kept in")
    tmux.type(f"{recover} note {found[1]}")
    tmux.wait_for("Passphrase of the vault:", times=2)
    tmux.type(PASSPHRASE)
    tmux.wait_for("What should be noted?")
    tmux.type("MARKER-4711 and her sources")
    tmux.type("")
    tmux.wait_for("note kept")
    tmux.type("history -a; echo written")
    tmux.wait_for("written", times=2)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and b"MARKER-4711" in path.read_bytes()]
    assert left == []
    assert PASSPHRASE not in (tmp_path / "history").read_text("utf-8")
