"""Working copies of PDFs: pages in a new file that holds only what its pages need, or pictures of the pages.

A cleaned PDF keeps its text: what is on a page stays there, seen or not. A box therefore never covers something in such
a file. As soon as one is drawn, every page becomes a picture of what is shown (`--as-pictures` does it without a box),
so that no text layer, font, layer or earlier state is left from which the covered part could come back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from recover.errors import InputError, RefusedError, UsageError
from recover.evidence.copies import MAX_PIXELS, Box, Made, Wish
from recover.evidence.copies_image import TOLERANCE, blank_areas, brightest, check_bare, encode_jpeg, paint, still_there

if TYPE_CHECKING:
    from pikepdf import Object, Pdf
    from PIL.Image import Image

MAX_PAGES = 2_000
MAX_PICTURES = 300
"""Pages that become pictures in one copy; each is about half a megabyte."""

MAX_OBJECTS = 500_000

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Of one stream."""

_DOTS = 200
"""Pixels per inch of a page that became a picture: small print stays readable."""

_MAX_PAGE_PIXELS = 25_000_000
_QUALITY = 88

_PAGE_KEPT = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents")
"""What a page shows. Everything else of it (notes, thumbnails, actions, private data of programs) is left behind."""

_NEVER = frozenset(
    {
        "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles",
        "/EF", "/Info", "/Thumb", "/Annots", "/AcroForm", "/Names", "/StructParent", "/StructParents", "/OPI",
        "/Alternates", "/PtData", "/Measure", "/VP", "/XFA", "/URLS", "/SpiderInfo",
    }
)  # fmt: skip
"""Members of any object that hold who, when, where and with what, or content that no page shows."""


def copy_pdf(content: bytes, wish: Wish) -> Made:
    """Return a PDF without metadata; with boxes or `as_pictures` one of pictures; see `copies.make_copy`."""
    from pikepdf import DataDecodingError, PdfError, QpdfRuntimeError

    try:
        if wish.boxes or wish.as_pictures:
            return _pictured(content, wish)
        return _cleaned(content)
    except (PdfError, DataDecodingError, QpdfRuntimeError, ValueError, TypeError, KeyError) as error:
        raise InputError("the PDF cannot be read: it is broken or not what it seems") from error


# --- without metadata ----------------------------------------------------------------------------------------------


def _cleaned(content: bytes) -> Made:
    import pikepdf

    with _opened(content) as original, pikepdf.new() as made:
        careful = ["the text on its pages stays, also what nobody sees; --as-pictures keeps only what can be seen"]
        careful += ["its digital signatures do not hold for the copy"] if _is_signed(original) else []
        _refuse_layers(original)
        # What forms and notes show becomes part of the page; what they only hold (authors, replies, files) does not.
        original.generate_appearance_streams()
        original.flatten_annotations("screen")
        for page in original.pages:
            for key in set(page.obj.keys()) - {"/Type", "/Parent", *_PAGE_KEPT}:
                del page.obj[key]
            made.pages.append(page)
        _clean_objects(made)
        written = _saved(made)
    _check_cleaned(written)
    done = "written anew from its pages: no properties, XMP, attachments, scripts, notes, form fields, ids, old states"
    return Made(written, "pdf", (done,), tuple(careful))


def _opened(content: bytes) -> Pdf:
    """Open a PDF within bounds. Raises `InputError` when it is locked or has too much in it."""
    import pikepdf

    # It tells of broken files in their own words, which do not belong on the screen.
    logging.getLogger("pikepdf").setLevel(logging.CRITICAL)
    # Of the whole process; what is packed a thousandfold is refused before it is unpacked.
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MAX_UNPACKED_BYTES, run_length_max_memory=MAX_UNPACKED_BYTES, dct_max_memory=MAX_UNPACKED_BYTES
    )
    try:
        opened = pikepdf.open(BytesIO(content))
    except pikepdf.PasswordError as error:
        raise InputError(
            "the PDF is locked with a password", hint="open it, print it into a new PDF, and add that"
        ) from error
    if len(opened.pages) > MAX_PAGES or len(opened.objects) > MAX_OBJECTS:
        raise InputError(f"the PDF has more than {MAX_PAGES} pages or {MAX_OBJECTS:,} objects")
    if not len(opened.pages):
        raise InputError("the PDF has no pages")
    return opened


def _is_signed(original: Pdf) -> bool:
    form = original.Root.get("/AcroForm")
    return form is not None and "/SigFlags" in form


def _refuse_layers(original: Pdf) -> None:
    if "/OCProperties" in original.Root:
        raise RefusedError(
            "the PDF has layers that can be switched on and off, so what it shows is not all it holds",
            hint="--as-pictures keeps what is shown and nothing else",
        )


def _clean_objects(made: Pdf) -> None:
    for each in _dictionaries(made):
        for key in _NEVER & set(each.keys()):
            del each[key]
        _clean_photo(each)


def _dictionaries(made: Pdf) -> Iterator[Object]:
    """Give every dictionary and stream of a file, those inside of others too; each object is looked into once."""
    import pikepdf

    waiting: list[Any] = [made.Root, *made.objects]
    for _ in range(MAX_OBJECTS * 20):
        if not waiting:
            return
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting.extend(_direct(inner) for inner in each)
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            waiting.extend(_direct(each[key]) for key in each.keys())  # noqa: SIM118 - iterating gives no keys
    raise InputError("the PDF is nested without end")


def _direct(value: Any) -> Any:
    """Return a value that stands inside another; what has a number of its own is met by its number."""
    import pikepdf

    return None if isinstance(value, pikepdf.Object) and value.is_indirect else value


def _clean_photo(stream: Object) -> None:
    """Take what cameras and programs wrote out of a photograph; its picture stays bit for bit."""
    import pikepdf

    if not isinstance(stream, pikepdf.Stream):
        return
    filters = _filters(stream)
    if "/JPXDecode" in filters:
        raw = stream.read_raw_bytes()
        if b"uuid" in raw or b"xml " in raw:
            raise RefusedError(
                "a JPEG 2000 picture in the PDF may hold metadata of its own", hint="--as-pictures leaves it behind"
            )
    if filters == ["/DCTDecode"]:
        raw = stream.read_raw_bytes()
        bare = bare_jpeg(raw)
        if bare != raw:
            how = stream.get("/DecodeParms")
            stream.write(bare, filter=pikepdf.Name.DCTDecode)
            if how is not None:
                stream["/DecodeParms"] = how
    elif "/DCTDecode" in filters:
        raise RefusedError(
            "a photograph in the PDF is packed in a way that hides its metadata", hint="--as-pictures leaves it behind"
        )


def _filters(stream: Object) -> list[str]:
    import pikepdf

    named = stream.get("/Filter")
    if named is None:
        return []
    return [str(each) for each in named] if isinstance(named, pikepdf.Array) else [str(named)]


def _check_cleaned(written: bytes) -> None:
    """Raise when anything that should be gone can still be read from the finished file."""
    import pikepdf

    with pikepdf.open(BytesIO(written)) as again:
        roots = set(again.Root.keys()) - {"/Type", "/Pages"}
        if roots or "/Info" in again.trailer:
            raise still_there(", ".join(sorted(roots)) or "its properties")
        for each in _dictionaries(again):
            if found := _NEVER & set(each.keys()):
                raise still_there(", ".join(sorted(found)))
            if isinstance(each, pikepdf.Stream) and _filters(each) == ["/DCTDecode"]:
                raw = each.read_raw_bytes()
                if bare_jpeg(raw) != raw:
                    raise still_there("metadata of a photograph")


def _saved(made: Pdf) -> bytes:
    import pikepdf

    written = BytesIO()
    made.save(
        written, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True, fix_metadata_version=False
    )
    return written.getvalue()


_DROPPED_SEGMENTS = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})
"""Every application segment but JFIF's and Adobe's colour transform, and comments."""


def bare_jpeg(raw: bytes) -> bytes:
    """Return a JPEG without the segments that hold EXIF, GPS, XMP, IPTC, thumbnails and comments.

    The picture itself stays as it is; what stands behind its end goes too. Raises `InputError` for no JPEG.
    """
    from recover.evidence.copies_image import jpeg_segments

    if not raw.startswith(b"\xff\xd8"):
        raise InputError("a JPEG in it is broken")
    kept, scan = [b"\xff\xd8"], 0
    for marker, start, end in jpeg_segments(raw):
        if marker == 0xDA:
            scan = start
        elif marker == 0xE0:
            kept.append(_bare_jfif(raw[start:end]))
        elif marker not in _DROPPED_SEGMENTS:
            kept.append(raw[start:end])
    last = raw.rfind(b"\xff\xd9")
    return b"".join(kept) + (raw[scan : last + 2] if last > scan else raw[scan:])


def _bare_jfif(segment: bytes) -> bytes:
    """Return a JFIF header without its thumbnail, and no other APP0 segment (JFXX is a thumbnail too)."""
    if segment[4:9] != b"JFIF\0" or len(segment) < 18:
        return b""
    return b"\xff\xe0\x00\x10" + segment[4:16] + b"\x00\x00"


# --- as pictures ---------------------------------------------------------------------------------------------------


def _pictured(content: bytes, wish: Wish) -> Made:
    import pikepdf
    import pypdfium2  # type: ignore[import-untyped]  # it brings no types

    with _opened(content) as original:
        count = len(original.pages)
    if count > MAX_PICTURES:
        raise InputError(
            f"the PDF has {count} pages; at most {MAX_PICTURES} become pictures in one copy",
            hint="print the pages that matter into a PDF of their own, and add that",
        )
    boxes = _by_page(wish.boxes, count)
    careful = ["the same words elsewhere in it were not looked for: look at every page before it leaves"]
    with pikepdf.new() as made:
        try:
            with pypdfium2.PdfDocument(content) as shown:
                shown.init_forms()
                for place in range(count):
                    careful += _add_picture(made, shown[place], boxes[place + 1])
        except pypdfium2.PdfiumError as error:
            raise InputError("a page of the PDF cannot be drawn") from error
        written = _saved(made)
    _check_pictured(written, count, boxes)
    done = ["every page is a picture now: no text layer, properties, attachments, scripts, notes or layers are left"]
    if wish.boxes:
        pages = ", ".join(str(page) for page in sorted({box.page or 1 for box in wish.boxes}))
        done.append(f"{len(wish.boxes)} {'box' if len(wish.boxes) == 1 else 'boxes'} painted over (page {pages})")
    return Made(written, "pdf", tuple(done), tuple(careful) if wish.boxes else ())


def _by_page(boxes: tuple[Box, ...], count: int) -> defaultdict[int, list[Box]]:
    found: defaultdict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        if not box.page and count > 1:
            raise UsageError(f"on which of the {count} pages is the box?", hint="--page 1, or --box 1:10%,20%,30%,5%")
        if box.page > count:
            raise UsageError(f"there is no page {box.page}: the PDF has {count}", hint=f"--page {count}")
        found[box.page or 1].append(box)
    return found


def _add_picture(made: Pdf, page: Any, boxes: list[Box]) -> tuple[str, ...]:
    """Draw a page, paint its boxes and add the picture as a page of the same size; say which boxes cover nothing."""
    import pikepdf

    width, height = page.get_size()
    scale = _scale(width, height)
    pixels: Image = page.render(scale=scale).to_pil().convert("RGB")
    areas = [box.on(width, height, scale) for box in boxes]
    blank = tuple(blank_areas(pixels, areas, [box.text for box in boxes]))
    paint(pixels, areas)
    photo = encode_jpeg(pixels, _QUALITY)
    check_bare(photo)
    picture = pikepdf.Stream(made, photo)
    picture.update(
        {
            "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Filter": pikepdf.Name.DCTDecode,
            "/Width": pixels.width, "/Height": pixels.height, "/BitsPerComponent": 8,
            "/ColorSpace": pikepdf.Name.DeviceRGB,
        }
    )  # fmt: skip
    added = made.add_blank_page(page_size=(width, height))
    added.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=made.make_indirect(picture)))
    added.obj["/Contents"] = made.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /P Do Q".encode())
    return blank


def _scale(width: float, height: float) -> float:
    """Return pixels per point, less for pages so large that they would not fit into memory."""
    if not (0 < width * height < MAX_PIXELS):
        raise InputError("a page of the PDF is too large, or has no size")
    wanted = _DOTS / 72
    return float(min(wanted, (_MAX_PAGE_PIXELS / (width * height)) ** 0.5))


def _check_pictured(written: bytes, count: int, boxes: defaultdict[int, list[Box]]) -> None:
    """Raise unless the finished file holds pictures only, no text, and the boxes are black when it is drawn again."""
    import pikepdf
    import pypdfium2

    with pikepdf.open(BytesIO(written)) as again:
        if set(again.Root.keys()) != {"/Type", "/Pages"} or "/Info" in again.trailer or len(again.pages) != count:
            raise still_there("more than its pages")
        for each in again.pages:
            if set(each.obj.Resources.keys()) != {"/XObject"}:
                raise still_there("more than a picture on a page")
    with pypdfium2.PdfDocument(written) as shown:
        for place in range(count):
            page = shown[place]
            if page.get_textpage().count_chars() > 0:
                raise still_there("text")
            _check_boxes(page, boxes[place + 1])


def _check_boxes(page: Any, boxes: list[Box]) -> None:
    if not boxes:
        return
    width, height = page.get_size()
    pixels: Image = page.render(scale=1).to_pil().convert("RGB")
    for box in boxes:
        left, top, right, bottom = box.on(width, height)
        # Drawn again, smaller, the edge of a box is mixed with what is beside it, and may stand a pixel aside.
        inner = (left + 3, top + 3, right - 3, bottom - 3)
        if inner[0] >= inner[2] or inner[1] >= inner[3]:
            continue
        if brightest(pixels, inner) > TOLERANCE:
            raise still_there("what stood under a box")
