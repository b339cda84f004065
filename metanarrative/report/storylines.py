"""The chapter of traditions and proposals: clusters, what stands for them, landmarks or none, main paths."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from metanarrative.map.views.storyline import STILL
from metanarrative.report.facts import TRADITIONS, Facts, Part, Row, cite
from metanarrative.report.parts import Heading, Picture, Table, Text, ToWrite, counts_line

_ROLE_WORDS = {
    "earliest": "Earliest works",
    "bridge": "Bridges to other clusters",
    "recent": "Most recent works",
}


def traditions_part(facts: Facts, pictures: Mapping[str, str]) -> list[Part]:
    """Return the chapter of clusters and traditions, each with its evidence or what is missing."""
    parts: list[Part] = [Heading(TRADITIONS)]
    said = facts.said("traditions")
    if not facts.clusters:
        parts += [Text(message, soft=True) for message in said]
        parts.append(Text("No clusters stand: the corpus gives no basis for traditions."))
        return parts
    if "tradition" in pictures:
        parts.append(
            Picture(
                "The works, near where their text and citations are near; there are no axes and distance is "
                "approximate. Colour and shape: cluster. Size: times cited here. Hollow: low confidence or no cluster.",
                pictures["tradition"],
                "tradition.html",
            )
        )
    parts.append(
        Table(
            "Clusters",
            ("cluster", "works", "policy documents", "years", "stability", "terms"),
            [
                (
                    facts.names[row["cluster_id"]],
                    facts.placed[row["cluster_id"], "literature"],
                    facts.placed[row["cluster_id"], "policy"],
                    f"{row['first_year'] or '?'}–{row['last_year'] or '?'}",
                    f"{row['stability']:.2f} ({row['grade']})" if row["stability"] is not None else row["grade"],
                    ", ".join(json.loads(row["terms"] or "[]")[:6]),
                )
                for row in facts.clusters
            ],
            note="Stability: mean best Jaccard overlap with the clusters of resampled works; below 0.60 provisional.",
        )
    )
    parts += [Text(message, soft=True) for message in said]
    if "storyline" in pictures:
        thick = any(row["role"] == "main-path" for row in facts.storyline)
        parts.append(
            Picture(
                "Citations through time: years run downwards, a lane is a cluster, a line leads from a work to one "
                "that cites it. "
                + ("Thick: the main path." if thick else "No main path: too few citations between these works.")
                + (
                    f" At most {STILL} works are drawn: those with a role or on the main path, then the most cited "
                    "of those that a citation links; the page has more."
                    if sum(1 for work_id in facts.memberships if facts.work.get(work_id, {}).get("year")) > STILL
                    else ""
                ),
                pictures["storyline"],
                "storyline.html",
            )
        )
    parts += [Text(rule, soft=True) for rule in _rules(facts.storyline)]
    by_cluster: dict[str, list[Row]] = defaultdict(list)
    for row in facts.storyline:
        by_cluster[row["cluster_id"]].append(row)
    for row in facts.clusters:
        parts += _storyline(facts, row, by_cluster[row["cluster_id"]])
    if by_cluster.get("all"):
        parts.append(Heading("Across all clusters", 3))
        parts += [Text(line) for line in _evidence_lines(facts, by_cluster["all"])]
    for message in facts.said("storyline"):
        parts.append(Text(message, soft=True))
    return parts


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rules(rows: Sequence[Row]) -> list[str]:
    """Return the rule that found no landmark, once where every cluster states the same."""
    stated = {_reason(row["evidence"])[0] for row in rows if row["role"] == "none"}
    return sorted(stated) if len(stated) == 1 else []


def _reason(evidence: str) -> tuple[str, str]:
    """Return the rule that was not met, and what is particular to the cluster.

    Examples
    --------
    >>> _reason("None: No work meets two of three signals. No work of 16 has parsed references.")
    ('No work meets two of three signals.', 'No work of 16 has parsed references.')
    """
    rule, _, own = evidence.removeprefix("None: ").partition(". ")
    rule = rule if rule.endswith(".") else f"{rule}."
    return f"{rule[:1].upper()}{rule[1:]}", own


def _storyline(facts: Facts, cluster: Row, rows: list[Row]) -> list[Part]:
    parts: list[Part] = [Heading(_capital(facts.names[cluster["cluster_id"]]), 3)]
    mine = [(w, m) for w, m in facts.memberships.items() if m["cluster_id"] == cluster["cluster_id"]]
    grades = Counter(m["grade"] for w, m in mine if facts.work.get(w, {}).get("kind") == "literature")
    n_policy = facts.placed[cluster["cluster_id"], "policy"]
    best = [facts.work[w] for w in json.loads(cluster["representatives"] or "[]") if w in facts.work]
    parts.append(
        Text(
            f"{sum(grades.values())} works ({counts_line(sorted(grades.items()))})"
            + (f" and {n_policy} policy documents placed by their passages. " if n_policy else ". ")
            + ("Works that stand for it: " + "; ".join(cite(w) for w in best[:5]) + "." if best else "")
        )
    )
    parts += [Text(line) for line in _evidence_lines(facts, rows)]
    if not cluster["accepted"]:
        parts.append(ToWrite(f'is this a tradition? metanarrative decide name T{cluster["number"]} "..." or reject'))
    else:
        parts.append(ToWrite("the storyline in words: events, people, turning points"))
    return parts


def _evidence_lines(facts: Facts, rows: list[Row]) -> list[str]:
    order = {"landmark": 0, "none": 0, "earliest": 1, "main-path": 2, "bridge": 3, "recent": 4}
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (order.get(r["role"], 9), r["year"] or 0, r["work_id"])):
        grouped[row["role"]].append(row)
    lines = []
    for role, found in grouped.items():
        if role == "none":
            rule, own = _reason(found[0]["evidence"])
            once = _rules(facts.storyline)
            lines.append(f"Landmarks: none. {own if own and rule in once else f'{rule} {own}'.strip()}")
        elif role == "landmark":
            lines += [
                f"Landmark candidate: {cite(facts.work[r['work_id']])}. {r['evidence']}"
                for r in found
                if r["work_id"] in facts.work
            ]
        elif role == "main-path":
            lines += _chains(facts, found)
        else:
            label = _ROLE_WORDS.get(role, role.capitalize())
            lines.append(
                f"{label}: "
                + "; ".join(cite(facts.work[r["work_id"]]) for r in found if r["work_id"] in facts.work)
                + "."
            )
    return lines


def _chains(facts: Facts, rows: list[Row]) -> list[str]:
    """Print the main path of a cluster as it hangs together: one line a connected group, never one line for all."""
    import networkx

    arcs = facts.project.store.read("main_path", where={"scope": rows[0]["cluster_id"], "on_path": 1})
    graph = networkx.DiGraph([(arc["source_id"], arc["target_id"]) for arc in arcs])

    def place(work_id: str) -> tuple[int, str]:
        return (facts.work[work_id]["year"] or 0, work_id)

    groups = [sorted(group & facts.work.keys(), key=place) for group in networkx.weakly_connected_components(graph)]
    groups = sorted((group for group in groups if group), key=lambda group: (-len(group), place(group[0])))
    lines = []
    for number, group in enumerate(groups, 1):
        straight = all(graph.out_degree(node) <= 1 and graph.in_degree(node) <= 1 for node in group)
        how = "each cited by the next" if straight else "in order of year; its lines branch"
        head = f"Main path, chain {number} of {len(groups)}" if len(groups) > 1 else "Main path"
        joined = (" → " if straight else "; ").join(cite(facts.work[node]) for node in group)
        lines.append(f"{head} ({how}): {joined}.")
    return lines
