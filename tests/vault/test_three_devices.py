"""Three devices, partial copies in any order, wrong clocks, restarts, lost memories: one case in the end."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from recover.vault.case import CaseLog
from recover.vault.keys import DeviceKeys
from recover.vault.vault import Draft, Record, Session, Vault
from recover.vault.verify import verify
from tests.vault.memory_disk import MemoryDisk, Node

ROOT, STATE = Path("/vault"), Path("/state")
DEVICES = st.sampled_from([0, 1, 2])


class Machine:
    """One helper's machine: its own disk, clock and memory."""

    def __init__(self, disk: MemoryDisk, keys: DeviceKeys, case_id: str) -> None:
        self.disk = disk
        self.keys = keys
        self.case_id = case_id
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.restart()

    def clock(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def session(self) -> Session:
        return Session(Vault.open(ROOT, state_dir=STATE, clock=self.clock, disk=self.disk), self.keys)

    def restart(self) -> None:
        self.case: CaseLog = self.session().open_case(self.case_id)

    def forget(self) -> None:
        """The state folder is lost."""
        for path in [path for path in self.disk.names if STATE in path.parents]:
            del self.disk.names[path]
        self.restart()

    def receive(self, other: Machine, chance: random.Random, share: float) -> None:
        """Copy files that are missing here, in any order, perhaps not all of them."""
        for path, node in other.disk.names.items():
            if ROOT in path.parents and path not in self.disk.names and chance.random() < share:
                self.disk.folders.update(path.parents)
                self.disk.names[path] = Node(node.content, node.content, 0)


def shown(records: list[Record]) -> list[tuple[str, object]]:
    return [(record.id, record.body.get("text")) for record in records]


class ThreeDevices(RuleBasedStateMachine):
    """Devices append to their own logs and copy from each other."""

    def __init__(self) -> None:
        super().__init__()
        disk = MemoryDisk()
        vault = Vault.create(
            ROOT,
            passphrase="p",
            state_dir=STATE,
            clock=lambda: datetime(2026, 11, 23, 11, tzinfo=UTC),
            disk=disk,
            work_factor=1,
        )
        session = vault.unlock("p")
        case = session.create_case()
        case.append([Draft("note", "helper", {"text": "founded"})])
        disks = [disk, disk.copy(), disk.copy()]
        for copied in disks[1:]:
            for path in [path for path in copied.names if STATE in path.parents]:
                del copied.names[path]
        self.devices = [Machine(each, session.keys, case.id) for each in disks]
        self.receipts = {("0", "founded")}
        self.count = 0

    @rule(device=DEVICES, many=st.integers(1, 3))
    def append(self, device: int, many: int) -> None:
        """A receipt is a promise, whatever else is going on."""
        texts = [f"text {self.count + number}" for number in range(many)]
        self.count += many
        receipts = self.devices[device].case.append([Draft("note", "helper", {"text": text}) for text in texts])
        self.receipts |= {(receipt.id, text) for receipt, text in zip(receipts, texts, strict=True)}

    @rule(source=DEVICES, to=DEVICES, seed=st.integers(0, 1000), share=st.sampled_from([0.3, 0.7, 1.0]))
    def copy(self, source: int, to: int, seed: int, share: float) -> None:
        self.devices[to].receive(self.devices[source], random.Random(seed), share)

    @rule(device=DEVICES)
    def restart(self, device: int) -> None:
        self.devices[device].restart()

    @rule(device=DEVICES)
    def forget(self, device: int) -> None:
        self.devices[device].forget()

    @rule(device=DEVICES, hours=st.integers(-48, 48))
    def set_clock(self, device: int, hours: int) -> None:
        self.devices[device].at += timedelta(hours=hours)

    @rule(device=DEVICES)
    def verify(self, device: int) -> None:
        """Partial copies are incomplete, never altered and never a fork."""
        machine = self.devices[device]
        report = verify(ROOT, machine.session(), state_dir=STATE, disk=machine.disk)
        assert report.exit_code in (0, 21), report.faults

    @invariant()
    def everyone_can_read(self) -> None:
        """Reading is total, own entries are always there, in the order in which they were written."""
        for machine in self.devices:
            records = machine.case.entries()
            for log in {record.log for record in records}:
                indexes = [record.index for record in records if record.log == log]
                assert indexes == list(range(len(indexes)))

    def teardown(self) -> None:
        """Once everything has been copied, all three show the same, and every receipt is in it."""
        chance = random.Random(1)
        for _ in range(2):
            for source in self.devices:
                for target in self.devices:
                    target.receive(source, chance, 1.0)
        cases = [shown(machine.case.entries()) for machine in self.devices]
        assert cases[0] == cases[1] == cases[2]
        assert set(cases[0]) == self.receipts
        assert len(cases[0]) == len(self.receipts)
        for machine in self.devices:
            assert machine.case.held_back() == []
            assert verify(ROOT, machine.session(), state_dir=STATE, disk=machine.disk).faults == ()


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )


def test_three_devices_end_in_the_same_case() -> None:
    """A sample of histories."""
    run_state_machine_as_test(ThreeDevices, settings=_settings(25, 25))


@pytest.mark.exhaustive
def test_three_devices_end_in_the_same_case_over_many_histories() -> None:
    """Many and long histories."""
    run_state_machine_as_test(ThreeDevices, settings=_settings(400, 60))
