"""Landmark candidates by a stated rule that can answer "none".

Three independent signals; two are needed: (a) in-corpus citations high among works of about the
same year, (b) PageRank with short memory, (c) a peak year of the cited references that this very
work makes. Every figure is computed inside its scope (one tradition, or all), because the age at
which works are cited differs between traditions.

References
----------
Brin & Page 1998, 10.1016/S0169-7552(98)00110-X; Chen et al. 2007, 10.1016/j.joi.2006.06.001
(damping 0.5 for citations); Marx et al. 2014, 10.1002/asi.23089.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
import numpy.typing as npt

from metanarrative.storyline.rpys import Peak

WINDOW = 2
"""Works at most this many years apart are compared."""
FEWEST_PEERS = 5
"""With fewer works of about the same year the whole scope is compared."""

__all__ = ["Signals", "pagerank", "signals"]


@dataclass(frozen=True)
class Signals:
    """What speaks for one work as a landmark in one scope.

    ``percentile`` is the share (0 to 100) of its peers that are cited less; ``persistence`` the
    share of later years in which it is cited at least once; ``rank`` its place by PageRank.
    """

    work: str
    year: int | None
    cited: int
    per_year: float
    persistence: float
    percentile: float
    peers: int
    pagerank: float
    rank: int
    often: bool
    central: bool
    canon: Peak | None

    @property
    def count(self) -> int:
        """Number of signals, 0 to 3."""
        return int(self.often) + int(self.central) + int(self.canon is not None)


def pagerank(
    size: int, citations: Sequence[tuple[int, int]], *, damping: float = 0.5, rounds: int = 100
) -> npt.NDArray[np.float64]:
    """Return PageRank on citing -> cited, shape (size,), sum 1.

    Parameters
    ----------
    size : int
    citations : sequence of (citing row, cited row)
    damping : float
        0.5: citation chains are short.

    Examples
    --------
    >>> pagerank(3, [(1, 0), (2, 0)]).round(3).tolist()
    [0.5, 0.25, 0.25]
    """
    if not size:
        return np.zeros(0)
    citing = np.array([c for c, _ in citations], dtype=np.int64)
    cited = np.array([d for _, d in citations], dtype=np.int64)
    out = np.bincount(citing, minlength=size).astype(np.float64)
    rank: npt.NDArray[np.float64] = np.full(size, 1.0 / size)
    for _ in range(rounds):
        flow = np.bincount(cited, weights=rank[citing] / out[citing], minlength=size)
        lost = float(rank[out == 0].sum())
        fresh = np.asarray((1 - damping) / size + damping * (flow + lost / size), dtype=np.float64)
        if float(np.abs(fresh - rank).sum()) < 1e-12:
            return fresh
        rank = fresh
    return rank


def signals(
    works: Sequence[str],
    years: Mapping[str, int | None],
    citations: Iterable[tuple[str, str]],
    *,
    canon: Mapping[str, Peak] | None = None,
    min_citations: int = 5,
    percentile: float = 95.0,
) -> list[Signals]:
    """Work out the signals of every work in a scope, strongest first.

    Parameters
    ----------
    works : sequence of str
        The scope.
    years : mapping of work to year or None
    citations : iterable of (citing, cited)
        Those with an end outside the scope are left out.
    canon : mapping of work to Peak
        Works that make a peak of the reference spectroscopy.
    min_citations : int
    percentile : float, 0 to 100

    Returns
    -------
    list of Signals
        Sorted by number of signals, citations, PageRank, id. A landmark has ``count >= 2``.

    Examples
    --------
    >>> cites = [(f"w{i}", "seed") for i in range(8)]
    >>> years = {"seed": 1990, **{f"w{i}": 1991 + i % 2 for i in range(8)}}
    >>> found = signals(sorted(years), years, cites)
    >>> found[0].work, found[0].count, found[1].count
    ('seed', 2, 0)
    """
    ids = sorted(works)
    row = {work: place for place, work in enumerate(ids)}
    pairs = sorted({(row[a], row[b]) for a, b in citations if a in row and b in row and a != b})
    cited = np.bincount(np.array([d for _, d in pairs], dtype=np.int64), minlength=len(ids))
    cited_in: dict[int, set[int]] = {}
    for citing, target in pairs:
        year = years.get(ids[citing])
        if year is not None:
            cited_in.setdefault(target, set()).add(year)
    rank = pagerank(len(ids), pairs)
    rounded = np.round(rank, 12)
    ascending = np.sort(rounded)
    places = len(ids) - np.searchsorted(ascending, rounded, side="left")  # works ranked as high or higher
    top = max(1, floor(0.05 * len(ids)))
    shares, peers = _percentiles(ids, years, cited)
    last = max((y for y in (years.get(work) for work in ids) if y is not None), default=None)
    out = []
    for place, work in enumerate(ids):
        year = years.get(work)
        age = max(1, last - year) if year is not None and last is not None else 0
        later = {y for y in cited_in.get(place, ()) if year is not None and y > year}
        out.append(
            Signals(
                work=work,
                year=year,
                cited=int(cited[place]),
                per_year=float(cited[place]) / age if age else 0.0,
                persistence=min(1.0, len(later) / age) if age else 0.0,
                percentile=float(shares[place]),
                peers=int(peers[place]),
                pagerank=float(rank[place]),
                rank=int((rounded > rounded[place]).sum()) + 1 if len(ids) <= 5000 else int(places[place]),
                often=int(cited[place]) >= min_citations and float(shares[place]) >= percentile,
                central=int(cited[place]) > 0 and int(places[place]) <= top,
                canon=(canon or {}).get(work),
            )
        )
    return sorted(out, key=lambda s: (-s.count, -s.cited, -round(s.pagerank, 12), s.work))


def _percentiles(
    ids: Sequence[str], years: Mapping[str, int | None], cited: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Share of peers cited less, in per cent, and the number of peers."""
    own = np.array([y if (y := years.get(work)) is not None else -9999 for work in ids], dtype=np.int64)
    everyone = np.sort(cited)
    shares, peers = np.zeros(len(ids)), np.zeros(len(ids), dtype=np.int64)
    for year in np.unique(own).tolist():
        rows = np.flatnonzero(own == year)
        near = np.sort(cited[np.abs(own - year) <= WINDOW]) if year != -9999 else everyone
        if near.size - 1 < FEWEST_PEERS:
            near = everyone
        below = np.searchsorted(near, cited[rows], side="left")
        shares[rows] = 100.0 * below / max(near.size - 1, 1)
        peers[rows] = near.size - 1
    return shares, peers
