"""What a letter can show and what would raise it, and the proof of control: for the helper's screen only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.cli.output import Output, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recover.packet.completeness import Completeness
    from recover.packet.completeness import Line as Part
    from recover.packet.control import Standing
    from recover.playbook.model import Control

MOST_COMMANDS = 6
"""Commands that are shown below a letter; `--json` has all."""


def show_completeness(out: Output, found: Completeness) -> None:
    """Say on stderr how complete a letter is, what rests on somebody's word, and which commands would raise it."""
    out.say(f"completeness: {found.has} of {found.most} ({found.words})", indent="  ")
    for each in found.lines:
        if each.has < each.most and each.kind not in ("answer", "control"):
            out.say(f"{line(each.what)}: {line(each.because)}", indent="    ", hang="  ")
    raising = _raising(found)
    if raising:
        out.say("what would raise it:", indent="  ")
    for each in raising[:MOST_COMMANDS]:
        out.say(f"+{each.most - each.has}  {line(each.raises)}", indent="    ")
        if each.where:
            out.say(f"    {line(each.where)}", indent="    ", hang="    ")
    if len(raising) > MOST_COMMANDS:
        out.say(f"and {len(raising) - MOST_COMMANDS} more: --json lists them", indent="    ")


def _raising(found: Completeness) -> list[Part]:
    """Return what would raise it, one line per command, what gives most first."""
    rows: dict[str, Part] = {}
    for each in found.lines:
        if each.raises and each.has < each.most:
            best = rows.setdefault(each.raises, each)
            if each.most - each.has > best.most - best.has:
                rows[each.raises] = each
    return sorted(rows.values(), key=lambda each: each.has - each.most)


def completeness_json(found: Completeness) -> dict[str, object]:
    """Return a letter's completeness under its stable keys."""
    lines = [
        {
            "kind": each.kind,
            "what": each.what,
            "has": each.has,
            "most": each.most,
            "because": each.because,
            "raises": each.raises,
            "where": each.where,
        }
        for each in found.lines
    ]
    return {"has": found.has, "most": found.most, "words": found.words, "lines": lines}


def show_control(out: Output, case: str, standings: Sequence[Standing]) -> None:
    """Print where the proof of control stands: what there is, what lacks, and where it is found."""
    if out.as_json:
        out.data({"case": case, "control": [_standing_json(each) for each in standings]})
        return
    for each in standings:
        out.result(_name(each))
        for held in each.held:
            out.result(f"  {_weight(held.control)}  {', '.join(held.exhibits)}  {line(held.control.title)}")
        if not each.held:
            out.result("  nothing of this kind is among the exhibits")
        for number in each.never:
            out.result(f"  never    {number}  a copy of an identity document does not count")
        for row in each.missing:
            out.result(f"  missing  {row.weight} ({row.provenance.certainty.value})  {line(row.title)}")
            out.result(f"           {line(row.get)}")
    out.next_steps((f"recover evidence add {case} FILE --kind KIND", "add a proof"))
    out.say("A, B: the platform's own text; C: what others report; D: nobody could confirm it: recover playbook facts")


def _name(standing: Standing) -> str:
    from recover.packet.control import NAMES

    return NAMES.get(standing.platform, "an organisation that carries the case")


def _weight(control: Control) -> str:
    return f"{control.weight} ({control.provenance.certainty.value})"


def _standing_json(standing: Standing) -> dict[str, object]:
    held = [{**_control_json(each.control), "exhibits": list(each.exhibits)} for each in standing.held]
    return {
        "platform": standing.platform,
        "held": held,
        "missing": [_control_json(each) for each in standing.missing],
        "never": list(standing.never),
    }


def _control_json(control: Control) -> dict[str, object]:
    return {
        "id": control.id,
        "title": control.title,
        "weight": control.weight,
        "why": control.why,
        "get": control.get,
        "certainty": control.provenance.certainty.value,
        "sources": list(control.provenance.sources),
        "checked_on": control.provenance.checked_on,
        "review_by": control.provenance.review_by,
    }
