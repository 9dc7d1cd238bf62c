"""Proof of control: what the client has, ranked by what reviewers are known to give for it, and what lacks.

What a kind of proof counts for stands in the registry (`controls`), each with source and certainty, because platforms
publish little of it. One rule is not data: a copy of an identity document never counts, whatever a row says. Thieves
file them too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from recover.frozen import frozen
from recover.packet import tree as t
from recover.packet.document import Document
from recover.packet.interface import PacketPlan, Source
from recover.packet.letters.slots import exhibit_order
from recover.packet.readers.profiles import load_profiles
from recover.packet.readers.view import View, matches
from recover.packet.words.phrases import phrase
from recover.playbook.grammar import WEIGHTS
from recover.playbook.model import Control

PARTNER = "partner"
NEVER = "none"
ID_COPY = "id-copy"
NAMES = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "whatsapp": "WhatsApp",
    "google": "Google",
    "youtube": "YouTube",
    "x": "X",
    "tiktok": "TikTok",
    "telegram": "Telegram",
}
"""Platforms whose reviewers something is known of, by id."""
_HOSTS = {
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "instagram.com": "instagram",
    "wa.me": "whatsapp",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "x.com": "x",
    "twitter.com": "x",
    "tiktok.com": "tiktok",
    "t.me": "telegram",
}


@frozen
class Held:
    """A proof that is there, with the exhibits that are it."""

    control: Control
    exhibits: tuple[str, ...]


@frozen
class Standing:
    """Where the proof of control of one platform's accounts stands; both lists begin with the strongest."""

    platform: str
    held: tuple[Held, ...]
    missing: tuple[Control, ...]
    never: tuple[str, ...] = ()
    """Exhibits that were taken for proofs and never count: copies of identity documents."""

    @property
    def best(self) -> Control | None:
        """Return the strongest proof there is."""
        return self.held[0].control if self.held else None

    @property
    def stronger(self) -> tuple[Control, ...]:
        """Return the missing proofs that count more than the best there is."""
        best = WEIGHTS.index(self.best.weight) if self.best else len(WEIGHTS)
        return tuple(each for each in self.missing if WEIGHTS.index(each.weight) < best)


def standing_of(view: View, platform: str, among: Collection[str] | None = None) -> Standing:
    """Rank what a reader may see of the exhibits by what a platform's reviewers give for it.

    An exhibit stands with the strongest kind of proof that it is, and with no other. `among` are the numbers of those
    that may be named, all without it; what the client has and is not named is not missing either.
    """
    known = (each for each in view.source.registry.controls if platform in each.platforms)
    rows = sorted((each for each in known if each.weight != NEVER and ID_COPY not in each.shown_by), key=_rank)
    ours = [each for each in view.exhibits.values() if not each.is_identity]
    shown = [each for each in ours if among is None or each.number in among]
    taken: set[str] = set()
    held, missing = [], []
    for row in rows:
        numbers = [each.number for each in shown if each.number not in taken and matches(each, row.shown_by)]
        taken.update(numbers)
        if numbers:
            held.append(Held(row, tuple(sorted(numbers, key=exhibit_order))))
        elif not any(matches(each, row.shown_by) for each in ours):
            missing.append(row)
    never = tuple(each.number for each in view.exhibits.values() if each.is_identity)
    return Standing(platform, tuple(held), tuple(missing), never)


def _rank(control: Control) -> tuple[int, str]:
    return WEIGHTS.index(control.weight), control.provenance.certainty.value


def platforms_of(view: View) -> tuple[str, ...]:
    """Return the platforms of the accounts that a case is about, that of the contested one first."""
    contested = view.value(view.meaning("contested-asset"))
    found = [_platform(contested)] if isinstance(contested, Mapping) else []
    for playbook in view.source.playbooks:
        known = [each for each in playbook.triage.platforms if each in NAMES]
        if not any(found) and len(known) == len(playbook.triage.platforms) and known:
            found += known[:1]
    for _, row in view.rows(view.meaning("asset-list")):
        if row.get("action") not in (None, "none"):
            found.append(_platform(row))
    return tuple(dict.fromkeys(each for each in found if each))


def _platform(asset: Any) -> str:
    kind = str(asset.get("kind") or asset.get("platform") or "")
    head = kind.partition("-")[0]
    if head in NAMES:
        return head
    host = (urlsplit(str(asset.get("url") or "")).hostname or "").removeprefix("www.")
    return next((name for known, name in _HOSTS.items() if host == known or host.endswith("." + known)), "")


# --- the sheet --------------------------------------------------------------------------------------------------------


def control_document(plan: PacketPlan, view: View) -> Document | None:
    """Return the sheet for a packet: for a platform what there is, for a partner or lawyer what lacks as well.

    The account holder, the press and the police get none, and a platform or partner only beside a letter.
    """
    if plan.profile not in ("platform", PARTNER, "lawyer") or (plan.profile != "lawyer" and not plan.letters):
        return None
    is_open = plan.profile != "platform"
    platforms = (*_of_company(plan, view), *((PARTNER,) if is_open else ()))
    # A packet holds the exhibits that its letters and events cite; a sheet that names others would point to nothing.
    among = frozenset(each.number for each in plan.exhibits)
    blocks = control_tree([standing_of(view, each, among) for each in platforms], view, is_open=is_open)
    if not blocks:
        return None
    return Document(
        stem="proof-of-control",
        kind="sheet",
        title=phrase("ownership-title"),
        language="en",
        blocks=blocks,
        head=_account(view, platforms),
        lead=(phrase("ownership-lead-open" if is_open else "ownership-lead"),),
        reference=plan.source.state.name,
        is_practice=plan.source.practice,
    )


def _account(view: View, platforms: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the line that says which account is meant; none where it is on another company's platform."""
    contested = view.value(view.meaning("contested-asset"))
    if not isinstance(contested, Mapping) or _platform(contested) not in platforms:
        return ()
    known = [str(contested.get(member) or "") for member in ("name", "handle", "platform_id")]
    return ((phrase("ownership-account"), view.own_words(", ".join(filter(None, known)))),)


def _of_company(plan: PacketPlan, view: View) -> tuple[str, ...]:
    """Return the platforms that the reader's company runs; one company's packet tells nothing of another's accounts."""
    found = platforms_of(view)
    if not plan.platform:
        return found
    company = load_profiles(plan.source.templates).platform(plan.platform)
    heads = {kind.partition("-")[0] for kind in company.kinds}
    return tuple(each for each in found if each in heads)


def control_tree(standings: Sequence[Standing], view: View, *, is_open: bool) -> t.Tree:
    """Write where the proof stands; `is_open` adds what each counts for, what lacks, and where that is known from."""
    blocks: list[t.Block] = []
    for each in standings:
        blocks += _platform_blocks(each, view, is_open=is_open)
    if blocks and is_open:
        used = [row for each in standings for row in (*(held.control for held in each.held), *each.missing)]
        blocks += [_heading(phrase("ownership-sources")), _items(_sources(dict.fromkeys(used)))]
    if blocks:
        blocks.append(_paragraph(phrase("ownership-never" if is_open else "ownership-no-copy")))
    return tuple(blocks)


def _platform_blocks(standing: Standing, view: View, *, is_open: bool) -> list[t.Block]:
    if not standing.held and not (is_open and standing.missing):
        return []
    title = phrase("ownership-partner") if standing.platform == PARTNER else NAMES[standing.platform]
    blocks: list[t.Block] = [_heading(title)]
    header = [
        phrase("ownership-proof"),
        *([phrase("ownership-weight")] if is_open else []),
        phrase("ownership-exhibits"),
    ]
    rows = [
        [held.control.title, *([weight_words(held.control)] if is_open else []), _exhibits(held.exhibits, view)]
        for held in standing.held
    ]
    blocks.append(_table(header, rows) if rows else _paragraph(phrase("ownership-nothing")))
    if is_open and standing.missing:
        blocks.append(t.Heading(3, (t.Text(phrase("ownership-missing")),)))
        lacks = [[row.title, weight_words(row), row.get] for row in standing.missing]
        blocks.append(_table([phrase("ownership-proof"), phrase("ownership-weight"), phrase("ownership-where")], lacks))
    return blocks


def weight_words(control: Control) -> str:
    """Say what a proof counts for and how sure that is: `good (D)`."""
    return f"{phrase(f'weight-{control.weight}')} ({control.provenance.certainty.value})"


def _exhibits(numbers: Sequence[str], view: View) -> str:
    return "; ".join(f"{number} {view.words(view.exhibits[number].body.title)}" for number in numbers)


def _sources(rows: Iterable[Control]) -> list[str]:
    """Return each source once, with the kinds of proof that rest on it and the day they were looked at."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = "; ".join(row.provenance.sources), row.provenance.certainty.value, row.provenance.checked_on
        found.setdefault(key, []).append(row.title)
    return [
        phrase("ownership-source", certainty=certainty, source=source, checked_on=day, proofs="; ".join(titles))
        for (source, certainty, day), titles in sorted(found.items(), key=lambda item: (item[0][1], item[0]))
    ]


def helper_view(source: Source) -> View:
    """Return the helper's own view of a case, for the screen; it is never written to a packet."""
    return View(source, load_profiles(source.templates), None)


def helper_standings(source: Source) -> tuple[Standing, ...]:
    """Return where proof of control stands for each platform of a case and for organisations that carry it."""
    view = helper_view(source)
    return tuple(standing_of(view, each) for each in (*platforms_of(view), PARTNER))


def _heading(text: str) -> t.Heading:
    return t.Heading(2, (t.Text(text),))


def _paragraph(text: str) -> t.Paragraph:
    return t.Paragraph((t.Text(text),))


def _items(lines: Iterable[str]) -> t.Items:
    return t.Items(False, tuple((_paragraph(line),) for line in lines))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> t.Table:
    return t.Table(
        tuple((t.Text(cell),) for cell in header), tuple(tuple((t.Text(cell),) for cell in row) for row in rows)
    )
