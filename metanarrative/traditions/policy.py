"""Where a policy document stands among the traditions: the votes of its passages.

The research works are clustered first and alone, so that length and house style of policy texts
do not make a cluster of their own. Each passage then votes over its nearest works, and the
document's membership is the mean of its passages' votes, not one vector for hundreds of pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metanarrative.traditions.communities import Labels

__all__ = ["Vote", "vote"]


@dataclass(frozen=True)
class Vote:
    """Membership of one document: shares by cluster (sum 1), and passages that agree with the first."""

    shares: npt.NDArray[np.float64]
    agreement: float
    passages: int


def vote(
    passages: npt.NDArray[np.float32],
    documents: Sequence[str],
    works: npt.NDArray[np.float32],
    labels: Labels,
    *,
    neighbours: int = 30,
    block: int = 1024,
) -> dict[str, Vote]:
    """Place documents by the votes of their passages over their nearest works, weight cosine squared.

    Parameters
    ----------
    passages : ndarray, shape (p, d)
        Unit rows.
    documents : sequence of str, length p
        The document of each passage.
    works : ndarray, shape (n, d)
        Unit rows of the clustered works.
    labels : ndarray of int, shape (n,)
        Their clusters; works outside (-1) have no vote.
    neighbours : int
    block : int
        Passages compared at once: bounds memory at ``block * n``.

    Returns
    -------
    dict of document to Vote
        Documents whose passages resemble no work at all are absent.

    Examples
    --------
    >>> works = np.eye(2, dtype=np.float32)
    >>> found = vote(np.float32([[1, 0], [1, 0], [0, 1]]), ["d", "d", "d"], works, np.array([0, 1]))
    >>> found["d"].shares.round(2).tolist(), round(found["d"].agreement, 2)
    ([0.67, 0.33], 0.67)
    """
    held = np.flatnonzero(labels >= 0)
    number = int(labels.max(initial=-1)) + 1
    if not held.size or not len(documents) or passages.shape[1] != works.shape[1]:
        return {}
    targets, clusters = works[held], labels[held]
    nearest = min(neighbours, held.size)
    ballots = np.zeros((len(documents), number))
    for start in range(0, len(documents), block):
        similar = passages[start : start + block] @ targets.T
        # a stable sort over rounded values: ties go to the work whose id comes first
        order = np.argsort(-np.round(similar, 6), axis=1, kind="stable")[:, :nearest]
        weight = np.square(np.clip(np.take_along_axis(similar, order, axis=1), 0, None)).astype(np.float64)
        rows = np.repeat(np.arange(weight.shape[0]) + start, nearest)
        np.add.at(ballots, (rows, clusters[order].ravel()), weight.ravel())
    totals = ballots.sum(axis=1)
    by_document: dict[str, list[int]] = {}
    for row, document in enumerate(documents):
        if totals[row] > 0:
            by_document.setdefault(document, []).append(row)
    out: dict[str, Vote] = {}
    for document in sorted(by_document):
        rows_of = by_document[document]
        votes = ballots[rows_of] / totals[rows_of, None]
        mean = votes.mean(axis=0)
        first = int(np.argmax(np.round(mean, 12)))
        agree = float((votes.argmax(axis=1) == first).mean())
        out[document] = Vote(mean, agree, len(rows_of))
    return out
