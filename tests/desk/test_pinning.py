"""The bundle a case is opened with."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from recover import content
from recover.desk import Desk, pinning
from recover.errors import AlteredError, NewerFormatError, PlaybookError, TemplateError


@pytest.fixture
def bundle(desk: Desk) -> pinning.Bundle:
    return desk.bundle("hijacked-page")


def test_a_bundle_reads_back_as_it_was(bundle: pinning.Bundle) -> None:
    """Playbook, registry, letters and files survive the way through bytes."""
    assert pinning.read_bundle(pinning.bundle_bytes(bundle), bundle.digests) == bundle


def test_a_changed_letter_is_noticed(bundle: pinning.Bundle) -> None:
    """The digests in the log are compared with every file."""
    document = json.loads(pinning.bundle_bytes(bundle))
    path = next(path for path in document["files"] if path.startswith("templates/letters/"))
    document["files"][path] += "\nOne more sentence."
    with pytest.raises(AlteredError):
        pinning.read_bundle(json.dumps(document).encode(), bundle.digests)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "other"}', b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_bundle_are_refused(content: bytes) -> None:
    """Whatever stands there, the error says that it is altered."""
    with pytest.raises(AlteredError):
        pinning.read_bundle(content, ())


def test_a_newer_bundle_says_so(bundle: pinning.Bundle) -> None:
    """An older version of the program does not guess."""
    document = json.loads(pinning.bundle_bytes(bundle)) | {"version": pinning.VERSION + 1}
    with pytest.raises(NewerFormatError):
        pinning.read_bundle(json.dumps(document).encode(), bundle.digests)


def test_every_file_a_playbook_rests_on_is_inside(bundle: pinning.Bundle) -> None:
    """The playbook, its groups, the facts, the letters it uses and the layouts."""
    paths = set(bundle.files)
    assert {
        "playbooks/hijacked-page/playbook.yaml",
        "playbooks/shared/intake.yaml",
        "playbooks/facts/rules.yaml",
    } <= paths
    assert {f"playbooks/{name}" for name, _ in bundle.playbook.sources} <= paths
    assert any(path.startswith("templates/packet/") for path in paths)
    used = {use.template for step in bundle.playbook.steps for use in step.letters}
    assert {about.name for about in bundle.letters} >= used


def test_a_trainers_letter_stands_over_the_shipped_one(tmp_path: Path, desk: Desk) -> None:
    """A file in the trainer's folder is pinned in place of the shipped one of that name."""
    own = tmp_path / "own"
    (own / "playbooks").mkdir(parents=True)
    (own / "templates" / "letters").mkdir(parents=True)
    name = "page-hijack-statement.en.md"
    shipped = (content.templates_root() / "letters" / name).read_text("utf-8")
    text = shipped + "\nOne sentence more.\n"
    (own / "templates" / "letters" / name).write_text(text, "utf-8")
    bundle = Desk(tmp_path / "v", content=own).bundle("hijacked-page")
    assert bundle.templates[f"letters/{name}"] == text


def test_a_file_that_changed_while_it_was_loaded_is_refused(tmp_path: Path, bundle: pinning.Bundle) -> None:
    """Decisions and pinned bytes must be of the same moment."""
    root = tmp_path / "playbooks"
    shutil.copytree(content.playbooks_root(), root)
    file = root / "hijacked-page" / "playbook.yaml"
    file.write_bytes(file.read_bytes() + b"\n# later\n")
    shutil.copytree(content.templates_root(), tmp_path / "templates")
    with pytest.raises(PlaybookError, match="changed"):
        pinning.make_bundle(bundle.playbook, bundle.registry, [root])


def test_a_letter_that_is_not_there_is_named(tmp_path: Path, bundle: pinning.Bundle) -> None:
    """A playbook cannot be started without every letter it offers."""
    shutil.copytree(content.playbooks_root(), tmp_path / "playbooks")
    shutil.copytree(content.templates_root(), tmp_path / "templates")
    (tmp_path / "templates" / "letters" / "page-hijack-statement.en.md").unlink()
    with pytest.raises(TemplateError, match="page-hijack-statement"):
        pinning.make_bundle(bundle.playbook, bundle.registry, [tmp_path / "playbooks"])


def test_digests_are_those_of_the_files(bundle: pinning.Bundle) -> None:
    """Each is the plain SHA-256 of the text, as `sha256sum` prints it."""
    for path, sha256 in bundle.digests:
        assert sha256 == hashlib.sha256(bundle.files[path].encode()).hexdigest()
