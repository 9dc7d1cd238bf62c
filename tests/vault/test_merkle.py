"""The Merkle tree against published vectors, the recursive definition of RFC 6962, and every single change."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recover.errors import AlteredError
from recover.vault import merkle

# Facts of the reference test data of Certificate Transparency (google/certificate-transparency,
# transparency-dev/merkle): eight leaves, the roots of their first 1 to 8, and proofs.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
H = [merkle.leaf_hash(leaf) for leaf in LEAVES]
INCLUSION = {
    (0, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (5, 8): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (0, 1): "",
}
CONSISTENCY = {
    (1, 1): "",
    (1, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (6, 8): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 5): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (6, 7): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
}
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def split_proof(text: str) -> list[bytes]:
    return [bytes.fromhex(text[at : at + 64]) for at in range(0, len(text), 64)]


def numbered(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"leaf %d" % number) for number in range(count)]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 defines it, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = next(1 << power for power in range(40) if 2 << power >= len(leaves))
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def defined_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH as RFC 6962 section 2.1.1 defines it."""
    if len(leaves) == 1:
        return []
    split = next(1 << power for power in range(40) if 2 << power >= len(leaves))
    if index < split:
        return [*defined_path(index, leaves[:split]), defined_root(leaves[split:])]
    return [*defined_path(index - split, leaves[split:]), defined_root(leaves[:split])]


def defined_subproof(old_size: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """SUBPROOF as RFC 6962 section 2.1.2 defines it."""
    if old_size == len(leaves):
        return [] if is_whole else [defined_root(leaves)]
    split = next(1 << power for power in range(40) if 2 << power >= len(leaves))
    if old_size <= split:
        return [*defined_subproof(old_size, leaves[:split], is_whole), defined_root(leaves[split:])]
    return [*defined_subproof(old_size - split, leaves[split:], False), defined_root(leaves[:split])]


def test_roots_of_the_reference_leaves() -> None:
    """The first n of the eight reference leaves have the published root, made at once or one by one."""
    frontier = merkle.Frontier()
    for size, root in enumerate(ROOTS, start=1):
        frontier = frontier.append(H[size - 1])
        assert merkle.tree_root(H[:size]) == frontier.root() == root
        assert frontier.size == size


def test_root_of_nothing() -> None:
    """The empty tree has the hash of the empty string as root."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.tree_root([]).hex() == merkle.Frontier().root().hex() == merkle.EMPTY_ROOT.hex() == empty


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    """Published audit paths are made and accepted."""
    proof = split_proof(INCLUSION[index, size])
    assert merkle.inclusion_proof(H[:size], index) == proof
    merkle.verify_inclusion(H[index], index, size, proof, ROOTS[size - 1])


@pytest.mark.parametrize(("old_size", "size"), CONSISTENCY)
def test_published_consistency_proofs(old_size: int, size: int) -> None:
    """Published consistency proofs are made and accepted."""
    proof = split_proof(CONSISTENCY[old_size, size])
    assert merkle.consistency_proof(H[:size], old_size) == proof
    merkle.verify_consistency(old_size, ROOTS[old_size - 1], size, ROOTS[size - 1], proof)


def test_the_example_of_the_merkle_tree_specification() -> None:
    """The labelled seven-leaf tree of RFC 6962 section 2.1.3 gives the proofs printed there."""
    a, b, c, d, e, f, j = H[:7]
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k, left = merkle.node_hash(i, j), merkle.node_hash(g, h)
    assert merkle.inclusion_proof(H[:7], 0) == [b, h, k]
    assert merkle.inclusion_proof(H[:7], 3) == [c, g, k]
    assert merkle.inclusion_proof(H[:7], 4) == [f, j, left]
    assert merkle.inclusion_proof(H[:7], 6) == [i, left]
    assert merkle.consistency_proof(H[:7], 3) == [c, d, g, k]
    assert merkle.consistency_proof(H[:7], 4) == [k]
    assert merkle.consistency_proof(H[:7], 6) == [i, j, left]


@pytest.mark.parametrize("size", range(71))
def test_every_proof_up_to_seventy_leaves(size: int) -> None:
    """Every root and proof of sizes 0 to 70 is the one of the RFC's definition, and verifies."""
    leaves = numbered(size)
    root = merkle.tree_root(leaves)
    assert root == merkle.Frontier().extend(leaves).root() == defined_root(leaves)
    for index in range(size):
        path = merkle.inclusion_proof(leaves, index)
        assert path == defined_path(index, leaves)
        merkle.verify_inclusion(leaves[index], index, size, path, root)
        old_root = merkle.tree_root(leaves[: index + 1])
        proof = merkle.consistency_proof(leaves, index + 1)
        assert proof == defined_subproof(index + 1, leaves)
        merkle.verify_consistency(index + 1, old_root, size, root, proof)


@pytest.mark.parametrize("size", [127, 128, 129, 255, 256, 257, 1023, 1024, 1025])
def test_sizes_around_powers_of_two(size: int) -> None:
    """Around a power of two, the first, middle and last proofs are those of the definition."""
    leaves = numbered(size)
    root = merkle.tree_root(leaves)
    assert root == defined_root(leaves)
    for index in {0, 1, size // 2 - 1, size // 2, size - 2, size - 1}:
        assert merkle.inclusion_proof(leaves, index) == defined_path(index, leaves)
        merkle.verify_inclusion(leaves[index], index, size, defined_path(index, leaves), root)
        assert merkle.consistency_proof(leaves, index + 1) == defined_subproof(index + 1, leaves)


@settings(max_examples=150, deadline=None)
@given(size=st.integers(1, 70), data=st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    """One flipped bit in leaf, root or any hash of the path, another index, or another length, and nothing verifies."""
    leaves = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    root, proof = merkle.tree_root(leaves), merkle.inclusion_proof(leaves, index)
    parts = [leaves[index], root, *proof]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(AlteredError):
        merkle.verify_inclusion(parts[0], index, size, parts[2:], parts[1])
    other = data.draw(st.integers(0, size + 3).filter(lambda number: number != index))
    with pytest.raises(AlteredError):
        merkle.verify_inclusion(leaves[index], other, size, proof, root)
    for wrong in ([*proof, root], [root, *proof], proof[:-1] if proof else [SOME_HASH], [*proof, b""]):
        with pytest.raises(AlteredError):
            merkle.verify_inclusion(leaves[index], index, size, wrong, root)


@settings(max_examples=150, deadline=None)
@given(size=st.integers(2, 70), data=st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    """One flipped bit in a root or any hash of the proof, or another length, and nothing verifies."""
    leaves = numbered(size)
    old_size = data.draw(st.integers(1, size - 1))
    old_root, root = merkle.tree_root(leaves[:old_size]), merkle.tree_root(leaves)
    proof = merkle.consistency_proof(leaves, old_size)
    parts = [old_root, root, *proof]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(AlteredError):
        merkle.verify_consistency(old_size, parts[0], size, parts[1], parts[2:])
    for wrong in ([*proof, root], [old_root, *proof], proof[:-1], [], [*proof, b""]):
        with pytest.raises(AlteredError):
            merkle.verify_consistency(old_size, old_root, size, root, wrong)
    with pytest.raises(AlteredError):
        merkle.verify_consistency(old_size, root, size, old_root, proof)


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 0), (1, 1), (2, 1), (-1, 1), (0, -1), (8, 8)])
def test_no_inclusion_outside_the_tree(index: int, size: int) -> None:
    """An index that the tree does not have is refused, whatever the root."""
    for root in (H[0], merkle.EMPTY_ROOT, SOME_HASH, b""):
        with pytest.raises(AlteredError):
            merkle.verify_inclusion(H[0], index, size, [], root)


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 8), (2, 3), (1, 5)])
def test_the_reference_corruptions_of_inclusion(index: int, size: int) -> None:
    """What the reference test data corrupts is refused: neighbouring index, doubled and halved size, wrong lengths."""
    proof, root = split_proof(INCLUSION[index, size]), ROOTS[size - 1]
    for wrong_index, wrong_size in (
        (index - 1, size),
        (index + 1, size),
        (index ^ 2, size),
        (index, size * 2),
        (index, size // 2),
    ):
        with pytest.raises(AlteredError):
            merkle.verify_inclusion(H[index], wrong_index, wrong_size, proof, root)
    for leaf, wrong_root in ((b"WrongLeaf", root), (H[index], merkle.EMPTY_ROOT), (H[index], SOME_HASH), (b"", root)):
        with pytest.raises(AlteredError):
            merkle.verify_inclusion(leaf, index, size, proof, wrong_root)
    with pytest.raises(AlteredError):
        merkle.verify_inclusion(H[index], index, size, [proof[0], SOME_HASH, *proof[1:]], root)


@pytest.mark.parametrize(("old_size", "size"), [(1, 8), (6, 8), (2, 5), (6, 7)])
def test_the_reference_corruptions_of_consistency(old_size: int, size: int) -> None:
    """What the reference test data corrupts is refused: neighbouring and halved sizes, wrong roots."""
    proof = split_proof(CONSISTENCY[old_size, size])
    old_root, root = ROOTS[old_size - 1], ROOTS[size - 1]
    for wrong_old, wrong_size in (
        (old_size - 1, size),
        (old_size + 1, size),
        (old_size ^ 2, size),
        (old_size, size * 2),
        (old_size, size // 2),
    ):
        with pytest.raises(AlteredError):
            merkle.verify_consistency(wrong_old, old_root, wrong_size, root, proof)
    for wrong_old_root, wrong_root in ((b"WrongRoot", root), (old_root, b"WrongRoot"), (root, old_root)):
        with pytest.raises(AlteredError):
            merkle.verify_consistency(old_size, wrong_old_root, size, wrong_root, proof)


def test_heads_of_one_size() -> None:
    """Two heads of one size agree only with equal roots and an empty proof; size 0 is no exception."""
    for size in (0, 1, 7):
        root = merkle.tree_root(H[:size])
        merkle.verify_consistency(size, root, size, root, [])
        for wrong_root, proof in ((SOME_HASH, []), (root, [root]), (root, [b""])):
            with pytest.raises(AlteredError):
                merkle.verify_consistency(size, root, size, wrong_root, proof)


@pytest.mark.parametrize(("old_size", "size"), [(0, 1), (0, 8), (1, 0), (2, 1), (9, 8), (-1, 3), (-1, -1)])
def test_no_consistency_from_nothing_or_backwards(old_size: int, size: int) -> None:
    """From the empty tree nothing is proven, and a smaller log never continues a larger one."""
    for proof in ([], [merkle.EMPTY_ROOT]):
        with pytest.raises(AlteredError):
            merkle.verify_consistency(old_size, merkle.EMPTY_ROOT, size, merkle.EMPTY_ROOT, proof)


@pytest.mark.parametrize("bad", [b"", b"\x00" * 31, b"\x00" * 33])
def test_hashes_of_another_length_are_refused(bad: bytes) -> None:
    """Only 32-byte hashes enter a tree or a proof."""
    for action in (
        lambda: merkle.tree_root([H[0], bad]),
        lambda: merkle.Frontier().append(bad),
        lambda: merkle.verify_inclusion(bad, 0, 1, [], bad),
        lambda: merkle.verify_consistency(1, bad, 2, ROOTS[1], [H[1]]),
    ):
        with pytest.raises(AlteredError):
            action()


@pytest.mark.parametrize("number", [True, 1.0, "1", None])
def test_only_whole_numbers_are_sizes(number: object) -> None:
    """A size or index that is not a plain integer is refused and not guessed at."""
    with pytest.raises(AlteredError):
        merkle.verify_inclusion(H[0], number, 1, [], H[0])  # type: ignore[arg-type]  # what a careless caller may pass
    with pytest.raises(AlteredError):
        merkle.verify_consistency(number, H[0], 1, H[0], [])  # type: ignore[arg-type]  # as above


def test_proofs_of_what_is_not_there_are_refused() -> None:
    """No proof is made for a leaf or an old size that the log does not have."""
    for index in (-1, 8):
        with pytest.raises(AlteredError):
            merkle.inclusion_proof(H, index)
    for old_size in (-1, 0, 9):
        with pytest.raises(AlteredError):
            merkle.consistency_proof(H, old_size)


def test_appending_keeps_the_old_frontier() -> None:
    """A frontier is a value: appending to it leaves the old head as it was."""
    old = merkle.Frontier().extend(H[:5])
    old.append(H[5])
    assert (old.size, old.root()) == (5, ROOTS[4])


def test_appending_to_a_long_log_hashes_only_its_edge() -> None:
    """A frontier of 100,000 leaves holds one hash per 1 bit of its size, and the append merges at most 17 of them."""
    frontier = merkle.Frontier().extend([H[0]] * 99_999)
    assert len(frontier.subtrees) == (99_999).bit_count()
    grown = frontier.append(H[1])
    assert len(grown.subtrees) == (100_000).bit_count()
    assert grown.root() == merkle.tree_root([*[H[0]] * 99_999, H[1]])
