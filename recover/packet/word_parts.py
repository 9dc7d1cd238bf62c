"""The parts of a .docx that hold no text of a case: styles, lists, settings, relations, and the frame of tables.

Elements stand in the order of the schema (ECMA-376, part 1, annex A); Word refuses others. Measures are twentieths of
a point unless a name says otherwise; sizes of letters are half points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from recover.packet.document import Document

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_PAPER = (11906, 16838)
"""A4."""
_MARGIN = 1304
TEXT_WIDTH = _PAPER[0] - 2 * _MARGIN
BULLETS = 1
"""The list that every unnumbered one uses; numbered ones follow, each with a number of its own."""
FONT = "Times New Roman"
"""With Word on every system, with LibreOffice as Liberation Serif; where it is Word's, it has Arabic letters too."""
GREY = "5C5C5C"
_REGIONS = {
    "en": "en-GB",
    "az": "az-Latn-AZ",
    "ru": "ru-RU",
    "tr": "tr-TR",
    "es": "es-ES",
    "fr": "fr-FR",
    "ar": "ar-SA",
    "fa": "fa-IR",
}
"""Word proofs a language of a region only."""


# --- relations ------------------------------------------------------------------------------------------------------

PACKAGE_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)


def _part_names(*, has_header: bool) -> dict[str, str]:
    """Return the parts that the main one refers to: relation and file."""
    found = {name: name for name in ("styles", "numbering", "settings", "fontTable")}
    return {**found, "footer": "footer1", **({"header": "header1"} if has_header else {})}


def main_relations(*, has_header: bool) -> str:
    """Return the relations of the main part; `rId-footer` and the like are what it calls them."""
    rows = "".join(
        f'<Relationship Id="rId-{kind}" Type="{_OFFICE}/{kind}" Target="{name}.xml"/>'
        for kind, name in _part_names(has_header=has_header).items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def content_types(*, has_header: bool) -> str:
    """Return what each part is."""
    names = {"document": "document.main", **{name: kind for kind, name in _part_names(has_header=has_header).items()}}
    rows = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in names.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{rows}</Types>"
    )


def properties(title: str, language: str) -> str:
    """Return the document's properties: its title and language. Nobody wrote it, and nobody says when."""
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title, quote=False)}</dc:title><dc:language>{escape(language)}</dc:language>"
        "</cp:coreProperties>"
    )


def settings(language: str) -> str:
    """Return the settings: a current document, from which saving removes who saved it."""
    return (
        f'<w:settings {_W}><w:zoom w:percent="100"/><w:removePersonalInformation/><w:removeDateAndTime/>'
        '<w:defaultTabStop w:val="709"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f"</w:compat>{_language(language, 'themeFontLang')}"
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


FONT_TABLE = (
    f'<w:fonts {_W}><w:font w:name="{FONT}"><w:altName w:val="Liberation Serif"/>'
    '<w:panose1 w:val="02020603050405020304"/><w:charset w:val="00"/><w:family w:val="roman"/>'
    '<w:pitch w:val="variable"/></w:font></w:fonts>'
)


def _language(language: str, element: str = "lang") -> str:
    tag = escape(_REGIONS.get(language, language), quote=True)
    return f'<w:{element} w:val="{tag}" w:bidi="{tag}"/>'


# --- main part, header, footer --------------------------------------------------------------------------------------


def main_part(body: str, document: Document, *, has_header: bool) -> str:
    """Return the main part around its body: paper, margins, header, footer, direction."""
    header = '<w:headerReference w:type="default" r:id="rId-header"/>' if has_header else ""
    bidi = "<w:bidi/>" if document.is_right_to_left else ""
    section = (
        f'<w:sectPr>{header}<w:footerReference w:type="default" r:id="rId-footer"/>'
        f'<w:pgSz w:w="{_PAPER[0]}" w:h="{_PAPER[1]}"/>'
        f'<w:pgMar w:top="1247" w:right="{_MARGIN}" w:bottom="1247" w:left="{_MARGIN}" '
        f'w:header="567" w:footer="567" w:gutter="0"/>{bidi}</w:sectPr>'
    )
    return f"<w:document {_W} {_R}><w:body>\n{body}{section}</w:body></w:document>"


def around(kind: str, paragraphs: str) -> str:
    """Return a header (`hdr`) or footer (`ftr`) around its paragraphs."""
    return f"<w:{kind} {_W}>{paragraphs}</w:{kind}>"


def field(name: str) -> str:
    """Return a number that the reader's program works out: `PAGE` or `NUMPAGES`."""
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


# --- tables ---------------------------------------------------------------------------------------------------------


def table_properties(style: str, *, is_mirrored: bool, has_header: bool, told: str = "") -> str:
    """Return how a table looks; `told`, escaped for an attribute, is the title that a screen reader says."""
    mirrored = "<w:bidiVisual/>" if is_mirrored else ""
    caption = f'<w:tblCaption w:val="{told}"/>' if told else ""
    first = "1" if has_header else "0"
    return (
        f'<w:tblPr><w:tblStyle w:val="{style}"/>{mirrored}<w:tblW w:w="5000" w:type="pct"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{"0620" if has_header else "0600"}" w:firstRow="{first}" '
        'w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"{caption}</w:tblPr>"
    )


def table(look: str, widths: Sequence[int], rows: Iterable[str]) -> str:
    """Return a table of written rows, its columns as wide as given."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>\n{''.join(rows)}</w:tbl>\n"


def row(cells: Sequence[str], borders: Sequence[str] = (), *, is_header: bool = False, height: int = 0) -> str:
    """Return a row that is never split between pages; a header row is repeated on every page."""
    high = f'<w:trHeight w:val="{height}"/>' if height else ""
    header = "<w:tblHeader/>" if is_header else ""
    edges = borders or ("",) * len(cells)
    written = "".join(
        f"<w:tc>{_cell_look(edge)}{cell.rstrip()}</w:tc>" for cell, edge in zip(cells, edges, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{high}{header}</w:trPr>{written}</w:tr>\n"


def _cell_look(edge: str) -> str:
    if not edge:
        return ""
    sides = ("top",) if edge == "top" else ("top", "left", "bottom", "right")
    return f"<w:tcPr><w:tcBorders>{''.join(map(_border, sides))}</w:tcBorders></w:tcPr>"


def _border(side: str, size: int = 4, colour: str = GREY, space: int = 0) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'


# --- lists ----------------------------------------------------------------------------------------------------------

_LEVELS = 4


def indent(depth: int) -> str:
    """Return the indent of a further paragraph of a list's item."""
    return f'<w:ind w:left="{_step(depth)}"/>'


def _step(depth: int) -> int:
    return 397 * (depth + 1)


def numbering(ordered: Sequence[int]) -> str:
    """Return the lists: one for all that are not numbered, and one for each that is, by its depth."""
    abstract = _abstract(0, "bullet", "–", "ListBullet") + _abstract(1, "decimal", "", "ListNumber")
    lists = f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="0"/></w:num>'
    for number, depth in enumerate(ordered, BULLETS + 1):
        starts = f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="1"/></w:lvlOverride>'
        lists += f'<w:num w:numId="{number}"><w:abstractNumId w:val="1"/>{starts}</w:num>'
    return f"<w:numbering {_W}>{abstract}{lists}</w:numbering>"


def _abstract(number: int, form: str, mark: str, style: str) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{mark or f"%{depth + 1}."}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{_step(depth)}" w:hanging="397"/></w:pPr></w:lvl>'
        for depth in range(_LEVELS)
    )
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{levels}</w:abstractNum>"
    )


# --- styles ---------------------------------------------------------------------------------------------------------

_KEPT = "<w:keepNext/><w:keepLines/>"
_BUILT_IN: Mapping[str, tuple[str, str, str]] = {
    "Title": ("Title", f'{_KEPT}<w:spacing w:before="200" w:after="130" w:line="240" w:lineRule="auto"/>', "b34"),
    "Heading1": ("heading 1", f'{_KEPT}<w:spacing w:before="220" w:after="70"/><w:outlineLvl w:val="0"/>', "b25"),
    "Heading2": ("heading 2", f'{_KEPT}<w:spacing w:before="180" w:after="50"/><w:outlineLvl w:val="1"/>', "b22"),
    "ListBullet": ("List Bullet", '<w:spacing w:after="40"/>', ""),
    "ListNumber": ("List Number", '<w:spacing w:after="40"/>', ""),
    "ListContinue": ("List Continue", '<w:spacing w:after="40"/>', ""),
    "Caption": ("caption", '<w:keepNext/><w:spacing w:before="160" w:after="60"/>', "b22"),
    "Header": ("header", '<w:spacing w:after="0"/>', "b20"),
    "Footer": ("footer", '<w:spacing w:after="0"/>', "g17"),
}
_BOX = "".join(_border(side, 6, "1A1A1A", 6) for side in ("top", "left", "bottom", "right"))
_OWN: Mapping[str, tuple[str, str, str]] = {
    "HeadLabel": ("Head Label", '<w:spacing w:after="20"/>', "g21"),
    "HeadText": ("Head Text", '<w:spacing w:after="20"/>', ""),
    "Lead": ("Lead", '<w:spacing w:after="80"/>', "g20"),
    "Notice": ("Notice", f'<w:pBdr>{_BOX}</w:pBdr><w:spacing w:before="120" w:after="200"/>', ""),
    "TableText": ("Table Text", '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>', "18"),
    "AfterTable": ("After Table", '<w:spacing w:after="60" w:line="120" w:lineRule="exact"/>', "8"),
    "RoomToSign": ("Room to Sign", '<w:keepNext/><w:spacing w:before="700" w:after="0"/>', ""),
    "SignatureText": ("Signature Text", '<w:spacing w:before="40" w:after="0"/>', "g19"),
}


def styles(document: Document) -> str:
    """Return the styles, all of them from right to left where the document is."""
    bidi = "<w:bidi/>" if document.is_right_to_left else ""
    fonts = f'<w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>'
    found = [
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts}{_size(21)}{_language(document.language)}</w:rPr></w:rPrDefault>"
        '<w:pPrDefault><w:pPr><w:spacing w:after="110" w:line="252" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"{f'<w:pPr>{bidi}</w:pPr>' if bidi else ''}</w:style>",
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/>'
        '<w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr><w:b/><w:bCs/></w:rPr></w:style>',
    ]
    found += [_style(id_, *told, own=False) for id_, told in _BUILT_IN.items()]
    found += [_style(id_, *told, own=True) for id_, told in _OWN.items()]
    return f"<w:styles {_W}>{''.join(found)}{_TABLE_STYLES}</w:styles>"


def _style(id_: str, name: str, paragraph: str, letters: str, *, own: bool) -> str:
    custom = ' w:customStyle="1"' if own else ""
    follows = '<w:next w:val="Normal"/>' if id_ in ("Title", "Heading1", "Heading2", "Caption") else ""
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{id_}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"{follows}<w:qFormat/><w:pPr>{paragraph}</w:pPr>{_letters(letters)}</w:style>"
    )


def _letters(told: str) -> str:
    """Return the look of letters from a short form: `b` bold, `g` grey, then the size."""
    if not told:
        return ""
    bold = "<w:b/><w:bCs/>" if told.startswith("b") else ""
    grey = f'<w:color w:val="{GREY}"/>' if told.startswith("g") else ""
    return f"<w:rPr>{bold}{grey}{_size(int(told.lstrip('bg')))}</w:rPr>"


def _size(half_points: int) -> str:
    # Arabic letters of the same size look smaller beside Latin ones.
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points + 2}"/>'


_EDGES = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="140" w:type="dxa"/></w:tblCellMar>'
_TABLE_STYLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="table" w:customStyle="1" w:styleId="HeadTable"><w:name w:val="Head Table"/>'
    f'<w:basedOn w:val="TableNormal"/><w:tblPr>{_EDGES}</w:tblPr></w:style>'
    '<w:style w:type="table" w:customStyle="1" w:styleId="PacketTable"><w:name w:val="Packet Table"/>'
    f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{_border("bottom", 4, "B8B8B8")}'
    f"{_border('insideH', 4, 'B8B8B8')}</w:tblBorders>{_EDGES}</w:tblPr>"
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders>'
    f"{_border('bottom', 8, '1A1A1A')}</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
)
