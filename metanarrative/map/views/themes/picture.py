"""The plane: a bubble a theme, whiskers, axes that cross at the medians."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metanarrative.map.svg import LINE, OKABE_ITO, PAPER, SOFT, el, mark, number, svg, text, width_of
from metanarrative.map.views.common import counted, paint
from metanarrative.map.views.themes.names import named

CORNERS = {
    (1, 1): ("motor", "central and dense: established, and tied to the rest"),
    (0, 1): ("niche", "dense but apart: a specialism of its own"),
    (1, 0): ("basic", "central but loose: runs through everything, held together by little"),
    (0, 0): ("emerging or fading", "neither central nor dense"),
}
"""(central, dense) to name and gloss of a corner, after Callon and others."""

ACROSS = "centrality: ties to other themes (10 × equivalence) →"
UPWARDS = "density: ties inside (100 × equivalence a concept) →"
"""Names of the axes, with the unit; the sums are of the classic form of Callon's measures."""


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
    bare: bool = False,
) -> str:
    """Return the plane with its bubbles; `rows` in the order of :func:`ranked`. `bare`: without words."""
    left, right, top, bottom = (46.0, 14.0, 30.0, 52.0) if narrow else (64.0, 24.0, 34.0, 58.0)
    if bare:
        left = right = top = bottom = 16.0
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
    if not bare:
        body.append(text(left + inner_w / 2, height - 10, ACROSS, size=size + 1,
                         anchor="middle", weight=600))  # fmt: skip
        body.append(text(15 if not narrow else 12, top + inner_h / 2, UPWARDS, size=size + 1,
                         anchor="middle", weight=600, rotate=-90))  # fmt: skip
    taken: list[tuple[float, float, float, float]] = []
    if not narrow:
        for (central, dense), (name, _) in CORNERS.items():
            x = left + inner_w - 8 if central else left + 8
            y = top + 18 if dense else top + inner_h - 9
            body.append(text(x, y, name, size=size + 1, anchor="end" if central else "start",
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
    whiskers = []
    for row, (x, y, _) in zip(rows, spots, strict=True):
        if row.get("centrality_range"):
            whiskers.append(
                (px(float(row["centrality_range"][0])), y - 2, px(float(row["centrality_range"][1])), y + 2)
            )
        if row.get("density_range"):
            whiskers.append((x - 2, py(float(row["density_range"][1])), x + 2, py(float(row["density_range"][0]))))
    body += (
        []
        if bare
        else named(
            [str(row["label"]) for row in rows],
            spots,
            [colour_of(i) for i in range(len(rows))],
            (left - 4, top - 12, width - 4, top + inner_h + 4),
            taken,
            whiskers,
            size,
            room=145 if narrow else 0.4 * inner_w,
            brief=narrow,
        )
    )
    return svg(
        width, height, f"Thematic map of {counted(len(rows), 'theme')}", body, class_=class_,
        role="group" if interactive else "img",
    )  # fmt: skip


def number_word(value: float) -> str:
    """Return a tick without needless zeros.

    Examples
    --------
    >>> number_word(2.0), number_word(0.25)
    ('2', '0.25')
    """
    return number(value) if abs(value * 10 - round(value * 10)) < 1e-9 else f"{value:g}"


def static(data: Mapping[str, Any], width: float = 760, height: float = 480, *, bare: bool = False) -> str:
    """Return the thematic map as a still picture; `bare` for one without words."""
    return draw(ranked(data), width, height, interactive=False, bare=bare)
