"""An own folder of playbooks: where it lies, and what it changes of what is shipped, shown and confirmed once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import CannotWriteError, InterruptedByUser, RefusedError, UsageError

if TYPE_CHECKING:
    from recover.desk import Desk
    from recover.playbook.overrides import Change

app = family()


@app.add("accept")
def accept(
    context: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="The folder; the one that is configured if left out.")
    ] = "",
    digest: Annotated[
        str,
        typer.Option(metavar="SHA256", help="Confirm exactly these changes without being asked (scripts)."),
    ] = "",
) -> None:
    """Show what an own folder changes of what is shipped, and confirm it once for exactly these bytes."""
    from recover.playbook import overrides

    invocation: Invocation = context.obj
    desk = desk_of(invocation, folder)
    if not desk.roots:
        raise UsageError("no own folder of playbooks is configured", hint="recover playbook accept DIR")
    everything = overrides.changes_of(desk.roots)
    needed = overrides.critical(everything)
    out = invocation.output
    state = _state(desk, needed)
    if out.as_json and not digest:
        out.data(
            {
                "folder": str(desk.roots[0]),
                "state": state,
                "digest": overrides.digest(needed) if needed else "",
                "changes": [change_json(each) for each in everything],
            }
        )
        return
    if state != "unconfirmed":
        out.result(
            "nothing of what is shipped is changed" if not needed else "these changes were confirmed here before"
        )
        return
    if digest:
        _confirm_digest(desk, needed, digest)
    else:
        _ask(invocation, desk, needed)
    out.result(f"confirmed on this device: {overrides.digest(needed)}")


def desk_of(invocation: Invocation, folder: str) -> Desk:
    """Return a desk over the folder that was named, or over the one that is configured."""
    from recover.cli.configuration import own_folder
    from recover.desk import Desk

    if not folder:
        return invocation.desk(new_is_fine=True)
    found = own_folder(folder)
    return Desk(invocation.vault, passphrase=invocation.prompts.passphrase, roots=(found,) if found else ())


def _state(desk: Desk, needed: Sequence[Change]) -> str:
    if not needed:
        return "nothing-changed"
    return "unconfirmed" if desk.unconfirmed() else "confirmed"


def settle(invocation: Invocation, desk: Desk) -> None:
    """Have a person look at what an own folder changes, before a case is opened with it; once for the same bytes.

    Without a terminal nobody can be asked: raises `RefusedError` (4) with the command that shows the changes.
    """
    if not desk.roots:
        return
    if invocation.output.as_json or not invocation.prompts.is_terminal:
        desk.refuse_unconfirmed()
        return
    needed = desk.unconfirmed()
    if needed:
        _ask(invocation, desk, needed)


def _ask(invocation: Invocation, desk: Desk, needed: Sequence[Change]) -> None:
    from recover.playbook import overrides

    out = invocation.output
    out.heading(f"{desk.roots[0]} changes what is shipped")
    show_changes(out, needed)
    if not invocation.prompts.is_terminal:
        raise RefusedError(
            "nobody is here to look at these changes",
            place=str(desk.roots[0]),
            hint=f"recover playbook accept {desk.roots[0]} --digest {overrides.digest(needed)}",
        )
    out.say(
        "Everybody who opens a case on this device will work with them. Ask whoever wrote them if one surprises you."
    )
    if not invocation.prompts.confirm("Use these changes from now on?"):
        raise InterruptedByUser("nothing was confirmed, and no case was opened with them")
    desk.accept(needed)


def _confirm_digest(desk: Desk, needed: Sequence[Change], digest: str) -> None:
    from recover.playbook import overrides

    known = overrides.digest(needed)
    if digest.strip().lower() != known:
        raise RefusedError(
            "this is not the digest of the changes that are there now",
            place=str(desk.roots[0]),
            hint=f"recover playbook accept {desk.roots[0]}     (look at them again; the digest is {known})",
        )
    desk.accept(needed)


def own_folder_to_write(invocation: Invocation) -> Path:
    """Return the own folder in force; without one, offer to make the one that is in force as soon as it is there.

    Raises `UsageError` with the ways to name one when nobody can be asked, `InterruptedByUser` for a no.
    """
    from recover.cli.configuration import configuration_path, default_folder

    roots = invocation.roots()
    if roots:
        return roots[0]
    folder = default_folder()
    if invocation.output.as_json or not invocation.prompts.is_terminal:
        raise UsageError(
            "there is no own folder of playbooks yet",
            hint=f'recover --playbooks DIR …, or a line in {configuration_path()}: playbooks = "DIR"',
        )
    text = f"Make an own folder of playbooks in {line(folder)}?"
    if not invocation.prompts.confirm(text, why="it is used from then on, and stays yours through every update"):
        raise InterruptedByUser("nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWriteError(f"cannot write: {error.strerror or 'I/O error'}", place=str(folder)) from error
    return folder


VERBS = {"changed": "changed", "added": "new", "gone": "taken away"}


def show_changes(out: Output, changes: Sequence[Change]) -> None:
    """Print each change with its author, its place and the difference, old beside new."""
    for change in changes:
        author = f", by {line(change.by)}" if change.by else ""
        out.say(f"{VERBS[change.how]}: {change.what} {line(change.id)} ({line(change.place)}{author})")
        for told in change.says:
            out.say(line(told), indent="    ", hang="  ")


def change_json(change: Change) -> dict[str, object]:
    """Return one change under its stable keys."""
    return {
        "what": change.what,
        "id": change.id,
        "how": change.how,
        "critical": change.is_critical,
        "by": change.by,
        "place": change.place,
        "sha256": change.sha256,
        "says": list(change.says),
    }
