"""A plan into files: covers, letters, timeline, calendar, proofs, manifest. Pure: the same plan gives the same bytes.

Exhibits are referred to by number with the SHA-256 that the log has for them; whoever writes the packet streams their
bytes and compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recover import times
from recover.errors import AlteredError
from recover.packet import tree as t
from recover.packet.cover import chat_message, cover, holder_sheet
from recover.packet.formats import calendar, timeline_csv, timeline_html, timeline_tree
from recover.packet.instructions import verify_text
from recover.packet.interface import ExhibitProof, Head, Letter, PacketFile, PacketPlan
from recover.packet.layout import PROOFS, VICTIM, base_of, letter_stem
from recover.packet.manifest import MANIFEST, SUMS, FileRecord, manifest_bytes, sums_bytes
from recover.packet.neutral import neutralise
from recover.packet.pdf import Job, Pdf, make_pdfs
from recover.packet.phrases import phrase
from recover.packet.profiles import load_profiles
from recover.packet.rests import TOLD_WHO, letter_author
from recover.packet.timeline import TimelineRow, timeline_of
from recover.packet.values import Moment, printed
from recover.packet.view import View
from recover.vault import note
from recover.vault.keys import public_pem

MAX_PHONE_PAGES = 2
LETTER_SIZES = (10.5, 9.6, 9.0)
PHONE_SIZES = (12.0, 10.5, 9.0)
"""Text sizes in points, the first that fits."""


def build_packet(
    plan: PacketPlan, heads: Sequence[Head] = (), proofs: Sequence[ExhibitProof] = ()
) -> tuple[PacketFile, ...]:
    """Make every file of a packet, in order of path, but the bytes of exhibits.

    `proofs` must answer `plan.proofs`, no more and no less; `heads` are the signed heads they lead to. Raises
    `AlteredError` (20) when a proof is missing or names other parts, `TemplateError` (31) for a layout that fails.
    """
    profiles = load_profiles(plan.source.templates)
    view = View(plan.source, profiles, profiles.get(plan.profile), plan.ticked)
    rows = timeline_of(view)
    wanted = _proofs(plan, proofs)
    used = tuple(head for head in heads if any(head.log == proof.log for proof in wanted))
    jobs = _jobs(plan, view, rows)
    pdfs = make_pdfs([job for _, job in jobs], plan.source.templates, plan.source.as_of)
    files = [PacketFile(path, pdf.content) for (path, _), pdf in zip(jobs, pdfs, strict=True)]
    files += _texts(plan, view, rows)
    if plan.profile != VICTIM or plan.exhibits or plan.letters:
        files += _proof_files(used, wanted)
        files += _checks(plan, used, wanted, files, pdfs)
    files += [PacketFile(exhibit.path, b"", exhibit.number) for exhibit in plan.exhibits]
    return tuple(sorted(files, key=lambda file: file.path))


# --- documents ------------------------------------------------------------------------------------------------------


def _jobs(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> list[tuple[str, Job]]:
    letters = [
        (letter_stem(number, letter, plan.profile) + ".pdf", _letter_job(letter, plan, view))
        for number, letter in enumerate(plan.letters, 1)
    ]
    if plan.profile == VICTIM:
        sheet = holder_sheet(plan, view, rows)
        return [("pages.pdf", _job("pages.pdf", "sheet", "Notes", sheet, plan, lead=[], phone=True)), *letters]
    made = f"As of {times.format_instant_utc(plan.source.as_of)}. {_ZONES}"
    head = [f"For {plan.to or plan.reader}. As of {times.format_instant_utc(plan.source.as_of)}."]
    return [
        ("cover.pdf", _job("cover.pdf", "sheet", "Cover", cover(plan, view), plan, lead=head, phone=False)),
        ("timeline.pdf", _job("timeline.pdf", "timeline", "Timeline", timeline_tree(rows), plan, lead=[made])),
        *letters,
    ]


_ZONES = "Dates are printed as exactly as they are known; a moment is given in its own zone and in UTC."


def _job(name: str, layout: str, title: str, blocks: t.Tree, plan: PacketPlan, **more: Any) -> Job:
    data = {"reference": plan.source.state.name, **more}
    practice = plan.source.practice
    if more.get("phone"):
        return Job(name, layout, title, "en", blocks, data, practice, PHONE_SIZES, MAX_PHONE_PAGES)
    return Job(name, layout, title, "en", blocks, data, practice, (9.5,) if layout == "timeline" else (10.5,))


def _letter_job(letter: Letter, plan: PacketPlan, view: View) -> Job:
    more = {
        "reference": plan.source.state.name,
        "reader": _recipient(letter, plan, view),
        "date": _date(plan, view, letter.language),
        "unreviewed": letter.is_unreviewed,
        "local": _changed_by(letter, plan),
        "signature": letter.signature,
        "attachments": _attachments(letter, plan),
    }
    return Job(
        name=letter.name,
        layout="letter",
        title=letter.title,
        language=letter.language,
        blocks=letter.tree,
        more=more,
        practice=plan.source.practice,
        sizes=LETTER_SIZES,
        most_pages=letter.pages,
    )


def _changed_by(letter: Letter, plan: PacketPlan) -> str:
    """Say who changed a letter's text, to readers who help; what is below the text is no part of what was approved."""
    author = letter_author(letter.local) if plan.profile in TOLD_WHO else ""
    return phrase("local", letter.language).format(by=neutralise(author).rstrip(".")) if author else ""


def _attachments(letter: Letter, plan: PacketPlan) -> list[str]:
    titles = {exhibit.number: exhibit.title for exhibit in plan.exhibits}
    return [f"{number} {titles[number]}" for number in letter.attachments if number in titles]


def _recipient(letter: Letter, plan: PacketPlan, view: View) -> str:
    if letter.to == "notary":
        return "whom it may concern"
    channel = next((each for each in plan.source.registry.channels if each.id == letter.channel), None)
    if channel is not None:
        return view.words(f"{channel.to} ({channel.title[:1].lower()}{channel.title[1:]})")
    return plan.to if letter.to == plan.profile and plan.to else plan.reader


def _date(plan: PacketPlan, view: View, language: str) -> str:
    day = times.local_day(plan.source.as_of, view.zone)
    return printed(Moment(times.read_when(day.isoformat())), "when", language)


def _texts(plan: PacketPlan, view: View, rows: tuple[TimelineRow, ...]) -> list[PacketFile]:
    practice = plan.source.practice
    files = [
        PacketFile(letter_stem(number, letter, plan.profile) + ".txt", _letter_text(letter, plan, view).encode())
        for number, letter in enumerate(plan.letters, 1)
    ]
    if plan.profile == VICTIM:
        message = chat_message(holder_sheet(plan, view, rows), practice=practice)
        files += [PacketFile("message.txt", message.encode())]
        if plan.with_dates:
            files.append(PacketFile("dates.ics", calendar(view.due, view, neutral=True)))
        return files
    mark = f"{phrase('practice')}\n\n" if practice else ""
    lead = f"As of {times.format_instant_utc(plan.source.as_of)}. {_ZONES}"
    html = timeline_html(rows, "Timeline", lead, plan.source.templates, practice=practice)
    return [
        *files,
        PacketFile("cover.txt", (mark + t.plain_text(cover(plan, view))).encode()),
        PacketFile("timeline.html", html),
        PacketFile("timeline.csv", timeline_csv(rows, practice=practice)),
        PacketFile("deadlines.ics", calendar(view.due, view, neutral=False)),
    ]


def _letter_text(letter: Letter, plan: PacketPlan, view: View) -> str:
    """Write a letter to paste: the form's fields or the whole body, each with its number of characters."""
    lines = [phrase("practice")] if plan.source.practice else []
    lines += [
        f"{phrase('reader', letter.language)}: {_recipient(letter, plan, view)}",
        f"{phrase('date', letter.language)}: {_date(plan, view, letter.language)}",
        f"{phrase('subject', letter.language)}: {letter.title}",
    ]
    if letter.accounts:
        lines.append(f"Use it once for each of: {'; '.join(letter.accounts)}")
    if letter.is_unreviewed:
        lines.append(phrase("unreviewed", letter.language))
    text = "\n".join(lines) + "\n"
    boxes = [(field.label, field.text, field.max_chars) for field in letter.fields] or [("Text", letter.text, None)]
    for label, content, most in boxes:
        body = content.rstrip("\n")
        limit = f" of {most}" if most else ""
        text += f"\n----- {label} ({len(body)}{limit} characters) -----\n{body}\n"
    if letter.attachments:
        text += (
            f"\n----- {phrase('attachments', letter.language)} -----\n" + "\n".join(_attachments(letter, plan)) + "\n"
        )
    if changed := _changed_by(letter, plan):
        text += f"\n{changed}\n"
    return text


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
) -> list[PacketFile]:
    base = base_of(plan.profile)
    made = [*files, PacketFile(f"{base}VERIFY.txt", verify_text(plan, heads).encode())]
    records = [FileRecord.of(_below(base, file.path), file.content) for file in made]
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
    manifest = manifest_bytes(plan, heads, records, exhibits, fonts)
    sums = sums_bytes([*records, FileRecord.of(MANIFEST, manifest)])
    return [made[-1], PacketFile(f"{base}{MANIFEST}", manifest), PacketFile(f"{base}{SUMS}", sums)]


def _below(base: str, path: str) -> str:
    """Return a path as seen from the folder of the manifest."""
    if not base:
        return path
    return path.removeprefix(base) if path.startswith(base) else f"../{path}"
