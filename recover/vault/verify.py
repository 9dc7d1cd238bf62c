"""Check a whole vault, with or without keys, and say where every fault is.

Without keys: that every log is signed by who was enrolled, grows without a gap, and goes on from every head this
device remembers; that every object the logs name is here with the bytes it is named after, or was destroyed by a
signed statement. With keys also that every entry is what its leaf says, stands where it says, and saw what other logs
really were. Everything is looked at; nothing stops at the first fault, and nothing is changed.

A log alone cannot show that its tail was cut off or that its key holder rewrote it; the remembered heads can, so the
report says which of them it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recover.errors import AlteredError, CannotWriteError, LockedError, NewerFormatError, NotFoundError, RecoverError
from recover.frozen import frozen
from recover.vault import log as logs
from recover.vault import merkle, note, sealing, stamps, store, tiles
from recover.vault.device import Device, default_state_folder
from recover.vault.document import (
    MAX_ENTRY_BYTES,
    PAGE_BYTES,
    EntryDocument,
    Head,
    is_sha256,
    parse_entry,
    parse_part,
    sha256_hex,
)
from recover.vault.layout import (
    MAX_KEY_BYTES,
    CaseFolder,
    read_trust,
    read_vault_json,
    vault_json,
)
from recover.vault.log import ALTERED, FORKED, INCOMPLETE, Fault, Log
from recover.vault.stamps_token import STAMPED
from recover.vault.statements import Statement, Trust, is_case_id
from recover.vault.store import REAL_DISK, Disk

if TYPE_CHECKING:
    from recover.vault.vault import Session

_BLOCK_BYTES = 1024 * 1024
_SEVERITY = (FORKED, ALTERED, INCOMPLETE)


@frozen
class Note:
    """Something worth knowing that is no fault: destroyed on purpose, left over by a crash, not part of the case."""

    case: str
    message: str
    path: str = ""


@frozen
class Report:
    """What `verify` found, faults in order of severity, and what it had to compare with."""

    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    cases: int
    entries: int
    objects: int
    compared_with: tuple[str, ...]
    """Sentences: the device's memory or its lack, keys or their lack."""
    time_stamps: tuple[tuple[str, stamps.Judged], ...] = ()
    """(case, time-stamp over one of its checkpoints), by case, log, size and authority."""
    proven: tuple[tuple[str, stamps.Proven], ...] = ()
    """(case, entries between the same two tokens), for every log that has a token."""

    @property
    def exit_code(self) -> int:
        """Return 0, or the code of the most severe fault: 22, else 20, else 21."""
        return self.faults[0].code if self.faults else 0


@dataclass(slots=True)
class _Findings:
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    cases: int = 0
    entries: int = 0
    objects: int = 0
    time_stamps: list[tuple[str, stamps.Judged]] = field(default_factory=list)
    proven: list[tuple[str, stamps.Proven]] = field(default_factory=list)


def verify(
    path: Path,
    session: Session | None = None,
    *,
    case: str | None = None,
    state_dir: Path | None = None,
    disk: Disk = REAL_DISK,
) -> Report:
    """Check a vault's folder, or one case of it by its id. A `session` adds what only its keys can see.

    Raises NotFoundError (10) when there is no vault or no such case, NewerFormatError (13). All else is reported.
    """
    findings = _Findings()
    vault_id = _check_vault_json(path, findings, disk)
    device = Device(state_dir or default_state_folder(), vault_id, disk)
    present = [CaseFolder(path / "cases" / name) for name in disk.listing(path / "cases").folders if is_case_id(name)]
    if case is not None and case not in {folder.case for folder in present} | device.cases():
        raise NotFoundError(f"there is no case {case}", place=str(path))
    chosen = [folder for folder in present if case in (None, folder.case)]
    if case is None:
        _check_places(path, present, device, findings, disk)
    for gone in sorted(device.cases() - {folder.case for folder in present}):
        if case in (None, gone):
            message = "this case was seen in this vault before and is gone"
            findings.faults.append(Fault(FORKED, gone, message, path=str(path / "cases" / gone)))
    for folder in chosen:
        _CaseCheck(folder, session, device, findings, disk).run()
    order = sorted(
        dict.fromkeys(findings.faults),
        key=lambda fault: (_SEVERITY.index(fault.code), fault.case, fault.log, fault.index or 0, fault.path),
    )
    had = _compared_with(chosen, session, device)
    return Report(
        tuple(order),
        tuple(findings.notes),
        findings.cases,
        findings.entries,
        findings.objects,
        had,
        tuple(findings.time_stamps),
        tuple(findings.proven),
    )


def _check_vault_json(path: Path, findings: _Findings, disk: Disk) -> str:
    place = path / "vault.json"
    try:
        vault_id = read_vault_json(path, disk)
        if store.read(place, store.MAX_SMALL_BYTES, disk) != vault_json(vault_id):
            raise AlteredError("vault.json is not as it was written: do not follow its instructions")
    except NewerFormatError:
        raise
    except (AlteredError, CannotWriteError) as error:
        findings.faults.append(Fault(ALTERED, "", error.message, path=str(place)))
        return ""
    return vault_id


def _check_places(path: Path, present: list[CaseFolder], device: Device, findings: _Findings, disk: Disk) -> None:
    is_known = any(folder.case in device.cases() for folder in present)
    if not is_known and any(device.other_vaults(folder.case) for folder in present):
        message = "vault.json has another id than the vault in which these cases were seen before"
        findings.faults.append(Fault(ALTERED, "", message, path=str(path / "vault.json")))
    expected = {"cases", "identity", "vault.json"}
    for folder, known in ((path, expected), (path / "cases", {case.path.name for case in present})):
        found = disk.listing(folder)
        for name in (*found.files, *found.folders, *found.others):
            if name not in known:
                findings.notes.append(Note("", "not part of a vault; set aside", str(folder / name)))
        for name in found.leftovers:
            findings.notes.append(Note("", "left over by an interrupted write; harmless", str(folder / name)))


def _compared_with(chosen: list[CaseFolder], session: Session | None, device: Device) -> tuple[str, ...]:
    heads = sum(len(device.heads(folder.case)) for folder in chosen)
    memory = (
        f"the heads of {heads} logs that this device remembers"
        if heads
        else "no remembered heads: a cut-off tail or an older copy cannot be told apart from the whole"
    )
    keys = "this helper's keys" if session is not None else "no keys: what entries say was not read"
    return memory, keys


class _CaseCheck:
    """The check of one case."""

    def __init__(
        self, folder: CaseFolder, session: Session | None, device: Device, findings: _Findings, disk: Disk
    ) -> None:
        self._folder = folder
        self._session = session
        self._device = device
        self._findings = findings
        self._disk = disk
        self._logs: dict[str, Log] = {}
        self._opener: sealing.Opener | None = None
        self._claimed: dict[tuple[str, int], datetime] = {}
        self._stamped: dict[tuple[str, int], Mapping[str, Any]] = {}

    def run(self) -> None:
        self._findings.cases += 1
        try:
            trust, faults = read_trust(self._folder, self._disk)
        except NotFoundError:
            self._without_genesis()
            return
        except RecoverError as error:
            self._fault(ALTERED, error.message, self._folder.genesis)
            return
        self._findings.faults.extend(faults)
        self._check_names(trust)
        self._check_memory_of_epoch(trust)
        for log in sorted(trust.members):
            self._check_log(trust, log)
        for log, remembered in self._device.heads(self._folder.case).items():
            found = self._logs.get(log, Log(self._folder.case, log))
            fault = logs.compare(found, remembered, str(logs.commit_folder(self._folder.path, log)))
            if fault is not None:
                self._findings.faults.append(fault)
        self._check_keys(trust)
        self._check_objects(trust)
        if self._opener is not None:
            self._check_entries(trust, self._opener)
        self._check_stamps()

    def _without_genesis(self) -> None:
        is_remembered = bool(self._device.heads(self._folder.case))
        if not is_remembered and not self._disk.listing(self._folder.logs).folders:
            self._note("a case that was never founded: left over by an interrupted write; harmless", self._folder.path)
            return
        code = ALTERED if is_remembered else INCOMPLETE
        self._fault(code, "the genesis of the case is not here", self._folder.genesis)

    def _fault(self, code: int, message: str, path: Path | str, log: str = "", index: int | None = None) -> None:
        self._findings.faults.append(Fault(code, self._folder.case, message, log, index, str(path)))

    def _note(self, message: str, path: Path | str) -> None:
        self._findings.notes.append(Note(self._folder.case, message, str(path)))

    # --- time-stamps -----------------------------------------------------------------------------------------------

    def _check_stamps(self) -> None:
        found, broken = stamps.read_stamps(self._folder, self._disk)
        for path, message in broken:
            self._fault(ALTERED, message, path)
        for path in stamps.strays(self._folder, self._disk):
            self._note("not a time-stamp of this case; set aside", path)
        judged, wrong = stamps.judge_all(self._folder, found, self._logs)
        for stamp, message in wrong:
            code = INCOMPLETE if stamp.size > self._size_of(stamp.log) else ALTERED
            self._fault(code, message, stamps.place_of(self._folder, stamp.log, stamp.size, stamp.authority, "tsq"))
        named_in = self._compare_with_entries({each.stamp.digests: each for each in judged})
        self._findings.time_stamps += [(self._folder.case, each) for each in judged]
        if not judged:
            return
        for log in self._logs.values():
            claimed = {index: at for (of, index), at in self._claimed.items() if of == log.id}
            named = {digests: index for digests, (of, index) in named_in.items() if of == log.id}
            runs = stamps.proven(log, judged, named, claimed)
            self._findings.proven += [(self._folder.case, run) for run in runs]

    def _size_of(self, log: str) -> int:
        return self._logs[log].size if log in self._logs else 0

    def _compare_with_entries(
        self, judged: Mapping[tuple[str, str, str], stamps.Judged]
    ) -> dict[tuple[str, str, str], tuple[str, int]]:
        """Return which entry names which stamp; a stamp that an entry names and that is gone or other is a fault."""
        named_in: dict[tuple[str, str, str], tuple[str, int]] = {}
        for (log, index), body in self._stamped.items():
            names = ("request_sha256", "response_sha256", "roots_sha256")
            first, second, third = (str(body.get(name, "")) for name in names)
            known = judged.get((first, second, third))
            place = self._folder.path / "stamp" / str(body.get("log", ""))
            if known is None:
                is_own = self._device.is_own(self._folder.case, log)
                message = "a time-stamp that this entry names is not here, or is not as it was"
                self._fault(ALTERED if is_own else INCOMPLETE, message, place, log, index)
            elif body.get("state") == STAMPED and known.verdict.state != STAMPED:
                self._fault(ALTERED, f"a time-stamp no longer holds: {known.verdict.why}", place, log, index)
            else:
                named_in.setdefault((first, second, third), (log, index))
        return named_in

    # --- names and keys --------------------------------------------------------------------------------------------

    def _check_names(self, trust: Trust) -> None:
        expected = {"genesis", "statements", "keys", "log", "obj", "stamp"}
        self._set_aside(self._folder.path, expected)
        self._set_aside(self._folder.statements, None)
        for name in self._disk.listing(self._folder.logs).folders:
            if name not in trust.members:
                message = "no statement that is here enrols this log"
                self._fault(INCOMPLETE, message, self._folder.logs / name, name)
            else:
                self._set_aside(self._folder.logs / name, {"commit", "tile", "cosig"})

    def _set_aside(self, folder: Path, expected: set[str] | None) -> None:
        found = self._disk.listing(folder)
        names = found.others if expected is None else (*found.files, *found.folders, *found.others)
        for name in names:
            if expected is None or name not in expected:
                self._note("not part of a case; set aside", folder / name)
        for name in found.leftovers:
            self._note("left over by an interrupted write; harmless", folder / name)

    def _check_memory_of_epoch(self, trust: Trust) -> None:
        if len(trust.epochs) - 1 < self._device.epoch(self._folder.case):
            self._fault(FORKED, "an epoch that was seen here before is gone", self._folder.statements)

    def _check_keys(self, trust: Trust) -> None:
        if trust.shredded is not None:
            statement = trust.shredded
            self._note(f"shredded by log {statement.by} on {statement.at:%Y-%m-%d}", self._folder.keys)
            return
        for epoch in range(len(trust.epochs)):
            self._check_epoch(trust, epoch)
        self._set_aside(self._folder.keys, set(map(str, range(len(trust.epochs)))))

    def _check_epoch(self, trust: Trust, epoch: int) -> None:
        place = self._folder.keys / str(epoch)
        self._set_aside(place, set(self._disk.listing(place).files))
        whole = 0
        for name in self._disk.listing(place).files:
            try:
                data = store.read(place / name, MAX_KEY_BYTES, self._disk)
            except RecoverError as error:
                self._fault(ALTERED, error.message, place / name)
                continue
            if f"{sha256_hex(data)}.age" == name:
                whole += 1
            else:
                self._fault(ALTERED, "a key's bytes are not those it is named after", place / name)
        readers = self._readers(trust)
        if whole < len(readers):
            # A key that was never sealed to the recovery recipient, or not copied, is another matter than none at all.
            code = INCOMPLETE if whole else ALTERED
            self._fault(code, f"{len(readers)} keys should stand here and {whole} do", place)
        if self._session is not None:
            self._open_keys(trust, place)

    def _readers(self, trust: Trust) -> set[str]:
        """Whom a case is sealed to, as far as is known: without keys, the founder at least."""
        readers = {member.recipient for log, member in trust.members.items() if log != trust.genesis.log}
        readers.discard("")
        if self._session is not None and self._session.is_founder(trust.genesis):
            readers |= self._session.readers()
        return readers or {"the founder"}

    def _open_keys(self, trust: Trust, place: Path) -> None:
        if self._session is None:
            return
        try:
            self._opener = sealing.Opener(self._session.case_keys(self._folder, trust).identities)
        except LockedError as error:
            if self._device.own_log(self._folder.case) is not None:
                self._fault(ALTERED, error.message, place)
            else:
                self._note("not shared with this helper: checked as without keys", place)

    # --- logs ------------------------------------------------------------------------------------------------------

    def _check_log(self, trust: Trust, log_id: str) -> None:
        log = logs.read_log(self._folder.path, trust, log_id, None, self._disk)
        self._logs[log_id] = log
        self._findings.entries += log.size
        self._findings.faults.extend(log.faults)
        folder = logs.commit_folder(self._folder.path, log_id)
        verifier = trust.verifier(log_id)
        for size, signed in zip(log.sizes, log.notes, strict=True):
            try:
                _check_note(signed, verifier)
            except AlteredError as error:
                self._fault(ALTERED, error.message, folder / str(size), log_id, size - 1)
        found = self._disk.listing(folder)
        self._set_aside(folder, {name for name in found.files if logs.is_commit_name(name)})
        self._check_tiles(log)

    def _check_tiles(self, log: Log) -> None:
        place = self._folder.path / "log" / log.id
        expected = {tiles.tile_path(level, index): (level, index) for level, index in tiles.full_tiles(log.size)}
        for name, (level, index) in expected.items():
            try:
                tile = store.read(place / name, tiles.TILE_BYTES, self._disk)
                tiles.check_tile(tile, log.hashes, level, index)
            except NotFoundError:
                self._note("a tile is not here; it can be made again", place / name)
            except RecoverError as error:
                self._fault(ALTERED, error.message, place / name, log.id)
        for path in _files_below(place / "tile", self._disk):
            if path.relative_to(place).as_posix() not in expected:
                self._note("not a tile of this log; set aside", path)

    # --- objects ---------------------------------------------------------------------------------------------------

    def _check_objects(self, trust: Trust) -> None:
        named = self._named_objects()
        reasons = {statement.fields["why"] for statement in trust.destroyed.values()}
        here: set[str] = set()
        for path in _files_below(self._folder.objects, self._disk):
            name = path.stem
            if not is_sha256(name) or path != self._folder.object(name):
                self._note("not an object of this case; set aside", path)
                continue
            here.add(name)
            self._check_object(path, named, name in named or name in reasons)
        for folder in (self._folder.objects, *self._object_folders()):
            for name in self._disk.listing(folder).leftovers:
                self._note("left over by an interrupted write; harmless", folder / name)
        for name, (log, index) in named.items():
            if name in trust.destroyed:
                self._note_destroyed(trust.destroyed[name], name, is_here=name in here)
            elif name not in here:
                is_own = self._device.is_own(self._folder.case, log)
                message = "an object that the log names is not here"
                self._fault(ALTERED if is_own else INCOMPLETE, message, self._folder.object(name), log, index)
        for statement in {statement.sha256: statement for statement in trust.destroyed.values()}.values():
            if statement.fields["why"] not in here:
                path = self._folder.object(statement.fields["why"])
                self._fault(INCOMPLETE, "the reason of an erasure is not here", path)

    def _named_objects(self) -> dict[str, tuple[str, int]]:
        named: dict[str, tuple[str, int]] = {}
        for log in self._logs.values():
            for index, leaf in enumerate(log.leaves):
                for name in (leaf.ct, *leaf.objects):
                    named.setdefault(name, (log.id, index))
        return named

    def _object_folders(self) -> list[Path]:
        return [self._folder.objects / name for name in self._disk.listing(self._folder.objects).folders]

    def _check_object(self, path: Path, named: Mapping[str, tuple[str, int]], is_named: bool) -> None:
        self._findings.objects += 1
        log, index = named.get(path.stem, ("", None))
        try:
            is_whole = _hash_file(path, self._disk) == path.stem
        except RecoverError as error:
            self._fault(ALTERED, error.message, path, log, index)
            return
        if not is_whole and is_named:
            self._fault(ALTERED, "an object's bytes are not those it is named after", path, log, index)
        elif not is_named:
            state = (
                "no entry refers to this object" if is_whole else "no entry refers to this object, and it is damaged"
            )
            self._note(f"{state}; set aside", path)

    def _note_destroyed(self, statement: Statement, name: str, *, is_here: bool) -> None:
        why = self._reason(statement)
        said = f"destroyed by log {statement.by} on {statement.at:%Y-%m-%d}{f': {why}' if why else ''}"
        path = self._folder.object(name)
        self._note(f"{said}; this copy still has it and drops it at the next entry" if is_here else said, path)

    def _reason(self, statement: Statement) -> str:
        if self._opener is None:
            return ""
        try:
            sealed = store.read(self._folder.object(statement.fields["why"]), store.MAX_SMALL_BYTES, self._disk)
            return str(parse_part(self._opener.open(sealed)).get("reason", ""))
        except RecoverError:
            return ""

    # --- entries ---------------------------------------------------------------------------------------------------

    def _check_entries(self, trust: Trust, opener: sealing.Opener) -> None:
        seen: list[tuple[str, int, str, Head]] = []
        for log in self._logs.values():
            for index, leaf in enumerate(log.leaves):
                if leaf.ct in trust.destroyed:
                    continue
                entry = self._read_entry(log, index, opener)
                if entry is not None:
                    self._claimed[(log.id, index)] = entry.recorded_at
                    if entry.kind == stamps.KIND:
                        self._stamped[(log.id, index)] = entry.body
                    seen.extend((log.id, index, other, head) for other, head in entry.seen.items())
        roots = {
            log: _roots_at(view, {head.size for *_, of, head in seen if of == log}) for log, view in self._logs.items()
        }
        for log_id, index, other, head in seen:
            root = roots.get(other, {}).get(head.size)
            path = logs.commit_folder(self._folder.path, other)
            if root is None:
                self._fault(INCOMPLETE, f"this entry saw {head.size} entries of log {other}", path, log_id, index)
            elif root != head.root:
                self._fault(FORKED, f"this entry saw other entries in log {other} than are here", path, log_id, index)

    def _read_entry(self, log: Log, index: int, opener: sealing.Opener) -> EntryDocument | None:
        """Objects that are absent or not what they are named after were reported with the objects."""
        leaf = log.leaves[index]
        path = self._folder.object(leaf.ct)
        try:
            sealed = store.read(path, MAX_ENTRY_BYTES + PAGE_BYTES + sealing.MAX_OVERHEAD_BYTES, self._disk)
            if sha256_hex(sealed) != leaf.ct:
                return None
            plain = opener.open(sealed)
            if sha256_hex(plain) != leaf.pt:
                raise AlteredError("an entry is not the one its leaf names")
            entry = parse_entry(plain)
            if (entry.case, entry.log, entry.index) != (self._folder.case, log.id, index):
                raise AlteredError("an entry says of itself that it stands elsewhere")
        except NotFoundError:
            return None
        except RecoverError as error:
            self._fault(ALTERED, error.message, path, log.id, index)
            return None
        return entry


def _check_note(signed: bytes, verifier: note.Verifier) -> None:
    """A commit carries exactly one signature: a second one, of a key nobody knows, would otherwise pass unread."""
    note.verify(signed, [verifier])
    if len(note.parse(signed).signatures) != 1:
        raise AlteredError("a commit has more than its own signature")


def _roots_at(log: Log, sizes: set[int]) -> dict[int, bytes]:
    """Return the root over the first n leaves for each n asked for that the log reaches, in one pass."""
    roots: dict[int, bytes] = {}
    frontier = merkle.Frontier()
    if 0 in sizes:
        roots[0] = frontier.root()
    for size, leaf_hash in enumerate(log.hashes, start=1):
        frontier = frontier.append(leaf_hash)
        if size in sizes:
            roots[size] = frontier.root()
    return roots


def _hash_file(path: Path, disk: Disk) -> str:
    found = sha256()
    with store.open_to_read(path, disk) as file:
        try:
            while block := file.read(_BLOCK_BYTES):
                found.update(block)
        except OSError as error:
            raise CannotWriteError(f"cannot read: {error.strerror or error}", place=str(path)) from error
    return found.hexdigest()


def _files_below(folder: Path, disk: Disk, depth: int = 6) -> Iterator[Path]:
    if depth == 0:
        return
    listing = disk.listing(folder)
    for name in listing.files:
        yield folder / name
    for name in listing.folders:
        yield from _files_below(folder / name, disk, depth - 1)
