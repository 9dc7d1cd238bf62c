"""Tells apart the words after a command: CASE may be left out, so `recover sent follow-up` has to be understood too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from recover.errors import UsageError

_CASE = re.compile(r"[a-z]{2,20}-[a-z]{2,20}|[0-9a-f]{4,32}")
_EXHIBIT = re.compile(r"[Ee]\d{1,6}(?:-[a-z0-9]{1,12})?")
_ENTRY = re.compile(r"\d{1,9}(?:-[a-z0-9]{1,12})?")


def reads_like_case(word: str) -> bool:
    """Say whether a word could name a case: two words with a hyphen, or the beginning of an id."""
    return _CASE.fullmatch(word) is not None


def is_exhibit(word: str) -> bool:
    """Say whether a word is an exhibit's number such as `E07` or `E07-k3f`."""
    return _EXHIBIT.fullmatch(word) is not None


def is_entry(word: str) -> bool:
    """Say whether a word is an entry's id such as `12` or `12-k3f`."""
    return _ENTRY.fullmatch(word) is not None


def case_and(words: Sequence[str] | None, *, most: int, what: str) -> tuple[str, list[str]]:
    """Split `[CASE] WORD…` where all of the `most` words are needed when CASE is given.

    Returns (CASE or empty, the words); fewer words than `most` mean that they were left out. Raises `UsageError` for
    more words than fit.
    """
    given = list(words or ())
    if len(given) > most + 1:
        raise UsageError(f"too many words; expected [CASE] {what}", hint="put a text of several words in quotes")
    if len(given) == most + 1:
        return given[0], given[1:]
    return "", given


def case_and_text(words: Sequence[str] | None) -> tuple[str, str | None]:
    """Split `[CASE] [TEXT|-]`: one word alone is the case, except `-` and what does not read like a case."""
    given = list(words or ())
    if len(given) > 2:
        raise UsageError(
            "too many words; expected [CASE] [TEXT]", hint="put a text of several words in quotes, or pipe it"
        )
    if len(given) == 1 and not reads_like_case(given[0]):
        return "", given[0]
    return (given[0] if given else ""), (given[1] if len(given) == 2 else None)


def case_and_files(words: Sequence[str] | None) -> tuple[str, list[Path]]:
    """Split `[CASE] FILE…`: the first word is the case when it reads like one and is no file that exists."""
    given = list(words or ())
    if given and reads_like_case(given[0]) and not Path(given[0]).exists():
        return given[0], [Path(word) for word in given[1:]]
    return "", [Path(word) for word in given]


def case_and_fact(words: Sequence[str] | None) -> tuple[str, str, str | None]:
    """Split `[CASE] [FACT [VALUE]]`: a fact has a dot in its name, a case has none."""
    given = list(words or ())
    case = given.pop(0) if given and "." not in given[0] else ""
    if len(given) > 2:
        raise UsageError(
            "too many words; expected [CASE] [FACT [VALUE]]", hint="put a value of several words in quotes"
        )
    return case, (given[0] if given else ""), (given[1] if len(given) == 2 else None)
