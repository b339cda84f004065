"""Keyness: words that one side's documents use more, tested over documents, not tokens.

Takes counts of terms by document; gives a ranked list with effect (weighted log-odds), a
document-level t, q, and dispersion, behind a gate: the list is printed only where it is longer
than 95 % of the lists that relabelled documents give.

The z of the weighted log-odds is an effect's size in standard errors of *tokens*; it is not a
test here, because words cluster in documents.

References
----------
Monroe, Colaresi & Quinn 2008, doi:10.1093/pan/mpn018 (weighted log-odds). Gries 2008,
doi:10.1075/ijcl.13.4.02gri and Lijffijt & Gries 2012, doi:10.1075/ijcl.17.1.08lij (dispersion DP).
Tusher et al. 2001, doi:10.1073/pnas.091062498 (permutation estimate of false discoveries).
Lund et al. 2012, doi:10.1515/1544-6115.1826 (negative-binomial quasi-likelihood).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.compare.emphasis import benjamini_hochberg, prior_of_variances

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = ["Keyness", "count_terms", "dispersion", "keyness", "overdispersion", "weighted_log_odds"]

LEAST_TOTAL = 20
LEAST_DOCUMENTS = 3
LEAST_A_SIDE = 4


def weighted_log_odds(
    y_i: Any, y_j: Any, n_i: float, n_j: float, alpha: Any, alpha_0: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return log-odds with a Dirichlet prior: effect, variance (two-term), z.

    Parameters
    ----------
    y_i, y_j : array_like, shape (v,)
        Counts of each term on the two sides.
    n_i, n_j : float
        All tokens of each side.
    alpha : array_like, shape (v,) or float
        Prior counts.
    alpha_0 : float
        Their sum over the whole vocabulary.

    Returns
    -------
    delta, variance, z : ndarray, shape (v,)
        delta > 0 where side i uses the term more.

    Examples
    --------
    >>> [float(x[0].round(6)) for x in weighted_log_odds([30], [10], 1000, 1200, 0.5, 100)]
    [1.253415, 0.128025, 3.503059]
    """
    a = np.asarray(y_i, dtype=float) + alpha
    b = np.asarray(y_j, dtype=float) + alpha
    delta = np.log(a / (n_i + alpha_0 - a)) - np.log(b / (n_j + alpha_0 - b))
    variance = 1 / a + 1 / b
    return delta, variance, delta / np.sqrt(variance)


def dispersion(counts: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return normalised DP of each term over documents: 0 even, 1 all in one document.

    Parameters
    ----------
    counts : ndarray, shape (d, v)
    sizes : ndarray, shape (d,)
        Tokens of each document.

    Returns
    -------
    ndarray, shape (v,)
        nan for terms that do not occur or where there is one document.

    Examples
    --------
    >>> dispersion(np.array([[2.0, 4.0], [2.0, 0.0]]), np.array([100.0, 100.0])).tolist()
    [0.0, 1.0]
    """
    total = counts.sum(0)
    if len(sizes) < 2 or sizes.sum() <= 0:
        return np.full(counts.shape[1], np.nan)
    expected = sizes / sizes.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = np.abs(np.where(total > 0, counts / total, np.nan) - expected[:, None]).sum(0) / 2
    largest = 1 - float(expected.min())
    return np.asarray(gaps / largest if largest > 0 else np.full(counts.shape[1], np.nan))


def overdispersion(counts: NDArray[np.float64], means: NDArray[np.float64], df: int, most: int = 1500) -> float:
    """Return the common negative-binomial overdispersion φ by moments, Var = μ + φμ².

    Solves Σ (y - μ)²/(μ + φμ²) = terms x df, on at most `most` terms spread over the range of
    frequency.

    Examples
    --------
    >>> overdispersion(np.array([[5.0], [5.0]]), np.array([[5.0], [5.0]]), 1)
    0.0
    """
    v = counts.shape[1]
    if v == 0 or df < 1:
        return 0.0
    if v > most:
        order = np.argsort(means.sum(0), kind="stable")
        chosen = order[np.linspace(0, v - 1, most).astype(int)]
        counts, means = counts[:, chosen], means[:, chosen]
        v = most
    means = np.maximum(means, 1e-9)
    squares = (counts - means) ** 2

    def excess(phi: float) -> float:
        return float((squares / (means + phi * means**2)).sum() - v * df)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0 and high < 1e4:
        low, high = high, high * 4
    for _ in range(30):
        middle = (low + high) / 2
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
        if high - low < 1e-4 * (1 + low):
            break
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class _Tested:
    """One labelling's answer; arrays of shape (v,)."""

    delta: NDArray[np.float64]
    error: NDArray[np.float64]
    z: NDArray[np.float64]
    df: float
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    listed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Keyness:
    """Answer of :func:`keyness`; arrays of shape (v,), side b against side a."""

    delta: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    listed: NDArray[np.bool_]  # passed every rule, whether or not the gate let the list through
    tested: bool  # False: fewer than four documents a side, a ranking only
    gate: bool  # True: the list may be printed
    null_mean: float  # mean length of lists under relabelling
    null_most: int  # their 95th percentile
    n_relabellings: int

    @property
    def false_discovery(self) -> float:
        """Permutation estimate of the share of false entries; nan for an empty list."""
        n = int(self.listed.sum())
        return min(1.0, self.null_mean / n) if n else math.nan


def _prior(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], side_b: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    smaller = min(float(sizes[side_b].sum()), float(sizes[~side_b].sum()))
    alpha_0 = max(500.0, 0.01 * smaller)
    return alpha_0 * counts.sum(0) / max(float(sizes.sum()), 1.0), alpha_0


def _test(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], side_b: NDArray[np.bool_],
    alpha: NDArray[np.float64], alpha_0: float, q_level: float,
) -> _Tested:  # fmt: skip
    from scipy.special import stdtr

    d, v = counts.shape
    df = d - 2
    total = {b: counts[side_b == b].sum(0) for b in (False, True)}
    size = {b: float(sizes[side_b == b].sum()) for b in (False, True)}
    delta, _, z = weighted_log_odds(total[True], total[False], size[True], size[False], alpha, alpha_0)
    rate = {b: (total[b] + alpha) / (size[b] + alpha_0) for b in (False, True)}
    means = np.where(side_b[:, None], sizes[:, None] * rate[True], sizes[:, None] * rate[False])
    # fitted means without the prior judge the spread; with it they never vanish in the information
    fitted = np.where(
        side_b[:, None], sizes[:, None] * (total[True] / size[True]), sizes[:, None] * (total[False] / size[False])
    )
    phi = overdispersion(counts, fitted, df)
    fitted = np.maximum(fitted, 1e-9)
    spread = np.where(counts.sum(0) > 0, ((counts - fitted) ** 2 / (fitted + phi * fitted**2)).sum(0) / df, 1.0)
    spread = np.maximum(spread, 1e-6)
    d0, s0 = prior_of_variances(spread, np.full(v, float(df)))
    shrunk = np.full(v, s0) if math.isinf(d0) else (d0 * s0 + df * spread) / (d0 + df)
    shrunk = np.maximum(shrunk, 1.0)
    information = means / (1 + phi * means)
    info = {b: information[side_b == b].sum(0) for b in (False, True)}
    error = np.sqrt(shrunk * (1 / info[True] + 1 / info[False]))
    freedom = min(df + d0, float(v * df))
    p = 2 * stdtr(freedom, -np.abs(delta) / error)
    q = benjamini_hochberg(p)
    passed = q <= q_level
    if passed.any():
        at = np.flatnonzero(passed)
        passed[at] = _holds(counts[:, at], sizes, side_b, delta[at], alpha[at], alpha_0)
    return _Tested(delta, error, z, freedom, p, q, passed)


def _holds(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], side_b: NDArray[np.bool_],
    delta: NDArray[np.float64], alpha: NDArray[np.float64], alpha_0: float,
) -> NDArray[np.bool_]:  # fmt: skip
    """Rules 3 and 4: no one document carries the difference, and the medians agree with it."""
    total = {b: counts[side_b == b].sum(0) for b in (False, True)}
    size = {b: float(sizes[side_b == b].sum()) for b in (False, True)}
    sign = np.sign(delta)
    smallest = np.full(len(delta), np.inf)
    for row, is_b in enumerate(side_b):
        y = {b: total[b] - (counts[row] if b == is_b else 0) for b in (False, True)}
        n = {b: size[b] - (sizes[row] if b == is_b else 0) for b in (False, True)}
        if min(n.values()) <= 0:
            continue
        without, _, _ = weighted_log_odds(y[True], y[False], n[True], n[False], alpha, alpha_0)
        smallest = np.minimum(smallest, sign * without)
    logs = np.log((counts + 0.5) / (sizes[:, None] - counts + 0.5))
    middle = np.median(logs[side_b], axis=0) - np.median(logs[~side_b], axis=0)
    return np.asarray((smallest >= 0.6 * np.abs(delta)) & (sign * middle >= 0.5 * np.abs(delta)))


def keyness(
    counts: NDArray[np.float64], sizes: NDArray[np.float64], side_b: NDArray[np.bool_], rng: Generator,
    *, q: float = 0.10, relabellings: int = 40, level: float = 0.95,
) -> Keyness:  # fmt: skip
    """Compare the words of two groups of documents.

    Parameters
    ----------
    counts : ndarray, shape (d, v)
        Terms with a total of at least 20 in at least 3 documents (:func:`count_terms`).
    sizes : ndarray, shape (d,)
        All tokens of each document.
    side_b : ndarray of bool, shape (d,)
    rng : Generator
        Draws the relabellings where there are too many to go through.
    q : float
        False discovery rate.
    relabellings : int
        Of the gate; all of them where fewer exist.

    Returns
    -------
    Keyness

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson(20, (10, 40)).astype(float)
    >>> counts[5:, 0] *= 6
    >>> out = keyness(counts, np.full(10, 5000.0), np.arange(10) >= 5, rng)
    >>> np.flatnonzero(out.listed).tolist(), out.gate
    ([0], True)
    """
    from scipy.special import stdtrit

    side_b = np.asarray(side_b, dtype=bool)
    d, v = counts.shape
    b = int(side_b.sum())
    blank = np.full(v, np.nan)
    nothing = np.zeros(v, dtype=bool)
    if v == 0 or b == 0 or b == d:
        return Keyness(blank, blank, blank, blank, blank, blank, blank, nothing, False, False, 0.0, 0, 0)
    alpha, alpha_0 = _prior(counts, sizes, side_b)
    delta, _, z = weighted_log_odds(
        counts[side_b].sum(0), counts[~side_b].sum(0), float(sizes[side_b].sum()), float(sizes[~side_b].sum()),
        alpha, alpha_0,
    )  # fmt: skip
    spread = np.where(delta > 0, dispersion(counts[side_b], sizes[side_b]), dispersion(counts[~side_b], sizes[~side_b]))
    if min(b, d - b) < LEAST_A_SIDE:
        return Keyness(delta, blank, blank, z, blank, blank, spread, nothing, False, False, 0.0, 0, 0)
    real = _test(counts, sizes, side_b, alpha, alpha_0, q)
    nulls = [
        int(_test(counts, sizes, label, alpha, alpha_0, q).listed.sum())
        for label in _relabellings(side_b, rng, relabellings)
    ]
    most = int(np.quantile(nulls, 0.95, method="higher")) if nulls else 0
    reach = float(stdtrit(real.df, 0.5 + level / 2)) * real.error
    return Keyness(
        real.delta, real.delta - reach, real.delta + reach, real.z, real.p, real.q, spread, real.listed,
        True, bool(real.listed.sum() > most), float(np.mean(nulls)) if nulls else 0.0, most, len(nulls),
    )  # fmt: skip


def _relabellings(side_b: NDArray[np.bool_], rng: Generator, n: int) -> list[NDArray[np.bool_]]:
    """Other ways to share out the documents, the same number a side; never the true one or its mirror."""
    d, b = len(side_b), int(side_b.sum())
    truth = tuple(np.flatnonzero(side_b).tolist())
    mirror = tuple(np.flatnonzero(~side_b).tolist())
    if math.comb(d, b) - 1 <= 2 * n:
        every = [c for c in combinations(range(d), b) if c not in (truth, mirror)]
        if len(every) > n:
            every = [every[k] for k in sorted(rng.choice(len(every), n, replace=False).tolist())]
        chosen = every
    else:
        seen: dict[tuple[int, ...], None] = {}
        for _ in range(50 * n):
            label = tuple(sorted(rng.permutation(d)[:b].tolist()))
            if label not in (truth, mirror):
                seen[label] = None
            if len(seen) == n:
                break
        chosen = list(seen)
    result = []
    for label in chosen:
        mask = np.zeros(d, dtype=bool)
        mask[list(label)] = True
        result.append(mask)
    return result


def count_terms(
    documents: Sequence[Iterable[tuple[str, str]]], sizes: Sequence[int],
    *, least_total: int = LEAST_TOTAL, least_documents: int = LEAST_DOCUMENTS,
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Count terms by document and keep those that occur often enough in enough documents.

    Parameters
    ----------
    documents : sequence of iterable of (key, form)
        Every term of a document: what it is counted under (a stem) and how it is printed.
    sizes : sequence of int
        All tokens of each document, counted terms or not.

    Returns
    -------
    labels : tuple of str, length v
        The most frequent form of each kept term, in the order of their keys.
    counts : ndarray, shape (d, v)
    sizes : ndarray, shape (d,)

    Examples
    --------
    >>> labels, counts, _ = count_terms([[("plan", "plans")] * 3, [("plan", "plan")]], [9, 9],
    ...                                 least_total=4, least_documents=2)
    >>> labels, counts.ravel().tolist()
    (('plans',), [3.0, 1.0])
    """
    counted = [Counter(document) for document in documents]
    total: dict[str, int] = {}
    present: dict[str, int] = {}
    for pairs in counted:
        for (key, _), n in pairs.items():
            total[key] = total.get(key, 0) + n
        for key in {key for key, _ in pairs}:
            present[key] = present.get(key, 0) + 1
    keys = sorted(k for k, n in total.items() if n >= least_total and present[k] >= least_documents)
    place = {key: at for at, key in enumerate(keys)}
    counts = np.zeros((len(counted), len(keys)))
    forms: list[dict[str, int]] = [{} for _ in keys]
    for document, pairs in enumerate(counted):
        for (key, form), n in pairs.items():
            at = place.get(key)
            if at is not None:
                counts[document, at] += n
                forms[at][form] = forms[at].get(form, 0) + n
    labels = tuple(min(form.items(), key=lambda item: (-item[1], item[0]))[0] for form in forms)
    return labels, counts, np.asarray(sizes, dtype=float)
