"""Every write of a vault may fail or be the last thing the machine does; nothing that was promised is lost.

Exhaustive: each operation of each job goes wrong in each way, and the disk is found in each state a crash may leave.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recover.errors import CannotWriteError, LockedError, RecoverError
from recover.vault.vault import CaseLog, Draft, Receipt, Session, Vault
from recover.vault.verify import verify
from tests.vault.memory_disk import CRASHES, KEEP_ALL, ONLY_SYNCED, Killed, MemoryDisk

ROOT, STATE = Path("/vault"), Path("/state")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FAULTS = ("kill", "kill-after", "ENOSPC", "EIO")


def clock() -> datetime:
    return NOON


def note(text: str) -> Draft:
    return Draft("note", "helper", {"text": text})


@pytest.fixture(scope="module")
def base() -> tuple[MemoryDisk, Session, str]:
    """A vault with one case of two entries, on a disk where everything is durable."""
    disk = MemoryDisk()
    vault = Vault.create(ROOT, passphrase="old", state_dir=STATE, clock=clock, disk=disk, work_factor=4)
    session = vault.unlock("old")
    case = session.create_case()
    case.append([note("one")])
    case.append([note("two")])
    return disk, session, case.id


def reopen(disk: MemoryDisk, session: Session) -> Session:
    return Session(Vault.open(ROOT, state_dir=STATE, clock=clock, disk=disk), session.keys)


def outcomes(disk: MemoryDisk, job: Callable[[MemoryDisk], object]) -> Iterator[tuple[str, MemoryDisk, object]]:
    """Run `job` on a copy of `disk` with each fault at each operation; yield where, the disk found, and the result."""
    dry = copy.deepcopy(disk)
    dry.plan(-1, "")
    job(dry)
    for at, operation in enumerate(dry.log):
        for fault in FAULTS:
            ran = copy.deepcopy(disk)
            ran.plan(at, fault)
            try:
                result = job(ran)
            except Killed:
                result = None
                assert fault.startswith("kill")
            except CannotWriteError:
                result = None
                assert not fault.startswith("kill")
            ran.is_dead, ran.fail_at = False, -1
            for crash in CRASHES if fault.startswith("kill") else (KEEP_ALL, ONLY_SYNCED):
                yield f"{fault} at {at} ({operation}), then {crash}", ran.crash(crash), result


def texts(case: CaseLog) -> list[str]:
    return [record.body.get("text", record.kind) for record in case.entries()]


def check_case(disk: MemoryDisk, session: Session, case_id: str, receipts: list[Receipt], where: str) -> None:
    """The case opens, holds what receipts were given for, verifies, and goes on in the same log."""
    opened = reopen(disk, session)
    case = opened.open_case(case_id)
    found = texts(case)
    assert found[:2] == ["one", "two"], where
    assert set(found[2:]) <= {"three", "four"}, where
    for receipt in receipts:
        assert case.find(receipt.id).index == receipt.index, where
        assert case.inclusion(receipt.log, receipt.index), where
    report = verify(ROOT, opened, state_dir=STATE, disk=disk)
    assert report.faults == (), where
    own = case.own_log
    [receipt] = case.append([note("five")])
    assert receipt.log == own == case.founding_log, where
    assert receipt.index == len(found), where
    assert verify(ROOT, reopen(disk, session), state_dir=STATE, disk=disk).faults == (), where


def test_a_failed_append_loses_nothing_and_every_receipt_is_honoured(base: tuple[MemoryDisk, Session, str]) -> None:
    """Append of two entries with a part: whatever fails, the case is as before or as after."""
    disk, session, case_id = base

    def job(on: MemoryDisk) -> list[Receipt]:
        case = reopen(on, session).open_case(case_id)
        part = case.add_part({"title": "a part"})
        return case.append([Draft("note", "helper", {"text": "three"}, (part,)), note("four")])

    count = 0
    for where, found, result in outcomes(disk, job):
        check_case(found, session, case_id, result if isinstance(result, list) else [], where)
        count += 1
    assert count > 150


def test_the_first_append_of_a_copied_vault_survives_every_fault(base: tuple[MemoryDisk, Session, str]) -> None:
    """Enrolling a new log and appending to it: the case opens, verifies, and can go on."""
    disk, session, case_id = base
    copied = disk.copy()

    def job(on: MemoryDisk) -> list[Receipt]:
        return reopen(on, session).open_case(case_id).append([note("three")])

    for where, found, result in outcomes(copied, job):
        case = reopen(found, session).open_case(case_id)
        assert texts(case)[:2] == ["one", "two"], where
        for receipt in result if isinstance(result, list) else []:
            assert case.find(receipt.id).body["text"] == "three", where
        case.append([note("four")])
        assert texts(case)[-1] == "four", where
        assert verify(ROOT, reopen(found, session), state_dir=STATE, disk=found).faults == (), where


def test_an_interrupted_passphrase_change_leaves_a_passphrase_that_opens(base: tuple[MemoryDisk, Session, str]) -> None:
    """The old passphrase, the new one, or both open the vault; after success the new one does."""
    disk, _, case_id = base

    def job(on: MemoryDisk) -> bool:
        vault = Vault.open(ROOT, state_dir=STATE, clock=clock, disk=on)
        vault.change_passphrase("old", "new", work_factor=4)
        return True

    for where, found, result in outcomes(disk, job):
        vault = Vault.open(ROOT, state_dir=STATE, clock=clock, disk=found)
        opened = [session for session in (unlock(vault, "old"), unlock(vault, "new")) if session is not None]
        assert opened, where
        assert texts(opened[0].open_case(case_id)) == ["one", "two"], where
        if result is True:
            assert unlock(vault, "new") is not None, where


def unlock(vault: Vault, passphrase: str) -> Session | None:
    try:
        return vault.unlock(passphrase)
    except LockedError:
        return None


def test_an_interrupted_founding_leaves_no_case_that_cannot_be_opened(base: tuple[MemoryDisk, Session, str]) -> None:
    """A case is there whole, or not at all; the other case is untouched and a new one can be founded."""
    disk, session, case_id = base

    def job(on: MemoryDisk) -> str:
        return reopen(on, session).create_case().id

    for where, found, result in outcomes(disk, job):
        opened = reopen(found, session)
        cases = opened.cases()
        assert all(case.is_readable for case in cases), where
        assert case_id in {case.id for case in cases}, where
        assert result is None or result in {case.id for case in cases}, where
        for case in cases:
            opened.open_case(case.id).append([note("more")])
        opened.create_case().append([note("new")])


def test_an_interrupted_vault_can_be_made_again_or_opens() -> None:
    """Until `vault.json` stands there is no vault, and making it again in the same folder works."""
    empty = MemoryDisk()

    def job(on: MemoryDisk) -> Vault:
        return Vault.create(ROOT, passphrase="p", state_dir=STATE, clock=clock, disk=on, work_factor=4)

    for where, found, _ in outcomes(empty, job):
        if Vault.is_vault(ROOT, found):
            session = Vault.open(ROOT, state_dir=STATE, clock=clock, disk=found).unlock("p")
        else:
            session = job(found).unlock("p")
        assert session.create_case().append([note("one")])[0].index == 0, where


def test_an_interrupted_erasure_is_completed_by_running_it_again(base: tuple[MemoryDisk, Session, str]) -> None:
    """An object is destroyed by a signed statement, or it is still there; never gone without one."""
    disk, session, case_id = copy.deepcopy(base[0]), base[1], base[2]
    case = reopen(disk, session).open_case(case_id)
    part = case.add_part({"title": "to be erased"})
    case.append([Draft("note", "helper", {"text": "three"}, (part,))])

    def job(on: MemoryDisk) -> bool:
        reopen(on, session).open_case(case_id).erase([part.sealed_sha256], "asked to")
        return True

    for where, found, result in outcomes(disk, job):
        report = verify(ROOT, reopen(found, session), state_dir=STATE, disk=found)
        assert report.faults == (), where
        again = reopen(found, session).open_case(case_id)
        again.erase([part.sealed_sha256], "asked to")
        with pytest.raises(RecoverError, match="erased"):
            again.read_part(part)
        report = verify(ROOT, reopen(found, session), state_dir=STATE, disk=found)
        assert report.faults == (), where
        assert any("destroyed by" in item.message and "asked to" in item.message for item in report.notes), where
        assert result is None or texts(again)[:3] == ["one", "two", "three"], where


def test_an_interrupted_shredding_is_completed_when_the_case_is_opened(base: tuple[MemoryDisk, Session, str]) -> None:
    """Once the statement stands the case never opens again; before it, the case is whole."""
    disk, session, case_id = base

    def job(on: MemoryDisk) -> bool:
        reopen(on, session).open_case(case_id).shred()
        return True

    for where, found, result in outcomes(disk, job):
        opened = reopen(found, session)
        [case] = opened.cases()
        if not case.is_shredded:
            assert result is None, where
            assert texts(opened.open_case(case_id)) == ["one", "two"], where
            continue
        with pytest.raises(LockedError, match="shredded"):
            opened.open_case(case_id)
        assert not [path for path in found.names if "keys" in path.parts], where
        assert verify(ROOT, opened, state_dir=STATE, disk=found).faults == (), where


def test_a_disk_that_cannot_sync_folders_is_called_weak() -> None:
    """Some network folders cannot make names durable: the vault works and `info` says so."""
    disk = MemoryDisk(has_folder_sync=False)
    vault = Vault.create(ROOT, passphrase="p", state_dir=STATE, clock=clock, disk=disk, work_factor=4)
    vault.unlock("p").create_case().append([note("one")])
    assert vault.info().durability == "weak"
