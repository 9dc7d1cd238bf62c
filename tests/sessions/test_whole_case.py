"""A case typed from the first question to a packet, as a helper at a plain terminal would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from recover import content
from tests.cli.runner import answering
from tests.sessions.conftest import Run

INTAKE = {
    "Can you talk freely": "1",
    "in danger at this moment": "no",
    "Could a state body": "no",
    "Who is asking for help?": "holder",
    "What name should stand": "Ayla Example",
    "In which time zone": "Asia/Baku",
    "In which language do you want": "az",
    "live in the European Union": "no",
    "How can we reach you": "ayla@example.org",
    "Does this address hang": "no",
    "Is it a secret that you": "no",
    "prepare and send letters to the platform": "written",
    "To which platform": "Meta, everything, 10 August",
    "a partner organisation carries this": "no",
    "first proof": "security_mails",
    "second proof": "receipts",
    "do you believe": "confirmed",
    "what was checked": "Two helpers saw both",
    "device you are using now free of doubt": "yes",
}

PAGE = {
    "What kind of account": "facebook-page",
    "\nName\n": "Qonşu Səsləri",
    "Address (URL)": "https://www.facebook.com/100064000000101",
    "Numeric ID": "100064000000101",
    "Who can still get in?": "nobody",
    "Could another admin": "no",
}


def started(run: Run, replies: Mapping[str, str]) -> str:
    """Type the replies as the questions come, skip all others; return the case's name."""
    result = run("start", "hijacked-page", "--practice", typed=answering(replies))
    assert result.code == 0, result
    return str(json.loads(run("case", "list", "--json").out)[0]["name"])


def questions(run: Run, case: str) -> dict[str, str]:
    """Return every answer of the case."""
    rows = json.loads(run("answer", case, "--json").out)["questions"]
    return {row["fact"]: row["value"] for row in rows if row["status"] == "given"}


def test_intake_is_typed_once_and_kept(run: Run) -> None:
    """Every typed line becomes the answer it was meant as, letters of Azerbaijani included."""
    case = started(run, INTAKE | PAGE)
    given = questions(run, case)
    assert given["intake.client_name"] == "Ayla Example"
    assert given["intake.zone"] == "Asia/Baku"
    assert given["intake.eu"] == "no"
    assert "Qonşu Səsləri" in given["hijacked_page.page"]
    assert "100064000000101" in given["hijacked_page.page"]


def test_parts_of_an_account_survive_an_interruption(run: Run) -> None:
    """A name typed before Ctrl-C is offered again; the needed parts make the answer, others are added to it."""
    first = iter(["1", "1", "Qonşu Səsləri"])

    def until_number(screen: str) -> str:
        if "Numeric ID" in screen:
            raise KeyboardInterrupt
        return next(first, "skip")

    stopped = run("start", "hijacked-page", "--practice", typed=until_number)
    assert stopped.code == 130, stopped
    case = str(json.loads(run("case", "list", "--json").out)[0]["name"])
    assert "hijacked_page.page" not in questions(run, case)
    assert "Qonşu Səsləri" in run("case", "show", case, "--log").out
    again = run(
        "resume", case, typed=answering({"[Qonşu Səsləri] > ": "", "Numeric ID": "no number", "[skip] > ": "stop"})
    )
    assert "is not a numeric ID" in again.said
    run(
        "resume",
        case,
        typed=answering({"[Qonşu Səsləri] > ": "", "Numeric ID": "100064000000101", "What kind": "stop"}),
    )
    assert questions(run, case)["hijacked_page.page"] == "Qonşu Səsləri, 100064000000101"
    run(
        "answer",
        case,
        "hijacked_page.page",
        typed=answering({"[Qonşu Səsləri] > ": "", "[1000": "", "What kind": "page"}),
    )
    assert questions(run, case)["hijacked_page.page"] == "page, Qonşu Səsləri, 100064000000101"


def test_back_changes_the_answer_before(run: Run) -> None:
    """`back` asks the question before again, with its answer as the default; another answer supersedes it."""
    replies = INTAKE | {"Could a state body": "yes", "Who could be harmed": "back", "[Yes] > ": "no"}
    case = started(run, dict(sorted(replies.items(), key=lambda pair: pair[0] != "[Yes] > ")))
    assert questions(run, case)["intake.state_actor"] == "no"
    log = run("case", "show", case, "--log").out
    assert log.count("intake.state_actor") == 2


def test_evidence_and_reasons_in_the_interview(run: Run, tmp_path: Path) -> None:
    """A step asks for evidence; a file gets a number, what cannot be had gets a reason, both at once in the log."""
    mail = tmp_path / "removal mail.eml"
    mail.write_bytes(b"From: a@example.org\r\nSubject: removed\r\n\r\nYou were removed.\r\n")
    evidence = {
        "Evidence: The mail that says you were removed": "file",
        "Which file or folder?": f"'{mail}'",
        "What is it, in a few words?": "The mail of that night",
        "When was it photographed": "2026-10-05",
        "Evidence: The Page as it looks now": "missing",
        "Because?": "No picture was taken",
    }
    case = started(run, INTAKE | PAGE | evidence)
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
    case = started(run, INTAKE | PAGE)
    run("answer", case, "assets.all", typed="100064000000101\n1\nstop\n")
    shown = json.loads(run("answer", case, "--json").out)["questions"]
    assert next(row for row in shown if row["fact"] == "assets.all")["value"] == "1 rows"


def test_dont_know_is_an_answer(run: Run) -> None:
    """Don't know and prefer not to say are recorded, and not asked again."""
    case = started(run, INTAKE | {"Could a state body": "don't know", "Who could be harmed": "prefer not to say"})
    rows = json.loads(run("answer", case, "--json").out)["questions"]
    status = {row["fact"]: row["status"] for row in rows}
    assert status["intake.state_actor"] == "dont-know"
    assert status["intake.who_at_risk"] == "declined"
    assert "Could a state body" not in run("resume", case, typed=answering({})).err


def test_the_hub_offers_what_can_be_done(run: Run, case: str) -> None:
    """When the questions end, notes and events can be typed in the same session, and stop leaves."""
    result = run("resume", case, typed=answering({}))
    assert result.code == 0
    assert f"{case}: what now?" in result.err
    assert "Write a note" in result.err


def filled(run: Run) -> str:
    """Fill a practice case from the shipped example up to the form; return its name."""
    example = content.playbooks_root() / "hijacked-page" / "answers-example.yaml"
    result = run("start", "hijacked-page", "--practice", "--answers", example, "--json")
    assert result.code == 0, result
    return str(json.loads(result.out)["case"])


def test_a_letter_is_read_approved_and_sent_in_one_session(run: Run) -> None:
    """The text to paste comes with its counts; approval and ticket are kept; then the case waits."""
    case = filled(run)
    result = run("resume", case, typed="yes\nread aloud by phone\nen\nyes\n2026-06-04 09:30\nFB-551201\nstop\n")
    assert result.code == 0, result
    assert "Neighbourhood Notes" in result.out
    assert "What happened (" in result.err
    assert "characters)" in result.err
    letters = json.loads(run("letter", case, "--json").out)["letters"]
    form = next(row for row in letters if row["name"] == "page-hijack-statement")
    assert (form["state"], form["approved"], form["sent"][0]["reference"]) == ("sent", True, "FB-551201")


def test_commands_do_the_same_as_the_session(run: Run, tmp_path: Path) -> None:
    """Without approval a letter cannot be sent; with it, sent, reply and packet follow, each checked by the next."""
    case = filled(run)
    refused = run("sent", case, "page-hijack-statement", "--at", "2026-06-04 09:30")
    assert refused.code == 4, refused
    assert f"hint: recover letter {case} page-hijack-statement" in refused.err
    approved = run("letter", case, "page-hijack-statement", "--approve", "--how", "by phone", "--read-back", "en")
    assert approved.code == 0, approved
    sent = run("sent", case, "page-hijack-statement", "--at", "2026-06-04 09:30", "--reference", "FB-551201")
    assert sent.code == 0, sent
    assert "2026-06-11" in run("due", case, "--as-of", "2026-06-05").out
    packet = run("packet", case, "--for", "platform", "--out", tmp_path / "packet", "--yes", "--as-of", "2026-06-05")
    assert packet.code == 0, packet
    assert "this would leave for" in packet.said
    assert "still readable where they lie" in packet.said
    checked = run("verify", tmp_path / "packet")
    assert (checked.code, "all as written" in checked.out) == (0, True)
    (tmp_path / "packet" / "cover.txt").write_text("changed", "utf-8")
    assert run("verify", tmp_path / "packet").code == 20
    reply = run("reply", case, "restored", "--at", "2026-06-06 12:00", "--text", "Access is back")
    assert reply.code == 0, reply
    assert "FB-551201" in run("timeline", case).out


def test_a_packet_is_shown_and_asked_before_it_is_written(run: Run, tmp_path: Path) -> None:
    """No is no: nothing is written."""
    case = filled(run)
    result = run("packet", case, "--for", "platform", "--out", tmp_path / "packet", typed="no\n")
    assert result.code == 130, result
    assert "nothing was written" in result.err
    assert not (tmp_path / "packet").exists()


def test_what_stays_is_said_once_and_in_words(run: Run, tmp_path: Path) -> None:
    """Letters and exhibits that stay for one reason stand in one line; no identifier stands where a word does."""
    case = filled(run)
    said = run("packet", case, "--for", "platform", "--out", tmp_path / "packet", typed="no\n").said
    assert said.count("no step offers it") == 1
    assert "event event" not in said
    assert "not approved yet" in said


def test_due_dates_are_said_in_words(run: Run) -> None:
    """A date that waits for an answer says `no date yet`; the identifiers of states stay in the JSON."""
    case = filled(run)
    shown = run("due", case).out
    states = {row["state"] for row in json.loads(run("due", case, "--json").out)}
    assert "no-anchor" in states
    assert "no date yet" in shown
    assert "no-anchor" not in shown
    assert "file-now" not in shown


def test_the_timeline_as_a_file(run: Run, tmp_path: Path) -> None:
    """Text, CSV and HTML are written once, never over a file that is there; no day is invented."""
    case = filled(run)
    run("event", case, "Page first hijacked", "--when", "2017-03", "--mark", "loss")
    assert run("timeline", case).out.startswith("March 2017\n")
    for form in ("text", "csv", "html"):
        target = tmp_path / f"timeline.{form}"
        assert run("timeline", case, "--format", form, "--out", target).code == 0
        assert "2017" in target.read_text("utf-8")
        assert "2017-03-01" not in target.read_text("utf-8")
        again = run("timeline", case, "--format", form, "--out", target)
        assert (again.code, "something of that name already" in again.said) == (2, True)
    assert run("timeline", case, "--format", "pdf").code == 2


def test_a_promise_is_settled_from_the_list_of_what_can_be_done(run: Run) -> None:
    """What was promised in a call is offered until somebody says what became of it."""
    case = filled(run)
    run("call", case, "They promise an answer", "--with", "support", "--promise", "an answer=2026-10-20")
    choose = answering({"What became of it?": "broken", "Anything to remember?": "no word"}, otherwise="no")

    def reply(screen: str) -> str:
        row = next((row for row in screen.splitlines() if "Promised by support" in row), "")
        return row.strip().split(")")[0] if row else choose(screen)

    result = run("resume", case, typed=reply)
    assert result.code == 0, result
    assert any(
        row["kind"] == "promise" and row["state"] == "missed" for row in json.loads(run("due", case, "--json").out)
    )


def test_practice_leaves_packets_and_no_vault(run: Run, tmp_path: Path) -> None:
    """A story runs without prompts, meets its expectations and leaves packets that say practice."""
    from tests.cli.runner import recover

    result = recover("practice", "first-try", "--out", tmp_path / "out", "--vault", tmp_path / "none")
    assert result.code == 0, result
    assert "expectations met" in result.out
    assert (tmp_path / "out" / "platform" / "manifest.json").exists()
    assert not (tmp_path / "none").exists()


def test_rows_and_events_are_changed_from_the_list_of_what_can_be_done(run: Run) -> None:
    """A column of a row is changed, a row taken out with a reason, and an event gets its meaning and its exhibit."""
    case = filled(run)
    before = json.loads(run("answer", case, "--json").out)["questions"]
    rows = next(row["value"] for row in before if row["fact"] == "assets.admins")

    def hub(task: str, replies: dict[str, str]) -> None:
        choose = answering(replies, otherwise="no")
        done = False

        def reply(screen: str) -> str:
            nonlocal done
            if "what now?" in screen and not done:
                done = True
                return next(row.strip().split(")")[0] for row in screen.splitlines() if task in row)
            return choose(screen)

        assert run("resume", case, typed=reply).code == 0

    who = "Who could manage the Page, as far as you know?"
    hub(
        "Change an answer",
        {
            "Which answer?": who,
            "Which row?": "1",
            "What about it?": "Name",
            "\nName": "Somebody Else",
            "What else about it?": "That is all",
        },
    )
    assert "Somebody Else" in run("case", "show", case, "--log").out
    belongs = "It does not belong here, because …"
    hub(
        "Change an answer",
        {"Which answer?": who, "Which row?": "1", "What about it?": belongs, "Because?": "typed twice"},
    )
    after = json.loads(run("answer", case, "--json").out)["questions"]
    assert next(row["value"] for row in after if row["fact"] == "assets.admins") != rows
    event = {
        "When was it?": "2026-06-05",
        "What happened?": "The taker renamed the Page",
        "How is it known?": "documented",
        "What was it, to this case?": "attack",
        "Which exhibits show it?": "E01",
    }
    hub("Record something that happened", event)
    assert "The taker renamed the Page [E01]" in run("timeline", case).out
