"""A handout as one page of HTML that needs nothing else: no script, no address that loads, no picture from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from recover.errors import TemplateError
from recover.packet import tree as t
from recover.playbook.drawing import draw_alone
from recover.preview.handout import Asked, Blank, Chapter, Handout, Item, Known, Onward, Screen

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; form-action 'none'; base-uri 'none'"


def handout_html(handout: Handout, style: str) -> str:
    """Write a handout as one HTML document. Raises `TemplateError` for a style that could end its element."""
    parts = {part.id: part for part in handout.picture.parts}
    overview = _drawing(draw_alone(parts[""], f"{handout.title}: overview"), "Overview")
    body = [
        f'<header><p class="kind">Playbook, to read and to print</p><h1>{escape(handout.title)}</h1>',
        *(f'<p class="lead">{escape(row)}</p>' for row in handout.lead),
        *(f'<p class="warning"><strong>Careful:</strong> {escape(row)}</p>' for row in handout.warnings),
        "</header>",
        _card(handout),
        _contents(handout),
        f'<section id="overview"><h2>Overview</h2>{overview}</section>',
        _gates(handout.gates),
        *(_chapter(chapter, handout) for chapter in handout.chapters),
        _section("letters", "Letters", (_letter(letter) for letter in handout.letters)),
        _dates(handout),
        _section("facts", "Facts from outside, and where they come from", (_known(each) for each in handout.facts)),
    ]
    return page(f"{handout.title} (playbook)", style, "\n".join(body), CSP)


def page(title: str, style: str, body: str, policy: str, *, script: str = "") -> str:
    """Write one self-contained HTML document; `policy` is its Content-Security-Policy.

    Raises `TemplateError` when the style is not there or could end its element.
    """
    if not style or "<" in style:
        raise TemplateError("the style is missing or holds a `<`", place="templates/preview")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">To the content</a>\n<main id="main" tabindex="-1">\n{body}\n</main>\n{script}'
        "</body>\n</html>\n"
    )


# --- the front ------------------------------------------------------------------------------------------------------


def _card(handout: Handout) -> str:
    rows = "".join(f"<li>{escape(row)}</li>" for row in handout.card)
    return (
        f'<section class="card" id="card"><h2>First aid, to read aloud: {escape(handout.card_title)}</h2>'
        f"<ul>{rows}</ul></section>"
    )


def _contents(handout: Handout) -> str:
    rows = ['<li><a href="#card">First aid</a></li>', '<li><a href="#overview">Overview</a></li>']
    rows += ['<li><a href="#gates">Gates</a></li>'] if handout.gates else []
    for chapter in handout.chapters:
        screens = "".join(
            f'<li><a href="#s{screen.number}">{screen.number} {escape(screen.title)}</a></li>'
            for screen in chapter.screens
        )
        rows.append(f'<li><a href="#{chapter.id}">{escape(chapter.title)}</a><ul>{screens}</ul></li>')
    letters = "".join(f'<li><a href="#{each.id}">{escape(each.title)}</a></li>' for each in handout.letters)
    rows += [f'<li><a href="#letters">Letters</a><ul>{letters}</ul></li>'] if letters else []
    rows += ['<li><a href="#dates">Dates</a></li>'] if handout.dates else []
    rows += ['<li><a href="#facts">Facts and sources</a></li>'] if handout.facts else []
    return f'<nav id="contents" aria-label="Contents"><h2>Contents</h2><ul>{"".join(rows)}</ul></nav>'


def _gates(gates: Sequence[Item]) -> str:
    rows = "".join(
        f"<dt>{escape(gate.text)}</dt>" + "".join(f"<dd>{escape(note)}</dd>" for note in gate.notes) for gate in gates
    )
    return f'<section id="gates"><h2>Gates</h2><dl>{rows}</dl></section>' if rows else ""


def _drawing(svg: str, name: str) -> str:
    return (
        f'<div class="drawing" role="region" tabindex="0" aria-label="{escape(name, quote=True)}, drawn; '
        f'the same in words below">{svg}</div>'
    )


# --- screens --------------------------------------------------------------------------------------------------------


def _chapter(chapter: Chapter, handout: Handout) -> str:
    section = chapter.screens[0].id.partition(".")[0] if "." in chapter.screens[0].id else ""
    part = next((each for each in handout.picture.parts if each.id == section and section), None)
    drawing = _drawing(draw_alone(part, chapter.title), chapter.title) if part and len(part.nodes) > 1 else ""
    screens = "".join(_screen(screen) for screen in chapter.screens)
    return f'<section class="chapter" id="{chapter.id}"><h2>{escape(chapter.title)}</h2>{drawing}{screens}</section>'


def _screen(screen: Screen) -> str:
    parts = [
        f'<article class="screen" id="s{screen.number}" aria-labelledby="t{screen.number}">'
        f'<h3 id="t{screen.number}"><span class="number">{screen.number}</span> {escape(screen.title)}</h3>',
        *(f'<p class="mark">{escape(mark)}</p>' for mark in screen.marks),
        f'<p class="say"><strong>For the helper:</strong> {escape(screen.say)}</p>' if screen.say else "",
        f"<blockquote><strong>Read aloud:</strong> {escape(screen.tell)}</blockquote>" if screen.tell else "",
        _block("Questions", "ul", (_asked(each) for each in screen.questions), "questions"),
        _block("Evidence to save", "ul", (_item(each, "") for each in screen.evidence)),
        _block("To do", "ul", (_item(each, "☐ ") for each in screen.items), "ticks"),
        _block("Letters", "ul", (_use(*each) for each in screen.letters)),
        *(f"<p>{escape(row)}</p>" for row in screen.waits),
        *(f"<p>Checks: {escape(row)}</p>" for row in screen.checks),
        _block("Then", "ul", (_onward(each) for each in screen.onward), "then"),
        f'<p class="end">The end of this line of work: {escape(screen.end)}.</p>' if screen.end else "",
        "</article>",
    ]
    return "".join(parts)


def _block(title: str, tag: str, rows: Iterable[str], kind: str = "") -> str:
    found = "".join(rows)
    look = f' class="{kind}"' if kind else ""
    return f"<h4>{title}</h4><{tag}{look}>{found}</{tag}>" if found else ""


def _asked(question: Asked) -> str:
    notes = "; ".join(each for each in (question.only_if, *question.notes) if each)
    choices = "".join(f"<li>{escape(each)}</li>" for each in question.choices)
    columns = "".join(_asked(each) for each in question.columns)
    return (
        f'<li><p class="ask">{escape(question.ask)}</p>'
        + (f'<p class="small">why: {escape(question.why)}</p>' if question.why else "")
        + (f'<p class="small">{escape(question.help)}</p>' if question.help else "")
        + f'<p class="small">answer: {escape(question.form)}{" (" + escape(notes) + ")" if notes else ""}</p>'
        + (f'<ul class="choices">{choices}</ul>' if choices else "")
        + (f'<ul class="columns">{columns}</ul>' if columns else "")
        + "</li>"
    )


def _item(item: Item, sign: str) -> str:
    notes = "; ".join(each for each in (*item.notes, item.only_if) if each)
    critical = ' <strong class="critical">critical</strong>' if item.is_critical and sign else ""
    return (
        f"<li>{sign}{escape(item.text)}{critical}"
        + (f' <span class="small">({escape(notes)})</span>' if notes else "")
        + "</li>"
    )


def _use(name: str, title: str, how: str) -> str:
    told = f' <span class="small">({escape(how)})</span>' if how else ""
    return f'<li><a href="#letter-{escape(name, quote=True)}">{escape(title)}</a>{told}</li>'


def _onward(way: Onward) -> str:
    words = f"{escape(way.words)}: " if way.words else ""
    beside = "also opened: " if way.is_beside else ""
    target = f'<a href="#s{way.number}">{way.number} {escape(way.title)}</a>' if way.number else escape(way.title)
    return f"<li>{beside}{words}{target}</li>"


# --- the back -------------------------------------------------------------------------------------------------------


def _section(name: str, title: str, rows: Iterable[str]) -> str:
    found = "".join(rows)
    return f'<section id="{name}"><h2>{escape(title)}</h2>{found}</section>' if found else ""


def _letter(letter: Blank) -> str:
    rules = "".join(f"<li>{escape(rule)}</li>" for rule in letter.rules)
    return (
        f'<article class="letter" id="{escape(letter.id, quote=True)}"><h3>{escape(letter.title)}</h3>'
        f'<ul class="small">{rules}</ul><div class="sheet" lang="{escape(letter.language, quote=True)}">'
        f"{tree_html(letter.tree)}</div></article>"
    )


def _dates(handout: Handout) -> str:
    rows = "".join(
        f"<dt>{escape(each.title)}</dt><dd>{escape(each.counts)}</dd>"
        + "".join(f'<dd class="small">{escape(note)}</dd>' for note in each.notes)
        + f'<dd class="small"><a href="#f-{escape(each.fact, quote=True)}">source</a></dd>'
        for each in handout.dates
    )
    return f'<section id="dates"><h2>Dates</h2><dl>{rows}</dl></section>' if rows else ""


def _known(fact: Known) -> str:
    stale = '<p class="warning">Past the day by which it was to be checked again.</p>' if fact.is_stale else ""
    lines = "".join(f"<li>{escape(row)}</li>" for row in fact.lines)
    sources = "".join(f"<li>{escape(row)}</li>" for row in fact.sources)
    return (
        f'<article class="fact" id="f-{escape(fact.id, quote=True)}"><h3>{escape(fact.title)}</h3>'
        f'<p class="small">{escape(fact.kind)}: {escape(fact.id)}</p>{stale}<ul>{lines}</ul>'
        f'<p class="small">{escape(fact.checked)}. Sources:</p><ul class="small">{sources}</ul></article>'
    )


# --- letters --------------------------------------------------------------------------------------------------------


def tree_html(tree: t.Tree) -> str:
    """Write a neutral document as HTML; every text is escaped, and there is nothing in it but text."""
    return "".join(_node(block) for block in tree)


def _node(block: t.Block) -> str:
    if isinstance(block, t.Heading):
        return f"<h{block.level + 2}>{_line(block.line)}</h{block.level + 2}>"
    if isinstance(block, t.Paragraph):
        return f"<p>{_line(block.line)}</p>"
    if isinstance(block, t.Items):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>{''.join(f'<li>{tree_html(item)}</li>' for item in block.items)}</{tag}>"
    if isinstance(block, t.Figure):
        return f"<p>{escape(block.title)}</p><p>{escape(block.told)}</p>"
    head = "".join(f'<th scope="col">{_line(cell)}</th>' for cell in block.header)
    rows = "".join("<tr>" + "".join(f"<td>{_line(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _line(line: t.Line) -> str:
    parts = []
    for part in line:
        if isinstance(part, t.Break):
            parts.append("<br>")
        else:
            text = escape(part.text)
            parts.append(f"<strong>{text}</strong>" if isinstance(part, t.Strong) else text)
    return "".join(parts)
