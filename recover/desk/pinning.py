"""The bundle: every byte that reaches a decision or a letter of a case, in one sealed object, taken when it was opened.

One JSON document: the parsed playbook and registry (so that an open case never parses YAML again) and the exact text
of every file they came from and of every letter and layout they may use, each with its SHA-256. What a trainer changes
afterwards changes nothing in an open case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.case.entries import PlaybookPinned
from recover.case.survey import LetterAbout, RowsNeeded
from recover.errors import AlteredError, NewerFormatError, NotFoundError, PlaybookError, TemplateError
from recover.frozen import frozen
from recover.playbook import codec, layers
from recover.playbook.model import Catalogue, LocalChange, Playbook, Registry
from recover.playbook.registry import bare_name

if TYPE_CHECKING:
    from recover.vault.vault import CaseLog

FORMAT = "recover-bundle"
VERSION = 2
MAX_BYTES = 32 * 1024 * 1024
"""Of a bundle; the shipped ones have a few hundred KiB."""

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_FILES = 2_000

_TEMPLATES = "templates/"


@frozen
class Bundle:
    """What a case was opened with. `files` maps paths (`playbooks/…`, `templates/…`) to their text."""

    playbook: Playbook
    registry: Registry
    letters: tuple[LetterAbout, ...]
    """What the engine needs of each letter's front matter."""
    files: Mapping[str, str]
    local: tuple[LocalChange, ...] = ()
    """What an own folder changed of it, or added, when the case was opened: screens and letters go on saying so."""
    catalogues: tuple[Catalogue, ...] = ()
    """The playbook's texts in other languages, as they were when the case was opened."""

    @property
    def templates(self) -> dict[str, str]:
        """Return the letters and layouts, by path below `templates/`."""
        return _templates_of(self.files)

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """Return (path, SHA-256) of each file, sorted by path."""
        return tuple((path, _sha256(text.encode())) for path, text in sorted(self.files.items()))


def make_bundle(
    playbook: Playbook,
    registry: Registry,
    roots: Sequence[Path],
    local: tuple[LocalChange, ...] = (),
    languages: Sequence[str] = (),
) -> Bundle:
    """Collect everything `playbook` and `registry` rest on.

    `roots` are the folders they were loaded from, first one first; `languages` are those in which the client is spoken
    to: dozens of catalogues of other languages would make every case large and slow to open. Raises `PlaybookError`
    when a file is not the one that was loaded a moment ago, `TemplateError` for a letter that is not there or invalid.
    """
    from recover.playbook.translation import load_translations

    files: dict[str, str] = {}
    translated = load_translations(playbook, roots, languages)
    files |= {f"playbooks/{name}": text for name, text in translated.files.items()}
    for name, sha256 in (*playbook.sources, *registry.sources):
        files[f"playbooks/{name}"] = _source(name, sha256, roots)
    names = sorted({use.template for step in playbook.steps for use in step.letters})
    for file_name, file in layers.letter_files(roots).items():
        if file_name.split(".")[0] in names:
            files[f"{_TEMPLATES}letters/{file_name}"] = _read(file)
    for path, file in (layers.layout_files(roots) | layers.word_files(roots)).items():
        files[_TEMPLATES + path] = _read(file)
    if len(files) > MAX_FILES:
        raise PlaybookError(f"a playbook may rest on {MAX_FILES} files at most", place=playbook.id)
    about = _about(names, _templates_of(files), playbook)
    return Bundle(playbook, registry, about, files, local, translated.catalogues)


def pin(log: CaseLog, bundle: Bundle) -> PlaybookPinned:
    """Seal a bundle into a case's log and return the entry body that names it."""
    sealed = log.add_object(BytesIO(bundle_bytes(bundle)))
    return PlaybookPinned(
        bundle.playbook.id, bundle.playbook.version, sealed.sealed_sha256, sealed.plain_sha256, bundle.digests
    )


def join_registries(registries: Sequence[Registry]) -> Registry:
    """Return one registry; where two say different things under one id, the first counts."""
    if len(registries) == 1:
        return registries[0]
    return Registry(
        channels=_first(each.channels for each in registries),
        rules=_first(each.rules for each in registries),
        clauses=_first(each.clauses for each in registries),
        organisations=_first(each.organisations for each in registries),
        controls=_first(each.controls for each in registries),
        tested=tuple(dict.fromkeys(test for each in registries for test in each.tested)),
        sources=tuple(dict.fromkeys(source for each in registries for source in each.sources)),
    )


def bundle_bytes(bundle: Bundle) -> bytes:
    """Write a bundle as the bytes that are sealed; the same bundle gives the same bytes."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "playbook": codec.playbook_to_json(bundle.playbook),
        "registry": codec.registry_to_json(bundle.registry),
        "letters": [asdict(about) for about in bundle.letters],
        "files": dict(sorted(bundle.files.items())),
    }
    if bundle.local:
        document["local"] = [asdict(change) for change in bundle.local]
    if bundle.catalogues:
        document["catalogues"] = codec.catalogues_to_json(bundle.catalogues)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def read_bundle(content: bytes, digests: Iterable[tuple[str, str]]) -> Bundle:
    """Read a bundle back and compare every file with the digests that stand in the log.

    Raises `AlteredError`, or `NewerFormatError` when a newer version wrote it.
    """
    document = _document(content)
    files = document.get("files")
    if not isinstance(files, dict) or not all(isinstance(text, str) for text in files.values()):
        raise AlteredError("the pinned playbook cannot be read")
    bundle = Bundle(
        codec.playbook_from_json(document.get("playbook")),
        codec.registry_from_json(document.get("registry")),
        tuple(map(_read_about, document.get("letters", ()))),
        files,
        tuple(map(_read_local, document.get("local", ()))),
        codec.catalogues_from_json(document["catalogues"]) if "catalogues" in document else (),
    )
    if bundle.digests != tuple(sorted((path, sha256) for path, sha256 in digests)):
        raise AlteredError("the pinned playbook is not the one the case was opened with")
    return bundle


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AlteredError("the pinned playbook cannot be read") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise AlteredError("the pinned playbook cannot be read")
    version = document.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise NewerFormatError("the pinned playbook was written by a newer version of recover")
    return document


def _templates_of(files: Mapping[str, str]) -> dict[str, str]:
    return {path.removeprefix(_TEMPLATES): text for path, text in files.items() if path.startswith(_TEMPLATES)}


def _first(groups: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    found: dict[str, Any] = {}
    for each in chain.from_iterable(groups):
        found.setdefault(each.id, each)
    return tuple(found.values())


def _source(name: str, sha256: str, roots: Sequence[Path]) -> str:
    """Return the text of a source, from the first root whose file is the one that was loaded."""
    below = bare_name(name)
    for root in roots:
        if (root / below).is_file():
            text = _read(root / below)
            if _sha256(text.encode()) == sha256:
                return text
    raise PlaybookError("the file changed while the playbook was loaded", place=name, hint="start again")


def _about(names: Sequence[str], templates: Mapping[str, str], playbook: Playbook) -> tuple[LetterAbout, ...]:
    from recover.packet.letters.rendering import letters_about

    about = letters_about(templates, playbook)
    lacking = [name for name in names if name not in about]
    if lacking:
        raise TemplateError(f"the playbook names letters that are not there: {', '.join(lacking)}", place=playbook.id)
    return tuple(about[name] for name in sorted(about))


def _read_local(document: object) -> LocalChange:
    match document:
        case {"what": str(what), "id": str(id_), "how": str(how), "by": str(by), "says": list(says)}:
            return LocalChange(what, id_, how, by, tuple(map(str, says)))
    raise AlteredError("the pinned playbook cannot be read")


def _read_about(document: object) -> LetterAbout:
    match document:
        case {
            "name": str(name),
            "title": str(title),
            "to": str(to),
            "gates": list(gates),
            "approval": bool(approval),
            "facts": list(facts),
            "new_fact": bool(new_fact),
            **more,
        }:
            about = LetterAbout(name, title, to, tuple(map(str, gates)), approval, tuple(map(str, facts)), new_fact)
            return replace(about, **_read_needs(more))
    raise AlteredError("the pinned playbook cannot be read")


def _read_needs(document: dict[Any, Any]) -> dict[str, Any]:
    """Return what a letter needs; a case of before this was kept has none of it, and its letters lack nothing."""
    try:
        return {
            "needs": tuple(map(str, document.get("needs", ()))),
            "rows": tuple(
                RowsNeeded(str(row["fact"]), int(row["least"]), str(row["where"]), tuple(map(str, row["columns"])))
                for row in document.get("rows", ())
            ),
            "shown": tuple(tuple(map(str, names)) for names in document.get("shown", ())),
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AlteredError("the pinned playbook cannot be read") from error


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError("a file the playbook rests on is not there", place=str(path)) from error
    except OSError as error:
        raise PlaybookError(f"cannot be read: {error.strerror or 'I/O error'}", place=str(path)) from error
    if len(content) > MAX_FILE_BYTES:
        raise PlaybookError(f"larger than {MAX_FILE_BYTES // 1024**2} MiB", place=str(path))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlaybookError("is not UTF-8 text", place=str(path)) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
