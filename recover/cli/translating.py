"""`recover playbook translate`: a playbook's texts in another language, in files or through a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.errors import UsageError

if TYPE_CHECKING:
    from recover.playbook.model import Catalogue
    from recover.playbook.translatable import Translatable

app = family()


@app.add("translate")
def translate(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A playbook's id, with what it includes; shared/GROUP; words.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="LANGUAGE", help="Make or update the catalogue: az, ru, ar.")] = "",
    only: Annotated[bool, typer.Option("--only", help="This file, without the groups it includes.")] = False,
    export: Annotated[
        str, typer.Option("--export", metavar="FILE", help="Write a table for translators (CSV), source beside target.")
    ] = "",
    take: Annotated[str, typer.Option("--import", metavar="FILE", help="Take in a table that was filled in.")] = "",
    reviewed_by: Annotated[
        str, typer.Option("--reviewed-by", metavar="NAME", help="Who has read every translated text.")
    ] = "",
    reviewed_on: Annotated[str, typer.Option("--reviewed-on", metavar="DAY", help="When; today if left out.")] = "",
    still_fits: Annotated[
        list[str] | None,
        typer.Option("--still-fits", metavar="KEY", help="The translation is right although the English has changed."),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Say how far it is; the default without --to.")] = False,
) -> None:
    """Translate a playbook: make the catalogue, take it through a spreadsheet, see what is missing or out of date."""
    invocation: Invocation = context.obj
    parts = _files(invocation, name, only=only)
    if status or not to:
        if export or take or reviewed_by or still_fits:
            raise UsageError("into which language?", hint=f"recover playbook translate {line(name)} --to az …")
        show_status(invocation, parts, to)
        return
    _check_language(to)
    if reviewed_on and not reviewed_by:
        raise UsageError("a review needs a name", hint="--reviewed-by NAME --reviewed-on DAY")
    work = Work(invocation, parts, to)
    if take:
        work.take_in(Path(take))
    for key in still_fits or ():
        work.keep(key)
    if reviewed_by:
        work.review(reviewed_by, reviewed_on)
    if export:
        work.export(Path(export))
    else:
        work.save()
    show_status(invocation, parts, to)


def _check_language(tag: str) -> None:
    from recover.playbook import grammar

    fault = grammar.LANGUAGE.check(tag)
    if fault is not None or tag == "en":
        raise UsageError(f"'{line(tag)[:40]}' is no language to translate into", hint="az, ru, tr, ar, pt-BR")


def _files(invocation: Invocation, name: str, *, only: bool) -> dict[str, Path]:
    """Return the files to translate by their names (`hijacked-page`, `shared/intake`), the named one first."""
    from recover.playbook.editing import find_source
    from recover.playbook.layers import with_shipped, word_files
    from recover.playbook.origins import groups_in
    from recover.playbook.translation import WORDS

    roots = invocation.roots()
    if name == WORDS:
        return {WORDS: word_files(with_shipped(roots))["words/en.yaml"]}
    path = find_source(name, roots)
    if path.name != "playbook.yaml":
        if path.parent.name != "shared":
            raise UsageError("this is no playbook and no group", place=str(path), hint="recover playbook list")
        return {f"shared/{path.stem}": path}
    found = {path.parent.name: path}
    groups = [] if only else groups_in(path.read_text("utf-8")).values()
    return found | {group: find_source(group, roots) for group in dict.fromkeys(groups)}


class Work:
    """Catalogues in one language: read where they lie, changed in memory, written where they may be."""

    def __init__(self, invocation: Invocation, parts: dict[str, Path], language: str) -> None:
        from recover.playbook.model import Catalogue
        from recover.playbook.translation import head_of, load_catalogue, originals_of, updated

        self._invocation = invocation
        self._language = language
        self.originals: dict[str, Sequence[Translatable]] = {of: originals_of(path) for of, path in parts.items()}
        self.catalogues: dict[str, Catalogue] = {}
        self._heads: dict[str, str] = {}
        for of, originals in self.originals.items():
            path = find_catalogue(invocation, of, language)
            empty = Catalogue(of, language, "", "", ())
            self.catalogues[of] = updated(load_catalogue(path) if path else empty, originals)
            self._heads[of] = head_of(path.read_text("utf-8")) if path else ""

    def take_in(self, path: Path) -> None:
        """Take in a table; nothing is taken when a row of it cannot be."""
        from recover.playbook.spreadsheet import read_sheet
        from recover.playbook.translation import with_texts

        out = self._invocation.output
        sheet = read_sheet(path, str(path), self.originals, self._language)
        for of, said in sheet.said.items():
            self.catalogues[of] = with_texts(self.catalogues[of], said, self.originals[of])
        out.say(f"{sum(map(len, sheet.said.values()))} texts taken in")
        for each in sheet.outdated:
            out.say(f"not taken, the English has changed since the table was made: {line(each)}")

    def keep(self, key: str) -> None:
        """Say that a stale translation is right for the English as it is now."""
        from recover.playbook.translation import with_texts

        for of, catalogue in self.catalogues.items():
            for row in catalogue.texts:
                if row.key == key and row.text:
                    self.catalogues[of] = with_texts(catalogue, {key: row.text}, self.originals[of])
                    return
        raise UsageError(f"nothing called '{line(key)[:80]}' is translated", hint="--status lists what is out of date")

    def review(self, by: str, on: str) -> None:
        """Note who has read every translated text, and when."""
        from recover.playbook.translation import day_or_today, reviewed

        day = day_or_today(on)
        for of, catalogue in self.catalogues.items():
            self.catalogues[of] = reviewed(catalogue, by, day, self.originals[of])

    def export(self, path: Path) -> None:
        """Write the table; a file that is there is not written over."""
        from recover.playbook.editing import write_together
        from recover.playbook.spreadsheet import write_sheet

        if path.suffix.casefold() != ".csv":
            raise UsageError("the table is CSV, which every spreadsheet opens", hint=f"--export {path.stem}.csv")
        if path.exists():
            raise UsageError("this file is there already", place=str(path), hint="it is not written over")
        parts = [(catalogue, self.originals[of]) for of, catalogue in self.catalogues.items()]
        write_together({path: write_sheet(parts)})
        self._invocation.output.result(line(path))

    def save(self) -> None:
        """Write every catalogue that is another one now. Raises `InvalidPlaybookError` for texts that cannot stand."""
        from recover.playbook.editing import write_together
        from recover.playbook.library import shown_path
        from recover.playbook.translation import catalogue_name, write_catalogue

        contents = {}
        for of, catalogue in self.catalogues.items():
            text = write_catalogue(catalogue, self.originals[of], self._heads[of])
            present = find_catalogue(self._invocation, of, self._language)
            if present is None or present.read_text("utf-8") != text:
                contents[_writable(self._invocation, of) / catalogue_name(of, self._language)] = text.encode()
        write_together(contents)
        for path in contents:
            self._invocation.output.say(f"written: {line(shown_path(path))}")


def find_catalogue(invocation: Invocation, of: str, language: str) -> Path | None:
    """Return the catalogue in force, or nothing."""
    from recover.playbook.layers import with_shipped, word_files
    from recover.playbook.translation import WORDS, catalogue_name

    roots = with_shipped(invocation.roots())
    if of == WORDS:
        return word_files(roots).get(catalogue_name(of, language))
    return next((path for root in roots if (path := root / catalogue_name(of, language)).is_file()), None)


def _writable(invocation: Invocation, of: str) -> Path:
    """Return the folder that may be written into: the own one, else a checkout's of playbooks or templates."""
    from recover import content
    from recover.cli.changing import own_folder
    from recover.playbook.translation import WORDS

    return own_folder(invocation) or (content.templates_root() if of == WORDS else content.playbooks_root())


def show_status(invocation: Invocation, parts: dict[str, Path], language: str) -> None:
    """Print how far each file is in each language, or in one."""
    from recover.playbook.layers import with_shipped
    from recover.playbook.translation import count, languages_of, load_catalogue, originals_of

    roots = with_shipped(invocation.roots())
    rows = []
    for of, path in parts.items():
        originals = originals_of(path)
        for each in [language] if language else languages_of(of, roots):
            found = find_catalogue(invocation, of, each)
            catalogue = load_catalogue(found) if found is not None else None
            rows.append((of, each, len(originals), count(catalogue, originals), catalogue))
    if invocation.output.as_json:
        invocation.output.data([_json(*row) for row in rows])
        return
    if not rows:
        invocation.output.result("not translated into any language yet")
        invocation.output.next_steps((f"recover playbook translate {next(iter(parts))} --to az", "make a catalogue"))
        return
    table = [
        (of, tag, f"{had.translated} of {total}", had.stale, had.missing, had.gone, had.unreviewed, _review(catalogue))
        for of, tag, total, had, catalogue in rows
    ]
    heads = ("file", "language", "translated", "stale", "missing", "gone", "unreviewed", "reviewed by")
    invocation.output.table(table, heads=heads)


def _review(catalogue: Catalogue | None) -> str:
    if catalogue is None or not catalogue.reviewed_by:
        return "nobody"
    return f"{catalogue.reviewed_by}, {catalogue.reviewed_on}"


def _json(of: str, language: str, total: int, had: object, catalogue: Catalogue | None) -> dict[str, object]:
    keys = ("translated", "stale", "missing", "gone", "unreviewed")
    return {
        "file": of,
        "language": language,
        "texts": total,
        **{key: getattr(had, key) for key in keys},
        "reviewed_by": catalogue.reviewed_by if catalogue is not None else "",
        "reviewed_on": catalogue.reviewed_on if catalogue is not None else "",
    }
