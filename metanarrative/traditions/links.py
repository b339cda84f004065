"""Must-link and cannot-link: accepted in order of time, kept in the result, contradictions refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from metanarrative.model import Decision, Problem
from metanarrative.traditions.replay import Replay, parse_ids, said
from metanarrative.traditions.stability import shares

__all__ = ["Pair", "accept_links", "join_linked", "part_unlinked"]

Pair = tuple[int, int, Decision]


def accept_links(state: Replay, decisions: Sequence[Decision]) -> tuple[list[Pair], list[Pair]]:
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


def _refuse(state: Replay, decision: Decision, path: Sequence[Pair], apart: Pair) -> None:
    state.failed.add(decision.id)
    steps = [f"{state.ids[a]} = {state.ids[b]} ({d.who}, {d.when[:10]})" for a, b, d in path]
    steps.append(f"{state.ids[apart[0]]} is not {state.ids[apart[1]]} ({apart[2].who}, {apart[2].when[:10]})")
    state.problems.append(
        Problem(
            "decision-contradiction",
            f"{said(decision)} contradicts earlier decisions and was refused: {'; '.join(steps)}",
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


def join_linked(state: Replay, musts: Sequence[Pair]) -> None:
    """Bring each must-linked group into one cluster: where it is pinned, else where it pulls most."""
    if not musts:
        return
    bound = merged_rows(state)
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
        elif len(merged := {int(state.labels[row]) for row in group if row in bound and state.labels[row] >= 0}) == 1:
            (target,) = merged
        else:
            pull = np.round(np.asarray(shares(state.matrix, state.labels)[group].sum(axis=0)).ravel(), 12)
            target = max((home for home in homes if home >= 0), key=lambda home: (float(pull[home]), -home))
        for row in group:
            if row not in state.fixed and state.labels[row] != target:
                state.labels[row] = target
                state.placed[row] = who[row]


def merged_rows(state: Replay) -> set[int]:
    """Return the works that merges hold together: others come to them, not they to others."""
    return {row for claim in state.claims if claim.decision.kind == "merge" for row in claim.rows}


def _refuse_pin(state: Replay, group: Sequence[int], one: int, other: int, musts: Sequence[Pair]) -> None:
    path = _chain(musts, one, other) or []
    last = path[-1][2] if path else state.fixed[other]
    for decision in {pair[2].id: pair[2] for pair in path}.values():
        state.failed.add(decision.id)
    steps = [f"{state.ids[a]} = {state.ids[b]} ({d.who}, {d.when[:10]})" for a, b, d in path]
    pins = [f"{state.ids[row]}: {said(state.fixed[row])}" for row in (one, other)]
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


def part_unlinked(state: Replay, musts: Sequence[Pair], cannots: Sequence[Pair]) -> None:
    """Move the less confident side of each broken cannot-link to its next best permitted cluster."""
    if not cannots:
        return
    group_of: dict[int, list[int]] = {row: group for group in _groups(musts) for row in group}
    bound = merged_rows(state)
    foes: dict[int, set[int]] = {}
    for one, other, _ in cannots:
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    for _ in range(3):
        broken = [
            pair for pair in cannots if state.labels[pair[0]] == state.labels[pair[1]] and state.labels[pair[0]] >= 0
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
                    any(row in bound for row in option[0]),
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


def _next_best(state: Replay, side: Sequence[int], foes: Mapping[int, set[int]]) -> tuple[int, float]:
    """Return the permitted cluster to which a group is most linked, and how much; -1 for none."""
    pull = np.asarray(shares(state.matrix, state.labels)[list(side)].sum(axis=0)).ravel()
    shut = {int(state.labels[foe]) for row in side for foe in foes.get(row, ())}
    shut.add(int(state.labels[side[0]]))
    pull[[cluster for cluster in shut if cluster >= 0]] = 0
    best = int(np.argmax(np.round(pull, 12))) if pull.max(initial=0) > 0 else -1
    return best, float(pull[best]) if best >= 0 else 0.0
