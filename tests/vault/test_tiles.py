"""Tile paths and bytes as `c2sp.org/tlog-tiles` prescribes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import AlteredError
from recover.vault import merkle, tiles


@pytest.mark.parametrize(
    ("level", "index", "path"),
    [
        (0, 1234067, "tile/0/x001/x234/067"),
        (0, 0, "tile/0/000"),
        (1, 7, "tile/1/007"),
        (0, 999, "tile/0/999"),
        (0, 1000, "tile/0/x001/000"),
        (2, 123456789, "tile/2/x123/x456/789"),
        (63, 1000000, "tile/63/x001/x000/000"),
    ],
)
def test_paths(level: int, index: int, path: str) -> None:
    """Indexes are grouped by three digits, all but the last with an x; the first row is the specification's example."""
    assert tiles.tile_path(level, index) == path


@pytest.mark.parametrize(("level", "index"), [(-1, 0), (64, 0), (0, -1)])
def test_no_path_outside_the_format(level: int, index: int) -> None:
    """Levels end at 63 and nothing is negative."""
    with pytest.raises(AlteredError):
        tiles.tile_path(level, index)


def test_the_specifications_example_of_70000_leaves() -> None:
    """A log of 70,000 leaves has 273 full tiles of level 0 and one of level 1."""
    full = list(tiles.full_tiles(70_000))
    assert full == [*((0, index) for index in range(273)), (1, 0)]


@pytest.mark.parametrize(("size", "count"), [(0, 0), (255, 0), (256, 1), (257, 1), (65_535, 255), (65_536, 257)])
def test_only_full_tiles(size: int, count: int) -> None:
    """A tile exists when it is full, and not one leaf earlier."""
    assert len(list(tiles.full_tiles(size))) == count


@given(sizes=st.tuples(st.integers(0, 200_000), st.integers(0, 200_000)))
def test_new_tiles_complete_the_old_ones(sizes: tuple[int, int]) -> None:
    """The full tiles of a grown log are those it had and the new ones, none twice."""
    old_size, size = sorted(sizes)
    old, new = list(tiles.full_tiles(old_size)), list(tiles.new_full_tiles(old_size, size))
    assert sorted([*old, *new]) == sorted(tiles.full_tiles(size))


def test_bytes_of_level_0_and_1() -> None:
    """Level 0 holds leaf hashes, level 1 the roots of full level 0 tiles, from leaves or from the tiles below."""
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(65_537)]
    second = tiles.tile_bytes(leaves, 0, 1)
    assert second == b"".join(leaves[256:512])
    assert tiles.tile_hashes(second) == leaves[256:512]
    upper = tiles.tile_bytes(leaves, 1, 0)
    assert len(upper) == tiles.TILE_BYTES == 8192
    assert upper[32:64] == merkle.tree_root(leaves[256:512])
    assert upper == tiles.next_tile([tiles.tile_bytes(leaves, 0, index) for index in range(256)])
    # The root of the tile is the root of all leaves under it: one tree, whatever the level.
    assert merkle.tree_root(tiles.tile_hashes(upper)) == merkle.tree_root(leaves[:65_536])


@pytest.mark.parametrize(("level", "index"), [(0, 1), (1, 0), (0, -1), (-1, 0)])
def test_a_tile_that_is_not_full_has_no_bytes(level: int, index: int) -> None:
    """A partial tile is never derived."""
    with pytest.raises(AlteredError):
        tiles.tile_bytes([merkle.EMPTY_ROOT] * 511, level, index)


def test_an_altered_tile_is_named() -> None:
    """A tile that does not fit its leaves is refused with its path; one of another length too."""
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(256)]
    tile = tiles.tile_bytes(leaves, 0, 0)
    tiles.check_tile(tile, leaves, 0, 0)
    with pytest.raises(AlteredError) as refused:
        tiles.check_tile(tile[:-1] + bytes([tile[-1] ^ 1]), leaves, 0, 0)
    assert refused.value.place == "tile/0/000"
    for wrong in (tile[:-1], tile + b"\x00", b""):
        with pytest.raises(AlteredError):
            tiles.tile_hashes(wrong)
    with pytest.raises(AlteredError):
        tiles.next_tile([tile])
