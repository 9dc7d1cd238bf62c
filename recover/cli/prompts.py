"""Questions a tired person can answer: one at a time, why it is asked, the default visible, always a way back.

On a terminal, prompt-toolkit gives an editable line and completes choices; with `--plain`, `TERM=dumb` or without a
terminal the same numbered questions are read as plain lines, so a screen reader, a serial line or a script works too.
Questions are written to stderr, so that stdout holds results only. Nothing typed here is kept in a history.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum

from recover.cli.output import Output, block, line
from recover.errors import InterruptedByUser, LockedError, UsageError
from recover.frozen import frozen


class Word(StrEnum):
    """Something said instead of an answer."""

    BACK = "back"
    SKIP = "skip"
    DONT_KNOW = "don't know"
    DECLINED = "prefer not to say"
    STOP = "stop"
    HELP = "?"


_SPOKEN: dict[str, Word] = {
    "back": Word.BACK,
    "skip": Word.SKIP,
    "stop": Word.STOP,
    "quit": Word.STOP,
    "?": Word.HELP,
    "help": Word.HELP,
    "don't know": Word.DONT_KNOW,
    "dont know": Word.DONT_KNOW,
    "dont-know": Word.DONT_KNOW,
    "don\u2019t know": Word.DONT_KNOW,
    "prefer not to say": Word.DECLINED,
    "prefer-not-to-say": Word.DECLINED,
}

ALWAYS = frozenset({Word.STOP, Word.HELP})
ANY = frozenset(Word)


class InputEnded(InterruptedByUser):
    """Nothing more can be read: a pipe ran out, or Ctrl-D was pressed."""


@frozen
class Question:
    """What is asked, why, and what may be answered instead.

    `choices` are (value, label); with `many`, several may be named. `default` is shown in brackets; Enter gives it.
    """

    text: str
    why: str = ""
    help: str = ""
    shape: str = ""
    """What an answer looks like, such as `a day, 2026-10-05`."""
    choices: tuple[tuple[str, str], ...] = ()
    many: bool = False
    default: str = ""
    before: str = ""
    """What was answered earlier; Enter keeps it."""
    words: frozenset[Word] = ANY
    may_stay_open: bool = False
    blank: str = "skip"
    """What Enter alone means, where nothing was answered before and skipping is possible."""
    progress: str = ""
    stop: str = "leave; everything answered so far is kept"
    """What `stop` means here."""
    english: str = ""
    """The question in English, where it is asked in another language; `?` shows it."""
    has_english_beside: bool = False
    """Show the English at once, because nobody has reviewed the translation."""
    remark: str = ""
    """Why it is asked in English although the client speaks another language."""
    spoken: tuple[tuple[Word, str], ...] = ()
    """What the client hears for the words that may be typed instead of an answer."""


@frozen
class Said:
    """A person's reply: typed text (values of choices, `, ` between several), or a word instead of it."""

    text: str = ""
    word: Word | None = None


class Prompts:
    """Asks on stderr, reads from the terminal or from stdin."""

    def __init__(self, output: Output, *, passphrase_source: Callable[[], str] | None = None) -> None:
        self.output = output
        self._passphrase_source = passphrase_source
        self._explained = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person sits in front of stdin."""
        return sys.stdin is not None and sys.stdin.isatty()

    @property
    def has_passphrase(self) -> bool:
        """Whether a passphrase is at hand without asking anybody."""
        return self._passphrase_source is not None

    # --- questions -------------------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Said:
        """Ask until there is a usable reply. Ctrl-C and the end of input raise `InterruptedByUser`."""
        self._show(question)
        while True:
            said = self._reply(question)
            if said.word is Word.HELP:
                self._show_help(question)
            elif said.word is not None and said.word not in question.words | ALWAYS:
                self.output.say(f"'{said.word}' is not possible here.", indent="  ")
            else:
                return said

    def confirm(self, text: str, *, default: bool = False, why: str = "") -> bool:
        """Ask a yes/no question; Enter gives the default, which is shown."""
        choices = (("yes", "yes"), ("no", "no"))
        question = Question(text, why=why, choices=choices, default="yes" if default else "no", words=ALWAYS)
        said = self.ask(question)
        if said.word is Word.STOP:
            raise InterruptedByUser("stopped; nothing was written by this question")
        return said.text == "yes"

    def pick(self, text: str, choices: Sequence[tuple[str, str]], *, default: str = "", why: str = "") -> str:
        """Ask for one of `choices` and return its value."""
        said = self.ask(Question(text, why=why, choices=tuple(choices), default=default, words=ALWAYS))
        if said.word is Word.STOP:
            raise InterruptedByUser("stopped")
        return said.text

    def moment(self, text: str, zone: str) -> str:
        """Ask when something was; empty means now, which Enter gives."""
        shape = f"2026-10-05 21:40{'' if zone else ' Asia/Baku'}, or 2026-10-05{' (' + zone + ')' if zone else ''}"
        return self.text(text, shape=shape, optional=True, blank="now")

    def text(
        self,
        text: str,
        *,
        why: str = "",
        shape: str = "",
        default: str = "",
        optional: bool = False,
        blank: str = "none",
    ) -> str:
        """Ask for one line; empty only where `optional`, and then `blank` says what that means."""
        words = ALWAYS | {Word.SKIP} if optional else ALWAYS
        said = self.ask(Question(text, why=why, shape=shape, default=default, words=frozenset(words), blank=blank))
        if said.word is Word.STOP:
            raise InterruptedByUser("stopped")
        return said.text

    def paragraph(self, text: str, *, why: str = "") -> str:
        """Ask for several lines; an empty line ends them."""
        self.output.say(block(text), indent="  ")
        if why:
            self.output.say(f"why: {line(why)}", indent="  ", look=self.output.faint)
        self.output.say("several lines are fine; an empty line ends it", indent="  ", look=self.output.faint)
        rows: list[str] = []
        try:
            while row := self._read("> " if not rows else ". "):
                rows.append(row)
        except InputEnded:
            if not rows:
                raise
        if not rows:
            raise UsageError("there was nothing to write down", hint="type the text, or pipe it in and end with -")
        return "\n".join(rows)

    def pause(self, text: str) -> None:
        """Wait for Enter where a person sits in front of the terminal; go on at once elsewhere."""
        if self.is_terminal:
            self.output.say(text)
            self._read("")

    def passphrase(self, *, new: bool = False) -> str:
        """Return the vault's passphrase: from the given file, else typed without echo (twice when `new`)."""
        if self._passphrase_source is not None:
            return self._passphrase_source()
        if not _has_terminal():
            raise LockedError(
                "the vault is locked, and there is no terminal to ask for its passphrase",
                hint="recover … --passphrase-file FILE",
            )
        if not new:
            return _hidden("Passphrase of the vault: ")
        return self._new_passphrase()

    def _new_passphrase(self) -> str:
        self.output.say("A passphrase protects everything you write down. Five or more unrelated words are good.")
        self.output.say("It cannot be reset. Do not use one that is used anywhere else.")
        while True:
            first = _hidden("New passphrase: ")
            if not first.strip():
                self.output.say("Without a passphrase anyone could read it.")
            elif _hidden("The same again: ") == first:
                return first
            else:
                self.output.say("These were not the same. Again, please.")

    # --- the screen ------------------------------------------------------------------------------------------------

    def _show(self, question: Question) -> None:
        out = self.output
        out.say()
        if question.progress:
            out.say(line(question.progress), look=out.faint)
        for row in out.block_rows(question.text):
            out.say(row, look=out.strong)
        if question.english and question.has_english_beside:
            out.say(f"en: {line(question.english)}", indent="  ", look=out.faint)
        if question.remark:
            out.say(f"({line(question.remark)})", indent="  ", look=out.faint)
        if question.may_stay_open:
            out.say("(may stay open)", indent="  ", look=out.faint)
        if question.why:
            out.say(f"why: {line(question.why)}", indent="  ", look=out.faint)
        for number, (_, label) in enumerate(question.choices, 1):
            out.say(f"{number}) {line(label)}", indent="  ", hang="   ")
        shape = "several numbers, such as 1,3" if question.many else question.shape
        if shape:
            out.say(f"({line(shape)})", indent="  ", look=out.faint)
        self._show_words(question)

    def _show_words(self, question: Question) -> None:
        spoken = dict(question.spoken)
        words = [word for word in Word if word in question.words and word not in ALWAYS]
        offered = [f"{word} \u201c{line(spoken[word])}\u201d" if word in spoken else str(word) for word in words]
        if offered and not self._explained:
            self._explained = True
            self.output.say(f"(or type: {', '.join(offered)}, stop; ? for help)", indent="  ", look=self.output.faint)

    def _show_help(self, question: Question) -> None:
        out = self.output
        if question.english:
            out.say(f"In English: {line(question.english)}", indent="  ")
        if question.help:
            out.say(block(question.help), indent="  ")
        if question.shape:
            out.say(f"An answer looks like: {line(question.shape)}", indent="  ")
        meanings = {
            Word.BACK: "the question before this one",
            Word.SKIP: "leave it open for now; it is asked again later",
            Word.DONT_KNOW: "recorded as an answer; nothing is guessed from it",
            Word.DECLINED: "recorded as an answer; nobody has to say why",
            Word.STOP: question.stop,
        }
        for word, meaning in meanings.items():
            if word in question.words | ALWAYS:
                out.say(f"{word:18} {meaning}", indent="  ")
        if not question.choices:
            out.say("To answer with one of these words itself, put a \\ before it.", indent="  ")

    # --- reading ---------------------------------------------------------------------------------------------------

    def _reply(self, question: Question) -> Said:
        while True:
            typed = self._read(_invitation(question), completions=[value for value, _ in question.choices]).strip()
            word = _SPOKEN.get(typed.casefold())
            if word is not None and typed.casefold() not in {value for value, _ in question.choices}:
                return Said(word=word)
            if not typed:
                typed = question.before or question.default
                if not typed and Word.SKIP in question.words:
                    return Said(word=Word.SKIP)
            problem, text = _matched(question, typed.removeprefix("\\"))
            if not problem:
                return Said(text=text)
            self.output.say(problem, indent="  ")

    def _read(self, invitation: str, completions: Sequence[str] = ()) -> str:
        if self.output.plain or not self.is_terminal:
            self.output.ask(invitation)
            row = sys.stdin.readline() if sys.stdin is not None else ""
            if not row:
                raise InputEnded("the input ended; everything recorded so far is kept")
            if not self.is_terminal:
                self.output.say()
            return row.rstrip("\r\n")
        return _read_edited(invitation, completions)


def _invitation(question: Question) -> str:
    kept = question.before or question.default or (question.blank if Word.SKIP in question.words else "")
    labels = dict(question.choices)
    shown = ", ".join(labels.get(value, value) for value in kept.split(", ")) if labels else kept
    return f"[{line(shown)}] > " if kept else "> "


def _matched(question: Question, typed: str) -> tuple[str, str]:
    """Return (problem, text); choices are named by number, value or label."""
    if not typed:
        return "An answer is needed here (or 'stop').", ""
    if not question.choices:
        return "", typed
    wanted = [part.strip() for part in typed.split(",")] if question.many else [typed]
    values = []
    for part in wanted:
        value = _choice(question.choices, part)
        if value is None:
            return f"'{line(part)}' is none of these: a number from 1 to {len(question.choices)}, please.", ""
        values.append(value)
    return "", ", ".join(dict.fromkeys(values))


def _choice(choices: tuple[tuple[str, str], ...], typed: str) -> str | None:
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= len(choices):
        return choices[int(typed) - 1][0]
    plain = typed.casefold()
    for value, label in choices:
        if plain in (value.casefold(), label.casefold()):
            return value
    if {value for value, _ in choices} == {"yes", "no"} and plain in ("y", "n"):
        return {"y": "yes", "n": "no"}[plain]
    return None


def _read_edited(invitation: str, completions: Sequence[str]) -> str:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import DummyHistory
    from prompt_toolkit.output import create_output

    session: PromptSession[str] = PromptSession(
        history=DummyHistory(),
        output=create_output(stdout=sys.stderr),
        completer=WordCompleter(list(completions)) if completions else None,
        complete_while_typing=False,
    )
    try:
        return session.prompt(invitation)
    except EOFError as end:
        raise InputEnded("the input ended; everything recorded so far is kept") from end


def _has_terminal() -> bool:
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    from pathlib import Path

    try:
        with Path("/dev/tty").open("rb"):
            return True
    except OSError:
        return False


def _hidden(invitation: str) -> str:
    from getpass import getpass

    try:
        return getpass(invitation)
    except EOFError as end:
        raise InterruptedByUser("the input ended before a passphrase was given") from end
