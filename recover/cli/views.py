"""How the desk's values look: on the screen in short lines, in JSON under stable keys (`docs/cli.md` lists them)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recover.cli.output import Output, line

if TYPE_CHECKING:
    from pathlib import Path

    from recover.desk import CaseSummary, CustodyLine, Exhibit, Intake, Recorded


def show_recorded(out: Output, recorded: Recorded, what: str) -> None:
    """Echo what was recorded, with the case's name and a receipt for each entry."""
    if out.as_json:
        out.data(recorded_json(recorded))
        return
    out.result(f"{recorded.case}: {what} ({entry_ids(recorded) or 'it was so already, nothing was added'})")
    if recorded.receipts:
        earlier = len(recorded.receipts) - 1
        out.result(f"receipt: {line(recorded.receipts[-1])}{f' (and the {earlier} before it)' if earlier else ''}")
    show_warnings(out, recorded)


def entry_ids(recorded: Recorded) -> str:
    """Name the new entries: `entry 12`, `entries 12, 13`, `entries 12 to 40`; empty when there are none."""
    ids = [entry.id for entry in recorded.entries]
    if len(ids) > 4:
        return f"entries {ids[0]} to {ids[-1]}"
    return f"{'entry' if len(ids) == 1 else 'entries'} {', '.join(ids)}" if ids else ""


def show_kept(out: Output, recorded: Recorded, what: str) -> None:
    """Echo in an interview that something is in the log, with the case's name, before the next question."""
    ids = entry_ids(recorded)
    out.say(f"{recorded.case}: {what}{' as ' + ids if ids else ', as before'}", indent="  ", look=out.faint)
    show_warnings(out, recorded)


def show_warnings(out: Output, recorded: Recorded) -> None:
    """Say what became doubtful and what a person should read."""
    if recorded.stale:
        out.say(f"please look again: {line(recorded.stale)} rest on what was changed")
    for warning in recorded.warnings:
        out.say(f"careful: {line(warning)}")


def recorded_json(recorded: Recorded) -> dict[str, object]:
    """Return `case`, `entries` (`id`, `kind`, `recorded_at`), `receipts`, `stale`, `warnings`."""
    return {
        "case": recorded.case,
        "entries": [
            {"id": entry.id, "kind": entry.kind, "recorded_at": entry.recorded_at.isoformat()}
            for entry in recorded.entries
        ],
        "receipts": list(recorded.receipts),
        "stale": recorded.stale,
        "warnings": list(recorded.warnings),
    }


def case_json(summary: CaseSummary) -> dict[str, object]:
    """Return one row of `case list`."""
    return {
        "id": summary.id,
        "name": summary.name,
        "playbooks": list(summary.playbooks),
        "practice": summary.practice,
        "opened_at": summary.opened_at.isoformat(),
        "last_at": summary.last_at.isoformat(),
        "entries": summary.entries,
        "exhibits": summary.exhibits,
        "closed": summary.closed,
    }


def exhibit_json(exhibit: Exhibit) -> dict[str, object]:
    """Return one row of `evidence list`."""
    return {
        "number": exhibit.number,
        "kind": exhibit.kind,
        "title": exhibit.title,
        "class": exhibit.sensitivity_class,
        "captured_at": exhibit.captured_at,
        "sha256": exhibit.file_sha256,
        "size_bytes": exhibit.size_bytes,
        "suffix": exhibit.suffix,
        "fulfils": list(exhibit.fulfils),
        "assets": list(exhibit.assets),
        "copy_of": exhibit.copy_of,
        "withdrawn": exhibit.withdrawn,
        "erased": exhibit.erased,
        "recorded_at": exhibit.recorded_at.isoformat(),
        "entry": exhibit.entry,
    }


def custody_json(line: CustodyLine) -> dict[str, object]:
    """Return one row of an exhibit's custody."""
    return {
        "at": line.at.isoformat(),
        "actor": line.actor,
        "what": line.what,
        "entry": line.entry,
        "deed": line.deed,
        "why": line.why,
        "log": line.log,
    }


def show_intake(out: Output, intake: Intake) -> None:
    """Say which files have a number now, which were there before and which were left out."""
    if out.as_json:
        out.data(
            {
                **recorded_json(intake.recorded),
                "added": [exhibit_json(exhibit) for exhibit in intake.added],
                "duplicates": [{"name": row.name, "number": row.number} for row in intake.duplicates],
                "skipped": [{"name": row.name, "why": row.why} for row in intake.skipped],
                "plaintext": [str(path) for path in intake.plaintext],
            }
        )
        return
    out.table([(e.number, e.kind, f"{e.size_bytes:,} bytes", e.file_sha256[:16] + "…", e.title) for e in intake.added])
    for row in intake.duplicates:
        out.say(f"already here as {row.number}: {line(row.name)}")
    for skipped in intake.skipped:
        out.say(f"left out: {line(skipped.name)} ({line(skipped.why)})")
    show_recorded(out, intake.recorded, f"{len(intake.added)} exhibit{'s' if len(intake.added) != 1 else ''} added")


def show_plaintext(out: Output, paths: Sequence[Path], *, most: int = 5) -> None:
    """Warn that readable files still lie where they were."""
    if not paths or out.as_json:
        return
    out.say("careful: these files are still readable where they lie; delete them safely when nobody needs them:")
    for path in paths[:most]:
        out.say(line(path), indent="  ")
    if len(paths) > most:
        out.say(f"… and {len(paths) - most} more", indent="  ")
