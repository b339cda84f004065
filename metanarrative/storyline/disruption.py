"""The disruption (CD) index inside a corpus, with its undefined cases.

References
----------
Funk & Owen-Smith 2017, 10.1287/mnsc.2015.2366; Wu, Wang & Evans 2019, 10.1038/s41586-019-0941-9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["cd_from_counts", "disruption"]


def cd_from_counts(only: int, both: int, bypass: int) -> float | None:
    """Return ``(n_i - n_j) / (n_i + n_j + n_k)``; None where nobody came later.

    Parameters
    ----------
    only : int
        Later works that cite the focal work and none of its references.
    both : int
        Later works that cite both.
    bypass : int
        Later works that cite a reference of it, but not the work.

    Examples
    --------
    >>> round(cd_from_counts(6, 3, 4), 6), round(cd_from_counts(6, 3, 0), 6), cd_from_counts(0, 0, 0)
    (0.230769, 0.333333, None)
    """
    total = only + both + bypass
    return (only - both) / total if total else None


def disruption(
    citations: Iterable[tuple[str, str]],
    years: Mapping[str, int | None],
    *,
    window: int | None = 5,
    strict: bool = False,
) -> dict[str, float | None]:
    """Return the CD index of every work.

    Only strictly later works inside the window count. In a topic-bounded corpus works that bypass
    the focal work outside the corpus are not seen, which raises the figure: say so beside it.

    Parameters
    ----------
    citations : iterable of (citing, cited)
    years : mapping of id to year or None
        Works without a year get None.
    window : int or None
        Years after the focal work; None: all.
    strict : bool
        Return None also for works without references or without citers in the data, where the
        index says more about missing data than about the work.

    Returns
    -------
    dict of id to float in [-1, 1] or None

    References
    ----------
    10.1287/mnsc.2015.2366; arXiv 2403.11748 (missing references).

    Examples
    --------
    >>> disruption([("b", "a"), ("c", "b"), ("d", "b"), ("d", "a")], {"a": 1, "b": 2, "c": 3, "d": 4})["b"]
    0.0
    """
    cited_by: dict[str, set[str]] = {}
    references: dict[str, set[str]] = {}
    for citing, cited in citations:
        if citing != cited:
            cited_by.setdefault(cited, set()).add(citing)
            references.setdefault(citing, set()).add(cited)
    out: dict[str, float | None] = {}
    for focal in sorted(years):
        year = years[focal]
        own = references.get(focal, set())
        if year is None or (strict and (not own or not cited_by.get(focal))):
            out[focal] = None
            continue

        def later(work: str, year: int = year) -> bool:
            other = years.get(work)
            return other is not None and other > year and (window is None or other <= year + window)

        citers = {work for work in cited_by.get(focal, ()) if later(work)}
        around = {work for cited in own for work in cited_by.get(cited, ()) if work != focal and later(work)}
        out[focal] = cd_from_counts(len(citers - around), len(citers & around), len(around - citers))
    return out
