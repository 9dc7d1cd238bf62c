"""Nothing readable: a marker in every field and file name of a case is found nowhere on the disk afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from recover.desk import Desk, OpenCase
from recover.errors import RecoverError
from recover.playbook.model import FactType

MARKER = "Zxqvmarkerwj"
SPELLINGS = tuple(
    spelling
    for text in (MARKER, MARKER.lower(), MARKER.upper())
    for spelling in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())
)
PLAIN = {
    FactType.EMAIL: f"{MARKER}@example.org",
    FactType.URL: f"https://www.example.org/{MARKER}",
    FactType.HANDLE: f"@{MARKER}",
    FactType.PLATFORM_ID: MARKER,
    FactType.TEXT: f"text {MARKER}",
    FactType.PERSON: {"name": MARKER, "contact": MARKER},
    FactType.ASSET: {
        "kind": "facebook-page",
        "name": MARKER,
        "platform_id": MARKER,
        "url": f"https://example.org/{MARKER}",
    },
}


@pytest.fixture
def grounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home, cache, state and temporary folders of their own, all searched; sources and output lie elsewhere."""
    root = tmp_path / "searched"
    for name in ("home", "cache", "state", "config", "data", "temp"):
        (root / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(root / "home"))
    for variable, name in (
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("TMPDIR", "temp"),
    ):
        monkeypatch.setenv(variable, str(root / name))
    monkeypatch.setattr(tempfile, "tempdir", str(root / "temp"))
    return root


def answer_everything(case: OpenCase) -> int:
    """Put the marker into every question that takes words; return how many did."""
    marked = 0
    for fact in case.playbooks[0].facts:
        value: object = PLAIN.get(fact.type)
        if fact.type is FactType.LIST:
            value = [{column.id: PLAIN[column.type] for column in fact.fields if column.type in PLAIN}]
        if value is None:
            continue
        try:
            marked += len(case.answer(fact.id, value).entries)
        except RecoverError:
            # Some questions take a narrower form than their type; what was refused was not written either.
            continue
    return marked


def files_below(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def test_no_marker_is_readable_anywhere(tmp_path: Path, grounds: Path) -> None:
    """After a case that is full of it, neither contents nor names of files show the marker."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for number in range(3):
        (sources / f"{MARKER}-{number}.txt").write_text(f"{MARKER} {number}\n" * 2000, "utf-8")
    desk = Desk(grounds / "data" / "recover" / "vault", use_keyring=False)
    desk.create_vault(f"passphrase {MARKER}", recovery="none")
    case = desk.start("hijacked-page", zone="Asia/Baku", language="az")
    assert answer_everything(case) >= 15
    case.note(MARKER)
    case.event("2017-03", MARKER, source=MARKER, by=MARKER, stance="claimed-by")
    case.call(MARKER, MARKER, promises=[(MARKER, "2026-12-01")])
    case.add_exhibits(
        [sources], title=MARKER, method=MARKER, shows=MARKER, people=MARKER, source_url=f"https://example.org/{MARKER}"
    )
    case.withdraw("E01", MARKER)
    entry = case.note(MARKER).entries[0]
    case.correct(entry.id, {"text": f"{MARKER} corrected"}, MARKER)
    case.undo(reason=MARKER)
    case.erase("E02", MARKER)
    case.export_exhibit("E03", tmp_path / "taken-out.txt", reason=MARKER)
    desk.next()
    desk.due()
    desk.verify(case.name)
    assert (tmp_path / "taken-out.txt").read_text("utf-8").startswith(MARKER)
    case.close("other", MARKER)

    searched = list(files_below(grounds))
    assert any("vault" in path.parts for path in searched)
    assert any("state" in path.parts for path in searched)
    for path in searched:
        content = path.read_bytes()
        assert not any(spelling in content for spelling in SPELLINGS), path
        assert MARKER.lower() not in os.fsdecode(path.name).lower(), path
