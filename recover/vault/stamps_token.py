"""RFC 3161 requests and responses: what a time-stamp says, and whether it may be believed.

Bytes in, verdicts out; no clock and no network. A token is judged as of its own time with pinned roots, so that it
stays good after the authority's certificate has expired. The bytes come from strangers: bounded, and no fault of theirs
is more than a verdict.
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from recover.errors import AlteredError, InputError
from recover.frozen import frozen

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

MAX_RESPONSE_BYTES = 256 * 1024
MAX_ROOTS_BYTES = 256 * 1024
MAX_ROOTS = 64

STAMPED, UNVERIFIED, REFUSED, WAITING = "stamped", "unverified", "refused", "waiting"
"""Good; kept although it cannot be checked here; not good; asked for and not answered yet."""

_SHA256 = "2.16.840.1.101.3.4.2.1"


@frozen
class Verdict:
    """What a response is worth. `at` is the token's time (aware UTC), only for one that is good."""

    state: str
    why: str = ""
    at: datetime | None = None
    accuracy: timedelta = timedelta(0)

    @property
    def earliest(self) -> datetime | None:
        """Return the earliest moment at which the token can have been made."""
        return None if self.at is None else self.at - self.accuracy

    @property
    def latest(self) -> datetime | None:
        """Return the latest moment at which the token can have been made."""
        return None if self.at is None else self.at + self.accuracy


def make_request(data: bytes) -> bytes:
    """Write a request over the SHA-256 of `data`, with a random number, that asks for the authority's certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def check_request(request: bytes, data: bytes) -> None:
    """Raise `AlteredError` unless a request asks for a token over the SHA-256 of `data`."""
    _request(request, sha256(data).digest())


def _request(request: bytes, digest: bytes) -> TimeStampRequest:
    from rfc3161_client._rust import parse_timestamp_request

    try:
        found: TimeStampRequest = parse_timestamp_request(request)
        imprint = found.message_imprint
        is_same = imprint.hash_algorithm.dotted_string == _SHA256 and imprint.message == digest
    except ValueError as error:
        raise AlteredError("the request for a time-stamp cannot be read") from error
    if not is_same:
        raise AlteredError("the request for a time-stamp is over something else")
    return found


def judge(request: bytes, response: bytes, roots: bytes, data: bytes) -> Verdict:
    """Say what a response to `request` over `data` is worth to somebody who trusts `roots` (PEM) and nobody else.

    `unverified` is a response whose outer form is sound but which cannot be parsed: most often the certificates in it
    do not stand in the order that DER wants. Raises `AlteredError` when the request is over something else,
    `InputError` (32) for roots that are none.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    asked = _request(request, sha256(data).digest())
    trusted = read_roots(roots)
    if len(response) > MAX_RESPONSE_BYTES or not is_one_sequence(response):
        return Verdict(REFUSED, "what came back is no time-stamp response")
    try:
        answer = decode_timestamp_response(response)
        if answer.status != 0:
            said = "; ".join(answer.status_string)[:200]
            return Verdict(REFUSED, f"the authority refused (status {answer.status}{f': {said}' if said else ''})")
        builder = VerifierBuilder(roots=list(trusted), nonce=asked.nonce)
        at = answer.tst_info.gen_time
    except ValueError:
        return Verdict(UNVERIFIED, "it is not in strict DER (most often its certificates): openssl may read it")
    try:
        builder.build().verify(answer, sha256(data).digest())
    except (VerificationError, ValueError) as error:
        return Verdict(REFUSED, _told(str(error), answer, sha256(data).digest()))
    return Verdict(STAMPED, "", at.astimezone(UTC), _accuracy(answer))


def _told(reason: str, answer: TimeStampResponse, digest: bytes) -> str:
    """Say in our words why a token does not hold."""
    imprint = answer.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != digest:
        return "the token is over something else"
    if "Nonce" in reason:
        return "the token answers another request"
    return "the token does not lead to a pinned root by certificates that were valid at its time"


def _accuracy(answer: TimeStampResponse) -> timedelta:
    stated = answer.tst_info.accuracy
    if stated is None:
        return timedelta(0)
    return timedelta(seconds=stated.seconds or 0, milliseconds=stated.millis or 0, microseconds=stated.micros or 0)


def is_one_sequence(data: bytes) -> bool:
    """Say whether bytes are one ASN.1 sequence from the first to the last, whatever stands in it."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    length, start = data[1], 2
    if length >= 0x80:
        start = 2 + (length & 0x7F)
        if not 1 <= length & 0x7F <= 4:
            return False
        length = int.from_bytes(data[2:start], "big")
    return start + length == len(data)


def read_roots(pem: bytes) -> tuple[Certificate, ...]:
    """Return the certificates in a PEM text; raises `InputError` (32) when there is none that can be read."""
    from cryptography import x509

    if len(pem) > MAX_ROOTS_BYTES:
        raise InputError("these are too many root certificates")
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise InputError("there is no root certificate in PEM that can be read") from error
    if not 1 <= len(found) <= MAX_ROOTS:
        raise InputError(f"between 1 and {MAX_ROOTS} root certificates are needed")
    return tuple(found)


def root_marks(pem: bytes) -> tuple[str, ...]:
    """Return the SHA-256 of each certificate in a PEM text, as authorities publish it, in lower-case hex."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return tuple(sha256(each.public_bytes(Encoding.DER)).hexdigest() for each in read_roots(pem))


def openssl_command(digest: str, response: str, chain: str, at: datetime | None) -> str:
    """Return the command that repeats the check of a token as of its time, to be copied as it is.

    Without a time, that of a response that cannot be read here, openssl judges it as of now.
    """
    words = ("openssl", "ts", "-verify", "-digest", digest, "-in", response, "-CAfile", chain)
    return shlex.join((*words, *(() if at is None else ("-attime", str(int(at.timestamp()))))))
