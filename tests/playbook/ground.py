"""The good playbook of these tests, and a place to put a broken file beside it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
GOOD = HERE / "good" / "playbooks"
BROKEN = HERE / "broken"
TODAY = date(2026, 11, 23)


def copied(folder: Path) -> Path:
    """Copy the good playbooks and letters below a folder; return the root of the playbooks."""
    shutil.copytree(HERE / "good", folder, dirs_exist_ok=True)
    return folder / "playbooks"
