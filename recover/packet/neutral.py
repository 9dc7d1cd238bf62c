"""What leaves must not act: text without controls, addresses that do not open, cells that do not calculate, safe names.

Everything here treats its input as written by an attacker. Nothing is refused: what could act is taken out or blunted,
and the rest stays as it was, letter for letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Bidirectional overrides, embeddings and isolates reorder the text around them (CVE-2021-42574); the private use area
# carries our own placeholders; U+FEFF and the line and paragraph separators break lines where nobody sees it.
_ACTING = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffc\ue000-\uf8ff]"
)
_SPACES = re.compile(r"[\s\u2028\u2029]+")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_ADDRESS = re.compile(
    r"(?P<scheme>\b(?:h(?:tt|xx)ps?|ftp|wss?)://)(?P<rest>[^\s<>\"'|\\^`{}]+)"
    r"|\b(?P<bare>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?P<top>[a-z]{2,24}))(?P<path>/[^\s<>\"'|\\^`{}]*)"
    r"|\b(?P<www>www\.(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?![\w/])",
    re.IGNORECASE,
)
_ACTIVE_SCHEME = re.compile(r"\b(javascript|vbscript|data|file|intent|tg|market|itms-services):(?=\S)", re.IGNORECASE)
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_TRANSLIT = str.maketrans(
    {"ə": "e", "Ə": "E", "ı": "i", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae"}
)
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))})
MAX_SLUG = 40


def inert(text: str) -> str:
    """Return a piece of a line as a format may hold it: neither controls nor reordering, spaces at its ends kept.

    Code points that are no characters, which neither XML nor UTF-8 can hold, become U+FFFD.
    """
    return _NO_CHARACTER.sub("\ufffd", _TAGS.sub("", _ACTING.sub("", _BREAKS.sub(" ", text))))


def neutralise(text: str) -> str:
    """Return one line of text (NFC) without control, bidirectional override, tag and private use characters."""
    plain = _TAGS.sub("", _ACTING.sub("", unicodedata.normalize("NFC", _SPACES.sub(" ", text))))
    return plain.strip()


def defang(text: str, allowed: Iterable[str]) -> str:
    """Return text in which no address opens anything, except https addresses on allowed domains and their subdomains.

    `http://evil.example/x` becomes `hxxp://evil[.]example/x`; other active schemes get `[:]`. An address with a user
    part (`https://facebook.com@evil.example`) is never an allowed one.
    """
    domains = tuple(allowed)
    return _ACTIVE_SCHEME.sub(lambda found: found[1] + "[:]", _ADDRESS.sub(lambda m: _blunted(m, domains), text))


def _blunted(found: re.Match[str], allowed: tuple[str, ...]) -> str:
    whole = found[0]
    if found["www"]:
        return whole if _on(whole, allowed) else whole.replace(".", "[.]")
    if found["bare"]:
        return whole if _on(found["bare"], allowed) else found["bare"].replace(".", "[.]") + found["path"]
    host, _, path = found["rest"].partition("/")
    name = host.split("?")[0].split("#")[0].split(":")[0]
    if found["scheme"].lower() == "https://" and "@" not in host and _on(name, allowed):
        return whole
    scheme = found["scheme"].lower().replace("tt", "xx", 1)
    return scheme + host.replace(".", "[.]") + ("/" + path if "/" in found["rest"] else "")


def _on(name: str, allowed: tuple[str, ...]) -> bool:
    host = name.lower().rstrip(".")
    return any(host == domain or host.endswith("." + domain) for domain in allowed)


def cell(text: str) -> str:
    """Return text for a CSV cell that no spreadsheet takes for a formula (an apostrophe goes in front)."""
    flat = neutralise(text)
    if flat.startswith(_FORMULA) and not _NUMBER.fullmatch(flat):
        return "'" + flat
    return flat


def slug(text: str, otherwise: str = "exhibit") -> str:
    """Return a file name stem of lower-case ASCII letters, digits and hyphens, safe on every system."""
    ascii_text = unicodedata.normalize("NFKD", text.translate(_TRANSLIT)).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:MAX_SLUG].strip("-")
    return otherwise if not words or words in _RESERVED else words
