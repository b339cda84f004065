"""Which policy documents say one thing in two languages, by vectors that know both.

Takes the vectors of passages in reading order; gives pairs of documents to ask a person about. A
passage is taken for the translation of another where each is the other's nearest by far: their
cosine is divided by that of their nearest few neighbours, so that passages near to everything (all
reports of one office are) do not count. Two documents are suspected where half of the shorter one
is paired so, in order. Asked only of a model that knows both languages; nothing is joined.

References
----------
Artetxe, M. & Schwenk, H. (2019). Margin-based parallel corpus mining with multilingual sentence
embeddings. ACL 2019, 3197-3203. doi:10.18653/v1/P19-1309
Schwenk, H. et al. (2021). CCMatrix: mining billions of high-quality parallel sentences on the web. ACL
2021, 6490-6500. doi:10.18653/v1/2021.acl-long.507 (the margin of 1.06)
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from metanarrative.embed.models import Vectors
from metanarrative.model import Problem

__all__ = ["Twin", "find_twins", "mutual_pairs", "twin_problems"]

MARGIN = 1.06
NEIGHBOURS = 4
LEAST_PASSAGES = 6
LEAST_SHARE = 0.5
_MOST_CELLS = 20_000_000


class Twin(NamedTuple):
    """Two documents, and how many passages of the shorter one have their translation in the other, in order."""

    work_id: str
    other_id: str
    paired: int
    of: int
    margin: float  # mean over the paired passages


def mutual_pairs(a: Vectors, b: Vectors, *, neighbours: int = NEIGHBOURS) -> list[tuple[int, int, float]]:
    """Return (row of a, row of b, margin) where each is the other's nearest.

    Parameters
    ----------
    a, b : ndarray, shapes (n, d) and (m, d)
        Unit rows.

    Examples
    --------
    >>> a = np.eye(3, 4, dtype=np.float32)
    >>> [(i, j) for i, j, margin in mutual_pairs(a, a[[2, 0, 1]]) if margin > 1.06]
    [(0, 1), (1, 2), (2, 0)]
    """
    if not len(a) or not len(b):
        return []
    (to_b, near_a), (to_a, near_b) = _nearest(a, b, neighbours), _nearest(b, a, neighbours)
    found = []
    for i, j in enumerate(to_b.tolist()):
        if to_a[j] == i:
            around = (float(near_a[i]) + float(near_b[j])) / 2
            cosine = float(a[i] @ b[j])
            found.append((i, j, cosine / around if around > 0 else float("inf") if cosine > 0 else 0.0))
    return found


def _nearest(a: Vectors, b: Vectors, k: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]:
    """Return of each row of `a` the nearest row of `b` (of several the first), and the mean of its `k` nearest."""
    step = max(1, _MOST_CELLS // len(b))
    best, mean = [], []
    k = min(k, len(b))
    for start in range(0, len(a), step):
        cosine = a[start : start + step] @ b.T
        best.append(cosine.argmax(axis=1))
        mean.append(np.partition(cosine, -k, axis=1)[:, -k:].mean(axis=1))
    return np.concatenate(best), np.concatenate(mean)


def find_twins(
    works: Sequence[str],
    languages: Mapping[str, str],
    vectors: Vectors,
    *,
    known: Collection[tuple[str, str]] = (),
) -> list[Twin]:
    """Return the pairs of documents that look like one in English and Welsh.

    Parameters
    ----------
    works : sequence of str
        Work of each passage; passages stand in reading order.
    languages : mapping of str to str
        en or cy of each work; others are left out.
    vectors : ndarray, shape (n_passages, d)
        Unit rows.
    known : collection of (str, str)
        Pairs of works that somebody or an earlier step has judged.

    Returns
    -------
    list of Twin
        Sorted by ids.
    """
    sides: list[list[int]] = [[], []]
    for row, work in enumerate(works):
        if languages.get(work) in ("en", "cy"):
            sides[languages[work] == "cy"].append(row)
    english, welsh = sides
    sizes: dict[str, int] = {}
    for work in works:
        sizes[work] = sizes.get(work, 0) + 1
    places: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for i, j, margin in mutual_pairs(vectors[english], vectors[welsh]):
        if margin >= MARGIN:
            pair = (works[english[i]], works[welsh[j]])
            places.setdefault(pair, []).append((i, j, margin))
    judged = {tuple(sorted(pair)) for pair in known}
    found = []
    for (one, other), pairs in places.items():
        shorter = min(sizes[one], sizes[other])
        paired = _in_order([j for _, j, _ in pairs])
        first, second = sorted((one, other))
        if shorter >= LEAST_PASSAGES and paired >= LEAST_SHARE * shorter and (first, second) not in judged:
            mean = sum(margin for _, _, margin in pairs) / len(pairs)
            found.append(Twin(first, second, paired, shorter, mean))
    return sorted(found)


def _in_order(places: Sequence[int]) -> int:
    """Return the length of the longest increasing subsequence.

    Examples
    --------
    >>> _in_order([3, 1, 2, 5, 4])
    3
    """
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def twin_problems(twins: Sequence[Twin], titles: Mapping[str, str]) -> list[Problem]:
    """Return what is to be asked of a person."""

    def called(work_id: str) -> str:
        return repr(titles.get(work_id) or work_id)

    return [
        Problem(
            "possible-twin",
            f"{called(twin.work_id)} and {called(twin.other_id)} look like one document in two languages: "
            f"{twin.paired} of {twin.of} passages answer each other in order; now they count as two documents",
            f'metanarrative decide same "{twin.work_id} {twin.other_id}", or decide different',
            severity="note",
            subject=f"{twin.work_id} {twin.other_id}",
        )
        for twin in twins
    ]
