"""A finer level inside large clusters: nested by construction, kept only where it holds.

The same rule as for the whole is applied inside a cluster of 60 works or more. A split stays only
if every part comes back in resamples (Jaccard of 0.60 or more) and no two parts speak alike
(cosine of c-TF-IDF below 0.80).

References
----------
Hennig 2007, 10.1016/j.csda.2006.11.025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.traditions.communities import MODULARITY, Labels, Method, absorb_small, best_of, consensus, subgraph
from metanarrative.traditions.labels import Label, label_clusters
from metanarrative.traditions.mix import reach
from metanarrative.traditions.stability import WEAK, cluster_jaccard, gammas, resample, scan, subsamples

HOLDS = 0.60
"""Jaccard every part needs."""
ALIKE = 0.80
"""Cosine of c-TF-IDF from which two parts say the same."""

__all__ = ["ALIKE", "HOLDS", "Part", "cosine", "split_inside"]


@dataclass(frozen=True)
class Part:
    """A part of a cluster: rows of the whole graph, its Jaccard and its label."""

    rows: tuple[int, ...]
    stability: float
    label: Label


def cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Return the cosine of two sparse vectors.

    Examples
    --------
    >>> cosine({"a": 3.0, "b": 4.0}, {"a": 3.0, "b": 4.0}), cosine({"a": 1.0}, {"b": 1.0})
    (1.0, 0.0)
    """
    length = float(np.sqrt(sum(v * v for v in first.values()) * sum(v * v for v in second.values())))
    return sum(v * second.get(k, 0.0) for k, v in first.items()) / length if length else 0.0


def split_inside(
    matrix: Any,
    labels: Labels,
    texts: Sequence[str],
    rng: np.random.Generator,
    *,
    least: int = 60,
    second_steps: npt.NDArray[np.float64] | None = None,
    draws: int = 6,
    method: Method = MODULARITY,
) -> dict[int, list[Part]]:
    """Look for parts inside every cluster of at least `least` works.

    Parameters
    ----------
    matrix : CSR, shape (n, n), symmetric
    labels : ndarray of int, shape (n,)
    texts : sequence of str, length n
    rng : numpy Generator
    least : int
        0 looks nowhere.
    second_steps : ndarray, shape (n,), optional
    draws : int
        Resamples at each resolution; three times as many judge the parts.
    method : Method, optional

    Returns
    -------
    dict of cluster to parts
        Largest part first; clusters that do not divide are left out.
    """
    out: dict[int, list[Part]] = {}
    for cluster in range(int(labels.max(initial=-1)) + 1):
        rows = np.flatnonzero(labels == cluster)
        seed = int(rng.integers(2**31 - 1_000_000))  # drawn for every cluster, so that none shifts the next
        if not least or rows.size < least:
            continue
        steps = np.zeros(rows.size) if second_steps is None else second_steps[rows]
        parts = _parts(subgraph(matrix, rows), [texts[row] for row in rows.tolist()], seed, steps, draws, method)
        if parts:
            out[cluster] = [Part(tuple(int(rows[i]) for i in p.rows), p.stability, p.label) for p in parts]
    return out


def _parts(
    inner: Any, texts: Sequence[str], seed: int, steps: npt.NDArray[np.float64], draws: int, method: Method
) -> list[Part]:
    size = int(inner.shape[0])
    smallest = max(8, round(0.08 * size))
    own = np.random.default_rng(seed)
    drawn = subsamples(size, draws, own)
    wide = reach(inner, steps)
    curve = scan(
        wide,
        drawn,
        seed=seed,
        smallest=smallest,
        grid=gammas(8, 0.4, 2.5),
        bounds=(2, max(2, min(6, size // 20))),
        graphs=[reach(subgraph(inner, rows), steps[rows]) for rows in drawn],
        method=method,
    )
    if curve.best < WEAK:
        return []
    seeds = [seed + number for number in range(6)]
    _, _, runs = best_of(wide, seeds, resolution=curve.gamma, method=method)
    agreed = consensus(wide, runs, seeds[:3], resolution=curve.gamma, method=method)
    labels, _ = absorb_small(inner, agreed, smallest)
    number = int(labels.max(initial=-1)) + 1
    if number < 2:
        return []
    drawn = subsamples(size, 3 * draws, own)
    graphs = [reach(subgraph(inner, rows), steps[rows]) for rows in drawn]
    again = resample(inner, drawn, resolution=curve.gamma, seed=seed, graphs=graphs, method=method)
    jaccard = cluster_jaccard(labels, again)
    if jaccard.min() < HOLDS:
        return []
    told, weights = label_clusters(texts, labels)
    if any(cosine(weights[a], weights[b]) >= ALIKE for a in range(number) for b in range(a + 1, number)):
        return []
    return [
        Part(tuple(np.flatnonzero(labels == part).tolist()), float(jaccard[part]), told[part]) for part in range(number)
    ]
