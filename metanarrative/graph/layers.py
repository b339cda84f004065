"""The layers of the graph: coupling, co-citation, nearest neighbours in meaning and in words.

Sparse throughout: the strongest `k` partners of a work are kept while the product is computed, so
memory grows with n times k. Layers come out as symmetric CSR matrices without a diagonal, weights
rounded to six decimals so that two machines write the same.

References
----------
Kessler, M. M. (1963). Bibliographic coupling between scientific papers. American Documentation
14(1), 10-25. doi:10.1002/asi.5090140103
Small, H. (1973). Co-citation in the scientific literature. JASIS 24(4), 265-269.
doi:10.1002/asi.4630240406
Robertson, S. & Zaragoza, H. (2009). The probabilistic relevance framework: BM25 and beyond.
Foundations and Trends in Information Retrieval 3(4), 333-389. doi:10.1561/1500000019
"""

from __future__ import annotations

import math
import os
import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "bm25_layer",
    "bm25_matrix",
    "citation_layer",
    "cocitation_layer",
    "common_cap",
    "coupling_layer",
    "incidence",
    "neighbours_rule",
    "text_layer",
]

_WELSH = (
    "a ac ag am ar at bod bydd chan dan dros drwy ei eich ein er eu fel fod gan hefyd hon hwn hyd hyn i mae mewn na"
)
_WELSH_STOP = frozenset((_WELSH + " nad neu ni o oedd ond os pan pob sydd sy wedi wrth y yn yr yw").split())

_WORD = re.compile(r"\b[^\W\d_][\w'’-]+\b")


def neighbours_rule(n: int) -> int:
    """Return how many text neighbours a work gets among `n`: half the root, from 8 to 30, below n.

    Examples
    --------
    >>> [neighbours_rule(n) for n in (0, 1, 5, 100, 1000, 100_000)]
    [0, 0, 4, 8, 16, 30]
    """
    return max(0, min(n - 1, max(8, min(30, round(0.5 * math.sqrt(n))))))


def common_cap(n: int) -> int:
    """Return by how many of `n` works a reference may be cited before it tells nothing: half of them.

    Among fewer than eight works every shared reference counts.

    Examples
    --------
    >>> common_cap(100), common_cap(4)
    (50, 4)
    """
    return n // 2 if n >= 8 else n


def incidence(rows: Sequence[int], columns: Sequence[int], shape: tuple[int, int]) -> Any:
    """Return a binary work-by-reference CSR matrix; repeated entries count once."""
    from scipy.sparse import coo_matrix

    matrix = coo_matrix((np.ones(len(rows)), (np.asarray(rows, int), np.asarray(columns, int))), shape=shape).tocsr()
    matrix.data[:] = 1.0
    return matrix


def coupling_layer(cites: Any, k: int, *, hub_cap: int = 0) -> tuple[Any, int]:
    """Return bibliographic coupling: the cosine over shared references, rare ones counting more.

    Parameters
    ----------
    cites : CSR matrix, shape (n, m)
        Binary; rows are works, columns the things they cite.
    k : int
        Strongest partners kept a work.
    hub_cap : int
        References cited by more works are set aside; 0: only those cited by more than half of them.

    Returns
    -------
    layer : CSR matrix, shape (n, n)
    n_hubs : int
        References set aside.

    Notes
    -----
    A reference cited by df of n works weighs sqrt(ln(n / df)) before rows are scaled to length 1:
    what everybody cites says nothing about traditions. What more than half of them cite is left out:
    works that share nothing else would otherwise look the same. References cited once couple nothing, but
    stay in the length of no row: two works are compared on what the corpus shares.
    """
    from scipy.sparse import csr_matrix

    n = cites.shape[0]
    if n < 2 or not cites.nnz or k < 1:
        return csr_matrix((n, n)), 0
    frequency = np.bincount(cites.indices, minlength=cites.shape[1]).astype(np.float64)
    shared = frequency >= 2
    cap = common_cap(n)
    hubs = shared & (frequency > (min(hub_cap, cap) if hub_cap else cap))
    kept = np.flatnonzero(shared & ~hubs)
    if not len(kept):
        return csr_matrix((n, n)), int(hubs.sum())
    # a reference that every work cites has weight 0 and would empty rows of two works: keep a trace
    weight = np.sqrt(np.maximum(np.log(n / frequency[kept]), 1e-3))
    return _cosine_topn(_unit(_columns(cites, kept, weight)), k), int(hubs.sum())


def cocitation_layer(cites: Any, columns: Sequence[int], k: int) -> Any:
    """Return co-citation among corpus works: c_ij / sqrt(c_i c_j) over the works that cite them.

    Parameters
    ----------
    cites : CSR matrix, shape (n, m)
    columns : sequence of int, length n
        The column of each work as a cited thing, -1 where nobody cites it.
    k : int
    """
    from scipy.sparse import csr_matrix

    n = cites.shape[0]
    place = np.asarray(columns, dtype=int)
    cited = np.flatnonzero(place >= 0)
    if len(cited) < 2 or not cites.nnz or k < 1:
        return csr_matrix((n, n))
    small = _cosine_topn(_unit(cites[:, place[cited]].T.tocsr()), k).tocoo()
    return csr_matrix((small.data, (cited[small.row], cited[small.col])), shape=(n, n))


def citation_layer(sources: Sequence[int], targets: Sequence[int], n: int) -> Any:
    """Return direct citation as a CSR matrix, row cites column, without self-citation."""
    pairs = {(i, j) for i, j in zip(sources, targets, strict=True) if i != j}
    ordered = sorted(pairs)
    return incidence([i for i, _ in ordered], [j for _, j in ordered], (n, n))


def text_layer(vectors: NDArray[np.float32], k: int, *, block: int = 1024) -> Any:
    """Return the `k` nearest neighbours of each unit row by cosine, exactly, block by block.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    k : int
    block : int
        Rows compared with all others at once: memory is block times n.

    Returns
    -------
    CSR matrix, shape (n, n)
        Neighbours in either direction; cosines of 0 and less are left out.
    """
    from scipy.sparse import csr_matrix

    n = len(vectors)
    k = min(k, n - 1)
    if k < 1:
        return csr_matrix((n, n))
    rows, columns, weights = [], [], []
    for start in range(0, n, block):
        cosines = vectors[start : start + block] @ vectors.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -np.inf
        # rounded before the choice, and the choice among equals goes by column: rows are sorted ids
        cosines = np.round(cosines, 5)
        best = _top_columns(cosines, k)
        rows.append(np.repeat(start + here, k))
        columns.append(best.ravel())
        weights.append(np.take_along_axis(cosines, best, axis=1).ravel())
    data, row, column = np.concatenate(weights), np.concatenate(rows), np.concatenate(columns)
    keep = data > 0
    return _symmetric(csr_matrix((data[keep].astype(np.float64), (row[keep], column[keep])), shape=(n, n)))


def _top_columns(scores: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Return the columns of the `k` largest scores of each row, the first of equal ones."""
    n = scores.shape[1]
    if k >= n:
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    threshold = np.partition(scores, n - k, axis=1)[:, n - k]
    above = scores > threshold[:, None]
    room = k - above.sum(axis=1)
    equal = scores == threshold[:, None]
    chosen = above | (equal & (np.cumsum(equal, axis=1) <= room[:, None]))
    return np.nonzero(chosen)[1].reshape(len(scores), k).astype(np.int64)


def _word_counts(texts: Sequence[str]) -> Any:
    """Count words in texts: CSR of shape (n, words), columns by word, or None where no word is left.

    What scikit-learn's CountVectorizer counts, in half its time: words become numbers as they are met,
    without a dictionary a text.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    n = len(texts)
    share = 1.0 if n < 25 else 0.4 if n <= 20_000 else 0.1
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    met = array("i")
    ends = np.zeros(n + 1, dtype=np.int64)
    for row, text in enumerate(texts):
        met.extend(map(number.__getitem__, _WORD.findall(text.lower())))
        ends[row + 1] = len(met)
    if not met:
        return None
    cells = csr_matrix((np.ones(len(met)), np.frombuffer(met, dtype=np.intc), ends), shape=(n, len(number)))
    cells.sum_duplicates()
    frequency = np.bincount(cells.indices, minlength=len(number))
    stop = ENGLISH_STOP_WORDS | _WELSH_STOP
    words = sorted(w for w, c in number.items() if 2 <= frequency[c] <= share * n and w not in stop)
    if not words:
        return None
    counts = cells[:, [number[word] for word in words]]
    counts.sort_indices()
    return counts


def bm25_matrix(texts: Sequence[str], *, k1: float = 1.5, b: float = 0.75) -> Any:
    """Return BM25 weights of words in texts as unit rows, CSR of shape (n, words), or None.

    None where no word is in two texts. Words that more than 40 % of the texts have (10 % above
    20,000 texts) are left out: they cost most and tell least.
    """
    from scipy.sparse import diags

    counts = _word_counts(texts)
    if counts is None:
        return None
    n = len(texts)
    length = np.asarray(counts.sum(axis=1)).ravel()
    mean = length.mean() or 1.0
    frequency = np.diff(counts.tocsc().indptr)
    rarity = np.log1p((n - frequency + 0.5) / (frequency + 0.5))
    rows = np.repeat(np.arange(n), np.diff(counts.indptr))
    counts.data = counts.data * (k1 + 1) / (counts.data + k1 * (1 - b + b * length[rows] / mean))
    return _unit(counts @ diags(rarity))


def bm25_layer(texts: Sequence[str], k: int) -> Any:
    """Return the `k` nearest neighbours in words: cosines of BM25 rows.

    Parameters
    ----------
    texts : sequence of str, length n
        Title and abstract, boilerplate stripped; empty ones have no neighbours.
    k : int

    Returns
    -------
    CSR matrix, shape (n, n)
    """
    from scipy.sparse import csr_matrix

    n = len(texts)
    matrix = bm25_matrix(texts) if n >= 2 and k >= 1 else None
    return csr_matrix((n, n)) if matrix is None else _cosine_topn(matrix, k)


def _unit(matrix: Any) -> Any:
    from scipy.sparse import csr_matrix

    rows = csr_matrix(matrix, dtype=np.float64, copy=True)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(row, weights=rows.data**2, minlength=rows.shape[0]))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    rows.data *= inverse[row]
    return rows


def _columns(matrix: Any, kept: NDArray[np.int64], weight: NDArray[np.float64]) -> Any:
    """Return some columns of a binary CSR matrix, each with its weight."""
    from scipy.sparse import csr_matrix

    number = np.full(matrix.shape[1], -1, dtype=matrix.indices.dtype)
    number[kept] = np.arange(len(kept), dtype=matrix.indices.dtype)
    column = number[matrix.indices]
    stays = column >= 0
    ends = np.concatenate([[0], np.cumsum(stays)])[matrix.indptr]
    return csr_matrix((weight[column[stays]], column[stays], ends), shape=(matrix.shape[0], len(kept)))


def _cosine_topn(rows: Any, k: int) -> Any:
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    n = rows.shape[0]
    # the work itself takes one place among the best
    # rows are shared out to threads; what is found for a row does not depend on how many there are
    best = sp_matmul_topn(rows, rows.T.tocsr(), min(k + 1, n), threshold=1e-9, n_threads=_threads(n))
    row = np.repeat(np.arange(n, dtype=best.indices.dtype), np.diff(best.indptr))
    keep = row != best.indices
    ends = np.concatenate([[0], np.cumsum(keep)])[best.indptr]
    top = csr_matrix((np.minimum(best.data[keep], 1.0), best.indices[keep], ends), shape=(n, n))
    return _symmetric(_strongest(top, k))


def _threads(n: int) -> int:
    """Return how many threads a product of `n` rows is worth."""
    return 1 if n < 5000 else min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def _strongest(matrix: Any, k: int) -> Any:
    """Keep the `k` largest entries of each row: a work without itself among the best has k + 1."""
    from scipy.sparse import csr_matrix

    size = np.diff(matrix.indptr)
    full = np.flatnonzero(size > k)
    if not full.size:
        return matrix
    row = np.repeat(np.arange(matrix.shape[0]), size)
    where = np.flatnonzero((size > k)[row])  # the few entries of full rows alone are sorted
    order = where[np.lexsort((matrix.indices[where], -np.round(matrix.data[where], 6), row[where]))]
    begin = np.cumsum(size[full]) - size[full]
    place = np.arange(order.size) - np.repeat(begin, size[full])
    keep = np.ones(row.size, dtype=np.bool_)
    keep[order[place >= k]] = False
    return csr_matrix((matrix.data[keep], (row[keep], matrix.indices[keep])), shape=matrix.shape)


def _symmetric(matrix: Any) -> Any:
    result = matrix.maximum(matrix.T).tocsr()
    result.data = np.round(result.data, 6)
    result.eliminate_zeros()
    result.sort_indices()
    return result
