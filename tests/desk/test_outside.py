"""Files and folders outside the vault appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recover.desk.outside import new_file, new_folder, warn_of_place
from recover.errors import CannotWriteError, NotFoundError, UsageError


def test_a_file_appears_when_its_last_byte_is_there(tmp_path: Path) -> None:
    """Until then there is only a `.part` that nobody else can read."""
    with new_file(tmp_path / "out") as stream:
        stream.write(b"content")
        assert [path.name for path in tmp_path.iterdir()] == ["out.part"]
        if os.name == "posix":
            assert (tmp_path / "out.part").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"content"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_what_goes_wrong_inside_leaves_nothing_and_comes_out_as_it_is(
    tmp_path: Path, error: type[BaseException]
) -> None:
    """A failure of the sender is not mistaken for one of the disk."""

    def fail() -> None:
        with new_file(tmp_path / "out") as stream:
            stream.write(b"con")
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    """The name is taken only if it is still free at the end."""

    def race() -> None:
        with new_file(tmp_path / "out") as stream:
            stream.write(b"mine")
            (tmp_path / "out").write_bytes(b"theirs")

    with pytest.raises(UsageError):
        race()
    assert (tmp_path / "out").read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_part_of_another_run_is_left_alone(tmp_path: Path) -> None:
    """It may still be written to; the person decides."""
    (tmp_path / "out.part").write_bytes(b"somebody else's")
    with pytest.raises(UsageError, match="not finished"), new_file(tmp_path / "out"):
        pass
    assert (tmp_path / "out.part").read_bytes() == b"somebody else's"


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A folder is missing: not found. A disk that refuses: cannot write."""
    with pytest.raises(NotFoundError), new_file(tmp_path / "no" / "out"):
        pass
    too_long = tmp_path / ("x" * 252)
    with pytest.raises(CannotWriteError), new_file(too_long):
        pass


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    """Files and subfolders are there at once, under the final name."""
    with new_folder(tmp_path / "out") as folder:
        (folder / "a").mkdir()
        (folder / "a" / "b").write_bytes(b"x")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a" / "b").read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_was_filled_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    """Nothing is mixed with what somebody else put there."""
    (tmp_path / "out").mkdir()

    def race() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "mine").write_bytes(b"x")
            (tmp_path / "out" / "theirs").write_bytes(b"y")

    with pytest.raises(CannotWriteError):
        race()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["theirs"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_interrupted_folder_leaves_nothing(tmp_path: Path) -> None:
    """Not even the beginning of one."""

    def interrupt() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "mine").write_bytes(b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "warned"),
    [("Dropbox/out", True), ("OneDrive - Work/x", True), ("plain/out", False), ("dropped/x", False)],
)
def test_a_cloud_folder_is_warned_about(tmp_path: Path, place: str, warned: bool) -> None:
    """Whoever runs the cloud may read what lies there."""
    assert bool(warn_of_place(tmp_path / place)) is warned
