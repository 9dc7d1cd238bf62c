"""`recover playbook add`: a playbook from outside is read, shown, compared, linted and, after a yes, copied.

Nothing here runs anything: files are read as text, and what was shown is what is written.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.owning import change_json, desk_of, own_folder_to_write, show_changes
from recover.errors import InterruptedByUser, PlaybookError, RefusedError
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.playbook.adding import Parcel
    from recover.playbook.model import LocalChange
    from recover.playbook.overrides import Change
    from recover.playbook.problems import Problem

app = family()


@app.add("add")
def add(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(metavar="FILE|DIR", help="A playbook (folder or file), a group, a file of facts or a letter."),
    ],
    digest: Annotated[
        str, typer.Option(metavar="SHA256", help="Add exactly these bytes without being asked (scripts).")
    ] = "",
) -> None:
    """Take a playbook from outside into your own folder: who wrote it, what it adds and changes, what lint says."""
    from recover.playbook.adding import in_place, read_parcel, refuse_links
    from recover.playbook.editing import write_together

    invocation: Invocation = context.obj
    out = invocation.output
    parcel = read_parcel(Path(source).absolute())
    folder = own_folder_to_write(invocation)
    refuse_links(folder, parcel)
    looked = _look(parcel, folder)
    before = in_place(folder, parcel)
    if out.as_json:
        out.data(_parcel_json(parcel, folder, before, looked))
    else:
        _show_parcel(out, parcel, folder, before, looked)
    _refuse_faulty(looked, parcel)
    fresh = {each.path: each.content for each in parcel.files if before.get(each.path) != each.content}
    if not fresh:
        out.say("All of it stands there already; nothing was written.")
        return
    _agree(invocation, parcel, digest)
    desk = desk_of(invocation, str(folder))
    was_settled = not desk.unconfirmed()
    write_together({folder / path: content for path, content in fresh.items()})
    if was_settled and (now := desk.unconfirmed()):
        # Every change that came with it was on the screen a moment ago; it is not asked for twice.
        desk.accept(now)
    if not out.as_json:
        out.result(f"added to {line(folder)}: {len(fresh)} file{'' if len(fresh) == 1 else 's'}")
        out.next_steps(
            ("recover playbook list", "what a case can be started from"), ("recover playbook test", "play it")
        )


@frozen
class Looked:
    """What was found out about a parcel before it is added."""

    changes: tuple[Change, ...]
    addresses: tuple[LocalChange, ...]
    problems: tuple[Problem, ...]
    broken: tuple[str, ...]
    """Playbooks that are in force and would no longer load."""


def _look(parcel: Parcel, folder: Path) -> Looked:
    """Lay a parcel out aside, over what is in force, and compare and lint it there."""
    from recover.cli.linting import lint_all
    from recover.playbook import overrides
    from recover.playbook.adding import lay_out
    from recover.playbook.layers import with_shipped
    from recover.playbook.library import shown_path

    with tempfile.TemporaryDirectory(prefix="recover-add-") as name:
        stage = Path(name).resolve()
        lay_out(parcel, stage)
        here = f"{shown_path(stage)}/"
        changes = overrides.changes_between([stage], with_shipped([folder]))
        known = set(overrides.unshipped_addresses([folder]))
        return Looked(
            changes=tuple(replace(each, place=each.place.removeprefix(here)) for each in changes),
            addresses=tuple(each for each in overrides.unshipped_addresses([stage, folder]) if each not in known),
            problems=tuple(
                replace(each, path=each.path.removeprefix(here), hint=each.hint.replace(here, ""))
                for each in lint_all([stage], (folder,))
                if each.path.startswith(here)
            ),
            broken=_broken(changes, stage, folder),
        )


def _broken(changes: Sequence[Change], stage: Path, folder: Path) -> tuple[str, ...]:
    """Name the playbooks that load now and would not load any more: those that use a changed group or rule."""
    from recover.playbook.layers import playbook_files, with_shipped
    from recover.playbook.loader import load_playbook

    changed = [each for each in changes if each.how != "added"]
    words = {each.file for each in changed if each.file.startswith("shared/")}
    words |= {each.id for each in changed if each.what == "rule"}
    found = []
    for identifier, path in playbook_files(with_shipped([folder])).items():
        text = path.read_text("utf-8", errors="replace")
        if any(word in text for word in words):
            try:
                load_playbook(identifier, [stage, folder])
            except PlaybookError as fault:
                with contextlib.suppress(PlaybookError):
                    load_playbook(identifier, [folder])
                    found.append(f"{identifier}: {fault.message}")
        if len(found) == _FEW_BROKEN:
            break
    return tuple(found)


def _refuse_faulty(looked: Looked, parcel: Parcel) -> None:
    errors = [each for each in looked.problems if each.severity == "error"]
    if errors:
        raise PlaybookError(
            f"it is not added: {len(errors)} error{'' if len(errors) == 1 else 's'}, the first is {errors[0].message}",
            place=f"{parcel.source.name}: {errors[0].path}:{errors[0].line}",
            hint=f"recover playbook codes {errors[0].code}",
        )
    if looked.broken:
        raise PlaybookError(
            f"it is not added: other playbooks would no longer load with it ({looked.broken[0]})",
            place=parcel.source.name,
            hint="a changed group has to keep the names that others use",
        )


def _agree(invocation: Invocation, parcel: Parcel, digest: str) -> None:
    """Have a person say yes, or compare the digest that a script named."""
    if digest:
        if digest.strip().lower() != parcel.digest:
            raise RefusedError(
                "this is not the digest of what is there", place=str(parcel.source), hint=f"it is {parcel.digest}"
            )
        return
    if invocation.output.as_json or not invocation.prompts.is_terminal:
        raise RefusedError(
            "nobody is here to look at it, so it was not added",
            place=str(parcel.source),
            hint=f"recover playbook add {parcel.source} --digest {parcel.digest}",
        )
    if not invocation.prompts.confirm("Add it to your own folder?"):
        raise InterruptedByUser("nothing was added")


def _show_parcel(out: Output, parcel: Parcel, folder: Path, before: Mapping[str, bytes], looked: Looked) -> None:
    out.heading(f"{parcel.source} would be added to {folder}")
    for told in _heads(parcel):
        out.say(line(told), indent="  ", hang="  ")
    out.say(f"digest: {parcel.digest}", indent="  ")
    for each in parcel.files:
        state = "new" if each.path not in before else "the same" if before[each.path] == each.content else "replaced"
        out.say(f"{state:9} {line(each.path)} ({len(each.content):,} bytes)", indent="  ", hang="  ")
    for name in parcel.left_out:
        out.say(f"left out  {line(name)} (no part of a folder of playbooks)", indent="  ", hang="  ")
    for path, rows in _replaced(parcel, before):
        out.say(f"{line(path)} differs from the one that stands there:")
        for row in rows:
            out.say(line(row), indent="    ", hang="  ")
    critical = [each for each in looked.changes if each.is_critical]
    if critical:
        out.heading("It changes what is in force")
        show_changes(out, critical)
    others = [each for each in looked.changes if not each.is_critical]
    if others:
        out.heading("It adds, or says in other words")
        show_changes(out, [each if each.how != "added" else _short(each) for each in others])
    for address in looked.addresses:
        for told in address.says:
            out.say(f"careful: {line(told)} lies on a domain that was never shipped")
    for problem in looked.problems:
        out.say(f"lint: {line(problem)}", hang="  ")
        if problem.hint:
            out.say(f"hint: {line(problem.hint)}", indent="    ", hang="  ")


def _short(change: Change) -> Change:
    return replace(change, says=change.says[:_FEW_LINES])


_FEW_BROKEN = 3
"""So many broken playbooks are reason enough; to look at all of them takes a while."""

_FEW_LINES = 6
"""Lines that tell what a new part says; its file is there to be read."""


def _heads(parcel: Parcel) -> Iterator[str]:
    """Say of each playbook, group and file of facts who wrote it and which version it is, as its file says."""
    from recover.playbook import reader, shapes
    from recover.playbook.grammar import ANY
    from recover.playbook.problems import Problems

    for each in parcel.files:
        is_playbook = each.path.endswith("/playbook.yaml")
        if not (is_playbook or each.path.startswith(("shared/", "facts/"))) or not each.path.endswith(".yaml"):
            continue
        node = reader.read_bytes(each.content, each.path, Problems())
        found = shapes.plain(shapes.read(ANY, node, Problems())) if node is not None else {}
        if isinstance(found, dict):
            authors = found.get("authors")
            by = ", ".join(map(str, authors)) if isinstance(authors, list) else ""
            version = f", version {found['version']}" if isinstance(found.get("version"), str) else ""
            title = f": {found['title']}" if isinstance(found.get("title"), str) else ""
            yield f"{each.path}{title}{version}, {f'says it is by {by}' if by else 'names no author'}"


def _replaced(parcel: Parcel, before: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Say line by line what of a file that stands there would be replaced."""
    from recover.playbook.overrides import difference

    for each in parcel.files:
        old = before.get(each.path)
        if old is None or old == each.content:
            continue
        if each.path.endswith((".yaml", ".md", ".txt")):
            rows = [text.decode("utf-8", "replace").splitlines() for text in (old, each.content)]
            lines = difference({"text": [*rows[0], *[""] * 5]}, {"text": [*rows[1], *[""] * 5]})
            yield each.path, tuple(row.removeprefix("text: ") for row in lines)
        else:
            yield each.path, (f"{len(old):,} bytes → {len(each.content):,} bytes",)


def _parcel_json(parcel: Parcel, folder: Path, before: Mapping[str, bytes], looked: Looked) -> dict[str, object]:
    return {
        "source": str(parcel.source),
        "folder": str(folder),
        "digest": parcel.digest,
        "files": [
            {"path": each.path, "sha256": each.sha256, "size_bytes": len(each.content), "replaces": each.path in before}
            for each in parcel.files
        ],
        "left_out": list(parcel.left_out),
        "heads": list(_heads(parcel)),
        "changes": [change_json(each) for each in looked.changes],
        "addresses": [told for each in looked.addresses for told in each.says],
        "problems": [str(each) for each in looked.problems],
    }
