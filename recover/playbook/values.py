"""Typed answers: what a person typed, or a file holds, becomes one canonical JSON value, or an error with a hint.

One function, `check`, serves prompts, answers files, stories and the loader alike, so that the same answer always has
the same form in the log. Canonical forms, by type:

- text, handle, e-mail, phone, url, platform-id, zone, language, choice, exhibit: text, in Unicode form NFC.
- yes-no: true or false. many: a list of choice values, in the order the question lists them.
- number: an integer, or text with a decimal point (`"12.50"`).
- date, partial-date, instant: the canonical text of `times.When` (`2026-10-05T21:40+04:00[Asia/Baku]`).
- money: `{"amount": "1500.00", "currency": "AZN"}`. person, asset: the members that were given.
- list: rows, each a mapping of columns; a column may hold `dont-know` or `prefer-not-to-say`.

All text: invisible direction marks and byte-order marks are removed (phones wrap copied numbers and names in them, and
they can make one text look like another), line ends become `\\n`; any other control character, a lone surrogate or a
noncharacter is refused. Checking a canonical value again gives the same value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from recover import times
from recover.errors import PlaybookError, UsageError
from recover.playbook.model import Fact, FactType, Sensitivity
from recover.playbook.patterns import read_pattern

DONT_KNOW = "dont-know"
DECLINED = "prefer-not-to-say"

MAX_TEXT = 10_000
"""Most characters of a text answer, unless the question sets fewer."""
MAX_LINE = 200
"""Most characters of a handle, a name, a choice."""
MAX_URL = 2_048
MAX_ROWS = 2_000

_BIDI_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_HOST = re.compile(r"(?=.{1,253}\Z)([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}\Z")
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@(\S{3,253})\Z")
_HANDLE = re.compile(r"@?[\w.\-·]{1,100}\Z")
_PLATFORM_ID = re.compile(r"(-?[0-9]{3,25}|UC[A-Za-z0-9_-]{22})\Z")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:-[A-Za-z0-9]{2,8}){0,4})\Z")
_EXHIBIT = re.compile(r"[Ee]([0-9]{2,6})(-[a-z0-9]{2,8})?\Z")

PERSON_MEMBERS = ("name", "role", "contact", "alias")
ASSET_MEMBERS = ("kind", "name", "url", "platform_id", "handle")


def status_of(raw: object) -> str:
    """Return `given`, `dont-know` or `declined`: what an answer as typed says about itself."""
    if raw == DONT_KNOW:
        return "dont-know"
    return "declined" if raw == DECLINED else "given"


def members_of(type_: FactType, needs: tuple[str, ...] = ()) -> tuple[Fact, ...]:
    """Return the members of a person or an asset as questions of their own, ids bare; the needed ones not optional."""
    kinds = {"url": FactType.URL, "platform_id": FactType.PLATFORM_ID, "handle": FactType.HANDLE}
    asks = {
        "name": "Name",
        "role": "Role",
        "contact": "How to reach them",
        "alias": "Other spellings or names",
        "kind": "What kind of account is it?",
        "url": "Address (URL)",
        "platform_id": "Numeric ID",
        "handle": "Handle",
    }
    members = {FactType.PERSON: PERSON_MEMBERS, FactType.ASSET: ASSET_MEMBERS}.get(type_, ())
    return tuple(
        Fact(
            id=member,
            type=kinds.get(member, FactType.TEXT),
            ask=asks[member],
            sensitivity=Sensitivity.CASE,
            optional=member not in needs,
            most=MAX_LINE if member not in kinds else None,
        )
        for member in members
    )


def check(fact: Fact, raw: object, *, zone: str = "", place: str = "") -> object:
    """Return the canonical JSON value of an answer.

    `raw` is text as typed, or what an answers file or the log holds (text, true/false, number, list, mapping). `zone`
    is used for moments that name none. Raises `UsageError` whose message says what is wrong and whose hint shows the
    form that works; `dont-know` and `prefer-not-to-say` are no values (see `status_of`).
    """
    try:
        return _CHECKS[fact.type](fact, raw, zone)
    except UsageError as fault:
        # A file's line stands for a whole list: without the row and column nobody finds what is wrong in it.
        message = f"{fault.place}: {fault.message}" if place and fault.place else fault.message
        raise UsageError(message, hint=fault.hint or fact.help, place=place or fault.place or fact.id) from None


def clean_text(raw: object, *, most: int = MAX_TEXT, lines: bool = True) -> str:
    """Return text in NFC without direction marks, trimmed; refuse control characters, and more than `most` signs."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise UsageError("this is not text")
    text = str(raw) if isinstance(raw, Decimal | str) or abs(raw) < 10**30 else ""
    if len(text) > most * 4:
        raise UsageError(f"longer than {most} characters")
    text = text.translate(_BIDI_MARKS)
    for separator in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        text = text.replace(separator, "\n")
    text = unicodedata.normalize("NFC", text).strip()
    for character in text:
        if character == "\n" and not lines:
            raise UsageError("this is one line, without a line break")
        if character not in "\n\t" and (
            unicodedata.category(character) in ("Cc", "Cs") or ord(character) & 0xFFFE == 0xFFFE
        ):
            raise UsageError(
                f"the text holds a control character (U+{ord(character):04X})", hint="type it again by hand"
            )
    if not text:
        raise UsageError("nothing was typed", hint=f"or say {DONT_KNOW} or {DECLINED}")
    if len(text) > most:
        raise UsageError(f"longer than {most} characters ({len(text)})")
    return text


def shown(fact: Fact, value: object) -> str:
    """Return a canonical value as people read it: labels of choices, yes and no, rows counted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and fact.type is FactType.LIST:
        return f"{len(value)} row{'' if len(value) == 1 else 's'}"
    if isinstance(value, list):
        return ", ".join(_label(fact, each) for each in value)
    if isinstance(value, Mapping):
        if fact.type is FactType.MONEY:
            return f"{value.get('amount', '')} {value.get('currency', '')}".strip()
        return ", ".join(str(each) for each in value.values())
    if fact.type in (FactType.DATE, FactType.PARTIAL_DATE, FactType.INSTANT):
        return times.format_when(times.read_when(str(value)))
    return _label(fact, value)


def _label(fact: Fact, value: object) -> str:
    return next((choice.label for choice in fact.choices if choice.value == value), str(value))


# --- one function per type ------------------------------------------------------------------------------------------


def _line(raw: object, most: int = MAX_LINE) -> str:
    return clean_text(raw, most=most, lines=False)


def _ascii_digits(text: str) -> str:
    """Return the text with digits of any script written 0-9: `٠١٢` was typed on an Arabic keyboard."""
    return "".join(str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in text)


def _text(fact: Fact, raw: object, zone: str) -> object:
    most = MAX_TEXT if fact.most is None else min(fact.most, MAX_TEXT)
    text = clean_text(raw, most=most)
    if fact.least is not None and len(text) < fact.least:
        raise UsageError(f"shorter than {fact.least} characters")
    if fact.pattern:
        _match(fact, text)
    return text


def _match(fact: Fact, text: str) -> None:
    try:
        pattern = read_pattern(fact.pattern)
    except PlaybookError as fault:
        raise UsageError(f"the question's pattern cannot be read: {fault.message}", hint=fault.hint) from None
    if not pattern.matches(text):
        raise UsageError("this does not have the expected form", hint=fact.help or f"the form is {fact.pattern}")


def _choice(fact: Fact, raw: object, zone: str) -> object:
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    typed = _line(raw)
    values = [choice.value for choice in fact.choices]
    if typed in values:
        return typed
    folded = {choice.label.casefold(): choice.value for choice in fact.choices} | {
        value.casefold(): value for value in values
    }
    if typed.casefold() in folded:
        return folded[typed.casefold()]
    raise UsageError(f"'{typed[:60]}' is not one of the choices", hint="one of " + ", ".join(values))


def _many(fact: Fact, raw: object, zone: str) -> object:
    parts = raw if isinstance(raw, list | tuple) else [part for part in clean_text(raw).split(",") if part.strip()]
    chosen = {_choice(fact, part, zone) for part in parts}
    return [choice.value for choice in fact.choices if choice.value in chosen]


def _yes_no(fact: Fact, raw: object, zone: str) -> object:
    if isinstance(raw, bool):
        return raw
    word = _line(raw).casefold()
    if word in ("yes", "y", "true"):
        return True
    if word in ("no", "n", "false"):
        return False
    raise UsageError(f"'{word[:60]}' is neither yes nor no", hint=f"yes, no, {DONT_KNOW} or {DECLINED}")


def _number(fact: Fact, raw: object, zone: str) -> object:
    typed = _ascii_digits(_line(raw)).replace("\u00a0", "").replace(" ", "").replace("\u2212", "-")
    if not _NUMBER.match(typed):
        raise UsageError(f"'{typed[:40]}' is not a number", hint="digits, with a point for decimals: 1500 or 12.50")
    value = Decimal(typed)
    if (fact.least is not None and value < fact.least) or (fact.most is not None and value > fact.most):
        raise UsageError(f"{typed} is out of range", hint=_bounds(fact))
    return typed if "." in typed else int(typed)


def _bounds(fact: Fact) -> str:
    low = "" if fact.least is None else f"at least {fact.least}"
    high = "" if fact.most is None else f"at most {fact.most}"
    return ", ".join(part for part in (low, high) if part)


def _when(raw: object, zone: str) -> times.When:
    return times.parse_when(_ascii_digits(_line(raw)), zone)


def _date(fact: Fact, raw: object, zone: str) -> object:
    when = _when(raw, zone)
    if not when.is_day:
        raise UsageError("a whole day is needed", hint="write it as 2026-10-05")
    return when.text


def _partial_date(fact: Fact, raw: object, zone: str) -> object:
    when = _when(raw, zone)
    if when.precision == "unknown":
        raise UsageError("no date was given", hint=f"say {DONT_KNOW}")
    return when.text


def _instant(fact: Fact, raw: object, zone: str) -> object:
    when = _when(raw, zone)
    if when.precision == "unknown":
        raise UsageError("no time was given", hint=f"say {DONT_KNOW}")
    if when.precision == "instant":
        if not when.zone:
            raise UsageError("in which time zone?", hint="write it as 2026-10-05 21:40 Asia/Baku")
        return when.text
    if not fact.partial:
        raise UsageError("day and time are needed", hint="write it as 2026-10-05 21:40 Asia/Baku")
    return when.text


def _url(fact: Fact, raw: object, zone: str) -> object:
    typed = _line(raw, MAX_URL)
    if re.search(r"\s", typed):
        raise UsageError("an address holds no spaces", hint="copy it from the address line of the browser")
    if "://" not in typed and re.match(r"[\w.-]+\.[^\W\d_]{2,}(?:[/?#]|\Z)", typed):
        typed = "https://" + typed
    try:
        parts = urlsplit(typed)
        host, port, user = parts.hostname or "", parts.port, parts.username
    except ValueError:
        raise UsageError("the address cannot be read", hint="for example https://www.facebook.com/…") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise UsageError("an address begins with https://", hint="for example https://www.facebook.com/…")
    if user is not None or "@" in parts.netloc:
        # `https://facebook.com@other.example` shows one site and opens another.
        raise UsageError("the address holds a sign-in before the host (@)", hint="copy the part after the @")
    if not _HOST.match(host) and not re.match(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\Z", host):
        raise UsageError("the address has no proper host name", hint="for example https://www.facebook.com/…")
    return parts._replace(scheme=parts.scheme.lower(), netloc=host + (f":{port}" if port else "")).geturl()


def _handle(fact: Fact, raw: object, zone: str) -> object:
    typed = _line(raw)
    if not _HANDLE.match(typed):
        raise UsageError("this is not a handle", hint="letters, digits, dots and underscores: @neighbour.voices")
    return "@" + typed.removeprefix("@")


def _platform_id(fact: Fact, raw: object, zone: str) -> object:
    typed = _ascii_digits(_line(raw))
    if not _PLATFORM_ID.match(typed):
        raise UsageError(
            f"'{typed[:40]}' is not a numeric ID",
            hint="digits only, such as 100064000000101; it stands under About or Page transparency",
        )
    return typed


def _email(fact: Fact, raw: object, zone: str) -> object:
    typed = _line(raw, 254)
    found = _EMAIL.match(typed)
    if not found or not _HOST.match(found[1]) or ".." in typed:
        raise UsageError("this is not an e-mail address", hint="for example name@example.org")
    local, _, domain = typed.rpartition("@")
    return f"{local}@{domain.lower()}"


def _phone(fact: Fact, raw: object, zone: str) -> object:
    typed = re.sub(r"[\s().\-\u2010-\u2015/]", "", _ascii_digits(_line(raw)))
    typed = "+" + typed[2:] if re.match(r"00[1-9]", typed) else typed
    if not re.match(r"\+[1-9][0-9]{6,14}\Z", typed):
        raise UsageError("this is not a phone number", hint="with + and country code: +994 50 000 00 00")
    return typed


def _money(fact: Fact, raw: object, zone: str) -> object:
    if isinstance(raw, Mapping):
        _only_keys(raw, ("amount", "currency"))
        amount, currency = _line(raw.get("amount", "")), _line(raw.get("currency", ""))
    else:
        words = _line(raw).split()
        if len(words) == 2 and _CURRENCY.match(words[0].upper()):
            words.reverse()
        if len(words) != 2:
            raise UsageError("an amount and a currency are needed", hint="write it as 1500.00 AZN")
        amount, currency = words
    amount, currency = _ascii_digits(amount), currency.upper()
    if not re.match(r"[0-9]{1,15}(\.[0-9]{1,2})?\Z", amount):
        raise UsageError(f"'{amount[:40]}' is not an amount", hint="digits with a point, no commas: 1500.00 AZN")
    if not _CURRENCY.match(currency):
        raise UsageError(f"'{currency[:40]}' is not a currency", hint="three letters, such as AZN or EUR")
    return {"amount": f"{Decimal(amount):.2f}", "currency": currency}


def _zone(fact: Fact, raw: object, zone: str) -> object:
    name = _line(raw)
    times.zone_info(name)
    return name


def _language(fact: Fact, raw: object, zone: str) -> object:
    found = _LANGUAGE.match(_line(raw))
    if not found:
        raise UsageError("this is not a language code", hint="az, ru, en, zh-Hant …")
    parts = found[2].split("-")[1:]
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in parts]
    return "-".join([found[1].lower(), *cased])


def _record(fact: Fact, raw: object, zone: str) -> object:
    if isinstance(raw, str) and fact.type is FactType.PERSON:
        raw = {"name": raw}
    if not isinstance(raw, Mapping):
        raise UsageError("several parts are needed", hint="give " + ", ".join(_ids(fact)))
    members = fact.fields or members_of(fact.type, fact.needs)
    _only_keys(raw, tuple(member.id for member in members))
    record = {
        member.id: check(member, raw[member.id], zone=zone, place=f"{fact.id}.{member.id}")
        for member in members
        if member.id in raw and raw[member.id] not in ("", None)
    }
    missing = [need for need in fact.needs if need not in record]
    if missing:
        raise UsageError("still needed: " + ", ".join(missing), hint="give " + ", ".join(fact.needs))
    if not record:
        raise UsageError("nothing was given", hint=f"or say {DONT_KNOW} or {DECLINED}")
    return record


def _ids(fact: Fact) -> tuple[str, ...]:
    return tuple(member.id for member in fact.fields or members_of(fact.type))


def _only_keys(raw: Mapping[object, object], known: tuple[str, ...]) -> None:
    for key in raw:
        if key not in known:
            raise UsageError(f"there is no part called '{str(key)[:60]}'", hint="there are " + ", ".join(known))


def _list(fact: Fact, raw: object, zone: str) -> object:
    if not isinstance(raw, list | tuple):
        raise UsageError("a list of rows is needed", hint="each row gives " + ", ".join(_ids(fact)))
    most = MAX_ROWS if fact.most is None else min(fact.most, MAX_ROWS)
    if len(raw) > most:
        raise UsageError(f"more than {most} rows")
    return [_row(fact, row, zone, number) for number, row in enumerate(raw, start=1)]


def _row(fact: Fact, raw: object, zone: str, number: int) -> dict[str, object]:
    place = f"{fact.id} row {number}"
    if not isinstance(raw, Mapping):
        raise UsageError("a row is a mapping of columns", hint="it gives " + ", ".join(_ids(fact)), place=place)
    try:
        _only_keys(raw, _ids(fact))
    except UsageError as fault:
        raise UsageError(fault.message, hint=fault.hint, place=place) from None
    row: dict[str, object] = {}
    for column in fact.fields:
        value = raw.get(column.id)
        if value is None or value == "":
            continue
        is_given = status_of(value) == "given"
        row[column.id] = check(column, value, zone=zone, place=f"{place}, {column.id}") if is_given else value
    if not row:
        raise UsageError("the row is empty", place=place)
    return row


def _exhibit(fact: Fact, raw: object, zone: str) -> object:
    found = _EXHIBIT.match(_line(raw))
    if not found:
        raise UsageError("this is not an exhibit's number", hint="for example E07")
    return f"E{found[1]}{found[2] or ''}"


_CHECKS: dict[FactType, Callable[[Fact, object, str], object]] = {
    FactType.TEXT: _text,
    FactType.CHOICE: _choice,
    FactType.MANY: _many,
    FactType.YES_NO: _yes_no,
    FactType.NUMBER: _number,
    FactType.DATE: _date,
    FactType.PARTIAL_DATE: _partial_date,
    FactType.INSTANT: _instant,
    FactType.URL: _url,
    FactType.HANDLE: _handle,
    FactType.PLATFORM_ID: _platform_id,
    FactType.EMAIL: _email,
    FactType.PHONE: _phone,
    FactType.MONEY: _money,
    FactType.ZONE: _zone,
    FactType.LANGUAGE: _language,
    FactType.PERSON: _record,
    FactType.ASSET: _record,
    FactType.LIST: _list,
    FactType.EXHIBIT: _exhibit,
}
