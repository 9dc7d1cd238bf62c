"""The stand-alone reader of `docs/`: stock `age` and the standard library are enough to read a vault."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recover.vault import keys
from recover.vault.vault import Draft
from tests.vault.ground import PASSPHRASE, copy_device, new_device, note

READER = Path(__file__).parents[2] / "docs" / "read_vault.py"


def read(*arguments: object) -> str:
    found = subprocess.run(
        [sys.executable, "-I", str(READER), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_reader_is_short_and_uses_the_standard_library_only() -> None:
    """At most 80 lines, and no import of anything that must be installed."""
    text = READER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


@pytest.mark.needs("age")
def test_it_lists_cases_and_entries_of_all_logs_and_extracts_an_exhibit(tmp_path: Path) -> None:
    """With the recovery key: names, entries in the merged order, the exhibit's bytes; an erased entry says so."""
    recovery = keys.generate_recovery()
    (tmp_path / "recovery.txt").write_text(recovery.text)
    first = new_device(tmp_path / "a", recovery.recipient)
    case = first.session().create_case()
    exhibit = case.add_object(io.BytesIO(b"photo" * 100_000))
    case.append([Draft("exhibit.added", "helper", {"title": "Ekran görüntüsü"}, (exhibit,)), note("to be erased")])
    second = copy_device(first, tmp_path / "b")
    other = second.session().open_case(case.name)
    other.append([note("from the second device")])
    other.erase([], "asked to", ["1"])

    assert read(second.vault, tmp_path / "recovery.txt") == f"{case.name} {case.id}\n"
    lines = read(second.vault, tmp_path / "recovery.txt", case.name).splitlines()
    assert len(lines) == 3
    assert "Ekran görüntüsü" in lines[0]
    assert "NOT READABLE" in lines[1]
    assert "from the second device" in lines[2]
    out = tmp_path / "photo.jpg"
    read(second.vault, tmp_path / "recovery.txt", case.id, exhibit.sealed_sha256, out)
    assert out.read_bytes() == b"photo" * 100_000


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a Unix thing")
@pytest.mark.needs("age")
def test_it_opens_a_vault_with_the_passphrase(tmp_path: Path) -> None:
    """`age` itself asks for the passphrase on the terminal."""
    import pty

    device = new_device(tmp_path)
    name = device.session().create_case().name
    [key_file] = device.vault.glob("identity/*/read.1.pass.age")
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-I", str(READER), str(device.vault), str(key_file)])  # noqa: S606
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    while chunk := _read_to_end(terminal):
        shown += chunk
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert name.encode() in shown


def _read_to_end(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1024)
    except OSError:
        # Linux reports the end of a terminal whose other side is gone as an error.
        return b""
