"""What leaves a case: letters and packets, made by `recover.packet` from what the log says, with proofs from the log.

A packet is written beside the name it was given, recorded, and only then gets that name: nothing half-made is ever
found there, and nothing leaves that the log does not know of.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypedDict

from recover import content, times
from recover.case.entries import Entry, PacketExported, Part
from recover.desk import archiving, exporting, outside, reading, wholeness
from recover.desk.results import PacketWritten
from recover.errors import AlteredError, NotFoundError, UsageError

if TYPE_CHECKING:
    from recover.desk.archiving import Form, Put
    from recover.desk.case import OpenCase
    from recover.packet.interface import (
        ExhibitProof,
        Head,
        Letter,
        PacketFile,
        PacketPlan,
        PacketReport,
        ProofWanted,
        Sink,
        Source,
    )
    from recover.playbook.model import Catalogue


class Wanted(TypedDict, total=False):
    """What of a packet the person who sends may choose; see `recover.packet.plan.plan_packet`."""

    to: str
    platform: str
    only: Sequence[str]
    with_dates: bool
    with_proof: bool
    language: str
    annex: str


MAX_NAMED_FILES = 3_000
"""Files of a packet that its entry names one by one; an entry holds at most 1 MiB."""

_LAYOUTS = frozenset({".typ", ".css"})
_LISTS = frozenset({"manifest.json", "SHA256SUMS"})


def source(case: OpenCase, as_of: datetime | None = None, languages: Sequence[str] = ()) -> Source:
    """Return everything a letter or packet of this case is made from; `languages` are those that it speaks."""
    from recover.packet.interface import Source

    moment = as_of or case.now()
    templates: dict[str, str] = {}
    for bundle in reversed(case.bundles):
        templates |= bundle.templates
    digests = {path: sha256 for bundle in reversed(case.bundles) for path, sha256 in bundle.digests}
    layouts = _layouts(case)
    templates |= layouts
    digests |= {f"templates/{path}": hashlib.sha256(text.encode()).hexdigest() for path, text in layouts.items()}
    return Source(
        state=case.state,
        survey=case.survey(moment),
        playbooks=case.playbooks,
        registry=case.registry,
        templates=templates,
        as_of=moment,
        case_id=case.id,
        practice=case.practice,
        pinned=tuple(sorted(digests.items())),
        local=case.local,
        catalogues=_catalogues(case, languages),
    )


def _layouts(case: OpenCase) -> dict[str, str]:
    """Return the layouts that this program ships, by path: what it hands them is not what an older one understood.

    Those that an own folder had changed when the case was opened stay the case's own.
    """
    own = {change.id for change in case.local if change.what == "layout"}
    folder = content.templates_root() / "packet"
    found = ((f"packet/{path.name}", path) for path in sorted(folder.iterdir()) if path.suffix in _LAYOUTS)
    return {name: path.read_text("utf-8") for name, path in found if name not in own}


def _catalogues(case: OpenCase, languages: Sequence[str]) -> tuple[Catalogue, ...]:
    return tuple(dict.fromkeys(found for tag in languages if tag for found in case.catalogues(tag)))


def letter(
    case: OpenCase,
    name: str,
    as_of: datetime | None = None,
    ticked: Sequence[str] = (),
    language: str = "",
    annex: str = "",
) -> Letter:
    """Build a letter as it would leave now; raises what `recover.packet.letters.rendering` and `wholeness` raise."""
    from recover.packet.letters.rendering import render_letter

    wholeness.refuse_faulty(case)
    ground = source(case, as_of, (language, annex))
    made = render_letter(ground, name, ticked=ticked, language=language)
    if not annex:
        return made
    from recover.packet.letters.annex import with_annex

    return with_annex(ground, made, annex, ticked)


def read_back(case: OpenCase, name: str, language: str, version: str, as_of: datetime | None) -> str:
    """Return a letter as it is read to the client; see `recover.packet.letters.read_back`."""
    from recover.packet.letters.read_back import read_back
    from recover.packet.letters.rendering import render_letter

    wholeness.refuse_faulty(case)
    ground = source(case, as_of, (language, version))
    return read_back(ground, render_letter(ground, name, language=version), language)


def approved_language(case: OpenCase, name: str) -> str:
    """Return the language of the version that the client approved; see `recover.packet.letters.rendering`."""
    from recover.packet.letters.rendering import approved_language

    return approved_language(source(case), name)


def plan(case: OpenCase, profile: str, ticked: Sequence[str], as_of: datetime | None, wanted: Wanted) -> PacketPlan:
    """Say what would leave; see `OpenCase.plan_packet`."""
    from recover.packet.plan import plan_packet

    wholeness.refuse_faulty(case)
    numbers = tuple(reading.find_exhibit(case.state, number).number for number in ticked)
    spoken = (wanted.get("language") or (case.client_language if profile == "victim" else ""), wanted.get("annex", ""))
    return plan_packet(source(case, as_of, spoken), profile, ticked=numbers, **wanted)


def build(case: OpenCase, planned: PacketPlan) -> tuple[PacketFile, ...]:
    """Make every file of a packet except the exhibits' bytes. Raises `UsageError` when the case has moved on."""
    from recover.packet.build import build_packet

    if [entry.id for entry in case.entries] != [entry.id for entry in planned.source.state.entries]:
        raise UsageError(
            "the case has changed since this was shown", place=case.name, hint="run the command again and look anew"
        )
    proofs = [proof_of(case, wanted) for wanted in planned.proofs]
    return build_packet(planned, heads(case), proofs, lambda number, sink: _copy(case, number, sink))


def write(case: OpenCase, planned: PacketPlan, out: Path, form: Form = archiving.FOLDER) -> PacketWritten:
    """Write a planned packet; see `OpenCase.write_packet`."""
    archiving.refuse(out, form)
    wholeness.refuse_faulty(case)
    files = build(case, planned)
    sizes = {exhibit.number: exhibit.size_bytes for exhibit in planned.exhibits}
    with archiving.writing_to(out, form, _top(planned)) as put:
        digests = tuple((file.path, write_file(case, put, file, sizes)) for file in files)
        exported = _exported(case, planned, digests, form)
        recorded = case.record(lambda _: [exported])
    target = form.target(out)
    return PacketWritten(
        target, digests, exported.exhibits, recorded, outside.warn_of_place(target), form.is_zip, form.sealed_for
    )


def _top(planned: PacketPlan) -> str:
    """Return the folder inside a zip: neutral for whoever may be looked over the shoulder."""
    from recover.packet.neutral import slug
    from recover.packet.readers.profiles import load_profiles

    return slug(load_profiles(planned.source.templates).get(planned.profile).file_name, "packet")


def _exported(case: OpenCase, planned: PacketPlan, digests: tuple[tuple[str, str], ...], form: Form) -> PacketExported:
    """Return what the log keeps of a packet."""
    from recover.packet.changes import record_of

    as_of = times.instant_text(planned.source.as_of, case.zone or "UTC")
    return record_of(planned, _named(digests), as_of, form.sealed_for)


def _named(digests: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return what an entry names of a packet: every file, or of a very large one the lists that name every file."""
    if len(digests) <= MAX_NAMED_FILES:
        return digests
    return tuple((path, sha256) for path, sha256 in digests if PurePosixPath(path).name in _LISTS)


def verify(folder: Path) -> PacketReport:
    """Check a packet's folder without any key; see `recover.packet.verify`."""
    from recover.packet.verify import verify_packet

    return verify_packet(folder)


# --- proofs --------------------------------------------------------------------------------------------------------


def heads(case: OpenCase) -> tuple[Head, ...]:
    """Return the signed heads of the case's logs, the founding one first."""
    from recover.packet.interface import Head

    found = case.log.heads()
    order = sorted(found, key=lambda log: (log != case.log.founding_log, log))
    return tuple(
        Head(
            log=log,
            size=found[log].size,
            root=b64encode(found[log].root).decode("ascii"),
            checkpoint=case.log.checkpoint(log),
            verifier_key=case.log.verifier_key(log),
        )
        for log in order
    )


def proof_of(case: OpenCase, wanted: ProofWanted, size: int = 0) -> ExhibitProof:
    """Return what shows that an exhibit stands in its log as it was at `size` entries; by default as it is now."""
    from recover.packet.interface import ExhibitProof

    exhibit = reading.find_exhibit(case.state, wanted.number)
    entry = entry_of(case, exhibit.added.id)
    parts: dict[str, Part] = {name: getattr(entry.body, name) for name in wanted.parts}
    return ExhibitProof(
        number=exhibit.number,
        log=entry.log,
        leaf=case.log.leaf(entry.log, entry.index),
        tlog_proof=case.log.inclusion(entry.log, entry.index, size),
        entry=case.log.entry_bytes(entry.log, entry.index),
        parts={name: case.log.part_bytes(part) for name, part in parts.items() if part.sealed_sha256},
    )


def entry_of(case: OpenCase, entry_id: str) -> Entry:
    """Return an entry by its id. Raises `NotFoundError`."""
    for entry in case.entries:
        if entry.id == entry_id:
            return entry
    raise NotFoundError(f"there is no entry {entry_id}", place=case.name)


# --- files ---------------------------------------------------------------------------------------------------------


def write_file(case: OpenCase, put: Put, file: PacketFile, sizes: Mapping[str, int]) -> str:
    """Write one file of a packet; return its SHA-256."""
    size = sizes[file.exhibit] if file.exhibit else file.size_bytes or len(file.content)
    with put(file.path, size) as sink:
        return _write_content(case, file, sink)


def _write_content(case: OpenCase, file: PacketFile, sink: Sink) -> str:
    """Write the bytes of one file; return their SHA-256, which is the one that the manifest names."""
    from recover.packet.formats.mail import Measure, put_together

    if file.exhibit:
        _copy(case, file.exhibit, sink)
        return reading.find_exhibit(case.state, file.exhibit).body.file_sha256
    if not file.parts:
        sink.write(file.content)
        return hashlib.sha256(file.content).hexdigest()
    measure = Measure(sink)
    put_together(file.parts, measure, lambda number, into: _copy(case, number, into))
    if measure.sha256 != file.sha256:
        raise AlteredError("a file came out otherwise than it was planned", place=file.path)
    return file.sha256


def _copy(case: OpenCase, number: str, sink: Sink) -> None:
    exhibit = reading.find_exhibit(case.state, number)
    exporting.refuse_gone(exhibit)
    exporting.copy(case, exhibit, sink)
