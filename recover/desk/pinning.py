"""The bundle: every byte that reaches a decision or a letter of a case, in one sealed object, taken when it was opened.

One JSON document: the parsed playbook and registry (so that an open case never parses YAML again) and the exact text
of every file they came from and of every letter and layout they may use, each with its SHA-256. What a trainer changes
afterwards changes nothing in an open case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recover.errors import AlteredError, NewerFormatError, NotFoundError, PlaybookError, TemplateError
from recover.playbook import codec
from recover.playbook.model import Playbook, Registry

FORMAT = "recover-bundle"
VERSION = 1
MAX_BYTES = 32 * 1024 * 1024
"""Of a bundle; the shipped ones have a few hundred KiB."""

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_FILES = 2_000

_TEMPLATES = "templates/"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a case was opened with. `files` maps paths (`playbooks/…`, `templates/…`) to their text."""

    playbook: Playbook
    registry: Registry
    files: Mapping[str, str]

    @property
    def templates(self) -> dict[str, str]:
        """Return the letters and layouts, by path below `templates/`."""
        return {path.removeprefix(_TEMPLATES): text for path, text in self.files.items() if path.startswith(_TEMPLATES)}

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """Return (path, SHA-256) of each file, sorted by path."""
        return tuple((path, _sha256(text.encode())) for path, text in sorted(self.files.items()))


def make_bundle(playbook: Playbook, registry: Registry, content: Path) -> Bundle:
    """Collect everything `playbook` and `registry` rest on, from the folder that holds `playbooks/` and `templates/`.

    Raises `PlaybookError` when a file is not the one that was loaded a moment ago, `TemplateError` when a letter the
    playbook names is not there.
    """
    files: dict[str, str] = {}
    for source, sha256 in (*playbook.sources, *registry.sources):
        path = source if source.startswith("playbooks/") else f"playbooks/{source}"
        text = _read(content / path)
        if _sha256(text.encode()) != sha256:
            raise PlaybookError("the file changed while the playbook was loaded", place=path, hint="start again")
        files[path] = text
    for file in (*_letter_files(playbook, content), *_layout_files(content)):
        files[file.relative_to(content).as_posix()] = _read(file)
    if len(files) > MAX_FILES:
        raise PlaybookError(f"a playbook may rest on {MAX_FILES} files at most", place=playbook.id)
    return Bundle(playbook, registry, files)


def bundle_bytes(bundle: Bundle) -> bytes:
    """Write a bundle as the bytes that are sealed; the same bundle gives the same bytes."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "playbook": codec.playbook_to_json(bundle.playbook),
        "registry": codec.registry_to_json(bundle.registry),
        "files": dict(sorted(bundle.files.items())),
    }
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
        codec.playbook_from_json(document.get("playbook")), codec.registry_from_json(document.get("registry")), files
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


def _letter_files(playbook: Playbook, content: Path) -> list[Path]:
    found: list[Path] = []
    for name in sorted({use.template for step in playbook.steps for use in step.letters}):
        versions = sorted((content / "templates" / "letters").glob(f"{name}.*.md"))
        if not versions:
            raise TemplateError(f"the playbook names a letter that is not there: {name}", place=playbook.id)
        found.extend(versions)
    return found


def _layout_files(content: Path) -> list[Path]:
    folder = content / "templates" / "packet"
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


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
