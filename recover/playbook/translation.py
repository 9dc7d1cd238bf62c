"""Catalogues: a playbook's texts in another language, each with the hash of the English it was made from.

`playbooks/<id>/text/<language>.yaml` and `playbooks/shared/text/<language>/<group>.yaml`, one per file and language. A
text whose English has changed since is *stale*: it is kept for the translator and never shown to a client. A text is
*reviewed* when the wording that a named person saw is the wording that stands there. Catalogues come from outside: an
address, a number or a slot must be the same on both sides, and no character may turn the reading direction around.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from recover import times
from recover.frozen import frozen
from recover.playbook import grammar, reader, shapes
from recover.playbook.document import Document
from recover.playbook.layers import with_shipped, word_files
from recover.playbook.library import Library, shown_path
from recover.playbook.model import Catalogue, Playbook, Translated
from recover.playbook.problems import InvalidPlaybookError, Place, Problem, Problems, nearest
from recover.playbook.shapes import Entries, Record, Scalar, Table, matching
from recover.playbook.speech import served
from recover.playbook.translatable import Translatable, fixed_words, is_reviewed, review_sha256, texts_of

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})
_MARKS = frozenset("\u200e\u200f\u061c")
"""Direction marks: needed beside Latin words in languages written from right to left, elsewhere a way to deceive."""

WORDS = "words"
"""What the catalogues of the words that recover itself prints translate; they lie in a folder of that name."""
KEY = Scalar(
    "a key", matching(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*", "E024", "is not a key", "steps.reply.say"), most=300
)
_SHORT = Scalar(
    "a short hash", matching(r"[0-9a-f]{12}", "E033", "is not a short hash", "12 hexadecimal digits"), most=20
)
_NAME = Scalar(
    "what it translates",
    matching(
        r"[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?", "E024", "is not what it translates", "hijacked-page, shared/intake"
    ),
    most=120,
)
CATALOGUE = Record(
    "a catalogue",
    {
        "catalogue": _NAME,
        "language": grammar.LANGUAGE,
        "texts": Table(
            KEY,
            Record(
                "a translation",
                {"source": _SHORT, "text": Scalar("a text", most=8_000, lines=True, may_be_empty=True)},
                {"reviewed": _SHORT},
            ),
            "a mapping of keys",
        ),
    },
    {
        "reviewed_by": Scalar("a name", most=300, may_be_empty=True),
        "reviewed_on": Scalar("a day", grammar.DAY.check, most=40, may_be_empty=True),
    },
)


@frozen
class Found:
    """Catalogues as they were read: the values, the text of each file by its path below the root, and what is wrong."""

    catalogues: tuple[Catalogue, ...]
    files: Mapping[str, str]
    problems: tuple[Problem, ...]


@frozen
class Counts:
    """How far a catalogue is: texts translated (of these: unreviewed), stale, missing, and gone from the playbook."""

    translated: int
    unreviewed: int
    stale: int
    missing: int
    gone: int


def catalogue_name(of: str, language: str) -> str:
    """Return where a catalogue lies below a folder of playbooks, or of one's own."""
    if of == WORDS:
        return f"{WORDS}/{language}.yaml"
    folder, slash, name = of.rpartition("/")
    return f"{folder}/text/{language}/{name}.yaml" if slash else f"{of}/text/{language}.yaml"


def name_of(path: Path) -> tuple[str, str]:
    """Return what a catalogue's file translates, by where it lies, and the language; empty when it lies elsewhere."""
    parts = path.absolute().parts
    if parts[-2:-1] == (WORDS,):
        return WORDS, path.stem
    if parts[-2:-1] == ("text",):
        return parts[-3], path.stem
    if parts[-3:-2] == ("text",):
        return f"{parts[-4]}/{path.stem}", parts[-2]
    return "", ""


def languages_of(of: str, roots: Sequence[Path]) -> tuple[str, ...]:
    """Return the languages a file has been translated into, in any of the roots."""
    if of == WORDS:
        return tuple(sorted(path.stem for path in word_files(roots).values() if path.stem != "en"))
    folder, slash, name = of.rpartition("/")
    pattern = f"{folder}/text/*/{name}.yaml" if slash else f"{of}/text/*.yaml"
    found = {path.parent.name if slash else path.stem for root in roots for path in root.glob(pattern)}
    return tuple(sorted(found))


# --- reading --------------------------------------------------------------------------------------------------------


def read_catalogue(content: bytes, shown: str, problems: Problems) -> tuple[Catalogue | None, Mapping[str, Place]]:
    """Return a catalogue and where each of its keys stands; faults go to `problems`, and then it is not to be used."""
    node = reader.read_bytes(content, shown, problems)
    entries = shapes.read(CATALOGUE, node, problems) if node is not None else None
    if entries is None:
        return None, {}
    texts = entries.table("texts")
    language = entries.text("language")
    by, on = entries.text("reviewed_by"), entries.text("reviewed_on")
    if bool(by) is not bool(on):
        place = entries.place_of("reviewed_by" if by else "reviewed_on")
        problems.add("E132", place, "a review needs a name and a day", "reviewed_by: name, reviewed_on: 2026-11-23")
    for key, row in texts.items():
        for message in character_faults(row.text("text"), language):
            problems.add("E133", row.place_of("text"), f"{key}: {message}", "remove it")
    read = tuple(_translated(key, row) for key, row in texts.items())
    return Catalogue(entries.text("catalogue"), language, by, on, read), dict(texts.key_places)


def _translated(key: str, row: Entries) -> Translated:
    return Translated(key, row.text("source"), row.text("text"), row.text("reviewed"))


def load_translations(playbook: Playbook, roots: Sequence[Path], languages: Iterable[str]) -> Found:
    """Read the catalogues of a playbook and its groups that serve languages, each from the first root that has it.

    A catalogue that is not valid is left out, and its faults are in `problems`: a client is then spoken to in English.
    """
    layered = with_shipped(roots)
    library = Library(layered, Problems())
    files: dict[str, str] = {}
    problems = Problems()
    catalogues = [
        found
        for of in dict.fromkeys((playbook.id, *(file for _, file, _ in playbook.parts)))
        for language in _serving(languages, languages_of(of, layered))
        if (found := _catalogue(of, language, library, files, problems)) is not None
    ]
    return Found(tuple(catalogues), files, problems.sorted())


def _serving(wanted: Iterable[str], known: Sequence[str]) -> list[str]:
    found = dict.fromkeys(served(each, known) for each in wanted)
    return [language for language in found if language]


def _catalogue(of: str, language: str, library: Library, files: dict[str, str], problems: Problems) -> Catalogue | None:
    name = catalogue_name(of, language)
    path = library.find(name)
    if path is None:
        return None
    mine = Problems()
    content = reader.file_bytes(path, shown_path(path), mine)
    found, faults = _read_once(content, shown_path(path)) if content is not None else (None, ())
    for each in faults:
        mine.add(each.code, Place(each.path, each.line, each.column), each.message, each.hint)
    if found is not None and (found.of, found.language) != (of, language):
        mine.add(
            "E130", Place(shown_path(path), 1, 1), f"it says it is {found.of} in {found.language}", f"it lies at {name}"
        )
    for each in mine.sorted():
        problems.add(each.code, Place(each.path, each.line, each.column), each.message, each.hint)
    if found is None or content is None or mine.has_errors:
        return None
    files[name] = content.decode("utf-8")
    return found


@lru_cache(maxsize=64)
def _read_once(content: bytes, shown: str) -> tuple[Catalogue | None, tuple[Problem, ...]]:
    """Read the same bytes once in a process: every case of one run pins the same catalogues."""
    problems = Problems()
    found = read_catalogue(content, shown, problems)[0]
    return found, problems.sorted()


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue's file. Raises `InvalidPlaybookError` with every fault."""
    problems = Problems()
    content = reader.file_bytes(path, shown_path(path), problems)
    found = read_catalogue(content, shown_path(path), problems)[0] if content is not None else None
    problems.raise_errors()
    if found is None:
        raise InvalidPlaybookError(problems.sorted())
    return found


def character_faults(text: str, language: str) -> Iterable[str]:
    """Say which characters of a translation its language does not need: controls, marks and overrides of direction."""
    is_rtl = language.partition("-")[0] in RIGHT_TO_LEFT
    for sign in dict.fromkeys(text):
        category = unicodedata.category(sign)
        if sign in "\n\u200c\u200d\u00ad" or category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            continue
        if sign in _MARKS and is_rtl:
            continue
        what = "turns the reading direction around" if category == "Cf" else "is a control character"
        yield f"U+{ord(sign):04X} {what}"


def check_catalogue(
    catalogue: Catalogue, places: Mapping[str, Place], originals: Sequence[Translatable], problems: Problems
) -> None:
    """Compare a catalogue with the texts it translates: what is gone, stale, too long, or says another address."""
    known = {each.key: each for each in originals}
    for row in catalogue.texts:
        place, original = places[row.key], known.get(row.key)
        if original is None:
            near = nearest(row.key, known)
            hint = f"did you mean {near}?" if near else "recover playbook translate NAME --to LANGUAGE takes it out"
            problems.add("C206", place, f"nothing is called '{row.key}' in {catalogue.of} any more", hint)
        elif row.text and row.source != original.sha256:
            problems.add(
                "C205", place, f"{row.key}: the English has changed since it was translated", "it is shown in English"
            )
        elif row.text:
            for code, message, hint in text_faults(original, row.text):
                problems.add(code, place, f"{row.key}: {message}", hint)


def text_faults(original: Translatable, text: str) -> Iterable[tuple[str, str, str]]:
    """Say what is wrong with a translation of a text: (code, message, hint)."""
    ours, theirs = fixed_words(original.text), fixed_words(text)
    if ours != theirs:
        lacking, more = [each for each in ours if each not in theirs], [each for each in theirs if each not in ours]
        said = [f"lacks {', '.join(lacking)}"] if lacking else []
        said += [f"says {', '.join(more)}, which the English does not"] if more else []
        yield "E131", f"the translation {' and '.join(said)}", "addresses, numbers and slots stay as they are"
    if len(text) > original.most:
        yield "E030", f"longer than {original.most} characters ({len(text)})", "say it in fewer words"


def count(catalogue: Catalogue | None, originals: Sequence[Translatable]) -> Counts:
    """Say how far a catalogue is with the texts as they are now."""
    rows = {row.key: row for row in catalogue.texts} if catalogue is not None else {}
    known = {each.key: each.sha256 for each in originals}
    fresh = [
        rows[key] for key, source in known.items() if key in rows and rows[key].source == source and rows[key].text
    ]
    stale = sum(1 for key, source in known.items() if key in rows and rows[key].text and rows[key].source != source)
    return Counts(
        translated=len(fresh),
        unreviewed=sum(1 for row in fresh if not is_reviewed(row)),
        stale=stale,
        missing=len(known) - len(fresh) - stale,
        gone=sum(1 for key in rows if key not in known),
    )


# --- making and keeping up ------------------------------------------------------------------------------------------


def updated(catalogue: Catalogue, originals: Sequence[Translatable]) -> Catalogue:
    """Return a catalogue with an entry for every text, in the order of the playbook; what is gone is left out.

    A line of the first-aid card that only moved keeps its translation. Stale texts keep theirs, and their old hash.
    """
    rows = {row.key: row for row in catalogue.texts}
    of_family: dict[tuple[str, str], Translated] = {
        (row.key.rpartition(".")[0], row.source): row for row in catalogue.texts if _is_counted(row.key)
    }
    now = {(each.key.rpartition(".")[0], each.sha256) for each in originals if _is_counted(each.key)}
    made = []
    for original in originals:
        row = rows.get(original.key)
        if row is not None and row.source != original.sha256 and (row.key.rpartition(".")[0], row.source) in now:
            row = None  # it is the translation of a line that stands elsewhere now
        if _is_counted(original.key) and (row is None or row.source != original.sha256):
            row = of_family.get((original.key.rpartition(".")[0], original.sha256), row)
        if row is None or not row.text:
            row = Translated(original.key, original.sha256, "")
        made.append(replace(row, key=original.key))
    return replace(catalogue, texts=tuple(made))


def _is_counted(key: str) -> bool:
    return key.rpartition(".")[2].isdecimal()


def with_texts(catalogue: Catalogue, said: Mapping[str, str], originals: Sequence[Translatable]) -> Catalogue:
    """Return a catalogue with new translations of the texts as they are now; a changed wording is unreviewed again."""
    known = {each.key: each.sha256 for each in originals}
    rows = []
    for row in updated(catalogue, originals).texts:
        text = said.get(row.key, "")
        is_same = text == row.text and row.source == known[row.key]
        rows.append(row if not text or is_same else Translated(row.key, known[row.key], text))
    return replace(catalogue, texts=tuple(rows))


def reviewed(catalogue: Catalogue, by: str, on: str, originals: Sequence[Translatable]) -> Catalogue:
    """Return a catalogue of which somebody has reviewed every text that is translated and not stale."""
    known = {each.key: each.sha256 for each in originals}
    rows = tuple(
        replace(row, reviewed=review_sha256(row.source, row.text))
        if row.text and known.get(row.key) == row.source
        else row
        for row in catalogue.texts
    )
    return replace(catalogue, reviewed_by=by, reviewed_on=on, texts=rows)


def write_catalogue(catalogue: Catalogue, originals: Sequence[Translatable], head: str = "") -> str:
    """Return the text of a catalogue's file, each translation below its English; `head` are comment lines to keep."""
    from recover.playbook import scribe

    known = {each.key: each for each in originals}
    rows = [head.rstrip("\n") or _head(catalogue)]
    for key, value in (("catalogue", catalogue.of), ("language", catalogue.language),
                       ("reviewed_by", catalogue.reviewed_by), ("reviewed_on", catalogue.reviewed_on)):  # fmt: skip
        rows.append(scribe.pair(key, value, 0))
    rows.append("texts:")
    for row in catalogue.texts:
        original = known.get(row.key)
        if original is not None:
            is_stale = bool(row.text) and row.source != original.sha256
            rows += _comment(("STALE, the English is now: " if is_stale else "") + original.text)
        entry = {"source": row.source, "text": row.text} | ({"reviewed": row.reviewed} if row.reviewed else {})
        rows.append("  " + scribe.pair(row.key, entry, 2))
    return "\n".join(rows if catalogue.texts else [*rows[:-1], "texts: {}"]) + "\n"


def _head(catalogue: Catalogue) -> str:
    return (
        f"# {catalogue.of} in another language ({catalogue.language}); the English stands above each text.\n"
        f"# recover playbook translate {catalogue.of} --to {catalogue.language} adds what is new. A text whose\n"
        "# English has changed is marked, and not shown to anybody until it is translated again. These lines here stay."
    )


def _comment(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 110, initial_indent="  # ", subsequent_indent="  # ", break_long_words=False)


def head_of(text: str) -> str:
    """Return the comment lines at the top of a catalogue's file."""
    rows = []
    for row in text.removeprefix("\ufeff").splitlines():
        if not row.startswith("#"):
            break
        rows.append(row)
    return "\n".join(rows)


def originals_of(path: Path) -> tuple[Translatable, ...]:
    """Return the texts of a playbook's or group's file as they are now. Raises `InvalidPlaybookError`."""
    value: Any = Document(path.read_text("utf-8"), shown_path(path)).value
    return texts_of(value)


def day_or_today(text: str) -> str:
    """Return a day as ISO text; today when nothing is given. Raises `UsageError` for anything but a day."""
    from recover.errors import UsageError

    if not text:
        return times.now().date().isoformat()
    when = times.read_when(text)
    if not when.is_day:
        raise UsageError(f"'{text[:40]}' is not a day", hint="--reviewed-on 2026-11-23")
    return when.text[:10]
