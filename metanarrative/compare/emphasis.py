"""Emphasis: does one side give a theme more room than the other? The document is the unit.

Takes, for each document, how many of its passages carry a theme and how many it has; gives the
difference of mean document shares with a moderated t test, its interval, and companions: exact
permutation, leave-one-document-out range, the difference within matched genres.

Shares are compared as they are, not as log-odds: log((y + .5) / (n - y + .5)) pulls short documents
towards one half, so that sides whose documents differ in length alone would seem to differ. Why and
how well: docs/decisions/0009-shares-not-log-odds.md.

Passages of one document are not independent, so nothing is tested over pooled passages; with few
documents a percentile bootstrap is wrong too often and is not used. Fewer documents than the
minimum are described, not tested.

References
----------
Smyth 2004, doi:10.2202/1544-6115.1027 (moderated t). Benjamini & Hochberg 1995,
doi:10.1111/j.2517-6161.1995.tb02031.x. Rogan & Gladen 1978, doi:10.1093/oxfordjournals.aje.a112510.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Moderated",
    "benjamini_hochberg",
    "document_shares",
    "genre_caveat",
    "leave_one_out",
    "permutation_p",
    "rogan_gladen",
    "share_difference",
    "within_genre",
]

LEAST_RELABELLINGS = 200
MOST_RELABELLINGS = 200_000


def document_shares(y: Any, n: Any) -> NDArray[np.float64]:
    """Return y / n, 0 to 1; nan where n is 0.

    Examples
    --------
    >>> document_shares([0, 5], [10, 10]).tolist()
    [0.0, 0.5]
    """
    y, n = np.asarray(y, dtype=float), np.asarray(n, dtype=float)
    return np.where(n > 0, y / np.where(n > 0, n, 1.0), np.nan)


@dataclass(frozen=True, slots=True)
class Moderated:
    """Result of :func:`share_difference`; arrays of shape (k,), nan where a column was not tested."""

    estimate: NDArray[np.float64]  # mean of side b minus mean of side a, in the unit of the values
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    t: NDArray[np.float64]
    p: NDArray[np.float64]
    df: NDArray[np.float64]
    n_a: NDArray[np.int64]  # documents with a value
    n_b: NDArray[np.int64]
    prior_df: float  # d0: 0 where nothing could be pooled, inf where variances agree
    prior_variance: float


def _inverse_trigamma(x: float) -> float:
    """Solve trigamma(y) = x by Newton's method on 1/trigamma (Smyth 2004, appendix)."""
    from scipy.special import polygamma

    if x > 1e7:
        return 1 / math.sqrt(x)
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    for _ in range(50):
        tri = float(polygamma(1, y))
        step = tri * (1 - tri / x) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-8:
            break
    return y


def prior_of_variances(variances: NDArray[np.float64], df: NDArray[np.float64]) -> tuple[float, float]:
    """Fit the scaled inverse chi-square prior of residual variances; returns (d0, s0 squared).

    Parameters
    ----------
    variances, df : ndarray, shape (k,)
        Residual variances and their degrees of freedom, all above 0.

    Returns
    -------
    d0 : float
        0 for fewer than two variances; inf where they vary no more than chance.
    s0 : float
        Prior variance.

    Examples
    --------
    >>> prior_of_variances(np.array([1.0, 1.0, 1.0]), np.array([4.0, 4.0, 4.0]))[0]
    inf
    """
    from scipy.special import digamma, polygamma

    if len(variances) < 2:
        return 0.0, float(variances[0]) if len(variances) else 0.0
    floor = 1e-5 * float(np.median(variances))
    logs = np.log(np.maximum(variances, floor if floor > 0 else 1e-12))
    each, place = np.unique(df, return_inverse=True)  # one value, mostly: special functions are dear
    e = logs - (digamma(each / 2) - np.log(each / 2))[place]
    spread = float(((e - e.mean()) ** 2).sum() / (len(e) - 1) - polygamma(1, each / 2)[place].mean())
    if spread <= 0:
        return math.inf, float(np.exp(e.mean()))
    d0 = 2 * _inverse_trigamma(spread)
    return d0, float(np.exp(e.mean() + digamma(d0 / 2) - math.log(d0 / 2)))


def _mean_of(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum(0)
    return np.asarray((values * weights).sum(0) / np.where(total > 0, total, 1.0))


_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _WEIGHTS = (1 + _ROOTS) / 2, _WEIGHTS / 2  # of Gauss-Legendre integration over 0 to 1
FEW, ENOUGH = 5.0, 10.0  # expected independent passages: Cochran's five, and twice that


def _law(p: NDArray[np.float64], between: float, chance: float) -> NDArray[np.float64]:
    """Variance of a document's share at mean p: documents of one kind differ, and passages are few."""
    room = np.maximum(p * (1 - p), 0.0)
    return np.asarray(between * room**2 + chance * room)


def _likelihood_scale(
    low: NDArray[np.float64], high: NDArray[np.float64], centre: NDArray[np.float64],
    parts: tuple[NDArray[np.float64], NDArray[np.float64]], between: float, chance: float,
) -> NDArray[np.float64]:  # fmt: skip
    """Return the standard deviation of a document at which t squared is the quasi-likelihood ratio.

    Twice the quasi-likelihood lost by giving both sides the share `centre` is the sum over sides of
    2 / part * integral from centre to p of (p - u) / V(u) du (Wedderburn 1974), taken here over
    arcsin(sqrt(u)), where the integrand is tame at 0 and 1.
    """
    lost = np.zeros(centre.shape)
    start = np.arcsin(np.sqrt(centre))
    for p, part in zip((low, high), parts, strict=True):
        width = np.arcsin(np.sqrt(p)) - start
        u = np.sin(start + width * _NODES[:, None]) ** 2
        step = 2 * np.sqrt(np.maximum(u * (1 - u), 0.0)) / np.maximum(_law(u, between, chance), 1e-300)
        lost += 2 / part * width * (_WEIGHTS[:, None] * (p - u) * step).sum(0)
    gap = np.abs(high - low)
    at_centre = np.sqrt(_law(centre, between, chance))
    clear = (gap > 1e-9) & (lost > 0)
    return np.where(clear, gap / np.sqrt(np.where(clear, lost, 1.0) * (parts[0] + parts[1])), at_centre)


def share_difference(y: Any, n: Any, side_b: NDArray[np.bool_], *, least: int = 3, level: float = 0.95) -> Moderated:
    """Compare mean document shares column by column; fair to sides whose documents differ in length.

    The estimate is the plain difference of means of y / n. A share from n passages is taken to have
    variance in proportion to V(p) = between * [p(1 - p)]^2 + chance * p(1 - p), fitted to all columns,
    and to depend on n by p(1 - p) * (r + (1 - r) / n), r likewise: the side with few or short
    documents gets the wider error, and the degrees of freedom are those of the documents that carry
    the variance. What a column has above or below V is shrunk by empirical Bayes
    (:func:`prior_of_variances`). Its t is the signed root of the quasi-likelihood ratio, which knows
    that the side with the smaller share also varies less; where fewer than ten independent passages
    are to be expected on a side, it passes over to the score test, which is all V at the common share
    below five.

    Parameters
    ----------
    y, n : array_like, shape (d, k)
        Passages on a theme, and all passages, one row a document. Documents with n = 0 say nothing.
    side_b : ndarray of bool, shape (d,)
    least : int
        Fewest documents a side; columns below it get an estimate but no test.
    level : float
        Of the interval, 0 to 1.

    Returns
    -------
    Moderated
        ``estimate``, ``low`` and ``high`` are differences of shares, -1 to 1. Columns that are 0 (or
        1) in every document are not tested.

    References
    ----------
    Smyth 2004, doi:10.2202/1544-6115.1027 (moderated t). Wedderburn 1974,
    doi:10.1093/biomet/61.3.439 (quasi-likelihood). Satterthwaite 1946, doi:10.2307/3002019 (degrees
    of freedom). Cochran 1954, doi:10.2307/3001616 (five expected).

    Examples
    --------
    >>> y = np.array([[2.0], [3.0], [2.0], [9.0], [8.0], [9.0]])
    >>> out = share_difference(y, np.full((6, 1), 20.0), np.array([0, 0, 0, 1, 1, 1], dtype=bool))
    >>> float(out.estimate[0].round(4)), bool(out.p[0] < 0.01)
    (0.3167, True)
    """
    from scipy.special import stdtr, stdtrit

    side_b = np.asarray(side_b, dtype=bool)
    shares = document_shares(y, n)
    known = np.isfinite(shares)
    here = {b: known & (side_b == b)[:, None] for b in (False, True)}
    n_a, n_b = here[False].sum(0), here[True].sum(0)
    filled = np.where(known, shares, 0.0)
    means = {b: np.clip(_mean_of(filled, here[b].astype(float)), 0.0, 1.0) for b in (False, True)}
    estimate = np.where((n_a > 0) & (n_b > 0), means[True] - means[False], np.nan)
    blank = np.full(shares.shape[1], np.nan)
    p_all = _mean_of(filled, known.astype(float))
    tested = (n_a >= least) & (n_b >= least) & (p_all * (1 - p_all) > 1e-12)
    if not tested.any():
        return Moderated(estimate, blank, blank.copy(), blank.copy(), blank.copy(), blank.copy(), n_a, n_b, 0.0, 0.0)
    df = np.maximum(n_a + n_b - 2, 1).astype(float)
    own = np.where(side_b[:, None], means[True], means[False])
    squares = (np.where(known, filled - own, 0.0) ** 2).sum(0)
    # each document's part in the pooled variance; the parts of a column sum to its degrees of freedom
    part = np.where(here[True], 1 - 1 / np.maximum(n_b, 1), np.where(here[False], 1 - 1 / np.maximum(n_a, 1), 0.0))
    inverse = np.where(known, 1 / np.where(known, np.asarray(n, dtype=float), 1.0), 0.0)
    room = own * (1 - own)
    by_chance = (part * inverse * room).sum(0)[tested].sum()  # of these squares, were passages independent
    all_room = float((part * room).sum(0)[tested].sum())
    chance = float(by_chance / all_room) if all_room > 0 else 1.0
    seen = float(squares[tested].sum() / all_room) if all_room > 0 else 1.0
    r = min(1.0, max(0.0, (seen - chance) / (1 - chance))) if chance < 1 else 0.0
    square_room = float((part * room**2).sum(0)[tested].sum())
    between = max(0.0, float(squares[tested].sum() - by_chance) / square_room) if square_room > 0 else 0.0
    # how much wider than a plain mean of alike documents each side's mean is
    relative = np.where(known, r + (1 - r) * inverse, 0.0)
    average = (part * relative).sum(0) / df
    average = np.where(average > 0, average, 1.0)
    half_a = np.where(tested, (relative * here[False]).sum(0) / np.maximum(n_a, 1) ** 2 / average, 1.0)
    half_b = np.where(tested, (relative * here[True]).sum(0) / np.maximum(n_b, 1) ** 2 / average, 1.0)
    factor = np.maximum(1 / np.maximum(n_a, 1) + 1 / np.maximum(n_b, 1), half_a + half_b)
    weight = part * relative
    weight_squares = (weight**2).sum(0)
    even = df * (part**2).sum(0) / np.where(part.sum(0) > 0, part.sum(0), 1.0) ** 2
    own_df = np.maximum(1.0, even * weight.sum(0) ** 2 / np.where(weight_squares > 0, weight_squares, 1.0))
    usual = (part * _law(own, between, chance)).sum(0)
    excess = np.where(usual > 0, squares / np.where(usual > 0, usual, 1.0), 0.0)
    d0, s0 = prior_of_variances(excess[tested], own_df[tested])
    if math.isinf(d0):
        posterior, total = np.full(shares.shape[1], s0), np.full(shares.shape[1], np.inf)
    else:
        posterior, total = (d0 * s0 + own_df * excess) / (d0 + own_df), own_df + d0
    # no more degrees of freedom than all columns together have
    total = np.minimum(total, float(own_df[tested].sum()))
    common = (means[False] / half_a + means[True] / half_b) / (1 / half_a + 1 / half_b)
    score = np.sqrt(_law(common, between, chance))
    ratio = _likelihood_scale(means[False], means[True], common, (half_a, half_b), between, chance)
    independent = 1 / (np.maximum(half_a, half_b) * average)
    trust = np.clip((independent * common * (1 - common) - FEW) / (ENOUGH - FEW), 0.0, 1.0)
    scale = np.where(tested, trust * ratio + (1 - trust) * score, 1.0)
    error = np.sqrt(np.maximum(posterior, 1e-12) * factor) * scale
    t = np.where(tested, estimate / error, np.nan)
    p, reach = blank.copy(), blank.copy()
    p[tested] = 2 * stdtr(total[tested], -np.abs(t[tested]))
    reach[tested] = stdtrit(total[tested], 0.5 + level / 2) * error[tested]
    low, high = np.maximum(estimate - reach, -1.0), np.minimum(estimate + reach, 1.0)
    df_out = np.where(tested, total, np.nan)
    return Moderated(estimate, low, high, t, p, df_out, n_a, n_b, float(d0), float(s0))


def benjamini_hochberg(p: Any) -> NDArray[np.float64]:
    """Return false-discovery q values; nan stays nan and does not count as a test.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    p = np.asarray(p, dtype=float)
    q = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if len(known) == 0:
        return q
    order = known[np.argsort(p[known], kind="stable")]
    raw = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def permutation_p(values: NDArray[np.float64], side_b: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the exact two-sided p of the difference of means over all relabellings of documents.

    Parameters
    ----------
    values : ndarray, shape (d, k)
    side_b : ndarray of bool, shape (d,)

    Returns
    -------
    ndarray, shape (k,), or None
        None where there are fewer than 200 relabellings (the smallest p would be no evidence) or
        more than 200,000; nan in columns with missing values.

    Examples
    --------
    >>> side = np.array([0] * 5 + [1] * 5, dtype=bool)
    >>> float(permutation_p(np.arange(10.0)[:, None], side)[0]).__round__(5)
    0.00794
    """
    side_b = np.asarray(side_b, dtype=bool)
    d, b = len(side_b), int(side_b.sum())
    total = math.comb(d, b)
    if not LEAST_RELABELLINGS <= total <= MOST_RELABELLINGS:
        return None
    full = np.isfinite(values).all(axis=0)
    data = np.where(full, values, 0.0)
    sums, n_a = data.sum(0), d - b
    observed = np.abs(data[side_b].mean(0) - data[~side_b].mean(0))
    count = np.zeros(values.shape[1])
    labels = combinations(range(d), b)
    while True:
        flat = np.fromiter(chain.from_iterable(islice(labels, 8192)), dtype=np.int64)
        if len(flat) == 0:
            break
        chosen = flat.reshape(-1, b)
        members = np.zeros((len(chosen), d))
        members[np.arange(len(chosen))[:, None], chosen] = 1
        inside = members @ data
        gaps = np.abs(inside / b - (sums - inside) / n_a)
        count += (gaps >= observed - 1e-9).sum(0)
    return np.where(full, count / total, np.nan)


def leave_one_out(
    values: NDArray[np.float64], side_b: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and greatest difference of means when any one document is left out.

    Returns
    -------
    low, high : ndarray, shape (k,)
        nan where leaving one out empties a side.

    Examples
    --------
    >>> low, high = leave_one_out(np.array([[0.0], [2.0], [5.0], [7.0]]), np.array([False, False, True, True]))
    >>> low.tolist(), high.tolist()
    ([4.0], [6.0])
    """
    side_b = np.asarray(side_b, dtype=bool)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    gaps = np.full(values.shape, np.nan)
    sums = {b: filled[side_b == b].sum(0) for b in (False, True)}
    counts = {b: known[side_b == b].sum(0) for b in (False, True)}
    for row, is_b in enumerate(side_b):
        own = counts[bool(is_b)] - known[row]
        other = counts[not is_b]
        with np.errstate(divide="ignore", invalid="ignore"):
            mine = (sums[bool(is_b)] - filled[row]) / own
            theirs = sums[not is_b] / other
        gap = (mine - theirs) if is_b else (theirs - mine)
        gaps[row] = np.where(known[row] & (own > 0) & (other > 0), gap, np.nan)
    empty = ~np.isfinite(gaps).any(axis=0)
    low = np.where(empty, np.nan, np.where(np.isfinite(gaps), gaps, np.inf).min(axis=0, initial=np.inf))
    high = np.where(empty, np.nan, np.where(np.isfinite(gaps), gaps, -np.inf).max(axis=0, initial=-np.inf))
    return low, high


def within_genre(
    values: NDArray[np.float64], side_b: NDArray[np.bool_], genres: Sequence[str]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the difference of means within genres that both sides have, and those genres.

    Genres are weighted by n_a·n_b/(n_a + n_b), as in a comparison stratified by genre.

    Examples
    --------
    >>> values = np.array([[0.0], [5.0], [1.0], [6.0]])
    >>> side = np.array([False, False, True, True])
    >>> gap, both = within_genre(values, side, ["guidance", "statute", "guidance", "statute"])
    >>> gap.tolist(), both
    ([1.0], ('guidance', 'statute'))
    """
    side_b = np.asarray(side_b, dtype=bool)
    kinds = np.array(genres, dtype=object)
    shared = sorted({g for g in kinds[side_b] if g} & {g for g in kinds[~side_b] if g})
    total = np.zeros(values.shape[1])
    weight = np.zeros(values.shape[1])
    for genre in shared:
        a = values[(kinds == genre) & ~side_b]
        b = values[(kinds == genre) & side_b]
        n_a, n_b = np.isfinite(a).sum(0), np.isfinite(b).sum(0)
        w = np.where((n_a > 0) & (n_b > 0), n_a * n_b / np.maximum(n_a + n_b, 1), 0.0)
        gap = np.nan_to_num(b).sum(0) / np.maximum(n_b, 1) - np.nan_to_num(a).sum(0) / np.maximum(n_a, 1)
        total += w * gap
        weight += w
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan), tuple(shared)


def genre_caveat(genres: Sequence[str], side_b: Sequence[bool], names: tuple[str, str]) -> str:
    """Return "difference may be genre: ..." where a genre exists on one side only, else "".

    Examples
    --------
    >>> genre_caveat(["guidance", "statute"], [False, True], ("england", "wales"))
    'difference may be genre (guidance only in england; statute only in wales)'
    """
    a = {g for g, b in zip(genres, side_b, strict=True) if not b and g}
    b = {g for g, is_b in zip(genres, side_b, strict=True) if is_b and g}
    parts = [
        f"{', '.join(sorted(only))} only in {name}" for only, name in ((a - b, names[0]), (b - a, names[1])) if only
    ]
    return f"difference may be genre ({'; '.join(parts)})" if parts else ""


def rogan_gladen(observed: float, recall: float, false_positive_rate: float) -> float:
    """Correct an observed share for a classifier's errors; 0 to 1, nan where it tells nothing.

    Examples
    --------
    >>> round(rogan_gladen(0.51, recall=0.90, false_positive_rate=0.12), 4)
    0.5
    """
    if recall <= false_positive_rate:
        return math.nan
    return min(1.0, max(0.0, (observed - false_positive_rate) / (recall - false_positive_rate)))
