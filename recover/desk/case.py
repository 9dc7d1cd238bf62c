"""One open case: its state, what is next, and every verb by which a helper adds to its log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.desk.results import (
    Applied,
    CaseSummary,
    CustodyLine,
    Exhibit,
    Exported,
    Intake,
    PacketWritten,
    Recorded,
)

if TYPE_CHECKING:
    from recover.case.engine import Survey
    from recover.case.entries import Entry
    from recover.case.state import CaseState
    from recover.playbook.model import Playbook, Registry
    from recover.vault.verify import Report

Progress = Callable[[str, int, int], None]
"""Told while files are read: (name, bytes done, bytes in all)."""


class OpenCase:
    """One case, replayed from its log. Made by `Desk.open` and `Desk.start`, never directly.

    Every verb that records returns only when the entries are durable. Refusals by a gate raise `RefusedError`, typed
    values that do not fit raise `UsageError`; then nothing was written. Steps are named as the survey names them
    (`aftercare.checks`, `cascade.appeal[100064000000102]`); `step=""` lets the engine find the only one that fits.
    """

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Return the case's id, 32 hex digits."""

    @property
    def name(self) -> str:
        """Return the two words people say, such as `amber-heron`."""

    @property
    def practice(self) -> bool:
        """Say whether this is a practice case, fixed when it was opened."""

    @property
    def zone(self) -> str:
        """Return the case's IANA zone, empty until known."""

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """Return the playbooks pinned in this case, in the order they were pinned. Their YAML is never read again."""

    @property
    def registry(self) -> Registry:
        """Return the pinned channels, rules and clauses."""

    @property
    def state(self) -> CaseState:
        """Return what the log folds into, as of the last read."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries in merged order, oldest first."""

    @property
    def summary(self) -> CaseSummary:
        """Return the case's row of `case list`."""

    def now(self) -> datetime:
        """Return the time that a new entry would get: the clock's, or the story's in practice."""

    def refresh(self) -> None:
        """Read what other processes appended."""

    def survey(self, as_of: datetime | None = None) -> Survey:
        """Say where the case stands: instances, gates, due, next, stale, letters. Default as-of: `now()`."""

    # --- recording: answers and steps ------------------------------------------------------------------------------

    def record(self, decide: Callable[[CaseState], Sequence[object]]) -> Recorded:
        """Append the bodies `decide` returns for the current state; call it again if the log grew in between."""

    def answer(
        self, fact: str, value: Any = None, *, status: str = "given", element: str = "", field: str = "", step: str = ""
    ) -> Recorded:
        """Record an answer, as typed; it is checked against the question's type. The same value adds no entry.

        `status` is `given`, `dont-know` or `declined` (then `value` is None). A new row of a list is an answer to the
        list's fact with a mapping as value; `element` and `field` change one column of a row.
        """

    def remove_element(self, fact: str, element: str, reason: str, *, same_as: str = "") -> Recorded:
        """Record that a row of a list does not belong there."""

    def mark(self, step: str, item: str, mark: str = "done", reason: str = "") -> Recorded:
        """Mark a checklist item `done`, `not-done` or `not-applicable` (the last two need a reason)."""

    def stop_step(self, step: str, reason: str, *, race: bool = False) -> Recorded:
        """Leave a step with a reason; `race`: stopping harm first, its evidence gap is recorded."""

    def override(self, gate: str, reason: str) -> Recorded:
        """Open a gate by decision of the helper. Raises `RefusedError` for gates nobody may override."""

    def explain(self, need: str, reason: str) -> Recorded:
        """Record why a piece of evidence (`step.need`) is not available."""

    def confirm_contact(self, how: str) -> Recorded:
        """Record that the changed contact was confirmed over the old one or by an endorser reached independently."""

    # --- recording: the world --------------------------------------------------------------------------------------

    def note(self, text: str) -> Recorded:
        """Record a note for helpers; it never leaves."""

    def event(
        self,
        when: str,
        text: str,
        *,
        source: str = "helper",
        stance: str = "holder",
        by: str = "",
        exhibits: Sequence[str] = (),
        assets: Sequence[str] = (),
        marks: Sequence[str] = (),
        about: str = "",
    ) -> Recorded:
        """Record something that happened in the world; `when` may be partial (`2017`, `2025-10~`, a range)."""

    def call(self, with_whom: str, text: str, *, at: str = "", promises: Sequence[tuple[str, str]] = ()) -> Recorded:
        """Record a conversation and what was promised by when (text, ISO day or empty)."""

    def approve(self, letter: str, *, how: str, language: str, at: str = "", step: str = "") -> Recorded:
        """Record that the client approved the exact text the letter has now."""

    def sent(
        self,
        letter: str,
        *,
        at: str = "",
        reference: str = "",
        channel: str = "",
        step: str = "",
        by: str = "",
        note: str = "",
        assets: Sequence[str] = (),
    ) -> Recorded:
        """Record that a letter went out. Raises `RefusedError` without approval, or for a second appeal."""

    def chase(self, step: str, note: str) -> Recorded:
        """Record that inbox and spam were checked, or the other side was asked for a state; nothing was sent again."""

    def reply(
        self, outcome: str, *, at: str = "", text: str = "", step: str = "", exhibits: Sequence[str] = ()
    ) -> Recorded:
        """Record what the other side did, as one outcome of a waiting step."""

    def check(self, due_on: str, result: str, *, note: str = "", step: str = "") -> Recorded:
        """Record a scheduled check as `done`, `missed` or `anomaly`."""

    def close(self, outcome: str, reason: str = "") -> Recorded:
        """End the work; open critical items need a reason (`RefusedError` names them)."""

    def reopen(self, reason: str) -> Recorded:
        """Go on with a closed case."""

    # --- mistakes --------------------------------------------------------------------------------------------------

    def undo(self, entry: str | None = None, reason: str = "") -> Recorded:
        """Make an entry count no longer; without `entry`, the last one that can be undone."""

    def correct(self, entry: str, changes: Mapping[str, Any], reason: str = "") -> Recorded:
        """Replace members of an earlier entry's body; the old one stays readable in the log."""

    def erase(self, target: str, reason: str) -> Recorded:
        """Destroy an exhibit's bytes or an entry here, behind a signed statement. Cannot be undone; copies remain."""

    # --- evidence --------------------------------------------------------------------------------------------------

    def exhibits(self) -> tuple[Exhibit, ...]:
        """List the exhibits by number, withdrawn and erased ones too."""

    def exhibit(self, number: str) -> Exhibit:
        """Return one exhibit with what its sealed parts say."""

    def custody(self, number: str) -> tuple[CustodyLine, ...]:
        """Return what happened to an exhibit, oldest first."""

    def add_exhibits(
        self,
        paths: Sequence[Path],
        *,
        kind: str = "",
        title: str = "",
        sensitivity_class: str = "",
        captured_at: str = "",
        method: str = "",
        shows: str = "",
        people: str = "",
        source_url: str = "",
        fulfils: Sequence[str] = (),
        assets: Sequence[str] = (),
        copy_of: str = "",
        progress: Progress | None = None,
    ) -> Intake:
        """Take files and folders in as exhibits; the originals stay where they are.

        Links, devices and sockets are never followed. Files whose bytes are in the case already are named, not added
        again. Recorded in batches: after an interruption what has a receipt is there, and the same call continues.
        """

    def link_exhibit(self, number: str, fulfils: Sequence[str]) -> Recorded:
        """Record that an exhibit also answers these needs."""

    def withdraw(self, number: str, reason: str) -> Recorded:
        """Stop an exhibit from ever leaving."""

    def export_exhibit(self, number: str, out: Path, *, reason: str = "") -> Exported:
        """Write one exhibit to `out` (a file that must not exist yet), complete or not at all, and record it."""

    # --- what leaves -----------------------------------------------------------------------------------------------

    def letter(self, name: str, *, step: str = "", as_of: datetime | None = None) -> Any:
        """Build a letter as it would leave now: a `packet` letter with text, counts, claims and what holds it back."""

    def timeline(self, profile: str = "", as_of: datetime | None = None) -> Any:
        """Build the timeline; without a profile the internal one."""

    def plan_packet(
        self, profile: str, *, to: str = "", ticked: Sequence[str] = (), as_of: datetime | None = None
    ) -> Any:
        """Say exactly what would leave for `profile`, and what stays here and why; nothing is written.

        `ticked` are exhibits of a protected class chosen for this one recipient.
        """

    def write_packet(self, plan: Any, out: Path) -> PacketWritten:
        """Write a planned packet into `out` (absent or empty), complete or not at all, and record what left."""

    # --- whole files -----------------------------------------------------------------------------------------------

    def apply_answers(self, path: Path) -> Applied:
        """Record what an answers file says that is not recorded yet; see `Desk.apply_answers`."""

    def verify(self) -> Report:
        """Check this case's logs, objects and proofs with its keys."""
