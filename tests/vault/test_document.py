"""Entries, parts and leaves: what is written can be read, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import AlteredError, InputError
from recover.vault import document
from recover.vault.document import EntryDocument, Head, Leaf

NOON = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


def entry(body: dict[str, object]) -> EntryDocument:
    return EntryDocument("c" * 32, "a" * 16, 3, "note", NOON, "helper", {"b" * 16: Head(2, b"r" * 32)}, body)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), JSON, max_size=4))
def test_an_entry_is_read_back_as_it_was_written(body: dict[str, object]) -> None:
    """Any JSON body; the length is a multiple of 1 KiB and the last byte a newline."""
    written = document.entry_bytes(entry(body))
    assert document.parse_entry(written) == entry(body)
    assert len(written) % 1024 == 0
    assert written.endswith(b"\n")


def test_two_writings_of_one_entry_share_no_hash() -> None:
    """The salt is the first member and fresh each time, so nothing can be guessed from a hash."""
    first, second = document.entry_bytes(entry({})), document.entry_bytes(entry({}))
    assert first != second
    assert first.startswith(b'{"salt":"')


def test_an_instant_is_utc_with_microseconds_and_needs_a_zone() -> None:
    """The text sorts as time does; a naive time is refused."""
    baku = datetime(2026, 10, 5, 21, 40, tzinfo=timezone(timedelta(hours=4)))
    assert document.instant_text(baku) == "2026-10-05T17:40:00.000000Z"
    assert document.parse_instant("2026-10-05T17:40:00.000000Z") == baku
    with pytest.raises(InputError):
        document.instant_text(datetime(2026, 10, 5))  # noqa: DTZ001
    for wrong in ("2026-10-05T17:40:00Z", "2026-10-05 17:40:00.000000Z", "2026-13-05T17:40:00.000000Z", 5, None):
        with pytest.raises(AlteredError):
            document.parse_instant(wrong)


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b"null",
        b'{"kind": "note"}',
        b'{"salt": "x", "a": 1, "a": 2}',
        b'{"salt": "x", "a": NaN}',
        b'{"salt": "x", "a": \xff}',
        b'{"salt": "x", "a": ' + b"[" * 100_000 + b"}",
        b'{"salt": "x", "a": ' + b"9" * 10_000 + b"}",
        b'{"salt": "' + b"x" * 10_000_000 + b'"}',
    ],
)
def test_what_is_no_part_is_refused(written: bytes) -> None:
    """Broken, ambiguous, deep or huge documents are exit 20, never a traceback."""
    with pytest.raises(AlteredError):
        document.parse_part(written)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("index", -1),
        ("index", True),
        ("index", "3"),
        ("recorded_at", "yesterday"),
        ("seen", {}),
        ("seen", [["x", 1, "y"]]),
        ("seen", [["a" * 16, -1, "a" * 64]]),
        ("body", []),
        ("actor", None),
        ("kind", 3),
    ],
)
def test_an_entry_with_a_broken_member_is_refused(name: str, value: object) -> None:
    """Each member is checked for its type and range."""
    members = json.loads(document.entry_bytes(entry({})))
    members[name] = value
    with pytest.raises(AlteredError):
        document.parse_entry(json.dumps(members).encode())


def test_unknown_members_of_a_newer_version_are_left_alone() -> None:
    """An entry with more members than this version knows is still read."""
    members = json.loads(document.entry_bytes(entry({"text": "x"}))) | {"later": 1}
    assert document.parse_entry(json.dumps(members).encode()) == entry({"text": "x"})


@pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": object()}, {"x": b"bytes"}, {"x": "\ud800"}])
def test_a_body_that_is_no_json_text_is_refused_before_anything_is_written(body: dict[str, object]) -> None:
    """Exit 32 for what cannot be kept exactly."""
    with pytest.raises(InputError):
        document.entry_bytes(entry(body))


def test_a_body_that_is_too_large_names_the_limit() -> None:
    """Long texts belong into exhibits."""
    with pytest.raises(InputError, match="1048576") as caught:
        document.entry_bytes(entry({"text": "x" * 1_100_000}))
    assert caught.value.hint


@given(st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=6))
def test_leaves_are_read_back(names: list[str]) -> None:
    """Several leaves in a row, each with its sorted objects."""
    leaves = (document.make_leaf("a" * 64, "b" * 64, names), Leaf("c" * 64, "d" * 64))
    assert document.parse_leaves(b"".join(leaf.data for leaf in leaves)) == leaves


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"recover/leaf v2\nct " + b"a" * 64 + b"\npt " + b"b" * 64 + b"\n",
        b"recover/leaf v1\nct " + b"a" * 64 + b"\n",
        b"recover/leaf v1\npt " + b"a" * 64 + b"\nct " + b"b" * 64 + b"\n",
        b"recover/leaf v1\nct " + b"A" * 64 + b"\npt " + b"b" * 64 + b"\n",
        b"recover/leaf v1\nct " + b"a" * 64 + b"\npt " + b"b" * 64,
        b"recover/leaf v1\nct "
        + b"a" * 64
        + b"\npt "
        + b"b" * 64
        + b"\nobj "
        + b"b" * 64
        + b"\nobj "
        + b"a" * 64
        + b"\n",
        b"recover/leaf v1\nct "
        + b"a" * 64
        + b"\npt "
        + b"b" * 64
        + b"\nobj "
        + b"b" * 64
        + b"\nobj "
        + b"b" * 64
        + b"\n",
        b"recover/leaf v1\nct " + b"a" * 64 + b"\npt " + b"b" * 64 + b"\nmore\n",
        b"\xff",
    ],
)
def test_a_leaf_has_one_spelling(data: bytes) -> None:
    """Anything else is refused: two spellings of one leaf would be two hashes."""
    with pytest.raises(AlteredError):
        document.parse_leaves(data)
