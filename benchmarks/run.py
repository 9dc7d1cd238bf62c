"""Measure recover beside its peers in one run and print ratios.

`python benchmarks/run.py` prints a row per kind of work with the ratio to reach; it exits with 1 when one is missed.
`--quick` uses a 64 MiB exhibit and smaller cases. Rows whose peer program is not installed are named and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import Row, alternating, best_of, has, peak_memory_mib, run

from recover.vault.case import CaseLog, Draft
from recover.vault.vault import Vault
from recover.vault.verify import verify

PASSPHRASE = "benchmark-only correct horse"  # noqa: S105 - a throw-away vault
RECOVER = Path(sys.executable).with_name("recover")


def fresh_vault(folder: Path) -> Vault:
    """Make a vault with its own device state under `folder`."""
    return Vault.create(folder / "vault", passphrase=PASSPHRASE, recovery="none", state_dir=folder / "state")


def practice_case(folder: Path) -> CaseLog:
    return fresh_vault(folder).unlock(PASSPHRASE).create_case(practice=True)


def note(number: int) -> Draft:
    return Draft(kind="note", actor="helper", body={"text": f"benchmark note number {number}, of ordinary length"})


def add_exhibit(case: CaseLog, path: Path) -> None:
    with path.open("rb") as reader:
        ref = case.add_object(reader)
    case.append([Draft(kind="note", actor="helper", body={"text": path.name}, objects=(ref,))])


def write_random(path: Path, size_bytes: int) -> None:
    with path.open("wb") as file:
        for start in range(0, size_bytes, 1 << 20):
            file.write(os.urandom(min(1 << 20, size_bytes - start)))


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def restic(repository: Path, *arguments: str | Path) -> None:
    run(["restic", "-q", "-r", repository, *arguments], env={**os.environ, "RESTIC_PASSWORD": "benchmark"})


def large_exhibit(folder: Path, size_bytes: int) -> Iterator[Row]:
    """One large exhibit: age file, both hashes, log, fsync; beside `age -r` and `restic backup`."""
    source = folder / "large.bin"
    write_random(source, size_bytes)
    case = practice_case(folder)
    label = f"add a {size_bytes >> 20} MiB exhibit"
    if has("age"):
        key = folder / "key.txt"
        run(["age-keygen", "-o", key])
        recipient = run(["age-keygen", "-y", key]).strip()
        sealed = folder / "large.age"

        def seal_with_age() -> None:
            run(["age", "-r", recipient, "-o", sealed, source])
            sync_file(sealed)

        ours, peer = alternating(2, lambda: add_exhibit(case, source), seal_with_age)
        yield Row(label, "age -r of the same file, then fsync", ours, peer, 2.6)
    if has("restic"):
        ours = best_of(1, lambda: add_exhibit(case, source))
        fresh = folder / "restic-fresh"
        restic(fresh, "init")
        yield Row(label, "restic backup of the same file", ours, best_of(1, lambda: restic(fresh, "backup", source)), 1)
    idle = peak_memory_mib(MEMORY_PROBE, str(folder / "idle"), "")
    busy = peak_memory_mib(MEMORY_PROBE, str(folder / "busy"), str(source))
    print(f"peak memory of adding it: {busy - idle:.0f} MiB over an idle start ({idle:.0f} MiB); to reach: ≤ 64 MiB")


MEMORY_PROBE = """
from pathlib import Path
from recover.vault.case import Draft
from recover.vault.vault import Vault
folder = Path(sys.argv[1])
case = Vault.create_throwaway(folder / "vault", state_dir=folder / "state").create_case(practice=True)
ref = ()
if sys.argv[2]:
    with open(sys.argv[2], "rb") as reader:
        ref = (case.add_object(reader),)
case.append([Draft(kind="note", actor="helper", body={"text": "x"}, objects=ref)])
"""


def many_exhibits(folder: Path, count: int) -> Iterator[Row]:
    """A thousand small exhibits in one command, beside restic with its init."""
    source = folder / "many"
    source.mkdir()
    for number in range(count):
        (source / f"{number:04}.bin").write_bytes(os.urandom(50_000))
    case = practice_case(folder)

    def add_all() -> None:
        drafts = []
        with case.batch():
            for path in sorted(source.iterdir()):
                with path.open("rb") as reader:
                    ref = case.add_object(reader)
                drafts.append(Draft(kind="note", actor="helper", body={"text": path.name}, objects=(ref,)))
            for start in range(0, len(drafts), 256):
                case.append(drafts[start : start + 256])

    def back_up() -> None:
        restic(folder / "many-restic", "init")
        restic(folder / "many-restic", "backup", source)

    if has("restic"):
        yield Row(
            f"add {count} exhibits of 50 KB", "restic init and backup", best_of(1, add_all), best_of(1, back_up), 1
        )


def append_one(folder: Path) -> Iterator[Row]:
    """One entry, durable, in a running process, beside as many fsynced small file writes in as many folders."""
    case = practice_case(folder)
    case.append([note(0)])
    before = {path for path in (folder / "vault").rglob("*") if path.is_file()}
    state_before = {path: path.stat().st_mtime_ns for path in (folder / "state").rglob("*") if path.is_file()}
    case.append([note(1)])
    written = [path for path in (folder / "vault").rglob("*") if path.is_file() and path not in before]
    changed = [
        path
        for path in (folder / "state").rglob("*")
        if path.is_file() and state_before.get(path) != path.stat().st_mtime_ns
    ]
    sizes = [path.stat().st_size for path in written + changed]
    peer_folder = folder / "peer"
    peer_folder.mkdir()
    number = iter(range(1_000_000))

    def peer() -> None:
        for size in sizes:
            path = peer_folder / f"{next(number)}.part"
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.write(descriptor, b"x" * size)
            os.fsync(descriptor)
            os.close(descriptor)
            path.rename(path.with_suffix(".bin"))
            folder_descriptor = os.open(peer_folder, os.O_RDONLY)
            os.fsync(folder_descriptor)
            os.close(folder_descriptor)

    ours, theirs = alternating(40, lambda: case.append([note(next(number))]), peer)
    yield Row("append one entry, durable", f"{len(sizes)} fsynced small file writes", ours, theirs, 2)


def long_case(folder: Path, count: int) -> Iterator[Row]:
    """Open and fold a long case beside `git log`, verify it without keys beside `git fsck`."""
    vault = fresh_vault(folder)
    case = vault.unlock(PASSPHRASE).create_case(practice=True)
    for start in range(0, count, 256):
        with case.batch():
            case.append([note(number) for number in range(start, min(count, start + 256))])
    repository = folder / "git"
    run(["git", "init", "-q", repository])
    subprocess.run(["git", "-C", repository, "fast-import", "--quiet"], input=fast_import(count), text=True, check=True)
    session = vault.unlock(PASSPHRASE)

    def fold() -> None:
        entries = session.open_case(case.id).entries()
        assert len(entries) == count

    ours, peer = alternating(3, fold, lambda: run(["git", "-C", repository, "log", "-p", "--format=%H %B", "main"]))
    yield Row(f"open and read a case of {count} entries", "git log -p of as many commits", ours, peer, None)
    ours, peer = alternating(
        3,
        lambda: verify(folder / "vault", None, state_dir=folder / "state"),
        lambda: run(["git", "-C", repository, "fsck", "--full"]),
    )
    yield Row(f"verify a case of {count} entries without keys", "git fsck of as many commits", ours, peer, 6)


def fast_import(count: int) -> str:
    """Return a fast-import stream of `count` commits that each change one small file."""
    lines = []
    for number in range(count):
        message, content = f"commit {number}", f"content {number} " * 20
        lines.append(
            f"commit refs/heads/main\ncommitter a <a@example.org> {1_700_000_000 + number} +0000\n"
            f"data {len(message)}\n{message}\nM 644 inline f{number % 50}\ndata {len(content)}\n{content}\n"
        )
    return "".join(lines)


def start_up(folder: Path) -> Iterator[Row]:
    """What every command costs before it does anything, and `next` on a case of 300 entries in an unlocked vault."""
    python = [sys.executable, "-c", "pass"]
    ours, peer = alternating(7, lambda: run([RECOVER, "--version"]), lambda: run(python))
    yield Row("recover --version", "python -c pass", ours, peer, 8)
    if has("dbus-run-session") and has("gnome-keyring-daemon"):
        options = vault_options(folder)
        run([RECOVER, *options, "start", "hijacked-page", "--answers", eventful_answers(folder, 250)])
        yield Row(
            "recover next, 300 entries, unlocked", "python -c pass", *unlocked(folder, options, ["next"], python), 25
        )


def vault_options(folder: Path) -> list[str | Path]:
    """Return the options of a vault of its own under `folder`."""
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE, "utf-8")
    return ["--vault", folder / "cli-vault", "--passphrase-file", passphrase]


def eventful_answers(folder: Path, count: int, exhibits: int = 0) -> Path:
    """Write the shipped example of an answers file with `count` more events, and `exhibits` in all that they name.

    Return its path.
    """
    example = Path(__file__).parents[1] / "playbooks" / "hijacked-page" / "answers-example.yaml"
    copied = folder / "answers"
    shutil.copytree(example.parent, copied)
    text = example.read_text("utf-8")
    numbers = range(text.count("\n  - {id: E") + 1, exhibits + 1)
    for number in numbers:
        write_random(copied / f"{number}.png", 100_000)
    files = "".join(
        f"  - {{id: E{number:02}, file: {number}.png, kind: image, title: Screen with sign {number}}}\n"
        for number in numbers
    )
    named = [f"exhibits: [E{number:02}], " for number in numbers] or [""]
    rows = "".join(
        f"  - {{when: 2026-{1 + number % 10:02}-{1 + number % 28:02}, text: Something that happened as number {number} "
        f"that takes a line to tell, source: mail of the platform, stance: documented, {named[number % len(named)]}"
        f"marks: [attack]}}\n"
        for number in range(count)
    )
    text = text.replace("events:\n", f"{files}events:\n{rows}", 1)
    path = copied / example.name
    path.write_text(text, "utf-8")
    return path


UNLOCKED = """
import json, subprocess, sys, time
recover, options, ours, peer = (json.loads(argument) for argument in sys.argv[1:])
subprocess.run([recover, *options, "vault", "unlock"], check=True, capture_output=True)
best = [99.0, 99.0]
for number in range(7):
    for which, command in enumerate(([recover, *options[:2], *ours], peer)):
        command = [part.replace("{n}", str(number)) for part in command]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        best[which] = min(best[which], time.perf_counter() - started)
print(*best)
"""


def unlocked(folder: Path, options: list[str | Path], ours: list[str], peer: list[str]) -> tuple[float, float]:
    """Measure a command in a desktop session of its own, whose real keyring keeps the vault open, beside a peer."""
    start = 'printf login | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'
    given = [json.dumps(part) for part in (str(RECOVER), [str(option) for option in options], ours, peer)]
    inside = [sys.executable, "-c", UNLOCKED, *given]
    with tempfile.TemporaryDirectory() as runtime:
        environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": runtime}
        printed = run(["dbus-run-session", "--", "sh", "-c", start, "sh", *inside], env=environment)
    best = [float(word) for word in printed.split()[-2:]]
    return best[0], best[1]


def packet(folder: Path) -> Iterator[Row]:
    """A whole packet of a case with 300 events and 60 exhibits, in text, PDF, DOCX, HTML and calendar.

    Beside it LibreOffice converts one document of that length, the packet's own timeline, to PDF.
    """
    options = vault_options(folder)
    run([RECOVER, *options, "start", "hijacked-page", "--answers", eventful_answers(folder, 300, 60)])
    command = ["packet", "--for", "platform", "--only", "txt,pdf,docx,html,ics", "--yes", "--out"]
    first = folder / "first"
    run([RECOVER, *options, *command, first])
    rows = (first / "timeline.txt").read_text("utf-8").count("Something that happened")
    if rows != 300 or len(list((first / "exhibits").iterdir())) != 60:
        raise SystemExit(f"the packet holds {rows} events, or not the 60 exhibits")
    if not (has("libreoffice") and has("dbus-run-session") and has("gnome-keyring-daemon")):
        return
    office = ["libreoffice", "--headless", f"-env:UserInstallation=file://{folder}/office"]
    to_pdf = [*office, "--convert-to", "pdf", "--outdir", str(folder), str(first / "timeline.docx")]
    ours, peer = unlocked(folder, options, [*command, str(folder / "packet-{n}")], to_pdf)
    work = "full packet, 300 events, 60 exhibits, unlocked"
    yield Row(work, "LibreOffice: its timeline.docx to PDF", ours, peer, 1)


def keep_bytecode(folder: Path) -> None:
    """Let the measured programs keep their bytecode, as an installed copy does.

    Some shells and containers forbid it (PYTHONDONTWRITEBYTECODE); then each start would compile all of recover anew.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def main() -> int:
    """Print all rows; return 1 when a number was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller files and cases")
    options = parser.parse_args()
    size = (1 << 26) if options.quick else (1 << 30)
    count = 1_000 if options.quick else 10_000
    missed = 0
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as name:
        keep_bytecode(Path(name) / "bytecode")
        plan = (
            lambda folder: large_exhibit(folder, size),
            lambda folder: many_exhibits(folder, 1_000),
            append_one,
            lambda folder: long_case(folder, count),
            start_up,
            packet,
        )
        for number, rows in enumerate(plan):
            folder = Path(name) / str(number)
            folder.mkdir()
            for row in rows(folder):
                print(row, flush=True)
                missed += not row.is_met
    print(time.strftime("measured %Y-%m-%d"), f"on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
