"""The account holder's packet: few files, small, neutral, and no help to whoever only claims to be the holder."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from recover.case import entries as e
from recover.case.survey import GateState
from recover.packet.build import build_packet
from recover.packet.interface import PacketFile, PacketPlan, Source
from recover.packet.plan import plan_packet
from tests.packet import cases, proofs

OTHERS = ("Quliyev", "Rəşad")
HELPER = "Səbinə"
HOLDER_LETTER = cases.letter("Keep **this**.").replace("to: platform", "to: holder")
DOUBTED = (
    GateState("safety", "The client can talk safely", "open", ("letters", "packets"), "harm", ""),
    GateState("vetting", "Ownership", "held", ("letters", "packets"), "thieves ask too", "two proofs are missing"),
)
EVENTS = (
    *cases.EVENTS,
    e.EventRecorded(
        "2026-10-11T09:00+04:00[Asia/Baku]",
        f"{HELPER} wrote to Rəşad Quliyev about the receipts that are missing",
        "helpline",
        "helpline",
        marks=("filing",),
    ),
)


def built(source: Source, **more: object) -> tuple[PacketPlan, dict[str, PacketFile]]:
    """Return the plan and the files of the account holder's packet."""
    plan = plan_packet(source, "victim", **more)  # type: ignore[arg-type]  # test shorthand
    heads, found = proofs.prove(source, plan)
    return plan, {file.path: file for file in build_packet(plan, heads, found, cases.copy)}


def words_of(files: dict[str, PacketFile]) -> str:
    """Return every word in any file, what a PDF says of itself too."""
    parts = []
    for path, file in files.items():
        if path.endswith(".pdf") and not file.exhibit:
            reader = PdfReader(io.BytesIO(file.content))
            parts += [page.extract_text() for page in reader.pages]
            parts.append(str(dict(reader.metadata or {})))
        else:
            parts.append(file.content.decode("utf-8", "replace"))
        parts.append(path)
    return "\n".join(parts)


def unvetted() -> Source:
    """Return a case in which nothing was sent and ownership is doubted."""
    found = [body for body in cases.bodies(events=EVENTS) if body != cases.SENT]
    return cases.source(found=found, gates=DOUBTED)


def with_letter() -> Source:
    """Return a case with a letter to the account holder."""
    return cases.source(letters={"test-letter": HOLDER_LETTER})


def test_two_files_and_no_more_unasked() -> None:
    """A letter to the holder and exhibits are there, and stay until somebody asks; the preview says so."""
    plan, files = built(with_letter())
    assert sorted(files) == ["message.txt", "pages.pdf"]
    assert "only on request: --with-proof" in {row.why for row in plan.left_out}


@pytest.mark.parametrize(
    "more",
    [
        {"with_proof": True, "with_dates": True, "ticked": ("E01", "E02")},
        {"only": ("pdf,docx,html",), "with_proof": True},
        {"only": ("txt,pdf,ics",), "ticked": ("E01",)},
    ],
)
def test_at_most_three_files_lie_on_top(more: dict[str, object]) -> None:
    """All else stands in `proof/`, under names that say nothing."""
    _, files = built(with_letter(), **more)
    on_top = [path for path in files if "/" not in path]
    assert 1 <= len(on_top) <= 3
    assert all(re.fullmatch(r"(message|pages|dates)\.(txt|pdf|docx|html|ics)", path) for path in on_top)
    others = [path for path in files if "/" in path]
    assert others
    assert all(path.startswith("proof/") for path in others)
    neutral = r"proof/(letter-1\.\w+|E\d\d\.\w+|manifest\.json|SHA256SUMS|VERIFY\.txt)"
    assert all(re.fullmatch(neutral, path) for path in others)


@pytest.mark.parametrize("language", ["az", "ar", "en"])
def test_the_page_fits_a_phone(language: str) -> None:
    """At most two pages, as wide as a phone, below 1 MB, with many long events and dates in any script."""
    many = tuple(
        e.EventRecorded(
            f"2026-09-{1 + n:02}", "A long answer, word for word. " * 30, "mail", "documented", marks=("reply",)
        )
        for n in range(25)
    )
    _, files = built(cases.source(found=cases.bodies(events=many)), language=language)
    content = files["pages.pdf"].content
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) <= 2
    assert len(content) < 1_000_000
    assert all(float(page.mediabox.width) / 72 * 25.4 < 105 for page in pages)


def test_no_word_names_the_tool_or_the_case() -> None:
    """No title, subject, file name or calendar entry tells whoever looks over the shoulder what this is about."""
    _, files = built(cases.source(), with_dates=True)
    # The ids of the invented dates are words; those of a case are hashes.
    dates = re.sub(r"UID:.*", "", files["dates.ics"].content.decode()).casefold()
    page = PdfReader(io.BytesIO(files["pages.pdf"].content))
    shown = "\n".join([*files, dates, str(dict(page.metadata or {}))]).casefold()
    for word in ("recover", "amber", "heron", "hijack", "facebook", "evidence", "helpline", "qonşu"):
        assert word not in shown
    text = words_of(files)
    assert "amber-heron" not in text
    assert cases.source().case_id not in text


@pytest.mark.parametrize("more", [{}, {"with_dates": True, "with_proof": True}, {"only": ("docx,html",)}], ids=str)
def test_before_vetting_nobody_else_is_named(more: dict[str, object]) -> None:
    """No other admin, no helper, no event that somebody typed, and nothing about which proofs are missing."""
    _, files = built(unvetted(), **more)
    text = words_of(files)
    for name in (*OTHERS, HELPER):
        assert name not in text
    for lack in ("missing", "two proofs", "receipts", "Ownership", "E01", "E03", "removal_mail"):
        assert lack not in text


def test_after_vetting_third_parties_are_roles() -> None:
    """What was sent and answered is told then; another admin is still nobody by name."""
    _, files = built(cases.source(found=cases.bodies(events=EVENTS)), language="en")
    text = words_of(files)
    assert "wrote to" in text
    assert not any(name in text for name in OTHERS)


def test_no_exhibit_leaves_unticked() -> None:
    """A packet on a phone holds none of the evidence but what was ticked."""
    plan, files = built(cases.source(), with_proof=True)
    assert plan.exhibits == ()
    assert not [file for file in files.values() if file.exhibit]
    plan, files = built(cases.source(), ticked=("E02",))
    assert [file.path for file in files.values() if file.exhibit] == ["proof/E02.eml"]
