"""`recover playbook new` and `diff`: playbooks of one's own, and what differs between them and their originals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from recover.playbook.difference import Difference
    from recover.playbook.upstream import Upstream

app = family()

MAY_BE_USED_DAYS = 180
"""How long a new playbook may be used before somebody has to look at it again."""


@app.add("new")
def new(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Its permanent id: stolen-channel.")],
    original: Annotated[
        str, typer.Option("--from", metavar="PLAYBOOK", help="Copy this one; from the template if left out.")
    ] = "",
    target: Annotated[
        str, typer.Option("--in", metavar="DIR", help="Folder of playbooks to write into; your own if left out.")
    ] = "",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="Its title.")] = "",
) -> None:
    """Make a playbook from a small complete template, or from another one; it lints and tests at once."""
    from datetime import timedelta

    from recover import times
    from recover.playbook.creating import check_new_id, new_from_playbook, new_from_template
    from recover.playbook.library import shown_path

    invocation: Invocation = context.obj
    folder = _folder(invocation, target)
    roots = invocation.roots() or ((folder,) if target else ())
    check_new_id(identifier, roots, folder)
    today = times.now().date()
    if original:
        files = new_from_playbook(identifier, title, original, folder, roots, today.isoformat())
    else:
        until = (today + timedelta(days=MAY_BE_USED_DAYS)).isoformat()
        files = new_from_template(identifier, title, folder, today.isoformat(), until)
    if invocation.output.as_json:
        invocation.output.data({"playbook": identifier, "files": [str(path) for path in files]})
        return
    for path in files:
        invocation.output.result(line(shown_path(path)))
    own = "" if folder in invocation.roots() else f"--playbooks {line(shown_path(folder))} "
    invocation.output.next_steps(
        (f"recover {own}playbook edit {identifier}", "change it by being asked"),
        (f"recover {own}playbook test {identifier}", "play its stories"),
        (f"recover {own}playbook preview {identifier} --out {identifier}.html", "see it as a helper does"),
    )


def _folder(invocation: Invocation, typed: str) -> Path:
    """Return the folder of playbooks that is written into; never the one that was installed."""
    from recover import content
    from recover.cli.configuration import default_folder

    own = invocation.roots()
    folder = Path(typed).expanduser().absolute() if typed else own[0] if own else default_folder()
    if folder.resolve() == content.playbooks_root().resolve() and folder.parent.name == "_content":
        raise UsageError("the installed playbooks are not written into", hint="recover playbook new ID --in DIR")
    return folder


@app.add("diff")
def diff(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Its id, shared/GROUP, or a file; all of your own if left out.")
    ] = "",
    other: Annotated[
        str, typer.Option("--with", metavar="OTHER", help="Compare with this one, not with what it derives from.")
    ] = "",
) -> None:
    """Say in words what differs between a playbook and the one it derives from."""
    from recover.playbook.difference import compare_files
    from recover.playbook.editing import find_source
    from recover.playbook.upstream import find_upstream

    invocation: Invocation = context.obj
    roots = invocation.roots()
    paths = [find_source(name, roots)] if name else _own_files(invocation)
    if other and not name:
        raise UsageError("which playbook is compared?", hint=f"recover playbook diff NAME --with {line(other)}")
    found = [(path, find_upstream(path, roots, other)) for path in paths]
    rows = [(path, upstream, compare_files(path, upstream.path)) for path, upstream in found]
    if invocation.output.as_json:
        invocation.output.data([_json(*row) for row in rows])
        return
    for row in rows:
        _show(invocation, *row)


def _own_files(invocation: Invocation) -> list[Path]:
    """Return every playbook and group of the own folder that there is something to compare with."""
    from recover.playbook.layers import playbook_files
    from recover.playbook.upstream import find_upstream

    roots = invocation.roots()
    if not roots:
        raise UsageError("which playbook? No folder of your own is in force", hint="recover playbook diff NAME")
    files = [*playbook_files(roots).values(), *sorted(roots[0].glob("shared/*.yaml"))]
    kept = []
    for path in files:
        try:
            find_upstream(path.resolve(), roots)
        except (UsageError, NotFoundError):
            continue
        kept.append(path.resolve())
    return kept


def _show(invocation: Invocation, path: Path, upstream: Upstream, rows: tuple[Difference, ...]) -> None:
    from recover.playbook.library import shown_path

    out = invocation.output
    out.result(line(f"{shown_path(path)} against {upstream.name} {upstream.version} ({shown_path(upstream.path)})"))
    if upstream.has_changed:
        was = f" (it was {upstream.derived_version} then)" if upstream.derived_version != upstream.version else ""
        out.result(f"  {line(upstream.name)} has changed since this was derived from it{line(was)}")
    for row in rows:
        out.result(f"  {line(row.place)}: {line(row.words)}")
    if not rows:
        out.result("  no difference")


def _json(path: Path, upstream: Upstream, rows: tuple[Difference, ...]) -> dict[str, object]:
    keys = ("kind", "path", "words", "before", "after", "place")
    return {
        "file": str(path),
        "with": str(upstream.path),
        "with_version": upstream.version,
        "derived_version": upstream.derived_version,
        "has_changed": upstream.has_changed,
        "differences": [{key: getattr(row, key) for key in keys} for row in rows],
    }
