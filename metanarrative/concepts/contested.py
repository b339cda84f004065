"""Contested concepts: one term that keeps different company in two traditions.

For a concept that both traditions use, the words around it (six on either side) make one vector a
tradition; their divergence is 1 less the cosine. All context differs somewhat between traditions,
so that divergence alone says little: from it goes the mean over shuffled traditions, and what is
left is ranked against ordinary shared terms that are about as frequent. Shown with quotations, it
is a pointer for a reader, not a verdict on meaning.

References
----------
Gulordava & Baroni 2011 (distributional change); Phipson & Smyth 2010, 10.2202/1544-6115.1585 (shuffles).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metanarrative.text.terms import term_key, words_in

WINDOW = 6
"""Words looked at on either side."""
WORKS = 15
"""Works of each tradition that must use the term."""
MATCHED = 100
"""Shared terms of about the same frequency against which a concept is ranked; a third at least."""
Z = 2.0
"""Standard deviations from which a concept is shown."""
SHUFFLES = 20
PAIRS = 40
"""Pairs of traditions looked at: those that share most concepts."""

__all__ = ["MATCHED", "PAIRS", "SHUFFLES", "WINDOW", "WORKS", "Contested", "Uses", "contested", "uses_of"]

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Uses:
    """Where a term is used: one row a work, columns are context words.

    ``passages`` gives a row's passage with the most uses.
    """

    works: tuple[str, ...]
    context: Any
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Contested:
    """A concept, two traditions, and why it is shown; ``quotes`` are passages, three a side at most."""

    term: str
    side: str
    other: str
    divergence: float
    excess: float
    z: float
    works: tuple[int, int]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    quotes: tuple[tuple[str, ...], tuple[str, ...]]


def uses_of(
    passages: Sequence[tuple[str, str, str]], phrases: Mapping[str, str], *, most_words: int = 3000
) -> tuple[dict[str, Uses], list[str], npt.NDArray[np.float64]]:
    """Find every use of the phrases, and of all other content words, with the words around it.

    Parameters
    ----------
    passages : sequence of (passage id, work id, text)
    phrases : mapping of printed form (lower case) to term
    most_words : int
        Context words kept: those in most works.

    Returns
    -------
    uses : dict of term to Uses
        Terms of `phrases`, and ``word:`` plus the folded word for others.
    words : list of str
    rarity : ndarray, shape (words,)
        Inverse document frequency over works.
    """
    from scipy.sparse import csr_matrix

    content: set[str] = set()
    tokens: list[list[str]] = []
    held: dict[str, set[str]] = {}
    folds: dict[str, str] = {}
    for _, work, text in passages:
        own = [word.lower() for word in _WORD.findall(text)]
        tokens.append(own)
        for run in words_in(text):
            content.update(run)
        for word in set(own) & content:
            held.setdefault(folds.setdefault(word, term_key((word,))), set()).add(work)
    n_works = len({work for _, work, _ in passages})
    ranked = sorted((w for w in held if len(held[w]) >= 3), key=lambda w: (-len(held[w]), w))[:most_words]
    words = sorted(ranked)
    column = {word: place for place, word in enumerate(words)}
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for printed, term in sorted(phrases.items()):
        form = tuple(_WORD.findall(printed.lower()))
        if form:
            by_first.setdefault(form[0], []).append((form, term))
    found: dict[str, dict[str, Counter[int]]] = {}
    best: dict[str, dict[str, Counter[str]]] = {}
    for (passage, work, _), own in zip(passages, tokens, strict=True):
        near = [column.get(folds.get(word, ""), -1) if word in content else -1 for word in own]
        for place, word in enumerate(own):
            hits = {(t, len(f)) for f, t in by_first.get(word, ()) if tuple(own[place : place + len(f)]) == f}
            if near[place] >= 0:
                hits.add((f"word:{folds[word]}", 1))
            for term, length in hits:
                around = [*near[max(0, place - WINDOW) : place], *near[place + length : place + length + WINDOW]]
                found.setdefault(term, {}).setdefault(work, Counter()).update(c for c in around if c >= 0)
                best.setdefault(term, {}).setdefault(work, Counter())[passage] += 1
    rarity = np.log(1 + n_works / np.array([len(held[word]) for word in words], dtype=np.float64))
    uses = {}
    for term in sorted(found):
        works = tuple(sorted(found[term]))
        cells = [(row, c, n) for row, work in enumerate(works) for c, n in sorted(found[term][work].items())]
        matrix = csr_matrix(
            (
                np.array([n for _, _, n in cells], dtype=np.float64),
                ([r for r, _, _ in cells], [c for _, c, _ in cells]),
            ),
            shape=(len(works), len(words)),
        )
        chosen = tuple(min(best[term][w].items(), key=lambda item: (-item[1], item[0]))[0] for w in works)
        uses[term] = Uses(works, matrix, chosen)
    return uses, words, rarity


def _divergences(
    context: Any, first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], rarity: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """1 less the cosine of the two sides, for each row of memberships (shape (draws, works))."""
    a, b = np.log1p(first @ context) * rarity, np.log1p(second @ context) * rarity
    length = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    cosine = np.divide((a * b).sum(axis=1), length, out=np.ones(len(a)), where=length > 0)
    return np.asarray(1 - cosine)


def contested(
    uses: Mapping[str, Uses],
    words: Sequence[str],
    rarity: npt.NDArray[np.float64],
    home: Mapping[str, str],
    rng: np.random.Generator,
) -> tuple[list[Contested], int]:
    """Return the concepts that keep different company in two traditions, and how many were looked at.

    Parameters
    ----------
    uses, words, rarity
        As :func:`uses_of` gives them.
    home : mapping of work to tradition
    rng : numpy Generator

    Returns
    -------
    list of Contested
        Highest z first.
    int
        Pairs of concept and two traditions that were tested.
    """
    counts = {term: Counter(home[work] for work in own.works if work in home) for term, own in uses.items()}
    names = sorted(set(home.values()))
    pairs = []
    for place, side in enumerate(names):
        for other in names[place + 1 :]:
            both = [t for t in sorted(uses) if counts[t][side] >= WORKS and counts[t][other] >= WORKS]
            concepts = sum(not term.startswith("word:") for term in both)
            if concepts and len(both) > MATCHED // 3:
                pairs.append((-concepts, side, other, both))
    out: list[Contested] = []
    tested = 0
    for _, side, other, both in sorted(pairs)[:PAIRS]:
        size = {term: float(np.log(min(counts[term][side], counts[term][other]))) for term in both}
        singles = sorted((t for t in both if t.startswith("word:")), key=lambda t: (-size[t], t))[: 3 * MATCHED]
        shared = [term for term in both if not term.startswith("word:")] + singles
        figures = {term: _figures(uses[term], home, side, other, rarity, rng) for term in shared}
        for term in shared:
            if term.startswith("word:"):
                continue
            # a concept of one word is not measured against itself
            others = [t for t in singles if not np.isclose(figures[t][0], figures[term][0], atol=1e-12)]
            near = sorted(others, key=lambda t: (abs(size[t] - size[term]), t))[:MATCHED]
            values = np.array([figures[t][1] for t in near])
            if values.size < MATCHED // 3 or values.std() == 0:
                continue
            tested += 1
            z = (figures[term][1] - values.mean()) / values.std(ddof=1)
            if z >= Z:
                own = uses[term]
                told, quotes = _company(own, words, rarity, home, side, other)
                out.append(
                    Contested(
                        term, side, other, figures[term][0], figures[term][1], float(z),
                        (counts[term][side], counts[term][other]), told, quotes,
                    )
                )  # fmt: skip
    return sorted(out, key=lambda c: (-round(c.z, 9), c.term, c.side, c.other)), tested


def _figures(
    own: Uses, home: Mapping[str, str], side: str, other: str, rarity: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[float, float]:
    """Return divergence and excess over shuffled traditions."""
    rows = [row for row, work in enumerate(own.works) if home.get(work) in (side, other)]
    mine = np.array([home[own.works[row]] == side for row in rows], dtype=np.float64)
    context = own.context[rows]
    seen = float(_divergences(context, mine[None, :], 1 - mine[None, :], rarity)[0])
    mixed = np.stack([rng.permutation(mine) for _ in range(SHUFFLES)])
    return seen, seen - float(_divergences(context, mixed, 1 - mixed, rarity).mean())


def _company(
    own: Uses, words: Sequence[str], rarity: npt.NDArray[np.float64], home: Mapping[str, str], side: str, other: str
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the words that set each side apart, and the passages in which they stand."""
    total = {}
    for name in (side, other):
        rows = [row for row, work in enumerate(own.works) if home.get(work) == name]
        # the mean a work, so that the larger side does not win by size
        total[name] = np.log1p(np.asarray(own.context[rows].sum(axis=0)).ravel() / len(rows)) * rarity
    gap = total[side] - total[other]
    told, quotes = [], []
    for name, lean in ((side, gap), (other, -gap)):
        top = np.argsort(-np.round(lean, 12), kind="stable")[:6]
        told.append(tuple(words[c] for c in top.tolist() if lean[c] > 0))
        rows = [row for row, work in enumerate(own.works) if home.get(work) == name]
        score = np.asarray(own.context[rows] @ np.where(lean > 0, lean, 0)).ravel()
        order = np.argsort(-np.round(score, 12), kind="stable")[:3]
        quotes.append(tuple(own.passages[rows[i]] for i in order.tolist()))
    return (told[0], told[1]), (quotes[0], quotes[1])
