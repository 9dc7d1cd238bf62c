"""`recover disclose`: one exhibit leaves with its proof; what that shows of the case is said before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import recorded_json, show_plaintext, show_recorded
from recover.cli.words import case_and
from recover.errors import InterruptedByUser, UsageError

if TYPE_CHECKING:
    from recover.desk import PacketWritten
    from recover.desk.disclosing import Disclosure

app = family()


@app.add("disclose")
def disclose(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="[CASE] E07", help="The exhibit.")],
    out: Annotated[
        str, typer.Option(metavar="DIR", help="The folder to write, absent or empty. Without it: only shown.")
    ] = "",
    to: Annotated[str, typer.Option(metavar="NAME", help="Who gets it, by name.")] = "",
    profile: Annotated[
        str, typer.Option("--for", metavar="PROFILE", help="By whose rules: lawyer (as it is), police or partner.")
    ] = "lawyer",
    tick: Annotated[
        str, typer.Option(metavar="E07", help="Let it leave though its class is protected, for this recipient only.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask (for scripts).")] = False,
) -> None:
    """Write one exhibit with everything that proves it, so that a lawyer can check it and learns nothing else."""
    from recover.desk import disclosing, outside

    invocation: Invocation = context.obj
    screen = invocation.output
    case_ref, named = case_and(words, most=1, what="E07")
    if not named:
        raise UsageError("name the exhibit", hint="recover disclose CASE E07 --out DIR")
    if tick and tick.upper() != named[0].upper():
        raise UsageError("--tick names the exhibit that is disclosed, and no other", hint=f"--tick {line(named[0])}")
    case = invocation.case(case_ref)
    planned = disclosing.plan(case, named[0], profile, to=to, ticked=bool(tick))
    if not screen.as_json:
        _show_plan(screen, planned, outside.warn_of_place(Path(out)) if out else ())
    if not out:
        if screen.as_json:
            screen.data({"case": case.name, "leaves": _plan_json(planned)})
        else:
            screen.next_steps((f"recover disclose {case.name} {planned.number} --out DIR", "write it"))
        return
    if not yes:
        if screen.as_json:
            raise UsageError("with --json nobody can be asked", hint="add --yes once you have seen what leaves")
        if not invocation.prompts.confirm(f"Disclose {planned.number} to {line(to or planned.plan.reader)}?"):
            raise InterruptedByUser("nothing was written")
    _show_written(screen, disclosing.write(case, planned, Path(out)), planned)


def _show_plan(out: Output, planned: Disclosure, careful: tuple[str, ...]) -> None:
    exhibit, body = planned.plan.exhibits[0], planned.entry.body
    out.heading(f"{exhibit.number} for {line(planned.plan.to or planned.plan.reader)}")
    rows: list[tuple[object, object]] = [
        ("exhibit", f"{exhibit.title}, {exhibit.size_bytes} bytes, class {exhibit.sensitivity_class}"),
        ("its entry, whole", f"recorded {planned.entry.recorded_at:%Y-%m-%d %H:%M} UTC by {planned.entry.actor}"),
    ]
    for name, words in (("it answers", getattr(body, "fulfils", ())), ("it is about", getattr(body, "assets", ()))):
        if words:
            rows.append((name, ", ".join(words)))
    rows.append(("sealed parts", ", ".join(planned.plan.proofs[0].parts)))
    rows.append(("log", f"{planned.head.log}, as it was at {planned.head.size} entries; the others are hashes only"))
    for row in rows:
        out.say(f"{row[0]}: {line(row[1])}", indent="  ", hang="  ")
    for stamp in planned.stamps:
        out.say(f"stamped by {stamp.authority} on {line(stamp.at)}", indent="  ")
    if not planned.stamps:
        out.say("careful: no authority has stamped it; when it was recorded rests on this device's clock")
        out.hint("recover anchor      (first, then disclose)")
    for warning in (*planned.plan.warnings, *careful):
        out.say(f"careful: {line(warning)}")


def _plan_json(planned: Disclosure) -> dict[str, object]:
    exhibit = planned.plan.exhibits[0]
    return {
        "number": exhibit.number,
        "title": exhibit.title,
        "class": exhibit.sensitivity_class,
        "to": planned.plan.to,
        "profile": planned.plan.profile,
        "parts": list(planned.plan.proofs[0].parts),
        "log": planned.head.log,
        "size": planned.head.size,
        "time_stamps": [{"authority": each.authority, "at": each.at} for each in planned.stamps],
        "files": [{"path": file.path, "what": file.what} for file in planned.plan.files],
    }


def _show_written(out: Output, written: PacketWritten, planned: Disclosure) -> None:
    if out.as_json:
        files = [{"path": path, "sha256": digest} for path, digest in written.files]
        leaves = _plan_json(planned)
        out.data({**recorded_json(written.recorded), "path": str(written.path), "files": files, "leaves": leaves})
        return
    out.result(f"{planned.number} disclosed: {line(written.path)} ({len(written.files)} files)")
    show_recorded(out, written.recorded, "what left is recorded")
    show_plaintext(out, [written.path])
    out.next_steps(
        (f"recover verify {line(written.path)}", "check it as its reader would"),
        (f"python3 {line(written.path / 'verify_disclosed.py')}", "the same without recover"),
    )
