"""What the tables of traditions share: rows, and made literatures as the graph stage would see them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "tests"))

import generator  # noqa: E402

from metanarrative.graph.layers import (  # noqa: E402
    bm25_layer,
    citation_layer,
    coupling_layer,
    incidence,
    neighbours_rule,
)
from metanarrative.traditions.communities import best_of  # noqa: E402
from metanarrative.traditions.mix import Mix, mix_layers, step_weights  # noqa: E402

Row = tuple[str, str, str, bool | None]
"""What, measured, wanted, reached (None: not measured, or told for comparison only)."""
WORDS = 0.5
"""Weight of text where no language model made it: the default ``traditions.words_weight``."""
MEANING = 0.6
"""Weight of text where a language model made it: the default ``traditions.text_weight``."""
STEPS = 0.3
"""The default ``traditions.second_steps``."""


def row(what: str, value: float, wanted: float, *, most: bool = False, form: str = ".3f", more: str = "") -> Row:
    """Return a row of the table; `most` says that smaller is better."""
    good = value <= wanted if most else value >= wanted
    return what, f"{value:{form}}{more}", f"{'<=' if most else '>='} {wanted:{form}}", good


def told(what: str, measured: str) -> Row:
    """Return a row that nothing is promised about."""
    return what, measured, "", None


def skipped(what: str, why: str) -> Row:
    """Return a row that was not measured."""
    return told(what, f"not measured: {why}")


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return processor seconds, all threads together, and the value."""
    started = time.process_time()
    value = call()
    return time.process_time() - started, value


def layers(made: generator.Literature) -> dict[str, Any]:
    """Return the layers of a made literature by the package's own functions and rule of N.

    A work of the corpus that is cited is a reference like any other, as it is in the graph stage.
    """
    size = len(made.ids)
    number = min(15, neighbours_rule(size))
    cited = [list(own) for own in made.references]
    for citing, work in made.citations:
        cited[citing].append(made.ids[work])
    columns = {name: i for i, name in enumerate(sorted({r for own in cited for r in own}))}
    cells = [(i, columns[name]) for i, own in enumerate(cited) for name in own]
    cites = incidence([i for i, _ in cells], [j for _, j in cells], (size, len(columns)))
    return {
        "bm25": bm25_layer(made.texts, number),
        "coupling": coupling_layer(cites, number)[0],
        "citation": citation_layer([a for a, _ in made.citations], [b for _, b in made.citations], size),
    }


def mixed(made: generator.Literature, found: dict[str, Any]) -> Mix:
    """Mix layers with the defaults of a run without a language model."""
    return mix_layers(made.ids, found, text_weight=WORDS)


def steps(mix: Mix) -> Any:
    """Return the weight of second steps a work, as the stage sets it."""
    return step_weights(mix, STEPS)


def at_k(matrix: Any, number: int) -> np.ndarray:
    """Return the partition at the coarsest resolution of a fine grid that gives `number` clusters."""
    labels = np.zeros(matrix.shape[0], dtype=np.int64)
    for gamma in np.geomspace(0.7, 5, 24):
        labels, _, _ = best_of(matrix, range(3), resolution=float(gamma))
        if labels.max() + 1 >= number:
            break
    return labels
