"""Word documents (.docx): paragraphs, headings, lists, tables and notes in their order.

Takes a .docx; gives one document. The package is opened with python-docx; its body is walked
here, because text in content controls, text boxes and tracked insertions has to be read too.
Deleted text and comments are left out. An archive that would unpack to an absurd size is
refused unopened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
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
from metanarrative.text import squash, without_spans, year_of

__all__ = ["MAX_UNPACKED", "READER"]

MAX_UNPACKED = 400 * 1024**2
"""Bytes a document may unpack to; real ones stay far below."""
MAX_RATIO = 400
"""How many times its size a large part may unpack to."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_STYLE = re.compile(r"(?:heading|pennawd)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"^(?!sub).*(?:title|teitl)$", re.IGNORECASE)
_CENTRED = ("center", "both-center")


def _sniff(head: str, data: bytes, name: str) -> int:
    if not data.startswith(b"PK\x03\x04"):
        return 4 if name.casefold().endswith(".docx") else 0
    if b"word/" in data:
        return 96
    return 60 if b"[Content_Types].xml" in data and name.casefold().endswith((".docx", ".docm")) else 0


def _checked(source: Any) -> bytes:
    """Return the file's bytes if it is a Word archive of sane size."""
    data: bytes = source.data
    if not data:
        raise ReadError("the file is empty (0 bytes)", mend="fetch the document again", where=source.name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError(
            "an old Word document (.doc), or one locked with a password",
            mend="open it in a word processor and save it as .docx without a password",
            where=source.name,
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ReadError(
            f"not a Word document, or cut off ({squash(str(error))[:100]})",
            mend="fetch or save the document again",
            where=source.name,
        ) from error
    total = sum(part.file_size for part in parts)
    swollen = [p for p in parts if p.file_size > 20 * 1024**2 and p.file_size > MAX_RATIO * max(1, p.compress_size)]
    if total > MAX_UNPACKED or swollen:
        raise ReadError(
            f"the archive would unpack to {total / 1024**2:,.0f} MB, which no document needs; it was not opened",
            mend="check where the file comes from; if it is honest, save it again without embedded media",
            where=source.name,
        )
    if not any(part.filename.startswith("word/") for part in parts):
        raise ReadError(
            "an archive, but not a Word document (it has no word/ folder)",
            mend="save the document as .docx",
            where=source.name,
        )
    return data


def _text(element: Any) -> str:
    """Return the words of a paragraph, tracked insertions included, deletions and boxes not."""
    parts: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            name = tag.rsplit("}", 1)[-1]
            if name == "t":
                parts.append(child.text or "")
            elif name in ("tab", "br", "cr", "ptab"):
                parts.append(" ")
            elif name == "noBreakHyphen":
                parts.append("-")
            elif name not in ("del", "moveFrom", "pPr", "rPr", "txbxContent", "Fallback", "instrText", "pict"):
                walk(child)

    walk(element)
    text = squash("".join(parts))
    # the brackets around a note mark remain when the mark itself is a field
    return text.replace("()", "") if next(element.iter(f"{_W}footnoteReference"), None) is not None else text


class _Walker:
    def __init__(self, styles: dict[str, tuple[str, int]]) -> None:
        self.styles = styles  # style id -> (name, outline level from 1, 0 none)
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.numbering = Numbering()
        self.title = ""

    def walk(self, body: Any) -> None:
        for child in body:
            name = child.tag.rsplit("}", 1)[-1] if isinstance(child.tag, str) else ""
            if name == "p":
                self.paragraph(child)
            elif name == "tbl":
                self.table(child)
            elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
                self.walk(child)

    def paragraph(self, element: Any) -> None:
        text = _text(element)
        if text:
            self.add(text, element)
        for box in element.iter(f"{_W}txbxContent"):
            if not any(str(a.tag).endswith("}Fallback") for a in box.iterancestors()):
                self.walk(box)

    def add(self, text: str, element: Any) -> None:
        properties = element.find(f"{_W}pPr")
        style, level = self.style(properties)
        if re.match(r"toc\b|tabl(?:e)? (?:of )?c", style, re.IGNORECASE):
            # a line of the contents list: told apart by its style, counted with the others
            self.blocks.append(Block(text, kind="heading", level=9, section="\x00toc"))
            return
        if _TITLE_STYLE.search(style) and not self.title:
            self.title = text
            self.blocks.append(Block(text, kind="heading", level=1, section=text))
            return
        if not level and self.looks_like_heading(text, element, properties):
            level = 3
        if level:
            self.heading(text, level)
            return
        number, rest, kind = self.numbering.read(text)
        listed = properties is not None and properties.find(f"{_W}numPr") is not None
        if (listed or style.casefold().startswith("list")) and not number:
            kind = "list"
        self.blocks.append(Block(rest, kind=kind, number=number, section=self.outline.section))

    def heading(self, text: str, level: int) -> None:
        number = ""
        if found := re.match(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)", text):
            number, text = found.group(1), text[found.end() :]
        self.outline.enter(f"{number} {text}".strip(), level)
        self.numbering.restart(number)
        self.blocks.append(Block(text, kind="heading", level=level, number=number, section=self.outline.section))

    def style(self, properties: Any) -> tuple[str, int]:
        if properties is None:
            return "", 0
        found = properties.find(f"{_W}pStyle")
        name, level = self._named(found.get(f"{_W}val", "")) if found is not None else ("", 0)
        own = properties.find(f"{_W}outlineLvl")
        if own is not None and own.get(f"{_W}val", "").isdigit() and int(own.get(f"{_W}val")) < 9:
            level = int(own.get(f"{_W}val")) + 1
        return name, level

    def _named(self, style: str) -> tuple[str, int]:
        """Return name and level of a style; one that is not defined has only its id to tell by."""
        name, level = self.styles.get(style, (style, 0))
        if not level and not name.casefold().startswith("toc"):
            if found := _HEADING_STYLE.search(name):
                level = int(found.group(1))
            elif re.search(r"heading|pennawd", name, re.IGNORECASE):
                level = 3
        return name, level

    def looks_like_heading(self, text: str, element: Any, properties: Any) -> bool:
        """A short paragraph all in bold, or centred and without a full stop, is a heading."""
        if len(text.split()) > 20 or len(text) > 160 or text.endswith((".", ";", ",", "—", ":")):
            return False
        if not text[0].isupper() and not text[0].isdigit():
            return False
        runs = [run for run in element.iter(f"{_W}r") if squash("".join(t.text or "" for t in run.iter(f"{_W}t")))]
        bold = bool(runs) and all(_is_on(run.find(f"{_W}rPr"), "b") for run in runs)
        if bold:
            return True
        centred = properties is not None and properties.find(f"{_W}jc") is not None
        return centred and properties.find(f"{_W}jc").get(f"{_W}val") in _CENTRED and not iso_date(text)

    def table(self, element: Any) -> None:
        rows: list[str] = []
        for row in element.iter(f"{_W}tr"):
            cells = [squash(" ".join(_text(p) for p in cell.iter(f"{_W}p"))) for cell in row.findall(f"{_W}tc")]
            if any(cells):
                rows.append("\t".join(cells))
        if len(rows) == 1 and "\t" not in rows[0]:
            # a box drawn as a table of one cell is running text
            for paragraph in element.iter(f"{_W}p"):
                self.paragraph(paragraph)
        elif rows:
            self.blocks.append(Block("\n".join(rows), kind="table", section=self.outline.section))


def _is_on(properties: Any, name: str) -> bool:
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return found is not None and found.get(f"{_W}val", "true") not in ("0", "false", "off")


def _styles(package: Any) -> dict[str, tuple[str, int]]:
    styles: dict[str, tuple[str, int]] = {}
    for style in package.styles.element.iter(f"{_W}style"):
        name_element = style.find(f"{_W}name")
        name = name_element.get(f"{_W}val", "") if name_element is not None else ""
        found = _HEADING_STYLE.match(name)
        level = int(found.group(1)) if found else 0
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if not level and outline is not None and outline.get(f"{_W}val", "").isdigit():
            level = int(outline.get(f"{_W}val")) + 1 if int(outline.get(f"{_W}val")) < 9 else 0
        styles[style.get(f"{_W}styleId", "")] = (name, level)
    return styles


def _notes(package: Any) -> list[Block]:
    """Return footnotes and endnotes, which stand in parts of their own."""
    from lxml import etree

    notes: list[Block] = []
    for part in sorted(package.part.package.iter_parts(), key=lambda p: str(p.partname)):
        name = str(part.partname)
        if not name.endswith(("footnotes.xml", "endnotes.xml")):
            continue
        try:
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            continue
        for note in root:
            text = squash(" ".join(_text(p) for p in note.iter(f"{_W}p")))
            if text and note.get(f"{_W}type") not in ("separator", "continuationSeparator"):
                number = note.get(f"{_W}id", "")
                notes.append(Block(text, kind="note", number=f"note {number}", section="Notes"))
    return notes


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    data = _checked(source)
    import docx
    from docx.opc.exceptions import OpcError

    try:
        package = docx.Document(BytesIO(data))
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ReadError(
            f"damaged Word document ({squash(str(error))[:100]})",
            mend="open it in a word processor and save it again",
            where=source.name,
        ) from error
    walker = _Walker(_styles(package))
    walker.walk(package.element.body)
    listed = sum(block.section == "\x00toc" for block in walker.blocks)
    blocks, dropped = without_contents([block for block in walker.blocks if block.section != "\x00toc"])
    blocks += _notes(package)
    if not any(block.kind != "heading" for block in blocks):
        yield Problem(
            code="empty",
            message="there is no text in this document; it may hold only pictures",
            mend="run OCR over it, or fetch the document in another format",
            severity="error",
            file=source.name,
        )
        return
    yield from contents_note(dropped + listed, source.name)
    yield from text_problems(blocks, source.name)
    properties = package.core_properties
    stated = squash(properties.title or "")
    title = walker.title or (stated if len(stated.split()) > 2 and stated != "Word Document" else "") or _title(blocks)
    opening = [block.text for block in blocks[:12] if len(block.text) < 80]
    yield document(
        source,
        blocks,
        title=title,
        language=squash(properties.language or "")[:5],
        year=year_of(without_spans(title)),
        facets={
            "nation": nation_of(title, " ".join(block.text for block in blocks)),
            "issued": next((found for text in opening if (found := iso_date(text))), ""),
        },
        extra={
            "doc_author": properties.author or "",
            "created": properties.created.date().isoformat() if properties.created else "",
        },
    )


def _title(blocks: list[Block]) -> str:
    """Return the longest heading that stands before the first long paragraph."""
    heads: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            heads.append(block)
        elif len(block.text.split()) > 40 and heads:
            break
    if heads:
        top = min(block.level for block in heads)
        return max((block.text for block in heads if block.level == top), key=len)
    words = blocks[0].text.split()
    return " ".join(words[:14]) + (" …" if len(words) > 14 else "")


def _count(source: Any) -> int:
    return 1 if source.head(4) == b"PK\x03\x04" else 0


READER = Reader(
    name="docx",
    title="Word (.docx)",
    kinds=("policy",),
    suffixes=(".docx",),
    sniff=_sniff,
    read=_read,
    count=_count,
)
