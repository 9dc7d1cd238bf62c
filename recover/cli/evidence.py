"""`recover evidence …`: files become exhibits, and are looked at, redacted, taken out, withdrawn."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family, group
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import custody_json, exhibit_json, recorded_json, show_intake, show_plaintext, show_recorded
from recover.cli.words import case_and, case_and_files, is_exhibit
from recover.errors import UsageError

if TYPE_CHECKING:
    from recover.desk import OpenCase
    from recover.desk.case import Progress
    from recover.desk.results import Copied, CustodyLine

app = family()
evidence = group("Add exhibits, look at them, take one out.")
app.add_typer(evidence, name="evidence")

Words = list[str]
CaseAndExhibit = Annotated[Words, typer.Argument(metavar="[CASE] E07")]
Case = Annotated[str, typer.Argument(metavar="[CASE]")]


@evidence.add("add")
def add(
    context: typer.Context,
    words: Annotated[
        Words, typer.Argument(metavar="[CASE] FILE…", help="Files and folders; they stay where they are.")
    ],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="image, mail, document, video, …; guessed from the name if left out.")
    ] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is, in a few words.")] = "",
    sensitivity: Annotated[
        str,
        typer.Option("--class", metavar="CLASS", help="ordinary, personal, identity, health, biometric or intimate."),
    ] = "",
    captured_at: Annotated[
        str, typer.Option(metavar="TIME", help="When it was photographed or saved, as well as known.")
    ] = "",
    method: Annotated[str, typer.Option(metavar="TEXT", help="How it was captured.")] = "",
    shows: Annotated[str, typer.Option(metavar="TEXT", help="What can be seen in it.")] = "",
    people: Annotated[
        str, typer.Option(metavar="TEXT", help="Who can be seen in it (kept apart; rarely leaves).")
    ] = "",
    source_url: Annotated[str, typer.Option(metavar="URL", help="Where it was seen.")] = "",
    fulfils: Annotated[Words | None, typer.Option(metavar="STEP.NEED", help="The evidence a step asks for.")] = None,
    asset: Annotated[Words | None, typer.Option(metavar="KEY", help="An account it is about.")] = None,
    copy_of: Annotated[str, typer.Option(metavar="E07", help="The original of this working copy.")] = "",
) -> None:
    """Take files and folders in as numbered exhibits."""
    invocation: Invocation = context.obj
    ref, paths = case_and_files(words)
    if not paths:
        raise UsageError("no file was named", hint="recover evidence add CASE FILE…")
    case = invocation.case(ref)
    invocation.refuse_typed(
        case, title, shows, people, method, instead=f"evidence add {case.name} {shlex.join(map(str, paths))}"
    )
    if invocation.asks_extras and not title and len(paths) == 1 and not paths[0].is_dir():
        title = invocation.prompts.text("What is it, in a few words?", why="it is how letters name it", optional=True)
    with reading(invocation.output, paths) as progress:
        intake = case.add_exhibits(
            paths, kind=kind, title=title, sensitivity_class=sensitivity, captured_at=captured_at, method=method,
            shows=shows, people=people, source_url=source_url, fulfils=fulfils or (), assets=asset or (),
            copy_of=copy_of, progress=progress,
        )  # fmt: skip
    show_intake(invocation.output, intake)
    show_plaintext(invocation.output, intake.plaintext)
    invocation.output.next_steps(
        (f"recover evidence list {case.name}", "all exhibits"), (f"recover next {case.name}", "what to do now")
    )


@contextmanager
def reading(out: Output, paths: Sequence[Path]) -> Iterator[Progress | None]:
    """Show a bar while files are read, where it is worth one."""
    total = sum(_size(path) for path in paths)
    with out.progress(paths[0].name if len(paths) == 1 else f"{len(paths)} files", total) as advance:
        done: dict[str, int] = {}

        def progress(name: str, bytes_done: int, bytes_in_all: int) -> None:
            advance(bytes_done - done.get(name, 0))
            done[name] = bytes_done

        yield progress


def _size(path: Path) -> int:
    """Return roughly how many bytes will be read; what cannot be looked at counts nothing here and is told later."""
    try:
        if path.is_symlink() or not path.exists():
            return 0
        if path.is_dir():
            return sum(each.lstat().st_size for each in path.rglob("*") if each.is_file() and not each.is_symlink())
        return path.lstat().st_size
    except OSError:
        return 0


@evidence.add("list")
def list_exhibits(context: typer.Context, case_ref: Case = "") -> None:
    """List the exhibits."""
    invocation: Invocation = context.obj
    case = invocation.case(case_ref)
    exhibits = case.exhibits()
    if invocation.output.as_json:
        invocation.output.data({"case": case.name, "exhibits": [exhibit_json(exhibit) for exhibit in exhibits]})
        return
    if not exhibits:
        invocation.output.say(f"{case.name} has no exhibits yet.")
        invocation.output.next_steps((f"recover evidence add {case.name} FILE…", "add some"))
        return
    rows = [
        (e.number, e.kind, e.sensitivity_class, e.captured_at, _standing(e.withdrawn, e.erased) + e.title)
        for e in exhibits
    ]
    invocation.output.table(rows, heads=("number", "kind", "class", "captured", "title"))


def _standing(withdrawn: str, erased: str) -> str:
    return "[destroyed] " if erased else "[withdrawn] " if withdrawn else ""


@evidence.add("show")
def show(
    context: typer.Context,
    words: CaseAndExhibit,
    custody_only: Annotated[
        bool, typer.Option("--custody", help="Only its custody: who did what with it, when, on which device, and why.")
    ] = False,
) -> None:
    """Show what is known of an exhibit, and what happened to it."""
    invocation: Invocation = context.obj
    ref, number = _case_and_number(words)
    case = invocation.case(ref)
    exhibit, custody = case.exhibit(number), case.custody(number)
    if invocation.output.as_json:
        notes = {} if custody_only else {"notes": dict(exhibit.notes)}
        lines = [custody_json(each) for each in custody]
        invocation.output.data({"case": case.name, **exhibit_json(exhibit), **notes, "custody": lines})
        return
    if custody_only:
        invocation.output.result(f"{case.name}: {exhibit.number}, {line(exhibit.title)}")
        _show_custody(invocation.output, case, custody)
        return
    from recover.times import format_instant_utc, format_when, parse_when

    captured = format_when(parse_when(exhibit.captured_at, case.zone)) if exhibit.captured_at else ""
    rows: list[tuple[object, object]] = [
        ("case", case.name), ("number", exhibit.number), ("kind", exhibit.kind), ("title", exhibit.title),
        ("class", exhibit.sensitivity_class), ("captured", captured), ("SHA-256", exhibit.file_sha256),
        ("size", f"{exhibit.size_bytes:,} bytes"), ("answers", ", ".join(exhibit.fulfils)),
        ("about", ", ".join(exhibit.assets)), ("copy of", exhibit.copy_of), ("withdrawn", exhibit.withdrawn),
        ("destroyed", exhibit.erased), *exhibit.notes.items(),
    ]  # fmt: skip
    invocation.output.table([row for row in rows if row[1]])
    invocation.output.result("\ncustody:")
    invocation.output.table([(format_instant_utc(c.at), c.actor, f"entry {c.entry}", c.what) for c in custody])


def _show_custody(out: Output, case: OpenCase, custody: Sequence[CustodyLine]) -> None:
    from recover.times import format_instant_utc

    rows = [
        (format_instant_utc(each.at), each.actor, _device(case, each.log), f"entry {each.entry}", each.what)
        for each in custody
    ]
    out.table(rows, heads=("when", "who", "device", "where", "what and why"))
    out.say("looking here leaves no entry; taking an exhibit out, copying, sending and disclosing it do")


def _device(case: OpenCase, log: str) -> str:
    return "this one" if log == case.log.own_log else log[:8]


def _case_and_number(words: Words) -> tuple[str, str]:
    ref, rest = ("", list(words)) if len(words) == 1 else case_and(words, most=1, what="E07")
    if len(rest) != 1 or not is_exhibit(rest[0]):
        raise UsageError("an exhibit's number is needed, such as E07", hint="recover evidence list CASE")
    return ref, rest[0][:1].upper() + rest[0][1:]


@evidence.add("export")
def export(
    context: typer.Context,
    words: CaseAndExhibit,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write it; must not exist.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it leaves the vault; it is kept.")] = "",
) -> None:
    """Write one exhibit out as a readable file; that it left is recorded."""
    invocation: Invocation = context.obj
    ref, number = _case_and_number(words)
    case = invocation.case(ref)
    invocation.refuse_typed(case, reason, instead=f"evidence export {case.name} {number} --out {shlex.quote(out)}")
    exported = case.export_exhibit(number, Path(out), reason=reason)
    if invocation.output.as_json:
        row = {"case": case.name, "number": number, "path": str(exported.path), "size_bytes": exported.size_bytes}
        invocation.output.data({**row, "sha256": exported.sha256, "warnings": list(exported.warnings)})
        return
    invocation.output.result(f"{case.name}: {number} written to {line(exported.path)}")
    invocation.output.result(f"SHA-256 {exported.sha256}, {exported.size_bytes:,} bytes")
    for warning in exported.warnings:
        invocation.output.say(f"careful: {line(warning)}")
    show_plaintext(invocation.output, [exported.path])


@evidence.add("redact")
def redact(
    context: typer.Context,
    words: CaseAndExhibit,
    strip: Annotated[
        bool,
        typer.Option("--strip", help="Take out metadata: place, device, authors, thumbnails, attachments."),
    ] = False,
    box: Annotated[
        Words | None,
        typer.Option(
            metavar="X,Y,W,H", help="Cover this, from the top left, in pixels or percent; 2:X,Y,W,H is on page 2."
        ),
    ] = None,
    page: Annotated[int, typer.Option(metavar="N", help="The page of a PDF that the boxes are on.")] = 0,
    as_pictures: Annotated[
        bool, typer.Option("--as-pictures", help="PDF: every page becomes a picture of what can be seen.")
    ] = False,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What the copy is; the original's if left out.")] = "",
    sensitivity: Annotated[
        str, typer.Option("--class", metavar="CLASS", help="The copy's class; the original's if left out.")
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What the copy is for; it is kept.")] = "",
) -> None:
    """Make a working copy as a new exhibit: always without metadata, with boxes painted over for good."""
    invocation: Invocation = context.obj
    ref, number = _case_and_number(words)
    if not (strip or box or as_pictures):
        raise UsageError(
            "nothing was named that the copy should be without", hint="--strip, --box 10%,20%,30%,5%, or --as-pictures"
        )
    case = invocation.case(ref)
    chosen = [*(["--strip"] if strip else []), *(["--as-pictures"] if as_pictures else [])]
    chosen += [*(f"--box {shlex.quote(each)}" for each in box or ()), *([f"--page {page}"] if page else [])]
    invocation.refuse_typed(case, title, reason, instead=f"evidence redact {case.name} {number} {' '.join(chosen)}")
    why = invocation.short_text(reason, "What is the copy for?", why="it is kept in its custody", optional=True)
    copied = case.copy_exhibit(
        number,
        boxes=box or (),
        page=page,
        as_pictures=as_pictures,
        title=title,
        sensitivity_class=sensitivity,
        reason=why,
    )
    _show_copied(invocation.output, case.name, copied)


def _show_copied(out: Output, name: str, copied: Copied) -> None:
    copy = copied.copy
    if out.as_json:
        told = {"copy": exhibit_json(copy), "done": list(copied.done), "careful": list(copied.careful)}
        out.data({**recorded_json(copied.recorded), **told})
        return
    for each in copied.done:
        out.result(f"{copy.number}: {line(each)}")
    for each in copied.careful:
        out.say(f"careful: {line(each)}")
    about = f"{copy.number} is a working copy of {copy.copy_of} (class {copy.sensitivity_class}); it answers no step"
    show_recorded(out, copied.recorded, about)
    out.next_steps((f"recover evidence export {name} {copy.number} --out FILE", "look at it before it leaves"))


@evidence.add("withdraw")
def withdraw(
    context: typer.Context,
    words: CaseAndExhibit,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")] = "",
) -> None:
    """Stop an exhibit from ever leaving; it stays in the log."""
    invocation: Invocation = context.obj
    ref, number = _case_and_number(words)
    case = invocation.case(ref)
    invocation.refuse_typed(case, reason, instead=f"evidence withdraw {case.name} {number}")
    why = invocation.short_text(reason, "Why must it never leave?", why="the reason stays in the log")
    show_recorded(invocation.output, case.withdraw(number, why), f"{number} will never leave")
    invocation.output.next_steps((f"recover erase {case.name} {number}", "destroy its content here, for good"))
