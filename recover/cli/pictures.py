"""A playbook as a picture or a handout, for people who read no YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.invocation import Invocation
from recover.cli.output import line
from recover.cli.timeline import write_new
from recover.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from recover.playbook.model import Playbook
    from recover.playbook.picture import Picture
    from recover.preview.handout import Handout

GRAPH_FORMATS = ("svg", "mermaid")
PREVIEW_FORMATS = ("html", "pdf")
_PREVIEW_ENDINGS = {".html": "html", ".htm": "html", ".pdf": "pdf"}
_GRAPH_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid"}


def show_graph(invocation: Invocation, name: str, form: str, out: str) -> None:
    """Draw a playbook: SVG or Mermaid text, to a new file or to stdout."""
    from recover.playbook.drawing import draw
    from recover.playbook.mermaid import write_mermaid

    form = chosen_format(form, out, GRAPH_FORMATS, _GRAPH_ENDINGS)
    if form == "svg":
        _wants_file(invocation, out, f"recover playbook graph {line(name)} --out {line(name)}.svg")
    playbook, picture = _picture(invocation, name)
    text = draw(picture, playbook.version) if form == "svg" else write_mermaid(playbook, picture)
    if out:
        write_new(Path(out), text.encode())
        invocation.output.result(f"{line(playbook.id)}: {len(picture.numbers)} steps drawn into {line(out)}")
    else:
        invocation.output.verbatim(text)


def show_preview(invocation: Invocation, name: str, form: str, out: str) -> None:
    """Write a playbook's handout: HTML to a new file or to stdout, PDF to a new file."""
    from recover import content, times
    from recover.playbook.groups import group_titles
    from recover.preview.handout import make_handout

    form = chosen_format(form, out, PREVIEW_FORMATS, _PREVIEW_ENDINGS)
    if form == "pdf" and not out:
        raise UsageError("a PDF needs a file", hint=f"recover playbook preview {line(name)} --out {line(name)}.pdf")
    _wants_file(invocation, out, f"recover playbook preview {line(name)} --out {line(name)}.html")
    desk = invocation.desk(new_is_fine=True)
    bundle = desk.bundle(named(name))
    as_of = invocation.as_of()
    titles = group_titles(named(name), desk.roots)
    today = times.local_day(as_of, "UTC").isoformat()
    handout = make_handout(bundle.playbook, bundle.registry, bundle.templates, titles, today)
    written = _pdf(handout, as_of) if form == "pdf" else _html(handout, content.templates_root()).encode()
    if out:
        write_new(Path(out), written)
        steps = sum(len(chapter.screens) for chapter in handout.chapters)
        told = f"{steps} screens, {len(handout.letters)} letters, {len(handout.facts)} facts with sources"
        invocation.output.result(f"{line(handout.id)}: {told}, written into {line(out)}")
    else:
        invocation.output.verbatim(written.decode())


def show_class(invocation: Invocation, name: str, story: str, form: str, out: str) -> None:
    """Write a page on which a class decides its way through a story of a playbook; the longest one if none is named."""
    from recover import content
    from recover.exercise.page import class_page
    from recover.exercise.scenes import make_exercise
    from recover.playbook.stories import load_story
    from recover.practice import find_stories

    if chosen_format(form, out, ("html",), _PREVIEW_ENDINGS) != "html":
        raise UsageError("a class clicks through a page, not a PDF", hint="--out class.html")
    _wants_file(invocation, out, f"recover playbook preview {line(name)} --practice --out class.html")
    roots = invocation.roots()
    paths = [path for path in find_stories([name], roots) if story in ("", path.stem)]
    if not paths:
        raise NotFoundError(f"{line(name)} has no story {line(story)}", hint="recover practice")
    path = max(paths, key=lambda each: (len(load_story(each).acts), each.stem))
    exercise = make_exercise(path, roots)
    written = class_page(exercise, (content.templates_root() / "preview" / "class.css").read_text("utf-8"))
    if out:
        write_new(Path(out), written.encode())
        told = f"{len(exercise.scenes)} scenes of {line(exercise.story)}"
        invocation.output.result(f"{line(name)}: {told}, written into {line(out)}")
    else:
        invocation.output.verbatim(written)


def _wants_file(invocation: Invocation, out: str, hint: str) -> None:
    """Raise `UsageError` where thousands of lines for a browser would run over a person's screen."""
    if not out and invocation.output.on_terminal:
        raise UsageError("this is a page for a browser, not for a terminal", hint=hint)


def _html(handout: Handout, templates: Path) -> str:
    from recover.preview.page import handout_html

    return handout_html(handout, (templates / "preview" / "handout.css").read_text("utf-8"))


def _pdf(handout: Handout, as_of: datetime) -> bytes:
    from recover import content
    from recover.preview.sheets import LAYOUT, handout_pdf

    root = content.templates_root()
    layouts = {
        "packet/base.typ": (root / "packet" / "base.typ").read_text("utf-8"),
        LAYOUT: (root / "preview" / "handout.typ").read_text("utf-8"),
    }
    return handout_pdf(handout, layouts, as_of)


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
    ending = Path(out).suffix.lower()
    if not form and ending and ending not in endings:
        raise UsageError(f"'{line(ending)}' is no format here", hint="a name ending in " + ", ".join(endings))
    return form or endings.get(ending, "") or known[0]
