"""Invented answers: for every type of question something that it accepts, drawn from a random source.

Example domains, numbers and names only; a walk's case is nobody's.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from recover.case.steering import Wishes
from recover.playbook.model import Fact, FactType
from recover.playbook.patterns import Pattern, read_pattern
from recover.playbook.values import members_of
from recover.times import local_day

DONT_KNOW = "dont-know"
DECLINED = "prefer-not-to-say"
_SIGNS = "a0bA1-_ .é"
"""Tried for a class that only says what it is not."""
_WORDS = ("lamp", "river", "orchard", "kite", "bridge", "window", "garden", "street")


class Inventor:
    """Invents answers for one walk; keys of lists never repeat."""

    def __init__(self, random: Random, wishes: Wishes, zone: str, follows: float) -> None:
        self._random = random
        self._wishes = wishes
        self._zone = zone
        self._follows = follows
        """How often a wish is followed, 0 to 1."""
        self._number = 100

    def answer(self, fact: Fact, name: str, now: datetime) -> object:
        """Invent what somebody would type to a question; `name` is how the wishes call it."""
        if self._random.random() < self._follows:
            if name in self._wishes.unknown:
                return DONT_KNOW
        elif self._random.random() < 0.5:
            return self._random.choice((DONT_KNOW, DECLINED))
        is_wished = name in self._wishes.value or name in self._wishes.include or name in self._wishes.rows
        if not is_wished and self._random.random() < 0.04:
            return self._random.choice((DONT_KNOW, DECLINED))
        return self.value(fact, name, now)

    def value(self, fact: Fact, name: str, now: datetime) -> object:
        """Invent a real answer."""
        follows = self._random.random() < self._follows
        wished = self._wishes.value.get(name) if follows else None
        avoid: Set[object] = self._wishes.avoid.get(name, set()) if follows else set()
        match fact.type:
            case FactType.CHOICE:
                return self._choice(fact, wished, avoid)
            case FactType.MANY:
                return self._many(fact, name, avoid)
            case FactType.YES_NO:
                return wished if isinstance(wished, bool) else self._random.random() < 0.5
            case FactType.NUMBER:
                return self._a_number(fact, wished)
            case FactType.DATE | FactType.PARTIAL_DATE | FactType.INSTANT:
                return self._when(fact, wished, now)
            case FactType.LIST:
                return self._rows(fact, name, now)
            case FactType.TEXT if isinstance(wished, str):
                return wished
            case _:
                return self._plain(fact)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _choice(self, fact: Fact, wished: object, avoid: Set[object]) -> object:
        values = [choice.value for choice in fact.choices]
        if wished in values:
            return wished
        return self._random.choice([value for value in values if value not in avoid] or values)

    def _many(self, fact: Fact, name: str, avoid: Set[object]) -> object:
        values = [choice.value for choice in fact.choices if choice.value not in avoid] or [fact.choices[0].value]
        wanted = self._wishes.include.get(name, set()) & {choice.value for choice in fact.choices}
        drawn = self._random.sample(values, self._random.randint(1, min(len(values), 3)))
        return sorted(wanted | set(drawn)) if wanted else drawn

    def _a_number(self, fact: Fact, wished: object) -> object:
        least = fact.least if fact.least is not None else 0
        most = fact.most if fact.most is not None else least + 20
        if isinstance(wished, Decimal):
            return min(max(int(wished), least), most)
        return self._random.randint(least, most)

    def _when(self, fact: Fact, wished: object, now: datetime) -> str:
        day = local_day(now, self._zone) - timedelta(days=self._random.randint(0, 60))
        text = wished if isinstance(wished, str) else day.isoformat()
        if fact.type is FactType.PARTIAL_DATE and self._random.random() < 0.3:
            return text[:7]
        if fact.type is not FactType.INSTANT:
            return text
        if fact.partial and self._random.random() < 0.3:
            return text[: self._random.choice((4, 7, 10))]
        hour = self._random.randint(0, 23)
        # Clocks change at 02:00: that hour is skipped on one day and happens twice on another.
        return f"{text} {3 if hour == 2 else hour:02}:40 {self._zone}"

    def _rows(self, fact: Fact, name: str, now: datetime) -> list[dict[str, object]]:
        count = self._wishes.rows.get(name, self._random.choice((0, 1, 1, 2, 3)))
        most = fact.most if fact.most is not None else 5
        rows = [self._row(fact, name, now) for _ in range(min(count, most))]
        # Two rows of one key are one element, which an answers file refuses.
        return list({str(row.get(fact.key, number)): row for number, row in enumerate(rows)}.values())

    def _row(self, fact: Fact, name: str, now: datetime) -> dict[str, object]:
        row: dict[str, object] = {}
        for column in fact.fields:
            needed = column.id == fact.key or not row
            if not needed and column.optional and self._random.random() < 0.4:
                continue
            column_name = f"{name}.{column.id}"
            row[column.id] = self.value(column, column_name, now) if needed else self.answer(column, column_name, now)
        return row

    def _plain(self, fact: Fact) -> object:
        number = self._next()
        match fact.type:
            case FactType.URL:
                return f"https://example.org/{number}"
            case FactType.HANDLE:
                return f"@example{number}"
            case FactType.PLATFORM_ID:
                return f"100000000{number:05}"
            case FactType.EMAIL:
                return f"person{number}@example.org"
            case FactType.PHONE:
                return f"+99450000{number:04}"
            case FactType.MONEY:
                return f"{number}.00 AZN"
            case FactType.ZONE:
                return self._zone
            case FactType.LANGUAGE:
                return self._random.choice(("az", "ru", "en"))
            case FactType.EXHIBIT:
                return "E01"
            case FactType.PERSON | FactType.ASSET:
                return self._record(fact)
            case _:
                return self._text(fact, number)

    def _record(self, fact: Fact) -> dict[str, object]:
        members = fact.fields or members_of(fact.type, fact.needs)
        return {
            member.id: self._plain(member)
            for member in members
            if member.id in fact.needs or member is members[0] or self._random.random() < 0.5
        }

    def _text(self, fact: Fact, number: int) -> str:
        if fact.pattern:
            return fitting(read_pattern(fact.pattern), self._random)
        text = f"{self._random.choice(_WORDS)} {self._random.choice(_WORDS)} {number}"
        while len(text) < (fact.least or 0):
            text += f" {self._random.choice(_WORDS)}"
        return text[: fact.most or len(text)].strip()


def fitting(pattern: Pattern, random: Random) -> str:
    """Invent a text that a pattern matches."""
    places = random.choice(pattern.alternatives)
    text = ""
    for place in places:
        if place.may_skip and not place.may_repeat and random.random() < 0.5:
            continue
        low, high = random.choice(place.ranges)
        signs = _SIGNS if place.negated else chr(random.randint(ord(low), ord(high)))
        text += next((sign for sign in signs if place.takes(sign)), low)
    return text
