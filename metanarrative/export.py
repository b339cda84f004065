"""Files for other tools: CSV of every table, GraphML, VOSviewer JSON.

Every file is written beside its final place and renamed, so a crash leaves no half file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative.errors import StepMissingError, UsageError
from metanarrative.project import Project
from metanarrative.store import write_whole
from metanarrative.text import content_id

if TYPE_CHECKING:
    import networkx as nx

Row = Mapping[str, Any]

LAYERS = ("citation", "coupling", "cocitation", "text", "bm25", "venue", "author")
GRAPHS = (*LAYERS, "concepts")

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
        "cluster_id", "tradition", "accepted", "size", "first_year", "last_year", "stability", "label", "terms",
        "number", "grade", "representatives", "note",
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
        "with_b", "share_a", "share_b", "dispersion",
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

_PLAIN = {
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
_FORMULA = re.compile(r"[=+@\t\r\n＝＋－＠]|-(?!\d*\.?\d+\Z)")  # a plain negative number is none


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
    rows = special[name](project) if name in special else project.store.read(_PLAIN[name])
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


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV; text that a spreadsheet would run as a formula gets a leading quote.

    Examples
    --------
    >>> csv_text(["a", "b"], [{"a": "=1+1", "b": -0.5}, {"a": "-2", "b": None}])
    "a,b\\n'=1+1,-0.5\\n-2,\\n"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        # a bare carriage return stays unquoted in Python 3.11 and would break the row in two
        clean = value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
        return "'" + clean if _FORMULA.match(clean) else clean
    return value


def export_csv(project: Project, out: Path, *, force: bool = False) -> list[Path]:
    """Write one CSV a table into the folder `out`."""
    return [
        write_file(out / f"{name}.csv", csv_text(columns, table_rows(project, name)).encode("utf-8"), force=force)
        for name, columns in CSV_TABLES.items()
    ]


_MATRIX_SHEET = "cells"


def _matrix_rows(project: Project) -> list[dict[str, Any]]:
    text = {row["passage_id"]: row for row in project.store.read("passage")}
    titles = {row["work_id"]: row["title"] for row in project.store.read("work", columns=("work_id", "title"))}
    order = {name: at for at, name in enumerate(("nation", "level", "site", "group", "tradition", "document"))}
    rows = []
    for row in project.store.read("matrix_cell"):
        quotes = []
        for own in json.loads(row["quotes"]):
            passage = text.get(own)
            if passage is None:
                continue
            words = passage["text"].split()
            place = f"p. {passage['page']}" if passage["page"] else passage["section"]
            quotes.append(
                f"“{' '.join(words[:60])}{' …' if len(words) > 60 else ''}” "
                f"({'; '.join(part for part in (titles.get(passage['work_id'], ''), place, own) if part)})"
            )
        rows.append(
            {
                **row, **{f"quote_{n}": quotes[n - 1] if n <= len(quotes) else "" for n in (1, 2, 3)},
                "was": _was(row["summary"], row["status"]),
            }
        )  # fmt: skip
    rows.sort(key=lambda row: (order.get(row["cases"], 9), row["case_name"], row["case_id"], row["theme"]))
    return rows


_MATRIX_COLUMNS = (
    "cell_id", "cases", "case_name", "theme", "evidence", "n_passages", "n_all", "n_with", "n_documents", "n_must",
    "n_should", "n_may", "quote_1", "quote_2", "quote_3", "was", "status", "coder", "summary",
)  # fmt: skip


def _was(summary: str, status: str) -> str:
    """Return the mark of what stood in a cell at export, by which a change of others is seen at import."""
    return content_id("was", summary, status, length=8) if summary else "empty"


def export_matrix(project: Project, out: Path, *, force: bool = False) -> Path:
    """Write the framework matrix, a line a cell; people fill in ``summary`` (and ``status`` checked) and import it.

    Raises
    ------
    UsageError
        If `out` ends in neither .xlsx nor .csv.
    """
    rows = _matrix_rows(project)
    if out.suffix.lower() == ".csv":
        return write_file(out, csv_text(_MATRIX_COLUMNS, rows).encode("utf-8"), force=force)
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"cannot write a matrix as {out.name}", mend="give a name ending in .xlsx or .csv")
    return write_file(out, _workbook(rows), force=force)


def _workbook(rows: Sequence[Row]) -> bytes:
    import zipfile
    from datetime import datetime

    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    # fixed times: the same matrix gives the same bytes
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    sheet = book.active
    assert sheet is not None
    sheet.title = _MATRIX_SHEET
    sheet.append(list(_MATRIX_COLUMNS))
    for row in rows:
        sheet.append([_sheet_cell(row.get(column)) for column in _MATRIX_COLUMNS])
    for head in sheet[1]:
        head.font = Font(bold=True)
    sheet.freeze_panes = "E2"
    for letter, width in (("C", 32), ("D", 20), ("M", 60), ("N", 60), ("O", 60), ("S", 60)):
        sheet.column_dimensions[letter].width = width
    for cases in dict.fromkeys(row["cases"] for row in rows):
        mine = [row for row in rows if row["cases"] == cases]
        themes = list(dict.fromkeys(row["theme"] for row in mine))
        grid = book.create_sheet(f"{cases} x theme")
        grid.append([cases, *themes])
        by_case: dict[tuple[str, str], dict[str, str]] = {}
        for row in mine:
            found = f"{row['n_passages']} of {row['n_all']} passages"
            counted = found if row["evidence"] == "found" else row["evidence"]
            by_case.setdefault((row["case_name"], row["case_id"]), {})[row["theme"]] = (
                f"{row['summary']}\n[{counted}]" if row["summary"] else counted
            )
        for (name, _), line in by_case.items():
            grid.append([_sheet_cell(name), *(_sheet_cell(line.get(theme, "")) for theme in themes)])
        for cell in grid[1]:
            cell.font = Font(bold=True)
        for line_cells in grid.iter_rows():
            for cell in line_cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        grid.freeze_panes = "B2"
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":  # saving stamps the hour of the machine
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return fixed.getvalue()


def _sheet_cell(value: Any) -> Any:
    clean = _cell(value)
    return printable(clean)[:32000] if isinstance(clean, str) else clean


def import_matrix(project: Project, path: Path, *, who: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Append what people wrote in an exported matrix to corpus/matrix.csv; return the new lines and notes.

    A line is added where summary or status of a cell differ from what holds; no line is changed.

    Raises
    ------
    UsageError
        If the file is no exported matrix.
    """
    from datetime import UTC, datetime

    from metanarrative.compare.matrix import MATRIX_COLUMNS, read_summaries

    given = _matrix_file(path)
    target = project.root / "corpus" / "matrix.csv"
    old = target.read_text("utf-8", errors="replace") if target.is_file() else ""
    current, _ = read_summaries(old)
    known = {row["cell_id"]: row for row in project.store.read("matrix_cell")}
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    new: list[dict[str, Any]] = []
    lost: list[str] = []
    clash: list[str] = []
    for row in given:
        own = row.get("cell_id", "").strip()
        summary = row.get("summary", "").strip()
        status = "checked" if row.get("status", "").strip() == "checked" else "summarised"
        holds = current.get(own)
        if not own or (not summary and holds is None):
            continue
        if own not in known:
            lost.append(own)
            continue
        if holds is not None and (holds.text, holds.status) == (summary, status):
            continue
        if holds is not None and not summary:
            continue  # an empty cell in the sheet takes nothing back
        stands = _was(holds.text, holds.status) if holds else "empty"
        mine = holds is not None and holds.coder == (row.get("coder", "").strip() or who)
        if row.get("was") not in (None, "", stands) and not mine:
            if row["was"] != _was(summary, status):  # an unchanged old line is no wish to change
                by = f" by {holds.coder}" if holds and holds.coder else ""
                clash.append(f"{known[own]['case_name']} x {known[own]['theme']}{by}")
            continue
        new.append(
            {
                "when": when, "cell_id": own, "cases": known[own]["cases"], "case_name": known[own]["case_name"],
                "theme": known[own]["theme"], "status": status, "coder": row.get("coder", "").strip() or who,
                "summary": summary,
            }
        )  # fmt: skip
    if new:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if not old.strip():
            writer.writerow(MATRIX_COLUMNS)
        writer.writerows([row[column] for column in MATRIX_COLUMNS] for row in new)
        before = old if not old or old.endswith("\n") else old + "\n"
        write_file(target, (before + buffer.getvalue()).encode("utf-8"), force=True)
    notes = [f"{len(new)} summaries added to corpus/matrix.csv" if new else "nothing new"]
    if lost:
        notes.append(f"{len(lost)} cells are not in the matrix any more and were not taken: {', '.join(lost[:3])}")
    if clash:
        notes.append(
            f"conflict: {len(clash)} cells were changed since this file was exported and were not taken: "
            f"{'; '.join(clash[:5])}; export again, and write there what shall hold"
        )
    if new:
        notes.append("next: metanarrative run")
    return new, notes


def _matrix_file(path: Path) -> list[dict[str, str]]:
    rows: list[list[Any]]
    try:
        if path.suffix.lower() == ".xlsx":
            from openpyxl import load_workbook

            book = load_workbook(path, read_only=True, data_only=True)
            sheet = book[_MATRIX_SHEET] if _MATRIX_SHEET in book.sheetnames else book[book.sheetnames[0]]
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            book.close()
        else:
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    except Exception as error:
        raise UsageError(
            f"{path.name} cannot be read as a table: {error}", mend="give the exported .xlsx or .csv"
        ) from error
    head = [str(cell or "").strip() for cell in rows[0]] if rows else []
    if not {"cell_id", "summary"} <= set(head):
        raise UsageError(
            f"{path.name} has no columns cell_id and summary", mend="metanarrative export matrix -o matrix.xlsx"
        )

    def plain(value: Any) -> str:
        text = "" if value is None else str(value)
        # the quote that the export put before what a spreadsheet would run
        return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text

    return [dict(zip(head, (plain(cell) for cell in row), strict=False)) for row in rows[1:]]


def graph(project: Project, name: str) -> nx.Graph:
    """Return a graph with plain attributes, as networkx.

    Parameters
    ----------
    name : str
        A layer (``citation`` gives a DiGraph citing → cited; ``coupling``, ``cocitation``,
        ``text``, ``bm25`` give a Graph) or ``concepts``.

    Raises
    ------
    UsageError, StepMissingError
    """
    import networkx as nx

    if name not in GRAPHS:
        raise UsageError(f"no graph is called {name!r}", mend=f"graphs: {', '.join(GRAPHS)}")
    store = project.store
    needed = "concepts" if name == "concepts" else "graph"
    if not store.count("run", where={"stage": needed}):
        raise StepMissingError(f"the {name} graph has not been built", mend=f"metanarrative run --to {needed}")
    if name == "concepts":
        made: nx.Graph = nx.Graph()
        for row in store.read("concept"):
            made.add_node(
                row["concept_id"], label=row["label"], language=row["language"], documents=row["n_documents"],
                theme=row["cluster_id"],
            )  # fmt: skip
        for row in store.read("concept_edge"):
            made.add_edge(row["source_id"], row["target_id"], weight=row["strength"], works=row["n"])
        return made
    made = nx.DiGraph() if name == "citation" else nx.Graph()
    member = {row["work_id"]: row for row in store.read("membership")}
    clusters = {row["cluster_id"]: row for row in store.read("cluster")}
    for row in store.read("work"):
        home = member.get(row["work_id"], {})
        cluster = clusters.get(home.get("cluster_id", ""), {})
        made.add_node(
            row["work_id"], label=_short(row), title=row["title"], year=row["year"] if row["year"] is not None else "",
            kind=row["kind"], nation=row["nation"], doi=row["doi"], cluster=home.get("cluster_id", ""),
            tradition=home.get("tradition", ""), proposal=cluster.get("label", ""), strength=home.get("strength", 0.0),
        )  # fmt: skip
    if name == "citation":
        for row in store.read("citation"):
            made.add_edge(row["citing_id"], row["cited_id"], weight=1.0, match=row["match"], score=row["score"])
    else:
        for row in store.read("edge", where={"layer": name}):
            made.add_edge(row["source_id"], row["target_id"], weight=row["weight"])
    return made


def export_graphml(project: Project, out: Path, *, name: str = "citation", force: bool = False) -> Path:
    """Write one graph as GraphML."""
    import networkx as nx

    made = graph(project, name)
    for _, attributes in made.nodes(data=True):
        for key, value in list(attributes.items()):
            if value == "" and key == "year":
                del attributes[key]  # a number or nothing: one type a column
            elif isinstance(value, str):
                attributes[key] = printable(value)
    buffer = io.BytesIO()
    # the pure-Python writer: the same bytes whether or not lxml is there
    writer = nx.readwrite.graphml.GraphMLWriter(encoding="utf-8", prettyprint=True)
    writer.add_graph_element(made)
    writer.dump(buffer)
    return write_file(out, buffer.getvalue(), force=force)


def vosviewer(project: Project, *, name: str = "coupling", max_links: int = 10_000) -> dict[str, Any]:
    """Return a layer as VOSviewer's JSON: items with places and clusters, links, cluster names."""
    made = graph(project, name)
    kind = "concept" if name == "concepts" else "work"
    places = {row["id"]: row for row in project.store.read("place", where={"kind": kind})}
    clusters = project.store.read("cluster") if kind == "work" else project.store.read("concept_theme")
    numbers = {row["cluster_id"]: i for i, row in enumerate(clusters, start=1)}
    degree = dict(made.degree(weight="weight"))
    items = []
    for node, attributes in sorted(made.nodes(data=True)):
        if kind == "work" and attributes["kind"] == "policy" and not made.degree(node):
            continue
        item: dict[str, Any] = {
            "id": node,
            "label": _one_line(attributes["label"]),
            "weights": {
                "Links": int(made.degree(node)),
                "Total link strength": round(float(degree[node]), 6),
            },
        }
        if node in places:
            item.update(x=places[node]["x"], y=places[node]["y"])
        number = numbers.get(attributes.get("cluster") or attributes.get("theme") or "")
        if number:
            item["cluster"] = number
        if attributes.get("year"):
            item["scores"] = {"Year": attributes["year"]}
        if attributes.get("title"):
            item["description"] = _escaped(attributes["title"])
        if attributes.get("doi"):
            item["url"] = f"https://doi.org/{attributes['doi']}"
        items.append(item)
    kept = {item["id"] for item in items}
    links = sorted(
        ({"source_id": a, "target_id": b, "strength": float(w)} for a, b, w in made.edges(data="weight")),
        key=lambda link: (-link["strength"], link["source_id"], link["target_id"]),
    )
    return {
        "info": {
            "title": project.title,
            "description": f"{name} network of {len(items)} items, made by metanarrative; clusters are proposals",
        },
        "config": {"parameters": {"max_n_links": 1000}},
        "network": {
            "items": items,
            "links": [link for link in links if link["source_id"] in kept and link["target_id"] in kept][:max_links],
            "clusters": [
                {
                    "cluster": numbers[row["cluster_id"]],
                    "label": _one_line(row.get("tradition") or row["label"]),
                }
                for row in clusters
            ],
        },
    }


def export_vosviewer(project: Project, out: Path, *, name: str = "coupling", force: bool = False) -> Path:
    """Write a layer as VOSviewer JSON."""
    text = json.dumps(vosviewer(project, name=name), ensure_ascii=False, indent=1)
    return write_file(out, text.encode("utf-8"), force=force)


def write_file(path: Path, data: bytes, *, force: bool = False) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    UsageError
        If it exists with other content and `force` is not set.
    StoreError
        If it cannot be written.
    """
    if path.exists() and not force and path.read_bytes() != data:
        raise UsageError(f"{path} exists already", mend="give another place, or --force to overwrite it")
    write_whole(path, data)
    return path


def _short(row: Row) -> str:
    authors = json.loads(row["authors"] or "[]")
    first = authors[0].split(",")[0] if authors else (row["issuer"] or row["title"][:30])
    return f"{first} ({row['year'] if row['year'] is not None else 'n.d.'})"


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def printable(text: str) -> str:
    """Return text without what XML 1.0 has no place for.

    Examples
    --------
    >>> printable("a\\x00b")
    'ab'
    """
    # XML 1.0 has no place for control characters
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
