"""Find the pairs of records worth judging, without looking at all of them.

Records that share a key fall into one block: a DOI, a PMID, the beginning or the end of a title, a
pair of rare title words, a first author with a page. Only pairs inside a block are compared. A
block that outgrows `largest` (a thousand editorials) is sorted and each record compared with its
next neighbours only, so that cost stays linear and exact copies still meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metanarrative.dedupe.entry import Entry

Pairs = NDArray[np.int64]

_PREFIX = 24
_WINDOW = 12


def block(entries: Sequence[Entry], *, largest: int = 60) -> tuple[Pairs, Pairs]:
    """Return candidate pairs and pairs that share an identifier.

    Parameters
    ----------
    entries : sequence of Entry, length n
        Sorted by id, so that the result does not depend on the order of the files.
    largest : int
        Blocks of more records are compared in a window instead of all with all.

    Returns
    -------
    candidates : ndarray of int64, shape (m,)
        Pairs of rows i < j as ``i * n + j`` (see :func:`rows_of`), sorted, identifiers aside.
    identified : ndarray of int64, shape (k,)
        Pairs that share a DOI or a PMID, or the whole of their text.
    """
    sure: dict[str, list[int]] = {}
    loose: dict[tuple[str, ...], list[int]] = {}
    frequency: Counter[str] = Counter()
    for entry in entries:
        frequency.update(set(entry.words))
    for row, entry in enumerate(entries):
        mark = entry.kind[:1]
        if entry.doi:
            sure.setdefault(f"{mark}d{entry.doi}", []).append(row)
        if entry.pmid:
            sure.setdefault(f"{mark}p{entry.pmid}", []).append(row)
        if entry.text:
            sure.setdefault(f"{mark}t{entry.text}", []).append(row)
        for key in _keys(entry, frequency):
            loose.setdefault((mark, *key), []).append(row)
    n = len(entries)
    order = [(e.title, e.year or 0, e.author_text, e.page, e.id) for e in entries]
    identified = _pairs(list(sure.values()), order, n, largest=max(largest, 200))
    candidates = _pairs(list(loose.values()), order, n, largest=largest)
    return np.setdiff1d(candidates, identified), identified


def rows_of(codes: Pairs, n: int) -> tuple[Pairs, Pairs]:
    """Return the two row numbers of each coded pair.

    Examples
    --------
    >>> rows_of(np.array([5]), 4)
    (array([1]), array([1]))
    """
    return codes // n, codes % n


def _keys(entry: Entry, frequency: Counter[str]) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = []
    if entry.title:
        joined = entry.title.replace(" ", "")
        keys.append(("head", joined[:_PREFIX]))
        keys.append(("tail", joined[-_PREFIX:]))
        # a slip of the pen makes one rare word; of four, two at least stay as they were
        rare = sorted({w for w in entry.words if len(w) > 3}, key=lambda w: (frequency[w], w))
        rare = [w for w in rare if frequency[w] > 1][:4]
        keys += [("rare", *sorted((a, b))) for i, a in enumerate(rare) for b in rare[i + 1 :]]
        if len(rare) == 1:
            keys.append(("rare", rare[0]))
    if entry.page and entry.families:
        keys.append(("page", entry.families[0], entry.page))
    if entry.page and entry.volume and entry.year:
        keys.append(("place", entry.page, entry.volume, str(entry.year)))
    return keys


def _pairs(blocks: list[list[int]], order: list[tuple[str, int, str, str, str]], n: int, *, largest: int) -> Pairs:
    codes: list[Pairs] = []
    small: dict[int, list[list[int]]] = {}
    for rows in blocks:
        size = len(rows)
        if size < 2:
            continue
        if size <= largest:
            small.setdefault(size, []).append(rows)
        else:
            line = np.array(sorted(rows, key=order.__getitem__), dtype=np.int64)
            steps = range(1, min(_WINDOW, size - 1) + 1)
            codes += [_code(line[:-step], line[step:], n) for step in steps]
    for size, members in sorted(small.items()):
        table = np.array(members, dtype=np.int64)
        left, right = np.triu_indices(size, 1)
        codes.append(_code(table[:, left].ravel(), table[:, right].ravel(), n))
    return np.unique(np.concatenate(codes)) if codes else np.zeros(0, dtype=np.int64)


def _code(a: Pairs, b: Pairs, n: int) -> Pairs:
    return np.minimum(a, b) * n + np.maximum(a, b)
