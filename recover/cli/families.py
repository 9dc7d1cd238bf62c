"""How every family of commands is made: plain help, as it is typed; nothing writes into a shell's start-up files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import typer
import typer.core

F = TypeVar("F", bound=Callable[..., Any])
LONGEST_SUMMARY = 300


class PlainCommand(typer.core.TyperCommand):
    """A command whose help shows its words as they are typed, without the names of Python types."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what stands in the usage line: arguments as their metavar says."""
        arguments = [param for param in self.get_params(ctx) if param.param_type_name == "argument"]
        return [*(str(param.metavar or param.name) for param in arguments), "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments that have a help text, then options."""
        arguments, options = [], []
        for param in self.get_params(ctx):
            if param.param_type_name == "argument":
                arguments.append((str(param.metavar or param.name), str(getattr(param, "help", None) or "")))
            elif (record := param.get_help_record(ctx)) is not None:
                options.append(record)
        if any(text for _, text in arguments):
            with formatter.section("Words"):
                formatter.write_dl([row for row in arguments if row[1]])
        with formatter.section("Options"):
            formatter.write_dl(options)
        formatter.write_paragraph()
        formatter.write_text(
            "Every command also knows --vault, --passphrase-file, --as-of, --playbooks, --plain and --json."
        )


class PlainGroup(typer.core.TyperGroup):
    """A group whose help does not cut its summaries short."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write every command with its whole first sentence."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(LONGEST_SUMMARY)) for name, each in self.commands.items()]
            )


class Family(typer.Typer):
    """Some commands that belong together."""

    def add(self, name: str) -> Callable[[F], F]:
        """Register a command with plain help."""
        return self.command(name, cls=PlainCommand)


def family() -> Family:
    """Return an empty family of commands."""
    return Family(rich_markup_mode=None, add_completion=False)


def group(summary: str) -> Family:
    """Return a command that has commands of its own."""
    return Family(cls=PlainGroup, rich_markup_mode=None, add_completion=False, help=summary)
