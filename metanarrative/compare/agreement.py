"""Agreement between coders: Cohen's kappa, PABAK, Fleiss' kappa, Krippendorff's alpha.

Agreement between two people and agreement between a person and the machine are different things;
these functions measure either, and whoever prints the figure must say which it is.

References
----------
Cohen 1960, doi:10.1177/001316446002000104. Byrt et al. 1993, doi:10.1016/0895-4356(93)90018-V.
Fleiss 1971, doi:10.1037/h0031619. Krippendorff, Computing Krippendorff's alpha-reliability, 2011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["cohen_kappa", "fleiss_kappa", "grade", "krippendorff_alpha", "pabak", "two_way_table"]


def two_way_table(first: Sequence[object], second: Sequence[object]) -> np.ndarray:
    """Return the square table of counts of two coders' codes; codes sorted as text.

    Parameters
    ----------
    first, second : sequence, shape (n,)
        The codes each gave to the same n units.

    Examples
    --------
    >>> two_way_table("aab", "abb").tolist()
    [[1, 1], [0, 1]]
    """
    codes = sorted({*first, *second}, key=str)
    place = {code: at for at, code in enumerate(codes)}
    table = np.zeros((len(codes), len(codes)), dtype=np.int64)
    for a, b in zip(first, second, strict=True):
        table[place[a], place[b]] += 1
    return table


def cohen_kappa(table: Any) -> float:
    """Return Cohen's kappa of a square table of counts; nan where it is not defined.

    Parameters
    ----------
    table : array_like, shape (k, k)
        Units by the first coder's code (rows) and the second's (columns).

    Returns
    -------
    float
        -1 to 1; nan for an empty table or where both coders used one code only.

    Examples
    --------
    >>> round(cohen_kappa([[20, 5], [10, 15]]), 12)
    0.4
    """
    counts = np.asarray(table, dtype=float)
    total = counts.sum()
    if total == 0:
        return float("nan")
    observed = np.trace(counts) / total
    expected = float(counts.sum(0) @ counts.sum(1)) / total**2
    return float((observed - expected) / (1 - expected)) if expected < 1 else float("nan")


def pabak(table: Any) -> float:
    """Return prevalence- and bias-adjusted kappa, (k·observed - 1)/(k - 1).

    At a prevalence of a few per cent Cohen's kappa falls though coders agree; show both.

    Examples
    --------
    >>> round(pabak([[20, 5], [10, 15]]), 12)
    0.4
    """
    counts = np.asarray(table, dtype=float)
    total, k = counts.sum(), counts.shape[0]
    if total == 0 or k < 2:
        return float("nan")
    return float((k * np.trace(counts) / total - 1) / (k - 1))


def fleiss_kappa(ratings: Any) -> float:
    """Return Fleiss' kappa.

    Parameters
    ----------
    ratings : array_like, shape (units, categories)
        How many coders gave the unit that category; the same number of coders for each unit.

    Raises
    ------
    ValueError
        Units were coded by different numbers of coders.

    Examples
    --------
    >>> fleiss_kappa([[2, 0], [0, 2], [2, 0]])
    1.0
    """
    counts = np.asarray(ratings, dtype=float)
    coders = counts.sum(1)
    if counts.size == 0 or coders[0] < 2:
        return float("nan")
    if not np.all(coders == coders[0]):
        raise ValueError("every unit must be coded by the same number of coders; use krippendorff_alpha")
    n = coders[0]
    agreement = ((counts**2).sum(1) - n) / (n * (n - 1))
    chance = float(((counts.sum(0) / counts.sum()) ** 2).sum())
    return float((agreement.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")


def krippendorff_alpha(data: Sequence[Sequence[float | None]], level: str = "nominal") -> float:
    """Return Krippendorff's alpha; missing codes are None.

    Parameters
    ----------
    data : sequence of sequence, shape (coders, units)
        Codes as numbers (for ``nominal`` any number that names the code).
    level : {"nominal", "ordinal", "interval", "ratio"}

    Raises
    ------
    ValueError
        Unknown level of measurement.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, None], [1, 2, 2, 3]]), 3)
    0.545
    """
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError(f"unknown level of measurement {level!r}")
    columns = [[code for code in unit if code is not None] for unit in zip(*data, strict=True)]
    columns = [unit for unit in columns if len(unit) > 1]
    values = sorted({code for unit in columns for code in unit})
    if len(values) < 2:
        return float("nan")
    place = {code: at for at, code in enumerate(values)}
    coincidence = np.zeros((len(values), len(values)))
    for unit in columns:
        counts = np.bincount([place[code] for code in unit], minlength=len(values)).astype(float)
        coincidence += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    margin = coincidence.sum(0)
    points = np.array(values, dtype=float)
    gap = points[:, None] - points[None, :]
    if level == "nominal":
        delta = (gap != 0).astype(float)
    elif level == "ordinal":
        upto = np.cumsum(margin)
        middle = upto - margin / 2
        delta = (middle[:, None] - middle[None, :]) ** 2
    elif level == "interval":
        delta = gap**2
    else:
        both = points[:, None] + points[None, :]
        delta = np.divide(gap, both, out=np.zeros_like(gap), where=both != 0) ** 2
    expected = float((np.outer(margin, margin) * delta).sum()) / (margin.sum() - 1)
    return float(1 - (coincidence * delta).sum() / expected) if expected > 0 else float("nan")


def grade(kappa: float | None) -> str:
    """Return what a theme's agreement allows.

    Examples
    --------
    >>> grade(0.85), grade(0.7), grade(0.4), grade(None)
    ('strong', 'tentative', 'do not compare nations on this theme', 'not calibrated')
    """
    if kappa is None or kappa != kappa:
        return "not calibrated"
    if kappa >= 0.80:
        return "strong"
    return "tentative" if kappa >= 0.67 else "do not compare nations on this theme"
