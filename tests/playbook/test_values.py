"""Typed answers: one canonical form, or an error that shows the form that works."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import UsageError
from recover.playbook.model import Choice, Fact, FactType
from recover.playbook.values import DECLINED, DONT_KNOW, check, clean_text, members_of, shown, status_of

CHOICES = (Choice("mail", "By mail"), Choice("app", "By app"))
COLUMNS = (
    Fact("platform_id", FactType.PLATFORM_ID, "?"),
    Fact("action_at", FactType.INSTANT, "?", partial=True),
    Fact("taken", FactType.YES_NO, "?"),
)


def fact(type_: str, **more: Any) -> Fact:
    if type_ in ("choice", "many"):
        more.setdefault("choices", CHOICES)
    if type_ == "list":
        more.setdefault("fields", COLUMNS)
    return Fact("own.x", FactType(type_), "?", **more)


@pytest.mark.parametrize(
    ("type_", "raw", "canonical"),
    [
        ("text", "  Qon\u015fu Se\u0308sl\u0259ri \r\n ", "Qonşu Sësləri"),
        ("text", "a\u202eb\u2066c\ufeff", "abc"),
        ("text", "one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("text", "سلام\u200cعلیک", "سلام\u200cعلیک"),
        ("choice", "mail", "mail"),
        ("choice", "BY MAIL", "mail"),
        ("many", "app, mail", ["mail", "app"]),
        ("many", ["app"], ["app"]),
        ("many", [], []),
        ("yes-no", "Yes", True),
        ("yes-no", "n", False),
        ("yes-no", True, True),
        ("number", "1500", 1500),
        ("number", "12.50", "12.50"),
        ("number", "١٢", 12),
        ("number", -3, -3),
        ("date", "2026-10-05", "2026-10-05"),
        ("partial-date", "2025-10~", "2025-10~"),
        ("instant", "2026-10-05 21:40", "2026-10-05T21:40+04:00[Asia/Baku]"),
        ("instant", "2026-10-05 21:40 Europe/Warsaw", "2026-10-05T21:40+02:00[Europe/Warsaw]"),
        ("url", "Facebook.com/Page", "https://facebook.com/Page"),
        ("url", "HTTPS://WWW.Example.org:8443/a?b#c", "https://www.example.org:8443/a?b#c"),
        ("url", "http://qonşu.example/ə", "http://qonşu.example/ə"),
        ("handle", "qonsu.sesleri", "@qonsu.sesleri"),
        ("handle", "@qonsu.sesleri", "@qonsu.sesleri"),
        ("platform-id", " \u202a100064000000101\u202c ", "100064000000101"),
        ("platform-id", "UC1234567890123456789012", "UC1234567890123456789012"),
        ("e-mail", "Name.X@Example.ORG", "Name.X@example.org"),
        ("phone", "+994 (50) 123-45-67", "+994501234567"),
        ("phone", "00994501234567", "+994501234567"),
        ("money", "1500 azn", {"amount": "1500.00", "currency": "AZN"}),
        ("money", {"amount": "3.5", "currency": "EUR"}, {"amount": "3.50", "currency": "EUR"}),
        ("zone", "Asia/Baku", "Asia/Baku"),
        ("language", "AZ-latn", "az-Latn"),
        ("person", "Mira", {"name": "Mira"}),
        ("asset", {"platform_id": "1000001", "handle": "x"}, {"platform_id": "1000001", "handle": "@x"}),
        ("list", [{"platform_id": "1000001", "taken": "yes"}], [{"platform_id": "1000001", "taken": True}]),
        ("list", [{"action_at": DONT_KNOW, "taken": ""}], [{"action_at": DONT_KNOW}]),
        ("exhibit", "e07", "E07"),
    ],
)
def test_canonical_forms(type_: str, raw: object, canonical: object) -> None:
    """What was typed gets the one form that the log holds, and that form stays as it is."""
    value = check(fact(type_), raw, zone="Asia/Baku")
    assert value == canonical
    assert check(fact(type_), value, zone="UTC") == canonical


@pytest.mark.parametrize(
    ("type_", "raw", "hint"),
    [
        ("text", "", "dont-know"),
        ("text", "   ", ""),
        ("text", "a\x1b[31mb", "by hand"),
        ("text", "a\x00", "by hand"),
        ("text", "\ud800", "by hand"),
        ("text", "a\uffff", "by hand"),
        ("text", "x" * 10_001, ""),
        ("text", ["a"], ""),
        ("choice", "fax", "mail, app"),
        ("choice", "mail\nx", ""),
        ("many", "mail, fax", "mail, app"),
        ("yes-no", "maybe", "dont-know"),
        ("number", "1,500", "point"),
        ("number", "1e5", "point"),
        ("number", "NaN", "point"),
        ("date", "2026-10", "2026-10-05"),
        ("date", "2026-02-30", ""),
        ("date", "05.10.2026", ""),
        ("partial-date", "unknown", DONT_KNOW),
        ("instant", "2026-10", "Asia/Baku"),
        ("instant", "2026-10-05", "Asia/Baku"),
        ("url", "javascript:alert(1)", "https"),
        ("url", "file:///etc/passwd", "https"),
        ("url", "https://facebook.com@evil.example/", "after the @"),
        ("url", "https://", "https"),
        ("url", "https://a b.example", "browser"),
        ("url", "https://x" + "y" * 3000 + ".example", ""),
        ("url", "https://[::1/", ""),
        ("handle", "two words", "@"),
        ("handle", "https://x.example/y", "@"),
        ("platform-id", "qonsu.sesleri", "digits"),
        ("platform-id", "12", "digits"),
        ("e-mail", "Name <n@example.org>", "name@example.org"),
        ("e-mail", "a@b", "name@example.org"),
        ("e-mail", "a@b..org", ""),
        ("phone", "050 123 45 67", "+"),
        ("phone", "+99", "+"),
        ("money", "1500", "1500.00 AZN"),
        ("money", "1,500 AZN", "commas"),
        ("money", "15 manat", "three letters"),
        ("money", {"amount": "1", "currency": "AZN", "note": "x"}, "amount"),
        ("zone", "Baku", "Asia/Baku"),
        ("zone", "../../etc/passwd", ""),
        ("zone", "America", ""),
        ("language", "Azerbaijani language", "az"),
        ("person", {"name": ""}, DONT_KNOW),
        ("person", {"phone": "1"}, "contact"),
        ("asset", "x", "platform_id"),
        ("list", "x", "platform_id"),
        ("list", ["x"], "platform_id"),
        ("list", [{}], ""),
        ("list", [{"passport": "x"}], "platform_id"),
        ("list", [{"platform_id": "abc"}], "digits"),
        ("list", [{"taken": "yes"}] * 2001, ""),
        ("exhibit", "7", "E07"),
    ],
)
def test_refusals_show_the_way(type_: str, raw: object, hint: str) -> None:
    """What cannot be an answer is refused with a hint that shows what can."""
    with pytest.raises(UsageError) as caught:
        check(fact(type_), raw)
    assert caught.value.message
    assert hint in caught.value.hint
    assert caught.value.place.startswith("own.x")


def test_an_instant_needs_a_zone_from_somewhere() -> None:
    """Without the case's zone a moment without one is refused: relabelling it would falsify evidence."""
    with pytest.raises(UsageError):
        check(fact("instant"), "2026-10-05 21:40", zone="")


def test_a_partial_instant_may_be_less_than_a_moment() -> None:
    """`partial` lets a day, a month, a year or a range stand, and invents nothing."""
    for text in ("2017", "2026-10", "2026-10-05", "2017-03/2025-10"):
        assert check(fact("instant", partial=True), text, zone="Asia/Baku") == text


def test_bounds_pattern_and_needs() -> None:
    """Bounds, patterns and needed members are kept."""
    assert check(fact("number", least=1, most=3), "2") == 2
    assert check(fact("text", pattern=r"[A-Z]{2}-\d+"), "FB-12") == "FB-12"
    for bad, raw in (
        (fact("number", least=1, most=3), "4"),
        (fact("text", least=5), "abc"),
        (fact("text", most=2), "abc"),
        (fact("text", pattern=r"\d+", help="digits"), "abc"),
        (fact("asset", needs=("url",)), {"name": "x"}),
        (fact("list", most=1), [{"taken": "yes"}, {"taken": "no"}]),
    ):
        with pytest.raises(UsageError):
            check(bad, raw)


def test_a_nested_fault_names_row_and_column() -> None:
    """A fault in a row of a list says which row and which column."""
    with pytest.raises(UsageError) as caught:
        check(fact("list"), [{"taken": "no"}, {"platform_id": "abc"}])
    assert caught.value.place == "own.x row 2, platform_id"
    with pytest.raises(UsageError) as caught:
        check(fact("list"), [{"taken": "no"}, {"platform_id": "abc"}], place="a.yaml:4:3")
    assert caught.value.place == "a.yaml:4:3"
    assert caught.value.message.startswith("own.x row 2, platform_id: ")


def test_dont_know_and_declined_are_statuses() -> None:
    """The two recorded non-answers are told from answers, and only they."""
    assert [status_of(raw) for raw in (DONT_KNOW, DECLINED, "x", True, ["dont-know"])] == [
        "dont-know",
        "declined",
        "given",
        "given",
        "given",
    ]


def test_members_of_a_person_are_questions() -> None:
    """A person's and an asset's members can be asked one by one; needed ones are not optional."""
    members = {member.id: member for member in members_of(FactType.ASSET, ("url",))}
    assert list(members) == ["kind", "name", "url", "platform_id", "handle"]
    assert not members["url"].optional
    assert members["name"].optional
    assert members_of(FactType.TEXT) == ()


def test_shown_in_words() -> None:
    """A value is shown with the label of its choice, dates in words, yes and no as words."""
    assert shown(fact("choice"), "mail") == "By mail"
    assert shown(fact("many"), ["mail", "app"]) == "By mail, By app"
    assert shown(fact("yes-no"), True) == "yes"
    assert shown(fact("money"), {"amount": "1.00", "currency": "AZN"}) == "1.00 AZN"
    assert shown(fact("list"), [{}]) == "1 row"
    assert "October 2026" in shown(fact("date"), "2026-10-05")


RAW = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=30),
        st.sampled_from(["2026-10-05 21:40", "https://a.example/x", "12.5", "E01", "mail", "az", "+994501234567"]),
        st.floats(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "url", "taken", "amount", "currency", "action_at"]), inner, max_size=3
        ),
    ),
    max_leaves=5,
)


@given(st.sampled_from(list(FactType)), RAW)
@settings(max_examples=800)
def test_any_value_is_canonical_json_or_a_usage_error(type_: FactType, raw: object) -> None:
    """Whatever stands in a file, the result is JSON that checks to itself, or a UsageError."""
    question = fact(type_)
    try:
        value = check(question, raw, zone="Asia/Baku")
    except UsageError:
        return
    assert check(question, value, zone="Asia/Baku") == value
    assert json.loads(json.dumps(value)) == value
    shown(question, value)


@given(st.text(max_size=50))
def test_clean_text_has_no_control_characters(text: str) -> None:
    """Clean text prints safely: no escape, no direction override, nothing outside Unicode."""
    try:
        clean = clean_text(text)
    except UsageError:
        return
    assert clean_text(clean) == clean
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in clean)
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff\x7f")
