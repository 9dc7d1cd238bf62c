"""What a playbook was derived from, where that lies now, and whether it has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from recover import content
from recover.errors import NotFoundError, UsageError
from recover.frozen import frozen
from recover.playbook.document import Document
from recover.playbook.editing import find_source
from recover.playbook.layers import playbook_files, with_shipped
from recover.playbook.library import shown_path


@frozen
class Upstream:
    """The original of a file. Members named `derived_` are what the copy recorded; empty where it recorded nothing."""

    path: Path
    name: str
    version: str
    derived_version: str
    derived_sha256: str
    has_changed: bool | None
    """None where the copy does not say which original it was made from."""


def find_upstream(own: Path, roots: Sequence[Path], other: str = "") -> Upstream:
    """Return the original of a playbook's or group's file: `other`, else what it says it derives from.

    A file that says nothing, in an own folder, stands over the shipped one at the same place. Raises `UsageError` when
    there is nothing to compare with, `NotFoundError` when the original is not there any more.
    """
    document = Document(own.read_text("utf-8"), shown_path(own))
    derived = document.get(("derived_from",)) or {}
    if other:
        path = find_source(other, roots)
    elif derived:
        path = _original(own, str(derived.get("playbook", "")), roots)
    else:
        path = _below(own, roots)
    if path.resolve() == own.resolve():
        raise UsageError("this is the file itself", place=shown_path(own), hint="name another one with --with")
    raw = path.read_bytes()
    theirs = Document(raw.decode("utf-8"), shown_path(path))
    noted = str(derived.get("sha256", "")) if not other or derived.get("playbook") == other else ""
    return Upstream(
        path=path,
        name=str(theirs.get(("playbook",)) or theirs.get(("group",)) or path.stem),
        version=str(theirs.get(("version",)) or ""),
        derived_version=str(derived.get("version", "")),
        derived_sha256=noted,
        has_changed=sha256(raw).hexdigest() != noted if noted else None,
    )


def _original(own: Path, name: str, roots: Sequence[Path]) -> Path:
    """Return the playbook with an id that is not the file itself: of two, the one the own folder stands over."""
    layered = with_shipped(roots)
    for root in (*layered[-1:], *layered[:-1]):
        found = playbook_files([root]).get(name)
        if found is not None and found.resolve() != own.resolve():
            return found
    hint = "recover playbook diff NAME --with OTHER"
    raise NotFoundError(f"what it derives from is not here: {name[:60]}", place=shown_path(own), hint=hint)


def _below(own: Path, roots: Sequence[Path]) -> Path:
    shipped = content.playbooks_root()
    for root in (root.resolve() for root in roots):
        if own.is_relative_to(root) and (shipped / own.relative_to(root)).is_file():
            return shipped / own.relative_to(root)
    raise UsageError(
        "it says nothing of what it derives from", place=shown_path(own), hint="recover playbook diff NAME --with OTHER"
    )
