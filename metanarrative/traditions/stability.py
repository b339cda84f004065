"""How far a partition can be trusted: node bootstraps, the resolution scan, membership.

A bootstrap here is a node subsample: 80 % of the works, drawn without replacement, clustered
again. Stability of a resolution is the mean pairwise adjusted Rand index of those runs on the
works they share; stability of a cluster is its mean best Jaccard (Hennig); agreement of a work is
the share of the subsamples holding it in which it stays with its cluster.

References
----------
Hubert & Arabie 1985, 10.1007/BF01908075; Hennig 2007, 10.1016/j.csda.2006.11.025;
Guimerà & Amaral 2005, 10.1038/nature03288 (participation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.traditions.communities import MODULARITY, Labels, Method, leiden, subgraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOLERANCE = 0.02
"""The finest resolution whose stability is within this of the best is chosen."""
GATE = 0.40
"""Below this best stability the answer is "no stable traditions found"; more is asked of few works: :func:`gate`."""
MOST = 0.75
"""Where one cluster holds more of the works than this, the rest is crumbs, and their stability says nothing."""
WEAK = 0.70
"""Below this the partition is called weak."""
THREADED = 2000
"""From so many works resamples are clustered two at a time."""

__all__ = [
    "GATE",
    "TOLERANCE",
    "WEAK",
    "Level",
    "Resample",
    "Scan",
    "adjusted_rand",
    "agreement",
    "choose",
    "cluster_jaccard",
    "fused",
    "gammas",
    "gate",
    "k_bounds",
    "participation",
    "resample",
    "scan",
    "shares",
    "subsamples",
    "together",
]


@dataclass(frozen=True)
class Resample:
    """One subsample: the rows drawn (sorted) and their labels."""

    rows: Ints
    labels: Labels


@dataclass(frozen=True)
class Level:
    """One resolution of the scan: its clusters, mean pairwise ARI, and the largest cluster's share of the works."""

    gamma: float
    k: int
    stability: float
    chosen: bool = False
    largest: float = 0.0


@dataclass(frozen=True)
class Scan:
    """The whole curve and what the rule made of it; ``why`` is a sentence for people."""

    levels: tuple[Level, ...]
    best: float
    gamma: float
    why: str


def adjusted_rand(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return the adjusted Rand index, at most 1; two trivial partitions that agree give 1.

    References
    ----------
    10.1007/BF01908075

    Examples
    --------
    >>> adjusted_rand([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    >>> round(adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]), 6)
    0.242424
    """
    a = np.unique(np.asarray(first), return_inverse=True)[1].ravel()
    b = np.unique(np.asarray(second), return_inverse=True)[1].ravel()
    if a.size < 2:
        return 1.0
    pairs = a.astype(np.int64) * (int(b.max()) + 1) + b
    together_ = _pairs(np.unique(pairs, return_counts=True)[1])
    in_a, in_b = _pairs(np.bincount(a)), _pairs(np.bincount(b))
    every = a.size * (a.size - 1) / 2
    expected = in_a * in_b / every
    highest = (in_a + in_b) / 2
    return 1.0 if highest == expected else float((together_ - expected) / (highest - expected))


def _pairs(counts: npt.NDArray[Any]) -> float:
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)


def gammas(number: int = 14, low: float = 0.15, high: float = 6.0) -> tuple[float, ...]:
    """Return log-spaced resolutions, rounded so that they can be written down.

    Examples
    --------
    >>> gammas(3)
    (0.15, 0.949, 6.0)
    """
    return tuple(round(float(g), 3) for g in np.geomspace(low, high, number))


def k_bounds(size: int) -> tuple[int, int, str]:
    """Return the fewest and most clusters the rule may choose for `size` works, and why.

    Two-way splits are trivially stable, so that large corpora must show four; a small corpus
    has no room for four.

    Examples
    --------
    >>> k_bounds(1000)[:2], k_bounds(112)[:2], k_bounds(30)[:2]
    ((4, 15), (3, 11), (2, 4))
    """
    fewest = 4 if size >= 200 else 3 if size >= 60 else 2
    most = max(fewest, min(15, size // 10 if size >= 60 else size // 7))
    reason = {
        4: "at least 4, because two-way splits are always stable",
        3: "at least 3, because fewer than 200 works leave little room and two-way splits are always stable",
        2: "at least 2, because fewer than 60 works leave no room for more",
    }[fewest]
    return fewest, most, f"{reason}; at most {most}"


def gate(works: int) -> float:
    """Return the best stability that `works` linked works must show, or nothing is proposed.

    0.40 from 160 works on; below, 0.003 more for each work fewer, at most 0.75. Resamples of a small graph
    share most of its links, and so they agree on whatever chance has put there. The figure lies above what 19 of
    20 made literatures without any structure reach: 0.36 at 160 works, 0.5 at 100, 0.7 at 60, 0.74 at 20.

    Examples
    --------
    >>> [round(gate(works), 3) for works in (20, 60, 100, 160, 4000)]
    [0.75, 0.7, 0.58, 0.4, 0.4]
    """
    return min(0.75, GATE + 0.003 * max(0, 160 - works))


def subsamples(size: int, number: int, rng: np.random.Generator, share: float = 0.8) -> list[Ints]:
    """Draw `number` sorted samples of `share` of the rows, without replacement."""
    take = max(1, round(size * share))
    return [np.sort(rng.choice(size, size=take, replace=False)).astype(np.int64) for _ in range(number)]


def resample(
    matrix: Any,
    draws: Sequence[Ints],
    *,
    resolution: float,
    seed: int,
    graphs: Sequence[Any] | None = None,
    method: Method = MODULARITY,
) -> list[Resample]:
    """Cluster each draw of rows by itself; `graphs` are the draws' graphs where they are made already.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> two = sp.block_diag([np.ones((3, 3)) - np.eye(3)] * 2).tocsr()
    >>> [s.labels.tolist() for s in resample(two, [np.array([0, 1, 3, 4])], resolution=1.0, seed=1)]
    [[0, 0, 1, 1]]
    """

    def one(number: int) -> Resample:
        graph = subgraph(matrix, draws[number]) if graphs is None else graphs[number]
        return Resample(draws[number], leiden(graph, resolution=resolution, seed=seed + number, method=method))

    # the solver works outside the interpreter's lock; each draw has its own seed, so that the order
    # in which threads end changes nothing
    together_ = len(draws) > 1 and int(matrix.shape[0]) >= THREADED and method == MODULARITY
    if not together_:
        return [one(number) for number in range(len(draws))]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(one, range(len(draws))))


def together(samples: Sequence[Resample], size: int) -> float:
    """Return the mean pairwise ARI of the samples on the rows they share (linked in both)."""
    spread = np.full((len(samples), size), -1, dtype=np.int64)
    for number, sample in enumerate(samples):
        spread[number, sample.rows] = sample.labels
    scores = []
    for one in range(len(samples)):
        for other in range(one + 1, len(samples)):
            both = (spread[one] >= 0) & (spread[other] >= 0)
            if both.sum() > 1:
                scores.append(adjusted_rand(spread[one, both], spread[other, both]))
    return float(np.mean(scores)) if scores else 0.0


def scan(
    matrix: Any,
    draws: Sequence[Ints],
    *,
    seed: int,
    smallest: int,
    grid: Sequence[float],
    bounds: tuple[int, int],
    track: Callable[[Iterable[float]], Iterable[float]] = iter,
    graphs: Sequence[Any] | None = None,
    method: Method = MODULARITY,
) -> Scan:
    """Scan resolutions and choose one by the rule of :func:`choose`.

    Parameters
    ----------
    matrix : CSR, shape (n, n)
    draws : sequence of ndarray
        The same subsamples serve every resolution, so that differences are not luck of the draw.
    seed : int
    smallest : int
        Communities below this do not count towards k.
    grid : sequence of float
    bounds : (int, int)
        Fewest and most clusters.
    track : callable, optional
        Wraps the grid to show progress.
    graphs : sequence of CSR, optional
        The graph of each draw, where it is more than the block of `matrix`.
    method : Method, optional
    """
    levels = []
    if graphs is None:
        graphs = [subgraph(matrix, rows) for rows in draws]
    for gamma in track(grid):
        whole = leiden(matrix, resolution=gamma, seed=seed, method=method)
        sizes = np.bincount(whole[whole >= 0]) if (whole >= 0).any() else np.zeros(0, dtype=np.int64)
        samples = resample(matrix, draws, resolution=gamma, seed=seed, graphs=graphs, method=method)
        stable = together(samples, int(matrix.shape[0])) if (sizes >= smallest).sum() > 1 else 0.0
        largest = float(sizes.max(initial=0)) / max(int(sizes.sum()), 1)
        levels.append(Level(float(gamma), int((sizes >= smallest).sum()), stable, largest=largest))
    return choose(levels, bounds)


def choose(levels: Sequence[Level], bounds: tuple[int, int]) -> Scan:
    """Take the finest level whose stability is within 0.02 of the best, k inside the bounds.

    Levels at which one cluster holds more than three quarters of the works are passed over: one large
    cluster and crumbs come back in every resample, in works without any structure too. Where no level has a
    permitted k the nearest permitted one is taken from all levels with two clusters or more, and ``why`` says so.

    Examples
    --------
    >>> found = choose([Level(.5, 2, .99), Level(.9, 5, .90), Level(1.1, 6, .89), Level(2, 9, .6)], (4, 15))
    >>> found.gamma, found.best
    (1.1, 0.9)
    """
    fewest, most = bounds
    divided = [level for level in levels if level.largest <= MOST]
    allowed = [level for level in divided if fewest <= level.k <= most]
    why = f"the finest level whose stability is within {TOLERANCE} of the best among {fewest} to {most} clusters"
    if not allowed:
        several = [level for level in divided if level.k >= 2]
        if not several:
            return Scan(tuple(levels), 0.0, 1.0, "no resolution divides the works into two clusters")
        gap = min(max(fewest - level.k, level.k - most) for level in several)
        allowed = [level for level in several if max(fewest - level.k, level.k - most) == gap]
        why = f"no level has {fewest} to {most} clusters; the most stable of those nearest to it"
    best = max(level.stability for level in allowed)
    finest = max((lv for lv in allowed if lv.stability >= best - TOLERANCE), key=lambda lv: lv.gamma)
    marked = tuple(replace(level, chosen=level.gamma == finest.gamma) for level in levels)
    return Scan(marked, best, finest.gamma, why)


def _overlaps(labels: Labels, sample: Resample) -> tuple[Ints, Ints, Ints]:
    """Count shared works: clusters of `labels` by clusters of the sample; and both sizes."""
    number, others = int(labels.max(initial=-1)) + 1, int(sample.labels.max(initial=-1)) + 1
    mine = labels[sample.rows]
    both = (mine >= 0) & (sample.labels >= 0)
    table = np.zeros((number, max(others, 1)), dtype=np.int64)
    np.add.at(table, (mine[both], sample.labels[both]), 1)
    sizes = np.bincount(mine[mine >= 0], minlength=number)
    theirs = np.bincount(sample.labels[sample.labels >= 0], minlength=max(others, 1))
    return table, sizes, theirs


def cluster_jaccard(labels: Labels, samples: Sequence[Resample]) -> Floats:
    """Return each cluster's mean best Jaccard over the samples, shape (k,), 0 to 1.

    References
    ----------
    10.1016/j.csda.2006.11.025
    """
    number = int(labels.max(initial=-1)) + 1
    total, seen = np.zeros(number), np.zeros(number)
    for sample in samples:
        table, sizes, theirs = _overlaps(labels, sample)
        union = sizes[:, None] + theirs[None, :] - table
        jaccard = np.divide(table, union, out=np.zeros(table.shape), where=union > 0)
        present = sizes > 0
        total[present] += jaccard.max(axis=1)[present]
        seen += present
    return np.divide(total, seen, out=np.zeros(number), where=seen > 0)


def agreement(labels: Labels, samples: Sequence[Resample]) -> Floats:
    """Return the share of samples holding a work in which it stays, shape (n,); nan if never drawn.

    Clusters are matched one to one by greatest overlap (Hungarian method).
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    stays, drawn = np.zeros(labels.size), np.zeros(labels.size)
    for sample in samples:
        table, _, _ = _overlaps(labels, sample)
        partner = np.full(table.shape[0], -2, dtype=np.int64)
        if not table.size:
            continue
        # costs must not be 0, which would mean "no edge"
        rows, columns = min_weight_full_bipartite_matching(csr_matrix(table.max() + 1.0 - table))
        partner[rows] = columns
        mine = labels[sample.rows]
        held = mine >= 0
        drawn[sample.rows[held]] += 1
        stays[sample.rows[held]] += partner[mine[held]] == sample.labels[held]
    share: Floats = np.divide(stays, drawn, out=np.full(labels.size, np.nan), where=drawn > 0)
    return share


def fused(labels: Labels, samples: Sequence[Resample]) -> list[tuple[int, int, float]]:
    """Return pairs of clusters that the data do not tell apart, with how often.

    A pair counts in a sample when most of both clusters lies in one community of it.
    """
    number = int(labels.max(initial=-1)) + 1
    joint = np.zeros((number, number))
    for sample in samples:
        table, sizes, _ = _overlaps(labels, sample)
        home = table.argmax(axis=1)
        most = table.max(axis=1) * 2 > np.maximum(sizes, 1)
        joint += (home[:, None] == home[None, :]) & most[:, None] & most[None, :]
    share = joint / max(len(samples), 1)
    return [(a, b, float(share[a, b])) for a in range(number) for b in range(a + 1, number) if share[a, b] >= 0.5]


def shares(matrix: Any, labels: Labels) -> Any:
    """Return each work's share of edge weight by cluster: CSR, shape (n, k), rows sum to 1 or 0.

    Weight to works outside every cluster is left out of the sum.
    """
    from scipy.sparse import csr_matrix

    from metanarrative.traditions.mix import row_normalise

    held = np.flatnonzero(labels >= 0)
    number = int(labels.max(initial=-1)) + 1
    member = csr_matrix(
        (np.ones(held.size), (held, labels[held])), shape=(labels.size, max(number, 1)), dtype=np.float64
    )
    return row_normalise(matrix @ member)


def participation(share: Any) -> Floats:
    """Return ``1 - sum of squared shares``, shape (n,), 0 to 1; 0 for a work without links.

    References
    ----------
    10.1038/nature03288
    """
    squared: Floats = np.asarray(share.multiply(share).sum(axis=1), dtype=np.float64).ravel()
    spread: Floats = np.where(squared > 0, 1.0 - squared, 0.0)
    return spread
