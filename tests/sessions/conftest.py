"""A vault that opens quickly, and a command line that uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recover.vault.vault import Vault
from tests.cli.runner import Result, recover

PASSPHRASE = "correct horse battery staple"
Run = Callable[..., Result]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A passphrase file, as a script would have it."""
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n", "utf-8")
    return path


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A real vault; only its passphrase is cheap to try, so that a session of thirty commands takes seconds."""
    path = tmp_path / "vault"
    Vault.create(path, passphrase=PASSPHRASE, recovery="none", work_factor=2)
    return path


@pytest.fixture
def run(vault: Path, key_file: Path) -> Run:
    """Run `recover ARGUMENTS` on that vault, with typed lines on stdin."""

    def call(*arguments: object, typed: str = "") -> Result:
        return recover("--vault", vault, "--passphrase-file", key_file, "--plain", *arguments, typed=typed)

    return call


ANSWERS = """\
answers:
  intake.safe_to_talk: yes
  intake.danger_now: no
  intake.zone: Asia/Baku
  intake.client_language: az
  intake.eu: no
  intake.client_name: Ayla Example
  intake.who_asks: holder
"""


@pytest.fixture
def case(run: Run, tmp_path: Path) -> str:
    """A practice case of `hijacked-page` with its first answers; returns its two words."""
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS, "utf-8")
    result = run("start", "hijacked-page", "--answers", path, "--practice", "--json")
    assert result.code == 3, result
    import json

    return str(json.loads(result.out)["case"])
