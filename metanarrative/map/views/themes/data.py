"""What the thematic map is made from: Callon's figures, their ranges over resampled works, periods, quotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metanarrative.map.views.common import meta_of, place_words
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

RESAMPLES = 200
LOW, HIGH = 5.0, 95.0
"""Percentiles of the whiskers: nine resamples in ten lie between."""
FEWEST = 30
"""Works a period must hold to be drawn on its own."""


def figures(
    labels: NDArray[np.int64], ends: NDArray[np.int64], both: NDArray[np.float64], sizes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return centrality and density of every theme, for one or many samples at once.

    Parameters
    ----------
    labels : int array, shape (n,)
        Theme of each concept; -1 none.
    ends : int array, shape (m, 2)
        The two concepts of each link.
    both : float array, shape (m, r)
        Works with both, in each of r samples.
    sizes : float array, shape (n, r)
        Works with each concept.

    Returns
    -------
    float array, shape (themes, 2, r)
        Centrality is ten times the sum of equivalence indices to other themes, density a
        hundred times the sum inside over the number of concepts.

    Examples
    --------
    >>> made = figures(np.array([0, 0, 1]), np.array([[0, 1], [1, 2]]), np.array([[6.], [3.]]),
    ...                np.array([[10.], [15.], [6.]]))
    >>> made[:, :, 0].round(2).tolist()
    [[1.0, 12.0], [1.0, 0.0]]
    """
    n_themes = int(labels.max(initial=-1)) + 1
    out = np.zeros((n_themes, 2, both.shape[1] if both.ndim == 2 else 1))
    if not n_themes:
        return out
    a, b = labels[ends[:, 0]], labels[ends[:, 1]]
    bottom = sizes[ends[:, 0]] * sizes[ends[:, 1]]
    value = np.divide(both * both, bottom, out=np.zeros_like(both), where=bottom > 0)
    held = np.bincount(labels[labels >= 0], minlength=n_themes)
    for theme in range(n_themes):
        inside = (a == theme) & (b == theme)
        outside = ((a == theme) != (b == theme)) & (a >= 0) & (b >= 0)
        out[theme, 0] = 10 * value[outside].sum(axis=0)
        out[theme, 1] = 100 * value[inside].sum(axis=0) / max(1, held[theme])
    return out


def ranges(
    labels: NDArray[np.int64],
    ends: NDArray[np.int64],
    held: Sequence[NDArray[np.int64]],
    n_works: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> NDArray[np.float64]:
    """Return the whiskers: works drawn with replacement, themes held fixed.

    A work drawn twice ties its concepts twice, which raises equivalence indices of rare concepts
    in every resample. The spread is what tells, so it is centred on the figure itself.

    Parameters
    ----------
    held : sequence of int arrays
        Sorted numbers of the works of each concept.

    Returns
    -------
    float array, shape (themes, 2, 2)
        Low and high of centrality and density.
    """
    weights = rng.multinomial(n_works, np.full(n_works, 1 / n_works), size=resamples).T.astype(np.float64)
    weights = np.hstack([np.ones((n_works, 1)), weights])  # the first column is the corpus as it is
    sizes = np.stack([weights[rows].sum(axis=0) for rows in held]) if held else np.zeros((0, resamples + 1))
    both = (
        np.stack([weights[np.intersect1d(held[a], held[b], assume_unique=True)].sum(axis=0) for a, b in ends.tolist()])
        if len(ends)
        else np.zeros((0, resamples + 1))
    )
    found = figures(labels, ends, both, sizes)
    here, drawn = found[:, :, 0], found[:, :, 1:]
    centred = drawn + (here - np.median(drawn, axis=2))[:, :, None]
    return np.clip(np.moveaxis(np.percentile(centred, [LOW, HIGH], axis=2), 0, 2), 0.0, None)


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read themes, concepts and mentions; compute ranges and the figures of the periods."""
    store = project.store
    themes = store.read("concept_theme")
    concepts = store.read("concept")
    years = {row["work_id"]: row["year"] for row in store.read("work", columns=("work_id", "year"))}
    at = {row["concept_id"]: i for i, row in enumerate(concepts)}
    theme_at = {row["cluster_id"]: i for i, row in enumerate(themes)}
    mentions = store.read("mention", columns=("concept_id", "passage_id", "work_id", "n"))
    works = sorted({row["work_id"] for row in mentions if row["concept_id"] in at})
    work_at = {work: i for i, work in enumerate(works)}
    sets: list[set[int]] = [set() for _ in concepts]
    for row in mentions:
        if row["concept_id"] in at:
            sets[at[row["concept_id"]]].add(work_at[row["work_id"]])
    held = [np.array(sorted(rows), dtype=np.int64) for rows in sets]
    labels = np.array([theme_at.get(row["cluster_id"], -1) for row in concepts], dtype=np.int64)
    edges = store.read("concept_edge")
    ends = np.array([[at[e["source_id"]], at[e["target_id"]]] for e in edges], dtype=np.int64).reshape(-1, 2)
    rows = [dict(row) for row in themes]
    if themes and len(works) > 1:
        found = ranges(labels, ends, held, len(works), project.rng("map"))
        for i, row in enumerate(rows):
            row["centrality_range"] = [round(float(v), 4) for v in found[i, 0]]
            row["density_range"] = [round(float(v), 4) for v in found[i, 1]]
    return {
        "meta": meta_of(project, settings),
        "themes": rows,
        "members": {
            row["cluster_id"]: [
                [c["label"], int(c["n_documents"])]
                for c in sorted(concepts, key=lambda c: (-int(c["n_documents"]), str(c["concept_id"])))
                if c["cluster_id"] == row["cluster_id"]
            ]
            for row in themes
        },
        "periods": _periods(labels, ends, held, [years.get(work) for work in works], len(themes)),
        "quotes": _quotes(project, mentions, {c["concept_id"]: c["cluster_id"] for c in concepts}),
        "n_works": len(works),
        "resamples": RESAMPLES,
    }


def _periods(
    labels: NDArray[np.int64],
    ends: NDArray[np.int64],
    held: Sequence[NDArray[np.int64]],
    years: Sequence[int | None],
    n_themes: int,
) -> list[dict[str, Any]]:
    """Return the figures of the earlier and the later half of the dated works, where both are large enough."""
    dated = sorted(year for year in years if year is not None)
    if len(dated) < 2 * FEWEST or not n_themes:
        return []
    cut_at = dated[len(dated) // 2]
    if cut_at == dated[0]:
        return []
    stamps = np.array([-1 if year is None else year for year in years])
    halves = [((stamps >= 0) & (stamps < cut_at), dated[0], cut_at - 1), (stamps >= cut_at, cut_at, dated[-1])]
    if min(int(mask.sum()) for mask, _, _ in halves) < FEWEST:
        return []
    out = []
    for mask, first, last in halves:
        inside = mask.astype(np.float64)[:, None]
        sizes = np.stack([inside[rows].sum(axis=0) for rows in held])
        both = (
            np.stack([inside[np.intersect1d(held[a], held[b])].sum(axis=0) for a, b in ends.tolist()])
            if len(ends)
            else np.zeros((0, 1))
        )
        made = figures(labels, ends, both, sizes)
        documents = [
            int(inside[np.unique(np.concatenate([held[i] for i in np.flatnonzero(labels == t).tolist()]))].sum())
            for t in range(n_themes)
        ]
        out.append(
            {
                "label": f"{first}–{last}" if first != last else str(first),
                "n_works": int(mask.sum()),
                "figures": [[round(float(made[t, 0, 0]), 4), round(float(made[t, 1, 0]), 4)] for t in range(n_themes)],
                "documents": documents,
            }
        )
    return out


def _quotes(
    project: Project, mentions: Sequence[Mapping[str, Any]], theme_of: Mapping[str, str]
) -> dict[str, list[list[Any]]]:
    """Return for each theme three passages of three works that hold most of its concepts."""
    held: dict[tuple[str, str, str], set[str]] = {}
    for mention in mentions:
        theme = theme_of.get(mention["concept_id"], "")
        if theme:
            key = (theme, mention["passage_id"], mention["work_id"])
            held.setdefault(key, set()).add(mention["concept_id"])
    best: dict[str, list[tuple[int, str, str]]] = {}
    for (theme, passage, work), terms in held.items():
        best.setdefault(theme, []).append((-len(terms), work, passage))
    chosen: dict[str, list[str]] = {}
    for theme, rows in best.items():
        seen: set[str] = set()
        for _, work, passage in sorted(rows):
            if work not in seen:
                seen.add(work)
                chosen.setdefault(theme, []).append(passage)
            if len(seen) == 3:
                break
    needed = sorted({p for rows in chosen.values() for p in rows})
    passages = (
        {p["passage_id"]: p for p in project.store.read("passage", where={"passage_id": needed})} if needed else {}
    )
    titles = {w["work_id"]: w for w in project.store.read("work", columns=("work_id", "title", "year"))}
    out: dict[str, list[list[Any]]] = {}
    for theme, ids in chosen.items():
        for row in (passages[key] for key in ids if key in passages):
            of = titles.get(row["work_id"], {"title": "", "year": None})
            title = cut(str(of["title"]), 90) + (f" ({of['year']})" if of["year"] else "")
            out.setdefault(theme, []).append([cut(row["text"], 260), place_words(row, title), row["language"]])
    return out
