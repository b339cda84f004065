"""Reference publication year spectroscopy: years to which a literature looks back.

References
----------
Marx, Bornmann, Barth & Leydesdorff 2014, 10.1002/asi.23089.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Peak", "deviations", "peaks"]


@dataclass(frozen=True)
class Peak:
    """A year far above its neighbours and the one reference that makes it so."""

    year: int
    references: int
    deviation: float
    node: str
    share: float


def deviations(counts: Mapping[int, int]) -> dict[int, float]:
    """Return each year's count less the median of the five years around it.

    Years between the first and the last without references count as 0; beyond the ends the end
    years are repeated.

    References
    ----------
    10.1002/asi.23089

    Examples
    --------
    >>> deviations({2000: 397, 2001: 344, 2002: 512, 2003: 318, 2004: 323})[2002]
    168.0
    """
    if not counts:
        return {}
    years = range(min(counts), max(counts) + 1)
    series = np.array([counts.get(year, 0) for year in years], dtype=np.float64)
    padded = np.pad(series, 2, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    return {year: float(value) for year, value in zip(years, series - middle, strict=True)}


def peaks(references: Iterable[tuple[int, str]], *, share: float = 0.20) -> list[Peak]:
    """Return the years that stand out and are made by one reference.

    A year is a peak if its deviation is above 0 and above 1.5 interquartile ranges of the series,
    and one reference, cited three times or more, supplies at least `share` of it.

    Parameters
    ----------
    references : iterable of (year, node)
        One entry a citing: the cited year and the cited thing.
    share : float

    Examples
    --------
    >>> cited = [(1993, "anthony")] * 9 + [(y, f"r{y}") for y in range(1985, 2005)]
    >>> [(p.year, p.node, p.references) for p in peaks(cited)]
    [(1993, 'anthony', 10)]
    """
    by_year: dict[int, Counter[str]] = {}
    for year, node in references:
        by_year.setdefault(year, Counter())[node] += 1
    counts = {year: sum(nodes.values()) for year, nodes in by_year.items()}
    found = deviations(counts)
    if not found:
        return []
    bar = 1.5 * _iqr(list(found.values()))
    out = []
    for year, deviation in found.items():
        if deviation <= max(bar, 0.0) or year not in by_year:
            continue
        node, cited = min(by_year[year].items(), key=lambda item: (-item[1], item[0]))
        # a year in which one paper is cited once or twice is no peak of anything
        if cited >= 3 and cited >= share * counts[year]:
            out.append(Peak(year, counts[year], deviation, node, cited / counts[year]))
    return out


def _iqr(values: Sequence[float]) -> float:
    low, high = np.percentile(values, [25, 75])
    return float(high - low)
