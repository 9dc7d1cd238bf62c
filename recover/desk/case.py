"""One open case: its state, what is next, and every verb by which a helper adds to its log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from recover import times
from recover.case import decide
from recover.case.engine import plan_of
from recover.case.entries import Answered, Corrected, ElementRemoved, Part, PlaybookPinned, Undone
from recover.case.lookup import case_language, case_zone
from recover.case.state import CaseState, fold
from recover.desk import pinning, reading, recording, rivals
from recover.desk.results import (
    Applied,
    CaseSummary,
    Copied,
    CustodyLine,
    Exhibit,
    Exported,
    Intake,
    PacketWritten,
    Recorded,
    TimelineRead,
)
from recover.frozen import frozen

if TYPE_CHECKING:
    from recover.case.entries import Entry
    from recover.case.incidents import Incident
    from recover.case.plan import Plan
    from recover.case.survey import Survey
    from recover.desk.archiving import Form
    from recover.desk.leaving import Wanted
    from recover.packet.interface import Letter, PacketPlan, Source
    from recover.packet.timeline.rows import TimelineRow
    from recover.playbook.model import Catalogue, LocalChange, Playbook, Registry
    from recover.playbook.speech import Speech
    from recover.vault.log import Fault
    from recover.vault.vault import CaseLog
    from recover.vault.verify import Report

Progress = Callable[[str, int, int], None]
"""Told while files are read: (name, bytes of it done, its bytes in all)."""

_CHANGES_ANSWERS = (Answered, Corrected, ElementRemoved, Undone)


@frozen
class Bench:
    """What a case needs of its desk. `story_clock` is set in practice only; `others` lists the other readable cases."""

    clock: Callable[[], datetime]
    story_clock: Callable[[], datetime] | None
    actor: str
    others: Callable[[OpenCase], list[OpenCase]]
    verify: Callable[[str], Report]
    catalogues: Callable[[Playbook, str], tuple[Catalogue, ...]]
    """Reads a playbook's texts in a language the case was not opened with."""


class OpenCase:
    """One case, replayed from its log. Made by `Desk.open` and `Desk.start`, never directly.

    Every verb that records returns only when the entries are durable. Refusals by a gate raise `RefusedError`, typed
    values that do not fit raise `UsageError`; then nothing was written. Steps are named as the survey names them
    (`aftercare.checks`, `cascade.appeal[100064000000102]`); `step=""` lets the engine find the only one that fits.
    """

    def __init__(self, log: CaseLog, bench: Bench) -> None:
        self._log = log
        self._bench = bench
        self._state: CaseState | None = None
        self._surveys: dict[datetime, Survey] = {}
        self._read_pins: tuple[tuple[str, ...], tuple[pinning.Bundle, ...], Registry] | None = None
        self._read_catalogues: dict[tuple[str, str, str], tuple[Catalogue, ...]] = {}

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Return the case's id, 32 hex digits."""
        return self._log.id

    @property
    def name(self) -> str:
        """Return the two words people say, such as `amber-heron`."""
        return self._log.name

    @property
    def practice(self) -> bool:
        """Say whether this is a practice case, fixed when it was opened."""
        return self._log.practice

    @property
    def log(self) -> CaseLog:
        """Return the case's log in the vault."""
        return self._log

    @property
    def device_suffix(self) -> str:
        """Return what this device's exhibit numbers end in; empty in the founding log."""
        return self._log.own_suffix

    @property
    def zone(self) -> str:
        """Return the case's IANA zone, empty until known."""
        return case_zone(self._plan, self.state)

    @property
    def _plan(self) -> Plan:
        return plan_of(self.playbooks, self.registry)

    @property
    def bundles(self) -> tuple[pinning.Bundle, ...]:
        """Return what the case follows, in the order it was pinned. Raises `AlteredError`."""
        return self._pinned()[0]

    def _pinned(self) -> tuple[tuple[pinning.Bundle, ...], Registry]:
        """Return the bundles and their joined registry; read again only when something was pinned since."""
        # A later pin of the same playbook is its newer version: see `upgrading`.
        pins = list({pin.body.playbook: pin.body for pin in self.state.pins}.values())
        sealed = tuple(pin.bundle_sha256 for pin in pins)
        if self._read_pins is None or self._read_pins[0] != sealed:
            bundles = tuple(map(self._bundle, pins))
            self._read_pins = sealed, bundles, pinning.join_registries([each.registry for each in bundles])
        return self._read_pins[1:]

    def _bundle(self, pin: PlaybookPinned) -> pinning.Bundle:
        sealed = BytesIO()
        self._log.copy_object(Part(pin.bundle_sha256, pin.plain_sha256), sealed)
        return pinning.read_bundle(sealed.getvalue(), pin.files)

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """Return the playbooks pinned in this case, in the order they were pinned. Their YAML is never read again."""
        return tuple(bundle.playbook for bundle in self.bundles)

    @property
    def registry(self) -> Registry:
        """Return the pinned channels, rules and clauses; the first playbook's win where two differ."""
        return self._pinned()[1]

    @property
    def local(self) -> tuple[LocalChange, ...]:
        """Return what an own folder changed or added of what this case rests on, when it was opened."""
        return tuple(dict.fromkeys(change for bundle in self.bundles for change in bundle.local))

    @property
    def local_words(self) -> tuple[str, ...]:
        """Say who changed what locally, and which addresses were never shipped: for every screen of the case."""
        changes = self.local
        if not changes:
            return ()
        from recover.packet.letters.rests import local_words

        return local_words(changes)

    def speech(self, language: str = "") -> Speech:
        """Return how texts are said to the client: in `language`, else in the one the case's answers name."""
        from recover.playbook.speech import Speech

        wanted = language or self.client_language
        return Speech([(bundle.playbook, self._catalogues(bundle, wanted)) for bundle in self.bundles], wanted)

    def catalogues(self, language: str) -> tuple[Catalogue, ...]:
        """Return the playbooks' texts in a language, as `speech` says them."""
        found = (each for bundle in self.bundles for each in self._catalogues(bundle, language))
        return tuple(dict.fromkeys(found))

    @property
    def client_language(self) -> str:
        """Return the language the client named, else the one the case was opened in; empty until known."""
        return case_language(self._plan, self.state)

    def _catalogues(self, bundle: pinning.Bundle, language: str) -> tuple[Catalogue, ...]:
        """Return the texts of a pinned playbook in a language: pinned ones, else those that are here now.

        A text that is here now is used only where its English is the pinned one, which every catalogue says by a hash.
        """
        from recover.playbook.speech import ENGLISH, served

        is_english = language.partition("-")[0] in ("", ENGLISH)
        if is_english or served(language, {each.language for each in bundle.catalogues}):
            return bundle.catalogues
        key = bundle.playbook.id, bundle.playbook.version, language
        if key not in self._read_catalogues:
            self._read_catalogues[key] = self._bench.catalogues(bundle.playbook, language)
        return self._read_catalogues[key]

    @property
    def state(self) -> CaseState:
        """Return what the log folds into, as of the last read."""
        if self._state is None:
            self._state = fold(reading.entries_of(self._log.entries()))
        return self._state

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries in merged order, oldest first."""
        return self.state.entries

    @property
    def summary(self) -> CaseSummary:
        """Return the case's row of `case list`."""
        return reading.summarise(self.id, self.state, self.practice)

    def incidents(self) -> tuple[Incident, ...]:
        """Return each loss with its restoration, and the gaps and missed checks that came before the next one."""
        from recover.case.incidents import incidents

        return tuple(incidents(self.state))

    def notices(self) -> tuple[str, ...]:
        """Return what is not as it should be with the case's logs, in sentences: to be shown on every opening."""
        return tuple(dict.fromkeys(fault.message for fault in self.faults()))

    def faults(self) -> tuple[Fault, ...]:
        """Return the same with codes (20, 21, 22) and places, as far as opening and reading show it."""
        found = tuple(self._log.notices())
        # Looking may have read what others appended; the state must not lag behind what a decision is compared with.
        self.refresh()
        return found

    def now(self) -> datetime:
        """Return the time that a new entry would get: the clock's, or the story's in practice."""
        return (self._bench.story_clock or self._bench.clock)()

    def refresh(self) -> None:
        """Read what other processes appended."""
        self._state = None
        self._surveys.clear()

    def survey(self, as_of: datetime | None = None) -> Survey:
        """Say where the case stands: instances, gates, due, next, stale, letters. Default as-of: `now()`."""
        moment = as_of or self.now()
        if moment not in self._surveys:
            self._surveys = {moment: self.ground(self.state, moment).survey}
        return self._surveys[moment]

    def ground(self, state: CaseState, as_of: datetime | None = None) -> decide.Ground:
        """Return what decisions rest on: pinned content, a state, a moment."""
        letters = {about.name: about for bundle in self.bundles for about in bundle.letters}
        return decide.Ground(self.playbooks, self.registry, state, as_of or self.now(), letters)

    # --- recording: answers and steps ------------------------------------------------------------------------------

    def record(self, decision: recording.Decide, *, warnings: Sequence[str] = ()) -> Recorded:
        """Append the bodies `decision` returns for the current state; it is called again if the log grew meanwhile."""
        before = self.state
        at = self.now() if self._bench.story_clock else None
        receipts = recording.append(self._log, self.state, decision, actor=self._bench.actor, at=at)
        if not receipts:
            return Recorded(self.name, (), (), warnings=tuple(warnings))
        self.refresh()
        added = {(receipt.log, receipt.index) for receipt in receipts}
        entries = tuple(entry for entry in self.entries if (entry.log, entry.index) in added)
        noted = rivals.note_rivals(self, entries, self._bench.others)
        lines = tuple(recording.receipt_line(receipt) for receipt in receipts)
        return Recorded(self.name, entries, lines, self._staled(before, entries), (*warnings, *noted))

    def _staled(self, before: CaseState, added: Sequence[Entry]) -> str:
        """Say what the entries made doubtful; looked up only when one of them may have changed an answer."""
        if not any(isinstance(entry.body, _CHANGES_ANSWERS) for entry in added):
            return ""
        earlier = self.ground(before).survey
        known = {(each.fact, each.changed_by) for each in earlier.stale}
        fresh = [each.words for each in self.survey().stale if (each.fact, each.changed_by) not in known]
        return "; ".join(words for words in fresh if words)

    def _decide(self, decision: Callable[[decide.Ground], Sequence[object]]) -> Recorded:
        return self.record(lambda state: decision(self.ground(state)))

    def answer(
        self, fact: str, value: Any = None, *, status: str = "given", element: str = "", field: str = "", step: str = ""
    ) -> Recorded:
        """Record an answer, as typed; it is checked against the question's type. The same value adds no entry.

        `status` is `given`, `dont-know` or `declined` (then `value` is None). A list takes a list of rows; `element`
        and `field` change one column of a row.
        """
        return self._decide(
            lambda ground: decide.answer(ground, fact, value, status=status, element=element, field=field, step=step)
        )

    def add_row(self, fact: str, row: Mapping[str, Any], *, step: str = "") -> Recorded:
        """Record one more row of a list, as typed."""
        return self._decide(lambda ground: decide.add_row(ground, fact, row, step=step))

    def remove_element(self, fact: str, element: str, reason: str, *, same_as: str = "") -> Recorded:
        """Record that a row of a list does not belong there."""
        return self._decide(lambda ground: decide.remove_row(ground, fact, element, reason, same_as=same_as))

    def mark(self, step: str, item: str, mark: str = "done", reason: str = "") -> Recorded:
        """Mark a checklist item `done`, `not-done` or `not-applicable` (the last two need a reason)."""
        return self._decide(lambda ground: decide.mark(ground, step, item, mark=mark, reason=reason))

    def stop_step(self, step: str, reason: str, *, race: bool = False) -> Recorded:
        """Leave a step with a reason; `race`: stopping harm first, its evidence gap is recorded."""
        return self._decide(lambda ground: decide.stop(ground, step, reason, race=race))

    def override(self, gate: str, reason: str) -> Recorded:
        """Open a gate by decision of the helper. Raises `RefusedError` for gates nobody may override."""
        return self._decide(lambda ground: decide.override(ground, gate, reason))

    def explain(self, need: str, reason: str) -> Recorded:
        """Record why a piece of evidence (`step.need`) is not available."""
        return self._decide(lambda ground: decide.explain(ground, need, reason))

    def confirm_contact(self, how: str) -> Recorded:
        """Record that the changed contact was confirmed over the old one or by an endorser reached independently."""
        return self._decide(lambda ground: decide.confirm_contact(ground, how))

    # --- recording: the world --------------------------------------------------------------------------------------

    def note(self, text: str) -> Recorded:
        """Record a note for helpers; it never leaves."""
        return self._decide(lambda _: decide.note(text))

    def event(
        self,
        when: str,
        text: str,
        *,
        source: str = "helper",
        stance: str = "holder",
        by: str = "",
        exhibits: Sequence[str] = (),
        assets: Sequence[str] = (),
        marks: Sequence[str] = (),
        about: str = "",
    ) -> Recorded:
        """Record something that happened in the world; `when` may be partial (`2017`, `2025-10~`, a range)."""
        return self._decide(
            lambda ground: decide.event(
                ground,
                when=when,
                text=text,
                source=source,
                stance=stance,
                by=by,
                exhibits=tuple(exhibits),
                assets=tuple(assets),
                marks=tuple(marks),
                about=about,
            )
        )

    def call(self, with_whom: str, text: str, *, at: str = "", promises: Sequence[tuple[str, str]] = ()) -> Recorded:
        """Record a conversation and what was promised by when (text, ISO day or empty)."""
        return self._decide(
            lambda ground: decide.call(ground, with_whom, text, at=at or self._moment(), promises=tuple(promises))
        )

    def settle_promise(self, call: str, number: int, result: str, note: str = "") -> Recorded:
        """Record what became of a promise made in a call: kept, broken or dropped."""
        return self._decide(lambda ground: decide.promise(ground, call, number, result, note))

    def approve(
        self, letter: str, *, how: str, language: str, at: str = "", step: str = "", version: str = ""
    ) -> Recorded:
        """Record that the client approved the exact text the letter has now.

        `language` is the one in which it was read back, `version` the one in which it will be sent (English if empty).
        """
        text_sha256 = self.letter(letter, language=version).text_sha256
        moment = at or self._moment()
        return self._decide(
            lambda ground: decide.approve(
                ground, letter, step=step, text_sha256=text_sha256, how=how, language=language, at=moment
            )
        )

    def sent(
        self,
        letter: str,
        *,
        at: str = "",
        reference: str = "",
        channel: str = "",
        step: str = "",
        by: str = "",
        note: str = "",
        assets: Sequence[str] = (),
        version: str = "",
    ) -> Recorded:
        """Record that a letter went out. Raises `RefusedError` without approval, or for a second appeal.

        `version` is the language it was sent in; if empty, that of the version the client approved, else English.
        """
        from recover.desk import leaving

        version = version or leaving.approved_language(self, letter)
        text_sha256 = self.letter(letter, language=version).text_sha256
        moment = at or self._moment()
        return self._decide(
            lambda ground: decide.sent(
                ground,
                letter,
                step=step,
                channel=channel,
                at=moment,
                reference=reference,
                assets=tuple(assets),
                text_sha256=text_sha256,
                by=by,
                note=note,
            )
        )

    def chase(self, step: str, note: str) -> Recorded:
        """Record that inbox and spam were checked, or the other side was asked for a state; nothing was sent again."""
        return self._decide(lambda ground: decide.chase(ground, step or reading.waiting(ground.survey), note))

    def reply(
        self, outcome: str, *, at: str = "", text: str = "", step: str = "", exhibits: Sequence[str] = ()
    ) -> Recorded:
        """Record what the other side did, as one outcome of a waiting step."""
        moment = at or self._moment()
        return self._decide(
            lambda ground: decide.reply(
                ground, step or reading.waiting(ground.survey), outcome, at=moment, text=text, exhibits=tuple(exhibits)
            )
        )

    def check(self, due_on: str, result: str, *, note: str = "", step: str = "") -> Recorded:
        """Record a scheduled check as `done`, `missed` or `anomaly`."""
        return self._decide(
            lambda ground: decide.check(
                ground, step or reading.checked_on(ground.survey, due_on), due_on, result, note=note
            )
        )

    def close(self, outcome: str, reason: str = "") -> Recorded:
        """End the work; open critical items need a reason (`RefusedError` names them)."""
        return self._decide(lambda ground: decide.close(ground, outcome, reason=reason))

    def reopen(self, reason: str) -> Recorded:
        """Go on with a closed case."""
        return self._decide(lambda ground: decide.reopen(ground, reason))

    def _moment(self) -> str:
        return times.instant_text(self.now(), self.zone or "UTC")

    # --- mistakes --------------------------------------------------------------------------------------------------

    def undo(self, entry: str | None = None, reason: str = "") -> Recorded:
        """Make an entry count no longer; without `entry`, the last one that can be undone."""
        return self._decide(
            lambda ground: decide.undo(ground, entry or reading.last_undoable(ground.state), reason=reason)
        )

    def correct(self, entry: str, changes: Mapping[str, Any], reason: str = "") -> Recorded:
        """Replace members of an earlier entry's body; the old one stays readable in the log."""
        return self._decide(lambda ground: decide.correct(ground, entry, changes, reason=reason))

    def erase(self, target: str, reason: str) -> Recorded:
        """Destroy an exhibit's bytes or an entry here, behind a signed statement. Cannot be undone; copies remain."""
        from recover.desk import erasing

        return erasing.erase(self, target, reason)

    # --- evidence --------------------------------------------------------------------------------------------------

    def exhibits(self) -> tuple[Exhibit, ...]:
        """List the exhibits by number, withdrawn and erased ones too."""
        return reading.exhibit_rows(self.state)

    def exhibit(self, number: str) -> Exhibit:
        """Return one exhibit with what its sealed parts say."""
        found = reading.find_exhibit(self.state, number)
        return reading.exhibit_row(found, reading.notes_of(found, self._log.read_part))

    def custody(self, number: str) -> tuple[CustodyLine, ...]:
        """Return what happened to an exhibit, oldest first."""
        return reading.custody_of(self.state, number)

    def add_exhibits(
        self,
        paths: Sequence[Path],
        *,
        kind: str = "",
        title: str = "",
        sensitivity_class: str = "",
        captured_at: str = "",
        method: str = "",
        shows: str = "",
        people: str = "",
        source_url: str = "",
        fulfils: Sequence[str] = (),
        assets: Sequence[str] = (),
        copy_of: str = "",
        progress: Progress | None = None,
    ) -> Intake:
        """Take files and folders in as exhibits; the originals stay where they are.

        Links, devices and sockets are never followed. Files whose bytes are in the case already are named, not added
        again. Recorded in batches: after an interruption what has a receipt is there, and the same call continues.
        """
        from recover.desk import taking
        from recover.evidence.intake import About

        about = About(captured_at, method, shows, people, source_url)
        wanted = taking.Wanted(kind, title, sensitivity_class, tuple(fulfils), tuple(assets), copy_of)
        return taking.take_in(self, paths, wanted, about, progress)

    def link_exhibit(self, number: str, fulfils: Sequence[str]) -> Recorded:
        """Record that an exhibit also answers these needs."""
        named = reading.find_exhibit(self.state, number).number
        return self._decide(lambda ground: decide.link(ground, named, tuple(fulfils)))

    def withdraw(self, number: str, reason: str) -> Recorded:
        """Stop an exhibit from ever leaving."""
        named = reading.find_exhibit(self.state, number).number
        warnings = reading.warn_of_copies(self.state, named)
        return self.record(lambda state: decide.withdraw(self.ground(state), named, reason), warnings=warnings)

    def copy_exhibit(
        self,
        number: str,
        *,
        boxes: Sequence[str] = (),
        page: int = 0,
        as_pictures: bool = False,
        title: str = "",
        sensitivity_class: str = "",
        reason: str = "",
    ) -> Copied:
        """Make a working copy without metadata, with what stands under the boxes gone, and add it as a new exhibit.

        The original is only read. `boxes` are texts such as `10%,20%,30%,5%` or `2:120,40,300,60` (page 2). Raises
        `RefusedError` for what cannot be cleaned with certainty and for a guarded class given up without a reason.
        """
        from recover.desk import copying

        wanted = copying.Wanted(tuple(boxes), page, as_pictures, title, sensitivity_class, reason)
        return copying.copy_exhibit(self, number, wanted)

    def export_exhibit(self, number: str, out: Path, *, reason: str = "") -> Exported:
        """Write one exhibit to `out` (a file that must not exist yet), complete or not at all, and record it."""
        from recover.desk import exporting

        return exporting.export_exhibit(self, number, out, reason)

    # --- what leaves -----------------------------------------------------------------------------------------------

    def letter(
        self,
        name: str,
        *,
        as_of: datetime | None = None,
        ticked: Sequence[str] = (),
        language: str = "",
        annex: str = "",
    ) -> Letter:
        """Build a letter as it would leave now, in English or in `language`, with an annex in another one.

        Raises what the packet's letters raise: a missing fact is named.
        """
        from recover.desk import leaving

        return leaving.letter(self, name, as_of, ticked, language, annex)

    def read_back(self, name: str, language: str, *, version: str = "", as_of: datetime | None = None) -> str:
        """Return a letter as it is read to the client in a language, before it is approved."""
        from recover.desk import leaving

        return leaving.read_back(self, name, language, version, as_of)

    def timeline(self, profile: str = "", as_of: datetime | None = None) -> tuple[TimelineRow, ...]:
        """Return the timeline as a profile may see it; without a profile the internal one, with everything."""
        from recover.packet.timeline.rows import timeline

        return timeline(self.source(as_of), profile)

    def export_timeline(
        self, content: bytes, out: Path, profile: str = "", *, platform: str = "", events: Sequence[str] = ()
    ) -> Exported:
        """Write a timeline into `out`, a file that must not exist yet, and record that it left, for whom, with what."""
        from recover.desk import timelines

        return timelines.export(self, content, out, profile, platform, events)

    def read_timeline(self, path: Path, *, drop_missing: bool = False) -> TimelineRead:
        """Look at a timeline of JSON Lines and say which of its events are new; nothing is written.

        Raises `InputError` (32) with file and line; `drop_missing` leaves out links to what this case does not have.
        """
        from recover.desk import timelines

        return timelines.read(self, path, drop_missing=drop_missing)

    def add_timeline(self, found: TimelineRead) -> Recorded:
        """Record the events of a file that `read_timeline` found to be new."""
        from recover.desk import timelines

        return timelines.add(self, found)

    def source(self, as_of: datetime | None = None) -> Source:
        """Return everything letters, timelines and packets of this case are made from."""
        from recover.desk import leaving

        return leaving.source(self, as_of)

    def plan_packet(
        self, profile: str, *, ticked: Sequence[str] = (), as_of: datetime | None = None, **wanted: Unpack[Wanted]
    ) -> PacketPlan:
        """Say exactly what would leave for `profile`, and what stays here and why; nothing is written.

        `ticked` are exhibits of a protected class chosen for this one recipient; `wanted` is what
        `recover.packet.plan.plan_packet` takes besides. Raises `RefusedError`, `UsageError` for a format there is none.
        """
        from recover.desk import leaving

        return leaving.plan(self, profile, tuple(ticked), as_of, wanted)

    def write_packet(self, plan: PacketPlan, out: Path, form: Form | None = None) -> PacketWritten:
        """Write a planned packet to `out`, complete or not at all, and record what left.

        `out` is a folder that is absent or empty; with a form that is a zip, a file that is absent.
        """
        from recover.desk import archiving, leaving

        return leaving.write(self, plan, out, form or archiving.FOLDER)

    # --- whole files -----------------------------------------------------------------------------------------------

    def apply_answers(self, path: Path) -> Applied:
        """Record what an answers file says that is not recorded yet; see `Desk.apply_answers`."""
        from recover.desk import answering

        return answering.apply(self, path)

    def verify(self) -> Report:
        """Check this case's logs, objects and proofs with its keys."""
        return self._bench.verify(self.id)
