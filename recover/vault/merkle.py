"""The Merkle tree of RFC 6962 section 2.1 (the same tree as RFC 9162 section 2.1), with SHA-256.

Bytes and integers in, bytes out, no I/O. Verification never answers with a flag: it returns None when the proof
holds and raises `AlteredError` when it does not, for whatever reason (a wrong size, index, length or hash, a hash too
few or too many). A list of leaf hashes is always "leaf 0 first"; a proof is always "nearest the leaf first", as the
RFCs print it. Proofs are made from all leaf hashes in O(n); appending goes through `Frontier`, in O(log n).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NoReturn

from recover.errors import AlteredError
from recover.frozen import frozen

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of one leaf: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


@frozen
class Frontier:
    """What must be kept of a tree to append to it: its size and the roots of its full subtrees, largest first.

    There is one subtree for each 1 bit of `size`. Every operation returns a new value, so that an append that fails
    on the way to the disk leaves the old head as it was.
    """

    size: int = 0
    subtrees: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier after one more leaf hash, in at most log2(size) + 1 hashes."""
        _check_hash(leaf, "the leaf hash")
        subtrees = [*self.subtrees, leaf]
        size = self.size
        while size & 1:
            right = subtrees.pop()
            subtrees.append(node_hash(subtrees.pop(), right))
            size >>= 1
        return Frontier(self.size + 1, tuple(subtrees))

    def extend(self, leaves: Sequence[bytes]) -> Frontier:
        """Return the frontier after these leaf hashes, in their order."""
        frontier = self
        for leaf in leaves:
            frontier = frontier.append(leaf)
        return frontier

    def root(self) -> bytes:
        """Return the root of the tree; of the empty tree, SHA-256 of nothing."""
        if not self.subtrees:
            return EMPTY_ROOT
        root = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            root = node_hash(left, root)
        return root


def tree_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over all leaf hashes (RFC 6962 section 2.1, MTH)."""
    for leaf in leaf_hashes:
        _check_hash(leaf, "a leaf hash")
    return _subtree_root(leaf_hashes) if leaf_hashes else EMPTY_ROOT


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of the leaf at `index` (0-based) in the tree of all `leaf_hashes` (RFC 6962, 2.1.1).

    Raises AlteredError if there is no such leaf.
    """
    if not 0 <= index < len(leaf_hashes):
        _refuse(f"there is no leaf {index} in a log of {len(leaf_hashes)}")
    proof: list[bytes] = []
    level, position = list(leaf_hashes), index
    while len(level) > 1:
        sibling = position ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level, position = _parents(level), position >> 1
    return proof


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree of the first `old_size` leaves begins the tree of all of them (RFC 6962, 2.1.2).

    Empty if both are the same tree. Raises AlteredError unless 1 <= old_size <= len(leaf_hashes).
    """
    if not 1 <= old_size <= len(leaf_hashes):
        _refuse(f"a log of {len(leaf_hashes)} has no consistency proof from size {old_size}")
    proof: list[bytes] = []
    start, end, known, is_old_root = 0, len(leaf_hashes), old_size, True
    while known < end - start:
        split = _split(end - start)
        if known <= split:
            proof.append(_subtree_root(leaf_hashes[start + split : end]))
            end = start + split
        else:
            proof.append(_subtree_root(leaf_hashes[start : start + split]))
            start, known, is_old_root = start + split, known - split, False
    if not is_old_root:
        proof.append(_subtree_root(leaf_hashes[start:end]))
    return proof[::-1]


def root_from_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that this audit path leads to (RFC 9162, 2.1.3.2); compare it with a root you trust.

    Raises AlteredError unless 0 <= index < size, the proof has exactly the length that a tree of this size asks for,
    and every hash has 32 bytes.
    """
    _check_number(index, "the index")
    _check_number(size, "the size")
    if index >= size:
        _refuse(f"there is no leaf {index} in a log of {size}")
    _check_hash(leaf_hash, "the leaf hash")
    _check_proof(proof)
    position, last, root = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            _refuse("the inclusion proof has hashes to spare")
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        _refuse("the inclusion proof is too short")
    return root


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with this hash is leaf `index` (0-based) of the tree of `size` leaves with this `root`.

    Returns None if so, raises AlteredError otherwise.
    """
    _check_hash(root, "the root")
    if root_from_inclusion(leaf_hash, index, size, proof) != root:
        _refuse(f"the inclusion proof of leaf {index} does not lead to the root of the log of {size}")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (`old_size`, `old_root`) is a beginning of the tree (`size`, `root`) (RFC 9162, 2.1.4.2).

    Returns None if so, raises AlteredError otherwise. Two heads of one size (0 too) need equal roots and an empty
    proof. From the empty tree to a larger one nothing is proven, so that is refused.
    """
    _check_number(old_size, "the old size")
    _check_number(size, "the size")
    if old_size == size:
        if proof or old_root != root:
            _refuse(f"two different heads of the same size {size}")
        return
    if not 1 <= old_size < size:
        _refuse(f"there is no consistency proof from size {old_size} to size {size}")
    _check_hash(old_root, "the old root")
    _check_hash(root, "the root")
    _check_proof(proof)
    if _roots_from_consistency(old_size, old_root, size, proof) != (old_root, root):
        _refuse(f"the log of {size} does not continue the log of {old_size}")


def _roots_from_consistency(old_size: int, old_root: bytes, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of both trees that the proof leads to; 1 <= old_size < size."""
    # A proof from a full tree leaves its root out, since the verifier has it already.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        _refuse("the consistency proof is empty")
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            _refuse("the consistency proof has hashes to spare")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        _refuse("the consistency proof is too short")
    return old, new


def _subtree_root(leaf_hashes: Sequence[bytes]) -> bytes:
    level = list(leaf_hashes)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def _parents(level: list[bytes]) -> list[bytes]:
    """Pair up one level; a last one without a partner moves up unchanged, which is the RFC's split at a power of 2."""
    parents = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    if len(level) & 1:
        parents.append(level[-1])
    return parents


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (size >= 2)."""
    return 1 << (size - 1).bit_length() - 1


def _check_hash(value: bytes, what: str) -> None:
    if not isinstance(value, bytes) or len(value) != HASH_BYTES:
        _refuse(f"{what} is not a SHA-256 hash")


def _check_proof(proof: Sequence[bytes]) -> None:
    for value in proof:
        _check_hash(value, "a hash of the proof")


def _check_number(value: int, what: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _refuse(f"{what} is not a whole number from 0 up")


def _refuse(message: str) -> NoReturn:
    raise AlteredError(message)
