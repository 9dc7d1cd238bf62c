"""A translation of a letter beside its English: what both must declare and print alike, and whether it is up to date.

A translator changes words. What a letter asks for, cites, attaches and prints is decided once, in English; one that
printed an answer more would tell a reader what nobody meant to tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from recover.packet.letters import language as lang
from recover.packet.letters.beside import count_marks
from recover.packet.letters.front_matter import LetterTemplate
from recover.packet.words.phrases import is_english
from recover.playbook.problems import Place, Problem, Problems

CODES: Mapping[str, str] = {
    "E171": "a translation declares or prints something else than the English letter",
    "E172": "a translation does not say which English text it was made from",
    "E173": "a review needs a name and a day",
    "C171": "the English has changed since a letter was translated; the English is used",
}
_ALIKE = (
    "to", "gates", "approval", "signature", "needs", "identity_least", "identity_kinds", "attach", "pages", "max_chars",
    "voice",
)  # fmt: skip
"""What stands in the front matter of both word by word."""


def lint_translation(template: LetterTemplate, original: LetterTemplate | None) -> tuple[Problem, ...]:
    """Return what is wrong with a letter in another language than English, in order of place; nothing for English."""
    problems = Problems()
    place = Place(template.path, 1, 1)
    if bool(template.reviewed_by) != bool(template.reviewed_on):
        problems.add("E173", place, "a review needs a name and a day", "reviewed_by: NAME, reviewed_on: 2026-11-23")
    if original is None or is_english(template.language):
        return problems.sorted()
    now = f"translates: {original.sha256}"
    if not template.translates:
        problems.add("E172", place, "it does not say which English text it translates", now)
    elif template.translates != original.sha256:
        told = "the English has changed since this was translated, so the English is used"
        problems.add("C171", place, told, f"translate what has changed, then: {now}")
        return problems.sorted()
    for message in _differences(template, original):
        problems.add("E171", place, message, f"as in {original.path.rpartition('/')[2]}")
    return problems.sorted()


def _differences(template: LetterTemplate, original: LetterTemplate) -> Iterator[str]:
    for name in _ALIKE:
        if getattr(template, name) != getattr(original, name):
            yield f"`{name.replace('identity_', 'identity: ')}` is not that of the English letter"
    yield from _of("slot", _slots(template), _slots(original))
    yield from _of("claim", _claims(template), _claims(original))
    fields, wanted = ([(field.slot, field.max_chars) for field in each.fields] for each in (template, original))
    if fields != wanted:
        yield "the fields of the form are not those of the English letter"
    yield from _of("print", _prints(template), _prints(original))
    marks, expected = count_marks(template.body), count_marks(original.body)
    if marks != expected:
        yield f"{marks} parts are marked SWORN or SAFETY, in the English letter {expected}"


def _of(what: str, found: Mapping[str, object], expected: Mapping[str, object]) -> Iterator[str]:
    for name in sorted({*found, *expected}):
        if name not in found:
            yield f"the {what} {name} of the English letter is not here"
        elif name not in expected:
            yield f"the {what} {name} is not in the English letter"
        elif found[name] != expected[name]:
            yield f"the {what} {name} is another one than in the English letter"


def _slots(template: LetterTemplate) -> dict[str, object]:
    return {slot.name: replace(slot, line=0) for slot in template.slots}


def _claims(template: LetterTemplate) -> dict[str, object]:
    return {claim.name: replace(claim, line=0) for claim in template.claims}


def _prints(template: LetterTemplate) -> dict[str, object]:
    return {
        f"{{{{ {name}{'.' + member if member else ''} }}}}": True
        for name, member in lang.printed_members(template.body)
    }
