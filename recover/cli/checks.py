"""What `recover verify` says: every fault by place, what was compared with what, and one exit code for the worst."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import AlteredError, ForkError, IncompleteError

if TYPE_CHECKING:
    from recover.packet.interface import PacketReport

    class Fault(Protocol):
        """One fault as the vault reports it; the terminal does not know the vault."""

        code: int
        case: str
        log: str
        index: int | None
        path: str
        message: str

    class Report(Protocol):
        """What verification found."""

        faults: Sequence[Fault]
        notes: Sequence[str]


WORST_FIRST = (ForkError, AlteredError, IncompleteError)
_KINDS = {
    ForkError.exit_code: "forked or rolled back",
    AlteredError.exit_code: "altered, missing or reordered",
    IncompleteError.exit_code: "incomplete",
}


def verify_log(invocation: Invocation, ref: str, *, with_keys: bool) -> None:
    """Check one case or the whole vault; print all faults, then raise for the worst of them."""
    desk = invocation.desk()
    report = desk.verify(ref or None, with_keys=with_keys)
    if invocation.output.as_json:
        faults = [_fault_json(fault) for fault in report.faults]
        invocation.output.data(
            {"faults": faults, "notes": list(report.notes), "checked": line(ref or invocation.vault)}
        )
    else:
        _show(invocation.output, report)
    _raise_worst(report)


def _fault_json(fault: Fault) -> dict[str, object]:
    return {
        "exit_code": fault.code,
        "case": fault.case,
        "log": fault.log,
        "index": fault.index,
        "path": str(fault.path),
        "message": fault.message,
    }


def _show(out: Output, report: Report) -> None:
    for fault in report.faults:
        place = ", ".join(
            part
            for part in (
                f"case {fault.case}" if fault.case else "",
                f"log {fault.log}" if fault.log else "",
                f"entry {fault.index}" if fault.index is not None else "",
                str(fault.path) if fault.path else "",
            )
            if part
        )
        out.result(f"{_KINDS.get(fault.code, 'fault')}: {line(place)}: {line(fault.message)}")
    for note in report.notes:
        out.say(line(note))
    if not report.faults:
        out.result("nothing altered, nothing missing, in the order in which it was written")


def _raise_worst(report: Report) -> None:
    codes = {fault.code for fault in report.faults}
    for kind in WORST_FIRST:
        if kind.exit_code in codes:
            count = len(report.faults)
            raise kind(
                f"{count} fault{'s' if count != 1 else ''} found; see the list above",
                hint="touch nothing here; compare with a copy: recover verify --vault COPY",
            )


def verify_packet(out: Output, folder: Path) -> None:
    """Check a packet without any key; print all faults, then raise if there was one."""
    from recover.packet.check import verify_packet as check

    report = check(folder)
    if out.as_json:
        faults = [{"path": fault.path, "message": fault.message} for fault in report.faults]
        counts = {"files": report.files, "exhibits": report.exhibits, "proofs": report.proofs}
        out.data({"packet": str(folder), "faults": faults, "notes": list(report.notes), **counts})
    else:
        _show_packet(out, report)
    if report.faults:
        raise AlteredError("this packet is not as it was written", hint="ask whoever sent it for it again")


def _show_packet(out: Output, report: PacketReport) -> None:
    for fault in report.faults:
        out.result(f"{line(fault.path)}: {line(fault.message)}")
    for note in report.notes:
        out.say(line(note))
    if not report.faults:
        out.result(f"all as written: {report.files} files, {report.exhibits} exhibits, {report.proofs} proofs")
