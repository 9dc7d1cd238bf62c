"""Lists over cases of which a part is gone: the work is shown, the loss is said, and a script sees it fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sessions.conftest import Run

LISTS = [("next",), ("due",), ("case", "list")]


def newest_object(run: Run, vault: Path, case: str) -> Path:
    """Record a note and return the sealed object that holds it."""
    before = set(vault.rglob("obj/*/*.age"))
    assert run("note", case, "-", typed="the client calls back at six\n").code == 0
    (added,) = set(vault.rglob("obj/*/*.age")) - before
    return added


@pytest.mark.parametrize("words", [*LISTS, ("next", "CASE"), ("due", "CASE")])
def test_a_list_that_may_lack_something_says_so_and_fails(
    run: Run, case: str, vault: Path, words: tuple[str, ...]
) -> None:
    """`due` must not look empty and fine because the entry that held the date was deleted."""
    newest_object(run, vault, case).unlink()
    words = tuple(case if word == "CASE" else word for word in words)
    result = run(*words)
    assert result.code == 21, result
    assert result.out.strip()
    assert "careful: " in result.err
    assert case in result.err
    assert "hint: recover verify" in result.err
    assert "Traceback" not in result.err
    as_json = run(*words, "--json")
    assert as_json.code == 21, as_json
    assert isinstance(json.loads(as_json.out), list)
    assert "careful: " in as_json.err


@pytest.mark.parametrize("words", LISTS)
def test_an_altered_entry_is_told_from_a_missing_one(run: Run, case: str, vault: Path, words: tuple[str, ...]) -> None:
    """Bytes that were changed are worse than a file that has not come yet."""
    victim = newest_object(run, vault, case)
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    result = run(*words)
    assert result.code == 20, result
    assert case in result.out + result.err


@pytest.mark.parametrize("words", LISTS)
def test_whole_cases_make_no_noise(run: Run, case: str, words: tuple[str, ...]) -> None:
    """Nothing is said about a case that is as it was left."""
    result = run(*words)
    assert result.code == 0, result
    assert "may lack" not in result.err
