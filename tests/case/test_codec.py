"""Entry bodies and their JSON form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.case.codec import body_from_json, body_to_json
from recover.case.entries import ENTRY_KINDS, Answered, CallRecorded, ExhibitAdded, Noted, Part, Unknown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)

JSON_MEMBERS = {
    "answer": {"value": JSON},
    "corrected": {"body": st.dictionaries(st.text(max_size=5), JSON, max_size=3)},
}
"""Members whose type is any JSON value."""


@pytest.mark.parametrize("kind", sorted(ENTRY_KINDS))
@settings(max_examples=20)
@given(data=st.data())
def test_every_body_survives_its_json(kind: str, data: st.DataObject) -> None:
    """What is written to the log comes back equal, through real JSON text."""
    body = data.draw(st.builds(ENTRY_KINDS[kind], **JSON_MEMBERS.get(kind, {})))
    name, raw = body_to_json(body)
    assert name == kind
    assert body_from_json(name, json.loads(json.dumps(raw))) == body


@given(kind=st.sampled_from(sorted(ENTRY_KINDS)) | st.text(max_size=10), raw=st.dictionaries(st.text(max_size=8), JSON))
def test_reading_never_raises_and_keeps_what_it_does_not_know(kind: str, raw: dict[str, object]) -> None:
    """Anything gives a body or an `Unknown` that still holds it."""
    body = body_from_json(kind, raw)
    if isinstance(body, Unknown):
        assert body_to_json(body) == (kind, raw)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("note", {}),
        ("note", {"text": 7}),
        ("note", {"text": "a", "later": 1}),
        ("no.such.kind", {"text": "a"}),
        ("call", {"with_whom": "a", "text": "b", "promises": [["only one"]]}),
        ("exhibit.added", {"number": "E01"}),
        ("answer", {"fact": "a.b", "value": 1.5}),
        ("step.stopped", {"step": "a", "reason": "b", "race": 1}),
    ],
)
def test_another_shape_is_unknown(kind: str, raw: dict[str, object]) -> None:
    """A missing, an additional or an ill-typed member is kept as unknown, never half understood."""
    assert isinstance(body_from_json(kind, raw), Unknown)


def test_depth_is_bounded() -> None:
    """A value nested beyond the bound is unknown, not a crash."""
    value: object = "x"
    for _ in range(2_000):
        value = [value]
    assert isinstance(body_from_json("answer", {"fact": "a.b", "value": value}), Unknown)


def test_defaults_are_left_out_and_tuples_are_lists() -> None:
    """The log stays small and plain."""
    assert body_to_json(Noted("a")) == ("note", {"text": "a"})
    kind, raw = body_to_json(CallRecorded("ombudsman", "they said", promises=(("look", "2026-10-20"),)))
    assert kind == "call"
    assert raw == {"with_whom": "ombudsman", "text": "they said", "promises": [["look", "2026-10-20"]]}


def test_an_unanswered_value_stays_apart_from_false() -> None:
    """`false`, 0 and nothing are three things."""
    for value in (False, 0, "", []):
        assert body_from_json(*body_to_json(Answered("a.b", value=value))) == Answered("a.b", value=value)
        assert body_to_json(Answered("a.b", value=value))[1]["value"] == value
    assert "value" not in body_to_json(Answered("a.b", "dont-know"))[1]


def test_parts_are_nested() -> None:
    """An exhibit's parts are objects of their own."""
    part = Part("a" * 64, "b" * 64)
    body = ExhibitAdded("E01", "image", "t", "ordinary", part, part, part, part)
    assert body_to_json(body)[1]["file"] == {"sealed_sha256": "a" * 64, "plain_sha256": "b" * 64}
