"""Lint of what a letter states: a sentence with an answer cites or attributes, or the letter says who states it."""

from __future__ import annotations

import pytest

from recover.packet.letters.lint import lint_letter
from tests.packet import cases

CHANGES = "needs: [page.changes]\nslots: {c: {fact: page.changes}}\n"
CLAIMED = f"{CHANGES}claims: {{shown: {{exhibits: [mail], else: holder}}, maybe: {{exhibits: [mail], else: omit}}}}\n"


def codes(front: str, body: str, to: str = "platform") -> list[str]:
    """Return the codes about statements that a letter gets."""
    text = cases.letter(body, front).replace("to: platform", f"to: {to}")
    problems = lint_letter(text, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY)
    return [problem.code for problem in problems if problem.code in ("W162", "E170")]


BARE = {
    "a sentence": (CHANGES, "The taker changed {{ c }}."),
    "a list item": (CHANGES, "- {{ c }}"),
    "the sentence before the one that cites": (CLAIMED, "Changed: {{ c }}. The mail is there {{ claim.shown }}."),
    "a claim that may print nothing": (CLAIMED, "Changed: {{ c }} {{ claim.maybe }}."),
    "a closing line that may be left out": (CHANGES, "{{ c }}\n\n{% if c %}\n{{ holder.statement }}\n{% endif %}"),
    "a row of a table": (
        "slots: {r: {list: assets.all, needs: [action]}}\n",
        "| What |\n| --- |\n{% for row in r %}\n| {{ row.action }} |\n{% endfor %}",
    ),
}
SAID = {
    "a claim": (CLAIMED, "The taker changed {{ c }} {{ claim.shown }}."),
    "a claim behind the full stop": (CLAIMED, "The taker changed {{ c }}. {{ claim.shown }}"),
    "a claim that is asked for": (CLAIMED, "{% if claim.maybe %}\nChanged: {{ c }} {{ claim.maybe }}.\n{% endif %}"),
    "the words of an attribution": (CHANGES, "The taker changed {{ c }} (statement of the account holder)."),
    "the closing line": (CHANGES, "Changed: {{ c }}.\n\n{{ holder.statement }}"),
    "those who send it": (CHANGES, "Changed: {{ c }}.\n\n{{ sender.statement }}"),
    "a sentence with a colon before a list": (CLAIMED, "As shown {{ claim.shown }}:\n\n- {{ c }}"),
    "the same fact again": (CLAIMED, "Undo {{ c }}.\n\nChanged: {{ c }} {{ claim.shown }}."),
    "who signs": (f"{CHANGES}signature: holder\n", "I saw {{ c }}."),
    "who speaks": (f"{CHANGES}voice: holder\n", "We saw {{ c }}."),
    "an identifier": ("needs: [page.page.platform_id]\nslots: {p: {fact: page.page}}\n", "ID {{ p.platform_id }}."),
    "a heading": (CHANGES, "## {{ c }}"),
}


@pytest.mark.parametrize(("front", "body"), BARE.values(), ids=BARE.keys())
def test_statement_of_nobody_is_reported(front: str, body: str) -> None:
    """A sentence that prints an answer and neither cites nor attributes it is W162."""
    assert codes(front, body) == ["W162"]


@pytest.mark.parametrize(("front", "body"), SAID.values(), ids=SAID.keys())
def test_statement_of_somebody_is_clean(front: str, body: str) -> None:
    """What cites, attributes, speaks in the first person or states nothing is not reported."""
    assert codes(front, body) == []


def test_event_without_basis_is_an_error_whoever_speaks() -> None:
    """An event's text without its basis is E170 even below a signature: somebody else may have claimed it."""
    front = "signature: holder\nslots: {e: {events: all}}\n"
    assert codes(front, "{% for row in e %}\n- {{ row.text }}\n{% endfor %}") == ["E170"]
    assert codes(front, "{% for row in e %}\n- {{ row.text }} {{ row.basis }}\n{% endfor %}") == []


def test_note_to_the_holder_needs_no_attribution() -> None:
    """What the holder told is not attributed to the holder in a letter that the holder reads."""
    assert codes(CHANGES, "You told us: {{ c }}.", to="holder") == []
