"""Steps as a graph: what is reached, and which steps form circles. Linear in the number of ways between steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Edges = Mapping[str, Sequence[str]]
"""Step → the steps it leads to; targets that are no step are ignored."""


def reachable(edges: Edges, roots: Iterable[str]) -> set[str]:
    """Return every step on a way from one of the roots, the roots included."""
    reached: set[str] = set()
    waiting = [root for root in roots if root in edges]
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            waiting.extend(target for target in edges[step] if target in edges)
    return reached


def components(edges: Edges) -> list[list[str]]:
    """Return the strongly connected parts: steps that lead to one another, each part in the order of `edges`.

    Tarjan's algorithm with a stack of its own, because a hostile playbook may be thousands of steps deep.
    """
    order = {step: number for number, step in enumerate(edges)}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_steps: list[str] = []
    is_open: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        path: list[tuple[str, int]] = [(root, 0)]
        while path:
            step, place = path.pop()
            if place == 0:
                index[step] = low[step] = len(index)
                open_steps.append(step)
                is_open.add(step)
            targets = edges[step]
            while place < len(targets):
                target = targets[place]
                place += 1
                if target not in edges:
                    continue
                if target not in index:
                    path += [(step, place), (target, 0)]
                    break
                if target in is_open:
                    low[step] = min(low[step], index[target])
            else:
                if path:
                    parent = path[-1][0]
                    low[parent] = min(low[parent], low[step])
                if low[step] == index[step]:
                    part: list[str] = []
                    while not part or part[-1] != step:
                        part.append(open_steps.pop())
                    is_open.difference_update(part)
                    found.append(sorted(part, key=order.__getitem__))
    return found


def circles(edges: Edges) -> list[list[str]]:
    """Return the parts in which one comes back to where one was, by the order of their first step."""
    order = {step: number for number, step in enumerate(edges)}
    turning = [part for part in components(edges) if len(part) > 1 or part[0] in edges[part[0]]]
    return sorted(turning, key=lambda part: order[part[0]])


def traps(edges: Edges) -> list[list[str]]:
    """Return the parts that cannot be left: no way leads from them to another step."""
    order = {step: number for number, step in enumerate(edges)}
    closed = []
    for part in components(edges):
        inside = set(part)
        if all(target in inside for step in part for target in edges[step] if target in edges):
            closed.append(part)
    return sorted(closed, key=lambda part: order[part[0]])
