"""Nothing is lost: a real process is killed, or its disk fails, at every durable step; every printed receipt holds."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recover.errors import CannotWriteError, LockedError
from recover.vault import merkle
from recover.vault.case import CaseLog, Draft
from recover.vault.vault import Vault
from recover.vault.verify import verify

VICTIM = Path(__file__).with_name("victim.py")
DURABLE = ("write", "pwrite64", "fsync", "fdatasync", "link", "linkat", "rename", "renameat", "renameat2", "unlink",
           "unlinkat", "mkdir")  # fmt: skip
FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")
OLD, NEW = "old words of a helper", "new words of a helper"
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th call of one kind that a process makes, counted from its start."""

    call: str
    number: int


@dataclass
class Ground:
    """A vault with one case, and every receipt that was ever printed for it."""

    root: Path
    vault: Vault
    secret: str
    case: str
    receipts: dict[tuple[str, int], str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path) -> Ground:
        vault = Vault.create(root / "vault", passphrase=OLD, recovery="none", state_dir=root / "state", work_factor=4)
        session = vault.unlock(OLD)
        case = session.create_case(practice=True)
        ground = cls(root, vault, session.seal_to_ring(), case.id)
        for receipt in case.append([Draft(kind="note", actor="helper", body={"text": "the first entry"})]):
            ground.receipts[receipt.log, receipt.index] = receipt.root
        return ground

    def command(self, work: str, *what: str) -> list[str]:
        places = [str(self.root / "vault"), str(self.root / "state")]
        keys = [] if work == "passphrase" else [self.secret, self.case]
        return [sys.executable, str(VICTIM), work, *places, *keys, *what]

    def run(self, command: Sequence[str]) -> int:
        """Run a victim, take down the receipts it printed, return its exit code (negative: killed)."""
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        self.note_receipts(done.stdout)
        return done.returncode

    def note_receipts(self, printed: str) -> None:
        for line in printed.splitlines():
            if found := re.fullmatch(r"([0-9a-f]{16}) (\d+) ([0-9a-f]{64})", line):
                self.receipts[found[1], int(found[2])] = found[3]

    def open(self) -> CaseLog:
        return (
            Vault.open(self.root / "vault", state_dir=self.root / "state")
            .unlock_with_secret(self.secret)
            .open_case(self.case)
        )

    def check(self) -> None:
        """Every receipt is honoured by an entry under the same root, verify finds no fault, and work goes on."""
        case = self.open()
        assert set(self.receipts) <= {(record.log, record.index) for record in case.entries()}
        roots = {log: all_roots(case, log) for log, _ in self.receipts}
        assert all(root in roots[log][index:] for (log, index), root in self.receipts.items())
        report = verify(self.root / "vault", None, state_dir=self.root / "state")
        assert [fault for fault in report.faults if fault.code != 21] == []
        for receipt in case.append([Draft(kind="note", actor="helper", body={"text": "and on"})]):
            self.receipts[receipt.log, receipt.index] = receipt.root


def all_roots(case: CaseLog, log: str) -> list[str]:
    """Return the root after each entry of a log."""
    frontier, roots = merkle.Frontier(), []
    for index in range(case.heads()[log].size):
        frontier = frontier.append(merkle.leaf_hash(case.leaf(log, index)))
        roots.append(frontier.root().hex())
    return roots


def durable_points(ground: Ground, command: Sequence[str]) -> list[Point]:
    """Run a victim under strace and return its durable calls below the ground's folder, in order."""
    log = ground.root / "strace.log"
    tracing = ["strace", "-f", "-y", "-o", str(log), "-e", f"trace={','.join(DURABLE)}", *command]
    assert ground.run(tracing) == 0
    counts: dict[str, int] = {}
    points = []
    for line in log.read_text("utf-8", "replace").splitlines():
        if found := re.match(r"\d+ +(\w+)\(", line):
            counts[found[1]] = counts.get(found[1], 0) + 1
            if str(ground.root) in line:
                points.append(Point(found[1], counts[found[1]]))
    return points


def failing(point: Point, fault: str, command: Sequence[str]) -> list[str]:
    inject = f"inject={point.call}:{fault}:when={point.number}"
    return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={point.call}", "-e", inject, *command]


def strike(ground: Ground, point: Point, fault: str, command: Sequence[str]) -> int:
    """Run a victim that fails at a point, and check what it left.

    A record whose folder `obj/<ab>/` is already there takes one mkdir and one sync less, so that such a run may end
    before the point: it must then have ended well, and is made again.
    """
    for _ in range(20):
        code = ground.run(failing(point, fault, command))
        ground.check()
        if code or "KILL" not in fault:
            return code
    raise AssertionError(f"{point} was never reached")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground.make(tmp_path)


@pytest.mark.needs("strace")
@pytest.mark.parametrize("fault", FAULTS)
def test_an_append_that_fails_at_any_step_loses_nothing(ground: Ground, fault: str) -> None:
    """Killed, full or failing at every write, sync and rename of one append: receipts hold, the vault opens."""
    command = ground.command("append", "an ordinary note")
    points = durable_points(ground, command)
    assert {"write", "fsync"} < {point.call for point in points}
    for point in points:
        assert strike(ground, point, fault, command) in ((-9, 137) if "KILL" in fault else (0, 14)), point


@pytest.mark.needs("strace")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_passphrase_change_that_fails_at_any_step_leaves_a_passphrase(ground: Ground, fault: str) -> None:
    """Killed, full or failing at every step of a passphrase change: the old or the new one opens, and both keys do."""
    pristine = ground.root.with_name(f"{ground.root.name}-pristine")
    shutil.copytree(ground.root, pristine)
    command = ground.command("passphrase", OLD, NEW)
    for point in durable_points(ground, command):
        shutil.rmtree(ground.root)
        shutil.copytree(pristine, ground.root)
        done = subprocess.run(failing(point, fault, command), capture_output=True, text=True, env=ENVIRONMENT)
        vault = Vault.open(ground.root / "vault", state_dir=ground.root / "state")
        passphrase = NEW if "changed" in done.stdout else which_opens(vault)
        assert len(vault.unlock(passphrase).open_case(ground.case).entries()) == 1, point


def which_opens(vault: Vault) -> str:
    try:
        vault.unlock(NEW)
    except LockedError:
        return OLD
    return NEW


@pytest.mark.needs("strace")
def test_adding_200_files_survives_60_failures(ground: Ground) -> None:
    """Sixty sampled steps of a 200-file add, each killed, full or failing in turn: every receipt holds."""
    folder = ground.root / "files"
    folder.mkdir()
    chance = random.Random(20261123)
    for number in range(200):
        (folder / f"{number:03}.bin").write_bytes(chance.randbytes(3_000))
    command = ground.command("add", str(folder))
    pristine = ground.root.with_name(f"{ground.root.name}-pristine")
    shutil.copytree(ground.root, pristine)
    first = dict(ground.receipts)
    for number, point in enumerate(chance.sample(durable_points(ground, command), 60)):
        shutil.rmtree(ground.root)
        shutil.copytree(pristine, ground.root)
        ground.receipts = dict(first)
        ground.run(failing(point, FAULTS[number % len(FAULTS)], command))
        ground.check()


def test_200_kills_at_random_moments_lose_nothing(ground: Ground) -> None:
    """A process that appends without pause is killed 200 times at a random moment: every receipt holds."""
    chance = random.Random(1)
    for number in range(200):
        process = subprocess.Popen(
            ground.command("for-ever", f"run {number}"), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        ground.note_receipts(first + process.stdout.read())
        process.wait()
        if number % 20 == 19:
            ground.check()
    ground.check()


FULL_DISK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.vault.test_killed import Draft, Ground
root = Path(sys.argv[1])
filler = root / "filler"
filler.write_bytes(b"x" * 600_000)
ground = Ground.make(root / "ground")
from recover.errors import CannotWriteError
try:
    while True:
        for receipt in ground.open().append([Draft(kind="note", actor="helper", body={"text": "y" * 2000})]):
            ground.receipts[receipt.log, receipt.index] = receipt.root
except CannotWriteError as error:
    print("exit code", error.exit_code)
filler.unlink()
ground.check()
print("intact with", len(ground.receipts), "receipts")
"""


@pytest.mark.needs("unshare")
def test_a_full_disk_is_exit_14_and_an_intact_vault(tmp_path: Path) -> None:
    """On a file system that is really full an append says so (14); with room again every receipt holds."""
    place = tmp_path / "small"
    place.mkdir()
    script = f'mount -t tmpfs -o size=1m tmpfs "{place}" && exec "$0" -c "$1" "{place}" "$2"'
    checkout = str(VICTIM.parents[2])
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, FULL_DISK, checkout], capture_output=True, text=True
    )
    assert "exit code 14" in done.stdout, done.stderr
    assert re.search(r"intact with \d{2,} receipts", done.stdout), done.stderr
    assert CannotWriteError.exit_code == 14
