"""What leaves does not act: controls, addresses, formulas, file names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.packet.neutral import cell, defang, neutralise, slug

ALLOWED = ("facebook.com", "instagram.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://evil.example/x", "hxxp://evil[.]example/x"),
        ("see https://evil.example now", "see hxxps://evil[.]example now"),
        ("https://www.facebook.com/1", "https://www.facebook.com/1"),
        ("http://www.facebook.com/1", "hxxp://www[.]facebook[.]com/1"),
        ("https://facebook.com.evil.example/", "hxxps://facebook[.]com[.]evil[.]example/"),
        ("https://facebook.com@evil.example/", "hxxps://facebook[.]com@evil[.]example/"),
        ("https://evilfacebook.com/", "hxxps://evilfacebook[.]com/"),
        ("evil.example/login", "evil[.]example/login"),
        ("facebook.com/hacked", "facebook.com/hacked"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("HTTPS://EVIL.EXAMPLE", "hxxps://EVIL[.]EXAMPLE"),
        ("mail to a@example.org", "mail to a@example.org"),
        ("12.30 o'clock and version 2.1.4", "12.30 o'clock and version 2.1.4"),
    ],
)
def test_address_is_blunted_unless_allowed(text: str, expected: str) -> None:
    """Only https addresses on allowed domains stay as they are."""
    assert defang(text, ALLOWED) == expected


@pytest.mark.parametrize(
    "text", ["a\u202eb", "a\u2066b", "a\x1b[31mb", "a\x00b", "a\ufeffb", "a\ue000b", "a\U000e0041b"]
)
def test_acting_characters_are_taken_out(text: str) -> None:
    """Controls, reordering, tags and private use characters leave no trace."""
    assert neutralise(text).replace("[31m", "") == "ab"


def test_letters_stay() -> None:
    """Names in Azerbaijani, Arabic, Persian and Burmese stay letter for letter."""
    for name in ("Qonşu Səsləri İı ğ", "جيران", "می\u200cخواهم", "မြန်မာ"):
        assert neutralise(name) == name


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "＝1"])
def test_formula_does_not_calculate(text: str) -> None:
    """A cell that a spreadsheet would run begins with an apostrophe."""
    assert cell(text).startswith("'")


def test_number_stays_a_number() -> None:
    """A negative number is no formula."""
    assert cell("-12.5") == "-12.5"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Qonşu Səsləri: İcazə!", "qonsu-sesleri-icaze"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "exhibit"),
        ("", "exhibit"),
    ],
)
def test_slug_is_safe(title: str, expected: str) -> None:
    """A title becomes a stem that every system takes."""
    assert slug(title) == expected


@given(st.text(max_size=80))
def test_any_slug_is_ascii_and_short(title: str) -> None:
    """No title makes a stem with a separator, a dot or more than forty characters."""
    found = slug(title)
    assert found
    assert len(found) <= 40
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(max_size=200))
def test_defanging_twice_changes_nothing(text: str) -> None:
    """What is blunt stays as it is."""
    once = defang(neutralise(text), ALLOWED)
    assert defang(once, ALLOWED) == once
