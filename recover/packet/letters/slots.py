"""Slots and claims to values: what each declared name of a letter holds in this case, for this reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from recover import times
from recover.case.state import Exhibit
from recover.frozen import frozen
from recover.packet.letters.fill import claim_of
from recover.packet.letters.front_matter import Claim, LetterTemplate, Slot
from recover.packet.letters.values import Cell, Moment, Row, Rows, Value, Words, cell_of, row_of
from recover.packet.readers.view import Event, View
from recover.packet.words.phrases import phrase
from recover.packet.words.titles import said_title
from recover.playbook.expressions import evaluate
from recover.playbook.model import Channel, Fact, FactType
from recover.playbook.values import members_of

RECORDS = (FactType.PERSON, FactType.ASSET)


@frozen
class Lack:
    """Something a letter cannot do without. `kind` is missing (an answer), rows, new-fact or exhibit."""

    kind: str
    message: str
    hint: str = ""


@dataclass(slots=True)
class Names:
    """Every declared name with its value, and what is lacking."""

    values: dict[str, Value | None] = field(default_factory=dict)
    lacks: list[Lack] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)


def resolve(template: LetterTemplate, view: View, channel: Channel | None, attachments: tuple[str, ...]) -> Names:
    """Give every name of a letter its value, and list all that is lacking at once."""
    names = Names()
    for needed in template.needs:
        _check_need(needed, view, names)
    for slot in template.slots:
        names.values[slot.name] = _slot_value(slot, view, template, names)
    names.values["claim"] = _claims(template, view, names)
    names.values["attachments"] = Rows(tuple(_exhibit_row(number, view) for number in attachments))
    names.values["holder"] = _holder(view, template.language)
    names.values["sender"] = Row(_some(statement=phrase("statement-sender", template.language)))
    names.values["case"] = Row({"name": _text(view.source.state.name), **_some(zone=view.zone)})
    names.values["channel"] = Row(
        {} if channel is None else _some(title=view.words(channel.title), url=view.words(channel.url))
    )
    return names


def _text(text: str) -> Words:
    return Words(text, text)


def _some(**texts: str) -> dict[str, Cell]:
    return {name: _text(text) for name, text in texts.items() if text}


def holder_name(view: View, language: str) -> str:
    """Return the account holder's name with its other spelling where one is known: `Nərmin Əhmədli (N. Ahmadli)`."""
    if view.value(view.meaning("client-name")) is None:
        return ""
    name, *others = view.holder_names or ("",)
    return phrase("alias", language, name=name, alias=others[0]) if others else name


def _holder(view: View, language: str) -> Row:
    name = holder_name(view, language)
    contact = view.value(view.meaning("safe-contact"))
    return Row(
        _some(
            name=view.words(name),
            contact=view.words(str(contact or "")),
            statement=phrase("statement-rest", language),
        )
    )


# --- needs ----------------------------------------------------------------------------------------------------------


def split_fact(name: str, facts: Mapping[str, Fact]) -> tuple[str, str]:
    """Split `group.fact.member` into the fact and its member; the member is empty for a whole fact."""
    if name in facts:
        return name, ""
    fact, _, member = name.rpartition(".")
    return fact, member


def _check_need(needed: str, view: View, names: Names) -> None:
    fact_id, member = split_fact(needed, view.facts)
    fact = view.facts.get(fact_id)
    if fact is None:
        names.lacks.append(Lack("missing", f"the playbook has no question {needed}"))
        return
    record = view.source.state.fact(fact_id)
    if record is not None and record.status == "conflict":
        told = f"two helpers recorded different answers: {fact.ask}"
        names.lacks.append(Lack("missing", told, f"recover answer CASE {fact_id}"))
        return
    value = view.value(fact_id)
    is_there = bool(value) if fact.type is FactType.LIST else value is not None
    if not is_there or (member and not (isinstance(value, Mapping) and value.get(member))):
        names.lacks.append(missing(fact, member))


def missing(fact: Fact, member: str = "") -> Lack:
    """Say which question must be answered first."""
    what = f"{fact.id}.{member}" if member else fact.id
    asked = f"{fact.ask} ({member.replace('_', ' ')})" if member else fact.ask
    return Lack("missing", f"not answered: {asked}", f"recover answer CASE {what}")


# --- slots ----------------------------------------------------------------------------------------------------------


def _slot_value(slot: Slot, view: View, template: LetterTemplate, names: Names) -> Value | None:
    if slot.source == "fact":
        return _fact_value(slot.of[0], view)
    if slot.source == "clause":
        clause = next((each for each in view.source.registry.clauses if each.id == slot.of[0]), None)
        return None if clause is None else Row(_some(where=view.words(clause.where), gist=view.words(clause.gist)))
    rows = _rows(slot, view, template)
    _check_rows(slot, rows, view, names)
    if slot.is_single:
        return (rows[0] if slot.pick == "first" else rows[-1]) if rows else None
    if slot.most is not None:
        rows = rows[-slot.most :] if slot.pick == "last" else rows[: slot.most]
    return Rows(tuple(rows))


def _fact_value(name: str, view: View) -> Value | None:
    value, fact = view.value(name), view.said_facts.get(name)
    if fact is None or value is None or fact.type in (FactType.LIST, FactType.EXHIBIT):
        return None
    if fact.type in RECORDS:
        return row_of(members_of(fact.type), value, view.own_words) if isinstance(value, Mapping) else None
    return cell_of(fact, value, view.own_words)


def _rows(slot: Slot, view: View, template: LetterTemplate) -> list[Row]:
    if slot.source == "list":
        return _list_rows(slot, view)
    if slot.source in ("events", "new"):
        return [_event_row(event, view, template) for event in events_of(slot, view)]
    if slot.source == "sent":
        return _sent_rows(slot, view)
    if slot.source == "exhibits":
        return [_exhibit_row(each.number, view) for each in view.exhibits_of(slot.of)]
    if slot.source == "due":
        return _due_rows(slot, view)
    return _incident_rows(view, template)


def _list_rows(slot: Slot, view: View) -> list[Row]:
    fact = view.facts.get(slot.of[0])
    if fact is None:
        return []
    chosen = [
        (element, row)
        for element, row in view.rows(fact.id)
        if slot.where is None or evaluate(slot.where, view.lookup(fact.id, element)) is True
    ]
    said = view.said_facts[fact.id]
    rows = [
        (element, row_of(_printable(said, view, row), row, view.own_words, str(row.get("name") or element)))
        for element, row in chosen
    ]
    return [replace(row, element=element) for element, row in rows]


def _printable(fact: Fact, view: View, row: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Leave out a column that names an exhibit which is not there, was withdrawn, or may not leave to this reader."""
    return tuple(
        column for column in fact.fields if column.type is not FactType.EXHIBIT or row.get(column.id) in view.citable
    )


def _check_rows(slot: Slot, rows: list[Row], view: View, names: Names) -> None:
    if len(rows) < slot.least:
        kind = "new-fact" if slot.source == "new" else "rows"
        what = (
            "there is no new fact since the last letter; sending the same again would be a duplicate"
            if slot.source == "new"
            else f"{slot.name} needs at least {slot.least} row{'' if slot.least == 1 else 's'}, there {_are(len(rows))}"
        )
        hint = f"recover answer CASE {slot.of[0]}" if slot.source == "list" else "recover event CASE"
        names.lacks.append(Lack(kind, what, hint))
    for row in rows:
        for column in slot.needs:
            if column not in row.cells:
                asked = _ask(view, slot.of[0], column)
                names.lacks.append(
                    Lack("missing", f"not answered for {row.title}: {asked}", f"recover answer CASE {slot.of[0]}")
                )


def _are(count: int) -> str:
    return f"{'is' if count == 1 else 'are'} {count or 'none'}"


def _ask(view: View, fact_id: str, column: str) -> str:
    fact = view.facts.get(fact_id)
    return next((each.ask for each in fact.fields if each.id == column), column) if fact else column


def events_of(slot: Slot, view: View) -> list[Event]:
    """Return the events of a slot that takes events, in order."""
    found = [event for event in view.events if "context" not in event.marks]
    if slot.source == "new":
        found = [event for event in found if view.is_new(event)]
    elif "all" not in slot.of:
        found = [event for event in found if set(slot.of) & set(event.marks)]
    first, last = (_moment(name, view) for name in slot.period)
    return [
        event
        for event in found
        if (not slot.stances or event.stance in slot.stances) and _lies_between(event.when, first, last)
    ]


def _moment(name: str, view: View) -> times.When | None:
    value = view.value(name) if name else None
    return times.read_when(value, view.zone) if isinstance(value, str) else None


def _lies_between(when: times.When, first: times.When | None, last: times.When | None) -> bool:
    """Say whether a moment may lie between two others; what is not dated is never dropped."""
    if when.earliest is None or when.latest is None:
        return True
    is_too_early = first is not None and first.earliest is not None and when.latest < first.earliest
    is_too_late = last is not None and last.latest is not None and when.earliest > last.latest
    return not (is_too_early or is_too_late)


def _event_row(event: Event, view: View, template: LetterTemplate) -> Row:
    cells: dict[str, Cell] = {"when": Moment(event.when), **_some(text=event.text, source=event.source)}
    return Row({**cells, "basis": _text(basis(event, template.language))}, event.text[:40])


def basis(event: Event, language: str) -> str:
    """Write what an event rests on: its exhibits in brackets, or whose statement it is.

    What somebody claims or denies says so beside its exhibits as well: they show that it was said, not that it is so.
    What was entered as documented and has no exhibit is a statement: nothing here documents it.
    """
    stance = "holder" if event.stance == "documented" and event.is_bare else event.stance
    is_known = bool(event.by) or stance not in ("claimed-by", "denied-by")
    whose = f"({phrase(f'stance-{stance}', language, by=event.by) if is_known else event.source or event.stance})"
    if not event.exhibits:
        return whose
    cited = cite(event.exhibits, language)
    return f"{whose} {cited}" if event.stance in ("claimed-by", "denied-by") else cited


def _sent_rows(slot: Slot, view: View) -> list[Row]:
    rows = []
    for one in view.sent:
        body = one.body
        if ("all" in slot.of or body.letter in slot.of) and (body.reference or not slot.only_references):
            cells: dict[str, Cell] = {
                "at": Moment(times.read_when(body.at, view.zone)),
                **_some(
                    letter=body.letter,
                    title=view.letter_title(body.letter),
                    channel=view.channel_title(body.channel),
                    reference=view.words(body.reference),
                ),
            }
            rows.append(Row(cells, f"{body.letter} of {body.at}"))
    return rows


def _exhibit_row(number: str, view: View) -> Row:
    body = view.exhibits[number].body
    cells: dict[str, Cell] = _some(number=number, title=view.words(body.title), kind=body.kind)
    if body.captured_at:
        cells["captured_at"] = Moment(times.read_when(body.captured_at, view.zone))
    return Row(cells, number)


def _due_rows(slot: Slot, view: View) -> list[Row]:
    rows = []
    for item in view.due:
        if item.state not in ("open", "overdue", "file-now"):
            continue
        if "all" not in slot.of and item.source not in slot.of and item.rule not in slot.of:
            continue
        cells: dict[str, Cell] = _some(title=view.words(said_title(item, view)), why=view.words(item.why))
        for name, day in (("on", item.on), ("file_by", item.file_by)):
            if day is not None:
                cells[name] = Moment(times.read_when(day.isoformat()))
        rows.append(Row(cells, item.title))
    return rows


def _incident_rows(view: View, template: LetterTemplate) -> list[Row]:
    """Pair each loss with the first restoration after it; another loss in between is the same incident."""
    rows: list[Row] = []
    for event in view.events:
        if "loss" in event.marks and (not rows or "restored_at" in rows[-1].cells):
            number = len(rows) + 1
            cells: dict[str, Cell] = {
                "number": Words(str(number), number),
                "lost_at": Moment(event.when),
                "basis": _text(basis(event, template.language)),
            }
            rows.append(Row(cells, f"incident {number}"))
        elif "restored" in event.marks and rows and "restored_at" not in rows[-1].cells:
            rows[-1] = Row({**rows[-1].cells, "restored_at": Moment(event.when)}, rows[-1].title)
    return rows


# --- claims ---------------------------------------------------------------------------------------------------------


def _claims(template: LetterTemplate, view: View, names: Names) -> Row:
    cells: dict[str, Cell] = {}
    about = elements_of(template, view)
    for claim in template.claims:
        exhibits = exhibits_about(about, view, claim.exhibits)
        numbers = tuple(each.number for each in exhibits)
        if numbers:
            names.cited.update(numbers)
            cells[claim.name] = _text(cite(numbers, template.language))
            cells |= _row_claims(claim, exhibits, about, template)
        else:
            _without_exhibit(claim, template, names, cells)
    return Row(cells)


def _row_claims(
    claim: Claim, exhibits: tuple[Exhibit, ...], about: Elements, template: LetterTemplate
) -> dict[str, Cell]:
    """Return what a claim prints beside each row of a list, where some exhibit shows a row of that list only."""
    cells: dict[str, Cell] = {}
    bound = {element for each in exhibits for element in _bound_to(each)}
    otherwise = "" if claim.otherwise == "omit" else f"({phrase('stance-holder', template.language)})"
    for chosen, known in about.values():
        for element in chosen if bound & known else ():
            own = tuple(each.number for each in exhibits if not _bound_to(each) or element in _bound_to(each))
            cells[claim_of(claim.name, element)] = _text(cite(own, template.language) if own else otherwise)
    return cells


Elements = Mapping[str, tuple[frozenset[str], frozenset[str]]]
"""List fact → the keys of the rows that a letter prints, and of all its rows."""


def elements_of(template: LetterTemplate, view: View) -> Elements:
    """Return which rows of which lists a letter is about."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for slot in template.slots:
        if slot.source == "list":
            chosen = frozenset(row.element for row in _list_rows(slot, view))
            before, _ = found.get(slot.of[0], (frozenset[str](), frozenset[str]()))
            found[slot.of[0]] = (before | chosen, frozenset(view.source.state.rows(slot.of[0])))
    return found


def exhibits_about(about: Elements, view: View, names: tuple[str, ...]) -> tuple[Exhibit, ...]:
    """Return exhibits as `View.exhibits_of` does, but for those that show only rows which a letter leaves out."""
    return tuple(each for each in view.exhibits_of(names) if _is_about(each, about))


def _is_about(exhibit: Exhibit, about: Elements) -> bool:
    elements = _bound_to(exhibit)
    lists = [(chosen, known) for chosen, known in about.values() if elements & known]
    return not lists or any(elements & chosen for chosen, _ in lists)


def _bound_to(exhibit: Exhibit) -> frozenset[str]:
    """Return the rows an exhibit was asked for: `fake[100…].fake_page`."""
    return frozenset(need.partition("[")[2].partition("]")[0] for need in exhibit.fulfils if "[" in need)


def _without_exhibit(claim: Claim, template: LetterTemplate, names: Names, cells: dict[str, Cell]) -> None:
    if claim.otherwise == "holder":
        cells[claim.name] = _text(f"({phrase('stance-holder', template.language)})")
    elif claim.otherwise == "block":
        wanted = " or ".join(claim.exhibits)
        names.lacks.append(
            Lack("exhibit", f"no exhibit supports {claim.name}: {wanted}", "recover evidence add CASE FILE")
        )


def cite(numbers: tuple[str, ...], language: str = "en") -> str:
    """Write exhibit numbers in brackets, runs of three and more shortened: `[E02 to E07, E11]`."""
    runs: list[list[str]] = []
    for number in sorted(set(numbers), key=exhibit_order):
        if runs and _follows(runs[-1][-1], number):
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [phrase("from-to", language, start=run[0], end=run[-1]) if len(run) > 2 else ", ".join(run) for run in runs]
    return f"[{', '.join(parts)}]"


def exhibit_order(number: str) -> tuple[str, int, str]:
    """Order exhibit numbers: the founding log's first, then by device suffix, each by number."""
    head, _, suffix = number.partition("-")
    digits = head.lstrip("E")
    return (suffix, int(digits) if digits.isascii() and digits.isdigit() else 0, number)


def _follows(first: str, second: str) -> bool:
    a, b = exhibit_order(first), exhibit_order(second)
    return a[0] == b[0] and b[1] == a[1] + 1


def facts_printed(template: LetterTemplate, view: View) -> list[tuple[str, Any]]:
    """Return the facts that a letter's slots take, as (fact id, canonical value)."""
    found: dict[str, Any] = {}
    for slot in template.slots:
        if slot.source in ("fact", "list") and (value := view.value(slot.of[0])):
            found[slot.of[0]] = value
    for means in ("client-name", "safe-contact"):
        if value := view.value(view.meaning(means)):
            found[view.meaning(means)] = value
    return list(found.items())
