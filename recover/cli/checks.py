"""What `recover verify` says: every fault by place, what was compared with what, and one exit code for the worst."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import AlteredError, ForkError, IncompleteError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from recover.packet.interface import PacketReport

WORST_FIRST = (ForkError, AlteredError, IncompleteError)
_KINDS = {
    ForkError.exit_code: "forked or rolled back",
    AlteredError.exit_code: "altered, missing or reordered",
    IncompleteError.exit_code: "incomplete",
}

# The terminal knows the vault only through the desk, so a fault has no type here; its members are those of
# `code`, `case`, `log`, `index`, `path` and `message`.
Fault = Any
Report = Any


def verify_log(invocation: Invocation, ref: str, *, with_keys: bool, keyless: bool) -> None:
    """Check one case or the whole vault; print all faults, then raise for the worst of them.

    A key that is at hand is used; nobody is asked for one unless `with_keys`.
    """
    if keyless and (with_keys or ref):
        raise UsageError("--keyless checks the whole vault", hint="recover verify --keyless")
    desk = invocation.desk()
    has_key = with_keys or invocation.prompts.has_passphrase
    report = desk.verify(ref or None, with_keys=False if keyless else True if has_key else None)
    if invocation.output.as_json:
        invocation.output.data(_report_json(report))
    else:
        _show(invocation.output, report)
    _raise_worst(report)


def _report_json(report: Report) -> dict[str, object]:
    return {
        "cases": report.cases,
        "entries": report.entries,
        "objects": report.objects,
        "compared_with": [str(each) for each in report.compared_with],
        "faults": [
            {
                "exit_code": fault.code,
                "case": fault.case,
                "log": fault.log,
                "index": fault.index,
                "path": fault.path,
                "message": fault.message,
            }
            for fault in report.faults
        ],
        "notes": [{"case": note.case, "message": note.message} for note in report.notes],
        "time_stamps": [_stamp_json(case, judged) for case, judged in report.time_stamps],
        "proven": [_proven_json(case, run) for case, run in report.proven],
    }


def _stamp_json(case: str, judged: Any) -> dict[str, object]:
    stamp, verdict = judged.stamp, judged.verdict
    return {
        "case": case,
        "log": stamp.log,
        "size": stamp.size,
        "authority": stamp.authority,
        "state": verdict.state,
        "at": verdict.at.isoformat() if verdict.at else "",
        "why": verdict.why,
        "root_sha256": list(judged.root_sha256),
        "command": judged.command,
    }


def _proven_json(case: str, run: Any) -> dict[str, object]:
    def told(at: datetime | None) -> str:
        return at.isoformat() if at else ""

    claimed = run.claimed or (None, None)
    return {
        "case": case,
        "log": run.log,
        "first": run.first,
        "last": run.last,
        "claimed_from": told(claimed[0]),
        "claimed_to": told(claimed[1]),
        "after": told(run.after),
        "before": told(run.before),
        "contradicted": run.is_contradicted,
    }


def _show(out: Output, report: Report) -> None:
    for fault in report.faults:
        out.result(f"{_KINDS.get(fault.code, 'fault')}: {line(_place(fault))}: {line(fault.message)}")
    for note in report.notes:
        out.say(f"{line(note.case[:8])}: {line(note.message)}" if note.case else line(note.message))
    for each in report.compared_with:
        out.say(line(each) if each.startswith("no ") else f"compared with {line(each)}")
    _show_times(out, report)
    counts = f"cases: {report.cases}, entries: {report.entries}, objects: {report.objects}"
    if not report.faults:
        out.result(f"nothing altered, nothing missing, all in the order in which it was written ({counts})")


def _show_times(out: Output, report: Report) -> None:
    """Say what each time-stamp is worth, how to repeat its check, and between which two the entries lie."""
    for case, judged in report.time_stamps:
        stamp, verdict = judged.stamp, judged.verdict
        at = f" at {_clock(verdict.at)}" if verdict.at else f": {verdict.why}"
        where = f"case {case[:8]}, log {stamp.log[:8]}, {stamp.size} entries"
        roots = f", by the root {', '.join(each[:16] for each in judged.root_sha256)}…" if judged.root_sha256 else ""
        out.result(f"{where}: {verdict.state} by {stamp.authority}{line(at)}{roots}")
        if judged.command:
            out.verbatim(judged.command)
    for case, run in report.proven:
        out.result(f"case {case[:8]}, log {run.log[:8]}: {proven_words(run)}")
        if run.is_contradicted:
            out.say("careful: a recorded time lies outside of what the tokens prove: this computer's clock was wrong")


def proven_words(run: Any) -> str:
    """Say of a run of entries what was claimed and what is proven: `entry 12 recorded: claimed …, proven between …`."""
    one = run.first == run.last
    entries = f"entry {run.first}" if one else f"entries {run.first} to {run.last}"
    spans = {
        (True, True): "proven between {} and {}",
        (True, False): "proven after {}",
        (False, True): "proven before {}",
    }
    ends = [_clock(at) for at in (run.after, run.before) if at is not None]
    proof = spans.get((run.after is not None, run.before is not None), "no time-stamp yet: proven by nothing")
    claims = dict.fromkeys(_clock(at) for at in run.claimed) if run.claimed else ()
    claimed = f"claimed {' to '.join(claims)}, " if claims else ""
    return f"{entries} recorded: {claimed}{proof.format(*ends)}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _place(fault: Fault) -> str:
    parts = [
        f"case {fault.case[:8]}" if fault.case else "",
        f"log {fault.log[:8]}" if fault.log else "",
        f"entry {fault.index}" if fault.index is not None else "",
        str(fault.path),
    ]
    return ", ".join(part for part in parts if part)


def _raise_worst(report: Report) -> None:
    codes = {fault.code for fault in report.faults}
    for kind in WORST_FIRST:
        if kind.exit_code in codes:
            count = len(report.faults)
            raise kind(
                f"{count} fault{'s' if count != 1 else ''} found; see the list above",
                hint="change nothing here; check another copy with: recover verify --vault COPY",
            )


def verify_packet(out: Output, folder: Path) -> None:
    """Check a packet without any key; print all faults, then raise if there was one."""
    from recover.packet.verify import verify_packet as check

    report = check(folder)
    if out.as_json:
        faults = [{"path": fault.path, "message": fault.message} for fault in report.faults]
        counts = {"files": report.files, "exhibits": report.exhibits, "proofs": report.proofs}
        stamps = [
            {"authority": each.authority, "at": each.at, "root_sha256": list(each.root_sha256), "command": each.command}
            for each in report.time_stamps
        ]
        told = {"faults": faults, "notes": list(report.notes), **counts, "time_stamps": stamps}
        out.data({"packet": str(folder), **told})
    else:
        _show_packet(out, report)
    if report.faults:
        raise AlteredError("this packet is not as it was written", hint="ask whoever sent it for it again")


def _show_packet(out: Output, report: PacketReport) -> None:
    for fault in report.faults:
        out.result(f"{line(fault.path)}: {line(fault.message)}")
    for note in report.notes:
        out.say(line(note))
    for stamp in report.time_stamps:
        out.result(
            f"stamped by {stamp.authority} at {stamp.at}: the log existed then at the latest, as far as it is here"
        )
        out.say(f"compare with what the authority publishes: {', '.join(stamp.root_sha256)}", indent="  ")
        out.verbatim(stamp.command)
    if not report.faults:
        out.result(f"all as written: {report.files} files, {report.exhibits} exhibits, {report.proofs} proofs")
