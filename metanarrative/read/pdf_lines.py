"""The lines of a PDF page with their places, in reading order, without page furniture.

Takes pages as PDFium opens them; gives lines. PDFium breaks text into lines by place; here the
cells of table rows are taken apart, columns that were read across are put one after the other,
and what returns at the edges of pages (running heads, feet, numbers) is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from metanarrative.text import squash

__all__ = ["Line", "in_columns", "page_lines", "without_furniture"]

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " ", "\u200b": ""}
)
_HYPHENS = ("\x02", "\ufffe", "\u00ad")
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(" ")
_PAGE_NUMBER = re.compile(
    r"(?:page|tudalen|tud\.?)?\s*[|–-]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*(?:(?:of|o|/)\s*\d{1,4})?\s*[|–-]?\s*$",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """One printed line with its place on the page; lengths are shares of the page unless said."""

    text: str
    page: int  # from 1
    left: float
    right: float
    top: float  # distance from the page's upper edge, 0-1
    bottom: float
    size: float  # height of the letters, points
    width: float  # of the page
    bold: bool = False
    broken: bool = False  # its last word goes on in the next line


_new = tuple.__new__


# --- lines --------------------------------------------------------------------------------------


@cache
def _calls() -> tuple[Callable[[int, int, int], int], Callable[[int, int], int]]:
    """Return PDFium's functions for a letter's cell and weight, addresses given as plain numbers.

    They are asked some ten thousand times a document: told what types to expect, ctypes would make
    and check an object of each for every argument, which takes longer than the answer.
    """
    import ctypes

    import pypdfium2.raw as pdfium

    calls = []
    for known, types in (
        (pdfium.FPDFText_GetLooseCharBox, (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)),
        (pdfium.FPDFText_GetFontWeight, (ctypes.c_void_p, ctypes.c_int)),
    ):
        call = type(known)(ctypes.cast(known, ctypes.c_void_p).value)  # by the calling convention of the platform
        call.argtypes, call.restype = types, ctypes.c_int
        calls.append(call)
    return calls[0], calls[1]


class _Page:
    """Text and letter places of one page; `number` counts from 1.

    PDFium is asked for the places of three letters a line, many at a time, straight through its
    C interface: the helper of pypdfium2 allocates four numbers a letter, which costs more than the answer.
    """

    def __init__(self, handle: Any, text: str, number: int, size: tuple[float, float]) -> None:
        import ctypes

        self.text = text
        self.number = number
        self.width, self.height = size
        self._address: int = ctypes.cast(handle, ctypes.c_void_p).value or 0
        self._float = ctypes.c_float
        self._addressof = ctypes.addressof
        self._ask, self._weight = _calls()

    def boxes(self, places: Sequence[int]) -> list[float]:
        """Return left, top, right, bottom of each letter's cell, in points from the lower left, in one row."""
        count = len(places)
        room = (self._float * (4 * count))()  # zeros, where PDFium has no answer
        begin = self._addressof(room)
        deque(map(self._ask, repeat(self._address), places, range(begin, begin + 16 * count, 16)), maxlen=0)
        return room[:]

    def lines(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int, Line]]:
        """Return (start, end, line) of the lines that these characters make, where they are not only spaces."""
        text = self.text
        kept: list[tuple[int, int, str]] = []
        ends: list[int] = []
        middles: list[int] = []
        for start, end in spans:
            raw = text[start:end]
            clean = raw.strip()
            if not clean:
                continue
            first = start if len(clean) == end - start else start + len(raw) - len(raw.lstrip())
            last = first + len(clean) - 1
            kept.append((start, end, clean))
            ends += first, last
            middle = (first + last) // 2
            while text[middle] == " ":  # a space has no height
                middle += 1
            middles.append(middle)
        found = self.boxes(ends)
        # the first letter's cell and the last one's take turns
        cells = zip(*(found[side::8] for side in (0, 1, 3, 5, 6, 7)), strict=True)
        weights = map(self._weight, repeat(self._address), middles)
        number, width, height = self.number, self.width, self.height
        lines = []
        for (start, end, clean), middle, weight, (left, high, low, end_high, right, end_low), own_right in zip(
            kept, middles, weights, cells, found[2::8], strict=True
        ):
            if not clean.isascii() or "\x02" in clean:
                clean = _unhyphened(clean)
            # the middle letter speaks for the line, where first and last differ: one may be a note mark or a bullet
            size = high - low
            if abs(size - (end_high - end_low)) > 0.05:
                _, upper, _, lower = self.boxes((middle,))
                size = upper - lower
            line = (
                # no white space but single spaces is printable
                clean if clean.isprintable() and "  " not in clean else squash(clean),
                number,
                left,
                own_right if own_right > right else right,
                1.0 - (high if high > end_high else end_high) / height,
                1.0 - (low if low < end_low else end_low) / height,
                round(size if size > 0.5 else 0.5, 1),
                width,
                weight >= 600,
                clean[-1:] == "-",
            )
            # a named tuple's own constructor takes twice as long
            lines.append((start, end, _new(Line, line)))
        return lines

    def gaps(self, start: int, end: int, least: float) -> list[tuple[int, float]]:
        """Return (place, middle) of the spaces that are wider than `least` letter heights."""
        spaces = [found.start() for found in _SPACE.finditer(self.text, start + 1, end - 1)]
        around = self.boxes([place + side for place in spaces for side in (-1, 1)])
        return [
            (place, (after + right) / 2)
            for place, high, right, low, after in zip(
                spaces, around[1::8], around[2::8], around[3::8], around[4::8], strict=True
            )
            if after - right > least * max(4.0, high - low)
        ]

    def cut(self, start: int, end: int, places: Sequence[int]) -> list[Line]:
        """Return the lines between cuts."""
        edges = [start, *(place + 1 for place in places), end]
        return [line for _, _, line in self.lines(pairwise(edges))]


def _unhyphened(text: str) -> str:
    """Return a line with its ligatures spelt out; a hyphen PDFium marks stays only at its end."""
    text = text.translate(_LIGATURES)
    if text.endswith(_HYPHENS):
        text = text[:-1] + "-"
    for mark in _HYPHENS:
        text = text.replace(mark, "")
    return text


def _text(handle: Any) -> tuple[str, int]:
    """Return the text of a page and how many letters PDFium counts in it."""
    import ctypes

    import pypdfium2
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFText_CountChars(handle)
    if count < 0:
        raise pypdfium2.PdfiumError("the letters of the page cannot be counted")
    first, last = 0, count - 1
    # letters that PDFium leaves out of the text: asked to begin or end with one it would go too far
    while first <= last and (begin := pdfium.FPDFText_GetTextIndexFromCharIndex(handle, first)) < 0:
        first += 1
    while first <= last and (end := pdfium.FPDFText_GetTextIndexFromCharIndex(handle, last)) < 0:
        last -= 1
    if first > last:
        return "", count
    room = (ctypes.c_ushort * (end + 2 - begin))()
    written = pdfium.FPDFText_GetText(handle, first, last + 1 - first, room)
    return bytes(room)[: 2 * (written - 1)].decode("utf-16-le", "ignore"), count


def page_lines(page: Any, number: int) -> list[Line]:
    """Return the lines of one page as they are printed, from top to bottom.

    Parameters
    ----------
    page : pypdfium2.PdfPage, or the handle of a page as PDFium gives it
    number : int
        From 1.

    Raises
    ------
    pypdfium2.PdfiumError
        The page is damaged.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    handle = pdfium.FPDFText_LoadPage(page)
    if not handle:
        raise pypdfium2.PdfiumError("the text of the page cannot be loaded")
    try:
        text, count = _text(handle)
        width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        if not text.strip() or width <= 0 or height <= 0:
            return []
        spans = _spans(text)
        if count != len(text):
            # characters beyond the first plane count twice in PDFium: positions cannot be told
            return [Line(text[a:b], number, 0.0, width, 0.5, 0.5, 10.0, width) for a, b in spans if text[a:b].strip()]
        letters = _Page(handle, text, number, (width, height))
        lines: list[Line] = []
        wide: list[tuple[int, int]] = []
        for start, end, line in letters.lines(spans):
            length = line.right - line.left
            if end - start > 50 and length > 0.6 * width:
                wide.append((start, end))
            # far wider than its letters: cells of a table row on one base line
            if length > 0.7 * line.size * len(line.text) and " " in line.text:
                cuts = [place for place, _ in letters.gaps(start, end, 1.2)]
                lines.extend(letters.cut(start, end, cuts) if cuts else (line,))
            else:
                lines.append(line)
        if len(wide) >= 8 and _read_across(letters, wide):
            return _split_at_gutter(letters, spans) or lines
        return lines
    finally:
        pdfium.FPDFText_ClosePage(handle)


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where each line begins and ends."""
    spans = []
    begin = 0
    for line in text.replace("\r", "\n").split("\n"):
        end = begin + len(line)
        if line:
            spans.append((begin, end))
        begin = end + 1
    return spans


def _read_across(letters: _Page, wide: Sequence[tuple[int, int]]) -> bool:
    """Tell by a sample of the lines that span the page whether two columns were read across."""
    sample = wide[:: max(1, len(wide) // 8)][:8]
    without = 0
    for number, (start, end) in enumerate(sample, 1):
        # the gutter is near the middle of the page, hence of the line
        fifth = (end - start) // 5
        without += not letters.gaps(start + fifth, end - fifth, 0.9)
        # on a page read across nearly every such line has the gap: three without it are enough
        if 2 * without > len(sample) or (number == without == 3):
            return False
    return True


def _split_at_gutter(letters: _Page, spans: Sequence[tuple[int, int]]) -> list[Line]:
    """Cut lines at wide gaps in the middle of the page, where such gaps stand above each other."""
    gutters: Counter[int] = Counter()
    found: list[tuple[int, int, list[tuple[int, float]]]] = []
    for start, end in spans:
        gaps = [
            (place, middle)
            for place, middle in letters.gaps(start, end, 0.9)
            if 0.25 * letters.width < middle < 0.75 * letters.width
        ]
        gutters.update({round(middle / 12) for _, middle in gaps[:1]})
        found.append((start, end, gaps))
    aligned = {g for g, n in gutters.items() if n + gutters[g - 1] + gutters[g + 1] >= 6}
    if not aligned:
        return []
    lines: list[Line] = []
    for start, end, gaps in found:
        lines.extend(letters.cut(start, end, [place for place, middle in gaps if round(middle / 12) in aligned][:1]))
    return lines


def in_columns(lines: list[Line]) -> list[Line]:
    """Put the lines of a two-column page in reading order, where the file's order is not."""
    if len(lines) < 10:
        return lines
    width = lines[0].width
    middle = _gutter(lines, width)
    if middle is None:
        return lines
    sides = [_side(line, middle) for line in lines]
    switches = sum(a != b and 2 not in (a, b) for a, b in pairwise(sides))
    full = sides.count(2)
    if switches <= 1 + full:
        return lines  # the file already goes down one column and then the other
    ordered: list[Line] = []
    band: list[Line] = []

    def flush() -> None:
        for side in (0, 1):
            ordered.extend(sorted((ln for ln in band if _side(ln, middle) == side), key=lambda ln: (ln.top, ln.left)))
        band.clear()

    for line in sorted(lines, key=lambda ln: (round(ln.top, 3), ln.left)):
        if _side(line, middle) == 2:
            flush()
            ordered.append(line)
        else:
            band.append(line)
    flush()
    return ordered


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    best: tuple[int, float] | None = None
    n = len(lines)
    begin = width * 35 / 100 - 2
    if sum([line.left >= begin for line in lines]) < 0.25 * n:
        return None  # too few lines could be of a right column
    lefts = sorted([line.left for line in lines])
    rights = sorted([line.right for line in lines])
    narrow = [(line.left, line.right) for line in lines if line.right - line.left <= 4]
    for step in range(35, 66, 2):
        x = width * step / 100
        left = bisect_right(rights, x + 2)
        if left < 0.25 * n:
            continue
        inside = sum(a >= x - 2 and b <= x + 2 for a, b in narrow) if narrow else 0
        crossing = bisect_left(lefts, x - 2) - left + inside
        right = n - crossing - left
        if min(left, right) >= 0.25 * n and crossing <= 0.25 * n:
            score = (crossing, abs(step - 50))
            if best is None or score < (best[0], abs(best[1] - width / 2)):
                best = (crossing, x)
    return best[1] if best else None


def _side(line: Line, middle: float) -> int:
    if line.right <= middle + 2:
        return 0
    return 1 if line.left >= middle - 2 else 2


# --- page furniture -----------------------------------------------------------------------------


def _mark(line: Line) -> tuple[str, bool, int]:
    """Return what makes a line the same as one on another page; a title in large type is not."""
    return _DIGITS.sub("#", line.text.casefold()), line.top < 0.5, round(line.size)


def without_furniture(pages: list[list[Line]]) -> tuple[list[list[Line]], int]:
    """Leave out running heads and feet and page numbers: what returns at the edges of pages."""
    count = len(pages)
    seen: Counter[tuple[str, bool, int]] = Counter()
    edges: list[list[Line]] = []
    for lines in pages:
        by_height = sorted(lines, key=attrgetter("top"))
        edge = [line for line in (*by_height[:4], *by_height[-4:]) if line.top < 0.14 or line.bottom > 0.86]
        edges.append(edge)
        seen.update({_mark(line) for line in edge})
    # left and right pages may differ, so a quarter of the pages is enough
    least = max(3, count // 4)
    dropped = 0
    kept: list[list[Line]] = []
    for lines, edge in zip(pages, edges, strict=True):
        returning = set()
        for line in edge:
            returns = len(line.text) < 160 and seen[_mark(line)] >= least
            if returns or ((line.top < 0.1 or line.bottom > 0.9) and _PAGE_NUMBER.match(line.text)):
                returning.add(id(line))
        rest = [line for line in lines if id(line) not in returning] if returning else lines
        dropped += len(lines) - len(rest)
        kept.append(rest)
    return kept, dropped
