"""`recover practice`: a fictional case, with the story's own clock; needs no vault, no prompts and no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recover.cli.families import family
from recover.cli.invocation import Invocation
from recover.errors import UsageError

app = family()


@app.add("practice")
def practice(
    context: typer.Context,
    story: Annotated[str, typer.Argument(metavar="[STORY]", help="Without it the stories are listed.")] = "",
    out: Annotated[str, typer.Option(metavar="DIR", help="Build the story's packets here; absent or empty.")] = "",
) -> None:
    """Play a fictional case through the real engine and build its packets, marked as practice."""
    from recover.cli.stories import list_stories, practise

    invocation: Invocation = context.obj
    if not story:
        if out:
            raise UsageError("which story should be played?", hint="recover practice")
        list_stories(invocation)
        return
    practise(invocation, story, Path(out) if out else None)
