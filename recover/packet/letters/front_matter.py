"""A letter's file into values: front matter by a closed schema, the text through the template language.

Text in, `LetterTemplate` out, every fault of the front matter at once (`InvalidLetterError`, exit 31). Whether the
names exist in a playbook is for `lint`; whether there are values for them, for `letters`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from recover.errors import TemplateError
from recover.frozen import frozen
from recover.packet.letters.language import Body, parse_body
from recover.playbook import expressions, syntax
from recover.playbook.model import Expression, Playbook
from recover.playbook.problems import Place, Problem, Problems
from recover.playbook.reader import read_yaml
from recover.playbook.shapes import Entries, Fault, Many, Record, Scalar, Shape, Table, matching, read
from recover.playbook.translatable import short_sha256

MAX_FILE_CHARACTERS = 131_072
DEFAULT_WORDS = 350
READERS = ("platform", "partner", "notary", "holder", "lawyer", "public")
STANCES = ("documented", "holder", "helpline", "claimed-by", "denied-by")
MARKS = ("loss", "restored", "attack", "contact", "filing", "reply", "check", "gap", "plan")
"""Marks a letter may ask for; events marked `context` never enter one."""
SOURCES = ("fact", "list", "events", "sent", "exhibits", "due", "incidents", "new", "clause")
BUILT_IN: Final[dict[str, tuple[str, ...]]] = {
    "holder": ("name", "contact", "statement"),
    "sender": ("statement",),
    "case": ("name", "zone"),
    "channel": ("title", "url"),
    "claim": (),
    "loop": (),
}
"""Names a slot cannot take, with their members."""
ROW_MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "events": ("when", "text", "source", "basis"),
    "new": ("when", "text", "source", "basis"),
    "sent": ("at", "letter", "title", "channel", "reference"),
    "exhibits": ("number", "title", "kind", "captured_at"),
    "due": ("title", "on", "file_by", "why"),
    "incidents": ("number", "lost_at", "restored_at", "basis"),
    "clause": ("where", "gist"),
}
"""Source → members of its rows; those of facts and lists come from the playbook."""
ALWAYS_THERE: Final[dict[str, frozenset[str]]] = {
    "events": frozenset({"when", "text", "source", "basis"}),
    "new": frozenset({"when", "text", "source", "basis"}),
    "sent": frozenset({"at", "letter", "title"}),
    "exhibits": frozenset({"number", "title", "kind"}),
    "due": frozenset({"title", "why"}),
    "incidents": frozenset({"number", "lost_at", "basis"}),
    "clause": frozenset({"where", "gist"}),
}
"""Members that every row has."""


class InvalidLetterError(TemplateError):
    """A letter's file is not valid; `problems` holds everything that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        place = f"{first.path}:{first.line}:{first.column}"
        super().__init__(f"{first.code} {first.message}{more}", place=place, hint=first.hint)
        self.problems = problems


@frozen
class Slot:
    """What a name in the text stands for: one source, and how its rows are chosen.

    `of` is the fact, the clause, or what is asked for (`("all",)`, marks, letters, kinds, deadline ids).
    """

    name: str
    source: str
    of: tuple[str, ...]
    line: int
    where: Expression | None = None
    needs: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    pick: str = ""
    stances: tuple[str, ...] = ()
    only_references: bool = False
    period: tuple[str, str] = ("", "")
    """Facts between whose dates events are taken; an empty name: no bound on that side."""

    @property
    def is_single(self) -> bool:
        """Say whether it is one value or row rather than a list of rows."""
        return self.source in ("fact", "clause") or (bool(self.pick) and self.most is None)


@frozen
class Claim:
    """A sentence that points to exhibits, and what it prints without one: holder, omit or block."""

    name: str
    exhibits: tuple[str, ...]
    otherwise: str
    line: int


@frozen
class FormField:
    """A box of a form: one slot's value, or the body."""

    label: str
    slot: str
    max_chars: int | None
    line: int


@frozen
class LetterTemplate:
    """A letter as its file declares it; see docs/letters.md for every member."""

    name: str
    language: str
    title: str
    to: str
    body: Body
    path: str
    body_line: int
    """Line of the file on which the text begins."""
    max_words: int = DEFAULT_WORDS
    max_chars: int | None = None
    pages: int = 1
    gates: tuple[str, ...] = ()
    approval: bool = False
    signature: str = "none"
    voice: str = ""
    """Whose statement all of it is, when it is written in the first person: holder, organisation or endorser."""
    needs: tuple[str, ...] = ()
    identity_least: int = 0
    identity_kinds: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    claims: tuple[Claim, ...] = ()
    attach: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = ()
    reviewed_by: str = ""
    reviewed_on: str = ""
    translates: str = ""
    """Of a translation: the hash of the English letter it was made from."""
    sha256: str = ""
    """Short hash of what a translator translates: title, text and labels."""
    note: str = ""

    def slot(self, name: str) -> Slot | None:
        """Look up a declared slot."""
        return next((slot for slot in self.slots if slot.name == name), None)


def bind(template: LetterTemplate, means: Mapping[str, str]) -> LetterTemplate:
    """Put facts in the place of other names, so that one letter serves many playbooks.

    A slot or need may say `contested-asset` instead of `hijacked_page.page`; `means` gives each meaning's fact in the
    case or playbook at hand, and for a playbook that was derived from another what `adopted` found. A name that stands
    for nothing stays as it is and is a question that nobody asks.
    """

    def bound(name: str) -> str:
        head, dot, rest = name.partition(".")
        if head in means:
            return means[head] + dot + rest
        member, dot, rest = rest.partition(".")
        full = f"{head}.{member}"
        return means[full] + dot + rest if full in means else name

    def named(slot: Slot) -> Slot:
        first, last = slot.period
        return replace(
            slot,
            of=tuple(bound(each) for each in slot.of) if slot.source in ("fact", "list") else slot.of,
            period=(first and bound(first), last and bound(last)),
            where=_bound_condition(slot.where, bound),
        )

    return replace(
        template,
        needs=tuple(bound(each) for each in template.needs),
        slots=tuple(named(slot) for slot in template.slots),
    )


def _bound_condition(where: Expression | None, bound: Callable[[str], str]) -> Expression | None:
    if where is None:
        return None
    tree = syntax.read(where.text)
    return Expression(
        syntax.write(syntax.renamed(tree, lambda name: bound(name.text), lambda call, place: _argument(call, place)))
    )


def _argument(call: syntax.Call, place: int) -> str:
    argument = call.arguments[place]
    return argument.text if isinstance(argument, syntax.Name) else str(argument.value)


def adopted(template: LetterTemplate, playbook: Playbook) -> dict[str, str]:
    """Return the facts of a letter that a derived playbook asks under a name of its own.

    A copy of `hijacked-page` called `our-page` uses its letters as they are: `hijacked_page.lost_at`, which nobody asks
    there, means `our_page.lost_at`.
    """
    if not playbook.derived_from:
        return {}
    known = {fact.id for fact in playbook.facts}
    own = playbook.id.replace("-", "_")
    found = {}
    for name in _facts_named(template):
        head, _, rest = name.partition(".")
        full, mine = f"{head}.{rest.partition('.')[0]}", f"{own}.{rest.partition('.')[0]}"
        if rest and head != "item" and full not in known and mine in known:
            found[full] = mine
    return found


def _facts_named(template: LetterTemplate) -> Iterator[str]:
    yield from template.needs
    for slot in template.slots:
        yield from slot.of if slot.source in ("fact", "list") else ()
        yield from (each for each in slot.period if each)
        if slot.where is not None:
            yield from (name.text for name in syntax.names(syntax.read(slot.where.text)))


# --- the schema -----------------------------------------------------------------------------------------------------


def _number_up_to(most: int) -> Callable[[str], Fault | None]:
    def check(text: str) -> Fault | None:
        if text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= most:
            return None
        return Fault("E026", f"'{text[:20]}' is no whole number from 1 to {most}")

    return check


def _condition(text: str) -> Fault | None:
    try:
        expressions.read(text)
    except expressions.ExpressionError as error:
        return Fault("E040", error.message, error.hint)
    return None


_BARE = Scalar("a name", matching(r"[a-z][a-z0-9_]{0,63}", "E024", "is no name", "lower case, underscores"))
_HYPHENED = Scalar("an id", matching(r"[a-z][a-z0-9-]{0,63}", "E024", "is no id of a letter", "lower case, hyphens"))
_ID = Scalar(
    "an id", matching(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*){0,4}", "E024", "is no id", "lower case, dots")
)
_LANGUAGE = Scalar("a language", matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "E024", "is no language", "such as `en`"))
_DAY = Scalar("a day", matching(r"\d{4}-\d\d-\d\d", "E026", "is no day", "such as 2026-11-23"))
_SHORT_HASH = Scalar("a short hash", matching(r"[0-9a-f]{12}", "E033", "is no short hash", "12 hexadecimal digits"))
_FLAG = Scalar("true or false", values=("true", "false"))
_IDS = Many(_ID, "a list of ids")
_SOME = Many(_ID, "ids, or all", lone=True)
_MARKS = Many(Scalar("a mark", values=(*MARKS, "all")), "marks, or all", lone=True)

_SLOT_OPTIONS: dict[str, Shape] = {
    "where": Scalar("a condition", _condition, most=1000, lines=True),
    "needs": Many(_BARE, "a list of columns"),
    "least": Scalar("a number", _number_up_to(100)),
    "most": Scalar("a number", _number_up_to(100)),
    "pick": Scalar("first or last", values=("first", "last")),
    "stance": Many(Scalar("a stance", values=STANCES), "stances", lone=True),
    "references": _FLAG,
    "from": _ID,
    "until": _ID,
}
_SLOT_SOURCES: dict[str, Shape] = {
    "fact": _ID,
    "list": _ID,
    "clause": _ID,
    "events": _MARKS,
    "sent": _SOME,
    "exhibits": _SOME,
    "due": _SOME,
    "incidents": Scalar("all", values=("all",)),
    "new": Scalar("events", values=("events",)),
}
_SLOT = Record("a slot", {}, {**_SLOT_SOURCES, **_SLOT_OPTIONS})
_CLAIM = Record(
    "a claim",
    {"exhibits": Many(_ID, "exhibits", least=1)},
    {"else": Scalar("else", values=("holder", "omit", "block"))},
)
_FIELD = Record(
    "a field",
    {"label": Scalar("a label", most=120)},
    {
        "slot": Scalar("a slot", matching(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", "E024", "is no slot", "")),
        "body": Scalar("true", values=("true",)),
        "max_chars": Scalar("a number", _number_up_to(100_000)),
    },
)
LETTER = Record(
    "a letter",
    {
        "letter": _HYPHENED,
        "language": _LANGUAGE,
        "title": Scalar("a title", most=120),
        "to": Scalar("who reads it", values=READERS),
    },
    {
        "max_words": Scalar("a number", _number_up_to(2000)),
        "max_chars": Scalar("a number", _number_up_to(100_000)),
        "pages": Scalar("a number", _number_up_to(4)),
        "gates": _IDS,
        "approval": _FLAG,
        "voice": Scalar("who speaks", values=("holder", "organisation", "endorser")),
        "signature": Scalar("who signs", values=("none", "holder", "notary")),
        "needs": _IDS,
        "identity": Record(
            "identity",
            {"least": Scalar("a number", _number_up_to(10)), "kinds": Many(_ID, "kinds of exhibits", least=1)},
        ),
        "slots": Table(_BARE, _SLOT, "slots by name"),
        "claims": Table(_BARE, _CLAIM, "claims by name"),
        "attach": _IDS,
        "fields": Many(_FIELD, "fields of a form"),
        "authors": Many(Scalar("a name", most=300), "a list of authors"),
        "translates": _SHORT_HASH,
        "reviewed_by": Scalar("a name", most=120),
        "reviewed_on": _DAY,
        "note": Scalar("a note", most=600, lines=True),
    },
)
"""What the front matter may hold."""


# --- reading --------------------------------------------------------------------------------------------------------


def load_letter(text: str, path: str) -> LetterTemplate:
    """Read a letter's file. Raises `InvalidLetterError` with all faults, or `TemplateError` for its text (exit 31).

    `path` is what errors name; its last part must be `<letter>.<language>.md`.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise TemplateError("the letter's file is too long", place=path)
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        raise TemplateError(
            "a letter begins with its front matter", place=f"{path}:1", hint="between two lines of `---`"
        )
    problems = Problems()
    node = read_yaml("\n".join(lines[1:end]) + "\n", path, problems, first_line=2)
    found = read(LETTER, node, problems) if node is not None else None
    slots = _slots(found, problems) if found is not None else ()
    if found is not None:
        _check_name(found, path, problems)
        _check_fields(found, problems)
    if problems.sorted() or found is None:
        raise InvalidLetterError(problems.sorted())
    body_line = end + 2
    text = "\n".join(lines[end + 1 :])
    labels = [row.text("label") for row in found.rows("fields")]
    sha256 = short_sha256("\n".join([found.text("title"), *labels, text]))
    return _template(found, slots, parse_body(text, path, body_line), path, body_line, sha256)


def _check_name(found: Entries, path: str, problems: Problems) -> None:
    expected = f"{found.text('letter')}.{found.text('language')}.md"
    name = path.rpartition("/")[2]
    if name != expected and found.text("letter") and found.text("language"):
        problems.add("E160", found.place_of("letter"), f"the file is called {name}, not {expected}", "rename one")


def _check_fields(found: Entries, problems: Problems) -> None:
    for row in found.rows("fields"):
        if bool(row.text("slot")) == bool(row.text("body")):
            problems.add("E161", row.place, "a field has either `slot` or `body: true`")


def _slots(found: Entries, problems: Problems) -> tuple[Slot, ...]:
    slots = []
    table = found.table("slots")
    for name, row in table.items():
        place = table.key_places[name]
        sources = [source for source in SOURCES if source in row.key_places]
        if name in BUILT_IN or name == "attachments":
            problems.add("E162", place, f"`{name}` is always there and cannot be a slot", "take another name")
        elif len(sources) != 1:
            problems.add("E163", place, "a slot has one source", "one of " + ", ".join(SOURCES))
        else:
            _check_options(sources[0], row, place, problems)
            slots.append(_slot(name, sources[0], row, place.line))
    return tuple(slots)


_OPTIONS_OF = {
    "fact": frozenset[str](),
    "clause": frozenset[str](),
    "list": frozenset({"where", "needs", "least", "most", "pick"}),
    "events": frozenset({"stance", "least", "most", "pick", "from", "until"}),
    "new": frozenset({"stance", "least", "most", "pick"}),
    "sent": frozenset({"references", "least", "most", "pick"}),
    "exhibits": frozenset({"least", "most", "pick"}),
    "due": frozenset({"least", "most", "pick"}),
    "incidents": frozenset({"least", "most", "pick"}),
}


def _check_options(source: str, row: Entries, place: Place, problems: Problems) -> None:
    for option in _SLOT_OPTIONS:
        if option in row.key_places and option not in _OPTIONS_OF[source]:
            problems.add("E164", row.key_places[option], f"`{option}` cannot stand beside `{source}`")
    least, most = row.number("least"), row.number("most")
    if least is not None and most is not None and least > most:
        problems.add("E164", place, "`least` is more than `most`")


def _slot(name: str, source: str, row: Entries, line: int) -> Slot:
    value = row.get(source)
    of = tuple(str(each) for each in value) if isinstance(value, list) else (row.text(source),)
    where = row.text("where")
    return Slot(
        name=name,
        source=source,
        of=of,
        line=line,
        where=Expression(where) if where else None,
        needs=row.texts("needs"),
        least=row.number("least") or 0,
        most=row.number("most"),
        pick=row.text("pick"),
        stances=row.texts("stance"),
        only_references=row.flag("references"),
        period=(row.text("from"), row.text("until")),
    )


def _template(
    found: Entries, slots: tuple[Slot, ...], body: Body, path: str, body_line: int, sha256: str
) -> LetterTemplate:
    claims = found.table("claims")
    identity = found.table("identity")
    return LetterTemplate(
        name=found.text("letter"),
        language=found.text("language"),
        title=found.text("title"),
        to=found.text("to"),
        body=body,
        path=path,
        body_line=body_line,
        max_words=found.number("max_words") or DEFAULT_WORDS,
        max_chars=found.number("max_chars"),
        pages=found.number("pages") or 1,
        gates=found.texts("gates"),
        approval=found.flag("approval"),
        signature=found.text("signature", "none"),
        voice=found.text("voice"),
        needs=found.texts("needs"),
        identity_least=identity.number("least") or 0,
        identity_kinds=identity.texts("kinds"),
        slots=slots,
        claims=tuple(
            Claim(name, row.texts("exhibits"), row.text("else", "holder"), claims.key_places[name].line)
            for name, row in claims.items()
        ),
        attach=found.texts("attach"),
        fields=tuple(_field(row) for row in found.rows("fields")),
        reviewed_by=found.text("reviewed_by"),
        reviewed_on=found.text("reviewed_on"),
        translates=found.text("translates"),
        sha256=sha256,
        note=" ".join(found.text("note").split()),
    )


def _field(row: Any) -> FormField:
    return FormField(row.text("label"), row.text("slot"), row.number("max_chars"), row.place.line)
