"""A desk with a vault whose keys are thrown away, a clock that is set by hand, and files to take in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recover.desk import Desk, OpenCase


class HandClock:
    """Stands still; a second later with every look, so that entries have an order."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 3, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def desk(tmp_path: Path, clock: HandClock) -> Desk:
    made = Desk(tmp_path / "vault", clock=clock, state_dir=tmp_path / "state", use_keyring=False)
    made.create_throwaway_vault()
    return made


@pytest.fixture
def case(desk: Desk) -> OpenCase:
    return desk.start("hijacked-page", zone="Europe/Warsaw")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in (
        ("a.txt", b"first"),
        ("b.png", b"\x89PNG\r\n\x1a\nsecond"),
        ("c.eml", b"Subject: x\n\nthird"),
    ):
        (folder / name).write_bytes(content)
    return folder
