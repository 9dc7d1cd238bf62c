"""A letter as the draft of a mail (.eml): it opens in a mail program, ready to be looked at, changed and sent.

Nobody's name stands in a header: the subject is the letter's own title, the sender is left to the program. Text and
PDF are in it; exhibits are put in while the file is written, so that none is ever whole in memory or readable on a
disk. Lines end as mails demand (RFC 5322), other scripts are encoded (RFC 2047), and the same letter gives the same
bytes: time, id and boundary follow from the content.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import PurePosixPath

from recover.errors import AlteredError
from recover.packet.document import Document
from recover.packet.formats.text import body_text
from recover.packet.interface import Copy, Enclosed, PlannedExhibit, Sink
from recover.packet.neutral import neutralise
from recover.packet.words.phrases import phrase, unreviewed_notice

MAX_MAIL_BYTES = 20_000_000
"""What many mail services still take, all of the mail in its encoded form; what does not fit is named in the text."""

LINE_BYTES = 57
"""Plain bytes of one line of base64 (76 characters, RFC 2045)."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "txt": "text/plain",
}
"""Everything else travels as bytes of no type, which no mail program opens by itself."""

Parts = tuple[bytes | Enclosed, ...]


def address_in(text: str) -> str:
    """Return the mail address that a text is, without `mailto:`; nothing when it is more or less than one address."""
    bare = text.strip().removeprefix("mailto:")
    return bare if _ADDRESS.fullmatch(bare) else ""


def write_draft(document: Document, pdf: bytes, exhibits: Sequence[PlannedExhibit], as_of: datetime) -> Parts:
    """Write a letter as a draft, in parts: bytes, and the places where exhibits stand.

    `exhibits` are those that go with it; the first that fit into a mail are enclosed under their typed names, the
    others are named below the text, to be attached by hand.
    """
    inside, outside = _fitting(exhibits, MAX_MAIL_BYTES - _encoded_bytes(len(pdf)))
    body = _body(document, outside)
    seed = sha256(b"\n".join((body.encode(), pdf, *(each.sha256.encode() for each in inside)))).hexdigest()
    mail = _headed(document, as_of, seed)
    mail.set_content(body)
    _attach(mail, f"{PurePosixPath(document.stem).name}.pdf", pdf)
    # The library writes the mail around these words; where they stand, an exhibit's bytes go when it is written.
    places = [f"{seed}.{each.number}" for each in inside]
    for each, place in zip(inside, places, strict=True):
        _attach(mail, PurePosixPath(each.path).name, b"").set_payload(place + "\n")
    mail.set_boundary(f"=_{seed[:32]}")
    return tuple(_parts(mail.as_bytes(), places, inside))


def _parts(whole: bytes, places: Sequence[str], inside: Sequence[PlannedExhibit]) -> Iterator[bytes | Enclosed]:
    rest = whole
    for place, each in zip(places, inside, strict=True):
        before, _, rest = rest.partition(place.encode() + b"\r\n")
        yield before
        yield Enclosed(each.number)
    yield rest


def _fitting(
    exhibits: Sequence[PlannedExhibit], room: int
) -> tuple[tuple[PlannedExhibit, ...], tuple[PlannedExhibit, ...]]:
    inside: list[PlannedExhibit] = []
    outside: list[PlannedExhibit] = []
    for each in exhibits:
        size = _encoded_bytes(each.size_bytes)
        (inside if size <= room else outside).append(each)
        room -= size if size <= room else 0
    return tuple(inside), tuple(outside)


def _encoded_bytes(size: int) -> int:
    return -(-size // LINE_BYTES) * 78 + 500


def _headed(document: Document, as_of: datetime, seed: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mark = f"{phrase('practice', document.language)}: " if document.is_practice else ""
    mail["Subject"] = neutralise(mark + document.title)
    if document.address:
        mail["To"] = document.address
    mail["Date"] = format_datetime(as_of)
    mail["Message-ID"] = f"<{seed[:32]}@draft.invalid>"
    # Outlook and others open a message with this header for writing.
    mail["X-Unsent"] = "1"
    return mail


def _attach(mail: EmailMessage, name: str, content: bytes) -> Message:
    maintype, _, subtype = _TYPES.get(name.rpartition(".")[2], "application/octet-stream").partition("/")
    mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    attached = list(mail.iter_parts())
    return attached[-1]


def _body(document: Document, outside: Sequence[PlannedExhibit]) -> str:
    language = document.language
    parts = [phrase("practice", language)] if document.is_practice else []
    if document.is_unreviewed:
        parts.append(unreviewed_notice(language))
    parts.append(body_text(document))
    if document.attachments:
        parts.append("\n".join((f"{phrase('attachments', language)}:", *document.attachments)))
    if outside:
        names = ", ".join(PurePosixPath(each.path).name for each in outside)
        parts.append(phrase("mail-by-hand", language, files=names))
    return "\n\n".join((*parts, *document.remarks)) + "\n"


# --- writing --------------------------------------------------------------------------------------------------------


def _encoded(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


class _Base64:
    """Takes plain bytes, gives lines of base64 on to a sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest = b""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""
        whole = self._rest + data
        end = len(whole) - len(whole) % LINE_BYTES
        self._rest = whole[end:]
        if end:
            self._sink.write(_encoded(whole[:end]))
        return len(data)

    def close(self) -> None:
        """Give on what is left."""
        if self._rest:
            self._sink.write(_encoded(self._rest))
            self._rest = b""


def put_together(parts: Parts, sink: Sink, copy: Copy | None) -> None:
    """Write parts into a sink; exhibits come from `copy`, which checks them, and go through without being kept."""
    for part in parts:
        if isinstance(part, bytes):
            sink.write(part)
            continue
        if copy is None:
            raise AlteredError(f"nobody gives the bytes of {part.number}")
        encoder = _Base64(sink)
        copy(part.number, encoder)
        encoder.close()


class Measure:
    """A sink that knows the SHA-256 and the size of what it takes, and gives it on where there is another sink."""

    def __init__(self, sink: Sink | None = None) -> None:
        self._sink = sink
        self._hash = sha256()
        self.size_bytes = 0

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""
        self._hash.update(data)
        self.size_bytes += len(data)
        if self._sink is not None:
            self._sink.write(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """Return the digest so far, in lower-case hex."""
        return self._hash.hexdigest()
