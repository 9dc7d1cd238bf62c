"""Signed notes and checkpoints: `c2sp.org/signed-note` with Ed25519 keys, and `c2sp.org/tlog-checkpoint`.

A note is a text and one or more signature lines. A checkpoint is a note whose text is the head of a log: origin, size
and root. Bytes in, bytes out, no I/O. The text of a note must not be used before a known key has verified it, so
`parse` gives a `Note` and only `verify` and `verify_checkpoint` give something to believe. All refusals are
`AlteredError`; limits stand at the top, since a note may come from a stranger.

`openssl` checks a checkpoint too: the signed bytes are the text up to and including the newline before the blank
line, the signature is the base64 of the last word of the signature line without its first four bytes.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recover.errors import AlteredError
from recover.frozen import frozen
from recover.vault.merkle import HASH_BYTES

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
MAX_NAME_BYTES = 1024
MAX_SIZE = (1 << 63) - 1
ED25519 = 0x01
KEY_BYTES = 32
_SIGNATURE_MARK = "\u2014 "
_DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NOT_IN_NAME = re.compile(r"[\s+\x00-\x1f]")


@frozen
class Verifier:
    """A public key and the name it signs under; `key_id` is the hint that stands in the signature line."""

    name: str
    public_key: bytes
    """32 bytes, RFC 8032."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != KEY_BYTES:
            _refuse("the verifier key is not an Ed25519 key of 32 bytes")

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that name this key: the start of SHA-256(name, newline, 0x01, public key)."""
        return key_id(self.name, self.public_key)

    @property
    def vkey(self) -> str:
        """Write the key as one line: `name+8 hex digits+base64(0x01 || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{_to_base64(bytes([ED25519]) + self.public_key)}"


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key and the name it signs under. Its `repr` shows the name only."""

    name: str
    private_key: bytes
    """The 32-byte seed, RFC 8032."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.private_key) != KEY_BYTES:
            _refuse("the signer key is not an Ed25519 seed of 32 bytes")

    def __repr__(self) -> str:
        return f"Signer(name={self.name!r})"

    def verifier(self) -> Verifier:
        """Return the public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.private_key).public_key()
        return Verifier(self.name, public.public_bytes_raw())

    @property
    def skey(self) -> str:
        """Write the key as one line, as Go's `sumdb/note` does: `PRIVATE+KEY+name+8 hex digits+base64`. A secret."""
        encoded = _to_base64(bytes([ED25519]) + self.private_key)
        return f"PRIVATE+KEY+{self.name}+{self.verifier().key_id.hex()}+{encoded}"


@frozen
class Signature:
    """One signature line, of any algorithm: who says so, the four-byte key id, the bytes."""

    name: str
    key_id: bytes
    signature: bytes


@frozen
class Note:
    """A parsed note. Nothing in it has been verified."""

    text: str
    """Ends in a newline."""
    signatures: tuple[Signature, ...]


@frozen
class Checkpoint:
    """The head of a log: `size` leaves under `root`. `extensions` are opaque further lines, normally none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            _refuse("the size of the checkpoint is out of bounds")
        if len(self.root) != HASH_BYTES:
            _refuse("the root of the checkpoint is not a SHA-256 hash")
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                _refuse("a line of the checkpoint is empty or broken")
        _check_text(self.text)

    @property
    def text(self) -> str:
        """Write the text that is signed, one line each for origin, size and root."""
        return "\n".join((self.origin, str(self.size), _to_base64(self.root), *self.extensions, ""))


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the first four bytes of SHA-256(name || newline || 0x01 || public key)."""
    return sha256(name.encode() + b"\n" + bytes([ED25519]) + public_key).digest()[:4]


def parse_vkey(vkey: str) -> Verifier:
    """Read a verifier key line; raises AlteredError if any part of it does not fit the others."""
    name, hint, public_key = _split_key(vkey)
    verifier = Verifier(name, public_key)
    if verifier.key_id != hint:
        _refuse("the key id of the verifier key does not fit the key")
    return verifier


def parse_skey(skey: str) -> Signer:
    """Read a signer key line; raises AlteredError if any part of it does not fit the others."""
    prefix = "PRIVATE+KEY+"
    if not skey.startswith(prefix):
        _refuse("this is not a signer key")
    name, hint, private_key = _split_key(skey[len(prefix) :])
    signer = Signer(name, private_key)
    if signer.verifier().key_id != hint:
        _refuse("the key id of the signer key does not fit the key")
    return signer


def sign(text: str, *signers: Signer) -> bytes:
    """Return the note of this text (which must end in a newline) with one signature line per signer, in their order."""
    _check_text(text)
    if not signers:
        _refuse("a note needs a signature")
    lines = [_signature_line(text.encode(), signer) for signer in signers]
    return (text + "\n" + "".join(lines)).encode()


def parse(note: bytes) -> Note:
    """Split a note into its text and signatures without verifying anything.

    Raises AlteredError for what the format forbids: not UTF-8, control characters, no blank line, no signature, a
    broken signature line, more than `MAX_SIGNATURES` of them, more than `MAX_NOTE_BYTES`, or bytes after the end.
    """
    if len(note) > MAX_NOTE_BYTES:
        _refuse("the note is too large")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("the note is not UTF-8")
    if _CONTROL.search(whole):
        _refuse("the note has control characters")
    text, blank, rest = whole.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        _refuse("the note has no signatures")
    lines = rest[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        _refuse("the note has too many signatures")
    return Note(text + "\n", tuple(_parse_signature(line) for line in lines))


def verify(note: bytes, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that at least one of these keys has signed.

    A signature of an unknown key is ignored. One known signature that does not hold refuses the whole note, as does
    a note that no known key has signed (AlteredError).
    """
    parsed = parse(note)
    signers_of(parsed, verifiers)
    return parsed.text


def signers_of(note: Note, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
    """Return which of these keys have signed, in the order of the signatures; same refusals as `verify`."""
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed: list[Verifier] = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        check_signature(verifier.public_key, signature.signature, note.text.encode())
        if verifier not in signed:
            signed.append(verifier)
    if not signed:
        _refuse("the note carries no signature of a known key")
    return tuple(signed)


def check_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Check one Ed25519 signature; returns None if it holds, raises AlteredError if not."""
    try:
        _public_key(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise AlteredError("a signature does not hold") from error


@lru_cache(maxsize=64)
def _public_key(public_key: bytes) -> Ed25519PublicKey:
    """A log of ten thousand commits is checked with one key."""
    return Ed25519PublicKey.from_public_bytes(public_key)


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> bytes:
    """Return the signed note of this head."""
    return sign(checkpoint.text, *signers)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint (without blank line and signatures), which proves nothing by itself.

    Only the one spelling that the format allows is taken: decimal size without leading zeros, padded standard base64,
    non-empty lines. Extension lines are kept.
    """
    if not text.endswith("\n"):
        _refuse("the checkpoint does not end in a newline")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        _refuse("the checkpoint needs origin, size and root, and no empty line")
    size = parse_decimal(lines[1], "the size of the checkpoint")
    return Checkpoint(lines[0], size, from_base64(lines[2], "the root of the checkpoint"), tuple(lines[3:]))


def verify_checkpoint(note: bytes, verifiers: Iterable[Verifier], origin: str) -> Checkpoint:
    """Return the head that this note states, verified: signed by one of these keys, for exactly this origin.

    Raises AlteredError otherwise. The origin is asked for because a valid checkpoint of another log is no checkpoint
    of this one.
    """
    checkpoint = parse_checkpoint(verify(note, verifiers))
    if checkpoint.origin != origin:
        _refuse(f"the checkpoint is of another log than {origin}")
    return checkpoint


def check_name(name: str) -> None:
    """Raise AlteredError unless the name may stand in a signature line: not empty, no space, plus or control."""
    if not name or len(name.encode()) > MAX_NAME_BYTES:
        _refuse("the key name is empty or too long")
    if _NOT_IN_NAME.search(name):
        _refuse("the key name has a space, a plus or a control character")


def parse_decimal(text: str, what: str) -> int:
    """Read ASCII digits without leading zeros, up to 2**63 - 1; `what` names the number in the error."""
    if len(text) > 19 or _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        _refuse(f"{what} is not a plain decimal number")
    return int(text)


def from_base64(text: str, what: str) -> bytes:
    """Decode standard padded base64 in its one canonical spelling; `what` names the value in the error."""
    try:
        value = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        _refuse(f"{what} is not base64")
    # Two spellings of one value would give one note two hashes.
    if _to_base64(value) != text:
        _refuse(f"{what} is not canonical base64")
    return value


def _to_base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _signature_line(text: bytes, signer: Signer) -> str:
    key = Ed25519PrivateKey.from_private_bytes(signer.private_key)
    hint = key_id(signer.name, key.public_key().public_bytes_raw())
    return f"{_SIGNATURE_MARK}{signer.name} {_to_base64(hint + key.sign(text))}\n"


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not space:
        _refuse("a signature line of the note is broken")
    check_name(name)
    value = from_base64(encoded, "a signature of the note")
    if len(value) < 5:
        _refuse("a signature of the note is too short")
    return Signature(name, value[:4], value[4:])


def _split_key(line: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and the 32 bytes of `name+id+base64(0x01 || key)`."""
    # The base64 part may have a plus of its own, the name and the id may not.
    parts = line.split("+", 2)
    if len(parts) != 3 or re.fullmatch(r"[0-9a-f]{8}", parts[1], re.ASCII) is None:
        _refuse("the key is not written as name+id+key")
    value = from_base64(parts[2], "the key")
    if len(value) != 1 + KEY_BYTES or value[0] != ED25519:
        _refuse("the key is not an Ed25519 key")
    return parts[0], bytes.fromhex(parts[1]), value[1:]


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        _refuse("the text of a note ends in a newline and has no control characters")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        _refuse("the text of a note is not valid Unicode")
    if size > MAX_NOTE_BYTES:
        _refuse("the text of the note is too large")


def _refuse(message: str) -> NoReturn:
    raise AlteredError(message)
