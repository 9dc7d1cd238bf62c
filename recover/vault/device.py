"""What this device remembers outside the vault: its own logs, and how far every log was ever seen.

A log that is cut off or rolled back still looks whole; only who remembers more can tell. And a device may sign a log
only at exactly the head it remembers, or two copies of one vault would write two different entries under one number.
So ownership is here and not in the vault: a copied or restored vault meets a device that does not own its logs, and a
new log is begun.

The memory is a journal of lines, each with its own checksum, made durable line by line; a last line that was torn is
forgotten (the log itself is then rolled forward). The journal is bound to a marker file by what no copy keeps, so that
a state folder restored from a backup, or carried to another machine, owns nothing either.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recover.errors import CannotWriteError
from recover.vault import store
from recover.vault.document import Head, sha256_hex
from recover.vault.store import REAL_DISK, Disk

LOCK_SECONDS = 5.0
MAX_JOURNAL_BYTES = 64 * 1024 * 1024
_COMPACT_BYTES = 1024 * 1024
_LINE_BYTES = 150
_SAME_MARK_NANOSECONDS = 3_000_000_000
"""FAT keeps times in steps of two seconds."""


@dataclass(slots=True)
class _Memory:
    heads: dict[tuple[str, str], Head] = field(default_factory=dict)
    owned: dict[str, str] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    places: dict[str, set[str]] = field(default_factory=dict)
    """By case, the vaults it was seen in."""
    mark: int | None = None
    is_damaged: bool = False


def default_state_folder() -> Path:
    """Return where this user's programs keep their state."""
    import platformdirs

    return Path(platformdirs.user_state_path("recover"))


class Device:
    """This device's memory of all cases, whatever vault they lie in. Writing needs `lock`; reading takes what is there.

    `vault_id` only says where a case was seen; a vault that gave itself another id would be remembered all the same.
    """

    def __init__(self, state_folder: Path, vault_id: str, disk: Disk = REAL_DISK) -> None:
        self.folder = state_folder
        self.vault_id = vault_id
        self._disk = disk
        self._journal = self.folder / "memory"
        self._marker = self.folder / "marker"
        self._read_bytes = 0
        self._memory = _Memory()
        self._is_locked = False
        self.refresh()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock of this device, waiting 5 seconds at most (then InUseError, 11), with the memory read anew."""
        with self._lock(LOCK_SECONDS):
            yield

    @contextlib.contextmanager
    def _lock(self, seconds: float) -> Iterator[None]:
        store.ensure_folder(self.folder, self._disk)
        with self._disk.lock(self.folder / "lock", seconds):
            self.refresh()
            self._bind()
            self._is_locked = True
            try:
                yield
            finally:
                self._is_locked = False

    def refresh(self) -> None:
        """Read what other processes have added to the memory."""
        size = self._disk.size(self._journal) or 0
        if size == self._read_bytes:
            return
        if size < self._read_bytes:
            self._memory, self._read_bytes = _Memory(), 0
        with store.open_to_read(self._journal, self._disk) as file:
            file.seek(self._read_bytes)
            added = store.read_bounded(file, MAX_JOURNAL_BYTES)
        whole = added[: added.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        for line in whole.split(b"\n"):
            if line:
                self._take(line)

    def head(self, case: str, log: str) -> Head | None:
        """Return the highest head ever seen of a log."""
        return self._memory.heads.get((case, log))

    def heads(self, case: str) -> dict[str, Head]:
        """Return the highest head ever seen of each log of a case."""
        return {log: head for (of, log), head in self._memory.heads.items() if of == case}

    def cases(self) -> set[str]:
        """Return every case that was ever seen in this vault."""
        return {case for case, vaults in self._memory.places.items() if self.vault_id in vaults}

    def other_vaults(self, case: str) -> set[str]:
        """Return the ids of other vaults in which a case was seen."""
        return self._memory.places.get(case, set()) - {self.vault_id}

    def own_log(self, case: str) -> str | None:
        """Return the log that this device may write in a case, if any."""
        return self._memory.owned.get(case) if self._is_in_place() else None

    def is_own(self, case: str, log: str) -> bool:
        """Say whether this device writes that log."""
        return self.own_log(case) == log

    def epoch(self, case: str) -> int:
        """Return the highest epoch ever seen of a case."""
        return self._memory.epochs.get(case, 0)

    def own(self, case: str, log: str) -> None:
        """Remember that this device writes that log, and no other, in a case. Durable; needs the lock."""
        self._write([f"own {case} {log}"])

    def remember(self, case: str, heads: Mapping[str, Head], epoch: int = 0) -> None:
        """Remember heads and the epoch where they go further than what is known. Durable; needs the lock."""
        lines = [
            f"head {case} {log} {head.size} {head.root.hex()}"
            for log, head in heads.items()
            if head.size > 0 and ((known := self.head(case, log)) is None or known.size < head.size)
        ]
        if epoch > self.epoch(case):
            lines.append(f"epoch {case} {epoch}")
        if heads and self.vault_id not in self._memory.places.get(case, set()):
            lines.append(f"in {self.vault_id} {case}")
        if lines:
            self._write(lines)

    def remember_at_once(self, case: str, heads: Mapping[str, Head], epoch: int) -> None:
        """Remember as `remember` does, taking the lock if it is not held; InUseError if that would mean waiting."""
        if self._is_locked:
            self.remember(case, heads, epoch)
            return
        with self._lock(0):
            self.remember(case, heads, epoch)

    def is_news(self, case: str, heads: Mapping[str, Head], epoch: int) -> bool:
        """Say whether `remember` would have anything to write."""
        known = self.heads(case)
        is_further = any(head.size > (known[log].size if log in known else 0) for log, head in heads.items())
        is_elsewhere = bool(heads) and self.vault_id not in self._memory.places.get(case, set())
        return is_further or is_elsewhere or epoch > self.epoch(case)

    def _is_in_place(self) -> bool:
        """A damaged memory may have forgotten a head, a moved one may be an old copy: neither may sign."""
        if self._memory.is_damaged or self._memory.mark is None:
            return False
        mark = self._disk.birth_mark(self._marker)
        return mark is not None and abs(mark - self._memory.mark) <= _SAME_MARK_NANOSECONDS

    def _bind(self) -> None:
        """Begin a memory that belongs to this place, keeping known heads and dropping ownership."""
        if self._is_in_place():
            return
        with store.writing(self._marker), contextlib.suppress(FileNotFoundError):
            self._disk.remove(self._marker)
        store.create_once(self._marker, secrets.token_hex(16).encode() + b"\n", self._disk)
        mark = self._disk.birth_mark(self._marker)
        if mark is None:
            raise CannotWriteError("this device's memory cannot be written", place=str(self._marker))
        self._memory.owned.clear()
        self._memory.is_damaged = False
        self._memory.mark = mark
        self._rewrite()

    def _rewrite(self) -> None:
        memory = self._memory
        lines = [f"place {memory.mark}"]
        lines.extend(f"own {case} {log}" for case, log in memory.owned.items())
        lines.extend(f"head {case} {log} {head.size} {head.root.hex()}" for (case, log), head in memory.heads.items())
        lines.extend(f"epoch {case} {epoch}" for case, epoch in memory.epochs.items())
        lines.extend(f"in {vault} {case}" for case, vaults in memory.places.items() for vault in sorted(vaults))
        written = b"".join(map(_line, lines))
        store.replace_small(self._journal, written, self._disk)
        self._read_bytes = len(written)

    def _write(self, lines: list[str]) -> None:
        written = [_line(said) for said in lines]
        size = self._disk.size(self._journal) or 0
        if size != self._read_bytes or size > _COMPACT_BYTES + 4 * _LINE_BYTES * len(self._memory.heads):
            # Either a last line was torn, and nothing may be written after half a line, or most lines are history.
            for line in written:
                self._take(line[:-1])
            self._rewrite()
            return
        with store.writing(self._journal):
            self._disk.append(self._journal, b"".join(written))
        self.refresh()

    def _take(self, line: bytes) -> None:
        text = line.decode("ascii", "replace")
        checksum, _, said = text.partition(" ")
        if checksum != sha256_hex(said.encode())[:8]:
            self._memory.is_damaged = True
            return
        match said.split(" "):
            case ["head", case, log, size, root]:
                head = Head(int(size), bytes.fromhex(root))
                known = self._memory.heads.get((case, log))
                if known is None or known.size < head.size:
                    self._memory.heads[(case, log)] = head
            case ["own", case, log]:
                self._memory.owned[case] = log
            case ["epoch", case, number]:
                self._memory.epochs[case] = max(int(number), self._memory.epochs.get(case, 0))
            case ["in", vault, case]:
                self._memory.places.setdefault(case, set()).add(vault)
            case ["place", mark]:
                self._memory.mark = int(mark)


def _line(said: str) -> bytes:
    return f"{sha256_hex(said.encode())[:8]} {said}\n".encode("ascii")
