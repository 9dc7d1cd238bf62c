"""A playbook as a picture or a handout, for people who read no YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.cli.timeline import write_new
from recover.errors import UsageError

if TYPE_CHECKING:
    from recover.playbook.model import Playbook
    from recover.playbook.picture import Picture

GRAPH_FORMATS = ("svg", "mermaid")
_GRAPH_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid"}


def show_graph(invocation: Invocation, name: str, form: str, out: str) -> None:
    """Draw a playbook: SVG or Mermaid text, to a new file or to stdout."""
    from recover.playbook.drawing import draw
    from recover.playbook.mermaid import write_mermaid

    form = chosen_format(form, out, GRAPH_FORMATS, _GRAPH_ENDINGS)
    playbook, picture = _picture(invocation, name)
    text = draw(picture, playbook.version) if form == "svg" else write_mermaid(playbook, picture)
    if out:
        write_new(Path(out), text.encode())
        invocation.output.result(f"{line(playbook.id)}: {len(picture.numbers)} steps drawn into {line(out)}")
    else:
        invocation.output.verbatim(text)


def _picture(invocation: Invocation, name: str) -> tuple[Playbook, Picture]:
    from recover.playbook.groups import group_titles
    from recover.playbook.picture import make_picture

    desk = invocation.desk(new_is_fine=True)
    playbook = desk.playbook(named(name))
    return playbook, make_picture(playbook, group_titles(named(name), desk.roots))


def named(name: str) -> str | Path:
    """Return a playbook's id, or the folder that was meant."""
    return name if name == Path(name).name and not Path(name, "playbook.yaml").is_file() else Path(name)


def chosen_format(form: str, out: str, known: Sequence[str], endings: Mapping[str, str]) -> str:
    """Return the format asked for, else the one the file's name tells, else the first. Raises `UsageError`."""
    if form and form not in known:
        raise UsageError(f"'{line(form)}' is no format here", hint="one of: " + ", ".join(known))
    return form or endings.get(Path(out).suffix.lower(), "") or known[0]
