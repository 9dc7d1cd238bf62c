"""The one place where errors become messages, hints and exit codes."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import recover as package
from recover import errors
from recover.cli import main as entry
from recover.cli.main import hoist, main
from tests.cli.runner import recover, streams

ALL_ERRORS = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.RecoverError) and error is not errors.RecoverError
]


@pytest.mark.parametrize("kind", ALL_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_becomes_message_place_hint_and_its_exit_code(
    kind: type[errors.RecoverError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a command raises leaves as three parts on stderr, nothing on stdout, and the class's own code."""

    def command(*_: object) -> int:
        raise kind("it went wrong", place="amber-heron entry 3", hint="recover verify amber-heron")

    monkeypatch.setattr(entry, "_dispatch", command)
    result = recover("verify")
    assert (result.code, result.out) == (kind.exit_code, "")
    assert result.err == "recover: amber-heron entry 3: it went wrong\nhint: recover verify amber-heron\n"


def test_the_exit_codes_are_the_documented_ones() -> None:
    """Codes are a contract with scripts: none changes, none is used for two things."""
    assert {kind.__name__: kind.exit_code for kind in ALL_ERRORS} == {
        "UsageError": 2,
        "PartialError": 3,
        "RefusedError": 4,
        "NotFoundError": 10,
        "InUseError": 11,
        "LockedError": 12,
        "NewerFormatError": 13,
        "CannotWriteError": 14,
        "AlteredError": 20,
        "IncompleteError": 21,
        "ForkError": 22,
        "PlaybookError": 30,
        "TemplateError": 31,
        "InputError": 32,
        "NetworkError": 40,
        "InterruptedByUser": 130,
    }


def test_a_bug_names_its_place_and_leaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is exit 1 without its text, which may hold what a client said."""

    def command(*_: object) -> int:
        secret = "Qonşu Səsləri"
        raise KeyError(secret)

    monkeypatch.setattr(entry, "_dispatch", command)
    result = recover("verify")
    assert result.code == 1
    assert "a bug; please report (KeyError at " in result.err
    assert "Qonşu" not in result.err + result.out
    assert "Traceback" not in result.err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption says that what was recorded is kept."""

    def command(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_dispatch", command)
    result = recover("verify")
    assert result.code == 130
    assert "everything recorded so far is kept" in result.err


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["fly"], "no such command 'fly'", "recover --help"),
        (["evidence"], "missing command", "recover evidence --help"),
        (["sent"], "missing argument", "recover sent --help"),
        (["next", "--what"], "no such option: --what", "recover next --help"),
        (["packet", "amber-heron"], "missing option '--for'", "recover packet --help"),
        (["--vault"], "option '--vault' requires an argument", "recover --help"),
    ],
)
def test_wrong_usage_is_2_with_the_help_to_ask_for(words: list[str], message: str, hint: str) -> None:
    """A wrong command line is exit 2, says what is wrong in one line, and names the help that fits."""
    result = recover(*words)
    assert result.code == 2
    assert result.err.startswith(f"recover: {message}")
    assert f"hint: {hint}" in result.err
    assert result.out == ""


def test_a_close_command_is_suggested() -> None:
    """A slip of the finger gets the command that was meant."""
    assert "did you mean" in recover("evidnce").err.lower()


@pytest.mark.parametrize(
    ("typed", "hoisted"),
    [
        ("start x --vault D --answers F", "--vault D start x --answers F"),
        ("next --json --as-of=2026-01-01", "--json --as-of=2026-01-01 next"),
        ("--plain due", "--plain due"),
        ("note -- --json", "note -- --json"),
        ("start --vault", "start --vault"),
    ],
)
def test_common_options_may_stand_anywhere(typed: str, hoisted: str) -> None:
    """Options every command knows move to the front, except behind a bare --."""
    assert hoist(typed.split()) == hoisted.split()


def test_version_is_that_of_the_distribution() -> None:
    """The fast answer to --version is the version that was installed."""
    assert version("recover-kit") == package.__version__
    assert recover("--version").out == f"recover {package.__version__}\n"


def test_help_is_a_result() -> None:
    """--help and no word at all print every command on stdout, exit 0."""
    for words in (["--help"], []):
        result = recover(*words)
        assert (result.code, result.err) == (0, "")
        assert "first-aid card" in result.out
        assert "practice" in result.out


# pydantic is not among them: typer itself brings it.
HEAVY = ("httpx", "keyring", "jinja2", "typst", "ruamel", "babel", "icalendar", "prompt_toolkit", "rich",
         "pyrage", "cryptography", "markdown_it", "recover.desk", "recover.vault", "recover.packet")  # fmt: skip


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["evidence", "add", "--help"], ["packet", "--help"]])
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    """Start-up is part of the interface: help needs neither network, keyring, templates nor the vault."""
    program = (
        "import sys; from recover.cli.main import main; code = main(sys.argv[1:]); "
        f"print(code, [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"


def test_a_closed_pipe_ends_quietly() -> None:
    """`recover --help | head -1` leaves no trace of Python behind."""
    program = "import sys; from recover.cli.main import main; sys.exit(main(['playbook', 'list', '--json']))"
    script = f'"{sys.executable}" -c "$0" | head -c 1'
    done = subprocess.run(["sh", "-c", script, program], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_run_leaves_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The console script's entry hands the code to the shell."""
    monkeypatch.setattr(sys, "argv", ["recover", "fly"])
    with streams(""), pytest.raises(SystemExit) as left:
        entry.run()
    assert left.value.code == 2


def test_no_vault_is_10_with_the_way_to_one(tmp_path: Path) -> None:
    """Every command that needs a vault says where it looked and what makes one."""
    for words in (["next"], ["due"], ["case", "list"], ["verify"], ["vault", "info"], ["note", "amber-heron"]):
        result = recover(*words, "--vault", tmp_path / "none")
        assert result.code == 10, (words, result)
        assert "there is no vault here" in result.err
        assert "hint: recover start" in result.err


def test_next_and_due_start_without_the_command_line_s_machinery(tmp_path: Path) -> None:
    """The two commands asked most often import neither typer nor pydantic; odd words still get the full treatment."""
    program = (
        "import sys; from recover.cli.main import main; code = main(sys.argv[1:]); "
        "print(code, [m for m in ('typer', 'pydantic') if m in sys.modules])"
    )
    for words, quick in (
        (["next"], True),
        (["due", "amber-heron"], True),
        (["next", "--what"], False),
        (["due", "a", "b"], False),
    ):
        line = [sys.executable, "-c", program, "--vault", str(tmp_path / "none"), *words]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        assert done.stdout == ("10 []\n" if quick else "2 ['typer', 'pydantic']\n"), (words, done)


def test_main_takes_no_arguments_from_nowhere() -> None:
    """The runner and the console script use one and the same function."""
    with streams("") as (out, _):
        assert main(["--version"]) == 0
    assert out.getvalue().startswith("recover ")
