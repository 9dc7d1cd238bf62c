"""Who and what is named in what leaves: every text of every document is searched, not only the letters.

People are those the case knows by name: the holder, those of its lists and questions about persons, and who claims or
denies something. A name that stands only in somebody's own words is found when the case knows it from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.formats.registry import VICTIM
from recover.packet.interface import PacketPlan, PlannedDate
from recover.packet.neutral import neutralise
from recover.packet.readers.platforms import is_about, keys_of
from recover.packet.readers.view import View, is_name, lists_people
from recover.packet.words.casing import folded, sort_key
from recover.playbook.model import FactType


def text_of(plan: PacketPlan) -> str:
    """Return every word that leaves outside exhibits: documents, titles of exhibits and dates, and the recipient."""
    parts = [part for document in plan.documents for part in _words_of(document)]
    parts += [exhibit.title for exhibit in plan.exhibits]
    if plan.formats.get("dates") and plan.profile != VICTIM:
        parts += [f"{date.title} {date.why}" for date in plan.dates]
    return "\n".join((*parts, plan.to))


def _words_of(document: Document) -> Iterator[str]:
    yield document.title
    yield from t.texts(document.blocks)
    for label, text in document.head:
        yield f"{label}: {text}"
    yield from (*document.lead, *document.attachments, *document.remarks, *document.paste, document.address)
    for field in document.fields:
        yield f"{field.label}: {field.text}"


def names_in(text: str, view: View) -> tuple[str, ...]:
    """Return every person of the case whose name a text holds: the holder first, the others by the alphabet.

    The alphabet is that of the client's language, in which most of the names are.
    """
    plain = folded(text)
    holder, *others = _people(view) or ("",)
    ordered = sorted(others, key=lambda name: sort_key(name, view.source.survey.language))
    return tuple(name for name in (holder, *ordered) if name and _stands_in(name, plain))


def _people(view: View) -> tuple[str, ...]:
    found = [*view.holder_names]
    for fact in view.facts.values():
        if fact.type is FactType.PERSON and isinstance(value := view.known(fact.id), Mapping):
            found += [str(value.get("name", "")), str(value.get("alias", ""))]
        if lists_people(fact):
            found += [str(row.get("name", "")) for _, row in view.every_row(fact)]
        if fact.type is FactType.LIST:
            found += [name for _, row in view.every_row(fact) for name in _persons_of(row)]
    found += [one.body.by for one in view.source.state.events]
    found += [person.name for person in view.third_parties]
    names = (neutralise(each).strip() for each in found)
    return tuple(dict.fromkeys(name for name in names if len(name) > 1 and is_name(name)))


def _persons_of(row: Mapping[str, Any]) -> list[str]:
    return [str(value["name"]) for value in row.values() if isinstance(value, Mapping) and value.get("name")]


def _stands_in(name: str, plain: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", plain) is not None


def roles_in(text: str, view: View) -> tuple[str, ...]:
    """Return the roles that stand in a text instead of a name."""
    plain = folded(text)
    roles = (person.role for person in view.unnamed)
    return tuple(dict.fromkeys(role for role in roles if _stands_in(neutralise(role), plain)))


def accounts_in(text: str, view: View) -> tuple[str, ...]:
    """Return every account of the case that a text names by its number, handle or address, once each."""
    rows = [row for _, row in view.accounts]
    for fact in view.facts.values():
        if fact.type is FactType.LIST and {"platform_id", "handle", "url"} & {column.id for column in fact.fields}:
            rows += [row for _, row in view.every_row(fact)]
    plain = text.replace("hxxp", "http").replace("[.]", ".")
    found: dict[str, str] = {}
    for row in rows:
        keys = [key for key in keys_of(row) if is_about(plain, (key,))]
        if keys:
            name = neutralise(str(row.get("name") or ""))
            found.setdefault(keys[0], f"{neutralise(keys[0])} ({name})" if name else neutralise(keys[0]))
    return tuple(found.values())


def dates_of(view: View) -> tuple[PlannedDate, ...]:
    """Return the dates of the due list that leave, in their order."""
    return tuple(
        PlannedDate(
            uid=item.uid,
            title=view.words(f"{item.title}: {item.element_title}" if item.element_title else item.title),
            on=item.on.isoformat() if item.on else "",
            why=view.words(item.why) if item.state in ("open", "overdue") else "",
        )
        for item in view.due
    )
