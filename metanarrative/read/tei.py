"""Articles as GROBID writes them (TEI XML): path -> records with references and body.

Takes one ``TEI`` or a ``teiCorpus`` of several; gives literature records. The header gives title,
authors and identifiers, the reference list gives references (with the printed string where GROBID
kept it), and each carries the sentences of the body that cite it. What GROBID could not read is
empty there and stays empty here. https://grobid.readthedocs.io/en/latest/TEI-encoding-of-results/
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
from metanarrative.read.fields import keywords_from, language_tag, page_range, person, plain_text, year_problem
from metanarrative.read.references import parse_reference
from metanarrative.text import first_page, normal_doi, squash, year_of
from metanarrative.text.passages import sentences

__all__ = ["READER"]

_XML = "{http://www.w3.org/XML/1998/namespace}"
_CONTEXTS = 5
_SPACED = ("p", "s", "head", "cell", "row", "item", "title", "div", "lb")


def _name(element: Any) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _words(element: Any, *, skip: Sequence[str] = ()) -> str:
    """Return the words inside `element` as one line."""
    if element is None:
        return ""
    parts: list[str] = []
    # a stack, not recursion: a hostile file nests deep
    stack: list[tuple[Any, bool]] = [(element, True)]
    while stack:
        node, opening = stack.pop()
        if not opening:
            parts.append(" " if _name(node) in _SPACED else "")
            if node is not element:
                parts.append(node.tail or "")
            continue
        stack.append((node, False))
        if node is element or (_name(node) and _name(node) not in skip):
            parts.append(node.text or "")
            stack.extend((child, True) for child in reversed(node))
    return squash(plain_text("".join(parts)))


def _first(element: Any, *paths: str) -> Any:
    """Return the first element down the first of `paths` that leads anywhere, or None."""
    if element is None:
        return None
    for path in paths:
        found = element.find("/".join(f"{{*}}{step}" for step in path.split("/")))
        if found is not None:
            return found
    return None


def _people(element: Any) -> list[str]:
    names = []
    for author in [] if element is None else element.findall("{*}author"):
        name = _first(author, "persName")
        given = " ".join(_words(e) for e in author.iter("{*}forename"))
        family = " ".join(_words(e) for e in author.iter("{*}surname"))
        if family:
            names.append(person(f"{family}, {given}") if given else family)
        elif text := _words(_first(author, "orgName") if name is None else name) or _words(
            author, skip=("affiliation",)
        ):
            names.append(text)
    return names


class _Bibl:
    """The parts of a ``biblStruct``."""

    def __init__(self, bibl: Any) -> None:
        self.analytic, monograph = _first(bibl, "analytic"), _first(bibl, "monogr")
        article = [t for t in self.analytic.findall("{*}title") if _words(t)] if self.analytic is not None else []
        whole = [t for t in monograph.findall("{*}title") if _words(t)] if monograph is not None else []
        # a journal's title is no article's, also where the article's own is missing or stands elsewhere
        main = sorted(article or [t for t in whole if t.get("level") != "j"], key=lambda t: t.get("type") != "main")
        self.title = _words(main[0]) if main else ""
        self.venue = _words(whole[0]) if whole and (article or whole[0].get("level") == "j") else ""
        self.authors = _people(self.analytic) or _people(monograph)
        imprint = _first(monograph, "imprint")
        scopes: dict[str, Any] = {}
        for scope in [] if imprint is None else imprint.findall("{*}biblScope"):
            scopes.setdefault(scope.get("unit", ""), scope)
        self.volume, self.issue = _words(scopes.get("volume")), _words(scopes.get("issue"))
        page = scopes.get("page")
        self.pages = "" if page is None else page_range(page.get("from", ""), page.get("to", "")) or _words(page)
        dates = [] if imprint is None else imprint.findall("{*}date")
        self.dates = [date.get("when") or _words(date) for date in dates]
        self.ids: dict[str, str] = {}
        for number in [] if bibl is None else bibl.iter("{*}idno"):
            self.ids.setdefault((number.get("type") or "").casefold(), _words(number))
        self.doi = normal_doi(self.ids.get("doi", ""))
        self.pmid = re.sub(r"\D", "", self.ids.get("pmid", ""))


def _reference(bibl: Any) -> Reference:
    parts = _Bibl(bibl)
    notes = {note.get("type", ""): _words(note) for note in bibl.findall("{*}note")}
    printed = notes.get("raw_reference", "")
    year = next((found for date in parts.dates if (found := year_of(date)) is not None), None)
    # without the printed string, the parts in the order a reader expects
    told = ("; ".join(parts.authors), str(year or ""), parts.title, parts.venue, parts.volume, parts.pages)
    raw = printed or ", ".join(part for part in told if part) or _words(bibl)
    guessed = parse_reference(printed) if printed else Reference("")
    return Reference(
        raw=raw,
        doi=parts.doi or guessed.doi,
        pmid=parts.pmid or guessed.pmid,
        first_author=parts.authors[0] if parts.authors else guessed.first_author,
        year=year if year is not None else guessed.year,
        title=parts.title,
        venue=parts.venue,
        volume=parts.volume,
        page=first_page(parts.pages),
    )


# -- body -------------------------------------------------------------------------------------


def _with_marks(paragraph: Any) -> tuple[str, list[tuple[int, str]]]:
    """Return a paragraph's text and (place, reference id) of each citation in it."""
    parts: list[str] = []
    marks: list[tuple[int, str]] = []
    length = 0
    stack: list[tuple[Any, bool]] = [(paragraph, True)]
    while stack:
        node, opening = stack.pop()
        text = (node.text if opening and _name(node) else "") or ""
        if not opening:
            text = (" " if _name(node) == "s" else "") + ("" if node is paragraph else node.tail or "")
        else:
            if _name(node) == "ref" and node.get("type") == "bibr":
                marks += [(length, target.lstrip("#")) for target in (node.get("target") or "").split()]
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node))
        parts.append(text)
        length += len(text)
    return "".join(parts), marks


def _contexts(text: Any, ids: Sequence[str]) -> tuple[dict[str, list[str]], int]:
    """Return the sentences that cite each reference, and the number of citations in the text."""
    order = {identifier: place for place, identifier in enumerate(ids)}
    found: dict[str, list[str]] = {}
    total = 0
    for paragraph in [] if text is None else text.iter("{*}p", "{*}figDesc", "{*}cell"):
        words, marks = _with_marks(paragraph)
        if not marks:
            continue
        total += len(marks)
        cited = list(marks)
        for (place, first), (after, last) in pairwise(marks):
            # of a range such as [3]-[6] only the ends are marked
            if first in order and last in order and re.fullmatch(r"\W?\d+\W?\s*[-–—]\s*\W?", words[place:after]):
                cited += [(place, identifier) for identifier in ids[order[first] + 1 : order[last]]]
        for start, end in sentences(words):
            sentence = squash(words[start:end])
            for place, identifier in cited:
                listed = found.setdefault(identifier, []) if start <= place < end and identifier in order else None
                if listed is not None and sentence not in listed and len(listed) < _CONTEXTS:
                    listed.append(sentence)
    return found, total


def _blocks(body: Any) -> list[Block]:
    """Return the paragraphs of a body in reading order."""
    blocks: list[Block] = []
    outline = Outline()
    if body is None:
        return blocks

    def add(text: str, kind: str = "paragraph", number: str = "") -> None:
        if text:
            blocks.append(Block(text, kind=kind, number=number, section=outline.section))

    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        name = _name(element)
        if name == "head":
            title, number = _words(element), (element.get("n") or "").rstrip(".")
            if title:
                # GROBID does not nest its divisions: the printed number tells the depth
                level = number.count(".") + 1 if number else 1
                outline.enter(f"{number} {title}".strip(), level)
                blocks.append(Block(title, kind="heading", level=level, number=number, section=outline.section))
        elif name == "p":
            add(_words(element, skip=("figure", "note", "list")))
            stack.extend(e for e in reversed(list(element.iter("{*}figure", "{*}note", "{*}list"))) if e is not element)
        elif name == "item":
            add(_words(element), "list")
        elif name == "note":
            add(_words(element), "note", element.get("n") or "")
        elif name == "figure":
            rows = ["\t".join(_words(cell) for cell in row) for row in element.iter("{*}row")]
            head, said = _words(_first(element, "head")), _words(_first(element, "figDesc"))
            if said and re.fullmatch(r"(?:table|fig(?:ure|\.)?)\s*[\w.]{0,6}", head, re.IGNORECASE):
                head = ""  # its number, which the label has
            caption = " ".join(dict.fromkeys(filter(None, (head, said))))
            if any(row.strip() for row in rows):
                add("\n".join([*([caption] if caption else []), *rows]), "table", _words(_first(element, "label")))
            else:
                add(caption, "note")
        elif name and name not in ("listBibl", "formula"):
            stack.extend(reversed(element))
    return blocks


# -- articles ---------------------------------------------------------------------------------


def _record(article: Any, file: str, problems: list[Problem]) -> Record:
    from lxml import etree

    header = _first(article, "teiHeader")
    source = _first(header, "fileDesc/sourceDesc/biblStruct")
    parts = _Bibl(source)
    date = _first(header, "fileDesc/publicationStmt/date")
    dates = parts.dates + ([date.get("when") or _words(date)] if date is not None else [])
    year, problem = year_problem(dates, file=file, line=article.sourceline)
    if problem is not None:
        problems.append(problem)
    profile = _first(header, "profileDesc")
    text = _first(article, "text")
    body = _first(text, "body")
    listed = (
        [] if article is None else [b for each in article.iter("{*}listBibl") for b in each.findall("{*}biblStruct")]
    )
    ids = [bibl.get(f"{_XML}id") or f"b{place}" for place, bibl in enumerate(listed)]
    contexts, citations = _contexts(body, ids)
    application = next(header.iter("{*}application"), None) if header is not None else None
    maker = (
        f"{application.get('ident', '')} {application.get('version', '')}".strip() if application is not None else ""
    )
    extra = {
        "made by": maker,
        "publisher": _words(_first(header, "fileDesc/publicationStmt/publisher")),
        "licence": _words(_first(header, "fileDesc/publicationStmt/availability/licence")),
        "published": dates[0] if dates and len(dates[0]) > 4 else "",
        "citations in text": str(citations),
        **{name: value for name, value in sorted(parts.ids.items()) if name not in ("doi", "pmid")},
    }
    terms = [] if profile is None else profile.findall("{*}textClass/{*}keywords")
    words = [_words(term) for each in terms for term in each.iter("{*}term")] or [_words(each) for each in terms]
    stated = (
        article.get(f"{_XML}lang") or next((e.get(f"{_XML}lang") for e in (text, header) if e is not None), "") or ""
    )
    return Record(
        kind="literature",
        title=_words(_first(header, "fileDesc/titleStmt/title")) or parts.title,
        authors=tuple(parts.authors),
        year=year,
        venue=parts.venue,
        volume=parts.volume,
        issue=parts.issue,
        pages=parts.pages,
        doi=parts.doi,
        pmid=parts.pmid,
        type="article",
        language=language_tag(stated),
        abstract=_words(_first(profile, "abstract")),
        keywords=keywords_from(words),
        url=f"https://doi.org/{parts.doi}" if parts.doi else "",
        key=parts.ids.get("md5", ""),
        references=tuple(
            _reference(bibl)._replace(context=" | ".join(contexts.get(identifier, ())))
            for bibl, identifier in zip(listed, ids, strict=True)
        ),
        blocks=tuple(_blocks(body)),
        extra=MappingProxyType({name: value for name, value in extra.items() if value}),
        raw=etree.tostring(article, encoding="unicode", with_tail=False),
        source_file=file,
        line=article.sourceline,
    )


def _articles(root: Any) -> list[Any]:
    if _name(root) == "TEI":
        return [root]
    return [e for e in root.iter("{*}TEI") if not any(_name(above) == "TEI" for above in e.iterancestors())]


def _sniff(head: str, data: bytes, name: str) -> int:
    if sniff_xml_root(head) not in ("TEI", "teiCorpus"):
        return 0
    return 95 if "tei-c.org/ns" in head or "<teiHeader" in head else 60


@guarded
def _read(source: Any) -> Iterator[Record | Problem]:
    root, problems = parse_xml(source)
    yield from problems
    if root is None:
        return
    articles = _articles(root)
    for article in articles:
        said: list[Problem] = []
        record = _record(article, source.name, said)
        yield from said
        if record.title or record.doi or record.blocks or record.references:
            yield record
        else:
            yield Problem(
                code="empty-entry",
                message="an article has no title, DOI, text or references; GROBID could not read it",
                mend="give GROBID the PDF again, or add the article from a database",
                severity="error",
                file=source.name,
                line=article.sourceline,
            )
    if not articles:
        yield Problem(
            code="empty",
            message=f"no article stands in this TEI (its root is <{_name(root)}>)",
            mend="export the article as TEI from GROBID",
            severity="error",
            file=source.name,
        )


def _count(source: Any) -> int:
    return len(re.findall(r"<(?:[\w.-]+:)?TEI[\s>]", source.text)) or 1


READER = Reader(
    name="tei",
    title="GROBID TEI XML",
    kinds=("literature", "policy"),
    suffixes=(".xml", ".tei"),
    sniff=_sniff,
    read=_read,
    count=_count,
)
