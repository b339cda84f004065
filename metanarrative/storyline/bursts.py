"""Bursts in yearly counts: Kleinberg's two-state machine in its batched form, solved exactly.

References
----------
Kleinberg 2002, 10.1145/775047.775061.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Burst", "Bursts", "bursts"]


@dataclass(frozen=True)
class Burst:
    """Slices ``begin`` to ``end`` (both included) and what the burst saves."""

    begin: int
    end: int
    weight: float


@dataclass(frozen=True)
class Bursts:
    """The cheapest sequence of states, its cost, and the bursts in it.

    ``few`` is true with fewer than five relevant documents: too few to speak of bursts.
    """

    states: tuple[int, ...]
    cost: float
    base: float
    raised: float
    found: tuple[Burst, ...]
    few: bool


def bursts(relevant: Sequence[int], total: Sequence[int], *, scale: float = 2.0, gamma: float = 1.0) -> Bursts:
    """Find bursts of relevant documents among all documents, slice by slice.

    ``cost(state i at t) = -ln(C(d, r) p_i^r (1 - p_i)^(d - r))``; going up costs ``gamma ln n``,
    going down nothing; the machine starts in state 0 before the first slice.

    Parameters
    ----------
    relevant, total : sequence of int, length n
        r and d of each slice, ``0 <= r <= d``.
    scale : float, above 1
        ``p1 = scale * p0``, capped below 1.
    gamma : float, 0 or more

    Raises
    ------
    ValueError
        If the lengths differ or a slice has more relevant documents than documents.

    References
    ----------
    10.1145/775047.775061

    Examples
    --------
    >>> found = bursts([2, 3, 2, 12, 14, 3, 2], [100] * 7)
    >>> found.states, round(found.found[0].weight, 6), round(found.cost, 6)
    ((0, 0, 0, 1, 1, 0, 0), 7.735784, 19.448691)
    """
    if len(relevant) != len(total) or any(not 0 <= r <= d for r, d in zip(relevant, total, strict=False)):
        raise ValueError("every slice needs 0 <= relevant <= total")
    everything, hits = sum(total), sum(relevant)
    few = hits < 5
    if not relevant or not everything or not hits:
        return Bursts((0,) * len(relevant), 0.0, 0.0, 0.0, (), few)
    base = hits / everything
    raised = min(scale * base, 1 - 1e-9)
    climb = gamma * math.log(len(relevant)) if len(relevant) > 1 else 0.0

    def cost(r: int, d: int, p: float) -> float:
        ways = math.lgamma(d + 1) - math.lgamma(r + 1) - math.lgamma(d - r + 1)
        rest = (d - r) * math.log1p(-p) if d > r else 0.0
        return -(ways + r * math.log(p) + rest)

    costs = [(cost(r, d, base), cost(r, d, raised)) for r, d in zip(relevant, total, strict=True)]
    low, high = costs[0][0], climb + costs[0][1]
    came: list[tuple[int, int]] = [(0, 0)]
    for calm, busy in costs[1:]:
        # on equal cost the calm state is kept: a burst must earn its name
        from_low = 0 if low <= high else 1
        to_high = 1 if high < low + climb else 0
        low, high = min(low, high) + calm, min(high, low + climb) + busy
        came.append((from_low, to_high))
    state = 0 if low <= high else 1
    best = min(low, high)
    states = [state]
    for step in reversed(came[1:]):
        state = step[state]
        states.append(state)
    states.reverse()
    return Bursts(tuple(states), best, base, raised, tuple(_runs(states, costs)), few)


def _runs(states: Sequence[int], costs: Sequence[tuple[float, float]]) -> list[Burst]:
    found: list[Burst] = []
    begin: int | None = None
    for slice_, state in enumerate([*states, 0]):
        if state and begin is None:
            begin = slice_
        elif not state and begin is not None:
            weight = sum(calm - busy for calm, busy in costs[begin:slice_])
            found.append(Burst(begin, slice_ - 1, weight))
            begin = None
    return found
