"""Themes calibrated on passages that people coded, and how well machine and people agree.

Takes the evidence of a theme for every passage (closeness z, seed phrases, margin over the next
theme, and the vector where there is one) and the rulings of people; gives a probability for every
passage, and agreement with its uncertainty: kappa and alpha weighted back to the corpus, because
people code many passages that look like the theme and few of the rest; precision and recall by
nation, because a theme that is found well in one nation and badly in the other must not be compared.

The agreement is that of held-out predictions: no passage is judged by a model that saw its document.
Agreement between machine and people is not agreement between people; the latter is given beside it.

References
----------
Cohen 1960, doi:10.1177/001316446002000104; Krippendorff 2004 (alpha); Efron & Tibshirani 1993
(bootstrap); Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446 (weights).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.compare.agreement import cohen_kappa

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

__all__ = [
    "Graded",
    "grade_theme",
    "human_agreement",
    "logistic",
    "sampling_weights",
    "weighted_alpha",
    "weighted_kappa",
]

LEAST_CODED = 40
LEAST_POSITIVE = 15
"""Fewer passages that carry the theme than this teach a classifier nothing: phrases and people only."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Graded:
    """What is known of one theme: agreement of machine and people, and how it was found."""

    n_coded: int = 0
    n_positive: int = 0
    method: str = "threshold"
    kappa: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None
    alpha: float | None = None
    alpha_low: float | None = None
    alpha_high: float | None = None
    by_nation: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


def sampling_weights(scores: NDArray[np.float64], coded: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each coded passage how many passages of the corpus it stands for.

    Two strata: the top fifth of the scores, and the rest.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    coded : ndarray of int, shape (m,)
        Rows that people coded.

    Examples
    --------
    >>> sampling_weights(np.arange(10.0), np.array([9, 0, 1])).tolist()
    [2.0, 4.0, 4.0]
    """
    top = np.zeros(len(scores), dtype=bool)
    order = np.argsort(-scores, kind="stable")
    top[order[: math.ceil(len(scores) / 5)]] = True
    weights = np.ones(len(coded))
    for stratum in (True, False):
        mine = top[coded] == stratum
        if mine.any():
            weights[mine] = (top == stratum).sum() / mine.sum()
    return weights


def _table(machine: NDArray[np.bool_], people: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(
        [[weights[(machine == a) & (people == b)].sum() for b in (False, True)] for a in (False, True)], dtype=float
    )


def weighted_kappa(machine: NDArray[np.bool_], people: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return Cohen's kappa of two codings with a weight a passage; nan where it is not defined.

    Examples
    --------
    >>> weighted_kappa(np.array([True, False]), np.array([True, False]), np.array([1.0, 9.0]))
    1.0
    """
    return cohen_kappa(_table(machine, people, weights))


def weighted_alpha(machine: NDArray[np.bool_], people: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return Krippendorff's nominal alpha of two codings with a weight a passage (weights sum to the number coded).

    Examples
    --------
    >>> from metanarrative.compare.agreement import krippendorff_alpha
    >>> a, b = np.array([1, 1, 0, 0, 1], dtype=bool), np.array([1, 0, 0, 0, 1], dtype=bool)
    >>> bool(np.isclose(weighted_alpha(a, b, np.ones(5)), krippendorff_alpha([a * 1.0, b * 1.0])))
    True
    """
    if len(weights) == 0 or weights.sum() <= 0:
        return math.nan
    table = _table(machine, people, weights * len(weights) / weights.sum())
    margin = table.sum(0) + table.sum(1)
    total = margin.sum()
    expected = 2 * margin[0] * margin[1] / (total - 1)
    return float(1 - (table[0, 1] + table[1, 0]) * 2 / expected) if expected > 0 else math.nan


def logistic(
    features: NDArray[np.float64], coded: NDArray[np.int64], labels: NDArray[np.bool_],
    weights: NDArray[np.float64], groups: Sequence[str],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:  # fmt: skip
    """Fit a logistic regression to the coded passages.

    Parameters
    ----------
    features : ndarray, shape (n, f)
        Of all passages, finite.
    coded : ndarray of int, shape (m,)
    labels : ndarray of bool, shape (m,)
    weights : ndarray, shape (m,)
    groups : sequence of str, length m
        Document of each coded passage: the folds never part one.

    Returns
    -------
    probabilities : ndarray, shape (n,)
    held_out : ndarray of bool, shape (m,)
        Prediction for each coded passage by a model that saw no passage of its document.
    None
        Where too few passages carry the theme, or one document holds them all.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    folds = min(FOLDS, len(set(groups)))
    if labels.sum() < LEAST_POSITIVE or (~labels).sum() < LEAST_POSITIVE or folds < 2:
        return None
    mean, spread = features.mean(0), features.std(0)
    scaled = (features - mean) / np.where(spread > 1e-12, spread, 1.0)
    own = scaled[coded]
    # weights of mean one: the penalty means the same whatever the size of the corpus
    balanced = weights / weights.mean()
    held_out = np.zeros(len(coded), dtype=bool)
    for train, test in GroupKFold(folds).split(own, groups=list(groups)):
        if len(set(labels[train].tolist())) < 2:
            held_out[test] = bool(labels[train][0])
            continue
        model = LogisticRegression(C=_penalty(features.shape[1]), max_iter=500).fit(
            own[train], labels[train], balanced[train]
        )
        held_out[test] = model.predict_proba(own[test])[:, 1] >= 0.5
    model = LogisticRegression(C=_penalty(features.shape[1]), max_iter=500).fit(own, labels, balanced)
    return np.asarray(model.predict_proba(scaled)[:, 1]), held_out


def _penalty(n: int) -> float:
    """Weaker for three features, stronger where a vector of hundreds stands beside them."""
    return 1.0 if n <= 5 else 3.0 / n


def _finite(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def grade_theme(
    machine: NDArray[np.bool_], people: NDArray[np.bool_], weights: NDArray[np.float64], documents: Sequence[str],
    nations: Sequence[str], rng: Generator, *, method: str = "threshold", draws: int = 400,
) -> Graded:  # fmt: skip
    """Return agreement with 95 % intervals (bootstrap over documents) and precision and recall by nation.

    Parameters
    ----------
    machine, people : ndarray of bool, shape (m,)
    weights : ndarray, shape (m,)
    documents, nations : sequence of str, length m
    rng : Generator
    method : str
    draws : int

    Examples
    --------
    >>> yes = np.arange(60) % 3 == 0
    >>> works, rng = [f"wk_{k % 6}" for k in range(60)], np.random.default_rng(1)
    >>> out = grade_theme(yes, yes, np.ones(60), works, ["wales"] * 60, rng)
    >>> out.kappa, out.kappa_low, dict(out.by_nation["wales"])
    (1.0, 1.0, {'n': 60, 'precision': 1.0, 'recall': 1.0})
    """
    n = len(people)
    if n < LEAST_CODED:
        return Graded(n, int(people.sum()), method)
    rows: dict[str, list[int]] = {}
    for at, own in enumerate(documents):
        rows.setdefault(own, []).append(at)
    blocks = [np.array(rows[own]) for own in sorted(rows)]
    kappas, alphas = [], []
    for _ in range(draws if len(blocks) > 2 else 0):
        drawn = np.concatenate([blocks[k] for k in rng.integers(0, len(blocks), len(blocks))])
        kappas.append(weighted_kappa(machine[drawn], people[drawn], weights[drawn]))
        alphas.append(weighted_alpha(machine[drawn], people[drawn], weights[drawn]))

    def interval(values: list[float]) -> tuple[float | None, float | None]:
        known = np.array([v for v in values if math.isfinite(v)])
        if len(known) < 100:
            return None, None
        low, high = np.quantile(known, [0.025, 0.975])
        return _finite(low), _finite(high)

    by_nation: dict[str, dict[str, float | None]] = {}
    for nation in sorted(set(nations) - {""}):
        mine = np.array([value == nation for value in nations])
        both = weights[mine & machine & people].sum()
        given, carried = weights[mine & machine].sum(), weights[mine & people].sum()
        by_nation[nation] = {
            "n": int(mine.sum()),
            "precision": _finite(both / given) if given else None,
            "recall": _finite(both / carried) if carried else None,
        }
    return Graded(
        n, int(people.sum()), method,
        _finite(weighted_kappa(machine, people, weights)), *interval(kappas),
        _finite(weighted_alpha(machine, people, weights)), *interval(alphas),
        by_nation,
    )  # fmt: skip


def human_agreement(rulings: Sequence[tuple[str, str, str, bool]], theme: str) -> tuple[float | None, int]:
    """Return Cohen's kappa of the two people who coded most passages of a theme together, and how many.

    Parameters
    ----------
    rulings : sequence of (who, passage, theme, carries), in order of time

    Examples
    --------
    >>> said = [(who, f"ps_{k}", "plan", k % 2 == 0) for who in ("ann", "bob") for k in range(10)]
    >>> human_agreement(said, "plan")
    (1.0, 10)
    """
    latest: dict[str, dict[str, bool]] = {}
    for who, passage, own, carries in rulings:
        if own == theme:
            latest.setdefault(who, {})[passage] = carries
    best: tuple[int, list[Any]] = (0, [])
    people = sorted(latest)
    for at, one in enumerate(people):
        for other in people[at + 1 :]:
            shared = sorted(set(latest[one]) & set(latest[other]))
            if len(shared) > best[0]:
                best = (len(shared), [(latest[one][p], latest[other][p]) for p in shared])
    if best[0] < 10:
        return None, best[0]
    pairs = np.array(best[1], dtype=bool)
    return _finite(weighted_kappa(pairs[:, 0], pairs[:, 1], np.ones(len(pairs)))), best[0]
