#!/usr/bin/env python3
"""Read a recover vault with nothing but the program `age` and Python's standard library.

    read_vault.py VAULT KEY                        list the cases
    read_vault.py VAULT KEY CASE                   list the entries of a case (by its two-word name or its id)
    read_vault.py VAULT KEY CASE SHA256 OUT        write the sealed object SHA256 (an exhibit, a part) to OUT

KEY is an age identity file: your recovery key, or identity/DEVICE/read.N.pass.age (age then asks for the passphrase).
It shows what is there and checks hashes, not signatures; `docs/format.md` says how to check those.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path


def age(path, key, *more):
    found = subprocess.run(["age", "-d", "-i", "-", *more, str(path)], input=key, capture_output=True, check=False)
    return found.stdout if found.returncode == 0 else None


def cases(vault, key):
    for folder in sorted((vault / "cases").iterdir()):
        for path in sorted(folder.glob("keys/*/*.age"), reverse=True):
            if case_key := age(path, key):
                name = next(line[8:] for line in case_key.decode().splitlines() if line.startswith("# case: "))
                yield folder, name, b"".join(age(each, key) or b"" for each in folder.glob("keys/*/*.age"))
                break


def entries(folder, key):
    """Yield (log, index, entry) in the one order of all logs: what was seen first, then by time, log and index."""
    logs = {}
    for log in sorted((folder / "log").iterdir()):
        leaves = []
        for commit in sorted(log.glob("commit/[0-9]*"), key=lambda path: int(path.name)):
            text = commit.read_text().partition("\n\n")[0]
            leaves += text.split("recover/leaf v1\n")[1:]
        logs[log.name] = [read(folder, leaf, key) for leaf in leaves]
    done = dict.fromkeys(logs, 0)
    while ready := [
        (entry["recorded_at"], log, done[log], entry)
        for log, found in logs.items()
        if done[log] < len(found) and (entry := found[done[log]])
        and all(done.get(other, 0) >= size for other, size, _ in entry["seen"])
    ]:  # fmt: skip
        _, log, index, entry = min(ready, key=lambda item: item[:3])
        done[log] += 1
        yield log, index, entry


def read(folder, leaf, key):
    ct, pt = (line.split()[1] for line in leaf.splitlines()[:2])
    path = folder / "obj" / ct[:2] / f"{ct}.age"
    plain = age(path, key) if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == ct else None
    if plain is None or hashlib.sha256(plain).hexdigest() != pt:
        return {"recorded_at": "", "kind": "NOT READABLE (erased, missing or altered)", "seen": [], "body": {"ct": ct}}
    return json.loads(plain)


def main(vault, key_file, wanted_case="", wanted="", out=""):
    key = Path(key_file).read_bytes()
    if key.startswith(b"age-encryption.org/"):
        key = subprocess.run(["age", "-d", key_file], stdout=subprocess.PIPE, check=True).stdout
    for folder, name, case_key in cases(Path(vault), key):
        if not wanted_case:
            print(name, folder.name)
        elif wanted_case not in (name, folder.name):
            continue
        elif wanted:
            if age(folder / "obj" / wanted[:2] / f"{wanted}.age", case_key, "-o", out) is None:
                sys.exit(f"{wanted} could not be opened")
        else:
            for log, index, entry in entries(folder, case_key):
                print(log, index, entry["recorded_at"], entry["kind"], json.dumps(entry["body"], ensure_ascii=False))


main(*sys.argv[1:])
