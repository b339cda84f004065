"""The stage as a whole: read, compute step by step, write in one transaction."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from metanarrative.model import Problem, Summary
from metanarrative.text import numbers

if TYPE_CHECKING:
    from metanarrative.config import CompareSettings
    from metanarrative.project import Project

__all__ = ["run"]


def run(project: Project, settings: CompareSettings) -> Summary:
    """Run the stage."""
    from metanarrative.compare import contrasts, facets, inputs, steps, tables
    from metanarrative.compare.lineage import lineage
    from metanarrative.compare.themes import counted
    from metanarrative.text.verdicts import DIFFERS, force_counts

    store = project.store
    excluded = {row["work_id"] for row in store.read("screening", where={"verdict": "excluded"}, columns=("work_id",))}
    works = {
        row["work_id"]: row for row in store.read("work", where={"kind": "policy"}) if row["work_id"] not in excluded
    }
    stored = store.read("passage", where={"work_id": set(works)}) if works else []
    every = inputs.analysed_passages(works, stored)
    problems: list[Problem] = []
    passages = every if settings.quoted_amendments else inputs.without_quoted(every, problems)
    book = inputs.codebook(project, problems)
    who = inputs.gazetteer(project)
    ids, vectors, languages, semantic = inputs.passage_vectors(project, stored)

    every_hit, coded = steps.theme_hits(project, settings, book, passages, ids, vectors, languages, semantic, problems)
    hits = counted(every_hit)
    themes_of: dict[str, list[str]] = {}
    for hit in hits:
        themes_of.setdefault(hit.passage_id, []).append(hit.theme)
    provisions = steps.provision_rows(project, works, passages, themes_of, who)
    inputs.note_quoted(passages, provisions, problems)

    by_hand = steps.coded_force(project, provisions, problems)
    everyone = contrasts.contrast_by(works.values(), settings.facet, settings.side_a, settings.side_b)
    sides = inputs.once(everyone, works, passages, problems)
    theme_ids = [theme.id for theme in book.themes] if book else []
    n_passages = Counter(row["work_id"] for row in passages)
    owner = {row["passage_id"]: row["work_id"] for row in passages}
    n_theme = Counter((owner[hit.passage_id], hit.theme) for hit in hits)
    refused = {theme: row["grade"] for theme, row in coded.items() if row["grade"].startswith("do not")}
    alignment = steps.alignment_rows(
        project, settings, sides, passages, ids, vectors, languages, semantic, themes_of, provisions, problems
    )
    reused = {
        key
        for row in alignment
        if row["verdict"] == "reuse" and row["margin"] >= 0.9
        for key in (row["passage_id"], row["other_id"])
    }
    found = facets.Evidence(works, passages, theme_ids, n_theme, n_passages, refused, provisions, by_hand)
    rows = facets.contrast_rows(project, settings, sides, found, reused)
    edges, unresolved = lineage(inputs.named_works(project, works), every)
    steps.judge(settings, sides, works, n_theme, theme_ids, edges, unresolved, problems)

    evidence = tables.evidence_rows(project, every, excluded, problems)
    named = tables.element_rows(passages, provisions, who)
    matrix = tables.matrix_rows(project, works, theme_ids, passages, hits, provisions, named, problems)
    levels, parted = tables.level_tables(project, works, theme_ids, passages, hits, provisions, problems)

    steps.count_once(provisions, set(everyone.works) - set(sides.works))

    with project.writing("compare") as out:
        out.write(
            "theme",
            (
                {
                    "theme_id": theme.id,
                    "name": theme.name,
                    "name_cy": theme.name_cy,
                    "definition": theme.definition,
                    "n_passages": sum(n for (_, t), n in n_theme.items() if t == theme.id),
                    **coded[theme.id],
                }
                for theme in (book.themes if book else ())
            ),
        )
        out.write(
            "passage_theme",
            (
                {
                    "passage_id": hit.passage_id,
                    "work_id": owner[hit.passage_id],
                    "theme": hit.theme,
                    "score": hit.score,
                    "how": hit.how,
                }
                for hit in every_hit
            ),
        )
        out.write("provision", provisions)
        out.write("contrast", rows)
        out.write("alignment", alignment)
        out.write(
            "lineage",
            (
                {
                    "work_id": edge.work_id,
                    "other_id": edge.other_id,
                    "relation": edge.relation,
                    "how": edge.how,
                    "other_title": edge.other_title,
                    "evidence": edge.evidence,
                    "passage_id": edge.passage_id,
                    "conflict": edge.conflict,
                }
                for edge in edges
            ),
        )
        out.write(
            "emphasis_document",
            (
                {"work_id": work, "theme": theme, "n_theme": n_theme[work, theme], "n_passages": n_passages[work]}
                for work in sorted(works)
                for theme in theme_ids
            ),
        )
        out.write("evidence", evidence)
        out.write("element", named)
        out.write("matrix_cell", matrix)
        out.write("theme_level", levels)
        out.write("discordance", parted)
        for problem in problems:
            out.problem(problem)
        a, b = sides.counts()
        differs = sum(row["verdict"] == DIFFERS for row in rows)
        n_force = sum(force_counts(provisions).values())
        pairs = sum(row["verdict"] in ("same subject", "possible", "reuse", "accepted") for row in alignment)
        out.summary = Summary(
            "compare",
            {
                "documents": len(works),
                f"documents {settings.side_a}": a,
                f"documents {settings.side_b}": b,
                "passages": len(passages),
                "themes": len(theme_ids),
                "theme passages": len(hits),
                "theme passages suggested": len(every_hit) - len(hits),
                "provisions": n_force,
                "contrasts": len(rows),
                "differences": differs,
                "aligned pairs": pairs,
                "lineage": len(edges),
                "works named": sum(row["verdict"] in ("matched", "accepted") for row in evidence),
            },
            f"{numbers.counted(a, 'document')} of {settings.side_a.title()} and {b} of {settings.side_b.title()}: "
            f"{numbers.counted(len(hits), 'passage')} on themes, "
            f"{n_force} provisions, {differs} differences, {pairs} aligned pairs, {len(edges)} lineage links",
        )
    return out.summary
