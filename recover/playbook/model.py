"""The playbook as values: what the loader makes, the linter checks and the engine reads.

Frozen, without behaviour beyond look-up, and free of YAML: a case stores a playbook as versioned JSON (see `codec`) and
never parses its text again. Names: a *fact* id is qualified (`intake.danger_now`), a *step* id is qualified by the name
under which its group was included (`intake.safety`) or bare for the playbook's own steps. `docs/playbooks.md` describes
the language a trainer writes.
"""

from __future__ import annotations

from enum import StrEnum

from recover.frozen import frozen

MODEL_VERSION = 2
"""Version of the JSON form that is pinned in a case; 1 lacks some members, which then have their defaults."""

USUAL_RANK = 5
"""Where a playbook stands among those that are proposed, if it does not say."""


class FactType(StrEnum):
    """What kind of answer a question takes. Account passwords and codes are no type at all."""

    TEXT = "text"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes-no"
    NUMBER = "number"
    DATE = "date"
    PARTIAL_DATE = "partial-date"
    INSTANT = "instant"
    URL = "url"
    HANDLE = "handle"
    PLATFORM_ID = "platform-id"
    EMAIL = "e-mail"
    PHONE = "phone"
    MONEY = "money"
    ZONE = "zone"
    LANGUAGE = "language"
    PERSON = "person"
    ASSET = "asset"
    LIST = "list"
    EXHIBIT = "exhibit"


class Sensitivity(StrEnum):
    """Who may ever see an answer: anyone, those a packet is for, or only the helpers."""

    PUBLIC = "public"
    CASE = "case"
    SECRET_TO_US = "secret-to-us"  # noqa: S105 - a class of answers, not a password


class Certainty(StrEnum):
    """How sure a shipped fact is: own text (A), older own text (B), secondary source (C), unconfirmed practice (D)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@frozen
class Expression:
    """A condition as the trainer wrote it; already parsed once, type-checked by lint, names qualified.

    `text` is the canonical source with every fact name qualified; inside `for_each` an element's columns are
    `item.field`.
    """

    text: str


@frozen
class Choice:
    """One possible value of a question; only the label is shown and translated."""

    value: str
    label: str


@frozen
class Fact:
    """One typed question, or one field of a record.

    `means` ties a fact to something the engine itself acts on: `zone`, `interview-language`, `client-name`,
    `safe-contact`, `asset-list`, `contested-asset`, `eu-location`, `account-link-secret`, `consent-platform`,
    `consent-partner`, `consent-lawyer`, `consent-police`, `consent-press`, `mandate`, `wishes`. At most one fact per
    meaning in a playbook.
    """

    id: str
    type: FactType
    ask: str
    why: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    """Offered, never stored unless confirmed; text as it would be typed."""
    sensitivity: Sensitivity = Sensitivity.CASE
    visible_if: Expression | None = None
    optional: bool = False
    """A step is complete without an answer."""
    partial: bool = False
    """An instant that may be known only to the day, month or year."""
    pattern: str = ""
    """A whole-match pattern of a small, linear subset: see `docs/playbooks.md`."""
    least: int | None = None
    most: int | None = None
    """Bounds of a number or of a text's characters; `most` also bounds a list's rows, which come one by one."""
    fields: tuple[Fact, ...] = ()
    """Columns of a `list`, members of a `person` or `asset`; their ids are bare."""
    key: str = ""
    """The field whose equal values make two rows of a list the same element."""
    needs: tuple[str, ...] = ()
    """Members of a person or asset that must be given."""
    means: str = ""
    people: bool | None = None
    """The rows of a list are people, who leave by role; None: they are if there is a name with a role or agreement."""


@frozen
class Gate:
    """A condition that holds back letters, packets or steps until it is true or overridden with a reason."""

    id: str
    title: str
    needs: Expression
    why: str
    holds: tuple[str, ...] = ("letters", "packets")
    """What the gate holds everywhere in the playbook: any of `letters`, `packets`; a step may name it besides."""
    override: str = "helper"
    """Who may override: `helper`, or `nobody`."""


@frozen
class ChecklistItem:
    """One thing to do; critical items cannot be left open without a written reason."""

    id: str
    text: str
    critical: bool = False
    visible_if: Expression | None = None


@frozen
class EvidenceNeed:
    """A piece of evidence a step asks for.

    `before` is the id of the step that may only be offered once this is in the log or explained. `if_missing` is
    `explain` (a reason will do), `optional` (may be left open) or `block`.
    """

    id: str
    kind: str
    title: str
    count: int = 1
    volatile: bool = False
    before: str = ""
    if_missing: str = "explain"
    sensitivity_class: str = "ordinary"
    """ordinary, personal, identity, health, biometric or intimate."""
    visible_if: Expression | None = None


@frozen
class LetterUse:
    """A letter offered by a step: its template, the channel it goes through, and whether the step waits for it."""

    template: str
    channel: str = ""
    optional: bool = False
    once_per: str = ""
    """`decision` for appeals of which a second one would be a breach; empty otherwise."""
    visible_if: Expression | None = None
    """Not true: the step does not use this letter."""


@frozen
class Outcome:
    """What the other side did, and where the case goes then (`after` only for silence, as a length such as `14d`).

    `go` is a qualified step id, or empty: this line of work stops here.
    """

    id: str
    go: str
    after: str = ""


@frozen
class Wait:
    """Waiting for the other side after a dispatch; `for_step` is the step whose letter was sent.

    `since` names the fact (or `item.field`) that says when the other side got the ball, where no letter does; with
    letters too, the later of both counts.
    """

    for_step: str
    remind: tuple[str, ...] = ()
    """Lengths after the dispatch or the last chase, such as `7d`."""
    since: str = ""


@frozen
class Branch:
    """One arm of a `next` or `also`; `when` is None for `otherwise`, or always.

    `go` is a qualified step id; empty when this line of work simply stops here (an exit nobody continues).
    """

    when: Expression | None
    go: str


@frozen
class Schedule:
    """Checks due after an anchor: the rule gives the lengths, the anchor names a fact."""

    rule: str
    anchor: str


@frozen
class Step:
    """One small stage of a case. `docs/playbooks.md` describes each part."""

    id: str
    title: str
    say: str = ""
    """Guidance for the helper; may name the case's own facts, so a closed safety gate hides it."""
    tell: str = ""
    """Words to read aloud to the client."""
    for_each: str = ""
    """A list fact: one instance of this step per element."""
    visible_if: Expression | None = None
    """Not true: the step is passed over, and `hidden_because` is shown in the internal view."""
    hidden_because: str = ""
    gates: tuple[str, ...] = ()
    race: bool = False
    ask: tuple[str, ...] = ()
    """Qualified fact ids; inside `for_each`, `item.field` asks a column of the element."""
    do: tuple[ChecklistItem, ...] = ()
    evidence: tuple[EvidenceNeed, ...] = ()
    letters: tuple[LetterUse, ...] = ()
    wait: Wait | None = None
    outcomes: tuple[Outcome, ...] = ()
    schedule: tuple[Schedule, ...] = ()
    also: tuple[Branch, ...] = ()
    """Steps opened beside `next` when this one is complete; `when` None means always."""
    next: tuple[Branch, ...] = ()
    end: str = ""
    """The outcome with which this line of work ends; empty unless the step ends it."""


@frozen
class Watch:
    """Open a step as soon as a condition becomes true, wherever the case stands."""

    when: Expression
    open: str


@frozen
class Deadline:
    """Which deadline rule applies to what.

    The anchor and `screen_date` are a fact or `item.field`; the date on a screen beats the rule's.
    """

    id: str
    rule: str
    title: str
    anchor: str
    for_each: str = ""
    when: Expression | None = None
    screen_date: str = ""
    done_if: Expression | None = None
    done_note: str = ""
    note: str = ""


@frozen
class FirstAid:
    """The public card: lines to read aloud within a minute, true for anyone, naming nobody."""

    title: str
    lines: tuple[str, ...]


@frozen
class Triage:
    """How `recover start` without a name finds this playbook: what the client would say, and when it is proposed."""

    says: str
    platforms: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    when: Expression | None = None
    """A condition over the answers of the group `triage`; without one it is listed, never proposed."""
    rank: int = USUAL_RANK
    """1 stands first among those proposed (people in danger), 9 last."""


@frozen
class Playbook:
    """A loaded, linted playbook with every include resolved and every name qualified."""

    id: str
    version: str
    title: str
    summary: str
    reviewed: str
    valid_until: str
    first_aid: FirstAid
    triage: Triage
    start: str
    facts: tuple[Fact, ...]
    gates: tuple[Gate, ...]
    steps: tuple[Step, ...]
    deadlines: tuple[Deadline, ...] = ()
    watch: tuple[Watch, ...] = ()
    authors: tuple[str, ...] = ()
    revoked: str = ""
    derived_from: str = ""
    """The id of the playbook it was adapted from, with the version and the SHA-256 of its file at that time."""
    derived_version: str = ""
    derived_sha256: str = ""
    parts: tuple[tuple[str, str, str], ...] = ()
    """(include's name, group's file without ending, namespace of its facts) of every include, in order."""
    sources: tuple[tuple[str, str], ...] = ()
    """(path below the playbook folder's root, SHA-256) of every file this playbook was made from."""
    about_account: tuple[str, ...] = ()
    """Ids of the included groups whose answers are about one account (after-care, partner …), not about the person.

    Two playbooks that share one are followed in one case only for the same account.
    """


# --- translations --------------------------------------------------------------------------------------------------


@frozen
class Translated:
    """One text in another language, by its key (`steps.reply.say`).

    `source` is the short hash of the English it was made from, `reviewed` of the wording a reviewer saw, or empty; see
    `translatable`.
    """

    key: str
    source: str
    text: str
    reviewed: str = ""


@frozen
class Catalogue:
    """The translation of one file (`hijacked-page`, `shared/intake`) into one language."""

    of: str
    language: str
    reviewed_by: str
    reviewed_on: str
    texts: tuple[Translated, ...]


# --- facts as data -------------------------------------------------------------------------------------------------


@frozen
class Provenance:
    """Where a shipped fact comes from and until when it may be trusted. Dates are ISO days."""

    sources: tuple[str, ...]
    checked_on: str
    certainty: Certainty
    review_by: str


@frozen
class Channel:
    """A route to a platform, partner or authority."""

    id: str
    title: str
    to: str
    medium: str
    """form, mail, in-app or post."""
    provenance: Provenance
    url: str = ""
    language: str = "en"
    asks_for: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    max_chars: int | None = None
    typical_wait: str = ""
    note: str = ""
    organisation: str = ""
    """Who stands behind it: the id of an organisation."""


@frozen
class Rule:
    """A deadline rule: from the anchor, `lengths` later. No lengths: no date is known, file now.

    A length is `180d`, `6m`, `1y` or `24h`; several lengths make several dates (after-care checks). `calendar` is
    `plain`, or `eu` (counted from the day after the event; a last day on a weekend gets a "file by" on the working day
    before, which every rule gets anyway).
    """

    id: str
    title: str
    starts: str
    lengths: tuple[str, ...]
    who: str
    provenance: Provenance
    calendar: str = "plain"
    extendable_to: str = ""
    note: str = ""


@frozen
class Clause:
    """A platform's own rule that a letter may point to (gist in our words, never a quotation)."""

    id: str
    platform: str
    where: str
    gist: str
    provenance: Provenance


@frozen
class Organisation:
    """Whom a case can be taken to besides the platform, and what such a body is of no use for.

    What is shipped names no contact: a helpline's address is configuration, written into an own folder.
    """

    id: str
    title: str
    kind: str
    """helpline, network, partner-programme, trusted-flagger, out-of-court-body, coordinator, mandated-body, oversight,
    authority, operator, store, media-defence or notary."""
    does: str
    not_for: str
    who: str
    """Who may ask it."""
    provenance: Provenance
    typical_wait: str = ""
    languages: tuple[str, ...] = ()
    contact: str = ""
    note: str = ""


@frozen
class Control:
    """A kind of proof that somebody runs an account, and what those who review such cases are known to give for it."""

    id: str
    title: str
    platforms: tuple[str, ...]
    """Ids as playbooks have them (`facebook`, `x`), or `partner` for organisations that carry a case."""
    shown_by: tuple[str, ...]
    """Kinds of exhibits, or evidence ids, that are such a proof."""
    weight: str
    """strong, good, some, little or none (it never counts as proof of control)."""
    why: str
    get: str
    """Where it is found, or how it is made."""
    provenance: Provenance
    note: str = ""


@frozen
class FactTest:
    """What a helper met when a fact was used: it is shown beside the fact and never changes its certainty."""

    what: str
    """channel, rule, clause, organisation or control."""
    id: str
    on: str
    result: str
    """works, asked (it asked for something), moved or gone."""
    asked: tuple[str, ...] = ()
    note: str = ""


@frozen
class LocalChange:
    """One part of what is in force that an own folder changed, added or took away, against what is shipped."""

    what: str
    """channel, rule, clause, organisation, domain, playbook, group, step, gate, fact, letter …"""
    id: str
    how: str
    """changed, added or gone."""
    by: str = ""
    """Authors as their file names them; empty when it names none."""
    says: tuple[str, ...] = ()
    """The difference in words, one line per item."""


@frozen
class Registry:
    """Channels, deadline rules, clauses, organisations and proofs of control by id, with the digests of their files."""

    channels: tuple[Channel, ...]
    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    organisations: tuple[Organisation, ...] = ()
    tested: tuple[FactTest, ...] = ()
    controls: tuple[Control, ...] = ()
