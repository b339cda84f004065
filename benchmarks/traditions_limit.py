"""How well the families and traditions of a made literature can be told at all.

The limit is Bayes' rule by somebody who knows every probability of ``tests/generator.py``, the true sizes of
the traditions, and the tradition of every other work: each work goes where it most probably belongs. No
clustering, which knows none of this, can be expected to do better; on a bridging work, half of whose words and
references come from elsewhere, even the limit is often a toss.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from traditions_rows import generator

TRADITIONS = 8
_ZIPF = 1 / np.arange(1, 4001)


def _word(word: str) -> np.ndarray:
    kind = word.partition("x")[0]
    chance = np.zeros(TRADITIONS)
    if kind.startswith("own"):
        chance[int(kind[3:])] = 0.10 / 120
    elif kind.startswith("family"):
        family = int(kind[6:])
        chance[2 * family : 2 * family + 2] = 0.15 / 200
    else:
        chance[:] = 0.75 * _ZIPF[int(word[6:])] / _ZIPF.sum()
    return chance


def _reference(name: str) -> np.ndarray:
    kind = name.partition("x")[0]
    chance = np.full(TRADITIONS, 0.45 / 1500)
    if kind.startswith("canon"):
        own = int(kind[5:])
        chance[:] = 0
        chance[own], chance[own ^ 1] = 0.35 / 150, 0.20 / 150
    return chance


def limit(made: generator.Literature, *, torn_citations: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the most probable family and tradition of each work.

    Parameters
    ----------
    made : Literature
        Made with ``structure=1`` and eight traditions.
    torn_citations : bool
        As it was made.
    """
    size = len(made.ids)
    prior = np.bincount(made.tradition, minlength=TRADITIONS) / size
    known: dict[str, np.ndarray] = {}
    cited: list[list[int]] = [[] for _ in range(size)]
    for citing, work in made.citations:
        cited[citing].append(work)
    earlier = np.vstack([np.zeros(TRADITIONS), np.cumsum(np.eye(TRADITIONS)[made.tradition], axis=0)])
    second = np.where(np.eye(TRADITIONS, dtype=bool), 0.92, 0.08 / (TRADITIONS - 1))
    home = np.empty((size, TRADITIONS))
    for work in range(size):
        tokens = [known.setdefault(w, _word(w)) for w in made.texts[work].split()]
        tokens += [known.setdefault(r, _reference(r)) for r in made.references[work]]
        links = [_citation(int(made.tradition[other]), earlier[work]) for other in cited[work]]
        with np.errstate(divide="ignore"):
            score = np.log(prior)[:, None] + np.log(second) + _torn(tokens)
            score = score + (_torn(links) if torn_citations else _plain(links)[:, None])
        chance = np.exp(score - score.max())
        home[work] = chance.sum(axis=1) / chance.sum()
    return home.reshape(size, -1, 2).sum(axis=2).argmax(axis=1), home.argmax(axis=1)


def _citation(tradition: int, earlier: np.ndarray) -> np.ndarray:
    chance: np.ndarray = np.full(TRADITIONS, 0.2 / max(earlier.sum(), 1))
    chance[tradition] += 0.8 / max(earlier[tradition], 1)
    return chance


def _torn(tokens: list[np.ndarray]) -> Any:
    """Return log chances by home and second tradition, shape (8, 8)."""
    if not tokens:
        return np.zeros((TRADITIONS, TRADITIONS))
    table = np.array(tokens)
    return np.log((table[:, :, None] + table[:, None, :]) / 2).sum(axis=0)


def _plain(tokens: list[np.ndarray]) -> Any:
    return np.log(np.array(tokens)).sum(axis=0) if tokens else np.zeros(TRADITIONS)
