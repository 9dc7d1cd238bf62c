"""Full hash tiles of a log in the form of `c2sp.org/tlog-tiles`: where they lie and what bytes they have.

A tile is 256 consecutive hashes of one level: level 0 holds leaf hashes, each hash of a level above is the root of a
full tile below. Tiles are derived from the leaves and can always be made again, so only full ones are written (a
partial one would have to be replaced, and nothing stored is ever replaced). The leaves themselves stand in the commit
files; there are no entry bundles. Pure: leaf hashes in, paths and bytes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recover.errors import AlteredError
from recover.vault import merkle

TILE_WIDTH = 256
TILE_BYTES = TILE_WIDTH * merkle.HASH_BYTES
MAX_LEVEL = 63


def tile_path(level: int, index: int) -> str:
    """Return the place of full tile `index` of `level` below the log: index 1234067 is `tile/0/x001/x234/067`."""
    if not 0 <= level <= MAX_LEVEL or index < 0:
        raise AlteredError(f"there is no tile {index} of level {level}")
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(["tile", str(level), *reversed(groups)])


def full_tiles(size: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of every full tile of a log of `size` leaves, level 0 first, in order."""
    return new_full_tiles(0, size)


def new_full_tiles(old_size: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the full tiles that a log of `size` leaves has and one of `old_size` had not."""
    level, old_count, count = 0, old_size // TILE_WIDTH, size // TILE_WIDTH
    while count:
        for index in range(old_count, count):
            yield level, index
        level, old_count, count = level + 1, old_count // TILE_WIDTH, count // TILE_WIDTH


def tile_bytes(leaf_hashes: Sequence[bytes], level: int, index: int) -> bytes:
    """Return the 8,192 bytes of a full tile, derived from the leaf hashes of the log (leaf 0 first).

    Costs one hash per leaf under the tile. Raises AlteredError if the log has no such full tile.
    """
    under = TILE_WIDTH**level
    start = index * TILE_WIDTH * under
    if level < 0 or index < 0 or start + TILE_WIDTH * under > len(leaf_hashes):
        raise AlteredError(f"a log of {len(leaf_hashes)} has no full tile {index} of level {level}")
    if level == 0:
        return b"".join(leaf_hashes[start : start + TILE_WIDTH])
    starts = range(start, start + TILE_WIDTH * under, under)
    return b"".join(merkle.tree_root(leaf_hashes[at : at + under]) for at in starts)


def next_tile(tiles_below: Sequence[bytes]) -> bytes:
    """Return the full tile above these 256 full tiles, in their order: one root of each."""
    if len(tiles_below) != TILE_WIDTH:
        raise AlteredError("a tile stands on 256 tiles")
    return b"".join(merkle.tree_root(tile_hashes(tile)) for tile in tiles_below)


def tile_hashes(tile: bytes) -> list[bytes]:
    """Split a full tile into its 256 hashes; raises AlteredError unless it has exactly 8,192 bytes."""
    if len(tile) != TILE_BYTES:
        raise AlteredError("a full tile has 8,192 bytes")
    return [tile[at : at + merkle.HASH_BYTES] for at in range(0, TILE_BYTES, merkle.HASH_BYTES)]


def check_tile(tile: bytes, leaf_hashes: Sequence[bytes], level: int, index: int) -> None:
    """Check that these are the bytes of that tile; returns None if so, raises AlteredError with its path if not."""
    if tile != tile_bytes(leaf_hashes, level, index):
        raise AlteredError("a tile does not fit the leaves of its log", place=tile_path(level, index))
