"""The error tree: what happened, where, what to do next, and the exit code.

Every error a person may cause or meet is a `RecoverError`. The message says what happened, `place` says where (a file
with line and column, a case with log and index), `hint` is the next command, ready to paste. The exit codes are a
contract with scripts; they stand here and nowhere else.
"""

from __future__ import annotations

from typing import ClassVar


class RecoverError(Exception):
    """Say what went wrong, where, and what to do next.

    `message` is one sentence without a final full stop, `hint` a command or a short instruction (may be empty),
    `place` a position such as `intake.yaml:12:5` or `amber-heron log 3f2a entry 17` (may be empty).
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place


class UsageError(RecoverError):
    """The command, an option or a typed value is wrong."""

    exit_code = 2


class PartialError(RecoverError):
    """Part of the work was done; what is missing is listed in the message."""

    exit_code = 3


class RefusedError(RecoverError):
    """A gate, a consent or a profile forbids it."""

    exit_code = 4


class NotFoundError(RecoverError):
    """There is no such vault, case, exhibit, letter or entry."""

    exit_code = 10


class InUseError(RecoverError):
    """Another process holds the vault."""

    exit_code = 11


class LockedError(RecoverError):
    """The passphrase is wrong, or no key is here."""

    exit_code = 12


class NewerFormatError(RecoverError):
    """Written by a newer version of recover."""

    exit_code = 13


class CannotWriteError(RecoverError):
    """The disk is full, read-only, or failed."""

    exit_code = 14


class AlteredError(RecoverError):
    """Evidence was altered, is missing, or stands in another order."""

    exit_code = 20


class IncompleteError(RecoverError):
    """The last write was torn, or objects have not arrived here yet."""

    exit_code = 21


class ForkError(RecoverError):
    """A log was forked or rolled back."""

    exit_code = 22


class PlaybookError(RecoverError):
    """A playbook or a facts file is not valid."""

    exit_code = 30


class TemplateError(RecoverError):
    """A letter or layout template is not valid."""

    exit_code = 31


class InputError(RecoverError):
    """An input file is invalid or too large."""

    exit_code = 32


class NetworkError(RecoverError):
    """The network failed or is switched off."""

    exit_code = 40


class InterruptedByUser(RecoverError):
    """The person pressed Ctrl-C; everything recorded so far is kept."""

    exit_code = 130
