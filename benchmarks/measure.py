"""How a row is measured: wall time of ours and of a peer in the same run, and a ratio against the number to reach."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `limit` is the ratio to stay below (None: only shown)."""

    work: str
    peer: str
    ours_s: float
    peer_s: float
    limit: float | None

    @property
    def ratio(self) -> float:
        return self.ours_s / self.peer_s

    @property
    def is_met(self) -> bool:
        return self.limit is None or self.ratio <= self.limit

    def __str__(self) -> str:
        limit = "      -" if self.limit is None else f"≤ {self.limit:5.2f}"
        verdict = "ok" if self.is_met else "NOT MET"
        return (
            f"{self.work:<58} {self.ours_s * 1000:>10.1f} ms   {self.peer:<44} {self.peer_s * 1000:>10.1f} ms   "
            f"ratio {self.ratio:6.2f}   {limit}   {verdict}"
        )


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the shortest of several runs, in seconds: what the work costs when nothing else disturbs it."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def alternating(times: int, ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Measure two pieces of work in turns, so that a busy moment meets both; return the best of each."""
    best_ours = best_peer = float("inf")
    for _ in range(times):
        best_ours = min(best_ours, best_of(1, ours))
        best_peer = min(best_peer, best_of(1, peer))
    return best_ours, best_peer


def run(command: Sequence[str | Path], **options: object) -> str:
    """Run a program, fail loudly, return what it printed."""
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    return str(done.stdout)


def peak_memory_mib(code: str, *arguments: str) -> float:
    """Return the peak resident memory of a fresh Python that runs `code`, in MiB (Linux: its own high-water mark).

    `getrusage` would not do: a child's maximum begins with that of the process that started it.
    """
    probe = f"import re, sys\n{code}\nprint(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])"
    return int(run([sys.executable, "-c", probe, *arguments]).split()[-1]) / 1024


def has(program: str) -> bool:
    """Tell whether the peer is installed; a row whose peer is missing is named, not invented."""
    return shutil.which(program) is not None
