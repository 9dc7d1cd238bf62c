"""A device's memory: what it owns and how far it saw, and when not to trust itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.errors import CannotWriteError
from recover.vault.device import Device
from recover.vault.document import Head
from tests.vault.memory_disk import CRASHES, Killed, MemoryDisk

STATE = Path("/state")
CASE, LOG, OTHER = "c" * 32, "a" * 16, "b" * 16


def head(size: int) -> Head:
    return Head(size, bytes([size % 256]) * 32)


def remembering(disk: MemoryDisk) -> Device:
    device = Device(STATE, "v" * 32, disk)
    with device.lock():
        device.own(CASE, LOG)
        device.remember(CASE, {LOG: head(3), OTHER: head(1)}, epoch=2)
    return device


def test_what_was_remembered_is_there_after_a_restart() -> None:
    """Own logs, heads, epoch, and where the case was seen."""
    disk = MemoryDisk()
    remembering(disk)
    again = Device(STATE, "v" * 32, disk)
    assert again.own_log(CASE) == LOG
    assert again.heads(CASE) == {LOG: head(3), OTHER: head(1)}
    assert again.epoch(CASE) == 2
    assert again.cases() == {CASE}
    assert Device(STATE, "w" * 32, disk).other_vaults(CASE) == {"v" * 32}


def test_a_smaller_head_never_replaces_a_greater_one() -> None:
    """Otherwise a rollback would erase the memory of what it took away."""
    disk = MemoryDisk()
    device = remembering(disk)
    with device.lock():
        device.remember(CASE, {LOG: head(2)}, epoch=1)
    assert device.head(CASE, LOG) == head(3)
    assert device.epoch(CASE) == 2


def test_a_torn_last_line_is_forgotten_and_the_rest_kept() -> None:
    """A crash while remembering costs that line only, whatever of it was written."""
    whole = MemoryDisk()
    remembering(whole)
    path = STATE / "memory"
    content = whole.names[path].content
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last, len(content)):
        disk = MemoryDisk(dict(whole.names), {}, set(whole.folders))
        disk.names[path] = type(whole.names[path])(content[:cut], content[:cut], whole.names[path].born)
        device = Device(STATE, "v" * 32, disk)
        assert device.own_log(CASE) == LOG
        with device.lock():
            device.remember(CASE, {LOG: head(4)})
        again = Device(STATE, "v" * 32, disk)
        assert again.own_log(CASE) == LOG
        assert again.head(CASE, LOG) == head(4)
        assert again.head(CASE, OTHER) == head(1)


def test_a_damaged_line_takes_ownership_away_but_not_the_heads() -> None:
    """Who may have forgotten a head must not sign; a new log costs little."""
    disk = MemoryDisk()
    remembering(disk)
    node = disk.names[STATE / "memory"]
    node.content = node.content.replace(f"head {CASE} {OTHER} 1".encode(), f"head {CASE} {OTHER} 9".encode())
    again = Device(STATE, "v" * 32, disk)
    assert again.own_log(CASE) is None
    assert again.head(CASE, LOG) == head(3)
    with again.lock():
        assert again.own_log(CASE) is None
        again.own(CASE, OTHER)
    assert Device(STATE, "v" * 32, disk).own_log(CASE) == OTHER


def test_a_copied_state_owns_nothing() -> None:
    """Its marker was born elsewhere."""
    disk = MemoryDisk()
    remembering(disk)
    copied = Device(STATE, "v" * 32, disk.copy())
    assert copied.own_log(CASE) is None
    assert copied.head(CASE, LOG) == head(3)


def test_the_journal_is_rewritten_before_it_grows_without_end() -> None:
    """Ten thousand appends leave a file of some kilobytes... not of megabytes; nothing is forgotten."""
    disk = MemoryDisk()
    device = remembering(disk)
    with device.lock():
        for size in range(4, 10_000):
            device.remember(CASE, {LOG: head(size)})
    assert len(disk.names[STATE / "memory"].content) < 1_100_000
    again = Device(STATE, "v" * 32, disk)
    assert again.head(CASE, LOG) == head(9_999)
    assert again.own_log(CASE) == LOG


def test_two_processes_see_what_the_other_remembered() -> None:
    """The memory is read anew under the lock."""
    disk = MemoryDisk()
    first, second = remembering(disk), Device(STATE, "v" * 32, disk)
    with first.lock():
        first.remember(CASE, {LOG: head(7)})
    with second.lock():
        assert second.head(CASE, LOG) == head(7)


@pytest.mark.parametrize("fault", ["kill", "kill-after", "ENOSPC", "EIO"])
def test_an_interrupted_memory_never_claims_more_than_it_was_told(fault: str) -> None:
    """After any fault and crash: the old head or the new one, and the same owner or none."""
    import copy

    base = MemoryDisk()
    remembering(base)
    for at in range(12):
        disk = copy.deepcopy(base)
        disk.plan(at, fault)
        try:
            device = Device(STATE, "v" * 32, disk)
            with device.lock():
                device.remember(CASE, {LOG: head(4)})
        except (Killed, CannotWriteError):
            pass
        disk.is_dead, disk.fail_at = False, -1
        for crash in CRASHES:
            again = Device(STATE, "v" * 32, disk.crash(crash))
            assert again.head(CASE, LOG) in (head(3), head(4))
            assert again.own_log(CASE) in (LOG, None)
