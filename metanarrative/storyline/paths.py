"""Main paths through a citation graph, by exact integers.

Arcs run from the cited to the citing work, so that a path runs forward in time. Weights are
Python integers: the number of paths outgrows 64 bits on a few hundred generations, and with it
would go the exact ties that must be reported.

References
----------
Hummon & Doreian 1989, 10.1016/0378-8733(89)90017-8; Batagelj 2003, arXiv cs/0309023;
Liu & Lu 2012, 10.1002/asi.21692 (key-route).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Arc = tuple[str, str]

__all__ = [
    "Acyclic",
    "MainPath",
    "basket",
    "components",
    "global_paths",
    "key_route",
    "local_forward",
    "make_acyclic",
    "order",
    "search_path_counts",
    "share_of",
    "weights",
]


@dataclass(frozen=True)
class Acyclic:
    """A graph without cycles and the arcs that were taken out to make it so, by reason."""

    arcs: tuple[Arc, ...]
    mutual: tuple[Arc, ...]
    backward: tuple[Arc, ...]


@dataclass(frozen=True)
class MainPath:
    """A set of arcs on the main path, and how many equally good ways there were.

    ``ties`` counts the steps at which two or more continuations were equally heavy; all of them
    are kept.
    """

    arcs: tuple[Arc, ...]
    ties: int


def components(arcs: Iterable[Arc]) -> list[tuple[str, ...]]:
    """Return the groups of nodes that arcs connect in any direction, largest first, each sorted.

    Examples
    --------
    >>> components([("a", "b"), ("c", "b"), ("x", "y")])
    [('a', 'b', 'c'), ('x', 'y')]
    """
    import networkx

    groups = [tuple(sorted(group)) for group in networkx.connected_components(networkx.Graph(list(arcs)))]
    return sorted(groups, key=lambda group: (-len(group), group))


def make_acyclic(arcs: Iterable[Arc], years: Mapping[str, int | None]) -> Acyclic:
    """Take out self citations, mutual citations and arcs that close a cycle, by a stated rule.

    Mutual citations go in both directions. Then, inside each remaining cycle (strongly connected
    component), arcs that run against the order of (year, id) are taken out; arcs outside cycles
    stay even where a year runs backwards, because years are often a year wrong.

    Parameters
    ----------
    arcs : iterable of (cited, citing)
    years : mapping of id to year or None

    Returns
    -------
    Acyclic

    Examples
    --------
    >>> found = make_acyclic([("a", "b"), ("b", "c"), ("c", "a")], {"a": 1990, "b": 1995, "c": 2000})
    >>> found.arcs, found.backward
    ((('a', 'b'), ('b', 'c')), (('c', 'a'),))
    """
    every = sorted({(cited, citing) for cited, citing in arcs if cited != citing})
    known = set(every)
    mutual = [arc for arc in every if (arc[1], arc[0]) in known]
    left = [arc for arc in every if (arc[1], arc[0]) not in known]
    component = _components(left)

    def place(node: str) -> tuple[int, str]:
        year = years.get(node)
        return (year if year is not None else 9999, node)

    backward = [(u, v) for u, v in left if component[u] == component[v] and place(u) > place(v)]
    gone = set(backward)
    return Acyclic(tuple(arc for arc in left if arc not in gone), tuple(mutual), tuple(backward))


def _neighbours(arcs: Iterable[Arc]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return successors and predecessors, each node in both, sorted."""
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for u, v in sorted(set(arcs)):
        after.setdefault(u, []).append(v)
        after.setdefault(v, [])
        before.setdefault(v, []).append(u)
        before.setdefault(u, [])
    return after, before


def _components(arcs: Sequence[Arc]) -> dict[str, int]:
    """Number the strongly connected components (Tarjan, without recursion)."""
    after, _ = _neighbours(arcs)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    number = 0
    for start in sorted(after):
        if start in index:
            continue
        work: list[tuple[str, int]] = [(start, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            for offset in range(position, len(after[node])):
                child = after[node][offset]
                if child not in index:
                    work.append((node, offset + 1))
                    work.append((child, 0))
                    break
                if child in on_stack:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component[member] = number
                        if member == node:
                            break
                    number += 1
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return component


@dataclass(frozen=True)
class _Dag:
    """Arcs over numbered nodes: ``nodes`` sorted, ``order`` a way through in which arcs run forward."""

    arcs: list[Arc]
    nodes: list[str]
    tail: list[int]
    head: list[int]
    out: list[list[int]]  # numbers of the arcs that leave each node, sorted by their head
    into: list[list[int]]
    order: list[int]


def _dag(arcs: Iterable[Arc]) -> _Dag:
    known = sorted(dict.fromkeys(arcs))  # in the order given: what is sorted already costs next to nothing
    nodes = sorted({u for u, _ in known} | {v for _, v in known})
    place = {node: number for number, node in enumerate(nodes)}
    tail = [place[u] for u, _ in known]
    head = [place[v] for _, v in known]
    out: list[list[int]] = [[] for _ in nodes]
    into: list[list[int]] = [[] for _ in nodes]
    for number, u in enumerate(tail):
        out[u].append(number)
        into[head[number]].append(number)
    waiting = [len(own) for own in into]
    found = [node for node, count in enumerate(waiting) if not count]
    for node in found:  # it grows as it is walked
        for number in out[node]:
            child = head[number]
            waiting[child] -= 1
            if not waiting[child]:
                found.append(child)
    if len(found) < len(nodes):
        raise ValueError("the graph has a cycle: call make_acyclic first")
    return _Dag(known, nodes, tail, head, out, into, found)


def order(arcs: Iterable[Arc]) -> list[str]:
    """Return the nodes so that every arc runs forward; ties by id.

    Raises
    ------
    ValueError
        If there is a cycle.
    """
    import heapq

    graph = _dag(arcs)
    waiting = [len(own) for own in graph.into]
    ready = [node for node, count in enumerate(waiting) if not count]
    out: list[str] = []
    while ready:
        node = heapq.heappop(ready)
        out.append(graph.nodes[node])
        for number in graph.out[node]:
            child = graph.head[number]
            waiting[child] -= 1
            if not waiting[child]:
                heapq.heappush(ready, child)
    return out


def search_path_counts(arcs: Iterable[Arc]) -> tuple[dict[Arc, int], int]:
    """Return the search path count of every arc and the number of source-sink paths.

    Parameters
    ----------
    arcs : iterable of (cited, citing), without cycles

    References
    ----------
    arXiv cs/0309023

    Examples
    --------
    >>> counts, total = search_path_counts([("a", "c"), ("b", "c"), ("c", "d"), ("c", "e")])
    >>> counts[("a", "c")], total
    (2, 4)
    """
    graph = _dag(arcs)
    counts = _traversals(graph, "SPC")
    total = sum(count for count, u in zip(counts, graph.tail, strict=True) if not graph.into[u])
    return dict(zip(graph.arcs, counts, strict=True)), total


def weights(arcs: Iterable[Arc], kind: str = "SPC") -> dict[Arc, int]:
    """Return traversal weights of every arc.

    Parameters
    ----------
    arcs : iterable of (cited, citing), without cycles
    kind : {"SPC", "SPLC", "SPNP", "pairs"}
        ``SPC`` counts paths from sources to sinks; ``SPLC`` lets every node begin a path;
        ``SPNP`` lets every node begin and end one; ``pairs`` counts the distinct (ancestor,
        descendant) pairs that the arc connects.

    Raises
    ------
    ValueError
        If `kind` is unknown or there is a cycle.

    References
    ----------
    10.1016/0378-8733(89)90017-8

    Examples
    --------
    >>> weights([("a", "b"), ("b", "c")], "SPLC")[("b", "c")]
    2
    """
    if kind not in ("SPC", "SPLC", "SPNP", "pairs"):
        raise ValueError(f"no weight is called {kind!r}: SPC, SPLC, SPNP, pairs")
    graph = _dag(arcs)
    counts = _pairs(graph) if kind == "pairs" else _traversals(graph, kind)
    return dict(zip(graph.arcs, counts, strict=True))


def _traversals(graph: _Dag, kind: str) -> list[int]:
    """Paths that arrive at the tail times paths that leave the head, arc by arc."""
    arriving, leaving = [0] * len(graph.nodes), [0] * len(graph.nodes)
    for node in graph.order:
        count = arriving[node] + (kind != "SPC" or not graph.into[node])
        arriving[node] = count
        for arc in graph.out[node]:
            arriving[graph.head[arc]] += count
    for node in reversed(graph.order):
        count = leaving[node] + (kind == "SPNP" or not graph.out[node])
        leaving[node] = count
        for arc in graph.into[node]:
            leaving[graph.tail[arc]] += count
    return [arriving[u] * leaving[v] for u, v in zip(graph.tail, graph.head, strict=True)]


def _pairs(graph: _Dag) -> list[int]:
    """Count ancestors (with u) times descendants (with v), as bit sets."""
    up, down = [1 << n for n in range(len(graph.nodes))], [1 << n for n in range(len(graph.nodes))]
    for node in graph.order:
        for arc in graph.into[node]:
            up[node] |= up[graph.tail[arc]]
    for node in reversed(graph.order):
        for arc in graph.out[node]:
            down[node] |= down[graph.head[arc]]
    return [up[u].bit_count() * down[v].bit_count() for u, v in zip(graph.tail, graph.head, strict=True)]


def local_forward(weight: Mapping[Arc, int]) -> MainPath:
    """Follow the heaviest arc out of the sources, then out of each node reached; ties all kept."""
    after, before = _neighbours(weight)
    sources = [node for node in after if not before[node]]
    top = max((weight[(u, v)] for u in sources for v in after[u]), default=0)
    first = [(u, v) for u in sources for v in after[u] if weight[(u, v)] == top]
    chosen, ties = set(first), int(len(first) > 1)
    reached = sorted({v for _, v in first})
    seen: set[str] = set()
    while reached:
        node = reached.pop()
        if node in seen or not after[node]:
            continue
        seen.add(node)
        best = max(weight[(node, v)] for v in after[node])
        steps = [v for v in after[node] if weight[(node, v)] == best]
        ties += int(len(steps) > 1)
        chosen |= {(node, v) for v in steps}
        reached += steps
    return MainPath(tuple(sorted(chosen)), ties)


def _best_sums(graph: _Dag, weight: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the greatest total from a source to each node, and from each node to a sink."""
    to, onward = [0] * len(graph.nodes), [0] * len(graph.nodes)
    for node in graph.order:
        for arc in graph.out[node]:
            total = to[node] + weight[arc]
            if total > to[graph.head[arc]]:
                to[graph.head[arc]] = total
    for node in reversed(graph.order):
        for arc in graph.into[node]:
            total = onward[node] + weight[arc]
            if total > onward[graph.tail[arc]]:
                onward[graph.tail[arc]] = total
    return to, onward


def global_paths(weight: Mapping[Arc, int], *, most: int = 100) -> tuple[int, list[list[str]]]:
    """Return the greatest total weight of a source-sink path and every path that reaches it.

    Parameters
    ----------
    weight : mapping of arc to weight
    most : int
        Paths listed; there may be exponentially many ties.

    Examples
    --------
    >>> global_paths({("a", "b"): 2, ("b", "c"): 1, ("b", "d"): 1})
    (3, [['a', 'b', 'c'], ['a', 'b', 'd']])
    """
    if not weight:
        return 0, []
    graph = _dag(weight)
    value = [weight[arc] for arc in graph.arcs]
    to, onward = _best_sums(graph, value)
    total = max(to)
    paths: list[list[str]] = []
    starts = [n for n in range(len(graph.nodes)) if not graph.into[n] and onward[n] == total]
    stack = [[node] for node in reversed(starts)]
    while stack and len(paths) < most:
        path = stack.pop()
        here = path[-1]
        if not graph.out[here]:
            paths.append([graph.nodes[node] for node in path])
            continue
        best = [graph.head[a] for a in graph.out[here] if value[a] + onward[graph.head[a]] == onward[here]]
        stack += [[*path, child] for child in reversed(best)]
    return total, paths


def key_route(weight: Mapping[Arc, int], number: int = 10) -> MainPath:
    """Return the global key-route main path: the heaviest arcs, each extended both ways.

    The `number` heaviest arcs are taken, with every arc as heavy as the last of them; from each
    the heaviest total is followed forward to a sink and backward to a source.

    References
    ----------
    10.1002/asi.21692

    Examples
    --------
    >>> key_route({("a", "b"): 2, ("b", "c"): 1, ("b", "d"): 1}, 1)
    MainPath(arcs=(('a', 'b'), ('b', 'c'), ('b', 'd')), ties=1)
    """
    if not weight:
        return MainPath((), 0)
    import heapq

    graph = _dag(weight)
    value = [weight[arc] for arc in graph.arcs]
    last = heapq.nlargest(number, value)[-1]
    keys = [arc for arc, own in enumerate(value) if own >= last]
    to, onward = _best_sums(graph, value)
    chosen = set(keys)
    ties = int(len(keys) > number)
    for ahead in (True, False):
        near, far, total = (graph.out, graph.head, onward) if ahead else (graph.into, graph.tail, to)
        front = sorted({far[arc] for arc in keys})
        seen: set[int] = set()
        while front:
            node = front.pop()
            if node in seen:
                continue
            seen.add(node)
            steps = [arc for arc in near[node] if value[arc] + total[far[arc]] == total[node]]
            chosen.update(steps)
            ties += int(len(steps) > 1)
            front += [far[arc] for arc in steps]
    return MainPath(tuple(graph.arcs[arc] for arc in sorted(chosen)), ties)


def basket(arcs: Iterable[Arc]) -> tuple[int, dict[str, int]]:
    """Return the length of the longest path and each node's criticality.

    Criticality is the number of arcs by which the longest path through a node falls short of the
    longest path of all; the basket is made of the nodes where it is 0.

    References
    ----------
    Price & Evans 2025, arXiv 2512.12355.

    Examples
    --------
    >>> basket([("a", "b"), ("b", "c"), ("x", "c")])
    (2, {'a': 0, 'b': 0, 'c': 0, 'x': 1})
    """
    graph = _dag(arcs)
    if not graph.arcs:
        return 0, {}
    to, onward = _best_sums(graph, [1] * len(graph.arcs))
    longest = max(to)
    return longest, {node: longest - to[n] - onward[n] for n, node in enumerate(graph.nodes)}


def share_of(weight: int, total: int) -> float:
    """Return ``weight / total`` without overflow of either.

    Examples
    --------
    >>> share_of(10**400, 2 * 10**400)
    0.5
    """
    return float(Fraction(weight, total)) if total else 0.0
