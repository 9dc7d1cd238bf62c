"""How a Word file looks: python-docx's own skeleton with every style, part and name taken out that is not needed.

Measures are twentieths of a point unless a name says otherwise. Elements that python-docx has no property for are put
where the schema wants them (ECMA-376, part 1, annex A); Word refuses another order.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from recover.frozen import frozen
from recover.packet.document import Document

if TYPE_CHECKING:
    from docx.document import Document as Word

_PAPER = (11906, 16838)
"""A4."""
_MARGIN = 1304
TEXT_WIDTH = _PAPER[0] - 2 * _MARGIN
BULLETS = 1
"""The list that every unnumbered one uses; numbered ones follow, each with a number of its own."""
FONT = "Times New Roman"
"""With Word on every system, with LibreOffice as Liberation Serif; where it is Word's, it has Arabic letters too."""
GREY, HAIR, INK = "5C5C5C", "B8B8B8", "1A1A1A"
_STEP = 397
_LEVELS = 4
_REGIONS = {"en": "en-GB", "az": "az-Latn-AZ", "ru": "ru-RU", "tr": "tr-TR"}
_REGIONS |= {"es": "es-ES", "fr": "fr-FR", "ar": "ar-SA", "fa": "fa-IR"}
"""Word proofs a language of a region only."""


@frozen
class Look:
    """A paragraph style; sizes in half points, spaces before and after it, its lines in 240ths or exactly."""

    size: int = 21
    bold: bool = False
    grey: bool = False
    before: int = 0
    after: int = 110
    line: float = 1.05
    exact: int = 0
    keeps: bool = False
    outline: int = -1
    is_boxed: bool = False


_LOOKS: Mapping[str, Look] = {
    "Title": Look(34, bold=True, before=200, after=130, line=1.0, keeps=True),
    "Heading 1": Look(25, bold=True, before=220, after=70, keeps=True, outline=0),
    "Heading 2": Look(22, bold=True, before=180, after=50, keeps=True, outline=1),
    "List Bullet": Look(after=40),
    "List Number": Look(after=40),
    "List Continue": Look(after=40),
    "Caption": Look(22, bold=True, before=160, after=60, keeps=True),
    "Header": Look(20, bold=True, after=0),
    "Footer": Look(17, grey=True, after=0),
    "Head Label": Look(grey=True, after=20),
    "Head Text": Look(after=20),
    "Lead": Look(20, grey=True, after=80),
    "Notice": Look(before=120, after=200, is_boxed=True),
    "Table Text": Look(18, before=20, after=20, line=1.0),
    "After Table": Look(8, after=60, exact=120),
    "Room to Sign": Look(before=700, after=0, keeps=True),
    "Signature Text": Look(19, grey=True, before=40, after=0),
}
_KEPT = frozenset({*_LOOKS, "Normal", "Default Paragraph Font", "Normal Table", "No List", "Caption"})
_UNUSED = frozenset({"stylesWithEffects", "webSettings", "customXml", "thumbnail", "extended-properties"})


def made(tag: str, *children: Any, **values: object) -> Any:
    """Return a new element of the main namespace with these children and attributes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{tag}", {qn(f"w:{name}"): str(value) for name, value in values.items()})
    for child in children:
        element.append(child)
    return element


def blank(document: Document) -> Word:
    """Return an empty Word document with our paper, styles, language and direction, and nobody's name in it."""
    import docx

    return docx.Document(io.BytesIO(_skeleton(document.language, document.is_right_to_left)))


@lru_cache(maxsize=8)
def _skeleton(language: str, is_right_to_left: bool) -> bytes:
    """Return that document as a file: the documents of one packet begin with the same."""
    import docx

    word = docx.Document()
    for part in (word.part.package, word.part):
        for relation in [each for each in part.rels.values() if each.reltype.rpartition("/")[2] in _UNUSED]:
            del part.rels[relation.rId]
    _set_styles(word, language, is_right_to_left=is_right_to_left)
    _set_settings(word, language)
    _set_paper(word, is_right_to_left=is_right_to_left)
    word.part.numbering_part.element[:] = []
    word.part.numbering_part.element.extend([_list(0, "bullet", "–"), _list(1, "decimal", "")])
    word.part.numbering_part.element.append(made("num", made("abstractNumId", val=0), numId=BULLETS))
    core = word.core_properties
    core._element[:] = []  # the skeleton's author, dates and remark
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def add_numbered_list(word: Word, depth: int) -> int:
    """Return the number of a new numbered list that begins at one on its depth."""
    number = word.part.numbering_part.element.add_num(1)
    number.add_lvlOverride(depth).add_startOverride(1)
    return int(number.numId)


def _list(number: int, form: str, mark: str) -> Any:
    levels = [
        made(
            "lvl",
            made("start", val=1),
            made("numFmt", val=form),
            made("lvlText", val=mark or f"%{depth + 1}."),
            made("lvlJc", val="left"),
            made("pPr", made("ind", left=_STEP * (depth + 1), hanging=_STEP)),
            ilvl=depth,
        )
        for depth in range(_LEVELS)
    ]
    return made("abstractNum", made("multiLevelType", val="hybridMultilevel"), *levels, abstractNumId=number)


def indent(depth: int) -> int:
    """Return the indent of a further paragraph of a list's item."""
    return _STEP * (depth + 1)


# --- styles ---------------------------------------------------------------------------------------------------------


def _set_styles(word: Word, language: str, *, is_right_to_left: bool) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    all_of_them = word.styles.element
    for child in list(all_of_them):
        name = child.find(f"{{{child.nsmap['w']}}}name")
        if name is None or name.get(f"{{{child.nsmap['w']}}}val").lower() not in {each.lower() for each in _KEPT}:
            all_of_them.remove(child)
    all_of_them.insert(0, _defaults(language))
    known = {style.name for style in word.styles}
    for name, look in _LOOKS.items():
        style = word.styles[name] if name in known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _dress(style, look, word.styles["Normal"])
    if is_right_to_left:
        word.styles["Normal"].element.get_or_add_pPr().append(made("bidi"))
    for name, borders in (("Head Table", ()), ("Packet Table", (border("bottom"), border("insideH")))):
        frame: Any = word.styles.add_style(name, WD_STYLE_TYPE.TABLE)
        frame.base_style = word.styles["Normal Table"]
        edges = made("tblCellMar", made("left", w=0, type="dxa"), made("right", w=140, type="dxa"))
        frame.element.append(made("tblPr", *([made("tblBorders", *borders)] if borders else []), edges))
    first = made("tcPr", made("tcBorders", border("bottom", 8, INK)))
    bold = made("rPr", made("b"), made("bCs"))
    word.styles["Packet Table"].element.append(made("tblStylePr", bold, first, type="firstRow"))


def _defaults(language: str) -> Any:
    letters = made("rPr", made("rFonts", ascii=FONT, eastAsia=FONT, hAnsi=FONT, cs=FONT), *_sizes(21))
    letters.append(_language("lang", language))
    paragraph = made("pPr", made("spacing", after=110, line=252, lineRule="auto"))
    return made("docDefaults", made("rPrDefault", letters), made("pPrDefault", paragraph))


def _dress(style: Any, look: Look, normal: Any) -> None:
    """Give a style its look, and none of what it had."""
    from docx.shared import Twips

    for child in list(style.element):
        if child.tag.rpartition("}")[2] in ("pPr", "rPr", "link", "rsid", "semiHidden", "unhideWhenUsed"):
            style.element.remove(child)
    style.base_style = normal
    style.quick_style = True
    if look.is_boxed:
        box = made("pBdr", *(border(side, 6, INK, 6) for side in ("top", "left", "bottom", "right")))
        style.element.get_or_add_pPr().append(box)
    spaces = style.paragraph_format
    spaces.space_before, spaces.space_after = Twips(look.before), Twips(look.after)
    spaces.line_spacing = Twips(look.exact) if look.exact else look.line
    if look.keeps:
        spaces.keep_with_next = spaces.keep_together = True
    if look.outline >= 0:
        style.element.get_or_add_pPr().append(made("outlineLvl", val=look.outline))
    letters = style.element.get_or_add_rPr()
    for child in ([made("b"), made("bCs")] if look.bold else []) + ([made("color", val=GREY)] if look.grey else []):
        letters.append(child)
    letters.extend(_sizes(look.size))


def _sizes(half_points: int) -> Sequence[Any]:
    # Arabic letters of the same size look smaller beside Latin ones.
    return made("sz", val=half_points), made("szCs", val=half_points + 2)


def border(side: str, size: int = 4, colour: str = HAIR, space: int = 0) -> Any:
    """Return one border; `size` is eighths of a point."""
    return made(side, val="single", sz=size, space=space, color=colour)


# --- settings, paper ------------------------------------------------------------------------------------------------


def _set_settings(word: Word, language: str) -> None:
    """Set a current document, from which saving removes who saved it and when."""
    current = made("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15)
    word.settings.element[:] = [
        made("zoom", percent=100),
        made("removePersonalInformation"),
        made("removeDateAndTime"),
        made("defaultTabStop", val=709),
        made("characterSpacingControl", val="doNotCompress"),
        made("compat", current),
        _language("themeFontLang", language),
        made("decimalSymbol", val="."),
        made("listSeparator", val=","),
    ]


def _language(element: str, language: str) -> Any:
    tag = _REGIONS.get(language, language)
    return made(element, val=tag, bidi=tag)


def _set_paper(word: Word, *, is_right_to_left: bool) -> None:
    from docx.shared import Twips

    section = word.sections[0]
    for child in [each for each in section._sectPr if each.tag.rpartition("}")[2] in ("cols", "docGrid")]:
        section._sectPr.remove(child)
    section.page_width, section.page_height = (Twips(length) for length in _PAPER)
    section.left_margin = section.right_margin = Twips(_MARGIN)
    section.top_margin = section.bottom_margin = Twips(1247)
    section.header_distance = section.footer_distance = Twips(567)
    if is_right_to_left:
        section._sectPr.append(made("bidi"))
