"""A timeline leaves as a file and comes back: recorded, without loss, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runner import answering
from tests.sessions.conftest import SAFE, Run
from tests.sessions.test_whole_case import filled

LOST = "2026-10-05 21:40 Asia/Baku"


MAIL = "From: a@example.org\nSubject: removed\n\nYou were removed.\n"


def other_case(run: Run, mail: Path) -> str:
    """Open one more practice case that has the same mail under another number; return its two words."""
    before = {row["name"] for row in json.loads(run("case", "list", "--json").out)}
    assert run("start", "hijacked-page", "--practice", typed=answering(SAFE)).code == 0
    (name,) = {row["name"] for row in json.loads(run("case", "list", "--json").out)} - before
    mail.with_name("other.eml").write_text("Subject: something else\n", "utf-8")
    for file in (mail.with_name("other.eml"), mail):
        assert run("evidence", "add", name, file, "--kind", "mail", "--title", "Mail").code == 0
    return str(name)


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def contents(path: Path) -> list[dict[str, Any]]:
    """Return the same without what each case numbers for itself; exhibits are told by their SHA-256."""
    found = lines(path)
    numbers = {line["entry"]: line["number"] for line in found}
    own = ("entry", "about", "exhibits")
    return [{**{k: v for k, v in line.items() if k not in own}, "about": numbers.get(line["about"])} for line in found]


@pytest.fixture
def told(run: Run, case: str, tmp_path: Path) -> Path:
    """The file of a case with dates of every kind, an exhibit, a claim and two versions of one event."""
    (tmp_path / "mail.eml").write_text(MAIL, "utf-8")
    assert run("evidence", "add", case, tmp_path / "mail.eml", "--kind", "mail", "--title", "Mail").code == 0
    shown = ["--stance", "documented", "--exhibit", "E01"]
    claimed = ["--stance", "claimed-by", "--by", "a neighbour"]
    events: list[list[str]] = [
        ["event", case, "Taken the first time", "--when", "2017-03", "--mark", "loss"],
        ["event", case, "Asleep", "--when", "2017-03/2025-10", "--stance", "helpline", "--source", "web archive"],
        ["event", case, "Strangers post at http://evil.example/x", "--when", "2025-10~", "--mark", "attack"],
        ["event", case, "Somebody said ə ş \u202e so", "--when", "unknown", *claimed],
        ["event", case, "=1+1 {{ 7*7 }} <b>", "--when", LOST, "--mark", "loss", "--mark", "gap", *shown],
    ]
    for words in events:
        assert run(*words).code == 0, words
    first = json.loads(run("timeline", case, "--json").out)["rows"]
    entry = next(row["entry"] for row in first if "7*7" in row["text"])
    assert (
        run("event", case, "It was an hour later", "--when", "2026-10-05 22:40 Asia/Baku", "--about", entry).code == 0
    )
    path = tmp_path / "told.jsonl"
    result = run("timeline", case, "--format", "jsonl", "--out", path)
    assert result.code == 0, result
    return path


def test_out_and_in_again_loses_nothing(run: Run, case: str, told: Path, tmp_path: Path) -> None:
    """Exported, read into another case and exported again: equal but for the names of entries."""
    other = other_case(run, told.with_name("mail.eml"))
    result = run("event", other, "--import", told, "--yes")
    assert result.code == 0, result
    assert "events added: 6; there already: 0" in result.out
    again = tmp_path / "again.jsonl"
    assert run("timeline", other, "--format", "jsonl", "--out", again).code == 0
    assert contents(again) == contents(told)
    assert any(line["about"] for line in contents(told))
    exhibits = [[number for line in lines(path) for number in line["exhibits"]] for path in (told, again)]
    assert exhibits == [["E01"], ["E02"]]


def test_what_is_there_already_is_not_added_again(run: Run, case: str, told: Path) -> None:
    """The same file into the same case, or twice into another, adds nothing and says so."""
    result = run("event", case, "--import", told, "--yes")
    assert "events added: 0; there already: 6" in result.out, result
    other = other_case(run, told.with_name("mail.eml"))
    assert run("event", other, "--import", told, "--yes").code == 0
    result = run("event", other, "--import", told)
    assert "events added: 0; there already: 6" in result.out, result


def test_a_wrong_line_writes_nothing(run: Run, case: str, told: Path) -> None:
    """Exit 32 with file and line, and the log is as it was."""
    other = other_case(run, told.with_name("mail.eml"))
    before = run("case", "show", other, "--log", "--json").out
    broken = lines(told)
    broken[3]["stance"] = "certain"
    told.write_text("\n".join(map(json.dumps, broken)), "utf-8")
    result = run("event", other, "--import", told, "--yes")
    assert result.code == 32, result
    assert "told.jsonl:4" in result.err
    assert run("case", "show", other, "--log", "--json").out == before


def test_an_exhibit_that_is_not_here_is_refused_or_named(run: Run, case: str, told: Path) -> None:
    """A line that names an exhibit of another case is refused; left out on demand, the source says which it was."""
    changed = lines(told)
    changed[0] |= {"exhibits": ["E07"], "exhibit_sha256": ["ab" * 32], "assets": ["100064000000999"]}
    told.write_text("\n".join(map(json.dumps, changed)), "utf-8")
    other = other_case(run, told.with_name("mail.eml"))
    result = run("event", other, "--import", told, "--yes")
    assert result.code == 32, result
    assert "E07, 100064000000999" in result.said
    assert run("event", other, "--import", told, "--yes", "--drop-missing").code == 0
    rows = json.loads(run("timeline", other, "--json").out)["rows"]
    assert rows[0]["source"].endswith("[not here: E07, SHA-256 abababababababab…; 100064000000999]")
    assert rows[0]["exhibits"] == []


def test_a_file_of_another_program_is_shown_before_it_is_asked(run: Run, case: str, tmp_path: Path) -> None:
    """Its lines are claims of the file; what is not read is named; a no adds nothing."""
    path = tmp_path / "plaso.jsonl"
    line = {"message": "login", "datetime": "2026-01-05T17:40:00Z", "timestamp_desc": "seen", "hostname": "x"}
    path.write_text(json.dumps(line) + "\n", "utf-8")
    result = run("event", case, "--import", path, typed="no\n")
    assert result.code == 130, result
    assert "new: 1" in result.said
    assert "members that are not read: hostname" in result.said
    assert "lines of another program: 1" in result.said
    assert json.loads(run("timeline", case, "--json").out)["rows"] == []
    assert run("event", case, "--import", path, typed="yes\n").code == 0
    (row,) = json.loads(run("timeline", case, "--json").out)["rows"]
    assert (row["text"], row["basis"]) == ("login (seen)", "(claimed by plaso.jsonl)")


def test_scripts_must_say_yes(run: Run, case: str, told: Path) -> None:
    """With --json nobody is asked, so --yes is needed; the answer counts what was done."""
    other = other_case(run, told.with_name("mail.eml"))
    assert run("event", other, "--import", told, "--json").code == 2
    row = json.loads(run("event", other, "--import", told, "--json", "--yes").out)
    assert (row["new"], row["there"], row["foreign"], row["unknown"]) == (6, 0, 0, [])
    assert len(row["entries"]) == 6


def test_import_stands_alone(run: Run, case: str, told: Path) -> None:
    """An event typed and a file of events are two commands; a file that is not there is said to be missing."""
    assert run("event", case, "a text", "--import", told).code == 2
    assert run("event", case, "a text", "--yes", "--when", "2017").code == 2
    assert run("event", case, "--import", told.with_name("nothing.jsonl")).code == 10


def test_a_timeline_that_leaves_is_recorded(run: Run, case: str, told: Path) -> None:
    """The log says that the helper's own timeline was written, and with which SHA-256."""
    import hashlib

    entries = json.loads(run("case", "show", case, "--log", "--json").out)["entries"]
    assert entries[-1]["kind"] == "packet.exported"
    exported = run("timeline", case, "--format", "html", "--out", told.with_name("t.html"), "--json")
    digest = json.loads(exported.out)["sha256"]
    assert digest == hashlib.sha256(told.with_name("t.html").read_bytes()).hexdigest()


def test_every_format_is_written_and_none_over_another(run: Run, case: str, told: Path) -> None:
    """Text, CSV, HTML, PDF and JSON Lines; a file that exists is never replaced; a PDF is not for the screen."""
    for form in ("text", "csv", "html", "pdf", "jsonl"):
        out = told.with_name(f"x.{form}")
        result = run("timeline", case, "--format", form, "--out", out)
        assert result.code == 0, result
        assert "still readable" in result.err
        assert run("timeline", case, "--format", form, "--out", out).code == 2
    assert told.with_name("x.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in told.with_name("x.html").read_bytes()
    assert run("timeline", case, "--format", "pdf").code == 2
    assert run("timeline", case, "--format", "docx").code == 2


def test_a_file_for_a_reader_needs_consent(run: Run, case: str, told: Path) -> None:
    """Without consent no timeline leaves for a partner: exit 4, nothing written, nothing recorded."""
    before = len(json.loads(run("case", "show", case, "--log", "--json").out)["entries"])
    out = told.with_name("partner.jsonl")
    result = run("timeline", case, "--format", "jsonl", "--for", "partner", "--out", out)
    assert result.code == 4, result
    assert not out.exists()
    assert len(json.loads(run("case", "show", case, "--log", "--json").out)["entries"]) == before


def test_versions_that_a_correction_closed_into_a_circle_still_leave(run: Run, case: str, tmp_path: Path) -> None:
    """A timeline whose two events were corrected to be each other's version is written and compared all the same."""
    ids = []
    for text in ("one", "two"):
        row = json.loads(run("event", case, text, "--when", "2026-01-05", "--json").out)
        ids.append(row["entries"][0]["id"])
    for entry, other in (ids, ids[::-1]):
        run("correct", case, entry, "--set", f"about={other}", "--reason", "typing")
    out = tmp_path / "circle.jsonl"
    assert run("timeline", case, "--format", "jsonl", "--out", out).code == 0
    assert run("timeline", case, "--format", "html", "--out", tmp_path / "circle.html").code == 0
    assert run("event", case, "--import", out, "--yes").code in (0, 32)


def test_a_platform_is_named_for_a_file_only(run: Run, case: str) -> None:
    """On the screen no platform is chosen."""
    assert run("timeline", case, "--for", "platform", "--platform", "meta").code == 2


def test_a_file_for_a_platform_holds_what_its_packet_holds(run: Run, tmp_path: Path) -> None:
    """With consent: the events that a platform may see, under its name in the log, and nothing of what is planned."""
    case = filled(run)
    run("event", case, "Taken the first time", "--when", "2017-03", "--mark", "loss")
    run("event", case, "We shall call a partner", "--when", "2017-04", "--mark", "plan")
    out = tmp_path / "platform.jsonl"
    result = run("timeline", case, "--format", "jsonl", "--for", "platform", "--out", out)
    assert result.code == 0, result
    said = out.read_text("ascii")
    assert "Taken the first time" in said
    assert "partner" not in said
    last = json.loads(run("case", "show", case, "--log", "--json").out)["entries"][-1]
    assert last["kind"] == "packet.exported"
    assert "platform" in last["says"]


def test_dispatches_and_answers_come_back_as_events(run: Run, tmp_path: Path) -> None:
    """What a case sent and heard is told by the file; another case reads it as events, the same case adds nothing."""
    case = filled(run)
    for words in (
        ["letter", case, "page-hijack-statement", "--approve", "--how", "by phone", "--read-back", "en"],
        ["sent", case, "page-hijack-statement", "--at", "2026-06-04 09:30", "--reference", "FB-551201"],
        ["reply", case, "refused", "--at", "2026-06-06 12:00", "--text", "They said no"],
    ):
        assert run(*words).code == 0, words
    path, again = tmp_path / "sent.jsonl", tmp_path / "again.jsonl"
    assert run("timeline", case, "--format", "jsonl", "--out", path).code == 0
    assert {"filing", "reply"} <= {mark for line in lines(path) for mark in line["marks"]}
    assert "events added: 0" in run("event", case, "--import", path, "--yes").out
    (tmp_path / "mail.eml").write_text(MAIL, "utf-8")
    other = other_case(run, tmp_path / "mail.eml")
    result = run("event", other, "--import", path, "--yes", "--drop-missing")
    assert result.code == 0, result
    assert run("timeline", other, "--format", "jsonl", "--out", again).code == 0
    kept = ("when", "text", "stance", "marks", "timestamp")
    assert [[line[name] for name in kept] for line in lines(again)] == [
        [line[name] for name in kept] for line in lines(path)
    ]
