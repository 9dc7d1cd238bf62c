"""A plan into files: its documents in their formats, dates, proofs, manifest. Pure: the same plan gives the same bytes.

Exhibits are referred to by number with the SHA-256 that the log has for them; whoever writes the packet streams their
bytes and compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from recover.errors import AlteredError, PartialError
from recover.packet.document import Document
from recover.packet.documents import reader_language
from recover.packet.formats.calendar import calendar
from recover.packet.formats.mail import Measure, put_together, write_draft
from recover.packet.formats.pdf import Job, Pdf, make_pdfs
from recover.packet.formats.registry import VICTIM, formats_of
from recover.packet.formats.text import write_text
from recover.packet.formats.web import STYLE_PATH, write_html
from recover.packet.formats.word import write_docx
from recover.packet.instructions import verify_text
from recover.packet.interface import Copy, ExhibitProof, Head, PacketFile, PacketPlan, TimeStamp
from recover.packet.layout import PROOFS, base_of, dates_path, document_path, is_checkable
from recover.packet.manifest import MANIFEST, SUMS, FileRecord, manifest_bytes, sums_bytes
from recover.packet.readers.addressed import view_of
from recover.packet.readers.view import View
from recover.packet.timeline.rows import TimelineRow, timeline_of
from recover.packet.timeline.table import timeline_csv
from recover.packet.words.phrases import words_of
from recover.vault import note
from recover.vault.keys import public_pem

MAX_PHONE_BYTES = 1_000_000
"""Of the account holder's pages: they travel by phone, sometimes over a line that is slow and paid by the byte."""

LETTER_SIZES = (10.5, 9.6, 9.0)
PHONE_SIZES = (12.0, 10.5, 9.0)
SHEET_SIZES = (10.5,)
TIMELINE_SIZES = (9.5,)
"""Text sizes in points, the first that fits."""


def build_packet(
    plan: PacketPlan,
    heads: Sequence[Head] = (),
    proofs: Sequence[ExhibitProof] = (),
    copy: Copy | None = None,
    stamps: Sequence[TimeStamp] = (),
    more: Sequence[PacketFile] = (),
) -> tuple[PacketFile, ...]:
    """Make every file of a packet, in order of path, but the bytes of exhibits.

    `proofs` must answer `plan.proofs`, no more and no less; `heads` are the signed heads they lead to; `copy` streams
    the exhibits that a mail's draft encloses; `stamps` are time-stamps over those heads, `more` goes along as it is.
    Raises `AlteredError` (20) when a proof is missing or names other parts,
    `TemplateError` (31) for a layout that fails, `PartialError` (3) for what does not fit where it must.
    """
    view = view_of(plan)
    wanted = _proofs(plan, proofs)
    used = tuple(head for head in heads if any(head.log == proof.log for proof in wanted))
    with words_of(plan.source.templates):
        # Another process makes the PDFs; what needs none is written meanwhile.
        with ThreadPoolExecutor(1) as beside:
            coming = beside.submit(copy_context().run, _pdfs, plan)
            files = [*_written(plan, view), *_dates(plan, view)]
        pdfs = coming.result()
        files += _printed(plan, pdfs, copy)
        if is_checkable(plan.profile, plan.documents, plan.exhibits):
            files += [*_proof_files(used, wanted), *_stamp_files(stamps), *more]
            files += _checks(plan, used, wanted, files, pdfs.values(), stamps)
    files += [PacketFile(exhibit.path, b"", exhibit.number) for exhibit in plan.exhibits]
    return tuple(sorted(files, key=lambda file: file.path))


# --- documents ------------------------------------------------------------------------------------------------------


def _pdfs(plan: PacketPlan) -> dict[str, Pdf]:
    """Make the PDF of every document that is written as one, or goes with a mail, in one run: stem → PDF."""
    wanted = [each for each in plan.documents if {"pdf", "eml"} & set(formats_of(each, plan.formats))]
    made = make_pdfs([job_of(document) for document in wanted], plan.source.templates, plan.source.as_of)
    pdfs = {document.stem: pdf for document, pdf in zip(wanted, made, strict=True)}
    for document in wanted:
        if document.kind == "phone" and len(pdfs[document.stem].content) > MAX_PHONE_BYTES:
            raise PartialError(
                f"{document.stem}.pdf is larger than {MAX_PHONE_BYTES // 1000} kB",
                hint="shorten the longest event that it prints",
            )
    return pdfs


def job_of(document: Document) -> Job:
    """Return a document as what its layout prints."""
    more = {
        "reference": document.reference,
        "head": [list(row) for row in document.head],
        "lead": list(document.lead),
        "remarks": list(document.remarks),
        "unreviewed": document.is_unreviewed,
        "signature": document.signature,
        "attachments": list(document.attachments),
        "phone": document.kind == "phone",
    }
    layout = {"cover": "sheet", "phone": "sheet"}.get(document.kind, document.kind)
    sizes = {"letter": LETTER_SIZES, "phone": PHONE_SIZES, "timeline": TIMELINE_SIZES}.get(document.kind, SHEET_SIZES)
    return Job(
        name=document.stem,
        layout=layout,
        title=document.title,
        language=document.language,
        blocks=document.blocks,
        more=more,
        practice=document.is_practice,
        sizes=sizes,
        most_pages=document.most_pages,
    )


def _written(plan: PacketPlan, view: View) -> Iterator[PacketFile]:
    """Write every document in each of its formats that needs no PDF."""
    style = plan.source.templates.get(STYLE_PATH, "")
    for document in plan.documents:
        for format_ in formats_of(document, plan.formats):
            path = document_path(document, format_)
            if format_ == "txt":
                yield PacketFile(path, write_text(document))
            elif format_ == "docx":
                yield PacketFile(path, write_docx(document))
            elif format_ == "html":
                yield PacketFile(path, write_html(document, style))
            elif format_ == "csv":
                yield PacketFile(path, timeline_csv(_rows(plan, view), practice=document.is_practice))


def _printed(plan: PacketPlan, pdfs: Mapping[str, Pdf], copy: Copy | None) -> Iterator[PacketFile]:
    """Write every document that is a PDF, or a mail with one."""
    for document in plan.documents:
        for format_ in formats_of(document, plan.formats):
            path = document_path(document, format_)
            if format_ == "pdf":
                yield PacketFile(path, pdfs[document.stem].content)
            elif format_ == "eml":
                yield _draft(path, document, pdfs[document.stem], plan, copy)


def _rows(plan: PacketPlan, view: View) -> tuple[TimelineRow, ...]:
    return timeline_of(view, reader_language(plan))


def _draft(path: str, document: Document, pdf: Pdf, plan: PacketPlan, copy: Copy | None) -> PacketFile:
    enclosed = [each for each in plan.exhibits if each.number in document.enclosed]
    parts = write_draft(document, pdf.content, enclosed, plan.source.as_of)
    measure = Measure()
    put_together(parts, measure, copy)
    return PacketFile(path, b"", parts=parts, sha256=measure.sha256, size_bytes=measure.size_bytes)


def _dates(plan: PacketPlan, view: View) -> Iterator[PacketFile]:
    if plan.formats.get("dates"):
        content = calendar(view.due, view, neutral=plan.profile == VICTIM, language=reader_language(plan))
        yield PacketFile(dates_path(plan.profile), content)


# --- proofs ---------------------------------------------------------------------------------------------------------


def _proofs(plan: PacketPlan, proofs: Sequence[ExhibitProof]) -> tuple[ExhibitProof, ...]:
    given = {proof.number: proof for proof in proofs}
    if sorted(given) != sorted(wanted.number for wanted in plan.proofs):
        raise AlteredError("the proofs are not those that the plan asks for", hint="recover verify CASE")
    for wanted in plan.proofs:
        if extra := set(given[wanted.number].parts) - set(wanted.parts):
            raise AlteredError(
                f"the proof of {wanted.number} holds a part that may not leave: {', '.join(sorted(extra))}"
            )
    return tuple(given[wanted.number] for wanted in plan.proofs)


def _proof_files(heads: tuple[Head, ...], proofs: tuple[ExhibitProof, ...]) -> list[PacketFile]:
    files = []
    for head in heads:
        folder = log_folder(head.log)
        signed = note.parse(head.checkpoint)
        verifier = note.parse_vkey(head.verifier_key)
        signature = next(each.signature for each in signed.signatures if each.name == verifier.name)
        files += [
            PacketFile(f"{folder}/checkpoint", head.checkpoint),
            PacketFile(f"{folder}/signed.txt", signed.text.encode()),
            PacketFile(f"{folder}/signature", signature),
            PacketFile(f"{folder}/key.pem", public_pem(verifier.public_key)),
            PacketFile(f"{folder}/key.vkey", f"{head.verifier_key}\n".encode()),
        ]
    for proof in proofs:
        folder = f"{PROOFS}/{proof.number}"
        files += [
            PacketFile(f"{folder}/leaf", proof.leaf),
            PacketFile(f"{folder}/entry.json", proof.entry),
            PacketFile(f"{folder}/{proof.number}.tlog-proof", proof.tlog_proof),
            *(PacketFile(f"{folder}/{name}.json", content) for name, content in sorted(proof.parts.items())),
        ]
    return files


def _stamp_files(stamps: Iterable[TimeStamp]) -> Iterator[PacketFile]:
    for stamp in stamps:
        stem = f"{log_folder(stamp.log)}/{stamp.authority}"
        contents = {"tsq": stamp.request, "tsr": stamp.response, "pem": stamp.roots}
        yield from (PacketFile(f"{stem}.{ending}", content) for ending, content in contents.items())


def log_folder(log: str) -> str:
    """Return the folder of a log's checkpoint."""
    return f"{PROOFS}/log-{log[:8]}"


# --- manifest -------------------------------------------------------------------------------------------------------


def _checks(
    plan: PacketPlan,
    heads: tuple[Head, ...],
    proofs: tuple[ExhibitProof, ...],
    files: Iterable[PacketFile],
    pdfs: Iterable[Pdf],
    stamps: Sequence[TimeStamp] = (),
) -> list[PacketFile]:
    base = base_of(plan.profile)
    made = [*files, PacketFile(f"{base}VERIFY.txt", verify_text(plan, heads, stamps).encode())]
    records = [_record(_below(base, file.path), file) for file in made]
    records += [FileRecord(_below(base, each.path), each.sha256, each.size_bytes) for each in plan.exhibits]
    logs = {proof.number: proof.log for proof in proofs}
    exhibits: list[Mapping[str, Any]] = [
        {
            "number": each.number,
            "path": _below(base, each.path),
            "title": each.title,
            "class": each.sensitivity_class,
            "sha256": each.sha256,
            "log": logs.get(each.number, ""),
        }
        for each in plan.exhibits
    ]
    fonts = sorted({family for pdf in pdfs for family in pdf.families})
    manifest = manifest_bytes(plan, heads, records, exhibits, fonts, stamps)
    sums = sums_bytes([*records, FileRecord.of(MANIFEST, manifest)])
    return [made[-1], PacketFile(f"{base}{MANIFEST}", manifest), PacketFile(f"{base}{SUMS}", sums)]


def _record(path: str, file: PacketFile) -> FileRecord:
    return FileRecord(path, file.sha256, file.size_bytes) if file.parts else FileRecord.of(path, file.content)


def _below(base: str, path: str) -> str:
    """Return a path as seen from the folder of the manifest."""
    if not base:
        return path
    return path.removeprefix(base) if path.startswith(base) else f"../{path}"
