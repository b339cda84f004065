"""The drawing: bands of years, lanes, who stands in the way of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from metanarrative.map.svg import LINE, PAPER, SOFT, el, fit, mark, svg, text, width_of, wrap
from metanarrative.map.views.common import (
    counted,
    grouped,
    short,
)

MOST = 100
"""Works drawn at most; the rest stay in the table of the tradition map."""

MARGIN = 54.0
"""Units at the left, for the years."""

STILL = 60
"""Works at most in the still picture of the report."""

FOLD = 5
"""Years without a work, in a row, that one marked band stands for."""


def choose(
    works: Sequence[Mapping[str, Any]], most: int = MOST, linked: frozenset[str] = frozenset()
) -> list[Mapping[str, Any]]:
    """Return the works to draw: those with a role or on the main path, then the most cited.

    Where not all fit, works that neither cite nor are cited here (not in `linked`) stay out:
    which of them to draw would be arbitrary.

    Examples
    --------
    >>> rows = [{"id": "a", "year": 2001, "cited": 0}, {"id": "b", "year": 1999, "cited": 3}]
    >>> [row["id"] for row in choose(rows, 1)]
    ['b']
    """

    def rank(work: Mapping[str, Any]) -> tuple[Any, ...]:
        names = {role["role"] for role in work.get("roles") or []}
        first = 0 if "landmark" in names else 1 if work.get("main") else 2 if names else 3
        return (first, -int(work.get("cited") or 0), str(work["id"]))

    if len(works) > most and linked:
        works = [work for work in works if str(work["id"]) in linked or rank(work)[0] < 3]
    chosen = sorted(works, key=rank)[:most]
    return sorted(chosen, key=lambda work: (work["year"], str(work["id"])))


def arrange(
    works: Sequence[Mapping[str, Any]], lanes: Sequence[int], n_lanes: int, width: float, head: float = 92.0
) -> dict[str, Any]:
    """Return the place of every work and of every band of years.

    Parameters
    ----------
    works : sequence of mapping
        By year.
    lanes : sequence of int
        Lane of each work.
    n_lanes : int
    width : float
        Of the whole picture.
    head : float
        Height kept for the names of the lanes.

    Returns
    -------
    dict
        ``spot`` (x, y) by number, ``room`` of the name of each work, ``bands`` (first year, last year,
        top, height), ``lane_w``, ``margin``, ``head``, ``height``. A band is one year, or a run of
        at least `FOLD` years without a work.

    Examples
    --------
    >>> works = [{"id": "a", "year": 1950, "title": "A"}, {"id": "b", "year": 2001, "title": "B"}]
    >>> [band[:2] for band in arrange(works, [0, 0], 1, 400)["bands"]]
    [(1950, 1950), (1951, 2000), (2001, 2001)]
    """
    lane_w = (width - MARGIN - 8) / max(1, n_lanes)
    by_cell: dict[tuple[int, int], list[int]] = {}
    for i, work in enumerate(works):
        by_cell.setdefault((int(work["year"]), lanes[i]), []).append(i)
    wish = [min(130.0, width_of(_name(work), 12)) + 30 for work in works]  # with mark, ring and gaps
    bands: list[tuple[int, int, float, float]] = []
    spot: list[tuple[float, float]] = [(0.0, 0.0)] * len(works)
    room = [0.0] * len(works)
    y = head
    before: int | None = None
    for year in sorted({year for year, _ in by_cell}):
        if before is not None and year - before > FOLD:
            bands.append((before + 1, year - 1, y, 26.0))
            y += 26.0
        elif before is not None:
            bands += [(empty, empty, y + 9.0 * at, 9.0) for at, empty in enumerate(range(before + 1, year))]
            y += 9.0 * (year - before - 1)
        before = year
        most = 1
        for lane in range(n_lanes):
            rows = _packed(by_cell.get((year, lane), []), wish, lane_w - 18)
            most = max(most, len(rows))
            for row, cell in enumerate(rows):
                free = max(0.0, lane_w - 18 - sum(wish[i] for i in cell))
                # marks sway left and right so that links do not hide behind them
                x = 14.0 + free * ((cell[0] * 7 + lane * 3) % 3) / 3 if len(cell) == 1 else 14.0
                for at, i in enumerate(cell):
                    spot[i] = (MARGIN + lane * lane_w + x, y + 15 + 24.0 * row)
                    slot = wish[i] + free / len(cell)
                    last = at == len(cell) - 1
                    room[i] = (lane_w - 4 - x) if last else slot - 12
                    x += slot
        bands.append((year, year, y, 24.0 * most + 6))
        y += 24.0 * most + 6
    return {
        "spot": spot,
        "room": room,
        "bands": bands,
        "lane_w": lane_w,
        "margin": MARGIN,
        "head": head,
        "height": y + 14,
    }


def _packed(cell: Sequence[int], wish: Sequence[float], room: float) -> list[list[int]]:
    """Return the works of one year and lane in rows that their names fit into.

    Examples
    --------
    >>> _packed([0, 1, 2], [60.0, 50.0, 90.0], 120)
    [[0, 1], [2]]
    """
    rows: list[list[int]] = []
    used = 0.0
    for i in cell:
        if not rows or used + wish[i] > room:
            rows.append([])
            used = 0.0
        rows[-1].append(i)
        used += wish[i]
    return rows


def _heads(groups: Sequence[Mapping[str, Any]], room: float) -> tuple[float, list[list[str]]]:
    """Return one size for the names of all lanes, and the lines of each; nothing is cut that five lines hold."""
    fits = all(width_of(word, 13) <= room for group in groups for word in str(group["label"]).split())
    size = 11.5 if fits else 10.0
    return size, [wrap(str(group["label"]), room, 1.12 * size, lines=5) for group in groups]


def draw(data: Mapping[str, Any], width: float = 900, *, interactive: bool = True, most: int = MOST) -> str:
    """Return the picture; with `interactive`, marks carry the number of their item."""
    works, lanes, groups, links = scene(data, most)
    if not works:
        return ""
    n_lanes = len(groups)
    width = max(width, MARGIN + 8 + 112 * n_lanes)
    size, heads = _heads(groups, (width - MARGIN - 8) / n_lanes - 14)
    plan = arrange(works, lanes, n_lanes, width, 44.0 + 14 * max(map(len, heads)))
    spot, room, lane_w, margin, height = (plan[key] for key in ("spot", "room", "lane_w", "margin", "height"))
    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    for lane in range(n_lanes):
        x = margin + lane * lane_w
        if lane % 2 == 0:
            body.append(el("rect", x=x, y=0.0, width=lane_w, height=height, fill="#eef3f7", class_="band"))
        group = groups[lane]
        body.append(mark(group["shape"], x + 13, 17, 5.5, fill=group["colour"], hollow=bool(group.get("hollow"))))
        for row, words in enumerate(heads[lane]):
            body.append(text(x + 8, 40 + 14 * row, words, size=size, weight=650))
        body.append(
            text(x + 25, 21, fit(group.get("short_note", ""), lane_w - 27, 10), size=10, class_="soft", fill=SOFT)
        )
    for year, last, top, high in plan["bands"]:
        if last > year:
            middle = top + high / 2
            body.append(el("line", x1=margin, x2=width, y1=middle, y2=middle, stroke=LINE, class_="grid"))
            # two strokes at its head: the scale is broken here
            strokes = f"M{margin - 26:.1f} {middle + 5:.1f}l8 -10m2 10l8 -10"
            body.append(el("path", d=strokes, fill="none", stroke=SOFT, stroke_width=1.2, class_="link"))
            words = f"no works {year}–{last}"
            body.append(text(margin + 44, middle + 4, words, size=10.5, class_="soft", fill=SOFT, halo=True))
        elif high > 12:
            body.append(el("line", x1=margin, x2=width, y1=top, y2=top, stroke=LINE, stroke_width=0.6, class_="grid"))
            body.append(text(margin - 8, top + 19, year, size=12, anchor="end", weight=650 if year % 10 == 0 else None))
        elif year % 10 == 0:
            body.append(text(margin - 8, top + 9, year, size=9.5, anchor="end", class_="soft", fill=SOFT))
    for a, b, main in sorted(links, key=lambda link: link[2]):
        (x1, y1), (x2, y2) = spot[a], spot[b]
        bend = 0.4 * (y2 - y1)
        side = 26 if abs(x2 - x1) < 12 else 0
        path = f"M{x1:.1f} {y1:.1f}C{x1 + side:.1f} {y1 + bend:.1f} {x2 + side:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
        crossing = lanes[a] != lanes[b]
        body.append(
            el(
                "path",
                d=path,
                fill="none",
                stroke="#1d2129" if main else "#565d68",
                stroke_width=3.6 if main else 1.0,
                stroke_opacity=0.85 if main else 0.34,
                stroke_dasharray="5 3" if crossing and not main else None,
                class_="main" if main else "link",
                data_side=None if main else True,
                data_a=a if interactive else None,
                data_b=b if interactive else None,
            )
        )
    top_cited = max([int(work.get("cited") or 0) for work in works], default=0) or 1
    for i, work in enumerate(works):
        x, y = spot[i]
        group = groups[lanes[i]]
        radius = 4.6 + 4.4 * (int(work.get("cited") or 0) / top_cited) ** 0.5
        names = {role["role"] for role in work.get("roles") or []}
        parts = [el("circle", cx=x, cy=y, r=radius + 4, class_="ring", fill="none")]
        if "landmark" in names:
            parts.append(
                el("circle", cx=x, cy=y, r=radius + 3, fill="none", stroke="#1d2129", stroke_width=1.6, class_="main")
            )
        parts.append(mark(group["shape"], x, y, radius, fill=group["colour"], hollow=bool(group.get("hollow"))))
        label = _name(work)
        strong = "landmark" in names or work.get("main")
        parts.append(
            text(
                x + radius + 5,
                y + 4,
                fit(label, max(16, room[i] - radius - 5), 12),
                size=12,
                weight=600 if strong else None,
                halo=True,
            )
        )
        title = f"{short(work.get('authors') or [], work.get('year'), str(work['title']))}: {work['title']}"
        body.append(
            el(
                "g",
                *parts,
                data_i=i if interactive else None,
                data_side=None if not interactive or work.get("main") else True,
                role="button" if interactive else None,
                tabindex="-1" if interactive else None,
                aria_label=title if interactive else None,
            )
        )
    wide = next((step for step in (700, 800, 900, 1000) if width * 0.86 <= step), 1200)
    return svg(
        width,
        height,
        f"Storyline of {counted(len(works), 'work')}, {works[0]['year']} to {works[-1]['year']}",
        body,
        class_=f"pic w{wide} wideonly" if interactive else "pic",
        role="group" if interactive else "img",
    )


def _name(work: Mapping[str, Any]) -> str:
    """Return what a mark is called: its first author, or the head of its title."""
    return short(work.get("authors") or [], None, str(work["title"]))


def draw_narrow(data: Mapping[str, Any], width: float = 340) -> str:
    """Return the storyline for a small screen: a row a work, by year; the lanes are thin columns to the left."""
    works, lanes, groups, links = scene(data, MOST)
    if not works:
        return ""
    margin, step, row_h = 38.0, 15.0, 24.0
    body: list[str] = []
    y = 8.0
    for group in groups:
        body.append(mark(group["shape"], 14, y + 9, 5.5, fill=group["colour"], hollow=bool(group.get("hollow"))))
        for line in wrap(group["label"], width - 34, 12):
            body.append(text(26, y + 13, line, size=12))
            y += 15
        y += 5
    top = y + 8
    height = top + row_h * len(works) + 10
    names_at = margin + step * len(groups) + 8
    for lane in range(len(groups)):
        x = margin + step * (lane + 0.5)
        body.append(el("line", x1=x, x2=x, y1=top, y2=height - 8, stroke=LINE, stroke_width=1.0, class_="grid"))
    spot = [(margin + step * (lanes[i] + 0.5), top + row_h * (i + 0.5)) for i in range(len(works))]
    for a, b, main in sorted(links, key=lambda link: link[2]):
        (x1, y1), (x2, y2) = spot[a], spot[b]
        bend = 9.0 if abs(x2 - x1) < 1 else 0.0
        middle = (y1 + y2) / 2
        body.append(
            el(
                "path",
                d=f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {middle:.1f} {x2 + bend:.1f} {middle:.1f} {x2:.1f} {y2:.1f}",
                fill="none",
                stroke="#1d2129" if main else "#565d68",
                stroke_width=2.8 if main else 1.0,
                stroke_opacity=0.85 if main else 0.5,
                class_="main" if main else "link",
                data_side=None if main else True,
                data_a=a,
                data_b=b,
            )
        )
    top_cited = max([int(work.get("cited") or 0) for work in works], default=0) or 1
    for i, work in enumerate(works):
        x, y = spot[i]
        group = groups[lanes[i]]
        radius = 4.0 + 3.0 * (int(work.get("cited") or 0) / top_cited) ** 0.5
        roles = {role["role"] for role in work.get("roles") or []}
        strong = "landmark" in roles or bool(work.get("main"))
        parts = [
            el("rect", x=0.0, y=y - row_h / 2, width=width, height=row_h, fill=PAPER, fill_opacity=0),
            el("circle", cx=x, cy=y, r=radius + 3, class_="ring", fill="none"),
            mark(group["shape"], x, y, radius, fill=group["colour"], hollow=bool(group.get("hollow"))),
        ]
        if i == 0 or works[i - 1]["year"] != work["year"]:
            parts.append(text(margin - 6, y + 4, work["year"], size=11.5, anchor="end", weight=600))
        words = f"{_name(work)}: {work['title']}" if work.get("authors") else str(work["title"])
        parts.append(
            text(names_at, y + 4, fit(words, width - names_at - 4, 11.5), size=11.5, weight=600 if strong else None)
        )
        body.append(
            el(
                "g",
                *parts,
                data_i=i,
                data_side=None if work.get("main") else True,
                role="button",
                tabindex="-1",
                aria_label=f"{short(work.get('authors') or [], work.get('year'), str(work['title']))}: {work['title']}",
            )
        )
    return svg(
        width,
        height,
        f"Storyline of {counted(len(works), 'work')}, {works[0]['year']} to {works[-1]['year']}",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *body],
        class_="pic narrowonly",
    )


def scene(
    data: Mapping[str, Any], most: int = MOST
) -> tuple[list[Mapping[str, Any]], list[int], list[dict[str, Any]], list[tuple[int, int, bool]]]:
    """Return the works drawn, the lane of each, the lanes, and the links (cited, citing, on the main path)."""
    linked = frozenset(str(link[end]) for link in data["links"] for end in ("cited", "citing"))
    dated = [work for work in data["works"] if work.get("year") is not None]
    works = choose(dated, most, linked)
    groups, where = grouped(data["clusters"])
    counts, in_all = (
        Counter(where.get(str(work.get("lane") or ""), where[""]) for work in some) for some in (works, dated)
    )
    kept = [lane for lane in range(len(groups)) if counts.get(lane)]
    lane_of = {lane: i for i, lane in enumerate(kept)}
    lanes = [lane_of[where.get(str(work.get("lane") or ""), where[""])] for work in works]
    shown = []
    for lane in kept:
        group = dict(groups[lane])
        drawn, all_ = counts[lane], in_all[lane]
        group["short_note"] = counted(all_, "work") if drawn == all_ else f"{drawn:,} of {all_:,}"
        shown.append(group)
    at = {str(work["id"]): i for i, work in enumerate(works)}
    links = sorted(
        (at[str(link["cited"])], at[str(link["citing"])], bool(link.get("main")))
        for link in data["links"]
        if str(link["cited"]) in at and str(link["citing"]) in at
    )
    return works, lanes, shown, links


def static(data: Mapping[str, Any], width: float = 760, most: int = STILL) -> str:
    """Return the storyline as a still picture."""
    return draw(data, width, interactive=False, most=most)
