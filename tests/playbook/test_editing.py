"""The bench: several files changed in memory, tried out in a copy, saved together or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recover.errors import CannotWriteError, NotFoundError, UsageError
from recover.playbook.creating import own_row
from recover.playbook.editing import Bench, find_source, write_together
from tests.playbook.ground import TODAY, copied


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copied(tmp_path)


def playbook(root: Path) -> Path:
    return root / "lost-page" / "playbook.yaml"


def test_nothing_is_written_before_it_is_saved(root: Path) -> None:
    """A change stands on the bench only; `save` writes exactly the changed file."""
    bench, before = Bench([root]), playbook(root).read_bytes()
    bench.open(playbook(root)).set(("title",), "Another title")
    bench.open(root / "shared" / "start.yaml")
    assert playbook(root).read_bytes() == before
    assert bench.save() == (playbook(root).resolve(),)
    assert b"title: Another title\n" in playbook(root).read_bytes()
    assert bench.changed() == ()


def test_the_stamp_raises_the_last_number_and_notes_the_day(root: Path) -> None:
    """A changed playbook gets the next version once, and today's review; an unchanged one keeps both."""
    bench = Bench([root])
    document, other = bench.open(playbook(root)), bench.open(root / "shared" / "start.yaml")
    version = other.get(("version",))
    document.set(("title",), "Another title")
    for _ in range(2):
        bench.stamp(date(2026, 12, 1))
    assert document.get(("version",)) == "1.2.1"
    assert document.get(("reviewed",)) == "2026-12-01"
    assert other.get(("version",)) == version


def test_the_difference_holds_the_changed_lines_only(root: Path) -> None:
    """Every line that is not around a change is absent from what is shown."""
    bench = Bench([root])
    bench.open(playbook(root)).set(("steps", 1, "do", 0, "text"), "Photographs taken twice")
    rows = [row for row in bench.differences() if row[:1] in "+-" and row[:3] not in ("+++", "---")]
    assert rows == [
        "-      - {id: photos, text: Photographs taken, critical: true}",
        "+      - {id: photos, text: Photographs taken twice, critical: true}",
    ]


def test_a_trial_lints_what_would_stand_there_with_its_real_places(root: Path) -> None:
    """Lint sees the changed text; a problem names the file and line where it will be, not the copy."""
    bench = Bench([root])
    bench.open(playbook(root)).set(("steps", 0, "next", 0, "go"), "captur")
    with bench.tried_out() as trial:
        problems = [each for each in trial.problems(TODAY) if each.severity == "error"]
    assert [each.code for each in problems] == ["E042"]
    line = playbook(root).read_text("utf-8").splitlines()[problems[0].line - 1]
    assert Path(problems[0].path).resolve() == playbook(root).resolve()
    assert "still_in" in line


def test_a_trial_knows_the_stories_of_what_changed(root: Path) -> None:
    """A playbook's own stories, and for a group those of every playbook that includes it."""
    for changed in (playbook(root), root / "shared" / "start.yaml"):
        bench = Bench([root])
        bench.open(changed).set(("title",), "Another title")
        with bench.tried_out() as trial:
            stories = trial.stories()
            assert [story.name for story in stories] == ["first.yaml"]
            assert not stories[0].is_relative_to(root)
            assert (stories[0].parent / "files" / "mail.eml").is_file()
            said = trial.named(f"{stories[0]}:3:1: cannot be played")
            assert Path(said.split(":")[0]).resolve() == (root / stories[0].relative_to(trial.copies[root])).resolve()
        assert not stories[0].exists()


def test_a_file_that_somebody_changed_meanwhile_is_not_written_over(root: Path) -> None:
    """What another program saved is kept, and no other file is written either."""
    bench, group = Bench([root]), root / "shared" / "start.yaml"
    bench.open(group).set(("title",), "Mine")
    bench.open(playbook(root)).set(("title",), "Mine")
    theirs = playbook(root).read_bytes() + b"# theirs\n"
    playbook(root).write_bytes(theirs)
    before = group.read_bytes()
    with pytest.raises(UsageError, match="changed by another program"):
        bench.save()
    assert playbook(root).read_bytes() == theirs
    assert group.read_bytes() == before


def test_files_keep_their_rights_and_leave_nothing_behind(root: Path) -> None:
    """A file that only its owner reads stays so; no temporary file remains."""
    playbook(root).chmod(0o600)
    bench = Bench([root])
    bench.open(playbook(root)).set(("title",), "Another title")
    bench.save()
    assert playbook(root).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in playbook(root).parent.iterdir() if path.name.startswith(".")] == []


def test_a_write_that_fails_leaves_every_file_as_it_was(root: Path) -> None:
    """When one of several files cannot be written, none is."""
    before = playbook(root).read_bytes()
    (root / "blocked").write_text("a file, not a folder")
    with pytest.raises(CannotWriteError):
        write_together({playbook(root): b"new", root / "blocked" / "x.yaml": b"new"})
    assert playbook(root).read_bytes() == before
    assert [path.name for path in playbook(root).parent.iterdir() if path.name.startswith(".")] == []


def test_names_lead_to_files(root: Path) -> None:
    """An id, a group, a file of facts and a path are found; a near miss is told."""
    assert find_source("lost-page", [root]) == playbook(root).resolve()
    assert find_source("shared/start", [root]) == (root / "shared" / "start.yaml").resolve()
    assert find_source(str(playbook(root)), []) == playbook(root).resolve()
    with pytest.raises(NotFoundError) as missing:
        find_source("lost-pag", [root])
    assert missing.value.hint == "did you mean lost-page?"
    with pytest.raises(NotFoundError):
        find_source("../lost-page/playbook", [root])


def test_a_row_of_the_facts_is_copied_alone_into_the_own_folder(root: Path, tmp_path: Path) -> None:
    """An own folder holds the one rule that differs, and no second copy of all the others."""
    own = tmp_path / "own"
    own.mkdir()
    bench = Bench([own, root])
    rules = list(bench.open(root / "facts" / "rules.yaml").get(("rules",)))
    path, keys = own_row(bench, "rules", rules[0], own)
    bench.document(path).set((*keys, "lengths"), ["9d"])
    bench.save()
    written = Bench([own]).open(own / "facts" / "rules.yaml")
    assert list(written.get(("rules",))) == [rules[0]]
    assert written.get((*keys, "lengths")) == ["9d"]
    assert (root / "facts" / "rules.yaml").read_text("utf-8").find("9d") < 0
