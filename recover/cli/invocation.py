"""One run of the command line: the options every command knows, the screen, the prompts, and the way to a case.

Everything heavy (the desk, the vault, the engine) is imported when a command asks for it, never at the top.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recover.cli.output import Output, line
from recover.cli.prompts import Prompts
from recover.errors import InputError, NotFoundError, UsageError
from recover.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from recover.desk import Desk, OpenCase

MOST_PASSPHRASE_BYTES = 4096
MOST_STDIN_BYTES = 1 << 20


@frozen
class Invocation:
    """What `recover --vault … --plain … COMMAND` said before the command begins."""

    vault: Path
    as_of_text: str
    output: Output
    prompts: Prompts
    playbooks_text: str = ""
    """The own folder of playbooks as typed."""

    @classmethod
    def of(cls, output: Output, *, vault: str, passphrase_file: str, as_of: str, playbooks: str = "") -> Invocation:
        """Build it from the options as typed; nothing is opened yet."""
        source = (lambda: read_passphrase(Path(passphrase_file))) if passphrase_file else None
        prompts = Prompts(output, passphrase_source=source)
        return cls(Path(vault) if vault else default_vault(), as_of, output, prompts, playbooks)

    def roots(self) -> tuple[Path, ...]:
        """Return the own folder of playbooks that is in force, or nothing; the shipped one is always behind it.

        From `--playbooks`, else `RECOVER_PLAYBOOKS`, else the configuration file. Raises `NotFoundError` when it is not
        there, `InputError` for a configuration that cannot be read.
        """
        from recover.cli.configuration import own_folder

        folder = own_folder(self.playbooks_text)
        return () if folder is None else (folder,)

    def as_of(self, zone: str = "") -> datetime:
        """Return the moment to look from: `--as-of` (a day means its end; no zone: the case's), or now."""
        from recover import times

        if not self.as_of_text:
            return times.now()
        latest = times.parse_when(self.as_of_text, zone).latest
        if latest is None:
            raise UsageError("--as-of needs a day or a moment", hint="--as-of '2026-10-13 12:00 Asia/Baku'")
        return latest

    def desk(self, *, new_is_fine: bool = False) -> Desk:
        """Return the desk of the vault. Raises `NotFoundError` when there is none, unless one is about to be made."""
        from recover.desk import Desk

        desk = Desk(self.vault, passphrase=self.prompts.passphrase, roots=self.roots)
        if not new_is_fine and not desk.has_vault():
            raise NotFoundError(
                "there is no vault here",
                place=str(self.vault),
                hint="recover start      (makes one; or give --vault DIR)",
            )
        return desk

    def case(self, ref: str = "") -> OpenCase:
        """Open the case that `ref` names (two words or a prefix of its id), or the only one that is open."""
        case = self.desk().open(ref or None)
        self.output.case = case.name
        for notice in case.notices():
            self.output.say(f"careful: {line(notice)}")
        self.tell_local(case.local_words)
        return case

    def tell_local(self, words: Iterable[str]) -> None:
        """Say on the screen what of the playbooks at hand is not as it is shipped."""
        for told in words:
            self.output.say(f"careful: {line(told)}")

    def refuse_typed(self, case: OpenCase, *values: str | None, instead: str) -> None:
        """Refuse words of a real case on the command line, where the shell writes them into its history.

        `instead` is the command and what it is about, without the words: it asks for them. Allowed in practice cases
        and, for scripts, with `--json`; `-` (standard input) is no such word.
        """
        if case.practice or self.output.as_json or all(value in (None, "", "-") for value in values):
            return
        raise UsageError(
            "words of a case do not belong on the command line: the shell keeps them in its history, readable",
            hint=f"recover {line(instead)}     (without the words: you are asked; scripts add --json)",
        )

    @property
    def asks_extras(self) -> bool:
        """Whether to ask for what may be left out: only a person at a terminal, never a script."""
        return self.prompts.is_terminal and not self.output.as_json

    def text(self, typed: str | None, question: str, *, why: str = "") -> str:
        """Return a text from where it was given: the argument, standard input for `-`, else a prompt."""
        if typed == "-":
            return read_stdin()
        return typed or self.prompts.paragraph(question, why=why)

    def short_text(self, typed: str | None, question: str, *, why: str = "", optional: bool = False) -> str:
        """Return one line: the argument, or what is typed at a prompt; optional ones are asked of a person only."""
        if typed or (optional and not self.asks_extras):
            return typed or ""
        return self.prompts.text(question, why=why, optional=optional)


def read_stdin() -> str:
    """Return all of standard input as text. Raises `InputError` when it is too large, empty or no text."""
    stream = getattr(sys.stdin, "buffer", None)
    raw = stream.read(MOST_STDIN_BYTES + 1) if stream is not None else sys.stdin.read(MOST_STDIN_BYTES + 1).encode()
    if len(raw) > MOST_STDIN_BYTES:
        raise InputError("more than 1 MiB of text came in", hint="add it as an exhibit: recover evidence add CASE FILE")
    try:
        text = str(raw.decode("utf-8")).strip("\n")
    except UnicodeDecodeError as error:
        raise InputError("what came in is no UTF-8 text", hint="recover evidence add CASE FILE") from error
    if not text.strip():
        raise InputError("nothing came in on standard input", hint="leave - out to be asked")
    return text


def default_vault() -> Path:
    """Return where the vault lies when nothing else is said."""
    from platformdirs import user_data_path

    return user_data_path("recover") / "vault"


def read_passphrase(path: Path) -> str:
    """Return the first line of a passphrase file. Raises `InputError` when it cannot be one."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_PASSPHRASE_BYTES + 1)
    except OSError as error:
        raise InputError(
            "the passphrase file cannot be read", place=str(path), hint="check --passphrase-file"
        ) from error
    try:
        text = raw.decode("utf-8").split("\n", 1)[0].rstrip("\r")
    except UnicodeDecodeError as error:
        raise InputError("the passphrase file is no UTF-8 text", place=str(path)) from error
    if not text or len(raw) > MOST_PASSPHRASE_BYTES:
        raise InputError(
            "the passphrase file must hold one line, the passphrase", place=str(path), hint="check --passphrase-file"
        )
    return text
