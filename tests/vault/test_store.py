"""Files are created once, durable, never replaced, on every kind of file system."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
import sys
from pathlib import Path

import pytest

from recover.errors import AlteredError, CannotWriteError, ForkError, InUseError, NotFoundError
from recover.vault import store
from recover.vault.store import RealDisk, check_and_rename, link_and_unlink, move_without_replacing
from tests.vault.memory_disk import MemoryDisk


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def no_renameat2(temporary: Path, target: Path) -> None:
    raise OSError(errno.EINVAL, "not offered by this file system")


def no_links(temporary: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "not offered by this file system")


BRANCHES = {
    "all": RealDisk(),
    "rename in one step": RealDisk([move_without_replacing]),
    "links": RealDisk([no_renameat2, link_and_unlink, check_and_rename]),
    "neither (exFAT)": RealDisk([no_renameat2, no_links, check_and_rename]),
}


@pytest.fixture(params=BRANCHES, ids=str)
def disk(request: pytest.FixtureRequest) -> RealDisk:
    return BRANCHES[request.param]


def test_a_file_is_created_whole_for_its_owner_only(tmp_path: Path, disk: RealDisk) -> None:
    """Its bytes, mode 0600, folders 0700, and nothing left beside it."""
    path = tmp_path / "a" / "b" / "file"
    store.create_once(path, b"bytes", disk)
    assert path.read_bytes() == b"bytes"
    assert names(path.parent) == ["file"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_bytes_again_are_success(tmp_path: Path, disk: RealDisk) -> None:
    """Running something again after a crash is no error."""
    path = tmp_path / "file"
    store.create_once(path, b"bytes", disk)
    store.create_once(path, b"bytes", disk)
    assert path.read_bytes() == b"bytes"


@pytest.mark.parametrize("other", [b"", b"byte", b"bytes and more", b"bytez"])
def test_other_bytes_are_a_fork_and_nothing_is_replaced(tmp_path: Path, disk: RealDisk, other: bytes) -> None:
    """Exit 22, the file as it was, no leftover."""
    path = tmp_path / "file"
    store.create_once(path, b"bytes", disk)
    with pytest.raises(ForkError):
        store.create_once(path, other, disk)
    assert path.read_bytes() == b"bytes"
    assert names(tmp_path) == ["file"]


def test_publishing_over_a_name_that_was_taken_meanwhile_replaces_nothing(tmp_path: Path, disk: RealDisk) -> None:
    """The check before is a courtesy; the publishing itself must refuse."""
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "taken").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        disk.publish(tmp_path / "new", tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_in_the_way_is_not_followed(tmp_path: Path, disk: RealDisk) -> None:
    """A link planted under the final name leads no bytes elsewhere."""
    target = tmp_path / "elsewhere"
    (tmp_path / "file").symlink_to(target)
    with pytest.raises(ForkError):
        store.create_once(tmp_path / "file", b"bytes", disk)
    assert not target.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_real_error_is_not_taken_for_a_missing_feature(tmp_path: Path, number: int) -> None:
    """Only EINVAL, ENOSYS, ENOTSUP and EPERM fall through to the next way of publishing."""

    def failing(temporary: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(CannotWriteError):
        store.create_once(tmp_path / "file", b"bytes", RealDisk([failing, link_and_unlink, check_and_rename]))
    assert names(tmp_path) == []


def test_a_full_disk_says_so_and_leaves_nothing() -> None:
    """Exit 14, a hint, and no half file under any name."""
    for at in range(2, 6):
        disk = MemoryDisk()
        disk.plan(at, "ENOSPC")
        with pytest.raises(CannotWriteError) as caught:
            store.create_once(Path("/v/file"), b"bytes", disk)
        assert caught.value.exit_code == 14
        assert "free some space" in caught.value.hint
        assert disk.names == {}


def test_reading_is_bounded_and_takes_ordinary_files_only(tmp_path: Path) -> None:
    """A file that is too large, a folder, a link or a pipe is refused; none of them is waited for."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert store.read(path, 5) == b"12345"
    with pytest.raises(AlteredError):
        store.read(path, 4)
    with pytest.raises(NotFoundError):
        store.read(tmp_path / "absent", 5)
    if sys.platform != "win32":
        (tmp_path / "link").symlink_to(path)
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "folder").mkdir()
        for name in ("link", "pipe", "folder"):
            with pytest.raises(AlteredError):
                store.read(tmp_path / name, 5)


def test_a_listing_reports_leftovers_and_strangers_apart(tmp_path: Path) -> None:
    """Temporary names are never mistaken for content."""
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / ".new-1234").write_bytes(b"half")
    (tmp_path / "folder").mkdir()
    found = store.REAL_DISK.listing(tmp_path)
    assert (found.files, found.folders, found.leftovers) == (("a", "b"), ("folder",), (".new-1234",))
    assert store.REAL_DISK.listing(tmp_path / "absent") == store.Listing()


def test_groups_are_published_in_their_order(tmp_path: Path) -> None:
    """A commit never has its name before the objects it refers to are durable."""
    disk = MemoryDisk()
    store.create_in_order([{Path("/v/obj/1"): b"one", Path("/v/obj/2"): b"two"}, {Path("/v/commit"): b"c"}], disk)
    last_sync = max(at for at, what in enumerate(disk.log) if what == "sync")
    publishes = [at for at, what in enumerate(disk.log) if what == "publish"]
    folder_syncs = [at for at, what in enumerate(disk.log) if what == "sync folder"]
    assert last_sync < publishes[0]
    assert any(publishes[1] < at < publishes[2] for at in folder_syncs)
    assert folder_syncs[-1] > publishes[2]


def test_many_files_are_created_with_few_open_at_once(tmp_path: Path) -> None:
    """More files than a process may hold open."""
    contents = {tmp_path / f"{number:04}": bytes([number % 256]) for number in range(700)}
    store.create_all_once(contents)
    assert len(names(tmp_path)) == 700


def _hold(path: str, held: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event) -> None:
    with store.REAL_DISK.lock(Path(path), 1):
        held.set()
        done.wait(20)


def test_a_lock_held_by_another_process_is_waited_for_and_then_refused(tmp_path: Path) -> None:
    """Exit 11 after the time given; free again once that process has ended."""
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path / "lock"), held, done))
    other.start()
    assert held.wait(20)
    with pytest.raises(InUseError), store.REAL_DISK.lock(tmp_path / "lock", 0.1):
        pass
    done.set()
    other.join(20)
    with store.REAL_DISK.lock(tmp_path / "lock", 1):
        pass


def test_a_birth_mark_is_not_shared_by_a_copy(tmp_path: Path) -> None:
    """A copy that keeps every time a tool can set still has another mark."""
    import shutil
    import time

    (tmp_path / "marker").write_bytes(b"x")
    time.sleep(0.02)
    shutil.copy2(tmp_path / "marker", tmp_path / "copy")
    marks = [store.REAL_DISK.birth_mark(tmp_path / name) for name in ("marker", "copy", "absent")]
    assert marks[0] != marks[1]
    assert marks[2] is None
