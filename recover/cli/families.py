"""How every family of commands is made: plain help, no completion that writes into a shell's start-up files."""

from __future__ import annotations

import typer


def family() -> typer.Typer:
    """Return an empty family of commands."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def group(summary: str) -> typer.Typer:
    """Return a command that has commands of its own; alone it shows its help."""
    return typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, help=summary)
