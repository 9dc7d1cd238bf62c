"""Whatever is typed into a session, it never ends in a bug, and what was recorded verifies."""

from __future__ import annotations

import random

import pytest

from recover import content
from tests.sessions.conftest import Run

POOL = (
    *map(str, range(1, 14)), "", "", "skip", "back", "back", "?", "don't know", "prefer not to say", "yes", "no",
    "2026-10-05", "2026-10-05 21:40", "2017", "2025-10~", "2017-03/2025-10", "unknown", "yesterday", "2026-13-45",
    "Asia/Baku", "az", "ayla@example.org", "@handle", "100064000000101", "https://www.facebook.com/1000", "1,2", "0",
    "Qonşu Səsləri", "\u202eabc", "x" * 12000, "'", '"', "\\", "\\stop", "/dev/null", "/no/such/file", "E01", "E99",
    "📷", "١٢٣", "a\x00b", "\x1b[2J", "None", "{}", "[]", "{{ 7*7 }}", "-", "-1", "--help",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_lines_in_a_session(run: Run, seed: int) -> None:
    """A hundred and fifty odd lines at the first interview and at one that is filled are answered or refused."""
    choose = random.Random(seed)
    example = content.playbooks_root() / "hijacked-page" / "answers-example.yaml"
    lines = iter([choose.choice(POOL) for _ in range(300)])
    begun = run("start", "hijacked-page", "--practice", typed="\n".join(next(lines) for _ in range(150)) + "\n")
    assert begun.code in (0, 130), begun
    filled = run("start", "hijacked-page", "--new", "--practice", "--answers", example)
    assert filled.code == 0, filled
    case = filled.out.split(":")[0]
    typed = run("resume", case, typed="\n".join(lines) + "\n")
    assert typed.code in (0, 130), typed
    assert run("verify", "--with-keys").code == 0
    for words in (["next"], ["due"], ["timeline", case], ["case", "show", case], ["case", "show", case, "--log"]):
        assert run(*words).code == 0, words
