"""The documents a log is made of: entries, parts and leaves; bytes in, values out.

An entry is one UTF-8 JSON document whose first member is a random salt; its bytes are the record and nothing is ever
canonicalised. It is padded with spaces before one final newline, so that its sealed size tells little. A part is such
a document too, referred to by hash, so that it can be shown or withheld on its own. A leaf is what the log's tree is
built over: hashes only, so that anyone without keys finds rot and loss, and anyone handed one entry can confirm it and
guess nothing of the others.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NoReturn

from recover.errors import AlteredError, InputError
from recover.frozen import frozen

SALT_BYTES = 32
PAGE_BYTES = 1024
MAX_ENTRY_BYTES = 1024 * 1024
MAX_PART_BYTES = 8 * 1024 * 1024
MAX_OBJECTS = 4096
LEAF_VERSION = "recover/leaf v1"

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LOG_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)


@frozen
class ObjectRef:
    """A sealed object: its name in the store, the SHA-256 of its plaintext, and its plaintext's size in bytes."""

    sealed_sha256: str
    plain_sha256: str
    size_bytes: int


@frozen
class Head:
    """How far a log goes: number of entries, and the root over them (32 bytes)."""

    size: int
    root: bytes


@frozen
class Draft:
    """An entry to be appended. `recorded_at` None takes the clock; `objects` are what it refers to in the store."""

    kind: str
    actor: str
    body: Mapping[str, Any]
    objects: tuple[ObjectRef, ...] = ()
    recorded_at: datetime | None = None


@frozen
class EntryDocument:
    """A decoded entry. `seen` maps other logs' ids to their heads as known when this was written."""

    case: str
    log: str
    index: int
    kind: str
    recorded_at: datetime
    actor: str
    seen: Mapping[str, Head]
    body: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Leaf:
    """One leaf: SHA-256 of the entry's age file, of its whole plaintext, and of every object it refers to (sorted)."""

    ct: str
    pt: str
    objects: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        """Write the leaf's bytes."""
        lines = [LEAF_VERSION, f"ct {self.ct}", f"pt {self.pt}", *(f"obj {name}" for name in self.objects), ""]
        return "\n".join(lines).encode("ascii")


def is_sha256(text: object) -> bool:
    """Say whether this is a SHA-256 in lower-case hex."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def is_log_id(text: object) -> bool:
    """Say whether this is the id of a log: 16 lower-case hex digits."""
    return isinstance(text, str) and _LOG_ID.fullmatch(text) is not None


def make_leaf(ct: str, pt: str, objects: Sequence[str]) -> Leaf:
    """Return the leaf of an entry; raises InputError if it names too many objects for one entry."""
    names = tuple(sorted(set(objects)))
    if len(names) > MAX_OBJECTS:
        raise InputError(f"one entry may refer to at most {MAX_OBJECTS} objects")
    return Leaf(ct, pt, names)


def parse_leaves(data: bytes) -> tuple[Leaf, ...]:
    """Read leaves that stand one after the other; raises AlteredError for anything but their one spelling."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("a leaf is not plain text")
    if lines.pop() != "":
        _refuse("a leaf does not end in a newline")
    starts = [at for at, line in enumerate(lines) if line == LEAF_VERSION]
    if not starts or starts[0] != 0:
        _refuse(f"a leaf does not begin with {LEAF_VERSION}")
    return tuple(_leaf(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True))


def _leaf(lines: list[str]) -> Leaf:
    if len(lines) < 3 or len(lines) > 3 + MAX_OBJECTS:
        _refuse("a leaf is too short or too long")
    ct, pt = _hash_after("ct ", lines[1]), _hash_after("pt ", lines[2])
    objects = tuple(_hash_after("obj ", line) for line in lines[3:])
    if any(first >= second for first, second in itertools.pairwise(objects)):
        _refuse("the objects of a leaf are not sorted")
    return Leaf(ct, pt, objects)


def _hash_after(word: str, line: str) -> str:
    found = line.removeprefix(word)
    if not line.startswith(word) or not is_sha256(found):
        _refuse(f"a leaf has no proper line '{word.strip()}'")
    return found


def instant_text(at: datetime) -> str:
    """Write an aware instant as `2026-11-23T17:40:00.000000Z`: always UTC, always this long."""
    if at.tzinfo is None:
        raise InputError("the instant of an entry has no zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def parse_instant(text: object) -> datetime:
    """Read what `instant_text` writes; raises AlteredError for anything else."""
    if not isinstance(text, str) or _INSTANT.fullmatch(text) is None:
        _refuse("an instant is not written as 2026-11-23T17:40:00.000000Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _refuse("an instant is not written as 2026-11-23T17:40:00.000000Z")


def entry_bytes(entry: EntryDocument) -> bytes:
    """Write an entry with a fresh salt, padded. Raises InputError when it is too large or not proper JSON."""
    if _KIND.fullmatch(entry.kind) is None:
        raise InputError("the kind of an entry is a short lower-case word")
    members: dict[str, Any] = {
        "case": entry.case,
        "log": entry.log,
        "index": entry.index,
        "kind": entry.kind,
        "recorded_at": instant_text(entry.recorded_at),
        "actor": entry.actor,
        "seen": [[log, head.size, head.root.hex()] for log, head in sorted(entry.seen.items())],
        "body": dict(entry.body),
    }
    return _salted(members, MAX_ENTRY_BYTES)


def as_read_back(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as it will be after writing and reading; raises InputError when it is not proper JSON."""
    try:
        found = json.loads(json.dumps(dict(body), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("this cannot be written as JSON text") from error
    return dict(found)


def part_bytes(content: Mapping[str, Any]) -> bytes:
    """Write a part with a fresh salt, padded. Raises InputError when it is too large or not proper JSON."""
    if "salt" in content:
        raise InputError("a part may not have a member of its own called salt")
    return _salted(dict(content), MAX_PART_BYTES)


def _salted(members: dict[str, Any], max_bytes: int) -> bytes:
    salt = b64encode(secrets.token_bytes(SALT_BYTES)).decode("ascii")
    try:
        text = json.dumps({"salt": salt, **members}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        written = text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("this cannot be written as JSON text in UTF-8") from error
    if len(written) >= max_bytes:
        raise InputError(f"this is larger than {max_bytes} bytes", hint="add it as a file instead of as text")
    return written + b" " * (-(len(written) + 1) % PAGE_BYTES) + b"\n"


def parse_entry(data: bytes) -> EntryDocument:
    """Read an entry's bytes; members it does not know are kept out, what is wrong raises AlteredError."""
    members = _members(data, MAX_ENTRY_BYTES + PAGE_BYTES)
    body, seen = members.get("body"), members.get("seen")
    if not isinstance(body, dict) or not isinstance(seen, list):
        _refuse("an entry has no body or no list of what it saw")
    case, log, kind, actor = (_text(members, name) for name in ("case", "log", "kind", "actor"))
    index = members.get("index")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        _refuse("the index of an entry is not a number")
    return EntryDocument(
        case, log, index, kind, parse_instant(members.get("recorded_at")), actor, dict(map(_seen, seen)), body
    )


def parse_part(data: bytes) -> dict[str, Any]:
    """Read a part's bytes; return its members without the salt."""
    members = _members(data, MAX_PART_BYTES + PAGE_BYTES)
    del members["salt"]
    return members


def _members(data: bytes, max_bytes: int) -> dict[str, Any]:
    if len(data) > max_bytes:
        _refuse("a document is too large")
    try:
        found = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=lambda word: _refuse(f"{word} is no JSON")
        )
    except (ValueError, RecursionError) as error:
        raise AlteredError("a document is not JSON text in UTF-8") from error
    if not isinstance(found, dict) or next(iter(found), None) != "salt":
        _refuse("a document does not begin with its salt")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two members of one name would mean different things to different readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a document has a member twice")
    return found


def _text(members: Mapping[str, Any], name: str) -> str:
    found = members.get(name)
    if not isinstance(found, str):
        _refuse(f"an entry has no {name}")
    return found


def _seen(item: object) -> tuple[str, Head]:
    match item:
        case [str() as log, int() as size, str() as root] if is_log_id(log) and size >= 0 and is_sha256(root):
            return log, Head(size, bytes.fromhex(root))
    _refuse("an entry's list of what it saw is broken")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` in lower-case hex."""
    return sha256(data).hexdigest()


def _refuse(message: str) -> NoReturn:
    raise AlteredError(message)
