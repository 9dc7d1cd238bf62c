"""Working copies of pictures: the pixels as they are shown, in sRGB, and nothing else.

The picture is decoded, turned the way it is shown, laid on white where it is transparent (colour under full
transparency is a hidden picture), boxed, and encoded anew from its bare pixels. The result is then
walked chunk by chunk.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from recover.errors import AlteredError, InputError, RefusedError, UsageError
from recover.evidence.copies import MAX_PIXELS, Made, Wish

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
_PHOTOS = frozenset({"JPEG", "MPO"})

JPEG_QUALITY = 95
BLACK = (0, 0, 0)
TOLERANCE = 64
"""How far from black a boxed pixel of a JPEG may be: the encoder's own ringing along the edge of the box."""

_NOISE = 16
"""How much the brightness of a plain spot differs within itself in a JPEG, of 255."""

_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
"""What Pillow raises for files that are not what they say."""


def copy_image(content: bytes, wish: Wish) -> Made:
    """Return a picture without metadata, its boxes black; see `copies.make_copy`."""
    if any(box.page > 1 for box in wish.boxes):
        raise UsageError("a picture has one page", hint="leave --page out")
    pixels, form, done = _decode(content)
    areas = [box.on(*pixels.size) for box in wish.boxes]
    careful = tuple(blank_areas(pixels, areas, [typed.text for typed in wish.boxes]))
    paint(pixels, areas)
    is_photo = form in _PHOTOS
    encoded = encode_jpeg(pixels) if is_photo else encode_png(pixels)
    _check(encoded, areas, is_photo)
    if areas:
        done.append(f"{len(areas)} {'box' if len(areas) == 1 else 'boxes'} painted over, nothing is left below")
    return Made(encoded, "jpg" if is_photo else "png", tuple(done), careful)


def _decode(content: bytes) -> tuple[Image, str, list[str]]:
    """Return the bare pixels as they are shown, the format they came in, and what was done."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            image = Image.open(BytesIO(content), formats=_FORMATS)
            _refuse_size(image)
            form = image.format or ""
            _refuse_frames(image, form)
            image.load()
            is_turned = image.getexif().get(0x0112, 1) not in (0, 1)
            has_profile = "icc_profile" in image.info
            shown = _flat(_in_srgb(ImageOps.exif_transpose(image)))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels() from error
        except _BROKEN as error:
            raise InputError("the picture cannot be read: it is broken or not what it seems") from error
    done = ["encoded anew from its pixels: no EXIF, GPS, XMP, IPTC, thumbnail, comment or colour profile"]
    done += ["turned the way it is shown"] if is_turned else []
    done += ["colours brought to sRGB"] if has_profile else []
    # New memory: what hangs on the old object (info, exif, palettes) cannot come along.
    return Image.frombytes(shown.mode, shown.size, shown.tobytes()), form, done


def _refuse_size(image: Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> InputError:
    return InputError(f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels")


def _refuse_frames(image: Image, form: str) -> None:
    # The further pictures of an MPO (a telephone's depth map or preview) are metadata; the first is what is shown.
    if form != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise RefusedError(
            "the picture moves or has several pages, and a copy would hold only the first",
            hint="take a screenshot of what matters and add that: recover evidence add CASE FILE",
        )


def _in_srgb(image: Image) -> Image:
    """Return the picture with the colours its profile means; a profile that is broken changes nothing."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(image, meant, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return turned if turned is not None else image


def _flat(image: Image) -> Image:
    """Return greys or RGB without transparency. Raises `RefusedError` for depths that would be lost."""
    from PIL import Image as Images

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        raise RefusedError(
            "the picture has more than 8 bits a colour, which a copy would not keep",
            hint="take a screenshot of it and add that: recover evidence add CASE FILE",
        )
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        solid = image.convert("RGBA")
        ground = Images.new("RGBA", solid.size, (255, 255, 255, 255))
        ground.alpha_composite(solid)
        return ground.convert("RGB")
    return image.convert("RGB")


def paint(pixels: Image, areas: Sequence[tuple[int, int, int, int]]) -> None:
    """Make every pixel of the areas black."""
    for area in areas:
        pixels.paste(0 if pixels.mode == "L" else BLACK, area)


def blank_areas(pixels: Image, areas: Sequence[tuple[int, int, int, int]], names: Sequence[str]) -> Iterator[str]:
    """Say which boxes cover one plain colour, before they are painted: most likely they stand in the wrong place."""
    for area, name in zip(areas, names, strict=True):
        seen = pixels.crop(area).convert("L").tobytes()
        if max(seen) - min(seen) < _NOISE:
            yield f"the box {name} covers a plain spot, nothing was to be seen there: is it in the right place?"


def encode_jpeg(pixels: Image, quality: int = JPEG_QUALITY) -> bytes:
    """Return a JPEG with nothing but the picture in it."""
    written = BytesIO()
    pixels.save(written, "JPEG", quality=quality, subsampling=0)
    return written.getvalue()


def encode_png(pixels: Image) -> bytes:
    """Return a PNG with nothing but the picture in it."""
    written = BytesIO()
    pixels.save(written, "PNG")
    return written.getvalue()


# --- reading it back -----------------------------------------------------------------------------------------------


def _check(encoded: bytes, areas: Sequence[tuple[int, int, int, int]], is_photo: bool) -> None:
    """Raise when the finished copy holds more than a picture, or when a box is not black in it."""
    from PIL import Image

    check_bare(encoded)
    with Image.open(BytesIO(encoded), formats=("JPEG", "PNG")) as image:
        image.load()
        for area in areas:
            if brightest(image, area) > (TOLERANCE if is_photo else 0):
                raise still_there("what stood under a box")


def brightest(image: Image, area: tuple[int, int, int, int]) -> int:
    """Return the highest value that any colour has within an area; 0 is black."""
    return max(image.crop(area).convert("RGB").tobytes(), default=0)


def check_bare(encoded: bytes) -> None:
    """Raise when a JPEG or PNG holds anything besides its picture. Sources: ITU T.81 annex B, PNG 3rd edition."""
    found = set(jpeg_extras(encoded)) if encoded.startswith(b"\xff\xd8") else set(_png_extras(encoded))
    if found:
        raise still_there(", ".join(sorted(found)))


def still_there(what: str) -> AlteredError:
    """Return the error for a copy that is not as clean as it was made to be; it is thrown away."""
    return AlteredError(f"the copy still holds {what} and was not added", hint="please report this; do not use a copy")


def _png_extras(encoded: bytes) -> Iterator[str]:
    place = 8
    while place + 12 <= len(encoded):
        size, kind = struct.unpack(">I4s", encoded[place : place + 8])
        if kind not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            yield f"a {kind.decode('latin-1')} chunk"
        place += 12 + size
        if kind == b"IEND":
            break
    if place != len(encoded):
        yield "bytes behind the picture"


_JFIF = 0xE0
_KEPT_MARKERS = frozenset({_JFIF, 0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xDA})


def jpeg_segments(encoded: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk a JPEG's segments up to its first scan: (marker, start, end). Raises `InputError` for no JPEG."""
    place = 2
    while place + 4 <= len(encoded):
        if encoded[place] != 0xFF:
            break
        marker = encoded[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        end = place + 2 + int.from_bytes(encoded[place + 2 : place + 4], "big")
        yield marker, place, end
        if marker == 0xDA:
            return
        place = end
    raise InputError("a JPEG in it is broken")


def jpeg_extras(encoded: bytes, allowed: frozenset[int] = _KEPT_MARKERS) -> Iterator[str]:
    """Name what a JPEG holds besides its picture: segments, a thumbnail in its JFIF header, bytes behind its end."""
    for marker, start, end in jpeg_segments(encoded):
        if marker not in allowed:
            yield f"a segment {marker:02X}"
        if marker == _JFIF and end - start > 18:
            yield "a thumbnail"
    if encoded.find(b"\xff\xd9") != len(encoded) - 2:
        yield "bytes behind the picture"
