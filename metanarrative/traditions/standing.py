"""What is known of each work in a clustering: strength, second best, agreement, confidence; and the grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.traditions.communities import Labels
from metanarrative.traditions.notices import CHANCE, UNSURE
from metanarrative.traditions.stability import Resample, agreement, participation, shares

Floats = npt.NDArray[np.float64]

STABLE, PATTERN = 0.75, 0.60
"""Hennig's usual reading of a cluster's Jaccard."""
CORE, MEMBER = 0.80, 0.50
"""Confidence from which a work is core, and member."""

__all__ = ["Standing", "grade_cluster", "grade_work", "standing", "torn"]


@dataclass(frozen=True)
class Standing:
    """What is known of each work: arrays of shape (n,), ``share`` CSR (n, k)."""

    share: Any
    strength: Floats
    second: Labels
    second_strength: Floats
    agreement: Floats  # nan where not computed
    confidence: Floats
    bridge: Floats


def standing(matrix: Any, labels: Labels, samples: Sequence[Resample], light: npt.NDArray[np.bool_]) -> Standing:
    """Work out strength, second best, agreement, confidence and bridging of every work.

    Parameters
    ----------
    matrix : CSR, shape (n, n)
    labels : ndarray of int, shape (n,)
    samples : sequence of Resample
        Empty where stability was not asked for: agreement is nan, confidence is strength.
    light : ndarray of bool, shape (n,)
        Works with neither abstract nor references: their confidence stays below "member".
    """
    share = shares(matrix, labels)
    size = labels.size
    strength, second_strength = np.zeros(size), np.zeros(size)
    second = np.full(size, -1, dtype=np.int64)
    for row in range(size):
        span = slice(share.indptr[row], share.indptr[row + 1])
        clusters, values = share.indices[span], share.data[span]
        own = clusters == labels[row]
        if own.any():
            strength[row] = float(values[own][0])
        others = np.flatnonzero(~own & (values > 0))
        if others.size:
            best = others[np.lexsort((clusters[others], -np.round(values[others], 12)))[0]]
            second[row], second_strength[row] = int(clusters[best]), float(values[best])
    stays = agreement(labels, samples) if samples else np.full(size, np.nan)
    confidence = np.where(np.isnan(stays), strength, strength * np.nan_to_num(stays))
    confidence = np.where(light, np.minimum(confidence, MEMBER - 0.01), confidence)
    confidence[labels < 0] = 0.0
    return Standing(share, strength, second, second_strength, stays, confidence, participation(share))


def torn(own: Standing, labels: Labels) -> npt.NDArray[np.bool_]:
    """Return which works are in a cluster by little more than chance: shape (n,).

    Agreement below 0.5 with a second-best cluster as near as its own, or agreement below 0.25.
    They keep their place, graded peripheral: a work that has links is always placed, and what is
    known of the place is told. Listed, they are where a person should look first.
    """
    stays = np.where(np.isnan(own.agreement), 1.0, own.agreement)
    between = (stays < UNSURE) & (np.round(own.second_strength, 12) >= np.round(own.strength, 12))
    return np.asarray((labels >= 0) & (between | (stays < CHANCE)), dtype=np.bool_)


def grade_cluster(stability: float | None) -> str:
    """Read a bootstrap Jaccard in words.

    Examples
    --------
    >>> [grade_cluster(value) for value in (0.9, 0.7, 0.4, None)]
    ['stable', 'pattern', 'provisional', 'not computed']
    """
    if stability is None:
        return "not computed"
    return "stable" if stability >= STABLE else "pattern" if stability >= PATTERN else "provisional"


def grade_work(confidence: float, placed: bool = False) -> str:
    """Read a confidence in words; a work that a person placed is a member at least.

    Examples
    --------
    >>> [grade_work(value) for value in (0.85, 0.5, 0.2)], grade_work(0.2, placed=True)
    (['core', 'member', 'peripheral'], 'member')
    """
    if confidence >= CORE:
        return "core"
    return "member" if confidence >= MEMBER or placed else "peripheral"
