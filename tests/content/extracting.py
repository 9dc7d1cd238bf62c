"""The words of a packet as a reader of each format meets them, whatever wraps them; exhibits are not ours."""

from __future__ import annotations

import email
import email.policy
import io
import re
import subprocess
import zipfile
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

TEXTS = {".txt", ".csv", ".ics", ".json"}
ISOLATES = re.compile("[\u2066-\u2069\u200b]")


def words_by_format(root: Path) -> dict[str, str]:
    """Return all words of a packet by the format that holds them, spaces folded, line folds and isolates undone."""
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        if not path.is_file() or "exhibits" in path.parts or "proofs" in path.parts or re.match(r"E\d\d", path.name):
            continue
        text = words_of(path.suffix, path.read_bytes())
        if text:
            found[path.suffix[1:]] = found.get(path.suffix[1:], "") + " " + folded(text)
    return found


def words_of(suffix: str, content: bytes) -> str:
    """Return the words of one file; nothing for a kind that holds none."""
    if suffix == ".ics":
        return re.sub(r"\r\n[ \t]", "", content.decode("utf-8")).replace("\\,", ",").replace("\\;", ";")
    if suffix in TEXTS:
        return content.decode("utf-8-sig")
    readers = {".pdf": _pdf, ".docx": _docx, ".html": _html, ".eml": _eml}
    return readers[suffix](content) if suffix in readers else ""


def folded(text: str) -> str:
    """Fold every run of white space into one space."""
    return " ".join(ISOLATES.sub("", text).split())


def _pdf(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def _docx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if re.match(r"word/(document|header|footer)", name)]
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    said: list[str] = []
    for part in parts:
        for node in ElementTree.fromstring(part).iter():
            if node.tag == f"{space}t":
                said.append(node.text or "")
            elif node.tag in (f"{space}p", f"{space}br", f"{space}tab"):
                said.append("\n")
    return "".join(said)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        if tag not in ("bdi", "strong", "span", "b"):
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.said.append(data)


def _html(content: bytes) -> str:
    page = _Page()
    page.feed(content.decode("utf-8"))
    return "".join(page.said)


def _eml(content: bytes) -> str:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    said = [f"{name}: {value}" for name, value in message.items()]
    said.append(str(body.get_content()) if body is not None else "")
    for part in message.iter_attachments():
        name = part.get_filename() or ""
        said.append(name)
        if name.endswith(".pdf") and not re.match(r"E\d\d", name):
            said.append(_pdf(part.get_payload(decode=True)))  # type: ignore[arg-type]  # bytes, of a part that is none
    return "\n".join(said)
