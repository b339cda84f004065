"""The chapter of concepts: which run through which clusters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from metanarrative.report.facts import Facts, Part
from metanarrative.report.parts import Heading, Picture, Table, Text

MOST_CONCEPTS = 15
TOO_WIDE = 0.4
"""A word in more than this share of all documents tells no cluster from another."""


def concepts_part(facts: Facts, pictures: Mapping[str, str]) -> list[Part]:
    """Return the chapter of concepts: in how many works of each cluster each of them stands."""
    store = facts.project.store
    parts: list[Part] = [Heading("Concepts across clusters")]
    concepts = {row["concept_id"]: row for row in store.read("concept")}
    if not concepts:
        parts.append(Text("No concept occurs in enough works."))
        return parts
    if "concepts" in pictures:
        parts.append(
            Picture("Concepts that occur together more than by chance.", pictures["concepts"], "concepts.html")
        )
    if "themes" in pictures:
        parts.append(Picture("Themes of concepts: ties to others and ties inside.", pictures["themes"], "themes.html"))
    works: dict[str, set[str]] = defaultdict(set)
    policy: dict[str, set[str]] = defaultdict(set)
    for row in store.read("mention", columns=("concept_id", "work_id")):
        kind = facts.work.get(row["work_id"], {}).get("kind")
        (policy if kind == "policy" else works)[row["concept_id"]].add(row["work_id"])
    every = sum(facts.flow(stream).included for stream in ("literature", "policy"))
    wide = [c for c in concepts.values() if len(works[c["concept_id"]] | policy[c["concept_id"]]) > TOO_WIDE * every]
    names = {c["concept_id"] for c in wide}
    kept = [c for c in concepts.values() if c["concept_id"] not in names]
    top = sorted(kept, key=lambda c: (-len(works[c["concept_id"]]), -c["n_documents"], c["label"]))[:MOST_CONCEPTS]
    home = {work: row["cluster_id"] for work, row in facts.memberships.items()}
    counts = {c["concept_id"]: Counter(home.get(work, "") for work in works[c["concept_id"]]) for c in top}
    note = (
        f"{len(top)} of {len(concepts)} concepts, those in most works of literature; the columns of clusters count "
        "literature only. A concept may run through several traditions; the same word may carry different senses."
    )
    if wide:
        left = ", ".join(sorted(c["label"] for c in wide))
        note += f" Left out, because more than {100 * TOO_WIDE:.0f} % of all documents have them: {left}."
    parts.append(
        Table(
            "Works of each cluster that mention a concept",
            ("concept", "literature", "policy", *(f"T{c['number']}" for c in facts.clusters)),
            [
                (
                    c["label"],
                    len(works[c["concept_id"]]),
                    len(policy[c["concept_id"]]),
                    *(counts[c["concept_id"]][k["cluster_id"]] for k in facts.clusters),
                )
                for c in top
            ],
            note=note,
        )
    )
    return parts
