"""`recover playbook walk`: random walks through playbooks, by the real engine, in memory. Needs no vault."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import PlaybookError, UsageError

if TYPE_CHECKING:
    from recover.case.exploring import Content, Explored, Fault
    from recover.case.survey import LetterAbout
    from recover.playbook.model import Registry

ENOUGH = 100
"""Walks after which a step that nobody came to is an error, with --strict."""
MOST_SEEDS = 10_000
SHOWN = 8
"""Lines of a trail that are printed; the same walk by itself prints them all."""

_RANGE = re.compile(r"([0-9]{1,9})(?:\.\.([0-9]{1,9}))?")
_Letters = tuple[dict[str, "LetterAbout"], dict[str, tuple[str, ...]]]


def read_seeds(text: str) -> range:
    """Read `7` or `0..99`; raise `UsageError` for anything else."""
    found = _RANGE.fullmatch(text.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first or last - first >= MOST_SEEDS:
        raise UsageError(f"{line(text)} is no seed and no range of seeds", hint="--seed 7, or --seed 0..99")
    return range(first, last + 1)


def walk_playbooks(invocation: Invocation, names: Sequence[str], seeds: range, to: str, *, strict: bool) -> None:
    """Walk every named playbook (all without names) with every seed and report what went wrong; exit 30 if anything.

    With `strict` and at least 100 seeds a step that no walk came to is an error too.
    """
    from recover.playbook.loader import playbook_ids

    out, roots = invocation.output, tuple(invocation.roots())
    chosen = tuple(names) or playbook_ids(roots)
    explored = _explore_all(chosen, roots, seeds, to)
    if out.as_json:
        out.data([explored_json(each) for each in explored])
    else:
        for each in explored:
            show_explored(out, each, is_alone=len(seeds) == 1)
    _fail(explored, insists=strict and len(seeds) >= ENOUGH)


def _explore_all(names: Sequence[str], roots: tuple[Path, ...], seeds: range, to: str) -> list[Explored]:
    """Explore each playbook, several at a time where there are several processors."""
    one = partial(explore_one, roots=roots, seeds=seeds, to=to)
    workers = min(os.cpu_count() or 1, len(names))
    if workers < 2 or len(seeds) < 2:
        return [one(name) for name in names]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(one, names))


def explore_one(name: str, *, roots: tuple[Path, ...], seeds: range, to: str = "") -> Explored:
    """Explore one playbook. Raises `NotFoundError` when there is none, or it has no step `to`."""
    from recover.case.exploring import explore

    content = _content(name, roots)
    steps = [step.id for step in content.playbook.steps]
    if to and to not in steps:
        raise UsageError(f"{line(name)} has no step {line(to)}", hint=f"recover playbook show {line(name)}")
    return explore(content, seeds, to)


def _content(name: str, roots: tuple[Path, ...]) -> Content:
    from recover.case.exploring import Content
    from recover.playbook.loader import load_playbook

    path = Path(name)
    playbook = load_playbook(path if path.is_dir() or path.suffix == ".yaml" else name, roots)
    about, needs = _letters(roots)
    return Content(playbook, _registry(roots), about, needs)


@lru_cache(maxsize=4)
def _registry(roots: tuple[Path, ...]) -> Registry:
    from recover.playbook.loader import load_registry

    return load_registry(roots)


@lru_cache(maxsize=4)
def _letters(roots: tuple[Path, ...]) -> _Letters:
    """Read what the front matter of every letter says: for the engine, and which answers it needs."""
    from recover.packet.letters.pinned import letters_of
    from recover.packet.letters.rendering import letters_about
    from recover.playbook.layers import letter_files, with_shipped

    texts = {f"letters/{name}": path.read_text("utf-8") for name, path in letter_files(with_shipped(roots)).items()}
    needs = {letter: template.needs for (letter, _), template in letters_of(texts).items()}
    return letters_about(texts), needs


def show_explored(out: Output, explored: Explored, *, is_alone: bool) -> None:
    """Print what the walks over one playbook found; a walk by itself with all it did."""
    reached = explored.steps - len(explored.unreached)
    walks = f"{explored.walks} walk{'' if explored.walks == 1 else 's'}"
    verdict = "FAILED" if explored.faults else "ok"
    out.result(f"{verdict:6}  {line(explored.playbook)}: {walks}, {reached} of {explored.steps} steps reached")
    if is_alone:
        for row in explored.trail:
            out.result(f"        {line(row)}")
    elif explored.unreached:
        out.result(f"        reached by no walk: {', '.join(map(line, explored.unreached))}")
    for fault in explored.faults:
        _show_fault(out, fault, is_alone=is_alone)


def _show_fault(out: Output, fault: Fault, *, is_alone: bool) -> None:
    where = f" in {line(fault.step)}" if fault.step else ""
    out.result(f"        {fault.kind}{where}: {line(fault.message)}")
    if is_alone or fault.kind == "gate":
        return
    for row in fault.trail[-SHOWN:]:
        out.result(f"            {line(row)}")
    to = f" --to {line(fault.target)}" if fault.target else ""
    out.result(f"            again: recover playbook walk {line(fault.playbook)} --seed {fault.seed}{to}")


def explored_json(explored: Explored) -> dict[str, object]:
    """Return what was found under its stable keys."""
    return {
        "playbook": explored.playbook,
        "walks": explored.walks,
        "steps": explored.steps,
        "unreached": list(explored.unreached),
        "faults": [
            {
                "kind": fault.kind,
                "seed": fault.seed,
                "to": fault.target,
                "step": fault.step,
                "message": fault.message,
                "trail": list(fault.trail),
            }
            for fault in explored.faults
        ],
    }


def _fail(explored: Sequence[Explored], *, insists: bool) -> None:
    faults = sum(len(each.faults) for each in explored)
    unreached = sum(len(each.unreached) for each in explored) if insists else 0
    parts = [
        f"{count} {what}{'' if count == 1 else 's'}{how}"
        for count, what, how in ((faults, "fault", ""), (unreached, "step", " that no walk came to"))
        if count
    ]
    if parts:
        named = [each.playbook for each in explored if each.faults or (insists and each.unreached)]
        raise PlaybookError(
            f"the walks found {' and '.join(parts)}: {', '.join(map(line, named))}",
            hint="each fault names the walk that shows it",
        )
