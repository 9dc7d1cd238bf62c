"""The table of commands: which family serves each, in the order and under the headings that `--help` shows.

A family is imported only when one of its commands runs or is listed, and no family imports the desk at its top, so that
help needs nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
import typer.core
from typer.main import get_group

from recover.cli.families import LONGEST_SUMMARY
from recover.cli.invocation import Invocation
from recover.cli.output import Output

SECTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Help someone", {"start": "start", "resume": "start", "next": "cases", "due": "cases"}),
    (
        "Add to the log",
        {"answer": "journal", "note": "journal", "event": "journal", "call": "journal", "evidence": "evidence",
         "sent": "letters", "reply": "letters"},
    ),
    ("Send something", {"letter": "letters", "timeline": "journal", "packet": "packets"}),
    ("Put right", {"undo": "journal", "correct": "journal", "erase": "journal"}),
    ("Prove", {"verify": "packets", "anchor": "anchoring", "disclose": "disclosing"}),
    ("Look after", {"case": "cases", "vault": "vault"}),
    ("Train", {"practice": "practice", "playbook": "playbooks"}),
)  # fmt: skip
"""(heading, command → module of its family)."""

COMMANDS: dict[str, str] = {name: family for _, rows in SECTIONS for name, family in rows.items()}


class Families(typer.core.TyperGroup):
    """The root group: finds a command by loading its family, lists commands under headings."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every command, in the order of help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one command, loading its family, or None."""
        family = COMMANDS.get(cmd_name)
        if family is None:
            return None
        module = import_module(f"recover.cli.{family}")
        return get_group(module.app).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under their headings."""
        for heading, rows in SECTIONS:
            with formatter.section(heading):
                commands = {name: self.get_command(ctx, name) for name in rows}
                formatter.write_dl(
                    [(name, command.get_short_help_str(LONGEST_SUMMARY)) for name, command in commands.items()]
                )


def root_command() -> Any:
    """Build the root command; `main` runs it with `standalone_mode=False`."""
    app = typer.Typer(
        cls=Families, name="recover", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    app.callback(invoke_without_command=True)(_root)
    root: Any = get_group(app)
    # Names only, for "did you mean"; `get_command` loads what is really called.
    root.commands = dict.fromkeys(COMMANDS)
    return root


def _root(
    context: typer.Context,
    vault: Annotated[
        str, typer.Option("--vault", metavar="DIR", envvar="RECOVER_VAULT", help="The vault to use.")
    ] = "",
    passphrase_file: Annotated[
        str, typer.Option("--passphrase-file", metavar="FILE", help="Read the passphrase from FILE (for scripts).")
    ] = "",
    as_of: Annotated[
        str,
        typer.Option("--as-of", metavar="INSTANT", help="Look at what is due as of then; changes no recorded time."),
    ] = "",
    playbooks: Annotated[
        str,
        typer.Option("--playbooks", metavar="DIR", help="Your own folder of playbooks; none: only what is shipped."),
    ] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="Numbered choices, no colour, no redraw (automatic with TERM=dumb).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results as JSON; docs/cli.md lists the keys.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Lead a person whose page or account was taken from first aid to a packet that can be sent.

    These options may stand before or after any command. Results go to stdout, all else to stderr.
    """
    if version:
        from recover import __version__

        typer.echo(f"recover {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
    output: Output = context.obj
    output.plain, output.as_json = output.plain or plain, as_json
    context.obj = Invocation.of(output, vault=vault, passphrase_file=passphrase_file, as_of=as_of, playbooks=playbooks)
