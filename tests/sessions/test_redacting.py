"""Working copies and custody, as they are typed."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.evidence.test_copies_image import photo
from tests.sessions.conftest import Run


def test_a_copy_is_made_looked_at_and_told_of(run: Run, case: str, tmp_path: Path) -> None:
    """From the file to the copy outside the vault; custody of both, as text and for scripts."""
    (tmp_path / "IMG_1.jpg").write_bytes(photo())
    assert run("evidence", "add", case, tmp_path / "IMG_1.jpg", "--title", "Photo of the room").code == 0
    made = run("evidence", "redact", case, "E01", "--strip", "--box", "0,0,50%,50%", "--reason", "for the lawyer")
    assert made.code == 0, made
    assert "E02: 1 box painted over" in made.out
    assert "E02 is a working copy of E01 (class ordinary); it answers no step" in made.out
    assert f"recover evidence export {case} E02" in made.said
    assert run("evidence", "export", case, "E02", "--out", tmp_path / "look.jpg").code == 0
    shown = Image.open(BytesIO((tmp_path / "look.jpg").read_bytes()))
    assert not shown.getexif()
    assert max(shown.getpixel((10, 10))) < 20
    told = run("evidence", "show", case, "E01", "--custody")
    assert "opened for the working copy E02: for the lawyer" in told.out
    assert "this one" in told.out
    assert "leaves no entry" in told.said
    for_scripts = json.loads(run("--json", "evidence", "show", case, "E02", "--custody").out)
    assert for_scripts["copy_of"] == "E01"
    assert [(row["deed"], row["why"]) for row in for_scripts["custody"]] == [
        ("added", ""),
        ("copied", "for the lawyer"),
        ("exported", ""),
    ]
    again = json.loads(run("--json", "evidence", "redact", case, "E01", "--strip").out)
    assert (again["copy"]["number"], again["careful"]) == ("E03", [])
    assert again["done"][0].startswith("encoded anew")
    assert run("verify").code == 0


def test_what_is_missing_or_wrong_is_said_with_a_way_on(run: Run, case: str, tmp_path: Path) -> None:
    """Nothing to take away, a box that is none, a kind of file that cannot be cleaned, a broken one."""
    (tmp_path / "a.txt").write_text("a text")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    assert run("evidence", "add", case, tmp_path / "a.txt", tmp_path / "b.pdf").code == 0
    for arguments, code in (
        (("E01",), 2),
        (("E01", "--box", "here"), 2),
        (("E01", "--strip"), 4),
        (("E02", "--strip"), 32),
        (("E02", "--page", "1", "--strip"), 2),
        (("E09", "--strip"), 10),
    ):
        result = run("evidence", "redact", case, *arguments)
        assert (result.code, "Traceback" in result.err) == (code, False), result
    assert "E03" not in run("evidence", "list", case).out
