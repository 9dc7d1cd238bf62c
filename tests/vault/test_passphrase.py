"""Files sealed to a passphrase: real age files, opened by others, and bounded before any costly step."""

from __future__ import annotations

import time
from base64 import b64decode

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import AlteredError, LockedError, UsageError
from recover.vault import passphrase

FAST = 4
"""A work factor for tests only: scrypt in microseconds."""

BY_STOCK_AGE = b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAxOWU2YzlBdHVjQXlSK1hIaHEzZElnIDE4Ck9PamtzNGRIc2M0YkQwMnVjU0YweUJtN1RS"
    "SFFzdTh5QzZmYnVSWGVGWXcKLS0tIEQ0aDRtN09sUXZrbnMxdkc0QmlHTDR1dE5QNHNhUlN0OFhacmN3anc0YkUKkxCEIGCxI5C1kZz3hZdVoBa0"
    "tye/5CUapIdacwHTUntx5D7GFE+q4WHMnhylIHP1YvIehw=="
)
SEALED = passphrase.seal(b"two words", "correct horse", work_factor=FAST)


def header(work_factor: str, *, before: str = "", stanza: str = "scrypt") -> bytes:
    """Write by hand the header of a passphrase file, as a stranger might."""
    salt, body, mac = "A" * 22, "B" * 43, "C" * 43
    return (
        f"age-encryption.org/v1\n{before}-> {stanza} {salt} {work_factor}\n{body}\n--- {mac}\n".encode() + b"\x00" * 48
    )


def test_another_implementation_opens_our_seal() -> None:
    """What is sealed here, at the work factor that vaults get, is opened by pyrage alone."""
    sealed = passphrase.seal(b"two words", "correct horse")
    assert passphrase.work_factor_of(sealed) == passphrase.WORK_FACTOR == 18
    assert pyrage.passphrase.decrypt(sealed, "correct horse") == b"two words"


def test_the_seal_of_stock_age_opens_here() -> None:
    """A file that stock age 1.1.1 has sealed (`age -p`) opens here."""
    assert passphrase.work_factor_of(BY_STOCK_AGE) == 18
    assert passphrase.open_sealed(BY_STOCK_AGE, "correct horse") == b"sealed by age 1.1.1\n"


@settings(max_examples=40, deadline=None)
@given(
    plaintext=st.binary(max_size=300), given_text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)
)
def test_every_text_goes_round(plaintext: bytes, given_text: str) -> None:
    """Any plaintext under any typed passphrase opens again, in our hands and in pyrage's."""
    if not given_text.strip():
        return
    sealed = passphrase.seal(plaintext, given_text, work_factor=FAST)
    assert passphrase.open_sealed(sealed, given_text) == plaintext
    assert pyrage.passphrase.decrypt(sealed, passphrase.check_new_passphrase(given_text)) == plaintext


def test_two_seals_share_nothing() -> None:
    """The same text under the same passphrase never makes the same bytes: salt, key and nonce are fresh."""
    again = passphrase.seal(b"two words", "correct horse", work_factor=FAST)
    salts = {sealed.split(b"\n")[1] for sealed in (SEALED, again)}
    payloads = {sealed.rpartition(b"\n")[2] for sealed in (SEALED, again)}
    assert len(salts) == len(payloads) == 2


def test_a_passphrase_in_another_unicode_form_opens() -> None:
    """A keyboard that composes letters otherwise types the same passphrase."""
    sealed = passphrase.seal(b"two words", "\u0259n yax\u015f\u0131 \u00e7ay", work_factor=FAST)
    assert passphrase.open_sealed(sealed, "\u0259n yaxs\u0327\u0131 c\u0327ay") == b"two words"


@pytest.mark.parametrize("wrong", ["Correct horse", "correct horse ", "", "x" * 4096])
def test_a_wrong_passphrase_locks(wrong: str) -> None:
    """Another passphrase, also an empty one, is a LockedError with a hint."""
    with pytest.raises(LockedError) as locked:
        passphrase.open_sealed(SEALED, wrong)
    assert locked.value.hint


@pytest.mark.parametrize("position", range(0, len(SEALED), 1))
def test_any_changed_byte_is_refused(position: int) -> None:
    """No byte of a sealed file can change: it is then no such file, or the passphrase no longer opens it."""
    changed = bytearray(SEALED)
    changed[position] ^= 0x04
    with pytest.raises((AlteredError, LockedError)):
        passphrase.open_sealed(bytes(changed), "correct horse")


@pytest.mark.parametrize("work_factor", ["21", "22", "31", "63", "64", "255", "999999999"])
def test_too_much_work_is_refused_before_it_begins(work_factor: str) -> None:
    """A header that asks for more than 2**20 is refused at once, without the minutes or memory it asks for."""
    started = time.perf_counter()
    with pytest.raises(AlteredError, match="above 20 is refused"):
        passphrase.open_sealed(header(work_factor), "correct horse")
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("work_factor", ["1", "18", "20"])
def test_sensible_work_is_read(work_factor: str) -> None:
    """Up to 20 the work factor is read, without doing the work."""
    assert passphrase.work_factor_of(header(work_factor)) == int(work_factor)


@pytest.mark.parametrize(
    "sealed",
    [
        b"",
        b"age-encryption.org/v1\n",
        header("0"),
        header("018"),
        header("-1"),
        header("+18"),
        header("18 "),
        header("0x12"),
        header("9999999999"),
        header("18", stanza="X25519"),
        header("18", before="-> X25519 AAAA\n" + "B" * 43 + "\n"),
        header("18", before="-> scrypt " + "A" * 22 + " 18\n" + "B" * 43 + "\n"),
        header("18").replace(b"v1", b"v2"),
        header("18").replace(b"\n", b"\r\n"),
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        b"\xef\xbb\xbf" + header("18"),
        pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()]),
    ],
)
def test_other_files_are_no_passphrase_files(sealed: bytes) -> None:
    """Anything but one well-formed scrypt stanza is refused as altered, before any scrypt."""
    with pytest.raises(AlteredError):
        passphrase.open_sealed(sealed, "correct horse")


@pytest.mark.parametrize("bad", ["", " ", "\u3000\t", "two\nlines", "nul\x00", "tab\t", "\ud800", "x" * 4097])
def test_a_passphrase_that_cannot_be_typed_is_refused(bad: str) -> None:
    """An empty, endless or untypeable passphrase seals nothing."""
    with pytest.raises(UsageError) as refused:
        passphrase.seal(b"x", bad, work_factor=FAST)
    assert refused.value.hint


def test_a_short_passphrase_is_worth_a_warning() -> None:
    """Fewer than twelve characters are accepted, and can be warned about."""
    assert passphrase.is_short("elevenchars")
    assert not passphrase.is_short("twelve chars")
    assert passphrase.check_new_passphrase("x") == "x"


@pytest.mark.parametrize(
    ("plaintext", "work_factor"), [(b"", 0), (b"", 21), (bytes(passphrase.MAX_PLAINTEXT_BYTES + 1), 4)]
)
def test_nothing_is_sealed_that_would_not_open(plaintext: bytes, work_factor: int) -> None:
    """A work factor that opening refuses, or more than one chunk of plaintext, is a caller's mistake."""
    with pytest.raises(ValueError, match="out of bounds"):
        passphrase.seal(plaintext, "correct horse", work_factor=work_factor)
