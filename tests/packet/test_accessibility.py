"""PDF for everybody: PDF/UA-1 by an independent validator, tags in reading order, language, table headers."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recover.packet.build import job_of
from recover.packet.document import Document
from recover.packet.formats.pdf import make_pdfs
from recover.packet.tree import Block, Figure, Heading, Items, Paragraph, Table, line_text
from recover.packet.words.direction import bare, directed
from recover.packet.words.phrases import phrase, unreviewed_notice
from tests.packet import cases, papers

PHONE = replace(papers.PERSIAN, stem="phone", kind="phone", reference="", is_practice=True)
NOTARY = replace(
    papers.ARABIC, stem="notary", signature="notary", lead=("حتى 10 حزيران 2026.",), remarks=("غيّر النص أحد.",)
)
ARABIC_TIMELINE = replace(
    papers.ARABIC, stem="arabic-timeline", kind="timeline", head=(), attachments=(), signature="none"
)
HOSTILE = replace(papers.hostile(papers.HOSTILE[0] + papers.HOSTILE[3]), stem="hostile", signature="none")
DOCUMENTS = {
    each.stem.rpartition("/")[2]: directed(each) for each in (*papers.PAPERS, PHONE, NOTARY, ARABIC_TIMELINE, HOSTILE)
}


@pytest.fixture(scope="module")
def pdfs() -> dict[str, bytes]:
    """Every document as PDF, and those of packets for a lawyer and the account holder, also in Arabic."""
    documents = dict(DOCUMENTS)
    for profile, language in (("lawyer", ""), ("lawyer", "ar"), ("victim", ""), ("victim", "ar")):
        documents |= {f"{profile} {language} {each.stem}": each for each in papers.of_a_case(profile, language)}
    made = make_pdfs([job_of(each) for each in documents.values()], cases.source().templates, cases.AS_OF)
    return {name: pdf.content for name, pdf in zip(documents, made, strict=True)}


# --- PDF/UA -----------------------------------------------------------------------------------------------------------


def broken_rules(content: bytes) -> list[str]:
    """Return the rules of PDF/UA-1 (ISO 14289-1, as the Matterhorn protocol tests it) that a PDF breaks."""
    import page

    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    return [f"{each.rule_id}: {each.message}" for each in report.failures]


def test_every_pdf_is_for_everybody(pdfs: dict[str, bytes]) -> None:
    """Letters, covers, timelines with pictures and pages for a phone, in any direction, are PDF/UA-1."""
    assert {name: found for name, content in pdfs.items() if (found := broken_rules(content))} == {}
    assert {"lawyer  cover", "lawyer  timeline", "lawyer ar timeline", "victim  pages", "victim ar pages"} <= set(pdfs)


def test_the_validator_can_fail(pdfs: dict[str, bytes]) -> None:
    """Without its tags, without its language, or with a picture nobody describes, the same PDF does not pass."""
    assert broken_rules(without(pdfs["timeline"], "tags"))
    assert broken_rules(without(pdfs["timeline"], "language"))
    assert broken_rules(without(pdfs["timeline"], "alternatives"))
    assert not broken_rules(without(pdfs["timeline"], "nothing"))


def without(content: bytes, what: str) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    root = writer.root_object
    if what == "tags":
        del root["/StructTreeRoot"], root["/MarkInfo"]
    elif what == "language":
        del root["/Lang"]
    elif what == "alternatives":
        for each in tuple(elements(root["/StructTreeRoot"])):
            each.pop("/Alt", None)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def elements(node: Any) -> Iterator[Any]:
    """Yield every element of a structure tree, parents first."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if hasattr(found, "get") and "/S" in found:
            yield found
            yield from elements(found)


def test_a_pdf_says_its_language_and_title(pdfs: dict[str, bytes]) -> None:
    """A PDF carries its language with region and its title, and asks that the title is shown."""
    import pypdf

    root = pypdf.PdfReader(io.BytesIO(pdfs["02_operator"])).trailer["/Root"]
    assert root["/Lang"] == "ar-LB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pypdf.PdfReader(io.BytesIO(pdfs["04_notary"])).metadata.title == papers.AZERBAIJANI.title  # type: ignore[union-attr]  # it has some


# --- what a screen reader reads, in its order -------------------------------------------------------------------------


def read_out(path: Path, content: bytes) -> list[tuple[str, str]]:
    """Return what stands in the tags of a PDF, in their order: the innermost block's role, and its text."""
    path.write_bytes(content)
    done = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, check=True)
    found: list[tuple[str, str]] = []
    open_: list[tuple[int, str, int]] = []
    # Beside a heading that is not Latin, pdfinfo prints its title in UTF-16; the text below it is UTF-8.
    for number, line in enumerate(done.stdout.decode(errors="replace").split("\n")):
        depth = len(line) - len(line.lstrip())
        if quoted := re.fullmatch(r'\s*"(.*)"', line):
            _, role, place = next(each for each in reversed(open_) if each[1] != "Span")
            if found and found[-1][0] == f"{role} {place}":
                found[-1] = (found[-1][0], found[-1][1] + quoted[1])
            else:
                found.append((f"{role} {place}", quoted[1]))
            continue
        open_ = [each for each in open_ if each[0] < depth]
        if element := re.match(r"\s*([A-Z][A-Za-z0-9]*)", line):
            open_.append((depth, element[1], number))
    return [(role.split(" ")[0], text) for role, text in found]


def expected(document: Document) -> Iterator[str]:
    """Yield the texts of a document block by block, in the order in which they are to be read."""
    language = document.language
    for label, text in document.head:
        yield from (label, text)
    yield from (document.title, *document.lead)
    if document.is_unreviewed and document.kind == "letter":
        yield unreviewed_notice(language)
    yield from in_blocks(document.blocks)
    if document.kind == "letter":
        keys = {
            "none": (),
            "holder": ("place-and-day", "signature"),
            "notary": ("place-and-day", "signature", "notary"),
        }
        yield from (phrase(key, language) for key in keys[document.signature])
        if document.attachments:
            yield phrase("attachments", language) + "; ".join(document.attachments)
    yield from document.remarks


def in_blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield line_text(block.line)
        elif isinstance(block, Figure):
            yield block.title
            yield "".join(papers.labels_of(block))
        elif isinstance(block, Table):
            yield from (line_text(cell) for row in (block.header, *block.rows) for cell in row)
        else:
            assert isinstance(block, Items)
            for number, item in enumerate(block.items, 1):
                yield f"{number}." if block.ordered else "–"
                yield from in_blocks(item)


def essence(text: str) -> str:
    """Return a text to compare: without spaces and marks, Arabic letters in their plain form."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", bare(text)))
    kept = "".join(each for each in plain if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return re.sub(r"\s+", "", kept)


def is_mostly(read: str, wanted: str) -> bool:
    """Say whether two texts share most letters: pdfinfo reads Arabic as it is seen, without glyphs with ActualText."""
    shared = sum((Counter(read) & Counter(wanted)).values())
    return shared >= 0.4 * max(len(read), len(wanted))


@pytest.mark.needs("pdfinfo")
@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "hostile"])
def test_tags_are_read_in_order(pdfs: dict[str, bytes], tmp_path: Path, name: str) -> None:
    """Read in the order of the tags, a PDF is its document, text by text: head, title, body row by row, remarks."""
    document = DOCUMENTS[name]
    read = [found for _, text in read_out(tmp_path / "x.pdf", pdfs[name]) if (found := essence(text))]
    wanted = [found for text in expected(document) if (found := essence(text))]
    if document.is_right_to_left:
        assert len(read) == len(wanted)
        assert [pair for pair in zip(read, wanted, strict=True) if not is_mostly(*pair)] == []
    else:
        assert read == wanted


@pytest.mark.needs("pdfinfo")
def test_tags_say_what_things_are(pdfs: dict[str, bytes], tmp_path: Path) -> None:
    """Headings of two levels, list items with labels, and header cells of columns are tagged as such."""
    found = read_out(tmp_path / "x.pdf", pdfs["01_page-hijack-statement"])
    roles = {text.strip(): role for role, text in found}
    assert (roles["What we ask"], roles["Assets that were blocked"]) == ("H1", "H2")
    assert [text for role, text in found if role == "TH"] == ["ID", "Asset", "Action", "Time"]
    assert [text for role, text in found if role == "Lbl"] == ["1.", "2.", "3."]
    done = subprocess.run(["pdfinfo", "-struct", tmp_path / "x.pdf"], capture_output=True, check=True)
    assert done.stdout.decode().count("/Scope /Column") == 4


@pytest.mark.needs("pdftotext")
def test_an_address_can_be_copied(pdfs: dict[str, bytes], tmp_path: Path) -> None:
    """An address is copied from a PDF as it is, without a sign or break between its letters."""
    for name in ("01_page-hijack-statement", "02_operator", "03_followers"):
        (tmp_path / "x.pdf").write_bytes(pdfs[name])
        done = subprocess.run(["pdftotext", tmp_path / "x.pdf", "-"], capture_output=True, check=True)
        assert papers.ADDRESS in done.stdout.decode()


def test_arabic_letters_have_a_face_of_their_own(pdfs: dict[str, bytes]) -> None:
    """Arabic and Persian are not printed in the letters of a typewriter, which the bundled fonts have some of."""
    import pypdf

    for name in ("02_operator", "03_followers", "phone"):
        fonts = {
            str(font.get_object()["/BaseFont"])
            for page in pypdf.PdfReader(io.BytesIO(pdfs[name])).pages
            for font in page["/Resources"]["/Font"].values()  # type: ignore[index]  # every page has fonts
        }
        assert [font for font in fonts if "Mono" in font] == []
        assert [font for font in fonts if "Arabic" in font or "Naskh" in font]
