"""What an own folder changes of what is shipped: part by part, old beside new, in words.

Files are compared by what they mean, never by how they are written: comments, order and quotes change nothing. A file
may add what it likes. Where it changes a shipped channel, rule, clause, organisation, domain, gate, deadline, letter,
layout, or a step that keeps people safe, a person has to see the difference once (`Change.is_critical`): whoever can
put one file into a folder could otherwise send a client's story to a false form without a word.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recover.frozen import frozen
from recover.playbook import grammar, layers, reader, shapes
from recover.playbook.library import Library, Source, shown_path
from recover.playbook.model import LocalChange
from recover.playbook.problems import Place, Problems
from recover.playbook.registry import Row, rows_of

MOST_LINES = 40
"""Lines that tell the difference of one part; what is more is counted."""

MOST_AUTHORS = 4
_SHIPPED_BY = "recover project"

MOST_COMPARED = 2_000
"""Lines of a text that are compared one by one; a hostile file could make the comparison last for hours."""

MOST_CHARACTERS = 600
"""Of one side of a difference; what is more is counted."""

_ALWAYS = frozenset(
    {
        "channel", "rule", "clause", "organisation", "control", "domain", "gate", "deadline", "letter", "translation",
        "layout",
    }
)  # fmt: skip
"""Parts of which every change is shown and confirmed."""

_HARMLESS: Mapping[str, frozenset[str]] = {
    "step": frozenset(
        {"title", "say", "tell", "hidden_because", "ask", "do", "evidence", "letter", "schedule", "race"}
    ),
    "fact": frozenset({"ask", "why", "help", "choices", "default"}),
    "playbook": frozenset(
        {"title", "summary", "version", "reviewed", "valid_until", "authors", "derived_from", "triage"}
    ),
    "group": frozenset({"title", "version", "reviewed", "authors"}),
}
"""Keys that may change without a confirmation, as long as the step is not critical; nothing of the way through."""


@frozen
class Change:
    """One difference between what an own folder says and what is shipped.

    `id` is a row's id, `hijacked-page: reset_password` for a part of a playbook, `shared/intake: safety` for one of a
    group, `follow-up.en` for a letter. `file` is the playbook's id or the group's file it belongs to, else empty.
    """

    what: str
    id: str
    how: str
    """changed, added or gone."""
    is_critical: bool
    by: str
    says: tuple[str, ...]
    place: str
    sha256: str
    """Of the file that makes the change."""
    was_sha256: str = ""
    """Of what is shipped, in a canonical form; empty for what is added."""
    file: str = ""

    @property
    def local(self) -> LocalChange:
        """Return what a case keeps of it."""
        return LocalChange(self.what, self.id, self.how, self.by, self.says)


def changes_of(roots: Sequence[Path]) -> tuple[Change, ...]:
    """Return what `roots` change of what is shipped and what they add, in a fixed order; nothing without own roots.

    Files that cannot be read are left out: whoever loads them is told why.
    """
    *own, shipped = layers.with_shipped(roots)
    return changes_between(own, [shipped])


def changes_between(own: Sequence[Path], behind: Sequence[Path]) -> tuple[Change, ...]:
    """Return what some roots change of what the roots behind them say, and what they add; see `changes_of`."""
    if not own:
        return ()
    library, before = Library((*own, *behind), Problems()), Library(behind, Problems())
    return (
        *_playbooks(own, library, before),
        *_groups(own, library, before),
        *_facts(library, before),
        *_texts("letter", layers.letter_files(own), layers.letter_files(behind)),
        *_texts("translation", layers.catalogue_files(own), layers.catalogue_files(behind)),
        *_texts("translation", _words(own), _words(behind)),
        *_texts("layout", layers.layout_files(own), layers.layout_files(behind)),
    )


def critical(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that a person has to confirm."""
    return tuple(change for change in changes if change.is_critical)


def digest(changes: Iterable[Change]) -> str:
    """Return the SHA-256 that stands for exactly these changes: of the bytes that make them, and of what is shipped."""
    rows = sorted([each.what, each.id, each.how, each.sha256, each.was_sha256] for each in changes)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def unshipped_addresses(roots: Sequence[Path]) -> tuple[LocalChange, ...]:
    """Return the channels whose address lies on a domain that only an own folder allows, one change per channel."""
    *own, shipped = layers.with_shipped(roots)
    if not own:
        return ()
    library = Library((*own, shipped), Problems())
    known = frozenset(name for source in _shipped(library) for name in source.entries.table("domains"))
    found = []
    for row in _in_force(library).values():
        host = (urlsplit(row.entries.text("url")).hostname or "") if row.what == "channel" else ""
        if host and not any(host == domain or host.endswith("." + domain) for domain in known):
            says = (f"{row.id}: {row.entries.text('url')}",)
            found.append(LocalChange("domain", host, "added", _authors(row.source), says))
    return tuple(found)


# --- playbooks and groups --------------------------------------------------------------------------------------------


def _playbooks(own: Sequence[Path], library: Library, behind: Library) -> Iterator[Change]:
    known = layers.playbook_files(behind.roots)
    for name, path in layers.playbook_files(own).items():
        source = library.playbook(path)
        before = known.get(name)
        if source is not None:
            yield from _compared("playbook", name, source, behind.playbook(before) if before else None)


def _groups(own: Sequence[Path], library: Library, behind: Library) -> Iterator[Change]:
    names = dict.fromkeys(path.stem for root in own for path in sorted((root / "shared").glob("*.yaml")))
    for name in names:
        path = library.find(f"shared/{name}.yaml")
        source = library.group_file(path) if path is not None else None
        before = behind.find(f"shared/{name}.yaml")
        if source is not None:
            known = behind.group_file(before) if before is not None else None
            yield from _compared("group", f"shared/{name}", source, known)


def _compared(what: str, name: str, source: Source, before: Source | None) -> Iterator[Change]:
    """Compare a playbook or a group with the shipped one of the same name, part by part."""
    if before is None:
        yield _change(what, name, "added", source, (f"a new {what}: {source.entries.text('title')}",), file=name)
        return
    if before.sha256 == source.sha256:
        return
    was, now = _parts(what, name, before), _parts(what, name, source)
    asked_by_gates = {f"{name}: {fact}" for fact in _asked_by_gates(before)}
    for key in dict.fromkeys((*was, *now)):
        old, new = was.get(key), now.get(key)
        if old == new:
            continue
        how = "added" if old is None else "gone" if new is None else "changed"
        yield _change(
            *key,
            how,
            source,
            difference(old, new),
            old=old,
            is_critical=_is_critical(key[0], old, new) or (old is not None and key[1] in asked_by_gates),
            place=str(_place(source, *key)),
            file=name,
            before=before,
        )


def _parts(what: str, name: str, source: Source) -> dict[tuple[str, str], Any]:
    """Return the parts of a playbook or group by (what, id): its head, and each question, gate, step and deadline."""
    whole = shapes.plain(source.entries)
    found: dict[tuple[str, str], Any] = {}
    for key in ("facts", "gates"):
        for each, value in whole.pop(key, {}).items():
            found[key[:-1], f"{name}: {each}"] = value
    for key in ("steps", "deadlines"):
        for value in whole.pop(key, []):
            found[key[:-1], f"{name}: {value.get('id', '')}"] = value
    return {(what, name): whole, **found}


def _place(source: Source, what: str, id_: str) -> Place:
    """Return where a part stands in its file; the file's beginning for what is gone, and for the head."""
    name = id_.partition(": ")[2]
    if what in ("fact", "gate"):
        return source.entries.table(f"{what}s").key_places.get(name, source.place)
    if what in ("step", "deadline"):
        rows = [row for row in source.entries.rows(f"{what}s") if row.text("id") == name]
        return rows[0].place if rows else source.place
    return source.place


def _asked_by_gates(source: Source) -> frozenset[str]:
    """Name the questions of a file that open its gates: labels changed round would open them to the wrong answer."""
    needs = " ".join(gate.text("needs") for gate in source.entries.table("gates").values())
    words = frozenset(re.findall(r"[a-z][a-z0-9_]*", needs))
    return words & frozenset(source.entries.table("facts"))


def _is_critical(what: str, old: Any, new: Any) -> bool:
    if old is None:
        return False
    if what in _ALWAYS or new is None:
        return True
    if what == "step" and (_keeps_safe(old) or _keeps_safe(new) or not _keeps_its_papers(old, new)):
        return True
    if what == "fact" and old.get("means"):
        return True
    return any(old.get(key) != new.get(key) for key in {*old, *new} - _HARMLESS[what])


def _keeps_safe(step: Mapping[str, Any]) -> bool:
    """Say whether a step guards somebody: critical items, a race, evidence before harm, an end, a gate, one appeal."""
    return (
        any(item.get("critical") == "true" for item in step.get("do", ()))
        or step.get("race") == "true"
        or any(need.get("before") for need in step.get("evidence", ()))
        or any(use.get("once_per") for use in step.get("letter", ()))
        or bool(step.get("end"))
        or bool(step.get("gate"))
    )


def _keeps_its_papers(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether each letter of a step is still sent the same way, and each exhibit asked for as of the same class.

    Another one beside it is only an addition. A class decides who ever sees the exhibit.
    """
    uses, needs = new.get("letter", []), [_untitled(need) for need in new.get("evidence", [])]
    is_sent = all(use in uses for use in old.get("letter", []))
    return is_sent and all(_untitled(need) in needs for need in old.get("evidence", []))


def _untitled(need: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in need.items() if key != "title"}


# --- facts -----------------------------------------------------------------------------------------------------------


def _shipped(library: Library) -> list[Source]:
    return [source for source in library.registry_sources() if source.layer == len(library.roots) - 1]


def _in_force(library: Library) -> dict[tuple[str, str], Row]:
    found: dict[tuple[str, str], Row] = {}
    for source in library.registry_sources():
        for row in rows_of(source):
            found.setdefault((row.what, row.id), row)
    return found


def _facts(library: Library, behind: Library) -> Iterator[Change]:
    was = _in_force(behind)
    for key, row in _in_force(library).items():
        if row.source.layer >= len(library.roots) - len(behind.roots):
            continue
        old, new = (_row(was[key]) if key in was else None), _row(row)
        if old != new:
            how = "added" if old is None else "changed"
            yield _change(
                *key,
                how,
                row.source,
                difference(old, new),
                old=old,
                is_critical=old is not None,
                place=str(row.place),
            )


def _row(row: Row) -> Any:
    return {"whose": row.label} if row.what == "domain" else shapes.plain(row.entries)


# --- letters and layouts ---------------------------------------------------------------------------------------------


def _words(roots: Sequence[Path]) -> dict[str, Path]:
    return {f"words {path.stem}": path for path in layers.word_files(roots).values()}


def _texts(what: str, own: Mapping[str, Path], shipped: Mapping[str, Path]) -> Iterator[Change]:
    for name, path in own.items():
        now = _read(path)
        before = _read(shipped[name]) if name in shipped else None
        if now is None or now == before:
            continue
        new, old = _text(name, now), _text(name, before) if before is not None else None
        if new == old:
            continue
        yield Change(
            what=what,
            id=name.removesuffix(".md"),
            how="added" if old is None else "changed",
            is_critical=old is not None,
            by=_people(_listed(new.get("authors") or new.get("reviewed_by"))),
            says=difference(old, new),
            place=shown_path(path),
            sha256=hashlib.sha256(now.encode()).hexdigest(),
            was_sha256=_canonical(old),
            file=name.partition(" ")[0] if what == "translation" else "",
        )


def _read(path: Path) -> str | None:
    content = reader.file_bytes(path, shown_path(path), Problems())
    if content is None or len(content) > reader.MAX_BYTES:
        return None
    return content.decode("utf-8", errors="replace")


def _text(name: str, text: str) -> dict[str, Any]:
    """Return a letter as its front matter's keys and its lines, a catalogue as its texts by key, else the lines."""
    if " " in name:
        return _parsed(text, name)
    rows = text.replace("\r\n", "\n").split("\n")
    if not name.endswith(".md") or rows[0].strip() != "---" or "---" not in (row.strip() for row in rows[1:]):
        return {"text": _numbered(rows)}
    end = next(number for number, row in enumerate(rows) if number and row.strip() == "---")
    return {**_parsed("\n".join(rows[1:end]), name), "text": _numbered(rows[end + 1 :])}


def _parsed(text: str, name: str) -> dict[str, Any]:
    node = reader.read_yaml(text, name, Problems())
    found = shapes.plain(shapes.read(grammar.ANY, node, Problems())) if node is not None else {}
    return found if isinstance(found, dict) else {}


def _numbered(rows: Sequence[str]) -> list[str]:
    return [row.strip() for row in rows if row.strip()]


# --- words -----------------------------------------------------------------------------------------------------------


def difference(old: Any, new: Any) -> tuple[str, ...]:
    """Say in lines what differs between two values of parsed YAML; None is nothing."""
    was, now = dict(_flat(old)), dict(_flat(new))
    told = []
    for key in dict.fromkeys((*was, *now)):
        if was.get(key) == now.get(key):
            continue
        if _is_long(was.get(key)) or _is_long(now.get(key)):
            told += [f"{key}: {line}" for line in _lines_apart(_listed(was.get(key)), _listed(now.get(key)))]
        elif key not in now:
            told.append(f"{key}: {_quoted(_said(was[key]))} → gone")
        elif key not in was:
            told.append(f"{key}: {_quoted(_said(now[key]))}" + (" (new)" if old is not None else ""))
        else:
            told.append(f"{key}: {_quoted(*_apart(_said(was[key]), _said(now[key])))}")
    if len(told) > MOST_LINES:
        told = [*told[:MOST_LINES], f"… and {len(told) - MOST_LINES} more lines"]
    return tuple(told)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each scalar (and list of scalars) below a value with the way to it: `do[change_pin].text`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value, 1):
            name = each.get("id") or each.get("template") or number if isinstance(each, dict) else number
            yield from _flat(each, f"{path}[{name}]")
    elif value is not None:
        yield path or "value", value


def _is_long(value: Any) -> bool:
    """Say whether a list is better told row by row."""
    return isinstance(value, list) and (len(value) > 4 or sum(map(len, value)) > 80)


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _lines_apart(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield the rows that went and came, in order, as `- row` and `+ row`; of very long texts the beginning."""
    from difflib import SequenceMatcher

    was, now = old[:MOST_COMPARED], new[:MOST_COMPARED]
    for what, start, end, begin, stop in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (f"- {_bounded(row)}" for row in was[start:end])
            yield from (f"+ {_bounded(row)}" for row in now[begin:stop])
    if old[MOST_COMPARED:] != new[MOST_COMPARED:]:
        yield f"… and what stands behind line {MOST_COMPARED} is not the same either"


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _apart(old: str, new: str) -> tuple[str, str]:
    """Cut away what two long texts have in common at their ends, at word ends."""
    was, now = old.split(" "), new.split(" ")
    if max(len(old), len(new)) < 160:
        return old, new
    start = 0
    while start < min(len(was), len(now)) and was[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    start, end = max(0, start - 3), max(0, end - 3)
    return _cut(was, start, end), _cut(now, start, end)


def _cut(words: list[str], start: int, end: int) -> str:
    middle = " ".join(words[start : len(words) - end])
    return f"{'… ' if start else ''}{middle}{' …' if end else ''}"


def _quoted(*sides: str) -> str:
    return " → ".join(f"“{_bounded(side)}”" for side in sides)


def _bounded(text: str) -> str:
    flat = " ".join(text.split())
    more = len(flat) - MOST_CHARACTERS
    return flat if more <= 0 else f"{flat[:MOST_CHARACTERS]} … ({more} characters more)"


def _change(
    what: str,
    id_: str,
    how: str,
    source: Source,
    says: tuple[str, ...],
    *,
    old: Any = None,
    is_critical: bool = False,
    place: str = "",
    file: str = "",
    before: Source | None = None,
) -> Change:
    return Change(
        what=what,
        id=id_,
        how=how,
        is_critical=is_critical,
        by=_authors(source, before),
        says=says,
        place=place or str(source.place),
        sha256=source.sha256,
        was_sha256=_canonical(old),
        file=file,
    )


def _authors(source: Source, before: Source | None = None) -> str:
    """Name who changed a file: its authors without those of the shipped one, who did not.

    A copy made by `playbook new --from` still names them, and a stranger's file may, to look like ours.
    """
    known = before.entries.texts("authors") if before is not None else ()
    return _people(each for each in source.entries.texts("authors") if each not in known and each != _SHIPPED_BY)


def _people(names: Iterable[str]) -> str:
    """Name some people on one line; a file can name thousands, each a paragraph long."""
    found = list(names)
    more = len(found) - MOST_AUTHORS
    told = ", ".join(each if len(each) <= 80 else each[:79] + "…" for each in found[:MOST_AUTHORS])
    return told + (f" and {more} more" if more > 0 else "")


def _canonical(value: Any) -> str:
    if value is None:
        return ""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
