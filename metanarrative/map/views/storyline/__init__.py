"""The citation storyline: years downwards, a lane a grouping, the main path thick.

Takes works with lanes and years, citations and main-path links; gives SVG drawn in Python.
Each band is one year; years without works are narrow, and a long run of them is one broken band.
"""

from metanarrative.map.views.storyline.data import collect
from metanarrative.map.views.storyline.page import build, page_of
from metanarrative.map.views.storyline.picture import STILL, arrange, draw, draw_narrow, scene, static

__all__ = [
    "STILL",
    "arrange",
    "build",
    "collect",
    "draw",
    "draw_narrow",
    "page_of",
    "scene",
    "static",
]
