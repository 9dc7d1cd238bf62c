"""A small real vault in a folder, for tests: quick scrypt, fixed clock, several devices."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recover.vault.vault import Draft, Session, Vault

PASSPHRASE = "seven quiet herons"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that goes on by one second per look."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Device:
    """A vault folder and a state folder: what one helper's machine has."""

    vault: Path
    state: Path
    clock: Callable[[], datetime]

    def session(self) -> Session:
        return Vault.open(self.vault, state_dir=self.state, clock=self.clock).unlock(PASSPHRASE)


def new_device(folder: Path, recovery: str = "none") -> Device:
    """Make a vault in `folder`."""
    clock = Clock()
    Vault.create(
        folder / "vault",
        passphrase=PASSPHRASE,
        recovery=recovery,
        state_dir=folder / "state",
        clock=clock,
        work_factor=4,
    )
    return Device(folder / "vault", folder / "state", clock)


def copy_device(device: Device, folder: Path) -> Device:
    """Copy the vault to another machine: its state stays behind."""
    shutil.copytree(device.vault, folder / "vault")
    return Device(folder / "vault", folder / "state", Clock(NOON + timedelta(hours=1)))


def note(text: str) -> Draft:
    """Return an entry that says `text`."""
    return Draft("note", "helper", {"text": text})
