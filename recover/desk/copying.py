"""A working copy becomes an exhibit of its own, beside the entry that says what it was made from and how.

The original is opened into memory and never written; no readable byte of either touches the disk. The copy is about the
same accounts and of the same class as its original; it answers no need of a step, which wants the original.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from recover.case import decide
from recover.case.entries import ExhibitAdded, ExhibitCopied
from recover.case.state import CaseState, Exhibit
from recover.desk import exporting, reading, taking
from recover.desk.results import Copied
from recover.errors import RefusedError, UsageError
from recover.evidence.copies import MAX_BYTES, Made, Wish, make_copy, read_boxes, too_large
from recover.evidence.kinds import KIND_OF_SUFFIX
from recover.evidence.numbering import next_numbers
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.case.entries import Part
    from recover.desk.case import OpenCase
    from recover.vault.vault import ObjectRef


@frozen
class Wanted:
    """What a person asked for, as typed."""

    boxes: tuple[str, ...]
    page: int
    as_pictures: bool
    title: str
    sensitivity_class: str
    reason: str


def copy_exhibit(case: OpenCase, number: str, wanted: Wanted) -> Copied:
    """Make a working copy and record it; see `OpenCase.copy_exhibit`."""
    original = reading.find_exhibit(case.state, number)
    exporting.refuse_gone(original)
    wish = Wish(read_boxes(wanted.boxes, wanted.page), wanted.as_pictures)
    _refuse_lone_page(wanted)
    lowered = _class_of(original, wanted)
    made = make_copy(_bytes_of(case, original), original.body.suffix, wish)
    sealed, part = _seal(case, original, made)

    def decision(state: CaseState) -> list[object]:
        (free,) = next_numbers(taking.numbers_given(state), 1, case.device_suffix)
        body = _body(free, original, made, wanted, lowered)
        body = taking.with_object(body, sealed, part, made.suffix)
        _refuse_twice(state, body)
        added = decide.check_exhibit(case.ground(state), body)
        return [added, ExhibitCopied(free, original.number, made.done, wanted.reason.strip())]

    recorded = case.record(decision)
    (added,) = (entry.body for entry in recorded.entries if isinstance(entry.body, ExhibitAdded))
    row = reading.exhibit_row(reading.find_exhibit(case.state, added.number))
    return Copied(recorded, row, made.done, made.careful)


def _refuse_lone_page(wanted: Wanted) -> None:
    if wanted.page and not wanted.boxes:
        raise UsageError("a page is named and no box on it", hint="--page 1 --box 10%,20%,30%,5%")


def _class_of(original: Exhibit, wanted: Wanted) -> str:
    """Return the class of the copy. A guarded one is given up only for what a box covered, and with a reason."""
    before, after = original.body.sensitivity_class, wanted.sensitivity_class or original.body.sensitivity_class
    if after not in taking.CLASSES:
        raise UsageError(f"there is no class {after!r}", hint=f"one of: {', '.join(taking.CLASSES)}")
    if before not in exporting.PROTECTED_CLASSES or after == before:
        return after
    if not wanted.boxes:
        raise RefusedError(
            f"{original.number} is of class {before}: without a box the copy shows the same, and stays of that class",
            hint="cover what makes it so with --box, or leave --class out",
        )
    if not wanted.reason.strip():
        raise RefusedError(
            f"{original.number} is of class {before}: giving that up needs a reason", hint="--reason, in a few words"
        )
    return after


def _bytes_of(case: OpenCase, original: Exhibit) -> bytes:
    """Open the original into memory. Raises `InputError` for one too large, `AlteredError` for one that was changed."""
    if original.body.size_bytes > MAX_BYTES:
        raise too_large()
    opened = BytesIO()
    exporting.copy(case, original, opened)
    return opened.getvalue()


def _seal(case: OpenCase, original: Exhibit, made: Made) -> tuple[ObjectRef, Part]:
    """Seal the copy and its `file` part, which says how it was made."""
    with case.log.batch():
        sealed = case.log.add_object(BytesIO(made.content))
        document = {
            "part": "file",
            "sha256": sealed.plain_sha256,
            "size_bytes": sealed.size_bytes,
            "captured_at": original.body.captured_at,
            "method": f"working copy of {original.number}: {'; '.join(made.done)}",
            "object": sealed.sealed_sha256,
        }
        part = case.log.add_part(document)
    return sealed, taking.part_of(part)


def _body(number: str, original: Exhibit, made: Made, wanted: Wanted, sensitivity_class: str) -> ExhibitAdded:
    before = original.body
    # A finer kind such as id-copy brings its class with it; who gave the class up gave the kind up too.
    kind = before.kind if sensitivity_class == before.sensitivity_class else KIND_OF_SUFFIX[made.suffix]
    return ExhibitAdded(
        number=number,
        kind=kind,
        title=taking.clean_title(wanted.title) or _title(before.title, is_boxed=bool(wanted.boxes)),
        sensitivity_class=sensitivity_class,
        file=taking.NOTHING,
        description=taking.NOTHING,
        people=taking.NOTHING,
        source=taking.NOTHING,
        assets=before.assets,
        copy_of=original.number,
        captured_at=before.captured_at,
    )


def _title(original: str, *, is_boxed: bool) -> str:
    tail = " (parts covered)" if is_boxed else " (without metadata)"
    return original[: taking.MAX_TITLE - len(tail)] + tail


def _refuse_twice(state: CaseState, body: ExhibitAdded) -> None:
    for each in state.exhibits:
        is_same = (each.body.copy_of, each.body.file_sha256) == (body.copy_of, body.file_sha256)
        if is_same and each.erased is None and each.withdrawn is None:
            raise UsageError(f"{each.number} is this very copy already", place=body.copy_of)
