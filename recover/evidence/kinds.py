"""What a file is, from its first bytes and, where those say little, its extension; from one fixed list.

The suffix an exhibit gets when it leaves comes from this list and never from the file's own name: a program sent as
`photo.jpg.exe` leaves as `.bin`.
"""

from __future__ import annotations

from recover.frozen import frozen

SAMPLE_BYTES = 4096
"""How much of a file's beginning `detect` wants to see."""


@frozen
class FileKind:
    """A kind as exhibits carry it, and the suffix (without dot) a copy gets outside the vault."""

    kind: str
    suffix: str


OTHER = FileKind("other", "bin")
PROGRAM = FileKind("program", "bin")

_BY_SUFFIX = {
    "image": ("png", "jpg", "gif", "webp", "heic", "tif", "bmp", "svg"),
    "video": ("mp4", "mov", "webm", "mkv", "avi", "3gp"),
    "audio": ("mp3", "m4a", "ogg", "opus", "wav", "flac", "amr"),
    "mail": ("eml", "mbox", "msg"),
    "document": ("pdf", "docx", "doc", "odt", "rtf"),
    "web-page": ("html", "mhtml", "warc", "wacz"),
    "table": ("csv", "tsv", "xlsx", "xls", "ods"),
    "archive": ("zip", "7z", "tar", "gz"),
    "text": ("txt", "md", "json", "log"),
}
KIND_OF_SUFFIX = {suffix: kind for kind, suffixes in _BY_SUFFIX.items() for suffix in suffixes}
"""Every suffix an exhibit may have, and the kind it stands for."""

FILE_KINDS = frozenset(_BY_SUFFIX) | {OTHER.kind, PROGRAM.kind}
"""Kinds that `detect` can return. Playbooks may use finer ones (`id-copy`); those are typed or come from the need."""

_SAME_SUFFIX = {
    "jpeg": "jpg",
    "tiff": "tif",
    "heif": "heic",
    "htm": "html",
    "mht": "mhtml",
    "yaml": "txt",
    "m4v": "mp4",
}

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (8, b"WEBP", "webp"),
    (0, b"II*\x00", "tif"),
    (0, b"MM\x00*", "tif"),
    (0, b"%PDF-", "pdf"),
    (0, b"{\\rtf", "rtf"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (0, b"fLaC", "flac"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"#!AMR", "amr"),
    (0, b"\x1aE\xdf\xa3", "mkv"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"WARC/1.", "warc"),
    (257, b"ustar", "tar"),
    (0, b"BM", "bmp"),
)
"""(offset, bytes, suffix): what cannot be mistaken."""

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"dex\n")

_BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"mif1": "heic",
    b"qt  ": "mov",
    b"M4A ": "m4a",
    b"3gp4": "3gp",
    b"3gp5": "3gp",
}
"""Major brands of ISO media files that are no plain MP4."""

_INSIDE_ZIP = frozenset({"docx", "xlsx", "odt", "ods", "wacz"})
_INSIDE_OLE = frozenset({"doc", "xls", "msg"})
_INSIDE_MATROSKA = frozenset({"webm", "mkv"})
_PLAIN_TEXT = frozenset({"txt", "md", "json", "log", "csv", "tsv", "eml", "mbox", "html", "mhtml", "svg"})


def suffix_of(name: str) -> str:
    """Return a file name's extension in its canonical spelling, or "" when it is none of the list."""
    _, dot, last = name.rpartition(".")
    suffix = last.lower() if dot else ""
    suffix = _SAME_SUFFIX.get(suffix, suffix)
    return suffix if suffix in KIND_OF_SUFFIX else ""


def detect(name: str, sample: bytes) -> FileKind:
    """Say what a file is. `sample` is its beginning (up to `SAMPLE_BYTES`); the content wins over the name."""
    if sample.startswith(_PROGRAMS):
        return PROGRAM
    suffix = _from_content(suffix_of(name), sample)
    return FileKind(KIND_OF_SUFFIX[suffix], suffix) if suffix else OTHER


def _from_content(named: str, sample: bytes) -> str:
    if sample.startswith(b"PK\x03\x04"):
        return named if named in _INSIDE_ZIP else "zip"
    if sample.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return named if named in _INSIDE_OLE else ""
    if sample[4:8] == b"ftyp":
        return _BRANDS.get(sample[8:12], "mp4")
    for offset, magic, suffix in _MAGIC:
        if sample[offset : offset + len(magic)] == magic:
            return named if suffix == "mkv" and named in _INSIDE_MATROSKA else _opus(named, suffix)
    if sample[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        return "mp3"
    return _text(named, sample)


def _opus(named: str, suffix: str) -> str:
    return "opus" if suffix == "ogg" and named == "opus" else suffix


def _text(named: str, sample: bytes) -> str:
    """Tell kinds of text apart; bytes that are no text in any common encoding get no suffix."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return named if named in _PLAIN_TEXT else "txt"
    if b"\x00" in sample or not _is_utf8(sample):
        return named if named in _PLAIN_TEXT and b"\x00" not in sample else ""
    if named in _PLAIN_TEXT:
        return named
    start = sample.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if sample.startswith(b"From "):
        return "mbox"
    if start.startswith((b"received:", b"return-path:", b"delivered-to:", b"message-id:", b"mime-version:")):
        return "eml"
    return "txt"


def _is_utf8(sample: bytes) -> bool:
    """Accept a sample that was cut inside a character."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 3 and error.reason == "unexpected end of data"
    return True
