"""`recover playbook test`: how much of each playbook the stories touched, and what none of them touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recover.cli.output import Output, line
from recover.errors import PlaybookError

if TYPE_CHECKING:
    from recover.case.coverage import Coverage, Share
    from recover.practice import Played

_WORDS = {"step": "steps", "complete": "complete", "branch": "branches", "outcome": "outcomes"}


def measured(played: Sequence[Played]) -> tuple[tuple[Coverage, ...], tuple[Coverage, ...]]:
    """Return what the stories touched, playbook by playbook and group by group."""
    from recover.case.coverage import measure

    groups = {name: parts for each in played for name, parts in each.groups.items()}
    return measure((each.told for each in played if each.told is not None), groups)


def show_coverage(out: Output, playbooks: Sequence[Coverage], groups: Sequence[Coverage]) -> None:
    """Print the shares of each playbook and group, and the points that no story touches."""
    for each in playbooks:
        out.result(f"\n{line(each.name)}: {_shares(each.shares)} ({_stories(each)})")
        out.result(f"    with what it includes: {_shares(each.whole)}")
        _show_untouched(out, each)
    if groups:
        out.result("\nshared groups, in whichever playbook they were played")
    for each in groups:
        out.result(f"{line(each.name)}: {_shares(each.shares)}")
        _show_untouched(out, each)


def _shares(shares: Sequence[Share]) -> str:
    return ", ".join(f"{_WORDS[share.kind]} {share.touched} of {share.of} ({int(share.percent)} %)" for share in shares)


def _stories(coverage: Coverage) -> str:
    return f"{len(coverage.stories)} stor{'y' if len(coverage.stories) == 1 else 'ies'}"


def _show_untouched(out: Output, coverage: Coverage) -> None:
    """Print what no story touched, the outcomes of one step in one line."""
    for point in coverage.untouched:
        if point.kind != "outcome":
            out.result(f"    not touched: {line(point.step)}: {line(point.words)}")
    outcomes: dict[str, list[str]] = {}
    for point in coverage.untouched:
        if point.kind == "outcome":
            outcomes.setdefault(point.step, []).append(point.words.removeprefix("outcome "))
    for step, words in outcomes.items():
        out.result(f"    not touched: {line(step)}: outcome {', '.join(words)}")


def coverage_json(coverage: Coverage) -> dict[str, object]:
    """Return a coverage under its stable keys."""
    return {
        "name": coverage.name,
        "stories": list(coverage.stories),
        "own": _shares_json(coverage.shares),
        "whole": _shares_json(coverage.whole),
        "untouched": [
            {"kind": point.kind, "step": point.step, "what": point.slot, "text": point.words}
            for point in coverage.untouched
        ],
    }


def _shares_json(shares: Sequence[Share]) -> dict[str, object]:
    return {_WORDS[share.kind]: {"touched": share.touched, "of": share.of} for share in shares}


def fail_below(least: float, playbooks: Sequence[Coverage], groups: Sequence[Coverage]) -> None:
    """Raise `PlaybookError` when a share of a playbook's own part, or of a group, lies below `least` per cent."""
    short = [
        f"{line(each.name)}: {', '.join(f'{_WORDS[share.kind]} {int(share.percent)} %' for share in lacking)}"
        for each in (*playbooks, *groups)
        if (lacking := each.lacks(least))
    ]
    if short:
        raise PlaybookError(
            f"the stories touch less than {least:g} % of {len(short)} playbook{'s' if len(short) != 1 else ''} or"
            f" group{'s' if len(short) != 1 else ''}: {'; '.join(short)}",
            hint="what no story touches is listed above; add a short story for it",
        )
