"""What an answer to a question looks like, in one short phrase: for prompts and for the fill-in answers file."""

from __future__ import annotations

from recover.playbook.model import Fact, FactType

SHAPES: dict[FactType, str] = {
    FactType.TEXT: "in words",
    FactType.YES_NO: "yes or no",
    FactType.NUMBER: "a number",
    FactType.DATE: "a day: 2026-10-05",
    FactType.PARTIAL_DATE: "as well as it is known: 2017, 2025-10~, 2026-10-05, 2017-03/2025-10",
    FactType.INSTANT: "a moment: 2026-10-05 21:40 (the case's zone), or 2026-10-05 21:40 Asia/Baku",
    FactType.URL: "an address: https://…",
    FactType.HANDLE: "a handle: @name",
    FactType.PLATFORM_ID: "a platform's number: digits only",
    FactType.EMAIL: "an e-mail address",
    FactType.PHONE: "a phone number with country code: +994 …",
    FactType.MONEY: "an amount with currency: 1500.00 AZN",
    FactType.ZONE: "a time zone: Asia/Baku",
    FactType.LANGUAGE: "a language code: az, en, ru",
    FactType.EXHIBIT: "an exhibit's number: E01",
}
"""What an answer of each type looks like, in one short phrase."""


def shape(fact: Fact) -> str:
    """Return what an answer to this question looks like."""
    if fact.choices:
        values = ", ".join(choice.value for choice in fact.choices)
        return f"several of: {values}" if fact.type is FactType.MANY else f"one of: {values}"
    if fact.type is FactType.INSTANT and fact.partial:
        return "a moment or as much as is known: 2026-10-05 21:40, 2026-10-05, 2026-10"
    return SHAPES.get(fact.type, "")
