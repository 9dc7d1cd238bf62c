"""Which cloud client copies a folder away, told by its usual names and by the marks it leaves in folders it syncs.

Nothing is asked of the network or of running programs. What is not found here may be synced all the same: a client can
be told to take any folder, and Desktop and Documents of a Mac or a Windows machine often are.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

_NAMES = (
    ("Dropbox", r"dropbox( \(.+\)| .+)?|dropbox-.+"),
    ("OneDrive", r"onedrive( - .+|-.+)?|skydrive"),
    ("iCloud Drive", r"icloud ?drive|com~apple~clouddocs|mobile documents|icloud~.+|icloud ?photos?"),
    ("Google Drive", r"google ?drive([ -].+)?|my drive|mein ablage|drivefs"),
    ("Nextcloud", r"nextcloud([ -]?.*)?"),
    ("ownCloud", r"owncloud([ -].+)?"),
    ("Syncthing", r"syncthing"),
    ("pCloud", r"pcloud ?(drive|sync)?"),
    ("MEGA", r"mega(sync)?( drive| cloud| uploads| downloads)?"),
    ("Yandex Disk", r"yandex[. ]?disk.*|яндекс\.?диск"),
    ("Box", r"box|box[ -](sync|box)"),
    ("Proton Drive", r"proton ?drive([ -].+)?"),
    ("Seafile", r"seafile|seadrive(_root)?"),
    ("Tresorit", r"tresorit( drive)?"),
    ("a cloud client", r"cloudstorage"),
)
"""What a client calls the folder it makes, on Linux, macOS (also below Library/CloudStorage) and Windows; folded."""
_COMPILED = tuple((title, re.compile(pattern)) for title, pattern in _NAMES)

_MARKS = (
    ("Dropbox", (".dropbox.cache", ".dropbox")),
    ("OneDrive", (".849c9593-d756-4e56-8d6e-42412f2a707b",)),
    ("Google Drive", (".tmp.driveupload", ".tmp.drivedownload")),
    ("Nextcloud", (".nextcloudsync.log",)),
    ("ownCloud", (".owncloudsync.log",)),
    ("Syncthing", (".stfolder", ".stignore")),
    ("MEGA", (".megaignore", ".debris")),
    ("Resilio Sync", (".sync",)),
)
"""Files or folders that a client keeps in the root of what it syncs; folded."""
_NEXTCLOUD_DATABASE = re.compile(r"\.?_?sync_[0-9a-f]{8,}\.db")
MAX_LOOKED_AT = 2_000
"""Names looked at in one folder; a mark stands in the root of what is synced, which is seldom fuller."""


def synced_by(place: Path) -> str:
    """Return the cloud client that seems to copy a place away, or nothing. Never raises, reads names only."""
    for path in _ways(place):
        for title, pattern in _COMPILED:
            if any(pattern.fullmatch(part.casefold()) for part in path.parts):
                return title
        for folder in path.parents:
            if (title := _marked(folder)) and not _is_home(folder):
                return title
    return ""


def _ways(place: Path) -> Iterator[Path]:
    """Yield a place as it was named and as it is: a link on the desktop may lead into a synced folder."""
    yield place.absolute()
    with contextlib.suppress(OSError, RuntimeError):
        yield place.absolute().parent.resolve() / place.name


def _is_home(folder: Path) -> bool:
    """Say whether a folder is the user's home: `.dropbox` there holds the client's own settings."""
    with contextlib.suppress(RuntimeError):
        return folder == Path.home()
    return False


def _marked(folder: Path) -> str:
    names: set[str] = set()
    with contextlib.suppress(OSError):
        for entry, _ in zip(folder.iterdir(), range(MAX_LOOKED_AT), strict=False):
            names.add(entry.name.casefold())
    for title, marks in _MARKS:
        if names.intersection(marks):
            return title
    return "Nextcloud" if any(_NEXTCLOUD_DATABASE.fullmatch(name) for name in names) else ""
