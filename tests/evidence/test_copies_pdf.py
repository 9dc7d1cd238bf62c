"""A PDF's working copy: clean pages, or pictures of them; other programs look for what should be gone."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pikepdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from recover.errors import InputError, RecoverError, RefusedError, UsageError
from recover.evidence import copies_pdf
from recover.evidence.copies import Made, Wish, make_copy, read_boxes
from tests.evidence.test_copies_image import photo

SOURCE = """
#set document(title: "Dosya of Nazli", author: "Nazli Yalcin")
#set page(width: 300pt, height: 200pt, margin: 20pt)
#place(top + left, dx: 20pt, dy: 20pt)[SECRETNAME 0501234567]
#place(top + left, dx: 20pt, dy: 100pt)[Shown on the first page]
#place(top + left, dx: 20pt, dy: 100pt, image(sys.inputs.at("photo", default: "photo.jpg"), width: 40pt))
#pagebreak()
Second page
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two pages with a telephone's photo, properties and XMP."""
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "photo.jpg").write_bytes(photo())
    (folder / "main.typ").write_text(SOURCE)
    return typst.compile(folder / "main.typ")


@pytest.fixture(scope="module")
def loaded(plain: bytes) -> bytes:
    """The same with everything that can hang on a PDF: notes, a form, files, scripts, ids, an earlier state."""
    written = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf:
        pdf.attachments["list.txt"] = b"NAMESOFALL"
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('SCRIPTED')"))
        page = pdf.pages[0]
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[10, 10, 30, 30],
            T=pikepdf.String("NOTEAUTHOR"), Contents=pikepdf.String("NOTETEXT"),
        )  # fmt: skip
        stamp = pdf.make_stream(b"BT /F1 12 Tf 5 5 Td (x) Tj ET 1 0 0 rg 0 0 40 20 re f")
        stamp.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 40, 20]})
        shown = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[200, 20, 240, 40], F=4,
            T=pikepdf.String("STAMPAUTHOR"), AP=pikepdf.Dictionary(N=stamp),
        )  # fmt: skip
        page.obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note), pdf.make_indirect(shown)]))
        page.obj.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=pikepdf.String("PRIVATEDATA")))
        page.obj.LastModified = pikepdf.String("D:20260101")
        pdf.save(written, deterministic_id=True)
    return written.getvalue()


def unpacked(content: bytes) -> bytes:
    """Every stream of a PDF in clear, so that a plain search finds what is in it."""
    written = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(written, qdf=True, static_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return written.getvalue()


def drawn(content: bytes, page: int, tmp_path: object) -> Image.Image:
    """A page as poppler draws it, one pixel a point."""
    found = subprocess.run(
        ["pdftoppm", "-r", "72", "-f", str(page), "-l", str(page), "-png", "-"],
        input=content,
        capture_output=True,
        check=True,
    )
    return Image.open(BytesIO(found.stdout)).convert("RGB")


def text_of(content: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def cleaned(loaded: bytes) -> Made:
    return make_copy(loaded, "pdf", Wish())


@pytest.fixture(scope="module")
def boxed(loaded: bytes) -> Made:
    return make_copy(loaded, "pdf", Wish(read_boxes(["10,10,250,50"], page=1)))


def test_properties_notes_files_and_scripts_are_gone(loaded: bytes, cleaned: Made) -> None:
    """Independent readers find no properties, and no word of what hung on the file is left in any stream."""
    reader = PdfReader(BytesIO(cleaned.content))
    assert PdfReader(BytesIO(loaded)).attachments
    assert not reader.metadata
    assert reader.xmp_metadata is None
    assert not reader.attachments
    hung = [b"NAMESOFALL", b"SCRIPTED", b"NOTEAUTHOR", b"NOTETEXT", b"STAMPAUTHOR", b"PRIVATEDATA", b"Nazli Yalcin"]
    before, after = unpacked(loaded), unpacked(cleaned.content)
    assert all(word in before for word in hung[1:])
    assert not [word for word in hung if word in after]


def test_photos_inside_lose_their_place_and_keep_every_pixel(loaded: bytes, cleaned: Made) -> None:
    """EXIF of an embedded photo goes, its picture stays bit for bit."""
    assert b"Telefon of Nazli" in loaded
    assert b"Telefon of Nazli" not in cleaned.content
    before, after = (PdfReader(BytesIO(each)).pages[0].images[0].image for each in (loaded, cleaned.content))
    assert before is not None
    assert after is not None
    assert before.tobytes() == after.tobytes()


@pytest.mark.needs("pdftoppm")
def test_what_a_page_shows_stays(loaded: bytes, cleaned: Made, tmp_path: object) -> None:
    """Text stays text, and the stamp that a note showed is part of the page now."""
    assert "SECRETNAME" in text_of(cleaned.content)
    for each in (loaded, cleaned.content):
        red, green, _ = drawn(each, 1, tmp_path).getpixel((220, 170))
        assert red > 200 > 60 > green
    assert any("stays, also what nobody sees" in line for line in cleaned.careful)


@pytest.mark.needs("pdftotext")
def test_what_stood_under_a_box_is_gone_from_the_file(boxed: Made, tmp_path: object) -> None:
    """No reader finds text, and no stream holds it; the box is black and what is beside it can still be seen."""
    assert text_of(boxed.content).strip() == ""
    assert not "".join(page.extract_text() for page in PdfReader(BytesIO(boxed.content)).pages)
    after = unpacked(boxed.content)
    assert not [word for word in (b"SECRETNAME", b"0501234567", b"/Font", b"NAMESOFALL", b"NOTETEXT") if word in after]
    page = drawn(boxed.content, 1, tmp_path)
    assert page.size == (300, 200)
    assert max(page.crop((14, 14, 256, 56)).tobytes()) < 20
    assert min(page.crop((14, 100, 200, 130)).tobytes()) < 120
    assert min(drawn(boxed.content, 2, tmp_path).tobytes()) < 120


def test_a_box_needs_its_page(loaded: bytes) -> None:
    """Without a page, or with one that is not there, nothing is made."""
    for boxes in (["10,10,50,50"], ["3:10,10,50,50"]):
        with pytest.raises(UsageError):
            make_copy(loaded, "pdf", Wish(read_boxes(boxes)))


def test_a_box_over_an_empty_spot_of_a_page_is_doubted(loaded: bytes, boxed: Made) -> None:
    """The box is made all the same, and said to cover nothing."""
    made = make_copy(loaded, "pdf", Wish(read_boxes(["2:60%,60%,20%,20%"])))
    assert [line for line in made.careful if "2:60%,60%,20%,20%" in line]
    assert not [line for line in boxed.careful if "plain spot" in line]


def test_a_page_whose_box_was_not_painted_is_found(loaded: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finished file is drawn again: if something shines through, there is no copy."""
    monkeypatch.setattr(copies_pdf, "paint", lambda pixels, areas: None)
    with pytest.raises(RecoverError, match="under a box"):
        make_copy(loaded, "pdf", Wish(read_boxes(["1:10,10,250,50"])))


def test_a_text_layer_that_stayed_is_found(loaded: bytes) -> None:
    """A file that still has its text does not pass as one of pictures."""
    with pytest.raises(RecoverError, match="still holds"):
        copies_pdf._check_pictured(loaded, 2, copies_pdf._by_page((), 2))
    with pytest.raises(RecoverError, match="still holds"):
        copies_pdf._check_cleaned(loaded)


def test_layers_need_pictures(plain: bytes) -> None:
    """A PDF with layers holds what it does not show: cleaned it is refused, as pictures it is not."""
    written = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("hidden")))
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
        pdf.save(written)
    with pytest.raises(RefusedError, match="layers"):
        make_copy(written.getvalue(), "pdf", Wish())
    made = make_copy(written.getvalue(), "pdf", Wish(as_pictures=True))
    assert len(PdfReader(BytesIO(made.content)).pages) == 2


@pytest.mark.needs("pdftoppm")
def test_a_turned_page_is_boxed_as_it_is_shown(plain: bytes, tmp_path: object) -> None:
    """Boxes count from the top left of the page as a reader shows it, also when the file turns it."""
    written = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf:
        pdf.pages[0].rotate(90, relative=False)
        pdf.save(written)
    made = make_copy(written.getvalue(), "pdf", Wish(read_boxes(["1:100,0,100,300"])))
    page = drawn(made.content, 1, tmp_path)
    assert page.size == (200, 300)
    assert max(page.crop((104, 4, 196, 296)).tobytes()) < 20


def test_locked_broken_and_bombed_files_are_refused(plain: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password, bytes that are no PDF, a stream packed beyond bounds: a typed error each."""
    locked = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    bomb = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj.Annots = pikepdf.Array([])
        pdf.pages[0].obj.Contents = pdf.make_stream(b" " * 3_000_000)
        pdf.save(bomb, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for content in (locked.getvalue(), b"%PDF-1.7 nothing", b"", plain[:500]):
        for wish in (Wish(), Wish(as_pictures=True)):
            with pytest.raises(InputError):
                make_copy(content, "pdf", wish)
    monkeypatch.setattr(copies_pdf, "MAX_PAGES", 1)
    with pytest.raises(InputError, match="pages"):
        make_copy(plain, "pdf", Wish())


def test_what_is_packed_a_thousandfold_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of objects that grows beyond bounds ends in an error before it fills the memory."""
    written = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj.Big = pdf.make_indirect(pikepdf.Dictionary(Text=pikepdf.String("x" * 3_000_000)))
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(written.getvalue()) < 10_000
    assert make_copy(written.getvalue(), "pdf", Wish()).suffix == "pdf"
    before = pikepdf.settings.get_qpdf_limits()
    monkeypatch.setattr(copies_pdf, "MAX_UNPACKED_BYTES", 1_000_000)
    try:
        with pytest.raises(InputError):
            make_copy(written.getvalue(), "pdf", Wish())
    finally:
        pikepdf.settings.set_qpdf_limits(**before)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broken_pdfs_end_in_a_typed_error_or_a_clean_copy(plain: bytes, data: st.DataObject) -> None:
    """Whatever bytes are turned over, nothing but a typed error or a checked copy comes out."""
    base = bytearray(unpacked(plain))
    for _ in range(data.draw(st.integers(1, 12))):
        base[data.draw(st.integers(0, len(base) - 1))] = data.draw(st.sampled_from(b"/<>[]()0129 R\n\xff"))
    try:
        made = make_copy(bytes(base), "pdf", Wish())
    except RecoverError:
        return
    copies_pdf._check_cleaned(made.content)


def test_the_same_pdf_gives_the_same_copy(loaded: bytes, cleaned: Made, boxed: Made) -> None:
    """Same bytes in, same bytes out."""
    assert make_copy(loaded, "pdf", Wish()) == cleaned
    assert make_copy(loaded, "pdf", Wish(read_boxes(["10,10,250,50"], page=1))) == boxed
