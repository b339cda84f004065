"""Phases of a tradition: years at which its vocabulary, and its references, turn over.

For every year with enough works on both sides the Jensen-Shannon divergence of the terms before
and after is weighed by how even the split is; the greatest is compared with shuffled years. A
turn of vocabulary and references together is a paradigm-shift *candidate*: the word is for a
person to use. Where nothing is found, that is absence of power below about 30 % turnover, and
the note says so.

References
----------
Lin 1991, 10.1109/18.61115 (Jensen-Shannon divergence).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

SIDE = 15
"""Works needed on each side of a boundary year."""
HALF = 40
"""Works needed in a half for it to be tested again."""
MOST = 4
"""Phases at most."""
POWER = "a change of less than about 30 % of the vocabulary would not be seen"

__all__ = ["HALF", "POWER", "SIDE", "Phase", "Turn", "find_phases", "turn"]


@dataclass(frozen=True)
class Turn:
    """The strongest boundary: the first year after it, its statistic and p against shuffles."""

    year: int
    statistic: float
    p: float
    p_references: float | None


@dataclass(frozen=True)
class Phase:
    """A span of years; ``p`` is that of the boundary it begins with (of the test, for the first)."""

    first_year: int
    last_year: int
    rows: tuple[int, ...]
    p: float | None
    note: str


def _divergence(before: npt.NDArray[np.float64], total: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Jensen-Shannon divergence of each row's two sides, natural logarithm."""
    left, right = before + 0.01, total - before + 0.01
    left = left / left.sum(axis=1, keepdims=True)
    right = right / right.sum(axis=1, keepdims=True)
    middle = (left + right) / 2
    value = (left * np.log(left / middle) + right * np.log(right / middle)).sum(axis=1) / 2
    return np.asarray(value)


def turn(
    documents: Any,
    years: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    references: Any | None = None,
    shuffles: int = 199,
    side: int = SIDE,
) -> Turn | None:
    """Find the year at which the vocabulary changes most and test it.

    Parameters
    ----------
    documents : CSR, shape (n, terms), 0 or 1
    years : ndarray of int, shape (n,)
    rng : numpy Generator
    references : CSR, shape (n, cited), 0 or 1, optional
    shuffles : int
    side : int
        Works needed on each side.

    Returns
    -------
    Turn or None
        None where no year has enough works on both sides.
    """
    size = int(years.size)
    limits = [int(y) for y in np.unique(years) if (years < y).sum() >= side and (years >= y).sum() >= side]
    if not limits or documents.shape[1] == 0:
        return None
    from scipy.sparse import csr_matrix

    before = years[None, :] < np.array(limits)[:, None]  # boundary x work
    n_left = before.sum(axis=1)
    even = np.sqrt(n_left * (size - n_left)) / size
    total = np.asarray(documents.sum(axis=0), dtype=np.float64).reshape(1, -1)

    def statistic(side_of: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        counts = np.asarray((csr_matrix(side_of.astype(np.float64)) @ documents).todense())
        value: npt.NDArray[np.float64] = even * _divergence(counts, total)
        return value

    def turnover(left: npt.NDArray[np.bool_]) -> float:
        old = np.asarray(references[left].sum(axis=0)).ravel() > 0  # type: ignore[index]
        new = np.asarray(references[~left].sum(axis=0)).ravel() > 0  # type: ignore[index]
        either = int((old | new).sum())
        return 1 - int((old & new).sum()) / either if either else 0.0

    observed = statistic(before)
    best = int(np.argmax(np.round(observed, 12)))
    use_references = references is not None and references.shape[1] >= 5 and references.nnz >= 2 * size // 3
    seen = turnover(before[best]) if use_references else 0.0
    as_far, as_far_references = 1, 1
    for _ in range(shuffles):
        mixed = before[:, rng.permutation(size)]
        as_far += bool(statistic(mixed).max() >= observed[best] - 1e-12)
        if use_references:
            as_far_references += bool(turnover(mixed[best]) >= seen - 1e-12)
    return Turn(
        limits[best],
        float(observed[best]),
        as_far / (shuffles + 1),
        as_far_references / (shuffles + 1) if use_references else None,
    )


def find_phases(
    documents: Any,
    years: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    references: Any | None = None,
    shuffles: int = 199,
) -> list[Phase]:
    """Cut a tradition into phases, one at least.

    Parameters
    ----------
    documents : CSR, shape (n, terms), 0 or 1
    years : ndarray of int, shape (n,)
    rng : numpy Generator
    references : CSR, shape (n, cited), optional
    shuffles : int

    Returns
    -------
    list of Phase
        In order of time; empty for no works.
    """
    if not years.size:
        return []
    pending: list[tuple[npt.NDArray[np.int64], float | None, str]] = [(np.arange(years.size, dtype=np.int64), None, "")]
    done: list[tuple[npt.NDArray[np.int64], float | None, str]] = []
    while pending:
        rows, p, note = pending.pop(0)
        if rows.size < (2 * SIDE if not note else HALF):
            why = f"{rows.size} works are too few to look for a change (needs {SIDE} on each side of a year)"
            done.append((rows, p, note or why))
            continue
        own = None if references is None else references[rows]
        found = turn(documents[rows], years[rows], rng, references=own, shuffles=shuffles)
        if found is None:
            why = f"no year has {SIDE} works on each side: no change can be looked for"
            done.append((rows, p, note or why))
            continue
        if found.p > 0.05:
            calm = f"no change found among {rows.size} works (p {found.p:.3f}); {POWER}"
            done.append((rows, p if note else found.p, f"{note}; {calm}" if note else calm))
            continue
        if len(pending) + len(done) + 2 > MOST:
            more = f"a further change lies at {found.year} (p {found.p:.3f}), but {MOST} phases are shown at most"
            done.append((rows, p, f"{note}; {more}"))
            continue
        left = rows[years[rows] < found.year]
        right = rows[years[rows] >= found.year]
        words = f"vocabulary changes at {found.year} (p {found.p:.3f})"
        if found.p_references is None:
            words += "; too few references to test their turnover"
        elif found.p_references <= 0.05:
            words += f", so do the references (p {found.p_references:.3f}): paradigm-shift candidate"
            words += ", for a person to judge"
        else:
            words += f", the references do not (p {found.p_references:.3f})"
        pending.append((left, p, note or f"before the change at {found.year}"))
        pending.append((right, found.p, words))
    done.sort(key=lambda item: int(years[item[0]].min()))
    return [
        Phase(int(years[rows].min()), int(years[rows].max()), tuple(int(r) for r in rows), p, note)
        for rows, p, note in done
    ]


def document_terms(
    term_sets: Sequence[Mapping[str, int]], *, fewest: int = 3, most: int = 800
) -> tuple[Any, list[str]]:
    """Return a 0/1 matrix of works by terms: in `fewest` works at least, the `most` frequent.

    Returns
    -------
    matrix : CSR, shape (n, terms)
    terms : list of str, sorted
    """
    from collections import Counter

    from scipy.sparse import csr_matrix

    held: Counter[str] = Counter()
    for own in term_sets:
        held.update(own.keys())
    kept = sorted(term for term, count in held.items() if count >= fewest)
    kept = sorted(sorted(kept, key=lambda term: (-held[term], term))[:most])
    place = {term: column for column, term in enumerate(kept)}
    cells = [(row, place[t]) for row, own in enumerate(term_sets) for t in sorted(own) if t in place]
    matrix = csr_matrix(
        (np.ones(len(cells)), ([r for r, _ in cells], [c for _, c in cells])),
        shape=(len(term_sets), len(kept)),
    )
    return matrix, kept
