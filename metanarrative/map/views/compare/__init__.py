"""England and Wales compared: one row a theme, term or force, with interval and verdict.

Takes contrasts (b minus a: shares for themes and force, log-odds for words) and the passages behind
them; gives SVG. A disc is more in England, a square more in Wales, a hollow grey mark is no clear
difference, and a row with too few documents has words in place of a mark.
"""

from metanarrative.map.views.compare.data import collect
from metanarrative.map.views.compare.page import build, page_of
from metanarrative.map.views.compare.picture import draw, ordered, static

__all__ = [
    "build",
    "collect",
    "draw",
    "ordered",
    "page_of",
    "static",
]
