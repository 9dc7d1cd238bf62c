"""Files become exhibits: sealed in batches, numbered when their entries are appended, nothing lost to an interruption.

What was sealed before Ctrl-C is recorded before the command ends; the same command again skips what is in the case by
its SHA-256, so it simply continues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from recover import times
from recover.case import decide
from recover.case.entries import ExhibitAdded, Part
from recover.case.state import CaseState
from recover.desk import reading
from recover.desk.results import Duplicate, Exhibit, Intake, Recorded, Skipped
from recover.errors import InputError, InterruptedByUser, UsageError
from recover.evidence.finding import Found, find_files
from recover.evidence.intake import About, Sealed, printable_name, seal_file, sha256_of
from recover.evidence.numbering import is_number, next_numbers
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.desk.case import OpenCase, Progress
    from recover.playbook.model import EvidenceNeed
    from recover.vault.vault import ObjectRef

MAX_BATCH_FILES = 1024
MAX_BATCH_BYTES = 256 * 1024 * 1024
"""A batch ends at either: few waits for the disk, and little to seal again after a crash."""

CLASSES = ("ordinary", "personal", "identity", "health", "biometric", "intimate")

NOTHING = Part("", "")
"""A part that was not written."""

_KIND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
MAX_TITLE = 200


@frozen
class Wanted:
    """What a person says about the exhibits in the log, as typed; empty means: from the need, or from the file."""

    kind: str = ""
    title: str = ""
    sensitivity_class: str = ""
    fulfils: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    copy_of: str = ""


@dataclass(slots=True)
class _Batch:
    """Files that are sealed and not yet named by an entry."""

    found: list[Found] = field(default_factory=list)
    sealed: list[Sealed] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.sealed) >= MAX_BATCH_FILES or self.size_bytes >= MAX_BATCH_BYTES

    def add(self, found: Found, sealed: Sealed) -> None:
        self.found.append(found)
        self.sealed.append(sealed)
        self.size_bytes += sealed.object.size_bytes


@dataclass(slots=True)
class _Taking:
    """What one call has done so far."""

    recorded: list[Recorded] = field(default_factory=list)
    added: list[Exhibit] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    plaintext: list[Path] = field(default_factory=list)
    is_interrupted: bool = False


def take_in(case: OpenCase, paths: Sequence[Path], wanted: Wanted, about: About, progress: Progress | None) -> Intake:
    """Take files and folders into a case; see `OpenCase.add_exhibits`."""
    wanted, about = _checked(case, wanted), _checked_about(case, about)
    _rehearse(case, wanted, about)
    finding = find_files(paths)
    taking = _Taking(skipped=[Skipped(printable_name(each.name), each.why) for each in finding.left_out])
    if not finding.files:
        raise InputError("no file to take in", place=", ".join(map(str, paths)), hint=_first_reason(taking.skipped))
    waiting = iter(finding.files)
    known = _Known(case.state)
    while batch := _seal_batch(case, waiting, known, about, taking, progress):
        _record(case, batch, wanted, about, taking)
    _link_duplicates(case, wanted, taking)
    if taking.is_interrupted:
        raise InterruptedByUser(
            f"{len(taking.added)} of {len(finding.files)} files are recorded in {case.name}",
            hint="the same command again continues",
        )
    return Intake(
        recorded=_joined(case.name, taking.recorded),
        added=tuple(taking.added),
        duplicates=tuple(taking.duplicates),
        skipped=tuple(taking.skipped),
        plaintext=tuple(taking.plaintext),
    )


def _link_duplicates(case: OpenCase, wanted: Wanted, taking: _Taking) -> None:
    """A file that is in the case already answers what it was given for, under the number it has."""
    for number in dict.fromkeys(row.number for row in taking.duplicates):
        if wanted.fulfils and is_number(number):
            taking.recorded.append(case.link_exhibit(number, wanted.fulfils))


def _first_reason(skipped: Sequence[Skipped]) -> str:
    return f"{skipped[0].name}: {skipped[0].why}" if skipped else "the folder holds no files"


class _Known:
    """The bytes that are in the case already, by SHA-256. A file is hashed ahead only if its size is known."""

    def __init__(self, state: CaseState) -> None:
        self._numbers = {
            each.body.file_sha256: each.number
            for each in state.exhibits
            if each.erased is None and not each.body.copy_of
        }
        self._sizes = {each.body.size_bytes for each in state.exhibits}

    def number_of(self, found: Found) -> str:
        """Return the number under which a file's bytes are in the case, or "" when they are new."""
        return self._numbers.get(sha256_of(found), "") if found.size_bytes in self._sizes else ""

    def add(self, sealed: ObjectRef) -> None:
        """Remember bytes that were just sealed; they have no number yet."""
        self._numbers.setdefault(sealed.plain_sha256, "this intake")
        self._sizes.add(sealed.size_bytes)


def _seal_batch(
    case: OpenCase, waiting: Iterator[Found], known: _Known, about: About, taking: _Taking, progress: Progress | None
) -> _Batch | None:
    """Seal files until a batch is full, none is left or somebody interrupts; None when nothing was sealed."""
    batch = _Batch()
    with case.log.batch():
        try:
            for found in chain() if taking.is_interrupted else waiting:
                sealed = _seal(case, found, known, about, taking, progress)
                if sealed is not None:
                    batch.add(found, sealed)
                if batch.is_full:
                    break
        except KeyboardInterrupt:
            # What is sealed gets its entries before the command ends.
            taking.is_interrupted = True
    return batch if batch.sealed else None


def _seal(
    case: OpenCase, found: Found, known: _Known, about: About, taking: _Taking, progress: Progress | None
) -> Sealed | None:
    try:
        number = known.number_of(found)
        if number:
            taking.duplicates.append(Duplicate(printable_name(found.name), number))
            return None
        sealed = seal_file(case.log, found, about, _told(found, progress))
    except InputError as error:
        taking.skipped.append(Skipped(printable_name(found.name), error.message))
        return None
    known.add(sealed.object)
    return sealed


def _told(found: Found, progress: Progress | None) -> Callable[[int], None] | None:
    if progress is None:
        return None
    done = 0

    def tell(block_bytes: int) -> None:
        nonlocal done
        done += block_bytes
        progress(printable_name(found.name), done, found.size_bytes)

    return tell


# --- entries -------------------------------------------------------------------------------------------------------


def _record(case: OpenCase, batch: _Batch, wanted: Wanted, about: About, taking: _Taking) -> None:
    need = find_need(case, wanted.fulfils)

    def decision(state: CaseState) -> list[object]:
        numbers = next_numbers(numbers_given(state), len(batch.sealed), case.device_suffix)
        ground = case.ground(state)
        bodies = (
            _body(number, sealed, wanted, about, need) for number, sealed in zip(numbers, batch.sealed, strict=True)
        )
        return [decide.check_exhibit(ground, body) for body in bodies]

    recorded = case.record(decision)
    taking.recorded.append(recorded)
    taking.plaintext.extend(found.path for found in batch.found)
    for entry in recorded.entries:
        if isinstance(entry.body, ExhibitAdded):
            taking.added.append(reading.exhibit_row(reading.find_exhibit(case.state, entry.body.number)))


def numbers_given(state: CaseState) -> Iterator[str]:
    """List every number ever given, those of undone entries too: a number once spoken means one exhibit for ever."""
    return (entry.body.number for entry in state.entries if isinstance(entry.body, ExhibitAdded))


def _body(number: str, sealed: Sealed, wanted: Wanted, about: About, need: EvidenceNeed | None) -> ExhibitAdded:
    kind = wanted.kind or (need.kind if need else "") or sealed.file_kind.kind
    body = ExhibitAdded(
        number=number,
        kind=kind,
        title=wanted.title or (need.title if need else "") or kind.replace("-", " ").capitalize(),
        sensitivity_class=wanted.sensitivity_class or (need.sensitivity_class if need else "ordinary"),
        file=NOTHING,
        description=NOTHING,
        people=NOTHING,
        source=NOTHING,
        fulfils=wanted.fulfils,
        assets=wanted.assets,
        copy_of=wanted.copy_of,
        captured_at=about.captured_at,
    )
    return with_parts(body, sealed)


def with_parts(body: ExhibitAdded, sealed: Sealed) -> ExhibitAdded:
    """Return the entry of an exhibit with what was sealed for it."""
    parts = replace(
        body,
        description=part_of(sealed.description),
        people=part_of(sealed.people),
        source=part_of(sealed.source),
    )
    return with_object(parts, sealed.object, part_of(sealed.file), sealed.file_kind.suffix)


def with_object(body: ExhibitAdded, sealed: ObjectRef, file: Part, suffix: str) -> ExhibitAdded:
    """Return the entry of an exhibit with its sealed bytes and the part that describes them."""
    return replace(
        body,
        file=file,
        file_sha256=sealed.plain_sha256,
        size_bytes=sealed.size_bytes,
        suffix=suffix,
        object_sha256=sealed.sealed_sha256,
    )


def part_of(ref: ObjectRef | None) -> Part:
    """Return what an entry says of a sealed part; `NOTHING` for one that was not written."""
    return Part(ref.sealed_sha256, ref.plain_sha256) if ref is not None else NOTHING


def _joined(name: str, recorded: Sequence[Recorded]) -> Recorded:
    return Recorded(
        case=name,
        entries=tuple(chain.from_iterable(each.entries for each in recorded)),
        receipts=tuple(chain.from_iterable(each.receipts for each in recorded)),
        warnings=tuple(dict.fromkeys(chain.from_iterable(each.warnings for each in recorded))),
    )


# --- what was typed ------------------------------------------------------------------------------------------------


def find_need(case: OpenCase, fulfils: Sequence[str]) -> EvidenceNeed | None:
    """Return the first need that is named, with its kind, title and class; None when none is."""
    return decide.find_need(case.ground(case.state), fulfils[0])[1] if fulfils else None


def clean_title(typed: str) -> str:
    """Return a title of one line as typed, empty when none was. Raises `UsageError`."""
    from recover.playbook.values import clean_text

    return clean_text(typed, most=MAX_TITLE, lines=False) if typed else ""


def _checked(case: OpenCase, wanted: Wanted) -> Wanted:
    if wanted.kind and not _KIND.fullmatch(wanted.kind):
        raise UsageError("a kind is a short word such as mail, image or id-copy", place="kind")
    if wanted.sensitivity_class and wanted.sensitivity_class not in CLASSES:
        raise UsageError(f"there is no class {wanted.sensitivity_class!r}", hint=f"one of: {', '.join(CLASSES)}")
    return Wanted(
        kind=wanted.kind,
        title=clean_title(wanted.title),
        sensitivity_class=wanted.sensitivity_class,
        fulfils=wanted.fulfils,
        assets=wanted.assets,
        copy_of=reading.find_exhibit(case.state, wanted.copy_of).number if wanted.copy_of else "",
    )


def _checked_about(case: OpenCase, about: About) -> About:
    from recover.playbook.values import clean_text

    def text(typed: str) -> str:
        return clean_text(typed) if typed else ""

    return About(
        captured_at=times.parse_when(about.captured_at, case.zone).text if about.captured_at else "",
        method=text(about.method),
        shows=text(about.shows),
        people=text(about.people),
        source_url=text(about.source_url),
    )


def _rehearse(case: OpenCase, wanted: Wanted, about: About) -> None:
    """Let the engine look at the entry before anything is read: a need or account that is not there is said at once."""
    number = next_numbers(numbers_given(case.state), 1, case.device_suffix)[0]
    need = find_need(case, wanted.fulfils)
    body = ExhibitAdded(
        number=number,
        kind=wanted.kind or (need.kind if need else "other"),
        title=wanted.title or "to be added",
        sensitivity_class=wanted.sensitivity_class or (need.sensitivity_class if need else "ordinary"),
        file=NOTHING,
        description=NOTHING,
        people=NOTHING,
        source=NOTHING,
        fulfils=wanted.fulfils,
        assets=wanted.assets,
        copy_of=wanted.copy_of,
        captured_at=about.captured_at,
    )
    decide.check_exhibit(case.ground(case.state), body)
