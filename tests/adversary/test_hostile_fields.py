"""Hostile text in every field of a case stays text: in every format of every packet, and in every file name."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
from icalendar import Calendar

from recover import practice
from recover.desk.case import OpenCase
from recover.errors import RefusedError
from recover.playbook.loader import load_playbook
from recover.playbook.stories import load_story
from tests.adversary.hostile import MARKS, PAYLOADS, SIGNS, poisoned

FORMATS = ("txt", "pdf", "docx", "html", "eml", "csv", "ics")
PROFILES = ("platform", "partner", "lawyer", "victim", "police", "press")
STORY = "neighbour-voices"
ACTING = {"script", "img", "a", "iframe", "object", "embed", "link", "form", "base", "input", "button", "foreignobject"}
OURS = frozenset("\u2066\u2067\u2068\u2069")
"""Isolates that a document in another direction needs; they come in pairs and from us alone."""


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Build every packet of a story full of payloads, each in every format there is."""
    path = practice.find_stories([STORY])[0]
    story = load_story(path)
    story = poisoned(story, load_playbook(story.playbook))
    out = tmp_path_factory.mktemp("packets")
    with practice.practising(story) as begin:
        case, clock = begin()
        assert practice.play_acts(case, clock, story) == ()
        yield {profile: out / profile for profile in PROFILES if _written(case, profile, out / profile)}


def _written(case: OpenCase, profile: str, out: Path) -> bool:
    try:
        only = ("html",) if profile == "victim" else FORMATS  # an account holder gets three files at most
        case.write_packet(
            case.plan_packet(
                profile, platform="meta" if profile == "platform" else "", only=only, with_dates=True, with_proof=True
            ),
            out,
        )
    except RefusedError:  # a consent that this story does not hold
        return False
    return True


def files(packets: dict[str, Path], suffix: str) -> list[Path]:
    """Return what we made of one format; exhibits are the client's files, proofs are bytes of the log."""
    found = [path for root in packets.values() for path in sorted(root.rglob(f"*{suffix}"))]
    made = [
        path for path in found if not {"exhibits", "proofs"} & set(path.parts) and not re.match(r"E\d\d", path.name)
    ]
    assert made, f"no packet holds a {suffix}"
    return made


def test_the_payloads_came_through(packets: dict[str, Path]) -> None:
    """The packets of platform, partner and lawyer exist and print every payload's mark somewhere."""
    assert {"platform", "partner", "lawyer"} <= set(packets)
    text = "\n".join(path.read_text("utf-8") for path in files(packets, ".txt") + files(packets, ".html"))
    assert [mark for mark in MARKS if mark not in text] == []


class Page(HTMLParser):
    """Collects elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_pages_hold_no_element_that_acts(packets: dict[str, Path]) -> None:
    """No HTML page has a script, a link, an image, a form or an event handler, whatever a value said."""
    for path in files(packets, ".html"):
        page = Page()
        page.feed(path.read_text("utf-8"))
        assert {tag for tag, _ in page.elements} & ACTING == set(), path
        for tag, attributes in page.elements:
            acting = [
                name for name in attributes if name.startswith("on") or name in ("href", "src", "style", "action")
            ]
            assert acting == [], (path, tag, acting)
        assert sum(tag == "style" for tag, _ in page.elements) == 1


def test_pdfs_hold_no_action(packets: dict[str, Path]) -> None:
    """No PDF has an address to open, a script, a launch or a file inside, and typst printed the markup as text."""
    printed = ""
    for path in files(packets, ".pdf"):
        raw = path.read_bytes()
        found = [
            name for name in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/URI", b"/SubmitForm") if name in raw
        ]
        assert found == [], path
        reader = pypdf.PdfReader(path)
        for page in reader.pages:
            kinds = [note.get_object().get("/Subtype") for note in page.get("/Annots", [])]
            assert "/Link" not in kinds, path
            printed += page.extract_text()
    assert "#panic" in printed


def test_word_files_hold_no_field_and_nothing_from_elsewhere(packets: dict[str, Path]) -> None:
    """No DOCX has a field but our page number, a link, or a part that stands outside of it."""
    for path in files(packets, ".docx"):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            texts = {name: archive.read(name) for name in names if name.endswith((".xml", ".rels"))}
        assert not [name for name in names if "vba" in name.lower() or ".." in name or name.startswith("/")]
        for name, content in texts.items():
            tree = ElementTree.fromstring(content)
            fields = [
                (each.text or "").strip()
                if each.tag.endswith("instrText")
                else each.get(each.tag[: each.tag.index("}") + 1] + "instr", "").strip()
                for each in tree.iter()
                if each.tag.endswith(("instrText", "fldSimple"))
            ]
            assert set(fields) <= {"PAGE", "NUMPAGES"}, (path, name, fields)
            assert not [each for each in tree.iter() if each.tag.endswith("}hyperlink")], (path, name)
            assert b'TargetMode="External"' not in content, (path, name)


def test_cells_never_calculate(packets: dict[str, Path]) -> None:
    """No cell of a table begins with a sign that a spreadsheet takes for a formula."""
    for path in files(packets, ".csv"):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        assert len({len(row) for row in rows if len(row) > 1}) == 1
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_drafts_hold_the_headers_we_wrote_and_no_other(packets: dict[str, Path]) -> None:
    """No mail draft has a header that a value brought, and none has more than one address in To."""
    known = {"To", "Subject", "Date", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type", "Content-Language",
             "Content-Transfer-Encoding", "From"}  # fmt: skip
    for path in files(packets, ".eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert set(message.keys()) <= known, path
        assert message.defects == [], path
        assert len(message.get_all("To", [])) <= 1, path
        assert "evil" not in str(message.get("To", "")), path
        for part in message.iter_attachments():
            assert re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", part.get_filename() or "") is not None, part.get_filename()


def test_calendars_hold_our_entries_only(packets: dict[str, Path]) -> None:
    """No calendar has an entry, a property or an alarm that a value brought."""
    known = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP", "CLASS", "STATUS", "CATEGORIES"}
    for path in files(packets, ".ics"):
        found = Calendar.from_ical(path.read_bytes())
        events = found.walk("VEVENT")
        assert {str(name) for event in events for name in event} <= known, path
        assert all(str(event["UID"]) and "evil" not in str(event["UID"]) for event in events), path
        assert {each.name for each in found.walk()} <= {"VCALENDAR", "VEVENT", "VALARM", "VTIMEZONE", "STANDARD",
                                                       "DAYLIGHT"}  # fmt: skip


def test_text_holds_no_sign_that_acts(packets: dict[str, Path]) -> None:
    """No text, table, page or calendar holds a control or a change of direction that a value brought."""
    for suffix in (".txt", ".csv", ".html", ".ics", ".json"):
        for path in files(packets, suffix):
            text = path.read_text("utf-8-sig")
            assert [f"U+{ord(sign):04X}" for sign in SIGNS if sign in text and sign not in OURS] == [], path
            opened = sum(text.count(sign) for sign in "\u2066\u2067\u2068")
            assert opened == text.count("\u2069"), path


def test_addresses_of_strangers_open_nothing(packets: dict[str, Path]) -> None:
    """In no format does the payloads' address stand so that a program makes a link of it."""
    for suffix in (".txt", ".html", ".csv", ".ics"):
        for path in files(packets, suffix):
            assert re.search(r"https?://evil\.example|javascript:alert", path.read_text("utf-8-sig")) is None, path


def test_names_of_files_are_ours(packets: dict[str, Path]) -> None:
    """Every file and folder has a short ASCII name that Windows takes; no title became a path."""
    reserved = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
    for root in packets.values():
        for path in root.rglob("*"):
            assert re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", path.name), path
            assert not path.name.endswith((".", " ")), path
            assert not reserved.match(path.name), path
            assert path.resolve().is_relative_to(root.resolve())


def test_templates_are_not_filled_twice(packets: dict[str, Path]) -> None:
    """What looks like a template's slot stays as it was typed; nothing was calculated."""
    texts = [path.read_text("utf-8") for path in files(packets, ".txt")]
    assert any("{{ 7*7 }}" in text for text in texts)
    assert not any("zq0 49" in text or "zq0  {%" in text for text in texts)
    assert "{{ 7*7 }}" in PAYLOADS[0]
