"""The configuration file: the own folder of playbooks, the network switch, who stamps checkpoints with the time.

One small TOML file in the user's configuration folder. It is read only by commands that read playbooks or go out; a key
that is not known is an error with its place, because a misspelt one would silently leave the own folder out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.errors import InputError, NotFoundError, UsageError
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.net import Switch

MOST_BYTES = 64 * 1024
ENVIRONMENT = "RECOVER_PLAYBOOKS"
NETWORK, NETWORK_PROXY = "RECOVER_NETWORK", "RECOVER_PROXY"
KEYS = ("playbooks", "network", "proxy", "anchor", "authorities")
NONE = "none"
"""Instead of a folder: what is shipped, and nothing over it."""


@frozen
class Configuration:
    """What the configuration file says; empty where it says nothing."""

    path: Path
    playbooks: str = ""
    network: str = ""
    """off, proxy or direct."""
    proxy: str = ""
    anchor: tuple[str, ...] = ()
    """Names of the authorities of time that `recover anchor` asks by itself."""
    authorities: Mapping[str, Any] = field(default_factory=dict)
    """Own authorities, as they stand there."""


def configuration_path() -> Path:
    """Return where the configuration file lies on this system; it need not be there."""
    from platformdirs import user_config_path

    return Path(user_config_path("recover")) / "config.toml"


def default_folder() -> Path:
    """Return the own folder of playbooks that is in force, and made when it is needed, where none is named."""
    from platformdirs import user_data_path

    return Path(user_data_path("recover")) / "playbooks"


def read_configuration(path: Path) -> Configuration:
    """Read the file; one that is not there says nothing. Raises `InputError` with file and line."""
    import tomllib

    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Configuration(path)
    except OSError as error:
        raise InputError("the configuration cannot be read", place=str(path)) from error
    if len(raw) > MOST_BYTES:
        raise InputError(f"the configuration is larger than {MOST_BYTES // 1024} KiB", place=str(path))
    try:
        text = raw.decode("utf-8")
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError("the configuration is not UTF-8 text", place=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not readable as TOML: {error}", place=str(path), hint=_EXAMPLE) from error
    for key in found:
        if key not in KEYS:
            place = f"{path}:{_line_of(text, key)}"
            raise InputError(f"unknown key '{key[:60]}'", place=place, hint=f"there is: {', '.join(KEYS)}")
    folder = found.get("playbooks", "")
    if not isinstance(folder, str):
        place = f"{path}:{_line_of(text, 'playbooks')}"
        raise InputError("playbooks is one folder, written in quotes", place=place, hint=_EXAMPLE)
    for key in ("network", "proxy"):
        if not isinstance(found.get(key, ""), str):
            raise InputError(f"{key} is one word, written in quotes", place=f"{path}:{_line_of(text, key)}")
    anchor = found.get("anchor", [])
    if not isinstance(anchor, list) or not all(isinstance(name, str) for name in anchor):
        place = f"{path}:{_line_of(text, 'anchor')}"
        raise InputError("anchor is a list of names", place=place, hint='anchor = ["globalsign", "digicert"]')
    authorities = found.get("authorities", {})
    if not isinstance(authorities, dict):
        place = f"{path}:{_line_of(text, 'authorities')}"
        raise InputError("authorities are tables", place=place, hint="[authorities.NAME]")
    network, proxy = found.get("network", ""), found.get("proxy", "")
    return Configuration(path, folder, network, proxy, tuple(anchor), authorities)


def network_switch(mode: str, proxy: str) -> Switch:
    """Return the network switch: what was typed, else the environment's, else the configuration's, else off.

    A proxy that was typed means `proxy`; the mode of an outer place never overrules one nearer. Raises `UsageError`.
    """
    from recover import net

    if mode or proxy:
        found = proxy or os.environ.get(NETWORK_PROXY, "") or read_configuration(configuration_path()).proxy
        return net.switch_of(mode or net.PROXY, found, "--network")
    mode, proxy = os.environ.get(NETWORK, ""), os.environ.get(NETWORK_PROXY, "")
    if mode or proxy:
        return net.switch_of(mode, proxy or read_configuration(configuration_path()).proxy, NETWORK)
    configuration = read_configuration(configuration_path())
    return net.switch_of(configuration.network, configuration.proxy, str(configuration.path))


_EXAMPLE = 'playbooks = "/home/me/playbooks"'


def _line_of(text: str, key: str) -> int:
    """Return the first line that begins with a key, or names it as a table; 1 where none does."""
    for number, row in enumerate(text.splitlines(), 1):
        if row.strip().lstrip("[").lstrip("\"'").startswith(key):
            return number
    return 1


def own_folder(typed: str) -> Path | None:
    """Return the own folder of playbooks: what was typed, else the environment's, else the configuration's, else none.

    Where nothing is named the default folder is in force as soon as it is there (`playbook new` makes it). Raises
    `NotFoundError` when the folder that is named is not there, `UsageError` when it is no folder.
    """
    named, where = typed, "--playbooks"
    if not named:
        named, where = os.environ.get(ENVIRONMENT, ""), ENVIRONMENT
    if not named:
        configuration = read_configuration(configuration_path())
        named, where = configuration.playbooks, str(configuration.path)
    if named == NONE:
        return None
    if not named:
        return default_folder() if default_folder().is_dir() else None
    folder = Path(named).expanduser().absolute()
    if not folder.exists():
        hint = f"make it, or put right what {where} says"
        raise NotFoundError("the own folder of playbooks is not there", place=str(folder), hint=hint)
    if not folder.is_dir():
        raise UsageError("this is no folder of playbooks", place=str(folder), hint=f"see {where}")
    return folder
