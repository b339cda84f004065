"""What a cluster is called until a person names it: c-TF-IDF, diverse terms, representative works.

References
----------
Grootendorst 2022, arXiv 2203.05794 (c-TF-IDF); Carbonell & Goldstein 1998,
10.1145/290941.291025 (maximal marginal relevance, in ``text.terms``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.text.terms import diverse, spans, strip_boilerplate, term_key, words_in

__all__ = ["Label", "c_tf_idf", "count_terms", "label_clusters", "representatives", "separating"]

Counts = Mapping[str, float]

FREE = 0.15
"""Least share of its occurrences in which a term stands free on either side."""


@dataclass(frozen=True)
class Label:
    """A cluster's proposal of a name, its terms (best first) and the terms only it is rich in."""

    label: str
    terms: tuple[str, ...]


def c_tf_idf(classes: Sequence[Counts], totals: Sequence[float] | None = None) -> list[dict[str, float]]:
    """Weigh the terms of each class: ``tf * ln(1 + A / f)``.

    ``tf`` is the term's share of its class, ``f`` its count over all classes, ``A`` the mean
    number of words a class, truncated to an integer.

    Parameters
    ----------
    classes : sequence of mapping of term to count
    totals : sequence of float, optional
        Words of each class where the counts do not hold them all.

    References
    ----------
    arXiv 2203.05794

    Examples
    --------
    >>> a, b = c_tf_idf([{"x": 4, "y": 1}, {"x": 2, "z": 3}])
    >>> round(a["x"], 6), round(b["z"], 6)
    (0.484909, 0.588498)
    """
    size = [float(sum(counts.values())) for counts in classes] if totals is None else list(totals)
    if not classes:
        return []
    average = int(sum(size) / len(size))
    overall: Counter[str] = Counter()
    for counts in classes:
        for term, count in counts.items():
            overall[term] += count  # type: ignore[assignment]
    return [
        {
            term: count / total * math.log(1 + average / overall[term])
            for term, count in counts.items()
            if total > 0 and overall[term] > 0
        }
        for counts, total in zip(classes, size, strict=True)
    ]


def count_terms(texts: Sequence[str], longest: int = 3) -> tuple[list[Counter[str]], dict[str, str]]:
    """Count folded terms in each text; also the commonest printed form of each.

    Terms that hardly ever stand free of other content words are fragments and left out.

    Returns
    -------
    counts : list of Counter, one a text
    shown : dict of key to printed form
    """
    counts: list[Counter[str]] = []
    forms: dict[str, Counter[str]] = {}
    free: Counter[tuple[str, bool]] = Counter()
    for text in texts:
        own: Counter[str] = Counter()
        for term, before, after in spans(strip_boilerplate(text), longest):
            key = term_key(term)
            own[key] += 1
            free[key, False] += before
            free[key, True] += after
            forms.setdefault(key, Counter())[" ".join(term)] += 1
        counts.append(own)
    whole = {key: sum(form.values()) * FREE <= min(free[key, False], free[key, True]) for key, form in forms.items()}
    counts = [Counter({key: n for key, n in own.items() if whole[key]}) for own in counts]
    shown = {key: min(form.items(), key=lambda item: (-item[1], item[0]))[0] for key, form in forms.items()}
    return counts, shown


def label_clusters(
    texts: Sequence[str], labels: npt.NDArray[np.int64], *, number: int = 8
) -> tuple[list[Label], list[dict[str, float]]]:
    """Label every cluster; no two labels are equal.

    Candidates occur in at least 5 % of the cluster's works and in two of them.

    Parameters
    ----------
    texts : sequence of str, length n
    labels : ndarray of int, shape (n,)
        -1 stands outside.
    number : int
        Terms kept a cluster.

    Returns
    -------
    labels : list of Label
    weights : list of dict
        c-TF-IDF of every candidate times the cluster's share of the works that use it, by
        folded term.
    """
    size = int(labels.max(initial=-1)) + 1
    counts, shown = count_terms(texts)
    classes: list[Counter[str]] = [Counter() for _ in range(size)]
    held: list[Counter[str]] = [Counter() for _ in range(size)]
    works = [0] * size
    totals = [0.0] * size
    for text, own, cluster in zip(texts, counts, labels.tolist(), strict=True):
        if cluster < 0:
            continue
        works[cluster] += 1
        totals[cluster] += sum(len(run) for run in words_in(text))
        classes[cluster].update(own)
        held[cluster].update(own.keys())
    weights = c_tf_idf(classes, totals)
    kept: list[dict[str, float]] = []
    anywhere: Counter[str] = Counter()
    for words in held:
        anywhere.update(words)
    for cluster in range(size):
        fewest = max(2, math.ceil(0.05 * works[cluster])) if works[cluster] > 2 else 1
        candidates = {
            # a phrase says more than a word, and a term of this cluster more than one of all
            term: weight * (1 + 0.35 * term.count(" ")) * held[cluster][term] / anywhere[term]
            for term, weight in weights[cluster].items()
            if held[cluster][term] >= fewest
        }
        kept.append(candidates or dict(weights[cluster]))
    out: list[Label] = []
    used: set[str] = set()
    for cluster in range(size):
        best = [shown[key] for key in diverse(kept[cluster], number)]
        out.append(Label(_unused(best, used), tuple(best)))
        used.add(out[-1].label.casefold())
    return out, kept


def _unused(best: Sequence[str], used: set[str]) -> str:
    """Return the first three terms as a label, or other three where that label is taken."""
    if not best:
        best = ["no words in common"]
    head = ", ".join(best[:3])
    options = [head, *(", ".join([*best[:2], other]) for other in best[3:])]
    for option in options:
        if option.casefold() not in used:
            return option
    number = 2
    while f"{head} ({number})".casefold() in used:
        number += 1
    return f"{head} ({number})"


def separating(weights: Sequence[Counts], labels: int, other: int, number: int = 4) -> list[str]:
    """Return the folded terms that set cluster `labels` apart from cluster `other`, best first."""
    mine, theirs = weights[labels], weights[other]
    gap = {term: weight - theirs.get(term, 0.0) for term, weight in mine.items()}
    return diverse({term: value for term, value in gap.items() if value > 0}, number)


def representatives(
    matrix: Any, labels: npt.NDArray[np.int64], confidence: npt.NDArray[np.float64], number: int = 5
) -> list[list[int]]:
    """Return rows of each cluster's representative works: confidence times PageRank inside it.

    Parameters
    ----------
    matrix : CSR, shape (n, n)
    labels : ndarray of int, shape (n,)
    confidence : ndarray of float, shape (n,), 0 to 1
    number : int

    Returns
    -------
    list of list of int
        Best first; ties by row.
    """
    from metanarrative.traditions.mix import row_normalise

    out: list[list[int]] = []
    for cluster in range(int(labels.max(initial=-1)) + 1):
        rows = np.flatnonzero(labels == cluster)
        walk = row_normalise(matrix[rows][:, rows]).T.tocsr()
        rank = np.full(rows.size, 1.0 / max(rows.size, 1))
        for _ in range(50):
            rank = 0.15 / max(rows.size, 1) + 0.85 * (walk @ rank)
        score = rank * np.nan_to_num(confidence[rows])
        out.append([int(row) for row in rows[np.argsort(-np.round(score, 12), kind="stable")][:number]])
    return out
