"""Authorities of time as data: those shipped, those of the user's configuration, and one named by its address.

A token is believed only by the roots that stand beside its authority here. A shipped authority cannot be given another
address or other roots under the same name: a file that comes from elsewhere could otherwise make false times look true.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recover import content
from recover.errors import InputError, UsageError
from recover.frozen import frozen
from recover.vault.stamps import check_authority
from recover.vault.stamps_token import MAX_ROOTS_BYTES, read_roots

FILE = "facts/authorities.toml"
OWN = "own"
"""The certainty of an authority the user named: nobody here looked at it."""
_TEXTS = ("title", "url", "jurisdiction", "checked_on", "review_by", "certainty", "roots")


@frozen
class Authority:
    """Who stamps: where it is asked, under which law, and the roots (PEM) by which its tokens are believed."""

    name: str
    title: str
    url: str
    roots: bytes
    jurisdiction: str = ""
    sources: tuple[str, ...] = ()
    checked_on: str = ""
    review_by: str = ""
    certainty: str = OWN


def known_authorities(own: Mapping[str, Any] | None = None, place: str = "") -> dict[str, Authority]:
    """Return every authority by name: shipped ones, then `own` as it stands in the configuration at `place`.

    Raises `InputError` (32) for a row that is not as it should be.
    """
    path = content.playbooks_root() / FILE
    shipped = _rows(tomllib.loads(path.read_text("utf-8")).get("authorities"), FILE)
    added = _rows(own or {}, place)
    for name in added:
        if name in shipped:
            raise InputError(f"the authority {name} is shipped already", place=place, hint="give yours another name")
    return shipped | added


def _rows(table: object, place: str) -> dict[str, Authority]:
    if not isinstance(table, dict):
        raise InputError("authorities is a table of tables: [authorities.NAME]", place=place)
    return {name: _row(name, row, place) for name, row in table.items()}


def _row(name: str, row: object, place: str) -> Authority:
    where = f"{place}: authorities.{name[:40]}"
    if not isinstance(row, dict):
        raise InputError("an authority is a table: [authorities.NAME]", place=where)
    for key, value in row.items():
        is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if not (is_list if key == "sources" else key in _TEXTS and isinstance(value, str)):
            raise InputError(f"'{key[:40]}' does not belong here, or is no text", place=where)
    if not row.get("url") or not row.get("roots"):
        raise InputError("an authority needs a url and roots (PEM)", place=where)
    roots = row["roots"].encode()
    read_roots(roots)
    texts = {key: row[key] for key in _TEXTS if key in row and key not in ("roots", "title")}
    return Authority(
        check_authority(name), row.get("title", name), roots=roots, sources=tuple(row.get("sources", ())), **texts
    )


def own_authority(url: str, roots: Path | None) -> Authority:
    """Return an authority by its address and a file with its roots; its name is made from its host.

    Raises `UsageError` without roots, `InputError` (32) for a file that holds none.
    """
    from recover import net

    host = net.check_url(url)
    if roots is None:
        raise UsageError(
            "an authority that is not known needs the root by which its tokens are believed",
            place=url[:200],
            hint="--tsa-root ROOT.pem",
        )
    name = "".join(char if char.isalnum() else "-" for char in host.lower())[:40].strip("-")
    return Authority(check_authority(name), host, url, _read_pem(roots))


def _read_pem(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            pem = stream.read(MAX_ROOTS_BYTES + 1)
    except OSError as error:
        raise InputError("the file with the root cannot be read", place=str(path)[:200]) from error
    read_roots(pem)
    return pem


def choose(names: Sequence[str], roots: Path | None, known: Mapping[str, Authority]) -> tuple[Authority, ...]:
    """Return the authorities that names and addresses mean, each once. Raises `UsageError` for a name of none."""
    if not names:
        raise UsageError(
            "name who is to stamp, best two under different laws",
            hint=" ".join(f"--tsa {each.name}" for each in list(known.values())[:2]),
        )
    if roots is not None and not any("://" in name for name in names):
        raise UsageError("--tsa-root is for an authority named by its address", hint="--tsa https://… --tsa-root FILE")
    found: dict[str, Authority] = {}
    for name in names:
        if "://" in name:
            one = own_authority(name, roots)
        elif name in known:
            one = known[name]
        else:
            raise UsageError(f"there is no authority '{name[:40]}'", hint=f"there are: {', '.join(known)}")
        if one.name in found and found[one.name] != one:
            raise UsageError(f"two authorities are called {one.name}", hint="give them names in config.toml")
        found[one.name] = one
    return tuple(found.values())
