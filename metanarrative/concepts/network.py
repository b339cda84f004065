"""The concept graph: association strength, themes, Callon's centrality and density.

References
----------
Van Eck & Waltman 2009, 10.1002/asi.21075 (association strength); Callon, Courtial & Laville 1991,
10.1007/BF02019280 (centrality and density).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Edge",
    "association",
    "bibliometrix_figures",
    "callon",
    "cooccurrence",
    "equivalence",
    "theme_figures",
    "themes",
]


@dataclass(frozen=True, slots=True)
class Edge:
    """Two concepts by row, the works with both, and observed over expected."""

    source: int
    target: int
    n: int
    strength: float


def association(both: int, first: int, second: int, works: int) -> float:
    """Return association strength: co-occurrences observed over those expected by chance.

    ``c_ij * N / (s_i * s_j)``; 1 means as often as chance would have it.

    References
    ----------
    10.1002/asi.21075

    Examples
    --------
    >>> round(association(6, 10, 15, 50), 6)
    2.0
    """
    return both * works / (first * second) if first and second else 0.0


def equivalence(both: int, first: int, second: int) -> float:
    """Return the equivalence index ``c^2 / (s_i s_j)``, 0 to 1.

    Examples
    --------
    >>> equivalence(6, 10, 15)
    0.24
    """
    return both * both / (first * second) if first and second else 0.0


def callon(inner: Sequence[float], outer: Sequence[float], words: int) -> tuple[float, float]:
    """Return centrality and density of a theme, classic form.

    Centrality is ``10 * sum`` of the equivalence indices to concepts of other themes, density
    ``100 * sum / w`` of those inside, w concepts.

    References
    ----------
    10.1007/BF02019280

    Examples
    --------
    >>> [round(value, 4) for value in callon([0.25, 0.16, 0.09], [0.04, 0.05], 3)]
    [0.9, 16.6667]
    """
    return 10 * sum(outer), (100 * sum(inner) / words if words else 0.0)


def cooccurrence(held: Sequence[frozenset[str]], *, works: int, fewest: int = 2) -> list[Edge]:
    """Return the edges of the concept graph: pairs of concepts that share `fewest` works.

    Parameters
    ----------
    held : sequence of frozenset of work ids
        The works of each concept.
    works : int
        Works looked at altogether.
    fewest : int
    """
    from scipy.sparse import csr_matrix, triu

    names = {work: column for column, work in enumerate(sorted(set().union(*held)))} if held else {}
    cells = [(row, names[work]) for row, own in enumerate(held) for work in own]
    matrix = csr_matrix(
        (np.ones(len(cells), dtype=np.int64), ([r for r, _ in cells], [c for _, c in cells])),
        shape=(len(held), max(len(names), 1)),
    )
    shared = triu(matrix @ matrix.T, k=1).tocoo()
    found = [
        Edge(int(i), int(j), int(n), association(int(n), len(held[i]), len(held[j]), works))
        for i, j, n in zip(shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True)
        if n >= fewest
    ]
    return sorted(found, key=lambda edge: (edge.source, edge.target))


def themes(
    size: int, edges: Sequence[Edge], *, seed: int, smallest: int = 3, starts: int = 10
) -> npt.NDArray[np.int64]:
    """Group concepts by Leiden on association strength above chance, best of several starts.

    Returns
    -------
    ndarray of int64, shape (size,)
        -1 where a concept's group has fewer than `smallest` concepts; 0 is the largest theme.
    """
    labels = np.full(size, -1, dtype=np.int64)
    strong = [edge for edge in edges if edge.strength > 1.0]
    nodes = sorted({end for edge in strong for end in (edge.source, edge.target)})
    if not nodes:
        return labels
    place = {node: row for row, node in enumerate(nodes)}
    from scipy.sparse import csr_matrix

    rows = [place[e.source] for e in strong] + [place[e.target] for e in strong]
    columns = [place[e.target] for e in strong] + [place[e.source] for e in strong]
    # the logarithm keeps one freak pair of rare concepts from tying a theme by itself
    data = [float(np.log2(1 + e.strength)) for e in strong] * 2
    matrix = csr_matrix((data, (rows, columns)), shape=(len(nodes), len(nodes)), dtype=np.float64)
    matrix.sort_indices()
    found = _leiden(matrix, seed, starts)
    groups: dict[int, list[int]] = {}
    for row, community in enumerate(found):
        groups.setdefault(community, []).append(nodes[row])
    kept = sorted((g for g in groups.values() if len(g) >= smallest), key=lambda g: (-len(g), g[0]))
    for number, group in enumerate(kept):
        labels[group] = number
    return labels


def _leiden(matrix: Any, seed: int, starts: int) -> list[int]:
    """Communities of a small connected-or-not graph without isolated nodes."""
    size = int(matrix.shape[0])
    try:
        from graspologic_native import leiden_csr
    except ImportError:
        from networkx import from_scipy_sparse_array
        from networkx.algorithms.community import louvain_communities

        out = [0] * size
        for number, group in enumerate(louvain_communities(from_scipy_sparse_array(matrix), seed=seed)):
            for node in group:
                out[node] = number
        return out
    best: tuple[float, list[int]] | None = None
    for start in range(starts):
        score, found = leiden_csr(
            matrix.indptr.astype(np.int64),
            matrix.indices.astype(np.int32),
            matrix.data,
            size,
            resolution=1.0,
            iterations=2,
            seed=seed + start,
        )
        if best is None or round(score, 12) > round(best[0], 12):
            best = (score, [found[node] for node in range(size)])
    return best[1] if best else [0] * size


def theme_figures(
    labels: npt.NDArray[np.int64], edges: Sequence[Edge], sizes: Mapping[int, int] | Sequence[int]
) -> list[tuple[float, float]]:
    """Return (centrality, density) of each theme by equivalence indices.

    A link between two themes counts for both.
    """
    number = int(labels.max(initial=-1)) + 1
    inner: list[list[float]] = [[] for _ in range(number)]
    outer: list[list[float]] = [[] for _ in range(number)]
    for edge in edges:
        a, b = int(labels[edge.source]), int(labels[edge.target])
        value = equivalence(edge.n, sizes[edge.source], sizes[edge.target])
        if a == b and a >= 0:
            inner[a].append(value)
        elif a >= 0 and b >= 0:
            outer[a].append(value)
            outer[b].append(value)
    counts = np.bincount(labels[labels >= 0], minlength=number)
    return [callon(inner[t], outer[t], int(counts[t])) for t in range(number)]


def bibliometrix_figures(
    labels: npt.NDArray[np.int64], edges: Sequence[Edge], sizes: Sequence[int]
) -> list[tuple[float, float]]:
    """Return (centrality, density) of each theme in the form that bibliometrix gives.

    It differs from the classic form in four ways: association strength ``c / (s_i s_j)`` stands in
    place of the equivalence index; a link between two themes counts for the theme of its commoner
    concept only; the diagonal ``1 / s_i`` stays in the density; centrality lacks the factor 10.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
    edges : sequence of Edge
    sizes : sequence of int
        Works of each concept.

    Examples
    --------
    >>> edges = [Edge(0, 1, 2, 0.0), Edge(1, 2, 1, 0.0)]
    >>> found = bibliometrix_figures(np.array([0, 0, 1]), edges, [4, 2, 1])
    >>> [(c, d) for c, d in found]
    [(0.5, 50.0), (0.0, 100.0)]
    """
    number = int(labels.max(initial=-1)) + 1
    inner, outer = [0.0] * number, [0.0] * number
    for row, size in enumerate(sizes):
        if labels[row] >= 0 and size:
            inner[int(labels[row])] += 1 / size
    for edge in edges:
        first, second = sorted((edge.source, edge.target), key=lambda row: (-sizes[row], row))
        a, b = int(labels[first]), int(labels[second])
        value = edge.n / (sizes[first] * sizes[second])
        if a == b and a >= 0:
            inner[a] += value
        elif a >= 0 and b >= 0:
            outer[a] += value
    counts = np.bincount(labels[labels >= 0], minlength=number)
    return [(outer[t], 100 * inner[t] / int(counts[t])) for t in range(number)]
