"""Working copies: an exhibit's bytes without what is hidden in them, and with parts of the picture gone for good.

Bytes in, bytes out, all of it in memory. What comes back was built anew from what may stay, never cut out of the
original, and was read once more before it is given back: whatever is still in it that should be gone is an error here,
not a surprise at the reader's. What cannot be cleaned with certainty is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import ceil, floor

from recover.errors import InputError, RefusedError, UsageError
from recover.frozen import frozen

MAX_BYTES = 256 * 1024 * 1024
"""The largest original a copy is made of: it is held in memory, with the copy."""

MAX_PIXELS = 120_000_000
"""Of one picture: more than any telephone takes, and about 360 MB unpacked."""

MAX_BOXES = 200

IMAGES = frozenset({"png", "jpg", "gif", "webp", "tif", "bmp"})
OFFICE = frozenset({"docx", "xlsx", "odt", "ods"})
PDF = "pdf"

_OTHERS = {
    "heic": "this picture format cannot be read here; a screenshot of it, or the phone's own export as JPEG, can",
    "svg": "a drawing is text that may hold anything; a screenshot of it can be copied",
    "doc": "old Office files cannot be cleaned with certainty; print it into a PDF and add that",
    "xls": "old Office files cannot be cleaned with certainty; print it into a PDF and add that",
    "rtf": "RTF cannot be cleaned with certainty; print it into a PDF and add that",
}


@frozen
class Length:
    """A distance: in pixels (points of 1/72 inch in a PDF), or in percent of the whole."""

    number: Decimal
    is_percent: bool

    def of(self, whole: float) -> float:
        """Return the distance on a side that is `whole` long."""
        return float(self.number) * whole / 100 if self.is_percent else float(self.number)


@frozen
class Box:
    """A rectangle counted from the top left corner of the picture or page as it is shown; `page` counts from 1."""

    x: Length
    y: Length
    width: Length
    height: Length
    page: int = 0
    """0: not said."""
    text: str = ""
    """As it was typed, for messages."""

    def on(self, width: float, height: float, scale: float = 1.0) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels (the last two not included), rounded outwards and clipped.

        `scale` is pixels per unit. Raises `UsageError` for a box that lies outside.
        """
        left, top = self.x.of(width), self.y.of(height)
        right, bottom = left + self.width.of(width), top + self.height.of(height)
        found = (
            max(0, floor(left * scale)),
            max(0, floor(top * scale)),
            min(floor(width * scale), ceil(right * scale)),
            min(floor(height * scale), ceil(bottom * scale)),
        )
        if found[0] >= found[2] or found[1] >= found[3]:
            raise UsageError(
                f"a box lies outside: what is shown is {width:g} wide and {height:g} high", hint="--box 10%,20%,30%,5%"
            )
        return found


@frozen
class Wish:
    """What a working copy is to be: always without metadata; with boxes or as pictures only what can be seen stays."""

    boxes: tuple[Box, ...] = ()
    as_pictures: bool = False
    """Of a PDF: every page becomes a picture, without text layer or anything else behind it."""


@frozen
class Made:
    """A finished copy: its bytes, suffix from the list of kinds, and in sentences what was done and what to know."""

    content: bytes
    suffix: str
    done: tuple[str, ...]
    careful: tuple[str, ...] = ()


def read_box(typed: str, page: int = 0) -> Box:
    """Read `X,Y,W,H` or `PAGE:X,Y,W,H`, each number plain or in percent. Raises `UsageError`."""
    before, colon, rest = typed.rpartition(":")
    lengths = [_read_length(part, typed) for part in rest.split(",")]
    if len(lengths) != 4 or not (lengths[2].number and lengths[3].number):
        raise _no_box(typed)
    if colon:
        if not (before.isascii() and before.isdigit() and 1 <= len(before) <= 4 and int(before)):
            raise _no_box(typed)
        page = int(before)
    x, y, width, height = lengths
    return Box(x, y, width, height, page, typed)


def _read_length(part: str, typed: str) -> Length:
    text = part.strip()
    number = text.removesuffix("%")
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise _no_box(typed) from error
    if len(number) > 12 or not value.is_finite() or not 0 <= value <= (100 if number != text else 100_000):
        raise _no_box(typed)
    return Length(value, number != text)


def _no_box(typed: str) -> UsageError:
    return UsageError(
        f"{typed[:40]!r} is no box",
        hint="left, top, width and height in pixels or percent: --box 120,40,300,60 or --box 10%,20%,30%,5%",
    )


def read_boxes(typed: Sequence[str], page: int = 0) -> tuple[Box, ...]:
    """Read the boxes of one command; `page` is that of boxes that name none. Raises `UsageError`."""
    if len(typed) > MAX_BOXES:
        raise UsageError(f"more than {MAX_BOXES} boxes", hint="fewer, larger boxes cover the same")
    if page < 0:
        raise UsageError("pages count from 1", hint="--page 1")
    return tuple(read_box(each, page) for each in typed)


def make_copy(content: bytes, suffix: str, wish: Wish) -> Made:
    """Return a copy of a file without metadata, with the boxes of `wish` gone.

    `suffix` is the exhibit's, from the list of kinds. Raises `RefusedError` for what cannot be cleaned with certainty,
    `InputError` for a broken, locked or too large file, `UsageError` for boxes that do not fit.
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    if wish.as_pictures and suffix != PDF:
        raise UsageError("only a PDF can be made into pictures of its pages", hint="leave --as-pictures out")
    if suffix in IMAGES:
        from recover.evidence.copies_image import copy_image

        return copy_image(content, wish)
    if suffix == PDF:
        from recover.evidence.copies_pdf import copy_pdf

        return copy_pdf(content, wish)
    if suffix in OFFICE:
        from recover.evidence.copies_office import copy_office

        return copy_office(content, suffix, wish)
    why = _OTHERS.get(suffix, "there is no way here to clean a file of this kind")
    raise RefusedError(f"no working copy of a .{suffix or 'bin'} file can be made: {why}", place="working copy")


def too_large() -> InputError:
    """Return the error for an original that does not fit into memory."""
    return InputError(f"larger than {MAX_BYTES // 1024**2} MiB: no working copy is made of it", place="working copy")
