"""Seal a few bytes to a passphrase, as a standard age file that stock `age -d` opens.

Opening is pyrage's; before it runs, the header is parsed and a work factor above 20 is refused, since each step
doubles time and memory and a stranger's file could stall or kill this machine. Sealing is written out here after
`c2sp.org/age` (scrypt recipient), because pyrage measures the machine to choose the work factor: a busy or slow one
would get a weak file, a fast one a file that this module must refuse. Here it is always 18, as in stock age: 256 MiB
and under a second on a laptop of 2020.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from base64 import b64encode
from hashlib import scrypt

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from recover.errors import AlteredError, LockedError, UsageError

WORK_FACTOR = 18
"""log2 of scrypt's N for new files."""

MAX_WORK_FACTOR = 20
MAX_PLAINTEXT_BYTES = 16 * 1024
MAX_PASSPHRASE_BYTES = 4096
SHORT_PASSPHRASE = 12
"""Below this many characters a warning is due; nothing above one character is refused."""

_HEADER = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]{0,8})\n"
    rb"[A-Za-z0-9+/]{43}\n"
    rb"--- [A-Za-z0-9+/]{43}\n"
)


def check_new_passphrase(passphrase: str) -> str:
    """Return the passphrase in the form that is used everywhere (Unicode NFC), for a new seal.

    Raises UsageError if it is empty, blank, longer than 4,096 bytes, or cannot be typed at a prompt of `age`.
    """
    normal = _normal(passphrase)
    if not normal.strip():
        raise UsageError("the passphrase is empty", hint="five or more random words are easy to type and hard to guess")
    if any(unicodedata.category(character) == "Cc" for character in normal):
        raise UsageError("the passphrase has a line break or another control character", hint="use one line of text")
    return normal


def is_short(passphrase: str) -> bool:
    """Say whether this passphrase deserves a warning: few characters fall to guessing once a disk is stolen."""
    return len(_normal(passphrase)) < SHORT_PASSPHRASE


def seal(plaintext: bytes, passphrase: str, *, work_factor: int = WORK_FACTOR) -> bytes:
    """Return an age file of at most 16 KiB plaintext, sealed to this passphrase alone.

    Another work factor than the default is for tests. Raises UsageError for a passphrase that `check_new_passphrase`
    refuses.
    """
    if len(plaintext) > MAX_PLAINTEXT_BYTES or not 1 <= work_factor <= MAX_WORK_FACTOR:
        raise ValueError("too much plaintext, or a work factor out of bounds")
    salt, file_key = secrets.token_bytes(16), secrets.token_bytes(16)
    wrap_key = _scrypt(check_new_passphrase(passphrase), salt, work_factor)
    body = ChaCha20Poly1305(wrap_key).encrypt(bytes(12), file_key, None)
    header = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (_bare(salt), work_factor, _bare(body))
    mac = hmac.digest(_derive(file_key, b"", b"header"), header, "sha256")
    nonce = secrets.token_bytes(16)
    # STREAM: the counter of the only chunk is 0, and the last byte says that it is the last.
    chunk = ChaCha20Poly1305(_derive(file_key, nonce, b"payload")).encrypt(bytes(11) + b"\x01", plaintext, None)
    return header + b" " + _bare(mac) + b"\n" + nonce + chunk


def open_sealed(sealed: bytes, passphrase: str, *, place: str = "") -> bytes:
    """Return the plaintext of an age file sealed to this passphrase.

    Raises AlteredError if this is no such file or asks for a work factor above 20, LockedError if the passphrase does
    not open it, which a changed file cannot be told apart from.
    """
    work_factor_of(sealed, place=place)
    try:
        return pyrage.passphrase.decrypt(sealed, _normal(passphrase))
    except pyrage.DecryptError as error:
        raise LockedError(
            "the passphrase does not open this vault",
            place=place,
            hint="check keyboard layout and Caps Lock; a damaged key file says the same, so try a backup of it too",
        ) from error


def work_factor_of(sealed: bytes, *, place: str = "") -> int:
    """Read log2 of scrypt's N from the header, without any costly step.

    Raises AlteredError unless there is exactly one scrypt stanza, well formed, and its work factor is at most 20.
    """
    header = _HEADER.match(sealed)
    if header is None:
        raise AlteredError("this is not an age file sealed to a passphrase", place=place)
    work_factor = int(header[1])
    if work_factor > MAX_WORK_FACTOR:
        raise AlteredError(
            f"this file asks for scrypt with a work factor of {work_factor}; above {MAX_WORK_FACTOR} is refused",
            place=place,
            hint="recover never writes such a file: take it from a backup",
        )
    return work_factor


def _normal(passphrase: str) -> str:
    """One spelling for one passphrase: keyboards differ in how they compose é or й."""
    normal = unicodedata.normalize("NFC", passphrase)
    try:
        size = len(normal.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise UsageError("the passphrase is not valid UTF-8 text", hint="type it again") from error
    if size > MAX_PASSPHRASE_BYTES:
        raise UsageError(f"the passphrase is longer than {MAX_PASSPHRASE_BYTES} bytes", hint="use a shorter one")
    return normal


def _scrypt(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    cost = 1 << work_factor
    label = b"age-encryption.org/v1/scrypt"
    return scrypt(passphrase.encode(), salt=label + salt, n=cost, r=8, p=1, maxmem=cost * 1024 + (1 << 20), dklen=32)


def _derive(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _bare(value: bytes) -> bytes:
    """Write base64 without padding, as age headers do."""
    return b64encode(value).rstrip(b"=")
