"""New playbooks: from the commented template, or as a copy of one that is there, with its names changed everywhere.

A copy records what it was derived from (`derived_from`: id, version and SHA-256 of the file), so that `playbook diff`
can tell what differs and whether the original has moved on. Nothing that is there is ever written over.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content
from recover.errors import CannotWriteError, NotFoundError, UsageError
from recover.playbook import grammar
from recover.playbook.document import Document, Keys
from recover.playbook.layers import playbook_files, templates_beside, with_shipped
from recover.playbook.library import shown_path

if TYPE_CHECKING:
    from recover.playbook.editing import Bench

TEMPLATE_ID = "example-incident"
"""The id the template has, and gives up."""


def template_folder() -> Path:
    """Return the folder of the template."""
    return content.templates_root() / "playbook"


def check_new_id(identifier: str, roots: Sequence[Path], target: Path) -> None:
    """Raise `UsageError` when an id is none, or is taken in the roots in force or in the folder."""
    fault = grammar.HYPHEN_ID.check(identifier)
    if fault is not None or len(identifier) > 40:
        raise UsageError(f"'{identifier[:60]}' is not an id", hint="lower-case words joined by hyphens: stolen-channel")
    if _space(identifier) in grammar.RESERVED or identifier in ("shared", "facts", "letters"):
        raise UsageError(f"'{identifier}' means something else already", hint=f"{identifier}-case")
    if identifier in playbook_files(with_shipped(roots)) or (target / identifier).exists():
        raise UsageError(f"'{identifier}' is there already", hint=f"recover playbook edit {identifier}")


def new_from_template(identifier: str, title: str, target: Path, today: str, until: str) -> tuple[Path, ...]:
    """Write a small complete playbook below `target`; return the files, the playbook's own first.

    `today` and `until` are ISO days: when it was written, and until when it may be used without a review.
    """
    folder = template_folder()
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".yaml", ".md"):
            files[path.relative_to(folder)] = path.read_text("utf-8")
    if not files:
        raise NotFoundError("the template is not there", hint="pip install --force-reinstall recover-kit")
    written = {}
    for name, text in files.items():
        text = text.replace(TEMPLATE_ID, identifier).replace(_space(TEMPLATE_ID), _space(identifier))
        if name.name == "playbook.yaml":
            document = Document(text, name.name)
            document.set(("reviewed",), today)
            document.set(("valid_until",), until)
            if title:
                document.set(("title",), title)
            text = document.text
        written[_place(name, identifier, target)] = text
    return _write_new(written)


def new_from_playbook(
    identifier: str, title: str, original: str, target: Path, roots: Sequence[Path], today: str
) -> tuple[Path, ...]:
    """Copy a playbook with its stories and translations under a new id.

    Comments stay. Ids of the playbook, its facts and stories are changed wherever they stand. Letters are not copied:
    in a derived playbook a letter of the original means the copy's own questions. Returns the files, the playbook's own
    first.
    """
    layered = with_shipped(roots)
    source = playbook_files(layered).get(original)
    if source is None:
        raise NotFoundError(f"there is no playbook called '{original[:60]}'", hint="recover playbook list")
    raw = source.read_bytes()
    stories = {path.stem: f"{identifier}-{path.stem}" for path in sorted((source.parent / "stories").glob("*.yaml"))}
    facts = tuple(Document(raw.decode("utf-8"), shown_path(source)).get(("facts",)) or ())
    written: dict[Path, str] = {}
    media: dict[Path, Path] = {}
    for path in sorted(source.parent.rglob("*")):
        name = path.relative_to(source.parent)
        if not path.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        if path.suffix != ".yaml" or "files" in name.parts[:-1]:
            media[target / identifier / name] = path
            continue
        text = renamed(path.read_text("utf-8"), original, identifier, facts)
        if name.parts[0] == "stories":
            text = re.sub(
                rf"^story: *{re.escape(path.stem)}\b", f"story: {stories[path.stem]}", text, flags=re.MULTILINE
            )
            name = Path("stories") / f"{stories[path.stem]}.yaml"
        if name.name == "playbook.yaml":
            text = _derived(text, original, raw, title, today)
        written[target / identifier / name] = text
    return _write_new(written, media)


def copy_over(path: Path, shipped: Path, target: Path) -> Path:
    """Copy a shipped file (a playbook with its whole folder) to the same place below `target`; return the copy.

    A playbook's copy records what it was derived from. Raises `UsageError` when something stands there.
    """
    below = path.relative_to(shipped)
    copy = target / below
    if copy.exists():
        return copy
    raw = path.read_bytes()
    try:
        if path.name == "playbook.yaml":
            shutil.copytree(path.parent, copy.parent, copy_function=shutil.copyfile)
            document = Document(raw.decode("utf-8"), shown_path(copy))
            document.set(("derived_from",), _origin(document, path.parent.name, raw), after="valid_until")
            copy.write_text(document.text, "utf-8", newline="")
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    except OSError as fault:
        raise CannotWriteError(f"cannot write: {fault.strerror or 'I/O error'}", place=shown_path(copy)) from fault
    return copy


def renamed(text: str, old: str, new: str, facts: Iterable[str]) -> str:
    """Return a file's text with a playbook's id, and the names of its `facts`, changed wherever they stand alone.

    Rules and channels may begin with the same word and are left as they are.
    """
    names = "|".join(sorted(map(re.escape, facts), key=len, reverse=True))
    if names:
        named = rf"(?<![\w.-])(?<!rule: )(?<!channel: ){re.escape(_space(old))}\.(?=(?:{names})(?![\w-]))"
        text = re.sub(named, f"{_space(new)}.", text)
    head = rf"^((?:playbook|catalogue): *['\"]?){re.escape(old)}(?=['\"]?\s*(?:#|$))"
    return re.sub(head, rf"\g<1>{new}", text, flags=re.MULTILINE)


def _space(identifier: str) -> str:
    """Return the namespace of a playbook's facts."""
    return identifier.replace("-", "_")


def _derived(text: str, original: str, raw: bytes, title: str, today: str) -> str:
    document = Document(text, "playbook.yaml")
    origin = _origin(document, original, raw)
    if document.get(("derived_from",)) is not None:
        document.remove(("derived_from",))
    document.set(("version",), "0.1.0")
    document.set(("reviewed",), today)
    document.set(("derived_from",), origin, after="valid_until")
    if title:
        document.set(("title",), title)
    return document.text


def _origin(document: Document, identifier: str, raw: bytes) -> dict[str, str]:
    return {"playbook": identifier, "version": document.get(("version",)), "sha256": sha256(raw).hexdigest()}


def _letters_of(target: Path) -> Path:
    templates = templates_beside(target)
    return target / "letters" if templates is None else templates / "letters"


def _place(name: Path, identifier: str, target: Path) -> Path:
    if name.suffix == ".md":
        return _letters_of(target) / name.name.replace(TEMPLATE_ID, identifier)
    if name.parts[0] == "stories":
        return target / identifier / "stories" / name.name.replace(TEMPLATE_ID, identifier)
    return target / identifier / name


def _write_new(texts: dict[Path, str], media: dict[Path, Path] | None = None) -> tuple[Path, ...]:
    from recover.playbook.editing import write_together

    for path in (*texts, *(media or ())):
        if path.exists():
            raise UsageError("this file is there already", place=shown_path(path), hint="it is not written over")
    contents = {path: text.encode() for path, text in texts.items()}
    contents |= {path: source.read_bytes() for path, source in (media or {}).items()}
    write_together(contents)
    first = [path for path in texts if path.name == "playbook.yaml"]
    return (*first, *(path for path in texts if path not in first))


# --- one row of the facts -------------------------------------------------------------------------------------------


def own_row(bench: Bench, kind: str, identifier: str, own: Path | None) -> tuple[Path, Keys]:
    """Return the file and the keys of a row of the facts (`rules`, `channels` …) that may be changed.

    With an own folder (`own`), a shipped row is copied into it first: rows of an own folder stand in place of shipped
    ones with their id, and the rest of the shipped file stays in force. Raises `NotFoundError`.
    """
    from recover.playbook.layers import facts_files

    keys: Keys = (kind, identifier)
    for root in bench.roots:
        for path in facts_files(root):
            document = bench.open(path)
            row = document.get(keys)
            if row is None:
                continue
            if own is None or path.resolve().is_relative_to(own.resolve()):
                return path, keys
            copy = own / path.relative_to(root)
            text = f"# Own rows; each stands in place of the shipped row with its id.\n{kind}:\n"
            own_rows = bench.open(copy) if copy.exists() else bench.create(copy, text)
            # A row that was copied a moment ago may hold changes already.
            if own_rows.get(keys) is None:
                own_rows.set(keys, row)
            return copy, keys
    raise NotFoundError(f"there is no row '{identifier}' among the {kind}", hint="recover playbook facts")
