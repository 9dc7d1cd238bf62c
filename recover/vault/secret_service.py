"""Find the kept secret in the desktop's Secret Service directly, without loading `keyring` and all its plug-ins.

A secret gets there through `keyring` only (see keyring_unlock, whose rules stand). This is the short way to read it
back, which every command of an unlocked vault takes: `secretstorage` is what keyring's own Secret Service backend is
made of, and the attributes are keyring's. Whatever is not the plain case (a keyring configured, another system, a
locked collection, a service that does not answer) is left to `keyring`; nothing here asks the person anything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secretstorage import Item


class KeptItem:
    """The one item that holds a secret; answers as a keyring that holds nothing else."""

    def __init__(self, item: Item) -> None:
        self._item = item

    def get_password(self, service: str, username: str) -> str | None:
        """Return the item's text."""
        return self._item.get_secret().decode("utf-8", "replace")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Replace the item's text."""
        self._item.set_secret(password.encode("utf-8"))

    def delete_password(self, service: str, username: str) -> None:
        """Remove the item."""
        self._item.delete()


@contextmanager
def find_item(service: str, username: str) -> Iterator[KeptItem | None]:
    """Give the unlocked item that keyring's Secret Service backend would read, None if `keyring` is to be asked.

    None too if the person has configured any keyring, or this process has loaded one: those are keyring's to obey.
    """
    if sys.platform != "linux" or "keyring" in sys.modules or _is_configured():
        yield None
        return
    try:
        import secretstorage
        from jeepney import DBusErrorResponse  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        yield None
        return
    try:
        connection = secretstorage.dbus_init()
    except (secretstorage.SecretStorageException, OSError):
        yield None
        return
    with closing(connection):
        try:
            found = list(secretstorage.search_items(connection, {"service": service, "username": username}))
            is_readable = len(found) == 1 and not found[0].is_locked()
        except (secretstorage.SecretStorageException, DBusErrorResponse, OSError):
            is_readable = False
        yield KeptItem(found[0]) if is_readable else None


def _is_configured() -> bool:
    """Say whether anything that `keyring` reads when it chooses its backend is there."""
    if any(name == "PYTHON_KEYRING_BACKEND" or name.startswith("KEYRING_PROPERTY_") for name in os.environ):
        return True
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return os.path.lexists(Path(folder, "python_keyring", "keyringrc.cfg"))
