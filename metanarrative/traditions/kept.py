"""A partition that a person keeps: read from a file, filled with new works, compared with a fresh one.

``corpus/kept.csv`` is written by ``metanarrative traditions keep`` and by nothing else. It is an
input like every other: the same file and the same records give the same bytes. Works in it stay
where they are until a person moves them; new works start in no cluster, or with the new works that
a fresh clustering puts them with, and move to where they add most to the quality of the partition.
What no longer fits is listed, never changed in silence.

References
----------
Traag, Waltman & van Eck 2019, 10.1038/s41598-019-41695-z (local moving); Hennig 2007,
10.1016/j.csda.2006.11.025 (clusters matched by Jaccard).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.model import Problem
from metanarrative.traditions.communities import MODULARITY, Labels, Method, canonical
from metanarrative.traditions.replay import SURE, UNSURE

FILE = "corpus/kept.csv"
COLUMNS = ("work_id", "cluster_id", "number", "label", "machine_id", "resolution", "who", "when")
SWEEPS = 50
"""Rounds of local moving; a handful is usual."""

__all__ = ["COLUMNS", "FILE", "Kept", "KeptCluster", "fill", "kept_text", "match", "read_kept", "report", "start"]


@dataclass(frozen=True)
class KeptCluster:
    """A cluster as it was kept: its id, number, label and works."""

    cluster_id: str
    number: int
    label: str
    works: frozenset[str]


@dataclass(frozen=True)
class Kept:
    """What a person kept.

    Attributes
    ----------
    clusters : tuple of KeptCluster
        After decisions: what had a number and a label.
    machine : dict of work to id
        The partition before decisions, which are replayed over it; "" outside every cluster.
    resolution : float
    who, when : str
    """

    clusters: tuple[KeptCluster, ...]
    machine: dict[str, str]
    resolution: float
    who: str
    when: str


def kept_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return ``corpus/kept.csv`` from rows with :data:`COLUMNS`, sorted by work.

    Examples
    --------
    >>> row = dict(zip(COLUMNS, ("wk_1", "cl_1", 1, "care", "cl_1", 1.05, "Ann", "2026-01-01T00:00:00Z")))
    >>> read_kept(kept_text([row]))[0].clusters[0].label
    'care'
    """
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: str(row["work_id"])))
    return buffer.getvalue()


def read_kept(text: str) -> tuple[Kept | None, list[Problem]]:
    """Read ``corpus/kept.csv``; None, and why, where it cannot be understood."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        return None, [_unreadable(f"it lacks the columns {', '.join(missing)}", 1)]
    works: dict[str, set[str]] = {}
    about: dict[str, tuple[int, str]] = {}
    machine: dict[str, str] = {}
    resolution, who, when = 1.0, "", ""
    for row in reader:
        cluster, work = row["cluster_id"] or "", (row["work_id"] or "").strip()
        try:
            resolution = float(row["resolution"])
            number = int(row["number"] or 0)
            if not work or resolution <= 0 or work in machine:
                raise ValueError
        except (TypeError, ValueError):
            return None, [_unreadable("a line is not as it was written", reader.line_num)]
        machine[work] = row["machine_id"] or ""
        who, when = row["who"] or "", row["when"] or ""
        if cluster:
            works.setdefault(cluster, set()).add(work)
            about[cluster] = (number, row["label"] or "")
    if not machine:
        return None, [_unreadable("it lists no works", 1)]
    clusters = [KeptCluster(c, *about[c], frozenset(own)) for c, own in works.items()]
    clusters.sort(key=lambda c: (c.number, c.cluster_id))
    return Kept(tuple(clusters), machine, resolution, who, when), []


def _unreadable(why: str, line: int) -> Problem:
    return Problem(
        "kept-unreadable",
        f"{FILE} was not used: {why}",
        mend="restore it as it was, or write it anew: metanarrative traditions keep --force",
        severity="error",
        file=FILE,
        line=line,
    )


def start(ids: Sequence[str], kept: Kept) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Return the kept partition over `ids` (-1 outside) and which works are new.

    Examples
    --------
    >>> kept = Kept((), {"a": "cl_1", "b": "cl_1", "c": ""}, 1.0, "Ann", "")
    >>> [values.tolist() for values in start(("a", "b", "c", "d"), kept)]
    [[0, 0, -1, -1], [False, False, False, True]]
    """
    names = sorted({group for group in kept.machine.values() if group})
    place = {group: number for number, group in enumerate(names)}
    labels = np.array([place.get(kept.machine.get(work, ""), -1) for work in ids], dtype=np.int64)
    new = np.array([work not in kept.machine for work in ids], dtype=np.bool_)
    return labels.reshape(len(ids)), new.reshape(len(ids))


def fill(
    matrix: Any,
    labels: Labels,
    new: npt.NDArray[np.bool_],
    fresh: Labels,
    *,
    resolution: float,
    smallest: int,
    method: Method = MODULARITY,
) -> Labels:
    """Find places for new works; no other work moves.

    Parameters
    ----------
    matrix : CSR, shape (n, n), symmetric
    labels : ndarray of int, shape (n,)
        The kept partition; -1 for new works and for those kept outside.
    new : ndarray of bool, shape (n,)
    fresh : ndarray of int, shape (n,)
        A clustering made without the kept one: where new works are the most of a cluster, they
        begin as one of their own.
    resolution : float
    smallest : int
        A cluster of new works below this joins the cluster it is most linked to.
    method : Method, optional

    Returns
    -------
    ndarray of int64, shape (n,)
        Canonical; a new work without links, or better alone, stays outside.
    """
    out = labels.copy()
    first = int(out.max(initial=-1)) + 1
    for cluster in range(int(fresh.max(initial=-1)) + 1):
        members = fresh == cluster
        if 2 * int((members & new).sum()) > int(members.sum()):
            out[members & new] = int(out.max(initial=-1)) + 1
    degree = np.asarray(matrix.sum(axis=1)).ravel()
    gamma = method.scaled(matrix, resolution)
    by_size = method.quality == "cpm"
    unit = gamma if by_size else gamma / max(float(degree.sum()), 1e-12)
    weight = np.ones(out.size) if by_size else degree
    count = int(out.max(initial=-1)) + 1
    mass = np.bincount(out[out >= 0], weights=weight[out >= 0], minlength=count).astype(np.float64)
    rows = np.flatnonzero(new).tolist()

    def best(node: int, allowed: npt.NDArray[np.bool_], *, forced: bool) -> int:
        span = slice(matrix.indptr[node], matrix.indptr[node + 1])
        near = out[matrix.indices[span]]
        known = near >= 0
        known[known] = allowed[near[known]]
        if not known.any():
            return -1
        pull = np.bincount(near[known], weights=matrix.data[span][known], minlength=count)
        gain = np.where(pull > 0, pull - (0.0 if forced else 1.0) * unit * weight[node] * mass, -np.inf)
        found = int(np.argmax(np.round(gain, 12)))
        return found if forced or gain[found] > 0 else -1

    every = np.ones(count, dtype=np.bool_)
    for _ in range(SWEEPS):
        moved = False
        for node in rows:
            home = int(out[node])
            if home >= 0:
                mass[home] -= weight[node]
            out[node] = -1
            target = best(node, every, forced=False)
            out[node] = target
            if target >= 0:
                mass[target] += weight[node]
            moved |= target != home
        if not moved:
            break
    sizes = np.bincount(out[out >= 0], minlength=count)
    small = (np.arange(count) >= first) & (sizes < smallest)
    scraps = [node for node in rows if out[node] >= 0 and small[out[node]]]
    out[scraps] = -1
    for node, target in [(node, best(node, ~small, forced=True)) for node in scraps]:
        out[node] = target
    return canonical(out)


def match(ids: Sequence[str], labels: Labels, groups: Sequence[frozenset[str]]) -> list[tuple[int, float]]:
    """Match groups of works to clusters one to one, by Jaccard over works that are in both times.

    Returns
    -------
    list of (cluster, Jaccard), one a group
        Cluster -1 and 0.0 where nothing is left to match it with.

    Examples
    --------
    >>> match(("a", "b", "c", "d"), canonical([0, 0, 1, 1]), [frozenset("cd"), frozenset("abx")])
    [(1, 1.0), (0, 1.0)]
    """
    from scipy.optimize import linear_sum_assignment

    known = frozenset().union(*groups) if groups else frozenset()
    number = int(labels.max(initial=-1)) + 1
    members: list[set[str]] = [set() for _ in range(number)]
    for work, label in zip(ids, labels.tolist(), strict=True):
        if label >= 0 and work in known:
            members[label].add(work)
    here = set(ids)
    jaccard = np.zeros((len(groups), number))
    for row, group in enumerate(groups):
        left = group & here
        for column, own in enumerate(members):
            both = len(left & own)
            jaccard[row, column] = both / (len(left) + len(own) - both) if both else 0.0
    out = [(-1, 0.0)] * len(groups)
    for row, column in zip(*linear_sum_assignment(-np.round(jaccard, 12)), strict=True):
        if jaccard[row, column] > 0:
            out[int(row)] = (int(column), float(jaccard[row, column]))
    return out


def report(
    kept: Kept,
    ids: Sequence[str],
    matched: Sequence[tuple[int, float]],
    fresh: Labels,
    torn: Sequence[str],
) -> list[Problem]:
    """Say what of the kept partition no longer fits.

    Parameters
    ----------
    kept : Kept
    ids : sequence of str
    matched : sequence of (cluster, Jaccard)
        Of :func:`match` against the result.
    fresh : ndarray of int, shape (n,)
        A clustering made without the kept one.
    torn : sequence of str
        Kept works whose ties go more to another cluster than to their own.
    """
    problems = []

    def tell(code: str, message: str, mend: str, subject: str, severity: str = "note") -> None:
        problems.append(Problem(code, message, mend, severity, file=FILE, subject=subject))

    gone = sorted(set(kept.machine) - set(ids))
    if gone:
        tell(
            "kept-works-gone",
            f"{len(gone)} kept works are not among the clustered works now: {', '.join(gone[:12])}",
            "restore them, or keep the partition anew: metanarrative traditions keep --force",
            gone[0],
        )
    again = match(ids, fresh, [cluster.works for cluster in kept.clusters])
    for cluster, (_, share), (_, anew) in zip(kept.clusters, matched, again, strict=True):
        name = f"T{cluster.number} {cluster.label!r}"
        if share < SURE:
            often = f"overlap {share:.2f}; possibly it, please confirm" if share >= UNSURE else "no cluster is it now"
            tell(
                "kept-lost",
                f"{name}, as it was kept, lost its number and label: {often}",
                "name the cluster you mean, or keep the partition anew: metanarrative traditions keep --force",
                cluster.cluster_id,
                "warning",
            )
        elif anew < SURE:
            tell(
                "kept-not-found-afresh",
                f"{name} stands because it was kept: a fresh clustering does not find it (best overlap {anew:.2f})",
                "look at its works; metanarrative traditions keep --drop shows the fresh clustering",
                cluster.cluster_id,
            )
    if torn:
        tell(
            "kept-torn",
            f"{len(torn)} kept works are tied more to another cluster than to their own: "
            f"{', '.join(torn[:12])}{' ...' if len(torn) > 12 else ''}",
            "metanarrative explain WORK shows where; metanarrative decide move WORK T2 moves one",
            torn[0],
        )
    return problems
