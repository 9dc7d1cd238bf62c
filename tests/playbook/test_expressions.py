"""Conditions: a small total language that is never Python."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.playbook.expressions import UNKNOWN, Unknown, evaluate
from recover.playbook.model import Expression
from recover.playbook.syntax import (
    MAX_CHARACTERS,
    Call,
    Choices,
    Compare,
    ExpressionError,
    Join,
    Literal,
    Name,
    Not,
    Tree,
    names,
    read,
    write,
)


class FakeCase:
    """A case that knows what it is told; everything else is unknown."""

    zone = "Asia/Baku"

    def __init__(self, **facts: object) -> None:
        self.facts = {name.replace("__", "."): value for name, value in facts.items()}

    def fact(self, name: str) -> object:
        return self.facts.get(name, UNKNOWN)

    def item(self, field: str) -> object:
        return self.facts.get(f"item.{field}", UNKNOWN)

    def answered(self, name: str) -> bool:
        return name in self.facts

    def item_answered(self, field: str) -> bool:
        return f"item.{field}" in self.facts

    def count(self, name: str, field: str = "", value: str = "") -> int | Unknown:
        rows = self.facts.get(name)
        if not isinstance(rows, list):
            return UNKNOWN
        return sum(1 for row in rows if not field or (isinstance(row, dict) and row.get(field) == value))

    def exhibits(self, kind: str) -> int:
        return {"mail": 2, "image": 1}.get(kind, 0)

    def sent(self, letter: str) -> bool:
        return letter == "page-statement"

    def replied(self, step: str, outcome: str) -> bool:
        return (step, outcome) == ("reply", "restored")

    def done(self, step: str, item: str = "") -> bool:
        return (step, item) in (("capture", ""), ("capture", "photos"))


def truth(text: str, **facts: object) -> bool | None:
    return evaluate(Expression(text), FakeCase(**facts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.yes", True),
        ("not a.no", True),
        ("a.gone", None),
        ("not a.gone", None),
        ("a.gone or a.yes", True),
        ("a.gone and a.no", False),
        ("a.gone and a.yes", None),
        ("a.gone or a.no", None),
        ("a.how == 'mail'", True),
        ("a.how != 'mail'", False),
        ("a.gone == 'mail'", None),
        ("a.gone != 'mail'", None),
        ("a.how in ['app', 'mail']", True),
        ("a.how not in ['app', 'mail']", False),
        ("a.gone in ['app']", None),
        ("'you' in a.inside", True),
        ("'nobody' not in a.inside", True),
        ("a.number > 4 and a.number <= 5", True),
        ("a.price > 12", True),
        ("a.price == 12.50", True),
        ("count(a.rows) == 2", True),
        ("count(a.rows, 'action', 'taken') == 1", True),
        ("count(a.gone) > 0", None),
        ("has_exhibit('receipt', 'mail')", True),
        ("any_exhibit('mail', 'image') >= 3", True),
        ("any_exhibit('mail', 'mail') == 2", True),
        ("sent('page-statement') and not sent('other')", True),
        ("replied('reply', 'restored')", True),
        ("done('capture') and done('capture', 'photos') and not done('capture', 'x')", True),
        ("answered(a.how) and not answered(a.gone)", True),
        ("item.action == 'taken' and answered(item.action)", True),
        ("item.other == 'taken'", None),
        ("a.how", None),
        ("a.how > 4", None),
        ("a.yes == true", True),
        ("a.how == true", None),
    ],
)
def test_truth(text: str, expected: bool | None) -> None:
    """Each form of the language means what the reference says, and what is unknown stays unknown."""
    facts = {
        "a__yes": True,
        "a__no": False,
        "a__how": "mail",
        "a__inside": ["you", "admin"],
        "a__number": 5,
        "a__price": "12.50",
        "a__rows": [{"action": "taken"}, {"action": "none"}],
        "item__action": "taken",
    }
    assert truth(text, **facts) is expected


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("a.at < '2018-03'", "2017", True),
        ("a.at < '2017-06'", "2017", None),
        ("a.at > '2026-10-05'", "2026-10-06T00:10+04:00[Asia/Baku]", True),
        ("a.at < '2026-10-06'", "2026-10-06T00:10+04:00[Asia/Baku]", None),
        ("a.at < '2026-10-05'", "2026-10-06T00:10+04:00[Asia/Baku]", False),
        ("a.at > '2026-01-01'", "no time at all", None),
        ("a.at > 'unknown'", "2017", None),
    ],
)
def test_dates_compare_by_all_they_may_mean(text: str, when: str, expected: bool | None) -> None:
    """A date is before another only if every moment it may mean is; days are counted in the case's zone."""
    assert truth(text, a__at=when) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a.b.c.d",
        "a.__class__",
        "1 + 1",
        "a if b else c",
        "a = 'x'",
        "(x := 1)",
        "f'{a}'",
        "[a for a in b]",
        "lambda: 1",
        "a < b < c",
        "True",
        "None",
        "a[0]",
        "a is b",
        "answered(b'x')",
        "b'x' == a",
        "...",
        "{}",
        "{1}",
        "-a == 1",
        "~a",
        "await a",
        "*a",
        "answered(*a)",
        "answered(a=b)",
        "answered('a')",
        "answered(a, b)",
        "count()",
        "count(a, 'b')",
        "sent(a)",
        "answered(count(a))",
        "open('x')",
        "'a' in 'abc'.upper()",
        "1j == a",
        "a == 1e999",
        "9" * 40 + " == a",
        "a; b",
        "a\x00b",
        "a \\\n and b",
        "import os",
        "((((((((((((((((((((a",
        "not " * 40 + "a",
        "(" * 300 + "a" + ")" * 300,
        "-" * 900 + "1 == a",
        "a" * (MAX_CHARACTERS + 1),
        "[" * 200 + "]" * 200,
        "",
        "   ",
        "\ud800",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """What is not listed in the language is an error with a place, and means nothing when evaluated."""
    with pytest.raises(ExpressionError) as caught:
        read(text)
    assert caught.value.message
    assert 0 <= caught.value.offset <= len(text)
    assert truth(text) is None


@given(st.text(max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    """Any text is a condition or an ExpressionError; evaluating it never raises."""
    with contextlib.suppress(ExpressionError):
        read(text)
    assert truth(text) in (True, False, None)


WORDS = st.from_regex(r"[a-z][a-z0-9]{0,3}_?[a-z]", fullmatch=True).filter(
    lambda word: word not in ("in", "is", "or", "as", "if", "not", "and", "for", "def", "del", "try", "true", "item")
)
NAMES = st.builds(lambda one, other: Name(f"{one}.{other}"), WORDS, WORDS) | WORDS.map(
    lambda word: Name(f"item.{word}")
)
TEXTS = st.text(
    alphabet=st.characters(min_codepoint=32, exclude_characters="\\", exclude_categories=["Cs"]), max_size=8
)
LITERALS = st.one_of(
    TEXTS.map(Literal), st.integers(-999, 10**9).map(lambda n: Literal(Decimal(n))), st.booleans().map(Literal)
)
CALLS = st.one_of(
    NAMES.map(lambda name: Call("answered", (name,))),
    TEXTS.map(lambda text: Call("sent", (Literal(text),))),
    st.tuples(NAMES, TEXTS, TEXTS).map(lambda t: Call("count", (t[0], Literal(t[1]), Literal(t[2])))),
    st.lists(TEXTS, min_size=1, max_size=3).map(lambda ts: Call("any_exhibit", tuple(map(Literal, ts)))),
)
OPERANDS = st.one_of(NAMES, LITERALS, CALLS)
COMPARES = st.one_of(
    st.builds(Compare, OPERANDS, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]), OPERANDS),
    st.builds(
        Compare,
        OPERANDS,
        st.sampled_from(["in", "not in"]),
        st.lists(LITERALS, max_size=3).map(lambda v: Choices(tuple(v))),
    ),
)
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(NAMES, CALLS, COMPARES),
    lambda inner: st.one_of(
        inner.map(Not),
        st.builds(
            lambda word, parts: Join(word, tuple(parts)),
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=8,
)
ANSWERS = st.one_of(
    st.none(),
    st.just(UNKNOWN),
    st.booleans(),
    st.integers(),
    st.text(max_size=6),
    st.sampled_from(["2017", "2026-10-05", "12.5", "2026-10-05T21:40+04:00[Asia/Baku]"]),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


@given(TREES)
@settings(max_examples=300)
def test_written_and_read_again_is_the_same(tree: Tree) -> None:
    """The canonical text of a condition reads back to the same canonical text and names the same facts."""
    text = write(tree)
    if len(text) <= MAX_CHARACTERS:
        again = read(text)
        assert write(again) == text
        assert [name.text for name in names(again)] == [name.text for name in names(tree)]


@given(TREES, ANSWERS)
@settings(max_examples=300)
def test_evaluation_is_total(tree: Tree, answer: object) -> None:
    """Whatever values a case holds, a condition is true, false or unknown, and its negation the opposite."""

    class Same(FakeCase):
        def fact(self, name: str) -> object:
            return answer

        def item(self, field: str) -> object:
            return answer

    text = write(tree)
    if len(text) <= MAX_CHARACTERS - 10:
        result = evaluate(Expression(text), Same())
        opposite = evaluate(Expression(f"not ({text})"), Same())
        assert (result, opposite) in ((True, False), (False, True), (None, None))


@given(TREES)
def test_knowing_more_never_turns_true_into_false(tree: Tree) -> None:
    """What is true while an answer is unknown stays true for every answer: unknown opens nothing by accident."""
    text = write(tree)
    if len(text) > MAX_CHARACTERS or "answered" in text:
        return
    before = evaluate(Expression(text), FakeCase())
    if before is None:
        return

    class Known(FakeCase):
        def fact(self, name: str) -> object:
            return "mail"

        def item(self, field: str) -> object:
            return "mail"

    assert evaluate(Expression(text), Known()) is before
