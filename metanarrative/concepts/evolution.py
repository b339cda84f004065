"""Themes of concepts from period to period: what flows into what.

References
----------
Cobo, López-Herrera, Herrera-Viedma & Herrera 2011, 10.1016/j.joi.2010.10.002 (thematic evolution).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metanarrative.concepts.network import cooccurrence, themes

SIDE = 30
"""Works for each period that is cut; years are whole, so that one may get half as many."""
MOST = 4
"""Periods at most."""

__all__ = ["MOST", "SIDE", "Flow", "evolution", "inclusion", "periods", "stability", "weighted_inclusion"]


@dataclass(frozen=True)
class Flow:
    """A theme of one period and one of the next that share concepts."""

    period: tuple[int, int]
    theme: tuple[int, ...]
    next_period: tuple[int, int]
    next_theme: tuple[int, ...]
    inclusion: float
    stability: float
    weighted: float


def inclusion(first: frozenset[int], second: frozenset[int]) -> float:
    """Return ``|A and B| / min(|A|, |B|)``.

    Examples
    --------
    >>> inclusion(frozenset({1, 2, 3}), frozenset({2, 3, 4, 5}))
    0.6666666666666666
    """
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def stability(first: frozenset[int], second: frozenset[int]) -> float:
    """Return ``|A and B| / |A or B|``.

    Examples
    --------
    >>> stability(frozenset({1, 2, 3}), frozenset({2, 3, 4, 5}))
    0.4
    """
    return len(first & second) / len(first | second) if first | second else 0.0


def weighted_inclusion(first: Mapping[int, int], second: Mapping[int, int]) -> float:
    """Return the sum of the smaller occurrences over the smaller total.

    Examples
    --------
    >>> weighted_inclusion({1: 4, 2: 2}, {2: 3, 3: 9})
    0.3333333333333333
    """
    least = min(sum(first.values()), sum(second.values()))
    return sum(min(n, second[key]) for key, n in first.items() if key in second) / least if least else 0.0


def periods(years: Sequence[int]) -> list[tuple[int, int]]:
    """Cut the years of works into up to four periods of about equal numbers of works.

    Returns nothing where there are not works enough for two, or all are of one year.

    Examples
    --------
    >>> periods([2000 + n // 20 for n in range(100)])
    [(2000, 2000), (2001, 2002), (2003, 2004)]
    >>> periods([2000] * 50)
    []
    """
    ordered = sorted(years)
    for number in range(min(MOST, len(ordered) // SIDE), 1, -1):
        cuts = sorted({ordered[len(ordered) * part // number] for part in range(1, number)} - {ordered[0]})
        edges = [ordered[0], *cuts, ordered[-1] + 1]
        spans = [(a, b - 1) for a, b in pairwise(edges)]
        if all(sum(a <= year <= b for year in ordered) >= SIDE // 2 for a, b in spans) and len(spans) > 1:
            return spans
    return []


def evolution(held: Sequence[frozenset[str]], years: Mapping[str, int], *, seed: int) -> list[Flow]:
    """Return how the themes of each period pass into those of the next.

    Parameters
    ----------
    held : sequence of frozenset of work ids
        The works of each concept.
    years : mapping of work id to year
        Works without a year are left out.
    seed : int

    Returns
    -------
    list of Flow
        In order of time; themes as rows of `held`.
    """
    spans = periods([years[work] for work in sorted(frozenset().union(*held) if held else ()) if work in years])
    made: list[list[dict[int, int]]] = []
    for first, last in spans:
        own = [frozenset(w for w in works if first <= years.get(w, first - 1) <= last) for works in held]
        number = len(frozenset().union(*own))
        labels = themes(len(own), cooccurrence(own, works=number), seed=seed)
        groups = [[row for row in range(len(own)) if labels[row] == t] for t in range(int(labels.max(initial=-1)) + 1)]
        made.append([{row: len(own[row]) for row in group} for group in groups])
    flows = []
    for place in range(len(spans) - 1):
        for one in made[place]:
            for other in made[place + 1]:
                a, b = frozenset(one), frozenset(other)
                if a & b:
                    flows.append(
                        Flow(
                            spans[place], tuple(sorted(one, key=lambda r: (-one[r], r))), spans[place + 1],
                            tuple(sorted(other, key=lambda r: (-other[r], r))), inclusion(a, b), stability(a, b),
                            weighted_inclusion(one, other),
                        )
                    )  # fmt: skip
    return flows
