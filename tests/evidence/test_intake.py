"""One file becomes one sealed exhibit."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from recover.errors import InputError
from recover.evidence.finding import Found, find_files
from recover.evidence.intake import About, Reader, printable_name, seal_file, sha256_of
from recover.vault.document import ObjectRef


class MemoryObjects:
    """Keeps what a vault would seal, in clear, so that tests can look."""

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.parts: list[dict[str, Any]] = []
        self.while_reading: Callable[[], None] = lambda: None

    def add_object(self, reader: Reader, progress: Callable[[int], None] | None = None) -> ObjectRef:
        blocks = []
        while block := reader.read(1024):
            blocks.append(block)
            self.while_reading()
            if progress is not None:
                progress(len(block))
        self.files.append(b"".join(blocks))
        return self._ref(self.files[-1])

    def add_part(self, document: Mapping[str, Any]) -> ObjectRef:
        self.parts.append(dict(document))
        return self._ref(json.dumps(document).encode())

    def _ref(self, plain: bytes) -> ObjectRef:
        return ObjectRef(hashlib.sha256(b"sealed" + plain).hexdigest(), hashlib.sha256(plain).hexdigest(), len(plain))

    def part(self, name: str) -> dict[str, Any]:
        return next(part for part in self.parts if part["part"] == name)


def found(path: Path) -> Found:
    (only,) = find_files([path]).files
    return only


def test_bytes_and_hash_are_those_of_the_file(tmp_path: Path) -> None:
    """What is sealed is the file, and its SHA-256 is that of the file."""
    path = tmp_path / "screen.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(5000))
    objects = MemoryObjects()
    sealed = seal_file(objects, found(path), About())
    assert objects.files == [path.read_bytes()]
    assert sealed.object.plain_sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == sha256_of(found(path))
    assert sealed.file_kind.kind == "image"
    assert objects.part("file")["object"] == sealed.object.sealed_sha256


def test_the_original_name_stands_in_the_source_part_only(tmp_path: Path) -> None:
    """A file name can name a person; it is separable from all else."""
    path = tmp_path / "marker-name.txt"
    path.write_text("x")
    os.utime(path, (1_790_000_000, 1_790_000_000))
    objects = MemoryObjects()
    seal_file(objects, found(path), About(shows="an advert", people="two", method="photo", captured_at="2017"))
    holding = [part["part"] for part in objects.parts if "marker-name" in json.dumps(part)]
    assert holding == ["source"]
    assert objects.part("source")["modified_at"] == "2026-09-21T14:13:20Z"
    assert objects.part("file")["captured_at"] == "2017"


def test_parts_about_which_nothing_is_known_are_not_written(tmp_path: Path) -> None:
    """No empty documents; the entry names what is there."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    objects = MemoryObjects()
    sealed = seal_file(objects, found(path), About())
    assert [part["part"] for part in objects.parts] == ["file", "source"]
    assert len(sealed.objects) == 3


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """No mixture of two states is ever sealed."""
    path = tmp_path / "growing.txt"
    path.write_bytes(b"a" * 5000)
    objects = MemoryObjects()

    def grow() -> None:
        with path.open("ab") as file:
            file.write(b"b")

    objects.while_reading = grow
    with pytest.raises(InputError, match="changed while it was read"):
        seal_file(objects, found(path), About())
    assert objects.files == []


def test_a_link_put_in_place_of_a_found_file_is_refused(tmp_path: Path) -> None:
    """Between finding and reading, a file may be exchanged by someone hostile."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    met = found(path)
    (tmp_path / "secret").write_text("secret")
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(InputError):
        seal_file(MemoryObjects(), met, About())


@pytest.mark.needs("mkfifo")
def test_a_pipe_put_in_place_of_a_found_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe that nobody writes to must not hold the helper up for ever."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    met = found(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match="no regular file"):
        seal_file(MemoryObjects(), met, About())


def test_a_name_that_is_no_text_is_kept_readable(tmp_path: Path) -> None:
    """Bytes in a file name that are no UTF-8 do not break the record."""
    assert printable_name(os.fsdecode(b"caf\xe9.txt")) == "caf\\xe9.txt"
