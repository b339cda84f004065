"""Small networks by pyvis inside our own shell.

pyvis keeps the list of nodes and links and carries vis-network; its own page is never used
(it calls outside addresses and lets text become script). Coordinates come from Python, physics
stays off. vis-network is inlined from the installed pyvis package with its licence banner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

MOST_NODES, MOST_LINKS = 1500, 4000
"""Above either, the atlas engine draws."""

OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "edges": {"smooth": False, "hoverWidth": 0, "selectionWidth": 0},
    "nodes": {"shadow": False},
    "layout": {"improvedLayout": False},
    "interaction": {
        "hideEdgesOnDrag": True,
        "hover": False,
        "dragNodes": False,
        "keyboard": {"enabled": False},
        "tooltipDelay": 999999,
        "zoomSpeed": 0.6,
    },
}

VIS_SHAPES = {"disc": "dot", "square": "square", "triangle": "triangle", "diamond": "diamond"}


@cache
def vis_assets() -> tuple[str, str]:
    """Return vis-network's script and style as the installed pyvis carries them.

    The trailing source-map line goes: it names a file that is not there, and a browser with
    its tools open would ask for it.

    Raises
    ------
    FileNotFoundError
        If the installed pyvis carries no vis-network.
    """
    folder = files("pyvis") / "lib"
    versions = sorted(
        (item.name for item in folder.iterdir() if item.name.startswith("vis-")),
        key=lambda name: [int(part) for part in re.findall(r"\d+", name)],
    )
    if not versions:
        raise FileNotFoundError("the installed pyvis carries no vis-network")
    home = folder / versions[-1]
    script = (home / "vis-network.min.js").read_text(encoding="utf-8")
    style = (home / "vis-network.css").read_text(encoding="utf-8")
    script = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", script)
    # inside a script element these two would end or hide what follows
    script = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    style = re.sub(r"url\([^)]*\)", "none", style)
    return script, style.replace("</style", "<\\/style")


def network_data(nodes: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return nodes, links and options as pyvis prepares them for vis-network.

    Parameters
    ----------
    nodes : sequence of mapping
        ``id`` (number), ``label``, ``x``, ``y`` (pixels), ``size``, ``colour`` and ``shape``.
    links : sequence of mapping
        ``source``, ``target`` (numbers), ``strength``, ``width``.

    Returns
    -------
    dict
        ``nodes``, ``edges``, ``options``, ready for JSON.

    Examples
    --------
    >>> made = network_data([{"id": 0, "label": "a", "x": 1, "y": 2, "size": 5, "colour": "#000", "shape": "disc"}], [])
    >>> made["nodes"][0]["shape"], made["nodes"][0]["physics"], made["edges"]
    ('dot', False, [])
    """
    from pyvis.network import Network

    # directed: pyvis looks through all links before it adds one to an undirected network
    network = Network(directed=True, notebook=False, cdn_resources="in_line")
    for node in nodes:
        network.add_node(
            int(node["id"]),
            label=str(node["label"]),
            x=float(node["x"]),
            y=float(node["y"]),
            size=float(node["size"]),
            color=str(node["colour"]),
            shape=VIS_SHAPES[str(node["shape"])],
            physics=False,
            borderWidth=1,
        )
    for link in links:
        network.add_edge(
            int(link["source"]), int(link["target"]), width=float(link["width"]), strength=float(link["strength"])
        )
    made_nodes, made_edges, *_ = network.get_network_data()
    edges = []
    for number, edge in enumerate(made_edges):
        plain = {key: value for key, value in edge.items() if key != "arrows"}
        edges.append({"id": f"l{number}", **plain})
    return {"nodes": [dict(node) for node in made_nodes], "edges": edges, "options": OPTIONS}
