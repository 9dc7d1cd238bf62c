"""The last look at every text before it leaves: no number of an identity paper, nothing that is secret to us.

Two nets under the slots, which cannot print either: what the case itself marks as secret is searched for letter by
letter, and a number that stands right beside the name of an identity paper is refused, in the languages we meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recover.errors import RefusedError
from recover.packet.readers.view import View
from recover.packet.words.casing import folded
from recover.playbook.model import Sensitivity

_PAPERS = (
    r"passports?|identity (?:card|document|paper|number)s?|id[- ](?:card|scan|copy|document|paper)s?|national id|"
    r"personal (?:identification )?(?:number|code)|driving licen[cs]e|social security|tax number|"
    r"şəxsiyyət vəsiqə\w*|vəsiqə\w*|fin kod\w*|kimlik|nüfus cüzdan\w*|ehliyet|pasaport\w*|pasport\w*|"
    r"паспорт\w*|удостоверени\w*|посвідченн\w*|инн|снилс|personalausweis\w*|reisepass\w*|carte d'identité|"
    r"passeport\w*|cédula|dni|pasaporte|dowód osobist\w*|pesel|občansk\w* průkaz\w*|rodné číslo"
)
_NEAR = re.compile(
    rf"(?<!\w)(?:{_PAPERS})(?!\w)[^;\n]{{0,30}}?(?<![\w-])([A-Z]{{0,4}}[ -]?\d[\d -]{{4,18}}\d[A-Z]?)(?!\w)",
    re.IGNORECASE,
)
_FIN = re.compile(r"(?<!\w)(?:FIN|fin kod\w*)[ :.=-]{1,4}(?=[A-Z0-9]*\d)[A-Z0-9]{7}(?!\w)")
"""Azerbaijan's personal code: seven letters and digits, printed beside its name."""
_DATE = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2})?\b")
MIN_SECRET = 12
"""Shorter secrets without a digit are ordinary words; they would refuse every second letter."""


def check_text(text: str, view: View, where: str) -> None:
    """Raise `RefusedError` (4) if a text that would leave holds a number of an identity paper, or a secret of the case.

    `where` names the text for the person who must correct it.
    """
    known = _platform_ids(view)
    if _FIN.search(text):
        raise _holds_number(where)
    for found in _NEAR.finditer(_DATE.sub("", text)):
        digits = re.sub(r"\D", "", found[1])
        if digits not in known and len(digits) >= 6:
            raise _holds_number(where)
    plain = folded(text)
    for name, secret in _secrets(view):
        if folded(secret) in plain:
            raise RefusedError(
                f"{where} holds the answer to {name}, which never leaves",
                hint="say it in other words: recover correct CASE ENTRY",
            )


def _holds_number(where: str) -> RefusedError:
    return RefusedError(
        f"{where} seems to hold the number of an identity paper",
        hint="take the number out of the answer or event: recover correct CASE ENTRY",
    )


def _platform_ids(view: View) -> set[str]:
    numbers = {"".join(filter(str.isdigit, reference.body.reference)) for reference in view.source.state.sent}
    for record in view.source.state.facts.values():
        values = record.value.values() if isinstance(record.value, dict) else [record.value]
        numbers.update(value for value in values if isinstance(value, str) and value.isdigit())
    return numbers


def _secrets(view: View) -> Iterator[tuple[str, str]]:
    for key, record in view.source.state.facts.items():
        fact = view.facts.get(key.fact)
        column = next((each for each in fact.fields if each.id == key.field), None) if fact else None
        if Sensitivity.SECRET_TO_US not in {each.sensitivity for each in (fact, column) if each is not None}:
            continue
        for answer in record.history:
            for text in _texts(answer.body.value):
                if len(text) >= MIN_SECRET or (len(text) >= 5 and any(sign.isdigit() for sign in text)):
                    yield key.fact, text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
