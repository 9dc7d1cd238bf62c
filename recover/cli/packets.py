"""`recover packet` and `recover verify`: what leaves, shown before it is written; and whether all is as it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.leaving import plan_json, show_left, show_plan
from recover.cli.output import Output, line
from recover.cli.views import recorded_json, show_plaintext, show_recorded
from recover.errors import InterruptedByUser, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recover.desk import PacketWritten
    from recover.desk.archiving import Form
    from recover.packet.interface import PacketPlan

app = family()

KEY_SHOWN = 90
"""Characters of a public key on the screen; the log has it whole."""


@app.add("packet")
def packet(
    context: typer.Context,
    out: Annotated[
        str,
        typer.Option(metavar="DIR", help="The folder to write, absent or empty; or the file. Without it: only shown."),
    ] = "",
    profile: Annotated[
        str,
        typer.Option("--for", metavar="PROFILE", help="platform, partner, victim, lawyer, police or press."),
    ] = "",
    case_ref: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    to: Annotated[str, typer.Option(metavar="NAME", help="Who gets it, by name.")] = "",
    tick: Annotated[
        list[str] | None, typer.Option(metavar="E20", help="Let this protected exhibit leave, for this recipient only.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT", help="Write in this format and no other; repeat it: txt, pdf, docx, html, eml, csv, ics."
        ),
    ] = None,
    with_dates: Annotated[
        bool,
        typer.Option("--with-dates", help="Add a calendar of dates; an account holder's says nothing of the case."),
    ] = False,
    with_proof: Annotated[
        bool, typer.Option("--with-proof", help="Give the account holder letters too, in the folder proof.")
    ] = False,
    platform: Annotated[
        str, typer.Option(metavar="NAME", help="Which platform, when a case has accounts on several.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="az", help="In which language; letters too, where they are there in it.")
    ] = "",
    annex: Annotated[
        str, typer.Option(metavar="az", help="Add to English letters what they say in this language.")
    ] = "",
    as_zip: Annotated[bool, typer.Option("--zip", help="Write one zip instead of a folder.")] = False,
    encrypt_to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="Write one zip that only this key opens: age1…, ssh-ed25519 …, ssh-rsa … or a .pub file.",
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what left already: when, to whom, how much.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask (for scripts).")] = False,
) -> None:
    """Show exactly what would leave for a reader, ask, and write it into a folder or one file."""
    invocation: Invocation = context.obj
    if not profile and not listed:
        raise UsageError("missing option '--for'", hint="recover packet --help")
    form = _form(as_zip, encrypt_to or ())
    case = invocation.case(case_ref)
    if listed:
        show_left(invocation.output, case.state, case.name)
        return
    as_of = invocation.as_of(case.zone) if invocation.as_of_text else None
    plan = case.plan_packet(
        profile,
        to=to,
        ticked=tick or (),
        as_of=as_of,
        only=only or (),
        with_dates=with_dates,
        with_proof=with_proof,
        platform=platform,
        language=language,
        annex=annex,
    )
    careful = _careful(out, form)
    if not invocation.output.as_json:
        show_plan(invocation.output, plan, case.name, careful)
    if not out:
        chosen: dict[str, bool | Sequence[str]] = {
            "--to": [to] if to else [],
            "--tick": tick or [],
            "--only": only or [],
            "--with-dates": with_dates,
            "--with-proof": with_proof,
            "--platform": [platform] if platform else [],
            "--language": [language] if language else [],
            "--annex": [annex] if annex else [],
            "--zip": as_zip,
            "--encrypt-to": encrypt_to or [],
        }
        _only_shown(invocation.output, plan, case.name, chosen)
        return
    if not yes:
        if invocation.output.as_json:
            raise UsageError("with --json nobody can be asked", hint="add --yes once you have seen what leaves")
        if not invocation.prompts.confirm(f"Write this packet for {line(plan.reader)}?"):
            raise InterruptedByUser("nothing was written")
    show_written(invocation.output, case.write_packet(plan, Path(out), form), plan)


def _careful(out: str, form: Form) -> tuple[str, ...]:
    """Return what to know of the place before anything is written there."""
    from recover.desk import outside

    return outside.warn_of_place(form.target(Path(out))) if out else ()


def _only_shown(out: Output, plan: PacketPlan, name: str, chosen: Mapping[str, bool | Sequence[str]]) -> None:
    """Say that nothing was written, and how exactly what was shown is."""
    if out.as_json:
        out.data({"case": name, "leaves": plan_json(plan)})
        return
    place = "FILE" if chosen["--zip"] or chosen["--encrypt-to"] else "DIR"
    out.next_steps((f"recover packet {name} --for {plan.profile}{_typed(chosen)} --out {place}", "write it"))


def _typed(chosen: Mapping[str, bool | Sequence[str]]) -> str:
    """Return options as they were typed: a command without them would write something else than was looked at."""
    import shlex

    words: list[str] = []
    for option, given in chosen.items():
        if isinstance(given, bool):
            words += [option] * given
        else:
            words += [f"{option} {shlex.quote(value)}" for value in given]
    return "".join(f" {word}" for word in words)


def _form(as_zip: bool, encrypt_to: Sequence[str]) -> Form:
    """Return how the packet is written; a wrong key is said before anything is asked."""
    from recover.desk.archiving import Form, read_recipients

    return Form(is_zip=as_zip, sealed_for=read_recipients(encrypt_to))


def show_written(out: Output, written: PacketWritten, plan: PacketPlan) -> None:
    """Say where the packet is and how anyone can check it."""
    if out.as_json:
        files = [{"path": path, "sha256": digest} for path, digest in written.files]
        leaves = plan_json(plan)
        out.data(
            {
                **recorded_json(written.recorded),
                "path": str(written.path),
                "profile": plan.profile,
                "form": "sealed" if written.sealed_for else "zip" if written.is_zip else "folder",
                "sealed_for": list(written.sealed_for),
                "files": files,
                "exhibits": list(written.exhibits),
                "left_out": leaves["left_out"],
                "warnings": [*plan.warnings, *written.warnings],
                "leaves": leaves,
            }
        )
        return
    out.result(f"packet written: {line(written.path)} ({len(written.files)} files)")
    show_recorded(out, written.recorded, "what left is recorded")
    if written.sealed_for:
        out.say("nobody can open it without one of these keys:")
        for key in written.sealed_for:
            out.say(line(key) if len(key) <= KEY_SHOWN else f"{line(key)[:KEY_SHOWN]}…", indent="  ")
        out.next_steps((f"age -d -i KEYFILE -o packet.zip {line(written.path)}", "what its reader types to open it"))
        return
    show_plaintext(out, [written.path])
    if not any(path.endswith("manifest.json") for path, _ in written.files):
        return
    if written.is_zip:
        out.next_steps((f"unzip {line(written.path)}", "then recover verify the folder, as its reader would"))
    else:
        out.next_steps((f"recover verify {line(written.path)}", "check the packet as its reader would"))


@app.add("verify")
def verify(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(metavar="[CASE|PACKET]", help="A case, or the folder of a packet; without it the whole vault."),
    ] = "",
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Ask to unlock, if need be, and open every entry and exhibit too.")
    ] = False,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Use no key, though --passphrase-file or an unlocked keyring has one.")
    ] = False,
) -> None:
    """Check that nothing was altered, lost or reordered, against all that is here to compare with."""
    from recover.cli.checks import verify_log, verify_packet
    from recover.packet.verify import is_packet

    invocation: Invocation = context.obj
    if target and is_packet(Path(target)):
        verify_packet(invocation.output, Path(target))
    elif target.lower().endswith((".zip", ".age")) and Path(target).is_file():
        raise UsageError("a packet is checked in its folder", place=target, hint=_how_to_unpack(target))
    else:
        verify_log(invocation, target, with_keys=with_keys, keyless=keyless)


def _how_to_unpack(path: str) -> str:
    if path.lower().endswith(".age"):
        return f"age -d -i KEYFILE -o packet.zip {line(path)}; then unzip packet.zip, and recover verify the folder"
    return f"unzip {line(path)}; then recover verify the folder"
