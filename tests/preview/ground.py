"""Handouts of shipped playbooks for the tests."""

from __future__ import annotations

from pathlib import Path

from recover import content
from recover.desk import Desk
from recover.playbook.groups import group_titles
from recover.preview.handout import Handout, make_handout
from recover.preview.sheets import LAYOUT

DAY = "2026-11-24"


def handout_of(name: str, today: str = DAY) -> Handout:
    """Return a shipped playbook's handout."""
    bundle = Desk(Path("none"), use_keyring=False).bundle(name)
    return make_handout(bundle.playbook, bundle.registry, bundle.templates, group_titles(name), today)


def style() -> str:
    """Return the shipped style of handouts."""
    return (content.templates_root() / "preview" / "handout.css").read_text("utf-8")


def layouts() -> dict[str, str]:
    """Return the shipped layouts of a PDF handout."""
    root = content.templates_root()
    return {
        "packet/base.typ": (root / "packet" / "base.typ").read_text("utf-8"),
        LAYOUT: (root / "preview" / "handout.typ").read_text("utf-8"),
    }
