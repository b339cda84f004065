"""People's decisions over a machine partition: replayed in order of time, verified, never dropped.

A decision names a cluster by *anchors*: some of its works. On a re-run the cluster holding at
least half of the anchors takes the decision; between 30 % and a half a person is asked; below that
the decision has no home and is listed with who took it, when and what it said. The machine's
partition stays as it is but for what the decisions say. A merge also holds the works that it lists
together, whatever the cut; rulings that fall into one cluster are kept apart; a ruling whose works
left its cluster, or whose cluster grew beyond what the person saw, is told of (``rulings``).

Written forms (``subject`` -> ``verdict``); ids are separated by spaces:

- name: ``wk_a wk_b`` -> the new name
- accept, reject: ``wk_a wk_b`` -> free text
- merge: ``wk_a wk_b | wk_c wk_d`` -> a name, or nothing
- split: ``wk_a wk_b`` -> ``wk_1 wk_2 | wk_3`` (seeds of each part) or ``wk_1 wk_2`` (these leave)
- move, pin: ``wk_a`` -> a tradition's name, or anchors of a cluster, or ``none``; a name that no
  cluster has begins a tradition
- must-link, cannot-link: ``wk_a wk_b`` -> free text

A cluster may also be given by its ``cl_...`` id while that exists, or by a tradition's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.model import Decision, Problem
from metanarrative.traditions.communities import Labels, canonical
from metanarrative.traditions.links import Pair, accept_links, join_linked, part_unlinked
from metanarrative.traditions.replay import ANCHORS, SURE, UNSURE, Claim, Replay, anchors, parse_ids, said
from metanarrative.traditions.rulings import Apart, Fit, fits, kept_apart

KINDS = ("name", "accept", "reject", "merge", "split", "move", "pin", "must-link", "cannot-link")
_RULED = {"name": "named", "accept": "accepted", "merge": "merged", "move": "named"}

__all__ = ["KINDS", "SURE", "UNSURE", "Edited", "anchors", "apply_edits", "parse_ids"]


@dataclass(frozen=True)
class Edited:
    """The partition after people's decisions.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        Canonical; -1 stands outside every cluster.
    names : dict of cluster to (name, who)
    accepted : frozenset of cluster
        Accepted, named, or edited by a person.
    placed : dict of row to who
        Works that a person placed.
    problems : list of Problem
    applied : int
        Decisions that hold in the result.
    fits : list of Fit
        How the rulings on clusters fit this clustering.
    apart : list of Apart
        Rulings that it had in one cluster.
    ruled : dict of cluster to words
        Who named, merged, accepted or split it.
    """

    labels: Labels
    names: dict[int, tuple[str, str]]
    accepted: frozenset[int]
    placed: dict[int, str]
    problems: list[Problem]
    applied: int
    fits: list[Fit]
    apart: list[Apart]
    ruled: dict[int, str]


def apply_edits(
    ids: Sequence[str],
    labels: Labels,
    matrix: Any,
    decisions: Sequence[Decision],
    *,
    confidence: npt.NDArray[np.float64] | None = None,
    machine: Mapping[str, Sequence[str]] | None = None,
) -> Edited:
    """Replay `decisions` over a machine partition and verify that each holds or is reported.

    Parameters
    ----------
    ids : sequence of str, length n
    labels : ndarray of int, shape (n,)
        The machine's partition; -1 outside.
    matrix : CSR, shape (n, n)
        The hybrid graph: where splits grow from seeds and displaced works find the next best home.
    decisions : sequence of Decision
        In order of time, undone ones removed; kinds outside :data:`KINDS` are ignored.
    confidence : ndarray, shape (n,), optional
        The less confident of two works that must part is the one that moves.
    machine : mapping of cluster id to work ids, optional
        Lets a decision name a cluster by its id.

    Returns
    -------
    Edited

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> from metanarrative.model import Decision
    >>> name = Decision("d1", "2026-01-01", "Ann", "name", "wk_a wk_b", "Recovery")
    >>> out = apply_edits(("wk_a", "wk_b", "wk_c"), canonical([0, 0, 1]), sp.csr_matrix((3, 3)), [name])
    >>> out.names, out.problems
    ({0: ('Recovery', 'Ann')}, [])
    """
    place = {work: row for row, work in enumerate(ids)}
    sure = np.ones(len(ids)) if confidence is None else np.nan_to_num(confidence)
    known = {
        cluster: tuple(
            sorted((place[w] for w in works if w in place), key=lambda row: (-round(float(sure[row]), 9), row))
        )
        for cluster, works in (machine or {}).items()
    }
    state = Replay(ids, matrix, labels.copy(), sure, known, place)
    ours = [decision for decision in decisions if decision.kind in KINDS]
    musts, cannots = accept_links(state, ours)
    late: list[Decision] = []
    for step, decision in enumerate(ours):
        state.step = step
        if decision.kind == "merge":
            state.merge(decision)
        elif decision.kind == "split":
            state.split(decision)
        elif decision.kind == "reject":
            state.reject(decision)
        elif decision.kind in ("move", "pin"):
            if not state.move(decision):
                late.append(decision)
        elif decision.kind in ("name", "accept"):
            name = decision.verdict.strip() if decision.kind == "name" else ""
            if decision.kind == "name" and not name:
                state.complain(decision, "gives no name", "write the name as the verdict")
                continue
            state.rule(decision, name)
    state.step = len(ours)
    for decision in late:  # its tradition may have been named after it
        if state.new_name(decision.verdict):
            state.begin(decision)
        elif not state.move(decision):
            own = set(state.rows(decision.subject, decision))
            rows = tuple(row for row in state.claim_rows(decision.verdict, decision) if row not in own)[:ANCHORS]
            state.homeless(decision, rows, *state.home(rows))
    before = state.labels.copy()
    join_linked(state, musts)
    part_unlinked(state, musts, cannots)
    state.since.update(dict.fromkeys(np.flatnonzero(state.labels != before).tolist(), len(ours)))
    return _finish(state, ours, musts, cannots)


def _finish(state: Replay, decisions: Sequence[Decision], musts: Sequence[Pair], cannots: Sequence[Pair]) -> Edited:
    """Give names and acceptance by anchors, verify the links, renumber."""
    names: dict[int, Claim] = {}
    accepted: set[int] = set()
    homes: list[tuple[Claim, int]] = []
    for claim in state.claims:
        home, share = state.home(claim.core)
        if home is None or share < SURE:
            lost = sum(row in state.rejected for row in claim.core)
            later = sum(state.since.get(row, -1) > claim.step for row in claim.core)
            if claim.rows and lost * 2 >= len(claim.core):
                continue  # a later reject speaks for itself
            if claim.rows and later * 2 >= len(claim.core):
                state.note(claim.decision, "is overruled: later decisions took its works to several clusters")
            else:
                state.homeless(claim.decision, claim.core, home, share)
            continue
        homes.append((claim, home))
        accepted.add(home)
        if not claim.name:
            continue
        before = names.get(home)
        if before is not None and before.name != claim.name:
            state.note(before.decision, f"is replaced by {said(claim.decision)}: the later holds")
        names[home] = claim
    _one_name_each(state, names)
    ruled = {home: f"{_RULED.get(claim.decision.kind, 'made')} by {claim.decision.who}" for claim, home in homes}
    ruled |= {home: f"{_RULED.get(c.decision.kind, 'named')} by {c.decision.who}" for home, c in names.items()}
    for who, rows in state.edited:
        home, share = state.home(rows)
        if home is not None and share >= SURE:
            accepted.add(home)
            ruled.setdefault(home, f"split by {who}")
    for one, other, decision in musts:
        if state.labels[one] != state.labels[other] and decision.id not in state.failed:
            _broken(state, decision)
    for one, other, decision in cannots:
        if state.labels[one] == state.labels[other] >= 0 and decision.id not in state.failed:
            _broken(state, decision)
    labels = canonical(state.labels)
    new = {int(old): int(labels[row]) for row, old in enumerate(state.labels.tolist()) if old >= 0}
    return Edited(
        labels,
        {new[old]: (claim.name, claim.decision.who) for old, claim in sorted(names.items())},
        frozenset(new[old] for old in accepted),
        dict(sorted(state.placed.items())),
        state.problems,
        len([d for d in decisions if d.id not in state.failed]),
        fits(state, homes, new),
        kept_apart(state, new),
        {new[old]: words for old, words in sorted(ruled.items())},
    )


def _one_name_each(state: Replay, names: dict[int, Claim]) -> None:
    """A name held by two clusters stays with the one that holds more of the anchors."""
    by_name: dict[str, list[int]] = {}
    for cluster in sorted(names):
        by_name.setdefault(names[cluster].name.casefold(), []).append(cluster)
    for clusters in by_name.values():
        if len(clusters) < 2:
            continue
        keeper = max(clusters, key=lambda c: (names[c].decision.when, -c))
        for cluster in clusters:
            if cluster != keeper:
                claim = names.pop(cluster)
                state.failed.add(claim.decision.id)
                state.complain(claim.decision, "gives a name that another cluster got later", "choose another name")


def _broken(state: Replay, decision: Decision) -> None:
    state.failed.add(decision.id)
    state.problems.append(
        Problem(
            "decision-broken",
            f"{said(decision)} could not be kept together with the others",
            mend="undo a decision that stands against it",
            severity="error",
            file=decision.file,
            line=decision.line,
            subject=decision.subject[:200],
        )
    )
