"""`recover vault …`: keys, locks and what lies on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family, group
from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.cli.timeline import write_new
from recover.errors import InterruptedByUser, UsageError

if TYPE_CHECKING:
    from recover.desk import Desk, NewVault

app = family()
vault = group("Keys, locks, and what lies on the disk.")
app.add_typer(vault, name="vault")

RecoveryOut = Annotated[
    str, typer.Option("--recovery-out", metavar="FILE", help="Write a new recovery key into FILE (must not exist).")
]
RecoveryRecipient = Annotated[
    str, typer.Option("--recovery-recipient", metavar="age1…|none", help="An age recipient you hold already, or none.")
]


@vault.add("init")
def init(context: typer.Context, recovery_out: RecoveryOut = "", recovery_recipient: RecoveryRecipient = "") -> None:
    """Make a vault: one passphrase, and a recovery key for the day it is forgotten.

    In a vault that `start` made, it adds the recovery key that was left for later.
    """
    invocation: Invocation = context.obj
    out = invocation.output
    desk = invocation.desk(new_is_fine=True)
    if desk.has_vault() and desk.has_recovery():
        raise UsageError("there is a vault already, complete", place=str(invocation.vault), hint="recover vault info")
    if not (recovery_out or recovery_recipient or invocation.prompts.is_terminal):
        raise UsageError(
            "without a terminal, say where the recovery key goes",
            hint="--recovery-out FILE, or --recovery-recipient age1…, or --recovery-recipient none",
        )
    made = make_vault(invocation, desk, recovery_out, recovery_recipient)
    if out.as_json:
        out.data({"vault": str(made.path), "recovery_recipient": made.recovery_recipient})
        return
    out.result(f"vault ready: {line(made.path)}")
    out.next_steps(("recover start", "help someone"), ("recover vault unlock", "ask for the passphrase less often"))


def make_vault(invocation: Invocation, desk: Desk, recovery_out: str, recovery_recipient: str) -> NewVault:
    """Make the vault and hand over its recovery key: into a file, on the screen once, or none."""
    if recovery_out and recovery_recipient:
        raise UsageError("--recovery-out and --recovery-recipient exclude each other")
    if recovery_out and Path(recovery_out).exists():
        raise UsageError("the file for the recovery key exists already", place=recovery_out, hint="name a new file")
    recovery = recovery_recipient or "show"
    if desk.has_vault():
        made = desk.add_recovery(recovery)
    else:
        chosen = invocation.prompts.passphrase(new=True)
        warn_if_weak(invocation, desk, chosen)
        made = desk.create_vault(chosen, recovery=recovery)
    if recovery_out:
        write_new(Path(recovery_out), f"{made.recovery_key}\n".encode("ascii"))
        invocation.output.say(f"The recovery key is in {line(recovery_out)}. Keep it away from this computer.")
    elif made.recovery_key:
        _show_key(invocation, made.recovery_key)
    return made


def warn_if_weak(invocation: Invocation, desk: Desk, passphrase: str) -> None:
    """Warn of a passphrase that falls to guessing once the disk is stolen; it can be changed later."""
    if desk.is_weak(passphrase):
        invocation.output.say("careful: this passphrase is short and can be guessed once the disk is stolen.")
        invocation.output.hint("recover vault passphrase      (changes it)")


def _show_key(invocation: Invocation, key: str) -> None:
    out = invocation.output
    out.heading("Recovery key: shown once, here, and kept nowhere")
    out.say("Write it on paper, or put it into a password manager. Whoever holds it can open every case.")
    out.say()
    out.say(line(key), indent="  ")
    out.say()
    if invocation.prompts.is_terminal:
        invocation.prompts.text("Press Enter when it is written down", default="done")


@vault.add("info")
def info(context: typer.Context) -> None:
    """Say what can be said without a key."""
    invocation: Invocation = context.obj
    desk = invocation.desk()
    found = desk.info()
    if invocation.output.as_json:
        invocation.output.data(
            {
                "vault": str(found.path),
                "format_version": found.format_version,
                "cases": found.cases,
                "devices": list(found.devices),
                "weak_durability": found.weak_durability,
                "leftovers": list(found.leftovers),
                "time_stamps": dict(found.time_stamps),
                "paths": dict(desk.environment()),
            }
        )
        return
    rows: list[tuple[object, object]] = [
        ("vault", found.path),
        ("format", found.format_version),
        ("cases", found.cases),
    ]
    rows.append(("devices", len(found.devices)))
    if found.weak_durability:
        rows.append(("durability", "weak: this folder cannot promise that bytes survive a power cut"))
    if found.time_stamps:
        told = ", ".join(f"{count} {state}" for state, count in found.time_stamps.items())
        rows.append(("time-stamps", told))
    if found.leftovers:
        rows.append(("left over", f"{len(found.leftovers)} files of a write that a crash stopped; harmless"))
    invocation.output.table([*rows, *((name, path) for name, path in desk.environment().items() if name != "vault")])
    invocation.output.next_steps(("recover verify", "check that nothing was altered"))


@vault.add("unlock")
def unlock(context: typer.Context) -> None:
    """Ask for the passphrase once, then not again for 30 idle minutes (needs a protected keyring)."""
    invocation: Invocation = context.obj
    invocation.desk().keep_unlocked()
    invocation.output.note("unlocked for 30 idle minutes; `recover vault lock` ends it from any terminal")


@vault.add("lock")
def lock(context: typer.Context) -> None:
    """Forget what `unlock` kept."""
    invocation: Invocation = context.obj
    invocation.desk().lock()
    invocation.output.note("locked; the next command asks for the passphrase")


@vault.add("passphrase")
def passphrase(
    context: typer.Context,
    new_passphrase_file: Annotated[
        str,
        typer.Option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from FILE (for scripts)."),
    ] = "",
) -> None:
    """Change the passphrase of this device's keys."""
    from recover.cli.invocation import read_passphrase
    from recover.cli.prompts import Prompts

    invocation: Invocation = context.obj
    desk = invocation.desk()
    old = invocation.prompts.passphrase()
    fresh = Prompts(invocation.output)
    new = read_passphrase(Path(new_passphrase_file)) if new_passphrase_file else fresh.passphrase(new=True)
    warn_if_weak(invocation, desk, new)
    desk.change_passphrase(old, new)
    invocation.output.note("the passphrase is changed")
    invocation.output.say("careful: copies and backups of the vault made before still open with the old passphrase")


@vault.add("shred")
def shred(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case to make unreadable.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask (for scripts).")] = False,
) -> None:
    """Destroy the keys of a case here, for good."""
    invocation: Invocation = context.obj
    out = invocation.output
    desk = invocation.desk()
    name = desk.open(case).name
    if not yes:
        out.say(
            f"This makes {name} unreadable here, for good. Copies, backups and packets elsewhere may stay readable."
        )
        if invocation.prompts.text("Type the case's two words to go on") != name:
            raise InterruptedByUser("nothing was destroyed")
    shredded = desk.shred(case)
    if out.as_json:
        out.data({"case": shredded, "shredded": True})
        return
    out.result(f"{shredded}: the keys here are destroyed; a signed note says so")
    out.say("careful: copies and backups made before, and packets that were sent, may still be readable")
