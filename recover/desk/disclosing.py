"""One exhibit leaves with everything that proves it, and nothing of the rest of the case can be derived from it.

The proof leads to the earliest checkpoint that an authority has stamped and that covers the exhibit, so that the time
is proven as early as it can be; without a time-stamp it leads to the head.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content
from recover.case.entries import Entry, ExhibitDisclosed
from recover.desk import archiving, leaving, outside, reading, wholeness
from recover.desk.results import PacketWritten
from recover.errors import UsageError
from recover.frozen import frozen
from recover.vault.document import instant_text
from recover.vault.stamps_token import STAMPED

if TYPE_CHECKING:
    from recover.desk.case import OpenCase
    from recover.packet.interface import Head, PacketFile, PacketPlan, TimeStamp


@frozen
class Disclosure:
    """What would leave: the plan with its explanation, the checkpoint that the proof leads to, its time-stamps."""

    plan: PacketPlan
    head: Head
    stamps: tuple[TimeStamp, ...]
    entry: Entry
    """The entry that goes along whole."""
    seen: int
    """How many entries the case had when this was planned."""

    @property
    def number(self) -> str:
        """Return the exhibit's number."""
        return self.plan.exhibits[0].number


def plan(case: OpenCase, number: str, profile: str, *, to: str = "", ticked: bool = False) -> Disclosure:
    """Say what would leave with one exhibit for a reader; nothing is written.

    Raises `RefusedError` as a packet does, `NotFoundError` for a number of none, `AlteredError` or `IncompleteError`
    while the log cannot be read.
    """
    from recover.packet.disclosing import Standing, with_explanation
    from recover.packet.plan import plan_exhibit

    wholeness.refuse_faulty(case)
    exhibit = reading.find_exhibit(case.state, number)
    planned = plan_exhibit(leaving.source(case), profile, exhibit.number, to=to, ticked=ticked)
    entry = leaving.entry_of(case, exhibit.added.id)
    head, stamps = _head(case, entry)
    standing = Standing(entry.index, entry.recorded_at)
    return Disclosure(with_explanation(planned, head, standing, stamps), head, stamps, entry, len(case.entries))


def _head(case: OpenCase, entry: Entry) -> tuple[Head, tuple[TimeStamp, ...]]:
    from recover.packet.interface import Head, TimeStamp

    log = entry.log
    good = [
        each
        for each in case.log.time_stamps()
        if each.verdict.state == STAMPED and each.stamp.log == log and each.stamp.size > entry.index
    ]
    size = min((each.stamp.size for each in good), default=case.log.heads()[log].size)
    head = Head(
        log=log,
        size=size,
        root=b64encode(case.log.root_at(log, size)).decode("ascii"),
        checkpoint=case.log.checkpoint_at(log, size),
        verifier_key=case.log.verifier_key(log),
    )
    stamps = tuple(
        TimeStamp(
            log,
            each.stamp.authority,
            instant_text(each.verdict.at),
            each.stamp.request,
            each.stamp.response,
            each.stamp.roots,
        )
        for each in good
        if each.stamp.size == size and each.verdict.at is not None
    )
    return head, stamps


def write(case: OpenCase, disclosure: Disclosure, out: Path) -> PacketWritten:
    """Write a disclosure into a folder that is absent or empty, complete or not at all, and record it.

    Raises `UsageError` when the case has moved on since it was planned.
    """
    from recover.packet.build import build_packet

    outside.refuse_filled(out)
    wholeness.refuse_faulty(case)
    if len(case.entries) != disclosure.seen:
        raise UsageError("the case has changed since this was shown", place=case.name, hint="run the command again")
    proofs = [leaving.proof_of(case, wanted, disclosure.head.size) for wanted in disclosure.plan.proofs]
    files = build_packet(disclosure.plan, [disclosure.head], proofs, stamps=disclosure.stamps, more=[_script()])
    sizes = {each.number: each.size_bytes for each in disclosure.plan.exhibits}
    with archiving.writing_to(out, archiving.FOLDER, "") as put:
        digests = tuple((file.path, leaving.write_file(case, put, file, sizes)) for file in files)
        body = ExhibitDisclosed(
            disclosure.number,
            disclosure.plan.to or disclosure.plan.reader,
            digests,
            disclosure.head.log,
            disclosure.head.size,
            tuple(each.authority for each in disclosure.stamps),
        )
        recorded = case.record(lambda _: [body])
    return PacketWritten(out, digests, (disclosure.number,), recorded, outside.warn_of_place(out))


def _script() -> PacketFile:
    from recover.packet.disclosing import SCRIPT
    from recover.packet.interface import PacketFile

    return PacketFile(SCRIPT, content.disclosure_script().read_bytes())
