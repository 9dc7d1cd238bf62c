"""CASE may be left out, so the words after a command are told apart by how they read."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.cli.words import case_and, case_and_fact, case_and_files, case_and_text, is_entry, is_exhibit
from recover.errors import UsageError


@pytest.mark.parametrize(
    ("words", "split"),
    [
        ([], ("", None)),
        (["amber-heron"], ("amber-heron", None)),
        (["9cb3277d"], ("9cb3277d", None)),
        (["-"], ("", "-")),
        (["a note of several words"], ("", "a note of several words")),
        (["amber-heron", "-"], ("amber-heron", "-")),
        (["amber-heron", "text"], ("amber-heron", "text")),
    ],
)
def test_case_and_text(words: list[str], split: tuple[str, str | None]) -> None:
    """One word is the case when it reads like one, and the text otherwise."""
    assert case_and_text(words) == split


def test_too_many_words_are_refused() -> None:
    """A text that was not quoted is not cut in pieces silently."""
    for call in (case_and_text, case_and_fact):
        with pytest.raises(UsageError, match="too many words"):
            call(["amber-heron", "a.b", "c", "d"])
    with pytest.raises(UsageError, match="too many words"):
        case_and(["a", "b", "c"], most=1, what="E07")


def test_case_and_fact() -> None:
    """A question has a dot in its name, a case has none."""
    assert case_and_fact(["intake.zone"]) == ("", "intake.zone", None)
    assert case_and_fact(["amber-heron"]) == ("amber-heron", "", None)
    assert case_and_fact(["amber-heron", "intake.zone", "x"]) == ("amber-heron", "intake.zone", "x")


def test_a_file_that_exists_is_no_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first word is the case, unless a file is called so."""
    monkeypatch.chdir(tmp_path)
    assert case_and_files(["amber-heron", "a.png"]) == ("amber-heron", [Path("a.png")])
    Path("amber-heron").touch()
    assert case_and_files(["amber-heron", "a.png"]) == ("", [Path("amber-heron"), Path("a.png")])


def test_exhibits_and_entries() -> None:
    """Numbers of other devices carry a suffix."""
    assert all(map(is_exhibit, ("E07", "e7", "E01-k3f")))
    assert all(map(is_entry, ("12", "12-k3f")))
    assert not any(map(is_exhibit, ("07", "E", "amber-heron", "E07/..")))
    assert not any(map(is_entry, ("E07", "-1", "12-")))
