# ruff: noqa: E501  (made rows are read better in one line)
"""A made project with rows in every table that the pages read, and made pages of other sizes.

Rows go into the store directly: no file is read and no language model asked.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import metanarrative as mn
from metanarrative.map.layout import neighbour_layout
from metanarrative.map.page import columnar, render
from metanarrative.map.pyvis_engine import network_data
from metanarrative.map.views import concepts, tradition

TOPICS = ("care plan", "recovery", "hope", "key worker", "personal budget", "risk", "peer support", "advocacy",
          "crisis", "discharge", "assessment", "respite", "choice", "voice", "identity", "safety plan")  # fmt: skip


def made_graph(n: int, rng: np.random.Generator, k: int = 12) -> tuple[Any, Any, Any, Any, Any]:
    """Return groups, random-projected vectors and nearest-neighbour links of `n` made works."""
    centres = rng.normal(size=(max(3, min(12, n // 60)), 24))
    group = rng.integers(0, len(centres), n)
    matrix = centres[group] + rng.normal(scale=0.75, size=(n, 24))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    source, target, weight = [], [], []
    for begin in range(0, n, 1000):
        near = matrix[begin : begin + 1000] @ matrix.T
        near[np.arange(len(near)), begin + np.arange(len(near))] = -1
        best = np.argpartition(-near, k, axis=1)[:, :k]
        source.append(np.repeat(np.arange(begin, begin + len(near)), k))
        target.append(best.ravel())
        weight.append(np.take_along_axis(near, best, axis=1).ravel())
    a, b, w = np.concatenate(source), np.concatenate(target), np.concatenate(weight)
    keys, first = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_index=True)
    return group, matrix, keys // n, keys % n, w[first]


def make_project(root: Path, n: int, seed: int = 7) -> mn.Project:
    """Make a project of `n` works and 200 policy documents, with rows in every table the pages read."""
    rng = np.random.default_rng(seed)
    project = mn.Project.init(root, title=f"A made literature of {n:,} works")
    group, _, source, target, weight = made_graph(n, rng)
    ids = [f"wk_{i:06d}" for i in range(n)]
    years = rng.integers(1980, 2025, n)
    n_policy = 200
    policy = [f"wk_p{i:05d}" for i in range(n_policy)]
    nation = ["england" if i % 2 else "wales" for i in range(n_policy)]

    def title(i: int) -> str:
        return f"{TOPICS[int(group[i]) % 16].capitalize()} and {TOPICS[(i * 7) % 16]} in community care, part {i}"

    with project.writing("read") as out:
        out.write("source", [{"source_id": "src_0", "file": "made.csv", "kind": "literature", "sha256": "0" * 64,
                              "format": "table", "n_found": n + n_policy, "n_read": n + n_policy}])  # fmt: skip
    with project.writing("dedupe") as out:
        out.write("work", [
            {"work_id": w, "kind": "literature", "title": title(i), "authors": json.dumps([f"Author{i % 3000}, A."]),
             "year": int(years[i]), "venue": f"Journal {i % 200}", "doi": f"10.5555/made.{i}",
             "abstract": f"This made sentence number {i} speaks of {TOPICS[i % 16]} and of how plans are kept. More.",
             "n_records": 1, "n_references": 12}
            for i, w in enumerate(ids)
        ] + [
            {"work_id": w, "kind": "policy", "title": f"A made code of practice, {i}", "authors": "[]",
             "year": 1990 + i % 35, "nation": nation[i], "issuer": "A ministry", "force": "guidance", "n_records": 1}
            for i, w in enumerate(policy)
        ])  # fmt: skip
    with project.writing("screen") as out:
        out.write("screening", [{"work_id": w, "verdict": "included"} for w in [*ids, *policy]])
    passages = [f"ps_{i:06d}" for i in range(20 * n_policy)]
    with project.writing("embed") as out:
        out.write("passage", [
            {"passage_id": p, "work_id": policy[i // 20], "position": i % 20 + 1, "kind": "paragraph", "language": "en",
             "nation": nation[i // 20], "page": i % 20 + 1, "section": "Duties",
             "text": f"The coordinator must review the {TOPICS[i % 16]} of the person every year, as clause {i} says."}
            for i, p in enumerate(passages)
        ])  # fmt: skip
    cites = [(a, b) for a, b in zip(source.tolist(), target.tolist(), strict=True) if years[a] != years[b]][: 4 * n]
    cites = [(a, b) if years[a] > years[b] else (b, a) for a, b in cites]
    with project.writing("graph") as out:
        out.write(
            "citation", [{"citing_id": ids[a], "cited_id": ids[b], "match": "doi", "score": 1.0} for a, b in cites]
        )
        out.write("edge", [
            {"layer": "text", "source_id": ids[a], "target_id": ids[b], "weight": float(w)}
            for a, b, w in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True)
        ] + [
            {"layer": "coupling", "source_id": ids[a], "target_id": ids[b], "weight": 1.0 + (a + b) % 5}
            for a, b in zip(source[::2].tolist(), target[::2].tolist(), strict=True)
        ])  # fmt: skip
        out.write("reference", [
            {"work_id": policy[i % n_policy], "position": i // n_policy + 1, "raw": f"Author{i} (2001) A title.",
             "node": ids[(i * 37) % n], "cited_work_id": ids[(i * 37) % n], "match": "doi" if i % 3 else "title-year",
             "score": 1.0}
            for i in range(2 * n_policy)
        ])  # fmt: skip
    sizes = np.bincount(group)
    order = np.argsort(-sizes, kind="stable")
    with project.writing("traditions") as out:
        out.write("cluster", [
            {"cluster_id": f"cl_{g}", "number": rank, "size": int(sizes[g]), "first_year": 1980, "last_year": 2024,
             "stability": 0.8, "grade": "stable", "label": f"{TOPICS[g % 16]}, {TOPICS[(g + 3) % 16]}", "terms": json.dumps([TOPICS[g % 16]]),
             "representatives": "[]", "anchors": "[]"}
            for rank, g in enumerate(order.tolist(), 1)
        ])  # fmt: skip
        out.write("membership", [
            {"work_id": w, "cluster_id": f"cl_{group[i]}", "strength": 0.8, "second_cluster_id": "cl_0",
             "second_strength": 0.1, "agreement": 0.9, "confidence": 0.7 if i % 9 else 0.3, "grade": "member",
             "placed_by": "machine", "text_share": 0.7, "citation_share": 0.3, "bridge": 0.2}
            for i, w in enumerate(ids)
        ] + [
            {"work_id": w, "cluster_id": "" if i % 3 else f"cl_{i % len(sizes)}", "second_cluster_id": f"cl_{(i + 1) % len(sizes)}",
             "strength": 0.4, "placed_by": "passages", "grade": "member"}
            for i, w in enumerate(policy)
        ])  # fmt: skip
    with project.writing("storyline") as out:
        chain = sorted(rng.choice(n, 24, replace=False).tolist(), key=lambda i: (years[i], i))
        out.write("main_path", [
            {"scope": "all", "source_id": ids[a], "target_id": ids[b], "weight": "1", "share": 0.1, "on_path": 1}
            for a, b in itertools.pairwise(chain) if years[a] < years[b]
        ])  # fmt: skip
        out.write(
            "storyline", [{"cluster_id": "all", "work_id": "", "role": "none", "evidence": "No work meets the rule."}]
        )
    n_concepts = 150
    concepts = [f"cn_{i:03d}" for i in range(n_concepts)]
    with project.writing("concepts") as out:
        out.write("concept", [
            {"concept_id": c, "label": f"{TOPICS[i % 16]} {i}", "language": "en", "n_documents": 400 - 2 * i, "n_mentions": 900,
             "mean_year": 2005.0, "cluster_id": f"ct_{i % 8}", "variants": "[]"}
            for i, c in enumerate(concepts)
        ])  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for c in concepts:
            for p in rng.choice(len(passages), 60, replace=False).tolist():
                seen.add((c, passages[p]))
        of = {p: policy[i // 20] for i, p in enumerate(passages)}
        out.write("mention", [{"concept_id": c, "passage_id": p, "work_id": of[p], "n": 1} for c, p in sorted(seen)])
        pairs = sorted({tuple(sorted(rng.choice(n_concepts, 2, replace=False).tolist())) for _ in range(2000)})
        out.write("concept_edge", [
            {"source_id": concepts[a], "target_id": concepts[b], "n": 4, "strength": 1.0 + (a * b) % 7} for a, b in pairs
        ])  # fmt: skip
        out.write("concept_theme", [
            {"cluster_id": f"ct_{i}", "label": f"{TOPICS[i]}, {TOPICS[i + 8]}", "n_concepts": n_concepts // 8,
             "centrality": 20.0 + 9 * ((i * 5) % 8), "density": 10.0 + 8 * ((i * 3) % 8), "n_documents": 300 - 30 * i}
            for i in range(8)
        ])  # fmt: skip
    with project.writing("compare") as out:
        themes = [f"theme-{i}" for i in range(12)]
        out.write(
            "theme",
            [
                {"theme_id": t, "name": TOPICS[i].capitalize(), "n_passages": 40, "grade": "strong"}
                for i, t in enumerate(themes)
            ],
        )
        out.write("provision", [
            {"passage_id": p, "work_id": of[p], "position": 1, "nation": nation[i // 20], "language": "en",
             "force": ("must", "should", "may", "aspires")[(i * i) % 4], "cue": "must", "theme": themes[i % 12],
             "bearer": "the coordinator", "sentence": f"The coordinator must review plan {i}.", "confidence": 0.9}
            for i, p in enumerate(passages)
        ])  # fmt: skip
        out.write("contrast", [
            {"facet": "nation", "side_a": "england", "side_b": "wales", "kind": "theme", "item": t,
             "estimate": (i - 6) / 4, "low": (i - 6) / 4 - 0.5, "high": (i - 6) / 4 + 0.5, "p": 0.01, "q": 0.04,
             "share_a": 0.1, "share_b": 0.2, "n_docs_a": 90, "n_docs_b": 88, "n_a": 10, "n_b": 20, "dispersion": 0.3,
             "verdict": "differs" if abs(i - 6) > 2 else "no clear difference"}
            for i, t in enumerate(themes)
        ])  # fmt: skip
        out.write("alignment", [
            {"passage_id": passages[20 + 40 * i], "other_id": passages[40 * i], "theme": themes[i % 12], "similarity": 0.7,
             "margin": 1.2, "verdict": "shared", "differs": "{}", "decided_by": "machine"}
            for i in range(len(passages) // 40 - 1)
        ])  # fmt: skip
    return project


def shift(n: int) -> float:
    """Return the median move of old works, as a share of the map's width, when 5 % new ones come."""
    rng = np.random.default_rng(3)
    group, matrix, source, target, weight = made_graph(n, rng)
    old = int(n / 1.05)
    keep = (source < old) & (target < old)
    first = neighbour_layout(old, source[keep], target[keep], weight[keep], np.random.default_rng(1),
                             matrix=matrix[:old], groups=group[:old].tolist())  # fmt: skip
    then = neighbour_layout(n, source, target, weight, np.random.default_rng(1), matrix=matrix, groups=group.tolist())
    return float(np.median(np.linalg.norm(first - then[:old], axis=1)) / 2)


def large(n: int, n_links: int) -> str:
    """Return a tradition map of `n` marks and `n_links` links, at made places."""
    rng = np.random.default_rng(5)
    group = rng.integers(0, 8, n)
    spots = np.clip(rng.normal(size=(8, 2))[group] * 0.45 + rng.normal(scale=0.12, size=(n, 2)), -1, 1)
    works = [
        {"id": f"wk_{i}", "title": f"Made work {i} on {TOPICS[i % 16]}", "authors": [f"Author{i % 3000}, A."],
         "year": 1980 + i % 45, "venue": f"Journal {i % 200}", "doi": "", "kind": "literature", "nation": "",
         "cluster": f"cl_{group[i]}", "strength": 0.8, "agreement": 0.9, "confidence": 0.7, "grade": "member",
         "second": "", "second_strength": 0.0, "bridge": 0.1, "placed_by": "machine", "text_share": 0.7,
         "citation_share": 0.3, "cited": int(rng.pareto(1.3)), "quote": f"A made sentence, {i}.",
         "x": round(float(spots[i, 0]), 4), "y": round(float(spots[i, 1]), 4)}
        for i in range(n)
    ]  # fmt: skip
    ends = rng.integers(0, n, (n_links, 2))
    clusters = [{"cluster_id": f"cl_{g}", "number": g + 1, "tradition": "", "accepted": 0, "label": TOPICS[g],
                 "size": int((group == g).sum()), "stability": 0.8} for g in range(8)]  # fmt: skip
    meta = {"title": "Made", "seed": 1, "versions": {}, "inputs": "", "settings": {}, "notices": [], "cite": "",
            "lang": "en", "views": [], "abstracts": False}  # fmt: skip
    pairs = sorted({(min(a, b), max(a, b), 0.5) for a, b in ends.tolist() if a != b})
    return tradition.build({"meta": meta, "clusters": clusters, "works": works, "pairs": pairs, "max_links": n_links})


def network(n: int, n_links: int) -> str:
    """Return a concept map of `n` nodes and `n_links` links by pyvis, at made places: more than the view itself draws."""
    rng = np.random.default_rng(9)
    one = {"concept_id": "c0", "label": "care plan", "language": "en", "n_documents": 2, "n_mentions": 3, "mean_year": 2005.0,
           "cluster_id": "t0", "variants": "[]", "x": 0.0, "y": 0.0}  # fmt: skip
    two = {**one, "concept_id": "c1", "label": "recovery", "x": 0.5}
    edges = [{"source_id": "c0", "target_id": "c1", "n": 2, "strength": 1.5}]
    meta = {"title": "Made", "seed": 1, "versions": {}, "inputs": "", "settings": {}, "notices": [], "cite": "",
            "lang": "en", "views": [], "abstracts": False}  # fmt: skip
    page = concepts.page_of({"meta": meta, "concepts": [one, two], "edges": edges, "themes": []})
    spots = 50 * np.sqrt(n) * np.clip(rng.normal(scale=0.45, size=(n, 2)), -1, 1)
    nodes = [{"id": i, "label": f"{TOPICS[i % 16]} {i}", "x": round(float(x), 1), "y": round(float(y), 1),
              "size": 6 + float(rng.pareto(2)), "colour": "#0072B2", "shape": "disc", "font": 22 if i < 18 else 12}
             for i, (x, y) in enumerate(spots)]  # fmt: skip
    ends = sorted({(int(min(a, b)), int(max(a, b))) for a, b in rng.integers(0, n, (2 * n_links, 2)) if a != b})[
        :n_links
    ]
    links = [{"source": a, "target": b, "strength": 1.0 + (a * b) % 7, "width": 1.0} for a, b in ends]
    items = [
        {"id": f"c{i}", "t": node["label"], "k": "Concept", "g": 0, "d": 3, "m": 5} for i, node in enumerate(nodes)
    ]
    made = {**network_data(nodes, links), "steps": [0.0, 2.0, 4.0]}
    return render(replace(page, data={**page.data, "items": columnar(items), "network": made}))
