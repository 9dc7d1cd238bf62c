"""A packet's folder comes from a stranger: whatever lies in it, `verify` answers with faults and their places."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from recover.packet.build import build_packet
from recover.packet.plan import plan_packet
from recover.packet.verify import verify_packet
from tests.packet import cases, proofs

EXHIBIT = b"not the real bytes"


@pytest.fixture
def packet(tmp_path: Path) -> Path:
    """Write a packet whose exhibits' bytes are stand-ins, so that each exhibit is one known fault."""
    source = cases.source()
    plan = plan_packet(source, "platform")
    folder = tmp_path / "packet"
    for file in build_packet(plan, *proofs.prove(source, plan)):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(EXHIBIT if file.exhibit else file.content)
    return folder


def faults(folder: Path) -> set[str]:
    return {fault.path for fault in verify_packet(folder).faults}


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest and make SHA256SUMS agree, as anyone can who has no key."""
    place = folder / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    change(manifest)
    place.write_text(json.dumps(manifest), "utf-8")
    sums = folder / "SHA256SUMS"
    rows = [row for row in sums.read_text("utf-8").splitlines() if not row.endswith("  manifest.json")]
    sums.write_text("\n".join([*rows, f"{sha256(place.read_bytes()).hexdigest()}  manifest.json"]) + "\n", "utf-8")


@pytest.mark.parametrize("name", ["a\0b", "y" * 5000, "/".join(["d" * 200] * 30), "é" * 200])
def test_a_listed_name_that_no_disk_holds_is_a_fault(packet: Path, name: str) -> None:
    """A NUL, an endless name or path in SHA256SUMS is named as a broken line, not a crash."""
    sums = packet / "SHA256SUMS"
    sums.write_text(sums.read_text("utf-8") + f"{'0' * 64}  {name}\n", "utf-8")
    assert "SHA256SUMS" in faults(packet)


@pytest.mark.parametrize("number", ["x" * 5000, "../../..", "a\0b", "", None, 7])
def test_an_exhibit_with_an_impossible_number_is_a_fault(packet: Path, number: object) -> None:
    """The number of an exhibit names a folder of the packet; what is no number is refused before it names one."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["exhibits"][0]["number"] = number

    rewrite(packet, change)
    assert "manifest.json" in faults(packet)


def test_a_planted_link_to_a_folder_is_a_fault(packet: Path) -> None:
    """A link to a folder does not belong to a packet, wherever it leads."""
    (packet / "more").symlink_to("/etc", target_is_directory=True)
    assert "more" in faults(packet)


def test_exhibits_that_were_struck_from_the_manifest_are_faults(packet: Path) -> None:
    """Whoever strikes all exhibits from manifest and leaves files and proofs does not get `all as written`."""
    rewrite(packet, lambda manifest: manifest.update(exhibits=[]))
    assert any(path.startswith("exhibits/E01") for path in faults(packet))
    assert any(path.startswith("proofs/E01/") for path in faults(packet))


def test_a_proof_that_was_struck_is_seen(packet: Path) -> None:
    """An exhibit that no longer claims a log is named in the notes, and its orphaned proof is a fault."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["exhibits"][0]["log"] = ""

    rewrite(packet, change)
    report = verify_packet(packet)
    assert any("E01" in text and "without a proof" in text for text in report.notes)
    assert "proofs/E01/entry.json" in {fault.path for fault in report.faults}


def test_a_changed_last_byte_of_the_fingerprints_is_a_fault(packet: Path) -> None:
    """Not even the last line end of SHA256SUMS may change unseen."""
    sums = packet / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes()[:-1] + b"\x0b")
    assert "SHA256SUMS" in faults(packet)
