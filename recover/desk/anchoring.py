"""Provable time: the hash of a checkpoint goes to authorities the user chose, and what they answer is kept and logged.

A request is durable before it is sent, so that a crash or a lost line leaves a queue and not a gap; the response is
durable before the entry that names it. What leaves is the SHA-256 of a signed checkpoint and a random number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from recover import net
from recover.case.entries import Stamped
from recover.desk import wholeness
from recover.errors import NetworkError, RefusedError
from recover.frozen import frozen
from recover.vault import stamps
from recover.vault.document import instant_text
from recover.vault.stamps_token import (
    MAX_RESPONSE_BYTES,
    STAMPED,
    WAITING,
    Verdict,
    is_one_sequence,
    judge,
    make_request,
)

if TYPE_CHECKING:
    from recover.desk.authorities import Authority
    from recover.desk.case import OpenCase
    from recover.desk.results import Recorded

LIMITS = net.Limits(MAX_RESPONSE_BYTES, 30)
PAUSES = (1.0, 4.0)
"""Seconds before the second and the third attempt."""
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"

Told = Callable[["Asking"], None]


@frozen
class Asking:
    """One request: a checkpoint, and who is to stamp it."""

    log: str
    size: int
    digest: str
    """SHA-256 of the signed checkpoint: this, and a random number, is what leaves."""
    authority: Authority
    request: bytes
    is_queued: bool
    """It was asked for before, and never answered."""


@frozen
class Answered:
    """What came of a request. `why` says what went wrong, if anything did."""

    asking: Asking
    state: str
    why: str = ""
    at: str = ""
    command: str = ""
    """The openssl command that repeats the check."""


@frozen
class Anchored:
    """What came of all requests, and the entries that name the responses."""

    answers: tuple[Answered, ...]
    recorded: Recorded


def plan(case: OpenCase, authorities: Sequence[Authority]) -> tuple[Asking, ...]:
    """Say what would be asked of whom: each log's head, of each authority that has not stamped all that is in it.

    A log in which nothing but answers of authorities was written since needs no new token. Raises `RefusedError` for a
    practice case, `AlteredError` or `IncompleteError` while the log cannot be read.
    """
    if case.practice:
        raise RefusedError("a practice case is not anchored: nothing in it is real", place=case.name)
    wholeness.refuse_faulty(case)
    return tuple(_plan(case, authorities))


def _plan(case: OpenCase, authorities: Sequence[Authority]) -> Iterator[Asking]:
    judged = case.log.time_stamps()
    for log, head in sorted(case.log.heads().items()):
        signed = case.log.checkpoint(log)
        for authority in authorities:
            reach = max((s.stamp.size for s in judged if _is_good(s, log, authority)), default=0)
            if not _has_news(case, log, reach):
                continue
            queued = _queued(judged, log, head.size, authority)
            request = queued or make_request(signed)
            digest = sha256(signed).hexdigest()
            yield Asking(log, head.size, digest, authority, request, bool(queued))


def _is_good(judged: stamps.Judged, log: str, authority: Authority) -> bool:
    stamp = judged.stamp
    return (stamp.log, stamp.authority, judged.verdict.state) == (log, authority.name, STAMPED)


def _has_news(case: OpenCase, log: str, reach: int) -> bool:
    return any(
        entry.log == log and entry.index >= reach and not isinstance(entry.body, Stamped) for entry in case.entries
    )


def _queued(judged: Sequence[stamps.Judged], log: str, size: int, authority: Authority) -> bytes:
    for each in judged:
        stamp = each.stamp
        if (stamp.log, stamp.size, stamp.authority) == (log, size, authority.name) and each.verdict.state == WAITING:
            return stamp.request
    return b""


def anchor(
    case: OpenCase,
    asked: Sequence[Asking],
    switch: net.Switch,
    tell: Told = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> Anchored:
    """Send each request, keep every response, and record it; see `Answered` for what became of each.

    `tell` is called before anything is sent. Raises `NetworkError` (40) while the network is off: then nothing is
    written either.
    """
    net.refuse_off(switch)
    answers: list[Answered] = []
    bodies = list(_unrecorded(case))
    try:
        for asking in asked:
            tell(asking)
            answer, body = _ask(case, asking, switch, pause)
            answers.append(answer)
            bodies += [body] if body is not None else []
    finally:
        # What came back stands in the vault; an interruption must not leave it without its entry.
        recorded = case.record(lambda _: bodies)
    return Anchored(tuple(answers), recorded)


def _ask(
    case: OpenCase, asking: Asking, switch: net.Switch, pause: Callable[[float], None]
) -> tuple[Answered, Stamped | None]:
    signed = case.log.checkpoint_at(asking.log, asking.size)
    waiting = stamps.Stamp(asking.log, asking.size, asking.authority.name, asking.request)
    case.log.keep_stamp(waiting)
    try:
        response = _send(asking, switch, pause)
    except NetworkError as error:
        return Answered(asking, WAITING, error.message), None
    verdict = judge(asking.request, response, asking.authority.roots, signed)
    stamp = replace(waiting, response=response, roots=asking.authority.roots)
    case.log.keep_stamp(stamp)
    body = _body(stamp, verdict, asking.authority.url)
    return Answered(asking, verdict.state, verdict.why, body.at, _command(case, stamp)), body


def _command(case: OpenCase, stamp: stamps.Stamp) -> str:
    return next((each.command for each in case.log.time_stamps() if each.stamp == stamp), "")


def _body(stamp: stamps.Stamp, verdict: Verdict, url: str) -> Stamped:
    request, response, roots = stamp.digests
    at = instant_text(verdict.at) if verdict.at is not None else ""
    return Stamped(
        stamp.log, stamp.size, stamp.authority, url, verdict.state, request, response, roots, at, verdict.why
    )


def _unrecorded(case: OpenCase) -> Iterator[Stamped]:
    """Name responses that a crash left without an entry."""
    named = {entry.body.response_sha256 for entry in case.entries if isinstance(entry.body, Stamped)}
    for each in case.log.time_stamps():
        if each.stamp.response and each.stamp.digests[1] not in named:
            yield _body(each.stamp, each.verdict, "")


def _send(asking: Asking, switch: net.Switch, pause: Callable[[float], None]) -> bytes:
    for wait in (*PAUSES, None):
        try:
            return _send_once(asking, switch)
        except NetworkError:
            if wait is None:
                raise
            pause(wait)
    raise NetworkError("no attempt was made")


def _send_once(asking: Asking, switch: net.Switch) -> bytes:
    url = asking.authority.url
    answer = net.post(url, asking.request, _QUERY, switch=switch, limits=LIMITS)
    if answer.status != 200:
        raise NetworkError(f"{net.check_url(url)} answered with status {answer.status}")
    if answer.content_type != _REPLY or not is_one_sequence(answer.content):
        raise NetworkError(f"{net.check_url(url)} did not answer with a time-stamp (a page to log in to the network?)")
    return answer.content
