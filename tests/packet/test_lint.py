"""Lint of letters: what can be known before a case exists is said then, with code and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.packet.letters.lint import CODES, lint_letter
from recover.playbook.loader import load_playbook, load_registry, playbook_ids
from tests.packet import cases

FAULTS = {
    "unknown_fact": ("E167", "needs: [page.nothing]\n", "text"),
    "unknown_member": ("E167", "needs: [page.page.colour]\n", "text"),
    "unknown_slot_fact": ("E167", "slots: {a: {fact: page.nothing}}\n", "{% if a %}{{ a }}{% endif %}"),
    "fact_as_list": ("E167", "slots: {a: {list: page.page}}\n", "{% for r in a %}{{ r.x }}{% endfor %}"),
    "list_as_fact": ("E167", "slots: {a: {fact: assets.all}}\n", "{% if a %}x{% endif %}"),
    "unknown_column": ("E167", "slots: {a: {list: assets.all, needs: [colour]}}\n", "{{ a | count }}"),
    "unknown_column_in_condition": (
        "E167",
        "slots: {a: {list: assets.all, where: item.colour == 'red'}}\n",
        "{{ a | count }}",
    ),
    "unknown_bound": ("E167", "slots: {a: {events: all, from: page.nothing}}\n", "{{ a | count }}"),
    "bound_that_is_no_date": ("E167", "slots: {a: {events: all, until: page.changes}}\n", "{{ a | count }}"),
    "bound_of_a_list": ("E164", "slots: {a: {list: assets.all, from: page.lost_at}}\n", "{{ a | count }}"),
    "unknown_clause": ("E167", "slots: {a: {clause: meta.none}}\n", "{{ a.gist }}"),
    "choice_that_is_none": (
        "E167",
        "slots: {a: {fact: intake.consent_platform}}\n",
        "{% if a == 'yess' %}x{% endif %}",
    ),
    "secret_fact": ("E169", "slots: {a: {fact: intake.id_number}}\n", "{% if a %}{{ a }}{% endif %}"),
    "undeclared": ("E166", "", "{{ a }}"),
    "undeclared_claim": ("E166", "", "{{ claim.a }}"),
    "unknown_row_member": ("E166", "slots: {a: {events: loss}}\n", "{% for r in a %}{{ r.colour }}{% endfor %}"),
    "loop_over_one_value": ("E166", "slots: {a: {fact: page.changes}}\n", "{% for r in a %}x{% endfor %}"),
    "row_named_like_a_slot": ("E166", "slots: {a: {events: loss}}\n", "{% for a in a %}x{% endfor %}"),
    "loop_outside_a_loop": ("E166", "", "{{ loop.index }}"),
    "value_that_may_be_missing": ("E168", "slots: {a: {fact: page.changes}}\n", "{{ a }}"),
    "member_that_may_be_missing": ("E168", "needs: [page.page.name]\nslots: {a: {fact: page.page}}\n", "{{ a.url }}"),
    "column_that_may_be_missing": (
        "E168",
        "slots: {a: {list: assets.all}}\n",
        "{% for r in a %}{{ r.action }}{% endfor %}",
    ),
    "guard_that_does_not_guard": (
        "E168",
        "slots: {a: {fact: page.changes}}\n",
        "{% if not a %}{{ a }}{% endif %}",
    ),
    "guard_of_another_branch": (
        "E168",
        "slots: {a: {fact: page.changes}}\n",
        "{% if a %}x{% else %}{{ a }}{% endif %}",
    ),
    "single_row_that_may_be_missing": (
        "E168",
        "slots: {a: {events: loss, pick: first}}\n",
        "{{ a.text }}",
    ),
    "markup_in_a_branch": (
        "E165",
        "slots: {a: {fact: page.changes}}\n",
        "{% if a %}[x](https://example.org){% endif %}",
    ),
    "call": ("E165", "", "{{ a() }}"),
    "too_many_words": ("W161", "max_words: 5\n", "one two three four five six"),
    "unused_slot": ("C161", "slots: {a: {fact: page.changes}}\n", "text"),
    "unused_claim": ("C161", "claims: {a: {exhibits: [mail]}}\n", "text"),
}


@pytest.mark.parametrize(("code", "front", "body"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_has_its_code(code: str, front: str, body: str) -> None:
    """Each fault is found, has a code that is explained, and a line."""
    problems = lint_letter(cases.letter(body, front), "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY)
    assert code in {problem.code for problem in problems}
    assert code in CODES
    assert all(problem.line >= 1 for problem in problems)


def test_clean_letter_has_no_problem() -> None:
    """The test letter, with guards and needs, is clean."""
    problems = lint_letter(cases.LETTER, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY)
    assert problems == ()


OTHER = "voice: holder\nslots: {a: {fact: hijacked_page.lost_at}}\n"


def test_question_of_another_playbook_may_be_printed_where_it_is_asked_for() -> None:
    """A letter that two playbooks offer may name what only one of them asks, inside an `if`; alone it is an error."""
    text = cases.letter("{% if a %}{{ a }}{% endif %}", OTHER)
    other = load_playbook("hijacked-page")
    assert lint_letter(text, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY, [other]) == ()
    alone = lint_letter(text, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY)
    assert [problem.code for problem in alone] == ["E167"]


@pytest.mark.parametrize(
    ("front", "body", "code"),
    [
        (OTHER, "{{ a }}", "E168"),
        ("needs: [hijacked_page.lost_at]\n", "text", "E167"),
        ("slots: {a: {list: identity.endorsers, least: 1}}\n", "{{ a | count }}", "E167"),
        ("needs: [mandate.name]\n", "text", "E167"),
    ],
)
def test_what_a_letter_needs_must_be_asked_in_every_playbook(front: str, body: str, code: str) -> None:
    """Printed bare, or needed: then a question of another playbook is an error here."""
    text, other = cases.letter(body, front), load_playbook("hijacked-page")
    problems = lint_letter(text, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY, [other])
    assert code in {problem.code for problem in problems}


def test_meaning_stands_for_the_fact_that_has_it() -> None:
    """`contested-asset.name` is promised as `page.page.name` is."""
    text = cases.letter("{{ a.name }}", "needs: [contested-asset.name]\nslots: {a: {fact: contested-asset}}\n")
    assert lint_letter(text, "letters/test-letter.en.md", cases.playbook(), cases.REGISTRY) == ()


@pytest.mark.parametrize("path", sorted((cases.TEMPLATES / "letters").glob("*.md")), ids=lambda path: path.name)
def test_shipped_letter_is_clean(path: Path) -> None:
    """Every shipped letter fits the shipped playbooks that offer it without an error or warning."""
    name = path.name.split(".")[0]
    loaded = [load_playbook(each) for each in playbook_ids()]
    users = [each for each in loaded if any(use.template == name for step in each.steps for use in step.letters)]
    for playbook in users or [None]:
        problems = lint_letter(path.read_text("utf-8"), str(path), playbook, load_registry(), users)
        assert [str(problem) for problem in problems if problem.severity != "convention"] == []
