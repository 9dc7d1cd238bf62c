"""Real proofs for the exhibits of a test case: entries, leaves, a tree and a signed head, made by the vault itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from recover.case.codec import body_to_json
from recover.packet.interface import ExhibitProof, Head, PacketPlan, Source
from recover.vault import document, merkle, note, proof

LOG = "a" * 16
SIGNING_KEY = bytes(range(32))
FILLER = 7
"""Other leaves in the log, so that audit paths are not empty."""


def prove(source: Source, plan: PacketPlan) -> tuple[tuple[Head, ...], tuple[ExhibitProof, ...]]:
    """Return the head of a log that holds the case's exhibits, and the proofs that the plan asks for."""
    origin = f"{'recover-practice' if source.practice else 'recover'}/{source.case_id}/{LOG}"
    made = [_exhibit(source, number) for number in (each.number for each in source.state.exhibits)]
    leaves = [f"filler {n}".encode() for n in range(FILLER)] + [leaf for leaf, _, _ in made]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    signer = note.Signer(origin, SIGNING_KEY)
    root = merkle.tree_root(hashes)
    checkpoint = note.sign_checkpoint(note.Checkpoint(origin, len(leaves), root), signer)
    head = Head(LOG, len(leaves), b64encode(root).decode(), checkpoint, signer.verifier().vkey)
    return (head,), tuple(_proofs(plan, source, made, hashes, checkpoint))


def _proofs(
    plan: PacketPlan,
    source: Source,
    made: Sequence[tuple[bytes, bytes, dict[str, bytes]]],
    hashes: Sequence[bytes],
    checkpoint: bytes,
) -> list[ExhibitProof]:
    numbers = [each.number for each in source.state.exhibits]
    found = []
    for wanted in plan.proofs:
        place = numbers.index(wanted.number)
        leaf, entry, parts = made[place]
        path = merkle.inclusion_proof(hashes, FILLER + place)
        text = proof.format_tlog_proof(FILLER + place, path, checkpoint)
        found.append(ExhibitProof(wanted.number, LOG, leaf, text, entry, {name: parts[name] for name in wanted.parts}))
    return found


def _exhibit(source: Source, number: str) -> tuple[bytes, bytes, dict[str, bytes]]:
    """Return the leaf, the entry and the parts of an exhibit."""
    exhibit = source.state.exhibit(number)
    assert exhibit is not None
    body = exhibit.body
    contents = {
        "file": {"sha256": body.file_sha256, "size_bytes": body.size_bytes},
        "description": {"shows": f"what {number} shows"},
        "people": {"by": "a helper whose name must not leave"},
        "source": {"url": "https://example.org/source"},
    }
    parts = {name: document.part_bytes(content) for name, content in contents.items()}
    kind, members = body_to_json(body)
    for name, content in parts.items():
        members[name] = {"sealed_sha256": "0" * 64, "plain_sha256": sha256(content).hexdigest()}
    at = datetime(2026, 8, 10, 11, 0, tzinfo=UTC)
    written = document.entry_bytes(document.EntryDocument(source.case_id, LOG, 0, kind, at, "helper", {}, members))
    leaf = document.make_leaf("0" * 64, sha256(written).hexdigest(), ())
    return leaf.data, written, parts
