"""Conditions against what a playbook declares."""

from __future__ import annotations

import pytest

from recover.playbook.conditions import Scope, StepNames, check, parse
from recover.playbook.model import Choice, Fact, FactType
from recover.playbook.syntax import ExpressionError

HOW = Fact("own.how", FactType.CHOICE, "?", choices=(Choice("mail", "Mail"), Choice("app", "App")))
ACTION = Fact("action", FactType.CHOICE, "?", choices=(Choice("taken", "Taken"), Choice("none", "None")))
ROWS = Fact("own.rows", FactType.LIST, "?", fields=(ACTION, Fact("at", FactType.INSTANT, "?")))
FACTS = {
    fact.id: fact
    for fact in (
        HOW,
        ROWS,
        Fact("own.lost", FactType.YES_NO, "?"),
        Fact("own.at", FactType.PARTIAL_DATE, "?"),
        Fact("own.many", FactType.MANY, "?", choices=(Choice("you", "You"),)),
        Fact("own.number", FactType.NUMBER, "?"),
        Fact("own.page", FactType.ASSET, "?"),
        Fact("intake.how", FactType.TEXT, "?"),
    )
}
STEPS = {"reply": StepNames("later.reply", frozenset({"restored"}), frozenset({"photos"}))}
SCOPE = Scope("own", FACTS, element=ROWS, step=STEPS.get, letters=frozenset({"page-statement"}))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("lost", "own.lost"),
        ("not lost and how=='mail'", "not own.lost and own.how == 'mail'"),
        ("intake.how == 'x'", "intake.how == 'x'"),
        ("'you' in many", "'you' in own.many"),
        ("how in ('mail', \"app\")", "own.how in ['mail', 'app']"),
        ("count(rows,'action','taken')>1", "count(own.rows, 'action', 'taken') > 1"),
        ("item.action == 'taken' or answered(item.at)", "item.action == 'taken' or answered(item.at)"),
        ("done('reply', 'photos')", "done('later.reply', 'photos')"),
        ("replied('reply','restored')", "replied('later.reply', 'restored')"),
        ("at < '2026'  and\n number >= 1.50", "own.at < '2026' and own.number >= 1.5"),
        ("item.at > at", "item.at > own.at"),
    ],
)
def test_names_are_qualified(text: str, canonical: str) -> None:
    """A condition is kept with full names, so that it means the same wherever it is read again."""
    assert parse(text, SCOPE).text == canonical
    assert parse(canonical.replace("later.", ""), SCOPE).text == canonical


@pytest.mark.parametrize(
    ("text", "code", "offset", "hint"),
    [
        ("lost and hov == 'mail'", "E061", 9, "how"),
        ("how == 'email'", "E062", 7, "mail"),
        ("item.actoin == 'taken'", "E061", 0, "item.action"),
        ("item.action == 'take'", "E062", 15, "taken"),
        ("count(rows, 'action', 'take') > 0", "E062", 22, "taken"),
        ("count(how) > 0", "E064", 6, ""),
        ("count(rows)", "E066", 0, "> 0"),
        ("lost == 'yes'", "E063", 8, "true or false"),
        ("many == 'you'", "E063", 0, "in many"),
        ("many in ['you']", "E063", 0, "in many"),
        ("page == 'x'", "E063", 0, "answered(page)"),
        ("at == '2026'", "E068", 0, ""),
        ("at < 'soon'", "E062", 5, ""),
        ("number < at", "E068", 0, ""),
        ("number == 'one'", "E063", 10, "a number"),
        ("'a' == 'a'", "E063", 0, ""),
        ("how == item.action", "E063", 0, ""),
        ("sent('page-statment')", "E064", 5, "page-statement"),
        ("replied('reply', 'refused')", "E064", 17, "restored"),
        ("done('rply')", "E064", 5, ""),
        ("true", "E066", 0, ""),
        ("partner.mail == 'x'", "E061", 0, "included"),
    ],
)
def test_faults_have_a_place_and_a_hint(text: str, code: str, offset: int, hint: str) -> None:
    """Each fault is found once, at its character, with a way out."""
    expression, findings = check(text, SCOPE)
    assert expression is None
    assert [(finding.code, finding.offset) for finding in findings] == [(code, offset)]
    assert hint in findings[0].hint


def test_item_needs_a_list_around_it() -> None:
    """`item.x` outside `for_each` is an error, never silently unknown."""
    with pytest.raises(ExpressionError, match="for_each"):
        parse("item.action == 'taken'", Scope("own", FACTS))


def test_a_faulty_fact_excuses_its_conditions() -> None:
    """A condition on a fact that is itself wrong is not reported again."""
    assert check("broken == 'x'", Scope("own", FACTS, excused=frozenset({"own.broken"}))) == (None, ())
