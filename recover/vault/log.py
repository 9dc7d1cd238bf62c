"""One device's log: commits on a disk, read into a verified view and never further than their signatures reach.

`log/<log-id>/commit/<size>` is the commit: the new leaves one after the other, a blank line, and the signed
checkpoint of the log with them. A log is read from its start; each commit must follow the one before, and its
checkpoint must name the root over all leaves so far. What cannot be verified is a `Fault` with its place, and ends
the view there: nothing after it is taken for evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recover.errors import AlteredError, CannotWriteError, ForkError, IncompleteError, NotFoundError
from recover.frozen import frozen
from recover.vault import merkle, note, store, tiles
from recover.vault.document import Head, Leaf, parse_leaves
from recover.vault.statements import Trust
from recover.vault.store import REAL_DISK, Disk

MAX_LEAVES = 256
MAX_COMMIT_BYTES = 4 * 1024 * 1024
_NOTHING = merkle.Frontier()
_EMPTY = Head(0, merkle.EMPTY_ROOT)

ALTERED = AlteredError.exit_code
INCOMPLETE = IncompleteError.exit_code
FORKED = ForkError.exit_code


@frozen
class Fault:
    """Something that is not as it was recorded: what (20 altered, 21 incomplete, 22 fork or rollback), and where."""

    code: int
    case: str
    message: str
    log: str = ""
    index: int | None = None
    path: str = ""


@frozen
class Commit:
    """A parsed commit; nothing in it has been verified."""

    leaves: tuple[Leaf, ...]
    note: bytes


@frozen
class Log:
    """The verified part of a log: its leaves, their hashes, and the signed checkpoint over them."""

    case: str
    id: str
    leaves: tuple[Leaf, ...] = ()
    hashes: tuple[bytes, ...] = ()
    frontier: merkle.Frontier = _NOTHING
    sizes: tuple[int, ...] = ()
    """The size after each commit."""
    notes: tuple[bytes, ...] = ()
    """The signed checkpoint of each commit; only the last one's signature was checked."""
    faults: tuple[Fault, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return len(self.leaves)

    @property
    def note(self) -> bytes:
        """Return the signed checkpoint of the head; empty when there is no entry."""
        return self.notes[-1] if self.notes else b""

    @property
    def head(self) -> Head:
        """Return how far the log goes."""
        return Head(self.size, self.frontier.root()) if self.leaves else _EMPTY

    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` leaves (0 <= size <= the log's)."""
        return self.head.root if size == self.size else merkle.tree_root(self.hashes[:size])


def commit_folder(case_folder: Path, log: str) -> Path:
    """Return where a log's commits stand."""
    return case_folder / "log" / log / "commit"


def commit_bytes(leaves: Sequence[Leaf], checkpoint: bytes) -> bytes:
    """Write a commit."""
    return b"".join(leaf.data for leaf in leaves) + b"\n" + checkpoint


def parse_commit(data: bytes) -> Commit:
    """Read a commit's bytes without verifying them; raises AlteredError for anything but their one spelling."""
    leaves, blank, checkpoint = data.partition(b"\n\n")
    if not blank:
        raise _Torn("a commit ends before its checkpoint")
    commit = Commit(parse_leaves(leaves + b"\n"), checkpoint)
    if len(commit.leaves) > MAX_LEAVES:
        raise AlteredError(f"a commit has more than {MAX_LEAVES} leaves")
    return commit


def commit_sizes(folder: Path, disk: Disk = REAL_DISK) -> list[int]:
    """Return the sizes of the commits in a folder, ascending; other names are left out."""
    return sorted(int(name) for name in disk.listing(folder).files if is_commit_name(name))


def is_commit_name(name: str) -> bool:
    """Say whether a file name is a plain decimal number above zero."""
    return name.isascii() and name.isdigit() and len(name) <= 18 and not name.startswith("0")


def read_log(case_folder: Path, trust: Trust, log: str, known: Log | None = None, disk: Disk = REAL_DISK) -> Log:
    """Read a log, or go on from `known`, as far as it verifies; what does not is in `faults`.

    Only the last checkpoint's signature is checked here: its root covers every leaf before it. (`verify` checks all.)
    """
    folder = commit_folder(case_folder, log)
    view = _View(known if known is not None else Log(trust.case, log), trust)
    fault: Fault | None = None
    for size in commit_sizes(folder, disk):
        if size <= view.size:
            continue
        try:
            view.follow(store.read(folder / str(size), MAX_COMMIT_BYTES, disk), size)
        except (AlteredError, NotFoundError, CannotWriteError) as error:
            code = INCOMPLETE if isinstance(error, _Torn | NotFoundError) else ALTERED
            fault = Fault(code, trust.case, error.message, log, view.size, str(folder / str(size)))
            break
    while view.is_longer():
        try:
            check_signature(view.last.note, trust, log)
        except AlteredError as error:
            path = str(folder / str(view.size))
            view.step_back()
            fault = Fault(ALTERED, trust.case, error.message, log, view.size, path)
        else:
            break
    return view.log((fault,) if fault else ())


class _Torn(AlteredError):
    """A commit is cut off, or the one before it is not here: more may still arrive."""


@frozen
class _Step:
    size: int
    frontier: merkle.Frontier
    note: bytes


class _View:
    """A log while it is being read: what it was known to be, and one step per commit since."""

    def __init__(self, known: Log, trust: Trust) -> None:
        self._known = known
        self._leaves: list[Leaf] = []
        self._hashes: list[bytes] = []
        self._steps = [_Step(known.size, known.frontier, known.note)]
        self._origin = trust.origin(known.id)

    @property
    def last(self) -> _Step:
        return self._steps[-1]

    @property
    def size(self) -> int:
        return self.last.size

    def is_longer(self) -> bool:
        return len(self._steps) > 1

    def follow(self, data: bytes, size: int) -> None:
        """Take the commit that ends at `size`, or raise AlteredError and stay as before."""
        commit = parse_commit(data)
        if self.size + len(commit.leaves) < size:
            raise _Torn("a commit before this one is not here")
        if self.size + len(commit.leaves) > size:
            raise AlteredError("a commit does not begin where the one before it ended")
        hashes = [merkle.leaf_hash(leaf.data) for leaf in commit.leaves]
        frontier = self.last.frontier.extend(hashes)
        # Compared as bytes: there is one way to write the head that these leaves lead to.
        head = note.Checkpoint(self._origin, size, frontier.root()).text
        if not commit.note.startswith(f"{head}\n\u2014 {self._origin} ".encode()):
            raise AlteredError("the leaves of a commit do not lead to the checkpoint in it")
        self._leaves.extend(commit.leaves)
        self._hashes.extend(hashes)
        self._steps.append(_Step(size, frontier, commit.note))

    def step_back(self) -> None:
        """Take back the last commit."""
        self._steps.pop()
        added = self.size - self._known.size
        del self._leaves[added:], self._hashes[added:]

    def log(self, faults: tuple[Fault, ...]) -> Log:
        known = self._known
        return Log(
            known.case,
            known.id,
            (*known.leaves, *self._leaves),
            (*known.hashes, *self._hashes),
            self.last.frontier,
            (*known.sizes, *(step.size for step in self._steps[1:])),
            (*known.notes, *(step.note for step in self._steps[1:])),
            faults,
        )


def check_signature(checkpoint: bytes, trust: Trust, log: str) -> note.Checkpoint:
    """Return the verified head that a checkpoint of this log states; raises AlteredError."""
    return note.verify_checkpoint(checkpoint, [trust.verifier(log)], trust.origin(log))


def extended(log: Log, leaves: Sequence[Leaf], trust: Trust, signing_key: bytes) -> tuple[Log, bytes]:
    """Return the log after these leaves, and the bytes of the commit `commit/<size>` that adds them."""
    hashes = tuple(merkle.leaf_hash(leaf.data) for leaf in leaves)
    frontier = log.frontier.extend(hashes)
    size = log.size + len(leaves)
    origin = trust.origin(log.id)
    checkpoint = note.sign_checkpoint(note.Checkpoint(origin, size, frontier.root()), note.Signer(origin, signing_key))
    after = Log(
        log.case,
        log.id,
        log.leaves + tuple(leaves),
        log.hashes + hashes,
        frontier,
        (*log.sizes, size),
        (*log.notes, checkpoint),
    )
    return after, commit_bytes(leaves, checkpoint)


def derive_tiles(case_folder: Path, log: Log, disk: Disk = REAL_DISK) -> None:
    """Write the full tiles that are not there yet."""
    folder = case_folder / "log" / log.id
    missing = {
        folder / tiles.tile_path(level, index): tiles.tile_bytes(log.hashes, level, index)
        for level, index in tiles.full_tiles(log.size)
        if disk.size(folder / tiles.tile_path(level, index)) is None
    }
    store.create_all_once(missing, disk)


def compare(log: Log, remembered: Head, path: str = "") -> Fault | None:
    """Return what is wrong with a log if it does not go on from a head that was seen before (22)."""
    if log.size < remembered.size:
        message = (
            f"entries {log.size} to {remembered.size - 1} of this log were seen here before and are gone: "
            "it was cut off, or this is an older copy"
        )
        return Fault(FORKED, log.case, message, log.id, log.size, path)
    if log.root_at(remembered.size) != remembered.root:
        message = f"the first {remembered.size} entries are not those that were seen here before"
        return Fault(FORKED, log.case, message, log.id, None, path)
    return None
