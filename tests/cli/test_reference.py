"""docs/cli.md says what the commands are, and nothing else."""

from __future__ import annotations

from recover.cli.app import COMMANDS, root_command
from tests.cli.reference import PAGE, page_with_reference

LATER = {"capture", "import", "share", "sync", "ask", "handover", "graph", "preview", "translate"}


def test_the_reference_is_written_from_the_commands() -> None:
    """The page holds the present reference; `python -m tests.cli.reference` puts it in place."""
    page = PAGE.read_text("utf-8")
    assert page == page_with_reference(page)


def test_every_command_explains_itself() -> None:
    """No command and no option is without a sentence of help."""
    root = root_command()
    context = root.make_context("recover", [], resilient_parsing=True)
    mute = []
    for name in COMMANDS:
        command = root.get_command(context, name)
        for path, each in getattr(command, "commands", {"": command}).items():
            own = each.make_context(name, [], parent=context, resilient_parsing=True)
            mute += [f"{name} {path}"] if not each.help else []
            mute += [
                f"{name} {path} {param.name}"
                for param in each.get_params(own)
                if param.param_type_name == "option" and not param.help
            ]
    assert mute == []


def test_commands_of_later_versions_are_not_there() -> None:
    """A command that does not work yet is not shown as if it did."""
    assert not LATER & set(COMMANDS)
