"""Check a packet's folder without any key: fingerprints, signed heads, and the chain from each exhibit to its log.

The folder comes from a stranger: every file is bounded, paths must stay inside, links are not followed. All faults are
reported, each with its path. What this shows: nothing in the folder was changed after it was made, and each exhibit
stands in a log whose head was signed by the key in the packet. Whose key that is must be known from elsewhere.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from recover.errors import AlteredError, InputError, NewerFormatError
from recover.packet.build import log_folder
from recover.packet.interface import CheckedStamp, PacketFault, PacketReport
from recover.packet.layout import PROOFS, VICTIM_PROOFS
from recover.packet.manifest import FORMAT, MANIFEST, SUMS
from recover.vault import document, merkle, note, proof, stamps_token
from recover.vault.keys import public_pem

MAX_MANIFEST_BYTES = 32 * 1024 * 1024
MAX_PROOF_BYTES = 16 * 1024 * 1024
MAX_FILES = 100_000
MAX_PATH = 1024
MAX_NAME_BYTES = 255
CHUNK_BYTES = 1024 * 1024

_AUTHORITY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NUMBER = re.compile(r"E\d{2,9}(-[a-z0-9]{1,32})?")
_SUM_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


@dataclass(slots=True)
class _Check:
    top: Path
    """The packet's folder, with no link in its own path."""
    folder: Path
    """Where the manifest lies: `top`, or one folder down in a victim's packet."""
    faults: list[PacketFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proofs: int = 0

    def fault(self, path: str, message: str) -> None:
        self.faults.append(PacketFault(path, message))

    def read(self, path: str, most: int = MAX_PROOF_BYTES) -> bytes:
        """Read a small file of the packet; raises `AlteredError` when it is missing, a link or too large."""
        place = self.find(path)
        if place is None:
            raise AlteredError("missing")
        with place.open("rb") as stream:
            content = stream.read(most + 1)
        if len(content) > most:
            raise AlteredError("too large")
        return content

    def find(self, path: str) -> Path | None:
        """Return where a file of the packet is; None when it is missing, outside, or reached through a link."""
        place = self.place(path)
        is_here = place.is_relative_to(self.top) and os.path.realpath(place) == str(place)
        return place if is_here and place.is_file() else None

    def place(self, path: str) -> Path:
        """Return where a path leads by its words alone."""
        return Path(os.path.normpath(self.folder / path))


def is_packet(folder: Path) -> bool:
    """Say whether a folder holds a packet that can be checked."""
    return any((folder / name / MANIFEST).is_file() for name in ("", VICTIM_PROOFS))


def verify_packet(folder: Path) -> PacketReport:
    """Check everything in a packet that can be checked without a key, and report every fault with its path.

    Raises `InputError` (32) when the folder holds no manifest that can be read, `NewerFormatError` (13) when a newer
    version made it.
    """
    top = Path(os.path.realpath(folder))
    check = _Check(top, top if (top / MANIFEST).is_file() else top / VICTIM_PROOFS)
    manifest = _manifest(check)
    recorded = _sums(check)
    _check_files(check, recorded)
    _check_manifest_files(check, manifest, recorded)
    heads = _check_heads(check, manifest)
    exhibits = _exhibits(check, manifest, recorded)
    for row in exhibits:
        _check_exhibit(check, row, heads, recorded)
    stamps = _check_stamps(check, manifest, heads, recorded)
    if heads:
        check.notes.append("the keys came with the packet: compare them with an earlier packet or over another line")
    bare = [str(row["number"]) for row in exhibits if not row.get("log")]
    if bare:
        check.notes.append(f"without a proof that they stand in a log: {', '.join(bare)[:MAX_PATH]}")
    if not _rows(manifest, "heads"):
        check.notes.append("this packet holds no proofs; only the fingerprints were checked")
    faults = tuple(sorted(set(check.faults), key=lambda fault: (fault.path, fault.message)))
    return PacketReport(faults, len(recorded), len(exhibits), check.proofs, tuple(check.notes), stamps)


def _manifest(check: _Check) -> Mapping[str, Any]:
    try:
        found = json.loads(check.read(MANIFEST, MAX_MANIFEST_BYTES).decode("utf-8"))
    except AlteredError as error:
        raise InputError(f"the manifest is {error.message}", place=str(check.folder / MANIFEST)) from None
    except (ValueError, RecursionError) as error:
        raise InputError("the manifest cannot be read", place=str(check.folder / MANIFEST)) from error
    stated = found.get("format") if isinstance(found, dict) else None
    if not isinstance(stated, str) or not stated.startswith("recover/packet v"):
        raise InputError("this is no manifest of a packet", place=str(check.folder / MANIFEST))
    if stated != FORMAT:
        raise NewerFormatError("this packet was made by a newer version of recover", hint="pip install -U recover-kit")
    return dict(found)


def _rows(manifest: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = manifest.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


# --- fingerprints ---------------------------------------------------------------------------------------------------


def _sums(check: _Check) -> dict[str, str]:
    """Read `SHA256SUMS`: path → digest."""
    try:
        lines = check.read(SUMS, MAX_MANIFEST_BYTES).decode("utf-8").split("\n")
    except (AlteredError, UnicodeDecodeError):
        check.fault(SUMS, "missing or not readable")
        return {}
    recorded: dict[str, str] = {}
    if lines.pop():
        check.fault(SUMS, "the last line has no end")
    if len(lines) > MAX_FILES:
        check.fault(SUMS, f"more than {MAX_FILES} lines")
    for number, line in enumerate(lines[:MAX_FILES], 1):
        found = _SUM_LINE.fullmatch(line)
        if found is None or found[2] in recorded or not _is_inside(found[2]):
            check.fault(SUMS, f"line {number} is broken")
        else:
            recorded[found[2]] = found[1]
    return recorded


def _is_inside(path: str) -> bool:
    """Say whether a path stays in the packet; a victim's manifest lies one folder down."""
    parts = path.removeprefix("../").split("/")
    return (
        len(path) <= MAX_PATH
        and not any(sign in path for sign in ("\\", ":", "\0"))
        and all(part not in ("", ".", "..") and len(part.encode()) <= MAX_NAME_BYTES for part in parts)
    )


def _check_files(check: _Check, recorded: Mapping[str, str]) -> None:
    for path, expected in recorded.items():
        place = check.find(path)
        if place is None:
            check.fault(path, "missing")
        elif _digest(place) != expected:
            check.fault(path, "altered: its fingerprint is another")
    expected_places = {check.place(path) for path in (*recorded, SUMS)}
    for place in sorted(check.top.rglob("*")):
        if (place.is_symlink() or not place.is_dir()) and place not in expected_places:
            check.fault(place.relative_to(check.top).as_posix(), "does not belong to the packet")


def _digest(place: Path) -> str:
    found = sha256()
    with place.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


def _check_manifest_files(check: _Check, manifest: Mapping[str, Any], recorded: Mapping[str, str]) -> None:
    if MANIFEST not in recorded:
        check.fault(MANIFEST, f"not in {SUMS}")
    stated = {str(row.get("path")): row.get("sha256") for row in _rows(manifest, "files")}
    for path in sorted(stated.keys() | recorded.keys() - {MANIFEST}):
        if stated.get(path) != recorded.get(path):
            check.fault(path, f"the manifest and {SUMS} do not agree")


# --- heads ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    verifier: note.Verifier
    checkpoint: note.Checkpoint


def _check_heads(check: _Check, manifest: Mapping[str, Any]) -> dict[str, _Head]:
    heads: dict[str, _Head] = {}
    for row in _rows(manifest, "heads"):
        log = str(row.get("log"))
        if not document.is_log_id(log):
            check.fault(MANIFEST, "a head is of no log")
            continue
        folder = log_folder(log)
        try:
            heads[log] = _check_head(
                check, row, folder, str(manifest.get("case", "")), manifest.get("practice") is True
            )
        except AlteredError as error:
            check.fault(folder, f"the signed head does not hold: {error.message}")
    return heads


def _check_head(check: _Check, row: Mapping[str, Any], folder: str, case: str, practice: bool) -> _Head:
    verifier = note.parse_vkey(str(row.get("verifier_key")))
    checkpoint = note.verify_checkpoint(check.read(f"{folder}/checkpoint"), [verifier], verifier.name)
    if verifier.name.startswith("recover-practice/") != practice:
        raise AlteredError("a practice log in a real packet, or the other way round")
    if case and f"/{case}/" not in f"/{verifier.name}/":
        raise AlteredError("the log is of another case")
    if checkpoint.size != row.get("size") or b64encode(checkpoint.root).decode("ascii") != row.get("root"):
        raise AlteredError("the manifest names another head")
    text = check.read(f"{folder}/signed.txt")
    note.check_signature(verifier.public_key, check.read(f"{folder}/signature"), text)
    if text != checkpoint.text.encode() or check.read(f"{folder}/key.pem") != public_pem(verifier.public_key):
        raise AlteredError("the parts for openssl are of another checkpoint")
    # People compare keys of two packets by this file: it must be the key that was used.
    if check.read(f"{folder}/key.vkey") != f"{verifier.vkey}\n".encode():
        raise AlteredError("key.vkey holds another key")
    return _Head(verifier, checkpoint)


# --- time-stamps ----------------------------------------------------------------------------------------------------


def _check_stamps(
    check: _Check, manifest: Mapping[str, Any], heads: Mapping[str, _Head], recorded: Mapping[str, str]
) -> tuple[CheckedStamp, ...]:
    """Judge every time-stamp that the manifest names; one that it does not name is a fault."""
    good: list[CheckedStamp] = []
    named: set[str] = set()
    for row in _rows(manifest, "time_stamps"):
        log, authority, at = (str(row.get(name)) for name in ("log", "authority", "at"))
        if log not in heads or _AUTHORITY.fullmatch(authority) is None:
            check.fault(MANIFEST, "a time-stamp is of no log, or of nobody")
            continue
        stem = f"{log_folder(log)}/{authority}"
        named.add(f"{stem}.tsr")
        try:
            good.append(_check_stamp(check, stem, f"{log_folder(log)}/checkpoint", authority, at))
        except (AlteredError, InputError) as error:
            check.fault(f"{stem}.tsr", f"the time-stamp does not hold: {error.message}")
    for path in recorded:
        if path.endswith(".tsr") and path.startswith(f"{PROOFS}/") and path not in named:
            check.fault(path, "the manifest names no such time-stamp")
    return tuple(good)


def _check_stamp(check: _Check, stem: str, checkpoint: str, authority: str, at: str) -> CheckedStamp:
    signed, roots = check.read(checkpoint), check.read(f"{stem}.pem")
    verdict = stamps_token.judge(check.read(f"{stem}.tsq"), check.read(f"{stem}.tsr"), roots, signed)
    if verdict.state != stamps_token.STAMPED or verdict.at is None:
        raise AlteredError(verdict.why)
    if document.instant_text(verdict.at) != at:
        raise AlteredError("the manifest names another time")
    command = stamps_token.openssl_command(
        sha256(signed).hexdigest(), str(check.place(f"{stem}.tsr")), str(check.place(f"{stem}.pem")), verdict.at
    )
    return CheckedStamp(authority, at, stamps_token.root_marks(roots), command)


# --- exhibits -------------------------------------------------------------------------------------------------------


def _exhibits(check: _Check, manifest: Mapping[str, Any], recorded: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the manifest's exhibits; what lies among exhibits or proofs and belongs to none of them is a fault."""
    rows = _rows(manifest, "exhibits")
    found = [row for row in rows if _is_exhibit(row)]
    if len(found) < len(rows):
        check.fault(MANIFEST, "an exhibit has no number or no path")
    paths = {row["path"] for row in found}
    proved = {row["number"] for row in found if row.get("log")}
    for path in recorded:
        folder, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if (folder == "exhibits" and path not in paths) or (
            folder == PROOFS and not name.startswith("log-") and name not in proved
        ):
            check.fault(path, "the manifest names no exhibit that it belongs to")
    return found


def _is_exhibit(row: Mapping[str, Any]) -> bool:
    number, path = row.get("number"), row.get("path")
    return isinstance(number, str) and _NUMBER.fullmatch(number) is not None and isinstance(path, str)


def _check_exhibit(
    check: _Check, row: Mapping[str, Any], heads: Mapping[str, _Head], recorded: Mapping[str, str]
) -> None:
    number, path = row["number"], row["path"]
    if recorded.get(path) != row.get("sha256"):
        check.fault(path, f"{number} is not the file that the manifest names")
    log = str(row.get("log") or "")
    if not log:
        return
    folder = f"{PROOFS}/{number}"
    if log not in heads:
        check.fault(folder, "the head of its log does not hold")
        return
    try:
        _check_chain(check, row, folder, heads[log])
    except AlteredError as error:
        check.fault(folder, f"the proof of {number} does not hold: {error.message}")
    else:
        check.proofs += 1


def _check_chain(check: _Check, row: Mapping[str, Any], folder: str, head: _Head) -> None:
    """Follow exhibit → file part → entry → leaf → root; each step is one SHA-256."""
    number = row["number"]
    leaf, entry = check.read(f"{folder}/leaf"), check.read(f"{folder}/entry.json")
    stated = proof.verify_tlog_proof(
        check.read(f"{folder}/{number}.tlog-proof"), merkle.leaf_hash(leaf), [head.verifier], head.verifier.name
    )
    if stated != head.checkpoint:
        raise AlteredError("it leads to another head")
    leaves = document.parse_leaves(leaf)
    if len(leaves) != 1 or leaves[0].pt != sha256(entry).hexdigest():
        raise AlteredError("the entry is not the one in the log")
    body = document.parse_entry(entry).body
    if body.get("number") != number:
        raise AlteredError("the entry is about another exhibit")
    for place in sorted((check.folder / folder).glob("*.json")):
        if place.stem != "entry":
            part = body.get(place.stem)
            found = sha256(check.read(f"{folder}/{place.name}")).hexdigest()
            if not isinstance(part, dict) or part.get("plain_sha256") != found:
                raise AlteredError(f"the part {place.stem} is not the one that the entry names")
    # After the parts were compared with the entry: only now may this one be believed.
    if document.parse_part(check.read(f"{folder}/file.json")).get("sha256") != row.get("sha256"):
        raise AlteredError("the file is not the one that was logged")
