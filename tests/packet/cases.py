"""An invented case for the tests of letters and packets, made of real entries folded by the real fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from recover.case import entries as e
from recover.case.state import fold
from recover.case.survey import DueItem, GateState, LetterState, Survey
from recover.packet.interface import Sink, Source
from recover.playbook.model import (
    Certainty,
    Channel,
    Choice,
    Clause,
    Expression,
    Fact,
    FactType,
    FirstAid,
    LetterUse,
    Playbook,
    Provenance,
    Registry,
    Sensitivity,
    Triage,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
AS_OF = datetime(2026, 10, 13, 8, 0, tzinfo=UTC)
PAGE = {
    "kind": "facebook-page",
    "name": "Qonşu Səsləri",
    "url": "https://www.facebook.com/100064000000101",
    "platform_id": "100064000000101",
}
CONSENT = (Choice("written", "Yes, in writing"), Choice("spoken", "Yes, spoken"), Choice("no", "No"))
ACTIONS = (Choice("none", "Nothing so far"), Choice("suspended", "Suspended"), Choice("unpublished", "Unpublished"))
ROLES = (Choice("holder", "The holder"), Choice("admin", "Admin"))
PROVENANCE = Provenance(("own text",), "2026-08-18", Certainty.A, "2027-02-18")


def facts() -> tuple[Fact, ...]:
    """Return the questions of the test playbook."""
    t = FactType
    return (
        Fact("intake.client_name", t.TEXT, "What name should stand under the letters?", means="client-name"),
        Fact("intake.safe_contact", t.TEXT, "How can we reach you?", means="safe-contact"),
        Fact(
            "intake.consent_platform",
            t.CHOICE,
            "May we write to the platform?",
            choices=CONSENT,
            means="consent-platform",
        ),
        Fact("intake.consent_partner", t.CHOICE, "May a partner know?", choices=CONSENT, means="consent-partner"),
        Fact("intake.consent_lawyer", t.CHOICE, "May a lawyer see the case?", choices=CONSENT),
        Fact("intake.eu", t.YES_NO, "In the EU?"),
        Fact("intake.id_number", t.TEXT, "For helpers only", sensitivity=Sensitivity.SECRET_TO_US),
        Fact("page.page", t.ASSET, "Which Page was taken?", needs=("name", "platform_id"), means="contested-asset"),
        Fact("page.lost_at", t.INSTANT, "When did you lose it?", partial=True),
        Fact("page.since", t.PARTIAL_DATE, "Since when?"),
        Fact("page.changes", t.TEXT, "What did the taker change?"),
        Fact(
            "page.proofs",
            t.MANY,
            "What proofs?",
            choices=(Choice("a", "old receipts"), Choice("b", "mails"), Choice("c", "a notary")),
        ),
        Fact("page.hidden", t.TEXT, "Hidden", visible_if=Expression("intake.eu == true")),
        Fact("page.fee", t.MONEY, "What did it cost?"),
        Fact(
            "assets.all",
            t.LIST,
            "What belongs together?",
            key="platform_id",
            means="asset-list",
            fields=(
                Fact("platform_id", t.PLATFORM_ID, "Its number"),
                Fact("name", t.TEXT, "Its name"),
                Fact("action", t.CHOICE, "What happened?", choices=ACTIONS),
                Fact("action_at", t.INSTANT, "When?", partial=True),
                Fact("proof", t.EXHIBIT, "Which exhibit shows it?"),
            ),
        ),
        Fact(
            "assets.admins",
            t.LIST,
            "Who could manage the Page?",
            key="platform_id",
            fields=(
                Fact("platform_id", t.PLATFORM_ID, "The number of the profile"),
                Fact("name", t.TEXT, "Name"),
                Fact("role", t.CHOICE, "Role", choices=ROLES),
            ),
        ),
    )


def playbook() -> Playbook:
    """Return a playbook with these questions and no steps."""
    return Playbook(
        id="test-page", version="1.0.0", title="Test", summary="", reviewed="2026-11-23", valid_until="2027-05-31",
        first_aid=FirstAid("", ()), triage=Triage(""), start="", facts=facts(), gates=(), steps=(),
    )  # fmt: skip


REGISTRY = Registry(
    channels=(
        Channel(
            "meta.form", "The form for hacked Pages", "Meta", "form", PROVENANCE, "https://www.facebook.com/hacked"
        ),
    ),
    rules=(),
    clauses=(Clause("meta.abuse", "facebook", "Terms of service 3.2", "No groundless reports", PROVENANCE),),
)

ANSWERS: Mapping[str, object] = {
    "intake.client_name": "Nərmin Əhmədli",
    "intake.safe_contact": "qonsu@example.org",
    "intake.consent_platform": "written",
    "intake.consent_partner": "spoken",
    "intake.consent_lawyer": "written",
    "intake.eu": False,
    "intake.id_number": "AZE04417290",
    "page.page": PAGE,
    "page.lost_at": "2026-10-05T21:40+04:00[Asia/Baku]",
    "page.changes": "all admins removed",
    "page.proofs": ["a", "b", "c"],
    "page.hidden": "never counts",
}
ASSETS = (
    {"platform_id": "100064000000101", "name": "Qonşu Səsləri", "action": "none"},
    {"platform_id": "100064000000102", "name": "Foto", "action": "unpublished", "action_at": "2026-10-09"},
    {
        "platform_id": "100005000000201",
        "name": "Nərmin",
        "action": "suspended",
        "action_at": "2026-10-09T06:10+04:00[Asia/Baku]",
    },
)
ADMINS = (
    {"platform_id": "100005000000201", "name": "Nərmin Əhmədli", "role": "holder"},
    {"platform_id": "100005000000202", "name": "Rəşad Quliyev", "role": "admin"},
)
EVENTS = (
    e.EventRecorded(
        "2026-10-05T21:40+04:00[Asia/Baku]",
        "The holder was removed",
        "mail of the platform",
        "documented",
        exhibits=("E02",),
        marks=("loss",),
    ),
    e.EventRecorded("2017-03", "The Page was hijacked for the first time", "account holder", marks=("loss",)),
    e.EventRecorded(
        "2026-09-02T18:05+04:00[Asia/Baku]", "Access was restored", "mail", "documented", marks=("restored",)
    ),
    e.EventRecorded(
        "2025-10~",
        "Posts against Rəşad Quliyev, see http://evil.example/x",
        "web archive",
        "documented",
        marks=("attack",),
    ),
    e.EventRecorded("2026-09-16", "A login alert was not followed up", "helpline", "helpline", marks=("check", "gap")),
    e.EventRecorded("2017", "Elections", "press", "documented", marks=("context",)),
)


def exhibit(number: str, kind: str, title: str, **more: object) -> e.ExhibitAdded:
    """Return an exhibit; `class_` and `fulfils` may be given."""
    part = e.Part("0" * 64, "1" * 64)
    content = content_of(number)
    return e.ExhibitAdded(
        number=number, kind=kind, title=title, sensitivity_class=str(more.get("class_", "ordinary")),
        file=part, description=part, people=part, source=part, fulfils=tuple(more.get("fulfils", ())),  # type: ignore[arg-type]  # test shorthand
        file_sha256=sha256(content).hexdigest(), size_bytes=len(content), suffix=str(more.get("suffix", "png")),
    )  # fmt: skip


def content_of(number: str) -> bytes:
    """Return the bytes of a test exhibit."""
    return f"content of {number}".encode()


def copy(number: str, sink: Sink) -> None:
    """Stream the bytes of a test exhibit."""
    sink.write(content_of(number))


EXHIBITS = (
    exhibit("E01", "image", "Admin list of 2016", fulfils=("capture.admin_list",)),
    exhibit("E02", "mail", "Mail that says the holder was removed", fulfils=("capture.removal_mail",), suffix="eml"),
    exhibit("E03", "receipt", "Receipt 1", fulfils=("proof.receipts",), suffix="pdf"),
    exhibit("E04", "receipt", "Receipt 2", fulfils=("proof.receipts",), suffix="pdf"),
    exhibit("E05", "receipt", "Receipt 3", fulfils=("proof.receipts",), suffix="pdf"),
    exhibit("E06", "live-video", "Live video", class_="biometric", suffix="mp4"),
    exhibit("E07", "id-copy", "ID scan", class_="identity", suffix="jpg"),
    exhibit("E08", "image", "Private picture", class_="intimate", suffix="jpg"),
)
SENT = e.Sent("first-report", "form", "meta.form", "2026-08-12T10:20+04:00[Asia/Baku]", "FB-551201")


def bodies(
    answers: Mapping[str, object] = ANSWERS, events: Iterable[e.EventRecorded] = EVENTS, more: Iterable[object] = ()
) -> list[object]:
    """Return the bodies of the case, in the order they were recorded."""
    found: list[object] = [e.CaseOpened("amber-heron", "test-page", "Asia/Baku", "az")]
    found += [e.Answered(fact, "given", value) for fact, value in answers.items()]
    for row in ASSETS:
        found.append(e.Answered("assets.all", "given", row, element=row["platform_id"]))
    for row in ADMINS:
        found.append(e.Answered("assets.admins", "given", row, element=row["platform_id"]))
    return [*found, *EXHIBITS, *events, e.Noted("a note for helpers only"), SENT, *more]


def entries(found: Iterable[object]) -> list[e.Entry]:
    """Return bodies as entries of one log."""
    start = datetime(2026, 8, 10, 11, 0, tzinfo=UTC)
    return [
        e.Entry(str(n), "a" * 32, n, type(body).__name__, start + timedelta(minutes=n), "helper", body)
        for n, body in enumerate(found)
    ]


GATES = (
    GateState("safety", "The client can talk safely", "open", ("letters", "packets"), "harm", ""),
    GateState("vetting", "Ownership was vetted", "open", ("letters", "packets"), "thieves ask too", ""),
)
DUE = (
    DueItem(
        "u1@amber",
        "deadline",
        "Appeal the suspension",
        "open",
        on=date(2027, 4, 7),
        file_by=date(2027, 4, 7),
        why="180 days after 9 October 2026",
    ),
    DueItem("u2@amber", "check", "Weekly check", "missed", on=date(2026, 9, 23), why="21 days after 2 September 2026"),
    DueItem("u3@amber", "deadline", "Appeal the unpublished Page", "file-now", why="no date is known"),
)


def letter_state(name: str, *, offered: bool = True, channel: str = "meta.form") -> LetterState:
    """Return a letter as a reached step offers it."""
    return LetterState(name, "form", "form", "", LetterUse(name, channel), offered)


def source(
    *,
    letters: Mapping[str, str] | None = None,
    found: Iterable[object] | None = None,
    gates: tuple[GateState, ...] = GATES,
    due: tuple[DueItem, ...] = DUE,
    offered: Iterable[str] = ("test-letter",),
    practice: bool = False,
) -> Source:
    """Return the case; `letters` maps names to the text of English letters."""
    survey = Survey(
        as_of=AS_OF, zone="Asia/Baku", language="az", playbooks=(playbook(),), gates=gates, due=due,
        letters=tuple(letter_state(name) for name in offered),
    )  # fmt: skip
    templates = {f"packet/{path.name}": path.read_text("utf-8") for path in sorted((TEMPLATES / "packet").iterdir())}
    templates |= {f"letters/{name}.en.md": text for name, text in (letters or {"test-letter": LETTER}).items()}
    return Source(
        state=fold(entries(bodies() if found is None else found)), survey=survey, playbooks=(playbook(),),
        registry=REGISTRY, templates=templates, as_of=AS_OF, case_id="c" * 32, practice=practice,
    )  # fmt: skip


LETTER = """---
letter: test-letter
language: en
title: Statement on a hijacked Page
to: platform
gates: [vetting]
approval: true
needs: [intake.client_name, page.page.name, page.page.platform_id, page.lost_at, page.changes]
slots:
  page: {fact: page.page}
  lost_at: {fact: page.lost_at}
  changes: {fact: page.changes}
  blocked: {list: assets.all, where: item.action != 'none', needs: [platform_id, name, action, action_at], least: 2}
  tickets: {sent: all, references: true}
claims:
  removed: {exhibits: [removal_mail], else: holder}
  receipts: {exhibits: [receipts], else: omit}
attach: [removal_mail, admin_list]
---
**Page:** {{ page.name }}, ID {{ page.platform_id }}{% if page.url %}, {{ page.url }}{% endif %}

**Account holder:** {{ holder.name }}. **Safe contact:** {{ holder.contact }}

## What we ask

Please stop changes of admins on this Page and give it back.

## What happened

1. Control was lost on {{ lost_at }}, {{ lost_at | utc }} {{ claim.removed }}.
2. What was changed: {{ changes }} (statement of the account holder).
{% if claim.receipts %}
3. Receipts were kept {{ claim.receipts }}.
{% endif %}

| ID | Asset | Action | Time |
| --- | --- | --- | --- |
{% for row in blocked %}
| {{ row.platform_id }} | {{ row.name }} | {{ row.action }} | {{ row.action_at | short }} |
{% endfor %}

{% if tickets %}
Earlier reports:
{% for row in tickets %} {{ row.reference }} of {{ row.at | day }}{% if not loop.last %},{% endif %}{% endfor %}.
{% endif %}

{{ holder.statement }}
"""


def letter(body: str, front: str = "") -> str:
    """Return a letter file with this text and further front matter."""
    return f"---\nletter: test-letter\nlanguage: en\ntitle: A title\nto: platform\n{front}---\n{body}\n"


def without(answers: Mapping[str, object], *names: str) -> dict[str, object]:
    """Return answers without some."""
    return {name: value for name, value in answers.items() if name not in names}
