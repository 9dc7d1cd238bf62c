"""Packets: shown first, written whole or not at all, and known to the log."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recover.case.entries import PacketExported
from recover.content import templates_root
from recover.desk import OpenCase, archiving, leaving
from recover.errors import AlteredError, UsageError
from recover.playbook.stories import load_story
from recover.practice import find_stories, play_acts, practising

STORY = "first-try"


@pytest.fixture(scope="module")
def played() -> Iterator[OpenCase]:
    """A case that has come so far that packets leave."""
    story = load_story(find_stories([STORY])[0])
    with practising(story) as begin:
        case, clock = begin()
        assert play_acts(case, clock, story) == ()
        yield case


def test_a_written_packet_verifies_without_a_key(played: OpenCase, tmp_path: Path) -> None:
    """What was planned stands there, with sums, proofs and nothing else."""
    plan = played.plan_packet("platform", to="the platform")
    written = played.write_packet(plan, tmp_path / "out")
    report = leaving.verify(tmp_path / "out")
    assert report.faults == ()
    assert report.proofs == len(plan.proofs) > 0
    assert {path for path, _ in written.files} == {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    for path, sha256 in written.files:
        assert hashlib.sha256((tmp_path / "out" / path).read_bytes()).hexdigest() == sha256


def test_the_log_knows_what_left(played: OpenCase, tmp_path: Path) -> None:
    """Profile, recipient, every file and every exhibit."""
    written = played.write_packet(played.plan_packet("platform", to="the platform"), tmp_path / "out")
    body = played.entries[-1].body
    assert isinstance(body, PacketExported)
    assert (body.profile, body.to, body.files, body.exhibits) == (
        "platform",
        "the platform",
        written.files,
        written.exhibits,
    )
    assert any("left in a packet" in line.what for line in played.custody(written.exhibits[0]))


def test_of_a_very_large_packet_the_log_names_the_lists() -> None:
    """An entry has a bound; manifest and sums name every file in its place."""
    many = tuple((f"exhibits/{number}", "0" * 64) for number in range(leaving.MAX_NAMED_FILES))
    lists = (("SHA256SUMS", "1" * 64), ("manifest.json", "2" * 64))
    assert leaving._named(many) == many
    assert leaving._named((*many, *lists)) == lists


def test_a_plan_writes_nothing(played: OpenCase) -> None:
    """Looking at what would leave is no export."""
    before = len(played.entries)
    played.plan_packet("platform")
    assert len(played.entries) == before


def test_a_folder_with_something_in_it_is_left_alone(played: OpenCase, tmp_path: Path) -> None:
    """Nothing is mixed with what lies there, and nothing is recorded."""
    (tmp_path / "mine").write_text("mine")
    before = len(played.entries)
    with pytest.raises(UsageError, match="not empty"):
        played.write_packet(played.plan_packet("platform"), tmp_path)
    with pytest.raises(UsageError):
        played.write_packet(played.plan_packet("platform"), tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert len(played.entries) == before


def test_an_empty_folder_is_used(played: OpenCase, tmp_path: Path) -> None:
    """A folder somebody made for it is fine."""
    (tmp_path / "out").mkdir()
    played.write_packet(played.plan_packet("victim"), tmp_path / "out")
    assert any((tmp_path / "out").iterdir())


def test_a_plan_that_is_out_of_date_is_not_written(played: OpenCase, tmp_path: Path) -> None:
    """What was shown and agreed to is what leaves; when the case moved on, look again."""
    plan = played.plan_packet("platform")
    played.note("something new")
    with pytest.raises(UsageError, match="changed"):
        played.write_packet(plan, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_on_the_way_leaves_nothing(played: OpenCase, tmp_path: Path) -> None:
    """An exhibit that is damaged in the vault: no folder, no half of one."""
    plan = played.plan_packet("platform")
    exhibit = played.state.exhibit(plan.exhibits[-1].number)
    assert exhibit is not None
    (sealed,) = played.log._folder.path.rglob(f"{exhibit.body.object_sha256}.age")
    kept = tmp_path / "kept"
    shutil.copy(sealed, kept)
    sealed.chmod(0o600)
    sealed.write_bytes(kept.read_bytes()[:-1] + b"\x00")
    try:
        with pytest.raises(AlteredError):
            played.write_packet(plan, tmp_path / "out")
    finally:
        shutil.copy(kept, sealed)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_letter_is_bound_to_the_text_that_was_approved(played: OpenCase) -> None:
    """Approval and dispatch hold the SHA-256 of one text."""
    approvals = {one.body.text_sha256 for one in played.state.approvals}
    assert {one.body.text_sha256 for one in played.state.sent} <= approvals


@pytest.mark.parametrize("path", ["../out.txt", "/etc/x", "a/../../b", "C:x", "a\\b", ""])
def test_no_file_of_a_packet_lies_outside_it(path: str) -> None:
    """Whoever makes a path, it stays below the packet's folder."""
    with pytest.raises(AlteredError):
        archiving.inside(path)


@pytest.mark.parametrize("is_there", [False, True], ids=["no layout", "an old one"])
def test_a_case_from_before_todays_layouts_still_makes_its_packet(
    played: OpenCase, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """Layouts are the program's: what a case pinned long ago, or never had, stops no packet."""
    old = {"templates/packet/letter.typ": "#data.reader", "templates/packet/sheet.typ": "#data.old"} if is_there else {}
    bundles = []
    for bundle in played.bundles:
        kept = {path: text for path, text in bundle.files.items() if not path.endswith((".typ", ".css"))}
        bundles.append(replace(bundle, files=kept | old))
    monkeypatch.setattr(OpenCase, "bundles", property(lambda case: tuple(bundles)))
    plan = played.plan_packet("platform", only=("pdf,html",))
    files = {file.path: file.content for file in leaving.build(played, plan)}
    assert files["cover.pdf"].startswith(b"%PDF")
    shipped = hashlib.sha256((templates_root() / "packet" / "letter.typ").read_bytes()).hexdigest()
    pinned = {row["path"]: row["sha256"] for row in json.loads(files["manifest.json"])["pinned"]}
    assert pinned["templates/packet/letter.typ"] == shipped
