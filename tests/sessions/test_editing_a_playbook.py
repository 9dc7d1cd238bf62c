"""A trainer who has never seen YAML makes a playbook, changes it by being asked, and compares and translates it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from recover import content
from recover.playbook.document import Document
from recover.playbook.loader import load_playbook
from tests.cli.runner import Result, Typed, recover

ID = "stolen-channel"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An own folder with a new playbook in it."""
    folder = tmp_path / "own"
    folder.mkdir()
    made = recover("playbook", "new", ID, "--in", folder, "--title", "A stolen channel")
    assert made.code == 0, made
    return folder


def edited(own: Path, *arguments: object, typed: Typed = "") -> Result:
    return recover("--plain", "--playbooks", own, "playbook", "edit", *arguments, typed=typed)


def file_of(own: Path) -> Path:
    return own / ID / "playbook.yaml"


def value(own: Path, dotted: str) -> object:
    document = Document(file_of(own).read_text("utf-8"), "x")
    return document.get(document.path(dotted))


def typed(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def script(*replies: tuple[str, str]) -> Typed:
    """Answer questions one after the other; each screen has to hold the words of its reply.

    A reply that names a choice by words is turned into that choice's number on the screen.
    """
    left = list(replies)

    def reply(screen: str) -> str:
        assert left, f"nothing more to say to: {screen}"
        words, answer = left.pop(0)
        assert words in " ".join(screen.split()), (words, screen)
        return _number(screen, answer)

    return reply


def _number(screen: str, answer: str) -> str:
    for row in screen.splitlines():
        number, bracket, label = row.strip().partition(") ")
        if bracket and number.isdecimal() and answer in label and answer:
            return number
    return answer


MENU = "What do you want to change?"
DONE = (MENU, "That is all")


def test_advice_is_changed_by_being_asked(own: Path) -> None:
    """Picked by numbers, typed in one line; only that text, the version and the day of the review change."""
    before = file_of(own).read_text("utf-8")
    result = edited(own, ID, "--no-test", typed=script(
        (MENU, "Words of a step"), ("Words of which step?", "The platform does not move"),
        ("Which words?", "Advice for the helper"), ("what should it say?", "Say it: plainly,"), ("", "and kindly."),
        ("", ""), DONE, ("Write it?", "yes"),
    ))  # fmt: skip
    assert result.code == 0, result
    after = file_of(own).read_text("utf-8")
    gone = [row.split(":")[0].strip() for row in before.splitlines() if row not in after.splitlines()]
    assert gone in (["version", "say"], ["version", "reviewed", "say"])
    assert value(own, "version") == "0.1.1"
    assert "+    say: 'Say it: plainly, and kindly.'" in result.out
    assert "written: " in result.said


def test_a_new_question_is_asked_where_it_was_wanted_and_answered_in_the_stories(own: Path) -> None:
    """A question with its answers is made; its answer goes into the stories, which then pass; nothing else moves."""
    asked = script(
        (MENU, "Ask something new"), ("In which step is it asked?", "What happened, and what may vanish"),
        ("The question, in words", "Who else can still get in?"), ("Why is it asked?", "One open session can help."),
        ("How is it answered?", "One of several answers"), ("Its permanent id", ""),
        ("An answer", "A colleague"), ("Its permanent id", ""), ("An answer", "Nobody"), ("Its permanent id", ""),
        ("A further answer", ""), ("May it stay open?", "no"), ("Behind which question?", "When did you notice it?"),
        ("What do the stories of this playbook answer", "nobody"), DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, typed=asked)
    assert result.code == 0, result
    assert "stories: all as expected" in result.said
    step = next(each for each in load_playbook(ID, (own,)).steps if each.id == "account")
    assert step.ask[2] == "stolen_channel.who_else_can_still"
    for story in (own / ID / "stories").glob("*.yaml"):
        assert "      stolen_channel.who_else_can_still: nobody\n" in story.read_text("utf-8")


def test_a_new_question_without_an_answer_in_the_stories_is_told(own: Path) -> None:
    """A script that forgets the stories is told which one lacks what, and nothing is written."""
    before = file_of(own).read_bytes()
    fact = "facts.other={type: yes-no, ask: Who else?, why: Because.}"
    result = edited(own, ID, "--set", fact, "--add", "steps.account.ask=other", "--yes")
    assert result.code == 30, result
    assert "it lacks stolen_channel.other" in result.said
    assert "1 story would not go as it expects; nothing was written: stolen-channel-first" in result.said
    assert file_of(own).read_bytes() == before


def test_the_same_question_may_stay_open_and_is_written(own: Path) -> None:
    """What is optional holds no story back: written, loaded, and asked behind the question that was named."""
    asked = script(
        (MENU, "Ask something new"), ("In which step is it asked?", "What happened, and what may vanish"),
        ("The question, in words", "Who else can still get in?"), ("Why is it asked?", "One open session can help."),
        ("How is it answered?", "Yes or no"), ("Its permanent id", "others_inside"), ("May it stay open?", "yes"),
        ("Behind which question?", "Which account is it?"), DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, typed=asked)
    assert result.code == 0, result
    assert "stories: all as expected" in result.said
    loaded = load_playbook(ID, (own,))
    step = next(each for each in loaded.steps if each.id == "account")
    assert step.ask[:2] == ("stolen_channel.account", "stolen_channel.others_inside")


def test_a_platform_reply_leads_to_a_new_step(own: Path) -> None:
    """An outcome of the catalogue is added to a wait, with a step of its own and fewer days of patience."""
    asked = script(
        (MENU, "What the platform answers"), ("Which wait?", "Wait for the platform"),
        ("What did the other side do?", "New: They ask for an ID"), ("Where does the case go then?", "A new step"),
        ("The title of the new step", "They want an ID"), ("Advice for the helper", "Other proofs first."), ("", ""),
        ("Its permanent id", "asks_for_id"), ("And after it?", "Wait for the platform"),
        (MENU, "What the platform answers"), ("Which wait?", "Wait for the platform"),
        ("What did the other side do?", "No answer"), ("After how long", "7d"),
        ("Where does the case go then?", "The platform does not move"), DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, "--no-test", typed=asked)
    assert result.code == 0, result
    assert value(own, "steps.reply.outcomes.asks_id") == "asks_for_id"
    assert value(own, "steps.reply.outcomes.silence") == {"after": "7d", "go": "stuck"}
    assert value(own, "steps.asks_for_id.next") == "reply"
    load_playbook(ID, (own,))


def test_enter_keeps_where_an_answer_leads_and_when_to_look(own: Path) -> None:
    """Who only changes a length need not find the step again in a long list; reminders stand there as they are."""
    before = value(own, "steps.reply.outcomes.silence")
    remind = value(own, "steps.reply.wait.remind")
    assert isinstance(before, dict)
    assert remind
    asked = script(
        (MENU, "What the platform answers"), ("Which wait?", "Wait for the platform"),
        ("What did the other side do?", "No answer"), ("After how long", "9d"),
        ("Where does the case go then?", ""),
        (MENU, "What the platform answers"), ("Which wait?", "Wait for the platform"),
        ("What did the other side do?", "When to look into the inbox"), ("After which days?", ""),
        DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, "--no-test", typed=asked)
    assert result.code == 0, result
    assert value(own, "steps.reply.outcomes.silence") == {"after": "9d", "go": before["go"]}
    assert value(own, "steps.reply.wait.remind") == remind


def test_a_question_gets_another_type_and_another_place(own: Path) -> None:
    """A text becomes a choice with its answers, is asked in a further step, and no more where it was."""
    asked = script(
        (MENU, "A question"), ("Which question?", "What happened"), ("What of it?", "How it is answered"),
        ("How is it answered?", "One of several answers"), ("An answer", "Hacked"), ("Its permanent id", ""),
        ("An answer", "Lost"), ("Its permanent id", ""), ("A further answer", ""),
        (MENU, "A question"), ("Which question?", "What happened"), ("What of it?", "in a further step"),
        ("In which step?", "Send what they ask for"),
        (MENU, "A question"), ("Which question?", "What happened"), ("What of it?", "no more"),
        ("In which step?", "What happened"), (MENU, "A question"), ("Which question?", "Back"), DONE,
        ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, "--no-test", typed=asked)
    assert result.code == 0, result
    fact = value(own, "facts.what_happened")
    assert isinstance(fact, dict)
    assert (fact["type"], fact["choices"], "most" in fact) == ("choice", {"hacked": "Hacked", "lost": "Lost"}, False)
    assert value(own, "steps.more.ask") == ["what_happened"]
    assert value(own, "steps.account.ask") == ["account", "noticed_at"]


def test_card_checklist_and_review_day(own: Path) -> None:
    """A line of the card goes, an item comes, the day until which it may be used moves."""
    asked = script(
        (MENU, "The first-aid card"), ("Which line?", "Pay nobody"), ("And what?", "Take it out"),
        (MENU, "Something to do"), ("In which step?", "It is back"), ("And what?", "Something new to do"),
        ("What is to be done?", "Tell the bank"), ("Its permanent id", ""),
        ("never be left without it", "yes"),
        (MENU, "Title, summary"), ("Which of these?", "The day until"), ("Until which day?", "2027-01-31"),
        DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, "--no-test", typed=asked)
    assert result.code == 0, result
    assert len(load_playbook(ID, (own,)).first_aid.lines) == 4
    assert value(own, "steps.closed.do.tell_bank") == {"id": "tell_bank", "text": "Tell the bank", "critical": "true"}
    assert value(own, "valid_until") == "2027-01-31"


def test_the_length_of_a_rule_needs_its_source(own: Path) -> None:
    """A deadline's rule is copied into the own folder with its new length, source, day, certainty and review."""
    assert recover("--playbooks", own, "playbook", "new", "our-page", "--from", "hijacked-page").code == 0
    asked = script(
        (MENU, "A deadline"), ("Which deadline?", "meta.trash"), ("What of it?", "How long it is"),
        ("How long is it now?", "20d"), ("Where does it say so?", "The help page on deleted posts, seen by us"),
        ("When did you look there?", "2026-11-20"), ("How sure is it?", "Their own text, seen"),
        ("When must somebody look again?", "2027-03-20"), DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, "our-page", "--no-test", typed=asked)
    assert result.code == 0, result
    rules = Document((own / "facts" / "rules.yaml").read_text("utf-8"), "x").value["rules"]
    assert list(rules) == ["meta.trash"]
    assert (rules["meta.trash"]["lengths"], rules["meta.trash"]["certainty"]) == (["20d"], "A")
    assert rules["meta.trash"]["checked_on"] == "2026-11-20"


def test_what_lint_refuses_is_not_written(own: Path) -> None:
    """A misspelt step is told with file, line and the nearest name; the file stays as it was."""
    before = file_of(own).read_bytes()
    result = edited(own, ID, "--set", "steps.account.next=leter", "--yes")
    assert result.code == 30, result
    assert f"{ID}/playbook.yaml" in result.err
    assert "E042" in result.err
    assert "did you mean letter?" in result.err
    assert file_of(own).read_bytes() == before


def test_leaving_writes_nothing(own: Path) -> None:
    """Stop, the end of the input and a no leave the file as it was, and say so."""
    before = file_of(own).read_bytes()
    for lines in (typed("stop"), "", typed("1", "stop")):
        result = edited(own, ID, typed=lines)
        assert result.code == 130, result
        assert "nothing was written" in result.said
    declined = edited(own, ID, "--set", "title=Other", "--no-test", typed=typed("no"))
    assert declined.code == 2
    assert file_of(own).read_bytes() == before


def test_a_stop_asks_before_what_was_noted_is_lost(own: Path) -> None:
    """With a change noted, stop asks once; no leads back to the menu, a second stop leaves without writing."""
    title = ((MENU, "Title, summary"), ("Which of these?", "Title"), ("what should it say?", "Another"), ("", ""))
    before = file_of(own).read_bytes()
    left = edited(own, ID, "--no-test", typed=script(*title, (MENU, "stop"), ("lose what was noted?", "stop")))
    assert left.code == 130, left
    assert "lose what was noted?" in left.said
    assert "nothing was written" in left.said
    assert file_of(own).read_bytes() == before
    kept = script(*title, (MENU, "stop"), ("lose what was noted?", "no"), DONE, ("Write it?", "yes"))
    result = edited(own, ID, "--no-test", typed=kept)
    assert result.code == 0, result
    assert value(own, "title") == "Another"


def test_who_wrote_it_is_named_by_being_asked(own: Path) -> None:
    """The names stand in the file, where screens take them from."""
    asked = script(
        (MENU, "Title, summary"), ("Which of these?", "Who wrote it"),
        ("Who wrote it", "Aysel M., Helpdesk of the Invented Network"), DONE, ("Write it?", "yes"),
    )  # fmt: skip
    result = edited(own, ID, "--no-test", typed=asked)
    assert result.code == 0, result
    assert load_playbook(ID, (own,)).authors == ("Aysel M.", "Helpdesk of the Invented Network")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "steps.nowhere.say=x"), "there is no row 'nowhere'"),
        (("--set", "title"), "does not say which value"),
        (("--remove", "steps.account.tell.more"), "there is nothing at"),
        (("--set-from", "title=/nowhere/at/all"), "cannot be read"),
        (("--set", "title={a: [b"), "not readable as YAML"),
        (("--set", "version=two"), "is not a version"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_told(own: Path, arguments: tuple[str, str], words: str) -> None:
    """No trace and no half change: each mistake has a sentence of its own."""
    result = edited(own, ID, *arguments, "--yes", "--no-test")
    assert result.code in (2, 30, 32), result
    assert words in result.said


def test_a_shipped_playbook_is_changed_in_a_copy(own: Path) -> None:
    """With an own folder in force nothing shipped is touched; the copy knows its origin and differs in one thing."""
    shipped = content.playbooks_root() / "phishing-app" / "playbook.yaml"
    before = shipped.read_bytes()
    result = edited(own, "phishing-app", "--set", "steps.account.say=Nobody logs out.", "--yes", "--no-test")
    assert result.code == 0, result
    assert shipped.read_bytes() == before
    diff = recover("--json", "--playbooks", own, "playbook", "diff", "phishing-app")
    rows = json.loads(diff.out)
    assert diff.code == 0
    assert rows[0]["has_changed"] is False
    assert [row["path"] for row in rows[0]["differences"]] == ["steps.account.say"]
    plain = recover("--playbooks", own, "playbook", "diff").out
    assert "step account: advice:" in plain
    assert "phishing-app/playbook.yaml:" in plain


def test_a_copy_in_which_nothing_was_changed_is_taken_away(own: Path) -> None:
    """Whoever leaves, declines or is refused by lint has no copy that hides later versions of what is shipped."""
    before = sorted(own.rglob("*"))
    assert edited(own, "phishing-app", typed=typed("yes", "stop")).code == 130
    assert edited(own, "phishing-app", "--set", "steps.account.next=nowhere", "--yes").code == 30
    assert edited(own, "shared/intake", "--set", "title=Other", "--no-test", typed=typed("yes", "no")).code == 2
    assert [path for path in sorted(own.rglob("*")) if path.is_file()] == [path for path in before if path.is_file()]


def test_a_translation_goes_through_a_table_and_is_reviewed(own: Path, tmp_path: Path) -> None:
    """Catalogue, table out, table in, review, and a later change of the English: the status says it each time."""
    table = tmp_path / "t.csv"

    def translate(*arguments: object) -> dict[str, object]:
        done = recover("--json", "--playbooks", own, "playbook", "translate", ID, "--only", *arguments)
        assert done.code == 0, done
        found: dict[str, object] = json.loads(done.out[done.out.index("[") :])[0]
        return {key: found[key] for key in ("translated", "stale", "unreviewed", "reviewed_by")}

    translate("--to", "az")
    translate("--to", "az", "--export", table)
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    for row in rows:
        if row["key"] in ("title", "steps.account.tell"):
            row["translation"] = "=Oğurlanmış kanal" if row["key"] == "title" else "Əvvəl şəklini çəkin."
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert translate("--to", "az", "--import", table) == {
        "translated": 2, "stale": 0, "unreviewed": 2, "reviewed_by": "",
    }  # fmt: skip
    assert translate("--to", "az", "--reviewed-by", "A. Reader", "--reviewed-on", "2026-11-24")["unreviewed"] == 0
    assert edited(own, ID, "--set", "title=A taken channel", "--yes", "--no-test").code == 0
    assert translate("--to", "az") == {"translated": 1, "stale": 1, "unreviewed": 0, "reviewed_by": "A. Reader"}
    assert translate("--to", "az", "--still-fits", "title")["translated"] == 2
    again = recover("--playbooks", own, "playbook", "translate", ID, "--to", "az", "--export", table)
    assert (again.code, "not written over" in again.err) == (2, True)
