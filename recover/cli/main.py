"""Entry of the `recover` command: the one place where errors become messages and exit codes.

`recover --version` answers before anything is imported. Everything else is built by `recover.cli.app`, which loads a
family of commands only when one of them is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recover.cli.output import Output
    from recover.errors import RecoverError

_FLAGS = ("--plain", "--json")
_VALUES = ("--vault", "--passphrase-file", "--as-of", "--playbooks")
_QUICK = ("next", "due")


def run() -> None:
    """Run the command line and leave with its exit code."""
    raise SystemExit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing escapes, not even Ctrl-C."""
    if list(arguments) == ["--version"]:
        from recover import __version__

        sys.stdout.write(f"recover {__version__}\n")
        return 0
    from recover.cli.output import Output
    from recover.errors import CannotWriteError, InterruptedByUser, RecoverError

    output = Output(plain="--plain" in arguments, as_json="--json" in arguments)
    try:
        hoisted = hoist(arguments)
        return 0 if _answer_quickly(hoisted, output) else _dispatch(hoisted, output)
    except RecoverError as error:
        output.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        output.error(InterruptedByUser("stopped; everything recorded so far is kept"))
        return InterruptedByUser.exit_code
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return CannotWriteError.exit_code
    except Exception as error:  # noqa: BLE001 -- the program's one broad except: a trace could show what a client said
        output.error(_bug(error))
        return RecoverError.exit_code


def hoist(arguments: Sequence[str]) -> list[str]:
    """Return `arguments` with the options every command knows moved to the front, so that they may stand anywhere.

    Nothing behind a bare `--` moves.
    """
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        if word in _VALUES and queue:
            front += [word, queue.pop(0)]
        elif word in _FLAGS or ("=" in word and word.partition("=")[0] in _VALUES):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _answer_quickly(arguments: list[str], output: Output) -> bool:
    """Run `next` or `due` without the command line's machinery; False for anything it does not fully understand."""
    given: dict[str, str] = {}
    rest = list(arguments)
    while len(rest) > 1 and rest[0] in (*_FLAGS, *_VALUES):
        option = rest.pop(0)
        given[option] = "" if option in _FLAGS else rest.pop(0)
    if not rest or rest[0] not in _QUICK or len(rest) > 2 or any(word.startswith("-") for word in rest):
        return False
    from recover.cli.invocation import Invocation
    from recover.cli.now import QUICK

    vault, passphrase_file, as_of, playbooks = (given.get(option, "") for option in _VALUES)
    vault = vault or os.environ.get("RECOVER_VAULT", "")
    invocation = Invocation.of(output, vault=vault, passphrase_file=passphrase_file, as_of=as_of, playbooks=playbooks)
    QUICK[rest[0]](invocation, rest[1] if len(rest) == 2 else "")
    return True


def _dispatch(arguments: list[str], output: Output) -> int:
    import typer

    from recover.cli.app import root_command
    from recover.errors import UsageError

    try:
        code = root_command().main(arguments, prog_name="recover", standalone_mode=False, obj=output)
    except typer.Abort as stop:
        raise KeyboardInterrupt from stop
    except typer.TyperException as error:
        help_for = " ".join(word for word in _command_words(error))
        raise UsageError(_sentence(error), hint=f"{help_for} --help") from error
    if code == 130:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _command_words(error: object) -> list[str]:
    context = getattr(error, "ctx", None)
    return [str(context.command_path)] if context is not None else ["recover"]


def _sentence(error: Exception) -> str:
    describe = getattr(error, "format_message", None)
    text = str(describe() if describe is not None else error).strip()
    return (text[:1].lower() + text[1:]).rstrip(".") if text else "no command was given"


def _bug(error: BaseException) -> RecoverError:
    """Describe a fault of the program by type and place only: the message of an exception may hold case content."""
    from recover.errors import RecoverError

    where = "unknown"
    trace = error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("recover"):
            where = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return RecoverError(
        f"a bug; please report ({type(error).__name__} at {where})",
        hint="what was recorded before is kept; the line above holds nothing from a case",
    )
