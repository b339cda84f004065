"""The main path of a scope, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metanarrative.model import Problem
from metanarrative.storyline.corpus import ALL, Corpus, Row
from metanarrative.storyline.paths import (
    Acyclic,
    components,
    key_route,
    make_acyclic,
    search_path_counts,
    share_of,
)
from metanarrative.text.numbers import counted

if TYPE_CHECKING:
    from metanarrative.config import StorylineSettings


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
