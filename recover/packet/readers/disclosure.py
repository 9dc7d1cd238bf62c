"""Which answers a reader may see, as data: two lists of selectors per profile, and deny wins.

The language is closed. A selector is one of

- `*`: every answer;
- `intake.client_name`: one question; `intake.*`: every question of a group; `*.lost_at`: this question in any group;
- `assets.admins.name`: one column of a list, or one member of a person or account;
- `means:safe-contact`: the question that has this meaning to the engine;
- `sensitivity:public`, `sensitivity:case`: questions or columns of this sensitivity;
- `type:phone`: questions or columns of this type.

An answer leaves when a selector of `allow` names it and none of `deny` does. What is secret to us is no matter of
rules: it never leaves (`recover.packet.readers.view`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from recover.frozen import frozen
from recover.playbook.grammar import MEANINGS
from recover.playbook.model import Fact, FactType, Sensitivity
from recover.playbook.problems import nearest
from recover.playbook.shapes import Fault

EVERY = "*"
_NAME = r"[a-z][a-z0-9_]{0,60}"
_PLAIN = re.compile(rf"\*|{_NAME}\.\*|\*\.{_NAME}|{_NAME}\.{_NAME}(?:\.{_NAME})?")
_KINDS: dict[str, tuple[str, ...]] = {
    "means": MEANINGS,
    "sensitivity": (Sensitivity.PUBLIC.value, Sensitivity.CASE.value),
    "type": tuple(each.value for each in FactType),
}


def selector_fault(text: str) -> Fault | None:
    """Return why a text is no selector, or None."""
    kind, colon, value = text.partition(":")
    if not colon:
        if _PLAIN.fullmatch(text):
            return None
        return Fault(
            "E024", f"'{text[:60]}' is no rule for answers", "group.question, group.*, *.question, means:…, type:…, *"
        )
    if kind not in _KINDS:
        near = nearest(kind, _KINDS)
        hint = f"did you mean {near}:?" if near else "there are " + ", ".join(f"{each}:" for each in _KINDS)
        return Fault("E024", f"there is no rule by '{kind[:40]}'", hint)
    if value not in _KINDS[kind]:
        near = nearest(value, _KINDS[kind])
        hint = f"did you mean {kind}:{near}?" if near else "one of " + ", ".join(_KINDS[kind])
        if (kind, value) == ("sensitivity", Sensitivity.SECRET_TO_US.value):
            hint = "what is secret to us never leaves; no rule is needed for it"
        return Fault("E024", f"there is no {kind} '{value[:40]}'", hint)
    return None


@frozen
class FactRules:
    """What one reader may see of the answers."""

    allow: tuple[str, ...] = (EVERY,)
    deny: tuple[str, ...] = ()

    def permits(self, fact: Fact) -> bool:
        """Say whether an answer, or at least one column of it, may leave."""
        if _names(self.deny, fact):
            return False
        return _names(self.allow, fact) or any(_names_column(self.allow, fact, each) for each in fact.fields)

    def permits_column(self, fact: Fact, column: Fact) -> bool:
        """Say whether one column of a list, or member of a person or account, may leave."""
        if _names(self.deny, fact) or _names_column(self.deny, fact, column):
            return False
        return _names(self.allow, fact) or _names_column(self.allow, fact, column)

    def permits_member(self, fact: Fact, member: str) -> bool:
        """Say the same of a member that is known by its name only."""
        name = f"{fact.id}.{member}"
        if _names(self.deny, fact) or name in self.deny:
            return False
        return _names(self.allow, fact) or name in self.allow


def _names(selectors: tuple[str, ...], fact: Fact) -> bool:
    return any(_selects(each, fact.id, fact) for each in selectors)


def _names_column(selectors: tuple[str, ...], fact: Fact, column: Fact) -> bool:
    name = f"{fact.id}.{column.id}"
    return any(each == name or (":" in each and _selects(each, name, column)) for each in selectors)


def _selects(selector: str, name: str, fact: Fact) -> bool:
    kind, colon, value = selector.partition(":")
    if colon:
        return value == {"means": fact.means, "sensitivity": fact.sensitivity.value, "type": fact.type.value}[kind]
    return _pattern(selector).fullmatch(name) is not None


@lru_cache(maxsize=512)
def _pattern(selector: str) -> re.Pattern[str]:
    if selector == EVERY:
        return re.compile(".*")
    group, _, rest = selector.partition(".")
    one = r"[a-z0-9_]+"
    return re.compile(r"\.".join(one if part == EVERY else re.escape(part) for part in (group, *rest.split("."))))
