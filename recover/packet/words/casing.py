"""Capitals, order and comparison of words as each language has them.

Turkish and Azerbaijani have two letters where others have one: `i` with `İ` and `ı` with `I`. Python's own methods know
one rule for all, so nothing that is printed may use them. Order is by the alphabet of the language; no maintained
library has collation without compiled ICU, for which there are no wheels on all systems, so the two alphabets that
differ most from the code points stand here.
"""

from __future__ import annotations

import re
import unicodedata

_DOTTED = frozenset({"az", "tr", "crh", "tt", "gag"})
"""Languages in which the capital of `i` has a dot, in Latin letters."""
_ALPHABETS = {
    "az": "abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyz",
}
_MARKS = re.compile("[\u0307\u2066-\u2069]")


def upper(text: str, language: str) -> str:
    """Return text in capitals: `bilir` is `BİLİR` in Azerbaijani and Turkish, `BILIR` elsewhere."""
    return (text.replace("i", "İ") if _is_dotted(language) else text).upper()


def lower(text: str, language: str) -> str:
    """Return text in small letters: `ISIQ` is `ısıq` in Azerbaijani and Turkish; an `İ` is one `i` everywhere."""
    told = text.replace("I", "ı") if _is_dotted(language) else text
    return told.replace("İ", "i").lower()


def sort_key(text: str, language: str) -> tuple[tuple[int, str], ...]:
    """Return by what names are put in order: as the language's alphabet has it, other letters beside their base."""
    alphabet = _ALPHABETS.get(language.partition("-")[0], "")
    return tuple(_place(sign, alphabet) for sign in lower(unicodedata.normalize("NFC", text), language))


def folded(text: str) -> str:
    """Return text as it is compared, to find a name or a secret however it is written.

    Case, the dot of a capital `İ` and marks of direction do not count; `ı` and `i` are one letter, since the name of a
    person may stand in capitals of another language.
    """
    return _MARKS.sub("", unicodedata.normalize("NFC", text).casefold()).replace("ı", "i")


def _is_dotted(language: str) -> bool:
    parts = language.lower().split("-")
    return parts[0] in _DOTTED and "cyrl" not in parts[1:]


def _place(sign: str, alphabet: str) -> tuple[int, str]:
    if sign in alphabet:
        return alphabet.index(sign), ""
    base = unicodedata.normalize("NFD", sign)[0]
    if alphabet and base in alphabet:
        return alphabet.index(base), sign
    return (len(alphabet) if base.isalpha() else -1), unicodedata.normalize("NFD", sign)
