"""Graphs for other tools: GEXF 1.3, Pajek, VOSviewer's two text files, and lists of nodes and edges.

Takes a graph with plain attributes and, where there are any, places; gives the text of files. Every
format is written so that a reader other than ours takes it; what it cannot hold is said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from metanarrative.export import graph, printable

if TYPE_CHECKING:
    import networkx as nx

    from metanarrative.project import Project

FORMATS = ("gexf", "pajek", "vosviewer-txt", "edgelist")

LOSSES: dict[str, tuple[str, ...]] = {
    "gexf": ("control characters in texts", "the evidence behind a link (export csv: citations, edges)"),
    "pajek": (
        "all attributes but label, place and cluster (the latter in the .clu file)",
        "double quotes in labels become single ones",
    ),
    "vosviewer-txt": (
        "the direction of a citation",
        "attributes other than label, place, cluster, links, strength, year and DOI",
        "items without any link, where they are policy documents",
    ),
    "edgelist": ("nothing of the graph; texts that a spreadsheet would run get a leading quote",),
}
"""What each format cannot carry; docs/exports.md prints it."""

Places = Mapping[str, tuple[float, float]]


def gexf(made: nx.Graph, places: Places, colours: Mapping[str, str] | None = None) -> str:
    """Return a graph as GEXF 1.3, with places and colours.

    Parameters
    ----------
    made : networkx graph
    places : mapping
        Node to (x, y) in [-1, 1].
    colours : mapping, optional
        Cluster to ``#rrggbb``.

    Examples
    --------
    >>> import networkx as nx
    >>> g = nx.Graph(); g.add_node("a", label="A & B", year=2001); g.add_node("b", label="C")
    >>> g.add_edge("a", "b", weight=0.5); text = gexf(g, {})
    >>> 'version="1.3"' in text, 'label="A &amp; B"' in text
    (True, True)
    """
    columns: dict[str, str] = {}
    for _, attributes in sorted(made.nodes(data=True)):
        for key, value in attributes.items():
            if key == "label" or value == "" or value is None:
                continue
            kind = "string" if isinstance(value, str) else "double" if isinstance(value, float) else "integer"
            columns[key] = (
                kind
                if columns.get(key, kind) == kind
                else "double"
                if "string" not in (kind, columns[key])
                else "string"
            )
    numbers = {key: i for i, key in enumerate(sorted(columns))}
    directed = "directed" if made.is_directed() else "undirected"
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">',
        "<meta><creator>metanarrative</creator></meta>",
        f'<graph defaultedgetype="{directed}" mode="static">',
        '<attributes class="node" mode="static">',
        *(f'<attribute id="{numbers[k]}" title={_attribute(k)} type="{columns[k]}"/>' for k in sorted(columns)),
        "</attributes>",
        "<nodes>",
    ]
    degree = dict(made.degree())
    top = max(degree.values(), default=0) or 1
    for node, attributes in sorted(made.nodes(data=True)):
        out.append(f"<node id={_attribute(node)} label={_attribute(attributes.get('label') or node)}>")
        values = "".join(
            f'<attvalue for="{numbers[key]}" value={_attribute(attributes[key])}/>'
            for key in sorted(columns)
            if attributes.get(key) not in ("", None)
        )
        out.append(f"<attvalues>{values}</attvalues>")
        if node in places:
            x, y = places[node]
            out.append(f'<viz:position x="{1000 * x:.1f}" y="{-1000 * y:.1f}" z="0.0"/>')
        out.append(f'<viz:size value="{4 + 16 * degree[node] / top:.1f}"/>')
        colour = (colours or {}).get(str(attributes.get("cluster") or attributes.get("theme") or ""), "")
        if colour:
            red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
            out.append(f'<viz:color r="{red}" g="{green}" b="{blue}"/>')
        out.append("</node>")
    out += ["</nodes>", "<edges>"]
    for at, (a, b, weight) in enumerate(_links(made)):
        out.append(f'<edge id="{at}" source={_attribute(a)} target={_attribute(b)} weight="{weight:g}"/>')
    out += ["</edges>", "</graph>", "</gexf>", ""]
    return "\n".join(out)


def pajek(made: nx.Graph, places: Places) -> tuple[str, str]:
    """Return a graph as Pajek's .net, and its clusters as .clu.

    Labels carry the id, because Pajek's readers tell nodes apart by their label.

    Examples
    --------
    >>> import networkx as nx
    >>> g = nx.DiGraph(); g.add_edge("a", "b", weight=2.0); net, clu = pajek(g, {})
    >>> net.splitlines()[:3], clu.splitlines()
    (['*Vertices 2', '1 "a" 0.5000 0.5000 0.5000', '2 "b" 0.5000 0.5000 0.5000'], ['*Vertices 2', '0', '0'])
    """
    nodes = sorted(made.nodes(data=True))
    at = {node: i for i, (node, _) in enumerate(nodes, 1)}
    clusters = sorted({str(a.get("cluster") or a.get("theme") or "") for _, a in nodes} - {""})
    number = {cluster: i for i, cluster in enumerate(clusters, 1)}
    lines, classes = [f"*Vertices {len(nodes)}"], [f"*Vertices {len(nodes)}"]
    for node, attributes in nodes:
        label = printable(f"{attributes['label']} [{node}]" if attributes.get("label") else node)
        label = " ".join(label.replace('"', "'").split())
        x, y = places.get(node, (0.0, 0.0))
        lines.append(f'{at[node]} "{label}" {(x + 1) / 2:.4f} {(y + 1) / 2:.4f} 0.5000')
        classes.append(str(number.get(str(attributes.get("cluster") or attributes.get("theme") or ""), 0)))
    lines.append("*Arcs" if made.is_directed() else "*Edges")
    lines += [f"{at[a]} {at[b]} {weight:g}" for a, b, weight in _links(made)]
    return "\n".join(lines) + "\n", "\n".join(classes) + "\n"


def vosviewer_text(network: Mapping[str, Any]) -> tuple[str, str]:
    """Return VOSviewer's map and network files from its JSON, as :func:`metanarrative.export.vosviewer` gives it.

    Examples
    --------
    >>> item = {"id": "a", "label": "A", "weights": {"Links": 0, "Total link strength": 0.0}}
    >>> vosviewer_text({"network": {"items": [item], "links": []}})[0].splitlines()[1].split(chr(9))[:2]
    ['1', 'A']
    """
    items = network["network"]["items"]
    at = {item["id"]: i for i, item in enumerate(items, 1)}
    heads = ["id", "label", "description", "url", "x", "y", "cluster", "weight<Links>", "weight<Total link strength>",
             "score<Year>"]  # fmt: skip
    rows = ["\t".join(heads)]
    for item in items:
        cells = [
            at[item["id"]], item["label"], item.get("description", ""), item.get("url", ""), item.get("x", ""),
            item.get("y", ""), item.get("cluster", ""), item["weights"]["Links"],
            item["weights"]["Total link strength"], item.get("scores", {}).get("Year", ""),
        ]  # fmt: skip
        rows.append("\t".join(" ".join(str(cell).split()) for cell in cells))
    pairs: dict[tuple[int, int], float] = {}
    for link in network["network"]["links"]:
        a, b = sorted((at[link["source_id"]], at[link["target_id"]]))
        if a != b:
            pairs[a, b] = pairs.get((a, b), 0.0) + float(link["strength"])
    links = [f"{a}\t{b}\t{weight:g}" for (a, b), weight in sorted(pairs.items())]
    return "\n".join(rows) + "\n", "\n".join(links) + ("\n" if links else "")


def edgelist(made: nx.Graph, places: Places) -> tuple[str, str]:
    """Return nodes and edges as two CSV texts, with the headings that Gephi and Cytoscape know."""
    from metanarrative.export import csv_text

    keys = sorted({key for _, attributes in made.nodes(data=True) for key in attributes} - {"label"})
    nodes = [
        {
            "Id": node, "Label": attributes.get("label", ""), **{key: attributes.get(key, "") for key in keys},
            "x": places[node][0] if node in places else "", "y": places[node][1] if node in places else "",
        }
        for node, attributes in sorted(made.nodes(data=True))
    ]  # fmt: skip
    way = "Directed" if made.is_directed() else "Undirected"
    edges = [{"Source": a, "Target": b, "Type": way, "Weight": weight} for a, b, weight in _links(made)]
    return (
        csv_text(("Id", "Label", *keys, "x", "y"), nodes),
        csv_text(("Source", "Target", "Type", "Weight"), edges),
    )


def read_edgelist(nodes: str, edges: str) -> tuple[dict[str, dict[str, str]], list[tuple[str, str, float]]]:
    """Return nodes by id and edges from the two texts of :func:`edgelist`.

    Examples
    --------
    >>> read_edgelist("Id,Label\\na,A\\n", "Source,Target,Type,Weight\\na,b,Directed,2\\n")
    ({'a': {'Id': 'a', 'Label': 'A'}}, [('a', 'b', 2.0)])
    """
    found = {row["Id"]: row for row in csv.DictReader(io.StringIO(nodes))}
    links = [(row["Source"], row["Target"], float(row["Weight"])) for row in csv.DictReader(io.StringIO(edges))]
    return found, links


def files(project: Project, kind: str, name: str) -> dict[str, bytes]:
    """Return the files of an export by the end of their names ("" for a single file).

    Parameters
    ----------
    kind : str
        One of :data:`FORMATS`.
    name : str
        Which graph.
    """
    if kind == "vosviewer-txt":
        from metanarrative.export import vosviewer

        items, links = vosviewer_text(vosviewer(project, name=name))
        return {"_map.txt": items.encode("utf-8"), "_network.txt": links.encode("utf-8")}
    made = graph(project, name)
    where = "concept" if name == "concepts" else "work"
    places = {row["id"]: (row["x"], row["y"]) for row in project.store.read("place", where={"kind": where})}
    if kind == "edgelist":
        nodes, edges = edgelist(made, places)
        return {"_nodes.csv": nodes.encode("utf-8"), "_edges.csv": edges.encode("utf-8")}
    if kind == "pajek":
        net, clusters = pajek(made, places)
        return {".net": net.encode("utf-8"), ".clu": clusters.encode("utf-8")}
    from metanarrative.map.views.common import grouped

    groups, at = grouped(project.store.read("cluster"))
    colours = {cluster: str(groups[i]["colour"]) for cluster, i in at.items() if cluster}
    return {".gexf": gexf(made, places, colours).encode("utf-8")}


def _links(made: nx.Graph) -> list[tuple[str, str, float]]:
    found = []
    for a, b, weight in made.edges(data="weight"):
        first, second = (a, b) if made.is_directed() or a <= b else (b, a)
        found.append((first, second, float(weight if weight is not None else 1.0)))
    return sorted(found)


def _attribute(value: object) -> str:
    return quoteattr(printable(str(value)), {"\n": "&#10;", "\t": "&#9;"})


__all__ = ["FORMATS", "LOSSES", "edgelist", "files", "gexf", "pajek", "read_edgelist", "vosviewer_text"]
