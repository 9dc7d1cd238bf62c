"""Writes the command reference of `docs/cli.md` from the commands: `python -m tests.cli.reference` puts it in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recover.cli.app import SECTIONS, root_command

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
START, END = "<!-- commands -->\n", "<!-- end of commands -->\n"


def reference() -> str:
    """Return the reference as Markdown: one heading per command, its words and options in tables."""
    root = root_command()
    context = root.make_context("recover", [], resilient_parsing=True)
    rows: list[str] = []
    for heading, commands in SECTIONS:
        rows += [f"### {heading}", ""]
        for name in commands:
            rows += _command(root.get_command(context, name), f"recover {name}", context)
    return "\n".join(rows).rstrip() + "\n"


def _command(command: Any, path: str, context: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, child in command.commands.items():
            yield from _command(child, f"{path} {name}", context)
        return
    own = command.make_context(path, [], parent=context, resilient_parsing=True)
    params = command.get_params(own)
    words = " ".join(str(p.metavar or p.name) for p in params if p.param_type_name == "argument")
    yield f"#### `{path}{' ' + words if words else ''}`"
    yield ""
    yield " ".join(str(command.help).split())
    yield ""
    told = [row for param in params if (row := _param(param)) is not None]
    if told:
        yield "| word or option | |"
        yield "| --- | --- |"
        yield from told
        yield ""


def _param(param: Any) -> str | None:
    text = str(getattr(param, "help", None) or "").replace("|", "\\|")
    if param.param_type_name == "argument":
        name = str(param.metavar or param.name)
    elif param.name == "help":
        return None
    else:
        flag = getattr(param, "is_flag", False)
        name = param.opts[0] + ("" if flag else f" {param.metavar or 'TEXT'}")
    return f"| `{name.replace('|', chr(92) + '|')}` | {text} |" if text else None


def page_with_reference(page: str) -> str:
    """Return the page with its reference replaced by the present one."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{reference()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_reference(PAGE.read_text("utf-8")), "utf-8")
