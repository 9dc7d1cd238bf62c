"""One vault on this device: make it, unlock it, find a case in it, start a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recover import times
from recover.desk.case import OpenCase
from recover.desk.results import (
    Applied,
    CaseFault,
    CaseSummary,
    DueRow,
    NewVault,
    NextRow,
    PlaybookSummary,
    VaultInfo,
)

if TYPE_CHECKING:
    from recover.playbook.model import Playbook
    from recover.vault.verify import Report


class Desk:
    """One vault on this device; nothing is read, asked or unlocked before it is needed.

    `passphrase` is called at most once per process, when a key is first needed and the keyring does not hold one; None
    means that nobody can be asked, and a locked vault raises `LockedError`. `clock` returns aware UTC and is used for
    recorded times of real cases; a practice case keeps the story's. `state_dir` is where the device remembers heads
    (default: the user's state folder). `content` is the folder that holds `playbooks/` and `templates/`.
    """

    def __init__(
        self,
        vault_path: Path,
        *,
        passphrase: Callable[[], str] | None = None,
        clock: Callable[[], datetime] = times.now,
        state_dir: Path | None = None,
        content: Path | None = None,
        use_keyring: bool = True,
        actor: str = "",
    ) -> None: ...

    # --- the vault -------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """Return the vault's folder."""

    def has_vault(self) -> bool:
        """Say whether the folder holds a vault; no key is needed."""

    def create_vault(self, passphrase: str, *, recovery: str = "show") -> NewVault:
        """Make the vault and this device's keys, and keep it unlocked for this process.

        `recovery` is `show` (a new recovery key, whose secret half is in the result and nowhere else), `none`, or an
        `age1…` recipient. Raises `UsageError` for an empty passphrase or a recipient that is none, `CannotWriteError`.
        """

    def unlock(self) -> None:
        """Unlock now, so that a wrong passphrase is told before anything else is asked. Raises `LockedError`."""

    def keep_unlocked(self) -> None:
        """Put a random secret into a protected keyring, so that commands do not ask for 30 idle minutes."""

    def lock(self) -> None:
        """Forget what `keep_unlocked` kept, from any terminal."""

    def change_passphrase(self, old: str, new: str) -> None:
        """Seal this device's keys with `new`. Copies of the vault made before keep the old one: the caller says so."""

    def info(self) -> VaultInfo:
        """Say what can be said without a key."""

    def verify(self, ref: str | None = None, *, with_keys: bool = False) -> Report:
        """Check every log and object of the vault, or of one case, against all that is here to compare with."""

    def shred(self, ref: str) -> str:
        """Unlink a case's keys and leave a signed tombstone; return its name. Other copies may still be readable."""

    # --- playbooks -------------------------------------------------------------------------------------------------

    def playbooks(self) -> tuple[PlaybookSummary, ...]:
        """List the playbooks a case can be started from, in the order triage shows them."""

    def playbook(self, playbook_id: str) -> Playbook:
        """Load one playbook by id or folder. Raises `PlaybookError` with all problems, `NotFoundError`."""

    # --- cases -----------------------------------------------------------------------------------------------------

    def cases(self) -> tuple[CaseSummary, ...]:
        """List the cases, most recently touched first. Cases that cannot be read are in `unreadable()`."""

    def unreadable(self) -> tuple[CaseFault, ...]:
        """Name the cases `cases()` left out, and why."""

    def open(self, ref: str | None = None) -> OpenCase:
        """Open a case by two-word name, by a unique prefix of its id, or, without `ref`, the only one still open.

        Raises `NotFoundError` (none), `UsageError` (several; the hint names them).
        """

    def start(
        self,
        playbook_id: str,
        *,
        practice: bool = False,
        zone: str = "",
        language: str = "",
        clock: Callable[[], datetime] | None = None,
    ) -> OpenCase:
        """Open a new case, pin the playbook with every byte it rests on, and return it.

        `zone` may be left for intake to ask. `clock` is for practice only; `UsageError` otherwise.
        """

    def apply_answers(self, playbook_id: str, path: Path, *, practice: bool = False) -> Applied:
        """Start a case from an answers file, or continue the one this vault opened for that playbook.

        The whole file is simulated in memory first. Raises `UsageError` when a key or value is unknown, invalid or
        unused, or differs from what is recorded (hint: `recover answer`); then nothing was written. What is still
        needed is in `Applied.missing`; the caller raises `Applied.as_error()` for exit 3.
        """

    def next(self, as_of: datetime | None = None) -> tuple[NextRow, ...]:
        """Rank what is to be done over all open cases. `as_of` is a view; the default is the clock."""

    def due(self, as_of: datetime | None = None) -> tuple[DueRow, ...]:
        """List what is due over all open cases, soonest first, undated ones last."""

    def environment(self) -> Mapping[str, str]:
        """Return the paths this desk uses (`vault`, `state`, `content`), for `recover vault info`."""
