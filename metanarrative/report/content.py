"""What the report says: every sentence filled from the store, with the ids it rests on."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metanarrative.config import describe
from metanarrative.model import Problem
from metanarrative.report.contested import FILE, parts_of, read_points
from metanarrative.report.flow import Flow, document_flow
from metanarrative.report.parts import Heading, Picture, Quote, Report, Table, Text, ToWrite, counts_line
from metanarrative.report.rameses import ITEMS

if TYPE_CHECKING:
    from metanarrative.project import Project

Part = Heading | Text | ToWrite | Table | Picture | Quote
Row = dict[str, Any]

_ROLE_WORDS = {
    "earliest": "Earliest works",
    "bridge": "Bridges to other clusters",
    "recent": "Most recent works",
}

MOST_CONCEPTS = 15
MOST_TERMS = 20
DIFFERENCE = "difference (percentage points, 95 %)"
TOO_WIDE = 0.4
"""A word in more than this share of all documents tells no cluster from another."""

FORCE_ORDER = ("must", "must-not", "should", "should-not", "may", "need-not", "aspires", "will")


def build(project: Project, pictures: Mapping[str, str], *, question: str = "") -> Report:
    """Collect the report from the store.

    Parameters
    ----------
    project : Project
    pictures : mapping of view name to SVG
    question : str
        Printed at the head; the project's own where empty.
    """
    facts = _Facts(project)
    parts: list[Part] = _question(question or project.question)
    parts += _flow(facts)
    parts += _traditions(facts, pictures)
    parts += _concepts(facts, pictures)
    parts += _comparison(facts, pictures)
    parts += _lineage(facts, pictures)
    contested, problems = _contested(facts)
    parts += contested
    parts += _method(facts)
    parts += _checklist(facts, question or project.question)
    parts += _provenance(facts)
    return Report(project.title, tuple(parts), tuple(problems))


class _Facts:
    """Everything the report reads, once."""

    def __init__(self, project: Project) -> None:
        store = project.store
        self.project = project
        self.sources = store.read("source")
        self.works = store.read("work")
        self.work = {row["work_id"]: row for row in self.works}
        self.screening = {row["work_id"]: row for row in store.read("screening")}
        self.memberships = {row["work_id"]: row for row in store.read("membership")}
        self.clusters = sorted(store.read("cluster"), key=lambda row: row["number"])
        self.names = {row["cluster_id"]: cluster_name(row) for row in self.clusters}
        kinds = {row["work_id"]: row["kind"] for row in self.works}
        self.placed = Counter((m["cluster_id"], kinds.get(w, "")) for w, m in self.memberships.items())
        self.problems = [row for row in store.read("problem") if row["stage"] not in ("map", "report")]
        self.runs = {row["stage"]: row for row in store.read("run")}
        self.storyline = store.read("storyline")
        self.themes = store.read("theme")
        self.theme_name = {row["theme_id"]: row["name"] for row in self.themes}

    def flow(self, stream: str) -> Flow:
        """Return the checked document flow of one stream."""
        return document_flow(
            stream,
            sources=self.sources,
            works=self.works,
            screening=self.screening,
            memberships=self.memberships,
            names=self.names,
        )

    def said(self, stage: str, *codes: str) -> list[str]:
        """Return the messages a stage listed, without repeats, in order."""
        found = [p["message"] for p in self.problems if p["stage"] == stage and (not codes or p["code"] in codes)]
        return list(dict.fromkeys(found))


def cluster_name(row: Mapping[str, Any]) -> str:
    """Return what a cluster is called: a tradition only where a person has ruled.

    Examples
    --------
    >>> cluster_name({"number": 2, "accepted": 0, "tradition": "", "label": "care plan"})
    'proposal T2 (care plan)'
    >>> cluster_name({"number": 2, "accepted": 1, "tradition": "Care planning", "label": "care plan"})
    'Care planning (T2)'
    """
    if row["accepted"]:
        return f"{row['tradition'] or row['label']} (T{row['number']})"
    return f"proposal T{row['number']} ({row['label']})"


def _question(question: str) -> list[Part]:
    parts: list[Part] = [Heading("Question")]
    if question:
        parts.append(Text(question))
    else:
        parts.append(ToWrite('the review question: question = "..." in metanarrative.toml'))
    parts.append(
        Text(
            "Clusters in this report are proposals by the machine. A cluster is called a tradition only where a "
            "named person has accepted, named or edited it. Places marked as to be written are left empty on purpose.",
            soft=True,
        )
    )
    return parts


def _flow(facts: _Facts) -> list[Part]:
    parts: list[Part] = [Heading("Document flow")]
    for stream in ("literature", "policy"):
        flow = facts.flow(stream)
        if not flow.found:
            parts.append(Text(f"No {stream} was read."))
            continue
        rows = [
            ("entries found in the files", flow.found),
            ("could not be read (listed as problems)", flow.lost),
            ("records read", flow.records),
            ("joined to another record of the same work", flow.merged),
            ("works", flow.works),
            ("excluded", flow.excluded),
            ("included", flow.included),
            ("of these in a cluster", flow.included - flow.alone),
            ("of these in none: listed, not forced", flow.alone),
        ]
        parts.append(Table(f"Flow of {stream}", ("step", "number"), rows, note="The sums are checked as it is built."))
        detail = [f"Routes: {counts_line(flow.routes)}; {flow.several_routes} works arrived by more than one."]
        if flow.nations:
            detail.append(f"Nations: {counts_line(flow.nations)}.")
        if flow.reasons:
            detail.append(f"Reasons for exclusion: {counts_line(flow.reasons)}.")
        parts.append(Text(" ".join(detail)))
    literature = [w for w in facts.works if w["kind"] == "literature"]
    if literature:
        n = len(literature)
        shares = {
            "an abstract": sum(bool(w["abstract"]) for w in literature),
            "references": sum(w["n_references"] > 0 for w in literature),
            "a DOI": sum(bool(w["doi"]) for w in literature),
            "a year": sum(w["year"] is not None for w in literature),
        }
        parts.append(
            Table(
                "What the literature records carry",
                ("field", "works", "share"),
                [(name, count, f"{100 * count / n:.0f} %") for name, count in shares.items()],
                note=f"Of {n} works. A work without parsed references looks as if it cited nobody.",
            )
        )
    return parts


def _traditions(facts: _Facts, pictures: Mapping[str, str]) -> list[Part]:
    parts: list[Part] = [Heading("Traditions and proposals")]
    for message in facts.said("traditions"):
        parts.append(Text(message, soft=True))
    if not facts.clusters:
        parts.append(Text("No clusters stand: the corpus gives no basis for traditions."))
        return parts
    if "tradition" in pictures:
        parts.append(
            Picture("The works, near where their text and citations are near.", pictures["tradition"], "tradition.html")
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
    if "storyline" in pictures:
        parts.append(
            Picture("Citations through time; the thick line is the main path.", pictures["storyline"], "storyline.html")
        )
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


def _storyline(facts: _Facts, cluster: Row, rows: list[Row]) -> list[Part]:
    parts: list[Part] = [Heading(facts.names[cluster["cluster_id"]], 3)]
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


def _evidence_lines(facts: _Facts, rows: list[Row]) -> list[str]:
    order = {"landmark": 0, "none": 0, "earliest": 1, "main-path": 2, "bridge": 3, "recent": 4}
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (order.get(r["role"], 9), r["year"] or 0, r["work_id"])):
        grouped[row["role"]].append(row)
    lines = []
    for role, found in grouped.items():
        if role == "none":
            why = found[0]["evidence"].removeprefix("None: ")
            lines.append(f"Landmarks: none. {why[:1].upper()}{why[1:]}")
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


def _chains(facts: _Facts, rows: list[Row]) -> list[str]:
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


def cite(work: Mapping[str, Any]) -> str:
    """Return a short citation with the work's id.

    Examples
    --------
    >>> cite({"work_id": "wk_1", "authors": '["Leamy, Mary"]', "issuer": "", "title": "CHIME", "year": 2011})
    'Leamy (2011) CHIME [wk_1]'
    """
    authors = json.loads(work["authors"] or "[]")
    who = authors[0].split(",")[0] if authors else work["issuer"]
    title = work["title"] if len(work["title"]) < 90 else work["title"][:87] + "..."
    lead = f"{who} " if who else ""
    return f"{lead}({work['year'] if work['year'] is not None else 'n.d.'}) {title} [{work['work_id']}]"


def _concepts(facts: _Facts, pictures: Mapping[str, str]) -> list[Part]:
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


def _comparison(facts: _Facts, pictures: Mapping[str, str]) -> list[Part]:
    store = facts.project.store
    contrasts = store.read("contrast")
    parts: list[Part] = [Heading("England and Wales compared")]
    if not any(w["kind"] == "policy" for w in facts.works):
        parts.append(Text("No policy documents were read, so nothing is compared."))
        return parts
    sides = (contrasts[0]["side_a"], contrasts[0]["side_b"]) if contrasts else ("england", "wales")
    for message in facts.said("compare"):
        parts.append(Text(message, soft=True))
    if "compare" in pictures:
        parts.append(Picture(f"Emphasis, {sides[1]} against {sides[0]}.", pictures["compare"], "compare.html"))
    themes = sorted((c for c in contrasts if c["kind"] == "theme"), key=lambda c: (-abs(c["estimate"] or 0), c["item"]))
    if themes:
        parts.append(
            Table(
                "Themes: share of a document's passages",
                ("theme", sides[0], sides[1], "documents", DIFFERENCE, "verdict", "caveat"),
                [
                    (
                        facts.theme_name.get(c["item"], c["item"]),
                        _share(c, "a"),
                        _share(c, "b"),
                        f"{c['n_docs_a']} v {c['n_docs_b']}",
                        _interval(c),
                        c["verdict"],
                        c["caveat"],
                    )
                    for c in themes
                ],
                note="The mean of the documents' shares, and in brackets passages on the theme of all passages. The "
                "document is the unit. Absence of a word is not absence of the idea.",
            )
        )
    parts += _force(facts, pictures, contrasts, sides)
    terms = [c for c in contrasts if c["kind"] == "term"]
    terms.sort(key=lambda c: (-abs(c["estimate"] or 0), c["item"]))
    if terms:
        parts.append(
            Table(
                "Words that mark one side",
                ("word", "more in", "log-odds", "documents with it", "verdict", "caveat"),
                [
                    (
                        c["item"],
                        sides[1] if (c["estimate"] or 0) > 0 else sides[0],
                        c["estimate"],
                        f"{c['with_a']} of {c['n_docs_a']} v {c['with_b']} of {c['n_docs_b']}",
                        c["verdict"],
                        c["caveat"],
                    )
                    for c in terms[:MOST_TERMS]
                ],
                note=f"{min(len(terms), MOST_TERMS)} of {len(terms)} words, those with the largest log-odds; "
                "contrasts.csv has all.",
            )
        )
    parts += _aligned(facts, sides)
    return parts


def _force(facts: _Facts, pictures: Mapping[str, str], contrasts: list[Row], sides: tuple[str, str]) -> list[Part]:
    parts: list[Part] = [Heading("Force", 3)]
    if "force" in pictures:
        parts.append(Picture("Provisions by theme, side and force.", pictures["force"], "force.html"))
    provisions = [p for p in facts.project.store.read("provision") if not p["filter"] and p["force"] != "none"]
    counts: dict[tuple[str, str], int] = Counter((p["nation"], p["force"]) for p in provisions)
    if not provisions:
        parts.append(Text("No provision was found."))
        return parts
    forces = [f for f in FORCE_ORDER if any(counts[side, f] for side in sides)]
    named = {side: sum(1 for p in provisions if p["nation"] == side and p["bearer"]) for side in sides}
    total = {side: sum(1 for p in provisions if p["nation"] == side) for side in sides}
    parts.append(
        Table(
            "Provisions by force",
            ("force", *sides),
            [
                *((f, *(counts[side, f] for side in sides)) for f in forces),
                ("with a named bearer", *named.values()),
                ("all", *total.values()),
            ],
            note="A 'must' in guidance is not a 'must' in a regulation: see the document's own force in the tables.",
        )
    )
    rows = [c for c in contrasts if c["kind"] == "force"]
    if rows:
        parts.append(
            Table(
                "Obligations among provisions",
                ("measure", "theme", sides[0], sides[1], "documents", DIFFERENCE, "verdict", "caveat"),
                [
                    (
                        c["item"],
                        facts.theme_name.get(c["theme"], c["theme"]) or "all",
                        _share(c, "a"),
                        _share(c, "b"),
                        f"{c['n_docs_a']} v {c['n_docs_b']}",
                        _interval(c),
                        c["verdict"],
                        c["caveat"],
                    )
                    for c in rows
                ],
                note="The mean of the documents' shares, and in brackets provisions counted of all that could be.",
            )
        )
    return parts


def _aligned(facts: _Facts, sides: tuple[str, str]) -> list[Part]:
    store = facts.project.store
    rows = store.read("alignment")
    if not rows:
        return []
    passages = {p["passage_id"]: p for p in store.read("passage")}
    verdicts = Counter(row["verdict"] for row in rows)
    parts: list[Part] = [
        Heading("Passages on the same subject", 3),
        Text(counts_line(sorted(verdicts.items())) + "."),
    ]
    pairs = [r for r in rows if r["other_id"] and r["verdict"] in ("same subject", "accepted", "reuse")]
    differs = {(r["passage_id"], r["other_id"]): json.loads(r["differs"] or "{}") for r in pairs}

    def key(row: Row) -> tuple[bool, bool, float, str, str]:
        own = differs[row["passage_id"], row["other_id"]]
        return ("opposite" not in own, "force" not in own, -row["margin"], row["passage_id"], row["other_id"])

    pairs.sort(key=key)
    against = sum("opposite" in own for own in differs.values())
    if against:
        parts.append(
            Text(f"In {against} of {len(pairs)} pairs one side may deny what the other lays down; they come first.")
        )
    for row in pairs[: max(3, min(against, 6))]:
        for passage_id in (row["passage_id"], row["other_id"]):
            passage = passages.get(passage_id)
            if passage:
                work = facts.work[passage["work_id"]]
                place = passage["section"] or (f"page {passage['page']}" if passage["page"] else "")
                parts.append(
                    Quote(
                        _cut(passage["text"]),
                        f"{work['nation'] or 'nation unknown'}: {cite(work)}, {place}, {passage_id}",
                        "cy" if passage["language"] == "cy" else "en",
                    )
                )
        own = differs[row["passage_id"], row["other_id"]]
        slots = "; ".join(f"{slot} {values[0] or '–'} / {values[1] or '–'}" for slot, values in own.items())
        parts.append(
            Text(
                f"Similarity {row['similarity']:.2f}, margin {row['margin']:.2f}: {row['verdict']}"
                + (f"; they differ: {slots}." if slots else "."),
                soft=True,
            )
        )
    if not pairs:
        parts.append(
            Text("No pair is close enough to be called the same subject; candidates wait for a person's judgement.")
        )
    return parts


def _lineage(facts: _Facts, pictures: Mapping[str, str]) -> list[Part]:
    # what a text says of two laws neither of which is here stays in the table, not in the report
    rows = [
        r
        for r in facts.project.store.read("lineage")
        if r["relation"] in ("supersedes", "amends", "revokes") and r["work_id"] in facts.work
    ]
    parts: list[Part] = [Heading("Policy, its sources and its lineage")]
    if "evidence" in pictures:
        parts.append(Picture("Citations between policy and the works here.", pictures["evidence"], "evidence.html"))
    if not rows:
        parts.append(Text("No document is known to replace or amend another."))
        return parts
    parts.append(
        Table(
            "What replaces or amends what",
            ("year", "document", "relation", "other", "known from", "conflict"),
            [
                (
                    facts.work[r["work_id"]]["year"],
                    facts.work[r["work_id"]]["title"],
                    r["relation"],
                    r["other_title"] or facts.work.get(r["other_id"], {}).get("title", r["other_id"]),
                    r["how"],
                    r["conflict"],
                )
                for r in sorted(
                    rows, key=lambda r: (facts.work[r["work_id"]]["year"] or 0, r["work_id"], r["other_id"])
                )
            ],
        )
    )
    return parts


def _contested(facts: _Facts) -> tuple[list[Part], list[Problem]]:
    path = facts.project.root / FILE
    points, problems = (
        read_points(path.read_bytes().decode("utf-8-sig", errors="replace")) if path.is_file() else ([], [])
    )
    wanted = sorted({p for point in points for framing in point["framings"] for p in framing["passages"]})
    rows = facts.project.store.read("passage", where={"passage_id": wanted}) if wanted else []
    passages = {}
    for row in rows:
        work = facts.work[row["work_id"]]
        place = ", ".join(part for part in (f"page {row['page']}" if row["page"] else "", row["section"]) if part)
        language = "cy" if row["language"] == "cy" else "en"
        passages[row["passage_id"]] = (_cut(row["text"]), f"{cite(work)}{', ' if place else ''}{place}", language)
    names = {f"t{row['number']}": facts.names[row["cluster_id"]] for row in facts.clusters}
    names |= {
        str(row["tradition"]).casefold(): facts.names[row["cluster_id"]] for row in facts.clusters if row["tradition"]
    }
    names |= {"england": "England", "wales": "Wales", "uk": "UK or both"}
    works = {w for point in points for framing in point["framings"] for w in framing["works"]} & set(facts.work)
    parts, lost = parts_of(
        points, names=names, passages=passages, works={w: cite(facts.work[w]) for w in sorted(works)}
    )
    return list(parts), problems + lost


def _method(facts: _Facts) -> list[Part]:
    parts: list[Part] = [Heading("Method and limits")]
    arrays = facts.project.store.read("array_file")
    for row in arrays[:1]:
        parts.append(
            Text(
                f"Text vectors: {row['model']}, {row['dimensions']} dimensions, {row['dtype']}"
                + ("." if row["semantic"] else ", a stand-in for a language model: near in words, not in meaning.")
                + f" Languages it knows: {', '.join(json.loads(row['languages'] or '[]')) or 'not stated'}."
            )
        )
    severities = Counter(p["severity"] for p in facts.problems)
    parts.append(
        Text(
            f"Listed problems: {severities['error']} errors, {severities['warning']} warnings, "
            f"{severities['note']} notes."
        )
    )
    serious = Counter((p["stage"], p["code"]) for p in facts.problems if p["severity"] != "note")
    if serious:
        first = {(p["stage"], p["code"]): p for p in reversed(facts.problems)}
        parts.append(
            Table(
                "Problems by kind",
                ("step", "kind", "number", "for example"),
                [(s, c, n, first[s, c]["message"][:160]) for (s, c), n in sorted(serious.items())],
            )
        )
    rows = []
    for stage, run in facts.runs.items():
        if stage in ("map", "report"):
            continue
        counts = json.loads(run["counts"] or "{}")
        settings = ", ".join(_setting(stage, k, v, counts) for k, v in json.loads(run["settings"]).items())
        rows.append((stage, run["seed"], settings, run["inputs"][:8]))
    parts.append(Table("Steps", ("step", "seed", "settings", "inputs"), rows))
    return parts


def _setting(stage: str, name: str, value: Any, counts: Mapping[str, Any]) -> str:
    """Return a setting with its value; "auto" and what it came to where 0 leaves the choice to the step.

    Examples
    --------
    >>> _setting("traditions", "resolution", 0.0, {"resolution": 1.4}), _setting("traditions", "bootstraps", 0, {})
    ('resolution auto (1.4)', 'bootstraps 0')
    """
    found = next((row for row in describe() if (row["stage"], row["name"]) == (stage, name)), None)
    _, said, meaning = str(found["help"] if found else "").partition("; 0: ")
    if value != 0 or isinstance(value, (bool, str)) or not said or meaning in ("none", "all", "off"):
        return f"{name} {value}"
    return f"{name} auto ({counts[name]})" if name in counts else f"{name} auto ({meaning})"


def _checklist(facts: _Facts, question: str) -> list[Part]:
    literature = facts.flow("literature")
    decisions = facts.project.decisions()
    searches = [s for s in facts.sources if s["search"] or s["database"]]
    filled = {
        "counts": f"{literature.works} works from {literature.records} records; {len(facts.clusters)} clusters",
        "question": question,
        "decisions": f"{len(decisions)} decisions recorded" if decisions else "",
        "searches": "; ".join(f"{s['file']}: {s['database']} {s['date']} {s['search']}".strip() for s in searches),
        "screening": f"{literature.included} included, {literature.excluded} excluded",
        "settings": "see Method and limits: settings, seeds, versions",
        "flow": "see Document flow; sums checked",
        "coverage": "see Document flow",
        "traditions": f"{sum(bool(c['accepted']) for c in facts.clusters)} traditions named or accepted by people, "
        f"{sum(not c['accepted'] for c in facts.clusters)} proposals",
        "limits": f"{sum(p['severity'] != 'note' for p in facts.problems)} listed problems",
    }
    rows = [(i, name, filled.get(key, ""), write) for i, (name, key, write) in enumerate(ITEMS, start=1)]
    return [
        Heading("Reporting items (RAMESES, meta-narrative reviews)"),
        Table(
            "What the log can fill, and what people write",
            ("item", "name", "from the log", "to be written by people"),
            rows,
            note="Items after Wong et al. 2013, doi:10.1186/1741-7015-11-20, named in short; read the standard itself. "
            "Nothing here is a score.",
        ),
    ]


def _provenance(facts: _Facts) -> list[Part]:
    parts: list[Part] = [
        Heading("Provenance"),
        Table(
            "Files read",
            ("file", "format", "entries", "lost", "sha256"),
            [(s["file"], s["format"], s["n_found"], s["n_lost"], s["sha256"][:16]) for s in facts.sources],
        ),
    ]
    states = facts.project.decision_outcomes()
    decisions, _ = facts.project.all_decisions()
    if decisions:
        parts.append(
            Table(
                "Decisions",
                ("when", "who", "kind", "verdict", "reason", "state"),
                [(d.when[:10], d.who, d.kind, d.verdict, d.reason, states[d.id]) for d in decisions],
            )
        )
    else:
        parts.append(Text("No decision has been recorded: everything above is a proposal."))
    return parts


def _share(row: Mapping[str, Any], side: str) -> str:
    value = row[f"share_{side}"]
    return "–" if value is None else f"{100 * value:.0f} % ({row[f'n_{side}']} of {row[f'of_{side}']})"


def _interval(row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return "–"
    if row["low"] is None:
        return f"{100 * row['estimate']:+.1f}"
    return f"{100 * row['estimate']:+.1f} ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"


def _cut(text: str, most: int = 420) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " ..."
