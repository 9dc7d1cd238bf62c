"""Nothing altered unseen: every kind of file, changed in every way, is named by `verify` or is shown to be harmless."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recover.errors import AlteredError, LockedError, NotFoundError
from recover.vault import keys
from recover.vault.vault import CaseLog, Draft, Session, Vault
from recover.vault.verify import Report, verify
from tests.vault.ground import PASSPHRASE, Clock, Device, copy_device, new_device, note

KINDS = (
    "vault.json",
    "genesis",
    "enrolment",
    "erasure",
    "key",
    "commit",
    "last commit",
    "entry",
    "part",
    "exhibit",
    "reason",
)


@dataclass
class Scene:
    """A vault with two devices' logs, an exhibit, a part and an erasure; and one file of each kind."""

    device: Device
    case_id: str
    files: dict[str, Path]

    def verify(self, session: Session | None = None) -> Report:
        return verify(self.device.vault, session, state_dir=self.device.state)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    first = new_device(tmp_path_factory.mktemp("first"), keys.generate_recovery().recipient)
    case = first.session().create_case()
    exhibit, erased = case.add_object(io.BytesIO(b"photo")), case.add_object(io.BytesIO(b"private"))
    part = case.add_part({"title": "front page"})
    case.append([note("one")])
    case.append([Draft("exhibit.added", "helper", {}, (exhibit, part, erased))])
    case.append([note("three")])
    second = copy_device(first, tmp_path_factory.mktemp("second"))
    other = second.session().open_case(case.id)
    other.append([note("four")])
    shutil.copytree(second.vault, first.vault, dirs_exist_ok=True)
    case = first.session().open_case(case.id)
    erasure = case.erase([erased.sealed_sha256], "asked to")
    case.append([note("five")])
    assert len(case.entries()) == 5
    return Scene(
        first, case.id, _files(first, case, exhibit.sealed_sha256, part.sealed_sha256, erasure.statement_sha256)
    )


def _files(device: Device, case: CaseLog, exhibit: str, part: str, erasure: str) -> dict[str, Path]:
    folder = device.vault / "cases" / case.id
    [enrolment] = [path for path in (folder / "statements").iterdir() if path.name != erasure]
    entry = case.leaf(case.founding_log, 0).split()[3].decode()
    [reason] = [
        line.split()[1]
        for line in (folder / "statements" / erasure).read_text().splitlines()
        if line.startswith("why ")
    ]

    def stored(name: str) -> Path:
        return folder / "obj" / name[:2] / f"{name}.age"

    return {
        "vault.json": device.vault / "vault.json",
        "genesis": folder / "genesis",
        "enrolment": enrolment,
        "erasure": folder / "statements" / erasure,
        "key": sorted((folder / "keys" / "0").iterdir())[0],
        "commit": folder / "log" / case.founding_log / "commit" / "2",
        "last commit": folder / "log" / case.founding_log / "commit" / "4",
        "entry": stored(entry),
        "part": stored(part),
        "exhibit": stored(exhibit),
        "reason": stored(reason),
    }


def is_named(report: Report, path: Path) -> bool:
    """Whether a fault points at the file, or at the log whose commit it is."""
    return any(fault.path == str(path) or (fault.log and fault.log in path.parts) for fault in report.faults)


def altered(path: Path, positions: range) -> Iterator[int]:
    """Flip one bit of each of these bytes in turn; the file is whole again at the end."""
    whole = path.read_bytes()
    try:
        for at in positions:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            yield at
    finally:
        path.write_bytes(whole)


def check_bytes(scene: Scene, kind: str, step: int) -> None:
    path = scene.files[kind]
    session = scene.device.session() if kind == "reason" else None
    for at in altered(path, range(0, path.stat().st_size, step)):
        report = scene.verify(session)
        assert report.exit_code in (20, 21, 22), at
        assert is_named(report, path), (at, report.faults)


def test_the_scene_is_whole(scene: Scene) -> None:
    """Before anything is changed, verify finds nothing, with and without the key."""
    for session in (None, scene.device.session()):
        report = scene.verify(session)
        assert report.faults == ()
        assert report.entries == 5
        assert any("destroyed by" in item.message for item in report.notes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_is_named(scene: Scene, kind: str) -> None:
    """Some bytes of one file of each kind (all of them in the exhaustive set)."""
    check_bytes(scene, kind, step=max(1, scene.files[kind].stat().st_size // 10))


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_every_changed_byte_is_named(scene: Scene, kind: str) -> None:
    """Every byte of one file of each kind."""
    check_bytes(scene, kind, step=1)


def test_ten_positions_of_every_file_of_the_cases(scene: Scene) -> None:
    """Every file of every case, not only one of each kind."""
    for path in sorted((scene.device.vault / "cases").rglob("*")):
        if path.is_file():
            size = path.stat().st_size
            for at in altered(path, range(0, size, max(1, size // 10))):
                assert scene.verify().exit_code in (20, 21, 22), (path, at)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "vault.json"])
def test_a_removed_file_is_missed(scene: Scene, kind: str) -> None:
    """Each kind of file, taken away; a key only this helper's session can miss when another one is left."""
    path = scene.files[kind]
    session = scene.device.session()
    whole = path.read_bytes()
    path.unlink()
    try:
        report = scene.verify(session)
        assert report.exit_code in (20, 21, 22)
        if kind == "last commit":
            assert report.exit_code == 22
    finally:
        path.write_bytes(whole)


def test_a_removed_vault_json_means_there_is_no_vault(scene: Scene) -> None:
    """It is the mark of a vault: exit 10."""
    path = scene.files["vault.json"]
    whole = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(NotFoundError):
            scene.verify()
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_file_is_named(scene: Scene, kind: str) -> None:
    """Cut at every tenth of its length, also to nothing."""
    path = scene.files[kind]
    whole = path.read_bytes()
    session = scene.device.session()
    try:
        for tenth in range(10):
            path.write_bytes(whole[: len(whole) * tenth // 10])
            report = scene.verify(session)
            assert report.exit_code in (20, 21, 22), tenth
            assert is_named(report, path), tenth
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("one", "other"),
    [("enrolment", "erasure"), ("commit", "last commit"), ("entry", "part"), ("part", "exhibit"), ("genesis", "key")],
)
def test_swapped_files_are_named(scene: Scene, one: str, other: str) -> None:
    """Two files with each other's bytes."""
    first, second = scene.files[one], scene.files[other]
    kept = first.read_bytes(), second.read_bytes()
    try:
        first.write_bytes(kept[1])
        second.write_bytes(kept[0])
        report = scene.verify()
        assert report.exit_code in (20, 21, 22)
        assert is_named(report, first)
    finally:
        first.write_bytes(kept[0])
        second.write_bytes(kept[1])


@pytest.mark.parametrize(
    ("kind", "name"), [("enrolment", "0" * 64), ("key", f"{'0' * 64}.age"), ("commit", "3"), ("commit", "9")]
)
def test_a_duplicate_under_another_name_is_named(scene: Scene, kind: str, name: str) -> None:
    """A statement, key or commit is only what its name says."""
    path = scene.files[kind].with_name(name)
    kept = path.read_bytes() if path.exists() else None
    try:
        path.write_bytes(scene.files[kind].read_bytes())
        report = scene.verify()
        assert report.exit_code in (20, 21, 22)
        assert is_named(report, path)
    finally:
        if kept is None:
            path.unlink()
        else:
            path.write_bytes(kept)


def test_a_duplicate_object_is_set_aside(scene: Scene) -> None:
    """Harmless: no leaf names it, nothing ever opens it; verify lists it."""
    path = scene.files["entry"].with_name(f"{scene.files['entry'].name[:2]}{'0' * 62}.age")
    path.write_bytes(scene.files["entry"].read_bytes())
    try:
        report = scene.verify()
        assert report.faults == ()
        assert any(item.path == str(path) and "set aside" in item.message for item in report.notes)
    finally:
        path.unlink()


def test_a_rolled_back_vault_is_a_rollback(tmp_path: Path) -> None:
    """The whole vault as it was some entries ago: 22, with the log and the entries that are gone."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([note("one")])
    shutil.copytree(device.vault, tmp_path / "old")
    case.append([note("two"), note("three")])
    shutil.rmtree(device.vault)
    shutil.copytree(tmp_path / "old", device.vault)
    report = verify(device.vault, state_dir=device.state)
    [fault] = report.faults
    assert (fault.code, fault.case, fault.log, fault.index) == (22, case.id, case.founding_log, 1)
    assert "entries 1 to 2" in fault.message
    assert [fault.code for fault in device.session().open_case(case.id).notices()] == [22]


def test_a_removed_case_is_a_rollback(tmp_path: Path) -> None:
    """A case that this device remembers and that is no longer there."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([note("one")])
    shutil.rmtree(device.vault / "cases" / case.id)
    [fault] = verify(device.vault, state_dir=device.state).faults
    assert (fault.code, fault.case) == (22, case.id)


def test_a_log_rewritten_by_its_key_holder_is_a_fork(tmp_path: Path) -> None:
    """The key holder can sign another history; who remembers the first one sees the fork."""
    device = new_device(tmp_path)
    session = device.session()
    case = session.create_case()
    shutil.copytree(device.vault, tmp_path / "other" / "vault")
    shutil.copytree(device.state, tmp_path / "other" / "state")
    case.append([note("what happened")])
    marker = tmp_path / "other" / "state" / "marker"
    _pretend_same_birth(device.state / "memory", marker, tmp_path / "other" / "state" / "memory")
    forger = Session(
        Vault.open(tmp_path / "other" / "vault", state_dir=tmp_path / "other" / "state", clock=Clock()), session.keys
    )
    rewritten = forger.open_case(case.id)
    assert rewritten.own_log == case.founding_log
    rewritten.append([note("what did not")])
    shutil.copytree(tmp_path / "other" / "vault", device.vault, dirs_exist_ok=True)
    report = verify(device.vault, state_dir=device.state)
    assert report.exit_code == 22
    assert report.faults[0].log == case.founding_log


def _pretend_same_birth(memory: Path, marker: Path, forged: Path) -> None:
    """What a forger does to his own state: bind the copied memory to his own marker."""
    from recover.vault.document import sha256_hex

    said = f"place {marker.stat().st_ctime_ns}"
    lines = [line for line in memory.read_text().splitlines() if " place " not in line and " head " not in line]
    forged.write_text("\n".join([f"{sha256_hex(said.encode())[:8]} {said}", *lines, ""]))


@pytest.mark.parametrize("name", ["read.1.pass.age", "sign.1.read.age"])
def test_a_changed_key_file_of_the_helper_opens_nothing(tmp_path: Path, name: str) -> None:
    """Harmless to evidence: unlocking says so (12 or 20) instead."""
    device = new_device(tmp_path)
    [path] = device.vault.glob(f"identity/*/{name}")
    size = path.stat().st_size
    for _ in altered(path, range(0, size, max(1, size // 40))):
        with pytest.raises((LockedError, AlteredError)):
            device.session()
    assert device.session().cases() == []


def test_a_changed_tile_is_named_and_a_removed_one_is_harmless(tmp_path: Path) -> None:
    """Tiles follow from the leaves: a wrong one is a fault, a missing one can be made again."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([note(str(number)) for number in range(300)])
    [tile] = (device.vault / "cases" / case.id / "log" / case.founding_log / "tile").rglob("000")
    for _ in altered(tile, range(0, 8192, 2000)):
        report = verify(device.vault, state_dir=device.state)
        assert report.exit_code == 20
        assert is_named(report, tile)
    tile.unlink()
    report = verify(device.vault, state_dir=device.state)
    assert report.exit_code == 0
    assert any("tile" in item.message for item in report.notes)


def test_a_changed_memory_never_lets_a_log_fork(tmp_path: Path) -> None:
    """Any byte of the device's memory: the case opens, and what is appended continues a log without a fork."""
    device = new_device(tmp_path)
    session = device.session()
    case = session.create_case()
    case.append([note("one")])
    memory = device.state / "memory"
    whole = memory.read_bytes()
    for at in range(0, len(whole), 19):
        memory.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        opened = Session(Vault.open(device.vault, state_dir=device.state, clock=device.clock), session.keys)
        opened.open_case(case.id).append([note("more")])
        report = verify(device.vault, opened, state_dir=device.state)
        assert report.exit_code == 0, (at, report.faults)


def test_unlocking_needs_the_passphrase(tmp_path: Path) -> None:
    """A wrong one is exit 12."""
    device = new_device(tmp_path)
    with pytest.raises(LockedError):
        Vault.open(device.vault, state_dir=device.state).unlock(PASSPHRASE + "x")
