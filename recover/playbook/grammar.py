"""The shapes of every file a trainer writes: playbooks, groups and the registry. `docs/playbooks.md` in code.

Whether names exist and types fit is asked later (`assemble`, `checks`); here stands what may be written at all.
"""

from __future__ import annotations

import keyword
import re
from datetime import date

from recover import times
from recover.errors import UsageError
from recover.playbook.model import Certainty, FactType, Sensitivity
from recover.playbook.shapes import Anything, Either, Fault, Many, Record, Scalar, Shape, Table, matching

OUTCOMES = (
    "accepted",
    "restored",
    "partly_restored",
    "refused",
    "auto_reply",
    "asks_id",
    "asks_more",
    "wrong_channel",
    "admin_dispute",
    "identity_contested",
    "extended",
    "silence",
)
"""What the other side can do: the one catalogue for all playbooks and platforms."""

ENDINGS = (*(outcome for outcome in OUTCOMES if outcome != "silence"), "withdrawn", "handed_over", "done")
"""How a line of work can end: an outcome of the other side, or our own."""

MEANINGS = (
    "zone",
    "interview-language",
    "client-name",
    "safe-contact",
    "asset-list",
    "contested-asset",
    "eu-location",
    "account-link-secret",
    "consent-platform",
    "consent-partner",
    "consent-lawyer",
    "consent-police",
    "consent-press",
    "mandate",
    "wishes",
)
"""What the engine itself reads: see `Fact.means`."""

ENGINE_GATES = ("contact_changed", "contact_lost", "rival_claimant", "link_secret")
"""Gates the engine has by itself; a step may name them, a playbook cannot define them."""

EXHIBIT_CLASSES = ("ordinary", "personal", "identity", "health", "biometric", "intimate")

RESERVED = frozenset(keyword.kwlist) | {"true", "false", "item", "exit", "otherwise"}
"""Words that mean something in a condition or as a target, and so cannot be ids."""


def _id(text: str) -> Fault | None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", text):
        return Fault("E024", f"'{text[:60]}' is not an id", "lower-case words joined by underscores: lost_at")
    if text in RESERVED or keyword.iskeyword(text):
        return Fault("E049", f"'{text}' cannot be an id: it means something in conditions", f"{text}_1, my_{text} …")
    return None


def _date(text: str) -> Fault | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return Fault("E025", f"'{text[:60]}' is not a day", "write it as 2026-11-23")
    return None if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else Fault("E025", "this is not a day", "2026-11-23")


def _length(text: str) -> Fault | None:
    try:
        times.parse_length(text)
    except UsageError as fault:
        return Fault("E029", fault.message, fault.hint)
    return None


def _whole(text: str) -> Fault | None:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return Fault("E026", f"'{text[:60]}' is not a whole number", "digits only")
    return None


def _url(text: str) -> Fault | None:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(/[^\s<>\"']*)?", text):
        return Fault("E032", f"'{text[:60]}' is not a channel's address", "https://, a host name and a path")
    return None


ID = Scalar("an id", _id, most=60, pattern="^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
HYPHEN_ID = Scalar(
    "an id",
    matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "E024", "is not an id", "lower-case words joined by hyphens"),
    most=60,
    pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
)
DOTTED_ID = Scalar(
    "an id",
    matching(r"[a-z][a-z0-9]*([-_.][a-z0-9]+)*", "E024", "is not an id", "lower-case words joined by dots and hyphens"),
    most=80,
    pattern="^[a-z][a-z0-9]*([-_.][a-z0-9]+)*$",
)
NAME = Scalar(
    "a name",
    matching(
        r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", "E024", "is not a name", "a fact or step, or namespace.fact, group.step"
    ),
    most=120,
)
VALUE = Scalar(
    "a choice value",
    matching(r"[a-z0-9][a-z0-9_-]*", "E024", "is not a choice value", "lower-case letters, digits, _ and -"),
    most=60,
)
KIND = Scalar("a kind", matching(r"[a-z][a-z0-9-]*", "E024", "is not a kind", "such as mail, image, id-copy"), most=40)
PATH_ID = Scalar(
    "a group file",
    matching(
        r"[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)+",
        "E024",
        "is not a group file",
        "folder and name without ending: shared/intake",
    ),
    most=120,
)
LINE = Scalar("a line of text", most=300)
TITLE = Scalar("a title", most=120)
PROSE = Scalar("text", most=4_000, lines=True)
CONDITION = Scalar("a condition", most=1_000, lines=True)
DAY = Scalar("a day", _date, most=40)
LENGTH = Scalar("a length such as 7d", _length, most=20)
WHOLE = Scalar("a whole number", _whole, most=20)
FLAG = Scalar("true or false", values=("true", "false"))
VERSION = Scalar(
    "a version", matching(r"[0-9]+\.[0-9]+\.[0-9]+", "E031", "is not a version", "three numbers: 1.0.0"), most=20
)
SHA256 = Scalar("a SHA-256", matching(r"[0-9a-f]{64}", "E033", "is not a SHA-256", "64 hexadecimal digits"), most=80)
LANGUAGE = Scalar(
    "a language code", matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "E033", "is no language code", "en, az, ru"), most=20
)
MODULE_URL = Scalar("an https address", _url, most=500)


def _words(values: tuple[str, ...], what: str) -> Scalar:
    return Scalar(what, values=values)


# --- facts ----------------------------------------------------------------------------------------------------------

_FACT_KEYS: dict[str, Shape] = {
    "why": LINE,
    "help": PROSE,
    "choices": Table(VALUE, LINE, "a mapping of values and labels"),
    "default": Scalar("a value as it would be typed", most=300),
    "sensitivity": _words(tuple(Sensitivity), "a sensitivity"),
    "visible_if": CONDITION,
    "optional": FLAG,
    "partial": FLAG,
    "pattern": Scalar("a pattern", most=200),
    "least": WHOLE,
    "most": WHOLE,
    "needs": Many(ID, "a list of members"),
}
_COLUMN_TYPES = tuple(str(each) for each in FactType if each is not FactType.LIST)
COLUMN = Record("a column", {"type": _words(_COLUMN_TYPES, "a type"), "ask": LINE}, _FACT_KEYS)
FACT = Record(
    "a fact",
    {"type": _words(tuple(FactType), "a type"), "ask": LINE},
    {
        **_FACT_KEYS,
        "fields": Table(ID, COLUMN, "a mapping of columns"),
        "key": ID,
        "people": FLAG,
        "means": _words(MEANINGS, "a meaning"),
    },
)

# --- gates, steps ---------------------------------------------------------------------------------------------------

GATE = Record(
    "a gate",
    {"title": TITLE, "needs": CONDITION, "why": LINE},
    {
        "holds": Many(_words(("letters", "packets"), "letters or packets"), "a list of letters, packets"),
        "override": _words(("helper", "nobody"), "helper or nobody"),
    },
)
ITEM = Record("a checklist item", {"id": ID, "text": LINE}, {"critical": FLAG, "visible_if": CONDITION})
EVIDENCE = Record(
    "a piece of evidence",
    {"id": ID, "kind": KIND, "title": LINE},
    {
        "count": WHOLE,
        "volatile": FLAG,
        "before": NAME,
        "if_missing": _words(("explain", "optional", "block"), "explain, optional or block"),
        "class": _words(EXHIBIT_CLASSES, "a class"),
        "visible_if": CONDITION,
    },
)
LETTER = Record(
    "a letter",
    {"template": HYPHEN_ID},
    {"channel": DOTTED_ID, "optional": FLAG, "once_per": _words(("decision",), "decision"), "visible_if": CONDITION},
)
WAIT = Record("a wait", {"for": NAME}, {"remind": Many(LENGTH, "a list of lengths"), "since": NAME})
SILENCE = Record("an outcome", {"after": LENGTH, "go": NAME})
SCHEDULE = Record("a schedule", {"rule": DOTTED_ID, "anchor": NAME})
ALSO = Record("a step to open", {"go": NAME}, {"when": CONDITION})
BRANCH = Record("a branch", {}, {"when": CONDITION, "go": NAME, "otherwise": NAME})
STEP = Record(
    "a step",
    {"id": ID, "title": TITLE},
    {
        "say": PROSE,
        "tell": PROSE,
        "for_each": NAME,
        "visible_if": CONDITION,
        "hidden_because": LINE,
        "gate": Many(ID, "a list of gates", lone=True),
        "race": FLAG,
        "ask": Many(NAME, "a list of facts"),
        "do": Many(ITEM, "a checklist"),
        "evidence": Many(EVIDENCE, "a list of evidence"),
        "letter": Many(LETTER, "a letter", lone=True),
        "wait": WAIT,
        "outcomes": Table(
            ID, Either("a step", scalar=NAME, mapping=SILENCE), "a mapping of what the other side did to a step"
        ),
        "schedule": Many(SCHEDULE, "a schedule", lone=True),
        "also": Either(
            "a step or a list of steps",
            scalar=NAME,
            mapping=ALSO,
            sequence=Many(Either("a step", scalar=NAME, mapping=ALSO), "a list of steps"),
        ),
        "next": Either("a step or a list of branches", scalar=NAME, sequence=Many(BRANCH, "branches", least=1)),
        "end": _words(ENDINGS, "an ending"),
    },
)
WATCH = Record("a watch", {"when": CONDITION, "open": NAME})
DEADLINE = Record(
    "a deadline",
    {"id": ID, "rule": DOTTED_ID, "title": TITLE, "anchor": NAME},
    {
        "for_each": NAME,
        "when": CONDITION,
        "screen_date": NAME,
        "done_if": CONDITION,
        "done_note": LINE,
        "note": LINE,
    },
)

# --- files ----------------------------------------------------------------------------------------------------------

_PARTS: dict[str, Shape] = {
    "facts": Table(ID, FACT, "a mapping of facts"),
    "gates": Table(ID, GATE, "a mapping of gates"),
    "steps": Many(STEP, "a list of steps"),
    "deadlines": Many(DEADLINE, "a list of deadlines"),
    "watch": Many(WATCH, "a list of watches"),
}
INCLUDE = Record(
    "an include",
    {"use": PATH_ID},
    {"then": Either("a step", scalar=NAME, mapping=Table(ID, NAME, "a mapping of exits to steps"))},
)
PLAYBOOK = Record(
    "a playbook",
    {
        "playbook": HYPHEN_ID,
        "version": VERSION,
        "reviewed": DAY,
        "valid_until": DAY,
        "title": TITLE,
        "summary": PROSE,
        "first_aid": Record("a first-aid card", {"title": TITLE, "lines": Many(LINE, "a list of lines", least=1)}),
        "triage": Record(
            "a triage entry",
            {"says": LINE},
            {
                "platforms": Many(KIND, "a list of platforms"),
                "incidents": Many(KIND, "a list of incidents"),
                "when": CONDITION,
                "rank": WHOLE,
            },
        ),
        "start": NAME,
        "steps": Many(STEP, "a list of steps", least=1),
    },
    {
        "authors": Many(LINE, "a list of names"),
        "revoked": LINE,
        "derived_from": Record(
            "what it was adapted from", {"playbook": HYPHEN_ID, "version": VERSION}, {"sha256": SHA256}
        ),
        "include": Table(ID, INCLUDE, "a mapping of includes"),
        **{key: shape for key, shape in _PARTS.items() if key != "steps"},
    },
)
GROUP = Record(
    "a group",
    {
        "group": ID,
        "title": TITLE,
        "version": VERSION,
        "reviewed": DAY,
        "entry": ID,
        "steps": Many(STEP, "a list of steps", least=1),
    },
    {
        "exits": Many(ID, "a list of exits", least=1),
        "uses": Many(ID, "a list of groups"),
        "about": _words(("case", "account"), "case or account"),
        "authors": Many(LINE, "a list of authors"),
        **{key: shape for key, shape in _PARTS.items() if key != "steps"},
    },
)

# --- the registry ---------------------------------------------------------------------------------------------------

_PROVENANCE: dict[str, Shape] = {
    "sources": Many(LINE, "a list of sources", least=1),
    "checked_on": DAY,
    "certainty": _words(tuple(Certainty), "A, B, C or D"),
    "review_by": DAY,
}
CHANNEL = Record(
    "a channel",
    {"title": TITLE, "to": LINE, "medium": _words(("form", "mail", "in-app", "post"), "a medium"), **_PROVENANCE},
    {
        "url": MODULE_URL,
        "language": LANGUAGE,
        "asks_for": Many(LINE, "a list"),
        "preconditions": Many(LINE, "a list"),
        "max_chars": WHOLE,
        "typical_wait": LINE,
        "note": PROSE,
        "organisation": DOTTED_ID,
    },
)
RULE = Record(
    "a rule",
    {"title": TITLE, "starts": LINE, "lengths": Many(LENGTH, "a list of lengths"), "who": LINE, **_PROVENANCE},
    {"calendar": _words(("plain", "eu"), "plain or eu"), "extendable_to": LENGTH, "note": PROSE},
)
CLAUSE = Record("a clause", {"platform": LINE, "where": LINE, "gist": PROSE, **_PROVENANCE})
ORGANISATION_KINDS = (
    "helpline",
    "network",
    "partner-programme",
    "trusted-flagger",
    "out-of-court-body",
    "coordinator",
    "mandated-body",
    "oversight",
    "authority",
    "operator",
    "store",
    "media-defence",
    "notary",
)
ORGANISATION = Record(
    "an organisation",
    {
        "title": TITLE,
        "kind": _words(ORGANISATION_KINDS, "a kind of organisation"),
        "does": PROSE,
        "not_for": PROSE,
        "who": LINE,
        **_PROVENANCE,
    },
    {
        "typical_wait": LINE,
        "languages": Many(LANGUAGE, "a list of languages"),
        "contact": LINE,
        "note": PROSE,
    },
)
KIND_OR_NEED = Scalar(
    "a kind or evidence id",
    matching(r"[a-z][a-z0-9_-]*", "E024", "is no kind or evidence id", "such as receipt, security_mails"),
    most=60,
)
WEIGHTS = ("strong", "good", "some", "little", "none")
"""What a kind of proof counts with those who review a case, the strongest first."""
CONTROL = Record(
    "a proof of control",
    {
        "title": TITLE,
        "platforms": Many(KIND, "a list of platforms", least=1),
        "shown_by": Many(KIND_OR_NEED, "kinds of exhibits, or evidence ids", least=1),
        "weight": _words(WEIGHTS, "a weight"),
        "why": PROSE,
        "get": PROSE,
        **_PROVENANCE,
    },
    {"note": PROSE},
)
FACT_KINDS = ("channel", "rule", "clause", "organisation", "control")
TEST_RESULTS = ("works", "asked", "moved", "gone")
TESTED = Record(
    "a test",
    {
        "what": _words(FACT_KINDS, "a kind of fact"),
        "id": DOTTED_ID,
        "on": DAY,
        "result": _words(TEST_RESULTS, "a result"),
    },
    {"asked": Many(LINE, "a list of what was asked for", lone=True), "note": PROSE},
)
DOMAIN = Scalar(
    "a domain",
    matching(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", "E032", "is not a domain", "facebook.com"),
    most=200,
)
REGISTRY = Record(
    "a facts file",
    {},
    {
        "channels": Table(DOTTED_ID, CHANNEL, "a mapping of channels"),
        "rules": Table(DOTTED_ID, RULE, "a mapping of rules"),
        "clauses": Table(DOTTED_ID, CLAUSE, "a mapping of clauses"),
        "organisations": Table(DOTTED_ID, ORGANISATION, "a mapping of organisations"),
        "controls": Table(DOTTED_ID, CONTROL, "a mapping of proofs of control"),
        "domains": Table(DOMAIN, LINE, "a mapping of domains"),
        "tested": Many(TESTED, "a list of tests"),
        "authors": Many(LINE, "a list of authors"),
    },
)

ANY = Anything()
