"""Patterns: the same as regular expressions where they overlap, and linear."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import PlaybookError
from recover.playbook.patterns import read_pattern

SIGNS = st.sampled_from(["a", "b", "1", ".", r"\d", "[ab]", "[^a]", "[a-c1]", r"\.", r"\-", r"[\]a]", "[a-]"])
REPEATS = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}", "{2,}"])
PATTERNS = st.lists(
    st.lists(st.tuples(SIGNS, REPEATS).map("".join), max_size=5).map("".join), min_size=1, max_size=2
).map("|".join)


@given(PATTERNS, st.text(alphabet="abc1.-]x\n", max_size=10))
@settings(max_examples=500)
def test_agrees_with_regular_expressions(pattern: str, text: str) -> None:
    """Inside the subset a pattern matches exactly what Python's whole match does."""
    assert read_pattern(pattern).matches(text) is (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize("pattern", ["a*" * 90 + "b", "[ab]*[a]*[ab]*[a]*c", "a{0,100}a{0,100}", ".*.*.*.*.*x"])
def test_is_linear(pattern: str) -> None:
    """Patterns that make backtracking explode are answered at once, also on the longest answer."""
    began = time.process_time()
    assert not read_pattern(pattern).matches("a" * 10_000 + "!")
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "pattern",
    [
        "(a)",
        "(?=a)",
        "^a",
        "a$",
        r"\w",
        r"\1",
        "a**",
        "*a",
        "a{x}",
        "a{5,2}",
        "a{999}",
        "[",
        "[]",
        "[z-a]",
        "a\\",
        "a{2",
        "a{300}" * 2,
        "a" * 201,
        "(?P<n>a)",
        "a{,3}",
    ],
)
def test_the_rest_is_refused(pattern: str) -> None:
    """Groups, anchors, look-around, references and unbounded counts are errors."""
    with pytest.raises(PlaybookError):
        read_pattern(pattern)


@given(st.text(max_size=20), st.text(max_size=10))
def test_nothing_else_is_raised(pattern: str, text: str) -> None:
    """Any text is a pattern or a PlaybookError."""
    try:
        read_pattern(pattern).matches(text)
    except PlaybookError:
        return
