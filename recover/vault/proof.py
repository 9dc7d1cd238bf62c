"""A proof that one leaf stands in a log, as one small text file: `c2sp.org/tlog-proof@v1`.

It holds the index of the leaf, the audit path and the signed checkpoint, so that it is checked offline with nothing
but the leaf and the verifier key of the log. It reveals the origin, the index and the size of the log, and no other
leaf. Bytes in, bytes out; refusals are `AlteredError`. Files end in `.tlog-proof`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import NoReturn

from recover.errors import AlteredError
from recover.frozen import frozen
from recover.vault import merkle, note

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES = note.MAX_NOTE_BYTES
MAX_HASHES = 63


@frozen
class TlogProof:
    """A parsed proof. Nothing in it has been verified, and `extra` is never covered by any signature."""

    index: int
    """0-based."""
    hashes: tuple[bytes, ...]
    """The audit path, the sibling of the leaf first."""
    checkpoint: bytes
    """The signed note, byte for byte."""
    extra: bytes | None = None


def format_tlog_proof(index: int, hashes: Sequence[bytes], checkpoint: bytes, *, extra: bytes | None = None) -> bytes:
    """Write the proof of leaf `index` with its audit path (`merkle.inclusion_proof`) and signed checkpoint."""
    lines = [HEADER]
    if extra is not None:
        lines.append("extra " + b64encode(extra).decode("ascii"))
    lines.append(f"index {index}")
    lines.extend(b64encode(value).decode("ascii") for value in hashes)
    written = "\n".join([*lines, "", ""]).encode() + checkpoint
    parse_tlog_proof(written)
    return written


def parse_tlog_proof(proof: bytes) -> TlogProof:
    """Read a proof without verifying it; raises AlteredError for anything but the one spelling the format allows."""
    if len(proof) > MAX_PROOF_BYTES:
        _refuse("the proof is too large")
    head, blank, checkpoint = proof.partition(b"\n\n")
    if not blank:
        _refuse("the proof has no checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("the proof is not plain text")
    if lines.pop(0) != HEADER:
        _refuse(f"the proof does not begin with {HEADER}")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = note.from_base64(lines.pop(0).removeprefix("extra "), "the extra line of the proof")
    if not lines or not lines[0].startswith("index "):
        _refuse("the proof has no index")
    index = note.parse_decimal(lines.pop(0).removeprefix("index "), "the index of the proof")
    if len(lines) > MAX_HASHES:
        _refuse("the proof has too many hashes")
    note.parse(checkpoint)
    return TlogProof(index, tuple(_parse_hash(line) for line in lines), checkpoint, extra)


def verify_tlog_proof(
    proof: bytes, leaf_hash: bytes, verifiers: Iterable[note.Verifier], origin: str
) -> note.Checkpoint:
    """Check that the leaf with this hash stands in the log `origin`, and return the verified checkpoint.

    The index is `parse_tlog_proof(proof).index`. Raises AlteredError if the checkpoint is not signed by one of these
    keys, is of another log, or the path does not lead from the leaf to its root.
    """
    parsed = parse_tlog_proof(proof)
    checkpoint = note.verify_checkpoint(parsed.checkpoint, verifiers, origin)
    merkle.verify_inclusion(leaf_hash, parsed.index, checkpoint.size, parsed.hashes, checkpoint.root)
    return checkpoint


def _parse_hash(line: str) -> bytes:
    value = note.from_base64(line, "a hash of the proof")
    if len(value) != merkle.HASH_BYTES:
        _refuse("a hash of the proof is not a SHA-256 hash")
    return value


def _refuse(message: str) -> NoReturn:
    raise AlteredError(message)
