"""Tokens: what is good, what is not, and why; judged as of the token's own time, by pinned roots alone."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import AlteredError, InputError
from recover.vault import stamps_token
from recover.vault.stamps_token import REFUSED, STAMPED, UNVERIFIED
from tests.stamps.authority import Authority

pytestmark = pytest.mark.needs("openssl")
DATA = b"recover/case/log\n12\nroot\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def answered(authority: Authority) -> tuple[bytes, bytes]:
    request = stamps_token.make_request(DATA)
    return request, authority.stamp(request)


def openssl(command: str) -> str:
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    return found.stdout + found.stderr if found.returncode else "ok"


def test_a_good_token_says_its_time(authority: Authority, answered: tuple[bytes, bytes], tmp_path: Path) -> None:
    """Good by the pinned root, with its time and accuracy; openssl says the same to the printed command."""
    request, response = answered
    verdict = stamps_token.judge(request, response, authority.root.read_bytes(), DATA)
    assert verdict.state == STAMPED
    assert verdict.at is not None
    assert abs(verdict.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert verdict.accuracy == timedelta(seconds=1)
    place = tmp_path / "with a space" / "it's.tsr"
    place.parent.mkdir()
    place.write_bytes(response)
    digest = sha256(DATA).hexdigest()
    assert openssl(stamps_token.openssl_command(digest, str(place), str(authority.root), verdict.at)) == "ok"


def test_a_token_over_something_else_is_refused(authority: Authority) -> None:
    """A good token of a good authority over another digest proves nothing here."""
    request = stamps_token.make_request(DATA)
    other = authority.stamp(stamps_token.make_request(b"other"))
    verdict = stamps_token.judge(request, other, authority.root.read_bytes(), DATA)
    assert (verdict.state, verdict.why) == (REFUSED, "the token is over something else")
    with pytest.raises(AlteredError, match="over something else"):
        stamps_token.judge(request, other, authority.root.read_bytes(), b"other")


def test_an_old_answer_is_not_taken_for_a_new_one(authority: Authority, answered: tuple[bytes, bytes]) -> None:
    """The random number in the request must come back."""
    verdict = stamps_token.judge(stamps_token.make_request(DATA), answered[1], authority.root.read_bytes(), DATA)
    assert (verdict.state, verdict.why) == (REFUSED, "the token answers another request")


def test_another_root_does_not_do(answered: tuple[bytes, bytes], tmp_path: Path) -> None:
    """A root of the same name with another key is another root."""
    other = Authority(tmp_path)
    verdict = stamps_token.judge(*answered, other.root.read_bytes(), DATA)
    assert verdict.state == REFUSED
    assert "pinned root" in verdict.why


def test_an_authority_that_expired_since_keeps_its_token_good(tmp_path: Path) -> None:
    """What counts is the certificate at the token's time: today openssl alone refuses, the printed command does not."""
    ends = datetime.now(UTC) + timedelta(seconds=3)
    authority = Authority(tmp_path, ends=ends)
    request = stamps_token.make_request(DATA)
    response = authority.stamp(request)
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1.1)
    verdict = stamps_token.judge(request, response, authority.root.read_bytes(), DATA)
    assert verdict.state == STAMPED
    (tmp_path / "it.tsr").write_bytes(response)
    command = stamps_token.openssl_command(
        sha256(DATA).hexdigest(), str(tmp_path / "it.tsr"), str(authority.root), verdict.at
    )
    assert openssl(command) == "ok"
    assert "expired" in openssl(command.partition(" -attime")[0])


def test_an_authority_that_had_expired_is_refused(tmp_path: Path) -> None:
    """A certificate that was over when the token was made makes no good token, and openssl agrees."""
    authority = Authority(tmp_path, ends=datetime.now(UTC) - timedelta(days=1))
    request = stamps_token.make_request(DATA)
    response = authority.stamp(request)
    verdict = stamps_token.judge(request, response, authority.root.read_bytes(), DATA)
    assert verdict.state == REFUSED
    (tmp_path / "it.tsr").write_bytes(response)
    command = stamps_token.openssl_command(
        sha256(DATA).hexdigest(), str(tmp_path / "it.tsr"), str(authority.root), datetime.now(UTC)
    )
    assert "expired" in openssl(command)


def test_a_chain_out_of_order_is_unverified_not_refused(tmp_path: Path) -> None:
    """What `openssl ts` with a chain emits cannot be parsed here; openssl itself accepts it by the printed command."""
    authority = Authority(tmp_path, chain=True)
    request = stamps_token.make_request(DATA)
    response = authority.stamp(request)
    verdict = stamps_token.judge(request, response, authority.root.read_bytes(), DATA)
    assert verdict.state in (UNVERIFIED, STAMPED), verdict.why
    (tmp_path / "it.tsr").write_bytes(response)
    command = stamps_token.openssl_command(
        sha256(DATA).hexdigest(), str(tmp_path / "it.tsr"), str(authority.root), verdict.at
    )
    assert openssl(command) == "ok"


def test_a_refusal_of_the_authority_is_told(authority: Authority) -> None:
    """An algorithm that it does not take: its status comes back, no token."""
    request = stamps_token.make_request(DATA)
    refusal = authority.stamp(b"\x30\x03\x02\x01\x01")
    verdict = stamps_token.judge(request, refusal, authority.root.read_bytes(), DATA)
    assert verdict.state == REFUSED
    assert "status 2" in verdict.why


def test_roots_that_are_none_are_said() -> None:
    """A file without a certificate is no pinned root."""
    with pytest.raises(InputError):
        stamps_token.read_roots(b"not a root")
    with pytest.raises(InputError):
        stamps_token.read_roots(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_changed_byte_never_makes_a_good_token(authority: Authority, answered: tuple[bytes, bytes]) -> None:
    """Every 7th byte changed: no traceback, and never good with another time."""
    request, response = answered
    roots = authority.root.read_bytes()
    good = stamps_token.judge(request, response, roots, DATA)
    for at in range(0, len(response), 7):
        changed = bytearray(response)
        changed[at] ^= 0x01
        verdict = stamps_token.judge(request, bytes(changed), roots, DATA)
        assert verdict.state != STAMPED or (verdict.at, verdict.accuracy) == (good.at, good.accuracy), at


@settings(max_examples=300)
@given(data=st.data())
def test_hostile_bytes_are_only_ever_a_verdict(
    authority: Authority, answered: tuple[bytes, bytes], data: st.DataObject
) -> None:
    """Cut, spliced and random responses: a verdict each time, and none that is good."""
    request, response = answered
    start = data.draw(st.integers(0, len(response)))
    noise = data.draw(st.binary(max_size=40))
    end = data.draw(st.integers(start, len(response)))
    hostile = response[:start] + noise + response[end:]
    verdict = stamps_token.judge(request, hostile, authority.root.read_bytes(), DATA)
    assert verdict.state != STAMPED or noise == response[start:end] or len(hostile) == len(response)
    with_length = b"\x30\x82" + len(hostile).to_bytes(2, "big") + hostile
    assert stamps_token.judge(request, with_length, authority.root.read_bytes(), DATA).state != STAMPED
