"""A generator of synthetic literatures with known traditions, and plain layers over them.

K traditions in families of two share words and references with their sibling; some works lack
references or abstracts, some bridge two traditions. `structure=0` gives the same marginals without
any tradition, on which a clustering must refuse.

A work that bridges takes half of its words and of its references from a second tradition, which may be any
other one. Its citations of works inside the corpus are a clause of their own: eight in ten go to its own
tradition, as everybody's do. `torn_citations=True` tears these as well. That is harder than it may seem: what
remains to tell the home of such a work from its second tradition is then nothing but chance.

Where the description leaves room, the choice is: words of a vocabulary and references of a canon are drawn
evenly, the background by Zipf's law with exponent 1; sizes are a draw by log-normal weights; each word and
reference of a bridging work is a toss; a reference drawn twice counts once; a work without references cites
nothing in the corpus either; the earlier work that is cited is drawn evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Literature:
    """Works with their true tradition, family and bridging flag; words, references and citations."""

    ids: tuple[str, ...]
    tradition: np.ndarray
    family: np.ndarray
    bridging: np.ndarray
    years: np.ndarray
    texts: list[str]
    references: list[list[str]]
    citations: list[tuple[int, int]]  # citing row, cited row


def generate(
    seed: int, *, works: int = 1200, traditions: int = 8, structure: float = 1.0, torn_citations: bool = False
) -> Literature:
    """Make a literature; `structure` scales every share of own words, canon and citations."""
    rng = np.random.default_rng(seed)
    weight = rng.lognormal(0, 0.6, traditions)
    home = np.sort(rng.choice(traditions, size=works, p=weight / weight.sum()))
    rng.shuffle(home)
    second = np.full(works, -1)
    bridging = rng.random(works) < 0.08
    for row in np.flatnonzero(bridging):
        second[row] = rng.choice([t for t in range(traditions) if t != home[row]])
    years = np.sort(rng.integers(1985, 2021, works))
    background = np.cumsum(1 / np.arange(1, 4001))
    background /= background[-1]
    no_references, no_abstract = rng.random(works) < 0.15, rng.random(works) < 0.10

    def side(row: int) -> int:
        return int(second[row]) if bridging[row] and rng.random() < 0.5 else int(home[row])

    texts, references = [], []
    for row in range(works):
        words = []
        for _ in range(9 if no_abstract[row] else 119):
            tradition, draw = side(row), rng.random()
            if draw < 0.10 * structure:
                words.append(f"own{tradition}x{rng.integers(120)}")
            elif draw < 0.25 * structure:
                words.append(f"family{tradition // 2}x{rng.integers(200)}")
            else:
                words.append(f"common{int(np.searchsorted(background, rng.random()))}")
        texts.append(" ".join(words))
        cited = set()
        for _ in range(0 if no_references[row] else 3 + int(rng.negative_binomial(3, 0.2))):
            tradition, draw = side(row), rng.random()
            if draw < 0.35 * structure:
                cited.add(f"canon{tradition}x{rng.integers(150)}")
            elif draw < 0.55 * structure:
                cited.add(f"canon{tradition ^ 1}x{rng.integers(150)}")
            else:
                cited.add(f"global{rng.integers(1500)}")
        references.append(sorted(cited))
    citations = set()
    for row in range(1, works):
        if no_references[row]:
            continue
        for _ in range(rng.poisson(1)):
            if rng.random() < 0.8 * structure:
                near = np.flatnonzero(home[:row] == (side(row) if torn_citations else home[row]))
            else:
                near = np.arange(row)
            if near.size:
                citations.add((row, int(rng.choice(near))))
    ids = tuple(f"wk_{row:05d}" for row in range(works))
    return Literature(ids, home, home // 2, bridging, years, texts, references, sorted(citations))


def top_neighbours(unit: Any, number: int) -> Any:
    """Return each row's `number` most similar rows, made symmetric by the greater value."""
    from scipy.sparse import csr_matrix

    size = unit.shape[0]
    rows, columns, values = [], [], []
    for start in range(0, size, 512):
        block = (unit[start : start + 512] @ unit.T).toarray()
        block[np.arange(block.shape[0]), start + np.arange(block.shape[0])] = 0
        order = np.argsort(-block, axis=1, kind="stable")[:, :number]
        rows.append(np.repeat(start + np.arange(block.shape[0]), order.shape[1]))
        columns.append(order.ravel())
        values.append(np.take_along_axis(block, order, axis=1).ravel())
    kept = np.concatenate(values) > 0
    matrix = csr_matrix(
        (np.concatenate(values)[kept], (np.concatenate(rows)[kept], np.concatenate(columns)[kept])),
        shape=(size, size),
    )
    return matrix.maximum(matrix.T).tocsr()


def bm25(texts: list[str], number: int) -> Any:
    """Nearest neighbours by cosine of BM25 weights (k1 1.2, b .75)."""
    from scipy.sparse import diags
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    counts = CountVectorizer(
        token_pattern=r"(?u)\b[^\W_]{2,}\b",
        min_df=2 if len(texts) > 3 else 1,
        max_df=0.5 if len(texts) > 3 else 1.0,
    ).fit_transform(texts)
    counts = counts.astype(np.float64).tocsr()
    length = np.asarray(counts.sum(axis=1)).ravel()
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log(1 + (len(texts) - present + 0.5) / (present + 0.5))
    norm = 1.2 * (0.25 + 0.75 * length / max(length.mean(), 1e-9))
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    counts.data = counts.data * 2.2 / (counts.data + norm[rows])
    return top_neighbours(normalize(counts @ diags(idf)).tocsr(), number)


def coupling(references: list[list[str]], number: int) -> Any:
    """Nearest neighbours by cosine of rarity-weighted shared references."""
    from scipy.sparse import csr_matrix, diags
    from sklearn.preprocessing import normalize

    names = {name: place for place, name in enumerate(sorted({r for own in references for r in own}))}
    cells = [(row, names[name]) for row, own in enumerate(references) for name in own]
    matrix = csr_matrix(
        (np.ones(len(cells)), ([c[0] for c in cells], [c[1] for c in cells])),
        shape=(len(references), max(len(names), 1)),
    )
    cited = np.asarray(matrix.sum(axis=0)).ravel()
    weight = np.where(cited >= 2, np.sqrt(np.log(np.maximum(len(references) / np.maximum(cited, 1), 1))), 0)
    return top_neighbours(normalize(matrix @ diags(weight)).tocsr(), number)


def layers(literature: Literature) -> dict[str, Any]:
    """Return the layers bm25, coupling and citation by the stated rule of N."""
    from scipy.sparse import csr_matrix

    size = len(literature.ids)
    number = min(15, int(np.clip(round(0.5 * np.sqrt(size)), 8, 30)))
    pairs = literature.citations
    return {
        "bm25": bm25(literature.texts, number),
        "coupling": coupling(literature.references, number),
        "citation": csr_matrix(
            (np.ones(len(pairs)), ([c for c, _ in pairs], [d for _, d in pairs])), shape=(size, size)
        ),
    }
