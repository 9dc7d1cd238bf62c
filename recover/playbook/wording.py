"""A playbook's conditions, outcomes and lengths in words, for people who read no YAML.

Nothing here decides anything. A condition that has no good words is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

from recover.playbook import expressions
from recover.playbook.model import Expression, Fact, FactType, Playbook
from recover.playbook.syntax import (
    ITEM,
    Call,
    Choices,
    Compare,
    ExpressionError,
    Join,
    Literal,
    Name,
    Not,
    Operand,
    Tree,
)

OUTCOMES = {
    "accepted": "They accepted it, or it is in progress",
    "restored": "Access is back",
    "partly_restored": "Part of it is back",
    "refused": "They refused",
    "auto_reply": "An automatic answer, nothing more",
    "asks_id": "They ask for an ID",
    "asks_more": "They ask for more",
    "wrong_channel": "Wrong channel, they point elsewhere",
    "admin_dispute": "They call it a dispute among admins",
    "identity_contested": "Somebody else claims to be the owner",
    "extended": "They extended their time, lawfully",
    "silence": "No answer",
}
"""The catalogue of `docs/playbooks.md` in words."""

ENDS = {
    "withdrawn": "The client withdraws",
    "handed_over": "Handed over to somebody else",
    "done": "This part is done",
}
"""The ends that are no outcome of the other side."""

GATES = {
    "contact_changed": "A new contact is confirmed",
    "contact_lost": "The contact does not hang on a lost account",
    "rival_claimant": "Nobody else claims the account",
    "link_secret": "It is known whether the link between person and account is secret",
}
"""The engine's own gates by what they wait for."""

_ORDER = {
    "<": "before", "<=": "not after", ">": "after", ">=": "not before", "==": "the same as", "!=": "another than",
}  # fmt: skip
_AMOUNT = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "==": "exactly", "!=": "not"}
_LENGTH = re.compile(r"([0-9]+)([a-z])")
_UNITS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}


def length_words(length: str) -> str:
    """Write a length such as `14d` as `14 days`."""
    found = _LENGTH.fullmatch(length)
    if found is None or found[2] not in _UNITS:
        return length
    return f"{int(found[1])} {_UNITS[found[2]]}{'' if int(found[1]) == 1 else 's'}"


def outcome_words(outcome: str, after: str = "") -> str:
    """Write an outcome or an end in words; `after` is the length of a silence."""
    words = OUTCOMES.get(outcome) or ENDS.get(outcome) or outcome.replace("_", " ")
    return f"{words} after {length_words(after)}" if after else words


class Wording:
    """Writes conditions of one playbook in words, with the labels of its questions."""

    def __init__(self, playbook: Playbook) -> None:
        self._facts = {fact.id: fact for fact in playbook.facts}
        self._titles = {step.id: step.title for step in playbook.steps}

    def condition(self, condition: Expression, *, asked: Collection[str] = (), for_each: str = "") -> str:
        """Write a condition in words.

        `asked` are questions that stand beside it, so that an answer's label alone is clear; `for_each` is the list
        whose columns `item.…` names.
        """
        try:
            tree = expressions.read(condition.text)
        except ExpressionError:
            return condition.text
        return _Writer(self._facts, self._titles, frozenset(asked), for_each).tree(tree)


class _Writer:
    def __init__(self, facts: dict[str, Fact], titles: dict[str, str], asked: frozenset[str], for_each: str) -> None:
        self._facts = facts
        self._titles = titles
        self._asked = asked
        self._for_each = for_each

    def tree(self, tree: Tree, *, negated: bool = False) -> str:
        if isinstance(tree, Join):
            word = tree.word if not negated else {"and": "or", "or": "and"}[tree.word]
            return self._join(tree, word, negated)
        if isinstance(tree, Not):
            return self.tree(tree.of, negated=not negated)
        if isinstance(tree, Compare):
            return self._compare(tree, negated)
        return self._alone(tree, negated)

    def _join(self, tree: Join, word: str, negated: bool) -> str:
        if tree.word == "or" and not negated and (told := self._any_of(tree)):
            return told
        parts = []
        for part in tree.parts:
            text = self.tree(part, negated=negated)
            is_other = isinstance(part, Join) and part.word != tree.word
            parts.append(f"({text})" if is_other else text)
        return f" {word} ".join(dict.fromkeys(parts))

    def _any_of(self, tree: Join) -> str:
        """Write `count(list, column, a) > 0 or count(list, column, b) > 0` as one sentence; empty for anything else."""
        labels, lists = [], set()
        for part in tree.parts:
            if not (isinstance(part, Compare) and part.operator == ">" and isinstance(part.right, Literal)):
                return ""
            call = part.left
            if not (isinstance(call, Call) and call.function == "count" and part.right.value == 0):
                return ""
            words = [str(each.text if isinstance(each, Name) else each.value) for each in call.arguments]
            if len(words) != 3:
                return ""
            fact = self._facts.get(words[0])
            column = next((each for each in fact.fields if each.id == words[1]), None) if fact else None
            labels.append(f"“{_label(column, words[2])}”")
            lists.add((fact.ask if fact else words[0], words[1]))
        if len(lists) != 1:
            return ""
        return f"a row of “{lists.pop()[0]}” says {' or '.join(labels)}"

    def _fact(self, name: str) -> Fact | None:
        if name.startswith(f"{ITEM}."):
            listed = self._facts.get(self._for_each)
            column = name.removeprefix(f"{ITEM}.")
            return next((each for each in listed.fields if each.id == column), None) if listed else None
        return self._facts.get(name)

    def _is(self, name: str, answer: str, negated: bool) -> str:
        """Say that a question has an answer; where it has just been asked, the answer alone will do."""
        fact = self._fact(name)
        if name in self._asked:
            return f"not: {answer}" if negated else answer
        asked = fact.ask if fact is not None else name
        return f"“{asked}” is {'not ' if negated else ''}“{answer}”"

    def _alone(self, tree: Operand, negated: bool) -> str:
        if isinstance(tree, Call):
            return self._call(tree, negated)
        if isinstance(tree, Literal):
            return f"{'not ' if negated else ''}{tree.value}"
        return self._yes_no(tree.text, not negated)

    def _yes_no(self, name: str, value: bool) -> str:
        fact = self._fact(name)
        if fact is not None and fact.means == "eu-location":
            return f"the account holder is {'' if value else 'not '}in the European Union"
        return self._is(name, "Yes" if value else "No", negated=False)

    def _call(self, call: Call, negated: bool) -> str:
        words = [str(each.text if isinstance(each, Name) else each.value) for each in call.arguments]
        no = "not " if negated else ""
        match call.function:
            case "answered":
                fact = self._fact(words[0])
                return f"“{fact.ask if fact else words[0]}” is {no}answered"
            case "known":
                fact = self._fact(words[0])
                return f"the answer to “{fact.ask if fact else words[0]}” is {no}known"
            case "sent":
                return f"the letter {words[0]} was {no}sent"
            case "replied":
                told = outcome_words(words[1])
                return f"the answer in “{self._title(words[0])}” was {no}“{told}”"
            case "done":
                return f"“{self._title(words[0])}” is {no}done"
            case "has_exhibit":
                kinds = " or ".join(word.replace("-", " ") for word in words)
                return f"there is {'no' if negated else 'a'} {kinds} in the evidence"
            case _:
                return f"{no}{self._counted(call)}"

    def _title(self, step: str) -> str:
        return self._titles.get(step, step)

    def _counted(self, call: Call) -> str:
        words = [str(each.text if isinstance(each, Name) else each.value) for each in call.arguments]
        if call.function == "any_exhibit":
            return "pieces of evidence of the kind " + " or ".join(word.replace("-", " ") for word in words)
        fact = self._facts.get(words[0])
        rows = f"rows of “{fact.ask if fact else words[0]}”"
        if len(words) < 3:
            return rows
        column = next((each for each in fact.fields if each.id == words[1]), None) if fact else None
        return f"{rows} with “{_label(column, words[2])}”"

    def _compare(self, tree: Compare, negated: bool) -> str:
        left, right, operator = tree.left, tree.right, tree.operator
        if isinstance(left, Call) and isinstance(right, Literal) and isinstance(right.value, Decimal):
            return self._amount(left, operator, right.value, negated)
        if isinstance(left, Literal) and isinstance(right, Name) and operator in ("in", "not in"):
            is_negated = negated != (operator == "not in")
            return self._is(right.text, _label(self._fact(right.text), left.value), is_negated)
        if not isinstance(left, Name):
            return expressions.write(tree)
        fact = self._fact(left.text)
        if isinstance(right, Choices):
            labels = " or ".join(_label(fact, each.value) for each in right.values)
            return self._is(left.text, labels, negated != (operator == "not in"))
        if isinstance(right, Literal) and isinstance(right.value, bool):
            return self._yes_no(left.text, (right.value == (operator == "==")) != negated)
        if isinstance(right, Literal) and operator in ("==", "!="):
            return self._is(left.text, _label(fact, right.value), negated != (operator == "!="))
        return self._ordered(left.text, fact, operator, right, negated)

    def _amount(self, call: Call, operator: str, number: Decimal, negated: bool) -> str:
        told = "not " if negated else ""
        if (operator, number) == (">", Decimal(0)) or (operator, number) == (">=", Decimal(1)):
            return f"there are {'no ' if negated else ''}{self._counted(call)}"
        return f"there are {told}{_AMOUNT.get(operator, operator)} {number} {self._counted(call)}"

    def _ordered(self, name: str, fact: Fact | None, operator: str, right: Operand, negated: bool) -> str:
        other = right.text if isinstance(right, Name) else str(right.value) if isinstance(right, Literal) else ""
        asked = self._fact(other) if isinstance(right, Name) else None
        shown = f"“{asked.ask}”" if asked is not None else other
        is_number = fact is not None and fact.type is FactType.NUMBER
        words = (_AMOUNT if is_number else _ORDER).get(operator, operator)
        return f"“{fact.ask if fact else name}” is {'not ' if negated else ''}{words} {shown}"


def _label(fact: Fact | None, value: object) -> str:
    if fact is not None:
        for choice in fact.choices:
            if choice.value == value:
                return choice.label
    return str(value)
