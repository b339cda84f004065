"""Cut a document into passages that can be quoted: each is an exact slice of one stored text.

A passage is a paragraph or numbered subsection of 25-180 words. An item of a list keeps the
words it hangs from ("The co-ordinator must-") as its *stem*. Paragraphs that are longer are
cut at sentence ends, shorter neighbours of the same section are joined where nothing stands
between them. Headings are part of the stored text and of every passage's place, but are never
passages themselves. No word is lost and none is in two passages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from metanarrative.model import Block

__all__ = ["Cut", "passages", "sentences"]

LOW = 25
HIGH = 180

_SPACE = re.compile(r"[^\S\n]+|\s*\n\s*")
_STEM_END = re.compile(r"(?:[—–:]|[,;]?\s[-–—])\s*[\"”’]?$")
_CLAUSE_END = re.compile(r"(?<=[;:])\s+|(?<=,)\s+")
_WORD = re.compile(r"\S+")
# nupunkt knows neither Welsh abbreviations nor those of statutes
_NOT_AN_END = re.compile(
    r"(?:\b(?:para|paras|paragr|reg|regs|sch|schs|art|arts|sec|ss?|pt|ch|cl|adr|rhan|e\.e|h\.y|d\.s|tud|tt|rhif|"
    r"gw|cf|cyf|dyl|viz|No|Nos|vol|Vol|Fig|fig|Dr|Mr|Mrs|Ms|Prof|Yr Athro|St|al|pp?|c|o\.l|i\.e|e\.g)"
    r"|\(\w{1,4}|\b[A-Z])\.\s*$"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """Place of one passage in the stored text: ``text[start:end]`` is the passage.

    ``paragraph`` is the printed number ("18(1)(a)", or "18(1)-(3)" for joined ones), else the
    running number of the paragraph in the document.
    """

    start: int
    end: int
    page: int | None
    section: str
    paragraph: str
    kind: str  # paragraph | list | table | note
    stem: str


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, English or Welsh, without outer white space.

    Examples
    --------
    >>> text = "See s. 18 of the Measure. Rhaid adolygu (gw. para. 3) y cynllun. Done"
    >>> [text[a:b] for a, b in sentences(text)]
    ['See s. 18 of the Measure.', 'Rhaid adolygu (gw. para. 3) y cynllun.', 'Done']
    """
    from nupunkt import sent_spans

    if not text.strip():
        return []
    spans: list[tuple[int, int]] = []
    for start, end in sent_spans(text):
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if spans:
            before = text[spans[-1][0] : spans[-1][1]]
            opens_low = text[start].islower() or text[start].isdigit()
            if _NOT_AN_END.search(before) and (opens_low or not before.endswith((" al.", "etc."))):
                spans[-1] = (spans[-1][0], end)
                continue
        spans.append((start, end))
    return spans


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the stored text that may still be joined with its neighbours."""

    start: int
    end: int
    words: int
    page: int | None
    section: str
    number: str
    kind: str
    stem: str
    group: int  # blocks between two headings, tables or notes share a group
    introduces: bool = False  # ends like "must-" and items follow
    held: tuple[str, ...] = ()  # stems whose own words are inside this stretch


def passages(blocks: Sequence[Block], *, low: int = LOW, high: int = HIGH) -> tuple[str, list[Cut]]:
    """Return the text to store for a document and the places of its passages in it.

    Parameters
    ----------
    blocks : sequence of Block
        In reading order, headings included.
    low, high : int
        Wanted least and largest number of words in a passage. Fewer than `low` remain only
        where a section has no more text to join; more than `high` never (one word aside).

    Returns
    -------
    text : str
        All blocks, one a line group, white space made simple.
    cuts : list of Cut
        In order, without overlap.

    Examples
    --------
    >>> text, cuts = passages([
    ...     Block("Review", kind="heading", level=1),
    ...     Block("The team must review the plan every year.", number="1"),
    ...     Block("It must write down what was said.", number="2", section="Review")], low=5)
    >>> [text[cut.start:cut.end] for cut in cuts]
    ['The team must review the plan every year.', 'It must write down what was said.']
    >>> [cut.paragraph for cut in cuts]
    ['1', '2']
    """
    parts: list[str] = []
    pieces: list[_Piece] = []
    length = group = running = 0
    stems: list[tuple[str, str, str]] = []  # (number, text, section), outermost first
    last_kind = ""
    for block in blocks:
        body = _clean(block)
        if not body:
            continue
        if parts:
            gap = "\n" if block.kind == "list" and last_kind in ("list", "paragraph") else "\n\n"
            parts.append(gap)
            length += len(gap)
        start = length
        parts.append(body)
        length += len(body)
        if block.kind in ("heading", "table", "note") or (
            block.kind != last_kind and last_kind in ("heading", "table", "note")
        ):
            group += 1
        last_kind = block.kind
        if block.kind == "heading":
            stems = []
            continue
        running += 1
        number = block.number or str(running)
        is_item = block.kind == "list"
        stems = _open_stems(stems, block, is_item=is_item)
        stem = " ".join(text for _, text, _ in stems) if is_item else ""
        introduces = bool(_STEM_END.search(body)) and block.kind in ("paragraph", "list")
        held = (f"{stem} {body}".strip(),) if introduces else ()
        pieces.extend(
            _Piece(
                start=start + a,
                end=start + b,
                words=_count(body[a:b]),
                page=block.page,
                section=block.section,
                number=number,
                kind=block.kind,
                stem=stem,
                group=group,
                introduces=introduces and b == len(body),
                held=held if b == len(body) else (),
            )
            for a, b in _split(body, high, table=block.kind == "table")
        )
        if introduces:
            stems.append((block.number, body, block.section))
    return "".join(parts), _join(pieces, low, high)


def _clean(block: Block) -> str:
    if block.kind == "table":
        rows = (" ".join(row.split()) for row in block.text.splitlines())
        return "\n".join(row for row in rows if row)
    return " ".join(block.text.split())


def _count(text: str) -> int:
    return len(text.split())


def _open_stems(stems: list[tuple[str, str, str]], block: Block, *, is_item: bool) -> list[tuple[str, str, str]]:
    """Keep the stems that `block` still hangs from."""
    if not is_item:
        return []
    kept: list[tuple[str, str, str]] = []
    for number, text, section in stems:
        if section != block.section:
            break
        # numbers tell the nesting: 18(1)(a) hangs from 18(1), not from 18(1)(b)
        if number and block.number and not block.number.startswith(number.rstrip("”")) and _path_like(number):
            break
        if number == block.number and number:
            break
        # without numbers an item that itself ends in a colon is no one's parent
        if kept and not (number and block.number):
            break
        kept.append((number, text, section))
    return kept


def _path_like(number: str) -> bool:
    return "(" in number or number[:1].isdigit()


def _split(body: str, high: int, *, table: bool) -> list[tuple[int, int]]:
    """Cut `body` into spans of at most `high` words, at the best ends there are."""
    total = _count(body)
    if total <= high:
        return [(0, len(body))]
    if table:
        units = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", body)]
    else:
        units = sentences(body)
    fine: list[tuple[int, int]] = []
    for start, end in units:
        fine.extend(_refine(body, start, end, high))
    # as even as the ends allow: 200 words become two of 100, not 180 and 20
    parts = math.ceil(total / high)
    while True:
        target = total / parts
        spans = _pack(body, fine, target, high)
        if len(spans) <= parts or parts >= len(fine):
            return spans
        parts = len(spans)


def _refine(body: str, start: int, end: int, high: int) -> list[tuple[int, int]]:
    if _count(body[start:end]) <= high:
        return [(start, end)]
    edges = [start, *(start + m.end() for m in _CLAUSE_END.finditer(body[start:end])), end]
    spans: list[tuple[int, int]] = []
    for left, right in pairwise(edges):
        words = [(left + m.start(), left + m.end()) for m in _WORD.finditer(body[left:right])]
        for first in range(0, len(words), high):
            chunk = words[first : first + high]
            spans.append((chunk[0][0], chunk[-1][1]))
    return spans


def _pack(body: str, units: list[tuple[int, int]], target: float, high: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    held = 0
    for start, end in units:
        words = _count(body[start:end])
        # the unit joins where that brings the span nearer to the target
        if spans and held + words <= high and held + words / 2 <= target:
            spans[-1] = (spans[-1][0], end)
            held += words
        else:
            spans.append((start, end))
            held = words
    return spans


def _join(pieces: list[_Piece], low: int, high: int) -> list[Cut]:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and _may_join(joined[-1], piece, low, high):
            joined[-1] = _merge(joined[-1], piece)
        else:
            joined.append(piece)
    # a short remainder goes back to its neighbour where there is room
    result: list[_Piece] = []
    for piece in joined:
        if (
            result
            and piece.words < low
            and not piece.introduces
            and _same_place(result[-1], piece)
            and result[-1].words + piece.words <= high
            and (piece.kind == "list" or not _path_like_pair(result[-1], piece))
        ):
            result[-1] = _merge(result[-1], piece)
        else:
            result.append(piece)
    return [Cut(p.start, p.end, p.page, p.section, p.number, p.kind, p.stem) for p in result]


def _same_place(left: _Piece, right: _Piece) -> bool:
    if left.group != right.group or left.section != right.section:
        return False
    if "table" in (left.kind, right.kind) or "note" in (left.kind, right.kind):
        return False
    if left.kind == "list" and right.kind == "paragraph":
        return False
    if right.kind == "list":
        # an item joins its stem, or items of the same stem; without a stem only other items
        return (right.stem == left.stem and left.kind == "list") or right.stem in left.held
    return _base(left.number) == _base(right.number) or not (_path_like_pair(left, right))


def _path_like_pair(left: _Piece, right: _Piece) -> bool:
    return "(" in left.number or "(" in right.number


def _base(number: str) -> str:
    """Return the provision a number belongs to: "18(1)(a)" is in "18"."""
    return number.split("(", 1)[0]


def _may_join(left: _Piece, right: _Piece, low: int, high: int) -> bool:
    if left.words >= low or left.words + right.words > high or not _same_place(left, right):
        return False
    # a subsection of a statute is joined only with another short one: its number is its address
    return left.introduces or right.words < low or not _path_like_pair(left, right)


def _merge(left: _Piece, right: _Piece) -> _Piece:
    number = left.number
    if right.number != left.number.rsplit("–", 1)[-1]:
        number = f"{left.number.split('–', 1)[0]}–{right.number}"
    # items keep being told as items; a stem inside the slice is not repeated
    return replace(
        left,
        end=right.end,
        words=left.words + right.words,
        number=number,
        introduces=right.introduces,
        held=left.held + right.held,
    )
