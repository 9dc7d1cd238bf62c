"""An Office file's working copy opens as before and names nobody."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from recover.errors import InputError, RefusedError, UsageError
from recover.evidence import copies_office
from recover.evidence.copies import Wish, make_copy, read_boxes
from tests.evidence.test_copies_image import photo

MARK = b"Nazli"


def word() -> bytes:
    """A Word file with properties, a comment, a tracked change, a photo and the path of a template."""
    document = docx.Document()
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Nazli Yalcin"
    properties.created = datetime(2026, 3, 1, 9)  # noqa: DTZ001 - python-docx takes naive times
    paragraph = document.add_paragraph("What the letter says.")
    document.add_comment(paragraph.runs, "a remark", author="Nazli Yalcin", initials="NY")
    change = OxmlElement("w:ins")
    for name, value in (("w:id", "7"), ("w:author", "Nazli Yalcin"), ("w:date", "2026-03-01T09:00:00Z")):
        change.set(qn(name), value)
    run = OxmlElement("w:r")
    run.set(qn("w:rsidR"), "00AB12CD")
    text = OxmlElement("w:t")
    text.text = " Added later."
    run.append(text)
    change.append(run)
    paragraph._p.append(change)
    document.add_picture(BytesIO(photo()))
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return written.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def test_a_word_file_names_nobody_and_says_the_same() -> None:
    """Properties, authors of comments and changes, their times, and the photo's place are in no part any more."""
    before = word()
    assert sum(MARK in part for part in parts_of(before).values()) >= 4
    made = make_copy(before, "docx", Wish())
    after = parts_of(made.content)
    assert not [name for name, part in after.items() if MARK in part or b"00AB12CD" in part or b"2026-03" in part]
    assert not [name for name in after if name.startswith(("docProps", "customXml"))]
    again = docx.Document(BytesIO(made.content))
    assert again.paragraphs[0].text.startswith("What the letter says.")
    assert b"Added later." in after["word/document.xml"]
    assert [(each.author, each.text, each.timestamp) for each in again.comments] == [("Author", "a remark", None)]
    assert again.core_properties.author != "Nazli Yalcin"


def test_an_opendocument_text_names_nobody() -> None:
    """`meta.xml`, thumbnail and settings go, from the manifest too; a note's author and day with them."""
    before = packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": b"""<?xml version="1.0"?><manifest:manifest
              xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
             <manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>
              <manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
              <manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
              </manifest:manifest>""",
            "meta.xml": b"<m>Nazli</m>",
            "Thumbnails/thumbnail.png": b"Nazli",
            "content.xml": b"""<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
              xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
              <o:body><o:text><t:p>Words stay.<o:annotation><dc:creator>Nazli</dc:creator><dc:date>2026-03-01</dc:date>
              <t:p>a remark</t:p></o:annotation></t:p></o:text></o:body></o:document-content>""",
        }
    )
    made = make_copy(before, "odt", Wish())
    after = parts_of(made.content)
    assert next(iter(after)) == "mimetype"
    assert not [name for name, part in after.items() if MARK in part or b"2026-03" in part or b"meta.xml" in part]
    assert b"Words stay." in after["content.xml"]
    assert b"a remark" in after["content.xml"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("word/vbaProject.bin", b"macro"),
        ("word/embeddings/object1.bin", b"another file"),
        ("word/media/drawing.emf", b"may hold anything"),
        ("somewhere/else.xml", b"<x/>"),
    ],
)
def test_a_part_nobody_knows_is_a_reason_to_refuse(name: str, part: bytes) -> None:
    """Macros, embedded files and unknown parts are named, with a way to go on."""
    with pytest.raises(RefusedError) as error:
        make_copy(packed(parts_of(word()) | {name: part}), "docx", Wish())
    assert name in error.value.message
    assert "PDF" in error.value.hint


def test_what_is_loaded_from_outside_is_refused() -> None:
    """A picture that a reader would fetch from a server tells the server who reads."""
    parts = parts_of(word())
    rels = parts["word/_rels/document.xml.rels"]
    outside = (
        b'<Relationship Id="x9" Type="http://example.org/image" Target="https://example.org/a" TargetMode="External"/>'
    )
    parts["word/_rels/document.xml.rels"] = rels.replace(b"</Relationships>", outside + b"</Relationships>")
    with pytest.raises(RefusedError, match="outside"):
        make_copy(packed(parts), "docx", Wish())


def test_hostile_packages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that are no zip, entities, broken XML, and parts that unpack beyond bounds: a typed error each."""
    parts = parts_of(word())
    entity = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    for broken in (b"PK\x03\x04", b"", packed(parts | {"word/styles.xml": b"<a"})):
        with pytest.raises(InputError):
            make_copy(broken, "docx", Wish())
    with pytest.raises(RefusedError):
        make_copy(packed(parts | {"word/styles.xml": entity}), "docx", Wish())
    with pytest.raises(RefusedError):
        make_copy(packed(parts | {"WORD/document.xml": b"<a/>"}), "docx", Wish())
    monkeypatch.setattr(copies_office, "MAX_BYTES", 10_000)
    with pytest.raises(InputError, match="unpacks"):
        make_copy(packed(parts), "docx", Wish())


def test_boxes_are_for_pictures_and_pdfs() -> None:
    """Text under a box of a Word file would still be there."""
    with pytest.raises(UsageError):
        make_copy(word(), "docx", Wish(read_boxes(["1,1,5,5"])))


def test_the_same_file_gives_the_same_copy() -> None:
    """Same bytes in, same bytes out: no time and no order of chance in the zip."""
    before = word()
    assert make_copy(before, "docx", Wish()) == make_copy(before, "docx", Wish())
