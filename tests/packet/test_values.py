"""Values as letters print them."""

from __future__ import annotations

import pytest

from recover.packet.letters.values import cell_of, printed
from recover.playbook.model import Fact, FactType

FINE = Fact(id="fine.amount", type=FactType.MONEY, ask="How much?")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1500.00", "AZN", "AZN 1,500"),
        ("1500.50", "AZN", "AZN 1,500.50"),
        ("500.00", "EUR", "EUR 500"),
        ("1234567.00", "VND", "VND 1,234,567"),
        ("0.05", "USD", "USD 0.05"),
    ],
)
def test_money_is_printed_in_its_own_currency(amount: str, currency: str, text: str) -> None:
    """An amount stands behind its currency, in thousands, and is converted into nothing."""
    assert printed(cell_of(FINE, {"amount": amount, "currency": currency}, str), "") == text
