"""From the hybrid graph to a proposal: scan, gate, consensus, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.traditions.communities import MODULARITY, Labels, Method, absorb_small, best_of, consensus, subgraph
from metanarrative.traditions.mix import reach
from metanarrative.traditions.stability import (
    Resample,
    Scan,
    gammas,
    gate,
    k_bounds,
    resample,
    scan,
    subsamples,
)

FEWEST = 8
"""Below this number of linked works nothing is clustered."""
LARGE = 20_000
"""From this size the scan is coarser, so that it ends within minutes."""

__all__ = ["FEWEST", "Proposal", "propose", "smallest_size"]


@dataclass(frozen=True)
class Proposal:
    """What the machine proposes.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        All -1 where the gate fired or too few works are linked.
    scan : Scan or None
        None where no resamples were asked for or too few works are linked.
    samples : list of Resample
        At the chosen resolution.
    gamma : float
    absorbed : int
        Works whose own community was too small and which joined the nearest.
    refusal : str
        ``"too-few-works"``, ``"no-stable-traditions"`` or ``""``.
    why : str
        How the resolution was chosen.
    """

    labels: Labels
    scan: Scan | None
    samples: list[Resample]
    gamma: float
    absorbed: int
    refusal: str
    why: str


def smallest_size(works: int, asked: int) -> int:
    """Return the smallest cluster drawn as one: 1 % of the works, at most 50, at least `asked`.

    Examples
    --------
    >>> smallest_size(100, 3), smallest_size(4000, 3), smallest_size(90_000, 3)
    (3, 40, 50)
    """
    return max(asked, min(50, round(0.01 * works)))


def propose(
    matrix: Any,
    rng: np.random.Generator,
    *,
    resolution: float = 0.0,
    starts: int = 10,
    bootstraps: int = 20,
    min_size: int = 3,
    second_steps: float | npt.NDArray[np.float64] = 0.0,
    keep_weak: bool = False,
    method: Method = MODULARITY,
    track: Callable[[Iterable[float]], Iterable[float]] = iter,
) -> Proposal:
    """Cluster the hybrid graph, or say why not.

    Parameters
    ----------
    matrix : CSR, shape (n, n), symmetric, over sorted ids
    rng : numpy Generator
    resolution : float
        0: chosen by stability; else taken as it is, and the gate only warns.
    starts, bootstraps, min_size : int
    second_steps : float or ndarray of shape (n,), 0 to 1
        Weight of neighbours of neighbours, see :func:`metanarrative.traditions.mix.reach`. In a
        resample they are worked out anew from the works drawn, so that nothing left out leaks in.
    keep_weak : bool
        Keep clusters below the gate, because people already decided about them.
    method : Method, optional
    track : callable
        Wraps the scanned resolutions to show progress.

    Returns
    -------
    Proposal

    References
    ----------
    10.1038/s41598-019-41695-z; 10.1038/srep00336; 10.1016/j.csda.2006.11.025
    """
    size = int(matrix.shape[0])
    linked = int((np.asarray(matrix.sum(axis=1)).ravel() > 0).sum())
    nothing = np.full(size, -1, dtype=np.int64)
    if linked < max(FEWEST, 2 * min_size):
        return Proposal(nothing, None, [], resolution or 1.0, 0, "too-few-works", "")
    base = int(rng.integers(2**31 - 1_000_000))
    smallest = smallest_size(linked, min_size)
    fewest, most, reason = k_bounds(linked)
    steps = np.broadcast_to(np.asarray(second_steps, dtype=np.float64), (size,))
    wide = reach(matrix, steps)
    curve: Scan | None = None
    gamma, why = (
        resolution or 1.0,
        "set by a person" if resolution else "the default, as nothing was resampled",
    )
    if bootstraps:
        large = size >= LARGE
        draws = subsamples(size, min(4 if large else 8, max(bootstraps, 2)), rng)
        grid = gammas(8 if large else 14)
        if resolution:
            grid = tuple(sorted({*grid, resolution}))
        curve = scan(
            wide,
            draws,
            seed=base,
            smallest=smallest,
            grid=grid,
            bounds=(fewest, most),
            track=track,
            graphs=[reach(subgraph(matrix, rows), steps[rows]) for rows in draws],
            method=method,
        )
        if resolution:
            curve = _at(curve, resolution)
        else:
            gamma, why = curve.gamma, f"{curve.why} ({reason})"
        if curve.best < gate(linked) and not resolution and not keep_weak:
            return Proposal(nothing, curve, [], gamma, 0, "no-stable-traditions", why)
    seeds = [base + number for number in range(starts)]
    _, _, runs = best_of(wide, seeds, resolution=gamma, method=method)
    # what runs agree on is easy to solve
    labels = consensus(wide, runs, seeds[:3], resolution=gamma, method=method)
    labels, moved = absorb_small(matrix, labels, smallest)
    final = subsamples(size, min(bootstraps, 10) if size >= LARGE else bootstraps, rng)
    graphs = [reach(subgraph(matrix, rows), steps[rows]) for rows in final]
    samples = resample(matrix, final, resolution=gamma, seed=base, graphs=graphs, method=method)
    return Proposal(labels, curve, samples, gamma, int((labels[moved] >= 0).sum()), "", why)


def _at(curve: Scan, resolution: float) -> Scan:
    """Mark a person's resolution on the curve."""
    from dataclasses import replace

    levels = tuple(replace(level, chosen=level.gamma == resolution) for level in curve.levels)
    own = next(level for level in levels if level.chosen)
    return Scan(levels, own.stability, resolution, "set by a person")
