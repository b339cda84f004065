"""The concept map: which terms of the corpus occur together more than chance would have it.

Takes concepts, links by association strength and the passages behind them; pyvis draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.map.layout import neighbour_layout, part
from metanarrative.map.page import Page, columnar, render
from metanarrative.map.pyvis_engine import network_data
from metanarrative.map.strings import strings
from metanarrative.map.svg import OKABE_ITO, PAPER, el, esc, mark, svg, text, width_of
from metanarrative.map.views.common import (
    LARGEST,
    cluster_words,
    counted,
    loads,
    meta_of,
    paint,
    place_words,
    zoom_buttons,
)
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

MOST = 150
MOST_LINKS = 450


def choose(
    concepts: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]], most: int = MOST
) -> tuple[list[Mapping[str, Any]], list[tuple[int, int, int, float]]]:
    """Return the concepts in most documents and the strongest links among them.

    Every concept keeps its two strongest links; the rest of the budget goes by strength.
    """
    nodes = sorted(concepts, key=lambda row: (-int(row["n_documents"]), str(row["concept_id"])))[:most]
    at = {str(row["concept_id"]): i for i, row in enumerate(nodes)}
    links = []
    for edge in edges:
        a, b = at.get(str(edge["source_id"])), at.get(str(edge["target_id"]))
        if a is not None and b is not None and a != b:
            links.append((min(a, b), max(a, b), int(edge["n"]), float(edge["strength"])))
    links.sort(key=lambda link: (-link[3], link[0], link[1]))
    kept: set[int] = set()
    seen = [0] * len(nodes)
    for number, (a, b, _, _) in enumerate(links):
        if seen[a] < 2 or seen[b] < 2:
            kept.add(number)
            seen[a] += 1
            seen[b] += 1
    for number in range(len(links)):
        if len(kept) >= MOST_LINKS:
            break
        kept.add(number)
    return nodes, [links[number] for number in sorted(kept)]


def place_concepts(
    nodes: Sequence[Mapping[str, Any]], links: Sequence[tuple[int, int, int, float]], rng: np.random.Generator
) -> dict[str, tuple[float, float]]:
    """Return a place for every concept, far enough apart for their labels."""
    names = sorted({str(row.get("cluster_id") or "") for row in nodes})
    found = neighbour_layout(
        len(nodes),
        np.array([link[0] for link in links], dtype=np.int64),
        np.array([link[1] for link in links], dtype=np.int64),
        np.array([math.log1p(link[3]) for link in links], dtype=np.float64),
        rng,
        groups=[names.index(str(row.get("cluster_id") or "")) for row in nodes],
    )
    if len(nodes) > 1:
        found = part(found, np.full(len(nodes), 0.62 / math.sqrt(len(nodes))))
    return {str(row["concept_id"]): (float(x), float(y)) for row, (x, y) in zip(nodes, found.tolist(), strict=True)}


def collect(project: Project, settings: MapSettings, places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Read concepts, links, themes of concepts, shares per grouping and passages."""
    store = project.store
    concepts = [row for row in store.read("concept") if row["concept_id"] in places]
    chosen = {row["concept_id"] for row in concepts}
    titles = {
        row["work_id"]: (row["title"], row["year"]) for row in store.read("work", columns=("work_id", "title", "year"))
    }
    best: dict[str, list[tuple[int, str, str]]] = {}
    for row in store.read("mention"):
        if row["concept_id"] in chosen:
            best.setdefault(row["concept_id"], []).append((-row["n"], row["work_id"], row["passage_id"]))
    wanted: dict[str, list[str]] = {}
    for concept, rows in best.items():
        works: set[str] = set()
        for _, work, passage in sorted(rows):
            if work not in works:
                works.add(work)
                wanted.setdefault(concept, []).append(passage)
            if len(works) == 3:
                break
    needed = sorted({passage for rows in wanted.values() for passage in rows})
    passages = {row["passage_id"]: row for row in store.read("passage", where={"passage_id": needed})} if needed else {}
    quotes = {
        concept: [
            [
                around(passages[p]["text"], _words_of(row), 300 if settings.abstracts else 190),
                place_words(passages[p], _with_year(titles.get(passages[p]["work_id"], ("", None)))),
                passages[p]["language"],
            ]
            for p in wanted.get(concept, [])
            if p in passages
        ]
        for concept, row in ((row["concept_id"], row) for row in concepts)
    }
    clusters = {row["cluster_id"]: row for row in store.read("cluster")}
    shares: dict[str, list[list[str]]] = {}
    for row in store.read("tradition_concept"):
        if row["concept_id"] in chosen and row["n_works"]:
            cluster = clusters.get(row["tradition_id"])
            name = cluster_words(cluster)["full"] if cluster else row["tradition_id"]
            shares.setdefault(row["concept_id"], []).append(
                [name, f"{row['n_works']} works ({row['share']:.0%}), {row['lift']:.1f} × expected"]
            )
    return {
        "meta": meta_of(project, settings),
        "concepts": [{**row, "x": places[row["concept_id"]][0], "y": places[row["concept_id"]][1]} for row in concepts],
        "edges": store.read("concept_edge"),
        "themes": store.read("concept_theme"),
        "quotes": quotes,
        "shares": shares,
    }


def _words_of(row: Mapping[str, Any]) -> list[str]:
    return [str(row["label"]), *loads(row.get("variants"), [])]


def _with_year(work: tuple[str, int | None]) -> str:
    title, year = work
    return f"{cut(title, 90)} ({year})" if year else cut(title, 90)


def around(passage: str, words: Sequence[str], most: int) -> str:
    """Return the part of `passage` round the first of `words` that occurs in it.

    Examples
    --------
    >>> around("A long beginning that nobody needs here. Then the care plan was made.", ["care plan"], 40)
    '… Then the care plan was made.'
    """
    flat = " ".join(passage.split())
    if len(flat) <= most:
        return flat
    folded = flat.casefold()
    at = min((p for p in (folded.find(w.casefold()) for w in words if w) if p >= 0), default=0)
    begin = max(0, at - most // 2)
    if begin:
        stop = flat.rfind(". ", 0, at)
        begin = stop + 2 if stop >= begin - 60 and stop >= 0 else flat.find(" ", begin) + 1
    piece = cut(flat[begin:], most)
    return f"… {piece}" if begin else piece


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``concepts`` (rows with x and y in [-1, 1]), ``edges``, ``themes``, ``quotes``
        (concept to ``[text, place, language]``), ``shares`` (concept to ``[name, words]``).
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    nodes, links = choose(data["concepts"], data["edges"])
    groups, home = _groups(data, nodes)
    top = max((int(row["n_documents"]) for row in nodes), default=1)
    spread = 50 * math.sqrt(max(8, len(nodes)))
    strongest = max((link[3] for link in links), default=1.0)
    near: dict[int, list[tuple[float, int]]] = {}
    for a, b, _, strength in links:
        near.setdefault(a, []).append((-strength, b))
        near.setdefault(b, []).append((-strength, a))
    prepared = [
        {
            **groups[home[i]],
            "id": i,
            "label": cut(str(row["label"]), 30),
            "x": round(float(row["x"]) * spread, 1),
            "y": round(float(row["y"]) * spread, 1),
            "size": 6 + 15 * math.sqrt(int(row["n_documents"]) / top),
        }
        for i, row in enumerate(nodes)
    ]
    network = network_data(
        prepared,
        [
            {"source": a, "target": b, "strength": round(s, 2), "width": round(0.8 + 5 * s / strongest, 2)}
            for a, b, _, s in links
        ],
    )
    network["steps"] = _steps([link[3] for link in links])
    items = []
    for i, row in enumerate(nodes):
        concept = str(row["concept_id"])
        facts = [["Documents", f"{int(row['n_documents']):,}"], ["Mentions", f"{int(row['n_mentions']):,}"]]
        if row.get("mean_year"):
            facts.append(["Mean year", f"{float(row['mean_year']):.0f}"])
        variants = (
            loads(row.get("variants"), []) if isinstance(row.get("variants"), str) else list(row.get("variants") or [])
        )
        if len(variants) > 1:
            facts.append(["Also written", ", ".join(str(v) for v in variants[:5])])
        facts += [list(pair) for pair in data.get("shares", {}).get(concept, [])[:6]]
        items.append(
            {
                "id": concept,
                "t": row["label"],
                "k": "Concept",
                "g": home[i],
                "lang": "cy" if row.get("language") == "cy" else None,
                "y": round(float(row["mean_year"])) if row.get("mean_year") else None,
                "f": facts,
                "d": int(row["n_documents"]),
                "m": int(row["n_mentions"]),
                "q": data.get("quotes", {}).get(concept) or None,
                "n": [["Occurs with, more than chance", [other for _, other in sorted(near.get(i, []))[:8]]]],
            }
        )
    if nodes:
        picture = _box(words, drawing(nodes, links, groups, home, top))
        lead = (
            f"{counted(len(nodes), 'concept')} found in the texts. A link joins two that occur in the "
            "same documents more often than chance would have it; "
            "there are no axes, and distance is approximate."
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No term occurs in enough documents. metanarrative '
            "run concepts</p>"
        )
        lead = "Terms that occur together more than chance would have it."
    return Page(
        name="concepts",
        lead=lead,
        picture=picture,
        meta=meta,
        engine="pyvis" if nodes else "svg",
        controls=_controls(words, network["steps"]) if nodes else "",
        data={
            "items": columnar(items),
            "groups": groups,
            "groupTitle": "Themes of concepts",
            "meanYear": 1,
            "groupFact": "Theme",
            "network": network,
            "legendNotes": ["size: documents with the concept"],
            "columns": [
                {"k": "t", "t": "Concept"},
                {"k": "g", "t": "Theme"},
                {"k": "d", "t": "Documents", "num": 1},
                {"k": "m", "t": "Mentions", "num": 1},
                {"k": "y", "t": "Mean year", "num": 1},
            ],
        },
        method="Link strength is association strength: observed joint documents over those expected if the "
        "two were independent. "
        "The colours group concepts that hang together; the names of these groups are the machine's. "
        "Drawn with pyvis (vis-network), places computed beforehand.",
        limits=[
            (
                "A concept is a string of words and its variants, not an idea: the same word may mean "
                "different things in different traditions."
            )
        ],
        carries="short extracts of passages",
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def _groups(data: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[int]]:
    sizes: dict[str, int] = {}
    for row in nodes:
        key = str(row.get("cluster_id") or "")
        sizes[key] = sizes.get(key, 0) + 1
    labels = {str(row["cluster_id"]): str(row["label"]) for row in data.get("themes", [])}
    ranked = sorted((key for key in sizes if key), key=lambda key: (-sizes[key], key))
    own = ranked[: LARGEST - 1]
    groups = [{"label": labels.get(key) or "no name", **paint(i)} for i, key in enumerate(own)]
    if any(key not in own for key in sizes):
        groups.append({"label": "other", "colour": OKABE_ITO[7], "shape": "disc"})
    home = [
        own.index(str(row.get("cluster_id") or "")) if str(row.get("cluster_id") or "") in own else len(own)
        for row in nodes
    ]
    return groups, home


def _steps(strengths: Sequence[float], n: int = 12) -> list[float]:
    """Return thresholds for the slider: quantiles of the strengths, from none to most."""
    if not strengths:
        return [0.0]
    ordered = sorted(strengths)
    picks = [0.0] + [round(ordered[min(len(ordered) - 1, int(len(ordered) * i / n))], 2) for i in range(1, n)]
    return sorted(set(picks))


def _controls(words: Mapping[str, str], steps: Sequence[float]) -> str:
    return (
        f'<div class="block"><label for="strength">{esc(words["strength"])}: <span id="strengthv">'
        f'0</span></label><input id="strength" type="range" min="0" max="{len(steps) - 1}" step="1" '
        'value="0"><p class="small soft" id="nlinks"></p></div>\n<div class="block"><label for="by">'
        f'{esc(words["colour_by"])}</label><select id="by"><option value="group">theme of '
        f'concepts</option><option value="year">mean {esc(words["by_year"])}</option></select></div>'
        f'\n<div class="block"><span class="lab">{esc(words["years"])}</span><svg class="hist" '
        'id="hist" preserveAspectRatio="none" aria-hidden="true"></svg><div class="years"><label>'
        f'{esc(words["from"])} <input id="y0" type="number" inputmode="numeric"></label><label>'
        f'{esc(words["to"])} <input id="y1" type="number" inputmode="numeric"></label></div></div>'
    )


def _box(words: Mapping[str, str], still: str) -> str:
    return (
        f'<div class="mapbar">{zoom_buttons(words)}</div><div class="canvasbox"><div class="net" id="net">'
        f'</div><div class="noscreen">{still}</div></div>'
    )


def drawing(
    nodes: Sequence[Mapping[str, Any]],
    links: Sequence[tuple[int, int, int, float]],
    groups: Sequence[Mapping[str, Any]],
    home: Sequence[int],
    top: int,
    width: float = 1000,
    height: float = 760,
) -> str:
    """Return the concept map as a still picture, for print and for the landing page."""
    xs, ys = [float(row["x"]) for row in nodes], [float(row["y"]) for row in nodes]
    fx = (width - 130) / max(max(xs) - min(xs), 0.01)
    fy = (height - 90) / max(max(ys) - min(ys), 0.01)
    spot = [(65 + (x - min(xs)) * fx, 45 + (y - min(ys)) * fy) for x, y in zip(xs, ys, strict=True)]
    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    strongest = max((link[3] for link in links), default=1.0)
    for a, b, _, strength in links:
        body.append(
            el(
                "line",
                x1=spot[a][0],
                y1=spot[a][1],
                x2=spot[b][0],
                y2=spot[b][1],
                stroke="#565d68",
                class_="link",
                stroke_opacity=0.28,
                stroke_width=0.6 + 3 * strength / strongest,
            )
        )
    radii = [4 + 11 * math.sqrt(int(row["n_documents"]) / top) for row in nodes]
    for i, radius in enumerate(radii):
        group = groups[home[i]]
        body.append(mark(str(group["shape"]), *spot[i], radius, fill=str(group["colour"])))
    body += _names([cut(str(row["label"]), 30) for row in nodes], spot, radii, (width, height))
    return svg(width, height, f"Map of {counted(len(nodes), 'concept')}", body, role="img")


def _names(
    labels: Sequence[str],
    spot: Sequence[tuple[float, float]],
    radii: Sequence[float],
    size: tuple[float, float],
) -> list[str]:
    """Return the names that have room below or above their marks, by the rule of ``network.js``.

    A name covers no other name and no mark; of the first dozen, the one that covers the fewest.
    """
    x, y, r = np.array([p[0] for p in spot]), np.array([p[1] for p in spot]), 0.8 * np.array(radii)
    taken: list[tuple[float, float, float, float]] = []
    out: list[str] = []
    for i in sorted(range(len(labels)), key=lambda i: (-radii[i], i)):
        half = width_of(labels[i], 12) / 2
        best: tuple[int, tuple[float, float, float, float]] | None = None
        for high in (y[i] + radii[i] + 1, y[i] - radii[i] - 16):
            box = (float(x[i]) - half, float(high), float(x[i]) + half, float(high) + 15)
            if box[0] < 2 or box[2] > size[0] - 2 or box[1] < 2 or box[3] > size[1] - 2:
                continue
            if any(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken):
                continue
            hit = (box[0] < x + r) & (box[2] > x - r) & (box[1] < y + r) & (box[3] > y - r)
            hit[i] = False
            covered = int(hit.sum())
            if (covered == 0 or len(out) < 12) and (best is None or covered < best[0]):
                best = (covered, box)
        if best:
            taken.append(best[1])
            out.append(text(float(x[i]), best[1][1] + 11.5, labels[i], size=12, anchor="middle", halo=True))
    return out


def static(data: Mapping[str, Any], most: int = 60, width: float = 760, height: float = 500) -> str:
    """Return a small still map."""
    nodes, links = choose(data["concepts"], data["edges"], most)
    if not nodes:
        return ""
    groups, home = _groups(data, nodes)
    top = max(int(row["n_documents"]) for row in nodes)
    return drawing(nodes, links, groups, home, top, width, height)
