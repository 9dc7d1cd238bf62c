"""Broken files, one fault each: the code, the line and the column are the ones written in their first line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recover.playbook.codes import CODES
from recover.playbook.lint import lint
from tests.playbook.ground import BROKEN, TODAY, copied

FILES = sorted(BROKEN.glob("*.yaml"))


@pytest.mark.parametrize("broken", FILES, ids=lambda path: path.stem)
def test_one_fault_is_found_where_it_is(broken: Path, tmp_path: Path) -> None:
    """A file with one fault gives exactly one problem: with its code, its line, its column."""
    content = broken.read_bytes()
    head = re.match(rb"# (\S+): ([EWC]\d{3}) (\d+):(\d+)\n", content)
    assert head is not None, "the first line says: # <path below playbooks>: <code> <line>:<column>"
    root = copied(tmp_path)
    target = root / head[1].decode()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)

    found = lint([target], today=TODAY)

    assert [(each.code, each.line, each.column) for each in found] == [
        (head[2].decode(), int(head[3]), int(head[4]))
    ], "\n".join(map(str, found))
    assert found[0].path.endswith(head[1].decode())
    assert found[0].severity == {"E": "error", "W": "warning", "C": "convention"}[found[0].code[0]]


def test_there_are_enough_and_every_code_is_shown() -> None:
    """At least forty broken files are kept, and together they show every code that a file's text can raise."""
    shown = {path.read_bytes().split(b": ", 1)[1][:4].decode() for path in FILES}
    assert len(FILES) >= 40
    told_elsewhere = {"E001": "test_reader", "E134": "test_translation, a table that comes back"}
    assert set(CODES) - shown == set(told_elsewhere)
