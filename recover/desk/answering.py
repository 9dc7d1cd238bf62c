"""Answers files and acts of stories: played through in memory first, then recorded whole, or refused whole.

What is in the case already adds nothing, so running a file again continues where it stopped. Files that become exhibits
are sealed after the simulation and before the entries that name them; an interruption leaves sealed bytes that no entry
names, and the next run seals them again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recover.case import answers as engine_answers
from recover.case.entries import CaseOpened, Entry, ExhibitAdded
from recover.case.state import CaseState, fold
from recover.desk import leaving, taking
from recover.desk.results import Applied, Missing
from recover.errors import RecoverError, RefusedError, UsageError
from recover.evidence.finding import Found, find_files
from recover.evidence.intake import About, Sealed, seal_file

if TYPE_CHECKING:
    from recover.case.answers import Simulation, Unused
    from recover.desk.case import OpenCase
    from recover.desk.pinning import Bundle
    from recover.packet.interface import Source
    from recover.playbook.answers import Answers, ExhibitGiven

MAX_NAMED = 12
"""Faults named in one message; the rest are counted."""


class RowsRefused(UsageError):
    """Rows of an answers file cannot be recorded; `rows` has (place, message, hint) of each. Nothing was written."""

    def __init__(self, rows: Sequence[tuple[str, str, str]], hint: str = "") -> None:
        super().__init__(_listed(rows), place=rows[0][0], hint=hint or rows[0][2])
        self.rows = tuple(rows)


class RowsHeld(RefusedError):
    """Rows of an answers file are refused by a gate or rule; `rows` as in `RowsRefused`. Nothing was written."""

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(_listed(rows), place=rows[0][0], hint=rows[0][2])
        self.rows = tuple(rows)


def apply(case: OpenCase, path: Path) -> Applied:
    """Record what an answers file says; see `OpenCase.apply_answers`."""
    from recover.playbook.answers import load_answers

    return apply_rows(case, load_answers(path))


def adds_nothing(case: OpenCase, answers: Answers) -> bool:
    """Say whether all that a file says is in the case already."""
    played = _simulate(case, case.state, answers, allow_change=False)
    return not (played.errors or played.bodies or played.exhibits)


def apply_rows(case: OpenCase, answers: Answers, *, allow_change: bool = False) -> Applied:
    """Record rows that are read already; `allow_change` lets answers take the place of others, as a story's acts do."""
    simulation = _simulate(case, case.state, answers, allow_change)
    refuse(simulation)
    found = find_all([row for row in simulation.exhibits if case.state.exhibit(row.id) is None])
    sealed = _seal(case, found)

    def decision(state: CaseState) -> list[object]:
        played = simulation if state is case.state else _simulate(case, state, answers, allow_change)
        refuse(played)
        return [_with_parts(body, sealed) for body in played.bodies]

    recorded = case.record(decision, warnings=_taken_from_outside(found))
    return Applied(
        case=case.name,
        recorded=recorded,
        exhibits=tuple(entry.body.number for entry in recorded.entries if isinstance(entry.body, ExhibitAdded)),
        missing=tuple(map(_missing, simulation.missing)),
        started=False,
        plaintext=tuple(file.path for _, file in found),
        local=case.local_words,
    )


def _taken_from_outside(found: Sequence[tuple[ExhibitGiven, Found]]) -> tuple[str, ...]:
    return tuple(
        f"taken from outside the folder of the answers file: {file.path} ({row.id})"
        for row, file in found
        if row.is_outside
    )


def rehearse(bundle: Bundle, path: Path, as_of: datetime) -> None:
    """Simulate an answers file on a case that is not there yet; raises as `apply` would."""
    from recover.playbook.answers import load_answers

    opened = Entry("0", "0" * 16, 0, "case.opened", as_of, "helper", CaseOpened("new-case", bundle.playbook.id))
    letters = {about.name: about for about in bundle.letters}

    def text_of(letter: str, step: str, state: CaseState) -> str:
        return _text_sha256(_source(bundle, state, as_of), letter)

    simulation = engine_answers.simulate(
        (bundle.playbook,),
        bundle.registry,
        fold([opened]),
        load_answers(path),
        as_of,
        letters=letters,
        text_of=text_of,
    )
    refuse(simulation)
    find_all(simulation.exhibits)


def refuse(simulation: Simulation) -> None:
    """Raise when rows cannot be recorded, or nothing asks for them."""
    if simulation.errors:
        rows = [(fault.place, fault.message, fault.hint) for fault in simulation.errors]
        if all(fault.exit_code == RefusedError.exit_code for fault in simulation.errors):
            raise RowsHeld(rows)
        raise RowsRefused(rows)
    if simulation.unused:
        raise RowsRefused([_unused(row) for row in simulation.unused], hint="take these rows out of the file")


def _unused(row: Unused) -> tuple[str, str, str]:
    return row.place, f"{row.id} is not used: {row.reason}", ""


def _listed(rows: Sequence[tuple[str, str, str]]) -> str:
    if len(rows) == 1:
        return rows[0][1]
    named = "; ".join(f"{place}: {message}" for place, message, _ in rows[:MAX_NAMED])
    more = f"; and {len(rows) - MAX_NAMED} more" if len(rows) > MAX_NAMED else ""
    return f"{len(rows)} rows cannot be recorded: {named}{more}"


def _missing(row: engine_answers.Missing) -> Missing:
    return Missing(row.kind, row.id, row.title + (f" ({row.reason})" if row.reason else ""), row.step)


# --- the simulation ------------------------------------------------------------------------------------------------


def _simulate(case: OpenCase, state: CaseState, answers: Answers, allow_change: bool) -> Simulation:
    ground = case.ground(state)

    def text_of(letter: str, step: str, state: CaseState) -> str:
        source = leaving.source(case, ground.as_of)
        survey = case.ground(state, ground.as_of).survey
        return _text_sha256(dataclasses.replace(source, state=state, survey=survey), letter)

    return engine_answers.simulate(
        ground.playbooks,
        ground.registry,
        state,
        answers,
        ground.as_of,
        letters=ground.letters,
        text_of=text_of,
        allow_change=allow_change,
    )


def _source(bundle: Bundle, state: CaseState, as_of: datetime) -> Source:
    from recover.case.decide import Ground
    from recover.packet.interface import Source

    letters = {about.name: about for about in bundle.letters}
    survey = Ground((bundle.playbook,), bundle.registry, state, as_of, letters).survey
    return Source(state, survey, (bundle.playbook,), bundle.registry, bundle.templates, as_of)


def _text_sha256(source: Source, letter: str) -> str:
    from recover.packet.letters.rendering import render_letter

    return render_letter(source, letter).text_sha256


# --- files ---------------------------------------------------------------------------------------------------------


def find_all(rows: Sequence[ExhibitGiven]) -> tuple[tuple[ExhibitGiven, Found], ...]:
    """Find the files of exhibits; raises `RowsRefused` with every one that is no file to take in."""
    found: list[tuple[ExhibitGiven, Found]] = []
    faults: list[tuple[str, str, str]] = []
    for row in rows:
        try:
            if row.file.is_dir():
                raise UsageError("a folder, not a file", hint="name each file, with its number")
            (file,) = find_files([row.file]).files
        except RecoverError as error:
            faults.append((row.place, f"{row.id}: {error.message}", error.hint))
        else:
            found.append((row, file))
    if faults:
        raise RowsRefused(faults)
    return tuple(found)


def _seal(case: OpenCase, found: Sequence[tuple[ExhibitGiven, Found]]) -> Mapping[str, Sealed]:
    """Seal the files of exhibits, by number."""
    with case.log.batch():
        return {
            row.id: seal_file(case.log, file, About(captured_at=row.captured_at, source_url=row.source))
            for row, file in found
        }


def _with_parts(body: object, sealed: Mapping[str, Sealed]) -> object:
    """Give an exhibit's placeholder what was sealed for it."""
    if not isinstance(body, ExhibitAdded):
        return body
    if body.number not in sealed:
        raise UsageError(f"{body.number} came into the case meanwhile", hint="run the command again")
    return taking.with_parts(body, sealed[body.number])
