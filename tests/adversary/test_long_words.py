"""What somebody writes without a space, an address or a hash, stays whole on paper."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from recover.case import entries as e
from recover.packet.build import build_packet
from recover.packet.plan import plan_packet
from tests.packet import cases, proofs

CELL_SIGNS = 75
"""More signs of ordinary width than these do not fit beside each other in a cell of the timeline."""


@pytest.mark.parametrize("word", ["x" + "W" * 178 + "y", "a1" * 85])
def test_a_long_word_breaks_inside_its_cell(word: str) -> None:
    """A word of 170 signs is broken over lines in the timeline's PDF and nothing of it is lost."""
    event = e.EventRecorded("2026-10-05", f"They wrote {word} to us", "the holder", marks=("attack",))
    source = cases.source(found=cases.bodies(more=[event]))
    plan = plan_packet(source, "platform")
    files = {file.path: file.content for file in build_packet(plan, *proofs.prove(source, plan))}
    pages = PdfReader(io.BytesIO(files["timeline.pdf"])).pages
    lines = [line.replace("\u200b", "").strip() for page in pages for line in page.extract_text().splitlines()]
    assert word in "".join(lines)
    pieces = [part for line in lines for part in line.split() if part in word and len(part) > 3]
    assert max(map(len, pieces)) <= CELL_SIGNS
