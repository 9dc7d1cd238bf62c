"""Makes own folders of playbooks for tests: small, and derived from what is shipped."""

from __future__ import annotations

from pathlib import Path

from recover import content

RULE = """\
authors: [Aysel M.]
rules:
  meta.trash:
    title: Deleted Facebook posts leave the Trash
    starts: when the posts were deleted
    lengths: [29d]
    who: someone who manages the Page
    sources: [seen in a case]
    checked_on: 2026-11-23
    certainty: C
    review_by: 2027-03-15
"""

CHANNEL = """\
authors: [Aysel M.]
domains:
  example.org: an invented helpline
channels:
  own.form:
    title: A form of our own
    to: An invented helpline
    medium: form
    url: https://example.org/form
    sources: [the form itself]
    checked_on: 2026-11-23
    certainty: C
    review_by: 2027-03-15
"""


def write(folder: Path, name: str, text: str) -> Path:
    """Write one file of an own folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def shipped(name: str) -> str:
    """Return a shipped file's text by its path below `playbooks/`, or a letter's by its name."""
    if name.endswith(".md"):
        return (content.templates_root() / "letters" / name).read_text("utf-8")
    return (content.playbooks_root() / name).read_text("utf-8")


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """Put a shipped file into an own folder with one text changed."""
    text = shipped(name)
    assert old in text, f"{name} does not hold {old!r} any more"
    return write(folder, f"letters/{name}" if name.endswith(".md") else name, text.replace(old, new, 1))
