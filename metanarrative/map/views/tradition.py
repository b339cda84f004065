"""The tradition map: a point a work, near where texts and citations are near.

Takes works, clusters, memberships, links and places; gives the page with the atlas engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metanarrative.map.layout import neighbour_layout
from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import PAPER, el, esc, mark, svg, text, width_of, wrap
from metanarrative.map.views.common import (
    byline,
    counted,
    first_sentence,
    grouped,
    loads,
    meta_of,
    nation_name,
    short,
    zoom_buttons,
)
from metanarrative.text.shorten import cut

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

HOLLOW_BELOW = 0.4
"""Confidence (strength times agreement) under which a work is drawn hollow."""

LAYERS = ("text", "coupling", "citation", "cocitation", "bm25")


SIGN = 900
"""Marks that a thumbnail draws at most; of more it shows every n-th."""

BRIDGE_SHARE = 0.3
"""Least share of a work's ties in each of two groups for it to be listed as a bridge."""


def place_works(
    ids: Sequence[str],
    edges: Sequence[Mapping[str, Any]],
    groups: Sequence[int],
    matrix: np.ndarray[Any, Any] | None,
    rng: np.random.Generator,
) -> dict[str, tuple[float, float]]:
    """Return a place for every work from the mixed links, each layer scaled to its own mean.

    Parameters
    ----------
    ids : sequence of str
    edges : sequence of mapping
        ``layer, source_id, target_id, weight``.
    groups : sequence of int
        Group of each work.
    matrix : array, shape (n, d), or None
        Vectors in the order of `ids`.
    rng : numpy Generator
    """
    at = {work: i for i, work in enumerate(ids)}
    pairs = mixed(edges, at)
    keys = sorted(pairs)
    source = np.array([a for a, _ in keys], dtype=np.int64)
    target = np.array([b for _, b in keys], dtype=np.int64)
    weight = np.array([pairs[key] for key in keys], dtype=np.float64)
    found = neighbour_layout(len(ids), source, target, weight, rng, matrix=matrix, groups=groups)
    return {work: (float(found[i, 0]), float(found[i, 1])) for work, i in at.items()}


def place_beside(
    lone: Mapping[str, str], homes: Mapping[str, str], places: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Return a place for documents that stand in no cluster: on a ring round what they come nearest to.

    Parameters
    ----------
    lone : mapping
        Work id to the cluster it comes nearest to; "" where it comes near none.
    homes : mapping
        Work id to cluster, of the works that are placed.
    places : mapping
        Work id to its place.

    Examples
    --------
    >>> made = place_beside({"p": "c"}, {"a": "c", "b": "c"}, {"a": (0.0, 0.0), "b": (0.2, 0.0)})
    >>> abs(made["p"][0] - 0.1) < 0.5
    True
    """
    out: dict[str, tuple[float, float]] = {}
    everything = np.array([places[key] for key in sorted(places)]).reshape(-1, 2)
    by_home: dict[str, list[str]] = {}
    for work in sorted(lone):
        by_home.setdefault(lone[work], []).append(work)
    for home in sorted(by_home):
        spots = np.array([places[key] for key in sorted(places) if home and homes.get(key) == home]).reshape(-1, 2)
        known = spots if len(spots) else everything
        centre = np.median(known, axis=0) if len(known) else np.zeros(2)
        far = np.linalg.norm(known - centre, axis=1) if len(known) else np.zeros(1)
        reach = float(np.percentile(far, 88 if len(spots) else 97)) + 0.05
        mine = by_home[home]
        for number, work in enumerate(mine):
            turn = 2 * math.pi * (number + 0.5) / len(mine) + 0.7
            spread = reach * (1.0 + 0.16 * (number % 3))
            x, y = float(centre[0]) + spread * math.cos(turn), float(centre[1]) + spread * math.sin(turn)
            out[work] = (round(min(1.0, max(-1.0, x)), 4), round(min(1.0, max(-1.0, y)), 4))
    return out


def mixed(edges: Sequence[Mapping[str, Any]], at: Mapping[str, int]) -> dict[tuple[int, int], float]:
    """Join the layers into one weight a pair; every layer's mean weight counts as one."""
    total: dict[str, list[float]] = {}
    for edge in edges:
        total.setdefault(str(edge["layer"]), []).append(float(edge["weight"]))
    scale = {
        layer: len(values) / math.fsum(values) if math.fsum(values) > 0 else 0.0 for layer, values in total.items()
    }
    pairs: dict[tuple[int, int], float] = {}
    for edge in edges:
        a, b = at.get(str(edge["source_id"])), at.get(str(edge["target_id"]))
        if a is None or b is None or a == b:
            continue
        key = (a, b) if a < b else (b, a)
        pairs[key] = pairs.get(key, 0.0) + float(edge["weight"]) * scale[str(edge["layer"])]
    return {key: value for key, value in pairs.items() if value > 0}


def collect(project: Project, settings: MapSettings, places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Read what the map shows; `places` come from the layout of this run."""
    store = project.store
    clusters = store.read("cluster")
    memberships = {row["work_id"]: row for row in store.read("membership")}
    cited: dict[str, int] = {}
    for row in store.read("citation", columns=("cited_id",)):
        cited[row["cited_id"]] = cited.get(row["cited_id"], 0) + 1
    works = []
    for row in store.read("work"):
        if row["work_id"] not in places:
            continue
        member = memberships.get(row["work_id"], {})
        authors = loads(row["authors"], [])
        x, y = places[row["work_id"]]
        works.append(
            {
                "id": row["work_id"],
                "title": row["title"],
                "authors": authors,
                "year": row["year"],
                "venue": row["venue"] or row["issuer"],
                "doi": row["doi"],
                "kind": row["kind"],
                "nation": row["nation"] if row["kind"] == "policy" else "",
                "cluster": member.get("cluster_id", ""),
                "strength": member.get("strength"),
                "agreement": member.get("agreement"),
                "confidence": member.get("confidence"),
                "grade": member.get("grade", ""),
                "second": member.get("second_cluster_id", ""),
                "second_strength": member.get("second_strength", 0.0),
                "bridge": member.get("bridge", 0.0),
                "placed_by": member.get("placed_by", ""),
                "text_share": member.get("text_share", 0.0),
                "citation_share": member.get("citation_share", 0.0),
                "cited": cited.get(row["work_id"], 0),
                "quote": cut(row["abstract"], 1500) if settings.abstracts else first_sentence(row["abstract"], 240),
                "x": x,
                "y": y,
            }
        )
    if not settings.abstracts:
        _first_passages(project, works)
    edges = store.read("edge", columns=("layer", "source_id", "target_id", "weight"))
    ids = {work["id"]: i for i, work in enumerate(works)}
    return {
        "meta": meta_of(project, settings),
        "clusters": clusters,
        "works": works,
        "pairs": sorted((a, b, round(w, 4)) for (a, b), w in mixed(edges, ids).items()),
        "max_links": settings.max_links,
    }


def _first_passages(project: Project, works: list[dict[str, Any]]) -> None:
    """Give works without an abstract (policy documents) the first sentence of their text."""
    bare = {work["id"]: work for work in works if not work["quote"]}
    for row in project.store.read("passage", columns=("work_id", "position", "kind", "text")):
        work = bare.get(row["work_id"])
        if work is None or row["kind"] in ("title", "heading"):
            continue
        if not work["quote"] or row["position"] < work.get("_first", 0):
            work["quote"], work["_first"] = first_sentence(row["text"], 240), row["position"]


def neighbours(n: int, pairs: Sequence[Sequence[Any]], k: int = 5) -> list[list[int]]:
    """Return for each work the numbers of its `k` closest, strongest first.

    Examples
    --------
    >>> neighbours(3, [(0, 1, .2), (0, 2, .9)])
    [[2, 1], [0], [0]]
    """
    near: list[list[tuple[float, int]]] = [[] for _ in range(n)]
    for a, b, weight in pairs:
        near[a].append((-float(weight), int(b)))
        near[b].append((-float(weight), int(a)))
    return [[other for _, other in sorted(row)[:k]] for row in near]


def link_budget(n: int, most: int) -> int:
    """Return how many links to draw: at most `most`, and in a small corpus three a work.

    All links at once are a grey fog; the rest show when a work is chosen.

    Examples
    --------
    >>> link_budget(100, 1000), link_budget(5000, 1000)
    (300, 1000)
    """
    return min(most, 3 * n)


def _why(work: Mapping[str, Any], names: Mapping[str, str]) -> str:
    home = str(work.get("cluster") or "")
    if not home:
        nearest = names.get(str(work.get("second") or ""), "")
        if work.get("kind") == "policy":
            near = f" It is drawn near what its passages come nearest to: {nearest}." if nearest else ""
            return f"No cluster is clearly near to its passages. It is listed, not forced into a group.{near}"
        return "No cluster holds it: too few or too weak links. It is listed, not forced into a group."
    if work.get("placed_by") not in ("machine", "passages", "", None):
        return f"Placed here by {work['placed_by']}."
    strength = float(work.get("strength") or 0)
    if work.get("placed_by") == "passages":
        return "Placed by what its passages resemble; policy documents do not shape the clusters."
    text_share, citation_share = float(work.get("text_share") or 0), float(work.get("citation_share") or 0)
    layers = []
    if text_share > 0:
        layers.append("text")
    if citation_share > 0:
        layers.append("citations")
    words = f"{strength:.0%} of its link weight stays inside this group"
    if layers:
        words += f" ({' and '.join(layers)})"
    second = names.get(str(work.get("second") or ""), "")
    if second and float(work.get("second_strength") or 0) > 0:
        words += f"; next: {second} with {float(work['second_strength']):.0%}"
    return words + "."


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``clusters`` (rows of the table), ``works`` (with x and y in [-1, 1]),
        ``pairs`` (number, number, weight), ``max_links``.
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    works = list(data["works"])
    groups, where = grouped(data["clusters"])
    for group in groups:
        if "(proposal)" in group["note"]:  # a small screen has room for the first term of a machine's label
            group["brief"] = str(group["label"]).split(",")[0]
    names = {str(row["cluster_id"]): groups[where[str(row["cluster_id"])]]["full"] for row in data["clusters"]}
    pairs = sorted(data["pairs"], key=lambda p: (-float(p[2]), p[0], p[1]))
    near = neighbours(len(works), pairs)
    links = [[int(a), int(b)] for a, b, _ in pairs[: link_budget(len(works), int(data.get("max_links", 1000)))]]
    kinds = sorted({str(work.get("nation") or "") for work in works}, key=lambda k: (k != "", k))
    nations = [
        {
            "label": nation_name(kind),
            "colour": {"": "#009E73", "england": "#0072B2", "wales": "#D55E00"}.get(kind, "#CC79A7"),
            "shape": "disc",
        }
        for kind in kinds
    ]
    items = []
    for i, work in enumerate(works):
        confidence = work.get("confidence")
        if confidence is None:
            confidence = work.get("strength")
        home = str(work.get("cluster") or "")
        low = not home or (confidence is not None and float(confidence) < HOLLOW_BELOW)
        facts = []
        if home and confidence is not None:
            facts.append(
                ["Confidence", f"{float(confidence):.2f}" + (f" ({work['grade']})" if work.get("grade") else "")]
            )
        if work.get("agreement") is not None:
            facts.append(["Stays in resamples", f"{float(work['agreement']):.0%}"])
        facts.append(["Cited in this corpus", f"{int(work.get('cited') or 0):,}"])
        if float(work.get("bridge") or 0) > 0.5:
            facts.append(["Bridge score", f"{float(work['bridge']):.2f}"])
        kind = "Policy document · " + nation_name(str(work["nation"])) if work.get("kind") == "policy" else "Work"
        items.append(
            {
                "id": work["id"],
                "t": work["title"] or "(no title)",
                "by": byline(work.get("authors") or []) or None,
                "s": short(work.get("authors") or [], work.get("year"), str(work["title"] or "")),
                "y": work.get("year"),
                "v": work.get("venue") or None,
                "doi": work.get("doi") or None,
                "g": where.get(home, where[""]),
                "na": kinds.index(str(work.get("nation") or "")),
                "c": int(work.get("cited") or 0) or None,
                "h": 1 if low else None,
                "k": kind,
                "w": _why(work, names),
                "f": facts,
                "q": [[work["quote"]]] if work.get("quote") else None,
                "n": near[i],
                "cf": round(float(confidence), 2) if home and confidence is not None else None,
            }
        )
    by_cites = sorted(
        (i for i, w in enumerate(works) if int(w.get("cited") or 0) >= 2),
        key=lambda i: (-int(works[i]["cited"]), works[i]["id"]),
    )
    # a bridge has a real share of its ties in two groups; policy texts that touch all of them are none
    by_bridge = sorted(
        (
            i
            for i, w in enumerate(works)
            if w["kind"] == "literature"
            and min(float(w.get("strength") or 0), float(w.get("second_strength") or 0)) >= BRIDGE_SHARE
        ),
        key=lambda i: (-float(works[i]["bridge"]), works[i]["id"]),
    )
    lists = []
    if by_cites:
        lists.append({"title": words["foundations"], "why": words["foundations_why"], "items": by_cites[:7]})
    if by_bridge:
        lists.append({"title": words["bridges"], "why": words["bridges_why"], "items": by_bridge[:7]})
    carried = "titles, authors, DOIs and the " + (
        "abstracts" if meta.get("abstracts") else "first sentence of each abstract"
    )
    n_clusters = len(data["clusters"])
    alone = {
        kind: sum(1 for work in works if not work.get("cluster") and work.get("kind") == kind)
        for kind in ("literature", "policy")
    }
    accepted = sum(1 for row in data["clusters"] if row.get("accepted") or row.get("tradition"))
    page_data = {
        "items": columnar(items),
        "x": [round(float(work["x"]) * 10000) for work in works],
        "y": [round(float(work["y"]) * 10000) for work in works],
        "links": links,
        "groups": groups,
        "nations": nations,
        "groupTitle": "Groups" if n_clusters else words["filter"],
        "groupFact": "Group",
        "citable": 1,
        "lists": lists,
        "legendNotes": [words["size_is"], words["low_confidence"]],
        "columns": [
            {"k": "t", "t": "Title"},
            {"k": "by", "t": "Authors"},
            {"k": "y", "t": "Year", "num": 1},
            {"k": "g", "t": "Group"},
            {"k": "na", "t": "Nation or kind"},
            {"k": "cf", "t": "Confidence", "num": 1, "digits": 2},
            {"k": "c", "t": "Cited here", "num": 1},
        ],
    }
    if not works:
        picture = f'<p class="nodata">{esc(words["no_data"])} metanarrative run</p>'
    else:
        picture = _canvas(words, f"{counted(len(works), 'work')} in {counted(n_clusters, 'cluster')}")
    n_policy = sum(1 for work in works if work.get("kind") == "policy")
    what = counted(len(works) - n_policy, "work") + (f" and {counted(n_policy, 'policy document')}" if n_policy else "")
    by_people = (
        f"{accepted} of them named or accepted by people"
        if accepted
        else "none of them named or accepted by people yet"
    )
    lead = (
        f"{what} in {counted(n_clusters, 'cluster')}, {by_people}. "
        "Works that share vocabulary and citations lie near each other; there are no axes, and distance is approximate."
    )
    if any(alone.values()):
        parts = [
            counted(n, one) for n, one in ((alone["literature"], "work"), (alone["policy"], "policy document")) if n
        ]
        stand = "stands" if sum(alone.values()) == 1 else "stand"
        lead += f" {' and '.join(parts)} {stand} in no cluster: hollow grey marks, listed in the table."
    return Page(
        name="tradition",
        lead=lead,
        picture=picture,
        data=page_data,
        meta=meta,
        engine="atlas" if works else "svg",
        controls=_controls(words),
        method="Places come from the strongest text, coupling and citation links of each work (a seeded "
        "neighbour layout "
        f"computed once and stored). The {len(links):,} strongest links are drawn. Clusters are "
        "proposals by the machine until a person names, "
        "accepts or edits one; only then is it called a tradition.",
        limits=[
            "An empty stretch of map is not a gap in research: only what was searched for can be here.",
            "Citation counts cover this corpus only, and missing reference lists look like not being cited.",
        ],
        carries=carried,
        settings={"max_links": data.get("max_links", 1000), **_cluster_settings(meta)},
    )


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def _cluster_settings(meta: Mapping[str, Any]) -> dict[str, Any]:
    chosen = meta.get("stage_settings", {}).get("traditions", {})
    return {f"traditions.{key}": value for key, value in chosen.items()}


def _canvas(words: Mapping[str, str], label: str) -> str:
    return (
        f'<div class="mapbar">{zoom_buttons(words)}<button type="button" id="mlabels" aria-pressed="true">'
        f'{esc(words["labels"])}</button><button type="button" id="mdensity" aria-pressed="false">'
        f'{esc(words["density"])}</button><button type="button" id="mlasso" aria-pressed="false">'
        f'{esc(words["lasso"])}</button></div><div class="canvasbox" id="atlas"><canvas class="map" '
        f'tabindex="0" role="application" aria-label="{esc(label)}" aria-describedby="keys"></canvas>'
        '<div class="tip" hidden></div><div class="standin"></div></div>'
    )


def _controls(words: Mapping[str, str]) -> str:
    return (
        f'<div class="block"><label for="by">{esc(words["colour_by"])}</label><select id="by"><option '
        f'value="group">{esc(words["by_group"])}</option><option value="year">'
        f'{esc(words["by_year"])}</option><option value="nation">{esc(words["by_nation"])}</option>'
        f'</select></div>\n<div class="block"><span class="lab">{esc(words["years"])}</span><svg '
        'class="hist" id="hist" preserveAspectRatio="none" aria-hidden="true"></svg><div '
        f'class="years"><label>{esc(words["from"])} <input id="y0" type="number" inputmode="numeric">'
        f'</label><label>{esc(words["to"])} <input id="y1" type="number" inputmode="numeric"></label>'
        "</div></div>"
    )


def static(data: Mapping[str, Any], width: float = 760, height: float = 500, *, bare: bool = False) -> str:
    """Return the map as a still picture; `bare` for a sign of it: a fair sample of the works, no names."""
    works = list(data["works"])
    pairs = sorted(data["pairs"], key=lambda p: (-float(p[2]), p[0], p[1]))
    if bare and len(works) > SIGN:
        # a sign of the map is as true with a fair sample, and does not weigh megabytes
        chosen = range(0, len(works), -(-len(works) // SIGN))
        works, pairs = [works[i] for i in chosen], []
    groups, where = grouped(data["clusters"])
    scale = min(width - 60, height - 60) / 2
    if works:
        xs, ys = [float(w["x"]) for w in works], [float(w["y"]) for w in works]
        reach_x, reach_y = max(max(xs) - min(xs), 0.1), max(max(ys) - min(ys), 0.1)
        scale = min((width - 70) / reach_x, (height - 60) / reach_y)
        mid_x, mid_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    else:
        mid_x = mid_y = 0.0
    spot = [(width / 2 + (float(w["x"]) - mid_x) * scale, height / 2 + (float(w["y"]) - mid_y) * scale) for w in works]
    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    pairs = pairs[: min(400, link_budget(len(works), int(data.get("max_links", 1000))))]
    strokes = "".join(f"M{spot[a][0]:.1f} {spot[a][1]:.1f}L{spot[b][0]:.1f} {spot[b][1]:.1f}" for a, b, _ in pairs)
    if strokes:
        body.append(el("path", d=strokes, fill="none", stroke="#565d68", stroke_opacity=0.2, class_="link"))
    top = max([int(w.get("cited") or 0) for w in works], default=0) or 1
    base = 5.0 if len(works) < 150 else 3.4 if len(works) < 800 else 2.3
    for i in sorted(range(len(works)), key=lambda i: (int(works[i].get("cited") or 0), works[i]["id"])):
        work = works[i]
        home = str(work.get("cluster") or "")
        group = groups[where.get(home, where[""])]
        confidence = work.get("confidence") if work.get("confidence") is not None else work.get("strength")
        hollow = not home or (confidence is not None and float(confidence) < HOLLOW_BELOW)
        radius = base * (1 + 1.8 * math.sqrt(int(work.get("cited") or 0) / top))
        body.append(mark(group["shape"], *spot[i], radius, fill=group["colour"], hollow=hollow))
    taken: list[tuple[float, float, float, float]] = []
    for index, group in enumerate([] if bare else groups):
        if group.get("other"):
            continue
        mine = [spot[i] for i, w in enumerate(works) if where.get(str(w.get("cluster") or ""), -1) == index]
        if len(mine) < 2:
            continue
        x = sorted(p[0] for p in mine)[len(mine) // 2]
        y = sorted(p[1] for p in mine)[len(mine) // 2]
        size = 13.5
        lines = wrap(str(group["label"]), 150, size, lines=3)
        widths = [1.12 * width_of(line, size) for line in lines]  # semibold letters are wider
        half = max(widths[0] / 2 + 16, *(wide / 2 for wide in widths))  # the first line has the group's mark before it
        step = size * 1.16
        tall = step * len(lines)
        x = min(max(x, half + 6), width - half - 6)
        best: tuple[float, float, float] | None = None
        for dx in (0, -0.5, 0.5, -1, 1, -1.6, 1.6):
            for dy in (0, -18, 18, -36, 36, -54, 54, -72, 72):
                ax = min(max(x + dx * half, half + 6), width - half - 6)
                ay = min(max(y + dy, tall / 2 + 6), height - tall / 2 - 6)
                box = (ax - half, ay - tall / 2, ax + half, ay + tall / 2)
                if any(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken):
                    continue
                covered = sum(1 for px, py in spot if box[0] - 3 < px < box[2] + 3 and box[1] - 3 < py < box[3] + 3)
                cost = covered + math.hypot(ax - x, (ay - y) * 1.3) / (0.05 * width)
                if best is None or cost < best[0] - 1e-9:
                    best = (cost, ax, ay)
        if best:
            _, ax, ay = best
            taken.append((ax - half - 2, ay - tall / 2 - 2, ax + half + 2, ay + tall / 2 + 2))
            body.append(
                mark(group["shape"], ax - widths[0] / 2 - 6, ay - tall / 2 + step / 2, 4.5, fill=group["colour"])
            )
            for row, line in enumerate(lines):
                at = ay - tall / 2 + step * (row + 0.78)
                across = ax if row else ax + 7
                body.append(text(across, at, line, size=size, anchor="middle", weight=600, halo=True))
    return svg(width, height, f"Map of {counted(len(works), 'work')}", body, role="img")
