"""Time-stamps over checkpoints: where they stand, what state each is in, and between which two every entry lies.

`stamp/<log-id>/<size>.<authority>.tsq` is a request over the signed checkpoint of a log at a size, `.tsr` the whole
response, `.pem` the roots it was judged with. Each is created once. A request without a response waits for the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from recover.errors import AlteredError, NotFoundError, RecoverError, UsageError
from recover.frozen import frozen
from recover.vault import store
from recover.vault.document import is_log_id, sha256_hex
from recover.vault.layout import CaseFolder
from recover.vault.log import Log
from recover.vault.stamps_token import (
    MAX_RESPONSE_BYTES,
    MAX_ROOTS_BYTES,
    REFUSED,
    STAMPED,
    UNVERIFIED,
    WAITING,
    Verdict,
    check_request,
    judge,
    openssl_command,
    root_marks,
)
from recover.vault.store import REAL_DISK, Disk

KIND = "stamped"
"""The kind of the entry that names a response."""

COVERED = "covered"
"""A request that was never answered, of a log that has a token over a later checkpoint: nothing is missing."""

MAX_REQUEST_BYTES = 4096
_AUTHORITY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NAME = re.compile(r"([1-9]\d{0,17})\.([a-z0-9][a-z0-9-]{0,39})\.tsq")


@frozen
class Stamp:
    """One request, with its response and roots once there is an answer."""

    log: str
    size: int
    authority: str
    request: bytes
    response: bytes = b""
    roots: bytes = b""

    @property
    def digests(self) -> tuple[str, str, str]:
        """Return the SHA-256 of request, response and roots, as the entry names them."""
        return sha256_hex(self.request), sha256_hex(self.response), sha256_hex(self.roots)


@frozen
class Judged:
    """A stamp, what it is worth, and what repeats the check."""

    stamp: Stamp
    verdict: Verdict
    path: str
    """Of the response, or of the request while there is none."""
    command: str = ""
    """The openssl command that repeats the check; for a token that is good, or that only openssl may read."""
    root_sha256: tuple[str, ...] = ()
    """The roots by which it was judged, as authorities publish them: compare, for they stand beside the token."""


@frozen
class Proven:
    """Entries of a log that lie between the same two tokens. `after` and `before` are None where no token stands."""

    log: str
    first: int
    last: int
    claimed: tuple[datetime, datetime] | None
    """The earliest and the latest recorded time among them; None without keys."""
    after: datetime | None
    before: datetime | None

    @property
    def is_contradicted(self) -> bool:
        """Say whether a recorded time lies outside of what the tokens prove: the clock was wrong, or was set."""
        if self.claimed is None:
            return False
        is_late = self.before is not None and self.claimed[1] > self.before
        return is_late or (self.after is not None and self.claimed[0] < self.after)


def check_authority(name: str) -> str:
    """Return the name of an authority if it may stand in a file name; raises `UsageError`."""
    if _AUTHORITY.fullmatch(name) is None:
        hint = "small letters, digits and dashes, at most 40"
        raise UsageError(f"'{name[:60]}' is no name of an authority", hint=hint)
    return name


def place_of(folder: CaseFolder, log: str, size: int, authority: str, ending: str) -> Path:
    """Return where a file of a stamp stands."""
    return folder.path / "stamp" / log / f"{size}.{check_authority(authority)}.{ending}"


def keep_request(folder: CaseFolder, stamp: Stamp, disk: Disk = REAL_DISK) -> None:
    """Store a request durably, before anything is sent."""
    place = place_of(folder, stamp.log, stamp.size, stamp.authority, "tsq")
    store.create_once(place, stamp.request, disk)


def keep_response(folder: CaseFolder, stamp: Stamp, disk: Disk = REAL_DISK) -> None:
    """Store a response and the roots it was judged with, the roots first: a response never stands without them."""
    places = [place_of(folder, stamp.log, stamp.size, stamp.authority, ending) for ending in ("pem", "tsr")]
    store.create_in_order([{places[0]: stamp.roots}, {places[1]: stamp.response}], disk)


def read_stamps(folder: CaseFolder, disk: Disk = REAL_DISK) -> tuple[tuple[Stamp, ...], tuple[tuple[Path, str], ...]]:
    """Return every stamp of a case, by log, size and authority; and what lies there that cannot be read, with why."""
    found: list[Stamp] = []
    broken: list[tuple[Path, str]] = []
    root = folder.path / "stamp"
    for log in disk.listing(root).folders:
        if not is_log_id(log):
            continue
        for name in disk.listing(root / log).files:
            if (match := _NAME.fullmatch(name)) is None:
                continue
            try:
                found.append(_read(folder, log, int(match[1]), match[2], disk))
            except RecoverError as error:
                broken.append((root / log / name, error.message))
    order = sorted(found, key=lambda stamp: (stamp.log, stamp.size, stamp.authority))
    return tuple(order), tuple(broken)


def _read(folder: CaseFolder, log: str, size: int, authority: str, disk: Disk) -> Stamp:
    def read(ending: str, most: int) -> bytes:
        try:
            return store.read(place_of(folder, log, size, authority, ending), most, disk)
        except NotFoundError:
            return b""

    response = read("tsr", MAX_RESPONSE_BYTES)
    roots = read("pem", MAX_ROOTS_BYTES)
    return Stamp(log, size, authority, read("tsq", MAX_REQUEST_BYTES), response, roots if response else b"")


def strays(folder: CaseFolder, disk: Disk = REAL_DISK) -> Iterator[Path]:
    """Yield what lies among the stamps and belongs to none of them."""
    root = folder.path / "stamp"
    top = disk.listing(root)
    yield from (root / name for name in (*top.files, *top.others))
    for log in top.folders:
        listing = disk.listing(root / log)
        known = {name.removesuffix("tsq") for name in listing.files if is_log_id(log) and _NAME.fullmatch(name)}
        yield from (root / log / name for name in (*listing.folders, *listing.others))
        for name in listing.files:
            stem, _, ending = name.rpartition(".")
            if f"{stem}." not in known or ending not in ("tsq", "tsr", "pem"):
                yield root / log / name


def note_at(log: Log, size: int) -> bytes | None:
    """Return the signed checkpoint of a log at a size, or None when no commit ends there."""
    return next((note for at, note in zip(log.sizes, log.notes, strict=True) if at == size), None)


def judge_all(
    folder: CaseFolder, stamps: Iterable[Stamp], logs: Mapping[str, Log]
) -> tuple[tuple[Judged, ...], tuple[tuple[Stamp, str], ...]]:
    """Judge every stamp of which the checkpoint is here; return the rest with what is wrong.

    What is wrong is: a checkpoint that is not here, or a request over something else than the checkpoint.
    """
    judged: list[Judged] = []
    wrong: list[tuple[Stamp, str]] = []
    for stamp in stamps:
        signed = note_at(logs[stamp.log], stamp.size) if stamp.log in logs else None
        if signed is None:
            wrong.append((stamp, "a time-stamp is over a checkpoint that is not here"))
            continue
        try:
            judged.append(_judge_one(folder, stamp, signed))
        except RecoverError as error:
            wrong.append((stamp, error.message))
    return _with_covered(judged), tuple(wrong)


def _judge_one(folder: CaseFolder, stamp: Stamp, signed: bytes) -> Judged:
    ending = "tsr" if stamp.response else "tsq"
    path = str(place_of(folder, stamp.log, stamp.size, stamp.authority, ending))
    if not stamp.response:
        check_request(stamp.request, signed)
        return Judged(stamp, Verdict(WAITING, "not answered yet"), path)
    if not stamp.roots:
        raise AlteredError("the roots of a time-stamp are not here")
    verdict = judge(stamp.request, stamp.response, stamp.roots, signed)
    command = ""
    if verdict.state in (STAMPED, UNVERIFIED):
        chain = str(place_of(folder, stamp.log, stamp.size, stamp.authority, "pem"))
        command = openssl_command(sha256(signed).hexdigest(), path, chain, verdict.at)
    return Judged(stamp, verdict, path, command, root_marks(stamp.roots))


def _with_covered(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """A request that was never answered lacks nothing once a later checkpoint of its log has a token."""
    reach: dict[str, int] = {}
    for each in judged:
        if each.verdict.state == STAMPED:
            reach[each.stamp.log] = max(reach.get(each.stamp.log, 0), each.stamp.size)
    return tuple(
        Judged(each.stamp, Verdict(COVERED, "a later checkpoint has a token"), each.path)
        if each.verdict.state == WAITING and reach.get(each.stamp.log, 0) >= each.stamp.size
        else each
        for each in judged
    )


def counts(judged: Iterable[Judged]) -> dict[str, int]:
    """Return how many checkpoints' stamps are in which state."""
    found = dict.fromkeys((STAMPED, WAITING, REFUSED), 0)
    for each in judged:
        found[each.verdict.state] = found.get(each.verdict.state, 0) + 1
    return found


def proven(
    log: Log,
    judged: Iterable[Judged],
    named_in: Mapping[tuple[str, str, str], int] | None = None,
    claimed: Mapping[int, datetime] | None = None,
) -> tuple[Proven, ...]:
    """Return, in runs, between which two tokens each entry of a log lies.

    Before: the earliest good token over a checkpoint that covers the entry. After: the latest good token that an
    earlier entry of the log names, which cannot have been known before it was made. `named_in` maps the digests of a
    stamp to the index of the entry that names it, `claimed` an index to its recorded time; both need keys.
    """
    good = [each for each in judged if each.verdict.state == STAMPED]
    at_size: dict[int, list[datetime]] = {}
    for each in good:
        if each.stamp.log == log.id and each.verdict.latest is not None:
            at_size.setdefault(each.stamp.size, []).append(each.verdict.latest)
    before: list[datetime | None] = [None] * log.size
    earliest: datetime | None = None
    for index in range(log.size - 1, -1, -1):
        covering = [*at_size.get(index + 1, ()), *([] if earliest is None else [earliest])]
        before[index] = earliest = min(covering, default=None)
    after: list[datetime | None] = [None] * log.size
    entries = {(named_in or {}).get(each.stamp.digests): each.verdict.earliest for each in good}
    newest: datetime | None = None
    for index in range(log.size):
        after[index] = newest
        found = entries.get(index)
        if found is not None:
            newest = found if newest is None else max(newest, found)
    return tuple(_runs(log, before, after, claimed))


def _runs(
    log: Log,
    before: Sequence[datetime | None],
    after: Sequence[datetime | None],
    claimed: Mapping[int, datetime] | None,
) -> Iterator[Proven]:
    first = 0
    for index in range(1, log.size + 1):
        if index < log.size and (before[index], after[index]) == (before[first], after[first]):
            continue
        times = [claimed[each] for each in range(first, index) if each in claimed] if claimed else []
        span = (min(times), max(times)) if times else None
        yield Proven(log.id, first, index - 1, span, after[first], before[first])
        first = index
