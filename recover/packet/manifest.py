"""The manifest: from what and with what a packet was made, every file with its fingerprint. JSON, versioned, sorted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from recover import __version__, times
from recover.frozen import frozen
from recover.packet.interface import Head, PacketPlan, TimeStamp
from recover.packet.letters.rests import TOLD_WHO

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
FORMAT = "recover/packet v1"


@frozen
class FileRecord:
    """A file of the packet as the manifest and `SHA256SUMS` name it; the path is below the manifest's folder."""

    path: str
    sha256: str
    size_bytes: int

    @staticmethod
    def of(path: str, content: bytes) -> FileRecord:
        """Return the record of bytes."""
        return FileRecord(path, sha256(content).hexdigest(), len(content))


def manifest_bytes(
    plan: PacketPlan,
    heads: Sequence[Head],
    files: Sequence[FileRecord],
    exhibits: Sequence[Mapping[str, Any]],
    fonts: Sequence[str],
    stamps: Sequence[TimeStamp] = (),
) -> bytes:
    """Write the manifest; the same packet gives the same bytes."""
    members = {
        "format": FORMAT,
        "practice": plan.source.practice,
        "profile": plan.profile,
        "to": plan.to,
        "as_of": times.instant_text(plan.source.as_of, "UTC"),
        "case": plan.source.case_id,
        "heads": [
            {"log": head.log, "size": head.size, "root": head.root, "verifier_key": head.verifier_key} for head in heads
        ],
        "made_with": {"recover": __version__, "tzdata": times.TZDATA_VERSION, "typst": _version("typst")},
        "fonts": list(fonts),
        "pinned": [{"path": path, "sha256": digest} for path, digest in sorted(plan.source.pinned)],
        **_remarks(plan),
        **_stamped(stamps),
        "exhibits": list(exhibits),
        "files": [
            {"path": file.path, "sha256": file.sha256, "size_bytes": file.size_bytes}
            for file in sorted(files, key=lambda file: file.path)
        ],
    }
    return (json.dumps(members, ensure_ascii=False, indent=1) + "\n").encode()


def _stamped(stamps: Sequence[TimeStamp]) -> dict[str, Any]:
    rows = [{"log": each.log, "authority": each.authority, "at": each.at} for each in stamps]
    return {"time_stamps": rows} if rows else {}


def _remarks(plan: PacketPlan) -> dict[str, Any]:
    """Return what is not as it is shipped, and what is past its review; nothing where all is as it should be."""
    found: dict[str, Any] = {}
    if plan.source.local:
        rows = [{"what": change.what, "id": change.id, "how": change.how} for change in plan.source.local]
        if plan.profile in TOLD_WHO:
            rows = [{**row, "by": change.by} for row, change in zip(rows, plan.source.local, strict=True)]
        found["changed_locally"] = rows
    if plan.old_facts:
        found["past_review"] = [{"what": what, "id": id_, "review_by": day} for what, id_, day in plan.old_facts]
    return found


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def sums_bytes(files: Sequence[FileRecord]) -> bytes:
    """Write `SHA256SUMS` as `sha256sum -c` reads it."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return "".join(lines).encode()
