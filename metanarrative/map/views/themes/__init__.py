"""The thematic map: how central and how dense the themes of concepts are, with ranges.

Takes themes of concepts, the concept graph and who mentions what; gives Callon's plane, named
axes crossing at the medians, a bubble a theme, whiskers from resampled works.

References
----------
Callon M, Courtial JP, Laville F (1991), Co-word analysis. doi:10.1007/BF02019280
"""

from metanarrative.map.views.themes.data import collect, figures, ranges
from metanarrative.map.views.themes.page import build, page_of
from metanarrative.map.views.themes.picture import draw, medians, ranked, static

__all__ = [
    "build",
    "collect",
    "draw",
    "figures",
    "medians",
    "page_of",
    "ranges",
    "ranked",
    "static",
]
