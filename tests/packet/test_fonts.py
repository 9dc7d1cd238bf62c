"""Fonts: a script whose font is not there stops a PDF with the font's name, and no other font stands in for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recover.errors import TemplateError
from recover.packet import tree as t
from recover.packet.formats.pdf import FONTS, Job, families_for, make_pdfs
from tests.packet import cases

SCRIPTS = [
    ("ar", "فقدت الصفحة", "Noto Naskh Arabic"),
    ("fa", "صفحه گم شد", "Noto Naskh Arabic"),
    ("my", "စာမျက်နှာ", "Noto Serif Myanmar"),
    ("ka", "გვერდი", "Noto Serif Georgian"),
    ("hy", "էջը", "Noto Serif Armenian"),
    ("am", "ገጽ", "Noto Serif Ethiopic"),
    ("bn", "পাতা", "Noto Serif Bengali"),
    ("zh", "页面", "Noto Serif CJK SC"),
]


def make(language: str, text: str, layout: str = "sheet") -> None:
    """Make a PDF with this text in its title alone: every part of every PDF is looked at, not only a letter's body."""
    templates = {path.relative_to(cases.TEMPLATES).as_posix(): path.read_text("utf-8")
                 for path in (cases.TEMPLATES / "packet").iterdir()}  # fmt: skip
    more = {"lead": [], "head": [], "phone": False, "reference": "x", "remarks": [], "attachments": [],
            "signature": "none", "unreviewed": False}  # fmt: skip
    job = Job("a page", layout, text, language, (t.Paragraph((t.Text("x"),)),), more)
    make_pdfs([job], templates, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system have no font at all."""
    (tmp_path / "fonts").mkdir()
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{tmp_path / 'fonts'}</dir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(configuration))


@pytest.mark.needs("fc-list")
@pytest.mark.parametrize(("language", "text", "family"), SCRIPTS, ids=[row[0] for row in SCRIPTS])
@pytest.mark.usefixtures("no_fonts")
def test_a_missing_font_is_named(language: str, text: str, family: str) -> None:
    """Exit 31 with the character, the font and the package, for every script."""
    with pytest.raises(TemplateError, match=r"no font here can print U\+") as refused:
        make(language, text)
    assert refused.value.hint.startswith(f"install the font {family}")
    assert "fonts-noto-c" in refused.value.hint


@pytest.mark.needs("fc-list")
@pytest.mark.parametrize("layout", ["letter", "timeline", "sheet"])
@pytest.mark.usefixtures("no_fonts")
def test_every_layout_refuses_a_missing_font(layout: str) -> None:
    """Letters, timelines and sheets alike."""
    with pytest.raises(TemplateError, match="no font here can print"):
        make("ar", "فقدت الصفحة", layout)


@pytest.mark.usefixtures("no_fonts")
def test_latin_and_cyrillic_need_no_font_of_the_system() -> None:
    """They are inside typst, so such a packet is the same on every machine."""
    make("az", "Kim bilir? ƏĞIİÖŞÇÜ Кто знает?")
    assert families_for(["ƏĞIİÖŞÇÜ Кто"]) == FONTS


def test_a_script_is_never_printed_in_monospaced_letters() -> None:
    """DejaVu Sans Mono has some Arabic, unjoined: a text in Arabic does not fall back on it."""
    assert "DejaVu Sans Mono" not in families_for(["فقدت"])
