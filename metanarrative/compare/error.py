"""Unequal error: whether the rules of force read both sides equally well, and what to do if not.

Takes triggers that people coded; gives recall and false-positive rate of "must" on each side with
intervals. Where the two sides' intervals lie apart, a difference in force may be a difference in
reading: it is corrected if enough triggers were coded on both sides, and refused otherwise.

References
----------
Rogan & Gladen 1978, doi:10.1093/oxfordjournals.aje.a112510 (correction); Wilson 1927,
doi:10.1080/01621459.1927.10502953 (interval).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.compare import emphasis
from metanarrative.text.verdicts import DIFFERS, UNCLEAR, judged

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from metanarrative.compare.contrasts import Sides

__all__ = ["SideError", "corrected", "side_error", "unequal", "wilson"]

LEAST_TO_JUDGE = 30
LEAST_TO_CORRECT = 100


def wilson(k: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; (0, 1) where there is nothing to go on.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(9, 10)]
    [0.596, 0.982]
    """
    if n <= 0:
        return 0.0, 1.0
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class SideError:
    """How the rules did on the coded triggers of one side: hits of `yes`, false alarms of `no`."""

    yes: int
    hits: int
    no: int
    alarms: int

    @property
    def n(self) -> int:
        """Coded triggers."""
        return self.yes + self.no

    @property
    def recall(self) -> float:
        """Share of the person's musts that the rules called must; nan without any."""
        return self.hits / self.yes if self.yes else math.nan

    @property
    def false_positive_rate(self) -> float:
        """Share of the person's other triggers that the rules called must; nan without any."""
        return self.alarms / self.no if self.no else math.nan

    def words(self) -> str:
        """Say it in words."""
        low, high = wilson(self.hits, self.yes)
        alarms = f"false positives {self.false_positive_rate:.2f}"
        return f"recall {self.recall:.2f} ({low:.2f} to {high:.2f}), {alarms}, {self.n} coded"


def side_error(pairs: Iterable[tuple[str, str]], target: str = "must") -> SideError:
    """Count the errors of one side from (machine's class, person's class).

    Examples
    --------
    >>> side_error([("must", "must"), ("should", "must"), ("must", "should"), ("may", "may")])
    SideError(yes=2, hits=1, no=2, alarms=1)
    """
    yes = hits = no = alarms = 0
    for machine, person in pairs:
        if person == target:
            yes += 1
            hits += machine == target
        else:
            no += 1
            alarms += machine == target
    return SideError(yes, hits, no, alarms)


def unequal(a: SideError, b: SideError) -> bool | None:
    """Tell whether the two sides are read unequally well; None where too little was coded to judge.

    Examples
    --------
    >>> good, bad = SideError(100, 95, 100, 5), SideError(100, 60, 100, 5)
    >>> unequal(good, good), unequal(good, bad), unequal(good, SideError(3, 3, 2, 0))
    (False, True, None)
    """
    if min(a.yes, b.yes) < LEAST_TO_JUDGE // 2 or min(a.n, b.n) < LEAST_TO_JUDGE:
        return None

    def apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one[1] < other[0] or other[1] < one[0]

    return apart(wilson(a.hits, a.yes), wilson(b.hits, b.yes)) or apart(wilson(a.alarms, a.no), wilson(b.alarms, b.no))


def corrected(
    sides: Sides, y: NDArray[np.float64], n: NDArray[np.float64], errors: tuple[SideError, SideError], rng: Generator,
    *, draws: int = 400,
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:  # fmt: skip
    """Return counts corrected for the error of their side, and what not knowing that error adds to Δ.

    Parameters
    ----------
    sides : Sides
        d documents.
    y, n : ndarray, shape (d, k)
        Counts of musts, and of all that could be one.
    errors : (SideError, SideError)
    rng : Generator
    draws : int

    Returns
    -------
    counts : ndarray, shape (d, k)
    extra : ndarray, shape (k,)
        Standard deviation of Δ over plausible error rates.
    None
        Where the triggers coded are too few, or the rules no better than chance on a side.
    """
    if min(e.n for e in errors) < LEAST_TO_CORRECT or min(min(e.yes, e.no) for e in errors) < 20:
        return None
    if any(e.recall - e.false_positive_rate < 0.2 for e in errors):
        return None
    mask = sides.mask

    def mended(rates: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        out = np.array(y, dtype=float)
        for side, (recall, alarm) in zip((False, True), rates, strict=True):
            rows = mask == side
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(n[rows] > 0, y[rows] / n[rows], 0.0)
            out[rows] = np.clip((share - alarm) / max(recall - alarm, 0.05), 0.0, 1.0) * n[rows]
        return out

    def delta(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        values = emphasis.document_shares(counts, n)
        with np.errstate(invalid="ignore"):
            return np.asarray(_mean(values[mask]) - _mean(values[~mask]))

    best = mended([(e.recall, e.false_positive_rate) for e in errors])
    found = [
        delta(
            mended(
                [
                    (rng.beta(e.hits + 0.5, e.yes - e.hits + 0.5), rng.beta(e.alarms + 0.5, e.no - e.alarms + 0.5))
                    for e in errors
                ]
            )
        )
        for _ in range(draws)
    ]
    return best, np.nan_to_num(np.std(np.array(found), axis=0))


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(values)
    return np.where(known.any(0), np.where(known, values, 0.0).sum(0) / np.maximum(known.sum(0), 1), np.nan)


def apply_to_rows(
    rows: list[dict[str, Any]], raw: Sequence[Mapping[str, Any]], extra: NDArray[np.float64], q_level: float
) -> None:
    """Widen the corrected rows by what the error rates leave open, and judge them again, in place.

    Parameters
    ----------
    rows : list of dict
        Contrast rows of the corrected counts.
    raw : sequence of mapping
        The same rows of the counts as read.
    extra : ndarray, shape (k,)
        From :func:`corrected`.
    q_level : float
    """
    from scipy.special import ndtr

    ps = []
    for row, before, more in zip(rows, raw, extra, strict=True):
        if row["p"] is None:
            ps.append(math.nan)
            continue
        half = (row["high"] - row["low"]) / 2
        error = math.hypot(half / 1.959964, float(more))
        row["low"], row["high"] = row["estimate"] - 1.959964 * error, row["estimate"] + 1.959964 * error
        row["p"] = float(2 * ndtr(-abs(row["estimate"]) / error)) if error > 0 else 1.0
        ps.append(row["p"])
        row["caveat"] += f"; corrected for unequal error, as read {100 * before['estimate']:+.1f} points"
    for row, value in zip(rows, emphasis.benjamini_hochberg(np.array(ps)), strict=True):
        row["q"] = float(value) if math.isfinite(value) else None
        if row["verdict"] in (DIFFERS, UNCLEAR) and row["q"] is not None:
            row["verdict"] = judged(row["estimate"], row["same_genre"], row["q"], q_level)
