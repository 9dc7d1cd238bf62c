"""What an own folder changes of what is shipped, seen and confirmed once on this device; and what a case keeps of it.

A confirmation is one small file in the device's state folder, named by the digest of exactly these changes. Another
byte in a file that makes one, or another text of what is shipped, is another digest and is asked for again. The vault
knows nothing of it: what one person saw on one device says nothing about the next.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recover.errors import CannotWriteError, RefusedError
from recover.playbook import overrides
from recover.playbook.overrides import Change
from recover.vault.device import default_state_folder

if TYPE_CHECKING:
    from recover.playbook.model import LocalChange, Playbook, Registry

FOLDER = "accepted"


def unconfirmed(roots: Sequence[Path], state_dir: Path | None = None) -> tuple[Change, ...]:
    """Return the changes that nobody on this device has confirmed yet; nothing when exactly these were."""
    found = overrides.critical(overrides.changes_of(roots))
    return found if found and not is_accepted(overrides.digest(found), state_dir) else ()


def refuse_unconfirmed(roots: Sequence[Path], state_dir: Path | None = None) -> None:
    """Raise `RefusedError` (4) while a change that needs it is not confirmed."""
    found = unconfirmed(roots, state_dir)
    if found:
        raise RefusedError(
            f"the own folder changes {counted(found)} of what is shipped, and nobody here has looked at it yet",
            place=found[0].place,
            hint=f"recover playbook accept {roots[0]}     (shows each difference, old beside new, and asks once)",
        )


def counted(changes: Sequence[Change]) -> str:
    """Count changes by what they are: `2 channels, 1 gate and 1 letter`."""
    kinds = dict.fromkeys(change.what for change in changes)
    parts = []
    for kind in kinds:
        count = sum(change.what == kind for change in changes)
        parts.append(f"{count} {kind}{'' if count == 1 else 's'}")
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def is_accepted(digest: str, state_dir: Path | None = None) -> bool:
    """Say whether exactly these changes were confirmed on this device."""
    return (_folder(state_dir) / digest).is_file()


def accept(digest: str, folder: Path, at: datetime, state_dir: Path | None = None) -> None:
    """Remember that a person saw exactly these changes. Raises `CannotWriteError`."""
    target = _folder(state_dir) / digest
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise CannotWriteError("the confirmation cannot be kept", place=str(target)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{at.isoformat()} {folder}\n")


def _folder(state_dir: Path | None) -> Path:
    return (state_dir or default_state_folder()) / FOLDER


# --- what a case keeps -----------------------------------------------------------------------------------------------


def local_changes(roots: Sequence[Path], playbook: Playbook, registry: Registry) -> tuple[LocalChange, ...]:
    """Return what own folders changed or added of what one playbook rests on, addresses that were never shipped too."""
    if not roots:
        return ()
    used = _used(playbook, registry)
    found = [change.local for change in overrides.changes_of(roots) if _concerns(change, used, playbook)]
    addresses = [each for each in overrides.unshipped_addresses(roots) if each.says[0].partition(":")[0] in used]
    return (*found, *addresses)


def _used(playbook: Playbook, registry: Registry) -> frozenset[str]:
    """Name the facts and letters a playbook uses."""
    uses = [use for step in playbook.steps for use in step.letters]
    channels = {use.channel for use in uses if use.channel}
    rules = {row.rule for row in playbook.deadlines} | {row.rule for step in playbook.steps for row in step.schedule}
    bodies = {each.organisation for each in registry.channels if each.id in channels}
    # A letter's clauses stand in its text, which this room does not read: every changed clause is told. What a proof
    # counts for is looked at in every case.
    clauses = {each.id for each in registry.clauses}
    controls = {each.id for each in registry.controls}
    return frozenset({*channels, *rules, *bodies, *clauses, *controls, *(use.template for use in uses)})


def _concerns(change: Change, used: frozenset[str], playbook: Playbook) -> bool:
    if change.what == "layout":
        return True
    if change.what == "letter":
        return change.id.partition(".")[0] in used
    if not change.file:
        return change.what != "domain" and change.id in used
    is_new_part = change.how == "added" and change.what not in ("playbook", "group", "translation")
    files = {name.removesuffix(".yaml") for name, _ in playbook.sources}
    return not is_new_part and (change.file == playbook.id or change.file in files)


def words_by_playbook(roots: Sequence[Path]) -> dict[str, tuple[str, ...]]:
    """Say by a playbook's id who changed or added what of its own file."""
    from recover.packet.letters.rests import local_words

    found: dict[str, list[LocalChange]] = {}
    for change in overrides.changes_of(roots):
        is_new_part = change.how == "added" and change.what not in ("playbook", "group", "translation")
        if change.file and not is_new_part:
            found.setdefault(change.file, []).append(change.local)
    return {name: local_words(changes) for name, changes in found.items()}
