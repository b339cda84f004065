"""Names beside the bubbles: where each may stand so that nobody reads it as another's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from metanarrative.map.svg import SOFT, el, fit, mark, text, width_of

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

REACHES = (5.0, 20.0, 38.0, 60.0)
"""Gaps between a bubble and its name, tried from the nearest; from the second on a line joins them."""

GLYPH = 13.0
"""Room of the small mark before a name."""


def named(
    labels: Sequence[str],
    spots: Sequence[tuple[float, float, float]],
    paints: Sequence[dict[str, str]],
    frame: Box,
    taken: Sequence[Box],
    whiskers: Sequence[Box],
    size: float,
    *,
    room: float,
    brief: bool = False,
) -> list[str]:
    """Return the names as markup, each with the mark of its bubble before it.

    A name covers no bubble, no other name and nothing `taken`; it crosses as few whiskers as it
    can, and does not end nearer to another bubble than to its own. Where no place is left for a
    whole name its first term is tried; where none is left for that, the bubble stays without.

    Parameters
    ----------
    labels : sequence of str
    spots : sequence of (x, y, radius)
    paints : sequence of dict
        ``colour`` and ``shape`` of each bubble.
    frame : (left, top, right, bottom)
        Names stay inside.
    taken, whiskers : sequence of (left, top, right, bottom)
    size : float
        Of the letters.
    room : float
        Width of the longest name.
    brief : bool
        Only first terms.
    """
    used = [*taken, *((x - r * 0.9, y - r * 0.9, x + r * 0.9, y + r * 0.9) for x, y, r in spots)]
    lines: list[Box] = []
    out: list[str] = []
    for i in sorted(range(len(spots)), key=lambda i: (-spots[i][2], i)):
        heads = (labels[i].split(",")[0],) if brief else (labels[i], labels[i].split(",")[0])
        for head in heads:
            words = fit(head, room - GLYPH, size)
            box = _seat(i, GLYPH + width_of(words, size), spots, frame, used, [*whiskers, *lines])
            if box is None:
                continue
            used.append(box)
            x, y, radius = spots[i]
            px, py = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
            away = math.hypot(px - x, py - y)
            if away > radius + REACHES[0] + 6:
                sx, sy = x + (px - x) * radius / away, y + (py - y) * radius / away
                out.append(el("line", x1=sx, y1=sy, x2=px, y2=py, stroke=SOFT, stroke_width=0.8, class_="link"))
                lines.append((min(sx, px) - 1, min(sy, py) - 1, max(sx, px) + 1, max(sy, py) + 1))
            out.append(mark(paints[i]["shape"], box[0] + 4.5, box[3] - 8, 4, fill=paints[i]["colour"]))
            out.append(text(box[0] + GLYPH, box[3] - 4, words, size=size, halo=True))
            break
    return out


def _seat(
    i: int,
    width: float,
    spots: Sequence[tuple[float, float, float]],
    frame: Box,
    used: Sequence[Box],
    crossed: Sequence[Box],
) -> Box | None:
    """Return the best free place of a name of `width` beside bubble `i`; None where there is none."""
    best: tuple[float, int, Box] | None = None
    for n, (far, box) in enumerate(_places(spots[i], width)):
        if box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]:
            continue
        if any(meet(box, other) for other in used):
            continue
        own = _gap(box, spots[i])
        nearer = sum(1 for j, spot in enumerate(spots) if j != i and _gap(box, spot) < own + 6)
        cost = far / 15 + 1.5 * sum(1 for other in crossed if meet(box, other)) + 4.0 * nearer
        if best is None or (cost, n) < best[:2]:
            best = (cost, n, box)
    return best[2] if best else None


def _places(spot: tuple[float, float, float], width: float) -> Iterator[tuple[float, Box]]:
    """Yield how far out a place is, and its box: right, left, above, below and between them."""
    x, y, radius = spot
    for far in REACHES:
        gap, slant = radius + far, 0.8 * (radius + far)
        for left, base in (
            (x + gap, y + 4),
            (x - gap - width, y + 4),
            (x - width / 2, y - gap - 3),
            (x - width / 2, y + gap + 11),
            (x + slant, y - slant),
            (x + slant, y + slant + 8),
            (x - slant - width, y - slant),
            (x - slant - width, y + slant + 8),
        ):
            yield far - REACHES[0], (left, base - 11, left + width, base + 4)


def _gap(box: Box, spot: tuple[float, float, float]) -> float:
    """Return the distance from a box to the rim of a bubble; 0 where they touch.

    Examples
    --------
    >>> _gap((0, 0, 10, 10), (20, 5, 4))
    6.0
    """
    x, y, radius = spot
    across = max(box[0] - x, 0.0, x - box[2])
    down = max(box[1] - y, 0.0, y - box[3])
    return max(0.0, math.hypot(across, down) - radius)


def meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether two boxes (left, top, right, bottom) overlap.

    Examples
    --------
    >>> meet((0, 0, 2, 2), (1, 1, 3, 3)), meet((0, 0, 2, 2), (2, 0, 3, 3))
    (True, False)
    """
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
