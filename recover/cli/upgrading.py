"""`recover case upgrade`: what a newer playbook would change in an open case, and whether it is taken up."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import Output, line
from recover.cli.views import recorded_json, show_recorded
from recover.errors import UsageError

if TYPE_CHECKING:
    from recover.case.upgrade import Upgrade

app = family()


@app.add("upgrade")
def upgrade(
    context: typer.Context,
    case_ref: Annotated[str, typer.Argument(metavar="[CASE]")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Only say what would change.")] = False,
    choose: Annotated[
        str, typer.Option("--choose", metavar="CHOICE", help="keep, adopt or restart, without being asked.")
    ] = "",
    section: Annotated[
        str, typer.Option("--section", metavar="NAME", help="With restart: the part whose checklist begins again.")
    ] = "",
) -> None:
    """Compare an open case with the playbooks as they are now; then keep, adopt, or begin a section again."""
    from recover.cli.owning import settle
    from recover.desk import upgrading

    invocation: Invocation = context.obj
    out = invocation.output
    case = invocation.case(case_ref)
    desk = invocation.desk()
    _check(choose, section)
    settle(invocation, desk)
    bundles = upgrading.newer(desk, case)
    found = upgrading.explain(case, bundles)
    if out.as_json and (explain or not choose):
        out.data({"case": case.name, **asdict(found)})
        return
    if not out.as_json:
        show_upgrade(out, found)
    if explain:
        if not found.is_empty:
            out.next_steps((f"recover case upgrade {case.name}", "keep, adopt, or begin a section again"))
        return
    if found.is_empty and choose != "restart":
        return
    choice = choose or _ask(invocation)
    if choice == "keep":
        recorded = upgrading.keep(case, found)
    else:
        part = (section or _ask_section(invocation, found)) if choice == "restart" else ""
        recorded = upgrading.adopt(case, bundles, found, part)
    if out.as_json:
        out.data({**recorded_json(recorded), "choice": choice})
        return
    show_recorded(out, recorded, {"keep": "kept as it is", "adopt": "adopted", "restart": "begun again"}[choice])
    invocation.tell_local(desk.open(case.id).local_words)
    out.next_steps((f"recover resume {case.name}", "go on"), (f"recover due {case.name}", "dates, with reasons"))


def _check(choose: str, section: str) -> None:
    from recover.desk.upgrading import CHOICES

    if choose and choose not in CHOICES:
        raise UsageError(f"'{line(choose)}' is no choice here", hint="one of: " + ", ".join(CHOICES))
    if section and choose != "restart":
        raise UsageError("--section goes with --choose restart", hint="--choose restart --section NAME")


def _ask(invocation: Invocation) -> str:
    return invocation.prompts.pick(
        "What do you want to do?",
        (
            ("keep", "Keep the present one"),
            ("adopt", "Adopt the newer one; everything recorded stays"),
            ("restart", "Adopt it, and go through one section's checklist again"),
        ),
        default="keep",
        why="an open case never changes by itself",
    )


def _ask_section(invocation: Invocation, found: Upgrade) -> str:
    return invocation.prompts.pick("Which section?", [(name, name) for name in found.sections])


def show_upgrade(out: Output, found: Upgrade) -> None:
    """Print the difference: what is new, gone and changed, which answers carry over, which dates move."""
    for name, before, after in found.versions:
        out.result(
            f"{line(name)}: {line(before)} → {line(after)}" if before != after else f"{line(name)}: {line(after)}"
        )
    if found.is_empty:
        out.result("nothing changes for this case")
        return
    _rows(out, "new steps", found.new_steps)
    _rows(out, "steps that are gone (what was recorded in them stays)", found.gone_steps)
    _rows(out, "changed steps", found.changed_steps)
    _rows(out, "new questions", found.new_questions)
    _rows(out, "questions that are gone", [f"{ask} {answer and f'(your answer stays in the log: {answer})'}".strip()
                                           for ask, answer in found.gone_questions])  # fmt: skip
    _rows(out, "changed questions", found.changed_questions)
    out.result(f"\nanswers that carry over: {found.carried}")
    _rows(out, "answers to be given anew (the old ones stay in the log)",
          [f"{each.ask} {each.answer}: {each.why}" for each in found.unfit])  # fmt: skip
    _rows(out, "letters", found.letters)
    _rows(out, "facts", found.facts)
    _rows(out, "gates", found.gates)
    _rows(out, "dates that move",
          [f"{each.title}: {each.before} → {each.after}. {each.why}".strip() for each in found.moved])  # fmt: skip


def _rows(out: Output, title: str, rows: tuple[str, ...] | list[str]) -> None:
    if rows:
        out.result(f"\n{title}")
        for row in rows:
            out.result(f"  - {line(row)}")
