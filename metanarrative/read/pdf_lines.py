"""The lines of a PDF page with their places, in reading order, without page furniture.

Takes pages as PDFium opens them; gives lines. PDFium breaks text into lines by place; here the
cells of table rows are taken apart, columns that were read across are put one after the other,
and what returns at the edges of pages (running heads, feet, numbers) is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from metanarrative.text import squash

__all__ = ["Line", "in_columns", "page_lines", "without_furniture"]

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00a0": " ", "\u200b": ""}
)
_HYPHENS = ("\x02", "\ufffe", "\u00ad")
_DIGITS = re.compile(r"\d+")
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


# --- lines --------------------------------------------------------------------------------------


class _Page:
    """Text and letter places of one page; `number` counts from 1.

    PDFium is asked for the places of three letters a line, straight through its C interface:
    the helper of pypdfium2 allocates four numbers a letter, which costs more than the answer.
    """

    def __init__(self, textpage: Any, text: str, number: int, size: tuple[float, float]) -> None:
        import ctypes

        import pypdfium2.raw as pdfium

        self.text = text
        self.number = number
        self.width, self.height = size
        self._handle = textpage.raw
        self._floats = (ctypes.c_float * 4)()  # left, top, right, bottom
        self._reference = ctypes.byref(pdfium.FS_RECTF.from_buffer(self._floats))
        self._ask = pdfium.FPDFText_GetLooseCharBox
        self._weight = pdfium.FPDFText_GetFontWeight

    def box(self, place: int) -> Sequence[float]:
        """Return left, top, right, bottom of a letter's cell, in points from the lower left."""
        return self._floats[:] if self._ask(self._handle, place, self._reference) else (0.0, 0.0, 0.0, 0.0)

    def line(self, start: int, end: int) -> Line | None:
        """Return the line that these characters make, None where they are only spaces."""
        raw = self.text[start:end]
        clean = raw.lstrip()
        if not clean:
            return None
        first = start + len(raw) - len(clean)
        clean = clean.rstrip()
        last = first + len(clean) - 1
        left, high, right, low = self.box(first)
        _, end_high, end_right, end_low = self.box(last)
        if not clean.isascii() or "\x02" in clean:
            clean = clean.translate(_LIGATURES)
            if clean.endswith(_HYPHENS):
                clean = clean[:-1] + "-"
            for mark in _HYPHENS:
                clean = clean.replace(mark, "")
        # the middle letter speaks for the line, where first and last differ: one may be a note mark or a bullet
        middle = (first + last) // 2
        while self.text[middle] == " ":  # a space has no height
            middle += 1
        upper, lower = high, low
        if abs((high - low) - (end_high - end_low)) > 0.05:
            _, upper, _, lower = self.box(middle)
        return Line(
            # no white space but single spaces is printable
            clean if clean.isprintable() and clean.rfind("  ") < 0 else squash(clean),
            self.number,
            left,
            right if right > end_right else end_right,
            1.0 - (high if high > end_high else end_high) / self.height,
            1.0 - (low if low < end_low else end_low) / self.height,
            round(max(0.5, upper - lower), 1),
            self.width,
            self._weight(self._handle, middle) >= 600,
            clean.endswith("-"),
        )

    def gaps(self, start: int, end: int, least: float) -> list[tuple[int, float]]:
        """Return (place, middle) of the spaces that are wider than `least` letter heights."""
        found = []
        place = self.text.find(" ", start + 1, end - 1)
        while place >= 0:
            before, after = self.box(place - 1), self.box(place + 1)
            if after[0] - before[2] > least * max(4.0, before[1] - before[3]):
                found.append((place, (after[0] + before[2]) / 2))
            place = self.text.find(" ", place + 1, end - 1)
        return found

    def cut(self, start: int, end: int, places: Sequence[int]) -> list[Line]:
        """Return the lines between cuts."""
        edges = [start, *(place + 1 for place in places), end]
        return [line for a, b in pairwise(edges) if (line := self.line(a, b))]


def page_lines(page: Any, number: int) -> list[Line]:
    """Return the lines of one page as they are printed, from top to bottom."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        width, height = page.get_size()
        if not text.strip() or width <= 0 or height <= 0:
            return []
        spans = list(_spans(text))
        if textpage.count_chars() != len(text):
            # characters beyond the first plane count twice in PDFium: positions cannot be told
            return [Line(text[a:b], number, 0.0, width, 0.5, 0.5, 10.0, width) for a, b in spans if text[a:b].strip()]
        letters = _Page(textpage, text, number, (width, height))
        lines: list[Line] = []
        wide: list[tuple[int, int]] = []
        for start, end in spans:
            line = letters.line(start, end)
            if line is None:
                continue
            if end - start > 50 and line.right - line.left > 0.6 * width:
                wide.append((start, end))
            # far wider than its letters: cells of a table row on one base line
            if line.right - line.left > 0.7 * line.size * len(line.text) and " " in line.text:
                cuts = [place for place, _ in letters.gaps(start, end, 1.2)]
                lines.extend(letters.cut(start, end, cuts))
            else:
                lines.append(line)
        if len(wide) >= 8 and _read_across(letters, wide):
            return _split_at_gutter(letters, spans) or lines
        return lines
    finally:
        textpage.close()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line begins and ends."""
    begin = 0
    for line in text.replace("\r", "\n").split("\n"):
        end = begin + len(line)
        if line:
            yield begin, end
        begin = end + 1


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
    lefts = sorted(line.left for line in lines)
    rights = sorted(line.right for line in lines)
    narrow = [(line.left, line.right) for line in lines if line.right - line.left <= 4]
    for step in range(35, 66, 2):
        x = width * step / 100
        left = bisect_right(rights, x + 2)
        inside = sum(a >= x - 2 and b <= x + 2 for a, b in narrow)
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
