"""What the storyline is made from: works with lanes and years, citations, the main path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metanarrative.map.views.common import (
    first_sentence,
    loads,
    meta_of,
)
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read roles, main paths and citations, and the works they concern."""
    store = project.store
    roles: dict[str, list[dict[str, Any]]] = {}
    for row in store.read("storyline"):
        if row["role"] != "none":
            roles.setdefault(row["work_id"], []).append(row)
    none = {row["cluster_id"]: row["evidence"] for row in store.read("storyline") if row["role"] == "none"}
    members = {row["work_id"]: row["cluster_id"] for row in store.read("membership")}
    citations = store.read("citation", columns=("citing_id", "cited_id"))
    paths = store.read("main_path", where={"on_path": 1})
    on_path = {(row["source_id"], row["target_id"]): max(0.0, row["share"]) for row in paths}
    cited: dict[str, int] = {}
    for row in citations:
        cited[row["cited_id"]] = cited.get(row["cited_id"], 0) + 1
    in_path = {end for pair in on_path for end in pair}
    works = []
    for row in store.read("work"):
        work_id = row["work_id"]
        if row["kind"] != "literature" and work_id not in roles and work_id not in in_path:
            continue
        if row["year"] is None or (work_id not in members and work_id not in roles):
            continue
        mine = roles.get(work_id, [])
        works.append(
            {
                "id": work_id,
                "title": row["title"],
                "authors": loads(row["authors"], []),
                "year": row["year"],
                "venue": row["venue"] or row["issuer"],
                "doi": row["doi"],
                "kind": row["kind"],
                "lane": members.get(work_id, ""),
                "cited": cited.get(work_id, 0),
                "main": work_id in in_path,
                "roles": [{"role": r["role"], "score": r["score"], "evidence": r["evidence"]} for r in mine],
                "quote": cut(row["abstract"], 1500) if settings.abstracts else first_sentence(row["abstract"], 280),
            }
        )
    included = project.included()
    literature = [
        row
        for row in store.read("work", columns=("work_id", "n_references"), where={"kind": "literature"})
        if row["work_id"] in included
    ]
    return {
        "meta": meta_of(project, settings),
        "clusters": store.read("cluster"),
        "works": works,
        "links": [
            {
                "cited": row["cited_id"],
                "citing": row["citing_id"],
                "main": (row["cited_id"], row["citing_id"]) in on_path,
            }
            for row in citations
        ],
        "none": none,
        "phases": store.read("phase"),
        "n_works": len(literature),
        "with_references": sum(1 for row in literature if row["n_references"]),
        "without_year": sum(
            1
            for row in store.read("work", columns=("year", "kind"))
            if row["year"] is None and row["kind"] == "literature"
        ),
    }
