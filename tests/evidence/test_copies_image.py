"""A picture's working copy holds the picture and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from recover.errors import InputError, RecoverError, RefusedError, UsageError
from recover.evidence import copies_image
from recover.evidence.copies import Wish, make_copy, read_box, read_boxes

STRIPPED = Wish()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def photo(size: tuple[int, int] = (120, 80), *, turned: int = 1) -> bytes:
    """A telephone's JPEG: place, device, thumbnail-like comment, XMP, IPTC."""
    image = Image.new("RGB", size, "white")
    image.paste((200, 30, 30), (0, 0, size[0] // 2, size[1] // 2))
    exif = image.getexif()
    exif[0x010F], exif[0x0112] = "Telefon of Nazli", turned
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 24.0, 30.0), 3: "E", 4: (49.0, 52.0, 1.0)})
    written = BytesIO()
    image.save(written, "JPEG", exif=exif, comment=b"taken at the newsroom", xmp=b"<x:xmpmeta>Nazli</x:xmpmeta>")
    return written.getvalue()


def png(image: Image.Image, **more: object) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", **more)
    return written.getvalue()


def test_a_photo_loses_place_device_and_comments() -> None:
    """EXIF with GPS, XMP and comment are gone, and no byte of their words is left."""
    before = photo()
    assert opened(before).getexif().get_ifd(0x8825)
    made = make_copy(before, "jpg", STRIPPED)
    after = opened(made.content)
    assert made.suffix == "jpg"
    assert not after.getexif()
    assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(word in made.content for word in (b"Nazli", b"newsroom", b"xmp", b"Exif"))


def test_a_photo_is_turned_the_way_it_is_shown() -> None:
    """The orientation goes with the metadata, so the pixels take it over first."""
    made = make_copy(photo((120, 80), turned=6), "jpg", STRIPPED)
    after = opened(made.content)
    assert after.size == (80, 120)
    # The red quarter was top left; turned clockwise it stands top right.
    assert after.getpixel((70, 10))[1] < 100 < after.getpixel((10, 10))[1]
    assert "turned the way it is shown" in made.done


def test_text_chunks_and_what_stands_behind_a_png_are_gone() -> None:
    """A screenshot's text chunks and a second file hung onto its end do not come along."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Nazli")
    texts.add_itxt("XML:com.adobe.xmp", "<x>Nazli</x>", zip=True)
    before = png(Image.new("RGB", (20, 20), "blue"), pnginfo=texts) + b"PK\x03\x04 hung on"
    made = make_copy(before, "png", STRIPPED)
    assert opened(before).info["Author"] == "Nazli"
    assert opened(made.content).info == {}
    assert b"hung on" not in made.content
    assert opened(made.content).getpixel((3, 3)) == (0, 0, 255)


def test_colour_under_transparency_is_no_hiding_place() -> None:
    """A picture that stands in fully transparent pixels is not in the copy."""
    hidden = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    made = make_copy(png(hidden), "png", STRIPPED)
    assert set(opened(made.content).convert("RGB").get_flattened_data()) == {(255, 255, 255)}


def test_a_colour_profile_is_brought_to_srgb() -> None:
    """The profile, which can name a device, goes; it is said that colours were brought over."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = make_copy(png(Image.new("RGB", (9, 9), (10, 200, 30)), icc_profile=profile), "png", STRIPPED)
    assert "icc_profile" not in opened(made.content).info
    assert "colours brought to sRGB" in made.done
    broken = make_copy(png(Image.new("RGB", (9, 9), (10, 200, 30)), icc_profile=b"no profile"), "png", STRIPPED)
    assert opened(broken.content).getpixel((1, 1)) == (10, 200, 30)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF"])
def test_a_box_is_black_and_the_rest_stays(form: str) -> None:
    """In every format pixels of the box are gone and those beside it are as they were."""
    image = Image.new("RGB", (200, 100), (250, 240, 30))
    written = BytesIO()
    image.save(written, form)
    suffix = {"PNG": "png", "JPEG": "jpg", "BMP": "bmp", "TIFF": "tif", "WEBP": "webp", "GIF": "gif"}[form]
    made = make_copy(written.getvalue(), suffix, Wish(read_boxes(["10%,10%,50,60"])))
    after = opened(made.content).convert("RGB")
    # 10 % of 200 is 20 across, 10 % of 100 is 10 down.
    assert max(max(after.getpixel(at)) for at in [(20, 10), (45, 40), (69, 69)]) < 40
    assert min(after.getpixel((150, 50))[:2]) > 200
    assert made.done[-1].startswith("1 box painted over")


def test_a_box_that_lies_outside_is_an_error() -> None:
    """Nobody is left to believe that something was covered."""
    with pytest.raises(UsageError):
        make_copy(photo(), "jpg", Wish(read_boxes(["500,10,20,20"])))
    with pytest.raises(UsageError):
        make_copy(photo(), "jpg", Wish(read_boxes(["2:1,1,20,20"])))


def test_a_box_over_a_plain_spot_is_doubted() -> None:
    """A box beside what it should cover looks like a redaction and is none; one over something is not doubted."""
    beside = make_copy(photo((120, 80)), "jpg", Wish(read_boxes(["80,50,30,20", "40,20,40,40"])))
    assert len(beside.careful) == 1
    assert "80,50,30,20" in beside.careful[0]


def test_a_box_that_is_not_black_in_the_result_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If painting failed, the copy is refused: the finished bytes are looked at, not what was meant."""
    monkeypatch.setattr(copies_image, "paint", lambda pixels, areas: None)
    with pytest.raises(RecoverError, match="under a box"):
        make_copy(photo(), "jpg", Wish(read_boxes(["0,0,20,20"])))


@pytest.mark.parametrize(
    "typed", ["", "1,2,3", "1,2,0,4", "a,b,c,d", "1,2,-3,4", "NaN,1,1,1", "0:1,1,1,1", "1,1,101%,1"]
)
def test_what_is_no_box_is_said(typed: str) -> None:
    """A slip in a box is an error before anything is opened."""
    with pytest.raises(UsageError):
        read_box(typed)


def test_moving_and_many_paged_pictures_are_refused() -> None:
    """A copy of the first frame would silently leave out the others."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for form, suffix in (("GIF", "gif"), ("TIFF", "tif"), ("PNG", "png"), ("WEBP", "webp")):
        written = BytesIO()
        frames[0].save(written, form, save_all=True, append_images=frames[1:])
        with pytest.raises(RefusedError):
            make_copy(written.getvalue(), suffix, STRIPPED)


def test_a_telephones_second_picture_is_left_behind() -> None:
    """Of a JPEG that carries a further picture only the one that is shown is copied."""
    written = BytesIO()
    shown, further = Image.new("RGB", (40, 40), "red"), Image.new("RGB", (40, 40), "blue")
    shown.save(written, "MPO", save_all=True, append_images=[further])
    assert opened(written.getvalue()).n_frames == 2
    made = make_copy(written.getvalue(), "jpg", STRIPPED)
    assert opened(made.content).format == "JPEG"
    assert opened(made.content).getpixel((5, 5))[0] > 200


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size that a picture claims is looked at first."""
    monkeypatch.setattr(copies_image, "MAX_PIXELS", 5_000)
    with pytest.raises(InputError, match="million pixels"):
        make_copy(png(Image.new("1", (100, 100))), "png", STRIPPED)


@pytest.mark.parametrize("suffix", ["heic", "svg", "mp4", "doc", "bin", ""])
def test_what_cannot_be_cleaned_is_refused(suffix: str) -> None:
    """A kind of file for which there is no way is named, with one."""
    with pytest.raises(RefusedError):
        make_copy(b"anything", suffix, STRIPPED)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_broken_pictures_end_in_a_typed_error_or_a_clean_copy(data: st.DataObject) -> None:
    """Whatever bytes are turned over, nothing but a typed error or a bare picture comes out."""
    base = bytearray(data.draw(st.sampled_from([photo((16, 16)), png(Image.new("P", (16, 16), 3))])))
    for _ in range(data.draw(st.integers(1, 6))):
        base[data.draw(st.integers(0, len(base) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = make_copy(bytes(base[: data.draw(st.integers(1, len(base)))]), "jpg", STRIPPED)
    except RecoverError:
        return
    copies_image.check_bare(made.content)


def test_the_same_picture_gives_the_same_copy() -> None:
    """Same bytes in, same bytes out."""
    assert make_copy(photo(), "jpg", STRIPPED) == make_copy(photo(), "jpg", STRIPPED)
