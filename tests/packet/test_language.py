"""The template language lets through what docs/letters.md lists, and refuses everything else with file and line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recover.errors import TemplateError
from recover.packet.letters.front_matter import InvalidLetterError, load_letter
from recover.packet.letters.language import Branch, Literal, Loop, Print, parse_body
from recover.packet.letters.markup import parse_markdown, placeholder
from recover.packet.tree import Paragraph, Text, plain_text
from tests.packet import cases

ATTACKS = {
    "class_walk": "{{ page.__class__ }}",
    "class_walk_deep": "{{ page.name.__class__ }}",
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "call": "{{ page.name() }}",
    "call_of_a_global": "{{ range(10) }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "cycler": "{{ cycler.__init__ }}",
    "self": "{{ self._TemplateReference__context }}",
    "indexing": "{{ page['name'] }}",
    "slice": "{{ page.name[0:3] }}",
    "repetition": "{{ 'a' * 300000000 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "addition": "{{ page.name + page.url }}",
    "concatenation": "{{ page.name ~ page.url }}",
    "set": "{% set x = 1 %}",
    "set_block": "{% set x %}y{% endset %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}",
    "call_block": "{% call m() %}{% endcall %}",
    "filter_block": "{% filter upper %}x{% endfilter %}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'x' as y %}",
    "from_import": "{% from 'x' import y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block b %}{% endblock %}",
    "with": "{% with x = 1 %}{% endwith %}",
    "autoescape": "{% autoescape false %}{% endautoescape %}",
    "raw": "{% raw %}{{ x }}{% endraw %}",
    "unknown_filter": "{{ page.name | attr('x') }}",
    "filter_that_runs": "{{ page.name | map('upper') }}",
    "format_filter": "{{ '%s' | format(page) }}",
    "filter_with_arguments": "{{ page.name | when('de') }}",
    "two_filters": "{{ page.name | when | day }}",
    "safe": "{{ page.name | safe }}",
    "test": "{% if page is defined %}{% endif %}",
    "inline_if": "{{ page.name if page }}",
    "constant": "{{ 'text' }}",
    "list": "{{ [1, 2] }}",
    "dict": "{{ {'a': 1} }}",
    "loop_over_member": "{% for x in page.name %}{% endfor %}",
    "loop_over_constant": "{% for x in [1, 2] %}{% endfor %}",
    "loop_recursive": "{% for x in rows recursive %}{% endfor %}",
    "loop_with_condition": "{% for x in rows if x.a %}{% endfor %}",
    "loop_unpacking": "{% for a, b in rows %}{% endfor %}",
    "chained_comparison": "{% if 1 < page.name < 3 %}{% endif %}",
    "comparison_of_two_values": "{% if page.name == page.url %}{% endif %}",
    "in_a_value": "{% if 'a' in page.name %}{% endif %}",
    "private_name": "{{ _page }}",
    "statement_that_is_none": "{% do page %}",
    "unclosed": "{% if page %}",
    "private_use_characters": "\ue0000\ue001",
    "nested_too_deeply": "{% if page %}" * 40 + "{% endif %}" * 40,
    "parentheses_bomb": "{{ " + "(" * 3000 + "page" + ")" * 3000 + " }}",
    "not_bomb": "{% if " + "not " * 400 + "page %}{% endif %}",
    "too_long": "x" * 70_000,
    "too_many_prints": "{{ page.name }}" * 500,
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS.keys())
def test_attack_is_refused_with_file_and_line(text: str) -> None:
    """Everything outside the language is refused as exit 31 and names its line in the file."""
    with pytest.raises(TemplateError) as caught:
        parse_body(f"first line\n{text}", "letters/x.en.md", 20)
    assert caught.value.exit_code == 31
    path, _, line = caught.value.place.rpartition(":")
    assert path == "letters/x.en.md"
    assert int(line) >= 20


MARKUP = {
    "link": "[text](https://example.org)",
    "mail_link": "[text](mailto:a@example.org)",
    "autolink": "<https://example.org>",
    "reference_link": "[text][a]\n\n[a]: https://example.org",
    "reference_definition_alone": "[a]: https://example.org",
    "image": "![x](https://example.org/x.png)",
    "html_inline": "a <b>bold</b> word",
    "html_block": "<script>alert(1)</script>",
    "html_comment": "<!-- hidden -->",
    "code": "a `code` word",
    "fence": "```\ncode\n```",
    "indented_code": "    code",
    "quotation": "> said",
    "rule": "text\n\n***",
    "emphasis": "an *emphasis*",
    "strike": "a ~~strike~~",
    "title": "# Title",
    "heading_too_deep": "#### Deep",
}


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP.keys())
def test_markup_that_letters_do_not_have_is_refused(text: str) -> None:
    """Links, images, HTML, code and the like are refused, so that a letter is text and nothing else."""
    with pytest.raises(TemplateError):
        parse_markdown(text, [], "x.md", 1)


@pytest.mark.parametrize(
    "value",
    [
        "*bold* **strong** _em_",
        "[click](javascript:alert(1))",
        "<script>alert(1)</script>",
        "![x](http://evil.example)",
        "a | b | c",
        "# heading",
        "\n\n## heading\n\n- item",
        "`code` ~~x~~ &amp; &lt;",
        "{{ page.url }} {% if x %}",
        "\\* \\[",
        '#read("/etc/passwd") $x$ @cite',
    ],
)
def test_value_stays_text(value: str) -> None:
    """Whatever a value holds, it stands in one text node, letter for letter."""
    tree = parse_markdown(f"Before {placeholder(0)} after", [value])
    assert tree == (Paragraph((Text(f"Before {value} after"),)),)


def test_value_in_a_table_stays_in_its_cell() -> None:
    """A bar in a value does not make a column."""
    tree = parse_markdown(f"| a | b |\n| --- | --- |\n| {placeholder(0)} | x |", ["1 | 2 | 3"])
    assert "1 | 2 | 3" in plain_text(tree)
    assert len(tree[0].rows[0]) == 2  # type: ignore[union-attr]  # it is a table


def test_tree_of_what_is_allowed() -> None:
    """Prints, loops, branches and comparisons become the small tree of our own."""
    body = parse_body(
        "{% for r in rows %}{{ r.a | day }}{% endfor %}"
        "{% if x and not y.z in ['a'] %}1{% elif n|count > 1 %}2{% endif %}"
    )
    assert isinstance(body[0], Loop)
    assert isinstance(body[0].body[0], Print)
    assert body[0].body[0].path.filter == "day"
    assert isinstance(body[1], Branch)
    assert len(body[1].arms) == 2


def test_tag_alone_on_its_line_leaves_no_line() -> None:
    """Rows of a table can stand in a loop, and a tag at the end of a text line keeps that line's end."""
    assert parse_body("a\n{% if x %}\nb\n{% endif %}\nc\n")[0] == Literal("a\n")
    text = parse_body("a{% if x %}b{% endif %}\n\nc")
    assert text[-1] == Literal("\n\nc")


@given(st.text(alphabet=st.sampled_from(list("{}%# abc.|()[]'\"=<>\n_-+*")), max_size=120))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """No text brings out anything but a tree or a `TemplateError`."""
    with contextlib.suppress(TemplateError):
        parse_body(text, "x.md")


@given(st.text(max_size=200))
def test_any_file_loads_or_is_refused(text: str) -> None:
    """No file brings out anything but a letter or an error with exit 31."""
    with contextlib.suppress(TemplateError):
        load_letter(text, "x.en.md")


FRONT = {
    "unknown_key": ("colour: red\n", "E020"),
    "unknown_reader": ("max_words: none\n", "E026"),
    "words_out_of_range": ("max_words: 0\n", "E026"),
    "two_sources": ("slots: {a: {fact: x.y, list: x.z}}\n", "E163"),
    "no_source": ("slots: {a: {least: 1}}\n", "E163"),
    "built_in_slot": ("slots: {holder: {fact: x.y}}\n", "E162"),
    "claim_as_slot": ("slots: {claim: {fact: x.y}}\n", "E162"),
    "option_of_another_source": ("slots: {a: {fact: x.y, least: 2}}\n", "E164"),
    "least_more_than_most": ("slots: {a: {list: x.y, least: 3, most: 2}}\n", "E164"),
    "context_is_no_mark": ("slots: {a: {events: context}}\n", "E028"),
    "bad_condition": ("slots: {a: {list: x.y, where: 'import os'}}\n", "E040"),
    "condition_that_calls": ("slots: {a: {list: x.y, where: \"open('x')\"}}\n", "E040"),
    "field_of_two_kinds": ("fields: [{label: a, slot: b, body: true}]\n", "E161"),
    "claim_without_exhibits": ("claims: {a: {exhibits: []}}\n", "E023"),
    "unknown_else": ("claims: {a: {exhibits: [x], else: lie}}\n", "E028"),
    "anchor": ("note: &a x\n", "E005"),
    "tag": ("note: !!python/object x\n", "E004"),
    "twice": ("note: a\nnote: b\n", "E007"),
    "signature": ("signature: anyone\n", "E028"),
    "day": ("reviewed_on: yesterday\n", "E026"),
}


@pytest.mark.parametrize(("front", "code"), FRONT.values(), ids=FRONT.keys())
def test_front_matter_is_closed(front: str, code: str) -> None:
    """A fault of the front matter has its code and line; nothing is guessed."""
    with pytest.raises(InvalidLetterError) as caught:
        load_letter(cases.letter("text", front), "letters/test-letter.en.md")
    assert code in {problem.code for problem in caught.value.problems}
    assert caught.value.problems[0].line >= 6


@pytest.mark.parametrize("text", ["", "text", "---\nletter: x\n", "--\n---\n"])
def test_file_without_front_matter_is_refused(text: str) -> None:
    """A letter begins with its front matter."""
    with pytest.raises(TemplateError):
        load_letter(text, "letters/test-letter.en.md")


def test_name_and_file_agree() -> None:
    """A copied file that still says it is another letter is refused."""
    with pytest.raises(InvalidLetterError, match="E160"):
        load_letter(cases.letter("text"), "letters/other.en.md")
