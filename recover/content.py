"""Finds `playbooks/` and `templates/`: in a checkout beside the package, or shipped inside the wheel.

A trainer's own folder is layered over these by whoever asks for it; this module only says where the shipped text lies.
"""

from __future__ import annotations

from pathlib import Path

from recover.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parent


def content_root() -> Path:
    """Return the folder that holds `playbooks/` and `templates/`.

    A checkout wins over the copy inside the package, so that a trainer's change is seen at once. Raises `NotFoundError`
    when neither is there (a broken installation).
    """
    for root in (_PACKAGE.parent, _PACKAGE / "_content"):
        if (root / "playbooks" / "facts").is_dir() and (root / "templates" / "letters").is_dir():
            return root
    raise NotFoundError("the shipped playbooks are not there", hint="pip install --force-reinstall recover-kit")


def playbooks_root() -> Path:
    """Return the folder of the shipped playbooks."""
    return content_root() / "playbooks"


def templates_root() -> Path:
    """Return the folder of the shipped letter and packet templates."""
    return content_root() / "templates"


def disclosure_script() -> Path:
    """Return the script that checks a disclosed exhibit with nothing but Python and openssl."""
    for place in (_PACKAGE.parent / "docs", _PACKAGE / "_content"):
        if (place / "verify_disclosed.py").is_file():
            return place / "verify_disclosed.py"
    raise NotFoundError("verify_disclosed.py is not there", hint="pip install --force-reinstall recover-kit")
