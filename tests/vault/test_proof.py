"""The text form of proofs, `c2sp.org/tlog-proof@v1`."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import AlteredError
from recover.vault import merkle, note, proof

ORIGIN = "recover/00ff/11ee"
SIGNER = note.Signer(ORIGIN, bytes(range(32)))
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(5)]
CHECKPOINT = note.sign_checkpoint(note.Checkpoint(ORIGIN, 5, merkle.tree_root(LEAVES)), SIGNER)
HASHES = merkle.inclusion_proof(LEAVES, 2)
PROOF = proof.format_tlog_proof(2, HASHES, CHECKPOINT)


def verify(written: bytes, leaf: bytes = LEAVES[2]) -> note.Checkpoint:
    return proof.verify_tlog_proof(written, leaf, [SIGNER.verifier()], ORIGIN)


def test_the_text_is_the_one_of_the_specification() -> None:
    """Header, index, one hash per line, an empty line, the checkpoint verbatim."""
    lines = ["c2sp.org/tlog-proof@v1", "index 2", *(b64encode(value).decode() for value in HASHES), "", ""]
    assert "\n".join(lines).encode() + CHECKPOINT == PROOF
    with_extra = proof.format_tlog_proof(2, HASHES, CHECKPOINT, extra=b"name.ext")
    assert with_extra == "\n".join([lines[0], "extra bmFtZS5leHQ=", *lines[1:]]).encode() + CHECKPOINT


def test_the_specifications_example_reads() -> None:
    """The head of the specification's example, under a whole checkpoint, reads as index 73894 with five hashes."""
    example = b"""c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

"""
    read = proof.parse_tlog_proof(example + CHECKPOINT)
    assert (read.index, len(read.hashes), read.extra) == (73894, 5, b"age-v1.2.1-darwin-arm64.tar.gz")
    assert read.checkpoint == CHECKPOINT


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9])
def test_every_leaf_goes_round(size: int) -> None:
    """A proof for each leaf of logs around powers of two verifies and gives back the signed head."""
    leaves = [merkle.leaf_hash(b"entry %d" % number) for number in range(size)]
    head = note.Checkpoint(ORIGIN, size, merkle.tree_root(leaves))
    signed = note.sign_checkpoint(head, SIGNER)
    for index in range(size):
        written = proof.format_tlog_proof(index, merkle.inclusion_proof(leaves, index), signed)
        assert verify(written, leaves[index]) == head
        assert proof.parse_tlog_proof(written).index == index


def test_extra_is_optional_and_never_proven() -> None:
    """The extra line may be absent, empty or anything, and changes nothing of what is proven."""
    for extra in (None, b"", b"\x00\xff" * 40):
        written = proof.format_tlog_proof(2, HASHES, CHECKPOINT, extra=extra)
        assert proof.parse_tlog_proof(written).extra == extra
        assert verify(written).size == 5


def test_a_proof_of_another_leaf_log_or_key_is_refused() -> None:
    """A proof speaks for one leaf of one log, under a key that is known."""
    with pytest.raises(AlteredError):
        verify(PROOF, LEAVES[3])
    with pytest.raises(AlteredError):
        proof.verify_tlog_proof(PROOF, LEAVES[2], [SIGNER.verifier()], "recover/00ff/22dd")
    with pytest.raises(AlteredError):
        proof.verify_tlog_proof(PROOF, LEAVES[2], [note.Signer(ORIGIN, bytes(32)).verifier()], ORIGIN)


HASH = b64encode(HASHES[0])
BROKEN = {
    "empty": b"",
    "other version": PROOF.replace(b"@v1", b"@v2"),
    "no index": PROOF.replace(b"index 2\n", b""),
    "leading zero": PROOF.replace(b"index 2", b"index 02"),
    "negative index": PROOF.replace(b"index 2", b"index -2"),
    "other index": PROOF.replace(b"index 2", b"index 3"),
    "index beyond the log": PROOF.replace(b"index 2", b"index 5"),
    "two indexes": PROOF.replace(b"index 2", b"index 2\nindex 2"),
    "extra after index": PROOF.replace(b"index 2\n", b"index 2\nextra AA==\n"),
    "extra not base64": PROOF.replace(b"index 2\n", b"extra ?\nindex 2\n"),
    "one hash less": PROOF.replace(HASH + b"\n", b""),
    "one hash more": PROOF.replace(HASH, HASH + b"\n" + HASH),
    "hash unpadded": PROOF.replace(HASH, HASH.rstrip(b"=")),
    "short hash": PROOF.replace(HASH, b64encode(HASHES[0][1:])),
    "hash in hexadecimal": PROOF.replace(HASH, HASHES[0].hex().encode()),
    "no empty line": PROOF.replace(b"\n\n" + ORIGIN.encode(), b"\n" + ORIGIN.encode()),
    "two empty lines": PROOF.replace(b"\n\n" + ORIGIN.encode(), b"\n\n\n" + ORIGIN.encode()),
    "no checkpoint": PROOF[: PROOF.index(ORIGIN.encode())],
    "cut checkpoint": PROOF[:-1],
    "bytes after the end": PROOF + b"\n",
    "windows line ends": PROOF.replace(b"\n", b"\r\n"),
    "not text": PROOF.replace(b"index 2", b"index \xff"),
    "endless hashes": PROOF.replace(HASH, b"\n".join([HASH] * 100)),
    "too large": PROOF + b"x" * proof.MAX_PROOF_BYTES,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_proofs_are_refused(name: str) -> None:
    """One fault each, and the proof is refused with an AlteredError."""
    with pytest.raises(AlteredError):
        verify(BROKEN[name])


def test_no_broken_proof_is_written() -> None:
    """What could not be read back is not written."""
    for index, hashes, checkpoint in ((-1, HASHES, CHECKPOINT), (2, [b"short"], CHECKPOINT), (2, HASHES, b"")):
        with pytest.raises(AlteredError):
            proof.format_tlog_proof(index, hashes, checkpoint)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_is_refused(data: st.DataObject) -> None:
    """No bit of a proof without extra line can be flipped."""
    written = bytearray(PROOF)
    bit = data.draw(st.integers(0, len(written) * 8 - 1))
    written[bit // 8] ^= 1 << bit % 8
    with pytest.raises(AlteredError):
        verify(bytes(written))
