"""The stage: scopes (all works, each tradition) through the pure functions, into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.model import Problem, Summary
from metanarrative.storyline.bursts import bursts
from metanarrative.storyline.disruption import disruption
from metanarrative.storyline.landmarks import WINDOW, Signals, signals
from metanarrative.storyline.paths import (
    Acyclic,
    components,
    key_route,
    make_acyclic,
    search_path_counts,
    share_of,
)
from metanarrative.storyline.phases import Phase, document_terms, find_phases
from metanarrative.storyline.rpys import Peak, deviations, peaks
from metanarrative.storyline.traffic import Traffic, traffic
from metanarrative.text.numbers import counted
from metanarrative.text.terms import diverse, strip_boilerplate, term_key, terms

if TYPE_CHECKING:
    from metanarrative.config import StorylineSettings
    from metanarrative.project import Project

Row = dict[str, Any]

ALL = "all"
FEWEST_DATED = 3
"""With fewer dated works there is no earliest and no latest."""
THIN = 0.40
"""Below this share of works with an in-corpus link the main path is a fragment."""

__all__ = ["Corpus", "landmark_rows", "path_rows", "phase_rows", "role_rows", "run_stage", "signal_rows"]


@dataclass(frozen=True)
class Corpus:
    """What every scope looks at; citations are (citing, cited) between included research works."""

    works: Mapping[str, Mapping[str, Any]]
    years: Mapping[str, int | None]
    citations: Sequence[tuple[str, str]]
    references: Mapping[str, Sequence[tuple[int | None, str]]]
    home: Mapping[str, str]
    titles: Mapping[str, str]


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


def signal_rows(scope: str, members: Sequence[str], corpus: Corpus) -> list[Row]:
    """Return the spectroscopy of a scope's references, year by year, and its bursts of output."""
    cited = [
        (year, node)
        for work in members
        for year, node in corpus.references.get(work, ())
        if year is not None and 1500 <= year <= 2100
    ]
    counts = Counter(year for year, _ in cited)
    peak = {found.year: found for found in peaks(cited)}

    def row(kind: str, first: int, last: int, n: int, score: float, evidence: str, stands_out: bool) -> Row:
        return {
            "kind": kind, "scope": scope, "first_year": first, "last_year": last, "n": n, "score": round(score, 6),
            "peak": int(stands_out), "evidence": evidence,
        }  # fmt: skip

    rows = []
    for year, deviation in deviations(counts).items():
        made = peak.get(year)
        title = corpus.titles.get(made.node, made.node) if made else ""
        why = f"{made.share:.0%} of them go to {title}" if made else ""
        if counts[year]:
            rows.append(row("rpys", year, year, counts[year], deviation, why, made is not None))
    if scope == ALL:
        return rows
    every = Counter(year for year in corpus.years.values() if year is not None)
    own = Counter(y for y in (corpus.years[work] for work in members) if y is not None)
    if own:
        span = list(range(min(every), max(every) + 1))
        found = bursts([own[year] for year in span], [every[year] for year in span])
        for burst in found.found:
            first, last = span[burst.begin], span[burst.end]
            number = sum(own[year] for year in range(first, last + 1))
            of = sum(every[year] for year in range(first, last + 1))
            few = "; fewer than five works are too few to speak of a burst" if found.few else ""
            why = f"{number} of {of} works of these years, {found.base:.0%} over all years{few}"
            rows.append(row("burst", first, last, number, burst.weight, why, not found.few))
    return rows


def _terms(work: Mapping[str, Any]) -> Counter[str]:
    text = strip_boilerplate(f"{work['title']}. {work['abstract']}")
    return Counter(term_key(term) for term in terms(text, 2))


def landmark_rows(
    scope: str, members: Sequence[str], corpus: Corpus, settings: StorylineSettings
) -> tuple[list[Row], list[Problem]]:
    """Return the landmark rows of a scope, or the one row that says none and why."""
    within = set(members)
    parsed = [work for work in members if corpus.references.get(work)]
    cited = [
        (year, node)
        for work in members
        for year, node in corpus.references.get(work, ())
        if year is not None and 1500 <= year <= 2100
    ]
    made = {peak.node: peak for peak in peaks(cited)}
    found = signals(
        members,
        corpus.years,
        corpus.citations,
        canon={node: peak for node, peak in made.items() if node in within},
        min_citations=settings.min_citations,
        percentile=settings.percentile,
    )
    chosen = [s for s in found if s.count >= 2]
    index = (
        disruption(
            [(a, b) for a, b in corpus.citations if a in within and b in within],
            {s.work: corpus.years[s.work] for s in chosen} | {w: corpus.years[w] for w in members},
            strict=True,
        )
        if chosen
        else {}
    )
    base = len(parsed)
    rows = [
        {
            "cluster_id": scope,
            "work_id": s.work,
            "role": "landmark",
            "year": s.year,
            "score": float(s.cited),
            "evidence": _landmark_evidence(s, base, len(members), index.get(s.work), corpus, within),
        }
        for s in chosen
    ]
    if not rows:
        rows = [
            {
                "cluster_id": scope,
                "work_id": "",
                "role": "none",
                "year": None,
                "score": 0.0,
                "evidence": _none_evidence(found, base, len(members), settings),
            }
        ]
    outside = sorted((p for p in made.values() if p.node not in corpus.works), key=lambda p: (p.year, p.node))
    notes = []
    if outside and scope == ALL:
        named = "; ".join(
            f"{corpus.titles.get(p.node, p.node)} ({p.references} references to {p.year})" for p in outside[:5]
        )
        notes.append(
            Problem(
                "canon-outside",
                f"{len(outside)} things that the corpus cites most for their year are not in it: {named}",
                mend="look whether they belong to the review",
                severity="note",
                subject=outside[0].node,
            )
        )
    return rows, notes


def _landmark_evidence(s: Signals, base: int, size: int, index: float | None, corpus: Corpus, within: set[str]) -> str:
    parts = [
        f"cited by {s.cited} of {base} works with parsed references",
        f"more than {s.percentile:.0f} % of {s.peers} works within {WINDOW} years",
        f"PageRank {s.rank} of {size}",
        f"{s.per_year:.2f} citations a year, cited in {s.persistence:.0%} of later years",
    ]
    homes = {corpus.home[a] for a, b in corpus.citations if b == s.work and a in within and a in corpus.home}
    if len(homes) > 1:
        parts.append(f"from {len(homes)} traditions")
    if s.canon is not None:
        parts.append(_peak_words(s.canon))
    if index is not None:
        parts.append(f"CD index {index:.2f} inside the corpus")
    met = [
        name
        for name, yes in (
            ("citations", s.often),
            ("PageRank", s.central),
            ("reference peak", s.canon is not None),
        )
        if yes
    ]
    return f"Signals met: {', '.join(met)}. " + "; ".join(parts)


def _peak_words(peak: Peak) -> str:
    return f"makes {peak.share:.0%} of the reference peak of {peak.year} ({counted(peak.references, 'reference')})"


def _none_evidence(found: Sequence[Signals], base: int, size: int, settings: StorylineSettings) -> str:
    text = (
        f"None: no work meets two of three signals (at least {settings.min_citations} citations and more than "
        f"{settings.percentile:g} % of works within {WINDOW} years; top 5 % by PageRank; a reference peak of its own). "
    )
    most = max(found, key=lambda s: (s.cited, s.work), default=None)
    if not base:
        return text + f"No work of {size} has parsed references, so citations inside the corpus cannot be seen."
    if most is None or not most.cited:
        return text + f"No work of {size} is cited inside the corpus ({base} have parsed references)."
    return (
        text + f"Most cited: {most.work} ({counted(most.cited, 'citation')} from {counted(base, 'work')} with parsed "
        "references)."
    )


def path_rows(
    scope: str, members: Sequence[str], corpus: Corpus, settings: StorylineSettings
) -> tuple[list[Row], list[Row], list[Problem]]:
    """Return the weighted arcs of a scope, its main-path works, and notes on thin evidence, cycles and ties.

    With few citations any link lies on "the" path: below the minimum there is none, and a note says why.
    """
    within = set(members)
    arcs = [(cited, citing) for citing, cited in corpus.citations if citing in within and cited in within]
    graph = make_acyclic(arcs, corpus.years)
    thin = _too_thin(scope, arcs, graph.arcs, members, corpus, settings)
    if not graph.arcs:
        return [], [], [*thin, *_cycle_notes(scope, graph)]
    weight, total = search_path_counts(graph.arcs)
    large = {node for group in components(graph.arcs) if len(group) >= settings.path_works for node in group}
    main = key_route({} if thin else {arc: n for arc, n in weight.items() if arc[0] in large}, settings.key_routes)
    chosen = set(main.arcs)
    rows = [
        {
            "scope": scope,
            "source_id": u,
            "target_id": v,
            "weight": str(weight[(u, v)]),
            "share": round(share_of(weight[(u, v)], total), 9),
            "on_path": int((u, v) in chosen),
        }
        for u, v in graph.arcs
    ]
    best: dict[str, int] = {}
    for u, v in main.arcs:
        for node in (u, v):
            best[node] = max(best.get(node, 0), weight[(u, v)])
    story = [
        {
            "cluster_id": scope,
            "work_id": node,
            "role": "main-path",
            "year": corpus.years[node],
            "score": round(share_of(best[node], total), 6),
            "evidence": f"on {share_of(best[node], total):.1%} of the {total if total < 10**9 else f'{total:.3g}'} "
            f"source-sink paths by search path count; key-route from the {settings.key_routes} heaviest links",
        }
        for node in sorted(best)
    ]
    notes = [*thin, *_cycle_notes(scope, graph)]
    if main.ties and scope == ALL:
        notes.append(
            Problem(
                "main-path-ties",
                f"at {main.ties} steps of the main path of all works several links are equally heavy; all are kept",
                severity="note",
            )
        )
    return rows, story, notes


def _too_thin(
    scope: str, cited: Sequence[tuple[str, str]], arcs: Sequence[tuple[str, str]], members: Sequence[str],
    corpus: Corpus, settings: StorylineSettings,
) -> list[Problem]:  # fmt: skip
    """Say why a scope has no main path; [] where it has one."""
    largest = max((len(group) for group in components(arcs)), default=0)
    if not members or (len(cited) >= settings.path_citations and largest >= settings.path_works):
        return []
    parsed = sum(1 for work in members if corpus.references.get(work))
    where = "of all works" if scope == ALL else "of its own"
    return [
        Problem(
            "no-main-path",
            f"no main path {where}: {counted(len(cited), 'citation')} among {counted(len(members), 'work')} "
            f"({parsed} have parsed references), the largest connected group has {counted(largest, 'work')}; "
            f"at least {settings.path_citations} citations and a group of {settings.path_works} are needed",
            mend="export the records with their cited references",
            severity="note",
            subject="" if scope == ALL else scope,
        )
    ]


def _cycle_notes(scope: str, graph: Acyclic) -> list[Problem]:
    if scope != ALL or not (graph.mutual or graph.backward):
        return []
    shown = [f"{citing} cites {cited}" for cited, citing in (*graph.mutual, *graph.backward)[:4]]
    return [
        Problem(
            "citation-cycles",
            f"the main path leaves out {len(graph.mutual)} mutual citations and {len(graph.backward)} that close a "
            f"cycle against the order of years: {'; '.join(shown)}",
            mend="check the years of these works",
            severity="note",
        )
    ]


def role_rows(
    scope: str,
    members: Sequence[str],
    corpus: Corpus,
    membership: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, int],
) -> list[Row]:
    """Return the earliest and the latest works of a tradition, and its bridges.

    Earliest and latest are taken from all its dated works, with their grade beside them: the work
    that a tradition began with is often loosely tied to what it became.
    """
    dated = [work for work in members if corpus.years[work] is not None]

    def row(work: str, role: str, score: float, evidence: str) -> Row:
        return {
            "cluster_id": scope, "work_id": work, "role": role, "year": corpus.years[work],
            "score": round(score, 6), "evidence": evidence,
        }  # fmt: skip

    def key(work: str) -> tuple[int, float, str]:
        return (int(corpus.years[work] or 0), -float(membership[work]["confidence"] or 0), work)

    rows = []
    few = min(3, len(dated) // 2) if len(dated) >= FEWEST_DATED else 0
    earliest = sorted(dated, key=key)[:few]
    begun = max((int(corpus.years[work] or 0) for work in earliest), default=0)
    # ties go the other way, and no work of the first years is among the latest: nothing is both
    latest = [w for w in sorted(dated, key=key, reverse=True) if int(corpus.years[w] or 0) > begun][:few]
    for role, chosen in (("earliest", earliest if latest else []), ("recent", latest)):
        word = "earliest" if role == "earliest" else "latest"
        for work in chosen:
            m = membership[work]
            why = f"{m['grade'] or 'ungraded'} work; among the {few} {word} of {len(dated)} dated works"
            rows.append(row(work, role, float(m["confidence"] or 0), why))
    between = [
        w for w in members
        if membership[w]["strength"] >= 0.3 and membership[w]["second_strength"] >= 0.3
    ]  # fmt: skip
    between.sort(key=lambda w: (-membership[w]["bridge"], w))
    for work in between[: max(1, len(members) // 20)]:
        m = membership[work]
        via = "text" if m["text_share"] >= m["citation_share"] else "citations"
        rows.append(
            row(
                work,
                "bridge",
                float(m["bridge"]),
                f"{m['strength']:.0%} of its links stay here, {m['second_strength']:.0%} go to "
                f"T{numbers.get(m['second_cluster_id'], '?')}, mostly through {via}",
            )
        )
    return rows


def phase_rows(
    scope: str,
    members: Sequence[str],
    corpus: Corpus,
    terms_of: Mapping[str, Counter[str]],
    rng: np.random.Generator,
    shuffles: int,
) -> list[Row]:
    """Return the phases of a tradition with the terms that mark each."""
    dated = sorted((w for w in members if corpus.years[w] is not None), key=lambda w: (corpus.years[w] or 0, w))
    if not dated:
        return []
    years = np.array([corpus.years[w] for w in dated], dtype=np.int64)
    documents, names = document_terms([terms_of[w] for w in dated])
    cited, _ = document_terms(
        [Counter(node for _, node in corpus.references.get(w, ())) for w in dated], fewest=2, most=5000
    )
    found = find_phases(documents, years, rng, references=cited, shuffles=shuffles)
    grown = _growth(dated, corpus)
    undated = len(members) - len(dated)
    extra = [grown] if grown else []
    if undated:
        extra.append(f"{undated} of its {len(members)} works have no year")
    rows = []
    for phase in found:
        note = "; ".join([phase.note, *extra]) if phase is found[0] else phase.note
        rows.append(
            {
                "cluster_id": scope,
                "first_year": phase.first_year,
                "last_year": phase.last_year,
                "n_works": len(phase.rows),
                "terms": _phase_terms(phase, documents, names),
                "p": phase.p,
                "note": note,
            }
        )
    return rows


def _growth(dated: Sequence[str], corpus: Corpus) -> str:
    """Say in which years the tradition's share of yearly output burst."""
    own = Counter(corpus.years[w] for w in dated)
    every = Counter(year for year in corpus.years.values() if year is not None)
    span = range(min(every), max(every) + 1)
    if len(span) > 500:
        return ""
    found = bursts([own.get(y, 0) for y in span], [every.get(y, 0) for y in span])
    if found.few or not found.found:
        return ""
    times = ", ".join(f"{span[b.begin]}" if b.begin == b.end else f"{span[b.begin]}-{span[b.end]}" for b in found.found)
    return f"its share of yearly output bursts in {times}"


def _phase_terms(phase: Phase, documents: Any, names: Sequence[str], number: int = 8) -> list[str]:
    """Terms whose share of works is highest here against the rest of the tradition."""
    rows = list(phase.rows)
    inside = np.asarray(documents[rows].sum(axis=0)).ravel()
    outside = np.asarray(documents.sum(axis=0)).ravel() - inside
    n_in, n_out = len(rows), documents.shape[0] - len(rows)
    lift = (inside + 0.5) / (n_in + 1) * np.log(((inside + 0.5) / (n_in + 1)) / ((outside + 0.5) / (n_out + 1)))
    if not n_out:
        lift = inside.astype(np.float64)
    weight = {names[column]: float(lift[column]) for column in np.flatnonzero((inside >= 2) & (lift > 0)).tolist()}
    # phrases first: their single words follow only where they say something else
    return diverse({term: value * (1 + 0.35 * term.count(" ")) for term, value in weight.items()}, number)


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
