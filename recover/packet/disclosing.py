"""One exhibit with its proof: the page that tells a lawyer what is proven, what is not, and how to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from recover import times
from recover.frozen import frozen
from recover.packet.document import Document
from recover.packet.interface import Head, PacketPlan, TimeStamp
from recover.packet.layout import planned_files
from recover.packet.tree import Block, Fixed, Heading, Inline, Items, Paragraph, Table, Text, Tree
from recover.vault import note
from recover.vault.document import parse_instant
from recover.vault.stamps_token import root_marks

SCRIPT = "verify_disclosed.py"
STEM = "explanation"


@frozen
class Standing:
    """Where the exhibit stands in the log: which entry, recorded when by the clock of the device."""

    index: int
    recorded_at: datetime


def with_explanation(plan: PacketPlan, head: Head, standing: Standing, stamps: Sequence[TimeStamp]) -> PacketPlan:
    """Return a plan of one exhibit with the page that explains its proof, and the list of its files."""
    page = Document(
        stem=STEM,
        kind="sheet",
        title=f"Exhibit {plan.exhibits[0].number}: what is proven, and how to check it",
        language="en",
        blocks=_tree(plan, head, standing, stamps),
        is_practice=plan.source.practice,
        most_pages=1,
    )
    files = planned_files(plan.profile, (page,), plan.formats, plan.exhibits, plan.proofs)
    return replace(plan, documents=(page,), files=files)


def _tree(plan: PacketPlan, head: Head, standing: Standing, stamps: Sequence[TimeStamp]) -> Tree:
    exhibit = plan.exhibits[0]
    folder = f"proofs/log-{head.log[:8]}"
    return (
        Paragraph((Text(_in_short(standing, stamps)),)),
        Paragraph(
            (
                Text("This folder holds one exhibit of a case and nothing else of it. File: "),
                Fixed(exhibit.path),
                Text(". Title in the log: "),
                Text(exhibit.title or "none"),
                Text("."),
            )
        ),
        Heading(2, (Text("What is proven"),)),
        Table(
            ((Text("Statement"),), (Text("Shown by"),)),
            (
                _row("The file is the one that was recorded.", "its SHA-256 in file.json, and that one in the entry"),
                _row(
                    f"The entry stands in log {head.log[:8]}…, of {head.size} entries.",
                    "the leaf, and hashes that lead from it to the root of the log (RFC 9162)",
                ),
                _row("That root was signed with the device's key.", f"{folder}/signature and key.pem (Ed25519)"),
                *(_stamped(stamp, folder) for stamp in stamps),
            ),
        ),
        _time(standing, stamps),
        Heading(2, (Text("What is not proven by this"),)),
        Items(
            ordered=False,
            items=(
                _item("That what the exhibit shows is true, who made it, or when it was made before it was recorded."),
                _item("Whose key it is. Compare key.vkey with an earlier packet, or ask for it over another line."),
                _item("That there is no other log. Other entries appear as hashes only and cannot be derived."),
                *(
                    (_item("That the root is the authority's. Compare its SHA-256 with what the authority publishes."),)
                    if stamps
                    else ()
                ),
            ),
        ),
        Heading(2, (Text("How to check it"),)),
        Items(
            ordered=True,
            items=(
                (Paragraph((Text("With Python and openssl alone, in this folder: "), Fixed(f"python3 {SCRIPT}"))),),
                (Paragraph((Text("With the program that made it: "), Fixed("recover verify ."))),),
                _item("By hand, with sha256sum and openssl: VERIFY.txt leads through every step."),
                _item("Whoever doubts this folder takes the script from the program's own source, not from here."),
            ),
        ),
        Heading(2, (Text("Fingerprints (SHA-256), to compare"),)),
        Table(
            ((Text("Of"),), (Text("Fingerprint"),)),
            (
                ((Text("the exhibit"),), (Fixed(exhibit.sha256),)),
                *(
                    ((Text(f"the root of {stamp.authority}"),), (Fixed(mark),))
                    for stamp in stamps
                    for mark in root_marks(stamp.roots)
                ),
                ((Text("the key of the log"),), (Fixed(_key_mark(head)),)),
            ),
        ),
    )


def _in_short(standing: Standing, stamps: Sequence[TimeStamp]) -> str:
    """Say it to somebody who knows no hash from another."""
    log = (
        "The helpers of this case write everything into a log: a list in which every line is sealed together with all "
        "lines before it, so that none can be changed, added in between or taken out without being noticed."
    )
    if not stamps:
        return f"{log} The file in this folder is in that log, unchanged. When it got there rests on the helper's word."
    earliest = times.format_instant_utc(min(parse_instant(stamp.at) for stamp in stamps))
    authorities = " and ".join(stamp.authority for stamp in stamps)
    return (
        f"{log} The file in this folder is in that log, unchanged, and was there on {earliest} at the latest: that is "
        f"signed by somebody outside of this case ({authorities}), who stamped the log with the time without seeing it."
    )


def _key_mark(head: Head) -> str:
    return sha256(note.parse_vkey(head.verifier_key).public_key).hexdigest()


def _row(first: str, second: str) -> tuple[tuple[Inline, ...], ...]:
    return (Text(first),), (Text(second),)


def _stamped(stamp: TimeStamp, folder: str) -> tuple[tuple[Inline, ...], ...]:
    at = times.format_instant_utc(parse_instant(stamp.at))
    return _row(
        f"That state of the log, with the entry, existed on {at} at the latest.",
        f"the time-stamp {folder}/{stamp.authority}.tsr (RFC 3161)",
    )


def _item(text: str) -> tuple[Block, ...]:
    return (Paragraph((Text(text),)),)


def _time(standing: Standing, stamps: Sequence[TimeStamp]) -> Block:
    claimed = times.format_instant_utc(standing.recorded_at)
    said = (
        f"The entry (number {standing.index}) says that it was recorded on {claimed}; that is the clock of the device."
    )
    more = "" if stamps else " No authority has stamped this state of the log, so the time rests on that clock alone."
    return Paragraph((Text(said + more),))
