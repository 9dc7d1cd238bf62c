"""One vault on two devices, and one case in a fresh process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recover.desk import Desk

WORDS = "first words"

LOOK = """
import sys
from pathlib import Path
from recover.desk import Desk
desk = Desk(Path(sys.argv[1]), passphrase=lambda: sys.argv[3], state_dir=Path(sys.argv[2]), use_keyring=False)
case = desk.open()
sys.stdout.write(f"{case.name} {len(case.survey().next) > 0} {len(desk.next()) > 0} {len(case.exhibits())} ")
heavy = ("ruamel", "jinja2", "typst", "httpx", "keyring", "icalendar", "rich", "prompt_toolkit", "typer")
sys.stdout.write(",".join(name for name in heavy if name in sys.modules) or "light")
"""


@pytest.fixture
def made(tmp_path: Path, files: Path) -> tuple[Path, Path, str]:
    """A vault with a passphrase, its state folder, and the name of a case with one exhibit."""
    desk = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    desk.create_vault(WORDS, recovery="none")
    case = desk.start("hijacked-page", zone="Europe/Warsaw")
    case.add_exhibits([files / "a.txt"])
    return tmp_path / "vault", tmp_path / "state", case.name


def test_a_copy_goes_on_in_a_log_of_its_own(made: tuple[Path, Path, str], tmp_path: Path, files: Path) -> None:
    """A restored backup on another machine forks nothing; its exhibits carry its suffix, and merge into one case."""
    vault, state, name = made
    shutil.copytree(vault, tmp_path / "copy")
    there = Desk(tmp_path / "copy", passphrase=lambda: WORDS, state_dir=tmp_path / "state2", use_keyring=False)
    there.open(name).add_exhibits([files / "b.png"])
    (second,) = [row.number for row in there.open(name).exhibits() if row.number != "E01"]
    assert second.startswith("E01-")

    here = Desk(vault, passphrase=lambda: WORDS, state_dir=state, use_keyring=False)
    here.open(name).add_exhibits([files / "c.eml"])
    shutil.copytree(tmp_path / "copy", vault, dirs_exist_ok=True)
    merged = here.open(name)
    assert [row.number for row in merged.exhibits()] == ["E01", "E02", second]
    assert merged.verify().faults == ()


def test_an_open_case_parses_no_yaml_and_loads_nothing_heavy(made: tuple[Path, Path, str]) -> None:
    """What a case decides on is its pinned JSON; `next` stays quick."""
    vault, state, name = made
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(vault), str(state), WORDS], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout == f"{name} True True 1 light"
