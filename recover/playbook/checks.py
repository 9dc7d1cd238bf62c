"""What only the whole shows: questions that are never asked, steps nobody reaches, loops without a wait, stale facts.

Each function looks at one thing and adds problems; `lint` runs them once a playbook could be assembled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from recover.errors import PlaybookError, UsageError
from recover.playbook import values
from recover.playbook.assemble import Assembly
from recover.playbook.conditions import chosen_values
from recover.playbook.graph import circles, reachable, traps
from recover.playbook.model import (
    Certainty,
    Channel,
    Clause,
    Control,
    Expression,
    Fact,
    FactType,
    Organisation,
    Playbook,
    Provenance,
    Registry,
    Rule,
    Sensitivity,
    Step,
)
from recover.playbook.patterns import read_pattern
from recover.playbook.problems import Place, Problems
from recover.playbook.syntax import ExpressionError, Name, names, read

_MOST_QUESTIONS = 8
"""A step with more questions is hard to follow for a tired person."""

_CHOICES = (FactType.CHOICE, FactType.MANY)
_BOUNDED = (FactType.TEXT, FactType.NUMBER, FactType.LIST)
_TYPED_IN = (FactType.TEXT, FactType.NUMBER, FactType.HANDLE, FactType.PLATFORM_ID)

_MEANING_TYPES: dict[str, tuple[FactType, ...]] = {
    "zone": (FactType.ZONE,),
    "interview-language": (FactType.LANGUAGE,),
    "asset-list": (FactType.LIST,),
    "contested-asset": (FactType.ASSET,),
    "eu-location": (FactType.YES_NO,),
    "account-link-secret": (FactType.YES_NO, FactType.CHOICE),
    "client-name": (FactType.TEXT, FactType.PERSON),
    "safe-contact": (FactType.TEXT, FactType.EMAIL, FactType.PHONE, FactType.HANDLE, FactType.PERSON),
    "consent-platform": (FactType.YES_NO, FactType.CHOICE),
    "consent-partner": (FactType.YES_NO, FactType.CHOICE),
    "consent-lawyer": (FactType.YES_NO, FactType.CHOICE),
    "consent-police": (FactType.YES_NO, FactType.CHOICE),
    "consent-press": (FactType.YES_NO, FactType.CHOICE),
    "mandate": (FactType.YES_NO, FactType.CHOICE),
}

_SECRET = re.compile(
    r"\b(pass ?words?|pass ?phrases?|pass ?codes?|pin( code| number)?|seed phrases?|"
    r"(one.time|verification|login|log.in|security|back.?up|recovery|confirmation|2fa|two.factor|sms|reset) codes?|"
    r"parol\w*|şifrə\w*|пароли?|парол[ьяюе]\w*|код(ы|а)? подтверждения)\b",
    re.IGNORECASE,
)
_SECRET_ID = re.compile(r"(?:^|_)(?:password|passphrase|passcode|otp|pin|seed_phrase|backup_code|login_code)(?:_|$)")


def check_facts(assembly: Assembly, problems: Problems) -> None:
    """Check each fact by itself: keys that fit its type, choices, bounds, patterns, defaults, meanings, no secrets."""
    meanings: dict[str, str] = {}
    for fact in assembly.playbook.facts:
        if ("fact", fact.id) not in assembly.places:
            continue
        _check_fact(fact, fact.id, assembly, problems)
        for column in fact.fields if fact.type is FactType.LIST else ():
            _check_fact(column, f"{fact.id}/{column.id}", assembly, problems)
        if fact.means:
            _check_meaning(fact, assembly.places["fact", f"{fact.id}:means"], meanings, problems)
    _check_visibility(assembly, problems)


def _check_fact(fact: Fact, name: str, assembly: Assembly, problems: Problems) -> None:
    for code, key, message, hint in (*_misplaced_keys(fact), *_missing_parts(fact), *_bounds(fact), *_words(fact)):
        place = assembly.places.get(("fact", f"{name}:{key}"), assembly.places["fact", name])
        problems.add(code, place, message, hint)


def _check_meaning(fact: Fact, place: Place, meanings: dict[str, str], problems: Problems) -> None:
    types = _MEANING_TYPES.get(fact.means)
    if types is not None and fact.type not in types:
        wanted = " or ".join(types)
        problems.add("E079", place, f"what means '{fact.means}' is a {wanted} question, not {fact.type}")
    if fact.means in meanings:
        problems.add("E077", place, f"two facts mean '{fact.means}'", f"the other is {meanings[fact.means]}")
    meanings[fact.means] = fact.id


_Faults = Iterable[tuple[str, str, str, str]]
"""Code, key of the fact at which it stands, message, hint."""


def _misplaced_keys(fact: Fact) -> _Faults:
    for key, is_there, types in (
        ("choices", bool(fact.choices), _CHOICES),
        ("fields", bool(fact.fields), (FactType.LIST, FactType.PERSON, FactType.ASSET)),
        ("key", bool(fact.key), (FactType.LIST,)),
        ("partial", fact.partial, (FactType.INSTANT,)),
        ("pattern", bool(fact.pattern), (FactType.TEXT,)),
        ("least", fact.least is not None, (FactType.TEXT, FactType.NUMBER)),
        ("most", fact.most is not None, _BOUNDED),
        ("needs", bool(fact.needs), (FactType.PERSON, FactType.ASSET)),
        ("people", fact.people is not None, (FactType.LIST,)),
    ):
        if is_there and fact.type not in types:
            yield "E070", key, f"a {fact.type} question has no `{key}`", f"`{key}` is for {', '.join(types)}"


def _missing_parts(fact: Fact) -> _Faults:
    if fact.type in _CHOICES and not fact.choices:
        yield "E071", "type", "the choices are missing", "choices: {value: label}"
    if fact.type is FactType.LIST and not fact.fields:
        yield "E071", "type", "the columns are missing", "fields: {name: {type: text, ask: …, why: …}}"
    members = [member.id for member in fact.fields]
    if fact.people and fact.type is FactType.LIST and "name" not in members:
        yield "E071", "people", "a list of people has a column `name`", "name: {type: text, ask: …, why: …}"
    if fact.key and fact.fields and fact.key not in members:
        yield "E072", "key", f"the key '{fact.key}' is no column", "columns: " + ", ".join(members)
    for need in fact.needs if fact.type in (FactType.PERSON, FactType.ASSET) else ():
        if need not in members:
            yield "E072", "needs", f"'{need}' is no member of a {fact.type}", "members: " + ", ".join(members)


def _bounds(fact: Fact) -> _Faults:
    if fact.least is not None and fact.most is not None and fact.least > fact.most:
        yield "E078", "least", f"at least {fact.least} is more than at most {fact.most}", ""
    if fact.pattern:
        try:
            read_pattern(fact.pattern)
        except PlaybookError as fault:
            yield "E073", "pattern", fault.message, fault.hint
            return
    if fact.default is not None and (fact.choices or fact.type not in _CHOICES):
        try:
            values.check(fact, fact.default, zone="UTC")
        except UsageError as fault:
            yield "E074", "default", f"the default is no answer: {fault.message}", fault.hint


def _words(fact: Fact) -> _Faults:
    found = _SECRET.search(fact.ask) or _SECRET_ID.search(fact.id.rpartition(".")[2])
    if found and fact.type in _TYPED_IN:
        hint = "passwords and codes are never asked; ask yes-no or a choice about them"
        yield "E075", "ask", f"it seems to ask for a secret ('{found[0]}')", hint
    if not fact.why and fact.sensitivity is not Sensitivity.PUBLIC:
        yield "E076", "ask", "it does not say why it is asked", "add why: one sentence, or sensitivity: public"


def _check_visibility(assembly: Assembly, problems: Problems) -> None:
    """A question that is visible only when it, or one that hangs on it, is answered can never be asked."""
    hangs_on = {
        fact.id: [name.text for name in named_facts(fact.visible_if)] if fact.visible_if is not None else []
        for fact in assembly.playbook.facts
    }
    for identifier in (name for circle in circles(hangs_on) for name in circle):
        place = assembly.places.get(("fact", f"{identifier}:visible_if"))
        if place is not None:
            problems.add("E104", place, f"'{identifier}' is visible only when it is answered itself", "ask another one")


# --- steps ----------------------------------------------------------------------------------------------------------


def check_steps(assembly: Assembly, problems: Problems) -> None:
    """Check each step: one way on, branches that can be taken, waits with outcomes, ids that occur once."""
    steps = {step.id: step for step in assembly.playbook.steps}
    for step in assembly.playbook.steps:
        place = assembly.places.get(("step", step.id))
        if place is not None:
            for code, message, hint in (*_ways_on(step), *_branches(step), *_waits(step, steps), *_ids(step)):
                problems.add(code, place, f"step '{step.id}': {message}", hint)


def _ways_on(step: Step) -> Iterable[tuple[str, str, str]]:
    ways = [
        name for name, is_there in (("next", step.next), ("outcomes", step.outcomes), ("end", step.end)) if is_there
    ]
    if len(ways) != 1:
        found = " and ".join(ways) if ways else "none"
        message = f"exactly one of next, outcomes and end is needed, there is {found}"
        yield "E080", message, "add `next: step`, or `end: done`"
    if step.visible_if is not None and not step.hidden_because:
        yield "C204", "it may be passed over, and does not say why", "add hidden_because"
    if len(step.ask) > _MOST_QUESTIONS:
        yield "C203", f"it asks {len(step.ask)} questions", f"split it: at most {_MOST_QUESTIONS} are easy to follow"


def _branches(step: Step) -> Iterable[tuple[str, str, str]]:
    """Find an arm of `next` that is never taken: its condition, or all its values, stand in arms above it."""
    seen: set[str] = set()
    taken: dict[str, set[str]] = {}
    for branch in step.next:
        if branch.when is None:
            continue
        name, chosen = chosen_values(branch.when)
        is_taken = bool(name) and chosen <= taken.get(name, set())
        if branch.when.text in seen or is_taken:
            yield "E082", f"the branch '{branch.when.text}' is never taken", "an earlier branch has the same values"
        seen.add(branch.when.text)
        if name:
            taken.setdefault(name, set()).update(chosen)


def _waits(step: Step, steps: dict[str, Step]) -> Iterable[tuple[str, str, str]]:
    if (step.wait is None) is not (not step.outcomes):
        hint = "wait: {for: step, remind: [7d]} and outcomes: {restored: step, silence: {after: 14d, go: step}}"
        yield "E083", "a wait has outcomes, and outcomes have a wait", hint
    sender = steps.get(step.wait.for_step) if step.wait is not None and not step.wait.since else None
    if sender is not None and not sender.letters:
        hint = "name the step with the letter, or since: the question that says when it was sent"
        yield "E086", f"it waits for '{sender.id}', which sends no letter", hint
    if step.outcomes and not any(outcome.id == "silence" for outcome in step.outcomes):
        yield "W117", "nothing happens when the other side stays silent", "silence: {after: 14d, go: step}"


def _ids(step: Step) -> Iterable[tuple[str, str, str]]:
    for what, ids in (("item", [item.id for item in step.do]), ("evidence", [need.id for need in step.evidence])):
        for name in sorted({name for name in ids if name and ids.count(name) > 1}):
            yield "E040", f"the {what} '{name}' is declared twice", ""
    templates = [letter.template for letter in step.letters]
    for name in sorted({name for name in templates if templates.count(name) > 1}):
        yield "E040", f"the letter '{name}' is offered twice", ""


# --- the graph ------------------------------------------------------------------------------------------------------


def check_graph(assembly: Assembly, problems: Problems) -> None:
    """Check that every own step is reached, that every line of work can end, and that no loop turns without a wait."""
    steps = {step.id: step for step in assembly.playbook.steps}
    edges = {step.id: [target for target in _targets(step) if target in steps] for step in steps.values()}
    roots = [assembly.playbook.start, *(watch.open for watch in assembly.playbook.watch)]
    reached = reachable(edges, roots)
    for identifier in steps:
        place = assembly.places.get(("step", identifier))
        if place is not None and identifier in assembly.own_steps and identifier not in reached:
            problems.add("E100", place, f"no way leads to the step '{identifier}'", "name it in a next, or remove it")
    for (kind, name), place in assembly.places.items():
        if kind == "include" and not any(step.startswith(name + ".") for step in reached):
            is_used = any(step.startswith(name + ".") for step in steps)
            if is_used:
                problems.add("W118", place, f"no way leads into the include '{name}'", "name it in a next")
    _check_ends(assembly, steps, edges, reached, problems)
    _check_loops(assembly, steps, edges, problems)
    _check_gates_open(assembly, problems)


def _check_gates_open(assembly: Assembly, problems: Problems) -> None:
    """Report a gate whose own questions stand behind it: nobody could ever open it."""
    steps = assembly.playbook.steps
    for gate in assembly.playbook.gates:
        place = assembly.places.get(("gate", gate.id))
        for name in named_facts(gate.needs) if place is not None else ():
            asking = [step for step in steps if name.text in step.ask]
            if place is not None and asking and all(gate.id in step.gates for step in asking):
                message = f"the gate '{gate.id}' needs '{name.text}', which is asked only behind it"
                problems.add("E103", place, message, "ask it in a step without this gate")


def _targets(step: Step) -> list[str]:
    return [
        *(branch.go for branch in step.next),
        *(branch.go for branch in step.also),
        *(outcome.go for outcome in step.outcomes),
    ]


def _check_ends(
    assembly: Assembly, steps: dict[str, Step], edges: dict[str, list[str]], reached: set[str], problems: Problems
) -> None:
    onward = {identifier: [branch.go for branch in step.next] for identifier, step in steps.items()}
    for identifier, step in steps.items():
        onward[identifier] += [outcome.go for outcome in step.outcomes]
    ends = {identifier for identifier, step in steps.items() if step.end or "" in onward[identifier]}
    backwards: dict[str, list[str]] = {identifier: [] for identifier in steps}
    for identifier, targets in onward.items():
        for target in targets:
            if target in backwards:
                backwards[target].append(identifier)
    can_end = reachable(backwards, sorted(ends))
    stuck = {identifier: onward[identifier] for identifier in steps if identifier in reached - can_end}
    for identifier, *_ in traps(stuck):
        place = assembly.places.get(("step", identifier))
        if place is not None:
            problems.add("E101", place, f"from the step '{identifier}' no way leads to an end", "add `end`, or an exit")


def _check_loops(assembly: Assembly, steps: dict[str, Step], edges: dict[str, list[str]], problems: Problems) -> None:
    """Report each circle of steps of which none waits: the interview would never stop turning."""
    turning = {identifier: edges[identifier] for identifier, step in steps.items() if step.wait is None}
    for circle in circles(turning):
        place = assembly.places.get(("step", circle[0]))
        if place is not None:
            way = ", ".join(circle[:10]) + (" …" if len(circle) > 10 else "")
            problems.add("E102", place, f"a loop without a wait: {way}", "a step that waits must stand between")


# --- what is left over, and what is old -----------------------------------------------------------------------------


def check_use(assembly: Assembly, problems: Problems, asked_beside: Callable[[], frozenset[str]] = frozenset) -> None:
    """Warn of questions nobody asks, gates that hold nothing, and exhibits nobody asks for.

    `asked_beside` gives what else is asked: a group's questions may be asked by the playbooks that include it.
    """
    playbook = assembly.playbook
    asked = {name for step in playbook.steps for name in step.ask}
    unasked = [fact for fact in playbook.facts if ("fact", fact.id) in assembly.places and fact.id not in asked]
    elsewhere = asked_beside() if unasked else frozenset()
    for fact in unasked:
        place = assembly.places.get(("fact", fact.id))
        if place is not None and fact.id not in elsewhere:
            problems.add("W110", place, f"the fact '{fact.id}' is never asked", "ask it in a step, or remove it")
    _check_columns_asked(assembly, problems)
    kinds = {need.kind for step in playbook.steps for need in step.evidence}
    for expression in _expressions(playbook):
        for kind in _kinds(expression) - kinds:
            for gate in playbook.gates:
                if gate.needs is expression and (place := assembly.places.get(("gate", gate.id))):
                    problems.add("W115", place, f"no step asks for an exhibit of the kind '{kind}'", "is it a typo?")


def _check_columns_asked(assembly: Assembly, problems: Problems) -> None:
    """Report `item.x` asked in a step whose list is never filled."""
    asked = {name for step in assembly.playbook.steps for name in step.ask}
    for step in assembly.playbook.steps:
        place = assembly.places.get(("step", step.id))
        own = step.for_each.partition(".")[0]
        declared = any(fact.id == step.for_each for fact in assembly.playbook.facts)
        if place is not None and step.for_each and declared and step.for_each not in asked:
            problems.add("W110", place, f"step '{step.id}' goes over '{step.for_each}', which is never asked", own)


def _expressions(playbook: Playbook) -> Iterable[Expression]:
    for gate in playbook.gates:
        yield gate.needs


def _kinds(expression: Expression) -> set[str]:
    found = re.findall(r"(?:has|any)_exhibit\(([^)]*)\)", expression.text)
    return {kind for arguments in found for kind in re.findall(r"'([^']*)'", arguments)}


def check_dates(assembly: Assembly, place: Place, today: date, problems: Problems) -> None:
    """Warn when a playbook is past its `valid_until`, or was revoked."""
    playbook = assembly.playbook
    if playbook.valid_until and _day(playbook.valid_until) < today:
        problems.add(
            "W112", place, f"valid until {playbook.valid_until}, which is past", "review it, then move the day"
        )
    if playbook.revoked:
        problems.add("W114", place, f"revoked: {playbook.revoked}")


def check_registry_dates(
    registry: Registry, places: dict[tuple[str, str], Place], today: date, problems: Problems
) -> None:
    """Warn of facts past their review, and mark those nobody could confirm (certainty D)."""
    rows: tuple[tuple[str, tuple[Channel | Rule | Clause | Organisation | Control, ...]], ...] = (
        ("channel", registry.channels),
        ("rule", registry.rules),
        ("clause", registry.clauses),
        ("organisation", registry.organisations),
        ("control", registry.controls),
    )
    for what, group in rows:
        for row in group:
            place = places.get((what, row.id))
            if place is not None:
                _check_provenance(f"{what} '{row.id}'", row.provenance, place, today, problems)


def _check_provenance(what: str, provenance: Provenance, place: Place, today: date, problems: Problems) -> None:
    if provenance.checked_on and provenance.review_by and provenance.checked_on > provenance.review_by:
        problems.add("E091", place, f"{what}: checked_on lies after review_by")
    elif provenance.review_by and _day(provenance.review_by) < today:
        problems.add("W113", place, f"{what}: should have been reviewed by {provenance.review_by}", "check it again")
    if provenance.certainty is Certainty.D:
        problems.add("C201", place, f"{what}: nobody could confirm it (certainty D)", "it ships as a default to edit")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def named_facts(expression: Expression) -> tuple[Name, ...]:
    """Return the names in a condition; none when it cannot be read."""
    try:
        return names(read(expression.text))
    except ExpressionError:
        return ()
