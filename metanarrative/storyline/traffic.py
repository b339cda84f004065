"""Who cites whom between traditions, against what chance would have it: silence is a finding too.

Expectation lets each citing work spend the citations it makes on the works that were there, in
proportion to how often those are cited: ``E_ab = sum over i in a of d_i * C_b(y_i) / C(y_i)``, with
``C_b(y)`` the citations that works of b up to year y receive. Where years do not matter it is the
usual row times column over total. Intervals come from resampling the citing works.

References
----------
van Eck & Waltman 2009, 10.1002/asi.21075 (observed over expected); Efron & Tibshirani 1993 (bootstrap).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEW = 5.0
"""With fewer citations than this, observed and expected, nothing is said."""
DRAWS = 400
"""Resamples of the citing works."""

__all__ = ["DRAWS", "FEW", "Traffic", "log_ratio", "traffic"]


@dataclass(frozen=True)
class Traffic:
    """Citations from one tradition to another; ``ratio`` is in powers of two, 0 is as expected.

    ``works`` counts the citing works of the first that cite anything inside the corpus.
    """

    citing: str
    cited: str
    observed: int
    expected: float
    ratio: float
    low: float
    high: float
    works: int
    verdict: str


def log_ratio(observed: float, expected: float) -> float:
    """Return ``log2((O + 0.5) / (E + 0.5))``.

    Examples
    --------
    >>> log_ratio(7.5, 1.5), log_ratio(0, 3.5)
    (2.0, -3.0)
    """
    return float(np.log2((observed + 0.5) / (expected + 0.5)))


def traffic(
    citations: Iterable[tuple[str, str]],
    home: Mapping[str, str],
    years: Mapping[str, int | None],
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
) -> list[Traffic]:
    """Return one row for every ordered pair of traditions, the pairs with themselves included.

    Parameters
    ----------
    citations : iterable of (citing, cited)
        Those with an end outside every tradition are left out, and so are those into the future.
    home : mapping of work to tradition
    years : mapping of work to year or None
        A work without a year may cite and be cited at any time.
    rng : numpy Generator
    draws : int

    Returns
    -------
    list of Traffic
        Sorted by citing and cited tradition; empty with fewer than two traditions.

    Examples
    --------
    >>> home = {"a1": "A", "a2": "A", "b1": "B", "b2": "B"}
    >>> rows = traffic([("a2", "a1"), ("b2", "b1")], home, {}, np.random.default_rng(1), draws=20)
    >>> [(r.citing, r.cited, r.observed, r.expected) for r in rows][:2]
    [('A', 'A', 1, 0.5), ('A', 'B', 0, 0.5)]
    """
    names = sorted(set(home.values()))
    if len(names) < 2:
        return []
    place = {name: column for column, name in enumerate(names)}

    def possible(citing: str, cited: str) -> bool:
        one, other = years.get(citing), years.get(cited)
        return one is None or other is None or other <= one

    kept = sorted({(a, b) for a, b in citations if a in home and b in home and a != b and possible(a, b)})
    received, timeless = _received(kept, home, years, place)
    citing = sorted({a for a, _ in kept})
    number = {work: row for row, work in enumerate(citing)}
    observed = np.zeros((len(citing), len(names)))
    for a, b in kept:
        observed[number[a], place[home[b]]] += 1
    expected = np.zeros_like(observed)
    latest = max(received, default=0)
    for work, row in number.items():
        year = years.get(work)
        there = timeless + _up_to(received, latest if year is None else year, len(names))
        if there.sum():
            expected[row] = observed[row].sum() * there / there.sum()
    out: list[Traffic] = []
    for name in names:
        rows = np.array([number[w] for w in citing if home[w] == name], dtype=np.int64)
        mine, chance = observed[rows], expected[rows]
        weight = rng.multinomial(rows.size, np.full(rows.size, 1 / rows.size), draws) if rows.size else None
        for other in names:
            o, e = float(mine[:, place[other]].sum()), float(chance[:, place[other]].sum())
            low = high = log_ratio(o, e)
            if weight is not None:
                drawn = np.log2((weight @ mine[:, place[other]] + 0.5) / (weight @ chance[:, place[other]] + 0.5))
                low, high = (float(v) for v in np.percentile(drawn, [2.5, 97.5]))
            said = _verdict(o, e, low, high)
            out.append(Traffic(name, other, int(o), e, log_ratio(o, e), low, high, int(rows.size), said))
    return out


def _received(
    kept: Iterable[tuple[str, str]], home: Mapping[str, str], years: Mapping[str, int | None], place: Mapping[str, int]
) -> tuple[dict[int, npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Citations received by tradition, of the works of each year, and of works without a year."""
    by_year: dict[int, npt.NDArray[np.float64]] = {}
    timeless = np.zeros(len(place))
    for _, cited in kept:
        year = years.get(cited)
        into = timeless if year is None else by_year.setdefault(year, np.zeros(len(place)))
        into[place[home[cited]]] += 1
    total = np.zeros(len(place))
    grown: dict[int, npt.NDArray[np.float64]] = {}
    for year in sorted(by_year):
        total = total + by_year[year]
        grown[year] = total
    return grown, timeless


def _up_to(grown: Mapping[int, npt.NDArray[np.float64]], year: int, size: int) -> npt.NDArray[np.float64]:
    earlier = [known for known in grown if known <= year]
    return grown[max(earlier)] if earlier else np.zeros(size)


def _verdict(observed: float, expected: float, low: float, high: float) -> str:
    if max(observed, expected) < FEW:
        return "too few citations"
    if not observed:
        return "silent"
    return "more than expected" if low > 0 else "less than expected" if high < 0 else "as expected"
