"""A vault that opens quickly, and a command line that uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from recover.vault.vault import Vault
from tests.cli.runner import Result, Typed, answering, recover

PASSPHRASE = "correct horse battery staple"
Run = Callable[..., Result]

SAFE = {"Can you talk freely": "yes", "in danger at this moment": "no", "Who is asking for help?": "stop"}
"""The first replies of a client who can talk."""


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

    def call(*arguments: object, typed: Typed = "") -> Result:
        return recover("--vault", vault, "--passphrase-file", key_file, "--plain", *arguments, typed=typed)

    return call


@pytest.fixture
def case(run: Run) -> str:
    """A practice case of `hijacked-page` whose client can talk; returns its two words."""
    result = run("start", "hijacked-page", "--practice", typed=answering(SAFE))
    assert result.code == 0, result
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])
