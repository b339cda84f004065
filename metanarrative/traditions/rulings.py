"""How people's rulings on clusters fit a new clustering: what left them, what they took in, who was kept apart.

Takes the rulings after a replay and the clusters that hold them; gives problems in words. A ruling
that no longer fits is never dropped and never bent in silence: the person is told which works went
where, and how much of a named cluster they have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metanarrative.model import Decision, Problem
from metanarrative.traditions.replay import Claim, Replay, said

if TYPE_CHECKING:
    from metanarrative.traditions.edits import Edited

THIN = 0.75
"""Below this share of its works still in the cluster a ruling is a warning, above it a note."""

__all__ = ["Apart", "Fit", "fits", "kept_apart", "told", "words_of"]


@dataclass(frozen=True)
class Fit:
    """How one ruling fits the cluster that holds it.

    Attributes
    ----------
    decision : Decision
    cluster : int
    listed : int
        Works that the person saw, those that are gone included.
    here : int
        Works of the cluster now.
    seen : int
        Of these, works that a person saw in it or put there.
    gone : dict of row to cluster
        Works of the ruling that the clustering, not a later decision, has elsewhere; -1 outside.
    """

    decision: Decision
    cluster: int
    listed: int
    here: int
    seen: int
    gone: dict[int, int]

    @property
    def swollen(self) -> bool:
        """Whether less than half of the cluster are works that a person saw."""
        return 2 * self.seen < self.here


@dataclass(frozen=True)
class Apart:
    """Two rulings that the clustering had in one cluster of `together` works, and where they stand now."""

    later: Decision
    earlier: Decision
    together: int
    clusters: tuple[int, int]


def fits(state: Replay, homes: Sequence[tuple[Claim, int]], new: Mapping[int, int]) -> list[Fit]:
    """Return how the rulings that hold fit their clusters; one that a later ruling repeats is left to that one.

    Parameters
    ----------
    state : Replay
    homes : sequence of (Claim, cluster)
        In order of time.
    new : mapping of cluster to cluster
        From labels of the replay to those published.
    """
    out = []
    for place, (claim, home) in enumerate(homes):
        if any(there == home and state.allied(claim, later) for later, there in homes[place + 1 :]):
            continue
        members = set(np.flatnonzero(state.labels == home).tolist())
        shown = {row for one, there in homes if there == home for row in one.rows}
        shown |= {row for row in members if row in state.placed}
        gone = {
            row: new.get(int(state.labels[row]), -1)
            for row in claim.rows
            if row not in members and state.since.get(row, -1) <= claim.step
        }
        missing = sum(1 for decision, _ in state.gone if decision == claim.decision.id)
        out.append(Fit(claim.decision, new[home], len(claim.rows) + missing, len(members), len(members & shown), gone))
    return out


def kept_apart(state: Replay, new: Mapping[int, int]) -> list[Apart]:
    """Return the rulings that the clustering had in one cluster and that are two in the result."""
    out = []
    for later, earlier, together in state.apart:
        one, other = state.held(later), state.held(earlier)
        if one is not None and other is not None and one != other:
            out.append(Apart(later.decision, earlier.decision, together, (new[one], new[other])))
    return out


def words_of(edited: Edited, cluster: int) -> str:
    """Say who ruled on a cluster, and how much of it they saw where it is less than half; "" for a proposal."""
    words = edited.ruled.get(cluster, "")
    grown = [fit for fit in edited.fits if fit.cluster == cluster and fit.swollen]
    return words + (
        f"; {grown[-1].listed} \u2192 {grown[-1].here} works, {grown[-1].seen} of them seen" if grown else ""
    )


def told(edited: Edited, ids: Sequence[str], call: Callable[[int], str]) -> list[Problem]:
    """Put into words which rulings are thinned, swollen, or were kept apart.

    Parameters
    ----------
    edited : Edited
    ids : sequence of str
    call : callable
        What a cluster is called: T1 and its name; -1 is outside every cluster.
    """
    problems = []

    def tell(decision: Decision, code: str, what: str, mend: str, severity: str) -> None:
        problems.append(
            Problem(
                code, f"{said(decision)} {what}", mend, severity, decision.file, decision.line, decision.subject[:200]
            )
        )

    for fit in edited.fits:
        if fit.gone:
            where = [
                f"{' '.join(ids[row] for row in sorted(fit.gone) if fit.gone[row] == cluster)} in {call(cluster)}"
                for cluster in sorted(set(fit.gone.values()))
            ]
            here = fit.listed - len(fit.gone)
            tell(
                fit.decision,
                "decision-thinned",
                f"ruled on {fit.listed} works; {len(fit.gone)} of them no longer stand in {call(fit.cluster)}: "
                f"{'; '.join(where)}",
                "metanarrative decide move puts one back; metanarrative traditions keep keeps clusters as they stand",
                "warning" if here < THIN * fit.listed else "note",
            )
        if fit.swollen:
            tell(
                fit.decision,
                "decision-swollen",
                f"ruled on {fit.listed} works; {call(fit.cluster)} has {fit.here} works now, {fit.seen} of them "
                "seen by a person",
                "read the others, then rule again on the cluster as it stands, or split it",
                "warning",
            )
    for pair in edited.apart:
        one, other = (call(cluster) for cluster in pair.clusters)
        about = {fit.cluster: fit for fit in edited.fits}
        sizes = [f"{about[c].here} works, {about[c].seen} seen" if c in about else "" for c in pair.clusters]
        for decision, rival, names, counts in (
            (pair.later, pair.earlier, (one, other), sizes),
            (pair.earlier, pair.later, (other, one), sizes[::-1]),
        ):
            tell(
                decision,
                "decision-swollen",
                f"would share one cluster of {pair.together} works with {said(rival)}; the two are kept apart: "
                f"{names[0]} ({counts[0]}) and {names[1]} ({counts[1]})",
                "metanarrative decide merge joins them if they are one tradition",
                "warning",
            )
    return problems
