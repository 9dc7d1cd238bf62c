"""A document as .docx: valid by its schema, read by others without loss, the same bytes, nothing in it that acts."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.packet.document import Document
from recover.packet.formats.word import column_widths, runs, write_docx
from recover.packet.formats.word_look import TEXT_WIDTH
from recover.packet.tree import Items, texts
from recover.packet.words.direction import directed
from tests.packet import papers

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAPERS = tuple(directed(each) for each in papers.PAPERS)
MARKS = re.compile("[\u200e\u200f\u2066-\u2069]")


def named(document: Document) -> str:
    return document.stem.replace("/", "-")


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def tree_of(content: bytes, name: str = "word/document.xml") -> ElementTree.Element:
    return ElementTree.fromstring(parts_of(content)[name])


def text_of(content: bytes) -> str:
    """Return the text of body, header and footer, a line per paragraph, without fields and marks of direction."""
    lines = []
    for name, part in sorted(parts_of(content).items()):
        if re.fullmatch(r"word/(document|header1|footer1)\.xml", name):
            for paragraph in ElementTree.fromstring(re.sub(rb"<w:fldSimple.*?</w:fldSimple>", b"", part)).iter(f"{W}p"):
                found = [(each.tag, each.text or "") for each in paragraph.iter() if each.tag in (f"{W}t", f"{W}br")]
                lines.append("".join("\n" if tag == f"{W}br" else text for tag, text in found))
    return MARKS.sub("", "\n".join(lines))


def faults(path: Path) -> list[str]:
    """Return what a validator of the schema finds."""
    from openxml_audit import OpenXmlValidator

    return [str(each) for each in OpenXmlValidator().validate(str(path)).errors]


@pytest.mark.parametrize("document", [*PAPERS, papers.hostile(" ".join(papers.HOSTILE))], ids=named)
def test_valid_by_the_schema(document: Document, tmp_path: Path) -> None:
    """Every part follows the schema of Office Open XML: order of elements, values, references."""
    path = tmp_path / "x.docx"
    path.write_bytes(write_docx(replace(document, is_practice=True)))
    assert faults(path) == []


@pytest.mark.parametrize("language", ["", "ar"])
def test_the_documents_of_a_case_are_valid(language: str, tmp_path: Path) -> None:
    """Cover, timeline, sheets and letters of a case follow the schema too."""
    for document in papers.of_a_case("lawyer", language):
        path = tmp_path / "x.docx"
        path.write_bytes(write_docx(document))
        assert faults(path) == []


def test_the_validator_can_fail(tmp_path: Path) -> None:
    """A run whose properties stand in the wrong order is found."""
    parts = parts_of(write_docx(papers.ARABIC))
    body = parts["word/document.xml"].replace(b"<w:b/><w:bCs/><w:rtl/>", b"<w:rtl/><w:bCs/><w:b/>")
    assert body != parts["word/document.xml"]
    path = tmp_path / "x.docx"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in {**parts, "word/document.xml": body}.items():
            package.writestr(name, content)
    assert "Unexpected element" in " ".join(faults(path))


@pytest.mark.parametrize("document", PAPERS, ids=named)
def test_every_text_is_in_it(document: Document) -> None:
    """Title, head, small print, body, attachments, remarks and reference of a document are all in its .docx."""
    found = text_of(write_docx(document))
    bare = papers.without_figures(document)
    told = [document.title, document.reference, *document.lead, *document.attachments, *document.remarks]
    told += [each for pair in document.head for each in pair]
    assert [each for each in (*told, *texts(bare.blocks)) if MARKS.sub("", each) not in found] == []


def test_marks_are_in_it() -> None:
    """Practice stands in the header of every page, an unreviewed translation and lines to sign in the text."""
    marked = replace(papers.ENGLISH, is_practice=True, is_unreviewed=True, signature="notary")
    found = ["has not been reviewed", "Place and day", "For the notary public"]
    assert [each for each in found if each not in text_of(write_docx(marked))] == []
    bare = write_docx(replace(papers.ENGLISH, signature="none"))
    assert [each for each in (*found, "PRACTICE") if each in text_of(bare)] == []
    assert "PRACTICE: fictional" in "".join(tree_of(write_docx(marked), "word/header1.xml").itertext())
    assert "word/header1.xml" not in parts_of(bare)


def test_a_figure_is_told_in_words() -> None:
    """A drawing becomes its title and what it shows; the table beside it holds the data."""
    found = text_of(write_docx(papers.timeline(2)))
    assert "Control over the Page\nLost twice, restored once" in found


@pytest.mark.parametrize("text", papers.HOSTILE, ids=range(len(papers.HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    """Whatever stands in any text, every part has the elements of a document with harmless text, and no field more."""
    harmless, found = (parts_of(write_docx(papers.hostile(each))) for each in ("harmless", text))
    assert sorted(found) == sorted(harmless)
    for name, content in found.items():
        tags = [each.tag for each in ElementTree.fromstring(content).iter()]
        assert tags == [each.tag for each in ElementTree.fromstring(harmless[name]).iter()]
    fields = re.findall(rb'w:instr="([^"]*)"', b"".join(found.values()))
    assert fields == [b" PAGE ", b" NUMPAGES "]


def test_the_same_bytes_and_nobody_in_them() -> None:
    """The same document gives the same bytes; no part says who wrote it or when, and none leads outside."""
    content = write_docx(PAPERS[1])
    assert content == write_docx(directed(papers.ARABIC))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {each.compress_type for each in package.infolist()} == {zipfile.ZIP_STORED}
        assert package.namelist() == sorted(package.namelist())
    everything = b"".join(parts_of(content).values())
    assert not re.search(
        rb"<dc:creator|lastModifiedBy|<dcterms|TargetMode|attachedTemplate|vbaProject|python-docx", everything
    )
    assert b"<w:removePersonalInformation/>" in everything


def test_every_relation_leads_to_a_part() -> None:
    """Every relation names a part that is there, and every part but the relations has a type."""
    parts = parts_of(write_docx(replace(papers.ENGLISH, is_practice=True)))
    for name, folder in (("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")):
        targets = [each.get("Target") for each in ElementTree.fromstring(parts[name])]
        assert [each for each in targets if f"{folder}{each}" not in parts] == []
    typed = {each.get("PartName") for each in ElementTree.fromstring(parts["[Content_Types].xml"])}
    assert {f"/{name}" for name in parts if not name.endswith(".rels") and name[0] != "["} == typed - {None}


# --- read by another library ----------------------------------------------------------------------------------------


def read(document: Document) -> Any:
    import docx

    return docx.Document(io.BytesIO(write_docx(document)))


def shape(document: Any) -> list[tuple[str, str]]:
    """Return the style and text of each paragraph that has text, without marks of direction."""
    found = [(each.style.name, MARKS.sub("", each.text)) for each in document.paragraphs]
    return [(style, text) for style, text in found if text.strip()]


def test_headings_and_lists_are_real() -> None:
    """Another reader finds a title, headings of two levels, list styles, and a list that begins at one."""
    found = shape(read(papers.ENGLISH))
    assert found[0] == ("Title", papers.ENGLISH.title)
    assert ("Heading 1", "What we ask") in found
    assert ("Heading 2", "Assets that were blocked") in found
    assert [style for style, _ in found].count("List Number") == 3
    assert ("List Bullet", "E01 Admin list of 2016") in found


def test_each_numbered_list_begins_at_one() -> None:
    """Two numbered lists in one document are two lists, and one inside another is deeper."""
    inner = papers.listed("c", ordered=True)
    outer = Items(True, ((papers.said("a"), inner, papers.said("more of a")), (papers.said("b"),)))
    content = write_docx(replace(papers.ENGLISH, blocks=(outer, papers.said("between"), inner)))
    lists = [
        tuple(each.find(f"{W}{name}").get(f"{W}val") for name in ("ilvl", "numId"))  # type: ignore[union-attr]  # always there
        for each in tree_of(content).iter(f"{W}numPr")
    ]
    (first, inside, again, second), attachments = lists[:4], lists[4:]
    assert (first, inside, again, second) == (("0", "2"), ("1", "3"), ("0", "2"), ("0", "4"))
    assert {number for _, number in attachments} == {"1"}
    starts = [each.get(f"{W}val") for each in tree_of(content, "word/numbering.xml").iter(f"{W}startOverride")]
    assert starts == ["1"] * 3


def test_tables_are_real() -> None:
    """A table has a repeated header row, rows that are not split, its heading as title, and the page's width."""
    document = read(papers.timeline(30))
    (found,) = document.tables
    first, *rest = [row._tr.trPr for row in found.rows]
    assert (first.find(f"{W}tblHeader") is not None, len(rest)) == (True, 30)
    assert all(each.find(f"{W}cantSplit") is not None for each in (first, *rest))
    assert found._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val") == "Every event"
    assert [cell.text for cell in found.rows[0].cells] == ["No.", "When", "What happened", "Basis"]
    assert [len(row.cells) for row in found.rows] == [4] * 31
    assert TEXT_WIDTH - 4 <= sum(int(each.get(f"{W}w")) for each in found._tbl.tblGrid) <= TEXT_WIDTH


def test_language_and_direction() -> None:
    """The document says its language; from right to left it is so in every paragraph, table and section."""
    content = write_docx(PAPERS[1])
    language = tree_of(content, "word/styles.xml").find(f".//{W}lang")
    assert language is not None
    assert set(language.attrib.values()) == {"ar-LB"}
    assert read(papers.ARABIC).core_properties.language == "ar-LB"
    assert tree_of(content, "word/styles.xml").find(f"{W}style[@{W}styleId='Normal']/{W}pPr/{W}bidi") is not None
    body = tree_of(content)
    used = {each.get(f"{W}val") for each in body.iter(f"{W}pStyle")}
    assert {"Title", "HeadText", "Notice", "TableText", "SignatureText", "Heading1"} <= used
    assert [each for each in used if not runs_from_right(content, each)] == []
    assert body.find(f".//{W}sectPr/{W}bidi") is not None
    tables = list(body.iter(f"{W}tblPr"))
    assert [each for each in tables if each.find(f"{W}bidiVisual") is None] == []
    english = parts_of(write_docx(papers.ENGLISH))
    assert not re.search(rb"<w:(bidi|bidiVisual|rtl)/>", b"".join(english.values()))


def runs_from_right(content: bytes, style_id: str | None) -> bool:
    """Say whether a style, or one that it is based on, sets its paragraphs from right to left."""
    while style_id:
        style = tree_of(content, "word/styles.xml").find(f"{W}style[@{W}styleId='{style_id}']")
        assert style is not None
        if style.find(f"{W}pPr/{W}bidi") is not None:
            return True
        base = style.find(f"{W}basedOn")
        style_id = base.get(f"{W}val") if base is not None else None
    return False


def test_fixed_text_is_a_run_from_left_to_right() -> None:
    """Ids and addresses are left as they are, to be copied; a date is kept from being turned round; letters are rtl."""
    found = {}
    for run in tree_of(write_docx(PAPERS[1])).iter(f"{W}r"):
        found["".join(run.itertext())] = run.find(f"{W}rPr/{W}rtl") is not None
    assert found[papers.PAGE_ID] is False
    assert found[papers.ADDRESS] is False
    assert found[f"\u200e{papers.DAY}\u200e"] is False
    assert [text for text, is_rtl in found.items() if re.search("[\u0600-\u06ff]", text) and not is_rtl] == []


def test_an_arabic_name_in_english() -> None:
    """In a document from left to right, a name in Arabic is a run from right to left, and nothing beside it is."""
    named_so = directed(replace(papers.ENGLISH, blocks=(papers.said("The Page أصوات الجيران (Beirut), ID 12."),)))
    found = [
        ("".join(run.itertext()), run.find(f"{W}rPr/{W}rtl") is not None)
        for run in tree_of(write_docx(named_so)).iter(f"{W}r")
    ]
    assert ("أصوات الجيران", True) in found
    assert [text for text, is_rtl in found if is_rtl] == ["أصوات الجيران"]
    assert "The Page أصوات الجيران (Beirut), ID 12." in text_of(write_docx(named_so))


MIXED = st.text(alphabet="ab1 .,()-\u0627\u0628\u05d0\u0661ə", max_size=40)


@given(text=MIXED, is_rtl=st.booleans())
def test_runs_lose_nothing(text: str, is_rtl: bool) -> None:
    """Text cut into runs is the same text; a letter's run has the letter's direction."""
    found = list(runs(text, is_rtl=is_rtl))
    assert MARKS.sub("", "".join(piece for _, piece in found)) == text
    for is_piece_rtl, piece in found:
        classes = {unicodedata.bidirectional(each) for each in MARKS.sub("", piece)}
        assert not classes & ({"L"} if is_piece_rtl else {"R", "AL"})


def test_columns_share_the_page() -> None:
    """A column of ids is wide enough for them; one very long word does not take the others' room."""
    ids, story = column_widths(papers.table(("ID", "What"), (papers.PAGE_ID, "words " * 80)))
    assert 1600 < ids < 2400 < story
    widths = column_widths(papers.table(("a", "b", "c"), ("x" * 4000, "short", "two words")))
    assert (sum(widths) <= TEXT_WIDTH, min(widths) > 600) == (True, True)


# --- LibreOffice ----------------------------------------------------------------------------------------------------

OFFICE = {named(each): each for each in PAPERS} | {"hostile": papers.hostile(papers.HOSTILE[0] + papers.HOSTILE[2])}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every document, read by LibreOffice and written again as PDF and as .docx."""
    folder = tmp_path_factory.mktemp("office")
    for name, document in OFFICE.items():
        (folder / f"{name}.docx").write_bytes(write_docx(papers.without_figures(document)))
    base = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    for form, out in (("pdf", folder), ("docx", folder / "again")):
        sources = [str(folder / f"{name}.docx") for name in OFFICE]
        command = [*base, "--convert-to", form, "--outdir", str(out), *sources]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


def counted(text: str, *, is_rtl: bool) -> Counter[str]:
    """Count the words of a text; in Arabic its letters: pdftotext cuts words at vowel signs."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", MARKS.sub("", text)))
    plain = "".join(each for each in plain if not unicodedata.combining(each)).replace("\u06d5", "\u0647")
    return Counter(re.findall(r"[^\W_]" if is_rtl else r"[^\W_]+", plain))


@pytest.mark.needs("soffice", "pdftotext")
@pytest.mark.parametrize("name", OFFICE)
def test_libreoffice_prints_every_word(office: Path, name: str) -> None:
    """Converted to PDF by LibreOffice, no word of the document is lost."""
    done = subprocess.run(["pdftotext", office / f"{name}.pdf", "-"], capture_output=True, check=True)
    is_rtl = OFFICE[name].is_right_to_left
    printed = counted(done.stdout.decode(), is_rtl=is_rtl)
    told = counted(text_of((office / f"{name}.docx").read_bytes()), is_rtl=is_rtl)
    assert sum(told.values()) > 20
    assert {each: count for each, count in told.items() if printed[each] < count} == {}


@pytest.mark.needs("soffice")
@pytest.mark.parametrize("name", OFFICE)
def test_libreoffice_keeps_structure(office: Path, name: str) -> None:
    """Read and written again by LibreOffice, a document has the same headings, lists, texts and tables."""
    import docx

    before, after = (docx.Document(str(office / folder / f"{name}.docx")) for folder in ("", "again"))
    assert shape(after) == shape(before)
    cells: list[list[list[list[str]]]] = [
        [[[MARKS.sub("", cell.text) for cell in row.cells] for row in table.rows] for table in found.tables]
        for found in (before, after)
    ]
    assert cells[1] == cells[0]
    for table in after.tables:
        assert (table._tbl.tblPr.find(f"{W}bidiVisual") is not None) == OFFICE[name].is_right_to_left


@pytest.mark.needs("soffice", "pdftotext")
def test_libreoffice_turns_nothing_round(office: Path) -> None:
    """In Arabic as LibreOffice prints it, dates, numbers and addresses read as they are written."""
    done = subprocess.run(
        ["pdftotext", "-layout", office / f"{named(PAPERS[1])}.pdf", "-"], capture_output=True, check=True
    )
    printed = MARKS.sub("", re.sub("[\u202a-\u202e]", "", done.stdout.decode()))
    wanted = [papers.DAY, papers.ADDRESS, papers.PAGE_ID, "+961 70 000 000", "2026-10-09 06:10 UTC+03:00"]
    assert [each for each in wanted if each not in printed] == []
