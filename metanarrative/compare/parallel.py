"""Parallel documents: which paragraphs of two versions of one text answer each other.

Takes two lists of paragraphs in reading order; gives pairs. A dynamic programme finds the order-keeping
alignment of greatest total likeness (each paragraph in at most one pair, gaps free); what it leaves over is
then matched regardless of order where two paragraphs are each other's best by far, so that a
paragraph that was moved is found where it went.

References
----------
Gale & Church 1993 (alignment of parallel text by dynamic programming), ACL anthology J93-1004;
Needleman & Wunsch 1970, doi:10.1016/0022-2836(70)90057-4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["align_parallel", "is_parallel", "monotone", "parallel_documents"]

LEAST = 0.15
"""Least likeness of a pair in place (TF-IDF cosine; half a reworded paragraph keeps about .3, chance gives .1)."""

LEAST_MOVED = 0.25
RIVAL = 0.60
"""Share of the best likeness elsewhere below which a pair in place gives way."""

MOST_CELLS = 4_000_000


def monotone(likeness: NDArray[np.float64], least: float = LEAST) -> list[tuple[int, int]]:
    """Return the order-keeping pairs of greatest total likeness above `least`.

    Parameters
    ----------
    likeness : ndarray, shape (n, m)
    least : float
        A pair counts by what it has above this; below it a gap is better.

    Examples
    --------
    >>> monotone(np.array([[0.9, 0.1, 0.0], [0.0, 0.1, 0.8]]))
    [(0, 0), (1, 2)]
    """
    n, m = likeness.shape
    gain = likeness - least
    best = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        diagonal = np.maximum(best[i - 1, :-1] + np.maximum(gain[i - 1], 0.0), best[i - 1, 1:])
        # the running maximum is the choice to leave paragraphs of the second text out
        best[i, 1:] = np.maximum.accumulate(diagonal)
    pairs: list[tuple[int, int]] = []
    i, j = n, m
    while i and j:
        if best[i, j] == best[i, j - 1]:
            j -= 1
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
    return pairs[::-1]


def align_parallel(likeness: NDArray[np.float64]) -> list[tuple[int, int, bool]]:
    """Return (row, column, moved) of the paragraphs that answer each other, in the order of the rows.

    Parameters
    ----------
    likeness : ndarray, shape (n, m)

    Examples
    --------
    >>> align_parallel(np.array([[0.0, 0.0, 0.9], [0.9, 0.0, 0.0], [0.0, 0.9, 0.0]]))
    [(0, 2, True), (1, 0, False), (2, 1, False)]
    """
    n, m = likeness.shape
    if not n or not m:
        return []
    # a pair in place gives way where its row or column has a far better partner elsewhere
    best_row, best_column = likeness.max(1), likeness.max(0)
    kept = [(i, j) for i, j in monotone(likeness) if likeness[i, j] >= RIVAL * max(best_row[i], best_column[j])]
    rows, columns = {i for i, _ in kept}, {j for _, j in kept}
    moved: list[tuple[int, int]] = []
    free_rows = [i for i in range(n) if i not in rows]
    free_columns = [j for j in range(m) if j not in columns]
    if free_rows and free_columns:
        rest = likeness[np.ix_(free_rows, free_columns)]
        to, back = rest.argmax(1), rest.argmax(0)
        moved = [
            (free_rows[k], free_columns[int(at)])
            for k, at in enumerate(to)
            if back[at] == k and rest[k, at] >= LEAST_MOVED
        ]
    return sorted([(i, j, False) for i, j in kept] + [(i, j, True) for i, j in moved])


def is_parallel(pairs: Sequence[tuple[int, int, bool]], n: int, m: int, least: float = 0.4) -> bool:
    """Tell whether two texts are versions of one: in place, `least` of the shorter one is paired.

    Examples
    --------
    >>> is_parallel([(0, 0, False), (1, 1, False), (2, 2, False)], 4, 9), is_parallel([(0, 0, False)], 4, 9)
    (True, False)
    """
    return min(n, m) >= 3 and sum(not moved for _, _, moved in pairs) >= least * min(n, m)


def parallel_documents(
    a: Sequence[Mapping[str, Any]],
    b: Sequence[Mapping[str, Any]],
    make_rows: Callable[[], Any],
    close: Iterable[tuple[int, int]],
) -> list[tuple[int, int, float, bool]]:
    """Return (row of a, row of b, likeness, moved) in those documents of the two sides that are parallel.

    Parameters
    ----------
    a, b : sequence of mapping
        Passages in reading order: work_id, text.
    make_rows : callable
        Gives their unit TF-IDF rows, shape (len(a) + len(b), terms); called only where it is needed.
    close : iterable of (row of a, row of b)
        Pairs of passages known to be alike; only documents that share at least three are looked at.

    Examples
    --------
    >>> from metanarrative.compare.align import tfidf_rows
    >>> text = ["the plan is reviewed each year", "carers are asked what they need", "wards are visited at night"]
    >>> a = [{"work_id": "wk_1", "text": t} for t in text]
    >>> b = [{"work_id": "wk_2", "text": t} for t in text]
    >>> found = parallel_documents(a, b, lambda: tfidf_rows(text * 2), [(0, 0), (1, 1), (2, 2)])
    >>> [(i, j, moved) for i, j, _, moved in found]
    [(0, 0, False), (1, 1, False), (2, 2, False)]
    """
    of_a: dict[str, list[int]] = {}
    of_b: dict[str, list[int]] = {}
    for at, row in enumerate(a):
        of_a.setdefault(str(row.get("work_id", "")), []).append(at)
    for at, row in enumerate(b):
        of_b.setdefault(str(row.get("work_id", "")), []).append(at)
    shared: dict[tuple[str, str], int] = {}
    for i, j in close:
        key = (str(a[i].get("work_id", "")), str(b[j].get("work_id", "")))
        shared[key] = shared.get(key, 0) + 1
    result: list[tuple[int, int, float, bool]] = []
    rows: Any = None
    for (first, second), n in sorted(shared.items()):
        left, right = of_a[first], of_b[second]
        if n < 3 or n < 0.2 * min(len(left), len(right)) or len(left) * len(right) > MOST_CELLS:
            continue
        rows = make_rows() if rows is None else rows
        product = rows[left] @ rows[[len(a) + j for j in right]].T
        likeness = np.asarray(product.toarray() if hasattr(product, "toarray") else product)
        pairs = align_parallel(likeness)
        if is_parallel(pairs, len(left), len(right)):
            result += [(left[i], right[j], float(likeness[i, j]), moved) for i, j, moved in pairs]
    return result
