"""A case typed from the first question to a packet, as a helper at a plain terminal would."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sessions.conftest import Run

INTAKE = """\
1
1
2

1
Ayla Example
Asia/Baku
az
2
ayla@example.org
1
2
1
Meta, everything, 10 August
3

2
3
1
Two helpers saw both
1
""".splitlines()

PAGE = """\
facebook-page
Qonşu Səsləri
https://www.facebook.com/100064000000101
100064000000101

4
no
""".splitlines()


def started(run: Run, *lines: str) -> str:
    """Type the intake and the lines behind it; return the case's name."""
    result = run("start", "hijacked-page", "--practice", typed="\n".join([*INTAKE, *lines, "stop", ""]))
    assert result.code == 0, result
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])


def questions(run: Run, case: str) -> dict[str, str]:
    """Return every answer of the case."""
    rows = json.loads(run("answer", case, "--json").out)["questions"]
    return {row["fact"]: row["value"] for row in rows if row["status"] == "given"}


def test_intake_is_typed_once_and_kept(run: Run) -> None:
    """Every typed line becomes the answer it was meant as, letters of Azerbaijani included."""
    case = started(run, *PAGE)
    given = questions(run, case)
    assert given["intake.client_name"] == "Ayla Example"
    assert given["intake.zone"] == "Asia/Baku"
    assert given["intake.eu"] == "no"
    assert "Qonşu Səsləri" in given["hijacked_page.page"]
    assert "100064000000101" in given["hijacked_page.page"]


def test_back_changes_the_answer_before(run: Run) -> None:
    """`back` asks the question before again, with its answer as the default; another answer supersedes it."""
    result = run("start", "hijacked-page", "--practice", typed="1\n1\nyes\nback\nno\nstop\n")
    assert "[Yes] > " in result.err
    case = json.loads(run("case", "list", "--json").out)[0]["name"]
    assert questions(run, case)["intake.state_actor"] == "no"


def test_evidence_and_reasons_in_the_interview(run: Run, tmp_path: Path) -> None:
    """A step asks for evidence; a file gets a number, what cannot be had gets a reason, both at once in the log."""
    mail = tmp_path / "removal mail.eml"
    mail.write_bytes(b"From: a@example.org\r\nSubject: removed\r\n\r\nYou were removed.\r\n")
    case = started(
        run, *PAGE, "1", f"'{mail}'", "The mail of that night", "2026-10-05", "missing", "No picture was taken"
    )
    listed = json.loads(run("evidence", "list", case, "--json").out)["exhibits"]
    assert [(row["number"], row["title"], row["captured_at"]) for row in listed] == [
        ("E01", "The mail of that night", "2026-10-05")
    ]
    assert listed[0]["fulfils"] == ["capture.removal_mail"]
    log = run("case", "show", case, "--log").out
    assert "evidence.explained" in log
    assert "No picture was taken" in log


def test_a_list_is_kept_row_by_row_and_column_by_column(run: Run, tmp_path: Path) -> None:
    """Stopping in the middle of a row keeps the columns that were typed."""
    case = started(run, *PAGE)
    run("answer", case, "assets.all", typed="100064000000101\n1\nstop\n")
    shown = json.loads(run("answer", case, "--json").out)["questions"]
    assert next(row for row in shown if row["fact"] == "assets.all")["value"] == "1 rows"


def test_dont_know_is_an_answer(run: Run) -> None:
    """Don't know and prefer not to say are recorded, and not asked again."""
    result = run("start", "hijacked-page", "--practice", typed="1\n1\ndon't know\nprefer not to say\nstop\n")
    assert result.code == 0
    case = json.loads(run("case", "list", "--json").out)[0]["name"]
    rows = json.loads(run("answer", case, "--json").out)["questions"]
    status = {row["fact"]: row["status"] for row in rows}
    assert status["intake.state_actor"] == "dont-know"
    assert status["intake.who_at_risk"] == "declined"


def test_the_hub_offers_what_can_be_done(run: Run, case: str) -> None:
    """When the questions end, notes and events can be typed in the same session, and stop leaves."""
    result = run("resume", case, typed="skip\n" * 30 + "")
    assert f"{case}: what now?" in result.err
    assert "Write a note" in result.err
