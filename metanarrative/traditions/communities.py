"""Communities in a weighted graph: Leiden from several starts, consensus, quality.

Matrices are symmetric ``scipy.sparse`` CSR of shape (n, n) with no negative weight. Labels are
integer arrays of shape (n,): 0 is the largest community, -1 a node without any link. Nothing
depends on the order of runs or on hash seeds; callers sort their ids first.

References
----------
Traag, Waltman & van Eck 2019, 10.1038/s41598-019-41695-z (Leiden);
Lancichinetti & Fortunato 2012, 10.1038/srep00336 (consensus).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.errors import ModelMissingError

Labels = npt.NDArray[np.int64]

__all__ = [
    "MODULARITY",
    "POTTS",
    "Labels",
    "Method",
    "absorb_small",
    "best_of",
    "canonical",
    "consensus",
    "granularity",
    "leiden",
    "quality",
    "subgraph",
]


def canonical(labels: npt.ArrayLike) -> Labels:
    """Renumber communities by size, ties by their first member; negative labels become -1.

    Parameters
    ----------
    labels : array_like of int, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> canonical([7, 3, 3, -5, 7, 3]).tolist()
    [1, 0, 0, -1, 1, 0]
    """
    given = np.asarray(labels, dtype=np.int64)
    out = np.full(given.shape, -1, dtype=np.int64)
    linked = np.flatnonzero(given >= 0)
    if not linked.size:
        return out
    _, first, inverse, count = np.unique(given[linked], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(count.size, dtype=np.int64)
    rank[np.lexsort((first, -count))] = np.arange(count.size)
    out[linked] = rank[inverse]
    return out


def subgraph(matrix: Any, rows: npt.NDArray[np.int64]) -> Any:
    """Return the square CSR block of `matrix` over `rows`, in that order."""
    return matrix[rows][:, rows].tocsr()


@dataclass(frozen=True, slots=True)
class Method:
    """Which quality a partition is made for, and by whose hands.

    Attributes
    ----------
    quality : {"modularity", "cpm"}
        Modularity with resolution, or the constant Potts model, which knows no resolution limit.
    library : {"free", "igraph"}
        ``free`` takes the permissively licensed libraries alone, whatever else is installed, so
        that one input gives one result; igraph (GPL) only where it is asked for.
    relative : bool
        Resolutions of ``cpm`` count in the mean link of the graph, ``sum(weights) / n^2`` over its
        n linked nodes, so that about the same figures serve as for modularity.
    """

    quality: str = "modularity"
    library: str = "free"
    relative: bool = False

    def scaled(self, matrix: Any, resolution: float) -> float:
        """Return the resolution in units of the weights of `matrix`."""
        if self.quality == "cpm" and self.relative:
            degree = np.asarray(matrix.sum(axis=1)).ravel()
            return resolution * float(degree.sum()) / max(int((degree > 0).sum()), 1) ** 2
        return resolution


MODULARITY = Method()
POTTS = Method("cpm")


def leiden(matrix: Any, *, resolution: float = 1.0, seed: int = 0, method: Method = MODULARITY) -> Labels:
    """Return one Leiden partition.

    graspologic-native is used where it is installed, else scikit-network, else the Louvain of
    networkx: all under permissive licences, best measured quality first. The constant Potts model
    is solved by scikit-network and a final pass of single moves; graspologic-native's own stops at
    a worse optimum there.

    Parameters
    ----------
    matrix : CSR matrix, shape (n, n), symmetric
    resolution : float, above 0
    seed : int
    method : Method, optional

    Returns
    -------
    ndarray of int64, shape (n,)
        Canonical labels; -1 for nodes without links.

    Raises
    ------
    ModelMissingError
        If igraph is asked for and not there.

    References
    ----------
    10.1038/s41598-019-41695-z

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> two = sp.block_diag([np.ones((3, 3)) - np.eye(3)] * 2).tocsr()
    >>> leiden(two, seed=1).tolist(), leiden(two, resolution=0.5, seed=1, method=POTTS).tolist()
    ([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1])
    """
    size = int(matrix.shape[0])
    labels = np.full(size, -1, dtype=np.int64)
    linked = np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)
    if not linked.size:
        return labels
    block = matrix.tocsr() if linked.size == size else subgraph(matrix, linked)
    block.sum_duplicates()
    block.sort_indices()
    gamma = method.scaled(block, resolution)
    if method.library == "igraph":
        labels[linked] = _igraph(block, gamma, seed, method.quality)
    elif method.quality == "cpm":
        labels[linked] = _potts(block, gamma, seed)
    else:
        labels[linked] = _solve(block, gamma, seed)
    return canonical(labels)


def _igraph(block: Any, resolution: float, seed: int, quality: str) -> npt.NDArray[np.int64]:
    """Let igraph's Leiden run to its end; its random numbers come from `seed` alone."""
    import random

    try:
        import igraph
    except ImportError as error:
        raise ModelMissingError(
            "traditions.solver is igraph, which is not installed",
            mend='pip install "metanarrative[gpl]", or set [traditions] solver = "free"',
        ) from error
    from scipy.sparse import triu

    links = triu(block, k=1).tocoo()
    graph = igraph.Graph(n=int(block.shape[0]), edges=list(zip(links.row.tolist(), links.col.tolist(), strict=True)))
    igraph.set_random_number_generator(random.Random(seed))
    try:
        found = graph.community_leiden(
            objective_function="modularity" if quality == "modularity" else "CPM",
            weights=links.data.tolist(),
            resolution=float(resolution),
            n_iterations=-1,
        )
    finally:
        igraph.set_random_number_generator(random)
    return np.asarray(found.membership, dtype=np.int64)


def _solve(block: Any, resolution: float, seed: int) -> npt.NDArray[np.int64]:
    size = int(block.shape[0])
    try:
        from graspologic_native import leiden_csr
    except ImportError:
        return _solve_without(block, resolution, seed)
    _, found = leiden_csr(
        np.ascontiguousarray(block.indptr, dtype=np.int64),
        np.ascontiguousarray(block.indices, dtype=np.int32),
        np.ascontiguousarray(block.data, dtype=np.float64),
        size,
        resolution=float(resolution),
        iterations=2,
        seed=int(seed),
    )
    return np.fromiter(map(found.__getitem__, range(size)), dtype=np.int64, count=size)


def _potts(block: Any, resolution: float, seed: int) -> npt.NDArray[np.int64]:
    """Maximise ``sum_c e_c - resolution * n_c (n_c - 1) / 2``."""
    from sknetwork.clustering import Leiden

    size = int(block.shape[0])
    # scikit-network divides weights by their sum and node masses by n
    scaled = float(resolution) * size**2 / float(block.sum())
    solver = Leiden(resolution=scaled, modularity="potts", random_state=int(seed), shuffle_nodes=True)
    labels = canonical(solver.fit_predict(block))
    order = np.random.default_rng(seed).permutation(size).tolist()
    sizes = np.bincount(labels, minlength=size + 1)
    moved = True
    while moved:
        moved = False
        for node in order:
            span = slice(block.indptr[node], block.indptr[node + 1])
            near, pulls = np.unique(labels[block.indices[span]], return_inverse=True)
            pull = np.bincount(pulls, weights=block.data[span], minlength=near.size)
            home = int(labels[node])
            sizes[home] -= 1
            gain = np.round(pull - resolution * sizes[near], 10)
            stay = float(gain[near == home].sum()) if (near == home).any() else -resolution * float(sizes[home])
            best = int(np.argmax(gain)) if near.size else -1
            target = home
            if best >= 0 and gain[best] > max(stay, 0.0) + 1e-9:
                target = int(near[best])
            elif stay < -1e-9:
                target = int(np.flatnonzero(sizes == 0)[0])  # alone gains nothing and loses nothing
            sizes[target] += 1
            if target != home:
                labels[node] = target
                moved = True
    return labels


def _solve_without(block: Any, resolution: float, seed: int) -> npt.NDArray[np.int64]:
    """Do without graspologic-native: the same objective by other hands."""
    try:
        from sknetwork.clustering import Leiden

        solver = Leiden(resolution=float(resolution), random_state=int(seed), shuffle_nodes=True)
        return np.asarray(solver.fit_predict(block), dtype=np.int64)
    except ImportError:
        from networkx import from_scipy_sparse_array
        from networkx.algorithms.community import louvain_communities

        groups = louvain_communities(
            from_scipy_sparse_array(block), weight="weight", resolution=float(resolution), seed=int(seed)
        )
        labels = np.empty(int(block.shape[0]), dtype=np.int64)
        for number, members in enumerate(groups):
            labels[sorted(members)] = number
        return labels


def quality(matrix: Any, labels: Labels, *, resolution: float = 1.0, method: Method = MODULARITY) -> float:
    """Return modularity with resolution, or the constant Potts model's objective.

    ``Q = sum_c (in_c / 2m - resolution * (k_c / 2m)**2)``;
    ``H = sum_c (e_c - resolution * n_c (n_c - 1) / 2)``. Nodes with label -1 count as singletons.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> pairs = sp.csr_matrix(([3.0, 1, 2, 4], ([0, 0, 1, 2], [1, 2, 2, 3])), shape=(4, 4))
    >>> whole = pairs + pairs.T
    >>> found = canonical([0, 0, 1, 1])
    >>> round(quality(whole, found), 3), quality(whole, found, method=POTTS)
    (0.195, 5.0)
    """
    own = np.array(labels, dtype=np.int64)
    alone = np.flatnonzero(own < 0)
    own[alone] = own.max(initial=-1) + 1 + np.arange(alone.size)
    number = int(own.max(initial=-1)) + 1
    cells = matrix.tocoo()
    inside = own[cells.row] == own[cells.col]
    within = np.bincount(own[cells.row[inside]], weights=cells.data[inside], minlength=number)
    if method.quality == "cpm":
        resolution = method.scaled(matrix, resolution)
        sizes = np.bincount(own, minlength=number)
        return float((within / 2 - resolution * sizes * (sizes - 1) / 2).sum())
    total = float(cells.data.sum())
    if total <= 0:
        return 0.0
    degree = np.bincount(own[cells.row], weights=cells.data, minlength=number)
    return float((within / total - resolution * (degree / total) ** 2).sum())


def granularity(labels: Labels) -> float:
    """Return ``N / sum of squared sizes``: how fine a partition is, nodes outside counted as singletons.

    Two partitions are to be compared in quality only where this is about the same.

    References
    ----------
    Waltman, Boyack, Colavizza & van Eck 2020, 10.1162/qss_a_00035.

    Examples
    --------
    >>> granularity(canonical([0, 0, 1, 1])), granularity(canonical([0, -1, -1, -1]))
    (0.5, 1.0)
    """
    sizes = np.bincount(labels[labels >= 0]).astype(np.float64)
    squares = float((sizes**2).sum()) + float((labels < 0).sum())
    return labels.size / squares if squares else 0.0


def best_of(
    matrix: Any, seeds: Sequence[int], *, resolution: float = 1.0, method: Method = MODULARITY
) -> tuple[Labels, float, list[Labels]]:
    """Return the partition of highest quality over `seeds`, its quality, and all partitions.

    Ties go to the earlier seed.
    """
    runs = [leiden(matrix, resolution=resolution, seed=seed, method=method) for seed in seeds]
    cells = matrix.tocoo()  # once for all runs
    scores = [quality(cells, run, resolution=resolution, method=method) for run in runs]
    best = int(np.argmax(np.round(scores, 12)))
    return runs[best], scores[best], runs


def consensus(
    matrix: Any, runs: Sequence[Labels], seeds: Sequence[int], *, resolution: float, method: Method = MODULARITY
) -> Labels:
    """Return the partition on which the runs agree.

    Links whose ends share a community in at least half of the runs are kept, weighted by that
    share, and solved again from `seeds`; nodes that lose all links follow their strongest link.

    References
    ----------
    10.1038/srep00336; here on the links only, so that the agreement matrix stays sparse.
    """
    cells = matrix.tocoo()
    share = np.zeros(cells.data.size)
    for run in runs:
        share += run[cells.row] == run[cells.col]
    share /= max(len(runs), 1)
    from scipy.sparse import csr_matrix

    keep = (share >= 0.5) & (cells.data > 0)
    agreed = csr_matrix((cells.data[keep] * share[keep], (cells.row[keep], cells.col[keep])), shape=matrix.shape)
    labels, _, _ = best_of(agreed, seeds, resolution=resolution, method=method)
    linked = np.asarray(matrix.sum(axis=1)).ravel() > 0
    lost = np.flatnonzero(linked & (labels < 0))
    return _follow(matrix, labels, lost)


def _follow(matrix: Any, labels: Labels, lost: npt.NDArray[np.int64]) -> Labels:
    """Put each lost node into the community to which most of its weight goes."""
    out = labels.copy()
    waiting = [int(node) for node in lost]
    while waiting:
        placed: dict[int, int] = {}
        for node in waiting:
            span = slice(matrix.indptr[node], matrix.indptr[node + 1])
            near = out[matrix.indices[span]]
            known = near >= 0
            if known.any():
                pull = np.bincount(near[known], weights=matrix.data[span][known])
                placed[node] = int(np.argmax(pull))
        if not placed:
            # a component made of lost nodes only: keep it together as one community
            from scipy.sparse.csgraph import connected_components

            rows = np.asarray(waiting, dtype=np.int64)
            _, component = connected_components(subgraph(matrix, rows), directed=False)
            out[rows] = out.max(initial=-1) + 1 + component
            break
        for node, community in placed.items():
            out[node] = community
        waiting = [node for node in waiting if node not in placed]
    return canonical(out)


def absorb_small(matrix: Any, labels: Labels, smallest: int) -> tuple[Labels, Labels]:
    """Join communities below `smallest` to the one they are most strongly linked to.

    Returns
    -------
    labels : ndarray of int64
        -1 where a small community has no link to any other: listed, not forced.
    moved : ndarray of int64
        Nodes whose community was too small, sorted.
    """
    out = labels.copy()
    sizes = np.bincount(out[out >= 0]) if (out >= 0).any() else np.zeros(0, dtype=np.int64)
    small = [int(c) for c in np.argsort(sizes, kind="stable") if sizes[c] < smallest]
    moved = np.flatnonzero(np.isin(out, small))
    for community in small:
        members = np.flatnonzero(out == community)
        if members.size >= smallest:
            continue  # it grew by an earlier join
        pull = np.zeros(sizes.size)
        for node in members:
            span = slice(matrix.indptr[node], matrix.indptr[node + 1])
            near = out[matrix.indices[span]]
            other = (near >= 0) & (near != community)
            np.add.at(pull, near[other], matrix.data[span][other])
        # a chance link between two small ones must not make a third out of scraps
        ready = pull * (np.bincount(out[out >= 0], minlength=sizes.size) >= smallest)
        best = ready if ready.max(initial=0) > 0 else pull
        out[members] = int(np.argmax(best)) if best.max(initial=0) > 0 else -1
    left = np.bincount(out[out >= 0], minlength=sizes.size) if sizes.size else sizes
    out[np.isin(out, np.flatnonzero(left < smallest))] = -1
    return canonical(out), moved
