"""Markdown, plain text and .rst: one document a file, in paragraphs with headings and numbers.

Takes policy texts that people typed, converted or transcribed. Front matter between ``---``
lines says what the document is (nation, issuer, issued, type, force ...). Lines that an editor
or converter wrapped are joined again; what a conversion has lost (ligatures, the order of
columns) cannot be mended here and is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    is_binary,
    iso_date,
    nation_of,
    text_problems,
    without_contents,
)
from metanarrative.read.fields import plain_text
from metanarrative.read.rst import looks_like_rst, plain_lines
from metanarrative.text import squash, without_spans, year_of

__all__ = ["MARKDOWN", "TEXT"]

FACETS = (
    "nation",
    "level",
    "site",
    "issuer",
    "issued",
    "type",
    "force",
    "expression_of",
    "supersedes",
    "valid_from",
    "valid_to",
    "licence",
)

_FIELD = re.compile(r"([A-Za-z][\w -]{0,40}?)\s*:\s*(.*)")
_FENCE = re.compile(r"-{3,}\s*")
_ATX = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)(.{1,160}?)\s*\1:?\s*")
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+:.])\1{2,}\s*")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*")
_TABLE_LINE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_DATED = re.compile(
    r"(?:Date (?:first )?published|Published|Publication date|Issued|Dyddiad cyhoeddi|Cyhoeddwyd|"
    r"(?:Date )?last updated|Date last updated|Diweddarwyd)\s*:\s*(.*)",
    re.IGNORECASE,
)
_HEADING_WORD = re.compile(
    r"(?:part|chapter|section|schedule|annex|appendix|rhan|pennod|adran|atodlen|atodiad)\s+(?:\d+|[A-Z]|[IVX]+)\b",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=[A-ZÂÊÎÔÛŴŶ])")
_COMPOUND_PARTS = """
co cross day decision e evidence face follow full half high inter long low multi non off on one out part person post
pre re risk self semi short step three to two up well
"""
_COMPOUND = frozenset(_COMPOUND_PARTS.split())
_SPEAKER = re.compile(r"[A-Z][\w .'’-]{0,40}(?:\s*\([^)]{1,30}\))?\s*:\s+\S")


def _sniff_markdown(head: str, data: bytes, name: str) -> int:
    if b"\x00" in data[:4096]:
        return 0
    lines = [line for line in head.splitlines()[:400] if line.strip()]
    if not lines:
        return 0
    marks = sum(bool(_ATX.fullmatch(line)) or bool(_BOLD_LINE.fullmatch(line.strip())) for line in lines)
    bonus = 5 if name.casefold().endswith((".md", ".markdown", ".mdown")) else 0
    if head.lstrip("\ufeff").startswith("---") and any(_FIELD.match(line) for line in lines[1:6]):
        return 40 + bonus
    if marks >= 2 or (marks and len(lines) < 40):
        return 30 + bonus
    links = len(re.findall(r"\[[^\[\]\n]+\]\([^)\n]{1,1000}\)|\\[().\[\]_*]", head[:20000]))
    return 22 + bonus if links >= 2 or bonus else 0


# the first tags of RIS, PubMed, EndNote, Web of Science and BibTeX: records, not a document
_TAGGED_EXPORT = re.compile(r"^(?:TY  -|PMID *-|%0 |FN \w+.*\nVR |PT [A-Z]$|@\w+\s*\{)", re.MULTILINE)


def _sniff_text(head: str, data: bytes, name: str) -> int:
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return 0
    if not head.strip() or head.lstrip().startswith(("<", "{", "[", "%PDF", "PK\x03\x04")):
        return 0
    if is_binary(data):
        return 0
    controls = sum(ord(c) < 32 and c not in "\n\r\t\f" for c in head[:4000])
    if controls > 20:
        return 0
    words = len(re.findall(r"[^\W\d_]{2,}", head[:20000]))
    bonus = 5 if name.casefold().endswith((".txt", ".text", ".rst")) else 0
    if words < 5 or _TAGGED_EXPORT.search(head):
        return 1 + bonus if words else 0
    return 20 + bonus  # just enough: whatever knows more of the file is surer


# --- Markdown -----------------------------------------------------------------------------------


def _front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """Return the fields between two ``---`` lines and the number of lines they take."""
    if not lines or not _FENCE.fullmatch(lines[0]):
        return {}, 0
    fields: dict[str, str] = {}
    key = ""
    for number, line in enumerate(lines[1:200], 1):
        if _FENCE.fullmatch(line) or line.strip() == "...":
            return fields, number + 1
        found = _FIELD.fullmatch(line.rstrip())
        if found and not line[:1].isspace():
            key = squash(found.group(1)).casefold().replace(" ", "_").replace("-", "_")
            fields[key] = found.group(2).strip().strip("\"'")
        elif key and line.strip():
            # a list or a value on lines of its own
            item = line.strip().removeprefix("- ").strip("\"'")
            fields[key] = f"{fields[key]}; {item}" if fields[key] else item
    return {}, 0


def _inline(text: str) -> str:
    """Return running text without Markdown's marks."""
    # no bracket inside brackets, and lengths bounded: a row of open ones is passed over once
    text = re.sub(r"!\[([^\[\]]*)\]\([^)]{0,1000}\)", r"\1", text)
    text = re.sub(r"\[([^\[\]]+)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"\A\s*\[\^[^\[\]]+\]:\s*|\[\^[^\[\]]+\]", "", text)
    text = re.sub(r"(\*\*\*|\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_]+?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"`([^`]+)`", r"\1", text)
    text = re.sub(r"\*\*|__(?=\s|$)", "", text)
    text = re.sub(r"<(https?://[^>\s]+)>", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^<>]{0,80}>", "", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", text)
    return squash(text)


class _Builder:
    """Collects blocks while the lines of a text go by."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.numbering = Numbering()
        self.issued = ""

    def heading(self, text: str, level: int) -> None:
        text = squash(text).rstrip(":")
        if not text:
            return
        number = ""
        if found := _NUMBERED_HEADING.match(text):
            number, text = found.group(1), text[found.end() :]
        self.outline.enter(f"{number} {text}".strip(), level)
        self.numbering.restart(number)
        self.blocks.append(Block(text, kind="heading", level=level, number=number, section=self.outline.section))

    def bold(self, text: str) -> None:
        """Take a line that is all bold: a heading, or the second line of one."""
        last = self.blocks[-1] if self.blocks else None
        if last and last.kind == "heading" and last.level == 3 and not last.number:
            joined = f"{last.text} {text}"
            if len(joined.split()) <= 6:
                self.blocks.pop()
                text = joined
        self.heading(text, 3)

    def paragraph(self, text: str) -> None:
        text = squash(text)
        if not text:
            return
        if len(text) < 120 and (found := _DATED.fullmatch(text)):
            if not self.issued:
                self.issued = iso_date(found.group(1))
            return
        number, text, kind = self.numbering.read(text)
        self.blocks.append(Block(text, kind=kind, number=number, section=self.outline.section))

    def table(self, rows: list[str]) -> None:
        cells = [
            "\t".join(_inline(cell) for cell in row.strip().strip("|").split("|"))
            for row in rows
            if not _TABLE_LINE.fullmatch(row)
        ]
        text = "\n".join(row for row in cells if row.strip())
        if text:
            self.blocks.append(Block(text, kind="table", section=self.outline.section))


def _markdown(lines: list[str], build: _Builder) -> None:
    held: list[str] = []
    rows: list[str] = []
    fenced = False

    def flush() -> None:
        if held:
            build.paragraph(_inline(" ".join(held)))
            held.clear()
        if rows:
            build.table(rows)
            rows.clear()

    for line in lines:
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            flush()
            fenced = not fenced
            continue
        if not stripped or fenced:
            flush()
            if fenced and stripped:
                build.paragraph(stripped)
            continue
        if _TABLE_ROW.fullmatch(line):
            if held:
                flush()
            rows.append(line)
            continue
        if rows:
            flush()
        if found := _ATX.fullmatch(stripped):
            flush()
            build.heading(_inline(found.group(2)), len(found.group(1)))
        elif held and re.fullmatch(r"=+|-{2,}", stripped) and len(held) == 1:
            text = held.pop()
            build.heading(_inline(text), 1 if stripped[0] == "=" else 2)
        elif _RULE.fullmatch(line):
            flush()
        elif found := _BOLD_LINE.fullmatch(stripped):
            flush()
            build.bold(_inline(found.group(2)))
        elif re.match(r"(?:[-*+•]|\d{1,3}[.)]|\([a-z\d]{1,3}\)|\\-)\s+", stripped):
            flush()
            held.append(stripped.removeprefix("\\"))
        else:
            held.append(stripped.lstrip("> ") if stripped.startswith(">") else stripped)
    flush()


@guarded
def _read_markdown(source: Any) -> Iterator[Record | Problem]:
    _refuse_binary(source)
    yield from source.encoding_problems()
    lines = plain_text(source.text).split("\n")
    fields, skip = _front_matter(lines)
    build = _Builder()
    _markdown(lines[skip:], build)
    yield from _finish(source, build, fields)


# --- plain text ---------------------------------------------------------------------------------


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Yield groups of lines that belong together: hard-wrapped lines are one paragraph."""
    filled = [len(line.rstrip()) for line in lines if line.strip()]
    blank = sum(not line.strip() for line in lines)
    if not filled:
        return
    widest = sorted(filled)[int(0.95 * (len(filled) - 1))]
    # a line per paragraph: some are far longer than any editor wraps
    unwrapped = widest > 200 or (blank < 0.05 * len(filled) and widest < 40)
    group: list[str] = []
    for line in lines:
        if not line.strip():
            if group:
                yield group
            group = []
            continue
        starts = bool(re.match(r"\s*(?:[•●▪◦‣·*-]\s|\(?[a-z\d]{1,3}[.)]\s|\d+(?:\.\d+)+\.?\s)", line)) or bool(
            _SPEAKER.match(line)
        )
        short_end = (
            bool(group)
            and len(group[-1].rstrip()) < 0.7 * widest
            and group[-1].rstrip().endswith((".", "!", "?", ":", ".”", '."'))
        )
        if group and (unwrapped or starts or short_end):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _joined(group: list[str]) -> str:
    text = ""
    for line in group:
        line = squash(line)
        if text.endswith("-") and line[:1].islower() and text[-2:-1].isalpha():
            # a word broken at the line's end, unless what stands before makes compounds
            left = re.split(r"[\s(“\"]", text)[-1][:-1].casefold()
            text = text + line if left in _COMPOUND else text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


def _looks_like_heading(group: list[str]) -> bool:
    text = squash(" ".join(group))
    if len(group) > 2 or len(text) > 110 or not text or text.endswith((".", ",", ";", ":", "?", "!")):
        return False
    if not any(c.isalpha() for c in text) or _SPEAKER.match(text):
        return False
    if _HEADING_WORD.match(text) or _NUMBERED_HEADING.match(text):
        return len(text.split()) <= 14
    if text.isupper() and len(text.split()) <= 14:
        return True
    return len(text.split()) <= 9 and text[0].isupper() and len(group) == 1


def _plain(lines: list[str], build: _Builder) -> None:
    underlines: list[str] = []  # characters in order of first use: .rst levels
    groups = list(_paragraphs(lines))
    for place, group in enumerate(groups):
        bare = [line.strip() for line in group]
        if len(bare) == 3 and _UNDERLINE.fullmatch(bare[0]) and _UNDERLINE.fullmatch(bare[2]):
            bare = bare[1:]
        if len(bare) >= 2 and _UNDERLINE.fullmatch(bare[1]) and not _UNDERLINE.fullmatch(bare[0]):
            if bare[1][0] not in underlines:
                underlines.append(bare[1][0])
            build.heading(bare[0], 1 + underlines.index(bare[1][0]))
            if len(bare) > 2:
                build.paragraph(_joined(bare[2:]))
            continue
        if all(_UNDERLINE.fullmatch(line) for line in bare) or bare[0].startswith(".. "):
            continue
        text = squash(" ".join(bare))
        last = place == len(groups) - 1
        if not last and _looks_like_heading(bare):
            number = _NUMBERED_HEADING.match(text)
            level = 2 + number.group(1).count(".") if number else 1 if text.isupper() or place == 0 else 3
            if re.match(r"(?:part|rhan)\s", text, re.IGNORECASE):
                level = 1
            build.heading(text, level)
        else:
            build.paragraph(_joined(bare))


@guarded
def _read_text(source: Any) -> Iterator[Record | Problem]:
    _refuse_binary(source)
    yield from source.encoding_problems()
    lines = plain_text(source.text.replace("\f", "\n\n")).split("\n")
    fields, skip = _front_matter(lines)
    lines = lines[skip:]
    if looks_like_rst(lines, source.name):
        told, lines = plain_lines(lines)
        if date := iso_date(told.get("date", "")):
            told.setdefault("issued", date)
        fields = told | fields
    build = _Builder()
    _plain(lines, build)
    yield from _finish(source, build, fields)


def _refuse_binary(source: Any) -> None:
    if is_binary(source.head(8192)):
        raise ReadError(
            "this is not text in any known encoding",
            mend="check what the file is; fetch or export it again",
            where=source.name,
        )


# --- both ---------------------------------------------------------------------------------------


def _title(blocks: list[Block]) -> str:
    """Return the first heading, or what stands above the first real paragraph."""
    parts: list[str] = []
    for block in blocks:
        if block.kind == "heading" and block.level == 1 and not parts:
            return f"{block.number} {block.text}".strip()
        if len(block.text.split()) > 14 or block.kind == "table" or (parts and block.text.endswith(".")):
            break
        if block.text.startswith("(") or "(/" in block.text or "http" in block.text:
            continue
        if parts and block.kind == "heading":
            break
        if iso_date(block.text) and len(block.text.split()) <= 3:
            break
        if squash(block.text).casefold() in ("contents", "content", "cynnwys", "introduction"):
            break
        parts.append(block.text)
        if len(" ".join(parts).split()) > 20:
            break
    joined = squash(" ".join(parts))
    if not joined and blocks:
        words = blocks[0].text.split()
        joined = " ".join(words[:14]) + (" …" if len(words) > 14 else "")
    return joined


def _finish(source: Any, build: _Builder, fields: dict[str, str]) -> Iterator[Record | Problem]:
    blocks, dropped = without_contents(build.blocks)
    if not any(block.kind != "heading" for block in blocks) and not (blocks and fields):
        yield Problem(
            code="empty",
            message="there is no text in this file",
            mend="remove the file, or put the document's text into it",
            severity="error",
            file=source.name,
        )
        return
    yield from text_problems(blocks, source.name)
    yield from contents_note(dropped, source.name)
    title = fields.pop("title", "") or _title(blocks)
    language = fields.pop("language", "") or fields.pop("lang", "")
    year = year_of(fields.pop("year", ""))
    facets = {name: fields.pop(name) for name in FACETS if fields.get(name)}
    text = " ".join(block.text for block in blocks)
    if not facets.get("issued"):
        opening = " ".join(block.text for block in blocks[:8] if len(block.text.split()) <= 14)
        facets["issued"] = build.issued or iso_date(without_spans(title)) or iso_date(without_spans(opening))
    if not facets.get("nation"):
        facets["nation"] = nation_of(title, text)
    if "digest" in fields:
        fields["digest"] = "true" if fields["digest"].casefold() in ("true", "yes", "1", "on") else ""
    url = fields.pop("url", "") or fields.pop("source", "")
    yield document(
        source,
        blocks,
        title=title,
        language=language,
        year=year,
        facets=facets,
        extra=fields,
        url=url,
        key=fields.get("id", ""),
    )


def _count(source: Any) -> int:
    return 1 if source.size else 0


MARKDOWN = Reader(
    name="markdown",
    title="Markdown",
    kinds=("policy",),
    suffixes=(".md", ".markdown"),
    sniff=_sniff_markdown,
    read=_read_markdown,
    count=_count,
)
TEXT = Reader(
    name="text",
    title="Plain text or reStructuredText",
    kinds=("policy",),
    suffixes=(".txt", ".rst", ".text"),
    sniff=_sniff_text,
    read=_read_text,
    count=_count,
)
