#!/usr/bin/env python3
"""Check a folder that `recover disclose` wrote, with Python's standard library and the program `openssl` alone.

    python3 verify_disclosed.py [FOLDER]        FOLDER is by default the one that this script lies in

It checks that no byte was changed, that the exhibit stands in the log whose head was signed, and every time-stamp. It
ends with 0 if all of it holds and with 1 if anything does not. Whoever doubts the folder takes this script from the
source of recover (docs/verify_disclosed.py), not from the folder.
"""

import base64
import calendar
import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

FORMAT = "recover/packet v1"
DER_OF_ED25519 = bytes.fromhex("302a300506032b6570032100")
FAULTS = []


def check(holds, what):
    print(("ok     " if holds else "WRONG  ") + what)
    if not holds:
        FAULTS.append(what)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def openssl(*words):
    found = subprocess.run(["openssl", *words], capture_output=True, check=False)
    return found.stdout.decode("utf-8", "replace") if found.returncode == 0 else ""


def sums(folder):
    """Compare every file with SHA256SUMS, and the list with what lies there."""
    listed = {}
    text = (folder / "SHA256SUMS").read_bytes().decode("utf-8")
    for row in text.split("\n")[:-1]:
        found = re.fullmatch(r"([0-9a-f]{64})  ([^\\:\0]+)", row)
        safe = found and not {"", ".", ".."} & set(found[2].split("/")) and found[2] not in listed
        check(safe, "the line is as it should be: " + repr(row[:100])) if not safe else None
        if safe:
            listed[found[2]] = found[1]
    check(text.endswith("\n"), "SHA256SUMS ends with a whole line")
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    links = [name for name, path in there.items() if path.is_symlink()]
    links += [path.name for path in folder.rglob("*") if path.is_symlink()]
    check(not links, "no file is a link elsewhere")
    check(set(there) == {*listed, "SHA256SUMS"}, "the folder holds the files of SHA256SUMS and no other")
    for name, digest in sorted(listed.items()):
        check(name in there and sha256(there[name].read_bytes()) == digest, "unchanged: " + name)


def signed_head(folder, head):
    """Return (root, size) of the log if its head was signed with the key in the folder."""
    place = folder / "proofs" / ("log-" + head["log"][:8])
    origin, _, encoded = head["verifier_key"].split("+", 2)
    key = base64.b64decode(encoded)
    pem = b"".join((place / "key.pem").read_bytes().split(b"\n")[1:-2])
    check(base64.b64decode(pem) == DER_OF_ED25519 + key[1:], "key.pem is the key of the manifest")
    check((place / "key.vkey").read_text() == head["verifier_key"] + "\n", "key.vkey is it too")
    signed, signature = (place / "signed.txt").read_bytes(), (place / "signature").read_bytes()
    identity = hashlib.sha256(origin.encode() + b"\n" + key).digest()[:4]
    line = f"\n\u2014 {origin} {base64.b64encode(identity + signature).decode()}\n"
    check((place / "checkpoint").read_bytes() == signed + line.encode(), "checkpoint is what was signed")
    words = ["-in", place / "signed.txt", "-sigfile", place / "signature"]
    said = openssl("pkeyutl", "-verify", "-pubin", "-inkey", str(place / "key.pem"), "-rawin", *map(str, words))
    check("Signature Verified Successfully" in said, "the head of log {} was signed with that key".format(head["log"]))
    lines = signed.decode().split("\n")
    good = lines == [origin, str(head["size"]), head["root"], ""] and origin.endswith("/" + head["log"])
    check(good, "the head is that of the manifest: {} entries".format(head["size"]))
    return base64.b64decode(head["root"]), head["size"]


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf, index, size, path):
    """Follow an audit path from a leaf to the root, as RFC 9162, section 2.1.3.2, says."""
    found, fn, sn = hashlib.sha256(b"\x00" + leaf).digest(), index, size - 1
    for step in path:
        if sn == 0:
            return b""
        if fn % 2 or fn == sn:
            found = node(step, found)
            while fn % 2 == 0 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            found = node(found, step)
        fn, sn = fn // 2, sn // 2
    return found if sn == 0 and index < size else b""


def exhibit_chain(folder, exhibit, heads):
    """Follow exhibit, file part, entry, leaf, root: each step is one SHA-256."""
    number = exhibit["number"]
    place = folder / "proofs" / number
    root, size = heads[exhibit["log"]]
    leaf, entry = (place / "leaf").read_bytes(), (place / "entry.json").read_bytes()
    proof = (place / (number + ".tlog-proof")).read_text()
    head, _, checkpoint = proof.partition("\n\n")
    lines = head.split("\n")
    signed = (folder / "proofs" / ("log-" + exhibit["log"][:8]) / "checkpoint").read_text()
    check(lines[0] == "c2sp.org/tlog-proof@v1" and checkpoint == signed, number + ": the proof leads to that head")
    path = [base64.b64decode(line) for line in lines[2:]]
    index = int(lines[1].split(" ")[1])
    check(root_of(leaf, index, size, path) == root, f"{number}: its leaf is number {index} of the log")
    rows = leaf.decode().split("\n")
    check(rows[0] == "recover/leaf v1" and rows[2] == "pt " + sha256(entry), number + ": the entry is the leaf's")
    body = json.loads(entry)["body"]
    check(body["number"] == number, number + ": the entry is about this exhibit")
    for part in sorted(place.glob("*.json")):
        if part.stem != "entry":
            same = body[part.stem]["plain_sha256"] == sha256(part.read_bytes())
            check(same, f"{number}: the part {part.stem} is the entry's")
    stated = json.loads((place / "file.json").read_bytes())["sha256"]
    check(stated == exhibit["sha256"] == sha256((folder / exhibit["path"]).read_bytes()), number + ": the file is it")


def time_stamp(folder, row):
    """Repeat `openssl ts -verify` as of the time in the token."""
    place = folder / "proofs" / ("log-" + row["log"][:8])
    response, roots = str(place / (row["authority"] + ".tsr")), str(place / (row["authority"] + ".pem"))
    said = re.search(
        r"Time stamp: (\w+ +\d+ \d+:\d+:\d+)(?:\.\d+)? (\d+) GMT", openssl("ts", "-reply", "-in", response, "-text")
    )
    at = calendar.timegm(time.strptime(said[1] + " " + said[2], "%b %d %H:%M:%S %Y")) if said else 0
    stated = calendar.timegm(time.strptime(row["at"][:19].replace("T", " "), "%Y-%m-%d %H:%M:%S"))
    checkpoint = str(place / "checkpoint")
    told = openssl("ts", "-verify", "-data", checkpoint, "-in", response, "-CAfile", roots, "-attime", str(at))
    check("Verification: OK" in told and at == stated, "stamped by {} at {}".format(row["authority"], row["at"]))
    mark = openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", roots).strip()
    print("       compare with what the authority publishes: " + mark)


def main(folder):
    sums(folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    check(manifest["format"] == FORMAT, "the manifest is of a format that this script knows")
    heads = {head["log"]: signed_head(folder, head) for head in manifest["heads"]}
    for exhibit in manifest["exhibits"]:
        exhibit_chain(folder, exhibit, heads)
    for row in manifest.get("time_stamps", []):
        time_stamp(folder, row)
    stamps = len(list(folder.glob("proofs/log-*/*.tsr")))
    check(stamps == len(manifest.get("time_stamps", [])), "every time-stamp was checked")


try:
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
    check(False, f"the folder cannot be read: {type(error).__name__}: {error}")
print("all of it holds" if not FAULTS else f"{len(FAULTS)} things do not hold")
sys.exit(1 if FAULTS else 0)
