"""A handout as PDF, through the same bounded child process that makes letters: tagged, offline, the same bytes.

Pictures are drawn by the layout itself from places worked out here, so that their words are words of the PDF. A picture
that is too tall for a page goes on on the next; it is cut where no box stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from recover.packet import tree as t
from recover.packet.formats.pdf import Job, make_pdfs, tree_data
from recover.playbook.drawing import PAD, TITLE_ROW, Sketch, sketch
from recover.playbook.picture import Part, Picture
from recover.preview.handout import Handout

LAYOUT = "packet/handout.typ"
TEXT_SIZE = 10.0
PAGE_WIDTH, PAGE_HEIGHT = 459.0, 680.0
"""Points inside the margins of a page of the handout."""
USUAL, LEAST = 0.72, 0.6
"""Points for one pixel of a picture; a picture that would become smaller gets a wider page."""


def handout_pdf(handout: Handout, layouts: Mapping[str, str], as_of: datetime) -> bytes:
    """Make the handout's PDF. `layouts` holds `packet/base.typ` and `packet/handout.typ`.

    Raises `TemplateError` for a layout that fails or a character that no font can print.
    """
    parts = {part.id: part for part in handout.picture.parts}
    data = asdict(replace(handout, picture=Picture("", (), {})))
    for letter, made in zip(handout.letters, data["letters"], strict=True):
        made["tree"] = tree_data(_without_headings(letter.tree))
    for chapter, made in zip(handout.chapters, data["chapters"], strict=True):
        section = chapter.screens[0].id.partition(".")[0] if "." in chapter.screens[0].id else ""
        made["picture"] = picture_data(parts[section]) if section and len(parts[section].nodes) > 1 else None
    data["overview"] = picture_data(parts[""])
    # These words stand here because a layout may not hold the word `read`: it could be the function that opens files.
    words = {"card-heading": f"First aid, to read aloud: {handout.card_title}", "aloud": "Read aloud:"}
    more = {"handout": data, **words}
    job = Job(f"{handout.id}.pdf", "handout", handout.title, "en", (), more, sizes=(TEXT_SIZE,))
    (pdf,) = make_pdfs([job], layouts, as_of)
    return pdf.content


def _without_headings(tree: t.Tree) -> t.Tree:
    """Print a letter's own headings as strong lines: the contents list screens and letters only."""
    return tuple(
        t.Paragraph((t.Strong(t.line_text(block.line)),)) if isinstance(block, t.Heading) else block for block in tree
    )


# --- pictures -------------------------------------------------------------------------------------------------------


def picture_data(part: Part) -> dict[str, Any]:
    """Return a part's drawing in points, cut into pages."""
    found = sketch(part)
    scale = min(USUAL, PAGE_WIDTH / found.width)
    if found.height * scale <= PAGE_HEIGHT * 1.25 and scale >= LEAST:
        scale = min(scale, PAGE_HEIGHT / found.height)
    is_wide = scale < LEAST
    scale = max(scale, LEAST) if is_wide else scale
    page_width = max(PAGE_WIDTH, found.width * scale)
    page_height = page_width * 2.4 if is_wide else PAGE_HEIGHT
    cuts = _cuts(found, page_height / scale)
    bands = [_band(found, top, bottom, scale) for top, bottom in pairwise(cuts)]
    return {"scale": scale, "width": found.width * scale, "is_wide": is_wide, "page_width": page_width, "bands": bands}


def _cuts(found: Sketch, most: float) -> list[float]:
    """Return where a drawing is cut: from top to bottom, no piece taller than `most` unless a box is."""
    spans = sorted((place.y, place.y + place.height) for place in found.places)
    free: list[float] = []
    reach = 0.0
    for top, bottom in spans:
        if top > reach:
            free.append((reach + top) / 2)
        reach = max(reach, bottom)
    cuts = [0.0]
    while found.height - cuts[-1] > most:
        fitting = [y for y in free if cuts[-1] + 1 < y <= cuts[-1] + most]
        later = [y for y in free if y > cuts[-1] + most]
        if not fitting and not later:
            break
        cuts.append(fitting[-1] if fitting else later[0])
    return [*cuts, found.height]


def _band(found: Sketch, top: float, bottom: float, scale: float) -> dict[str, Any]:
    def y(value: float) -> float:
        return round((value - top) * scale, 2)

    def x(value: float) -> float:
        return round(value * scale, 2)

    boxes = [
        {
            "x": x(box.place.x), "y": y(box.place.y), "w": x(box.place.width), "h": x(box.place.height),
            "kind": box.kind, "race": box.is_race,
            "rows": [{"text": text, "look": look} for text, look in box.rows],
        }
        for box in found.boxes
        if top <= box.place.y < bottom
    ]  # fmt: skip
    lines = []
    for line in found.lines:
        runs = [[[x(px), y(py)] for px, py in run] for run in line.runs if run[0][1] < bottom and run[-1][1] > top]
        place = line.label
        label = None
        if place is not None and top <= place.y < bottom:
            label = {"x": x(place.x), "y": y(place.y), "w": x(place.width), "rows": list(line.rows)}
        end = line.runs[-1][-1]
        head = [x(end[0]), y(end[1])] if top <= end[1] <= bottom else None
        if runs or label:
            lines.append({"runs": runs, "label": label, "head": head, "kind": line.kind})
    return {
        "height": (bottom - top) * scale,
        "boxes": boxes,
        "lines": lines,
        "pad": PAD * scale,
        "row": TITLE_ROW * scale,
    }
