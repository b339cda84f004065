"""Where a policy document stands among the traditions: the votes of its passages.

The research works are clustered first and alone, so that length and house style of policy texts
do not make a cluster of their own. Each passage then votes over its nearest works, and the
document's membership is the mean of its passages' votes, not one vector for hundreds of pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metanarrative.model import Decision, Problem
from metanarrative.traditions.communities import Labels
from metanarrative.traditions.replay import SURE, parse_ids, said

__all__ = ["LEAST_LEAD", "LEAST_SHARE", "Vote", "clear", "moves_of", "place_by_people", "vote"]

LEAST_SHARE = 0.30
LEAST_LEAD = 0.10
"""A document is placed only where its first cluster has this share of the votes, and this lead."""


@dataclass(frozen=True)
class Vote:
    """Membership of one document: shares by cluster (sum 1), and passages that agree with the first."""

    shares: npt.NDArray[np.float64]
    agreement: float
    passages: int


def clear(found: Vote) -> bool:
    """Return whether the votes give one cluster a clear lead.

    A digest of a whole Act draws on every tradition a little; counting it in the first of nine
    near-equal shares would be a forced answer.

    Examples
    --------
    >>> clear(Vote(np.array([0.7, 0.3]), 1.0, 3)), clear(Vote(np.array([0.26, 0.25, 0.25, 0.24]), 1.0, 3))
    (True, False)
    """
    ranked = np.sort(found.shares)[::-1]
    second = float(ranked[1]) if len(ranked) > 1 else 0.0
    return float(ranked[0]) >= LEAST_SHARE and float(ranked[0]) - second >= LEAST_LEAD


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


def moves_of(decisions: Sequence[Decision], policies: Collection[str]) -> list[Decision]:
    """Return the moves and pins whose subject is a policy document: the clustering never sees these.

    Examples
    --------
    >>> moves = [Decision("d1", "", "Ann", "move", "wk_p", "Recovery"), Decision("d2", "", "Ann", "move", "wk_a", "")]
    >>> [d.id for d in moves_of(moves, {"wk_p"})]
    ['d1']
    """
    return [d for d in decisions if d.kind in ("move", "pin") and set(parse_ids(d.subject)) & set(policies)]


def place_by_people(
    moves: Sequence[Decision], policies: Collection[str], ids: Sequence[str], labels: Labels, names: Mapping[int, str]
) -> tuple[dict[str, tuple[int, str]], list[Problem]]:
    """Place policy documents where people put them.

    Parameters
    ----------
    moves : sequence of Decision
        In order of time; the later holds.
    policies : collection of str
    ids : sequence of str, length n
        The clustered works.
    labels : ndarray of int, shape (n,)
    names : mapping of cluster to the name people gave it

    Returns
    -------
    placed : dict of document to (cluster, who)
    problems : list of Problem
        One for each decision whose tradition is not there.

    Examples
    --------
    >>> move = Decision("d1", "2026-01-01", "Ann", "move", "wk_p", "recovery")
    >>> place_by_people([move], {"wk_p"}, ("wk_a",), np.array([0]), {0: "Recovery"})
    ({'wk_p': (0, 'Ann')}, [])
    """
    by_name = {name.casefold(): cluster for cluster, name in sorted(names.items()) if name}
    row_of = {work: row for row, work in enumerate(ids)}
    placed: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    for decision in moves:
        target = by_name.get(decision.verdict.strip().casefold())
        if target is None:
            held = labels[[row_of[work] for work in parse_ids(decision.verdict) if work in row_of]]
            counts = np.bincount(held[held >= 0]) if (held >= 0).any() else np.zeros(1)
            if counts.max() >= SURE * max(len(parse_ids(decision.verdict)), 1):
                target = int(counts.argmax())
        if target is None:
            problems.append(
                Problem(
                    "decision-homeless",
                    f"{said(decision)} was not applied: no cluster holds half of what it names",
                    mend="take the decision again for the cluster you mean, or undo it",
                    file=decision.file,
                    line=decision.line,
                    subject=decision.subject[:200],
                )
            )
            continue
        for work in parse_ids(decision.subject):
            if work in policies:
                placed[work] = (target, decision.who)
    return placed, problems
