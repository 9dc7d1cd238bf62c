"""Commands that add to the log outside the interview, and those that put mistakes right."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.sessions.conftest import Run

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe\u2066\x9b31m"


def log(run: Run, case: str) -> list[dict[str, str]]:
    """Return the entries of the log."""
    rows: list[dict[str, str]] = json.loads(run("case", "show", case, "--log", "--json").out)["entries"]
    return rows


def test_note_event_and_call_echo_the_case(run: Run, case: str) -> None:
    """Each write names the case, its entry and a receipt."""
    for words in (
        ["note", case, "a note"],
        ["event", case, "Removed as admin", "--when", "2026-10-05 21:40 Asia/Baku", "--stance", "documented"],
        ["call", case, "They promise an answer", "--with", "support", "--promise", "an answer=2026-10-20"],
    ):
        result = run(*words)
        assert result.code == 0, result
        assert result.out.startswith(f"{case}: ")
        assert "entry " in result.out
        assert "receipt: " in result.out


def test_text_comes_from_standard_input(run: Run, case: str) -> None:
    """`-` reads the text, so that nothing stands in the shell's history."""
    assert run("note", case, "-", typed="eins\nzwei\n").code == 0
    assert log(run, case)[-1]["says"].startswith("eins")


def test_nothing_on_standard_input_is_refused(run: Run, case: str) -> None:
    """An empty pipe records nothing."""
    result = run("note", case, "-", typed="")
    assert result.code == 32
    assert "nothing came in" in result.err


def test_undo_and_correct(run: Run, case: str) -> None:
    """An undone entry stays readable and counts no more; a corrected one shows what replaced it."""
    entry = json.loads(run("note", case, "wrong case", "--json").out)["entries"][0]["id"]
    assert f"undone: entry {entry}" in run("undo", case).out
    assert next(row for row in log(run, case) if row["id"] == entry)["standing"] == "undone"
    entry = json.loads(run("note", case, "teh note", "--json").out)["entries"][0]["id"]
    assert run("correct", case, entry, "--set", "text=the note", "--reason", "typing").code == 0
    assert next(row for row in log(run, case) if row["id"] == entry)["standing"] == "corrected"


def test_an_answer_is_changed_and_what_hangs_on_it_is_named(run: Run, case: str) -> None:
    """A new value supersedes; the same value again adds nothing; an impossible one is refused with a hint."""
    assert run("answer", case, "intake.zone", "Asia/Baku").code == 0
    again = run("answer", case, "intake.zone", "Asia/Baku")
    assert "nothing was added" in again.out
    wrong = run("answer", case, "intake.zone", "Asia/Bako")
    assert (wrong.code, "Asia/Baku" in wrong.err) == (2, True)
    unknown = run("answer", case, "intake.zon", "x")
    assert (unknown.code, "did you mean intake.zone" in unknown.err) == (2, True)
    assert run("answer", case, "intake.state_actor", "--dont-know").code == 0


def test_evidence_from_files_and_folders(run: Run, case: str, tmp_path: Path) -> None:
    """Files get numbers, a second copy is named, plaintext left behind is named, custody is kept."""
    folder = tmp_path / "screens"
    folder.mkdir()
    (folder / "one.png").write_bytes(b"\x89PNG one")
    (folder / "two.png").write_bytes(b"\x89PNG two")
    added = run("evidence", "add", case, folder, "--captured-at", "2026-10-05")
    assert added.code == 0, added
    assert "E01" in added.out
    assert "2 exhibits added" in added.out
    assert "still readable where they lie" in added.said
    again = run("evidence", "add", case, folder / "one.png")
    assert "already here as E01" in again.err
    out = tmp_path / "out.png"
    exported = run("evidence", "export", case, "E02", "--out", out)
    assert exported.code == 0, exported
    assert out.read_bytes() == b"\x89PNG two"
    assert "taken out" in run("evidence", "show", case, "E02").out
    assert run("evidence", "withdraw", case, "E02", "--reason", "shows a child").code == 0
    assert "[withdrawn]" in run("evidence", "list", case).out
    erased = run("erase", case, "E02", "--reason", "shows a child", "--yes")
    assert erased.code == 0, erased
    assert "backups of the vault" in erased.said
    assert run("verify").code == 0


def test_case_close_names_what_is_open(run: Run, case: str) -> None:
    """A closed case leaves `next`; closing it again says so."""
    closed = run("case", "close", case, "--outcome", "handed-over", "--reason", "another helpline took over")
    assert closed.code == 0, closed
    assert "closed: handed-over" in run("case", "list").out
    assert run("next").out == "nothing to do now\n"


@pytest.mark.parametrize("plain", [True, False], ids=["text", "json"])
def test_hostile_text_is_neutralised_on_every_screen(run: Run, case: str, tmp_path: Path, plain: bool) -> None:
    """Whatever a taker wrote, a title, a file's name or a note never commands the helper's terminal."""
    form = [] if plain else ["--json"]
    mail = tmp_path / "a\u202efdp.eml"
    mail.write_bytes(b"x")
    results = [
        run("note", case, "-", *form, typed=f"note {HOSTILE}"),
        run("answer", case, "intake.client_name", f"Name \u202e{HOSTILE}", *form),
        run(
            "event",
            case,
            f"They wrote {HOSTILE}",
            "--when",
            "2026-10",
            "--stance",
            "claimed-by",
            "--by",
            HOSTILE,
            *form,
        ),
        run("evidence", "add", case, mail, "--title", f"Title {HOSTILE}", "--shows", HOSTILE, *form),
        run("evidence", "show", case, "E01", *form),
        run("evidence", "list", case, *form),
        run("note", HOSTILE, "-", *form),
        run("letter", case, HOSTILE, *form),
        run("packet", case, "--for", HOSTILE, "--out", tmp_path / "p", *form),
        run("case", "show", case, *form),
        run("case", "show", case, "--log", *form),
        run("timeline", case, *form),
        run("next", *form),
        run("due", *form),
        run("answer", case, *form),
        run("resume", case, typed=f"{HOSTILE}\n"),
    ]
    for result in results:
        assert result.code != 1, result
        for shown in (result.out, result.err):
            bad = {c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"}
            bad |= {c for c in shown if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"}
            assert not bad, (bad, result)


def test_a_refused_argument_names_the_command_that_asks(run: Run) -> None:
    """The hint is the same command without the words, ready to paste."""
    assert run("start", "hijacked-page", typed="stop\n").code == 0
    name = json.loads(run("case", "list", "--json").out)[0]["name"]
    refused = run("sent", name, "page-hijack-statement", "--at", "2026-06-04 09:30", "--reference", "FB-551201")
    assert refused.code == 2
    assert f"hint: recover sent {name} page-hijack-statement --at '2026-06-04 09:30'  " in refused.err
    assert "FB-551201" not in refused.err
