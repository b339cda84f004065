"""Concepts: terms with their mentions, the concept graph, and who speaks of what.

Takes passages of all included works and the memberships. Gives concepts with every mention,
co-occurrence as association strength (observed over expected), themes of concepts with Callon's
centrality and density, their flow from period to period, the tradition x concept table, and the
concepts that keep different company in two traditions.

Method: ``extract`` (candidate terms, variants joined, C-value over documents), ``network``
(association strength, Leiden, Callon).

Sources: Frantzi et al. 2000, 10.1007/s007999900023; Van Eck & Waltman 2009, 10.1002/asi.21075;
Callon et al. 1991, 10.1007/BF02019280.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metanarrative.concepts.contested import WORKS, contested, uses_of
from metanarrative.concepts.evolution import evolution
from metanarrative.concepts.extract import Concept, Passage, extract
from metanarrative.concepts.network import bibliometrix_figures, cooccurrence, theme_figures, themes
from metanarrative.model import Problem, Summary
from metanarrative.text import content_id
from metanarrative.text.terms import strip_boilerplate

if TYPE_CHECKING:
    from metanarrative.config import ConceptsSettings
    from metanarrative.project import Project

VERSION = "2"
READS = ("work", "screening", "passage", "membership")
WRITES = ("concept", "mention", "concept_edge", "concept_theme", "theme_flow", "tradition_concept", "contested")
DECISIONS: tuple[str, ...] = ()
FILES: tuple[str, ...] = ()

__all__ = ["DECISIONS", "FILES", "READS", "VERSION", "WRITES", "run", "tradition_rows"]


def tradition_rows(concepts: Mapping[str, frozenset[str]], home: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the tradition x concept table.

    ``share`` is the share of the tradition's works that speak of the concept, ``lift`` that share
    over the share among all works in traditions.

    Parameters
    ----------
    concepts : mapping of concept id to work ids
    home : mapping of work id to cluster id

    Examples
    --------
    >>> rows = tradition_rows({"cn_1": frozenset("ab")}, {"a": "T", "b": "T", "c": "U", "d": "U"})
    >>> [(row["tradition_id"], row["n_works"], row["share"], row["lift"]) for row in rows]
    [('T', 2, 1.0, 2.0)]
    """
    sizes: dict[str, int] = {}
    for cluster in home.values():
        sizes[cluster] = sizes.get(cluster, 0) + 1
    rows = []
    for concept in sorted(concepts):
        counts: dict[str, int] = {}
        for work in concepts[concept]:
            if work in home:
                counts[home[work]] = counts.get(home[work], 0) + 1
        overall = sum(counts.values()) / len(home) if home else 0.0
        for cluster in sorted(counts):
            share = counts[cluster] / sizes[cluster]
            rows.append(
                {
                    "tradition_id": cluster,
                    "concept_id": concept,
                    "n_works": counts[cluster],
                    "share": round(share, 6),
                    "lift": round(share / overall, 6),
                }
            )
    return sorted(rows, key=lambda row: (row["tradition_id"], row["concept_id"]))


def run(project: Project, settings: ConceptsSettings) -> Summary:
    """Extract concepts and write them with their mentions, graph, themes and traditions."""
    store = project.store
    included = project.included()
    works = {w["work_id"]: w for w in store.read("work") if w["work_id"] in included}
    passages = [
        Passage(p["passage_id"], p["work_id"], p["language"], p["text"])
        for p in store.read("passage", columns=("passage_id", "work_id", "language", "text"))
        if p["work_id"] in works
    ]
    n_works = len({p.work_id for p in passages})
    concepts = extract(passages, most=settings.max_concepts, fewest=settings.min_documents)
    ids = [content_id("cn", c.key) for c in concepts]
    edges = cooccurrence([c.works for c in concepts], works=n_works)
    seed = int(project.rng("concepts").integers(2**31 - 1000))
    labels = themes(len(concepts), edges, seed=seed)
    figures = theme_figures(labels, edges, [len(c.works) for c in concepts])
    as_bibliometrix = bibliometrix_figures(labels, edges, [len(c.works) for c in concepts])
    theme_ids, theme_rows = _theme_rows(concepts, ids, labels.tolist(), figures, as_bibliometrix)
    flows = _flow_rows(concepts, ids, works, seed)
    owner = {p.passage_id: p.work_id for p in passages}
    mentions = [
        {"concept_id": concept_id, "passage_id": passage, "work_id": owner[passage], "n": n}
        for concept_id, concept in zip(ids, concepts, strict=True)
        for passage, n in concept.places.items()
    ]
    home = {
        m["work_id"]: m["cluster_id"]
        for m in store.read("membership", columns=("work_id", "cluster_id"))
        if m["cluster_id"] and m["work_id"] in works
    }
    table = tradition_rows({i: c.works for i, c in zip(ids, concepts, strict=True)}, home)
    disputes, tested = _contested_rows(project, concepts, ids, passages, works, home)
    counts: dict[str, int | float | str] = {
        "contested": len(disputes),
        "contested tested": tested,
        "concepts": len(concepts),
        "mentions": len(mentions),
        "links": len(edges),
        "themes": len(theme_rows),
        "works": n_works,
    }
    with project.writing("concepts") as out:
        out.write("concept", _concept_rows(concepts, ids, labels.tolist(), theme_ids, works))
        out.write("mention", mentions)
        out.write("concept_edge", _edge_rows(edges, ids))
        out.write("concept_theme", theme_rows)
        out.write("theme_flow", flows)
        out.write("tradition_concept", table)
        out.write("contested", disputes)
        if passages and not concepts:
            out.problem(
                Problem(
                    "no-concepts",
                    f"no term occurs in enough of {n_works} works",
                    mend="add works, or set concepts.min_documents = 1",
                    severity="note",
                )
            )
        out.summary = Summary(
            "concepts",
            counts,
            f"{len(concepts)} concepts in {n_works} works, {len(theme_rows)} themes" if concepts else "no concepts",
        )
    return out.summary


def _edge_rows(edges: Sequence[Any], ids: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for edge in edges:
        source, target = sorted((ids[edge.source], ids[edge.target]))
        rows.append({"source_id": source, "target_id": target, "n": edge.n, "strength": round(edge.strength, 6)})
    return sorted(rows, key=lambda row: (row["source_id"], row["target_id"]))


def _theme_rows(
    concepts: Sequence[Concept],
    ids: Sequence[str],
    labels: Sequence[int],
    figures: Sequence[tuple[float, float]],
    as_bibliometrix: Sequence[tuple[float, float]],
) -> tuple[list[str], list[dict[str, Any]]]:
    """Name themes by their three widest concepts; no two names are equal."""
    theme_ids, rows = [], []
    for theme, (centrality, density) in enumerate(figures):
        members = [row for row, label in enumerate(labels) if label == theme]
        members.sort(key=lambda row: (-len(concepts[row].works), concepts[row].key))
        theme_id = content_id("ct", *sorted(ids[row] for row in members), length=8)
        theme_ids.append(theme_id)
        rows.append(
            {
                "cluster_id": theme_id,
                "label": ", ".join(concepts[row].label for row in members[:3]),
                "n_concepts": len(members),
                "centrality": round(centrality, 6),
                "density": round(density, 6),
                "bibliometrix_centrality": round(as_bibliometrix[theme][0], 6),
                "bibliometrix_density": round(as_bibliometrix[theme][1], 6),
                "n_documents": len(frozenset().union(*(concepts[row].works for row in members))),
            }
        )
    return theme_ids, rows


def _flow_rows(
    concepts: Sequence[Concept], ids: Sequence[str], works: Mapping[str, Mapping[str, Any]], seed: int
) -> list[dict[str, Any]]:
    """Thematic evolution over the literature; themes are named by their three widest concepts."""
    years = {w: row["year"] for w, row in works.items() if row["kind"] != "policy" and row["year"] is not None}
    held = [frozenset(work for work in c.works if work in years) for c in concepts]
    rows: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for flow in evolution(held, years, seed=seed):
        key = (
            f"{flow.period[0]}-{flow.period[1]}",
            ", ".join(concepts[row].label for row in flow.theme[:3]),
            f"{flow.next_period[0]}-{flow.next_period[1]}",
            ", ".join(concepts[row].label for row in flow.next_theme[:3]),
        )
        rows[key] = {
            **dict(zip(("period", "theme", "next_period", "next_theme"), key, strict=True)),
            "inclusion": round(flow.inclusion, 6),
            "stability": round(flow.stability, 6),
            "weighted_inclusion": round(flow.weighted, 6),
            "concepts": sorted(ids[row] for row in set(flow.theme) & set(flow.next_theme)),
        }
    return [rows[key] for key in sorted(rows)]


def _contested_rows(
    project: Project,
    concepts: Sequence[Concept],
    ids: Sequence[str],
    passages: Sequence[Passage],
    works: Mapping[str, Mapping[str, Any]],
    home: Mapping[str, str],
) -> tuple[list[dict[str, Any]], int]:
    """Concepts that keep different company in two traditions, among research works."""
    own = {work: cluster for work, cluster in home.items() if works[work]["kind"] != "policy"}
    sizes: dict[str, int] = {}
    for cluster in own.values():
        sizes[cluster] = sizes.get(cluster, 0) + 1
    if sum(size >= WORKS for size in sizes.values()) < 2:
        return [], 0
    phrases = {form: concept_id for concept_id, concept in zip(ids, concepts, strict=True) for form in concept.variants}
    texts = [(p.passage_id, p.work_id, strip_boilerplate(p.text)) for p in passages if p.work_id in own]
    uses, words, rarity = uses_of(texts, phrases)
    found, tested = contested(uses, words, rarity, own, project.rng("contested"))
    return [
        {
            "concept_id": one.term, "cluster_id": one.side, "other_id": one.other,
            "divergence": round(one.divergence, 6), "excess": round(one.excess, 6), "z": round(one.z, 4),
            "n_works": one.works[0], "n_works_other": one.works[1],
            "words": list(one.words[0]), "words_other": list(one.words[1]),
            "quotes": list(one.quotes[0]), "quotes_other": list(one.quotes[1]),
        }
        for one in found
    ], tested  # fmt: skip


def _concept_rows(
    concepts: Sequence[Concept],
    ids: Sequence[str],
    labels: Sequence[int],
    theme_ids: Sequence[str],
    works: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    rows = []
    for concept, concept_id, label in zip(concepts, ids, labels, strict=True):
        years = [works[w]["year"] for w in sorted(concept.works) if works[w]["year"] is not None]
        rows.append(
            {
                "concept_id": concept_id,
                "label": concept.label,
                "language": concept.language,
                "n_documents": len(concept.works),
                "n_mentions": sum(concept.places.values()),
                "mean_year": round(sum(years) / len(years), 2) if years else None,
                "cluster_id": theme_ids[label] if label >= 0 else "",
                "variants": list(concept.variants),
            }
        )
    return rows
