"""Where the marks go: a seeded, vectorised neighbour layout, the same every time.

Takes weighted links (and, where there are any, vectors to start from), gives coordinates in
[-1, 1]. The method is the attraction and repulsion of UMAP (cross-entropy of neighbour links,
negative samples) run over all links at once in numpy, so that no thread order can change the
picture; marks without links are set beside their group or on a rim, and outliers are drawn in.

References
----------
McInnes L, Healy J, Melville J (2018), UMAP. doi:10.48550/arXiv.1802.03426
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# the curve 1 / (1 + a d^2b) fitted to a minimal distance of 0.25 in a spread of 1
_A, _B = 1.12, 1.06
_NEGATIVE = 5
_STRETCH = 1.0
_GRAVITY = 0.012  # keeps islands without links between them in sight of each other


def strongest(source: Ints, target: Ints, weight: Floats, n: int, k: int = 12) -> tuple[Ints, Ints, Floats]:
    """Keep the `k` strongest links of every node (a link stays if either end wants it).

    Parameters
    ----------
    source, target : int array, shape (m,)
        Node numbers below `n`; one entry a pair.
    weight : float array, shape (m,)
        Above 0.
    n : int
    k : int

    Returns
    -------
    source, target, weight : arrays
        In the order of the pairs.

    Examples
    --------
    >>> import numpy as np
    >>> s, t, w = strongest(np.array([0, 0, 0]), np.array([1, 2, 3]), np.array([.1, .9, .5]), 4, k=1)
    >>> list(zip(s.tolist(), t.tolist()))
    [(0, 1), (0, 2), (0, 3)]
    """
    if not len(weight):
        return source, target, weight
    ends = np.concatenate([source, target])
    others = np.concatenate([target, source])
    both = np.concatenate([weight, weight])
    pair = np.tile(np.arange(len(weight)), 2)
    order = np.lexsort((others, -both, ends))
    begin = np.searchsorted(ends[order], np.arange(n))
    rank = np.arange(len(order)) - begin[ends[order]]
    chosen = np.unique(pair[order[rank < k]])
    return source[chosen], target[chosen], weight[chosen]


def start_from(matrix: Floats | None, groups: Sequence[int], n: int, rng: np.random.Generator) -> Floats:
    """Return first coordinates: two principal axes of `matrix`, else groups on a circle.

    The sign of an axis is fixed by its largest entry, so that the map does not flip.
    """
    jitter = rng.normal(scale=0.02, size=(n, 2))
    if matrix is not None and n > 3 and matrix.shape[1] > 1:
        centred = matrix - matrix.mean(axis=0)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        axes = vectors[:, -2:][:, ::-1]
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        flat = centred @ axes
        size = np.abs(flat).max()
        if size > 0:
            return np.asarray(np.round(flat / size, 6) * 8 + jitter * 8)
    names = sorted(set(groups))
    angle = {name: 2 * np.pi * i / max(1, len(names)) for i, name in enumerate(names)}
    home = np.array([[np.cos(angle[g]), np.sin(angle[g])] for g in groups]).reshape(n, 2)
    return np.asarray(home * 6 + jitter * 30)


def _forces(place: Floats, source: Ints, target: Ints, weight: Floats, others: Ints, step: float) -> Floats:
    n = len(place)
    gap = place[source] - place[target]
    near = np.maximum((gap**2).sum(axis=1), 1e-9)
    pull = -2 * _A * _B * near ** (_B - 1) / (1 + _A * near**_B) * weight
    move = np.clip(pull[:, None] * gap, -4, 4)
    out = np.empty_like(place)
    for axis in (0, 1):
        out[:, axis] = np.bincount(source, move[:, axis], n) - np.bincount(target, move[:, axis], n)
    away = place[:, None, :] - place[others]
    far = (away**2).sum(axis=2)
    push = 2 * _B * _STRETCH / ((0.001 + far) * (1 + _A * far**_B))
    # as many repulsions as attractions, five to one: a well-linked mark must also make room
    share = np.bincount(source, weight, n) + np.bincount(target, weight, n)
    out += np.clip(push[:, :, None] * away, -4, 4).sum(axis=1) * np.maximum(share, 0.5)[:, None]
    out -= _GRAVITY * place * np.maximum(share, 0.5)[:, None]
    length = np.sqrt((out**2).sum(axis=1, keepdims=True))
    return np.asarray(out * np.minimum(1, 4 / np.maximum(length, 1e-9)) * step)


def neighbour_layout(
    n: int,
    source: Ints,
    target: Ints,
    weight: Floats,
    rng: np.random.Generator,
    *,
    matrix: Floats | None = None,
    groups: Sequence[int] = (),
    rounds: int = 0,
) -> Floats:
    """Return coordinates in [-1, 1] from weighted links.

    Parameters
    ----------
    n : int
        Number of marks.
    source, target, weight : arrays, shape (m,)
        Links; weights above 0.
    rng : numpy Generator
        All chance comes from it: the same seed gives the same map.
    matrix : float array, shape (n, d), optional
        Vectors to start from.
    groups : sequence of int, length n, optional
        Group of each mark: the start where there are no vectors, and a home for marks
        without links.
    rounds : int
        0: chosen by `n`.

    Returns
    -------
    array, shape (n, 2), rounded to 4 decimals
    """
    if n == 0:
        return np.zeros((0, 2))
    if n == 1:
        return np.zeros((1, 2))
    groups = list(groups) or [0] * n
    place = start_from(matrix, groups, n, rng)
    if len(weight):
        source, target, weight = strongest(source, target, weight, n)
        degree = np.bincount(source, weight, n) + np.bincount(target, weight, n)
        # both ends scale a link, as UMAP's local connectivity does: hubs do not swallow the map
        weight = weight / np.sqrt(np.maximum(degree[source] * degree[target], 1e-12))
        weight = weight / weight.max() if weight.max() > 0 else weight
        rounds = rounds or (500 if n < 400 else 320 if n < 3000 else 220)
        for turn in range(rounds):
            others = rng.integers(0, n, size=(n, _NEGATIVE))
            step = 0.55 * (1 - turn / rounds) ** 1.1
            place = place + _forces(place, source, target, weight, others, step)
        linked = (np.bincount(source, minlength=n) + np.bincount(target, minlength=n)) > 0
        place = _house_the_lonely(place, linked, groups, rng)
    return settle(place)


def _house_the_lonely(
    place: Floats, linked: NDArray[np.bool_], groups: Sequence[int], rng: np.random.Generator
) -> Floats:
    """Set marks without links at the edge of their group, or on a rim where it has none."""
    if linked.all() or not linked.any():
        return place
    kinds = np.asarray(groups)
    centre = np.median(place[linked], axis=0)
    radius = float(np.percentile(np.linalg.norm(place[linked] - centre, axis=1), 90))
    angles = rng.uniform(0, 2 * np.pi, size=len(place))
    out = place.copy()
    for i in np.flatnonzero(~linked):
        mates = linked & (kinds == kinds[i])
        if mates.sum() >= 3:
            home = np.median(place[mates], axis=0)
            reach = float(np.percentile(np.linalg.norm(place[mates] - home, axis=1), 80)) + 0.05 * radius
        else:
            home, reach = centre, 1.08 * radius
        out[i] = home + reach * np.array([np.cos(angles[i]), np.sin(angles[i])])
    return out


def settle(place: Floats) -> Floats:
    """Centre, draw outliers in to the 0.3 and 99.7 percentiles, scale to [-1, 1], round.

    Examples
    --------
    >>> import numpy as np
    >>> settle(np.array([[0.0, 0.0], [2.0, 1.0]])).tolist()
    [[-1.0, -0.5], [1.0, 0.5]]
    """
    if len(place) >= 100:
        low, high = np.percentile(place, [0.3, 99.7], axis=0)
        place = np.clip(place, low, high)
    low, high = place.min(axis=0), place.max(axis=0)
    size = float((high - low).max())
    if size <= 0:
        return np.zeros_like(place)
    return np.asarray(np.round(2 * (place - (low + high) / 2) / size, 4) + 0.0)


def part(place: Floats, radius: Floats, rounds: int = 60) -> Floats:
    """Push marks apart until their discs (radii in the same units) hardly touch.

    For some hundred marks at most: all pairs are looked at.
    """
    place = place.copy()
    n = len(place)
    if n < 2:
        return place
    need = radius[:, None] + radius[None, :]
    golden = np.arange(n) * 2.399963
    for _ in range(rounds):
        gap = place[:, None, :] - place[None, :, :]
        # marks on one spot part in a fixed direction of their own
        gap += 1e-6 * (np.stack([np.cos(golden), np.sin(golden)], axis=1)[:, None, :])
        far = np.sqrt((gap**2).sum(axis=2))
        short = np.maximum(need - far, 0)
        np.fill_diagonal(short, 0)
        if not short.any():
            break
        place += 0.45 * (gap / np.maximum(far, 1e-9)[:, :, None] * (short / 2)[:, :, None]).sum(axis=1)
    return np.asarray(np.round(place, 4) + 0.0)
