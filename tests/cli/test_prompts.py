"""Prompts in their plain form, as a screen reader, a serial line or a script meets them."""

from __future__ import annotations

import pytest

from recover.cli.output import Output
from recover.cli.prompts import ALWAYS, Prompts, Question, Said, Word
from recover.errors import InterruptedByUser, LockedError, UsageError
from tests.cli.runner import streams

SAFE = Question(
    "Is it safe to talk?",
    why="Advice read over your shoulder can harm you.",
    choices=(("yes", "Yes"), ("not_now", "Not now"), ("unsure", "I am not sure")),
    help="A short silence is an answer too.",
    progress="step 1 of 9, question 1 of 3",
)


def ask(question: Question, typed: str) -> tuple[Said, str]:
    with streams(typed) as (_, err):
        said = Prompts(Output(plain=True)).ask(question)
    return said, err.getvalue()


@pytest.mark.parametrize("typed", ["2", "not_now", "Not now", "NOT NOW", "9\n0\nmaybe\n2"])
def test_a_choice_is_named_by_number_value_or_label(typed: str) -> None:
    """All three name the same value; anything else is asked again."""
    assert ask(SAFE, typed + "\n")[0] == Said("not_now")


@pytest.mark.parametrize(
    ("typed", "word"),
    [("back", Word.BACK), ("skip", Word.SKIP), ("don't know", Word.DONT_KNOW), ("DONT-KNOW", Word.DONT_KNOW),
     ("don\u2019t know", Word.DONT_KNOW), ("prefer not to say", Word.DECLINED), ("stop", Word.STOP), ("", Word.SKIP)],
)  # fmt: skip
def test_words_instead_of_an_answer(typed: str, word: Word) -> None:
    """Each word is understood in the forms people type; Enter alone leaves the question open."""
    assert ask(SAFE, typed + "\n")[0] == Said(word=word)


def test_the_screen_says_what_why_and_how_far() -> None:
    """The question, why it is asked, numbered choices, progress and the ways out are all on the screen."""
    _, screen = ask(SAFE, "1\n")
    for text in ("step 1 of 9", "Is it safe to talk?", "why: Advice read", "2) Not now", "back, skip", "? for help"):
        assert text in screen


def test_help_shows_and_asks_again() -> None:
    """`?` explains the question and every word, and the question is still open."""
    said, screen = ask(SAFE, "?\n1\n")
    assert said == Said("yes")
    assert "A short silence is an answer too." in screen
    assert "recorded as an answer; nobody has to say why" in screen


def test_enter_keeps_the_earlier_answer_or_the_default() -> None:
    """A blank never erases: what stood before, or the visible default, is given."""
    said, screen = ask(Question("Zone?", default="UTC", before="Asia/Baku"), "\n")
    assert said == Said("Asia/Baku")
    assert "[Asia/Baku] > " in screen


def test_a_backslash_lets_a_word_be_an_answer() -> None:
    """Somebody may really be called Stop."""
    assert ask(Question("Nickname?"), "\\stop\n")[0] == Said("stop")


def test_several_choices() -> None:
    """Numbers, values and repeats are taken; order is kept."""
    question = Question("Who?", choices=(("you", "You"), ("other", "Other"), ("nobody", "Nobody")), many=True)
    assert ask(question, "2, you,2\n")[0] == Said("other, you")


def test_words_that_are_not_offered_are_refused() -> None:
    """A question without `back` says so and asks again."""
    said, screen = ask(Question("Name?", words=ALWAYS), "back\nAyla\n")
    assert said == Said("Ayla")
    assert "'back' is not possible here" in screen


def test_the_end_of_input_is_an_interruption() -> None:
    """Ctrl-D ends the interview like Ctrl-C; what was recorded stays."""
    with pytest.raises(InterruptedByUser, match="everything recorded so far is kept"):
        ask(SAFE, "")


def test_a_question_cannot_command_the_terminal() -> None:
    """Text of a playbook and earlier answers are neutralised on the prompt too."""
    hostile = Question("Name\x1b[2J?", why="\u202ewhy", choices=(("a", "A\x07"),), default="a\x9b", progress="\x1b[1m")
    _, screen = ask(hostile, "1\n")
    assert not any(c in screen for c in "\x1b\u202e\x07\x9b")


def test_paragraphs_end_with_an_empty_line() -> None:
    """Several lines are one text; nothing at all is refused."""
    with streams("one\ntwo\n\nrest\n"):
        assert Prompts(Output(plain=True)).paragraph("Note:") == "one\ntwo"
    with streams("\n"), pytest.raises(UsageError, match="nothing to write down"):
        Prompts(Output(plain=True)).paragraph("Note:")


def test_the_end_of_the_input_ends_a_paragraph() -> None:
    """Text that is piped in without an empty line behind it is kept whole."""
    with streams("one\ntwo\n"):
        assert Prompts(Output(plain=True)).paragraph("Note:") == "one\ntwo"
    with streams(""), pytest.raises(InterruptedByUser):
        Prompts(Output(plain=True)).paragraph("Note:")


def test_without_terminal_and_file_the_vault_stays_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No terminal and no passphrase file is exit 12, not a hanging prompt."""
    monkeypatch.setattr("recover.cli.prompts._has_terminal", lambda: False)
    with streams(""), pytest.raises(LockedError, match="no terminal"):
        Prompts(Output(plain=True)).passphrase()
