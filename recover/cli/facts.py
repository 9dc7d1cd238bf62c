"""`recover playbook facts` and `tested`: which facts are old or unconfirmed, and what happened when one was used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.errors import PartialError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from recover.playbook.review import FactRow

app = family()


@app.add("facts")
def facts(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="These facts in full, such as meta.hacked-help.")
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only those past their review date; exit 3 when there are any.")
    ] = False,
    uncertain: Annotated[bool, typer.Option("--uncertain", help="Only those of certainty C or D.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Every fact that is in force.")] = False,
) -> None:
    """List the facts to look at: past their review date, due for it within 30 days, or unconfirmed."""
    from recover.playbook.review import facts_in_force, find_fact

    invocation: Invocation = context.obj
    if sum((stale, uncertain, all_, bool(names))) > 1:
        raise UsageError("choose one of --stale, --uncertain, --all and ID", hint="recover playbook facts --help")
    today = _today(invocation)
    rows = facts_in_force(invocation.roots(), today)
    chosen = [find_fact(rows, name) for name in names] if names else _chosen(rows, stale, uncertain, all_)
    out = invocation.output
    if out.as_json:
        out.data([fact_json(row) for row in chosen])
    else:
        _show(out, chosen, today, in_full=bool(names))
    if stale and chosen:
        raise PartialError(
            f"{len(chosen)} fact{'s are' if len(chosen) > 1 else ' is'} past the review date",
            hint="look at the sources again, then move checked_on and review_by",
        )


def _today(invocation: Invocation) -> date:
    from recover import times

    return times.local_day(invocation.as_of(), "UTC")


def _chosen(rows: Sequence[FactRow], stale: bool, uncertain: bool, all_: bool) -> list[FactRow]:
    if all_:
        return list(rows)
    if stale:
        return [row for row in rows if row.state == "stale"]
    if uncertain:
        return [row for row in rows if row.is_uncertain]
    return [row for row in rows if row.state != "good" or row.is_uncertain]


_HEADINGS = (
    ("stale", "Past their review date: check them before you rely on them"),
    ("soon", "To be reviewed within 30 days"),
    ("good", "Not due, and not confirmed by a text of the platform or the law"),
)


def _show(out: Output, rows: Sequence[FactRow], today: date, *, in_full: bool) -> None:
    if not rows:
        out.result(f"nothing to look at on {today.isoformat()}")
    for state, heading in _HEADINGS:
        group = [row for row in rows if row.state == state]
        certain = [row for row in group if not row.is_uncertain] if state == "good" else []
        if group and not in_full:
            out.heading(heading if len(certain) < len(group) else "Confirmed, and not due")
        for row in group:
            _show_row(out, row, in_full=in_full)


def _show_row(out: Output, row: FactRow, *, in_full: bool) -> None:
    facts = f"{row.provenance.certainty.value}  review by {row.provenance.review_by}"
    own = "  (own folder)" if row.is_own else ""
    out.result(f"{row.what:12}  {line(row.id):34}  {facts}{own}")
    out.result(f"    {line(row.title)}")
    if in_full:
        out.result(f"    {row.place}")
        out.result(f"    checked on {row.provenance.checked_on}")
        for source in row.provenance.sources:
            out.result(f"    source: {line(source)}")
        if row.note:
            out.result(f"    {line(row.note)}")
    else:
        out.result(
            f"    {row.place}, checked on {row.provenance.checked_on}: {line('; '.join(row.provenance.sources))}"
        )
    for test in row.tests if in_full else row.tests[:1]:
        out.result(f"    {line(_test_words(test))}")


def _test_words(test: object) -> str:
    from recover.packet.letters.rests import test_words
    from recover.playbook.model import FactTest

    return test_words(test) if isinstance(test, FactTest) else ""


def fact_json(row: FactRow) -> dict[str, object]:
    """Return one fact under its stable keys."""
    return {
        "what": row.what,
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "certainty": row.provenance.certainty.value,
        "checked_on": row.provenance.checked_on,
        "review_by": row.provenance.review_by,
        "sources": list(row.provenance.sources),
        "note": row.note,
        "own": row.is_own,
        "place": str(row.place),
        "tested": [
            {"on": test.on, "result": test.result, "asked": list(test.asked), "note": test.note} for test in row.tests
        ],
    }


@app.add("tested")
def note_test(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="The fact, such as meta.hacked-help.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="The day it was tried; today if left out.")] = "",
    result: Annotated[str, typer.Option(metavar="RESULT", help="works, asked, moved or gone.")] = "",
    asked: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What it asked for, in your words; repeatable.")
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Anything the next one should know.")] = "",
) -> None:
    """Note in your own folder what happened when a fact was used, and print a text to send to the maintainers."""
    from recover import times
    from recover.cli.owning import own_folder_to_write
    from recover.playbook.editing import write_together
    from recover.playbook.review import facts_in_force, find_fact
    from recover.playbook.tested import add_row, check_folder, letter_to_maintainers, make_test

    invocation: Invocation = context.obj
    today = times.local_day(times.now(), "UTC")
    fact = find_fact(facts_in_force(invocation.roots(), today), name)
    if not result:
        result = "asked" if asked else _ask_result(invocation)
    if result == "asked" and not asked:
        asked = [invocation.short_text("", "What did it ask for, in your own words?")]
    test = make_test(fact, on=on or today.isoformat(), result=result, asked=asked or (), note=note, today=today)
    folder = own_folder_to_write(invocation)
    check_folder(folder)
    path, content = add_row(folder, test)
    write_together({path: content})
    check_folder(folder)
    _show_tested(invocation.output, path, letter_to_maintainers(fact, test), fact)


def _ask_result(invocation: Invocation) -> str:
    if not invocation.asks_extras:
        raise UsageError("what came of it?", hint="--result works|asked|moved|gone")
    return invocation.prompts.pick(
        "What came of it?",
        [
            ("works", "it worked as described"),
            ("asked", "it asked for something more"),
            ("moved", "it has moved"),
            ("gone", "it is gone"),
        ],
    )


def _show_tested(out: Output, path: Path, text: str, fact: FactRow) -> None:
    if out.as_json:
        out.data({"path": str(path), "what": fact.what, "id": fact.id, "text": text})
        return
    out.verbatim(text)
    out.say(f"The row stands in {line(path)}. It changes no certainty and no date of the fact.")
    out.say("The text above holds nothing of a case. Read it once more, then send it to the maintainers if you like.")
    out.next_steps((f"recover playbook facts {fact.id}", "the fact with its tests"))
