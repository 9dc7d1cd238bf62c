"""The template language: Jinja's syntax, read by Jinja's parser, of which nothing but a short list is let through.

The tree that Jinja makes is turned into a tree of our own: text, print, loop, branch. It is never compiled and never
run as Python, so there is no sandbox to leave; what is not named here is refused with file and line. Bounded: 64 KiB
of text, 12 levels, 400 printed places.

Attacks this answers: attribute walks (`x.__class__`), calls, includes and imports that read files, `set` and macros
that build loops, arithmetic and repetition that fill the memory (`'a' * 300000000` passes Jinja's own sandbox).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING, NoReturn

from recover.errors import TemplateError
from recover.frozen import frozen

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_CHARACTERS = 65_536
MAX_DEPTH = 12
MAX_PRINTS = 400
MAX_LISTED = 50

FILTERS = frozenset({"when", "day", "utc", "iso", "short", "joined", "value", "count"})
"""Filters a template may use; none takes arguments."""
LOOP_MEMBERS = frozenset({"index", "first", "last"})

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}
_REFUSED = {
    "Call": "calls",
    "Getitem": "indexing",
    "CondExpr": "an inline `if`",
    "Test": "tests (`is …`)",
    "Concat": "joining texts",
    "Assign": "`set`",
    "AssignBlock": "`set`",
    "Macro": "macros",
    "CallBlock": "`call`",
    "FilterBlock": "`filter` blocks",
    "With": "`with`",
    "Block": "`block`",
    "Extends": "`extends`",
    "Include": "`include`",
    "Import": "`import`",
    "FromImport": "`import`",
    "ScopedEvalContextModifier": "`autoescape`",
    "EvalContextModifier": "`autoescape`",
    "Scope": "`autoescape`",
    "Slice": "slices",
    "List": "a list outside `in [...]`",
    "Tuple": "a tuple",
    "Dict": "a mapping",
    "Const": "a constant on its own",
    "TemplateData": "text inside an expression",
}
_ARITHMETIC = frozenset({"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos"})

Constant = str | int | bool


@frozen
class Path:
    """A declared name, or one member of it: `page`, `page.url`, `claim.removed_as_admin`, `loop.last`."""

    name: str
    member: str = ""
    filter: str = ""
    line: int = field(default=0, compare=False)

    @property
    def text(self) -> str:
        """Return it as the template spells it, without a filter."""
        return f"{self.name}.{self.member}" if self.member else self.name


@frozen
class Literal:
    """Markdown as the trainer wrote it."""

    text: str


@frozen
class Print:
    """One value goes here."""

    path: Path


@frozen
class Truth:
    """True if the value is there and not empty, `no` or zero."""

    path: Path


@frozen
class Compared:
    """A value beside constants."""

    path: Path
    operator: str
    constants: tuple[Constant, ...]


@frozen
class Not:
    """Negation."""

    of: Condition


@frozen
class Join:
    """`and` or `or`."""

    word: str
    left: Condition
    right: Condition


Condition = Truth | Compared | Not | Join


@frozen
class Loop:
    """The body once per row."""

    variable: str
    over: Path
    body: Body


@frozen
class Branch:
    """The first arm whose condition is true; `None` is `else`."""

    arms: tuple[tuple[Condition | None, Body], ...]


Part = Literal | Print | Loop | Branch
Body = tuple[Part, ...]


def printed_members(body: Body) -> frozenset[tuple[str, str]]:
    """Return (name, member) of everything a text can print; rows of a loop stand under the name the loop runs over."""
    return frozenset(_printed(body, {}))


def _printed(body: Body, loops: dict[str, str]) -> Iterator[tuple[str, str]]:
    for part in body:
        if isinstance(part, Print):
            yield loops.get(part.path.name, part.path.name), part.path.member
        elif isinstance(part, Loop):
            yield from _printed(part.body, {**loops, part.variable: part.over.name})
        elif isinstance(part, Branch):
            for _, arm in part.arms:
                yield from _printed(arm, loops)


def parse_body(text: str, path: str = "", first_line: int = 1) -> Body:
    """Read a template's text. Raises `TemplateError` (31) with file and line for anything outside the language.

    `first_line` is the line of the file on which `text` begins, so that errors name the line in the file.
    """
    return _Reader(path, first_line).read(text)


_ONLY_TAGS = re.compile(r"\s*(?:\{%.*?%\}\s*|\{#.*?#\}\s*)+")


def _with_line_ends(text: str) -> str:
    """Keep the line end after a tag that shares its line with text; tags alone on a line take theirs along.

    Jinja's own `trim_blocks` would glue the paragraph after such a line to it.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.rstrip()
        is_marked = bare.endswith(("-%}", "-#}", "+%}", "+#}"))
        if bare.endswith(("%}", "#}")) and not is_marked and not _ONLY_TAGS.fullmatch(bare):
            lines[number] = f"{bare[:-2]}+{bare[-2:]}"
    return "\n".join(lines)


class _Reader:
    def __init__(self, path: str, first_line: int) -> None:
        self._path = path
        self._offset = first_line - 1
        self._prints = 0

    def refuse(self, message: str, line: int | None, hint: str = "") -> NoReturn:
        raise TemplateError(message, place=f"{self._path}:{self._offset + (line or 1)}", hint=hint)

    def read(self, text: str) -> Body:
        from jinja2 import Environment, TemplateSyntaxError

        if len(text) > MAX_CHARACTERS:
            self.refuse(f"the letter is longer than {MAX_CHARACTERS} characters", 1)
        for number, line in enumerate(text.split("\n"), 1):
            if any("\ue000" <= character <= "\uf8ff" or character == "\0" for character in line):
                self.refuse("characters of the private use area cannot stand in a letter", number)
        # S701: autoescape is for HTML that Jinja writes; here Jinja only parses, and each format escapes its own text.
        environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # noqa: S701
        try:
            for line_number, token, _ in environment.lex(text):
                if str(token) == "raw_begin":
                    self.refuse("`raw` cannot be used in a letter", line_number)
            parsed = environment.parse(_with_line_ends(text))
        except TemplateSyntaxError as error:
            self.refuse(f"the template cannot be read: {error.message}", error.lineno)
        except RecursionError:
            self.refuse("the template is nested too deeply", 1)
        return self.body(parsed.body, 1)

    def body(self, found: list[nodes.Node], depth: int) -> Body:
        from jinja2 import nodes

        if depth > MAX_DEPTH:
            self.refuse("the template is nested too deeply", found[0].lineno if found else 1)
        parts: list[Part] = []
        for node in found:
            if isinstance(node, nodes.Output):
                parts.extend(self.output(child) for child in node.nodes)
            elif isinstance(node, nodes.For):
                parts.append(self.loop(node, depth))
            elif isinstance(node, nodes.If):
                parts.append(self.branch(node, depth))
            else:
                self.refuse_node(node)
        return tuple(parts)

    def output(self, node: nodes.Expr) -> Part:
        from jinja2 import nodes

        if isinstance(node, nodes.TemplateData):
            return Literal(node.data)
        self._prints += 1
        if self._prints > MAX_PRINTS:
            self.refuse(f"more than {MAX_PRINTS} values are printed", node.lineno)
        return Print(self.filtered(node))

    def loop(self, node: nodes.For, depth: int) -> Loop:
        from jinja2 import nodes

        if node.recursive or node.test is not None or node.else_:
            self.refuse("a `for` has no `if`, `else` or `recursive`", node.lineno)
        if not isinstance(node.target, nodes.Name):
            self.refuse("a `for` takes one name", node.lineno)
        over = self.path(node.iter)
        if over.member:
            self.refuse(f"`for` runs over a declared slot, not over {over.text}", node.lineno)
        return Loop(self.name(node.target.name, node.lineno), over, self.body(node.body, depth + 1))

    def branch(self, node: nodes.If, depth: int) -> Branch:
        arms: list[tuple[Condition | None, Body]] = []
        for arm in (node, *node.elif_):
            arms.append((self.condition(arm.test, depth), self.body(arm.body, depth + 1)))
        if node.else_:
            arms.append((None, self.body(node.else_, depth + 1)))
        return Branch(tuple(arms))

    def condition(self, node: nodes.Node, depth: int) -> Condition:
        from jinja2 import nodes

        if depth > MAX_DEPTH:
            self.refuse("the condition is nested too deeply", node.lineno)
        if isinstance(node, nodes.Not):
            return Not(self.condition(node.node, depth + 1))
        if isinstance(node, nodes.And | nodes.Or):
            word = "and" if isinstance(node, nodes.And) else "or"
            return Join(word, self.condition(node.left, depth + 1), self.condition(node.right, depth + 1))
        if isinstance(node, nodes.Compare):
            return self.compared(node)
        return Truth(self.filtered(node))

    def compared(self, node: nodes.Compare) -> Compared:
        from jinja2 import nodes

        if len(node.ops) != 1:
            self.refuse("compare two things at a time", node.lineno)
        operator = _COMPARISONS[node.ops[0].op]
        right = node.ops[0].expr
        if operator in ("in", "not in"):
            if not isinstance(right, nodes.List) or len(right.items) > MAX_LISTED:
                self.refuse("`in` takes a short list of constants in brackets", node.lineno)
            return Compared(self.filtered(node.expr), operator, tuple(self.constant(item) for item in right.items))
        return Compared(self.filtered(node.expr), operator, (self.constant(right),))

    def constant(self, node: nodes.Expr) -> Constant:
        from jinja2 import nodes

        if isinstance(node, nodes.Const) and isinstance(node.value, str | int):
            return node.value
        self.refuse("only a text, a whole number, true or false can stand on the right", node.lineno)

    def filtered(self, node: nodes.Node) -> Path:
        from jinja2 import nodes

        if not isinstance(node, nodes.Filter):
            return self.path(node)
        if node.name not in FILTERS:
            known = ", ".join(sorted(FILTERS))
            self.refuse(f"there is no filter `{node.name}`", node.lineno, f"filters: {known}")
        if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            self.refuse(f"the filter `{node.name}` takes no arguments", node.lineno)
        if node.node is None or isinstance(node.node, nodes.Filter):
            self.refuse("one filter at a time, on one value", node.lineno)
        found = self.path(node.node)
        return Path(found.name, found.member, node.name, found.line)

    def path(self, node: nodes.Node) -> Path:
        from jinja2 import nodes

        line = self._offset + (node.lineno or 1)
        if isinstance(node, nodes.Name):
            return Path(self.name(node.name, node.lineno), "", "", line)
        if isinstance(node, nodes.Getattr):
            if not isinstance(node.node, nodes.Name):
                self.refuse("a member has no members", node.lineno)
            member = self.name(node.attr, node.lineno)
            return Path(self.name(node.node.name, node.lineno), member, "", line)
        self.refuse_node(node)

    def name(self, name: str, line: int) -> str:
        if not _NAME.fullmatch(name):
            self.refuse(
                f"`{name[:40]}` is no name of a slot or member", line, "lower-case letters, digits, underscores"
            )
        return name

    def refuse_node(self, node: nodes.Node) -> NoReturn:
        kind = type(node).__name__
        what = "arithmetic" if kind in _ARITHMETIC else _REFUSED.get(kind, f"`{kind.lower()}`")
        self.refuse(f"{what} cannot be used in a letter", node.lineno, "docs/letters.md lists what can")
