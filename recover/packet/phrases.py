"""The few words a layout adds to a letter, by language; English where a language has none yet."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "stance-documented": "documented",
    "stance-holder": "statement of the account holder",
    "stance-helpline": "noted by the helpline",
    "stance-claimed-by": "claimed by {by}",
    "stance-denied-by": "denied by {by}",
    "to": "to",
    "attachments": "Attachments",
    "practice": "PRACTICE: fictional",
    "unreviewed": "This translation has not been reviewed.",
    "local": "The text of this letter was changed locally by {by}.",
    "subject": "Subject",
    "reader": "To",
    "date": "Date",
    "page": "Page",
    "of": "of",
    "signature": "Signature",
    "place-and-day": "Place and day",
    "notary": "For the notary public",
    "reference": "Case",
}
_PHRASES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH}


def phrase(key: str, language: str = "en") -> str:
    """Return a layout's word in a language, or in English; `KeyError` for a key that is none."""
    return _PHRASES.get(language, {}).get(key, _ENGLISH.get(key, "") or _ENGLISH[key])
