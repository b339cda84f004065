"""People's decisions over a machine partition: replayed in order of time, verified, never dropped.

A decision names a cluster by *anchors*: some of its works. On a re-run the cluster holding at
least half of the anchors takes the decision; between 30 % and a half a person is asked; below that
the decision has no home and is listed with who took it, when and what it said. The machine's
partition stays as it is but for what the decisions say.

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

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.model import Decision, Problem
from metanarrative.traditions.communities import Labels, canonical
from metanarrative.traditions.stability import shares

SURE = 0.5
"""Share of the anchors from which a cluster takes a decision."""
UNSURE = 0.3
"""Share from which a person is asked to confirm."""

KINDS = ("name", "accept", "reject", "merge", "split", "move", "pin", "must-link", "cannot-link")

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
    """

    labels: Labels
    names: dict[int, tuple[str, str]]
    accepted: frozenset[int]
    placed: dict[int, str]
    problems: list[Problem]
    applied: int


def parse_ids(text: str) -> list[str]:
    """Return the ids of a subject or verdict, in order, without an optional ``T:`` prefix.

    Examples
    --------
    >>> parse_ids("T: wk_a, wk_b wk_a")
    ['wk_a', 'wk_b']
    """
    text = text.strip()
    if text[:2].casefold() == "t:":
        text = text[2:]
    return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))


def anchors(
    rows: Sequence[int], ids: Sequence[str], confidence: Sequence[float], number: int = 12
) -> list[str]:
    """Return up to `number` works by which a cluster is found again: the most confident ones.

    Examples
    --------
    >>> anchors([0, 1, 2], ("a", "b", "c"), [0.2, 0.9, 0.9], 2)
    ['b', 'c']
    """
    ranked = sorted(rows, key=lambda row: (-round(float(np.nan_to_num(confidence[row])), 9), ids[row]))
    return [ids[row] for row in ranked[:number]]


@dataclass
class _Named:
    """A claim on a cluster, held by anchors until the end: a name, or an acceptance."""

    decision: Decision
    rows: tuple[int, ...]
    name: str = ""


@dataclass
class _State:
    """What the replay changes."""

    ids: Sequence[str]
    matrix: Any
    labels: Labels
    confidence: npt.NDArray[np.float64]
    machine: Mapping[str, tuple[int, ...]]
    place: dict[str, int]
    fixed: dict[int, Decision] = field(default_factory=dict)
    placed: dict[int, str] = field(default_factory=dict)
    claims: list[_Named] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    edited: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)

    # -- finding -----------------------------------------------------------------------------

    def rows(self, text: str, decision: Decision) -> tuple[int, ...]:
        """Rows of the works named in `text`; works that are gone are reported once a decision."""
        found, gone = [], []
        for work in parse_ids(text):
            if work in self.place:
                found.append(self.place[work])
            elif (decision.id, work) not in self.gone:
                self.gone.add((decision.id, work))
                gone.append(work)
        if gone:
            self.problems.append(
                Problem(
                    "decision-subject-gone",
                    f"{_said(decision)} speaks of {', '.join(gone[:5])}"
                    f"{f' and {len(gone) - 5} more' if len(gone) > 5 else ''}, not among the clustered works now",
                    mend="restore the work, or undo the decision",
                    severity="note" if found else "warning",
                    file=decision.file,
                    line=decision.line,
                    subject=gone[0],
                )
            )
        return tuple(found)

    def claim_rows(self, text: str, decision: Decision) -> tuple[int, ...]:
        """Anchor rows meant by a cluster's subject: a name, a cluster id, or works."""
        wanted = text.strip().casefold()
        for claim in reversed(self.claims):
            if claim.name and claim.name.casefold() == wanted:
                return claim.rows
        tokens = parse_ids(text)
        if len(tokens) == 1 and tokens[0] in self.machine:
            return self.machine[tokens[0]]
        return self.rows(text, decision)

    def home(self, rows: Sequence[int]) -> tuple[int | None, float]:
        """Return the cluster that holds most anchors, and the share; None where two tie."""
        if not rows:
            return None, 0.0
        held = self.labels[list(rows)]
        held = held[held >= 0]
        if not held.size:
            return None, 0.0
        counts = np.bincount(held)
        best = int(np.argmax(counts))
        share = float(counts[best] / len(rows))
        return (None if (counts == counts[best]).sum() > 1 else best), share

    def cluster(self, text: str, decision: Decision) -> int | None:
        """Return the cluster that takes `decision`; reports and returns None where none does."""
        rows = self.claim_rows(text, decision)
        home, share = self.home(rows)
        if home is not None and share >= SURE:
            return home
        self.homeless(decision, rows, home, share)
        return None

    def homeless(self, decision: Decision, rows: Sequence[int], home: int | None, share: float) -> None:
        """Report a decision that no cluster takes."""
        self.failed.add(decision.id)
        ask = share >= UNSURE
        where = (
            f"; possibly the cluster with {self._some(home)}, please confirm"
            if ask and home is not None
            else ""
        )
        self.problems.append(
            Problem(
                "decision-unsure" if ask else "decision-homeless",
                f"{_said(decision)} was not applied: "
                + (
                    f"the largest part of its works in one cluster is {share:.0%}"
                    if rows
                    else "none of its works is here"
                )
                + where,
                mend="take the decision again for the cluster you mean, or undo it",
                file=decision.file,
                line=decision.line,
                subject=decision.subject[:200],
            )
        )

    def _some(self, cluster: int) -> str:
        members = np.flatnonzero(self.labels == cluster)
        return ", ".join(anchors(members.tolist(), self.ids, self.confidence.tolist(), 3))

    def new_cluster(self) -> int:
        return int(self.labels.max(initial=-1)) + 1

    def mark(self, decision: Decision, rows: Iterable[int]) -> None:
        """Remember that a person edited the cluster that will hold `rows`."""
        self.edited.append((decision.who, tuple(rows)))

    # -- replay ------------------------------------------------------------------------------

    def merge(self, decision: Decision) -> None:
        sides = [side for side in decision.subject.split("|") if side.strip()]
        found = [self.cluster(side, decision) for side in sides]
        clusters = [cluster for cluster in found if cluster is not None]
        if len(sides) < 2 or len(clusters) < len(sides):
            if len(sides) < 2:
                self.complain(decision, "names one cluster only", 'write "wk_a wk_b | wk_c wk_d"')
            return
        self.labels[np.isin(self.labels, clusters)] = min(clusters)
        rows = tuple(int(row) for row in np.flatnonzero(self.labels == min(clusters)))
        self.mark(decision, rows)
        if decision.verdict.strip():
            self.claims.append(_Named(decision, rows, decision.verdict.strip()))

    def split(self, decision: Decision) -> None:
        cluster = self.cluster(decision.subject, decision)
        if cluster is None:
            return
        parts = [self.rows(part, decision) for part in decision.verdict.split("|") if part.strip()]
        parts = [part for part in parts if part]
        if not parts:
            self.complain(
                decision, "names no work of its parts", 'write the works of each part: "wk_1 | wk_2"'
            )
            return
        members = np.flatnonzero(self.labels == cluster)
        if len(parts) == 1:
            owners = dict.fromkeys(parts[0], 1)
            spread = np.zeros(members.size, dtype=np.int64)  # all others stay
            number = 2
        else:
            owners = {row: part for part, rows in reversed(list(enumerate(parts))) for row in rows}
            spread = _grow(self.matrix, members, owners, len(parts))
            number = len(parts)
        targets = [cluster] + [self.new_cluster() + extra for extra in range(number - 1)]
        for row, part in zip(members.tolist(), spread.tolist(), strict=True):
            self.labels[row] = targets[owners.get(row, part)]
        for row, part in owners.items():
            self.labels[row] = targets[part]
            self.fixed[row] = decision
            self.placed[row] = decision.who
        for part in range(number):
            self.mark(decision, [row for row, own in owners.items() if own == part] or members.tolist())

    def move(self, decision: Decision) -> bool:
        """Move or pin works; False where the target is not known (yet)."""
        rows = self.rows(decision.subject, decision)
        if not rows:
            self.failed.add(decision.id)
            return True
        target = -1
        if decision.verdict.strip().casefold() not in ("none", "-", ""):
            if self.new_name(decision.verdict):
                return False
            anchor_rows = tuple(r for r in self.claim_rows(decision.verdict, decision) if r not in rows)
            home, share = self.home(anchor_rows)
            if home is None or share < SURE:
                return False
            target = home
        elif decision.kind == "pin":
            target = int(self.labels[rows[0]])
        for row in rows:
            earlier = self.fixed.get(row)
            if earlier is not None and earlier.kind in ("move", "pin") and self.labels[row] != target:
                self.note(decision, f"replaces {_said(earlier)} about {self.ids[row]}: the later holds")
            self.labels[row] = target
            self.fixed[row] = decision
            self.placed[row] = decision.who
        return True

    def new_name(self, text: str) -> bool:
        """Whether `text` is a name that no cluster has got (yet), not ids."""
        known = any(claim.name.casefold() == text.strip().casefold() for claim in self.claims)
        ids = any(token in self.place or token.startswith(("wk_", "cl_")) for token in parse_ids(text))
        return not known and not ids

    def begin(self, decision: Decision) -> None:
        """Begin a tradition with the works of a move whose target is a name nobody gave before."""
        rows = self.rows(decision.subject, decision)
        target = self.new_cluster()
        for row in rows:
            self.labels[row] = target
            self.fixed[row] = decision
            self.placed[row] = decision.who
        self.claims.append(_Named(decision, rows, decision.verdict.strip()))

    def reject(self, decision: Decision) -> None:
        cluster = self.cluster(decision.subject, decision)
        if cluster is None:
            return
        for row in np.flatnonzero(self.labels == cluster).tolist():
            self.labels[row] = -1
            self.rejected.add(row)
            self.placed[row] = decision.who

    def complain(self, decision: Decision, what: str, mend: str) -> None:
        self.failed.add(decision.id)
        self.problems.append(
            Problem(
                "decision-unclear", f"{_said(decision)} {what}; it was not applied", mend,
                file=decision.file, line=decision.line, subject=decision.subject[:200],
            )
        )  # fmt: skip

    def note(self, decision: Decision, what: str, code: str = "decision-replaced") -> None:
        self.problems.append(
            Problem(
                code, f"{_said(decision)} {what}", "undo the one you do not mean", "note",
                decision.file, decision.line, decision.subject[:200],
            )
        )  # fmt: skip


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
        cluster: tuple(place[w] for w in works if w in place) for cluster, works in (machine or {}).items()
    }
    state = _State(ids, matrix, labels.copy(), sure, known, place)
    ours = [decision for decision in decisions if decision.kind in KINDS]
    musts, cannots = _links(state, ours)
    late: list[Decision] = []
    for decision in ours:
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
            rows = state.claim_rows(decision.subject, decision)
            name = decision.verdict.strip() if decision.kind == "name" else ""
            if decision.kind == "name" and not name:
                state.complain(decision, "gives no name", "write the name as the verdict")
                continue
            state.claims.append(_Named(decision, rows, name))
    for decision in late:  # its tradition may have been named after it
        if state.new_name(decision.verdict):
            state.begin(decision)
        elif not state.move(decision):
            own = set(state.rows(decision.subject, decision))
            rows = tuple(row for row in state.claim_rows(decision.verdict, decision) if row not in own)
            state.homeless(decision, rows, *state.home(rows))
    _join(state, musts)
    _part(state, musts, cannots)
    return _finish(state, ours, musts, cannots)


def _said(decision: Decision) -> str:
    verdict = f" -> {decision.verdict[:80]!r}" if decision.verdict else ""
    subject = decision.subject if len(decision.subject) <= 60 else decision.subject[:57] + "..."
    return f"decision {decision.kind} by {decision.who} on {decision.when[:10]} ({subject}{verdict})"


def _grow(matrix: Any, members: npt.NDArray[np.int64], owners: Mapping[int, int], number: int) -> Labels:
    """Give each member to the part whose seeds it reaches most by a walk inside the cluster."""
    from metanarrative.traditions.mix import row_normalise

    walk = row_normalise(matrix[members][:, members])
    start = np.zeros((members.size, number))
    for position, row in enumerate(members.tolist()):
        if row in owners:
            start[position, owners[row]] = 1.0
    seeds = start.sum(axis=1) > 0
    reach = start.copy()
    for _ in range(60):
        reach = 0.9 * np.asarray(walk @ reach) + 0.1 * start
        reach[seeds] = start[seeds]
    # parts with more seeds must not win by their number alone
    reach = reach / np.maximum(reach.mean(axis=0, keepdims=True), 1e-12)
    return np.asarray(np.argmax(np.round(reach, 12), axis=1), dtype=np.int64)


# -- must-link, cannot-link ------------------------------------------------------------------

Pair = tuple[int, int, Decision]


def _links(state: _State, decisions: Sequence[Decision]) -> tuple[list[Pair], list[Pair]]:
    """Accept links in order of time; one that contradicts earlier ones is refused with its chain."""
    musts: list[Pair] = []
    cannots: list[Pair] = []
    for decision in decisions:
        if decision.kind not in ("must-link", "cannot-link"):
            continue
        rows = state.rows(decision.subject, decision)
        if len(rows) < 2:
            state.failed.add(decision.id)
            if len(parse_ids(decision.subject)) < 2:
                state.complain(decision, "names fewer than two works", 'write "wk_a wk_b"')
            continue
        if decision.kind == "must-link":
            for one, other in pairwise(rows):
                clash = next(
                    (
                        (x, y, d)
                        for a, b, d in cannots
                        for x, y in ((a, b), (b, a))
                        if _chain(musts, one, x) is not None and _chain(musts, other, y) is not None
                    ),
                    None,
                )
                if clash is None:
                    musts.append((one, other, decision))
                else:
                    x, y, apart = clash
                    path = [
                        *(_chain(musts, x, one) or []),
                        (one, other, decision),
                        *(_chain(musts, other, y) or []),
                    ]
                    _refuse(state, decision, path, (x, y, apart))
        else:
            for position, one in enumerate(rows):
                for other in rows[position + 1 :]:
                    path_or_none = _chain(musts, one, other)
                    if path_or_none is None:
                        cannots.append((one, other, decision))
                    else:
                        _refuse(state, decision, path_or_none, (one, other, decision))
    return musts, cannots


def _chain(musts: Sequence[Pair], start: int, goal: int) -> list[Pair] | None:
    """Return the shortest chain of must-links between two works, None where there is none."""
    if start == goal:
        return []
    near: dict[int, list[tuple[int, Pair]]] = {}
    for pair in musts:
        near.setdefault(pair[0], []).append((pair[1], pair))
        near.setdefault(pair[1], []).append((pair[0], pair))
    came: dict[int, tuple[int, Pair]] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there, pair in near.get(here, ()):
            if there in came or there == start:
                continue
            came[there] = (here, pair)
            if there == goal:
                path: list[Pair] = []
                while there != start:
                    there, used = came[there]
                    path.append(used)
                return path[::-1]
            queue.append(there)
    return None


def _refuse(state: _State, decision: Decision, path: Sequence[Pair], apart: Pair) -> None:
    state.failed.add(decision.id)
    steps = [f"{state.ids[a]} = {state.ids[b]} ({d.who}, {d.when[:10]})" for a, b, d in path]
    steps.append(f"{state.ids[apart[0]]} is not {state.ids[apart[1]]} ({apart[2].who}, {apart[2].when[:10]})")
    state.problems.append(
        Problem(
            "decision-contradiction",
            f"{_said(decision)} contradicts earlier decisions and was refused: {'; '.join(steps)}",
            mend="undo one decision of the chain",
            severity="error",
            file=decision.file,
            line=decision.line,
            subject=decision.subject[:200],
        )
    )


def _groups(musts: Sequence[Pair]) -> list[list[int]]:
    """Return the groups that must stay together, sorted."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other, _ in musts:
        a, b = root(one), root(other)
        parent[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for node in sorted(parent):
        found.setdefault(root(node), []).append(node)
    return [found[key] for key in sorted(found)]


def _join(state: _State, musts: Sequence[Pair]) -> None:
    """Bring each must-linked group into one cluster: where it is pinned, else where it pulls most."""
    if not musts:
        return
    who = {row: decision.who for pair in musts for row, decision in ((pair[0], pair[2]), (pair[1], pair[2]))}
    for group in _groups(musts):
        homes = sorted({int(state.labels[row]) for row in group})
        if len(homes) == 1:
            continue
        fixed = [row for row in group if row in state.fixed]
        if fixed:
            latest = max(fixed, key=lambda row: (state.fixed[row].when, row))
            target = int(state.labels[latest])
            against = [row for row in fixed if state.labels[row] != target]
            if against:
                _refuse_pin(state, group, latest, against[0], musts)
        else:
            pull = np.round(np.asarray(shares(state.matrix, state.labels)[group].sum(axis=0)).ravel(), 12)
            target = max((home for home in homes if home >= 0), key=lambda home: (float(pull[home]), -home))
        for row in group:
            if row not in state.fixed and state.labels[row] != target:
                state.labels[row] = target
                state.placed[row] = who[row]


def _refuse_pin(state: _State, group: Sequence[int], one: int, other: int, musts: Sequence[Pair]) -> None:
    path = _chain(musts, one, other) or []
    last = path[-1][2] if path else state.fixed[other]
    for decision in {pair[2].id: pair[2] for pair in path}.values():
        state.failed.add(decision.id)
    steps = [f"{state.ids[a]} = {state.ids[b]} ({d.who}, {d.when[:10]})" for a, b, d in path]
    pins = [f"{state.ids[row]}: {_said(state.fixed[row])}" for row in (one, other)]
    state.problems.append(
        Problem(
            "decision-contradiction",
            f"works that must stay together are pinned to different traditions: {'; '.join([*steps, *pins])}",
            mend="undo one decision of the chain; the pins hold until then",
            severity="error",
            file=last.file,
            line=last.line,
            subject=" ".join(state.ids[row] for row in group[:12]),
        )
    )


def _part(state: _State, musts: Sequence[Pair], cannots: Sequence[Pair]) -> None:
    """Move the less confident side of each broken cannot-link to its next best permitted cluster."""
    if not cannots:
        return
    group_of: dict[int, list[int]] = {row: group for group in _groups(musts) for row in group}
    foes: dict[int, set[int]] = {}
    for one, other, _ in cannots:
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    for _ in range(3):
        broken = [
            pair
            for pair in cannots
            if state.labels[pair[0]] == state.labels[pair[1]] and state.labels[pair[0]] >= 0
        ]
        if not broken:
            return
        for one, other, decision in broken:
            if state.labels[one] != state.labels[other] or state.labels[one] < 0:
                continue
            sides = [group_of.get(one, [one]), group_of.get(other, [other])]
            free = [side for side in sides if not any(row in state.fixed for row in side)]
            if not free:
                state.failed.add(decision.id)
                _refuse(state, decision, [], (one, other, decision))
                continue
            options = [(side, *_next_best(state, side, foes)) for side in free]
            # the less confident side moves, but rather to a cluster than to nowhere
            mover, target, _ = min(
                options,
                key=lambda option: (
                    option[1] < 0,
                    round(float(state.confidence[option[0]].mean()), 9),
                    -option[0][0],
                ),
            )
            for row in mover:
                state.labels[row] = target
                state.placed[row] = decision.who
            if target < 0:
                state.note(
                    decision,
                    f"leaves {state.ids[mover[0]]} outside every cluster: no other one is linked to it",
                    code="decision-set-aside",
                )


def _next_best(state: _State, side: Sequence[int], foes: Mapping[int, set[int]]) -> tuple[int, float]:
    """Return the permitted cluster to which a group is most linked, and how much; -1 for none."""
    pull = np.asarray(shares(state.matrix, state.labels)[list(side)].sum(axis=0)).ravel()
    shut = {int(state.labels[foe]) for row in side for foe in foes.get(row, ())}
    shut.add(int(state.labels[side[0]]))
    pull[[cluster for cluster in shut if cluster >= 0]] = 0
    best = int(np.argmax(np.round(pull, 12))) if pull.max(initial=0) > 0 else -1
    return best, float(pull[best]) if best >= 0 else 0.0


# -- the end ---------------------------------------------------------------------------------


def _finish(
    state: _State, decisions: Sequence[Decision], musts: Sequence[Pair], cannots: Sequence[Pair]
) -> Edited:
    """Give names and acceptance by anchors, verify the links, renumber."""
    names: dict[int, _Named] = {}
    accepted: set[int] = set()
    for claim in state.claims:
        home, share = state.home(claim.rows)
        if home is None or share < SURE:
            lost = sum(row in state.rejected for row in claim.rows)
            if not (claim.rows and lost * 2 >= len(claim.rows)):  # a later reject speaks for itself
                state.homeless(claim.decision, claim.rows, home, share)
            continue
        accepted.add(home)
        if not claim.name:
            continue
        before = names.get(home)
        if before is not None and before.name != claim.name:
            state.note(
                claim.decision, f"replaces the name {before.name!r} of {before.decision.who}: the later holds"
            )
        names[home] = claim
    _one_name_each(state, names)
    for _, rows in state.edited:
        home, share = state.home(rows)
        if home is not None and share >= SURE:
            accepted.add(home)
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
    )


def _one_name_each(state: _State, names: dict[int, _Named]) -> None:
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
                state.complain(
                    claim.decision, "gives a name that another cluster got later", "choose another name"
                )


def _broken(state: _State, decision: Decision) -> None:
    state.failed.add(decision.id)
    state.problems.append(
        Problem(
            "decision-broken",
            f"{_said(decision)} could not be kept together with the others",
            mend="undo a decision that stands against it",
            severity="error",
            file=decision.file,
            line=decision.line,
            subject=decision.subject[:200],
        )
    )
