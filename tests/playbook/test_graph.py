"""Circles, traps and ways between steps, against the plain definition."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from recover.playbook.graph import circles, components, reachable, traps

NODES = [f"s{number}" for number in range(7)]
GRAPHS = st.fixed_dictionaries(
    {node: st.lists(st.sampled_from([*NODES, "gone"]), max_size=3, unique=True) for node in NODES}
)


def plainly_reached(edges: dict[str, list[str]], root: str) -> set[str]:
    """Return what lies behind a node, one or more ways on."""
    reached: set[str] = set()
    for _ in edges:
        for node in [root, *reached]:
            reached |= {target for target in edges[node] if target in edges}
    return reached


@given(GRAPHS)
def test_circles_are_the_nodes_that_come_back_to_themselves(edges: dict[str, list[str]]) -> None:
    """A node is in a circle exactly if a way leads from it to itself, and with all nodes both ways from it."""
    turning = {node for node in edges if node in plainly_reached(edges, node)}
    assert {node for circle in circles(edges) for node in circle} == turning
    for circle in circles(edges):
        for node in circle:
            behind = plainly_reached(edges, node)
            both = {other for other in behind if node in plainly_reached(edges, other)}
            assert both == set(circle)
    assert sorted(node for part in components(edges) for node in part) == sorted(edges)


@given(GRAPHS)
def test_traps_are_the_parts_without_a_way_out(edges: dict[str, list[str]]) -> None:
    """From every node a way leads into a trap, and from a trap only into itself."""
    closed = [set(part) for part in traps(edges)]
    for node in edges:
        assert any((plainly_reached(edges, node) | {node}) & part for part in closed)
    for part in closed:
        assert all(plainly_reached(edges, node) <= part for node in part)


@given(GRAPHS, st.lists(st.sampled_from(NODES), max_size=2))
def test_reachable(edges: dict[str, list[str]], roots: list[str]) -> None:
    """What is reached from roots is the roots and all that lies behind them."""
    plainly = set(roots).union(*(plainly_reached(edges, root) for root in roots))
    assert reachable(edges, roots) == plainly


def test_thousands_of_steps_are_quick() -> None:
    """A chain and a circle of 50,000 steps are seen through in seconds and without a deep call stack."""
    many = 50_000
    began = time.process_time()
    chain = {f"s{number}": [f"s{number + 1}", f"s{number}"] for number in range(many)}
    ring = {f"s{number}": [f"s{(number + 1) % many}"] for number in range(many)}
    assert len(circles(chain)) == many
    assert len(circles(ring)) == 1
    assert time.process_time() - began < 10
