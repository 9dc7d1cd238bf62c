"""A playbook's picture as Mermaid text, for those who put it into a wiki: every way is drawn, every text is inert.

A title may say anything. It stands in quotes, and whatever is no letter, digit or plain punctuation is written as a
character code, so it can neither end the quotes nor become markup, a link or a click.
"""

from __future__ import annotations

from recover.playbook.model import Playbook
from recover.playbook.picture import Node, Picture, Way, ways_of
from recover.playbook.wording import Wording

_PLAIN = frozenset(" .,!?-/()'’“”…–—+")
_SHAPES = {"wait": ('{{"', '"}}'), "end": ('(["', '"])'), "step": ('["', '"]')}
_ARROWS = {"next": "-->", "outcome": "-->", "also": "-.->"}


def write_mermaid(playbook: Playbook, picture: Picture) -> str:
    """Write a playbook's steps, groups and ways as one Mermaid flowchart."""
    rows = ["flowchart TD", f"  accTitle: {_one_line(picture.title)}", f"  accDescr: {_one_line(playbook.summary)}"]
    names = {step: f"s{number}" for step, number in picture.numbers.items()}
    for number, part in enumerate(picture.parts):
        nodes = [node for node in part.nodes if node.id in names]
        if part.id:
            rows += [f'  subgraph g{number}["{quoted(part.title)}"]', *(f"  {_node(n, names)}" for n in nodes), "  end"]
        else:
            rows += [_node(node, names) for node in nodes]
    for step in sorted(playbook.steps, key=lambda step: picture.numbers[step.id]):
        rows += [_way(way, names) for way in ways_of(playbook, step) if way.target in names]
    wording = Wording(playbook)
    for number, watch in enumerate(playbook.watch, 1):
        rows.append(f'  w{number}[/"as soon as {quoted(wording.condition(watch.when))}"/]')
        rows.append(f"  w{number} -.-> {names[watch.open]}")
    return "\n".join(rows) + "\n"


def _node(node: Node, names: dict[str, str]) -> str:
    opened, closed = _SHAPES.get(node.kind, _SHAPES["step"])
    hurry = "hurry: " if node.is_race else ""
    return f"  {names[node.id]}{opened}{node.number} {hurry}{quoted(node.title)}{closed}"


def _way(way: Way, names: dict[str, str]) -> str:
    words = f'|"{quoted(way.words)}"|' if way.words else ""
    return f"  {names[way.source]} {_ARROWS[way.kind]}{words} {names[way.target]}"


def quoted(text: str) -> str:
    """Write a text so that it can stand between Mermaid's double quotes and means nothing but itself."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in " ".join(text.split()))


def _one_line(text: str) -> str:
    """Write a text for `accTitle`, which runs to the end of its row and knows no codes."""
    return "".join(c for c in " ".join(text.split()) if c.isalnum() or c in _PLAIN)[:400]
