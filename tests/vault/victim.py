"""A process to be killed: does one durable thing to a vault and prints each receipt the moment it has it.

`victim.py append|for-ever|add VAULT STATE SECRET CASE TEXT|FOLDER` opens the vault with the secret that a keyring would
hold, so that no scrypt stands between two kills. `victim.py passphrase VAULT STATE OLD NEW` changes a passphrase.
"""

from __future__ import annotations

import sys
from pathlib import Path

from recover.errors import RecoverError
from recover.vault.case import CaseLog, Draft, Receipt
from recover.vault.vault import Vault

CHEAP = 4
"""scrypt work factor of the passphrase change under test: the files and their order are those of the real one."""


def print_receipts(receipts: list[Receipt]) -> None:
    for receipt in receipts:
        print(receipt.log, receipt.index, receipt.root, flush=True)


def append(case: CaseLog, text: str) -> None:
    print_receipts(case.append([Draft(kind="note", actor="helper", body={"text": text})]))


def add(case: CaseLog, folder: Path) -> None:
    """Add the files of a folder in commits of 20, each receipt printed when its commit is durable."""
    paths = sorted(folder.iterdir())
    for start in range(0, len(paths), 20):
        drafts = []
        with case.batch():
            for path in paths[start : start + 20]:
                with path.open("rb") as reader:
                    ref = case.add_object(reader)
                drafts.append(Draft(kind="note", actor="helper", body={"text": path.name}, objects=(ref,)))
            receipts = case.append(drafts)
        print_receipts(receipts)


def append_for_ever(case: CaseLog, text: str) -> None:
    for number in range(100_000):
        append(case, f"{text} {number}")


def main() -> int:
    work, vault_path, state, *rest = sys.argv[1:]
    vault = Vault.open(Path(vault_path), state_dir=Path(state))
    try:
        if work == "passphrase":
            vault.change_passphrase(*rest, work_factor=CHEAP)
            print("changed", flush=True)
        else:
            secret, case, what = rest
            case_log = vault.unlock_with_secret(secret).open_case(case)
            {"append": append, "for-ever": append_for_ever, "add": lambda log, name: add(log, Path(name))}[work](
                case_log, what
            )
    except RecoverError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
