"""Every table as rows and as CSV, with the columns that docs/tables.md promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metanarrative.errors import UsageError
from metanarrative.export.files import csv_text, write_file
from metanarrative.project import Project

CSV_TABLES: dict[str, tuple[str, ...]] = {
    "records": (
        "record_id", "work_id", "kind", "source_file", "line", "title", "authors", "year", "venue", "doi", "pmid",
        "language", "abstract", "n_references", "type", "key", "volume", "issue", "pages", "keywords", "url",
    ),
    "works": (
        "work_id", "kind", "title", "authors", "year", "venue", "doi", "nation", "level", "site", "issuer", "type",
        "force", "language", "n_records", "n_references", "screening", "screening_reason", "pmid", "issued",
        "valid_from", "valid_to", "routes", "sources",
    ),
    "problems": ("stage", "severity", "file", "line", "subject", "code", "message", "mend"),
    "duplicates": ("record_id", "other_id", "verdict", "score", "reason", "decided_by"),
    "references": ("work_id", "position", "raw", "doi", "year", "cited_work_id", "match", "score", "node"),
    "citations": ("citing_id", "cited_id", "match", "score"),
    "edges": ("layer", "source_id", "target_id", "weight"),
    "clusters": (
        "cluster_id", "tradition", "accepted", "ruled", "size", "first_year", "last_year", "stability", "label",
        "terms", "number", "grade", "representatives", "note",
    ),
    "memberships": (
        "work_id", "cluster_id", "tradition", "strength", "second_cluster_id", "second_strength", "agreement",
        "confidence", "grade", "placed_by", "text_share", "citation_share", "bridge", "layers",
        "machine_id",
    ),
    "storyline": ("cluster_id", "work_id", "role", "year", "score", "evidence"),
    "main_paths": ("scope", "source_id", "target_id", "weight", "share", "on_path"),
    "phases": ("cluster_id", "first_year", "last_year", "n_works", "terms", "p", "note"),
    "subclusters": ("subcluster_id", "cluster_id", "number", "size", "stability", "label", "terms", "members"),
    "traffic": (
        "citing_cluster_id", "cited_cluster_id", "observed", "expected", "log_ratio", "low", "high", "n_works",
        "verdict",
    ),
    "signals": ("kind", "scope", "first_year", "last_year", "n", "score", "peak", "evidence"),
    "concept_themes": (
        "cluster_id", "label", "n_concepts", "n_documents", "centrality", "density", "bibliometrix_centrality",
        "bibliometrix_density",
    ),
    "theme_flows": (
        "period", "theme", "next_period", "next_theme", "inclusion", "stability", "weighted_inclusion", "concepts",
    ),
    "contested": (
        "concept_id", "cluster_id", "other_id", "divergence", "excess", "z", "n_works", "n_works_other", "words",
        "words_other", "quotes", "quotes_other",
    ),
    "concepts": ("concept_id", "label", "language", "n_documents", "cluster_id", "n_mentions", "mean_year", "variants"),
    "mentions": ("concept_id", "passage_id", "work_id", "n"),
    "concept_edges": ("source_id", "target_id", "n", "strength"),
    "tradition_concepts": ("tradition_id", "concept_id", "n_works", "share", "lift"),
    "passages": (
        "passage_id", "work_id", "nation", "language", "page", "section", "paragraph", "start", "end", "text",
        "kind", "expression", "position", "stem",
    ),
    "themes": ("passage_id", "work_id", "theme", "score", "how"),
    "provisions": (
        "passage_id", "work_id", "nation", "force", "cue", "negated", "bearer", "theme", "confidence", "filter",
        "passive", "bearer_type", "start", "end", "position", "language", "sentence", "decided_by",
    ),
    "contrasts": (
        "kind", "item", "theme", "estimate", "low", "high", "p", "q", "n_docs_england", "n_docs_wales", "verdict",
        "caveat", "facet", "side_a", "side_b", "n_docs_a", "n_docs_b", "n_a", "n_b", "of_a", "of_b", "with_a",
        "with_b", "share_a", "share_b", "dispersion", "same_genre",
    ),
    "alignments": (
        "passage_id", "other_id", "theme", "similarity", "margin", "verdict", "differs", "decided_by", "how",
    ),
    "lineage": ("work_id", "other_id", "relation", "how", "evidence", "other_title", "passage_id", "conflict"),
    "evidence": (
        "work_id", "passage_id", "cited_work_id", "how", "score", "verdict", "quote", "nation", "position", "start",
        "end", "candidates", "decided_by",
    ),
    "elements": (
        "passage_id", "work_id", "nation", "slot", "kind", "item", "role", "cue", "quote", "position", "start", "end",
    ),
    "matrix": (
        "cell_id", "cases", "case_id", "case_name", "theme", "n_passages", "n_with", "n_documents", "n_all", "n_must",
        "n_should", "n_may", "evidence", "quotes", "status", "summary", "coder",
    ),
    "theme_levels": (
        "theme", "scope", "value", "level", "n_documents", "n_with", "n_passages", "n_all", "share", "n_sites", "low",
        "high", "interval", "n_must", "n_should", "n_may", "n_done", "n_partly", "n_not_done", "n_contradicted",
        "evidence", "quotes",
    ),
    "discordances": (
        "theme", "scope", "value", "above", "below", "pattern", "share_above", "share_below", "gap", "n_above",
        "with_above", "n_below", "n_against", "n_coded", "strong", "binding", "n_must", "quotes",
    ),
    "theme_grades": (
        "theme_id", "name", "definition", "n_passages", "grade", "kappa", "kappa_low", "kappa_high", "alpha",
        "alpha_low", "alpha_high", "n_coded", "n_positive", "method", "by_nation", "human_kappa", "n_double",
    ),
    "decisions": ("when", "who", "kind", "subject", "verdict", "reason", "state", "id"),
    "runs": ("stage", "started", "seconds", "peak_mb", "inputs", "settings", "seed", "versions", "counts"),
    "sources": (
        "file", "kind", "format", "encoding", "n_found", "n_read", "n_lost", "bytes", "sha256", "database", "search",
        "date", "routes",
    ),
}  # fmt: skip
"""Exported table to its columns: those of the contract first, further ones after."""

STORED = {
    "duplicates": "duplicate", "references": "reference", "citations": "citation", "edges": "edge",
    "clusters": "cluster", "memberships": "membership", "storyline": "storyline", "main_paths": "main_path",
    "phases": "phase", "subclusters": "subcluster", "traffic": "traffic", "signals": "signal",
    "concept_themes": "concept_theme", "theme_flows": "theme_flow", "contested": "contested",
    "concepts": "concept", "mentions": "mention", "concept_edges": "concept_edge",
    "tradition_concepts": "tradition_concept", "passages": "passage", "themes": "passage_theme",
    "provisions": "provision", "alignments": "alignment", "lineage": "lineage", "evidence": "evidence",
    "elements": "element",
    "matrix": "matrix_cell", "theme_levels": "theme_level", "discordances": "discordance",
    "theme_grades": "theme", "runs": "run", "sources": "source",
}  # fmt: skip
"""Exported table to the table of the store that it repeats; the others are put together."""

_LISTS = {
    "authors",
    "keywords",
    "routes",
    "sources",
    "terms",
    "representatives",
    "variants",
    "members",
    "concepts",
    "words",
    "words_other",
    "quotes",
    "quotes_other",
}


def table_rows(project: Project, name: str) -> list[dict[str, Any]]:
    """Return the rows of an exported table, with the columns of :data:`CSV_TABLES`.

    Raises
    ------
    UsageError
        If there is no such table.
    """
    if name not in CSV_TABLES:
        raise UsageError(f"no table is called {name!r}", mend=f"tables: {', '.join(CSV_TABLES)}")
    special: dict[str, Callable[[Project], list[dict[str, Any]]]] = {
        "records": _records,
        "works": _works,
        "problems": problems,
        "contrasts": _contrasts,
        "decisions": _decisions,
    }
    rows = special[name](project) if name in special else project.store.read(STORED[name])
    columns = CSV_TABLES[name]
    return [{column: _opened(column, row.get(column)) for column in columns} for row in rows]


def _records(project: Project) -> list[dict[str, Any]]:
    owner = dict(zip(*project.store.read_columns("work_record", "record_id", "work_id"), strict=True))
    return [{**row, "work_id": owner.get(row["record_id"], "")} for row in project.store.read("record")]


def _works(project: Project) -> list[dict[str, Any]]:
    screened = {row["work_id"]: row for row in project.store.read("screening")}
    return [
        {
            **row,
            "screening": screened.get(row["work_id"], {}).get("verdict", ""),
            "screening_reason": screened.get(row["work_id"], {}).get("reason", ""),
        }
        for row in project.store.read("work")
    ]


def problems(project: Project) -> list[dict[str, Any]]:
    """Return every listed problem: those of the stages and those of the decision files."""
    rows = project.store.read("problem")
    rows += [
        {
            "stage": "decisions", "severity": p.severity, "file": p.file, "line": p.line, "subject": p.subject,
            "code": p.code, "message": p.message, "mend": p.mend,
        }
        for p in project.all_decisions()[1]
    ]  # fmt: skip
    return rows


def _contrasts(project: Project) -> list[dict[str, Any]]:
    rows = []
    for row in project.store.read("contrast"):
        sides = {row["side_a"]: row["n_docs_a"], row["side_b"]: row["n_docs_b"]}
        rows.append({**row, "n_docs_england": sides.get("england"), "n_docs_wales": sides.get("wales")})
    return rows


def _decisions(project: Project) -> list[dict[str, Any]]:
    outcomes = project.decision_outcomes()
    return [
        {
            "when": d.when, "who": d.who, "kind": d.kind, "subject": d.subject, "verdict": d.verdict,
            "reason": d.reason, "id": d.id,
            "state": outcomes[d.id],
        }
        for d in project.all_decisions()[0]
    ]  # fmt: skip


def _opened(column: str, value: Any) -> Any:
    if column in _LISTS and isinstance(value, str) and value.startswith("["):
        return "; ".join(str(item) for item in json.loads(value))
    return value


def export_csv(project: Project, out: Path, *, force: bool = False) -> list[Path]:
    """Write one CSV a table into the folder `out`."""
    return [
        write_file(out / f"{name}.csv", csv_text(columns, table_rows(project, name)).encode("utf-8"), force=force)
        for name, columns in CSV_TABLES.items()
    ]
