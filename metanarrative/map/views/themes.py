"""The thematic map: how central and how dense the themes of concepts are, with ranges.

Takes themes of concepts, the concept graph and who mentions what; gives Callon's plane, named
axes crossing at the medians, a bubble a theme, whiskers from resampled works.

References
----------
Callon M, Courtial JP, Laville F (1991), Co-word analysis. doi:10.1007/BF02019280
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metanarrative.map.page import Page, columnar, render
from metanarrative.map.strings import strings
from metanarrative.map.svg import LINE, OKABE_ITO, PAPER, SOFT, el, esc, fit, mark, number, svg, text, width_of
from metanarrative.map.views.common import counted, cut, meta_of, paint, place_words

if TYPE_CHECKING:
    from metanarrative.config import MapSettings
    from metanarrative.project import Project

RESAMPLES = 200
LOW, HIGH = 5.0, 95.0
"""Percentiles of the whiskers: nine resamples in ten lie between."""

FEWEST = 30
"""Works a period must hold to be drawn on its own."""

CORNERS = {
    (1, 1): ("motor", "central and dense: established, and tied to the rest"),
    (0, 1): ("niche", "dense but apart: a specialism of its own"),
    (1, 0): ("basic", "central but loose: runs through everything, held together by little"),
    (0, 0): ("emerging or fading", "neither central nor dense"),
}
"""(central, dense) to name and gloss of a corner, after Callon and others."""


def figures(
    labels: NDArray[np.int64], ends: NDArray[np.int64], both: NDArray[np.float64], sizes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return centrality and density of every theme, for one or many samples at once.

    Parameters
    ----------
    labels : int array, shape (n,)
        Theme of each concept; -1 none.
    ends : int array, shape (m, 2)
        The two concepts of each link.
    both : float array, shape (m, r)
        Works with both, in each of r samples.
    sizes : float array, shape (n, r)
        Works with each concept.

    Returns
    -------
    float array, shape (themes, 2, r)
        Centrality is ten times the sum of equivalence indices to other themes, density a
        hundred times the sum inside over the number of concepts.

    Examples
    --------
    >>> made = figures(np.array([0, 0, 1]), np.array([[0, 1], [1, 2]]), np.array([[6.], [3.]]),
    ...                np.array([[10.], [15.], [6.]]))
    >>> made[:, :, 0].round(2).tolist()
    [[1.0, 12.0], [1.0, 0.0]]
    """
    n_themes = int(labels.max(initial=-1)) + 1
    out = np.zeros((n_themes, 2, both.shape[1] if both.ndim == 2 else 1))
    if not n_themes:
        return out
    a, b = labels[ends[:, 0]], labels[ends[:, 1]]
    bottom = sizes[ends[:, 0]] * sizes[ends[:, 1]]
    value = np.divide(both * both, bottom, out=np.zeros_like(both), where=bottom > 0)
    held = np.bincount(labels[labels >= 0], minlength=n_themes)
    for theme in range(n_themes):
        inside = (a == theme) & (b == theme)
        outside = ((a == theme) != (b == theme)) & (a >= 0) & (b >= 0)
        out[theme, 0] = 10 * value[outside].sum(axis=0)
        out[theme, 1] = 100 * value[inside].sum(axis=0) / max(1, held[theme])
    return out


def ranges(
    labels: NDArray[np.int64],
    ends: NDArray[np.int64],
    held: Sequence[NDArray[np.int64]],
    n_works: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> NDArray[np.float64]:
    """Return the whiskers: works drawn with replacement, themes held fixed.

    A work drawn twice ties its concepts twice, which raises equivalence indices of rare concepts
    in every resample. The spread is what tells, so it is centred on the figure itself.

    Parameters
    ----------
    held : sequence of int arrays
        Sorted numbers of the works of each concept.

    Returns
    -------
    float array, shape (themes, 2, 2)
        Low and high of centrality and density.
    """
    weights = rng.multinomial(n_works, np.full(n_works, 1 / n_works), size=resamples).T.astype(np.float64)
    weights = np.hstack([np.ones((n_works, 1)), weights])  # the first column is the corpus as it is
    sizes = np.stack([weights[rows].sum(axis=0) for rows in held]) if held else np.zeros((0, resamples + 1))
    both = (
        np.stack([weights[np.intersect1d(held[a], held[b], assume_unique=True)].sum(axis=0) for a, b in ends.tolist()])
        if len(ends)
        else np.zeros((0, resamples + 1))
    )
    found = figures(labels, ends, both, sizes)
    here, drawn = found[:, :, 0], found[:, :, 1:]
    centred = drawn + (here - np.median(drawn, axis=2))[:, :, None]
    return np.clip(np.moveaxis(np.percentile(centred, [LOW, HIGH], axis=2), 0, 2), 0.0, None)


def collect(project: Project, settings: MapSettings) -> dict[str, Any]:
    """Read themes, concepts and mentions; compute ranges and the figures of the periods."""
    store = project.store
    themes = store.read("concept_theme")
    concepts = store.read("concept")
    years = {row["work_id"]: row["year"] for row in store.read("work", columns=("work_id", "year"))}
    at = {row["concept_id"]: i for i, row in enumerate(concepts)}
    theme_at = {row["cluster_id"]: i for i, row in enumerate(themes)}
    mentions = store.read("mention", columns=("concept_id", "passage_id", "work_id", "n"))
    works = sorted({row["work_id"] for row in mentions if row["concept_id"] in at})
    work_at = {work: i for i, work in enumerate(works)}
    sets: list[set[int]] = [set() for _ in concepts]
    for row in mentions:
        if row["concept_id"] in at:
            sets[at[row["concept_id"]]].add(work_at[row["work_id"]])
    held = [np.array(sorted(rows), dtype=np.int64) for rows in sets]
    labels = np.array([theme_at.get(row["cluster_id"], -1) for row in concepts], dtype=np.int64)
    edges = store.read("concept_edge")
    ends = np.array([[at[e["source_id"]], at[e["target_id"]]] for e in edges], dtype=np.int64).reshape(-1, 2)
    rows = [dict(row) for row in themes]
    if themes and len(works) > 1:
        found = ranges(labels, ends, held, len(works), project.rng("map"))
        for i, row in enumerate(rows):
            row["centrality_range"] = [round(float(v), 4) for v in found[i, 0]]
            row["density_range"] = [round(float(v), 4) for v in found[i, 1]]
    return {
        "meta": meta_of(project, settings),
        "themes": rows,
        "members": {
            row["cluster_id"]: [
                [c["label"], int(c["n_documents"])]
                for c in sorted(concepts, key=lambda c: (-int(c["n_documents"]), str(c["concept_id"])))
                if c["cluster_id"] == row["cluster_id"]
            ]
            for row in themes
        },
        "periods": _periods(labels, ends, held, [years.get(work) for work in works], len(themes)),
        "quotes": _quotes(project, mentions, {c["concept_id"]: c["cluster_id"] for c in concepts}),
        "n_works": len(works),
        "resamples": RESAMPLES,
    }


def _periods(
    labels: NDArray[np.int64],
    ends: NDArray[np.int64],
    held: Sequence[NDArray[np.int64]],
    years: Sequence[int | None],
    n_themes: int,
) -> list[dict[str, Any]]:
    """Return the figures of the earlier and the later half of the dated works, where both are large enough."""
    dated = sorted(year for year in years if year is not None)
    if len(dated) < 2 * FEWEST or not n_themes:
        return []
    cut_at = dated[len(dated) // 2]
    if cut_at == dated[0]:
        return []
    stamps = np.array([-1 if year is None else year for year in years])
    halves = [((stamps >= 0) & (stamps < cut_at), dated[0], cut_at - 1), (stamps >= cut_at, cut_at, dated[-1])]
    if min(int(mask.sum()) for mask, _, _ in halves) < FEWEST:
        return []
    out = []
    for mask, first, last in halves:
        inside = mask.astype(np.float64)[:, None]
        sizes = np.stack([inside[rows].sum(axis=0) for rows in held])
        both = (
            np.stack([inside[np.intersect1d(held[a], held[b])].sum(axis=0) for a, b in ends.tolist()])
            if len(ends)
            else np.zeros((0, 1))
        )
        made = figures(labels, ends, both, sizes)
        documents = [
            int(inside[np.unique(np.concatenate([held[i] for i in np.flatnonzero(labels == t).tolist()]))].sum())
            for t in range(n_themes)
        ]
        out.append(
            {
                "label": f"{first}–{last}" if first != last else str(first),
                "n_works": int(mask.sum()),
                "figures": [[round(float(made[t, 0, 0]), 4), round(float(made[t, 1, 0]), 4)] for t in range(n_themes)],
                "documents": documents,
            }
        )
    return out


def _quotes(
    project: Project, mentions: Sequence[Mapping[str, Any]], theme_of: Mapping[str, str]
) -> dict[str, list[list[Any]]]:
    """Return for each theme three passages of three works that hold most of its concepts."""
    held: dict[tuple[str, str, str], set[str]] = {}
    for mention in mentions:
        theme = theme_of.get(mention["concept_id"], "")
        if theme:
            key = (theme, mention["passage_id"], mention["work_id"])
            held.setdefault(key, set()).add(mention["concept_id"])
    best: dict[str, list[tuple[int, str, str]]] = {}
    for (theme, passage, work), terms in held.items():
        best.setdefault(theme, []).append((-len(terms), work, passage))
    chosen: dict[str, list[str]] = {}
    for theme, rows in best.items():
        seen: set[str] = set()
        for _, work, passage in sorted(rows):
            if work not in seen:
                seen.add(work)
                chosen.setdefault(theme, []).append(passage)
            if len(seen) == 3:
                break
    needed = sorted({p for rows in chosen.values() for p in rows})
    passages = (
        {p["passage_id"]: p for p in project.store.read("passage", where={"passage_id": needed})} if needed else {}
    )
    titles = {w["work_id"]: w for w in project.store.read("work", columns=("work_id", "title", "year"))}
    out: dict[str, list[list[Any]]] = {}
    for theme, ids in chosen.items():
        for row in (passages[key] for key in ids if key in passages):
            of = titles.get(row["work_id"], {"title": "", "year": None})
            title = cut(str(of["title"]), 90) + (f" ({of['year']})" if of["year"] else "")
            out.setdefault(theme, []).append([cut(row["text"], 260), place_words(row, title), row["language"]])
    return out


def ranked(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the themes, those with most concepts first: the order of the colours on the concept map."""
    return sorted(data["themes"], key=lambda row: (-int(row["n_concepts"]), str(row["cluster_id"])))


def colour_of(rank: int) -> dict[str, str]:
    """Return colour and shape of the theme at `rank`; the eighth and further ones are grey."""
    return paint(rank) if rank < 7 else {"colour": OKABE_ITO[7], "shape": "disc"}


def corner(row: Mapping[str, Any], middle: tuple[float, float]) -> tuple[str, str]:
    """Return name and gloss of the corner a theme stands in."""
    return CORNERS[(int(float(row["centrality"]) >= middle[0]), int(float(row["density"]) >= middle[1]))]


def medians(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the median centrality and density.

    Examples
    --------
    >>> medians([{"centrality": 1, "density": 4}, {"centrality": 3, "density": 8}])
    (2.0, 6.0)
    """
    if not rows:
        return (0.0, 0.0)
    return (
        float(np.median([float(row["centrality"]) for row in rows])),
        float(np.median([float(row["density"]) for row in rows])),
    )


def _ticks(top: float) -> list[float]:
    """Return round numbers from 0 to about `top`."""
    if top <= 0:
        return [0.0]
    step = 10 ** math.floor(math.log10(top))
    for part in (0.2, 0.25, 0.5, 1, 2):
        if top / (step * part) <= 6:
            step *= part
            break
    return [round(step * i, 6) for i in range(int(top / step) + 1)]


def draw(
    rows: Sequence[Mapping[str, Any]],
    width: float = 900,
    height: float = 520,
    *,
    interactive: bool = True,
    narrow: bool = False,
    class_: str = "pic",
    brief: bool = False,
) -> str:
    """Return the plane with its bubbles; `rows` in the order of :func:`ranked`."""
    left, right, top, bottom = (46.0, 14.0, 30.0, 52.0) if narrow else (64.0, 24.0, 34.0, 58.0)
    high_x = max([float(v) for r in rows for v in (r["centrality"], *r.get("centrality_range", []))], default=1.0)
    high_y = max([float(v) for r in rows for v in (r["density"], *r.get("density_range", []))], default=1.0)
    # whiskers of one wild theme must not squeeze the others into a corner
    high_x = min(high_x, 1.6 * max([float(r["centrality"]) for r in rows], default=1.0)) * 1.06 or 1.0
    high_y = min(high_y, 1.6 * max([float(r["density"]) for r in rows], default=1.0)) * 1.08 or 1.0
    inner_w, inner_h = width - left - right, height - top - bottom

    def px(v: float) -> float:
        return left + inner_w * min(v, high_x) / high_x

    def py(v: float) -> float:
        return top + inner_h * (1 - min(v, high_y) / high_y)

    middle = medians(rows)
    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    body.append(
        el("rect", x=px(middle[0]), y=top, width=left + inner_w - px(middle[0]), height=py(middle[1]) - top,
           fill="#f3f5f8", class_="band")
    )  # fmt: skip
    size = 11.0 if narrow else 12.0
    for value in _ticks(high_x):
        x = px(value)
        body.append(el("line", x1=x, x2=x, y1=top, y2=top + inner_h, stroke=LINE, class_="grid"))
        body.append(
            text(x, top + inner_h + 17, number_word(value), size=size - 1, anchor="middle", class_="soft", fill=SOFT)
        )
    for value in _ticks(high_y):
        y = py(value)
        body.append(el("line", x1=left, x2=left + inner_w, y1=y, y2=y, stroke=LINE, class_="grid"))
        body.append(text(left - 7, y + 4, number_word(value), size=size - 1, anchor="end", class_="soft", fill=SOFT))
    for x1, x2, y1, y2 in (
        (px(middle[0]), px(middle[0]), top, top + inner_h),
        (left, left + inner_w, py(middle[1]), py(middle[1])),
    ):
        body.append(el("line", x1=x1, x2=x2, y1=y1, y2=y2, stroke=SOFT, stroke_dasharray="6 4", class_="axis"))
    if not brief:
        body.append(text(left + inner_w / 2, height - 10, "centrality: ties to other themes →", size=size + 1,
                         anchor="middle", weight=600))  # fmt: skip
        body.append(text(15 if not narrow else 12, top + inner_h / 2, "density: ties inside the theme →", size=size + 1,
                         anchor="middle", weight=600, rotate=-90))  # fmt: skip
    taken: list[tuple[float, float, float, float]] = []
    if not narrow:
        for (central, dense), (name, _) in CORNERS.items():
            x = left + inner_w - 8 if central else left + 8
            y = top + 18 if dense else top + inner_h - 9
            body.append(text(x, y, name, size=size + (0 if brief else 1), anchor="end" if central else "start",
                             class_="soft", fill=SOFT))  # fmt: skip
            half = width_of(name, size + 1)
            taken.append((x - half if central else x, y - 14, x if central else x + half, y + 4))
    most = max([int(r["n_documents"]) for r in rows], default=1) or 1
    spots = []
    for row in rows:
        radius = (5 if narrow else 6) + (11 if narrow else 17) * math.sqrt(int(row["n_documents"]) / most)
        spots.append((px(float(row["centrality"])), py(float(row["density"])), radius))
    order = sorted(range(len(rows)), key=lambda i: (-spots[i][2], i))
    parts: list[str] = []
    for i in order:
        row, (x, y, radius) = rows[i], spots[i]
        paint_ = colour_of(i)
        inside: list[str] = []
        if row.get("centrality_range"):
            low, high = (float(v) for v in row["centrality_range"])
            inside.append(el("line", x1=px(low), x2=px(high), y1=y, y2=y, stroke=paint_["colour"], stroke_width=1.6,
                             stroke_opacity=0.75))  # fmt: skip
        if row.get("density_range"):
            low, high = (float(v) for v in row["density_range"])
            inside.append(el("line", x1=x, x2=x, y1=py(low), y2=py(high), stroke=paint_["colour"], stroke_width=1.6,
                             stroke_opacity=0.75))  # fmt: skip
        inside.append(mark(paint_["shape"], x, y, radius, fill=paint_["colour"]))
        inside.append(el("circle", cx=x, cy=y, r=radius + 5, class_="ring", fill="none"))
        parts.append(
            el("g", *inside, data_i=i if interactive else None, role="button" if interactive else None,
               tabindex="-1" if interactive else None,
               aria_label=f"{row['label']}: centrality {float(row['centrality']):.1f}, density "
               f"{float(row['density']):.1f}, {counted(int(row['n_documents']), 'document')}" if interactive else None)
        )  # fmt: skip
    body += parts
    taken += [(x - r * 0.9, y - r * 0.9, x + r * 0.9, y + r * 0.9) for x, y, r in spots]
    whiskers = []
    for row, (x, y, _) in zip(rows, spots, strict=True):
        if row.get("centrality_range"):
            whiskers.append(
                (px(float(row["centrality_range"][0])), y - 2, px(float(row["centrality_range"][1])), y + 2)
            )
        if row.get("density_range"):
            whiskers.append((x - 2, py(float(row["density_range"][1])), x + 2, py(float(row["density_range"][0]))))
    for i in order:
        x, y, radius = spots[i]
        words = str(rows[i]["label"])
        room = 130 if narrow or brief else 230
        # a bubble without a name says nothing: where the whole label has no room, its first term may have
        for label in (fit(words, room, size),) * (not (narrow or brief)) + (fit(words.split(",")[0], room, size),):
            half, gap = width_of(label, size), radius + 5
            best: tuple[int, tuple[float, float, float, float], float, float] | None = None
            for ax, ay in (
                (x + gap, y + 4), (x - gap - half, y + 4), (x - half / 2, y - gap - 3), (x - half / 2, y + gap + 11),
                (x + gap * 0.8, y - gap * 0.8), (x + gap * 0.8, y + gap * 0.8 + 8),
                (x - gap * 0.8 - half, y - gap * 0.8), (x - gap * 0.8 - half, y + gap * 0.8 + 8),
            ):  # fmt: skip
                box = (ax, ay - 11, ax + half, ay + 4)
                if box[0] < left - 4 or box[2] > width - 4 or box[1] < top - 12 or box[3] > top + inner_h + 4:
                    continue
                if any(_meet(box, other) for other in taken):
                    continue
                crossed = sum(1 for other in whiskers if _meet(box, other))
                if best is None or crossed < best[0]:
                    best = (crossed, box, ax, ay)
            if best:
                taken.append(best[1])
                body.append(text(best[2], best[3], label, size=size, halo=True))
                break
    return svg(
        width, height, f"Thematic map of {counted(len(rows), 'theme')}", body, class_=class_,
        role="group" if interactive else "img",
    )  # fmt: skip


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether two boxes (left, top, right, bottom) overlap."""
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def number_word(value: float) -> str:
    """Return a tick without needless zeros.

    Examples
    --------
    >>> number_word(2.0), number_word(0.25)
    ('2', '0.25')
    """
    return number(value) if abs(value * 10 - round(value * 10)) < 1e-9 else f"{value:g}"


def page_of(data: Mapping[str, Any]) -> Page:
    """Return the parts of the page.

    Parameters
    ----------
    data : mapping
        ``meta``, ``themes`` (rows of the table, with ``centrality_range`` and ``density_range``
        where there are any), ``members`` (theme to concepts with documents), ``periods``,
        ``quotes`` (theme to ``[text, place, language]``), ``n_works``, ``resamples``.
    """
    meta = data["meta"]
    words = strings(str(meta.get("lang", "en")))
    rows = ranked(data)
    middle = medians(rows)
    position = {str(row["cluster_id"]): i for i, row in enumerate(data["themes"])}
    periods = list(data.get("periods") or [])
    items = []
    for row in rows:
        name, gloss = corner(row, middle)
        facts = []
        for key, title in (("centrality", "Centrality"), ("density", "Density")):
            value = f"{float(row[key]):.1f}"
            if row.get(f"{key}_range"):
                low, high = row[f"{key}_range"]
                value += f" (resamples {float(low):.1f} to {float(high):.1f})"
            facts.append([title, value])
        facts.append(["Documents", f"{int(row['n_documents']):,}"])
        for period in periods:
            central, dense = period["figures"][position[str(row["cluster_id"])]]
            facts.append([period["label"], f"centrality {central:.1f}, density {dense:.1f}"])
        members = data.get("members", {}).get(str(row["cluster_id"]), [])
        if members:
            facts.append(["Concepts (documents)", ", ".join(f"{label} ({n})" for label, n in members[:12])])
        items.append(
            {
                "id": row["cluster_id"],
                "t": row["label"],
                "k": "Theme of concepts",
                "w": f"{name[:1].upper()}{name[1:]}: {gloss}. {_sure(row, middle)}",
                "f": facts,
                "q": data.get("quotes", {}).get(str(row["cluster_id"])) or None,
                "co": name,
                "ce": round(float(row["centrality"]), 2),
                "de": round(float(row["density"]), 2),
                "cr": _range_words(row, "centrality"),
                "dr": _range_words(row, "density"),
                "d": int(row["n_documents"]),
                "nc": int(row["n_concepts"]),
            }
        )
    if rows:
        picture = _pictures(words, rows, periods, data["themes"])
        lead = (
            f"{counted(len(rows), 'theme')} of concepts from {counted(int(data.get('n_works') or 0), 'document')}. "
            "To the right: tied to other themes. Upwards: held together inside. The dashed lines are the medians of "
            "these themes, so the corners compare them with each other, not with the world."
        )
    else:
        picture = (
            f'<p class="nodata">{esc(words["no_data"])} No theme of concepts stands. metanarrative run concepts</p>'
        )
        lead = "How central and how dense the themes of concepts are."
    controls = ""
    if rows and periods:
        options = "".join(f'<option value="{n}">{esc(p["label"])}</option>' for n, p in enumerate(periods, 1))
        controls = (
            f'<div class="block"><label for="period">{esc(words["period"])}</label><select id="period">'
            f'<option value="0">{esc(words["all_years"])}</option>{options}</select></div>'
        )
    return Page(
        name="themes",
        lead=lead,
        picture=picture,
        more={"themes": [dict(row) for row in rows], "periods": periods},
        meta=meta,
        broad=True,
        controls=controls,
        data={
            "items": columnar(items),
            "legendNotes": [
                "size: documents with a concept of the theme",
                "whiskers: spread of nine in ten resamples of the documents",
                "colours as on the concept map",
            ],
            "columns": [
                {"k": "t", "t": "Theme"},
                {"k": "co", "t": "Corner"},
                {"k": "ce", "t": "Centrality", "num": 1, "digits": 2},
                {"k": "cr", "t": "Range"},
                {"k": "de", "t": "Density", "num": 1, "digits": 2},
                {"k": "dr", "t": "Range"},
                {"k": "d", "t": "Documents", "num": 1},
                {"k": "nc", "t": "Concepts", "num": 1},
            ],
        },
        method="Callon’s measures on equivalence indices (joint documents squared over the product of both): "
        "centrality is ten times their sum to other themes, density a hundred times their sum inside over the "
        f"number of concepts. Whiskers: {int(data.get('resamples') or 0)} resamples of the documents with the "
        "themes held fixed, fifth to ninety-fifth percentile, centred on the figure.",
        limits=[
            "Whiskers tell how much hangs on single documents, not whether the themes themselves would be found again.",
            "The names of the corners are a convention: “emerging or fading” cannot be told apart by one picture.",
        ],
        carries="short extracts of passages",
    )


def _range_words(row: Mapping[str, Any], key: str) -> str | None:
    found = row.get(f"{key}_range")
    return f"{float(found[0]):.1f} to {float(found[1]):.1f}" if found else None


def _sure(row: Mapping[str, Any], middle: tuple[float, float]) -> str:
    """Return whether the ranges stay on one side of both medians."""
    if not row.get("centrality_range") or not row.get("density_range"):
        return "No range could be computed."
    crossing = [
        key
        for key, value in (("centrality", middle[0]), ("density", middle[1]))
        if float(row[f"{key}_range"][0]) < value < float(row[f"{key}_range"][1])
    ]
    if not crossing:
        return "Resamples keep it in this corner."
    return f"Resamples cross the median of {' and of '.join(crossing)}: not enough evidence for one corner."


def _pictures(
    words: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    periods: Sequence[Mapping[str, Any]],
    order: Sequence[Mapping[str, Any]],
) -> str:
    """Return the picture of all years and, hidden, one of each period; wide and narrow."""
    position = {str(row["cluster_id"]): i for i, row in enumerate(order)}
    sets: list[list[Mapping[str, Any]]] = [list(rows)]
    for period in periods:
        changed: list[Mapping[str, Any]] = []
        for row in rows:
            at = position[str(row["cluster_id"])]
            central, dense = period["figures"][at]
            plain = {k: v for k, v in row.items() if not k.endswith("_range")}
            changed.append({**plain, "centrality": central, "density": dense, "n_documents": period["documents"][at]})
        sets.append(changed)
    out = []
    for n, found in enumerate(sets):
        hidden = " hidden" if n else ""
        wide = draw(found, class_="pic wideonly")
        narrow = draw(found, 340, 430, narrow=True, class_="pic narrowonly")
        out.append(
            f'<div data-period="{n}"{hidden}><div class="scroll wideonly" tabindex="0" role="region" '
            f'aria-label="{esc(words["scroll"])}">{wide}</div>{narrow}</div>'
        )
    return "".join(out)


def build(data: Mapping[str, Any]) -> str:
    """Return the page; see :func:`page_of`."""
    return render(page_of(data))


def static(data: Mapping[str, Any], width: float = 760, height: float = 480, *, brief: bool = False) -> str:
    """Return the thematic map as a still picture."""
    return draw(ranked(data), width, height, interactive=False, brief=brief)
