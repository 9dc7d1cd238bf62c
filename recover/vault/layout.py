"""Where things stand in a vault, and what of them is read first: `vault.json`, genesis, statements, case keys.

Paths and trust only; what a case says is not looked at here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from recover.errors import AlteredError, CannotWriteError, LockedError, NewerFormatError, NotFoundError
from recover.frozen import frozen
from recover.vault import sealing, store
from recover.vault.document import is_sha256, sha256_hex
from recover.vault.log import ALTERED, INCOMPLETE, Fault
from recover.vault.statements import (
    MAX_STATEMENT_BYTES,
    Statement,
    Trust,
    believe,
    is_case_id,
    parse_genesis,
    parse_statement,
)
from recover.vault.store import REAL_DISK, Disk

FORMAT = 1
MAX_GENESIS_BYTES = 4096
MAX_KEY_BYTES = 32 * 1024
MAX_KEY_FILES = 512
MAX_STATEMENTS = 20_000

_BY_HAND = (
    "Everything here is in standard formats and opens without recover. You need the program age.",
    "1. your key (asks for the passphrase):  age -d identity/DEVICE/read.1.pass.age > my-key.txt",
    "2. the key of a case:  for f in cases/CASE/keys/*/*.age; do age -d -i my-key.txt $f > case-key.txt && break; done",
    "3. an entry or exhibit:  age -d -i case-key.txt cases/CASE/obj/ab/SHA256.age > out",
    "The order of entries is in cases/CASE/log/*/commit/*; docs/format.md explains every file.",
    "Afterwards destroy my-key.txt and case-key.txt: they open everything.",
)


@frozen
class CaseFolder:
    """The places of one case."""

    path: Path

    @property
    def case(self) -> str:
        """Return the id of the case, which is the folder's name."""
        return self.path.name

    @property
    def genesis(self) -> Path:
        """Return where the case begins."""
        return self.path / "genesis"

    @property
    def statements(self) -> Path:
        """Return where signed statements stand."""
        return self.path / "statements"

    @property
    def keys(self) -> Path:
        """Return where the case's sealed keys stand."""
        return self.path / "keys"

    @property
    def logs(self) -> Path:
        """Return where the logs stand."""
        return self.path / "log"

    @property
    def objects(self) -> Path:
        """Return where sealed objects stand."""
        return self.path / "obj"

    def object(self, sealed_sha256: str) -> Path:
        """Return the place of a sealed object."""
        return self.path.joinpath("obj", sealed_sha256[:2], f"{sealed_sha256}.age")


def vault_json(vault_id: str) -> bytes:
    """Write `vault.json`, which `verify` compares byte for byte: a version with another text must know this one too."""
    content = {"format": FORMAT, "vault": vault_id, "open_by_hand": list(_BY_HAND)}
    return json.dumps(content, indent=2).encode("ascii") + b"\n"


def read_vault_json(root: Path, disk: Disk = REAL_DISK) -> str:
    """Return the vault's id. Raises NotFoundError (10), NewerFormatError (13) or AlteredError (20)."""
    path = root / "vault.json"
    try:
        data = store.read(path, store.MAX_SMALL_BYTES, disk)
    except NotFoundError as error:
        raise NotFoundError("there is no vault here", place=str(root), hint="recover start  (makes one)") from error
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise AlteredError("vault.json is damaged", place=str(path)) from error
    vault_id, version = (content.get("vault"), content.get("format")) if isinstance(content, dict) else (None, None)
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormatError("this vault was written by a newer version", place=str(path), hint="update recover")
    if version != FORMAT or not is_case_id(vault_id):
        raise AlteredError("vault.json is damaged", place=str(path))
    return str(vault_id)


def case_folders(root: Path, disk: Disk = REAL_DISK) -> list[CaseFolder]:
    """Return every case in a vault that has a genesis, sorted by id."""
    found = (CaseFolder(root / "cases" / name) for name in disk.listing(root / "cases").folders if is_case_id(name))
    return [folder for folder in found if disk.size(folder.genesis) is not None]


def read_trust(folder: CaseFolder, disk: Disk = REAL_DISK) -> tuple[Trust, tuple[Fault, ...]]:
    """Return what a case's genesis and statements establish, and what is wrong with them.

    Raises AlteredError when the genesis itself is not the one the case is named after: then nothing can be believed.
    """
    data = store.read(folder.genesis, MAX_GENESIS_BYTES, disk)
    if sha256_hex(data)[:32] != folder.case:
        raise AlteredError("the genesis is not the one this case is named after", place=str(folder.genesis))
    statements: list[Statement] = []
    faults: list[Fault] = []
    for name in disk.listing(folder.statements).files[:MAX_STATEMENTS]:
        path = folder.statements / name
        try:
            statements.append(_read_statement(path, disk))
        except (AlteredError, CannotWriteError, NotFoundError) as error:
            faults.append(Fault(ALTERED, folder.case, error.message, path=str(path)))
    trust = believe(parse_genesis(data), statements)
    for doubt in trust.doubts:
        code = INCOMPLETE if doubt.is_incomplete else ALTERED
        faults.append(Fault(code, folder.case, doubt.message, path=str(folder.statements / doubt.sha256)))
    return trust, tuple(faults)


def _read_statement(path: Path, disk: Disk) -> Statement:
    data = store.read(path, MAX_STATEMENT_BYTES, disk)
    if sha256_hex(data) != path.name:
        raise AlteredError("a statement's bytes are not those it is named after")
    return parse_statement(data)


@dataclass(frozen=True, slots=True, repr=False)
class CaseKeys:
    """The identities that open a case, newest epoch first, and the name it is called by. Secrets."""

    name: str
    identities: tuple[str, ...]

    def __repr__(self) -> str:
        return "CaseKeys()"


def key_text(name: str, identity: str) -> bytes:
    """Write a case key as an age identity file, ready to be sealed to a helper."""
    return f"# recover case key, version 1\n# case: {name}\n{identity}\n".encode("ascii")


def read_case_keys(folder: CaseFolder, trust: Trust, opener: sealing.Opener, disk: Disk = REAL_DISK) -> CaseKeys:
    """Open the case's keys with a helper's or the recovery identity; raises LockedError when none opens.

    A key file is believed only if it holds the identity of the recipient that genesis or a signed statement names.
    """
    found: dict[int, tuple[str, str]] = {}
    for epoch, recipient in enumerate(trust.epochs):
        place = folder.keys / str(epoch)
        for name in disk.listing(place).files[:MAX_KEY_FILES]:
            opened = _open_key(place / name, opener, recipient, disk)
            if opened is not None:
                found[epoch] = opened
                break
    if not found:
        raise LockedError("no key here opens this case", place=str(folder.path))
    newest = max(found)
    return CaseKeys(found[newest][0], tuple(found[epoch][1] for epoch in sorted(found, reverse=True)))


def _open_key(path: Path, opener: sealing.Opener, recipient: str, disk: Disk) -> tuple[str, str] | None:
    try:
        sealed = store.read(path, MAX_KEY_BYTES, disk)
        if path.suffix != ".age" or not is_sha256(path.stem) or sha256_hex(sealed) != path.stem:
            return None
        lines = opener.open(sealed).decode("ascii").splitlines()
        identity = next((line for line in lines if not line.startswith("#")), "")
        if sealing.recipient_of(identity) != recipient:
            return None
    except (AlteredError, LockedError, NotFoundError, CannotWriteError, UnicodeDecodeError):
        # Sealed to someone else, rotten or planted: `verify` says which; another file may still open.
        return None
    prefix = "# case: "
    return next((line.removeprefix(prefix) for line in lines if line.startswith(prefix)), ""), identity
