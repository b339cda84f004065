"""Journal articles in JATS XML (PubMed Central, PLOS and others) with references and body.

Takes an article, or a file that holds several; gives literature records. Reference lists are
parsed where the publisher marked them up, and each reference carries the sentences that cite
it. Corrections and retractions keep that word as their type, so that they are never merged with
the article they speak of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from metanarrative.model import Block, Problem, Record, Reference
from metanarrative.plugins import Reader
from metanarrative.read.documents import Outline, guarded, parse_xml, sniff_xml_root
from metanarrative.read.fields import language_tag, page_range
from metanarrative.read.references import parse_reference
from metanarrative.text import first_page, normal_doi, squash, year_of
from metanarrative.text.passages import sentences

__all__ = ["READER"]

_CITATIONS = ("element-citation", "mixed-citation", "nlm-citation", "citation")
_NOT_SUMMARY = ("toc", "teaser", "graphical", "short", "key-points", "web-summary", "editor", "executive-summary")
_KEPT_TYPES = {
    "correction": "correction",
    "erratum": "correction",
    "corrected-article": "correction",
    "retraction": "retraction",
    "partial-retraction": "retraction",
    "expression-of-concern": "retraction",
}
_TYPES = {
    "book-review": "article",
    "chapter-article": "chapter",
    "dissertation": "thesis",
    "proceedings": "conference",
    "meeting-report": "conference",
    "abstract": "conference",
    "data-paper": "dataset",
    "preprint": "preprint",
}
_CONTEXTS = 5
_PART_NAMES = """
surname given-names name string-name collab person-group article-title source year volume issue fpage lpage pub-id
publisher-name publisher-loc elocation-id etal
"""
_PARTS = frozenset(_PART_NAMES.split())
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"


def _sniff(head: str, data: bytes, name: str) -> int:
    root = sniff_xml_root(head)
    if root in ("article", "pmc-articleset", "front-stub"):
        return (
            95
            if re.search(r"<(?:article-meta|journal-meta|pmc-articleset)\b|JATS|NLM//DTD|article-type=", head)
            else 50
        )
    return 60 if "<article-meta" in head and root else 0


def _name(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _text(element: Any, *, skip: Sequence[str] = ()) -> str:
    """Return the words inside `element` as one line."""
    if element is None:
        return ""
    parts: list[str] = []

    def walk(node: Any) -> None:
        parts.append(node.text or "")
        for child in node:
            name = _name(child)
            if name and name not in skip:
                if name in ("break", "p", "title", "sec", "list-item"):
                    parts.append(" ")
                walk(child)
                if name in ("p", "title", "list-item"):
                    parts.append(" ")
            parts.append(child.tail or "")

    walk(element)
    return squash("".join(parts))


def _spaced(citation: Any) -> str:
    """Return a citation as printed; parts that stand against each other get a space between."""
    parts: list[str] = []

    def walk(node: Any) -> None:
        parts.append(node.text or "")
        for child in node:
            if _name(child) and _name(child) != "label":
                walk(child)
            tail = child.tail or ""
            if _name(child) in _PARTS and not tail:
                tail = " "
            parts.append(tail)

    walk(citation)
    return re.sub(r"\s+([,.;:)])", r"\1", squash("".join(parts)))


def _find(element: Any, path: str) -> Any:
    """Return the first descendant down a path of local names, or None."""
    if element is None:
        return None
    return element.find("/".join(f"{{*}}{step}" if step not in (".", "") else step for step in path.split("/")))


def _all(element: Any, path: str) -> list[Any]:
    if element is None:
        return []
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return list(element.findall(steps))


def _below(element: Any, name: str) -> Iterator[Any]:
    if element is not None:
        yield from element.iter(f"{{*}}{name}")


def _person(element: Any) -> str:
    name = next(_below(element, "name"), None)
    if name is None:
        name = next(_below(element, "string-name"), None)
    if name is None:
        return _text(next(_below(element, "collab"), None))
    family, given = _text(_find(name, "surname")), _text(_find(name, "given-names"))
    return ", ".join(filter(None, (family, given, _text(_find(name, "suffix"))))) or _text(name)


# --- references ---------------------------------------------------------------------------------


def _citations(ref: Any) -> list[Any]:
    """Return what an entry of the list cites: several works under one number, one work in several writings once."""
    found: list[Any] = []
    for child in ref:
        if _name(child) in _CITATIONS:
            found.append(child)
        elif _name(child):
            found += [each for each in child.iter() if _name(each) in _CITATIONS][:1]
    return found or [None]


def _reference(ref: Any, citation: Any) -> Reference:
    if citation is None:
        return parse_reference(_text(ref, skip=("label",)))
    raw = _spaced(citation)
    ids = {(e.get("pub-id-type") or "").casefold(): _text(e) for e in _below(citation, "pub-id")}
    links = " ".join(f"{e.get(_HREF, '')} {_text(e)}" for e in _below(citation, "ext-link"))
    first = next((e for e in citation.iter() if _name(e) in ("name", "string-name", "collab")), None)
    author = ""
    if first is not None:
        family, given = _text(_find(first, "surname")), _text(_find(first, "given-names"))
        author = ", ".join(filter(None, (family, given))) or _text(first)
    title = next(
        (text for name in ("article-title", "chapter-title", "part-title") if (text := _text(_find(citation, name)))),
        "",
    )
    source = _text(_find(citation, "source"))
    parsed = Reference(
        raw=raw,
        doi=normal_doi(ids.get("doi", "")) or normal_doi(links),
        pmid="".join(re.findall(r"^\d+", ids.get("pmid", ""))),
        first_author=author,
        year=year_of(_text(_find(citation, "year"))),
        title=title or source,
        venue=source if title else "",
        volume=_text(_find(citation, "volume")),
        page=first_page(_text(_find(citation, "fpage")) or _text(_find(citation, "elocation-id"))),
    )
    if not (parsed.title or parsed.first_author):
        guess = parse_reference(raw)
        parsed = guess._replace(doi=parsed.doi or guess.doi, pmid=parsed.pmid or guess.pmid)
    elif not any(character.isalpha() for character in raw):
        parts = (author, str(parsed.year or ""), title, source, parsed.volume, parsed.page)
        parsed = parsed._replace(raw=", ".join(part for part in parts if part))
    return parsed


def _contexts(article: Any, ids: Sequence[str]) -> tuple[dict[str, list[str]], int]:
    """Return the sentences that cite each reference, and the number of citations in the text."""
    order = {identifier: place for place, identifier in enumerate(ids)}
    found: dict[str, list[str]] = {}
    total = sum(mark.get("ref-type") == "bibr" for mark in article.iter("{*}xref"))
    holders = ("p", "td", "th", "title")
    for paragraph in article.iter(*(f"{{*}}{name}" for name in holders)):
        if any(_name(above) in ("ref-list", "ref", *holders) for above in paragraph.iterancestors()):
            continue
        text, marks = _with_marks(paragraph)
        if not marks:
            continue
        marks = _expanded(text, marks, list(ids), order)
        for start, end in sentences(text):
            for place, identifier in marks:
                if start <= place < end and identifier in order:
                    listed = found.setdefault(identifier, [])
                    sentence = squash(text[start:end])
                    if sentence not in listed and len(listed) < _CONTEXTS:
                        listed.append(sentence)
    return found, total


def _with_marks(paragraph: Any) -> tuple[str, list[tuple[int, str]]]:
    """Return a paragraph's text and (place, reference id) of each citation in it."""
    parts: list[str] = []
    marks: list[tuple[int, str]] = []
    length = 0

    def add(text: str | None) -> None:
        nonlocal length
        if text:
            parts.append(text)
            length += len(text)

    def walk(node: Any) -> None:
        add(node.text)
        for child in node:
            if _name(child) == "xref" and child.get("ref-type") == "bibr":
                marks.extend((length, identifier) for identifier in (child.get("rid") or "").split())
            if _name(child):
                walk(child)
            add(child.tail)

    walk(paragraph)
    return "".join(parts), marks


def _expanded(text: str, marks: list[tuple[int, str]], ids: list[str], order: dict[str, int]) -> list[tuple[int, str]]:
    """Fill the gaps of ranges such as "[3]-[6]", where only the ends are marked up."""
    filled = list(marks)
    for (place, first), (after, last) in pairwise(marks):
        between = text[place:after]
        if re.fullmatch(r"\[?\d+\]?\s*[-–—]\s*\[?", between) and first in order and last in order:
            filled.extend((place, identifier) for identifier in ids[order[first] + 1 : order[last]])
    return filled


# --- body ---------------------------------------------------------------------------------------


class _Body:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.outline = Outline()

    def add(self, text: str, kind: str = "paragraph", number: str = "") -> None:
        if text:
            self.blocks.append(Block(text, kind=kind, number=number, section=self.outline.section))

    def walk(self, element: Any, level: int = 1, kind: str = "paragraph") -> None:
        for child in element:
            name = _name(child)
            if name == "sec":
                title = _text(_find(child, "title"))
                if title:
                    label = _text(_find(child, "label"))
                    self.outline.enter(f"{label} {title}".strip(), level)
                    self.blocks.append(
                        Block(title, kind="heading", level=level, number=label, section=self.outline.section)
                    )
                self.walk(child, level + 1)
            elif name == "p":
                self.paragraph(child, level, kind)
            elif name in ("list-item", "def-item"):
                self.walk(child, level, "list")
            elif name in ("table-wrap", "table"):
                self.table(child)
            elif name in ("fig", "fn", "boxed-text", "supplementary-material"):
                self.add(_text(_find(child, "caption")) if name != "fn" else _text(child), "note")
                if name == "boxed-text":
                    self.walk(child, level, kind)
            elif name in ("title", "label", "caption", "ref-list", "sec-meta", "graphic", "media"):
                continue
            elif name:
                self.walk(child, level, kind)

    def paragraph(self, element: Any, level: int, kind: str) -> None:
        inside = ("list", "table-wrap", "fig", "boxed-text", "disp-quote", "def-list", "fig-group")
        self.add(_text(element, skip=inside), kind)
        for child in element:
            if _name(child) in inside:
                holder = [child] if _name(child) in ("table-wrap", "fig", "boxed-text") else child
                self.walk(holder, level, "list" if _name(child) in ("list", "def-list") else kind)

    def table(self, element: Any) -> None:
        caption = _text(_find(element, "caption"))
        rows = [caption] if caption else []
        for row in element.iter("{*}tr"):
            cells = [_text(cell) for cell in row if _name(cell) in ("td", "th")]
            if any(cells):
                rows.append("\t".join(cells))
        if rows:
            number = _text(_find(element, "label"))
            self.blocks.append(Block("\n".join(rows), kind="table", number=number, section=self.outline.section))


# --- article ------------------------------------------------------------------------------------


def _abstract(meta: Any) -> str:
    # the summary proper first; a teaser is better than nothing
    listed = sorted(_all(meta, "abstract"), key=lambda e: (e.get("abstract-type") or "") in _NOT_SUMMARY)
    for element in listed[:1]:
        sections = _all(element, "sec")
        if not sections:
            return _text(element, skip=("title",))
        parts = []
        for section in sections:
            title = _text(_find(section, "title"))
            parts.append(f"{title}: {_text(section, skip=('title',))}" if title else _text(section))
        return " ".join(parts)
    return ""


def _year(meta: Any) -> tuple[int | None, str]:
    dates: dict[str, str] = {}
    for element in _all(meta, "pub-date"):
        kind = element.get("pub-type") or element.get("date-type") or ""
        parts = [_text(_find(element, part)) for part in ("year", "month", "day")]
        numbers = [part.zfill(2) for part in parts if part.isdigit()]
        if numbers:
            dates.setdefault(kind, "-".join(numbers))
    for kind in ("ppub", "collection", "pub", "epub", "epub-ppub", ""):
        if kind in dates:
            return year_of(dates[kind]), dates.get("epub") or dates[kind]
    first = next(iter(dates.values()), "")
    return year_of(first), first


def _record(article: Any, source: Any) -> Record:
    front = _find(article, "front")
    if front is None:
        front = _find(article, "front-stub")
    meta = _find(front, "article-meta") if front is not None else None
    meta = front if meta is None else meta
    journal = _find(front, "journal-meta") if front is not None else None
    ids = {(e.get("pub-id-type") or "").casefold(): _text(e) for e in _all(meta, "article-id")}
    stated = article.get("article-type") or ""
    titles = _find(meta, "title-group")
    title = _text(_find(titles, "article-title"), skip=("xref", "fn"))
    subtitle = _text(_find(titles, "subtitle"), skip=("xref", "fn"))
    authors = tuple(
        name
        for group in _all(meta, "contrib-group")
        for contributor in _all(group, "contrib")
        if contributor.get("contrib-type", "author") == "author" and (name := _person(contributor))
    )
    refs = [ref for listed in article.iter("{*}ref-list") for ref in _all(listed, "ref")]
    refs = list({id(ref): ref for ref in refs}.values())
    identifiers = [ref.get("id") or f"ref-{place}" for place, ref in enumerate(refs)]
    contexts, citations = _contexts(article, identifiers)
    references = tuple(
        _reference(ref, citation)._replace(context=" | ".join(contexts.get(identifier, ())))
        for ref, identifier in zip(refs, identifiers, strict=True)
        for citation in _citations(ref)
    )
    body_element = _find(article, "body")
    body = _Body()
    if body_element is not None:
        body.walk(body_element)
    year, date = _year(meta)
    licence = next(_below(meta, "license"), None)
    related = [
        f"{e.get('related-article-type', '')} {e.get(_HREF, '')}".strip() for e in _below(article, "related-article")
    ]
    extra = {
        "article type": stated,
        "title in another language": _text(next(_below(titles, "trans-title"), None)),
        "abstract in another language": "; ".join(_text(each) for each in _below(meta, "trans-abstract")),
        "published": date if len(date) > 4 else "",
        "pmcid": ids.get("pmc", "") or ids.get("pmcid", ""),
        "publisher id": ids.get("publisher-id", ""),
        "publisher": _text(_find(journal, "publisher/publisher-name")),
        "issn": "; ".join(_text(e) for e in _all(journal, "issn")),
        "subjects": "; ".join(dict.fromkeys(_text(e) for e in _below(meta, "subject"))),
        "related": "; ".join(related),
        "licence": (licence.get(_HREF) or _text(licence)) if licence is not None else "",
        "citations in text": str(citations),
        "top sections": str(len(_all(body_element, "sec"))),
    }
    return Record(
        kind="literature",
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=authors,
        year=year,
        venue=_text(next(_below(journal, "journal-title"), None)),
        volume=_text(_find(meta, "volume")),
        issue=_text(_find(meta, "issue")),
        pages=page_range(_text(_find(meta, "fpage")), _text(_find(meta, "lpage")))
        or _text(_find(meta, "elocation-id")),
        doi=normal_doi(ids.get("doi", "")),
        pmid=re.sub(r"\D", "", ids.get("pmid", "")),
        type=_KEPT_TYPES.get(stated) or _TYPES.get(stated, "article"),
        language=language_tag(article.get(_LANG, "")),
        abstract=_abstract(meta),
        keywords=tuple(dict.fromkeys(text for e in _below(meta, "kwd") if (text := _text(e)))),
        url=f"https://doi.org/{normal_doi(ids['doi'])}" if normal_doi(ids.get("doi", "")) else "",
        key=ids.get("pmc", "") or ids.get("publisher-id", "") or ids.get("doi", ""),
        references=references,
        blocks=tuple(body.blocks),
        extra=MappingProxyType({name: text for name, text in extra.items() if text}),
        source_file=source.name,
        line=article.sourceline,
    )


def _articles(root: Any) -> list[Any]:
    if _name(root) == "article":
        return [root]
    return [e for e in root.iter("{*}article") if not any(_name(a) == "article" for a in e.iterancestors())]


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    from lxml import etree

    root, problems = parse_xml(source)
    yield from problems
    if root is None:
        return
    articles = _articles(root)
    if not articles:
        yield Problem(
            code="empty",
            message=f"no article in this XML (its root is <{_name(root)}>)",
            mend="export the article as JATS or PMC XML",
            severity="error",
            file=source.name,
        )
    for article in articles:
        record = _record(article, source)
        if not record.title and not record.doi:
            yield Problem(
                code="empty-entry",
                message="an article has neither title nor DOI",
                mend="export the article again",
                severity="error",
                file=source.name,
                line=article.sourceline,
            )
            continue
        yield record._replace(raw=etree.tostring(article, encoding="unicode", with_tail=False))


def _count(source: Any) -> int:
    opened = len(re.findall(rb"<(?:\w+:)?article[\s>]", source.data))
    return opened or 1


READER = Reader(
    name="jats",
    title="Journal article (JATS XML)",
    kinds=("literature", "policy"),
    suffixes=(".xml", ".nxml"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
