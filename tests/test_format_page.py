"""`docs/format.md` names everything that entries and parts can say, so that a stranger can read a case."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from recover.case.entries import ENTRY_KINDS
from recover.evidence.finding import find_files
from recover.evidence.intake import About, seal_file
from tests.evidence.test_intake import MemoryObjects

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "format.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]


def words_of(text: str) -> set[str]:
    return {word for quoted in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[a-z0-9_.-]+", quoted)}


@pytest.mark.parametrize("kind", sorted(set(ENTRY_KINDS) - {"exhibit.added"}))
def test_every_kind_of_entry_has_a_row_with_its_members(kind: str) -> None:
    """Each kind that this version writes stands in the table, with every member of its body."""
    rows = [line for line in ROWS if kind in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert len(rows) == 1
    assert {field.name for field in fields(ENTRY_KINDS[kind])} <= words_of(rows[0])


def test_an_exhibit_is_described_with_its_parts() -> None:
    """Every member of the entry, and every member of every part that is written for a file."""
    about = PAGE.partition("`exhibit.added` has ")[2].partition("\n## ")[0]
    assert {field.name for field in fields(ENTRY_KINDS["exhibit.added"])} <= words_of(about)


def test_every_member_of_a_part_is_described(tmp_path: Path) -> None:
    """The parts that intake really writes have no member that the page does not name."""
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    objects = MemoryObjects()
    (found,) = find_files([tmp_path / "photo.png"]).files
    said = About(captured_at="2026", method="photo", source_url="https://example.org", shows="a list", people="nobody")
    seal_file(objects, found, said)
    assert {part["part"] for part in objects.parts} == {"file", "description", "people", "source"}
    for part in objects.parts:
        (row,) = [line for line in ROWS if line.startswith(f"| `{part['part']}` |")]
        assert set(part) - {"part"} == words_of(row.split("|")[2]) - {"object_sha256"}, part["part"]
