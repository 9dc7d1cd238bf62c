"""An answers file that somebody else prepared takes no file of the person who runs it into the case unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.desk import Desk
from recover.errors import UsageError

EXHIBIT = """
exhibits:
  - {{id: E01, file: '{file}', kind: image, title: The Page on the next morning}}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "vault", state_dir=tmp_path / "state", use_keyring=False)
    made.create_throwaway_vault()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The answers file's folder, with a secret of the person beside it and links that lead there."""
    (tmp_path / "id_ed25519").write_text("a private key")
    made = tmp_path / "received"
    made.mkdir()
    (made / "shot.png").write_bytes(b"\x89PNG\r\n\x1a\n picture")
    (made / "link.png").symlink_to(tmp_path / "id_ed25519")
    (made / "up").symlink_to(tmp_path, target_is_directory=True)
    (made / "loop").symlink_to(made / "loop")
    return made


def answers(folder: Path, file: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text("answers:\n  intake.safe_to_talk: yes\n" + EXHIBIT.format(file=file), "utf-8")
    return path


@pytest.mark.parametrize(
    "file", ["../id_ed25519", "up/id_ed25519", "link.png", "x/../../id_ed25519", "loop", "loop/x", "n" * 300]
)
def test_a_path_that_leads_out_is_refused_and_nothing_is_written(desk: Desk, folder: Path, file: str) -> None:
    """`..`, links and endless names are refused with their place; no case is opened."""
    with pytest.raises(UsageError) as refusal:
        desk.apply_answers("hijacked-page", answers(folder, file))
    assert "answers.yaml:4:" in refusal.value.place or "answers.yaml:5:" in refusal.value.place
    assert desk.cases() == ()


def test_a_whole_path_is_taken_and_named(desk: Desk, folder: Path, tmp_path: Path) -> None:
    """A file named by its whole path is the person's own choice, and the result says that it came from elsewhere."""
    elsewhere = tmp_path / "photo.png"
    elsewhere.write_bytes(b"\x89PNG\r\n\x1a\n other")
    applied = desk.apply_answers("hijacked-page", answers(folder, str(elsewhere)))
    assert any("outside the folder" in text and str(elsewhere) in text for text in applied.recorded.warnings)


def test_a_file_beside_it_is_taken_without_a_word(desk: Desk, folder: Path) -> None:
    """What lies beside the answers file is what it may name."""
    applied = desk.apply_answers("hijacked-page", answers(folder, "shot.png"))
    assert applied.exhibits == ("E01",)
    assert not any("outside the folder" in text for text in applied.recorded.warnings)
