"""One disclosed exhibit: anyone can check it with nothing else left, and it says nothing of other entries."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recover import net
from recover.case.entries import ExhibitDisclosed
from recover.desk import Desk, OpenCase, anchoring, disclosing, leaving
from recover.desk.authorities import Authority as Known
from recover.errors import RefusedError, UsageError
from recover.playbook.stories import load_story
from recover.practice import StoryClock, find_stories, play_acts
from recover.vault.vault import Vault
from tests.cli.runner import recover
from tests.stamps.authority import Authority, serving

pytestmark = pytest.mark.needs("openssl")
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_disclosed.py"
SECRET = "The neighbour saw who took the telephone"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ground")


@pytest.fixture(scope="module")
def case(ground: Path) -> OpenCase:
    """A real case, with a story's answers, the client's word for a lawyer, a secret note, and one anchor."""
    story = load_story(find_stories(["first-try"])[0])
    clock = StoryClock(datetime(2026, 6, 1, tzinfo=UTC))
    desk = Desk(ground / "vault", clock=clock, state_dir=ground / "state", use_keyring=False)
    desk.create_throwaway_vault()
    opened = desk.start(story.playbook, zone=story.zone)
    assert play_acts(opened, clock, story) == ()
    clock.at = datetime.now(UTC)
    opened.answer("intake.consent_lawyer", "written")
    opened.note(SECRET)
    with serving(Authority(ground / "authority")) as authority:
        known = Known("invented", "Invented", authority.url, authority.root.read_bytes())
        asked = anchoring.plan(opened, [known])
        anchoring.anchor(opened, asked, net.Switch(net.DIRECT))
    opened.note("later")
    return opened


@pytest.fixture(scope="module")
def number(case: OpenCase) -> str:
    return next(each.number for each in case.exhibits() if each.sensitivity_class == "ordinary")


@pytest.fixture(scope="module")
def disclosed(case: OpenCase, number: str, ground: Path) -> Path:
    out = ground / "disclosed folder"
    written = disclosing.write(case, disclosing.plan(case, number, "lawyer", to="A lawyer"), out)
    assert {path for path, _ in written.files} == {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    }
    return out


@pytest.fixture
def alone(disclosed: Path, tmp_path: Path) -> Path:
    """The folder, copied to where nothing else of the case is."""
    return Path(shutil.copytree(disclosed, tmp_path / "from a lawyer"))


def script(folder: Path, where: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(where), str(folder)], capture_output=True, text=True, check=False)


def test_it_is_whole_without_anything_else(alone: Path) -> None:
    """Three ways agree: `recover verify`, the script of the source, and the script in the folder."""
    shown = recover("verify", alone)
    assert shown.code == 0, shown
    assert "stamped by invented" in shown.out
    report = leaving.verify(alone)
    assert (report.faults, report.exhibits, report.proofs, len(report.time_stamps)) == ((), 1, 1, 1)
    for place in (SCRIPT, alone / SCRIPT.name):
        found = script(alone, place)
        assert found.returncode == 0, found.stdout
        assert "stamped by invented" in found.stdout
        assert "all of it holds" in found.stdout
    own = subprocess.run([sys.executable, "-I", SCRIPT.name], cwd=alone, capture_output=True, text=True, check=False)
    assert own.returncode == 0, own.stdout


def test_the_printed_commands_work_as_they_stand(alone: Path) -> None:
    """The openssl command of `recover verify`, and the one in VERIFY.txt, copied literally."""
    commands = [row for row in recover("verify", alone).out.splitlines() if row.startswith("openssl ")]
    text = (alone / "VERIFY.txt").read_text().replace("\\\n", "")
    commands += [row.strip() for row in text.splitlines() if row.strip().startswith("openssl ts -verify")]
    assert len(commands) == 2
    for command in commands:
        ran = subprocess.run(["sh", "-c", command], cwd=alone, capture_output=True, text=True, check=False)
        assert "Verification: OK" in ran.stdout, (command, ran.stderr)


def test_any_changed_byte_is_found(alone: Path) -> None:
    """One byte in the middle and one at the end of every file, and any file that is gone: both checks say so."""
    for path in sorted(path for path in alone.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for at in {len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
            assert recover("verify", alone).code in (13, 20, 32), (path, at)
        assert script(alone).returncode == 1, path
        path.unlink()
        if path.name != "manifest.json":
            assert leaving.verify(alone).faults, path
        assert script(alone).returncode == 1, path
        path.write_bytes(whole)
    (alone / "more.txt").write_text("x")
    assert leaving.verify(alone).faults
    assert script(alone).returncode == 1


def test_every_single_bit_of_the_sums_counts(alone: Path) -> None:
    """The list of fingerprints is covered by nothing, so each of its bytes must matter."""
    path = alone / "SHA256SUMS"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x02]) + whole[at + 1 :])
        assert leaving.verify(alone).faults, at


def forge(folder: Path, name: str, content: bytes) -> None:
    """Change a file and make the fingerprints fit, as somebody with a little patience does."""
    path = folder / name
    old, new = (hashlib.sha256(each).hexdigest() for each in (path.read_bytes(), content))
    manifest, sums = folder / "manifest.json", folder / "SHA256SUMS"
    before = hashlib.sha256(manifest.read_bytes()).hexdigest()
    path.write_bytes(content)
    read = json.loads(manifest.read_text().replace(old, new))
    for row in read["files"]:
        if row["path"] == name:
            row["size_bytes"] = len(content)
    manifest.write_text(json.dumps(read, ensure_ascii=False, indent=1) + "\n")
    after = hashlib.sha256(manifest.read_bytes()).hexdigest()
    sums.write_text(sums.read_text().replace(old, new).replace(before, after))


@pytest.mark.parametrize(
    "ending", [".tsr", "invented.pem", "checkpoint", "leaf", "entry.json", "file.json", "key.pem", ".tlog-proof"]
)
def test_somebody_who_rewrites_the_sums_is_found_too(alone: Path, ending: str) -> None:
    """The chain from exhibit to token holds by itself: no list of fingerprints helps a forger."""
    (path,) = [path for path in alone.rglob("*") if path.name.endswith(ending) and path.is_file()]
    whole = path.read_bytes()
    at = whole.index(b"20") if ending == ".tsr" else len(whole) // 2
    at = whole.rindex(b"Z") - 3 if ending == ".tsr" else at
    forge(alone, path.relative_to(alone).as_posix(), whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
    assert leaving.verify(alone).faults
    assert script(alone).returncode == 1


def test_another_file_in_the_exhibits_place_is_found(alone: Path) -> None:
    """Also when every fingerprint outside the log was made to fit."""
    (path,) = (alone / "exhibits").iterdir()
    forge(alone, path.relative_to(alone).as_posix(), b"another picture")
    assert leaving.verify(alone).faults
    assert script(alone).returncode == 1


def test_nothing_of_other_entries_is_there(case: OpenCase, disclosed: Path, number: str) -> None:
    """No other leaf, fingerprint, sealed name, salt or word; the case's name and playbook neither."""
    own = leaving.entry_of(case, case.exhibit(number).entry)
    texts = {path: path.read_bytes() for path in disclosed.rglob("*") if path.is_file()}
    whole = b"\n".join(texts.values())
    for log, head in case.log.heads().items():
        for index in range(head.size):
            if (log, index) == (own.log, own.index):
                continue
            leaf = case.log.leaf(log, index).decode().split()
            salt = case.log.entry_bytes(log, index)[:60].split(b'"')[3]
            for word in (*[each.encode() for each in leaf if len(each) == 64], salt):
                assert word not in whole, (index, word)
    for word in (SECRET, case.name, "hijacked-page", "intake.consent_lawyer"):
        assert word.encode() not in whole, word
    pdf = subprocess.run(
        ["pdftotext", str(disclosed / "explanation.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert SECRET not in pdf
    assert case.name not in pdf


@pytest.mark.needs("pdftotext", "pdfinfo")
def test_the_page_for_the_lawyer_says_what_is_proven_and_what_is_not(disclosed: Path, number: str) -> None:
    """One page: the exhibit, its fingerprint, the time, the limits, the commands."""
    path = str(disclosed / "explanation.pdf")
    assert "Pages:           1" in subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    for words in (number, "at the latest", "What is not proven", "verify_disclosed.py", "recover verify"):
        assert words in text, words


def test_the_log_knows_what_left(case: OpenCase, disclosed: Path, number: str) -> None:
    """To whom, every file, the checkpoint, whose time-stamps; custody tells it."""
    (body,) = [entry.body for entry in case.entries if isinstance(entry.body, ExhibitDisclosed)]
    assert (body.number, body.to, body.authorities) == (number, "A lawyer", ("invented",))
    assert ("SHA256SUMS" in dict(body.files), body.size > 0) == (True, True)
    assert any("disclosed" in line.what for line in case.custody(number))


def test_what_may_not_leave_is_refused(case: OpenCase, ground: Path) -> None:
    """Withdrawn, intimate, protected without a tick, readers without proofs, no consent: each with its reason."""
    added = []
    for name in ("withdrawn", "intimate", "identity"):
        (ground / f"{name}.txt").write_text(name)
        kind = {"withdrawn": "ordinary"}.get(name, name)
        (exhibit,) = case.add_exhibits([ground / f"{name}.txt"], title=name, sensitivity_class=kind).added
        added.append(exhibit.number)
    withdrawn, intimate, identity = added
    case.withdraw(withdrawn, "a mistake")
    with pytest.raises(RefusedError, match="withdrawn"):
        disclosing.plan(case, withdrawn, "lawyer")
    for ticked in (False, True):
        with pytest.raises(RefusedError, match="never leaves"):
            disclosing.plan(case, intimate, "lawyer", ticked=ticked)
    with pytest.raises(RefusedError, match="ticked") as refused:
        disclosing.plan(case, identity, "lawyer")
    assert refused.value.hint == f"--tick {identity}"
    planned = disclosing.plan(case, identity, "lawyer", ticked=True)
    assert any("identity" in warning for warning in planned.plan.warnings)
    for reader in ("victim", "platform", "press"):
        with pytest.raises(UsageError, match="not disclosed"):
            disclosing.plan(case, identity, reader)
    with pytest.raises(RefusedError, match="agreed"):
        disclosing.plan(case, identity, "police", ticked=True)


def test_a_new_exhibit_has_no_time_yet(case: OpenCase, ground: Path) -> None:
    """Without a time-stamp the proof leads to the head, and the page says that the clock alone speaks."""
    (ground / "new.txt").write_text("new")
    (exhibit,) = case.add_exhibits([ground / "new.txt"], title="new", sensitivity_class="ordinary").added
    planned = disclosing.plan(case, exhibit.number, "lawyer")
    assert planned.stamps == ()
    disclosing.write(case, planned, ground / "unstamped")
    assert leaving.verify(ground / "unstamped").faults == ()
    assert script(ground / "unstamped").returncode == 0


def test_the_same_disclosure_is_the_same_bytes(case: OpenCase, number: str, ground: Path) -> None:
    """Made again at the same moment: every file equal."""
    planned = disclosing.plan(case, number, "lawyer")
    first = disclosing.write(case, planned, ground / "first").files
    again = disclosing.plan(case, number, "lawyer")
    assert disclosing.write(case, again, ground / "second").files == first
    with pytest.raises(UsageError, match="has changed"):
        disclosing.write(case, planned, ground / "third")
    assert not (ground / "third").exists()


def test_the_script_needs_nothing_but_python_and_openssl() -> None:
    """Every import is of the standard library, and the page's command is how it is run."""
    text = SCRIPT.read_text("utf-8")
    imported = {row.split()[1].split(".")[0] for row in text.splitlines() if row.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
    assert shlex.split("python3 verify_disclosed.py")[1] == SCRIPT.name


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """What every command begins with: a vault that opens quickly, with a story's case in it."""
    folder = tmp_path_factory.mktemp("command")
    (folder / "pass").write_text("correct horse battery staple\n")
    Vault.create(folder / "v", passphrase="correct horse battery staple", recovery="none", work_factor=2)
    story = load_story(find_stories(["first-try"])[0])
    clock = StoryClock(datetime(2026, 6, 1, tzinfo=UTC))
    desk = Desk(
        folder / "v",
        passphrase=lambda: "correct horse battery staple",
        clock=clock,
        state_dir=folder / "state",
        use_keyring=False,
    )
    opened = desk.start(story.playbook, zone=story.zone)
    assert play_acts(opened, clock, story) == ()
    opened.answer("intake.consent_lawyer", "written")
    return "--vault", folder / "v", "--passphrase-file", folder / "pass"


def test_the_command_shows_before_it_writes(words: tuple[object, ...], number: str, tmp_path: Path) -> None:
    """Without --out only shown; with it asked; no is no; what was written is checked by the command it prints."""
    shown = recover(*words, "disclose", number, "--to", "Ms Invented")
    assert shown.code == 0, shown
    assert f"{number} for Ms Invented" in shown.said
    assert "no authority has stamped it" in shown.said
    refused = recover(*words, "disclose", number, "--out", tmp_path / "out", typed="no\n")
    assert (refused.code, (tmp_path / "out").exists()) == (130, False)
    done = recover(*words, "disclose", number.lower(), "--out", tmp_path / "out", "--to", "Ms Invented", typed="yes\n")
    assert done.code == 0, done
    assert recover("verify", tmp_path / "out").code == 0
    custody = recover(*words, "evidence", "show", number, "--custody")
    assert "Ms Invented" in custody.out


def test_scripts_get_the_same_as_json(words: tuple[object, ...], number: str, tmp_path: Path) -> None:
    """Nobody can be asked with --json, so --yes is needed; the keys are those of docs/cli.md."""
    assert recover(*words, "--json", "disclose", number, "--out", tmp_path / "out").code == 2
    leaves = json.loads(recover(*words, "--json", "disclose", number).out)["leaves"]
    assert (leaves["number"], leaves["time_stamps"], leaves["profile"]) == (number, [], "lawyer")
    found = json.loads(recover(*words, "--json", "disclose", number, "--out", tmp_path / "out", "--yes").out)
    assert {each["path"] for each in found["files"]} >= {"explanation.pdf", "verify_disclosed.py", "SHA256SUMS"}
    report = json.loads(recover("--json", "verify", tmp_path / "out").out)
    assert (report["faults"], report["exhibits"], report["time_stamps"]) == ([], 1, [])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["E99"], 10),
        ([], 2),
        (["E01", "--tick", "E02"], 2),
        (["E01", "--for", "nobody"], 2),
        (["E01", "--for", "police"], 4),
    ],
)
def test_wrong_words_say_why(words: tuple[object, ...], more: list[str], code: int) -> None:
    """No such exhibit, none named, a tick for another, no such reader, no consent for that reader."""
    assert recover(*words, "disclose", *more).code == code
