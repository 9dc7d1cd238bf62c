"""What would leave, on the screen and as JSON: every letter, exhibit, answer, date, name and account; and what left.

Long parts come first and the names last, right above the question, where a tired reader looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recover.cli.letters import APPROVAL
from recover.cli.output import Output, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recover.case.entries import PacketExported
    from recover.case.state import CaseState
    from recover.packet.interface import LeftOut, Letter, PacketPlan

HOW = {"new": "new", "changed": "text changed", "moved": "moved", "gone": "no longer in it"}
"""How a change is said; an exhibit's own reason (`withdrawn`) says itself."""


def show_plan(out: Output, plan: PacketPlan, name: str, careful: Sequence[str] = ()) -> None:
    """Say on stderr what leaves, what stays here and why, what changed, and last who is named."""
    to = f" ({line(plan.to)})" if plan.to else ""
    out.heading(f"{name}: this would leave for {plan.reader}{to}")
    _part(out, "Files", _files(plan))
    _part(out, "Letters", [_letter_words(letter, plan) for letter in plan.letters])
    _part(out, "Exhibits", _exhibits(plan))
    _part(out, "Answers", [f"{line(asked)} {line(answer)}" for asked, answer in plan.facts])
    _part(out, "Dates", [f"{line(each.on) or 'no day known'}  {line(each.title)}" for each in plan.dates])
    if plan.since:
        told = [f"{each.what} {line(each.name)}: {HOW.get(each.how, each.how)}" for each in plan.changes]
        _part(out, f"Since the packet of {plan.since[:10]}", told or ["nothing has changed"])
    _part(out, "Stays here", [line(told) for told in stays(plan.left_out)])
    for warning in (*plan.warnings, *careful):
        out.say(f"careful: {line(warning)}")
    out.heading("In short")
    for label, value in _summary(plan):
        out.say(f"{label:<13}{value}", indent="  ", hang=" " * 13)


def _files(plan: PacketPlan) -> list[str]:
    """Return the files by their names, once for all formats; exhibits and their proofs are named by number."""
    stems: dict[str, list[str]] = {}
    for file in plan.files:
        if {"exhibits", "proofs"}.isdisjoint(file.path.split("/")[:-1]):
            stem, dot, ending = file.path.rpartition(".")
            stems.setdefault(stem if dot else file.path, []).append(ending if dot else "")
    rows = [f"{line(stem)}{' (' + ', '.join(endings) + ')' if any(endings) else ''}" for stem, endings in stems.items()]
    if plan.exhibits:
        proved = f"; proofs for {len(plan.proofs)}" if plan.proofs else ""
        rows.append(f"exhibits: {len(plan.exhibits)}{proved}")
    return rows


def _part(out: Output, title: str, rows: Sequence[str]) -> None:
    if not rows:
        return
    out.say(f"{title} ({len(rows)})" if len(rows) > 1 else title)
    for row in rows:
        out.say(row, indent="  ", hang="  ")


def _letter_words(letter: Letter, plan: PacketPlan) -> str:
    """Say a letter's length, approval and how much of it is shown; the last is for the helper and in no packet."""
    from recover.packet.completeness import completeness

    score = completeness(plan.source, letter.name, ticked=plan.ticked, language=letter.language)
    shown = f"completeness {score.has} of {score.most}"
    approval = APPROVAL.get(letter.approval, letter.approval)
    return f"{line(letter.title)} ({letter.words} words, {letter.characters} characters; {approval}; {shown})"


def _exhibits(plan: PacketPlan) -> list[str]:
    """Return the exhibits, those of a class that needs care first and marked."""
    rows = sorted(plan.exhibits, key=lambda each: each.sensitivity_class == "ordinary")
    return [f"{each.number} {line(each.title)} ({each.sensitivity_class})" for each in rows]


def _summary(plan: PacketPlan) -> list[tuple[str, str]]:
    counts = (
        (len(plan.letters), "letter"),
        (len(plan.exhibits), "exhibit"),
        (len(plan.facts), "answer"),
        (plan.events, "event"),
        (len(plan.dates), "date"),
        (len(plan.files), "file"),
    )
    classes = sorted({each.sensitivity_class for each in plan.exhibits} - {"ordinary"})
    rows = [("leaves", ", ".join(_counted(count, noun) for count, noun in counts))]
    if classes:
        rows.append(("not ordinary", ", ".join(classes)))
    rows.append(("accounts", _joined(plan.accounts)))
    rows.append(("by role", _joined(plan.roles)))
    rows.append(("names", _joined(plan.names)))
    return rows


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(line(text) for text in texts) or "none"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def stays(left_out: Sequence[LeftOut]) -> list[str]:
    """Say what stays here, one line for all that stay for the same reason."""
    same: dict[tuple[str, str], dict[str, int]] = {}
    for each in left_out:
        names = same.setdefault((each.what, each.why), {})
        names[each.name] = names.get(each.name, 0) + 1
    return [f"{_named(what, names)}: {why}" for (what, why), names in same.items()]


def _named(what: str, names: Mapping[str, int]) -> str:
    told = ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in names.items())
    if what in told and told[:1].isdigit():
        return told
    return f"{what}{'s' if len(names) > 1 else ''} {told}"


def plan_json(plan: PacketPlan) -> dict[str, object]:
    """Return what would leave under its stable keys."""
    return {
        "profile": plan.profile,
        "platform": plan.platform,
        "reader": plan.reader,
        "to": plan.to,
        "letters": [
            {"name": each.name, "title": each.title, "language": each.language, "approval": each.approval}
            for each in plan.letters
        ],
        "exhibits": [
            {"number": each.number, "title": each.title, "class": each.sensitivity_class, "path": each.path}
            for each in plan.exhibits
        ],
        "answers": [
            {"fact": fact, "ask": asked, "answer": answer}
            for fact, (asked, answer) in zip(plan.fact_ids, plan.facts, strict=True)
        ],
        "events": plan.events,
        "dates": [{"title": each.title, "on": each.on} for each in plan.dates],
        "names": list(plan.names),
        "roles": list(plan.roles),
        "accounts": list(plan.accounts),
        "files": [each.path for each in plan.files],
        "since": plan.since,
        "changes": [{"what": each.what, "name": each.name, "how": each.how} for each in plan.changes],
        "left_out": [{"what": each.what, "name": each.name, "why": each.why} for each in plan.left_out],
        "warnings": list(plan.warnings),
    }


# --- what left already ----------------------------------------------------------------------------------------------


def show_left(out: Output, state: CaseState, name: str) -> None:
    """List every packet that left, oldest first: when, to whom, and how much it held."""
    packets = [(one.recorded_at.isoformat(), one.actor, one.body) for one in state.packets]
    if out.as_json:
        rows = [{"case": name, "recorded_at": when, "by": by, **_left_json(body)} for when, by, body in packets]
        out.data(rows)
        return
    if not packets:
        out.say(f"{name}: nothing has left yet.")
        return
    out.table(
        [(body.as_of[:16].replace("T", " "), _reader_words(body), _held_words(body)) for _, _, body in packets],
        heads=("as of", "for", "held"),
    )


def _reader_words(body: PacketExported) -> str:
    place = f"{body.profile} {body.platform}".strip()
    return f"{place} ({body.to})" if body.to else place


def _held_words(body: PacketExported) -> str:
    held = [_counted(len(body.exhibits), "exhibit"), _counted(len(body.files), "file")]
    if body.formats:
        held = [_counted(len(body.letters), "letter"), *held, _counted(body.names, "name"), " ".join(body.formats)]
    return ", ".join(held) + (", sealed" if body.sealed_for else "")


def _left_json(body: PacketExported) -> dict[str, object]:
    return {
        "profile": body.profile,
        "platform": body.platform,
        "to": body.to,
        "as_of": body.as_of,
        "formats": list(body.formats),
        "letters": [{"name": letter, "text_sha256": sha256} for letter, sha256 in body.letters],
        "exhibits": list(body.exhibits),
        "facts": list(body.facts),
        "names": body.names,
        "events": len(body.events),
        "dates": [{"uid": uid, "on": on} for uid, on in body.dates],
        "files": [{"path": path, "sha256": sha256} for path, sha256 in body.files],
        "sealed_for": list(body.sealed_for),
    }
