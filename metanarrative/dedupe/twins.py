"""Signs that an English and a Welsh text are one document, from what a translation leaves alone.

Takes two entries; gives how far they agree and the signs, where those are enough to ask a person. Looked
at are the numbers in the order in which they stand, the printed numbers of paragraphs, the laws and works
cited, the lengths of paragraphs (or of sections) one after the other, and the names inside sentences. No
vectors, no dictionary: this runs before anything is embedded. It never joins two texts by itself.

References
----------
Gale, W. A. & Church, K. W. (1993). A program for aligning sentences in bilingual corpora. Computational
Linguistics 19(1), 75-102 (lengths of translations are correlated).
Resnik, P. & Smith, N. A. (2003). The Web as a parallel corpus. Computational Linguistics 29(3), 349-380.
doi:10.1162/089120103322711578 (structure and length as signs of a translation).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metanarrative.dedupe.entry import Entry

__all__ = ["Layout", "comparable", "layout_of", "length_agreement", "names_in", "twin_signs"]

LONG_OUTLINE = 8
"""From this many printed paragraph numbers on, two outlines can be compared."""
MANY_NUMBERS = 10
MANY_PARAGRAPHS = 12
"""From this many paragraphs (or sections) on, their lengths can be compared."""
ENOUGH_PARAGRAPHS = 30
"""From this many on, lengths that follow each other closely are a sign that needs no second."""
MOST_PARAGRAPHS = 2000
COVERED = 0.85
"""Share of the paragraphs of the longer text that must have one in the other."""
SPREAD, LEFT_OUT = 0.3, 3.0
"""Usual spread of the logarithm of a translation's length, and the price of a paragraph without partner."""
MANY_NAMES = 5
RATIO = (0.8, 1.4)
"""Words of a Welsh text to words of the English one: Welsh texts run longer, seldom shorter."""
_NAME = re.compile(r"(?<=[\w,;:)’'][ ])[A-ZÂÊÎÔÛŴŶ][\w’'-]{2,}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Lengths in characters of paragraphs and of what stands under each heading, and the numbers in them, in order.

    Numbers in headings are left out: all documents on one plan have them.
    """

    paragraphs: tuple[int, ...] = ()
    sections: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()


def layout_of(rows: Iterable[Mapping[str, Any]]) -> Layout:
    """Return the layout of a document.

    Parameters
    ----------
    rows : iterable of mapping
        ``kind`` and ``text`` of its blocks, in reading order.

    Examples
    --------
    >>> blocks = [("heading", "One"), ("paragraph", "Four"), ("list", "Three"), ("heading", "2 Two"), ("table", "7")]
    >>> layout_of({"kind": kind, "text": text} for kind, text in blocks)
    Layout(paragraphs=(4, 5, 1), sections=(9, 1), numbers=('7',))
    """
    paragraphs: list[int] = []
    sections = [0]
    numbers: list[str] = []
    for row in rows:
        if row["kind"] == "heading":
            sections.append(0)
        elif row["text"]:
            paragraphs.append(len(row["text"]))
            sections[-1] += len(row["text"])
            numbers += re.findall(r"\d+", row["text"])
    return Layout(tuple(paragraphs), tuple(length for length in sections if length), tuple(numbers))


def names_in(text: str) -> frozenset[str]:
    """Return the capitalised words inside sentences, folded: names, which most translations leave alone.

    Examples
    --------
    >>> sorted(names_in("The plan of Dr Eluned Parry in Powys. It is good."))
    ['eluned', 'parry', 'powys']
    """
    return frozenset(found.casefold() for found in _NAME.findall(text))


def comparable(a: Entry, b: Entry) -> bool:
    """Tell at a glance whether two texts are in two languages and have something to compare."""
    if a.language == b.language or not _fitting(a, b):
        return False
    enough = (
        (len(a.numerals), len(b.numerals), MANY_NUMBERS),
        (len(a.outline), len(b.outline), LONG_OUTLINE),
        (len(a.layout.paragraphs), len(b.layout.paragraphs), MANY_PARAGRAPHS),
    )
    return any(min(one, other) >= least for one, other, least in enough)


def _fitting(a: Entry, b: Entry) -> bool:
    if not a.length or not b.length:
        return False
    ratio = a.length / b.length if a.language == "cy" else b.length / a.length
    return RATIO[0] <= ratio <= RATIO[1]


def twin_signs(a: Entry, b: Entry) -> tuple[float, str]:
    """Return how far two texts agree in what translation leaves alone, 0 to 1, and the signs where that is enough.

    Many equal numbers in one order are enough, unless the lengths of paragraphs say otherwise; fewer
    need a second sign. Without numbers two of the other signs are needed (printed numbers and names are
    not two: all reports of one office have both), or the lengths of many paragraphs. Where most numbers
    differ nothing helps.
    """
    if not _fitting(a, b):
        return 0.0, ""
    numbers = _in_order(a.numerals, b.numerals) if min(len(a.numerals), len(b.numerals)) >= MANY_NUMBERS else None
    outline = _shared(a.outline, b.outline) if min(len(a.outline), len(b.outline)) >= LONG_OUTLINE else None
    cited = len(a.cited & b.cited) / len(a.cited | b.cited) if min(len(a.cited), len(b.cited)) >= 3 else None
    agreed = length_agreement(a.layout, b.layout)
    lengths, n_parts = agreed or (None, 0)
    fewer_names = min(len(a.names), len(b.names))
    names = len(a.names & b.names) / fewer_names if fewer_names >= MANY_NAMES else None
    built, cites = (outline or 0.0) >= 0.9, (cited or 0.0) >= 0.8
    measured, named = (lengths or 0.0) >= 0.9, (names or 0.0) >= 0.4
    second = built or cites or named
    apart = lengths is not None and lengths < 0.8  # another text on the same plan
    if numbers is None:
        enough = (cites and (built or named) and not apart) or (measured and (second or n_parts >= ENOUGH_PARAGRAPHS))
    elif numbers >= 0.8:
        enough = lengths is None or lengths >= 0.5
    else:
        enough = numbers >= 0.6 and (second or measured) and not apart
    told = [
        f"{share:.0%} of the {what}"
        for share, what in (
            (numbers, "numbers"),
            (outline, "paragraph numbers"),
            (cited, "laws and works cited"),
            (names if named else None, "names"),
        )
        if share is not None
    ]
    if lengths is not None:
        told.append(f"lengths of {n_parts} parts (agreement {lengths:.2f})")
    known = [share for share in (numbers, outline, cited, lengths) if share is not None]
    return max(known, default=0.0), f"the same are {', '.join(told)}" if enough else ""


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Return the share of the longer list that the other has too, repeats counted."""
    return (Counter(a) & Counter(b)).total() / max(len(a), len(b))


def _in_order(a: Sequence[str], b: Sequence[str]) -> float:
    """Return the share of the longer list that the other has in the same order.

    Examples
    --------
    >>> _in_order(["1", "2", "3", "4"], ["1", "3", "2", "4"]), _in_order(["1", "2"], ["2", "1"])
    (0.75, 0.5)
    """
    from rapidfuzz.distance import LCSseq

    return float(LCSseq.normalized_similarity(a, b))


def length_agreement(a: Layout, b: Layout) -> tuple[float, int] | None:
    """Return how the lengths of two texts' parts are correlated, and over how many parts.

    Paragraph by paragraph in their order, a few left out on either side where the two are cut a
    little differently; where that does not go, section by section. Lengths (their logarithms) of a
    translation follow those of its original closely, those of another text on the same plan do not.

    Returns
    -------
    tuple of float and int, or None
        The correlation, -1 to 1, times the share of the longer text that was compared (leaving out
        what does not fit makes any two texts agree better than they do); None where there are too few
        parts, or too different numbers of them.

    Examples
    --------
    >>> one = Layout(tuple(range(20, 260, 20)))
    >>> other = Layout(tuple(int(1.1 * n) for n in one.paragraphs))
    >>> r, n = length_agreement(one, other)
    >>> round(r, 3), n
    (1.0, 12)
    >>> length_agreement(one, Layout((20, 40)))
    """
    for left, right in ((a.paragraphs, b.paragraphs), (a.sections, b.sections)):
        fewer, more = sorted((len(left), len(right)))
        if fewer < MANY_PARAGRAPHS or more > MOST_PARAGRAPHS or fewer < COVERED * more:
            continue
        x, y = [log(n) for n in left], [log(n) for n in right]
        told = []
        for pairs in ([(i, i) for i in range(fewer)] if fewer == more else [], _in_step(x, y)):
            found = _correlation([x[i] for i, _ in pairs], [y[j] for _, j in pairs])
            if found is not None and len(pairs) >= COVERED * more:
                told.append((found * len(pairs) / more, len(pairs)))
        if told:
            return max(told)
    return None


def _in_step(x: Sequence[float], y: Sequence[float]) -> list[tuple[int, int]]:
    """Return pairs of places, in order, whose values are near; both sides may leave some out."""
    n, m = len(x), len(y)
    shift = sum(x) / n - sum(y) / m
    band = abs(n - m) + max(5, n // 20)
    best = {(0, 0): (0.0, 0)}  # cost, and the step that led here: 0 both, 1 x left out, 2 y left out
    for i in range(n + 1):
        for j in range(max(0, i - band), min(m, i + band) + 1):
            ways = []
            if i and j and (before := best.get((i - 1, j - 1))):
                ways.append((before[0] + min(((x[i - 1] - y[j - 1] - shift) / SPREAD) ** 2 / 2, 2 * LEFT_OUT), 0))
            if i and (before := best.get((i - 1, j))):
                ways.append((before[0] + LEFT_OUT, 1))
            if j and (before := best.get((i, j - 1))):
                ways.append((before[0] + LEFT_OUT, 2))
            if ways:
                best[i, j] = min(ways)
    pairs = []
    i, j = n, m
    while (i or j) and (i, j) in best:
        step = best[i, j][1]
        if step == 0:
            pairs.append((i - 1, j - 1))
        i, j = i - (step != 2), j - (step != 1)
    return pairs[::-1]


def _correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    if not x:
        return None
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sqrt(sum((v - mean_x) ** 2 for v in x) * sum((v - mean_y) ** 2 for v in y))
    # parts of one length say nothing
    if spread < 1e-9:
        return None
    return sum((v - mean_x) * (w - mean_y) for v, w in zip(x, y, strict=True)) / spread
