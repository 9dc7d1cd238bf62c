"""Each exit code that can occur, as a command with its message and hint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from recover import content
from recover.vault.device import Device, default_state_folder
from tests.cli.runner import Result, recover
from tests.sessions.conftest import Run


def refused(result: Result, code: int, *texts: str) -> None:
    """Check code, message and hint; nothing on stdout pretends that something was done."""
    assert result.code == code, result
    for text in texts:
        assert text in result.err, result
    assert "hint: " in result.err, result
    assert "Traceback" not in result.err


def test_0_done(run: Run, case: str) -> None:
    """A note is kept, with its entry and a receipt; the case's name is echoed."""
    result = run("note", case, "-", typed="the client calls back at six\n")
    assert result.code == 0, result
    assert result.out.startswith(f"{case}: note kept (entry ")
    assert "receipt: " in result.out


def test_2_words_of_a_real_case_are_refused_on_the_command_line(run: Run) -> None:
    """The shell's history would keep them; --json scripts may."""
    assert run("start", "hijacked-page", typed="1\nstop\n").code == 0
    name = json.loads(run("case", "list", "--json").out)[0]["name"]
    refused(run("note", name, "what the client said"), 2, "do not belong on the command line", "you are asked")
    assert run("note", name, "what the client said", "--json").code == 0


def test_3_done_in_part(run: Run, tmp_path: Path) -> None:
    """An answers file that leaves questions open lists them."""
    path = tmp_path / "a.yaml"
    path.write_text("answers: {intake.safe_to_talk: yes}\n", "utf-8")
    result = run("start", "hijacked-page", "--answers", path)
    refused(result, 3, "still needed", "recover resume ")
    assert "still needed: question intake.danger_now" in result.out


def test_4_a_gate_forbids_it(run: Run, case: str, tmp_path: Path) -> None:
    """A packet before consent is refused with the gate's reason, and nothing is written."""
    refused(run("packet", case, "--for", "platform", "--out", tmp_path / "p", "--yes"), 4)
    assert not (tmp_path / "p").exists()


def test_10_no_such_case(run: Run, case: str) -> None:
    """A name that is no case points to the list."""
    refused(run("note", "wrong-name", "-", typed="x"), 10, "wrong-name")
    refused(run("evidence", "show", case, "E99"), 10, "E99")


def test_11_vault_in_use(run: Run, case: str, vault: Path) -> None:
    """Another process that writes is waited for, then named as the reason."""
    vault_id = json.loads((vault / "vault.json").read_text("utf-8"))["vault"]
    with Device(default_state_folder(), vault_id).lock():
        refused(run("note", case, "-", typed="x"), 11)


def test_12_wrong_passphrase(vault: Path, case: str, tmp_path: Path) -> None:
    """A wrong passphrase opens nothing and says so."""
    wrong = tmp_path / "wrong"
    wrong.write_text("not this one\n", "utf-8")
    refused(recover("next", "--vault", vault, "--passphrase-file", wrong), 12, "passphrase")


def test_12_nobody_can_be_asked(vault: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal and without a file a locked vault stays locked."""
    monkeypatch.setattr("recover.cli.prompts._has_terminal", lambda: False)
    refused(recover("next", "--vault", vault), 12, "locked", "--passphrase-file")


def test_13_newer_version(run: Run, case: str, vault: Path) -> None:
    """A vault of a later format is left alone."""
    path = vault / "vault.json"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document | {"format": 99}), "utf-8")
    refused(run("next"), 13)


def test_14_cannot_write(key_file: Path) -> None:
    """A place where nothing can be written is named."""
    place = "/proc/recover-cannot-write"
    refused(
        recover("vault", "init", "--vault", place, "--passphrase-file", key_file, "--recovery-recipient", "none"),
        14, "/proc/",
    )  # fmt: skip


def damaged(run: Run, vault: Path, kind: str) -> tuple[Result, Result]:
    """Check the vault with and without keys; return both results."""
    assert kind
    return run("verify", "--keyless"), run("verify", "--with-keys")


def test_20_an_altered_object(run: Run, case: str, vault: Path) -> None:
    """One changed byte in a sealed object is found without any key, and named."""
    victim = next((vault / "cases").glob("*/obj/*/*.age"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    for result in damaged(run, vault, "altered"):
        refused(result, 20, "fault")
        assert "altered" in result.out


def test_21_a_missing_object(run: Run, case: str, vault: Path) -> None:
    """An object that is not here yet is incomplete, or missing, never silence."""
    next((vault / "cases").glob("*/obj/*/*.age")).unlink()
    for result in damaged(run, vault, "missing"):
        assert result.code in (20, 21), result
        assert "hint: " in result.err


def test_22_a_rolled_back_log(run: Run, case: str, vault: Path) -> None:
    """A log shorter than this device remembers is a rollback."""
    commits = sorted((vault / "cases").glob("*/log/*/commit/*"), key=lambda path: int(path.name))
    commits[-1].unlink()
    refused(run("verify"), 22, "fault")


def test_30_a_playbook_that_is_not_valid(tmp_path: Path) -> None:
    """lint prints every problem with its place on stdout, then fails."""
    folder = tmp_path / "broken"
    shutil.copytree(content.playbooks_root() / "hijacked-page", folder / "hijacked-page")
    path = folder / "hijacked-page" / "playbook.yaml"
    path.write_text(path.read_text("utf-8").replace("start: intake", "start: nowhere"), "utf-8")
    result = recover("playbook", "lint", path)
    refused(result, 30, "to put right", "recover playbook codes E")
    assert "playbook.yaml:" in result.out


def test_30_a_letter_that_is_not_valid(tmp_path: Path) -> None:
    """Letters are linted with the playbooks that use them: an unknown fact has its line and code."""
    text = (content.templates_root() / "letters" / "follow-up.en.md").read_text("utf-8")
    path = tmp_path / "follow-up.en.md"
    path.write_text(text.replace("{{", "{{ nobody }}{{", 1), "utf-8")
    result = recover("playbook", "lint", path)
    refused(result, 30, "to put right")
    assert "follow-up.en.md:" in result.out


def test_31_a_template_that_is_not_valid(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that cannot be read stops the start of a case, with its file and line; nothing is opened."""
    copy = tmp_path / "content"
    shutil.copytree(content.playbooks_root(), copy / "playbooks")
    shutil.copytree(content.templates_root(), copy / "templates")
    path = copy / "templates" / "letters" / "page-hijack-statement.en.md"
    path.write_text(path.read_text("utf-8") + "\n{{ 7 * 7 }}\n", "utf-8")
    monkeypatch.setattr(content, "_PACKAGE", copy / "recover")
    result = run("start", "hijacked-page", typed="1\n")
    assert result.code == 31, result
    assert "page-hijack-statement.en.md" in result.err
    assert "Traceback" not in result.err
    assert json.loads(run("case", "list", "--json").out) == []


def test_32_an_input_that_is_not_what_it_should_be(run: Run, case: str, tmp_path: Path) -> None:
    """A binary answers file, and an exhibit that is not there, are named."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    result = run("start", "hijacked-page", "--answers", path)
    assert result.code == 32, result
    assert "a.yaml" in result.err


def test_130_interrupted(run: Run, case: str) -> None:
    """The end of input inside a question keeps everything and names the way back."""
    refused(run("resume", case, typed=""), 130, f"kept in {case}", f"recover resume {case}")


def test_1_is_not_shown_for_any_typed_nonsense(run: Run, case: str) -> None:
    """Odd words on every command are a refusal, never a bug."""
    for words in (
        ["answer", case, "no.such"],
        ["answer", case, "intake.zone", "Nowhere/City"],
        ["undo", case, "999"],
        ["correct", case, "999", "--set", "text=x"],
        ["erase", case, "E77", "--reason", "x", "--yes"],
        ["erase", case, "what", "--yes"],
        ["evidence", "add", case, "/no/such/file"],
        ["evidence", "show", case, "what"],
        ["letter", case, "no-such-letter"],
        ["sent", case, "no-such-letter", "--at", "2026-10-01"],
        ["reply", case, "restored", "--at", "2026-10-01", "--json"],
        ["packet", case, "--for", "nobody", "--out", "/tmp/never-written"],
        ["due", case, "--as-of", "yesterday"],
        ["verify", "no-such"],
        ["event", case, "text", "--when", "the day after", "--json"],
        ["start", "no-such-playbook"],
        ["start", "../../etc"],
        ["practice", "no-such-story"],
    ):
        result = run(*words)
        assert result.code not in (0, 1), (words, result)
        assert "a bug" not in result.err, (words, result)
