"""Working copies of Office files (OOXML, ODF): a new package of the parts a reader needs, without names and times.

The package is read by a list of the parts that are known; a part that is not on it (macros, embedded objects, other
files) is a reason to refuse, since nobody here can say what it holds. Text stays as it is, deleted text of
tracked changes and comments too: only who wrote it and when goes.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from recover.errors import InputError, RefusedError, UsageError
from recover.evidence.copies import MAX_BYTES, Made, Wish
from recover.evidence.copies_image import still_there
from recover.evidence.copies_pdf import bare_jpeg
from recover.frozen import frozen

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # it brings no types

MAX_PARTS = 5_000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NOBODY = "Author"
"""Stands where a name stood that the format wants."""


@frozen
class Package:
    """How the parts of one family of files are told apart: by whole path, in lower case."""

    kept: re.Pattern[str]
    dropped: re.Pattern[str]


_OOXML_DROPPED = (
    r"docprops/.*|customxml/.*|_xmlsignatures/.*|[a-z]+/printersettings/.*"
    r"|word/(people|comments(ids|extended|extensible))\.xml"
    r"|xl/(calcchain\.xml|persons/.*|threadedcomments/.*)"
)
_PICTURES = r"media/[^/]+\.(png|jpe?g)"
_PACKAGES = {
    "docx": Package(
        re.compile(
            r"\[content_types\]\.xml|_rels/\.rels|word/_rels/[^/]+\.rels|word/theme/(_rels/)?[^/]+\.(xml|rels)"
            r"|word/(document|styles|styleswitheffects|settings|websettings|fonttable|numbering|footnotes|endnotes|comments"
            rf"|header\d*|footer\d*)\.xml|word/{_PICTURES}"
        ),
        re.compile(_OOXML_DROPPED),
    ),
    "xlsx": Package(
        re.compile(
            r"\[content_types\]\.xml|_rels/\.rels|xl/_rels/[^/]+\.rels|xl/theme/(_rels/)?[^/]+\.(xml|rels)"
            r"|xl/(workbook|sharedstrings|styles|comments\d*)\.xml|xl/comments/[^/]+\.xml"
            r"|xl/(worksheets|drawings|tables|charts)/(_rels/)?[^/]+\.(xml|rels|vml)"
            rf"|xl/{_PICTURES}"
        ),
        re.compile(_OOXML_DROPPED),
    ),
}
_ODF = Package(
    re.compile(r"mimetype|meta-inf/manifest\.xml|content\.xml|styles\.xml|pictures/[^/]+\.(png|jpe?g)"),
    re.compile(
        r"meta\.xml|settings\.xml|manifest\.rdf|layout-cache|thumbnails/.*|configurations2/.*"
        r"|meta-inf/documentsignatures\.xml"
    ),
)

_DROPPED_ELEMENTS = frozenset(
    {
        "rsids", "docId", "docVars", "attachedTemplate", "mailMerge", "saveThroughXslt", "fileSharing", "absPath",
        "revisionPtr", "customWorkbookViews", "scripts", "documentProtection", "workbookProtection",
    }
)  # fmt: skip
"""Local names of elements that say who, where on which disk, or with which earlier file."""

_DROPPED_ATTRIBUTES = frozenset({"initials", "userName", "documentId", "userId", "providerId", "descr"})
_NAMED_ATTRIBUTES = frozenset({"author", "lastModifiedBy"})
_DATED_ELEMENTS = frozenset(
    {
        "ins", "del", "moveFrom", "moveTo", "comment", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange",
        "tcPrChange", "trPrChange", "tblGridChange", "numberingChange", "cellIns", "cellDel", "cellMerge",
        "moveFromRangeStart", "moveToRangeStart", "tblPrExChange",
    }
)  # fmt: skip
_NAMING_TEXTS = frozenset({"creator", "author", "creator-initials", "sender-initials", "initial-creator"})
"""Elements whose text is a name: `dc:creator` of a comment or change, `author` of a sheet's comments."""

_PICTURE_ELEMENTS = frozenset({"docPr", "cNvPr"})


def copy_office(content: bytes, suffix: str, wish: Wish) -> Made:
    """Return an Office file without properties, authors and thumbnails; see `copies.make_copy`."""
    if wish.boxes:
        raise UsageError(
            "boxes are for pictures and PDFs", hint="print the file into a PDF, add that, and draw the boxes there"
        )
    parts = _read(content)
    package = _PACKAGES.get(suffix, _ODF)
    kept = {name: part for name, part in parts.items() if _is_kept(name, package)}
    names = frozenset(kept)
    made = {name: _clean(name, part, names) for name, part in kept.items()}
    _check(made)
    done = (
        "written anew: no properties, thumbnail, custom data or printer settings; comments and tracked changes stay, "
        "without who wrote them and when",
    )
    careful = ("its text stays as it is: deleted text of tracked changes, comments and names in sentences too",)
    return Made(_write(made), suffix, done, careful)


# --- the package ---------------------------------------------------------------------------------------------------


def _read(content: bytes) -> dict[str, bytes]:
    """Return the parts by path, within bounds. Raises `InputError`, `RefusedError` for a locked one."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            infos = [each for each in packed.infolist() if not each.is_dir()]
            _refuse_shape(infos)
            return {info.filename: _unpacked(packed, info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InputError("the Office file cannot be read: it is broken or not what it seems") from error


def _refuse_shape(infos: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 1 for info in infos):
        raise RefusedError("the file is locked with a password", hint="save it without one, and add that")
    # Readers differ in which of two parts they show; the other one would be a hiding place.
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise RefusedError("the file holds two parts of one name")
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_BYTES:
        raise InputError(f"the file unpacks to more than {MAX_PARTS} parts or {MAX_BYTES // 1024**2} MiB")


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with packed.open(info) as part:
        found = part.read(info.file_size + 1)
    if len(found) != info.file_size:
        raise InputError("a part of the file is not as long as it says")
    return found


def _is_kept(name: str, package: Package) -> bool:
    """Say whether a part stays. Raises `RefusedError` for one that is not known."""
    path = name.lower()
    if package.kept.fullmatch(path):
        return True
    if package.dropped.fullmatch(path):
        return False
    raise RefusedError(
        f"the file holds {name[:80]!r}, and what such a part hides cannot be said here",
        hint="print the file into a PDF, add that, and make the copy of it",
    )


def _write(parts: Mapping[str, bytes]) -> bytes:
    """Return the parts as a zip that is always the same; an ODF file's `mimetype` stands first and unpacked."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(parts, key=lambda name: (name != "mimetype", name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.create_system = 0
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            packed.writestr(info, parts[name])
    return written.getvalue()


# --- one part ------------------------------------------------------------------------------------------------------


def _clean(name: str, part: bytes, names: frozenset[str]) -> bytes:
    path = name.lower()
    if path == "mimetype":
        return part
    if path.endswith((".jpg", ".jpeg")):
        return bare_jpeg(part)
    if path.endswith(".png"):
        return bare_png(part)
    root = _parsed(name, part)
    if path == "[content_types].xml":
        _drop_children(root, lambda each: _is_gone(each.get("PartName", ""), names))
    elif path.endswith(".rels"):
        _clean_relations(name, root, names)
    elif path == "meta-inf/manifest.xml":
        _drop_children(root, lambda each: _is_gone_from_manifest(each, names))
    else:
        _clean_tree(root)
    return _written(root)


def _parsed(name: str, part: bytes) -> _Element:
    """Read XML that may be hostile: no entities, no document type, no network, no huge trees."""
    from lxml import etree  # type: ignore[import-untyped]  # it brings no types

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise InputError("a part of the file is no XML", place=name[:80]) from error
    if root.getroottree().docinfo.doctype:
        raise RefusedError("a part of the file brings a document type of its own", place=name[:80])
    return root


def _written(root: _Element) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _drop_children(root: _Element, is_dropped: Any) -> None:
    for each in list(root):
        if is_dropped(each):
            root.remove(each)


def _is_gone(path: str, names: frozenset[str]) -> bool:
    return bool(path) and path.lstrip("/") not in names


def _is_gone_from_manifest(entry: _Element, names: frozenset[str]) -> bool:
    path = next((value for key, value in _attributes(entry) if key == "full-path"), "")
    return path not in ("", "/") and (path.endswith("/") or path not in names)


def _clean_relations(name: str, root: _Element, names: frozenset[str]) -> None:
    """Keep relations to parts that stay, and links a person follows; what would be loaded from elsewhere is refused."""
    for each in list(root):
        kind = each.get("Type", "").rsplit("/", 1)[-1]
        if each.get("TargetMode") == "External":
            if kind == "attachedTemplate":
                root.remove(each)
            elif kind != "hyperlink":
                raise RefusedError("the file loads something from outside", place=name[:80])
        elif _target(name, each.get("Target", "")) not in names:
            root.remove(each)


def _target(name: str, target: str) -> str:
    """Return the path of the part that a relation in `name` names (ECMA-376 part 2: relative to its own part)."""
    if target.startswith("/"):
        return target.lstrip("/")
    folder = name.rsplit("_rels/", 1)[0].split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            folder = folder[:-1]
        elif step not in ("", "."):
            folder.append(step)
    return "/".join(folder)


def _attributes(element: _Element) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        yield str(key).rsplit("}", 1)[-1], str(value)


def _local(element: _Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _clean_tree(root: _Element) -> None:
    for element in list(root.iter("*")):
        if _local(element) in _DROPPED_ELEMENTS:
            _remove(element)
        else:
            _clean_element(element)


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _clean_element(element: _Element) -> None:
    name = _local(element)
    for key in list(element.attrib):
        local = str(key).rsplit("}", 1)[-1]
        if local in _NAMED_ATTRIBUTES:
            element.set(key, _NOBODY)
        elif "rsid" in local or local in _DROPPED_ATTRIBUTES or _is_when(name, local):
            del element.attrib[key]
        elif local == "name" and name in _PICTURE_ELEMENTS:
            element.set(key, "Picture")
    if name in _NAMING_TEXTS and element.text:
        element.text = _NOBODY
    elif name in ("date", "date-string") and _is_dublin(element):
        _remove(element)


def _is_when(name: str, local: str) -> bool:
    return local in ("date", "dateUtc") and name in _DATED_ELEMENTS


def _is_dublin(element: _Element) -> bool:
    return str(element.tag).startswith("{http://purl.org/dc/elements/1.1/}")


def bare_png(raw: bytes) -> bytes:
    """Return a PNG with the chunks that draw it and no others. Raises `InputError` for no PNG."""
    if not raw.startswith(b"\x89PNG\r\n\x1a\n"):
        raise InputError("a PNG in it is broken")
    kept, place = [raw[:8]], 8
    while place + 12 <= len(raw):
        end = place + 12 + int.from_bytes(raw[place : place + 4], "big")
        kind = raw[place + 4 : place + 8]
        if kind in _DRAWN:
            kept.append(raw[place:end])
        if kind == b"IEND":
            return b"".join(kept)
        place = end
    raise InputError("a PNG in it is broken")


_DRAWN = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})


# --- reading it back -----------------------------------------------------------------------------------------------


def _check(parts: Mapping[str, bytes]) -> None:
    """Raise when a finished part still names somebody, or a picture in it still carries more than a picture."""
    for name, part in parts.items():
        path = name.lower()
        if path.endswith((".jpg", ".jpeg", ".png")):
            if (bare_png if path.endswith(".png") else bare_jpeg)(part) != part:
                raise still_there("metadata of a picture")
        elif path.endswith((".xml", ".rels", ".vml")):
            _check_tree(name, _parsed(name, part))


def _check_tree(name: str, root: _Element) -> None:
    for element in root.iter("*"):
        local = _local(element)
        named = [key for key, value in _attributes(element) if key in _NAMED_ATTRIBUTES and value != _NOBODY]
        dated = [key for key, _ in _attributes(element) if _is_when(local, key) or key in _DROPPED_ATTRIBUTES]
        is_naming = local in _NAMING_TEXTS and element.text not in (None, _NOBODY)
        if named or dated or is_naming or local in _DROPPED_ELEMENTS:
            raise still_there(f"a name or time in {name[:80]}")
