"""The marks: a disc or square with its interval, an axis a kind, words where nothing can be said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from metanarrative.map.svg import ENGLAND, LINE, PAPER, SOFT, WALES, el, fit, mark, svg, text, width_of
from metanarrative.map.views.common import counted, nation_name
from metanarrative.text.verdicts import BARRED, DIFFERS, FEW, REVERSES, UNTESTED, VERDICTS
from metanarrative.text.verdicts import UNCLEAR as NOT_CLEAR

KINDS = {"theme": "Themes", "term": "Words", "force": "Force of what is laid down"}
UNITS = {"theme": "passages", "term": "uses", "force": "provisions"}
UNCLEAR = "#565d68"
CAP = math.log(60)
"""Odds beyond sixty-fold are drawn at the edge with an arrow; the number is in the panel."""
FULL = 0.6
"""Differences of more than sixty percentage points likewise."""


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows by kind and then from "more in a" to "more in b"; undecided ones last."""
    kinds = list(KINDS)

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        few = row["verdict"] in (FEW, BARRED) or row.get("estimate") is None
        return (
            kinds.index(row["kind"]) if row["kind"] in kinds else 9,
            few,
            float(row["estimate"] or 0) if not few else 0.0,
            str(row["label"]).casefold(),
            str(row.get("theme") or ""),
        )

    return sorted(rows, key=key)


def times(logit: float | None) -> str:
    """Return a log-odds difference as a factor.

    Examples
    --------
    >>> times(0.6931), times(-2.3026), times(None)
    ('× 2.0', '× 0.10', '–')
    """
    if logit is None:
        return "–"
    factor = math.exp(max(-20.0, min(20.0, logit)))
    if factor >= 10:
        return f"× {factor:,.0f}"
    return f"× {factor:.1f}" if factor >= 1 else f"× {factor:.2f}"


def points(share: float | None) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.123), points(-0.004), points(None)
    ('+12.3 points', '-0.4 points', '–')
    """
    return "–" if share is None else f"{100 * share:+.1f} points"


def title_of(row: Mapping[str, Any]) -> str:
    """Return what a row is about."""
    name = str(row["label"])
    if row["kind"] == "force" and row.get("theme"):
        return f"{name} in {row.get('theme_name') or row['theme']}"
    return name


def draw(rows: Sequence[Mapping[str, Any]], width: float, *, narrow: bool = False, interactive: bool = True) -> str:
    """Return the forest picture."""
    if not rows:
        return ""
    numbers = {id(row): i for i, row in enumerate(rows)}
    label_w = 0.0 if narrow else 244.0
    count_w = 0.0 if narrow else 96.0
    left, right = (14.0 if narrow else label_w + 10), width - count_w - (14 if narrow else 12)
    middle = (left + right) / 2
    reaches = {kind: _reach(rows, kind) for kind in {str(row["kind"]) for row in rows}}

    def scale(kind: str) -> Any:
        reach = reaches[kind]
        return lambda value: middle + max(-reach, min(reach, value)) / reach * (right - left) / 2

    body = []
    side_a, side_b = str(rows[0]["side_a"]), str(rows[0]["side_b"])
    y = 30.0
    body.append(text(middle - 12, 18, f"← more in {nation_name(side_a)}", size=13, anchor="end", weight=650))
    body.append(text(middle + 12, 18, f"more in {nation_name(side_b)} →", size=13, weight=650))
    if not narrow:
        body.append(
            text(
                width - 6,
                18,
                f"{nation_name(side_a)} · {nation_name(side_b)}",
                size=11,
                anchor="end",
                class_="soft",
                fill=SOFT,
            )
        )
    step = 44.0 if narrow else 27.0
    marks: list[str] = []
    grid: list[str] = []
    block = y
    kind = None
    for at, row in enumerate(rows):
        if row["kind"] != kind:
            kind = str(row["kind"])
            y += 12
            marks.append(text(8, y + 14, KINDS.get(kind, kind), size=14, weight=650))
            unit = UNITS.get(kind, "passages")
            marks.append(text(width - 6, y + 14, unit, size=11.5, anchor="end", class_="soft", fill=SOFT))
            y += 26
            block = y
        x_of, reach = scale(str(kind)), reaches[str(kind)]
        marks.append(
            _row(row, y, step, numbers[id(row)], x_of, left, right, middle, width, label_w, narrow, interactive, reach)
        )
        y += step
        if at + 1 == len(rows) or rows[at + 1]["kind"] != kind:
            grid += _axis(str(kind), x_of, reach, middle, block, y)
            y += 22
    height = y + 6
    return svg(
        width,
        height,
        f"{counted(len(rows), 'contrast')} between {nation_name(side_a)} and {nation_name(side_b)}",
        [el("rect", width=width, height=height, fill=PAPER, class_="paper"), *grid, *body, *marks],
        class_=f"pic {'narrowonly' if narrow else 'wideonly'}" if interactive else "pic",
        role="group" if interactive else "img",
    )


def _reach(rows: Sequence[Mapping[str, Any]], kind: str) -> float:
    """Return the end of a block's axis, in log-odds or in shares."""
    ends = [
        abs(float(row[key]))
        for row in rows
        for key in ("low", "high", "estimate")
        if row["kind"] == kind and row.get(key) is not None and row["verdict"] not in (FEW, BARRED)
    ]
    # a little room beyond the last end, so that no mark stands on the frame
    return 1.05 * (min(CAP, max([*ends, math.log(4)])) if kind == "term" else min(FULL, max([*ends, 0.1])))


def _axis(kind: str, x_of: Any, reach: float, middle: float, top: float, bottom: float) -> list[str]:
    """Return the grid of a block: factors of odds for words, percentage points for themes and force."""
    if kind == "term":
        ticks = [(math.log(factor), f"×{factor}", f"×{factor}") for factor in (2, 5, 10, 20, 50)]
    else:
        ticks = [(n / 100, f"−{n} points", f"+{n} points") for n in (5, 10, 20, 40, 60)]
    grid = []
    last = middle
    for value, below, above in ticks:
        if value > reach + 1e-9 or x_of(value) - last < (32 if kind == "term" else 62):
            continue
        last = x_of(value)
        for x, words in ((x_of(-value), below), (x_of(value), above)):
            grid.append(el("line", x1=x, x2=x, y1=top, y2=bottom, stroke=LINE, stroke_width=1.0, class_="grid"))
            grid.append(text(x, bottom + 13, words, size=11, anchor="middle", class_="soft", fill=SOFT))
    grid.append(el("line", x1=middle, x2=middle, y1=top, y2=bottom, stroke=UNCLEAR, stroke_width=1.4, class_="axis"))
    grid.append(text(middle, bottom + 13, "equal", size=11, anchor="middle", class_="soft", fill=SOFT))
    return grid


def _row(
    row: Mapping[str, Any],
    y: float,
    step: float,
    number: int,
    x_of: Any,
    left: float,
    right: float,
    middle: float,
    width: float,
    label_w: float,
    narrow: bool,
    interactive: bool,
    reach: float,
) -> str:
    base = y + (32.0 if narrow else step / 2)
    parts = [
        el("rect", x=2.0, y=y + 1, width=width - 4, height=step - 2, rx=6, class_="ring", fill="none", fill_opacity=0)
    ]
    parts.append(el("rect", x=2.0, y=y + 1, width=width - 4, height=step - 2, fill=PAPER, fill_opacity=0))
    name = title_of(row)
    differs = row["verdict"] == DIFFERS
    label_y = y + 17 if narrow else base + 4.5
    room = width - 110 if narrow else label_w - 16
    if narrow:  # the name stands over the grid: no line strikes it
        wide = min(room, width_of(name, 13)) + 6
        parts.append(el("rect", x=5.0, y=label_y - 13, width=wide, height=17.0, fill=PAPER, class_="paper"))
    parts.append(text(8, label_y, fit(name, room, 13), size=13, weight=600 if differs else None))
    numbers = f"{int(row['n_a']):,} · {int(row['n_b']):,}"
    parts.append(text(width - 6, label_y, numbers, size=11.5, anchor="end", class_="soft", fill=SOFT))
    estimate = row.get("estimate")
    if row["kind"] == "theme" and not int(row["n_a"]) and not int(row["n_b"]):
        words = "no passage on either side carries it"
        parts.append(text(middle, base + 4, words, size=12, anchor="middle", class_="soft", fill=SOFT, halo=True))
    elif row["verdict"] in (FEW, BARRED) or estimate is None:
        words = f"too few documents to say ({int(row['n_docs_a'])} and {int(row['n_docs_b'])})"
        if row["verdict"] == BARRED:
            words = "not compared: see the caveat"
        parts.append(text(middle, base + 4, words, size=12, anchor="middle", class_="soft", fill=SOFT, halo=True))
    else:
        estimate = float(estimate)
        low = float(row["low"]) if row.get("low") is not None else estimate
        high = float(row["high"]) if row.get("high") is not None else estimate
        colour = (ENGLAND if estimate < 0 else WALES) if differs else UNCLEAR
        tested = row.get("low") is not None and row.get("high") is not None
        tone = None if differs else "unclear"
        parts.append(
            el("line", x1=x_of(low), x2=x_of(high), y1=base, y2=base, stroke=colour, stroke_width=2.4, class_=tone)
        )
        for end, beyond in ((low, low < -reach), (high, high > reach)) if tested else ():
            x = x_of(end)
            if beyond:
                sign = -1 if end < 0 else 1
                parts.append(
                    el(
                        "path",
                        d=f"M{x - 6 * sign:.1f} {base - 5:.1f}L{x:.1f} {base:.1f}L{x - 6 * sign:.1f} {base + 5:.1f}",
                        fill="none",
                        stroke=colour,
                        stroke_width=2.0,
                        class_=tone,
                    )
                )
            else:
                parts.append(
                    el("line", x1=x, x2=x, y1=base - 5, y2=base + 5, stroke=colour, stroke_width=2.0, class_=tone)
                )
        if tested:
            shape = "disc" if estimate < 0 else "square"
            looks = {} if differs else {"class_": "mk hollow unclear"}
            parts.append(mark(shape, x_of(estimate), base, 6.2, fill=colour, hollow=not differs, **looks))
        else:
            parts.append(el("circle", cx=x_of(estimate), cy=base, r=3.4, fill=colour, class_="dot"))
        if row.get("same_genre") is not None:
            x = x_of(float(row["same_genre"]))
            parts.append(
                el("line", x1=x, x2=x, y1=base - 9, y2=base + 9, stroke=UNCLEAR, stroke_width=1.6, class_="axis")
            )
    return el(
        "g",
        *parts,
        data_i=number if interactive else None,
        role="button" if interactive else None,
        tabindex="-1" if interactive else None,
        aria_label=f"{name}: {sentence(row)}" if interactive else None,
    )


def sentence(row: Mapping[str, Any]) -> str:
    """Return the verdict as a sentence.

    Examples
    --------
    >>> row = {"verdict": "differs", "kind": "term", "estimate": 0.7, "low": 0.2, "high": 1.2, "side_a": "england",
    ...        "side_b": "wales", "n_docs_a": 9, "n_docs_b": 8}
    >>> sentence(row)
    'More in Wales: odds × 2.0 (95 % interval 1.2 to 3.3), from 9 and 8 documents.'
    >>> sentence({**row, "kind": "theme", "estimate": 0.07, "low": 0.02, "high": 0.12})
    'More in Wales: +7.0 points (95 % interval +2.0 to +12.0), from 9 and 8 documents.'
    >>> sentence({**row, "verdict": "not tested", "low": None, "high": None})
    'Not tested, too little to go by: odds × 2.0 towards Wales, from 9 and 8 documents.'
    >>> sentence({**row, "verdict": "reverses within genre", "kind": "force", "estimate": 0.36, "same_genre": -0.14})
    'Turns round within the same genre: +36.0 points towards Wales (95 % interval +20.0 to +120.0), from 9 and 8 \
documents. Same genre only: +14.0 points towards England.'
    """
    docs = f"{int(row['n_docs_a'])} and {int(row['n_docs_b'])} documents"
    if row["verdict"] == BARRED:
        return "Not compared: see the caveat."
    if row["verdict"] == FEW or row.get("estimate") is None:
        return f"Too few documents to say ({docs})."
    estimate = float(row["estimate"])
    low, high = row.get("low"), row.get("high")
    more = _towards(row, estimate)
    by_odds = row.get("kind") == "term"
    size = f"odds {times(abs(estimate))}" if by_odds else points(abs(estimate))
    interval = ""
    if low is not None and high is not None:
        ends = sorted((float(low), float(high))) if estimate >= 0 else sorted((-float(low), -float(high)))
        one, other = (times(v)[2:] if by_odds else points(v).removesuffix(" points") for v in ends)
        interval = f" (95 % interval {one} to {other})"
    head = _HEADS.get(row["verdict"])
    told = f"{head}: {size} towards {more}{interval}" if head else f"More in {more}: {size}{interval}"
    same = row.get("same_genre")
    within = "" if same is None else f" Same genre only: {points(abs(same))} towards {_towards(row, same)}."
    return f"{told}, from {docs}.{within}"


_HEADS = {
    REVERSES: "Turns round within the same genre",
    NOT_CLEAR: "No clear difference",
    UNTESTED: "Not tested, too little to go by",
}


def _towards(row: Mapping[str, Any], value: float) -> str:
    return nation_name(str(row["side_b"] if value >= 0 else row["side_a"]))


def static(data: Mapping[str, Any], width: float = 760, most: int = 16) -> str:
    """Return a still picture: all themes, or the clearest rows up to `most`."""
    rows = ordered(data["contrasts"])
    themes = [row for row in rows if row["kind"] == "theme"]
    chosen = (
        themes
        if 0 < len(themes) <= most
        else sorted(
            rows,
            key=lambda r: (
                VERDICTS.index(r["verdict"]),
                -abs(float(r["estimate"] or 0)),
                str(r["label"]),
            ),
        )[:most]
    )
    return draw(ordered(chosen), width, interactive=False)
