"""A real story in which every free text holds something that would act somewhere: in a template, a page, a sheet.

Each payload carries a mark of its own (`zq1` …), by which a test sees that it came through as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from recover.playbook.answers import Answers, FactGiven
from recover.playbook.model import Fact, FactType, Playbook
from recover.playbook.stories import Story

PAYLOADS = (
    "zq0 {{ 7*7 }} {% for x in y %}{{ config }}{% endfor %} ${7*7} #{7*7}",
    "zq1 <script>alert(1)</script><img src=x onerror=alert(1)> </title></style><base href=//evil.example> &lt;",
    'zq2 #panic("x") $1/0$ #link("https://evil.example")[x] *b* _i_ @ref `c` \\u{41} <label>',
    '=HYPERLINK("https://evil.example/zq3","x")',
    "zq4 [click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
    "zq5 \u202egnp.exe\u202c \u2066x\u2069 \u200f \u061c \ufeff \u2028 \U000e0041",
    "zq6 ../../etc/passwd CON.txt C:\\x.exe /abs|name?.txt",
    "zq7 Bcc: x@evil.example Subject: y END:VEVENT BEGIN:VEVENT ATTACH:https://evil.example ;VALUE=X,",
    '+zq8 ]]></w:t><w:instrText>DDEAUTO c:\\x "y"</w:instrText>',
    "@zq9 javascript:alert(1) data:text/html,x file:///etc/passwd",
)
MARKS = tuple(f"zq{n}" for n in range(len(PAYLOADS)))
SIGNS = tuple("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029\x1b\x07\x00")


def poisoned(story: Story, playbook: Playbook) -> Story:
    """Return a story in which every free text of the client, the events, the exhibits and the answers is hostile."""
    facts = {fact.id: fact for fact in playbook.facts}
    turn = (PAYLOADS[n % len(PAYLOADS)] for n in count())
    acts = tuple(replace(act, answers=_answers(act.answers, facts, turn)) for act in story.acts)
    return replace(story, acts=acts)


def _answers(given: Answers, facts: dict[str, Fact], turn: Iterator[str]) -> Answers:
    return replace(
        given,
        facts=tuple(replace(row, raw=_raw(facts.get(row.fact), row, turn)) for row in given.facts),
        exhibits=tuple(replace(row, title=f"{next(turn)} {row.title}") for row in given.exhibits),
        explained=tuple(replace(row, reason=f"{next(turn)} {row.reason}") for row in given.explained),
        events=tuple(
            replace(row, text=f"{next(turn)} {row.text}", source=f"{next(turn)} {row.source}") for row in given.events
        ),
        sent=tuple(replace(row, reference=f"{row.reference} {next(turn)}"[:100]) for row in given.sent),
        replies=tuple(replace(row, text=f"{next(turn)} {row.text}") for row in given.replies),
        checks=tuple(replace(row, note=f"{next(turn)} {row.note}") for row in given.checks),
    )


def _raw(fact: Fact | None, row: FactGiven, turn: Iterator[str]) -> Any:
    if fact is None or row.raw in ("dont-know", "prefer-not-to-say"):
        return row.raw
    if isinstance(row.raw, str):
        return _text(fact, row.raw, turn)
    if fact.type is FactType.ASSET and isinstance(row.raw, dict):
        return {**row.raw, "name": f"{next(turn)[:100]} {row.raw.get('name', '')}"}
    if fact.type is FactType.LIST and isinstance(row.raw, list):
        columns = {column.id: column for column in fact.fields if column.id != fact.key}
        return [_row(each, columns, turn) for each in row.raw]
    return row.raw


def _row(row: Any, columns: dict[str, Fact], turn: Iterator[str]) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: _text(columns[name], value, turn) if name in columns else value for name, value in row.items()}


def _text(fact: Fact, value: Any, turn: Iterator[str]) -> Any:
    """Put a payload in front of a free text, within the length that the question allows."""
    if fact.type is not FactType.TEXT or fact.pattern or fact.means == "safe-contact" or not isinstance(value, str):
        return value
    return f"{next(turn)} {value}"[: fact.most or 2_000]
