"""An address of an attacker does not open from a packet, however it is written."""

from __future__ import annotations

import pytest

from recover.packet.neutral import defang


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see www.evil.example", "see www[.]evil[.]example"),
        ("see WWW.Evil.Example.", "see WWW[.]Evil[.]Example."),
        ("(www.evil.example)", "(www[.]evil[.]example)"),
        ("www.evil.example/x?y=1", "www[.]evil[.]example/x?y=1"),
        ("www.facebook.com", "www.facebook.com"),
        ("www.facebook.com.evil.example", "www[.]facebook[.]com[.]evil[.]example"),
        ("the awww.moment", "the awww.moment"),
    ],
)
def test_a_name_that_begins_with_www_is_blunted(text: str, expected: str) -> None:
    """Mail programs and spreadsheets turn `www.…` into a link without any scheme or path."""
    assert defang(text, ("facebook.com",)) == expected
