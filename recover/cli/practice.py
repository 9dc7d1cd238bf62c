"""`recover practice`: a fictional case, with the story's own clock; needs no vault, no prompts and no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.errors import UsageError

app = family()


@app.add("practice")
def practice(
    context: typer.Context,
    story: Annotated[
        str, typer.Argument(metavar="[STORY]", help="Without it, or with a playbook, the stories are listed.")
    ] = "",
    out: Annotated[str, typer.Option(metavar="DIR", help="Build the story's packets here; absent or empty.")] = "",
    decide: Annotated[
        bool, typer.Option("--decide", help="Decide scene by scene; so it is anyway at a terminal, without --out.")
    ] = False,
) -> None:
    """Decide your way through a fictional case, or play it and build its packets, marked as practice."""
    from recover.cli.stories import list_stories, practise
    from recover.playbook.loader import playbook_ids

    invocation: Invocation = context.obj
    if not story:
        if out:
            raise UsageError("which story should be played?", hint="recover practice")
        list_stories(invocation)
        return
    if story in playbook_ids(invocation.roots()) and not out:
        list_stories(invocation, story)
        return
    if decide and out:
        raise UsageError("--decide writes nothing", hint=f"recover practice {line(story)} --out DIR")
    if decide or (not out and invocation.asks_extras):
        from recover.cli.exercising import exercise
        from recover.practice import find_stories

        exercise(invocation, find_stories([story], invocation.roots())[0])
        return
    practise(invocation, story, Path(out) if out else None)
