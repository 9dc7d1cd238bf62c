"""Safety and sworn text of a translation that nobody has reviewed: printed with the English beside it.

A trainer begins a paragraph, an item of a list or a heading with `SWORN:` or `SAFETY:`, in the English letter and in
the translation. The word is never printed. On a heading it means everything up to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from recover.packet import tree as t
from recover.packet.letters import language as lang
from recover.packet.words.phrases import in_both

SIGN = "\ue002"
"""Stands for the word while the Markdown is read; of the private use area, so no value and no template can hold it."""
_WORD = re.compile(r"^([ \t]*(?:[-+*] |[0-9]+[.)] |#{2,3} )?)(?:SWORN|SAFETY):[ \t]*", re.MULTILINE)


def signed(markdown: str) -> str:
    """Return a template's Markdown with the sign in place of each word; values are not in it yet."""
    return _WORD.sub(lambda found: f"{found[1]}{SIGN}", markdown)


def count_marks(body: lang.Body) -> int:
    """Count the marked parts that a template's text has, whatever its conditions come to."""
    return signed("\n".join(_literals(body))).count(SIGN)


def _literals(body: lang.Body) -> Iterator[str]:
    for part in body:
        if isinstance(part, lang.Literal):
            yield part.text
        elif isinstance(part, lang.Loop):
            yield from _literals(part.body)
        elif isinstance(part, lang.Branch):
            for _, arm in part.arms:
                yield from _literals(arm)


def unsigned(tree: t.Tree) -> t.Tree:
    """Return a tree without the signs."""
    return tuple(_unsigned(block) for block in tree)


def with_english(tree: t.Tree, english: t.Tree, language: str) -> t.Tree:
    """Return a translation with the English below each marked part; both trees still hold their signs.

    Where the two do not have the same parts, all of the English ones stand at the end: none is left out.
    """
    parts = list(_parts(english))
    if sum(1 for _ in _parts(tree)) != len(parts):
        heading = t.Heading(2, (t.Text(_label(language)),))
        return (*unsigned(tree), heading, *(block for part in parts for block in unsigned(part)))
    return tuple(_beside(tree, iter(parts), language))


def _label(language: str) -> str:
    return " / ".join(in_both("english-beside", language))


def _beside(blocks: t.Tree, parts: Iterator[t.Tree], language: str) -> Iterator[t.Block]:
    waiting: t.Tree = ()
    level = 0
    for block in blocks:
        if waiting and isinstance(block, t.Heading) and block.level <= level:
            yield from waiting
            waiting = ()
        if waiting:
            yield _unsigned(block)
        elif isinstance(block, t.Heading) and _is_signed(block):
            level, waiting = block.level, _english(next(parts)[1:], language)
            yield _unsigned(block)
        elif isinstance(block, t.Paragraph) and _is_signed(block):
            yield _unsigned(block)
            yield from _english(next(parts), language)
        elif isinstance(block, t.Items):
            yield replace(block, items=tuple(_item(item, parts, language) for item in block.items))
        else:
            yield block
    yield from waiting


def _item(blocks: t.Tree, parts: Iterator[t.Tree], language: str) -> t.Tree:
    if blocks and _is_signed(blocks[0]):
        return (*unsigned(blocks), *_english(next(parts), language))
    return blocks


def _english(part: t.Tree, language: str) -> t.Tree:
    """Write the English of one part, the label in front of its first paragraph."""
    blocks = unsigned(part)
    label: t.Line = (t.Strong(f"{_label(language)}:"), t.Text(" "))
    if blocks and isinstance(blocks[0], t.Paragraph):
        # One whole, so that no part of an English sentence changes places in a line that runs the other way.
        whole = t.Fixed("".join(" " if isinstance(each, t.Break) else each.text for each in blocks[0].line))
        return (t.Paragraph((*label, whole)), *blocks[1:])
    return (t.Paragraph(label[:1]), *blocks)


def _parts(tree: t.Tree) -> Iterator[t.Tree]:
    """Yield the marked parts of a tree, in order: a paragraph, the blocks of an item, or a heading with its section."""
    section: list[t.Block] = []
    level = 0
    for block in tree:
        if section and isinstance(block, t.Heading) and block.level <= level:
            yield tuple(section)
            section = []
        if section:
            section.append(block)
        elif isinstance(block, t.Heading) and _is_signed(block):
            section, level = [block], block.level
        elif isinstance(block, t.Paragraph) and _is_signed(block):
            yield (block,)
        elif isinstance(block, t.Items):
            yield from (item for item in block.items if item and _is_signed(item[0]))
    if section:
        yield tuple(section)


def _is_signed(block: t.Block) -> bool:
    if not isinstance(block, t.Heading | t.Paragraph) or not block.line:
        return False
    first = block.line[0]
    return not isinstance(first, t.Break) and first.text.startswith(SIGN)


def _unsigned(block: t.Block) -> t.Block:
    if isinstance(block, t.Items):
        return replace(block, items=tuple(unsigned(item) for item in block.items))
    if not isinstance(block, t.Heading | t.Paragraph):
        return block
    bare = (
        part if isinstance(part, t.Break) else replace(part, text=part.text.replace(SIGN, "")) for part in block.line
    )
    return replace(block, line=tuple(part for part in bare if isinstance(part, t.Break) or part.text))
