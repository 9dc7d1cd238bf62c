"""Which files are taken in, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recover.errors import InputError, NotFoundError, UsageError
from recover.evidence import finding
from recover.evidence.finding import find_files


def names(paths: list[Path]) -> list[str]:
    return [found.name for found in find_files(paths).files]


def test_a_folder_gives_its_files_in_order_of_name(tmp_path: Path) -> None:
    """Folders are searched to the bottom, in a stable order."""
    for name in ("b/2.txt", "a.txt", "b/1.txt"):
        (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "f" / name).write_text("x")
    assert names([tmp_path / "f"]) == ["f/a.txt", "f/b/1.txt", "f/b/2.txt"]


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    """The same path by file and by folder is one file."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a").write_text("x")
    assert len(names([tmp_path / "f", tmp_path / "f" / "a"])) == 1


@pytest.mark.needs("mkfifo")
def test_links_pipes_and_empty_files_in_a_folder_are_left_out_and_named(tmp_path: Path) -> None:
    """Nothing in a folder is followed or waited for; what is left out is said."""
    secret = tmp_path / "secret"
    secret.write_text("not evidence")
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "folder-link").symlink_to(tmp_path)
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    (folder / "real").write_text("x")
    result = find_files([folder])
    assert [found.name for found in result.files] == ["f/real"]
    assert {left.name for left in result.left_out} == {"f/link", "f/folder-link", "f/empty", "f/pipe"}


def test_a_typed_link_is_an_error(tmp_path: Path) -> None:
    """Nobody is left to believe that a link was taken in."""
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError, match="link"):
        find_files([tmp_path / "link"])


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    """A missing path is told apart from an unreadable one."""
    with pytest.raises(NotFoundError):
        find_files([tmp_path / "no"])


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong folder ends in a sentence, not in a full vault."""
    monkeypatch.setattr(finding, "MAX_FILES", 3)
    for number in range(4):
        (tmp_path / str(number)).write_text("x")
    with pytest.raises(InputError, match="more than 3"):
        find_files([tmp_path])


def test_too_deep_folders_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth is bounded."""
    monkeypatch.setattr(finding, "MAX_DEPTH", 2)
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    with pytest.raises(InputError, match="deep"):
        find_files([tmp_path])
