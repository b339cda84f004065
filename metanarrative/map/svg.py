"""Small SVG from Python: escaped elements, the palette, and text that fits.

Marks carry concrete colours as presentation attributes, so that an exported picture stands
alone; a page's style sheet overrides ink, paper and grid by class for the dark theme.

References
----------
Okabe M, Ito K (2008), Color Universal Design; the viridis colours of van der Walt and Smith
(2015), seven steps.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442", "#6B6B6B")
"""Eight colours that stay apart under the common colour-vision deficiencies; the last is for
"other" and stands in for the black of the original, which a dark page would swallow."""

SHAPES = ("disc", "square", "triangle", "diamond")
VIRIDIS = ("#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725")
BLUES = ("#f1f5fa", "#d6e4f2", "#b3cfe8", "#84b2da", "#5092c6", "#2470ac", "#0b4a7f")
"""Sequential scale of the grids, lightest first."""

INK, SOFT, LINE, PAPER, EDGE = "#1d2129", "#565d68", "#d9d5cb", "#ffffff", "#22262e"
ENGLAND, WALES, OTHER = "#0072B2", "#D55E00", "#6B6B6B"

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: object) -> str:
    """Return `text` without characters that XML cannot carry.

    Examples
    --------
    >>> clean("a\\x00b")
    'ab'
    """
    return _ILLEGAL.sub("", str(text))


def esc(text: object) -> str:
    """Escape `text` for an element or a quoted attribute.

    Examples
    --------
    >>> esc('<b a="1">')
    '&lt;b a=&quot;1&quot;&gt;'
    """
    return html.escape(clean(text), quote=True)


def number(value: float) -> str:
    """Return a coordinate with one decimal at most, and never ``-0``.

    Examples
    --------
    >>> number(3.0), number(2.26), number(-0.01)
    ('3', '2.3', '0')
    """
    rounded = round(float(value), 1) + 0.0
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def el(tag: str, *children: str, **attributes: object) -> str:
    """Return one element; `children` are markup, attribute values are escaped.

    A trailing underscore is dropped (``class_``) and the others become hyphens; an attribute
    of ``None`` or ``False`` is left out, ``True`` is written empty.

    Examples
    --------
    >>> el("rect", width=2.04, data_i=1, class_="a")
    '<rect width="2" data-i="1" class="a"/>'
    >>> el("text", esc("<x>"))
    '<text>&lt;x&gt;</text>'
    """
    parts = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-")
        if key == "viewbox":
            key = "viewBox"
        if value is True:
            text = ""
        elif isinstance(value, float):
            text = number(value)
        else:
            text = esc(value)
        parts.append(f'{key}="{text}"')
    inside = "".join(children)
    return f"<{' '.join(parts)}>{inside}</{tag}>" if inside else f"<{' '.join(parts)}/>"


def text(
    x: float,
    y: float,
    words: object,
    *,
    size: float = 12,
    anchor: str = "start",
    weight: int | None = None,
    class_: str = "ink",
    fill: str = INK,
    lang: str | None = None,
    halo: bool = False,
    rotate: float | None = None,
    extra: str = "",
) -> str:
    """Return one line of text; `halo` paints a rim in the colour of the paper behind it."""
    return el(
        "text",
        esc(words),
        x=float(x),
        y=float(y),
        font_size=float(size),
        text_anchor=None if anchor == "start" else anchor,
        font_weight=weight,
        class_=f"{class_}{' halo' if halo else ''}{' ' + extra if extra else ''}",
        fill=fill,
        lang=lang,
        stroke=PAPER if halo else None,
        stroke_width=3.0 if halo else None,
        paint_order="stroke" if halo else None,
        stroke_linejoin="round" if halo else None,
        transform=f"rotate({number(rotate)} {number(x)} {number(y)})" if rotate is not None else None,
    )


def mark(shape: str, x: float, y: float, r: float, *, fill: str, hollow: bool = False, **attributes: object) -> str:
    """Return a mark of about the same area whatever its shape; `hollow` leaves it unfilled."""
    paint: dict[str, object] = {
        "fill": PAPER if hollow else fill,
        "stroke": fill if hollow else EDGE,
        "stroke_width": 2.0 if hollow else 1.0,
        "class_": "mk hollow" if hollow else "mk",
        **attributes,
    }
    if shape == "square":
        side = r * 0.9
        return el("rect", x=x - side, y=y - side, width=2 * side, height=2 * side, **paint)
    if shape in ("triangle", "diamond"):
        return el("path", d=path_of(shape, x, y, r), **paint)
    return el("circle", cx=float(x), cy=float(y), r=float(r), **paint)


def path_of(shape: str, x: float, y: float, r: float) -> str:
    """Return the path of a triangle or a diamond about (x, y)."""
    if shape == "triangle":
        points: Sequence[tuple[float, float]] = [
            (x + 1.25 * r * math.sin(a), y - 1.25 * r * math.cos(a)) for a in (0, 2 * math.pi / 3, 4 * math.pi / 3)
        ]
    else:
        points = [(x, y - 1.25 * r), (x + 1.25 * r, y), (x, y + 1.25 * r), (x - 1.25 * r, y)]
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in points) + "Z"


def svg(
    width: float, height: float, label: str, body: Iterable[str], *, class_: str = "pic", role: str = "group"
) -> str:
    """Return a whole picture with a name for people who cannot see it."""
    return el(
        "svg",
        el("title", esc(label)),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        viewbox=f"0 0 {number(width)} {number(height)}",
        width=float(width),
        height=float(height),
        role=role,
        aria_label=label,
        class_=class_,
        font_family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
    )


def width_of(words: str, size: float = 12) -> float:
    """Return about how many units a line takes; wide letters count more.

    Examples
    --------
    >>> width_of("mmm") > width_of("iii")
    True
    """
    return 1.08 * sum(map(_units, words)) * size  # system fonts differ; a label cut early beats one that runs over


def _units(letter: str) -> float:
    if letter in "iljtfr.,:;'|!()[] I-":
        return 0.33
    if letter in "mwMW@%&—":
        return 0.86
    return 0.64 if letter.isupper() or letter.isdigit() else 0.54


def fit(words: str, room: float, size: float = 12) -> str:
    """Return `words` cut with an ellipsis so as to take no more than `room` units.

    Examples
    --------
    >>> fit("care coordination", 60)
    'care coo…'
    >>> fit("Care in learning… 2000", 115)
    'Care in learning…'
    """
    words = " ".join(clean(words).split())
    if width_of(words, size) <= room:
        return words
    taken, end = _units("…"), 0
    for letter in words:
        taken += _units(letter)
        if 1.08 * taken * size > room:
            break
        end += 1
    return words[:end].rstrip(" ,;:…") + "…"


def wrap(words: str, room: float, size: float = 12, lines: int = 2) -> list[str]:
    """Break `words` at spaces into at most `lines` lines; the last is cut to fit.

    Examples
    --------
    >>> wrap("carers and families", 70, 12)
    ['carers and', 'families']
    """
    rest = clean(words).split()
    out: list[str] = []
    while rest and len(out) < lines - 1:
        line = rest.pop(0)
        while rest and width_of(f"{line} {rest[0]}", size) <= room:
            line = f"{line} {rest.pop(0)}"
        out.append(fit(line, room, size))
    if rest:
        out.append(fit(" ".join(rest), room, size))
    return out
