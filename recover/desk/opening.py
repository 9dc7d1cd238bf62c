"""One vault on this device: make it, unlock it, find a case in it, start a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recover import content as shipped
from recover import times
from recover.case.entries import CaseOpened
from recover.desk import pinning, recording
from recover.desk.case import Bench, OpenCase
from recover.desk.results import (
    Applied,
    CaseFault,
    CaseSummary,
    DueRow,
    NewVault,
    NextRow,
    PlaybookSummary,
    Recorded,
    VaultInfo,
)
from recover.errors import LockedError, NotFoundError, RecoverError, UsageError

if TYPE_CHECKING:
    from recover.playbook.model import Catalogue, Fact, Playbook, Registry
    from recover.playbook.overrides import Change
    from recover.playbook.problems import Problem
    from recover.playbook.speech import Speech
    from recover.playbook.triage import Outline
    from recover.vault.vault import CaseLog, Session, Vault
    from recover.vault.verify import Report


class Desk:
    """One vault on this device; nothing is read, asked or unlocked before it is needed.

    `passphrase` is called at most once per desk, when a key is first needed and the keyring does not hold one; None
    means that nobody can be asked, and a locked vault raises `LockedError`. `clock` returns aware UTC and is used for
    recorded times of real cases; a practice case may keep a story's. `state_dir` is where the device remembers heads
    (default: the user's state folder). `roots` are folders of playbooks of their own (see `playbook.layers`), or what
    finds them when they are first needed; `content` is a folder with `playbooks/` and `templates/` like the shipped
    ones. All are layered over what is shipped, the first one first. `actor` is what entries name as their writer:
    neutral by default, since an entry may be shown to prove an exhibit.
    """

    def __init__(
        self,
        vault_path: Path,
        *,
        passphrase: Callable[[], str] | None = None,
        clock: Callable[[], datetime] = times.now,
        state_dir: Path | None = None,
        content: Path | None = None,
        roots: Sequence[Path] | Callable[[], Sequence[Path]] = (),
        use_keyring: bool = True,
        actor: str = "helper",
    ) -> None:
        self._path = vault_path
        self._ask = passphrase
        self._clock = clock
        self._state_dir = state_dir
        self._content = content
        self._given_roots = roots
        self._use_keyring = use_keyring
        self._actor = actor
        self._vault: Vault | None = None
        self._session: Session | None = None
        self._unreadable: tuple[CaseFault, ...] = ()
        self._damaged: tuple[CaseFault, ...] = ()
        self._is_throwaway = False

    # --- the vault -------------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """Return the vault's folder."""
        return self._path

    def has_vault(self) -> bool:
        """Say whether the folder holds a vault; no key is needed."""
        from recover.vault.vault import Vault

        return Vault.is_vault(self._path)

    def create_vault(self, passphrase: str, *, recovery: str = "show") -> NewVault:
        """Make the vault and this device's keys, and keep it unlocked for this desk.

        `recovery` is `show` (a new recovery key, whose secret half is in the result and nowhere else), `none`,
        `undecided` (an open item in `next`), or an `age1…` recipient. Raises `UsageError` for an empty passphrase or a
        recipient that is none, `CannotWriteError`.
        """
        from recover.vault.vault import Vault

        secret, recipient = _recovery(recovery)
        self._vault = Vault.create(
            self._path, passphrase=passphrase, recovery=recipient, state_dir=self._state_dir, clock=self._clock
        )
        self._session = self._vault.unlock(passphrase)
        return NewVault(self._path, secret, _recipient(recipient))

    @staticmethod
    def is_weak(passphrase: str) -> bool:
        """Say whether a passphrase is so short that it falls to guessing once the disk is stolen: warn of it."""
        from recover.vault.passphrase import is_short

        return is_short(passphrase)

    def create_throwaway_vault(self) -> None:
        """Make a vault whose keys exist in this process only, for practice: when it ends, nobody can read it."""
        from recover.vault.vault import Vault

        self._session = Vault.create_throwaway(self._path, state_dir=self._state_dir, clock=self._clock)
        self._is_throwaway = True

    def unlock(self) -> None:
        """Unlock now, so that a wrong passphrase is told before anything else is asked. Raises `LockedError`."""
        self._unlocked()

    def keep_unlocked(self) -> datetime:
        """Put a random secret into a protected keyring, so that commands do not ask for 30 idle minutes.

        Return when that ends if nothing is done. Raises `RefusedError` when no protected keyring is here.
        """
        return self._unlocked().keep()

    def lock(self) -> None:
        """Forget what `keep_unlocked` kept, from any terminal."""
        self._opened().forget_kept()
        self._session = None

    def has_recovery(self) -> bool:
        """Say whether the helper has decided about a recovery key, be it that none is wanted."""
        from recover.vault import keys

        return self._unlocked().recovery != keys.RECOVERY_UNDECIDED

    def add_recovery(self, recovery: str = "show") -> NewVault:
        """Decide about the recovery key of a vault that is there; `recovery` as for `create_vault`.

        Asks for the passphrase; every case here is sealed to the recovery key too.
        """
        secret, recipient = _recovery(recovery)
        self._unlocked().set_recovery(recipient, self._passphrase())
        return NewVault(self._path, secret, _recipient(recipient))

    def change_passphrase(self, old: str, new: str) -> None:
        """Seal this device's keys with `new`. Copies of the vault made before keep the old one: the caller says so."""
        self._opened().change_passphrase(old, new)

    def info(self) -> VaultInfo:
        """Say what can be said without a key."""
        found = self._opened().info()
        return VaultInfo(
            path=found.path,
            format_version=1,
            cases=found.cases,
            devices=found.devices,
            weak_durability=found.durability == "weak",
            leftovers=found.leftovers,
            time_stamps=found.time_stamps,
        )

    def verify(self, ref: str | None = None, *, with_keys: bool | None = False) -> Report:
        """Check every log and object of the vault, or of one case, against all that is here to compare with.

        With keys what entries say is read too; None takes a key only if the keyring has one, and asks nobody. Naming a
        case needs a key.
        """
        from recover.vault import verify

        self._opened()
        if with_keys or ref is not None:
            session: Session | None = self._unlocked()
        elif with_keys is None:
            session = self._session = self._session or self._session_from_keyring()
        else:
            session = None
        case = self._unlocked().open_case(ref).id if ref is not None else None
        return verify.verify(self._path, session, case=case, state_dir=self._state_dir)

    def shred(self, ref: str) -> str:
        """Unlink a case's keys and leave a signed tombstone; return its name. Other copies may still be readable."""
        log = self._unlocked().open_case(ref)
        log.shred()
        return log.name

    # --- playbooks -------------------------------------------------------------------------------------------------

    def playbooks(self) -> tuple[PlaybookSummary, ...]:
        """List the playbooks a case can be started from, in the order of their titles.

        One whose file is not valid hides no other: it is left out, and `start` with its id says what is wrong with it.
        """
        local = self.local_words() if self.roots else {}
        rows = [self._summary(outline, local.get(outline.id, ())) for outline in self.outlines()]
        return tuple(sorted(rows, key=lambda row: row.title))

    def local_words_of(self, playbook: Playbook) -> tuple[str, ...]:
        """Say who changed or added what of all that one playbook rests on, and which addresses were never shipped."""
        if not self.roots:
            return ()
        from recover.desk import accepting
        from recover.packet.letters.rests import local_words

        return local_words(accepting.local_changes(self.roots, playbook, self.registry()))

    def local_words(self) -> dict[str, tuple[str, ...]]:
        """Say by the playbook's id who changed or added what of a playbook, and which groups; facts are not meant."""
        from recover.desk import accepting

        return accepting.words_by_playbook(self.roots)

    def outlines(self) -> tuple[Outline, ...]:
        """Return what a list or the triage needs of every playbook, each read from its own file alone."""
        from recover.playbook import loader

        return loader.load_outlines(self.roots)

    def triage(self) -> tuple[tuple[str, ...], tuple[Fact, ...]]:
        """Return what is said to everybody first, and the few questions that find the playbooks.

        Raises `PlaybookError`.
        """
        from recover.playbook import loader

        return loader.load_triage(self.roots)

    def playbook(self, playbook: str | Path) -> Playbook:
        """Load one playbook by id, or from its folder. Raises `PlaybookError` with all problems, `NotFoundError`."""
        from recover.playbook import loader

        return loader.load_playbook(playbook, self.roots)

    def speech(self, playbook: str | Path, language: str) -> tuple[Speech, tuple[Problem, ...]]:
        """Return how a playbook that no case follows yet is said in a language, and faults of catalogues left out."""
        from recover.playbook.speech import Speech
        from recover.playbook.translation import load_translations

        loaded = self.playbook(playbook)
        found = load_translations(loaded, self._roots_of(playbook), (language,))
        return Speech([(loaded, found.catalogues)], language), found.problems

    def registry(self) -> Registry:
        """Load the channels, rules and clauses as they are now (an open case has its own, pinned)."""
        from recover.playbook import loader

        return loader.load_registry(self.roots)

    def bundle(self, playbook: str | Path, languages: Sequence[str] = ()) -> pinning.Bundle:
        """Load a playbook with all it rests on, as a case in which these languages are spoken would pin it now."""
        from recover.desk import accepting
        from recover.playbook import layers, loader

        roots = self._roots_of(playbook)
        loaded, registry = loader.load_playbook(playbook, roots), loader.load_registry(roots)
        local = accepting.local_changes(roots, loaded, registry)
        return pinning.make_bundle(loaded, registry, layers.with_shipped(roots), local, languages)

    def bundle_to_pin(self, playbook: str | Path, languages: Sequence[str] = ()) -> pinning.Bundle:
        """Load a playbook for a case that will keep it.

        Raises `RefusedError` (4) while an own folder changes something of what is shipped that nobody confirmed here;
        a practice vault that is thrown away may use it all the same.
        """
        from recover.desk import accepting

        if not self._is_throwaway:
            accepting.refuse_unconfirmed(self._roots_of(playbook), self._state_dir)
        return self.bundle(playbook, languages)

    def _catalogues(self, playbook: Playbook, language: str) -> tuple[Catalogue, ...]:
        """Read a playbook's texts in a language as they are here now; own ones only where somebody confirmed them."""
        from recover.playbook.translation import load_translations

        try:
            roots = self.roots if self._is_throwaway or not self.unconfirmed() else ()
        except RecoverError:  # an open case goes on whatever became of the folders it was opened from
            roots = ()
        return load_translations(playbook, roots, (language,)).catalogues

    def unconfirmed(self) -> tuple[Change, ...]:
        """Return what own folders change of what is shipped and nobody on this device has confirmed yet."""
        from recover.desk import accepting

        return accepting.unconfirmed(self.roots, self._state_dir)

    def refuse_unconfirmed(self) -> None:
        """Raise `RefusedError` (4) while there are such changes."""
        from recover.desk import accepting

        accepting.refuse_unconfirmed(self.roots, self._state_dir)

    def accept(self, changes: Sequence[Change]) -> None:
        """Remember on this device that a person saw exactly these changes."""
        from recover.desk import accepting
        from recover.playbook import overrides

        accepting.accept(overrides.digest(changes), self.roots[0], self._clock(), self._state_dir)

    @property
    def roots(self) -> tuple[Path, ...]:
        """Return the folders of playbooks that are layered over the shipped one, the first one first.

        Raises what finding them raises, which a case that is open never needs: its playbooks are pinned.
        """
        given = self._given_roots() if callable(self._given_roots) else self._given_roots
        return (*given, *([self._content / "playbooks"] if self._content is not None else ()))

    def _roots_of(self, playbook: str | Path) -> tuple[Path, ...]:
        """Return the roots with the folder a playbook given by its path lies in."""
        if not isinstance(playbook, Path):
            return self.roots
        folder = playbook.absolute()
        return (folder.parent if folder.is_dir() else folder.parent.parent, *self.roots)

    def _summary(self, outline: Outline, local: tuple[str, ...]) -> PlaybookSummary:
        return PlaybookSummary(
            id=outline.id,
            title=outline.title,
            summary=outline.summary,
            version=outline.version,
            says=outline.triage.says,
            platforms=outline.triage.platforms,
            incidents=outline.triage.incidents,
            warning=self._warning(outline),
            local=local,
        )

    def _warning(self, outline: Outline) -> str:
        if outline.revoked:
            return f"revoked: {outline.revoked}"
        today = self._clock().date().isoformat()
        return f"past its date ({outline.valid_until})" if outline.valid_until < today else ""

    # --- cases -----------------------------------------------------------------------------------------------------

    def cases(self) -> tuple[CaseSummary, ...]:
        """List the cases, most recently touched first. Cases that cannot be read are in `unreadable()`."""
        return tuple(case.summary for case in self._readable())

    def unreadable(self) -> tuple[CaseFault, ...]:
        """Name the cases `cases()`, `next()` or `due()` left out, and why."""
        return self._unreadable

    def damaged(self) -> tuple[CaseFault, ...]:
        """Name the cases `cases()`, `next()` or `due()` did read although a part of their logs is not as it should be.

        What they say may lack what stands in that part: say so beside every list.
        """
        return self._damaged

    def open(self, ref: str | None = None) -> OpenCase:
        """Open a case by two-word name, by a unique prefix of its id, or, without `ref`, the only one still open.

        Raises `NotFoundError` (none), `UsageError` (several; the message names them).
        """
        if ref:
            return self._case(self._unlocked().open_case(ref))
        return self._only([case for case in self._readable() if not case.summary.closed])

    def _only(self, found: Sequence[OpenCase]) -> OpenCase:
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotFoundError("no case is open", hint="recover start")
        names = ", ".join(sorted(case.name for case in found))
        raise UsageError(f"which case: {names}?", hint=f"name it, such as: recover resume {found[0].name}")

    def start(
        self,
        *playbooks: str | Path,
        same_account: bool = False,
        practice: bool = False,
        zone: str = "",
        language: str = "",
        spoken: Sequence[str] = (),
        clock: Callable[[], datetime] | None = None,
    ) -> OpenCase:
        """Open a new case, pin its playbooks with every byte they rest on, and return it.

        The first playbook is the one the case begins with; those after it run beside it and share its answers.
        `zone` may be left for intake to ask. `language` is the one the client is spoken to in until they name one,
        `spoken` are others whose texts the case keeps. `clock` is for practice only; `UsageError` otherwise.
        """
        if clock is not None and not practice:
            raise UsageError("only a practice case has a clock of its own")
        if zone:
            times.zone_info(zone)
        bundles = [self.bundle_to_pin(each, (language, *spoken)) for each in dict.fromkeys(playbooks)]
        for number, bundle in enumerate(bundles):
            _check_account([each.playbook for each in bundles[:number]], bundle.playbook, same_account)
        log = self._unlocked().create_case(practice=practice)
        opened = CaseOpened(log.name, bundles[0].playbook.id, zone, language)
        pins = [pinning.pin(log, bundle) for bundle in bundles]
        at = clock() if clock is not None else None
        log.append(recording.drafts((opened, *pins), self._actor, at))
        return self._case(log, clock)

    def follow(self, case: OpenCase, playbook: str | Path, *, same_account: bool = False) -> Recorded:
        """Let an open case follow one more playbook, beside those it follows; its answers are shared.

        Raises `UsageError` when it follows it already (`recover case upgrade` is for another version of it), and when
        both keep answers about one account and nobody said that it is the same one.
        """
        bundle = self.bundle_to_pin(playbook, (case.client_language,))
        if bundle.playbook.id in {each.id for each in case.playbooks}:
            raise UsageError(
                f"{case.name} follows {bundle.playbook.id} already", hint=f"recover case upgrade {case.name}"
            )
        _check_account(case.playbooks, bundle.playbook, same_account)
        return case.record(lambda _: (pinning.pin(case.log, bundle),))

    def apply_answers(
        self, playbook: str | Path, path: Path, *, ref: str | None = None, practice: bool = False
    ) -> Applied:
        """Start a case from an answers file, or continue the client's open one (or the one `ref` names).

        Without `ref` a file goes on only in a case that has the same client's name or account, or to which it adds
        nothing; otherwise `UsageError` (hint: `--case`, `--new`), since it may be another client's. The whole file is
        simulated in memory first. Raises `UsageError` when a key or value is unknown, invalid or unused, or differs
        from what is recorded (hint: `recover answer`); then nothing was written, not even a case. What is still needed
        is in `Applied.missing`, for exit 3.
        """
        from dataclasses import replace

        found = self.open(ref) if ref else self._case_of(playbook, path, practice)
        if found is not None:
            return found.apply_answers(path)
        self.rehearse_answers(playbook, path)
        started = self.start(playbook, practice=practice, spoken=self._spoken(playbook, path))
        return replace(started.apply_answers(path), started=True)

    def _spoken(self, playbook: str | Path, path: Path) -> tuple[str, ...]:
        """Return the languages an answers file names, so that a case keeps the texts its client reads."""
        from recover.playbook.answers import load_answers
        from recover.playbook.model import FactType

        named = {fact.id for fact in self.playbook(playbook).facts if fact.type is FactType.LANGUAGE}
        return tuple(str(row.raw) for row in load_answers(path).facts if row.fact in named and isinstance(row.raw, str))

    def rehearse_answers(self, playbook: str | Path, path: Path) -> None:
        """Simulate an answers file for a case that is not there yet; raises as `apply_answers` does, writes nothing."""
        from recover.desk import answering

        answering.rehearse(self.bundle(playbook), path, self._clock())

    def _case_of(self, playbook: str | Path, path: Path, practice: bool) -> OpenCase | None:
        """Find the open case of a playbook that a file belongs to; None when the playbook has no open case."""
        from recover.desk import answering, belonging
        from recover.playbook.answers import load_answers

        wanted = self.playbook(playbook)
        cases = [
            case
            for case in self._readable()
            if not case.summary.closed and case.practice == practice and wanted.id in case.summary.playbooks
        ]
        if not cases:
            return None
        answers = load_answers(path)
        told = belonging.identity_of_rows(wanted.facts, answers.facts)
        found = belonging.cases_of(told, cases)
        if len(found) != 1:
            found = [case for case in cases if answering.adds_nothing(case, answers)]
        if len(found) != 1:
            raise belonging.other_client(cases, wanted.id, path)
        return found[0]

    def next(self, as_of: datetime | None = None) -> tuple[NextRow, ...]:
        """Rank what is to be done over all open cases, most urgent first. `as_of` is a view; default: the clock."""
        from recover.case import engine

        cases = {case.id: case for case in self._readable() if not case.summary.closed}
        ranked = engine.rank((case.id, case.survey(as_of)) for case in cases.values())
        return tuple(NextRow(row.case, cases[row.case].name, row.action, cases[row.case].local_words) for row in ranked)

    def due(self, as_of: datetime | None = None) -> tuple[DueRow, ...]:
        """List what is due over all open cases, soonest first, undated ones last."""
        rows = [
            DueRow(case.id, case.name, item)
            for case in self._readable()
            if not case.summary.closed
            for item in case.survey(as_of).due
        ]
        return tuple(sorted(rows, key=_due_order))

    def environment(self) -> Mapping[str, str]:
        """Return the paths this desk uses (`vault`, `content`), for `recover vault info`."""
        return {"vault": str(self._path), "content": str(self._content or shipped.content_root())}

    # --- inside ----------------------------------------------------------------------------------------------------

    def _opened(self) -> Vault:
        from recover.vault.vault import Vault

        if self._vault is None:
            if not self.has_vault():
                raise NotFoundError("there is no vault here", place=str(self._path), hint="recover start")
            self._vault = Vault.open(self._path, state_dir=self._state_dir, clock=self._clock)
        return self._vault

    def _unlocked(self) -> Session:
        if self._session is None:
            self._session = self._session_from_keyring() or self._session_from_passphrase()
        return self._session

    def _session_from_keyring(self) -> Session | None:
        return self._opened().unlock_kept() if self._use_keyring else None

    def _session_from_passphrase(self) -> Session:
        return self._opened().unlock(self._passphrase())

    def _passphrase(self) -> str:
        if self._ask is None:
            raise LockedError(
                "the vault is locked",
                place=str(self._path),
                hint="recover vault unlock, or give --passphrase-file FILE",
            )
        return self._ask()

    def _case(self, log: CaseLog, clock: Callable[[], datetime] | None = None) -> OpenCase:
        bench = Bench(self._clock, clock, self._actor, self._others, self._verify_case, self._catalogues)
        return OpenCase(log, bench)

    def _verify_case(self, case: str) -> Report:
        from recover.vault import verify

        return verify.verify(self._path, self._unlocked(), case=case, state_dir=self._state_dir)

    def _others(self, case: OpenCase) -> list[OpenCase]:
        """Return the other readable cases of the same sort: practice never meets real work."""
        return [other for other in self._readable() if other.id != case.id and other.practice == case.practice]

    def _readable(self) -> list[OpenCase]:
        """Open every case that can be; remember the rest with the reason."""
        found: list[OpenCase] = []
        faults: list[CaseFault] = []
        damaged: list[CaseFault] = []
        for row in self._unlocked().cases():
            if row.is_shredded:
                continue
            try:
                case = self._case(self._unlocked().open_case(row.id))
                seen = case.faults()
                case.summary  # noqa: B018 - reads the log, so that a broken case is found here
            except RecoverError as error:
                faults.append(CaseFault(row.id, error.message, error.exit_code))
                continue
            found.append(case)
            if seen:
                damaged.append(CaseFault(case.id, f"{case.name}: {seen[0].message}", max(each.code for each in seen)))
        self._damaged = tuple(damaged)
        self._unreadable = tuple(faults)
        return sorted(found, key=lambda case: case.summary.last_at, reverse=True)


def _due_order(row: DueRow) -> tuple[bool, str, str, str]:
    on = row.due.on
    return (on is None, on.isoformat() if on else "", row.name, row.due.title)


def _recovery(wanted: str) -> tuple[str, str]:
    """Return (secret half to show once, what the vault stores). Raises `UsageError` for a recipient that is none."""
    from recover.vault import keys

    if wanted != "show":
        return "", keys.check_recovery(wanted)
    fresh = keys.generate_recovery()
    return fresh.identity, fresh.recipient


def _recipient(stored: str) -> str:
    return stored if stored.startswith("age1") else ""


def shares_account(followed: Sequence[Playbook], playbook: Playbook) -> bool:
    """Say whether a playbook keeps answers about one account that another one of the case keeps too."""
    return any(set(each.about_account) & set(playbook.about_account) for each in followed)


def _check_account(followed: Sequence[Playbook], playbook: Playbook, same_account: bool) -> None:
    """Refuse to mix two accounts: one's return, tickets and letters would be taken for the other's."""
    if shares_account(followed, playbook) and not same_account:
        raise UsageError(
            f"{playbook.id} and {followed[0].id} both keep answers about one account",
            hint=f"another account: recover start {playbook.id}     (the same account: add --same-account)",
        )
