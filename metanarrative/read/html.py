"""Web pages: the main text with its headings; menus, cookie notices and footers left out.

Takes an HTML page; gives one document. trafilatura finds the main text; where it finds too
little, all visible text outside navigation is taken and that is said. The page's ``lang`` is
kept as stated, and only a hint: pages with Welsh menus may hold English text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metanarrative.model import Block, Problem, Record
from metanarrative.plugins import Reader
from metanarrative.read.documents import (
    Numbering,
    Outline,
    document,
    guarded,
    is_binary,
    iso_date,
    nation_of,
    text_problems,
)
from metanarrative.text import squash, without_spans, year_of

__all__ = ["READER", "html_blocks", "parse_html"]

_SKIPPED_TAGS = """
aside audio button dialog figure footer form graphic head header iframe nav noscript object script
select style svg template video
"""
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_INLINE_TAGS = """
a abbr acronym b bdi bdo big br cite code data del dfn em font hi i ins kbd label lb mark q ref s
samp small span strong sub sup time tt u var wbr
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


def _sniff(head: str, data: bytes, name: str) -> int:
    bonus = 5 if name.casefold().endswith((".html", ".htm", ".xhtml")) else 0
    start = head[:4000].lstrip("\ufeff \t\r\n").casefold()
    if start.startswith(("<!doctype html", "<html")) or re.match(
        r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype )?html", start, re.S
    ):
        return 85 + bonus
    tags = len(re.findall(r"</?(?:p|div|h[1-6]|body|span|ul|li|table|section|article)\b", start))
    return 50 + bonus if tags >= 4 and start.startswith("<") else bonus - 1 if bonus else 0


def parse_html(text: str) -> Any:
    """Parse HTML text without network; None where there is no element at all."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _name(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1].casefold() if isinstance(element.tag, str) else ""


class _Walker:
    """Goes through a tree of HTML, or of trafilatura's XML, and collects blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.numbering = Numbering()
        self.held: list[str] = []
        self.listed = False

    def flush(self) -> None:
        text = squash("".join(self.held))
        self.held = []
        if not text:
            return
        number, rest, kind = self.numbering.read(text)
        if self.listed:
            kind = "list"
        self.blocks.append(Block(rest, kind=kind, number=number, section=self.outline.section))

    def walk(self, element: Any) -> None:
        name = _name(element)
        heading = name in _HEADS or (name == "head" and element.get("rend"))
        if not name or element.get("hidden") is not None or (name in _SKIPPED and not heading):
            return
        if heading:
            self.flush()
            self.heading(element, _HEADS.get(name) or int((element.get("rend") or "h2")[-1:] or 2))
            return
        if name == "table":
            self.flush()
            self.table(element)
            return
        inline = name in _INLINE
        outer = self.listed
        if not inline:
            self.flush()
            self.listed = name in ("li", "item") or (outer and name not in ("ul", "ol", "list", "dl"))
        if name in ("br", "lb"):
            self.held.append(" ")
        self.held.append(element.text or "")
        for child in element:
            self.walk(child)
            self.held.append(child.tail or "")
        if not inline:
            self.flush()
            self.listed = outer

    def heading(self, element: Any, level: int) -> None:
        text = squash("".join(element.itertext()))
        if not text:
            return
        number = ""
        if found := re.match(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\S)", text):
            number, text = found.group(1), text[found.end() :]
        self.outline.enter(f"{number} {text}".strip(), level)
        self.numbering.restart(number)
        self.blocks.append(Block(text, kind="heading", level=level, number=number, section=self.outline.section))

    def table(self, element: Any) -> None:
        rows = []
        for row in element.iter():
            if _name(row) in ("tr", "row"):
                cells = [squash("".join(cell.itertext())) for cell in row if _name(cell) in ("td", "th", "cell")]
                if any(cells):
                    rows.append("\t".join(cells))
        if rows:
            self.blocks.append(Block("\n".join(rows), kind="table", section=self.outline.section))


def html_blocks(root: Any) -> list[Block]:
    """Return the blocks of an HTML tree in reading order, navigation left out.

    Examples
    --------
    >>> tree = parse_html("<h2>Review</h2><p>The team must-</p><ul><li>meet</li></ul>")
    >>> [(block.kind, block.section, block.text) for block in html_blocks(tree)][1:]
    [('paragraph', 'Review', 'The team must-'), ('list', 'Review', 'meet')]
    """
    walker = _Walker()
    walker.walk(root)
    walker.flush()
    return walker.blocks


def _main_blocks(text: str, tree: Any) -> tuple[list[Block], bool]:
    """Return the blocks of the main text and whether trafilatura found it."""
    import logging

    import trafilatura
    from lxml import etree

    everything = html_blocks(tree)
    # what it logs about damaged pages is said in our own words
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        xml = trafilatura.extract(
            text,
            output_format="xml",
            include_comments=False,
            include_tables=True,
            favor_recall=True,
            with_metadata=False,
        )
    except (ValueError, TypeError, AttributeError, etree.LxmlError):
        xml = None
    if not xml:
        return everything, False
    root = etree.fromstring(xml.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    if root is None:
        return everything, False
    main = root.find(".//main")
    found = html_blocks(main if main is not None else root)
    words = sum(len(block.text.split()) for block in found)
    whole = sum(len(block.text.split()) for block in everything)
    # short pages with long lists are where main-text finders lose most
    return (everything, False) if words < 0.4 * whole else (found, True)


_META = {
    "title": ("dc.title", "dcterms.title", "og:title", "citation_title"),
    "issued": (
        "dc.date.issued",
        "dcterms.issued",
        "dc.date",
        "dcterms.date",
        "article:published_time",
        "govuk:first-published-at",
        "govuk:public-updated-at",
        "date",
    ),
    "issuer": ("dc.publisher", "dcterms.publisher", "dc.creator", "dcterms.creator", "og:site_name", "author"),
    "url": ("og:url",),
}


def _metadata(tree: Any) -> dict[str, str]:
    said: dict[str, str] = {}
    stated: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("name") or element.get("property") or "").casefold()
        if name and element.get("content"):
            stated.setdefault(name, squash(element.get("content")))
    for field, names in _META.items():
        said[field] = next((stated[name] for name in names if stated.get(name)), "")
    link = next((e.get("href") for e in tree.iter("link") if (e.get("rel") or "").casefold() == "canonical"), "")
    said["url"] = said["url"] or squash(link or "")
    first = next((squash("".join(e.itertext())) for e in tree.iter("h1")), "")
    head = next((squash("".join(e.itertext())) for e in tree.iter("title")), "")
    said["title"] = first or said["title"] or re.split(r"\s+[|–-]\s+", head)[0]
    return said


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    damaged = Problem(
        code="bad-html",
        message="there is no readable text in this page",
        mend="save the page again from a browser, or add it as PDF",
        severity="error",
        file=source.name,
    )
    if not source.size or is_binary(source.head(8192)):
        yield damaged
        return
    text = source.text.replace("\x00", "")
    tree = parse_html(text)
    if tree is None:
        yield damaged
        return
    blocks, found = _main_blocks(text, tree)
    if not any(block.kind != "heading" for block in blocks):
        yield damaged
        return
    yield from source.encoding_problems()
    if not found:
        yield Problem(
            code="whole-page",
            message="no main text stood out: all text outside menus was taken",
            mend="look through the passages; navigation may be among them",
            severity="note",
            file=source.name,
        )
    yield from text_problems(blocks, source.name)
    said = _metadata(tree)
    lang = squash(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    title = said["title"] or blocks[0].text[:160]
    body = " ".join(block.text for block in blocks)
    record = document(
        source,
        blocks,
        title=title,
        language=lang,
        year=year_of(without_spans(title)) if not said["issued"] else None,
        facets={
            "nation": nation_of(f"{title} {said['issuer']}", f"{said['url']} {body}"),
            "issued": iso_date(said["issued"]) or iso_date(_published(body)),
            "issuer": said["issuer"],
        },
        extra={"stated_language": lang},
        url=said["url"],
    )
    if lang[:2] in ("en", "cy") and record.language in ("en", "cy") and lang[:2] != record.language:
        yield Problem(
            code="language-differs",
            message=f"the page says it is in {lang[:2]!r}, its text is in {record.language!r}; the text was believed",
            mend="state the language in the manifest if this is wrong",
            severity="note",
            file=source.name,
        )
    yield record


def _published(body: str) -> str:
    found = re.search(r"\b(?:Published|First published|Cyhoeddwyd)(?: gyntaf)?:?\s*(.{6,40})", body[:6000])
    return found.group(1) if found else ""


def _count(source: Any) -> int:
    return 1 if source.size else 0


READER = Reader(
    name="html",
    title="Web page (HTML)",
    kinds=("policy",),
    suffixes=(".html", ".htm"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
