"""Letters in other languages at the terminal: an annex, what is read back, and the approval that follows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sessions.conftest import Run
from tests.sessions.test_whole_case import filled

LETTER = "page-hijack-statement"


def test_an_annex_stands_below_the_letter(run: Run) -> None:
    """The letter itself is the same, and so is what the client approves; the annex has its own language."""
    case = filled(run)
    alone = json.loads(run("letter", case, LETTER, "--json").out)
    both = json.loads(run("letter", case, LETTER, "--annex", "az", "--json").out)
    assert (alone["annex"], alone["text_sha256"]) == (None, both["text_sha256"])
    assert both["annex"]["language"] == "az"
    assert "Neighbourhood Notes" in both["annex"]["text"]
    assert "xx" in run("letter", case, LETTER, "--language", "xx").err
    assert run("letter", case, LETTER, "--annex", "<b>").code == 2


def test_a_letter_is_read_back_and_approved_in_the_clients_language(run: Run) -> None:
    """What was heard is recorded before anything can be recorded as sent."""
    case = filled(run)
    told = run("letter", case, LETTER, "--read-back", "ar-LB")
    assert told.code == 0, told
    assert "Neighbourhood Notes" in told.out
    assert "--approve --read-back ar-LB" in told.err
    assert run("sent", case, LETTER, "--at", "2026-06-04 09:30").code == 4
    approved = run("letter", case, LETTER, "--approve", "--read-back", "ar-LB", "--how", "read aloud by phone")
    assert approved.code == 0, approved
    assert run("sent", case, LETTER, "--at", "2026-06-04 09:30").code == 0
    log = run("case", "show", case, "--log", "--json")
    approval = next(row for row in json.loads(log.out)["entries"] if row["kind"] == "letter.approved")
    assert "read aloud by phone | ar-LB" in approval["says"]


def test_words_are_translated_with_the_tool_of_the_playbooks(run: Run, tmp_path: Path) -> None:
    """An own folder holds them in `words/`, lint reads them, and English itself is no language to translate into."""
    own = tmp_path / "own"
    (own / "words").mkdir(parents=True)
    made = run("playbook", "translate", "words", "--to", "xx", "--playbooks", own)
    assert made.code == 0, made
    assert (own / "words" / "xx.yaml").is_file()
    status = run("playbook", "translate", "words", "--to", "xx", "--status", "--json", "--playbooks", own)
    rows = json.loads(status.out)
    assert [(row["file"], row["language"], row["translated"]) for row in rows] == [("words", "xx", 0)]
    assert run("playbook", "translate", "words", "--to", "en").code == 2
    assert run("playbook", "lint", own, "--playbooks", own).code == 0
