"""PDF documents: paragraphs in reading order with headings and pages, page furniture left out.

Takes any PDF with a text layer; gives one document. Text and positions come from PDFium; what
is done here: lines are put in the order of columns, running heads and page numbers and lists of
contents are left out (and counted in a note), broken words and ligatures are mended, headings
are told by size and number, rows of cells are kept as tables. Pages that are only pictures are
listed with the mend (OCR).
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise, repeat
from typing import Any

from metanarrative.errors import ReadError
from metanarrative.model import Block, Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.documents import (
    Numbering,
    Outline,
    contents_note,
    document,
    guarded,
    iso_date,
    nation_of,
    text_problems,
    without_contents,
)
from metanarrative.read.pdf_lines import Line, in_columns, page_lines, without_furniture
from metanarrative.text import squash, without_spans, year_of

__all__ = ["READER"]

_LEADERS = re.compile(r"(?:\.\s?){5,}\s*(?:\d{1,3}|[ivxl]{1,5})?\s*$|…{2,}\s*\d{1,3}\s*$")
_NUMBERED = re.compile(
    r"(?:(?:part|chapter|section|schedule|annex|appendix|rhan|pennod|adran|atodlen|atodiad)\s+(?:\d+|[A-Z]|[IVX]+)\b"
    r"|\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+(?=[A-ZÂÊÎÔÛŴŶ]))",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?:[•●▪■○◦‣⁃·\uf0b7\uf0a7–—-]\s|\(?(?:[a-z]|[ivx]{1,4}|\d{1,3})\)\s|\d{1,3}(?:\.\d{1,3})*\.?\s+\S)"
)
_MARK = re.compile(r"\[?\d{1,3}\]?(?:,\s?\d{1,3})*")
_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_FULL_STOP = re.compile(r"[.!?:;][\"”’)\]]*(?:\d{1,3}|\[\d{1,3}\])?$")


def _leads(text: str) -> bool:
    """Tell whether a line is an entry of a list of contents: words, dots, a page number."""
    if "." not in text and "…" not in text:
        return False
    return (".." in text or ". ." in text or "……" in text) and bool(_LEADERS.search(text))


def _ended(text: str) -> bool:
    """Tell whether a sentence ends with `text`, perhaps with a note mark behind it."""
    return not text[-1:].isalpha() and bool(_FULL_STOP.search(text))


def _sniff(head: str, data: bytes, name: str) -> int:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return 99
    if b"%PDF-" in data[:1024]:
        return 90
    # so that a damaged file is told as what it was meant to be
    return 4 if name.casefold().endswith(".pdf") else 0


# --- blocks -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Type:
    """How the running text of the document is set."""

    size: float
    bold_tells: bool  # bold type is rare enough to mean something


def _running_type(pages: Sequence[Sequence[Line]]) -> _Type:
    weights: Counter[float] = Counter()
    bold = 0
    for lines in pages:
        for line in lines:
            weights[line.size] += len(line.text)
            bold += len(line.text) * line.bold
    total = sum(weights.values())
    if not total:
        return _Type(10.0, False)
    # boxes and lists may be set smaller: the largest size that carries much text
    common = [size for size, n in weights.items() if n >= 0.15 * total] or [max(weights, key=lambda k: weights[k])]
    return _Type(max(common), bold < 0.25 * total)


def _is_heading(line: Line, body: _Type, after: Line | None) -> bool:
    text, _, left, right, _, _, size, width, _, _ = line
    lower = text[:1].islower()
    if lower and size < 1.4 * body.size:
        return False
    large = size >= 1.13 * body.size
    room = right - left < 0.7 * width
    # most lines are running text: what is asked first leaves them out
    if not (large or room or text.isupper()):
        return False
    if len(text) < 2 or len(text) > 140 or text.endswith((",", ";")):
        return False
    if not (text[0].isalpha() or any(map(str.isalpha, text))):
        return False
    words = 1 + text.count(" ")  # the text of a line is squashed
    if large and words <= 20:
        return True
    if lower or text.endswith((".", ":")) or words > 14 or _ITEM.match(text[:3]):
        return False
    if after is not None and _goes_on(line, after):
        return False
    if _NUMBERED.match(text) and room and words > 1:
        return True
    if size < 0.9 * body.size:
        return False
    bold = line.bold and body.bold_tells and room and (after is None or not after.bold)
    return bold or (text.isupper() and 1 < words <= 10)


def _goes_on(line: Line, after: Line) -> bool:
    """Tell whether the sentence of `line` runs into the next line."""
    if after.page != line.page or after.top - line.bottom > 0.012:
        return False
    return after.text[:1].islower() or (
        after.size == line.size and after.bold == line.bold and line.right > 0.8 * line.width
    )


class _Maker:
    """Turns lines into blocks."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.numbering = Numbering()
        self.held: list[Line] = []
        self.sizes: list[float] = []

    @cached_property
    def words(self) -> Counter[str]:
        """The words of the whole document, which tell what hyphens are real; most documents break none."""
        return Counter(word.casefold() for line in self.lines for word in _HYPHENED.findall(line.text))

    @cached_property
    def folded(self) -> str:
        """All lines without regard to case: what does not stand here need not be looked for among the words."""
        return "\n".join([line.text for line in self.lines]).casefold()

    def heading(self, text: str, size: float, page: int) -> None:
        number = ""
        if found := re.match(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+", text):
            number, text = found.group(1), text[found.end() :]
        if number:
            level = 2 + number.count(".")
        else:
            level = 1 + sum(larger > size + 0.4 for larger in self.sizes)
        self.outline.enter(f"{number} {text}".strip(), level)
        self.numbering.restart(number)
        self.blocks.append(
            Block(text, kind="heading", level=level, number=number, page=page, section=self.outline.section)
        )

    def flush(self) -> None:
        if not self.held:
            return
        text = self.joined(self.held)
        number, text, kind = self.numbering.read(text)
        last = self.blocks[-1] if self.blocks else None
        page = self.held[0].page
        # a paragraph that began on the page (or in the column) before
        if (
            last
            and kind == "paragraph"
            and not number
            and last.kind in ("paragraph", "list")
            and text[:1].islower()
            and not _ended(last.text)
        ):
            self.blocks[-1] = last._replace(text=self.mended(last.text, text))
        elif text:
            self.blocks.append(Block(text, kind=kind, number=number, page=page, section=self.outline.section))
        self.held = []

    def table(self, rows: list[list[Line]]) -> None:
        text = "\n".join("\t".join(cell.text for cell in row) for row in rows)
        self.blocks.append(Block(text, kind="table", page=rows[0][0].page, section=self.outline.section))

    def joined(self, lines: Sequence[Line]) -> str:
        texts = [line.text for line in lines]
        while texts and not texts[0]:  # it held nothing but marks that are not printed
            del texts[0]
        if any(text.endswith("-") for text in texts[:-1]):
            return reduce(self.mended, texts)
        return " ".join(texts)

    def mended(self, text: str, more: str) -> str:
        if not (text.endswith("-") and text[-2:-1].isalpha() and more[:1].islower()):
            return f"{text} {more}"
        left = re.split(r"[\s(“\"]", text)[-1][:-1]
        right = re.split(r"[\s,.;:)”\"]", more)[0]
        whole, hyphened = f"{left}{right}".casefold(), f"{left}-{right}".casefold()
        # a word the document also prints with its hyphen keeps it
        if hyphened in self.folded and 0 < self.words[hyphened] >= self.words[whole]:
            return text + more
        return text[:-1] + more


def _beside(a: Line, b: Line) -> bool:
    """Tell whether two lines of a page stand on a common base line."""
    return -0.006 < b.bottom - a.bottom < 0.006


def _rows(lines: Sequence[Line], start: int) -> list[list[Line]]:
    """Return the table that begins at `start`: rows of short cells on common base lines."""
    rows: list[list[Line]] = []
    place = start
    while place < len(lines):
        row = [lines[place]]
        while (
            place + len(row) < len(lines)
            and lines[place + len(row)].page == row[0].page
            and _beside(row[-1], lines[place + len(row)])
            and lines[place + len(row)].left > row[-1].right + 0.5 * row[-1].size
        ):
            row.append(lines[place + len(row)])
        if len(row) < 2 or max(len(cell.text.split()) for cell in row) > 15:
            break
        rows.append(row)
        place += len(row)
    return rows if len(rows) >= 3 else []


def _blocks(pages: list[list[Line]]) -> list[Block]:
    body = _running_type(pages)
    lines = [line for page in pages for line in page]
    maker = _Maker(lines)
    headings = list(map(_is_heading, lines, repeat(body), [*lines[1:], None]))
    maker.sizes = sorted({line.size for line, is_one in zip(lines, headings, strict=True) if is_one}, reverse=True)
    maker.sizes = [size for size, larger in zip(maker.sizes, [99.0, *maker.sizes], strict=False) if larger - size > 0.4]
    spacing = _spacing(lines)
    beside = [_beside(a, b) for a, b in pairwise(lines)]
    beside.append(False)
    place = 0
    while place < len(lines):
        line = lines[place]
        if beside[place] and (rows := _rows(lines, place)):
            maker.flush()
            maker.table(rows)
            place += sum(map(len, rows))
            continue
        if headings[place]:
            maker.flush()
            parts = [line]
            # a heading of several lines
            while (
                place + 1 < len(lines)
                and headings[place + 1]
                and abs(lines[place + 1].size - line.size) < 0.3
                and lines[place + 1].page == line.page
                and 0 <= lines[place + 1].top - parts[-1].bottom < 0.02
                and not _NUMBERED.match(lines[place + 1].text)
                and len(parts) < 4
            ):
                place += 1
                parts.append(lines[place])
            maker.heading(maker.joined(parts), line.size, line.page)
        elif maker.held and _is_mark(line, maker.held[-1]):
            # a note mark set above the line
            maker.held[-1] = maker.held[-1]._replace(text=maker.held[-1].text + line.text)
        else:
            if maker.held and _begins(maker.held, line, spacing):
                maker.flush()
            maker.held.append(line)
        place += 1
    maker.flush()
    return maker.blocks


def _is_mark(line: Line, last: Line) -> bool:
    """Tell whether a line is nothing but a note mark set beside the line before it."""
    return line.size < 0.9 * last.size and line.top < last.bottom and bool(_MARK.fullmatch(line.text))


def _spacing(lines: Sequence[Line]) -> float:
    """Return the usual distance from line to line, as a share of the page's height."""
    steps = [
        round(step, 4)
        for a, b in pairwise(lines)
        if 0 < (step := b.top - a.top) < 0.06 and a.page == b.page and -30 < a.left - b.left < 30
    ]
    return statistics.median_low(steps) if steps else 0.016


def _begins(held: Sequence[Line], line: Line, spacing: float) -> bool:
    """Tell whether `line` begins a new paragraph."""
    last = held[-1]
    text = line.text
    # no item begins with a word
    if not text[:6].isalpha() and _ITEM.match(text) and not (last.broken or _inside_sentence(last, line)):
        return True
    ended = _ended(last.text)
    step = line.top - last.top
    if step < -0.01 or line.page != last.page:
        # next page or column: the sentence may go on there
        return ended or text[:1].isupper()
    if step > 1.45 * spacing:
        return True
    if abs(line.size - last.size) > 1.2:
        return True
    if not ended:
        return False
    widest = max(ln.right for ln in held)
    indented = line.left > last.left + 0.8 * line.size and len(held) > 1
    if last.right < widest - 4 * line.size or indented:
        return True
    return len(held) == 1 and last.right - last.left < 0.5 * (line.right - line.left)


def _inside_sentence(last: Line, line: Line) -> bool:
    # "regulation 7(2)" may fall apart as "regulation" / "7 (2)"
    return bool(
        re.search(r"\b(?:of|in|by|and|or|to|the|section|regulation|paragraph|adran|rheoliad)$", last.text)
    ) and (line.text[:1].isdigit())


# --- document -----------------------------------------------------------------------------------


def _open(source: Any) -> Any:
    import pypdfium2

    data = source.data
    if not data:
        raise ReadError("the file is empty (0 bytes)", mend="fetch the document again", where=source.name)
    if b"%PDF-" not in data[:1024]:
        raise ReadError(
            "named like a PDF, but its content is not one",
            mend="fetch the document again; if it is text, give it its true suffix",
            where=source.name,
        )
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).casefold()
        raise ReadError(
            "the PDF is locked with a password" if locked else f"the PDF is damaged ({squash(str(error))[:120]})",
            mend="save a copy without password" if locked else "fetch the document again, or print it to a new PDF",
            where=source.name,
        ) from error


def _page_list(numbers: Sequence[int]) -> str:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    pdf = _open(source)
    pages: list[list[Line]] = []
    damaged: list[int] = []
    try:
        metadata = {name.casefold(): squash(value) for name, value in pdf.get_metadata_dict().items()}
        for number in range(1, len(pdf) + 1):
            lines: list[Line] = []
            page = pdfium.FPDF_LoadPage(pdf, number - 1)
            try:
                if not page:
                    raise pypdfium2.PdfiumError("the page cannot be loaded")
                lines = in_columns(page_lines(page, number))
            except pypdfium2.PdfiumError:
                damaged.append(number)
            finally:
                if page:
                    pdfium.FPDF_ClosePage(page)
            pages.append(lines)
    finally:
        pdf.close()
    empty = [n for n, lines in enumerate(pages, 1) if n not in damaged and sum(len(ln.text) for ln in lines) < 3]
    if damaged:
        yield Problem(
            code="damaged-page",
            message=f"pages that cannot be read: {_page_list(damaged)} of {len(pages)}",
            mend="print the document to a new PDF, or fetch it again",
            file=source.name,
        )
    if empty:
        lost = len(empty) + len(damaged) == len(pages)
        yield Problem(
            code="no-text-layer",
            message=f"pages without a text layer (pictures of text, or blank): {_page_list(empty)} of {len(pages)}",
            mend="run OCR over the file, for example `ocrmypdf -l eng+cym in.pdf out.pdf`, and add the result",
            severity="error" if lost else "warning",
            file=source.name,
        )
        if lost:
            return
    before = sum(map(len, pages))
    pages = [[line for line in lines if not _leads(line.text)] for lines in pages]
    leaders = before - sum(map(len, pages))
    pages, dropped = without_furniture(pages)
    blocks, contents = without_contents(_blocks(pages))
    if not any(block.kind != "heading" for block in blocks):
        yield Problem(
            code="no-text-layer",
            message="the file holds headings or page numbers but no running text",
            mend="run OCR over the file, or fetch the full document",
            severity="error",
            file=source.name,
        )
        return
    if dropped:
        yield Problem(
            code="furniture-dropped",
            message=f"{dropped} running heads, feet and page numbers were left out",
            mend="nothing to do",
            severity="note",
            file=source.name,
        )
    yield from contents_note(contents + leaders, source.name)
    yield from text_problems(blocks, source.name, order=False)
    title = _title(metadata.get("title", ""), pages)
    yield document(
        source,
        blocks,
        title=title,
        year=year_of(without_spans(title)),
        facets={
            "nation": nation_of(title, " ".join(block.text for block in blocks)),
            "issued": _issued(pages),
        },
        extra={
            "pages": str(len(pages)),
            "created": iso_date(metadata.get("creationdate", "").removeprefix("D:")[:8]),
            "pdf_author": metadata.get("author", ""),
            "producer": metadata.get("producer", ""),
        },
        url="",
    )


_NOT_A_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint)|untitled|document\d*|print|\W*$|.*\.(?:docx?|indd|pdf|rtf|qxd|pptx?)$|[\w-]+$)",
    re.IGNORECASE,
)


_LABEL = re.compile(
    r"^(?:date(?: (?:of )?(?:publication|issue|published))?|published|issued|cyhoeddwyd|dyddiad)\b", re.I
)


def _issued(pages: Sequence[Sequence[Line]]) -> str:
    """Return the date that stands alone, or behind a label, on the first pages."""
    for line in (line for lines in pages[:3] for line in lines):
        found = iso_date(line.text) if len(line.text) < 60 and not set("()[]") & set(line.text) else ""
        words = len(line.text.split())
        if found and (words <= found.count("-") + 1 or (_LABEL.match(line.text) and words <= 8)):
            return found
    return ""


def _title(stated: str, pages: Sequence[Sequence[Line]]) -> str:
    """Return the title the file states, if it is one, else the largest words of the first page."""
    if stated and not _NOT_A_TITLE.match(stated):
        return stated
    first = next((lines for lines in pages if lines), [])
    if not first:
        return stated
    size = max(line.size for line in first if len(line.text) > 3) if any(len(ln.text) > 3 for ln in first) else 0.0
    large: list[str] = []
    for line in first:
        if line.size > size - 0.6 and len(line.text) > 1:
            large.append(line.text)
        elif large:
            break
    return squash(" ".join(large[:5]))[:300] or first[0].text


def _count(source: Any) -> int:
    return 1 if b"%PDF-" in source.head(1024) else 0


READER = Reader(
    name="pdf",
    title="PDF with a text layer",
    kinds=("policy",),
    suffixes=(".pdf",),
    sniff=_sniff,
    read=_read,
    count=_count,
)
