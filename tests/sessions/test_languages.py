"""What the client hears is in the client's language; the helper sees the English wherever it is not certain."""

from __future__ import annotations

import json

from tests.cli.runner import answering
from tests.sessions.conftest import Run

FIRST = {"read aloud": "1", "Is anyone in danger": "1"}


def test_card_and_questions_are_read_in_the_clients_language(run: Run) -> None:
    """Nobody has reviewed the shipped Azerbaijani: it is said once, and the English stands beside each text."""
    result = run("start", "hijacked-page", "--practice", "--lang", "az", typed=answering(FIRST, otherwise="stop"))
    assert result.code == 0, result
    assert "Nobody has reviewed the translation" in result.said
    assert "First aid: Kimsə səhifəni ələ keçirib" in result.said
    assert "en: Is somebody in danger? Then people first, the Page later." in result.said
    assert "“Hər şeydən əvvəl. Sərbəst danışa bilirsiniz, kimsə təhlükədədir?”" in result.said
    assert "İndi sərbəst danışa bilərsiniz? en: Can you talk freely right now?" in result.said
    assert "1) Bəli, təkəm və əlaqə təhlükəsizdir (Yes, alone and on a safe line)" in result.said


def test_an_answer_is_its_value_in_every_language(run: Run) -> None:
    """Numbers, translated labels and values mean the same answer; what is recorded is the value."""
    result = run("start", "hijacked-page", "--practice", "--lang", "az", typed=answering(FIRST, otherwise="stop"))
    assert result.code == 0, result
    questions = json.loads(run("answer", "--json").out)["questions"]
    assert {row["fact"]: row["status"] for row in questions}["intake.safe_to_talk"] == "given"


def begun(run: Run) -> str:
    """A case that stands at its first question; returns its two words."""
    assert run("start", "hijacked-page", "--practice", typed="\nstop\n").code == 0
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])


def test_another_language_for_one_session(run: Run) -> None:
    """`resume --lang` reads to a relative in another language and changes nothing in the case."""
    case = begun(run)
    result = run("resume", case, "--lang", "ru", typed="stop\n")
    assert "Вы можете сейчас свободно говорить? en: Can you talk freely right now?" in result.said, result
    again = run("resume", case, typed="stop\n")
    assert "Can you talk freely right now?" in again.said
    assert "свободно" not in again.said


def test_what_is_not_translated_is_english_with_a_remark(run: Run) -> None:
    """A language without a catalogue is told once; nothing is left out."""
    result = run("resume", begun(run), "--lang", "ka", typed="stop\n")
    assert result.said.count("There is no translation into ka; everything is in English.") == 1
    assert "Can you talk freely right now?" in result.said


def test_a_tag_that_is_no_language_is_refused(run: Run) -> None:
    """A typing mistake is told before anything is asked."""
    result = run("start", "hijacked-page", "--lang", "Azerbaijani!", typed="")
    assert (result.code, "is no language" in result.said) == (2, True)
