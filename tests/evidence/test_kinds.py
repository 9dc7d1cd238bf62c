"""What a file is said to be."""

from __future__ import annotations

import pytest

from recover.evidence.kinds import FILE_KINDS, KIND_OF_SUFFIX, FileKind, detect


@pytest.mark.parametrize(
    ("name", "sample", "kind", "suffix"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image", "png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0....", "image", "jpg"),
        ("a", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image", "webp"),
        ("a.pdf", b"%PDF-1.7\n", "document", "pdf"),
        ("a.docx", b"PK\x03\x04....", "document", "docx"),
        ("a.zip", b"PK\x03\x04....", "archive", "zip"),
        ("a.unknown", b"PK\x03\x04....", "archive", "zip"),
        ("a.mp4", b"\x00\x00\x00\x18ftypisom", "video", "mp4"),
        ("a.mov", b"\x00\x00\x00\x18ftypqt  ", "video", "mov"),
        ("a.webm", b"\x1aE\xdf\xa3....", "video", "webm"),
        ("a.opus", b"OggS....", "audio", "opus"),
        ("mails.mbox", b"From a@example.org Mon\nSubject: x\n", "mail", "mbox"),
        ("mail", b"Received: from mx.example.org\n", "mail", "eml"),
        ("page", b"\n<!DOCTYPE html><p>", "web-page", "html"),
        ("page.html", b"<p>\xc5\x9f", "web-page", "html"),
        ("table.csv", b"a,b\n1,2\n", "table", "csv"),
        ("note", "Qonşu Səsləri".encode(), "text", "txt"),
        ("old.txt", b"caf\xe9 au lait, latin-1", "text", "txt"),
        ("blob", b"\x00\x01\x02", "other", "bin"),
    ],
)
def test_content_and_extension_give_kind_and_suffix(name: str, sample: bytes, kind: str, suffix: str) -> None:
    """Common evidence files are recognised by content first, extension second."""
    assert detect(name, sample) == FileKind(kind, suffix)


def test_content_wins_over_the_name() -> None:
    """A picture named as text is a picture."""
    assert detect("a.txt", b"\x89PNG\r\n\x1a\n").suffix == "png"


@pytest.mark.parametrize("sample", [b"MZ\x90\x00", b"\x7fELF\x02", b"dex\n035"])
def test_a_program_never_gets_a_suffix_that_starts_it(sample: bytes) -> None:
    """A program dressed as a picture leaves as `.bin`."""
    assert detect("photo.jpg", sample) == FileKind("program", "bin")


def test_text_cut_inside_a_character_is_text() -> None:
    """The sample may end in the middle of a letter."""
    sample = ("ə" * 3000).encode()[:4095]
    assert detect("note", sample).kind == "text"


def test_every_suffix_is_lower_case_ascii_and_has_a_kind() -> None:
    """Suffixes are safe in any file name."""
    assert all(s.isascii() and s.isalnum() and s == s.lower() for s in KIND_OF_SUFFIX)
    assert set(KIND_OF_SUFFIX.values()) < FILE_KINDS
