"""PDF from neutral documents: shipped Typst layouts, data as JSON, tagged PDF/UA-1, in a child process with limits.

Nothing is written to disk: layout and data go to the child through a pipe, the PDF comes back through one. The same
jobs give the same bytes (fixed time, fonts inside typst). A script that those fonts lack is looked for among the
system's; a character that nothing can print is an error that names the font to install, never a box in a letter.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recover.errors import PartialError, TemplateError
from recover.frozen import frozen
from recover.packet import tree as t
from recover.packet.pictures.drawing import drawing_data
from recover.packet.words.direction import is_right_to_left
from recover.packet.words.phrases import phrase, unreviewed_notice

TIMEOUT_SECONDS = 90
FONTS = ("Libertinus Serif", "DejaVu Sans Mono")
"""Inside typst: Latin, Greek, Cyrillic."""


def _noto(script: str) -> tuple[str, str]:
    return f"Noto Serif {script}", f"Noto Sans {script}"


_CJK = ("Droid Sans Fallback", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")
SYSTEM_FONTS: Mapping[str, tuple[str, ...]] = {
    "ARABIC": ("Noto Naskh Arabic", "Vazirmatn", "Noto Sans Arabic", "Segoe UI", "Geeza Pro"),
    "HEBREW": (*_noto("Hebrew"), "Segoe UI", "Arial Hebrew"),
    "GEORGIAN": (*_noto("Georgian"), "Sylfaen", "Segoe UI", "Helvetica Neue"),
    "ARMENIAN": (*_noto("Armenian"), "Sylfaen", "Segoe UI", "Mshtakan"),
    "ETHIOPIC": (*_noto("Ethiopic"), "Ebrima", "Nyala", "Kefa"),
    "MYANMAR": (*_noto("Myanmar"), "Myanmar Text", "Myanmar MN"),
    "KHMER": (*_noto("Khmer"), "Khmer UI", "Khmer MN"),
    "THAI": (*_noto("Thai"), "Leelawadee UI", "Thonburi"),
    "LAO": (*_noto("Lao"), "Leelawadee UI", "Lao MN"),
    "DEVANAGARI": (*_noto("Devanagari"), "Nirmala UI", "Kohinoor Devanagari"),
    "BENGALI": (*_noto("Bengali"), "Nirmala UI", "Kohinoor Bangla"),
    "TIBETAN": (*_noto("Tibetan"), "Microsoft Himalaya", "Kailasa"),
    "CJK": ("Noto Serif CJK SC", "Noto Sans CJK SC", *_CJK),
    "HIRAGANA": ("Noto Serif CJK JP", "Noto Sans CJK JP", *_CJK),
    "KATAKANA": ("Noto Serif CJK JP", "Noto Sans CJK JP", *_CJK),
    "HANGUL": ("Noto Serif CJK KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo"),
    "IDEOGRAPHIC": ("Noto Sans CJK SC", *_CJK),
    "FULLWIDTH": ("Noto Sans CJK SC", *_CJK),
    "SYMBOL": (
        "Noto Emoji",
        "Noto Sans Symbols",
        "Noto Sans Symbols 2",
        "DejaVu Sans",
        "Noto Color Emoji",
        "Segoe UI Emoji",
        "Segoe UI Symbol",
        "Apple Color Emoji",
    ),
}
"""First word of a character's Unicode name → families that print it; else `Noto Serif` or `Noto Sans` and that word."""

_FORBIDDEN = re.compile(
    r"\b(import|include|plugin|eval|image|read|yaml|csv|toml|xml|cbor|bibliography|link|pdf|std|json(?!\(bytes\()|sys(?!\.inputs))\b"
)
_PAGES = re.compile(rb"/Type\s*/Pages\s*/Count (\d+)")
_MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_KEPT_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_DIRS")
_WORDS = ("practice", "page-of", "attachments", "signature", "place-and-day", "notary", "reference")
_CHILD = Path(__file__).with_name("pdf_child.py")


@frozen
class Job:
    """One PDF to make: a layout's name, what it prints, and in which language."""

    name: str
    layout: str
    """`letter`, `timeline` or `sheet`."""
    title: str
    language: str
    blocks: t.Tree
    more: Mapping[str, Any]
    """Further data of that layout."""
    practice: bool = False
    sizes: tuple[float, ...] = (10.5,)
    """Text sizes in points; the next smaller one is tried when the pages do not suffice."""
    most_pages: int | None = None


@frozen
class Pdf:
    """A finished PDF; `families` lists the fonts it may use, `is_bundled` whether all of them are inside typst."""

    content: bytes
    families: tuple[str, ...]
    is_bundled: bool


def make_pdfs(jobs: Sequence[Job], templates: Mapping[str, str], as_of: datetime) -> tuple[Pdf, ...]:
    """Make PDFs, in the order of the jobs, in one child process (and one more for those that need smaller text).

    Raises `TemplateError` (31) for a layout that fails, a character no font can print, or a child that takes too long,
    and `PartialError` (3) for a text that does not fit on its pages in the smallest size.
    """
    made = _made(jobs, templates, as_of)
    again = [n for n, (job, pdf) in enumerate(zip(jobs, made, strict=True)) if not _fits(job, pdf)]
    if not again:
        return tuple(made)
    smaller = [jobs[n] for n in again]
    for job in smaller:
        if len(job.sizes) < 2:
            raise PartialError(
                f"{job.name} does not fit on {job.most_pages} page{'' if job.most_pages == 1 else 's'}",
                hint="shorten the longest answer or event that it prints",
            )
    retried = make_pdfs([replace(job, sizes=job.sizes[1:]) for job in smaller], templates, as_of)
    for n, pdf in zip(again, retried, strict=True):
        made[n] = pdf
    return tuple(made)


def _fits(job: Job, pdf: Pdf) -> bool:
    return job.most_pages is None or count_pages(pdf.content) <= job.most_pages


def count_pages(pdf: bytes) -> int:
    """Return the number of pages of a PDF that typst made."""
    found = _PAGES.search(pdf)
    return int(found[1]) if found else 0


def _made(jobs: Sequence[Job], templates: Mapping[str, str], as_of: datetime) -> list[Pdf]:
    if not jobs:
        return []
    prepared = [_prepared(job, templates, as_of) for job in jobs]
    answers = _run([job for job, _ in prepared])
    pdfs = []
    for job, answer, (_, families) in zip(jobs, answers, prepared, strict=True):
        if "pdf" not in answer:
            raise _fault(job, answer)
        pdfs.append(Pdf(base64.b64decode(answer["pdf"]), families, families == FONTS))
    return pdfs


def _prepared(job: Job, templates: Mapping[str, str], as_of: datetime) -> tuple[dict[str, Any], tuple[str, ...]]:
    layout = _layout(job.layout, templates)
    data: dict[str, Any] = {
        **job.more,
        "title": job.title,
        "lang": job.language.split("-")[0],
        "region": _region(job.language),
        "rtl": is_right_to_left(job.language),
        "practice": job.practice,
        "size": job.sizes[0],
        "blocks": tree_data(job.blocks),
        "words": {
            **{key: phrase(key, job.language) for key in _WORDS},
            "unreviewed": unreviewed_notice(job.language),
        },
    }
    families = families_for(_strings(data))
    data["fonts"] = list(families)
    timestamp = int(as_of.timestamp())
    return (
        {
            "name": job.name,
            "layout": layout,
            "data": data,
            "timestamp": timestamp,
            "system_fonts": families != FONTS,
        },
        families,
    )


def _region(language: str) -> str:
    """Return the country of a language tag in capitals (`LB` of `ar-LB`), or nothing."""
    found = [part for part in language.split("-")[1:] if len(part) == 2 and part.isalpha()]
    return found[0].upper() if found else ""


def _layout(name: str, templates: Mapping[str, str]) -> str:
    parts = []
    for path in ("packet/base.typ", f"packet/{name}.typ"):
        text = templates.get(path)
        if text is None:
            raise TemplateError("the layout is not there", place=path)
        for number, line in enumerate(text.split("\n"), 1):
            code = line.split("//")[0]
            if found := _FORBIDDEN.search(code):
                raise TemplateError(f"a layout may not use `{found[1]}`", place=f"{path}:{number}")
        parts.append(text)
    return "\n".join(parts)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def families_for(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the font families for texts, in the order in which they are tried; Latin, Greek and Cyrillic first."""
    scripts: dict[str, None] = {}
    for character in sorted({character for text in texts for character in text}):
        if script := _script(character):
            scripts[script] = None
    # DejaVu Sans Mono has some letters of other scripts, unjoined and each as wide as all others: none of them counts.
    found = dict.fromkeys(family for script in scripts for family in _families(script))
    return (FONTS[0], *found) if set(scripts) - {"SYMBOL"} else (FONTS[0], *found, *FONTS[1:])


def _script(character: str) -> str:
    """Return the first word of a character's name when the bundled fonts cannot be expected to print it."""
    if ord(character) < 0x530 or unicodedata.category(character) in ("Zs", "Cc", "Cf"):
        return ""
    name = unicodedata.name(character, "SYMBOL")
    first = name.split(" ")[0].split("-")[0]
    if first in ("LATIN", "GREEK", "CYRILLIC", "COMBINING", "MODIFIER"):
        return ""
    if 0x2000 <= ord(character) < 0x2E80:
        return "" if ord(character) < 0x2190 else "SYMBOL"
    return "SYMBOL" if unicodedata.category(character) == "So" else first


def _families(script: str) -> tuple[str, ...]:
    return SYSTEM_FONTS.get(script, _noto(script.title()))


def _run(jobs: list[dict[str, Any]]) -> list[dict[str, str]]:
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(jobs).encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TemplateError("the PDF took too long to make", hint="shorten the texts that go into it") from None
    if done.returncode != 0:
        raise TemplateError(f"the PDF could not be made (the renderer ended with {done.returncode})")
    answers: list[dict[str, str]] = json.loads(done.stdout)
    return answers


def _fault(job: Job, answer: Mapping[str, str]) -> TemplateError:
    error = answer.get("error", "")
    if missing := _MISSING.search(error):
        character = missing[1][:1] if not missing[1].startswith("\\u") else chr(int(missing[1][3:-1], 16))
        family = _families(_script(character) or "SYMBOL")[0]
        shown = f"U+{ord(character):04X}"
        return TemplateError(
            f"no font here can print {shown} ({unicodedata.name(character, 'no name').lower()})",
            place=job.name,
            hint=f"install the font {family}, of Google's Noto fonts (on Debian and Ubuntu: {_package(family)})",
        )
    first = error.strip().split("\n")[0][:300]
    return TemplateError(f"the layout {job.layout} failed: {first}", place=job.name, hint=answer.get("hint", ""))


def _package(family: str) -> str:
    if "CJK" in family:
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if "Emoji" in family else "fonts-noto-core"


# --- the tree as JSON -----------------------------------------------------------------------------------------------


def tree_data(tree: t.Tree) -> list[dict[str, Any]]:
    """Write a tree as the plain data that `blocks` of the layouts prints."""
    return [_block(block) for block in tree]


def _line(line: t.Line) -> list[dict[str, str]]:
    kinds = {t.Text: "text", t.Strong: "strong", t.Fixed: "fixed"}
    return [
        {"kind": "break"} if isinstance(part, t.Break) else {"kind": kinds[type(part)], "text": part.text}
        for part in line
    ]


def _block(block: t.Block) -> dict[str, Any]:
    if isinstance(block, t.Figure):
        return {"kind": "figure", "title": block.title, "told": block.told, **drawing_data(block.drawing)}
    if isinstance(block, t.Heading):
        return {"kind": "heading", "level": block.level - 1, "line": _line(block.line)}
    if isinstance(block, t.Paragraph):
        return {"kind": "paragraph", "line": _line(block.line)}
    if isinstance(block, t.Items):
        return {"kind": "items", "ordered": block.ordered, "items": [[_block(b) for b in item] for item in block.items]}
    return {
        "kind": "table",
        "header": [_line(cell) for cell in block.header],
        "rows": [[_line(cell) for cell in row] for row in block.rows],
        "widths": _widths(block),
    }


def _widths(table: t.Table) -> list[int]:
    """Share the page's width by how much each column holds; 0 is a column of single words that must not be broken."""
    widths = []
    for n in range(len(table.header)):
        found = [line for row in (table.header, *table.rows) for line in t.line_text(row[n]).split("\n")]
        longest = max(len(word) for text in found for word in (text.split() or [""]))
        widest = max(map(len, found))
        widths.append(0 if longest == widest <= 24 else max(longest + 2, min(widest, 44), 4))
    if not any(widths):
        return [1] * len(widths)
    return widths
