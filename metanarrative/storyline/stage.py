"""The stage: scopes (all works, each tradition) through the pure functions, into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from metanarrative.model import Problem, Summary
from metanarrative.storyline.corpus import ALL, Corpus, Row
from metanarrative.storyline.main_path import path_rows
from metanarrative.storyline.periods import phase_rows, signal_rows
from metanarrative.storyline.roles import landmark_rows, role_rows
from metanarrative.storyline.traffic import Traffic, traffic
from metanarrative.text.numbers import counted
from metanarrative.text.terms import strip_boilerplate, term_key, terms

if TYPE_CHECKING:
    from metanarrative.config import StorylineSettings
    from metanarrative.project import Project

THIN = 0.40
"""Below this share of works with an in-corpus link the main path is a fragment."""


def run_stage(project: Project, settings: StorylineSettings) -> Summary:
    """Read, compute, write; see the package's docstring."""
    store = project.store
    included = project.included()
    works = {w["work_id"]: w for w in store.read("work") if w["work_id"] in included and w["kind"] != "policy"}
    years = {work: row["year"] for work, row in works.items()}
    citations = sorted(
        {
            (c["citing_id"], c["cited_id"])
            for c in store.read("citation", columns=("citing_id", "cited_id"))
            if c["citing_id"] in works and c["cited_id"] in works
        }
    )
    references: dict[str, list[tuple[int | None, str]]] = {}
    titles: dict[str, str] = {}
    for ref in store.read("reference", columns=("work_id", "position", "raw", "year", "node", "cited_work_id")):
        if ref["work_id"] in works:
            node = ref["cited_work_id"] or ref["node"]
            references.setdefault(ref["work_id"], []).append((ref["year"], node))
            titles.setdefault(node, ref["raw"][:160])
    membership = {m["work_id"]: m for m in store.read("membership") if m["work_id"] in works}
    home = {work: row["cluster_id"] for work, row in membership.items() if row["cluster_id"]}
    clusters = sorted(store.read("cluster"), key=lambda c: c["number"])
    corpus = Corpus(works, years, citations, references, home, titles)
    numbers = {c["cluster_id"]: c["number"] for c in clusters}
    scopes = [(ALL, sorted(works))] + [
        (c["cluster_id"], sorted(w for w, h in home.items() if h == c["cluster_id"])) for c in clusters
    ]

    rng = project.rng("storyline")
    storyline: list[Row] = []
    path: list[Row] = []
    phase: list[Row] = []
    problems: list[Problem] = []
    terms_of = {work: _terms(row) for work, row in works.items()}
    for scope, members in project.track(scopes, "tradition by tradition", total=len(scopes)):
        found, notes = landmark_rows(scope, members, corpus, settings)
        storyline += found
        problems += notes
        arcs, on_path, notes = path_rows(scope, members, corpus, settings)
        path += arcs
        storyline += on_path
        problems += notes
        if scope != ALL:
            storyline += role_rows(scope, members, corpus, membership, numbers)
            phase += phase_rows(scope, members, corpus, terms_of, rng, settings.shuffles)
    own = [problem for problem in problems if problem.code == "no-main-path" and problem.subject]
    if len(own) > 1:
        problems = [problem for problem in problems if problem not in own]
        problems.append(
            replace(
                own[0],
                message=f"{len(own)} of {len(clusters)} clusters have no main path of their own, for example "
                f"T{numbers[own[0].subject]}: {own[0].message.partition(': ')[2]}",
            )
        )
    problems += _citation_problems(corpus)
    between = traffic(citations, home, years, rng)
    signal = [row for scope, members in scopes for row in signal_rows(scope, members, corpus)]
    landmarks = sum(1 for row in storyline if row["role"] == "landmark")
    counts: dict[str, int | float | str] = {
        "landmarks": landmarks,
        "scopes without landmark": sum(1 for row in storyline if row["role"] == "none"),
        "citations": len(citations),
        "main path links": sum(row["on_path"] for row in path),
        "phases": len(phase),
        "silences": sum(found.verdict == "silent" for found in between),
    }
    text = (
        counted(landmarks, "landmark candidate") if landmarks else "no work meets the rule for a landmark"
    ) + f" from {counted(len(citations), 'citation')} inside the corpus"
    with project.writing("storyline") as out:
        out.write("storyline", storyline)
        out.write("main_path", path)
        out.write("phase", phase)
        out.write("traffic", [_traffic_row(found) for found in between])
        out.write("signal", signal)
        for problem in problems:
            out.problem(problem)
        out.summary = Summary("storyline", counts, text)
    return out.summary


def _traffic_row(found: Traffic) -> Row:
    return {
        "citing_cluster_id": found.citing,
        "cited_cluster_id": found.cited,
        "observed": found.observed,
        "expected": round(found.expected, 4),
        "log_ratio": round(found.ratio, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
        "n_works": found.works,
        "verdict": found.verdict,
    }


def _terms(work: Mapping[str, Any]) -> Counter[str]:
    text = strip_boilerplate(f"{work['title']}. {work['abstract']}")
    return Counter(term_key(term) for term in terms(text, 2))


def _citation_problems(corpus: Corpus) -> list[Problem]:
    """Say where the citation record is too thin, or impossible."""
    problems = []
    size = len(corpus.works)
    linked = {end for pair in corpus.citations for end in pair}
    if size and len(linked) < THIN * size:
        parsed = sum(1 for work in corpus.works if corpus.references.get(work))
        problems.append(
            Problem(
                "thin-citations",
                f"{len(linked)} of {size} works have a citation inside the corpus ({parsed} have parsed references): "
                "landmarks and main paths are fragments",
                mend="export the records with their cited references",
                severity="note",
            )
        )
    future = [
        (a, b)
        for a, b in corpus.citations
        if (ya := corpus.years[a]) is not None and (yb := corpus.years[b]) is not None and yb > ya + 1
    ]
    if future:
        shown = "; ".join(f"{a} ({corpus.years[a]}) cites {b} ({corpus.years[b]})" for a, b in future[:4])
        problems.append(
            Problem(
                "citation-into-future",
                f"{counted(len(future), 'citation')} to a work more than a year younger: {shown}",
                mend="check the years, or undo the merge that gave them",
                severity="note",
                subject=future[0][0],
            )
        )
    return problems
