"""docs/trainers.md, followed literally: every command in it is typed as it stands, by somebody with an empty folder."""

from __future__ import annotations

import csv
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.runner import Result, recover

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "trainers.md").read_text("utf-8")
COMMANDS = [
    row for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for row in block.splitlines() if row.strip()
]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Type every command of the page in order; return what each gave."""
    home = tmp_path_factory.mktemp("trainer")
    patch = pytest.MonkeyPatch()
    for name, folder in (("HOME", "."), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        patch.setenv(name, str(home / folder))
    patch.setenv("XDG_STATE_HOME", str(home / "state"))
    patch.delenv("RECOVER_PLAYBOOKS", raising=False)
    patch.chdir(home)
    made = {}
    for row in COMMANDS:
        if "--import" in row:
            fill_in(home / "our-page-az.csv", "steps.reply.title", "Platformanın cavabını gözləyin")
        words = shlex.split(row.removesuffix(" || true"))
        result = recover("--plain", *words[1:], typed="stop\n")
        if row in made:
            row += " again"
        made[row] = result
        if words[2:] == ["accept"]:
            # A person reads the difference and says yes; without a terminal the same yes names what was read.
            shown, (digest,) = made[row], re.findall(r"--digest (\w+)", made[row].err)
            made[row] = replace(recover("--plain", *words[1:], "--digest", digest), out=shown.out + shown.err)
    patch.undo()
    made["folder"] = Result(0, str(home), "")
    return made


def fill_in(table: Path, key: str, text: str) -> None:
    """Fill in one row of the translators' table, as in a spreadsheet program."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    columns = rows[0]
    (row,) = [row for row in rows if row[columns.index("key")] == key]
    row[columns.index("translation")] = text
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def of(followed: dict[str, Result], part: str) -> Result:
    """Return what the first command that holds some words gave."""
    return next(result for row, result in followed.items() if part in row)


@pytest.mark.parametrize("row", COMMANDS)
def test_each_command_does_what_the_page_says(followed: dict[str, Result], row: str) -> None:
    """No command of the page fails, but those of which the page says that they may."""
    result = followed[row]
    if row == "recover playbook edit our-page":
        assert result.code in (0, 130), result
    elif row.endswith("|| true"):
        assert result.code in (0, 3, 30), result
    else:
        assert result.code == 0, result


def test_the_changes_are_there_and_the_stories_notice_them(followed: dict[str, Result]) -> None:
    """The sentence, the question and the deadline are in the copy; a story names the silence that no longer fits."""
    told = of(followed, "playbook diff").out
    assert "each morning" in told
    assert "In which language does the Page mostly post?" in told
    after_ten_days = followed["recover playbook test our-page || true"]
    assert after_ten_days.code == 30, after_ten_days
    assert re.search(r"stories/our-page-eleventh-day\.yaml:\d+:", "".join(after_ten_days.out.split()))
    after_both = followed["recover playbook test our-page || true again"]
    assert "our-page-eleventh-day" not in after_both.err, "the fourteen days were put back"


def test_the_translated_step_has_arrived(followed: dict[str, Result]) -> None:
    """What was filled in stands in the catalogue, and nobody is said to have read it yet."""
    home = Path(followed["folder"].out)
    (catalogue,) = home.rglob("our-page/text/az.yaml")
    assert "Platformanın cavabını gözləyin" in catalogue.read_text("utf-8")
    before, after = of(followed, "--to az --only").out, of(followed, "--status").out
    assert before != after
    assert "nobody" in after


def test_the_new_reply_leads_somewhere(followed: dict[str, Result]) -> None:
    """The reply stands in the copy's own file, and the walk found no dead end behind it."""
    home = Path(followed["folder"].out)
    (playbook,) = home.rglob("our-page/playbook.yaml")
    assert "extended: reply_again" in playbook.read_text("utf-8").split("id: reply_again")[1].split("- id:")[0]
    assert of(followed, "playbook walk").out.startswith("ok")


def test_a_changed_length_is_shown_beside_the_old_one_with_its_new_source(followed: dict[str, Result]) -> None:
    """All four values that were set in one line have arrived, and whoever accepts them sees each."""
    shown = " ".join(of(followed, "playbook accept").out.split())
    assert "“30d” → “25d”" in shown
    assert "our own test on 20 November 2026" in shown
    assert "2027-01-20" in shown


def test_the_pictures_and_handouts_are_written(followed: dict[str, Result]) -> None:
    """What the page promises to write is there and is what its name says."""
    home = Path(followed["folder"].out)
    assert "<svg" in (home / "our-page.svg").read_text("utf-8")[:500]
    for name in ("hijacked-page.html", "class.html"):
        assert (home / name).read_text("utf-8").lower().startswith("<!doctype html>")
    assert "In which language does the Page mostly post?" in (home / "our-page-az.csv").read_text("utf-8-sig")


def test_the_tested_fact_can_be_sent(followed: dict[str, Result]) -> None:
    """What was tested is printed as a text to send, with what was asked for."""
    told = of(followed, "playbook tested").out
    assert "photo of an ID" in told
    assert "meta.page-ownership" in told
