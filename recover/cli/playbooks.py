"""`recover playbook …`: for trainers. Needs no vault and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recover.cli import adding, changing, deriving, facts, owning, translating
from recover.cli.families import family, group
from recover.cli.invocation import Invocation
from recover.cli.output import Output, block, line
from recover.errors import PlaybookError, UsageError

if TYPE_CHECKING:
    from recover.playbook.model import Playbook, Step

app = family()
playbook = group("Read, check and test playbooks (for trainers).")
app.add_typer(playbook, name="playbook")
playbook.add_typer(changing.app)
playbook.add_typer(deriving.app)
playbook.add_typer(translating.app)
playbook.add_typer(owning.app)
playbook.add_typer(adding.app)
playbook.add_typer(facts.app)


@playbook.add("list")
def list_playbooks(context: typer.Context) -> None:
    """List the playbooks a case can be started from."""
    invocation: Invocation = context.obj
    rows = invocation.desk(new_is_fine=True).playbooks()
    if invocation.output.as_json:
        keys = ("id", "title", "summary", "version", "says", "platforms", "incidents", "warning", "local")
        invocation.output.data([{key: _plain(getattr(row, key)) for key in keys} for row in rows])
        return
    invocation.output.table([(row.id, row.version, row.title) for row in rows])
    for row in rows:
        if row.warning:
            invocation.output.say(f"careful: {line(row.id)}: {line(row.warning)}")
        invocation.tell_local(f"{row.id}: {words}" for words in row.local)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@playbook.add("show")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, or its folder.")],
    answers_template: Annotated[
        bool, typer.Option("--answers-template", help="Print a fill-in answers file with every question.")
    ] = False,
) -> None:
    """Show a playbook as a helper meets it: steps, questions, evidence, letters."""
    from recover.playbook.codec import playbook_to_json

    invocation: Invocation = context.obj
    desk = invocation.desk(new_is_fine=True)
    loaded = desk.playbook(name)
    invocation.tell_local(desk.local_words_of(loaded))
    if answers_template:
        from recover.cli.answers_template import answers_template as template

        invocation.output.verbatim(template(loaded))
    elif invocation.output.as_json:
        invocation.output.data(playbook_to_json(loaded))
    else:
        show_playbook(invocation.output, loaded)


def show_playbook(out: Output, loaded: Playbook) -> None:
    """Print title, first-aid card, gates and every step."""
    out.result(line(f"{loaded.id} {loaded.version}: {loaded.title}"))
    out.result(line(loaded.summary))
    out.result(line(f"reviewed {loaded.reviewed}, valid until {loaded.valid_until}"))
    out.result(f"\n{line(loaded.first_aid.title)}")
    for row in loaded.first_aid.lines:
        out.result(f"  - {line(row)}")
    out.result("\ngates")
    for gate in loaded.gates:
        out.result(f"  {gate.id}: {line(gate.title)} (holds {', '.join(gate.holds) or 'single steps'})")
    for step in loaded.steps:
        _show_step(out, loaded, step)


def _show_step(out: Output, loaded: Playbook, step: Step) -> None:
    asks = {fact.id: fact.ask for fact in loaded.facts}
    out.result(f"\n{step.id}: {line(step.title)}{' (one for each of ' + step.for_each + ')' if step.for_each else ''}")
    for gate in step.gates:
        out.result(f"  waits for the gate {gate}")
    for row in block(step.say).splitlines():
        out.result(f"  {row}")
    for fact in step.ask:
        out.result(f"  ? {fact}: {line(asks.get(fact, ''))}")
    for item in step.do:
        out.result(f"  [ ] {line(item.text)}{' (critical)' if item.critical else ''}")
    for need in step.evidence:
        out.result(f"  evidence: {line(need.title)}{', before ' + need.before if need.before else ''}")
    for letter in step.letters:
        out.result(f"  letter: {letter.template}{' (optional)' if letter.optional else ''}")
    targets = [(branch.when.text if branch.when else "", branch.go) for branch in step.next]
    for condition, go in targets:
        out.result(f"  -> {go}{' when ' + line(condition) if condition else ''}")
    for outcome in step.outcomes:
        out.result(f"  {outcome.id}{' after ' + outcome.after if outcome.after else ''} -> {outcome.go}")
    if step.end:
        out.result(f"  ends: {step.end}")


@playbook.add("lint")
def lint(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH|ID]…", help="Files, folders or ids of playbooks; all that is in force if left out."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings and conventions count as errors (for CI).")
    ] = False,
) -> None:
    """Report every problem of every file in one run, each with its place."""
    from recover.cli.linting import lint_all
    from recover.playbook.lint import is_failure

    invocation: Invocation = context.obj
    problems = lint_all([Path(path) for path in paths or ()], invocation.roots())
    if invocation.output.as_json:
        keys = ("code", "severity", "path", "line", "column", "message", "hint")
        invocation.output.data([{key: _text(getattr(each, key)) for key in keys} for each in problems])
    else:
        for each in problems:
            invocation.output.result(line(f"{each.path}:{each.line}:{each.column}: {each.code} {each.message}"))
            if each.hint:
                invocation.output.result(f"    hint: {line(each.hint)}")
    if is_failure(problems, strict=strict):
        bad = [each for each in problems if strict or each.severity == "error"] or list(problems)
        raise PlaybookError(
            f"{len(bad)} problem{'s' if len(bad) != 1 else ''} to put right",
            hint=f"recover playbook codes {bad[0].code}",
        )
    invocation.output.say(f"no errors ({len(problems)} remark{'s' if len(problems) != 1 else ''})")


def _text(value: object) -> object:
    return value if isinstance(value, int) else str(value)


@playbook.add("codes")
def codes(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="One code, such as E101; all if left out.")] = "",
) -> None:
    """Explain what lint's codes mean."""
    from recover.cli.linting import known_codes

    invocation: Invocation = context.obj
    known = known_codes()
    if code and code not in known:
        raise UsageError(f"no code is called {line(code)}", hint="recover playbook codes")
    chosen = {code: known[code]} if code else known
    if invocation.output.as_json:
        invocation.output.data(chosen)
        return
    for name, text in chosen.items():
        invocation.output.result(f"{name}  {line(text)}")


@playbook.add("schema")
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the playbook language, for completion in an editor."""
    from recover.playbook.schema import json_schema

    context.obj.output.data(json_schema())


@playbook.add("test")
def run_tests(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[PLAYBOOK|STORY]…", help="All shipped stories if left out.")
    ] = None,
    least: Annotated[
        float,
        typer.Option(
            "--least", min=0, max=100, metavar="PERCENT", help="Fail when stories touch less of a playbook than this."
        ),
    ] = 0,
) -> None:
    """Run stories through the real engine, compare with what they expect, and say what of a playbook none touches."""
    from recover.cli.stories import run_stories

    run_stories(context.obj, names or [], least)


@playbook.add("graph")
def graph(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, or its folder.")],
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="svg (default) or mermaid; FILE's name tells it too.")
    ] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Write into a new file; else into a pipe.")] = "",
) -> None:
    """Draw a playbook: its steps, groups, gates, letters, waits and where each answer leads."""
    from recover.cli.pictures import show_graph

    show_graph(context.obj, name, form, out)


@playbook.add("preview")
def preview(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, or its folder.")],
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html (default) or pdf; FILE's name tells it too.")
    ] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Write into a new file; else into a pipe.")] = "",
    practice: Annotated[
        bool, typer.Option("--practice", help="A page on which a class decides its way through a story, on phones.")
    ] = False,
    story: Annotated[
        str, typer.Option("--story", metavar="STORY", help="With --practice: which one; else the longest.")
    ] = "",
) -> None:
    """Write a playbook as one handout to read and to print: card, pictures, every screen and letter, sources."""
    from recover.cli.pictures import show_class, show_preview

    if practice:
        show_class(context.obj, name, story, form, out)
        return
    if story:
        raise UsageError("--story goes with --practice", hint=f"recover playbook preview {line(name)} --practice")
    show_preview(context.obj, name, form, out)


@playbook.add("walk")
def walk(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[PLAYBOOK]…", help="Ids or folders; all playbooks if left out.")
    ] = None,
    seed: Annotated[
        str, typer.Option("--seed", metavar="N|A..B", help="One walk, or one for each number; 0..9 if left out.")
    ] = "0..9",
    to: Annotated[str, typer.Option("--to", metavar="STEP", help="A step that each walk tries to come to.")] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="With 100 seeds or more: a step that no walk comes to is an error.")
    ] = False,
) -> None:
    """Walk through playbooks at random, by the real engine, and report dead ends and what can never happen."""
    from recover.cli.walking import read_seeds, walk_playbooks

    walk_playbooks(context.obj, names or [], read_seeds(seed), to, strict=strict)
