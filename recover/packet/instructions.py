"""VERIFY.txt: how anyone checks a packet with `sha256sum` and `openssl` alone."""

from __future__ import annotations

from collections.abc import Sequence

from recover.packet.interface import Head, PacketPlan, TimeStamp
from recover.packet.words.phrases import phrase
from recover.vault.document import parse_instant

_SUMS = """\
1. Nothing was changed on the way
---------------------------------
In the folder where this file lies:

    sha256sum -c SHA256SUMS

(macOS: shasum -a 256 -c SHA256SUMS). Every line must say OK. This finds damage and careless changes. Whoever writes the
sums anew can also change cover, letters and timeline; """

_PROVEN = "what is proven against that is the exhibits, by steps 2 and 3.\n"
_NOT_PROVEN = "nothing in this folder proves more.\n"

_HEADS = """
2. The state of the log was signed
----------------------------------
The exhibits stand in an append-only log. For each log, proofs/log-*/ holds what was signed (signed.txt: name of the
log, number of entries, root of its tree), the signature and the public key:

    openssl pkeyutl -verify -pubin -inkey proofs/log-XX/key.pem -rawin \\
      -in proofs/log-XX/signed.txt -sigfile proofs/log-XX/signature

must say "Signature Verified Successfully". The key belongs to the helper's device; compare it with an earlier packet
or ask for it over another line, because a key that only comes with the packet proves only that the parts fit together.
The file checkpoint is the same as a C2SP signed note, for transparency-log tools.
"""

_EXHIBITS = """
3. Each exhibit stands in that log
----------------------------------
For exhibit E01 (and so for each), the folder proofs/E01 links the file to the signed root in five steps:

 a. the SHA-256 of the exhibit's file stands in file.json           sha256sum exhibits/E01_*
 b. the SHA-256 of file.json stands in entry.json                   sha256sum proofs/E01/file.json
 c. the SHA-256 of entry.json stands in leaf, in the line "pt"      sha256sum proofs/E01/entry.json
 d. the leaf's own hash is SHA-256 of a zero byte and the leaf      (printf '\\000'; cat proofs/E01/leaf) | sha256sum
 e. the hashes in the .tlog-proof file lead from it to the root in signed.txt, as RFC 9162, section 2.1.3.2 says

Step e, to paste into a POSIX shell (it prints the root twice; both must be the same):

    prove() ( # folder of the proof, folder of the log
      h=$( (printf '\\000'; cat "$1/leaf") | openssl dgst -sha256 -binary | openssl base64 -A)
      fn=$(sed -n 's/^index //p' "$1"/*.tlog-proof); size=$(sed -n 2p "$2/signed.txt"); sn=$((size - 1))
      join() { (printf '\\001'; printf %s "$1" | openssl base64 -d -A; printf %s "$2" | openssl base64 -d -A) |
        openssl dgst -sha256 -binary | openssl base64 -A; }
      for p in $(sed '1,/^index /d;/^$/,$d' "$1"/*.tlog-proof); do
        if [ $((fn % 2)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
          h=$(join "$p" "$h")
          while [ $((fn % 2)) -eq 0 ] && [ "$fn" -ne 0 ]; do fn=$((fn / 2)); sn=$((sn / 2)); done
        else h=$(join "$h" "$p"); fi
        fn=$((fn / 2)); sn=$((sn / 2))
      done
      printf '%s\\n%s\\n' "$h" "$(sed -n 3p "$2/signed.txt")" )

    prove proofs/E01 proofs/log-XX

The salts in the .json files are random: whoever has only the log's hashes cannot guess what stands in them.
"""

_STAMPS = """
4. When that state of the log existed
-------------------------------------
An authority signed the SHA-256 of the file checkpoint together with the time. For each time-stamp:

{commands}
must say "Verification: OK". -attime is the time in the token, as seconds since 1970, so that the check works after the
authority's certificate has expired; the token shows it:    openssl ts -reply -in FILE.tsr -text
The roots came with this folder: compare their fingerprint with the one that the authority publishes.

    openssl x509 -noout -fingerprint -sha256 -in FILE.pem
"""

_SHORT = """
With recover installed, all of this in one command:    recover verify .
"""


def verify_text(plan: PacketPlan, heads: tuple[Head, ...], stamps: Sequence[TimeStamp] = ()) -> str:
    """Return VERIFY.txt for a packet; only what the packet holds is explained."""
    mark = f"{phrase('practice')}\n\n" if plan.source.practice else ""
    logs = "".join(f"    proofs/log-{head.log[:8]}: {head.size} entries\n" for head in heads)
    against = _PROVEN if plan.proofs else _NOT_PROVEN
    parts = [mark, "How to check this folder without the program that made it\n\n", _SUMS, against]
    if plan.proofs:
        first = plan.proofs[0].number
        folder = next((f"log-{head.log[:8]}" for head in heads), "log-XX")
        parts += [_HEADS, f"\nLogs in this packet:\n{logs}" if logs else "", _EXHIBITS]
        parts = [part.replace("log-XX", folder).replace("E01", first) for part in parts]
    if stamps:
        parts.append(_STAMPS.format(commands="".join(map(_command, stamps))))
    return "".join([*parts, _SHORT])


def _command(stamp: TimeStamp) -> str:
    folder = f"proofs/log-{stamp.log[:8]}"
    seconds = int(parse_instant(stamp.at).timestamp())
    files = f"-data {folder}/checkpoint -in {folder}/{stamp.authority}.tsr"
    return f"    openssl ts -verify {files} \\\n      -CAfile {folder}/{stamp.authority}.pem -attime {seconds}\n"
