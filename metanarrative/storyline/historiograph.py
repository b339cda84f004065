"""The historiograph: the works that a set cites most from inside, by year, and who of them cites whom.

References
----------
Garfield, Pudovkin & Istomin 2003, 10.1002/asi.10226; Garfield 2004, 10.1177/0165551504042802.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Historiograph", "historiograph", "local_scores"]


@dataclass(frozen=True)
class Historiograph:
    """Works in layers by year, and the citations among them.

    Attributes
    ----------
    layers : tuple of (year or None, works)
        In order of time, works without a year last; inside a year by score, then id.
    arcs : tuple of (cited, citing)
    scores : dict of work to int
        Citations from inside the whole set.
    ties : int
        Works left out although they are cited as often as the last one kept.
    """

    layers: tuple[tuple[int | None, tuple[str, ...]], ...]
    arcs: tuple[tuple[str, str], ...]
    scores: dict[str, int]
    ties: int


def local_scores(works: Iterable[str], citations: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return the local citation score of each work: citations from inside the set, itself left out.

    Examples
    --------
    >>> local_scores("abc", [("b", "a"), ("c", "a"), ("c", "c"), ("x", "a"), ("b", "a")])
    {'a': 2, 'b': 0, 'c': 0}
    """
    scores = dict.fromkeys(sorted(works), 0)
    for citing, cited in set(citations):
        if citing != cited and citing in scores and cited in scores:
            scores[cited] += 1
    return scores


def historiograph(
    works: Iterable[str], years: Mapping[str, int | None], citations: Iterable[tuple[str, str]], *, top: int = 30
) -> Historiograph:
    """Return the `top` works by local citation score, by year, with the citations among them.

    Parameters
    ----------
    works : iterable of str
    years : mapping of work to year or None
    citations : iterable of (citing, cited)
    top : int
        Works that nobody cites are left out.

    Examples
    --------
    >>> years = {"a": 1990, "b": 1995, "c": 1995, "d": 2001}
    >>> found = historiograph(years, years, [("b", "a"), ("c", "a"), ("d", "b"), ("d", "a")], top=2)
    >>> found.layers, found.arcs, found.scores["a"], found.ties
    (((1990, ('a',)), (1995, ('b',))), (('a', 'b'),), 3, 0)
    """
    pairs = sorted(set(citations))
    scores = local_scores(works, pairs)
    ranked = sorted((w for w, score in scores.items() if score), key=lambda w: (-scores[w], w))
    kept = ranked[:top]
    ties = sum(scores[w] == scores[kept[-1]] for w in ranked[top:]) if kept else 0
    by_year: dict[int | None, list[str]] = {}
    for work in kept:
        by_year.setdefault(years.get(work), []).append(work)
    order = sorted(by_year, key=lambda year: (year is None, year or 0))
    inside = set(kept)
    arcs = tuple((b, a) for a, b in pairs if a in inside and b in inside and a != b)
    return Historiograph(tuple((year, tuple(by_year[year])) for year in order), tuple(sorted(arcs)), scores, ties)
