"""Drafts of mails: what a mail program finds in them whatever stands in a letter; exhibits go through whole."""

from __future__ import annotations

import email
import io
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256

import pytest

from recover.errors import AlteredError
from recover.packet.document import Document
from recover.packet.formats.mail import MAX_MAIL_BYTES, Measure, address_in, put_together, write_draft
from recover.packet.formats.text import body_text
from recover.packet.interface import Enclosed, PlannedExhibit, Sink
from tests.packet import papers

AS_OF = datetime(2026, 10, 13, 8, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
CONTENTS = {"E01": bytes(range(256)) * 1000, "E02": b"From somebody\r\n.\r\n--boundary\r\n\r\n", "E03": b""}


def planned(number: str, suffix: str = "png", size: int | None = None) -> PlannedExhibit:
    """Return a planned exhibit of the test."""
    content = CONTENTS[number]
    path = f"exhibits/{number}_a-title.{suffix}"
    digest = sha256(content).hexdigest()
    return PlannedExhibit(number, path, "A title", "ordinary", digest, len(content) if size is None else size)


def copy(number: str, sink: Sink) -> None:
    """Stream a test exhibit in pieces of an awkward size."""
    content = CONTENTS[number]
    for start in range(0, len(content), 1009):
        sink.write(content[start : start + 1009])


def written(document: Document, *exhibits: PlannedExhibit) -> bytes:
    """Return the whole draft."""
    stream = io.BytesIO()
    put_together(write_draft(document, PDF, exhibits, AS_OF), stream, copy)
    return stream.getvalue()


def read(document: Document, *exhibits: PlannedExhibit) -> EmailMessage:
    """Return the draft as the standard library reads it."""
    message = email.message_from_bytes(written(document, *exhibits), policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_a_draft_opens_for_writing_with_a_neutral_subject() -> None:
    """The subject is the letter's title, the address that of the channel; nobody's name is in a header."""
    message = read(replace(papers.ENGLISH, address="help@partner.example"))
    assert message["Subject"] == "Statement on a hijacked Facebook Page"
    assert message["To"] == "help@partner.example"
    assert message["X-Unsent"] == "1"
    assert message["From"] is None
    headers = written(papers.ENGLISH).split(b"\r\n\r\n")[0].decode()
    assert "Nərmin" not in str(email.header.make_header(email.header.decode_header(headers)))


def test_without_an_address_the_field_stays_empty() -> None:
    """An address that nobody wrote down is not invented."""
    assert read(papers.ENGLISH)["To"] is None


def test_what_is_attached_is_what_was_meant() -> None:
    """PDF and exhibits come out byte for byte, under their typed names, an empty one and one like a mail among them."""
    message = read(papers.ENGLISH, planned("E01"), planned("E02", "eml"), planned("E03", "bin"))
    attached = {part.get_filename(): part for part in message.iter_attachments()}
    assert list(attached) == [
        "01_page-hijack-statement.pdf",
        "E01_a-title.png",
        "E02_a-title.eml",
        "E03_a-title.bin",
    ]
    assert attached["01_page-hijack-statement.pdf"].get_content() == PDF
    for number, name in (("E01", "E01_a-title.png"), ("E02", "E02_a-title.eml"), ("E03", "E03_a-title.bin")):
        found = attached[name].get_payload(decode=True)
        assert sha256(found).hexdigest() == sha256(CONTENTS[number]).hexdigest()
        assert not attached[name].defects


def test_the_text_is_the_letter_as_it_was_approved() -> None:
    """The body begins with the letter's own text; below stand the attachments by number."""
    document = replace(papers.ENGLISH, attachments=("E01 Admin list",))
    body = read(document).get_body()
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith(body_text(document))
    assert text.index(body_text(document)) < text.index("E01 Admin list")


@pytest.mark.parametrize("document", [papers.ARABIC, papers.PERSIAN, papers.AZERBAIJANI], ids=["ar", "fa", "az"])
def test_other_scripts_are_encoded(document: Document) -> None:
    """Headers and text of a letter in any script are ASCII on the way and come out as they were."""
    whole = written(document)
    assert whole.isascii()
    message = read(document)
    assert message["Subject"] == document.title
    body = message.get_body()
    assert body is not None
    assert document.title in message["Subject"]
    assert len(body.get_content()) > 50


def test_lines_end_and_fold_as_mails_demand() -> None:
    """CRLF everywhere, no line over 998 bytes, no header line over 78, whatever the title's length."""
    long = replace(papers.AZERBAIJANI, title="Ələ keçirilmiş səhifə haqqında bəyanat " * 12, address="a@b.example")
    whole = written(long, planned("E01"))
    assert b"\n" not in whole.replace(b"\r\n", b"")
    assert b"\r" not in whole.replace(b"\r\n", b"")
    lines = whole.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert max(map(len, whole.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "hostile",
    [
        "Title\r\nBcc: thief@evil.example",
        "Title\nBcc: thief@evil.example\n\nbody",
        "Title\r\n\r\n<html>",
        "=?utf-8?q?x?=\r\n Bcc: thief@evil.example",
        "Title\u2028Bcc: thief@evil.example",
        "Title\x00\x1b[31m\u202etxt.exe",
        "x" * 5000,
    ],
)
def test_a_title_puts_no_header_in(hostile: str) -> None:
    """Line breaks, encoded words and controls in a title stay in the subject and become nothing else."""
    message = read(replace(papers.ENGLISH, title=hostile))
    assert sorted(message.keys()) == [
        "Content-Type",
        "Date",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "X-Unsent",
    ]
    assert message["Bcc"] is None
    assert not set(message["Subject"]) & set("\r\n\x00\x1b\u202e\u2028")


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example, thief@evil.example",
        "a@b.example\r\nBcc: x@y.example",
        "Name <a@b.example>",
        "mailto:a@b.example?bcc=x@y.example",
        "not an address",
        "a@b",
        "",
        "https://a@b.example/",
    ],
)
def test_only_one_plain_address_is_one(text: str) -> None:
    """What is more than one bare address is none, so that a mail goes nowhere unseen."""
    assert address_in(text) == ""


def test_mailto_is_an_address() -> None:
    """A channel's address may be written as a link."""
    assert address_in("mailto:help@partner.example") == "help@partner.example"


def test_what_is_too_large_is_named_and_not_enclosed() -> None:
    """An exhibit that does not fit is attached by hand; what still fits behind it goes in."""
    message = read(papers.ENGLISH, planned("E01", "mp4", MAX_MAIL_BYTES), planned("E02", "eml"))
    assert [part.get_filename() for part in message.iter_attachments()][1:] == ["E02_a-title.eml"]
    body = message.get_body()
    assert body is not None
    assert "to be attached by hand: E01_a-title.mp4" in " ".join(body.get_content().split())


def test_a_draft_stays_below_what_services_take() -> None:
    """All of a mail, encoded, is no larger than the bound that the letters' exhibits are measured by."""
    size = len(CONTENTS["E01"])
    many = [replace(planned("E01"), path=f"exhibits/E01_{n}.png") for n in range(MAX_MAIL_BYTES // size)]
    whole = written(papers.ENGLISH, *many)
    assert MAX_MAIL_BYTES * 0.95 < len(whole) <= MAX_MAIL_BYTES


def test_the_same_letter_is_the_same_mail() -> None:
    """No clock, no chance: two drafts are equal, and one of another letter has another id and boundary."""
    first = written(papers.ENGLISH, planned("E01"))
    assert first == written(papers.ENGLISH, planned("E01"))
    other = written(replace(papers.ENGLISH, title="Another"), planned("E02"))
    ids = {email.message_from_bytes(each, policy=default)["Message-ID"] for each in (first, other)}
    assert len(ids) == 2


def test_an_exhibit_is_never_whole_in_a_draft_before_it_is_written() -> None:
    """Parts name the exhibit; its bytes are asked for while writing, and nobody to ask is an error."""
    parts = write_draft(papers.ENGLISH, PDF, [planned("E01")], AS_OF)
    assert Enclosed("E01") in parts
    with pytest.raises(AlteredError):
        put_together(parts, Measure(), None)


def test_a_practice_draft_says_so() -> None:
    """Nobody takes an exercise for a real letter: subject and text begin with the mark."""
    message = read(replace(papers.ENGLISH, is_practice=True))
    assert message["Subject"].startswith("PRACTICE")
    body = message.get_body()
    assert body is not None
    assert body.get_content().startswith("PRACTICE")
