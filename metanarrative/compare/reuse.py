"""Text reuse: passages of two sides that are the same words, or nearly.

Candidates share at least two word 4-grams, or one rare one (numbers masked); an alignment of words by Smith and
Waterman then scores them (+2, -1, -1). Nothing here says who copied whom.

References
----------
Wilkerson, Smith & Stramp 2015, doi:10.1111/ajps.12175. Burgess et al. 2016,
doi:10.1145/2939672.2939697. Smith & Waterman 1981, doi:10.1016/0022-2836(81)90087-5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metanarrative.compare.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Reuse", "find_reuse", "near_copies", "shingles", "smith_waterman"]

N_GRAM = 4
LEAST_SHARED = 2
LEAST_SCORE = 25
LEAST_LENGTH = 12
LEAST_IDENTICAL = 4
COMMON = 40
RARE = 3


@dataclass(frozen=True, slots=True)
class Reuse:
    """Rows ``a`` and ``b`` share ``length`` aligned words; ``share`` of the shorter passage, 0 to 1."""

    a: int
    b: int
    score: int
    length: int
    share: float


def _tokens(text: str) -> list[str]:
    return ["0" if word.isdigit() else word for word in words(text)]


def shingles(tokens: Sequence[str], n: int = N_GRAM) -> frozenset[tuple[str, ...]]:
    """Return the word n-grams of a passage.

    Examples
    --------
    >>> len(shingles("the plan must be kept under review".split()))
    4
    """
    return frozenset(tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1))


def smith_waterman(pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> list[tuple[int, int]]:
    """Return (score, matched words) of the best local alignment of each pair of word-number arrays.

    All pairs are computed together, row by row: match +2, mismatch -1, gap -1.

    Examples
    --------
    >>> smith_waterman([(np.array([1, 2, 3, 4]), np.array([9, 1, 2, 4]))])
    [(5, 3)]
    """
    if not pairs:
        return []
    rows = max(len(a) for a, _ in pairs)
    columns = max(len(b) for _, b in pairs)
    left = np.full((len(pairs), rows), -1, dtype=np.int64)
    right = np.full((len(pairs), columns), -2, dtype=np.int64)
    for at, (a, b) in enumerate(pairs):
        left[at, : len(a)] = a
        right[at, : len(b)] = b
    # score and number of matches travel together: matches break ties and are read off at the maximum
    unit = 1 << 16
    step = np.arange(1, columns + 1, dtype=np.int64)
    table = np.zeros((len(pairs), columns + 1), dtype=np.int64)
    best = np.zeros(len(pairs), dtype=np.int64)
    for row in range(rows):
        same = left[:, row, None] == right
        diagonal = table[:, :-1] + np.where(same, 2 * unit + 1, -unit)
        cell = np.maximum(np.maximum(diagonal, table[:, 1:] - unit), 0)
        cell = np.maximum.accumulate(cell + step * unit, axis=1) - step * unit
        cell = np.where(cell < unit, 0, cell)
        table[:, 1:] = cell
        best = np.maximum(best, cell.max(axis=1))
    return [(int(value // unit), int(value % unit)) for value in best]


def find_reuse(a: Sequence[str], b: Sequence[str], *, batch: int = 256) -> list[Reuse]:
    """Return pairs of passages of two sides that share wording, in the order of `a` then `b`.

    Parameters
    ----------
    a, b : sequence of str
        The passages of the two sides.

    Returns
    -------
    list of Reuse
        Score of at least 25 over at least 12 words, or all words identical (four words or more).

    Examples
    --------
    >>> text = "The care plan must be written down and a copy given to the person and the carer."
    >>> [(r.a, r.b, r.share) for r in find_reuse([text, "Another thing altogether."], [text])]
    [(0, 0, 1.0)]
    """
    tokens_a = [_tokens(text) for text in a]
    tokens_b = [_tokens(text) for text in b]
    number: dict[str, int] = {}
    coded_a = [np.array([number.setdefault(t, len(number)) for t in ts], dtype=np.int64) for ts in tokens_a]
    coded_b = [np.array([number.setdefault(t, len(number)) for t in ts], dtype=np.int64) for ts in tokens_b]
    grams_a = [shingles(tokens) for tokens in tokens_a]
    seen: Counter[tuple[str, ...]] = Counter()
    for grams in grams_a:
        seen.update(grams)
    index: dict[tuple[str, ...], list[int]] = {}
    for row, tokens in enumerate(tokens_b):
        for gram in shingles(tokens):
            if gram in seen:
                index.setdefault(gram, []).append(row)
    whole: dict[tuple[str, ...], list[int]] = {}
    for row, tokens in enumerate(tokens_b):
        whole.setdefault(tuple(tokens), []).append(row)
    wanted: list[tuple[int, int]] = []
    identical: set[tuple[int, int]] = set()
    for row, tokens in enumerate(tokens_a):
        shared: Counter[int] = Counter()
        for gram in grams_a[row]:
            places = index.get(gram)
            if places is None:
                continue
            # a phrase found everywhere is boiler-plate, not a trace of reuse
            if len(places) <= COMMON and seen[gram] <= COMMON:
                shared.update(places)
                if len(places) <= RARE and seen[gram] <= RARE:
                    shared.update(places)  # a rare phrase is evidence enough to look closer
        same = whole.get(tuple(tokens), []) if len(tokens) >= LEAST_IDENTICAL else []
        identical.update((row, other) for other in same[:COMMON])
        wanted += sorted(
            {(row, other) for other, n in shared.items() if n >= LEAST_SHARED} | {(row, o) for o in same[:COMMON]}
        )
    # passages of like length together, so that little is computed on padding
    order = sorted(range(len(wanted)), key=lambda k: (len(coded_a[wanted[k][0]]) + len(coded_b[wanted[k][1]]), k))
    found: list[Reuse] = []
    for first in range(0, len(order), batch):
        chosen = [wanted[k] for k in order[first : first + batch]]
        scores = smith_waterman([(coded_a[i], coded_b[j]) for i, j in chosen])
        for (i, j), (score, length) in zip(chosen, scores, strict=True):
            if (i, j) in identical or (score >= LEAST_SCORE and length >= LEAST_LENGTH):
                shorter = max(1, min(len(coded_a[i]), len(coded_b[j])))
                found.append(Reuse(i, j, score, length, round(min(1.0, length / shorter), 4)))
    found.sort(key=lambda r: (r.a, r.b))
    return found


def near_copies(documents: Sequence[Sequence[str]], *, least: float = 0.60) -> list[tuple[int, int, float]]:
    """Return pairs of documents that are copies or near copies of each other.

    Parameters
    ----------
    documents : sequence of sequence of str
        The passages of each document.
    least : float
        Jaccard overlap of their word 4-grams, 0 to 1; five edits in a hundred words leave about 0.7.

    Returns
    -------
    list of (first, second, overlap)
        first < second.

    Examples
    --------
    >>> near_copies([["a b c d e f g"], ["a b c d e f g"], ["x y z u v w"]])
    [(0, 1, 1.0)]
    """
    grams = [frozenset(g for text in texts for g in shingles(_tokens(text))) for texts in documents]
    owners: Counter[tuple[str, ...]] = Counter()
    for own in grams:
        owners.update(own)
    index: dict[tuple[str, ...], list[int]] = {gram: [] for gram, n in owners.items() if 1 < n <= COMMON}
    for row, own in enumerate(grams):
        for gram in own & index.keys():
            index[gram].append(row)
    shared: Counter[tuple[int, int]] = Counter()
    for rows in index.values():
        shared.update((x, y) for at, x in enumerate(rows) for y in rows[at + 1 :])
    result = []
    for (x, y), n in sorted(shared.items()):
        overlap = n / (len(grams[x]) + len(grams[y]) - n)
        if overlap >= least:
            result.append((x, y, round(overlap, 4)))
    return result
