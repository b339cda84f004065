"""Who refers to whom, who resembles whom: references resolved, and five layers of edges.

Takes ``record``, ``record_reference``, ``work``, ``work_record``, ``screening`` and the work
vectors; gives ``reference`` (each with the kind and score of its match), ``citation`` (work to
work) and ``edge``: citation, coupling, cocitation, text, bm25 over the included literature, and
where asked for the venue and the authors that works have in common. Policy documents do not shape
the map of the literature: they are cited and cite here, and are placed by their passages later. A
layer that has nothing to stand on is empty, with a notice.

References
----------
Glänzel, W. & Thijs, B. (2012). Using core documents for detecting and labelling new emerging
topics. Scientometrics 91(2), 399-416. doi:10.1007/s11192-011-0591-7
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.errors import StepMissingError
from metanarrative.graph.attributes import COMMON, author_key, common_layer, venue_key
from metanarrative.graph.layers import (
    bm25_layer,
    citation_layer,
    cocitation_layer,
    common_cap,
    coupling_layer,
    incidence,
    neighbours_rule,
    text_layer,
)
from metanarrative.graph.resolve import Resolved, resolve
from metanarrative.model import Problem, Summary
from metanarrative.text.boilerplate import strip_boilerplate

if TYPE_CHECKING:
    from metanarrative.config import GraphSettings
    from metanarrative.project import Project

__all__ = ["neighbours_rule", "resolve", "run"]

VERSION = "6"
READS = ("record", "record_reference", "work", "work_record", "screening", "array_file")
WRITES = ("reference", "citation", "edge")
DECISIONS: tuple[str, ...] = ()
FILES: tuple[str, ...] = ()

_RECORD_COLUMNS = (
    "record_id", "kind", "source_file", "key", "title", "authors", "year", "volume", "pages", "doi", "pmid",
)  # fmt: skip
LARGE = 20_000
"""Above so many works references cited by very many are set aside by default."""
HUB_CAP = 200


def reference_rows(references: Sequence[Mapping[str, Any]], resolved: Sequence[Resolved]) -> list[dict[str, Any]]:
    """Bring the reference lists of all copies of a work together, each cited thing once.

    Parameters
    ----------
    references : sequence of mapping
        Rows of ``record_reference`` with ``work_id`` added.
    resolved : sequence of Resolved
        One a reference.

    Returns
    -------
    list of dict
        Rows of the ``reference`` table. The longest list comes first, as it is; of other
        copies' lists only what it lacks.
    """
    lists: dict[str, dict[str, list[int]]] = {}
    for row, reference in enumerate(references):
        lists.setdefault(str(reference["work_id"]), {}).setdefault(str(reference["record_id"]), []).append(row)
    rows: list[dict[str, Any]] = []
    for work in sorted(lists):
        seen: set[str] = set()
        position = 0
        copies = sorted(lists[work].items(), key=lambda item: (-len(item[1]), item[0]))
        for nth, (_, members) in enumerate(copies):
            fresh: set[str] = set()
            for row in sorted(members, key=lambda r: int(references[r]["position"])):
                found = resolved[row]
                if nth and (found.node in seen or not found.node):
                    continue
                fresh.add(found.node)
                position += 1
                rows.append(
                    {
                        "work_id": work,
                        "position": position,
                        "raw": references[row]["raw"] or references[row]["title"],
                        "doi": references[row]["doi"],
                        "year": references[row]["year"],
                        "node": found.node,
                        "cited_work_id": found.work_id,
                        "match": found.match,
                        "score": found.score,
                    }
                )
            seen |= fresh
    return rows


def citation_rows(references: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a citing and cited work, the best match kept; no work cites itself.

    Examples
    --------
    >>> row = {"work_id": "wk_1", "cited_work_id": "wk_2", "match": "doi", "score": 1.0}
    >>> len(citation_rows([row, {**row, "match": "title-year", "score": 0.95}, {**row, "cited_work_id": "wk_1"}]))
    1
    """
    best: dict[tuple[str, str], tuple[float, str]] = {}
    for row in references:
        pair = (str(row["work_id"]), str(row["cited_work_id"]))
        if not pair[1] or pair[0] == pair[1]:
            continue
        found = (-float(row["score"]), str(row["match"]))
        best[pair] = min(best.get(pair, found), found)
    return [
        {"citing_id": citing, "cited_id": cited, "match": match, "score": -score}
        for (citing, cited), (score, match) in sorted(best.items())
    ]


def edge_rows(layer: str, ids: Sequence[str], matrix: Any, *, directed: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the links of a layer; of a symmetric one each once, the smaller id first."""
    links = matrix.tocoo()
    keep = links.row != links.col if directed else links.row < links.col
    order = np.lexsort((links.col[keep], links.row[keep]))
    for i, j, weight in zip(
        links.row[keep][order].tolist(), links.col[keep][order].tolist(), links.data[keep][order].tolist(), strict=True
    ):
        yield {"layer": layer, "source_id": ids[i], "target_id": ids[j], "weight": weight}


def run(project: Project, settings: GraphSettings) -> Summary:
    """Resolve references and write the layers; see the module."""
    store = project.store
    works = store.read("work", columns=("work_id", "kind", "title", "abstract", "year", "venue", "authors"))
    problems: list[Problem] = []
    rows = _references(project, works, settings)
    citations = citation_rows(rows)
    included = project.included()
    ids = sorted(w["work_id"] for w in works if w["kind"] == "literature" and w["work_id"] in included)
    place = {work: row for row, work in enumerate(ids)}
    n = len(ids)
    k_text = min(settings.neighbours or neighbours_rule(n), max(0, n - 1))
    k_words = min(settings.bm25_neighbours or min(15, k_text), max(0, n - 1))
    k_refs = min(settings.coupling_neighbours or min(15, k_text), max(0, n - 1))

    nodes = sorted({row["node"] for row in rows if row["node"] and row["work_id"] in place})
    column = {node: number for number, node in enumerate(nodes)}
    mine = [row for row in rows if row["work_id"] in place and row["node"] and row["node"] != row["work_id"]]
    cites = incidence([place[r["work_id"]] for r in mine], [column[r["node"]] for r in mine], (n, len(nodes)))
    hub_cap = settings.hub_cap or (HUB_CAP if n > LARGE else 0)
    hub_cap = min(hub_cap or n, common_cap(n))
    coupling, n_hubs = coupling_layer(cites, k_refs, hub_cap=hub_cap)
    cocitation = cocitation_layer(cites, [column.get(work, -1) for work in ids], k_refs)
    inside = [(c["citing_id"], c["cited_id"]) for c in citations]
    inside = [(a, b) for a, b in inside if a in place and b in place]
    citation = citation_layer([place[a] for a, _ in inside], [place[b] for _, b in inside], n)
    near, missing = _text(project, ids, k_text)
    by_id = {work["work_id"]: work for work in works}
    texts = [f"{by_id[w]['title']}. {strip_boilerplate(by_id[w]['abstract'])}" for w in ids]
    words = bm25_layer(texts, k_words)

    layers = {"citation": citation, "coupling": coupling, "cocitation": cocitation, "text": near, "bm25": words}
    extra, notes = _extra_layers(settings.extra_layers, [by_id[work] for work in ids])
    layers |= extra
    problems += notes
    problems += _notices(n, rows, layers, missing=missing, n_hubs=n_hubs, hub_cap=hub_cap)
    with project.writing("graph") as out:
        out.write("reference", rows)
        out.write("citation", citations)
        counts: dict[str, int | float | str] = {
            "references": len(rows),
            "resolved": sum(bool(row["cited_work_id"]) for row in rows),
            "outside_nodes": len({row["node"] for row in rows if row["match"] == "none" and row["node"]}),
            "citations": len(citations),
        }
        for layer, matrix in layers.items():
            counts[f"edges_{layer}"] = out.write("edge", edge_rows(layer, ids, matrix, directed=layer == "citation"))
        for match, number in sorted(Counter(row["match"] for row in rows).items()):
            counts[f"match_{match}"] = number
        counts |= {"neighbours": k_text, "hubs_set_aside": n_hubs}
        out.problems(problems)
        share = counts["resolved"] / len(rows) if rows else 0.0  # type: ignore[operator]
        text = (
            f"{len(rows):,} references, {share:.0%} resolved to works; {len(citations):,} citations, "
            f"{counts['edges_coupling']:,} coupling, {counts['edges_text']:,} text links"
        )
        out.summary = Summary("graph", counts, text)
    return out.summary


def _references(project: Project, works: Sequence[Mapping[str, Any]], settings: GraphSettings) -> list[dict[str, Any]]:
    store = project.store
    home = {row["record_id"]: row["work_id"] for row in store.read("work_record")}
    years = {work["work_id"]: work["year"] for work in works}
    records = []
    files: dict[str, str] = {}
    for record in store.read("record", columns=_RECORD_COLUMNS):
        work = home.get(record["record_id"])
        if work is None:
            continue
        files[record["record_id"]] = record["source_file"]
        records.append({**record, "work_id": work, "authors": json.loads(record["authors"] or "[]")})
    references = [
        {
            **row,
            "work_id": home[row["record_id"]],
            "source_file": files[row["record_id"]],
            "citing_year": years.get(home[row["record_id"]]),
        }
        for row in store.read("record_reference")
        if row["record_id"] in home and row["record_id"] in files
    ]
    resolved = resolve(references, records, min_title_score=settings.min_title_score)
    return reference_rows(references, resolved)


def _text(project: Project, ids: Sequence[str], k: int) -> tuple[Any, int]:
    """Return the text layer over `ids` and how many of them have no vector."""
    from scipy.sparse import csr_matrix

    n = len(ids)
    try:
        known, matrix = project.array("work")
    except StepMissingError:
        return csr_matrix((n, n)), n
    row_of = {work: row for row, work in enumerate(known)}
    here = [i for i, work in enumerate(ids) if work in row_of]
    if len(here) < 2:
        return csr_matrix((n, n)), n - len(here)
    small = text_layer(matrix[[row_of[ids[i]] for i in here]], k).tocoo()
    back = np.asarray(here)
    return csr_matrix((small.data, (back[small.row], back[small.col])), shape=(n, n)), n - len(here)


def _extra_layers(asked: str, works: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the layers of venue and authors where they are asked for, and what was set aside."""
    layers: dict[str, Any] = {}
    problems = []
    for layer in ("venue", "author"):
        if asked not in (layer, "both"):
            continue
        if layer == "venue":
            held = [[venue_key(work["venue"])] for work in works]
        else:
            held = [[author_key(name) for name in json.loads(work["authors"] or "[]")] for work in works]
        layers[layer], aside = common_layer(held)
        if aside:
            problems.append(
                Problem(
                    "hubs-set-aside",
                    f"{aside:,} {layer}s with more than {COMMON} works were set aside in the layer {layer!r}",
                    "so much in common says nothing about traditions",
                    severity="note",
                )
            )
    return layers, problems


def _notices(
    n: int,
    rows: Sequence[Mapping[str, Any]],
    layers: Mapping[str, Any],
    *,
    missing: int,
    n_hubs: int,
    hub_cap: int,
) -> list[Problem]:
    problems: list[Problem] = []
    if not n:
        return problems
    if not rows:
        problems.append(
            Problem(
                "no-references",
                "no record carries references: there is no citation network, and traditions rest on text alone",
                "export again with references: in Scopus tick 'References', in Web of Science choose "
                "'Full Record and Cited References', or use OpenAlex",
            )
        )
    elif not layers["coupling"].nnz and not layers["citation"].nnz:
        problems.append(
            Problem(
                "no-links",
                f"{len(rows):,} references were read, but no two works share one and none is a work here",
                "look at the references table: are titles, years or DOIs missing from them?",
            )
        )
    if missing:
        problems.append(
            Problem(
                "no-vector",
                f"{missing:,} of {n:,} works have no vector: no text, or a language the model does not know",
                "they are placed by references where they have some",
                severity="note",
            )
        )
    if n_hubs:
        problems.append(
            Problem(
                "hubs-set-aside",
                f"{n_hubs:,} references cited by more than {hub_cap:,} works were set aside in coupling",
                "they say nothing about traditions; below half of all works, [graph] hub_cap decides",
                severity="note",
            )
        )
    return problems
