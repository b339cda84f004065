"""Networks for other tools: networkx, GraphML, VOSviewer JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metanarrative.errors import StepMissingError, UsageError
from metanarrative.export.files import Row, one_line, printable, write_file
from metanarrative.project import Project

if TYPE_CHECKING:
    import networkx as nx

LAYERS = ("citation", "coupling", "cocitation", "text", "bm25", "venue", "author")
GRAPHS = (*LAYERS, "concepts")


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


def links_of_layers(project: Project) -> dict[str, int]:
    """Return how many links each layer has."""
    return {
        layer: project.store.count("citation")
        if layer == "citation"
        else project.store.count("edge", where={"layer": layer})
        for layer in LAYERS
    }


def layer_with_links(links: Mapping[str, int], works: int, usual: str) -> str:
    """Return the usual layer where it has at least a link for two works, else one that has.

    Examples
    --------
    >>> layer_with_links({"coupling": 2, "text": 560, "bm25": 0}, 97, "coupling")
    'text'
    """
    if not any(links.values()):
        return usual
    enough = (layer for layer in (usual, "text", "bm25") if 2 * links.get(layer, 0) >= works)
    return next(enough, max(sorted(links), key=lambda layer: links[layer]))


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
            "label": one_line(attributes["label"]),
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
                    "label": one_line(row.get("tradition") or row["label"]),
                }
                for row in clusters
            ],
        },
    }


def export_vosviewer(project: Project, out: Path, *, name: str = "coupling", force: bool = False) -> Path:
    """Write a layer as VOSviewer JSON."""
    text = json.dumps(vosviewer(project, name=name), ensure_ascii=False, indent=1)
    return write_file(out, text.encode("utf-8"), force=force)


def _short(row: Row) -> str:
    authors = json.loads(row["authors"] or "[]")
    first = authors[0].split(",")[0] if authors else (row["issuer"] or row["title"][:30])
    return f"{first} ({row['year'] if row['year'] is not None else 'n.d.'})"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
