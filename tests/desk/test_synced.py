"""Folders that a cloud client copies away are told by their names and by the marks clients leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from recover.desk.outside import warn_of_place
from recover.desk.synced import synced_by

NAMED = [
    ("home/ana/Dropbox/case", "Dropbox"),
    ("home/ana/Dropbox (Newsroom)/case", "Dropbox"),
    ("Users/ana/OneDrive - Newsroom/case", "OneDrive"),
    ("Users/ana/Library/CloudStorage/OneDrive-Newsroom/case", "OneDrive"),
    ("Users/ana/Library/CloudStorage/SomethingNew/case", "a cloud client"),
    ("Users/ana/Library/Mobile Documents/com~apple~CloudDocs/case", "iCloud Drive"),
    ("Users/ana/iCloudDrive/case", "iCloud Drive"),
    ("Users/ana/Library/CloudStorage/GoogleDrive-ana@example.org/My Drive/case", "Google Drive"),
    ("home/ana/Google Drive/case", "Google Drive"),
    ("home/ana/Nextcloud2/case", "Nextcloud"),
    ("home/ana/ownCloud/case", "ownCloud"),
    ("home/ana/pCloudDrive/case", "pCloud"),
    ("home/ana/MEGA/case", "MEGA"),
    ("home/ana/Yandex.Disk/case", "Yandex Disk"),
    ("home/ana/Proton Drive/case", "Proton Drive"),
]
MARKED = [
    (".dropbox.cache", "Dropbox"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
    (".tmp.drivedownload", "Google Drive"),
    (".sync_0123456789ab.db", "Nextcloud"),
    ("._sync_0123456789ab.db", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".stfolder", "Syncthing"),
    (".megaignore", "MEGA"),
]


@pytest.mark.parametrize(("place", "client"), NAMED)
def test_usual_name_of_a_client_is_known(tmp_path: Path, place: str, client: str) -> None:
    """A folder below one that a client makes is warned about, with the client's name, before it exists."""
    assert synced_by(tmp_path / place) == client
    assert client in warn_of_place(tmp_path / place)[0]


@pytest.mark.parametrize(("mark", "client"), MARKED)
def test_marks_of_a_client_are_known(tmp_path: Path, mark: str, client: str) -> None:
    """A folder of any name is warned about when a folder above holds what a client leaves in the root."""
    root = tmp_path / "work"
    (root / "deep").mkdir(parents=True)
    (root / mark).mkdir()
    assert synced_by(root / "deep" / "packet") == client


def test_link_into_a_synced_folder_is_followed(tmp_path: Path) -> None:
    """A harmless name that leads into a synced folder is warned about."""
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "papers").symlink_to(tmp_path / "Dropbox")
    assert synced_by(tmp_path / "papers" / "packet") == "Dropbox"


@pytest.mark.parametrize("place", ["megaphone", "boxes", "my drives", "onedriver", "iclouds", "packets", "mega-report"])
def test_other_names_are_left_alone(tmp_path: Path, place: str) -> None:
    """A name that only begins like a client's is no reason to frighten anybody."""
    assert synced_by(tmp_path / place / "packet") == ""
