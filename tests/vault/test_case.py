"""A case as the desk uses it: append, read in one order, decide again, erase, shred; copies and backups."""

from __future__ import annotations

import io
import shutil
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from recover.errors import (
    AlteredError,
    ForkError,
    IncompleteError,
    InputError,
    LockedError,
    NewerFormatError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from recover.vault import keys, merkle, names, note, proof
from recover.vault.statements import EPOCH_BEGUN, parse_genesis, write_statement
from recover.vault.vault import ENTRY_DESTROYED, ENTRY_MISSING, CaseLog, Draft, ObjectRef, Record, Session, Vault
from recover.vault.verify import verify
from tests.vault.ground import NOON, PASSPHRASE, Device, copy_device, new_device
from tests.vault.ground import note as says


def texts(case: CaseLog) -> list[str]:
    return [record.body.get("text", record.kind) for record in case.entries()]


def test_entries_come_back_as_they_were_recorded(tmp_path: Path) -> None:
    """Id, kind, time, actor and body; the receipt names the root that the checkpoint carries."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    at = datetime(2026, 10, 5, 17, 40, 0, 123, tzinfo=UTC)
    [receipt] = case.append([Draft("note", "helper", {"text": "bağ", "list": (1, 2)}, recorded_at=at)])
    [record] = device.session().open_case(case.name).entries()
    assert record == Record("0", case.founding_log, "", 0, "note", at, "helper", {}, {"text": "bağ", "list": [1, 2]})
    assert case.entries() == [record]
    assert (receipt.id, receipt.index, receipt.log) == ("0", 0, case.founding_log)
    stated = note.verify_checkpoint(case.checkpoint(), [note.parse_vkey(case.verifier_key())], case.origin())
    assert (stated.size, stated.root.hex()) == (1, receipt.root)


def test_without_a_time_the_clock_is_read(tmp_path: Path) -> None:
    """Recorded times come from the vault's clock; a naive one is refused."""
    case = new_device(tmp_path).session().create_case()
    case.append([says("now")])
    assert case.entries()[0].recorded_at > NOON
    with pytest.raises(InputError):
        case.append([Draft("note", "helper", {}, recorded_at=datetime(2026, 1, 1))])  # noqa: DTZ001


def test_an_inclusion_proof_convinces_a_stranger(tmp_path: Path) -> None:
    """With the verifier key, the leaf and the tlog-proof alone; and consistency of an older head."""
    case = new_device(tmp_path).session().create_case()
    case.append([says(str(number)) for number in range(5)])
    old = case.heads()[case.founding_log]
    case.append([says("later")])
    key = note.parse_vkey(case.verifier_key())
    leaf_hash = merkle.leaf_hash(case.leaf(case.founding_log, 3))
    found = proof.verify_tlog_proof(case.inclusion(case.founding_log, 3), leaf_hash, [key], case.origin())
    merkle.verify_consistency(old.size, old.root, found.size, found.root, case.consistency(case.founding_log, 5))
    with pytest.raises(NotFoundError):
        case.inclusion(case.founding_log, 6)


def test_an_append_is_decided_again_when_the_case_has_moved(tmp_path: Path) -> None:
    """Another process appended meanwhile: the decision sees its entry; otherwise it is not asked."""
    device = new_device(tmp_path)
    mine = device.session().create_case()
    mine.append([says("one")])
    mine.entries()
    asked: list[list[str]] = []

    def redecide(records: list[Record]) -> list[Draft]:
        asked.append([record.body["text"] for record in records])
        return [says("decided again")]

    mine.append([says("two")], redecide)
    assert asked == []
    device.session().open_case(mine.id).append([says("theirs")])
    mine.append([says("never")], redecide)
    assert asked == [["one", "two", "theirs"]]
    assert texts(mine) == ["one", "two", "theirs", "decided again"]


def test_two_processes_append_to_one_log_without_a_fork(tmp_path: Path) -> None:
    """Each goes on from the other's commit, even if it had not looked since."""
    device = new_device(tmp_path)
    mine = device.session().create_case()
    theirs = device.session().open_case(mine.id)
    for number in range(6):
        (mine, theirs)[number % 2].append([says(str(number))])
    assert texts(mine) == texts(theirs) == list("012345")
    assert verify(device.vault, state_dir=device.state).exit_code == 0


def test_many_drafts_are_split_into_commits(tmp_path: Path) -> None:
    """At most 256 leaves each; tiles follow."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    receipts = case.append([says(str(number)) for number in range(600)])
    assert [receipt.index for receipt in receipts] == list(range(600))
    folder = device.vault / "cases" / case.id / "log" / case.founding_log
    assert sorted(int(path.name) for path in (folder / "commit").iterdir()) == [256, 512, 600]
    assert sorted(path.name for path in (folder / "tile" / "0").iterdir()) == ["000", "001"]
    assert verify(device.vault, state_dir=device.state).faults == ()


# --- exhibits and parts -----------------------------------------------------------------------------------------------


def test_exhibits_and_parts_are_opened_and_checked_against_both_hashes(tmp_path: Path) -> None:
    """A reference with another plaintext hash is refused even though the object is whole."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    exhibit, part = case.add_object(io.BytesIO(b"photo" * 1000)), case.add_part({"title": "Səhifə"})
    case.append([Draft("exhibit.added", "helper", {}, (exhibit, part))])
    again = device.session().open_case(case.id)
    out = io.BytesIO()
    assert again.copy_object(exhibit, out).plain_sha256 == exhibit.plain_sha256
    assert out.getvalue() == b"photo" * 1000
    assert again.read_part(part) == {"title": "Səhifə"}
    assert sha256(again.part_bytes(part)).hexdigest() == part.plain_sha256
    wrong = ObjectRef(exhibit.sealed_sha256, "0" * 64, 0)
    with pytest.raises(AlteredError):
        again.copy_object(wrong, io.BytesIO())


def test_an_entry_cannot_refer_to_what_is_not_in_the_vault(tmp_path: Path) -> None:
    """A log must never name an object that was never there."""
    case = new_device(tmp_path).session().create_case()
    with pytest.raises(IncompleteError):
        case.append([Draft("exhibit.added", "helper", {}, (ObjectRef("0" * 64, "0" * 64, 0),))])
    assert texts(case) == []


def test_a_batch_is_durable_at_its_end_and_dropped_on_an_error(tmp_path: Path) -> None:
    """Nothing of a batch that failed stays behind."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    with case.batch():
        refs = [case.add_object(io.BytesIO(bytes([number]))) for number in range(100)]
    assert all((device.vault / "cases" / case.id / "obj" / r.sealed_sha256[:2]).is_dir() for r in refs)
    before = sorted((device.vault / "cases" / case.id / "obj").rglob("*.age"))

    def fails() -> None:
        with case.batch():
            case.add_object(io.BytesIO(b"lost"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert sorted((device.vault / "cases" / case.id / "obj").rglob("*.age")) == before
    assert not list((device.vault / "cases" / case.id / "obj").glob(".new-*"))


def test_a_file_that_cannot_be_read_is_the_files_fault(tmp_path: Path) -> None:
    """Exit 32, not 14: the vault's disk is well."""

    class Broken:
        def read(self, size: int, /) -> bytes:
            raise OSError(5, "Input/output error")

    case = new_device(tmp_path).session().create_case()
    with pytest.raises(InputError):
        case.add_object(Broken())


# --- copies and backups -----------------------------------------------------------------------------------------------


def test_a_copied_vault_enrols_a_new_log(tmp_path: Path) -> None:
    """Two machines never sign one log; their entries have numbers of their own, and merge in one order."""
    first = new_device(tmp_path / "a")
    case = first.session().create_case()
    case.append([says("one")])
    second = copy_device(first, tmp_path / "b")
    other = second.session().open_case(case.id)
    suffix = other.own_suffix
    [receipt] = other.append([says("two")])
    assert receipt.id == f"0-{suffix}"
    assert receipt.log != case.founding_log
    case.append([says("one more")])
    for source, target in ((first, second), (second, first)):
        shutil.copytree(source.vault / "cases", target.vault / "cases", dirs_exist_ok=True)
    assert [record.id for record in case.entries()] == [record.id for record in other.entries()]
    assert sorted(texts(case)) == ["one", "one more", "two"]
    for device in (first, second):
        assert verify(device.vault, device.session(), state_dir=device.state).exit_code == 0


def test_a_restored_backup_begins_a_new_log_and_merges_with_what_comes_back(tmp_path: Path) -> None:
    """Appending after a restore forks nothing; when the lost entries turn up they find their place."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([says("one")])
    shutil.copytree(device.vault, tmp_path / "backup")
    case.append([says("two")])
    shutil.move(device.vault, tmp_path / "lost")
    shutil.copytree(tmp_path / "backup", device.vault)
    restored = device.session().open_case(case.id)
    [receipt] = restored.append([says("three")])
    assert receipt.log != case.founding_log
    assert verify(device.vault, state_dir=device.state).exit_code == 22
    shutil.copytree(tmp_path / "lost" / "cases", device.vault / "cases", dirs_exist_ok=True)
    assert sorted(texts(restored)) == ["one", "three", "two"]
    assert verify(device.vault, device.session(), state_dir=device.state).exit_code == 0


def test_a_restored_state_folder_owns_nothing(tmp_path: Path) -> None:
    """Vault and memory restored together from an old backup would otherwise sign a second history."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([says("one")])
    # As a backup program restores: later, with every time it can set.
    shutil.copytree(device.state, tmp_path / "state backup")
    time.sleep(3.2)
    shutil.rmtree(device.state)
    shutil.copytree(tmp_path / "state backup", device.state)
    restored = device.session().open_case(case.id)
    assert restored.own_log == ""
    assert restored.append([says("two")])[0].log != case.founding_log


def test_an_entry_that_saw_what_is_not_here_is_held_back(tmp_path: Path) -> None:
    """It waits, is reported with 21, and takes its place when the other log arrives."""
    first = new_device(tmp_path / "a")
    case = first.session().create_case()
    case.append([says("one")])
    second = copy_device(first, tmp_path / "b")
    case.append([says("two")])
    shutil.copytree(first.vault / "cases", second.vault / "cases", dirs_exist_ok=True)
    other = second.session().open_case(case.id)
    other.append([says("saw two")])
    third = copy_device(second, tmp_path / "c")
    commit = third.vault / "cases" / case.id / "log" / case.founding_log / "commit" / "2"
    kept = commit.read_bytes()
    commit.unlink()
    late = third.session().open_case(case.id)
    assert texts(late) == ["one"]
    [held] = late.held_back()
    assert (held.log, held.index, held.missing_log, held.missing_index) == (other.own_log, 0, case.founding_log, 1)
    assert [fault.code for fault in late.notices()] == [21]
    commit.write_bytes(kept)
    assert texts(late) == ["one", "two", "saw two"]
    assert late.notices() == []


def test_an_entry_whose_object_is_missing_leaves_a_mark_and_the_others_stay(tmp_path: Path) -> None:
    """Total reading: the place is kept, the loss is reported, and it heals when the object comes back."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([says("one"), says("two"), says("three")])
    name = case.leaf(case.founding_log, 1).split()[3].decode()
    path = device.vault / "cases" / case.id / "obj" / name[:2] / f"{name}.age"
    path.rename(tmp_path / "aside")
    again = device.session().open_case(case.id)
    assert [record.kind for record in again.entries()] == ["note", ENTRY_MISSING, "note"]
    [fault] = again.notices()
    assert (fault.code, fault.index) == (21, 1)
    (tmp_path / "aside").rename(path)
    assert texts(again) == ["one", "two", "three"]
    assert again.notices() == []


def test_an_epoch_that_was_seen_cannot_be_taken_back(tmp_path: Path) -> None:
    """Someone who removes the statement wants new entries sealed to an old key: 22, and nothing is appended."""
    device = new_device(tmp_path)
    session = device.session()
    case = session.create_case()
    case.append([says("one")])
    folder = device.vault / "cases" / case.id
    from recover.vault import sealing
    from recover.vault.layout import CaseFolder, key_text, read_trust
    from recover.vault.vault import _write_key

    trust, _ = read_trust(CaseFolder(folder))
    identity = sealing.new_identity()
    fields = {"epoch": "1", "recipient": sealing.recipient_of(identity)}
    statement = write_statement(trust, session.keys.sign_seed, case.founding_log, EPOCH_BEGUN, NOON, fields)
    _write_key(CaseFolder(folder), 1, key_text(case.name, identity), session.keys.read_recipient, session.vault.disk)
    (folder / "statements").mkdir(exist_ok=True)
    path = folder / "statements" / statement.sha256
    path.write_bytes(statement.note)
    reopened = device.session().open_case(case.id)
    reopened.append([says("sealed to the new epoch")])
    assert texts(device.session().open_case(case.id)) == ["one", "sealed to the new epoch"]
    path.unlink()
    with pytest.raises(ForkError):
        device.session().open_case(case.id).append([says("never")])
    assert verify(device.vault, state_dir=device.state).exit_code == 22


# --- erase and shred --------------------------------------------------------------------------------------------------


def test_erasing_leaves_the_hashes_and_says_so(tmp_path: Path) -> None:
    """Content gone, place and order kept, reason readable with the key only."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    exhibit = case.add_object(io.BytesIO(b"private"))
    case.append([says("one"), Draft("exhibit.added", "helper", {"text": "two"}, (exhibit,)), says("three")])
    before = [record.recorded_at for record in case.entries()]
    erasure = case.erase([exhibit.sealed_sha256], "the person asked", ["1"])
    records = case.entries()
    assert [record.kind for record in records] == ["note", ENTRY_DESTROYED, "note"]
    assert [record.recorded_at for record in records] == before
    assert records[1].body["reason"] == "the person asked"
    assert len(erasure.objects) == 2
    assert not list(device.vault.rglob(f"{exhibit.sealed_sha256}.age"))
    with pytest.raises(NotFoundError, match="erased"):
        case.copy_object(exhibit, io.BytesIO())
    keyless = verify(device.vault, state_dir=device.state)
    assert keyless.faults == ()
    assert not any("the person asked" in item.message for item in keyless.notes)
    with_key = verify(device.vault, device.session(), state_dir=device.state)
    assert sum("the person asked" in item.message for item in with_key.notes) == 2
    for path in device.vault.rglob("*"):
        assert path.is_dir() or b"the person asked" not in path.read_bytes()


def test_an_erasure_reaches_a_copy_with_its_next_entry(tmp_path: Path) -> None:
    """The statement travels; the copy shows the mark at once and drops the object when it appends."""
    first = new_device(tmp_path / "a")
    case = first.session().create_case()
    exhibit = case.add_object(io.BytesIO(b"private"))
    case.append([Draft("exhibit.added", "helper", {}, (exhibit,))])
    second = copy_device(first, tmp_path / "b")
    case.erase([exhibit.sealed_sha256], "asked")
    shutil.copytree(first.vault / "cases", second.vault / "cases", dirs_exist_ok=True)
    other = second.session().open_case(case.id)
    with pytest.raises(NotFoundError):
        other.copy_object(exhibit, io.BytesIO())
    assert list(second.vault.rglob(f"{exhibit.sealed_sha256}.age"))
    other.append([says("next")])
    assert not list(second.vault.rglob(f"{exhibit.sealed_sha256}.age"))


def test_only_what_the_case_refers_to_can_be_erased(tmp_path: Path) -> None:
    """A typing mistake must not become a tombstone."""
    case = new_device(tmp_path).session().create_case()
    case.append([says("one")])
    with pytest.raises(NotFoundError):
        case.erase(["0" * 64], "mistake")
    with pytest.raises(NotFoundError):
        case.erase([], "mistake", ["7"])
    with pytest.raises(UsageError):
        case.erase([], "mistake")


def test_a_shredded_case_opens_no_more_even_if_a_copy_brings_its_keys_back(tmp_path: Path) -> None:
    """The statement is honoured: keys that return are removed again."""
    device = new_device(tmp_path)
    session = device.session()
    case, other = session.create_case(), session.create_case()
    case.append([says("one")])
    shutil.copytree(device.vault / "cases" / case.id / "keys", tmp_path / "keys")
    case.shred()
    shutil.copytree(tmp_path / "keys", device.vault / "cases" / case.id / "keys", dirs_exist_ok=True)
    summary = {item.id: item for item in device.session().cases()}
    assert (summary[case.id].is_shredded, summary[case.id].is_readable) == (True, False)
    assert summary[other.id].is_readable
    with pytest.raises(LockedError, match="shredded"):
        device.session().open_case(case.id)
    assert not list((device.vault / "cases" / case.id / "keys").rglob("*.age"))
    report = verify(device.vault, device.session(), state_dir=device.state)
    assert report.faults == ()
    assert any("shredded by" in item.message for item in report.notes)


# --- vault and session ------------------------------------------------------------------------------------------------


def test_a_case_is_found_by_name_or_beginning_of_its_id(tmp_path: Path) -> None:
    """Nothing or several fitting is an error that lists what is there."""
    session = new_device(tmp_path).session()
    cases = [session.create_case() for _ in range(20)]
    for case in cases:
        assert session.open_case(case.name.upper()).id == case.id
        assert session.open_case(case.id[:12]).name == case.name
    with pytest.raises(NotFoundError) as missing:
        session.open_case("no-such")
    assert cases[0].name in missing.value.hint
    digits = [case.id[0] for case in cases]
    twice = next(digit for digit in digits if digits.count(digit) > 1)
    with pytest.raises(UsageError):
        session.open_case(twice)


def test_the_name_of_a_case_is_written_nowhere_in_the_clear(tmp_path: Path) -> None:
    """Neither in a file's bytes nor in a file's name."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([says("amber marker")])
    for path in [*device.vault.rglob("*"), *device.state.rglob("*")]:
        assert case.name not in str(path)
        if path.is_file():
            assert case.name.encode() not in path.read_bytes()
            assert b"amber marker" not in path.read_bytes()


def test_names_are_many_and_neutral() -> None:
    """At least 128 by 128, lower-case ASCII, no word twice."""
    for words in (names.ADJECTIVES, names.ANIMALS):
        assert len(set(words)) == len(words) >= 128
        assert all(word.isascii() and word.isalpha() and word.islower() for word in words)


def test_a_practice_case_can_never_be_taken_for_a_real_one(tmp_path: Path) -> None:
    """It is fixed in the genesis, and its log signs under another origin."""
    device = new_device(tmp_path)
    session = device.session()
    practice, real = session.create_case(practice=True), session.create_case()
    assert practice.practice
    assert not real.practice
    assert practice.origin().startswith(f"recover-practice/{practice.id}/")
    assert real.origin().startswith(f"recover/{real.id}/")
    path = device.vault / "cases" / practice.id / "genesis"
    path.write_bytes(path.read_bytes().replace(b"practice yes", b"practice no"))
    assert parse_genesis(path.read_bytes()).case != practice.id
    with pytest.raises((AlteredError, NotFoundError)):
        device.session().open_case(practice.id)


def test_the_recovery_key_reads_and_writes_nothing(tmp_path: Path) -> None:
    """Every case founded with it, and every case sealed to it later."""
    recovery = keys.generate_recovery()
    device = new_device(tmp_path, "undecided")
    session = device.session()
    case = session.create_case()
    case.append([says("one")])
    vault = Vault.open(device.vault, state_dir=device.state, clock=device.clock)
    with pytest.raises(NotFoundError):
        vault.unlock_with_recovery(recovery.identity).open_case(case.name)
    session.set_recovery(recovery.recipient, PASSPHRASE, work_factor=4)
    later = session.create_case()
    opened = vault.unlock_with_recovery(recovery.identity)
    assert texts(opened.open_case(case.name)) == ["one"]
    assert {item.name for item in opened.cases()} == {case.name, later.name}
    with pytest.raises(LockedError):
        opened.open_case(later.name).append([says("never")])
    assert verify(device.vault, device.session(), state_dir=device.state).faults == ()


def test_a_keyring_secret_unlocks_until_the_passphrase_changes(tmp_path: Path) -> None:
    """The passphrase change ends every unlocking."""
    device = new_device(tmp_path)
    secret = device.session().seal_to_ring()
    vault = Vault.open(device.vault, state_dir=device.state)
    assert vault.unlock_with_secret(secret).cases() == []
    vault.change_passphrase(PASSPHRASE, "another", work_factor=4)
    with pytest.raises(LockedError):
        vault.unlock_with_secret(secret)
    with pytest.raises(LockedError):
        vault.unlock(PASSPHRASE)
    assert vault.unlock("another").cases() == []


def test_a_helper_who_is_not_of_the_case_cannot_append(tmp_path: Path) -> None:
    """A case folder copied into another vault: no key opens it."""
    first, second = new_device(tmp_path / "a"), new_device(tmp_path / "b")
    case = first.session().create_case()
    case.append([says("one")])
    shutil.copytree(first.vault / "cases", second.vault / "cases", dirs_exist_ok=True)
    [summary] = second.session().cases()
    assert (summary.name, summary.is_readable) == ("", False)
    with pytest.raises(LockedError):
        second.session().open_case(case.id)
    stolen = Session(Vault.open(second.vault, state_dir=second.state), second.session().keys)
    opened = first.session().open_case(case.id)
    opened._keys = stolen.keys
    opened._device = stolen.vault.device
    with pytest.raises(RefusedError):
        opened.append([says("never")])


def test_a_case_that_is_not_shared_with_this_helper_is_checked_as_without_keys(tmp_path: Path) -> None:
    """That no key here opens it is no fault of the case."""
    first, second = new_device(tmp_path / "a"), new_device(tmp_path / "b")
    case = first.session().create_case()
    case.append([says("one")])
    shutil.copytree(first.vault / "cases", second.vault / "cases", dirs_exist_ok=True)
    report = verify(second.vault, second.session(), state_dir=second.state)
    assert report.faults == ()
    assert any("not shared" in item.message for item in report.notes)


def test_a_case_that_was_never_founded_is_no_fault(tmp_path: Path) -> None:
    """A crash while founding leaves keys without a genesis; nothing was ever recorded there."""
    device = new_device(tmp_path)
    session = device.session()
    case, whole = session.create_case(), session.create_case()
    whole.append([says("one")])
    (device.vault / "cases" / case.id / "genesis").unlink()
    report = verify(device.vault, device.session(), state_dir=device.state)
    assert report.faults == ()
    assert any("never founded" in item.message for item in report.notes)
    assert [summary.id for summary in device.session().cases()] == [whole.id]


def test_a_full_state_disk_does_not_stop_reading(tmp_path: Path) -> None:
    """What cannot be remembered now is remembered later; the case is read all the same."""
    first = new_device(tmp_path / "a")
    case = first.session().create_case()
    case.append([says("one")])
    second = copy_device(first, tmp_path / "b")
    (tmp_path / "b" / "state").write_text("a file where the folder should be")
    assert texts(second.session().open_case(case.id)) == ["one"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b'{"format": 2, "vault": "x"}', NewerFormatError),
        (b'{"format": "1"}', AlteredError),
        (b"[]", AlteredError),
        (b"\xff", AlteredError),
        (b"[" * 100_000, AlteredError),
    ],
)
def test_a_strange_vault_json_is_told_apart(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    """Newer is 13, damaged is 20."""
    (tmp_path / "vault.json").write_bytes(content)
    with pytest.raises(error):
        Vault.open(tmp_path, state_dir=tmp_path / "state")


def test_a_vault_is_only_made_where_nothing_else_stands(tmp_path: Path) -> None:
    """Neither over a vault nor among other files."""
    new_device(tmp_path)
    with pytest.raises(RefusedError):
        Vault.create(tmp_path / "vault", passphrase="p", state_dir=tmp_path / "state", work_factor=4)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x")
    with pytest.raises(UsageError):
        Vault.create(tmp_path / "full", passphrase="p", state_dir=tmp_path / "state", work_factor=4)
    with pytest.raises(NotFoundError):
        Vault.open(tmp_path / "absent", state_dir=tmp_path / "state")


def test_info_needs_no_key_and_counts_leftovers(tmp_path: Path) -> None:
    """What a crash left is named; it is never removed."""
    device = new_device(tmp_path)
    case = device.session().create_case()
    (device.vault / "cases" / case.id / "obj").mkdir(exist_ok=True)
    left = device.vault / "cases" / case.id / "obj" / ".new-0123"
    left.write_bytes(b"half")
    info = Vault.open(device.vault, state_dir=device.state).info()
    assert (info.cases, info.durability, info.leftovers) == (1, "full", (str(left),))
    report = verify(device.vault, state_dir=device.state)
    assert report.faults == ()
    assert any(item.path == str(left) for item in report.notes)


def test_a_log_nobody_enrolled_is_not_believed(tmp_path: Path) -> None:
    """A folder that someone put there shows nothing, and verify names it."""
    device: Device = new_device(tmp_path)
    case = device.session().create_case()
    case.append([says("one")])
    logs = device.vault / "cases" / case.id / "log"
    shutil.copytree(logs / case.founding_log, logs / ("0" * 16))
    assert texts(device.session().open_case(case.id)) == ["one"]
    [fault] = verify(device.vault, state_dir=device.state).faults
    assert (fault.code, fault.log) == (21, "0" * 16)
