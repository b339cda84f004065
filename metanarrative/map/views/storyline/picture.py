"""The drawing: bands of years, lanes, who stands in the way of whom."""

from __future__ import annotations

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


def arrange(works: Sequence[Mapping[str, Any]], lanes: Sequence[int], n_lanes: int, width: float) -> dict[str, Any]:
    """Return the place of every work and of every year band.

    Parameters
    ----------
    works : sequence of mapping
        By year.
    lanes : sequence of int
        Lane of each work.
    n_lanes : int
    width : float
        Of the whole picture.

    Returns
    -------
    dict
        ``spot`` (x, y) by number, ``bands`` (year, top, height), ``lane_x``, ``lane_w``, ``height``.
    """
    margin, head = 54.0, 92.0
    lane_w = (width - margin - 8) / max(1, n_lanes)
    per_row = max(1, int(lane_w // 104))
    years = sorted({int(work["year"]) for work in works})
    bands: list[tuple[int, float, float]] = []
    spot: list[tuple[float, float]] = [(0.0, 0.0)] * len(works)
    y = head
    every = range(years[0], years[-1] + 1) if years else range(0)
    # centuries without works must not stretch the picture: one narrow band stands for a long gap
    shown = [year for year in every if year in set(years) or years[-1] - years[0] <= 150]
    by_cell: dict[tuple[int, int], list[int]] = {}
    for i, work in enumerate(works):
        by_cell.setdefault((int(work["year"]), lanes[i]), []).append(i)
    for year in shown:
        cells = [by_cell.get((year, lane), []) for lane in range(n_lanes)]
        rows = max((-(-len(cell) // per_row) for cell in cells), default=0)
        height = 9.0 if rows == 0 else 24.0 * rows + 6
        for lane, cell in enumerate(cells):
            for at, i in enumerate(cell):
                row, column = divmod(at, per_row)
                in_row = min(per_row, len(cell) - row * per_row)
                slot = lane_w / max(in_row, 1) if in_row > 1 else lane_w
                # a lone mark sways left and right of the middle so that links do not hide behind it
                sway = (0.12 + 0.16 * ((i * 7 + lane * 3) % 3)) * lane_w if in_row == 1 else slot * column + 0.1 * slot
                if in_row == 1:  # but not so far that its name is cut
                    sway = min(sway, lane_w - width_of(_name(works[i]), 12) - 18)
                spot[i] = (margin + lane * lane_w + max(14.0, sway), y + 15 + 24.0 * row)
        bands.append((year, y, height))
        y += height
    return {"spot": spot, "bands": bands, "lane_w": lane_w, "margin": margin, "head": head, "height": y + 14}


def draw(data: Mapping[str, Any], width: float = 900, *, interactive: bool = True, most: int = MOST) -> str:
    """Return the picture; with `interactive`, marks carry the number of their item."""
    works, lanes, groups, links = scene(data, most)
    if not works:
        return ""
    n_lanes = len(groups)
    width = max(width, 54 + 8 + 106 * n_lanes) if interactive else width
    plan = arrange(works, lanes, n_lanes, width)
    spot, lane_w, margin, height = plan["spot"], plan["lane_w"], plan["margin"], plan["height"]
    body = [el("rect", width=width, height=height, fill=PAPER, class_="paper")]
    for lane in range(n_lanes):
        x = margin + lane * lane_w
        if lane % 2 == 0:
            body.append(el("rect", x=x, y=0.0, width=lane_w, height=height, fill="#eef3f7", class_="band"))
        group = groups[lane]
        body.append(mark(group["shape"], x + 13, 17, 5.5, fill=group["colour"], hollow=bool(group.get("hollow"))))
        size = 11.5 if all(width_of(word, 13) <= lane_w - 26 for word in group["label"].split()) else 10.0
        lines = wrap(group["label"], lane_w - 26, 1.12 * size, lines=4)  # semibold letters are wider
        for row, words in enumerate(lines):
            body.append(text(x + 24, 21 + 14 * row, words, size=size, weight=650))
        note = fit(group.get("short_note", ""), lane_w - 26, 10)
        body.append(text(x + 24, 21 + 14 * len(lines), note, size=10, class_="soft", fill=SOFT))
    for year, top, high in plan["bands"]:
        if high > 12:
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
    right_of: dict[tuple[int, int], float] = {}
    for i in range(len(works)):
        key = (lanes[i], round(spot[i][1]))
        right_of[key] = max(right_of.get(key, 0), spot[i][0])
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
        same_row = sorted(
            spot[j][0] for j in range(len(works)) if lanes[j] == lanes[i] and abs(spot[j][1] - y) < 2 and spot[j][0] > x
        )
        edge = same_row[0] - 12 if same_row else margin + (lanes[i] + 1) * lane_w - 4
        label = _name(work)
        strong = "landmark" in names or work.get("main")
        parts.append(
            text(
                x + radius + 5,
                y + 4,
                fit(label, max(16, edge - x - radius - 6), 12),
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
    works = choose([work for work in data["works"] if work.get("year") is not None], most, linked)
    groups, where = grouped(data["clusters"])
    counts: dict[int, int] = {}
    for work in works:
        lane = where.get(str(work.get("lane") or ""), where[""])
        counts[lane] = counts.get(lane, 0) + 1
    kept = [lane for lane in range(len(groups)) if counts.get(lane)]
    lane_of = {lane: i for i, lane in enumerate(kept)}
    lanes = [lane_of[where.get(str(work.get("lane") or ""), where[""])] for work in works]
    shown = []
    for lane in kept:
        group = dict(groups[lane])
        group["short_note"] = counted(counts[lane], "work")
        shown.append(group)
    at = {str(work["id"]): i for i, work in enumerate(works)}
    links = sorted(
        (at[str(link["cited"])], at[str(link["citing"])], bool(link.get("main")))
        for link in data["links"]
        if str(link["cited"]) in at and str(link["citing"]) in at
    )
    return works, lanes, shown, links


def static(data: Mapping[str, Any], width: float = 760, most: int = 60) -> str:
    """Return the storyline as a still picture."""
    return draw(data, width, interactive=False, most=most)
